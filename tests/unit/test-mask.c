/* HWCAPs are hidden by what a debugger may do, and a stub that misbehaves is told of. */
#include <elf.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "user/mask.h"

enum { STACK = 0x7000 }; /* address of the words below */

typedef struct {
	guint64 words[16];
	guint count;
	const gchar *instead; /* what the stub says to all after 'g'; NULL: what it should */
	gboolean let_go;
	int listener;
} Stub;

static void say(int to, const gchar *text)
{
	guint8 sum = 0;
	g_autofree gchar *packet = NULL;

	for (const gchar *c = text; *c; c++)
		sum += (guint8)*c;
	packet = g_strdup_printf("+$%s#%02x", text, sum);
	g_assert_cmpint(send(to, packet, strlen(packet), MSG_NOSIGNAL), ==, (int)strlen(packet));
}

static gchar *hex(guint64 number)
{
	return g_strdup_printf("%016" G_GINT64_MODIFIER "x", GUINT64_SWAP_LE_BE(number));
}

static gchar *registers(void)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < 33; i++) {
		g_autofree gchar *digits = hex(i == 31 ? STACK : i);

		g_string_append(text, digits);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static gchar *answer(Stub *stub, const gchar *asked)
{
	unsigned long addr = 0, value = 0;

	if (*asked == 'g')
		return registers();
	if (*asked != 'c' && stub->instead)
		return g_strdup(stub->instead);
	if (sscanf(asked, "m%lx,8", &addr) == 1 && addr >= STACK &&
	    (addr - STACK) / 8 < stub->count)
		return hex(stub->words[(addr - STACK) / 8]);
	if (sscanf(asked, "M%lx,8:%lx", &addr, &value) == 2) {
		stub->words[(addr - STACK) / 8] = GUINT64_SWAP_LE_BE((guint64)value);
		return g_strdup("OK");
	}
	stub->let_go = *asked == 'c';
	return g_strdup(stub->let_go ? "" : "E01");
}

/* Until the debugger hangs up. */
static gpointer serve(gpointer data)
{
	Stub *stub = data;
	int peer = accept(stub->listener, NULL, NULL);
	g_autoptr(GString) heard = g_string_new(NULL);
	gchar byte;

	while (recv(peer, &byte, 1, 0) == 1) {
		g_autofree gchar *said = NULL;

		if (byte == '$')
			g_string_truncate(heard, 0);
		else if (byte != '#')
			g_string_append_c(heard, byte);
		if (byte != '#')
			continue;
		g_assert_cmpint(recv(peer, (gchar[2]){0}, 2, MSG_WAITALL), ==, 2);
		said = answer(stub, heard->str);
		if (!*said)
			break;
		say(peer, said);
	}
	close(peer);
	return NULL;
}

/* What mask_end() says. */
static gboolean mask(Stub *stub, gchar ***masked, GError **error)
{
	static gchar fp[] = "fp", crc32[] = "crc32", name[] = "board";
	static gchar *hwcaps[] = {fp, crc32};
	const Profile told = {.name = name, .hwcaps = hwcaps, .hwcaps_count = 2};
	g_autofree gchar *folder = g_dir_make_tmp("mask-XXXXXX", NULL);
	g_autofree gchar *path = g_build_filename(folder, "stub", NULL);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	GThread *thread;
	Mask *started;
	gboolean well;

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	stub->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	g_assert_cmpint(bind(stub->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(stub->listener, 1), ==, 0);
	thread = g_thread_new("stub", serve, stub);
	started = mask_start(path, &told);
	g_thread_join(thread);
	well = mask_end(started, masked, error);
	close(stub->listener);
	g_unlink(path);
	g_rmdir(folder);
	return well;
}

/* argc 1, one argument, two variables, and what follows. fp asimd aes crc32 are bits 0, 1, 3, 7. */
#define HEAD 1, 0x100, 0, 0x200, 0x300, 0

static void test_hides(void)
{
	Stub stub = {.words = {HEAD, AT_PAGESZ, 4096, AT_HWCAP, 0x8b, AT_HWCAP2, 2, AT_NULL, 0},
		     .count = 14};
	g_auto(GStrv) masked = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree gchar *names = NULL;

	g_assert_true(mask(&stub, &masked, &error));
	g_assert_no_error(error);
	names = g_strjoinv(" ", masked);
	g_assert_cmpstr(names, ==, "asimd aes sve2");
	g_assert_cmphex(stub.words[9], ==, 0x81);
	g_assert_cmphex(stub.words[11], ==, 0);
	g_assert_cmphex(stub.words[7], ==, 4096);
	g_assert_true(stub.let_go);
}

static void test_nothing_to_hide(void)
{
	Stub stub = {.words = {HEAD, AT_HWCAP, 0x81, AT_NULL, 0}, .count = 10};
	g_auto(GStrv) masked = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(mask(&stub, &masked, &error));
	g_assert_null(masked);
	g_assert_cmphex(stub.words[7], ==, 0x81);
	g_assert_true(stub.let_go);
}

static void test_misbehaves(void)
{
	static const gchar *const answers[] = {"", "E01", "zzzzzzzzzzzzzzzz", "12", "OK"};

	for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
		Stub stub = {.instead = answers[i]};
		g_auto(GStrv) masked = NULL;
		g_autoptr(GError) error = NULL;

		g_assert_false(mask(&stub, &masked, &error));
		g_assert_nonnull(error);
		g_assert_nonnull(strstr(error->message, "HWCAPs cannot be hidden"));
		g_assert_null(masked);
	}
}

/* A list that does not end leads out of what can be read. */
static void test_endless(void)
{
	Stub stub = {.words = {1, 2, 3, 4}, .count = 4};
	g_auto(GStrv) masked = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_false(mask(&stub, &masked, &error));
	g_assert_nonnull(error);
	/* Nobody would come to let the program run later. */
	g_assert_true(stub.let_go);
}

static void test_no_stub(void)
{
	const Profile told = {.hwcaps_count = 0};
	Mask *started = mask_start("/nonexistent/stub", &told);
	g_auto(GStrv) masked = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_false(mask_end(started, &masked, &error));
	g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mask/hides", test_hides);
	g_test_add_func("/mask/nothing-to-hide", test_nothing_to_hide);
	g_test_add_func("/mask/misbehaves", test_misbehaves);
	g_test_add_func("/mask/endless", test_endless);
	g_test_add_func("/mask/no-stub", test_no_stub);
	return g_test_run();
}
