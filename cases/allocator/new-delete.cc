/*
 * new-delete - every form of operator new (plain, array, nothrow, aligned, sized delete) gives
 * aligned, whole, distinct memory; what a throwing constructor leaves is given back; and
 * exceptions themselves, allocated and thrown in several threads, arrive intact.
 */
#include "check.h"

#include <malloc.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace
{

constexpr int blocks_a_form = 24;

using Allocate = void *(*)(size_t size);
using Release = void (*)(void *block, size_t size);

constexpr std::align_val_t wide{256};

const struct {
	const char *name;
	size_t alignment;
	Allocate allocate;
	Release release;
} forms[] = {
	{"operator new", 16, [](size_t n) { return ::operator new(n); },
	 [](void *p, size_t) { ::operator delete(p); }},
	{"operator new with sized delete", 16, [](size_t n) { return ::operator new(n); },
	 [](void *p, size_t n) { ::operator delete(p, n); }},
	{"operator new[]", 16, [](size_t n) { return ::operator new[](n); },
	 [](void *p, size_t) { ::operator delete[](p); }},
	{"nothrow new", 16, [](size_t n) { return ::operator new(n, std::nothrow); },
	 [](void *p, size_t) { ::operator delete(p, std::nothrow); }},
	{"nothrow new[]", 16, [](size_t n) { return ::operator new[](n, std::nothrow); },
	 [](void *p, size_t) { ::operator delete[](p, std::nothrow); }},
	{"aligned new", 256, [](size_t n) { return ::operator new(n, wide); },
	 [](void *p, size_t) { ::operator delete(p, wide); }},
	{"aligned new[] with sized delete", 256, [](size_t n) { return ::operator new[](n, wide); },
	 [](void *p, size_t n) { ::operator delete[](p, n, wide); }},
	{"aligned nothrow new", 256, [](size_t n) { return ::operator new(n, wide, std::nothrow); },
	 [](void *p, size_t) { ::operator delete(p, wide, std::nothrow); }},
};

void check_form(size_t form, size_t size)
{
	void *block[blocks_a_form];
	size_t owed =
		forms[form].alignment > 16 ? forms[form].alignment : check_owed_alignment(size);
	for (int i = 0; i < blocks_a_form; i++) {
		block[i] = forms[form].allocate(size);
		CHECK(block[i], "allocation", "%s of %zu is NULL", forms[form].name, size);
		CHECK(reinterpret_cast<uintptr_t>(block[i]) % owed == 0, "alignment",
		      "%s of %zu at %p, expected a multiple of %zu", forms[form].name, size,
		      block[i], owed);
		check_stamp(block[i], size, i);
	}
	for (int i = 0; i < blocks_a_form; i++) {
		check_stamped(block[i], size, i, "content", forms[form].name);
		forms[form].release(block[i], size);
	}
}

struct Counted {
	static thread_local int alive;
	std::string text = std::string(100, 'c');
	explicit Counted(bool fail)
	{
		if (fail)
			throw std::runtime_error(
				"the constructor of element fails, as it was asked to");
		alive++;
	}
	~Counted()
	{
		alive--;
	}
};
thread_local int Counted::alive;

void check_throwing_constructors(int rounds)
{
	for (int round = 0; round < rounds; round++) {
		bool caught = false;
		try {
			std::vector<std::unique_ptr<Counted>> some;
			for (int i = 0; i < 20; i++)
				some.push_back(std::make_unique<Counted>(i == 17));
		} catch (const std::runtime_error &error) {
			caught = std::string(error.what()).find("as it was asked to") !=
				 std::string::npos;
		}
		CHECK(caught, "exceptions", "round %d: not caught, or its text has changed", round);
		CHECK(Counted::alive == 0, "exceptions", "round %d: %d objects alive", round,
		      Counted::alive);
	}
}

} // namespace

int main()
{
	check_begin();
	for (size_t form = 0; form < LENGTH(forms); form++)
		for (size_t size : {1, 8, 24, 64, 100, 1000, 4096, 40000})
			check_form(form, size);
	printf("%zu forms of operator new\n", LENGTH(forms));
	std::vector<std::thread> threads;
	for (int i = 0; i < 4; i++)
		threads.emplace_back(check_throwing_constructors, 30);
	for (auto &thread : threads)
		thread.join();
	puts("120 throwing constructors in 4 threads");
	return 0;
}
