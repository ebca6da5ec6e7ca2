#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Who may seal waiting mail again, for what key and which sections: its sender, for a key of the same
# desk that is valid now, and for no more than was permitted; and once.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start

# A new sealing key of each, in a folder of its own.
for partner in vt-zw team; do
	"$BIN/schakel-keys" generate --partner $partner --desk desk --only seal --from 2020-01-01 \
		--out "$env/new-$partner" >/dev/null || exit 1
done

# Its sender does nothing for this one.
peer politie-nh hello to=vt-zw muni=0479 life=15000 submit bye
left=$(out_value id '^sent')

peer_bg police politie-nh hello to=vt-zw muni=0479 submit file="$TMPDIR/message" save file="$TMPDIR/parked" wait \
	seal-as=vt-zw sections=1 rewrap \
	seal-as=new-team rewrap \
	seal-as=new-vt-zw sections=3 rewrap \
	sign-as=vt-zw sections=1 rewrap hello \
	sign-as=politie-nh rewrap rewrap \
	file="$TMPDIR/enough" wait bye
wait_for_log police '^waiting'
test_like "$(cat police.log)" 'cut category=whereabouts' 'one of three sections is cut'

sed -i "/^desk /s/\$/ revoked=$(date -u +%Y-%m-%dT%H:%M:%SZ -d '-1 second')/" \
	"$env/vt-zw/vt-zw.public"
hub_directory 2
"$BIN/schakelctl" --control "$control" reload directory >/dev/null || fail 'reload'
peer vt-zw timeout=500 hello quiet bye
test_is "$(grep -c '^offer' out)" 0 'nothing goes out under a revoked key'
ctl queue list vt-zw
test_like "$(cat ctl.out)" 'needs_rewrap' 'it waits for its sender'

"$peer_bin" "$env" team hello file="$TMPDIR/message" take seal-as=new-vt-zw sections=1 rewrap bye >out
test_is "$(out_value code '^error')" ENOTFOUND 'none is asked of another partner, who signs as itself'

touch parked
wait_for 30 log_has police "^waiting $TMPDIR/enough"
grep -oE '^(error code=[A-Z]+|REWRAP)' police.log | sed 's/.*code=//' >answers
test_is "$(tr '\n' ' ' <answers)" 'EKEYREVOKED EIDENTITY EROW EIDENTITY REWRAP ENOTFOUND ' \
	'a dead key, one of another desk, a section more, a signature of another; the right one; once more'
touch enough
wait_bg police
test_ok $? 'of these, a signature of another ends the session'

ctl queue list vt-zw
test_like "$(cat ctl.out)" '"state": *"waiting"' 'it waits for its recipient again'
peer vt-zw timeout=5000 hello no-check=1 offer bye
test_is "$(out_value id '^offer')" "$(sed -n 's/^sent id=//p' police.log)" 'and is offered'
is_at_its_end() {
	ctl queue list vt-zw
	! grep -q needs_rewrap ctl.out
}
wait_for 60 is_at_its_end
peer politie-nh timeout=500 hello want=3 drain bye
test_is "$(grep -c 'state=parked recipient=1' out) $(grep -c 'state=expired recipient=1 text=Bericht verlopen.*bel 112' out)" \
	'2 1' 'what nobody sealed again stays until it expires, and its sender hears that'
ctl queue list vt-zw
test_is "$(grep -c "$left" ctl.out)" 0 'nothing of it is left'
stop_bg hub
test_expect 'the trail' "$BIN/crash_trail" "$env/store" "$env/vault"
test_is "$(grep -c 'kind=notice' out) $(grep -c 'kind=rewrap' out) $(grep -c 'kind=expired' out)" '2 1 1' \
	'each asked once, one answered, one expired'
done_testing
