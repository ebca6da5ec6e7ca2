#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Each daemon as a process: closed to others of its user, without cores, new rights, and the system
# calls it does not need; and the service manager hears when it is ready and that it goes round.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"

hub_make "$TMPDIR/hub" || exit 1
adapters_make
# A console of the officer of the police.
cat >"$HUB/audit.conf" <<CONF
partner = "fg-politie"
desk = "fg"
keys = "keys/fg"
state = "state-audit"
directory = "directory.note"
registrars = {"$(cat "$HUB/keys/care/registrar.vkey")", "$(cat "$HUB/keys/justice/registrar.vkey")"}
CONF
cd "$HUB" && serve_certificates && SERVE_QUERY=audit.conf serve_conf || exit 1
cd "$TMPDIR" || exit 1
# A root's process looks closed whether it is or not: where possible they run as somebody else.
if [ "$(id -u)" -eq 0 ] && setpriv --reuid 64702 --regid 64702 --clear-groups true 2>/dev/null; then
	uid=64702
	become=(setpriv --reuid "$uid" --regid "$uid" --clear-groups --)
	install -d -m 755 bin
	install -m 755 "$BIN"/{schakel-notary,schakeld,schakel-adapter,schakel-audit} bin
	cp "$SRC/adapters/police/schema/melding.xsd" "$HUB"
	sed -i 's,schema = .*,schema = "melding.xsd",' "$HUB/adapter-police.conf"
	chown -R $uid:$uid "$HUB"
	chmod 711 "$TMPDIR"
	BIN=$TMPDIR/bin
else
	uid=$(id -u)
	become=(env)
fi

# notified: "PID TEXT" for each datagram, as the manager would see it
cat >listen.py <<'END'
import os, socket, struct
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
manager.bind("notify.sock")
os.chmod("notify.sock", 0o666)
print("listening", flush=True)
while True:
    text, extra, _, _ = manager.recvmsg(256, socket.CMSG_SPACE(12))
    pid = struct.unpack("3i", extra[0][2])[0]
    print(pid, text.decode(), flush=True)
END
start_bg notified "$PYTHON" listen.py
wait_for_log notified listening

# run NAME COMMAND...: as the manager starts it, with all that it may have inherited
run() {
	local name=$1
	shift
	ulimit -S -c unlimited 2>/dev/null
	start_bg "$name" "${become[@]}" env -C "$HUB" NOTIFY_SOCKET="$TMPDIR/notify.sock" "$@"
	wait_for_log notified "^$(pid_of "$name") READY=1$"
	pass "$name says that it is ready"
}

status_of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$(pid_of "$1")/status"
}

check_closed() {
	local pid
	pid=$(pid_of "$1")
	test_is "$(status_of "$1" NoNewPrivs)" 1 "$1: no new rights"
	test_is "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$pid/limits")" '0 0' "$1: no cores"
	if [ "$uid" -eq 0 ]; then
		skip "$1: closed to its own user" 'nobody else to be here'
	else
		test_is "$(stat -c %u "/proc/$pid/mem")" 0 "$1: closed to its own user"
	fi
}

# Every thread is filtered, whenever it was started.
check_filtered() {
	local wanted=2
	[ "$VARIANT" = release ] || wanted=0
	test_is "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$(pid_of "$1")/task/"*/status | sort -u)" \
		$wanted "$1: the filter of every thread"
}

beats() {
	log_count notified "^$(pid_of "$1") WATCHDOG=1$"
}

has_beats() {
	[ "$(beats "$1")" -ge "$2" ]
}

run notary "$BIN/schakel-notary" --socket notary.sock --key keys/hub/log.key --guard guard
check_closed notary
check_filtered notary
run hub "$BIN/schakeld" --config schakeld.conf
check_closed hub
check_filtered hub
run adapter "$BIN/schakel-adapter" --config adapter-police.conf
check_closed adapter
check_filtered adapter
run console "$BIN/schakel-audit" serve --config serve.conf
check_closed console
# Threads of libzmq that are started later are filtered too: it has a session when it answers.
port=$(sed -n 's/.*serve\.ready port=//p' console.log)
cd "$HUB" || exit 1
look u-78 POST /zoek -d "token=$(token u-78)" -d reason=complaint
cd "$TMPDIR" || exit 1
test_is "$status" 200 'the console asks the hub'
check_filtered console

# With nothing to do.
for name in hub adapter console; do
	test_wait_for 30 "$name goes round" has_beats $name 3
done

# A secret that others can read is refused, whoever can read it.
chmod 640 "$HUB/keys/shared/pseudonym.secret"
stop_bg adapter
test_expect_status 2 'a pseudonym key that others can read' \
	"${become[@]}" env -C "$HUB" "$BIN/schakel-adapter" --config adapter-police.conf
test_like "$(cat err)" 'pseudonym_key: others may read the file' 'and it says which'
chmod 600 "$HUB/keys/shared/pseudonym.secret"
key=$(cat "$HUB/keys/shared/pseudonym.secret")
printf 'dG9vIHNob3J0Cg==\n' >"$HUB/keys/shared/pseudonym.secret"
test_must_fail 'one that is too short' \
	"${become[@]}" env -C "$HUB" "$BIN/schakel-adapter" --config adapter-police.conf
test_like "$(cat err)" 'not 32 bytes in base64' 'and it says so'

# --- somebody has taken the process over -------------------------------------------------------------

for program in schakeld schakel-notary schakel-adapter schakel-audit; do
	remark=''
	[ "$VARIANT" = release ] || remark=' (this build has no filter of system calls)'
	test_like "$("$BIN/$program" --version)" "^$program [0-9.]+${remark//[()]/.}\$" \
		"$program --version says what it has"
done
if [ "$VARIANT" != release ]; then
	skip 'what an intruder gets' 'this build has no filter of system calls'
	done_testing
fi
if ! preload_build intrude; then
	skip 'what an intruder gets' 'no compiler'
	done_testing
fi
chmod 755 "$preload"
printf '%s\n' "$key" >"$HUB/keys/shared/pseudonym.secret"
stop_bg console
stop_bg hub
stop_bg notary

commands() { # commands NAME: sets command
	case $1 in
	notary) command=("$BIN/schakel-notary" --socket notary.sock --key keys/hub/log.key --guard guard) ;;
	hub) command=("$BIN/schakeld" --config schakeld.conf) ;;
	adapter) command=("$BIN/schakel-adapter" --config adapter-police.conf) ;;
	console) command=("$BIN/schakel-audit" serve --config serve.conf) ;;
	esac
}
# intrude NAME CALL...: a daemon in which these are made
intrude() {
	local command
	commands "$1"
	start_bg "$1" "${become[@]}" env -C "$HUB" LD_PRELOAD="$preload" INTRUDE="${*:2}" \
		NOTIFY_SOCKET="$TMPDIR/notify.sock" "${command[@]}"
	wait_for_log notified "^$(pid_of "$1") READY=1$"
	kill -s USR1 "$(pid_of "$1")"
}
ends_by() { # ends_by NAME CALL: an intruder's call is the end
	intrude "$1" "$2"
	wait_for 30 is_ended "$(pid_of "$1")"
	wait "$(pid_of "$1")" 2>/dev/null
	test_is $? 159 "$1: $2 ends it (SIGSYS)"
	unset "test_pids[$1]"
}
for name in notary hub adapter console; do
	for call in execve ptrace fork setuid; do
		ends_by $name $call
	done
	# Other calls fail with ENOSYS, and it goes on. A hub accepts connections and makes none; an
	# adapter and a console make them.
	intrude $name packet code kill thread inet getpid
	wait_for_log $name '^intrude getpid '
	inet='errno=38'
	[[ $name != @(adapter|console) ]] || inet=allowed
	test_is "$(sed -n 's/^intrude //p' "$name.log" | tr '\n' ' ')" \
		"packet errno=38 code errno=38 kill errno=38 thread errno=38 inet $inet getpid allowed " \
		"$name: what an intruder gets"
done
done_testing
