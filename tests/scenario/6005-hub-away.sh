#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The hub is away: what is dropped is kept, in order, its age can be seen; an acute report brings
# "bel nu" within two seconds and is sent all the same as soon as it can be.

. "$SRC/tests/lib/test-lib.sh"
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"

status_over() {
	[ "$(police_status "$1")" -gt "$2" ]
}

in_done() {
	[ -e "$(police_path "done/$1.xml")" ]
}

hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
system_start vt-zw
adapter_start_alone police
adapter_start_alone vt-zw

report_drop H-1
report_drop H-2
test_wait_for 20 'with no hub the files are taken into the spool' in_done H-2
test_wait_for 20 'two wait' police_status_is out_waiting 2
test_wait_for 20 'and the age of the oldest is in the status file' status_over oldest_spooled_ms 200

acute_drop H-3
test_instruction H-3 'no hub'
instruction=$(police wait noodinstructie H-3 0)
test_wait_for 20 'the report itself is kept' in_done H-3
test_wait_for 20 'with an after-record that the instruction was given' police_status_is after_records 1

kill_bg adapter-police KILL
adapter_start_alone police
test_wait_for 20 'killed and started again, all three still wait' police_status_is out_waiting 3

hub_start
arrived() { [ "$(find "$HUB/system-vt-zw/messages" -name '*.json' | wc -l)" -eq "$1" ]; }
test_wait_for 30 'the hub is back: all three arrive' arrived 3
test_is "$(sed -n 's/.*message\.decided id=\([0-9a-f]*\) .*/\1/p' "$TMPDIR/hub.log" | head -1)" \
	"$(sed -n 's/.* kenmerk="\([0-9a-f]*\)".*/\1/p' "$instruction")" 'the acute one first'
for number in H-1 H-2 H-3; do
	test_wait_for 20 "the officer of $number hears that it arrived" police wait bezorgd $number 0
done
test_is "$(find "$(police_path out)" -name 'noodinstructie-*' | wc -l)" 1 'one instruction'

# A hub that is there and does not answer: stopped, not gone.
kill_bg hub STOP
acute_drop H-4
test_instruction H-4 'a hub that hangs'
kill_bg hub CONT
test_wait_for 60 'and it arrives in the end' arrived 4

done_testing
