#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Every page of the inbox in Chromium, by day and by night, in a small and a large window: axe-core finds
# nothing, nothing is blocked or wider than the window, a handover is accepted in three clicks and by keyboard, a
# task is done, a term is late. Pictures are in $SHOTS, if that is set.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

modules=${BROWSER:?run by make check-browser}
chromium=$(command -v chromium) || skip_all 'chromium is not installed'
command -v node >/dev/null || skip_all 'nodejs is not installed'
[ -d "$modules/node_modules" ] || skip_all "playwright-core is not in $modules: npm ci could not bring it"

# The clock of all but the browser jumps eight days when told.
preload_need step_clock
export CLOCK_FILE=$TMPDIR/clock CLOCK_STEP=691200
printf 5 >"$CLOCK_FILE"
HUB_FRESH_DAYS=90
HUB_PARTNERS+='
ggz|ggz-zaan|behandeling|Ggz Zaan|mental_health|care|075 000 0001|11
'
inbox_partners
hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
inbox_make
export LD_PRELOAD=$preload
hub_start
system_start vt-zw
adapter_start police
adapter_start vt-zw
adapter_start inbox
unset LD_PRELOAD
inbox_ask VT-T1 information_request | sed 's/Singel/Oud/' >late.json
vt vt-zw post late.json t-1 >/dev/null || fail 'the first question is not sent'
arrived() {
	[ "$(log_count adapter-inbox message.handed_over)" -ge "$1" ]
}
test_wait_for 30 'a question' arrived 1
clock_to 1
late() {
	grep -Eq '"tasks_late": *[2-9]' "$HUB/status-team.json"
}
test_wait_for 40 'that is late' late
for number in 1 2 3 4; do
	report_drop "PL1100-2026-00030$number"
done
reports() {
	[ "$(grep -ls '"kind":"police_report"' "$HUB/system-vt-zw/messages/"*.json | wc -l)" = 4 ]
}
test_wait_for 30 'four cases' reports
mapfile -t cases < <(grep -ho '"caseRef":"[0-9a-f]*"' "$HUB/system-vt-zw/messages/"*.json | sort -u | cut -d'"' -f4)
for number in VT-O1 VT-O2 VT-O3 VT-O4; do
	inbox_offer "$number" "${cases[${number#VT-O} - 1]}" | sed 's/Anna <i>/Anna/' >"$number.json"
	[ "$number" != VT-O4 ] || sed -i 's/"unsafety": "structural"/"unsafety": "acute"/' "$number.json"
	vt vt-zw post "$number.json" "$number" >/dev/null || fail "$number is not sent"
done
inbox_ask VT-I1 information_request >ask.json
inbox_ask VT-K1 known_query >known.json
vt vt-zw post ask.json i-1 >/dev/null && vt vt-zw post known.json k-1 >/dev/null || fail 'the questions are not sent'
test_wait_for 30 'six messages more' arrived 7
mkdir -p "${SHOTS:=$TMPDIR/shots}"
secret() {
	sed 's/.*secret=\([A-Z2-7]*\).*/\1/' "$1.uri"
}
AHEAD_MS=$((CLOCK_STEP * 1000)) node "$SRC/tests/browser/inbox.mjs" "$modules" "$chromium" "https://127.0.0.1:$inbox_port" "$SHOTS" "$inbox_password" \
	"u-jo:$(secret u-jo)" "u-bo:$(secret u-bo)" "u-al:$(secret u-al)" >seen 2>&1
test_ok $? 'all pages'
while read -r word text; do
	case $word in
	ok) pass "$text" ;;
	bad) fail "$text" ;;
	*) diag "$word $text" ;;
	esac
done <seen
test_is "$(grep -c '^ok' seen)" 51 'each page, each window'
for name in inbox vt-zw police; do
	stop_bg "adapter-$name"
done
stop_bg hub
done_testing
