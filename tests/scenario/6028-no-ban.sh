#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario D: a house ban that is not imposed, and coercive control. No ban is not no danger: who helps her learns
# what Veilig Thuis saw, who treats him not even that there is something. She retracts, which closes nothing. The
# case is not closed without a rating, nor against one no; and he is told later, with a reason and a date.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"

HUB_PARTNERS+='
gemeente|gemeente-zaanstad|huisverbod|Gemeente Zaanstad|municipality|administration|14 075|11
blijf|blijf-nh|ambulant|Blijf Groep Noord-Holland|shelter|care|075 000 0012|11
waag|waag-nh|behandeling|De Waag|forensic_care|care|075 000 0009|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'
HUB_FRESH_DAYS=120

# One clock for everybody, which jumps two days for each character after 5.
preload_need step_clock
export LD_PRELOAD=$preload CLOCK_FILE=$TMPDIR/clock CLOCK_STEP=172800
printf 5 >"$CLOCK_FILE"
# day N: it is N days later (an even number)
day() {
	clock_to $(($1 / 2))
}

hub_make "$TMPDIR/d" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/d/keys.log")"
adapters_make
generic_make gemeente gemeente-zaanstad huisverbod gemeente.map
own_names blijf blijf-nh ambulant wmo closure_answer sustain_safety covenant
own_names waag waag-nh behandeling wgbo progress assess_safety wmo:5-2-6
partners='police vt-zw gemeente blijf waag'
hub_start
system_start vt-zw
for name in $partners; do
	adapter_start "$name"
done
report=PL1100-2026-000460

# --- words ------------------------------------------------------------------------------------------------

sections() {
	"$PYTHON" "$SRC/tests/lib/sections.py" "$@"
}
part() {
	printf '{"category": "%s", "about": [%s], "marks": {"status": "fact", "source": "observed", "reliability": "reliable", "asOf": "%s"}, "data": %s}' \
		"$1" "$2" "$(now)" "$3"
}
# what the police's folder has, and those of the others
out_of() {
	if [ "$1" = police ]; then
		cat "$(police_path out)"/*.xml
	else
		cat "$HUB/own-$1/out/"*.json
	fi
}
nadia='{"number": 1, "positions": ["victim", "parent"], "familyName": "Haddou", "givenNames": "Nadia", "born": "1990-12-01"}'
hamza='{"number": 2, "positions": ["perpetrator", "parent"], "familyName": "Haddou", "givenNames": "Hamza", "born": "1985-04-17"}'
she() {
	part identity 1 '{"given_names": "Nadia", "family_name": "Haddou", "born": "1990-12-01"}'
}
he() {
	part identity 2 '{"given_names": "Hamza", "family_name": "Haddou", "born": "1985-04-17"}'
}
helps='"purpose": "organise_direct_safety", "ground": "wmo:4-1-1-2-d"'

# --- no ban ------------------------------------------------------------------------------------------------------

report_drop $report
test_wait_for 20 'the police report' vt_find vt-zw police_report
reported=$(sections "$(vt_find vt-zw police_report)" get messageId)
case=$(sections "$(vt_find vt-zw police_report)" get caseRef)
cat >ban.json <<JSON
{"id": "THV-D", "soort": "geen_huisverbod", "medewerker": "u-gz01", "gecontroleerd_door": "u-gz02", "zaak": "$case",
 "aan": [{"organisatie": "vt-zw"}, {"organisatie": "politie-nh"}],
 "personen": [{"nummer": 2, "rol": ["pleger", "ouder"], "achternaam": "Haddou", "voornamen": "Hamza", "geboren": "1985-04-17"}],
 "onderdelen": [{"soort": "identiteit", "over": [2], "inhoud": {"family_name": "Haddou", "given_names": "Hamza", "born": "1985-04-17"}}],
 "gebeurtenissen": [{"code": "stand van het huisverbod", "subject": 2, "value": "niet opgelegd"}, {"code": "reden", "value": "niet aan de criteria voldaan"},
  {"code": "maatregel", "subject": 2, "value": "stopgesprek", "detail": "voorgesteld"}]}
JSON
own gemeente drop ban.json
test_wait_for 20 'no ban is a message too' vt_find vt-zw ban_not_imposed
sections "$(vt_find vt-zw ban_not_imposed)" >got
grep -q '^event reason .*criteria_not_met' got && grep -q '^event measure .*"proposed".*stop_talk' got
test_ok $? 'why, and what is proposed in its place'
# police_read WORDS: a message of the police's folder has them
police_read() {
	out_of police | tr -d '\n' | grep -qE "$1"
}
test_wait_for 20 'the police read it' police_read 'soort="huisverbod niet opgelegd".*gebeurtenis soort="reden" waarde="niet aan de criteria voldaan"'

# --- who helps whom; two names, one woman ------------------------------------------------------------------------------

test_expect 'the shelter helps her, De Waag treats him' post VT-D1 d-1 participant_change organise_direct_safety wmo:4-1-1-2-d \
	"\"to\": [{\"partner\": \"blijf-nh\"}, {\"partner\": \"waag-nh\", $helps}, {\"partner\": \"politie-nh\", \"purpose\": \"organise_direct_safety\", \"ground\": \"covenant\"}],
	 \"subjects\": [$nadia, $hamza], \"sections\": [$(she), $(he)],
	 \"events\": [{\"code\": \"participant\", \"partner\": \"blijf-nh\", \"desk\": \"ambulant\", \"value\": \"helper_of_victim\", \"subject\": 1},
	  {\"code\": \"participant\", \"partner\": \"waag-nh\", \"desk\": \"behandeling\", \"value\": \"helper_of_perpetrator\", \"subject\": 2},
	  {\"code\": \"director\", \"partner\": \"vt-zw\", \"desk\": \"triage\"}]"
test_wait_for 20 'the shelter knows its part' own blijf find kind=participant_change given_names=Nadia
test_wait_for 20 'and De Waag' own waag find kind=participant_change given_names=Hamza
! out_of waag | grep -qE 'Nadia|blijf-nh'
test_ok $? 'which knows nothing of her, nor who helps her'
cat >link.json <<JSON
{"id": "VT-D2", "kind": "subject_link", "caseRef": "$case", "purpose": "assess_safety", "ground": "wmo:4-1-1-2-d", "userRef": "u-31b0", "checkedBy": "u-31b2",
 "to": {"partner": "hub"}, "subjects": [$nadia, {"number": 3, "positions": ["victim", "parent"], "familyName": "Hadou", "givenNames": "Nadia", "born": "1990-12-01"}],
 "events": [{"code": "same_person", "subject": 1, "otherSubject": 3, "value": "yes"}]}
JSON
test_expect 'who phoned that morning was the same woman: Veilig Thuis says so' vt vt-zw post link.json d-2
test_wait_for 20 'to the hub alone' vt_result VT-D2 '"outcome":"permitted"'

# --- coercive control ------------------------------------------------------------------------------------------------------

test_expect 'triage: coercive control' post VT-D3 d-3 triage_outcome organise_direct_safety wmo:4-1-1-2-d \
	"\"to\": [{\"partner\": \"blijf-nh\"}, {\"partner\": \"politie-nh\", \"purpose\": \"stop_violence\", \"ground\": \"wmo:4-1-1-2-e\"},
	  {\"partner\": \"waag-nh\", \"copy\": true, $helps}],
	 \"subjects\": [$nadia, $hamza], \"sections\": [$(she), $(he),
	  $(part triage 1,2 '{"unsafety": "structural", "outcome": "conditions_and_follow_up", "pattern": "coercive_control", "summary": "Maandelijks geweld, controle, isolatie."}'),
	  $(part red_flags 1 '{"flags": [{"flag": "forced_sex"}, {"flag": "fears_to_speak_near_partner"}]}'),
	  $(part statement 1 '{"text": "Hij controleert elke avond mijn telefoon.", "alone": true}'),
	  $(part victim_plan 1 '{"text": "Tas bij buurvrouw."}'), $(part whereabouts 1 '{"description": "vanaf vrijdag bij tante", "address": {"place": "Hoorn"}}')],
	 \"events\": [{\"code\": \"director\", \"partner\": \"vt-zw\", \"desk\": \"triage\"}]"
test_wait_for 20 'the shelter has it' own blijf find kind=triage_outcome
"$PYTHON" - "$(own blijf find kind=triage_outcome)" <<'PY' >got
import json, sys
message = json.load(open(sys.argv[1]))
print(*sorted(one["category"] for one in message["sections"]), *(one["value"] for one in message["events"] if one["code"] == "pattern"))
PY
test_is "$(cat got)" 'identity identity red_flags statement triage victim_plan whereabouts coercive_control' \
	'all: the pattern, what she said, her plan, where she is'
test_wait_for 20 'the police have it' police_read 'soort="uitkomst triage"'
police_read 'Maandelijks geweld, controle, isolatie' && police_read '"forced_sex"'
test_ok $? 'what Veilig Thuis weighed, and the red flags'
! police_read 'elke avond mijn telefoon|Tas bij buurvrouw|Hoorn|bij tante'
test_ok $? 'and not what she said, her plan, or where she is'
test_wait_for 20 'De Waag has it' own waag find kind=triage_outcome
"$PYTHON" - "$(own waag find kind=triage_outcome)" <<'PY' >got
import json, sys
message = json.load(open(sys.argv[1]))
print(len(message["subjects"]), *(one["category"] for one in message["sections"]), *sorted(one["code"] for one in message["events"]), len(message["notShared"]))
PY
test_is "$(cat got)" '1 identity director triage_outcome 0' 'who he is, the outcome, who directs; and no hint that there is more'

# --- whom to call, each side its own -----------------------------------------------------------------------------------------

test_expect 'each has another contact person' post VT-D4 d-4 contact_person_change organise_direct_safety wmo:4-1-1-2-d \
	"\"to\": [{\"partner\": \"blijf-nh\"}, {\"partner\": \"waag-nh\", $helps}], \"subjects\": [$nadia, $hamza], \"sections\": [$(she), $(he)],
	 \"events\": [{\"code\": \"contact_person\", \"subject\": 1, \"partner\": \"vt-zw\", \"desk\": \"triage\"},
	  {\"code\": \"contact_person\", \"subject\": 2, \"partner\": \"vt-zw\", \"desk\": \"advies\"}]"
test_wait_for 20 'the shelter knows hers' own blijf find kind=contact_person_change code=contact_person desk=triage
test_wait_for 20 'De Waag his' own waag find kind=contact_person_change code=contact_person desk=advies
own waag find kind=contact_person_change desk=triage >/dev/null
test_is $? 1 'and not hers'

# --- she retracts --------------------------------------------------------------------------------------------------------------

day 10
cat >retraction.xml <<XML
<?xml version="1.0" encoding="UTF-8"?>
<herstel id="$report-H1" op="$report" soort="intrekking" reden="verklaring-ingetrokken" opgemaakt="$(now)" opgemaakt-door="u-7f3a"
  vrijgegeven-door="u-19c2" vrijgegeven-op="$(now)"/>
XML
police drop retraction.xml
test_wait_for 20 'she retracts what she told the police' vt_find vt-zw retraction
sections "$(vt_find vt-zw retraction)" >got
grep -q '^event reason .*retracted' got && grep -q "^event refers_to .*$reported" got
test_ok $? 'which is a message about a message'
test_wait_for 20 'and Veilig Thuis is asked whether she does so freely' vt_task check_coercion
test_expect 'it unmarks nothing: the report is still there' vt_find vt-zw police_report

# --- he is told later ----------------------------------------------------------------------------------------------------------------

day 14
triage=$(own blijf get "$(own blijf find kind=triage_outcome)" messageId)
# review DAYS: Veilig Thuis is asked to look again at what was put off for the triage, for the n-th time
review() {
	[ "$(grep -ls '"task":"review_postponement"' "$HUB/system-vt-zw/events/"*.json | xargs -r grep -l "$triage" | wc -l)" = "$1" ]
}
test_wait_for 40 'after two weeks Veilig Thuis has to look: may he be told' review 1
test_expect 'she was told; he not yet, for her safety' post VT-D5 d-5 subject_notice inform_subject wmo:4-1-1-2-d "\"to\": {\"partner\": \"hub\"},
 \"subjects\": [$nadia, $hamza], \"events\": [{\"code\": \"notified\", \"subject\": 1, \"value\": \"yes\", \"at\": \"$(now)\", \"ref\": \"$triage\"},
  {\"code\": \"notified\", \"subject\": 2, \"value\": \"postponed\", \"detail\": \"safety\", \"until\": \"$(now -d '+8 days')\", \"ref\": \"$triage\"}]"
test_wait_for 20 'recorded, with the date to look again' vt_result VT-D5 '"outcome":"permitted"'

# --- not closed without a rating --------------------------------------------------------------------------------------------------

day 20
# propose NUMBER KEY MORE-EVENTS: to who helps her and to the police; not to who treats him
propose() {
	post "$1" "$2" closure_proposal sustain_safety wmo:4-1-1-2-d "\"to\": [{\"partner\": \"blijf-nh\"},
	  {\"partner\": \"politie-nh\", \"copy\": true, \"purpose\": \"sustain_safety\", \"ground\": \"wmo:4-1-1-2-e\"}],
	 \"subjects\": [$nadia], \"sections\": [$(she)],
	 \"events\": [{\"code\": \"case_state\", \"value\": \"closure_proposed\"}, {\"code\": \"open_risk\", \"value\": \"yes\", \"subject\": 1}$3]"
}
test_expect 'no signals any more: Veilig Thuis proposes to close' propose VT-D6 d-6 ''
test_wait_for 20 'refused: nobody rated' vt_result VT-D6 '"reason":"rating_missing"'
test_like "$(cat "$(vt_result VT-D6 .)")" 'U kunt: 1\) eerst een cijfer geven' 'with what can be done'
test_expect 'which is a task since the case began' vt_task rate_safety
day 22
test_wait_for 40 'the date has come: may he be told now' review 2

# --- one no ----------------------------------------------------------------------------------------------------------------------------

day 24
round1=$("$PYTHON" -c 'import json, sys; print(json.load(open(sys.argv[1]))["messageId"])' "$(vt_result VT-D6 .)")
test_expect 'a second round: talked about with her alone, and she rated' propose VT-D7 d-7 \
	", {\"code\": \"refers_to\", \"ref\": \"$round1\"}, {\"code\": \"discussed\", \"value\": \"alone\", \"subject\": 1, \"at\": \"$(now)\"},
	  {\"code\": \"rating\", \"value\": \"below_6\", \"detail\": \"family_member\", \"subject\": 1, \"otherSubject\": 1, \"at\": \"$(now)\"}"
test_wait_for 20 'the shelter is asked' own blijf find kind=closure_proposal
asked=$(own blijf find kind=closure_proposal)
own blijf find kind=closure_proposal code=rating value=below_6 >/dev/null
test_ok $? 'and reads how she rated'
test_wait_for 20 'the police are asked' police_read 'gebeurtenis soort="stand van de casus" waarde="afsluiting voorgesteld"'
! police_read 'soort="veiligheidscijfer"'
test_ok $? 'and do not read it'
own waag find kind=closure_proposal >/dev/null
test_is $? 1 'De Waag is not'
post_closed() {
	post "$1" "$2" closed sustain_safety covenant '"to": [{"partner": "blijf-nh"}], "events": [{"code": "case_state", "value": "closed"}]'
}
test_expect 'nobody has answered yet' post_closed VT-D8 d-8
test_wait_for 20 'so that it is not closed' vt_result VT-D8 '"reason":"stale_case"'
proposed=$(grep -l 'afsluiting voorgesteld' "$(police_path out)"/bericht-*.xml | head -1)
# answer NUMBER OF: of the police, who agree
answer() {
	printf '<afsluiting-antwoord id="%s" op="%s" antwoord="akkoord" opgemaakt="%s" opgemaakt-door="u-wa12"/>\n' \
		"$1" "$2" "$(now)" >"$1.xml"
	police drop "$1.xml"
}
answer PL-S1 0190b2c4d6e87f3a8b1c2d3e4f506172
test_wait_for 20 'an answer to what nobody asked' grep -q 'noemt geen voorstel tot afsluiten' "$(police_path rejected/PL-S1.xml.reden.txt)"
answer PL-S2 "$(sed -n 's/.* kenmerk="\([0-9a-f]*\)".*/\1/p' "$proposed" | head -1)"
test_wait_for 20 'the police agree' vt_find vt-zw closure_answer
agreed=$(vt_find vt-zw closure_answer)
sections "$agreed" | grep -q '^event answer .*"agreed"'
test_ok $? 'says the answer' || diag "$(sections "$agreed")"
# answered PARTNER: what that one answered
answered() {
	grep -ls '"kind":"closure_answer"' "$HUB/system-vt-zw/messages/"*.json | xargs grep -l "\"from\":\"$1\"" | grep .
}
cat >no.json <<JSON
{"id": "BL-1", "kind": "closure_answer", "inReplyTo": "$(own blijf get "$asked" messageId)", "userRef": "u-bl03",
 "subjects": [$nadia], "sections": [$(she), $(part red_flags 1 '{"flags": [{"flag": "extreme_fear"}]}')],
 "events": [{"code": "answer", "value": "not_agreed"}]}
JSON
own blijf drop no.json
test_wait_for 20 'the shelter does not agree' answered blijf-nh
sections "$(answered blijf-nh)" >got
grep -q '^event answer .*not_agreed' got && grep -q '^section red_flags .*extreme_fear' got
test_ok $? 'and says why, to Veilig Thuis alone'
test_wait_for 20 'the case stays open: talk about it, and mend the plan' vt_task review_proposal
test_expect 'Veilig Thuis tries once more' post_closed VT-D9 d-9
test_wait_for 20 'one no is enough' vt_result VT-D9 '"reason":"stale_case"'

# --- who knows what --------------------------------------------------------------------------------------------------------------------

! out_of waag | grep -qE 'Nadia|coercive|blijf|controle|forced_sex|extreme_fear|retract'
test_ok $? 'De Waag never read of her, the pattern, the shelter or the retraction'
! out_of gemeente 2>/dev/null | grep -qE 'Nadia|coercive|blijf'
test_ok $? 'nor did the mayor'
! police_read 'extreme_fear|Hadou'
test_ok $? 'the police not why the shelter said no'
grep -rqE 'Hadou' "$HUB/own-blijf" "$HUB/own-waag" "$HUB/own-gemeente"
test_is $? 1 'and nobody that she once had another name'

# --- the trail ------------------------------------------------------------------------------------------------------------------------------

hub_decisions ap | grep -vE '^(report_receipt|police_data_request) ' >got
story_trail 6028 $partners
done_testing
