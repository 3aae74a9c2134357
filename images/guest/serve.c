#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

static struct {
	char bytes[ORDER_MAX];
	size_t length;
	bool too_long; /* what came is thrown away until the order's end */
} text;

/* Cores of what is not part of a run, such as qemu-ga's: nobody wants them, and the kernel waits
 * until they are read. */
static void drop_cores(void)
{
	pid_t pid;
	int core;

	while ((core = core_take(&pid)) >= 0)
		close(core);
}

static void wait_for_news(bool connected)
{
	struct pollfd polled[] = {
		{.fd = core_descriptor(), .events = POLLIN},
		{.fd = connected ? port_descriptor() : -1, .events = POLLIN},
	};

	events_wait(polled, 2, 0);
	drop_cores();
}

/* An order that is too long keeps its last byte, so that its end is seen. */
static void make_room(void)
{
	if (text.length < sizeof text.bytes)
		return;
	text.too_long = true;
	text.bytes[0] = text.bytes[text.length - 1];
	text.length = 1;
}

/* Set after a run, where the guest is for one host alone. */
static bool once_has_run;

/* Waits until a whole order is there, and says how long it is. What a host says can be there before
 * the news that there is a host: it waits, because an answer would be lost. */
static size_t receive(void)
{
	size_t length;
	ssize_t n;

	while (!(length = order_length(text.bytes, text.length))) {
		if (!port_connected()) {
			if (once_has_run)
				init_power_off();
			text.length = text.too_long = 0;
			wait_for_news(false);
			continue;
		}
		make_room();
		n = port_read(text.bytes + text.length, sizeof text.bytes - text.length);
		if (n > 0)
			text.length += (size_t)n;
		else
			wait_for_news(true);
	}
	return length;
}

static void finish(size_t length)
{
	text.length -= length;
	text.too_long = false;
	memmove(text.bytes, text.bytes + length, text.length);
}

/* Until the host has everything, or has gone. */
static void send(void)
{
	for (;;) {
		struct pollfd polled = {.fd = port_descriptor(), .events = POLLOUT};

		port_flush();
		if (port_pending() && !port_connected())
			port_forget();
		if (!port_pending())
			return;
		events_wait(&polled, 1, 0);
	}
}

static void ping(const struct order *order)
{
	(void)order;
	port_end("pong");
}

static void settle(const struct order *order)
{
	for (unsigned i = 0; i < order->warm.count; i++)
		if (!stage_read(order->warm.item[i]) && errno != ENOENT) {
			port_end("failed %d warming %.128s", errno, order->warm.item[i]);
			return;
		}
	keep_no_agent();
	sync();
	port_end("settled");
}

static void carry_out(const struct order *order)
{
	static const struct {
		const char *name;
		void (*carry_out)(const struct order *order);
	} orders[] = {{"run", run}, {"ping", ping}, {"settle", settle}};

	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (!strcmp(orders[i].name, order->name)) {
			orders[i].carry_out(order);
			return;
		}
	port_end("refused an unknown order");
}

_Noreturn void serve(bool once)
{
	static struct order order;

	for (;;) {
		size_t length = receive();
		const char *wrong = "too long an order";

		if (!text.too_long)
			wrong = order_parse(&order, text.bytes, length);
		if (wrong)
			port_end("refused %s", wrong);
		else
			carry_out(&order);
		once_has_run |= once && !wrong && !strcmp(order.name, "run");
		finish(length);
		send();
	}
}
