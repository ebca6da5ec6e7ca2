#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario K: a report was about another man of the same name. It is recalled at Veilig Thuis, which
# passed it on and recalls it there as well: at a team that never fetched it, and at one that is
# off-line for days. Then it is corrected, and every recipient has confirmed.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
jt|jeugdteam-zaandam|team|Jeugdteam Zaandam|local_team|care|14 075|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
'
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
'

# One clock for everybody, that jumps four days when told.
preload_need step_clock
export LD_PRELOAD=$preload CLOCK_FILE=$TMPDIR/clock CLOCK_STEP=345600
printf 5 >"$CLOCK_FILE"

hub_make "$TMPDIR/k" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/k/keys.log")"
adapters_make
generic_make jt jeugdteam-zaandam team jeugdteam.map
generic_make team lt-zaanstad wijkteam jeugdteam.map
hub_start
system_start vt-zw
for name in police vt-zw jt; do
	adapter_start "$name"
done
sections() {
	"$PYTHON" "$SRC/tests/lib/sections.py" "$@"
}

# --- nobody knows yet ---------------------------------------------------------------------------------

report_drop PL1100-2026-000500
test_wait_for 20 'Veilig Thuis has the report' vt_find vt-zw police_report
report=$(sections "$(vt_find vt-zw police_report)" get messageId)
marks='"marks": {"status": "interpretation", "source": "observed", "reliability": "reliable", "asOf": "2026-11-20"}'
cat >triage.json <<JSON
{"id": "VT-K1", "kind": "triage_outcome", "refersTo": "$report", "userRef": "u-31b0", "checkedBy": "u-31b0",
 "to": [{"partner": "jeugdteam-zaandam"}, {"partner": "lt-zaanstad", "copy": true}],
 "subjects": [{"number": 2, "positions": ["perpetrator"], "familyName": "Fictief", "givenNames": "Mark", "born": "1988-11-02"}],
 "sections": [{"category": "triage", "about": [2], $marks, "data": {"unsafety": "structural", "outcome": "local_team", "summary": "Eerdere meldingen over hem."}}],
 "events": [{"code": "director", "partner": "jeugdteam-zaandam", "desk": "team"}]}
JSON
test_expect 'and passes its outcome on to two teams' vt vt-zw post triage.json k-1
test_wait_for 20 'one of them reads it' own jt find 'summary=Eerdere meldingen over hem.'
triage=$(own jt get "$(own jt find 'summary=Eerdere meldingen over hem.')" bericht)
stop_bg adapter-jt

# --- the wrong man --------------------------------------------------------------------------------------

# repair NUMBER KIND REASON [CONTENT]: as the officer drops it
repair() {
	cat >"$1.xml" <<-XML
		<herstel id="$1" op="${4:-PL1100-2026-000500}" soort="$2" reden="$3" opgemaakt="$(date -u +%FT%TZ)"
		  vrijgegeven-door="u-19c2" vrijgegeven-op="$(date -u +%FT%TZ)">${5:-}</herstel>
	XML
	police drop "$1.xml"
}
repair PL1100-2026-000500-H0 terugroeping verkeerde-persoon PL1100-2026-009999
test_wait_for 20 'of a report that was never sent nothing is recalled' \
	grep -q 'noemen samen geen bericht dat van hier verstuurd is' "$(police_path rejected/PL1100-2026-000500-H0.xml.reden.txt)"
repair PL1100-2026-000500-H1 terugroeping verkeerde-persoon
test_wait_for 20 'the recall is taken' police wait aangenomen PL1100-2026-000500-H1 0
test_wait_for 20 'Veilig Thuis has it' vt_find vt-zw recall
recall=$(vt_find vt-zw recall)
grep -q "\"code\":\"refers_to\",\"ref\":\"$report\"" "$recall"
test_ok $? 'with the report that it is about'
grep -q wrong_person "$recall"
test_ok $? 'and why'
onward() {
	grep -l '"task":"recall_onward"' "$HUB/system-vt-zw/events/"*.json | tail -1 | grep .
}
test_wait_for 20 'what it passed on is its task' onward
task=$(onward)
test_is "$(own jt get "$task" messageId)" "$triage" 'with the message it sent itself'

# --- what was passed on -------------------------------------------------------------------------------------

cat >onward.json <<JSON
{"id": "VT-K2", "kind": "recall", "refersTo": "$triage", "userRef": "u-31b0", "checkedBy": "u-31b0", "purpose": "organise_direct_safety",
 "ground": "wmo:4-1-1-2-d", "to": [{"partner": "jeugdteam-zaandam"}, {"partner": "lt-zaanstad"}], "events": [{"code": "reason", "value": "wrong_person"}]}
JSON
test_expect 'Veilig Thuis recalls it from both' vt vt-zw post onward.json k-2
never_delivered() {
	grep -l '"state":"recalled"' "$HUB/system-vt-zw/events/"*.json
}
test_wait_for 20 'one team never fetched it: it does not go there any more' never_delivered
open_tasks() {
	hub_ctl status | awk '$1 == "tasks.open" { print $2 }'
}
unconfirmed() {
	hub_audit ap --saved unconfirmed | "$PYTHON" -c 'import json, sys
print(*sorted(json.loads(line)["entry"]["recipient"] for line in sys.stdin))'
}
test_is "$(unconfirmed)" 'jeugdteam-zaandam/team lt-zaanstad/wijkteam' 'both have still to confirm'

printf 6 1<>"$CLOCK_FILE"
late() {
	grep -l '"task":"call_recipient"' "$HUB/system-vt-zw/events/"*.json
}
test_wait_for 30 'four days later Veilig Thuis is asked to call' late
adapter_start jt
test_wait_for 20 'the team that was away has the recall' own jt find 'waarde=verkeerde persoon'
adapter_start team
test_wait_for 20 'the other one too' own team find 'waarde=verkeerde persoon'
own team find 'summary=Eerdere meldingen over hem.' >/dev/null
test_is $? 1 'and nothing of what was recalled'
confirmed() {
	[ -z "$(unconfirmed)" ]
}
test_wait_for 20 'nobody has still to confirm' confirmed

# --- done, and put right ------------------------------------------------------------------------------------

confirm=$(grep -l '"task":"confirm_director"' "$HUB/system-vt-zw/events/"*.json)
cat >done.json <<JSON
{"id": "VT-K3", "kind": "task_done", "to": {"partner": "hub"}, "userRef": "u-31b0", "checkedBy": "u-31b0", "purpose": "supervise_disclosure",
 "ground": "supervision", "caseRef": "$(own jt get "$confirm" caseRef)",
 "events": [{"code": "task", "value": "confirm_director", "ref": "$(own jt get "$confirm" taskId)"}]}
JSON
test_is "$(open_tasks)" 1 'what was recalled is no task any more; who directs still is'
test_expect 'Veilig Thuis says that it did that' vt vt-zw post done.json k-3
none_open() {
	[ "$(open_tasks)" = 0 ]
}
test_wait_for 20 'and nothing waits for a person' none_open
repair PL1100-2026-000500-H2 correctie verkeerde-persoon PL1100-2026-000500 "$(sed -n '/<persoon ref="p2"/,/<\/persoon>/p' \
	"$SRC/adapters/police/samples/herstel.xml")"
test_wait_for 20 'Veilig Thuis has the correction' vt_find vt-zw correction
test_is "$(sections "$(vt_find vt-zw correction)" | grep -c '^section identity')" 1 'with who it was'

# --- the trail ------------------------------------------------------------------------------------------------

hub_decisions ap | grep -vE '^(police_report|report_receipt|police_data)' >got
diff -u "$SRC/tests/scenario/6014.expected" got >differs
test_ok $? 'the trail says who recalled what from whom' || diag "$(cat differs)"
for name in police vt-zw jt team; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
