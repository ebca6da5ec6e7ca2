#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Speed and memory of the hub, as ratios to the limit of the same minutes. Prints "name value unit".
#
#	make bench                                     a few minutes
#	make bench BENCH_ENTRIES=1000000 BENCH_QUEUED=100000 BENCH_ROUNDS=9      release size
#
# BENCH_ROUNDS  runs of hub and limit, in turns; what is printed is the median     (5)
# BENCH_COUNT   messages of a run with 256 in flight                             (3000)
# BENCH_ONE     messages of a run with one in flight                              (300)
# BENCH_ENTRIES entries of the large trail                                      (20000)
# BENCH_LARGE   folder where it is kept for a next time                          (none)
# BENCH_QUEUED  messages that wait when memory is measured                       (5000)
# BENCH_PARTNERS partners of the large directory                                  (200)
# BENCH_ONLY    ratios, syncs, allocations, memory, entries, partners            (all)

TMPDIR=$(mktemp -d -p "${TMPDIR:-/tmp}" schakel-bench.XXXXXX) || exit 1
. "${SRC:?run by make bench}/tests/lib/test-lib.sh" || exit 1
test_own_tmpdir=$TMPDIR
. "$SRC/tests/bench/bench-lib.sh"

rounds=${BENCH_ROUNDS:-5}
count=${BENCH_COUNT:-3000}
one=${BENCH_ONE:-300}
entries=${BENCH_ENTRIES:-20000}
queued=${BENCH_QUEUED:-5000}
partners=${BENCH_PARTNERS:-200}
only=${BENCH_ONLY:-ratios syncs allocations memory entries partners}
BENCH_MAP=${BENCH_MAP:-$(bench_map "$entries" "$queued")}
bench_where

# both PREFIX WORD...: hub and limit with the same words, one after the other
both() {
	local prefix=$1

	shift
	bench_load base prefix="hub_$prefix" "$@" >>hub.out || exit 1
	bench_limit prefix="limit_$prefix" "$@" >>limit.out || exit 1
}

# ratio OF NAME: of the last values of hub and limit, into the file NAME
ratio() {
	bench_ratio "$(bench_value "hub_$1" <hub.out | tail -n 1)" \
		"$(bench_value "limit_$1" <limit.out | tail -n 1)" >>"$2"
}

ratios() {
	local i name

	bench_start base
	for ((i = 0; i < rounds; i++)); do
		both 256 count="$count" window=256
		ratio 256_rate rate_ratio
		ratio 256_broker_cpu cpu_ratio
		both 1 count="$one" window=1
		ratio 1_p50 p50_ratio
		bench_ratio "$(bench_value hub_1_p99 <hub.out | tail -n 1)" \
			"$(bench_value hub_1_p50 <hub.out | tail -n 1)" >>p99_to_p50
	done
	bench_stop base
	for name in 256_rate 256_broker_cpu 1_p50 1_p99; do
		local unit=us
		[ $name != 256_rate ] || unit=messages/s
		bench_value "hub_$name" <hub.out >"hub_$name"
		bench_say "hub_$name" $unit
		bench_value "limit_$name" <limit.out >"limit_$name"
		bench_say "limit_$name" $unit
	done
	bench_say rate_ratio hub/limit
	bench_say cpu_ratio hub/limit
	bench_say p50_ratio hub/limit
	bench_say p99_to_p50 p99/p50
}

syncs() {
	printf 'synced_commits_per_1000 %s commits\n' "$(bench_syncs base "$count")"
}

allocations() {
	bench_start base
	printf 'allocations_per_message %s allocations\n' "$(bench_allocations base "$count")"
	bench_stop base
}

memory() {
	bench_start base
	printf 'anonymous_at_rest %s MiB\n' "$(bench_per 1024 "$(bench_anonymous base)")"
	bench_load base count="$queued" warm=1 absent=1 >queued.out || exit 1
	printf 'anonymous_with_%d_queued %s MiB\n' "$queued" \
		"$(bench_per 1024 "$(bench_anonymous base)")"
	bench_stop base
}

# The small trail begins again for each comparison.
entries() {
	local i small large

	bench_large "$entries"
	for ((i = 0; i < rounds; i++)); do
		rm -rf small
		bench_make small 1 && bench_start small || exit 1
		small=$(bench_load small count=1000 warm=500 | bench_value hub_broker_cpu)
		large=$(bench_load large count=1000 warm=500 | bench_value hub_broker_cpu)
		bench_stop small
		bench_ratio "$large" "$small" >>entries_ratio
	done
	printf 'entries_large %s entries\n' "$(bench_metric large trail_entries)"
	bench_say entries_ratio "cpu/message large/1000"
	bench_stop large
}

partners() {
	local i few many

	bench_make few 1 && bench_start few || exit 1
	bench_make many $((partners / 2)) && bench_start many || exit 1
	for ((i = 0; i < rounds; i++)); do
		few=$(bench_load few count="$count" | bench_value hub_broker_cpu)
		many=$(bench_load many count="$count" pairs=$((partners / 2)) |
			bench_value hub_broker_cpu)
		bench_ratio "$many" "$few" >>partners_ratio
	done
	bench_say partners_ratio "cpu/message $partners/2 partners"
	bench_stop few
	bench_stop many
}

bench_make base 1 || exit 1
for part in $only; do
	$part || exit 1
done
test_planned=yes
