#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A team without a system: Veilig Thuis sends the outcome of a triage and the team reads it in a browser, over
# TLS. Who may: own accounts with a code or a certificate, their own desks, and nobody else.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

inbox_partners
hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
inbox_make
test_expect 'the configuration is good' env -C "$HUB" "$BIN/schakel-adapter" --config adapter-inbox.conf -n
chmod 640 "$HUB/accounts.json"
test_expect_status 2 'accounts that others can read are not' \
	env -C "$HUB" "$BIN/schakel-adapter" --config adapter-inbox.conf -n
chmod 600 "$HUB/accounts.json"
test_is "$("$BIN/schakel-keys" account --file "$HUB/accounts.json" | tail -1)" 'u-ka certificate wijkteam' 'accounts are listed'
printf 'kort\n' >short
test_expect_status 3 'a short password is none' \
	"$BIN/schakel-keys" account --file "$HUB/accounts.json" --name u-nu --shown Nu --desk jeugd <short

hub_start
system_start vt-zw
adapter_start vt-zw
adapter_start inbox

# triage NUMBER DESK WORDS: Veilig Thuis sends the outcome of a triage, with these words in it
triage() {
	sed -e "s|VT-2026-00417-U1|$1|; s|\"wijkteam\"|\"$2\"|; s|Gesprek met ieder apart.|$3|; /refersTo/d" \
		-e "s|\"kind\": \"triage_outcome\"|&, \"caseRef\": \"$(printf '%s' "$1" | md5sum | cut -c1-32)\"|" \
		"$SRC/adapters/veilig_thuis/samples/triage_outcome.json" >"$1.json"
	vt vt-zw post "$1.json" "$1"
}

# --- logging in ---------------------------------------------------------------------------------------

inbox u-jo GET /
test_is "$status" 200 'a stranger'
test_like "$(cat page)" 'Inloggen' 'is asked who he is'
test_like "$(cat headers)" "default-src 'none'; style-src 'self'" 'no script, nothing from elsewhere'
inbox u-jo POST /inloggen -d naam=u-jo -d wachtwoord=verkeerd -d "code=$(inbox_code u-jo)"
test_is "$status" 403 'a wrong password'
inbox u-jo POST /inloggen -d naam=u-jo --data-urlencode "wachtwoord=$inbox_password" -d code=000000
test_is "$status" 403 'a wrong code'
code=$(inbox_code u-jo)
inbox u-jo POST /inloggen -d naam=u-jo --data-urlencode "wachtwoord=$inbox_password" -d "code=$code"
test_is "$status" 303 'all three right'
grep -i '^set-cookie: __Host-postvak=' headers >cookie
test_like "$(cat cookie)" 'Path=/; Secure; HttpOnly; SameSite=Strict' 'a cookie that stays here'
inbox u-jo GET /
test_like "$(cat page)" 'Joke de Vries.*Er ligt hier niets' 'an empty inbox' || diag "$(cat page)"
inbox u-bo POST /inloggen -d naam=u-jo --data-urlencode "wachtwoord=$inbox_password" -d "code=$code"
test_is "$status" 403 'the same code again'
kill -KILL "$(pid_of adapter-inbox)"
wait_bg adapter-inbox
adapter_start inbox
inbox u-bo POST /inloggen -d naam=u-jo --data-urlencode "wachtwoord=$inbox_password" -d "code=$code"
test_is "$status" 403 'also after a new start'
inbox u-jo GET /
test_like "$(cat page)" 'Inloggen' 'which ends every session'
inbox_login u-jo 1
test_is "$status" 303 'the next code is good'

inbox u-ka POST /inloggen -d naam=u-ka --data-urlencode "wachtwoord=$inbox_password"
test_is "$status" 403 'an account with a certificate, without it'
for one in stranger foreign; do
	inbox u-ka POST /inloggen -d naam=u-ka --data-urlencode "wachtwoord=$inbox_password" --cert $one.pem --key $one.key
	test_like "$status" '403|000' "with one that is $one"
done
inbox u-ka POST /inloggen -d naam=u-ka --data-urlencode "wachtwoord=$inbox_password" --cert ka.pem --key ka.key
test_is "$status" 303 'and with its own'
inbox u-ka GET / --cert ka.pem --key ka.key
test_like "$(cat page)" 'Karin Mulder' 'is let in'
inbox u-ka GET /
test_like "$(cat page)" 'Inloggen' 'its cookie alone is worth nothing'
inbox_login u-bo
inbox_login u-je
inbox_login u-al

# --- a message ----------------------------------------------------------------------------------------

test_expect 'Veilig Thuis sends the outcome of a triage' triage VT-1 wijkteam '<script>alert(1)</script>'
test_wait_for 20 'it is in the inbox' inbox_has u-jo 'Uitkomst triage'
test_like "$(cat page)" 'Nieuw.*Veilig Thuis Zaanstreek-Waterland' 'as new, with who sent it'
first=$item
test_wait_for 20 'Veilig Thuis hears that the team has it' log_has adapter-vt-zw 'message.receipt .*from=lt-zaanstad state=handed_over'
inbox u-jo GET "$first"
test_is "$status" 200 'it can be opened'
test_like "$(tr '\n' ' ' <page)" 'Herhaald geweld, kind getuige.*apart spreken.*veiligheidscijfer per persoon' 'and read'
test_like "$(tr '\n' ' ' <page)" 'Niet gedeeld.*[Ii]dentiteit' 'with what was not shared, and why'
grep -q '&lt;script&gt;alert(1)' page && ! grep -q '<script' page
test_ok $? 'markup in it is text'
inbox u-bo GET /
! grep -q '>Nieuw<' page
test_ok $? 'a colleague sees that it was read'
! grep -rlq 'Herhaald geweld' "$HUB/inbox" "$HUB/state-team" "$HUB/spool-team"
test_ok $? 'on disk it is sealed'
! grep -q 'Herhaald\|Voorbeeld\|Sanne' "$TMPDIR/adapter-inbox.log" "$HUB/status-team.json"
test_ok $? 'log and status say nothing of it'

inbox u-je GET /
! grep -q 'Uitkomst triage' page
test_ok $? 'another desk does not see it'
inbox u-je GET "$first"
test_is "$status" 404 'nor opens it by its address'
inbox u-al GET "$first"
test_is "$status" 200 'who has both desks does'
test_expect 'one for the other desk' triage VT-2 jeugd Apart.
test_wait_for 20 'is there' inbox_has u-je 'Uitkomst triage'
inbox u-jo GET "$item"
test_is "$status" 404 'for that desk alone'

# --- killed, and once ---------------------------------------------------------------------------------

kill -KILL "$(pid_of adapter-inbox)"
wait_bg adapter-inbox
adapter_start inbox
inbox_login u-bo 1
inbox u-bo GET /
test_is "$(grep -c 'class="card' page)" 1 'after a kill it is there, once'

# --- what a browser should not send -------------------------------------------------------------------

for path in /bericht/ "/bericht/../stijl.css" /bericht/00 "$first/x" "$first/../../accounts.json" //etc/passwd \
	"/bericht/%2e%2e%2faccounts.json" /uitloggen; do
	inbox u-bo GET "$path" --path-as-is
	test_is "$status" 404 "path $path"
done
inbox u-bo DELETE "$first"
test_is "$status" 405 'a method that is none'
inbox u-bo GET /
token=$(inbox_token)
inbox u-bo POST /uitloggen -d token=00000000000000000000000000000000
test_is "$status" 403 'a form without the token of the session'
inbox u-bo POST /uitloggen -d "token=$token" -H 'Sec-Fetch-Site: cross-site'
test_is "$status" 403 'or from another site'
head -c 300000 /dev/zero | tr '\0' a >huge
inbox u-bo POST /uitloggen -d @huge
test_is "$status" 413 'a huge one'
inbox u-bo POST /uitloggen -d 'token=%00'
test_is "$status" 400 'one that is none'
inbox u-bo GET /
test_is "$status" 200 'and the session is unharmed'
inbox u-bo POST /uitloggen -d "token=$token"
inbox u-bo GET /
test_like "$(cat page)" 'Inloggen' 'logged out'

# --- too many tries -----------------------------------------------------------------------------------

for _ in 1 2 3 4 5 6 7 8; do
	inbox nobody POST /inloggen -d naam=u-al -d wachtwoord=geraden -d code=123456
	[ "$status" != 429 ] || break
done
test_is "$status" 429 'who guesses is held back'
inbox_login u-al 1
test_is "$status" 303 'whose name it was gets in, in the browser that was here before'
printf '%s\n' 'een heel ander wachtwoord' |
	"$BIN/schakel-keys" account --file "$HUB/accounts.json" --name u-al --password
inbox u-al GET /
test_like "$(cat page)" 'Inloggen' 'a new password ends the sessions of the old one, at once'
"$BIN/schakel-keys" account --file "$HUB/accounts.json" --name u-jo --remove
inbox_login u-jo 2
test_like "$status" '403|429' 'who was removed does not come in'

stop_bg adapter-inbox
stop_bg hub
done_testing
