#!/bin/bash
# --resume takes from earlier runs what has not changed, and nothing else.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
kept=$XDG_CACHE_HOME/a64rig/findings
selection=(-f json -c edges -s glibc -s mimalloc-2.1.9-default)

# All of the last result that does not depend on when it was run.
lasting() {
	json 'del(.seconds) | .findings |= map(del(.resumed)) | tojson'
}

resumed() {
	json '[.findings[] | select(.resumed)] | length'
}

rig run "${selection[@]}"
is "$(resumed)" 0 'a first run runs all'
first=$(lasting)
is "$(find "$kept" -name '*.json' | wc -l)" 2 'and keeps what was as expected'
rig run "${selection[@]}"
is "$(resumed)" 0 'a run that is not told to resume runs all again'
rig run --resume "${selection[@]}"
is "$status $(resumed)" '0 2' '--resume takes all from before'
again=$(lasting)
is "$(jq -S 'del(.findings[].baseline.seconds, .findings[].reference.seconds,
	.findings[].baseline.max_rss_kib, .findings[].reference.max_rss_kib)' <<<"$again")" \
	"$(jq -S 'del(.findings[].baseline.seconds, .findings[].reference.seconds,
	.findings[].baseline.max_rss_kib, .findings[].reference.max_rss_kib)' <<<"$first")" \
	'with the same findings, faults and advice'
rig run --resume -c edges -s glibc -s mimalloc-2.1.9-default
like "$(cat "$out")" '2 of them from earlier runs' 'and the table says so'
like "$(cat "$out")" '_mi_options_init' 'the fault is told as before'

rig run --resume "${selection[@]}" --reference neoverse-n1
is "$(resumed)" 0 'another profile is another finding'
rig run --resume "${selection[@]}" --timeout 30
is "$(resumed)" 0 'so is another time-out'
rig run --resume "${selection[@]}" --no-sandbox
is "$(resumed)" 0 'and a run without the sandbox'
rig run --resume --keep "${selection[@]}"
is "$(resumed)" 0 '--keep has folders to leave, so it runs'

library=$T/libmimalloc.so
cp "$REAL_PREPARED/subjects/mimalloc-2.1.9-opt-arch-off/libmimalloc.so" "$library"
rig run --resume -f json -c edges -s "$library"
rig run --resume -f json -c edges -s "$library"
is "$(resumed)" 1 'a library by its path is known again'
cp "$REAL_PREPARED/subjects/mimalloc-2.1.9-default/libmimalloc.so" "$library"
rig run --resume -f json -c edges -s "$library"
is "$status $(resumed) $(json '.findings[0].verdict')" '1 0 flagged' 'until its contents change'
rig run --resume -f json -c edges -s "$library"
is "$status $(resumed)" '1 0' 'what is not as expected is always run again'

for file in "$kept"/*.json; do
	head -c 200 "$file" >"$T/half" && cp "$T/half" "$file"
done
rig run --resume "${selection[@]}"
is "$status $(resumed)" '0 0' 'damaged files are as good as none'
rig run --resume "${selection[@]}"
is "$status $(resumed)" '0 2' 'and are replaced'

"$A64RIG" run -q -s glibc -j 1 >"$out" 2>"$err" </dev/null &
running=$!
ok 'a longer run has some findings' within 60 eval '[ "$(find "$kept" -newer "$T/half" -name "*.json" | wc -l)" -ge 6 ]'
kill -INT $running
{ wait $running; } 2>/dev/null
rig run --resume -f json -s glibc
ok 'after Ctrl-C it goes on where it was' test "$(resumed)" -ge 3
is "$status" 0 'and comes to its end'
ok 'with findings of its own' test "$(resumed)" -lt "$(json '.findings | length')"
finish
