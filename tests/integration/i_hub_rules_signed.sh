#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Signed rules: a hub that knows the signers takes a set that two of them signed, one of either side,
# and only the one that follows what was in force. Each refusal is an entry and leaves the last
# valid set in force.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

policy=$BIN/schakel-policy
signers=()

sign() {
	"$policy" sign --key "$env/$1/registrar.key" "${@:2}" "$env/rules" >sign.out 2>&1
}

verify() {
	"$policy" verify "${signers[@]}" "$env/rules" >verify.out 2>&1
}

# change TITLE: other rules by one byte that decides nothing
change() {
	sed -i "s/^agreement \"[^\"]*\"/agreement \"$1\"/" "$env/rules/algemene-grenzen.rules"
}

reload() {
	"$BIN/schakelctl" --control "$control" reload policy >/dev/null 2>err
}

# refused TEXT REGEX: the reload is refused, written down, and the set in force stays
refused() {
	local before number
	ctl status
	before=$(ctl_value trail size)
	number=$(ctl_value policy number)
	reload
	test_is $? 1 "$1: refused"
	log_has hub "policy.refused .*$2"
	test_ok $? "$1: the log says why"
	ctl status
	test_is "$(ctl_value trail size) $(ctl_value policy number)" "$((before + 1)) $number" \
		"$1: an entry, and the set in force stays"
	peer politie-nh hello to=vt-zw muni=0479 submit
	test_is "$(out_value outcome '^result')" cut "$1: the hub still decides"
}

hub_make
for who in care just; do
	signers+=(--signer "$(cat "$env/$who/registrar.vkey")")
done
cat >>"$env/hub.conf" <<END
policy_signers = {"$(cat "$env/care/registrar.vkey")", "$(cat "$env/just/registrar.vkey")"}
END

# --- the tool ----------------------------------------------------------------------------------

test_must_fail 'no statement: nothing to verify' verify
sign care
test_ok $? 'the first signs number 1'
test_must_fail 'one signature is not enough' verify
test_like "$(cat verify.out)" 'signed by 1 of the known signers, 2 are needed' 'and it says so'
sign care
test_like "$? $(cat sign.out)" '^1 .*a signature of .* already' 'nobody signs twice'
sign just --next
test_like "$? $(cat sign.out)" '^1 .*about these rules already' 'the second signs what is there'
cp "$env/rules/rules.note" one.note

# --- the hub -------------------------------------------------------------------------------------

hub_start
ctl status
test_is "$(ctl_value policy readable)" False 'a set with one signature is not taken at start'
sign just
test_ok $? 'the second signs'
verify
test_like "$? $(cat verify.out)" '^0 ok: rules number 1, digest [0-9a-f]{64}, previous none' 'it verifies'
reload
test_ok $? 'the hub takes it'
ctl status
test_is "$(ctl_value policy number)" 1 'as number 1'
cp -r "$env/rules" first

change 'Tweede'
refused 'other rules than were signed' 'not those that were signed'
test_must_fail 'the tool sees it too' verify
sign care
test_like "$? $(cat sign.out)" '^1 .*Give --next' 'and does not sign them as number 1'
sign care --next
refused 'one signature' 'signed by 1 of the known signers'
sign just
verify
test_like "$? $(cat verify.out)" '^0 ok: rules number 2, digest .*, previous [0-9a-f]{64}' 'number 2'
reload
test_ok $? 'the hub takes number 2'
cp -r "$env/rules" second

# --- rollback and chain ------------------------------------------------------------------------------

cp first/* "$env/rules/"
refused 'the set before' 'number 1 are not newer than number 2'
stop_bg hub
hub_run
ctl status
test_is "$(ctl_value policy number) $(ctl_value policy refused_files)" '2 True' \
	'after a restart as well: number 2 is in force'
cp second/* "$env/rules/"
change 'Derde' && sign care --next && sign just
change 'Vierde' && sign care --next && sign just
refused 'a set that skips one' 'rules number 4 do not follow'
mv "$env/rules/rules.note" four.note
refused 'no statement at all' 'the rules are not signed'
cp second/* "$env/rules/"
reload
test_ok $? 'what is in force may be loaded again'
change 'Derde' && sign care --next && sign just && reload
test_ok $? 'and its successor follows'
ctl status
test_is "$(ctl_value policy number)" 3 'as number 3'

# --- rules that fail their tests are not signed --------------------------------------------------------

cp "$env/rules/algemene-grenzen.rules" saved
sed -i 's/  cut  like PV-01 position/  permitted  like PV-01 position/' "$env/rules/algemene-grenzen.rules"
sign care --next
test_like "$? $(cat sign.out)" '^1 .*1 tests fail' 'nobody signs rules that fail their tests'
cp saved "$env/rules/algemene-grenzen.rules"

# --- production asks for signatures ---------------------------------------------------------------------

"$BIN/schakeld" -n -c "$env/hub.conf"
test_ok $? 'the check of the configuration looks at the signatures'
cp one.note "$env/rules/rules.note"
"$BIN/schakeld" -n -c "$env/hub.conf" 2>err
test_like "$? $(cat err)" 'rules.note: ' 'and says what is wrong with them'

rm "$env/rules/rules.note" "$env/rules/regio.rules" # its table of who directs has empty cells
sed -i 's/status EXAMPLE/status APPROVED/' "$env"/rules/*.rules
sed -i '/^policy_signers/d' "$env/hub.conf"
"$BIN/schakel-keys" directory build --environment production \
	--fresh-until "$(date -u -d '+30 days' +%Y-%m-%dT%H:%M:%SZ)" --out "$env/dir.new" \
	"$env/regions.txt" "$env"/*/*.public >/dev/null
for who in care just; do
	"$BIN/schakel-keys" directory sign --key "$env/$who/registrar.key" "$env/dir.new" >/dev/null
done
mv "$env/dir.new" "$env/directory.note"
"$BIN/schakeld" -n -c "$env/hub.conf" 2>err
test_like "$? $(cat err)" 'rules of production are signed. Set policy_signers' \
	'in production rules must be signed'

done_testing
