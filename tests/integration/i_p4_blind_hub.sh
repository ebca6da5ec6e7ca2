#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P4: the hub is blind. A marker that stands in the sealed sections is found at sender and
# recipient, and nowhere in the hub: not in store, vault, log, sockets or memory.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start
marker=Kenmerk-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
secret=$(sed -n 's/^secret //p' "$env/politie-nh/sign.key")

# One that waits, one that is delivered, one that is refused.
peer politie-nh hello to=vt-zw muni=0479 marker="$marker" submit
test_is "$(out_value outcome '^result')" cut 'a report with the marker in three sections'
peer vt-zw hello offer receipt
test_is "$(grep -c "=.*$marker" out)" 1 'its recipient reads the marker'
peer politie-nh hello to=vt-other muni=0479 marker="$marker" submit
test_is "$(out_value outcome '^result')" denied_no_rule 'one that is denied'
peer politie-nh hello to=vt-zw muni=0479 marker="$marker" submit
test_is "$(out_value outcome '^result')" cut 'and one that waits'

# The hub cannot be traced by its own user.
as_root=
[ "$(id -u)" -eq 0 ] || as_root="sudo -n"

in_memory() {
	$as_root "$PYTHON" "$SRC/tests/lib/find_words.py" memory "$(pid_of hub)" -- "$@" >scan || fail 'scan'
	awk -v word="$1" '$1 == word { print $2 }' scan
}

test_is "$(in_memory "$marker")" 0 'not in the memory of the hub'
test_is "$(("$(in_memory politie-nh)" > 0))" 1 'where the scan does find what it knows'
test_is "$(in_memory "$secret")" 0 "nor is a partner's secret key"
test_is "$(grep -rlaF "$marker" "$env/store" "$env/vault" hub.log notary.log | wc -l)" 0 \
	'not in store, vault or logs'
test_is "$(grep -rlaF "politie-nh" "$env/store" | wc -l)" 1 'where grep does find what is there'
base64=$(printf '%s' "$marker" | base64 -w0 | cut -c1-20)
test_is "$(grep -rlaF "$base64" "$env/store" "$env/vault" hub.log | wc -l)" 0 'not as base64 either'
# The pseudonym is bytes 1 2 3 4 and zeros: the store has its tag alone.
test_is "$(LC_ALL=C grep -rlaP '\x01\x02\x03\x04\x00{28}' "$env/store" | wc -l)" 0 \
	'pseudonyms are not in the store'
test_is "$(grep -cE 'u-7f3a|u-2222' hub.log)" 0 'the log names no persons, not even by reference'
test_is "$(sed -n 's/^CoreDumping:[[:space:]]*//p; s/^Max core file size *//p' \
	"/proc/$(pid_of hub)/limits" | awk '{print $1}')" 0 'no core files'
stop_bg hub
test_is "$(grep -rlaF "$marker" "$env" | grep -vc "$TMPDIR/out")" 0 'nor after the hub has ended'

done_testing
