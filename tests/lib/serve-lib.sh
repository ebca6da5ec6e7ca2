# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# serve-lib.sh - a console of a supervisor, with certificates, for tests of schakel-audit serve and for the
# demo; in a folder with the configuration of its queries: toezicht.conf, or $SERVE_QUERY.
#
#	serve_certificates      a CA, the server's, those of u-77, u-78 and a stranger; one of another CA, one too old
#	serve_conf [LINE...]    serve.conf: u-77 has the mandate ap, u-78 (English) is fg of politie-nh
#	serve_start             until it is ready; its port is in $port
#	look WHO METHOD PATH [CURL OPTION...]   status in $status, page in ./page, headers in ./headers
#	token WHO               of a fresh form

serve_certificate() {
	local name=$1 ca=$2
	shift 2
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout "$name.key" \
		-subj "/CN=$name" -out "$name.csr" 2>>openssl.log &&
		openssl x509 -req -in "$name.csr" -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial \
			-extfile <(echo 'subjectAltName=IP:127.0.0.1,DNS:localhost') -sha384 -out "$name.pem" "$@" 2>>openssl.log
}

serve_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout "$1.key" -sha384 \
		-subj "/CN=$1" -days 2 -out "$1.pem" 2>>openssl.log
}

serve_certificates() {
	local name
	serve_ca ca && serve_ca other-ca || exit 1
	for name in server u-77 u-78 stranger; do
		serve_certificate "$name" ca -days 2 || exit 1
	done
	serve_certificate foreign other-ca -days 2 || exit 1
	serve_certificate ended ca -days -1 || exit 1
	chmod 600 ./*.key
}

serve_print() {
	openssl x509 -in "$1.pem" -outform DER | sha256sum | cut -d' ' -f1
}

serve_conf() {
	{
		cat <<-EOF
			query = "${SERVE_QUERY:-toezicht.conf}"
			port = 0
			certificate = "server.pem"
			key = "server.key"
			client_ca = "ca.pem"
			person "u-77" { certificate = "$(serve_print u-77)" mandate = "ap" }
			person "u-78" {
				certificate = "$(serve_print u-78)"
				mandate = "fg_of_partner"
				of = "politie-nh"
				language = "en"
			}
			person "ended" { certificate = "$(serve_print ended)" mandate = "ap" }
		EOF
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >serve.conf
}

serve_start() {
	rm -f "$TMPDIR/serve.log"
	start_bg serve "$BIN/schakel-audit" serve --config serve.conf
	wait_for_log serve 'serve\.ready'
	port=$(sed -n 's/.*serve\.ready port=//p' "$TMPDIR/serve.log")
}

look() {
	local who=$1 method=$2 path=$3 certificate=()
	shift 3
	[ "$who" = nobody ] || certificate=(--cert "$who.pem" --key "$who.key")
	: >page
	: >headers
	# shellcheck disable=SC2034 # status is for the caller
	status=$(curl -s -m 60 --path-as-is --cacert ca.pem "${certificate[@]}" -X "$method" -o page -D headers \
		-w '%{http_code}' "$@" "https://127.0.0.1:$port$path")
}

token() {
	look "$1" GET /
	sed -n 's/.*name="token" value="\([0-9a-f]*\)".*/\1/p' page | head -n 1
}
