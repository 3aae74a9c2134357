/*
 * Names as their authors wrote them.
 */
#include "inspect/symbol.h"

static void test_demangle(void)
{
	static const struct {
		const gchar *name;
		const gchar *want;
	} cases[] = {
		{"malloc", "malloc"},
		{"_mi_options_init", "_mi_options_init"},
		{"_Znwm", "operator new(unsigned long)"},
		{"_ZN2ns1AIiE3runESt6vectorIiSaIiEE",
		 "ns::A<int>::run(std::vector<int, std::allocator<int> >)"},
		{"_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"},
		{"_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789a"
		 "bcdefE",
		 "<alloc::string::String as core::fmt::Debug>::fmt"},
		{"_RNvC6_123foo3bar", "_RNvC6_123foo3bar"},
		{"_Z", "_Z"},
		{"_ZN", "_ZN"},
		{"", ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *text = symbol_demangle(cases[i].name);

		g_assert_cmpstr(text, ==, cases[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/symbol/demangle", test_demangle);
	return g_test_run();
}
