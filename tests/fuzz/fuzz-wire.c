/*
 * Whatever a guest sends, and however it is cut: the same pieces are told and the same is refused,
 * and each piece is one that it may send. The first byte is where it is cut.
 */
#include "sys/wire.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static gboolean note(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
		     GError **error)
{
	GByteArray *seen = data;

	(void)error;
	g_assert_true(*name && length <= WIRE_PIECE);
	order_print(seen, "name", "%s %zu", name, length);
	g_byte_array_append(seen, bytes, (guint)length);
	return TRUE;
}

/* In pieces of so many bytes. */
static gboolean feed(const guint8 *data, size_t size, size_t step, GByteArray *seen)
{
	g_autoptr(Wire) wire = wire_new(note, seen);
	g_autoptr(GError) error = NULL;
	gboolean fine = TRUE;

	for (size_t at = 0; fine && at < size; at += step)
		fine = wire_feed(wire, data + at, MIN(step, size - at), &error);
	g_assert_true(fine == !error);
	return fine;
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(GByteArray) whole = g_byte_array_new();
	g_autoptr(GByteArray) cut = g_byte_array_new();

	if (size < 2)
		return 0;
	g_assert_true(feed(data + 1, size - 1, size, whole) ==
		      feed(data + 1, size - 1, 1 + (size_t)*data, cut));
	g_assert_cmpmem(whole->data, whole->len, cut->data, cut->len);
	return 0;
}
