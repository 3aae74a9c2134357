#!/bin/bash
# a64rig report: results read again, put together, and shown; in a browser, too.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
golden=$TOP/tests/golden/report
every=$golden/json.json
well=$T/well.json
# What is as expected alone, and one finding a line.
jq '.findings |= map(select(.as_expected))' "$every" >"$well"
jq -c '.findings[] as $one | .findings = [$one] | .disagreements = []' "$well" >"$T/lines.jsonl"
all=$(jq '.findings | length' "$well")

# refused REGEX NAME
refused() {
	like "$status $(said)" "^2 a64rig: $1" "$2"
	is "$(cat "$out")" '' "$2: nothing on standard output"
}

rig report "$every"
is "$status" 3 'a rig fault among the findings'
like "$(cat "$out")" 'not as expected' 'the table by default'
rig report "$golden/json-columns.json"
is "$status" 0 'all as expected'
jq 'del(.findings[] | select(.verdict == "rig-fault"))' "$every" >"$T/flagged.json"
rig report "$T/flagged.json"
is "$status" 1 'something not as expected'

for format in table markdown html json junit tap; do
	rig report --format "$format" "$well"
	is "$status" 0 "$format"
	[ -s "$out" ]
	report $? "$format: something is written"
done
rig report -f json "$every"
ok 'JSON that is read is written as it was' cmp "$out" "$every"
rig report -f junit "$every"
ok 'JUnit is XML' xmllint --noout "$out"

# Several documents.
rig report -f json "$T/lines.jsonl"
is "$(json '.findings | length')" "$all" 'every line of a record counts'
rig report -f json "$well" "$T/lines.jsonl"
is "$(json '.findings | length')" "$((2 * all))" 'nothing is dropped'
is "$(json '[.findings[].subject | select(endswith(" (well)"))] | length')" "$all" \
	'what two files have is told apart by their names'
jq '.findings |= .[0:5]' "$well" >"$T/shard-1.json"
jq '.findings |= .[5:]' "$well" >"$T/shard-2.json"
rig report -f json "$T/shard-1.json" "$T/shard-2.json"
is "$(json '[.findings[].subject] | tostring')" "$(jq '[.findings[].subject] | tostring' -r "$well")" \
	'shards add up to the whole'
rig report -f json "old=$T/shard-1.json" "$T/shard-2.json"
is "$(json '[.findings[].subject | select(endswith(" (old)"))] | length')" 5 'a label'
rig report -f json "$well"
"$A64RIG" report -f json - <"$well" >"$T/piped" 2>"$err"
ok 'standard input' cmp "$out" "$T/piped"
jq '.findings |= map(.engine = "system")' "$well" >"$T/system.json"
rig report "$well" "$T/system.json"
like "$(cat "$out")" 'user and system agree on' 'two engines are compared'
jq '.findings |= .[0:1] | .findings[0] |= (.engine = "system" | .verdict = "flagged" | .expected = null)' "$well" >"$T/other.json"
rig report "$T/shard-1.json" "$T/other.json"
like "$(cat "$out")" 'user ok, system flagged' 'and where they disagree is told'
is "$status" 1 'and changes the exit status'

# What was cut short.
{ cat "$T/lines.jsonl"; head -n 1 "$T/lines.jsonl" | head -c 300; } >"$T/cut.jsonl"
rig report -f json "$T/cut.jsonl"
is "$status $(json '.findings | length')" "0 $all" 'a last line that is cut short loses no other'
like "$(said)" "cut.jsonl: line $((all + 1)): a result that is cut short" 'and is told with its line'
{ head -n 1 "$T/lines.jsonl" | head -c 300; echo; cat "$T/lines.jsonl"; } >"$T/cut.jsonl"
rig report -f json "$T/cut.jsonl"
is "$status $(json '.findings | length')" "0 $all" 'nor does a first one'
like "$(said)" 'cut.jsonl: line 1: ' 'which is told, too'

# Bad input.
rig report
refused 'no FILE is named' 'no file'
rig report "$T/nowhere.json"
refused "$T/nowhere.json: .*No such file" 'a file that is not there'
rig report "$T"
refused "$T: a folder" 'a folder'
bad() {
	printf '%b' "$1" >"$T/bad.json"
	rig report "$T/bad.json"
	refused "$T/bad.json: $2" "$3"
}
bad '' 'the file is empty' 'an empty file'
bad '\n \n' 'no result in it' 'blanks alone'
bad 'hello\n' 'line 1: no JSON' 'no JSON'
bad '{}\n' 'schema: expected a64rig.results/1' 'another JSON'
bad '{"schema": "other/1"}' 'schema: expected a64rig.results/1' 'another schema'
bad '{"schema": "a64rig.results/1", "rig"' 'no result in it that is complete' 'a document cut short'
bad '\0377\0376' 'line 1: not UTF-8' 'binary'
bad '{"a": "\0000"}' 'line 1: not UTF-8' 'a NUL'
{ cat "$T/lines.jsonl"; echo '{"schema":"a64rig.results/1","rig":5}'; } >"$T/bad.json"
rig report "$T/bad.json"
refused "$T/bad.json: line $((all + 1)): rig: expected an object" 'a wrong line'
rig report -f pdf "$well"
refused '--format takes ' 'a format that is none'
rig report -o "$T/no/where" "$well"
refused "--output '.*there is no folder" 'an output that cannot be'

# The page.
rig report -f html -o "$T/page.html" "$every"
cp "$T/page.html" "$T/first.html"
rig report -f html -o "$T/page.html" "$every"
ok 'the page is the same every time' cmp "$T/page.html" "$T/first.html"
is "$(grep -cE '(src|href)="?(https?:|//|data:)|url\(|@import' "$T/page.html")" 0 'it names no other resource'
jq '.findings[0] |= (.subject = "</script><script>document.title=1</script>" | .case = "<img src=x onerror=alert(1)>")' \
	"$every" >"$T/hostile.json"
rig report -f html -o "$T/hostile.html" "$T/hostile.json"
is "$(grep -c '<img\|<script>document' "$T/hostile.html")" 0 'names of packages stay text'
rig report -f markdown "$T/hostile.json"
is "$(grep -v '^    ' "$out" | grep -c '^[^`]*<img')" 0 'in markdown, too'

command -v chromium >/dev/null || { skip 'the page in a browser' 'no chromium'; finish; }
# browse SIZE SCHEME FILE OPTION...: 0 is dark
browse() {
	local size=$1 scheme=$2 file=$3
	shift 3
	timeout 100 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--disable-dev-shm-usage --hide-scrollbars --user-data-dir="$T/browser" \
		--window-size="$size" --blink-settings=preferredColorScheme="$scheme" "$@" \
		"file://$file" 2>"$T/browser.log"
}
# The page in a frame of a phone's width: the window itself cannot be that narrow. The frame's own
# numbers come out through the title of a copy with another script.
measured=$T/measured.html
sed -e '/<meta http-equiv="Content-Security-Policy"/s/.*//' \
	-e 's|</body>|<script>onload = () => parent.postMessage([document.documentElement.scrollWidth, innerWidth, document.querySelectorAll("tbody tr").length].join(" "), "*")</script></body>|' \
	"$T/page.html" >"$measured"
printf '<!DOCTYPE html><iframe width="390" height="800" src="measured.html"></iframe>
<script>onmessage = (event) => { document.title = event.data }</script>' >"$T/phone.html"
browse 900,900 1 "$T/phone.html" --virtual-time-budget=5000 --dump-dom >"$T/dom"
like "$(cat "$T/dom")" '<title>390 390 8</title>' 'on a phone nothing sticks out to the side'
browse 1280,900 1 "$T/hostile.html" --virtual-time-budget=5000 --dump-dom >"$T/dom"
like "$(cat "$T/dom")" 'class="script"' 'its own script runs'
like "$(cat "$T/dom")" '<title>a64rig: ' 'and no other'
for scheme in 0 1; do
	browse 1280,1000 "$scheme" "$T/page.html" --screenshot="$T/shot-$scheme.png" >/dev/null
	is "$(od -An -tx1 -j16 -N8 "$T/shot-$scheme.png")" ' 00 00 05 00 00 00 03 e8' \
		"a picture, $( ((scheme)) && echo light || echo dark)"
	# 1280 times 1000 pixels, in PNG's header. One colour all over packs to a few kilobytes.
	[ "$(stat -c %s "$T/shot-$scheme.png")" -gt 30000 ]
	report $? 'which is not blank'
done
! cmp -s "$T/shot-0.png" "$T/shot-1.png"
report $? 'the two are not the same'
finish
