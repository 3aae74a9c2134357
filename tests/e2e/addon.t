#!/usr/bin/env bash
# Addons and packages that a user names: good ones, and each way in which one cannot be judged.
. "$(dirname "$0")/lib.sh"
use_prepared
command -v npm >/dev/null || skip_all 'no npm to fetch packages with; run scripts/setup'

packages=$XDG_CACHE_HOME/a64rig/packages
crc32=@node-rs/crc32-linux-arm64-gnu

rig run -q --dry-run -s crc32-1.10.7
[ "$status" = 0 ] || skip_all "packages cannot be fetched: $(said)"
lacks=$(rig run -q -f json -s crc32-1.10.7 && json '.findings[0].reason // empty')
[ -z "$lacks" ] || skip_all "packages cannot be fetched: $lacks"
for manifest in "$packages"/*/package/package.json; do
	case $(jq -r '.name + "@" + .version' "$manifest") in
	"$crc32@1.10.7") addon=${manifest%/*}/crc32.linux-arm64-gnu.node ;;
	esac
done

# Named in each of three ways, it is the same fault.
for word in crc32-1.10.7 "npm:$crc32@1.10.7" "$addon"; do
	rig run -q -f json -s "$word"
	is "$(json '.findings | map([.verdict, .fault.mnemonic, .fault.offset, .fault.culprit] | join(" ")) | .[]')" \
		'flagged ldaddal 0x480e8 mimalloc' "${word##*/}: flagged, at the same place"
done
is "$status" 1 'flagged, and nothing had been said of it: exit status 1'
is "$(json '.findings[0].case')" addon/load 'an addon that no case knows is loaded'
rig run -q -s "npm:$crc32@1.10.7"
like "$(cat "$out")" "case addon/crc32 --subject npm:$crc32@1.10.7" 'of a known package the case is run that calls it'
like "$(cat "$out")" 'proof: @node-rs/crc32-linux-arm64-gnu 1\.10\.8 is known to be ok' 'the good neighbour is named'
like "$(cat "$out")" 'mimalloc 0\.1\.52 or later, or mimalloc-safe 0\.1\.53 or later with' \
	'and what an author of such an addon can do'

# refused NAME STATUS REGEX WORD: the subject is refused for the reason.
refused() {
	rig run -q -s "$4"
	is "$status" "$2" "$1: exit status $2"
	like "$(said)" "$3" "$1: the reason"
	is "$(cat "$out")" '' "$1: nothing else"
}
refused 'a version that there is not' 2 "the npm registry has no version 9\.9\.9 of $crc32; its last ones are .*1\.10\.8" \
	"npm:$crc32@9.9.9"
refused 'a package that there is not' 2 'the npm registry has no package a64rig-has-no-such-package' \
	npm:a64rig-has-no-such-package@1.0.0
refused 'no version' 2 "names no package; write npm:NAME@VERSION with an exact version" "npm:$crc32"
refused 'an addon for x86-64' 2 'has no addon for arm64 Linux with glibc:.*crc32\.linux-x64-gnu\.node is an ELF file for x86-64' \
	npm:@node-rs/crc32-linux-x64-gnu@1.10.8
refused 'an addon for musl' 2 'crc32\.linux-arm64-musl\.node is for musl, and programs here load it with glibc' \
	npm:@node-rs/crc32-linux-arm64-musl@1.10.8
refused 'a package without an addon' 2 'npm:is-number@7\.0\.0 has no addon: no file in it ends in \.node' \
	npm:is-number@7.0.0

# Files.
echo 'not an addon' >"$T/text.node"
refused 'a file that is no addon' 2 'text\.node is not an ELF file' "$T/text.node"
refused 'a file that there is not' 2 "subject '.*/none\.node': no such file" "$T/none.node"
head -c 300000 "$addon" >"$T/cut.node"
refused 'an addon that is cut short' 2 'cut\.node' "$T/cut.node"
aarch64-linux-gnu-gcc -shared -nostdlib -x c -o "$T/libother.so" - <<<'int other;'
aarch64-linux-gnu-gcc -shared -Wl,--no-as-needed -o "$T/needy.node" -x c - -x none "$T/libother.so" <<<'int needy;'
rm "$T/libother.so"
refused 'an addon that needs what is not there' 2 'needy\.node needs .*libother\.so, which is neither beside it nor in the sysroot' \
	"$T/needy.node"
aarch64-linux-gnu-gcc -shared -x c -o "$T/empty.node" - <<<'int empty;'
rig run -q -f json -s "$T/empty.node"
is "$(json '.findings[0].verdict')" broken 'a library that is no addon fails on both: broken'
like "$(json '.findings[0].baseline.stderr')" . 'and it is told why'

# A subject of the user's own manifest.
subject() {
	mkdir -p "$XDG_CONFIG_HOME/a64rig/subjects"
	printf 'name: own\ndescription: mine\n%s\n' "$1" >"$XDG_CONFIG_HOME/a64rig/subjects/own.yaml"
}
subject "kind: addon
package: npm:$crc32@1.10.8
file: other.node"
refused 'a file that the package does not have' 2 "npm:$crc32@1\.10\.8 has no file other\.node" own
subject "kind: addon
package: npm:$crc32@1.10.8
integrity: sha512-$(printf 'a%.0s' {1..86})==
file: crc32.linux-arm64-gnu.node"
rig run -q -s own
like "$status $(cat "$out" "$err")" 'sha512-aaaa' 'another content than the manifest says is not run'
unlike "$(cat "$out")" ' ok' 'and has no verdict'
subject 'kind: addon
file: own/own.node'
refused 'a file that was not prepared' 3 'subjects/own/own\.node is not there' own

# Nothing of the registry is needed for what was fetched. Nobody listens on that port.
export npm_config_registry=http://127.0.0.1:9/ npm_config_fetch_retries=0
rig run -q -f json -s crc32-1.10.8
is "$status $(json '.findings[0].verdict')" '0 ok' 'without the registry: what was fetched is there'
refused 'the rest' 3 "cannot reach the npm registry.* and 'npm:$crc32@1\.10\.999' is not in" "npm:$crc32@1.10.999"
finish
