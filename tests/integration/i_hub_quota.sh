#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Messages a minute are limited for each partner: what is over is answered EQUOTA and not recorded, its
# session goes on, nobody else waits for it, and room comes back with time. What a named person declared
# acute has a limit of its own (P8), and so have receipts.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_MESSAGES=12
hub_make
hub_start
report=(to=vt-zw muni=0479)

size() {
	ctl status && ctl_value trail size
}

# --- quota --------------------------------------------------------------------------------------

before=$(size)
peer politie-nh hello "${report[@]}" count=40 timeout=1000 post quiet ping
results=$(grep -c '^result' out)
test_is "$((results >= 12 && results < 40))" 1 "twelve and what a minute gives meanwhile ($results of 40)"
test_is "$(grep -c '^error code=EQUOTA .*retry=1000' out)" $((40 - results)) \
	'each of the others is told to come back'
test_is "$(grep -c PONG out)" 1 'the session goes on'
test_is "$(($(size) - before))" "$results" 'and leaves no entry: nothing was recorded'
peer vt-zw credit=1 hello offer receipt bye
test_is "$(grep -c '^offer' out)" 1 'nobody else waits for it'

# --- what is not held up by it ------------------------------------------------------------------

peer politie-nh hello "${report[@]}" count=40 timeout=1000 acute=1 no-check=1 post quiet
acute=$(grep -c '^result' out)
test_is "$((acute >= 12 && acute < 40))" 1 "P8: what a named person declared acute is taken all the same ($acute of 40)"
test_is "$(grep -c '^error code=EQUOTA' out)" $((40 - acute)) 'but not without end'
waiting=$((results - 1 + acute))
peer vt-zw credit=64 hello want=$waiting timeout=1000 drain bye
test_is "$? $(grep -c '^error' out)" '0 0' "a recipient says of $waiting messages at once that they arrived"

again() {
	peer politie-nh hello "${report[@]}" submit && out_has '^result .*outcome=cut'
}
test_wait_for 30 'room comes back with time' again

done_testing
