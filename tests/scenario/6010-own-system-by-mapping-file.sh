#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Two organisations that have no adapter of their own, each by a mapping file: a youth team that
# says everything in Dutch, and mental health with our names. What one drops into its folder the
# other finds in its own words; what is wrong is rejected with the name of the field; each file is
# there once, also if the adapter is killed.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

HUB_PARTNERS+='
jt|jeugdteam-zaandam|team|Jeugdteam Zaandam|local_team|care|14 075|11
ggz|ggz-jeugd-zaan|behandeling|Jeugd-ggz Zaan|mental_health|care|075 000 0000|11
'
samples=$SRC/adapters/generic/samples

hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
generic_make jt jeugdteam-zaandam team jeugdteam.map
generic_make ggz ggz-jeugd-zaan behandeling ggz.map
test_expect 'the configuration and the mapping file are good' \
	env -C "$HUB" "$BIN/schakel-adapter" --config adapter-jt.conf -n
printf 'field a = kindd\n' >"$HUB/broken.map"
sed "s,mapping = .*,mapping = \"broken.map\"," "$HUB/adapter-jt.conf" >"$HUB/broken.conf"
test_expect_status 2 'a wrong mapping file ends it' \
	env -C "$HUB" "$BIN/schakel-adapter" --config broken.conf -n
test_like "$(cat err)" 'broken.map:1: there is no field "kindd"; nearest: kind' 'with line, name and the nearest'

test_expect 'a file can be tried before anything is sent' \
	env -C "$HUB" "$BIN/schakel-adapter" --config adapter-jt.conf --try "$samples/toestemming.json"
test_like "$(cat out)" '"kind": "consent_change"' 'and is shown in our names'
sed 's/"hoe": "alleen"/"hoe": "telefonisch"/' "$samples/toestemming.json" >wrong.json
test_expect_status 1 'a wrong one' \
	env -C "$HUB" "$BIN/schakel-adapter" --config adapter-jt.conf --try "$PWD/wrong.json"
test_like "$(cat out)" 'veld: toestemmingen.0..hoe' 'with its reason'

hub_start
adapter_start jt
adapter_start ggz

# --- one to the other ---------------------------------------------------------------------------

own jt drop "$samples/toestemming.json"
test_wait_for 20 'mental health has the consent' own ggz find kind=toestemming
got=$(own ggz find kind=toestemming)
test_is "$(own ggz get "$got" from)" jeugdteam-zaandam 'from the youth team'
test_is "$(own ggz get "$got" consents.0.state) $(own ggz get "$got" consents.0.how)" 'given alone' \
	'with its state, and how it was given'
test_is "$(own ggz find born=2020-04-14 family_name=Rijn given_names=Lois sex=female)" "$got" \
	'the sections in our words'
test_is "$(own ggz get "$got" sections.1.marks.sourceLaw)" jeugdwet 'what the mapping always says'
! grep -q 'besproken' "$got"
test_ok $? 'what it ignores stays in house'
test_wait_for 20 'the youth team reads that it was accepted' \
	own jt find uwNummer=JT-2026-017 wat=result uitkomst=toegestaan
test_wait_for 20 '... and that it arrived' own jt find uwNummer=JT-2026-017 wat=receipt
[ -e "$HUB/own-jt/done/toestemming.json" ] && [ ! -e "$HUB/own-jt/in/toestemming.json" ]
test_ok $? 'its file is in done/'

# --- wrong input ------------------------------------------------------------------------------------

# bad NAME SED TEST FIELD: the sample changed by SED is rejected for FIELD
bad() {
	sed -e "s/JT-2026-017/$1/" -e "$2" "$samples/toestemming.json" >"$1.json"
	own jt drop "$1.json"
	test_wait_for 20 "$1: rejected" test -e "$HUB/own-jt/rejected/$1.json"
	grep -q "^veld: $4\$" "$HUB/own-jt/rejected/$1.json.reden.txt" &&
		grep -q "^toets: $3\$" "$HUB/own-jt/rejected/$1.json.reden.txt" &&
		grep -q '^what now: ' "$HUB/own-jt/rejected/$1.json.reden.txt"
	test_ok $? "$1: with field and rule" || diag "$(cat "$HUB/own-jt/rejected/$1.json.reden.txt")"
}
bad soort 's/"soort": "toestemming"/"soort": "roddel"/' code soort
bad rol 's/"kind"\]/"buurkind"]/' subject 'personen\[1\]'
bad stand 's/"stand": "gegeven", //' consent 'toestemmingen\[0\]'
bad onbekend 's/"medewerker"/"bijlage": "x", "medewerker"/' field bijlage
bad ontvanger 's/"organisatie": "ggz-jeugd-zaan"/"organisatie": "nergens"/' recipient aan
own jt drop "$samples/toestemming.json" nog-eens.json
test_wait_for 20 'the same file again is taken' test -e "$HUB/own-jt/done/nog-eens.json"
sed 's/"hoe": "alleen"/"hoe": "per brief"/' "$samples/toestemming.json" >anders.json
own jt drop anders.json
test_wait_for 20 'the same number with another content is not' \
	test -e "$HUB/own-jt/rejected/anders.json"
test_is "$(own ggz find kind=toestemming | wc -l)" 1 'and mental health has one message'

# --- killed ------------------------------------------------------------------------------------------

own ggz take
kill -KILL "$(pid_of adapter-ggz)"
wait_bg adapter-ggz
sed -e 's/JT-2026-017/JT-2026-018/; s/"stand": "gegeven"/"stand": "ingetrokken"/' "$samples/toestemming.json" >later.json
own jt drop later.json
test_wait_for 20 'sent while mental health is away' own jt find uwNummer=JT-2026-018 wat=result
adapter_start ggz
test_wait_for 20 'it is there when it is back' own ggz find state=withdrawn
test_is "$(own ggz find kind=toestemming | wc -l)" 2 'once, and the first is not told again'
test_is "$(own ggz get "$(own ggz find state=withdrawn)" consents.0.id)" \
	"$(own ggz get "$(own ggz find state=given)" consents.0.id)" 'the consent is the same one'

# --- acute, and no hub ------------------------------------------------------------------------------

stop_bg hub
cat >acuut.json <<'JSON'
{"nummer": "JT-2026-019", "soort": "zorgen", "medewerker": "u-jt05", "acuutVerklaardDoor": "u-jt05",
 "aan": [{"organisatie": "vt-zw"}], "dossier": "D-881",
 "personen": [{"nr": 1, "rol": ["slachtoffer"], "achternaam": "Maas", "voornamen": "Astrid", "geboren": "1988-05-05"}],
 "onderdelen": [
  {"soort": "identiteit", "over": [1], "gegevens": {"achternaam": "Maas"}},
  {"soort": "incident", "over": [1], "gegevens": {"facts": [{"ref": "f1", "target": 1, "act": "dreigt met een mes"}]}}]}
JSON
own jt drop acuut.json
test_wait_for 20 'declared acute, and the hub is away: an instruction' own jt find wat=emergency
call=$(own jt find wat=emergency)
grep -q 'BEL NU, WACHT NIET OP DIT SYSTEEM' "$call" && test "$(own jt get "$call" telefoon)" = '0800 2000'
test_ok $? 'to call now, with the line of Veilig Thuis'
seconds=$("$PYTHON" -c 'import os, sys
print(f"{os.stat(sys.argv[1]).st_mtime - os.stat(sys.argv[2]).st_mtime:.2f}")' "$call" acuut.json)
diag "instruction after $seconds s"
awk -v s="$seconds" -v scale="$TEST_TIMEOUT_SCALE" 'BEGIN { exit !(s <= 2 * scale) }'
test_ok $? 'within two seconds'
test_wait_for 20 'it is told what to complete' own jt find wat=repair
hub_start
test_wait_for 30 'and it is sent when the hub is back' own jt find uwNummer=JT-2026-019 wat=result

# --- the trail ------------------------------------------------------------------------------------------

grep -rql Rijn "$HUB/store" "$HUB/vault" "$TMPDIR/hub.log" "$TMPDIR/adapter-jt.log" "$TMPDIR/adapter-ggz.log"
test_is $? 1 'neither the hub nor a log knows a name (P4)'
stop_bg adapter-jt
stop_bg adapter-ggz
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"

done_testing
