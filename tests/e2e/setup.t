#!/usr/bin/env bash
# scripts/setup against the real dpkg and apt, with a copy of dpkg's state that lacks a package.
. "$(dirname "$0")/lib.sh"

setup=$TOP/scripts/setup
lacking=$T/dpkg

setup() {
	"$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# dpkg's state without jq and npm.
mkdir -p "$lacking/info" "$lacking/updates"
sed '/^Package: \(jq\|npm\)$/,/^$/d' /var/lib/dpkg/status >"$lacking/status"

setup "$setup" -h
like "$status $(<"$out")" '^0 usage: ' '-h tells how it is used'
setup "$setup" --everything
is "$status" 2 'an unknown argument is a usage error'

listed=$(sed -n 's/^[a-z][a-z]*  *\([^ ]*\).*/\1/p' "$TOP/scripts/packages" | sort)
is "$(uniq -d <<<"$listed")" '' 'no package is listed twice'

# A command may serve as well as its package.
needed=$(sed -n 's/^[a-z][a-z]*  *//p' "$TOP/scripts/packages" |
	while read -r name command; do
		command -v "${command:-no command}" >/dev/null || echo "$name"
	done)

# shellcheck disable=SC2086 # one word a package
if dpkg-query -W $needed >/dev/null 2>&1; then
	setup "$setup" --test
	is "$status $(wc -l <"$out")" '0 1' 'where all is installed it says so in one line'
	is "$(said)" '' 'and nothing else'
	if unshare -rn true 2>/dev/null; then
		setup unshare -rn "$setup" --test
		is "$status" 0 'which needs no network'
	else
		skip 'no network' 'no network namespaces here'
	fi
else
	skip 'where all is installed' 'not all packages are; run scripts/setup --test'
fi

# A PATH with all commands but sudo.
mkdir "$T/bin"
for command in bash apt-get apt-cache dpkg-query dirname readlink sed sort comm paste id env cat; do
	[ ! -e "/usr/bin/$command" ] || ln -s "/usr/bin/$command" "$T/bin"
done
plain=(env DPKG_ADMINDIR="$lacking" PATH="$T/bin")
[ "$(id -u)" != 0 ] || plain=(setpriv --reuid 65534 --regid 65534 --clear-groups "${plain[@]}")
chmod -R a+rX "$T"
if "${plain[@]}" "$setup" -h >/dev/null 2>&1; then
	setup "${plain[@]}" "$setup" --test
	is "$status" 3 'without root and without sudo it cannot install'
	like "$(<"$out")" 'to test: .*jq' 'it lists what is missing by what it is for'
	like "$(said)" 'apt-get install --no-install-recommends .*jq' 'it gives the command to run'
	like "$(<"$out")" 'to fetch .*npm' 'and a package of which the command is not there, either'
	ln -s /bin/true "$T/bin/npm"
	setup "${plain[@]}" "$setup" --test
	unlike "$(<"$out")" npm 'where the command is there the package is not asked for'
	setup "${plain[@]}" "$setup"
	unlike "$(cat "$out" "$err")" jq 'what only the tests need is asked for with --test alone'
	rm "$T/bin/apt-get"
	setup "${plain[@]}" "$setup" --test
	is "$status" 3 'without apt it cannot install'
	like "$(said)" 'no apt here.*llvm-22-dev.*jq' 'it names the packages'
else
	skip 'another user' 'no other user can read this checkout'
fi

# apt sees the same state as dpkg, has no package at hand, and no network.
cat >"$T/apt.conf" <<-EOF
	Dir::State::status "$lacking/status";
	Dir::Cache::archives "$T/archives";
EOF
mkdir -p "$T/archives/partial"
if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then
	setup unshare -n env APT_CONFIG="$T/apt.conf" DPKG_ADMINDIR="$lacking" "$setup" --test
	is "$status" 3 'without a network it cannot install'
	like "$(said)" 'could be fetched, so nothing was installed; missing: .*jq' 'it names what could not be fetched'
	like "$(said)" 'check the network .*run it again' 'and what to do'
else
	skip 'a missing package without a network' 'needs root and network namespaces'
fi
finish
