#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The HTTP side of the Veilig Thuis adapter: with TLS only a client certificate of the named CA is
# let in; without it only loopback is served; wrong requests get a clear answer; options are in the manual.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
conf=$HUB/adapter-vt-zw.conf

# --- configuration --------------------------------------------------------------------------------

checked() {
	env -C "$HUB" "$BIN/schakel-adapter" --config "$1" -n
}

cp "$conf" plain.conf
test_expect 'the configuration is good' checked "$TMPDIR/plain.conf"
sed 's/listen = "127.0.0.1:[0-9]*"/listen = "0.0.0.0:0"/' plain.conf >open.conf
test_expect_status 2 'plain HTTP on another address does not start' \
	env -C "$HUB" "$BIN/schakel-adapter" --config "$TMPDIR/open.conf"
test_like "$(cat err)" 'without TLS only a loopback address' 'and says why'
sed 's/url = "http:..127.0.0.1/url = "http:\/\/10.0.0.1/' plain.conf >far.conf
test_expect_status 2 'nor does plain HTTP to another address' \
	env -C "$HUB" "$BIN/schakel-adapter" --config "$TMPDIR/far.conf"
sed 's/timeout_ms = 1000/timeout_msec = 1000/' plain.conf >unknown.conf
test_expect_status 2 'an unknown option is an error' checked "$TMPDIR/unknown.conf"
test_like "$(cat err)" 'unknown.conf:[0-9]+: .*timeout_msec' 'with file, line and name'
chmod 644 "$HUB/keys/shared/pseudonym.secret"
test_expect_status 2 'a secret that others may read is an error' checked "$TMPDIR/plain.conf"
chmod 600 "$HUB/keys/shared/pseudonym.secret"

"$BIN/schakel-adapter" --options | sed -n 's/^ *\([a-z_]*\)  *\(text\|number\|true|false\|list\) .*/\1/p' >options
missing=
while read -r option; do
	grep -Eq "^\.It Ic (.* , )?$option( , .*)?$" "$SRC/adapters/schakel-adapter/schakel-adapter.conf.5" ||
		missing="$missing $option"
done <options
test_is "$([ "$(wc -l <options)" -gt 30 ] && echo "none$missing")" none 'every option is in the manual'

# --- certificates ---------------------------------------------------------------------------------

certificate() {
	local name=$1 issuer=$2
	openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -subj "/CN=$name" -out "$name.csr" &&
		openssl x509 -req -in "$name.csr" -CA "$issuer.pem" -CAkey "$issuer.key" -CAcreateserial \
			-days 2 -out "$name.pem" -extfile <(printf 'subjectAltName=IP:127.0.0.1\n')
}
for ca in ca other-ca; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout $ca.key -out $ca.pem -subj "/CN=$ca" -days 2
done >openssl.log 2>&1
{ certificate server ca && certificate client ca && certificate stranger other-ca; } >>openssl.log 2>&1
test_ok $? 'certificates are made'
sed "s|listen = .*|&\n  listen_cert = \"$TMPDIR/server.pem\"\n  listen_key = \"$TMPDIR/server.key\"\n  listen_client_ca = \"$TMPDIR/ca.pem\"|" \
	plain.conf >"$conf"
hub_start
system_start vt-zw
adapter_start vt-zw
url=$(sed 's/http:/https:/' "$HUB/system-vt-zw/adapter-url")

ask() {
	curl -s -o body -w '%{http_code}' --noproxy '*' --cacert ca.pem --max-time 20 "$@"
}

test_is "$(ask --cert client.pem --key client.key "$url/health")" 200 'with a certificate of the CA'
test_like "$(cat body)" '"state": ?"up"' 'it answers'
test_is "$(ask "$url/health" || true)" 403 'without a certificate: no'
test_is "$(ask --cert stranger.pem --key stranger.key "$url/health" || true)" 403 \
	'with one of another CA: no'
test_is "$(ask --insecure "http://${url#https://}/health" || true)" 000 'plain HTTP on that port: no'

good=(--cert client.pem --key client.key)
test_is "$(ask "${good[@]}" "$url/nothing")" 404 'an unknown address'
test_is "$(ask "${good[@]}" -X POST -d '{' "$url/v1/messages")" 400 'no JSON'
test_like "$(cat body)" '"rule": ?"json"' '... says the rule'
test_is "$(ask "${good[@]}" -X POST -d '{"kind":"feedback","userRef":"u-1"}' "$url/v1/messages")" 400 \
	'feedback on nothing'
test_like "$(cat body)" '"field": ?"inReplyTo"' '... names the field'
head -c 1200000 /dev/zero | tr '\0' ' ' >big
test_is "$(ask "${good[@]}" -X POST --data-binary @big "$url/v1/messages")" 413 'too large'
test_is "$(ask "${good[@]}" "$url/v1/messages/00000000000000000000000000000000")" 404 \
	'a message that is not known'
test_is "$(ask "${good[@]}" "$url/health")" 200 'and it goes on'

done_testing
