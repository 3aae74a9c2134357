#include "run/exec.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "base/qemu.h"
#include "base/typed.h"
#include "inspect/core.h"
#include "inspect/elf.h"
#include "judge/fate.h"
#include "judge/judge.h"
#include "run/explain.h"
#include "run/library.h"
#include "user/pass.h"

enum { ARGUMENTS = 200 }; /* characters of a subject's name */

/* The exit status of a loader that misses a library (glibc, elf/rtld.c; musl, ldso/dynlink.c). */
enum { NOT_LOADED = 127 };

typedef struct {
	const ExecRequest *request;
	GPtrArray *profiles;
	const Profile *baseline, *reference;
	gchar *emulator, *sysroot, *path, **bound;
	gchar **words;
	Sandbox sandbox;
	gchar *bwrap;
	int core;
	off_t start; /* of standard input where it can be read again, else -1 */
	Finding *finding;
} Exec;

static void exec_clear(Exec *exec)
{
	g_clear_pointer(&exec->profiles, g_ptr_array_unref);
	g_free(exec->emulator);
	g_free(exec->sysroot);
	g_free(exec->path);
	g_free(exec->bwrap);
	g_strfreev(exec->bound);
	finding_free(exec->finding);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Exec, exec_clear)

static gboolean fail_usage(GError **error, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean fail_usage(GError **error, const gchar *format, ...)
{
	va_list values;

	va_start(values, format);
	g_propagate_error(error,
			  g_error_new_valist(A64RIG_ERROR, A64RIG_ERROR_USAGE, format, values));
	va_end(values);
	return FALSE;
}

static gboolean fail_rig(GError **error, const gchar *message)
{
	g_set_error_literal(error, A64RIG_ERROR, A64RIG_ERROR_RIG, message);
	return FALSE;
}

static gboolean find_profiles(Exec *exec, GError **error)
{
	const ExecRequest *request = exec->request;

	exec->profiles = profiles_known(request->paths, error);
	if (!exec->profiles)
		return FALSE;
	exec->baseline = profile_find(exec->profiles, request->baseline, error);
	exec->reference =
		exec->baseline ? profile_find(exec->profiles, request->reference, error) : NULL;
	return exec->reference != NULL;
}

/* Each QEMU has what the rig takes unasked; to ask costs as much as a short program. */
static gboolean check_models(const Exec *exec, GError **error)
{
	const Profile *const both[] = {exec->baseline, exec->reference};
	g_autoptr(Qemu) qemu = NULL;

	if (g_str_equal(both[0]->name, REQUEST_BASELINE) &&
	    g_str_equal(both[1]->name, REQUEST_REFERENCE))
		return TRUE;
	qemu = qemu_new(QEMU_USER, error);
	if (!qemu)
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(both); i++)
		if (!qemu_has_model(qemu, both[i]->model)) {
			g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
				    "profile '%s' needs the CPU model '%s', which %s does not have",
				    both[i]->name, both[i]->model, qemu->version);
			return FALSE;
		}
	return TRUE;
}

static gboolean find_sysroot(Exec *exec, GError **error)
{
	const Paths *paths = exec->request->paths;
	const gchar *named = exec->request->sysroot;
	g_autofree gchar *path =
		named ? g_strdup(named) : g_build_filename(paths->prepared, "sysroot", NULL);
	g_autofree gchar *command = NULL;
	char *real = realpath(path, NULL);

	exec->sysroot = g_strdup(real);
	free(real);
	if (exec->sysroot && g_file_test(exec->sysroot, G_FILE_TEST_IS_DIR))
		return TRUE;
	if (named)
		return fail_usage(error, "--sysroot: there is no folder '%s'", named);
	command = paths_prepare_command(paths);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "there is no sysroot %s; run '%s', or name one with --sysroot", path, command);
	return FALSE;
}

/* As a shell finds it. */
static gboolean find_program(Exec *exec, GError **error)
{
	const gchar *word = exec->words[0];
	g_autofree gchar *found = strchr(word, '/') || g_file_test(word, G_FILE_TEST_IS_REGULAR)
					  ? g_strdup(word)
					  : g_find_program_in_path(word);

	if (found && g_file_test(found, G_FILE_TEST_IS_DIR))
		return fail_usage(error, "'%s' is a folder, not a program", word);
	if (!found || !g_file_test(found, G_FILE_TEST_EXISTS))
		return fail_usage(error, "there is no program '%s'", word);
	exec->path = path_absolute(found);
	return TRUE;
}

/* Of what it needs its loader will tell: it may know places that are not looked at here. */
static gboolean check_program(Exec *exec, GError **error)
{
	g_autofree gchar *interpreter = NULL;
	g_autofree gchar *loader = NULL;
	g_auto(GStrv) needed = NULL;
	g_autoptr(GError) why = NULL;

	if (!elf_check(exec->path, ELF_PROGRAM, &why))
		return fail_usage(error, "%s", why->message);
	if (!g_file_test(exec->path, G_FILE_TEST_IS_EXECUTABLE))
		return fail_usage(error, "%s is not executable; 'chmod +x' makes it so",
				  exec->path);
	needed = elf_needed(exec->path, &interpreter, &why);
	if (!needed)
		return fail_usage(error, "%s", why->message);
	loader = interpreter ? g_build_filename(exec->sysroot, interpreter, NULL) : NULL;
	if (loader && !g_file_test(loader, G_FILE_TEST_EXISTS))
		return fail_usage(error,
				  "%s wants the interpreter %s, which is not in the sysroot %s",
				  exec->path, interpreter, exec->sysroot);
	return TRUE;
}

static gboolean find_bound(Exec *exec, GError **error)
{
	g_autoptr(GStrvBuilder) bound = g_strv_builder_new();

	for (gchar **folder = exec->request->bound; folder && *folder; folder++) {
		char *real = realpath(*folder, NULL);

		if (!real || !g_file_test(real, G_FILE_TEST_IS_DIR)) {
			free(real);
			return fail_usage(error, "--bind: there is no folder '%s'", *folder);
		}
		g_strv_builder_add(bound, real);
		free(real);
	}
	exec->bound = g_strv_builder_end(bound);
	return TRUE;
}

static gboolean find_emulator(Exec *exec, GError **error)
{
	exec->emulator = qemu_find(QEMU_USER, error);
	if (!exec->emulator)
		return FALSE;
	exec->bwrap = exec->request->sandbox ? g_find_program_in_path("bwrap") : NULL;
	exec->sandbox = (Sandbox){.launch = exec->request->paths->pass, .bwrap = exec->bwrap};
	return !exec->request->sandbox || exec->bwrap || sandbox_check(&exec->sandbox, error);
}

/* A file without a name, on a disk where there is one: nothing of it can be left. */
static gboolean open_core(Exec *exec, GError **error)
{
	const gchar *folder = exec->request->paths->runs;

	g_mkdir_with_parents(folder, 0700);
	exec->core = g_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (exec->core < 0)
		exec->core = memfd_create("core", MFD_CLOEXEC);
	return exec->core >= 0 || fail_rig(error, "there is no room for a core");
}

static PassSpec pass_spec(const Exec *exec)
{
	return (PassSpec){.sandbox = &exec->sandbox,
			  .emulator = exec->emulator,
			  .sysroot = exec->sysroot,
			  .program = strchr(exec->words[0], '/') ? exec->words[0] : exec->path,
			  .path = exec->path,
			  .args = exec->words + 1,
			  .bound = exec->bound,
			  .core = exec->core};
}

/* What the program saw is there, too, or in the sysroot. */
static void explain(Exec *exec, Outcome *outcome)
{
	g_autofree gchar *folder = g_get_current_dir();
	const PathMap map[] = {{".", folder}, {"/", exec->sysroot}, {"/", "/"}, {NULL, NULL}};
	g_autoptr(GError) error = NULL;

	if (outcome->core)
		outcome->fault =
			core_explain(outcome->core, exec->path, map, outcome->signal, 0, &error);
	if (outcome->fault)
		return;
	outcome->fault = fault_new(outcome->signal);
	outcome->fault->note =
		g_strdup(error ? error->message
			       : "no core could be had (is 'ulimit -H -c' 0, or did the "
				 "program forbid it?), so there is no more to say");
}

static gboolean died_of_sigill(const Outcome *outcome)
{
	return outcome->kind == OUTCOME_SIGNALLED && outcome->signal == SIGILL;
}

/* Why the reference is not run, or NULL. */
static const gchar *incomparable(const Exec *exec)
{
	if (!exec->request->compare)
		return "the reference was not run, as was asked for";
	if (exec->start < 0)
		return "the reference was not run: standard input cannot be read twice";
	return NULL;
}

static void judge_alone(Finding *finding, const gchar *why)
{
	gboolean told = finding->baseline->fault->feature != NULL;

	finding->verdict = told ? VERDICT_FLAGGED : VERDICT_INCONCLUSIVE;
	finding->reason = g_strdup_printf("%s; %s", why,
					  told ? "judged by the instruction alone"
					       : "the instruction alone tells nothing");
}

static gboolean compare(Exec *exec, GError **error)
{
	PassSpec spec = pass_spec(exec);
	Finding *finding = exec->finding;
	const gchar *why = incomparable(exec);

	explain(exec, finding->baseline);
	if (why) {
		judge_alone(finding, why);
		return TRUE;
	}
	spec.silent = TRUE;
	if (exec->start)
		lseek(STDIN_FILENO, exec->start - 1, SEEK_SET);
	finding->reference = pass_run(&spec, exec->reference, error);
	if (!finding->reference)
		return FALSE;
	finding->verdict = judge(finding->baseline, finding->reference);
	return TRUE;
}

static void judge_passed(Finding *finding)
{
	const Outcome *outcome = finding->baseline;
	g_autofree gchar *what = outcome_describe(outcome);

	if (outcome_passed(outcome)) {
		finding->verdict = VERDICT_OK;
		return;
	}
	finding->verdict = outcome->kind == OUTCOME_EXITED && outcome->code == OUTCOME_EXIT_SKIP
				   ? VERDICT_SKIPPED
				   : VERDICT_INCONCLUSIVE;
	finding->reason = g_strdup_printf("%s on the baseline; the reference was not run", what);
}

/* The loader has said so, but not of whose folders it speaks. */
static gboolean check_loaded(const Exec *exec, GError **error)
{
	const Outcome *outcome = exec->finding->baseline;

	return outcome->kind != OUTCOME_EXITED || outcome->code != NOT_LOADED ||
	       program_check(exec->path, exec->sysroot, error);
}

static gboolean run(Exec *exec, GError **error)
{
	const PassSpec spec = pass_spec(exec);
	Finding *finding = exec->finding;
	static const Subject nobody;

	finding->baseline = pass_run(&spec, exec->baseline, error);
	if (!finding->baseline)
		return FALSE;
	if (finding->baseline->kind == OUTCOME_RIG_FAULT) {
		/* Where it does not work at all, the way out is known. */
		return (!exec->bwrap || sandbox_check(&exec->sandbox, error)) &&
		       fail_rig(error, finding->baseline->reason);
	}
	if (!died_of_sigill(finding->baseline)) {
		judge_passed(finding);
		return check_loaded(exec, error);
	}
	if (!compare(exec, error))
		return FALSE;
	explain_way_out(finding, &nobody);
	return TRUE;
}

static gchar *subject_name(const Exec *exec)
{
	g_autofree gchar *typed = as_typed((const gchar *const *)exec->words + 1);
	g_autofree gchar *text = g_utf8_make_valid(*typed ? typed : exec->path, -1);

	return g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), ARGUMENTS));
}

static gchar *replay(const Exec *exec)
{
	const ExecRequest *request = exec->request;
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;

	g_strv_builder_add_many(words, "a64rig", "exec", NULL);
	if (!g_str_equal(request->baseline, REQUEST_BASELINE))
		g_strv_builder_add_many(words, "--baseline", request->baseline, NULL);
	if (!g_str_equal(request->reference, REQUEST_REFERENCE))
		g_strv_builder_add_many(words, "--reference", request->reference, NULL);
	if (request->sysroot)
		g_strv_builder_add_many(words, "--sysroot", request->sysroot, NULL);
	for (gchar **folder = request->bound; folder && *folder; folder++)
		g_strv_builder_add_many(words, "--bind", *folder, NULL);
	if (!request->sandbox)
		g_strv_builder_add(words, "--no-sandbox");
	g_strv_builder_add(words, "--");
	g_strv_builder_addv(words, (const gchar **)exec->words);
	argv = g_strv_builder_end(words);
	return as_typed((const gchar *const *)argv);
}

static void make_finding(Exec *exec)
{
	g_autofree gchar *base = g_path_get_basename(exec->path);
	g_autofree gchar *text = g_utf8_make_valid(base, -1);
	g_autofree gchar *name = g_strconcat("exec/", text, NULL);
	g_autofree gchar *subject = subject_name(exec);

	exec->finding = finding_new(name, subject, "user");
	exec->finding->replay = replay(exec);
}

static Results *make_results(Exec *exec)
{
	Results *results = results_new();
	struct utsname host;

	uname(&host);
	results->rig_version = g_strdup(A64RIG_VERSION);
	results->host = g_strdup_printf("%s %s %s", host.machine, host.sysname, host.release);
	results->baseline = g_strdup(exec->baseline->name);
	results->reference = g_strdup(exec->reference->name);
	results->seconds = exec->finding->baseline->seconds;
	if (exec->finding->reference)
		results->seconds += exec->finding->reference->seconds;
	g_ptr_array_add(results->findings, g_steal_pointer(&exec->finding));
	return results;
}

/* Where in standard input a second run has to begin, plus one; 0: it has none, or an empty one; -1:
 * it cannot be read again. */
static off_t input_start(void)
{
	GStatBuf status, null;

	if (fstat(STDIN_FILENO, &status))
		return 0;
	if (S_ISREG(status.st_mode))
		return lseek(STDIN_FILENO, 0, SEEK_CUR) + 1;
	return S_ISCHR(status.st_mode) && !g_stat("/dev/null", &null) &&
			       null.st_rdev == status.st_rdev
		       ? 0
		       : -1;
}

static void note_folder(const Exec *exec, ExecNotice notice)
{
	const PassSpec spec = pass_spec(exec);

	if (!pass_keeps_folder(&spec))
		notice("the working folder is one that the sandbox hides, so the program cannot "
		       "read or keep files there; '--bind .' lets it");
}

/* Nothing stands between the program and its CPU that could trap or hide an extension. */
static void note_board(const Exec *exec, const Profile *profile, ExecNotice notice)
{
	g_autofree gchar *lacks =
		board_lacks(profile, profile_named(exec->profiles, profile->model));
	g_autofree gchar *text = NULL;

	if (!lacks)
		return;
	text = g_strdup_printf("%s is run here as its CPU model %s, which has what the board lacks "
			       "(%s); 'a64rig audit --baseline %s' runs the board",
			       profile->name, profile->model, lacks, profile->name);
	notice(text);
}

Results *exec_run(const ExecRequest *request, gchar **words, ExecNotice notice, GError **error)
{
	g_auto(Exec)
		exec = {.request = request, .words = words, .core = -1, .start = input_start()};
	Results *results = NULL;

	if (find_profiles(&exec, error) && find_sysroot(&exec, error) &&
	    find_program(&exec, error) && check_program(&exec, error) && find_bound(&exec, error) &&
	    find_emulator(&exec, error) && check_models(&exec, error) && open_core(&exec, error)) {
		make_finding(&exec);
		note_folder(&exec, notice);
		note_board(&exec, exec.baseline, notice);
		if (run(&exec, error))
			results = make_results(&exec);
	}
	if (exec.core >= 0)
		close(exec.core);
	return results;
}

gboolean exec_complete(Results *results, GError **error)
{
	g_autoptr(Qemu) qemu = qemu_new(QEMU_USER, error);

	if (!qemu)
		return FALSE;
	results->qemu = g_strdup(qemu->version);
	return TRUE;
}
