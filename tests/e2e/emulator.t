#!/bin/bash
# What goes wrong with the emulator is a rig fault, never a finding about the subject.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

use_probes <<YAML
- {name: sleeper, description: d, program: sleeper, args: ["$T"], timeout: 120}
- {name: environment, description: d, program: environment, args: [A64RIG_TEST_TOKEN]}
YAML

# wrapper LINE...: an emulator that does this and then is the real one
real=$(command -v qemu-aarch64)
wrapper() {
	printf '%s\n' '#!/bin/sh' "$@" >"$T/qemu-wrapper"
	chmod 755 "$T/qemu-wrapper"
	export A64RIG_QEMU=$T/qemu-wrapper
}

for walls in '' --no-sandbox; do
	# shellcheck disable=SC2086
	"$A64RIG" run -c sleeper -j 1 -f json $walls >"$out" 2>"$err" </dev/null &
	rig=$!
	emulator="^$real.*sleeper $T"
	ok "a long run begins $walls" within 20 pgrep -f "$emulator"
	# The second profile's run is another process: both are killed.
	killed=
	while kill -0 "$rig" 2>/dev/null; do
		for pid in $(pgrep -f "$emulator"); do
			kill -KILL "$pid" 2>/dev/null && killed=yes
		done
		sleep 0.05
	done
	wait "$rig"
	is "$? $killed" '3 yes' 'an emulator that is killed from outside: exit status 3'
	is "$(of probe/sleeper .verdict)" rig-fault 'it is a rig fault'
	like "$(of probe/sleeper .reason)" 'killed \(SIGKILL\) from outside' 'which says what happened'
done

A64RIG_QEMU=/nonexistent rig run
is "$status" 3 'A64RIG_QEMU names nothing: exit status 3'
like "$(said)" "A64RIG_QEMU names '/nonexistent', which is not a program" 'and says so'
mkdir "$T/bin"
ln -s "$(command -v bwrap)" "$T/bin"
PATH=$T/bin rig run
is "$status" 3 'no qemu-aarch64 in PATH: exit status 3'
like "$(said)" 'no qemu-aarch64 in PATH.*apt install qemu-user' 'and says what to do'

A64RIG_QEMU=/bin/true rig run
is "$status" 3 'a program that is no emulator: exit status 3'
like "$(said)" 'does not answer as qemu-aarch64 does' 'and says so'
A64RIG_QEMU=$(command -v qemu-arm || echo /bin/false) rig run
is "$status" 3 'the emulator of another architecture: exit status 3'

# shellcheck disable=SC2016
wrapper 'case $2 in help) exec '"$real"' "$@";; esac' \
	'[ "$1" = -version ] && exec '"$real"' -version' 'exec '"$real"' -bogus "$@"'
for walls in '' --no-sandbox; do
	# shellcheck disable=SC2086
	rig run -c environment -f json $walls
	is "$status" 3 "an emulator that refuses its arguments: exit status 3 $walls"
	is "$(of probe/environment .verdict)" rig-fault 'a rig fault'
	like "$(of probe/environment .reason)" "unknown option 'bogus'" 'in the words of the emulator'
done
rig run -c environment
like "$(cat "$out")" 'rig-fault|rig fault' 'the table shows it'
like "$(cat "$out")" "unknown option 'bogus'" 'with its reason'

# shellcheck disable=SC2016
wrapper 'case $2 in help) printf "Available CPUs:\n  cortex-a72\n  max\n"; exit 1;; esac' \
	'exec '"$real"' "$@"'
rig run -c environment -p rpi5
is "$status" 3 'a profile whose model this emulator lacks: exit status 3'
like "$(said)" "profile 'rpi5' needs the CPU model 'cortex-a76', which qemu-aarch64 .* does not have; it has: cortex-a72, max" \
	'it names profile, model and what there is'
rig run -c environment -f json
is "$status" 0 'a wrapper that passes all on: exit status 0'

ok 'nothing runs any more' nothing_runs
finish
