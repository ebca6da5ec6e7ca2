# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash
#
# Hubs for measuring, each in a folder of TMPDIR, made of hub-lib.sh. Sourced after test-lib.sh.
#
#	bench_make NAME N          a hub with N police forces and N offices of Veilig Thuis, office i
#	                           competent in a municipality of its own, in the directory
#	bench_start NAME [CMD...]  notary and hub, until it is ready; CMD goes before schakeld
#	bench_load NAME [x=y...]   what load_hub measures of it, "name value unit"
#	bench_metric NAME METRIC   bench_anonymous NAME (KiB)    bench_stop NAME
#	bench_query NAME FILTER... what a supervisor gets of it, a line of JSON each
#	bench_limit [x=y...]       the same work through the limit, in a fresh folder

. "$SRC/tests/lib/hub-lib.sh"

declare -A bench_port=()

hub_regions() {
	local i

	for ((i = 0; i < bench_pairs; i++)); do
		printf 'region municipality=%d partner=vt-%d name="Gemeente %d"\n' $((1000 + i)) "$i" "$i"
	done
	printf 'mandate partner=toezicht kind=ap from=2020-01-01 until=2099-01-01\n'
}

bench_make() {
	local i

	bench_pairs=$2
	HUB_PARTNERS=$'toezicht|toezicht|desk|Toezicht|supervisor|supervision|0900 1|11\n'
	for ((i = 0; i < bench_pairs; i++)); do
		HUB_PARTNERS+="police-$i|police-$i|desk|Politie $i|police|justice|0900 8844|11"$'\n'
		HUB_PARTNERS+="vt-$i|vt-$i|desk|Veilig Thuis $i|veilig_thuis|care|0800 2000|11"$'\n'
	done
	HUB_MAP_MEBIBYTES=${BENCH_MAP:-1024}
	hub_make "$TMPDIR/$1" || return 1
	bench_port[$1]=$(hub_free_port)
	cat >>"$HUB/schakeld.conf" <<-CONF
		metrics = "127.0.0.1:${bench_port[$1]}"
		log_level = "warning"
		messages_per_minute = 10000000
		session_silence_ms = 600000
	CONF
}

bench_start() {
	local name=$1

	shift
	start_bg "$name.notary" env -C "$TMPDIR/$name" "$BIN/schakel-notary" --socket notary.sock \
		--key keys/hub/log.key --guard guard
	wait_for_log "$name.notary" ' ready '
	start_bg "$name" env -C "$TMPDIR/$name" "$@" "$BIN/schakeld" --config schakeld.conf
	wait_for 60 bench_is_ready "$name"
}

bench_is_ready() {
	curl -sf "http://127.0.0.1:${bench_port[$1]}/readyz" >/dev/null
}

bench_stop() {
	stop_bg "$1"
	stop_bg "$1.notary"
}

bench_load() {
	local name=$1

	shift
	"$BIN/load_hub" "$TMPDIR/$name" pid="$(pid_of "$name")" "$@"
}

# bench_query NAME FILTER...: the answer of one page, in lines of JSON
bench_query() {
	local name=$1

	shift
	cat >audit.conf <<-CONF
		partner = "toezicht"
		desk = "desk"
		keys = "$TMPDIR/$name/keys/toezicht"
		state = "$TMPDIR/$name/audit"
		directory = "$TMPDIR/$name/directory.note"
		registrars = {"$(cat "$name/keys/care/registrar.vkey")", "$(cat "$name/keys/justice/registrar.vkey")"}
	CONF
	"$BIN/schakel-audit" query --config audit.conf --mandate ap --reason periodic_audit --user u-1 --json "$@"
}

bench_limit() {
	rm -rf "$TMPDIR/limit"
	mkdir "$TMPDIR/limit" && "$BIN/limit" "$TMPDIR/limit" "$@"
}

bench_metric() {
	curl -sf "http://127.0.0.1:${bench_port[$1]}/metrics" |
		awk -v name="schakel_$2" '$1 == name { print $2 }'
}

bench_anonymous() {
	awk '$1 == "RssAnon:" { print $2 }' "/proc/$(pid_of "$1")/status"
}

# bench_value NAME: of "name value unit" lines on standard input
bench_value() {
	awk -v name="$1" '$1 == name { print $2 }'
}

# bench_ratio A B: A / B with three places
bench_ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", a / b }'
}

# bench_per COUNT TOTAL: TOTAL for each of COUNT
bench_per() {
	bench_ratio "$2" "$1"
}

# bench_allocations NAME COUNT: allocations from the general heap for each message, over COUNT of them
# after as many that warm it up; in flight as in bench_load
bench_allocations() {
	local before after

	bench_load "$1" count="$2" warm=1 >/dev/null || return 1
	before=$(bench_metric "$1" heap_allocations_total)
	bench_load "$1" count="$2" warm=1 >/dev/null || return 1
	after=$(bench_metric "$1" heap_allocations_total)
	bench_per "$2" $((after - before))
}

# bench_syncs NAME COUNT: synced commits for 1,000 messages at 256 in flight, as strace sees them.
# The hub must not run yet.
bench_syncs() {
	local before after hub

	bench_start "$1" strace -f -qq --seccomp-bpf -e trace=fsync,fdatasync,msync,sync,syncfs \
		-o "$TMPDIR/$1.strace" || return 1
	before=$(wc -l <"$TMPDIR/$1.strace")
	bench_load "$1" count="$2" warm=1 >/dev/null || return 1
	after=$(wc -l <"$TMPDIR/$1.strace")
	hub=$(cat "/proc/$(pid_of "$1")/task/$(pid_of "$1")/children")
	kill -s TERM "${hub%% *}"
	wait_bg "$1"
	stop_bg "$1.notary"
	bench_per "$2" $(((after - before) * 1000))
}
