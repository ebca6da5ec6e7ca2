#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P5, P6: the hub's disk is lost and an old backup restored. It accepts nothing; the registrars give
# the trail a new name; the hub goes on under it from what is left, partners send again what was
# lost, and every message is handed over once.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

old_origin=$HUB_ORIGIN
new_origin=$HUB_ORIGIN-2

# answered N: the police have so many results
answered() {
	[ "$(grep -c 'result id=' "$HUB/police.history")" -ge "$1" ]
}

status() {
	hub_ctl -o json status | "$PYTHON" -c '
import json, sys
at = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    at = at[name]
print(at)' "$1"
}

start_hub() {
	local before
	: >>hub.log
	before=$(log_count hub 'hub\.ready')
	start hub
	wait_for 30 hub_is_ready "$before"
}

size() { status trail.size; }
is_signed() { [ "$(status trail.checkpoint_size)" -ge "$1" ]; }

HUB_WITNESSES='police vt-zw' hub_make "$TMPDIR/hub"
test_ok $? 'a hub in a folder'
: >>"$HUB/police.history"
: >>"$HUB/vt.history"
start notary
start_hub
start vt
start police rate=20 open=48 max=40
wait_for 60 answered 20

# --- a backup, and life goes on -------------------------------------------------------------
kept=$(size)
stop_bg hub
cp -r "$HUB/store" "$TMPDIR/backup"
start_hub
wait_for 60 answered 40
lost=$(size)
wait_for 60 is_signed "$lost"
# What is answered from here on nobody has signed yet when the disk is lost: it is promised only.
stop_bg notary
stop_bg police
start police rate=40 open=48 max=55
wait_for 60 answered 55
for name in police vt hub; do
	stop_bg $name
	test_ok $? "$name ends when asked"
done

# --- the disk is lost -----------------------------------------------------------------------
rm -r "$HUB/store"
cp -r "$TMPDIR/backup" "$HUB/store"
start notary
start_hub
test_wait_for 20 'the notary knows more than the backup has' log_has hub 'checkpoint.rollback'
test_is "$(status accepting)" False 'nothing is accepted'
kept=$(size)
stop_bg hub
stop_bg notary
before=$(grep -c 'result id=' "$HUB/police.history")
last=$(sed -n 2p "$HUB/guard")
[ "$last" -gt "$kept" ]
test_ok $? "of $last entries that were signed, $kept are left"

# --- a new name for the trail, by the registrars ----------------------------------------------
"$BIN/schakel-keys" generate --log "$new_origin" --out "$HUB/keys/log2" >>"$HUB/keys.log" || exit 1
old_vkey=$(cat "$HUB/keys/hub/log.vkey")
new_vkey=$(cat "$HUB/keys/log2/log.vkey")
cp "$HUB/keys/hub/hub.public" hub.old
{
	sed "s|origin=$old_origin |origin=$new_origin |; s|log=[^ ]*|log=$new_vkey|" hub.old
	cat hub.old
	"$BIN/schakel-keys" epoch --origin "$new_origin" --from "$kept" "$HUB/guard"
} >"$HUB/keys/hub/hub.public"
cp "$HUB/directory.note" before.note
test_expect 'schakel-keys writes the record' grep -Fxq \
	"epoch origin=$new_origin previous=$old_origin size=$last root=$(sed -n 3p "$HUB/guard") from=$kept" \
	"$HUB/keys/hub/hub.public"
test_expect_status 2 'not one of which nothing was lost' "$BIN/schakel-keys" epoch \
	--origin "$new_origin" --from $((last + 1)) "$HUB/guard"
test_expect_status 2 'nor one under the old name' "$BIN/schakel-keys" epoch \
	--origin "$old_origin" --from "$kept" "$HUB/guard"
test_expect_status 3 'nor of what is no checkpoint' "$BIN/schakel-keys" epoch \
	--origin "$new_origin" --from "$kept" "$HUB/schakeld.conf"
sed -i "s|^origin = .*|origin = \"$new_origin\"|" "$HUB/schakeld.conf"
"$BIN/schakel-notary" --init --key "$HUB/keys/log2/log.key" --guard "$HUB/guard2" || exit 1

# refused TITLE WORDS: the hub does not start, and says why in one line
refused() {
	(cd "$HUB" && "$BIN/schakeld" --config schakeld.conf) >out 2>&1
	[ $? -ne 0 ] && grep -q "$2" out
	test_ok $? "$1" || diag "$(cat out)"
}
refused 'not without a statement' 'the directory names the trail'
good=$(cat "$HUB/keys/hub/hub.public")
# state SED: the registrars sign this instead
state() {
	sed "$1" <<<"$good" >"$HUB/keys/hub/hub.public"
	hub_sign_directory before.note
}
state '/^epoch/d'
refused 'nor with a directory that has the name alone' 'no epoch record'
state "/^epoch/s/from=$kept/from=$((kept - 1))/"
refused 'nor with a beginning that is not the end of what is left' "this store has $kept"
state "/^epoch/s|previous=[^ ]*|previous=$old_origin-x|"
refused 'nor with the statement of another trail' 'trail'
state ''
test_ok $? 'the registrars sign how the new trail begins'
cp "$HUB/directory.note" good.note
sed "/^epoch/s/from=$kept/from=$((kept - 1))/" good.note >"$HUB/directory.note"
refused 'nor with one that the registrars did not sign' 'sign'
cp good.note "$HUB/directory.note"

start_bg notary env -C "$HUB" "$BIN/schakel-notary" --socket notary.sock --key keys/log2/log.key \
	--guard guard2
wait_for_log notary ' ready '
start_hub
test_like "$(cat hub.log)" "epoch.begun trail=$new_origin before=$old_origin from=$kept" 'the hub goes on'
test_is "$(status accepting)" True 'and accepts'

# --- what was lost is sent again ---------------------------------------------------------------
start vt
start police rate=0 drain=1
wait_bg police 300
test_ok $? 'all that was sent is in the new trail, witnessed'
test_like "$(cat "$HUB/police.history" police.log)" 'alarm.*epoch' 'a person is told'
[ "$(grep -c 'result id=' "$HUB/police.history")" -ge $((before + 15)) ]
test_ok $? 'what was only promised was sent again, and answered'
stop_bg vt
test_is "$(find "$HUB/system/out" -name '*.txt' | sed 's|.*/||; s|\.txt||; s|\.again.*||' | sort | uniq -d | wc -l)" 0 \
	'nothing is handed over twice'
[ "$(size)" -gt "$kept" ]
test_ok $? 'the trail grew'
stop_bg hub
stop_bg notary

# --- the verifier -----------------------------------------------------------------------------
audit="$BIN/schakel-audit"
verify() {
	"$audit" verify --store "$HUB/store" --vault "$HUB/vault" --guard "$HUB/guard2" \
		--promise-key "$(grep -o ' promise=[^ ]*' hub.old | cut -d= -f2-)" "$@"
}
"$BIN/schakel-keys" directory policy "$HUB/directory.note" >policy
test_expect 'both epochs verify' verify --policy policy --epoch "$kept:$old_vkey"
diag "$(cat out)"
test_must_fail 'not as one trail' verify --policy policy
test_must_fail 'nor with another beginning' verify --policy policy --epoch "$((kept - 1)):$old_vkey"

# Whom the registrars name is in the store, signed: nothing else has to be believed.
registrars=()
for name in care justice; do
	registrars+=(--registrar "$(cat "$HUB/keys/$name/registrar.vkey")")
done
test_expect "the registrars' keys are enough" verify "${registrars[@]}"
diag "$(cat out)"
test_expect "or their epochs, and one's own policy" verify "${registrars[@]}" --policy policy
"$BIN/schakel-keys" generate --registrar other --side justice --out other >/dev/null || exit 1
test_expect_status 3 'others did not sign it' verify "${registrars[@]:0:2}" \
	--registrar "$(cat other/registrar.vkey)"
diag "$(cat err)"

# --- proofs of both epochs ----------------------------------------------------------------------
for index in $((kept - 1)) "$kept"; do
	test_expect "entry $index is proven" "$audit" proof --store "$HUB/store" "${registrars[@]}" \
		--out "proof-$index" "$index"
	test_expect 'off-line too' "$audit" check --policy policy "proof-$index"
done
test_expect 'the last of the old name' grep -Eq "trail +$old_origin\$" "proof-$((kept - 1))/LEESMIJ.txt"
test_expect 'the first of the new' grep -Eq "trail +$new_origin\$" "proof-$kept/LEESMIJ.txt"
test_expect 'which tells of it' grep -Eq 'kind +notice$' "proof-$kept/LEESMIJ.txt"
test_expect 'by hand as well' "$audit" proof --store "$HUB/store" --policy policy \
	--epoch "$kept:$old_vkey" "$kept"
done_testing
