/*
 * kinds - the words that manifests have for the kinds of subjects.
 */
#ifndef MODEL_KINDS_H
#define MODEL_KINDS_H

#include <cyaml/cyaml.h>

enum { SUBJECT_KINDS = 5 };

/* To be used with CYAML_FIELD_ENUM; values are SubjectKind (model/subject.h). */
extern const cyaml_strval_t subject_kinds[SUBJECT_KINDS];

#endif
