/*
 * hit - an instruction above a baseline, found in a file that nobody ran, or executed under the
 * eyes of an audit; and what all of them mean for each profile.
 */
#ifndef MODEL_HIT_H
#define MODEL_HIT_H

#include <glib.h>

typedef enum {
	HIT_BARE,    /* code that is known to be reached runs it, whatever the CPU is */
	HIT_UNKNOWN, /* nothing shows whether it is run, or that a test stands before it */
	HIT_GUARDED, /* only where a test of the CPU has passed */
	HIT_CLASSES,
} HitClass;

/* "bare", "unknown", "guarded". */
const gchar *hit_class_name(HitClass class);

typedef struct {
	guint64 addr;   /* where it is when the file is loaded at its own addresses */
	guint64 offset; /* in the file, bytes */
	guint32 word;   /* the instruction */
	HitClass class;
	const gchar *feature; /* "FEAT_LSE", not owned: lives as long as the program */
	const gchar *arch;    /* "ARMv8.1-A", likewise */
	gchar *section;       /* ".text"; "" where the file names none */
	gchar *function;      /* demangled, or NULL */
	guint64 function_offset;
	gchar *reason; /* of the class; of HIT_BARE NULL */
} Hit;

/* One ELF file. */
typedef struct {
	gchar *path;                 /* of a file in an archive: "x.tgz: package/x.node" */
	guint64 code;                /* bytes */
	guint64 found;               /* instructions above the baseline; of an audit alone, whose
					hits are those of them that were executed */
	GPtrArray *hits;             /* of Hit, by address; not more than HITS_MOST */
	guint64 counts[HIT_CLASSES]; /* of all of them */
	gchar *culprit;              /* "mimalloc 2.1.9", or NULL */
	gchar *culprit_evidence;
} ScanFile;

enum { HITS_MOST = 100000 };

typedef enum { FATE_RUNS, FATE_UNCLEAR, FATE_DIES } FateKind;

/* What becomes of the files on a profile. */
typedef struct {
	gchar *profile;
	FateKind kind;
	GPtrArray *features; /* of const gchar*: the FEAT_ names that decide it, not owned */
} Fate;

typedef struct {
	gboolean executed;   /* an audit: what was executed, not what there is */
	gchar *baseline;     /* the profile above which instructions count */
	GPtrArray *files;    /* of ScanFile, by path */
	GPtrArray *problems; /* of gchar*: files that were asked for and could not be scanned */
	GPtrArray *fates;    /* of Fate, by profile */
	guint64 passed_over; /* files of folders and archives that are no arm64 ELF files */
} Scan;

Scan *scan_new(const gchar *baseline);
void scan_free(Scan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scan, scan_free)

Hit *hit_new(void);
void hit_free(Hit *hit);

ScanFile *scan_file_new(const gchar *path);
void scan_file_free(ScanFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScanFile, scan_file_free)
Fate *fate_new(const gchar *profile);

/* Of all files. */
guint64 scan_count(const Scan *scan, HitClass class);

#endif
