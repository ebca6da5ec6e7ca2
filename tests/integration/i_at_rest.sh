#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P4, P9: nothing can be read at rest. Reports with marked names, addresses, numbers and words go from
# the police's own system to Veilig Thuis' own system, or wait on the way; then hub, notary and adapters
# are killed. The marks are on no disk but in the folders of the two own systems: not in store, vault,
# guard, spools, states, keys, status files, logs or core files, nor on the raw disks that hold them,
# with all that was ever written there and deleted since.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
# The mounts end with the test, whatever becomes of it.
if [ -z "${REST_MOUNTS:-}" ] && [ "$(id -u)" -eq 0 ] &&
	unshare --mount --propagation private true 2>unshare.log; then
	REST_MOUNTS=own exec unshare --mount --propagation private "$SRC/tests/integration/i_at_rest.sh"
fi
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

mark=$(od -An -N5 -tx1 /dev/urandom | tr -d ' \n')
words=("Achter$mark" "Voor$mark" "Straat$mark" "Woorden$mark" 111222333 06-00000001)

# report NAME ID CODE: one in which all of this stands, for the region of this municipality
report() {
	sed -e "s/Voorbeeld\|Fictief/Achter$mark/; s/Sanne\|Mark\|Lotte/Voor$mark/" \
		-e "s/Verzonnenstraat/Straat$mark/; s/Verbalisanten zagen/Woorden$mark/" \
		-e "s/PL1100-2026-000123/$2/; s/code=\"0479\"/code=\"$3\"/" \
		"$SRC/adapters/police/samples/melding.xml" >"$1"
}

# hits PATH...: how often any of them stands there
hits() {
	"$PYTHON" "$SRC/tests/lib/find_words.py" files "$@" -- "${words[@]}" >found ||
		fail "nothing to look in: $*"
	awk '{ sum += $2 } END { print sum }' found
}

# none TEXT PATH...
none() {
	local text=$1
	shift
	test_is "$(hits "$@")" 0 "$text" || diag "$(cat found)"
}

disk_make() {
	truncate -s 96M "$1.img"
	mkdir -p "$TMPDIR/disk-$1"
	mkfs.ext4 -q -F "$1.img" >mkfs.log 2>&1 && mount -o loop "$1.img" "$TMPDIR/disk-$1" \
		2>>mkfs.log
}

# on_disk MACHINE NAME...: these of the hub's folder are made on its disk
on_disk() {
	local machine=$1 name
	shift
	for name in "$@"; do
		mkdir -m 700 "$TMPDIR/disk-$machine/$name"
		ln -s "$TMPDIR/disk-$machine/$name" "$HUB/$name"
	done
}

HUB_MAP_MEBIBYTES=64
hub_make "$TMPDIR/hub" || exit 1
adapters_make
disks=()
if [ -n "${REST_MOUNTS:-}" ] && disk_make hub && disk_make adapters; then
	disks=(hub.img adapters.img)
	on_disk hub store vault
	on_disk adapters spool-police state-police spool-vt-zw state-vt-zw
fi
ulimit -c unlimited 2>/dev/null || diag 'core files cannot be allowed here'
hub_start
system_start vt-zw
adapter_start police
adapter_start vt-zw

report one.xml PL1100-2026-000201 0479
police drop one.xml
test_wait_for 30 'Veilig Thuis has a report' vt_find vt-zw police_report
test_wait_for 30 'and the police read so' police wait ontvangstbevestiging PL1100-2026-000201 0
report two.xml PL1100-2026-000202 0014 # of a Veilig Thuis that is away
police drop two.xml
test_wait_for 30 'another waits in the hub' police wait aangenomen PL1100-2026-000202 0
kill_bg adapter-vt-zw ABRT
wait_bg adapter-vt-zw >/dev/null
kill_bg hub ABRT
wait_bg hub >/dev/null
report three.xml PL1100-2026-000203 0479
police drop three.xml
taken() {
	[ -e "$(police_path done/three.xml)" ]
}
test_wait_for 30 'a third waits at the police, without a hub' taken
hub_start
adapter_start vt-zw
test_wait_for 30 'and goes on when there is one' police wait bezorgd PL1100-2026-000203 0
for name in hub notary adapter-police adapter-vt-zw system-vt-zw; do
	kill_bg $name KILL
done
sync

test_is "$(($(hits "$HUB/politie") > 10))" 1 "the marks are in the police's own folder"
test_is "$(($(hits "$HUB/system-vt-zw") > 10))" 1 "and in that of Veilig Thuis' own system"
none 'not in store and vault' "$HUB/store/" "$HUB/vault/"
none 'not in the spools' "$HUB/spool-police/" "$HUB/spool-vt-zw/"
none 'not in the states of the adapters' "$HUB/state-police/" "$HUB/state-vt-zw/"
none 'not in logs' hub.log notary.log adapter-police.log adapter-vt-zw.log
mapfile -t others < <(find "$HUB" -type f -not -path "$HUB/politie/*" -not -path "$HUB/system-vt-zw/*")
none "nor in any other of ${#others[@]} files" "${others[@]}"
test_is "$(find . -name 'core*' -type f | wc -l)" 0 'those that were aborted left no core'
if [ ${#disks[@]} -eq 0 ]; then
	skip 'raw disks' 'needs root on a machine that mounts disks'
else
	test_is "$("$PYTHON" "$SRC/tests/lib/find_words.py" files "${disks[0]}" -- politie-nh |
		awk '{ print ($2 > 0) }')" 1 'what the hub may know is on its raw disk'
	none 'the marks are not: not there, nor on that of the adapters' "${disks[@]}"
fi
done_testing
