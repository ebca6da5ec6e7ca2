#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Safety rating first: what is not rated goes, marked, and who leads the case is asked once; a phase
# does not change without; below 6 brings the plan back; 7 often enough is a proposal.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_case_rules
hub_rating_rules
sed -i 's/stable-safety .*/stable-safety 2 times, 2 days apart/' "$env/rules/regio.rules"
hub_start

case=52525252525252525252525252525252
basis=("case=$case" purpose=organise_direct_safety ground=wgs:1-5 family=1)
rated=(kind=safety_rating "${basis[@]}" about=safety_rating:1)
outcome() {
	out_value outcome '^recipient'
}
# taken WHO COUNT: so many messages, receipts and notices as wait for it
taken() {
	peer "$1" hello timeout=100 want="$2" drain
}

# --- nobody rated yet ------------------------------------------------------------------------------

peer politie-nh case=$case to=vt-zw muni=0479 hello submit
taken vt-zw 1
taken politie-nh 1
peer vt-zw kind=progress "${basis[@]}" to=team hello submit
test_is "$(outcome) $(out_value reason '^recipient')" 'permitted rating_missing' \
	'a message in a case without a rating goes, marked rating_missing'
peer vt-zw kind=progress "${basis[@]}" to=team hello submit
taken team 2
taken vt-zw 3
test_is "$(grep -c 'task=rate_safety' out)" 1 'Veilig Thuis, which leads, is asked once to rate'

# --- the phase ---------------------------------------------------------------------------------------

peer vt-zw "${rated[@]}" to=team events='phase,value=1' hello submit
test_is "$(outcome) $(out_value reason '^recipient')" 'denied_forbidden rating_missing' \
	'the phase does not change without a rating'
grep -q 'andere fase kan niet zonder' out
test_ok $? 'and the sender reads what to do'
peer vt-zw "${rated[@]}" to=team events='phase,value=1;rating,person=1,value=2,detail=4' hello submit
test_is "$(outcome) $(out_value reason '^recipient')" 'permitted -' \
	'with a rating in the same message it does'
ctl status
test_is "$(ctl_value clocks running)" 3 'all agree on a 6: the term for stable safety runs'
peer vt-zw kind=progress "${basis[@]}" to=team hello submit
test_is "$(out_value reason '^recipient')" - 'what comes after a rating is not marked'
taken team 2
taken vt-zw 2
test_is "$(grep -c 'task=[a-z]' out)" 0 'and nobody is asked'

# --- below 6 -------------------------------------------------------------------------------------------

peer team "${rated[@]}" to=vt-zw events='rating,person=1,value=1,detail=1' hello submit
taken vt-zw 2
test_is "$(grep -c 'task=review_plan' out)" 1 'one rating below 6 brings the plan back on the table'
ctl status
test_is "$(ctl_value clocks running)" 2 'and the term for stable safety is over'

# --- 7 or more ------------------------------------------------------------------------------------------

seven='rating,person=1,value=3,detail=4'
peer team "${rated[@]}" to=vt-zw events="$seven" hello submit
taken vt-zw 1
taken team 2
peer vt-zw "${rated[@]}" to=team events="$seven;occurred_at,at=-3" hello submit
peer vt-zw "${rated[@]}" to=team events="$seven;occurred_at,at=-2" hello submit
taken team 2
taken vt-zw 2
test_is "$(grep -c 'task=[a-z]' out)" 0 'a 7 of who does not lead, and one too soon after the other, say nothing yet'
peer vt-zw "${rated[@]}" to=team events="$seven" hello submit
taken team 1
taken vt-zw 2
test_is "$(grep -c 'task=review_proposal.*stabiele veiligheid.*2 keer een 7' out)" 1 \
	'a 7 as often and as far apart as the region says: stable safety is proposed'
kill -KILL "$(pid_of hub)"
wait_bg hub
hub_run
peer vt-zw kind=progress "${basis[@]}" to=team hello submit
test_is "$(out_value reason '^recipient')" - 'a hub that was killed remembers the rating'
done_testing
