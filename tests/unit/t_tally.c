/* SPDX-License-Identifier: EUPL-1.2 */

/* Saved queries of schakel-audit, and what is counted by organisation: never a small number. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A program's own part is in no library: its source is taken in here. */
#include "../../broker/schakel-audit/query_saved.c"
#include "../../broker/schakel-audit/query_set.c"
#include "../../broker/schakel-audit/tally.c"

#define A_MONDAY INT64_C(1772409600000) /* 2026-03-02 */

static struct tally *tally;

static void count(const char *sender, enum skl_entry kind, enum skl_outcome outcome,
		  int64_t decided_ms, const Schakel__V1__MessageDetail *detail, unsigned times)
{
	struct query_row row = {
		.leaf = {.kind = kind, .outcome = outcome, .decided_ms = decided_ms},
		.detail = detail,
	};

	(void)snprintf(row.leaf.sender, sizeof(row.leaf.sender), "%s", sender);
	while (times--)
		assert_int_equal(tally_row(tally, &row), SKL_OK);
}

static void expect(const char *text)
{
	struct skl_buf buf;

	skl_buf_init(&buf, 65536);
	tally_text(tally, &buf);
	assert_string_equal(skl_buf_str(&buf), text);
	skl_buf_done(&buf);
	tally_free(tally);
}

static void test_refusals(void **state)
{
	Schakel__V1__MessageDetail refusal, no_answer, other;

	(void)state;
	schakel__v1__message_detail__init(&refusal);
	schakel__v1__message_detail__init(&no_answer);
	schakel__v1__message_detail__init(&other);
	refusal.kind = SCHAKEL__V1__KIND__KIND_REFUSAL;
	no_answer.text = (char *)(uintptr_t) "no_answer";
	other.text = (char *)(uintptr_t) "triage";
	assert_int_equal(tally_new(TALLY_REFUSALS, &tally), SKL_OK);
	count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED, 1, &refusal, 12);
	count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED, 1, &other, 50);
	count("vt-zw", SKL_ENTRY_CLOCK, SKL_OUTCOME_PERMITTED, 1, &no_answer, 10);
	count("vt-zw", SKL_ENTRY_CLOCK, SKL_OUTCOME_PERMITTED, 1, &other, 40);
	count("team", SKL_ENTRY_RECEIPT, SKL_OUTCOME_PERMITTED, 1, &other, 30);
	count("politie-nh", SKL_ENTRY_DECISION, SKL_OUTCOME_DENIED_NO_RULE, 1, NULL, 9);
	count("om", SKL_ENTRY_DECISION, SKL_OUTCOME_DENIED_FORBIDDEN, 1, &refusal, 11);
	expect("organisation,denied,refused,no_answer\n"
	       "om,11,<10,<10\n"
	       "politie-nh,<10,<10,<10\n"
	       "vt-zw,<10,12,10\n");
}

static void test_volume(void **state)
{
	(void)state;
	assert_int_equal(tally_new(TALLY_VOLUME, &tally), SKL_OK);
	count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY, NULL, 11);
	count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY + WEEK_MS, NULL, 23);
	/* a week of nothing, and a denial that is no disclosure */
	count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_DENIED_NO_RULE, A_MONDAY + 2 * WEEK_MS, NULL,
	      99);
	count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED, A_MONDAY + 4 * WEEK_MS - 1, NULL,
	      22);
	count("team", SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED, A_MONDAY - 1, NULL, 1);
	expect("organisation,week,disclosures,median,remark\n"
	       "team,2026-02-23,<10,<10,\n"
	       "vt-zw,2026-03-02,11,11,\n"
	       "vt-zw,2026-03-09,23,11,unusual\n"
	       "vt-zw,2026-03-16,<10,11,\n"
	       "vt-zw,2026-03-23,22,11,\n");
}

/* Nothing that is told depends on what a number below 10 is. */
static void test_small_is_hidden(void **state)
{
	(void)state;
	for (unsigned small = 1; small < TALLY_CELL_MIN; small++) {
		assert_int_equal(tally_new(TALLY_VOLUME, &tally), SKL_OK);
		count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY, NULL, small);
		count("vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY + WEEK_MS, NULL, 13);
		expect("organisation,week,disclosures,median,remark\n"
		       "vt-zw,2026-03-02,<10,<10,\n"
		       "vt-zw,2026-03-09,13,<10,\n");
	}
}

static void test_limits(void **state)
{
	struct query_row row = {
		.leaf = {.kind = SKL_ENTRY_DECISION, .outcome = SKL_OUTCOME_CUT, .sender = "a"}};

	(void)state;
	assert_int_equal(tally_new(TALLY_VOLUME, &tally), SKL_OK);
	assert_int_equal(tally_row(tally, &row), SKL_ELIMIT); /* before there was a week */
	row.leaf.decided_ms = A_MONDAY;
	assert_int_equal(tally_row(tally, &row), SKL_OK);
	row.leaf.decided_ms = A_MONDAY + TALLY_WEEKS_MAX * WEEK_MS;
	assert_int_equal(tally_row(tally, &row), SKL_ELIMIT);
	tally_free(tally);
	assert_int_equal(tally_new(TALLY_VOLUME, &tally), SKL_OK);
	row.leaf.decided_ms = A_MONDAY;
	for (unsigned i = 0; i <= TALLY_PARTNERS_MAX; i++) {
		(void)snprintf(row.leaf.sender, sizeof(row.leaf.sender), "p%u", i);
		assert_int_equal(tally_row(tally, &row),
				 i < TALLY_PARTNERS_MAX ? SKL_OK : SKL_ELIMIT);
	}
	tally_free(tally);
}

static void test_saved(void **state)
{
	struct skl_error why = {.text = ""};
	struct query query = {.limit = 7};
	size_t count = 0;

	(void)state;
	for (; query_saved_at(count); count++) {
		struct query one = {.limit = 7};

		assert_ptr_equal(query_saved_set(&one, query_saved_at(count)->name, &why),
				 query_saved_at(count));
		assert_memory_not_equal(&one, &query, sizeof(one));
	}
	assert_int_equal(count, 6);
	assert_null(query_saved_set(&query, "everything", &why));
	assert_non_null(query_saved_set(&query, "without-consent", &why));
	assert_true(query.without_consent && query.details && query.entries.count == 1 &&
		    query.entries.value[0] == SKL_ENTRY_DECISION);
}

static void test_rule_and_subject(void **state)
{
	struct skl_error why = {.text = ""};
	struct query query = {.limit = 0};
	char pseudonym[65];

	(void)state;
	assert_int_equal(query_set(&query, "rule", "PV-01", &why), SKL_OK);
	assert_int_equal(query_set(&query, "rule", "PV 01", &why), SKL_EINVAL);
	query.rule_count = QUERY_LIST_MAX;
	assert_int_equal(query_set(&query, "rule", "PV-01", &why), SKL_EINVAL);
	memset(pseudonym, 'a', 64);
	pseudonym[64] = '\0';
	assert_int_equal(query_set(&query, "subject", pseudonym, &why), SKL_OK);
	assert_true(query.has_subject && query.subject[31] == 0xaa);
	assert_int_equal(query_set(&query, "subject", pseudonym + 1, &why), SKL_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),         cmocka_unit_test(test_volume),
		cmocka_unit_test(test_limits),           cmocka_unit_test(test_saved),
		cmocka_unit_test(test_rule_and_subject), cmocka_unit_test(test_small_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
