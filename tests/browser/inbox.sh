#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Every page of the inbox in Chromium, by day and by night, in a small and a large window: axe-core finds
# nothing, nothing is blocked or wider than the window, a handover is accepted in three clicks and by keyboard.
# Pictures are in $SHOTS, if that is set.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

modules=${BROWSER:?run by make check-browser}
chromium=$(command -v chromium) || skip_all 'chromium is not installed'
command -v node >/dev/null || skip_all 'nodejs is not installed'
[ -d "$modules/node_modules" ] || skip_all "playwright-core is not in $modules: npm ci could not bring it"

inbox_partners
hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
inbox_make
hub_start
system_start vt-zw
adapter_start vt-zw
adapter_start inbox
for number in VT-O1 VT-O2 VT-O3 VT-O4; do
	inbox_offer "$number" | sed 's/Anna <i>/Anna/' >"$number.json"
	[ "$number" != VT-O4 ] || sed -i 's/"unsafety": "structural"/"unsafety": "acute"/' "$number.json"
	vt vt-zw post "$number.json" "$number" >/dev/null || fail "$number is not sent"
done
inbox_ask VT-I1 information_request >ask.json
inbox_ask VT-K1 known_query >known.json
vt vt-zw post ask.json i-1 >/dev/null && vt vt-zw post known.json k-1 >/dev/null || fail 'the questions are not sent'
six_there() {
	[ "$(log_count adapter-inbox message.handed_over)" -ge 6 ]
}
test_wait_for 30 'six messages' six_there
mkdir -p "${SHOTS:=$TMPDIR/shots}"
secret() {
	sed 's/.*secret=\([A-Z2-7]*\).*/\1/' "$1.uri"
}
node "$SRC/tests/browser/inbox.mjs" "$modules" "$chromium" "https://127.0.0.1:$inbox_port" "$SHOTS" "$inbox_password" \
	"u-jo:$(secret u-jo)" "u-bo:$(secret u-bo)" "u-al:$(secret u-al)" >seen 2>&1
test_ok $? 'all pages'
while read -r word text; do
	case $word in
	ok) pass "$text" ;;
	bad) fail "$text" ;;
	*) diag "$word $text" ;;
	esac
done <seen
test_is "$(grep -c '^ok' seen)" 36 'each page, each window'
stop_bg adapter-inbox
stop_bg hub
done_testing
