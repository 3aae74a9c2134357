/*
 * ledger - what was found out about versions, kept for later: a file for each in a folder.
 *
 * A file is a GKeyFile, written at once, so that a rig that is killed leaves nothing half.
 */
#ifndef CHECK_LEDGER_H
#define CHECK_LEDGER_H

#include "model/checked.h"
#include "search/bisect.h"

typedef struct {
	BisectVerdict verdict;
	guint repeat;       /* it is what most of so many said */
	gchar *reason;      /* one line: why it is bad, or cannot be judged; or NULL */
	gchar *instruction; /* of the fault, and where; NULL: there was none */
	gchar *where;
	gchar *culprit;
	gchar *advice;
	GHashTable *counts; /* instructions above the baseline: "bare FEAT_LSE in mi_malloc" to
			       their number, GUINT_TO_POINTER() */
} Judged;

Judged *judged_new(BisectVerdict verdict, const gchar *reason);
void judged_free(Judged *judged);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Judged, judged_free)

/* What a check says of a version: it runs, it does not, or that cannot be told. */
Judged *judged_of(const Checked *checked);

/* NULL where nothing is kept of it. */
Judged *ledger_read(const gchar *folder, const gchar *id);

/* Error (rig). */
gboolean ledger_write(const gchar *folder, const gchar *id, const Judged *judged, GError **error);

#endif
