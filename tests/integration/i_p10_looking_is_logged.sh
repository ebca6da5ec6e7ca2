#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# P10: looking is logged too. A query is an entry before its answer leaves; without an entry there
# is no answer; a mandate shows its own lines and no others.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/integration/peer-lib.sh"

HUB_BIN=hub_faulty
HUB_ENV=(env HUB_FAULT="$TMPDIR/fault")
hub_make
hub_start

peer politie-nh hello to=vt-zw muni=0479 submit
index=$(out_value entry '^recipient')
peer vt-zw hello offer receipt kind=report_receipt ground=wmo:4-1-1-2-g to=politie-nh submit
ctl status
size=$(ctl_value trail size)

peer toezicht hello mandate=ap count=50 query
test_is "$(out_value outcome '^answer')" permitted 'a supervisor with a mandate is answered'
test_is "$(out_value entry '^answer')" "$size" 'the query is the next entry'
test_is "$(out_value promise '^answer')" OK 'with a promise'
grep -q "^row index=$index " out
test_ok $? 'the disclosure is among the rows'
ctl status
test_is "$(ctl_value trail size)" $((size + 1)) 'one entry more'
peer toezicht hello mandate=ap count=50 query
grep -q "^row index=$size " out
test_ok $? 'and the first query is a row of the second'
test_is "$(($(grep -c '^row .*details=[1-9]' out) > 0))" 1 'details come where they are asked for'

peer toezicht hello mandate=fg_of_partner:politie-nh count=100 query
own=$(grep -c '^row' out)
peer toezicht hello mandate=ap count=100 query
all=$(grep -c '^row' out)
test_is "$((own > 0 && own < all))" 1 "an officer sees the lines of its own partner ($own of $all)"

peer toezicht hello mandate=igj count=10 query
test_is "$(out_value outcome '^answer')" denied_forbidden 'a mandate it has not: denied'
test_is "$(grep -c '^row' out)" 0 'without a row'
test_is "$(out_value promise '^answer')" OK 'and that is an entry too'
peer politie-nh hello mandate=ap count=10 query
test_is "$(out_value outcome '^answer')" denied_forbidden 'a partner without any: denied'

ctl status
size=$(ctl_value trail size)
echo EDISKFULL >fault
peer toezicht hello mandate=ap count=50 query
test_is "$(out_value code '^error')" EDISKFULL 'if the query cannot be recorded'
test_is "$(grep -c '^row\|^answer' out)" 0 'nothing is shown'
rm fault
ctl status
test_is "$(ctl_value trail size)" "$size" 'and nothing was written'

peer toezicht hello mandate=ap count=1 query
test_is "$(grep -c '^row' out) $(out_value next '^answer')" '1 1' 'answers are paged'

done_testing
