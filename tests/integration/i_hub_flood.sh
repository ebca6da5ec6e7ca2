#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Floods: connections that say nothing, that stop in the middle of the handshake, and a partner that
# asks and does not read. Partners connect and are answered on time, the hub's memory has an end, and
# seconds after the flood there is nothing left of it. FLOOD=n connections (400).

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

flood=${FLOOD:-400}
# The bar is a second; beside other tests on two processors a newcomer may wait longer.
bar_ms=${BAR_MS:-5000}
[ "$(ulimit -Hn)" -gt $((flood + 500)) ] || skip_all "at most $(ulimit -Hn) descriptors"
hub_make
sed -i 's|^endpoint = .*|endpoint = "tcp://127.0.0.1:0"|' "$env/hub.conf"
notary_start

descriptors() {
	find "/proc/$(pid_of hub)/fd" -type l 2>/dev/null | wc -l
}

# anonymous memory of the hub, KiB
memory() {
	awk '/^RssAnon/ { print $2 }' "/proc/$(pid_of hub)/status"
}

is_quiet() {
	[ "$(descriptors)" -le $((quiet + 10)) ]
}

attack_bg() {
	rm -f "$1.log"
	start_bg "$1" "$PYTHON" "$SRC/tests/integration/hub_attackers.py" "$env" "$endpoint" "${@:2}"
}

value() {
	sed -n "s/^$2 //p" "$1.log"
}

# reader is not part of it: a partner with a key that asks and never reads still holds up others for
# longer than the bar (broker/README.md). FLOODS="silent half reader" measures it.
for how in ${FLOODS:-silent half}; do
	hub_run
	endpoint=$(grep -oE 'endpoint=tcp://[^ ]*' hub.log | head -n 1 | cut -d= -f2-)
	attack_bg calm newcomers 3 # what is made once is made now
	wait_bg calm
	quiet=$(descriptors)
	rest=$(memory)
	count=$flood
	each=48 # KiB of a connection
	if [ $how = reader ]; then
		count=100
		each=320 # 1,024 answers wait at most
	fi
	attack_bg flood hold $how "$count"
	wait_for_log flood '^up'
	attack_bg newcomers newcomers 50
	wait_bg newcomers
	test_ok $? "$how: partners come"
	peak=$(memory)
	diag "$how, $count connections: p99 of 50 newcomers $(value newcomers newcomer_p99_ms) ms, of one who is there" \
		"$(value newcomers resident_p99_ms) ms; anonymous memory $rest KiB, then $peak KiB"
	test_is "$(value newcomers answered)" 100 "$how: all of them are answered"
	# A partner with a key may hold up others longer: see broker/README.md.
	[ $how = reader ] || test_is "$(($(value newcomers resident_p99_ms) < bar_ms))" 1 \
		"$how: who is there is answered in time, 99 of 100"
	[ $how = reader ] || test_is "$(($(value newcomers newcomer_p99_ms) < bar_ms))" 1 "$how: and so are newcomers"
	test_is "$((peak - rest < 8192 + count * each))" 1 "$how: $each KiB a connection at most, and 8 MiB"
	kill_bg flood KILL
	start=$(date +%s%3N)
	wait_for 20 is_quiet
	took=$(($(date +%s%3N) - start))
	attack_bg calm newcomers 3
	wait_bg calm
	diag "$how: nothing is left of it after $took ms, then a newcomer takes $(value calm newcomer_p99_ms) ms"
	test_is "$((took + $(value calm newcomer_p99_ms) < 5000))" 1 "$how: five seconds later all is as before"
	stop_bg hub
done

done_testing
