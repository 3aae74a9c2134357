#!/usr/bin/env bash
# a64rig bisect: a git history of 1,000 commits with CMake, npm's versions, lists of files and commands;
# that nothing is judged twice, and what becomes of a search that is killed.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
use_prepared
command -v aarch64-linux-gnu-gcc >/dev/null || skip_all 'no aarch64-linux-gnu-gcc'
cd "$T" || exit 1

changes() {
	json '[.changes[] | "\(.to) \(.before) \(.first)"] | join(", ")'
}

# --- git ---

"$TOP/tests/e2e/make-history" "$T/shapes" 1000 600 640 730 900
commit() {
	git -C "$T/shapes" log --format=%H --grep "change $1\$" main
}
build=(--git "$T/shapes" --build 'cmake -B out -G "Unix Makefiles" && cmake --build out' --target out/libshapes.so)
export GIT_OPTIONAL_LOCKS=0
before=$(cd "$T/shapes" && git status --porcelain && git worktree list && find . -printf '%p %T@\n' | sort)

if ! command -v cmake >/dev/null; then
	skip 'git' 'no cmake'
else
	rig bisect "${build[@]}" -f json --good "$(commit 1)" --bad "$(commit 850)" --log "$T/log"
	is "$status" 0 'a history of 1,000 commits: exit status'
	is "$(changes)" "bad $(commit 729) $(commit 730)" 'the commit that brought it in'
	ok 'in at most log2(N) + 3 builds' [ "$(json .judged_now)" -le 13 ]
	note "$(json .judged_now) builds for $(json .versions) commits"
	is "$(json '.changes[0].differs | join(", ")')" '+1 bare FEAT_LSE in bump' 'and what it brought, by function'
	is "$(jq -r --arg id "$(commit 730)" '.judged[] | select(.id == $id) | .author' "$out")" \
		'Ada <ada@invalid>' 'whose it is'
	like "$(jq -r --arg id "$(commit 730)" '.judged[] | select(.id == $id) | .instruction' "$out")" \
		'stadd .*FEAT_LSE' 'with the fault in it'
	like "$(said)" 'versions left, about [0-9]+ steps' 'progress tells what is left'
	is "$(cd "$T/shapes" && git status --porcelain && git worktree list && find . -printf '%p %T@\n' | sort)" \
		"$before" 'the repository is as it was'
	like "$(tail -n 1 "$T/log")" "# first bad commit: \\[$(commit 730)\\] change 730" "the log is git's"
	git clone -q "$T/shapes" replayed
	ok 'and git takes it' git -C replayed bisect replay "$T/log"
	like "$(git -C replayed bisect log)" "first bad commit: \\[$(commit 730)" 'to the same commit'

	rig bisect "${build[@]}" -f json --good "$(commit 1)" --bad "$(commit 850)"
	is "$status $(json .judged_now) $(changes)" "0 0 bad $(commit 729) $(commit 730)" 'a second search builds nothing'
	rig bisect "${build[@]}" --good "$(commit 950)" --bad "$(commit 800)"
	is "$status" 0 'what took it out: exit status'
	like "$(<"$out")" "good again  $(commit 900 | cut -c 1-12) .*change 900" 'is found where the bad one is older'
	rig bisect "${build[@]}" -f json -j 2 --probes 16
	is "$status $(changes)" "0 bad $(commit 729) $(commit 730), good $(commit 899) $(commit 900)" \
		'with neither end known both changes are found'
	rig bisect "${build[@]}" --good "$(commit 605)" --bad "$(commit 850)"
	is "$status" 0 'a good end that does not build is taken as named'
	like "$(<"$out")" 'change 730' 'where it is not between the two'
	rig bisect "${build[@]}" -q --good "$(commit 800)" --bad "$(commit 850)"
	is "$status" 125 'a good one that is bad'
	like "$(said)" 'both ends are bad|was named as good, and is bad' 'is told'

	# Killed in the middle, with no chance to tidy up.
	build[3]+=' && true'
	: >"$T/killed"
	"$A64RIG" bisect "${build[@]}" --good "$(commit 1)" --bad "$(commit 850)" >/dev/null 2>"$T/killed" </dev/null &
	pid=$!
	for _ in $(seq 300); do
		[ "$(grep -cE '^ *(good|bad|skip)' "$T/killed")" -lt 3 ] || break
		sleep 0.1
	done
	kill -KILL $pid
	wait $pid 2>/dev/null
	for tree in "$XDG_CACHE_HOME"/a64rig/bisect/*/clone/.git/worktrees/tree-0; do
		touch "$tree/index.lock"
	done
	rig bisect "${build[@]}" -f json --good "$(commit 1)" --bad "$(commit 850)"
	is "$status $(changes)" "0 bad $(commit 729) $(commit 730)" 'after a kill the search goes on'
	ok 'from where it was' [ "$(json .judged_before)" -ge 3 ]
	ok 'with no build more than in one go' [ "$(json '.judged_before + .judged_now')" -le 13 ]

	mkdir -p "$T/shapes/below"
	rig bisect --git "$T/shapes/below" --test 'grep -q stadd count.c && exit 1; exit 0' -f json \
		--good "$(commit 1)" --bad "$(commit 850)"
	is "$status $(changes)" "0 bad $(commit 729) $(commit 730)" '--test judges instead'
	rig bisect --git "$T/shapes" --build 'date +%s%N >stamp' --repeat 3 -f json \
		--test "cat stamp >>$T/stamps; grep -q stadd count.c && exit 1; exit 0" --good "$(commit 1)" --bad "$(commit 850)"
	is "$status $(changes)" "0 bad $(commit 729) $(commit 730)" '--repeat judges more than once'
	is "$(wc -l <stamps) $(sort -u stamps | wc -l)" "$((2 * $(json .judged_now))) $(json .judged_now)" \
		'until most say the same, of one build'
	rig bisect --git "$T/shapes" --build "touch ~/evil $T/evil /var/tmp/evil ../evil; false" -q \
		--good "$(commit 1)" --bad "$(commit 3)"
	is "$(ls -d ~/evil "$T/evil" /var/tmp/evil 2>/dev/null; find "$XDG_CACHE_HOME/a64rig/bisect" -name evil)" '' \
		'a build writes nowhere but in its work tree'
	rig bisect --git "$T/shapes" --build 'curl -s http://deb.debian.org/ >page || getent hosts deb.debian.org >page; test ! -s page && false' \
		-q -f json --good "$(commit 1)" --bad "$(commit 3)"
	is "$(find "$XDG_CACHE_HOME/a64rig/bisect" -name page -size +0 | wc -l)" 0 'and has no network'
fi

# --- lists ---

for i in 1 2 3 4 5 6; do
	echo "v$i ! test $i != 3 -a $i != 4 || exit 1"
done >commands
rig bisect -f json --versions commands
is "$status $(changes)" '0 bad v2 v3, good v4 v5' 'commands: a window'
printf '%s\n' '# comment' '' 'a ! exit 0' 'b ! exit 125' 'c ! exit 1' >commands
rig bisect -f json --versions commands
is "$status $(changes)" '0 bad a c' 'one that cannot be judged is skipped'
is "$(json '.changes[0].suspects | join(" ")')" 'b c' 'and may be it'
rig bisect --versions commands
like "$(<"$out")" 'not exact  *it may be any of b, c' 'which is said'
cat >commands <<'EOF'
a ! exit 0
b ! echo >>votes; exit $(($(wc -l <votes) == 1))
c ! exit 1
EOF
rig bisect -f json --versions commands
is "$status $(changes)" '0 bad a b' 'a flaky one, once'
rm votes
rig bisect -f json --repeat 3 --versions commands
is "$status $(json .judged_now) $(changes)" '0 3 bad b c' 'what was judged once is judged again where most of three are wanted'
ok 'which is no matter of course' [ "$(json '.agreement < 1')" = true ]
rig bisect -f json --repeat 3 --versions commands
is "$status $(json .judged_now) $(changes)" '0 0 bad b c' 'and what most said is kept'
rig bisect -f json --versions commands
is "$status $(json .judged_now) $(changes)" '0 0 bad b c' 'for one that wants less, too'
lse='__attribute__((target("arch=armv8.1-a"))) void add(long *n) { __atomic_fetch_add(n, 1, __ATOMIC_SEQ_CST); }
int main(void) { long n = 0; if (BAD) add(&n); return 0; }'
for i in 1 2 3; do
	aarch64-linux-gnu-gcc -O1 -mno-outline-atomics -DBAD=$((i == 3)) -xc -o "prog$i" - <<<"$lse"
	echo "r$i prog$i"
done >files
rig bisect --versions files
is "$status" 0 'files: exit status'
like "$(<"$out")" 'first bad   r3' 'the first bad one'
like "$(<"$out")" 'last good    r2' 'the last good one'
like "$(<"$out")" 'ldaddal.*FEAT_LSE' 'and the fault'
touch -d '+1 hour' files
rig bisect -f json --versions files
is "$(json .judged_now)" 0 'what is known is not judged again'
rig bisect -f json --fresh --versions files
is "$(json .judged_now)" 3 'but with --fresh'
printf 'only\n' >commands
rig bisect --versions commands
is "$status" 2 'a line without a target'
like "$(said)" "commands:1: 'only' names no target" 'with file and line'
echo 'a ! exit 127' >commands
rig bisect --versions commands
is "$status" 3 'a command that there is not stops the search'
echo 'a ! kill -9 $$' >commands
rig bisect --versions commands
is "$status" 3 'and one that is killed'
echo 'a ! exit 125' >commands
rig bisect --versions commands
is "$status" 125 'nothing that can be judged'

# --- npm and Debian ---

lz4=@antoniomuso/lz4-napi-linux-arm64-gnu
rig bisect -f json --npm $lz4
if [ "$status" = 3 ]; then
	skip 'npm' "$(tail -n 1 "$err")"
else
	is "$status $(changes)" '0 bad 2.9.0 2.9.1, good 2.9.1 2.10.0' "npm: the window, from the package's name alone"
	export npm_config_registry=http://127.0.0.1:9/ npm_config_fetch_retries=0
	rig bisect --npm $lz4
	is "$status" 3 'without a registry there are no versions'
	unset npm_config_registry
	rig bisect --npm a64rig-has-no-such-package
	is "$status" 2 'a package that there is not'
fi
rig bisect -f json --deb libjemalloc2
if [ "$status" = 3 ]; then
	skip 'Debian' "$(tail -n 1 "$err")"
else
	is "$status $(changes)" '0 ' "Debian's jemalloc runs everywhere"
	ok 'in each suite' [ "$(json .versions)" -ge 2 ]
fi

# --- bad input ---

refused() {
	local words=$1
	shift
	rig bisect "$@"
	is "$status" 2 "refused: $*"
	like "$(said)" "$words" "and it says: $words"
}
refused 'name one of'
refused 'name one of' --npm a --deb b
refused 'go with --git' --npm a --build make
refused 'go together' --npm a --good 1
refused '--format takes' --npm a -f tap
refused '--jobs takes' --npm a -j 0
refused '--repeat takes' --npm a --repeat 0
refused 'below the repository' --git . --target ../x
refused 'no name of an npm package' --npm '../x'
refused 'no name of a Debian package' --deb '-x'
refused 'git' --git "$T/nowhere"
refused 'no revision' --git "$T/shapes" --good -x --bad main
refused 'no such file|No such file' --versions "$T/nowhere"
refused 'unknown version' --versions files --good r9 --bad r1
finish
