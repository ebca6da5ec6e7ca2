#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P7: no plain mode. Without CURVE and a key of the directory nobody gets an answer; a message
# without a valid signature of its sender is refused.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start
server=$(grep -oE 'transport=[^ ]*' "$env/hub/hub.public" | cut -d= -f2-)

peer politie-nh hello ping
test_ok $? 'a partner is answered'
"$PYTHON" "$SRC/tests/integration/hub_strangers.py" "ipc://$TMPDIR/h.sock" "$server" >knocks 2>&1
for way in null plain unknown-key wrong-server-key; do
	grep -qx "$way silence" knocks
	test_ok $? "$way: no answer"
done
ctl status
test_is "$(ctl_value keys_refused)" 1 'the unknown key was counted'
test_is "$(($(ctl_value counters handshakes_failed) > 0))" 1 'and the handshakes that failed'
test_is "$(ctl_value sessions)" 1 'none of them got a session'
peer politie-nh hello ping
test_ok $? 'partners are served all the while'

ctl status
before=$(ctl_value trail size)
peer politie-nh hello to=vt-zw muni=0479 no-signature=1 submit
test_is "$(out_value code '^error')" ESIGNATURE 'a message without a valid signature is refused'
peer politie-nh hello to=vt-zw muni=0479 sign-as=vt-zw submit
test_is "$(out_value code '^error')" EIDENTITY "another partner's signature is refused"
wait_for 10 eval 'ctl status; [ "$(ctl_value trail size)" -ge '$((before + 2))' ]'
test_is "$(ctl_value trail size)" $((before + 2)) 'with an entry each'
peer vt-zw hello timeout=500 quiet
grep -q '^quiet yes' out
test_ok $? 'and nobody was offered anything'
"$BIN/schakeld" --help | grep -Eiq 'null|plain|insecure|no-curve|allow-unsigned'
test_is $? 1 'there is no option that turns it off'

done_testing
