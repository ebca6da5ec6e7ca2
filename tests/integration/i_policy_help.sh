#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-policy says the same in its help, its manual page and its completion.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1

page=$SRC/policy/tool/schakel-policy.1
"$BIN/schakel-policy" --help >help || exit 1

# --- commands -----------------------------------------------------------------------------------

awk '/^  [a-z]+  / { print $2 ? $1 : "" }' help | sort >commands
test_is "$(tr '\n' ' ' <commands)" \
	'check diff explain fmt matrix replay sign test verify ' 'the commands of the help'
grep -o '^usage: schakel-policy [a-z]*\|^       schakel-policy [a-z]*' help | awk '{ print $NF }' |
	grep -v schakel-policy | sort >synopsis
test_is "$(cat synopsis)" "$(cat commands)" 'its usage lines have the same'
awk '/^The commands are:/ { on = 1 } /^The options are:/ { on = 0 }
	on && /^\.It Cm/ { print $3 }' "$page" | sort >described
test_is "$(cat described)" "$(cat commands)" 'the manual page describes the same'
awk '/^\.Sh SYNOPSIS/ { on = 1 } /^\.Sh DESCRIPTION/ { on = 0 } on && /^\.Cm/ { print $2 }' "$page" |
	sort >synopsis
test_is "$(cat synopsis)" "$(cat commands)" 'and its synopsis'

# --- options --------------------------------------------------------------------------------------

grep -o -e '^  -[a-zA-Z], --[a-z]*\|^      --[a-z]*' help | grep -o -e '--[a-z]*' | sort >options
awk '/^The options are:/ { on = 1 } /^\.Sh/ { on = 0 } on && /^\.It Fl/' "$page" |
	grep -o 'Fl -[a-z]*' | sed 's/Fl -/--/' | sort >described
test_is "$(cat described)" "$(cat options)" 'the options of help and manual page'
while read -r option; do
	"$BIN/schakel-policy" "$option=x" --version >out 2>err
	grep -q 'unrecognized' err && fail "$option is an option"
done <options
pass 'every option of the help is one'

# --- completion --------------------------------------------------------------------------------------

# complete_words WORD...: what completion offers for the last one
complete_words() {
	(PATH=$BIN:$PATH && . "$SRC/deploy/completion/schakel-policy" && COMP_WORDS=("$@") &&
		COMP_CWORD=$(($# - 1)) && _schakel_policy "$1" && printf '%s\n' "${COMPREPLY[@]}")
}

test_is "$(complete_words schakel-policy '' | sort)" "$(cat commands)" 'completion has every command'
test_is "$(complete_words schakel-policy test -- | sort -u)" "$(cat options)" 'and every option'
test_is "$(complete_words schakel-policy re)" 'replay' 'the beginning of a word'
test_is "$(complete_words schakel-policy diff -l '' | tr '\n' ' ')" 'nl en ' 'languages'
test_is "$(complete_words schakel-policy check -e p)" production 'environments'
mkdir rules-here
test_is "$(complete_words schakel-policy check rules)" rules-here 'and files after a command'

done_testing
