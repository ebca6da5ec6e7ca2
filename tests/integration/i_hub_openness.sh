#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What the hub reminds people of: to tell persons what was shared about them, or to look at a
# postponement again; to answer a question. And what waits for who takes no part any more stays.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_case_rules
hub_start

case=57575757575757575757575757575757
outcome() {
	out_value outcome '^recipient'
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
tell=(kind=subject_notice "case=$case" purpose=inform_subject ground=wmo:4-1-1-2-d to= family=1)

# --- told, or put off -----------------------------------------------------------------------------

peer politie-nh case=$case to=vt-zw muni=0479 hello submit
report=$(out_value id '^sent')
test_is "$(running)" 2 'a report starts the terms for feedback and for telling who it is about'
peer vt-zw hello timeout=100 want=1 drain
peer vt-zw "${tell[@]}" events="notified,person=1,value=12,detail=26,until=60,ref=$report" hello submit
test_is "$(grep -c '^result.*permitted' out) $(running)" '1 2' 'a postponement has a term too'
peer vt-zw "${tell[@]}" no-check=1 events="notified,person=1,value=10,ref=$report" hello submit
test_is "$(running)" 2 'who is told is said by somebody who checked it'
peer vt-zw "${tell[@]}" events="notified,person=1,value=10,ref=$report" hello submit
test_is "$(running)" 1 'told: nothing is left to tell'
triage=(kind=triage_outcome "case=$case" purpose=assess_safety ground=wmo:4-1-1-2-d to=team family=1)
peer vt-zw "${triage[@]}" about=triage:1 events='pattern,value=2' hello submit
test_is "$(outcome) $(running)" 'permitted 2' 'coercive control is shared with the team'
peer team kind=progress case=$case purpose=assess_safety ground=wmo:5-2-6 to=vt-other family=1 \
	about=identity:1 hello submit
peer vt-other kind=information_request case=58585858585858585858585858585858 purpose=assess_safety \
	ground=wmo:4-1-1-2-d to=team family=1 about=identity:1,request:1 hello submit
test_is "$(running)" 5 'so is what others share: a term to tell each, and one to answer'

# --- asked and not answered --------------------------------------------------------------------------

ask=(kind=information_request "case=$case" purpose=assess_safety ground=wmo:4-1-1-2-d to=team family=1
	"about=identity:1,request:1")
peer vt-zw "${ask[@]}" hello submit
question=$(out_value id '^sent')
peer vt-zw "${ask[@]}" events='occurred_at,at=-20' hello submit
peer team hello timeout=100 want=4 drain
cp out team.all # the reminder may be among them
test_wait_for 60 'Veilig Thuis hears that there is no answer, and may call' \
	eval 'peer vt-zw hello timeout=300 drain; cat out >>vt.all; grep -q "clock=information task=call_recipient.*telt niet als weigering" vt.all'
test_wait_for 60 'who was asked is reminded' \
	eval 'peer team hello timeout=300 drain; cat out >>team.all; grep -q "task=answer .*Herinnering" team.all'
audit_rows
test_is "$(grep -c '"no_answer"' rows)" 1 'and it is in the trail, with who was asked'
before=$(running)
peer team kind=refusal case=$case purpose=assess_safety ground=wmo:5-2-6 to=vt-zw family=1 \
	reply="$question" hello submit
test_is "$(outcome) $((before - $(running)))" 'permitted 1' \
	'an answer ends the term of its own question alone'

# --- two weeks later ------------------------------------------------------------------------------------

peer vt-zw kind=participant_change case=$case purpose=organise_direct_safety ground=wgs:1-5 to=team \
	events="participant,partner=team,desk=desk,position=helper_of_victim,until=10" hello submit
peer vt-zw kind=safety_plan case=$case purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	family=1 about=safety_plan:1 hello submit
test_is "$(outcome)" permitted 'a plan for who helps until ten days from now'
hub_days 15
peer team hello timeout=3000 drain
test_is "$(grep -c '^offer.*kind=safety_plan' out)" 0 'it waited too long: who helps no more does not get it'
peer vt-zw hello timeout=3000 drain
test_is "$(grep -c 'state=withheld' out)" 2 'nor that it took part, and the sender hears so'
test_is "$(grep -c 'clock=subject-notice task=review_postponement.*plan van het slachtoffer' out)" 4 \
	'at coercive control each postponement is looked at after two weeks, by a person'
test_is "$(grep -c 'task=inform_subject' out)" 0 'and nobody is pressed to tell'
hub_days 29
peer vt-other hello timeout=3000 drain
test_is "$(grep -c 'clock=subject-notice task=inform_subject.*niets per post' out)" 1 \
	'elsewhere who has to tell is asked to after four weeks'
done_testing
