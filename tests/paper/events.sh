#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The events that the hub logs are one table; the code uses every row of it and no other name, and
# schakeld(8) says of each what it means.

. "$SRC/tests/lib/test-lib.sh"

table=$SRC/broker/core/skl_hub_event.h
code=("$SRC"/broker/core/*.c "$SRC"/broker/schakeld/*.c)

sed -n 's/^\tX(\([a-z_]*\), "\([a-z_.]*\)").*/\1 \2/p' "$table" | sort >rows
test_is "$(sed 's/ .*//' rows)" "$(sed 's/.* //; s/\./_/g' rows)" 'a row is called as its event'
test_is "$(sed 's/ .*//' rows)" \
	"$(grep -hoE 'skl_hub_event\.[a-z_]+' "${code[@]}" | sed 's/.*\.//; /^h$/d' | sort -u)" \
	'the hub logs every one of them'
test_is "$(cat "${code[@]}" | tr '\n\t' '  ' | grep -oE 'skl_log\([^",;]*, *"[^"]*"')" '' 'and no other'
test_is "$(sed -n '/^\.Sh LOG/,/^\.Sh EXIT/s/^\.It Li //p' "$SRC/broker/schakeld/schakeld.8" |
	sed 's/ , /\n/g' | sort)" "$(sed 's/.* //' rows | sort)" 'the manual has every event, and no other'

done_testing
