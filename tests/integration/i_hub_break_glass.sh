#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Who breaks the glass is answered at once, by name, danger and reason; the supervisor hears of it, and somebody
# else checks it within the term, or it stands in the list of what is late. P8: what is acute waits for no form.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_partner opvang shelter care --regions 11
hub_partner waag forensic_care care --regions 11
# an inspectorate of care has to know as well, one of justice does not
hub_partner igj supervisor supervision
hub_partner jenv supervisor supervision
hub_partner rechter supervisor supervision
cat >>"$env/regions.txt" <<'EOF'
mandate partner=igj kind=igj from=2020-01-01 until=2099-01-01
mandate partner=jenv kind=inspectie_jenv from=2020-01-01 until=2020-02-01
mandate partner=rechter kind=court_order from=2020-01-01 until=2099-01-01
EOF
hub_directory 2 || exit 1
hub_case_rules
hub_start

case=b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6
glass=("case=$case" purpose=stop_violence ground=avg:6-1-d/9-2-c kind=concern family=12)
danger=weighing=break_glass_life
told=about=identity:1,whereabouts:1,incident:1,weighing:1

outcome() {
	out_value outcome '^recipient'
}

# done_by PARTNER TASK CHECKER WORD...: the after-check, by somebody
done_by() {
	peer "$1" case=$case kind=task_done purpose=supervise_disclosure ground=supervision to= reply="$2" \
		events="task,value=8,ref=$2" checked-by="$3" "${@:4}" hello submit
}

# unchecked: how many entries the supervisor finds of break-glass that nobody checked
unchecked() {
	[ -e toezicht.conf ] || audit_conf toezicht
	"$BIN/schakel-audit" query --config toezicht.conf --mandate ap --reason periodic_audit \
		--user u-77 --all --json --details --without-after-check --lang nl >unchecked 2>unchecked.err ||
		diag "$(cat unchecked.err)"
	wc -l <unchecked
}

# --- what is no break-glass ------------------------------------------------------------------------------

peer opvang "${glass[@]}" "$told" to=politie-nh hello submit
test_is "$(outcome)" denied_no_rule 'the ground alone breaks nothing: the danger must be named'
peer opvang "${glass[@]}" "$danger" about=identity:1,incident:1 to=politie-nh hello submit
test_is "$(outcome)" denied_no_rule 'nor does a danger without a reason'
peer opvang "${glass[@]}" "$danger" "$told" no-check=1 to=politie-nh hello submit
test_is "$(outcome)" denied_no_rule 'nor somebody alone, where nothing is acute'
peer opvang "${glass[@]}" "$danger" "$told" to=politie-nh hello plan
ctl status
test_is "$(ctl_value clocks running)" 0 'what was refused or only planned has no after-check'
test_is "$(unchecked)" 0 'and stands in no list'

# --- broken -----------------------------------------------------------------------------------------------------

peer opvang "${glass[@]}" "$danger" "$told" to=politie-nh hello submit
test_is "$(outcome)" permitted 'named, with a danger and a reason, it goes at once'
used=$(out_value id '^sent')
grep -q 'break_glass partner=opvang supervisors=2' hub.log
test_ok $? 'the log counts it, and who is told'
peer politie-nh hello timeout=3000 offer receipt
test_is "$(out_value id '^offer')" "$used" 'the police have it, whereabouts and all'
peer igj hello timeout=500 want=1 drain
test_is "$(grep -c '^notice.*Doorbreking door opvang' out)" 1 'the supervisor hears who broke it'
seen() {
	unchecked >count
	grep -q "Doorbreking door opvang.*--message $used" unchecked.err
}
wait_for 30 seen
test_ok $? 'so does another with a mandate over it, who asks something else'
for other in jenv rechter; do
	peer "$other" hello timeout=500 quiet
	grep -q '^quiet yes' out
	test_ok $? "$other has no mandate, or one for its own proceedings"
done
peer opvang hello timeout=500 want=1 drain
test_is "$(grep -c '^notice.*Laat een collega nakijken' out)" 1 'its own partner has the after-check to make'
task=$(out_value id '^notice.*nakijken')
audit_rows
"$PYTHON" - "$used" <<'END'
import json, sys
rows = [json.loads(line) for line in open("rows")]
use = next(r for r in rows if r["entry"]["kind"] == "ENTRY_DECISION" and r["entry"].get("recipient", "").startswith("politie-nh")
           and r["entry"]["outcome"] == "OUTCOME_PERMITTED")
detail = use["details"][0]["detail"]
assert detail["weighing"] == ["WEIGHING_BREAK_GLASS_LIFE"], detail
assert detail["ground"] == "GROUND_AVG_6_1_D_9_2_C" and detail["user_ref"] == "u-7f3a", detail
sealed = [s for s in detail["sections"] if s["category"] == "CATEGORY_WEIGHING"]
assert len(sealed) == 1 and len(sealed[0]["ciphertext_digest"]) == 64, detail["sections"]
about = [r for r in rows if r["entry"]["kind"] == "ENTRY_NOTICE" and r["entry"].get("names_index", 0) == use["index"]]
assert sorted(r["entry"]["recipient"] for r in about) == ["igj", "opvang", "toezicht"], about
own = next(r for r in about if r["entry"]["recipient"] == "opvang")["details"][0]["detail"]
assert own["task"] == "TASK_AFTER_CHECK" and own["clock"] == "CLOCK_BREAK_GLASS" and own["due_ms"] and own["notice"], own
END
test_ok $? 'the trail has name, danger, the digest of the sealed reason, and each notice'
test_is "$(unchecked)" 1 'a saved query finds what nobody has checked'

# --- the other side, and prohibitions ----------------------------------------------------------------------

peer vt-zw case=$case kind=director_change purpose=organise_direct_safety ground=wgs:1-5 to=team family=1 \
	events="director,partner=vt-zw,desk=desk" hello submit
peer team kind=police_report case=$case to=vt-zw hello submit
peer opvang "${glass[@]}" "$danger" "$told" to=waag hello submit
test_is "$(outcome)" cut 'whereabouts go to nobody who helps, by their rule'
peer igj hello timeout=500 want=1 drain
first=$task
peer opvang hello timeout=500 want=2 drain
second=$(out_value id '^notice.*nakijken')
test_is "$(printf '%s\n' "$first" "$second" | sort -u | grep -c .)" 2 'each use has a check of its own'

# --- checked ----------------------------------------------------------------------------------------------------

done_by opvang "$task" u-7f3a
test_is "$(outcome)" denied_no_rule 'who broke the glass does not check it'
grep -q 'een collega moet dit eerst controleren' out || diag "$(cat out)"
done_by waag "$task" u-2222
test_is "$(outcome)" denied_no_rule 'nor does another partner'
done_by opvang 00112233445566778899aabbccddeeff u-2222
test_is "$(outcome)" denied_no_rule 'nor is another task this one'
test_is "$(unchecked)" 2 'all that changes nothing'
done_by opvang "$task" u-2222
test_is "$(outcome)" permitted 'a colleague does'
test_is "$(unchecked)" 1 'and the other use is still to be checked'
done_by opvang "$task" u-2222
test_is "$(outcome)" denied_no_rule 'once is enough'

# --- acute, and late -------------------------------------------------------------------------------------------------

peer opvang "${glass[@]}" weighing=break_glass_child about=identity:1,incident:1 acute=1 no-check=1 \
	to=politie-nh hello submit
test_is "$(outcome)" permitted 'declared acute it waits for neither the check nor the sentence (P8)'
test_is "$(grep -c 'repair=[1-9]' out)" 1 'both are repaired'

# a day later; only a sanitizer takes no other library before it
if [ "$VARIANT" = release ] && preload_build step_clock; then
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=90000)
	hub_run
	late() {
		ctl status && [ "$(ctl_value clocks late_after_checks)" = 2 ]
	}
	wait_for 30 late
	test_ok $? 'the operator sees which after-checks are late'
	peer igj hello timeout=500 want=3 drain
	test_is "$(grep -c '^notice.*Nacontrole van een doorbreking te laat: opvang' out)" 2 \
		'the supervisor hears that two are late'
fi
done_testing
