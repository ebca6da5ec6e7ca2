#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P6, provable: every change of a byte that touches the trail is found, whatever it makes of the file.
# ROUNDS (300) random bytes, from SEED (1); each header of each page besides, or as many bytes of these
# in a large file. ENTRIES (60), TEXT_BYTES (0) more in each of their details; `make check-flips` does
# so with a file of more than 100 MB.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/trail-lib.sh"

make_key log.key schakel.example/test
make_key promise.key hub
"$BIN/schakel-notary" --vkey --key log.key >vkey || exit 1
entries=${ENTRIES:-60}
TRAIL_TEXT_BYTES=${TEXT_BYTES:-0} "$BIN/trail_maker" t log.key promise.key "$entries" >promise.pub || exit 1
# Without what deleted rows left behind: more of the bytes matter. A large file is left as it grew.
[ "$entries" -gt 1000 ] || "$BIN/trail_forge" t/store compact || exit 1
test_expect 'the trail is whole' "$BIN/schakel-audit" verify --store t/store --log-key vkey \
	--vault t/vault --guard t/guard
"$BIN/audit_flips" "$BIN/schakel-audit" t/store vkey t/vault t/guard "$(cat promise.pub)" \
	"${ROUNDS:-300}" "${SEED:-1}" >flips.txt
status=$?
for text in 'every change that touches the trail is found' \
	'entries are named with time and parties' \
	'verify ends with 0 or 1 whatever the bytes' \
	'enough changes touched the trail' \
	'every other change is where no row of the trail is'; do
	grep -q "^ok .*$text" flips.txt
	test_ok $? "p6: $text"
done
test_is "$status" 0 'and it ended well'
diag "$(grep -v '^ok' flips.txt | head -n 50)"
done_testing
