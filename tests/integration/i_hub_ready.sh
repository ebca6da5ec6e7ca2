#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# /readyz says why the hub cannot do its work: each reason once, alone, and gone when it is over.
# (Draining and a notary that falls silent: i_hub_tools.)

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_MAP=8
HUB_BIN=hub_faulty
HUB_ENV=(env HUB_FAULT="$TMPDIR/fault")
hub_make
echo 'metrics = "127.0.0.1:0"' >>"$env/hub.conf"
mkdir saved
cp "$env"/rules/*.rules saved

run() {
	hub_run
	web_port
}

is_ready() {
	web GET /readyz && [ "$(cat web.status) $(cat web)" = '200 ready' ]
}

not_ready() {
	web GET /readyz && [ "$(cat web.status)" = 503 ]
}

# test_not_ready REGEX: points: this is the reason, and the only one
test_not_ready() {
	web GET /readyz
	test_is "$(cat web.status)" 503 "not ready: $1"
	test_like "$(cat web)" "^not ready: $1" "it says why: $1"
	test_is "$(wc -l <web)" 1 "$1: and no other reason"
}

# --- the first start -------------------------------------------------------------------------

run
test_not_ready 'no checkpoint from schakel-notary yet'
notary_start
test_wait_for 20 'with its notary it is ready' is_ready

# --- no valid rules ----------------------------------------------------------------------------

stop_bg hub
rm -rf "$env/store" "$env/vault" "$env/guard"
stop_bg notary
"$BIN/schakel-notary" --init --key "$env/hub/log.key" --guard "$env/guard"
for rules in "$env"/rules/*.rules; do echo broken >"$rules"; done
notary_start
run
wait_for_log hub checkpoint.signed
test_not_ready 'no valid rules; .*policy.refused'
cp saved/*.rules "$env/rules/"
"$BIN/schakelctl" --control "$control" reload policy >/dev/null
test_wait_for 20 'with rules it is ready' is_ready

# --- the store ------------------------------------------------------------------------------------

echo no-stat >fault
test_not_ready 'the store cannot be read'
rm fault
test_wait_for 20 'read again, it is ready' is_ready
for ((i = 0; i < 60; i++)); do
	peer politie-nh hello to=vt-zw muni=0479 size=200000 submit || break
	out_has '^error' && break
done
test_not_ready "the store's map is 9[0-9] % full, see map_mebibytes"
peer vt-zw hello want=$i timeout=500 drain bye
peer politie-nh hello want=$i timeout=500 drain bye
test_wait_for 20 'with room again it is ready' is_ready

# --- a directory that nobody renewed --------------------------------------------------------------

HUB_FRESH="+$((3 * TEST_TIMEOUT_SCALE)) seconds" hub_directory 2
test_expect 'a directory that is good for a moment' \
	"$BIN/schakelctl" --control "$control" reload directory
test_wait_for 20 'when that is over' not_ready
test_not_ready 'the directory is past its fresh-until; the registrars must sign a new one'
hub_directory 3
"$BIN/schakelctl" --control "$control" reload directory >/dev/null
test_wait_for 20 'with a new one it is ready' is_ready

# --- it stops: a request that comes with the signal is still answered ---------------------------------

cat >stop.py <<'EOF'
import http.client, os, signal, socket, sys
port, pid = int(sys.argv[1]), int(sys.argv[2])
first = socket.create_connection(("127.0.0.1", port), timeout=60)
first.sendall(b"GET /readyz HTTP/1.0\r\n")
c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
c.request("GET", "/readyz")
c.getresponse().read()  # so the one before it was accepted
os.kill(pid, signal.SIGSTOP)
first.sendall(b"\r\n")
os.kill(pid, signal.SIGTERM)
os.kill(pid, signal.SIGCONT)
answer = b""
while chunk := first.recv(4096):
    answer += chunk
head, body = answer.decode().split("\r\n\r\n")
print(head.split()[1], body, end="")
EOF
# Which of the two it reads first is chance.
for ((try = 0; try < 5; try++)); do
	"$PYTHON" stop.py "$port" "$(pid_of hub)" >web
	wait_bg hub
	[ "$(cat web)" = '200 ready' ] || break
	run
	wait_for 20 is_ready
done
test_is "$(cat web)" '503 not ready: stopping' 'it says that it stops'

# --- older than what was witnessed --------------------------------------------------------------------

cp -r "$env/store" "$env/vault" saved/
run
peer politie-nh hello to=vt-zw muni=0479 submit bye
ctl status
witnessed() {
	ctl status && [ "$(ctl_value trail checkpoint_size)" = "$(ctl_value trail size)" ]
}
wait_for 20 witnessed
stop_bg hub
rm -rf "$env/store" "$env/vault"
cp -r saved/store saved/vault "$env/"
run
test_not_ready 'the notary has signed a larger trail than this store holds'
stop_bg hub

done_testing
