#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P9: the hub is not a case file. Sealed content is gone from its store when its recipients have it, or
# when it expires; what is left cannot be opened again.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start

kept() {
	ctl status
	ctl_value store payload_bytes
}

gone() {
	[ "$(kept)" = 0 ]
}

peer politie-nh hello to=vt-zw muni=0479 submit
test_is "$([ "$(kept)" -gt 0 ] && echo kept)" kept 'while it waits the sealed content is there'
peer vt-zw hello offer receipt
test_is "$(kept)" 0 'with the receipt of its last recipient it is gone'

peer politie-nh hello to=vt-zw muni=0479 life=3000 submit
test_is "$(out_value outcome '^result')" cut 'a message that lives 3 s'
test_is "$([ "$(kept)" -gt 0 ] && echo kept)" kept 'is there'
test_wait_for 30 'and is gone when it has expired' gone
peer vt-zw hello timeout=300 quiet
grep -q '^quiet yes' out
test_ok $? 'and is not delivered any more'
stop_bg hub
hub_run
test_is "$(kept)" 0 'nor is it back after a restart'

done_testing
