#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P6, P9: when the term of a class is over the operator destroys the key of its year. What goes is
# counted beforehand. What was said is gone, from a backup of the store as well; that it was said
# stays provable, in a closed year too. No earlier, never without a reason, not what is held, and not
# undone by a backup of the keys.

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

# value NAME: of what the operator was told
value() {
	awk -v name="$1" '$1 == name { print $2 }' out
}

# goes: what the operator was told would go, or went
goes() {
	awk 'NR <= 3 { printf "%s=%s ", $1, $2 }' out
}

# unreadable TEXT FOLDER...: none of what the erased details said stands there, in bytes or as text
unreadable() {
	local text=$1
	shift
	test_expect "$text" "$PYTHON" - "$@" <<-'END'
		import os, sys
		marks = [bytes.fromhex(line) for line in open("marks").read().split()]
		files = [os.path.join(at, name) for folder in sys.argv[1:] for at, _, names in os.walk(folder) for name in names]
		bytes_of = {file: open(file, "rb").read() for file in files}
		assert len(marks) >= 5 and any(b"politie-nh" in data for data in bytes_of.values()), (marks, files)
		for file, data in bytes_of.items():
		    for mark in marks:
		        assert mark not in data and mark.hex().encode() not in data, (file, mark)
	END
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
# What the details of the police say: pseudonyms' tags, users, what was decided on. Receipts are not
# looked for: one that is on its way to its sender says no more than the entry does in clear.
audit_rows
"$PYTHON" >marks <<'END' || exit 1
import json
details = [part["detail"] for row in map(json.loads, open("rows")) if row["entry"]["retention"] == "RETENTION_WPG"
           for part in row["details"]]
marks = set()
for detail in details:
    marks |= {detail[name] for name in ("tag", "decision_input", "signature") if detail.get(name)}
    marks |= {detail[name].encode().hex() for name in ("user_ref", "checked_by") if detail.get(name)}
print(*sorted(marks), sep="\n")
END
wait_for 30 checkpointed
stop_bg hub
cp -a "$env/vault" vault.backup
cp -a "$env/store" store.backup
test_expect 'the trail is whole' audit "$env/store" "$env/vault"
before=$opened
test_is "$erased" 0 'nothing is erased'
before_all=$("$BIN/schakel-audit" tiles --store "$env/store" --log-key "$env/hub/log.vkey" --dry-run)

years_on 10
operator -r early retention erase "wpg/$year"
test_is $? 1 'a year too early it is refused'
operator retention preview "wpg/$year"
test_like "$? $(cat err)" '1 .*until the end of' 'and not previewed'
stop_bg hub
years_on 11
operator retention list
test_like "$(cat out)" "class=wpg year=$year state=due" 'when its term is over it is due'
test_expect 'a claim is pending' operator -r 'claim 2037-12' retention hold "wpg/$year"
operator retention list
test_like "$(cat out)" "class=wpg year=$year state=held .*held_since=" 'so it is held'
for word in 'erase -r due' preview; do
	# shellcheck disable=SC2086 # words
	operator retention $word "wpg/$year"
	test_like "$? $(cat err)" '1 .*are held' "what is held: $word"
done
operator -r again retention hold "wpg/$year"
test_is $? 1 'it is held once'
operator retention release "wpg/$year"
test_like "$? $(cat err)" '1 .*say why' 'no release without a reason'
stop_bg hub
years_on 11
operator -r 'claim settled' retention release "wpg/$year"
test_ok $? 'released, after a restart as well'
operator -r again retention release "wpg/$year"
test_is $? 1 'once'
operator retention preview "wpg/$year"
test_ok $? 'a dry run'
foretold=$(goes)
test_like "$foretold" '^details=2 parts=3 bytes=[1-9][0-9]* $' 'counts what would go'
test_is "$(value stays.entries)" "$(ctl status && ctl_value trail size)" 'and what stays: every entry'
details=$(value details)
stays=$(value stays.details)
operator retention erase "wpg/$year"
test_like "$? $(cat err)" '1 .*say why with --reason' 'a reason is asked for'
operator -r $'two\tlines' retention erase "wpg/$year"
test_is $? 1 'that can be read'
test_expect 'it is erased' operator -r 'term over, audit of 2037 done' retention erase "wpg/$year"
test_is "$(goes)" "$foretold" 'what went is what was foretold'
test_is "$(value stays.details)" "$stays" 'and what stays'
test_expect 'the log has the same' log_has hub \
	"details.erased what=wpg/$year ${foretold}error=OK"
operator -r again retention erase "wpg/$year"
test_like "$(cat err)" 'was erased already' 'once'
operator retention list
test_like "$(cat out)" "class=wpg year=$year state=erased at=[^ ]* ${foretold% }" \
	'and that is seen'
wait_for 30 checkpointed
stop_bg hub

test_expect 'the trail is as whole as before' audit "$env/store" "$env/vault"
test_is "$erased" "$details" 'details of the police are gone: as many as were foretold'
gone=$erased
test_expect 'the others are there' [ "$opened" -ge $((before - gone)) ]
test_expect 'a backup of the store verifies' audit store.backup "$env/vault"
test_is "$erased $opened" "$gone $((before - gone))" 'and holds no more of them'
unreadable 'nothing of them is in the store and the vault' "$env/store" "$env/vault"
unreadable 'nor in a backup of the store' store.backup
test_is "$("$BIN/schakel-audit" tiles --store store.backup --log-key "$env/hub/log.vkey" --dry-run)" \
	"$before_all" 'as many entries as before'
# The year, closed: it has what is in the clear, and proves itself without the details.
test_expect 'the year is closed' "${HUB_ENV[@]}" "$BIN/schakel-audit" tiles --store "$env/store" --log-key "$env/hub/log.vkey" \
	--year "$year" --out closed
test_expect 'it proves itself' "$BIN/schakel-audit" check --log-key "$env/hub/log.vkey" closed
unreadable 'nothing of them is in it' closed
test_expect 'the trail verifies after closing' audit "$env/store" "$env/vault"
test_is "$erased" "$gone" 'with as much erased'
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
