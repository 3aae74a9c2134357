#!/usr/bin/env bash
# The allocators' own test suites, cross-built and run through `a64rig exec`: as their authors run them.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
fetched=${REAL_PREPARED%/prepared}/fetched
[ -d "$fetched/mimalloc-2.1.9/test" ] || skip_all "no sources in $fetched; run 'make prepare'"

# --- mimalloc: CMake's ctest ---

mkdir "$T/tree"
git init -q "$T/tree"
cp -r "$fetched/mimalloc-2.1.9" "$T/tree/mimalloc"

# mimalloc NAME CMAKE-OPTION...: builds it and runs its tests, recorded in NAME.jsonl.
mimalloc() {
	local name=$1 build=$T/tree/$1
	shift
	cmake -S "$T/tree/mimalloc" -B "$build" -DCMAKE_TOOLCHAIN_FILE="$TOP/tests/e2e/projects/cmake/arm64.cmake" \
		-DCMAKE_CROSSCOMPILING_EMULATOR="$A64RIG;exec" -DCMAKE_BUILD_TYPE=Release \
		-DMI_BUILD_OBJECT=OFF "$@" >"$T/said" 2>&1 &&
		cmake --build "$build" -j2 >"$T/said" 2>&1
	report $? "mimalloc $name: builds with its tests" || note "$(tail -n 20 "$T/said")"
	# The stress test as it is would take minutes: 32 threads, 50 rounds.
	(cd "$build" && A64RIG_EXEC_RECORD=$T/$name.jsonl ctest -E stress) >"$T/$name.ctest" 2>&1
	(cd "$build" && A64RIG_EXEC_RECORD=$T/$name.jsonl "$A64RIG" exec ./mimalloc-test-stress 4 10 2) \
		>>"$T/$name.ctest" 2>&1
}
mimalloc armv8-a -DMI_OPT_ARCH=OFF
mimalloc default
like "$(<"$T/armv8-a.ctest")" '100% tests passed, 0 tests failed out of [2-9]' 'armv8-a: its tests pass'
like "$(<"$T/default.ctest")" '[^0-9]0% tests passed, 2 tests failed out of 2' 'with its default options: none does'
rig report -f json "armv8-a=$T/armv8-a.jsonl" "default=$T/default.jsonl"
is "$(json '.findings[] | select(.subject | endswith("(armv8-a)")) | .verdict' | sort | uniq -c | xargs)" '3 ok' \
	'the report of both builds: all ok for armv8-a'
is "$(json '.findings[] | select(.subject | endswith("(default)")) | .verdict' | sort | uniq -c | xargs)" '3 flagged' \
	'and all flagged for the other'
is "$(json '[.findings[] | select(.verdict == "flagged") | .fault.culprit + " " + .fault.culprit_version] | unique[]')" \
	'mimalloc 2.1.9' 'with the culprit'
like "$("$A64RIG" report "$T/armv8-a.jsonl" "$T/default.jsonl")" 'MI_OPT_ARCH=OFF' 'and the way out'

# --- jemalloc: the programs of its make check, by its own script ---

units=(atomic ckh fork hash junk mq ql rtree slab tsd zero)

# jemalloc ARCH: the same, recorded in jemalloc-ARCH.jsonl. -O1 only for the time that -O3 takes.
jemalloc() {
	local build=$T/tree/jemalloc-$1 record=$T/jemalloc-$1.jsonl unit
	mkdir "$build"
	(
		cd "$build" &&
			"$fetched/jemalloc-5.3.0/configure" --host=aarch64-linux-gnu --with-lg-page=16 --with-lg-hugepage=21 \
				--disable-cxx EXTRA_CFLAGS="-O1 -march=$1" &&
			make -j2 "${units[@]/#/test/unit/}"
	) >"$T/said" 2>&1
	report $? "jemalloc for $1: builds with ${#units[@]} of its tests" || note "$(tail -n 20 "$T/said")"
	for unit in "${units[@]}"; do
		(cd "$build" && A64RIG_EXEC_RECORD=$record JEMALLOC_TEST_PREFIX="$A64RIG exec" sh test/test.sh "test/unit/$unit")
	done >"$T/jemalloc-$1.out" 2>&1
	rig report -f json "$record"
}

jemalloc armv8-a
is "$(json '.findings[] | select(.verdict != "ok") | "\(.case) \(.verdict) \(.reason)"')" '' 'its tests pass'
is "$(json '.findings | length')" "${#units[@]}" 'all of them'
is "$(grep -c 'pass: 1/1' "$T/jemalloc-armv8-a.out")" "${#units[@]}" 'by its own count, too'
jemalloc armv8.1-a
is "$(json '.findings[] | select(.verdict != "flagged" and .verdict != "ok") | "\(.case) \(.verdict)"')" '' \
	'for armv8.1-a: each is flagged, or needs no atomics'
ok 'most are flagged' test "$(json '[.findings[] | select(.verdict == "flagged")] | length')" -ge 8
finish
