#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P5, the hub's side: what was accepted reaches the recipient, through restarts, kills and absence;
# in order, within its credit, and once for who gives a receipt.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start
report=(to=vt-zw muni=0479)
case1=11111111111111111111111111111111
case2=22222222222222222222222222222222

# --- absence and restart -------------------------------------------------------------

peer politie-nh hello "${report[@]}" case=$case1 count=3 submit
ids=$(sed -n 's/^sent id=//p' out | tr '\n' ' ')
ctl status
test_is "$(ctl_value queue waiting)" 3 'three messages wait for a recipient who is not there'
stop_bg hub
test_is $? 0 'the hub stops when asked'
hub_run
ctl status
test_is "$(ctl_value queue waiting)" 3 'and has them after its restart'
kill_bg hub KILL
hub_run
peer vt-zw hello offer file="$TMPDIR/x" timeout=500 quiet
first=$(out_value id '^offer')
test_is "$first " "${ids%% *} " 'the oldest of a case comes first'
test_is "$(grep -c '^offer' out)" 1 'and alone: the next waits for its receipt'
number=$(out_value number '^offer')
peer vt-zw hello offer want=2 timeout=500 state=stored receipt forget drain
test_is "$(out_value number '^offer')" "$number" 'without a receipt it is offered again, same number'
test_is "$(sed -n 's/^offer .*id=\([0-9a-f]*\).*/\1/p' out | tr '\n' ' ')" "$ids" \
	'then all three, in order'
test_is "$(sed -n 's/^offer .*seq=\([0-9]*\).*/\1/p' out | tr '\n' ' ')" '1 2 3 ' \
	'numbered in their case without gaps'
peer vt-zw hello timeout=500 quiet
grep -q '^quiet yes' out
test_ok $? 'what has its receipt is not offered again'
peer politie-nh hello want=3 timeout=500 drain
test_is "$(grep -c '^forwarded.*state=stored.*signature=OK' out)" 3 \
	'the sender gets the signed receipts'
peer politie-nh hello timeout=500 quiet
grep -q '^quiet yes' out
test_ok $? 'once'
ctl status
test_is "$(ctl_value queue waiting)" 0 'then nothing waits'
test_is "$(ctl_value store payload_bytes)" 0 'and no sealed content is left in the hub'

# --- receipts ----------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" submit
ctl status
before=$(ctl_value trail size)
peer vt-zw hello offer receipt receipt state=handed_over receipt receipt
test_is "$(grep -c '^RECEIPT' out)" 4 'each receipt is confirmed'
ctl status
test_is "$(ctl_value trail size)" $((before + 2)) 'stored and handed over are one entry each'
peer politie-nh hello want=2 timeout=500 drain
test_is "$(sed -n 's/^forwarded.*state=\([a-z_]*\).*/\1/p' out | tr '\n' ' ')" 'stored handed_over ' \
	'and reach the sender once'
peer politie-nh hello "${report[@]}" submit
peer vt-zw hello offer state=refused receipt timeout=300 quiet
peer politie-nh hello want=1 timeout=500 drain
test_is "$(out_value state '^forwarded')" refused 'a refusal reaches the sender'
peer vt-zw hello timeout=500 quiet
grep -q '^quiet yes' out
test_ok $? 'and is final'
# --- credit --------------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" count=6 submit
peer vt-zw credit=2 hello offer offer timeout=500 quiet
test_is "$(grep -c '^offer' out)" 2 'no more than the credit in messages'
peer vt-zw credit=6 credit-bytes=1 hello offer timeout=500 quiet
test_is "$(grep -c '^offer' out)" 1 'one offer is always allowed, whatever the credit in bytes'
peer vt-zw credit=2 hello want=6 timeout=500 drain
test_is "$(grep -c '^offer' out)" 6 'receipts give credit back'
peer politie-nh hello timeout=500 drain

# --- cases do not hold each other --------------------------------------------------------------

peer politie-nh hello "${report[@]}" case=$case1 count=2 submit case=$case2 submit
peer vt-zw hello offer offer timeout=500 quiet
test_is "$(grep -c '^offer' out)" 2 'one of each case at a time'
peer vt-zw hello want=4 timeout=500 drain
test_is "$(grep -c '^offer' out)" 4 'and all of them in the end'
peer politie-nh hello "${report[@]}" case=$case1 submit case=$case2 acute=1 submit
acute=$(sed -n 's/^sent id=//p' out | tail -n 1)
peer vt-zw credit=1 hello offer timeout=300 quiet
test_is "$(out_value id '^offer')" "$acute" 'the acute one goes first'
peer vt-zw hello timeout=1000 drain
peer politie-nh hello timeout=500 drain

# --- many at once: a whole batch is answered to one sender ------------------------------------

peer politie-nh hello "${report[@]}" count=600 post timeout=2000 quiet
test_is "$(grep -c '^result.*outcome=cut' out)" 600 'six hundred sent without waiting are all answered'
peer vt-zw credit=256 hello want=600 timeout=200 drain
test_is "$(sed -n 's/^offer .*id=\([0-9a-f]*\).*/\1/p' out | sort -u | wc -l)" 600 'and delivered'
test_is "$(grep -c '^offer' out)" 600 'once each'
peer politie-nh hello want=600 timeout=200 drain

# --- big messages ----------------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" size=900000 submit
test_is "$(out_value outcome '^result')" cut 'sections of almost a mebibyte'
peer vt-zw hello offer receipt
test_is "$(($(wc -c <out) > 1800000))" 1 'arrive whole'

# --- expiry ------------------------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" life=3000 submit
id=$(out_value id '^sent')
peer politie-nh hello timeout=1000 drain
peer politie-nh hello timeout=30000 offer receipt
test_like "$(cat out)" 'notice .*state=expired recipient=1 text=.*verlopen' 'a message that nobody fetched expires, and its sender hears of it'
peer vt-zw hello timeout=500 quiet
grep -q "$id" out
test_is $? 1 'it is not delivered any more'
ctl status
test_is "$(ctl_value counters messages_expired)" 1 'and counted'
test_is "$(ctl_value store payload_bytes)" 0 'its content is gone'

# --- a burst --------------------------------------------------------------------------------

# More answers at once than a small pipe holds: a lost one would cost its sender ten seconds.
peer politie-nh hello "${report[@]}" life=0 count=200 post timeout=2000 drain
test_is "$(grep -c '^result id=' out)" 200 '200 reports in one go have 200 answers'

done_testing
