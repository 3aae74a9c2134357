#!/usr/bin/env bash
# Published packages: what was seen of each, on real machines' CPUs as QEMU has them, is in corpus.tsv.
. "$(dirname "$0")/lib.sh"
use_prepared
command -v npm >/dev/null || skip_all 'no npm to fetch packages with; run scripts/setup'

# What the rig must say: subject by its package, and one row for each.
wanted() {
	awk -F'\t' 'NR > 1 {
		print $1 "@" $2, ($5 == "SIGILL" ? "flagged" : $5), $7, $8
	}' "$TOP/tests/e2e/corpus.tsv" | sort
}

seen() {
	json '.findings[] | select(.package) |
		"\(.package | ltrimstr("npm:")) \(.verdict) \(.fault.mnemonic // "-") \(.fault.feature // "-")"' | sort
}

rig run --quiet --tag npm --format json
lacking=$(json '.findings[] | select(.verdict == "skipped") | .reason' | sort -u)
if [ -n "$lacking" ]; then
	skip_all "not all packages could be fetched: $lacking"
fi
is "$status" 0 'every published package is as expected'
is "$(seen)" "$(wanted)" 'verdict, mnemonic and extension of each are those of the table'
is "$(json '.findings | length')" "$(($(wc -l <"$TOP/tests/e2e/corpus.tsv") - 1))" \
	'one finding for each row'

# What stands between a maintainer and the way out.
for package in '@node-rs/crc32-linux-arm64-gnu@1.10.7' '@node-rs/jieba-linux-arm64-gnu@2.0.2'; do
	filter=".findings[] | select(.package == \"npm:$package\")"
	is "$(json "$filter | .fault.culprit")" mimalloc "$package: the culprit in the stripped addon"
	like "$(json "$filter | .fault.culprit_evidence")" '"mimalloc: |MIMALLOC_' \
		"$package: and how it is known"
	like "$(json "$filter | .advice")" 'mimalloc-safe 0\.1\.53 or later' "$package: the crate to take"
done
finish
