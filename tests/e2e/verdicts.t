#!/bin/bash
# Every verdict, provoked: the suite "verdicts" has a small program for each.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared

# CASE VERDICT BASELINE REFERENCE: outcomes as signal, exit status or time-out
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
'
wanted=()
while read -r case _; do
	[ -z "$case" ] || wanted+=(-c "verdicts/$case")
done <<<"$table"

rig run "${wanted[@]}" -f json
is "$status" 0 'all verdicts are as the manifests expect: exit status 0'
is "$(json '.findings | length')" "$((${#wanted[@]} / 2))" 'one finding a case'
outcome='if .timed_out then "time-out" else .signal // .exit end'
while read -r case verdict baseline reference; do
	[ -n "$case" ] || continue
	is "$(of "verdicts/$case" "[.verdict, (.baseline | $outcome), (.reference | $outcome)] |
		map(tostring) | join(\" \")")" "$verdict $baseline $reference" "$case is $verdict"
done <<<"$table"
is "$(json '.summary | del(.unexpected) | add')" "$((${#wanted[@]} / 2))" 'the summary counts all'
is "$(json .summary.unexpected)" 0 'and none is unexpected'

lse='ldaddal FEAT_LSE ARMv8.1-A'
fault='.fault | [.mnemonic, .feature, .arch] | join(" ")'
for case in bare-lse thread-lse deep-lse jit-lse; do
	is "$(of "verdicts/$case" "$fault")" "$lse" "$case: the instruction and its extension"
	like "$(of "verdicts/$case" .fault.insn)" '^0xf8e[0-9a-f]{5}$' "$case: its word"
	like "$(of "verdicts/$case" .advice)" '-march=armv8-a -moutline-atomics' "$case: a way out"
done
like "$(of verdicts/bare-lse .fault.function)" '^add' 'bare-lse: the function'
like "$(of verdicts/bare-lse .fault.source)" 'bare-lse\.c:[0-9]+$' 'bare-lse: the source line'
is "$(of verdicts/thread-lse '.fault | [.function, .thread, .threads] | join(" ")')" 'count 2 2' \
	'thread-lse: the function, in the second thread of two'
is "$(of verdicts/deep-lse '[.fault.backtrace[].function][:6] | join(" ")')" \
	'bump settle publish unref release main' 'deep-lse: the calls that led there'
is "$(of verdicts/jit-lse '.fault | [.insn, .object, .function] | map(tostring) | join(" ")')" \
	'0xf8e10000 null null' 'jit-lse: an instruction that no file holds'
is "$(of verdicts/udf '.fault.mnemonic, .advice' | paste -sd' ')" 'udf null' \
	'udf: named, and no way out is invented'
is "$(of verdicts/segfault-old '.fault.signal, .fault.feature, .advice' | paste -sd' ')" \
	'SIGSEGV null null' 'segfault-old: a fault without an extension to blame'
is "$(of verdicts/handled-sigill '.fault, .reason' | paste -sd' ')" 'null null' \
	'handled-sigill: no fault'
is "$(of verdicts/skips .reason)" 'this case applies nowhere' 'skips: the reason that it gave'

rig run -c needs-lse -s mimalloc-debian
is "$status" 1 'what diverges where ok was expected: exit status 1'
like "$(cat "$out")" 'diverges, but ok was expected' 'and it says so'
like "$(cat "$out")" 'this program needs LSE' 'with what the program said'

rig run -c flaky --repeat 14 -f json
is "$(of verdicts/flaky .verdict)" flaky 'repeats that disagree are flaky'
like "$(of verdicts/flaky .reason)" '[0-9]+ of 14, [a-z]+ [0-9]+ of 14' 'it counts them'
is "$status" 0 'and that is expected of this case'
rig run -c passes -c bare-lse -c skips --repeat 3 -f json
is "$(json '[.findings[] | .verdict, .reason] | join(" ")')" \
	'ok  flagged  skipped this case applies nowhere' 'repeats that agree are what each of them is'

library=$(dirname "$REAL_PREPARED/x")/subjects/mimalloc-2.1.9-default/libmimalloc.so
rig run -c verdicts/passes -s "$library" -f json
is "$status" 1 'a library of the user that is flagged: exit status 1'
is "$(json '.findings[0] | [.verdict, .expected, .as_expected] | map(tostring) | join(" ")')" \
	'flagged null false' 'nothing was stated, so ok was expected'
rig run -c allocator/edges -s mimalloc-2.1.9-default -b cortex-a76 -f json
is "$status" 1 'what is ok although flagged was expected is unexpected, too'
is "$(json '.findings[0] | [.verdict, .expected, .as_expected] | map(tostring) | join(" ")')" \
	'ok flagged false' 'on a baseline that has the extension'
rig run -c containers -s musl -f json
is "$status $(json '.findings[0] | [.verdict, .reason] | join(": ")')" \
	'0 skipped: the case is not built for musl' 'what cannot apply is skipped with its reason'
finish
