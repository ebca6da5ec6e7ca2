/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Rule files, bundles, stored requests and answers from anywhere: loading, deciding and explaining
 * never die, a decision is one of five, and nothing is opened without a rule.
 *
 * The first byte says what follows: 'r' a rule file, 'b' a bundle, 'w' words of a request, 'o' an
 * answer as the trail keeps it, which has one encoding, else the bytes of a request.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_policy.h"
#include "skl_region.h"

static const char rules[] =
	"agreement \"T\" version 1 status EXAMPLE\nowner \"o\" approved-by \"a\"\n"
	"valid 2026-01-01 .. 2027-12-31\n"
	"rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"
	" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n allow identity, incident\n"
	" never bsn about third_person, any source-law wpg-9 wpg-10\n"
	" needs marks, human-check (acute: repair within 24 hours)\n may-know unsafety\n"
	" clock feedback\n duty inform-subject within 4 weeks unless sealed\n"
	" because \"b\"\n test \"t\" permitted\nend\n"
	"rule A-2 \"s\"\n from veilig_thuis\n kind progress\n to shelter\n purpose recovery\n"
	" ground wmo:4-1-1-2-d\n when position helper_of_victim and phase stable_safety\n"
	" allow help_plan\n because \"b\"\n test \"t\" permitted\nend\n"
	"forbid F-1 \"f\"\n when position helper_of_perpetrator\n never whereabouts\n"
	" because \"b\"\n test \"t\" cut like A-1 has whereabouts\nend\n";

static struct skl_policy *load(struct skl_view text, int is_bundle)
{
	const struct skl_policy_opts opts = {SKL_ENVIRONMENT_TEST, 0};
	const struct skl_policy_file file = {"f.rules", text};
	struct skl_policy *policy = NULL;
	struct skl_error error = {0};
	enum skl_err err = is_bundle ? skl_policy_load_bundle(text, &opts, &policy, &error)
				     : skl_policy_load(&file, 1, &opts, &policy, &error);

	if ((err == SKL_OK) != (policy != NULL) || (err != SKL_OK && error.code != err))
		abort();
	return policy;
}

static void decide(const struct skl_policy *policy, const struct skl_policy_request *request)
{
	struct skl_decision decision;
	struct skl_buf buf;

	skl_policy_decide(policy, NULL, request, &decision);
	if (decision.outcome < SKL_OUTCOME_PERMITTED || decision.outcome > SKL_OUTCOME_ERROR)
		abort();
	for (uint32_t i = 0; i < decision.section_count; i++)
		if (decision.sections[i].is_allowed &&
		    decision.sections[i].rule >= skl_policy_rule_count(policy))
			abort();
	skl_buf_init(&buf, 1u << 20);
	skl_policy_text(policy, request, &decision, SKL_LANGUAGE_NL, NULL, &buf);
	skl_policy_explain(policy, request, &decision, SKL_LANGUAGE_EN, &buf);
	skl_buf_clear(&buf);
	skl_policy_request_encode(request, &buf);
	skl_buf_done(&buf);
	skl_policy_decide(NULL, policy, request, &decision);
}

static void try_rules(struct skl_view text, int is_bundle)
{
	struct skl_policy *policy = load(text, is_bundle);
	struct skl_policy *emergency;
	struct skl_buf bundle;

	if (!policy)
		return;
	(void)skl_policy_test(policy, NULL, NULL, NULL);
	if (skl_region_diff(policy, policy, NULL, NULL) != 0)
		abort(); /* or it would have called what is not there */
	skl_buf_init(&bundle, 8u << 20);
	/* What was loaded has an emergency list that loads. */
	if (skl_policy_emergency(policy, &bundle) != SKL_OK)
		abort();
	emergency = load(skl_buf_view(&bundle), 1);
	if (!emergency)
		abort();
	skl_policy_free(emergency);
	skl_buf_done(&bundle);
	skl_policy_free(policy);
}

static void try_request(struct skl_view input, int is_words)
{
	static struct skl_policy *policy;
	struct skl_policy_request request = {.format = SKL_POLICY_REQUEST_FORMAT,
					     .environment = SKL_ENVIRONMENT_TEST,
					     .now_ms = INT64_C(1781517600000)};
	struct skl_error error = {0};

	if (!policy)
		policy = load(skl_view_str(rules), 0);
	if (!policy)
		abort();
	if (is_words) {
		if (skl_policy_request_words(&request, input, &error) != SKL_OK)
			return;
		if (skl_policy_request_check(&request) != SKL_OK)
			abort();
	} else if (skl_policy_request_decode(input, &request) != SKL_OK) {
		return;
	}
	decide(policy, &request);
}

static void try_output(struct skl_view input)
{
	struct skl_decision decision;
	struct skl_buf again;

	if (skl_policy_output_decode(input, &decision) != SKL_OK)
		return;
	skl_buf_init(&again, SKL_POLICY_OUTPUT_BYTES_MAX);
	skl_policy_output_encode(&decision, &again);
	if (!skl_view_equal(skl_buf_view(&again), input))
		abort();
	skl_buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skl_view rest = {data, size};

	if (size > 0)
		rest = skl_view_of(data + 1, size - 1);
	if (size > 0 && (data[0] == 'r' || data[0] == 'b'))
		try_rules(rest, data[0] == 'b');
	else if (size > 0 && data[0] == 'o')
		try_output(rest);
	else
		try_request(rest, size > 0 && data[0] == 'w');
	return 0;
}
