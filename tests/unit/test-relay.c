/*
 * The relay, between two sockets of the test's own.
 */
#include "base/relay.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "tree.h"

typedef struct {
	Tree *tree;
	gchar *path, *target;
	Relay *relay;
	int listener, stub, debugger; /* the test's ends */
	gint interrupts;
} Line;

static struct sockaddr_un address_of(const gchar *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	return address;
}

static int open_socket(void)
{
	const struct timeval patience = {.tv_sec = 10};
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return file;
}

static void count_interrupt(gpointer data)
{
	Line *line = data;

	g_atomic_int_inc(&line->interrupts);
}

static Line line_new(void)
{
	g_autoptr(GError) error = NULL;
	Line line = {.tree = tree_new(), .listener = -1, .stub = -1, .debugger = -1};

	line.path = g_build_filename(line.tree, "gdb", NULL);
	line.target = g_build_filename(line.tree, "stub", NULL);
	line.relay = relay_new(line.path, &error);
	g_assert_no_error(error);
	return line;
}

static void line_clear(Line *line)
{
	const int files[] = {line->listener, line->stub, line->debugger};

	relay_free(line->relay);
	g_assert_false(g_file_test(line->path, G_FILE_TEST_EXISTS));
	for (guint i = 0; i < G_N_ELEMENTS(files); i++)
		if (files[i] >= 0)
			close(files[i]);
	g_free(line->path);
	g_free(line->target);
	tree_free(line->tree);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Line, line_clear)

static void come(Line *line)
{
	struct sockaddr_un address = address_of(line->path);

	line->debugger = open_socket();
	g_assert_cmpint(connect(line->debugger, (struct sockaddr *)&address, sizeof address), ==,
			0);
}

/* The stub appears after the relay has begun to look for it. */
static void serve(Line *line)
{
	struct sockaddr_un address = address_of(line->target);

	line->listener = open_socket();
	g_assert_cmpint(bind(line->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(line->listener, 1), ==, 0);
	line->stub = accept4(line->listener, NULL, NULL, SOCK_CLOEXEC);
	g_assert_cmpint(line->stub, >=, 0);
	setsockopt(line->stub, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 10},
		   sizeof(struct timeval));
}

static void meet(Line *line, RelayInterrupt interrupt)
{
	relay_reach(line->relay, line->target, interrupt, line);
	serve(line);
	come(line);
}

static void say(int file, const gchar *text)
{
	g_assert_cmpint(send(file, text, strlen(text), MSG_NOSIGNAL), ==, (gssize)strlen(text));
}

static void hears(int file, const gchar *text)
{
	gchar bytes[256] = "";

	g_assert_cmpint(recv(file, bytes, strlen(text), MSG_WAITALL), ==, (gssize)strlen(text));
	g_assert_cmpstr(bytes, ==, text);
}

static void ended(int file)
{
	gchar byte;

	g_assert_cmpint(recv(file, &byte, 1, 0), <=, 0);
	g_assert_cmpint(errno, !=, EAGAIN);
}

static void test_talk(void)
{
	g_auto(Line) line = line_new();

	come(&line);
	say(line.debugger, "$?#3f");
	g_assert_false(relay_met(line.relay));
	relay_reach(line.relay, line.target, NULL, NULL);
	serve(&line);
	hears(line.stub, "$?#3f");
	say(line.stub, "+$T05#b9");
	hears(line.debugger, "+$T05#b9");
	g_assert_true(relay_met(line.relay));
}

static void wait_interrupts(Line *line, gint count)
{
	for (guint i = 0; i < 1000 && g_atomic_int_get(&line->interrupts) < count; i++)
		g_usleep(10000);
	g_assert_cmpint(g_atomic_int_get(&line->interrupts), ==, count);
}

/* Not passed on, and not before the program runs. */
static void test_signal(void)
{
	g_auto(Line) line = line_new();

	meet(&line, count_interrupt);
	say(line.debugger, "\003$g#67");
	hears(line.stub, "$g#67");
	say(line.stub, "+$00#00");
	hears(line.debugger, "+$00#00");
	g_assert_cmpint(g_atomic_int_get(&line.interrupts), ==, 0);
	say(line.debugger, "$c#63");
	hears(line.stub, "$c#63");
	say(line.stub, "+");
	wait_interrupts(&line, 1);
	say(line.debugger, "\003");
	wait_interrupts(&line, 2);
	relay_leave(line.relay);
}

static void test_asked(void)
{
	g_auto(Line) line = line_new();

	meet(&line, NULL);
	relay_interrupt_after(line.relay, 0.05);
	say(line.debugger, "$c#63");
	hears(line.stub, "$c#63");
	say(line.stub, "+");
	hears(line.stub, "\003");
	say(line.stub, "$T02#00");
	hears(line.debugger, "+$T02#00");
}

static void test_file(void)
{
	g_auto(Line) line = line_new();

	meet(&line, NULL);
	say(line.debugger, "$c#63");
	hears(line.stub, "$c#63");
	say(line.stub, "$Fopen,1000/5,0,0#00");
	ended(line.debugger);
	g_assert_false(relay_met(line.relay));
	relay_wait(line.relay, NULL);
}

/* What was said last is passed on, and then there is nobody any more. */
static void test_leave(void)
{
	g_auto(Line) line = line_new();

	meet(&line, NULL);
	say(line.debugger, "$c#63");
	hears(line.stub, "$c#63");
	say(line.stub, "+$W00#b7");
	close(line.stub);
	line.stub = -1;
	relay_leave(line.relay);
	hears(line.debugger, "+$W00#b7");
	ended(line.debugger);
	relay_wait(line.relay, NULL);
}

static void test_gone(void)
{
	g_auto(Line) line = line_new();
	g_auto(Line) alone = line_new();

	meet(&line, NULL);
	close(line.debugger);
	line.debugger = -1;
	relay_wait(line.relay, NULL);
	ended(line.stub);
	/* A stub that never came. */
	come(&alone);
	relay_reach(alone.relay, alone.target, NULL, NULL);
	relay_leave(alone.relay);
	ended(alone.debugger);
}

static void test_names(void)
{
	g_autofree gchar *name = g_strnfill(108, 'a');
	g_autofree gchar *path = g_build_filename("/tmp", name, NULL);
	g_autoptr(GError) error = NULL;

	g_assert_null(relay_new(path, &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_clear_error(&error);
	g_assert_null(relay_new("/tmp/a:b", &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
	g_clear_error(&error);
	g_assert_null(relay_new("/nowhere/gdb", &error));
	g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG);
}

/* The stub's name can be longer than a socket's may be. */
static void test_long(void)
{
	g_auto(Line) line = line_new();
	g_autofree gchar *name = g_strnfill(100, 'a');
	g_autofree gchar *folder = tree_folder(line.tree, name);
	g_autofree gchar *path = g_build_filename(folder, "stub", NULL);

	relay_reach(line.relay, path, NULL, NULL);
	g_assert_cmpint(chdir(folder), ==, 0);
	g_free(line.target);
	line.target = g_strdup("stub");
	serve(&line);
	g_assert_cmpint(chdir("/"), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/talk", test_talk);
	g_test_add_func("/relay/signal", test_signal);
	g_test_add_func("/relay/asked", test_asked);
	g_test_add_func("/relay/file", test_file);
	g_test_add_func("/relay/leave", test_leave);
	g_test_add_func("/relay/gone", test_gone);
	g_test_add_func("/relay/names", test_names);
	g_test_add_func("/relay/long", test_long);
	return g_test_run();
}
