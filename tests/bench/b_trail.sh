#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What supervisors wait for, and what messages wait for while they look. Prints "name value unit".
#
#	make bench                                       a small trail
#	make bench BENCH_ENTRIES=1000000 BENCH_LARGE=/somewhere/on/a/disk      release size; the trail is kept there
#
# BENCH_ROUNDS  runs with a supervisor and without, in turns; what is printed is the median  (5)
# BENCH_COUNT   messages of a run with 256 in flight                                      (3000)
# BENCH_ENTRIES entries of the large trail                                               (20000)
# BENCH_LARGE   folder where it is kept for a next time                                   (none)
# BENCH_TRAIL   verify, pages, views, beside                                               (all)

TMPDIR=$(mktemp -d -p "${TMPDIR:-/tmp}" schakel-bench.XXXXXX) || exit 1
. "${SRC:?run by make bench}/tests/lib/test-lib.sh" || exit 1
test_own_tmpdir=$TMPDIR
. "$SRC/tests/bench/bench-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"

rounds=${BENCH_ROUNDS:-5}
count=${BENCH_COUNT:-3000}
entries=${BENCH_ENTRIES:-20000}
BENCH_MAP=${BENCH_MAP:-$(bench_map "$entries" 0)}
bench_where

# One core, the hub not running: at night, on the machine with the copy.
verify() {
	local what

	bench_stop large
	"$BIN/schakel-notary" --vkey --key large/keys/hub/log.key >log.vkey
	for what in hashes details; do
		local vault=()
		[ $what = hashes ] || vault=(--vault large/vault)
		local TIMEFORMAT="verify_${what}_wall %R s"$'\n'"verify_${what}_cpu %U + %S s"
		{ time taskset -c 0 "$BIN/schakel-audit" verify --store large/store --log-key log.vkey \
			--guard large/guard "${vault[@]}" >verify.out 2>&1; } 2>&1 || exit 1
	done
	bench_large "$entries"
}

# Of all threads of the hub, as the scheduler counts it: what others do on the machine is not in it.
hub_cpu_ns() {
	awk '{ ns += $1 } END { printf "%.0f\n", ns }' "/proc/$(pid_of large)/task/"*/schedstat
}

# page NAME FILTER...: how long the hub reads for the first page, which other messages wait for; and all that
# it does for it, from the session that begins to the one that ends
page() {
	local name=$1 before cpu

	shift
	before=$(bench_metric large query_microseconds_total)
	cpu=$(hub_cpu_ns)
	bench_query large "$@" >page.out 2>page.err || exit 1
	cpu=$(($(hub_cpu_ns) - cpu))
	printf 'page_%s %s ms, %s rows, hub cpu %s ms\n' "$name" \
		"$(bench_per 1000 $(($(bench_metric large query_microseconds_total) - before)))" \
		"$(wc -l <page.out)" "$(bench_per 1000000 "$cpu")"
}

# First pages: each saved query, and each filter, of what there is much of and of what there is none.
pages() {
	bench_query large --entry decision --limit 1 --details >page.out 2>page.err || exit 1
	page case --case "$(grep -o '"case_ref":"[0-9a-f]*"' page.out | head -n 1 | cut -d'"' -f4)"
	page any --details
	page saved_without_consent --saved without-consent
	page saved_unchecked --saved unchecked
	page saved_unconfirmed --saved unconfirmed
	page saved_late --saved late
	page saved_refusals --entry decision --entry clock --details
	page saved_volume --entry decision --outcome permitted --outcome cut
	page refused --outcome denied_no_rule
	page of_nobody --recipient nobody
	page of_a_partner --sender police-0 --details
	page of_a_kind --kind recall
	page of_a_ground --ground consent
	page of_a_category --category identity --details
	page of_a_reason --cut-reason no_consent
	page of_a_rule --rule NO-01
	page of_a_person --subject "$(printf '5a%.0s' {1..32})"
	page of_a_user --user-ref u-nobody --case-number 1 --reason integrity
	page of_a_time --from 2020-01-01 --until 2020-01-02
	page near_the_end --from "$(date -u -d '-1 minute' +%Y-%m-%dT%H:%M:%SZ)" --details
}

# view NAME METHOD PATH [CURL-OPTION...]: the console's answer with a new connection, TLS and all
view() {
	local name=$1 i

	shift
	rm -f "view_$name"
	for ((i = 0; i < 2 * rounds + 1; i++)); do
		look u-77 "$@" -w '%{http_code} %{time_total}\n'
		[ "${status% *}" = 200 ] || exit 1
		awk -v s="${status#* }" 'BEGIN { print s * 1000 }' >>"view_$name"
	done
	bench_say "view_$name" ms
}

views() {
	local t

	bench_audit_conf large console >console-audit.conf
	serve_certificates
	SERVE_QUERY=console-audit.conf serve_conf 'requests_per_minute = 10000'
	serve_start
	view form GET /
	t=$(token u-77)
	view search POST /zoek -d "token=$t" -d reason=periodic_audit
	view saved POST /vast -d "token=$t" -d reason=periodic_audit -d period=this-month -d saved=without-consent
	stop_bg serve
}

ask_on() {
	while bench_query large --all --details >/dev/null; do :; done
}

# messages NAME: their rate, the hub's CPU for each, and by how much the store grew
messages() {
	local before

	before=$(bench_metric large store_used_bytes)
	bench_load large count="$count" >messages.out || exit 1
	bench_value hub_rate <messages.out >"$1.rate"
	bench_value hub_broker_cpu <messages.out >"$1.cpu"
	echo $(($(bench_metric large store_used_bytes) - before)) >"$1.growth"
}

# Messages while a supervisor asks for one page after another, without a pause.
beside() {
	local i asked what

	asked=$(bench_metric large queries_total)
	for ((i = 0; i < rounds; i++)); do
		messages alone
		start_bg asking ask_on
		messages beside
		stop_bg asking
		for what in rate cpu growth; do
			bench_ratio "$(cat beside.$what)" "$(cat alone.$what)" >>"beside_$what"
		done
	done
	printf 'beside_queries %s pages, for %s messages\n' \
		$(($(bench_metric large queries_total) - asked)) $((rounds * count))
	bench_say beside_rate "messages/s with a supervisor/without"
	bench_say beside_cpu "hub's cpu/message with/without"
	bench_say beside_growth "bytes of the store with/without"
}

bench_large "$entries"
printf 'trail %s entries\n' "$(bench_metric large trail_entries)"
for part in ${BENCH_TRAIL:-verify pages views beside}; do
	$part || exit 1
done
bench_stop large
test_planned=yes
