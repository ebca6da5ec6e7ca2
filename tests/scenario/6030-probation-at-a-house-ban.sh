#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario C, the side of who leaves: the mayor's order reaches probation's own system with nothing of
# who stays, gives it a task with a term that runs from the order, and the address it reports back
# ends the task. What the hub refuses ends none.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
gemeente|gemeente-zaanstad|huisverbod|Gemeente Zaanstad|municipality|administration|14 075|11
rc|reclassering-nh|toezicht|Reclassering Noord-Holland|probation|justice|088 804 0000|11
smd|smd-zaan|helper|Maatschappelijke dienst|social_work|care|075 000 0006|11
'

hub_make "$TMPDIR/c" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/c/keys.log")"
adapter_make_vt vt-zw
probation_make rc reclassering-nh toezicht
generic_make gemeente gemeente-zaanstad huisverbod ggz.map
printf 'kind besluit = ban_order purpose house_ban ground wth:2-8\nalways sections[].marks.sourceLaw = wth\n' >"$HUB/kort.map"
sed -i 's,mapping = .*,mapping = "kort.map",' "$HUB/adapter-gemeente.conf"
hub_start
system_start vt-zw
system_start rc
for name in vt-zw rc gemeente; do
	adapter_start "$name"
done

# order NUMBER HOURS: a ban order that was given so many hours ago
order() {
	local given until
	given=$(date -u -d "-$2 hours" +%FT%TZ)
	until=$(date -u -d "-$2 hours +10 days" +%FT%TZ)
	own gemeente drop - "$1.json" <<-JSON
		{"id": "$1", "kind": "besluit", "case": "$1", "userRef": "u-gz01", "checkedBy": "u-gz01",
		 "to": [{"partner": "vt-zw"}, {"partner": "reclassering-nh"}],
		 "subjects": [
		  {"number": 1, "positions": ["perpetrator"], "familyName": "Belk", "givenNames": "Amir", "born": "2001-02-11"},
		  {"number": 2, "positions": ["victim", "parent"], "familyName": "Saidi", "givenNames": "Yasmina", "born": "2002-07-30"}],
		 "sections": [
		  {"category": "identity", "about": [1], "data": {"given_names": "Amir", "family_name": "Belk", "born": "2001-02-11"}},
		  {"category": "identity", "about": [2], "data": {"given_names": "Yasmina", "family_name": "Saidi"}},
		  {"category": "contact", "about": [2], "data": {"phones": [{"number": "06 0000 0001"}]}},
		  {"category": "ban", "about": [1], "data": {"state": "imposed", "from": "$given", "until": "$until"}}],
		 "events": [
		  {"code": "ban_state", "value": "imposed", "subject": 1},
		  {"code": "ban_period", "subject": 1, "at": "$given", "until": "$until"},
		  {"code": "occurred_at", "at": "$given"},
		  {"code": "participant", "value": "helper_of_perpetrator", "subject": 1, "partner": "reclassering-nh", "desk": "toezicht"}]}
	JSON
}
rc_find() {
	grep -l "$1" "$HUB/system-rc/messages/"*.json 2>/dev/null | tail -1 | grep .
}

# --- the order ----------------------------------------------------------------------------------------

order GZ-1 2
test_wait_for 20 'probation has the order' rc_find '"kind":"ban_order"'
message=$(rc_find '"kind":"ban_order"')
grep -q 'Belk' "$message" && ! grep -qE 'Yasmina|Saidi|06 0000 0001' "$message"
test_ok $? 'with who leaves, and nothing of who stays'
test_like "$(cat "$message")" '"code":"participant","value":"helper_of_perpetrator"' 'it reads that it is his helper'
test_is "$(probation rc tasks)" 'ban_contact_address ban_order open' 'and it is a task'
got=$(probation rc get /v1/tasks)
test_like "$got" '"text": ?"Zoek contact met wie het huis uit moet' 'in words'
due=$("$PYTHON" -c 'import datetime, json, sys
task = json.loads(sys.argv[1])["tasks"][0]
order = next(e["at"] for e in json.load(open(sys.argv[2]))["events"] if e["code"] == "occurred_at")
moment = datetime.datetime.fromisoformat
print(moment(task["due"].replace("Z", "+00:00")) - moment(order.replace("Z", "+00:00")))' "$got" "$message")
test_is "$due" '1 day, 0:00:00' 'due 24 hours after the order, not after it was read'

# --- an answer that the hub refuses, and one that it takes --------------------------------------------------

"$PYTHON" "$SRC/tests/sim/probation_system.py" reach "$message" RN-1 smd-zaan >wrong.json
test_expect 'an address for whom it is not meant is taken by the adapter' probation rc post wrong.json rn-1
refused() { grep -l '"outcome":"denied_no_rule"' "$HUB/system-rc/events/"*.json; }
test_wait_for 20 'and refused by the hub' refused
grep -q '"phone":"' "$(refused | head -1)"
test_ok $? 'with the phone line'
test_is "$(probation rc tasks)" 'ban_contact_address ban_order open' 'the task stays'
"$PYTHON" "$SRC/tests/sim/probation_system.py" reach "$message" RN-2 gemeente-zaanstad vt-zw >good.json
test_expect 'the address goes to the mayor and Veilig Thuis' probation rc post good.json rn-2
first=$(cat out)
test_expect 'and again, with the same key' probation rc post good.json rn-2
test_is "$(cat out)" "$first" 'it is the same message'
test_wait_for 20 'the mayor has it' own gemeente find kind=ban_contact_address 'street=Verzonnen Kade'
test_wait_for 20 'so has Veilig Thuis' vt_find vt-zw ban_contact_address
test_is "$(own gemeente find kind=ban_contact_address | wc -l)" 1 'once'
test_is "$(probation rc tasks)" '' 'and the task is done'

# --- late ------------------------------------------------------------------------------------------------

is_late() { [ "$(probation rc tasks)" = 'ban_contact_address ban_order late' ]; }
order GZ-2 30
test_wait_for 20 'an order that comes a day late' is_late
late() { grep -q '"tasks": *1, *"tasks_late": *1' "$HUB/status-rc.json"; }
test_wait_for 40 'it is in the status file, which the administrator sees' late

# --- wrong input -----------------------------------------------------------------------------------------

sed 's/"ban_state"/"ban_stand"/' good.json >bad.json
test_expect_status 1 'a code that is none' probation rc post bad.json rn-9
test_like "$(cat out)" '"rule":"code"' 'is refused with the rule'
test_expect_status 1 'another path' probation rc get /v1/taken
test_like "$(cat out)" 'Onbekend adres' 'is not there'

# --- killed ----------------------------------------------------------------------------------------------

kill -KILL "$(pid_of adapter-rc)"
wait_bg adapter-rc
adapter_start rc
test_is "$(probation rc tasks)" 'ban_contact_address ban_order late' 'after a kill the task is still there'
test_is "$(grep -l '"kind":"ban_order"' "$HUB/system-rc/messages/"*.json | wc -l)" 2 'each order once'

stop_bg adapter-rc
stop_bg adapter-vt-zw
stop_bg adapter-gemeente
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"

done_testing
