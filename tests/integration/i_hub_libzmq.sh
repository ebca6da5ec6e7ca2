#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What libzmq 4.3.4 leaves to us: a routing id that is not one's own, an automatic one that is
# claimed, one key used twice, more silent connections than descriptors (see i_hub_flood too).

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start
report=(to=vt-zw muni=0479)

# attack WAY [NUMBER]: its lines in $TMPDIR/attack
attack() {
	"$PYTHON" "$SRC/tests/integration/hub_attackers.py" "$env" "$endpoint" "$@" >attack 2>&1 ||
		diag "$(cat attack)"
}
attack_value() {
	sed -n "s/^$1 //p" attack
}

# --- another's routing id, the same key twice ---------------------------------------

endpoint=ipc://$TMPDIR/h.sock
attack same-id
test_is "$(attack_value police-before)" True 'the police is served'
test_is "$(attack_value thief)" False 'a partner with the routing id of the police gets no answer'
test_is "$(attack_value police-after)" True 'and the police is still served'
test_is "$(attack_value leaked)" False 'nothing of that reached the other'
attack same-key
test_is "$(attack_value first) $(attack_value second) $(attack_value first-again)" \
	'True True True' 'two connections with one key do not cut each other off'

# --- the automatic routing id that comes next ---------------------------------------

if [ "$VARIANT" != release ] || ! preload_build fixed_rand; then
	skip 'an automatic id is claimed' 'no compiler, or a sanitizer that must be loaded first'
else
	stop_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload")
	hub_run
	peer politie-nh hello "${report[@]}" count=3 submit
	test_is "$(grep -c '^result' out)" 3 'three messages are acknowledged'
	attack automatic
	# libzmq's assertion ends the hub; the supervisor starts it again
	wait_bg hub
	test_is $? 134 'claiming the next automatic id ends the hub, by abort'
	HUB_ENV=(env)
	start=$(date +%s%3N)
	hub_run
	took=$(($(date +%s%3N) - start))
	diag "ready again after $took ms"
	peer vt-zw hello timeout=2000 drain
	test_is "$(grep -c 'offer.*police_report' out)" 3 'and nothing acknowledged is lost'
fi

# --- silent connections -------------------------------------------------------------

stop_bg hub
sed -i 's|^endpoint = .*|endpoint = "tcp://127.0.0.1:0"|' "$env/hub.conf"
# Fewer descriptors than connections, as a service manager starts it; more if it asks.
HUB_ENV=(prlimit --nofile=256:"$(ulimit -Hn)")
hub_run
endpoint=$(grep -oE 'endpoint=tcp://[^ ]*' hub.log | head -n 1 | cut -d= -f2-)
test_is "$(($(awk '/^Max open files/ { print $4 }' "/proc/$(pid_of hub)/limits") > 256))" 1 \
	'the hub raises its own limit of descriptors'
start_bg flood "$PYTHON" "$SRC/tests/integration/hub_attackers.py" "$env" "$endpoint" hold silent 600
wait_for_log flood '^up'
attack newcomers 20
kill_bg flood KILL
diag "$(tr '\n' ' ' <attack)"
test_is "$(attack_value answered)" 40 '600 silent connections, more than it began with: partners are served'

done_testing
