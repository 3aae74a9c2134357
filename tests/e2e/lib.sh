# shellcheck shell=bash
# lib.sh - what the tests of the command share: TAP, a folder that goes away, the command itself.
#
#	. "$(dirname "$0")/lib.sh"
#	rig run -s glibc -c edges           # fills $out, $err (files) and $status
#	is "$status" 0 'all is well'
#	finish
#
# Each test has caches and configuration of its own below $T; what is prepared is only read.
set -u
# Who starts the tests in the background has these ignored, and a shell cannot undo that; programs
# under test are to meet them as they come from a terminal.
if [ $((0x$(sed -n 's/^SigIgn:\t//p' /proc/$$/status) & 2)) != 0 ]; then
	exec env --default-signal=INT,QUIT "$BASH" "$0" "$@"
fi
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
A64RIG=${A64RIG:-$TOP/build/a64rig}
export A64RIG_DATA=$TOP
REAL_PREPARED=${XDG_CACHE_HOME:-$HOME/.cache}/a64rig/prepared
T=$(mktemp -d "${TMPDIR:-/tmp}/a64rig-test.XXXXXX")
T=$(cd "$T" && pwd -P)
out=$T/out err=$T/err status=0
count=0 failures=0

at_exit=()
leave() {
	local action
	for action in "${at_exit[@]}"; do
		eval "$action"
	done
	chmod -R u+rwX "$T" 2>/dev/null
	rm -rf "$T"
}
trap leave EXIT
trap 'exit 129' HUP INT TERM

unset A64RIG_QEMU NO_COLOR
export XDG_CACHE_HOME=$T/cache XDG_CONFIG_HOME=$T/config
export LC_ALL=C.UTF-8
runs=$XDG_CACHE_HOME/a64rig/runs

# report STATUS NAME: one line of TAP
report() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
		return 0
	fi
	failures=$((failures + 1))
	echo "not ok $count - $2"
	return 1
}

note() {
	printf '%s\n' "$*" | sed 's/^/# /' >&2
}

# ok NAME COMMAND...: the command succeeds.
ok() {
	local name=$1
	shift
	"$@" >"$T/said" 2>&1
	report $? "$name" || note "failed: $*" "$(head -c 2000 "$T/said")"
}

# is GOT WANTED NAME
is() {
	[ "$1" = "$2" ]
	report $? "$3" || note "got:    $1"$'\n'"wanted: $2"
}

# like TEXT REGEX NAME, and its opposite; extended regular expressions
like() {
	[[ $1 =~ $2 ]]
	report $? "$3" || note "got:    $1"$'\n'"wanted: $2"
}

unlike() {
	! [[ $1 =~ $2 ]]
	report $? "$3" || note "got:      $1"$'\n'"unwanted: $2"
}

# skip NAME REASON
skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

finish() {
	echo "1..$count"
	exit $((failures > 0))
}

rig() {
	"$A64RIG" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# json FILTER: of the last run's result
json() {
	jq -r "$1" "$out"
}

# of CASE FILTER: of the finding of this case (SUITE/CASE), the first subject's
of() {
	jq -r --arg case "$1" "[.findings[] | select(.case == \$case)][0] | $2" "$out"
}

said() {
	cat "$err"
}

# A cache with all that is prepared and the packages that were fetched, and nothing else. Packages
# that are fetched now stay for the next test: they are kept by their content.
use_prepared() {
	[ -d "$REAL_PREPARED/sysroot" ] ||
		skip_all "nothing is prepared in $REAL_PREPARED; run 'make prepare'"
	local store
	mkdir -p "$XDG_CACHE_HOME/a64rig" "${REAL_PREPARED%/prepared}"/{packages,debian}
	for store in prepared packages debian; do
		ln -sfn "${REAL_PREPARED%/prepared}/$store" "$XDG_CACHE_HOME/a64rig/$store"
	done
}

# The images that are built, for guests; the default one must be.
use_image() {
	local real=${REAL_PREPARED%/prepared}/images
	command -v qemu-system-aarch64 >/dev/null || skip_all 'no qemu-system-aarch64'
	mkdir -p "$XDG_CACHE_HOME/a64rig"
	ln -sfn "$real" "$XDG_CACHE_HOME/a64rig/images"
	"$A64RIG" image list >"$T/images" 2>&1 </dev/null
	grep -q '^debian-12 *built' "$T/images" ||
		skip_all "$(grep '^debian-12 ' "$T/images" || cat "$T/images"); run 'a64rig image build'"
}

# A data folder and a prepared store with the suite "probe" alone: reads cases as YAML list items
# from stdin, builds their programs from tests/e2e/probes.
use_probes() {
	local source store=$XDG_CACHE_HOME/a64rig/prepared
	command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
	[ -d "$REAL_PREPARED/sysroot" ] ||
		skip_all "nothing is prepared in $REAL_PREPARED; run 'make prepare'"
	mkdir -p "$T/data/cases/probe" "$T/data/cases/subjects" "$store/cases/probe/glibc" \
		"$store/subjects"
	ln -sfn "$TOP/rig" "$T/data/rig"
	cp "$TOP/cases/subjects/glibc.yaml" "$T/data/cases/subjects"
	ln -sfn "$REAL_PREPARED/sysroot" "$store/sysroot"
	{
		printf 'suite: probe\ndescription: what the tests run\ncases:\n'
		cat
	} >"$T/data/cases/probe/suite.yaml"
	for source in "$TOP"/tests/e2e/probes/*.c; do
		aarch64-linux-gnu-gcc -std=gnu11 -D_GNU_SOURCE -march=armv8-a -Wall -Wextra \
			-Werror -O1 -g -pthread \
			-o "$store/cases/probe/glibc/$(basename "$source" .c)" "$source" ||
			skip_all "cannot build $source"
	done
	export A64RIG_DATA=$T/data
}

# within SECONDS COMMAND...: waits for what must come true, and fails at the deadline.
within() {
	local until=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.05
	done
}

# After use_probes: guests, which need recipes and the guest's program too, and a runtime folder of
# their own, whose name has to be short.
use_guests() {
	ln -sfn "$TOP/images" "$T/data/images"
	ln -sfn "$REAL_PREPARED/guest" "$XDG_CACHE_HOME/a64rig/prepared/guest"
	use_image
	XDG_RUNTIME_DIR=$(mktemp -d /tmp/rig.XXXXXX)
	export XDG_RUNTIME_DIR
	at_exit+=('rm -rf "$XDG_RUNTIME_DIR"')
}

# guests [PATTERN]: the QEMUs of the test's cache, which is in their command lines: all, or those alone
# whose command line has the pattern after that.
guests() {
	pgrep -f "qemu-system-aarch64 .*guest=rig-.*$XDG_CACHE_HOME/.*${1:-}"
}

guest_runs() {
	guests "$@" >/dev/null
}

kill_guests() {
	# shellcheck disable=SC2046
	kill -KILL $(guests) 2>/dev/null
}

# Nothing of a rig is left in the runtime folder.
no_runtime() {
	[ -z "$(ls -A "$XDG_RUNTIME_DIR")" ]
}

# Processes whose command line names the test's folder, without the test itself and its helpers.
ours() {
	pgrep -f "(qemu-aarch64|qemu-system-aarch64|a64rig-launch|bwrap).*$T"
}

nothing_runs() {
	! ours >/dev/null
}

# Folders of runs that no rig holds.
no_folders() {
	[ -z "$(ls -A "$runs" 2>/dev/null)" ]
}
