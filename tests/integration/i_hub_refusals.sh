#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What the hub refuses, with which answer and which entry: garbage, limits, used ids, times, keys.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_PLANS=3
hub_make
hub_start
report=(to=vt-zw muni=0479)

size() {
	ctl status && ctl_value trail size
}

# A fault is written down at once: wait until the trail has grown by COUNT since `before`.
grown() {
	[ "$(size)" -ge $((before + $1)) ]
}

# --- sessions --------------------------------------------------------------------

peer politie-nh ping
test_is "$(out_value code '^error')" ESTATE 'without HELLO nothing is served, not even PING'
peer politie-nh generation=1 hello
test_is "$(grep -cx WELCOME out)" 1 'the first HELLO opens a session, whatever its generation'
peer politie-nh generation=9000000000000000000 hello
test_is "$(out_value code '^error')" ESTATE 'but for one far ahead of the clock, which would lock the partner out'
peer politie-nh generation=1 hello
test_is "$(out_value code '^error')" ESTATE 'the same generation again does not'
peer_bg old politie-nh generation=2 hello file="$TMPDIR/go" wait ping
wait_for_log old waiting
peer politie-nh generation=3 hello
touch go
wait_bg old
test_like "$(cat old.log)" 'error code=ESTATE' 'a higher generation replaces the older session'

# --- broken frames ------------------------------------------------------------------

before=$(size)
for way in garbage unknown wide big; do
	case $way in
	garbage) wanted='EMALFORMED|EFIELD|EREPEAT|EUTF8|EDEPTH' ;;
	unknown) wanted=ECOMMAND ;;
	wide | big) wanted=ETOOLARGE ;;
	esac
	peer politie-nh hello $way ping
	test_like "$(out_value code '^error')" "^($wanted)$" "$way: refused with a code"
	test_is "$(grep '^error' out | tail -n 1 | grep -c ESTATE)" 1 "$way: and the session ended"
done
peer politie-nh hello huge timeout=300 quiet
peer politie-nh hello ping
test_ok $? 'a frame over the limit of frames cuts the connection, and the partner may come back'
test_wait_for 10 'one entry for each reason and minute' grown 3
for ((i = 0; i < 5; i++)); do peer politie-nh hello unknown; done
test_is "$(($(size) <= before + 5))" 1 'many of one reason do not make many entries'
test_is "$(log_count hub 'message.refused partner=politie-nh error=ECOMMAND')" 6 'the log has each'

# --- ids and times -----------------------------------------------------------------------

before=$(size)
id=$(printf '%012x7abc8def0123456789ab' "$(date +%s%3N)")
peer politie-nh hello "${report[@]}" id="$id" submit id="$id" marker=other submit ping
test_is "$(grep -c '^result' out)" 1 'an id is used once'
test_is "$(out_value code '^error')" EDUPLICATE 'the same id with other bytes is refused'
test_is "$(grep -c PONG out)" 1 'and the session goes on'
test_wait_for 10 'with an entry' grown 2
peer politie-nh hello "${report[@]}" shift=-7200000 life=3600000 submit
test_is "$(out_value code '^error')" EEXPIRED 'an expired message is refused'
peer politie-nh hello "${report[@]}" shift=600000 submit
test_is "$(out_value code '^error')" ETIME 'and one made in the future'
test_wait_for 10 'with an entry each' grown 4

# --- decisions ----------------------------------------------------------------------------

peer politie-nh hello to=vt-other muni=0479 submit
entries=$(out_value entry '^recipient')
test_is "$(out_value outcome '^recipient')" denied_no_rule 'to the wrong Veilig Thuis: denied'
test_is "$(out_value reason '^recipient')" not_competent 'because it is not competent'
test_is "$(out_value advised '^recipient')" vt-zw 'and the right one is named'
test_like "$(grep '^text-nl' out)" 'Partner vt-zw' 'in words too'
test_is "$(out_value phone '^result')" '"0800-2000"' 'with a phone number'
peer politie-nh hello to=vt-zw muni=9999 submit
entries="$entries $(out_value entry '^recipient')"
test_is "$(out_value reason '^recipient')" not_competent 'municipality not in the table: not competent'
peer politie-nh hello to=nobody muni=0479 submit
entries="$entries $(out_value entry '^recipient')"
test_is "$(out_value reason '^recipient')" recipient_unknown 'a recipient who is not in the directory'
test_like "$entries" '^[0-9]+ [0-9]+ [0-9]+$' 'each denial has an entry'
peer toezicht hello mandate=ap count=100 query
for entry in $entries; do
	grep -q "^row index=$entry " out
	test_ok $? "entry $entry is in the trail"
done
peer politie-nh hello to=vt-zw,+reclas muni=0479 submit
test_is "$(grep -c '^recipient' out)" 2 'each recipient has its own verdict'
test_is "$(out_value outcome 'partner=reclas')" denied_no_rule 'a copy without a rule is denied'
test_is "$(out_value outcome 'partner=vt-zw')" cut 'and the principal gets the message'

# --- plans -----------------------------------------------------------------------------------

before=$(size)
peer politie-nh hello "${report[@]}" plan
test_is "$(out_value outcome '^plan')" cut 'a plan is decided by the same engine'
test_is "$(out_value promise '^recipient')" none 'and promises nothing'
test_is "$(($(size) > before))" 1 'it is an entry'
peer politie-nh hello "${report[@]}" plan plan plan
test_is "$(out_value code '^error')" EQUOTA 'plans of one user are limited'
peer vt-zw hello timeout=500 drain
test_is "$(grep -c 'offer.*police_report' out)" 2 'only what was submitted is delivered'

# --- directories -----------------------------------------------------------------------------

peer reclas hello count=90 directory ping
test_is "$(($(grep -c '^DIRECTORY' out) >= 60)) $(out_value code '^error')" '1 EQUOTA' \
	'sixty directories a minute, and no more'
test_is "$(grep -cx PONG out)" 1 'and the session goes on'

# --- keys ---------------------------------------------------------------------------------------

peer_bg police politie-nh hello "${report[@]}" submit file="$TMPDIR/revoked" wait submit
wait_for_log police waiting
before=$(size)
revoked=$(date -u +%Y-%m-%dT%H:%M:%SZ -d '-1 second')
sed -i "/use=transport/s/\$/ revoked=$revoked/" "$env/politie-nh/politie-nh.public"
hub_directory 2
test_ok $? 'a second directory revokes the key of the police'
wait_for_log hub 'session.ended partner=politie-nh why="key no longer valid"'
touch revoked
wait_bg police
test_like "$(grep '^error' police.log | head -n 1)" 'EKEYREVOKED' \
	'a session in the middle of its work is refused'
test_is "$(grep -c '^result' police.log)" 1 'nothing of it is decided any more'
test_is "$(($(size) >= before + 2))" 1 'directory and revocation are entries'
timeout 20 "$peer_bin" "$env" politie-nh timeout=1500 hello >out 2>err
test_is "$(grep -cx WELCOME out)" 0 'and the key does not connect again'
cp "$env/directory.note" "$TMPDIR/two"
sed -i 's/^number 2/number 1/' "$env/directory.note"
wait_for_log hub 'directory.refused'
ctl status
test_is "$(ctl_value directory number)" 2 'a directory that was changed is refused, the old one stays'
cp "$TMPDIR/two" "$env/directory.note"

done_testing
