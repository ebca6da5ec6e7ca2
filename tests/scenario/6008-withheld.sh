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
grep -q 'achtergehouden' "$(police wait niet-bezorgd W-1 0)"
test_ok $? 'and that it was withheld'
test_wait_for 20 'its spool has closed it' police_status_is out_waiting 0
test_is "$(find "$HUB/system-vt-zw/messages" -name '*.json' | wc -l)" 0 'nothing reached Veilig Thuis'

done_testing
