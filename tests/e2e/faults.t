#!/bin/bash
# What goes wrong with guests is told as a fault of the rig, never as a finding about the subject, and
# the next run works: QEMU that dies, damaged files, guests that panic, hang or speak garbage, cases
# that take all they can get.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

use_probes <<YAML
- {name: passes, description: d, program: environment}
- {name: sleeper, description: d, program: sleeper, timeout: 120}
- {name: fill, description: d, program: fill}
- {name: bomb, description: d, program: bomb}
- {name: eater, description: d, program: memory, args: ["100000"], memory: 120000}
- {name: talker, description: d, program: talker, timeout: 2}
- {name: ports, description: d, program: ports}
YAML
use_guests
real=${REAL_PREPARED%/prepared}/images
store=$XDG_CACHE_HOME/a64rig
one=(--engine system -f json)

# begin CASE [ARGUMENT...]: in the background
begin() {
	"$A64RIG" run "${one[@]}" -c "$@" >"$out" 2>"$err" </dev/null &
	rig=$!
}

# kill_all: until the rig has ended, every guest of it
kill_all() {
	while kill -0 "$rig" 2>/dev/null; do
		kill_guests
		sleep 0.05
	done
	end
}

end() {
	{ wait "$rig"; } 2>/dev/null
	status=$?
}

works() {
	rig run "${one[@]}" -c passes
	is "$status $(of probe/passes .verdict)" '0 ok' "the next run works: $1"
	ok 'no guest is left' within 5 eval '! guest_runs'
}

# Guests that cannot be used, in caches of their own: an initrd with another first process, and a
# command line that tells it what to do. That one hangs takes two minutes to tell: meanwhile the others.
bad=$T/bad
mkdir -p "$bad/images" "$bad/prepared/guest"
cp -a --reflink=auto "$real/debian-12" "$bad/images"
ln -s "$store/prepared/"{cases,subjects,sysroot} "$bad/prepared"
aarch64-linux-gnu-gcc -std=gnu11 -D_GNU_SOURCE -O1 -static -o "$bad/prepared/guest/a64rig-guest" \
	"$TOP/tests/e2e/probes/init.c"
mkdir "$T/first" && ln -s "$bad" "$T/first/a64rig"
XDG_CACHE_HOME=$T/first rig image build
is "$status" 0 'an image with another first process'
unusable=(end speak hang)
declare -A bad_rig
for how in "${unusable[@]}"; do
	cache=$T/cache-$how
	mkdir -p "$cache/a64rig" "$T/data-$how"
	ln -s "$bad/images" "$bad/prepared" "$cache/a64rig"
	ln -s "$T/data/cases" "$TOP/images" "$T/data-$how"
	cp -r "$TOP/rig" "$T/data-$how/rig"
	sed -i "s|\${cmdline}|& $how|" "$T/data-$how/rig/domain.xml"
	XDG_CACHE_HOME=$cache A64RIG_DATA=$T/data-$how "$A64RIG" run "${one[@]}" -c passes \
		>"$T/out.$how" 2>"$T/err.$how" </dev/null &
	bad_rig[$how]=$!
done

# told HOW MESSAGE: by the rig with the guest that cannot be used
told() {
	{ wait "${bad_rig[$1]}"; } 2>/dev/null
	is "$?" 3 "a guest whose init $1s: exit status 3"
	like "$(cat "$T/err.$1")" "$2" 'says what happened'
	like "$(cat "$T/err.$1")" "last lines: .*(Kernel panic|this is the init that $1s)" 'and what the guest said last'
}

# QEMU dies
begin passes
ok 'a guest boots' within 30 grep -q . "$store/snapshots/cortex-a72.debian-12.console"
kill_guests
end
is "$status" 3 'QEMU is killed while it boots: exit status 3'
like "$(said)" 'the guest with cortex-a72 ended while it booted' 'says so'
ok 'no snapshot is left of that' test -z "$(find "$store/snapshots" -name '*.key-*' -o -name '*.making')"
works 'after QEMU died in a boot'
begin passes
ok 'a guest is restored' within 30 guest_runs incoming
kill_guests
end
is "$status $(of probe/passes .verdict)" '3 rig-fault' 'QEMU is killed while it restores: a rig fault'
like "$(of probe/passes .reason)" 'guest|QEMU' 'says so'
rm -r "$runs"
works 'after QEMU died in a restore'
begin sleeper
ok 'a case runs' within 30 eval 'test -e "$(echo "$runs"/*/*sleeper*cortex-a72*/stdout)"'
kill_all
is "$status $(of probe/sleeper .verdict)" '3 rig-fault' 'QEMU is killed in a case: a rig fault'
like "$(of probe/sleeper .reason)" 'the guest with cortex-a72 ended' 'says so'
works 'after QEMU died in a case'

# Damaged files
snapshot=$(echo "$store"/snapshots/cortex-a72.debian-12.key-*)
for part in ram state; do
	printf 'damage' | dd of="$snapshot/$part" bs=1 seek=4096 conv=notrunc 2>/dev/null
	works "a damaged snapshot's $part"
	like "$(said)" 'booting cortex-a72' 'a new snapshot was made'
	truncate -s 10000 "$snapshot/$part"
	works "half a snapshot's $part"
	rm "$snapshot/$part"
	works "no $part"
done
works 'again'
unlike "$(said)" booting 'from the snapshot that was made'
rm "$store"/disks/*
works 'no data disk'
disk=$(find "$store/disks" -type f ! -name '*.seal')
cp --sparse=always "$disk" "$T/disk"
printf 'damage' | dd of="$disk" bs=1 seek=2000 conv=notrunc 2>/dev/null
works 'a damaged data disk'
ok 'it was made again, the same' cmp "$T/disk" "$disk"
rm "$store/images"
mkdir "$store/images"
cp -a --reflink=auto "$real/debian-12" "$store/images"
for part in root.qcow2 kernel initrd; do
	cp "$store/images/debian-12/$part" "$T/part"
	printf 'damage' | dd of="$store/images/debian-12/$part" bs=1 seek=600 conv=notrunc 2>/dev/null
	rig run "${one[@]}" -c passes
	is "$status" 3 "a damaged $part of the image: exit status 3"
	like "$(said)" "the image 'debian-12' is damaged \\($part is not as .*run 'a64rig image build debian-12'" \
		'the message names it, and the command to run'
	cp "$T/part" "$store/images/debian-12/$part"
done
echo 'name: [' >"$store/images/debian-12/image.yaml"
rig run "${one[@]}" -c passes
is "$status" 3 'a damaged record of the image: exit status 3'
like "$(said)" "the image 'debian-12' is damaged .*run 'a64rig image build debian-12'" 'the command to run'
cp "$real/debian-12/image.yaml" "$store/images/debian-12"
works 'an image that is whole again'

# Cases that take what they can
rig run "${one[@]}" -c fill -c bomb -c ports
is "$status" 0 'a full disk, a fork bomb, a look at the ports: exit status 0'
for case in fill bomb ports; do
	is "$(of "probe/$case" '[.verdict, .baseline.stderr // ""] | join(" ")')" 'ok ' "$case is bounded"
done
rig run "${one[@]}" -c eater
is "$status $(of probe/eater .verdict)" '3 rig-fault' 'all memory of a guest: a rig fault'
like "$(of probe/eater .reason)" "the guest's memory was not enough" 'says so'
rig run "${one[@]}" -c talker
is "$(of probe/talker '[.verdict, .baseline.timed_out] | join(" ")')" 'broken true' \
	'a case that prints for ever times out'
rig run "${one[@]}" --isolation guest -c fill -c bomb -c eater -c talker -c passes
is "$(of probe/passes .verdict)" ok 'one guest survives all of them'

# A kernel that the CPU cannot run
if [ -d "$real/debian-12-16k" ]; then
	rm -r "$store/images"
	ln -s "$real" "$store/images"
	rig run "${one[@]}" -c passes --image debian-12-16k
	is "$status" 3 'a kernel with 16K pages on cortex-a72: exit status 3'
	like "$(said)" "'cortex-a72' cannot boot the image 'debian-12-16k'.*16K.*translates" 'says why, and boots nothing'
	unlike "$(said)" booting 'nothing is booted'
else
	skip 'a kernel with 16K pages' "the image is not built; run 'a64rig image build debian-12-16k'"
fi

told end 'the guest with cortex-a72 ended while it booted.*Kernel panic'
told speak "the guest with cortex-a72.* agent does not answer"
told hang 'the guest with cortex-a72 did not boot in time'
ok 'no process is left' within 5 nothing_runs
ok 'nor a folder' within 5 no_runtime
finish
