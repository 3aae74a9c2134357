#!/bin/bash
# The system engine: the same cases in guests come to the same findings as in user mode; what is
# said of a guest's CPU; fresh guests; the snapshots that they start from; what is told where guests
# cannot be had.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_probes <<YAML
- {name: crypto, description: d, program: crypto}
- {name: fresh, description: d, program: fresh}
- {name: traces, description: d, program: traces}
YAML
store=$XDG_CACHE_HOME/a64rig/prepared
snapshots=$XDG_CACHE_HOME/a64rig/snapshots
for suite in allocator verdicts; do
	ln -s "$TOP/cases/$suite" "$T/data/cases"
	ln -s "$REAL_PREPARED/cases/$suite" "$store/cases"
done
rm -r "$T/data/cases/subjects" "$store/subjects"
ln -s "$TOP/cases/subjects" "$T/data/cases/subjects"
ln -s "$REAL_PREPARED/subjects" "$REAL_PREPARED/guest" "$store"
ln -s "$TOP/images" "$T/data"
use_image

# of CASE ENGINE FILTER: of the finding of this case on this engine
on() {
	jq -r --arg case "$1" --arg engine "$2" \
		"[.findings[] | select(.case == \$case and .engine == \$engine)][0] | $3" "$out"
}

# The verdicts suite, without what takes --repeat to tell
table='
passes         ok           0        0
handled-sigill ok           0        0
bare-lse       flagged      SIGILL   0
thread-lse     flagged      SIGILL   0
deep-lse       flagged      SIGILL   0
jit-lse        flagged      SIGILL   0
udf            inconclusive SIGILL   SIGILL
brk            broken       SIGTRAP  SIGTRAP
segfault-old   diverges     SIGSEGV  0
needs-lse      diverges     SIGABRT  0
refuses-old    diverges     1        0
hangs-old      diverges     time-out 0
hangs          broken       time-out time-out
only-old       inverted     0        1
fails          broken       1        1
skips          skipped      null     null
si-code        ok           0        0
cpuinfo        ok           0        0
dc-cvap        ok           0        0
'
wanted=()
while read -r case _; do
	[ -z "$case" ] || wanted+=(-c "verdicts/$case")
done <<<"$table"
rig run --engine both "${wanted[@]}" -f json
is "$status" 0 'all verdicts are as expected on both engines, which agree: exit status 0'
for profile in cortex-a72 max; do
	like "$(said)" "booting $profile" "a guest of $profile was booted"
	ok "its console is kept" grep -q . "$snapshots/$profile.debian-12.console"
done
outcome='if .timed_out then "time-out" else .signal // .exit end'
while read -r case verdict baseline reference; do
	[ -n "$case" ] || continue
	is "$(on "verdicts/$case" system "[.verdict, (.baseline | $outcome), (.reference | $outcome)] |
		map(tostring) | join(\" \")")" "$verdict $baseline $reference" "$case is $verdict"
done <<<"$table"
fault='.fault | [.signal, .insn, .mnemonic, .operands, .feature, .arch, .object, .build_id, .offset,
	.function, .function_nearest, .source] | map(tostring) | join(" ")'
for case in bare-lse thread-lse deep-lse jit-lse udf brk segfault-old needs-lse; do
	is "$(on "verdicts/$case" system "$fault")" "$(on "verdicts/$case" user "$fault")" \
		"$case: the fault is that of user mode"
done
is "$(on verdicts/thread-lse system '.fault | [.function, .thread, .threads] | join(" ")')" 'count 2 2' \
	'thread-lse: in the second thread of two'
is "$(on verdicts/deep-lse system '[.fault.backtrace[].function][:6] | join(" ")')" \
	'bump settle publish unref release main' 'deep-lse: the calls that led there'
is "$(on verdicts/si-code user .verdict) $(on verdicts/si-code user .baseline.stderr)" \
	'broken si_code is 2, where a kernel says 1' 'a real kernel says another si_code'
is "$(on verdicts/dc-cvap user .reference.signal)" SIGILL 'dc cvap works in guests alone'
for profile in 'baseline fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid' \
	'reference fp asimd .*atomics.* sve .*bti'; do
	like "$(on verdicts/passes system ".${profile%% *}.hwcaps | join(\" \")")" "${profile#* }" \
		"the guest's HWCAPs: ${profile%% *}"
done
is "$(on verdicts/passes user .baseline.hwcaps)" null 'no kernel of its own, no HWCAPs'
is "$(on verdicts/passes system '.baseline.masked, .reference.masked' | xargs)" 'null null' \
	'nothing is masked for them'
ok 'no guest is left' nothing_runs
ok 'and no folder' no_folders

# Real cases and subjects, in the forms of the result
selection=(-c edges -c fork-threads -s glibc -s musl -s mimalloc-2.1.9-default
	-s mimalloc-2.1.9-outline-atomics -s tcmalloc-debian)
rig run --engine both "${selection[@]}" -f json
is "$status" 0 'allocators are as expected, the same on both engines'
unlike "$(said)" booting 'the guests of before were not booted again'
is "$(json '[.findings[].verdict] | group_by(.) | map("\(.[0]) \(length)") | join(" ")')" \
	'broken 2 flagged 4 ok 14' 'their verdicts'
is "$(json "[.findings[] | select(.engine == \"system\" and .fault) | $fault] | join(\"\n\")")" \
	"$(json "[.findings[] | select(.engine == \"user\" and .fault) | $fault] | join(\"\n\")")" \
	'their faults'
is "$(json '[.findings[] | select(.fault) | [.fault.backtrace[].function] | join(" ")] | unique |
	length')" 1 'their backtraces'
replay=$(json '[.findings[] | select(.engine == "system" and .fault)][0].replay')
like "$replay" '--engine system' 'the command that repeats a finding names the engine'
rig run --engine both "${selection[@]}" -f junit --resume
is "$status" 0 'a second time, resumed'
unlike "$(said)" 'booting' 'nothing boots for that'
ok 'JUnit is well-formed' xmllint --noout "$out"
is "$(xmllint --xpath 'string(/testsuites/@tests)' "$out")" 20 'and counts both engines'
rig run --engine both "${selection[@]}" -f tap --resume
ok 'prove reads TAP' prove --exec cat "$out"
rig run --engine both "${selection[@]}" -f json --resume
is "$(json '[.findings[] | select(.resumed)] | length')" 20 'all was resumed'
rig run --engine both "${selection[@]}" --resume
like "$(cat "$out")" 'user and system agree on 10 findings' 'the table counts what they agree on'

# What a case of a profile is told of its CPU
rig run --engine system -f json -k -c crypto -s glibc -b rpi4 -r cortex-a72
is "$status $(json '.findings[0] | [.verdict, .baseline.exit, .reference.exit] | join(" ")')" \
	'1 diverges 1 0' 'what needs the crypto extension fails on a Raspberry Pi 4'
kept=$(sed -n 's/.*left in //p' "$err")
is "$(cat "$kept"/*rpi4.0/stdout) / $(cat "$kept"/*cortex-a72.0/stdout)" 'none / aes pmull sha1 sha2' \
	'which is not told of any of it'
is "$(json '.findings[0].baseline.masked | join(" ")')" 'aes pmull sha1 sha2' 'the result says so'
is "$(json '.findings[0].reference.masked')" null 'the CPU itself has it'

# What is new for each run
before=$(date +%s)
rig run --engine system -f json -k -c fresh -s glibc --repeat 3
after=$(date +%s)
kept=$(sed -n 's/.*left in //p' "$err")
is "$status $(find "$kept" -maxdepth 1 -name "*fresh*" | wc -l)" '0 6' 'six guests from two snapshots'
ok 'know the time' awk -v from="$before" -v to="$after" 'FNR == 1 && ($1 < from || $1 > to) { exit 1 }' \
	"$kept"/*fresh*/stdout
for line in 2 3 4; do
	is "$(for file in "$kept"/*fresh*/stdout; do sed -n ${line}p "$file"; done | sort -u | wc -l)" 6 \
		"and have random numbers of their own, $line"
done
for isolation in run guest; do
	rig run --engine system -f json --isolation $isolation -j 1 -c traces -c passes -s glibc --repeat 3
	is "$status $(json '[.findings[].verdict] | join(" ")')" '0 ok ok' \
		"nothing of a run is there in the next, --isolation $isolation"
	json '.findings[] | .baseline.stderr, .reference.stderr' | grep -v null | sed 's/^/# /' >&2
done
rig run --engine system -f json --isolation guest -c hangs -c bare-lse -c passes -c fork-threads -s glibc
is "$status $(json '[.findings[] | "\(.case | split("/") | last) \(.verdict)"] | sort | join(", ")')" \
	'0 bare-lse flagged, fork-threads ok, hangs broken, passes ok' \
	'one guest survives crashes and time-outs'

# What is kept
rig run --engine system -k -f json -c bare-lse
run=$(sed -n 's/.*left in //p' "$err")/verdicts_bare-lse.glibc.cortex-a72.0
for file in order stdout stderr console core; do
	ok "--keep leaves $file" test -e "$run/$file"
done
like "$(head -c 4096 "$run/order")" '^order=run' 'the order, readable'
ok 'a core of an arm64 program' eval 'readelf -h "$run/core" | grep -q AArch64'
rig run --engine system -f json --timeout 1 -c hangs
is "$status $(json '.findings[0] | [.verdict, .baseline.timed_out] | join(" ")')" '0 broken true' '--timeout'

# What boots
rig run --engine system -n -c passes
is "$status" 0 '--dry-run'
for profile in cortex-a72 max; do
	perl -0ne "print \$1 if m{(<domain(?:(?!</domain>).)*<name>a64rig-$profile</name>.*?</domain>)}s" \
		"$out" >"$T/$profile.xml"
	ok "prints a well-formed domain of $profile" xmllint --noout "$T/$profile.xml"
done
like "$(xmllint --xpath 'string(//*[local-name()="arg"][last()]/@value)' "$T/max.xml")" 'pauth-impdef=on' \
	'max without the slow cipher'

# Snapshots
made() { find "$snapshots" -maxdepth 1 -name "$1.debian-12.key-*" -printf '%f\n'; }
one=$(made cortex-a72)
is "$(wc -l <<<"$one")" 1 'one snapshot of a profile'
mkdir -p "$XDG_CONFIG_HOME/a64rig/rig"
sed 's/model: .*/model: cortex-a57/' "$TOP/rig/cortex-a72.yaml" >"$XDG_CONFIG_HOME/a64rig/rig/cortex-a72.yaml"
rig run --engine system -f json -c passes
is "$status" 0 'a profile of the user in the place of another'
like "$(said)" 'booting cortex-a72' 'is booted'
two=$(made cortex-a72)
is "$(wc -l <<<"$two") $([ "$two" = "$one" ] || echo other)" '1 other' 'its snapshot replaces the other'
rm "$XDG_CONFIG_HOME/a64rig/rig/cortex-a72.yaml"
rm "$T/data/rig"
cp -r "$TOP/rig" "$T/data"
sed -i 's|<on_crash>.*|&<description>another</description>|' "$T/data/rig/domain.xml"
rig run --engine system -f json -c bare-lse
is "$status" 0 'another template'
like "$(said)" 'booting' 'another boot'
three=$(made cortex-a72)
is "$(wc -l <<<"$three") $([ "$three" = "$two" ] || echo other)" '1 other' 'another snapshot'
sed -i 's|${model}|${modle}|' "$T/data/rig/domain.xml"
rig run --engine system -c passes
is "$status" 3 'a template with a word that there is not'
like "$(cat "$out" "$err")" "domain.xml: unknown '\\\$\\{modle\\}" 'is told'
cp "$TOP/rig/domain.xml" "$T/data/rig"

# What there is not
printf '%s\n' 'name: mine' 'description: a CPU to come' 'model: cortex-z99' 'arch: ARMv8.0-A' \
	'pages: [4]' 'sources: [none]' >"$XDG_CONFIG_HOME/a64rig/rig/mine.yaml"
rig run --engine system -c passes -b mine
is "$status" 3 'a CPU that QEMU does not have'
like "$(said)" "profile 'mine' needs the CPU model 'cortex-z99', which qemu-system-aarch64 7?.* does not have" \
	'is told before anything boots'
rig run --engine system -c passes --image debian-13
is "$status" 2 'an image without a recipe'
like "$(said)" "unknown image 'debian-13'; did you mean 'debian-12'" 'is told, with the nearest'
rm "$XDG_CACHE_HOME/a64rig/images"
rig run --engine system -c passes
is "$status" 3 'an image that is not built'
like "$(said)" "run 'a64rig image build debian-12'" 'is told, with the command'
rig run -f json -c passes
is "$status" 0 'user mode needs none'
use_image
mkdir "$T/alone"
cp "$A64RIG" "$(dirname "$A64RIG")/a64rig-launch" "$T/alone"
A64RIG=$T/alone/a64rig rig run --engine system -c passes
is "$status" 3 'without the module for guests'
like "$(said)" 'guests need what cannot be loaded here: .*a64rig-guests.so.*scripts/setup' 'is told, with the way out'
A64RIG=$T/alone/a64rig rig run -f json -c passes
is "$status" 0 'user mode needs no module'
mkdir "$T/bin"
for program in qemu-aarch64 bwrap; do
	ln -s "$(command -v $program)" "$T/bin"
done
PATH=$T/bin rig run --engine system -c passes
is "$status" 3 'without qemu-system-aarch64'
like "$(said)" 'qemu-system-aarch64.*apt install qemu-system-arm' 'is told, with the package'
XDG_RUNTIME_DIR=$T/a-folder-whose-name-is-long rig run --engine system -f json -c passes
is "$status" 0 'a runtime folder whose name is too long for sockets is not used'

# Usage
for words in '--engine qemu' '--engine system --isolation none' '--image debian-12' '--isolation guest' \
	'--connect qemu:///session' '--engine user --pool x'; do
	# shellcheck disable=SC2086
	rig run -c passes $words
	is "$status" 2 "$words: exit status 2"
done
ok 'no guest is left at the end' nothing_runs
unmarked() {
	find "$runs" -mindepth 1 -maxdepth 1 ! -exec test -e '{}/kept' ';' ! -exec test -e '{}/left' ';' -print
}
is "$(unmarked)" '' 'but for kept ones no folder'
finish
