#!/bin/bash
# Guests below a libvirt daemon: one of the test's own on loopback stands for another host. Images
# and disks travel as volumes, nothing of a rig is left there, and what cannot be reached is told.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
use_image
[ "$(id -u)" = 0 ] || skip_all 'not root: a system daemon cannot be started'
for tool in libvirtd virtlogd virsh; do
	command -v $tool >/dev/null || skip_all "no $tool"
done

# --- the other host: a daemon with folders of its own ---

daemon=$T/daemon pool=$T/pool socket=$T/daemon/libvirt-sock
mkdir -m 711 "$daemon" "$pool"
chmod 711 "$T"
cat >"$daemon/conf" <<CONF
unix_sock_dir = "$daemon"
auth_unix_ro = "none"
auth_unix_rw = "none"
CONF
# shellcheck disable=SC2016
unshare --mount setpriv --pdeathsig KILL bash -c '
	for folder in /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
		mkdir -p $folder && mount -t tmpfs -o mode=755 tmpfs $folder || exit 1
	done
	virtlogd -d -p "$1/virtlogd.pid"
	exec libvirtd -f "$1/conf" -p "$1/pid"' - "$daemon" >"$daemon/log" 2>&1 &
at_exit+=('kill -KILL $(cat "$daemon"/*pid) 2>/dev/null')
uri="qemu+unix:///system?socket=$socket"

there() {
	timeout 20 virsh -q -c "$uri" "$@" </dev/null
}

answers() {
	there version >/dev/null 2>&1
}
within 30 answers || skip_all "libvirtd does not answer: $(tail -n 2 "$daemon/log")"
there pool-create-as default dir --target "$pool" >/dev/null ||
	skip_all 'libvirtd cannot make a storage pool'

no_guests() {
	[ -z "$(there list --name)" ]
}

volumes() {
	there vol-list default | awk '{ print $1 }'
}

# --- the same findings there ---

lse=mimalloc-2.0.9-armv8.1-a
rig run --engine both --connect "$uri" -c edges -s glibc -s $lse -f json
is "$status" 0 'guests of a daemon come to the findings of user mode'
is "$(json '[.findings[] | [.subject, .engine, .verdict] | join(" ")] | join(", ")')" \
	"glibc user ok, glibc system ok, $lse user flagged, $lse system flagged" 'they are these'
is "$(json '.disagreements | length')" 0 'and so are the faults'
is "$(json '[.findings[] | select(.engine == "system") | .baseline.hwcaps | index("asimd") != null] |
	unique | join(" ")')" true 'what the CPU has is told'
like "$(json .rig.qemu)" 'QEMU [0-9]+\.[0-9]+.*libvirt [0-9]+' 'the versions are those of the daemon'
ok 'no guest is left there' no_guests
is "$(volumes | grep -c 'root.qcow2$')" 1 'the root disk was sent once'
is "$(volumes | grep -vc -e 'root.qcow2' -e kernel -e initrd)" 0 'what was for one rig alone is gone'

before=$(cd "$pool" && stat -c '%n %i %W' ./*root.qcow2)
rig run --engine system --connect "$uri" --isolation guest -c edges -c size-classes -s glibc -f json
is "$status $(json .summary.ok)" '0 2' 'several runs share a guest'
is "$(cd "$pool" && stat -c '%n %i %W' ./*root.qcow2)" "$before" 'the root disk is not sent again'

# One that was cut off is.
rm "$pool"/*root.qcow2.whole
there pool-refresh default >/dev/null
rig run --engine system --connect "$uri" -c edges -s glibc
is "$status" 0 'a root disk that was sent in part is sent anew'

# --- a rig that is killed ---

guest_there() {
	! no_guests
}
"$A64RIG" run -q --engine system --connect "$uri" --timeout 100 -j 1 -c verdicts/hangs -s glibc \
	>"$out" 2>"$err" </dev/null &
killed=$!
own_volume() {
	volumes | grep -q "^a64rig-.*-$killed-cortex-a72$"
}
within 60 own_volume
within 60 guest_there
kill -KILL $killed
wait $killed 2>/dev/null
ok 'the guests of a rig that was killed end' within 60 no_guests
rig run --engine system --connect "$uri" -c edges -s glibc
is "$status" 0 'the next rig works'
is "$(volumes | grep -c -e "-$killed-")" 0 'and removes what the killed one left'

# --- through ssh ---

port=$((20000 + $$ % 20000))
through_ssh() {
	command -v sshd >/dev/null && command -v ssh-keygen >/dev/null && command -v nc >/dev/null || return 1
	mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$T/host_key" && ssh-keygen -q -t ed25519 -N '' -f "$T/key" || return 1
	cp "$T/key.pub" "$T/authorized"
	printf '%s\n' "ListenAddress 127.0.0.1" "Port $port" "HostKey $T/host_key" 'StrictModes no' \
		"AuthorizedKeysFile $T/authorized" 'PermitRootLogin prohibit-password' 'UsePAM no' \
		'PidFile none' >"$T/sshd_config"
	"$(command -v sshd)" -D -f "$T/sshd_config" 2>"$T/sshd.log" &
	at_exit+=("kill $! 2>/dev/null")
	printf '#!/bin/sh\nexec ssh -F none -o BatchMode=yes -o UserKnownHostsFile=/dev/null %s "$@"\n' \
		"-o StrictHostKeyChecking=no -o LogLevel=ERROR -i $T/key" >"$T/ssh"
	chmod +x "$T/ssh"
	within 10 "$T/ssh" -p "$port" root@127.0.0.1 true 2>/dev/null
}
if through_ssh; then
	rig run --engine system -c edges -s $lse -f json --connect \
		"qemu+ssh://root@127.0.0.1:$port/system?command=$T/ssh&socket=$socket&proxy=netcat&netcat=nc"
	is "$status $(json '.findings[0].verdict')" '0 flagged' 'a host that ssh leads to'
	like "$(json '.findings[0].replay')" 'connect .qemu\+ssh://' 'the replay goes there, too'
else
	skip 'a host that ssh leads to' 'no sshd, ssh-keygen and nc, or root may not log in'
fi

# --- what cannot be reached ---

fails() {
	local name=$1 pattern=$2
	shift 2
	rig run --engine system -c edges -s glibc "$@"
	is "$status" 3 "$name: exit status 3"
	like "$(said)" "$pattern" "$name: says so"
	is "$(wc -l <"$err")" 1 "$name: in one line"
}
fails 'no such pool' "storage pool 'nowhere' cannot be used.*pool-create-as.*--pool" \
	--connect "$uri" --pool nowhere
fails 'no daemon' 'libvirt cannot be used: .*No such file' \
	--connect "qemu+unix:///system?socket=$T/none"
fails 'no such host' 'libvirt cannot be used: ' --connect 'qemu+tcp://127.0.0.1:1/system'
fails 'no URI' 'libvirt cannot be used: ' --connect 'nonsense:///'
finish
