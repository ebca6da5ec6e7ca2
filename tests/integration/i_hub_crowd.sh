#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Many sessions at once: a key that is revoked among them, or all keys, is refused within a second,
# by schakelctl and by a directory; and everybody who is connected hears of a new directory, however
# many are gone. CROWD=n sessions (48).

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_crowd "${CROWD:-48}"
hub_directory 2 || exit 1
sed -i 's/^log_level.*/log_level = "info"/' "$env/hub.conf"
hub_start

# crowd_open: sessions of all of them; what came of each is in crowd.log after crowd_end
crowd_open() {
	rm -f vanish end crowd.log
	start_bg crowd "$PYTHON" "$SRC/tests/integration/hub_crowd.py" "$env" "ipc://$TMPDIR/h.sock" \
		"$TMPDIR" "${crowd[@]}"
	wait_for_log crowd '^open' 120
	refused=$(log_count hub "$refusal")
}

crowd_end() {
	touch end
	wait_bg crowd
}

# The hub's line for a key that is out: one for the session that ends, one for each message after it.
refusal='message.refused partner=crowd-[0-9]* error=EKEYREVOKED'

# refused_again COUNT: that many lines since the crowd was opened
refused_again() {
	[ "$(log_count hub "$refusal")" -ge $((refused + $1)) ]
}

# crowd_value PARTNER NAME
crowd_value() {
	grep "^$1 " crowd.log | grep -oE "$2=[0-9]*" | cut -d= -f2
}

# was_refused HOW: the first of the crowd, and no other, within a second from $start
was_refused() {
	local took=$(($(crowd_value "${crowd[0]}" refused) - start))

	diag "$1, ${#crowd[@]} sessions: refused after $took ms, an answer to another took" \
		"$(crowd_value "${crowd[1]}" slow) ms at most"
	test_is "$((took >= 0)) $(crowd_value "${crowd[0]}" code)" '1 3003' \
		"$1: the next message of a revoked key is refused"
	test_below "$took" 1000 '.. within a second'
	test_is "$(($(crowd_value "${crowd[0]}" pong) <= $(crowd_value "${crowd[0]}" refused)))" 1 \
		'and none is answered after that'
	test_is "$(grep -c ' refused=0 ' crowd.log)" $((${#crowd[@]} - 1)) 'those of others are'
	crowd=("${crowd[@]:1}")
}

revoke_in_directory() {
	local revoked partner
	revoked=$(date -u +%Y-%m-%dT%H:%M:%SZ -d '-1 second')
	for partner; do
		sed -i "/use=transport/s/\$/ revoked=$revoked/" "$env/$partner/$partner.public"
	done
}

# --- one key among many ---------------------------------------------------------------------

crowd_open
start=$(date +%s%3N)
"$BIN/schakelctl" --control "$control" partner revoke "${crowd[0]}" >/dev/null || fail 'revoke'
wait_for 30 refused_again 2
crowd_end
was_refused schakelctl

crowd_open
revoke_in_directory "${crowd[0]}"
hub_directory_make 3 || fail 'a directory'
start=$(date +%s%3N)
hub_directory_place
wait_for 30 refused_again 2
crowd_end
was_refused directory

# --- a new directory, and half of the sessions is gone ------------------------------------------

crowd_open
hub_directory_make 4 || fail 'a directory'
touch vanish
wait_for_log crowd '^vanished'
hub_directory_place
wait_for_log hub 'directory.loaded number=4'
ctl queue list # the hub has told them when it answers this
crowd_end
here=$((1 + ${#crowd[@]} / 2))
test_is "$(($(grep -c 'notices=1 ' crowd.log) + $(grep -c 'notices=2 ' crowd.log))) of $here" "$here of $here" \
	'all who are connected hear of a new directory, though as many are gone'

# --- all keys at once -----------------------------------------------------------------------

crowd_open
revoke_in_directory "${crowd[@]}"
hub_directory_make 5 || fail 'a directory'
start=$(date +%s%3N)
hub_directory_place
wait_for 30 refused_again "${#crowd[@]}"
crowd_end
last=$(grep -oE 'refused=[0-9]+' crowd.log | cut -d= -f2 | sort -n | tail -n 1)
diag "directory, ${#crowd[@]} keys of as many sessions: the last is refused after $((last - start)) ms"
test_is "$(grep -c ' code=3003 ' crowd.log)" "${#crowd[@]}" 'all keys at once: each is refused'
test_below $((last - start)) 1000 'within a second'

done_testing
