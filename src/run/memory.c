#include "run/memory.h"

#include <glib/gstdio.h>
#include <string.h>

#include "report/read.h"
#include "report/report.h"

#define OLD (G_GINT64_CONSTANT(30) * 24 * 60 * 60) /* seconds */

struct Memory {
	gchar *folder;
	const Plan *plan;
	const Request *request;
	gchar *common;       /* what all keys have in common */
	GHashTable *digests; /* of files that were read: path to digest */
};

static void forget_old(const gchar *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	gint64 oldest = g_get_real_time() / G_USEC_PER_SEC - OLD;
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(folder, name, NULL);
		GStatBuf status;

		if (!g_lstat(path, &status) && status.st_mtime < oldest)
			g_unlink(path);
	}
}

/* Borrowed; NULL where the file cannot be read. */
static const gchar *digest(Memory *memory, const gchar *path)
{
	const gchar *known = g_hash_table_lookup(memory->digests, path);
	g_autoptr(GMappedFile) file = known ? NULL : g_mapped_file_new(path, FALSE, NULL);
	gchar *fresh;

	if (known || !file)
		return known;
	fresh = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
					    (const guchar *)g_mapped_file_get_contents(file),
					    g_mapped_file_get_length(file));
	g_hash_table_insert(memory->digests, g_strdup(path), fresh);
	return fresh;
}

/* A program of this host: large, and replaced as a whole. */
static void add_identity(GString *text, const gchar *path)
{
	GStatBuf status;

	if (path && !g_stat(path, &status))
		g_string_append_printf(text, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%ld\n",
				       path, (gint64)status.st_size, (gint64)status.st_mtim.tv_sec,
				       status.st_mtim.tv_nsec);
}

static void add_profile(GString *text, const Profile *profile)
{
	g_autofree gchar *cpu = profile_cpu(profile);

	g_string_append_printf(text, "profile %s %s\n", profile->name, cpu);
}

static gchar *common_text(const Memory *memory, const gchar *sysroot)
{
	g_autoptr(GString) text = g_string_new("a64rig.finding/1 " A64RIG_VERSION "\n");
	g_autofree gchar *bwrap = g_find_program_in_path("bwrap");
	g_autofree gchar *self = g_file_read_link("/proc/self/exe", NULL);

	add_identity(text, self);
	add_identity(text, memory->request->paths->launch);
	add_identity(text, bwrap);
	g_string_append_printf(text, "sandbox %d\nrepeat %u\nsysroot %s\n",
			       memory->request->sandbox, memory->request->repeat, sysroot);
	add_profile(text, memory->plan->baseline);
	add_profile(text, memory->plan->reference);
	for (guint i = 0; i < memory->plan->columns->len; i++)
		add_profile(text, g_ptr_array_index(memory->plan->columns, i));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

Memory *memory_open(const gchar *folder, const Plan *plan, const Request *request)
{
	g_autoptr(Memory) memory = g_new0(Memory, 1);
	g_autofree gchar *sums = g_build_filename(plan->sysroot, ".sums", NULL);
	const gchar *sysroot;

	memory->folder = g_strdup(folder);
	memory->plan = plan;
	memory->request = request;
	memory->digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	sysroot = digest(memory, sums);
	if (!sysroot)
		return NULL;
	memory->common = common_text(memory, sysroot);
	forget_old(folder);
	return g_steal_pointer(&memory);
}

void memory_free(Memory *memory)
{
	if (!memory)
		return;
	g_free(memory->folder);
	g_free(memory->common);
	g_hash_table_unref(memory->digests);
	g_free(memory);
}

/* The folder of a package is named after its content. */
static gboolean add_contents(Memory *memory, GString *text, const gchar *path)
{
	gboolean packaged = g_str_has_prefix(path, memory->request->paths->packages);
	const gchar *contents = packaged ? "" : digest(memory, path);

	if (packaged)
		add_identity(text, path);
	else if (contents)
		g_string_append_printf(text, "file %s %s\n", path, contents);
	return contents != NULL;
}

static gboolean add_all_contents(Memory *memory, GString *text, gchar **paths)
{
	for (; *paths; paths++)
		if (!add_contents(memory, text, *paths))
			return FALSE;
	return TRUE;
}

/* The user engine knows nothing of guests, and what it found holds whatever they are. */
static void add_engine(const Memory *memory, GString *text, const Engine *engine)
{
	const Request *request = memory->request;

	add_identity(text, engine->program);
	g_string_append_printf(text, "engine %s %s\n", engine->name, engine->version);
	if (engine->domain)
		g_string_append_printf(text, "image %s\nconnect %s\npool %s\nshare %d\n",
				       request->image, request->connect ? request->connect : "",
				       request->pool ? request->pool : "", request->share_guests);
}

gchar *memory_key(Memory *memory, const Job *job, const Engine *engine)
{
	g_autoptr(GString) text = g_string_new(memory->common);

	if (job->skip || !add_contents(memory, text, job->program))
		return NULL;
	add_engine(memory, text, engine);
	if (!add_all_contents(memory, text, job->beside) ||
	    !add_all_contents(memory, text, job->files))
		return NULL;
	g_string_append_printf(text,
			       "case %s\nsubject %s %s %s\npreload %s\ntimeout %u %u\nmemory %u\n"
			       "output %s\n",
			       job->name, job->subject->name,
			       job->subject->allocator ? job->subject->allocator : "",
			       job->subject->version ? job->subject->version : "",
			       job->preload ? job->preload : "", memory->request->timeout,
			       job->self->timeout, job->self->memory,
			       job->self->output ? job->self->output : "");
	for (guint i = 0; i < job->self->args_count; i++)
		g_string_append_printf(text, "argument %s\n", job->self->args[i]);
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, (gssize)text->len);
}

static gchar *path_of(const Memory *memory, const gchar *key)
{
	g_autofree gchar *name = g_strconcat(key, ".json", NULL);

	return g_build_filename(memory->folder, name, NULL);
}

Finding *memory_recall(const Memory *memory, const gchar *key)
{
	g_autofree gchar *path = path_of(memory, key);
	g_autofree gchar *text = NULL;
	g_autoptr(Results) results = NULL;
	Finding *finding;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	results = report_read(text, NULL);
	if (!results || results->findings->len != 1)
		return NULL;
	finding = g_ptr_array_steal_index(results->findings, 0);
	finding->resumed = TRUE;
	return finding;
}

static gboolean may_be_kept(const Finding *finding)
{
	return finding_as_expected(finding) && finding->verdict != VERDICT_NONE &&
	       finding->verdict != VERDICT_RIG_FAULT && finding->verdict != VERDICT_FLAKY;
}

void memory_keep(const Memory *memory, const gchar *key, const Finding *finding)
{
	g_autofree gchar *path = path_of(memory, key);
	g_autoptr(Results) results = results_new();
	g_autofree gchar *text = NULL;

	if (!may_be_kept(finding) || g_mkdir_with_parents(memory->folder, 0700))
		return;
	g_ptr_array_add(results->findings, (gpointer)finding);
	text = report_json(results, FALSE, 0);
	g_ptr_array_steal_index(results->findings, 0);
	g_file_set_contents(path, text, (gssize)strlen(text), NULL);
}
