#include "inspect/trace.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "inspect/guestpath.h"
#include "inspect/places.h"
#include "isa/table.h"
#include "model/executed.h"

enum { BLOCK = 1024 }; /* words of a logged block; QEMU translates 512 at most at once */

typedef struct {
	const PathMap *map;
	GPtrArray *all;       /* of Executed */
	GHashTable *seen;     /* set of Executed, by place and word */
	GHashTable *resolved; /* path in the trace to the path on this host, or "" */
	guint32 block[BLOCK]; /* of a log: the words of one block so far */
	guint length;
	guint64 start; /* its address */
} Reading;

static guint hash(gconstpointer data)
{
	const Executed *executed = data;

	return (guint)(executed->addr >> 2) ^ executed->word ^ (guint)executed->trapped;
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
	const Executed *x = a, *y = b;

	return x->addr == y->addr && x->word == y->word && x->trapped == y->trapped &&
	       x->offset == y->offset && !g_strcmp0(x->file, y->file);
}

static void add(Reading *reading, Executed *executed)
{
	/* Of traps the last is the one that ended it, if any did. */
	if (reading->all->len == TRACE_MOST ||
	    (!executed->trapped && g_hash_table_contains(reading->seen, executed))) {
		executed_free(executed);
		return;
	}
	g_hash_table_add(reading->seen, executed);
	g_ptr_array_add(reading->all, executed);
}

/* What a file of the root is called by the program; others lie elsewhere here than there. */
static const gchar *below_root(const PathMap *map, const gchar *host)
{
	for (; map->guest; map++)
		if (g_str_equal(map->guest, "/") && g_str_has_prefix(host, map->host) &&
		    host[strlen(map->host)] == '/')
			return host + strlen(map->host);
	return NULL;
}

static const gchar *guest_of(const PathMap *map, const gchar *host)
{
	for (const PathMap *entry = map; entry->guest; entry++)
		if (g_str_equal(entry->host, host))
			return entry->guest;
	return below_root(map, host);
}

static const gchar *resolve(Reading *reading, const gchar *path)
{
	gchar *host = g_hash_table_lookup(reading->resolved, path);

	if (!host) {
		host = guestpath_find(reading->map, path);
		if (!host)
			host = g_strdup("");
		g_hash_table_insert(reading->resolved, g_strdup(path), host);
	}
	return *host ? host : NULL;
}

static void set_file(const Reading *reading, Executed *executed, const gchar *host,
		     const gchar *path)
{
	const gchar *guest = host ? guest_of(reading->map, host) : NULL;

	executed->file = g_strdup(host);
	executed->object = g_strdup(guest ? guest : path);
}

static gboolean read_hex(const gchar **text, guint64 most, guint64 *number)
{
	gchar *end;

	if (!g_ascii_isxdigit(**text))
		return FALSE;
	*number = g_ascii_strtoull(*text, &end, 16);
	if (*number > most || (*end && *end != ' '))
		return FALSE;
	*text = *end ? end + 1 : end;
	return TRUE;
}

/* "run ADDRESS WORD OFFSET PATH", "trap ..." */
static void read_place(Reading *reading, const gchar *text, gboolean trapped)
{
	guint64 addr, word, offset;
	Executed *executed;

	if (!read_hex(&text, G_MAXUINT64, &addr) || !read_hex(&text, G_MAXUINT32, &word) ||
	    !read_hex(&text, G_MAXINT64, &offset))
		return;
	executed = executed_new(addr, (guint32)word);
	executed->trapped = trapped;
	if (*text == '/') {
		executed->offset = offset;
		set_file(reading, executed, resolve(reading, text), text);
	}
	add(reading, executed);
}

/* The kernel's own vDSO, which no file has as it lies in memory: where the CPU has FEAT_ECV, the
 * kernel makes "nop; mrs CNTVCTSS_EL0" of what reads the counter (ALTERNATIVE in Linux's
 * arch/arm64/include/asm/vdso/gettimeofday.h). */
static gboolean is_vdso(const Words *words)
{
	const guint32 *word = &words->words[words->at];

	return (*word & 0xffffffe0) == 0xd53be0c0 && words->at > 0 && word[-1] == 0xd503201f;
}

static void find_words(Reading *reading, const Words *words)
{
	Executed *executed = executed_new(words->addr, words->words[words->at]);
	const gchar *host;

	if (places_find(reading->map, words, &host, &executed->offset)) {
		set_file(reading, executed, host, NULL);
	} else if (is_vdso(words)) {
		executed_free(executed);
		return;
	}
	add(reading, executed);
}

/* "see ADDRESS WORD START WORDS" */
static void read_words(Reading *reading, const gchar *text)
{
	guint64 addr, word, start;
	guint32 around[BLOCK];
	Words words = {.words = around};

	if (!read_hex(&text, G_MAXUINT64, &addr) || !read_hex(&text, G_MAXUINT32, &word) ||
	    !read_hex(&text, addr, &start))
		return;
	for (; words.count < BLOCK && strlen(text) >= 8; words.count++, text += 8) {
		gchar digits[9] = "";

		memcpy(digits, text, 8);
		around[words.count] = (guint32)g_ascii_strtoull(digits, NULL, 16);
	}
	words.addr = addr;
	words.at = (guint)MIN((addr - start) / 4, BLOCK);
	if (words.at < words.count && around[words.at] == word)
		find_words(reading, &words);
}

/* --- QEMU's own log --- */

static void end_block(Reading *reading)
{
	Words words = {.words = reading->block, .count = reading->length};

	for (; words.at < words.count; words.at++) {
		words.addr = reading->start + 4 * (guint64)words.at;
		if (isa_row(reading->block[words.at]))
			find_words(reading, &words);
	}
	reading->length = 0;
}

/* "0x00400730:  c8e0fc22  ldaddal  x0, x2, [x1]" */
static void read_log(Reading *reading, const gchar *text)
{
	gchar *end;
	guint64 addr = g_ascii_strtoull(text, &end, 16), word;

	if (end[0] != ':')
		return;
	for (end++; *end == ' ';)
		end++;
	word = g_ascii_strtoull(end, &end, 16);
	if (word > G_MAXUINT32)
		return;
	if (reading->length == BLOCK || addr != reading->start + 4 * (guint64)reading->length)
		end_block(reading);
	if (!reading->length)
		reading->start = addr;
	reading->block[reading->length++] = (guint32)word;
}

/* --- lines --- */

static void read_line(Reading *reading, const gchar *line)
{
	if (g_str_has_prefix(line, "0x"))
		read_log(reading, line);
	else if (g_str_has_prefix(line, "run "))
		read_place(reading, line + 4, FALSE);
	else if (g_str_has_prefix(line, "trap "))
		read_place(reading, line + 5, TRUE);
	else if (g_str_has_prefix(line, "see "))
		read_words(reading, line + 4);
}

static void read_lines(Reading *reading, const gchar *text, gsize length)
{
	const gchar *end = text + length;

	while (text < end) {
		gchar line[16384];
		const gchar *newline = memchr(text, '\n', (gsize)(end - text));
		gsize size = (gsize)((newline ? newline : end) - text);

		if (size < sizeof line) {
			memcpy(line, text, size);
			line[size] = '\0';
			read_line(reading, line);
		}
		text += size + 1;
	}
	end_block(reading);
}

GPtrArray *trace_read(const gchar *path, const PathMap *map, GError **error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	g_autoptr(GMappedFile) mapped =
		file < 0 ? NULL : g_mapped_file_new_from_fd(file, FALSE, error);
	Reading reading = {.map = map};

	if (file < 0)
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
			    g_strerror(errno));
	else
		close(file);
	if (!mapped)
		return NULL;
	reading.all = g_ptr_array_new_with_free_func((GDestroyNotify)executed_free);
	reading.seen = g_hash_table_new(hash, equal);
	reading.resolved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (g_mapped_file_get_length(mapped))
		read_lines(&reading, g_mapped_file_get_contents(mapped),
			   g_mapped_file_get_length(mapped));
	g_hash_table_unref(reading.seen);
	g_hash_table_unref(reading.resolved);
	return reading.all;
}
