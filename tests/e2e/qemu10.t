#!/usr/bin/env bash
# Audits and boards with QEMU 10, whose plugin interface is another one in guests and which has none
# in Debian's user mode: they tell what the QEMU that is installed tells.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
XDG_CACHE_HOME=$(dirname "$(dirname "$REAL_PREPARED")") "$TOP/scripts/qemu10" >"$T/fetched" 2>&1 ||
	skip_all "QEMU 10 is not here: $(tail -n 1 "$T/fetched")"
user10=${REAL_PREPARED%/prepared}/qemu10/qemu-aarch64
system10=${REAL_PREPARED%/prepared}/qemu10/qemu-system-aarch64
cases=(-c bare-lse -c thread-lse -c deep-lse -c needs-lse -c handled-sigill -c jit-lse -s glibc)

# What was executed of LSE: for its memcpy the C library takes what is newest in the CPU.
places() {
	json '[.audit.files[] | .path as $file | .hits[] | select(.feature == "FEAT_LSE")
		| "\($file) \(.offset) \(.function) \(.class)"] | sort | .[]'
}

verdicts() {
	json '[.findings[] | "\(.case) \(.verdict) \(.fault.function)"] | sort | .[]'
}

rig run -q --audit -f json "${cases[@]}"
wanted=$(places) wanted_verdicts=$(verdicts)
like "$wanted" 'deep-lse .* bump bare' 'the QEMU that is installed tells of what is bare'

A64RIG_QEMU=$user10 rig run -q --audit -f json "${cases[@]}"
like "$(json .rig.qemu)" '^qemu-aarch64 (9|[1-9][0-9])' 'QEMU 9 or later'
is "$(verdicts)" "$wanted_verdicts" 'programs: the same verdicts and faults'
is "$(places)" "$wanted" 'the same places and classes'

cat >"$T/aes.c" <<-'EOF'
	#include <arm_neon.h>
	#include <sys/auxv.h>
	__attribute__((noinline)) int seal(int x)
	{
		uint8x16_t a = vdupq_n_u8(x);
		return vgetq_lane_u8(vaesmcq_u8(vaeseq_u8(a, a)), 0);
	}
	int main(int argc, char **argv)
	{
	#ifdef ASKS
		if (!(getauxval(AT_HWCAP) & HWCAP_AES))
			return 0;
	#endif
		return seal(argc) == 256;
	}
EOF
gcc=(aarch64-linux-gnu-gcc -O1 -march=armv8-a+crypto)
ok 'a program that uses AES' "${gcc[@]}" -o "$T/unasked" "$T/aes.c"
ok 'and one that asks first' "${gcc[@]}" -DASKS -o "$T/asks" "$T/aes.c"
A64RIG_QEMU=$user10 rig audit -f json -b rpi4 -r cortex-a72 "$T/unasked"
is "$status $(json '.findings[0] | "\(.verdict) \(.fault.function) \(.fault.feature)"')" '1 flagged seal FEAT_AES' \
	'a board: AES unasked is flagged'
A64RIG_QEMU=$user10 rig audit -f json -b rpi4 -r cortex-a72 "$T/asks"
is "$status $(json '.findings[0].verdict')" '0 ok' 'and who asks first is fine'

if command -v qemu-system-aarch64 >/dev/null && {
	ln -sfn "${REAL_PREPARED%/prepared}/images" "$XDG_CACHE_HOME/a64rig/images"
	"$A64RIG" image list 2>/dev/null </dev/null | grep -q '^debian-12 *built'
}; then
	A64RIG_QEMU_SYSTEM=$system10 rig run -q --audit --engine system -f json "${cases[@]}"
	like "$(json .rig.qemu)" '^qemu-system-aarch64 (9|[1-9][0-9])' 'guests: QEMU 9 or later'
	is "$(verdicts)" "$wanted_verdicts" 'guests: the same verdicts and faults'
	is "$(places)" "$wanted" 'guests: the same places and classes'
	is "$(json '[.audit.files[] | select(.path == "code made in memory").hits[] | .feature] | unique | join(" ")')" \
		FEAT_LSE 'guests: code of the kernel is not taken for the program'\''s'
	A64RIG_QEMU_SYSTEM=$system10 rig audit --engine system -f json -b rpi4 -r cortex-a72 "$T/unasked"
	is "$status $(json '.findings[0] | "\(.verdict) \(.fault.function)"')" '1 flagged seal' 'guests: a board'
else
	skip 'guests' 'no guest image is built here'
fi
finish
