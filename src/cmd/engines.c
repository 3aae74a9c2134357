#include "cmd/engines.h"

#include "cmd/guests.h"
#include "cmd/module.h"
#include "user/user.h"

static Engine *new_user(const Request *request, GError **error)
{
	return user_engine_new(request->paths, request->sandbox, error);
}

static Engine *new_system(const Request *request, GError **error)
{
	GuestsEngine make = (GuestsEngine)module_symbol("guests_engine", error);

	return make ? make(request, error) : NULL;
}

static const struct {
	const gchar *name;
	gboolean boots;
	Engine *(*make)(const Request *request, GError **error);
} makers[] = {
	{"user", FALSE, new_user},
	{"system", TRUE, new_system},
};

static gboolean means(const gchar *word, guint maker)
{
	return g_str_equal(word, makers[maker].name) || g_str_equal(word, "both");
}

gboolean engines_known(const gchar *word)
{
	for (guint i = 0; i < G_N_ELEMENTS(makers); i++)
		if (means(word, i))
			return TRUE;
	return FALSE;
}

gboolean engines_boot(const gchar *word)
{
	for (guint i = 0; i < G_N_ELEMENTS(makers); i++)
		if (makers[i].boots && means(word, i))
			return TRUE;
	return FALSE;
}

Engine **engines_new(const gchar *word, const Request *request, GError **error)
{
	Engine **engines = g_new0(Engine *, G_N_ELEMENTS(makers) + 1);
	guint count = 0;

	for (guint i = 0; i < G_N_ELEMENTS(makers); i++) {
		if (!means(word, i))
			continue;
		engines[count] = makers[i].make(request, error);
		if (!engines[count++]) {
			engines_free(engines);
			return NULL;
		}
	}
	return engines;
}

guint engines_count(Engine *const *engines)
{
	guint count = 0;

	while (engines[count])
		count++;
	return count;
}

void engines_free(Engine **engines)
{
	for (guint i = 0; engines[i]; i++)
		engines[i]->close(engines[i]);
	g_free(engines);
}
