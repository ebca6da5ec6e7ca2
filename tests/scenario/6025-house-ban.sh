#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario C: a house ban with all who act in it, and a relapse. The order starts three helpers, each with
# its own side alone; its terms run from the order; it is extended, upheld, ended; a threat follows, a
# second ban, and a hearing that does not surface late. Forty-eight days by one clock that jumps.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"

HUB_PARTNERS+='
gemeente|gemeente-zaanstad|huisverbod|Gemeente Zaanstad|municipality|administration|14 075|11
rc|reclassering-nh|toezicht|Reclassering Noord-Holland|probation|justice|088 804 0000|11
smd|smd-zaan|thuis|Maatschappelijke Dienst Zaan|social_work|care|075 000 0006|11
jb|jb-regio|team-noord|Jeugdbescherming Regio|youth_protection|care|020 000 0008|11
waag|waag-nh|behandeling|De Waag|forensic_care|care|075 000 0009|11
rb|rechtbank-nh|griffie|Rechtbank Noord-Holland|court|justice|088 361 0000|11
rvdk|rvdk-nh|intake|Raad voor de Kinderbescherming|child_protection_board|justice|088 071 0000|11
zvh|zvh-zw|casusoverleg|Zorg- en Veiligheidshuis|zvh|administration|075 000 0010|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'
HUB_FRESH_DAYS=90

# One clock for everybody, which jumps two days for each character after 5.
preload_need step_clock
export LD_PRELOAD=$preload CLOCK_FILE=$TMPDIR/clock CLOCK_STEP=172800
printf 5 >"$CLOCK_FILE"
# day N: it is N days later (an even number)
day() {
	clock_to $(($1 / 2))
}

hub_make "$TMPDIR/c" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/c/keys.log")"
adapters_make
probation_make rc reclassering-nh toezicht
generic_make gemeente gemeente-zaanstad huisverbod gemeente.map
own_names smd smd-zaan thuis wmo concern stop_violence wmo:5-2-6
own_names jb jb-regio team-noord jeugdwet investigation_request child_protection bw:1-240 closed sustain_safety covenant
own_names waag waag-nh behandeling wgbo progress assess_safety wmo:5-2-6
own_names rb rechtbank-nh griffie wth ban_ruling house_ban wth:8
own_names rvdk rvdk-nh intake jeugdwet information_response assess_safety wmo:5-2-6
own_names zvh zvh-zw casusoverleg wjsg conference_invite safety_consultation wgs:1-5
own_names om om-nh parket wjsg hearing_notice prosecution wjsg:39e
partners='police vt-zw rc gemeente smd jb waag rb rvdk zvh om'
hub_start
system_start vt-zw
system_start rc
for name in $partners; do
	adapter_start "$name"
done
case=c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1

# --- words ------------------------------------------------------------------------------------------------

# drop NAME NUMBER JSON: a message of that partner's system about the case
drop() {
	printf '{"id": "%s", "caseRef": "%s", "userRef": "u-%s", "checkedBy": "u-%s", %s}\n' "$2" "$case" "$1" "$1" "$3" >"$2.json"
	own "$1" drop "$2.json"
}
# mayor NUMBER KIND TO REST: the same in the mayor's words
mayor() {
	printf '{"id": "%s", "soort": "%s", "zaak": "%s", "medewerker": "u-gz01", "gecontroleerd_door": "u-gz02", "aan": [%s], %s}\n' \
		"$1" "$2" "$case" "$3" "$4" >"$1.json"
	own gemeente drop "$1.json"
}
# to PARTNER...: as the mayor names them
to() {
	local list
	list=$(printf '{"organisatie": "%s"}, ' "$@")
	printf '%s' "${list%, }"
}
amir='{"nummer": 1, "rol": ["pleger"], "achternaam": "Belk", "voornamen": "Amir", "geboren": "2001-02-11"}'
hers='{"nummer": 2, "rol": ["slachtoffer", "ouder", "gezaghebbende"], "achternaam": "Belk", "voornamen": "Yasmina", "geboren": "1976-07-30"}'
child='{"nummer": 3, "rol": ["slachtoffer", "kind"], "achternaam": "Belk", "voornamen": "Farah", "geboren": "2009-10-05"}'
amir_is='{"soort": "identiteit", "over": [1], "inhoud": {"family_name": "Belk", "given_names": "Amir", "born": "2001-02-11"}}'
he='{"category": "identity", "about": [1], "data": {"family_name": "Belk", "given_names": "Amir", "born": "2001-02-11"}}'
he_is='{"number": 1, "positions": ["perpetrator"], "familyName": "Belk", "givenNames": "Amir", "born": "2001-02-11"}'

# --- day 0: the order ---------------------------------------------------------------------------------------

from=$(now)
until=$(now -d '+10 days')
# order NUMBER TO MORE-EVENTS: ten days, with three helpers and Veilig Thuis as director
order() {
	mayor "$1" huisverbod "$2" "\"personen\": [$amir, $hers, $child], \"onderdelen\": [$amir_is,
	  {\"soort\": \"identiteit\", \"over\": [2], \"inhoud\": {\"family_name\": \"Belk\", \"given_names\": \"Yasmina\", \"born\": \"1976-07-30\"}},
	  {\"soort\": \"identiteit\", \"over\": [3], \"inhoud\": {\"family_name\": \"Belk\", \"given_names\": \"Farah\", \"born\": \"2009-10-05\"}},
	  {\"soort\": \"contactgegevens\", \"over\": [2], \"inhoud\": {\"phones\": [{\"number\": \"06 0000 0002\", \"safe\": true}]}},
	  {\"soort\": \"huisverbod\", \"over\": [1], \"inhoud\": {\"state\": \"imposed\", \"order_number\": \"$1\", \"from\": \"$from\", \"until\": \"$until\",
	    \"address\": {\"street\": \"Voorbeeldkade\", \"number\": \"7\", \"place\": \"Zaandam\"}, \"conditions\": [\"geen contact met moeder en zus\"]}}],
	 \"gebeurtenissen\": [{\"code\": \"stand van het huisverbod\", \"value\": \"opgelegd\", \"subject\": 1},
	  {\"code\": \"duur van het huisverbod\", \"subject\": 1, \"at\": \"$from\", \"until\": \"$until\"},
	  {\"code\": \"wanneer het gebeurde\", \"at\": \"$from\"},
	  {\"code\": \"deelnemer\", \"value\": \"hulpverlener van het slachtoffer\", \"subject\": 2, \"partner\": \"smd-zaan\", \"desk\": \"thuis\"},
	  {\"code\": \"deelnemer\", \"value\": \"hulpverlener van de pleger\", \"subject\": 1, \"partner\": \"reclassering-nh\", \"desk\": \"toezicht\"},
	  {\"code\": \"deelnemer\", \"value\": \"hulpverlener van het kind\", \"subject\": 3, \"partner\": \"jb-regio\", \"desk\": \"team-noord\"},
	  {\"code\": \"casusregisseur\", \"partner\": \"vt-zw\", \"desk\": \"triage\"}$3]"
}
order THV-1 "$(to vt-zw politie-nh reclassering-nh smd-zaan jb-regio)" ''
test_wait_for 20 'the order reaches Veilig Thuis' vt_has '"kind":"ban_order"'
first=$(get "$(vt_has '"kind":"ban_order"')" messageId)
test_wait_for 20 'who helps who stays has it' own smd find kind=ban_order
test_wait_for 20 'and who helps the child' own jb find kind=ban_order
rc_order() {
	grep -ls '"kind":"ban_order"' "$HUB/system-rc/messages/"*.json | tail -1 | grep .
}
test_wait_for 20 'and probation' rc_order
grep -qE 'Yasmina|Farah|0000 0002|smd-zaan|jb-regio' "$(rc_order)"
test_is $? 1 'with nothing of who stays, nor who helps her'
crisis_ban() {
	crisis '{"userRef": "u-no77", "danger": "life", "address": {"street": "Voorbeeldkade", "number": "7", "place": "Zaandam"}}' |
		grep -q '"category": *"ban"'
}
test_wait_for 20 'the police see it at the door' crisis_ban
probation rc tasks | grep -q '^ban_contact_address ban_order open'
test_ok $? 'it is a task of probation to say where he can be reached'
"$PYTHON" "$SRC/tests/sim/probation_system.py" reach "$(rc_order)" RN-1 gemeente-zaanstad vt-zw >reach.json
test_expect 'which it does' probation rc post reach.json rn-1
test_wait_for 20 'to the mayor and the director alone' own gemeente find 'street=Verzonnen Kade'
test_wait_for 20 'who has it too' vt_has '"kind":"ban_contact_address"'

# --- day 8: advice; day 10: extended; day 12: upheld -------------------------------------------------------------

day 8
test_wait_for 40 'on day eight Veilig Thuis is reminded of its advice' grep -ls '"clock":"ban-advice"' -r "$HUB/system-vt-zw/events"
test_expect 'Veilig Thuis advises to extend' post VT-1 v-1 ban_advice house_ban covenant "\"refersTo\": \"$first\", \"to\": [{\"partner\": \"gemeente-zaanstad\"}],
 \"subjects\": [$he_is], \"sections\": [$he, {\"category\": \"advice\", \"about\": [], \"data\": {\"text\": \"Verlengen: het plan is nog niet rond.\"}}],
 \"events\": [{\"code\": \"answer\", \"value\": \"yes\"}]"
test_wait_for 20 'the mayor reads why' own gemeente find 'text=Verlengen: het plan is nog niet rond.'
until=$(now -d '+20 days')
# later NUMBER KIND STATE TO MORE: extension and end, of the ban $ban
later() {
	mayor "$1" "$2" "$4" "\"personen\": [$amir], \"onderdelen\": [$amir_is,
	  {\"soort\": \"huisverbod\", \"over\": [1], \"inhoud\": {\"state\": \"$3\", \"from\": \"$from\", \"until\": \"$until\", \"address\": {\"street\": \"Voorbeeldkade\", \"number\": \"7\", \"place\": \"Zaandam\"}}}],
	 \"gebeurtenissen\": [{\"code\": \"stand van het huisverbod\", \"value\": \"$5\", \"subject\": 1, \"ref\": \"$ban\"}$6]"
}
ban=$first
all=$(to politie-nh vt-zw reclassering-nh smd-zaan jb-regio)
later THV-1V verlenging extended "$all" verlengd ", {\"code\": \"duur van het huisverbod\", \"subject\": 1, \"at\": \"$from\", \"until\": \"$until\"}"
test_wait_for 20 'extended to four weeks in all, everybody has the whole term' own jb find kind=ban_extension
test_wait_for 20 'and the card at the door the new end' eval 'crisis "{\"userRef\": \"u-no77\", \"danger\": \"life\", \"address\": {\"street\": \"Voorbeeldkade\", \"number\": \"7\", \"place\": \"Zaandam\"}}" | grep -q "\"validUntil\": *\"$until\""'
day 12
drop rb RB-1 "\"kind\": \"ban_ruling\", \"to\": [{\"partner\": \"gemeente-zaanstad\"}, {\"partner\": \"politie-nh\"}], \"subjects\": [$he_is],
 \"sections\": [$he], \"events\": [{\"code\": \"answer\", \"value\": \"agreed\"}, {\"code\": \"ban_state\", \"value\": \"ruled\", \"subject\": 1, \"ref\": \"$first\"}]"
test_wait_for 20 'the court upholds it; the mayor has the ruling' own gemeente find 'code=stand van het huisverbod' 'value=uitspraak gedaan'

# --- day 26: two days before; day 28: the end ----------------------------------------------------------------------

day 26
test_wait_for 40 'two days before the end it is a task: is she safe when he returns' vt_task safety_at_return
day 28
later THV-1E einde expired "$all" verlopen ''
test_wait_for 20 'the ban ends, everybody hears it' own smd find kind=ban_end
no_card() {
	crisis '{"userRef": "u-no77", "danger": "life", "municipality": "0479", "address": {"street": "Voorbeeldkade", "number": "7", "place": "Zaandam"}}' |
		grep -q '"found": *false'
}
test_wait_for 20 'and nobody at the door is shown one that is over' no_card

# --- day 34: a threat; day 46: the second ban -------------------------------------------------------------------------

day 34
drop smd SMD-1 "\"kind\": \"concern\", \"acuteBy\": \"u-smd\", \"to\": [{\"partner\": \"vt-zw\"}], \"subjects\": [$he_is, {\"number\": 4, \"positions\": [\"victim\"]}],
 \"facts\": {\"urgency\": \"acute\", \"unsafety\": \"acute\"}, \"sections\": [$he, {\"category\": \"red_flags\", \"about\": [4], \"data\": {\"flags\": [{\"flag\": \"death_threats\", \"remark\": \"Hij dreigt zijn zus.\"}]}}],
 \"events\": [{\"code\": \"occurred_at\", \"at\": \"$(now)\"}]"
test_wait_for 20 'the helper of the mother tells of a threat' vt_has 'Hij dreigt zijn zus'
day 46
from=$(now)
until=$(now -d '+10 days')
order THV-2 "$(to vt-zw politie-nh reclassering-nh smd-zaan jb-regio), {\"organisatie\": \"waag-nh\", \"afschrift\": true}" \
	", {\"code\": \"betreft bericht\", \"ref\": \"$first\"}"
second_order() {
	[ "$(grep -ls '"kind":"ban_order"' "$HUB/system-vt-zw/messages/"*.json | wc -l)" = 2 ]
}
test_wait_for 20 'a second ban, linked to the first' second_order
test_wait_for 20 'forensic care, which is new, has it' own waag find kind=ban_order
own waag find "ref=$first" >/dev/null
test_is $? 1 'and reads nothing of the first'
own waag find 'given_names=Yasmina' >/dev/null
test_is $? 1 'nor of her'

# --- what follows ---------------------------------------------------------------------------------------------------------

day 48
drop jb JB-1 "\"kind\": \"investigation_request\", \"to\": [{\"partner\": \"rvdk-nh\"}],
 \"subjects\": [{\"number\": 3, \"positions\": [\"child\"], \"familyName\": \"Belk\", \"givenNames\": \"Farah\", \"born\": \"2009-10-05\"}],
 \"sections\": [{\"category\": \"identity\", \"about\": [3], \"data\": {\"family_name\": \"Belk\", \"given_names\": \"Farah\", \"born\": \"2009-10-05\"}},
  {\"category\": \"request\", \"about\": [3], \"data\": {\"text\": \"Verzoek tot onderzoek: twee huisverboden in zeven weken.\"}}],
 \"events\": [{\"code\": \"frame\", \"value\": \"request_in_preparation\", \"detail\": \"civil\"}]"
test_wait_for 20 'youth protection asks the board to investigate' own rvdk find kind=investigation_request
hearing=$(now -d '+30 days')
drop om OM-1 "\"kind\": \"hearing_notice\", \"to\": [{\"partner\": \"reclassering-nh\"}, {\"partner\": \"politie-nh\"},
  {\"partner\": \"vt-zw\", \"purpose\": \"stop_violence\", \"ground\": \"wjsg:39f-1-f\"},
  {\"partner\": \"zvh-zw\", \"copy\": true, \"purpose\": \"safety_consultation\", \"ground\": \"wgs:1-5\"}],
 \"subjects\": [$he_is], \"sections\": [$he, {\"category\": \"criminal\", \"about\": [1], \"data\": {\"stage\": \"hearing\", \"suspicion\": \"Bedreiging\"}}],
 \"events\": [{\"code\": \"hearing_at\", \"value\": \"criminal\", \"at\": \"$hearing\"}]"
test_wait_for 20 'a hearing surfaces with its date' vt_has '"kind":"hearing_notice"'
grep -q Bedreiging "$(vt_has '"kind":"hearing_notice"')"
test_is $? 1 'what it is about stays with justice'
test_wait_for 20 'the case table knows that there is one' own zvh find kind=hearing_notice
test_wait_for 20 'and the plan is a task: it has to fit that date' vt_task review_plan
drop jb JB-2 "\"kind\": \"closed\", \"to\": [{\"partner\": \"vt-zw\"}], \"events\": [{\"code\": \"participant_ended\", \"partner\": \"jb-regio\", \"desk\": \"team-noord\"},
  {\"code\": \"reason\", \"value\": \"no_cooperation\"}, {\"code\": \"open_risk\", \"value\": \"yes\"}]"
test_wait_for 20 'the last who helps the child leaves, with a risk open: that is an alarm' vt_task open_risk

# --- the trail ------------------------------------------------------------------------------------------------------------

# how often somebody asked at the door is not the story
hub_decisions ap | grep -vE '^(crisis_|notice -> [a-z-]+: $)' >got
story_trail 6025 $partners
done_testing
