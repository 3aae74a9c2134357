#!/bin/bash
# The default suite, whole: as large as it is said to be, and every verdict as expected.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared

rig run -f json
is "$status" 0 'the default suite ends as expected'
is "$(json .summary.unexpected)" 0 'no verdict is unexpected'
json '.findings[] | select(.as_expected | not) | "\(.case) \(.subject) \(.verdict) \(.reason)"' |
	sed 's/^/# /' >&2
ok 'at least 15 cases' test "$(json '[.findings[].case] | unique | length')" -ge 15
ok 'at least 8 subjects' test "$(json '[.findings[].subject] | unique | length')" -ge 8
is "$(json '[.findings[] | select(.verdict == "flagged") | .fault | .signal == "SIGILL" and .feature == "FEAT_LSE"] |
	all')" true 'every flagged finding names signal and extension'
is "$(json '[.findings[] | select(.verdict == "flagged" and .package == null) | .fault |
	.signal == "SIGILL" and .feature == "FEAT_LSE" and .function != null and .build_id != null] |
	all')" true 'and of what is built here function and build-id, too'
is "$(json '[.findings[] | select(.package != null and .verdict != "skipped") | .subject] | unique | length >= 12')" true \
	'at least 12 published packages'
for subject in $(json '[.findings[] | select(.verdict == "flagged" and .package == null) | .subject] | unique[]'); do
	like "$subject" '^(addon-mimalloc-armv8.1-a|jemalloc-5.3.0-armv8.1-a|mimalloc-.*(armv8.1-a|default|opt-arch-off).*)$' \
		"$subject is built with LSE"
done
finish
