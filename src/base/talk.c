#include "base/talk.h"

#include <string.h>

enum { INTERRUPT = 3 };

static void begin(Talk *talk)
{
	talk->packet = TRUE;
	talk->length = 0;
	memset(talk->begin, 0, sizeof talk->begin);
}

static void end(Talk *talk)
{
	gboolean goes_on = talk->length && (strchr("cCsS", talk->begin[0]) ||
					    g_str_has_prefix(talk->begin, "vCont;"));

	talk->packet = FALSE;
	talk->file = g_str_has_prefix(talk->begin, "vFile:");
	talk->silent |= g_str_equal(talk->begin, "QStartN");
	talk->state = !goes_on ? TALK_STOPPED : talk->silent ? TALK_RUNNING : TALK_ASKED;
}

/* In a packet any byte may stand for itself, but for '$' and '#'. */
gboolean talk_debugger(Talk *talk, guchar byte)
{
	if (byte == '$')
		begin(talk);
	else if (byte == '#' && talk->packet)
		end(talk);
	else if (talk->packet && talk->length + 1 < sizeof talk->begin)
		talk->begin[talk->length++] = (gchar)byte;
	return byte == INTERRUPT && !talk->packet;
}

/* An 'F' begins both an answer about files and a question; a debugger takes it for a question once
 * the program runs, though it may have been said before. */
gboolean talk_stub(Talk *talk, guchar byte)
{
	gboolean asks = talk->last == '$' && byte == 'F' && !talk->answer;

	if (byte == '$') {
		talk->state = TALK_STOPPED;
		talk->answer = talk->file;
		talk->file = FALSE;
	} else if (byte == '+' && talk->state == TALK_ASKED) {
		talk->state = TALK_RUNNING;
	}
	talk->last = byte;
	return !asks;
}
