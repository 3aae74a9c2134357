/*
 * results - what the commands that end with results have in common.
 */
#ifndef CMD_RESULTS_H
#define CMD_RESULTS_H

#include "model/finding.h"
#include "report/report.h"

/* For --help. */
#define RESULTS_FORMATS "table, markdown, html, json, junit or tap"

/* The table for NULL; error (usage) for a word that is no format. */
const ReportFormat *results_format(const gchar *name, GError **error);

/* Can a file be written there? TRUE for NULL; error (usage). */
gboolean results_output_fits(const gchar *path, GError **error);

/* To the file all at once, or for NULL to standard output. Returns the exit status: of what could
 * not be written, which is told, or 0. */
int results_print(const Results *results, const ReportFormat *format, const gchar *output);

/* 0, 1, or 3 where there is a rig fault. */
int results_status(const Results *results);

/* Prints the text, or writes it to the file output at once. Returns the exit status. */
int results_put(const gchar *text, const gchar *output);

#endif
