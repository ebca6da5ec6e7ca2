#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P8: a refusal is no dead end. Every answer that is not `permitted` says in Dutch and in English what
# failed, which routes remain, and the phone; in at most 60 words, without an article of law in its
# first sentence. Acute danger is never refused for form.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start
report=(to=vt-zw muni=0479)

# way_out OUTCOME TEXT WORD...: the police submit; the answer has this outcome and a way out
way_out() {
	local outcome=$1 text=$2 line
	shift 2
	peer politie-nh hello "$@" submit
	test_is "$(out_value outcome '^result')" "$outcome" "$text"
	line=$(sed -n 's/^text-nl //p' out)
	test_like "$line" 'U kunt: 1\) .*bel 112, wacht niet op dit systeem' "$text: routes and phone"
	test_like "$(sed -n 's/^text-en //p' out)" 'You can: 1\) .*call 112' "$text: in English"
	test_is "$(wc -w <<<"$line" | awk '{ print ($1 <= 60) }')" 1 "$text: at most 60 words"
	grep -qE '^[^.]*(artikel|art\.|lid [0-9])' <<<"$line"
	test_is $? 1 "$text: no article in the first sentence"
	test_like "$(grep '^result' out)" 'phone="[^"]' "$text: the answer has the phone line"
}

way_out denied_no_rule 'another region' to=vt-other muni=0479
way_out denied_no_rule 'a recipient without a rule' to=reclas muni=0479
way_out denied_no_rule 'no human check' "${report[@]}" no-check=1
way_out denied_no_rule 'a purpose that no rule names' "${report[@]}" purpose=recovery
way_out denied_no_rule 'a kind without a rule' "${report[@]}" kind=ban_order
way_out cut 'a section that stays behind' "${report[@]}"
peer politie-nh hello "${report[@]}" no-check=1 acute=1 submit
test_is "$(out_value outcome '^result')" cut 'acute danger is not refused for a form that lacks'
test_is "$(out_value repair '^recipient')" 1 'it is repaired later'

done_testing
