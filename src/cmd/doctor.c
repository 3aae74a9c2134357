#include <glob.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "artefact/package.h"
#include "base/qemu.h"
#include "cmd/cmd.h"
#include "cmd/guests.h"
#include "cmd/module.h"
#include "isa/isa.h"
#include "run/plan.h"
#include "user/sandbox.h"

/* What a check found. text says what is, or what is wrong; remedy what to do about it. */
typedef enum { FINE, WARNING, FAILURE } Health;

typedef struct {
	Health health;
	gchar *text;
	gchar *remedy;
} Diagnosis;

typedef struct {
	Paths *paths;
	Plan *plan;
	Qemu *qemu;
	gboolean emulates; /* there is a QEMU for guests */
} Patient;

static Diagnosis say(Health health, gchar *text, gchar *remedy)
{
	return (Diagnosis){health, text, remedy};
}

static Diagnosis from_error(GError *error, gchar *remedy)
{
	Diagnosis diagnosis = say(FAILURE, g_strdup(error->message), remedy);

	g_error_free(error);
	return diagnosis;
}

static Diagnosis check_data(Patient *patient)
{
	GError *error = NULL;

	patient->paths = paths_new(&error);
	patient->plan = patient->paths ? plan_load(patient->paths, &error) : NULL;
	if (!patient->plan)
		return from_error(error,
				  g_strdup("run 'make install', or mend the file named above"));
	return say(FINE,
		   g_strdup_printf("%u suites, %u subjects, %u profiles in %s",
				   patient->plan->suites->len, patient->plan->subjects->len,
				   patient->plan->profiles->len, patient->paths->data),
		   NULL);
}

static Diagnosis check_qemu(Patient *patient)
{
	GError *error = NULL;

	patient->qemu = qemu_new(QEMU_USER, &error);
	if (!patient->qemu)
		return from_error(error, g_strdup("apt install qemu-user"));
	return say(FINE, g_strdup_printf("%s, %s", patient->qemu->version, patient->qemu->path),
		   NULL);
}

/* The profiles that have no model there, separated by commas. Caller frees. */
static gchar *without_model(const Plan *plan, const Qemu *qemu)
{
	GString *missing = g_string_new(NULL);

	for (guint i = 0; i < plan->profiles->len; i++) {
		const Profile *profile = g_ptr_array_index(plan->profiles, i);

		if (!qemu_has_model(qemu, profile->model))
			g_string_append_printf(missing, "%s%s", missing->len ? ", " : "",
					       profile->name);
	}
	return g_string_free(missing, FALSE);
}

static Diagnosis check_models(Patient *patient)
{
	g_autofree gchar *missing = NULL;

	if (!patient->qemu || !patient->plan)
		return say(WARNING, g_strdup("not checked"), NULL);
	missing = without_model(patient->plan, patient->qemu);
	if (!*missing)
		return say(FINE, g_strdup("every profile has its CPU model"), NULL);
	return say(WARNING, g_strdup_printf("no CPU model here for the profiles %s", missing),
		   g_strdup("a newer QEMU has more; A64RIG_QEMU names another qemu-aarch64"));
}

static Diagnosis check_sandbox(Patient *patient)
{
	g_autofree gchar *bwrap = g_find_program_in_path("bwrap");
	Sandbox sandbox = {.bwrap = bwrap};
	GError *error = NULL;

	(void)patient;
	if (sandbox_check(&sandbox, &error))
		return say(FINE, g_strdup_printf("%s works", bwrap), NULL);
	return from_error(error, g_strdup("apt install bubblewrap; allow user namespaces"));
}

static Diagnosis check_launch(Patient *patient)
{
	if (!patient->paths)
		return say(WARNING, g_strdup("not checked"), NULL);
	if (!access(patient->paths->launch, X_OK))
		return say(FINE, g_strdup(patient->paths->launch), NULL);
	return say(FAILURE, g_strdup_printf("%s is not a program", patient->paths->launch),
		   g_strdup("run 'make', or 'make install'"));
}

static Diagnosis check_prepared(Patient *patient)
{
	static const gchar *const parts[] = {"sysroot", "cases", "subjects"};
	g_autofree gchar *command = NULL;

	if (!patient->paths)
		return say(WARNING, g_strdup("not checked"), NULL);
	command = paths_prepare_command(patient->paths);
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree gchar *path = g_build_filename(patient->paths->prepared, parts[i], NULL);

		if (!g_file_test(path, G_FILE_TEST_IS_DIR))
			return say(FAILURE, g_strdup_printf("%s is not there", path),
				   g_strdup_printf("run '%s'", command));
	}
	return say(FINE, g_strdup(patient->paths->prepared), NULL);
}

/* Subjects of published packages, and how many of these are here. */
static Diagnosis check_packages(Patient *patient)
{
	g_autofree gchar *npm = g_find_program_in_path("npm");
	guint here = 0, all = 0;

	if (!patient->plan)
		return say(WARNING, g_strdup("not checked"), NULL);
	for (guint i = 0; i < patient->plan->subjects->len; i++) {
		const Subject *subject = g_ptr_array_index(patient->plan->subjects, i);
		g_autoptr(Package) package =
			subject->package
				? package_find(patient->paths, subject->package, subject->integrity)
				: NULL;

		all += subject->package != NULL;
		here += package != NULL;
	}
	if (npm || here == all)
		return say(FINE,
			   g_strdup_printf("%u of %u are here%s%s", here, all,
					   npm ? "; the rest is fetched with " : "",
					   npm ? npm : ""),
			   NULL);
	return say(WARNING,
		   g_strdup_printf("%u of %u are here, and there is no npm to fetch the rest with",
				   here, all),
		   g_strdup("apt install npm"));
}

static Diagnosis check_oracle(Patient *patient)
{
	g_auto(IsaInsn) insn = {0};
	GError *error = NULL;

	(void)patient;
	if (!isa_explain(0xb8e80128, &insn, &error))
		return from_error(error, g_strdup("apt install llvm-22-dev, then 'make'"));
	if (g_strcmp0(insn.mnemonic, "ldaddal") || !insn.feature)
		return say(FAILURE, g_strdup("LLVM's disassembler does not know ldaddal"),
			   g_strdup("build with LLVM 22"));
	return say(FINE, g_strdup("LLVM's disassembler knows the extensions"), NULL);
}

static Diagnosis check_debugger(Patient *patient)
{
	g_autofree gchar *gdb = g_find_program_in_path("gdb-multiarch");

	(void)patient;
	if (gdb)
		return say(FINE, g_strdup(gdb), NULL);
	return say(WARNING, g_strdup("no gdb-multiarch, so nothing can be debugged but with LLDB"),
		   g_strdup("apt install gdb-multiarch"));
}

static Diagnosis check_cores(Patient *patient)
{
	g_autofree gchar *pattern = NULL;

	(void)patient;
	g_file_get_contents("/proc/sys/kernel/core_pattern", &pattern, NULL, NULL);
	if (!pattern || *pattern != '|')
		return say(FINE, g_strdup("QEMU's own cores stay in the run's folder"), NULL);
	return say(WARNING,
		   g_strdup_printf("each fault is also handed to %s", g_strstrip(pattern + 1)),
		   g_strdup("harmless, but slower; 'sysctl kernel.core_pattern=core' avoids it"));
}

/* Without guests the user engine still does all of its own. */
static Diagnosis no_guests(GError *error, const gchar *remedy)
{
	Diagnosis diagnosis =
		say(WARNING, g_strdup_printf("no guests: %s", error->message), g_strdup(remedy));

	g_error_free(error);
	return diagnosis;
}

static Diagnosis check_guests(Patient *patient)
{
	g_autofree gchar *missing = NULL;
	g_autoptr(Qemu) qemu = NULL;
	GError *error = NULL;

	if (!patient->plan)
		return say(WARNING, g_strdup("not checked"), NULL);
	qemu = qemu_new(QEMU_SYSTEM, &error);
	if (!qemu)
		return no_guests(error, "apt install qemu-system-arm");
	patient->emulates = TRUE;
	missing = without_model(patient->plan, qemu);
	if (!*missing)
		return say(FINE, g_strdup_printf("%s, %s", qemu->version, qemu->path), NULL);
	return say(
		WARNING,
		g_strdup_printf("%s has no CPU model for the profiles %s", qemu->version, missing),
		g_strdup("a newer QEMU has more; A64RIG_QEMU_SYSTEM names another"));
}

static Diagnosis ask_module(const Patient *patient, const gchar *question, const gchar *remedy)
{
	GError *error = NULL;
	GuestsTell tell;
	gchar *told;

	if (!patient->paths)
		return say(WARNING, g_strdup("not checked"), NULL);
	tell = (GuestsTell)module_symbol(question, &error);
	if (!tell)
		return no_guests(error, "run scripts/setup and 'make', or 'make install'");
	told = tell(patient->paths, &error);
	return told ? say(FINE, told, NULL) : no_guests(error, remedy);
}

static Diagnosis check_libvirt(Patient *patient)
{
	if (!patient->emulates)
		return say(WARNING, g_strdup("not checked"), NULL);
	return ask_module(patient, "guests_libvirt",
			  "apt install libvirt-daemon-system libvirt-daemon-driver-qemu");
}

static Diagnosis check_images(Patient *patient)
{
	return ask_module(patient, "guests_images", "run 'a64rig image build'");
}

static gboolean readable_kernel(void)
{
	gboolean found = FALSE;
	glob_t kernels;

	if (glob("/boot/vmlinuz-*", 0, NULL, &kernels))
		return FALSE;
	for (gsize i = 0; i < kernels.gl_pathc; i++)
		found |= !access(kernels.gl_pathv[i], R_OK);
	globfree(&kernels);
	return found;
}

/* What builds images and the data disks of guests. kmod's programs are not in everyone's PATH. */
static Diagnosis check_tools(Patient *patient)
{
	static const struct {
		const gchar *program, *package;
	} tools[] = {{"mkfs.erofs", "erofs-utils"},
		     {"mmdebstrap", "mmdebstrap"},
		     {"/usr/sbin/modprobe", "kmod"},
		     {"qemu-img", "qemu-utils"}};

	(void)patient;
	for (guint i = 0; i < G_N_ELEMENTS(tools); i++) {
		g_autofree gchar *path = g_find_program_in_path(tools[i].program);

		if (!path)
			return say(WARNING, g_strdup_printf("no %s here", tools[i].program),
				   g_strdup_printf("apt install %s", tools[i].package));
	}
	if (readable_kernel())
		return say(FINE, g_strdup("mkfs.erofs, mmdebstrap, and a kernel for libguestfs"),
			   NULL);
	return say(WARNING, g_strdup("no kernel in /boot that libguestfs can read"),
		   g_strdup("apt install linux-image-cloud-amd64; where there is one: "
			    "sudo chmod +r /boot/vmlinuz-*"));
}

static Diagnosis check_disk(Patient *patient)
{
	const gchar *cache = g_get_user_cache_dir();
	struct statvfs status;
	guint64 mib;

	(void)patient;
	if (statvfs(cache, &status))
		return say(WARNING, g_strdup_printf("%s is not there", cache), NULL);
	mib = (guint64)status.f_bavail * status.f_frsize >> 20;
	if (mib >= 4096)
		return say(FINE,
			   g_strdup_printf("%" G_GUINT64_FORMAT " MiB free in %s", mib, cache),
			   NULL);
	return say(WARNING,
		   g_strdup_printf("only %" G_GUINT64_FORMAT " MiB free in %s", mib, cache),
		   g_strdup("free some, or set XDG_CACHE_HOME; the rig wants 4 GiB"));
}

static const struct {
	const gchar *name;
	Diagnosis (*check)(Patient *patient);
} checks[] = {
	{"data", check_data},         {"QEMU", check_qemu},           {"CPU models", check_models},
	{"sandbox", check_sandbox},   {"launcher", check_launch},     {"prepared", check_prepared},
	{"packages", check_packages}, {"disassembler", check_oracle}, {"cores", check_cores},
	{"debugger", check_debugger}, {"guests' QEMU", check_guests}, {"libvirt", check_libvirt},
	{"images", check_images},     {"image tools", check_tools},   {"disk", check_disk},
};

static Health examine(Patient *patient, guint i, gboolean colour)
{
	static const struct {
		const gchar *word, *colour;
	} looks[] = {{"ok", "\033[32m"}, {"warning", "\033[33m"}, {"FAIL", "\033[31m"}};
	Diagnosis diagnosis = checks[i].check(patient);

	g_print("%s%-8s%s %-13s %s\n", colour ? looks[diagnosis.health].colour : "",
		looks[diagnosis.health].word, colour ? "\033[0m" : "", checks[i].name,
		diagnosis.text);
	if (diagnosis.remedy)
		g_print("%23sremedy: %s\n", "", diagnosis.remedy);
	g_free(diagnosis.text);
	g_free(diagnosis.remedy);
	return diagnosis.health;
}

static int run(int argc, gchar **argv)
{
	const GOptionEntry entries[] = {{NULL}};
	Patient patient = {0};
	Health worst = FINE;
	int status;

	if (!cmd_parse(
		    &argc, &argv, entries, "doctor",
		    "Checks whether this machine has all that the rig needs, and says what to do "
		    "about what is missing.",
		    "Exit status: 0 cases can be run, in guests or not; 3 something is missing.\n",
		    FALSE, &status))
		return status;
	for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
		Health health = examine(&patient, i, cmd_colour(STDOUT_FILENO));

		worst = MAX(worst, health);
	}
	qemu_free(patient.qemu);
	plan_free(patient.plan);
	paths_free(patient.paths);
	return worst == FAILURE ? EXIT_RIG_FAULT : EXIT_EXPECTED;
}

const Command cmd_doctor = {"doctor", "check what the rig needs, and say the remedy", run};
