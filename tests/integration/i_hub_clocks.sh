#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Clocks of a case while the hub lives, dies and is away: a term warns who must act, once, before it is
# late; it is late once; what happened while the hub was away counts from when it happened.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need step_clock

hub_make
hub_partner gemeente municipality administration --regions 11
hub_partner gemeente-b municipality administration --regions 11
hub_directory 2 || exit 1
hub_start

# hub_hours HOURS: the hub is killed, and is back so many hours after the start
hub_hours() {
	kill -KILL "$(pid_of hub)"
	wait_bg hub
	HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$(($1 * 3600)))
	hub_run
}
# at_hours HOURS PEER-ARGUMENTS: a partner whose clock is as far ahead
at_hours() {
	local hours=$1
	shift
	CLOCK_AHEAD=$((hours * 3600)) LD_PRELOAD=$preload peer "$@"
}
# told PATTERN NAME: Veilig Thuis hears this in its notices
told() {
	test_wait_for 60 "$2" eval "peer vt-zw hello timeout=300 drain; cat out >>vt.all; grep -q '$1' vt.all"
}
# heard PATTERN: how often it was said to Veilig Thuis so far
heard() {
	grep -c "$1" vt.all
}
order=(kind=ban_order purpose=house_ban ground=wth:2-8 family=12 'about=identity:2,ban:2' to=vt-zw
	events='ban_state,person=2,value=3;ban_period,person=2,at=0,until=10')
warned='clock=ban-contact task=- .*loopt bijna af'
late='clock=ban-contact task=- .*verstreken'

peer gemeente "${order[@]}" case=c1000000000000000000000000000001 hello submit
first=$(out_value id '^sent')
test_is "$(out_value outcome '^result')" permitted 'a ban is ordered: the contact address is due in a day'
hub_hours 20
told "$warned" 'four fifths of it later who must act is warned'
test_is "$(grep "$warned" vt.all | grep -c "ref=$first")" 1 'of that order'
at_hours 20 gemeente-b "${order[@]}" case=c1000000000000000000000000000002 hello submit
second=$(out_value id '^sent')
hub_hours 40
told "ref=$second .*loopt bijna af" 'a second order, after a kill: warned in its turn'
told "ref=$first .*verstreken" 'and the first is late'
peer gemeente hello timeout=300 drain
test_is "$(grep -c 'loopt bijna af' out)" 0 'who waits for it is not warned,'
test_is "$(grep -c "clock=ban-contact .*ref=$first .*verstreken" out)" 1 'and hears that it is late'
hub_hours 46
told "ref=$second .*verstreken" 'the second is late'
test_is "$(heard "$warned") $(heard "$late")" '2 2' 'each was warned of once and late once, whatever was killed'
hub_hours 200
told "clock=ban-advice .*ref=$first .*verstreken" 'a hub that was away until after the term says that it is late'
test_is "$(heard "clock=ban-advice .*ref=$first .*loopt bijna af")" 0 'and does not warn any more'

# --- ordered while the hub was away: its clocks run from the order ----------------------------------

kill -KILL "$(pid_of hub)"
wait_bg hub
HUB_ENV=(env LD_PRELOAD="$preload" CLOCK_AHEAD=$((224 * 3600)))
hub_run
at_hours 200 gemeente-b "${order[@]}" case=c1000000000000000000000000000003 hello submit
third=$(out_value id '^sent')
test_is "$(out_value outcome '^result')" permitted 'an order of a day ago, from before the hub was back, passes'
told "clock=ban-contact .*ref=$third .*verstreken" 'its address is late at once'
ctl status
test_is "$(ctl_value clocks running)" 15 'and its ban, return and advice run'
audit_rows
test_is "$("$PYTHON" - <<'END'
import json
rows = [json.loads(line) for line in open("rows")]
clocks = [row for row in rows if row["entry"]["kind"] == "ENTRY_CLOCK"]
print(sum(row["entry"].get("recipient", "") == "" for row in clocks) > 0)
END
)" True 'a warning is an entry too'
done_testing
