#!/usr/bin/env bash
# Addons and programs of packages on both engines: a real kernel delivers the same signals.
. "$(dirname "$0")/lib.sh"
use_prepared
use_image
command -v npm >/dev/null || skip_all 'no npm to fetch packages with; run scripts/setup'
XDG_RUNTIME_DIR=$(mktemp -d /tmp/rig.XXXXXX)
export XDG_RUNTIME_DIR
at_exit+=('rm -rf "$XDG_RUNTIME_DIR"')

rig run -q --engine both --isolation guest -c 'addon/*' -f json
lacking=$(json '.findings[] | select(.verdict == "skipped") | .reason' | sort -u)
[ -z "$lacking" ] || skip_all "not all packages could be fetched: $lacking"
is "$status" 0 'every verdict is as expected, on both engines'
is "$(json '.findings[] | select(.as_expected | not) | "\(.subject) \(.engine) \(.verdict) \(.reason)"')" '' 'all of them'
is "$(json '.disagreements | map("\(.subject): \(.what)") | .[]')" '' 'and the engines agree on each'
ok 'on at least 12 published packages' \
	test "$(json '[.findings[] | select(.package and .engine == "system") | .package] | unique | length')" -ge 12
finish
