/*
 * new-failure - where there is no memory, operator new calls the new_handler until it gives up
 * and then throws std::bad_alloc, in every throwing form; the nothrow forms give nullptr, never
 * an exception; and a handler that helps lets the same call succeed.
 */
#include "check.h"

#include <new>
#include <string>
#include <vector>

namespace
{

// Volatile, so that no compiler reasons about such a size.
volatile size_t impossible = PTRDIFF_MAX - 4096;

constexpr std::align_val_t wide{128};

int handler_calls;

void count_and_give_up()
{
	if (++handler_calls == 3)
		std::set_new_handler(nullptr);
}

void throw_own()
{
	handler_calls++;
	throw std::bad_alloc();
}

const struct {
	const char *name;
	void *(*allocate)();
} throwing[] =
	{
		{"operator new", [] { return ::operator new(impossible); }},
		{"operator new[]", [] { return ::operator new[](impossible); }},
		{"aligned new", [] { return ::operator new(impossible, wide); }},
		{"aligned new[]", [] { return ::operator new[](impossible, wide); }},
},
  silent[] = {
	  {"nothrow new", [] { return ::operator new(impossible, std::nothrow); }},
	  {"nothrow new[]", [] { return ::operator new[](impossible, std::nothrow); }},
	  {"aligned nothrow new", [] { return ::operator new(impossible, wide, std::nothrow); }},
	  {"aligned nothrow new[]",
	   [] { return ::operator new[](impossible, wide, std::nothrow); }},
};

void check_throws(size_t form, std::new_handler handler, int calls)
{
	handler_calls = 0;
	std::set_new_handler(handler);
	bool caught = false;
	void *given = nullptr;
	try {
		given = throwing[form].allocate();
	} catch (const std::bad_alloc &) {
		caught = true;
	}
	std::set_new_handler(nullptr);
	CHECK(caught, "bad_alloc", "%s of %zu bytes gave %p, expected std::bad_alloc",
	      throwing[form].name, static_cast<size_t>(impossible), given);
	CHECK(handler_calls == calls, "new_handler", "%s called it %d times, expected %d",
	      throwing[form].name, handler_calls, calls);
}

void check_silent(size_t form, std::new_handler handler, int calls)
{
	handler_calls = 0;
	std::set_new_handler(handler);
	void *given = nullptr;
	try {
		given = silent[form].allocate();
	} catch (...) {
		CHECK(false, "nothrow", "%s has thrown", silent[form].name);
	}
	std::set_new_handler(nullptr);
	CHECK(!given, "nothrow", "%s of %zu bytes gave %p", silent[form].name,
	      static_cast<size_t>(impossible), given);
	CHECK(handler_calls == calls, "new_handler", "%s called it %d times, expected %d",
	      silent[form].name, handler_calls, calls);
}

void check_containers()
{
	std::vector<std::string> kept(50, std::string(200, 'k'));
	bool caught = false;
	try {
		std::vector<char> bytes(impossible);
		CHECK(false, "bad_alloc", "a vector of %zu bytes at %p", bytes.size(),
		      static_cast<void *>(bytes.data()));
	} catch (const std::bad_alloc &) {
		caught = true;
	}
	CHECK(caught, "bad_alloc", "a vector of %zu bytes", static_cast<size_t>(impossible));
	for (const auto &text : kept)
		CHECK(text == std::string(200, 'k'), "content", "at %p after bad_alloc",
		      static_cast<const void *>(text.data()));
}

} // namespace

int main()
{
	check_begin();
	for (size_t form = 0; form < LENGTH(throwing); form++) {
		check_throws(form, nullptr, 0);
		check_throws(form, count_and_give_up, 3);
		check_throws(form, throw_own, 1);
	}
	for (size_t form = 0; form < LENGTH(silent); form++) {
		check_silent(form, nullptr, 0);
		check_silent(form, count_and_give_up, 3);
		check_silent(form, throw_own, 1);
	}
	check_containers();
	printf("%zu forms with no handler, one that gives up and one that throws\n",
	       LENGTH(throwing) + LENGTH(silent));
	return 0;
}
