#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A recipient whose session ends again and again on the same message: after so many times it is
# stuck, its sender and the operator see it, it holds its own case alone, and a person releases or
# returns it. An orderly end does not count, and neither does a restart of the hub.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
echo 'stuck_after = 3' >>"$env/hub.conf"
hub_start
report=(to=vt-zw muni=0479)
case1=11111111111111111111111111111111
case2=22222222222222222222222222222222

# send [WORD...]: one report; its id is in $sent, its offer number for the operator in $number
send() {
	peer politie-nh hello "${report[@]}" "$@" submit bye
	sent=$(out_value id '^sent')
	number=$("$BIN/schakelctl" -s "$control" queue list vt-zw | tail -n 1 | sed 's/^offer=\([0-9]*\).*/\1/')
}

# lose: an offer comes, and the process that got it ends without a word
lose() {
	peer vt-zw credit=1 hello offer
}

has_ended() {
	[ "$(log_count hub 'session\.ended partner=vt-zw')" -ge "$1" ]
}

field() {
	ctl queue show "$number"
	ctl_value "$1"
}

# --- what counts -------------------------------------------------------------------------

send case=$case1
first=$sent first_number=$number
for turn in 1 2 3 4; do
	peer vt-zw hello offer bye
	wait_for 10 has_ended $turn # a HELLO that overtakes it would make it a lost session
done
test_is "$(field refusals)" 0 'an orderly end does not count'
lose
stop_bg hub
hub_run
peer vt-zw hello offer bye
wait_for 10 has_ended 1
test_is "$(field refusals)" 0 'nor does a restart of the hub'

for turn in 1 2 3; do
	lose
	test_is "$(out_value id '^offer')" "$first" "offered, and lost: $turn"
done
peer vt-zw timeout=500 hello quiet bye
test_is "$(grep '^quiet' out)" 'quiet yes' 'then it is offered no more'
test_is "$(field refusals) $(field state) $(field parked)" '3 parked stuck' 'the operator sees it stuck'
peer politie-nh timeout=500 want=1 hello drain bye
test_like "$(grep '^notice' out)" 'state=parked recipient=1 text=Bericht wacht.*Bel de ontvanger.*bel 112' \
	'its sender is told to call'

# --- its case waits, others go -------------------------------------------------------------

send case=$case1
second=$sent
send case=$case2
peer vt-zw timeout=1000 want=1 hello drain bye
test_is "$(grep -c '^offer' out) $(out_value id '^offer')" "1 $sent" 'another case goes on, its own waits'
peer politie-nh timeout=500 want=1 hello drain bye

number=$first_number
test_expect 'retry' "$BIN/schakelctl" -s "$control" queue retry "$number"
test_is "$(field refusals) $(field state)" '0 in_doubt' 'it waits again, counted from zero'
peer vt-zw timeout=1000 want=2 hello drain bye
test_is "$(grep '^offer' out | grep -oE ' id=[0-9a-f]*' | tr -d '\n')" " id=$first id=$second" \
	'released, it goes before the later one of its case'
ctl queue list vt-zw
test_is "$(cat ctl.out)" '{"items":[]}' 'nothing waits any more'
peer politie-nh timeout=500 want=2 hello drain bye
test_is "$(grep -c "^forwarded .*state=stored" out)" 2 'its sender has both receipts'

# --- suspects go alone ----------------------------------------------------------------------

for _ in 1 2 3; do
	send
done
peer vt-zw hello offer offer offer
peer vt-zw timeout=500 hello offer quiet bye
test_is "$(grep -c '^offer' out)" 1 'what was lost with others is offered alone the next time'
peer vt-zw timeout=1000 want=3 hello drain bye
test_is "$(grep -c '^offer' out)" 3 'and each that gets its receipt makes way for the next'
peer politie-nh timeout=500 want=3 hello drain bye

# --- returned -----------------------------------------------------------------------------

send case=$case1
stuck=$number
send case=$case1
for _ in 1 2 3; do
	lose
done
test_is "$(out_value seq '^offer')" 3 'the third of its case, offered and lost'
peer vt-zw timeout=500 hello quiet bye
number=$stuck
test_is "$(field parked)" stuck 'another one is stuck'
test_expect 'return' "$BIN/schakelctl" -s "$control" queue return "$number"
peer vt-zw timeout=1000 want=1 hello drain bye
test_is "$(grep -c '^offer' out) $(out_value id '^offer')" "1 $sent" 'the next of its case moves up'
test_is "$(out_value seq '^offer')" 4 'under a number of its own: the one before may have arrived'
peer politie-nh timeout=500 want=3 hello drain bye
test_is "$(grep -c 'state=parked recipient=1' out) $(grep -c 'state=withheld recipient=1' out)" '1 1' \
	'its sender heard that it waits, and that it is returned'

stop_bg hub
test_expect 'the trail' "$BIN/crash_trail" "$env/store" "$env/vault"
test_is "$(grep -c 'kind=notice' out) $(grep -c 'kind=withheld' out)" '3 1' \
	'stuck twice, released once, returned once: each an entry'

done_testing
