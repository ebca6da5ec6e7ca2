#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# After triage the hub proposes who directs, and Veilig Thuis decides; how vulnerable somebody is
# makes no difference to it.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start

outcome=(kind=triage_outcome purpose=assess_safety ground=wmo:4-1-1-2-d to=team family=13 about=triage:1)
# proposed WORD...: what Veilig Thuis is told of a triage outcome with these words
proposed() {
	peer vt-zw "${outcome[@]}" "$@" hello submit
	peer vt-zw hello timeout=300 drain
	grep -o 'task=confirm_director.*' out | sed 's/.*text=//'
}
phase1='signal_phase,value=1'
phase2='signal_phase,value=2'

like() {
	test_like "$(cat said)" "$1" "$2"
}
proposed events="$phase1;pattern,value=1" >said
like '^Voorstel voor de regie: lokaal team \(tabel van de regio\).* U beslist' \
	'a first signal of stress: the local team'
proposed events="$phase2;pattern,value=2" >said
like 'regie: Zorg- en Veiligheidshuis .*Betrek: Veilig Thuis, Openbaar Ministerie, jeugdbescherming' \
	'repeated coercive control: the care and safety house, and whom to bring in'
cp said without
peer vt-zw "${outcome[@]}" about=triage:1,vulnerability:1,vulnerability:3 \
	events="$phase2;pattern,value=2" hello submit
test_is "$(out_value outcome '^recipient')" permitted 'vulnerability goes with it'
peer vt-zw hello timeout=300 drain
grep -o 'task=confirm_director.*' out | sed 's/.*text=//' >said
cmp -s said without
test_ok $? 'and does not change who is proposed'
proposed events="$phase1;pattern,value=1;unsafety,value=4" >said
like 'regie: Veilig Thuis \(acute of structurele onveiligheid, tot de overdracht\)' \
	'acute: Veilig Thuis until it hands over'
proposed events="unsafety,value=4;measure,value=7,detail=3,partner=team,third=1,person=3" >said
like 'regie: jeugdbescherming \(er geldt een maatregel voor een kind\)' 'a measure for a child goes before'
proposed events="measure,value=7,detail=2,person=3" >said
like '^Geen voorstel' 'one that was only asked for is none'
proposed events="ban_state,value=3;measure,value=7,detail=3,partner=team,third=1,person=3" >said
like 'regie: Veilig Thuis \(er geldt een huisverbod\)' 'a house ban goes before all'
proposed events="ban_state,value=11;$phase1;pattern,value=1" >said
like 'regie: lokaal team' 'one that is over does not count'
proposed events="$phase1;pattern,value=1;director,partner=team,desk=desk" >said
test_is "$(cat said)" '' 'who names the director the region would is not asked'
proposed events="$phase1;pattern,value=2;director,partner=team,desk=desk" >said
like 'regie: Veilig Thuis' 'who names another is'
proposed events="$phase1;pattern,value=1;triage_outcome,value=6" >said
test_is "$(cat said)" '' 'an end needs nobody to direct'
audit_rows
test_is "$(grep -c confirm_director rows)" 9 'each proposal is an entry'
done_testing
