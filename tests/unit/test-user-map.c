/*
 * How a run ended, from what the launcher reports and what was said on standard error; the texts of
 * tests/golden/qemu are QEMU 7.2's, GLib's, bubblewrap's and ld.so's own.
 */
#include <string.h>

#include "base/qemu.h"
#include "user/user.h"

static gchar *recorded(const gchar *name)
{
	g_autofree gchar *path = g_strdup_printf("tests/golden/qemu/%s.txt", name);
	g_autoptr(GError) error = NULL;
	gchar *text = NULL;

	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

static Outcome *ended(const gchar *report, const gchar *err, const gchar *core)
{
	Outcome *outcome = outcome_new("p");

	g_free(outcome->err);
	outcome->err = g_strdup(err);
	outcome->core = g_strdup(core);
	user_map_end(outcome, report);
	return outcome;
}

static void test_reports(void)
{
	static const struct {
		const gchar *report, *err, *core, *described;
	} cases[] = {
		{"exited 0 9000\n", "", NULL, "exit 0"},
		{"exited 0 9000\n", "qemu-aarch64: warning\n", NULL, "exit 0"},
		{"exited 3 9000\n", "size 3 is not 4\n", NULL, "exit 3"},
		{"signalled 4 9000\n", "", "c", "SIGILL"},
		{"signalled 11 9000\n", "", NULL, "SIGSEGV"},
		{"signalled 4 9000\n",
		 "qemu: uncaught target signal 4 (Illegal instruction) - core "
		 "dumped\n",
		 NULL, "SIGILL"},
		{"exited 1 9000\n", "qemu: Unsupported syscall: 400\nfailed\n", NULL, "exit 1"},
		{"signalled 9 9000\n", "", NULL,
		 "rig fault: the emulator was killed (SIGKILL) from outside"},
		{"failed 2 starting the emulator\nexited 127 100\n", "", NULL,
		 "rig fault: starting the emulator: No such file or directory"},
		{"", "bwrap: No permissions to create new namespace\n", NULL,
		 "rig fault: the sandbox ended early: bwrap: No permissions to create new "
		 "namespace"},
		{"", "", NULL, "rig fault: the sandbox ended early: no reason given"},
		{"nonsense\n", "", NULL, "rig fault: the sandbox ended early: no reason given"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Outcome) outcome = ended(cases[i].report, cases[i].err, cases[i].core);
		g_autofree gchar *described = outcome_describe(outcome);

		g_assert_cmpstr(described, ==, cases[i].described);
	}
}

static void test_details(void)
{
	g_autoptr(Outcome) outcome = ended("exited 3 9000\n", "", NULL);

	g_assert_cmpint(outcome->code, ==, 3);
	g_assert_cmpuint(outcome->max_rss, ==, 9000);
	g_free(outcome->out);
	outcome->out = g_strdup("checked nothing\nneeds 8 GiB\n");
	user_map_end(outcome, "exited 77 100\n");
	g_assert_cmpint(outcome->kind, ==, OUTCOME_SKIPPED);
	g_assert_cmpstr(outcome->reason, ==, "needs 8 GiB");
}

/* What the rig or the emulator says is never held against the program. */
static void test_complaints(void)
{
	static const struct {
		const gchar *name, *report, *reason;
	} cases[] = {
		{"unknown-model", "exited 1 9\n", "unable to find CPU model"},
		{"unknown-property", "exited 1 9\n", "can't apply global"},
		{"bad-option", "exited 1 9\n", "unknown option"},
		{"missing-interpreter", "exited 255 9\n", "Could not open"},
		{"wrong-arch", "exited 255 9\n", "Invalid ELF image"},
		{"no-memory-for-code", "exited 1 9\n", "jit buffer: Cannot allocate memory"},
		{"no-memory-to-map", "exited 255 9\n", "Error mapping file"},
		{"no-memory-for-stack", "exited 255 9\n", "mmap stack: Cannot allocate memory"},
		{"no-memory-glib-slice", "signalled 6 9\n", "GSlice: failed to allocate"},
		{"no-memory-glib-thread", "signalled 6 9\n", "Unexpected error from C library"},
		{"nofile", "exited 127 9\n", "error while loading shared libraries"},
		{"missing-lib", "exited 0 9\n", "the subject was not loaded: ERROR: ld.so: object"},
		{"bwrap-source", "", "the sandbox ended early: bwrap: Can't find source path"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *err = recorded(cases[i].name);
		g_autoptr(Outcome) outcome = ended(cases[i].report, err, NULL);

		if (outcome->kind != OUTCOME_RIG_FAULT || !strstr(outcome->reason, cases[i].reason))
			g_error("%s: %s", cases[i].name, outcome_describe(outcome));
	}
}

/* What a program says itself is no complaint of QEMU's, however alike it looks. */
static void test_own_words(void)
{
	g_autofree gchar *line = recorded("error-of-program");
	g_autofree gchar *assertion = recorded("assertion-of-program");
	g_autoptr(Outcome) exited = ended("exited 1 9\n", line, NULL);
	g_autoptr(Outcome) aborted = ended("signalled 6 9\n", assertion, "core");
	g_autoptr(Outcome) emulator = ended("signalled 6 9\n", assertion, NULL);

	g_assert_cmpint(exited->kind, ==, OUTCOME_EXITED);
	g_assert_cmpint(aborted->kind, ==, OUTCOME_SIGNALLED);
	g_assert_cmpint(aborted->signal, ==, 6);
	g_assert_cmpint(emulator->kind, ==, OUTCOME_RIG_FAULT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/user-map/reports", test_reports);
	g_test_add_func("/user-map/details", test_details);
	g_test_add_func("/user-map/complaints", test_complaints);
	g_test_add_func("/user-map/own-words", test_own_words);
	return g_test_run();
}
