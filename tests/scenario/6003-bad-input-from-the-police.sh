#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What is wrong with a file is told with line and rule, nothing of it is sent and nothing is lost;
# declared acute by a person, a fault of form does not hold a report back.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

sample=$SRC/adapters/police/samples/melding.xml

hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
hub_start
system_start vt-zw
adapter_start police
adapter_start vt-zw

rejected() {
	[ -e "$(police_path "rejected/$1")" ] && [ -e "$(police_path "rejected/$1.reden.txt")" ]
}

# reason NAME KEY: the first value of a key in the reason file
reason() {
	sed -n "s/^$2: //p" "$(police_path "rejected/$1.reden.txt")" | head -1
}

# wrong NAME RULE LINE TEXT: drop NAME (made before), expect rule and line (empty: none).
wrong() {
	local name=$1 rule=$2 line=$3 text=$4
	police drop "$name"
	test_wait_for 20 "$text: rejected" rejected "$name" || return
	test_is "$(reason "$name" toets) $(reason "$name" regel)" "$rule $line" "$text: rule and line"
	test_is "$(reason "$name" verstuurd)" nee "$text: not sent"
	test_like "$(reason "$name" 'bij acuut gevaar')" '[0-9]' "$text: the phone line is there"
}

# edited NAME NUMBER SED...
edited() {
	local name=$1 number=$2 args=()
	shift 2
	for edit in "$@"; do
		args+=(-e "$edit")
	done
	sed -e "s/PL1100-2026-000123/$number/" "${args[@]}" "$sample" >"$name"
}

edited a.xml B-1 's/<\/achternaam>/<\/achternam>/'
wrong a.xml welgevormd 6 'not well formed'
edited b.xml B-2 '2s/^/<!DOCTYPE melding SYSTEM "file:\/\/\/etc\/passwd">\n/'
wrong b.xml doctype 2 'with a DOCTYPE'
edited c.xml B-3 's/ wie="p2" tegen="p1" wanneer="2026-03-04T02/ tegen="p1" wanneer="2026-03-04T02/'
wrong c.xml schema "$(grep -n 'ref="f1"' c.xml | cut -d: -f1 | awk '{ print $1 + 2 }')" 'not per XSD'
edited d.xml B-4 's/111222333/111222334/'
wrong d.xml bsn-elfproef 5 'BSN fails the 11-test'
edited e.xml B-5 's/<gevolg>Rode plek.*<\/gevolg>/<gevolg>x<\/gevolg>/'
wrong e.xml wie-wat-wie-gevolg "$(grep -n 'ref="f1"' e.xml | cut -d: -f1 | awk '{ print $1 + 2 }')" \
	'a ticked box instead of an impact'
: >f.xml
wrong f.xml welgevormd 1 'an empty file'
head -c 70000 /dev/urandom >g.xml
wrong g.xml welgevormd 1 'garbage'
{ cat "$sample"; head -c 1100000 /dev/zero | tr '\0' ' '; } >h.xml
wrong h.xml te-groot '' 'too large'
"$PYTHON" -c 'print("<a>" * 100000)' >i.xml
wrong i.xml welgevormd 1 'nested without end'
edited 'j met spatie & é.xml' B-6 's/bron="gezien"/bron="vermoed"/'
wrong 'j met spatie & é.xml' schema "$(grep -n 'ref="f1"' 'j met spatie & é.xml' | cut -d: -f1 | awk '{ print $1 + 2 }')" \
	'a name with spaces'

# Politiegegevens that answer nothing.
sed 's/0195600000007000800000000000000a/ffffffffffffffffffffffffffffffff/' \
	"$SRC/adapters/police/samples/politiegegevens.xml" >k.xml
wrong k.xml verwijzing "$(grep -n -m1 'vrijgegeven-op=' k.xml | cut -d: -f1)" 'an answer to no request'

# A link is no file: it is left alone, and what it points at is not read.
ln -s /etc/passwd "$(police_path in/link.xml)"
test_is "$(find "$HUB/system-vt-zw/messages" -name '*.json' | wc -l)" 0 'nothing was sent'
test_is "$("$PYTHON" -c 'import json,sys; print(json.load(open(sys.argv[1]))["out_waiting"])' \
	"$HUB/status-police.json")" 0 'nothing is spooled'

# --- declared acute -------------------------------------------------------------------------------

acute='s/urgentie="voorrang"/urgentie="acuut" acuut-verklaard-door="u-55aa"/'
edited acuut.xml A-1 "$acute" 's/111222333/111222334/' \
	's/<gevolg>Rode plek.*<\/gevolg>/<gevolg>x<\/gevolg>/' 's/ vrijgegeven-door="u-19c2"//'
police drop acuut.xml
test_wait_for 20 'declared acute, a report with faults of form is accepted' police wait aangenomen A-1 0
test_wait_for 20 'the officer reads what to mend' police wait herstel A-1 0
repair=$(police wait herstel A-1 0)
for rule in bsn-elfproef wie-wat-wie-gevolg schema; do
	grep -q "toets=\"$rule\"" "$repair"
	test_ok $? "... $rule among it"
done
grep -q '<herstel voor=' "$(police wait aangenomen A-1 0)"
test_ok $? 'the hub has set a term for it'
test_wait_for 20 'Veilig Thuis has it' vt_find vt-zw police_report
message=$(vt_find vt-zw police_report)
"$PYTHON" "$SRC/tests/lib/sections.py" "$message" >got
grep -q '^fact unsafety acute' got
test_ok $? 'as acute'
grep -q '"incomplete": \["impact"\]' got
test_ok $? 'the fact says which part is missing'
! grep -q 111222334 got
test_ok $? 'the wrong BSN did not go: it is somebody else'\''s'
grep -q '"repairBefore":"' "$message"
test_ok $? 'and by when it is mended'

edited acuut2.xml A-2 "$acute" 's/<\/achternaam>/<\/achternam>/'
wrong acuut2.xml welgevormd 6 'not well formed, declared acute'

# --- the same number again ------------------------------------------------------------------------

edited n1.xml N-1
police drop n1.xml
test_wait_for 20 'a report is accepted' police wait aangenomen N-1 0
in_done() { [ "$(find "$(police_path "done")" -name 'n1*' | wc -l)" -eq "$1" ]; }
police drop n1.xml
test_wait_for 20 'the same file again is taken and not sent again' in_done 2
edited n2.xml N-1 's/Rode plek/Blauwe plek/'
wrong n2.xml dubbel '' 'the number with another content'
count() { grep -l '"fromRole":"police"' "$HUB/system-vt-zw/messages/"*.json | wc -l; }
test_is "$(count)" 2 'Veilig Thuis got the acute report and this one, once'

done_testing
