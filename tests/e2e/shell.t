#!/bin/bash
# A guest on the terminal: by hand, and with commands piped in.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
use_image

# piped PROFILE: runs the commands of stdin there
piped() {
	timeout 120 "$A64RIG" shell "$1" >"$out" 2>"$err"
	status=$?
}
no_guest() { ! pgrep -f "qemu-system-aarch64.*$T" >/dev/null; }

# Usage
rig shell
is "$status" 2 'without a profile it does nothing'
like "$(said)" "shell takes one profile; see 'a64rig shell --help', or 'a64rig list profiles'" 'and says so'
rig shell cortex-a72 max
is "$status" 2 'one'
rig shell cortex-a722
is "$status" 2 'a profile that there is not'
like "$(said)" "unknown profile 'cortex-a722'; did you mean 'cortex-a72'" 'is told, with the nearest'
rig shell max --image debian-13
is "$status" 2 'an image that there is not'
rig shell -h
like "$status $(cat "$out")" '^0 .*Usage:.*shell \[OPTION...\] PROFILE' 'shell -h'
rig shell -n max
is "$status" 0 '--dry-run'
ok 'prints a well-formed domain' xmllint --noout "$out"
like "$(cat "$out")" "<serial type='pty'/>" 'with a terminal'
ok 'and boots nothing' no_guest

# Commands piped in
piped cortex-a72 <<'SH'
uname -m
id -u
pwd
while read -r key colon words; do
	[ "$key" != Features ] || echo "$words"
done </proc/cpuinfo
tty
echo to >&2 && echo 'a tab	and \ a backslash'
exit 3
echo never
SH
is "$status" 0 'commands piped in'
is "$(sed -n 1,3p "$out" | xargs)" 'aarch64 0 /root' 'run as root on arm64'
is "$(sed -n 4p "$out")" 'fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid' 'the CPU of the profile'
is "$(sed -n '5,$p' "$out")" $'/dev/ttyAMA0\nto\na tab\tand \\ a backslash' \
	'what they say, and nothing else, up to exit'
is "$(said)" '' 'nothing beside it'
ok 'the guest is gone' no_guest

piped max <<<$'cat\nis read by cat, to the end of input'
is "$status $(cat "$out")" '0 is read by cat, to the end of input' 'the end of input ends what reads it, and the shell'
piped cortex-a72 < <(seq 2000 | sed 's/^/echo /')
is "$status $(wc -l <"$out") $(sha256sum <"$out")" "0 2000 $(seq 2000 | sha256sum)" 'a long script is read as a whole'
piped cortex-a72 < <(printf 'echo no newline')
is "$status $(cat "$out")" '0 no newline' 'a last line that does not end'
piped cortex-a72 </dev/null
is "$status $(cat "$out")" '0 ' 'no commands at all'
piped cortex-a72 <<<'echo trace >/root/trace'
piped cortex-a72 <<<'echo /root/*'
is "$status $(cat "$out")" '0 /root/*' 'what is written is gone with the guest'

# On a terminal
typed=$T/typed
mkfifo "$typed"
exec 8<>"$typed"
# terminal PROFILE: starts one in the background; what is written to descriptor 8 is typed
terminal() {
	: >"$out"
	# shellcheck disable=SC2016
	TERM=vt220 SHELL=/bin/bash script -qefc "stty rows 33 cols 99; before=\$(stty -g)
		'$A64RIG' shell $1; echo \"status \$?\"
		[ \"\$before\" = \"\$(stty -g)\" ] && echo restored" "$out" <&8 >/dev/null &
	terminal=$!
}
# types WORDS REGEX: until that is to be seen
types() {
	printf '%s' "$1" >&8
	within 60 grep -aEq "$2" "$out"
}
# left: waits for its end, and takes what was to be seen
left() {
	wait $terminal
	seen=$(tr -d '\r' <"$out")
}
terminal max
ok 'what is typed before the prompt is not lost' types $'echo early $((6 * 7))\r' '^early 42'
ok 'size and type of the terminal reach the guest' types $'echo $LINES $COLUMNS $TERM\r' '^33 99 vt220'
types $'sh -c "echo begun; exec sleep 1000"\r' '^begun'
types $'\003' '\^C'
ok 'Ctrl-C ends what runs in the guest' types $'echo after\r' '^after'
printf '\004' >&8
ok 'Ctrl-D ends it' within 60 grep -aq 'status 0' "$out"
left
like "$seen" "a64rig: booting max; Ctrl-] ends the guest" 'it says how to leave'
like "$seen" 'root@a64rig:~# ' 'there is a prompt'
like "$seen" restored 'the terminal is as before'
unlike "$seen" 'reboot:|\[ +[0-9.]+\]' 'the kernel is silent'
ok 'the guest is gone' no_guest

terminal cortex-a72
types '' 'root@a64rig'
printf '\035' >&8
ok 'Ctrl-] ends it' within 30 grep -aq 'status 0' "$out"
left
like "$seen" restored 'the terminal is as before'
ok 'the guest is gone' no_guest
terminal cortex-a72
types '' 'Ctrl-]'
printf '\035' >&8
ok 'while it boots, too' within 30 grep -aq 'status 0' "$out"
left
ok 'the guest is gone' no_guest

# Signals
terminal cortex-a72
types '' 'root@a64rig'
pkill -TERM -f "^$A64RIG shell cortex-a72" -P "$(pgrep -P $terminal -d,)"
ok 'SIGTERM ends it' within 30 grep -aq 'status 130' "$out"
left
like "$seen" restored 'the terminal is as before'
ok 'the guest is gone' no_guest
"$A64RIG" shell cortex-a72 >"$out" 2>"$err" <&8 &
shell=$!
ok 'a guest runs' within 30 pgrep -f "qemu-system-aarch64.*$T"
kill -KILL $shell
{ wait $shell; } 2>/dev/null
ok 'of a rig that is killed no guest is left' within 20 no_guest
finish
