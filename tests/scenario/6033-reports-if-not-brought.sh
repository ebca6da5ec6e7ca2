#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario I: a school asks advice about nobody, later reports, and agrees to report again if a child is not
# brought. Help is refused at the door. Three months without a 6 force a choice, and the choice has its
# weighing. Half a year by one clock that jumps.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"

HUB_PARTNERS+='
school|school-regenboog|directie|Basisschool De Regenboog|reporter|care|075 000 0012|11
smd|smd-zaan|thuis|Maatschappelijke Dienst Zaan|social_work|care|075 000 0006|11
rvdk|rvdk-nh|intake|Raad voor de Kinderbescherming|child_protection_board|justice|088 071 0000|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
# shellcheck disable=SC2034 # read by hub-lib.sh
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
' HUB_FRESH_DAYS=300

# One clock for everybody, which jumps two weeks for each character after 5.
preload_need step_clock
export LD_PRELOAD=$preload CLOCK_FILE=$TMPDIR/clock CLOCK_STEP=1209600
printf 5 >"$CLOCK_FILE"
# week N: it is N weeks later (an even number)
week() {
	clock_to $(($1 / 2))
}

hub_make "$TMPDIR/i" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/i/keys.log")"
adapter_make_vt vt-zw
own_names school school-regenboog directie other advice_request assess_safety meldcode professional_report stop_violence wmo:5-2-6 \
	conditional_agreement assess_safety wmo:5-2-6 rereport_linked stop_violence wmo:5-2-6
own_names smd smd-zaan thuis wmo progress assess_safety wmo:5-2-6
own_names team lt-zaanstad wijkteam jeugdwet handover_answer organise_direct_safety covenant escalation stop_violence wmo:5-2-6
own_names rvdk rvdk-nh intake jeugdwet information_response assess_safety wmo:5-2-6
partners='vt-zw school smd team rvdk'
hub_start
system_start vt-zw
for name in $partners; do
	adapter_start "$name"
done

# --- words ------------------------------------------------------------------------------------------------

# drop NAME NUMBER JSON: a message of that partner's system
drop() {
	printf '{"id": "%s", "userRef": "u-%s", "checkedBy": "u-%s2", %s}\n' "$2" "$1" "$1" "$3" >"$2.json"
	own "$1" drop "$2.json"
}
marks='"marks": {"status": "fact", "source": "observed", "reliability": "reliable", "asOf": "'$(now -d '-1 day')'"}'
tim='{"number": 1, "positions": ["child", "victim"], "familyName": "Bos", "givenNames": "Tim", "born": "2018-05-06"}'
mother='{"number": 2, "positions": ["parent", "perpetrator"], "familyName": "Bos", "givenNames": "Eva", "born": "1990-02-03"}'
tim_is='{"category": "identity", "about": [1], '$marks', "data": {"family_name": "Bos", "given_names": "Tim", "born": "2018-05-06"}}'
mother_is='{"category": "identity", "about": [2], '$marks', "data": {"family_name": "Bos", "given_names": "Eva", "born": "1990-02-03"}}'

# --- week 0: advice about nobody ------------------------------------------------------------------------------

drop school SR-1 '"kind": "advice_request", "to": [{"partner": "vt-zw"}], "sections": [{"category": "request", "about": [], "data": {"text": "Een kind komt vaak niet op school. Wat doen wij?"}}]'
test_wait_for 20 'a school asks what to do' vt_has '"kind":"advice_request"'
advice=$(vt_has '"kind":"advice_request"')
test_is "$(grep -cE '"caseRef"|Bos' "$advice")" 0 'about nobody, in no case'
test_expect 'Veilig Thuis advises' post VT-I1 v-1 advice_answer assess_safety wmo:4-1-1-3 "\"inReplyTo\": \"$(get "$advice" messageId)\",
 \"sections\": [{\"category\": \"advice\", \"about\": [], \"data\": {\"text\": \"Spreek met moeder; meld als het niet verandert.\"}}]"
test_wait_for 20 'the school reads it' own school find 'text=Spreek met moeder; meld als het niet verandert.'

# --- week 2: the report, and who helps ---------------------------------------------------------------------------

week 2
marks='"marks": {"status": "fact", "source": "observed", "reliability": "reliable", "asOf": "'$(now -d '-1 day')'"}'
drop school SR-2 "\"kind\": \"professional_report\", \"municipality\": \"0479\", \"case\": \"tim\", \"to\": [{\"partner\": \"vt-zw\"}],
 \"subjects\": [$tim, $mother, {\"number\": 9, \"positions\": [\"reporter\"]}], \"facts\": {\"unsafety\": \"structural\"}, \"sections\": [$tim_is, $mother_is,
  {\"category\": \"incident\", \"about\": [1, 2], $marks, \"data\": {\"facts\": [{\"ref\": \"f1\", \"at\": \"$(now -d '-1 day')\", \"actor\": 2, \"target\": 1, \"act\": \"Houdt het kind thuis.\", \"impact\": \"Het kind mist weken school.\"}]}},
  {\"category\": \"reporter\", \"about\": [9], \"data\": {\"organisation\": \"Basisschool De Regenboog\", \"wants_to_be_hidden\": false}}]"
test_wait_for 20 'what grew from it is a report, with persons' vt_has '"kind":"professional_report"'
report=$(vt_has '"kind":"professional_report"')
case=$(get "$report" caseRef)
test_expect 'Veilig Thuis directs' post VT-I2 v-2 case_opened organise_direct_safety covenant "\"to\": [{\"partner\": \"lt-zaanstad\"}, {\"partner\": \"smd-zaan\"}],
 \"events\": [{\"code\": \"director\", \"partner\": \"vt-zw\", \"desk\": \"triage\"}]"
test_expect 'social work helps her' post VT-I3 v-3 participant_change organise_direct_safety wmo:4-1-1-2-d "\"to\": [{\"partner\": \"smd-zaan\"}],
 \"subjects\": [$mother], \"events\": [{\"code\": \"participant\", \"partner\": \"smd-zaan\", \"desk\": \"thuis\", \"value\": \"helper_of_child\", \"subject\": 2}]"
test_expect 'the team is asked to take the case' post VT-I4 v-4 handover_offer organise_direct_safety wmo:4-1-1-2-d "\"to\": [{\"partner\": \"lt-zaanstad\"}],
 \"subjects\": [$tim, $mother], \"sections\": [{\"category\": \"identity\", \"about\": [1], $marks, \"data\": {\"family_name\": \"Bos\", \"given_names\": \"Tim\", \"born\": \"2018-05-06\"}},
  {\"category\": \"safety_plan\", \"about\": [1], $marks, \"data\": {\"text\": \"Elke dag naar school.\"}}, {\"category\": \"child\", \"about\": [1], $marks, \"data\": {\"perspective\": \"Ik wil naar school.\"}}],
 \"events\": [{\"code\": \"director\", \"partner\": \"lt-zaanstad\", \"desk\": \"wijkteam\"}, {\"code\": \"discussed\", \"subject\": 2, \"value\": \"alone\"}]"
test_wait_for 20 'it reads the offer' own team find 'text=Elke dag naar school.'
offer=$(own team get "$(own team find 'text=Elke dag naar school.')" messageId)
drop team LT-1 "\"kind\": \"handover_answer\", \"inReplyTo\": \"$offer\", \"to\": [{\"partner\": \"vt-zw\"}], \"events\": [{\"code\": \"answer\", \"value\": \"accepted\", \"detail\": \"director\"}]"
test_wait_for 20 'and takes it: the three months of direct safety begin' vt_has '"kind":"handover_answer"'

# --- week 4: agreed; week 8: the door stays shut ------------------------------------------------------------------

week 4
drop school SR-3 "\"kind\": \"conditional_agreement\", \"caseRef\": \"$case\", \"to\": [{\"partner\": \"vt-zw\"}], \"subjects\": [$tim],
 \"sections\": [$tim_is, {\"category\": \"agreement\", \"about\": [1], \"data\": {\"agreements\": [{\"trigger\": \"weer niet gebracht\", \"measure\": \"de school meldt bij Veilig Thuis\"}]}}],
 \"events\": [{\"code\": \"agreement\", \"subject\": 1, \"partner\": \"school-regenboog\", \"desk\": \"directie\", \"value\": \"report_to_veilig_thuis\", \"detail\": \"child_not_brought\", \"third\": \"active\"},
  {\"code\": \"deadline\", \"value\": \"agreement-ultimatum\", \"at\": \"$(now -d '+6 weeks')\"}]"
test_wait_for 20 'not brought again, then the school reports: that is agreed' vt_has '"kind":"conditional_agreement"'
agreed=$(get "$(vt_has '"kind":"conditional_agreement"')" messageId)
week 8
drop smd SMD-1 "\"kind\": \"progress\", \"caseRef\": \"$case\", \"to\": [{\"partner\": \"vt-zw\"}], \"subjects\": [$mother],
 \"sections\": [{\"category\": \"identity\", \"about\": [2], \"data\": {\"family_name\": \"Bos\", \"given_names\": \"Eva\"}}, {\"category\": \"help_plan\", \"about\": [2], \"data\": {\"steps\": [{\"who\": \"maatschappelijk werk\", \"what\": \"De deur bleef dicht.\"}]}}],
 \"events\": [{\"code\": \"reason\", \"subject\": 2, \"value\": \"no_cooperation\"}]"
test_wait_for 20 'that help is refused, is told and changes nothing by itself' vt_has 'De deur bleef dicht'
own team find 'what=De deur bleef dicht.' >/dev/null
test_is $? 1 'to Veilig Thuis alone'

# --- week 12: the term has passed; week 14: not brought; week 16: the choice -----------------------------------------------

week 12
test_wait_for 30 'the agreed term has passed: who leads must choose' own team find task=escalate
week 14
drop school SR-4 "\"kind\": \"rereport_linked\", \"caseRef\": \"$case\", \"refersTo\": \"$agreed\", \"to\": [{\"partner\": \"vt-zw\"}], \"subjects\": [$tim],
 \"sections\": [{\"category\": \"identity\", \"about\": [1], \"marks\": {\"status\": \"fact\", \"source\": \"observed\", \"reliability\": \"reliable\", \"asOf\": \"$(now -d '-1 day')\"}, \"data\": {\"family_name\": \"Bos\", \"given_names\": \"Tim\", \"born\": \"2018-05-06\"}},
  {\"category\": \"child\", \"about\": [1], \"marks\": {\"status\": \"fact\", \"source\": \"observed\", \"reliability\": \"reliable\", \"asOf\": \"$(now -d '-1 day')\"}, \"data\": {\"present\": false, \"remark\": \"Weer niet gebracht.\"}}],
 \"events\": [{\"code\": \"occurred_at\", \"at\": \"$(now -d '-1 hour')\"}, {\"code\": \"agreement\", \"subject\": 1, \"value\": \"report_to_veilig_thuis\", \"detail\": \"child_not_brought\", \"third\": \"triggered\", \"ref\": \"$agreed\"}]"
test_wait_for 20 'the school reports, and names what was agreed' vt_has 'Weer niet gebracht'
week 16
escalations() {
	[ "$(grep -ls '"escalate"' "$HUB/own-team/out/"kennisgeving* | wc -l)" -ge "$1" ]
}
test_wait_for 30 'three months without a 6: the team has the choice to make' escalations 2
drop team LT-2 "\"kind\": \"escalation\", \"caseRef\": \"$case\", \"to\": [{\"partner\": \"vt-zw\"}], \"subjects\": [$tim],
 \"sections\": [{\"category\": \"identity\", \"about\": [1], $marks, \"data\": {\"family_name\": \"Bos\", \"given_names\": \"Tim\", \"born\": \"2018-05-06\"}}, {\"category\": \"weighing\", \"about\": [1], $marks, \"data\": {\"text\": \"Vrijwillig lukt het niet.\"}}],
 \"weighing\": [\"rights_weighed\", \"harm_of_not_acting_high\", \"lighter_alternative_failed\"],
 \"events\": [{\"code\": \"escalation\", \"value\": \"ask_veilig_thuis\"}]"
test_wait_for 20 'it asks Veilig Thuis, with its weighing' vt_has 'Vrijwillig lukt het niet'
test_expect 'and Veilig Thuis asks the board' post VT-I5 v-5 escalation child_protection wmo:4-1-1-2-e "\"to\": [{\"partner\": \"rvdk-nh\"}], \"subjects\": [$tim],
 \"sections\": [{\"category\": \"identity\", \"about\": [1], $marks, \"data\": {\"family_name\": \"Bos\", \"given_names\": \"Tim\", \"born\": \"2018-05-06\"}}, {\"category\": \"weighing\", \"about\": [1], $marks, \"data\": {\"text\": \"Rechten, belangen, wensen gewogen.\"}}],
 \"weighing\": [\"rights_weighed\", \"interests_weighed\", \"wishes_weighed\", \"harm_of_acting_low\", \"harm_of_not_acting_high\", \"lighter_alternative_failed\"],
 \"events\": [{\"code\": \"escalation\", \"value\": \"child_protection_board_or_criminal_urgent\"}, {\"code\": \"signal_phase\", \"value\": \"acute_or_structural\"}]"
test_wait_for 20 'which reads why' own rvdk find 'text=Rechten, belangen, wensen gewogen.'

# --- the trail ------------------------------------------------------------------------------------------------------------

hub_decisions ap >got
story_trail 6033 $partners
done_testing
