#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P1, P2, P5, P6 when there is no room: under load the map of the hub's store, the disk of the hub and
# the disk of Veilig Thuis run full, the hub dies meanwhile, and then there is room again. Nothing that
# was not recorded is answered, nothing is lost, nothing doubled.
#
#	make check-crash TIMES=20 SEED=4711
#
# TIMES   how often each disk runs full

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
# The mounts end with the test, whatever becomes of it.
if [ -z "${FULL_MOUNTS:-}" ] && [ "$(id -u)" -eq 0 ] &&
	unshare --mount --propagation private true 2>unshare.log; then
	FULL_MOUNTS=own exec unshare --mount --propagation private "$SRC/tests/integration/i_full.sh"
fi
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

times=${TIMES:-2}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RANDOM=$seed
load=(rate=40 open=32 size=60000)
diag "seed $seed, $times times"

# flow LINES: until the adapters have told so much more
flow() {
	"$BIN/crash_watch" "$1" $((30 * TEST_TIMEOUT_SCALE)) 0 "$HUB/police.history" \
		"$HUB/vt.history" && return
	fail "no life in the adapters"
	diag "$(tail -n 3 "$HUB/police.history" "$HUB/vt.history" hub.log)"
	exit 1
}

counter() {
	hub_ctl --output json status 2>ctl.err | "$PYTHON" -c '
import json, sys
print(json.load(sys.stdin)["counters"][sys.argv[1]])' "$1" 2>>ctl.err
}

# The hub could not record so many since it began, or has ended because of it.
refuses() {
	local count
	if is_ended "${test_pids[hub]}"; then return 0; fi
	count=$(counter not_recorded)
	[ "${count:-0}" -ge "$1" ]
}

# reap NAME STATUS...: it ended, with one of these
reap() {
	local name=$1 status
	shift
	{ wait "${test_pids[$name]}"; } 2>/dev/null
	status=$?
	unset "test_pids[$name]"
	[[ " $* " = *" $status "* ]] || fail "$name ended with status $status"
	[ $status -ne 3 ] || ends=$((ends + 1))
}

# kill_one NAME: unless it ended by itself, for want of room
kill_one() {
	is_ended "${test_pids[$1]}" || kill -s KILL "${test_pids[$1]}"
	reap "$1" 137 3
}

# revive NAME...: who ended for want of room (status 3) is started again, as its unit would
revive() {
	local name
	for name in "$@"; do
		if [ -n "${test_pids[$name]:-}" ]; then
			is_ended "${test_pids[$name]}" || continue
			reap "$name" 3
		fi
		start "$name"
	done
}

make_world() {
	rm -rf "$TMPDIR/hub" ./*.log
	hub_make "$TMPDIR/hub" || exit 1
	: >>"$HUB/police.history"
	: >>"$HUB/vt.history"
	ends=0
}

# --- the map ------------------------------------------------------------------------------------

HUB_MAP_MEBIBYTES=8
make_world
start notary
start hub
start police "${load[@]}"
test_wait_for 30 'a full map: ordinary reports are not recorded' refuses 5
kill_one hub
start hub
test_wait_for 30 'nor after the hub was killed and started again' refuses 5
is_ended "${test_pids[hub]}"
test_is $? 1 'it serves all the while'
before=$(grep -c '^result' "$HUB/police.history")
start vt
flow 100
has_results() {
	[ "$(grep -c '^result' "$HUB/police.history")" -gt "$before" ]
}
test_wait_for 60 'once the recipient takes its mail there is room again' has_results
settle
judge

# --- the disks ----------------------------------------------------------------------------------

disk_make() {
	truncate -s "$2" "$1.img"
	mkdir -p "$TMPDIR/disk-$1"
	mkfs.ext4 -q -F -m 0 "$1.img" >mkfs.log 2>&1 && mount -o loop "$1.img" "$TMPDIR/disk-$1" \
		2>>mkfs.log
}

on_disk() {
	local machine=$1 name
	shift
	for name in "$@"; do
		if [ -e "$HUB/$name" ]; then
			mv "$HUB/$name" "$TMPDIR/disk-$machine/$name"
		else
			mkdir -m 700 "$TMPDIR/disk-$machine/$name"
		fi
		ln -s "$TMPDIR/disk-$machine/$name" "$HUB/$name"
	done
}

fill() {
	head -c 1G /dev/zero >"$TMPDIR/disk-$1/filler" 2>>fill.log # until there is no room
}

if [ -z "${FULL_MOUNTS:-}" ] || ! disk_make hub 96M || ! disk_make vt 96M; then
	skip 'a full disk' 'needs root on a machine that mounts disks'
	done_testing
fi
HUB_MAP_MEBIBYTES=64
oracle_knows=(disk-fails=vt)
make_world
mkdir -p "$HUB/guarded" && mv "$HUB/guard" "$HUB/guarded/guard"
GUARD=guarded/guard
on_disk hub guarded store vault
on_disk vt spool-vt-zw system
for name in notary hub vt; do
	start $name
done
start police "${load[@]}"
for ((i = 1; i <= times; i++)); do
	flow $((20 + RANDOM % 60))
	fill hub
	if wait_for 30 refuses 3 && [ $((i % 2)) -eq 0 ]; then
		kill_one hub
		revive hub
	fi
	rm "$TMPDIR/disk-hub/filler"
	[ $((i % 2)) -eq 0 ] || kill_one hub # and nobody remembers
	revive notary hub
done
pass "$times times the hub's disk was full, and reports not recorded"
spool_fails() {
	is_ended "${test_pids[vt]}" ||
		[ "$(grep -c 'alarm kind=spool_failed over=0' "$HUB/vt.history")" -gt "$1" ]
}
for ((i = 1; i <= times; i++)); do
	flow $((20 + RANDOM % 60))
	before=$(grep -c 'alarm kind=spool_failed over=0' "$HUB/vt.history")
	fill vt
	wait_for 30 spool_fails "$before"
	rm "$TMPDIR/disk-vt/filler"
	revive vt
done
pass "$times times the recipient's disk was full, and it said so"
# It may end only now of what it met.
kill_one vt
start vt
flow 50
settle
judge
diag "$ends programs ended for want of room"
done_testing
