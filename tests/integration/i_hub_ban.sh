#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A house ban on one case: assessed, imposed, extended, broken, ended, and a second one. Its terms are
# those of the order, what collides with it is seen, and what the law does not know is refused without
# harm to the case. Story C of tests/data/paper, and what somebody could send.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_partner gemeente municipality administration --regions 11
hub_partner om om justice --regions 11
hub_partner smd social_work care --regions 11
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
hub_start

case=ba000000000000000000000000000001
outcome() {
	out_value outcome '^recipient'
}
# result: outcome of the whole message, then of the case change for the first recipient
result() {
	out_value outcome '^result'
}
reason() {
	out_value reason '^recipient'
}
running() {
	ctl status
	ctl_value clocks running
}
# hub_days DAYS: the hub is killed, and is back so many days later
hub_days() {
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 86400)))
	hub_run
}
# told PARTNER PATTERN NAME: it hears this in its notices
told() {
	test_wait_for 60 "$3" eval "peer $1 hello timeout=300 drain; cat out >>$1.all; grep -q '$2' $1.all"
}
base=("case=$case" purpose=house_ban ground=wth:2-8 family=123)
order=("${base[@]}" kind=ban_order 'about=identity:2,ban:2')
helpers='participant,person=1,partner=smd,desk=desk,position=helper_of_victim;participant,person=2,partner=reclas,desk=desk,position=helper_of_perpetrator;director,partner=vt-zw,desk=desk'
ten='ban_period,person=2,at=0,until=10'

# --- assessed, imposed ----------------------------------------------------------------------------

peer politie-nh kind=ban_assessment "case=$case" purpose=house_ban ground=wpg:16-1-b/wth:2-1 to=gemeente \
	family=12 about=ban_assessment:2,identity:2 events='ban_state,person=2,value=1' hello submit
test_is "$(outcome)" permitted 'the assessment goes to the mayor'
peer gemeente "${order[@]}" to=vt-zw events="ban_state,person=2,value=3;ban_period,person=2,at=0,until=12" \
	hello submit
test_is "$(result) $(reason)" 'denied_forbidden limit' 'a first ban of more than ten days is refused'
peer gemeente "${order[@]}" family=123 age=16 about=identity:3,ban:3 to=vt-zw \
	events="ban_state,person=3,value=3;ban_period,person=3,at=0,until=10" hello submit
test_is "$(result) $(reason)" 'denied_forbidden person_kind' 'and one for somebody who is no adult'
peer gemeente "${base[@]}" kind=ban_extension about=identity:2 to=vt-zw \
	events='ban_state,person=2,value=9;ban_period,person=2,at=0,until=20' hello submit
test_is "$(result) $(reason)" 'denied_forbidden unknown_reference' 'what is not in force is not extended'
test_is "$(running)" 1 'none of this started a term beside the one to tell him of the assessment'
peer gemeente "${order[@]}" to=vt-zw,politie-nh,smd,reclas about=identity:1,identity:2,contact:1,ban:2 \
	events="ban_state,person=2,value=3;$ten;$helpers" hello submit
ban=$(out_value id '^sent')
test_is "$(result)" cut 'the order goes to all who act, to each its part'
test_is "$(grep '^recipient' out | sed 's/ .*outcome=/ /; s/ .*//' | sort -u | wc -l)" 1 'with a verdict each'
test_is "$(running)" 7 'ban, return, contact, advice and direct safety run for Veilig Thuis, to tell for the municipality'
peer gemeente "${order[@]}" to=vt-zw events="ban_state,person=2,value=3;$ten" hello submit
test_is "$(result) $(reason)" 'denied_forbidden stale_case' 'a second order while the first is in force is refused'
peer gemeente "${order[@]}" to=vt-zw events="ban_state,person=2,value=2" hello submit
test_is "$(result)" denied_forbidden 'so is an order that says it is none'
peer gemeente kind=ban_not_imposed "${base[@]}" to=vt-zw about=identity:2 events="ban_state,person=2,value=2" \
	hello submit
test_is "$(result) $(reason)" 'denied_forbidden stale_case' 'and "not imposed" beside one in force'

# --- while it lasts ---------------------------------------------------------------------------------

peer reclas kind=ban_contact_address "case=$case" purpose=house_ban ground=covenant to=vt-zw family=2 \
	about=contact:2 events="ban_state,person=2,value=4,ref=$ban" hello submit
test_is "$(outcome) $(running)" 'permitted 6' 'the address of who left ends its term'
peer gemeente "${base[@]}" kind=ban_extension about=identity:2 to=vt-zw \
	events="ban_state,person=2,value=9,ref=$ban;ban_period,person=2,at=0,until=29" hello submit
test_is "$(result) $(reason)" 'denied_forbidden limit' 'beyond four weeks in all it is not extended'
peer gemeente "${base[@]}" kind=ban_extension about=identity:2 to=vt-zw \
	events="ban_state,person=2,value=9,ref=$ban;ban_period,person=2,at=0,until=28" hello submit
test_is "$(result) $(running)" 'permitted 6' 'to four weeks it is, and its terms move'
peer politie-nh kind=ban_breach "case=$case" purpose=stop_violence ground=wpg:18-1/bpg:4-2-1-i to=vt-zw \
	family=12 about=identity:2,incident:2 events="ban_state,person=2,value=13,ref=$ban" hello submit
test_is "$(outcome)" permitted 'a breach is told'
peer jb kind=family_court_order "case=$case" purpose=child_protection ground=covenant to=vt-zw family=3 \
	about=measures:3 events='measure,value=13,detail=3,partner=jb,third=1,person=3' hello submit
test_is "$(outcome)" permitted 'a contact arrangement goes to who directs'
told vt-zw 'task=conflicting_orders.*botst met een verbod' 'which hears that it collides with the ban'

# --- other cases: late, twice at once, at coercive control, no case at all ------------------------------

late=("${order[@]}" case=ba000000000000000000000000000002 to=vt-zw)
peer gemeente "${late[@]}" events='ban_state,person=2,value=3;ban_period,person=2,at=-3,until=7' hello submit again
test_is "$(grep -c '^result.*permitted' out)" 2 'an order that an outage held up passes, and sent again is answered as before'
told vt-zw 'clock=ban-contact' 'its terms run from the order: the address is late at once'
peer gemeente "${order[@]}" case=ba000000000000000000000000000003 to=vt-zw \
	events="ban_state,person=2,value=3;$ten" hello count=2 post timeout=2000 drain
test_is "$(grep '^result' out | sed 's/.*outcome=//; s/ .*//' | sort | tr '\n' ' ')" 'denied_forbidden permitted ' \
	'of two orders at once the first holds'
coerced=(case=ba000000000000000000000000000004 family=12)
peer politie-nh "${coerced[0]}" to=vt-zw muni=0479 hello submit
peer vt-zw "${coerced[@]}" kind=triage_outcome purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	about=triage:1 events='director,partner=vt-zw,desk=desk;pattern,value=2' hello submit
peer gemeente "${order[@]}" "${coerced[@]}" to=vt-zw events="ban_state,person=2,value=3;$ten" hello submit
test_is "$(result)" permitted 'at coercive control a ban is not blocked'
told vt-zw 'task=ban_at_coercive_control.*vandaag een plan met haar, alleen' 'and Veilig Thuis is asked what it trusts on'
peer politie-nh kind=ban_breach case=ba000000000000000000000000000005 purpose=stop_violence \
	ground=wpg:18-1/bpg:4-2-1-i to=vt-zw family=12 about=identity:2,incident:2 \
	events="ban_state,person=2,value=13,ref=$ban" hello submit
test_is "$(result)" permitted 'a breach in a case that the hub does not know passes'
peer reclas kind=ban_contact_address case=ba000000000000000000000000000006 purpose=house_ban ground=covenant \
	to=vt-zw family=2 about=contact:2 events='ban_state,person=2,value=4' hello submit
test_is "$(result)" permitted 'so does an address that comes before its order'
peer smd kind=participant_change "case=$case" purpose=organise_direct_safety ground=covenant to=politie-nh family=1 \
	events='participant,person=2,partner=smd,desk=desk,position=director' hello submit
test_like "$(result)" '^denied' 'who only helps changes nothing of who takes part'

# --- time passes --------------------------------------------------------------------------------------

hub_days 27
told vt-zw 'clock=return task=safety_at_return.*langs een veilige weg' 'two days before the end the return is made safe'
test_is "$(grep -c "clock=ban .*ref=$ban .*geldt niet meer" vt-zw.all)" 0 'and it is in force until then'
hub_days 29
told vt-zw "clock=ban .*ref=$ban .*geldt niet meer" 'at the end it is said that it is over'
peer politie-nh shift=2505600000 kind=ban_breach "case=$case" purpose=stop_violence \
	ground=wpg:18-1/bpg:4-2-1-i to=vt-zw family=12 about=identity:2,incident:2 \
	events="ban_state,person=2,value=13,ref=$ban" hello submit
test_is "$(outcome)" permitted 'a breach of what is over passes all the same'
told vt-zw 'task=review_plan.*huisverbod dat hier niet geldt' 'and somebody looks what holds'
audit_rows
test_is "$(grep -c conflicting_orders rows)" 1 'the alarm is an entry'
done_testing
