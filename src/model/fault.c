#include "model/fault.h"

#include <signal.h>
#include <string.h>

Fault *fault_new(int signal)
{
	Fault *fault = g_new0(Fault, 1);

	fault->signal = signal;
	fault->backtrace = g_ptr_array_new_with_free_func((GDestroyNotify)frame_free);
	return fault;
}

void fault_free(Fault *fault)
{
	if (!fault)
		return;
	g_free(fault->mnemonic);
	g_free(fault->operands);
	g_free(fault->feature);
	g_free(fault->arch);
	g_free(fault->object);
	g_free(fault->object_file);
	g_free(fault->build_id);
	g_free(fault->function);
	g_free(fault->source);
	g_free(fault->culprit);
	g_free(fault->culprit_version);
	g_free(fault->culprit_evidence);
	g_free(fault->napi_rs);
	g_ptr_array_unref(fault->backtrace);
	g_free(fault->note);
	g_free(fault);
}

Frame *frame_new(guint64 pc)
{
	Frame *frame = g_new0(Frame, 1);

	frame->pc = pc;
	return frame;
}

void frame_free(Frame *frame)
{
	if (!frame)
		return;
	g_free(frame->object);
	g_free(frame->function);
	g_free(frame->source);
	g_free(frame);
}

gboolean fault_is_of_insn(const Fault *fault)
{
	return fault->signal == SIGILL || fault->signal == SIGTRAP || fault->signal == SIGSEGV ||
	       fault->signal == SIGBUS || fault->signal == SIGFPE;
}

gchar *fault_signal_name(int signal)
{
	const char *name = sigabbrev_np(signal);

	return name ? g_strconcat("SIG", name, NULL) : g_strdup_printf("signal %d", signal);
}

gchar *fault_place(const gchar *function, guint64 offset)
{
	if (!function)
		return NULL;
	if (!offset)
		return g_strdup(function);
	return g_strdup_printf("%s+0x%" G_GINT64_MODIFIER "x", function, offset);
}
