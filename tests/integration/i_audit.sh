#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-audit verify and proof: what was changed, cut or rolled back is found and named.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/trail-lib.sh"

# fresh [COUNT]: the folder t with a new trail
fresh() {
	rm -rf t
	"$BIN/trail_maker" t log.key promise.key "${1:-60}" >promise.pub || exit 1
}

# verify [OPTION...]: with all there is; findings in out
verify() {
	"$audit" verify --store t/store --log-key vkey --vault t/vault --guard t/guard \
		--promise-key "$(cat promise.pub)" "$@" >out 2>err
}

# found STATUS TEXT LINE...: verify ends so, and each line is in its findings
found() {
	local status=$1 text=$2 line
	shift 2
	verify
	test_is "$?" "$status" "$text: status $status"
	for line; do
		says "$line" "$text: $line"
	done
}

# says LINE TEXT: a line of the findings matches
says() {
	if grep -Eq -- "$1" out err; then
		pass "$2"
	else
		fail "$2"
		diag "$(cat out err)"
	fi
}

# forge ARGUMENT...
forge() {
	"$BIN/trail_forge" t/store "$@" || exit 1
}

# when N: how entry N is named
when() {
	local partners=(politie-nh vt-zw om-nh reclassering-nh)
	printf 'decided %s, %s -> %s/desk-%d' \
		"$(date -u -d "2026-01-01T00:00:00Z + $1 minutes" +%Y-%m-%dT%H:%M:%SZ)" \
		"${partners[$1 % 4]}" "${partners[($1 + 1) % 4]}" $(($1 % 3))
}

make_key log.key $origin
make_key promise.key hub
make_key other.key $origin
"$BIN/schakel-notary" --vkey --key log.key >vkey || exit 1
"$BIN/schakel-notary" --vkey --key other.key >other.vkey || exit 1

# --- usage
test_expect 'help' "$audit" --help
test_expect 'help of verify' "$audit" verify --help
test_expect_status 2 'no command' "$audit"
test_expect_status 2 'an unknown command' "$audit" frobnicate
test_expect_status 2 'verify without a key' "$audit" verify --store t
test_expect_status 2 'an unknown language' "$audit" verify --store t --log-key vkey --lang fr
test_expect_status 3 'no store' "$audit" verify --store nowhere --log-key vkey
echo 'no key' >bad.vkey
fresh
test_expect_status 3 'no verifier key' "$audit" verify --store t/store --log-key bad.vkey
head -c 20000 /dev/urandom >noise
test_expect_status 3 'a file that is no store' "$audit" verify --store noise --log-key vkey
: >empty
test_expect_status 3 'an empty file' "$audit" verify --store empty --log-key vkey

# --- intact
found 0 'an intact trail' "^$origin: 60 entries, 60 under a signed checkpoint" \
	'51 opened, 0 erased, 0 not opened' 'verdict: intact$'
promises=()
for file in t/result-*; do promises+=(--promise "$file"); done
verify "${promises[@]}"
test_is "$?" 0 'the promises of all partners hold'
says 'promises of partners: 60' 'all sixty of them'
"$audit" verify --store t/store --log-key "$(cat vkey)" --lang nl >out
test_is "$?" 0 'a key as text, no vault, Dutch'
says '51 niet geopend' 'it says what was not opened'
says 'oordeel: ongeschonden$' 'and the verdict'
test_expect 'a data file alone' "$audit" verify --store t/store/data.mdb --log-key vkey
test_expect_status 1 "another log's key accuses" "$audit" verify --store t/store \
	--log-key other.vkey
says 'no validly signed checkpoint' 'and says why'

# --- proof
test_expect 'the proof of an entry' "$audit" proof --store t/store --log-key vkey 17
test_is "$(grep -c ^path out)" 6 'six hashes to the root of sixty'
test_expect_status 1 'no proof beyond the trail' "$audit" proof --store t/store --log-key vkey 60
test_expect_status 2 'no proof of a word' "$audit" proof --store t/store --log-key vkey x
test_expect_status 1 "no proof under another log's key" "$audit" proof --store t/store \
	--log-key other.vkey 17

# --- damaged
forge leaf 23
found 1 'a changed entry, found again in the file' \
	"damaged: entry 23: the entry does not fit its hash; $(when 23)\$" \
	'verdict: damaged, first entry 23$'
forge compact
found 1 'a changed entry that cannot be found again' \
	'entry 23: the entry does not fit its hash; decided 2026-01-01T00:23:00Z, .* \(as stored\)$'
test_expect_status 1 'no proof of a changed entry' "$audit" proof --store t/store --log-key vkey 23
fresh
forge hash 11
found 1 'a changed hash' \
	"damaged: entry 11: the stored hash does not fit the entry, which itself is right; $(when 11)\$"
fresh
forge swap 7 31
found 1 'two exchanged entries' "entry 7: .*$(when 7)\$" "entry 31: .*$(when 31)\$"
fresh
forge note 60
found 1 'a damaged signature' 'damaged: a checkpoint carries no valid signature \(size 60\)'

# --- incomplete
fresh
forge drop 40
found 1 'a missing entry' "(incomplete|damaged): entry 40: the entry is missing; $(when 40)\$" \
	'first entry 40$'
fresh
forge vanish 40
found 1 'an entry missing with its hash' 'incomplete: entry 40: the entry is missing' \
	'first entry 40$'
fresh
forge cut 50
found 1 'a tail cut' 'incomplete: entries 50..59: a signed checkpoint goes beyond the trail' \
	'incomplete: entries 50..59: the notary signed a longer trail' 'verdict: incomplete'
fresh
forge detail 12 1
found 1 'a missing part of a detail' "entry 12: parts of the detail are missing.*$(when 12)\$"
fresh
forge detail 12 0
found 1 'a missing first part' 'entry 12: parts of the detail are missing'
fresh
forge stray 14
found 1 'a detail too many' "entry 14: details belong to no entry.*$(when 14)\$"
fresh
forge checkpoints
found 1 'no checkpoint at all' 'incomplete: there is no validly signed checkpoint'

# --- forged
fresh
forge rewrite 23
found 1 'a rewritten past' 'forged: entries 20..23: the trail is not what the checkpoint signed' \
	'entries 20..23: a stored promise does not fit' 'verdict: forged, first entry 20$'
"$audit" verify --store t/store --log-key vkey >out
test_is "$?" 1 'found without the promise key too'
says 'forged: entries [0-9]+..[0-9]+: the trail is not what the checkpoint' \
	'the checkpoint before and the one after bound it'
fresh
cp -r t/result-20 kept
forge rewrite 22
verify --promise kept
says "forged: entry 22: the entry is not what was promised" \
	'what a partner kept names the entry'
# A forger who also deletes the checkpoints is caught by what others hold.
fresh
forge rewrite 22
forge checkpoints
found 1 'rewritten, checkpoints deleted' 'forged: .*the trail is not what the notary signed'

# --- rolled back
fresh 30
cp -r t old
"$BIN/trail_maker" t log.key promise.key 60 30 >/dev/null
cp -r t/vault/. old/vault
test_expect 'an old copy by itself is whole' "$audit" verify --store old/store --log-key vkey \
	--vault old/vault --guard old/guard
test_expect_status 1 'and rolled back for the notary' "$audit" verify --store old/store \
	--log-key vkey --vault old/vault --guard t/guard
says 'rolled back: entries 30..59: the notary signed a longer trail' 'it says so'
says 'verdict: rolled back, first entry 30$' 'with the first entry lost'
test_expect_status 1 'and for a partner' "$audit" verify --store old/store --log-key vkey \
	--promise-key "$(cat promise.pub)" --promise "$(printf '%s\n' t/result-* | sort -V | tail -n 1)"
says 'rolled back: .*a promise to a partner goes beyond' 'by the promise alone'
test_expect_status 3 'a promise of another hub accuses nobody' "$audit" verify --store old/store \
	--log-key vkey --promise-key "$(sed 's/^./A/; s/^\(.\)A/\1B/' promise.pub)" \
	--promise t/result-30
test_expect_status 3 'nor one without a key' "$audit" verify --store old/store --log-key vkey \
	--promise t/result-30

# --- erased, and lost
fresh
rm t/vault/detail-001-0000002026.key
found 1 'a lost key' 'incomplete: entry 1: the key of the detail is gone'
: >t/vault/detail-001-0000002026.erased
found 0 'an erased key' '25 opened, 26 erased' 'verdict: intact$'

# --- JSON
fresh
forge leaf 23
forge compact
verify --json
test_is "$?" 1 'JSON has the same status'
cp out found.json
test_expect 'JSON can be read' "$PYTHON" - <<'END'
import json
rows = [json.loads(line) for line in open("found.json")]
assert len(rows) == 1 and rows[0]["class"] == "damaged" and rows[0]["first"] == 23, rows
assert rows[0]["finding"] == "entry-changed" and rows[0]["sure"] is False, rows
END

# --- a store in use
fresh
exec 9>>t/store/schakel.lock
flock 9
mkdir tmp
found 0 'a store in use is copied first' 'verdict: intact$'
TMPDIR=$TMPDIR/tmp verify
test_is "$(ls tmp)" '' 'and the copy is removed'
exec 9>&-
done_testing
