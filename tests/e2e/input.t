#!/bin/bash
# Bad input gets an exit status, and a message with file, line, cause and next step; nothing is lost
# or left behind.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
own=$XDG_CONFIG_HOME/a64rig
mkdir -p "$own/subjects" "$own/rig" "$T/data/cases/own"
ln -s "$TOP/rig" "$T/data/rig"
ln -s "$TOP/cases/subjects" "$T/data/cases/subjects"
library=$REAL_PREPARED/subjects/mimalloc-2.1.9-default/libmimalloc.so

# refused STATUS REGEX NAME, of the last run
refused() {
	like "$status $(said)" "^$1 a64rig: $2" "$3"
	is "$(cat "$out")" '' "$3: nothing on standard output"
}

# manifest FILE TEXT PLACE-AND-CAUSE NAME
manifest() {
	printf '%b' "$2" >"$1"
	rig list
	refused 2 "$1$3" "$4"
	rm "$1"
}

subject=$own/subjects/x.yaml
manifest "$subject" 'name: x\ndescription: d\nversoin: 1\n' \
	":3: unknown key 'versoin'; did you mean 'version'\?" 'a subject with an unknown key'
manifest "$subject" 'name: x\ndescription: d\ntags: 5\n' ':3: .*SEQUENCE.*SCALAR' 'a wrong type'
manifest "$subject" 'name: x\n' ':1: .*Missing .*description' 'a missing field'
manifest "$subject" 'name: x\ndescription: d\nname: x\n' ":3: the key 'name' is here a second time" \
	'a key that is there twice'
manifest "$subject" '' ': the file is empty' 'an empty file'
manifest "$subject" '\0001\0002\0377binary' ':1: not UTF-8 text' 'binary garbage'
manifest "$subject" 'name: x\n\tdescription: d\n' ':2: .*tab' 'a syntax error: a tab'
manifest "$subject" 'name: x\ndescription: d\ntags: [a,\n  b\nversion: 1\n' ":5: .*',' or '\]'" \
	'a syntax error: an open bracket'
manifest "$subject" 'just text\n' ': .*MAPPING' 'no mapping'
manifest "$subject" 'name: x\ndescription: d\nexpect: flaged\n' ".*expect: 'flaged' is not a verdict" \
	'a word that is no verdict'
manifest "$subject" 'name: y\ndescription: d\n' ".*'y', so its file must be called 'y.yaml'" \
	'a name that is not the file'\''s'
ln -s "$T/nowhere" "$subject"
rig list
refused 2 ".*$subject.*No such file" 'a manifest that has vanished'
rm "$subject"

profile='name: p\ndescription: d\nmodel: MODEL\narch: ARMv8.0-A\npages: [4]\nsources: [here]\n'
manifest "$own/rig/p.yaml" "${profile/\[4\]/[four]}" ":5: .*'four'" 'a profile with a wrong type'
manifest "$own/rig/p.yaml" "${profile/arch/harch}" ":4: unknown key 'harch'; did you mean 'arch'\?" \
	'a profile with an unknown key'

export A64RIG_DATA=$T/data
suite=$T/data/cases/own/suite.yaml
start='suite: own\ndescription: d\ncases:\n  - name: a\n    description: d\n    program: p\n'
manifest "$suite" "$start    tmieout: 5\n" ":7: unknown key 'tmieout'; did you mean 'timeout'\?" \
	'a case with an unknown key'
manifest "$suite" "$start    timeout: soon\n" ":7: .*'soon'" 'a case with a wrong type'
manifest "$suite" "$start  - name: a\n    description: d\n    program: p\n" \
	".*'a' is listed twice" 'a case that is listed twice'
manifest "$suite" "${start/program: p/program: ..\/p}" '.*must be a file name' \
	'a program outside of its folder'
rig list
refused 2 "$T/data/cases: no NAME/suite.yaml in it" 'no suite at all'
A64RIG_DATA=$T/nowhere rig list
refused 2 "A64RIG_DATA is '$T/nowhere', which has no folders rig/ and cases/" 'no data'
export A64RIG_DATA=$TOP

# Libraries. Each is refused before anything is run.
# library FILE STATUS REGEX NAME
library() {
	rig run -c edges -s "$1"
	refused "$2" "$3" "$4"
}
mkdir "$T/lib"
cd "$T/lib" || exit 1
for size in 0 10 63 64 1000 100000; do
	head -c "$size" "$library" >cut.so
	library ./cut.so 2 "subject 'cut.so': .*(empty|truncated)" "a library cut to $size bytes"
done
echo 'no library' >text.so
library ./text.so 2 '.*not an ELF file' 'a text'
library "$(command -v bash)" 2 '.*ELF file for x86-64, not for AArch64' 'a file for x86-64'
{ head -c 4 "$library"; printf '\001'; tail -c +6 "$library"; } >thirtytwo.so
library ./thirtytwo.so 2 '.*32-bit' 'a 32-bit file'
library "$T/lib" 2 '.*is a folder' 'a folder'
library ./gone.so 2 ".*'./gone.so': no such file" 'a file that is not there'
mkfifo pipe.so
library ./pipe.so 2 '.*not a regular file' 'a pipe'
library "$REAL_PREPARED/cases/allocator/glibc/edges" 2 '.*is a program, not a shared library' \
	'a program instead of a library'
echo 'int x;' >x.c
aarch64-linux-gnu-gcc -shared -fPIC -o libneeded.so x.c
aarch64-linux-gnu-gcc -shared -fPIC -o needs.so x.c -Wl,--no-as-needed -L. -lneeded
rm libneeded.so
library ./needs.so 2 ".*needs libneeded.so, which is neither beside it nor in the sysroot" \
	'a library that needs one that is missing'
cd / || exit 1
chmod 755 "$T" "$T/lib"
cp "$library" "$T/lib/closed.so"
chmod 0 "$T/lib/closed.so"
cp "$A64RIG" "$(dirname "$A64RIG")/a64rig-launch" "$T"
as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
[ "$(id -u)" = 0 ] || as_nobody=()
if "${as_nobody[@]}" cat "$T/a64rig" "$TOP/rig/max.yaml" >/dev/null 2>&1; then
	mkdir -p "$T/nobody/a64rig/prepared/sysroot"
	chmod -R a+rX "$T/nobody"
	XDG_CACHE_HOME=$T/nobody "${as_nobody[@]}" "$T/a64rig" run -c edges -s "$T/lib/closed.so" \
		>"$out" 2>"$err"
	status=$?
	refused 2 ".*closed.so.*Permission denied" 'a library that cannot be read'
else
	skip 'a library that cannot be read' 'nobody cannot read this checkout'
fi

# Words
for words in '-c edgse|case .edgse.; did you mean .edges.' \
	'-c alocator/edges|case .alocator/edges.; did you mean .allocator/edges.' \
	'-s glbc|subject .glbc.; did you mean .glibc.' '-t thread|tag .thread.; did you mean .threads.' \
	'-b cortex-a71|profile .cortex-a71.; did you mean .cortex-a72.' \
	'-r mxa|profile .mxa.; known: a64fx' '-p rpi4,rpi44|profile .rpi44.; did you mean .rpi' \
	'-c zzzzzzzz|case .zzzzzzzz.; known: .*edges'; do
	# shellcheck disable=SC2086
	rig run ${words%%|*}
	refused 2 "unknown ${words#*|}" "run ${words%%|*}"
done
for words in '--jbos 3|.*--jbos' '-f jsno|--format takes table, markdown, html, json, junit or tap' \
	'-j 0|--jobs takes a number from 1' '-j -1|--jobs takes a number from 1' '-j abc|.*abc' \
	'--timeout 0|--timeout takes seconds' '--timeout soon|.*soon' '--repeat 0|--repeat takes' \
	'--engine gem5|--engine takes user, system or both' \
	'--engine system --isolation vm|--isolation takes run or guest' \
	'--image debian-12|--image needs --engine system or both' \
	'--engine user --isolation run|--isolation needs --engine system or both' \
	'--connect qemu:///system|--connect needs --engine system or both' \
	'--pool default|--pool needs --engine system or both' \
	'word|unexpected word .word.'; do
	# shellcheck disable=SC2086
	rig run ${words%%|*}
	refused 2 "${words#*|}.*see 'a64rig run --help'" "run ${words%%|*}"
done
rig lst
refused 2 "unknown command 'lst'; did you mean 'list'\?; see 'a64rig --help'" 'an unknown command'
rig list caess
refused 2 "list takes cases, subjects, profiles, tags or features, not 'caess'" 'list of an unknown kind'
rig doctor all
refused 2 "unexpected word 'all'" 'a word too many'
rig run -c edges -t c++ -s glibc
refused 2 "nothing to run: no case fits all of the selectors; see 'a64rig list'" \
	'selectors that leave nothing'

# Output
rig run -c edges -s glibc -o "$T/nowhere/r"
refused 2 "--output '$T/nowhere/r': there is no folder '$T/nowhere'" 'output in a missing folder'
rig run -c edges -s glibc -o "$T"
refused 2 "--output '$T' is a folder" 'output to a folder'
rig run -c edges -s glibc -o /proc/r
like "$status $(said)" "^[23] a64rig: --output.*/proc/r" 'output where nothing can be written'
mkdir "$T/small"
if mount -t tmpfs -o size=64k none "$T/small" 2>/dev/null; then
	at_exit+=('umount "$T/small" 2>/dev/null')
	echo old >"$T/small/r"
	dd if=/dev/zero of="$T/small/filler" bs=4k 2>/dev/null
	rig run -c edges -s glibc -f json -o "$T/small/r"
	is "$status" 3 'output to a full disk'
	like "$(said)" '--output: .*[Nn]o space left' 'which it says'
	is "$(cat "$T/small/r") $(ls -Am "$T/small")" 'old filler, r' \
		'the old file is whole, and no half of a new one is there'
	umount "$T/small"
	mount -t tmpfs -o ro none "$T/small"
	rig run -c edges -s glibc -o "$T/small/r"
	like "$status $(said)" '^[23] a64rig: --output.*small' 'output to a read-only disk'
	umount "$T/small"
else
	skip 'output to a full disk' 'only root can mount one'
fi
"$A64RIG" run -c edges -s glibc >/dev/full 2>"$err"
is "$?" 3 'standard output that is full'
like "$(said)" 'cannot write to standard output: No space left' 'which it says'

# What is not there
XDG_CACHE_HOME=$T/empty rig run
refused 3 ".*sysroot is not there; run '[^']*prepare'" 'nothing prepared'
mkdir -p "$T/part/a64rig/prepared"
ln -s "$REAL_PREPARED/sysroot" "$T/part/a64rig/prepared/sysroot"
XDG_CACHE_HOME=$T/part rig run -c edges
refused 3 ".*is not there; run '[^']*prepare'" 'only a part prepared'
mkdir -p "$T/part/a64rig/prepared/cases/allocator/glibc"
aarch64-linux-gnu-gcc -x c - -Wl,--dynamic-linker=/lib/ld-other.so.1 \
	-o "$T/part/a64rig/prepared/cases/allocator/glibc/edges" <<<'int main(void) { return 0; }'
XDG_CACHE_HOME=$T/part rig run -c edges -s glibc
refused 2 '.*/edges wants the interpreter /lib/ld-other.so.1, which is not in the sysroot' \
	'a program whose interpreter is missing'

# The user's own profiles and subjects
printf '%b' "${profile/MODEL/cortex-a1000}" >"$own/rig/p.yaml"
rig run -c edges -s glibc -b p
refused 3 "profile 'p' needs the CPU model 'cortex-a1000', which qemu-aarch64 .* does not have; it has: .*cortex-a72" \
	'a profile whose model QEMU lacks'
rig list profiles
like "$(cat "$out")" 'p  .*this QEMU has no such model' 'which list says, too'
rig doctor
like "$status $(cat "$out")" '^0 .*warning  CPU models .*profiles p' 'and doctor, as a warning'
printf '%b' "${profile/MODEL/cortex-a53}" >"$own/rig/p.yaml"
printf 'name: mine\ndescription: d\nlibrary: %s\nexpect: flagged\n' \
	mimalloc-2.1.9-default/libmimalloc.so >"$own/subjects/mine.yaml"
rig run -c edges -s mine -b p -f json
is "$status $(json '.findings[0] | [.subject, .verdict, .baseline.profile] | join(" ")')" \
	'0 mine flagged p' 'a profile and a subject of the user'
ok 'nothing is left of what was refused' no_folders
ok 'nothing runs' nothing_runs
finish
