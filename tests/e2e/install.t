#!/bin/bash
# The installed command stands alone: found by its place, it needs nothing of the checkout.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
unset A64RIG_DATA
at=$T/usr/local

ok 'make install' make -C "$TOP" BUILD="$(dirname "$A64RIG")" DESTDIR="$T" install
A64RIG=$at/bin/a64rig
for file in libexec/a64rig/a64rig-launch share/man/man1/a64rig.1 \
	share/bash-completion/completions/a64rig share/a64rig/rig/rpi4.yaml \
	share/a64rig/cases/allocator/suite.yaml share/a64rig/scripts/prepare \
	libexec/a64rig/a64rig-guests.so libexec/a64rig/a64rig-guard share/a64rig/rig/domain.xml \
	share/a64rig/images/debian-12.yaml share/a64rig/images/guest/main.c; do
	ok "it installs $file" test -f "$at/$file"
done
cd "$T" || exit 1
rig doctor
is "$status" 0 'doctor is content'
like "$(cat "$out")" "data +[0-9]+ suites, [0-9]+ subjects, [0-9]+ profiles in $at/share/a64rig" \
	'it reads what was installed'
like "$(cat "$out")" "launcher +$at/bin/../libexec/a64rig/a64rig-launch" 'with its own launcher'
rig run -f json -c edges -s glibc -s mimalloc-2.1.9-default
is "$status $(json '[.findings[].verdict] | join(" ")')" '0 ok flagged' 'it does the main job'
rig image list
like "$status $(cat "$out")" '^0 debian-12 ' 'it has the recipes of images'
ln -s "${REAL_PREPARED%/prepared}/images" "$XDG_CACHE_HOME/a64rig/images"
rig image list
if grep -q '^debian-12 *built' "$out" && command -v qemu-system-aarch64 >/dev/null; then
	rig run --engine system --dry-run -c edges -s glibc
	like "$status $(cat "$out")" '^0 .*<name>a64rig-cortex-a72</name>' 'and the template of guests'
else
	skip 'the template of guests' 'no image is built, or there is no qemu-system-aarch64'
fi
mv "$XDG_CACHE_HOME/a64rig/prepared" "$T/elsewhere"
rig run -c edges -s glibc
is "$status" 3 'with nothing prepared it cannot'
like "$(said)" "run '$at/share/a64rig/scripts/prepare'" 'and names the command that helps'
ok 'which is there' "$at/share/a64rig/scripts/prepare" --list
cd "$TOP" || exit 1
ok 'make uninstall' make BUILD="$(dirname "$A64RIG")" DESTDIR="$T" uninstall
is "$(find "$at" -type f)" '' 'leaves no file'
finish
