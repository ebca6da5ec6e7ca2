#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Three months for direct safety, from when a case first has a director: one term for a case, whoever
# directs it. A new director takes over who must act, not the term; a 6 that all agree on ends it, and so
# does closing. Late, it is a task to escalate.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_case_rules
hub_rating_rules
sed -i 's/direct-safety within 3 months/direct-safety within 20 days/' "$env/rules/regio.rules"
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
hub_start

running() {
	ctl status
	ctl_value clocks running
}
days=0
hub_days() {
	days=$1
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 86400)))
	hub_run
}
# at_days DAYS PEER...: a partner, so many days on
at_days() {
	local ahead=$1
	shift
	CLOCK_AHEAD=$((ahead * 86400)) LD_PRELOAD=$preload peer "$@"
}
# told PARTNER PATTERN NAME: it hears this in its notices
told() {
	test_wait_for 60 "$3" eval "at_days $days $1 hello timeout=300 drain; cat out >>$1.all; grep -q '$2' $1.all"
}
late='clock=direct-safety task=escalate'
# case_of NUMBER: a report of the police opens it
case_of() {
	ref=d500000000000000000000000000000$1
	case=("case=$ref" family=12)
	peer politie-nh "case=$ref" to=vt-zw muni=0479 "${@:2}" hello submit
	before=$(running)
}
# directs PARTNER [EVENTS]: Veilig Thuis says so to the police
directs() {
	peer vt-zw "${case[@]}" kind=director_change purpose=organise_direct_safety ground=covenant to=politie-nh \
		events="director,partner=$1,desk=desk${2:+;$2}" hello submit
}
# offers FROM TO GROUND
offers() {
	peer "$1" "${case[@]}" kind=handover_offer purpose=organise_direct_safety "ground=$3" about=identity:1,safety_plan:1 \
		to="$2" events="director,partner=$2,desk=desk" hello submit
	offered=$(out_value id '^sent')
}
# answers WHO TO ANSWER: and what that makes of the count of terms
answers() {
	peer "$1" hello timeout=300 drain
	cat out >>"$1.all"
	change=$(running)
	peer "$1" "${case[@]}" kind=handover_answer purpose=organise_direct_safety ground=covenant to="$2" reply="$offered" \
		events="answer,value=$3,detail=4" hello submit
	change=$(($(running) - change))
}
# rates WHO TO EVENTS
rates() {
	peer "$1" "${case[@]}" kind=safety_rating purpose=organise_direct_safety ground=wgs:1-5 about=safety_rating:1 to="$2" \
		events="$3" hello submit
}

# --- it starts once, when there is a director ---------------------------------------------------------

case_of 1
directs vt-zw 'occurred_at,at=-2'
first=$(out_value id '^sent')
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted 1' \
	'Veilig Thuis directs a case itself: the term starts'
directs vt-zw
test_is "$(($(running) - before))" 1 'once, though it says so again'
offers vt-zw team wmo:4-1-1-2-d
answers team vt-zw 2
test_is "$(out_value outcome '^result') $change" 'permitted -1' 'what is declined starts nothing, and ends the offer alone'
offers vt-zw team wmo:4-1-1-2-d
answers team vt-zw 1
test_is "$(out_value outcome '^result') $change" 'permitted -1' 'handed over it is the same term'

case_of 2
directs vt-zw
rates vt-zw team 'rating,person=1,value=2,detail=4'
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted 1' \
	'a 6 that all agree on ends it, and the term for stable safety starts'
offers vt-zw team wmo:4-1-1-2-d
answers team vt-zw 1
test_is "$(out_value outcome '^result') $change" 'permitted -1' \
	'who takes the case after that has no term for direct safety'

case_of 3
peer vt-zw "${case[@]}" kind=participant_change purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team about=identity:1 \
	events='participant,person=1,partner=team,desk=desk,position=helper_of_victim' hello submit
rates team vt-zw 'rating,person=1,value=3,detail=1'
rates vt-zw team 'phase,value=2'
before=$(running)
phase=$(out_value outcome '^result')
directs vt-zw
test_is "$phase $(out_value outcome '^result') $(($(running) - before))" 'permitted permitted 0' \
	'a case that is in the phase of stable safety starts none'

case_of 4
peer vt-zw "${case[@]}" kind=participant_change purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team about=identity:1 \
	events='participant,person=1,partner=team,desk=desk,position=helper_of_victim' hello submit
before=$(running)
directs vt-zw
rates team vt-zw 'rating,person=1,value=3,detail=1'
test_is "$(($(running) - before))" 1 'what one thinks does not end it'
peer vt-zw "${case[@]}" kind=closure_proposal purpose=sustain_safety ground=wmo:4-1-1-2-d about=identity:1 to=team \
	events='case_state,value=2;rating,person=1,value=3,detail=1' hello submit
closing=$(out_value id '^sent')
before=$(running)
peer team hello timeout=300 drain
cat out >>team.all
peer team "${case[@]}" kind=closure_answer purpose=sustain_safety ground=covenant about=identity:1 to=vt-zw reply="$closing" \
	events='answer,value=5' hello submit
peer vt-zw "${case[@]}" kind=closed purpose=sustain_safety ground=covenant to=team events='case_state,value=3' hello submit
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted -2' \
	'a case that is closed has none, and nobody to wait for'
before=$(running)
peer politie-nh "case=$ref" to=vt-zw muni=0479 hello submit
test_is "$(($(running) - before))" 3 'a report opens it again: direct safety, beside the terms of a report'

# --- one case of two, two of one ------------------------------------------------------------------------

case_of 5
directs vt-zw
case_of 6
peer vt-zw "${case[@]}" kind=case_merge purpose=assess_safety ground=wmo:4-1-1-2-d to= \
	events='case_other,ref=d5000000000000000000000000000005' hello submit
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted 0' \
	'who gets its director from another case gets its term, not a second one'
peer vt-zw "${case[@]}" kind=case_split purpose=assess_safety ground=wmo:4-1-1-2-d to= \
	events='case_other,ref=d5000000000000000000000000000007' hello submit
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted 1' 'what is split off has a term of its own'

# --- time passes ------------------------------------------------------------------------------------------

hub_days 17
told team "clock=direct-safety task=- .*ref=$first .*loopt bijna af" 'who directs now is warned, of the term of the region'
hub_days 19
told team "$late .*ref=$first .*Schaal op" 'late from when Veilig Thuis took the case: the team is asked to escalate'
test_is "$(cat vt-zw.all 2>/dev/null | grep -c "$late .*ref=$first")" 0 'and Veilig Thuis is not'
case=(case=d5000000000000000000000000000001 family=12)
at_days 19 team "${case[@]}" kind=handover_offer purpose=organise_direct_safety ground=covenant about=identity:1,safety_plan:1 \
	to=jb events='director,partner=jb,desk=desk' hello submit
offered=$(out_value id '^sent')
at_days 19 jb hello timeout=300 drain
before=$(running)
at_days 19 jb "${case[@]}" kind=handover_answer purpose=organise_direct_safety ground=covenant to=team reply="$offered" \
	events='answer,value=1,detail=4' hello submit
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted -1' 'handed over when it is late'
told jb "$late .*ref=$first .*Schaal op" 'it is late for who takes the case'
task=$(grep -h "$late" jb.all | sed -n 's/.* id=\([0-9a-f]*\).*/\1/p' | head -n 1)
at_days 19 jb "${case[@]}" kind=task_done purpose=supervise_disclosure ground=supervision to= reply="$task" \
	events="task,value=7,ref=$task" checked-by=u-2 hello submit
test_is "$(out_value outcome '^result') $(($(running) - before))" 'permitted -2' 'and over when that was done'

# --- who asks by the case finds it -----------------------------------------------------------------------

audit_conf toezicht
at="env LD_PRELOAD=$preload CLOCK_AHEAD=$((19 * 86400))"
$at "$BIN/schakel-audit" query --config toezicht.conf --mandate ap --reason periodic_audit --user u-77 --case ${case[0]#case=} \
	--all --json --details >rows 2>rows.err || diag "$(cat rows.err)"
test_is "$(grep '"ENTRY_CLOCK"' rows | grep -c direct-safety)" 3 'that the term was warned of, late, and late for who came'
stop_bg hub
test_expect 'and the trail verifies, with the vault' "$BIN/schakel-audit" verify --store "$env/store" --vault "$env/vault" \
	--log-key "$env/hub/log.vkey"
done_testing
