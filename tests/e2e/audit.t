#!/usr/bin/env bash
# a64rig audit, run --audit and boards: what programs execute above the baseline, how it is classed,
# with QEMU's plugin, from QEMU's own log, and in guests; and what a board lacks that its CPU has.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
cd "$T" || exit 1

# build FILE OPTION...: from standard input
build() {
	local file=$1
	shift
	aarch64-linux-gnu-gcc -O1 -xc -o "$file" - "$@" 2>"$T/said" || note "$(<"$T/said")"
}

# executed FILE: "bare add FEAT_LSE, guarded swap FEAT_LSE" of the last audit's JSON
executed() {
	json "[.audit.files[] | select(.path | endswith(\"/$1\")).hits[] | \"\(.class) \(.function) \(.feature)\"]
		| unique | join(\", \")"
}

# --- classes: one thread, several, children, code behind a test ---

lse='#include <sys/auxv.h>
#include <sys/wait.h>
#include <pthread.h>
#include <unistd.h>
#define OLD __attribute__((noinline, target("arch=armv8-a")))
#define NEW __attribute__((noinline, target("arch=armv8.1-a")))
static long n;
NEW void add(void) { __atomic_fetch_add(&n, 1, __ATOMIC_SEQ_CST); }
NEW void swap(void) { __atomic_exchange_n(&n, 1, __ATOMIC_SEQ_CST); }
NEW void *set(void *p) { __atomic_fetch_or(&n, 2, __ATOMIC_SEQ_CST); return p; }
NEW void never(void) { __atomic_fetch_xor(&n, 2, __ATOMIC_SEQ_CST); }
static int has(void) { return (getauxval(AT_HWCAP) & HWCAP_ATOMICS) != 0; }'

build asks -mno-outline-atomics -pthread <<-EOF
	$lse
	int main(int argc, char **argv) { if (has()) swap(); if (argc > 9) never(); return 0; }
EOF
rig audit -f json ./asks
is "$status $(executed asks)" '0 guarded swap FEAT_LSE' 'what a test of HWCAPs guards is guarded'
is "$(json '.audit.files[] | select(.path | endswith("/asks")) | "\(.hits | length) of \(.found)"')" '1 of 4' \
	'and it is told how much of the file was reached'
is "$(json '[.audit.profiles[] | select(.fate != "runs")] | length')" 0 'no profile is in danger'
rig audit ./asks
like "$(cat "$out")" 'asks  [0-9.]+ [a-zA-Z]+ of code, 1 of its 4 instructions above cortex-a72 were executed' 'in words'
like "$(cat "$out")" 'guarded  1 ' 'the table tells the class'

build dies -mno-outline-atomics -pthread <<-EOF
	$lse
	int main(void)
	{
		pthread_t thread;
		add();
		if (has())
			swap();
		pthread_create(&thread, 0, set, 0);
		pthread_join(thread, 0);
		return 0;
	}
EOF
rig audit -f json ./dies
wanted='bare add FEAT_LSE, bare set FEAT_LSE, guarded swap FEAT_LSE'
is "$status $(executed dies)" "1 $wanted" 'what comes after the fault is classed, too, in threads as well'
is "$(json '.findings[0] | .verdict, .fault.function' | xargs)" 'flagged add' 'the fault is told with it'
is "$(json '[.audit.profiles[] | select(.fate == "will not run") | .profile] | join(" ")')" \
	'cortex-a35 cortex-a53 cortex-a57 cortex-a72 graviton1 rpi3 rpi4' 'the fate of all profiles'
cp "$out" plugin.json
rig audit -f sarif ./dies
is "$(json '[.runs[0].results[] | .level] | join(" ")')" 'error error' 'SARIF has what is bare'
rig audit --all ./dies
like "$(cat "$out")" 'bare .*ldaddal .* in add' '--all lists each'
like "$(cat "$out")" 'executed on the baseline, which lacks it' 'with its reason'
rig audit -q --no-sandbox -f json ./dies
is "$status $(executed dies)" "1 $wanted" 'the same without a sandbox'

build forks -mno-outline-atomics -pthread <<-EOF
	$lse
	int main(void)
	{
		if (fork() == 0) {
			if (has())
				swap();
			add();
			_exit(0);
		}
		return wait(0) < 0;
	}
EOF
rig audit -f json ./forks
like "$(executed forks)" 'bare add FEAT_LSE' 'a child is looked at, too'
like "$(executed forks)" 'guarded swap FEAT_LSE' 'to its end'

rig run --audit -f json -c verdicts/jit-lse -s glibc
is "$(json '[.audit.files[] | select(.path == "code made in memory").hits[] | .class] | unique | join(" ")')" \
	bare 'code that no file holds'

# --- from QEMU's log, where it takes no plugins ---

cat >"$T/qemu-aarch64" <<-EOF
	#!/bin/sh
	if [ "\$*" = -help ]; then
		$(command -v qemu-aarch64) -help | grep -v '^-plugin'
	else
		exec $(command -v qemu-aarch64) "\$@"
	fi
EOF
chmod 755 "$T/qemu-aarch64" "$T"
A64RIG_QEMU=$T/qemu-aarch64 rig audit -f json ./dies
is "$status $(executed dies)" "1 $wanted" 'a QEMU without plugins: the same from its log'
places='[.audit.files[].hits[] | "\(.offset) \(.class)"] | unique'
is "$(json "$places")" "$(jq -r "$places" plugin.json)" 'at the same places, of the libraries, too'
A64RIG_QEMU=$T/qemu-aarch64 rig run --dry-run --audit -c usable-size -s glibc
like "$(cat "$out")" '[-]d in_asm' 'by -d in_asm'

# --- boards ---

build aes -march=armv8-a+crypto -g <<-'EOF'
	#include <arm_neon.h>
	__attribute__((noinline)) int seal(int x)
	{
		uint8x16_t a = vdupq_n_u8(x);
		return vgetq_lane_u8(vaesmcq_u8(vaeseq_u8(a, a)), 0);
	}
	int main(int argc, char **argv) { return seal(argc) == 256; }
EOF
rig audit -f json -b rpi4 -r cortex-a72 ./aes
is "$status $(json '.findings[0] | "\(.verdict) \(.fault.function) \(.fault.mnemonic) \(.fault.feature)"')" \
	'1 flagged seal aese FEAT_AES' 'AES unasked is flagged on a Raspberry Pi 4'
is "$(json '.findings[0].baseline.masked | join(" ")')" 'aes pmull sha1 sha2' 'it is told what was hidden'
is "$(json '[.findings[0].fault.backtrace[] | .function | select(. == "seal" or . == "main")] | join(" ")')" \
	'seal main' 'with the calls that led there'
like "$(executed aes)" '^bare seal FEAT_AES$' 'the audit has it'
rig audit -f json -b cortex-a72 -r max ./aes
is "$status $(json '.findings[0].verdict')" '0 ok' 'and fine on a Cortex-A72'
is "$(json '[.audit.profiles[] | select(.fate == "will not run") | "\(.profile) \(.features[])"] | join(", ")')" \
	'rpi3 FEAT_AES, rpi4 FEAT_AES' 'of which the audit tells the boards that lack it'

cat >polite.c <<-'EOF'
	#include <arm_neon.h>
	#include <setjmp.h>
	#include <signal.h>
	#include <stdio.h>
	#include <sys/auxv.h>
	static sigjmp_buf before;
	static void on_sigill(int n) { (void)n; siglongjmp(before, 1); }
	__attribute__((noinline)) int seal(int x)
	{
		uint8x16_t a = vdupq_n_u8(x);
		return vgetq_lane_u8(vaeseq_u8(a, a), 0);
	}
	int main(int argc, char **argv)
	{
		(void)argv;
	#ifndef TRIES
		return getauxval(AT_HWCAP) & HWCAP_AES ? seal(argc) == 256 : 0;
	#endif
		signal(SIGILL, on_sigill);
		puts(sigsetjmp(before, 1) ? "without" : seal(1) == 256 ? "?" : "with");
		return 0;
	}
EOF
build polite -march=armv8-a+crypto <polite.c
build tries -DTRIES -march=armv8-a+crypto <polite.c
rig audit -f json -b rpi4 -r cortex-a72 ./polite
is "$status $(json '.findings[0].verdict') $(executed polite)" '0 ok guarded seal FEAT_AES' 'who asks first is fine there'
rig audit -f json -b rpi4 -r cortex-a72 ./tries
is "$(json '.findings[0] | .verdict, .baseline.exit, .baseline.outcome' | xargs)" 'ok 0 exited' 'and who tries with a handler of SIGILL'

build aes.node -shared -fPIC -march=armv8-a+crypto <<-'EOF'
	#include <arm_neon.h>
	static volatile int sum;
	__attribute__((constructor)) void begin(void)
	{
		uint8x16_t a = vdupq_n_u8(sum);
		sum = vgetq_lane_u8(vaeseq_u8(a, a), 0);
	}
	extern int napi_create_uint32(void *, unsigned, void **);
	extern int napi_set_named_property(void *, void *, const char *, void *);
	void *napi_register_module_v1(void *env, void *exports)
	{
		void *number;

		if (!napi_create_uint32(env, sum, &number))
			napi_set_named_property(env, exports, "sum", number);
		return exports;
	}
EOF
rig run -q -f json -b rpi4 -r cortex-a72 -s ./aes.node
if [ "$(json '.findings[0].verdict')" = skipped ]; then
	skip 'an addon' "$(json '.findings[0].reason')"
else
	is "$status $(json '.findings[0] | "\(.verdict) \(.fault.function) \(.fault.feature)"')" '1 flagged begin FEAT_AES' \
		'an addon that uses AES unasked is flagged on a Raspberry Pi 4'
	rig run -q -f json -s ./aes.node
	is "$status $(json '.findings[0].verdict')" '0 ok' 'and ok on a Cortex-A72'
fi

# --- in guests ---

if "$A64RIG" image list 2>/dev/null </dev/null | grep -q '^debian-12 *built' || {
	ln -sfn "${REAL_PREPARED%/prepared}/images" "$XDG_CACHE_HOME/a64rig/images"
	"$A64RIG" image list 2>/dev/null </dev/null | grep -q '^debian-12 *built'
}; then
	rig audit --engine system -f json ./dies
	is "$status $(executed dies)" "1 $wanted" 'guests: the same classes'
	is "$(json '[.audit.files[] | select(.path | test("glib|qemu")) | .path] | join(" ")')" '' \
		'and nothing of what else runs there'
	rig audit --engine system -f json -b rpi4 -r cortex-a72 ./aes
	is "$status $(json '.findings[0] | "\(.verdict) \(.fault.function) \(.fault.mnemonic)"')" '1 flagged seal aese' \
		'guests: AES unasked on a Raspberry Pi 4'
	like "$(json '.findings[0].fault.note')" 'the board would have died here' 'with what that is worth'
else
	skip 'guests' 'no guest image is built here'
fi

# --- what cannot be done ---

# refused STATUS REGEX WORDS...
refused() {
	local wanted=$1 text=$2
	shift 2
	rig "$@"
	is "$status" "$wanted" "$*: exit status"
	like "$(said)" "$text" "$*: why"
	is "$(cat "$out")" '' "$*: nothing else"
}

refused 2 'no PROGRAM is named' audit
refused 2 "there is no program" audit ./missing
refused 2 'for x86-64|not.*AArch64|not for' audit /bin/true
refused 2 'a shared library|not a program|no program' audit ./aes.node
refused 2 '--format takes table, json or sarif' audit -f junit ./asks
refused 2 '--engine takes user or system' audit --engine both ./asks
refused 2 '--image needs --engine system' audit --image debian-12 ./asks
refused 2 '--timeout takes seconds' audit --timeout 0 ./asks
refused 2 'rpi44' audit -b rpi44 ./asks
refused 2 'does not go with --resume' run --audit --resume
refused 2 'does not go with --isolation guest' run --audit --engine system --isolation guest
rig audit --timeout 1 ./asks --option of-the-program
is "$status" 0 'what follows the program is its own'

# A program that writes into the account of what it does is not believed beyond what is there.
build forger <<-'EOF'
	#include <stdio.h>
	int main(void)
	{
		FILE *account = fopen(".executed", "a");
		fputs("run 1000 88e07c41 10 /etc/passwd\nrun 1 88e07c41 fffffffffffffff /rig/case/forger\n"
		      "see 1 2 3 4\nrun -1 x\ntrap\n0x:\n", account);
		return fclose(account);
	}
EOF
rig audit -f json ./forger
is "$(json '.findings[0].verdict')" ok 'a forged account harms nobody'
is "$(json '[.audit.files[].path | select(test("passwd"))] | length')" 0 'and leads to no file of this host'

finish
