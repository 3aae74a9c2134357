#include "report/report.h"

#include <libxml/xmlwriter.h>

#include "report/groups.h"
#include "report/section.h"
#include "report/text.h"

typedef enum { POINT_PASSED, POINT_FAILED, POINT_ERROR, POINT_SKIPPED, POINT_COUNT } Point;

static Point point_of(const Finding *finding)
{
	if (finding->verdict == VERDICT_SKIPPED && finding_as_expected(finding))
		return POINT_SKIPPED;
	if (finding_as_expected(finding))
		return POINT_PASSED;
	return finding->verdict == VERDICT_RIG_FAULT ? POINT_ERROR : POINT_FAILED;
}

/* XML 1.0 has no way to write most control characters, not even as references. */
static gboolean is_xml_char(gunichar c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

static gchar *xml_text(const gchar *text)
{
	g_autofree gchar *valid = g_utf8_make_valid(text ? text : "?", -1);
	GString *clean = g_string_new(NULL);

	for (const gchar *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(clean, is_xml_char(c) ? c : 0xfffd);
	}
	return g_string_free(clean, FALSE);
}

static void add_attribute(xmlTextWriter *xml, const char *name, const gchar *value)
{
	g_autofree gchar *clean = xml_text(value);

	xmlTextWriterWriteAttribute(xml, BAD_CAST name, BAD_CAST clean);
}

static void add_number(xmlTextWriter *xml, const char *name, guint number)
{
	xmlTextWriterWriteFormatAttribute(xml, BAD_CAST name, "%u", number);
}

static void add_time(xmlTextWriter *xml, gdouble seconds)
{
	gchar text[G_ASCII_DTOSTR_BUF_SIZE];

	add_attribute(xml, "time", g_ascii_formatd(text, sizeof(text), "%.3f", seconds));
}

static gdouble seconds_of(const Finding *finding)
{
	gdouble seconds = finding->baseline ? finding->baseline->seconds : 0;

	seconds += finding->reference ? finding->reference->seconds : 0;
	for (guint i = 0; i < finding->columns->len; i++) {
		const Column *column = g_ptr_array_index(finding->columns, i);

		seconds += column->outcome ? column->outcome->seconds : 0;
	}
	return seconds;
}

static void count_points(const GPtrArray *findings, guint points[POINT_COUNT])
{
	for (guint i = 0; i < findings->len; i++)
		points[point_of(g_ptr_array_index(findings, i))]++;
}

static void add_totals(xmlTextWriter *xml, const guint points[POINT_COUNT], gdouble seconds)
{
	guint tests = 0;

	for (guint i = 0; i < POINT_COUNT; i++)
		tests += points[i];
	add_number(xml, "tests", tests);
	add_number(xml, "failures", points[POINT_FAILED]);
	add_number(xml, "errors", points[POINT_ERROR]);
	add_number(xml, "skipped", points[POINT_SKIPPED]);
	add_time(xml, seconds);
}

static void add_text_element(xmlTextWriter *xml, const char *name, const gchar *text)
{
	g_autofree gchar *clean = xml_text(text);

	xmlTextWriterWriteElement(xml, BAD_CAST name, BAD_CAST clean);
}

static gchar *explain(const Finding *finding)
{
	Page page = {g_string_new("\n"), FALSE, 0};

	section_finding(&page, finding);
	return g_string_free(page.out, FALSE);
}

static void add_trouble(xmlTextWriter *xml, const char *element, const Finding *finding)
{
	g_autofree gchar *text = explain(finding);
	g_autofree gchar *clean = xml_text(text);
	g_autofree gchar *message = section_verdict(finding);

	xmlTextWriterStartElement(xml, BAD_CAST element);
	add_attribute(xml, "message", message);
	add_attribute(xml, "type", verdict_name(finding->verdict));
	xmlTextWriterWriteString(xml, BAD_CAST clean);
	xmlTextWriterEndElement(xml);
}

static void add_skipped(xmlTextWriter *xml, const Finding *finding)
{
	xmlTextWriterStartElement(xml, BAD_CAST "skipped");
	add_attribute(xml, "message", finding->reason ? finding->reason : "no reason given");
	xmlTextWriterEndElement(xml);
}

/* An expected flag is a passed test, which says in its output what was seen. */
static void add_result(xmlTextWriter *xml, const Finding *finding)
{
	g_autofree gchar *text = NULL;

	switch (point_of(finding)) {
	case POINT_FAILED:
		add_trouble(xml, "failure", finding);
		break;
	case POINT_ERROR:
		add_trouble(xml, "error", finding);
		break;
	case POINT_SKIPPED:
		add_skipped(xml, finding);
		break;
	default:
		if (finding->verdict == VERDICT_OK)
			break;
		text = explain(finding);
		add_text_element(xml, "system-out", text);
	}
}

static void add_case(xmlTextWriter *xml, const Results *results, const Finding *finding)
{
	const Outcome *baseline = finding->baseline;
	g_autofree gchar *name = section_case(results, finding);

	xmlTextWriterStartElement(xml, BAD_CAST "testcase");
	add_attribute(xml, "classname", finding->subject);
	add_attribute(xml, "name", name);
	add_time(xml, seconds_of(finding));
	add_result(xml, finding);
	if (baseline && *baseline->err && !outcome_passed(baseline))
		add_text_element(xml, "system-err", baseline->err);
	xmlTextWriterEndElement(xml);
}

static void add_suite(xmlTextWriter *xml, const Results *results, const Tally *tally)
{
	const GPtrArray *findings = tally->findings;
	guint points[POINT_COUNT] = {0};
	gdouble seconds = 0;

	for (guint i = 0; i < findings->len; i++)
		seconds += seconds_of(g_ptr_array_index(findings, i));
	count_points(findings, points);
	xmlTextWriterStartElement(xml, BAD_CAST "testsuite");
	add_attribute(xml, "name", tally->subject);
	add_totals(xml, points, seconds);
	for (guint i = 0; i < findings->len; i++)
		add_case(xml, results, g_ptr_array_index(findings, i));
	xmlTextWriterEndElement(xml);
}

/* Both findings may be as expected: what differs needs a test of its own. */
static void add_disagreement(xmlTextWriter *xml, const Disagreement *disagreement)
{
	xmlTextWriterStartElement(xml, BAD_CAST "testcase");
	add_attribute(xml, "classname", disagreement->subject);
	add_attribute(xml, "name", disagreement->case_name);
	if (disagreement->declared) {
		add_text_element(xml, "system-out", disagreement->what);
	} else {
		xmlTextWriterStartElement(xml, BAD_CAST "failure");
		add_attribute(xml, "message", disagreement->what);
		add_attribute(xml, "type", "disagreement");
		xmlTextWriterEndElement(xml);
	}
	xmlTextWriterEndElement(xml);
}

static void count_disagreements(const Results *results, guint points[POINT_COUNT])
{
	guint undeclared = results_undeclared(results);

	points[POINT_FAILED] += undeclared;
	points[POINT_PASSED] += results->disagreements->len - undeclared;
}

static void add_disagreements(xmlTextWriter *xml, const Results *results)
{
	guint points[POINT_COUNT] = {0};

	if (!results->disagreements->len)
		return;
	count_disagreements(results, points);
	xmlTextWriterStartElement(xml, BAD_CAST "testsuite");
	add_attribute(xml, "name", "the engines agree");
	add_totals(xml, points, 0);
	for (guint i = 0; i < results->disagreements->len; i++)
		add_disagreement(xml, g_ptr_array_index(results->disagreements, i));
	xmlTextWriterEndElement(xml);
}

/* JUnit has no word for a run that was cut short; without one it would count as passed. */
static void add_interruption(xmlTextWriter *xml)
{
	static const gchar *const parts[][2] = {{"testsuite", "a64rig"}, {"testcase", "complete"}};

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		xmlTextWriterStartElement(xml, BAD_CAST parts[i][0]);
		add_attribute(xml, "name", parts[i][1]);
		if (i == 0) {
			add_number(xml, "tests", 1);
			add_number(xml, "errors", 1);
		} else {
			add_attribute(xml, "classname", "a64rig");
		}
	}
	xmlTextWriterStartElement(xml, BAD_CAST "error");
	add_attribute(xml, "message", "interrupted before all was run");
	for (guint i = 0; i < 1 + G_N_ELEMENTS(parts); i++)
		xmlTextWriterEndElement(xml);
}

gchar *report_junit(const Results *results, G_GNUC_UNUSED gboolean colour,
		    G_GNUC_UNUSED guint width)
{
	g_autoptr(GPtrArray) tallies = tallies_new(results);
	guint points[POINT_COUNT] = {0};
	xmlBuffer *buffer = xmlBufferCreate();
	xmlTextWriter *xml = xmlNewTextWriterMemory(buffer, 0);
	gchar *text;

	xmlTextWriterSetIndent(xml, 1);
	xmlTextWriterStartDocument(xml, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(xml, BAD_CAST "testsuites");
	add_attribute(xml, "name", "a64rig");
	count_points(results->findings, points);
	count_disagreements(results, points);
	points[POINT_ERROR] += results->interrupted ? 1 : 0;
	add_totals(xml, points, results->seconds);
	for (guint i = 0; i < tallies->len; i++)
		add_suite(xml, results, g_ptr_array_index(tallies, i));
	add_disagreements(xml, results);
	if (results->interrupted)
		add_interruption(xml);
	xmlTextWriterEndDocument(xml);
	xmlFreeTextWriter(xml);
	text = g_strdup((const gchar *)xmlBufferContent(buffer));
	xmlBufferFree(buffer);
	return text;
}
