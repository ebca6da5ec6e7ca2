#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The programs of tests/bench at a tiny size, so that they cannot rot, and the two figures of theirs
# that a busy machine does not change much, against their bars.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
BENCH_MAP=256
. "$SRC/tests/bench/bench-lib.sh"

count=${BENCH_COUNT:-600}

bench_make base 2
test_ok $? 'a hub with four partners'
if command -v strace >/dev/null && strace -f -qq -o /dev/null true 2>/dev/null &&
	[ "$VARIANT" = release ]; then
	syncs=$(bench_syncs base 2000) # fewer, and the start weighs too much
	diag "synced commits for 1,000 messages: $syncs"
	test_expect 'at most 80 synced commits for 1,000 messages' \
		awk -v syncs="$syncs" 'BEGIN { exit !(syncs > 0 && syncs <= 80) }'
else
	skip 'synced commits' 'no strace here, or an instrumented build'
fi
bench_start base
allocations=$(bench_allocations base "$count")
diag "allocations for a message: $allocations"
if [ "$VARIANT" = release ]; then # batches are small where code is slow
	test_expect 'less than one allocation from the general heap for a message' \
		awk -v count="$allocations" 'BEGIN { exit !(count > 0 && count < 1) }'
else
	skip 'allocations' 'an instrumented build'
fi
test_expect 'two pairs take turns' bench_load base count="$count" pairs=2
commits=$(bench_metric base commits_total)
test_expect 'one in flight' bench_load base count=200 warm=1 window=1
commits=$(bench_per 200 $(($(bench_metric base commits_total) - commits)))
diag "commits for a message, one in flight: $commits"
if [ "$VARIANT" = release ]; then
	test_expect 'that a receipt was noted shares a commit with what comes next' \
		awk -v commits="$commits" 'BEGIN { exit !(commits >= 2 && commits < 2.5) }'
else
	skip 'commits' 'an instrumented build'
fi
test_expect 'nobody receives' bench_load base count="$count" absent=1
test_is "$(bench_metric base outbox_items)" "$count" 'what nobody receives waits in the outbox'
bench_stop base
if [ "$VARIANT" = release ]; then
	BENCH_REST=1 test_expect 'clocks that are due at once ring, more than one turn takes' bench_clocks 100 5 250 60
else
	skip 'clocks' 'a sanitizer takes no other library before it'
fi
test_expect 'the limit' bench_limit count="$count"
test_expect 'the limit with one in flight' bench_limit count=30 window=1
test_expect 'what supervisors wait for' env TMPDIR="$TMPDIR" BENCH_ENTRIES=1500 BENCH_COUNT=200 BENCH_ROUNDS=1 \
	"$SRC/tests/bench/b_trail.sh"
sed 's/^/# /' out
for row in 'verify_details_cpu [0-9]' 'page_saved_unchecked [0-9.]* ms, 0 rows' 'page_any [0-9.]* ms, 100 rows' \
	'view_form [0-9]' 'beside_rate [0-9]' 'beside_growth [0-9]'; do
	grep -q "^$row" out
	test_ok $? "measured: ${row%% *}"
done
test_below "$(sed -n 's/^page_saved_unchecked \([0-9]*\).*/\1/p' out)" 10 'what nothing lacks is seen without reading it all'
done_testing
