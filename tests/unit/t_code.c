/* SPDX-License-Identifier: EUPL-1.2 */

/* The closed lists: C and protobuf say the same, names are unique, the nearest name is found. */

#include "t_wire.h"

#include "schakel/v1/codes.pb-c.h"
#include "skl_code.h"

/* The protobuf twin of each list, and the prefix of its values where it is not the list's name. */
static const struct {
	enum skl_list list;
	const ProtobufCEnumDescriptor *type;
} twins[] = {
	{SKL_LIST_ROLE, &schakel__v1__role__descriptor},
	{SKL_LIST_SIDE, &schakel__v1__side__descriptor},
	{SKL_LIST_POSITION, &schakel__v1__position__descriptor},
	{SKL_LIST_DESK_POSITION, &schakel__v1__desk_position__descriptor},
	{SKL_LIST_KIND, &schakel__v1__kind__descriptor},
	{SKL_LIST_CATEGORY, &schakel__v1__category__descriptor},
	{SKL_LIST_PURPOSE, &schakel__v1__purpose__descriptor},
	{SKL_LIST_GROUND, &schakel__v1__ground__descriptor},
	{SKL_LIST_UNSAFETY, &schakel__v1__unsafety__descriptor},
	{SKL_LIST_PHASE, &schakel__v1__phase__descriptor},
	{SKL_LIST_FRAME, &schakel__v1__frame__descriptor},
	{SKL_LIST_FRAME_AREA, &schakel__v1__frame_area__descriptor},
	{SKL_LIST_SIGNAL_PHASE, &schakel__v1__signal_phase__descriptor},
	{SKL_LIST_PATTERN, &schakel__v1__pattern__descriptor},
	{SKL_LIST_URGENCY, &schakel__v1__urgency__descriptor},
	{SKL_LIST_STATUS, &schakel__v1__statement_status__descriptor},
	{SKL_LIST_SOURCE, &schakel__v1__statement_source__descriptor},
	{SKL_LIST_RELIABILITY, &schakel__v1__reliability__descriptor},
	{SKL_LIST_PERSON_KIND, &schakel__v1__person_kind__descriptor},
	{SKL_LIST_SOURCE_LAW, &schakel__v1__source_law__descriptor},
	{SKL_LIST_SCOPE, &schakel__v1__scope__descriptor},
	{SKL_LIST_TOLD_BY, &schakel__v1__told_by__descriptor},
	{SKL_LIST_COMPETENCE, &schakel__v1__competence_basis__descriptor},
	{SKL_LIST_RECIPIENT_TYPE, &schakel__v1__recipient_type__descriptor},
	{SKL_LIST_FACT, &schakel__v1__fact_code__descriptor},
	{SKL_LIST_EVENT, &schakel__v1__event_code__descriptor},
	{SKL_LIST_ANSWER, &schakel__v1__answer_code__descriptor},
	{SKL_LIST_RATING, &schakel__v1__rating__descriptor},
	{SKL_LIST_CONSENT_STATE, &schakel__v1__consent_state__descriptor},
	{SKL_LIST_CONSENT_HOW, &schakel__v1__consent_how__descriptor},
	{SKL_LIST_CONSENT_CAPACITY, &schakel__v1__consent_capacity__descriptor},
	{SKL_LIST_TRIAGE_OUTCOME, &schakel__v1__triage_outcome__descriptor},
	{SKL_LIST_BAN_STATE, &schakel__v1__ban_state__descriptor},
	{SKL_LIST_MEASURE, &schakel__v1__measure_code__descriptor},
	{SKL_LIST_ESCALATION, &schakel__v1__escalation__descriptor},
	{SKL_LIST_REASON, &schakel__v1__reason_code__descriptor},
	{SKL_LIST_WEIGHING, &schakel__v1__weighing_code__descriptor},
	{SKL_LIST_OUTCOME, &schakel__v1__outcome__descriptor},
	{SKL_LIST_CUT_REASON, &schakel__v1__cut_reason__descriptor},
	{SKL_LIST_DELIVERY, &schakel__v1__delivery_state__descriptor},
	{SKL_LIST_OPERATION, &schakel__v1__operation__descriptor},
	{SKL_LIST_ENTRY, &schakel__v1__entry_kind__descriptor},
	{SKL_LIST_RETENTION, &schakel__v1__retention__descriptor},
	{SKL_LIST_SEAL, &schakel__v1__seal_reason__descriptor},
	{SKL_LIST_MANDATE, &schakel__v1__mandate__descriptor},
	{SKL_LIST_DUTY, &schakel__v1__duty__descriptor},
	{SKL_LIST_CLOCK, &schakel__v1__clock_id__descriptor},
	{SKL_LIST_ENVIRONMENT, &schakel__v1__environment__descriptor},
	{SKL_LIST_KEY_USE, &schakel__v1__key_use__descriptor},
	{SKL_LIST_RATER, &schakel__v1__rater__descriptor},
	{SKL_LIST_EVIDENCE, &schakel__v1__evidence__descriptor},
	{SKL_LIST_CASE_STATE, &schakel__v1__case_state__descriptor},
	{SKL_LIST_MEASURE_STATE, &schakel__v1__measure_state__descriptor},
	{SKL_LIST_AGREEMENT_STATE, &schakel__v1__agreement_state__descriptor},
	{SKL_LIST_TRIGGER, &schakel__v1__trigger__descriptor},
	{SKL_LIST_REQUEST, &schakel__v1__request_kind__descriptor},
	{SKL_LIST_QUERY_REASON, &schakel__v1__query_reason__descriptor},
	{SKL_LIST_TASK, &schakel__v1__task_code__descriptor},
	{SKL_LIST_PROFILE, &schakel__v1__profile__descriptor},
	{SKL_LIST_VIOLENCE, &schakel__v1__violence__descriptor},
};

#define COUNT_LIST(symbol, what) +1
enum { LISTS = 0 SKL_LIST_MAP(COUNT_LIST) };
#undef COUNT_LIST

/* "wpg:18-1/bpg:4-2-1-i" and "WPG_18_1_BPG_4_2_1_I" are one name: letters and digits count. */
static bool same_name(const char *enum_name, const char *code_name)
{
	for (;;) {
		while (*enum_name == '_')
			enum_name++;
		while (*code_name && strchr("_-:/.", *code_name))
			code_name++;
		if (!*enum_name || !*code_name)
			return *enum_name == *code_name;
		if (*enum_name !=
		    (*code_name >= 'a' && *code_name <= 'z' ? *code_name - 'a' + 'A' : *code_name))
			return false;
		enum_name++;
		code_name++;
	}
}

/* The enum's names end in the code names, after one prefix common to the list. */
static const char *without_prefix(const char *unspecified, const char *name)
{
	size_t len = strlen(unspecified) - strlen("UNSPECIFIED");

	assert_true(strncmp(unspecified, name, len) == 0);
	return name + len;
}

static void test_twins(void **state)
{
	(void)state;
	assert_int_equal(SKL_COUNT(twins), LISTS);
	for (size_t t = 0; t < SKL_COUNT(twins); t++) {
		const ProtobufCEnumDescriptor *type = twins[t].type;
		const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(type, 0);
		uint32_t count = skl_code_count(twins[t].list);

		assert_int_equal(twins[t].list, t);
		assert_non_null(zero);
		if (type->n_values != count + 1)
			fail_msg("%s: %u values and %u codes", type->name, type->n_values, count);
		for (uint32_t number = 1; number <= count; number++) {
			const ProtobufCEnumValue *value =
				protobuf_c_enum_descriptor_get_value(type, (int)number);

			assert_non_null(value);
			if (!same_name(without_prefix(zero->name, value->name),
				       skl_code_name(twins[t].list, number)))
				fail_msg("%s is not %s", value->name,
					 skl_code_name(twins[t].list, number));
		}
	}
}

static void test_names(void **state)
{
	(void)state;
	for (int l = 0; l < LISTS; l++) {
		enum skl_list list = (enum skl_list)l;

		assert_true(skl_code_count(list) > 0);
		assert_non_null(skl_list_name(list));
		assert_non_null(skl_list_what(list));
		for (uint32_t number = 1; number <= skl_code_count(list); number++) {
			const char *name = skl_code_name(list, number);

			assert_true(strlen(name) > 0);
			assert_true(strlen(skl_code_label_nl(list, number)) > 0);
			assert_true(strlen(skl_code_label_en(list, number)) > 0);
			/* Unique: the name leads back to its own number. */
			assert_int_equal(skl_code_number(list, skl_view_str(name)), number);
		}
	}
}

static void test_outside(void **state)
{
	(void)state;
	assert_null(skl_code_name(SKL_LIST_ROLE, 0));
	assert_null(skl_code_name(SKL_LIST_ROLE, skl_code_count(SKL_LIST_ROLE) + 1));
	assert_null(skl_code_name(SKL_LIST_ROLE, UINT32_MAX));
	assert_null(skl_code_label_nl(SKL_LIST_ROLE, 0));
	assert_null(skl_code_name((enum skl_list)LISTS, 1));
	assert_null(skl_list_name((enum skl_list)LISTS));
	assert_int_equal(skl_code_count((enum skl_list)LISTS), 0);
	assert_int_equal(skl_code_number(SKL_LIST_ROLE, skl_view_str("")), 0);
	assert_int_equal(skl_code_number(SKL_LIST_ROLE, skl_view_str("Police")), 0);
}

static void test_nearest(void **state)
{
	static const struct {
		enum skl_list list;
		const char *typed, *wanted;
	} rows[] = {
		{SKL_LIST_ROLE, "polise", "police"},
		{SKL_LIST_ROLE, "veilig_thius", "veilig_thuis"},
		{SKL_LIST_KIND, "police_reprot", "police_report"},
		{SKL_LIST_ROLE, "xyzzyxyzzy", NULL},
		{SKL_LIST_ROLE, "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		const char *got = skl_code_nearest(rows[i].list, skl_view_str(rows[i].typed));

		if (rows[i].wanted) {
			assert_non_null(got);
			assert_string_equal(got, rows[i].wanted);
		} else if (got && strlen(got) > 3) {
			fail_msg("%s is not near %s", got, rows[i].typed);
		}
	}
}

static void test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned wanted;
	} rows[] = {
		{"", "", 0},           {"abc", "abc", 0},  {"abc", "abd", 1},
		{"abc", "ab", 1},      {"abc", "xabc", 1}, {"kitten", "sitting", 3},
		{"a", "xyzxyzxyz", 5},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_int_equal(
			skl_edit_distance(skl_view_str(rows[i].a), skl_view_str(rows[i].b), 5),
			rows[i].wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),    cmocka_unit_test(test_names),
		cmocka_unit_test(test_outside),  cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
