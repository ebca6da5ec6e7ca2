#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P3: the minimum, metadata included, through the running hub. Two recipients of one message, one of
# them the helper of the perpetrator: each gets its own rows, and nothing that tells of the other.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_case_rules
test_expect 'the rules of the test' "$BIN/schakel-policy" check -q "$env/rules"
hub_start
case1=31313131313131313131313131313131
case2=32323232323232323232323232323232

change=(kind=participant_change purpose=organise_direct_safety ground=wgs:1-5 "to=reclas,team")
progress=(kind=progress purpose=organise_direct_safety ground=wgs:1-5 "to=reclas,team")
helper='participant,partner=reclas,desk=desk,position=helper_of_perpetrator'
friend='participant,partner=team,desk=desk,position=helper_of_victim'
both='position,subject=1,value=1;discussed,subject=2,value=1'

# sees PARTNER: the events of the message it is offered now, sorted
sees() {
	peer "$1" hello want=1 timeout=200 drain
	sed -n 's/^rows .*events=//p' out | tr ',' '\n' | sort | paste -sd,
}

open_case() {
	peer politie-nh hello to=vt-zw muni=0479 case="$1" submit || exit 1
	report=$(out_value id '^sent')
	peer vt-zw hello offer receipt
}

# --- who is in the case -------------------------------------------------------------

open_case $case1
peer vt-zw hello case=$case1 "${change[@]}" events="$helper,subject=2;$friend,subject=1" submit
test_is "$(grep -c '^recipient.*outcome=permitted.*change=permitted' out)" 2 \
	'Veilig Thuis says who helps whom'
changed=$(out_value id '^sent')
test_is "$(sees reclas)" 'participant:reclas' \
	'the helper of the perpetrator sees itself, and not who helps the victim'
test_is "$(out_value recipients '^rows')" 1 'and no row of another recipient'
test_is "$(out_value subjects '^rows') $(out_value pseudonyms '^rows')" '1 0' \
	'of the persons the one it helps, and no pseudonym'
test_is "$(sees team)" 'participant:team' 'the helper of the victim sees itself'

# --- statements ------------------------------------------------------------------------

peer vt-zw hello case=$case1 "${progress[@]}" events="$both" submit
test_is "$(sees reclas)" 'discussed' \
	'statements go to the helper of the perpetrator for the one it helps alone'
test_is "$(sees team)" 'discussed,position' 'and to the helper of the victim as the rule says'

# A sender that merely claims it does not widen what the helper of the perpetrator gets.
peer vt-zw hello case=$case1 "${progress[@]}" \
	events="position,subject=1,value=1;$helper,subject=1" submit
test_is "$(sees reclas)" 'participant:reclas' 'a claim that it helps the other person opens nothing'
test_is "$(sees team)" 'position' 'while the other recipient hears the statement'

# Nobody recorded whom it helps: no statement at all.
open_case $case2
peer vt-zw hello case=$case2 "${change[@]}" events="$helper;$friend" submit
sees reclas >/dev/null
sees team >/dev/null
peer vt-zw hello case=$case2 "${progress[@]}" events="$both" submit
test_is "$(sees reclas)" '' 'a helper of nobody known hears no statements'
test_is "$(sees team)" 'discussed,position' 'the other does'

# What a message itself makes a desk counts in that message already.
peer vt-zw hello case=$case1 "${change[@]}" \
	events="participant,partner=team,desk=desk,position=helper_of_perpetrator;$both" submit
test_is "$(sees team)" 'participant:team' 'who becomes the helper of both sides hears none from then on'
sees reclas >/dev/null
peer vt-zw hello case=$case1 "${progress[@]}" events="$both" submit
test_is "$(sees team)" '' 'and keeps both positions: the narrower counts'
sees reclas >/dev/null

# --- references ----------------------------------------------------------------------------

peer vt-zw hello case=$case1 "${progress[@]}" to=reclas,politie-nh events="refers_to,ref=$report" submit
test_is "$(sees politie-nh)" 'refers_to' 'a reference opens to who sent the message it names'
test_is "$(sees reclas)" '' 'and is not there for who never got it'
peer vt-zw hello case=$case1 "${progress[@]}" to=reclas,politie-nh events="refers_to,ref=$changed" submit
test_is "$(sees reclas)" 'refers_to' 'it opens to who received it'
test_is "$(sees politie-nh)" '' 'and to no other'

# --- offers do not count -----------------------------------------------------------------------

peer politie-nh hello to=vt-zw muni=0479 submit
peer vt-zw hello want=1 timeout=200 drain
first=$(out_value number '^offer')
peer politie-nh hello to=vt-zw muni=0479 submit
peer vt-zw hello want=1 timeout=200 drain
second=$(out_value number '^offer')
test_is "$((${#first} > 12 && ${#second} > 12))" 1 'numbers of offers do not tell how many there were'

done_testing
