# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash
#
# Words of the long stories; sourced after adapter-lib.sh.
#
#	clock_to N          the clock of preload/step_clock stands N steps after its start (CLOCK_FILE is 5)
#	now [DATE OPTION]   a moment, as systems write it
#	get FILE PATH       a value of a received message (sections.py)
#	post NUMBER KEY KIND PURPOSE GROUND REST   a message of Veilig Thuis, about the case $case if there is one
#	vt_has WORD         path of the last message at Veilig Thuis with this word
#	vt_task TASK        path of the last notice there with this task
#	vt_result NUMBER WORD   the outcome of its own message has this word
#	story_trail NUMBER ADAPTER...   the file got is as NUMBER.expected; all stop; the trail verifies

clock_to() {
	printf '%b' "\\$(printf %03o $((53 + $1)))" 1<>"$CLOCK_FILE"
}

now() {
	date -u "$@" +%FT%TZ
}

get() {
	"$PYTHON" "$SRC/tests/lib/sections.py" "$1" get "$2"
}

post() {
	printf '{"id": "%s", "kind": "%s", %s"purpose": "%s", "ground": "%s", "userRef": "u-31b0", "checkedBy": "u-31b2", %s}\n' \
		"$1" "$3" "${case:+\"caseRef\": \"$case\", }" "$4" "$5" "$6" >"$2.json"
	vt vt-zw post "$2.json" "$2"
}

vt_has() {
	grep -ls "$1" "$HUB/system-vt-zw/messages/"*.json | tail -1 | grep .
}

vt_task() {
	grep -ls "\"task\":\"$1\"" "$HUB/system-vt-zw/events/"*.json | tail -1 | grep .
}

vt_result() {
	grep -ls "\"yourId\":\"$1\"" "$HUB/system-vt-zw/events/"result-*.json | xargs -r grep -l -- "$2" | grep .
}

story_trail() {
	local name

	diff -u "$SRC/tests/scenario/$1.expected" got >differs
	test_ok $? 'the trail says all of it' || diag "$(cat differs)"
	for name in "${@:2}"; do
		stop_bg "adapter-$name"
	done
	stop_bg hub
	test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
		--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
}
