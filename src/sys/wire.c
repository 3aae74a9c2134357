#include "sys/wire.h"

#include <string.h>

#include "base/error.h"

enum { HEADER = 64 }; /* bytes of a piece's first line, at most */

/* What a piece's name is made of. */
#define NAME G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-:"

struct Wire {
	WirePiece piece;
	gpointer data;
	GByteArray *held; /* what is not a complete piece yet */
};

GByteArray *order_new(const gchar *name)
{
	GByteArray *order = g_byte_array_new();

	order_add(order, "order", name);
	return order;
}

void order_add(GByteArray *order, const gchar *key, const gchar *value)
{
	g_byte_array_append(order, (const guint8 *)key, (guint)strlen(key));
	g_byte_array_append(order, (const guint8 *)"=", 1);
	g_byte_array_append(order, (const guint8 *)value, (guint)strlen(value) + 1);
}

void order_print(GByteArray *order, const gchar *key, const gchar *format, ...)
{
	g_autofree gchar *value = NULL;
	va_list arguments;

	va_start(arguments, format);
	value = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	order_add(order, key, value);
}

void order_close(GByteArray *order)
{
	g_byte_array_append(order, (const guint8 *)"", 1);
}

Wire *wire_new(WirePiece piece, gpointer data)
{
	Wire *wire = g_new0(Wire, 1);

	wire->piece = piece;
	wire->data = data;
	wire->held = g_byte_array_new();
	return wire;
}

void wire_free(Wire *wire)
{
	if (!wire)
		return;
	g_byte_array_unref(wire->held);
	g_free(wire);
}

static gboolean refuse(const guint8 *bytes, gsize length, GError **error)
{
	g_autofree gchar *seen = g_strndup((const gchar *)bytes, MIN(length, 40));
	g_autofree gchar *shown = g_strescape(seen, NULL);

	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "the guest's program answers what makes no sense: \"%s\"", shown);
	return FALSE;
}

/* "NAME LENGTH\n". *size: of line and piece; 0: the line is not complete. */
static gboolean read_header(const guint8 *bytes, gsize length, gchar *name, gsize *start,
			    gsize *size, GError **error)
{
	const guint8 *feed = memchr(bytes, '\n', MIN(length, HEADER));
	gchar line[HEADER];
	gchar *blank;
	guint64 count;

	*size = 0;
	if (!feed)
		return length < HEADER || refuse(bytes, length, error);
	*start = (gsize)(feed - bytes) + 1;
	memcpy(line, bytes, *start - 1);
	line[*start - 1] = '\0';
	blank = strchr(line, ' ');
	if (!blank || blank == line || strspn(line, NAME) != (gsize)(blank - line) ||
	    strlen(line) != *start - 1)
		return refuse(bytes, length, error);
	*blank = '\0';
	if (!g_ascii_string_to_unsigned(blank + 1, 10, 0, WIRE_PIECE, &count, NULL))
		return refuse(bytes, length, error);
	g_strlcpy(name, line, HEADER);
	*size = *start + count;
	return TRUE;
}

gboolean wire_feed(Wire *wire, const guint8 *bytes, gsize length, GError **error)
{
	gsize done = 0;

	g_byte_array_append(wire->held, bytes, (guint)length);
	for (;;) {
		const guint8 *from = wire->held->data + done;
		gsize left = wire->held->len - done;
		gsize start, size;
		gchar name[HEADER];

		if (!left)
			break;
		if (!read_header(from, left, name, &start, &size, error))
			return FALSE;
		if (!size || left < size)
			break;
		if (!wire->piece(name, from + start, size - start, wire->data, error))
			return FALSE;
		done += size;
	}
	if (done)
		g_byte_array_remove_range(wire->held, 0, (guint)done);
	return TRUE;
}
