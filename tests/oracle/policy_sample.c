/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Requests and what policy/engine decides about them, for a judge in another language.
 *
 * usage: policy_sample SEED COUNT FILE...
 *
 * Prints a line of JSON each: the lists that rules name codes of and the catalogue, every test of
 * the rules, then random requests until COUNT sections have been decided.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_policy_rule.h"

/* 0 .. below - 1 (xorshift32). */
static uint32_t pick(uint32_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % below;
}

static uint8_t pick_code(uint32_t *seed, enum skl_list list)
{
	return (uint8_t)pick(seed, skl_code_count(list) + 1);
}

/* A set of codes of a list, bit 0 clear; mostly of one. */
static uint16_t pick_set(uint32_t *seed, enum skl_list list)
{
	uint32_t all = (1u << (skl_code_count(list) + 1)) - 2;

	if (pick(seed, 3) == 0)
		return (uint16_t)(pick(seed, all + 1) & all);
	return (uint16_t)(1u << pick_code(seed, list) & all);
}

/* --- JSON; every name is plain --- */

static void put_code(const char *key, enum skl_list list, uint32_t code)
{
	const char *name = code ? skl_code_name(list, code) : "";

	printf("\"%s\":\"%s\",", key, name ? name : "?");
}

static void put_set(const char *key, enum skl_list list, uint64_t set)
{
	const char *between = "";

	printf("\"%s\":[", key);
	for (uint32_t code = 1; code <= skl_code_count(list); code++)
		if (set >> code & 1) {
			printf("%s\"%s\"", between, skl_code_name(list, code));
			between = ",";
		}
	printf("],");
}

static void put_flag(const char *key, bool is_set)
{
	printf("\"%s\":%s,", key, is_set ? "true" : "false");
}

static void put_facts(const char *key, const struct skl_policy_facts *facts)
{
	printf("\"%s\":{", key);
	put_set("phase", SKL_LIST_PHASE, facts->phases);
	put_code("unsafety", SKL_LIST_UNSAFETY, facts->unsafety);
	put_code("signal_phase", SKL_LIST_SIGNAL_PHASE, facts->signal_phase);
	put_code("pattern", SKL_LIST_PATTERN, facts->pattern);
	put_code("frame", SKL_LIST_FRAME, facts->frame);
	put_code("frame_area", SKL_LIST_FRAME_AREA, facts->frame_area);
	printf("\"\":0},");
}

static void put_section(const struct skl_policy_section *section, bool is_allowed)
{
	printf("{");
	put_code("category", SKL_LIST_CATEGORY, section->category);
	put_set("told_by", SKL_LIST_TOLD_BY, section->told_by);
	put_code("scope", SKL_LIST_SCOPE, section->scope);
	put_code("person", SKL_LIST_PERSON_KIND, section->person_kind);
	put_code("source_law", SKL_LIST_SOURCE_LAW, section->source_law);
	put_code("status", SKL_LIST_STATUS, section->status);
	put_code("source", SKL_LIST_SOURCE, section->source);
	put_code("reliability", SKL_LIST_RELIABILITY, section->reliability);
	put_set("about", SKL_LIST_POSITION, section->about);
	printf("\"about_count\":%u,\"as_of\":%" PRId64 ",", section->about_count,
	       section->as_of_ms);
	put_flag("is_past_term", section->is_past_term);
	printf("\"is_allowed\":%s}", is_allowed ? "true" : "false");
}

static void put_request(const char *what, const struct skl_policy_request *request,
			const struct skl_decision *decision)
{
	static const char *const competent[] = {"unknown", "yes", "no"};

	printf("{\"what\":\"%s\",", what);
	put_code("from", SKL_LIST_ROLE, request->sender_role);
	put_code("kind", SKL_LIST_KIND, request->kind);
	put_code("to", SKL_LIST_ROLE, request->recipient_role);
	put_code("purpose", SKL_LIST_PURPOSE, request->purpose);
	put_code("ground", SKL_LIST_GROUND, request->ground);
	put_code("after", SKL_LIST_KIND, request->after_kind);
	put_code("urgency", SKL_LIST_URGENCY, request->urgency);
	put_code("consent", SKL_LIST_CONSENT_STATE, request->consent);
	put_code("environment", SKL_LIST_ENVIRONMENT, request->environment);
	put_set("positions", SKL_LIST_DESK_POSITION, request->positions);
	printf("\"competent\":\"%s\",", competent[request->competent]);
	put_flag("user", request->has_user_ref);
	put_flag("check", request->has_checked_by);
	put_flag("rating", request->has_rating);
	put_flag("acute_by", request->has_acute_by);
	put_flag("case", request->has_case);
	put_flag("is_held", request->is_held);
	put_flag("break_glass", request->has_break_glass);
	put_facts("held", &request->held);
	put_facts("claimed", &request->claimed);
	printf("\"now\":%" PRId64 ",\"sections\":[", request->now_ms);
	for (size_t i = 0; i < request->section_count; i++) {
		printf(i ? "," : "");
		put_section(&request->sections[i], decision->sections[i].is_allowed);
	}
	printf("],\"outcome\":\"%s\"}\n", skl_code_name(SKL_LIST_OUTCOME, decision->outcome));
}

/* What the domain fixes apart from any rule: data, that the judge reads as we do. */
static void put_catalogue(void)
{
	printf("{\"what\":\"catalogue\",");
	put_set("categories", SKL_LIST_CATEGORY, ~UINT64_C(0));
	put_set("phases", SKL_LIST_PHASE, ~UINT64_C(0));
	put_set("desk_positions", SKL_LIST_DESK_POSITION, ~UINT64_C(0));
	put_set("marked", SKL_LIST_CATEGORY, skl_catalogue_marked());
	printf("\"kinds\":{");
	for (uint32_t kind = 1; kind <= skl_code_count(SKL_LIST_KIND); kind++) {
		const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

		printf("%s\"%s\":{", kind > 1 ? "," : "", skl_code_name(SKL_LIST_KIND, kind));
		put_set("principals", SKL_LIST_ROLE, row ? row->principals : 0);
		put_set("required", SKL_LIST_CATEGORY, row ? row->required : 0);
		printf("\"is_emergency\":%s}", row && row->is_emergency ? "true" : "false");
	}
	printf("},\"grounds\":{");
	for (uint32_t ground = 1; ground <= skl_code_count(SKL_LIST_GROUND); ground++) {
		const struct skl_catalogue_ground *row = skl_catalogue_ground(ground);

		printf("%s\"%s\":{", ground > 1 ? "," : "", skl_code_name(SKL_LIST_GROUND, ground));
		put_set("never_source_laws", SKL_LIST_SOURCE_LAW, row ? row->never_source_laws : 0);
		put_set("never_categories", SKL_LIST_CATEGORY, row ? row->never_categories : 0);
		put_set("never_other_side", SKL_LIST_CATEGORY, row ? row->never_other_side : 0);
		printf("\"has_term\":%s}", row && row->has_term ? "true" : "false");
	}
	printf("}}\n");
}

/* --- requests --- */

static void change_facts(uint32_t *seed, struct skl_policy_facts *facts)
{
	switch (pick(seed, 6)) {
	case 0:
		facts->phases = (uint8_t)pick_set(seed, SKL_LIST_PHASE);
		break;
	case 1:
		facts->unsafety = pick_code(seed, SKL_LIST_UNSAFETY);
		break;
	case 2:
		facts->signal_phase = pick_code(seed, SKL_LIST_SIGNAL_PHASE);
		break;
	case 3:
		facts->pattern = pick_code(seed, SKL_LIST_PATTERN);
		break;
	case 4:
		facts->frame = pick_code(seed, SKL_LIST_FRAME);
		break;
	default:
		facts->frame_area = pick_code(seed, SKL_LIST_FRAME_AREA);
	}
}

static void change_message(uint32_t *seed, struct skl_policy_request *request)
{
	switch (pick(seed, 9)) {
	case 0:
		request->kind = pick_code(seed, SKL_LIST_KIND);
		break;
	case 1:
		request->after_kind = pick_code(seed, SKL_LIST_KIND);
		break;
	case 2:
		request->purpose = pick_code(seed, SKL_LIST_PURPOSE);
		break;
	case 3:
		request->ground = pick_code(seed, SKL_LIST_GROUND);
		break;
	case 4:
		request->sender_role = pick_code(seed, SKL_LIST_ROLE);
		break;
	case 5:
		request->recipient_role = pick_code(seed, SKL_LIST_ROLE);
		break;
	case 6:
		request->competent = (uint8_t)pick(seed, SKL_COMPETENT_NO + 1);
		break;
	case 7:
		request->consent = pick_code(seed, SKL_LIST_CONSENT_STATE);
		break;
	default:
		request->now_ms += (int64_t)pick(seed, 1000) * SKL_DAY_MS;
	}
}

static void change_form(uint32_t *seed, struct skl_policy_request *request)
{
	request->has_user_ref = pick(seed, 4);
	request->has_checked_by = pick(seed, 2);
	request->has_rating = pick(seed, 2);
	request->has_case = pick(seed, 2);
	request->is_held = pick(seed, 4) == 0;
	request->has_break_glass = pick(seed, 2);
	request->has_acute_by = pick(seed, 4);
	request->urgency = pick(seed, 2) ? SKL_URGENCY_ACUTE : pick_code(seed, SKL_LIST_URGENCY);
	if (pick(seed, 3) == 0)
		request->claimed.unsafety = SKL_UNSAFETY_ACUTE;
	request->environment = pick(seed, 8) ? SKL_ENVIRONMENT_TEST : SKL_ENVIRONMENT_PRODUCTION;
}

static void change_section(uint32_t *seed, const struct skl_policy_request *request,
			   struct skl_policy_section *section)
{
	static const int64_t ages_days[] = {0, 1, 1825, 1827, -3};

	switch (pick(seed, 7)) {
	case 0:
		section->told_by = (uint8_t)pick_set(seed, SKL_LIST_TOLD_BY);
		break;
	case 1:
		section->scope = pick_code(seed, SKL_LIST_SCOPE);
		break;
	case 2:
		section->person_kind = pick_code(seed, SKL_LIST_PERSON_KIND);
		break;
	case 3:
		section->source_law = pick_code(seed, SKL_LIST_SOURCE_LAW);
		break;
	case 4:
		section->about = pick_set(seed, SKL_LIST_POSITION);
		section->about_count = (uint8_t)pick(seed, 3);
		break;
	case 5:
		section->is_past_term = pick(seed, 2);
		section->as_of_ms =
			request->now_ms - ages_days[pick(seed, SKL_COUNT(ages_days))] * SKL_DAY_MS;
		break;
	default:
		section->status = pick_code(seed, SKL_LIST_STATUS);
		section->source = pick_code(seed, SKL_LIST_SOURCE);
		section->reliability = pick_code(seed, SKL_LIST_RELIABILITY);
		section->as_of_ms = pick(seed, 2) ? request->now_ms : 0;
	}
}

/* Half of them a category that the rule allows. */
static uint8_t pick_category(uint32_t *seed, const struct skl_rule *rule)
{
	uint64_t some = 0;

	if (rule->allow_count)
		some = rule->allow[pick(seed, (uint32_t)rule->allow_count)].categories;
	if (some == 0 || pick(seed, 2))
		return (uint8_t)(1 + pick(seed, skl_code_count(SKL_LIST_CATEGORY)));
	return (uint8_t)__builtin_ctzll(some & ~UINT64_C(1));
}

/* One that fits some rule, with one to four further sections, then changed a few times. */
static void random_request(uint32_t *seed, const struct skl_policy *policy,
			   struct skl_policy_request *request)
{
	uint16_t rule = (uint16_t)pick(seed, (uint32_t)policy->rule_count);

	skl_policy_fitting_request(policy, rule, request);
	for (uint32_t n = 1 + pick(seed, 4); n > 0; n--)
		request->sections[request->section_count++] = (struct skl_policy_section){
			.category = pick_category(seed, &policy->rules[rule]),
			.about_count = 1,
			.source_law = SKL_SOURCE_LAW_WPG_8,
			.status = SKL_STATUS_FACT,
			.source = SKL_SOURCE_OBSERVED,
			.reliability = 1,
			.as_of_ms = request->now_ms,
		};
	for (uint32_t n = pick(seed, 4); n > 0; n--)
		switch (pick(seed, 10)) {
		case 0:
			change_facts(seed, &request->held);
			break;
		case 1:
			change_facts(seed, &request->claimed);
			break;
		case 2:
			change_message(seed, request);
			break;
		case 3:
			change_form(seed, request);
			break;
		case 4:
			request->positions = pick_set(seed, SKL_LIST_DESK_POSITION);
			break;
		default:
			change_section(seed, request,
				       &request->sections[pick(seed, request->section_count)]);
		}
}

static void decide(const char *what, const struct skl_policy *policy,
		   const struct skl_policy_request *request)
{
	struct skl_decision decision;

	skl_policy_decide(policy, NULL, request, &decision);
	put_request(what, request, &decision);
}

static void decide_tests(const struct skl_policy *policy)
{
	for (uint16_t i = 0; i < policy->rule_count; i++)
		for (size_t t = 0; t < policy->rules[i].test_count; t++) {
			const struct skl_rule_test *test = &policy->rules[i].tests[t];
			struct skl_policy_request request;
			struct skl_expect expect = {0};

			skl_policy_fitting_request(policy, i, &request);
			if (skl_policy_words(policy, test->words, "", test->line, test->column,
					     &request, &expect, NULL, NULL) != SKL_OK)
				exit(3);
			decide("test", policy, &request);
		}
}

static void read_file(const char *path, struct skl_buf *text)
{
	char bytes[4096];
	size_t got;
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		exit(3);
	}
	skl_buf_init(text, SKL_POLICY_FILE_BYTES_MAX);
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		skl_buf_add(text, bytes, got);
	(void)fclose(file); /* only read from */
}

int main(int argc, char **argv)
{
	static const struct skl_policy_opts how = {.environment = SKL_ENVIRONMENT_TEST};
	static struct skl_buf texts[SKL_POLICY_FILES_MAX];
	static struct skl_policy_file files[SKL_POLICY_FILES_MAX];
	struct skl_policy *policy = NULL;
	struct skl_error error = {0};
	size_t count = argc > 3 ? (size_t)(argc - 3) : 0;
	uint32_t seed, left;

	if (count == 0 || count > SKL_POLICY_FILES_MAX)
		return 2;
	seed = (uint32_t)strtoul(argv[1], NULL, 10) | 1u;
	left = (uint32_t)strtoul(argv[2], NULL, 10);
	for (size_t i = 0; i < count; i++) {
		const char *slash = strrchr(argv[3 + i], '/');

		read_file(argv[3 + i], &texts[i]);
		files[i] = (struct skl_policy_file){slash ? slash + 1 : argv[3 + i],
						    skl_buf_view(&texts[i])};
	}
	if (skl_policy_load(files, count, &how, &policy, &error) != SKL_OK) {
		fprintf(stderr, "%u:%u %s\n", error.line, error.column, error.text);
		return 3;
	}
	put_catalogue();
	decide_tests(policy);
	while (left > 0) {
		struct skl_policy_request request;

		random_request(&seed, policy, &request);
		decide("sample", policy, &request);
		left -= left < request.section_count ? left : request.section_count;
	}
	skl_policy_free(policy);
	for (size_t i = 0; i < count; i++)
		skl_buf_done(&texts[i]);
	return fflush(stdout) == 0 ? 0 : 3;
}
