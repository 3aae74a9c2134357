/*
 * features - the table behind isa_features(), for isa/ alone.
 */
#ifndef ISA_FEATURES_H
#define ISA_FEATURES_H

#include "isa/isa.h"

/* Of all extensions that share first's LLVM name, the one that brought this instruction, given as
 * "mnemonic operands". */
const IsaFeature *isa_feature_of(const IsaFeature *first, const gchar *text);

/* The extension of a word that LLVM decodes on any CPU although it was not there from the start, or
 * NULL. */
const IsaFeature *isa_feature_ungated(guint32 word);

#endif
