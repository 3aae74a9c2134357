#!/bin/bash
# Each case of the allocator suite fails under a deliberately broken allocator, says which property
# it missed, and passes without; each broken allocator is caught.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
prepared=${A64RIG_PREPARED:-${XDG_CACHE_HOME:-$HOME/.cache}/a64rig/prepared}
cases=$prepared/cases/allocator/glibc
cross=${CROSS:-aarch64-linux-gnu-}

# ALLOCATOR CASE PROPERTY: the case names this property when it runs with this allocator.
catches='
misaligned        size-classes       alignment
ignores-alignment aligned            alignment
calloc-dirty      calloc-zero        zeroing
calloc-wraps      oversize           oversize request
realloc-frees     oversize           failed realloc
no-errno          enomem             errno
zero-shared       edges              zero size
free-errno        edges              errno across free
realloc-tail      realloc-content    content
usable-lies       usable-size        usable bytes
half-family       one-family         family
overlap           no-overlap         overlap
overlap           random-workload    content
usable-short      huge               usable size
leak              purge-reuse        reuse
never-null        exhaustion         exhaustion
no-errno          exhaustion         errno
leak              exhaustion         recovery
remote-free       cross-thread-free  content
thread-heap       free-after-exit    content
remote-free       free-after-exit    content
thread-heap       thread-churn       content
leak              thread-churn       reuse
unlocked          contention         content
fork-lock         fork-threads       allocation in a forked child
tls-late          tls-destructors    allocation in a destructor
early-scratch     early-late         early blocks
realloc-tail      libc-clients       getline
overlap           libc-clients       strdup
ignores-alignment new-delete         alignment
new-null          new-failure        bad_alloc
ignores-alignment containers         alignment
'

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}
command -v qemu-aarch64 > /dev/null || skip_all 'qemu-aarch64 is missing: run scripts/setup'
command -v "${cross}gcc" > /dev/null || skip_all "${cross}gcc is missing: run scripts/setup"
if [ ! -d "$prepared/sysroot" ] || [ ! -d "$cases" ]; then
	skip_all "nothing is prepared in $prepared: run make prepare"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ulimit -c 0

for source in "$here"/tests/broken/*.c; do
	name=$(basename "$source" .c)
	"${cross}gcc" -std=gnu11 -O2 -g -Wall -Wextra -fPIC -shared -fno-builtin -mno-outline-atomics \
		-D_GNU_SOURCE -o "$work/$name.so" "$source"
done

memory_of() {
	awk -v wanted="$1" '$1 == "-" { name = $3 } $1 == "memory:" && name == wanted { print $2 }' \
		"$here/cases/allocator/suite.yaml"
}

# run CASE [QEMU-OPTION...]: sets status, leaves $work/text; never longer than a minute.
run() {
	local case=$1 memory
	shift
	memory=$(memory_of "$case")
	status=0
	{
		(
			[ -z "$memory" ] || ulimit -v $((memory * 1024))
			exec timeout -s KILL 60 qemu-aarch64 -L "$prepared/sysroot" "$@" "$cases/$case"
		) > "$work/text" 2>&1 || status=$?
	} 2> /dev/null # where bash says that it has seen an abort
}

total=0
# result TEXT COMMAND...: ok where the command succeeds.
result() {
	local text=$1
	shift
	total=$((total + 1))
	if "$@"; then
		echo "ok $total - $text"
		return
	fi
	echo "not ok $total - $text"
	echo "# status $status"
	sed 's/^/# /' "$work/text"
}

fails_by() { # CASE PROPERTY
	[ "$status" != 0 ] && [ "$status" != 77 ] && grep -q "^$1: $2: " "$work/text"
}

passes() {
	[ "$status" = 0 ]
}

caught=' '
while read -r allocator case property; do
	[ -n "$allocator" ] || continue
	run "$case" -E "LD_PRELOAD=$work/$allocator.so"
	result "$case catches $allocator by '$property'" fails_by "$case" "$property"
	! fails_by "$case" "$property" || caught="$caught$allocator:$case "
done <<< "$catches"

for program in "$cases"/*; do
	case=$(basename "$program")
	run "$case"
	result "$case passes with glibc" passes
	result "$case catches something" grep -q ":$case " <<< "$caught"
done

for source in "$here"/tests/broken/*.c; do
	allocator=$(basename "$source" .c)
	result "$allocator is caught" grep -q " $allocator:" <<< "$caught"
	echo "# $allocator:$(tr ' ' '\n' <<< "$caught" | sed -n "s/^$allocator:/ /p" | tr -d '\n')"
done
echo "1..$total"
