#!/usr/bin/env bash
# The manual, --help, the completion and the program are in step.
set -u

root=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
rig=${A64RIG:-$root/build/a64rig}
export A64RIG_DATA=${A64RIG_DATA:-$root}
manual=$root/doc/a64rig.1
prepared=${XDG_CACHE_HOME:-$HOME/.cache}/a64rig/prepared
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# shellcheck source=doc/a64rig.bash
. "$root/doc/a64rig.bash"

ok() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
	fi
}

# same TEXT: the files $work/a and $work/b have the same lines, in any order, and some.
same() {
	local differ
	differ=$(comm -3 <(sort -u "$work/a") <(sort -u "$work/b"))
	[ -z "$differ" ] && [ -s "$work/a" ]
	ok $? "$1"
	[ -z "$differ" ] || printf '# only there: %s\n' "$differ"
}

# section NAME: a section or subsection of the manual.
section() { sed -n "/^\.S[hs] $1\$/,/^\.S[hs] /p" "$manual"; }

# Options of --help as "-c --case" or "--repeat"; those that take a value end with "=".
help_options() {
	"$rig" "$1" --help | sed -n 's/^  \(\(-[a-z]\), \)\{0,1\}\(--[a-z-]*=\{0,1\}\).*/\2 \3/p' |
		sed 's/^ //'
}

manual_options() {
	section "$1" | sed -n 's/^\.It Fl \(.*\)/\1/p' |
		sed -e 's/^\([a-z]\) , Fl /-\1 /' -e 's/ Ns = .*/=/' -e 's/\(^\| \)-\([a-z-]*=\{0,1\}\)$/\1--\2/'
}

# Does the completion treat the option as --help tells it, with or without a value?
takes_value() {
	local cur='' prefix='' wanted=1
	COMPREPLY=()
	[[ $1 != *= ]] || wanted=0
	_a64rig_values "${1%=}"
	[ $? = $wanted ]
}

mandoc -T lint -W warning "$manual"
ok $? 'mandoc has nothing to say about the manual'

"$rig" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' >"$work/a"
sed -n '/^\.Sh COMMANDS/,/^\.Sh V/s/^\.Ss //p' "$manual" >"$work/b"
same 'the manual has a part for every command'
mapfile -t commands <"$work/a"

for command in "${commands[@]}"; do
	help_options "$command" >"$work/a"
	manual_options "$command" >"$work/b"
	same "$command: the options of --help and of the manual"
	mapfile -t options < <(sed 's/^\(-.\) \(.*=\)$/\1= \2/' "$work/a" | tr ' ' '\n')
	for option in "${options[@]}"; do
		takes_value "$option"
		ok $? "$command: the completion knows whether $option takes a value"
	done
	COMP_WORDS=("$rig" "$command" --) COMP_CWORD=2
	_a64rig "$rig" -- "$command"
	printf '%s\n' "${COMPREPLY[@]}" >"$work/b"
	sed -i 's/.*--/--/; s/=$//' "$work/a"
	same "$command: the options of --help and of the completion"
done

{
	grep -ohE 'g_getenv\("[A-Z0-9_]+"\)|"A64RIG_[A-Z0-9_]+"' "$root"/src/*/*.c |
		grep -oE '[A-Z0-9_]{3,}' | grep -v '^TERM$'
	grep -ohE '\$\{?(A64RIG|XDG)_[A-Z_]+' "$root"/scripts/* | grep -oE '[A-Z0-9_]{3,}'
	echo XDG_CONFIG_HOME # through GLib
} >"$work/a"
section ENVIRONMENT | sed -n 's/^\.It Ev //p' >"$work/b"
same 'the variables that the program reads and those of the manual'

jq -r '.. | objects | keys[]' "$root"/tests/golden/report/json*.json | sort -u >"$work/keys"
jq -r '.summary | keys[]' "$root"/tests/golden/report/json.json | grep -v '^unexpected$' >"$work/a"
section VERDICTS | sed -n 's/^\.It \([a-z-]*\) Ta.*/\1/p' >"$work/b"
same 'the verdicts of the result and of the manual'
comm -23 "$work/keys" <(sort "$work/b") >"$work/a"
section 'JSON RESULT' | grep -E '^\.(It )?Cm ' | grep -oE '[a-z_]+' | sort -u >"$work/words"
comm -12 "$work/a" "$work/words" >"$work/b"
same 'the manual has every key of the JSON result'

# Manifests as the manual shows them.
mkdir -p "$work/data/cases/mine" "$work/data/cases/subjects" "$work/config/a64rig/subjects" \
	"$work/config/a64rig/rig" "$work/config/a64rig/images"
ln -s "$root/rig" "$work/data/rig"
cp "$root"/cases/subjects/*.yaml "$work/data/cases/subjects"
section 'Profile: rig\/NAME.yaml' | sed -n '/^\.Bd/,/^\.Ed/{/^\./!p}' >"$work/config/a64rig/rig/myboard.yaml"
section 'Image: images\/NAME.yaml' | sed -n '/^\.Bd/,/^\.Ed/{/^\./!p}' \
	>"$work/config/a64rig/images/myimage.yaml"
# Each subject begins with its name, which is that of its file.
section 'Subject: subjects\/NAME.yaml' | sed -n '/^\.Bd/,/^\.Ed/{/^\./!p}' |
	awk -v folder="$work/config/a64rig/subjects/" '/^name: / { file = folder $2 ".yaml" } { print >file }'
section 'Suite: cases\/SUITE\/suite.yaml' | sed -n '/^\.Bd/,/^\.Ed/{/^\./!p}' \
	>"$work/data/cases/mine/suite.yaml"
A64RIG_DATA=$work/data XDG_CONFIG_HOME=$work/config "$rig" list --names cases subjects profiles |
	grep -xE 'mine/size-classes|mine/crc32|jemalloc-mine|crc32-mine|myboard' >"$work/a"
A64RIG_DATA=$work/data XDG_CONFIG_HOME=$work/config "$rig" image list --names >>"$work/a"
printf '%s\n' mine/size-classes mine/crc32 jemalloc-mine crc32-mine myboard myimage >"$work/b"
same 'the manifests of the manual can be read'

# Examples, up to what they would run.
library=$(find "$prepared/subjects" -name 'lib*.so' 2>/dev/null | head -n 1)
{
	section EXAMPLES | sed -n 's/^\.Dl \$ \(a64rig run.*\)/\1/p'
	"$rig" run --help | sed -n 's/^  \(a64rig run.*\)/\1/p' | sed -e 1d -e 's/   *.*//'
} >"$work/examples"
while IFS= read -r line; do
	if [ -z "$library" ]; then
		count=$((count + 1))
		echo "ok $count # SKIP nothing is prepared: $line"
		continue
	fi
	cp "$library" "$work/libmyalloc.so"
	cp "$library" "$work/my.linux-arm64-gnu.node"
	eval "set -- ${line%% | *}"
	shift
	(cd "$work" && "$rig" "$@" --dry-run >/dev/null 2>"$work/said")
	status=$?
	# Guests need libvirt, QEMU and an image.
	if [ "$status" = 3 ] && [[ $line == *--engine* ]]; then
		count=$((count + 1))
		echo "ok $count # SKIP $(head -n 1 "$work/said"): $line"
		continue
	fi
	ok "$status" "$line"
	[ "$status" = 0 ] || sed 's/^/# /' "$work/said"
done <"$work/examples"

echo "1..$count"
