#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-audit query: a supervisor asks a hub; the query is an entry of its own, what is shown
# proves itself, and who has no mandate sees nothing.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

audit=$BIN/schakel-audit

# ask [OPTION...]: as the supervisor with the mandate of the privacy authority
ask() {
	"$audit" query --config toezicht.conf --mandate ap --reason periodic_audit --user u-77 "$@" \
		>answer 2>notes
}

size() {
	ctl status && ctl_value trail size
}

hub_make
audit_conf toezicht
audit_conf politie-nh

# --- usage
test_expect 'help' "$audit" query --help
test_expect_status 2 'no mandate' "$audit" query --config toezicht.conf --reason complaint --user u-1
test_expect_status 2 'an unknown reason' "$audit" query --config toezicht.conf --mandate ap \
	--reason curiosity --user u-1
test_expect_status 2 'an unknown kind' "$audit" query --config toezicht.conf --mandate ap \
	--reason complaint --user u-1 --kind gossip
test_expect_status 2 'an officer of nobody' "$audit" query --config toezicht.conf \
	--mandate fg_of_partner --reason complaint --user u-1
test_expect_status 2 'half an id' "$audit" query --config toezicht.conf --mandate ap \
	--reason complaint --user u-1 --message 1234
test_expect_status 3 'no configuration' "$audit" query --config nowhere.conf --mandate ap \
	--reason complaint --user u-1
echo 'partner = "toezicht' >broken.conf
test_expect_status 3 'a broken configuration' "$audit" query --config broken.conf --mandate ap \
	--reason complaint --user u-1
sed 's/registrars = .*/registrars = {"care:x+1+y"}/' toezicht.conf >strangers.conf
test_expect_status 3 'a directory signed by others' "$audit" query --config strangers.conf \
	--mandate ap --reason complaint --user u-1

# --- answers
hub_start
for _ in 1 2 3; do
	peer politie-nh hello to=vt-zw muni=0479 submit
done
disclosure=$(out_value entry '^recipient')
peer politie-nh hello to=reclas muni=0479 submit
denied=$(out_value entry '^recipient')
before=$(size)
ask
test_is "$?" 0 'a supervisor with a mandate is answered'
test_is "$(size)" $((before + 1)) 'and the query is an entry'
test_like "$(grep "^ *$disclosure " answer)" 'politie-nh -> vt-zw' 'the disclosure is in the answer'
test_like "$(cat notes)" "^$(grep -c . answer) rows, " 'and the rows are counted'

ask --json --details
test_is "$?" 0 'JSON'
test_expect 'each line is an entry with its proof' "$PYTHON" - "$disclosure" "$denied" <<'END'
import json, sys
rows = {row["index"]: row for row in map(json.loads, open("answer"))}
row = rows[int(sys.argv[1])]
assert row["entry"]["sender"] == "politie-nh", row
assert row["entry"]["recipient"].startswith("vt-zw"), row
detail = row["details"][0]["detail"]
assert detail["kind"] == "KIND_POLICE_REPORT" and len(detail["id"]) == 32, detail
assert any(section.get("delivered") for section in detail["sections"]), detail
assert rows[int(sys.argv[2])]["entry"]["outcome"].startswith("OUTCOME_DENIED"), rows
queries = [row for row in rows.values() if row["entry"]["kind"] == "ENTRY_QUERY"]
assert queries and queries[0]["details"][0]["detail"]["mandate"] == "MANDATE_AP", queries
END

test_expect 'decisions exported are made again alike by the same rules' \
	"$BIN/schakel-policy" replay -l en --rules "$env/rules" answer
test_like "$(cat out)" '^[1-9][0-9]* decisions: [1-9][0-9]* the same, 0 wider, 0 narrower, 0 otherwise, 0 unreadable' \
	'all of them'
sed 's/^  allow     identity, contact, /  allow     contact, /' "$env/rules/politie-veilig-thuis.rules" \
	>narrower.rules
test_expect 'a narrower set is no reason to stop' \
	"$BIN/schakel-policy" replay -l en --rules narrower.rules answer
test_like "$(cat out)" 'police_report: narrower .was cut, becomes denied_no_rule. identity' \
	'and what would not go is named'
# The words of a rule may change without what it lets through: that is noticed too.
cp -r "$env/rules" renamed
sed -i 's/PV-01/PV-99/g' renamed/*.rules
test_expect 'a rule by another name' \
	"$BIN/schakel-policy" replay -l en --rules renamed answer
test_like "$(cat out)" 'police_report: otherwise: rules was PV-01, becomes PV-99; identity rule was PV-01, becomes PV-99' \
	'is said, and of which section'
"$PYTHON" - "$disclosure" <<'END' >forged || exit 1
import json, sys
for line in open("answer"):
    row = json.loads(line)
    if row["index"] == int(sys.argv[1]):
        cut = [section for section in row["details"][0]["detail"]["sections"] if not section.get("delivered")]
        cut[0]["reason"] = "CUT_REASON_PURPOSE_MISMATCH"
    print(json.dumps(row))
END
test_expect_status 1 'an entry that gives another reason than its rules did' \
	"$BIN/schakel-policy" replay -l en --rules "$env/rules" forged
test_like "$(cat out)" "^$disclosure: .*whereabouts reason was purpose_mismatch, becomes category_not_allowed" 'is named'
input=$("$PYTHON" - "$disclosure" <<'END'
import json, sys
rows = {row["index"]: row for row in map(json.loads, open("answer"))}
print(rows[int(sys.argv[1])]["details"][0]["detail"]["decision_input"])
END
)
test_expect 'one of them is explained' "$BIN/schakel-policy" explain --rules "$env/rules" --input "$input"
test_like "$(cat out)" 'regel PV-01' 'with its rule'

# Rows become proven with the next checkpoint.
proven() {
	ask --json --first "$disclosure" --limit 1 && grep -q '"proven":true' answer
}
test_wait_for 30 'an entry is proven by a signed checkpoint' proven

# --- by rule and by person
ask --rule XX-99 --rule PV-01
test_is "$? $(grep -c 'politie-nh -> vt-zw' answer) $(grep -c . answer)" '0 3 3' 'decided by a rule'
ask --rule XX-99
test_is "$? $(grep -c . answer)" '0 0' 'by a rule that nobody has'
person=01020304$(printf '0%.0s' {1..56})
ask --subject "$person" --entry decision
test_is "$? $(grep -c 'politie-nh' answer) $(grep -c . answer)" '0 4 4' 'about a person, by the pseudonym'
ask --subject "${person/01/09}" --entry decision
test_is "$? $(grep -c . answer)" '0 0' 'about somebody who is not there'

# --- saved queries
ask --saved without-consent --json
test_is "$? $(grep -c . answer) $(grep -c '"delivered":true' answer)" '0 3 3' \
	'saved: disclosures without a consent'
for saved in unchecked late; do
	ask --saved $saved
	test_is "$? $(grep -c . answer)" '0 0' "saved: $saved, and there are none"
done
ask --saved refusals --limit 2
test_is "$? $(tr '\n' ' ' <answer)" '0 organisation,denied,refused,no_answer politie-nh,<10,<10,<10 ' \
	'saved: refusals, counted, and a small number is not told'
ask --saved volume
test_like "$(tail -n 1 answer)" '^politie-nh,20[0-9-]*,<10,<10,$' 'saved: volume'
test_expect_status 2 'no such saved query' "$audit" query --config toezicht.conf --mandate ap \
	--reason complaint --user u-1 --saved everything
test_expect_status 2 'what is counted is not exported' "$audit" query --config toezicht.conf \
	--mandate ap --reason complaint --user u-1 --saved volume --export csv

# --- exports: what others read, by programs that are not ours
for format in csv json ldv fhir register; do
	ask --export $format --entry decision --limit 2
	test_is "$?" 0 "an export as $format"
	cp answer "export.$format"
done
test_like "$(cat notes)" '^4 rows' 'of every page'
test_expect 'each is what it says it is' "$PYTHON" - "$disclosure" "$denied" <<'END'
import csv, json, sys
disclosure, denied = sys.argv[1:]
lines = {name: [json.loads(line) for line in open("export." + name)] for name in ("json", "ldv", "fhir", "register")}
table = {row["index"]: row for row in csv.DictReader(open("export.csv", newline=""), strict=True)}
assert len(table) == len(lines["json"]) == 4 and all(row["proven"] for row in lines["json"]), table
row = table[disclosure]
assert row["sender"] == "politie-nh" and row["kind"] == "police_report" and row["user_ref"], row
assert "identity" in row["delivered"].split(";") and row["rules"] == "PV-01", row
assert table[denied]["outcome"].startswith("denied"), table
spans = set()
for line in lines["ldv"]:
    assert len(line["trace_id"]) == 32 and len(line["span_id"]) == 16 and line["status"] == "Ok", line
    assert line["start_time"] <= line["end_time"] and line["name"], line
    assert line["attributes"]["dpl.core.processing_activity_id"].startswith("urn:"), line
    assert row["user_ref"] not in json.dumps(line), line
    spans.add(line["span_id"])
people = sum(max(1, len(row["subjects"].split(";"))) for row in table.values())
assert len(lines["ldv"]) == len(spans) == len(lines["fhir"]) == people, (people, lines["ldv"])
for event in lines["fhir"]:
    assert event["resourceType"] == "AuditEvent" and event["recorded"] and event["source"]["observer"], event
    index = event["entity"][0]["detail"][0]["valueString"]
    is_denied = table[index]["outcome"].startswith("denied")
    assert event["outcome"] == ("8" if is_denied else "0"), event
    assert event["action"] == ("E" if is_denied else "R"), event
    assert event["type"]["code"] == ("110113" if is_denied else "110106"), event
    assert all(type(agent["requestor"]) is bool and agent["who"] for agent in event["agent"]), event
    if "profile" in event.get("meta", {}):
        codes = [agent["type"]["coding"][0]["code"] for agent in event["agent"]]
        assert codes.count("110153") == codes.count("110152") == 1, codes
        assert event["agent"][0]["who"] == event["source"]["observer"], event
        assert [entity["type"]["code"] for entity in event["entity"]].count("1") == 1, event
[activity] = lines["register"]
assert activity["controller"] == "politie-nh" and activity["recipient_category"] == "veilig_thuis", activity
assert activity["ground"] and activity["retention"] and "identity" in activity["data_categories"], activity
assert activity["activity"] == lines["ldv"][0]["attributes"]["dpl.core.processing_activity_id"], activity
END
test_expect 'the JSON lines are decided again alike' \
	"$BIN/schakel-policy" replay -l en --rules "$env/rules" export.json
test_like "$(cat out)" '^4 decisions: 4 the same, 0 wider, 0 narrower, 0 otherwise, 0 unreadable' 'each of them'
test_expect_status 2 'an unknown format' "$audit" query --config toezicht.conf --mandate ap \
	--reason complaint --user u-1 --export xml

ask --outcome denied_no_rule --outcome denied_forbidden
test_is "$?" 0 'a filter on outcomes'
test_is "$(grep -c . answer)" "$(grep -c 'politie-nh -> reclas' answer)" 'only refusals'
ask --kind police_report --recipient vt-zw
test_is "$(grep -c 'politie-nh -> vt-zw' answer)" 3 'a filter on kind and recipient'
id=$(ask --json --details --first "$disclosure" --limit 1 &&
	"$PYTHON" -c 'import json; print(json.loads(open("answer").readline())["details"][0]["detail"]["id"])')
ask --message "$id"
test_is "$(grep -c . answer)" 1 'one message by its id'
ask --until 2020-01-01
test_is "$? $(grep -c . answer)" '0 0' 'nothing so long ago'

before=$(size)
ask --limit 2
test_is "$(grep -c . answer)" 2 'a page'
test_like "$(cat notes)" 'there are more' 'and it says that there are more'
ask --limit 2 --all --until "$(date -u -d '+1 minute' +%Y-%m-%dT%H:%M:%SZ)" --entry decision
test_is "$? $(grep -c . answer)" '0 4' 'all pages'
test_is "$(($(size) - before > 2))" 1 'each page is a query of its own'

ask --lang nl --details --first "$disclosure" --limit 1
test_like "$(cat answer)" ': gedeeld' 'in Dutch'
count=$(ask --json --all --entry query && wc -l <answer)
test_expect 'looking at who looked comes to an end, a row at a time' timeout 60 "$BIN/schakel-audit" query \
	--config toezicht.conf --mandate ap --reason periodic_audit --user u-77 --json --all --limit 1 --entry query
test_is "$(wc -l <out)" $((count + 2)) 'with the look before it, and its own first page'

# --- what the operator did, and why
operator() {
	"$BIN/schakelctl" -s "$control" "$@"
}
why='beheerder meldt: laptop kwijt, één sleutel onzeker'
test_expect 'suspended' operator partner suspend team --reason "$why"
test_expect 'resumed' operator partner resume team -r 'sleutel gevonden'
test_expect 'revoked' operator partner revoke reclas --reason "$why"
test_expect 'suspended, and nobody says why' operator partner suspend reclas
too_long=$(printf 'x%.0s' {1..121})
for text in "$too_long" $'een\ttab' $'geen \xff tekst'; do
	test_expect_status 1 'a reason that the trail would not show' operator partner suspend vt-other -r "$text"
	test_like "$(cat "$TMPDIR/err")" 'one line of at most 120 bytes' 'and it says so'
done
test_expect_status 2 'a reason of two lines' operator partner suspend vt-other -r $'een\ntwee'
test_expect_status 2 'a reason for what needs none' operator status --reason nieuwsgierig
operator status >status
log_has hub "laptop"
test_is $? 1 'the journal does not have it'
ask --json --details --entry key_revoked --entry notice
test_is "$?" 0 'entries of the operator are read back'
test_expect 'each with what was done and why' "$PYTHON" - "$why" <<'END'
import json, sys
why = sys.argv[1]
rows = [json.loads(line) for line in open("answer")]
told = [(row["entry"]["kind"], row["entry"]["sender"], row["details"][0]["detail"]["text"]) for row in rows]
revoked = [one for one in told if one[1] == "reclas" and " key " in one[2]]
assert len(revoked) == 3 and all(text.endswith("by the operator: " + why) for _, _, text in revoked), told
others = [one for one in told if one not in revoked]
assert others == [
    ("ENTRY_KEY_REVOKED", "team", "partner suspended by the operator: " + why),
    ("ENTRY_NOTICE", "team", "suspension by the operator ended: sleutel gevonden"),
    ("ENTRY_KEY_REVOKED", "reclas", "partner suspended by the operator"),
], others
END

# --- scope
"$audit" query --config toezicht.conf --mandate fg_of_partner --of politie-nh --reason complaint \
	--user u-77 >answer 2>notes
test_is "$?" 0 'an officer of one partner'
test_is "$(grep -vc politie-nh answer)" 0 'sees the lines of that partner alone'
test_expect_status 1 'a mandate it has not' "$audit" query --config toezicht.conf --mandate igj \
	--reason complaint --user u-77
test_like "$(cat "$TMPDIR/err")" 'No access' 'with a sentence'
before=$(size)
test_expect_status 1 'a partner without a mandate' "$audit" query --config politie-nh.conf \
	--mandate ap --reason complaint --user u-77
test_is "$(cat "$TMPDIR/out")" '' 'sees nothing'
test_is "$(size)" $((before + 1)) 'and the attempt is an entry'
test_expect_status 1 'the name of a worker without a case number' "$audit" query \
	--config toezicht.conf --mandate ap --reason complaint --user u-77 --user-ref u-7f3a

# --- the store of a hub that serves, verified with all there is
"$BIN/schakel-notary" --vkey --key "$env/hub/log.key" >vkey
promise=$(sed -n 's/.* promise=\([^ ]*\).*/\1/p' "$env/directory.note" | head -n 1)
verify() {
	"$audit" verify --store "$env/store" --log-key vkey --vault "$env/vault" --guard "$env/guard" \
		--promise-key "$promise" >answer 2>notes
}
verify
test_is "$?" 0 'the trail of a serving hub verifies'
test_like "$(cat answer)" "[1-9][0-9]* opened, 0 erased, 0 not opened" 'details included'
peer politie-nh hello to=vt-zw muni=0479 submit
stop_bg hub
verify
test_is "$?" 0 'and so does the one it left behind'

# --- no hub
audit_conf toezicht "ipc://$TMPDIR/nobody.sock"
test_expect_status 3 'no hub, no answer' "$audit" query --wait 1 --config toezicht.conf \
	--mandate ap --reason complaint --user u-77
test_like "$(cat "$TMPDIR/err")" 'cannot be reached' 'and it says so'
done_testing
