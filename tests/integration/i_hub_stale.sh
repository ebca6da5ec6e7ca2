#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A permit rests on a policy, a directory and a case. What waits when one of them changes is decided
# again before it is offered: what would be narrower now is withheld, never sent, and nothing becomes
# wider.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_case_rules
hub_start
report=(to=vt-zw muni=0479)
rules=$env/rules/politie-veilig-thuis.rules
cp "$rules" saved.rules

reload() {
	"$BIN/schakelctl" --control "$control" reload "$1" >/dev/null || fail "reload $1"
}

# --- the policy ---------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" submit
id=$(out_value id '^sent')
echo '# another digest' >>"$rules"
reload policy
peer vt-zw hello timeout=5000 offer receipt
test_is "$(out_value id '^offer')" "$id" 'other bytes of a policy that says the same: delivered'
peer politie-nh hello timeout=1000 want=1 drain

# narrower TEXT PERL...: three reports wait while the rule of the report changes so
narrower() {
	local text=$1
	peer politie-nh hello "${report[@]}" count=3 submit
	perl -0pi -e "$2" "$rules"
	reload policy
	peer vt-zw hello timeout=500 quiet
	grep -q '^quiet yes' out
	test_ok $? "$text: nothing is offered"
	peer politie-nh hello timeout=1500 want=3 drain
	test_is "$(grep -c 'state=withheld recipient=1 text=Bericht achtergehouden.*bel 112' out)" 3 \
		"$text: the sender is told of each, with the phone"
	ctl status
	test_is "$(ctl_value queue waiting) $(ctl_value store payload_bytes)" '0 0' \
		"$text: nothing of them is left"
	cp saved.rules "$rules"
	reload policy
}

narrower 'a section less' 's/(rule PV-01.*?\n  allow .*?)identity, /$1/s'
narrower 'a fact less' 's/(rule PV-01.*?\n  may-know .*?)event occurred_at, /$1/s'
narrower 'a purpose less' 's/(rule PV-01.*?\n  purpose .*?)stop_violence, /$1/s'

# --- the case ---------------------------------------------------------------------------------

case1=41414141414141414141414141414141
case2=42424242424242424242424242424242
change=(kind=participant_change purpose=organise_direct_safety ground=wgs:1-5)
for case in $case1 $case2; do
	peer politie-nh hello "${report[@]}" case=$case submit
	peer vt-zw hello timeout=3000 offer receipt
	peer politie-nh hello timeout=1000 want=1 drain
	peer vt-zw hello case=$case "${change[@]}" to=reclas \
		events="participant,partner=reclas,desk=desk,position=helper_of_victim,subject=1" submit
	test_is "$(out_value change '^recipient')" permitted 'probation helps the victim'
	peer reclas hello timeout=3000 offer receipt
	peer vt-zw hello timeout=1000 want=1 drain
done
for case in $case1 $case2; do
	peer vt-zw hello case=$case kind=progress purpose=organise_direct_safety ground=wgs:1-5 \
		to=reclas events="discussed,subject=1,value=1" submit
	test_is "$(out_value outcome '^result')" permitted 'and is to hear of progress'
done
peer vt-zw hello case=$case2 "${change[@]}" to=team \
	events="participant,partner=reclas,desk=desk,position=helper_of_perpetrator,subject=2" submit
test_is "$(out_value change '^recipient')" permitted 'in one case it helps the perpetrator from now on'
peer reclas hello timeout=3000 offer receipt timeout=500 quiet
test_is "$(grep -c '^offer.*kind=progress' out) $(grep '^quiet' out)" '1 quiet yes' \
	'what waits in the other case is delivered'
peer vt-zw hello timeout=1000 want=2 drain
test_is "$(grep -c 'state=withheld' out)" 1 'what waits in that one is withheld'

# --- the directory --------------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" submit
reload directory
hub_directory 2
reload directory
peer vt-zw hello timeout=5000 offer receipt
test_is "$(grep -c '^offer' out)" 1 'a new directory that says the same: delivered'

stop_bg hub
test_expect 'the trail' "$BIN/crash_trail" "$env/store" "$env/vault"
test_is "$(grep -c 'kind=withheld' out)" 10 'each withheld message is an entry'

done_testing
