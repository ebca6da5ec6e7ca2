#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario E: "at the next incident a house ban follows" is agreed at one table. The officer who knows it
# falls ill, and the hub is down when she calls. The unit that comes sees the agreement in less than a
# second; who looked reaches the trail when the hub is back. For another house there is no card: the
# director's adapter answers without a person. The ban is not imposed, and that is no silence.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
gemeente|gemeente-zaanstad|huisverbod|Gemeente Zaanstad|municipality|administration|14 075|11
elders|politie-nn|crisis|Politie Noord-Nederland|police|justice|0900 8844|1
acute|crisis-zw|crisis|Crisisdienst Zaanstreek-Waterland|psychiatric_crisis_service|care|075 000 0011|11
kantoor|crisis-kantoor|administratie|Crisisdienst zonder wacht|psychiatric_crisis_service|care|075 000 0012|11
ver|crisis-ver|crisis|Crisisdienst Ver|psychiatric_crisis_service|care|050 000 0013|1
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'
preload_need fail_at
hub_make "$TMPDIR/e" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/e/keys.log")"
adapters_make
generic_make gemeente gemeente-zaanstad huisverbod gemeente.map
generic_make acute crisis-zw crisis ggz.map
hub_start
system_start vt-zw
for name in police vt-zw gemeente acute; do
	adapter_start "$name"
done
case=e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1
until=$(date -u -d '+60 days' +%FT%TZ)
# data FILE CATEGORY PATH: a value of the first section of that category on the first card
data() {
	"$PYTHON" -c 'import json, sys
section = next(s for s in json.load(open(sys.argv[1]))["cards"][0]["sections"] if s["category"] == sys.argv[2])
value = section["data"]
for part in sys.argv[3].split("."):
    value = value[int(part) if isinstance(value, list) else part]
print(value)' "$@" 2>/dev/null
}
get() {
	"$PYTHON" -c 'import json, sys
value = json.load(open(sys.argv[1]))
for part in sys.argv[2].split("."):
    value = value[int(part) if isinstance(value, list) else part]
print(value)' "$@" 2>/dev/null
}

# --- who takes part ------------------------------------------------------------------------------------------

# post NUMBER KEY KIND PURPOSE GROUND REST: a message of Veilig Thuis about the case
post() {
	cat >"$2.json" <<JSON
{"id": "$1", "kind": "$3", "caseRef": "$case", "purpose": "$4", "ground": "$5", "userRef": "u-31b0", "checkedBy": "u-31b0", $6}
JSON
	vt vt-zw post "$2.json" "$2"
}
test_expect 'Veilig Thuis directs' post VT-E0 e-0 case_opened organise_direct_safety covenant '"to": [{"partner": "lt-zaanstad"}],
 "events": [{"code": "director", "partner": "vt-zw", "desk": "triage"}]'
test_expect 'and a team helps her' post VT-E00 e-00 participant_change organise_direct_safety wmo:4-1-1-2-d '"to": [{"partner": "lt-zaanstad"}],
 "subjects": [{"number": 1, "positions": ["victim"], "familyName": "Leeuw", "givenNames": "Carmen", "born": "1979-08-08"}],
 "events": [{"code": "participant", "partner": "lt-zaanstad", "desk": "wijkteam", "value": "helper_of_victim", "subject": 1}]'

# --- agreed -------------------------------------------------------------------------------------------------

carmen='"familyName": "Leeuw", "givenNames": "Carmen", "born": "1979-08-08"'
tom='"familyName": "Leeuw", "givenNames": "Tom", "born": "1977-02-02"'
marks='"marks": {"status": "fact", "source": "observed", "reliability": "reliable"}'
# agreement NUMBER KEY MEASURE [MORE]: as Veilig Thuis' own system posts it; nobody of the police is named
agreement() {
	cat >"$2.json" <<JSON
{"id": "$1", "kind": "conditional_agreement", "caseRef": "$case", "userRef": "u-31b0", "checkedBy": "u-31b0", ${4:-}
 "to": [{"partner": "lt-zaanstad"}],
 "subjects": [{"number": 1, "positions": ["victim"], $carmen}, {"number": 2, "positions": ["perpetrator"], $tom}],
 "sections": [
  {"category": "identity", "about": [1], $marks, "data": {"family_name": "Leeuw", "given_names": "Carmen", "born": "1979-08-08"}},
  {"category": "identity", "about": [2], $marks, "data": {"family_name": "Leeuw", "given_names": "Tom", "born": "1977-02-02"}},
  {"category": "agreement", "about": [1, 2], $marks, "data": {"agreements": [{"trigger": "volgend voorval, ook dreigen", "measure": "$3",
    "address": {"street": "Proefstraat", "number": "12", "place": "Zaandam"}, "valid_until": "$until"}]}},
  {"category": "involved", "about": [1, 2], $marks, "data": {"professionals": [{"organisation": "Veilig Thuis", "function": "casusregisseur", "phone": "088-0000001", "with": [1, 2]}]}}],
 "events": [{"code": "agreement", "subject": 2, "otherSubject": 1, "value": "house_ban", "detail": "next_incident", "third": "active", "until": "$until"}]}
JSON
	vt vt-zw post "$2.json" "$2"
}
test_expect 'Veilig Thuis writes down what was agreed' agreement VT-E1 e-1 huisverbod
test_wait_for 20 'the police have it as a standing copy, unasked' \
	eval 'grep -ls "volgend voorval" "$(police_path out)"/*.xml | grep -q .'
test_wait_for 20 'so has the crisis service of the region, in its own system' own acute find 'trigger=volgend voorval, ook dreigen'
copy=$(own acute find 'trigger=volgend voorval, ook dreigen')
grep -q 'casusregisseur' "$copy" && grep -q 'Carmen' "$copy"
test_ok $? 'with whom it is about and whom to call'
cards() {
	[ "$("$PYTHON" -c 'import json, sys; print(json.load(open(sys.argv[1])).get("cards"))' "$HUB/status-$1.json")" = "$2" ]
}
test_wait_for 10 'and the card lies there' cards police 1
test_wait_for 10 'and at the director' cards vt-zw 1
grep -rqa -e Carmen -e Proefstraat -e 'volgend voorval' "$HUB/cards-police" "$HUB/cards-vt-zw"
test_is $? 1 'sealed: no name, no address, no word of it in the files'
find "$HUB/cards-police" -name '*.kaart' | grep -q .
test_ok $? 'a file each'

# --- the officer is ill, the hub is down ------------------------------------------------------------------------

stop_bg hub
crisis '{"userRef": "u-no77", "danger": "life", "persons": [{"familyName": "leeuw", "givenNames": "Cármen", "born": "1979-08-08"}]}' >told
test_is "$(get told found) $(data told agreement agreements.0.measure)" 'True huisverbod' \
	'with the hub down the unit at the door sees what was agreed'
diag "told after $(cat crisis.seconds) s"
awk -v s="$(cat crisis.seconds)" -v scale="$TEST_TIMEOUT_SCALE" 'BEGIN { exit !(s < 1 * scale) }'
test_ok $? 'in less than a second'
test_is "$(get told cards.0.fromName)/$(data told involved professionals.0.phone)" \
	'Veilig Thuis Zaanstreek-Waterland/088-0000001' 'from whom, and whom to call'
first=$(get told recorded.0)
kill_bg adapter-police KILL
adapter_start_alone police
crisis '{"userRef": "u-no77", "danger": "child", "address": {"street": "Proefstraat", "number": "12", "place": "ZAANDAM"}}' >told
test_is "$(get told found)" True 'by the address too, after a new start'
second=$(get told recorded.0)
test_like "$second" '^[0-9a-f]{32}$' 'each look has a number'
crisis '{"userRef": "u-no77", "danger": "life", "address": {"street": "Proefstraat", "number": "14", "place": "Zaandam"}}' >told
test_is "$(get told found) $(get told phone)" 'False 0800 2000' 'for another house there is none, and whom to call'

# --- what is asked wrongly ---------------------------------------------------------------------------------------

wrong() {
	crisis "$1" >told
	test_is "$(get told error.field) $(get told error.rule)" "$2" "$3"
}
wrong '{"danger": "life", "address": {"street": "Proefstraat", "number": "12", "place": "Zaandam"}}' 'userRef user' 'without a name nothing is shown'
wrong '{"userRef": "u-no77", "address": {"street": "Proefstraat", "number": "12", "place": "Zaandam"}}' 'danger code' 'nor without a danger'
wrong '{"userRef": "u-no77", "danger": "life"}' 'persons subject' 'nor of nobody'
wrong '{"userRef": "u-no77", "danger": "life", "persons": [{"familyName": "Leeuw"}]}' 'persons subject' 'nor of everybody of a name'
wrong '{"userRef": "u-no77", "danger": "life", "persons": [{"naam": "Leeuw"}]}' 'persons[].naam field' 'a field nobody knows is no field'
wrong 'geen json' ' json' 'no JSON'

# --- what cannot be recorded is not shown -------------------------------------------------------------------------

# adapter_fails N: the police's adapter again, whose spool fails from its Nth call on (0: never, all are told)
adapter_fails() {
	stop_bg adapter-police
	rm -f calls
	LD_PRELOAD=$preload FAIL_UNDER=$HUB/spool-police FAIL_WITH=EIO FAIL_AT=$1 FAIL_COUNT=100000 FAIL_LOG=$TMPDIR/calls \
		adapter_start_alone police
}
before=$(ls "$HUB/cards-police")
adapter_fails 0
adapter_fails $(($(wc -l <calls) + 1))
crisis '{"userRef": "u-no77", "danger": "life", "address": {"street": "Proefstraat", "number": "12", "place": "Zaandam"}}' >told
test_is "$(get told found) $(get told phone)" 'False 0800 2000' 'with a disk that fails no card is shown, and whom to call'
test_like "$(get told text)" 'BEL NU' 'in so many words'
grep -q huisverbod told
test_is $? 1 'nothing of it'
is_running adapter-police && stop_bg adapter-police
adapter_start_alone police
test_is "$(ls "$HUB/cards-police")" "$before" 'the card is still there'

# --- the hub is back -------------------------------------------------------------------------------------------

# in the hub's shell: the same port, the same store
hub_start
seen() {
	hub_audit ap --kind crisis_lookup >looked
	[ "$(wc -l <looked)" = "$1" ]
}
test_wait_for 60 'the looks are in the trail once the hub is back' seen 3
grep -q "$first" looked && grep -q "$second" looked
test_ok $? 'the first one too, through a killed adapter'
hub_audit ap --without-after-check >unchecked
test_is "$(wc -l <unchecked)" 3 'as breaking the glass, to be checked by somebody else'
task() {
	grep -l 'Een crisiskaart is ingezien' "$(police_path out)"/kennisgeving*.xml
}
test_wait_for 20 'a colleague at the police is asked to check' task
# checked NUMBER WHO: who says that the look was checked, as the police system does
checked() {
	sed -e "s/PL1100-2026-T1/$1/; s/u-55aa/$2/g" \
		-e "s/taak-id=\"[^\"]*\"/$(grep -o 'taak-id="[^"]*"' "$(task | head -1)")/" \
		-e "s/gedaan-door/$(grep -o 'casus="[^"]*"' "$(task | head -1)") &/" \
		"$SRC/adapters/police/samples/taak-gedaan.xml" >"$1.xml"
	police drop "$1.xml"
}
checked T-1 u-no77
test_wait_for 20 'who looked does not check it' police wait weigering T-1 0
checked T-2 u-no12
test_wait_for 20 'a colleague does' police wait aangenomen T-2 0
fewer() { [ "$(hub_audit ap --without-after-check | wc -l)" = 2 ]; }
test_wait_for 20 'and it is checked' fewer
told_director() {
	grep -l 'crisiskaart' "$HUB/system-vt-zw/events/"*.json
}
test_wait_for 20 'who directs hears that the card was looked at' told_director

# --- another house: the director's adapter answers ----------------------------------------------------------------------

crisis '{"userRef": "u-no77", "danger": "life", "municipality": "0479", "address": {"street": "Elders", "number": "3", "place": "Zaandam"}}' >told
test_is "$(get told found)" False 'nobody knows this address, and Veilig Thuis says so itself'
awk -v s="$(cat crisis.seconds)" -v scale="$TEST_TIMEOUT_SCALE" 'BEGIN { exit !(s < 10 * scale) }'
test_ok $? "within ten seconds ($(cat crisis.seconds) s)"
rm -f "$HUB/cards-police/"*.kaart
kill_bg adapter-police KILL
adapter_start police
crisis '{"userRef": "u-no77", "danger": "life", "municipality": "0479", "persons": [{"familyName": "Leeuw", "givenNames": "Tom", "born": "1977-02-02"}]}' >told
test_is "$(get told found) $(data told agreement agreements.0.measure)" 'True huisverbod' \
	'where the card was lost, Veilig Thuis answers with what was agreed'
grep -q '"category": *"identity"' told
test_is $? 1 'and nothing else'

# --- taken back -----------------------------------------------------------------------------------------------------

test_expect 'a second one is agreed' agreement VT-E2 e-2 contactverbod
test_wait_for 20 'and lies with the police' cards police 1
second=$(get "$(grep -ls '"yourId":"VT-E2"' "$HUB/system-vt-zw/events/"result-*.json)" messageId)
test_expect 'it is recalled' post VT-E3 e-3 recall organise_direct_safety wmo:4-1-1-2-d '"refersTo": "'"$second"'",
 "to": [{"partner": "lt-zaanstad"}, {"partner": "politie-nh", "purpose": "stop_violence", "ground": "wmo:4-1-1-2-e"},
  {"partner": "crisis-zw"}], "events": [{"code": "reason", "value": "incorrect"}]'
test_wait_for 20 'the crisis service reads that too' own acute find kind=recall
test_wait_for 20 'and its card is gone' cards police 0
crisis '{"userRef": "u-no77", "danger": "life", "address": {"street": "Proefstraat", "number": "12", "place": "Zaandam"}}' >told
test_is "$(data told agreement agreements.0.measure)" huisverbod 'what still holds comes from Veilig Thuis'

# --- not carried out ----------------------------------------------------------------------------------------------

agreed=$(get "$(grep -ls '"yourId":"VT-E1"' "$HUB/system-vt-zw/events/"result-*.json)" messageId)
cat >ban.json <<JSON
{"soort": "geen_huisverbod", "medewerker": "u-gz01", "gecontroleerd_door": "u-gz01", "zaak": "$case",
 "aan": [{"organisatie": "vt-zw"}, {"organisatie": "politie-nh"}],
 "personen": [{"nummer": 2, "rol": ["pleger"], "achternaam": "Leeuw", "voornamen": "Tom", "geboren": "1977-02-02"}],
 "onderdelen": [{"soort": "identiteit", "over": [2], "inhoud": {"family_name": "Leeuw", "given_names": "Tom", "born": "1977-02-02"}}],
 "gebeurtenissen": [{"code": "stand van het huisverbod", "subject": 2, "value": "niet opgelegd"},
  {"code": "reden", "value": "niet aan de criteria voldaan"},
  {"code": "afspraak", "subject": 2, "value": "huisverbod", "detail": "volgend voorval", "third": "niet uitgevoerd", "ref": "$agreed"}]}
JSON
own gemeente drop ban.json
test_wait_for 20 'the ban is not imposed, and Veilig Thuis hears it' vt_find vt-zw ban_not_imposed
test_wait_for 10 'and the agreement is no card any more' cards vt-zw 0
hub_decisions ap >got
diff -u "$SRC/tests/scenario/6022.expected" got >differs
test_ok $? 'the trail says all of it' || diag "$(cat differs)"
for name in police vt-zw gemeente acute; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
