# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash
#
# A whole hub in a folder, for scenarios and the demo: keys, a signed test directory, configurations,
# and functions that start notary, hub and adapters. Sourced after test-lib.sh, which has start_bg and
# wait_for_log; needs BIN and SRC. Everything lives below $HUB, which may have spaces in its path.
#
#	hub_make DIR        keys, directory, configurations; HUB_WITNESSES='FOLDER...' are witnesses
#	hub_start           notary and hub, until the hub says it serves
#	hub_stop, hub_ctl   stop both; schakelctl against this hub
#	adapter_start NAME  police, vt-zw or vt-gr, until it has a session
#	hub_audit PARTNER FILTER...   what a supervisor with the mandate of the privacy authority is shown, as JSON lines
#	hub_decisions PARTNER FILTER...   the decisions of it, a line each: who may have what, and why not
#	hub_free_port       a TCP port that was free a moment ago

HUB_ORIGIN=schakel.test/demo
# partner folder, id, desks (a,b), name, role, side, phone
HUB_PARTNERS='
police|politie-nh|meldingen|Politie Noord-Holland|police|justice|0900 8844|10,11
vt-zw|vt-zw|triage|Veilig Thuis Zaanstreek-Waterland|veilig_thuis|care|0800 2000|11
vt-gr|vt-gr|triage|Veilig Thuis Groningen|veilig_thuis|care|0800 2000|1
team|lt-zaanstad|wijkteam|Wijkteam Zaanstad|local_team|care|14 075|11
om|om-nh|parket|Openbaar Ministerie Noord-Holland|om|justice|088 699 0000|10,11
fg|fg-politie|fg|Functionaris gegevensbescherming politie|supervisor|supervision|088 000 0000|11
'

# Below the ports that the kernel gives to connections: while the hub is down, one of those that try
# to reach it could otherwise be given its port and keep it. No port twice, here or in a test beside this
# one: it may be taken long before anybody listens to it.
hub_free_port() {
	TEST_SLOT=${TEST_SLOT:-0/1} /usr/bin/python3 -c 'import os, random, socket, sys
slot, slots = map(int, os.environ["TEST_SLOT"].split("/"))
with open(sys.argv[1], "a+", encoding="ascii") as file:
    file.seek(0)
    taken = set(file.read().split())
    low = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
    first = 10000 if low > 12000 else 1024
    while True:
        port = random.randrange(first, max(low, first + 1000))
        if port % slots != slot or str(port) in taken:
            continue
        try:
            socket.socket().bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port, file=file)
        print(port)
        break' "$TMPDIR/ports"
}

# Keys of everybody, and the directory signed by one registrar of care and one of justice.
hub_make_keys() {
	local folder id desks name role side phone regions witness

	while IFS='|' read -r folder id desks name role side phone regions; do
		[ -n "$folder" ] || continue
		witness=()
		[[ " ${HUB_WITNESSES:-} " != *" $folder "* ]] || witness=(--witness)
		# shellcheck disable=SC2046 # desks are ids: a word each
		"$BIN/schakel-keys" generate --partner "$id" $(printf -- '--desk %s ' ${desks//,/ }) --name "$name" --role "$role" \
			--side "$side" --phone "$phone" --regions "$regions" --from 2020-01-01 \
			"${witness[@]}" --out "$HUB/keys/$folder" >>"$HUB/keys.log" || return 1
	done <<<"$HUB_PARTNERS"
	"$BIN/schakel-keys" generate --secret pseudonym --out "$HUB/keys/shared" >>"$HUB/keys.log" &&
		"$BIN/schakel-keys" generate --hub --origin "$HUB_ORIGIN" --endpoint "$HUB_ENDPOINT" \
			--log "$HUB_ORIGIN" --out "$HUB/keys/hub" >>"$HUB/keys.log" &&
		"$BIN/schakel-keys" generate --registrar register-zorg.test --side care \
			--out "$HUB/keys/care" >>"$HUB/keys.log" &&
		"$BIN/schakel-keys" generate --registrar register-justitie.test --side justice \
			--out "$HUB/keys/justice" >>"$HUB/keys.log"
}

# One Veilig Thuis per safety region, from the example table of municipalities.
hub_regions() {
	awk -F';' '!/^#/ && $3 == "11" { print $1 ";" $2 ";vt-zw" } !/^#/ && $3 == "01" { print $1 ";" $2 ";vt-gr" }' \
		"$SRC/deploy/conf/regions.csv" | while IFS=';' read -r code name partner; do
		printf 'region municipality=%s partner=%s name="%s"\n' "$code" "$partner" "$name"
	done
	# A scenario may add mandates, a line each.
	printf '%s' "${HUB_MANDATES:-}"
	printf 'mandate partner=fg-politie kind=fg_of_partner of=politie-nh from=2020-01-01 until=2099-01-01\n'
}

# hub_sign_directory [PREVIOUS]: build directory.note from the public parts.
# shellcheck disable=SC2120
hub_sign_directory() {
	local parts=() part

	for part in "$HUB"/keys/*/*.public; do
		parts+=("$part")
	done
	hub_regions >"$HUB/regions.txt"
	"$BIN/schakel-keys" directory build --environment test ${1:+--previous "$1"} \
		--fresh-until "$(date -u -d "+${HUB_FRESH_DAYS:-30} days" +%Y-%m-%dT%H:%M:%SZ)" --out "$HUB/directory.new" \
		"$HUB/regions.txt" "${parts[@]}" >>"$HUB/keys.log" &&
		"$BIN/schakel-keys" directory sign --key "$HUB/keys/care/registrar.key" "$HUB/directory.new" \
			>>"$HUB/keys.log" &&
		"$BIN/schakel-keys" directory sign --key "$HUB/keys/justice/registrar.key" \
			"$HUB/directory.new" >>"$HUB/keys.log" &&
		mv "$HUB/directory.new" "$HUB/directory.note"
}

hub_make_conf() {
	local care justice

	care=$(cat "$HUB/keys/care/registrar.vkey")
	justice=$(cat "$HUB/keys/justice/registrar.vkey")
	# Names are relative to $HUB, where every program is started: a unix socket's path is short.
	cat >"$HUB/schakeld.conf" <<-CONF
		endpoint = "$HUB_ENDPOINT"
		origin = "$HUB_ORIGIN"
		store = "store"
		vault = "vault"
		notary = "notary.sock"
		control = "control.sock"
		policy = "rules"
		directory = "directory.note"
		transport_key = "keys/hub/transport.key"
		promise_key = "keys/hub/promise.key"
		registrars = {"$care", "$justice"}
		map_mebibytes = ${HUB_MAP_MEBIBYTES:-256}
		scratch_fs = true
	CONF
}

hub_make() {
	HUB=$1
	mkdir -p "$HUB/keys" || return 1
	HUB_ENDPOINT=tcp://127.0.0.1:$(hub_free_port)
	cp -r "$SRC/policy/rules" "$HUB/rules" &&
		hub_make_keys && hub_sign_directory "" && hub_make_conf &&
		"$BIN/schakel-notary" --init --key "$HUB/keys/hub/log.key" --guard "$HUB/guard" \
			>>"$HUB/keys.log"
}

hub_start_notary() {
	start_bg notary env -C "$HUB" "$BIN/schakel-notary" --socket notary.sock \
		--key keys/hub/log.key --guard guard
	wait_for_log notary ' ready '
}

hub_start() {
	is_running notary || hub_start_notary
	: >>"$TMPDIR/hub.log"
	local before
	before=$(log_count hub 'hub\.ready')
	start_bg hub env -C "$HUB" "$BIN/schakeld" --config schakeld.conf
	wait_for 30 hub_is_ready "$before"
}

hub_is_ready() {
	[ "$(log_count hub 'hub\.ready')" -gt "$1" ]
}

hub_ctl() {
	env -C "$HUB" "$BIN/schakelctl" --control control.sock "$@"
}

# hub_audit PARTNER FILTER...: needs a partner of role supervisor, and its mandate in HUB_MANDATES
hub_audit() {
	local partner=$1
	shift
	cat >"$HUB/audit-$partner.conf" <<-CONF
		partner = "$partner"
		desk = "toezicht"
		keys = "keys/$partner"
		state = "state-audit-$partner"
		directory = "directory.note"
		registrars = {"$(cat "$HUB/keys/care/registrar.vkey")", "$(cat "$HUB/keys/justice/registrar.vkey")"}
	CONF
	env -C "$HUB" "$BIN/schakel-audit" query --config "audit-$partner.conf" --mandate ap \
		--reason periodic_audit --user u-77 --all --json --details "$@" 2>>"$TMPDIR/audit.log"
}

# STORY_ROWS=FILE keeps the rows too, for `make demo SCENARIO=...`.
hub_decisions() {
	hub_audit "$@" | tee "${STORY_ROWS:-/dev/null}" | "$PYTHON" "$SRC/tests/lib/decisions.py"
}
