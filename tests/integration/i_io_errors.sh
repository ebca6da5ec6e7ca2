#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P1, P2, P5, P6 when a call to the disk or a request for memory fails: in turn every call that hub,
# notary, the sender's spool, or the recipient's spool and folder make on their files, and every
# allocation of those programs, fails once, while reports go their whole way. An I/O error is reported,
# nothing is answered that is not so, and after a restart nothing is lost, nothing doubled, every
# promise kept.
#
#	make check-crash FAULTS=all
#	FAULTS=30 SEED=4711 make check-run TESTS=tests/integration/i_io_errors.sh
#
# FAULTS   how many, chosen by SEED; all: each of them, with each kind of failure
# KINDS    which kinds: "EIO ENOSPC short ENOMEM"; preload/fail_at.c says what they are
# WHO      in which programs: "hub vt police notary"
#
# A round is one fault in one of the four, in a world that is new or that has served before; ten reports
# go through it. A program may end because of the fault (status 2 or 3, and one sentence), and is
# then started again without one; or go on.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

faults=${FAULTS:-8}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RANDOM=$seed
all=(hub vt police notary)
read -ra who <<<"${WHO:-${all[*]}}"
read -ra kinds <<<"${KINDS:-EIO ENOSPC short ENOMEM}"
reports=10
diag "seed $seed, $faults faults"

preload_need fail_at

hub_make "$TMPDIR/hub" || exit 1
echo 'checkpoint_ms = 50' >>"$HUB/schakeld.conf"
declare -A world=([new]=0 [used]=0) # the number of the last report in it

# world_keep NAME: what has been written until now is the world of this name.
world_keep() {
	mkdir "$TMPDIR/$1"
	cp -a "$HUB/." "$TMPDIR/$1"
}

world_take() {
	rm -rf "$HUB"
	cp -a "$TMPDIR/$1" "$HUB"
	rm -f ./*.log
}

# What the victim uses of the folder, for the library.
place_of() {
	case $1 in
	hub | notary) echo "$HUB" ;;
	police) echo "$HUB/spool-police" ;;
	vt) echo "$HUB/s" ;; # spool and system
	esac
}

# reap NAME: it ended by itself; if that may be, start it again.
reap() {
	local name=$1 status
	wait "${test_pids[$name]}"
	status=$?
	unset "test_pids[$name]"
	[ "$name/$status" != police/0 ] || return 0
	if [ "$name" != "$victim" ] || ! [[ $status =~ ^[23]$ ]] || [ ! -s fail.log ]; then
		wrong="$name ended with status $status"
		return 1
	fi
	deaths=$((deaths + 1))
	if [ "$name" = police ]; then
		start police "${load[@]}"
	else
		start "$name"
	fi
}

# Until police has heard of all that it sent.
drive() {
	local deadline=$((SECONDS + 30 * TEST_TIMEOUT_SCALE)) name
	while [ -n "${test_pids[police]:-}" ]; do
		read -r -t 0.02 <&"$test_pause_fd"
		for name in "${all[@]}"; do
			[ -n "${test_pids[$name]:-}" ] && is_ended "${test_pids[$name]}" || continue
			reap "$name" || return 1
		done
		if [ $SECONDS -gt $deadline ]; then
			wrong='it never comes to its end'
			return 1
		fi
	done
}

# ends NAME STATUS: it has this status, or that of an error if it is the victim's; one that was started
# again a moment ago may be asked to end before it listens to that (143)
ends() {
	if [ "$2" -ne 0 ] && ! { [ "$1" = "$victim" ] && [ "$deaths" -gt 0 ] && [ "$2" -eq 143 ]; } && ! { [ "$1" = "$victim" ] && [ "$2" -eq 3 ] && [ -s fail.log ]; }; then
		wrong="$1 ended with status $2"
	fi
}

# round VICTIM WORLD CALL KIND: wrong is empty if all is well; fail.log tells of the fault.
round() {
	local number name with=() load oracle_knows=() at=$3 kind=$4
	victim=$1 wrong='' deaths=0
	number=$((world[$2] + reports))
	load=(rate=1000 open=16 drain=1 "max=$number")
	world_take "$2"
	[ "$1" = hub ] || [ "$1" = notary ] || oracle_knows=("disk-fails=$1")
	rm -f fail.log
	for name in notary hub vt police; do
		with=()
		[ "$name" != "$victim" ] || with=(LD_PRELOAD="$preload" FAIL_AT="$3" FAIL_WITH="$4"
			FAIL_UNDER="$(place_of "$name")" FAIL_LOG="$TMPDIR/fail.log")
		if [ "$name" = police ]; then
			start police "${load[@]}"
		else
			start "$name"
		fi
	done
	with=()
	drive || return
	stop_bg vt
	ends vt $?
	start vt drain=1
	wait_bg vt
	ends vt $?
	for name in hub notary; do
		stop_bg $name
		ends $name $?
	done
	[ -z "$wrong" ] || return
	look
}

# What became of the ten, and whether the fault was told of.
look() {
	# a hub that could not read its rules and never had others decides nothing
	! log_has hub 'policy\.refused .*error=(EIO|EDISKFULL|ENOMEM) ' ||
		oracle_knows=(rules=unreadable)
	rm -rf evidence
	mkdir evidence
	cp "$HUB/police.history" "$HUB/vt.history" evidence
	cp -r "$HUB/system/out" evidence
	if ! "$BIN/crash_trail" "$HUB/store" "$HUB/vault" >evidence/trail.txt 2>err; then
		wrong="the trail: $(tail -n 1 err)"
	elif ! oracle evidence >out 2>&1; then
		wrong=$(cat out)
	elif ! audit >out 2>&1; then
		wrong="the verifier: $(cat out)"
	elif [ "$at" -gt 0 ] && [ "$kind" = EIO ] && [ -s fail.log ] && ! is_told; then
		untold+=("$(head -n 1 fail.log | cut -d' ' -f2-)")
	fi
}

# Did the program say that something failed?
is_told() {
	[ $deaths -gt 0 ] || log_has "$victim" '^(err|warning) ' ||
		grep -Eq '^(alarm kind=spool_failed|not-spooled|step failed)' "$HUB/$victim.history" 2>/dev/null
}

stop_all() {
	local name
	for name in "${!test_pids[@]}"; do
		kill -s KILL "${test_pids[$name]}" 2>/dev/null
		wait "${test_pids[$name]}" 2>/dev/null
		unset "test_pids[$name]"
	done
}

# The points say which rounds failed, and how; the folders of the first are kept.
bad=0 done_rounds=0 fired=0 all_deaths=0
declare -A fired_calls=()
untold=()
try() {
	round "$@"
	stop_all
	done_rounds=$((done_rounds + 1))
	all_deaths=$((all_deaths + deaths))
	if [ -s fail.log ] && [ "$3" -gt 0 ]; then
		fired=$((fired + 1))
		fired_calls["$1 $(head -n 1 fail.log | cut -d' ' -f2)"]=1
	fi
	if [ -n "$wrong" ]; then
		bad=$((bad + 1))
		diag "$1, $2 world, call $3, $4: $(head -n 1 fail.log 2>/dev/null)"
		diag "$wrong"
		diag "$(tail -n 5 hub.log notary.log police.log vt.log)"
		[ -d failed ] || { mkdir failed && cp -a "$HUB" ./*.log failed; }
	fi
}

world_keep new
count_calls() {
	declare -gA calls requests
	local name
	for name in "${all[@]}"; do
		try "$name" "$1" 0 EIO
		calls[$name]=$(wc -l <fail.log)
		[[ " ${kinds[*]} " = *' ENOMEM '* ]] || continue
		try "$name" "$1" 0 ENOMEM
		requests[$name]=$(cut -d' ' -f1 fail.log)
		if [ $bad -gt 0 ]; then
			fail "without a fault all goes well"
			exit 1
		fi
	done
}
count_calls new
diag "calls in a new world: $(for name in "${all[@]}"; do printf '%s %s ' "$name" "${calls[$name]}"; done)"
world_keep used
world[used]=$reports
pass 'without a fault all goes well'

every_call() {
	local name place kind at
	for name in "${who[@]}"; do
		for place in new used; do
			for kind in "${kinds[@]}"; do
				for ((at = 1; ; at++)); do
					try "$name" $place $at "$kind"
					[ -s fail.log ] || break
				done
			done
		done
	done
}

# Those that one in hundreds is chosen of, and that once failed unheard: the directory, which says
# whether a new epoch begins; the folder in which the partner's own is made.
once_unheard() {
	local place number call

	for call in 'hub read .*/directory.note' 'vt fsync .*/system'; do
		for place in new used; do
			try "${call%% *}" $place 0 EIO
			number=$(grep -m 1 -E " ${call#* }\$" fail.log | cut -d' ' -f1)
			try "${call%% *}" $place "$number" EIO
		done
	done
}

some_calls() {
	local i name place kind most
	for ((i = 0; i < faults; i++)); do
		name=${who[i % ${#who[@]}]}
		place=new
		[ $((RANDOM % 2)) -eq 0 ] || place=used
		kind=${kinds[RANDOM % ${#kinds[@]}]}
		most=${calls[$name]}
		[ "$kind" != ENOMEM ] || most=${requests[$name]}
		try "$name" $place $((1 + RANDOM % most)) "$kind"
	done
}

began=$SECONDS
once_unheard
if [ "$faults" = all ]; then every_call; else some_calls; fi
test_is $bad 0 "$fired faults in $done_rounds rounds: nothing is lost, nothing doubled, promises are kept"
test_is "$((fired > 0))" 1 'faults came'
test_is "${untold[*]}" '' 'and each was told of'
diag "$all_deaths programs ended by it; $((SECONDS - began)) s;" \
	"$(printf '%s\n' "${!fired_calls[@]}" | sort | tr '\n' ';')"
done_testing
