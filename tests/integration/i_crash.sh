#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P1, P5, P6 under kill -9: while police reports flow to Veilig Thuis, hub, notary and both adapters
# are killed at any moment and started again. Nothing is lost, nothing doubled, and all that was
# promised is in the trail.
#
#	ROUNDS=1000 SEED=4711 make check-run TESTS=tests/integration/i_crash.sh
#
# A round is one death. It waits until the histories of the adapters have grown by a number of lines
# that chance decides, and kills one of the four at that moment. Any of them may also be set to die
# by itself: before its Nth write, sync, rename or send, or, an adapter, at a point between two steps
# of a hand-over. SEED repeats the choices (not the timing of the processes).

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/integration/crash-lib.sh"

rounds=${ROUNDS:-100}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RANDOM=$seed
load=(rate=40 open=48)
police_points=(intent submit result receipt)
vt_points=(got part handing show handed)
declare -A kills=([hub]=0 [notary]=0 [police]=0 [vt]=0)
diag "seed $seed, $rounds rounds"

# A library that kills, where there is a compiler to make it with; ThreadSanitizer takes no other.
if [ "$VARIANT" = tsan ] || ! preload_build die_at; then
	preload=
	diag 'without deaths between two writes'
fi

# Half of them are started with a death of their own before them.
restart() {
	local name=$1 points=() with=() settings=() most=60
	if [ "$name" = police ]; then
		points=("${police_points[@]}")
		settings=("${load[@]}")
	fi
	[ "$name" != vt ] || points=("${vt_points[@]}")
	case $((RANDOM % 4)) in
	0)
		if [ ${#points[@]} -gt 0 ]; then
			settings+=("die=${points[RANDOM % ${#points[@]}]}" "nth=$((1 + RANDOM % 20))")
		fi
		;;
	1)
		# the first steps of a life, or some way into its work
		[ "$name" = notary ] || [ $((RANDOM % 2)) -eq 0 ] || most=1500
		[ -z "$preload" ] ||
			with=(LD_PRELOAD="$preload" DIE_AT=$((1 + RANDOM % most))
				ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0")
		;;
	esac
	start "$name" "${settings[@]}"
}

# reap NAME: it was killed, or killed itself; anything else is a crash of its own.
reap() {
	local status
	{ wait "${test_pids[$1]}"; } 2>/dev/null
	status=$?
	unset "test_pids[$1]"
	if [ $status -ne 137 ]; then
		fail "$1 ended by itself, with status $status"
		diag "$(tail -n 20 "$TMPDIR/$1.log")"
		exit 1
	fi
	kills[$1]=$((kills[$1] + 1))
}

round() {
	local all=(hub hub hub hub vt vt vt police police notary) victim name pids status died=0
	victim=${all[RANDOM % ${#all[@]}]}
	pids=${test_pids[$victim]},${test_pids[hub]},${test_pids[notary]},${test_pids[police]}
	"$BIN/crash_watch" $((1 + RANDOM % 400)) $((60 * TEST_TIMEOUT_SCALE)) \
		"$pids,${test_pids[vt]}" "$HUB/police.history" "$HUB/vt.history"
	status=$?
	for name in hub notary police vt; do
		if is_ended "${test_pids[$name]}" || { [ $name = "$victim" ] && [ $status -eq 0 ]; }; then
			reap "$name"
			restart "$name"
			died=$((died + 1))
		fi
	done
	if [ $died -eq 0 ]; then
		fail "round $1: no life in the adapters"
		diag "$(tail -n 3 "$HUB/police.history" "$HUB/vt.history" hub.log)"
		exit 1
	fi
}

# must_see TEXT REGEX COMMAND...: the oracle finds what the command does to a copy of the evidence.
must_see() {
	local text=$1 regex=$2
	shift 2
	rm -rf bad
	cp -al evidence bad
	(cd bad && "$@") || exit 1
	test_must_fail "the oracle sees $text" oracle bad
	test_like "$(cat out)" "$regex" '.. and says so'
}

hub_make "$TMPDIR/hub"
test_ok $? 'a hub in a folder'
: >>"$HUB/police.history"
: >>"$HUB/vt.history"
start notary
start hub
start vt
start police "${load[@]}"
began=$SECONDS
for ((i = 1; i <= rounds; i++)); do
	round "$i"
done
pass "$rounds rounds of kill -9"
took=$((SECONDS - began))
for name in hub notary police vt; do # some have a death of their own before them
	is_ended "${test_pids[$name]}" || kill -s KILL "${test_pids[$name]}"
	reap $name
	[ $name = police ] || start $name
done
settle
judge
diag "kills: hub ${kills[hub]} notary ${kills[notary]} police ${kills[police]} vt ${kills[vt]}," \
	"in $took s"

# --- the oracle can say no -------------------------------------------------------------------

one=$(basename "$(find evidence/out -name '*.txt' | head -n 1)" .txt)
entry=$(grep -o "result id=$one .*" evidence/police.history | head -n 1 | grep -o 'leaf=[0-9a-f]*')
refused=$(grep -o '^intent .* wants=denied' evidence/police.history | head -n 1 |
	grep -o 'id=[0-9a-f]*' | cut -d= -f2)
must_see 'a lost message' "$one .*lost" rm "out/$one.txt"
must_see 'a doubled message' 'handed over twice' cp "out/$one.txt" "out/$one.again-1.txt"
must_see 'a changed message' 'does not hold what was sent' sed -i 's/incident/incidenT/' "out/$one.txt"
must_see 'a message of nobody' 'was never made' cp "out/$one.txt" "out/${one//[0-9]/f}.txt"
must_see 'a release without permission' 'was not accepted' cp "out/$one.txt" "out/$refused.txt"
must_see 'a missing answer' 'got no result' sed -i "/^result id=$one /d" police.history
must_see 'a second answer' 'two different results' \
	sed -i "s/^\\(result id=$one outcome=\\)\\([a-z]*\\)\\(.*\\)/&\\n\\1denied_no_rule\\3/" police.history
must_see 'a broken promise' 'is not in the trail' sed -i "s/$entry/leaf=00/" trail.txt
must_see 'a message decided twice' 'decided 2 times' \
	sed -i "/kind=decision.* id=$one /{p;s/entry=[0-9]*/entry=999999/}" trail.txt
must_see 'a receipt nobody was told of' 'was not told' \
	sed -i "/^receipt id=$one state=handed_over/d" police.history
must_see 'a wrong order' 'came as' sed -i "0,/^show id=/{/^show id=/d}" vt.history
done_testing
