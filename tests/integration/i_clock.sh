#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P1, P5, P6 when the wall clock is wrong: while reports flow, the clock of the hub, of the sender or
# of the recipient jumps an hour ahead or back; the same at the turn of summer time, on a leap day and
# past 2038 and 2106. Nothing is lost, nothing doubled, order stays, sessions come back, permits expire
# by the hub's clock, and the trail verifies.
#
#	make check-crash STEPS=100 SEED=4711
#
# STEPS    jumps of an hour; MOMENTS: of the calendar, a few or all
#
# A step is one jump, followed every third time by a death of one of the four: what stands in a spool
# or a store from before the jump is read after it. Between a sender and a hub that differ by more than
# five minutes a report may be refused for its time: then it is nowhere, and its sender is told.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

steps=${STEPS:-9}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RANDOM=$seed
load=(rate=60 open=24)
diag "seed $seed, $steps steps"

preload_need step_clock

# set_clock MACHINE DIGIT: 5 is right, 6 a step ahead, 4 a step behind
set_clock() {
	printf '%s' "$2" 1<>"$TMPDIR/$1.clock"
}

# run NAME [SETTING...]: with the clock of its machine
run() {
	local name=$1 machine=$1
	[ "$name" != notary ] || machine=hub
	with=(LD_PRELOAD="$preload" CLOCK_FILE="$TMPDIR/$machine.clock" CLOCK_STEP="$step_s"
		CLOCK_AHEAD="$ahead")
	start "$@"
	with=()
}

# hub_world AHEAD STEP: a new hub whose clocks are so many seconds ahead, and make steps of so many
hub_world() {
	local machine
	ahead=$1 step_s=$2
	rm -rf "$TMPDIR/hub" ./*.log
	for machine in hub police vt; do
		printf 5 >"$TMPDIR/$machine.clock"
	done
	CLOCK_AHEAD=$ahead LD_PRELOAD=$preload hub_make "$TMPDIR/hub" || exit 1
	sed -i 's/^valid .*/valid 2026-01-01 .. 2199-12-31/' "$HUB"/rules/*.rules
	: >>"$HUB/police.history"
	: >>"$HUB/vt.history"
	run notary
	run hub
}

# world AHEAD STEP: the same, with both adapters and reports
world() {
	hub_world "$@"
	run vt
	run police "${load[@]}"
}

# flow LINES [PID]: until the adapters have told so much more; PID is killed then
flow() {
	"$BIN/crash_watch" "$1" $((30 * TEST_TIMEOUT_SCALE)) "${2:-0}" "$HUB/police.history" \
		"$HUB/vt.history" && return
	fail "no life in the adapters after: $what"
	diag "$(tail -n 3 "$HUB/police.history" "$HUB/vt.history" hub.log)"
	exit 1
}

die_and_rise() {
	local name=$1
	flow $((1 + RANDOM % 20)) "${test_pids[$name]}"
	{ wait "${test_pids[$name]}"; } 2>/dev/null
	unset "test_pids[$name]"
	if [ "$name" = police ]; then run police "${load[@]}"; else run "$name"; fi
}

# All clocks are right again, and all comes to its end.
end_world() {
	local name
	for name in hub police vt; do
		set_clock $name 5
	done
	stop_bg police
	run police rate=0 drain=1
	wait_bg police
	test_ok $? "$1: all that was sent is answered, handed over and found in the trail"
	stop_bg vt
	run vt drain=1
	wait_bg vt
	test_ok $? "$1: all that came is handed over, and its receipts recorded"
	for name in hub notary; do
		stop_bg $name
		test_ok $? "$1: $name ends when asked"
	done
	judge
}

# --- an hour ahead and back, under load -------------------------------------------------------

world 0 3600
oracle_knows=(clocks=differ)
all=(hub police vt notary)
what='the start'
for ((i = 0; i < steps; i++)); do
	flow $((20 + RANDOM % 60))
	machine=${all[i % 3]}
	digit=$((4 + (RANDOM % 3)))
	set_clock $machine $digit
	what="$machine at $(((digit - 5) * 60)) minutes"
	diag "$what"
	[ $((i % 3)) -ne 2 ] || die_and_rise "${all[RANDOM % 4]}"
done
flow 20
pass "$steps steps of the clock under load"
end_world 'an hour'

# --- days ahead: a session is refused, never for ever ------------------------------------------

has_new() {
	[ "$(grep -c "$2" "$HUB/$1.history")" -gt "$3" ]
}

# begin_again NAME: another life, until it has a session
begin_again() {
	local name=$1 before
	before=$(grep -c 'session state=open' "$HUB/$name.history")
	stop_bg "$name"
	if [ "$name" = police ]; then run police "${load[@]}"; else run "$name"; fi
	test_wait_for 20 "$2: $name has a session" has_new "$name" 'session state=open' "$before"
}

world 0 $((2 * 86400))
flow 20
stop_bg police
set_clock police 6
before=$(grep -c 'err=ESTATE' "$HUB/police.history")
run police "${load[@]}"
test_wait_for 20 'the hub takes no session of the day after tomorrow' \
	has_new police 'err=ESTATE' "$before"
set_clock police 5
begin_again police 'when its clock is right again'
for machine in hub police vt; do
	set_clock $machine 6
done
begin_again police 'when all are ahead'
begin_again vt 'when all are ahead'
flow 20
for machine in hub police vt; do
	set_clock $machine 5
done
begin_again police 'when all are right again'
begin_again vt 'when all are right again'
flow 20
end_world 'two days'

# --- a permit expires by the clock of the hub --------------------------------------------------

# has_receipts STATE COUNT: of so many messages; a new life may hear one a second time
has_receipts() {
	[ "$(grep "^receipt .* state=$1 " "$HUB/police.history" | sort -u | wc -l)" -ge "$2" ]
}

hub_world 0 3600
run police rate=1000 kind=plain life=1800 max=4
test_wait_for 20 'four are accepted, for half an hour' has_new police '^result .*outcome=permitted' 3
set_clock hub 4
run vt
test_wait_for 20 'an hour back they are still delivered' has_receipts handed_over 4
stop_bg vt
stop_bg police
set_clock hub 5
run police rate=1000 kind=plain life=1800 max=8
test_wait_for 20 'four more are accepted' has_new police '^result .*outcome=permitted' 7
stop_bg police
run police rate=1000 kind=plain life=7200 max=12
test_wait_for 20 'and four for two hours' has_new police '^result .*outcome=permitted' 11
set_clock hub 6
test_wait_for 40 'an hour ahead the four expire, and their sender hears it' has_receipts expired 4
set_clock hub 5
run vt
test_wait_for 20 'those of two hours are delivered' has_receipts handed_over 8
test_is "$(find "$HUB/system/out" -name '*.txt' | wc -l)" 8 'what has expired stays so'
for name in police vt hub notary; do
	stop_bg $name
done
test_expect 'the verifier finds the trail intact' audit

# --- moments of the calendar -------------------------------------------------------------------

# moment NAME TIME: a hub that lives ten seconds before it, and jumps past it
moment() {
	local machine
	what=$1
	world $(($(date -u -d "$2" +%s) - $(date +%s) - 10)) 20
	oracle_knows=()
	flow 40
	for machine in hub police vt; do
		set_clock $machine 6
	done
	flow 40
	die_and_rise hub
	flow 20
	end_world "$what"
}

export TZ=CET-1CEST,M3.5.0,M10.5.0/3
moment 'summer time ends' 2027-10-31T01:00:00Z
moment '2038' 2038-01-19T03:14:08Z
if [ "${MOMENTS:-}" = all ]; then
	moment 'summer time begins' 2027-03-28T01:00:00Z
	moment 'a leap day begins' 2028-02-29T00:00:00Z
	moment 'a leap day ends' 2028-03-01T00:00:00Z
	moment '2106' 2106-02-07T06:28:16Z
fi
done_testing
