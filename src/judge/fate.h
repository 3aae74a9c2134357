/*
 * fate - what a profile's CPU has, and what becomes of scanned files on it.
 */
#ifndef JUDGE_FATE_H
#define JUDGE_FATE_H

#include "isa/isa.h"
#include "model/hit.h"
#include "model/profile.h"

/* Does the profile's CPU have the extension? By its HWCAPs; where Linux has none for it, by the
 * architecture version that makes it mandatory. One whose HWCAPs are not stated has everything. */
gboolean profile_has(const Profile *profile, const IsaFeature *feature);

/* What the CPU model has and the board lacks: FEAT_ names with "+" between them; NULL where that is
 * nothing, or the model's own profile is NULL or the board's. Caller frees. */
gchar *board_lacks(const Profile *board, const Profile *model);

/* Fills scan->fates for profiles, an array of Profile. bare, unknown: sets of const IsaFeature*, of
 * which some hit of that class is. */
void fates_find(Scan *scan, const GPtrArray *profiles, GHashTable *bare, GHashTable *unknown);

#endif
