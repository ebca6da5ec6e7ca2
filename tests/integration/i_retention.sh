#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P6, P9: when the term of a class is over the operator destroys the key of its year. What was said
# is gone, from a backup of the store as well; that it was said stays provable. No earlier, never
# without a reason, and not undone by a backup of the keys.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

operator() {
	"$BIN/schakelctl" -s "$control" "$@" >out 2>err
}

# audit STORE VAULT: the verdict, and how many details open
audit() {
	"$BIN/schakel-audit" verify --store "$1" --vault "$2" --log-key "$env/hub/log.vkey" >verdict
	local status=$?
	opened=$(sed -n 's/.*details: \([0-9]*\) opened.*/\1/p' verdict)
	erased=$(sed -n 's/.* \([0-9]*\) erased.*/\1/p' verdict)
	return $status
}

# years_on COUNT: the hub's machine is so many years further
years_on() {
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 31556952)))
	hub_run
}

year=$(date -u +%Y)
hub_make
hub_start
peer politie-nh hello to=vt-zw muni=0479 submit bye
peer vt-zw hello want=1 timeout=500 drain
operator retention list
test_like "$(cat out)" "class=wpg year=$year state=kept keep_years=10 erase_from=$((year + 11))-01-01" \
	'what is kept, and until when'

for wrong in "wpg/$year" police/2026 wpg wpg/26 "wpg/$year/1" "wpg/$((year - 1))" "vt_file/$year"; do
	operator -r 'the term is over' retention erase "$wrong"
	test_is $? 1 "$wrong is not erased: $(cat err)"
done
operator -r 'the term is over' retention erase "wpg/$year"
test_like "$(cat err)" "kept for 10 years: until the end of $((year + 10))" 'and it is said until when'

checkpointed() {
	operator -o json status && grep -q "\"size\":\([0-9]*\),\"checkpoint_size\":\1," out
}
wait_for 30 checkpointed
stop_bg hub
cp -a "$env/vault" vault.backup
cp -a "$env/store" store.backup
test_expect 'the trail is whole' audit "$env/store" "$env/vault"
before=$opened
test_is "$erased" 0 'nothing is erased'

years_on 10
operator -r early retention erase "wpg/$year"
test_is $? 1 'a year too early it is refused'
stop_bg hub
years_on 11
operator retention list
test_like "$(cat out)" "class=wpg year=$year state=due" 'when its term is over it is due'
operator retention erase "wpg/$year"
test_like "$? $(cat err)" '1 .*say why with --reason' 'a reason is asked for'
operator -r $'two\tlines' retention erase "wpg/$year"
test_is $? 1 'that can be read'
test_expect 'it is erased' operator -r 'term over, audit of 2037 done' retention erase "wpg/$year"
operator -r again retention erase "wpg/$year"
test_like "$(cat err)" 'was erased already' 'once'
operator retention list
test_like "$(cat out)" "class=wpg year=$year state=erased at=" 'and that is seen'
wait_for 30 checkpointed
stop_bg hub

test_expect 'the trail is as whole as before' audit "$env/store" "$env/vault"
test_expect 'details of the police are gone' [ "$erased" -gt 0 ]
gone=$erased
test_expect 'the others are there' [ "$opened" -ge $((before - gone)) ]
test_expect 'a backup of the store verifies' audit store.backup "$env/vault"
test_is "$erased" "$gone" 'and holds no more of them'
"$BIN/schakel-audit" verify --store store.backup --vault vault.backup \
	--log-key "$env/hub/log.vkey" >verdict
test_like "$(cat verdict)" ' 0 erased' 'with the keys of then it would'

rm -f "$env"/vault/*erased*
cp -an vault.backup/. "$env/vault"
hub_run
test_expect 'a backup of the keys that is put back: it is said' log_has hub 'details.erased keys=1 '
stop_bg hub
test_expect 'the trail is whole' audit "$env/store" "$env/vault"
test_is "$erased" "$gone" 'and the key is destroyed again'
stop_bg notary
done_testing
