/* SPDX-License-Identifier: EUPL-1.2 */

/* Charts of the console: what is shown does not depend on a number below ten. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A program's own part is in no library: its source is taken in here. */
#include "../../broker/schakel-audit/chart.c"

#define A_MONDAY INT64_C(1772409600000) /* 2026-03-02 */

static struct chart *made(void)
{
	struct chart *chart = NULL;

	if (chart_new(&chart) != SKL_OK || !chart)
		abort();
	return chart;
}

static void count(struct chart *chart, const char *to, enum skl_entry kind,
		  enum skl_outcome outcome, int64_t at_ms, uint32_t code, unsigned times)
{
	Schakel__V1__MessageDetail detail;
	struct query_row row = {.leaf = {.kind = kind, .outcome = outcome, .decided_ms = at_ms},
				.detail = &detail};

	schakel__v1__message_detail__init(&detail);
	detail.ground = (Schakel__V1__Ground)(kind == SKL_ENTRY_DECISION ? code : 0);
	detail.clock = (Schakel__V1__ClockId)(kind == SKL_ENTRY_CLOCK ? code : 0);
	memcpy(row.leaf.sender, "politie-nh", 11);
	(void)snprintf(row.leaf.recipient, sizeof(row.leaf.recipient), "%s", to);
	while (times--)
		assert_int_equal(chart_row(chart, &row), SKL_OK);
}

static void test_cells(void **state)
{
	SKL_CLEANUP(chart_freep) struct chart *chart = made();
	const struct chart_cell *cell;

	(void)state;
	count(chart, "vt-zw/front", SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED, A_MONDAY, 1, 6);
	count(chart, "vt-zw/back", SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED, A_MONDAY + 1, 1, 6);
	count(chart, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY, 1, 10);
	count(chart, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_DENIED_NO_RULE, A_MONDAY, 1, 11);
	count(chart, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY - 1, 1, 13);
	count(chart, "vt-zw", SKL_ENTRY_RECEIPT, SKL_OUTCOME_PERMITTED, A_MONDAY, 1, 99);
	count(chart, "", SKL_ENTRY_CLOCK, SKL_OUTCOME_UNSPECIFIED, A_MONDAY, 2, 14);
	chart_close(chart);
	assert_int_equal(chart_count(chart), 5);
	cell = chart_at(chart, 0);
	assert_true(cell->what == CHART_LATE && cell->count == 14 && cell->code == 2);
	cell = chart_at(chart, 1);
	assert_true(cell->count == 13 && cell->monday_ms == A_MONDAY - WEEK_MS);
	cell = chart_at(chart, 2);
	assert_true(cell->what == CHART_PERMITTED && cell->count == 12);
	assert_string_equal(cell->to, "vt-zw");
	assert_true(chart_at(chart, 3)->count == 10 && chart_at(chart, 4)->count == 11);
}

/* Whatever small numbers there are, 0 too, a closed chart is the same byte for byte. */
static void test_small_is_forgotten(void **state)
{
	SKL_CLEANUP(chart_freep) struct chart *none = made();

	(void)state;
	count(none, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY, 1, 25);
	chart_close(none);
	for (unsigned small = 1; small < TALLY_CELL_MIN; small++) {
		SKL_CLEANUP(chart_freep) struct chart *some = made();

		count(some, "om", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY, 1, small);
		count(some, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY, 1, 25);
		count(some, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED, A_MONDAY, 1, small);
		count(some, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY, 2, small);
		count(some, "vt-zw", SKL_ENTRY_DECISION, SKL_OUTCOME_CUT, A_MONDAY - 1, 1, small);
		count(some, "", SKL_ENTRY_CLOCK, SKL_OUTCOME_UNSPECIFIED, A_MONDAY, 2, small);
		chart_close(some);
		assert_memory_equal(some, none, sizeof(*some));
	}
}

static void test_limit(void **state)
{
	SKL_CLEANUP(chart_freep) struct chart *chart = made();
	struct chart_cell cell = {.from = "a", .what = CHART_CUT};

	(void)state;
	for (cell.code = 0; cell.code < CHART_CELLS_MAX; cell.code++)
		assert_int_equal(add(chart, &cell), SKL_OK);
	assert_int_equal(add(chart, &cell), SKL_ELIMIT);
	cell.code = 7;
	assert_int_equal(add(chart, &cell), SKL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_small_is_forgotten),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
