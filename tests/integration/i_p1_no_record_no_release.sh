#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P1: no record, no release. When the commit fails the sender hears "nothing recorded", the
# recipient gets nothing, and the hub goes on by itself when the cause is gone.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_BIN=hub_faulty
HUB_ENV=(env HUB_FAULT="$TMPDIR/fault")
hub_make
hub_start

report=(to=vt-zw muni=0479)

# Nothing waits for a signature: the next commit is the next message's.
checkpointed() {
	ctl status && [ "$(ctl_value trail size)" = "$(ctl_value trail checkpoint_size)" ]
}

# --- the commit fails ----------------------------------------------------------

for fault in EDISKFULL EMAPFULL ECORRUPT ENOMEM; do
	peer vt-zw hello file="$TMPDIR/go.$fault" >/dev/null
	peer_bg vt vt-zw hello file="$TMPDIR/go.$fault" wait timeout=500 quiet
	wait_for_log vt waiting
	echo $fault >fault
	peer politie-nh hello "${report[@]}" submit
	case $fault in
	EDISKFULL | EMAPFULL) wanted=$fault ;;
	*) wanted=ENOTRECORDED ;;
	esac
	test_is "$(out_value code '^error')" "$wanted" "$fault: the sender hears that nothing was recorded"
	test_is "$(out_value id '^error')" "$(out_value id '^sent')" "$fault: of this message"
	test_is "$(out_value retry '^error')" 1000 "$fault: and may try again"
	out_has '^result' && fail "$fault: there is no result"
	id=$(out_value id '^sent')
	touch "$TMPDIR/go.$fault"
	wait_bg vt
	grep -q '^quiet yes' vt.log
	test_ok $? "$fault: the recipient got nothing"
	rm fault
	test_expect "$fault: the hub still answers" ctl status
	test_is "$(ctl_value queue waiting)" 0 "$fault: nothing waits"
	peer politie-nh hello "${report[@]}" submit
	test_is "$(out_value outcome '^result')" cut "$fault: and it goes on without a restart"
	peer vt-zw hello want=1 timeout=500 drain
	test_is "$(grep -c '^offer' out)" 1 "$fault: the recipient gets the message that was recorded"
	grep -q "$id" out
	test_is $? 1 "$fault: and not the other"
	peer politie-nh hello want=1 timeout=300 drain
done
log_has hub 'commit.failed error=ECORRUPT'
test_ok $? 'failures are in the log'

# One message that the store does not take keeps no other out: a batch that fails is tried one by one.
echo batch >fault
peer politie-nh hello "${report[@]}" case=b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1 count=40 post want=0 timeout=2000 drain
rm fault
log_has hub 'batch.failed error=ECORRUPT'
test_ok $? 'a batch that cannot be committed is tried one by one'
test_is "$(grep -c '^result' out) $(grep -c '^error' out)" '40 0' 'and each of its messages is recorded'
peer vt-zw hello want=40 timeout=1000 drain
peer politie-nh hello want=1 timeout=1000 drain

# --- killed between commit and answer ----------------------------------------------

wait_for 30 checkpointed
echo kill-after >fault
peer politie-nh hello "${report[@]}" timeout=1000 file="$TMPDIR/message" post save timeout=1500 quiet
id=$(out_value id '^sent')
poll 10 is_ended "$(pid_of hub)"
test_ok $? 'the hub died after the commit'
test_expected_death[hub]=KILL
wait "$(pid_of hub)" 2>/dev/null
rm fault
hub_run
peer politie-nh hello file="$TMPDIR/message" resend
test_is "$(out_value id '^result')" "$id" 'the same bytes again give a result'
first=$(out_value digest '^result')
peer politie-nh hello file="$TMPDIR/message" resend
test_is "$(out_value digest '^result')" "$first" 'and the same result each time, byte for byte'
log_has hub "message.repeated id=$id"
test_ok $? 'it was recorded before the kill'
peer vt-zw hello want=1 timeout=500 drain
test_is "$(grep -c "^offer.*$id" out)" 1 'the recipient gets it once'

# --- killed before the commit: nothing was recorded -----------------------------------

peer politie-nh hello want=1 timeout=300 drain
wait_for 30 checkpointed
ctl status
before=$(ctl_value trail size)
echo kill-before >fault
peer politie-nh hello "${report[@]}" file="$TMPDIR/message" post save timeout=1500 quiet
id=$(out_value id '^sent')
poll 10 is_ended "$(pid_of hub)"
test_ok $? 'the hub died before the commit'
test_expected_death[hub]=KILL
wait "$(pid_of hub)" 2>/dev/null
rm fault
hub_run
ctl status
test_is "$(ctl_value trail size)" "$before" 'no entry was written'
test_is "$(ctl_value queue waiting)" 0 'nothing waits'
peer politie-nh hello file="$TMPDIR/message" resend
test_is "$(out_value outcome '^result')" cut 'sent again it is decided'
log_has hub "message.decided id=$id"
test_ok $? 'for the first time'

# --- a disk in doubt ends the process -------------------------------------------------------

# Nothing else is to be written then: mail and checkpoint are done first.
peer politie-nh hello timeout=500 drain
peer vt-zw hello want=1 timeout=500 drain
peer politie-nh hello want=1 timeout=500 drain
wait_for 30 checkpointed
echo EIO >fault
peer politie-nh hello "${report[@]}" submit
test_is "$(out_value code '^error')" ENOTRECORDED 'a failed sync: nothing recorded'
poll 10 is_ended "$(pid_of hub)"
test_ok $? 'and the hub ends, to be started again'
wait_bg hub
test_is $? 3 'with a status that says so'
rm fault

done_testing
