/*
 * wire - what is said with the guest's own program over its port: orders go in, pieces come out.
 *
 * The format is told in images/guest/guest.h. What comes from a guest is not to be believed: the
 * program under test may have taken it over.
 */
#ifndef SYS_WIRE_H
#define SYS_WIRE_H

#include <glib.h>

/* An order of that name. */
GByteArray *order_new(const gchar *name);
void order_add(GByteArray *order, const gchar *key, const gchar *value);
void order_print(GByteArray *order, const gchar *key, const gchar *format, ...) G_GNUC_PRINTF(3, 4);

/* Nothing can be added after this. */
void order_close(GByteArray *order);

/* The largest piece, bytes. */
#define WIRE_PIECE (1 << 20)

typedef struct Wire Wire;

/* Called for each complete piece. FALSE and an error end the reading. */
typedef gboolean (*WirePiece)(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
			      GError **error);

Wire *wire_new(WirePiece piece, gpointer data);
void wire_free(Wire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/* Takes what came in, cut anywhere. FALSE and error (rig) where it is not in the format, or a
 * piece is refused. */
gboolean wire_feed(Wire *wire, const guint8 *bytes, gsize length, GError **error);

#endif
