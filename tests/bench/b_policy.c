/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What rules cost: the shipped set loaded and asked, and 1,000 rules in 63 agreements loaded,
 * checked as schakel-policy does, and asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "skl_mem.h"
#include "skl_policy.h"

#define NOW   INT64_C(1781517600000) /* 2026-06-15 */
#define RULES 1000
#define FILES 63
#define ASKED 20000

static const struct skl_policy_opts how = {SKL_ENVIRONMENT_TEST, NOW};

static double micros(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct skl_policy *load(const struct skl_policy_file *files, size_t count, const char *name)
{
	struct skl_policy *policy = NULL;
	struct skl_error error = {0};
	double start = micros();

	if (skl_policy_load(files, count, &how, &policy, &error) != SKL_OK) {
		fprintf(stderr, "%u:%u %s\n", error.line, error.column, error.text);
		exit(3);
	}
	printf("policy_%s_load %.2f ms\n", name, (micros() - start) / 1e3);
	return policy;
}

static void ask(const struct skl_policy *policy, const char *words, const char *name)
{
	static double took[ASKED];
	struct skl_policy_request request = {
		.format = SKL_POLICY_REQUEST_FORMAT,
		.has_user_ref = true,
		.has_checked_by = true,
		.has_rating = true,
		.has_reply = true,
		.recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL,
		.competent = SKL_COMPETENT_YES,
		.environment = SKL_ENVIRONMENT_TEST,
		.now_ms = NOW,
	};
	struct skl_decision decision;

	if (skl_policy_request_words(&request, skl_view_str(words), NULL) != SKL_OK)
		exit(3);
	for (size_t i = 0; i < ASKED; i++) {
		double start = micros();

		skl_policy_decide(policy, NULL, &request, &decision);
		took[i] = micros() - start;
	}
	qsort(took, ASKED, sizeof(took[0]), compare);
	printf("policy_%s_%s_median %.2f us\n", name,
	       decision.outcome == SKL_OUTCOME_PERMITTED ? "permit" : "deny", took[ASKED / 2]);
	printf("policy_%s_%s_p99 %.2f us\n", name,
	       decision.outcome == SKL_OUTCOME_PERMITTED ? "permit" : "deny",
	       took[ASKED / 100 * 99]);
}

static void count(void *arg, const char *file, unsigned line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	(*(size_t *)arg)++;
}

static void add_rule(struct skl_buf *text, unsigned i)
{
	static const char *const kinds[] = {"triage_outcome",     "handover_offer",
					    "safety_plan",        "help_plan",
					    "recovery_plan",      "progress",
					    "safety_rating",      "concern",
					    "escalation",         "conditional_agreement",
					    "information_request"};
	static const char *const purposes[] = {"stop_violence", "assess_safety",
					       "organise_direct_safety", "sustain_safety"};
	static const char *const unsafeties[] = {"incidental", "structural", "acute", "none"};
	static const char *const phases[] = {"direct_safety", "stable_safety", "personal_growth"};
	static const char *const positions[] = {"helper_of_victim", "helper_of_child"};

	skl_buf_addf(text,
		     "rule B-%u \"r\"\n from veilig_thuis\n kind %s\n to local_team\n purpose %s\n"
		     " ground wmo:4-1-1-2-d\n when unsafety %s and phase %s and position %s\n"
		     " allow identity, triage, safety_rating, safety_plan, agreement, help_plan,\n"
		     " recovery_plan, request\n may-know unsafety, phase, event director\n"
		     " needs human-check, user-ref\n duty account-for-disclosure\n because \"b\"\n"
		     " test \"t\" permitted\nend\n",
		     i, kinds[i / 96], purposes[i / 24 % 4], unsafeties[i / 6 % 4],
		     phases[i / 2 % 3], positions[i % 2]);
}

static void big(void)
{
	struct skl_buf texts[FILES];
	char names[FILES][16];
	struct skl_policy_file files[FILES];
	struct skl_policy *policy;
	unsigned rule = 0;
	size_t notes = 0;
	double start;

	for (unsigned f = 0; f < FILES; f++) {
		skl_buf_init(&texts[f], 1u << 20);
		skl_buf_addf(&texts[f],
			     "agreement \"A%u\" version 1 status EXAMPLE\nowner \"o\" approved-by "
			     "\"a\"\nvalid 2026-01-01 .. 2027-12-31\n",
			     f);
		while (rule < RULES * (f + 1) / FILES)
			add_rule(&texts[f], rule++);
		(void)snprintf(names[f], sizeof(names[f]), "%u.rules", f);
		files[f] = (struct skl_policy_file){names[f], skl_buf_view(&texts[f])};
	}
	policy = load(files, FILES, "1000");
	start = micros();
	skl_policy_findings(policy, NOW, count, &notes);
	printf("policy_1000_check %.2f s\n", (micros() - start) / 1e6);
	ask(policy,
	    "from veilig_thuis kind handover_offer to local_team purpose assess_safety ground "
	    "wmo:4-1-1-2-d unsafety acute phase stable_safety position helper_of_child "
	    "has identity incident without incident has safety_plan",
	    "1000");
	ask(policy,
	    "from veilig_thuis kind handover_offer to local_team purpose recovery ground "
	    "wmo:4-1-1-2-d has identity",
	    "1000");
	ask(policy, "from police kind feedback to om purpose recovery ground consent has identity",
	    "1000_far");
	skl_policy_free(policy);
	for (unsigned f = 0; f < FILES; f++)
		skl_buf_done(&texts[f]);
}

static void shipped(const char *const *names, size_t name_count)
{
	struct skl_buf texts[SKL_POLICY_FILES_MAX];
	struct skl_policy_file files[SKL_POLICY_FILES_MAX];
	struct skl_policy *policy;

	for (size_t i = 0; i < name_count; i++) {
		char bytes[4096];
		size_t got;
		FILE *file = fopen(names[i], "rb");

		if (!file) {
			fprintf(stderr, "%s cannot be read; run from the top folder\n", names[i]);
			exit(3);
		}
		skl_buf_init(&texts[i], SKL_POLICY_FILE_BYTES_MAX);
		while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
			skl_buf_add(&texts[i], bytes, got);
		(void)fclose(file); /* only read from */
		files[i] = (struct skl_policy_file){names[i], skl_buf_view(&texts[i])};
	}
	policy = load(files, name_count, "shipped");
	ask(policy,
	    "from police kind police_report to veilig_thuis purpose stop_violence ground "
	    "wpg:18-1/bpg:4-2-1-i has identity incident household",
	    "shipped");
	skl_policy_free(policy);
	for (size_t i = 0; i < name_count; i++)
		skl_buf_done(&texts[i]);
}

int main(void)
{
	static const char *const names[] = {"policy/rules/politie-veilig-thuis.rules",
					    "policy/rules/veilig-thuis-lokaal-team.rules",
					    "policy/rules/algemene-grenzen.rules",
					    "policy/rules/melders-veilig-thuis.rules",
					    "policy/rules/vragen-en-antwoorden.rules",
					    "policy/rules/plannen.rules",
					    "policy/rules/herstel.rules",
					    "policy/rules/toestemming.rules",
					    "policy/rules/regio.rules",
					    "policy/rules/doorbreking.rules",
					    "policy/rules/openheid.rules",
					    "policy/rules/raad.rules",
					    "policy/rules/rechten.rules",
					    "policy/rules/huisverbod.rules",
					    "policy/rules/casus.rules",
					    "policy/rules/casusoverleg.rules",
					    "policy/rules/justitie.rules"};

	shipped(names, SKL_COUNT(names));
	big();
	return 0;
}
