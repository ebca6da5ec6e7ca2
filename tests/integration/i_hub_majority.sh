#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A child of a case comes of age: who leads is asked to look at consents and positions, what its parents
# consented to ends, what it consented to itself goes on. A day that is told anew takes the place of the
# old one.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_partner ggz mental_health care --regions 11
hub_directory 2 || exit 1
hub_start

case=a9e00000000000000000000000000001
outcome() {
	out_value outcome '^recipient'
}
running() {
	ctl status
	ctl_value clocks running
}
hub_days() {
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 86400)))
	hub_run
}
at_days() {
	local days=$1
	shift
	CLOCK_AHEAD=$((days * 86400)) LD_PRELOAD=$preload peer "$@"
}
basis=("case=$case" purpose=recovery ground=consent to=ggz family=123)
parents='61000000000000000000000000000001,61000000000000000000000000000002'
own=61000000000000000000000000000003
# consent REF GIVER CAPACITY
consent() {
	echo "ref=$1,subject=3,giver=$2,capacity=$3,to=ggz,purpose=recovery,categories=identity+help_plan,state=given,how=alone"
}
# plan DAYS WORD...: a help plan for the child
plan() {
	local days=$1
	shift
	at_days "$days" team "${basis[@]}" kind=help_plan about=identity:3,help_plan:3 rests="$parents,$own" "$@" hello submit
}

peer politie-nh "case=$case" to=vt-zw muni=0479 hello submit
peer vt-zw "case=$case" family=12 kind=triage_outcome purpose=organise_direct_safety ground=wmo:4-1-1-2-d to=team \
	about=triage:1 events='director,partner=vt-zw,desk=desk' hello submit
before=$(running)
peer team "${basis[@]}" kind=consent_change about=identity:3 adult=40 \
	consents="$(consent "${parents%,*}" 1 holder_of_authority);$(consent "${parents#*,}" 2 holder_of_authority);$(consent $own 3 self)" \
	hello submit
test_is "$(outcome)" permitted 'both parents and the child consent'
with_child=$(running)
plan 0 adult=20
test_is "$(outcome) $(($(running) - with_child))" 'permitted 0' 'a day that is told anew takes the place of the old one'
plan 0
test_is "$(outcome)" permitted 'of a child whose age is not told all three count'
test_is "$((with_child - before > 0))" 1 'a clock runs to the day'
hub_days 10
at_days 10 vt-zw hello timeout=300 drain
test_is "$(grep -c review_consent out)" 0 'before it nothing is asked'
hub_days 21
test_wait_for 60 'on the day who leads is asked' \
	eval 'at_days 21 vt-zw hello timeout=300 drain; cat out >>vt.all; grep -q "task=review_consent .*vanaf vandaag meerderjarig" vt.all'
test_is "$(grep 'task=review_consent' vt.all | grep -c 'ref=- ')" 1 'without a word of which child'
plan 21
test_like "$(outcome)" '^denied' 'what the parents consented to has ended'
plan 21 age=19
test_is "$(outcome)" permitted 'what it consented to itself goes on'
hub_days 22
at_days 22 vt-zw hello timeout=1500 drain
cat out >>vt.all
test_is "$(grep -c 'task=review_consent' vt.all)" 1 'it is asked once'
done_testing
