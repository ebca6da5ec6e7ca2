# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash
#
# The inbox of a local team and browsers before it; sourced after adapter-lib.sh, with serve-lib.sh for
# certificates. The team is lt-zaanstad with the desks wijkteam and jeugd: inbox_partners before hub_make.
#
#	inbox_partners              give the team its second desk
#	inbox_make [LINE...]        certificates, accounts, the configuration adapter-inbox.conf
#	                            u-jo, u-bo: code, desk wijkteam; u-je: code, jeugd; u-al: code, both;
#	                            u-ka: certificate ka.pem, wijkteam
#	inbox_code WHO [STEPS]      the code of an account, so many steps from now
#	inbox_login WHO [STEPS]     log in; status in $status
#	inbox WHO METHOD PATH [CURL OPTION...]   with WHO's cookies; status in $status, page in ./page, headers in ./headers
#	inbox_token                 of ./page
#	inbox_fill WHO PATH [FIELD=VALUE...]   open a form and fill it in; what the browser would send is in $sent
#	inbox_form WHO PATH [FIELD=VALUE...]   and send it
#	inbox_person                value of the first person one can choose in ./page
#	inbox_item KIND             path of the first message in ./page whose card has this title

inbox_password='een lang wachtwoord voor de nacht'

inbox_partners() {
	HUB_PARTNERS=${HUB_PARTNERS/'lt-zaanstad|wijkteam|'/'lt-zaanstad|wijkteam,jeugd|'}
}

inbox_account() {
	local name=$1 shown=$2
	shift 2
	printf '%s\n' "$inbox_password" | "$BIN/schakel-keys" account --file "$HUB/accounts.json" --name "$name" \
		--shown "$shown" "$@" >"$name.uri"
}

inbox_make() {
	{
		serve_ca ca && serve_ca other-ca && serve_certificate server ca -days 2 &&
			serve_certificate ka ca -days 2 && serve_certificate stranger ca -days 2 &&
			serve_certificate foreign other-ca -days 2
	} || exit 1
	chmod 600 ./*.key
	inbox_account u-jo 'Joke de Vries' --desk wijkteam && inbox_account u-bo 'Bo <b>Bakker</b>' --desk wijkteam &&
		inbox_account u-je 'Jeroen Smit' --desk jeugd && inbox_account u-al 'Alie Groen' --desk wijkteam --desk jeugd &&
		inbox_account u-ka 'Karin Mulder' --desk wijkteam --certificate ka.pem || exit 1
	inbox_port=$(hub_free_port)
	{
		adapter_settings team lt-zaanstad local_team wijkteam
		cat <<-CONF
			local_team {
			  listen = "127.0.0.1:$inbox_port"
			  certificate = "$TMPDIR/server.pem"
			  key = "$TMPDIR/server.key"
			  client_ca = "$TMPDIR/ca.pem"
			  accounts = "accounts.json"
			  folder = "inbox"
			  secret = "keys/team/inbox.secret"
		CONF
		[ $# -eq 0 ] || printf '  %s\n' "$@"
		printf '}\n'
	} >"$HUB/adapter-inbox.conf"
}

inbox_code() {
	"$PYTHON" - "$1.uri" "${2:-0}" <<'PY'
import base64, hmac, re, struct, sys, time
secret = base64.b32decode(re.search(r"secret=([A-Z2-7]+)", open(sys.argv[1]).read()).group(1))
mac = hmac.digest(secret, struct.pack(">Q", int(time.time()) // 30 + int(sys.argv[2])), "sha1")
print(f"{(struct.unpack('>I', mac[mac[19] & 15:][:4])[0] & 0x7fffffff) % 10**6:06d}")
PY
}

inbox() {
	local who=$1 method=$2 path=$3
	shift 3
	# shellcheck disable=SC2034 # status is for the caller
	status=$(curl -sS --cacert ca.pem --cookie "$who.jar" --cookie-jar "$who.jar" -X "$method" -o page -D headers \
		-w '%{http_code}' "$@" "https://127.0.0.1:$inbox_port$path" 2>curl.err)
}

inbox_login() {
	inbox "$1" POST /inloggen --data-urlencode "naam=$1" --data-urlencode "wachtwoord=$inbox_password" \
		--data-urlencode "code=$(inbox_code "$1" "${2:-0}")"
}

inbox_token() {
	sed -n 's/.*name="token" value="\([0-9a-f]*\)".*/\1/p' page | head -1
}

inbox_fill() {
	local who=$1 path=$2 field
	shift 2
	inbox "$who" GET "$path"
	sent=(-d "token=$(inbox_token)" -d "wie=$who" -d "eenmaal=$(sed -n 's/.*name="eenmaal" value="\([0-9a-f]*\)".*/\1/p' page)")
	for field in "$@"; do
		sent+=(--data-urlencode "$field")
	done
}

inbox_form() {
	inbox_fill "$@"
	inbox "$1" POST "$2" "${sent[@]}"
}

inbox_person() {
	sed -n 's/.*<select id="over"[^>]*><option value="\([0-9]*\)".*/\1/p' page
}

inbox_item() {
	grep -o "href=\"/bericht/[0-9a-f]*\"><strong>$1<" page | head -1 | sed 's/href="\([^"]*\)".*/\1/'
}

# inbox_has WHO TITLE: the list of WHO has such a message; its path is in $item
inbox_has() {
	inbox "$1" GET /
	item=$(inbox_item "$2")
	[ -n "$item" ]
}

# What Veilig Thuis sends to the team: inbox_offer NUMBER [CASE], a handover; inbox_ask NUMBER KIND, a question.
inbox_marks='"marks": {"status": "fact", "source": "observed", "reliability": "reliable", "asOf": "2026-03-05"}'

inbox_offer() {
	cat <<-JSON
		{"id": "$1", "kind": "handover_offer", "purpose": "organise_direct_safety", "ground": "wmo:4-1-1-2-d",
		 "caseRef": "${2:-$(printf '%s' "$1" | md5sum | cut -c1-32)}", "userRef": "u-31b0", "checkedBy": "u-31b0",
		 "to": {"partner": "lt-zaanstad", "desk": "wijkteam"}, "facts": {"unsafety": "structural"}, "events": [{"code": "director", "partner": "lt-zaanstad", "desk": "wijkteam"}],
		 "subjects": [{"number": 1, "positions": ["victim"], "familyName": "Bakker", "givenNames": "Anna", "born": "1991-05-17"},
		  {"number": 2, "positions": ["perpetrator"], "familyName": "Jansen", "givenNames": "Rob", "born": "1988-01-02"},
		  {"number": 3, "positions": ["child"], "familyName": "Jansen", "givenNames": "Noor", "born": "2017-09-30"}],
		 "sections": [
		  {"category": "identity", "about": [1], $inbox_marks, "data": {"given_names": "Anna <i>", "family_name": "Bakker", "born": "1991-05-17", "sex": "female"}},
		  {"category": "identity", "about": [2], $inbox_marks, "data": {"given_names": "Rob", "family_name": "Jansen", "born": "1988-01-02", "sex": "male"}},
		  {"category": "identity", "about": [3], $inbox_marks, "data": {"given_names": "Noor", "family_name": "Jansen", "born": "2017-09-30", "sex": "female"}},
		  {"category": "contact", "about": [1], $inbox_marks, "data": {"phones": [{"number": "06 0000 0001", "safe": true, "remark": "niet na 18 uur"}]}},
		  {"category": "incident", "about": [1, 2], $inbox_marks, "data": {"facts": [{"ref": "f1", "at": "2026-03-04T02:10:00+01:00", "actor": 2, "target": 1, "types": ["physical"], "act": "Bedreigd met een mes in de keuken, het kind stond in de gang.", "impact": "Zij durft niet naar huis."}]}},
		  {"category": "statement", "about": [1], $inbox_marks, "data": {"text": "Wat zij alleen aan Veilig Thuis vertelde."}},
		  {"category": "child", "about": [3], $inbox_marks, "data": {"perspective": "Noor zegt dat zij 's nachts wakker ligt en op haar broertje past.", "spoken_alone": true}},
		  {"category": "safety_plan", "about": [1], $inbox_marks, "data": {"goals": ["Noor slaapt rustig"], "steps": [{"who": "Anna", "what": "Belt haar zus als Rob voor de deur staat", "when": "meteen"}]}}]}
	JSON
}

inbox_ask() {
	cat <<-JSON
		{"id": "$1", "kind": "$2", "purpose": "assess_safety", "ground": "$([ "$2" = known_query ] && echo wgs:1-5 || echo wmo:4-1-1-2-d)",
		 "caseRef": "$(printf '%s' "$1" | md5sum | cut -c1-32)", "userRef": "u-31b0", "checkedBy": "u-31b0",
		 "to": {"partner": "lt-zaanstad", "desk": "wijkteam"},
		 "subjects": [{"number": 1, "positions": ["perpetrator"], "familyName": "Singel", "givenNames": "Ravi", "born": "2006-01-15"}],
		 "sections": [{"category": "identity", "about": [1], $inbox_marks, "data": {"given_names": "Ravi", "family_name": "Singel", "born": "2006-01-15"}}$(
			[ "$2" = known_query ] || echo ', {"category": "request", "about": [1], "data": {"text": "Ziet u gevaar voor zijn moeder?"}}')]}
	JSON
}
