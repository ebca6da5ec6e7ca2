# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# test-lib.sh - TAP and processes for test scripts. Use:
#
#	#!/bin/bash
#	. "$SRC/tests/lib/test-lib.sh"
#	start_bg hub "$BIN/schakeld" -c hub.conf
#	wait_for_log hub 'event=ready'
#	test_expect 'status answers' "$BIN/schakelctl" status
#	done_testing
#
# The runner gives BIN, SRC, VARIANT and a fresh TMPDIR, which is the working
# directory. A script may also be started by hand from the root of the sources.

set -u

if [ -z "${SRC:-}" ]; then
	SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fi
VARIANT=${VARIANT:-release}
BIN=${BIN:-$SRC/build/$VARIANT/bin}
PYTHON=${PYTHON:-/usr/bin/python3}
TEST_TIMEOUT_SCALE=${TEST_TIMEOUT_SCALE:-1}
test_own_tmpdir=
if [ -z "${TMPDIR:-}" ]; then
	TMPDIR=$(mktemp -d /tmp/skl.XXXXXX)
	test_own_tmpdir=$TMPDIR
fi
export SRC VARIANT BIN PYTHON TMPDIR TEST_TIMEOUT_SCALE
cd "$TMPDIR" || exit 1

test_points=0
test_failures=0
test_planned=
declare -A test_pids=()
declare -A test_expected_death=()

# --- points ------------------------------------------------------------------

# diag TEXT...: a remark in the log.
diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# pass TEXT, fail TEXT: one point. fail returns 1.
pass() {
	test_points=$((test_points + 1))
	printf 'ok %d - %s\n' "$test_points" "$1"
}

fail() {
	test_points=$((test_points + 1))
	test_failures=$((test_failures + 1))
	printf 'not ok %d - %s\n' "$test_points" "$1"
	return 1
}

# test_ok STATUS TEXT: passes if STATUS is 0, as in: cmp a b; test_ok $? 'the same bytes'
test_ok() {
	if [ "$1" -eq 0 ]; then
		pass "$2"
	else
		fail "$2"
	fi
}

# test_is GOT WANTED TEXT: passes if both are the same text.
test_is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
		return 0
	fi
	fail "$3"
	diag "got:    $1"
	diag "wanted: $2"
	return 1
}

# test_below GOT LIMIT TEXT: passes if the number is below it. Bars of time and memory hold for the release
# build: a sanitizer makes a program many times as slow and as large.
test_below() {
	if [ "$VARIANT" != release ]; then
		skip "$3" "$1 of $2, a bar of the release build"
	elif [ "$1" -lt "$2" ]; then
		pass "$3"
	else
		fail "$3"
		diag "got:   $1"
		diag "below: $2"
		return 1
	fi
}

# test_like GOT REGEX TEXT: passes if the extended expression matches.
test_like() {
	if [[ $1 =~ $2 ]]; then
		pass "$3"
		return 0
	fi
	fail "$3"
	diag "got:     $1"
	diag "pattern: $2"
	return 1
}

# A status above 128 is death by signal, 126 and 127 a command that cannot run. Neither is an
# answer. Sanitizers end a program with 1 or 66; the runner finds their reports.
test_is_death() {
	[ "$1" -gt 128 ] || [ "$1" -eq 126 ] || [ "$1" -eq 127 ] || [ "$1" -eq 70 ]
}

# test_expect TEXT COMMAND...: passes if the command succeeds. Output is in out, errors in err.
test_expect() {
	local text=$1 status
	shift
	"$@" >"$TMPDIR/out" 2>"$TMPDIR/err"
	status=$?
	if [ $status -eq 0 ]; then
		pass "$text"
		return 0
	fi
	fail "$text"
	diag "status $status from: $*"
	diag "$(tail -n 20 "$TMPDIR/out" "$TMPDIR/err")"
	return 1
}

# test_expect_status STATUS TEXT COMMAND...: passes if it ends with this status.
test_expect_status() {
	local wanted=$1 text=$2 status
	shift 2
	"$@" >"$TMPDIR/out" 2>"$TMPDIR/err"
	status=$?
	if [ "$status" -eq "$wanted" ]; then
		pass "$text"
		return 0
	fi
	fail "$text"
	diag "status $status, wanted $wanted, from: $*"
	diag "$(tail -n 20 "$TMPDIR/out" "$TMPDIR/err")"
	return 1
}

# test_must_fail TEXT COMMAND...: passes if the command fails under its own control; a death by
# signal, a bug status (70) or a command that is not there is a failure of the test.
test_must_fail() {
	local text=$1 status
	shift
	"$@" >"$TMPDIR/out" 2>"$TMPDIR/err"
	status=$?
	if [ $status -ne 0 ] && ! test_is_death $status; then
		pass "$text"
		return 0
	fi
	fail "$text"
	diag "status $status from: $*"
	diag "$(tail -n 20 "$TMPDIR/out" "$TMPDIR/err")"
	return 1
}

# skip TEXT REASON: one point that could not be tried here.
skip() {
	test_points=$((test_points + 1))
	printf 'ok %d # SKIP %s: %s\n' "$test_points" "$1" "$2"
}

# skip_all REASON: leave the script, when what it needs is not there.
skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	test_planned=yes
	exit 0
}

# preload_build NAME: tests/integration/preload/NAME.c as a library to load before a program, whose
# path is $preload then; 1 without a compiler.
preload_build() {
	local compiler
	read -ra compiler <<<"${CC:-gcc}" # it may be two words, as "ccache gcc"
	preload=$TMPDIR/$1.so
	"${compiler[@]}" -shared -fPIC -o "$preload" "$SRC/tests/integration/preload/$1.c" -ldl
}

# preload_need NAME: the same, for a script that says nothing without it.
preload_need() {
	[ "$VARIANT" = release ] || skip_all 'a sanitizer takes no other library before it'
	preload_build "$1" || skip_all 'no compiler'
}

# --- waiting -----------------------------------------------------------------

# poll SECONDS COMMAND...: until the command succeeds; 1 if it never did. The pause is a read
# with a deadline from a pipe that nobody writes, so no process is started for it.
poll() {
	local deadline=$(($1 * TEST_TIMEOUT_SCALE)) began=$SECONDS
	shift
	until "$@" >/dev/null 2>&1; do
		if [ $((SECONDS - began)) -gt "$deadline" ]; then
			return 1
		fi
		read -r -t 0.02 <&"$test_pause_fd"
	done
	return 0
}
exec {test_pause_fd}<> <(:)

# test_wait_for SECONDS TEXT COMMAND...: a point: the command succeeds before the deadline.
test_wait_for() {
	local seconds=$1 text=$2
	shift 2
	if poll "$seconds" "$@"; then
		pass "$text"
		return 0
	fi
	fail "$text (not within $seconds s)"
	return 1
}

# wait_for SECONDS COMMAND...: the same without a point; the script ends if it never does.
wait_for() {
	local seconds=$1
	shift
	if poll "$seconds" "$@"; then
		return 0
	fi
	fail "waited $seconds s for: $*"
	exit 1
}

# --- processes ---------------------------------------------------------------

# start_bg NAME COMMAND...: run it with its output in $TMPDIR/NAME.log.
start_bg() {
	local name=$1
	shift
	"$@" >>"$TMPDIR/$name.log" 2>&1 </dev/null &
	test_pids[$name]=$!
	unset "test_expected_death[$name]"
}

# pid_of NAME
pid_of() {
	printf '%s\n' "${test_pids[$1]:-}"
}

# is_running NAME
is_running() {
	[ -n "${test_pids[$1]:-}" ] && kill -0 "${test_pids[$1]}" 2>/dev/null
}

is_gone() {
	! kill -0 "$1" 2>/dev/null
}

# kill_bg NAME SIGNAL: send it; with KILL also wait for the end.
kill_bg() {
	kill -s "$2" "${test_pids[$1]}" || return 1
	test_expected_death[$1]=$2
	if [ "$2" = KILL ]; then
		wait "${test_pids[$1]}" 2>/dev/null
		unset "test_pids[$1]"
	fi
	return 0
}

# stop_bg NAME: ask it to end (SIGTERM), wait, and return its status. A process that died by
# another signal, or does not end in time, is a failed point.
stop_bg() {
	local name=$1 pid=${test_pids[$1]:-} status
	if [ -z "$pid" ]; then
		fail "$name was not started"
		return 1
	fi
	kill -s TERM "$pid" 2>/dev/null
	# A child that has not become its program yet is a shell with our traps, and loses the first.
	poll 1 is_ended "$pid" || kill -s TERM "$pid" 2>/dev/null
	if ! poll 30 is_ended "$pid"; then
		fail "$name did not end within 30 s"
		kill -s KILL "$pid"
	fi
	wait "$pid" 2>/dev/null
	status=$?
	unset "test_pids[$name]"
	# 143 is SIGTERM itself: a program without a handler for it.
	if test_is_death $status && [ $status -ne 143 ]; then
		fail "$name ended with status $status"
		diag "$(tail -n 20 "$TMPDIR/$name.log")"
	fi
	return $status
}

# wait_bg NAME [SECONDS]: wait (120 s) until it ends by itself and return its status.
wait_bg() {
	local name=$1 pid=${test_pids[$1]} status
	wait_for "${2:-120}" is_ended "$pid"
	wait "$pid" 2>/dev/null
	status=$?
	unset "test_pids[$name]"
	return $status
}

# A child that ended stays a zombie until wait: its state says so.
is_ended() {
	local state
	state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
	[ -z "$state" ] || [ "${state:0:1}" = Z ]
}

# wait_for_log NAME REGEX [SECONDS]: until the log has a line that matches. The script ends if
# the process ends first or the deadline (30 s) passes.
wait_for_log() {
	local name=$1 regex=$2 seconds=${3:-30}
	if poll "$seconds" test_log_or_end "$name" "$regex" && log_has "$name" "$regex"; then
		return 0
	fi
	fail "no '$regex' in the log of $name"
	diag "$(tail -n 30 "$TMPDIR/$name.log")"
	exit 1
}

# log_has NAME REGEX, log_count NAME REGEX
log_has() {
	grep -Eq -- "$2" "$TMPDIR/$1.log" 2>/dev/null
}

log_count() {
	grep -Ec -- "$2" "$TMPDIR/$1.log" 2>/dev/null
}

test_log_or_end() {
	log_has "$1" "$2" || { [ -n "${test_pids[$1]:-}" ] && is_ended "${test_pids[$1]}"; }
}

# --- end ---------------------------------------------------------------------

# done_testing: the plan, and the end of the script.
done_testing() {
	local name
	for name in "${!test_pids[@]}"; do
		if is_ended "${test_pids[$name]}" && [ -z "${test_expected_death[$name]:-}" ]; then
			wait "${test_pids[$name]}" 2>/dev/null
			local status=$?
			if test_is_death $status; then
				fail "$name ended with status $status"
				diag "$(tail -n 20 "$TMPDIR/$name.log")"
			fi
		else
			stop_bg "$name"
		fi
	done
	printf '1..%d\n' "$test_points"
	test_planned=yes
	[ "$test_failures" -eq 0 ]
	exit
}

# A child that is told to end before it has become its program is still this shell, traps and all.
test_shell=$BASHPID

test_end() {
	local status=$? pid
	[ "$BASHPID" = "$test_shell" ] || exit "$status"
	for pid in "${test_pids[@]}"; do
		kill -s KILL "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	if [ -z "$test_planned" ]; then
		printf '# the script ended early, with status %d\n' "$status"
		[ "$status" -ne 0 ] || status=1
	fi
	if [ -n "$test_own_tmpdir" ] && [ "$status" -eq 0 ]; then
		rm -rf "$test_own_tmpdir"
	fi
	exit "$status"
}
trap test_end EXIT
test_interrupted() {
	[ "$BASHPID" = "$test_shell" ] && exit 130
	trap - INT TERM
	kill -s TERM "$BASHPID"
}
trap test_interrupted INT TERM
