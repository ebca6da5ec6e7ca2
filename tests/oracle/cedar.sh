#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Cedar, asked the same by rules that were translated from what they mean, decides as policy/engine does:
# every test of the rules, and random requests until ORACLE_SECTIONS sections were asked for.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1

modules=${ORACLE:?run by tests/lib/run-tests}
sections=${ORACLE_SECTIONS:-800}
seed=${ORACLE_SEED:-$(date +%s)}

command -v node >/dev/null || skip_all 'nodejs is not installed'
[ -d "$modules/node_modules" ] || skip_all "the judge is not in $modules: npm ci could not bring it"
diag "ORACLE_SEED=$seed"

# V8 of Node 20 dies in its deoptimizer after some minutes of calls that it inlined into WebAssembly.
node=(node)
node --v8-options | grep -q -e '--turbo-inline-js-wasm-calls' && node+=(--no-turbo-inline-js-wasm-calls)

# judge TEXT SECTIONS FILE...
judge() {
	local text=$1 count=$2
	shift 2
	"$BIN/policy_sample" "$seed" "$count" "$@" >requests.json
	test_ok $? "$text: policy_sample" || return
	"${node[@]}" "$SRC/tests/oracle/judge.mjs" "$modules" "$@" <requests.json >verdicts 2>&1
	test_ok $? "$text: Cedar decides the same"
	diag "$(cut -c1-2000 verdicts)"
}

judge 'the shipped rules' "$sections" "$SRC"/policy/rules/*.rules
judge 'rules that say what the shipped do not' "$((sections / 2))" "$SRC/tests/oracle/wide.rules"

done_testing
