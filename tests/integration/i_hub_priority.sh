#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What goes first when more waits than a recipient takes at once: acute before priority before routine,
# across cases; within a case the order in which it was sent.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

hub_make
hub_start

# report NAME CASE SETTING...: Veilig Thuis is away; its id is in ids[NAME]
declare -A ids
report() {
	local name=$1 case=$2
	shift 2
	peer politie-nh hello to=vt-zw muni=0479 case="$(printf "$case%.0s" {1..16})" "$@" submit bye
	ids[$name]=$(out_value id '^sent')
	out_has '^result .*outcome=cut' || fail "report $name"
}

# names: of the offers in $TMPDIR/out, in their order
names() {
	local id name
	for id in $(grep '^offer' out | grep -oE ' id=[^ ]*' | sed 's/.*=//'); do
		for name in "${!ids[@]}"; do
			[ "${ids[$name]}" != "$id" ] || printf '%s ' "$name"
		done
	done
}

report routine1 41
report routine2 42
report priority 43 urgency=priority
report acute 44 acute=1
peer vt-zw credit=1 hello want=4 timeout=500 drain bye
test_is "$(names)" 'acute priority routine1 routine2 ' 'acute before priority before routine'

report first 45
report other 46 urgency=priority
report second 45 acute=1
peer vt-zw credit=1 hello want=3 timeout=500 drain bye
test_like "$(names)" 'first (other )?second' 'within a case what was sent first goes first, acute or not'
test_is "$(wc -w <<<"$(names)")" 3 'and all of it goes'

done_testing
