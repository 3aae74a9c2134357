#!/bin/bash
# `a64rig exec` in the place of the program: what goes in and out, how it ends, what it may see.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

use_prepared
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
ulimit -S -c 0
mkdir -p "$T/work" "$T/home/project"
probe=$T/work/probe
aarch64-linux-gnu-gcc -O1 -g -o "$probe" "$TOP/tests/e2e/projects/probe.c" ||
	skip_all 'the probe cannot be built'
cd "$T/work" || exit 1
before=$(ls -A)

# run WORD...: exec with these words, stdin as it is
run() {
	"$A64RIG" exec "$@" >"$out" 2>"$err"
	status=$?
}

# --- in and out ---

run ./probe args 'a b' '' -x --baseline '*' </dev/null
is "$(<"$out")" '[a b][][-x][--baseline][*]' 'arguments, also empty ones and such as look like options'
run -- ./probe args -- x </dev/null
is "$(<"$out")" '[--][x]' 'after -- too'
is "$(said)" '' 'nothing is added to standard error'
mkdir -p "$T/far/deep"
cp probe "$T/far"
ln -s "$T/far/deep" link
run link/../probe args x </dev/null
is "$status $(<"$out")" '0 [x]' 'a program behind a link and "..", as a shell finds it'
rm link
printf 'one\ntwo' | "$A64RIG" exec ./probe cat >"$out" 2>"$err"
is "$(<"$out")" $'one\ntwo' 'a pipe comes through'
head -c 20000000 /dev/urandom >"$T/big"
ok 'so do 20 MB, unchanged' bash -c '"$1" exec "$2" cat <"$3" | cmp - "$3"' - "$A64RIG" "$probe" "$T/big"
A64RIG_TEST_WORD='a, b' run ./probe env A64RIG_TEST_WORD </dev/null
is "$(<"$out")" 'a, b' 'the environment comes through'
LD_LIBRARY_PATH=/nowhere run ./probe env LD_LIBRARY_PATH </dev/null
is "$(<"$out")$(said)" /nowhere 'so does what is for the loader, which nobody else obeys'
LD_PRELOAD=/a,b run ./probe args </dev/null
is "$status" 2 'but for a comma in it'
mkdir -p "$T/work/sub"
ln -sfn sub "$T/work/link"
is "$(cd link && "$A64RIG" exec ../probe env PWD </dev/null)" "$T/work/link" 'PWD is what it was'
is "$(cd sub && "$A64RIG" exec ../probe pwd </dev/null)" "$T/work/sub" 'the working folder'
rm -r "$T/work/link" "$T/work/sub"
is "$("$A64RIG" exec ./probe cat <&- 2>&1; echo $?)" 1 'standard input may be closed'
is "$(PATH=$T/work:$PATH "$A64RIG" exec probe args x </dev/null)" '[x]' 'a name is looked up in PATH'

# --- how it ends ---

for code in 0 1 2 3 77 125 127 255; do
	run ./probe exit $code </dev/null
	is "$status" $code "exit status $code"
done
for number in 1 2 3 5 6 7 8 9 11 13 14 15; do
	is "$(perl -e 'system @ARGV; print $? & 127' "$A64RIG" exec ./probe die $number 2>/dev/null </dev/null)" \
		$number "death by signal $number is what the caller sees"
done
for number in 1 2 3 10 12 15 28; do
	rm -f "$out" # or the "ready" of the one before is found there
	"$A64RIG" exec ./probe await $number >"$out" 2>"$err" </dev/null &
	pid=$!
	within 10 grep -q ready "$out"
	kill -$number $pid
	wait $pid
	is "$? $(tail -n 1 "$out")" "7 got $number" "signal $number to a64rig reaches its handler"
done
run ./probe handle </dev/null
is "$status $(<"$out")" '0 no LSE, and no harm' 'a SIGILL that is handled is none'

# --- SIGILL ---

echo hello >"$T/input"
run ./probe lse <"$T/input"
is "$status" 1 'flagged: exit status 1'
is "$(<"$out")" 'read hello' 'its output came once'
like "$(said)" 'exec/probe with lse: flagged' 'it says so'
like "$(said)" 'ldadd.*FEAT_LSE' 'the instruction'
like "$(said)" 'lse\+0x[0-9a-f]+ in probe' 'the function'
like "$(said)" 'reference +max: exit 0' 'what the reference does'
echo hello | "$A64RIG" exec ./probe lse >"$out" 2>"$err"
is "$?" 1 'flagged with a pipe'
like "$(said)" 'cannot be read twice; judged by the instruction alone' 'which cannot be read twice'
run --no-reference ./probe lse </dev/null
is "$status" 1 'flagged without a reference'
run --exit-status raw ./probe lse </dev/null
is "$status" 132 'raw: dies of SIGILL'
run ./probe udf </dev/null
is "$status" 125 'what dies of it on both cannot be judged'
echo x | "$A64RIG" exec ./probe udf >/dev/null 2>&1
is "$?" 125 'nor can that be told by the instruction'
run --baseline cortex-a76 ./probe lse </dev/null
is "$status" 0 'another baseline'
run --no-sandbox ./probe lse <"$T/input"
is "$status" 1 'flagged without a sandbox'
aarch64-linux-gnu-gcc -O1 -static -o "$T/static" "$TOP/tests/e2e/projects/probe.c"
run "$T/static" lse </dev/null
is "$status" 1 'a static program'
like "$(said)" 'in static at' 'is explained'

for ((i = 0; i < 8; i++)); do
	"$A64RIG" exec --record "$T/all.jsonl" ./probe lse >/dev/null 2>"$T/err.$i" </dev/null &
	pids[i]=$!
done
for ((i = 0; i < 8; i++)); do
	wait "${pids[i]}"
	is "$? $(grep -c 'lse+0x' "$T/err.$i")" '1 1' "of eight at once in one folder, number $i"
done
run --record "$T/all.jsonl" ./probe exit 3 </dev/null
run --record "$T/all.jsonl" ./probe args x </dev/null
is "$(jq -sc 'map(.findings[0].verdict) | group_by(.) | map([.[0], length])' "$T/all.jsonl")" \
	'[["flagged",8],["inconclusive",1],["ok",1]]' 'each left its line in the record'
is "$(jq -r '.findings[0] | select(.verdict == "inconclusive").reason' "$T/all.jsonl")" \
	'exit 3 on the baseline; the reference was not run' 'with what is not known'
is "$(ls -A)" "$before" 'nothing is left in the working folder'
is "$(ls -A "$runs")" '' 'nor among the runs'

# --- terminals ---

# typed BYTES COMMAND: perl sits at the terminal, waits for "ready", types, and prints what came.
typed() {
	perl -MPOSIX -e '
		use strict; my $bytes = shift; my $n = posix::open_pty() if 0;
		open my $m, "+<", "/dev/ptmx" or die;
		ioctl $m, 0x40045431, my $zero = pack "i", 0 or die;
		ioctl $m, 0x80045430, my $number = pack "i", 0 or die;
		my $slave = "/dev/pts/" . unpack "i", $number;
		my $pid = fork // die;
		if (!$pid) {
			POSIX::setsid(); open my $s, "+<", $slave or die; ioctl $s, 0x540E, 0;
			POSIX::dup2(fileno $s, $_) for 0, 1, 2; exec @ARGV; }
		my ($all, $state) = ("", "");
		$SIG{ALRM} = sub { kill KILL => $pid; print "timed out: $all\n"; exit }; alarm 20;
		while ($all !~ /ready/) { sysread $m, my $part, 999 or last; $all .= $part; }
		syswrite $m, eval qq{"$bytes"};
		waitpid $pid, POSIX::WUNTRACED();
		if (POSIX::WIFSTOPPED($?)) {
			$state = "stopped "; kill "CONT", -$pid; kill "TERM", -$pid; waitpid $pid, 0; }
		printf "%s%s\n", $state, $? & 127 ? "signal " . ($? & 127) : "exit " . ($? >> 8);
	' "$@"
}
is "$(typed '\003' "$A64RIG" exec ./probe await 15)" 'signal 2' 'Ctrl-C ends it'
is "$(typed '\003' "$A64RIG" exec ./probe await 2)" 'exit 7' 'or comes to its handler'
is "$(typed '\003\003' "$A64RIG" exec --no-sandbox ./probe await 2)" 'exit 7' 'without a sandbox, too'
# A session's leader cannot be stopped by its terminal: a shell with jobs leads.
is "$(typed '\032' bash -mc "'$A64RIG' exec ./probe await 15; kill -9 %1; echo; exit 5")" 'exit 5' \
	'Ctrl-Z stops it, and gives the shell the terminal'
like "$(script -qec "'$A64RIG' exec ./probe type" /dev/null </dev/null)" 'not permitted' \
	'it cannot type on the terminal'

# --- what it may see ---

export HOME=$T/home
echo secret >"$T/home/secret"
echo data >"$T/home/project/data"
mkdir "$T/home/project/.git"
cp probe "$T/home/project"
cd "$T/home/project" || exit 1
run ./probe exists "$T/home/secret" </dev/null
is "$status" 1 'the home folder is not to be seen'
run ./probe touch "$T/home/new" </dev/null
ok 'nor written' test ! -e "$T/home/new"
run ./probe exists "$T/home/project/data" </dev/null
is "$status" 0 'but the work tree'
run ./probe touch new </dev/null
ok 'which can be written' test -e new
run ./probe touch .git/hook </dev/null
ok 'but for .git' test ! -e .git/hook
mkdir sub
(cd sub && "$A64RIG" exec ../probe touch ../above) >"$out" 2>&1 </dev/null
ok 'from a folder below, too' test -e above
cd "$T/home" || exit 1
run project/probe touch here </dev/null
ok 'from the home folder nothing is written' test ! -e here
like "$(said)" '--bind' 'and it says how it could be'
run --bind . project/probe touch here </dev/null
ok 'with --bind it is' test -e here
run project/probe touch "/usr/a64rig-probe" </dev/null
is "$(<"$out")" 'Read-only file system' 'the system is read-only'
perl -MIO::Socket::INET -e '
	$s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die;
	$| = 1; print $s->sockport, "\n"; sleep 60' >"$T/port" &
server=$!
at_exit+=('kill $server 2>/dev/null')
within 10 test -s "$T/port"
run project/probe reach "$(<"$T/port")" </dev/null
is "$(<"$out")" 'no way' 'there is no network'
run --no-sandbox project/probe reach "$(<"$T/port")" </dev/null
is "$(<"$out")" 'connected' 'but without a sandbox'

"$A64RIG" exec project/probe await 15 >"$out" 2>&1 </dev/null &
pid=$!
within 10 grep -q ready "$out"
kill -KILL $pid
wait $pid 2>/dev/null
ok 'it dies with the rig' within 10 nothing_runs

# --- boards ---

run --baseline rpi4 --reference cortex-a72 "$T/work/probe" args </dev/null
like "$(said)" 'rpi4 is run here as its CPU model cortex-a72.*FEAT_AES' 'a board is run as its CPU model, and that is said'
run "$T/work/probe" args </dev/null
unlike "$(said)" 'run here as its CPU model' 'a profile that is no board has nothing to say'

# --- what is wrong ---

cd "$T/work" || exit 1
wrong() {
	local name=$1 words=$2
	shift 2
	run "$@" </dev/null
	is "$status" 2 "$name: exit status"
	like "$(said)" "$words" "$name: what it says"
}
cp probe "$T/plain" && chmod -x "$T/plain"
echo '#!/bin/sh' >"$T/script" && chmod +x "$T/script"
wrong 'no program' 'which program' --
wrong 'no such file' "no program './nothing'" ./nothing
wrong 'a folder' 'is a folder' "$T/work"
wrong 'not executable' 'chmod' "$T/plain"
wrong 'a script' 'not an ELF' "$T/script"
wrong 'for x86-64' 'x86-64, not for AArch64' /bin/true
wrong 'no such sysroot' 'no folder' --sysroot /nowhere ./probe args
wrong 'a sysroot that is none' 'wants the interpreter' --sysroot "$T/work" ./probe args
wrong 'an unknown profile' 'did you mean' --baseline cortex-a27 ./probe args
wrong 'a wrong exit status' 'rig or raw' --exit-status x ./probe args
mkdir -p "$T/root/lib"
cp -L "$REAL_PREPARED/sysroot/lib/ld-linux-aarch64.so.1" "$T/root/lib"
wrong 'a sysroot without libc' 'needs libc.so.6' --sysroot "$T/root" ./probe args
XDG_CACHE_HOME=$T/empty run ./probe args </dev/null
is "$status" 3 'nothing prepared: exit status'
like "$(said)" 'prepare.*--sysroot' 'nothing prepared: what to do'
run --record /nowhere/file ./probe args </dev/null
is "$status" 3 'a record that cannot be written'
finish
