#include "isa/lookup.h"

#include "isa/table.h"

/* By row. */
static const IsaFeature **row_feature;

static void need_features(void)
{
	static gsize filled;
	guint rows = 0;

	if (!g_once_init_enter(&filled))
		return;
	while (isa_rows()[rows].mask)
		rows++;
	row_feature = g_new0(const IsaFeature *, rows);
	for (guint i = 0; i < rows; i++)
		row_feature[i] = isa_feature(isa_rows()[i].feature);
	g_once_init_leave(&filled, 1);
}

const IsaFeature *isa_lookup(guint32 word)
{
	const IsaRow *row = isa_row(word);
	g_auto(IsaInsn) insn = {0};

	if (!row)
		return NULL;
	need_features();
	if (!row->ask)
		return row_feature[row - isa_rows()];
	return isa_explain(word, &insn, NULL) ? insn.feature : row_feature[row - isa_rows()];
}
