/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef T_POLICY_H
#define T_POLICY_H

/*
 * t_policy - the shipped rules, rules from a string, requests from words; for t_policy_*.c.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "skl_mem.h"
#include "skl_policy.h"
#include "skl_term.h"

/* 2026-06-15T10:00:00Z, a Monday: within the term of every shipped agreement. */
#define T_NOW_MS INT64_C(1781517600000)

#define T_HEAD                                                                                     \
	"agreement \"T\" version 1 status EXAMPLE\n"                                               \
	"owner \"o\" approved-by \"a\"\n"                                                          \
	"valid 2026-01-01 .. 2026-12-31\n"

#define T_GLASS                                                                                    \
	"from=shelter kind=concern to=police purpose=stop_violence ground=avg:6-1-d/9-2-c "        \
	"break-glass has weighing incident "
#define T_REPORT                                                                                   \
	"from=police kind=police_report to=veilig_thuis purpose=stop_violence "                    \
	"ground=wpg:18-1/bpg:4-2-1-i recipient competent has identity incident "

#define T_REQUEST                                                                                  \
	"from=veilig_thuis kind=police_data_request to=police purpose=triage_data "                \
	"ground=wmo:4-1-1-2-e has identity "
#define T_RESPONSE                                                                                 \
	"from=police kind=police_data_response to=veilig_thuis purpose=triage_data "               \
	"ground=wpg:18-1/bpg:4-2-1-i after=police_data_request has history_violence "              \
	"history_sexual history_firearm_possession history_firearm_use "
#define T_FEEDBACK                                                                                 \
	"from=veilig_thuis kind=feedback to=police purpose=stop_violence ground=wmo:4-1-1-2-e "    \
	"after=police_report has feedback "
#define T_TRIAGE                                                                                   \
	"from=veilig_thuis kind=triage_outcome to=local_team purpose=assess_safety "               \
	"ground=wmo:4-1-1-2-d has triage "
#define T_HANDOVER                                                                                 \
	"from=veilig_thuis kind=handover_offer to=local_team purpose=organise_direct_safety "      \
	"ground=wmo:4-1-1-2-d has identity safety_plan "
#define T_CONSULT                                                                                  \
	"from=police kind=information_response to=veilig_thuis purpose=safety_consultation "       \
	"ground=wpg:18-1/bpg:4-2-1-i has identity request "
#define T_ACUTE "urgency=acute acute-by "

static const struct skl_policy_opts t_opts = {SKL_ENVIRONMENT_TEST, T_NOW_MS};

/* A file of the checkout; the caller releases the buffer. */
SKL_UNUSED static void t_read(const char *path, struct skl_buf *buf)
{
	const char *src = getenv("SRC"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char whole[4096];
	char bytes[4096];
	size_t got;
	FILE *file;

	(void)snprintf(whole, sizeof(whole), "%s/%s", src ? src : ".", path);
	file = fopen(whole, "rb");
	if (!file)
		fail_msg("%s cannot be read", whole);
	skl_buf_init(buf, 2u << 20);
	while (file && (got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		skl_buf_add(buf, bytes, got);
	if (file)
		assert_int_equal(fclose(file), 0);
	assert_int_equal(skl_buf_err(buf), SKL_OK);
}

static const char *const t_shipped_names[] = {"politie-veilig-thuis.rules",
					      "veilig-thuis-lokaal-team.rules",
					      "algemene-grenzen.rules",
					      "melders-veilig-thuis.rules",
					      "vragen-en-antwoorden.rules",
					      "plannen.rules",
					      "herstel.rules",
					      "toestemming.rules",
					      "regio.rules",
					      "doorbreking.rules",
					      "openheid.rules",
					      "raad.rules",
					      "rechten.rules",
					      "huisverbod.rules",
					      "casus.rules",
					      "casusoverleg.rules",
					      "justitie.rules"};
#define T_SHIPPED SKL_COUNT(t_shipped_names)

/* The rules as shipped. */
SKL_UNUSED static struct skl_policy *t_shipped(void)
{
	struct skl_buf texts[T_SHIPPED];
	struct skl_policy_file files[T_SHIPPED];
	struct skl_policy *policy = NULL;
	struct skl_error error = {0};

	for (size_t i = 0; i < T_SHIPPED; i++) {
		char path[256];

		(void)snprintf(path, sizeof(path), "policy/rules/%s", t_shipped_names[i]);
		t_read(path, &texts[i]);
		files[i] = (struct skl_policy_file){t_shipped_names[i], skl_buf_view(&texts[i])};
	}
	if (skl_policy_load(files, T_SHIPPED, &t_opts, &policy, &error) != SKL_OK)
		fail_msg("%u:%u %s", error.line, error.column, error.text);
	for (size_t i = 0; i < T_SHIPPED; i++)
		skl_buf_done(&texts[i]);
	return policy;
}

/* Rules from a string; the error is the caller's to look at. */
SKL_UNUSED static enum skl_err t_load_view(struct skl_view text, struct skl_policy **policy,
					   struct skl_error *error)
{
	const struct skl_policy_file file = {"t.rules", text};

	*policy = NULL;
	memset(error, 0, sizeof(*error));
	return skl_policy_load(&file, 1, &t_opts, policy, error);
}

SKL_UNUSED static struct skl_policy *t_load(const char *text)
{
	struct skl_policy *policy = NULL;
	struct skl_error error;

	if (t_load_view(skl_view_str(text), &policy, &error) != SKL_OK)
		fail_msg("%u:%u %s", error.line, error.column, error.text);
	return policy;
}

/* A request in good form, changed by words; "=" stands for a blank. */
SKL_UNUSED static struct skl_policy_request t_request(const char *words)
{
	struct skl_policy_request request = {
		.format = SKL_POLICY_REQUEST_FORMAT,
		.has_user_ref = true,
		.has_checked_by = true,
		.has_rating = true,
		.has_reply = true,
		.recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL,
		.environment = SKL_ENVIRONMENT_TEST,
		.now_ms = T_NOW_MS,
	};
	struct skl_error error = {0};
	char plain[2048];
	size_t len = strlen(words);

	assert_true(len < sizeof(plain));
	for (size_t i = 0; i <= len; i++)
		plain[i] = words[i] == '=' ? ' ' : words[i];
	if (skl_policy_request_words(&request, skl_view_str(plain), &error) != SKL_OK)
		fail_msg("%s: %s", words, error.text);
	return request;
}

SKL_UNUSED static struct skl_decision t_decide(const struct skl_policy *policy, const char *words)
{
	struct skl_policy_request request = t_request(words);
	struct skl_decision decision;

	skl_policy_decide(policy, NULL, &request, &decision);
	return decision;
}

/* The first verdict on a category; category 0 if there is none. */
SKL_UNUSED static struct skl_decision_section t_section(const struct skl_decision *decision,
							enum skl_category category)
{
	for (uint32_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].category == category)
			return decision->sections[i];
	return (struct skl_decision_section){.rule = SKL_POLICY_NO_RULE};
}

/* Is anything opened? */
SKL_UNUSED static bool t_opens(const struct skl_decision *decision)
{
	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].is_allowed)
			return true;
	return decision->outcome == SKL_OUTCOME_PERMITTED || decision->outcome == SKL_OUTCOME_CUT ||
	       decision->facts != 0 || decision->events != 0;
}

/* A seed by the clock, or T_POLICY_SEED to see a failure again; printed. */
SKL_UNUSED static uint32_t t_seed(void)
{
	const char *given = getenv("T_POLICY_SEED"); /* NOLINT(concurrency-mt-unsafe) */
	uint32_t seed = given ? (uint32_t)strtoul(given, NULL, 10) : (uint32_t)time(NULL);

	print_message("# T_POLICY_SEED=%u\n", (unsigned)seed);
	return seed;
}

/* 0 .. below - 1 (xorshift32). */
SKL_UNUSED static uint32_t t_random(uint32_t *seed, uint32_t below)
{
	uint32_t x = *seed ? *seed : 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*seed = x;
	return x % below;
}

SKL_UNUSED static void t_add_some(uint32_t *seed, struct skl_buf *text, const char *head,
				  const char *const *names, uint32_t count)
{
	uint32_t chosen = 1 + t_random(seed, (1u << count) - 1);
	bool is_first = true;

	skl_buf_add_str(text, head);
	for (uint32_t i = 0; i < count; i++) {
		if (!(chosen >> i & 1))
			continue;
		skl_buf_addf(text, "%s%s", is_first ? " " : ", ", names[i]);
		is_first = false;
	}
	skl_buf_add_str(text, "\n");
}

/* One agreement of one to four rules and perhaps a prohibition, all near each other: police to
 * Veilig Thuis, few codes, so that they meet, hide and cut one another. */
SKL_UNUSED static void t_random_rules(uint32_t *seed, struct skl_buf *text)
{
	static const char *const categories[] = {"identity",
						 "incident",
						 "household",
						 "incident source-law wpg-8",
						 "household about victim",
						 "red_flags",
						 "weighing"};
	static const char *const purposes[] = {"stop_violence", "assess_safety"};
	static const char *const whens[] = {
		"",
		" when recipient competent\n",
		" when unsafety acute, structural\n",
		" when unsafety incidental, acute\n",
		" when position not helper_of_perpetrator\n",
		" when claimed unsafety structural\n",
		" when case and phase direct_safety\n",
	};
	static const char *const closed[] = {"household", "any source-law wpg-9",
					     "incident about perpetrator", "red_flags"};
	uint32_t count = 1 + t_random(seed, 4);
	bool is_break_glass = t_random(seed, 4) == 0;

	skl_buf_clear(text);
	skl_buf_add_str(text, T_HEAD);
	for (uint32_t i = 1; i <= count; i++) {
		const char *separator = " together-with";

		skl_buf_addf(text,
			     "rule A-%u \"r\"\n from police\n kind %s\n to veilig_thuis\n"
			     " ground %s\n because \"b\"\n",
			     (unsigned)i, t_random(seed, 4) ? "police_report" : "concern",
			     is_break_glass ? "avg:6-1-d/9-2-c" : "wpg:18-1/bpg:4-2-1-i");
		if (is_break_glass)
			skl_buf_add_str(text, " when claimed break-glass\n clock break-glass\n"
					      " duty after-check\n");
		t_add_some(seed, text, " purpose", purposes, SKL_COUNT(purposes));
		skl_buf_add_str(text, whens[t_random(seed, SKL_COUNT(whens))]);
		t_add_some(seed, text, " allow", categories, SKL_COUNT(categories));
		if (t_random(seed, 2))
			t_add_some(seed, text, " never", closed, SKL_COUNT(closed));
		if (t_random(seed, 3) == 0)
			skl_buf_add_str(text, " may-know unsafety, event measure\n");
		skl_buf_addf(text, " needs user-ref, human-check%s%s\n",
			     t_random(seed, 2) ? ", marks" : "",
			     is_break_glass || t_random(seed, 4) == 0 ? ", reason" : "");
		for (uint32_t friend = 1; friend < i; friend ++) {
			skl_buf_addf(text, "%s A-%u", separator, (unsigned)friend);
			separator = ",";
		}
		skl_buf_add_str(text, i > 1 ? "\n test \"t\" permitted\nend\n"
					    : " test \"t\" permitted\nend\n");
	}
	if (t_random(seed, 3) == 0) {
		skl_buf_add_str(text, "forbid F-1 \"f\"\n because \"b\"\n");
		skl_buf_add_str(text, " when unsafety not acute\n");
		if (t_random(seed, 2))
			t_add_some(seed, text, " never", closed, SKL_COUNT(closed));
		skl_buf_add_str(text, " test \"t\" cut like A-1\nend\n");
	}
	assert_int_equal(skl_buf_err(text), SKL_OK);
}

#endif
