#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What people and systems send wrong, late or twice in a case: each with its verdict and a reason that
# says what to do, and the case unharmed. What may look wrong and yet has to pass, passes. (i_hub_ban,
# i_hub_handover, i_hub_closure and i_hub_clocks tell the same stories in full.)

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_partner gemeente municipality administration --regions 11
hub_partner smd social_work care --regions 11
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
hub_start

case=bad00000000000000000000000000001
result() {
	echo "$(out_value outcome '^result') $(out_value reason '^recipient')"
}
outcome() {
	out_value outcome '^result'
}
# says PATTERN NAME: the refusal says this to who sent it
says() {
	test_like "$(cat out)" "$1" "$2"
}
told() {
	test_wait_for 60 "$3" eval "peer $1 hello timeout=300 drain; cat out >>$1.all; grep -q '$2' $1.all"
}
# hub_days DAYS, at_days DAYS PEER...: the hub, and a partner, so many days on
hub_days() {
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 86400)))
	hub_run
}
at_days() {
	local days=$1
	shift
	CLOCK_AHEAD=$((days * 86400)) LD_PRELOAD=$preload peer "$@"
}
base=("case=$case" family=12)
of_vt=("${base[@]}" purpose=organise_direct_safety ground=wmo:4-1-1-2-d)
change=("${base[@]}" kind=director_change purpose=organise_direct_safety ground=covenant)
part=("${of_vt[@]}" kind=participant_change)
progress=("${base[@]}" kind=progress purpose=assess_safety ground=wmo:5-2-6 to=vt-zw about=identity:1)
order=(kind=ban_order purpose=house_ban ground=wth:2-8 family=123 'about=identity:2,ban:2' to=vt-zw)
ten='ban_state,person=2,value=3;ban_period,person=2,at=0,until=10'
# unharmed NAME: Veilig Thuis directs still, the team helps still
unharmed() {
	peer vt-zw "${change[@]}" to=team events='director,partner=vt-zw,desk=desk' hello submit
	local directs
	directs=$(outcome)
	peer team "${progress[@]}" hello submit
	test_is "$directs $(outcome)" 'permitted permitted' "$1: the case is unharmed"
}

peer politie-nh "case=$case" to=vt-zw muni=0479 hello submit
peer vt-zw "${of_vt[@]}" kind=triage_outcome to=team about=triage:1 events='director,partner=vt-zw,desk=desk' hello submit
peer vt-zw "${part[@]}" to=team events='participant,person=1,partner=team,desk=desk,position=helper_of_victim' hello submit
peer vt-zw "${part[@]}" to=smd events='participant,person=1,partner=smd,desk=desk,position=helper_of_victim' hello submit
test_is "$(outcome)" permitted 'a case: Veilig Thuis directs, a team and social work help'

# --- direction ----------------------------------------------------------------------------------------

peer vt-zw "${change[@]}" to=jb events='director,partner=jb,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'a second director is refused'
says 'Er is al een regisseur.*Bel de casusregisseur' 'and why, and whom to call'
peer vt-zw "${of_vt[@]}" kind=handover_offer about=identity:1,safety_plan:1 to=team \
	events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden forbidden' 'nobody hands over to itself'
says 'draagt niet over aan zichzelf' 'which is said'
peer smd "${progress[@]}" kind=handover_answer purpose=organise_direct_safety ground=covenant about= \
	reply=0192a000000070008000000000000000 events='answer,value=1,detail=4' hello submit
test_like "$(result)" '^denied' 'an offer that nobody made is not accepted'
unharmed 'direction'

# --- a frame ---------------------------------------------------------------------------------------------

frame=("case=$case" kind=frame_change purpose=organise_direct_safety ground=covenant family=12 to=team)
peer vt-zw "${frame[@]}" events='frame,value=2,detail=1' hello submit
test_is "$(result)" 'denied_forbidden decider_missing' 'a frame of powers without who decided is refused'
says 'noem wie de maatregel besliste en op welk bewijs' 'which is said'
peer vt-zw "${frame[@]}" events='frame,value=2,detail=1,partner=rechtbank' hello submit
test_is "$(result)" 'denied_forbidden decider_missing' 'so is one without the grade of evidence'
peer jb "${frame[@]}" events='frame,value=3,detail=1' hello submit
test_is "$(result)" 'denied_forbidden no_power' 'and one by who does not lead'
peer vt-zw "${frame[@]}" events='frame,value=3,detail=1' hello submit
test_is "$(outcome)" permitted 'a request in preparation needs neither'
peer vt-zw "${frame[@]}" events='frame,value=2,detail=1,partner=rechtbank,third=1' hello submit
test_is "$(outcome)" permitted 'with both the frame changes'
unharmed 'the frame'

# --- a house ban ---------------------------------------------------------------------------------------------

banned=("${order[@]}" case=bad00000000000000000000000000002)
peer gemeente "${banned[@]}" age=16 about=identity:3,ban:3 \
	events='ban_state,person=3,value=3;ban_period,person=3,at=0,until=10' hello submit
test_is "$(result)" 'denied_forbidden person_kind' 'no ban for a minor'
says 'alleen voor wie meerderjarig is' 'which is said'
peer politie-nh kind=ban_breach case=bad00000000000000000000000000002 purpose=stop_violence \
	ground=wpg:18-1/bpg:4-2-1-i to=vt-zw family=12 about=identity:2,incident:2 events='ban_state,person=2,value=13' \
	hello submit
test_is "$(outcome)" permitted 'a breach without a ban passes: danger is never refused for form'
peer politie-nh kind=ban_breach "case=$case" purpose=stop_violence ground=wpg:18-1/bpg:4-2-1-i to=vt-zw family=12 \
	about=identity:2,incident:2 events='ban_state,person=2,value=13' hello submit
breach=$(out_value id '^sent')
test_is "$(outcome)" permitted 'in a case that is known too'
told vt-zw "task=review_plan .*ref=$breach .*huisverbod dat hier niet geldt" 'and somebody is asked what holds'
peer gemeente "${banned[@]}" events="$ten" hello count=2 post timeout=2000 drain
test_is "$(grep '^result' out | sed 's/.*outcome=//; s/ .*//' | sort | tr '\n' ' ')" 'denied_forbidden permitted ' \
	'of two orders in one batch the first holds'
peer gemeente "${banned[@]}" kind=ban_extension about=identity:2 \
	events='ban_state,person=2,value=9;ban_period,person=2,at=0,until=29' hello submit
test_is "$(result)" 'denied_forbidden limit' 'no extension beyond four weeks in all'
says 'vier weken in totaal' 'which is said'
ctl status
before=$(ctl_value clocks running)
peer gemeente "${banned[@]}" kind=ban_extension about=identity:2 \
	events='ban_state,person=2,value=9;ban_period,person=2,at=0,until=28' hello submit again
test_is "$(grep -c '^result.*permitted' out)" 2 'an extension that is sent twice is answered twice'
ctl status
test_is "$(ctl_value clocks running)" "$before" 'and counts once'

peer gemeente "${banned[@]}" events="$ten" hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'after all of this one ban is in force: the case is unharmed'
says 'Er is al een regisseur, een huisverbod' 'and a second order hears so'
late=(case=bad00000000000000000000000000004)
peer gemeente "${order[@]}" "${late[@]}" events='ban_state,person=2,value=3;ban_period,person=2,at=-3,until=7' hello submit
late_order=$(out_value id '^sent')
test_is "$(outcome)" permitted 'an order that an outage held up for three days passes'
told vt-zw "clock=ban-contact .*ref=$late_order .*verstreken" 'and its terms run from the order: the address is late at once'
coerced=(case=bad00000000000000000000000000005 family=12)
peer politie-nh "${coerced[0]}" to=vt-zw muni=0479 hello submit
peer vt-zw "${coerced[@]}" kind=triage_outcome purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team about=triage:1 \
	events='director,partner=vt-zw,desk=desk;pattern,value=2' hello submit
peer gemeente "${order[@]}" "${coerced[@]}" events="$ten" hello submit
coerced_order=$(out_value id '^sent')
test_is "$(outcome)" permitted 'a ban at coercive control, without a criminal measure, passes'
told vt-zw "task=ban_at_coercive_control .*ref=$coerced_order" 'with a warning: a task for who leads'

# --- out of order ------------------------------------------------------------------------------------------------

early=(case=bad00000000000000000000000000003)
peer gemeente "${order[@]}" "${early[@]}" kind=ban_extension about=identity:2 \
	events='ban_state,person=2,value=9;ban_period,person=2,at=0,until=20' hello submit
test_is "$(result)" 'denied_forbidden unknown_reference' 'an extension before its order is refused'
says 'is hier niet bekend, of geldt niet meer' 'which is said'
peer reclas kind=ban_contact_address "${early[@]}" purpose=house_ban ground=covenant to=vt-zw family=2 about=contact:2 \
	events='ban_state,person=2,value=4' hello submit
test_is "$(outcome)" permitted 'an address before its order passes'
peer gemeente "${order[@]}" "${early[@]}" events="$ten" hello submit
test_is "$(outcome)" permitted 'and the order that comes after it is as any other'

# --- who takes no part any more ----------------------------------------------------------------------------------

peer smd "${progress[@]}" hello submit
test_is "$(result)" 'permitted rating_missing' 'progress without a rating passes, marked'
told vt-zw 'task=rate_safety' 'and who leads is asked to rate'
peer vt-zw "${part[@]}" to=smd events='participant_ended,partner=smd,desk=desk' hello submit
test_is "$(outcome)" permitted 'social work takes no part any more'
peer smd "${progress[@]}" hello submit
test_is "$(result)" 'denied_forbidden role_ended' 'its progress is refused'
says 'doet niet meer mee in deze zaak.*een zorg meldt u aan Veilig Thuis' 'which is said, and what it still can do'
peer smd "${progress[@]}" acute=1 hello submit
test_is "$(outcome)" permitted 'unless it declares it acute'
peer smd "${progress[@]}" kind=concern about=identity:1,red_flags:1 hello submit
test_is "$(outcome)" permitted 'and a concern passes'
peer vt-zw "${of_vt[@]}" kind=safety_plan to=team,+smd about=safety_plan:1 hello submit
test_is "$(grep '^recipient' out | sed 's/.* outcome=\([^ ]*\).*/\1/' | tr '\n' ' ')" 'permitted denied_no_rule ' \
	'a plan goes to who helps, not to who helped'
peer vt-zw "${part[@]}" to=smd events='participant,person=1,partner=smd,desk=desk,position=helper_of_victim,until=5' hello submit
peer smd "${progress[@]}" hello submit
test_is "$(outcome)" permitted 'back for five days its progress passes again'
unharmed 'who takes part'

# --- a partner gone for a month ------------------------------------------------------------------------------------

peer vt-zw "${of_vt[@]}" kind=handover_offer about=identity:1,safety_plan:1 to=team \
	events='director,partner=team,desk=desk' hello submit
offered=$(out_value id '^sent')
peer team hello timeout=300 drain
peer smd hello timeout=300 drain
peer vt-zw "${of_vt[@]}" kind=safety_plan to=smd about=safety_plan:1 life=3800000000 hello submit
test_is "$(outcome)" permitted 'a plan for social work, which is away from now on'
peer vt-zw "${of_vt[@]}" kind=safety_plan to=team about=safety_plan:1 life=3800000000 hello submit
hub_days 30
at_days 30 smd hello timeout=1000 drain
test_is "$(grep -c '^offer.*kind=safety_plan' out)" 0 'a month later, its part over, it gets nothing of what waited'
at_days 30 team hello timeout=1000 drain
test_is "$(grep -c '^offer.*kind=safety_plan' out)" 1 'a team that was away as long gets what did not expire'
at_days 30 vt-zw hello timeout=500 drain
test_is "$(grep -c 'state=withheld' out)" 1 'and Veilig Thuis hears what was withheld'
at_days 30 team "${base[@]}" kind=handover_answer purpose=organise_direct_safety ground=covenant to=vt-zw reply="$offered" \
	events='answer,value=1,detail=4' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'an offer of a month ago is not accepted any more'
says 'of de termijn is om' 'which is said'
at_days 30 smd "${progress[@]}" hello submit
test_is "$(result)" 'denied_forbidden role_ended' 'the part that a date ended is over without anybody saying so'
at_days 30 vt-zw "${change[@]}" to=team events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(outcome)" permitted 'the case is unharmed'
done_testing
