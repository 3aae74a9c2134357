/*
 * record - what a built guest image was made from and what it consists of: image.yaml beside it.
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include <glib.h>

/* A file or a folder of the image. */
typedef struct {
	gchar *name;
	gchar *sha256; /* of its content */
	gchar *stamp;  /* as long as this is the same, the content is, too; see base/stamp.h */
} RecordPart;

typedef struct {
	gchar *name;          /* of the recipe */
	gchar *release;       /* the kernel's */
	guint page;           /* KiB */
	gchar *disk_inputs;   /* digest of what all but the initrd was made from */
	gchar *initrd_inputs; /* digest of what the initrd was made from */
	RecordPart *parts;
	guint parts_count;
	gchar **packages; /* "NAME VERSION"; packages_count of them */
	guint packages_count;
} Record;

/* Error (usage) with file and line. */
Record *record_load(const gchar *path, GError **error);

/* Replaces the file as a whole. Error (rig). */
gboolean record_save(const Record *record, const gchar *path, GError **error);

void record_free(Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

/* The part of that name, borrowed, or NULL. */
RecordPart *record_part(const Record *record, const gchar *name);

/* Sets what is known of a part; a new one where there is none of that name. */
void record_put(Record *record, const gchar *name, const gchar *sha256, const gchar *stamp);

#endif
