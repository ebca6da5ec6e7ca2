#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A report that was accepted and may no longer go when Veilig Thuis comes back: it is withheld, and the
# officer reads that in the police's own system.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

hub_make "$TMPDIR/hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/hub/keys.log")"
adapters_make
system_start vt-zw
hub_start
adapter_start police

report_drop W-1
test_wait_for 20 'a report is accepted while Veilig Thuis is away' police wait aangenomen W-1 0
perl -0pi -e 's/(rule PV-01.*?\n  purpose .*?)stop_violence, /$1/s' "$HUB/rules/politie-veilig-thuis.rules"
hub_ctl reload policy >/dev/null
test_ok $? 'the rules change'
adapter_start vt-zw
test_wait_for 20 'the officer hears that it did not arrive' police wait niet-bezorgd W-1 0

# test_way_out NUMBER TEXT REGEX: points: what happened, what to do now, whom to call
test_way_out() {
	local file text
	file=$(police wait niet-bezorgd "$1" 0)
	text=$(sed -n 's/.*<tekst>\(.*\)<\/tekst>.*/\1/p' "$file")
	test_like "$text" "$3" "$2: it says what happened"
	test_like "$text" 'opnieuw' "$2: what to do now"
	test_like "$text" '112, wacht niet op dit systeem' "$2: whom to call in acute danger"
	grep -q '<bij-acuut-gevaar>0800 2000</bij-acuut-gevaar>' "$file"
	test_ok $? "$2: the line of the competent Veilig Thuis stands apart"
}

grep -q 'achtergehouden' "$(police wait niet-bezorgd W-1 0)"
test_ok $? 'and that it was withheld'
test_way_out W-1 withheld 'regels, de partners of de zaak veranderd'
test_wait_for 20 'its spool has closed it' police_status_is out_waiting 0
test_is "$(find "$HUB/system-vt-zw/messages" -name '*.json' | wc -l)" 0 'nothing reached Veilig Thuis'

# --- the operator gives it back ---------------------------------------------------------------------

stop_bg adapter-vt-zw
cp "$SRC/policy/rules/politie-veilig-thuis.rules" "$HUB/rules/"
hub_ctl reload policy >/dev/null
test_ok $? 'the rules are as they were'
acute_drop W-2
test_wait_for 20 'an acute report is accepted while Veilig Thuis is away' police wait aangenomen W-2 0
offer=$(hub_ctl queue list vt-zw | tail -n 1 | sed 's/^offer=\([0-9]*\).*/\1/')
test_expect 'the operator gives it back' hub_ctl queue return "$offer"
test_wait_for 20 'the officer hears that too' police wait niet-bezorgd W-2 0
test_way_out W-2 returned '^BEL NU, WACHT NIET OP DIT SYSTEEM.*teruggegeven'

done_testing
