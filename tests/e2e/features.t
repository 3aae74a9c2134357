#!/usr/bin/env bash
# a64rig list features: what extensions are called, held against the tools that know these names.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

rig list --names features
is "$status $(sort "$out" | uniq -d)" '0 ' 'each extension once'
ok 'more than a hundred' test "$(wc -l <"$out")" -gt 100
rig list features
like "$(<"$out")" 'FEAT_LSE +ARMv8.1-A +atomics +lse +lse +lse' 'LSE, with all its names'
like "$(<"$out")" 'FEAT_FP16 +since ARMv8.2-A +fphp +fp16 +fp16 +fullfp16' 'an optional one'
rig list
unlike "$(<"$out")" 'FEAT_LSE' 'not among what there is to run'

# Behind the blanks, as awk has them: name, [since] version, HWCAP, -march, Rust, LLVM.
column() { "$A64RIG" list features | sed -e 1,2d -e 's/ since / /' -e '/^$/d' | awk -v n="$1" '$n != "-" { print $n }' | sort -u; }

if command -v llvm-mc-22 >/dev/null; then
	unknown=
	for name in $(column 4); do
		printf '.arch_extension %s\n' "$name" | llvm-mc-22 -triple aarch64-linux-gnu >/dev/null 2>&1 ||
			unknown+=" $name"
	done
	is "$unknown" '' 'LLVM knows each name of -march'
	is "$(column 6 | while read -r name; do
		llvm-mc-22 -triple aarch64-linux-gnu -mattr="+$name" </dev/null 2>&1 | grep -o "not a recognized feature" | sed "s/^/$name: /"
	done)" '' 'and each of its own'
else
	skip 'names of -march' 'no llvm-mc-22'
	skip 'names of LLVM' 'no llvm-mc-22'
fi

# But for what comes with every ARMv8.0 CPU or from the kernel; asimdhp comes with fphp.
is "$(sed -n 's/^hwcaps: \[\(.*\)\].*/\1/p' "$TOP"/rig/*.yaml | tr -d ' ' | tr ',' '\n' | sort -u |
	grep -vxF -e fp -e asimd -e evtstrm -e cpuid -e asimdhp -e "$(column 3)")" '' 'each HWCAP of a profile is known'
finish
