#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario A: a police report, data for triage within a day, and a triage that ends with the local team. The
# case goes over by a warm handover that was walked through with each person alone: Veilig Thuis directs
# until somebody of the team clicks yes in its inbox. Then the police hear what became of it, and whom to call.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

HUB_PARTNERS+='
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'
inbox_partners
hub_make "$TMPDIR/a" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/a/keys.log")"
adapters_make
inbox_make
hub_start
system_start vt-zw
for name in police vt-zw inbox; do
	adapter_start "$name"
done
inbox_login u-jo
inbox_login u-je
report=PL1100-2026-000126

# --- the report, and data for triage within a day -----------------------------------------------------------

report_drop $report
test_wait_for 20 'the report of the police reaches Veilig Thuis' vt_find vt-zw police_report
message=$(vt_find vt-zw police_report)
case=$(get "$message" caseRef)
test_wait_for 20 'the police are asked at once for what they have' police wait verzoek-om-politiegegevens $report 0
request=$(police wait verzoek-om-politiegegevens $report 0)
police answer "$request" answer.xml
police drop answer.xml
test_wait_for 20 'and answer' vt_find vt-zw police_data_response
"$PYTHON" - "$HUB/system-vt-zw" <<'PY'
import datetime, glob, json, sys
def read(pattern):
    return [json.load(open(name)) for name in glob.glob(f"{sys.argv[1]}/{pattern}")]
def at(text):
    return datetime.datetime.fromisoformat(text)
receipt = next(one for one in read("events/result-*.json") if one["kind"] == "report_receipt")
due = next(c["due"] for c in receipt["recipients"][0]["clocks"] if c["clock"] == "triage-data")
answer = next(one for one in read("messages/*.json") if one["kind"] == "police_data_response")
report = next(one for one in read("messages/*.json") if one["kind"] == "police_report")
day = datetime.timedelta(hours=24)
sys.exit(not (at(answer["receivedAt"]) < at(due) and day - datetime.timedelta(minutes=5) < at(due) - at(report["receivedAt"]) < day * 1.1))
PY
test_ok $? 'within the term, which is 24 hours'

# --- triage: the local team is proposed, Veilig Thuis confirms that it directs until then -----------------------

sanne='{"number": 1, "positions": ["victim", "parent"], "familyName": "Voorbeeld", "givenNames": "Sanne", "born": "1991-05-17"}'
mark='{"number": 2, "positions": ["perpetrator", "parent"], "familyName": "Fictief", "givenNames": "Mark", "born": "1988-11-02"}'
lotte='{"number": 3, "positions": ["child"], "familyName": "Fictief", "givenNames": "Lotte", "born": "2019-08-30"}'
# part CATEGORY ABOUT DATA: a section of Veilig Thuis
part() {
	printf '{"category": "%s", "about": [%s], %s, "data": %s}' "$1" "$2" "$inbox_marks" "$3"
}
regie='"to": {"partner": "lt-zaanstad", "desk": "wijkteam"}'
test_expect 'triage: structural, for the local team' post VT-A1 a-1 triage_outcome organise_direct_safety wmo:4-1-1-2-d "$regie,
 \"refersTo\": \"$(get "$message" messageId)\", \"subjects\": [$sanne, $mark, $lotte],
 \"sections\": [$(part triage 1,2,3 '{"unsafety": "structural", "outcome": "local_team", "pattern": "unclear", "summary": "Herhaald geweld, kind getuige. Gesprek met ieder apart."}'),
  $(part red_flags 1 '{"flags": [{"flag": "fears_to_speak_near_partner"}]}'), $(part statement 1 '{"text": "Wat zij alleen vertelde."}')],
 \"events\": [{\"code\": \"director\", \"partner\": \"lt-zaanstad\", \"desk\": \"wijkteam\"}]"
test_wait_for 20 'the team has the outcome' inbox_has u-jo 'Uitkomst triage'
inbox u-jo GET "$item"
grep -q 'Herhaald geweld, kind getuige' page && ! grep -q 'Wat zij alleen vertelde' page
test_ok $? 'with what was weighed, and not with what she said'
test_wait_for 20 'the hub proposes who directs, and a person confirms' vt_task confirm_director
test_like "$(cat "$(vt_task confirm_director)")" 'Voorstel voor de regie: Veilig Thuis .*structurele onveiligheid, tot de overdracht' \
	'Veilig Thuis, until the handover'
director='"events": [{"code": "director", "partner": "vt-zw", "desk": "triage"}]'
test_expect 'which Veilig Thuis does' post VT-A2 a-2 director_change organise_direct_safety covenant \
	"\"to\": [{\"partner\": \"politie-nh\"}, {\"partner\": \"lt-zaanstad\", \"desk\": \"wijkteam\"}], $director"
test_wait_for 20 'it directs' vt_result VT-A2 '"outcome":"permitted"'

# --- the handover is offered, and is no transfer ------------------------------------------------------------------

now=$(date -u +%FT%TZ)
talked=$(for n in 1 2 3; do printf '{"code": "discussed", "value": "alone", "subject": %s, "at": "%s"}, ' $n "$now"; done)
test_expect 'a warm handover, walked through with each alone' post VT-A3 a-3 handover_offer organise_direct_safety wmo:4-1-1-2-d "$regie,
 \"subjects\": [$sanne, $mark, $lotte],
 \"sections\": [$(part identity 1 '{"given_names": "Sanne", "family_name": "Voorbeeld", "born": "1991-05-17"}'),
  $(part identity 2 '{"given_names": "Mark", "family_name": "Fictief", "born": "1988-11-02"}'),
  $(part identity 3 '{"given_names": "Lotte", "family_name": "Fictief", "born": "2019-08-30"}'),
  $(part safety_plan 1,2,3 '{"goals": ["geen geweld in huis"], "steps": [{"who": "vader", "what": "slaapt bij broer", "when": "tot 20 maart"}]}'),
  $(part safety_rating 1 "{\"ratings\": [{\"by\": 1, \"score\": 4, \"at\": \"$now\"}]}"),
  $(part child 3 '{"perspective": "Wil dat het stil is in huis.", "spoken_alone": true}'),
  $(part history_violence 2 '{"known": true, "items": [{"period": "2025", "role": "suspect", "scope": "persons_involved", "text": "Aangifte van mishandeling."}]}'),
  $(part statement 1 '{"text": "Wat zij alleen vertelde."}')],
 \"events\": [$talked{\"code\": \"director\", \"partner\": \"lt-zaanstad\", \"desk\": \"wijkteam\"},
  {\"code\": \"monitoring\", \"partner\": \"vt-zw\", \"desk\": \"triage\", \"value\": 42},
  {\"code\": \"rating\", \"value\": \"below_6\", \"detail\": \"family_member\", \"subject\": 1, \"otherSubject\": 1, \"at\": \"$now\"}]"
test_wait_for 20 'the team finds it in its inbox' inbox_has u-jo 'Aanbod tot overdracht'
offer=$item
inbox u-jo GET "$offer"
tr '\n' ' ' <page >offered
for words in 'slaapt bij broer' 'Wil dat het stil is in huis' 'Sanne' 'Mark' 'Lotte'; do
	grep -q "$words" offered
	test_ok $? "it reads: $words"
done
! grep -qE 'Wat zij alleen vertelde|Aangifte van mishandeling|[Vv]erklaring' offered
test_ok $? 'not what she said alone, nor that there is such a part, nor what the police had on him'
test_like "$(cat offered)" 'Niet gedeeld.*Eerder geweld: een regel verbiedt dit' 'but that his history stays where it is'
inbox u-je GET "$offer"
test_is "$status" 404 'the other desk of the team has none of it'
test_like "$(vt_result VT-A3 '"clock":"handover"')" . 'the term for an answer runs'
# named NUMBER KEY PARTNER DESK: Veilig Thuis names who directs
named() {
	post "$1" "$2" director_change organise_direct_safety covenant "\"to\": [{\"partner\": \"politie-nh\"}],
	 \"events\": [{\"code\": \"director\", \"partner\": \"$3\", \"desk\": \"$4\"}]"
}
test_expect 'somebody calls the team the director already' named VT-A4 a-4 lt-zaanstad wijkteam
test_wait_for 20 'which it is not: Veilig Thuis directs until there is an answer' vt_result VT-A4 '"reason":"stale_case"'

# --- accepted ----------------------------------------------------------------------------------------------------------

inbox_form u-jo "$offer/aannemen"
test_is "$status" 303 'somebody of the team says yes'
test_wait_for 20 'and Veilig Thuis reads it' vt_find vt-zw handover_answer
test_like "$("$PYTHON" "$SRC/tests/lib/sections.py" "$(vt_find vt-zw handover_answer)")" 'event answer .*accepted' 'as accepted'
test_expect 'now the team is the director, and all may know' named VT-A5 a-5 lt-zaanstad wijkteam
test_wait_for 20 'says the hub' vt_result VT-A5 '"outcome":"permitted"'
police_know() {
	grep -lE 'gebeurtenis soort="casusregisseur" partner="lt-zaanstad" naam="Wijkteam Zaanstad" bureau="wijkteam"' "$(police_path out)"/bericht-*
}
test_wait_for 20 'and the police read it' police_know
test_expect 'what Veilig Thuis has given away it cannot offer again' post VT-A6 a-6 handover_offer organise_direct_safety wmo:4-1-1-2-d \
	"\"to\": {\"partner\": \"lt-zaanstad\", \"desk\": \"jeugd\"}, \"subjects\": [$sanne],
	 \"sections\": [$(part identity 1 '{"given_names": "Sanne", "family_name": "Voorbeeld", "born": "1991-05-17"}'), $(part safety_plan 1 '{"goals": ["rust"]}')], \"events\": [{\"code\": \"director\", \"partner\": \"lt-zaanstad\", \"desk\": \"jeugd\"}]"
test_wait_for 20 'it has no power to' vt_result VT-A6 '"reason":"no_power"'
inbox_rating() {
	inbox u-jo GET "$offer/cijfer"
	inbox_form u-jo "$offer/cijfer" "over=$(inbox_person)" cijfer=5 'tekst=Zij slaapt slecht.'
	[ "$status" = 303 ]
}
test_expect 'the team rates: a five' inbox_rating
test_wait_for 20 'which Veilig Thuis, that monitors, has' vt_find vt-zw safety_rating
plan_task() {
	inbox u-jo GET /
	grep -qi 'veiligheidsplan' page
}
test_wait_for 20 'the plan comes back on the table: with the team, that leads' plan_task
! vt_task review_plan
test_ok $? 'and with nobody else'

# --- an agreement reaches who directs -----------------------------------------------------------------------------------

test_expect 'Veilig Thuis, that monitors, agrees something with him and tells the police' post VT-A8 a-8 conditional_agreement stop_violence wmo:4-1-1-2-e \
	"\"to\": [{\"partner\": \"politie-nh\"}], \"subjects\": [$mark],
	 \"sections\": [$(part identity 2 '{"given_names": "Mark", "family_name": "Fictief", "born": "1988-11-02"}'),
	  $(part agreement 2 '{"agreements": [{"trigger": "hij staat onaangekondigd voor de deur", "measure": "bel Veilig Thuis"}]}')],
	 \"events\": [{\"code\": \"agreement\", \"subject\": 2, \"value\": \"contact_arrangement\", \"detail\": \"next_incident\", \"third\": \"active\"}]"
test_wait_for 20 'the team that directs has a copy, though nobody named it' inbox_has u-jo 'Voorwaardelijke afspraak'
inbox u-jo GET "$item"
grep -q 'onaangekondigd voor de deur' page
test_ok $? 'and reads what was agreed'

inbox_agreed() {
	inbox u-jo GET "$offer/afspraak"
	inbox_form u-jo "$offer/afspraak" "over=$(sed -n 's/.*<option value="\([0-9]*\)"[^>]*>[^<]*Lotte.*/\1/p' page)" aanleiding=next_incident maatregel=house_ban \
		'als=Hij staat weer voor de deur.' 'dan=Bel de politie; er volgt een huisverbod.'
	[ "$status" = 303 ]
}
test_expect 'the team agrees something, which Veilig Thuis reads' inbox_agreed
theirs() {
	grep -ls 'staat weer voor de deur' "$HUB/system-vt-zw/messages/"*.json | grep .
}
test_wait_for 20 'and that is no standing copy yet' theirs
# at_the_door: the unit asks by the name of the child that it is about
at_the_door() {
	crisis '{"userRef": "u-no77", "danger": "child", "municipality": "0479", "persons": [{"familyName": "Fictief", "givenNames": "Lotte", "born": "2019-08-30"}]}' >told
	grep -q 'staat weer voor de deur' told
}
at_the_door
test_ok $? 'who asks Veilig Thuis in a crisis hears of it, by a name that was not in it'
# forward NUMBER KEY MORE: a person of Veilig Thuis passes it on as it is
forward() {
	printf '{"id": "%s", "forward": "%s", "userRef": "u-31b0", "checkedBy": "u-31b2"%s}\n' "$1" "$(get "$(theirs)" messageId)" "$3" >"$2.json"
	vt vt-zw post "$2.json" "$2"
}
! forward VT-A9 a-9 ', "sections": []'
test_ok $? 'as it is, and not with another text'
! forward VT-A9 a-9b ''
test_ok $? 'nor without a name, that nobody could find'
who=", \"subjects\": [{\"number\": $(get "$(theirs)" subjects.child), \"familyName\": \"Fictief\", \"givenNames\": \"Lotte\", \"born\": \"2019-08-30\"}]"
test_expect 'with one request it becomes one' forward VT-A10 a-10 "$who"
test_wait_for 20 'the police have it' eval 'grep -ls "staat weer voor de deur" "$(police_path out)"/*.xml | grep -q .'
cards() {
	[ "$("$PYTHON" -c 'import json, sys; print(json.load(open(sys.argv[1])).get("cards"))' "$HUB/status-$1.json")" = "$2" ]
}
test_wait_for 20 'as a card, beside that of Veilig Thuis' cards police 2
stop_bg adapter-vt-zw
at_the_door
test_ok $? 'that the unit at the door finds, with nobody to ask'
adapter_start vt-zw
test_expect 'the same request once more is the same message' forward VT-A10 a-10 "$who"

# --- the police hear ----------------------------------------------------------------------------------------------------

cat >feedback.json <<JSON
{"id": "VT-A7", "kind": "feedback", "inReplyTo": "$(get "$message" messageId)", "userRef": "u-31b0", "checkedBy": "u-31b0",
 "sections": [{"category": "feedback", "data": {"taken_up": true, "steps": ["lokaal team heeft de regie"],
   "contact_person": {"function": "casusregisseur lokaal team", "phone": "14 075"}}}]}
JSON
test_expect 'Veilig Thuis tells the police' vt vt-zw post feedback.json a-7
test_wait_for 20 'what became of it' police wait terugkoppeling $report 0
feedback=$(police wait terugkoppeling $report 0)
grep -q '<stap>lokaal team heeft de regie</stap>' "$feedback" && grep -q '14 075' "$feedback"
test_ok $? 'and whom to call'
! grep -rqE 'slaapt bij broer|Wil dat het stil is|Wat zij alleen|Zij slaapt slecht' "$(police_path out)"
test_ok $? 'and nothing of plan, child, statement or rating'

# --- the trail ------------------------------------------------------------------------------------------------------------

hub_decisions ap >got
story_trail 6026 inbox police vt-zw
done_testing
