#include "user/user.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/qemu.h"
#include "base/tail.h"
#include "base/write.h"
#include "user/complaint.h"
#include "user/mask.h"
#include "user/sandbox.h"

typedef struct {
	Engine engine;
	Qemu *qemu;
	gchar *bwrap; /* NULL without sandbox */
	Sandbox sandbox;
	const Paths *paths;
	gsize asked;         /* whether QEMU takes plugins: 0 no */
	const gchar *plugin; /* what there is for it, or NULL */
	gint runs;           /* so far */
} UserEngine;

/* The socket of QEMU's debugger stub, in the program's working folder: its name can be short. */
#define STUB "stub"

/* What the emulator writes of what is executed, likewise. */
#define TRACE ".executed"

/* The run's folder holds the log; what the program may write to lies below it. */
typedef struct {
	gchar *home;
	int out, err, report[2]; /* the second end of report is the launcher's */
} RunFiles;

static gboolean check(Engine *engine, const Profile *profile, GError **error)
{
	UserEngine *self = (UserEngine *)engine;
	g_autofree gchar *models = NULL;

	if (qemu_has_model(self->qemu, profile->model))
		return TRUE;
	models = g_strjoinv(", ", self->qemu->models);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "profile '%s' needs the CPU model '%s', which %s does not have; it has: %s",
		    profile->name, profile->model, self->qemu->version, models);
	return FALSE;
}

/* The path of a file of this host as the program sees it. */
static gchar *seen(UserEngine *self, const gchar *host, const gchar *folder)
{
	g_autofree gchar *base = g_path_get_basename(host);

	return self->bwrap ? g_build_filename(folder, base, NULL) : g_strdup(host);
}

/* In the sandbox the whole environment is the sandbox's own. */
static void add_home(UserEngine *self, const RunSpec *spec, GStrvBuilder *argv)
{
	g_autofree gchar *home = g_strconcat("HOME=", spec->folder, NULL);
	g_autofree gchar *temporary = g_strconcat("TMPDIR=", spec->folder, NULL);

	if (!self->bwrap)
		g_strv_builder_add_many(argv, "-E", home, "-E", temporary, NULL);
}

static void add_library_path(UserEngine *self, const RunSpec *spec, GStrvBuilder *argv)
{
	g_autofree gchar *first = NULL;
	g_autofree gchar *folder = NULL;
	g_autofree gchar *word = NULL;

	if (!engine_searches(spec))
		return;
	first = seen(self, spec->files[0], ENGINE_SUBJECT);
	folder = g_path_get_dirname(first);
	word = g_strdup_printf("LD_LIBRARY_PATH=%s", folder);
	g_strv_builder_add_many(argv, "-E", word, NULL);
}

static void add_preload(UserEngine *self, const RunSpec *spec, GStrvBuilder *argv)
{
	g_autofree gchar *library = NULL;
	g_autofree gchar *word = NULL;

	if (spec->preload_files && spec->files[0])
		library = seen(self, spec->files[0], ENGINE_SUBJECT);
	else if (!spec->preload)
		return;
	word = g_strdup_printf("LD_PRELOAD=%s", library ? library : spec->preload);
	g_strv_builder_add_many(argv, "-E", word, NULL);
}

static void add_args(UserEngine *self, const RunSpec *spec, GStrvBuilder *argv)
{
	g_autofree gchar *first = spec->beside[0] ? seen(self, spec->beside[0], ENGINE_CASE) : NULL;
	g_autofree gchar *folder = first ? g_path_get_dirname(first) : g_strdup(ENGINE_CASE);
	g_autofree gchar *subject =
		spec->files[0] ? seen(self, spec->files[0], ENGINE_SUBJECT) : g_strdup("");
	g_auto(GStrv) args = engine_args(spec, folder, subject);

	g_strv_builder_addv(argv, (const gchar **)args);
}

/* --- accounts of what is executed, boards --- */

static gboolean is_traced(const RunSpec *spec)
{
	return spec->audit || spec->lacks;
}

/* HWCAPs are hidden where less is to be told than the CPU model has. With a debugger they cannot
 * be: the stub talks to one alone. */
static gboolean is_masked(const RunSpec *spec)
{
	return (spec->lacks || spec->told != spec->profile) && !spec->debugger;
}

/* The plugin that QEMU takes, or NULL. */
static const gchar *plugin_of(UserEngine *self)
{
	if (g_once_init_enter(&self->asked)) {
		guint version = qemu_plugin_version(self->qemu);

		self->plugin = version ? self->paths->audit[version - 1] : NULL;
		g_once_init_leave(&self->asked, 1);
	}
	return self->plugin;
}

/* A QEMU without plugins logs all that it translates. */
static void add_trace(UserEngine *self, const RunSpec *spec, GStrvBuilder *argv)
{
	g_autofree gchar *file =
		g_build_filename(self->bwrap ? ENGINE_RUN : spec->folder, TRACE, NULL);
	g_autofree gchar *escaped = qemu_escape(file);
	const gchar *plugin = is_traced(spec) ? plugin_of(self) : NULL;
	g_autofree gchar *word = NULL;

	if (!is_traced(spec))
		return;
	if (!plugin) {
		g_strv_builder_add_many(argv, "-d", "in_asm", "-D", file, NULL);
		return;
	}
	word = g_strdup_printf("%s,out=%s%s%s", self->bwrap ? SANDBOX_PLUGIN : plugin, escaped,
			       spec->lacks ? ",lacks=" : "", spec->lacks ? spec->lacks : "");
	g_strv_builder_add_many(argv, "-plugin", word, NULL);
}

/* The program may have put something else in its place. */
static gchar *find_trace(const gchar *home)
{
	g_autofree gchar *path = g_build_filename(home, TRACE, NULL);
	GStatBuf status;

	if (g_lstat(path, &status) || !S_ISREG(status.st_mode))
		return NULL;
	return g_steal_pointer(&path);
}

static gchar **command(Engine *engine, const RunSpec *spec)
{
	UserEngine *self = (UserEngine *)engine;
	Sandbox sandbox = self->sandbox;
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
	g_autofree gchar *emulator = sandbox_emulator(&self->sandbox, self->qemu->path);
	g_autofree gchar *cpu = profile_cpu(spec->profile);
	g_autofree gchar *program = seen(self, spec->program, ENGINE_CASE);

	sandbox.plugin = is_traced(spec) ? plugin_of(self) : NULL;
	sandbox_command(&sandbox, spec, self->qemu->path, argv);
	g_strv_builder_add_many(argv, emulator, "-cpu", cpu, "-L",
				self->bwrap ? SANDBOX_SYSROOT : spec->sysroot, NULL);
	if (spec->debugger || is_masked(spec))
		g_strv_builder_add_many(argv, "-g", STUB, NULL);
	add_trace(self, spec, argv);
	add_home(self, spec, argv);
	add_library_path(self, spec, argv);
	add_preload(self, spec, argv);
	g_strv_builder_add(argv, program);
	add_args(self, spec, argv);
	return g_strv_builder_end(argv);
}

/* QEMU 7.2's stub hears nothing while the program runs, but when a signal comes. */
static void interrupt(gpointer data)
{
	const RunFiles *files = data;

	send_all(files->report[0], &(guint8){SIGINT}, 1);
}

/* QEMU waits for a debugger before it runs anything: nobody else has put that socket there. */
static void reach_stub(const RunSpec *spec, RunFiles *files)
{
	g_autofree gchar *stub = g_build_filename(files->home, STUB, NULL);

	if (spec->debugger)
		relay_reach(spec->debugger, stub, interrupt, files);
}

static void leave_stub(const RunSpec *spec)
{
	if (spec->debugger)
		relay_leave(spec->debugger);
}

static gchar **path_map(Engine *engine, const RunSpec *spec)
{
	UserEngine *self = (UserEngine *)engine;
	g_autoptr(GStrvBuilder) map = g_strv_builder_new();
	g_autofree gchar *program = seen(self, spec->program, ENGINE_CASE);

	g_strv_builder_add_many(map, program, spec->program, NULL);
	for (const gchar *const *file = spec->files; *file; file++) {
		g_autofree gchar *guest = seen(self, *file, ENGINE_SUBJECT);

		g_strv_builder_add_many(map, guest, *file, NULL);
	}
	/* As the emulator sees it, and then as the program does. */
	g_strv_builder_add_many(map, self->bwrap ? SANDBOX_SYSROOT : spec->sysroot, spec->sysroot,
				"/", spec->sysroot, NULL);
	return g_strv_builder_end(map);
}

static void run_files_clear(RunFiles *files)
{
	const int all[] = {files->out, files->err, files->report[0], files->report[1]};

	g_free(files->home);
	for (guint i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i] >= 0)
			close(all[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunFiles, run_files_clear)

static int create(const gchar *folder, const gchar *name)
{
	g_autofree gchar *path = g_build_filename(folder, name, NULL);

	return g_open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
}

/* Root inside the sandbox has no right but that of everyone to pass through the folder. */
static int make_home(const gchar *path, guint user)
{
	if (geteuid() != 0)
		return g_mkdir(path, 0700);
	return g_mkdir(path, 0711) || chmod(path, 0711) || chown(path, user, user);
}

/* A user of its own for each run of each rig: process ids have 22 bits at most (proc(5), pid_max).
 */
static guint next_user(UserEngine *self)
{
	guint count = (guint)g_atomic_int_add(&self->runs, 1);

	return SANDBOX_USERS + (((guint)getpid() & 0x3fffff) << 8 | (count & 0xff));
}

static gboolean run_files_open(RunFiles *files, const RunSpec *spec, const RunSpec *inside,
			       gchar **argv, GError **error)
{
	g_autofree gchar *log = g_build_filename(spec->folder, "command", NULL);
	g_autoptr(GString) line = g_string_new(NULL);

	for (gchar **word = argv; *word; word++) {
		g_autofree gchar *quoted = g_shell_quote(*word);

		g_string_append_printf(line, "%s ", quoted);
	}
	g_string_append(line, "3>&1\n");
	if (!g_file_set_contents(log, line->str, (gssize)line->len, error))
		return FALSE;
	files->home = g_strdup(inside->folder);
	files->out = create(spec->folder, "stdout");
	files->err = create(spec->folder, "stderr");
	if (files->out >= 0 && files->err >= 0 &&
	    !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, files->report) &&
	    !make_home(inside->folder, inside->user))
		return TRUE;
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot write in '%s': %s", spec->folder,
		    g_strerror(errno));
	return FALSE;
}

/*
 * report          the program's own story         outcome
 * "exited 0"      -                               exited 0, a pass
 * "exited 77"     -                               skipped, its last line of output is the reason
 * "exited N"      QEMU complains on stderr        rig fault
 * "exited N"      -                               exited N
 * "signalled 9"   only the rig's deadline and
 *                 others from outside send it     rig fault
 * "signalled N"   QEMU complains on stderr, and
 *                 wrote no core of the program    rig fault
 * "signalled N"   QEMU re-raises the program's
 *                 signal (linux-user/signal.c)    signalled N
 * "failed E STEP" the launcher could not          rig fault
 * ""              bubblewrap could not            rig fault, its last line of stderr
 */
void user_map_end(Outcome *outcome, const gchar *report)
{
	int number = 0;
	unsigned long long kib = 0;
	gchar step[64] = "";
	gchar *complaint = outcome_preload_complaint(outcome);

	if (!complaint && !g_str_has_prefix(report, "exited 0 ") &&
	    !(outcome->core && g_str_has_prefix(report, "signalled ")))
		complaint = qemu_complaint(outcome->err);
	if (complaint) {
		outcome_end(outcome, OUTCOME_RIG_FAULT, complaint);
	} else if (sscanf(report, "exited %d %llu", &number, &kib) == 2) {
		outcome_exited(outcome, number);
	} else if (sscanf(report, "signalled %d %llu", &number, &kib) == 2) {
		outcome->signal = number;
		outcome_end(outcome, OUTCOME_SIGNALLED, NULL);
		if (number == SIGKILL)
			outcome_end(outcome, OUTCOME_RIG_FAULT,
				    g_strdup("the emulator was killed (SIGKILL) from outside"));
	} else if (sscanf(report, "failed %d %63[^\n]", &number, step) == 2) {
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("%s: %s", step, g_strerror(number)));
	} else {
		g_autofree gchar *line = tail_last_line(outcome->err);

		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("the sandbox ended early: %s", line));
	}
	outcome->max_rss = kib;
}

/* QEMU names it qemu_PROGRAM_DATE-TIME_PID.core. Of several the last one written is the one of the
 * process that ended the run. */
static gchar *find_core(const gchar *home)
{
	g_autoptr(GDir) dir = g_dir_open(home, 0, NULL);
	g_autofree gchar *best = NULL;
	gint64 newest = -1;
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(home, name, NULL);
		GStatBuf status;

		if (!g_str_has_prefix(name, "qemu_") || !g_str_has_suffix(name, ".core") ||
		    g_lstat(path, &status) || !S_ISREG(status.st_mode))
			continue;
		if (status.st_mtime >= newest) {
			newest = status.st_mtime;
			g_free(best);
			best = g_steal_pointer(&path);
		}
	}
	return g_steal_pointer(&best);
}

static void collect(Outcome *outcome, const RunSpec *spec, RunFiles *files,
		    const ChildResult *result)
{
	gchar report[128] = "";

	outcome->seconds = result->seconds;
	g_free(outcome->out);
	g_free(outcome->err);
	outcome->out = tail_text(files->out);
	outcome->err = tail_text(files->err);
	outcome->core = find_core(files->home);
	outcome->trace = is_traced(spec) ? find_trace(files->home) : NULL;
	if (recv(files->report[0], report, sizeof report - 1, MSG_DONTWAIT) < 0)
		*report = '\0';
	user_map_end(outcome, report);
	if (result->end == CHILD_TIMED_OUT)
		outcome_end(outcome, OUTCOME_TIMED_OUT, NULL);
	if (result->end == CHILD_CANCELLED)
		outcome_end(outcome, OUTCOME_RIG_FAULT, g_strdup("interrupted"));
	if (!outcome_passed(outcome) && path_is_full(spec->folder))
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("no space left on the disk of '%s'", spec->folder));
	outcome->folder = g_strdup(spec->folder);
}

/* A mask that fails where the program never came to be started tells nothing of its own. */
static void take_mask(Mask *mask, Outcome *outcome)
{
	g_autoptr(GError) error = NULL;

	if (!mask || mask_end(mask, &outcome->masked, &error) || outcome->kind == OUTCOME_RIG_FAULT)
		return;
	outcome_end(outcome, OUTCOME_RIG_FAULT, g_strdup(error->message));
}

static gboolean run_child(const ChildSpec *child, const RunSpec *spec, RunFiles *files,
			  Outcome *outcome, GCancellable *cancellable, GError **error)
{
	g_autofree gchar *stub = g_build_filename(files->home, STUB, NULL);
	Mask *mask = is_masked(spec) ? mask_start(stub, spec->told) : NULL;
	ChildResult result;
	gboolean ran;

	reach_stub(spec, files);
	ran = child_run(child, cancellable, &result, error);
	leave_stub(spec);
	if (ran)
		collect(outcome, spec, files, &result);
	take_mask(mask, outcome);
	return ran;
}

static Outcome *run(Engine *engine, const RunSpec *spec, GCancellable *cancellable)
{
	g_auto(RunFiles) files = {.out = -1, .err = -1, .report = {-1, -1}};
	g_autoptr(Outcome) outcome = outcome_new(spec->profile->name);
	g_autofree gchar *home = g_build_filename(spec->folder, "home", NULL);
	RunSpec inside = *spec;
	g_auto(GStrv) argv = NULL;
	g_autoptr(GError) error = NULL;

	inside.folder = home;
	inside.user = next_user((UserEngine *)engine);
	argv = command(engine, &inside);
	if (run_files_open(&files, spec, &inside, argv, &error)) {
		ChildSpec child = {.argv = (const gchar *const *)argv,
				   .in = -1,
				   .out = files.out,
				   .err = files.err,
				   .extra = files.report[1],
				   .folder = home,
				   .deadline = spec->timeout};

		if (run_child(&child, spec, &files, outcome, cancellable, &error))
			return g_steal_pointer(&outcome);
	}
	outcome_end(outcome, OUTCOME_RIG_FAULT, g_strdup(error->message));
	return g_steal_pointer(&outcome);
}

static void close_engine(Engine *engine)
{
	UserEngine *self = (UserEngine *)engine;

	qemu_free(self->qemu);
	g_free(self->bwrap);
	g_free(self);
}

Engine *user_engine_new(const Paths *paths, gboolean sandbox, GError **error)
{
	UserEngine *self = g_new0(UserEngine, 1);

	self->engine = (Engine){.name = "user",
				.check = check,
				.command = command,
				.path_map = path_map,
				.run = run,
				.close = close_engine};
	self->bwrap = sandbox ? g_find_program_in_path("bwrap") : NULL;
	self->paths = paths;
	self->sandbox = (Sandbox){.launch = paths->launch, .bwrap = self->bwrap};
	self->qemu = qemu_new(QEMU_USER, error);
	if (self->qemu && (!sandbox || sandbox_check(&self->sandbox, error))) {
		self->engine.version = self->qemu->version;
		self->engine.program = self->qemu->path;
		return &self->engine;
	}
	close_engine(&self->engine);
	return NULL;
}
