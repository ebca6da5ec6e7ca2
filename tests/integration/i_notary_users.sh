#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Hub and notary as two users, as they are installed: the hub gets its signatures and never the key;
# nobody else gets as far as asking.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
[ "$(id -u)" -eq 0 ] || skip_all 'needs root: it runs processes as other users'
. "$SRC/tests/lib/hub-lib.sh"

# Numbers suffice: the kernel needs no names. The group is what lets the hub near the socket.
notary_uid=64701 hub_uid=64702 member_uid=64703 stranger_uid=64704 group=64700
run_as() { # run_as UID GID GROUPS: the words before a command
	printf '%s\n' setpriv --reuid "$1" --regid "$2" "$3" --
}
mapfile -t as_notary < <(run_as $notary_uid $group --clear-groups)
# As the units do it: a group of its own, and the shared one beside it.
mapfile -t as_hub < <(run_as $hub_uid $hub_uid --groups=$group)
mapfile -t as_member < <(run_as $member_uid $group --clear-groups)
mapfile -t as_stranger < <(run_as $stranger_uid $stranger_uid --clear-groups)
"${as_hub[@]}" true 2>setpriv.log ||
	skip_all "cannot become another user here: $(tail -n 1 setpriv.log)"

# The other users get to what is theirs, wherever the sources stand.
chmod 711 "$TMPDIR"
install -d -m 755 bin
install -m 755 "$BIN"/{schakel-notary,schakeld,schakel-keys,schakelctl,notary_client} bin
BIN=$TMPDIR/bin

hub_make "$TMPDIR/hub" || exit 1
chmod 711 "$HUB" "$HUB/keys"
install -d -m 700 -o $notary_uid -g $group "$HUB/notary"
install -d -m 750 -o $notary_uid -g $group "$HUB/run"
mv "$HUB/guard" "$HUB/keys/hub/log.key" "$HUB/notary"
chown $notary_uid:$group "$HUB/notary/guard" "$HUB/notary/log.key"
install -d -m 700 -o $hub_uid -g $hub_uid "$HUB/own"
chown -R $hub_uid:$hub_uid "$HUB/keys/hub"
chmod -R a+rX "$HUB/rules" "$HUB/directory.note" "$HUB/schakeld.conf"
sed -i 's,^notary = .*,notary = "run/notary.sock",; s,"\(store\|vault\|control.sock\)","own/\1",' \
	"$HUB/schakeld.conf"

notary=("${as_notary[@]}" env -C "$HUB" "$BIN/schakel-notary" --socket run/notary.sock \
	--key notary/log.key --guard notary/guard)
ask() { # ask WHO...: the notary for its head
	"$@" env -C "$HUB" "$BIN/notary_client" run/notary.sock "$HUB_ORIGIN" head
}

# --- the folder must be closed -------------------------------------------------------------------

for mode in 755 770 751; do
	chmod $mode "$HUB/run"
	test_expect_status 3 "a socket in a folder of mode $mode is refused" "${notary[@]}" --client-user $hub_uid
	test_like "$(cat err)" 'open to others' 'and it says why'
done
chmod 750 "$HUB/run"
chown $member_uid "$HUB/run"
test_expect_status 3 'as is one in the folder of another user' "${notary[@]}" --client-user $hub_uid
chown $notary_uid "$HUB/run"
test_expect_status 2 'a client that does not exist' "${notary[@]}" --client-user no-such-user
test_like "$(cat err)" 'no user no-such-user' 'and it says which'
test_ok "$([ ! -e "$HUB/run/notary.sock" ]; echo $?)" 'none of them left a socket'

# --- who is answered -----------------------------------------------------------------------------

start_bg notary "${notary[@]}" --client-user $hub_uid
wait_for_log notary ' ready '
test_is "$(stat -c '%a %u %g' "$HUB/run/notary.sock")" "660 $notary_uid $group" \
	'the socket is open to the group alone'
test_is "$(ask "${as_hub[@]}" | head -n 1)" 'err=OK guard=0' 'the hub is answered'
test_expect_status 3 'another member of the group is not' ask "${as_member[@]}"
wait_for_log notary "client.refused uid=$member_uid"
test_expect_status 3 'root is not' ask
wait_for_log notary 'client.refused uid=0'
test_expect_status 3 'a stranger does not reach the socket' ask "${as_stranger[@]}"
test_is "$(log_count notary "uid=$stranger_uid")" 0 'so that the notary hears nothing of it'

# --- what the hub's user cannot have ---------------------------------------------------------------

hub_may() { "${as_hub[@]}" env -C "$HUB" "$@"; }
test_must_fail 'the key' hub_may cat notary/log.key
test_must_fail 'the guard' hub_may cat notary/guard
test_must_fail 'the memory of the notary' hub_may cat "/proc/$(pid_of notary)/mem"
test_must_fail 'its environment' hub_may cat "/proc/$(pid_of notary)/environ"
test_must_fail 'an end to the notary' hub_may kill "$(pid_of notary)"
test_must_fail 'a socket of its own in its place' hub_may rm -f run/notary.sock
test_expect 'and the notary is there' is_running notary

# --- a hub that runs so ----------------------------------------------------------------------------

start_bg hub "${as_hub[@]}" env -C "$HUB" "$BIN/schakeld" --config schakeld.conf
wait_for_log hub 'hub\.ready'
test_is "$(stat -c %u "/proc/$(pid_of hub)/mem")" 0 'the process of the hub is closed to its own user'
test_like "$(sed -n 2p "$HUB/notary/guard")" '^[1-9]' 'the notary signed for it'
cat >find_key.py <<'END'
# find_key.py KEY-FILE PID: 0 if either form of the key is in the memory of the process, else 1.
import base64, sys
secret = next(l.split()[1] for l in open(sys.argv[1], "rb") if l.startswith(b"secret "))
seed = base64.b64decode(secret)[:32]
assert len(seed) == 32
seen = 0
with open("/proc/%s/mem" % sys.argv[2], "rb", 0) as memory:
    for line in open("/proc/%s/maps" % sys.argv[2]):
        low, high = (int(x, 16) for x in line.split()[0].split("-"))
        try:
            memory.seek(low)
            found = memory.read(min(high - low, 64 << 20))
        except (OSError, ValueError):
            continue  # [vvar], [vsyscall], guard pages past the end of a file
        seen += len(found)
        if seed in found or secret in found:
            sys.exit(0)
sys.exit(1 if seen > 1 << 20 else 3)
END
test_expect 'root finds the key in the memory of the notary' \
	"$PYTHON" find_key.py "$HUB/notary/log.key" "$(pid_of notary)"
test_expect_status 1 'and nowhere in that of the hub' \
	"$PYTHON" find_key.py "$HUB/notary/log.key" "$(pid_of hub)"
test_expect 'the hub ends when asked' stop_bg hub
test_expect 'the notary too' stop_bg notary
done_testing
