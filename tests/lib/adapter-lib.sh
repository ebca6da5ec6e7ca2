# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash
#
# Adapters and the partners' own systems beside the hub of hub-lib.sh; sourced after it.
#
#	adapters_make       configurations of police, vt-zw and vt-gr; after hub_make
#	system_start NAME   the own system of vt-zw, vt-gr or a probation service
#	adapter_start NAME  police, vt-zw or vt-gr, until it has a session; the system of a Veilig
#	                    Thuis must run
#	police ARG...       the police system: police drop FILE, police wait ROOT ABOUT SECONDS ...
#	police_path PATH    a path in the police's folder
#	crisis JSON         the unit at the door asks for the crisis card
#	vt NAME ARG...      a Veilig Thuis system: vt vt-zw post - ... (the adapter's URL is filled in)
#	vt_mood NAME MOOD   up, 500, slow, lost, refuse
#	probation_make NAME PARTNER DESK   a probation service with a system of its own, as adapter_make_vt
#	probation NAME ARG...   that system: probation rc post FILE, probation rc tasks (the URL is filled in)
#	om_make NAME PARTNER DESK   the prosecution, with a folder om-NAME
#	om NAME ARG...      its system: om om drop FILE OM-1, om om find weigering uw-nummer=OM-1
#	om_valid NAME       is each file that it got as the published schema says?
#	generic_make NAME PARTNER DESK MAPPING   a partner by a mapping file (of adapters/generic/samples), with
#	                    a folder own-NAME
#	own_names NAME PARTNER DESK LAW KIND PURPOSE GROUND ...   the same, with a system that takes our names for its own
#	own NAME ARG...     that partner's system: own team drop FILE, own team find WORD ... (folder_system.py)
#	own_wait NAME find WORD...   waits for a file that has each word, and prints the path of the last
#	vt_message NAME KIND [SECONDS]   path of the stored message of that kind, waiting for it

adapter_settings() {
	local name=$1 partner=$2 role=$3 desk=$4
	cat <<-CONF
		partner = "$partner"
		role = "$role"
		desk = "$desk"
		keys = "keys/$name"
		spool = "spool-$name"
		state = "state-$name"
		proofs = "proofs-$name"
		directory = "directory.note"
		registrars = {"$(cat "$HUB/keys/care/registrar.vkey")", "$(cat "$HUB/keys/justice/registrar.vkey")"}
		pseudonym_key = "keys/shared/pseudonym.secret"
		status_file = "status-$name.json"
		unreachable_ms = 2000
		retry_max_ms = 2000
		cards = "cards-$name"
		cards_secret = "keys/$name/cards.secret"
	CONF
}

adapter_make_police() {
	mkdir -p "$HUB/politie"
	CRISIS_URL=http://127.0.0.1:$(hub_free_port)/v1/crisis
	{
		adapter_settings police politie-nh police meldingen
		cat <<-CONF
			police {
			  folder = "politie"
			  schema = "$SRC/adapters/police/schema/melding.xsd"
			  unit_municipality = "0479"
			  settle_ms = 200
			  crisis_listen = "$(printf '%s' "$CRISIS_URL" | sed 's#http://##; s#/.*##')"
			}
		CONF
	} >"$HUB/adapter-police.conf"
}

# http_make NAME PARTNER ROLE DESK: its own system's port and the adapter's are chosen here.
http_make() {
	local name=$1 own listen
	own=$(hub_free_port)
	listen=$(hub_free_port)
	mkdir -p "$HUB/system-$name"
	printf '%s\n' "$own" >"$HUB/system-$name/port"
	printf '%s\n' "http://127.0.0.1:$listen" >"$HUB/system-$name/adapter-url"
	{
		adapter_settings "$name" "$2" "$3" "$4"
		cat <<-CONF
			$3 {
			  listen = "127.0.0.1:$listen"
			  url = "http://127.0.0.1:$own"
			  system_user = "u-triage"
			  timeout_ms = 1000
			  retry_min_ms = 50
			  retry_max_ms = 400
			}
		CONF
	} >"$HUB/adapter-$name.conf"
}

adapter_make_vt() {
	http_make "$1" "$1" veilig_thuis triage
}

# probation_make NAME PARTNER DESK
probation_make() {
	http_make "$1" "$2" probation "$3"
}

probation() {
	local name=$1 what=$2
	shift 2
	"$PYTHON" "$SRC/tests/sim/probation_system.py" "$what" "$(cat "$HUB/system-$name/adapter-url")" "$@"
}

# om_make NAME PARTNER DESK
om_make() {
	mkdir -p "$HUB/om-$1"
	{
		adapter_settings "$1" "$2" om "$3"
		cat <<-CONF
			om {
			  folder = "om-$1"
			  schema = "$SRC/adapters/om/schema/om.xsd"
			  settle_ms = 200
			}
		CONF
	} >"$HUB/adapter-$1.conf"
}

om() {
	local name=$1
	shift
	"$PYTHON" "$SRC/tests/sim/om_system.py" "$HUB/om-$name" "$@"
}

om_valid() {
	find "$HUB/om-$1/out" "$HUB/om-$1/taken" -name .part -prune -o -name '*.xml' -exec \
		xmllint --noout --schema "$SRC/adapters/om/schema/om-uit.xsd" {} + 2>invalid
}

# generic_make NAME PARTNER DESK MAPPING
generic_make() {
	mkdir -p "$HUB/own-$1"
	{
		adapter_settings "$1" "$2" generic "$3"
		cat <<-CONF
			generic {
			  folder = "own-$1"
			  mapping = "$SRC/adapters/generic/samples/$4"
			  settle_ms = 200
			}
		CONF
	} >"$HUB/adapter-$1.conf"
}

own_names() {
	local name=$1 law=$4
	generic_make "$1" "$2" "$3" ggz.map
	sed -i "s,mapping = .*,mapping = \"$1.map\"," "$HUB/adapter-$1.conf"
	printf 'always sections[].marks.sourceLaw = %s\n' "$law" >"$HUB/$name.map"
	shift 4
	while [ $# -gt 0 ]; do
		printf 'kind %s = %s purpose %s ground %s\n' "$1" "$1" "$2" "$3" >>"$HUB/$name.map"
		shift 3
	done
}

own() {
	local name=$1
	shift
	"$PYTHON" "$SRC/tests/sim/folder_system.py" "$HUB/own-$name" "$@"
}

own_wait() {
	poll 20 own "$@" >/dev/null && own "$@" | tail -1
}

adapters_make() {
	adapter_make_police
	adapter_make_vt vt-zw
	adapter_make_vt vt-gr
}

system_start() {
	local system=vt
	grep -q '^role = "probation"' "$HUB/adapter-$1.conf" && system=probation
	start_bg "system-$1" "$PYTHON" "$SRC/tests/sim/${system}_system.py" serve "$HUB/system-$1" \
		"$(cat "$HUB/system-$1/port")"
	wait_for_log "system-$1" '^port='
}

# The log line of a new session, beyond those of an earlier life of the same adapter.
adapter_start() {
	local before
	: >>"$TMPDIR/adapter-$1.log"
	before=$(log_count "adapter-$1" 'session\.open')
	start_bg "adapter-$1" env -C "$HUB" "$BIN/schakel-adapter" --config "adapter-$1.conf"
	wait_for 30 adapter_is_open "$1" "$before"
}

adapter_is_open() {
	[ "$(log_count "adapter-$1" 'session\.open')" -gt "$2" ]
}

# Without a hub there is no session to wait for.
adapter_start_alone() {
	local before
	: >>"$TMPDIR/adapter-$1.log"
	before=$(log_count "adapter-$1" 'adapter\.ready')
	start_bg "adapter-$1" env -C "$HUB" "$BIN/schakel-adapter" --config "adapter-$1.conf"
	wait_for 30 adapter_is_ready "$1" "$before"
}

adapter_is_ready() {
	[ "$(log_count "adapter-$1" 'adapter\.ready')" -gt "$2" ]
}

police() {
	"$PYTHON" "$SRC/tests/sim/police_system.py" "$HUB/politie" "$@"
}

# crisis JSON: what the unit at the door is told, printed; its time in seconds is in crisis.seconds
crisis() {
	curl -s -o crisis.json -w '%{time_total}\n' -H 'Content-Type: application/json' -d "$1" \
		"$CRISIS_URL" >crisis.seconds
	cat crisis.json
}

police_path() {
	printf '%s/politie/%s\n' "$HUB" "$1"
}

vt() {
	local name=$1 what=$2
	shift 2
	"$PYTHON" "$SRC/tests/sim/vt_system.py" "$what" "$(cat "$HUB/system-$name/adapter-url")" "$@"
}

vt_mood() {
	printf '%s\n' "$2" >"$HUB/system-$1/mood.new"
	mv "$HUB/system-$1/mood.new" "$HUB/system-$1/mood"
}

vt_find() {
	grep -l "\"kind\":\"$2\"" "$HUB/system-$1/messages/"*.json 2>/dev/null | head -1 | grep .
}

vt_message() {
	poll "${3:-20}" vt_find "$1" "$2" && vt_find "$1" "$2"
}

# report_drop NUMBER [SED-ARGUMENT...]: the sample report under this number, as the officer drops it
report_drop() {
	local number=$1
	shift
	sed -e "s/PL1100-2026-000123/$number/" "$@" "$SRC/adapters/police/samples/melding.xml" \
		>"$number.xml"
	police drop "$number.xml"
}

# acute_drop NUMBER: the same, declared acute by a named person
acute_drop() {
	report_drop "$1" -e 's/urgentie="voorrang"/urgentie="acuut" acuut-verklaard-door="u-55aa"/'
}

# test_instruction NUMBER TEXT: points: the instruction to call came within two seconds, with the phone
test_instruction() {
	local file seconds
	test_wait_for 20 "$2: an instruction" police wait noodinstructie "$1" 0
	file=$(police wait noodinstructie "$1" 0)
	grep -q 'BEL NU, WACHT NIET OP DIT SYSTEEM' "$file" && grep -q '<bel>0800 2000</bel>' "$file"
	test_ok $? "$2: it says call now, and the line of the competent Veilig Thuis"
	seconds=$("$PYTHON" - "$file" "$(police_path .dropped)" "$1" <<'PY'
import os, sys
dropped = next(line for line in open(sys.argv[2]) if f" {sys.argv[3]} " in line).split()[0]
print(f"{os.stat(sys.argv[1]).st_mtime - float(dropped):.2f}")
PY
	)
	diag "$2: instruction after $seconds s"
	awk -v s="$seconds" -v scale="$TEST_TIMEOUT_SCALE" \
		'BEGIN { exit !(s != "" && s <= 2 * scale) }'
	test_ok $? "$2: within two seconds"
}

# police_status NAME: what the status file of the police's adapter says
police_status() {
	"$PYTHON" -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' \
		"$HUB/status-police.json" "$1"
}

police_status_is() {
	[ "$(police_status "$1")" = "$2" ]
}
