#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario C as the police's own system lives it, by its folder with XML: the report, the assessment for
# the mayor in the same case, the order that comes back, the card at the door, a breach that prosecution,
# Veilig Thuis and mayor each read on a ground of their own, a task that is done, a conference that nobody
# can come to, and the end. What is wrong in a file is told with line and rule.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
gemeente|gemeente-zaanstad|huisverbod|Gemeente Zaanstad|municipality|administration|14 075|11
verre|gemeente-ver|huisverbod|Gemeente Ver|municipality|administration|14 050|1
omv|om-verzinsel|parket|Openbaar Ministerie Verzinsel|om|justice|088 699 0001|10
zvh|zvh-zw|tafel|Zorg- en Veiligheidshuis Zaanstreek-Waterland|zvh|care|075 000 0009|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'
hub_make "$TMPDIR/c" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/c/keys.log")"
adapters_make
sed -i 's/system_user = .*/&\n  auto_data_request = false/' "$HUB/adapter-vt-zw.conf"
generic_make gemeente gemeente-zaanstad huisverbod gemeente.map
for name in om zvh; do
	printf 'kind uitnodiging = conference_invite purpose safety_consultation ground wgs:1-5\n' >"$HUB/$name.map"
done
generic_make om om-nh parket ggz.map
generic_make zvh zvh-zw tafel ggz.map
for name in om zvh; do
	sed -i "s,mapping = .*,mapping = \"$name.map\"," "$HUB/adapter-$name.conf"
done
hub_start
system_start vt-zw
for name in police vt-zw gemeente om zvh; do
	adapter_start "$name"
done
samples=$SRC/adapters/police/samples

# sample FILE NUMBER [SED...]: a sample under this number, dropped
sample() {
	local file=$1 number=$2
	shift 2
	sed -E -e "1,5s/ id=\"[^\"]*\"/ id=\"$number\"/" "$@" "$samples/$file.xml" >"$number.xml"
	police drop "$number.xml"
}
# reason NUMBER KEY: of the file that was set aside
reason() {
	cat "$(police_path rejected)/$1.xml.reden.txt" "$(police_path parked)/$1.xml.reden.txt" 2>/dev/null |
		sed -n "s/^$2: //p" | head -1
}
# wrong NUMBER RULE SAYS WHAT: the file of that number was rejected
wrong() {
	test_wait_for 20 "$4: rejected" test -e "$(police_path rejected)/$1.xml.reden.txt"
	test_is "$(reason "$1" toets)" "$2" "$4: by this rule"
	test_like "$(reason "$1" reden)" "$3" "$4: in clear words"
	test_like "$(reason "$1" regel)" '^[1-9]' "$4: with the line"
}
get() {
	"$PYTHON" -c 'import json, sys
value = json.load(open(sys.argv[1]))
for part in sys.argv[2].split("."):
    value = value[int(part) if isinstance(value, list) else part]
print(value)' "$@" 2>/dev/null
}

# --- the report, and the assessment in its case --------------------------------------------------------------

report_drop PL1100-2026-000123
test_wait_for 20 'Veilig Thuis has the report' vt_find vt-zw police_report
sample huisverbod-beoordeling R-1
test_wait_for 20 'the mayor has the assessment' own gemeente find soort=RIHG-beoordeling
assessed=$(own gemeente find soort=RIHG-beoordeling)
case=$(get "$(vt_find vt-zw police_report)" caseRef)
test_is "$(own gemeente get "$assessed" zaak)" "$case" 'in the case of the report'
grep -q 'Hoog risico op herhaling' "$assessed" && grep -q '06-00000002' "$assessed" && ! grep -q 123456782 "$assessed"
test_ok $? 'what it found, how to reach who leaves, and no BSN'
test_wait_for 20 'the police read that it was taken' police wait aangenomen R-1 0
grep -q 'uitkomst="toegestaan"' "$(police wait aangenomen R-1 0)"
test_ok $? 'whole'

# --- what is wrong with an assessment ---------------------------------------------------------------------------

sample huisverbod-beoordeling R-2 -e 's/geboren="1988-11-02"/geboren="2015-11-02"/'
wrong R-2 minderjarig 'meerderjarige .Wth artikel 2 lid 1' 'a ban for a minor'
sample huisverbod-beoordeling R-3 -e 's/over="p2" uitkomst/over="p1" uitkomst/'
wrong R-3 verwijzing 'p1 is geen verdachte' 'who leaves is no suspect'
sample huisverbod-beoordeling R-4 -e 's/ op="[^"]*"/ op="PL-NIEMAND"/'
wrong R-4 verwijzing '"op" noemt geen bericht' 'the case of a report that nobody sent'
sample huisverbod-beoordeling R-5 -e 's/uitkomst="opleggen"/uitkomst="misschien"/'
wrong R-5 schema '"uitkomst" bij <beoordeling>' 'no outcome'
sample huisverbod-beoordeling R-6 -e 's,<persoon ref="p1",<bestemming partner="gemeente-nergens"/>&,'
test_wait_for 20 'a mayor whom nobody knows: parked' test -e "$(police_path parked)/R-6.xml.reden.txt"
test_like "$(reason R-6 'wat nu')" 'naar=<kenmerk van de organisatie>' 'and what to do'
printf 'door=u-19c2\nnaar=gemeente-zaanstad\n' >R-6.xml.zend
cp R-6.xml.zend "$(police_path parked)"
test_wait_for 20 'a person names the mayor, and it goes' police wait aangenomen R-6 0

# --- the order ----------------------------------------------------------------------------------------------

from=$(date -u -d '-1 hour' +%FT%TZ)
until=$(date -u -d '+9 days' +%FT%TZ)
# ban SOORT STAND MORE: as the municipality's own system writes it
ban() {
	cat >"$1.json" <<JSON
{"soort": "$1", "medewerker": "u-gz01", "gecontroleerd_door": "u-gz01", "zaak": "$case",
 "aan": [{"organisatie": "vt-zw"}, {"organisatie": "politie-nh"}],
 "personen": [{"nummer": 2, "rol": ["pleger"], "achternaam": "Fictief", "voornamen": "Mark", "geboren": "1988-11-02"}],
 "onderdelen": [{"soort": "identiteit", "over": [2], "inhoud": {"family_name": "Fictief", "given_names": "Mark", "born": "1988-11-02"}},
  {"soort": "huisverbod", "over": [2], "inhoud": {"state": "$3", "order_number": "HV-2026-44", "from": "$from", "until": "$until",
   "address": {"street": "Verzonnenstraat", "number": "12", "postcode": "1501 ZZ", "place": "Zaandam"}}}],
 "gebeurtenissen": [{"code": "stand van het huisverbod", "subject": 2, "value": "$2"}$4]}
JSON
	own gemeente drop "$1.json"
}
ban huisverbod opgelegd imposed ",
  {\"code\": \"duur van het huisverbod\", \"subject\": 2, \"at\": \"$from\", \"until\": \"$until\"},
  {\"code\": \"wanneer het gebeurde\", \"at\": \"$from\"}"
ordered() {
	grep -ls 'soort="huisverbod opgelegd"' "$(police_path out)"/bericht-*.xml | head -1 | grep .
}
test_wait_for 20 'the police have the order' ordered
test_wait_for 20 'so has Veilig Thuis' vt_find vt-zw ban_order
order=$(sed -n 's/.* kenmerk="\([0-9a-f]*\)".*/\1/p' "$(ordered)" | head -1)
test_like "$order" '^[0-9a-f]{32}$' 'with a number to name it by'
at_the_door() {
	crisis '{"userRef": "u-no77", "danger": "child", "address": {"street": "Verzonnenstraat", "number": "12", "place": "Zaandam"}}' >told
	grep -q HV-2026-44 told
}
at_the_door
test_ok $? 'and the unit at the door sees the ban'
task() {
	grep -ls 'taak="doorbreking nakijken"' "$(police_path out)"/kennisgeving*.xml | head -1 | grep .
}
test_wait_for 20 'a colleague is asked to check that look' task

# --- where he is ----------------------------------------------------------------------------------------------

sample huisverbod-contactadres C-1 -e 's/ op="[^"]*"/ op="PL1100-2026-000123"/'
wrong C-1 verwijzing 'noemt geen huisverbod' 'the address of a report'
sample huisverbod-contactadres C-2 -e "s/ op=\"[^\"]*\"/ op=\"$order\"/"
test_wait_for 20 'the mayor reads where he can be reached' own gemeente find 'soort=contactadres uithuisgeplaatste'
grep -q 'Verzonnen Kade' "$(own gemeente find 'soort=contactadres uithuisgeplaatste')"
test_ok $? 'and how'
lawyer() {
	own gemeente find 'task=advocaat regelen'
}
test_wait_for 20 'he wants a lawyer: the mayor is asked for one' lawyer

# --- the task -----------------------------------------------------------------------------------------------

attr() {
	sed -n "s/.* $2=\"\([^\"]*\)\".*/\1/p" "$1" | head -1
}
# done_by NUMBER USER [SED]: the task of the notice, said to be done
done_by() {
	sample taak-gedaan "$1" -e "s/taak-id=\"[^\"]*\"/taak-id=\"$(attr "$(task)" taak-id)\" casus=\"$(attr "$(task)" casus)\"/" \
		-e "s/u-55aa/$2/g" "${@:3}"
}
test_like "$(attr "$(task)" taak-id)" '^[0-9a-f]{32}$' 'the notice has the id of the task'
unchecked() {
	[ "$(hub_audit ap --without-after-check | wc -l)" = "$1" ]
}
done_by T-1 u-no77
test_wait_for 20 'who looked says that it was checked: refused' police wait weigering T-1 0
done_by T-2 u-19c2 -e 's/taak="[^"]*"/taak="koffie zetten"/'
wrong T-2 taak 'staan in de kennisgeving' 'a task that is none'
test_wait_for 20 'the look is still to be checked' unchecked 1
done_by T-3 u-19c2
test_wait_for 20 'a colleague did: taken' police wait aangenomen T-3 0
test_wait_for 20 'and it waits for nobody any more' unchecked 0

# --- the breach ---------------------------------------------------------------------------------------------

sample huisverbod-overtreding O-1 -e 's/ op="[^"]*"/ op="PL1100-2026-000123"/'
wrong O-1 verwijzing 'noemt geen huisverbod' 'a breach of a report'
now=$(date -u -d '-5 minutes' +%FT%TZ)
sample huisverbod-overtreding O-2 -e "s/ op=\"[^\"]*\"/ op=\"$order\"/" -e "s/wanneer=\"[^\"]*\"/wanneer=\"$now\"/"
test_wait_for 20 'two parkets in these regions: parked' test -e "$(police_path parked)/O-2.xml.reden.txt"
test_like "$(reason O-2 reden)" '2 keer: Openbaar Ministerie' 'and why'
printf 'door=u-19c2\nnaar=om-nh\n' >O-2.xml.zend
cp O-2.xml.zend "$(police_path parked)"
test_wait_for 20 'a person chooses: prosecution has the breach' own om find kind=ban_breach
test_wait_for 20 'so has Veilig Thuis' vt_find vt-zw ban_breach
test_wait_for 20 'and the mayor' own gemeente find 'soort=overtreding huisverbod'
breach=$(own om find kind=ban_breach)
grep -q 'brievenbus' "$breach" && grep -q Sanne "$breach"
test_ok $? 'prosecution reads what happened, and to whom'
mayor=$(own gemeente find 'soort=overtreding huisverbod')
grep -q Fictief "$mayor" && ! grep -qE 'brievenbus|Sanne|06-0000' "$mayor"
test_ok $? 'the mayor that it did, and nothing of who stays'
test_is "$(get "$breach" caseRef) $(own gemeente get "$mayor" zaak)" "$case $case" 'both in the case of the ban'
test_is "$("$PYTHON" -c 'import json, sys
print(next(e["ref"] for e in json.load(open(sys.argv[1]))["events"] if e["code"] == "ban_state"))' "$breach")" "$order" 'of this order'
# acute NUMBER MORE...: another one of these, declared acute, released by nobody
acute() {
	sample huisverbod-overtreding "$1" -e 's/ op="[^"]*"/ op="R-1"/' -e "s/wanneer=\"[^\"]*\"/wanneer=\"$now\"/" \
		-e 's/vrijgegeven-door="[^"]*"//' -e 's/urgentie="voorrang"/urgentie="acuut" acuut-verklaard-door="u-55aa"/' "${@:2}"
}
acute O-3 -e 's,<persoon ref="p1",<bestemming partner="om-nh"/>&,'
test_wait_for 20 'another one, acute, released by nobody: it goes' police wait aangenomen O-3 0
test_wait_for 20 'and what to mend is told' police wait herstel O-3 0
acute O-4
test_wait_for 20 'acute does not wait for who chooses the parket' police wait aangenomen O-4 0
grep -c '<ontvanger ' "$(police wait aangenomen O-4 0)" >count
test_is "$(cat count)" 2 'Veilig Thuis and mayor have it'
test_wait_for 20 'and that prosecution has not is told' police wait herstel O-4 0
test_like "$(cat "$(police wait herstel O-4 0)")" 'Niet verstuurd naar Openbaar Ministerie' 'in clear words'

stop_bg hub
acute O-5 -e 's,<persoon ref="p1",<bestemming partner="om-nh"/>&,'
test_instruction O-5 'with the hub down'
hub_start
test_wait_for 60 'and it goes once the hub is back' police wait aangenomen O-5 0

# --- what was said is not so --------------------------------------------------------------------------------

# Who must still confirm a repair (DOMAIN rule 20).
unconfirmed() {
	hub_audit ap --saved unconfirmed | "$PYTHON" -c 'import json, sys
print(*sorted(json.loads(line)["entry"]["recipient"] for line in sys.stdin))'
}
confirmed() {
	[ -z "$(unconfirmed)" ]
}
# take_back NUMBER OF WHAT: a message is recalled
take_back() {
	cat >"$1.xml" <<-XML
		<herstel id="$1" op="$2" wat="$3" soort="terugroeping" reden="verkeerde-persoon" opgemaakt="$(date -u +%FT%TZ)"
		  vrijgegeven-door="u-19c2" vrijgegeven-op="$(date -u +%FT%TZ)"/>
	XML
	police drop "$1.xml"
}
take_back H-1 O-3 huisverbod-beoordeling
wrong H-1 verwijzing 'noemen samen geen bericht' 'an assessment with the number of a breach'
take_back H-2 O-3 huisverbod-overtreding
test_wait_for 20 'a breach is taken back' police wait aangenomen H-2 0
taken_back=$(sed -n 's/.* kenmerk="\([0-9a-f]*\)".*/\1/p' "$(police wait aangenomen O-3 0)" | head -1)
test_like "$taken_back" '^[0-9a-f]{32}$' 'O-3 has a number'
test_wait_for 20 'prosecution hears it' own om find kind=recall
test_wait_for 20 'so does Veilig Thuis' vt_find vt-zw recall
test_wait_for 20 'and the mayor' own gemeente find 'soort=terugroepen'
grep -q "$taken_back" "$(own om find kind=recall)" && grep -q "$taken_back" "$(vt_find vt-zw recall)" &&
	grep -q "$taken_back" "$(own gemeente find 'soort=terugroepen')"
test_ok $? 'each which breach'
sample herstel-beoordeling H-3 -e 's/ op="[^"]*"/ op="R-1"/'
test_wait_for 20 'the mayor reads what is so instead' own gemeente find soort=correctie
right=$(own gemeente find soort=correctie)
grep -q 'Het kind was niet thuis' "$right" && grep -q 'bij haar oma' "$right" && ! grep -q 123456782 "$right"
test_ok $? 'the assessment, the child, and no BSN'
grep -q "\"ref\": *\"$(own gemeente get "$assessed" messageId)\"" "$right"
test_ok $? 'of the assessment that it had'
test_wait_for 20 'every one of them confirmed it' confirmed

# --- nobody can come ------------------------------------------------------------------------------------------

own zvh drop - invite.json <<JSON
{"kind": "uitnodiging", "caseRef": "$case", "userRef": "u-zv01", "checkedBy": "u-zv01", "to": [{"partner": "politie-nh"}],
 "events": [{"code": "conference_at", "at": "$until"}]}
JSON
invited() {
	grep -ls 'van="zvh-zw"' "$(police_path out)"/bericht-*.xml | head -1 | grep .
}
test_wait_for 20 'the police are invited to a conference' invited
sample afwezigheid A-1 -e "s/ op=\"[^\"]*\"/ op=\"$(attr "$(invited)" kenmerk)\"/"
test_wait_for 20 'who invited hears who comes instead' own zvh find kind=conference_absence desk=meldingen
test_is "$(own zvh get "$(own zvh find kind=conference_absence)" inReplyTo)" "$(attr "$(invited)" kenmerk)" 'as an answer'
sample afwezigheid A-2 -e 's/ op="[^"]*"/ op="PL1100-2026-000123"/'
test_wait_for 20 'Veilig Thuis hears it of the case of a report' vt_find vt-zw conference_absence
sample afwezigheid A-3
wrong A-3 verwijzing 'geen uitnodiging of ander bericht' 'an absence from nothing'

# --- the end ------------------------------------------------------------------------------------------------

ban einde verlopen expired ''
ended() {
	grep -ls 'soort="einde huisverbod"' "$(police_path out)"/bericht-*.xml | head -1 | grep .
}
test_wait_for 20 'the ban is over, and the police hear it' ended
at_the_door
test_is "$(get told found)" False 'and the unit at the door sees it no more'

hub_decisions ap >got
diff -u "$SRC/tests/scenario/6023.expected" got >differs
test_ok $? 'the trail says all of it' || diag "$(cat differs)"
for name in police vt-zw gemeente om zvh; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
