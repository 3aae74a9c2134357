#!/usr/bin/env bash
# a64rig scan: what it finds in files that compilers make, how it classes it, and what it refuses.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
cd "$T" || exit 1

# build FILE OPTION...: from standard input, and FILE.stripped beside it
build() {
	local file=$1
	shift
	aarch64-linux-gnu-gcc -O2 -xc -o "$file" - "$@" 2>"$T/said" || note "$(<"$T/said")"
	[[ $file == *.o ]] || aarch64-linux-gnu-strip -o "$file.stripped" "$file"
}

# classes: "1 bare FEAT_LSE, 2 guarded FEAT_AES" of the last scan's JSON
classes() {
	json '[.files[].hits[] | "\(.class) \(.feature)"] | group_by(.) | map("\(length) \(.[0])") | join(", ")'
}

# found FILE STATUS CLASSES NAME: with and without symbols
found() {
	local variant
	for variant in "$1" "$1.stripped"; do
		[ -e "$variant" ] || continue
		rig scan --format json "$variant"
		is "$status $(classes)" "$2 $3" "$4${variant#"$1"}"
	done
}

# --- classes ---

build plain.so -shared -fPIC <<-'EOF'
	int f(int a) { return a + 1; }
EOF
found plain.so 0 '' 'nothing above ARMv8.0'

build bare.so -shared -fPIC -march=armv8.1-a -nostdlib <<-'EOF'
	int f(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
EOF
found bare.so 1 '1 bare FEAT_LSE' 'an exported function that runs LSE'

build constructor.so -shared -fPIC -march=armv8.1-a -nostdlib <<-'EOF'
	static int n;
	static __attribute__((noinline)) void deep(int *p) { __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	__attribute__((constructor)) static void begin(void) { deep(&n); }
EOF
found constructor.so 1 '1 bare FEAT_LSE' 'a function that a constructor calls'

build outlined.so -shared -fPIC -moutline-atomics <<-'EOF'
	int f(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
EOF
found outlined.so 0 '1 guarded FEAT_LSE' "libgcc's outline-atomics helper"

build ends.so -shared -fPIC -O1 -mno-outline-atomics <<-'EOF'
	#include <stdlib.h>
	#include <sys/auxv.h>
	static int n;
	__attribute__((target("arch=armv8.1-a"), noinline)) static void with(void)
	{ __atomic_fetch_add(&n, 1, __ATOMIC_SEQ_CST); }
	void f(void) { if (__builtin_expect(getauxval(AT_HWCAP) & HWCAP_ATOMICS, 0)) with(); n++; exit(0); }
EOF
found ends.so 0 '1 guarded FEAT_LSE' 'guarded code that stands below a call that does not return'

build asked.so -shared -fPIC -nostdlib <<-'EOF'
	unsigned long getauxval(unsigned long);
	__attribute__((target("arch=armv8.1-a"), noinline)) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int f(int *p) { return getauxval(16) & 1 << 8 ? with(p) : (*p)++; }
EOF
found asked.so 0 '1 guarded FEAT_LSE' 'a call behind a test of HWCAPs'

build remembered.so -shared -fPIC -nostdlib <<-'EOF'
	unsigned long getauxval(unsigned long);
	static int lse;
	__attribute__((constructor)) static void ask(void) { lse = (getauxval(16) >> 8) & 1; }
	__attribute__((target("arch=armv8.1-a"), noinline)) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int f(int *p) { return lse ? with(p) : (*p)++; }
EOF
found remembered.so 0 '1 guarded FEAT_LSE' 'behind a variable that a constructor sets from HWCAPs'
like "$(json '.files[0].hits[0].reason')" 'a variable that is set by asking for the CPU \(0x' 'which it says'

build register.so -shared -fPIC -nostdlib <<-'EOF'
	__attribute__((target("arch=armv8.1-a"), noinline)) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int f(int *p)
	{
		unsigned long id;
		asm("mrs %0, ID_AA64ISAR0_EL1" : "=r"(id));
		return id >> 20 & 15 ? with(p) : (*p)++;
	}
EOF
found register.so 0 '1 guarded FEAT_LSE' 'behind a test of an identification register'

build backwards.so -shared -fPIC -nostdlib <<-'EOF'
	unsigned long getauxval(unsigned long);
	__attribute__((target("arch=armv8.1-a"), noinline)) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int f(int *p) { return getauxval(16) & 1 << 8 ? (*p)++ : with(p); }
EOF
found backwards.so 1 '1 bare FEAT_LSE' 'on the wrong side of the test'

build after.so -shared -fPIC -nostdlib <<-'EOF'
	unsigned long getauxval(unsigned long);
	void other(void);
	__attribute__((target("arch=armv8.1-a"), noinline)) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int f(int *p)
	{
		if (getauxval(16) & 1 << 8)
			other();
		return with(p);
	}
EOF
found after.so 1 '1 bare FEAT_LSE' 'after a test, which guards what stands in it only'

build page.so -shared -fPIC -nostdlib <<-'EOF'
	unsigned long getauxval(unsigned long);
	__attribute__((target("arch=armv8.1-a"), noinline)) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int f(int *p) { return getauxval(6) ? with(p) : (*p)++; }
EOF
rig scan --format json page.so
is "$status $(classes)" '1 1 bare FEAT_LSE' 'behind a question that is not about the CPU: the page size'

build other.so -shared -fPIC -nostdlib <<-'EOF'
	int ready;
	void set(int value) { ready = value; }
	__attribute__((target("arch=armv8.1-a"), noinline)) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int f(int *p) { return ready ? with(p) : 0; }
EOF
found other.so 0 '1 unknown FEAT_LSE' 'behind a test of something else'
like "$(json '.files[0].hits[0].reason')" 'nothing shows to be one of the CPU' 'which it says'

build ifunc.so -shared -fPIC -nostdlib <<-'EOF'
	static int plain(int *p) { return (*p)++; }
	__attribute__((target("arch=armv8.1-a"))) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	static void *choose(unsigned long hwcap) { return hwcap & 1 << 8 ? with : plain; }
	int f(int *p) __attribute__((ifunc("choose")));
EOF
found ifunc.so 0 '1 guarded FEAT_LSE' 'an ifunc variant'

build pointer.so -shared -fPIC -nostdlib <<-'EOF'
	__attribute__((target("arch=armv8.1-a"))) static int with(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int (*table[])(int *) = {with};
EOF
found pointer.so 0 '1 unknown FEAT_LSE' 'a function that only a table has'
like "$(json '.files[0].hits[0].reason')" 'by way of a pointer' 'which it says'

build data.so -shared -fPIC -nostdlib <<-'EOF'
	asm(".text\n .globl f\n .type f, %function\nf: ret\n .size f, .-f\n"
	    ".balign 4\n table: .word 0xb8e20000, 0xc8e9fe93\n");
EOF
rig scan --format json data.so
is "$status $(classes)" '0 ' 'data in code: mapping symbols tell'
rig scan --format json data.so.stripped
is "$status $(classes)" '0 2 unknown FEAT_LSE' 'data in code, stripped: it may be data'
like "$(json '.files[0].hits[0].reason')" 'may be data' 'which it says'

build hints.so -shared -fPIC -nostdlib -mbranch-protection=standard <<-'EOF'
	int g(int);
	int f(int a) { return g(a) + 1; }
EOF
found hints.so 0 '' 'hints that ARMv8.0 passes over: bti, paciasp'

# Programs: what main() runs is run, what it shows to plug-ins need not be.
build program -march=armv8.1-a <<-'EOF'
	#include <stdio.h>
	static int n;
	int main(void) { return __atomic_fetch_add(&n, 1, __ATOMIC_SEQ_CST) + puts(""); }
EOF
found program 1 '1 bare FEAT_LSE' 'a program'
build shown -rdynamic <<-'EOF'
	__attribute__((target("arch=armv8.1-a"))) int unused(int *p)
	{ return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
	int main(void) { return 0; }
EOF
found shown 0 '1 unknown FEAT_LSE' "a program's symbol for plug-ins"
build static -static -march=armv8.1-a <<-'EOF'
	static int n;
	int main(void) { return __atomic_fetch_add(&n, 1, __ATOMIC_SEQ_CST); }
EOF
rig scan --format json static.stripped
is "$status $(json '[.files[].hits[] | select(.class == "bare") | .feature] | unique | join(" ")')" '1 FEAT_LSE' \
	'a static program, stripped'
build object.o -c -march=armv8.1-a <<-'EOF'
	int f(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }
EOF
found object.o 1 '1 bare FEAT_LSE' 'an object file'
is "$(json '.files[0].hits[0] | "\(.function) \(.mnemonic) \(.insn) \(.section) \(.arch)"')" \
	'f ldaddal 0xb8e20000 .text ARMv8.1-A' 'its function, instruction and section'
offset=$(json '.files[0].hits[0].offset')
is "$(od -An -tx4 -j "$((offset))" -N 4 object.o | tr -d ' ')" b8e20000 'and where it stands in the file'

# --- baselines and profiles ---

build aes.so -shared -fPIC -march=armv8-a+crypto -nostdlib <<-'EOF'
	#include <arm_neon.h>
	uint8x16_t f(uint8x16_t a, uint8x16_t b) { return vaeseq_u8(a, b); }
EOF
found aes.so 0 '' 'AES is none above cortex-a72'
rig scan --baseline rpi4 --format json aes.so
is "$status $(classes)" '1 1 bare FEAT_AES' 'but above rpi4'
is "$(json '.profiles[] | select(.profile == "rpi4" or .profile == "cortex-a72") | "\(.profile) \(.fate)"' | xargs)" \
	'cortex-a72 runs rpi4 will not run' 'and each profile has its fate'
rig scan --baseline max --format json bare.so
is "$status $(classes)" '0 ' 'nothing is above max'

# --- how it is shown ---

rig scan bare.so
is "$status" 1 'the table: exit status'
like "$(<"$out")" 'FEAT_LSE \(ARMv8.1-A\): 1 bare.*bare +0x[0-9a-f]+ +b8e20000  ldaddal w2, w0, \[x0\]  in f\+0x4' \
	'instruction and function'
like "$(<"$out")" 'will not run on .*cortex-a72.*rpi4.*runs on .*cortex-a76' 'and the profiles'
unlike "$(<"$out")" $'\033' 'no colour but on a terminal'
like "$(script -qec "'$A64RIG' scan bare.so" /dev/null </dev/null)" $'\033\[31m' 'colour on a terminal'
is "$(awk 'length > 80' <(script -qec "stty cols 80; NO_COLOR=1 '$A64RIG' scan -q outlined.so bare.so other.so" /dev/null </dev/null | tr -d '\r'))" \
	'' 'which is not overrun'
rig scan --all other.so
like "$(<"$out")" 'unknown +0x[0-9a-f]+ .*ldaddal.*behind a test that nothing shows' '--all: each with its reason'
rig scan --format sarif bare.so outlined.so
is "$(json '.version, (.runs[0].results | length), .runs[0].results[0].ruleId, .runs[0].results[0].level' | xargs)" \
	'2.1.0 1 FEAT_LSE error' 'SARIF: what is bare, not what is guarded'
is "$(json '[.runs[0].tool.driver.rules[].id] | join(" ")')" FEAT_LSE 'its rules are those in use'
rig scan --format json -o scan.json bare.so
is "$status $(jq -r .schema scan.json) $(wc -c <"$out")" '1 a64rig.scan/1 0' '--output'

# --- folders and archives ---

mkdir -p tree/deep
cp bare.so tree/deep
cp outlined.so tree
cp /bin/true tree/native
echo text >tree/text
ln -s / tree/deep/root
mkfifo tree/pipe
rig scan --format json tree
is "$status $(json '[.files[].path] | join(" ")') $(json .passed_over)" \
	'1 tree/deep/bare.so tree/outlined.so 2' 'a folder: arm64 files, links not followed'
rig scan --format json -j 1 tree
one=$(<"$out")
rig scan --format json -j 8 tree
is "$(<"$out")" "$one" 'with any number of jobs the same'
tar -czf tree.tgz tree
(cd tree && python3 -m zipfile -c ../tree.whl deep/bare.so outlined.so native)
aarch64-linux-gnu-ar rc libx.a object.o
mkdir -p deb
echo 2.0 >deb/debian-binary
tar -cJf deb/control.tar.xz text 2>/dev/null || tar -cJf deb/control.tar.xz -C tree text
tar -cJf deb/data.tar.xz -C tree deep/bare.so
(cd deb && aarch64-linux-gnu-ar rc ../x.deb debian-binary control.tar.xz data.tar.xz)
for archive in tree.tgz tree.whl libx.a x.deb; do
	rig scan --format json "$archive"
	is "$status $(json .summary.bare)" '1 1' "in $archive"
done
is "$(json '.files[0].path')" 'x.deb: data.tar.xz: deep/bare.so' 'the whole way to the file is told'
mkdir many
for ((i = 0; i < 6; i++)); do
	inner=tree.tgz
	[ $i = 0 ] || inner=many/$((i - 1)).tar
	tar -cf many/$i.tar "$inner"
done
rig scan --format json many/5.tar
is "$status" 0 'archives in archives: not deeper than four'

# --- what it refuses ---

refused() {
	is "$status" 2 "$2: exit status"
	like "$(said)" "^a64rig: .*$1" "$2: said"
}
rig scan
refused "no FILE is named; see 'a64rig scan --help'" 'no file'
rig scan --format yaml bare.so
refused "--format takes table, json or sarif, not 'yaml'" 'an unknown format'
rig scan --baseline cortex-a73 bare.so
refused "unknown profile 'cortex-a73'" 'an unknown profile'
rig scan -o nowhere/x bare.so
refused "there is no folder" 'an output that cannot be'
rig scan nothere.so
refused "nothere.so" 'a file that is not there'
rig scan tree/text
refused 'tree/text' 'a text'
rig scan /bin/true
refused 'is an ELF file for .*, not for AArch64' 'a program of another machine'
rig scan tree/text bare.so
is "$status" 2 'one bad file among good ones: exit status'
like "$(<"$out")" 'FEAT_LSE' 'and the good ones are scanned'
: >empty
rig scan empty
refused 'is empty' 'an empty file'
for length in 3 20 63 64 100 500 2000; do
	head -c $length bare.so >cut.so
	rig scan cut.so
	like "$status" '^2$' "cut off at $length bytes"
	like "$(said)" 'cut\.so' 'which is said of it'
done
head -c 3000 tree.tgz >cut.tgz
rig scan cut.tgz
refused 'cut.tgz' 'a damaged archive'
tar -cPf out.tar --transform 's,^,../../,' bare.so
rig scan out.tar
refused "its entry '../../bare.so' would lie outside" 'an archive that leads out'

# --- hostile ELF files: what their tables say is not what is there ---

# patch NAME OFFSET BYTES: bare.so changed at that offset; bytes as printf has them
patch() {
	cp bare.so "$1"
	# shellcheck disable=SC2059  # escapes
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
patch sections.so 60 '\377\377' # e_shnum
patch segments.so 56 '\377\377' # e_phnum
patch far.so 40 '\377\377\377\377\377\377\377\177' # e_shoff
patch entry.so 24 '\001\002\003\004\005\006\007\010' # e_entry
patch entries.so 58 '\001\000' # e_shentsize
patch strings.so 62 '\377\377' # e_shstrndx
for file in sections segments far entry entries strings; do
	ok "$file: it ends, well or with a reason" \
		timeout 20 sh -c '"$1" scan "$2" >said.out 2>said.err; test $? -le 2' - "$A64RIG" $file.so
done
finish
