#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What goes on consent goes on the consent of all whom it takes, of nobody else's, towards one desk
# and for one purpose; who takes it back stops what still waits. The story of F and G in
# tests/data/paper, and what somebody could try.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_partner ggz mental_health care --regions 11
hub_partner jb youth_protection care --regions 11
hub_directory 2 || exit 1
cat >"$env/rules/links.rules" <<'RULES'
# SPDX-License-Identifier: EUPL-1.2
agreement "Test of directors"  version 1  status EXAMPLE
owner     "test"  approved-by "test"
valid     2026-01-01 .. 2099-12-31

rule T-02 "Who directs"
  from      veilig_thuis
  kind      director_change
  to        local_team
  purpose   organise_direct_safety
  ground    wgs:1-5
  consent   not-needed because "test"
  may-know  event director
  because   "test"
  test "plain"  permitted
end
RULES
hub_start

case=46464646464646464646464646464646
mother=61000000000000000000000000000001
father=61000000000000000000000000000002
child=61000000000000000000000000000003
health=61000000000000000000000000000004
basis=("case=$case" purpose=recovery ground=consent)
plan=("${basis[@]}" kind=help_plan to=ggz family=123 age=6 "about=identity:3,help_plan:3")

# consent REF GIVER FIELD...: of the child's data towards ggz; later fields change earlier ones
consent() {
	local IFS=,
	echo "ref=$1,subject=3,giver=$2,capacity=holder_of_authority,to=ggz,purpose=recovery,${*:3}"
}
given=categories=identity+child+help_plan,state=given,how=alone

# tell WHO CONSENTS WORD...: a consent_change to ggz
tell() {
	peer "$1" "${basis[@]}" kind=consent_change to=ggz family=123 age=6 about=identity:3 \
		consents="$2" "${@:3}" hello submit
}

outcome() {
	out_value outcome '^recipient'
}

# taken GGZ TEAM: so many messages and receipts as wait for them
taken() {
	peer ggz hello timeout=100 want="$1" drain
	peer team hello timeout=100 want="$2" drain
}

# --- nobody asked --------------------------------------------------------------------------------

peer team "${plan[@]}" hello submit
test_is "$(outcome)" denied_no_rule 'a help plan on consent that nobody gave does not go'
test_is "$(grep -c 'reason=no_consent' out)" 0 'to somebody outside the case it is not said that it is consent'

# --- given ------------------------------------------------------------------------------------------

tell team "$(consent $mother 1 $given);$(consent $father 2 $given,until=30)"
test_is "$(outcome)" permitted 'two parents consent, one row each'
peer team "${plan[@]}" rests=$mother,$father hello submit
test_is "$(outcome)" permitted 'on both consents the help plan goes'
peer team "${plan[@]}" about=identity:3,help_plan:3,contact:3 rests=$mother,$father hello submit
test_is "$(outcome)" cut 'a category that they did not agree to is cut'
peer team "${plan[@]}" about=identity:3,help_plan:3,contact:1 rests=$mother,$father hello submit
test_is "$(outcome)" cut 'and a person who was not asked'
peer team "${plan[@]}" rests=$mother hello submit
test_is "$(outcome)" denied_no_rule 'on the consent of one of the two it does not go'
peer team "${plan[@]}" family=13 rests=$mother hello submit
test_is "$(outcome)" denied_no_rule 'nor if the message is silent about the other'
peer team "${plan[@]}" purpose=sustain_safety rests=$mother,$father hello submit
test_is "$(outcome)" denied_no_rule 'nor for another purpose'
peer team "${plan[@]}" to=jb rests=$mother,$father hello submit
test_is "$(outcome)" denied_no_rule 'nor to another desk'
peer team "${plan[@]}" case=47474747474747474747474747474747 rests=$mother,$father hello submit
test_is "$(outcome)" denied_no_rule 'nor in another case'
taken 4 4

# --- older children -------------------------------------------------------------------------------

peer team "${plan[@]}" age=13 rests=$mother,$father hello submit
test_is "$(outcome)" denied_no_rule 'from twelve the child has to agree too'
self=subject=3,giver=3,capacity=self
tell team "$(consent $child 3 $self,$given)"
peer team "${plan[@]}" age=13 rests=$mother,$father,$child hello submit
test_is "$(outcome)" permitted 'it does'
peer team "${plan[@]}" age=16 rests=$child hello submit
test_is "$(outcome)" permitted 'from sixteen it decides alone'
taken 3 3

# --- who may tell ---------------------------------------------------------------------------------------

tell jb "$(consent $father 2 $given,categories=identity+health)"
test_is "$(outcome)" denied_forbidden 'who did not record a consent does not widen it'
tell team "$(consent $father 2 $given,to=jb)"
test_is "$(outcome)" denied_forbidden 'a consent does not move to another recipient'
tell team "$(consent 61000000000000000000000000000009 1 $given,holder=ggz)"
test_is "$(outcome)" denied_forbidden 'nobody lifts the secrecy of another'
peer team kind=consent_change purpose=recovery ground=consent to=ggz family=123 \
	about=identity:3 consents="$(consent $father 2 $given)" hello timeout=5000 submit
test_is "$(grep -c 'consent needs the case' out)" 1 'a consent outside any case is refused in words'

# --- taken back -------------------------------------------------------------------------------------------

peer vt-zw case=$case kind=director_change purpose=organise_direct_safety ground=wgs:1-5 to=team \
	family=1 events="director,partner=vt-zw,desk=desk" hello submit
test_is "$(outcome)" permitted 'Veilig Thuis directs'
peer team hello timeout=100 want=1 drain
peer team "${plan[@]}" rests=$mother,$father hello submit
test_is "$(outcome)" permitted 'a help plan waits for its recipient'
tell ggz "$(consent $father 2 $given,state=withdrawn,how=partner_present)" to=team
test_is "$(outcome)" permitted 'who hears that somebody takes it back passes it on'
tell ggz "$(consent $father 2 $given)" to=team
test_is "$(outcome)" denied_forbidden 'but not that he agrees after all'
peer vt-zw hello timeout=3000 want=1 drain
test_is "$(grep -c 'zeg niets tegen het huishouden' out)" 1 \
	'he was not alone: the director is warned'
peer ggz hello timeout=500 quiet
grep -q '^quiet yes' out
test_ok $? 'what waited is not offered any more'
peer team hello timeout=100 want=2 drain
test_is "$(grep -c 'state=withheld' out)" 1 'and its sender hears that it is withheld'
peer team "${plan[@]}" rests=$mother,$father hello submit
test_is "$(outcome)" denied_no_rule 'the next one is refused'
peer team "${plan[@]}" age=16 rests=$child hello submit
test_is "$(outcome)" permitted 'what rests on another consent goes on'
waiting=$(out_value id '^sent')
tell team "$(consent $father 2 $given,state=refused)"
peer ggz hello timeout=3000 offer receipt
test_is "$(out_value id '^offer')" "$waiting" 'also while it waits, and who is not asked refuses again'
kill -KILL "$(pid_of hub)"
wait_bg hub
HUB_BIN=hub_faulty HUB_FAULT=$TMPDIR/fault hub_run
peer team "${plan[@]}" rests=$mother,$father hello submit
test_is "$(outcome)" denied_no_rule 'a hub that was killed remembers it'
tell team "$(consent $father 2 $given,until=3)"
peer team "${plan[@]}" rests=$mother,$father hello submit
test_is "$(outcome)" permitted 'and that he agrees again'
ctl queue show "$("$BIN/schakelctl" -s "$control" queue list ggz | tail -n 1 | sed "s/^offer=\([0-9]*\).*/\1/")"
test_is "$(($(ctl_value expires_ms) / 86400000 - $(date +%s) / 86400 <= 3))" 1 \
	'mail waits no longer than the consent that it rests on'
echo no-consent >fault
peer team "${plan[@]}" rests=$mother,$father hello submit
test_is "$(outcome)" error 'a ledger that cannot be read permits nothing (P2)'
rm fault
tell team "$(consent $father 2 $given,days=-9,until=-1)"
peer team "${plan[@]}" rests=$mother,$father hello submit
test_is "$(outcome)" denied_no_rule 'not after its end'

# --- secrecy for one recipient (G) --------------------------------------------------------------------

doctor=("case=$case" purpose=recovery ground=consent kind=progress family=1 "about=identity:1,health:1")
peer ggz "${doctor[@]}" to=team hello submit
test_is "$(outcome)" denied_no_rule 'a doctor keeps silent'
own=subject=1,giver=1,capacity=self,holder=ggz,categories=identity+health,state=given,how=alone
peer ggz "${basis[@]}" kind=consent_change to=team family=1 about=identity:1 \
	consents="ref=$health,to=team,purpose=recovery,$own" hello submit
peer ggz "${doctor[@]}" to=team,+politie-nh,+jb rests=$health hello submit
test_is "$(grep '^recipient' out | grep -o 'outcome=[a-z_]*' | sort | uniq -c | xargs)" \
	'2 outcome=denied_no_rule 1 outcome=permitted' \
	'until she lifts it: for the team alone, not for the police nor another'

peer jb case=$case purpose=recovery ground=consent kind=progress family=1 about=identity:1 to=team \
	rests=$health hello submit
test_is "$(outcome)" denied_no_rule 'nor from another: it is the secrecy of the doctor'

# --- one person with two pseudonyms (D) ----------------------------------------------------------------

audit_conf toezicht
# seen PERSON: how many decisions a supervisor finds about this member of the family
seen() {
	"$BIN/schakel-audit" query --config toezicht.conf --mandate ap --reason subject_request --user u-77 \
		--entry decision --subject "0${1}77$(printf '0%.0s' {1..60})" 2>/dev/null | grep -c .
}
mothers=$(seen 1)
test_is "$(seen 4)" 0 'nothing is known under the other pseudonym'
peer team kind=subject_link purpose=assess_safety ground=wmo:4-1-1-2-d family=14 \
	events='same_person,person=1,other=4,value=10' hello submit
test_is "$(grep -c '^result.*outcome=denied' out)" 1 'only Veilig Thuis says who is one person'
link=(kind=subject_link purpose=assess_safety ground=wmo:4-1-1-2-d family=14)
peer vt-zw "${link[@]}" events='same_person,person=1,other=4,value=10' hello submit
test_is "$(grep -c '^result.*outcome=permitted' out)" 1 'it does'
both=$((mothers + 2)) # the refused link names her as well
test_is "$(seen 4) $(seen 1)" "$both $both" 'who looks for one pseudonym finds what is under the other'
again=61000000000000000000000000000005
peer ggz "${basis[@]}" kind=consent_change to=team family=4 about=identity:4 \
	consents="ref=$again,to=team,purpose=recovery,${own//=1/=4},state=refused" hello submit
peer ggz "${doctor[@]}" to=team rests=$health hello submit
test_is "$(outcome)" denied_no_rule 'what she refuses under one pseudonym counts for the other'
peer vt-zw "${link[@]}" events='same_person,person=1,other=4,value=11' hello submit
peer ggz "${doctor[@]}" to=team rests=$health hello submit
test_is "$(outcome)" permitted 'and not any more once the link is undone'
test_is "$(($(seen 4) < $(seen 1)))" 1 'nor finds a supervisor the one under the other'
done_testing
