/*
 * evidence - what a guest says of one run, into the run's folder and its outcome.
 */
#ifndef SYS_EVIDENCE_H
#define SYS_EVIDENCE_H

#include "model/outcome.h"
#include "model/profile.h"

typedef struct Evidence Evidence;

/* The most that is taken of output and of cores, bytes each; the rest is dropped. */
#define EVIDENCE_OUTPUT (G_GUINT64_CONSTANT(2) << 30)
#define EVIDENCE_CORE   (G_GUINT64_CONSTANT(1) << 30)

/* For a run whose files go to that folder. Error (rig) where it cannot be written. */
Evidence *evidence_new(const gchar *folder, GError **error);
void evidence_free(Evidence *evidence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evidence, evidence_free)

/* A WirePiece, with the evidence for its data. */
gboolean evidence_take(const gchar *name, const guint8 *bytes, gsize length, gpointer data,
		       GError **error);

/* Fills the outcome in, and says what of the guest's CPU the profile's board lacks. */
void evidence_conclude(Evidence *evidence, const Profile *profile, Outcome *outcome);

/* The outcome's kind for what the guest's program says of the end. Pure; see the table there. */
void evidence_map_end(Outcome *outcome, const gchar *end);

#endif
