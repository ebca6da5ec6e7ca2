# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# peer-lib.sh - a hub with its notary, directory and rules in $TMPDIR, for tests of the hub.
#
#	. "$SRC/tests/integration/peer-lib.sh"
#	hub_make            # keys, signed directory, configuration; HUB_WITNESSES='ID...' are witnesses
#	hub_start           # notary and hub
#	peer politie-nh to=vt-zw muni=0479 hello submit
#
# What peer prints is in $TMPDIR/out. hub_peer.c says what words there are.

env=$TMPDIR/env
control=$TMPDIR/ctl
peer_bin=$BIN/hub_peer

hub_partner() {
	local id=$1 role=$2 side=$3
	shift 3
	[[ " ${HUB_WITNESSES:-} " != *" $id "* ]] || set -- "$@" --witness
	"$BIN/schakel-keys" generate --partner "$id" --desk desk --name "Partner $id" \
		--role "$role" --side "$side" --phone '0800-2000' --from 2020-01-01 \
		--out "$env/$id" "$@" >/dev/null || exit 1
}

# hub_crowd COUNT: that many partners more, crowd-1 and on; their names are in $crowd
hub_crowd() {
	local i
	crowd=()
	for ((i = 1; i <= $1; i++)); do
		hub_partner "crowd-$i" local_team care --regions 11
		crowd+=("crowd-$i")
	done
}

# hub_directory_make NUMBER: build it from parts and sign it with both registrars, as $env/dir.new
hub_directory_make() {
	local previous=()
	if [ "$1" -gt 1 ]; then
		previous=(--previous "$env/directory.note" --number "$1")
	fi
	"$BIN/schakel-keys" directory build --environment test "${previous[@]}" \
		--fresh-until "$(date -u -d "${HUB_FRESH:-+30 days}" +%Y-%m-%dT%H:%M:%SZ)" --out "$env/dir.new" \
		"$env/regions.txt" "$env"/*/*.public >/dev/null &&
		"$BIN/schakel-keys" directory sign --key "$env/care/registrar.key" "$env/dir.new" \
			>/dev/null &&
		"$BIN/schakel-keys" directory sign --key "$env/just/registrar.key" "$env/dir.new" \
			>/dev/null
}

# hub_directory_place: put it where the hub looks
hub_directory_place() {
	mv "$env/dir.new" "$env/directory.note"
}

hub_directory() {
	hub_directory_make "$1" && hub_directory_place
}

hub_conf() {
	cat >"$env/hub.conf" <<-EOF
		endpoint = "ipc://$TMPDIR/h.sock"
		origin = "schakel.test/2026"
		store = "$env/store"
		vault = "$env/vault"
		notary = "$TMPDIR/n.sock"
		policy = "$env/rules"
		directory = "$env/directory.note"
		transport_key = "$env/hub/transport.key"
		promise_key = "$env/hub/promise.key"
		control = "$control"
		registrars = {"$(cat "$env/care/registrar.vkey")", "$(cat "$env/just/registrar.vkey")"}
		map_mebibytes = ${HUB_MAP:-64}
		checkpoint_ms = ${HUB_CHECKPOINT:-200}
		checkpoint_limit_ms = ${HUB_LIMIT:-10000}
		witness_limit_ms = ${HUB_WITNESS_LIMIT:-30000}
		session_silence_ms = ${HUB_SILENCE:-15000}
		plans_per_minute = ${HUB_PLANS:-60}
		messages_per_minute = ${HUB_MESSAGES:-60000}
		scratch_fs = true
		log_level = "debug"
	EOF
}

hub_make() {
	mkdir -p "$env/rules"
	cp "$SRC"/policy/rules/*.rules "$env/rules/" || exit 1
	hub_partner politie-nh police justice --regions 10,11
	hub_partner vt-zw veilig_thuis care --regions 11
	hub_partner vt-other veilig_thuis care --regions 12
	hub_partner reclas probation justice --regions 11
	hub_partner team local_team care --regions 11
	hub_partner toezicht supervisor supervision
	"$BIN/schakel-keys" generate --hub --origin schakel.test/2026 \
		--endpoint "ipc://$TMPDIR/h.sock" --log schakel.test/2026 --out "$env/hub" \
		>/dev/null || exit 1
	"$BIN/schakel-keys" generate --registrar reg-care.test --side care --out "$env/care" >/dev/null
	"$BIN/schakel-keys" generate --registrar reg-just.test --side justice --out "$env/just" >/dev/null
	cat >"$env/regions.txt" <<-EOF
		region municipality=0479 partner=vt-zw name="Zaanstad"
		region municipality=0363 partner=vt-other name="Amsterdam"
		mandate partner=toezicht kind=fg_of_partner of=politie-nh from=2020-01-01 until=2099-01-01
		mandate partner=toezicht kind=ap from=2020-01-01 until=2099-01-01
	EOF
	hub_directory 1 || exit 1
	"$BIN/schakel-notary" --init --key "$env/hub/log.key" --guard "$env/guard" || exit 1
	hub_conf
}

# hub_rating_rules: an agreement on safety ratings, between Veilig Thuis and the local team
hub_rating_rules() {
	cat >"$env/rules/rating.rules" <<'EOF'
# SPDX-License-Identifier: EUPL-1.2
agreement "Test of ratings"  version 1  status EXAMPLE
owner     "test"  approved-by "test"
valid     2026-01-01 .. 2099-12-31

rule T-02 "Ratings"
  from      veilig_thuis, local_team
  kind      safety_rating
  to        veilig_thuis, local_team
  purpose   organise_direct_safety
  ground    wgs:1-5
  consent   not-needed because "test"
  allow     safety_rating
  because   "test"
  test "plain"  permitted
end
EOF
}

# hub_case_rules: an agreement by which Veilig Thuis tells who takes part in a case, and of progress
hub_case_rules() {
	cat >"$env/rules/case.rules" <<'EOF'
# SPDX-License-Identifier: EUPL-1.2
agreement "Test of who takes part"  version 1  status EXAMPLE
owner     "test"  approved-by "test"
valid     2026-01-01 .. 2099-12-31

rule T-01 "Who takes part"
  from      veilig_thuis
  kind      participant_change, progress
  to        local_team, probation, police
  purpose   organise_direct_safety
  ground    wgs:1-5
  consent   not-needed because "test"
  may-know  event participant, event position, event discussed, event occurred_at, event refers_to
  because   "test"
  test "plain"  permitted
end
EOF
}

notary_start() {
	start_bg notary "$BIN/schakel-notary" --socket "$TMPDIR/n.sock" \
		--key "$env/hub/log.key" --guard "$env/guard"
	wait_for 30 test -S "$TMPDIR/n.sock"
}

# hub_run: the hub alone; its log is fresh.
hub_run() {
	[ ! -e "$TMPDIR/hub.log" ] || cat "$TMPDIR/hub.log" >>"$TMPDIR/hub-before.log"
	rm -f "$TMPDIR/hub.log"
	start_bg hub "${HUB_ENV[@]}" "$BIN/${HUB_BIN:-schakeld}" -c "$env/hub.conf"
	wait_for_log hub 'hub.ready'
}
HUB_ENV=(env)

hub_start() {
	notary_start
	hub_run
}

# peer PARTNER WORD...: output in $TMPDIR/out.
peer() {
	local who=$1
	shift
	"$peer_bin" "$env" "$who" "$@" >"$TMPDIR/out" 2>"$TMPDIR/err"
	local status=$?
	if [ $status -ne 0 ]; then
		diag "hub_peer $who $*: status $status"
		diag "$(cat "$TMPDIR/out" "$TMPDIR/err")"
	fi
	return $status
}

# peer_bg NAME PARTNER WORD...: in the background, output in $TMPDIR/NAME.log
peer_bg() {
	local name=$1 who=$2
	shift 2
	rm -f "$TMPDIR/$name.log"
	start_bg "$name" "$peer_bin" "$env" "$who" "$@"
}

# ctl WORD...: the answer of the control socket, JSON, in $TMPDIR/ctl.out
ctl() {
	"$BIN/schakelctl" --control "$control" --output json "$@" >"$TMPDIR/ctl.out" 2>"$TMPDIR/ctl.err"
}

# ctl_value PATH...: a field of the last answer, as in: ctl status; ctl_value trail size
ctl_value() {
	"$PYTHON" -c '
import json, sys
value = json.load(open(sys.argv[1]))
for name in sys.argv[2:]:
    value = value[int(name)] if isinstance(value, list) else value[name]
print(value)' "$TMPDIR/ctl.out" "$@"
}

# out_value NAME [LINE]: the value of NAME=... in a line of the peer's output
out_value() {
	grep -E "${2:-.}" "$TMPDIR/out" | grep -oE "(^| )$1=[^ ]*" | head -n 1 | sed 's/^[^=]*=//'
}

out_has() {
	grep -Eq -- "$1" "$TMPDIR/out"
}

# audit_conf PARTNER [ENDPOINT]: PARTNER.conf, for schakel-audit query
audit_conf() {
	cat >"$1.conf" <<-EOF
		partner = "$1"
		desk = "desk"
		keys = "$env/$1"
		state = "$TMPDIR/state-$1"
		directory = "$env/directory.note"
		registrars = {"$(cat "$env/care/registrar.vkey")", "$(cat "$env/just/registrar.vkey")"}
		${2:+endpoint = \"$2\"}
	EOF
}

# audit_rows: all entries as the supervisor reads them, one a line of JSON, in $TMPDIR/rows
audit_rows() {
	[ -e toezicht.conf ] || audit_conf toezicht
	"$BIN/schakel-audit" query --config toezicht.conf --mandate ap --reason periodic_audit \
		--user u-77 --all --json --details >rows 2>rows.err || diag "$(cat rows.err)"
}

# audit_refused PARTNER ERROR: there is an entry that a message of this partner was refused for this
audit_refused() {
	"$PYTHON" - "$1" "$2" "$SRC/proto/base/skl_err.h" <<'END'
import json, re, sys
partner, error, header = sys.argv[1:]
number = int(re.search(rf"X\({error}, (\d+),", open(header).read()).group(1))
rows = [row for row in map(json.loads, open("rows")) if row["entry"]["kind"] == "ENTRY_MALFORMED"]
sys.exit(not any(row["entry"]["sender"] == partner and row["entry"]["error_code"] == number
                 for row in rows))
END
}

# web_port: where the hub that runs now has /metrics and /readyz
web_port() {
	port=$(sed -n 's/.*metrics.ready port=//p' "$TMPDIR/hub.log")
}

# web METHOD PATH: status in $TMPDIR/web.status, body in $TMPDIR/web
web() {
	"$PYTHON" - "$port" "$1" "$2" >web 2>web.err <<-'EOF'
		import http.client, sys
		c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
		c.request(sys.argv[2], sys.argv[3])
		r = c.getresponse()
		open("web.status", "w").write(str(r.status))
		sys.stdout.write(r.read().decode())
	EOF
}
