#include "sys/system.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "sys/disk.h"
#include "sys/evidence.h"
#include "sys/fleet.h"
#include "sys/order.h"

/* What QEMU writes of what is executed, in the run's folder. */
#define TRACE "executed"

enum { GRACE = 30 }; /* seconds beyond a run's own deadline, for the guest to say so */

typedef struct {
	Engine engine;
	const Paths *paths;
	SystemOptions options;
	Image *image;
	Host *host;
	gchar *version;
	gchar *template;
	gchar *init; /* the program behind ENGINE_INIT */
	Disk *disk;
	guint plugins; /* the version of QEMU's plugin interface; 0: none */
	Fleet *fleet;  /* NULL until it is prepared */
} SystemEngine;

static gboolean check(Engine *engine, const Profile *profile, GError **error)
{
	SystemEngine *self = (SystemEngine *)engine;

	if (!self->host->qemu || qemu_has_model(self->host->qemu, profile->model))
		return domain_fits(profile, self->image, error);
	g_set_error(error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		    "profile '%s' needs the CPU model '%s', which %s does not have", profile->name,
		    profile->model, self->host->qemu->version);
	return FALSE;
}

static gchar *domain(Engine *engine, const Profile *profile, GError **error)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autofree gchar *name = g_strdup_printf("a64rig-%s", profile->name);
	DomainSpec spec = {.name = name,
			   .profile = profile,
			   .emulator = self->host->qemu ? self->host->qemu->path : NULL,
			   .root = self->image->root,
			   .kernel = self->image->kernel,
			   .initrd = self->image->initrd,
			   .data = "DATA",
			   .console = "CONSOLE"};

	return domain_xml(self->template, &spec, error);
}

static gchar **path_map(Engine *engine, const RunSpec *spec)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autoptr(GStrvBuilder) map = g_strv_builder_new();
	g_autofree gchar *program = g_path_get_basename(spec->program);
	g_autofree gchar *seen = g_build_filename(ENGINE_CASE, program, NULL);

	g_strv_builder_add_many(map, seen, spec->program, NULL);
	for (const gchar *const *file = spec->files; *file; file++) {
		g_autofree gchar *base = g_path_get_basename(*file);
		g_autofree gchar *guest = g_build_filename(ENGINE_SUBJECT, base, NULL);

		g_strv_builder_add_many(map, guest, *file, NULL);
	}
	g_strv_builder_add_many(map, ENGINE_INIT, self->init, "/", self->image->sysroot, NULL);
	return g_strv_builder_end(map);
}

static gboolean make_disk(SystemEngine *self, const RunSpec *specs, guint count, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();

	for (guint i = 0; i < count; i++) {
		g_ptr_array_add(files, (gpointer)specs[i].program);
		for (const gchar *const *file = specs[i].beside; *file; file++)
			g_ptr_array_add(files, (gpointer)*file);
		for (const gchar *const *file = specs[i].files; *file; file++)
			g_ptr_array_add(files, (gpointer)*file);
	}
	g_ptr_array_add(files, NULL);
	self->disk = disk_new(self->paths->disks, (const gchar *const *)files->pdata, error);
	return self->disk != NULL;
}

static GPtrArray *profiles_of(const RunSpec *specs, guint count)
{
	GPtrArray *profiles = g_ptr_array_new();

	for (guint i = 0; i < count; i++)
		if (!g_ptr_array_find(profiles, specs[i].profile, NULL))
			g_ptr_array_add(profiles, (gpointer)specs[i].profile);
	return profiles;
}

static Fleet *make_fleet(const SystemEngine *self)
{
	const SnapshotSpec start = {.host = self->host,
				    .folder = self->paths->snapshots,
				    .template = self->template,
				    .image = self->image,
				    .data = self->disk->path};

	return fleet_new(&start, self->options.share);
}

/* --- accounts of what is executed --- */

/* -plugin with its arguments, or NULL where nobody asks for it, or it cannot be had: a guest that
 * is shared goes on from run to run. */
static gchar *plugin(const SystemEngine *self, const RunSpec *spec)
{
	g_autofree gchar *trace = g_build_filename(spec->folder, TRACE, NULL);
	g_autofree gchar *out = qemu_escape(trace);
	g_autofree gchar *file = NULL;

	if (!(spec->audit || spec->lacks) || !self->plugins || self->options.share)
		return NULL;
	file = qemu_escape(self->paths->audit[self->plugins - 1]);
	return g_strdup_printf("%s,out=%s", file, out);
}

static void take_trace(const RunSpec *spec, Outcome *outcome)
{
	g_autofree gchar *trace = g_build_filename(spec->folder, TRACE, NULL);

	if (g_file_test(trace, G_FILE_TEST_IS_REGULAR))
		outcome->trace = g_steal_pointer(&trace);
}

static gboolean can_audit(SystemEngine *self, const RunSpec *specs, guint count, GError **error)
{
	gboolean audit = FALSE, lacking = FALSE;

	for (guint i = 0; i < count; i++) {
		audit = audit || specs[i].audit;
		lacking = lacking || specs[i].lacks;
	}
	if ((audit || lacking) && self->host->qemu)
		self->plugins = qemu_plugin_version(self->host->qemu);
	if (!audit || self->plugins)
		return TRUE;
	g_set_error(
		error, A64RIG_ERROR, A64RIG_ERROR_RIG,
		self->host->qemu
			? "%s takes no plugins, so what is executed in guests cannot be told; "
			  "use --engine user"
			: "what is executed in the guests of another libvirt (%s) cannot be told; "
			  "leave --connect out",
		self->host->version);
	return FALSE;
}

static gboolean prepare(Engine *engine, const RunSpec *specs, guint count, EngineNews news,
			gpointer data, GCancellable *cancellable, GError **error)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autoptr(GPtrArray) profiles = profiles_of(specs, count);

	if (!can_audit(self, specs, count, error) || !make_disk(self, specs, count, error))
		return FALSE;
	self->fleet = make_fleet(self);
	return fleet_boot(self->fleet, profiles, news, data, cancellable, error);
}

static void run_in(Guest *guest, const RunSpec *spec, const GByteArray *order,
		   GCancellable *cancellable, Outcome *outcome)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Evidence) evidence = evidence_new(spec->folder, &error);
	gint64 start = g_get_monotonic_time();
	gboolean answered = evidence && guest_ask(guest, order, spec->timeout + GRACE,
						  evidence_take, evidence, cancellable, &error);

	outcome->seconds = (g_get_monotonic_time() - start) / (gdouble)G_USEC_PER_SEC;
	if (evidence)
		evidence_conclude(evidence, spec->told, outcome);
	if (answered)
		return;
	outcome_end(
		outcome, OUTCOME_RIG_FAULT,
		g_strdup(g_cancellable_is_cancelled(cancellable) ? "interrupted" : error->message));
}

/* The guest's gdbserver starts when the host has opened its port. */
static void reach_stub(const Guest *guest, const RunSpec *spec)
{
	if (spec->debugger && guest_debug_socket(guest))
		relay_reach(spec->debugger, guest_debug_socket(guest), NULL, NULL);
}

static Outcome *run(Engine *engine, const RunSpec *spec, GCancellable *cancellable)
{
	SystemEngine *self = (SystemEngine *)engine;
	g_autoptr(Outcome) outcome = outcome_new(spec->profile->name);
	g_autoptr(GByteArray) order = order_for_run(spec, self->disk);
	g_autofree gchar *plugged = plugin(self, spec);
	g_autoptr(GError) error = NULL;
	Guest *guest = NULL;

	outcome->folder = g_strdup(spec->folder);
	if (order_write(order, spec->folder, &error))
		guest = fleet_take(self->fleet, spec->profile, spec->folder, plugged, &error);
	if (guest) {
		reach_stub(guest, spec);
		run_in(guest, spec, order, cancellable, outcome);
		fleet_release(self->fleet, spec->profile, guest, outcome->kind != OUTCOME_RIG_FAULT,
			      &outcome->max_rss);
		take_trace(spec, outcome);
	} else {
		outcome_end(outcome, OUTCOME_RIG_FAULT, g_strdup(error->message));
	}
	if (spec->debugger)
		relay_leave(spec->debugger);
	if (!outcome_passed(outcome) && path_is_full(spec->folder))
		outcome_end(outcome, OUTCOME_RIG_FAULT,
			    g_strdup_printf("no space left on the disk of '%s'", spec->folder));
	return g_steal_pointer(&outcome);
}

static void close_engine(Engine *engine)
{
	SystemEngine *self = (SystemEngine *)engine;

	fleet_free(self->fleet);
	disk_free(self->disk);
	host_close(self->host);
	image_free(self->image);
	g_free(self->template);
	g_free(self->init);
	g_free(self->version);
	g_free(self);
}

Engine *system_engine_new(const Paths *paths, const SystemOptions *options, Image *image,
			  GError **error)
{
	SystemEngine *self = g_new0(SystemEngine, 1);

	self->engine = (Engine){.name = "system",
				.check = check,
				.domain = domain,
				.prepare = prepare,
				.path_map = path_map,
				.run = run,
				.close = close_engine};
	self->paths = paths;
	self->options = *options;
	self->image = image;
	self->template = g_build_filename(paths->data, "rig", "domain.xml", NULL);
	self->init = g_build_filename(paths->prepared, "guest", "a64rig-guest", NULL);
	self->host = host_open(paths, options->uri, options->pool, error);
	if (!self->host) {
		close_engine(&self->engine);
		return NULL;
	}
	self->version = g_strdup_printf("%s, image %s %.12s", self->host->version, image->name,
					image->digest);
	self->engine.version = self->version;
	self->engine.program = self->host->qemu ? self->host->qemu->path : "";
	return &self->engine;
}
