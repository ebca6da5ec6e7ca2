#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# schakel-audit report: who got what about one person, through a real hub. Each organisation's
# officer decides alone; nothing of others, of a shelter, or of a reporter who is hidden is in what
# is given; a warning of coercion is for the officer alone.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

audit=$BIN/schakel-audit

hub_make
for one in 'school reporter care' 'opvang shelter care' 'fg-vt supervisor supervision' \
	'fg-school supervisor supervision'; do
	read -r id role side <<<"$one"
	hub_partner "$id" "$role" "$side" --regions 11
done
cat >>"$env/regions.txt" <<'EOF'
mandate partner=fg-vt kind=fg_of_partner of=vt-zw from=2020-01-01 until=2099-01-01
mandate partner=fg-school kind=fg_of_partner of=school from=2020-01-01 until=2099-01-01
EOF
hub_directory 2 || exit 1
cat >"$env/rules/report.rules" <<'RULES'
# SPDX-License-Identifier: EUPL-1.2
agreement "Test of reports"  version 1  status EXAMPLE
owner     "test"  approved-by "test"
valid     2026-01-01 .. 2099-12-31

rule T-01 "Progress and warnings"
  from      veilig_thuis
  kind      progress, coercion_warning
  to        shelter, local_team
  purpose   organise_direct_safety
  ground    wmo:4-1-1-2-d
  consent   not-needed because "test"
  allow     identity, incident, whereabouts, safety_plan
  because   "test"
  test "plain"  permitted
end

rule T-02 "Progress to the police"
  from      veilig_thuis
  kind      progress
  to        police
  purpose   organise_direct_safety
  ground    wmo:4-1-1-2-e
  consent   not-needed because "test"
  allow     identity, incident, safety_plan
  because   "test"
  test "plain"  permitted
end
RULES
for one in toezicht fg-vt fg-school politie-nh; do
	audit_conf "$one"
done
hub_start

# --- what was disclosed about a mother (1) and a father (2)
case=47474747474747474747474747474747
mother=0177$(printf '0%.0s' {1..60})
father=0277$(printf '0%.0s' {1..60})
peer politie-nh kind=police_report purpose=stop_violence ground=wpg:18-1/bpg:4-2-1-i case=$case to=vt-zw muni=0479 \
	family=12 about=identity:1,incident:1,contact:2 events=occurred_at,at=-1 hello submit
test_is "$(out_value outcome '^recipient')" permitted 'the police report'
police_id=$(out_value id '^sent')
peer school kind=professional_report purpose=assess_safety ground=wmo:5-2-6 to=vt-zw muni=0479 case=$case \
	seal=reporter_protection family=123 about=identity:1,identity:2,incident:1,health:3,reporter:3 hello submit
test_like "$(out_value outcome '^recipient')" '^(permitted|cut)$' 'a school reports, and must stay hidden'
school_id=$(out_value id '^sent')
peer vt-zw kind=feedback purpose=assess_safety ground=wmo:4-1-1-2-g case=$case reply="$school_id" to=school \
	family=1 about=feedback:1 hello submit
test_like "$(out_value outcome '^recipient')" '^(permitted|cut)$' 'it hears what was done'
progress=(purpose=organise_direct_safety ground=wmo:4-1-1-2-d "case=$case")
peer vt-zw kind=progress "${progress[@]}" to=opvang family=12 about=identity:1,whereabouts:1 hello submit
test_like "$(out_value outcome '^recipient')" '^(permitted|cut)$' 'the shelter where she is'
peer vt-zw kind=progress purpose=organise_direct_safety ground=wmo:4-1-1-2-e case=$case to=politie-nh family=12 about=identity:1,safety_plan:1,incident:2 seal=wpg-27-1-d \
	hello submit
test_like "$(out_value outcome '^recipient')" '^(permitted|cut)$' 'the police, sealed'
peer vt-zw kind=progress "${progress[@]}" to=team family=2 about=incident:2 hello submit
test_like "$(out_value outcome '^recipient')" '^(permitted|cut)$' 'one of him alone'
peer vt-zw kind=coercion_warning "${progress[@]}" to=team family=12 about=identity:1 hello submit
test_like "$(out_value outcome '^recipient')" '^(permitted|cut)$' 'a warning of coercion'
last=$(out_value entry '^recipient')
proven() {
	"$audit" query --config toezicht.conf --mandate ap --reason periodic_audit --user u-1 --json --first "$last" \
		--limit 1 2>/dev/null | grep -q '"proven":true'
}
test_wait_for 30 'all of it is under a checkpoint' proven

# --- made
make_report() {
	"$audit" report make --config toezicht.conf --mandate ap --user u-77 "$@" >made 2>notes
}
test_expect 'help' "$audit" report --help
test_expect_status 2 'a couple' "$audit" report make --config toezicht.conf --mandate ap --user u-77 \
	--subject "$mother" --subject "$father" --out couple
test_like "$(cat "$TMPDIR/err")" 'about one person' 'is refused: each alone'
test_expect_status 2 'half a person' "$audit" report make --config toezicht.conf --mandate ap --user u-77 \
	--subject 0177 --out half
before=$(ctl status && ctl_value trail size)
make_report --subject "${mother/0177/0977}" --out nobody
test_is "$?" 1 'a person of whom nothing is known'
test_like "$(cat notes)" 'nothing was disclosed about this person' 'gets no part'
test_is "$(ctl status && ctl_value trail size)" $((before + 1)) 'but the look is an entry'
test_expect_status 1 'a mandate it has not' "$audit" report make --config politie-nh.conf --mandate ap --user u-1 \
	--subject "$mother" --out stolen
make_report --subject "$mother" --out hers
test_is "$? $(sort made | xargs)" '0 hers/politie-nh.deel hers/school.deel hers/vt-zw.deel' 'a part for each who disclosed'
test_is "$(stat -c %a hers/vt-zw.deel)" 600 'for one reader'
test_is "$(grep -laE 'school|opvang|u-7f3a' hers/politie-nh.deel hers/vt-zw.deel | wc -l)" 0 'and sealed'
make_report --subject "$mother" --out hers
test_is "$?" 3 'no part is written over another'

# --- opened by its officer, and by nobody else
test_expect_status 1 'another officer' "$audit" report open --config fg-vt.conf hers/politie-nh.deel
test_like "$(cat "$TMPDIR/err")" 'for the officer of politie-nh, and not for fg-vt' 'is told whose it is'
test_expect_status 1 'the controller itself' "$audit" report open --config politie-nh.conf hers/politie-nh.deel
head -c 3000 hers/vt-zw.deel >cut.deel
test_expect_status 1 'a part cut short' "$audit" report open --config fg-vt.conf cut.deel
test_like "$(cat "$TMPDIR/err")" 'not whole' 'is seen'
sed 's/^controller vt-zw/controller school/' hers/vt-zw.deel >other.deel
test_expect_status 1 'a part of another controller' "$audit" report open --config fg-vt.conf other.deel
test_like "$(cat "$TMPDIR/err")" 'changed after toezicht signed it' 'was changed'
sed 's/^by toezicht /by politie-nh /' hers/vt-zw.deel >foreign.deel
test_expect_status 1 'a key of another' "$audit" report open --config fg-vt.conf foreign.deel
test_expect_status 1 'no part at all' "$audit" report open --config fg-vt.conf toezicht.conf
test_expect 'the officer of Veilig Thuis' "$audit" report open --config fg-vt.conf --out vt.txt hers/vt-zw.deel
test_is "$(grep -c '^regel ' vt.txt)" 3 'has three lines to decide on'
test_like "$(cat vt.txt)" 'gewaarschuwd voor dwang' 'a warning of coercion'
test_like "$(cat vt.txt)" 'komt nooit in het antwoord' 'which is never given'
test_like "$(cat vt.txt)" 'VERZEGELD' 'and sees what is sealed, and why'

# --- decided
# decide FILE LINE DECISION...: each with its words
decide() {
	local file=$1
	shift
	cp "$file" decided.txt
	while [ $# -gt 0 ]; do
		sed -i "s/^regel $1 $/regel $1 $2/" decided.txt
		shift 2
	done
}
give() {
	rm -f page.html
	"$audit" report give --config "$1.conf" --decisions decided.txt --out page.html "hers/$2.deel" >out 2>err
}
soon=$(date -u -d '+14 days' +%Y-%m-%d)
for wrong in 'weigeren' 'weigeren wpg:27-1-d' 'uitstellen avg:15-4' "uitstellen avg:15-4 2020-01-01" 'geven avg:15-4' \
	'misschien'; do
	decide vt.txt 1 geven 2 geven 3 "$wrong"
	give fg-vt vt-zw
	test_is "$? $(test -e page.html; echo $?)" '1 1' "no answer by: $wrong"
done
decide vt.txt 1 geven 2 geven
give fg-vt vt-zw
test_is "$?" 1 'nor with a line undecided'
decide vt.txt 1 geven 2 geven 3 geven
echo 'regel 2 weigeren avg:15-4' >>decided.txt
give fg-vt vt-zw
test_like "$? $(cat err)" '^1 .*decided twice' 'nor decided twice'
warning=$(grep -oE '^# [0-9]+: komt nooit' vt.txt | grep -oE '[0-9]+')
decide vt.txt 1 geven 2 geven 3 geven
echo "regel $warning geven" >>decided.txt
give fg-vt vt-zw
test_like "$? $(cat err)" '^1 .*never goes into the answer' 'nor with the warning given'
decide vt.txt 1 geven 2 geven 3 "uitstellen avg:15-4 $soon"
give fg-vt politie-nh
test_is "$?" 1 'nor of another part'
give fg-vt vt-zw
test_is "$?" 0 'a whole decision gives a page'
cp page.html vt.html
test_expect 'which is well formed' "$PYTHON" - vt.html <<'END'
import html.parser, sys
text = open(sys.argv[1]).read()
class Parser(html.parser.HTMLParser):
    open = []
    def handle_starttag(self, tag, attrs):
        if tag not in ("meta",):
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
parser = Parser()
parser.feed(text)
assert not parser.open, parser.open
END
test_is "$(grep -c 'uitgesteld, artikel avg:15-4; wij kijken opnieuw op '"$soon" vt.html)" 1 'and says what is put off'
test_like "$(cat vt.html)" 'een melder' 'the school is somebody who reported'
test_like "$(cat vt.html)" 'een hulporganisatie' 'the shelter an organisation that helps'
test_like "$(cat vt.html)" 'VOORBEELD' 'in a test'

decide vt.txt 1 geven 2 geven 3 geven
give fg-vt vt-zw && cp page.html vt-all.html
test_like "$(cat vt-all.html)" 'Partner politie-nh' 'the police by its name'
"$audit" report open --config toezicht.conf --out police.txt hers/politie-nh.deel
test_is "$? $(grep -c '^regel ' police.txt)" '0 1' 'the police has one line'
test_like "$(cat police.txt)" 'wpg:27-1-' 'under its own law'
decide police.txt 1 geven
rm -f page.html
"$audit" report give --config toezicht.conf --decisions decided.txt hers/politie-nh.deel >police.html 2>err
test_is "$?" 0 'it is given'
test_like "$(cat police.html)" 'artikel 25 Wpg' 'by that law'
"$audit" report open --config fg-school.conf --out school.txt hers/school.deel
test_is "$? $(grep -c '^regel ' school.txt)" '0 1' 'the school has one line'
decide school.txt 1 geven
give fg-school school && cp page.html school.html
test_like "$(cat school.html)" 'een melder' 'its own answer does not name it'

# --- nothing of others in what is given
"$audit" query --config toezicht.conf --mandate ap --reason periodic_audit --user u-1 --json --details --all \
	--entry decision >rows 2>/dev/null
test_expect 'no name, number, hour, tag of others in any given page' "$PYTHON" - "$police_id" "$school_id" <<'END'
import json, re, sys
pages = {name: open(name + ".html").read() for name in ("vt", "vt-all", "police", "school")}
rows = [json.loads(line) for line in open("rows")]
secrets = set(sys.argv[1:]) | {"u-7f3a", "u-2222", "school", "opvang", "Partner school", "Partner opvang",
                               "coercion", "dwang", "reporter protection", "professional_report"}
for row in rows:
    for part in row["details"]:
        for field in ("id", "case_ref", "in_reply_to", "tag"):
            value = (part.get("detail") or part.get("subject") or {}).get(field)
            if value:
                secrets.add(value)
assert len(secrets) > 15, secrets
for name, page in pages.items():
    for secret in secrets:
        assert secret not in page, (name, secret)
    assert not re.search(r"[0-9]{2}:[0-9]{2}", page), (name, "an hour")
    assert "Partner team" not in page, (name, "a line of him alone")
for word in ("gezondheid", "Gezondheid", "health", "onderwijs"):
    assert word not in pages["school"], word
assert "contact" not in pages["police"].split("<tbody>")[1].split("</tbody>")[0], "his address"
END

# --- the officer makes its own part
"$audit" report make --config fg-vt.conf --mandate fg_of_partner --of vt-zw --user u-fg --subject "$mother" --out own \
	>made 2>notes
test_is "$? $(cat made)" '0 own/vt-zw.deel' 'an officer makes the part of its own organisation'
"$audit" report open --config fg-vt.conf own/vt-zw.deel | grep -v '^deel' >again.txt
test_is "$(grep -v '^deel' vt.txt | diff - again.txt | wc -l)" 0 'with the same lines'
make_report --subject "$father" --out his
test_is "$?" 0 'a part of his'
"$audit" report open --config fg-vt.conf his/vt-zw.deel >his.txt
test_is "$(grep -c '^regel ' his.txt)" 3 'has other lines'

# --- nobody to answer
sed -i '/of=vt-zw/d' "$env/regions.txt"
hub_directory 3 && test_expect 'a directory without an officer' "$BIN/schakelctl" --control "$control" reload directory
make_report --subject "$mother" --out late
test_is "$? $(sort made | xargs)" '1 late/politie-nh.deel late/school.deel' 'no part where nobody answers'
test_like "$(cat notes)" 'vt-zw: the directory has no officer' 'and it is said'
done_testing
