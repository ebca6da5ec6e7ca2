#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P6: the log key is rotated. Both keys are in the directory for a time, the notary switches with its
# guard, and hub, adapters, witnesses and the verifier follow; nothing is lost, nobody is alarmed.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

# answered N: the police have so many results
answered() {
	[ "$(grep -c 'result id=' "$HUB/police.history")" -ge "$1" ]
}

start_hub() {
	local before
	: >>hub.log
	before=$(log_count hub 'hub\.ready')
	start hub
	wait_for 30 hub_is_ready "$before"
}

HUB_WITNESSES='police vt-zw' hub_make "$TMPDIR/hub"
test_ok $? 'a hub in a folder'
: >>"$HUB/police.history"
: >>"$HUB/vt.history"
start notary
start_hub
start vt
start police rate=20 open=48 max=20
wait_for 60 answered 20

# --- both keys in the directory, the notary switches ------------------------------------------
"$BIN/schakel-keys" generate --log "$HUB_ORIGIN" --out "$HUB/keys/log2" >>"$HUB/keys.log" || exit 1
old_vkey=$(cat "$HUB/keys/hub/log.vkey")
new_vkey=$(cat "$HUB/keys/log2/log.vkey")
cp "$HUB/keys/hub/hub.public" hub.old
{
	cat hub.old
	sed "s|log=[^ ]*|log=$new_vkey|" hub.old
} >"$HUB/keys/hub/hub.public"
cp "$HUB/directory.note" before.note
hub_sign_directory before.note
test_ok $? 'the registrars sign a directory with both keys'
test_wait_for 20 'the hub takes it' log_has hub 'directory.loaded number=2'
stop_bg notary
start_bg notary env -C "$HUB" "$BIN/schakel-notary" --socket notary.sock --key keys/log2/log.key \
	--guard "$GUARD"
wait_for_log notary ' ready size=[1-9]'
test_ok $? 'the notary goes on from its guard with the new key'
stop_bg police
start police rate=20 open=48 max=40
wait_for 60 answered 40
test_ok $? 'and life goes on'

# --- every promise ends under a checkpoint that the new key and both witnesses signed -----------
stop_bg police
start police rate=0 drain=1
wait_bg police 300
test_ok $? 'all that was sent is in the trail, witnessed'
stop_bg vt
test_is "$(cat "$HUB/police.history" police.log "$HUB/vt.history" vt.log | grep -c 'alarm')" 0 'nobody is alarmed'
stop_bg hub
stop_bg notary

# --- the verifier -----------------------------------------------------------------------------
verify() {
	"$BIN/schakel-audit" verify --store "$HUB/store" --vault "$HUB/vault" --guard "$HUB/$GUARD" "$@"
}
"$BIN/schakel-keys" directory policy "$HUB/directory.note" >policy
test_expect 'the trail verifies with the policy of the directory' verify --policy policy
test_expect 'and with both keys' verify --log-key "$old_vkey" --log-key "$new_vkey"
test_must_fail 'not with a key that signed nothing' verify --log-key "$(
	"$BIN/schakel-keys" generate --log "$HUB_ORIGIN" --out keys3 >>"$HUB/keys.log"
	cat keys3/log.vkey
)"
done_testing
