#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario A1 with a Veilig Thuis in another language, written from the specification alone: the hub and
# the adapter of the police cannot tell it from ours.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

"$PYTHON" -c 'import zmq, nacl.bindings, google.protobuf' 2>/dev/null ||
	skip_all 'python3-zmq, python3-nacl or python3-protobuf is missing'
command -v protoc >/dev/null || skip_all 'protoc is not installed'

report=PL1100-2026-000123

mkdir pb
protoc -I"$SRC/proto" --python_out=pb "$SRC"/proto/schakel/v1/*.proto || exit 1
hub_make "$TMPDIR/hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/hub/keys.log")"
adapters_make
hub_start
adapter_start police
start_bg vt env PYTHONPATH="$TMPDIR/pb" PYTHONDONTWRITEBYTECODE=1 \
	"$PYTHON" "$SRC/tests/foreign/veilig_thuis.py" "$HUB" "$TMPDIR/vt"
wait_for_log vt '^session open'

# --- the report -----------------------------------------------------------------------------------

police drop "$SRC/adapters/police/samples/melding.xml"
wait_for_log vt '^message police_report'
"$PYTHON" "$SRC/tests/lib/sections.py" vt/police_report.json >got
diff -u "$SRC/tests/scenario/6001.expected" got >differs
test_ok $? 'every section, mark, fact and person as the officer wrote it' || diag "$(cat differs)"
test_wait_for 20 'the police read that it was accepted' police wait aangenomen $report 0
test_wait_for 20 '... that it arrived: our receipts are good' police wait bezorgd $report 0
test_wait_for 20 '... and our message that Veilig Thuis has taken it' \
	police wait ontvangstbevestiging $report 0
test_is "$(log_count vt '^pseudonym .* as ours')" 3 'both compute the same pseudonyms'

# --- data for triage ------------------------------------------------------------------------------

test_wait_for 20 'the request for earlier data reaches the police' \
	police wait verzoek-om-politiegegevens $report 0
request=$(police wait verzoek-om-politiegegevens $report 0)
grep -q 'ref="p1"' "$request" && grep -q 'ref="p3"' "$request"
test_ok $? 'it names the persons as the police know them'
police answer "$request" answer.xml
police drop answer.xml
wait_for_log vt '^message police_data_response'
"$PYTHON" "$SRC/tests/lib/sections.py" vt/police_data_response.json >histories
test_is "$(grep -c '^section history_' histories)" 12 'four histories about each of three persons'
test_is "$(grep -c '"known": true' histories)" 1 'one of them is known'

# --- feedback -------------------------------------------------------------------------------------

test_wait_for 20 'the police hear what became of it' police wait terugkoppeling $report 0
feedback=$(police wait terugkoppeling $report 0)
grep -q '<opgepakt>ja</opgepakt>' "$feedback" && grep -q '<stap>lokaal team gevraagd</stap>' "$feedback"
test_ok $? 'taken up, and the steps'
grep -q '<instructie>spreek haar apart</instructie>' "$feedback" && grep -q 'ref="p1"' "$feedback"
test_ok $? 'a door card about the person they know as p1'

wait_for_log vt '^done: ' 60
wait_bg vt
test_ok $? 'all is receipted and every promise found in the trail' || diag "$(tail -5 vt.log)"
test_is "$(log_count vt '^result .* permitted \[\]')" 3 'the hub permitted all of it, without cuts'
test_like "$(cat vt.log)" 'plan permitted \[\]' '... as it had said it would'

# --- what must not be believed --------------------------------------------------------------------

for what in 'directory with one registrar' 'directory with a changed byte' 'offer with flipped section' \
	'offer with flipped rows.0.row' 'offer with flipped signature' 'offer with flipped promise.signature' \
	'offer without a promise' 'result with wrong promise root' 'result with wrong promise index'; do
	log_has vt "^refused $what"
	test_ok $? "refused: $what"
done
test_is "$(log_count vt '^ACCEPTED')" 0 'nothing that was tampered with is accepted'

done_testing
