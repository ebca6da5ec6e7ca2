#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# When the law cannot be read or the notary is away: the last valid policy stays, nothing is
# accepted without checkpoints, and acute danger is never refused for form.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_LIMIT=1500
hub_make
hub_start
report=(to=vt-zw muni=0479)

trail_size() {
	ctl status && ctl_value trail size
}

# --- a broken policy -----------------------------------------------------------------

ctl status
before=$(ctl_value trail size)
cp "$env/rules/politie-veilig-thuis.rules" saved
echo 'rule nonsense' >>"$env/rules/politie-veilig-thuis.rules"
"$BIN/schakelctl" --control "$control" reload policy 2>err
test_is $? 1 'a broken rule file is refused'
log_has hub 'policy.refused .*line='
test_ok $? 'the log says where it is broken'
ctl status
test_is "$(ctl_value trail size)" $((before + 1)) 'the refusal is an entry'
test_is "$(ctl_value policy refused_files) $(ctl_value policy readable)" 'True True' \
	'the last valid set stays in force'
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value outcome '^result')" cut 'and decides'

# --- at start as well ------------------------------------------------------------------

stop_bg hub
hub_run
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value outcome '^result')" cut 'after a restart the last valid set is in force too'
cp saved "$env/rules/politie-veilig-thuis.rules"
"$BIN/schakelctl" --control "$control" reload policy
test_is $? 0 'the mended file is taken'
ctl status
test_is "$(ctl_value policy refused_files)" False 'and the files are what is in force'

# --- no policy at all -------------------------------------------------------------------------

stop_bg hub
mkdir other
cp -r "$env" "$TMPDIR/other/"
rm -rf "$env/store" "$env/vault"
for rules in "$env"/rules/*.rules; do echo broken >"$rules"; done
rm -f "$env/guard"
stop_bg notary
"$BIN/schakel-notary" --init --key "$env/hub/log.key" --guard "$env/guard"
hub_start
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value outcome '^result')" error 'with no policy ever read: outcome error'
test_is "$(out_value reason '^recipient')" policy_unreadable 'which says why'
peer vt-zw hello timeout=500 quiet
grep -q '^quiet yes' out
test_ok $? 'and nothing is delivered'
stop_bg hub

# --- none at the first start, for a moment -----------------------------------------------------

rm -rf "$env/store" "$env/vault"
for rules in other/env/rules/*.rules; do cp "$rules" "$env/rules/"; done
stop_bg notary
rm -f "$env/guard"
"$BIN/schakel-notary" --init --key "$env/hub/log.key" --guard "$env/guard"
notary_start
echo no-policy >fault
HUB_BIN=hub_faulty
HUB_ENV=(env HUB_FAULT="$TMPDIR/fault")
hub_run
wait_for_log hub 'policy.refused error=ENOMEM'
before=$(trail_size)
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value reason '^recipient')" policy_unreadable 'with no memory for the rules: outcome error'
test_wait_for 20 'it is tried again each second' log_has hub 'policy.retry tries=3'
test_is "$(log_count hub policy.refused) $(($(trail_size) - before))" '1 1' \
	'which is one line and one entry, beside that of the message'
rm fault
test_wait_for 20 'and once it can be, the rules are in force' log_has hub policy.loaded
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value outcome '^result')" cut 'without anybody who touches the files'
HUB_BIN=schakeld
HUB_ENV=(env)
stop_bg hub
stop_bg notary
rm -rf "$env"
mv other/env "$env"
hub_start

# --- acute ----------------------------------------------------------------------------------------

peer politie-nh hello "${report[@]}" no-check=1 submit
test_is "$(out_value outcome '^result')" denied_no_rule 'a report without a human check is denied'
test_is "$(out_value reason '^recipient')" check_missing 'for that reason'
peer politie-nh hello "${report[@]}" no-check=1 acute=1 submit
test_is "$(out_value outcome '^result')" cut 'declared acute by a named person it passes'
test_is "$(out_value repair '^recipient')" 1 'with repair due'

# --- no checkpoints -----------------------------------------------------------------------------------

kill_bg notary KILL
rm -f "$TMPDIR/n.sock"
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value outcome '^result')" cut 'for a while the hub goes on without its notary'
wait_for_log hub 'accepting.off'
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value code '^error')" ENOTRECORDED 'then it accepts nothing'
peer politie-nh hello "${report[@]}" plan
test_is "$(out_value code '^error')" ENOTRECORDED 'no plans either'
peer politie-nh hello "${report[@]}" acute=1 submit
test_is "$(out_value outcome '^result')" cut 'except what is acute'
ctl status
test_is "$(ctl_value accepting)" False 'the status says so'
notary_start
wait_for_log hub 'accepting.on'
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value outcome '^result')" cut 'with the notary it accepts again'

# --- a store that is older than what was signed -----------------------------------------------------------

stop_bg hub
cp -r "$env/store" "$TMPDIR/old"
hub_run
peer politie-nh hello "${report[@]}" count=3 submit
checkpointed() {
	ctl status && [ "$(ctl_value trail size)" = "$(ctl_value trail checkpoint_size)" ]
}
test_wait_for 10 'the trail grows and is signed' checkpointed
stop_bg hub
rm -rf "$env/store"
cp -r "$TMPDIR/old" "$env/store"
hub_run
log_has hub 'checkpoint.rollback'
test_ok $? 'a store from a backup is noticed'
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value code '^error')" ENOTRECORDED 'and accepts nothing'

done_testing
