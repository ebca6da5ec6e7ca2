#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A full map: ordinary messages are refused with "nothing recorded", acute ones pass on the reserve,
# deliveries free space, and the hub goes on without a restart.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_MAP=8
hub_make
hub_start

accepted=0
for ((i = 0; i < 60; i++)); do
	peer politie-nh hello to=vt-zw muni=0479 size=200000 submit || break
	out_has '^error' && break
	accepted=$((accepted + 1))
done
test_is "$(out_value code '^error')" EMAPFULL 'a full map is an answer'
test_is "$(out_value retry '^error')" 1000 'that says to try again'
test_is "$((accepted > 3))" 1 "after messages that were accepted ($accepted)"
peer politie-nh hello to=vt-zw muni=0479 acute=1 no-check=1 submit
test_is "$(out_value outcome '^result')" cut 'what a named person declared acute passes on the reserve'
test_is "$(out_value repair '^recipient')" 1 'with repair due'
peer politie-nh hello to=vt-zw muni=0479 size=200000 submit
test_is "$(out_value code '^error')" EMAPFULL 'ordinary ones still do not'
peer vt-zw hello want=$((accepted + 1)) timeout=500 drain
test_is "$(grep -c '^offer' out)" $((accepted + 1)) 'everything accepted is delivered'
peer politie-nh hello want=$((accepted + 1)) timeout=500 drain
test_is "$(grep -c '^forwarded' out)" $((accepted + 1)) 'and every receipt forwarded'
peer politie-nh hello to=vt-zw muni=0479 size=200000 submit
test_is "$(out_value outcome '^result')" cut 'then there is room again, without a restart'
ctl status
test_is "$(ctl_value counters not_recorded)" 2 'what was not recorded is counted'

done_testing
