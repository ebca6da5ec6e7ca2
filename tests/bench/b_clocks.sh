#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Many open cases with clocks that run: what they cost the hub at rest, how fast those that are due in
# one second ring, and what messages notice of it. Prints "name value unit".
#
#	make bench BENCH_CASES=100000
#
# BENCH_CASES   open cases (100000)    BENCH_CLOCKS clocks of each (10)    BENCH_DUE due at once (10000)
# BENCH_AROUND  messages, one in flight, around the moment (1500)

TMPDIR=$(mktemp -d -p "${TMPDIR:-/tmp}" schakel-bench.XXXXXX) || exit 1
. "${SRC:?run by make bench}/tests/lib/test-lib.sh" || exit 1
test_own_tmpdir=$TMPDIR
. "$SRC/tests/bench/bench-lib.sh"

cases=${BENCH_CASES:-100000}
clocks=${BENCH_CLOCKS:-10}
due=${BENCH_DUE:-10000}
around=${BENCH_AROUND:-1500}
# a clock takes about 0.5 KiB in its two tables, one that rings 6 KiB of trail and mail
BENCH_MAP=${BENCH_MAP:-$((256 + cases * clocks / 1500 + due / 100))}

echo "# store on $(stat -f -c %T "$TMPDIR") ($TMPDIR), $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
bench_clocks "$cases" "$clocks" "$due" "$around" || exit 1
test_planned=yes
