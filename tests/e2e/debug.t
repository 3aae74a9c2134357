#!/bin/bash
# Debugging: in batch and by hand, in both engines.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
command -v gdb-multiarch >/dev/null || skip_all "there is no gdb-multiarch; run scripts/setup"

no_debugger() { nothing_runs && ! pgrep -f "gdb-multiarch.*$T" >/dev/null; }

# batch WORDS...: fills $seen, too, with what was printed
batch() {
	timeout 180 "$A64RIG" debug --batch "$@" >"$out" 2>"$err" </dev/null
	status=$?
	seen=$(<"$out")
}

# part NAME: of what gdb printed
part() {
	sed -n "/^$1\$/,/^\$/p" "$out"
}

build() {
	aarch64-linux-gnu-gcc -O1 -g -fno-inline -o "$T/$1" -x c - || skip_all "cannot build $1"
}

# Usage
rig debug
is "$status" 2 'without a word it does nothing'
like "$(said)" "debug takes one case, one finding, or -- and a program; see 'a64rig debug --help'" 'and says so'
rig debug one two
is "$status" 2 'one word'
rig debug --
is "$status" 2 'a program after --'
rig debug passes -- ./prog
is "$status" 2 'a case or a program, not both'
for words in '--engine both passes' '--engine kvm passes' '--lldb --batch passes' '--lldb --gdb x passes' \
	'--timeout -1 passes' '--sysroot / passes' '-s glibc -- ./prog'; do
	# shellcheck disable=SC2086
	rig debug $words
	is "$status" 2 "$words"
done
rig debug bare-lsee
is "$status" 2 'a case that there is not'
like "$(said)" "unknown case 'bare-lsee'; did you mean 'bare-lse'" 'is told, with the nearest'
rig debug bare-lse -s glibcc
is "$status" 2 'a subject that there is not'
rig debug bare-lse -p cortex-a722
is "$status" 2 'a profile that there is not'
rig debug size-classes
is "$status" 2 'a case with several subjects'
like "$(said)" 'that is [0-9]+ findings; name one:' 'has to be named'
ok 'they are listed' grep -Fqx \
	'  a64rig debug allocator/size-classes --subject mimalloc-2.1.9-default' "$err"
rig debug 'allocator/fork-*' -s glibc
is "$status" 0 'a glob that fits one case' || note "$(said)"
rig debug bare-lse --gdb no-such-gdb
is "$status" 3 'a gdb that there is not'
like "$(said)" "no 'no-such-gdb'; install it \(apt install gdb-multiarch\)" 'is told, with the way out'
rig debug bare-lse --gdb /bin/false --batch
is "$status" 3 'a gdb that does not come'
like "$(said)" 'the debugger did not reach the program' 'is a rig fault'
ok 'nothing is left' within 10 no_debugger

# In batch
batch bare-lse
is "$status" 1 'bare-lse: flagged'
like "$seen" 'bare-lse with glibc: flagged.*FEAT_LSE.*way out.*registers' 'the explanation comes first'
like "$(part instructions)" $'=> 0x[0-9a-f]+ <add\\+4>:\tldaddal\tx1, x2, \\[x0\\]' 'stopped at the instruction'
like "$(part registers)" 'x0 .*x30 .*sp .*pc +0x[0-9a-f]+7a4 ' 'its registers'
like "$seen" '#0 .* add .*bare-lse.c:11'$'\n''#1 .* main \(\) at .*bare-lse.c:21' 'its backtrace'
batch thread-lse
like "$status $seen" '^1 .*Thread 2 received signal SIGILL.*=> .*<count\+12>.*ldaddal' 'in a second thread'
batch jit-lse
like "$status $seen" '^1 .*=> 0x[0-9a-f]+000:.ldaddal' 'in memory that no file holds, at the start of a page'
batch verdicts/deep-lse
frames=$(sed -n 's/^#[0-9].* in \([a-z]*\) (.*/\1/p' "$out" | xargs)
is "$frames" 'bump settle publish unref release main' 'deep down'
batch size-classes -s mimalloc-2.1.9-default
is "$status" 1 'an allocator'
pc=$(sed -n 's/^pc  *\(0x[0-9a-f]*\).*/\1/p' "$out")
like "$seen" "Program received signal SIGILL.*=> $pc <_mi_options_init\+36>:.ldaddal.x25, x25" 'stops where it died'
like "$seen" '_mi_process_load \(\)' 'its functions have names'
rig run -c size-classes -s mimalloc-2.1.9-default -f json
is "$pc" "$(json '.findings[0].fault.pc')" 'it is the place that a64rig run tells'
batch size-classes -s mimalloc-2.1.9-default -p max
like "$status $seen" '^1 .*exited normally' 'on the other profile it runs to its end'
like "$(said)" 'no fault there \(max: exit 0\)' 'and that is told'
batch size-classes -s mimalloc-2.1.9-default --break-at-start
like "$seen" 'registers.*#0 .*ld-linux-aarch64' 'before the first instruction, that of the dynamic linker'
batch passes
like "$status $seen" '^0 .*exited normally' 'one that passes'
batch handled-sigill
like "$status $seen" '^0 .*exited normally' 'one that handles its signal is not stopped'
batch fails
like "$status $seen" '^1 .*exited with code 01' 'one that fails'
batch segfault-old
like "$status $seen" '^1 .*received signal SIGSEGV.*=> .*ldr.w0, \[x0\].*#0 .*main' 'one that dies of something else'
batch hangs --timeout 1
like "$status $seen" '^1 .*received signal SIGINT.*#0 .*pause.*#1 .*main' 'one that hangs is stopped where it does'
ok 'nothing is left' within 10 no_debugger
ok 'no folder is left' no_folders

# Findings
rig run -c bare-lse -c passes -c segfault-old -f json -o "$T/results.json"
flagged=$(jq '[.findings[].verdict] | index("flagged") + 1' "$T/results.json")
other=$(jq '[.findings[].case] | index("verdicts/segfault-old") + 1' "$T/results.json")
batch "$T/results.json"
like "$status $seen" '^1 verdicts/bare-lse .*=> .*<add\+4>' 'the finding of a file that is flagged'
batch "$T/results.json:$other"
like "$status $seen" '^1 verdicts/segfault-old .*SIGSEGV' 'one by its number'
batch "$T/results.json:$flagged" --profile max
like "$status $seen" 'exited normally' 'on another profile'
rig debug "$T/results.json:9"
like "$status $(said)" '^2 .*has no finding 9, but 3 in all' 'a number that there is not'
rig debug "$T/results.json" -s glibc
like "$status $(said)" '^2 .*--subject needs a case' 'a finding has its subject'
rig debug "$T/nothing.json"
like "$status $(said)" "^2 .*there is no file '$T/nothing.json'" 'no file'
jq '.findings |= map(select(.verdict == "ok"))' "$T/results.json" >"$T/fine.json"
rig debug "$T/fine.json"
like "$status $(said)" "^2 .*has no finding that is flagged; name another" 'nothing flagged'
echo '{' >"$T/broken.json"
rig debug "$T/broken.json"
like "$status $(said)" "^2 .*broken.json: " 'no results'
(cd "$T" && cp results.json passes && timeout 60 "$A64RIG" debug --batch passes >"$out" 2>"$err")
like "$(<"$out")" 'verdicts/passes with glibc: ok' 'a case goes before a file of its name'

# Programs
build dies <<'C'
#include <string.h>
static void hurt(char *p) { *p = 1; }
int main(int count, char **words) { hurt(count > 2 && !strcmp(words[2], "b c") ? (char *)8 : words[0]); return 0; }
C
build loops <<'C'
#include <stdio.h>
volatile unsigned long turns;
int main(void) { puts("turning"); fflush(stdout); for (;;) turns++; }
C
batch -- "$T/dies" a 'b c'
like "$status $seen" "^1 exec/dies with a 'b c': broken.*SIGSEGV.*=> .*<hurt\+4>.*#1 .* main \(" 'a program with its words'
like "$seen" "replay +a64rig debug --batch -- $T/dies a 'b c'" 'and how to repeat it'
(cd "$T" && timeout 60 "$A64RIG" debug --batch -- ./dies --batch >"$out" 2>"$err")
like "$? $(<"$out")" '^0 exec/dies with --batch: ok.*exited normally' 'options after -- are the program'\''s'
rig debug -- "$T/nothing"
like "$status $(said)" "^2 .*there is no program '$T/nothing'" 'no program'
rig debug -- /bin/true
like "$status $(said)" '^2 .*not for AArch64' 'a program of this host'
rig debug --sysroot "$T/nowhere" -- "$T/dies"
like "$status $(said)" '^2 .*--sysroot: there is no folder' 'no sysroot'
mkdir "$T/empty"
rig debug --sysroot "$T/empty" -- "$T/dies"
like "$status $(said)" '^2 .*ld-linux-aarch64' 'a sysroot that is none'
batch --sysroot "$REAL_PREPARED/sysroot" -- "$T/dies"
is "$status" 0 'a sysroot by its name'

for word in b 'b c'; do
	(cd "$T" && "$A64RIG" exec --record record.json -- ./dies a "$word" >"$out" 2>&1; :) 2>/dev/null
done
(cd "$T" && timeout 60 "$A64RIG" debug --batch record.json:2 >"$out" 2>"$err")
like "$(<"$out")" "^exec/dies with a 'b c': .*SIGSEGV.*=> .*<hurt\\+4>" 'a finding of exec, the second one'

# What is debugged is not trusted
mkdir "$T/evil"
cp "$T/dies" "$T/evil/dies"
for script in dies-gdb.gdb .gdbinit; do
	echo "shell touch $T/fooled" >"$T/evil/$script"
done
(cd "$T/evil" && echo quit | timeout 60 "$A64RIG" debug -- ./dies x 'b c' >"$out" 2>&1)
ok 'scripts beside the program are not run' test ! -e "$T/fooled"

# By hand. What is written to descriptor 8 is typed.
typed=$T/typed
mkfifo "$typed"
exec 8<>"$typed"
# session WORDS: a shell's
session() {
	: >"$T/screen"
	TERM=dumb SHELL=/bin/bash script -qefc "'$A64RIG' debug $1; echo status \$?" "$T/screen" <&8 >/dev/null &
	session=$!
}
# types WORDS REGEX: until that is to be seen after what has been seen already
types() {
	local before
	before=$(wc -c <"$T/screen")
	printf '%s' "$1" >&8
	within 60 shows "$2" "$((before + 1))"
}
shows() { tail -c "+$2" "$T/screen" | grep -aEq "$1"; }
session 'size-classes -s mimalloc-2.1.9-default'
ok 'gdb stops at the fault' types '' '=> 0x[0-9a-f]+ <_mi_options_init\+36>:.ldaddal'
ok 'the registers are there' types $'info registers pc\r' "^pc +$pc .*_mi_options_init\+36"
ok 'the libraries are there' types $'info sharedlibrary\r' 'Yes .*/rig/subject/libmimalloc.so'
ok 'the libc has symbols' types $'info symbol puts\r' 'puts in section .text of .*libc.so.6'
ok 'it can be left' types $'quit\r' 'status 0'
wait $session
like "$(tr -d '\r' <"$T/screen")" 'status 0' 'it ends'
like "$(<"$T/screen")" 'flagged, as expected.*what the program prints goes to .*/run' 'the explanation came first'
ok 'and nothing is left' within 10 no_debugger
ok 'no folder either' within 10 no_folders
session "--timeout 1 -- '$T/loops'"
types '' '^\(gdb\) ' || note "$(<"$T/screen")"
printf 'continue\r' >&8
within 60 grep -q turning "$runs"/*/run/stdout
ok 'Ctrl-C stops what runs' types $'\003' 'received signal SIGINT'
ok 'there' types $'backtrace\r' '#0 .*main \(\)'
printf 'continue\r' >&8
ok 'again' types $'\003' 'received signal SIGINT'
types $'quit 7\r' 'status 7'
wait $session
like "$(tr -d '\r' <"$T/screen")" 'status 7' "the exit status is gdb's"
session "--break-at-start bare-lse"
ok 'before the first instruction' types '' '=> 0x[0-9a-f]+:'
ok 'a breakpoint in the program' types $'break main\r' 'Breakpoint 1 at '
ok 'is reached' types $'continue\r' 'Breakpoint 1.*main'
pkill -KILL -f "gdb-multiarch.*$T"
wait $session
ok 'a debugger that is killed takes the program along' within 10 no_debugger
session "bare-lse"
types '' '=> 0x[0-9a-f]+ <add\+4>'
pkill -TERM -f "^$A64RIG debug bare-lse"
wait $session
like "$(tr -d '\r' <"$T/screen")" 'status 130' 'SIGTERM ends it'
ok 'and nothing is left' within 10 no_debugger

# LLDB
"$A64RIG" debug --lldb bare-lse >"$out" 2>"$err" </dev/null &
lldb=$!
ok 'LLDB is waited for' within 30 grep -q '^lldb ' "$out"
like "$(grep '^lldb ' "$out")" "process connect --plugin gdb-remote unix-connect://$runs/.*/gdb'" 'with the socket to attach to'
socket=$(sed -n "s/^lldb .*unix-connect:\/\/\([^']*\)'.*/\1/p" "$out")
ok 'a debugger comes' timeout 60 gdb-multiarch -nx -batch -ex "target remote $socket" -ex kill
wait $lldb
is $? 0 'when it has gone, all ends'
ok 'and nothing is left' within 10 no_debugger

# Guests
if [ ! -e "${REAL_PREPARED%/prepared}/images/debian-12/image.yaml" ]; then
	skip 'in a guest' "the image debian-12 is not built; run 'a64rig image build'"
	finish
fi
use_image
batch --engine system bare-lse
is "$status" 1 'in a guest: flagged'
like "$seen" $'=> 0x[0-9a-f]+ <add\\+4>:\tldaddal\tx1, x2, \\[x0\\].*#0 .* add .*#1 .* main' 'the same instruction, the same functions'
batch --engine system thread-lse
like "$status $seen" '^1 .*received signal SIGILL.*=> .*<count\+12>.*ldaddal' 'a thread'
batch --engine system size-classes -s mimalloc-2.1.9-default -p rpi4
like "$status $seen" '^1 .*=> 0x[0-9a-f]+ <_mi_options_init\+36>:.ldaddal.*_mi_process_load' 'an allocator on another profile'
batch --engine system passes
like "$status $seen" '^0 .*exited normally' 'one that passes'
batch --engine system --timeout 1 -- "$T/loops"
like "$status $seen" '^1 .*received signal SIGINT.*main \(\)' 'one that does not end'
session "--engine system --timeout 1 -- '$T/loops'"
types '' '^\(gdb\) ' || note "$(<"$T/screen")"
types $'break main\r' 'Breakpoint 1 at '
ok 'by hand, too' types $'continue\r' 'Breakpoint 1.*main'
ok 'it can be left' types $'quit\r' 'status 0'
wait $session
ok 'no guest is left' within 10 no_debugger
ok 'no folder' within 10 no_folders
finish
