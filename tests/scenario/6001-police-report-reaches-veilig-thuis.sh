#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario A1: a police report reaches the competent Veilig Thuis, section by section as it was
# written; data for triage come back within the hour instead of 24; the police hear what became of
# it; and the trail says so.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

report=PL1100-2026-000123

field() {
	"$PYTHON" "$SRC/tests/lib/sections.py" "$1" get "$2"
}

# Lines of the file in out/ with this root that match.
out_has() {
	grep -Eq -- "$2" "$1"
}

HUB_WITNESSES='police vt-zw' hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
hub_start
system_start vt-zw
adapter_start police
adapter_start vt-zw

# --- the report -----------------------------------------------------------------------------------

police drop "$SRC/adapters/police/samples/melding.xml"
test_wait_for 20 'Veilig Thuis has the report' vt_find vt-zw police_report
message=$(vt_find vt-zw police_report)
"$PYTHON" "$SRC/tests/lib/sections.py" "$message" >got
diff -u "$SRC/tests/scenario/6001.expected" got >differs
test_ok $? 'every section, mark, fact and person as the officer wrote it' || diag "$(cat differs)"
test_is "$(field "$message" from)" politie-nh 'from the police'

test_wait_for 20 'the police system reads that it was accepted' \
	police wait aangenomen $report 0
test_wait_for 20 '... and that it arrived' police wait bezorgd $report 0
test_wait_for 20 '... and that Veilig Thuis has taken it' \
	police wait ontvangstbevestiging $report 0
[ -e "$(police_path done/melding.xml)" ] && [ ! -e "$(police_path in/melding.xml)" ]
test_ok $? 'the file is in done/'

# --- data for triage ------------------------------------------------------------------------------

test_wait_for 20 'the request for earlier data goes by itself' \
	police wait verzoek-om-politiegegevens $report 0
request=$(police wait verzoek-om-politiegegevens $report 0)
out_has "$request" '<persoon nummer="[0-9]+" ref="p1"' && out_has "$request" 'ref="p3"'
test_ok $? 'it names the persons as the police know them'
! out_has "$request" 'keuken|telefoon afpakte'
test_ok $? 'and nothing of the report'

police answer "$request" answer.xml
police drop answer.xml
test_wait_for 20 'the answer arrives' vt_find vt-zw police_data_response
response=$(vt_find vt-zw police_data_response)
test_is "$(field "$response" inReplyTo)" "$(sed -n 's/.* kenmerk="\([0-9a-f]*\)".*/\1/p' "$request")" \
	'it answers the request'
"$PYTHON" "$SRC/tests/lib/sections.py" "$response" >histories
test_is "$(grep -c '^section history_' histories)" 12 'four histories about each of three persons'
test_is "$(grep -c '"known": true' histories)" 1 'one of them is known'
test_is "$(field "$response" subjects.child+victim)" "$(field "$message" subjects.child+victim)" \
	'the child has the number it has in the report'

# --- feedback -------------------------------------------------------------------------------------

cat >feedback.json <<JSON
{"id": "VT-1", "kind": "feedback", "inReplyTo": "$(field "$message" messageId)",
 "userRef": "u-31b0", "checkedBy": "u-31b0", "sections": [
  {"category": "feedback", "data": {"taken_up": true, "steps": ["lokaal team gevraagd"],
   "contact_person": {"function": "triagist", "phone": "088-0000001"}}},
  {"category": "door_card", "about": [$(field "$message" subjects.victim+parent)],
   "data": {"instructions": ["spreek haar apart"], "measures": ["alert_on_location"],
    "weighed_by": "u-31b0"}}]}
JSON
test_expect 'feedback is taken' vt vt-zw post feedback.json key-1
first=$(cat out)
test_expect 'and again, with the same key' vt vt-zw post feedback.json key-1
test_is "$(cat out)" "$first" 'it is the same message'
test_wait_for 20 'the police hear what became of it' police wait terugkoppeling $report 0
feedback=$(police wait terugkoppeling $report 0)
out_has "$feedback" '<opgepakt>ja</opgepakt>' && out_has "$feedback" '<stap>lokaal team gevraagd</stap>'
test_ok $? 'taken up, and the steps'
out_has "$feedback" '<instructie>spreek haar apart</instructie>' && out_has "$feedback" 'ref="p1"'
test_ok $? 'a door card about the person they know as p1'
diag "politie hoort na $(police heard $report 1) s terug"

# --- once, and no more ----------------------------------------------------------------------------

# Everything the hub recorded has been receipted when no adapter waits for anything any more.
quiet() {
	"$PYTHON" - "$HUB/status-police.json" "$HUB/status-vt-zw.json" <<-'PY'
		import json, sys
		for name in sys.argv[1:]:
		    status = json.load(open(name))
		    if status["out_waiting"] or status["out_answered"] or status["in_waiting"]:
		        sys.exit(1)
	PY
}
test_wait_for 90 'nothing waits any more, and every promise is in a checkpoint' quiet
test_is "$(find "$HUB/system-vt-zw/messages" -name '*.json' | wc -l)" 2 'Veilig Thuis got two messages'
police list | awk '{ n[$1]++ } END { for (root in n) print n[root], root }' | sort -k2 >roots
test_is "$(tr '\n' ',' <roots)" \
	'2 aangenomen,2 bezorgd,1 ontvangstbevestiging,1 terugkoppeling,1 verzoek-om-politiegegevens,' \
	'the police got each file once'

# --- who knows what -------------------------------------------------------------------------------

grep -rql Voorbeeld "$HUB/store" "$HUB/vault" "$TMPDIR/hub.log" "$TMPDIR/notary.log"
test_is $? 1 'the hub does not know the name of the victim (P4)'
grep -ql Voorbeeld "$TMPDIR/adapter-police.log" "$TMPDIR/adapter-vt-zw.log"
test_is $? 1 'nor do the logs of the adapters'
grep -q Voorbeeld "$message"
test_ok $? 'Veilig Thuis does, so the search works'

# --- a datum that may not go ----------------------------------------------------------------------

sed -e 's/PL1100-2026-000123/PL1100-2026-000124/' \
	-e '/<rode-vlag/,/rode-vlag>/s/wpg="8"/wpg="9"/' "$SRC/adapters/police/samples/melding.xml" >wpg9.xml
police drop wpg9.xml
test_wait_for 20 'a report with investigation data is accepted in part' \
	police wait aangenomen PL1100-2026-000124 0
accepted=$(police wait aangenomen PL1100-2026-000124 0)
out_has "$accepted" '<niet-verstuurd onderdeel="rode vlaggen"'
test_ok $? 'the officer reads what did not go'
second() { grep -l '"category":"red_flags","reason":"source_law"' "$HUB/system-vt-zw/messages/"*.json; }
test_wait_for 20 'Veilig Thuis reads that something is not shared, and why' second

# --- the trail ------------------------------------------------------------------------------------

stop_bg adapter-police
stop_bg adapter-vt-zw
stop_bg hub
test_expect 'the trail verifies, details and guard included' "$BIN/schakel-audit" verify \
	--store "$HUB/store" --log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
diag "$(tail -5 out)"

# --- what each partner keeps ----------------------------------------------------------------------

id=$(field "$message" messageId)
"$BIN/schakel-keys" directory policy "$HUB/directory.note" >policy
for name in police vt-zw; do
	proofs=("$HUB/proofs-$name"/*/"$id"-*.tlog-proof)
	[ -e "${proofs[0]}" ]
	test_ok $? "$name keeps a proof of the report"
	test_expect '... which is checked off-line, by log and witnesses' \
		"$BIN/schakel-audit" check --policy policy "${proofs[0]}"
	diag "$(cat out)"
	sed 's/^extra ..../extra AAAA/' "${proofs[0]}" >forged
	test_expect_status 1 '... and not when it is of another entry' \
		"$BIN/schakel-audit" check --policy policy forged
	test_expect '... and its checkpoint fits the trail' "$BIN/schakel-audit" verify \
		--store "$HUB/store" --policy policy --checkpoint "$HUB/proofs-$name/checkpoint"
done
test_expect_status 3 'a file brings no keys along' "$BIN/schakel-audit" check "${proofs[0]}"
if command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; then
	GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' test_expect "Debian's Go takes all of them" \
		go run "$SRC/tests/foreign/proof_go.go" "$(cat "$HUB/keys/hub/log.vkey")" \
		"$HUB"/proofs-*/*/*.tlog-proof
	diag "$(cat out)"
else
	pass "Debian's Go takes all of them # SKIP no go"
fi

done_testing
