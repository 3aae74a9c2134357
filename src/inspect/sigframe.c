#include "inspect/sigframe.h"

#include <signal.h>
#include <string.h>

enum {
	NESTED = 8,     /* handlers that interrupted each other */
	REACH = 1 << 20 /* bytes of stack that a handler may have used */
};

/* Of a frame, what tells it from other data. */
#define SIGNO   0   /* siginfo.si_signo */
#define ADDRESS 16  /* siginfo.si_addr: of SIGILL the instruction's */
#define RECORD  592 /* sigcontext's first record, of the SIMD registers */
#define SIZE    (RECORD + 8)

typedef struct {
	const CoreFile *core;
	SigframeSuspect suspect;
	gpointer data;
} Search;

#define FPSIMD_MAGIC 0x46508001 /* Linux, asm/sigcontext.h */
#define FPSIMD_SIZE  528

static guint32 word32(const guint8 *frame, gsize at)
{
	guint32 raw;

	memcpy(&raw, frame + at, sizeof(raw));
	return GUINT32_FROM_LE(raw);
}

static guint64 word64(const guint8 *frame, gsize at)
{
	guint64 raw;

	memcpy(&raw, frame + at, sizeof(raw));
	return GUINT64_FROM_LE(raw);
}

static gboolean is_frame(const Search *search, const guint8 *frame)
{
	guint64 pc = word64(frame, SIGFRAME_REGS + 8 * CORE_PC);

	if (word32(frame, RECORD) != FPSIMD_MAGIC || word32(frame, RECORD + 4) != FPSIMD_SIZE)
		return FALSE;
	if (word32(frame, SIGNO))
		return word32(frame, SIGNO) == SIGILL && word64(frame, ADDRESS) == pc;
	return search->suspect(pc, search->data);
}

/* The nearest frame above the stack pointer: what lies below is left over. */
static gboolean interrupted(const Search *search, guint64 regs[CORE_REGS])
{
	guint64 start = regs[CORE_SP] & ~(guint64)15;
	guint8 frame[SIZE];

	for (guint64 at = start; at - start < REACH; at += 16) {
		if (!corefile_read(search->core, at, frame, sizeof(frame)))
			return FALSE;
		if (!is_frame(search, frame))
			continue;
		for (guint i = 0; i < CORE_REGS; i++)
			regs[i] = word64(frame, SIGFRAME_REGS + 8 * i);
		return TRUE;
	}
	return FALSE;
}

gboolean sigframe_first(const CoreFile *core, guint64 regs[CORE_REGS], SigframeSuspect suspect,
			gpointer data)
{
	const Search search = {core, suspect, data};
	guint found = 0;

	while (found < NESTED && interrupted(&search, regs))
		found++;
	return found > 0;
}
