#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A change of frame or of director looks again at who takes part: mail of the case that was permitted and
# waits for a partner that is away is decided again, by the shipped rules, and what may not go any more is
# withheld. Only of that case, and only what the change touches.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_partner rvdk child_protection_board justice --regions 11
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
hub_start

outcome() {
	out_value outcome '^result'
}
of_vt=(purpose=organise_direct_safety ground=wmo:4-1-1-2-d)
# submits WHO WORD...: without taking what waits for it
submits() {
	peer "$1" credit=0 family=12 "${@:2}" hello submit
}
# told_withheld WHO COUNT NAME: so many of its messages were withheld, it hears
told_withheld() {
	test_wait_for 60 "$3" eval \
		"peer $1 hello timeout=300 drain; cat out >>$1.all; [ \"\$(grep -c 'state=withheld' $1.all)\" = $2 ]"
}
for case in e1000000000000000000000000000001 e1000000000000000000000000000002; do
	peer politie-nh case=$case to=vt-zw muni=0479 hello submit
	submits vt-zw case=$case kind=director_change purpose=organise_direct_safety ground=covenant to=politie-nh \
		events='director,partner=vt-zw,desk=desk'
done
case=e1000000000000000000000000000001
other=e1000000000000000000000000000002

# --- the frame: who helps asks the board; where a measure applies, only who is competent (rule 10) ----------

asks=(kind=investigation_request purpose=child_protection ground=bw:1-240 about=identity:1,incident:1 to=rvdk checked-by=u-2)
submits team "case=$case" "${asks[@]}"
first=$(outcome)
submits team "case=$other" "${asks[@]}"
elsewhere=$(out_value id '^sent')
second=$(outcome)
submits jb "case=$case" "${asks[@]}"
competent=$(out_value id '^sent')
test_is "$first $second $(outcome)" 'permitted permitted permitted' 'a team and youth protection ask the board, which is away'
submits vt-zw "case=$case" kind=frame_change purpose=organise_direct_safety ground=covenant to=team \
	events='frame,value=2,detail=1,partner=rechtbank,third=1'
test_is "$(outcome)" permitted 'in one case a measure applies from now on'
peer rvdk hello timeout=3000 want=2 offer receipt offer receipt timeout=500 quiet
test_is "$(grep '^offer' out | sed 's/.* id=\([0-9a-f]*\).*/\1/' | sort | tr '\n' ' ')" \
	"$(printf '%s\n' "$elsewhere" "$competent" | sort | tr '\n' ' ')" \
	'the board gets what youth protection asks there, and what the team asks in the other case'
told_withheld team 1 'and the team hears that its own was withheld'
submits team "case=$case" "${asks[@]}"
test_is "$(outcome)" denied_forbidden 'as it would be refused now'

# --- the director: a warning of coercion goes to who directs, and to nobody else (rule 8) --------------------

warns=(kind=coercion_warning purpose=assess_safety ground=wmo:5-2-6 about=identity:1,red_flags:1 to=vt-zw)
submits team "case=$other" "${warns[@]}"
test_is "$(outcome)" permitted 'the team warns who directs, which is away'
submits vt-zw "case=$other" "${of_vt[@]}" kind=handover_offer about=identity:1,safety_plan:1 to=jb \
	events='director,partner=jb,desk=desk'
offered=$(out_value id '^sent')
peer jb hello timeout=300 drain
submits jb "case=$other" kind=handover_answer purpose=organise_direct_safety ground=covenant to=vt-zw reply="$offered" \
	events='answer,value=1,detail=4'
test_is "$(outcome)" permitted 'youth protection takes the case'
peer vt-zw hello timeout=1000 drain
test_is "$(grep -c '^offer.*kind=coercion_warning' out) $(grep -c '^offer.*kind=handover_answer' out)" '0 1' \
	'who directed hears that, and not the warning'
told_withheld team 2 'and the team hears that it was withheld, so that it can warn who directs now'
done_testing
