#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario D, its request to wipe the file: at coercive control a lawyer asks in her name for
# access and erasure. The officer of Veilig Thuis gets it, the director is warned and nobody else,
# it is answered per person by a human, and nothing is erased by itself.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS=${HUB_PARTNERS/'|vt-zw|triage|'/'|vt-zw|triage,verzoeken|'}'
jt|jeugdteam-zaandam|team|Jeugdteam Zaandam|local_team|care|14 075|11
smd|smd-zaan|helper|Maatschappelijke dienst|social_work|care|075 000 0006|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'

hub_make "$TMPDIR/d" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/d/keys.log")"
adapters_make
generic_make jt jeugdteam-zaandam team jeugdteam.map
generic_make smd smd-zaan helper maatschappelijk-werk.map
hub_start
system_start vt-zw
for name in police vt-zw jt smd; do
	adapter_start "$name"
done
sections() {
	"$PYTHON" "$SRC/tests/lib/sections.py" "$@"
}

# --- a case of coercive control, directed by Veilig Thuis -----------------------------------------------

report_drop PL1100-2026-000400
test_wait_for 20 'a police report opens the case' vt_find vt-zw police_report
report=$(sections "$(vt_find vt-zw police_report)" get messageId)
marks='"marks": {"status": "interpretation", "source": "observed", "reliability": "reliable", "asOf": "2026-11-20"}'
nadia='{"number": 1, "positions": ["victim", "parent"], "familyName": "Haddou", "givenNames": "Nadia", "born": "1990-12-01"}'
hamza='{"number": 2, "positions": ["perpetrator", "parent"], "familyName": "Haddou", "givenNames": "Hamza", "born": "1986-03-03"}'
cat >triage.json <<JSON
{"id": "VT-D1", "kind": "triage_outcome", "refersTo": "$report", "userRef": "u-31b0", "checkedBy": "u-31b0",
 "to": {"partner": "jeugdteam-zaandam"}, "subjects": [$nadia],
 "sections": [{"category": "triage", "about": [1], $marks, "data": {"unsafety": "structural", "outcome": "conditions_and_follow_up",
  "pattern": "coercive_control", "summary": "Controle en dwang; apart spreken."}}],
 "events": [{"code": "director", "partner": "vt-zw", "desk": "triage"}]}
JSON
test_expect 'Veilig Thuis sees coercive control, and directs' vt vt-zw post triage.json d-1
test_wait_for 20 'the youth team hears it' own jt find 'summary=Controle en dwang; apart spreken.'
casus=$(own jt get "$(own jt find 'summary=Controle en dwang; apart spreken.')" casus)

# --- the lawyer's letter ----------------------------------------------------------------------------------

# request NUMBER SUBJECTS EVENTS SECTIONS: as social work, where the letter came in, passes it on
request() {
	own smd drop - "$1.json" <<-JSON
		{"id": "$1", "soort": "verzoek", "medewerker": "u-smd3", "caseRef": "$casus", "aan": [{"partner": "vt-zw", "desk": "verzoeken"}],
		 "personen": [$2], "gebeurtenissen": [$3], "onderdelen": [$4]}
	JSON
}
wie='{"soort": "identiteit", "over": [1], "inhoud": {"given_names": "Nadia", "family_name": "Haddou", "born": "1990-12-01"}}'
brief='{"soort": "verzoek", "over": [1], "inhoud": {"text": "Namens mevrouw: inzage, en het dossier wissen."}}'
vraagt='{"code": "verzoek", "value": "inzage", "detail": "via een derde", "subject": 1}, {"code": "verzoek", "value": "wissen", "detail": "via een derde", "subject": 1}'
request SMD-1 "$nadia" "$vraagt" "$wie, $brief"
test_wait_for 20 'the hub answers' own smd find yourId=SMD-1 about=result
result=$(own smd find yourId=SMD-1 about=result)
test_is "$(own smd get "$result" outcome)" toegestaan 'the request goes to who holds the data'
test_wait_for 20 'the officer of Veilig Thuis has it' vt_find vt-zw subject_request
got=$(vt_find vt-zw subject_request)
test_is "$(sections "$got" get desk)" verzoeken 'at the desk of the officer'
sections "$got" >lines
test_is "$(grep -c '^event request .*"detail": "via_third_party"' lines)" 2 'what is asked, and that another asks it'
test_is "$(grep -o '^section [a-z]*' lines | xargs)" 'section identity section request' 'and who for'
test_like "$(cat "$got")" '"answerBefore":"' 'with the term for an answer'

# --- warned: the director alone ------------------------------------------------------------------------------

warned() {
	grep -l '"task":"check_coercion"' "$HUB/system-vt-zw/events/"*.json
}
test_wait_for 20 'the director is warned' warned
notice=$(warned | head -1)
grep -q 'langs een veilige weg; zeg niets tegen het huishouden. Er is niets gewist' "$notice"
test_ok $? 'to speak with her alone, and that nothing was erased'
test_is "$(find "$HUB/own-smd/out" "$HUB/own-jt/out" "$HUB/politie/out" -name 'kennisgeving-*' | wc -l)" 0 \
	'nobody else is: not who passed it on, not who helps, not the police'
! grep -qiE 'dwang|druk|coerc' "$result"
test_ok $? 'and the answer to who passed it on says nothing of it'

# --- per person, never per couple ----------------------------------------------------------------------------

samen='{"soort": "identiteit", "over": [2], "inhoud": {"given_names": "Hamza", "family_name": "Haddou", "born": "1986-03-03"}}'
request SMD-2 "$nadia, $hamza" "$vraagt" "$wie, $samen, $brief"
test_wait_for 20 'a request of two persons' own smd find yourId=SMD-2 about=failed
test_like "$(cat "$(own smd find yourId=SMD-2 about=failed)")" 'about one person' 'is refused: one person each'

# --- answered by a human -----------------------------------------------------------------------------------------

asked=$(sections "$got" get messageId)
person=$(sections "$got" get subjects.victim+parent)
answer='"events": [{"code": "answer", "value": "postponed", "subject": '$person'}, {"code": "reason", "value": "safety", "subject": '$person'}],
 "sections": [{"category": "refusal", "about": ['$person'], "data": {"reason": "safety", "text": "Wij spreken haar eerst alleen."}}]'
printf '{"id": "VT-D2", "kind": "subject_answer", "inReplyTo": "%s", "userRef": "u-pr11", %s}' "$asked" "$answer" >unchecked.json
test_expect 'an answer that nobody checked' vt vt-zw post unchecked.json d-2
unchecked() {
	grep -l '"yourId":"VT-D2"' "$HUB/system-vt-zw/events/"*.json | xargs grep -l 'denied_no_rule'
}
test_wait_for 20 'does not go' unchecked
printf '{"id": "VT-D3", "kind": "subject_answer", "inReplyTo": "%s", "userRef": "u-pr11", "checkedBy": "u-pr12", %s}' \
	"$asked" "$answer" >checked.json
test_expect 'the officer answers, and another looked at it' vt vt-zw post checked.json d-3
test_wait_for 20 'who passed it on has the answer' own smd find yourId=SMD-1 'text=Wij spreken haar eerst alleen.'
reply=$(own smd find yourId=SMD-1 'text=Wij spreken haar eerst alleen.')
grep -q 'uitgesteld' "$reply"
test_ok $? 'postponed, with the reason'
! grep -q Hamza "$reply"
test_ok $? 'and nothing of him'

# --- nothing erased by itself ------------------------------------------------------------------------------------

test_is "$(hub_audit ap --entry erased | wc -l)" 0 'the trail has no erasure'
hub_decisions ap --kind subject_request --kind subject_answer >got.lines
hub_decisions ap --entry notice >>got.lines
diff -u "$SRC/tests/scenario/6013.expected" got.lines >differs
test_ok $? 'but the request, the warning and the answers' || diag "$(cat differs)"
hub_decisions ap --kind police_report >reports
test_like "$(cat reports)" '^police_report politie-nh -> vt-zw/triage permitted ' 'what was disclosed before is still there'
vt_find vt-zw police_report >/dev/null
test_ok $? 'and in the file of Veilig Thuis'
for name in police vt-zw jt smd; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
