#!/bin/bash
# Images: what the command says of them, what it notices, and what is left of a build that fails or
# is interrupted. A whole build takes a minute and is not repeated here: a copy of the one that is
# there serves.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
real=$(dirname "$REAL_PREPARED")/images/debian-12
images=$XDG_CACHE_HOME/a64rig/images
mkdir -p "$XDG_CACHE_HOME/a64rig" "$XDG_CONFIG_HOME/a64rig/images"

recipe() {
	printf '%s\n' "name: $1" 'description: for a test' 'suite: bookworm' 'packages: [bash]' \
		'kernel: linux-image-cloud-arm64' 'page: 4' 'size: 256' 'sources: [none]'
}

# What a build leaves, but for its lock.
left() { find "$images" -mindepth 1 -maxdepth 1 ! -name '*.lock' -printf '%f ' 2>/dev/null; }
builds() { pgrep -f "(mmdebstrap|apt-get|qemu-system).*$T"; }
none_builds() { ! builds >/dev/null; }
at_exit+=('builds | xargs -r kill -9')

# Usage.
rig image
is "$status" 2 'without a word it does nothing'
like "$(said)" 'image takes build, list, show or remove' 'and says what it takes'
rig image bild
is "$status" 2 'another word is refused'
rig image show
is "$status" 2 'show wants a name'
rig image show debian-12 debian-12-16k
is "$status" 2 'one'
rig image remove
is "$status" 2 'remove wants a name, too'
rig image build debian12
is "$status" 2 'an image without a recipe cannot be built'
like "$(said)" "unknown image 'debian12'; did you mean 'debian-12'" 'and the nearest is named'
rig image list --names
is "$(xargs <"$out")" 'debian-12 debian-12-16k' 'the names'
rig image list
like "$(cat "$out")" 'debian-12 +missing +Debian 12' 'nothing is built'
rig image show debian-12
like "$(cat "$out")" 'kernel +linux-image-cloud-arm64.*state +missing' 'the recipe is shown all the same'
rig image remove debian-12
is "$status" 0 'what is not there is soon removed'

# Recipes of the user.
own=$XDG_CONFIG_HOME/a64rig/images
recipe mine >"$own/mine.yaml"
recipe debian-12-16k >"$own/debian-12-16k.yaml"
rig image list
like "$(cat "$out")" 'debian-12-16k +missing +for a test' 'a recipe of the user replaces its namesake'
like "$(cat "$out")" 'mine +missing' 'and stands beside the others'
rm "$own/debian-12-16k.yaml"
recipe bad | sed 's/page: 4/page: 5/' >"$own/bad.yaml"
rig image list
is "$status" 2 'a bad recipe is refused'
like "$(said)" 'bad.yaml: page: 5 is none of 4, 16 and 64' 'with its file and the reason'
recipe bad | sed 's/^kernel:/kernal:/' >"$own/bad.yaml"
rig image build
is "$status" 2 'by build, too'
like "$(said)" "bad.yaml:5: unknown key 'kernal'; did you mean 'kernel'" 'with the line'
rm "$own/bad.yaml"

# Without the guest's program.
rig image build
is "$status" 3 'nothing is built where nothing is prepared'
like "$(said)" "guest/a64rig-guest is not there; run 'make prepare'" 'and the way out is named'

prepared=$XDG_CACHE_HOME/a64rig/prepared
mkdir -p "$prepared/guest"
echo 'stands for a program' >"$prepared/guest/a64rig-guest"

# What would be done.
A64RIG_MIRROR=http://mirror.invalid/debian rig image build --dry-run
is "$status" 0 'a dry run'
like "$(cat "$out")" 'mmdebstrap --variant=extract.*nodejs.*libguestfs.*initrd' 'tells the steps'
like "$(cat "$out")" 'http://mirror.invalid/debian-security bookworm-security main' 'with the mirror'
is "$(left)" '' 'and does nothing'

# What cannot be done. A mirror that nobody answers for fails at once.
A64RIG_MIRROR=http://127.0.0.1:9/debian rig image build mine
is "$status" 3 'a mirror that does not answer'
like "$(said)" 'could not be fetched: .*A64RIG_MIRROR; the log is ' 'is told, with the way out'
is "$(left)" '.mine.log ' 'only the log is left'
ok 'and can be read' grep -q 127.0.0.1 "$images/.mine.log"
recipe huge | sed 's/size: 256/size: 1048576/' >"$own/huge.yaml"
rig image build huge
is "$status" 3 'an image larger than the disk'
like "$(said)" 'no space left for an image' 'is refused before anything is fetched'
rm "$own/huge.yaml"

# Interrupted: by a mirror that accepts and never answers it stays in the middle for long enough.
perl -MIO::Socket::INET -e '
	my $s = IO::Socket::INET->new(Listen => 50, LocalAddr => "127.0.0.1") or exit 1;
	open(my $f, ">", $ARGV[0]); print $f $s->sockport; close $f;
	while (my $c = $s->accept) { push @kept, $c }' "$T/port" &
silent=$!
at_exit+=("kill $silent 2>/dev/null")
within 10 test -s "$T/port"
A64RIG_MIRROR=http://127.0.0.1:$(<"$T/port")/debian
export A64RIG_MIRROR
start_build() {
	"$A64RIG" image build mine >"$out" 2>"$err" </dev/null &
	build=$!
	within 20 builds >/dev/null
}
start_build
kill -INT $build
wait $build
is "$?" 130 'a build that is interrupted'
like "$(said)" 'interrupted; nothing is left of the build' 'says so'
ok 'nothing of it runs on' within 10 none_builds
is "$(left)" '' 'and nothing is left of it'
start_build
kill -KILL $build
{ wait $build; } 2>/dev/null
ok 'of one that is killed nothing runs on' within 20 none_builds
start_build
kill -TERM $build
wait $build
is "$?" 130 'the next one begins anew'
is "$(left)" '' 'and clears away what the killed one left'
exec 9>"$images/.mine.lock"
flock 9
"$A64RIG" image build mine >"$out" 2>"$err" </dev/null &
build=$!
ok 'a second build waits for the first, and says so' within 10 grep -q 'waiting for another build' "$err"
kill -INT $build
wait $build
is "$?" 130 'and can be interrupted, too'
exec 9>&-
unset A64RIG_MIRROR
rm -r "$prepared"

# A copy of what is built.
if [ ! -e "$real/image.yaml" ]; then
	skip 'the state of an image' "there is none in $real; run 'a64rig image build'"
	finish
fi
ln -s "$REAL_PREPARED" "$prepared"
XDG_CACHE_HOME=${REAL_PREPARED%/a64rig/prepared} rig image list
if ! grep -q '^debian-12 *built' "$out"; then
	skip 'the state of an image' "$(grep '^debian-12 ' "$out"); run 'a64rig image build'"
	finish
fi
copy=$images/debian-12
cp -a "$real" "$copy"
state() {
	rig image list
	sed -n 's/^debian-12  *\([a-z]*\) .*/\1/p' "$out"
}
# damaged NAME REASON: told by list, and with the way out when a guest is to be booted
damaged() {
	is "$(state)" damaged "$1"
	rig image show debian-12
	like "$(cat "$out")" "state +damaged: $2" 'and what it is is told'
}

is "$(state)" built 'a copy is as good, its times notwithstanding'
before=$(stat -c %Y.%Z "$copy/image.yaml")
is "$(state)" built 'and looked at again'
is "$(stat -c %Y.%Z "$copy/image.yaml")" "$before" 'it is not read again'
rig image build
is "$status $(cat "$out")" "0 debian-12 is ready in $copy" 'there is nothing to build'
is "$(said)" '' 'which takes no words'

printf x | dd of="$copy/root.qcow2" bs=1 seek=100000 conv=notrunc status=none
damaged 'a byte of the disk' 'root.qcow2 is not as it was built'
rig run --engine system -c edges -s glibc
is "$status" 3 'no guest is booted from it'
like "$(said)" "damaged \(root.qcow2 .*run 'a64rig image build debian-12'" 'and the way out is named'
cp -a "$real/root.qcow2" "$copy"
is "$(state)" built 'put back it is fine'

file=$(find "$copy/sysroot" -name libc.so.6 | head -n 1)
mv "$file" "$T"
damaged 'a library that is missing' 'sysroot is not as it was built'
mv "$T/libc.so.6" "$file"
: >"$copy/sysroot/more"
damaged 'a file that does not belong there' 'sysroot is not as it was built'
rm "$copy/sysroot/more"
is "$(state)" built 'put back it is fine'
: >"$copy/kernel"
damaged 'a kernel that is empty' 'kernel is not as it was built'
cp -a "$real/kernel" "$copy"
sed -i 5q "$copy/image.yaml"
damaged 'a record that is cut' 'image.yaml is not as it was built'
cp -a "$real/image.yaml" "$copy"

# The initrd is made anew on its own.
whole=$(sha256sum <"$copy/initrd")
: >"$copy/initrd"
damaged 'an initrd that is empty' 'initrd is not as it was built'
inode=$(stat -c %i "$copy/root.qcow2")
rig image build
is "$status $(state)" '0 built' 'is made anew'
is "$(sha256sum <"$copy/initrd")" "$whole" 'as it was'
is "$(stat -c %i "$copy/root.qcow2")" "$inode" 'and the disk is not'
rm "$prepared"
mkdir "$prepared"
cp -a "$REAL_PREPARED/guest" "$prepared"
echo more >>"$prepared/guest/a64rig-guest"
is "$(state)" outdated 'another guest program makes it outdated'
rig image build
is "$status $(state)" '0 built' 'until the initrd is made anew'
unlike "$(sha256sum <"$copy/initrd")" "$whole" 'with it'

# Another recipe.
sed 's/size: 1024/size: 1025/' "$TOP/images/debian-12.yaml" >"$own/debian-12.yaml"
is "$(state)" outdated 'another recipe makes it outdated'
rm "$own/debian-12.yaml"
sed 's/^description:.*/description: told otherwise/' "$TOP/images/debian-12.yaml" >"$own/debian-12.yaml"
is "$(state)" built 'another description does not'
rm "$own/debian-12.yaml"

# A rebuild that fails leaves what there is.
A64RIG_MIRROR=http://127.0.0.1:9/debian rig image build --force
is "$status $(state)" '3 built' 'a rebuild that fails leaves what there is'
rig image remove debian-12
is "$status $(state)" '0 missing' 'removed it is gone'
is "$(left)" '.debian-12.log ' 'with all that was in it'
finish
