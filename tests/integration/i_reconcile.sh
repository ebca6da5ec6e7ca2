#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What adapters know of their messages against the trail: they agree after real traffic, and what is
# taken away or changed on either side is named, with the entry.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

hub_make "$TMPDIR/hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/hub/keys.log")"
adapters_make
hub_start
system_start vt-zw
adapter_start police
adapter_start vt-zw

# --- traffic: one report all the way with its answers, one that waits for who is away
report_drop PL1100-2026-000501
test_wait_for 20 'a report is receipted' police wait ontvangstbevestiging PL1100-2026-000501 0
test_wait_for 20 'and earlier data are asked for' police wait verzoek-om-politiegegevens PL1100-2026-000501 0
test_expect_status 3 'no log while the adapter runs' env -C "$HUB" "$BIN/schakel-adapter" \
	--config adapter-police.conf --export-log
test_like "$(cat "$TMPDIR/err")" 'stop it first' 'and it says so'
stop_bg adapter-vt-zw
report_drop PL1100-2026-000502
test_wait_for 20 'another waits' police wait aangenomen PL1100-2026-000502 0
stop_bg adapter-police
stop_bg hub
for name in police vt-zw; do
	env -C "$HUB" "$BIN/schakel-adapter" --config "adapter-$name.conf" --export-log >"$name.log" 2>err
	test_is "$? $(head -1 "$name.log" | grep -c '"log":"schakel-log/1"')" '0 1' "the log of $name"
done
test_is "$(grep -cE 'Voorbeeld|keuken|incident|u-7f3a' police.log vt-zw.log | cut -d: -f2 | xargs)" '0 0' \
	'no content and no persons'

# reconcile LOG [OPTION...]: what it prints in $TMPDIR/found
reconcile() {
	local log=$1
	shift
	"$BIN/schakel-audit" reconcile --store "${store:-$HUB/store}" --log-key "$HUB/keys/hub/log.vkey" --json "$@" "$log" \
		>found 2>notes
}
test_expect 'help' "$BIN/schakel-audit" reconcile --help
reconcile police.log --vault "$HUB/vault"
test_is "$? $(grep -c '"finding":true' found)" '0 0' 'the police and the trail agree'
reconcile vt-zw.log --vault "$HUB/vault"
test_is "$? $(cut -d, -f1,2 found)" '0 {"what":"waiting","finding":false' 'Veilig Thuis as well; one waits for it'
waiting=$(grep -oE '"entry":[0-9]+' found)
test_like "$(grep "${waiting}[,}]" police.log)" '"way":"sent"' 'which the police sent'
reconcile vt-zw.log --lang en
test_like "$(cat notes)" '^vt-zw: [1-9][0-9]* lines of the adapter, [1-9][0-9]* entries since 20.*: 0 differences, 1 remarks' \
	'counted'

# --- taken away or changed at the adapter
sent=$(grep -m 1 '"way":"sent".*"delivery"' police.log)
entry=$(grep -oE '"entry":[0-9]+' <<<"$sent")
received=$(grep -m 1 '"way":"received"' vt-zw.log)
taken=$(grep -oE '"entry":[0-9]+' <<<"$received")
# differs LOG WHAT ENTRY NAME: the first finding is this one
differs() {
	reconcile "$1" --vault "$HUB/vault"
	test_like "$? $(grep '"finding":true' found | head -1)" "^1 .*\"what\":\"$2\",\"finding\":true,$3[,}]" "$4"
}
grep -vF "$sent" police.log >changed
differs changed unknown "$entry" 'a message the police sent is not in its log'
grep -vF "$received" vt-zw.log >changed
differs changed unknown "$taken" 'one that was received and receipted is not'
sed "s/\($entry\),\"outcome\":\"[a-z_]*\"/\1,\"outcome\":\"denied_no_rule\"/" police.log >changed
differs changed outcome "$entry" 'another outcome'
sed "/$entry,/s/\"partner\":\"vt-zw\"/\"partner\":\"vt-gr\"/" police.log >changed
differs changed parties "$entry" 'another recipient'
sed "/$entry,/s/\"id\":\"..../\"id\":\"0000/" police.log >changed
differs changed message "$entry" 'another message'
reconcile changed
test_is "$?" 0 'whose id only the vault can tell'
sed "/$entry,/s/\"delivery\":\"[a-z_]*\"/\"delivery\":\"refused\"/" police.log >changed
differs changed receipt "$entry" 'a receipt that nobody gave'
cp police.log changed && echo "$sent" >>changed
differs changed twice "$entry" 'an entry named twice'
cp police.log changed
printf '{"way":"promised","id":"%032d",%s,"leaf":"%064d"}\n' 0 "$entry" 0 >>changed
differs changed leaf "$entry" 'a leaf that was promised otherwise'
sed "s/$entry,/\"entry\":999999,/" police.log >changed
differs changed lacking '"entry":999999' 'an entry that is not there'
test_like "$(cat found)" "\"what\":\"unknown\",\"finding\":true,$entry" 'and one that is'
reconcile changed --from 2099-01-01
test_is "$? $(grep -c unknown found)" '1 0' 'with a later start fewer must be known'

# --- taken away from the trail
cp -r "$HUB/store" cut
"$BIN/trail_forge" cut drop "${entry#*:}" >/dev/null
store='cut'
differs police.log lacking "$entry" 'a message removed from the trail is missed by who sent it'
differs vt-zw.log lacking "$entry" 'and by who received it'

# --- logs that are none
for wrong in '' 'no json' '{"log":"schakel-log/2","partner":"vt-zw"}' '{"way":"sent"}'; do
	printf '%s\n' "$wrong" >changed
	reconcile changed
	test_is "$? $(wc -c <found)" '3 0' "no log: ${wrong:-empty}"
done
head -c -20 police.log >changed
reconcile changed
test_like "$? $(cat notes)" '^3 .*line [0-9]+: not of a log' 'one that was cut short'
test_expect_status 2 'no log at all' "$BIN/schakel-audit" reconcile --store "$HUB/store" --log-key "$HUB/keys/hub/log.vkey"
done_testing
