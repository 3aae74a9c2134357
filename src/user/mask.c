#include "user/mask.h"

#include <elf.h>
#include <string.h>

#include "base/error.h"
#include "base/reach.h"
#include "isa/hwcap.h"

enum {
	PATIENCE = 30,        /* seconds for an answer */
	ANSWER_MOST = 8192,   /* bytes of one */
	STACK_MOST = 4 << 20, /* bytes of arguments and environment; Linux allows a quarter of the
				 stack's limit */
};

/* Not in the elf.h of older libraries (Linux, include/uapi/linux/auxvec.h). */
enum { HWCAP3 = 29, HWCAP4 = 30 };

/* The numbers of registers that answer 'g' on AArch64 begin so (QEMU, gdb-xml/aarch64-core.xml). */
static const gsize sp = 31, register_digits = 16;

struct Mask {
	gchar *stub;
	const Profile *told;
	GCancellable *over;
	GThread *thread;
	GSocketConnection *connection; /* stays open, see leave() */
	Hwcaps hidden;
	GError *error;
};

/* One stub, and how far its program's memory is read. */
typedef struct {
	GInputStream *in;
	GOutputStream *out;
	GCancellable *over;
	guint64 at;   /* where memory is read next */
	guint64 most; /* where that has to end */
} Stub;

static gboolean refuse(GError **error, const gchar *what, const gchar *answer)
{
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "QEMU's debugger stub answered '%.40s' to '%.40s'", answer, what);
	return FALSE;
}

static gboolean get(Stub *stub, gchar *byte, GError **error)
{
	gssize count = g_input_stream_read(stub->in, byte, 1, stub->over, error);

	if (!count)
		g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
				    "QEMU's debugger stub hung up");
	return count == 1;
}

/* "$TEXT#SUM", after the "+" that says that our own has come. */
static GString *receive(Stub *stub, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	gboolean inside = FALSE;
	gchar byte;

	while (text->len < ANSWER_MOST) {
		if (!get(stub, &byte, error))
			return NULL;
		if (byte == '#')
			break;
		if (inside)
			g_string_append_c(text, byte);
		inside = inside || byte == '$';
	}
	/* The sum has two digits. */
	for (guint i = 0; i < 2; i++)
		if (!get(stub, &byte, error))
			return NULL;
	if (!g_output_stream_write_all(stub->out, "+", 1, NULL, stub->over, error))
		return NULL;
	return g_steal_pointer(&text);
}

static GString *ask(Stub *stub, const gchar *question, GError **error)
{
	g_autofree gchar *packet = NULL;
	guint8 sum = 0;

	for (const gchar *c = question; *c; c++)
		sum += (guint8)*c;
	packet = g_strdup_printf("$%s#%02x", question, sum);
	if (!g_output_stream_write_all(stub->out, packet, strlen(packet), NULL, stub->over, error))
		return NULL;
	return receive(stub, error);
}

/* Eight bytes, the lowest first, as hexadecimal digits. */
static gboolean read_number(const gchar *digits, guint64 *number)
{
	*number = 0;
	for (guint i = 0; i < 16; i++) {
		gint value = g_ascii_xdigit_value(digits[i]);

		if (value < 0)
			return FALSE;
		*number |= (guint64)value << ((i ^ 1) * 4);
	}
	return TRUE;
}

static gboolean find_stack(Stub *stub, GError **error)
{
	g_autoptr(GString) answer = ask(stub, "g", error);

	if (!answer)
		return FALSE;
	if (answer->len < (sp + 1) * register_digits ||
	    !read_number(answer->str + sp * register_digits, &stub->at))
		return refuse(error, "g", answer->str);
	stub->most = stub->at + STACK_MOST;
	return TRUE;
}

static gboolean next(Stub *stub, guint64 *number, GError **error)
{
	g_autofree gchar *question = g_strdup_printf("m%" G_GINT64_MODIFIER "x,8", stub->at);
	g_autoptr(GString) answer = ask(stub, question, error);

	if (!answer)
		return FALSE;
	if (stub->at >= stub->most || answer->len != 16 || !read_number(answer->str, number))
		return refuse(error, question, answer->str);
	stub->at += 8;
	return TRUE;
}

/* Over the pointers of argv or envp. */
static gboolean skip_list(Stub *stub, GError **error)
{
	guint64 number;

	do
		if (!next(stub, &number, error))
			return FALSE;
	while (number);
	return TRUE;
}

/* Puts a number in the place of the one that was read last. */
static gboolean change(Stub *stub, guint64 number, GError **error)
{
	guint64 bytes = GUINT64_SWAP_LE_BE(number);
	g_autofree gchar *question = g_strdup_printf(
		"M%" G_GINT64_MODIFIER "x,8:%016" G_GINT64_MODIFIER "x", stub->at - 8, bytes);
	g_autoptr(GString) answer = ask(stub, question, error);

	if (!answer)
		return FALSE;
	return g_str_equal(answer->str, "OK") || refuse(error, question, answer->str);
}

static gboolean hide(Stub *stub, guint64 given, guint64 left, guint64 *hidden, GError **error)
{
	*hidden = given & ~left;
	return !*hidden || change(stub, given & left, error);
}

static gboolean hide_all(Stub *stub, Hwcaps left, Hwcaps *hidden, GError **error)
{
	guint64 type, value, none;

	do {
		gboolean well = next(stub, &type, error) && next(stub, &value, error);

		if (well && type == AT_HWCAP)
			well = hide(stub, value, left.hwcap, &hidden->hwcap, error);
		else if (well && type == AT_HWCAP2)
			well = hide(stub, value, left.hwcap2, &hidden->hwcap2, error);
		else if (well && (type == HWCAP3 || type == HWCAP4))
			well = hide(stub, value, 0, &none, error);
		if (!well)
			return FALSE;
	} while (type != AT_NULL);
	return TRUE;
}

/* The stub's socket is there some milliseconds after QEMU has been started. */
static GSocket *reach(const Mask *mask, GError **error)
{
	int file = -1;
	GSocket *socket;

	while (file < 0 && !g_cancellable_set_error_if_cancelled(mask->over, error)) {
		file = reach_socket(mask->stub);
		if (file < 0)
			g_usleep(1000);
	}
	socket = file < 0 ? NULL : g_socket_new_from_fd(file, error);
	if (socket)
		g_socket_set_timeout(socket, PATIENCE);
	return socket;
}

/* Lets the program run, and says nothing more. To detach would be the word for it, but then QEMU 10
 * dies of the first signal. As it is QEMU tells its debugger of that one, and goes without when it
 * hears nothing; where nobody is there to be told, the program would be given a SIGPIPE (QEMU,
 * gdbstub, gdb_handlesig). */
static void leave(GSocket *socket, Stub *stub)
{
	g_output_stream_write_all(stub->out, "$c#63", 5, NULL, stub->over, NULL);
	g_socket_shutdown(socket, FALSE, TRUE, NULL);
}

static gpointer work(gpointer data)
{
	Mask *mask = data;
	g_autoptr(GSocket) socket = reach(mask, &mask->error);
	g_autoptr(GInputStream) in = NULL;
	Hwcaps left = hwcaps_of(mask->told->hwcaps, mask->told->hwcaps_count);
	Stub stub = {.over = mask->over};
	guint64 argc;

	if (!socket)
		return NULL;
	mask->connection = g_socket_connection_factory_create_connection(socket);
	in = g_buffered_input_stream_new(
		g_io_stream_get_input_stream(G_IO_STREAM(mask->connection)));
	stub.in = in;
	stub.out = g_io_stream_get_output_stream(G_IO_STREAM(mask->connection));
	g_filter_input_stream_set_close_base_stream(G_FILTER_INPUT_STREAM(in), FALSE);
	if (find_stack(&stub, &mask->error) && next(&stub, &argc, &mask->error) &&
	    skip_list(&stub, &mask->error) && skip_list(&stub, &mask->error))
		hide_all(&stub, left, &mask->hidden, &mask->error);
	leave(socket, &stub);
	return NULL;
}

Mask *mask_start(const gchar *stub, const Profile *told)
{
	Mask *mask = g_new0(Mask, 1);

	mask->stub = g_strdup(stub);
	mask->told = told;
	mask->over = g_cancellable_new();
	mask->thread = g_thread_new("mask", work, mask);
	return mask;
}

gboolean mask_end(Mask *mask, gchar ***masked, GError **error)
{
	gboolean well;

	g_cancellable_cancel(mask->over);
	g_thread_join(mask->thread);
	well = !mask->error;
	*masked = well ? hwcaps_names(mask->hidden) : NULL;
	if (!well)
		g_propagate_prefixed_error(error, g_steal_pointer(&mask->error),
					   "HWCAPs cannot be hidden: ");
	g_clear_object(&mask->connection);
	g_object_unref(mask->over);
	g_free(mask->stub);
	g_free(mask);
	return well;
}
