/*
 * containers - maps, lists, deques, strings and over-aligned vectors under a seeded load agree with
 * a plain array that says what they should hold, while nodes come, go and move between threads.
 */
#include "check.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace
{

constexpr size_t keys = 300;

std::string text_of(size_t key, size_t version)
{
	std::string text = std::to_string(key) + ":" + std::to_string(version) + ":";
	return text + std::string(key * 3 + version % 50, static_cast<char>('a' + version % 26));
}

void check_maps(uint64_t seed)
{
	std::vector<size_t> expected(keys);
	std::map<size_t, std::string> ordered;
	std::unordered_map<std::string, std::shared_ptr<std::string>> hashed;
	for (size_t step = 1; step < 2500; step++) {
		size_t key = check_pick(&seed, keys);
		if (step % 3 == 0) {
			ordered.erase(key);
			hashed.erase(std::to_string(key));
			expected[key] = 0;
		} else {
			ordered[key] = text_of(key, step);
			hashed[std::to_string(key)] =
				std::make_shared<std::string>(text_of(key, step));
			expected[key] = step;
		}
	}
	for (size_t key = 0; key < keys; key++) {
		auto found = ordered.find(key);
		auto other = hashed.find(std::to_string(key));
		bool there = expected[key] != 0;
		CHECK((found != ordered.end()) == there && (other != hashed.end()) == there, "map",
		      "key %zu: expected %s", key, there ? "there" : "gone");
		CHECK(!there || (found->second == text_of(key, expected[key]) &&
				 *other->second == found->second),
		      "map", "key %zu does not hold version %zu", key, expected[key]);
	}
}

void check_sequences(uint64_t seed)
{
	std::deque<std::string> deque;
	std::list<std::string> list;
	for (size_t step = 0; step < 1200; step++) {
		deque.push_back(text_of(step % 90, step));
		list.push_front(text_of(step % 90, step));
		if (check_pick(&seed, 3) == 0) {
			deque.pop_front();
			list.pop_back();
		}
	}
	CHECK(std::equal(deque.rbegin(), deque.rend(), list.begin(), list.end()), "sequence",
	      "a deque of %zu and a list of %zu differ", deque.size(), list.size());
	list.sort();
	std::sort(deque.begin(), deque.end());
	CHECK(std::equal(deque.begin(), deque.end(), list.begin(), list.end()), "sequence",
	      "a sorted deque of %zu and list of %zu differ", deque.size(), list.size());
}

struct alignas(128) Wide {
	uint64_t value[5];
};

void check_wide()
{
	std::vector<Wide> wide;
	for (uint64_t i = 0; i < 2000; i++) {
		wide.push_back(Wide{{i, i * 2, i * 3, i * 5, i * 7}});
		CHECK(reinterpret_cast<uintptr_t>(wide.data()) % alignof(Wide) == 0, "alignment",
		      "a vector of %zu over-aligned elements at %p", wide.size(),
		      static_cast<void *>(wide.data()));
	}
	for (uint64_t i = 0; i < wide.size(); i++)
		CHECK(wide[i].value[0] == i && wide[i].value[4] == i * 7, "sequence",
		      "over-aligned element %zu has changed", static_cast<size_t>(i));
}

// What one thread builds another one empties.
void check_moved_between_threads()
{
	std::vector<std::map<size_t, std::string>> made(4);
	std::vector<std::thread> threads;
	for (size_t i = 0; i < made.size(); i++)
		threads.emplace_back([&made, i] {
			for (size_t key = 0; key < keys; key++)
				made[i][key] = text_of(key, i);
		});
	for (auto &thread : threads)
		thread.join();
	threads.clear();
	for (size_t i = 0; i < made.size(); i++)
		threads.emplace_back([map = std::move(made[i]), i]() mutable {
			for (size_t key = 0; key < keys; key++) {
				CHECK(map[key] == text_of(key, i), "map",
				      "key %zu of map %zu has changed between threads", key, i);
				map.erase(key);
			}
		});
	for (auto &thread : threads)
		thread.join();
}

} // namespace

int main()
{
	check_begin();
	check_maps(1);
	check_sequences(2);
	check_wide();
	check_moved_between_threads();
	puts("maps, sequences and over-aligned vectors hold what they should");
	return 0;
}
