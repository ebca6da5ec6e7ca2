#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P2: default deny, fail closed, through the running hub: what no rule opens is not delivered, and a
# hub without rules it can read permits nothing.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start

# denied PARTNER TEXT WORD...: PARTNER is told denied_no_rule of each recipient, who hears nothing
denied() {
	local sender=$1 text=$2
	shift 2
	peer "$sender" hello "$@" submit
	test_is "$(out_value outcome '^result')" denied_no_rule "$text: no rule, no delivery"
}

quiet() {
	peer "$1" hello timeout=300 quiet
	grep -q '^quiet yes' out
	test_ok $? "nothing waits for $1"
}

denied politie-nh 'a report to a probation service' to=reclas muni=0479
denied reclas 'a report that only the police make' to=vt-zw muni=0479
denied politie-nh 'a purpose that no rule names' to=vt-zw muni=0479 purpose=recovery
denied politie-nh 'a ground that no rule names' to=vt-zw muni=0479 ground=wgs:1-5
denied politie-nh 'a kind without a rule' kind=ban_order to=vt-zw muni=0479
quiet reclas
quiet vt-zw
ctl status
test_is "$(ctl_value store payload_bytes)" 0 'and no sealed content was kept'
peer politie-nh hello to=vt-zw muni=0479 submit
test_is "$(out_value outcome '^result')" cut 'the report that a rule opens passes: the hub does decide'
peer vt-zw hello offer receipt

# --- rules that cannot be read, and none that ever were -------------------------------------

stop_bg hub
rm -rf "$env/store" "$env/vault" "$env/guard"
for rules in "$env"/rules/*.rules; do echo broken >"$rules"; done
stop_bg notary
"$BIN/schakel-notary" --init --key "$env/hub/log.key" --guard "$env/guard"
hub_start
peer politie-nh hello to=vt-zw muni=0479 submit
test_is "$(out_value outcome '^result')" error 'rules that cannot be read: the outcome is error'
peer politie-nh hello to=vt-zw muni=0479 acute=1 submit
test_is "$(out_value outcome '^result')" error 'what is acute as well, while no list was ever valid'
quiet vt-zw
ctl status
test_is "$(ctl_value trail size)" 4 'each is an entry, after origin and directory'

done_testing
