#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# One partner that says it is another, in each place where a name can be claimed: refused, read back
# from the trail with who it really was, and nothing of the other's reaches it.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_crowd 1
hub_directory 2 || exit 1
hub_start
report=(to=vt-zw muni=0479)

# The police and Veilig Thuis are at work all the while.
peer_bg police politie-nh file="$TMPDIR/hello" hello save "${report[@]}" submit file="$TMPDIR/tried" wait \
	ping submit bye
peer_bg vt vt-zw hello offer receipt forget file="$TMPDIR/tried" wait offer receipt bye
wait_for_log police waiting
wait_for_log vt waiting

# claims PARTNER ERROR TEXT WORD...: what the partner tries is refused, and it gets nothing of others
claims() {
	local partner=$1 error=$2 text=$3
	shift 3
	peer "$partner" "$@" timeout=500 quiet
	test_is "$(out_value code '^error') $(grep -cE '^(offer|forwarded|result)' out)" "$error 0" "$text"
	claimed+=("$partner $error")
}

claims vt-other EIDENTITY 'HELLO in the name of the police' as=politie-nh hello
test_is "$(grep -c WELCOME out)" 0 'opens no session'
claims reclas EIDENTITY 'HELLO that the police itself sent' file="$TMPDIR/hello" resend
claims team EIDENTITY 'a message of the police, by its name and key' hello "${report[@]}" \
	sign-as=politie-nh submit
claims crowd-1 EROUTINGID 'a session under a routing id that libzmq gave' no-routing=1 connect hello

touch tried
wait_bg police
test_ok $? 'the police goes on'
wait_bg vt
test_ok $? 'and Veilig Thuis'
test_is "$(grep -c '^result' police.log) $(grep -c '^offer' vt.log)" '2 2' \
	'with what is theirs, and nothing else'

audit_rows
for claim in "${claimed[@]}"; do
	# shellcheck disable=SC2086 # two words
	test_expect "in the trail: $claim" audit_refused $claim
done
test_must_fail 'and nothing against the police' audit_refused politie-nh EIDENTITY
done_testing
