#include "base/error.h"

GQuark a64rig_error_quark(void)
{
	return g_quark_from_static_string("a64rig-error");
}

int error_exit_status(const GError *error)
{
	return g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_USAGE) ? EXIT_USAGE
									: EXIT_RIG_FAULT;
}
