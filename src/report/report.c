#include "report/report.h"

#include <string.h>

const ReportFormat report_formats[] = {
	{"table", "what a person reads", report_table},
	{"markdown", "for a pull request", report_markdown},
	{"html", "one file for a browser", report_html},
	{"json", "everything, schema a64rig.results/1", report_json},
	{"junit", "JUnit XML, for CI", report_junit},
	{"tap", "TAP 13 with YAML diagnostics", report_tap},
	{NULL, NULL, NULL},
};

const ReportFormat *report_format(const gchar *name)
{
	for (const ReportFormat *format = report_formats; format->name; format++)
		if (!strcmp(format->name, name))
			return format;
	return NULL;
}
