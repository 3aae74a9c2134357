#!/bin/bash
# What is run can't: reach the network, see or change the user's files, see other processes, outlive
# its run, exceed its limits, become root. As the user who tests and, for root, as nobody too.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

secret=$T/home/secret
mkdir -p "$T/home"
echo hidden >"$secret"
chmod 755 "$T" "$T/home"
chmod 666 "$secret"
export HOME=$T/home A64RIG_TEST_TOKEN=hidden

# A server on the host's loopback, and one on an abstract socket.
perl -MIO::Socket::INET -MIO::Socket::UNIX -e '
	$tcp = IO::Socket::INET->new(Listen => 64, LocalAddr => "127.0.0.1") or die;
	$unix = IO::Socket::UNIX->new(Listen => 64, Local => "\0$ARGV[0]") or die;
	$| = 1; print $tcp->sockport, "\n"; sleep 300' "$T" >"$T/port" &
server=$!
at_exit+=('kill $server 2>/dev/null')
ok 'a server listens on the host' within 10 test -s "$T/port"

use_probes <<YAML
- {name: files, description: d, program: files, args: [/usr/a64rig-probe, /etc/a64rig-probe,
   /a64rig-probe, /rig/a64rig-probe, /rig/case/a64rig-probe, /rig/case/files, /rig/launch,
   /rig/subject/a64rig-probe, /sysroot/a64rig-probe, /dev/a64rig-probe, /var/tmp/a64rig-probe,
   /proc/sys/kernel/hostname, $secret, read=$secret, read=/etc/shadow, read=/etc/hostname]}
- {name: secret, description: d, program: files, args: ["read=$secret"]}
- {name: network, description: d, program: network, args: ["$(cat "$T/port")", "$T"]}
- {name: processes, description: d, program: processes}
- {name: daemon, description: d, program: daemon, args: ["$T"]}
- {name: memory, description: d, program: memory, args: ["2048"], memory: 1024}
- {name: giant, description: d, program: giant}
- {name: bomb, description: d, program: bomb}
- {name: root, description: d, program: root}
- {name: environment, description: d, program: environment, args: [A64RIG_TEST_TOKEN]}
- {name: hog, description: d, program: hog, args: ["$T"], timeout: 1}
- {name: sleeper, description: d, program: sleeper, args: ["$T"], timeout: 600}
YAML

# as [WRAPPER...] - the whole test, with a64rig started by the wrapper
as() {
	local who=$1 case
	shift
	walled() {
		"${wrapper[@]}" "$A64RIG" "$@" >"$out" 2>"$err" </dev/null
		status=$?
	}
	wrapper=("$@")
	walled run -f json -c files -c network -c processes -c root -c environment -c memory -c giant
	is "$status" 0 "as $who: exit status"
	for case in files network processes root environment memory giant; do
		is "$(of "probe/$case" .verdict)" ok "as $who: $case"
	done
	[ "$status" = 0 ] || note "$(jq -c '.findings[] | [.case, .baseline, .reference]' "$out")"

	walled run -f json -c bomb
	is "$(of probe/bomb .verdict)" ok "as $who: a fork bomb is bounded"
	ok "as $who: nothing of it is left" nothing_runs

	walled run -f json -c daemon
	is "$(of probe/daemon .verdict)" ok "as $who: a program leaves a daemon behind"
	ok "as $who: which has ended with it" nothing_runs

	walled run -f json -c hog
	is "$(of probe/hog '[.verdict, .baseline.timed_out, .reference.timed_out] | join(" ")')" \
		'broken true true' "as $who: a deaf hog of CPU time is ended"
	ok "as $who: and is gone" nothing_runs

	walled run -f json -c secret --no-sandbox
	is "$(of probe/secret .verdict)" broken "as $who: without the walls it reads the user's files"
	walled run -f json -c network --no-sandbox
	is "$(of probe/network .verdict)" broken "as $who: and reaches the network"
	walled run -f json -c daemon --no-sandbox
	is "$(of probe/daemon .verdict)" ok "as $who: without the walls a daemon"
	ok "as $who: is ended as well" nothing_runs
	walled run -f json -c hog --no-sandbox
	is "$(of probe/hog .verdict)" broken "as $who: without the walls a hog"
	ok "as $who: is ended as well" nothing_runs

	for case in '' --no-sandbox; do
		# shellcheck disable=SC2086
		"${wrapper[@]}" "$A64RIG" run -c sleeper $case >"$out" 2>"$err" </dev/null &
		ok "as $who: a long run begins $case" within 10 pgrep -f "qemu-aarch64.*sleeper $T"
		kill -KILL $!
		{ wait $!; } 2>/dev/null
		ok "as $who: it dies with a rig that is killed" within 5 nothing_runs
	done
}

cp "$A64RIG" "$(dirname "$A64RIG")/a64rig-launch" "$T"
A64RIG=$T/a64rig
as "$(id -un)" env

if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups bwrap --ro-bind / / \
	--unshare-pid --proc /proc true 2>/dev/null; then
	store=$XDG_CACHE_HOME/a64rig/prepared
	rm "$T/data/rig" "$store/sysroot"
	cp -r "$TOP/rig" "$T/data/rig"
	cp -a "$REAL_PREPARED/sysroot" "$store/sysroot"
	chown -R 65534:65534 "$XDG_CACHE_HOME"
	as nobody setpriv --reuid=65534 --regid=65534 --clear-groups
else
	skip 'as nobody' 'only root can become nobody, where bubblewrap works'
fi

mkdir "$T/bin"
ln -s "$(command -v qemu-aarch64)" "$T/bin"
PATH=$T/bin "$A64RIG" run -c environment >"$out" 2>"$err"
is "$?" 3 'without bubblewrap nothing is run'
like "$(said)" 'no bubblewrap in PATH.*apt install bubblewrap.*--no-sandbox' 'and it says what to do'
PATH=$T/bin "$A64RIG" run -f json -c memory -c giant --no-sandbox >"$out" 2>"$err"
is "$?" 0 'unless told --no-sandbox, with the same limits'
printf '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n' >"$T/bin/bwrap"
chmod +x "$T/bin/bwrap"
PATH=$T/bin:/bin "$A64RIG" run -c environment >"$out" 2>"$err"
is "$?" 3 'with a bubblewrap that cannot work nothing is run'
like "$(said)" 'No permissions to create new namespace.*--no-sandbox' 'and it says why'
finish
