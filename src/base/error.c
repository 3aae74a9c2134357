#include "base/error.h"

G_DEFINE_QUARK(a64rig - error - quark, a64rig_error)

int error_exit_status(const GError *error)
{
	return g_error_matches(error, A64RIG_ERROR, A64RIG_ERROR_USAGE) ? EXIT_USAGE
									: EXIT_RIG_FAULT;
}
