#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Too many browsers at schakel-audit serve, and too slow ones: each gets an answer or a refusal in words,
# who holds a connection without end is cut, others are answered meanwhile, and the hub goes on.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"

crowd() { # crowd METHOD PATH [BODY]: a thousand of them in the background
	rm -f crowd.log
	start_bg crowd "$PYTHON" "$SRC/tests/integration/serve_crowd.py" "$port" crowd 1000 "$@"
}

# hold NAME COUNT HOST: in the background, until all of them have their connection
hold() {
	rm -f "$1.log"
	start_bg "$1" "$PYTHON" "$SRC/tests/integration/serve_crowd.py" "$port" hold "$2" "$3" "$1"
	wait_for_log "$1" '^held$' 120
}

again() { # again LINE...: the console with these in its configuration; the token of a form in $t
	[ -z "$(pid_of serve)" ] || stop_bg serve
	serve_conf "$@"
	serve_start
	t=$(token u-77)
}

is_open() { # is_open MESSAGES: the hub takes so many while the browsers are at work
	# shellcheck disable=SC2046 # words of the peer
	peer politie-nh hello $(printf 'to=vt-zw muni=0479 submit %.0s' $(seq "$1")) &&
		test_is "$(grep -c '^recipient .* entry=[1-9]' out)" "$1" "$2"
}

size() {
	ctl status && ctl_value trail size
}

hub_make
audit_conf toezicht
serve_certificates
hub_start
is_open 250 'the hub is at work'

# --- a thousand at once
again 'requests_per_minute = 10000' 'connection_seconds = 600'
crowd GET /
is_open 5 'while a thousand browsers ask at once the hub goes on'
wait_bg crowd 300
test_is "$(cat crowd.log)" '200 1000' 'all are answered, one after the other'
again 'connection_seconds = 600'
before=$(size)
crowd POST /zoek "token=$t&reason=complaint&entry=decision"
is_open 5 'while a thousand questions come at once the hub goes on'
look u-78 GET /stijl.css
test_is "$status" 200 'others are not hindered'
wait_bg crowd 300
test_is "$(awk '$1 != 200 && $1 != 429' crowd.log)" '' 'one person: an answer, or a word that it is too much'
test_is "$(awk '{ all += $2 } END { print all }' crowd.log)" 1000 'each of the thousand'
test_like "$(cat crowd.log)" '^200 [0-9]+.429 [0-9]{3}$' 'some of each'
look u-78 POST /zoek -d "token=$(token u-78)" -d reason=complaint -d entry=decision
test_is "$status" 200 'a question of somebody else is answered then'
asked=$(awk '$1 == 200 { print $2 }' crowd.log)
test_below $(($(size) - before)) $((asked + 50)) 'what was refused did not reach the hub'

# --- who never comes to an end
again 'connection_seconds = 5' 'requests_per_minute = 10000'
echo "/export token=$t&reason=complaint&format=json&entry=decision" >large
look u-77 POST /export -d "token=$t" -d reason=complaint -d format=json -d entry=decision
test_is "$status $(grep -c '"index":' page)" '200 260' 'a file of more rows than the hub gives at once'
for kind in silent mute headers body reader; do
	hold $kind 10 127.0.0.1
	look u-78 GET /
	test_is "$status" 200 "others are answered beside: $kind"
done
for kind in silent mute headers body reader; do
	wait_bg $kind
	test_like "$(cat $kind.log)" '^held.cut [1-9][0-9]* [0-9]+$' "cut, and not before the time is over: $kind"
done
hold headers 64 127.0.0.2
look u-78 GET /
test_is "$status" 200 'strangers who take every seat do not keep others out'
wait_bg headers

# --- what readers leave waiting is bounded
again 'connection_seconds = 600' 'requests_per_minute = 10000'
echo "/export token=$t&reason=complaint&format=json&entry=decision" >large
hold reader 60 127.0.0.1
look u-77 GET /
test_is "$status" 200 'answers that nobody reads: small pages are there'
look u-77 POST /zoek -d "token=$t" -d reason=complaint
test_is "$status $(grep -ci '^retry-after' headers) $(grep -c 'te druk' page)" '503 1 1' 'but no more large ones'
anonymous=$(awk '$1 == "RssAnon:" { print $2 }' "/proc/$(pid_of serve)/status")
diag "anonymous memory: $anonymous KiB"
test_below "$anonymous" 40960 'the memory of the console is bounded'
kill_bg reader KILL
answered() {
	look u-77 POST /zoek -d "token=$t" -d reason=complaint
	[ "$status" = 200 ]
}
test_wait_for 30 'and there when they are gone' answered
is_open 1 'the hub noticed nothing'
done_testing
