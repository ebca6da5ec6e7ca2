#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Who answers libzmq's question "may this key connect?" goes away while mail flows: nobody gets in,
# the hub ends, and after the restart nothing acknowledged is lost. A libzmq without option 93, which
# makes that so, is not served with.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

preload_need weak_zap

hub_make
notary_start
report=(to=vt-zw muni=0479)

# --- a libzmq that does not know option 93 ------------------------------------------

for how in unknown ignored; do
	test_expect_status 2 "option 93 $how: the hub does not start" \
		env LD_PRELOAD="$preload" OPTION_93=$how "$BIN/schakeld" -c "$env/hub.conf"
	test_like "$(cat err)" 'libzmq did not take a security option' 'and says why'
done

# --- the ZAP thread ends ------------------------------------------------------------

# strangers_knock: over and over, in every way that must not open
strangers_knock() {
	# shellcheck disable=SC2016 # for the shell that is started
	start_bg strangers bash -c 'while :; do "$@"; done' - "$PYTHON" \
		"$SRC/tests/integration/hub_strangers.py" "ipc://$TMPDIR/h.sock" \
		"$(grep -oE 'transport=[^ ]*' "$env/hub/hub.public" | cut -d= -f2-)"
}

knocked_again() {
	[ "$(log_count strangers .)" -gt "$before" ]
}

hub_threads() {
	find "/proc/$(pid_of hub)/task" -mindepth 1 -maxdepth 1 | wc -l
}

# A thread that has vanished is one less.
thread_is_gone() {
	[ "$(hub_threads)" -eq $((threads - 1)) ]
}

echo vanish >'vanish'
echo break >'break'
for fault in break vanish; do
	rm -f fault
	HUB_ENV=(env LD_PRELOAD="$preload" ZAP_FAULT="$TMPDIR/fault")
	hub_run
	strangers_knock
	peer_bg load politie-nh hello "${report[@]}" count=1000000 submit
	wait_for_log load '^result'
	wait_for_log strangers 'unknown-key'
	before=$(log_count strangers .)
	threads=$(hub_threads)
	mv $fault fault
	if [ $fault = vanish ]; then
		wait_for 30 thread_is_gone
		peer vt-zw timeout=2000 hello
		test_is "$(grep -cx WELCOME out)" 0 'without the thread a partner does not get in either'
	fi
	wait_bg hub
	test_is $? 134 "the ZAP thread ends ($fault): the hub ends by abort"
	test_is "$(log_count hub 'zap.ended what=')" 1 'and says why'
	wait_for 30 knocked_again
	kill_bg load TERM
	wait_bg load
	kill_bg strangers TERM
	wait_bg strangers
	test_is "$(log_count strangers answer)" 0 "none of $(log_count strangers silence) strangers gets through"

	HUB_ENV=(env)
	hub_run
	grep -oE '^sent id=[0-9a-f]+|^result' load.log | sed -n '/^sent/{h;n;/^result/{x;s/.*=//;p}}' | sort >acked
	peer vt-zw hello want="$(wc -l <acked)" timeout=1000 drain
	grep '^offer' out | grep -oE ' id=[0-9a-f]+' | sed 's/.*=//' | sort -u >offered
	test_is "$(comm -23 acked offered | wc -l)" 0 "none of $(wc -l <acked) acknowledged messages is lost"
	stop_bg hub
done

done_testing
