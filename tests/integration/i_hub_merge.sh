#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Veilig Thuis makes one case of two, and two of one: who takes part, the ban, clocks, tasks and refusals
# of consent go along, what is said in the old case is said in the new one, also after a restart, and
# nobody else can do it.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_partner gemeente municipality administration --regions 11
hub_partner smd social_work care --regions 11
hub_partner ggz mental_health care --regions 11
hub_directory 2 || exit 1
hub_start

a=aa000000000000000000000000000001
b=bb000000000000000000000000000002
c=cc000000000000000000000000000003
d=dd000000000000000000000000000004
e=ee000000000000000000000000000005
result() {
	echo "$(out_value outcome '^result') $(out_value reason '^recipient')"
}
outcome() {
	out_value outcome '^result'
}
running() {
	ctl status
	ctl_value clocks running
}
told() {
	test_wait_for 60 "$3" eval "peer $1 hello timeout=300 drain; cat out >>$1.all; grep -q '$2' $1.all"
}
of_vt=(family=12 purpose=organise_direct_safety ground=wmo:4-1-1-2-d)
change=(family=12 kind=director_change purpose=organise_direct_safety ground=covenant)
# joins CASE OTHER KIND [EVENTS] [WORD...]: a case message of Veilig Thuis to the hub
joins() {
	peer vt-zw "case=$1" kind="$3" family=12 purpose=assess_safety ground=wmo:4-1-1-2-d to= \
		events="case_other,ref=$2${4:+;$4}" "${@:5}" hello submit
}
# consent STATE CASE: the mother's, to a help plan for mental health, as the team tells it
mother=61000000000000000000000000000001
consent() {
	peer team "case=$2" kind=consent_change purpose=recovery ground=consent to=ggz family=1 about=identity:1 \
		consents="ref=$mother,subject=1,giver=1,capacity=self,to=ggz,purpose=recovery,categories=identity+help_plan,state=$1,how=alone" \
		hello submit
}
help_plan() {
	peer team "case=$1" kind=help_plan purpose=recovery ground=consent to=ggz family=1 about=identity:1,help_plan:1 \
		rests=$mother hello submit
}
progress() {
	peer "$1" "case=$2" family=12 kind=progress purpose=assess_safety ground=wmo:5-2-6 to=vt-zw about=identity:1 \
		hello submit
}

# trail CASE: the kinds of the messages that the supervisor finds by this case, each once
trail() {
	"$BIN/schakel-audit" query --config toezicht.conf --mandate ap --reason periodic_audit --user u-77 --case "$1" \
		--all --json --details >rows 2>rows.err || diag "$(cat rows.err)"
	"$PYTHON" - <<-'END'
		import json
		seen = {}
		for row in map(json.loads, open("rows")):
		    detail = row["details"][0]["detail"] if row.get("details") else {}
		    if detail.get("id") and detail.get("kind"):
		        seen.setdefault(detail["id"], detail["kind"].removeprefix("KIND_").lower())
		print(*seen.values())
	END
}
audit_conf toezicht

for case in $a $b; do
	peer politie-nh "case=$case" to=vt-zw muni=0479 hello submit
	peer vt-zw "case=$case" "${of_vt[@]}" kind=triage_outcome to=team about=triage:1 \
		events='director,partner=vt-zw,desk=desk' hello submit
done
peer vt-zw "case=$a" "${of_vt[@]}" kind=participant_change to=team \
	events='participant,person=1,partner=team,desk=desk,position=helper_of_victim' hello submit
peer vt-zw "case=$b" "${of_vt[@]}" kind=participant_change to=smd \
	events='participant,person=1,partner=smd,desk=desk,position=helper_of_victim' hello submit
peer gemeente "case=$b" kind=ban_order purpose=house_ban ground=wth:2-8 family=12 about=identity:2,ban:2 to=vt-zw \
	events='ban_state,person=2,value=3;ban_period,person=2,at=0,until=10' hello submit
ban=$(out_value id '^sent')
told gemeente 'task=tell_residents' 'two cases, a house ban in one of them'
task=$(sed -n 's/.*task=tell_residents.* id=\([0-9a-f]*\).*/\1/p' gemeente.all | head -n 1)

consent given $b
test_is "$(outcome)" permitted 'in that one the mother consents to a help plan'
help_plan $a
test_like "$(result)" '^denied' 'which counts in that case alone'

# --- who may not, and what cannot be ------------------------------------------------------------------

peer team "case=$a" family=12 kind=case_merge purpose=assess_safety ground=wmo:4-1-1-2-d to= events="case_other,ref=$b" hello submit
test_like "$(result)" '^denied' 'who is not Veilig Thuis merges nothing'
peer vt-other "case=$a" family=12 kind=case_merge purpose=assess_safety ground=wmo:4-1-1-2-d to= events="case_other,ref=$b" hello submit
test_is "$(result)" 'denied_forbidden no_power' 'nor one that takes no part'
joins $a $a case_merge
test_is "$(result)" 'denied_forbidden forbidden' 'no case becomes part of itself'
joins $a $e case_merge
test_is "$(result)" 'denied_forbidden unknown_reference' 'nor part of one that is not known'
peer gemeente "case=$a" kind=ban_order purpose=house_ban ground=wth:2-8 family=12 about=identity:2,ban:2 to=vt-zw \
	events='ban_state,person=2,value=3;ban_period,person=2,at=0,until=10' hello submit
other_ban=$(out_value id '^sent')
joins $a $b case_merge
test_is "$(result)" 'denied_forbidden stale_case' 'two bans in force are two cases'
peer gemeente "case=$a" kind=ban_revocation purpose=house_ban ground=wth:2-8 family=12 about=identity:2 to=vt-zw \
	events="ban_state,person=2,value=10,ref=$other_ban" hello submit

# --- linked: both stay what they are ---------------------------------------------------------------------

peer team hello timeout=300 drain
for case in $c $d; do
	peer politie-nh "case=$case" to=vt-zw muni=0479 hello submit
done
peer vt-zw "case=$d" "${change[@]}" to=team events='director,partner=vt-zw,desk=desk' hello submit
peer vt-zw "case=$d" kind=handover_offer family=12 purpose=organise_direct_safety ground=wmo:4-1-1-2-d \
	about=identity:1,safety_plan:1 to=team events='director,partner=team,desk=desk' hello submit
offered=$(out_value id '^sent')
peer team hello timeout=300 drain
peer team "case=$d" "${change[@]}" kind=handover_answer to=vt-zw reply="$offered" events='answer,value=1,detail=4' hello submit
joins $c $c case_link
test_is "$(result)" 'denied_forbidden forbidden' 'no case is linked with itself'
joins $c $d case_link
linked=$(out_value id '^sent')
test_is "$(outcome)" permitted 'Veilig Thuis links two cases'
told vt-zw "task=link_cases .*ref=$linked .*verbonden" 'who leads the one is asked to look,'
told team "task=link_cases .*ref=$linked .*verbonden" 'and so is who directs the other'
test_like "$(trail $c)" '^police_report case_link case_link$' 'who asks by the one case finds the link, and what was refused,'
test_like "$(trail $d)" '^police_report .*handover_answer case_link$' 'and who asks by the other, and not what was said in the first'
test_like "$(grep -c '"ENTRY_NOTICE".*link_cases' rows)" '^[1-9]' 'with the tasks that came of it'
joins $c 0e000000000000000000000000000000 case_link
test_is "$(outcome)" permitted 'a case from before the hub is linked too'

# --- one of two -----------------------------------------------------------------------------------------

before=$(running)
joins $a $b case_merge
test_is "$(outcome)" permitted 'Veilig Thuis merges'
test_is "$(running)" "$before" 'each clock goes on'
joins $a $b case_merge
test_is "$(result)" 'denied_forbidden stale_case' 'once'
told vt-zw 'task=link_cases.*samengevoegd of gesplitst' 'who led the other case hears of it'
whole=$(trail $a)
test_is "$(trail $b)" "$whole" 'who asks by either ref finds the same,'
test_like "$whole" '^police_report triage_outcome police_report .*consent_change .*case_merge' 'the whole, in the order in which it was said'
kill -KILL "$(pid_of hub)"
wait_bg hub
hub_run
test_is "$(trail $b)" "$whole" 'after a restart too'
peer gemeente "case=$b" kind=ban_order purpose=house_ban ground=wth:2-8 family=12 about=identity:2,ban:2 to=vt-zw \
	events='ban_state,person=2,value=3;ban_period,person=2,at=0,until=10' hello submit
test_is "$(result)" 'denied_forbidden stale_case' 'under its old name too the ban is in force'
before=$(running)
peer reclas kind=ban_contact_address "case=$a" purpose=house_ban ground=covenant to=vt-zw family=2 about=contact:2 \
	events="ban_state,person=2,value=4,ref=$ban" hello submit
test_is "$(outcome) $((before - $(running)))" 'permitted 1' 'and its term is met under the new one'
before=$(running)
peer gemeente "case=$b" kind=task_done purpose=supervise_disclosure ground=supervision to= reply="$task" \
	events="task,value=25,ref=$task" checked-by=u-2 hello submit
test_is "$(outcome) $((before - $(running)))" 'permitted 1' 'a task of the old case is done in it, with its clock'
progress smd $a
smd_in_a=$(outcome)
progress team $b
test_is "$smd_in_a $(outcome)" 'permitted permitted' 'who took part in either takes part, under either name'
help_plan $a
test_is "$(outcome)" permitted 'what was consented to in either counts'
consent withdrawn $b
test_is "$(outcome)" permitted 'what was consented to is withdrawn under the old name'
help_plan $a
test_like "$(result)" '^denied' 'and does not count any more'
peer vt-zw "case=$b" "${of_vt[@]}" kind=participant_change to=team events='participant_ended,partner=team,desk=desk' hello submit
progress team $a
test_is "$(result)" 'denied_forbidden role_ended' 'who is said to leave in the old case leaves the one that goes on'

# --- and two of one -----------------------------------------------------------------------------------------

joins $a $e case_split "participant,person=1,partner=smd,desk=desk,position=helper_of_victim;participant_ended,partner=smd,desk=desk;ban_state,value=3,ref=$ban"
test_is "$(outcome)" permitted 'Veilig Thuis splits off another case, with the ban and who helps'
progress smd $e
test_is "$(outcome)" permitted 'in which that one takes part'
progress smd $a
test_is "$(result)" 'denied_forbidden role_ended' 'and no more in this one'
peer gemeente "case=$e" kind=ban_extension purpose=house_ban ground=wth:2-8 family=12 about=identity:2 to=vt-zw \
	events="ban_state,person=2,value=9,ref=$ban;ban_period,person=2,at=0,until=20" hello submit
test_is "$(outcome)" permitted 'the ban is extended there'
peer gemeente "case=$a" kind=ban_extension purpose=house_ban ground=wth:2-8 family=12 about=identity:2 to=vt-zw \
	events="ban_state,person=2,value=9,ref=$ban;ban_period,person=2,at=0,until=20" hello submit
test_is "$(result)" 'denied_forbidden unknown_reference' 'and not here'
joins $a $e case_split
test_is "$(result)" 'denied_forbidden stale_case' 'a case of its own is not split off'
joins $a $b case_split 'participant,person=1,partner=team,desk=desk,position=helper_of_victim'
test_is "$(outcome)" permitted 'what was merged goes its own way again'
progress team $b
team_in_b=$(outcome)
progress team $a
test_is "$team_in_b $(result)" 'permitted denied_forbidden role_ended' 'with who was named, and apart from the other'
peer vt-zw "case=$b" "${change[@]}" to=team events='director,partner=vt-zw,desk=desk' hello submit
test_is "$(outcome)" permitted 'and with its director'
test_is "$(trail $b | grep -c ban_extension)" 0 'who asks by its ref finds what is said in it,'
test_like "$(trail $b)" 'case_merge .*case_split' 'and who merged and split it'
"$BIN/schakel-audit" verify --store "$env/store" --vault "$env/vault" --log-key "$env/hub/log.vkey" >verified 2>&1
test_ok $? 'and the trail verifies, with the vault' || diag "$(cat verified)"
done_testing
