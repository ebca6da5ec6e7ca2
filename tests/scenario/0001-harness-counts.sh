#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The runner sees every way a test can fail, and counts it.

. "$SRC/tests/lib/test-lib.sh"

# script NAME: make a test from standard input.
script() {
	{
		printf '%s\n' '#!/bin/bash' '. "$SRC/tests/lib/test-lib.sh"'
		cat
	} >"$1.sh"
	chmod +x "$1.sh"
}

# run NAME...: the last line and the status of a run of these, in last and status.
run() {
	"$SRC/tests/lib/run-tests" -l logs -t 30 "${@/%/.sh}" >run.out 2>&1
	status=$?
	last=$(tail -n 1 run.out)
}

script good <<'E1'
test_expect 'true is true' true
test_must_fail 'false fails' false
done_testing
E1
script skipped <<'E1'
skip_all 'nothing to try'
E1
script bad <<'E1'
pass 'one'
fail 'two'
done_testing
E1
script short <<'E1'
pass 'one'
printf '1..2\n'
test_planned=yes
E1
script unplanned <<'E1'
pass 'one'
exit 0
E1
script killed <<'E1'
pass 'one'
kill -s KILL $$
E1
script crashed <<'E1'
start_bg daemon sh -c 'echo up; kill -s SEGV $$'
wait_for_log daemon up
wait_for 10 is_ended "$(pid_of daemon)"
done_testing
E1
script signalled <<'E1'
test_must_fail 'death by signal is no controlled failure' sh -c 'kill -s ABRT $$'
done_testing
E1
script report <<'E1'
start_bg daemon sh -c 'echo "x.c:1:2: runtime error: shift exponent 64 is too large"'
wait_for_log daemon shift
done_testing
E1

run good skipped
test_is "$last" '2 passed, 0 failed, 1 skipped' 'points that passed and were skipped are counted'
test_is "$status" 0 'a run without failures ends with 0'

for name in bad short unplanned killed crashed signalled report; do
	run good "$name"
	test_like "$last" '^[23] passed, 1 failed$' "$name: counted as one failed point"
	test_is "$status" 1 "$name: the run ends with 1"
done

"$SRC/tests/lib/run-tests" -l logs -t 0 good.sh >run.out 2>&1
test_is $? 1 'a test that passes its deadline fails'
done_testing
