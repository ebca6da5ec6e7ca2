#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Frames that were sent once are sent again: in the same session, in a later one, after a restart of
# the hub, and by another partner. Nothing happens twice; what another sends is refused and entered.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_PLANS=100
hub_make
hub_crowd 5
hub_directory 2 || exit 1
hub_start
report=(to=vt-zw muni=0479)

size() {
	ctl status && ctl_value trail size
}

# again COUNT: the peer's last COUNT answers are one and the same
again() {
	[ "$(grep -E '^(result|RECEIPT)' out | tail -n "$1" | sort | uniq -c | awk '{ print $1 }')" = "$1" ]
}

# --- in the same session ----------------------------------------------------------------------

peer politie-nh hello "${report[@]}" file="$TMPDIR/submit" submit save resend resend
again 3
test_ok $? 'a message again: the first answer again'
peer vt-zw hello file="$TMPDIR/receipt" offer receipt save resend resend
again 3
test_ok $? 'a receipt again: answered again'
test_is "$(size)" 4 'one entry each'
peer politie-nh hello "${report[@]}" file="$TMPDIR/plan" plan save resend
test_is "$(grep -c '^plan' out)" 2 'a plan again is a plan: it is answered'
peer toezicht hello mandate=ap file="$TMPDIR/query" query save resend
test_is "$(grep -c '^answer' out)" 2 'and a query is a query'
test_is "$(size)" 8 'with an entry for each time'

# A message is sealed again for a new key, and that is sent again.
"$BIN/schakel-keys" generate --partner vt-zw --desk desk --only seal --from 2020-01-01 \
	--out "$env/new-vt-zw" >/dev/null || fail 'a key'
peer politie-nh hello "${report[@]}" file="$TMPDIR/sealed" submit save
sed -i "/^desk /s/\$/ revoked=$(date -u +%Y-%m-%dT%H:%M:%SZ -d '-1 second')/" "$env/vt-zw/vt-zw.public"
hub_directory 3
"$BIN/schakelctl" --control "$control" reload directory >/dev/null || fail 'reload'
peer vt-zw timeout=500 hello quiet bye
peer politie-nh hello file="$TMPDIR/sealed" take seal-as=new-vt-zw sections=1 \
	file="$TMPDIR/rewrap" rewrap save resend
test_is "$(grep -c REWRAP out) $(out_value code '^error')" '1 ENOTFOUND' \
	'sealed again, once; the second time nothing waits for it'
peer vt-zw hello timeout=5000 offer bye
test_is "$(grep -c '^offer' out)" 1 'and the message goes out'

# --- in a later session, and after a restart ---------------------------------------------------

replay_all() {
	local before
	before=$(size)
	peer politie-nh hello file="$TMPDIR/submit" resend file="$TMPDIR/rewrap" resend
	test_is "$(grep -c '^result' out) $(out_value code '^error')" '1 ENOTFOUND' \
		"$1: a message is answered, a rewrap finds nothing"
	peer vt-zw hello file="$TMPDIR/receipt" resend bye
	test_is "$(grep -c '^RECEIPT' out)" 1 "$1: a receipt is answered"
	test_is "$(size)" "$before" "$1: without a new entry"
	peer politie-nh hello file="$TMPDIR/plan" resend
	peer toezicht hello file="$TMPDIR/query" resend
	test_is "$(size)" $((before + 2)) "$1: a plan and a query are entries, as ever"
}

peer politie-nh file="$TMPDIR/hello" hello save
replay_all 'a later session'
peer politie-nh file="$TMPDIR/hello" resend
test_is "$(out_value code '^error')" ESTATE 'HELLO again, of an older session, opens none'

stop_bg hub
hub_run
replay_all 'after a restart'

# --- by another ----------------------------------------------------------------------------------

for what in submit receipt plan query rewrap; do
	case $what in
	submit) thief="crowd-1" ;;
	receipt) thief="crowd-2" ;;
	plan) thief="crowd-3" ;;
	query) thief="crowd-4" ;;
	rewrap) thief="crowd-5" ;;
	esac
	peer $thief hello file="$TMPDIR/$what" resend ping
	test_is "$(grep '^error' out | grep -oE 'code=[A-Z]+' | tr '\n' ' ')" 'code=EIDENTITY code=ESTATE ' \
		"$what of another: refused, and the session ends"
done
audit_rows
for i in 1 2 3 4 5; do
	test_expect 'with an entry that names who tried' audit_refused crowd-$i EIDENTITY
done

# --- what came of all that -------------------------------------------------------------------------

peer vt-zw hello want=1 timeout=500 drain bye
test_is "$(grep -c '^offer' out)" 1 'the recipient has each message once'
# two receipts, and the question to seal again
peer politie-nh hello want=3 timeout=500 drain bye
test_is "$(grep -c '^forwarded.*from=vt-zw' out)" 2 'and the sender each receipt'
done_testing
