#include "judge/agree.h"

/* What of a fault must be the same; NULL where it is not known. Callers free. */
static gchar *text_of_signal(const Fault *fault)
{
	return fault_signal_name(fault->signal);
}

static gchar *text_of_insn(const Fault *fault)
{
	return g_strdup(fault->mnemonic);
}

static gchar *text_of_feature(const Fault *fault)
{
	return g_strdup(fault->feature);
}

/* Without a sandbox the same file is seen in another folder. */
static gchar *text_of_object(const Fault *fault)
{
	return fault->object ? g_path_get_basename(fault->object) : NULL;
}

static gchar *text_of_function(const Fault *fault)
{
	return g_strdup(fault->function);
}

static gchar *text_of_offset(const Fault *fault)
{
	return fault->object ? g_strdup_printf("0x%" G_GINT64_MODIFIER "x", fault->offset) : NULL;
}

static const struct {
	const gchar *name;
	gchar *(*text)(const Fault *fault);
} parts[] = {
	{"signal", text_of_signal}, {"instruction", text_of_insn},  {"extension", text_of_feature},
	{"object", text_of_object}, {"function", text_of_function}, {"offset", text_of_offset},
};

static void add(GString *text, const gchar *name, const Finding *a, const gchar *of_a,
		const Finding *b, const gchar *of_b)
{
	if (!g_strcmp0(of_a, of_b))
		return;
	g_string_append_printf(text, "%s%s: %s %s, %s %s", text->len ? "; " : "", name, a->engine,
			       of_a ? of_a : "none", b->engine, of_b ? of_b : "none");
}

static const Fault *fault_of(const Finding *finding)
{
	return finding->baseline ? finding->baseline->fault : NULL;
}

static void add_faults(GString *text, const Finding *a, const Finding *b)
{
	const Fault *of_a = fault_of(a), *of_b = fault_of(b);
	guint count = G_N_ELEMENTS(parts);

	/* A signal that is sent, or a fault that is not there, has no place to compare. */
	if (!of_a || !of_b || !fault_is_of_insn(of_a) || !fault_is_of_insn(of_b))
		count = 1;
	for (guint i = 0; i < count; i++) {
		g_autofree gchar *text_a = of_a ? parts[i].text(of_a) : NULL;
		g_autofree gchar *text_b = of_b ? parts[i].text(of_b) : NULL;

		add(text, parts[i].name, a, text_a, b, text_b);
	}
}

gchar *agree_difference(const Finding *a, const Finding *b)
{
	g_autoptr(GString) text = g_string_new(NULL);

	/* Which of the repeats of a flaky finding is shown is chance. */
	if (a->verdict != b->verdict)
		add(text, "verdict", a, verdict_name(a->verdict), b, verdict_name(b->verdict));
	else if (a->verdict != VERDICT_FLAKY)
		add_faults(text, a, b);
	return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}
