/*
 * text - a page of text under way: colours, widths, wrapping.
 *
 * What was written by the programs under test (names, symbols, output) goes through text_clean(),
 * so that it cannot steer a terminal.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <glib.h>

typedef enum { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_BAD, STYLE_ODD } Style;

typedef struct {
	GString *out;
	gboolean colour;
	guint width; /* columns, 0 for no limit */
} Page;

/* Valid UTF-8 in one line: control characters become blanks. NULL becomes "?". Caller frees. */
gchar *text_clean(const gchar *text);

/* The same of text that has lines. Caller frees. */
gchar *text_clean_lines(const gchar *text);

/* At most width columns, cut in the middle with "…"; width 0 cuts nothing. Caller frees. */
gchar *text_fit(const gchar *text, guint width);

/* The last line that says something, or NULL where there is none. Caller frees. */
gchar *text_last_line(const gchar *text);

/* "1 case", "3 cases". Caller frees. */
gchar *text_count(guint count, const gchar *noun);

/* Number of line feeds. */
guint text_lines(const gchar *text);

/* A path's last part: "libc.so.6" for "/lib/libc.so.6". NULL for NULL. Not copied. */
const gchar *text_base(const gchar *path);

/* Appends text in a style. The text is taken as it is. */
void page_add(Page *page, Style style, const gchar *text);

/* Appends text fitted to width columns, filled up with blanks: to the right of it, or to the left
 * where right is TRUE. */
void page_cell(Page *page, Style style, const gchar *text, guint width, gboolean right);

/* Appends one or more lines, each wrapped at blanks to the page's width. The page is at column
 * indent, where the other lines start too; what is wrapped hangs two blanks further in, and a line
 * that starts with blanks keeps them. Ends with a line feed. */
void page_wrap(Page *page, Style style, const gchar *text, guint indent);

/* A labelled line or paragraph, "  culprit      mimalloc 2.1.9"; nothing for text NULL. */
void page_row(Page *page, const gchar *label, const gchar *text);

/* Columns that page_row() keeps for margin and label. */
#define PAGE_LABEL 15

#endif
