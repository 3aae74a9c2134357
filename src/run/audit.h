/*
 * audit - which instructions above the baseline were executed, and whether a test of the CPU guards
 * them: told from what the same case did on several CPUs.
 *
 *	executed on				is
 *	the plain run				bare
 *	the baseline, which lacks it		bare (it died there)
 *	neither, and one of these ended		guarded
 *	as the reference did
 *	only the reference, else		unknown
 *
 * Runs differ by chance, too: so what was executed on the reference, and of which scan/file.h finds
 * that nothing guards it, is bare in any case; what it finds guarded is not unknown.
 *
 * The plain run is one on the reference's CPU of which the program is told that it has no extension
 * at all. It is only needed where baseline and reference do not settle it: where the baseline died
 * early, or has the extension itself.
 */
#ifndef RUN_AUDIT_H
#define RUN_AUDIT_H

#include "model/hit.h"
#include "model/outcome.h"
#include "model/profile.h"

typedef struct Audit Audit;

/* What the program of a plain run is told: that it has a CPU without any extension. */
const Profile *audit_plain(void);

/* Both must outlive it. profiles: whose fates are told. */
Audit *audit_new(const Profile *baseline, const GPtrArray *profiles);
void audit_free(Audit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Audit, audit_free)

/* Do these two leave something unknown that no other case has settled either? */
gboolean audit_needs_plain(Audit *audit, const Outcome *baseline, const Outcome *reference);

/* Adds what the runs of one case and subject executed; plain may be NULL. Of a place that several
 * executed bare wins, then guarded. Safe from several threads. */
void audit_add(Audit *audit, const Outcome *baseline, const Outcome *reference,
	       const Outcome *plain);

/* A file of which is to be told how much of it was reached even if nothing was. Safe from several
 * threads. */
void audit_add_file(Audit *audit, const gchar *path);

/* All of it, by file and place. Caller frees. */
Scan *audit_finish(Audit *audit);

#endif
