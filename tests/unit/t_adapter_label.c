/* SPDX-License-Identifier: EUPL-1.2 */

/* The table of section content, the label check on right and wrong content, and its documentation.
 */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_label.h"
#include "skl_mem.h"

struct row {
	const char *name;
	enum skl_category category;
	const char *content;
	const char *fault; /* part of the text; NULL: accepted */
	struct skl_label_rows rows;
};

/* Every row is about subjects 7 and 9. */
static const struct row rows[] = {
	{"identity",
	 SKL_CATEGORY_IDENTITY,
	 "{\"family_name\":\"V\",\"born\":\"1991-05-17\"}",
	 NULL,
	 {0}},
	{"not JSON", SKL_CATEGORY_IDENTITY, "{\"family_name\":", "not a JSON object", {0}},
	{"an array", SKL_CATEGORY_IDENTITY, "[1]", "must be an object", {0}},
	{"a name twice",
	 SKL_CATEGORY_BSN,
	 "{\"bsn\":\"111222333\",\"bsn\":\"123456782\"}",
	 "not a JSON object",
	 {0}},
	{"required", SKL_CATEGORY_IDENTITY, "{\"sex\":\"female\"}", "family_name: missing", {0}},
	{"unknown word",
	 SKL_CATEGORY_IDENTITY,
	 "{\"family_name\":\"V\",\"sex\":\"v\"}",
	 "sex: not one of",
	 {0}},
	{"no date",
	 SKL_CATEGORY_IDENTITY,
	 "{\"family_name\":\"V\",\"born\":\"1991-13-17\"}",
	 "born: no date",
	 {0}},
	{"a field of another category",
	 SKL_CATEGORY_FEEDBACK,
	 "{\"taken_up\":true,\"bsn\":\"111222333\"}",
	 "does not belong here",
	 {0}},
	{"bsn", SKL_CATEGORY_BSN, "{\"bsn\":\"111222333\"}", NULL, {0}},
	{"bsn fails", SKL_CATEGORY_BSN, "{\"bsn\":\"111222334\"}", "11-test", {0}},
	{"bsn as number", SKL_CATEGORY_BSN, "{\"bsn\":111222333}", "must be a text", {0}},
	{"text too long",
	 SKL_CATEGORY_CONTACT,
	 "{\"address\":{\"postcode\":\"12345678901234567\"}}",
	 "address.postcode: longer",
	 {0}},
	{"empty text", SKL_CATEGORY_CONTACT, "{\"email\":\"\"}", "email: empty", {0}},
	{"control character",
	 SKL_CATEGORY_ADVICE,
	 "{\"text\":\"a\\u0007b\"}",
	 "control characters",
	 {0}},
	{"newline", SKL_CATEGORY_ADVICE, "{\"text\":\"a\\nb\"}", NULL, {0}},
	{"nul", SKL_CATEGORY_ADVICE, "{\"text\":\"a\\u0000b\"}", "not a JSON object", {0}},
	{"fact",
	 SKL_CATEGORY_INCIDENT,
	 "{\"facts\":[{\"ref\":\"f1\",\"at\":\"2026-03-04T02:05:00+01:00\",\"actor\":9,\"target\":"
	 "7,"
	 "\"types\":[\"physical\"],\"act\":\"slaat\",\"impact\":\"bang\"}]}",
	 NULL,
	 {0}},
	{"fact without impact",
	 SKL_CATEGORY_INCIDENT,
	 "{\"facts\":[{\"ref\":\"f1\",\"at\":\"2026-03-04T02:05:00Z\",\"actor\":9,\"target\":7,"
	 "\"act\":\"slaat\"}]}",
	 "facts[0].impact: missing",
	 {0}},
	{"fact that says so",
	 SKL_CATEGORY_INCIDENT,
	 "{\"facts\":[{\"ref\":\"f1\",\"at\":\"2026-03-04T02:05:00Z\",\"actor\":9,\"target\":7,"
	 "\"act\":\"slaat\",\"incomplete\":[\"impact\"]}]}",
	 NULL,
	 {0}},
	{"what may not be left out",
	 SKL_CATEGORY_INCIDENT,
	 "{\"facts\":[{\"at\":\"2026-03-04T02:05:00Z\",\"actor\":9,\"target\":7,"
	 "\"act\":\"slaat\",\"impact\":\"bang\",\"incomplete\":[\"ref\"]}]}",
	 "facts[0].incomplete[0]: not one of",
	 {0}},
	{"a person it is not about",
	 SKL_CATEGORY_INCIDENT,
	 "{\"facts\":[{\"ref\":\"f1\",\"at\":\"2026-03-04T02:05:00Z\",\"actor\":8,\"target\":7,"
	 "\"act\":\"slaat\",\"impact\":\"bang\"}]}",
	 "facts[0].actor: a person the section is not about",
	 {0}},
	{"no facts", SKL_CATEGORY_INCIDENT, "{\"facts\":[]}", "facts: an empty list", {0}},
	{"facts is no list", SKL_CATEGORY_INCIDENT, "{\"facts\":{}}", "facts: must be a list", {0}},
	{"type not in the list",
	 SKL_CATEGORY_INCIDENT,
	 "{\"facts\":[{\"ref\":\"f1\",\"types\":[\"slapping\"]}]}",
	 "facts[0].types[0]: not in the closed list",
	 {0}},
	{"score",
	 SKL_CATEGORY_SAFETY_RATING,
	 "{\"ratings\":[{\"by\":7,\"score\":5,\"at\":\"2026-03-04T02:05:00Z\"}]}",
	 NULL,
	 {.rating = SKL_RATING_BELOW_6}},
	{"score over ten",
	 SKL_CATEGORY_SAFETY_RATING,
	 "{\"ratings\":[{\"by\":7,\"score\":11,\"at\":\"2026-03-04T02:05:00Z\"}]}",
	 "ratings[0].score",
	 {0}},
	{"score against the row",
	 SKL_CATEGORY_SAFETY_RATING,
	 "{\"ratings\":[{\"by\":7,\"score\":5,\"at\":\"2026-03-04T02:05:00Z\"},"
	 "{\"by\":9,\"score\":8,\"at\":\"2026-03-04T02:05:00Z\"}]}",
	 "ratings: contradicts",
	 {.rating = SKL_RATING_7_PLUS}},
	{"triage",
	 SKL_CATEGORY_TRIAGE,
	 "{\"unsafety\":\"acute\",\"outcome\":\"local_team\",\"summary\":\"s\"}",
	 NULL,
	 {.unsafety = SKL_UNSAFETY_ACUTE, .triage_outcome = SKL_TRIAGE_OUTCOME_LOCAL_TEAM}},
	{"triage unsafety against the row",
	 SKL_CATEGORY_TRIAGE,
	 "{\"unsafety\":\"none\",\"outcome\":\"local_team\",\"summary\":\"s\"}",
	 "unsafety: contradicts",
	 {.unsafety = SKL_UNSAFETY_ACUTE}},
	{"triage outcome against the row",
	 SKL_CATEGORY_TRIAGE,
	 "{\"unsafety\":\"acute\",\"outcome\":\"end\",\"summary\":\"s\"}",
	 "outcome: contradicts",
	 {.triage_outcome = SKL_TRIAGE_OUTCOME_LOCAL_TEAM}},
	{"pattern against the row",
	 SKL_CATEGORY_DOOR_CARD,
	 "{\"instructions\":[\"spreek haar apart\"],\"weighed_by\":\"u-1\",\"pattern\":\"none\"}",
	 "pattern: contradicts",
	 {.pattern = SKL_PATTERN_COERCIVE_CONTROL}},
	{"feedback against the row",
	 SKL_CATEGORY_FEEDBACK,
	 "{\"taken_up\":true}",
	 "taken_up: contradicts",
	 {.taken_up = -1}},
	{"feedback as the row",
	 SKL_CATEGORY_FEEDBACK,
	 "{\"taken_up\":false}",
	 NULL,
	 {.taken_up = -1}},
	{"nothing known", SKL_CATEGORY_HISTORY_VIOLENCE, "{\"known\":false}", NULL, {0}},
	{"nothing known and something",
	 SKL_CATEGORY_HISTORY_SEXUAL,
	 "{\"known\":false,\"items\":[{\"role\":\"suspect\",\"text\":\"t\"}]}",
	 "items: contradicts",
	 {0}},
	{"known and nothing",
	 SKL_CATEGORY_HISTORY_FIREARM_USE,
	 "{\"known\":true,\"items\":[]}",
	 "items: contradicts",
	 {0}},
	{"no category", (enum skl_category)99, "{}", "unknown category", {0}},
};

static void test_rows(void **state)
{
	static const uint32_t about[] = {7, 9};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_label_rows label = rows[i].rows;
		struct skl_error error = {0};
		enum skl_err err;

		label.category = rows[i].category;
		label.about = about;
		label.about_count = 2;
		err = skl_label_check(&label, skl_view_str(rows[i].content), &error);
		if (rows[i].fault ? (err != SKL_EMISLABELLED || !strstr(error.text, rows[i].fault))
				  : err != SKL_OK)
			fail_msg("%s: %d %s", rows[i].name, (int)err, error.text);
	}
}

/* What is refused is never repeated: it may be about a person. */
static void test_no_values_in_errors(void **state)
{
	static const char *const contents[] = {"{\"SECRETNAME\":1}",
					       "{\"taken_up\":\"SECRETNAME\"}",
					       "{\"taken_up\":true,\"text\":5,\"SECRETNAME\":{}}"};
	struct skl_label_rows label = {.category = SKL_CATEGORY_FEEDBACK};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(contents); i++) {
		struct skl_error error = {0};

		assert_int_equal(skl_label_check(&label, skl_view_str(contents[i]), &error),
				 SKL_EMISLABELLED);
		assert_null(strstr(error.text, "SECRET"));
	}
}

static void test_too_large(void **state)
{
	struct skl_label_rows label = {.category = SKL_CATEGORY_ADVICE};
	struct skl_error error = {0};
	char *big = skl_calloc(1, SKL_LABEL_MAX_BYTES + 1);

	(void)state;
	assert_non_null(big);
	memset(big, ' ', SKL_LABEL_MAX_BYTES + 1);
	assert_int_equal(skl_label_check(&label, skl_view_of(big, SKL_LABEL_MAX_BYTES + 1), &error),
			 SKL_EMISLABELLED);
	skl_free(big);
}

static void test_every_category_has_fields(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= skl_code_count(SKL_LIST_CATEGORY); i++)
		assert_non_null(skl_label_fields((enum skl_category)i));
	assert_null(skl_label_fields(SKL_CATEGORY_UNSPECIFIED));
}

static void test_documented(void **state)
{
	static const char mark[] = "<!-- table -->\n\n";
	const char *src = getenv("SRC");
	char path[512];
	struct skl_buf doc;
	struct skl_buf table;
	char block[4096];
	const char *from;
	size_t n;
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/proto/CONTENT.md", src ? src : ".");
	file = fopen(path, "re");
	assert_non_null(file);
	skl_buf_init(&doc, 1 << 20);
	skl_buf_init(&table, 1 << 20);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		skl_buf_add(&doc, block, n);
	(void)fclose(file);
	from = strstr(skl_buf_str(&doc), mark);
	assert_non_null(from);
	skl_label_describe(&table);
	if (strcmp(from + strlen(mark), skl_buf_str(&table)) != 0)
		fail_msg("proto/CONTENT.md differs from the table; it should end with:\n%s",
			 skl_buf_str(&table));
	skl_buf_done(&doc);
	skl_buf_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),       cmocka_unit_test(test_no_values_in_errors),
		cmocka_unit_test(test_too_large),  cmocka_unit_test(test_every_category_has_fields),
		cmocka_unit_test(test_documented),
	};

	return cmocka_run_group_tests_name("adapter_label", tests, NULL, NULL);
}
