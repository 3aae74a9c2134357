#!/usr/bin/env bash
# scripts/prepare on a copy of the user's own store: what is ready is left alone, what is damaged is
# made again, and a run that cannot end well leaves nothing half done.
. "$(dirname "$0")/lib.sh"

REAL=${REAL_PREPARED%/prepared}
store=$XDG_CACHE_HOME/a64rig
tree=$T/tree
one=mimalloc-2.0.9-armv8-a
two=mimalloc-2.0.9-armv8.1-a
offline=(unshare -rn)

[ -e "$REAL/fetched/packages/.sums" ] || skip_all "nothing is prepared in $REAL; run 'make prepare'"
mkdir -p "$store" "$tree"
cp -a "$REAL/fetched" "$REAL/prepared" "$store"
cp -r "$TOP/scripts" "$TOP/cases" "$TOP/images" "$tree"

# prepare COMMAND...: what it says goes to $out and $err
prepare() {
	"$@" >"$out" 2>"$err" </dev/null
	status=$?
}

built() { sed -n 's/^  build  *\([^ ]*\) .*/\1/p' "$out" | sort | paste -sd ' '; }
not_ready() { "$tree/scripts/prepare" --list | awk '$2 != "ready" { print $1, $2 }' | paste -sd ' '; }
library() { echo "$store/prepared/subjects/$1/libmimalloc.so"; }
making_library() { [ ! -e "$store/making/stale" ] && [ -d "$store/making/subject-$one/.work" ]; }
no_prepare_runs() { ! pgrep -f "$store/making" >/dev/null; }

prepare "$tree/scripts/prepare"
is "$status" 0 'the store is brought up to date' || note "$(said)"

if "${offline[@]}" true 2>/dev/null; then
	prepare "${offline[@]}" "$tree/scripts/prepare"
	is "$status $(wc -l <"$out")" '0 1' 'a second run does nothing, and needs no network'
	prepare env XDG_CACHE_HOME="$T/first" "${offline[@]}" "$tree/scripts/prepare"
	is "$status" 3 'a first set-up without a network cannot end well'
	like "$(said)" 'could not be fetched from .*check the network.*run it again' 'it says why, and what to do'
	is "$(find "$T/first/a64rig/fetched" "$T/first/a64rig/prepared/subjects" -type f | wc -l)" 0 'nothing half fetched is left'
else
	skip 'without a network' 'no network namespaces here'
fi

before=$(sha256sum <"$(library $one)")
rm "$(library $one)"
truncate -s 1000 "$(library $two)"
is "$(not_ready)" "subject/$one damaged subject/$two damaged" 'a missing file and a short one are noticed'
prepare "$tree/scripts/prepare"
is "$(built)" "$one $two" 'the damaged are made again, and only they'
is "$(sha256sum <"$(library $one)")" "$before" 'a library made again is the same, byte for byte'
rm "$store/prepared/sysroot/.sums"
is "$(not_ready | cut -d ' ' -f 1,2)" 'sysroot damaged' 'an item without its stamp is not trusted'
prepare "$tree/scripts/prepare"
is "$status" 0 'nor is it fetched again: it is unpacked from what was fetched'

sed -i "s/^\($one .*\)/\1 -mtune=cortex-a53/" "$tree/cases/subjects/recipes"
is "$(not_ready)" "subject/$one outdated" 'a changed recipe concerns its own subject alone'

"$tree/scripts/prepare" >"$out" 2>&1 &
pid=$!
ok 'the changed subject is being built' within 60 making_library
kill -KILL $pid
wait $pid 2>/dev/null
ok 'nothing lives on after a SIGKILL' within 30 no_prepare_runs
is "$(not_ready)" "subject/$one outdated" 'and the old subject is whole'

touch "$store/making/stale"
"$tree/scripts/prepare" >"$T/first.out" 2>&1 &
pid=$!
ok 'what it left is no obstacle' within 60 making_library
prepare "$tree/scripts/prepare"
is "$status" 0 'a second prepare at the same time ends well'
like "$(said)" 'waiting for another prepare' 'it says that it waits'
wait $pid
is "$?" 0 'and so does the first'
is "$(built) $(not_ready)" ' ' 'each thing is built once'

rm -r "$(dirname "$(library $one)")"
"$tree/scripts/prepare" >"$out" 2>&1 &
pid=$!
ok 'again one is being built' within 60 making_library
kill -TERM $pid
wait $pid
is "$?" 143 'SIGTERM ends it'
is "$(ls -d "$store/making" 2>/dev/null)" '' 'and what it was making is removed'

rm -r "$store/fetched/mimalloc-2.0.9"
mkdir "$T/mirror"
prepare env A64RIG_MIRROR="file:$T/mirror" "$tree/scripts/prepare"
is "$status" 0 'a source that is gone from the mirror is no error of the whole'
like "$(cat "$store/prepared/subjects/$one.unavailable")" '^mimalloc_2.0.9.* no longer on' 'its subject tells the reason'
is "$(not_ready)" "source/mimalloc-2.0.9 unavailable: subject/$one unavailable: subject/$two unavailable:" \
	'--list tells it, too'

roomless='mount -t tmpfs -o size=32m none "$0" && XDG_CACHE_HOME=$0 exec "$1"'
mkdir "$T/small"
if unshare -rm true 2>/dev/null; then
	prepare unshare -rm sh -c "$roomless" "$T/small" "$tree/scripts/prepare"
	is "$status" 3 'a file system without room is refused'
	like "$(said)" 'MB of room.*XDG_CACHE_HOME' 'with what is needed'
else
	skip 'without room' 'no mount namespaces here'
fi

: >"$T/file"
prepare env XDG_CACHE_HOME="$T/file" "$tree/scripts/prepare"
is "$status" 3 'a cache that cannot be made is refused'
like "$(said)" 'cannot be written' 'with a reason'
mkdir "$T/bin"
for tool in bash readlink dirname nproc; do
	ln -s "$(command -v $tool)" "$T/bin"
done
prepare env PATH="$T/bin" "$tree/scripts/prepare"
like "$status $(said)" '^3 .*not installed: .*cmake.*run scripts/setup' 'missing tools are named, and who installs them'
prepare "$tree/scripts/prepare" everything
is "$status" 2 'an unknown argument is a usage error'
prepare "$tree/scripts/prepare" -h
like "$status $(<"$out")" '^0 usage: ' '-h tells how it is used'

missing=
while read -r path; do
	[ -e "$REAL_PREPARED/subjects/$path" ] || [ -e "$REAL_PREPARED/subjects/${path%/*}.unavailable" ] ||
		[ -e "$REAL_PREPARED/sysroot$path" ] || missing+=" $path"
done < <(sed -n 's/^library: //p' "$TOP"/cases/subjects/*.yaml)
is "$missing" '' 'every subject has its library in the store, or a reason why not'
finish
