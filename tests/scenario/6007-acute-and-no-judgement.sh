#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The emergency path when the hub is there and cannot judge: rules that were never readable, a disk that
# is full. The same instruction as when it is away (6005), within two seconds, and nothing is lost.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

hub_make "$TMPDIR/hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/hub/keys.log")"
adapters_make
system_start vt-zw
mkdir whole
cp "$HUB"/rules/*.rules whole/
for rules in "$HUB"/rules/*.rules; do echo broken >"$rules"; done
hub_start_notary
: >>hub.log
start_bg hub env -C "$HUB" HUB_FAULT="$TMPDIR/fault" "$BIN/hub_faulty" --config schakeld.conf
wait_for 30 hub_is_ready 0
adapter_start police
adapter_start vt-zw

acute_drop N-1
test_instruction N-1 'no readable rules'
test_wait_for 20 'the answer is told as well' police wait weigering N-1 0
test_wait_for 20 'with an after-record' police_status_is after_records 1
report_drop N-2
test_wait_for 20 'one that is not acute is refused' police wait weigering N-2 0
test_is "$(find "$(police_path out)" -name 'noodinstructie-*' | wc -l)" 1 'without an instruction'

cp whole/*.rules "$HUB/rules/"
hub_ctl reload policy >/dev/null
test_ok $? 'the rules are whole again'
echo EDISKFULL >fault
acute_drop N-3
test_instruction N-3 'a full disk'
test_wait_for 20 'with an after-record' police_status_is after_records 2
rm fault
test_wait_for 60 'with room again it arrives' police wait bezorgd N-3 0
test_is "$(find "$HUB/system-vt-zw/messages" -name '*.json' -exec grep -l police_report {} + | wc -l)" 1 \
	'once, and what was refused did not'

done_testing
