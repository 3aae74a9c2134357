#!/usr/bin/env bash
# a64rig check: files, folders and archives, and the verdict on each; what it says of them, and what
# hostile archives come to.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
mkdir "$T/work" && cd "$T/work" || exit 1

build() {
	local file=$1
	shift
	aarch64-linux-gnu-gcc -O1 -mno-outline-atomics -xc -o "$file" - "$@" 2>"$T/said" || note "$(<"$T/said")"
}

verdict() {
	json '[.verdict, (.targets[0].checked[] | "\(.path) \(.kind) \(.verdict)")] | join(", ")'
}

lse='static long n;
__attribute__((noinline, target("arch=armv8.1-a"))) void add(void) { __atomic_fetch_add(&n, 1, __ATOMIC_SEQ_CST); }'

build dies <<<"$lse int main(void) { add(); return 0; }"
build late <<<"$lse int main(int argc, char **argv) { (void)argv; if (argc > 2) add(); return 0; }"
build runs <<<'int main(void) { return 0; }'
build asks <<<"#include <sys/auxv.h>
$lse int main(void) { if (getauxval(AT_HWCAP) & HWCAP_ATOMICS) add(); return 0; }"
build libbad.so -shared -fPIC <<<"$lse __attribute__((constructor)) void begin(void) { add(); }"
build libgood.so -shared -fPIC <<<'int answer(void) { return 42; }'
build libneeds.so -shared -fPIC -L. -lgood -Wl,--no-as-needed <<<'int answer(void); int twice(void) { return 2 * answer(); }'
build object.o -c <<<"$lse"

# --- files ---

rig check dies
is "$status" 1 'a program that dies: exit status'
like "$(<"$out")" 'dies: will not run on cortex-a72' 'the answer comes first'
like "$(<"$out")" 'ldaddal.*FEAT_LSE' 'then the instruction'
like "$(<"$out")" 'add\+0x' 'and the function'
like "$(<"$out")" 'way out  ' 'and the way out'
like "$(<"$out")" 'will not run on .*rpi4.*: FEAT_LSE' 'and every profile that lacks it'
like "$(<"$out")" 'runs on .*neoverse-n1.*rpi5' 'and those that do not'
like "$(<"$out")" 'replay  *a64rig check dies' 'and how to repeat it'
rig check -q -f json runs
is "$status $(verdict)" '0 runs, runs program runs' 'a program that runs'
rig check -q -f json asks
is "$status $(verdict)" '0 runs, asks program runs' 'one that asks first'
rig check -q -f json late
is "$status $(verdict)" '1 will not run, late program will not run' 'what its start does not reach is found all the same'
like "$(json '.targets[0].checked[0].reason')" 'nothing guards 1 of its instructions' 'and that is said'
rig check -q -f json --smoke 'one two' late
is "$status $(json '.targets[0].checked[0].finding.fault.function')" '1 add' '--smoke: arguments that reach it'
rig check -q -f json libbad.so
is "$status $(verdict) $(json '.targets[0].checked[0].finding.fault.function')" \
	'1 will not run, libbad.so library will not run add' 'a library that dies when it is loaded'
rig check -q -f json libneeds.so
is "$status $(verdict)" '0 runs, libneeds.so library runs' 'one with a neighbour that it needs'
rm libgood.so
rig check -q -f json libneeds.so
is "$status" 0 'without it nothing in it is above the baseline'
like "$(json '.targets[0].checked[0].reason')" 'not started: .*needs libgood.so' 'and what is missing has a name'
rig check -q -f json object.o
is "$(json '.targets[0].checked[0].kind')" object 'an object file is scanned'
rig check -q runs asks dies
is "$status" 1 'of several the worst counts'
is "$(grep -c ' on cortex-a72$' "$out")" 3 'and each has its answer'

cp libbad.so bad.node && cp libneeds.so needs.node
rig check -q -f json bad.node
if [ "$(json '.targets[0].checked[0].finding.verdict')" = skipped ]; then
	skip 'an addon' "$(json '.targets[0].checked[0].reason')"
else
	is "$status $(verdict)" '1 will not run, bad.node addon will not run' 'an addon that dies when Node.js loads it'
fi
mkdir -p "$T/offline/a64rig" && ln -s "$REAL_PREPARED" "$T/offline/a64rig/prepared"
XDG_CACHE_HOME=$T/offline npm_config_registry=http://127.0.0.1:9/ npm_config_fetch_retries=0 rig check -q -f json bad.node
is "$status $(verdict)" '1 will not run, bad.node addon will not run' 'without Node.js the scan alone tells'
like "$(json '.targets[0].checked[0].reason')" 'nothing guards' 'and that it does'

# --- folders and archives ---

mkdir tree && cp dies runs object.o tree && echo text >tree/README
rig check -q -f json tree
is "$status $(verdict)" '1 will not run, dies program will not run, runs program runs' \
	'a folder: all that is linked'
is "$(json '.targets[0].scan.passed_over')" 2 'what is passed over is counted'
tar -czf tree.tgz tree
rig check -q -f json tree.tgz
is "$status $(verdict)" '1 will not run, tree/dies program will not run, tree/runs program runs' 'an archive'
mkdir -p deb/DEBIAN deb/usr/lib && cp libbad.so deb/usr/lib
printf 'Package: bad\nVersion: 1\nArchitecture: arm64\nMaintainer: none <none@invalid>\nDescription: none\n' \
	>deb/DEBIAN/control
if dpkg-deb --root-owner-group -b deb bad.deb >"$T/said" 2>&1; then
	rig check -q -f json bad.deb
	is "$status $(verdict)" '1 will not run, usr/lib/libbad.so library will not run' 'a Debian package'
else
	skip 'a Debian package' "dpkg-deb: $(tail -n 1 "$T/said")"
fi
mkdir wheel && cp libbad.so wheel/native.so && (cd wheel && python3 -m zipfile -c ../x-py3-none-any.whl native.so) 2>/dev/null
if [ -s x-py3-none-any.whl ]; then
	rig check -q -f json x-py3-none-any.whl
	is "$status $(verdict)" '1 will not run, native.so library will not run' 'a wheel'
else
	skip 'a wheel' 'no python3 to make one with'
fi
mkdir -p rootfs/bin && cp -a "$REAL_PREPARED/sysroot/lib" rootfs/ 2>/dev/null
if [ -e rootfs/lib/ld-linux-aarch64.so.1 ]; then
	mkdir root && cp -aL rootfs/lib/ld-linux-aarch64.so.1 root && mkdir -p small/lib small/bin
	cp -L rootfs/lib/ld-linux-aarch64.so.1 small/lib
	cp -L "$REAL_PREPARED"/sysroot/lib/aarch64-linux-gnu/libc.so.6 small/lib
	cp dies small/bin && ln -s /bin/dies small/bin/link && tar -cf small.tar small/bin small/lib -C small --transform 's,^small/,,'
	rig check -q -f json small.tar
	is "$status $(json '.targets[0].checked[] | select(.path == "bin/dies") | .verdict')" '1 will not run' \
		'a root file system: its programs run in it'
else
	skip 'a root file system' 'the sysroot has its loader elsewhere'
fi
mkdir plain && echo hello >plain/file
rig check -q plain
is "$status" 125 'no arm64 code in it: it cannot be told'
like "$(<"$out")" 'there is no arm64 code in it' 'and why'

# --- formats ---

rig check -q -f sarif dies
is "$(json '.runs[0].results[0] | "\(.level) \(.ruleId)"')" 'error FEAT_LSE' 'SARIF'
rig check -q -f markdown dies runs
like "$(<"$out")" '### :x: dies: will not run' 'markdown: a heading for what will not run'
like "$(<"$out")" '### :white_check_mark: runs' 'and for what does'
rig check -q -f json -o result.json dies
is "$status $(jq -r .schema result.json) $(wc -c <"$out")" '1 a64rig.check/1 0' '--output'
rig check -q -f json -b neoverse-n1 dies
is "$status" 0 'on a newer baseline it runs'

ln -s dies link && ln -s nowhere dangling
rig check -q -f json link
is "$status $(json .verdict)" '1 will not run' 'a link that is named is followed'
rig check -q dangling
is "$status" 2 'but not one that leads nowhere'

# --- static libraries ---

build plain.o -c <<<'int plain(void) { return 1; }'
build data.o -c <<<'int data = 1;'
aarch64-linux-gnu-ar rc libplain.a plain.o data.o
rig check -q -f json libplain.a
is "$status $(verdict)" '0 runs, libplain.a: data.o object runs, libplain.a: plain.o object runs' 'a static library that runs'
mkdir again && cp object.o again/plain.o && cp libplain.a libtwice.a && aarch64-linux-gnu-ar q libtwice.a again/plain.o
rig check -q -f json libtwice.a
is "$status $(verdict)" '1 will not run, libtwice.a: data.o object runs, libtwice.a: plain.o object runs, libtwice.a: plain.o object will not run' \
	'one of two members with the same name'
is "$(json '.targets[0].checked[2].reason')" 'nothing guards 1 of its instructions' 'and why'
mkdir -p shipped/lib && cp libbad.so libtwice.a object.o shipped/lib
rig check -q -f json shipped
like "$(verdict)" 'lib/libtwice\.a: plain\.o object will not run' 'it counts beside what is linked'
unlike "$(verdict)" 'object\.o' 'which loose objects do not'
printf '!<arch>\nxxxx' >broken.a
rig check -q broken.a
is "$status" 125 'a damaged one cannot be told'
like "$(<"$out")" 'broken\.a.*cannot tell' 'and is named'
unlike "$(<"$out")" 'runs on' 'nor does it run anywhere'

# --- hostile archives: nothing is written outside, and each ends with a clear error ---

hostile() {
	local name=$1 words=$2 file=$3
	rig check -q "$file"
	is "$status" 3 "$name: exit status"
	like "$(said)" "$words" "$name: what it says"
}
mkdir -p "$T/outside" && ln -s "$T/outside" way
tar -cPf climbs.tar --transform 's,^,../../../../../../../../..'"$T"'/outside/,' runs
hostile 'a path that climbs out' '\.\.' climbs.tar
tar -cPf absolute.tar "$T/work/runs" --transform "s,^.*,$T/outside/evil,"
rig check -q absolute.tar
is "$(ls "$T/outside")" '' 'an absolute path leads nowhere'
tar -cf links.tar way && tar -rf links.tar --transform 's,^,way/,' runs
rig check -q links.tar
is "$(ls "$T/outside")" '' 'a link out is not followed'
head -c 1000 tree.tgz >cut.tgz
hostile 'a cut archive' 'cut.tgz' cut.tgz
cp tree.tgz broken.tgz && printf 'xxxxxxxxxxxxxxxx' | dd of=broken.tgz bs=1 seek=600 conv=notrunc 2>/dev/null
hostile 'broken compression' 'broken.tgz' broken.tgz
head -c 100 /dev/urandom >noise.tar
hostile 'no archive' 'noise.tar' noise.tar
tar -cPf steers.tar --transform 's,^,../'$'\033''[31mx/,' runs
hostile 'a name that steers terminals' 'steers.tar' steers.tar
unlike "$(said)" $'\033' 'a name that steers terminals: not ours'
# A header alone: of a member with 9.5 GB.
truncate -s 9500000000 sparse && tar -cf - sparse 2>/dev/null | head -c 512 | gzip >bomb.tgz
rm -f sparse
hostile 'a bomb' 'larger than' bomb.tgz
python3 - <<-'EOF' 2>/dev/null && hostile 'a million entries' 'more entries than' many.tgz
	import gzip, tarfile
	block = tarfile.TarInfo("a").tobuf()
	with gzip.open("many.tgz", "wb", 1) as out:
	    for _ in range(1001):
	        out.write(block * 1000)
EOF
is "$(find "$XDG_CACHE_HOME/a64rig/runs" -name target | wc -l)" 0 'nothing that was unpacked is left behind'

# --- bad input ---

refused() {
	local wanted=$1 words=$2
	shift 2
	rig check "$@"
	is "$status" "$wanted" "refused with $wanted: $*"
	like "$(said)" "$words" "and it says: $words"
}
refused 2 'no TARGET is named'
refused 2 "there is no './nothing'" ./nothing
refused 2 'npm:NAME@VERSION' npm:x
refused 2 'is no name' deb:-x
refused 2 '--format takes' -f tap runs
refused 2 '--jobs takes' -j -1 runs
refused 2 'unknown profile|did you mean' -b cortex-a27 runs
refused 2 'smoke' --smoke "'" runs
XDG_CACHE_HOME=$T/empty rig check runs
is "$status" 3 'nothing prepared: exit status'
like "$(said)" 'prepare' 'nothing prepared: what to do'

# --- under git bisect run ---

git init -q repo && cd repo || exit 1
git config user.email none@invalid && git config user.name none
for i in 1 2 3 4 5 6 7 8; do
	if [ $i -ge 5 ]; then cp ../dies prog; else cp ../runs prog; fi
	echo $i >number
	git add -f prog number && git commit -qm "change $i"
done
git bisect start HEAD HEAD~7 >/dev/null 2>&1
ok 'git bisect run takes its exit status' git bisect run "$A64RIG" check -q prog
like "$(git bisect log)" 'first bad commit: .* change 5' 'and comes to the commit'
finish
