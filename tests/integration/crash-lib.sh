# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# crash-lib.sh - hub, notary, police and Veilig Thuis whose every message is accounted for. Sourced
# after test-lib.sh and hub-lib.sh; hub_make made $HUB.
#
#	start NAME [SETTING...]   hub, notary, police or vt, without waiting; settings of crash_peer
#	with=(COMMAND...)         goes before what start starts, as env does
#	oracle_knows=(WORD...)    what the oracle is to know: disk-fails=vt
#	settle                    let all that is open come to its end, then stop all four
#	judge                     what became of every message: a point, and the figures
#	evidence/                 what judge looked at
#
# Histories are in $HUB; the folder that stands for the recipient's system is $HUB/system/out; the
# notary's guard is $HUB/$GUARD.

with=()
oracle_knows=()
slow=()
[ "$VARIANT" = release ] || slow=(build=slow)
GUARD=guard

start() {
	local name=$1
	shift
	case $name in
	hub) start_bg hub env -C "$HUB" "${with[@]}" "$BIN/schakeld" --config schakeld.conf ;;
	notary)
		start_bg notary env -C "$HUB" "${with[@]}" "$BIN/schakel-notary" --socket notary.sock \
			--key keys/hub/log.key --guard "$GUARD"
		;;
	police)
		start_bg police env "${with[@]}" "$BIN/crash_peer" police "$HUB" "$HUB/police.history" \
			"$@"
		;;
	vt) start_bg vt env "${with[@]}" "$BIN/crash_peer" vt-zw "$HUB" "$HUB/vt.history" "$@" ;;
	esac
}

# Both adapters end by themselves when nothing is open any more.
settle() {
	local name
	[ -z "${test_pids[police]:-}" ] || stop_bg police
	start police rate=0 drain=1
	wait_bg police 1200 # what a thousand deaths left waiting
	test_ok $? 'all that was sent is answered, handed over and found in the trail'
	stop_bg vt
	start vt drain=1
	wait_bg vt 1200
	test_ok $? 'all that came is handed over, and its receipts recorded'
	for name in hub notary; do
		stop_bg $name
		test_ok $? "$name ends when asked"
	done
}

oracle() {
	"$PYTHON" "$SRC/tests/integration/crash_oracle.py" "$1" "${oracle_knows[@]}" "${slow[@]}"
}

# The verifier reads the trail, and up to 250 answers that police kept, from outside.
audit() {
	local results=() result
	for result in "$HUB"/results/*; do
		[ ${#results[@]} -ge 500 ] || results+=(--promise "$result")
	done
	"$BIN/schakel-audit" verify --store "$HUB/store" --vault "$HUB/vault" --guard "$HUB/$GUARD" \
		--log-key "$HUB/keys/hub/log.vkey" \
		--promise-key "$(grep -o ' promise=[^ ]*' "$HUB/keys/hub/hub.public" | cut -d= -f2-)" \
		"${results[@]}"
}

judge() {
	rm -rf evidence
	mkdir evidence
	cp "$HUB/police.history" "$HUB/vt.history" evidence
	cp -r "$HUB/system/out" evidence
	test_expect 'the trail fits together' "$BIN/crash_trail" "$HUB/store" "$HUB/vault"
	cp out evidence/trail.txt
	test_expect 'nothing is lost, nothing doubled, every promise is kept' oracle evidence
	diag "$(cat out)"
	test_expect 'the verifier finds the trail intact' audit
	diag "$(cat out)"
}
