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

# --- the same files, not run ---

# Where the package lies that is called NAME@VERSION.
folder_of() {
	local file
	for file in "$XDG_CACHE_HOME"/a64rig/packages/*/package/package.json; do
		[ "$(jq -r '"\(.name)@\(.version | ltrimstr("v"))"' "$file")" != "$1" ] || dirname "$file"
	done | head -n 1
}

cp "$out" "$T/run.json"
while IFS=$'\t' read -r name version _ file verdict _; do
	folder=$(folder_of "$name@$version")
	rig scan -q --format json "$folder/$(dirname "$file")"
	if [ "$verdict" = ok ]; then
		is "$status $(json '.summary.bare')" '0 0' "$name@$version: scanned, nothing in it is bare"
		continue
	fi
	read -r object offset insn < <(jq -r --arg package "npm:$name@$version" \
		'.findings[] | select(.package == $package) | .fault | "\(.object) \(.offset) \(.insn)"' "$T/run.json")
	is "$status $(jq --arg object "${object##*/}" --arg offset "$offset" --arg insn "$insn" \
		'[.files[] | select(.path | endswith("/" + $object)) | .hits[] |
			select(.class == "bare" and .offset == $offset and .insn == $insn)] | length' "$out")" \
		'1 1' "$name@$version: scanned, the instruction that it dies of at $offset is bare"
done < <(sed 1d "$TOP/tests/e2e/corpus.tsv")

# --- the same packages by their names alone ---

while IFS=$'\t' read -r name version _ _ verdict _; do
	rig check -q --format json "npm:$name@$version"
	is "$status $(json .verdict)" "$([ "$verdict" = ok ] && echo '0 runs' || echo '1 will not run')" \
		"$name@$version: checked"
done < <(tail -n +2 "$TOP/tests/e2e/corpus.tsv")

# --- and one of Debian's, whose libraries the prepared root has not ---

rig check -q --format json deb:redis-tools
if grep -q 'could not be fetched' "$err"; then
	skip 'a Debian package is started with what it depends on' "$(tail -n 1 "$err")"
else
	is "$status $(json '.targets[0].checked[] | select(.path == "usr/bin/redis-cli") |
		"\(.verdict) \(.finding.baseline.exit)"')" '0 runs 0' \
		'a Debian package is started with what it depends on'
fi
finish
