#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A recipient that stops reading, in the middle of mail: the hub holds no more for it than its
# credit, others are served on time, and it has all its mail within seconds once it reads again;
# so has one that was away longer than a session lives. ROUNDS=n messages for each (60).

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

rounds=${ROUNDS:-60}
credit=8
content=30000 # bytes of each of three sections
HUB_MAP=256
HUB_SILENCE=60000
hub_make
hub_start

# anonymous memory of the hub, KiB
memory() {
	awk '/^RssAnon/ { print $2 }' "/proc/$(pid_of hub)/status"
}

# p99 NAME WORD: of the numbers in WORD=... of NAME.log
p99() {
	grep -oE " $2=-?[0-9]+" "$1.log" | cut -d= -f2 | sort -n |
		awk '{ n[NR] = $1 } END { print n[int((NR * 99 + 99) / 100)] }'
}

# offered NAME COUNT: so many messages have reached it
offered() {
	[ "$(log_count "$1" '^offer')" -ge "$2" ]
}

# traffic NAME: rounds messages for each of the two, one at a time. What is made for a slow one is
# measured once the hub has the buffers that it keeps.
traffic() {
	local words=() i
	for ((i = 0; i < rounds; i++)); do
		words+=(to=vt-other muni=0363 size="$content" submit to=vt-zw muni=0479 size=500 submit)
	done
	peer_bg "$1" politie-nh hello "${words[@]}" bye
	wait_for_log "$1" '^result'
	before=$(memory)
	wait_bg "$1"
	test_ok $? "$1: mail is taken all the while"
	after=$(memory)
	diag "$1: $((3 * rounds * content / 1024)) KiB of content for who does not read," \
		"anonymous memory $before KiB, then $after KiB"
	test_below $((after - before)) $((2048 + 2 * credit * 3 * content / 1024)) \
		"$1: the hub holds no more of it than the credit, and that once more"
}

# on_time NAME RECIPIENT
on_time() {
	wait_for 30 offered "$2" "$rounds"
	diag "p99: answer $(p99 "$1" took) ms, from its making to the other recipient $(p99 "$2" age) ms"
	test_below "$(p99 "$1" took)" 1000 "$1: answers within a second, 99 of 100"
	test_below "$(p99 "$2" age)" 1000 '.. and mail of others'
}

# --- it stops for a while -------------------------------------------------------------------

peer_bg slow vt-other credit=$credit hello file="$TMPDIR/go" wait want="$rounds" timeout=500 drain bye
wait_for_log slow waiting
kill_bg slow STOP
peer_bg quick vt-zw hello want="$rounds" timeout=500 drain bye
wait_for_log quick WELCOME
traffic stopped
on_time stopped quick
touch go
start=$(date +%s%3N)
kill_bg slow CONT
wait_for 30 offered slow "$rounds"
took=$(($(date +%s%3N) - start))
diag "it reads again: $rounds messages after $took ms"
test_below "$took" 5000 'once it reads again it has its mail within five seconds'
wait_bg slow
test_ok $? 'and its receipts are taken'
test_is "$(grep -oE '^offer number=.* id=[0-9a-f]+' slow.log | sed 's/.* id=//' | sort -u | wc -l)" "$rounds" \
	'each message once'
wait_bg quick

# --- it stops for longer than a session lives -----------------------------------------------------

stop_bg hub
sed -i 's/^session_silence_ms = .*/session_silence_ms = 4000/' "$env/hub.conf"
hub_run
peer_bg slow vt-other credit=$credit hello file="$TMPDIR/never" wait
wait_for_log slow waiting
kill_bg slow STOP
peer_bg quick vt-zw hello want="$rounds" timeout=500 drain bye
wait_for_log quick WELCOME
traffic away
on_time away quick
wait_for_log hub 'session.ended partner=vt-other why="silence"'
kill_bg slow KILL
start=$(date +%s%3N)
peer_bg slow vt-other credit=$credit hello want="$rounds" timeout=500 drain bye
wait_for 30 offered slow "$rounds"
took=$(($(date +%s%3N) - start))
diag "a new session: $rounds messages after $took ms"
test_below "$took" 5000 'a new session has its mail within five seconds'
wait_bg slow
test_ok $? 'and its receipts are taken'
wait_bg quick

done_testing
