#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A case goes over by offer and acceptance: never two directors, never none. Warm (story A of
# tests/data/paper), cold (H), and what somebody could try.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
hub_start

case=a0000000000000000000000000000001
result() {
	echo "$(out_value outcome '^result') $(out_value reason '^recipient')"
}
hub_days() {
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 86400)))
	hub_run
}
told() {
	test_wait_for 60 "$3" eval "peer $1 hello timeout=300 drain; cat out >>$1.all; grep -q '$2' $1.all"
}
base=("case=$case" family=12)
offer=("${base[@]}" kind=handover_offer purpose=organise_direct_safety 'about=identity:1,safety_plan:1')
of_vt=("${offer[@]}" ground=wmo:4-1-1-2-d)
answer=("${base[@]}" kind=handover_answer purpose=organise_direct_safety ground=covenant)
change=("${base[@]}" kind=director_change purpose=organise_direct_safety ground=covenant)

peer politie-nh "case=$case" to=vt-zw muni=0479 hello submit
peer vt-zw "${base[@]}" kind=triage_outcome purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	about=triage:1 events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'Veilig Thuis directs after triage'

# --- proposed ------------------------------------------------------------------------------------------

proposed=("case=b0000000000000000000000000000002" family=12)
peer politie-nh "${proposed[0]}" to=vt-zw muni=0479 hello submit
peer vt-zw "${proposed[@]}" kind=triage_outcome purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	about=triage:1 events='director,partner=team,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'an outcome that names another proposes it'
peer team "${proposed[@]}" kind=handover_offer purpose=organise_direct_safety ground=covenant about=identity:1,safety_plan:1 \
	to=jb events='director,partner=jb,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden no_power' 'which does not direct by that'
peer vt-zw "${proposed[@]}" kind=handover_offer purpose=organise_direct_safety ground=wmo:4-1-1-2-d about=identity:1,safety_plan:1 \
	to=team events='director,partner=team,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'Veilig Thuis does, and can offer it'

# --- named ---------------------------------------------------------------------------------------------

named=("case=b0000000000000000000000000000003" family=12)
naming=("${named[@]}" kind=director_change purpose=organise_direct_safety ground=covenant)
offering=("${named[@]}" kind=handover_offer purpose=organise_direct_safety about=identity:1,safety_plan:1)
peer politie-nh "${named[0]}" to=vt-zw muni=0479 hello submit
peer vt-zw "${naming[@]}" to=team events='director,partner=team,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden no_power' 'nobody makes another the director of a case that has none'
grep -q 'De regie gaat over met een overdracht die de ander aanneemt' out
test_ok $? 'and reads how it is done'
peer team "${offering[@]}" ground=covenant to=jb events='director,partner=jb,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden no_power' 'who was named does not direct'
peer vt-zw "${naming[@]}" kind=case_opened to=team events='director,partner=team,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden no_power' 'nor does who is named as a case is opened'
peer team "${naming[@]}" kind=case_opened to=vt-zw events='director,partner=team,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'a team may say that it would'
peer vt-zw "${offering[@]}" ground=wmo:4-1-1-2-d to=team events='director,partner=team,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'and Veilig Thuis can offer it'
peer vt-zw "${naming[@]}" kind=case_opened to=team events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'Veilig Thuis takes the case itself'
peer vt-zw "${naming[@]}" to=team events='director,partner=team,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'by that message too it directs'
peer vt-zw "${named[0]}" kind=case_split purpose=assess_safety ground=wmo:4-1-1-2-d family=12 to= \
	events='case_other,ref=b0000000000000000000000000000004;director,partner=team,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden no_power' 'nor does a split make one'

# --- warm ---------------------------------------------------------------------------------------------

peer vt-zw "${of_vt[@]}" to=team events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden forbidden' 'nobody hands over to itself'
peer team "${offer[@]}" ground=covenant to=jb events='director,partner=jb,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden no_power' 'who does not direct offers nothing'
peer team "${change[@]}" to=vt-zw events='director,partner=team,desk=desk' hello submit
test_is "$(out_value outcome '^result')" denied_forbidden 'nor calls itself director'
peer vt-zw "${of_vt[@]}" to=team \
	events='director,partner=team,desk=desk;monitoring,partner=vt-zw,desk=desk,value=42' hello submit
offered=$(out_value id '^sent')
test_is "$(out_value outcome '^result')" permitted 'direction is offered, monitoring stays'
peer vt-zw "${change[@]}" to=team events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'until the answer Veilig Thuis directs'
peer jb "${answer[@]}" to=vt-zw reply="$offered" events='answer,value=1,detail=4' hello submit
test_like "$(result)" '^denied' 'who was not asked does not answer'
peer team hello timeout=300 drain
peer team "${answer[@]}" to=vt-zw reply="$offered" events='answer,value=1,detail=4' hello submit
test_is "$(out_value outcome '^result')" permitted 'the team accepts'
peer team "${answer[@]}" to=vt-zw reply="$offered" events='answer,value=2,detail=4' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'once'
peer team "${change[@]}" to=vt-zw,politie-nh events='director,partner=team,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'and makes itself known as director'
peer vt-zw "${change[@]}" to=jb events='director,partner=jb,desk=desk' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'a second director is refused, whoever names it'

# --- cold -----------------------------------------------------------------------------------------------

peer team "${offer[@]}" ground=covenant to=jb events='director,partner=jb,desk=desk' hello submit
cold=$(out_value id '^sent')
test_is "$(out_value outcome '^result')" permitted 'the team offers it to youth protection'
hub_days 10
told jb 'clock=handover task=answer .*wacht op uw antwoord' 'which is reminded'
told team 'clock=handover task=call_recipient.*U blijft casusregisseur' 'and the team hears that it is still director'
peer jb shift=864000000 "${answer[@]}" to=team reply="$cold" events='answer,value=1,detail=4' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'an offer that is over cannot be accepted'
peer team shift=864000000 "${change[@]}" to=vt-zw events='director,partner=team,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'and the team directs'
peer vt-zw shift=864000000 "${change[@]}" to=team events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(out_value outcome '^result')" permitted 'Veilig Thuis can take a case that is left alone'
done_testing
