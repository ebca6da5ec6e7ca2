#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario J: a supervisor looks for what was disclosed without consent, checks one of these on
# another machine, and exports the rest; a search on an employee is refused without a case number. A
# woman asks who got what about her: each organisation answers for itself, line by line.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
jt|jeugdteam-zaandam|team|Jeugdteam Zaandam|local_team|care|14 075|11
ap|ap|toezicht|Autoriteit Persoonsgegevens|supervisor|supervision|088 000 0004|11
fg-vt|fg-vt|toezicht|Functionaris gegevensbescherming Veilig Thuis|supervisor|supervision|075 000 0009|11
'
HUB_PARTNERS=${HUB_PARTNERS/'|fg-politie|fg|'/'|fg-politie|toezicht|'}
HUB_MANDATES='mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01
mandate partner=fg-vt kind=fg_of_partner of=vt-zw from=2020-01-01 until=2099-01-01
'

hub_make "$TMPDIR/j" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/j/keys.log")"
adapters_make
generic_make jt jeugdteam-zaandam team jeugdteam.map
hub_start
system_start vt-zw
for name in police vt-zw jt; do
	adapter_start "$name"
done
log_key=$HUB/keys/hub/log.vkey

# --- what happened last month ------------------------------------------------------------------------------

report_drop PL1100-2026-000600
test_wait_for 20 'Veilig Thuis has a police report' vt_find vt-zw police_report
report=$("$PYTHON" "$SRC/tests/lib/sections.py" "$(vt_find vt-zw police_report)" get messageId)
marks='"marks": {"status": "interpretation", "source": "observed", "reliability": "reliable", "asOf": "2026-11-20"}'
cat >triage.json <<JSON
{"id": "VT-J1", "kind": "triage_outcome", "refersTo": "$report", "userRef": "u-31b0", "checkedBy": "u-31b0",
 "to": {"partner": "jeugdteam-zaandam"},
 "subjects": [{"number": 1, "positions": ["victim", "parent"], "bsn": "111222333", "familyName": "van Voorbeeld", "givenNames": "Sanne", "born": "1991-05-17"}],
 "sections": [{"category": "triage", "about": [1], $marks, "data": {"unsafety": "structural", "outcome": "local_team", "summary": "Herhaald geweld."}}],
 "events": [{"code": "director", "partner": "jeugdteam-zaandam", "desk": "team"}]}
JSON
test_expect 'it passes the outcome on' vt vt-zw post triage.json j-1
test_wait_for 20 'to the youth team' own jt find 'summary=Herhaald geweld.'

# --- the supervisor looks --------------------------------------------------------------------------------------

covered() {
	hub_audit ap --saved without-consent --from "$(date -u -d '-1 month' +%F)" >found
	[ -s found ] && ! grep -q '"proven":false' found
}
test_wait_for 20 'the supervisor finds what was disclosed without consent, proven' covered
test_is "$("$PYTHON" -c 'import json
print(*sorted({(e := json.loads(line)["entry"])["sender"] + ">" + e["recipient"] for line in open("found")}))')" \
	'politie-nh>vt-zw/triage vt-zw>jeugdteam-zaandam/team vt-zw>politie-nh/meldingen' 'all of it, by whom and to whom'
hub_audit ap --user-ref u-31b0 >nobody 2>refused
test_is "$? $(wc -c <nobody)" '1 0' 'what an employee sent is not searched without a case number'
hub_audit ap --saved without-consent --export csv >found.csv
test_is "$(($(wc -l <found.csv) - 1))" "$(wc -l <found)" 'the same rows are exported as a table'

# --- one of them, on another machine ----------------------------------------------------------------------------

index=$("$PYTHON" -c 'import json
print(next(r["index"] for r in map(json.loads, open("found")) if r["entry"]["recipient"].startswith("jeugdteam")))')
test_expect 'the proof of one disclosure' "$BIN/schakel-audit" proof --store "$HUB/store" --log-key "$log_key" \
	--out proof "$index"
mkdir elsewhere
cp -r proof elsewhere/
cp "$log_key" elsewhere/log.vkey # from the directory, not from the hub
test_expect 'is checked where there is no hub' env -i -C elsewhere PATH=/usr/bin:/bin "$BIN/schakel-audit" check \
	--log-key log.vkey proof
test_expect 'and with openssl and sha256sum alone' env -i -C elsewhere/proof PATH=/usr/bin:/bin bash controle.sh
printf 'x' | dd of=elsewhere/proof/entry bs=1 seek=20 conv=notrunc status=none
test_expect_status 1 'a changed one is not right' "$BIN/schakel-audit" check --log-key elsewhere/log.vkey elsewhere/proof

# --- she asks who got what ----------------------------------------------------------------------------------------

hub_audit fg-vt --limit 1 >/dev/null # makes its configuration
# report PARTNER WHAT WORD...: in the hub's folder, where configurations name their files
report() {
	local partner=$1 what=$2
	shift 2
	env -C "$HUB" "$BIN/schakel-audit" report "$what" --config "audit-$partner.conf" "$@"
}
sanne=$(echo 111222333 | "$BIN/schakel-keys" pseudonym --key "$HUB/keys/shared/pseudonym.secret")
test_like "$sanne" '^[0-9a-f]{64}$' 'the officer knows under what she is known'
test_expect 'a part for each who disclosed about her' report ap make --mandate ap \
	--user u-77 --subject "$sanne" --out "$TMPDIR/parts"
test_is "$(find parts -name '*.deel' -printf '%f\n' | sort | xargs)" 'politie-nh.deel vt-zw.deel' 'police and Veilig Thuis'
test_expect_status 1 "another's part does not open" report fg-vt open "$TMPDIR/parts/politie-nh.deel"
test_expect 'the officer of Veilig Thuis opens its own' report fg-vt open \
	--out "$TMPDIR/lines.txt" "$TMPDIR/parts/vt-zw.deel"
count=$(grep -c '^regel ' lines.txt)
sed -i -e 's/^regel \([0-9]*\) $/regel \1 geven/' lines.txt
test_expect 'gives each line' report fg-vt give --decisions "$TMPDIR/lines.txt" \
	--out "$TMPDIR/answer.html" "$TMPDIR/parts/vt-zw.deel"
test_like "$count $(cat answer.html)" '^[1-9].*Jeugdteam Zaandam' 'and she reads that the youth team got it'
grep -qE 'Fictief|Mark|u-31b0|PL1100' answer.html
test_is $? 1 'and nothing of anybody else'

# --- who looked -------------------------------------------------------------------------------------------------------

hub_audit ap --entry query >looks
test_is "$(grep -c '"ENTRY_QUERY"' looks)" "$(wc -l <looks)" 'every look is an entry'
[ "$(wc -l <looks)" -ge 5 ]
test_ok $? 'those that were refused too' || diag "$(wc -l <looks)"
for name in police vt-zw jt; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" --log-key "$log_key" \
	--vault "$HUB/vault" --guard "$HUB/guard"
done_testing
