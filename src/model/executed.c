#include "model/executed.h"

Executed *executed_new(guint64 addr, guint32 word)
{
	Executed *executed = g_new0(Executed, 1);

	executed->addr = addr;
	executed->word = word;
	return executed;
}

void executed_free(Executed *executed)
{
	if (!executed)
		return;
	g_free(executed->object);
	g_free(executed->file);
	g_free(executed);
}
