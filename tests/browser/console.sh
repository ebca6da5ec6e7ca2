#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Every page of schakel-audit serve in Chromium, in a small and a large window: axe-core finds nothing
# serious, nothing is blocked or wider than the window. Pictures are in $SHOTS, if that is set.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"

modules=${BROWSER:?run by make check-browser}
chromium=$(command -v chromium) || skip_all 'chromium is not installed'
command -v node >/dev/null || skip_all 'nodejs is not installed'
[ -d "$modules/node_modules" ] || skip_all "playwright-core is not in $modules: npm ci could not bring it"

hub_make
audit_conf toezicht
serve_certificates
serve_conf 'requests_per_minute = 10000'
hub_start
case_ref=b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6
peer politie-nh hello to=vt-zw muni=0479 case=$case_ref submit
disclosure=$(out_value entry '^recipient')
peer politie-nh hello to=reclas muni=0479 case=$case_ref submit
for _ in 1 2 3; do
	peer politie-nh hello to=vt-zw muni=0479 case=$case_ref submit
done
for _ in {1..12}; do
	echo 'to=vt-zw muni=0479 submit to=reclas muni=0479 submit'
done >words
# shellcheck disable=SC2046 # words of the peer
peer politie-nh hello $(cat words)
serve_start
mkdir -p "${SHOTS:=$TMPDIR/shots}"
node "$SRC/tests/browser/console.mjs" "$modules" "$chromium" "https://127.0.0.1:$port" "$SHOTS" "$case_ref" "$disclosure" \
	>seen 2>&1
test_ok $? 'all pages'
while read -r word text; do
	case $word in
	ok) pass "$text" ;;
	bad) fail "$text" ;;
	*) diag "$word $text" ;;
	esac
done <seen
test_is "$(grep -c '^ok' seen)" 57 'each page, each language, each window'
stop_bg serve
done_testing
