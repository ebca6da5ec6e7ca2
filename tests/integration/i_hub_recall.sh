#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P3, P8: what was sent in error is repaired at whoever got it, and at nobody else (rule 20;
# Wpg 4(4), 28(5)). A recall also stops what nobody fetched yet, and its sender hears who else got
# the message.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_case_rules
cat >>"$env/rules/case.rules" <<'RULES'

rule T-02 "It is recalled"
  from      veilig_thuis
  kind      recall
  to        local_team, probation
  purpose   organise_direct_safety
  ground    wgs:1-5
  consent   not-needed because "test"
  when      after progress
  may-know  event refers_to, event reason
  because   "test"
  test "plain"  permitted
end

rule T-03 "The police hear of it"
  from      veilig_thuis
  kind      progress
  to        police
  purpose   organise_direct_safety
  ground    wmo:4-1-1-2-e
  consent   not-needed because "test"
  may-know  event refers_to
  because   "test"
  test "plain"  permitted
end
RULES
hub_start

outcome() {
	out_value outcome '^recipient'
}
open_tasks() {
	ctl status
	ctl_value tasks open
}
police=(purpose=stop_violence ground=wpg:18-1/bpg:4-2-1-i)

# --- nobody fetched it yet ---------------------------------------------------------------------

peer politie-nh hello to=vt-zw muni=0479 submit bye
report=$(out_value id '^sent')
peer politie-nh kind=recall "${police[@]}" to=vt-zw events="refers_to,ref=$report" hello submit bye
recall=$(out_value id '^sent')
test_is "$(outcome)" permitted 'a recall of what its sender sent to this recipient is permitted'
peer vt-zw hello timeout=300 drain
test_is "$(out_value id '^offer')" "$recall" 'the recipient gets the recall'
test_is "$(grep -c "^offer.*$report" out)" 0 'and not what was recalled'
peer politie-nh hello timeout=300 drain
test_like "$(cat out)" 'state=recalled recipient=1 text=Teruggeroepen voordat' \
	'its sender hears that it was never delivered'

# --- it is there already ------------------------------------------------------------------------

peer politie-nh hello to=vt-zw muni=0479 submit bye
report=$(out_value id '^sent')
peer vt-zw hello want=1 timeout=500 drain
peer politie-nh hello timeout=300 drain
for kind in correction retraction false_or_unfounded recall; do
	peer politie-nh kind=$kind "${police[@]}" to=vt-zw events="refers_to,ref=$report" hello submit bye
	test_is "$(outcome)" permitted "$kind: reaches who has it"
	stored_only=$(out_value id '^sent')
	peer vt-zw hello want=1 timeout=500 drain
	test_is "$(grep -c "^offer.*kind=$kind" out)" 1 "$kind: and is delivered"
	peer politie-nh hello timeout=300 drain
	test_is "$(grep -c 'state=recalled' out)" 0 "$kind: nothing was stopped"
done

# --- not theirs to repair -----------------------------------------------------------------------

peer politie-nh kind=recall "${police[@]}" to=vt-other events="refers_to,ref=$report" hello submit bye
test_is "$(outcome)" denied_no_rule 'who never got it hears nothing of it'
peer politie-nh kind=recall "${police[@]}" to=vt-zw \
	events="refers_to,ref=00112233445566778899aabbccddeeff" hello submit bye
test_is "$(outcome)" denied_no_rule 'nor of a message that nobody sent'
peer vt-zw kind=recall purpose=stop_violence ground=wmo:4-1-1-2-e to=politie-nh \
	events="refers_to,ref=$report" hello submit bye
test_is "$(outcome)" denied_no_rule 'nobody recalls the message of another'

# --- a statement that is taken back (rules 8 and 15) ----------------------------------------------------

case=c0000000000000000000000000000001
for who in vt-zw team politie-nh; do
	peer $who hello timeout=300 drain
done
peer politie-nh "case=$case" hello to=vt-zw muni=0479 submit bye
report=$(out_value id '^sent')
peer vt-zw "case=$case" family=12 kind=participant_change purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	events='participant,person=1,partner=team,desk=desk,position=helper_of_victim' hello submit bye
peer politie-nh "case=$case" kind=retraction "${police[@]}" to=vt-zw events="refers_to,ref=$report" hello submit bye
retracted=$(out_value id '^sent')
test_is "$(outcome)" permitted 'what somebody told the police is taken back'
for who in vt-zw team politie-nh; do
	peer $who hello timeout=500 drain
	cp out $who.out
done
test_is "$(grep -c "task=check_coercion .*ref=$retracted .*onder druk.*zeg niets tegen het huishouden" vt-zw.out)" 1 \
	'who leads the case is asked to check for coercion'
test_is "$(cat team.out politie-nh.out | grep -c 'check_coercion')" 0 'and nobody else hears of that'
peer politie-nh "case=$case" hello to=vt-zw muni=0479 submit bye
test_is "$(outcome)" cut 'the case goes on'

# --- who else got it --------------------------------------------------------------------------------

basis=(purpose=organise_direct_safety ground=wgs:1-5)
peer vt-zw kind=progress "${basis[@]}" to=team,reclas hello submit bye
sent=$(out_value id '^sent')
peer team hello want=1 timeout=500 drain
peer reclas hello want=1 timeout=500 drain
peer vt-zw hello timeout=300 drain
peer vt-other kind=recall "${basis[@]}" to=team events="refers_to,ref=$sent" hello submit bye
test_is "$(outcome)" denied_no_rule 'another of the same role does not recall it, though the recipient has it'
peer vt-zw kind=recall "${basis[@]}" to=team events="refers_to,ref=$sent" hello submit bye
test_is "$(outcome)" permitted 'recalled at one of the two who have it'
peer vt-zw hello timeout=300 drain
test_like "$(cat out)" 'task=recall_onward.*Dit bericht ging ook naar reclas' 'its sender is given the other as a task'
peer vt-zw kind=recall "${basis[@]}" to=team,reclas events="refers_to,ref=$sent" hello submit bye
peer vt-zw hello timeout=300 drain
test_is "$(grep -c 'task=recall_onward' out)" 0 'and no task when both are addressed'

# --- what was passed on -------------------------------------------------------------------------------

case_ref=aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb
peer politie-nh to=vt-zw muni=0479 case=$case_ref hello submit bye
report=$(out_value id '^sent')
incident=$(out_value number 'category=incident')
hidden=$(out_value number 'category=whereabouts')
peer vt-zw hello want=1 timeout=500 drain
peer vt-zw kind=progress "${basis[@]}" to=team case=$case_ref events="refers_to,ref=$report" hello submit bye
passed=$(out_value id '^sent')
peer team hello want=1 timeout=500 drain
peer politie-nh kind=recall "${police[@]}" to=vt-zw case=$case_ref \
	events="section_withdrawn,ref=$report,section=$hidden,detail=19" hello submit bye
test_is "$(outcome)" denied_no_rule 'a section that the recipient never got is nothing to recall there'
peer vt-zw kind=progress purpose=organise_direct_safety ground=wmo:4-1-1-2-e to=politie-nh case=$case_ref \
	events="refers_to,ref=$report" hello submit bye
test_is "$(outcome)" permitted 'what is said back to the sender'
before=$(open_tasks)
peer politie-nh kind=recall "${police[@]}" to=vt-zw case=$case_ref \
	events="section_withdrawn,ref=$report,section=$incident,detail=19" hello submit bye
test_is "$(outcome)" permitted 'one that it got is recalled'
test_like "$(grep '^recipient' out)" 'clocks=1' 'and a clock runs until it is there'
recall=$(out_value id '^sent')
test_is "$(open_tasks)" $((before + 1)) 'and a task is open: for what was passed on, not for what was said back'
peer vt-zw hello want=2 timeout=500 drain
test_like "$(cat out)" 'task=recall_onward.*stuurde er iets van door' 'who passed it on is asked to recall it as well'
task=$(out_value id '^notice.*recall_onward')
test_like "$(grep recall_onward out)" "ref=$passed" 'with the message it sent itself'
peer vt-zw kind=task_done purpose=supervise_disclosure ground=supervision to= reply="$task" checked-by=u-2 case=$case_ref \
	events="task,value=20,ref=$task" hello submit bye
test_is "$(outcome)" permitted 'it says that it is done'
test_is "$(open_tasks)" "$before" 'and it is open no more'
peer vt-zw kind=task_done purpose=supervise_disclosure ground=supervision to= reply="$task" checked-by=u-2 case=$case_ref \
	events="task,value=20,ref=$task" hello submit bye
test_is "$(outcome)" denied_no_rule 'what is done is no task any more'

# --- who has not confirmed ----------------------------------------------------------------------------

audit_conf toezicht
# unconfirmed [MESSAGE]: to whom repairs have not arrived, or this one
unconfirmed() {
	"$BIN/schakel-audit" query --config toezicht.conf --mandate ap --reason periodic_audit \
		--user u-77 --all --json --saved unconfirmed ${1:+--message "$1"} >rows 2>rows.err || diag "$(cat rows.err)"
	"$PYTHON" -c 'import json; print(*(json.loads(r)["entry"]["recipient"] for r in open("rows")))'
}
late_case=abababababababababababababababab
peer politie-nh hello to=vt-zw muni=0479 case=$late_case submit
report=$(out_value id '^sent')
peer vt-zw hello want=1 timeout=500 drain
peer politie-nh kind=correction "${police[@]}" to=vt-zw case=$late_case events="refers_to,ref=$report" hello submit
correction=$(out_value id '^sent')
test_is "$(unconfirmed "$correction")" vt-zw/desk 'the supervisor finds who has not confirmed'
test_is "$(unconfirmed "$stored_only")" vt-zw/desk 'and that to be stored is not to be in its own system'
open=$(unconfirmed | wc -w)
kill -KILL "$(pid_of hub)"
wait_bg hub
HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=172800)
hub_run
called() {
	peer politie-nh hello timeout=300 drain
	cat out >>police.all
	grep -q 'clock=recall task=call_recipient.*nog niet aangekomen' police.all
}
test_wait_for 20 'after a day its sender is asked to call' called
test_is "$(unconfirmed | wc -w)" "$open" 'late is not confirmed'
before=$(open_tasks)
peer vt-zw hello state=handed_over timeout=1000 drain
test_is "$(unconfirmed "$correction")" '' 'what has arrived is confirmed'
test_is "$(open_tasks)" $((before - 1)) 'and nobody has to call about it any more'

stop_bg hub
test_expect 'the trail is whole' "$BIN/crash_trail" "$env/store" "$env/vault"
test_is "$(grep -c 'kind=recalled' out)" 1 'what was stopped is an entry'
stop_bg notary
done_testing
