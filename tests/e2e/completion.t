#!/usr/bin/env bash
# What bash offers for a64rig: commands, options and values, as the program itself tells them.
set -u

root=$(dirname "$(readlink -f "$0")")/../..
rig=${A64RIG:-$root/build/a64rig}
export A64RIG_DATA=${A64RIG_DATA:-$(readlink -f "$root")}
count=0

# shellcheck source=doc/a64rig.bash
. "$root/doc/a64rig.bash"

ok() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		printf '# %s\n' "offered: ${COMPREPLY[*]}"
	fi
}

# Completes the last of the words, which are split as readline does it.
complete_words() {
	COMP_WORDS=("$rig" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_a64rig "$rig" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
}

# is TEXT WANTED...: exactly these are offered, in any order.
is() {
	local text=$1
	shift
	[ "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" = "$(printf '%s\n' "$@" | sort)" ]
	ok $? "$text"
}

has() {
	[[ " ${COMPREPLY[*]} " == *" $2 "* ]]
	ok $? "$1"
}

mapfile -t profiles < <("$rig" list --names profiles)
mapfile -t subjects < <("$rig" list --names subjects)
mapfile -t cases < <("$rig" list --names cases)
mapfile -t tags < <("$rig" list --names tags)

complete_words ''
is 'commands' run check bisect exec scan audit debug report list image shell doctor --help --version
complete_words "do"
is 'a command half typed' doctor
complete_words run --dry
is 'an option half typed' --dry-run
complete_words run -k --no-s
is 'an option after an option' --no-sandbox
complete_words run ''
has 'options where nothing is typed' --subject
complete_words nonsense ''
is 'nothing for a command that there is not'

for option in -b --baseline -r --reference -p --profiles; do
	complete_words run "$option" ''
	is "profiles for $option" "${profiles[@]}"
done
complete_words run --baseline = rpi
is 'profiles after an equals sign' rpi3 rpi4 rpi5
complete_words run --baseline =
is 'profiles where nothing follows the equals sign' "${profiles[@]}"
complete_words run --profiles rpi3,graviton
is 'profiles behind a comma' rpi3,graviton1 rpi3,graviton2

complete_words run --case ''
is 'the short names of cases' "${cases[@]##*/}"
complete_words run -c allocator/size
is 'a case by its suite' allocator/size-classes
complete_words run -c size-cl
is 'a case by its short name' size-classes

complete_words run --subject ''
is 'subjects' "${subjects[@]}"
complete_words run -t ''
is 'tags' "${tags[@]}"
complete_words run -f j
is 'formats' json junit
complete_words scan --format ''
is 'formats of a scan' table json sarif

complete_words run --engine ''
is 'engines' user system both
complete_words run --engine both --isolation = g
is 'isolations' guest

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/lib"
touch "$folder/liba.so" "$folder/liba.so.2" "$folder/notes" "$folder/b c.so"
complete_words run --subject "$folder/"
is 'libraries and folders for a subject with a slash' \
	"$folder/lib" "$folder/liba.so" "$folder/liba.so.2" "$folder/b c.so"
complete_words run --output "$folder/n"
is 'any file for --output' "$folder/notes"

complete_words run --jobs ''
is 'nothing for a number'
complete_words list ''
is 'what list takes' cases subjects profiles tags features
complete_words image ''
is 'what image takes' build list show remove
complete_words image show ''
is 'the images to show' debian-12 debian-12-16k
complete_words shell rpi
is 'the profiles for a shell' rpi3 rpi4 rpi5
complete_words run --image ''
is 'the images to boot' debian-12 debian-12-16k
complete_words list --n
is 'what options list has' --names

# What a manifest says is text, and never run.
mkdir -p "$folder/config/a64rig/subjects"
tag="\$(touch\$IFS$folder/run)"
cat >"$folder/config/a64rig/subjects/odd.yaml" <<-EOF
	name: odd
	description: its tag is what a shell would run
	tags: ['$tag']
EOF
XDG_CONFIG_HOME=$folder/config complete_words run --tag '$'
is 'a name as it is written' "$tag"
[ ! -e "$folder/run" ]
ok $? 'and not run'

echo "1..$count"
