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
#	bench_large N              the hub "large" is there and runs, with N entries at least
#	bench_where, bench_say NAME UNIT   the first line; the median of the values in the file NAME

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

# bench_map ENTRIES QUEUED: mebibytes for that many. An entry of the large trail is about 1.6 KiB with
# all that hangs on it, a message that waits 12 KiB.
bench_map() {
	echo $((1024 + $1 / 250 + $2 / 40))
}

bench_where() {
	local fs

	fs=$(stat -f -c %T "$TMPDIR")
	echo "# store on $fs ($TMPDIR), $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
	case $fs in
	tmpfs | ramfs | overlayfs) echo "# a sync costs nothing there: set TMPDIR to a folder on a disk" ;;
	esac
}

bench_median() {
	sort -g "$1" | awk '{ row[NR] = $1 } END { print row[int((NR + 1) / 2)] }'
}

# With the least and the most.
bench_say() {
	printf '%s %s %s (%s..%s)\n' "$1" "$(bench_median "$1")" "$2" "$(sort -g "$1" | head -n 1)" \
		"$(sort -g "$1" | tail -n 1)"
}

# In BENCH_LARGE, if that is set: many entries take their time, and are good for another run.
bench_large() {
	if [ -n "${BENCH_LARGE:-}" ] && [ ! -e large ]; then
		mkdir -p "$BENCH_LARGE" && ln -s "$BENCH_LARGE" large || exit 1
	fi
	if [ -e large/schakeld.conf ]; then
		bench_port[large]=$(sed -n 's/^metrics = "127.0.0.1:\([0-9]*\)"$/\1/p' large/schakeld.conf)
	else
		bench_make large 1 || exit 1
	fi
	bench_start large || exit 1
	while [ "$(bench_metric large trail_entries)" -lt "$1" ]; do
		bench_load large count=5000 warm=1 >/dev/null || exit 1
	done
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

# bench_audit_conf NAME STATE: the configuration of a supervisor's session
bench_audit_conf() {
	local name=$1

	cat <<-CONF
		partner = "toezicht"
		desk = "desk"
		keys = "$TMPDIR/$name/keys/toezicht"
		state = "$TMPDIR/$name/$2"
		directory = "$TMPDIR/$name/directory.note"
		registrars = {"$(cat "$name/keys/care/registrar.vkey")", "$(cat "$name/keys/justice/registrar.vkey")"}
	CONF
}

# bench_query NAME FILTER...: the answer of one page, in lines of JSON
bench_query() {
	local name=$1

	shift
	bench_audit_conf "$name" audit >audit.conf
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

# bench_cpu NAME: microseconds of a processor that the process used so far
bench_cpu() {
	awk -v tick="$(getconf CLK_TCK)" '{ printf "%d\n", ($14 + $15) * 1e6 / tick }' "/proc/$(pid_of "$1")/stat"
}

bench_rang() {
	[ "$(bench_metric "$1" notices_total)" -ge "$2" ]
}

# bench_clocks CASES CLOCKS DUE MESSAGES: cases with so many clocks each, so many due at once, in half
# an hour; then the clock of the hub jumps past it while messages go round, one in flight
bench_clocks() {
	local began before cpu load

	preload_build step_clock || return 1
	printf 5 >clock
	bench_make clocks 2 || return 1
	"$BIN/fill_clocks" "$TMPDIR/clocks" origin="$HUB_ORIGIN" map="$HUB_MAP_MEBIBYTES" cases="$1" clocks="$2" \
		due="$3" at=$(($(date +%s) + 1800)) || return 1
	# shellcheck disable=SC2154 # preload_build says where
	bench_start clocks LD_PRELOAD="$preload" CLOCK_FILE="$TMPDIR/clock" CLOCK_STEP=3600 || return 1
	bench_load clocks count=200 window=1 prefix=rest || return 1
	before=$(bench_cpu clocks)
	read -rt "${BENCH_REST:-5}" <><(:) || : # measured is that nothing is done for so long
	printf 'rest_cpu %s us/s\n' "$(bench_ratio $(($(bench_cpu clocks) - before)) "${BENCH_REST:-5}")"
	bench_load clocks count="$4" window=1 prefix=ringing >ringing &
	load=$!
	before=$(bench_metric clocks notices_total)
	cpu=$(bench_cpu clocks)
	began=${EPOCHREALTIME/./}
	printf 6 1<>clock
	poll 120 bench_rang clocks $((before + 2 * $3)) || return 1
	printf 'ring_all %s ms\n' $(((${EPOCHREALTIME/./} - began) / 1000))
	printf 'ring_all_cpu %s ms\n' $((($(bench_cpu clocks) - cpu) / 1000))
	wait "$load"
	cat ringing
	bench_stop clocks
}
