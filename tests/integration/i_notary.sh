#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-notary: signs what grows out of what it signed, and nothing else.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/trail-lib.sh"

socket=$TMPDIR/n.sock
notary=$BIN/schakel-notary
client() { "$BIN/notary_client" "$socket" "$@"; }

start() {
	start_bg notary "$notary" --socket "$socket" --key log.key --guard guard
	wait_for 30 client "$origin" head
}

# what the notary answers, without the note
verdict() {
	client "$@" | head -n 1
}

make_key log.key "$origin"

test_expect 'help' "$notary" --help
test_expect_status 2 'no arguments' "$notary"
test_expect_status 2 'an odd user' "$notary" --socket s --key log.key --guard guard --client-user -1
test_expect_status 3 'no guard, no notary' "$notary" --socket "$socket" --key log.key --guard guard
test_expect 'a guard for a new trail' "$notary" --init --key log.key --guard guard
test_is "$(head -n 2 guard | tr '\n' ' ')" "$origin 0 " 'it begins with the empty tree'
test_expect_status 3 'a guard that is there is not made again' \
	"$notary" --init --key log.key --guard guard
chmod 640 log.key
test_expect_status 3 'a key others can read is refused' \
	"$notary" --socket "$socket" --key log.key --guard guard
test_like "$(cat err)" 'may be read by others' 'and it says why'
chmod 600 log.key
make_key other.key schakel.example/other
test_expect_status 3 'a guard of another origin is refused' \
	"$notary" --socket "$socket" --key other.key --guard guard

start
test_expect_status 3 'a second notary on the same socket is refused' \
	"$notary" --socket "$socket" --key log.key --guard guard
test_is "$(stat -c %a "$socket")" 600 'the socket is private'
test_is "$(verdict $origin head)" 'err=OK guard=0' 'nothing signed yet'
test_is "$(verdict $origin sign 0 0)" 'err=EINVAL guard=0' 'an empty tree is not signed'
client $origin sign 5 0 >first
test_is "$(head -n 1 first)" 'err=OK guard=5' 'the first tree'
sed 1d first | head -n 2 >lines
test_is "$(tr '\n' ' ' <lines)" "$origin 5 " 'the note names origin and size'
client $origin sign 5 0 >again
test_is "$(cat again)" "$(cat first)" 'the same tree again: the same note'
test_is "$(verdict $origin sign 9 5)" 'err=OK guard=9' 'a larger tree with its proof'
test_is "$(sed -n 2p guard)" 9 'the guard follows'
test_is "$(verdict $origin sign 8 5)" 'err=EROLLBACK guard=9' 'a smaller tree'
test_is "$(verdict $origin sign 9 9 root=bad)" 'err=ECORRUPT guard=9' 'another root at the same size'
test_is "$(verdict $origin sign 12 9 root=bad)" 'err=ECORRUPT guard=9' 'a root that does not follow'
test_is "$(verdict $origin sign 12 9 proof=bad)" 'err=ECORRUPT guard=9' 'a proof that does not hold'
test_is "$(verdict $origin sign 12 9 fork=3)" 'err=ECORRUPT guard=9' 'a past that was changed'
test_is "$(verdict $origin sign 12 5)" 'err=ESTALE guard=9' 'a proof from elsewhere'
test_is "$(verdict $origin sign 12 0)" 'err=ESTALE guard=9' 'no proof'
test_is "$(verdict schakel.example/other sign 12 9)" 'err=EFIELD guard=9' 'another origin'
test_is "$(verdict schakel.example/other head)" 'err=EFIELD guard=9' 'the head of another origin'
test_is "$(verdict $origin sign 12 9)" 'err=OK guard=12' 'and still the honest one'

# Garbage closes its own connection and disturbs nobody.
head -c 3000 /dev/urandom >garbage
test_expect 'garbage gets no answer' "$PYTHON" - "$socket" <<'END'
import socket, sys
for size in (3000, 1, 2232):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    peer.connect(sys.argv[1])
    peer.sendall(open("garbage", "rb").read()[:size])
    peer.shutdown(socket.SHUT_WR)
    try:
        assert peer.recv(10) == b""
    except ConnectionResetError:
        pass
# more connections than it takes, all idle
idle = [socket.socket(socket.AF_UNIX) for _ in range(8)]
for peer in idle:
    peer.connect(sys.argv[1])
for peer in idle:
    peer.close()
END
test_is "$(verdict $origin head)" 'err=OK guard=12' 'the notary is still there'

# What it signed once stays signed, whatever happens to it.
test_expect 'it ends when asked' stop_bg notary
start
test_is "$(verdict $origin sign 11 0)" 'err=EROLLBACK guard=12' 'a restart forgets nothing'

# The guard cannot be written: nothing is signed, and the head stays.
mkdir away
mv guard away/guard
kill_bg notary KILL
start_bg notary "$notary" --socket "$socket" --key log.key --guard away/guard
wait_for 30 client "$origin" head
mv away gone
test_is "$(verdict $origin sign 13 12)" 'err=ENOTFOUND guard=12' 'no guard on disk, no signature'
mv gone away
test_is "$(verdict $origin sign 13 12)" 'err=OK guard=13' 'once the disk is back it goes on'
kill_bg notary KILL
mv away/guard guard

# kill -9 between the synced guard and the answer: asked again it signs the same tree.
cat >die.c <<'END'
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
	(void)fd, (void)bytes, (void)flags;
	raise(SIGKILL);
	return (ssize_t)len;
}
END
read -ra compiler <<<"${CC:-gcc}" # it may be two words, as "ccache gcc"
if "${compiler[@]}" -shared -fPIC -o die.so die.c; then
	start_bg doomed env LD_PRELOAD="$TMPDIR/die.so" ASAN_OPTIONS=verify_asan_link_order=0 \
		"$notary" --socket "$socket" --key log.key --guard guard
	wait_for_log doomed ready
	test_expect_status 3 'killed before its answer' client $origin sign 14 13
	wait "$(pid_of doomed)" 2>/dev/null
	unset 'test_pids[doomed]'
	test_is "$(sed -n 2p guard)" 14 'the guard stands at what was about to be signed'
	start
	test_is "$(verdict $origin sign 14 13)" 'err=OK guard=14' 'the answer is given after all'
	test_is "$(verdict $origin sign 13 0)" 'err=EROLLBACK guard=14' 'and what came before is not'
else
	skip 'killed before its answer' 'no compiler'
	start
	test_is "$(verdict $origin sign 14 13)" 'err=OK guard=14' 'the tree grows all the same'
fi

# Killed at any moment while signing without a pause: no note is ever ahead of the guard.
size=14
lost=0
for round in 1 2 3 4 5 6 7 8 9 10; do
	start_bg "grow$round" "$BIN/notary_client" "$socket" "$origin" grow $((size + 1)) 4000
	wait_for_log "grow$round" "size=$((size + round * 3))\$"
	kill_bg notary KILL
	wait_bg "grow$round"
	seen=$(tail -n 1 "grow$round.log" | sed 's/size=//')
	start
	head=$(verdict $origin head | sed 's/.*guard=//')
	if [ "$head" -lt "$seen" ] || [ "$head" -gt $((seen + 1)) ]; then
		lost=$((lost + 1))
		diag "signed $seen, guard at $head"
	fi
	size=$head
done
test_is "$lost" 0 'ten kills: no signed size was forgotten'
test_expect 'it ends when asked' stop_bg notary
done_testing
