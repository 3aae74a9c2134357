# bash completion for a64rig(1).  Commands and options are those that the program itself tells.

# Offers those lines of standard input that begin with the word under the cursor.
_a64rig_offer() {
	local line
	while IFS= read -r line; do
		[[ $line != "$cur"* ]] || COMPREPLY+=("$prefix$line")
	done
}

_a64rig_names() { "$rig" list --names "$1" 2>/dev/null; }
_a64rig_images() { "$rig" image list --names 2>/dev/null; }

_a64rig_commands() {
	"$rig" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
	printf '%s\n' --help --version
}

_a64rig_options() {
	"$rig" "$1" --help 2>/dev/null | sed -n 's/^  \(-[a-z], \)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

# Short names, and with something typed also SUITE/CASE.
_a64rig_cases() {
	local name
	while IFS= read -r name; do
		printf '%s\n' "${name##*/}"
		[ -z "$cur" ] || printf '%s\n' "$name"
	done < <(_a64rig_names cases)
}

# Folders, and files that fit the pattern.
_a64rig_files() {
	local file
	while IFS= read -r file; do
		# shellcheck disable=SC2053
		if [ -d "$file" ] || [[ $file == $1 ]]; then
			COMPREPLY+=("$file")
		fi
	done < <(compgen -f -- "$cur")
	compopt -o filenames 2>/dev/null || true
}

# The values of an option; fails where the option takes none.
_a64rig_values() {
	case $1 in
	-c | --case) _a64rig_offer < <(_a64rig_cases) ;;
	-s | --subject)
		if [[ $cur == */* || $cur == '~'* ]]; then
			_a64rig_files '*.so*'
		else
			_a64rig_offer < <(_a64rig_names subjects)
		fi
		;;
	-t | --tag) _a64rig_offer < <(_a64rig_names tags) ;;
	-b | --baseline | -r | --reference | --profile) _a64rig_offer < <(_a64rig_names profiles) ;;
	-p | --profiles)
		[[ $cur != *,* ]] || prefix=${cur%,*},
		cur=${cur##*,}
		_a64rig_offer < <(_a64rig_names profiles)
		;;
	--engine) _a64rig_offer < <(printf '%s\n' user system both) ;;
	--image) _a64rig_offer < <(_a64rig_images) ;;
	--isolation) _a64rig_offer < <(printf '%s\n' run guest) ;;
	--connect) _a64rig_offer < <(printf '%s\n' qemu:///session qemu:///system) ;;
	-f | --format)
		if [[ ${COMP_WORDS[1]-} == @(scan|audit) ]]; then
			_a64rig_offer < <(printf '%s\n' table json sarif)
		elif [[ ${COMP_WORDS[1]-} == check ]]; then
			_a64rig_offer < <(printf '%s\n' table json sarif markdown)
		elif [[ ${COMP_WORDS[1]-} == bisect ]]; then
			_a64rig_offer < <(printf '%s\n' table json)
		else
			_a64rig_offer < <(printf '%s\n' table markdown html json junit tap)
		fi
		;;
	-o | --output) _a64rig_files '*' ;;
	--sysroot | --bind | --git) _a64rig_files '' ;;
	--record | --log | --versions) _a64rig_files '*' ;;
	--exit-status) _a64rig_offer < <(printf '%s\n' rig raw) ;;
	--gdb) _a64rig_offer < <(compgen -c -- "$cur") ;;
	-j | --jobs | --timeout | --repeat | --pool) ;;
	--smoke | --build | --target | --test | --npm | --deb | --good | --bad | --probes | --build-timeout) ;;
	*) return 1 ;;
	esac
}

_a64rig() {
	local rig=${1/#\~/$HOME} cur=$2 before=${COMP_WORDS[COMP_CWORD - 1]} prefix=
	COMPREPLY=()
	# readline splits --format=json into three words.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		_a64rig_offer < <(_a64rig_commands)
	elif _a64rig_values "$before"; then
		:
	elif [[ ${COMP_WORDS[1]} == list && $cur != -* ]]; then
		_a64rig_offer < <(printf '%s\n' cases subjects profiles tags features)
	elif [[ ${COMP_WORDS[1]} == debug && $cur != -* ]]; then
		_a64rig_offer < <(_a64rig_cases)
		_a64rig_files '*.json*'
	elif [[ ${COMP_WORDS[1]} == @(exec|scan|audit|check) && $cur != -* ]]; then
		_a64rig_files '*'
	elif [[ ${COMP_WORDS[1]} == report && $cur != -* ]]; then
		_a64rig_files '*.json*'
	elif [[ ${COMP_WORDS[1]} == shell && $cur != -* ]]; then
		_a64rig_offer < <(_a64rig_names profiles)
	elif [[ ${COMP_WORDS[1]} == image && $cur != -* && $COMP_CWORD == 2 ]]; then
		_a64rig_offer < <(printf '%s\n' build list show remove)
	elif [[ ${COMP_WORDS[1]} == image && $cur != -* && ${COMP_WORDS[2]} != list ]]; then
		_a64rig_offer < <(_a64rig_images)
	else
		_a64rig_offer < <(_a64rig_options "${COMP_WORDS[1]}")
	fi
}

complete -F _a64rig a64rig
