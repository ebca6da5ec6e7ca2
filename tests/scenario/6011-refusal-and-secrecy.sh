#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario G: Veilig Thuis asks three, each by itself; one answers, one refuses and says why, one
# is silent. The same message has a verdict for each recipient (rule 9): Veilig Thuis may
# have it, youth protection not yet, the police never; consent opens it for youth protection alone.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
ggz|ggz-jeugd-zaan|behandeling|Jeugd-ggz Zaan|mental_health|care|075 000 0001|11
ha|huisarts-plein|praktijk|Huisartsen op het Plein|gp_and_poh|care|075 000 0002|11
jt|jeugdteam-zaandam|team|Jeugdteam Zaandam|local_team|care|14 075|11
jb|jb-regio|team-noord|Jeugdbescherming regio|youth_protection|care|088 000 0003|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'

hub_make "$TMPDIR/g" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/g/keys.log")"
adapters_make
generic_make ggz ggz-jeugd-zaan behandeling ggz.map
generic_make ha huisarts-plein praktijk huisarts.map
generic_make jt jeugdteam-zaandam team jeugdteam.map
generic_make jb jb-regio team-noord jeugdbescherming.map
hub_start
system_start vt-zw
for name in police vt-zw ggz ha jt jb; do
	adapter_start "$name"
done

report_drop PL1100-2026-000200
test_wait_for 20 'a police report opens the case' vt_find vt-zw police_report
report=$("$PYTHON" "$SRC/tests/lib/sections.py" "$(vt_find vt-zw police_report)" get messageId)

# --- three are asked --------------------------------------------------------------------------------

marks='"marks": {"status": "fact", "source": "observed", "reliability": "reliable", "asOf": "2027-01-11"}'
cat >ask.json <<JSON
{"id": "VT-G1", "kind": "information_request", "refersTo": "$report", "userRef": "u-31b0", "checkedBy": "u-31b0",
 "to": [{"partner": "ggz-jeugd-zaan"}, {"partner": "huisarts-plein"}, {"partner": "jeugdteam-zaandam"}],
 "subjects": [{"number": 1, "positions": ["perpetrator"], "familyName": "Singel", "givenNames": "Ravi", "born": "2006-01-15"}],
 "sections": [
  {"category": "identity", "about": [1], $marks, "data": {"given_names": "Ravi", "family_name": "Singel", "born": "2006-01-15"}},
  {"category": "request", "about": [1], "data": {"text": "Is hij in behandeling, en ziet u gevaar voor zijn moeder?"}}],
 "events": [{"code": "deadline", "value": "information", "at": "2027-01-18T12:00:00+01:00"}]}
JSON
test_expect 'Veilig Thuis asks three at once' vt vt-zw post ask.json g-1
for name in ggz ha jt; do
	test_wait_for 20 "$name is asked" own "$name" find 'text=Is hij in behandeling, en ziet u gevaar voor zijn moeder?'
done
asked=$(own ggz find kind=information_request)
test_is "$(own ggz get "$asked" events.0.value) $(own ggz get "$asked" events.0.at)" \
	'information 2027-01-18T11:00:00Z' 'by when an answer is expected'
! grep -qE 'huisarts|jeugdteam' "$asked"
test_ok $? 'and does not read who else is'

# --- one refuses, one answers, one is silent ----------------------------------------------------------

cat >refuse.json <<JSON
{"id": "GGZ-1", "kind": "weigering", "userRef": "u-gj09", "inReplyTo": "$(own ggz get "$asked" messageId)",
 "events": [{"code": "answer", "value": "refused"}, {"code": "reason", "value": "secrecy"}],
 "sections": [{"category": "refusal", "data": {"reason": "secrecy", "text": "Behandelrelatie gaat voor."}}]}
JSON
own ggz drop refuse.json
test_wait_for 20 'Veilig Thuis hears that mental health refuses' vt_find vt-zw refusal
refusal=$(vt_find vt-zw refusal)
"$PYTHON" "$SRC/tests/lib/sections.py" "$refusal" >got
test_like "$(cat got)" 'event reason .*secrecy' 'with the reason as a code'
test_like "$(cat got)" 'Behandelrelatie gaat voor' 'and in words'

question=$(own ha find 'text=Is hij in behandeling, en ziet u gevaar voor zijn moeder?')
person=$(own ha get "$question" subjects.0.number)
cat >answer.json <<JSON
{"id": "HA-7", "kind": "antwoord", "arts": "u-gp01", "vraag": "$(own ha get "$question" messageId)",
 "patient": {"nummer": $person},
 "bevinding": {"soort": "gezondheid", "over": $person, "status": "feit", "bron": "gezien", "betrouwbaarheid": "betrouwbaar",
  "peildatum": "2027-01-05T00:00:00+01:00", "inhoud": {"bevindingen": "onrust, slaapt slecht", "gezien": "2027-01-05T10:00:00+01:00"}},
 "events": [{"code": "antwoord", "value": "deels"}]}
JSON
own ha drop answer.json
test_wait_for 20 'Veilig Thuis has the answer of the doctor' vt_find vt-zw information_response
test_like "$("$PYTHON" "$SRC/tests/lib/sections.py" "$(vt_find vt-zw information_response)")" \
	'section health about perpetrator .*"findings": "onrust, slaapt slecht"' 'section by section'

# --- a verdict for each recipient ---------------------------------------------------------------------

# progress NUMBER TO REST: what mental health tells of him
progress() {
	cat <<-JSON
		{"id": "$1", "kind": "behandelbericht", "userRef": "u-wg02", "refersTo": "$(own ggz get "$asked" messageId)", "to": $2,
		 "subjects": [{"number": 9, "positions": ["perpetrator"], "familyName": "Singel", "givenNames": "Ravi", "born": "2006-01-15"}],
		 "sections": [
		  {"category": "identity", "about": [9], $marks, "data": {"given_names": "Ravi", "family_name": "Singel", "born": "2006-01-15"}},
		  {"category": "health", "about": [9], $marks, "data": {"findings": "behandeling loopt, oplopende spanning"}}]$3}
	JSON
}
yp='{"partner": "jb-regio", "copy": true, "purpose": "recovery", "ground": "consent"}'
police='{"partner": "politie-nh", "copy": true, "purpose": "stop_violence", "ground": "consent"}'
progress GGZ-2 "[{\"partner\": \"vt-zw\"}, $yp, $police]" ', "purpose": "assess_safety", "ground": "wmo:5-2-6"' |
	own ggz drop - progress.json
test_wait_for 20 'the result has a verdict for each' own ggz find yourId=GGZ-2 about=result
result=$(own ggz find yourId=GGZ-2 about=result)
# verdict PARTNER: outcome for it in $result
verdict() {
	"$PYTHON" -c 'import json,sys
print(next(r["outcome"] for r in json.load(open(sys.argv[1]))["recipients"] if r["partner"] == sys.argv[2]))' "$result" "$1"
}
test_is "$(verdict vt-zw) $(verdict jb-regio) $(verdict politie-nh)" \
	'permitted denied_no_rule denied_no_rule' 'Veilig Thuis yes, youth protection and police no'
test_like "$(cat "$result")" 'Niet verstuurd' 'in words'
test_like "$(own ggz get "$result" phone)" '[0-9]{3}' 'and with the phone line'
test_wait_for 20 'Veilig Thuis has it' vt_find vt-zw progress

own ggz drop - consent.json <<JSON
{"id": "GGZ-3", "kind": "toestemming", "userRef": "u-wg02", "refersTo": "$(own ggz get "$asked" messageId)",
 "to": [{"partner": "jb-regio"}],
 "subjects": [{"number": 9, "positions": ["perpetrator"], "familyName": "Singel", "givenNames": "Ravi", "born": "2006-01-15"}],
 "sections": [{"category": "identity", "about": [9], $marks, "data": {"given_names": "Ravi", "family_name": "Singel", "born": "2006-01-15"}}],
 "consents": [{"id": "R-1", "subject": 9, "giver": 9, "capacity": "self", "holder": "ggz-jeugd-zaan", "partner": "jb-regio",
  "purpose": "recovery", "categories": ["identity", "health"], "state": "given", "how": "alone"}]}
JSON
test_wait_for 20 'he agrees, alone, that youth protection hears it' own jb find state=gegeven
progress GGZ-4 "[{\"partner\": \"jb-regio\"}, $police]" ', "restsOn": ["R-1"]' | own ggz drop - progress-2.json
test_wait_for 20 'youth protection gets it on that consent' own jb find 'findings=behandeling loopt, oplopende spanning'
test_wait_for 20 'the second result' own ggz find yourId=GGZ-4 about=result
result=$(own ggz find yourId=GGZ-4 about=result)
test_is "$(verdict jb-regio) $(verdict politie-nh)" 'permitted denied_no_rule' 'and the police still do not'
progress GGZ-5 '[{"partner": "jeugdteam-zaandam"}]' ', "restsOn": ["R-1"]' | own ggz drop - progress-3.json
test_wait_for 20 'the third result' own ggz find yourId=GGZ-5 about=result
result=$(own ggz find yourId=GGZ-5 about=result)
test_is "$(verdict jeugdteam-zaandam)" denied_no_rule 'nor the youth team: the consent names one recipient'

# --- what each own system holds -------------------------------------------------------------------------

grep -rlE 'oplopende spanning|Singel' "$HUB/politie/out" "$HUB/own-ha/out" >leaks
test_is "$(grep -c politie leaks)" 0 'the police system has nothing of him'
grep -rq 'oplopende spanning' "$HUB/own-ha/out" "$HUB/own-jt/out"
test_is $? 1 'nor the doctor and the youth team of his treatment'
grep -rqE 'politie-nh|vt-zw' "$HUB/own-jb/out"
test_is $? 1 'and youth protection does not read to whom else it went'

# --- findable -----------------------------------------------------------------------------------------------

hub_decisions ap --kind refusal >refusals
test_is "$(cat refusals)" 'refusal ggz-jeugd-zaan -> vt-zw/triage permitted +refusal' \
	'a supervisor finds who refused'
test_is "$(hub_decisions ap --kind refusal --sender jeugdteam-zaandam | wc -l)" 0 'silence is not a refusal'
hub_decisions ap --kind information_request --kind information_response --kind progress \
	--kind consent_change >got
diff -u "$SRC/tests/scenario/6011.expected" got >differs
test_ok $? 'and every verdict, section by section' || diag "$(cat differs)"

for name in police vt-zw ggz ha jt jb; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
