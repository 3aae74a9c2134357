#include "image/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"

#define DEBIAN  "http://deb.debian.org/debian"
#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

enum { DEADLINE = 1200 };

/* /bin, /sbin and /lib are links into /usr, which no package makes; the kernel's package wants what
 * makes an initrd and loads modules, and neither is done here: all that counts as installed. */
static const gchar setup_hook[] =
	"cd \"$1\" && mkdir -p usr/bin usr/sbin usr/lib && ln -s usr/bin usr/sbin usr/lib . && "
	"for name in usr-is-merged initramfs-tools kmod linux-base; do "
	"printf 'Package: %s\\nStatus: install ok installed\\nArchitecture: all\\nVersion: 99\\n"
	"Maintainer: none <none@invalid>\\nDescription: none\\n\\n' $name; "
	"done >>var/lib/dpkg/status";

static const gchar extract_hook[] =
	"for file in \"$1\"/var/cache/apt/archives/*.deb; do "
	"dpkg-deb -W --showformat='${Package} ${Version}\\n' \"$file\"; "
	"done >\"$1/" FETCH_PACKAGES "\"";

static gchar *output_of(const gchar *const *argv)
{
	int status;
	g_autofree gchar *text = child_output(argv, 60, &status, NULL);

	return text && !status ? g_steal_pointer(&text) : g_strdup("");
}

/* The host's own mirror, where it has one for the suite; ending is how its address ends. */
static gchar *configured_mirror(const gchar *ending, const gchar *suite)
{
	static const gchar *const argv[] = {"apt-get", "update", "--print-uris", NULL};
	g_autofree gchar *uris = output_of(argv);
	g_autofree gchar *escaped = g_regex_escape_string(suite, -1);
	g_autofree gchar *pattern =
		g_strdup_printf("^'(https?://[^'\\s]*%s)/dists/%s/main/binary-", ending, escaped);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	return g_regex_match(regex, uris, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}

static gchar *mirror(const gchar *suite)
{
	const gchar *named = g_getenv("A64RIG_MIRROR");
	gchar *found = named ? g_strdup(named) : configured_mirror("/debian", suite);

	return found ? found : g_strdup(DEBIAN);
}

static gchar *security_mirror(const gchar *security)
{
	const gchar *named = g_getenv("A64RIG_MIRROR");
	gchar *found = named ? g_strconcat(named, "-security", NULL)
			     : configured_mirror("/[^'/]*security", security);

	return found ? found : g_strdup(DEBIAN "-security");
}

static void add_source(GPtrArray *argv, const gchar *uri, const gchar *suite)
{
	g_ptr_array_add(argv,
			g_strdup_printf("deb [signed-by=" KEYRING "] %s %s main", uri, suite));
}

static void add_sources(GPtrArray *argv, const Recipe *recipe)
{
	g_autofree gchar *main = mirror(recipe->suite);
	g_autofree gchar *updates = g_strconcat(recipe->suite, "-updates", NULL);
	g_autofree gchar *security = g_strconcat(recipe->suite, "-security", NULL);
	g_autofree gchar *fixes = security_mirror(security);
	const gchar *kernel = recipe->kernel_suite;

	add_source(argv, main, recipe->suite);
	add_source(argv, main, updates);
	add_source(argv, fixes, security);
	if (kernel && !g_str_equal(kernel, recipe->suite) && !g_str_equal(kernel, updates) &&
	    !g_str_equal(kernel, security))
		add_source(argv, main, kernel);
}

/* The host's proxies, which mmdebstrap's own apt does not know. */
static void add_proxies(GPtrArray *argv)
{
	static const gchar *const dump[] = {"apt-config",
					    "dump",
					    "--no-empty",
					    "--format",
					    "%f \"%v\"%n",
					    "Acquire::http::Proxy",
					    "Acquire::https::Proxy",
					    NULL};
	g_autofree gchar *text = output_of(dump);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], "Acquire::"))
			g_ptr_array_add(argv, g_strconcat("--aptopt=", lines[i], NULL));
}

static gchar *included(const Recipe *recipe)
{
	GString *names = g_string_new("--include=");

	for (guint i = 0; i < recipe->packages_count; i++)
		g_string_append_printf(names, "%s,", recipe->packages[i]);
	g_string_append(names, recipe->kernel);
	if (recipe->kernel_suite)
		g_string_append_printf(names, "/%s", recipe->kernel_suite);
	return g_string_free(names, FALSE);
}

gchar **fetch_command(const Recipe *recipe, const gchar *folder, const gchar *tar)
{
	static const gchar *const fixed[] = {
		"setpriv",
		"--pdeathsig",
		"TERM",
		"--",
		"mmdebstrap",
		"--variant=extract",
		"--mode=chrootless",
		"--format=tar",
		"--architectures=arm64",
		"--aptopt=APT::Install-Recommends \"false\"",
	};
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(argv, g_strdup("env"));
	g_ptr_array_add(argv, g_strconcat("TMPDIR=", folder, NULL));
	for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(argv, g_strdup(fixed[i]));
	add_proxies(argv);
	g_ptr_array_add(argv, included(recipe));
	g_ptr_array_add(argv, g_strconcat("--setup-hook=", setup_hook, NULL));
	g_ptr_array_add(argv, g_strconcat("--extract-hook=", extract_hook, NULL));
	g_ptr_array_add(argv, g_strdup(recipe->suite));
	g_ptr_array_add(argv, g_strdup(tar));
	add_sources(argv, recipe);
	g_ptr_array_add(argv, NULL);
	return (gchar **)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
}

/* What apt says where it does not have what it is asked for. */
static const gchar *const absent[] = {
	"E: Unable to locate package ",
	"E: The repository '",
	"E: Release '",
	"E: Package '",
};

/* The lines that tell why: those of errors, else the last one. */
static gchar *reason(const gchar *text, gboolean *recipe_is_wrong)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	const gchar *last = "it said nothing";
	const gchar *error = NULL;

	for (guint i = 0; lines[i]; i++) {
		if (*lines[i])
			last = lines[i];
		if (!error && g_str_has_prefix(lines[i], "E: "))
			error = lines[i] + 3;
		for (guint a = 0; a < G_N_ELEMENTS(absent); a++)
			*recipe_is_wrong |= g_str_has_prefix(lines[i], absent[a]);
	}
	return g_strdup(error ? error : last);
}

static void explain(const Recipe *recipe, const gchar *log, GError **error)
{
	g_autofree gchar *text = NULL;
	g_autofree gchar *why = NULL;
	gboolean wrong = FALSE;

	if (!g_file_get_contents(log, &text, NULL, NULL))
		text = g_strdup("");
	why = reason(text, &wrong);
	if (wrong)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_USAGE,
			    "the recipe of '%s' asks for what Debian %s does not have: %s",
			    recipe->name, recipe->suite, why);
	else
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "the packages of '%s' could not be fetched: %s; check the network, or "
			    "name a Debian mirror with A64RIG_MIRROR; the log is %s",
			    recipe->name, why, log);
}

static gboolean check_needed(GError **error)
{
	g_autofree gchar *program = g_find_program_in_path("mmdebstrap");

	if (!program)
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "no mmdebstrap in PATH; install it: apt install mmdebstrap");
	else if (access(KEYRING, R_OK))
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
			    "cannot read " KEYRING "; apt install debian-archive-keyring");
	else
		return TRUE;
	return FALSE;
}

gboolean fetch(const Recipe *recipe, const gchar *folder, const gchar *tar, const gchar *log,
	       int lock, GCancellable *cancellable, GError **error)
{
	g_auto(GStrv) argv = fetch_command(recipe, folder, tar);
	ChildSpec spec = {.argv = (const gchar *const *)argv,
			  .in = -1,
			  .extra = lock,
			  .folder = folder,
			  .deadline = DEADLINE};
	ChildResult result;
	gboolean started;

	if (!check_needed(error))
		return FALSE;
	spec.out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (spec.out < 0) {
		g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG, "cannot write '%s': %s", log,
			    g_strerror(errno));
		return FALSE;
	}
	spec.err = spec.out;
	started = child_run(&spec, cancellable, &result, error);
	close(spec.out);
	if (!started || g_cancellable_set_error_if_cancelled(cancellable, error))
		return FALSE;
	if (result.end == CHILD_ENDED && !result.status)
		return TRUE;
	explain(recipe, log, error);
	return FALSE;
}
