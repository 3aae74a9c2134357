/*
 * Packages, fetched by npm itself from a registry of the test's (tests/e2e/registry.js): verified,
 * kept, made again, refused; by several at once, cancelled and killed in the middle. Where there is
 * no npm these tests are skipped.
 */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artefact/package.h"
#include "base/error.h"
#include "tree.h"

#define REGISTRY "tests/e2e/registry.js"
#define FOREVER  60 /* seconds */

/* A registry that serves a folder, and a cache. */
typedef struct {
	Tree *tree;
	gchar *served, *packages;
	Paths paths;
	GPid registry;
	int end; /* what the registry waits for the end of */
	GCancellable *cancellable;
} House;

static gchar *read_line(int file)
{
	GString *line = g_string_new(NULL);
	gchar byte;

	while (read(file, &byte, 1) == 1 && byte != '\n')
		g_string_append_c(line, byte);
	return g_string_free(line, FALSE);
}

static Tree *own_home;

/* npm's settings are the test's, whatever the user's are. They are in a file, since setenv() is not
 * for programs with threads. */
static void surround(void)
{
	g_autofree gchar *settings = NULL;

	if (own_home)
		return;
	own_home = tree_new();
	settings = g_build_filename(own_home, "npmrc", NULL);
	g_setenv("HOME", own_home, TRUE);
	g_setenv("npm_config_userconfig", settings, TRUE);
	g_unsetenv("npm_config_registry");
}

static void start_registry(House *house)
{
	const gchar *argv[] = {"node", REGISTRY, house->served, NULL};
	g_autofree gchar *port = NULL;
	g_autofree gchar *settings = NULL;
	int out;

	g_assert_true(g_spawn_async_with_pipes(
		NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL,
		NULL, &house->registry, &house->end, &out, NULL, NULL));
	port = read_line(out);
	close(out);
	settings = g_strdup_printf("registry=http://127.0.0.1:%s\nnoproxy=127.0.0.1\n"
				   "dry-run=true\nworkspaces=true\njson=false\n",
				   port);
	g_assert_true(g_file_set_contents(g_getenv("npm_config_userconfig"), settings, -1, NULL));
}

static void stop_registry(House *house)
{
	close(house->end);
	waitpid(house->registry, NULL, 0);
	house->registry = 0;
}

static void house_open(House *house)
{
	surround();
	house->tree = tree_new();
	house->served = tree_folder(house->tree, "served");
	house->packages = g_build_filename(house->tree, "packages", NULL);
	house->paths.packages = house->packages;
	house->cancellable = g_cancellable_new();
	start_registry(house);
}

static void house_clear(House *house)
{
	if (house->registry)
		stop_registry(house);
	g_object_unref(house->cancellable);
	g_free(house->served);
	g_free(house->packages);
	tree_free(house->tree);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(House, house_clear)

static void shell(const gchar *folder, const gchar *command)
{
	const gchar *argv[] = {"sh", "-ec", command, NULL};
	int status = -1;

	g_assert_true(g_spawn_sync(folder, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
}

/* How many lines of the registry's log contain the text. */
static guint asked(const House *house, const gchar *text)
{
	g_autofree gchar *path = g_build_filename(house->served, "log", NULL);
	g_autofree gchar *log = NULL;
	g_auto(GStrv) lines = NULL;
	guint count = 0;

	if (!g_file_get_contents(path, &log, NULL, NULL))
		return 0;
	lines = g_strsplit(log, "\n", -1);
	for (guint i = 0; lines[i]; i++)
		count += !!strstr(lines[i], text);
	return count;
}

/* The package @s/p in a version, with a library and a program. */
static void publish(const House *house, const gchar *version)
{
	g_autofree gchar *command = g_strdup_printf(
		"mkdir -p @s/p package/bin; printf '{\"name\":\"@s/p\",\"version\":\"%s\","
		"\"scripts\":{\"preinstall\":\"touch ran\",\"prepare\":\"touch ran\"}}' "
		">package/package.json; echo addon >package/a.node; echo run >package/bin/run; "
		"chmod 755 package/bin/run; tar -czf @s/p/%s.tgz package; rm -r package",
		version, version);

	shell(house->served, command);
}

static Package *get(House *house, const gchar *word, GError **error)
{
	return package_get(&house->paths, word, NULL, NULL, NULL, house->cancellable, error);
}

static void assert_whole(const Package *package)
{
	g_autofree gchar *file = NULL;
	g_autofree gchar *program = NULL;
	g_autofree gchar *text = NULL;

	g_assert_nonnull(package);
	file = g_build_filename(package->folder, "a.node", NULL);
	program = g_build_filename(package->folder, "bin/run", NULL);
	g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "addon\n");
	g_assert_cmpint(access(program, X_OK), ==, 0);
}

static void get_whole(House *house, const gchar *word)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Package) package = get(house, word, &error);

	g_assert_no_error(error);
	assert_whole(package);
}

static void refused(House *house, const gchar *word, A64rigError code, const gchar *why)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Package) package = get(house, word, &error);

	g_assert_null(package);
	g_assert_error(error, A64RIG_ERROR, (int)code);
	if (!strstr(error->message, why))
		g_error("%s", error->message);
}

/* Names in the folder but those that are meant to be there; "" for none. */
static void assert_holds(const gchar *folder, const gchar *wanted)
{
	g_autofree gchar *command = g_strdup_printf("[ \"$(ls -A | sed 's/^sha512-.*/sum/' | paste "
						    "-sd ' ')\" = '%s' ] || { ls -AR; false; }",
						    wanted);

	shell(folder, command);
}

static void assert_nothing_kept(const House *house)
{
	g_autofree gchar *index = g_build_filename(house->packages, "index", NULL);

	assert_holds(house->packages, "index");
	assert_holds(index, "");
}

static void test_get(void)
{
	g_auto(House) house = {0};
	g_autoptr(Package) found = NULL;
	g_autoptr(Package) package = NULL;

	house_open(&house);
	publish(&house, "1.0.0");
	g_assert_null(package_find(&house.paths, "npm:@s/p@1.0.0", NULL));
	package = get(&house, "npm:@s/p@1.0.0", NULL);
	assert_whole(package);
	g_assert_cmpstr(package->name, ==, "@s/p");
	g_assert_cmpstr(package->version, ==, "1.0.0");
	g_assert_true(g_str_has_prefix(package->folder, house.packages));
	assert_holds(house.packages, "index sum");
	assert_holds(own_home, "npmrc");
	stop_registry(&house);
	found = package_find(&house.paths, "npm:@s/p@1.0.0", package->integrity);
	g_assert_cmpstr(found->folder, ==, package->folder);
	get_whole(&house, "npm:@s/p@1.0.0");
	g_assert_cmpuint(asked(&house, ".tgz"), ==, 1);
}

/* Neither scripts nor the settings of a project count. */
static void test_surroundings(void)
{
	g_auto(House) house = {0};
	g_autofree gchar *project = NULL;
	g_autofree gchar *before = g_get_current_dir();

	house_open(&house);
	publish(&house, "1.0.0");
	shell(house.tree, "mkdir project; echo '{\"workspaces\":[\"x\"]}' >project/package.json; "
			  "echo registry=http://127.0.0.1:9 >project/.npmrc");
	shell(house.tree, "printf 'dry-run=true\\nworkspaces=true\\njson=false\\n' >>npmrc");
	project = g_build_filename(house.tree, "project", NULL);
	house.paths.packages = g_build_filename(project, "packages", NULL);
	g_free(house.packages);
	house.packages = house.paths.packages;
	g_assert_cmpint(g_chdir(project), ==, 0);
	get_whole(&house, "npm:@s/p@1.0.0");
	g_assert_cmpint(g_chdir(before), ==, 0);
	assert_holds(project, ".npmrc package.json packages");
	shell(house.tree, "[ -z \"$(find . -name ran)\" ]");
}

/* Damage is seen, and mended without the registry as long as the archive is whole. */
static void test_damaged(void)
{
	static const gchar *const damages[] = {
		"echo other >package/a.node",
		"rm package/bin/run",
		"echo >package/more",
		"rm -r package",
		"rm package.seal",
		": >package.seal",
	};
	g_auto(House) house = {0};

	house_open(&house);
	publish(&house, "1.0.0");
	get_whole(&house, "npm:@s/p@1.0.0");
	stop_registry(&house);
	for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
		g_autofree gchar *damage = g_strconcat("cd sha512-*; ", damages[i], NULL);

		shell(house.packages, damage);
		g_assert_null(package_find(&house.paths, "npm:@s/p@1.0.0", NULL));
		get_whole(&house, "npm:@s/p@1.0.0");
		assert_holds(house.packages, "index sum");
	}
	start_registry(&house);
	shell(house.packages, "cd sha512-*; echo >>archive; rm -r package");
	get_whole(&house, "npm:@s/p@1.0.0");
	shell(house.packages, "cd index; printf sha512- >\"$(ls)\"");
	get_whole(&house, "npm:@s/p@1.0.0");
	g_assert_cmpuint(asked(&house, ".tgz"), ==, 2);
}

/* A cache that was copied is used, although times and inodes are others. */
static void test_copied(void)
{
	g_auto(House) house = {0};

	house_open(&house);
	publish(&house, "1.0.0");
	get_whole(&house, "npm:@s/p@1.0.0");
	shell(house.tree, "cp -r packages copy; rm -r packages; mv copy packages");
	stop_registry(&house);
	get_whole(&house, "npm:@s/p@1.0.0");
}

static void test_absent(void)
{
	g_auto(House) house = {0};

	house_open(&house);
	for (guint i = 0; i < 7; i++) {
		g_autofree gchar *version = g_strdup_printf("1.%u.0", i);

		publish(&house, version);
	}
	refused(&house, "npm:@s/p@9.9.9", A64RIG_ERROR_USAGE,
		"the npm registry has no version 9.9.9 of @s/p; its last ones are 1.2.0, 1.3.0, "
		"1.4.0, 1.5.0, 1.6.0");
	refused(&house, "npm:@s/q@1.0.0", A64RIG_ERROR_USAGE,
		"the npm registry has no package @s/q, or does not show it to you (Not Found");
	refused(&house, "npm:@s/p", A64RIG_ERROR_USAGE, "write npm:NAME@VERSION");
	shell(house.served, "rm @s/p/1.[1-9].0.tgz");
	refused(&house, "npm:@s/p@9.9.9", A64RIG_ERROR_USAGE, "its last ones are 1.0.0");
	assert_nothing_kept(&house);
	stop_registry(&house);
	refused(&house, "npm:@s/p@1.0.0", A64RIG_ERROR_RIG, "cannot reach the npm registry (");
	assert_nothing_kept(&house);
}

#define OTHER                                                                                      \
	"sha512-58IrmUxZ2c8rSOVJseJGZmNgRZMNPafBrLKZ0cO3+TH5Sq5B7dosKyB6NuEPi8uNRSI+VIePWzFufO"    \
	"O2vAGWKQ=="

static void test_pinned(void)
{
	g_auto(House) house = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(Package) package = NULL;

	house_open(&house);
	publish(&house, "1.0.0");
	for (guint i = 0; i < 2; i++) {
		g_assert_null(package_get(&house.paths, "npm:@s/p@1.0.0", OTHER, NULL, NULL, NULL,
					  &error));
		g_assert_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE);
		g_assert_nonnull(strstr(error->message, "in the registry, and not " OTHER));
		g_clear_error(&error);
		g_assert_cmpuint(asked(&house, ".tgz"), ==, i);
		if (!i)
			get_whole(&house, "npm:@s/p@1.0.0");
	}
	g_assert_null(package_find(&house.paths, "npm:@s/p@1.0.0", OTHER));
	package = get(&house, "npm:@s/p@1.0.0", NULL);
	g_assert_true(package_check_word("npm:@s/p@1.0.0", package->integrity, NULL));
	g_assert_false(package_check_word("npm:@s/p@1.0.0", "sha512-x", &error));
	g_assert_nonnull(strstr(error->message, "should be \"sha512-\" with 64 bytes"));
}

static void test_broken_downloads(void)
{
	g_auto(House) house = {0};
	g_autofree gchar *integrity = NULL;

	house_open(&house);
	publish(&house, "1.0.0");
	integrity = tree_write(house.served, "@s/p/1.0.0.integrity", OTHER, -1);
	refused(&house, "npm:@s/p@1.0.0", A64RIG_ERROR_RIG, "EINTEGRITY");
	assert_nothing_kept(&house);
	shell(house.served, ": >@s/p/1.0.0.integrity");
	refused(&house, "npm:@s/p@1.0.0", A64RIG_ERROR_RIG, "tells no SHA-512");
	shell(house.served, "rm @s/p/1.0.0.integrity; touch @s/p/1.0.0.cut");
	refused(&house, "npm:@s/p@1.0.0", A64RIG_ERROR_RIG, "'npm:@s/p@1.0.0'");
	assert_nothing_kept(&house);
	shell(house.served, "rm @s/p/1.0.0.cut");
	get_whole(&house, "npm:@s/p@1.0.0");
}

/* The archive is verified whatever npm has done: this one spoils it after it has come. */
static void test_spoilt(void)
{
	g_auto(House) house = {0};
	g_autofree gchar *npm = g_find_program_in_path("npm");
	g_autofree gchar *before = g_strdup(g_getenv("PATH"));
	g_autofree gchar *path = NULL;
	g_autofree gchar *script = NULL;
	g_autofree gchar *file = NULL;

	house_open(&house);
	publish(&house, "1.0.0");
	script = g_strdup_printf("#!/bin/sh\n'%s' \"$@\" || exit\n"
				 "for f in fetched/*; do [ ! -f \"$f\" ] || echo >>\"$f\"; done\n",
				 npm);
	file = tree_write(house.tree, "bin/npm", script, -1);
	g_assert_cmpint(g_chmod(file, 0755), ==, 0);
	path = g_strconcat(house.tree, "/bin:", before, NULL);
	g_setenv("PATH", path, TRUE);
	refused(&house, "npm:@s/p@1.0.0", A64RIG_ERROR_RIG,
		"what came of 'npm:@s/p@1.0.0' is not what was published");
	g_setenv("PATH", "/nonexistent", TRUE);
	refused(&house, "npm:@s/p@1.0.0", A64RIG_ERROR_RIG,
		"no npm in PATH, which fetches 'npm:@s/p@1.0.0'; run scripts/setup");
	g_setenv("PATH", before, TRUE);
	assert_nothing_kept(&house);
}

static void test_hostile(void)
{
	g_auto(House) house = {0};

	house_open(&house);
	shell(house.served,
	      "mkdir -p evil package; touch package/x; "
	      "tar -czPf evil/1.0.0.tgz --transform s,package/x,package/../../x, package; "
	      "ln -s /etc package/l; tar -czf evil/2.0.0.tgz package; rm -r package");
	refused(&house, "npm:evil@1.0.0", A64RIG_ERROR_RIG,
		"'npm:evil@1.0.0' cannot be unpacked, and nothing was kept of it: ");
	refused(&house, "npm:evil@2.0.0", A64RIG_ERROR_RIG, "is a link that leads out");
	assert_nothing_kept(&house);
	assert_holds(house.tree, "packages served");
}

static gpointer get_in_thread(gpointer house)
{
	get_whole(house, "npm:@s/p@1.0.0");
	return NULL;
}

static gpointer get_another(gpointer house)
{
	get_whole(house, "npm:@s/p@2.0.0");
	return NULL;
}

static void test_threads(void)
{
	g_auto(House) house = {0};
	GThread *threads[6];

	house_open(&house);
	publish(&house, "1.0.0");
	publish(&house, "2.0.0");
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("get", i % 2 ? get_another : get_in_thread, &house);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	g_assert_cmpuint(asked(&house, "1.0.0.tgz"), ==, 1);
	g_assert_cmpuint(asked(&house, "2.0.0.tgz"), ==, 1);
	assert_holds(house.packages, "index sum sum");
}

/* Waits until npm waits for the archive. */
static void await_fetch(const House *house)
{
	for (guint i = 0; !asked(house, "1.0.0.tgz"); i++) {
		g_assert_cmpuint(i, <, FOREVER * 100);
		g_usleep(10000);
	}
}

static gpointer cancel_fetch(gpointer data)
{
	House *house = data;

	await_fetch(house);
	g_cancellable_cancel(house->cancellable);
	return NULL;
}

static void test_cancelled(void)
{
	g_auto(House) house = {0};
	g_autoptr(GError) error = NULL;
	GThread *thread;

	house_open(&house);
	publish(&house, "1.0.0");
	shell(house.served, "touch @s/p/1.0.0.held");
	thread = g_thread_new("cancel", cancel_fetch, &house);
	g_assert_null(get(&house, "npm:@s/p@1.0.0", &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_thread_join(thread);
	assert_nothing_kept(&house);
}

static void note_wait(const gchar *what, gpointer waited)
{
	if (g_str_has_prefix(what, "waiting for another rig"))
		g_atomic_int_set((gint *)waited, TRUE);
}

typedef struct {
	House *house;
	gint waited;
} Patient;

static gpointer get_patiently(gpointer data)
{
	Patient *patient = data;
	g_autoptr(Package) package = package_get(&patient->house->paths, "npm:@s/p@1.0.0", NULL,
						 note_wait, &patient->waited, NULL, NULL);

	assert_whole(package);
	return NULL;
}

/* Of a rig that is killed while npm fetches nothing stays: not npm, not the lock, not a folder. */
static void test_killed(void)
{
	g_auto(House) house = {0};
	Patient patient = {.house = &house};
	GThread *thread;
	pid_t pid;

	house_open(&house);
	publish(&house, "1.0.0");
	publish(&house, "2.0.0");
	shell(house.served, "touch @s/p/1.0.0.held");
	pid = fork();
	if (!pid) {
		get(&house, "npm:@s/p@1.0.0", NULL);
		_exit(0);
	}
	await_fetch(&house);
	thread = g_thread_new("get", get_patiently, &patient);
	while (!g_atomic_int_get(&patient.waited))
		g_usleep(10000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	shell(house.served, "rm @s/p/1.0.0.held");
	g_thread_join(thread);
	assert_holds(house.packages, "index sum");
	shell(house.packages, "mkdir -p .new-npm:gone@1.0.0/x; : >index/npm:gone@1.0.0");
	get_whole(&house, "npm:@s/p@2.0.0");
	assert_holds(house.packages, "index sum sum");
	shell(house.packages, "[ ! -e index/npm:gone@1.0.0 ]");
}

/* The registry that users have. */
static void test_real(void)
{
	static const gchar word[] = "npm:@node-rs/crc32-linux-arm64-gnu@1.10.8";
	g_autoptr(Tree) tree = tree_new();
	const Paths paths = {.packages = tree};
	g_autoptr(GError) error = NULL;
	g_autoptr(Package) package = package_get(&paths, word, NULL, NULL, NULL, NULL, &error);
	g_autofree gchar *file = NULL;

	if (error && strstr(error->message, "cannot reach the npm registry")) {
		g_test_skip(error->message);
		return;
	}
	g_assert_no_error(error);
	file = g_build_filename(package->folder, "crc32.linux-arm64-gnu.node", NULL);
	g_assert_true(g_file_test(file, G_FILE_TEST_IS_REGULAR));
}

static void skip(void)
{
	g_test_skip("there is no npm; run scripts/setup");
}

int main(int argc, char **argv)
{
	static const struct {
		const gchar *path;
		GTestFunc test;
	} tests[] = {
		{"/package/real", test_real}, /* first: with the user's own settings */
		{"/package/get", test_get},
		{"/package/surroundings", test_surroundings},
		{"/package/damaged", test_damaged},
		{"/package/copied", test_copied},
		{"/package/absent", test_absent},
		{"/package/pinned", test_pinned},
		{"/package/broken-downloads", test_broken_downloads},
		{"/package/spoilt", test_spoilt},
		{"/package/hostile", test_hostile},
		{"/package/threads", test_threads},
		{"/package/cancelled", test_cancelled},
		{"/package/killed", test_killed},
	};
	g_autofree gchar *npm = g_find_program_in_path("npm");
	int status;

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].path, npm ? tests[i].test : skip);
	status = g_test_run();
	g_clear_pointer(&own_home, tree_free);
	return status;
}
