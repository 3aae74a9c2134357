#!/bin/bash
# A rig with guests that ends, however that comes about, leaves nothing behind and nothing half made
# that is believed later: signals, SIGKILL, several rigs, full disks, folders that cannot be used.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

use_probes <<YAML
- {name: passes, description: d, program: environment}
- {name: sleeper, description: d, program: sleeper, timeout: 120}
YAML
use_guests
store=$XDG_CACHE_HOME/a64rig
one=(--engine system -f json)
mkdir -p "$runs"

# begin CASE: in the background, in a process group of its own
begin() {
	rm -rf "${runs:?}"/*
	set -m
	(trap - EXIT HUP INT TERM && exec "$A64RIG" run "${one[@]}" -c "$1") >"$out" 2>"$err" </dev/null &
	rig=$!
	set +m
}

end() {
	{ wait "$rig"; } 2>/dev/null
	status=$?
}

gone() {
	! kill -0 "$rig" 2>/dev/null
}

# It has begun to boot: the console says something. A case runs: what it says is taken.
boots() {
	rm -rf "$store/snapshots"
	begin passes
	within 30 grep -qs . "$store/snapshots/cortex-a72.debian-12.console"
}

runs_case() {
	begin sleeper
	within 60 eval 'compgen -G "$runs/*/*sleeper*/stdout" >/dev/null'
}

works() {
	rig run "${one[@]}" -c passes
	is "$status $(of probe/passes .verdict)" '0 ok' "the next run works: $1"
	ok 'and leaves no folder' within 5 eval 'no_folders && no_runtime'
}

clean() {
	ok "$1: no guest is left" within 5 nothing_runs
	ok "$1: no runtime folder is left" within 5 no_runtime
	ok "$1: no half snapshot" test -z "$(ls -d "$store"/snapshots/*.making 2>/dev/null)"
}

for moment in boots runs_case; do
	for signal in INT TERM HUP; do
		ok "a rig $moment" $moment
		kill -$signal "$rig"
		ok "it ends within seconds after SIG$signal" within 10 gone
		end
		is "$status" 130 'exit status 130'
		clean "SIG$signal"
		ok 'no folder of a run is left' no_folders
	done
	ok "a rig $moment" $moment
	kill -INT "-$rig"
	kill -INT "-$rig" 2>/dev/null
	ok 'it ends within seconds after Ctrl-C twice' within 10 gone
	end
	is "$status" 130 'exit status 130'
	ok 'no guest is left' within 5 nothing_runs
	ok 'no runtime folder is left' within 5 no_runtime
	ok "a rig $moment" $moment
	kill -KILL "$rig"
	end
	is "$status" 137 "it is killed"
	ok 'its guests die with it' within 5 nothing_runs
	ok 'the guard removes the runtime folder' within 5 no_runtime
	works "after SIGKILL when a rig $moment"
	ok 'no half snapshot is left' test -z "$(ls -d "$store"/snapshots/*.making 2>/dev/null)"
done

# Two rigs, and no snapshot
rm -r "$store/snapshots"
for number in 1 2; do
	"$A64RIG" run "${one[@]}" -c passes >"$T/out.$number" 2>"$T/err.$number" </dev/null &
	rigs[number]=$!
done
for number in 1 2; do
	wait "${rigs[number]}"
	is "$? $(jq -r '.findings[0].verdict' "$T/out.$number")" '0 ok' "two rigs at once: number $number"
done
is "$(cat "$T"/err.[12] | grep -c '^booting cortex-a72')" 1 'one of them boots'
is "$(cat "$T"/err.[12] | grep -c 'waiting for another rig, which boots cortex-a72')" 1 \
	'the other one waits, and says so'
clean 'two rigs'

# A rig that is killed while another waits for it
ok 'a rig boots' boots
"$A64RIG" run "${one[@]}" -c passes >"$T/out.2" 2>"$T/err.2" </dev/null &
other=$!
ok 'another waits' within 20 grep -q waiting "$T/err.2"
kill -KILL "$rig"
end
wait $other
is "$? $(jq -r '.findings[0].verdict' "$T/out.2")" '0 ok' 'when the first is killed the second boots'
works 'after that'

# Full disks
small() { # FOLDER SIZE
	rm -rf "$1"
	mkdir -p "$1"
	mount -t tmpfs -o "size=$2" none "$1" 2>/dev/null
}
if small "$store/snapshots" 40m; then
	at_exit+=('umount "$store/snapshots" "$store/disks" "$runs" 2>/dev/null')
	rig run "${one[@]}" -c passes
	is "$status" 3 'no space for the snapshot: exit status 3'
	like "$(said)" '[Nn]o space left.*snapshots' 'the message says so'
	clean 'no space for the snapshot'
	ok 'nothing is left of it' eval '! ls -d "$store"/snapshots/*.key-* 2>/dev/null'
	umount "$store/snapshots"
	works 'with space for the snapshot'

	ok 'a small disk for data disks' small "$store/disks" 64k
	rig run "${one[@]}" -c passes
	is "$status" 3 'no space for the data disk: exit status 3'
	like "$(said)" '[Nn]o space left' 'the message says so'
	is "$(ls -A "$store/disks")" '' 'nothing is left of it'
	umount "$store/disks"
	works 'with space for the data disk'

	ok 'a small disk for runs' small "$runs" 64k
	dd if=/dev/zero of="$runs/filler" bs=4k 2>/dev/null
	rig run "${one[@]}" -c passes
	is "$status" 3 'no space for a run: exit status 3'
	like "$(cat "$out" "$err")" '[Nn]o space left' 'the message says so'
	rm -f "$runs/filler"
	clean 'no space for a run'
	umount "$runs"
	works 'with space for a run'
else
	skip 'full disks' 'only root can mount a small disk'
fi

# Folders that cannot be used
for folder in snapshots disks libvirt; do
	mv "$store/$folder" "$T/aside"
	echo 'no folder' >"$store/$folder"
	rig run "${one[@]}" -c passes
	is "$status" 3 "a $folder that is no folder: exit status 3"
	like "$(said)" "'$store/$folder.*'.*: .*" 'the message names it'
	rm "$store/$folder"
	mv "$T/aside" "$store/$folder"
	ok 'no runtime folder is left' within 5 no_runtime
done
works 'with all of them'
short=$XDG_RUNTIME_DIR
for folder in "$T/a-name-that-is-too-long-for-the-names-of-sockets-in-it" /nowhere; do
	[ "$folder" = /nowhere ] || mkdir "$folder"
	XDG_RUNTIME_DIR=$folder
	rig run "${one[@]}" -c passes
	is "$status" 0 "XDG_RUNTIME_DIR=$(basename "$folder") is not used"
done
unset XDG_RUNTIME_DIR
rig run "${one[@]}" -c passes
is "$status" 0 'no XDG_RUNTIME_DIR'
export XDG_RUNTIME_DIR=$short
clean 'the end'
finish
