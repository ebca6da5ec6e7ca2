/* SPDX-License-Identifier: EUPL-1.2 */
/* The catalogue is whole and agrees with itself; terms and dates. */
#include "t_policy.h"

static void every_kind_has_its_row(void **state)
{
	uint64_t roles = (UINT64_C(1) << (skl_code_count(SKL_LIST_ROLE) + 1)) - 2;
	uint64_t categories = (UINT64_C(1) << (skl_code_count(SKL_LIST_CATEGORY) + 1)) - 2;

	(void)state;
	assert_null(skl_catalogue_kind(0));
	assert_null(skl_catalogue_kind(skl_code_count(SKL_LIST_KIND) + 1));
	assert_null(skl_catalogue_kind(UINT32_MAX));
	for (uint32_t kind = 1; kind <= skl_code_count(SKL_LIST_KIND); kind++) {
		const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

		assert_non_null(row);
		if (!row)
			continue; /* the analyzers do not know that the line before ends the test */
		assert_int_equal(row->kind, kind);
		assert_non_null(skl_family_name(row->family));
		assert_true((row->senders & ~roles) == 0);
		assert_true((row->principals & ~roles) == 0);
		assert_true((row->required & ~categories) == 0);
		/* what must be answered names what it answers */
		if (row->needs_reply)
			assert_int_not_equal(row->answers[0], 0);
		for (size_t i = 0; i < SKL_COUNT(row->answers); i++)
			if (row->answers[i])
				assert_non_null(skl_catalogue_kind(row->answers[i]));
		if (row->is_anonymous)
			assert_true((row->required & SKL_BIT(SKL_CATEGORY_IDENTITY)) == 0);
	}
}

/* The kinds of a police report, its data, triage and feedback. */
static void kinds_of_scenario_a(void **state)
{
	const uint64_t history = SKL_BIT(SKL_CATEGORY_HISTORY_VIOLENCE) |
				 SKL_BIT(SKL_CATEGORY_HISTORY_SEXUAL) |
				 SKL_BIT(SKL_CATEGORY_HISTORY_FIREARM_POSSESSION) |
				 SKL_BIT(SKL_CATEGORY_HISTORY_FIREARM_USE);

	(void)state;
	assert_true(skl_catalogue_required(SKL_KIND_POLICE_REPORT, SKL_ROLE_VEILIG_THUIS) ==
		    (SKL_BIT(SKL_CATEGORY_IDENTITY) | SKL_BIT(SKL_CATEGORY_INCIDENT)));
	/* nothing is required towards who is not the kind's principal */
	assert_true(skl_catalogue_required(SKL_KIND_POLICE_REPORT, SKL_ROLE_OM) == 0);
	assert_true(skl_catalogue_required(SKL_KIND_POLICE_REPORT, 0) == 0);
	assert_true(skl_catalogue_required(SKL_KIND_POLICE_REPORT, 200) == 0);
	assert_true(skl_catalogue_required(0, SKL_ROLE_VEILIG_THUIS) == 0);
	assert_true(skl_catalogue_required(SKL_KIND_REPORT_RECEIPT, SKL_ROLE_POLICE) == 0);
	assert_true(skl_catalogue_required(SKL_KIND_POLICE_DATA_RESPONSE, SKL_ROLE_VEILIG_THUIS) ==
		    history);
	assert_true(skl_catalogue_kind(SKL_KIND_POLICE_DATA_RESPONSE)->is_fixed_shape);
	assert_true(skl_catalogue_required(SKL_KIND_FEEDBACK, SKL_ROLE_POLICE) ==
		    SKL_BIT(SKL_CATEGORY_FEEDBACK));
	assert_true(skl_catalogue_required(SKL_KIND_TRIAGE_OUTCOME, SKL_ROLE_LOCAL_TEAM) ==
		    SKL_BIT(SKL_CATEGORY_TRIAGE));
	assert_true(skl_catalogue_answers(SKL_KIND_REPORT_RECEIPT, SKL_KIND_POLICE_REPORT));
	assert_true(skl_catalogue_answers(SKL_KIND_FEEDBACK, SKL_KIND_POLICE_REPORT));
	assert_true(skl_catalogue_answers(SKL_KIND_TRIAGE_OUTCOME, SKL_KIND_POLICE_REPORT));
	assert_true(
		skl_catalogue_answers(SKL_KIND_POLICE_DATA_RESPONSE, SKL_KIND_POLICE_DATA_REQUEST));
	assert_true(skl_catalogue_answers(SKL_KIND_REFUSAL, SKL_KIND_POLICE_DATA_REQUEST));
	assert_false(skl_catalogue_answers(SKL_KIND_REFUSAL, SKL_KIND_POLICE_REPORT));
	assert_false(skl_catalogue_answers(SKL_KIND_POLICE_REPORT, 0));
	assert_true(skl_catalogue_needs_reply(SKL_KIND_POLICE_DATA_RESPONSE));
	assert_false(skl_catalogue_needs_reply(SKL_KIND_POLICE_REPORT));
	assert_false(skl_catalogue_needs_reply(0));
}

static void grounds_between_roles(void **state)
{
	static const struct {
		enum skl_ground ground;
		enum skl_role from;
		enum skl_role to;
		bool fits;
	} cases[] = {
		{SKL_GROUND_WPG_18_1_BPG_4_2_1_I, SKL_ROLE_POLICE, SKL_ROLE_VEILIG_THUIS, true},
		{SKL_GROUND_WPG_18_1_BPG_4_2_1_I, SKL_ROLE_POLICE, SKL_ROLE_YOUTH_PROTECTION, true},
		{SKL_GROUND_WPG_18_1_BPG_4_2_1_I, SKL_ROLE_POLICE, SKL_ROLE_OM, false},
		{SKL_GROUND_WPG_18_1_BPG_4_2_1_I, SKL_ROLE_VEILIG_THUIS, SKL_ROLE_POLICE, false},
		{SKL_GROUND_WPG_18_1_BPG_4_2_1_G, SKL_ROLE_POLICE, SKL_ROLE_PROBATION, true},
		{SKL_GROUND_WMO_4_1_1_2_D, SKL_ROLE_VEILIG_THUIS, SKL_ROLE_LOCAL_TEAM, true},
		{SKL_GROUND_WMO_4_1_1_2_D, SKL_ROLE_VEILIG_THUIS, SKL_ROLE_POLICE, false},
		{SKL_GROUND_WMO_4_1_1_2_E, SKL_ROLE_VEILIG_THUIS, SKL_ROLE_POLICE, true},
		{SKL_GROUND_WMO_5_2_6, SKL_ROLE_GP_AND_POH, SKL_ROLE_VEILIG_THUIS, true},
		{SKL_GROUND_CONSENT, SKL_ROLE_LOCAL_TEAM, SKL_ROLE_SHELTER, true},
		{SKL_GROUND_CONSENT, SKL_ROLE_LOCAL_TEAM, SKL_ROLE_POLICE, false},
		{SKL_GROUND_CONSENT, SKL_ROLE_PROBATION, SKL_ROLE_LOCAL_TEAM, false},
		{SKL_GROUND_CONSENT, SKL_ROLE_COURT, SKL_ROLE_LOCAL_TEAM, false},
		{SKL_GROUND_UNSPECIFIED, SKL_ROLE_POLICE, SKL_ROLE_VEILIG_THUIS, false},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(cases); i++)
		if (skl_catalogue_ground_fits(cases[i].ground, cases[i].from, cases[i].to) !=
		    cases[i].fits)
			fail_msg("case %zu", i);
	for (uint32_t ground = 1; ground <= skl_code_count(SKL_LIST_GROUND); ground++) {
		const struct skl_catalogue_ground *row = skl_catalogue_ground(ground);
		int64_t at_ms;

		assert_non_null(row);
		assert_int_equal(skl_date_parse(skl_view_str(row->text_date), &at_ms), SKL_OK);
		assert_true(row->from != 0 && row->to != 0);
	}
	assert_null(skl_catalogue_ground(0));
	assert_null(skl_catalogue_ground(99));
	assert_false(skl_catalogue_ground_fits(SKL_GROUND_WPG_19, SKL_ROLE_POLICE, 0));
	assert_false(skl_catalogue_ground_fits(SKL_GROUND_WPG_19, 64, SKL_ROLE_OM));
}

static void categories_that_are_special(void **state)
{
	(void)state;
	assert_int_equal(__builtin_popcountll(skl_catalogue_special()), 8);
	assert_true((skl_catalogue_joint() & SKL_BIT(SKL_CATEGORY_HOUSEHOLD)) != 0);
	assert_true((skl_catalogue_joint() & skl_catalogue_special()) == 0);
	assert_true((skl_catalogue_marked() & SKL_BIT(SKL_CATEGORY_INCIDENT)) != 0);
	assert_true((skl_catalogue_silent(SKL_PATTERN_NONE) & SKL_BIT(SKL_CATEGORY_STATEMENT)) ==
		    0);
	assert_true((skl_catalogue_silent(SKL_PATTERN_COERCIVE_CONTROL) &
		     SKL_BIT(SKL_CATEGORY_STATEMENT)) != 0);
	assert_true((skl_catalogue_silent(SKL_PATTERN_UNSPECIFIED) &
		     SKL_BIT(SKL_CATEGORY_WHEREABOUTS)) != 0);
}

static int64_t date(const char *text)
{
	int64_t at_ms = 0;

	assert_int_equal(skl_date_parse(skl_view_str(text), &at_ms), SKL_OK);
	return at_ms;
}

static void dates(void **state)
{
	static const char *const wrong[] = {"",           "2026-1-01",  "2026-13-01", "2026-00-10",
					    "2026-02-29", "2026-04-31", "1969-12-31", "2026-01-00",
					    "2026/01/01", "2026-01-0a", "2026-01-011"};
	int64_t at_ms = 7;

	(void)state;
	assert_true(date("1970-01-01") == 0);
	assert_true(date("2000-02-29") == INT64_C(951782400000));
	assert_true(date("2024-02-29") == INT64_C(1709164800000));
	assert_true(date("2026-03-04") == INT64_C(1772582400000));
	assert_true(date("9999-12-31") == INT64_C(253402214400000));
	for (size_t i = 0; i < SKL_COUNT(wrong); i++)
		assert_int_equal(skl_date_parse(skl_view_str(wrong[i]), &at_ms), SKL_ESYNTAX);
	assert_true(at_ms == 7);
}

/* Easter from tables of the church, and what hangs on it; King's Day on a Sunday is the 26th. */
static void holidays(void **state)
{
	static const char *const easters[] = {
		"1981-04-19", "2000-04-23", "2024-03-31", "2025-04-20", "2026-04-05",
		"2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2038-04-25",
		"2049-04-18", "2076-04-19", "2285-03-22"};
	static const char *const days[] = {"2026-01-01", "2026-04-03", "2026-04-06", "2026-04-27",
					   "2026-05-05", "2026-05-14", "2026-05-25", "2026-12-25",
					   "2026-12-26", "2025-04-26", "2031-04-26", "2036-04-26",
					   "2027-05-05", "2028-04-27"};
	static const char *const others[] = {"2026-04-05", "2026-04-04", "2025-04-27", "2026-04-26",
					     "2026-05-04", "2026-12-24", "2026-12-31", "2026-04-30",
					     "2028-02-29", "2026-12-05", "2026-05-15"};
	unsigned in_2026 = 0;

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(easters); i++) {
		int64_t easter = date(easters[i]) / SKL_DAY_MS;

		if (!skl_term_is_holiday(easter - 2) || !skl_term_is_holiday(easter + 1) ||
		    !skl_term_is_holiday(easter + 39) || !skl_term_is_holiday(easter + 50) ||
		    skl_term_is_holiday(easter - 1) || skl_term_is_holiday(easter + 40))
			fail_msg("Easter of %s", easters[i]);
	}
	for (size_t i = 0; i < SKL_COUNT(days); i++)
		if (!skl_term_is_holiday(date(days[i]) / SKL_DAY_MS))
			fail_msg("%s is a holiday", days[i]);
	for (size_t i = 0; i < SKL_COUNT(others); i++)
		if (skl_term_is_holiday(date(others[i]) / SKL_DAY_MS))
			fail_msg("%s is none", others[i]);
	for (int64_t day = date("2026-01-01") / SKL_DAY_MS; day < date("2027-01-01") / SKL_DAY_MS;
	     day++)
		in_2026 += skl_term_is_holiday(day);
	assert_int_equal(in_2026, 9);
}

static void terms(void **state)
{
	const int64_t hour = 3600000;
	const struct {
		int64_t from;
		struct skl_term term;
		int64_t due;
	} cases[] = {
		{date("2026-03-04"), {24, SKL_TERM_HOURS}, date("2026-03-05")},
		{date("2026-03-04"), {10, SKL_TERM_DAYS}, date("2026-03-14")},
		{date("2026-03-04"), {4, SKL_TERM_WEEKS}, date("2026-04-01")},
		/* one o'clock at night here, and still in June */
		{date("2026-03-04"), {3, SKL_TERM_MONTHS}, date("2026-06-04") - hour},
		/* half past midnight on the first of March is February in UTC */
		{date("2026-03-01") - hour / 2,
		 {3, SKL_TERM_MONTHS},
		 date("2026-06-01") - 3 * hour / 2},
		{date("2028-02-29") + 12 * hour,
		 {12, SKL_TERM_MONTHS},
		 date("2029-02-28") + 12 * hour},
		{date("2025-11-30") + hour, {3, SKL_TERM_MONTHS}, date("2026-02-28") + hour},
		{date("2023-11-30"), {3, SKL_TERM_MONTHS}, date("2024-02-29")},
		{date("2026-12-31"), {1, SKL_TERM_MONTHS}, date("2027-01-31")},
		/* Wednesday to Wednesday; Friday to Friday; a Saturday counts from Monday */
		{date("2026-03-04"), {5, SKL_TERM_WORKING_DAYS}, date("2026-03-11")},
		{date("2026-03-06"), {5, SKL_TERM_WORKING_DAYS}, date("2026-03-13")},
		{date("2026-03-07"), {5, SKL_TERM_WORKING_DAYS}, date("2026-03-13")},
		{date("2026-03-06"), {1, SKL_TERM_WORKING_DAYS}, date("2026-03-09")},
		/* Friday 23:30 UTC is Saturday in the Netherlands, in winter and in summer */
		{date("2026-01-09") + 23 * hour + hour / 2,
		 {1, SKL_TERM_WORKING_DAYS},
		 date("2026-01-11") + 23 * hour + hour / 2},
		{date("2026-06-12") + 22 * hour + hour / 2,
		 {1, SKL_TERM_WORKING_DAYS},
		 date("2026-06-14") + 22 * hour + hour / 2},
		/* 22:30 in winter is still Friday */
		{date("2026-01-09") + 22 * hour + hour / 2,
		 {1, SKL_TERM_WORKING_DAYS},
		 date("2026-01-12") + 22 * hour + hour / 2},
		/* noon stays noon when the clocks change: 2026-03-29 and 2026-10-25 */
		{date("2026-03-27") + 11 * hour,
		 {1, SKL_TERM_WORKING_DAYS},
		 date("2026-03-30") + 10 * hour},
		{date("2026-10-23") + 10 * hour,
		 {1, SKL_TERM_WORKING_DAYS},
		 date("2026-10-26") + 11 * hour},
		/* the hour that autumn has twice, and the one that spring skips, are Sunday's */
		{date("2026-10-25"), {1, SKL_TERM_WORKING_DAYS}, date("2026-10-26") + hour},
		{date("2026-03-28") + 3 * hour / 2,
		 {1, SKL_TERM_DAYS},
		 date("2026-03-29") + 3 * hour / 2},
		/* over Easter, King's Day and Christmas; the house ban counts them all */
		{date("2026-04-02") + 10 * hour,
		 {1, SKL_TERM_WORKING_DAYS},
		 date("2026-04-07") + 10 * hour},
		{date("2026-04-02") + 10 * hour,
		 {10, SKL_TERM_DAYS},
		 date("2026-04-12") + 10 * hour},
		{date("2026-04-24") + 10 * hour,
		 {5, SKL_TERM_WORKING_DAYS},
		 date("2026-05-04") + 10 * hour},
		{date("2026-12-24") + 10 * hour,
		 {5, SKL_TERM_WORKING_DAYS},
		 date("2027-01-04") + 10 * hour},
		/* 29 February 2028 is a Tuesday and counts */
		{date("2028-02-28") + 10 * hour,
		 {2, SKL_TERM_WORKING_DAYS},
		 date("2028-03-01") + 10 * hour},
		{date("2026-03-04"), {0, SKL_TERM_NONE}, 0},
		{date("2026-03-04"), {1, 77}, 0},
		{date("2026-03-04"), {0, SKL_TERM_HOURS}, date("2026-03-04")},
		{-1, {1, SKL_TERM_HOURS}, 0},
		{INT64_MAX, {1, SKL_TERM_HOURS}, 0},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(cases); i++)
		if (skl_term_add(cases[i].from, cases[i].term) != cases[i].due)
			fail_msg("case %zu", i);
	assert_int_equal(skl_term_unit_of(skl_view_str("working-days")), SKL_TERM_WORKING_DAYS);
	assert_int_equal(skl_term_unit_of(skl_view_str("hour")), SKL_TERM_HOURS);
	assert_int_equal(skl_term_unit_of(skl_view_str("")), SKL_TERM_NONE);
	assert_string_equal(skl_term_unit_name(SKL_TERM_WEEKS), "weeks");
	assert_string_equal(skl_term_unit_name((enum skl_term_unit)99), "");
	/* the terms of the law */
	assert_int_equal(skl_catalogue_clock_term(SKL_CLOCK_TRIAGE).count, 5);
	assert_int_equal(skl_catalogue_clock_term(SKL_CLOCK_TRIAGE).unit, SKL_TERM_WORKING_DAYS);
	assert_int_equal(skl_catalogue_clock_term(SKL_CLOCK_INVESTIGATION).count, 10);
	assert_int_equal(skl_catalogue_clock_term(9999).unit, SKL_TERM_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_its_row),
		cmocka_unit_test(kinds_of_scenario_a),
		cmocka_unit_test(grounds_between_roles),
		cmocka_unit_test(categories_that_are_special),
		cmocka_unit_test(dates),
		cmocka_unit_test(holidays),
		cmocka_unit_test(terms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
