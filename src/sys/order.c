#include "sys/order.h"

#include "isa/hwcap.h"
#include "sys/wire.h"

enum {
	ADDRESS_SPACE = 16384, /* MiB, where a case states none */
	PROCESSES = 1024,
	FILE_SIZE = 2048, /* MiB */
};

/* The subject as the program sees it; "" where there is none. Caller frees. */
static gchar *subject_seen(const RunSpec *spec)
{
	g_autofree gchar *base = spec->files[0] ? g_path_get_basename(spec->files[0]) : NULL;

	return base ? g_build_filename(ENGINE_SUBJECT, base, NULL) : g_strdup("");
}

static void add_files(const RunSpec *spec, const Disk *disk, GByteArray *order)
{
	order_add(order, "program", disk_name(disk, spec->program));
	for (const gchar *const *file = spec->beside; *file; file++)
		order_add(order, "beside", disk_name(disk, *file));
	for (const gchar *const *file = spec->files; *file; file++)
		order_add(order, "file", disk_name(disk, *file));
}

static void add_preload(const RunSpec *spec, GByteArray *order)
{
	g_autofree gchar *subject = subject_seen(spec);
	gboolean own = spec->preload_files && *subject;

	if (own || spec->preload)
		order_print(order, "env", "LD_PRELOAD=%s", own ? subject : spec->preload);
	if (engine_searches(spec))
		order_add(order, "env", "LD_LIBRARY_PATH=" ENGINE_SUBJECT);
}

static void add_args(const RunSpec *spec, GByteArray *order)
{
	g_autofree gchar *subject = subject_seen(spec);
	g_auto(GStrv) args = engine_args(spec, ENGINE_CASE, subject);

	for (gchar **word = args; *word; word++)
		order_add(order, "arg", *word);
}

/* The clock and the random numbers of a guest are those of its snapshot otherwise. */
static void add_fresh(GByteArray *order)
{
	g_autoptr(GString) seed = g_string_new(NULL);
	gint64 now = g_get_real_time();

	for (guint i = 0; i < 8; i++)
		g_string_append_printf(seed, "%08x", g_random_int());
	order_print(order, "time", "%" G_GINT64_FORMAT ".%09d", now / G_USEC_PER_SEC,
		    (int)(now % G_USEC_PER_SEC) * 1000);
	order_add(order, "seed", seed->str);
}

static void add_limits(const RunSpec *spec, GByteArray *order)
{
	order_print(order, "timeout", "%.0f", spec->timeout * 1000);
	order_print(order, "limit", "address-space=%u",
		    spec->memory ? spec->memory : ADDRESS_SPACE);
	order_print(order, "limit", "cpu=%.0f", spec->timeout + 1);
	order_print(order, "limit", "file=%d", FILE_SIZE);
	order_print(order, "limit", "processes=%d", PROCESSES);
}

/* A profile that states what its CPU has hides all else, but what the kernel gives by itself. */
static void add_hwcaps(const Profile *profile, GByteArray *order)
{
	gchar kernels[2][8] = {"evtstrm", "cpuid"};
	gchar *const given[] = {kernels[0], kernels[1]};
	Hwcaps own = hwcaps_of(profile->hwcaps, profile->hwcaps_count);
	Hwcaps all = hwcaps_of(given, G_N_ELEMENTS(given));

	if (!profile->hwcaps_count)
		return;
	order_print(order, "hwcap", "0x%" G_GINT64_MODIFIER "x", own.hwcap | all.hwcap);
	order_print(order, "hwcap2", "0x%" G_GINT64_MODIFIER "x", own.hwcap2 | all.hwcap2);
}

GByteArray *order_for_run(const RunSpec *spec, const Disk *disk)
{
	static const gchar *const environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8",
						   "HOME=" ENGINE_RUN, "TMPDIR=" ENGINE_RUN};
	GByteArray *order = order_new("run");

	for (guint i = 0; i < G_N_ELEMENTS(environment); i++)
		order_add(order, "env", environment[i]);
	add_files(spec, disk, order);
	add_preload(spec, order);
	add_args(spec, order);
	add_limits(spec, order);
	add_hwcaps(spec->told, order);
	if (spec->debugger)
		order_add(order, "debug", "on");
	add_fresh(order);
	order_close(order);
	return order;
}

/* The order as text, one line for each of its words, in the run's folder. */
gboolean order_write(const GByteArray *order, const gchar *folder, GError **error)
{
	g_autofree gchar *path = g_build_filename(folder, "order", NULL);
	g_autofree gchar *text = g_memdup2(order->data, order->len);

	for (guint i = 0; i + 1 < order->len; i++)
		if (!text[i])
			text[i] = '\n';
	return g_file_set_contents(path, text, (gssize)order->len - 1, error);
}
