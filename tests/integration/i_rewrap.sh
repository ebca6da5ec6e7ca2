#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P5 and P4 over a change of keys: what waits for a desk whose key is revoked does not go out under
# that key. Its sender's adapter seals it again for the new key, also when hub or sender are killed
# meanwhile, and it is handed over exactly once.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

hub_make "$TMPDIR/world" || exit 1
hub_start

history_has() {
	[ "$(grep -c "^$2" "$HUB/$1.history")" -ge "$3" ]
}

waiting() {
	[ "$(hub_ctl queue list vt-zw | grep -c "$1")" -eq "$2" ]
}

# new_key FOLDER: the sealing key of Veilig Thuis that the directory names from now on
new_key() {
	"$BIN/schakel-keys" generate --partner vt-zw --desk triage --only seal --from 2020-01-01 \
		--out "$HUB/keys/$1" >>"$HUB/keys.log" &&
		cp "$HUB/keys/$1/seal-triage.key" "$HUB/keys/vt-zw/$1.key"
}

# directory_with REVOKED_FOLDER: the key in there is revoked
directory_with() {
	sed -i "/^desk /s/\$/ revoked=$(date -u +%Y-%m-%dT%H:%M:%SZ -d '-1 second')/" \
		"$HUB"/keys/"$1"/*.public
	cp "$HUB/directory.note" "$HUB/previous.note"
	hub_sign_directory "$HUB/previous.note" && hub_ctl reload directory >>"$HUB/keys.log"
}

# Four are accepted for it in two cases; one is refused, of another region.
start police rate=50 max=5 cases=2 kind=mixed
wait_for 30 history_has police result 5
new_key second
directory_with vt-zw
stop_bg police

# --- nothing leaves under the dead key, and no stranger seals again ----------------------------

start vt
wait_for 30 waiting parked=needs_rewrap 2
pass 'the first of each case waits for its sender'
test_is "$(grep -c '^handed' "$HUB/vt.history")" 0 'none of the four goes out under the revoked key'

# --- the sender comes back; it and the hub are killed on the way --------------------------------

start police rate=0
wait_for_log hub 'offer\.parked'
kill_bg hub KILL
kill_bg police KILL
hub_start
start police rate=0
wait_for 60 history_has vt handed 4
test_is "$(grep '^handed' "$HUB/vt.history" | sort -u | wc -l)" 4 'all four are handed over'
wait_for 30 waiting . 0

# --- a second change while they are on the way -----------------------------------------------------

kill_bg vt KILL
stop_bg police
start police rate=50 max=8 cases=1 kind=plain
wait_for 30 history_has police result 8
new_key third
directory_with second
start vt
wait_for 60 history_has vt handed 7
test_is "$(grep '^handed' "$HUB/vt.history" | sort -u | wc -l)" 7 'and so is what was sealed for the second'

settle
judge
test_like "$(cat evidence/trail.txt)" 'kind=rewrap' 'each time with an entry'
done_testing
