/*
 * select - which cases and subjects a request means.
 */
#ifndef RUN_SELECT_H
#define RUN_SELECT_H

#include "model/subject.h"
#include "model/suite.h"
#include "run/request.h"

/* Appends a subject for every file that the request names by its path (a word with a slash), and
 * for every package ("npm:..."). Error (usage) where there is no such file. */
gboolean select_add_named(const Request *request, GPtrArray *subjects, GError **error);

/* Does every word of the request mean something? Error (usage) with the nearest name. */
gboolean select_check(const Request *request, const GPtrArray *suites, const GPtrArray *subjects,
		      GError **error);

/* Is this pair asked for, and possible? Without words: every case of the suites that are not
 * optional, with the suite's own subjects. */
gboolean selects(const Request *request, const Suite *suite, const Case *self,
		 const Subject *subject);

#endif
