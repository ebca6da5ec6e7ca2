#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario F: two parents with authority consent to help for their daughter; one takes it back
# while his partner is there, one refuses. What rests on consent stops with it; the director is
# warned and the household is not; and one missing consent does not stop a report to the board.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
jt|jeugdteam-zaandam|team|Jeugdteam Zaandam|local_team|care|14 075|11
ggz|ggz-jeugd-zaan|behandeling|Jeugd-ggz Zaan|mental_health|care|075 000 0001|11
raad|rvdk-nh|intake|Raad voor de Kinderbescherming|child_protection_board|justice|088 000 0005|10,11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'

hub_make "$TMPDIR/f" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/f/keys.log")"
adapters_make
generic_make jt jeugdteam-zaandam team jeugdteam.map
generic_make ggz ggz-jeugd-zaan behandeling ggz.map
generic_make raad rvdk-nh intake raad.map
hub_start
system_start vt-zw
for name in police vt-zw jt ggz raad; do
	adapter_start "$name"
done

# --- Veilig Thuis directs the case -------------------------------------------------------------------

report_drop PL1100-2026-000300
test_wait_for 20 'a police report opens the case' vt_find vt-zw police_report
report=$("$PYTHON" "$SRC/tests/lib/sections.py" "$(vt_find vt-zw police_report)" get messageId)
marks='"marks": {"status": "interpretation", "source": "observed", "reliability": "reliable", "asOf": "2026-11-20"}'
cat >triage.json <<JSON
{"id": "VT-F1", "kind": "triage_outcome", "refersTo": "$report", "userRef": "u-31b0", "checkedBy": "u-31b0",
 "to": {"partner": "jeugdteam-zaandam"},
 "subjects": [{"number": 3, "positions": ["child"], "familyName": "Rijn", "givenNames": "Lois", "born": "2020-04-14"}],
 "sections": [
  {"category": "triage", "about": [3], $marks, "data": {"unsafety": "structural", "outcome": "conditions_and_follow_up", "summary": "Herhaald geweld; kind getuige."}}],
 "events": [{"code": "director", "partner": "vt-zw", "desk": "triage"}]}
JSON
test_expect 'Veilig Thuis keeps direction' vt vt-zw post triage.json f-1
test_wait_for 20 'the youth team hears the outcome of triage' own jt find 'summary=Herhaald geweld; kind getuige.'
triage=$(own jt find 'summary=Herhaald geweld; kind getuige.')
casus=$(own jt get "$triage" casus)
test_like "$(cat "$triage")" '"vt-zw"' 'and who directs'

# --- two parents consent ------------------------------------------------------------------------------

astrid='{"nr": 1, "rol": ["slachtoffer", "ouder", "gezaghebbende"], "achternaam": "Maas", "voornamen": "Astrid", "geboren": "1988-05-05"}'
peter='{"nr": 2, "rol": ["pleger", "ouder", "gezaghebbende"], "achternaam": "Rijn", "voornamen": "Peter", "geboren": "1984-11-30"}'
lois='{"nr": 3, "rol": ["kind"], "achternaam": "Rijn", "voornamen": "Lois", "geboren": "2020-04-14"}'
family="$astrid, $peter, $lois"

# who NR VOORNAMEN ACHTERNAAM: the section that says who it is
who() {
	printf '{"soort": "identiteit", "over": [%s], "gegevens": {"voornamen": "%s", "achternaam": "%s"}}' "$1" "$2" "$3"
}
# consent NUMMER DOOR DOEL STAND HOE
consent() {
	printf '{"nummer": "%s", "over": 3, "door": %s, "als": "gezaghebbende", "naar": "ggz-jeugd-zaan", "bureau": "behandeling",
	  "doel": "%s", "onderdelen": ["identiteit", "het kind", "hulpplan"], "stand": "%s", "hoe": "%s"}' "$@"
}
# team NUMMER SOORT MEMBERS...: a message of the youth team, dropped
team() {
	local nummer=$1 soort=$2
	shift 2
	own jt drop - "$nummer.json" <<-JSON
		{"nummer": "$nummer", "soort": "$soort", "medewerker": "u-jt05", "dossier": "D-881", "casus": "$casus", $*}
	JSON
	test_wait_for 20 "$nummer: the hub answers" own jt find "uwNummer=$nummer" wat=result ||
		diag "$(cat "$HUB/own-jt/rejected/$nummer.json.reden.txt" 2>&1)"
	result=$(own jt find "uwNummer=$nummer" wat=result)
}
ggz='"aan": [{"organisatie": "ggz-jeugd-zaan"}]'
ids="$(who 1 Astrid Maas), $(who 2 Peter Rijn), $(who 3 Lois Rijn)"

team JT-1 toestemming "$ggz, \"personen\": [$family], \"onderdelen\": [$ids], \"toestemmingen\": [
	$(consent T-1 1 herstel gegeven alleen), $(consent T-2 2 herstel gegeven alleen)]"
test_is "$(own jt get "$result" uitkomst)" toegestaan 'both parents consent: one row a person'
test_wait_for 20 'mental health reads both' own ggz find kind=toestemming state=given
told=$(own ggz find kind=toestemming state=given)
test_is "$("$PYTHON" -c 'import json,sys; m=json.load(open(sys.argv[1])); print(len({c["giver"] for c in m["consents"]}), {c["how"] for c in m["consents"]})' "$told")" \
	"2 {'alone'}" 'each by whom, and how'

# plan NUMMER RESTS MORE: help for the daughter
plan() {
	team "$1" hulpplan "$ggz, \"personen\": [$family], \"opToestemming\": [$2], \"onderdelen\": [$(who 3 Lois Rijn),
		{\"soort\": \"het kind\", \"over\": [3], \"gegevens\": {\"beleving\": \"Bang bij de overdracht.\", \"alleenGesproken\": true}},
		{\"soort\": \"hulpplan\", \"over\": [3], \"gegevens\": {\"doelen\": [\"zich veilig voelen bij beide ouders\"]}}$3]"
}
plan JT-2 '"T-1", "T-2"' ', {"soort": "contactgegevens", "over": [1], "gegevens": {"remark": "belt liever niet"}}'
test_is "$(own jt get "$result" uitkomst)" 'deels toegestaan' 'on both consents help goes, in part'
test_wait_for 20 'mental health has the help plan' own ggz find kind=help_plan
got=$(own ggz find kind=help_plan)
test_is "$("$PYTHON" "$SRC/tests/lib/sections.py" "$got" | grep -o '^section [a-z_]*' | xargs)" \
	'section child section help_plan section identity' 'with what they agreed to'
test_is "$(own ggz get "$got" notShared.0.category) $(own ggz get "$got" notShared.0.reason)" \
	'contact no_consent' 'and what was not shared, and why'
plan JT-3 '"T-1"' ''
test_is "$(own jt get "$result" uitkomst)" 'geweigerd: geen regel' 'on the consent of one of them it does not go' ||
	diag "$(cat "$result")"

# --- one takes it back, his partner beside him -----------------------------------------------------------

before=$(find "$HUB/own-ggz/out" "$HUB/own-jt/out" -name 'kennisgeving-*' | wc -l)
team JT-4 toestemming "$ggz, \"personen\": [$peter, $lois], \"onderdelen\": [$(who 3 Lois Rijn)], \"toestemmingen\": [
	$(consent T-2 2 herstel ingetrokken 'in bijzijn van de partner')]"
warned() {
	grep -l '"task":"check_coercion"' "$HUB/system-vt-zw/events/"*.json
}
test_wait_for 20 'the director is warned that he was not alone' warned
grep -q 'zeg niets tegen het huishouden' "$(warned | tail -1)"
test_ok $? 'and to say nothing to the household'
test_wait_for 20 'mental health hears that it is withdrawn' own ggz find state=withdrawn
plan JT-5 '"T-1", "T-2"' ''
test_like "$(own jt get "$result" uitkomst)" '^geweigerd' 'the next help plan is refused'
test_like "$(cat "$result")" 'de regisseur of Veilig Thuis bellen' 'and says what can be done instead'
test_like "$(own jt get "$result" telefoon)" '[0-9]{3}' 'with the phone line'
test_is "$(find "$HUB/own-ggz/out" "$HUB/own-jt/out" -name 'kennisgeving-*' | wc -l)" "$before" \
	'nobody but the director has a warning'
test_is "$(own ggz find kind=help_plan | wc -l)" 1 'mental health keeps what it had, and gets no more'

# --- one refuses from the beginning ---------------------------------------------------------------------

team JT-6 toestemming "\"aan\": [{\"organisatie\": \"ggz-jeugd-zaan\"}], \"personen\": [$family], \"onderdelen\": [$ids],
	\"toestemmingen\": [$(consent T-3 1 'veiligheid behouden' gegeven alleen), $(consent T-4 2 'veiligheid behouden' geweigerd alleen)]"
team JT-7 voortgang "\"aan\": [{\"organisatie\": \"vt-zw\"}, {\"organisatie\": \"ggz-jeugd-zaan\", \"kopie\": true, \"doel\": \"veiligheid behouden\", \"grond\": \"consent\"}],
	\"purpose\": \"veiligheid beoordelen\", \"ground\": \"wmo:5-2-6\", \"personen\": [$family], \"opToestemming\": [\"T-3\", \"T-4\"], \"onderdelen\": [$(who 3 Lois Rijn),
	{\"soort\": \"het kind\", \"over\": [3], \"gegevens\": {\"beleving\": \"Bang bij de overdracht.\"}}]"
test_is "$("$PYTHON" -c 'import json,sys
print(sorted((r["partner"], r["outcome"]) for r in json.load(open(sys.argv[1]))["recipients"]))' "$result" 2>&1 || cat "$result")" \
	"[('ggz-jeugd-zaan', 'geweigerd: geen regel'), ('vt-zw', 'toegestaan')]" \
	'a refusal of one parent holds it for mental health, and not for Veilig Thuis'

# --- a refusal does not stop in silence -----------------------------------------------------------------

team JT-8 raadsmelding "\"nagekekenDoor\": \"u-jt02\", \"aan\": [{\"organisatie\": \"rvdk-nh\"}], \"personen\": [$family],
	\"weging\": [\"rights_weighed\", \"harm_of_not_acting_high\", \"lighter_alternative_failed\"],
	\"gebeurtenissen\": [{\"wat\": \"escalation\", \"waarde\": \"child_protection_board_or_criminal_urgent\"}],
	\"onderdelen\": [$ids,
	{\"soort\": \"het kind\", \"over\": [3], \"gegevens\": {\"beleving\": \"Bang bij de overdracht.\", \"alleenGesproken\": true}},
	{\"soort\": \"gezondheid\", \"over\": [3], \"gegevens\": {\"findings\": \"slaapt slecht\"}}]"
test_wait_for 20 'the board has the report, without any consent' \
	own raad find 'perspective=Bang bij de overdracht.'
grep -rq 'slaapt slecht' "$HUB/own-raad/out"
test_is $? 1 'and nothing that its rule does not open'

# --- a worker's own warning -----------------------------------------------------------------------------

team JT-9 dwang "\"aan\": [{\"organisatie\": \"vt-zw\"}], \"personen\": [$peter], \"onderdelen\": [$(who 2 Peter Rijn)],
	\"gebeurtenissen\": [{\"wat\": \"reason\", \"waarde\": \"coercive_control\"}]"
test_wait_for 20 'it reaches the director' vt_find vt-zw coercion_warning
team JT-10 dwang "\"aan\": [{\"organisatie\": \"ggz-jeugd-zaan\"}], \"personen\": [$peter], \"onderdelen\": [$(who 2 Peter Rijn)]"
test_like "$(own jt get "$result" uitkomst)" '^geweigerd' 'and nobody else'

# --- the trail ----------------------------------------------------------------------------------------------

hub_audit ap --export json >trail.jsonl
test_expect 'every decision of it is made again by the rules alone' \
	"$BIN/schakel-policy" replay -l en --rules "$HUB/rules" trail.jsonl
count=$(grep -c '"decision_input"' trail.jsonl)
test_is "$(tail -n 1 "$TMPDIR/out")" "$count decisions: $count the same, 0 wider, 0 narrower, 0 otherwise, 0 unreadable" \
	"and is the same, each of the $count"
hub_decisions ap >all
grep -vE '^(police_report|report_receipt|police_data)' all >got
diff -u "$SRC/tests/scenario/6012.expected" got >differs
test_ok $? 'the trail says who got what, on whose consent' || diag "$(cat differs)"
for name in police vt-zw jt ggz raad; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
