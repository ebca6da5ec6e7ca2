#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P1, P5, P6 when the power fails: the hub and Veilig Thuis stand on a disk each (an image with ext4,
# then with xfs), which is cut off from what was not synced while reports flow. After it is mounted
# again nothing is lost, nothing doubled, and every promise is kept.
#
#	make check-crash CUTS=100 SEED=4711
#
# CUTS   on each kind of file system
#
# A cut takes the processes of one machine and its disk: hub and notary with store, vault and guard, or
# the adapter of Veilig Thuis with its spool and the folder that stands for the recipient's system. Half
# of the time the processes die first, as when the power goes; half of the time the disk dies first
# and they are given the errors of every later sync, which they may not take for success.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
[ "$(id -u)" -eq 0 ] || skip_all 'needs root: it mounts disks'
unshare --mount --propagation private true 2>unshare.log ||
	skip_all "no mounts of its own here: $(tail -n 1 unshare.log)"
# The mounts end with the test, whatever becomes of it.
[ -n "${POWER_MOUNTS:-}" ] || POWER_MOUNTS=own exec unshare --mount --propagation private \
	"$SRC/tests/integration/i_power.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

cuts=${CUTS:-4}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RANDOM=$seed
diag "seed $seed, $cuts cuts on each"
GUARD=guarded/guard
oracle_knows=(disk-fails=vt)
declare -A machine_of=([hub]=hub [notary]=hub [vt]=vt)
declare -A check=([ext4]='e2fsck -fn' [xfs]='xfs_repair -n')

disk_mount() {
	mkdir -p "$TMPDIR/disk-$1"
	mount -o loop "$TMPDIR/$1.img" "$TMPDIR/disk-$1"
}

# disks_make FS: why not is in mkfs.log
disks_make() {
	local machine
	for machine in hub vt; do
		rm -f $machine.img
		truncate -s 512M $machine.img
		case $1 in
		ext4) mkfs.ext4 -q -F $machine.img ;;
		xfs) mkfs.xfs -q -f $machine.img ;;
		esac >mkfs.log 2>&1 && disk_mount $machine 2>>mkfs.log || return 1
	done
}

# on_disk MACHINE NAME...: these of the hub's folder stand on the machine's disk
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

start_all() {
	local name
	for name in notary hub vt; do
		is_running $name || start $name
	done
}

# The processes of a machine are gone: killed, or ended by the errors of their disk.
gone() {
	local name status
	for name in notary hub vt; do
		[ "${machine_of[$name]}" = "$1" ] || continue
		is_ended "${test_pids[$name]}" || kill -s KILL "${test_pids[$name]}"
		{ wait "${test_pids[$name]}"; } 2>/dev/null
		status=$?
		unset "test_pids[$name]"
		case $status in
		3 | 137) ;;
		*)
			fail "$name ended with status $status when its disk failed"
			diag "$(tail -n 20 "$TMPDIR/$name.log")"
			;;
		esac
	done
}

cut_power() {
	local machine=hub victim=0 first
	[ $((RANDOM % 3)) -ne 0 ] || machine=vt
	first=$((RANDOM % 2))
	[ $first -eq 0 ] || victim=${test_pids[$machine]}
	if ! "$BIN/crash_watch" $((1 + RANDOM % 200)) $((60 * TEST_TIMEOUT_SCALE)) \
		"$victim" "$HUB/police.history" "$HUB/vt.history"; then
		fail "cut $1: no life in the adapters"
		diag "$(tail -n 3 "$HUB/police.history" "$HUB/vt.history" hub.log notary.log)"
		exit 1
	fi
	"$BIN/power_cut" "$TMPDIR/disk-$machine" || exit 1
	if [ $first -eq 0 ]; then # what is told after the disk is gone is judged too
		"$BIN/crash_watch" $((1 + RANDOM % 5)) 1 0 "$HUB/police.history" "$HUB/vt.history"
	fi
	gone $machine
	umount "$TMPDIR/disk-$machine" && disk_mount $machine || exit 1
	cut=$((cut + 1))
	start_all
}

# power FS: a new hub on disks of this kind, and its cuts; 1 if this machine has no such disks
power() {
	local fs=$1 machine began=$SECONDS i
	disks_make "$fs" || return 1
	rm -rf "$TMPDIR/hub"
	hub_make "$TMPDIR/hub" || exit 1
	mkdir -p "$HUB/guarded" && mv "$HUB/guard" "$HUB/guarded/guard"
	on_disk hub guarded store vault
	on_disk vt spool-vt-zw system
	sync
	cut=0
	: >>"$HUB/police.history"
	: >>"$HUB/vt.history"
	start_all
	start police rate=40 open=48
	for ((i = 1; i <= cuts; i++)); do
		cut_power "$i"
	done
	test_is "$cut" "$cuts" "$fs: $cuts times the power failed under load"
	settle
	judge
	diag "$fs: $cuts cuts in $((SECONDS - began)) s"
	for machine in hub vt; do
		umount "$TMPDIR/disk-$machine"
		# shellcheck disable=SC2086 # a command and its option
		test_expect "the $fs disk of $machine is whole" ${check[$fs]} "$machine.img"
	done
	return 0
}

power ext4 || skip_all "this machine mounts no disk: $(tail -n 1 mkfs.log)"
if [ -z "$(command -v mkfs.xfs)" ]; then
	skip 'power cuts on xfs' 'no mkfs.xfs here: package xfsprogs'
elif ! power xfs; then
	skip 'power cuts on xfs' "this machine mounts none: $(tail -n 1 mkfs.log)"
fi
done_testing
