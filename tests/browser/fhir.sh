#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The AuditEvents of schakel-audit query --export fhir, as its unit test has them word for word, held against the
# definitions of FHIR R4 by somebody else's validator (npm: fhir). Codes of lists that may be added to are its warnings.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1

modules=${BROWSER:?run by make check-browser}
command -v node >/dev/null || skip_all 'nodejs is not installed'
[ -d "$modules/node_modules/fhir" ] || skip_all "fhir is not in $modules: npm ci could not bring it"

events=$SRC/tests/data/export/rows.fhir.ndjson
node "$SRC/tests/browser/fhir.mjs" "$modules" "$events" >seen 2>&1
test_ok $? 'all lines'
while read -r word text; do
	case $word in
	ok) pass "$text" ;;
	*) fail "$word $text" ;;
	esac
done <seen
test_is "$(grep -c '^ok' seen)" $(($(wc -l <"$events") + 14)) 'each event, each demand of the profile, each mistake'
done_testing
