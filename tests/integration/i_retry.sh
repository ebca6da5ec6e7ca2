#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P5: mail that was stuck and is released is handed to the recipient's system exactly once, by the
# real adapter library at both ends, and in the order of its case.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

hub_make "$TMPDIR/world" || exit 1
echo 'stuck_after = 2' >>"$HUB/schakeld.conf"
hub_start

# The same partner, by a program that goes away with what it was offered.
mkdir -p losing/vt-zw
ln -s "$HUB/directory.note" losing/
ln -s "$HUB/keys/vt-zw/transport.key" "$HUB/keys/vt-zw/sign.key" losing/vt-zw/
ln -s "$HUB/keys/vt-zw/seal-triage.key" losing/vt-zw/seal-desk.key
lose() {
	"$BIN/hub_peer" losing vt-zw credit=1 hello offer >lost
	test_ok $? "offered and lost: $1"
}

history_has() {
	[ "$(grep -c "^$2" "$HUB/$1.history")" -ge "$3" ]
}

items() {
	hub_ctl queue list vt-zw | grep -c "$1"
}

# One case gets two, the other two as well, and one is refused: of another region.
start police rate=50 max=5 cases=2 kind=mixed
wait_for 30 history_has police result 5
lose once
lose twice
"$BIN/hub_peer" losing vt-zw credit=1 timeout=300 hello bye >lost
test_is "$(items parked=stuck)" 1 'one is stuck'
wait_for 30 history_has police 'receipt .*state=parked complete=0' 1
pass 'the sender knows that it waits, and not that it ended'

start vt
wait_for 30 history_has vt handed 2
test_is "$(items .)" 2 'the other case is handed over; two of its own wait'
number=$(hub_ctl queue list vt-zw | sed -n 's/^offer=\([0-9]*\).*parked=stuck.*/\1/p')
test_expect 'retry' hub_ctl queue retry "$number"
wait_for 30 history_has vt handed 4
test_is "$(grep -c '^handed' "$HUB/vt.history")" 4 'then all four are with its system'
settle
judge

done_testing
