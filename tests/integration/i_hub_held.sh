#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What waits when its sender is kept out, by the operator or the directory: it does not go while that
# lasts, and goes by itself when it ends. What was signed with a key that the operator revoked is
# withheld.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start
report=(to=vt-zw muni=0479)

operator() {
	"$BIN/schakelctl" -s "$control" "$@" >out 2>err
}

# offered: how many offers of messages Veilig Thuis gets now
offered() {
	"$peer_bin" "$env" vt-zw hello timeout=700 drain bye >out
	grep -c '^offer' out
}

# --- suspended ------------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" submit bye
id=$(out_value id '^sent')
operator partner suspend politie-nh || fail 'suspend'
test_is "$(offered)" 0 'mail of a suspended sender does not go out'
operator queue list vt-zw
test_like "$(cat out)" 'state=parked parked=suspended' 'it is parked'
operator queue retry "$(sed 's/^offer=\([0-9]*\).*/\1/;q' out)"
test_like "$? $(cat err)" '^1 .*politie-nh is suspended' 'and cannot be made to go'
stop_bg hub
hub_run
test_is "$(offered)" 0 'nor by a restart'
operator partner resume politie-nh || fail 'resume'
peer vt-zw hello want=1 timeout=5000 drain
test_is "$(out_value id '^offer')" "$id" 'it goes by itself when the suspension ends'
"$peer_bin" "$env" politie-nh hello timeout=700 drain bye >out
test_like "$(cat out)" 'state=parked recipient=1 text=Bericht wacht' 'its sender heard that it waited'

# --- suspended by the directory --------------------------------------------------------------

# directory NUMBER STATUS: what it says of the police
directory() {
	sed -i "/^partner /s/status=[a-z]*/status=$2/" "$env/politie-nh/politie-nh.public"
	hub_directory "$1"
	operator reload directory || fail "directory $1"
}

peer politie-nh hello "${report[@]}" submit bye
id=$(out_value id '^sent')
directory 2 suspended
test_is "$(offered)" 0 'mail of a sender that the directory suspends does not go out'
operator queue list vt-zw
test_like "$(cat out)" 'state=parked parked=suspended' 'it is parked'
directory 3 active
peer vt-zw hello want=1 timeout=1000 drain
test_is "$(out_value id '^offer')" "$id" 'it goes by itself when the directory lets its sender in again'

# --- revoked --------------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" submit bye
operator partner revoke politie-nh || fail 'revoke'
test_is "$(offered)" 0 'mail under a revoked key does not go out'
operator queue list vt-zw
test_is "$(grep -c offer= out)" 0 'and waits for nothing'
operator queue list politie-nh
test_like "$(cat out)" 'type=notice' 'its sender will hear of it, once it has new keys'

stop_bg hub
test_expect 'the trail' "$BIN/crash_trail" "$env/store" "$env/vault"
test_is "$(grep -c 'kind=key_revoked' out)" 6 \
	'an entry: the suspension, two keys of the directory, three of the operator'
test_is "$(grep -c 'kind=withheld' out)" 1 'and so is what was withheld'
done_testing
