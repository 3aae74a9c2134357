#!/bin/bash
# The main job on a small selection: what a finding holds, checked against other tools' word; the
# options that choose and compare; the forms of the result.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
store=$XDG_CACHE_HOME/a64rig/prepared
library=$store/subjects/mimalloc-2.1.9-default/libmimalloc.so

# address FILE OFFSET: the address in the file's own terms of a byte of the file
address() {
	local offset=$(($2)) at start size
	while read -r at start size; do
		if ((offset >= at && offset < at + size)); then
			printf '0x%x' $((offset - at + start))
			return
		fi
	done < <(readelf -lW "$1" | awk '$1 == "LOAD" { print $2, $3, $5 }')
}

# finding SUBJECT FILTER: of the last result
finding() {
	jq -r --arg subject "$1" "[.findings[] | select(.subject == \$subject)][0] | $2" "$out"
}

rig run -f json -c edges -s 'mimalloc-2.1.9-*' -s 'jemalloc-5.3.0-*'
is "$status" 0 'allocators built both ways are as expected'
flagged='jemalloc-5.3.0-armv8.1-a mimalloc-2.1.9-default mimalloc-2.1.9-default-stripped'
is "$(json '[.findings[] | select(.verdict == "flagged") | .subject] | sort | join(" ")')" "$flagged" \
	'those with LSE built in are flagged'
is "$(json '[.findings[] | select(.verdict == "ok") | .subject] | sort | join(" ")')" \
	'jemalloc-5.3.0-armv8-a mimalloc-2.1.9-opt-arch-off mimalloc-2.1.9-outline-atomics' \
	'the same allocators built as advised are ok'

# Its source lies in Debian's unstable suite alone, and may go from there.
if [ -e "$store/subjects/mimalloc-3.5.0-no-opt-arch.unavailable" ]; then
	skip 'mimalloc 3.5.0' "$(cat "$store/subjects/mimalloc-3.5.0-no-opt-arch.unavailable")"
else
	cp "$out" "$T/first"
	rig run -f json -c edges -s 'mimalloc-3.5.0-*'
	is "$(json '[.findings[].verdict] | join(" ")')" 'flagged ok flagged' \
		'mimalloc 3.5.0 minds MI_NO_OPT_ARCH, and not MI_OPT_ARCH'
	mv "$T/first" "$out"
fi

is "$(json '.schema, (.rig | keys_unsorted | join(" "))' | paste -sd' ')" \
	'a64rig.results/1 version qemu host' 'the result says what it is and who made it'
for key in case subject engine verdict expected baseline reference fault advice replay; do
	is "$(json "[.findings[] | has(\"$key\")] | all")" true "every finding has \"$key\""
done
for key in profile exit signal timed_out seconds; do
	is "$(json "[.findings[] | (.baseline, .reference) | has(\"$key\")] | all")" true \
		"every outcome has \"$key\""
done
for key in signal pc insn mnemonic operands feature arch object build_id offset function source \
	backtrace; do
	is "$(json "[.findings[] | select(.fault) | .fault | has(\"$key\")] | all")" true \
		"every fault has \"$key\""
done
is "$(json '[.findings[] | select(.verdict == "ok") | .fault, .advice] | unique[]')" null \
	'what is ok has a null for the fault and the advice'

for subject in $flagged; do
	file=$(echo "$store/subjects/$subject"/*.so*)
	offset=$(finding "$subject" .fault.offset)
	at=$(address "$file" "$offset")
	like "$(finding "$subject" '.fault | [.signal, .feature, .arch] | join(" ")')" \
		'SIGILL FEAT_LSE ARMv8.1-A' "$subject: an LSE instruction"
	is "$(finding "$subject" .fault.object)" "/rig/subject/$(basename "$file")" "$subject: the object"
	is "$(finding "$subject" .fault.build_id)" \
		"$(readelf -n "$file" | sed -n 's/.*Build ID: //p')" "$subject: build-id as readelf says"
	is "$(finding "$subject" .fault.insn)" \
		"0x$(od -An -tx4 -N4 -j$((offset)) "$file" | tr -d ' ')" "$subject: the word in the file"
	like "$(aarch64-linux-gnu-objdump -d --start-address="$at" \
		--stop-address=$((at + 4)) "$file" | tail -1)" \
		"$(finding "$subject" .fault.mnemonic)[[:space:]]" "$subject: mnemonic as objdump says"
	[[ $subject != *-stripped ]] || continue
	# Pairs of lines, function and source: what is inlined first, the symbol itself last.
	said=$(aarch64-linux-gnu-addr2line -fi -e "$file" "$at" | sed 's/ (discriminator.*//')
	is "$(finding "$subject" .fault.function)" "$(tail -2 <<<"$said" | head -1)" \
		"$subject: function as addr2line says"
	like "$(sed -n 2p <<<"$said")" "(^|/)$(finding "$subject" .fault.source)\$" \
		"$subject: source line as addr2line says"
done
like "$(finding mimalloc-2.1.9-default-stripped '.fault | [.function, .function_nearest, .source] |
	map(tostring) | join(" ")')" '^mi_[a-z_]+ true null$' \
	'in the stripped library: the nearest dynamic symbol, called so'
is "$(finding mimalloc-2.1.9-default-stripped .fault.offset)" \
	"$(finding mimalloc-2.1.9-default .fault.offset)" 'at the same place'
for subject in jemalloc-5.3.0-armv8.1-a mimalloc-2.1.9-default; do
	like "$(finding "$subject" '[.fault.backtrace[].object // "" | split("/") | last] | unique | join(" ")')" \
		'ld-linux-aarch64.so.1 lib.*\.so' "$subject: the backtrace crosses libraries"
done
like "$(finding mimalloc-2.1.9-default .advice)" 'MI_OPT_ARCH=OFF' 'the way out of mimalloc 2.1.9'
like "$(finding mimalloc-2.1.9-default '.fault | [.culprit, .culprit_version] | join(" ")')" \
	'mimalloc 2.1.9' 'the culprit and its version'

replay=$(finding mimalloc-2.1.9-default .replay)
eval "rig ${replay#a64rig} -f json"
is "$status $(json '[.findings[] | .case, .subject, .verdict] | join(" ")')" \
	'0 allocator/edges mimalloc-2.1.9-default flagged' 'the command that repeats it does'

# Profiles
rig run -f json -c edges -s mimalloc-2.1.9-default -p cortex-a53,cortex-a76 -p rpi4
is "$(json '[.findings[0].columns[] | .profile, .verdict] | join(" ")')" \
	'cortex-a53 flagged cortex-a76 ok rpi4 flagged' '--profiles adds columns'
rig run -f json -c edges -s mimalloc-2.1.9-default -b max -r cortex-a72
is "$status $(json '.findings[0] | [.verdict, .baseline.profile, .reference.profile] | join(" ")')" \
	'1 inverted max cortex-a72' 'baseline and reference exchanged: inverted'
rig run -f json -c edges -s mimalloc-2.1.9-default -r cortex-a76
is "$status $(json '.findings[0].verdict')" '0 flagged' 'another reference that has LSE'

# Selectors
selected() {
	rig run -n "$@"
	sed -n 's/^# \([^ ]*\), \([^:]*\).*/\1 \2/p' "$out" | sort
}
is "$(selected -c 'realloc-*' -s glibc)" 'allocator/realloc-content glibc' 'a glob of cases'
is "$(selected -c 'allocator/edges' -s 'musl*' -s 'tc*')" \
	$'allocator/edges musl\nallocator/edges tcmalloc-debian' 'suite/case, and globs of subjects'
is "$(selected -t c++ -s glibc | wc -l)" 3 'a tag of cases'
is "$(selected -t stripped -c edges)" 'allocator/edges mimalloc-2.1.9-default-stripped' \
	'a tag of subjects'
is "$(selected -s glibc | grep -c '^verdicts')" 0 'a suite that is to be asked for is not run unasked'

# --dry-run and --keep: commands that can be used
mkdir "$T/dry"
before=$(ls "$runs")
rig run -n -c bare-lse
ok '--dry-run prints a shell script' sh -n "$out"
(cd "$T/dry" && sh "$out") >"$T/dry.out" 2>&1
like "$(cat "$T/dry.out")" 'signalled 4 [0-9]+' 'which does the run that dies'
like "$(cat "$T/dry.out")" 'exited 0 [0-9]+' 'and the one that passes'
is "$(ls "$runs")" "$before" 'it left no folder of a run'
rig run -k -c bare-lse -f json
kept=$(sed -n 's/^a64rig: the runs are left in //p' "$err")
run=$kept/verdicts_bare-lse.glibc.cortex-a72.0
for file in command stdout stderr 'home/qemu_bare-lse_*.core'; do
	ok "--keep leaves $file" compgen -G "$run/$file"
done
like "$(sh "$run/command" 2>&1)" '^signalled 4' 'the command does the run again'
is "$(cat "$kept/verdicts_bare-lse.glibc.max.0/stdout")" '40 + 2 = 42' 'and the output was kept'
if [ "$(id -u)" = 0 ]; then
	is "$(grep -ho 'user=[0-9]*' "$kept"/*/command | sort -u | wc -l)" 2 \
		'each run has a user of its own, so that none uses up the processes of another'
else
	skip 'a user for each run' 'only root has them to give'
fi

# Forms of the result
rig run -c edges -s mimalloc-2.1.9-default -s glibc
for line in '^a64rig [0-9.]+ · qemu-aarch64 [0-9.]+ · cortex-a72 against max$' \
	'^  glibc +1 +· +· +ok' '^  mimalloc-2.1.9-default +· +1 +· +flagged, as expected$' \
	'^  instruction +[0-9a-f]{8}  [a-z]+ .*\(FEAT_LSE, ARMv8.1-A\)$' \
	'^  where +_mi_.*in libmimalloc.so at 0x[0-9a-f]+, build-id [0-9a-f]{12}$' \
	'^  way out .*MI_OPT_ARCH=OFF' '^  replay +a64rig run --case allocator/edges' \
	'^2 findings: 1 ok, 1 flagged \(all as expected\) in [0-9.]+ s$'; do
	ok "the table has $line" grep -Eq "$line" "$out"
done
is "$(cat "$err")" '' 'and nothing is said beside it'
rig run -f junit -c edges -s mimalloc-2.1.9-default -s glibc
ok 'JUnit is well-formed' xmllint --noout "$out"
is "$(xmllint --xpath 'string(/testsuites/@tests)' "$out")" 2 'and counts'
rig run -f tap -c edges -s mimalloc-2.1.9-default -s glibc
ok 'prove reads TAP' prove --exec cat "$out"
rig run -f tap -c edges -s mimalloc-2.1.9-default -b cortex-a76
is "$status" 1 'ok where flagged was expected'
ok 'fails under prove' eval '! prove --exec cat "$out"'

mkdir "$T/results"
echo old >"$T/results/r.json"
rig run -f json -o "$T/results/r.json" -c edges -s glibc
is "$status $(jq -r .schema "$T/results/r.json") $(cat "$out")" '0 a64rig.results/1 ' \
	'--output replaces the file, and nothing else is printed'
is "$(ls -A "$T/results") $(stat -c %a "$T/results/r.json")" 'r.json 644' 'and leaves it alone there'

# A terminal
terminal() {
	TERM=xterm script -qec "stty cols 100; $*" /dev/null </dev/null
}
command="'$A64RIG' run -c edges -s glibc -s mimalloc-2.1.9-default"
like "$(terminal "$command -q")" $'\033\\[[0-9;]*m' 'colour on a terminal'
unlike "$(NO_COLOR=1 terminal "$command -q")" $'\033' 'none with NO_COLOR'
unlike "$(terminal "$command -q 2>&1 | cat")" $'\033' 'none in a pipe'
like "$(terminal "$command >/dev/null")" $'\r\033\\[K1 of 2' 'progress is drawn on a terminal'
unlike "$(terminal "$command -q >/dev/null")" '1 of 2' 'none with --quiet'
rig run -c edges -c enomem -s 'mimalloc-*'
like "$(said)" '^[0-9]+ of 20' 'elsewhere progress is lines on standard error'
unlike "$(said)" $'[\033\r]' 'without control characters'

# A library of the user's
mkdir "$T/lib"
echo 'int neighbour(void) { return 42; }' >"$T/lib/neighbour.c"
cat >"$T/lib/user.c" <<'C'
int neighbour(void);
__attribute__((constructor)) static void start(void)
{
	if (neighbour() != 42)
		__builtin_trap();
}
C
(cd "$T/lib" && aarch64-linux-gnu-gcc -shared -fPIC -o libneighbour.so neighbour.c &&
	aarch64-linux-gnu-gcc -shared -fPIC -o libuser.so user.c -L. -lneighbour)
rig run -f json -c verdicts/passes -s "$T/lib/libuser.so"
is "$status $(json '.findings[0] | [.subject, .verdict] | join(" ")')" '0 libuser.so ok' \
	'a library of the user, with a neighbour that it needs'
cp "$library" "$T/lib/liballoc.so"
(cd "$T/lib" && "$A64RIG" run -f json -c edges -s ./liballoc.so) >"$out" 2>"$err"
is "$? $(json '.findings[0] | [.verdict, .fault.object] | join(" ")')" \
	'1 flagged /rig/subject/liballoc.so' 'by a relative path: flagged, and that was not expected'
rm "$T/lib/libneighbour.so"
rig run -c verdicts/passes -s "$T/lib/libuser.so"
is "$status" 2 'without the neighbour: exit status 2'
like "$(said)" 'libuser.so needs libneighbour.so, which is neither beside it nor in the sysroot' \
	'it names what is missing'

# The other commands
rig list
is "$status" 0 'list'
for word in size-classes mimalloc-2.1.9-default cortex-a72 threads; do
	like "$(cat "$out")" "(^|[[:space:]])$word" "lists $word"
done
rig list profiles
like "$(cat "$out")" 'Profiles, on qemu-aarch64 [0-9]' 'list profiles names the emulator'
unlike "$(cat "$out")" 'size-classes' 'and nothing else'
rig --version
like "$status $(cat "$out")" '^0 a64rig [0-9]+\.[0-9]+' '--version'
rig
is "$status" 2 'no command: exit status 2'
for words in -h --help help 'run -h' 'run --help' 'list -h' 'doctor -h'; do
	# shellcheck disable=SC2086
	rig $words
	like "$status $(cat "$out")" '^0 .*Usage:' "$words"
	is "$(said)" '' "$words: nothing on standard error"
done

# The leak sanitizer's own tracer dies of threads of a library that was loaded late, as libvirt's.
export ASAN_OPTIONS=detect_leaks=0
rig doctor
is "$status" 0 'doctor: all is well here'
unlike "$(cat "$out")" 'FAIL|remedy: .*install' 'nothing to do'
mkdir "$T/bin"
PATH=$T/bin rig doctor
is "$status" 3 'doctor without QEMU and bubblewrap: exit status 3'
like "$(cat "$out")" 'FAIL +QEMU .*remedy: apt install qemu-user' 'the remedy for QEMU'
like "$(cat "$out")" 'FAIL +sandbox .*remedy: apt install bubblewrap' 'the remedy for bubblewrap'
XDG_CACHE_HOME=$T/empty rig doctor
is "$status" 3 'doctor with nothing prepared: exit status 3'
like "$(cat "$out")" "FAIL +prepared .*remedy: run '[^']*prepare'" 'the remedy for that'
A64RIG_QEMU_SYSTEM=$T/none rig doctor
is "$status" 0 'doctor without what guests need: there is still the user engine'
like "$(cat "$out")" "warning +guests' QEMU +no guests: .*remedy: apt install qemu-system-arm" \
	'the remedy for it'
like "$(cat "$out")" "warning +images .*debian-12 is missing.*remedy: run 'a64rig image build'" \
	'and that for an image'
finish
