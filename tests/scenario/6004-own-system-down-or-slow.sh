#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Whatever Veilig Thuis' own system does - down, 500, slow, a lost answer, 409 - and wherever an
# adapter is killed, each message is there in the end, and there once.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

sample=$SRC/adapters/police/samples/melding.xml

report() {
	sed -e "s/PL1100-2026-000123/$1/" "$sample" >"$1.xml"
	police drop "$1.xml"
}

stored() {
	[ "$(find "$HUB/system-vt-zw/messages" -name '*.json' | wc -l)" -eq "$1" ]
}

# Requests to the system that match, by now.
requests() {
	grep -Ec -- "$1" "$HUB/system-vt-zw/requests" 2>/dev/null || true
}

asked() {
	[ "$(requests "$1")" -ge "$2" ]
}

waiting_for() {
	"$PYTHON" - "$HUB/status-vt-zw.json" "$1" <<-'PY'
		import json, sys
		sys.exit(0 if json.load(open(sys.argv[1]))["in_waiting"] == int(sys.argv[2]) else 1)
	PY
}

receipts() {
	[ "$(find "$(police_path out)" -name "bezorgd-*" | wc -l)" -eq "$1" ]
}

hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
hub_start
adapter_start police
adapter_start vt-zw

# --- down -----------------------------------------------------------------------------------------

report D-1
test_wait_for 20 'with the system down the message waits in the adapter' waiting_for 1
test_wait_for 20 'and its age is in the status file' grep -Eq '"oldest_received_ms":[1-9]' \
	"$HUB/status-vt-zw.json"
system_start vt-zw
test_wait_for 20 'once the system is there, it gets it' stored 1
test_wait_for 20 'and the officer hears so' receipts 1

# --- 500 ------------------------------------------------------------------------------------------

vt_mood vt-zw 500
report D-2
test_wait_for 20 'answered 500, it is tried again' asked '^(POST|GET) /messages.* 500' 3
stored 1
test_ok $? 'and is not there'
vt_mood vt-zw up
test_wait_for 20 'until it is' stored 2

# --- slow: taken, but the answer does not come in time ----------------------------------------------

vt_mood vt-zw slow
report D-3
test_wait_for 20 'a slow system takes it' stored 3
test_wait_for 20 'no answer in time: the adapter asks instead of sending again' \
	asked '^GET /messages/' 1
vt_mood vt-zw up
test_wait_for 20 'and hears that it is there' receipts 3
stored 3
test_ok $? 'once'

# --- the answer is lost ---------------------------------------------------------------------------

vt_mood vt-zw lost
before=$(requests '^GET /messages/')
report D-4
test_wait_for 20 'taken, the answer lost on the way' stored 4
test_wait_for 20 'asked for' asked '^GET /messages/' $((before + 1))
vt_mood vt-zw up
test_wait_for 20 'handed over' receipts 4
test_is "$(find "$HUB/system-vt-zw/messages" -name '*.json' | wc -l)" 4 'and there once'

# --- the system refuses ---------------------------------------------------------------------------

vt_mood vt-zw refuse
report D-5
test_wait_for 20 'a system that refuses is an error that somebody must see' \
	grep -Eq '"partner_refusals":[1-9]' "$HUB/status-vt-zw.json"
vt_mood vt-zw up
test_wait_for 20 'nothing is dropped: mended, it gets it' stored 5

# --- 409 ------------------------------------------------------------------------------------------

# The system has it under that key already: made so by a restored spool or a second adapter.
kill_bg adapter-vt-zw KILL
report D-6
test_wait_for 20 'the hub keeps it for an adapter that is gone' police wait aangenomen D-6 0
id=$(sed -n 's/.* kenmerk="\([0-9a-f]*\)".*/\1/p' "$(police wait aangenomen D-6 0)")
printf '{"kind":"police_report"}' >"$HUB/system-vt-zw/messages/$id.json"
adapter_start vt-zw
test_wait_for 20 '409 counts as handed over' receipts 6
test_is "$(requests "^POST /messages $id")" 1 'after one try'

# --- killed anywhere --------------------------------------------------------------------------------

# Ten rounds: both adapters die while messages go through them, at no particular moment.
for round in 1 2 3 4 5 6 7 8 9 10; do
	report "K-$round"
	[ $((round % 2)) -eq 0 ] || poll 1 police wait aangenomen "K-$round" 0
	[ $((round % 3)) -eq 0 ] && poll 1 asked '^POST /messages' $((6 + round))
	kill_bg adapter-vt-zw KILL
	kill_bg adapter-police KILL
	adapter_start police
	adapter_start vt-zw
done
test_wait_for 60 'every report is there' stored 16
test_wait_for 60 'every officer hears that his arrived' receipts 16
once() {
	local root=$1 wanted=$2
	test_is "$(find "$(police_path out)" -name "$root-*" | wc -l)" "$wanted" "each $root is there"
	test_is "$(sed -n 's/.* melding="\([^"]*\)".*/\1/p' "$(police_path out)/$root-"* | sort | uniq -d)" '' \
		"and once"
}
once aangenomen 16
once bezorgd 16
test_wait_for 60 'receipts of Veilig Thuis come once each too' \
	bash -c "[ \$(ls '$(police_path out)' | grep -c '^ontvangstbevestiging-') -eq 16 ]"
once ontvangstbevestiging 16
test_wait_for 60 'and requests for data' \
	bash -c "[ \$(ls '$(police_path out)' | grep -c '^verzoek-om-politiegegevens-') -eq 16 ]"
once verzoek-om-politiegegevens 16
test_is "$(find "$(police_path in)" "$(police_path rejected)" -type f ! -name '.*' | wc -l)" 0 \
	'no file stays behind'
test_is "$(find "$(police_path out/.part)" -type f | wc -l)" 0 'no half-written file either'

done_testing
