#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakeld's options and configuration, schakelctl's commands, and that the manuals name them all.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub=$BIN/schakeld
hub_make

# --- options and configuration -------------------------------------------------------

test_expect 'help' "$hub" --help
sed -n '/^options in/,$p' out | awk 'NR > 1 { print $1 }' | sort >help-options
grep '^\.It Ic' "$SRC/broker/schakeld/schakeld.conf.5" | sed 's/^\.It Ic //; s/ , /\n/g' | sort \
	>manual-options
cmp -s help-options manual-options
test_ok $? 'the manual has every option of --help, and no other'
test_expect 'version' "$hub" --version
test_expect_status 2 'an unknown option' "$hub" --nonsense
test_expect_status 2 'an argument too many' "$hub" more
test_expect_status 3 'no configuration' "$hub" -c "$TMPDIR/none"
test_expect 'a good configuration' "$hub" -n -c "$env/hub.conf"
test_expect 'dump' "$hub" -D -c "$env/hub.conf"
test_like "$(cat out)" 'plans_per_minute = 60' 'the dump has what was not set too'
cp out "$TMPDIR/dumped.conf"
test_expect 'a dump is a configuration' "$hub" -n -c "$TMPDIR/dumped.conf"

# wrong TEXT STATUS SED PATTERN: the configuration changed by SED is refused, and says why
wrong() {
	sed "$3" "$env/hub.conf" >"$TMPDIR/wrong.conf"
	test_expect_status "$2" "$1" "$hub" -n -c "$TMPDIR/wrong.conf"
	test_like "$(cat err)" "$4" "$1: and says so"
}
wrong 'an unknown name' 2 's/^control/controll/' 'wrong.conf:[0-9]+:.*controll'
wrong 'a required one is missing' 2 '/^origin/d' 'origin is not set'
wrong 'a number out of range' 2 's/^map_mebibytes.*/map_mebibytes = 0/' 'map_mebibytes: 0 is not in'
wrong 'no number' 2 's/^map_mebibytes.*/map_mebibytes = much/' 'wrong.conf:'
wrong 'one registrar' 2 's/^registrars = {\("[^"]*"\).*/registrars = {\1}/' 'registrars: give 2'
wrong 'a registrar that is none' 2 's/"care:[^"]*"/"care:nonsense"/' 'not a key'
wrong 'a key of another use' 2 's,hub/promise.key,hub/transport.key,' 'another use'
wrong 'a missing key' 3 's,hub/promise.key,hub/none.key,' 'none.key'
wrong 'no rules' 3 's,^policy.*,policy = "/nowhere",' '/nowhere'
wrong 'a quorum nobody can reach' 3 's/^registrars.*/&\nquorum = 3/' 'irectory|sign'
chmod 640 "$env/hub/promise.key"
test_expect_status 3 'a secret that others may read' "$hub" -n -c "$env/hub.conf"
test_like "$(cat err)" 'mode 0600' 'is refused, with what it should be'
chmod 600 "$env/hub/promise.key"
sed -i '1s/^/nonsense /' "$env/rules/algemene-grenzen.rules"
sed '1s/# //' -i "$env/rules/algemene-grenzen.rules"
test_expect_status 2 'rules that do not parse' "$hub" -n -c "$env/hub.conf"
cp "$SRC/policy/rules/algemene-grenzen.rules" "$env/rules/"

wrong 'metrics for the world' 2 '$ametrics = "0.0.0.0:9600"' 'metrics: .*other machines may not look'
wrong 'metrics without a port' 2 '$ametrics = "127.0.0.1:"' 'is not 127.0.0.1:PORT'
wrong 'metrics on a port too far' 2 '$ametrics = "[::1]:65536"' 'is not 127.0.0.1:PORT'

# --- the running hub ---------------------------------------------------------------------

hub_start
test_expect_status 3 'a second hub on the same store' "$hub" -c "$env/hub.conf"
test_is "$(stat -c %a "$control")" 600 'the control socket is for its user alone'
test_expect 'status' "$BIN/schakelctl" -s "$control" status
test_like "$(cat out)" 'trail.size +2' 'in words'
test_expect 'status in JSON' "$BIN/schakelctl" -s "$control" status --output json
cp out status.json
test_expect 'which a parser reads' "$PYTHON" -m json.tool status.json
# It stays: the hub ends the session of a peer that it cannot reach, at its next checkpoint.
peer_bg police politie-nh hello to=vt-zw muni=0479 submit file="$TMPDIR/go" wait ping
wait_for_log police waiting
test_expect 'partners' "$BIN/schakelctl" -s "$control" partner list
test_like "$(grep id=politie-nh out)" 'connected=yes' 'say who is connected'
test_like "$(grep id=vt-zw out)" 'oldest_waiting_ms=[0-9]+' 'and for whom mail waits'
test_expect 'queue' "$BIN/schakelctl" -s "$control" queue list vt-zw
test_like "$(cat out)" 'type=message state=waiting' 'the message that waits'
test_expect 'an empty queue' "$BIN/schakelctl" -s "$control" queue list reclas
test_is "$(wc -c <out)" 0 'is empty'
number=$("$BIN/schakelctl" -s "$control" queue list vt-zw | sed 's/^offer=\([0-9]*\).*/\1/')
test_expect 'one item' "$BIN/schakelctl" -s "$control" queue show "$number"
test_like "$(cat out)" 'sender +politie-nh' 'and whose it is'
# no TEXT PATTERN WORD...: the hub says no, in words that tell what to do
no() {
	local text=$1 pattern=$2
	shift 2
	test_expect_status 1 "$text" "$BIN/schakelctl" -s "$control" "$@"
	test_like "$(cat err)" "$pattern" "$text: and says why"
}
no 'retrying what is not parked' 'not parked: it goes out by itself' queue retry "$number"
no 'an item that is no number' "not an offer number" queue retry nine
no 'an item that is not there' 'was delivered, returned or expired' queue show 999999
no 'returning what is not there' 'was delivered, returned or expired' queue return 999999
no 'the queue of nobody' "no partner 'nobody'.*partner list" queue list nobody
test_expect 'drop a session' "$BIN/schakelctl" -s "$control" partner drop politie-nh
touch go
wait_bg police
test_like "$(cat police.log)" 'error code=ESTATE' 'it has to greet again'
no 'drop who is no partner' "no partner 'nobody'" partner drop nobody
no 'drop who is not there' 'reclas is not connected' partner drop reclas
# What is on its way may have arrived: it cannot be returned.
peer_bg team vt-zw hello offer file="$TMPDIR/got" wait bye
wait_for_log team waiting
no 'returning what is on its way' 'on its way to vt-zw' queue return "$number"
touch got
wait_bg team
wait_for 30 log_has hub 'session.ended partner=vt-zw'
test_expect 'return a message' "$BIN/schakelctl" -s "$control" queue return "$number"
test_expect 'the queue after it' "$BIN/schakelctl" -s "$control" queue list vt-zw
test_is "$(wc -c <out)" 0 'it waits no more'
test_expect 'what waits for its sender' "$BIN/schakelctl" -s "$control" queue list politie-nh
test_like "$(cat out)" 'type=notice' 'its sender is told'
notice=$(sed 's/^offer=\([0-9]*\).*/\1/' out)
peer politie-nh hello timeout=2000 offer bye
test_like "$(grep '^notice' out)" 'state=withheld recipient=1' 'and its spool can close it'
no 'returning a notice' 'only a message has a sender' queue return "$notice"
test_expect_status 2 'an unknown command' "$BIN/schakelctl" -s "$control" dance
test_expect_status 2 'a missing argument' "$BIN/schakelctl" -s "$control" queue retry
test_expect_status 2 'one too many' "$BIN/schakelctl" -s "$control" status now
test_expect_status 2 'an unknown format' "$BIN/schakelctl" -s "$control" -o xml status
test_expect_status 3 'no hub' "$BIN/schakelctl" -s "$TMPDIR/none" status
# --- keeping a partner out -----------------------------------------------------------------------

no 'suspend nobody' "no partner 'nobody'" partner suspend nobody
no 'resume who is not suspended' 'was not suspended here' partner resume vt-zw
peer politie-nh hello to=vt-zw muni=0479 submit bye
peer_bg team vt-zw hello file="$TMPDIR/out-now" wait ping
wait_for_log team waiting
test_expect 'suspend' "$BIN/schakelctl" -s "$control" partner suspend vt-zw
log_has hub 'session.ended partner=vt-zw why="key no'
test_ok $? 'its session has ended when the command returns'
touch out-now
wait_bg team
no 'suspend twice' 'suspended already' partner suspend vt-zw
test_expect 'partners' "$BIN/schakelctl" -s "$control" partner list
test_like "$(grep id=vt-zw out)" 'suspended=yes connected=no' 'the list says it'
test_expect 'its mail' "$BIN/schakelctl" -s "$control" queue list vt-zw
test_like "$(cat out)" 'state=parked parked=suspended' 'is parked'
no 'retry its mail' 'vt-zw is suspended' queue retry "$(sed 's/^offer=\([0-9]*\).*/\1/;q' out)"
peer politie-nh hello to=vt-zw muni=0479 submit bye
test_like "$(cat "$TMPDIR/out")" 'outcome=denied_no_rule' 'messages for it are not permitted'
stop_bg hub
hub_run
"$peer_bin" "$env" vt-zw timeout=2000 hello >"$TMPDIR/out" 2>&1
test_is $? 1 'after a restart it is still out'
test_expect 'resume' "$BIN/schakelctl" -s "$control" partner resume vt-zw
peer vt-zw hello offer receipt bye
test_like "$(cat "$TMPDIR/out")" 'kind=police_report' 'then it comes in, and gets its mail'
test_expect 'revoke' "$BIN/schakelctl" -s "$control" partner revoke reclas
test_like "$(cat out)" 'keys_revoked +[1-9]' 'says how many keys'
no 'revoke twice' 'no key of reclas is left' partner revoke reclas
no 'resume who is revoked' 'up to the registrars' partner resume reclas
stop_bg hub
hub_run
"$peer_bin" "$env" reclas timeout=2000 hello >"$TMPDIR/out" 2>&1
test_is $? 1 'a revoked key is refused, after a restart too'
# Nonsense and half lines on the socket disturb nobody.
"$PYTHON" - "$control" <<-'EOF'
	import socket, sys
	for data in (b"\n", b"x" * 5000, b"9 status\n", b"1 \0\0\n", b"1 reload ../../etc\n"):
	    with socket.socket(socket.AF_UNIX) as s:
	        s.connect(sys.argv[1])
	        s.sendall(data[:255])
	        s.settimeout(5)
	        print(s.recv(4096))
	half = socket.socket(socket.AF_UNIX)
	half.connect(sys.argv[1])
	half.sendall(b"1 sta")
	half.close()
EOF
test_ok $? 'nonsense on the control socket is answered'
test_expect 'and the hub goes on' "$BIN/schakelctl" -s "$control" status

# --- one table ---------------------------------------------------------------------------------

"$BIN/schakelctl" --help | sed -n 's/^  \([a-z][a-z ]*[a-z]\).*/\1/p' | sed 's/  .*//' | sort >help-commands
sed -n 's/^\.It Cm \([a-z ]*[a-z]\)\( Ar.*\| Op.*\)*$/\1/p' "$SRC/broker/schakelctl/schakelctl.8" |
	sort >manual-commands
test_is "$(cat manual-commands)" "$(cat help-commands)" 'the manual has every command, and no other'
# complete WORD...: what bash offers for the last word
complete_words() {
	# shellcheck source=/dev/null
	(PATH=$BIN:$PATH && . "$SRC/deploy/completion/schakelctl" && COMP_WORDS=("$@") &&
		COMP_CWORD=$(($# - 1)) && _schakelctl "$1" && printf '%s\n' "${COMPREPLY[@]}")
}
test_is "$(complete_words schakelctl '')" "$(cut -d ' ' -f 1 help-commands | sort -u)" \
	'completion has every first word'
for first in partner queue reload drain; do
	test_is "$(complete_words schakelctl "$first" '')" \
		"$(sed -n "s/^$first //p" help-commands)" "and what may follow: $first"
done
test_is "$(complete_words schakelctl -o j)" json 'and the values of options'
test_is "$(complete_words schakelctl --vers)" --version 'and options'

# --- draining -----------------------------------------------------------------------------------

test_expect_status 2 'drain how' "$BIN/schakelctl" -s "$control" drain now
test_expect 'drain' "$BIN/schakelctl" -s "$control" drain
test_like "$(cat out)" 'draining +yes' 'says so'
test_expect 'status while draining' "$BIN/schakelctl" -s "$control" status
test_like "$(cat out)" 'accepting +no' 'nothing is accepted'
peer politie-nh hello to=vt-zw muni=0479 submit
test_like "$(cat "$TMPDIR/out")" 'error code=ENOTRECORDED' 'a new message is to come back later'
peer politie-nh hello timeout=1000 state=noted want=2 drain bye
wait_for_log hub 'drain.empty'
pass 'the hub says when nothing waits'
test_expect 'cancel' "$BIN/schakelctl" -s "$control" drain cancel
peer politie-nh hello to=vt-zw muni=0479 submit
test_like "$(cat "$TMPDIR/out")" 'outcome=cut' 'then messages are accepted again'

# --- metrics and readiness -----------------------------------------------------------------------
stop_bg hub
echo 'metrics = "127.0.0.1:0"' >>"$env/hub.conf"
hub_run
web_port
web GET /readyz
test_is "$(cat web.status) $(cat web)" '200 ready' 'ready'
peer politie-nh hello to=vt-zw muni=0479 submit bye
web GET /metrics
test_is "$(cat web.status)" 200 'metrics'
test_like "$(cat web)" 'schakel_messages_received_total 1' 'count messages'
test_is "$(grep -v '^# \(HELP\|TYPE\) schakel_[a-z_]* .' web | grep -vc '^schakel_[a-z_]* [0-9]*$')" 0 \
	'every line is a number without a label, or its description'
test_is "$(grep -c -e politie -e vt-zw -e 0479 web)" 0 'and nobody is in them'
web GET /
test_is "$(cat web.status)" 404 'another path'
web POST /metrics
test_is "$(cat web.status)" 405 'another method'
# Clients that say nothing hold neither the hub nor, when their time is up, the port.
"$PYTHON" - "$port" <<-'EOF'
	import socket, sys
	idle = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(12)]
	for s in idle:
	    s.settimeout(60)
	    try:
	        assert s.recv(1) == b""
	    except ConnectionResetError:
	        pass
EOF
test_ok $? 'idle clients are sent away'
web GET /readyz
test_is "$(cat web.status)" 200 'and it answers again'
"$BIN/schakelctl" -s "$control" drain >/dev/null
web GET /readyz
test_is "$(cat web.status)" 503 'not ready'
test_like "$(cat web)" 'not ready: draining' 'and says why: draining'
"$BIN/schakelctl" -s "$control" drain cancel >/dev/null
stop_bg hub
stop_bg notary
sed -i 's/^checkpoint_limit_ms.*/checkpoint_limit_ms = 100/' "$env/hub.conf"
hub_run
web_port
peer politie-nh hello to=vt-zw muni=0479 submit bye
wait_for_log hub accepting.off
web GET /readyz
test_like "$(cat web.status) $(cat web)" '503 not ready: no checkpoint from schakel-notary' \
	'and says why: no checkpoint'
rm -f notary.log
notary_start
wait_for_log hub accepting.on

test_expect 'stop' "$BIN/schakelctl" -s "$control" stop
wait_bg hub
test_is $? 0 'the hub ends'
test -e "$control"
test_is $? 1 'and takes its socket away'

done_testing
