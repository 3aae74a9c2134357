#include "report/page.h"

/* The assembler finds them from the top of the source tree, where the compiler is run. */
#define EMBED(symbol, file)                                                                        \
	__asm__(".pushsection .rodata\n"                                                           \
		".globl " #symbol "\n"                                                             \
		".hidden " #symbol "\n" #symbol ":\n"                                              \
		".incbin \"" file "\"\n"                                                           \
		".byte 0\n"                                                                        \
		".popsection\n")

EMBED(report_page_css, "src/report/page.css");
EMBED(report_page_js, "src/report/page.js");
