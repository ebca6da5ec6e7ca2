#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The service files: systemd finds no fault in them, leaves their processes little (exposure at most
# 1.2), and the daemons do their work so, started by a systemd of their own in namespaces.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
command -v systemd-analyze >/dev/null || skip_all 'needs systemd-analyze (package systemd)'
# The mounts end with the test, whatever becomes of it.
if [ "$(id -u)" -eq 0 ] && [ -z "${UNITS_MOUNTS:-}" ] && unshare --mount true 2>/dev/null; then
	UNITS_MOUNTS=own exec unshare --mount --propagation private "$SRC/tests/integration/i_units.sh"
fi
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"

units=(schakeld.service schakel-notary.service schakel-adapter@.service schakel-console.service)
running=(schakeld schakel-notary schakel-adapter@police schakel-console)
exposure_max=12 # tenths

# --- on paper --------------------------------------------------------------------------------------

mkdir paper loose
ln -s "$BIN" bin # a path with a space is two words to systemd
for unit in "${units[@]}"; do
	# A bare name is looked for in the folders of sbin and bin; here the programs are not installed.
	sed "s,^ExecStart=,ExecStart=$TMPDIR/bin/," "$SRC/deploy/systemd/$unit" >"paper/$unit"
	sed '/^SystemCallFilter=/d; /^CapabilityBoundingSet=/d' "paper/$unit" >"loose/$unit"
done
test_expect 'systemd reads the units without a word' \
	systemd-analyze verify --man=no paper/*.service
test_is "$(cat out err)" '' 'without a word'
for unit in "${units[@]}"; do
	test_expect "$unit: exposure at most 1.2" systemd-analyze security --no-pager --offline=yes \
		--threshold=$exposure_max "paper/$unit"
	diag "$(tail -n 1 out)"
	test_must_fail "$unit: and without its filters it is more" systemd-analyze security --no-pager \
		--offline=yes --threshold=$exposure_max "loose/$unit"
done
test_is "$(grep -l '/etc/schakel/notary' "$SRC"/deploy/systemd/*.service)" \
	"$SRC/deploy/systemd/schakel-notary.service" 'only the notary is given its key'

# --- a systemd of its own ---------------------------------------------------------------------------

stop_here() {
	skip 'the units at work' "$1"
	done_testing
}
[ "$(id -u)" -eq 0 ] || stop_here 'needs root'
[ "$VARIANT" = release ] || stop_here 'the programs of this variant need more than a unit leaves them'
[ -x /lib/systemd/systemd ] || stop_here 'there is no /lib/systemd/systemd'

# What an operator puts in place: keys, directory, rules, and the examples of the manuals.
hub_make "$TMPDIR/hub" || exit 1
registrars="registrars = {\"$(cat "$HUB/keys/care/registrar.vkey")\", \"$(cat "$HUB/keys/justice/registrar.vkey")\"}"
example() { # example MANUAL: its first example, with the registrars of this test
	sed -n '/^\.Bd -literal/,/^\.Ed/{/^\.Ed/q; /^\./d; s/\\e/\\/g; p}' "$SRC/$1" |
		sed '/^ *"justice:/d' | awk -v r="$registrars" '/^registrars/ { $0 = r } { print }'
}
of_manual() { # of_manual MANUAL START: its example that begins so, with the registrars of this test
	sed -n "/^$2/,/^\.Ed/{/^\.Ed/q; p}" "$SRC/$1" |
		awk -v r="$registrars" '/^registrars/ { $0 = r } { print }'
}
mkdir -p etc/{hub,notary,adapter-police,console,browser,rules} units
cp "$HUB"/keys/hub/{transport,promise}.key etc/hub
cp "$HUB/keys/hub/log.key" etc/notary
cp "$HUB"/keys/police/*.key "$HUB/keys/shared/pseudonym.secret" etc/adapter-police
cp "$HUB"/rules/*.rules etc/rules
cp "$HUB/directory.note" etc
{
	example broker/schakeld/schakeld.conf.5 |
		sed "s,^endpoint = .*,endpoint = \"$HUB_ENDPOINT\",; s,^origin = .*,origin = \"$HUB_ORIGIN\","
	printf 'scratch_fs = true\nmap_mebibytes = 256\n'
} >etc/schakeld.conf
example adapters/schakel-adapter/schakel-adapter.conf.5 |
	sed 's,^police {,&\n  schema = "/etc/schakel/melding.xsd"\n  settle_ms = 200,' >etc/adapter-police.conf
cp "$SRC/adapters/police/schema/melding.xsd" etc
serve_certificates
cp "$HUB"/keys/fg/*.key etc/console
cp server.key etc/console/console.pem
cp server.pem etc/console.pem
cp ca.pem etc/console-ca.pem
cp u-78.pem u-78.key ca.pem etc/browser
of_manual broker/schakel-audit/schakel-audit.1 'query = ' | sed "s/0123\.\.\./$(serve_print u-78)/" >etc/console.conf
of_manual broker/schakel-audit/schakel-audit.1 'partner = "fg-politie"' >etc/console-audit.conf

cp "$SRC"/deploy/systemd/*.service units
for target in sysinit basic shutdown network-online multi-user; do
	printf '[Unit]\nDescription=%s\n' $target >units/$target.target
done
for unit in "${units[@]}"; do
	mkdir units/$unit.d
	printf '[Service]\nStandardOutput=append:/log/%s\nStandardError=append:/log/%s\n' \
		"$unit" "$unit" >"units/$unit.d/log.conf"
done
printf '[Service]\nWatchdogSec=5\n' >units/schakeld.service.d/sooner.conf
printf '[Service]\nReadWritePaths=/srv/schakel/politie\n' >units/schakel-adapter@.service.d/folder.conf

# Only our units and a few empty targets: this systemd does nothing else, and nothing of the machine
# but its cgroups can be written. SIGKILL to unshare ends all of it, its mounts too.
cat >boot.sh <<'END'
set -e
mount -t tmpfs -o mode=755 tmpfs "$TMPDIR/rw"
mkdir rw/up rw/work
mount -t overlay -o lowerdir=/,upperdir=rw/up,workdir=rw/work overlay root
mount -t proc proc root/proc
mount --bind root/proc/sys root/proc/sys
mount -o remount,bind,ro root/proc/sys
mount -t sysfs -o ro sysfs root/sys
mount -t cgroup2 cgroup2 root/sys/fs/cgroup
for dir in run tmp dev etc/schakel var/lib units srv log; do
	mkdir -p root/$dir
	mount -t tmpfs -o mode=755 tmpfs root/$dir
done
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty root/dev
mkdir root/dev/pts root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts root/dev/pts
ln -s pts/ptmx root/dev/ptmx
: >root/log/manager
: >root/dev/console
mount --bind root/log/manager root/dev/console
cp -r units/. root/units
cp -r etc/. root/etc/schakel
install -m 755 "$BIN"/schakeld "$BIN"/schakel-notary "$BIN"/schakel-adapter "$BIN"/schakel-audit root/usr/sbin
systemd-sysusers --root="$TMPDIR/root" "$SRC/deploy/systemd/sysusers.d/schakel.conf"
systemd-sysusers --root="$TMPDIR/root" --inline 'u schakel-adapter-police - "Schakel adapter police"'
systemd-tmpfiles --root="$TMPDIR/root" --create "$SRC/deploy/systemd/tmpfiles.d/schakel.conf"
chroot root install -d -m 700 -o schakel-notary /var/lib/schakel-notary
cp hub/guard root/var/lib/schakel-notary/guard
chroot root chown schakel-notary /var/lib/schakel-notary/guard
chroot root install -d -m 755 /srv/schakel
chroot root install -d -m 700 -o schakel-adapter-police /srv/schakel/politie
# Not by chroot alone: a service could not make a view of the files from it.
mkdir root/run/old
cd root
pivot_root . run/old
exec env -i container=test SYSTEMD_UNIT_PATH=/units PATH=/usr/sbin:/usr/bin chroot . bash -c \
	'umount -l /run/old && mount --make-rshared / && exec /lib/systemd/systemd "$@"' bash --system --unit=multi-user.target --show-status=no --log-target=console
END
mkdir rw root cgroup
mount -t cgroup2 cgroup2 cgroup 2>mount.log && mkdir "cgroup/skl.$$" 2>>mount.log ||
	stop_here "no cgroups of its own here: $(tail -n 1 mount.log)"
start_bg systemd bash -c 'echo $BASHPID >cgroup/skl.'$$'/cgroup.procs && exec unshare -pfmnui --cgroup \
	--propagation private --kill-child bash boot.sh'
box_pid() {
	cat "/proc/$(pid_of systemd)/task/$(pid_of systemd)/children" 2>/dev/null
}
in_box() {
	nsenter -t $((box)) -m -u -i -n -p -C -r -w -- "$@"
}
is_up() {
	box=$(box_pid) && [ -n "$box" ] && in_box systemctl is-active multi-user.target
}
if ! poll 30 is_up; then
	cat systemd.log
	stop_here "systemd does not start here: $(tail -n 1 systemd.log)"
fi
box_log() { # box_log UNIT REGEX
	grep -Eq -- "$2" "/proc/$((box))/root/log/$1"
}
box_has_sessions() {
	[ "$(grep -c 'session\.open' "/proc/$((box))/root/log/schakel-adapter@.service")" -ge "$1" ]
}
main_pid() { # in the box
	in_box systemctl show -P MainPID "$1"
}
box_leave() {
	kill_bg systemd KILL
	find "cgroup/skl.$$" -depth -type d -exec rmdir {} + 2>/dev/null
	done_testing
}
# What it says where the test cannot go on.
box_trouble() {
	in_box systemctl status --no-pager "${running[@]}" 2>&1 | sed 's/^/# /'
	tail -n 20 /proc/$((box))/root/log/* | sed 's/^/# /'
	box_leave
}

test_expect 'the hub starts, after its notary' in_box systemctl start schakeld.service || box_trouble
test_expect 'and the adapter' in_box systemctl start schakel-adapter@police.service || box_trouble
is_all_active() {
	[ "$(in_box systemctl is-active "${running[@]}" | tr '\n' ' ')" = 'active active active active ' ]
}
test_expect 'and the console' in_box systemctl start schakel-console.service || box_trouble
test_wait_for 30 'all four are active' is_all_active || box_trouble
test_wait_for 30 'the adapter has a session' box_has_sessions 1 || box_trouble

# A report goes in, and the hub records it: notary, hub and adapter work with what they are left.
folder=/proc/$((box))/root/srv/schakel/politie
test_wait_for 30 'the adapter made its folders' test -d "$folder/in"
sed 's/PL1100-2026-000123/PL1100-2026-700001/' "$SRC/adapters/police/samples/melding.xml" >report.xml
"$PYTHON" "$SRC/tests/sim/police_system.py" "$folder" drop report.xml
test_wait_for 60 'a report is decided' box_log schakeld.service 'message\.decided .*kind=police_report' ||
	box_trouble

# The officer finds it in the console.
browse() { # browse PATH CURL-OPTION...: status and page
	in_box curl -s -m 30 -w '%{http_code}' --cacert /etc/schakel/browser/ca.pem --cert /etc/schakel/browser/u-78.pem \
		--key /etc/schakel/browser/u-78.key "${@:2}" "https://127.0.0.1:8443$1"
}
has_found() {
	browse / >page
	browse /zoek -d "token=$(sed -n 's/.*name="token" value="\([0-9a-f]*\)".*/\1/p' page | head -n 1)" \
		-d reason=complaint -d entry=decision >page
	grep -q 'politie-nh' page && [ "$(tail -c 3 page)" = 200 ]
}
test_wait_for 30 'the console shows it to the officer' has_found || box_trouble

# --- what they have and have not ---------------------------------------------------------------------

status_line() { # status_line UNIT NAME
	in_box sed -n "s/^$2:[[:space:]]*//p" "/proc/$(main_pid "$1")/status"
}
uids=
for unit in "${running[@]}"; do
	test_is "$(status_line "$unit" CapEff) $(status_line "$unit" CapBnd)" \
		'0000000000000000 0000000000000000' "$unit: no capabilities, now or later"
	test_is "$(status_line "$unit" Seccomp) $(status_line "$unit" NoNewPrivs)" '2 1' \
		"$unit: filtered, without new rights"
	uids+="$(status_line "$unit" Uid | cut -f 1) "
done
test_is "$(tr ' ' '\n' <<<"$uids" | grep -c '^[1-9]')$(tr ' ' '\n' <<<"$uids" | sort | uniq -d | grep .)" 4 \
	'each is a user of its own'

# With the eyes of the hub: its view of the files, its user, its groups.
as_hub() {
	in_box nsenter -t "$(main_pid schakeld)" -m -- setpriv --reuid schakel-hub --regid schakel-hub \
		--groups schakel-sign -- "$@"
}
test_expect 'the hub reads its own credential' as_hub cat /run/credentials/schakeld.service/promise.key
for file in /etc/schakel/notary/log.key /run/credentials/schakel-notary.service/log.key \
	/var/lib/schakel-notary/guard /etc/schakel/hub/promise.key \
	/run/credentials/schakel-adapter@police.service/keys_sign.key; do
	test_expect "$file is there" in_box test -s "$file"
	test_must_fail 'and the hub cannot read it' as_hub cat "$file"
done
test_must_fail 'it writes nowhere but in its own' as_hub touch /srv/schakel/politie/in/x /usr/x /tmp/x/x

# --- its life ---------------------------------------------------------------------------------------

before=$(main_pid schakel-notary)
test_expect 'the notary is killed' in_box kill -s KILL "$before"
notary_is_back() {
	[ "$(main_pid schakel-notary)" != "$before" ] && is_all_active
}
test_wait_for 30 'and comes back by itself' notary_is_back || box_trouble

before=$(main_pid schakeld)
test_expect 'the hub is stuck' in_box kill -s STOP "$before"
hub_is_back() {
	[ "$(main_pid schakeld)" != "$before" ] && is_all_active
}
test_wait_for 60 'and is started again by the watchdog' hub_is_back || box_trouble
test_is "$(in_box systemctl show -P NRestarts schakeld)" 1 'once'
test_is "$(in_box systemctl show -P NRestarts schakel-adapter@police)" 0 'the adapter lived on' ||
	box_trouble
test_wait_for 30 'and has its session again' box_has_sessions 2
test_expect 'they stop when asked' in_box systemctl stop "${running[@]}"
for unit in "${running[@]}"; do
	test_is "$(in_box systemctl show -P Result "$unit")" success "$unit ended well"
done
box_leave
