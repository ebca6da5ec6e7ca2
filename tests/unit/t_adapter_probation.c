/* SPDX-License-Identifier: EUPL-1.2 */

/* Probation: what its messages are for and to whom, and the tasks that received ones give it. */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"
#include "skl_mem.h"
#include "skl_probation.h"

#define NOW_MS  INT64_C(1772720400000)
#define HOUR_MS INT64_C(3600000)

/* ---- messages ---- */

static void map_sample(const char *name, const struct skl_context *about, struct skl_mapped *mapped,
		       struct skl_findings *findings)
{
	struct skl_own_opts opts = skl_probation_own_opts(NOW_MS);
	struct skl_buf text;
	char path[128];
	json_t *object;

	(void)snprintf(path, sizeof(path), "adapters/probation/samples/%s", name);
	skl_buf_init(&text, 1 << 20);
	native_read(path, &text);
	*findings = (struct skl_findings){0};
	object = skl_own_parse(skl_buf_view(&text), findings);
	assert_non_null(object);
	json_object_del(object, "case"); /* a number of the own system: kept by the adapter */
	skl_own_address(object, NULL, skl_probation_addresses, skl_probation_address_count);
	opts.about = about;
	assert_int_equal(skl_own_map(object, &opts, mapped, findings), SKL_OK);
	json_decref(object);
	skl_buf_done(&text);
}

static void test_contact_address(void **state)
{
	struct skl_context about = {.kind = SKL_KIND_BAN_ORDER};
	struct skl_findings findings;
	struct skl_mapped mapped;

	(void)state;
	map_sample("contactadres.json", &about, &mapped, &findings);
	assert_int_equal(mapped.kind, SKL_KIND_BAN_CONTACT_ADDRESS);
	assert_string_equal(mapped.to_partner, "gemeente-zaanstad");
	assert_int_equal(mapped.also_count, 1);
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_PURPOSE)->value,
			 SKL_PURPOSE_HOUSE_BAN);
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_GROUND)->value,
			 SKL_GROUND_COVENANT);
	/* it is held under the act on judicial data, unless it says otherwise */
	assert_int_equal(mapped.sections[1].source_law, SKL_SOURCE_LAW_WJSG);
	skl_mapped_done(&mapped);
}

/* One message, a purpose for each: nobody wrote them. */
static void test_two_purposes(void **state)
{
	struct skl_findings findings;
	struct skl_mapped mapped;

	(void)state;
	map_sample("voortgang.json", NULL, &mapped, &findings);
	assert_string_equal(mapped.to_partner, "om-nh");
	assert_int_equal(mapped.also[0].purpose, SKL_PURPOSE_STOP_VIOLENCE);
	assert_int_equal(mapped.also[0].ground, SKL_GROUND_COVENANT);
	skl_mapped_done(&mapped);
}

/* ---- tasks ---- */

static struct skl_context message(uint8_t id, enum skl_kind kind, uint8_t case_ref, int64_t at_ms)
{
	struct skl_context context = {.kind = kind, .has_case = case_ref != 0, .at_ms = at_ms};

	memset(context.id, id, sizeof(context.id));
	memset(context.case_ref, case_ref, sizeof(context.case_ref));
	(void)snprintf(context.partner, sizeof(context.partner), "gemeente-zaanstad");
	return context;
}

static struct skl_context sent(uint8_t id, enum skl_kind kind, uint8_t case_ref, int64_t at_ms)
{
	struct skl_context context = message(id, kind, case_ref, at_ms);

	context.is_ours = true;
	return context;
}

/* What is asked, then what ended it: open and late. */
struct story {
	const char *name;
	struct skl_context messages[4];
	size_t open;
	size_t late;
};

static void test_tasks(void **state)
{
	struct skl_context order = message(1, SKL_KIND_BAN_ORDER, 7, NOW_MS - 30 * HOUR_MS);
	struct skl_context fresh = message(2, SKL_KIND_BAN_ORDER, 8, NOW_MS - HOUR_MS);
	struct skl_context dismissed =
		message(3, SKL_KIND_PROSECUTION_DECISION, 7, NOW_MS - HOUR_MS);
	struct skl_context invite = message(4, SKL_KIND_CONFERENCE_INVITE, 0, NOW_MS - HOUR_MS);
	struct skl_context absent = sent(5, SKL_KIND_CONFERENCE_ABSENCE, 0, NOW_MS);

	(void)state;
	order.due_ms = order.at_ms + 24 * HOUR_MS;
	fresh.due_ms = fresh.at_ms + 24 * HOUR_MS;
	dismissed.is_for_knowledge = true;
	absent.has_about = true;
	memcpy(absent.about, invite.id, SKL_ID_BYTES);

	const struct story stories[] = {
		{"late", {order}, 1, 1},
		{"in time", {fresh}, 1, 0},
		{"two cases", {order, fresh}, 2, 1},
		{"answered",
		 {order, sent(9, SKL_KIND_BAN_CONTACT_ADDRESS, 7, NOW_MS - 20 * HOUR_MS)},
		 0,
		 0},
		{"answered in another case",
		 {order, sent(9, SKL_KIND_BAN_CONTACT_ADDRESS, 8, NOW_MS)},
		 1,
		 1},
		{"a second ban asks anew",
		 {sent(9, SKL_KIND_BAN_CONTACT_ADDRESS, 7, NOW_MS - 40 * HOUR_MS), order},
		 1,
		 1},
		{"what others send is no answer",
		 {order, message(9, SKL_KIND_BAN_CONTACT_ADDRESS, 7, NOW_MS)},
		 1,
		 1},
		{"revoked", {order, message(9, SKL_KIND_BAN_REVOCATION, 7, NOW_MS)}, 0, 0},
		{"told twice, asked once",
		 {order, message(9, SKL_KIND_HELPER_ASSIGNED, 7, NOW_MS - HOUR_MS)},
		 1,
		 1},
		{"a dismissal asks nothing", {dismissed}, 0, 0},
		{"a sentence does", {message(9, SKL_KIND_SENTENCE, 7, NOW_MS)}, 1, 0},
		{"a violation is an answer too",
		 {message(9, SKL_KIND_SENTENCE, 7, NOW_MS - HOUR_MS),
		  sent(10, SKL_KIND_SUPERVISION_VIOLATION, 7, NOW_MS)},
		 0,
		 0},
		{"no case, by what it answers", {invite, absent}, 0, 0},
		{"no case, no answer",
		 {invite, sent(9, SKL_KIND_CONFERENCE_ABSENCE, 0, NOW_MS)},
		 1,
		 0},
		{"who directs asks nothing",
		 {message(9, SKL_KIND_DIRECTOR_CHANGE, 7, NOW_MS)},
		 0,
		 0},
	};

	for (size_t i = 0; i < SKL_COUNT(stories); i++) {
		struct skl_probation_tasks *tasks = skl_calloc(1, sizeof(*tasks));
		const struct story *story = &stories[i];
		size_t open;
		size_t late;

		assert_non_null(tasks);
		for (size_t k = 0; k < SKL_COUNT(story->messages); k++) {
			if (story->messages[k].kind && !story->messages[k].is_ours)
				skl_probation_ask(tasks, &story->messages[k]);
		}
		for (size_t k = 0; k < SKL_COUNT(story->messages); k++) {
			if (story->messages[k].kind)
				skl_probation_end(tasks, &story->messages[k]);
		}
		skl_probation_settle(tasks, NOW_MS, &open, &late);
		if (open != story->open || late != story->late)
			fail_msg("%s: %zu open, %zu late", story->name, open, late);
		skl_free(tasks);
	}
}

static const char *text_at(const json_t *list, size_t index, const char *key)
{
	return json_string_value(json_object_get(json_array_get(list, index), key));
}

static void test_list(void **state)
{
	SKL_CLEANUP(skl_freep) struct skl_probation_tasks *tasks = skl_calloc(1, sizeof(*tasks));
	struct skl_context sentence = message(1, SKL_KIND_SENTENCE, 7, NOW_MS - 50 * HOUR_MS);
	struct skl_context order = message(2, SKL_KIND_BAN_ORDER, 7, NOW_MS - 30 * HOUR_MS);
	const json_t *list;
	json_t *root;

	(void)state;
	assert_non_null(tasks);
	order.due_ms = NOW_MS - 6 * HOUR_MS;
	skl_probation_ask(tasks, &sentence);
	skl_probation_ask(tasks, &order);
	root = skl_probation_list(tasks, NOW_MS);
	list = json_object_get(root, "tasks");
	assert_int_equal(json_array_size(list), 2);
	/* what has a term first */
	assert_string_equal(text_at(list, 0, "task"), "ban_contact_address");
	assert_string_equal(text_at(list, 0, "kind"), "ban_order");
	assert_true(json_is_true(json_object_get(json_array_get(list, 0), "late")));
	assert_string_equal(text_at(list, 0, "due"), "2026-03-05T08:20:00Z");
	assert_string_equal(text_at(list, 0, "from"), "gemeente-zaanstad");
	assert_string_equal(text_at(list, 0, "messageId"), "02020202020202020202020202020202");
	assert_string_equal(text_at(list, 1, "task"), "probation_progress");
	assert_null(text_at(list, 1, "due"));
	assert_int_equal(json_integer_value(json_object_get(root, "late")), 1);
	json_decref(root);
}

static void test_limit(void **state)
{
	SKL_CLEANUP(skl_freep) struct skl_probation_tasks *tasks = skl_calloc(1, sizeof(*tasks));
	json_t *root;

	(void)state;
	assert_non_null(tasks);
	for (size_t i = 0; i < SKL_PROBATION_TASKS_N + 3; i++) {
		struct skl_context query =
			message((uint8_t)i, SKL_KIND_KNOWN_QUERY, 0, NOW_MS - HOUR_MS);

		skl_probation_ask(tasks, &query);
	}
	root = skl_probation_list(tasks, NOW_MS);
	assert_int_equal(json_array_size(json_object_get(root, "tasks")), SKL_PROBATION_TASKS_N);
	assert_int_equal(json_integer_value(json_object_get(root, "more")), 3);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contact_address), cmocka_unit_test(test_two_purposes),
		cmocka_unit_test(test_tasks),           cmocka_unit_test(test_list),
		cmocka_unit_test(test_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
