#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A team records in its inbox what one person agrees to: who may be told hears it, also that it is over, as one
# consent from whichever message of the case it is told. A refusal goes to who directs alone.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

HUB_PARTNERS+='
ggz|ggz-zaan|behandeling|Ggz Zaan|mental_health|care|075 000 0001|11
'
inbox_partners
hub_make "$TMPDIR/c" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/c/keys.log")"
adapters_make
inbox_make
generic_make ggz ggz-zaan behandeling ggz.map
hub_start
system_start vt-zw
for name in police vt-zw inbox ggz; do
	adapter_start "$name"
done
inbox_login u-jo

# number GIVEN-NAME: of this person on the page
number() {
	sed -n "s/.*<select id=\"over\".*<option value=\"\([0-9]*\)\">$1.*/\1/p" page
}
# consent ITEM GIVEN-NAME STATE HOW: the person of ITEM with this name says whether help may be shared
consent() {
	local person
	inbox u-jo GET "$1/toestemming"
	person=$(number "$2")
	inbox_form u-jo "$1/toestemming" "over=$person" "door=$person" als=self naar=ggz-zaan doel=recovery help_plan=ja \
		"stand=$3" "hoe=$4"
}
page_has() {
	inbox u-jo GET "$1"
	grep -q "$2" page
}
# consents: what the ggz read of each, a line a message: its id and state
consents() {
	local file
	for file in "$HUB/own-ggz/out/"bericht-*.json; do
		[ ! -e "$file" ] || "$PYTHON" -c 'import json, sys
for one in json.load(open(sys.argv[1])).get("consents", []):
    print(one["id"], one["state"], one["how"], *one["categories"])' "$file"
	done
}
reads() {
	consents | grep -q "$1"
}

report_drop PL1100-2026-000220
test_wait_for 20 'a police report opens the case' vt_find vt-zw police_report
case=$("$PYTHON" "$SRC/tests/lib/sections.py" "$(vt_find vt-zw police_report)" get caseRef)
test_expect 'Veilig Thuis directs' post VT-C0 c-0 director_change organise_direct_safety covenant \
	'"to": [{"partner": "politie-nh"}], "events": [{"code": "director", "partner": "vt-zw", "desk": "triage"}]'
test_wait_for 20 'says the hub' vt_result VT-C0 '"outcome":"permitted"'
inbox_offer VT-C1 "$case" >offer.json
test_expect 'Veilig Thuis offers a handover' vt vt-zw post offer.json c-1
test_wait_for 20 'the team has it' inbox_has u-jo 'Aanbod tot overdracht'
offer=$item

inbox u-jo GET "$offer/toestemming"
test_like "$(tr '\n' ' ' <page)" 'Met wie delen.*Ggz Zaan' 'who helps in the region can be chosen'
! grep -q 'value="lt-zaanstad"\|value="politie-nh"\|value="om-nh"' page
test_ok $? 'not the team itself, nor who gets nothing on consent'
anna=$(number Anna)
inbox_form u-jo "$offer/toestemming" "over=$anna" "door=$anna" als=holder_of_authority naar=ggz-zaan doel=recovery help_plan=ja \
	stand=given hoe=alone
test_is "$status" 400 'nobody has authority over himself'
inbox_form u-jo "$offer/toestemming" "over=$anna" "door=$anna" als=self naar=ggz-zaan doel=recovery stand=given hoe=alone
test_is "$status" 400 'a consent says to what'
inbox_form u-jo "$offer/toestemming" "door=$anna" als=self naar=ggz-zaan doel=recovery help_plan=ja stand=given hoe=alone
test_is "$status" 400 'and of whom: nobody is chosen beforehand'

consent "$offer" Anna given alone
test_is "$status" 303 'Anna agrees, alone'
test_wait_for 20 'who may be told hears it' reads 'given alone identity help_plan'
test_wait_for 20 'it arrived' page_has "$offer" 'Aangekomen'
test_like "$(tr '\n' ' ' <page)" 'Wijziging toestemming</b> door Joke de Vries.*Anna.*: gegeven, delen met Ggz Zaan' \
	'and the page says what was recorded'

# --- she takes it back, in another message of the case, with him beside her ------------------------------

inbox_ask VT-C2 information_request | sed "s/\"caseRef\": \"[0-9a-f]*\"/\"caseRef\": \"$case\"/; s/perpetrator/victim/; s/Singel/Bakker/g; s/Ravi/Anna/g; s/2006-01-15/1991-05-17/g" >ask.json
sed -i 's/"given_names": "Anna"/"given_names": "Anna <i>"/' ask.json
test_expect 'Veilig Thuis asks something else about her' vt vt-zw post ask.json c-2
test_wait_for 20 'the team has the question' inbox_has u-jo 'Informatieverzoek'
consent "$item" Anna withdrawn partner_present
test_is "$status" 303 'she withdraws'
test_wait_for 20 'who was told hears that, too' reads 'withdrawn partner_present'
test_is "$(consents | cut -d' ' -f1 | sort -u | wc -l)" 1 'it is the same consent'
warned() {
	grep -ls '"task":"check_coercion"' "$HUB/system-vt-zw/events/"*.json
}
test_wait_for 20 'who directs is warned that she was not alone' warned

# --- he refuses ---------------------------------------------------------------------------------------------

consent "$offer" Rob refused alone
test_is "$status" 303 'Rob refuses'
refusal() {
	grep -l '"state":"refused"' "$HUB/system-vt-zw/messages/"*.json
}
test_wait_for 20 'Veilig Thuis, which directs, reads it' refusal
test_wait_for 20 'it arrived' page_has "$offer" 'Rob Jansen (pleger): geweigerd'
! reads refused
test_ok $? 'whom he refuses hears nothing of him'

for name in inbox ggz police vt-zw; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
