#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# adapters/README.md, "A house ban by hand", done as it stands there: each block of commands in the shell of who
# reads, the steps in the browser by the inbox's forms.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

# The blocks, one a file, in order.
awk '/^## A house ban by hand/ { on = 1; next } /^## / { on = 0 }
	on && /^ *```sh/ { n++; inside = 1; next } on && /^ *```/ { inside = 0; next }
	inside { sub(/^   /, ""); print > sprintf("block-%02d", n) }' "$SRC/adapters/README.md"
blocks=(block-*)
[ "${#blocks[@]}" -ge 10 ]
test_ok $? 'the guide has its steps'

start_bg hand "$SRC/deploy/demo/by-hand"
wait_for_log hand 'ready dir='
hand=$(sed -n 's/.*ready dir=//p' hand.log)
PAPIEREN='' GEMEENTE='' POSTVAK=''
# shellcheck disable=SC1091 # made by the program
. "$hand/omgeving"
[ -d "$PAPIEREN" ] && [ -d "$GEMEENTE/in" ]
test_ok $? 'everything runs'

# A step is what its commands say; who looks too early looks again.
block() {
	local n=0 line
	while IFS= read -r line; do
		n=$((n + 1))
		test_wait_for 30 "${1#block-}.$n: ${line%% *}" eval "$line"
	done <"$1"
}
# browser STEP: what the guide says between the blocks, before this one
browser() {
	local was=$PWD
	cd "$hand" || exit 1
	inbox_port=${POSTVAK##*:}
	inbox_port=${inbox_port%/}
	"$@"
	cd "$was" || exit 1
}
read_order() {
	inbox_login u-jo
	test_is "$status" 303 'the team logs in'
	test_wait_for 30 'the order is there' inbox_has u-jo 'Huisverbod opgelegd'
	inbox u-jo GET "$item"
	test_like "$(tr '\n' ' ' <page)" '06 0000 0001' 'with her telephone'
}
accept() {
	test_wait_for 30 'the offer is there' inbox_has u-jo 'Aanbod tot overdracht'
	local offer=$item
	inbox_form u-jo "$offer/aannemen"
	test_is "$status" 303 'accepted, in three clicks'
}

for one in "${blocks[@]}"; do
	if grep -q handover_answer "$one"; then
		browser accept
	fi
	block "$one"
	if grep -qx code "$one"; then
		browser read_order
	fi
done
! ls "$GEMEENTE"/rejected/* "$OM"/rejected/* >/dev/null 2>&1
test_ok $? 'nothing was rejected'
stop_bg hand
test_is "$(ls -d "$hand" 2>/dev/null)" '' 'and nothing is left'
done_testing
