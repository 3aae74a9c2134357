#include "isa/table.h"

/* Bits 31..21, 15..10 and 4 of a word: what tells most classes apart; bit 4 does so for the
 * conditional branches, of which code is full. */
#define KEY_BITS      18
#define KEY_MASK      0xffe0fc10
#define KEY(word)     ((word) >> 21 << 7 | ((word) >> 9 & 0x7e) | ((word) >> 4 & 1))
#define KEY_WORD(key) ((key) >> 7 << 21 | ((key)&0x7e) << 9 | ((key)&1) << 4)

/* By key, is there a word with a row? 32 KiB, of which the part that is used stays in the
 * first-level cache. */
static guint64 filter[1 << (KEY_BITS - 6)];

/* By bits 31..21, the rows that such words can match: indices of them, ended by NO_ROW. */
#define NO_ROW G_MAXUINT16
static guint16 *bucket[1 << 11];

static gboolean is_plain(const IsaRow *row)
{
	return !row->feature && !row->ask;
}

static gboolean overlap(guint32 mask, guint32 value, const IsaRow *row)
{
	return ((value ^ row->value) & mask & row->mask) == 0;
}

static guint16 *bucket_of(guint32 top)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(guint16));
	const IsaRow *rows = isa_rows();
	guint16 end = NO_ROW;

	for (guint16 i = 0; rows[i].mask; i++)
		if (overlap(0xffe00000, top << 21, &rows[i]))
			g_array_append_val(list, i);
	g_array_append_val(list, end);
	return (guint16 *)(gpointer)g_array_free(list, FALSE);
}

/* What a key lets through: the first of its rows that takes all of its words decides. */
static gboolean key_passes(guint32 key)
{
	guint32 value = KEY_WORD(key);

	for (const guint16 *i = bucket[value >> 21]; *i != NO_ROW; i++) {
		const IsaRow *row = &isa_rows()[*i];

		if (!overlap(KEY_MASK, value, row))
			continue;
		if (!is_plain(row))
			return TRUE;
		if ((row->mask & ~KEY_MASK) == 0)
			return FALSE;
	}
	return FALSE;
}

static void fill(void)
{
	for (guint top = 0; top < G_N_ELEMENTS(bucket); top++)
		bucket[top] = bucket_of(top);
	for (guint32 key = 0; key < 1 << KEY_BITS; key++)
		if (key_passes(key))
			filter[key / 64] |= G_GUINT64_CONSTANT(1) << key % 64;
}

static void need_tables(void)
{
	static gsize filled;

	if (g_once_init_enter(&filled)) {
		fill();
		g_once_init_leave(&filled, 1);
	}
}

static inline gboolean passes(guint32 word)
{
	guint32 key = KEY(word);

	return filter[key / 64] >> key % 64 & 1;
}

static const IsaRow *find_row(guint32 word)
{
	for (const guint16 *i = bucket[word >> 21]; *i != NO_ROW; i++) {
		const IsaRow *row = &isa_rows()[*i];

		if ((word & row->mask) == row->value)
			return is_plain(row) ? NULL : row;
	}
	return NULL;
}

const IsaRow *isa_row(guint32 word)
{
	need_tables();
	return passes(word) ? find_row(word) : NULL;
}

/* Does one of these four pass? One branch for all of them. */
static inline gboolean any_passes(const guint32 *four)
{
	return passes(four[0]) | passes(four[1]) | passes(four[2]) | passes(four[3]);
}

gsize isa_scan(const guint32 *words, gsize count, gsize at)
{
	need_tables();
	while (at < count) {
		if (count - at >= 4 && !any_passes(words + at))
			at += 4;
		else if (passes(words[at]) && find_row(words[at]))
			return at;
		else
			at++;
	}
	return count;
}
