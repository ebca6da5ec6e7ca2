#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Scenario L: the competent Veilig Thuis is found for a report of another region; a report to the
# wrong one is refused and the right one named; what has no municipality waits for a person, who
# releases it with one line.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

sample=$SRC/adapters/police/samples/melding.xml

# report NUMBER SED...: the sample under another number, edited, dropped.
report() {
	local number=$1 args=()
	shift
	for edit in "$@"; do
		args+=(-e "$edit")
	done
	sed -e "s/PL1100-2026-000123/$number/" "${args[@]}" "$sample" >"$number.xml"
	police drop "$number.xml"
}

messages() {
	find "$HUB/system-$1/messages" -name '*.json' | wc -l
}

has_messages() {
	[ "$(messages "$1")" -eq "$2" ]
}

hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
hub_start
for name in vt-zw vt-gr; do
	system_start $name
done
for name in police vt-zw vt-gr; do
	adapter_start $name
done

# --- another region -------------------------------------------------------------------------------

report L-1 's/code="0479"/code="0014"/'
test_wait_for 20 'a report for Groningen goes to Veilig Thuis Groningen' has_messages vt-gr 1
test_is "$(messages vt-zw)" 0 'and to nobody else'
test_wait_for 20 'the officer reads where it went' police wait aangenomen L-1 0
grep -q 'partner="vt-gr" naam="Veilig Thuis Groningen"' "$(police wait aangenomen L-1 0)"
test_ok $? 'by name'

# --- the wrong one --------------------------------------------------------------------------------

report L-2 's/<gemeente .*/&<bestemming partner="vt-gr"\/>/'
test_wait_for 20 'a report addressed to the wrong Veilig Thuis is refused' police wait weigering L-2 0
refusal=$(police wait weigering L-2 0)
grep -q '<bevoegd partner="vt-zw" naam="Veilig Thuis Zaanstreek-Waterland"/>' "$refusal"
test_ok $? 'the right one is named'
text=$(sed -n 's/.*<tekst>\(.*\)<\/tekst>.*/\1/p' "$refusal")
test_like "$text" '^Niet verstuurd naar Veilig Thuis Groningen' 'it says what was not sent, and to whom'
test_like "$text" 'U kunt: 1\)' 'it says what can be done'
test_like "$text" '112' 'and whom to call in acute danger'
test_is "$([ "$(wc -w <<<"$text")" -le 60 ] && echo short)" short 'in at most 60 words'
grep -q '<bij-acuut-gevaar>' "$refusal"
test_ok $? 'the phone line stands apart too'
test_is "$(messages vt-gr)" 1 'Groningen did not get it'

# The route that the refusal names, taken.
report L-2b
test_wait_for 20 'without the addressee it goes to the right one' has_messages vt-zw 1

# --- no municipality: a person decides ------------------------------------------------------------

parked() {
	[ -e "$(police_path "parked/$1.xml")" ] && [ -e "$(police_path "parked/$1.xml.reden.txt")" ]
}

n=3
for why in onbekend buitenland afgeschermd; do
	report L-$n "s/code=\"0479\"/code=\"$why\"/"
	test_wait_for 20 "a home that is $why is parked" parked L-$n
	grep -q 'voorstel: Veilig Thuis Zaanstreek-Waterland' "$(police_path parked/L-$n.xml.reden.txt)"
	test_ok $? 'the Veilig Thuis of the reporting unit is proposed'
	n=$((n + 1))
done
report L-6 's/code="0479"/code="0363"/'
test_wait_for 20 'a municipality that the directory does not have is parked' parked L-6
test_is "$(messages vt-zw)" 1 'nothing of it was sent'

# release NAME TEXT: as a person does it, in the folder
release() {
	printf '%s\n' "$2" >"$(police_path "parked/.$1.new")"
	mv "$(police_path "parked/.$1.new")" "$(police_path "parked/$1.xml.zend")"
}

released() {
	[ -e "$(police_path "done/$1.xml")" ] && [ ! -e "$(police_path "parked/$1.xml")" ] &&
		[ ! -e "$(police_path "parked/$1.xml.zend")" ]
}

gone() {
	[ ! -e "$1" ]
}

release L-3 'zonder naam'
test_wait_for 20 'a release without a name is taken away' gone "$(police_path parked/L-3.xml.zend)"
grep -q 'door=<uw kenmerk>' "$(police_path parked/L-3.xml.reden.txt)"
test_ok $? 'and the reason says what is missing'

release L-3 'door=u-55aa'
test_wait_for 20 'released by a person, it is sent' released L-3
test_wait_for 20 'to the Veilig Thuis that was proposed' has_messages vt-zw 2

release L-5 "$(printf 'door=u-55aa\ngemeente=0014')"
test_wait_for 20 'a person may choose another municipality' has_messages vt-gr 2
! grep -l '"category":"contact"' "$HUB/system-vt-gr/messages/"*.json | xargs -r grep -q '"whereabouts"'
test_ok $? 'no stay address goes along'

# Or the file is mended and dropped again.
report L-4 's/code="0479"/code="0479" basis="woonadres"/;s/basis="woonadres" basis="woonadres"/basis="woonadres"/'
test_wait_for 20 'a mended file goes the ordinary way' has_messages vt-zw 3

done_testing
