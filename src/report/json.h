/*
 * json - the parts of results that other documents have, too.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <json-glib/json-glib.h>

#include "model/finding.h"

/* An object of the schema a64rig.results/1. */
void json_finding(JsonBuilder *json, const Finding *finding);

/* The member "rig". */
void json_rig(JsonBuilder *json, const Results *results);

#endif
