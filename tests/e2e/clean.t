#!/bin/bash
# Nothing is left behind, and nothing wrong is believed later: after Ctrl-C, after SIGKILL, on a full
# disk, and with several rigs at once.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

use_probes <<YAML
- {name: sleeper, description: d, program: sleeper, args: ["$T"], timeout: 120}
- {name: daemon, description: d, program: daemon, args: ["$T"]}
- {name: unlucky, description: d, program: memory, args: ["0"]}
- {name: files, description: d, program: files}
YAML

# begin ARGUMENT...: starts a rig in a process group of its own, and waits until it starts a program
begin() {
	set -m
	"$A64RIG" run -c sleeper "$@" >"$out" 2>"$err" </dev/null &
	rig=$!
	set +m
	within 20 pgrep -f "qemu-aarch64.*sleeper $T" >/dev/null
}

end() {
	{ wait "$rig"; } 2>/dev/null
	status=$?
}

for target in rig group; do
	for walls in '' --no-sandbox; do
		# shellcheck disable=SC2086
		ok "a run begins $walls" begin -f json -o "$T/results.json" $walls
		kill -INT "$([ $target = rig ] && echo "$rig" || echo "-$rig")"
		ok "it ends within seconds after Ctrl-C for the $target" \
			within 10 eval '! kill -0 "$rig" 2>/dev/null'
		end
		is "$status" 130 'exit status 130'
		like "$(said)" 'interrupted; nothing was written' 'it says that nothing was written'
		ok 'no process is left' nothing_runs
		ok 'no folder of a run is left' no_folders
		ok 'no output file, whole or half' test -z "$(ls "$T"/results* 2>/dev/null)"
	done
done
for signal in TERM HUP; do
	ok "a run begins" begin
	kill -$signal "$rig"
	end
	is "$status" 130 "SIG$signal: exit status 130"
	ok 'no process is left' nothing_runs
	ok 'no folder of a run is left' no_folders
done

for walls in '' --no-sandbox; do
	# shellcheck disable=SC2086
	ok "a run begins $walls" begin $walls
	kill -KILL "$rig"
	end
	is "$status" 137 'it is killed'
	ok 'its programs die with it' within 5 nothing_runs
	is "$(find "$runs" -mindepth 1 -maxdepth 1 -type d | wc -l)" 1 'it could not remove its folder'
	rig run -c files
	is "$status" 0 'the next one works'
	ok 'and removes the folder' no_folders
done

# A rig that dies while bubblewrap still builds the sandbox, before anything in there could ask to die
# with its parent: bubblewrap waits at the gate until the rig is gone.
mkdir "$T/bin" && mkfifo "$T/gate"
cat >"$T/bin/bwrap" <<SH
#!/bin/sh
case "\$*" in *die-with-parent*) exec $(command -v bwrap) --block-fd 9 "\$@" 9<>"$T/gate" ;; esac
exec $(command -v bwrap) "\$@"
SH
chmod +x "$T/bin/bwrap"
for signal in KILL INT; do
	PATH=$T/bin:$PATH begin
	ok 'its maker waits at the gate' within 10 pgrep -f "bwrap --block-fd.*$T"
	kill -$signal "$rig"
	end
	echo go >"$T/gate" &
	ok "it ends although its rig ended by SIG$signal before it was made" within 10 nothing_runs
	{ kill %% && wait; } 2>/dev/null
done
rig run -c files
ok 'the next one removes their folders' no_folders

rig run -c daemon --no-sandbox
is "$status" 0 'a program leaves a daemon behind'
ok 'which is ended' nothing_runs
ok 'no folder is left' no_folders

rig run -c files --keep
is "$status" 0 'a run that is to be kept'
asked=$(sed -n 's/^a64rig: the runs are left in //p' "$err")
ok 'its folder is left' test -d "$asked"
for _ in 1 2 3 4 5 6 7 8; do
	rig run -c unlucky
done
is "$status" 1 'runs with something unexpected'
last=$(sed -n 's/^a64rig: the runs are left in //p' "$err")
ok 'leave their folders' test -s "$last/probe_unlucky.glibc.cortex-a72.0/stderr"
is "$(find "$runs" -mindepth 1 -maxdepth 1 -type d ! -path "$asked" | wc -l)" 6 \
	'but only that and the five before it'
ok 'the folder that was asked for is still there' test -s "$asked/probe_files.glibc.max.0/command"
rm -r "$runs"

# A full disk
mkdir -p "$runs"
if mount -t tmpfs -o size=4m none "$runs" 2>/dev/null; then
	at_exit+=('umount "$runs" 2>/dev/null')
	dd if=/dev/zero of="$runs/filler" bs=4k 2>/dev/null
	rig run -c files -c unlucky -f json
	is "$status" 3 'on a full disk: exit status 3'
	like "$(cat "$err" "$out")" '[Nn]o space left' 'for want of space'
	is "$(json '[.findings[].verdict] | unique | join(" ")')" rig-fault \
		'nothing is said about the subject'
	rm "$runs/filler"
	ok 'nothing is left there' no_folders
	rig run -c files -f json
	is "$status $(of probe/files .verdict)" '0 ok' 'with space again all is right'

	# Room enough for the run, not for the core.
	export A64RIG_DATA=$TOP
	ln -sfn "$REAL_PREPARED/cases/verdicts" "$XDG_CACHE_HOME/a64rig/prepared/cases/verdicts"
	rig run -c bare-lse -f json
	is "$status $(of verdicts/bare-lse .verdict)" '3 rig-fault' 'a core that does not fit is a rig fault'
	like "$(of verdicts/bare-lse .reason)" 'no space left on the disk' 'and says so'
	ok 'nothing is left there' no_folders
	umount "$runs"
	rig run -c bare-lse -f json
	is "$status $(of verdicts/bare-lse '[.verdict, .fault.mnemonic] | join(" ")')" \
		'0 flagged ldaddal' 'with space again it is flagged'
else
	skip 'a full disk' 'only root can mount a small disk'
fi

# Several at once, with the same cache
XDG_CACHE_HOME=$T/shared
export A64RIG_DATA=$TOP
use_prepared
work=(run -f json -j 2 -c edges -c size-classes -s 'mimalloc-2.1.9-*' -s glibc)
gist='[.findings[] | [.case, .subject, .verdict, .fault.insn, .fault.offset, .fault.function]]'
rig "${work[@]}"
is "$status" 0 'one rig alone'
jq -c "$gist" "$out" >"$T/alone"
for number in 2 4; do
	rigs=()
	for i in $(seq "$number"); do
		"$A64RIG" "${work[@]}" >"$T/out.$i" 2>"$T/err.$i" </dev/null &
		rigs+=($!)
	done
	statuses=
	for i in $(seq "$number"); do
		wait "${rigs[i - 1]}"
		statuses+=$?
		ok "$number rigs at once: number $i sees what one alone sees" \
			diff "$T/alone" <(jq -c "$gist" "$T/out.$i")
	done
	like "$statuses" '^0+$' "$number rigs at once: all as expected"
done
is "$(ls -A "$XDG_CACHE_HOME/a64rig/runs")" '' 'no folder is left'
ok 'no process is left' nothing_runs
finish
