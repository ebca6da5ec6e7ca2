#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario H: a cold handover. A case with a history is sent on and nobody answers: over Christmas the offer
# ages in sight of both, and Veilig Thuis stays director. A shelter asks whether she is known; the answer is
# for the shelter alone. Veilig Thuis links the old case. A yes that comes too late is none; then it is offered
# again, and accepted.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

HUB_PARTNERS+='
blijf|blijf-nh|ambulant|Blijf Groep Noord-Holland|shelter|care|075 000 0012|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'
HUB_FRESH_DAYS=90

# One clock for everybody: it is the Wednesday before Christmas 2026, and it jumps a day for each character
# after 5. Certificates and the browser keep the time of the machine.
preload_need step_clock
CLOCK_FILE=$TMPDIR/clock CLOCK_STEP=86400 CLOCK_AHEAD=$(($(date -u -d 2026-12-23T09:00:00Z +%s) - $(date +%s)))
export CLOCK_FILE CLOCK_STEP CLOCK_AHEAD
printf 5 >"$CLOCK_FILE"
clock=$preload
curl() {
	LD_PRELOAD='' command curl "$@"
}
# day N: it is N days later
day() {
	clock_to "$1"
}

inbox_partners
export LD_PRELOAD=$clock
hub_make "$TMPDIR/h" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/h/keys.log")"
adapters_make
LD_PRELOAD='' inbox_make
generic_make blijf blijf-nh ambulant ggz.map
sed -i 's,mapping = .*,mapping = "blijf.map",' "$HUB/adapter-blijf.conf"
cat >"$HUB/blijf.map" <<'MAP'
kind known_query = known_query purpose assess_safety ground wmo:5-2-6
always sections[].marks.sourceLaw = wmo
MAP
hub_start
system_start vt-zw
for name in police vt-zw inbox blijf; do
	adapter_start "$name"
done

# --- words ------------------------------------------------------------------------------------------------

# reports N: so many reports have arrived
reports() {
	[ "$(grep -ls '"kind":"police_report"' "$HUB/system-vt-zw/messages/"*.json | wc -l)" = "$1" ]
}
# case_of WORD: the case of the report with this word
case_of() {
	get "$(grep -ls '"kind":"police_report"' "$HUB/system-vt-zw/messages/"*.json | xargs grep -l -- "$1")" caseRef
}
wil='"positions": ["victim"], "familyName": "Ander", "givenNames": "Wil", "born": "1982-10-10"'
wil_is="\"category\": \"identity\", \"about\": [1], $inbox_marks, \"data\": {\"given_names\": \"Wil\", \"family_name\": \"Ander\", \"born\": \"1982-10-10\", \"sex\": \"female\"}"

# --- nine years ----------------------------------------------------------------------------------------------

report_drop PL1100-2017-000042 -e 's/met vlakke hand/in 2017 met de vuist/'
report_drop PL1100-2026-000999
test_wait_for 20 'two reports, nine years apart: two cases' reports 2
old=$(case_of 'in 2017 met de vuist')
case=$(case_of 'met vlakke hand')
test_is "$([ -n "$old" ] && [ -n "$case" ] && [ "$old" != "$case" ] && echo two)" two 'that nobody linked'

# --- sent on, cold ---------------------------------------------------------------------------------------------

# offer NUMBER KEY: what there is: who she is, and a plan of last year
offer() {
	post "$1" "$2" handover_offer organise_direct_safety wmo:4-1-1-2-d "\"to\": {\"partner\": \"lt-zaanstad\", \"desk\": \"wijkteam\"},
	 \"subjects\": [{\"number\": 1, $wil}], \"sections\": [{$wil_is}, {\"category\": \"safety_plan\", \"about\": [1], $inbox_marks, \"data\": {\"text\": \"plan van 2025\"}}],
	 \"events\": [{\"code\": \"director\", \"partner\": \"lt-zaanstad\", \"desk\": \"wijkteam\"}]"
}
test_expect 'Veilig Thuis directs' post VT-H0 h-0 director_change organise_direct_safety covenant \
	'"to": [{"partner": "politie-nh"}], "events": [{"code": "director", "partner": "vt-zw", "desk": "triage"}]'
test_expect 'and sends the case on' offer VT-H1 h-1
inbox_login u-jo
test_wait_for 20 'it lies in the inbox of the team' inbox_has u-jo 'Aanbod tot overdracht'
first=$item
# the 24th, 28th, 29th, 30th and 31st
test_wait_for 20 'it waits for an answer, five working days: Christmas is none' vt_result VT-H1 '"clock":"handover","due":"2026-12-31T09:'

# --- it ages -------------------------------------------------------------------------------------------------------

# listed WORDS: the list of the team shows them
listed() {
	inbox u-jo GET /
	tr -s ' \n' ' ' <page | sed 's/<[^>]*>/ /g' | grep -qE "$1"
}
# The term has passed if Christmas counts: after four fifths of the true one the team hears it, and nobody else.
day 7
inbox_login u-jo
test_wait_for 40 'after four fifths of the term the team is warned' listed 'Antwoord op overdracht: nog 23 uur .*Wil Ander'
! vt_task call_recipient && ! listed '[Tt]e laat'
test_ok $? 'and it is not late yet'
day 9
test_wait_for 40 'late: who offered hears that nobody answered' vt_task call_recipient
test_like "$(cat "$(vt_task call_recipient)")" 'U blijft casusregisseur. Bel wie u de overdracht aanbood' 'and that it stays director'
inbox_login u-jo
test_wait_for 40 'the team has it on top of its list, as late' listed 'Antwoord op overdracht: te laat sinds do 31 december 2026 *Te laat'
# leads NUMBER KEY PARTNER DESK: Veilig Thuis tells the police who directs
leads() {
	post "$1" "$2" director_change organise_direct_safety covenant "\"to\": [{\"partner\": \"politie-nh\"}],
	 \"events\": [{\"code\": \"director\", \"partner\": \"$3\", \"desk\": \"$4\"}]"
}
test_expect 'silence is no yes' leads VT-H2 h-2 lt-zaanstad wijkteam
test_wait_for 20 'who was asked does not direct' vt_result VT-H2 '"reason":"stale_case"'
test_expect 'who asked does' leads VT-H3 h-3 vt-zw triage
test_wait_for 20 'still' vt_result VT-H3 '"outcome":"permitted"'

# --- is she known? -----------------------------------------------------------------------------------------------------

# query NUMBER NAME: the shelter asks; no case, no more than who it is
query() {
	printf '{"id": "%s", "kind": "known_query", "userRef": "u-bl03", "to": [{"partner": "vt-zw"}], "facts": {"statementAlone": "yes"},
	 "subjects": [{"number": 1, "positions": ["victim"], "familyName": "%s", "givenNames": "Wil", "born": "1982-10-10"}],
	 "sections": [{"category": "identity", "about": [1], "data": {"given_names": "Wil", "family_name": "%s", "born": "1982-10-10"}}]}\n' \
		"$1" "$2" "$2" >"$1.json"
	own blijf drop "$1.json"
}
# asked NAME: the question about her has arrived; in $question
asked() {
	question=$(grep -ls '"kind":"known_query"' "$HUB/system-vt-zw/messages/"*.json | xargs -r grep -l "$1")
	[ -n "$question" ]
}
# says NUMBER KEY DATA: Veilig Thuis answers $question
says() {
	printf '{"id": "%s", "kind": "known_answer", "inReplyTo": "%s", "purpose": "assess_safety", "ground": "wmo:4-1-1-2-d", "userRef": "u-31b0",
	 "sections": [{"category": "involved", "data": %s}]}\n' "$1" "$(get "$question" messageId)" "$3" >"$2.json"
	vt vt-zw post "$2.json" "$2"
}
# heard PARTNER...: how much each of them was told until now
heard() {
	inbox u-jo GET /
	grep -c 'class="card' page
	for name in "$@"; do
		grep -cE 'message\.handed_over|out\.told' "$TMPDIR/adapter-$name.log"
	done
}
told_twice() {
	[ "$(log_count adapter-police 'handed_over .*kind=director_change')" = 2 ]
}
test_wait_for 20 'which the police have read' told_twice
heard inbox police >before
query BL-1 Ander
test_wait_for 20 'a shelter asks whether she is known' asked Ander
test_expect 'she is' says VT-H4 h-4 '{"known": true, "professionals": [{"organisation": "Veilig Thuis", "function": "casusregisseur", "phone": "088-0000001"}]}'
test_wait_for 20 'the shelter knows whom to call' own blijf find known=True phone=088-0000001
test_is "$(own blijf get "$(own blijf find known=True)" sections | grep -o '"category"' | wc -l)" 1 'and nothing else: not since when, nor why'
query BL-2 Nergens
test_wait_for 20 'it asks about another' asked Nergens
test_expect 'who is not' says VT-H5 h-5 '{"known": false}'
test_wait_for 20 'which it reads' own blijf find known=False
test_is "$(heard inbox police)" "$(cat before)" 'neither the team nor the police hear of either question'
hub_audit ap --kind known_answer >answers
"$PYTHON" - answers <<'PY'
import json, sys
def told(row):
    detail = next(part["detail"] for part in row["details"] if "detail" in part)
    sections = [{k: v for k, v in s.items() if k not in ("number", "ciphertext_digest")} for s in detail["sections"]]
    return sections, detail.get("events")
def size(row):
    return next(part["detail"] for part in row["details"] if "detail" in part)["size_bytes"]
rows = [json.loads(line) for line in open(sys.argv[1])]
rows = [row for row in rows if row["entry"]["kind"] == "ENTRY_DECISION"]
# random numbers take a byte more or less, whatever is said; another size class would be 256 of them
sys.exit(not (len(rows) == 2 and told(rows[0]) == told(rows[1]) and abs(size(rows[0]) - size(rows[1])) <= 16))
PY
test_ok $? 'nor can who reads the trail tell yes from no: the same parts, of one size'

# --- the old case ----------------------------------------------------------------------------------------------------------

heard inbox police blijf >before
test_expect 'Veilig Thuis links the old case' post VT-H6 h-6 case_link assess_safety wmo:4-1-1-2-d "\"to\": {\"partner\": \"hub\"},
 \"events\": [{\"code\": \"case_other\", \"ref\": \"$old\"}]"
# link_tasks COUNT: so many notices of the link
link_tasks() {
	[ "$(grep -ls '"task":"link_cases"' "$HUB/system-vt-zw/events/"*.json | wc -l)" = "$1" ]
}
test_wait_for 20 'a task in each of the two for who leads it: do plan and direction still fit' link_tasks 2
for task in $(grep -ls '"task":"link_cases"' "$HUB/system-vt-zw/events/"*.json); do
	grep -o "$old\|$case" "$task" | sort -u | wc -l
done >named
test_is "$(cat named)" $'1\n1' 'neither of which names the other case'
test_is "$(heard inbox police blijf)" "$(cat before)" 'nobody who takes part in either hears of it'

# --- accepted at last ---------------------------------------------------------------------------------------------------------

# accept PATH: somebody of the team says yes
accept() {
	inbox_form u-jo "$1/aannemen"
	[ "$status" = 303 ]
}
page_has() {
	inbox u-jo GET "$1"
	grep -q "$2" page
}
test_expect 'now the team says yes to the offer that is over' accept "$first"
test_wait_for 20 'which is too late' page_has "$first" 'Niet verstuurd'
test_wait_for 20 'and is said in words' page_has "$first" 'of de termijn is om. Bel de casusregisseur'
test_expect 'Veilig Thuis calls the team, and offers again' offer VT-H7 h-7
second() {
	inbox u-jo GET /
	item=$(grep -o 'href="/bericht/[0-9a-f]*"><strong>Aanbod tot overdracht<' page | sed 's/href="\([^"]*\)".*/\1/' | grep -v "^$first\$")
	[ -n "$item" ]
}
test_wait_for 20 'it is there' second
test_expect 'the team says yes' accept "$item"
test_wait_for 20 'in time' vt_find vt-zw handover_answer
test_expect 'it directs' leads VT-H8 h-8 lt-zaanstad wijkteam
test_wait_for 20 'since then' vt_result VT-H8 '"outcome":"permitted"'

# --- the trail --------------------------------------------------------------------------------------------------------------------

# what reports start by themselves is not the story
hub_decisions ap | grep -vE '^(report_receipt|police_data_request) ' >got
hub_audit ap --entry clock | "$PYTHON" -c 'import json, sys
for line in sys.stdin:
    row = json.loads(line)
    entry, clock = row["entry"], row["details"][0]["detail"].get("text")
    if clock == "handover":
        print("clock", clock, entry["sender"], "->", entry.get("recipient", "-"), entry.get("reason", "REASON_WARNED")[7:].lower())' >>got
story_trail 6027 inbox police vt-zw blijf
done_testing
