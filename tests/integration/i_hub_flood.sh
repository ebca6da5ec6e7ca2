#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Floods: connections that say nothing, that stop in the middle of the handshake, all of them from one
# address, and a partner that asks and does not read. Partners connect and are answered on time, the
# hub's memory has an end, and seconds after the flood there is nothing left of it. FLOOD=n connections
# (400). The limit for each address is the one that is shipped; what comes from one address comes from
# a network namespace.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
if [ -z "${FLOOD_NET:-}" ] && unshare --net nft -f "$SRC/deploy/conf/schakel.nft" 2>unshare.log; then
	FLOOD_NET=own exec unshare --net "$SRC/tests/integration/i_hub_flood.sh"
fi
. "$SRC/tests/integration/peer-lib.sh"

flood=${FLOOD:-400}
# The bar is a second; beside other tests on two processors a newcomer may wait longer.
bar_ms=${BAR_MS:-5000}
[ "$(ulimit -Hn)" -gt $((flood + 500)) ] || skip_all "at most $(ulimit -Hn) descriptors"
hub_make
sed -i 's|^endpoint = .*|endpoint = "tcp://0.0.0.0:0"|' "$env/hub.conf"
notary_start

# The network of a stranger: one address, behind the limit that is shipped.
stranger_has_net() {
	[ "$(readlink "/proc/$(pid_of stranger)/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

if [ -n "${FLOOD_NET:-}" ]; then
	ip link set lo up || exit 1
	start_bg stranger unshare --net sleep infinity
	wait_for 10 stranger_has_net || exit 1
	in_stranger=(nsenter --net="/proc/$(pid_of stranger)/ns/net")
	ip link add hub type veth peer name hub netns "$(pid_of stranger)" &&
		ip addr add 192.0.2.1/24 dev hub && ip link set hub up &&
		"${in_stranger[@]}" ip addr add 192.0.2.2/24 dev hub &&
		"${in_stranger[@]}" ip link set hub up || exit 1
fi

limit_has_refused() {
	nft -j list chain inet schakel newcomer | "$PYTHON" -c 'import json, sys
counts = [part["counter"]["packets"] for row in json.load(sys.stdin)["nftables"] if "rule" in row
          for part in row["rule"]["expr"] if "counter" in part]
sys.exit(not sum(counts))'
}

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
	start_bg "$1" "$PYTHON" "$SRC/tests/integration/hub_attackers.py" "$env" "tcp://127.0.0.1:$port" "${@:2}"
}

attack_from_stranger_bg() {
	rm -f "$1.log"
	start_bg "$1" "${in_stranger[@]}" "$PYTHON" "$SRC/tests/integration/hub_attackers.py" "$env" \
		"tcp://192.0.2.1:$port" "${@:2}"
}

value() {
	sed -n "s/^$2 //p" "$1.log"
}

for how in ${FLOODS:-silent half address reader}; do
	case $how in
	address | reader)
		if [ -z "${FLOOD_NET:-}" ]; then
			skip "$how: the limit for each address" "needs nft and a network namespace (root)"
			continue
		fi
		;;
	esac
	hub_run
	port=$(sed -n 's|.*endpoint=tcp://[^ ]*:\([0-9]*\).*|\1|p' hub.log | head -n 1)
	attack_bg calm newcomers 3 # what is made once is made now
	wait_bg calm
	quiet=$(descriptors)
	rest=$(memory)
	count=$flood
	each=48 # KiB of a connection
	[ -z "${FLOOD_NET:-}" ] || sed "s/^define hub_port = .*/define hub_port = $port/" \
		"$SRC/deploy/conf/schakel.nft" | nft -f - || exit 1
	case $how in
	address) attack_from_stranger_bg flood hold silent "$count" ;;
	reader)
		count=100
		each=320 # 1,024 answers wait at most
		attack_from_stranger_bg flood hold reader "$count"
		;;
	*) attack_bg flood hold "$how" "$count" ;;
	esac
	wait_for_log flood '^up'
	attack_bg newcomers newcomers 50
	wait_bg newcomers
	test_ok $? "$how: partners come"
	peak=$(memory)
	diag "$how, $count connections: p99 of 50 newcomers $(value newcomers newcomer_p99_ms) ms, of one who is there" \
		"$(value newcomers resident_p99_ms) ms; anonymous memory $rest KiB, then $peak KiB"
	test_is "$(value newcomers answered)" 100 "$how: all of them are answered"
	test_below "$(value newcomers resident_p99_ms)" "$bar_ms" \
		"$how: who is there is answered in time, 99 of 100"
	test_below "$(value newcomers newcomer_p99_ms)" "$bar_ms" "$how: and so are newcomers"
	test_below $((peak - rest)) $((8192 + count * each)) "$how: $each KiB a connection at most, and 8 MiB"
	case $how in
	address | reader)
		limit_has_refused
		test_ok $? "$how: an address has 20 connections at most"
		;;
	esac
	kill_bg flood KILL
	start=$(date +%s%3N)
	wait_for 20 is_quiet
	took=$(($(date +%s%3N) - start))
	attack_bg calm newcomers 3
	wait_bg calm
	diag "$how: nothing is left of it after $took ms, then a newcomer takes $(value calm newcomer_p99_ms) ms"
	test_below $((took + $(value calm newcomer_p99_ms))) 5000 "$how: five seconds later all is as before"
	stop_bg hub
done

done_testing
