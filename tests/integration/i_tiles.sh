#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-audit tiles: a trail, or a closed year of it, as read-only files that prove themselves: to
# schakel-audit check, and to Debian's Go, which knows nothing of us. What is changed there is found.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/trail-lib.sh"

make_key log.key $origin
make_key promise.key hub
"$BIN/schakel-notary" --vkey --key log.key >vkey || exit 1
# An entry a minute; a year ends after 360 of them.
TRAIL_START_MS=$(date -d 2025-12-31T18:00:00Z +%s)000 "$BIN/trail_maker" t log.key promise.key 700 >/dev/null || exit 1

tiles() { "$audit" tiles --store t/store --log-key vkey "$@"; }
check() { "$audit" check --log-key vkey "$@"; }

go_reads() {
	GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' \
		go run "$SRC/tests/foreign/tiles_go.go" "$(cat vkey)" "$@"
}
has_go() { command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; }

# --- all of it
test_expect_status 2 'nowhere to write' tiles
test_expect_status 2 'dry, and yet a folder' tiles --dry-run --out x
test_expect 'a dry run counts' tiles --dry-run
test_like "$(cat out)" '^schakel.example/test: 700 entries, 0..699, in 3 bundles, .* at 700; nothing' \
	'entries and bundles'
test_expect 'the trail as tiles' tiles --out whole
test_is "$(cd whole && find . -type f | LC_ALL=C sort | tr '\n' ' ')" \
	'./checkpoint ./policy ./tile/0/000 ./tile/0/001 ./tile/0/002.p/188 ./tile/1/000.p/2 ./tile/entries/000 ./tile/entries/001 ./tile/entries/002.p/188 ' \
	'the files that tlog-tiles names'
test_is "$(find whole -type f -perm /222 | wc -l)" 0 'read-only'
test_expect_status 3 'never over one that is there' tiles --out whole
test_expect 'which prove themselves' check whole
test_like "$(cat out)" '^proven: 700 entries, 0..699 of schakel.example/test, under the checkpoint at 700' \
	'all of them'
test_expect 'with the keys that lie there, too' "$audit" check whole
test_like "$(cat err)" "folder's own" 'which is said'

# --- whatever is changed is found, and nothing else is said
for file in tile/0/000 tile/0/002.p/188 tile/1/000.p/2 tile/entries/001 checkpoint; do
	rm -rf bad
	cp -r whole bad
	chmod -R u+w bad
	size=$(stat -c %s "bad/$file")
	for at in 40 $((size / 2)) $((size - 9)); do
		cp -f "whole/$file" "bad/$file"
		chmod u+w "bad/$file"
		byte=$(od -An -tu1 -j "$at" -N 1 "bad/$file")
		printf '%b' "\\x$(printf %02x $((byte ^ 1)))" |
			dd of="bad/$file" bs=1 seek="$at" conv=notrunc status=none
		check bad >out 2>err
		[ $? -eq 1 ] && grep -q '^not proven: ' out
		test_ok $? "a bit of $file, at $at" || diag "$(cat out err)"
	done
	head -c $((size - 1)) "whole/$file" >"bad/$file"
	check bad >out 2>err
	test_is $? 1 "$file cut short" || diag "$(cat out err)"
	rm -f "bad/$file"
	check bad >out 2>err
	case $file in
	tile/entries/*) grep -q '^proven: 444 entries' out ;; # as that of another year
	*) ! grep -q '^proven' out ;;
	esac
	test_ok $? "$file missing" || diag "$(cat out err)"
done

# --- a year, when it is over
test_expect_status 2 'no year' tiles --year 26 --out y
test_expect_status 1 'a year that is not over' tiles --year "$(date -u +%Y)" --out y
test_expect_status 1 'a year without an entry' tiles --year 2024 --out y
[ ! -e y ]
test_ok $? 'nothing is written'
test_expect 'of a closed year a dry run counts as well' tiles --year 2025 --dry-run
test_like "$(cat out)" ': 360 entries, 0..359, in 2 bundles, under the checkpoint at 700; nothing' 'its entries'
test_expect 'it is closed' tiles --year 2025 --out year
test_is "$(cd year/tile/entries && echo *)" '000 001' 'entries of the year and its neighbours'
test_expect 'it proves itself' check year
test_like "$(cat out)" '^proven: 512 entries, 0..511 of' 'and nothing else'
test_expect 'the trail is as it was' "$audit" verify --store t/store --log-key vkey

# --- a changed trail is not exported
"$BIN/trail_forge" t/store leaf 23 || exit 1
test_expect_status 1 'an entry that is not what was signed' tiles --out forged
test_like "$(cat err)" 'entry 23 .*run verify' 'which it names'
[ ! -e forged/checkpoint ]
test_ok $? 'and no checkpoint over it'

if has_go; then
	test_expect "Debian's Go reads the tiles" go_reads whole
	test_is "$(cat out)" '700 of 700 entries in 3 bundles' 'all of them'
	cp -r whole bad-go
	chmod -R u+w bad-go
	printf 'x' | dd of=bad-go/tile/0/001 bs=1 seek=77 conv=notrunc status=none
	test_must_fail 'and none that was changed' go_reads bad-go
else
	pass "Debian's Go reads the tiles # SKIP no go"
fi
done_testing
