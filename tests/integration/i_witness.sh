#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P6: partners sign the hub's checkpoints. The hub keeps what is good, refuses what is not, says how
# far each is and cries when the quorum is late; partners' promises end under a quorum alone.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

# witness PARTNER WORD...: what comes back is in out
witness() {
	test_expect "witness $*" "$BIN/hub_witness" "$env" "$@"
}

status() {
	"$BIN/schakelctl" -s "$control" -o json status | "$PYTHON" -c '
import json, sys
at = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    at = at[name]
print(at)' "$1"
}

# is_status NAME VALUE
is_status() {
	[ "$(status "$1")" = "$2" ]
}

# lines: how many signature lines the checkpoint has that partners get
lines() {
	"$BIN/hub_witness" "$env" team show >note.txt && grep -c '^— ' note.txt
}

# has_lines N: the hub gathers lines for a moment before it keeps them
has_lines() {
	[ "$(lines)" = "$1" ]
}

# more: a message from the police, and partners have its checkpoint; its size
more() {
	test_expect 'a message' peer politie-nh to=vt-zw muni=0479 hello submit
	told
}

# told: partners have a checkpoint of all there is; its size
told() {
	wait_for 20 is_signed
	size=$(status trail.size)
	wait_for_log hub "checkpoint.told size=$size "
}

is_signed() {
	[ "$(status trail.size)" = "$(status trail.checkpoint_size)" ]
}

# kept N: so many times lines of witnesses were kept since the hub started
kept() {
	[ "$(log_count hub 'cosign.kept')" = "$1" ]
}

HUB_WITNESSES='politie-nh vt-zw vt-other' HUB_WITNESS_LIMIT=1500 hub_make
hub_start
test_is "$(status witnesses.quorum)" 'care and justice' 'the directory asks for both sides'
test_is "$(status witnesses.witnessed_size)" 0 'nobody has signed yet'

# --- good and bad signatures -----------------------------------------------------------------
more
witness politie-nh good
test_wait_for 20 'the hub keeps it' kept 1
test_is "$(status witness.politie-nh)" "$size" 'and says how far the witness is'
test_is "$(lines)" 2 'it goes with the checkpoint'
test_is "$(status witnesses.witnessed_size)" 0 'one side alone is no quorum'
witness politie-nh good
test_is "$(grep -c error out)" 0 'the same again is nothing'
witness team good
witness vt-zw early late absent plain
test_is "$(grep -c error out)" 0 'a wrong clock, a size never signed, an ordinary signature: not kept'
for why in 'its time is' 'not found' 'no such witness'; do
	test_wait_for 20 "the log says $why" log_has hub "cosign.refused.*$why"
done
test_is "$(status witness.vt-zw)" 0 'of none of these is anything kept'
for word in bad junk lines; do
	witness vt-zw $word
	test_like "$(cat out)" 'error code=E' "$word: refused"
done
test_like "$(cat hub.log)" 'partner=vt-zw error=ESIGNATURE' 'a signature that does not verify is a fault'
test_is "$(lines)" 2 'and nothing of it is under the checkpoint'
kept 1
test_ok $? 'nor was it'

# --- quorum ----------------------------------------------------------------------------------
told # the faults too
witness politie-nh good
witness vt-zw good
test_wait_for 20 'a quorum' is_status witnesses.witnessed_size "$size"
test_is "$(status witnesses.behind_ms)" 0 'nothing waits'
test_is "$(lines)" 3 'three lines under the checkpoint'
witness vt-other good
test_wait_for 20 'a third witness is kept too' is_status witness.vt-other "$size"
test_wait_for 20 'it goes with the checkpoint too' has_lines 4
stop_bg hub
hub_run
test_is "$(status witnesses.witnessed_size)" "$size" 'a restart knows what was witnessed'

# --- late, and back --------------------------------------------------------------------------
more
test_wait_for 30 'witnesses that are away are late' log_has hub 'witnesses.late'
test_expect 'another message' peer politie-nh to=vt-zw muni=0479 hello submit
more # told although the one before waits
witness politie-nh good
witness vt-other good
test_wait_for 20 'a quorum again' is_status witnesses.witnessed_size "$size"
test_wait_for 20 'they are back' log_has hub 'witnesses.back'

# --- the verifier, and real partners -----------------------------------------------------------
test_expect 'the trail is intact, signatures of witnesses and all' "$BIN/schakel-audit" verify \
	--store "$env/store" --log-key "$env/hub/log.vkey" --vault "$env/vault" --guard "$env/guard"
stop_bg hub
stop_bg notary
done_testing
