#include "inspect/places.h"

#include <glib/gstdio.h>
#include <string.h>

#include "inspect/code.h"
#include "isa/table.h"

enum {
	PAGE = 0x1000, /* bytes; larger ones begin at these, too */
	DEPTH = 16,    /* folders in folders */
};

/* One file. What it points to is mapped. */
typedef struct {
	const gchar *path;
	const guint8 *bytes;
	gsize length;
	GHashTable *offsets; /* key of a word to a GArray of guint64 */
} KnownFile;

static GMutex lock;       /* guards what follows */
static GHashTable *known; /* path of a file or folder to a GPtrArray of KnownFile; never shrinks */

/* Of a place. */
static guint64 key_of(guint32 word, guint64 offset)
{
	return (guint64)word << 32 | offset % PAGE;
}

static void add_word(KnownFile *file, guint32 word, guint64 offset)
{
	gint64 key = (gint64)key_of(word, offset);
	GArray *offsets = g_hash_table_lookup(file->offsets, &key);

	if (!offsets) {
		offsets = g_array_new(FALSE, FALSE, sizeof(guint64));
		g_hash_table_insert(file->offsets, g_memdup2(&key, sizeof key), offsets);
	}
	g_array_append_val(offsets, offset);
}

static void add_words(KnownFile *file, const Code *code)
{
	guint count;
	const CodeRange *ranges = code_ranges(code, &count);

	for (guint i = 0; i < count; i++) {
		const CodeRange *range = &ranges[i];

		for (gsize w = isa_scan(range->words, range->count, 0); w < range->count;
		     w = isa_scan(range->words, range->count, w + 1))
			add_word(file, range->words[w], range->offset + 4 * w);
	}
}

/* The file stays open: there are some hundreds at most. */
static void add_file(GPtrArray *files, const gchar *path)
{
	Code *code = code_open(path, NULL);
	GMappedFile *mapped = code ? code_file(code)->file : NULL;
	KnownFile *file;

	if (!code)
		return;
	file = g_new0(KnownFile, 1);
	file->path = g_strdup(path);
	file->bytes = (const guint8 *)g_mapped_file_get_contents(mapped);
	file->length = g_mapped_file_get_length(mapped);
	file->offsets = g_hash_table_new(g_int64_hash, g_int64_equal);
	add_words(file, code);
	g_mapped_file_ref(mapped);
	code_free(code);
	g_ptr_array_add(files, file);
}

static void add_folder(GPtrArray *files, const gchar *path, guint depth)
{
	g_autoptr(GDir) dir = depth < DEPTH ? g_dir_open(path, 0, NULL) : NULL;
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *below = g_build_filename(path, name, NULL);
		GStatBuf status;

		if (g_lstat(below, &status))
			continue;
		if (S_ISDIR(status.st_mode))
			add_folder(files, below, depth + 1);
		else if (S_ISREG(status.st_mode))
			add_file(files, below);
	}
}

static const GPtrArray *files_of(const gchar *path)
{
	GPtrArray *files;

	if (!known)
		known = g_hash_table_new(g_str_hash, g_str_equal);
	files = g_hash_table_lookup(known, path);
	if (files)
		return files;
	files = g_ptr_array_new();
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		add_folder(files, path, 0);
	else
		add_file(files, path);
	g_hash_table_insert(known, g_strdup(path), files);
	return files;
}

/* Are all of the words there? */
static gboolean holds(const KnownFile *file, guint64 offset, const Words *words)
{
	guint64 before = 4 * (guint64)words->at, length = 4 * (guint64)words->count;

	return offset >= before && offset - before <= file->length &&
	       file->length - (offset - before) >= length &&
	       memcmp(file->bytes + offset - before, words->words, length) == 0;
}

static gboolean find_in(const KnownFile *file, const Words *words, guint64 *offset)
{
	gint64 key = (gint64)key_of(words->words[words->at], words->addr);
	const GArray *offsets = g_hash_table_lookup(file->offsets, &key);

	for (guint i = 0; offsets && i < offsets->len; i++) {
		*offset = g_array_index(offsets, guint64, i);
		if (holds(file, *offset, words))
			return TRUE;
	}
	return FALSE;
}

gboolean places_find(const PathMap *map, const Words *words, const gchar **file, guint64 *offset)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lock);

	for (; map->guest; map++) {
		const GPtrArray *files = files_of(map->host);

		for (guint i = 0; i < files->len; i++) {
			const KnownFile *known_file = g_ptr_array_index(files, i);

			*file = known_file->path;
			if (find_in(known_file, words, offset))
				return TRUE;
		}
	}
	return FALSE;
}
