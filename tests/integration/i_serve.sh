#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-audit serve: a supervisor searches the trail in a browser. Who has no known certificate sees
# nothing, nothing is asked without a token of the own form, and what is hostile stays text.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"

size() {
	ctl status && ctl_value trail size
}

# queries: how often the persons of the console asked, by another session of the same supervisor
queries() {
	"$BIN/schakel-audit" query --config second.conf --mandate ap --reason periodic_audit --user u-1 --entry query \
		--details --json >rows 2>rows.err || fail "the trail does not answer: $(cat rows.err)"
	grep -c '"user_ref":"u-7' rows
}

hub_make
audit_conf toezicht
serve_certificates
serve_conf

# --- configuration
test_expect 'help' "$BIN/schakel-audit" serve --help
test_expect_status 2 'no configuration' "$BIN/schakel-audit" serve
test_expect_status 3 'one that is not there' "$BIN/schakel-audit" serve --config nowhere.conf
refused() {
	serve_conf "$2"
	test_expect_status 3 "$1" "$BIN/schakel-audit" serve --config serve.conf
	test_like "$(cat "$TMPDIR/err")" "$3" 'and it says why'
}
refused 'two persons with one certificate' "person \"u-79\" { certificate = \"$(serve_print u-77)\" mandate = \"ap\" }" \
	'somebody else'
refused 'an unknown mandate' "person \"u-79\" { certificate = \"$(serve_print stranger)\" mandate = \"friend\" }" \
	'unknown mandate'
refused 'an officer of nobody' \
	"person \"u-79\" { certificate = \"$(serve_print stranger)\" mandate = \"fg_of_partner\" }" 'goes with'
refused 'a name instead of an address' 'address = "localhost"' 'no name'
serve_conf 'requests_per_minute = 1000'
chmod 644 server.key
test_expect_status 3 'a key that others can read' "$BIN/schakel-audit" serve --config serve.conf
chmod 600 server.key

hub_start
case_ref=b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6
peer politie-nh hello to=vt-zw muni=0479 case=$case_ref submit
disclosure=$(out_value entry '^recipient')
reported=$(out_value id '^sent')
peer politie-nh hello to=reclas muni=0479 submit
denied=$(out_value entry '^recipient')
serve_start

# --- who may
start_size=$(size)
for who in nobody stranger foreign ended; do
	look "$who" GET /
	test_like "$status" '^(000|403)$' "no page for: $who"
	! grep -q '<form' page
	test_ok $? 'and no form'
done
curl -s -m 20 "http://127.0.0.1:$port/" >page
test_is "$(grep -c '<form' page)" 0 'nor without TLS'
curl -s -m 20 --tls-max 1.1 --cacert ca.pem --cert u-77.pem --key u-77.key "https://127.0.0.1:$port/" >page
test_is "$(cat page)" '' 'nor with an old TLS'
look u-77 GET /
test_is "$status" 200 'a person with a mandate has the form'
test_like "$(cat page)" 'u-77, Autoriteit Persoonsgegevens' 'and sees as whom'
look u-78 GET /
test_like "$(cat page)" 'lang="en".*data protection officer of politie-nh' 'another in her own language'
look u-77 GET '/?lang=en'
test_like "$(cat page)" 'Search the trail' 'each may choose'
for header in "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; " \
	'cache-control: no-store' 'x-content-type-options: nosniff' 'referrer-policy: no-referrer'; do
	grep -qi "^$header" headers
	test_ok $? "header $header"
done
! grep -qiE '<script|style=|onclick=' page
test_ok $? 'no inline script and no inline style'

# --- searching
t=$(token u-77)
test_is "$(size)" "$start_size" 'so far nothing was asked'
look u-77 POST /zoek -d "token=$t" -d reason=complaint -d case-number=Z-12 -d entry=decision
test_is "$status" 200 'a search is answered'
test_is "$(size)" $((start_size + 1)) 'and is an entry'
test_like "$(cat page)" '2 regels op deze bladzijde' 'with what there is'
row() {
	grep "name=\"first\" value=\"$1\"" page
}
test_like "$(row "$denied")" 'politie-nh.*reclas.*geweigerd' 'refusals too'
look u-77 POST /regel -d "token=$t" -d reason=complaint -d case-number=Z-12 -d "first=$disclosure"
test_is "$status" 200 'one disclosure'
for words in '<dt>Grondslag</dt>' '<dt>Regel van de afspraak</dt><dd>.*PV-' '<dt>Berust op toestemming</dt>' '<dt>Afweging</dt>' 'gedeeld' '<dt>Doel</dt>'; do
	grep -q "$words" page
	test_ok $? "in words: $words"
done
test_like "$(cat page)" "name=\"case\" value=\"$case_ref\"" 'with the way to its case'
look u-77 POST /regel -d "token=$t" -d reason=complaint -d "first=$denied"
grep -q 'niet gedeeld\|Reden van weigering' page
test_ok $? 'a refusal says why'
sed "s|^state = .*|state = \"$TMPDIR/state-2\"|" toezicht.conf >second.conf
queries >count
test_is "$(grep -c '"user_ref":"u-77".*"case_number":"Z-12"' rows)" 2 'with the case number, as it was given'
proven() {
	look u-77 POST /regel -d "token=$t" -d reason=complaint -d "first=$disclosure"
	grep -q '<dd>bewezen</dd>' page
}
test_wait_for 30 'an entry is proven by a signed checkpoint' proven

# --- its proof, for another machine
proof() {
	look u-77 POST /bewijs -d "token=$t" -d reason=complaint -d "first=$disclosure"
	[ "$status" = 200 ]
}
test_wait_for 30 'an entry has a proof to keep' proof
test_like "$(cat headers)" 'filename="bewijs[.]tar"' 'as a file'
rm -rf elsewhere
mkdir elsewhere
tar xf page -C elsewhere
test_ok $? 'which is a tar file'
test_expect 'checked there by openssl alone, by one command' sh elsewhere/bewijs/controle.sh
test_like "$(cat "$TMPDIR/out")" "BEWEZEN.*entry $disclosure of" 'and it is that entry'
test_expect 'and by our program' "$BIN/schakel-audit" check elsewhere/bewijs
printf x >>elsewhere/bewijs/entry
test_expect_status 1 'a changed one is not' sh elsewhere/bewijs/controle.sh
look u-77 POST /bewijs -d "token=$t" -d reason=complaint
test_is "$status" 400 'a proof is of an entry'
look u-77 POST /bewijs -d "token=$t" -d reason=complaint -d first=999999
test_is "$status" 409 'and of one that there is'
look u-77 GET /controle.js
test_like "$status $(cat headers)" '200 .*text/javascript' 'the script is a file of its own'

# --- a case, who looked, the tree
look u-77 POST /zaak -d "token=$t" -d reason=complaint
test_is "$status" 400 'a timeline is of a case'
look u-77 POST /zaak -d "token=$t" -d reason=complaint -d "case=$case_ref"
test_is "$status" 200 'a case as a picture'
test_is "$(grep -c '<svg' page) $(grep -c "<text class=\"mid\".*>$disclosure " page)" '1 1' 'with the disclosure in it'
"$PYTHON" -c 'import sys, xml.dom.minidom as d; t = open("page").read(); d.parseString(t[t.index("<svg"):t.index("</svg>") + 6])'
test_ok $? 'well-formed'
test_like "$(row "$disclosure")" 'politie-nh.*vt-zw' 'and as a table'
look u-77 POST /inzage -d "token=$t" -d reason=integrity
test_like "$(cat page)" 'toezicht</td><td>u-77</td><td>Autoriteit Persoonsgegevens</td><td>klacht</td><td>Z-12' 'who looked, and why'
look u-77 POST /boom -d "token=$t" -d reason=integrity
test_like "$(cat page)" 'Getekend door het logboek</dt><dd>ja, gecontroleerd' 'the tree is signed'
test_like "$(cat page)" 'het register vraagt er geen' 'and no witness is said to be there'
# --- saved queries
saved() {
	look u-77 POST /vast -d "token=$t" -d reason=periodic_audit -d "saved=$1" -d "period=$2"
}
saved without-consent this-month
test_is "$status" 200 'a saved query'
test_like "$(cat page)" 'Vaste vraag</dt><dd>gedeeld zonder toestemming' 'by its name'
test_like "$(cat page)" "Beslist vanaf</dt><dd>$(date -u +%Y-%m)-01" 'with the days of its time'
test_like "$(row "$disclosure")" 'politiemelding.*politie-nh.*vt-zw' 'finds the disclosure, and says what it is about'
test_is "$(row "$denied")" '' 'and nothing that was refused'
saved without-consent last-month
test_is "$status $(grep -c 'scope="row"' page)" '200 0' 'last month there was none'
for name in unchecked unconfirmed late; do
	saved $name all
	test_is "$status $(grep -c 'scope="row"' page)" '200 0' "none: $name"
done
counted() {
	saved "$1" all
	grep -q "$2" page
}
test_wait_for 30 'counted by organisation' counted refusals \
	'scope="row">politie-nh</th><td class="count">&lt;10</td><td class="count">&lt;10</td><td class="count">&lt;10<'
test_wait_for 30 'and by week' counted volume 'scope="row">politie-nh</th><td>20..-..-..</td><td class="count">&lt;10</td>'
look u-77 POST /cijfers -d "token=$t" -d reason=periodic_audit -d period=all
test_is "$status $(grep -c 'scope="row' page)" '200 0' 'charts of less than ten show nothing of it'
saved everything all
test_is "$status" 400 'no such saved query'
saved late tomorrow
test_is "$status" 400 'no such time'
for format in csv json ldv fhir register; do
	look u-77 POST /export -d "token=$t" -d reason=complaint -d entry=decision -d format=$format
	test_is "$status $(grep -ci '^content-disposition: attachment; filename="logboek[.]' headers)" '200 1' "a file: $format"
	test_like "$(cat page)" 'politie-nh|18-1|Politie' 'with what was found'
done
look u-77 POST /export -d "token=$t" -d reason=complaint -d format=pdf
test_is "$status" 400 'a format that there is not'
look u-77 POST /regel -d "token=$t" -d reason=complaint -d first=999999
test_is "$status" 404 'no such entry'
for _ in {1..52}; do
	echo 'to=reclas muni=0479 submit'
done >words
# shellcheck disable=SC2046 # words of the peer
peer politie-nh hello $(cat words)
look u-77 POST /zoek -d "token=$t" -d reason=complaint -d entry=decision
next=$(sed -n 's/.*name="next" value="\([0-9a-f]*\)".*/\1/p' page)
test_is "$(grep -c 'scope="row"' page)" 50 'a page of fifty'
look u-77 POST /zoek -d "token=$t" -d reason=complaint -d entry=decision -d "next=$next"
test_is "$status $(grep -c 'scope="row"' page)" '200 4' 'and the next one'
charts() {
	look u-77 POST /cijfers -d "token=$t" -d reason=periodic_audit -d period=all
	tr -d '\n' <page | grep -q 'class="wrap group">politie-nh aan reclas<br>.*>Geweigerd</th><td class="count">[0-9]*, 100 %</td>'
}
test_wait_for 30 'charts, of what is ten or more a week' charts
test_is "$(grep -c 'vt-zw' page)" 0 'and nothing of what is less'
look u-78 POST /zoek -d "token=$(token u-78)" -d reason=complaint
test_is "$(grep -c 'scope="row"' page)" "$(grep -c 'scope="row".*politie-nh' page)" 'an officer sees the lines of the own partner'
test_like "$(cat page)" 'entries on this page' 'in English'

for _ in {1..50}; do
	look u-77 POST /boom -d "token=$t" -d reason=integrity
done
look u-77 POST /inzage -d "token=$t" -d reason=integrity
next=$(sed -n 's/.*name="next" value="\([0-9a-f]*\)".*/\1/p' page)
test_is "$(grep -c 'scope="row"' page)" 50 'fifty looks on a page'
look u-77 POST /inzage -d "token=$t" -d reason=integrity -d "next=$next"
test_like "$status $(grep -c 'scope="row"' page)" '200 [1-9]' 'and more on the next'
look u-77 POST /inzage -d "token=$t" -d reason=integrity -d next=wonder
test_is "$status" 400 'a page that there is not'

# --- what the hub itself did in a case
peer politie-nh case=$case_ref kind=retraction purpose=stop_violence ground=wpg:18-1/bpg:4-2-1-i to=vt-zw \
	events="refers_to,ref=$reported" hello submit
look u-77 POST /zaak -d "token=$t" -d reason=complaint -d "case=$case_ref"
test_is "$(grep -c '>knooppunt<' page) $(grep -c '<text class="mid".* op dwang controleren<' page)" '1 1' \
	'with the task that the hub gave, in its own lane'

# --- hostile
before=$(queries)
look u-77 POST /zoek -d reason=complaint
test_is "$status" 403 'no token'
look u-77 POST /zoek -d "token=$(token u-78)" -d reason=complaint
test_is "$status" 403 'the token of somebody else'
look u-77 POST /zoek -d "token=${t%?}0" -d reason=complaint
case $t in *0) look u-77 POST /zoek -d "token=${t%?}1" -d reason=complaint ;; esac
test_is "$status" 403 'a token with another digit'
look u-77 POST /zoek -d "token=$t"
test_is "$status" 400 'no reason'
test_like "$(cat page)" 'Niet goed ingevuld: <a href="#reason">' 'and it says which field'
look u-77 GET "/zoek?token=$t&reason=complaint"
test_is "$status" 405 'nothing is asked by a link'
for field in mandate of user details limit wonder; do
	look u-77 POST /zoek -d "token=$t" -d reason=complaint -d "$field=x"
	test_is "$status" 400 "a field that the form has not: $field"
done
attack='"><script>alert(1)</script><img src=x onerror=alert(1)>'"'"
for field in case-number case message from until sender recipient kind ground outcome entry user-ref without-consent \
	first reason next token; do
	look u-77 POST /zoek -d "token=$t" -d reason=complaint --data-urlencode "$field=$attack"
	grep -qiE '<script|<img' page
	test_is $? 1 "script in $field stays text"
	test_is "$status" 400 'and is refused'
done
huge=$(printf 'a%.0s' {1..9000})
for field in case-number case message from until sender recipient kind ground outcome entry user-ref without-consent \
	first reason next; do
	look u-77 POST /zoek -d "token=$t" -d reason=complaint -d "$field=$huge"
	test_is "$status" 400 "9,000 letters in $field"
done
# shellcheck disable=SC2046 # an option for each
look u-77 POST /zoek -d "token=$t" -d reason=complaint $(printf -- '-d f%d=x ' {1..200})
test_is "$status" 400 'a form of 200 fields'
look u-77 POST /zoek -d "token=$t" --data-urlencode "wonder$attack=1"
grep -qiE '<script|<img' page
test_is $? 1 'script in the name of a field'
test_is "$(queries)" "$before" 'and the hub was asked none of all these'
for path in /../../etc/passwd /%2e%2e/%2e%2e/etc/passwd //etc/passwd /stijl.css/.. "/$(printf 'x%.0s' {1..4000})" \
	'/<script>'; do
	look u-77 GET "$path"
	test_like "$status" '^(404|400)$' "no such page: ${path:0:40}"
done
head -c 1048576 /dev/zero | tr '\0' a >large
look u-77 POST /zoek --data-binary @large
test_is "$status" 413 'a body of 1 MiB'
printf 'token=%s&reason=complaint&case-number=%%00' "$t" >zero
look u-77 POST /zoek --data-binary @zero
test_is "$status" 400 'a zero byte in a field'
printf 'token=%s&reason=complaint&case-number=%%ff%%fe' "$t" >notext
look u-77 POST /zoek --data-binary @notext
test_is "$status" 400 'a field that is no UTF-8'
look u-77 POST /zoek -d "token=$t" -d reason=complaint -d reason=incident
test_is "$status" 400 'a field twice'
look u-77 POST /zoek
test_is "$status" 403 'an empty form'
for method in PUT DELETE TRACE; do
	look u-77 "$method" /
	test_is "$status" 405 "method $method"
done
"$PYTHON" - "$port" <<'END'
import socket, sys
for data in (b"\x16\x03\x01\xff\xff" + b"a" * 4000, b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
    s.sendall(data)
    s.settimeout(20)
    try:
        while s.recv(4096):
            pass
    except ConnectionError:
        pass
END
test_ok $? 'bytes that are no TLS end the connection'
look u-77 GET /
test_is "$status" 200 'and the console is there'

# --- what the hub refuses: in its words, and with an entry
refused_by_hub() { # refused_by_hub TEXT WHO FIELD...
	local text=$1 who=$2 field fields=()
	shift 2
	for field; do
		fields+=(-d "$field")
	done
	before=$(size)
	look "$who" POST /zoek -d "token=$(token "$who")" "${fields[@]}"
	test_is "$status $(size)" "403 $((before + 1))" "$text: refused, and an entry"
	test_like "$(cat page)" 'Geen inzage' 'with a sentence'
	test_is "$(grep -c 'scope="row"' page)" 0 'and no rows'
}
has_session() { # again, as the query of the other ended it
	look u-77 POST /boom -d "token=$(token u-77)" -d reason=integrity
	[ "$status" = 200 ]
}
wait_for 30 has_session
refused_by_hub 'the name of a worker without a case number' u-77 reason=integrity user-ref=u-7f3a
refused_by_hub 'or for a reason that it is not for' u-77 reason=complaint case-number=Z-12 user-ref=u-7f3a
stop_bg serve
serve_conf "person \"u-79\" { certificate = \"$(serve_print stranger)\" mandate = \"igj\" }" \
	"person \"u-80\" { certificate = \"$(serve_print server)\" mandate = \"fg_of_partner\" of = \"reclas\" }"
serve_start
refused_by_hub 'a mandate that the directory does not give' stranger reason=complaint
refused_by_hub 'that of an officer of somebody else' server reason=complaint

# --- too many, too old, no hub
stop_bg serve
serve_conf 'requests_per_minute = 5' 'session_seconds = 1'
serve_start
t=$(token u-77)
expired() {
	look u-78 POST /zoek -d "token=$(cat t78)" -d reason=complaint
	[ "$status" = 403 ]
}
token u-78 >t78
too_many() {
	look u-77 GET /
	[ "$status" = 429 ]
}
test_wait_for 30 'too many requests in a minute' too_many
test_like "$(cat headers)" '[Rr]etry-[Aa]fter: 60' 'with a word when to come back'
look u-78 GET /stijl.css
test_is "$status" 200 'others are not hindered'
stop_bg serve
serve_conf 'session_seconds = 1'
serve_start
token u-78 >t78
test_wait_for 30 'a form grows old' expired
stop_bg serve
serve_conf 'hub_seconds = 1'
serve_start
t=$(token u-77)
stop_bg hub
look u-77 POST /zoek -d "token=$t" -d reason=complaint
test_is "$status" 503 'no hub, no answer'
look u-77 GET /
test_is "$status" 200 'but a form'
hub_run
test_wait_for 60 'the hub is back, and the console finds it' has_session
stop_bg serve
done_testing
