#!/usr/bin/env bash
# a64rig check: what is written for Python is imported by a real one, of the version that it is for.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
"$TOP/scripts/debian" python 3.11 >"$T/said" 2>&1 || skip_all "no arm64 Python: $(tail -n 1 "$T/said")"
mkdir "$T/work" && cd "$T/work" || exit 1

# A module whose import calls begin(); there is no Python.h for arm64 here (PEP 384, moduleobject.h).
module='struct base { long references; void *type, *init; long index; void *copy; };
struct definition { struct base base; const char *name, *doc; long size; void *methods, *slots, *traverse, *clear, *free; };
void *PyModule_Create2(struct definition *, int);
static struct definition native = {.base = {.references = 1}, .name = "native", .size = -1};
static long n;
void *PyInit_native(void) { begin(); return PyModule_Create2(&native, 1013); }'
add='__attribute__((noinline, target("arch=armv8.1-a"))) void add(long *at) { __atomic_fetch_add(at, 1, __ATOMIC_SEQ_CST); }
static long count;'

build() {
	local file=$1
	shift
	mkdir -p "$(dirname "$file")"
	aarch64-linux-gnu-gcc -O1 -mno-outline-atomics -shared -fPIC -xc -o "$file" - "$@" 2>"$T/said" ||
		note "$(<"$T/said")"
}

verdict() {
	json '[.verdict, (.targets[0].checked[] | "\(.path) \(.kind) \(.verdict)")] | join(", ")'
}
reason() { json '.targets[0].checked[0].reason'; }

build bad/native.abi3.so <<<"$add static void begin(void) { add(&count); } $module"
build good/native.cpython-311-aarch64-linux-gnu.so <<<"static void begin(void) { } $module"
build newer/native.cpython-313-aarch64-linux-gnu.so <<<"static void begin(void) { } $module"
build none/native.cpython-312-aarch64-linux-gnu.so <<<"static void begin(void) { } $module"
build old/libextra.so <<<"$add void extra(void) { add(&count); }"
build wheel/native/native.abi3.so -Lold -lextra -Wl,-rpath,'$ORIGIN/../native.libs' \
	<<<"void extra(void); static void begin(void) { extra(); } $module"
mkdir wheel/native.libs && mv old/libextra.so wheel/native.libs

rig check -q -f json bad
is "$status $(verdict)" '1 will not run, native.abi3.so module will not run' 'one that dies when it is imported'
is "$(json '.targets[0].checked[0].finding.fault | "\(.function) \(.feature)"')" 'add FEAT_LSE' 'and of what'
rig check -q -f json good
is "$status $(verdict)" '0 runs, native.cpython-311-aarch64-linux-gnu.so module runs' 'one that runs'
is "$(json '.targets[0].checked[0].finding.baseline.exit')" 0 'and was imported'
rig check -q -f json --smoke 'assert module.__name__ == "native"; raise SystemExit(0 if __import__("sys").version_info[:2] == (3, 13) else 9)' newer
is "$status $(json '.targets[0].checked[0].finding.baseline.exit')" '0 0' \
	'--smoke finds it as module, in the Python that its name tells'
rig check -q -f json --smoke 'raise ValueError("no")' good
like "$(json '.targets[0].checked[0].reason')" 'not started: ValueError: no' 'a script that fails is named'
rig check -q -f json none
is "$(reason)" 'not started: Debian has no Python 3.12 for arm64 here' 'a Python that there is not'
rig check -q -f json wheel
is "$status $(verdict)" '1 will not run, native.libs/libextra.so library will not run, native/native.abi3.so module will not run' \
	'one with a library in a folder of its own'
is "$(json '.targets[0].checked[1].finding.fault | "\(.object) \(.function)"')" '/rig/subject/libextra.so add' \
	'which is found, and blamed'
mkdir both && cp good/* newer/* both
rig check -q -f json both
is "$status $(verdict)" '0 runs, native.cpython-311-aarch64-linux-gnu.so module runs, native.cpython-313-aarch64-linux-gnu.so module runs' \
	'each under its own Python'
is "$(json '[.targets[0].checked[].finding.baseline.exit] | join(" ")')" '0 0' 'both were imported'

# --- of Debian: it wants what its package depends on ---

rig check -q -f json deb:python3-cryptography
if grep -q 'could not be fetched' "$err"; then
	skip 'a module of Debian' "$(tail -n 1 "$err")"
else
	is "$status $(json '[.targets[0].checked[] | select(.kind == "module") | .finding.baseline.exit] | unique | join(" ")')" \
		'0 0' 'a module of Debian is imported with what its package depends on'
fi
finish
