/*
 * Whatever a core file holds, it is explained or refused with a reason.
 *
 * An input is a list of changes to the recorded core "dynamic.core", ten bytes each: which of its
 * words that are not zero, and what that becomes; word 65535 cuts the file at that length. So the
 * link map and the registers, deep in a file of zeros, are as near as its header. FUZZ_FOLDER says
 * where the records of tests/golden/cores are, unpacked.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inspect/core.h"

#define CHANGE 10
#define CUT    65535

static gchar *recorded, *core, *program;
static const gchar *folder;
static gsize length;
static GArray *words; /* of gsize: where the words are that are not zero */
static int fd = -1;

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void set_up(void)
{
	g_autofree gchar *path = NULL;

	folder = g_getenv("FUZZ_FOLDER");
	g_assert_nonnull(folder);
	path = g_build_filename(folder, "dynamic.core", NULL);
	program = g_build_filename(folder, "dynamic", NULL);
	g_assert_true(g_file_get_contents(path, &recorded, &length, NULL));
	words = g_array_new(FALSE, FALSE, sizeof(gsize));
	for (gsize at = 0; at + 8 <= length; at += 8)
		if (memcmp(recorded + at, "\0\0\0\0\0\0\0", 8) != 0)
			g_array_append_val(words, at);
	fd = memfd_create("core", MFD_CLOEXEC);
	core = g_strdup_printf("/proc/self/fd/%d", fd);
	g_assert_cmpint(write(fd, recorded, length), ==, length);
}

static void put(gsize at, const void *bytes)
{
	g_assert_cmpint(pwrite(fd, bytes, 8, at), ==, 8);
}

static gsize place(const guint8 *change)
{
	guint16 number;

	memcpy(&number, change, sizeof(number));
	return number == CUT ? CUT : g_array_index(words, gsize, number % words->len);
}

static void apply(const guint8 *data, size_t size)
{
	for (size_t i = 0; i + CHANGE <= size; i += CHANGE) {
		guint64 value;

		memcpy(&value, data + i + 2, sizeof(value));
		if (place(data + i) != CUT)
			put(place(data + i), data + i + 2);
		else
			g_assert_cmpint(ftruncate(fd, value % length), ==, 0);
	}
}

/* A cut leaves zeros behind. */
static void undo(const guint8 *data, size_t size)
{
	gboolean cut = FALSE;

	for (size_t i = 0; i + CHANGE <= size; i += CHANGE)
		cut |= place(data + i) == CUT;
	for (size_t i = 0; !cut && i + CHANGE <= size; i += CHANGE)
		put(place(data + i), recorded + place(data + i));
	if (cut)
		g_assert_cmpint(pwrite(fd, recorded, length, 0), ==, length);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Fault) fault = NULL;

	if (fd < 0)
		set_up();
	apply(data, size);
	fault = core_explain(core, program, (PathMap[]){{".", folder}, {NULL, NULL}}, 4, 0, &error);
	g_assert_true(!fault == !!error);
	undo(data, size);
	return 0;
}
