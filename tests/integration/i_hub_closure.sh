#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A case is closed by who takes part, not by a letter: story D of tests/data/paper from the first
# proposal on, the last helper of C who leaves, and a report after it was closed.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_case_rules
hub_partner blijf shelter care --regions 11
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
hub_start

case=d0000000000000000000000000000001
result() {
	echo "$(out_value outcome '^result') $(out_value reason '^recipient')"
}
told() {
	test_wait_for 60 "$3" eval "peer $1 hello timeout=300 drain; cat out >>$1.all; grep -q '$2' $1.all"
}
base=("case=$case" family=12)
propose=("${base[@]}" kind=closure_proposal purpose=sustain_safety ground=wmo:4-1-1-2-d about=identity:1)
say=("${base[@]}" kind=closure_answer purpose=sustain_safety ground=covenant about=identity:1)
close=("${base[@]}" kind=closed purpose=sustain_safety ground=covenant)

peer politie-nh "case=$case" to=vt-zw muni=0479 hello submit
peer vt-zw "${base[@]}" kind=triage_outcome purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	about=triage:1 events='director,partner=vt-zw,desk=desk' hello submit
peer vt-zw "${base[@]}" kind=participant_change purpose=organise_direct_safety ground=wmo:4-1-1-2-d \
	to=blijf,team about=identity:1 \
	events='participant,person=1,partner=blijf,desk=desk,position=helper_of_victim;participant,person=2,partner=team,desk=desk,position=helper_of_perpetrator' \
	hello submit
test_is "$(grep -c '^recipient.*\(permitted\|cut\)' out)" 2 'a shelter helps her, the team helps him'
test_is "$(grep '^recipient' out | grep -c 'outcome=cut')" 1 'who helps him does not get who she is, from this first message on'

peer team kind=case_link "${base[@]}" purpose=assess_safety ground=wmo:4-1-1-2-d to= \
	events='case_other,ref=d0000000000000000000000000000002' hello submit
test_like "$(out_value outcome '^result')" '^denied' 'only Veilig Thuis links cases'
peer vt-zw kind=case_link "${base[@]}" purpose=assess_safety ground=wmo:4-1-1-2-d to= \
	events='case_other,ref=d0000000000000000000000000000002' hello submit
test_is "$(out_value outcome '^result')" permitted 'it does'
told vt-zw 'task=link_cases' 'and who directs hears of it'

peer vt-zw "${propose[@]}" to=blijf,team events='case_state,value=2;open_risk,person=1,value=10' hello submit
test_like "$(result)" '^denied.* rating_missing' 'closing without a rating is refused'
peer team "${base[@]}" kind=closure_proposal purpose=sustain_safety ground=covenant about=identity:1 to=vt-zw \
	events='case_state,value=2;rating,person=1,value=2,detail=4' hello submit
test_like "$(result)" '^denied' 'and by who does not direct'
rated='rating,person=1,value=2,detail=4'
peer vt-zw "${close[@]}" to=team events='case_state,value=3' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'nor is it closed without a proposal'
peer vt-zw "${propose[@]}" to=blijf,team events="case_state,value=2;$rated" hello submit
first=$(out_value id '^sent')
test_like "$(out_value outcome '^result')" 'permitted|cut' 'with a rating it is proposed to all who help'
peer blijf hello timeout=300 drain
peer team hello timeout=300 drain
peer team "${say[@]}" to=vt-zw reply="$first" events='answer,value=5' hello submit
test_is "$(out_value outcome '^result')" permitted 'the team agrees'
peer vt-zw "${close[@]}" to=team events='case_state,value=3' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'while one is awaited it is not closed'
peer blijf "${say[@]}" to=vt-zw reply="$first" events='answer,value=6' hello submit
test_is "$(out_value outcome '^result')" permitted 'the shelter does not agree'
told vt-zw 'task=review_proposal.*blijft open' 'one no keeps the case open'
peer vt-zw "${close[@]}" to=team events='case_state,value=3' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'and it cannot be closed over it'
peer team "${say[@]}" to=vt-zw reply="$first" events='answer,value=5' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'that round is over'

peer vt-zw "${propose[@]}" to=blijf,team events="case_state,value=2;$rated" hello submit
second=$(out_value id '^sent')
peer blijf hello timeout=300 drain
peer team hello timeout=300 drain
peer blijf "${say[@]}" to=vt-zw reply="$second" events='answer,value=5' hello submit
peer team "${say[@]}" to=vt-zw reply="$second" events='answer,value=5' hello submit
told vt-zw 'task=review_proposal.*u beslist' 'when all agree, a person decides'
peer vt-zw "${close[@]}" to=team,blijf events='case_state,value=3' hello submit
test_is "$(out_value outcome '^result')" permitted 'and closes'
peer team "${close[@]}" to=vt-zw about=identity:2 \
	events='participant_ended,person=2,partner=team,desk=desk;reason,value=14;open_risk,person=2,value=10' hello submit
test_is "$(out_value outcome '^result')" permitted 'who helps him stops: no cooperation'
told vt-zw 'task=open_risk.*laatste hulpverlener' 'the last to leave an open risk raises an alarm'
peer vt-zw "${propose[@]}" to=blijf,team events="case_state,value=2;$rated" hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'what is closed is not proposed to be closed'
peer politie-nh "case=$case" to=vt-zw muni=0479 hello submit
peer vt-zw "${propose[@]}" to=blijf,team events="case_state,value=2;$rated" hello submit
test_like "$(out_value outcome '^result')" 'permitted|cut' 'a new report has opened the case again'
done_testing
