#!/usr/bin/env bash
# `a64rig exec` as the emulator of real build systems, and the report of what they ran.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
projects=$TOP/tests/e2e/projects
export A64RIG_EXEC_RECORD=$T/all.jsonl

# What the report of all runs says of each program that is called so: its verdicts.
verdicts() {
	"$A64RIG" report -f json "$A64RIG_EXEC_RECORD" >"$out" 2>"$err"
	json ".findings[] | select(.case == \"exec/$1\") | .verdict" | sort | uniq -c | awk '{ printf "%s%s %s", s, $1, $2; s = ", " }'
}

# --- CMake and ctest ---

# A work tree, as a checkout is one: all below it can be seen.
mkdir "$T/tree"
git init -q "$T/tree"
cp -r "$projects" "$T/tree/source"
cmake -S "$T/tree/source/cmake" -B "$T/tree/build" -DCMAKE_TOOLCHAIN_FILE="$T/tree/source/cmake/arm64.cmake" \
	-DCMAKE_CROSSCOMPILING_EMULATOR="$A64RIG;exec" >"$out" 2>&1
report $? 'CMake configures, and runs a program for it' || note "$(tail -n 20 "$out")"
cmake --build "$T/tree/build" >"$out" 2>&1
report $? 'and builds' || note "$(tail -n 20 "$out")"
rm -f "$A64RIG_EXEC_RECORD"
(cd "$T/tree/build" && ctest -j2 --output-on-failure) >"$T/ctest" 2>&1
like "$(<"$T/ctest")" 'Test +#1: old \.+ +Passed' 'ctest: what is built for armv8-a passes, with a file of the source folder'
like "$(<"$T/ctest")" 'Test +#2: new \.+\*\*\*Failed' 'what is built for armv8.1-a fails'
like "$(<"$T/ctest")" 'instruction .*ldaddal?.* \(FEAT_LSE, ARMv8\.1-A\)' 'and tells why'
like "$(<"$T/ctest")" 'Test +#3: fails \.+\*\*\*Failed' 'what fails fails'
like "$(<"$T/ctest")" 'Test +#4: missing \.+ +Passed' 'what is to fail fails'
is "$(verdicts new)" '1 flagged' 'the report names the flagged one'
is "$(verdicts old)" '2 inconclusive, 1 ok' 'and the others, of which two failed by themselves'
is "$(json '.findings[] | select(.verdict == "flagged") | .fault.function')" main 'with the function'
ok 'nothing is left in the build folder' test -z "$(find "$T/tree/build" -name '*core*' -type f)"

# --- Meson ---

if command -v meson >/dev/null; then
	rm -f "$A64RIG_EXEC_RECORD"
	cp "$T/tree/source/counter.c" "$T/tree/source/lines.txt" "$T/tree/source/meson"
	cat >"$T/cross" <<-END
		[binaries]
		c = 'aarch64-linux-gnu-gcc'
		exe_wrapper = ['$A64RIG', 'exec']
		[host_machine]
		system = 'linux'
		cpu_family = 'aarch64'
		cpu = 'aarch64'
		endian = 'little'
	END
	meson setup --cross-file "$T/cross" "$T/tree/meson-build" "$T/tree/source/meson" >"$out" 2>&1
	report $? 'Meson sets up' || note "$(tail -n 20 "$out")"
	(cd "$T/tree/meson-build" && meson test) >"$T/meson-test" 2>&1
	like "$(<"$T/meson-test")" 'old +OK' 'meson test: what is built for armv8-a passes'
	like "$(<"$T/meson-test")" 'new +FAIL' 'what is built for armv8.1-a fails'
	is "$(verdicts new)" '1 flagged' 'the report names it'
else
	skip 'Meson' 'no meson; run scripts/setup --test'
fi

# --- make and git bisect ---

mkdir "$T/history"
(
	cd "$T/history" || exit 1
	git init -q -b main .
	git config user.name me
	git config user.email me@example.com
	cp "$projects/counter.c" "$projects/lines.txt" .
	march=armv8-a
	for version in 1 2 3 4 5 6; do
		[ "$version" != 4 ] || march=armv8.1-a
		printf 'counter: counter.c\n\taarch64-linux-gnu-gcc -march=%s -mno-outline-atomics -o $@ $< # %s\n' \
			"$march" "$version" >Makefile
		git add . && git commit -qm "version $version"
	done
	git bisect start HEAD HEAD~5
	git bisect run sh -c "make -sB || exit 125; '$A64RIG' exec ./counter lines.txt"
) >"$T/bisect" 2>&1
like "$(<"$T/bisect")" 'is the first bad commit' 'git bisect run takes the exit status'
like "$(<"$T/bisect")" '    version 4' 'and finds the commit'

# --- Cargo ---

if command -v cargo >/dev/null && [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/aarch64-unknown-linux-gnu" ]; then
	mkdir -p "$T/cargo/src"
	printf '[package]\nname = "counter"\nversion = "1.0.0"\nedition = "2021"\n' >"$T/cargo/Cargo.toml"
	printf '#[test]\nfn adds() { assert_eq!(40 + 2, 42); }\n' >"$T/cargo/src/lib.rs"
	(cd "$T/cargo" && CARGO_HOME=$T/cargo-home CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
		CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$A64RIG exec" \
		cargo test --offline --target aarch64-unknown-linux-gnu) >"$T/cargo-test" 2>&1
	like "$(<"$T/cargo-test")" 'test adds \.\.\. ok' 'cargo test runs its tests'
else
	skip 'Cargo' "no Rust standard library for arm64: Debian's is a package of that architecture"
fi
finish
