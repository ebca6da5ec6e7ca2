#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Terms in the inbox of a team: Veilig Thuis asks, the team is warned, then late, and reads so in words that need
# no second look. The answer clears what was said of its term. What the hub refuses comes back, with why.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/story-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

HUB_FRESH_DAYS=90

# One clock for everybody: it is a Monday, and it jumps a day for each character after 5. Certificates and the
# browser keep the time of the machine.
preload_need step_clock
CLOCK_FILE=$TMPDIR/clock CLOCK_STEP=86400 CLOCK_AHEAD=$(($(date -u -d 2026-12-07T09:00:00Z +%s) - $(date +%s)))
export CLOCK_FILE CLOCK_STEP CLOCK_AHEAD
printf 5 >"$CLOCK_FILE"
clock=$preload
curl() {
	LD_PRELOAD='' command curl "$@"
}

inbox_partners
export LD_PRELOAD=$clock
hub_make "$TMPDIR/t" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/t/keys.log")"
adapters_make
LD_PRELOAD='' inbox_make
hub_start
system_start vt-zw
adapter_start vt-zw
adapter_start inbox

# listed WORDS: the list of the team shows them
listed() {
	inbox u-jo GET /
	tr -s ' \n' ' ' <page | sed 's/<[^>]*>/ /g' | grep -qE "$1"
}
page_has() {
	inbox u-jo GET "$1"
	grep -q "$2" page
}

# --- a question, and its term ---------------------------------------------------------------------------

inbox_ask VT-T1 information_request >ask.json
test_expect 'Veilig Thuis asks for information' vt vt-zw post ask.json t-1
inbox_login u-jo
test_wait_for 20 'the team has the question' inbox_has u-jo 'Informatieverzoek'
asked=$item

clock_to 6
inbox_login u-jo
test_wait_for 40 'after four fifths of five working days the team is warned' inbox_has u-jo 'Antwoord op informatieverzoek: nog 23 uur'
warned=$item
listed 'nog 23 uur *Mededeling *Ravi Singel \(pleger\)'
test_ok $? 'the list says who it is about'
! listed 'Te laat'
test_ok $? 'nothing is late'
inbox u-jo GET "$warned"
test_like "$(cat page)" "class=\"button\" href=\"$asked\">Naar het bericht" 'the question is a click away'
grep -q "$warned/klaar" page && ! grep -q "$warned/gedaan" page
test_ok $? 'news is put away here, and the hub hears nothing of it'

clock_to 8
inbox_login u-jo
late_task() {
	inbox_has u-jo 'Antwoord op informatieverzoek: te laat sinds ma 14 december 2026' && [ "$item" != "$warned" ]
}
test_wait_for 40 'late: since when' late_task
late=$item
listed 'te laat sinds ma 14 december 2026 *Te laat *Taak *Ravi Singel'
test_ok $? 'a task, about the same person'
! grep -q "$warned" page
test_ok $? 'the warning has gone: this says more'

# --- the answer ends what was said of it ------------------------------------------------------------------

inbox u-jo GET "$asked/informatie"
inbox_form u-jo "$asked/informatie" "over=$(inbox_person)" 'hulp=Ambulante hulp.' bron=observed status=fact
test_wait_for 20 'the team answers after all' vt_message vt-zw information_response
cleared() {
	inbox u-jo GET / && ! grep -q "$late" page
}
test_wait_for 20 'the list does not ask for it any more' cleared

# --- what the hub refuses comes back ------------------------------------------------------------------------

inbox u-jo GET "$late"
inbox u-jo POST "$late/heropenen" -d "token=$(inbox_token)"
inbox_form u-jo "$late/gedaan"
test_is "$status" 303 'somebody takes it up again, and says that it is done'
test_wait_for 20 'the hub knows no such task any more' page_has "$late" 'Niet verstuurd'
inbox u-jo GET /
test_like "$(tr '\n' ' ' <page)" "Nu nodig.*$late.*Niet gelukt" 'it is back, on top'
inbox u-jo GET "$late"
test_like "$(tr '\n' ' ' <page)" 'Niet verstuurd.*kent deze taak niet meer.*Zet de taak op klaar' 'with why, and what now'
! grep -q 'class="call"' page
test_ok $? 'nobody has to be called for it'
inbox u-jo POST "$late/klaar" -d "token=$(inbox_token)"
test_expect 'and can be put away here' cleared

for name in inbox vt-zw; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
