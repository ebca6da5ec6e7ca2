#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Terms that follow from a case or from what a message names: who has to be told of a house ban and a
# lawyer for who asked for one, a measure for the first day, an ultimatum, a provisional remedy, the
# fixed moments of who monitors.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_partner gemeente municipality administration --regions 11
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
hub_start

running() {
	ctl status
	ctl_value clocks running
}
hub_hours() {
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 3600)))
	hub_run
}
# told PARTNER PATTERN NAME: it hears this in its notices
told() {
	test_wait_for 60 "$3" eval "peer $1 hello timeout=300 drain; cat out >>$1.all; grep -q '$2' $1.all"
}
task_id() {
	grep -h "$1" gemeente.all | sed -n 's/.* id=\([0-9a-f]*\).*/\1/p' | head -n 1
}
order=(kind=ban_order purpose=house_ban ground=wth:2-8 family=12 'about=identity:2,ban:2' to=vt-zw)
ban='ban_state,person=2,value=3;ban_period,person=2,at=0,until=10'
case_of() {
	echo "case=c20000000000000000000000000000$1"
}

# --- a house ban: tell at once, a lawyer within a day of the wish -----------------------------------

peer gemeente "${order[@]}" "$(case_of 01)" events="$ban" hello submit
told gemeente 'clock=- task=tell_residents .*meteen mee' 'the municipality is asked to tell of its ban at once'
test_is "$(grep -c arrange_lawyer gemeente.all) $(running)" '0 5' 'and nothing of a lawyer, whom nobody asked for'
peer gemeente "$(case_of 01)" kind=task_done purpose=supervise_disclosure ground=supervision to= \
	reply="$(task_id tell_residents)" events="task,value=25,ref=$(task_id tell_residents)" checked-by=u-2 hello submit
test_is "$(out_value outcome '^result') $(running)" 'permitted 4' 'it says that it was done: the term ends'
peer gemeente "${order[@]}" "$(case_of 02)" events="$ban;deadline,value=12,at=1" hello submit
told gemeente 'task=arrange_lawyer .*binnen 24 uur' 'who leaves wants a lawyer: the municipality is asked'
peer politie-nh kind=ban_contact_address "$(case_of 01)" purpose=house_ban ground=wpg:16-1-b/wth:2-1 to=gemeente \
	family=2 about=contact:2 events='ban_state,person=2,value=4;deadline,value=12,at=1' hello submit
test_is "$(running)" 10 'or said so to the police, with the address'

# --- acute, and what meets it -------------------------------------------------------------------------

report=(kind=police_report purpose=stop_violence ground=wpg:18-1/bpg:4-2-1-i to=vt-zw muni=0479 family=12
	'about=identity:1,incident:1')
peer politie-nh "${report[@]}" "$(case_of 03)" events='unsafety,value=4' hello submit
acute=$(out_value id '^sent')
before=$(running)
peer politie-nh "${report[@]}" "$(case_of 03)" events='unsafety,value=4' hello submit
test_is "$(($(running) - before))" 2 'a second acute report in the case starts its own terms, not that of acute again'
peer politie-nh "${report[@]}" "$(case_of 04)" events='unsafety,value=4' hello submit
before=$(running)
peer gemeente "${order[@]}" "$(case_of 04)" events="$ban" hello submit
test_is "$(($(running) - before))" 4 'a ban is a measure for the first day: acute is met'

# --- handed over, monitored, agreed ---------------------------------------------------------------------

peer politie-nh "$(case_of 05)" to=vt-zw muni=0479 hello submit
peer vt-zw "$(case_of 05)" family=12 kind=triage_outcome purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	about=triage:1 events='director,partner=vt-zw,desk=desk' hello submit
peer vt-zw "$(case_of 05)" family=12 kind=handover_offer purpose=organise_direct_safety about=identity:1,safety_plan:1 \
	ground=wmo:4-1-1-2-d to=team events='director,partner=team,desk=desk;monitoring,partner=vt-zw,desk=desk,value=42' \
	hello submit
offered=$(out_value id '^sent')
peer team hello timeout=300 drain
before=$(running)
peer team "$(case_of 05)" family=12 kind=handover_answer purpose=organise_direct_safety ground=covenant to=vt-zw \
	reply="$offered" events='answer,value=1,detail=4' hello submit
test_is "$(($(running) - before))" 0 'direction is taken: monitoring runs, the offer does not, and direct safety as it did'
before=$(running)
peer vt-zw "$(case_of 05)" family=12 kind=conditional_agreement purpose=organise_direct_safety ground=wmo:4-1-1-2-d \
	to=team about=agreement:2 events='agreement,value=11,detail=2,person=2,third=1,at=1,until=60;deadline,value=21,at=15' \
	hello submit
agreed=$(out_value id '^sent')
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted 2' 'what is agreed on has a term'
before=$(running)
peer jb "$(case_of 05)" family=12 kind=family_court_order purpose=child_protection ground=covenant to=vt-zw about=measures:2 \
	events='measure,value=9,detail=2,person=2' hello submit
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted 2' 'so has a provisional remedy that is filed for'

# --- time passes --------------------------------------------------------------------------------------------

hub_hours 2
told vt-zw 'clock=ban-tell task=call_recipient .*Bel de gemeente' 'of a ban that was not told of Veilig Thuis hears'
hub_hours 25
told gemeente 'clock=ban-lawyer task=- .*verstreken' 'the municipality hears that there is no lawyer yet'
told vt-zw "clock=acute task=escalate .*ref=$acute .*geen maatregel bekend" 'and who leads that there is no measure yet'
hub_hours $((16 * 24))
told team "clock=agreement-ultimatum task=escalate .*ref=$agreed .*afgesproken termijn is om" 'the director hears of the ultimatum'
hub_hours $((30 * 24))
told team 'clock=provisional-remedy task=review_plan .*echtscheiding' 'and of the remedy'
hub_hours $((43 * 24))
told vt-zw 'clock=monitoring task=monitor .*Vast moment' 'the first fixed moment is there'
hub_hours $((130 * 24))
test_wait_for 60 'and one more after two that nobody was there for' \
	eval 'peer vt-zw hello timeout=300 drain; cat out >>vt-zw.all; [ "$(grep -c task=monitor vt-zw.all)" = 2 ]'
test_is "$(grep -c 'clock=acute' vt-zw.all)" 1 'the case with the ban was never late'
done_testing
