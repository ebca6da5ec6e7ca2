#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A next version of the rules beside the live one: what it would decide otherwise is counted, and nothing else is
# different. A broken one is refused in words; when it comes into force, the shadow ends.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

next=$env/next

# sign FOLDER [--next]: by both
sign() {
	"$BIN/schakel-policy" sign --key "$env/care/registrar.key" "${@:2}" "$1" >sign.out 2>&1 &&
		"$BIN/schakel-policy" sign --key "$env/just/registrar.key" "$1" >>sign.out 2>&1 ||
		diag "$(cat sign.out)"
}

# reload: the status of schakelctl, what it says is in err
reload() {
	"$BIN/schakelctl" --control "$control" reload policy >/dev/null 2>err
}

shadow() {
	"$BIN/schakelctl" --control "$control" policy shadow >shadow.out 2>shadow.err
}

# counted DECISIONS WIDER NARROWER TEXT
counted() {
	shadow
	test_is "$(awk '$1 ~ /^(decisions|wider|narrower)$/ { printf "%s ", $2 }' shadow.out)" "$1 $2 $3 " "$4"
}

report() {
	peer politie-nh hello to=vt-zw muni=0479 submit
	test_is "$(out_value outcome '^result')" cut "$1"
}

hub_make
cat >>"$env/hub.conf" <<END
policy_signers = {"$(cat "$env/care/registrar.vkey")", "$(cat "$env/just/registrar.vkey")"}
policy_next = "$next"
metrics = "127.0.0.1:0"
END
sign "$env/rules"
hub_start
shadow
test_like "$? $(cat shadow.err)" '^1 .*no next version' 'without a folder there is no shadow, and it says what to do'
report 'the hub decides'
first=$(out_value rules '^recipient')

# --- refused -----------------------------------------------------------------------------------------------------------

mkdir "$next"
cp "$env"/rules/*.rules "$next/"
sed -i 's/^  kind      police_report/  kind      police_raport/' "$next/politie-veilig-thuis.rules"
reload
test_like "$? $(cat err)" "^1 .*the next rules: .*police_raport.*police_report" 'a broken next set is refused in words'
log_has hub 'policy_next.refused .*line='
test_ok $? 'the log says where'
cp "$env/rules/politie-veilig-thuis.rules" "$next/"
reload
test_like "$? $(cat err)" '^1 .*the next rules: .*not signed' 'so is one that nobody signed'
ctl status
test_is "$(ctl_value policy number) $(ctl_value policy refused_files)" '1 False' 'the live rules are none the worse'
report 'and decide'

# --- beside ---------------------------------------------------------------------------------------------------------------

cp "$env/rules/rules.note" "$next/"
# incident stays behind the check; identity is enough: whereabouts go, household does not
"$PYTHON" - "$next/politie-veilig-thuis.rules" <<'END'
import re, sys
text = open(sys.argv[1]).read()
head, rule, rest = re.match(r"(.*?)(rule PV-01 .*?\nend\n)(.*)", text, re.S).groups()
rule = re.sub(r"\n  allow     ", "\n  allow     whereabouts, ", rule, count=1)
rule = re.sub(r"\n  test [^\n]*whereabouts[^\n]*", "", rule)
open(sys.argv[1], "w").write(head + rule + rest)
END
"$BIN/schakel-policy" test -q "$next" >tested || diag "$(cat tested)"
sign "$next" --next
reload
test_ok $? 'one that is signed and follows the live one is looked at'
counted 0 0 0 'nothing is counted yet'
report 'the live set decides as before'
test_is "$(out_value rules '^recipient')" "$first" 'by the same rules'
entry=$(out_value entry '^recipient')
counted 1 1 0 'and the next would let more through'
test_is "$(grep -c '^rule=PV-01 wider=1 narrower=0$' shadow.out)" 1 'by this rule'
test_is "$(grep '^entry=' shadow.out)" "entry=$entry change=wider what=whereabouts rule=PV-01" 'in this entry, which says no more'
peer vt-zw hello timeout=3000 offer receipt
test_is "$(grep -c whereabouts out)" 0 'nobody got it'
peer politie-nh hello to=vt-zw muni=0479 plan
counted 1 1 0 'a plan is no disclosure'
web_port
web GET /metrics
test_is "$(grep -E '^schakel_shadow_(decisions|wider|narrower)_total' web | awk '{print $2}' | xargs)" '1 1 0' \
	'the counters are technical ones'
"$BIN/schakelctl" --control "$control" --output json policy shadow >json
test_is "$("$PYTHON" -c 'import json; o = json.load(open("json")); print(o["number"], o["wider"], len(o["entries"]))')" '2 1 1' \
	'as JSON'

# --- kept ------------------------------------------------------------------------------------------------------------------

stop_bg hub
hub_run
counted 1 1 0 'what was counted is still there after a restart'
report 'it goes on'
counted 2 2 0 'and is counted on'
rm -r "$next/algemene-grenzen.rules"
reload
test_like "$? $(cat err)" '^1 .*the next rules: .*not those that were signed' 'other files than were signed are refused'
counted 2 2 0 'and the one before goes on'
cp "$env/rules/algemene-grenzen.rules" "$next/"

# --- in force ----------------------------------------------------------------------------------------------------------------

cp "$next"/* "$env/rules/"
reload
test_ok $? 'the next set comes into force'
shadow
test_like "$? $(cat shadow.err)" '^1 .*no next version' 'and its shadow ends'
peer politie-nh hello to=vt-zw muni=0479 submit
test_is "$(out_value outcome '^result')" permitted 'as it said, whereabouts go now'
done_testing
