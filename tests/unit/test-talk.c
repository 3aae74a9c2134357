/*
 * What is understood of a debugger's and a stub's talk.
 */
#include <string.h>

#include "base/talk.h"

/* The number of interrupts in what the debugger says. */
static guint debugger(Talk *talk, const gchar *text, gsize length)
{
	guint interrupts = 0;

	for (gsize i = 0; i < length; i++)
		interrupts += talk_debugger(talk, (guchar)text[i]);
	return interrupts;
}

#define DEBUGGER(talk, text) debugger(talk, text, sizeof text - 1)

/* FALSE: it asks for a file. */
static gboolean stub(Talk *talk, const gchar *text)
{
	for (; *text; text++)
		if (!talk_stub(talk, (guchar)*text))
			return FALSE;
	return TRUE;
}

static void test_interrupt(void)
{
	Talk talk = {0};

	g_assert_cmpuint(DEBUGGER(&talk, "$c#63"), ==, 0);
	g_assert_cmpuint(DEBUGGER(&talk, "\003"), ==, 1);
	g_assert_cmpuint(DEBUGGER(&talk, "+\003\003"), ==, 2);
	g_assert_cmpuint(DEBUGGER(&talk, "$X1000,3:\003\000\003#00"), ==, 0);
	g_assert_cmpuint(DEBUGGER(&talk, "\003"), ==, 1);
	g_assert_cmpuint(DEBUGGER(&talk, "$X1000,3:\003"), ==, 0);
	g_assert_cmpuint(DEBUGGER(&talk, "\003#00"), ==, 0);
}

static void test_running(void)
{
	static const gchar *const going[] = {"$c#63", "$C05#00", "$s#00", "$S05#00",
					     "$vCont;c:p1.-1#00"};
	static const gchar *const staying[] = {"$vCont?#00", "$g#67", "$vKill;1#6e", "$?#3f",
					       "$#00"};

	for (guint i = 0; i < G_N_ELEMENTS(going); i++) {
		Talk talk = {0};

		debugger(&talk, going[i], strlen(going[i]));
		g_assert_cmpint(talk.state, ==, TALK_ASKED);
		g_assert_true(stub(&talk, "+"));
		g_assert_cmpint(talk.state, ==, TALK_RUNNING);
		g_assert_true(stub(&talk, "$T05thread:01;#00"));
		g_assert_cmpint(talk.state, ==, TALK_STOPPED);
	}
	for (guint i = 0; i < G_N_ELEMENTS(staying); i++) {
		Talk talk = {0};

		debugger(&talk, staying[i], strlen(staying[i]));
		g_assert_true(stub(&talk, "+"));
		g_assert_cmpint(talk.state, ==, TALK_STOPPED);
	}
}

static void test_silent(void)
{
	Talk talk = {0};

	DEBUGGER(&talk, "$QStartNoAckMode#b0");
	g_assert_true(stub(&talk, "+$OK#9a"));
	DEBUGGER(&talk, "+$c#63");
	g_assert_cmpint(talk.state, ==, TALK_RUNNING);
}

static void test_files(void)
{
	Talk talk = {0};

	DEBUGGER(&talk, "$vFile:setfs:50#f4");
	g_assert_true(stub(&talk, "+$F0#76"));
	g_assert_false(stub(&talk, "$F0#76"));

	talk = (Talk){0};
	DEBUGGER(&talk, "$c#63");
	g_assert_true(stub(&talk, "+"));
	g_assert_false(stub(&talk, "$Fopen,1000/5,0,0#00"));

	/* Said in time, to be heard later. */
	talk = (Talk){0};
	DEBUGGER(&talk, "$vFile:setfs:50#f4");
	g_assert_true(stub(&talk, "+$E01#00"));
	g_assert_false(stub(&talk, "$F"));
	talk = (Talk){0};
	DEBUGGER(&talk, "$vFile:setfs:50#f4");
	DEBUGGER(&talk, "+$g#67");
	g_assert_true(stub(&talk, "+$"));
	g_assert_false(stub(&talk, "F"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/talk/interrupt", test_interrupt);
	g_test_add_func("/talk/running", test_running);
	g_test_add_func("/talk/silent", test_silent);
	g_test_add_func("/talk/files", test_files);
	return g_test_run();
}
