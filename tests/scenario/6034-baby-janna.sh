#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario B: baby Janna, four months old, two broken ribs. The hospital reports and hears no more than that; a
# named worker asks for what the police knew; police and prosecution consult, each on its own ground. Figures of 2 and 3,
# minimum demands, a plan, a handover to youth protection, advice of probation, a condition. Nobody who helps
# him reads her figure, her plan or where the child is.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"

HUB_PARTNERS+='
zh|ziekenhuis-zaan|zorg|Ziekenhuis Zaan|reporter|care|075 000 0011|11
rc|reclassering-nh|toezicht|Reclassering Noord-Holland|probation|justice|088 804 0000|11
jb|jb-regio|team-noord|Jeugdbescherming Regio|youth_protection|care|020 000 0008|11
ggd|ggd-zw|jeugdgezondheid|GGD Zaanstreek-Waterland|ggd|care|075 000 0012|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'
hub_make "$TMPDIR/b" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/b/keys.log")"
adapters_make
probation_make rc reclassering-nh toezicht
om_make om om-nh parket
own_names zh ziekenhuis-zaan zorg wgbo professional_report stop_violence wmo:5-2-6
own_names jb jb-regio team-noord jeugdwet handover_answer child_protection covenant frame_change child_protection covenant \
	safety_rating assess_safety wmo:5-2-6 consent_change recovery consent recovery_plan recovery consent
own_names ggd ggd-zw jeugdgezondheid wgbo progress assess_safety wmo:5-2-6
partners='police vt-zw zh rc om jb ggd'
hub_start
system_start vt-zw
system_start rc
for name in $partners; do
	adapter_start "$name"
done

# --- words ------------------------------------------------------------------------------------------------

# parts FILE: the categories that a message came with
parts() {
	"$PYTHON" "$SRC/tests/lib/sections.py" "$1" | sed -n 's/^section \([a-z_]*\).*/\1/p' | xargs
}
# drop NAME NUMBER JSON: a message of that partner's system
drop() {
	printf '{"id": "%s", "userRef": "u-%s", "checkedBy": "u-%s", %s}\n' "$2" "$1" "$1" "$3" >"$2.json"
	own "$1" drop "$2.json"
}
# post NUMBER KIND PURPOSE GROUND REST: a message of Veilig Thuis
post() {
	printf '{"id": "%s", "kind": "%s", "caseRef": "%s", "purpose": "%s", "ground": "%s", "userRef": "u-31b0", "checkedBy": "u-31b0", %s}\n' \
		"$1" "$2" "$case" "$3" "$4" "$5" >"$1.json"
	vt vt-zw post "$1.json" "$1"
}
rc_find() {
	grep -l "\"kind\":\"$1\"" "$HUB/system-rc/messages/"*.json 2>/dev/null | tail -1 | grep .
}
police_has() {
	grep -l "soort=\"$1\"" "$HUB/politie/out/"bericht-*.xml | grep .
}
# section CATEGORY ABOUT DATA [MORE]
section() {
	printf '{"category": "%s", "about": [%s], "marks": {"status": "fact", "source": "observed", "reliability": "reliable", "asOf": "%s"%s}, "data": %s}' \
		"$1" "$2" "$(now -d '-1 hour')" "" "$3"
}
janna='{"number": 1, "positions": ["victim", "child"], "familyName": "Vos", "givenNames": "Janna", "born": "2026-07-20"}'
lotte='{"number": 2, "positions": ["victim", "parent", "holder_of_authority"], "familyName": "Vos", "givenNames": "Lotte", "born": "1998-03-21"}'
bram='{"number": 3, "positions": ["perpetrator", "parent"], "familyName": "Kuit", "givenNames": "Bram", "born": "1996-09-13"}'
family="\"subjects\": [$janna, $lotte, $bram]"
janna_is=$(section identity 1 '{"given_names": "Janna", "family_name": "Vos", "born": "2026-07-20"}')
lotte_is=$(section identity 2 '{"given_names": "Lotte", "family_name": "Vos", "born": "1998-03-21"}')
bram_is=$(section identity 3 '{"given_names": "Bram", "family_name": "Kuit", "born": "1996-09-13"}')
ids="$janna_is, $lotte_is, $bram_is"

# --- the hospital reports ---------------------------------------------------------------------------------------

drop zh ZH-1 "\"kind\": \"professional_report\", \"case\": \"ZH-D1\", \"municipality\": \"0479\",
 \"subjects\": [$janna, $lotte, $bram, {\"number\": 9, \"positions\": [\"reporter\"]}], \"facts\": {\"unsafety\": \"acute\"},
 \"sections\": [$ids, $(section incident 1 '{"facts": [{"ref": "f1", "target": 1, "types": ["physical"], "act": "Twee gebroken ribben, tekenen van oudere breuken.", "impact": "Pijn, opname.", "incomplete": ["at", "actor"]}]}'),
  $(section health 1 '{"injuries": "Twee ribfracturen links.", "findings": "Callus van oudere breuken."}'),
  $(section child 1 '{"perspective": "Huilt bij optillen.", "present": true}'),
  $(section reporter 9 '{"name": "dr. A. Arts", "organisation": "Ziekenhuis Zaan", "function": "kinderarts", "wants_to_be_hidden": false}')],
 \"weighing\": [\"rights_weighed\", \"interests_weighed\", \"consent_impossible_danger\", \"harm_of_not_acting_high\"]"
test_wait_for 20 'the hospital reports to the competent Veilig Thuis' vt_find vt-zw professional_report ||
	diag "$(cat "$HUB/own-zh/rejected/"*.txt "$HUB/own-zh/out/"*.json 2>&1)"
report=$(vt_find vt-zw professional_report)
case=$(get "$report" caseRef)
report_id=$(get "$report" messageId)
test_like "$(parts "$report")" 'child .*health .*incident reporter' 'with what was found, and who reports'
test_wait_for 20 'the hospital hears that it arrived' own zh find kind=report_receipt

# --- what the police knew -------------------------------------------------------------------------------------------

test_expect 'a named worker asks what the police know of the parents' post VT-B1 police_data_request triage_data wmo:4-1-1-2-e \
	"\"refersTo\": \"$report_id\", \"to\": [{\"partner\": \"politie-nh\"}], \"subjects\": [$lotte, $bram], \"sections\": [$lotte_is, $bram_is]"
test_wait_for 20 'the police are asked' police wait verzoek-om-politiegegevens '*' 0
police answer "$(police wait verzoek-om-politiegegevens '*' 0)" answer.xml
# what is of 2012 was kept for complaints and may not go
"$PYTHON" - answer.xml <<'PY'
import sys
import xml.etree.ElementTree as ET
tree = ET.parse(sys.argv[1])
last = [h for h in tree.getroot() if h.get("soort") == "geweld"][-1]
last.attrib.pop("niets-bekend", None)
last.set("peildatum", "2012-06-01T00:00:00Z")
ET.SubElement(last, "voorval", {"rol": "verdachte", "periode": "2005-2012"}).text = "Vier mutaties in het ouderlijk huis."
tree.write(sys.argv[1], encoding="utf-8", xml_declaration=True)
PY
police drop answer.xml
test_wait_for 20 'and answer' vt_find vt-zw police_data_response ||
	diag "$(cat "$HUB/politie/rejected/"*.txt 2>&1)"
answer=$(vt_find vt-zw police_data_response)
test_like "$(cat "$answer")" 'Eerdere mishandeling, sepot' 'what is recent'
grep -q 'Vier mutaties' "$answer"
test_is $? 1 'what is past its term stays where it was'
test_like "$(cat "$answer")" 'past_term' 'and Veilig Thuis reads that there was more'

# --- who takes part ---------------------------------------------------------------------------------------------------

test_expect 'Veilig Thuis directs' post VT-B2 case_opened organise_direct_safety covenant \
	'"to": [{"partner": "jb-regio"}, {"partner": "reclassering-nh"}, {"partner": "politie-nh"}], "events": [{"code": "director", "partner": "vt-zw", "desk": "triage"}]'
# joins NUMBER PARTNER DESK POSITION SUBJECT GROUND
joins() {
	post "$1" participant_change organise_direct_safety "$6" "\"to\": [{\"partner\": \"$2\"}], $family,
	 \"events\": [{\"code\": \"participant\", \"partner\": \"$2\", \"desk\": \"$3\", \"value\": \"$4\"$([ -z "$5" ] || printf ', "subject": %s' "$5")}]"
}
test_expect 'youth protection helps the child' joins VT-B3 jb-regio team-noord helper_of_child 1 wmo:4-1-1-2-d
test_expect 'probation helps him' joins VT-B4 reclassering-nh toezicht helper_of_perpetrator 3 covenant
test_expect 'an officer stands ready' joins VT-B5 politie-nh meldingen responder '' covenant
test_expect 'it is acute, says Veilig Thuis' post VT-B6 triage_outcome stop_violence wmo:4-1-1-2-e \
	"\"refersTo\": \"$report_id\", \"to\": [{\"partner\": \"politie-nh\"}], $family, \"sections\": [$ids,
	  $(section triage '1, 2, 3' '{"unsafety": "acute", "outcome": "conditions_and_follow_up", "summary": "Letsel bij een baby."}')]"
test_wait_for 20 'and the officer reads it' police_has 'uitkomst triage'

# --- consultation: a ground for each --------------------------------------------------------------------------------------

test_expect 'Veilig Thuis consults police and prosecution' post VT-B7 conference_contribution safety_consultation wmo:4-1-1-2-e \
	"\"to\": [{\"partner\": \"politie-nh\"}, {\"partner\": \"om-nh\", \"ground\": \"covenant\"}], $family, \"facts\": {\"unsafety\": \"acute\"}, \"sections\": [$ids,
	  $(section incident 1 '{"facts": [{"ref": "f1", "target": 1, "types": ["physical"], "act": "Letsel bij een baby, de verklaring van de ouders past niet.", "impact": "Opname.", "incomplete": ["at", "actor"]}]}'),
	  $(section health 1 '{"findings": "Forensisch advies volgt."}')],
	 \"events\": [{\"code\": \"conference_at\", \"at\": \"$(now -d '+3 hours')\"}]"
test_wait_for 20 'the prosecution reads it' om om find bericht 'soort=inbreng casusoverleg'
test_wait_for 20 'and the police' police_has 'inbreng casusoverleg'
grep -rqi 'forensisch advies' "$HUB/om-om/out" "$HUB/politie/out"
test_is $? 1 'neither what the doctors look for'
sed -e "s/<toezegging-overleg /&casus=\"$case\" /; s/ zaak=\"[^\"]*\"//; s/overleg-op=\"[^\"]*\"/overleg-op=\"$(now)\"/" \
	-e 's/<persoon .*geboren="1996-09-13">/<persoon nr="1" rol="verdachte" geboren="1996-09-13"><voornamen>Bram<\/voornamen>/' \
	"$SRC/adapters/om/samples/toezegging-overleg.xml" >toezegging.xml
om om drop toezegging.xml OM-B1
test_wait_for 20 'the prosecution commits itself, to Veilig Thuis' vt_find vt-zw conference_decision ||
	diag "$(cat "$HUB/om-om/rejected/"*.txt "$HUB/om-om/out/"*.xml 2>&1 | tail -40)"
test_like "$(cat "$(vt_find vt-zw conference_decision)")" '"value":"behavioural_order","detail":"proposed"' 'to a measure that is proposed, not in force'

# --- figures, demands, a plan ------------------------------------------------------------------------------------------

test_expect 'each rates for itself: 2 and 3' post VT-B8 safety_rating organise_direct_safety wmo:4-1-1-2-d \
	"\"to\": [{\"partner\": \"jb-regio\"}, {\"partner\": \"ziekenhuis-zaan\", \"copy\": true}, {\"partner\": \"reclassering-nh\", \"copy\": true, \"ground\": \"covenant\"}],
	 $family, \"sections\": [$ids, $(section safety_rating 1 "{\"ratings\": [{\"by_function\": \"Veilig Thuis\", \"score\": 2, \"at\": \"$(now -d '-1 hour')\"}]}"),
	  $(section safety_rating 2 "{\"ratings\": [{\"by\": 2, \"score\": 3, \"at\": \"$(now -d '-1 hour')\"}]}" | sed 's/"data"/"toldBy": "subject", "toldBySubject": 2, &/')],
	 \"events\": [{\"code\": \"rating\", \"subject\": 1, \"partner\": \"vt-zw\", \"value\": \"below_6\", \"detail\": \"professional\", \"at\": \"$(now -d '-1 hour')\"},
	  {\"code\": \"rating\", \"subject\": 2, \"otherSubject\": 2, \"value\": \"below_6\", \"detail\": \"family_member\", \"at\": \"$(now -d '-1 hour')\"}]"
test_wait_for 20 'youth protection reads both' own jb find kind=safety_rating score=2 score=3
test_wait_for 20 'probation reads the one of the worker' rc_find safety_rating
rated=$(rc_find safety_rating)
test_like "$(cat "$rated")" '"score":2' 'which it is'
grep -qE '"score":3|"subject"|family_member' "$rated" && grep -q '"score":3' "$rated"
test_is $? 1 'and not hers'
until=$(now -d '+90 days')
test_expect 'minimum demands: else the board is asked' post VT-B9 conditional_agreement organise_direct_safety wmo:4-1-1-2-d \
	"\"to\": [{\"partner\": \"jb-regio\"}, {\"partner\": \"reclassering-nh\", \"ground\": \"covenant\"}], $family, \"sections\": [$ids,
	  $(section agreement '1, 2, 3' "{\"agreements\": [{\"trigger\": \"De ouders kunnen Janna niet troosten of gaan niet uit elkaar bij ruzie.\", \"measure\": \"Verzoek aan de Raad.\", \"valid_until\": \"$until\"}]}")],
	 \"events\": [{\"code\": \"agreement\", \"subject\": 1, \"partner\": \"jb-regio\", \"desk\": \"team-noord\", \"value\": \"board_request\", \"detail\": \"demands_not_met\", \"third\": \"active\", \"at\": \"$(now)\", \"until\": \"$until\"},
	  {\"code\": \"deadline\", \"value\": \"agreement-ultimatum\", \"at\": \"$until\"}]"
test_wait_for 20 'youth protection knows that it acts then' own jb find kind=conditional_agreement value=board_request
test_wait_for 20 'and probation what is asked of him' rc_find conditional_agreement
test_expect 'a plan for all, and hers beside it' post VT-B10 safety_plan organise_direct_safety wmo:4-1-1-2-d \
	"\"to\": [{\"partner\": \"jb-regio\"}, {\"partner\": \"politie-nh\", \"ground\": \"wmo:4-1-1-2-e\"}, {\"partner\": \"reclassering-nh\", \"ground\": \"covenant\"}], $family, \"sections\": [$ids,
	  $(section safety_plan '1, 2, 3' '{"goals": ["Janna is veilig."], "steps": [{"who": "ouders", "what": "Dagelijks bezoek, onder begeleiding.", "when": "elke dag"}]}'),
	  $(section victim_plan 2 '{"text": "Belt eerst haar zus, dan de wijkagent."}'),
	  $(section whereabouts 1 '{"description": "Crisispleeggezin.", "address": {"place": "Purmerend"}}'),
	  $(section involved '1, 2, 3' '{"professionals": [{"organisation": "Veilig Thuis", "function": "casusregisseur", "phone": "088-0000001", "with": [1, 2, 3]}]}')]"
test_wait_for 20 'youth protection knows where the child is' own jb find kind=safety_plan place=Purmerend
test_wait_for 20 'the officer knows whom she calls' eval 'grep -rqs "Belt eerst haar zus" "$HUB/politie/out"'
test_wait_for 20 'probation has the plan for all' rc_find safety_plan
test_is "$(parts "$(rc_find safety_plan)")" 'identity identity identity involved safety_plan' 'and no more'
grep -qE 'victim_plan|whereabouts' "$(rc_find safety_plan)"
test_is $? 1 'nor a hint that there is more'

# --- handover, with a change of frame -----------------------------------------------------------------------------------

test_expect 'Veilig Thuis offers the case to youth protection' post VT-B11 handover_offer child_protection wmo:4-1-1-2-d \
	"\"to\": [{\"partner\": \"jb-regio\"}], $family, \"sections\": [$ids, $(section safety_plan '1, 2, 3' '{"text": "Ongewijzigd."}'),
	  $(section child 1 '{"perspective": "Rustig bij de pleegmoeder."}')],
	 \"events\": [{\"code\": \"director\", \"partner\": \"jb-regio\", \"desk\": \"team-noord\"}, {\"code\": \"frame\", \"value\": \"request_in_preparation\", \"detail\": \"civil\"},
	  {\"code\": \"discussed\", \"subject\": 2, \"value\": \"alone\", \"at\": \"$(now -d '-1 hour')\"}, {\"code\": \"discussed\", \"subject\": 3, \"value\": \"alone\", \"at\": \"$(now -d '-1 hour')\"}]"
offer=$(own_wait jb find kind=handover_offer)
test_like "$(cat "$offer")" '"frame".*request_in_preparation' 'it says that the frame changes'
drop jb JB-1 "\"kind\": \"handover_answer\", \"inReplyTo\": \"$(own jb get "$offer" messageId)\", \"events\": [{\"code\": \"answer\", \"value\": \"accepted\"}]"
test_wait_for 20 'accepted' vt_find vt-zw handover_answer
drop jb JB-2 "\"kind\": \"frame_change\", \"caseRef\": \"$case\", \"to\": [{\"partner\": \"vt-zw\"}, {\"partner\": \"reclassering-nh\"}, {\"partner\": \"politie-nh\"}],
 \"events\": [{\"code\": \"frame\", \"value\": \"request_in_preparation\", \"detail\": \"civil\"}]"
test_wait_for 20 'all who act hear that a request is being prepared' rc_find frame_change
drop jb JB-3 "\"kind\": \"safety_rating\", \"caseRef\": \"$case\", \"to\": [{\"partner\": \"vt-zw\"}, {\"partner\": \"reclassering-nh\", \"copy\": true, \"purpose\": \"sustain_safety\", \"ground\": \"covenant\"}],
 $family, \"sections\": [$ids, $(section safety_rating 1 "{\"ratings\": [{\"by_function\": \"overleg\", \"score\": 6, \"at\": \"$(now -d '-1 hour')\"}]}"),
  $(section safety_rating 2 "{\"ratings\": [{\"by_function\": \"overleg\", \"score\": 6, \"at\": \"$(now -d '-1 hour')\"}]}")],
 \"events\": [{\"code\": \"rating\", \"subject\": 1, \"value\": \"6\", \"detail\": \"consensus\", \"at\": \"$(now -d '-1 hour')\"},
  {\"code\": \"rating\", \"subject\": 2, \"value\": \"6\", \"detail\": \"consensus\", \"at\": \"$(now -d '-1 hour')\"}]"
consensus() {
	grep -ls '"score":6' "$HUB/system-$1/messages/"*.json | grep .
}
test_wait_for 20 'later all agree on a 6' consensus vt-zw
test_wait_for 20 'and probation hears it' consensus rc

# --- probation advises, the prosecution decides -----------------------------------------------------------------------

rc_bram=$("$PYTHON" "$SRC/tests/lib/sections.py" "$rated" get subjects.perpetrator+parent)
cat >advice.json <<JSON
{"id": "RN-1", "kind": "probation_advice", "refersTo": "$(get "$rated" messageId)", "purpose": "prosecution", "ground": "covenant", "userRef": "u-rc31", "checkedBy": "u-rc31",
 "to": [{"partner": "om-nh"}],
 "sections": [{"category": "identity", "about": [$rc_bram], "data": {"given_names": "Bram", "family_name": "Kuit", "born": "1996-09-13"}},
  {"category": "supervision", "about": [$rc_bram], "data": {"progress": "Volgt behandeling."}},
  {"category": "advice", "data": {"text": "Voorwaardelijk sepot met behandeling."}}]}
JSON
test_expect 'probation advises' probation rc post advice.json rn-1
test_wait_for 20 'the prosecution reads it' om om find bericht 'soort=reclasseringsadvies' ||
	diag "$(ls "$HUB/om-om/out"; tail -3 "$TMPDIR/adapter-rc.log"; cat "$HUB/system-rc/events/"*.json | tail -5)"
sed -e "s/<vervolgingsbeslissing /&casus=\"$case\" /; s/ zaak=\"[^\"]*\"//; s/partner=\"vt-zw\"\/>/partner=\"jb-regio\"\/><ontvanger partner=\"politie-nh\"\/>/; s/<voorvoegsel>.*<\/voorvoegsel>//" \
	"$SRC/adapters/om/samples/vervolgingsbeslissing.xml" >besluit.xml
om om drop besluit.xml OM-B2
test_wait_for 20 'a dismissal on a condition, to probation' rc_find prosecution_decision ||
	diag "$(cat "$HUB/om-om/rejected/"*.txt "$HUB/om-om/out/"weigering*.xml 2>&1 | tail -40)"
decided=$(own_wait jb find kind=prosecution_decision)
test_like "$(cat "$decided")" 'probation_conditions' 'youth protection has the condition as a measure'
grep -qE 'Mishandeling|"criminal", *"data"' "$decided"
test_is $? 1 'and not the case'
test_wait_for 20 'the police have the decision' police_has vervolgingsbeslissing

# --- recovery: to each its own ------------------------------------------------------------------------------------------

drop jb JB-4 "\"kind\": \"consent_change\", \"caseRef\": \"$case\", \"to\": [{\"partner\": \"ggd-zw\"}], \"subjects\": [$janna, $lotte], \"sections\": [$janna_is],
 \"consents\": [{\"id\": \"T-1\", \"subject\": 1, \"giver\": 2, \"capacity\": \"holder_of_authority\", \"holder\": \"jb-regio\", \"partner\": \"ggd-zw\", \"desk\": \"jeugdgezondheid\",
  \"purpose\": \"recovery\", \"categories\": [\"identity\", \"recovery_plan\"], \"state\": \"given\", \"how\": \"alone\"}]"
test_wait_for 20 'her mother agrees, alone, that the youth nurse reads her plan' own ggd find state=given
drop jb JB-5 "\"kind\": \"recovery_plan\", \"caseRef\": \"$case\", \"to\": [{\"partner\": \"ggd-zw\"}], $family, \"restsOn\": [\"T-1\"],
 \"sections\": [$janna_is, $(section recovery_plan 1 '{"goals": ["Hechting."]}'), $(section recovery_plan 2 '{"goals": ["Eigen veiligheid."]}'), $(section recovery_plan 3 '{"goals": ["Omgaan met stress."]}')]"
plan=$(own_wait ggd find kind=recovery_plan)
test_like "$(cat "$plan")" 'Hechting' 'the youth nurse has the plan of the child'
grep -qE 'Eigen veiligheid|Omgaan met stress' "$plan"
test_is $? 1 'and nobody else'"'"'s'

# --- what each holds ------------------------------------------------------------------------------------------------------

grep -rlE 'haar zus|Purmerend|pleeggezin|"score":3' "$HUB/system-rc" "$HUB/om-om" "$HUB/own-zh/out" "$HUB/own-ggd/out" >leaks
test_is "$(cat leaks)" '' 'who must not know of her plan, her figure or the address does not'
grep -rq Purmerend "$HUB/politie/out"
test_is $? 1 'nor the police where the child is'
own zh find kind=safety_rating >/dev/null
test_is $? 1 'the hospital has no figures: it reported'
grep -rlE 'dr. A. Arts' "$HUB/politie/out" "$HUB/system-rc" "$HUB/om-om" "$HUB/own-jb/out" "$HUB/own-ggd/out" >leaks
test_is "$(cat leaks)" '' 'and who reported is with Veilig Thuis alone'

# --- the trail ------------------------------------------------------------------------------------------------------------

hub_decisions ap >got
story_trail 6034 $partners
done_testing
