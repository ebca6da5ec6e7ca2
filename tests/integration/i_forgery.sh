#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P6: whatever is done to the trail, by whoever holds the disk or even the log's key, somebody can
# tell: the verifier names the first entry that is wrong. What it takes is said at each: the copy
# alone, the notary's guard, a partner's promise, or what witnesses signed. i_audit has the same for
# damage; i_p6_provable for every byte.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/trail-lib.sh"

# fresh [COUNT]: the folder t with a new trail that two witnesses signed
fresh() {
	rm -rf t
	"$BIN/trail_maker" t log.key promise.key "${1:-60}" 0 politie.key vt.key >promise.pub || exit 1
	promised=(--promise-key "$(cat promise.pub)")
}

# forge ARGUMENT...
forge() {
	"$BIN/trail_forge" t/store "$@" || exit 1
}

# found STATUS TEXT LINE... [-- OPTION...]: verify ends so with these options, and says each line
found() {
	local status=$1 text=$2 lines=() line
	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		lines+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	"$audit" verify --store t/store "$@" >out 2>err
	test_is "$?" "$status" "$text: status $status"
	for line in "${lines[@]}"; do
		if grep -Eq -- "$line" out err; then
			pass "$text: $line"
		else
			fail "$text: $line"
			diag "$(cat out err)"
		fi
	done
}

make_key log.key $origin
make_key next.key $origin
make_key promise.key hub
make_key politie.key politie-nh
make_key vt.key vt-zw
make_key other.key elsewhere
"$BIN/schakel-notary" --vkey --key log.key >vkey || exit 1
"$BIN/schakel-notary" --vkey --key next.key >next.vkey || exit 1
witness_of() { "$BIN/schakel-keys" show "$1" | sed -n 's/^witness //p'; }
{
	echo "log $(cat vkey)"
	echo "witness politie $(witness_of politie.key)"
	echo "witness vt $(witness_of vt.key)"
	echo 'group both all politie vt'
	echo 'quorum both'
} >policy
trust=(--policy policy)
promised=() # the hub's promise key narrows what was rewritten down to a commit

# --- whole
fresh
found 0 'whole' "^$origin: 60 entries, 60 under a signed checkpoint" \
	'witnesses: 60 entries under a checkpoint with their quorum' 'verdict: intact$' -- "${trust[@]}"
found 0 'without witnesses asked for' 'verdict: intact$' -- --log-key vkey
for file in t/checkpoint-*; do kept+=(--checkpoint "$file"); done
found 0 'and what witnesses kept fits' 'verdict: intact$' -- "${trust[@]}" "${kept[@]}"

# --- the copy alone shows it: no key was stolen
forge leaf 23
found 1 'edited' 'entry 23: the entry does not fit its hash' 'first entry 23$' -- "${trust[@]}"
fresh
forge insert 23
found 1 'inserted' 'forged: entries 20..23: the trail is not what the checkpoint signed' \
	'first entry 20$' -- "${trust[@]}" "${promised[@]}"
fresh
forge drop 23
found 1 'deleted' 'entry 23: the entry is missing' 'first entry 23$' -- "${trust[@]}"
fresh
forge remove 23
found 1 'deleted, and all hashes made anew' 'forged: entries 20..23' 'first entry 20$' \
	-- "${trust[@]}" "${promised[@]}"
fresh
forge swap 7 31
found 1 'exchanged' 'first entry 7$' -- "${trust[@]}"
fresh
forge swap 22 23
found 1 'reordered' 'first entry 22$' -- "${trust[@]}"
fresh
forge cut 50
found 1 'tail cut' 'entries 50..59: a signed checkpoint goes beyond the trail' 'first entry 50$' \
	-- "${trust[@]}"
fresh
forge rewrite 23
found 1 'rewritten' 'forged: entries 20..23' 'first entry 20$' \
	-- "${trust[@]}" "${promised[@]}"
fresh
forge redate 23 86400
found 1 'dated anew' 'forged: entries 20..23' 'first entry 20$' \
	-- "${trust[@]}" "${promised[@]}"

for how in index dated; do
	fresh 600
	forge $how 1
	found 1 "an index that hides ($how)" \
		'damaged: entry 256: the index hides the entry from who asks for it' 'first entry 256$' \
		-- "${trust[@]}"
done

for ix in ix_case ix_message; do
	fresh
	forge unlist $ix 23
	found 1 "$ix hides" 'damaged: entry 23: the index hides the entry from who asks for it' 'first entry 23$' \
		-- "${trust[@]}" --vault t/vault
	fresh
	forge relist $ix 23 50
	found 1 "$ix invents" 'damaged: entry 23: the index names the entry with another message or case' \
		'first entry 23$' -- "${trust[@]}" --vault t/vault
	forge relist $ix 900 50
	found 1 "$ix invents an entry that is not there" 'entry 900: the index names the entry' \
		-- "${trust[@]}" --vault t/vault
done
fresh
found 0 'indexes that are right' 'details: 51 opened' 'verdict: intact$' -- "${trust[@]}" --vault t/vault
test_is "$(find t/vault -newer t/guard -name 'index*' | wc -l)" 0 'and verify writes nothing into the vault'

# --- with the log's key that was stolen: witnesses, promises and the guard show it
fresh
cp -r t/result-20 t/checkpoint-60 t/guard .
forge rewrite 21
forge sign log.key
found 0 'rewritten and signed again: the copy alone looks whole' 'verdict: intact' -- --log-key vkey
found 1 'but no witness signed it' 'incomplete: no checkpoint carries the quorum' \
	'witnesses: 0 entries' -- "${trust[@]}"
found 1 'a witness kept another' 'forged: entries 0..59: somebody was shown another trail than this' \
	-- --log-key vkey --checkpoint checkpoint-60
found 1 'a promise names the entry' 'forged: entry 21: the entry is not what was promised' \
	-- --log-key vkey "${promised[@]}" --promise result-20
found 1 'the stored promises narrow it down' 'entries 20..23: a stored promise does not fit' \
	'first entry 20$' -- --log-key vkey "${promised[@]}"
found 1 'the guard knows another' 'forged: .*the trail is not what the notary signed' \
	-- --log-key vkey --guard guard
fresh
forge rewrite 21
forge sign log.key keep
found 1 'witness lines under a tree they did not sign' \
	"damaged: a witness's signature under a checkpoint does not verify \\(size 60\\)" -- "${trust[@]}"
fresh
forge sign other.key
found 1 'signed by another key' 'carries no valid signature' 'no validly signed checkpoint' \
	-- "${trust[@]}"

# --- clocks
fresh
forge redate 59 86400
forge sign log.key
found 0 'a date in the future, signed again' -- --log-key vkey
"$BIN/trail_maker" t log.key promise.key 70 60 politie.key vt.key >/dev/null
found 1 'witnesses saw it earlier than it says' \
	'forged: entry 59: the entry says it is later than witnesses saw it' 'first entry 59$' \
	-- "${trust[@]}"
fresh
forge redate 59 -86400
forge sign log.key
found 0 'a date in the past is a remark' 'remark: entry 59: the clock ran back here' 'verdict: intact$' \
	-- --log-key vkey

# --- rolled back, and a restored backup
fresh 30
rm -rf old
cp -r t old
"$BIN/trail_maker" t log.key promise.key 60 30 politie.key vt.key >/dev/null
mv t new
mv old t
cp -r new/vault/. t/vault
found 0 'an old copy by itself is whole' 'verdict: intact$' -- "${trust[@]}"
found 1 'a witness saw more' 'rolled back: entries 30..59: somebody was shown a longer trail' \
	'verdict: rolled back, first entry 30$' -- "${trust[@]}" --checkpoint new/checkpoint-60
found 1 'the notary signed more' 'rolled back: entries 30..59: the notary signed a longer trail' \
	-- "${trust[@]}" --guard new/guard

# --- a fork: two trails from entry 30 on, each shown to one witness
"$BIN/trail_maker" t log.key promise.key 60 30 politie.key >/dev/null
found 1 'one witness alone signed this branch' 'witnesses: 30 entries' -- "${trust[@]}" \
	--checkpoint new/checkpoint-60
found 1 'the other kept its own branch' \
	'forged: entries 30..59: somebody was shown another trail than this .*new/checkpoint-60' \
	'first entry 30$' -- --log-key vkey --checkpoint new/checkpoint-30 --checkpoint new/checkpoint-60
test_expect_status 3 'a checkpoint of another log accuses nobody' "$audit" verify --store t/store \
	--log-key next.vkey --checkpoint new/checkpoint-60
rm -rf new

# --- the log key is changed: old checkpoints keep their old signature
fresh 30
"$BIN/trail_maker" t next.key promise.key 60 30 politie.key vt.key >/dev/null
found 1 'the old key alone does not do' 'carries no valid signature \(size 60\)' -- --log-key vkey
found 0 'both keys do' '60 under a signed checkpoint' 'verdict: intact$' \
	-- --log-key vkey --log-key next.vkey
found 0 'with the witnesses' 'witnesses: 60 entries' -- --policy policy --log-key next.vkey
test_expect_status 3 'keys of two trails are refused' "$audit" verify --store t/store \
	--log-key vkey --log-key "$("$BIN/schakel-notary" --vkey --key other.key)"

# --- a bundle: one entry, proven to whoever has the folder
fresh
for index in 0 17 31 32 58 59; do
	rm -rf bundle
	test_expect "the proof of entry $index" "$audit" proof --store t/store "${trust[@]}" \
		--out bundle $index
	test_expect "entry $index checks, by our program" "$audit" check "${trust[@]}" bundle
	test_like "$(cat out)" "^proven: entry $index of $origin, under the checkpoint at 60" '.. it says so'
	test_expect "entry $index checks, by openssl" sh bundle/controle.sh
	test_like "$(cat out)" "PROVEN: entry $index of $origin, under the checkpoint at 60" '.. it says so'
done
# Nothing but openssl, sha256sum, a shell and what every Unix has.
mkdir tools
for tool in openssl sha256sum sh sed cat head tail od tr cp rm mktemp mv cmp wc; do
	ln -s "$(command -v $tool)" tools/$tool
done
test_expect 'with openssl and sha256sum alone' env -i PATH="$PWD/tools" TMPDIR="$PWD" \
	tools/sh bundle/controle.sh
test_is "$(grep -c '^witness: ' out)" 2 'it names the witnesses'
test_like "$(cat bundle/LEESMIJ.txt)" 'sh controle.sh' 'the bundle says how'
test_like "$(cat bundle/LEESMIJ.txt)" 'van / from +reclassering-nh' 'and what the entry says'
test_expect 'keys of its own, with a warning' "$audit" check bundle
test_like "$(cat err)" "keys are the folder's own" '.. it is said'
test_expect_status 3 'a folder that is there is not written into' "$audit" proof --store t/store \
	"${trust[@]}" --out bundle 59

# not_proven TEXT: neither our program nor openssl takes what is in the bundle
not_proven() {
	test_expect_status 1 "$1: our program" "$audit" check "${trust[@]}" bundle
	test_expect_status 1 "$1: openssl" sh bundle/controle.sh
	cp whole/* bundle/ 2>/dev/null
}
rm -rf whole
mkdir whole
cp bundle/entry bundle/entry.tlog-proof bundle/policy whole
printf 'x' >>bundle/entry
not_proven 'another entry'
sed -i 's/^index 59/index 58/' bundle/entry.tlog-proof
not_proven 'another index'
sed -i 4d bundle/entry.tlog-proof
not_proven 'a shorter path'
sed -i '3{p}' bundle/entry.tlog-proof
not_proven 'a longer path'
sed -i 's/^60$/61/' bundle/entry.tlog-proof
not_proven 'another size'
sed -i '/— vt-zw/d' bundle/entry.tlog-proof
not_proven 'one witness too few'
sed -i "/— $(printf %s "$origin" | sed 's,/,\\/,g')/d" bundle/entry.tlog-proof
not_proven 'without the log'
sed -i '/— vt-zw/{s/A\(.\{9\}\)$/B\1/;t;s/.\(.\{9\}\)$/A\1/}' bundle/entry.tlog-proof
not_proven 'a damaged signature'
for file in entry entry.tlog-proof; do
	head -c -20 whole/$file >bundle/$file
	not_proven "$file, truncated"
	: >bundle/$file
	not_proven "$file, empty"
done
cp bundle/policy own.policy
sed -i "s|^log .*|log $(cat next.vkey)|" own.policy
test_expect_status 1 'keys that are not the log'"'"'s' "$audit" check --policy own.policy bundle

# --- consistency: that a checkpoint only adds to one that somebody kept
consistency() { "$audit" proof --store t/store "${trust[@]}" --consistency "$@"; }
TRAIL_EACH=1 fresh 12
sizes=$(cd t && echo checkpoint-* | tr ' ' '\n' | sed 's/checkpoint-//' | sort -n | tr '\n' ' ')
pairs=0
for old in $sizes; do
	for new in $sizes; do
		if [ "$old" -gt "$new" ]; then
			consistency "$old" "$new" >proof.txt 2>err
			[ $? -eq 1 ] || fail "$old is not older than $new"
			continue
		fi
		consistency "$old" "$new" >proof.txt || fail "from $old to $new"
		"$audit" check "${trust[@]}" proof.txt >out 2>err || fail "from $old to $new: check"
		grep -q "^proven: the checkpoint at $new of $origin only adds to the one at $old, signed by 2 and 2 witnesses" out ||
			fail "from $old to $new: $(cat out)"
		cp proof.txt "proof-$old-$new"
		pairs=$((pairs + 1))
	done
done
test_is "$pairs" 78 'each checkpoint of a tree of twelve adds to each before it, and that checks'
if command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; then
	GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' test_expect "Debian's Go takes each of them" \
		go run "$SRC/tests/foreign/proof_go.go" "$(cat vkey)" proof-*
	test_is "$(wc -l <out)" "$pairs" 'and no changed hash'
else
	skip "Debian's Go takes each of them" 'no go'
fi
for given in 7 8 12; do
	rm -rf grown
	test_expect "what was kept is proven by the newest, as a folder (from $given)" \
		"$audit" proof --store t/store "${trust[@]}" --out grown --consistency "t/checkpoint-$given"
	test_expect 'it checks, by our program' "$audit" check "${trust[@]}" grown
	test_like "$(cat out)" "^proven: the checkpoint at 12 .* one at $given, " '.. it says so'
	test_expect 'and with openssl and sha256sum alone' env -i PATH="$PWD/tools" TMPDIR="$PWD" tools/sh grown/controle.sh
	test_like "$(cat out)" "PROVEN: the checkpoint at 12 of $origin only adds to the one at $given\$" '.. it says so'
done
count=0
for proof in proof-*-7 proof-*-8 proof-*-12; do
	cp "$proof" grown/consistency
	sh grown/controle.sh >out 2>err || fail "$proof: openssl: $(cat out err)"
	count=$((count + 1))
done
test_is $count 27 'as each before these does'

# Forged ones: neither our program nor openssl takes them.
middle=7
no_growth() {
	local text=$1
	shift
	cp "proof-$middle-12" grown/consistency
	"$@"
	cmp -s "proof-$middle-12" grown/consistency && fail "$text: nothing was changed"
	test_expect_status 1 "$text: our program" "$audit" check "${trust[@]}" grown
	test_expect_status 1 "$text: openssl" sh grown/controle.sh
}
# another FILE SIZE: a checkpoint of that size over other entries, signed with the stolen key
another() {
	rm -rf other
	cp -r t other
	"$BIN/trail_forge" other/store rewrite 3 && "$BIN/trail_forge" other/store sign log.key
	"$audit" proof --store other/store --log-key vkey --consistency "$2" "$2" >other.txt || exit 1
	sed '1,/^$/d' other.txt | sed -n '/^$/,$p' | sed 1d | sed '1,/^$/d' >"$1"
}
another other-$middle "$middle"
another other-12 12
no_growth 'a hash changed' sed -i '3s/^A/B/; t; 3s/^./A/' grown/consistency
no_growth 'a hash less' sed -i 3d grown/consistency
no_growth 'a hash more' sed -i 3p grown/consistency
no_growth 'another size' sed -i "s/^old $middle\$/old $((middle + 1))/" grown/consistency
no_growth 'the checkpoints exchanged' sh -c "{ sed '/^\$/q' proof-$middle-12; cat t/checkpoint-$middle; echo; cat t/checkpoint-12; } >grown/consistency"
no_growth 'an older one that was signed of another trail' \
	sh -c "{ sed '/^\$/q' proof-$middle-12; cat t/checkpoint-12; echo; cat other-$middle; } >grown/consistency"
no_growth 'a newer one without witnesses' \
	sh -c "{ sed '/^\$/q' proof-$middle-12; cat other-12; echo; cat t/checkpoint-$middle; } >grown/consistency"
no_growth 'a damaged signature' sed -i '/— vt-zw/{s/A\(.\{9\}\)$/B\1/;t;s/.\(.\{9\}\)$/A\1/}' grown/consistency
no_growth 'cut short' sh -c "sed '/^\$/q' proof-$middle-12 >grown/consistency"
test_expect_status 1 'no such checkpoint' consistency 13 12
test_like "$(cat err)" 'no signed checkpoint at 13$' 'which is said'
test_expect_status 1 'one of a trail that was rewritten' consistency "other-$middle"
test_like "$(cat err)" 'does not only add to the older: run verify' '.. is not added to'
test_expect_status 3 'a file that is not there' consistency nowhere
test_expect_status 2 'and no pair' consistency
done_testing
