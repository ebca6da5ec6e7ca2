/* SPDX-License-Identifier: EUPL-1.2 */

/* JSON of Veilig Thuis' own system: what is mapped, and for each wrong input the field and the
 * rule. */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"
#include "skl_label.h"
#include "skl_mem.h"
#include "skl_vt.h"

#define NOW_MS INT64_C(1772720400000)

static struct skl_context about;

static int setup(void **state)
{
	(void)state;
	about = (struct skl_context){.kind = SKL_KIND_POLICE_REPORT, .subject_count = 2};
	(void)snprintf(about.partner, sizeof(about.partner), "politie-nh");
	(void)snprintf(about.desk, sizeof(about.desk), "meldingen");
	about.subjects[0].number = 1448162;
	about.subjects[1].number = 77120355;
	return 0;
}

static enum skl_err map(const char *text, bool is_known, struct skl_mapped *mapped,
			struct skl_findings *findings)
{
	struct skl_own_opts opts = skl_vt_own_opts(NOW_MS);
	json_t *object;
	enum skl_err err;

	opts.about = is_known ? &about : NULL;
	*findings = (struct skl_findings){0};
	skl_mapped_init(mapped, SKL_KIND_UNSPECIFIED);
	object = skl_own_parse(skl_view_str(text), findings);
	if (!object)
		return SKL_EMALFORMED;
	err = skl_own_map(object, &opts, mapped, findings);
	json_decref(object);
	return err;
}

static void test_feedback(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 1 << 20);
	native_read("adapters/veilig_thuis/samples/feedback.json", &text);
	assert_int_equal(map(skl_buf_str(&text), true, &mapped, &findings), SKL_OK);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	assert_int_equal(mapped.kind, SKL_KIND_FEEDBACK);
	assert_true(mapped.has_in_reply_to);
	assert_string_equal(mapped.to_partner, "politie-nh");
	assert_string_equal(mapped.to_desk, "meldingen");
	assert_int_equal(mapped.subject_count, 2);
	assert_int_equal(mapped.subjects[0].number, 1448162);
	assert_int_equal(native_fact(&mapped, SKL_FACT_PURPOSE), SKL_PURPOSE_STOP_VIOLENCE);
	assert_int_equal(native_fact(&mapped, SKL_FACT_GROUND), SKL_GROUND_WMO_4_1_1_2_E);
	/* what the content implies, and that a door card is sealed */
	assert_int_equal(native_event(&mapped, SKL_EVENT_TAKEN_UP)->value, SKL_ANSWER_YES);
	assert_int_equal(native_fact(&mapped, SKL_FACT_SEAL), SKL_SEAL_WPG_27_1_D);
	assert_int_equal(mapped.sections[0].source_law, SKL_SOURCE_LAW_WMO);
	skl_mapped_done(&mapped);
	skl_buf_done(&text);
}

static void test_triage(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 1 << 20);
	native_read("adapters/veilig_thuis/samples/triage_outcome.json", &text);
	assert_int_equal(map(skl_buf_str(&text), true, &mapped, &findings), SKL_OK);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	assert_string_equal(mapped.to_partner, "lt-zaanstad");
	assert_false(mapped.has_in_reply_to);
	assert_true(native_event(&mapped, SKL_EVENT_REFERS_TO)->has_ref);
	assert_int_equal(native_event(&mapped, SKL_EVENT_TRIAGE_OUTCOME)->value,
			 SKL_TRIAGE_OUTCOME_LOCAL_TEAM);
	assert_int_equal(native_event(&mapped, SKL_EVENT_UNSAFETY)->value, SKL_UNSAFETY_STRUCTURAL);
	assert_int_equal(native_event(&mapped, SKL_EVENT_PATTERN)->value, SKL_PATTERN_UNCLEAR);
	assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_CHECKED_BY)->text, "u-31b0");
	assert_string_equal(mapped.subjects[0].born, "1991-05-17");
	skl_mapped_done(&mapped);
	skl_buf_done(&text);
}

struct wrong {
	const char *name;
	const char *text;
	bool is_known; /* the message answered */
	const char *rule;
	const char *field;
};

#define HEAD                                                                                       \
	"\"kind\":\"feedback\",\"inReplyTo\":\"0195600000007000800000000000000a\","                \
	"\"userRef\":\"u-1\""
#define TAKEN_UP "{\"category\":\"feedback\",\"data\":{\"taken_up\":true}}"

static const struct wrong wrongs[] = {
	{"no JSON", "{", true, "json", ""},
	{"a list", "[]", true, "json", ""},
	{"a name twice", "{\"kind\":\"feedback\",\"kind\":\"refusal\"}", true, "json", ""},
	{"no kind", "{\"userRef\":\"u-1\"}", true, "kind", "kind"},
	{"unknown kind", "{\"kind\":\"gossip\",\"userRef\":\"u-1\"}", true, "code", "kind"},
	{"no user", "{\"kind\":\"feedback\",\"inReplyTo\":\"0195600000007000800000000000000a\"}",
	 true, "user", "userRef"},
	{"user with a space",
	 "{\"kind\":\"feedback\",\"inReplyTo\":\"0195600000007000800000000000000a\","
	 "\"userRef\":\"jan jansen\"}",
	 true, "user", "userRef"},
	{"an answer to nothing", "{\"kind\":\"feedback\",\"userRef\":\"u-1\"}", true, "reply",
	 "inReplyTo"},
	{"an answer to no id",
	 "{\"kind\":\"feedback\",\"userRef\":\"u-1\",\"inReplyTo\":\"melding 12\"}", true, "reply",
	 "inReplyTo"},
	{"an answer to the unknown", "{" HEAD ",\"sections\":[" TAKEN_UP "]}", false, "reply",
	 "inReplyTo"},
	{"kind without purpose",
	 "{\"kind\":\"concern\",\"userRef\":\"u-1\",\"to\":{\"partner\":\"x\"}}", true, "purpose",
	 "purpose"},
	{"recipient is no id",
	 "{\"kind\":\"triage_outcome\",\"userRef\":\"u-1\",\"to\":{\"partner\":\"Wijk Team\"}}",
	 true, "recipient", "to.partner"},
	{"nobody to send to", "{\"kind\":\"triage_outcome\",\"userRef\":\"u-1\"}", false,
	 "recipient", "to"},
	{"sections is no list", "{" HEAD ",\"sections\":{}}", true, "json", "sections"},
	{"section without data", "{" HEAD ",\"sections\":[{\"category\":\"feedback\"}]}", true,
	 "section", "sections[0]"},
	{"unknown category", "{" HEAD ",\"sections\":[{\"category\":\"gossip\",\"data\":{}}]}",
	 true, "code", "sections[0].category"},
	{"content not as its category",
	 "{" HEAD ",\"sections\":[" TAKEN_UP
	 ",{\"category\":\"feedback\",\"data\":{\"text\":\"t\"}}]}",
	 true, "content", "sections[1].data"},
	{"content of another category",
	 "{" HEAD ",\"sections\":[{\"category\":\"feedback\",\"data\":{\"taken_up\":true,"
	 "\"bsn\":\"111222333\"}}]}",
	 true, "content", "sections[0].data"},
	{"about a stranger",
	 "{" HEAD ",\"sections\":[{\"category\":\"feedback\",\"about\":[5],\"data\":{"
	 "\"taken_up\":true}}]}",
	 true, "subject", "sections[0]"},
	{"mark not in the list",
	 "{" HEAD ",\"sections\":[{\"category\":\"feedback\",\"marks\":{\"status\":\"rumour\"},"
	 "\"data\":{\"taken_up\":true}}]}",
	 true, "code", "sections[0].status"},
	{"mark without time",
	 "{" HEAD ",\"sections\":[{\"category\":\"feedback\",\"marks\":{\"asOf\":\"gisteren\"},"
	 "\"data\":{\"taken_up\":true}}]}",
	 true, "time", "sections[0].asOf"},
	{"new person without position", "{" HEAD ",\"subjects\":[{\"number\":5}]}", true, "subject",
	 "subjects[0]"},
	{"person twice",
	 "{" HEAD ",\"subjects\":[{\"number\":5,\"positions\":[\"victim\"]},{\"number\":5,"
	 "\"positions\":[\"victim\"]}]}",
	 true, "subject", "subjects[1]"},
	{"door card that nobody weighed",
	 "{" HEAD ",\"sections\":[{\"category\":\"door_card\",\"about\":[1448162],\"data\":{"
	 "\"instructions\":[\"spreek haar apart\"],\"weighed_by\":\"u-1\"}}]}",
	 true, "weighed", "checkedBy"},
	{"event value not in its list",
	 "{" HEAD ",\"events\":[{\"code\":\"taken_up\",\"value\":\"perhaps\"}]}", true, "code",
	 "events[0].value"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrongs); i++) {
		struct skl_mapped mapped;
		struct skl_findings findings;
		enum skl_err err = map(wrongs[i].text, wrongs[i].is_known, &mapped, &findings);

		if (err == SKL_OK || findings.count == 0 ||
		    strcmp(findings.items[0].rule, wrongs[i].rule) != 0 ||
		    strcmp(findings.items[0].place, wrongs[i].field) != 0)
			fail_msg("%s: error %d, %zu findings, first %s at %s: %s", wrongs[i].name,
				 (int)err, findings.count, findings.items[0].rule,
				 findings.items[0].place, findings.items[0].text);
		skl_mapped_done(&mapped);
	}
}

static void test_error_json(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_buf text;
	json_t *object;

	(void)state;
	assert_int_equal(map("{\"kind\":\"gossip\"}", false, &mapped, &findings), SKL_EFIELD);
	skl_buf_init(&text, 1 << 20);
	skl_own_error(&findings, &text);
	object = json_loads(skl_buf_str(&text), 0, NULL);
	assert_non_null(object);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(object, "error"), "field")),
		"kind");
	assert_true(json_array_size(json_object_get(object, "more")) > 0);
	json_decref(object);
	skl_buf_done(&text);
	skl_mapped_done(&mapped);
}

static uint32_t ground_of(const struct skl_mapped *mapped)
{
	for (size_t i = 0; i < mapped->fact_count; i++)
		if (mapped->facts[i].code == SKL_FACT_GROUND)
			return mapped->facts[i].value;
	return 0;
}

/* A hospital hears that its report arrived by the ground of who reports, police by their own. */
static void test_receipt_ground(void **state)
{
	struct skl_context report = about;
	struct skl_mapped mapped;

	(void)state;
	report.kind = SKL_KIND_POLICE_REPORT;
	assert_int_equal(skl_vt_make_receipt(&report, "u-triage", &mapped), SKL_OK);
	assert_int_equal(ground_of(&mapped), SKL_GROUND_WMO_4_1_1_2_E);
	skl_mapped_done(&mapped);
	report.kind = SKL_KIND_PROFESSIONAL_REPORT;
	assert_int_equal(skl_vt_make_receipt(&report, "u-triage", &mapped), SKL_OK);
	assert_int_equal(ground_of(&mapped), SKL_GROUND_WMO_4_1_1_2_G);
	skl_mapped_done(&mapped);
}

static void test_auto_receipt(void **state)
{
	struct skl_mapped mapped;

	(void)state;
	about.at_ms = NOW_MS;
	assert_int_equal(skl_vt_make_receipt(&about, "u-triage", &mapped), SKL_OK);
	assert_int_equal(mapped.kind, SKL_KIND_REPORT_RECEIPT);
	assert_string_equal(mapped.to_partner, "politie-nh");
	assert_int_equal(mapped.section_count, 0);
	assert_int_equal(native_event(&mapped, SKL_EVENT_REPORT_RECEIVED_AT)->at_ms, NOW_MS);
	skl_mapped_done(&mapped);
}

/* The request names the persons and nothing of the report. */
static void test_auto_request(void **state)
{
	static const char identity[] = "{\"family_name\":\"Voorbeeld\"}";
	static const char incident[] = "{\"facts\":[]}";
	Schakel__V1__SectionRow rows[3];
	uint32_t persons[] = {1448162, 77120355};
	struct skl_received_section sections[3];
	struct skl_received received = {.sections = sections, .section_count = 3};
	struct skl_mapped mapped;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		schakel__v1__section_row__init(&rows[i]);
		rows[i].n_about = i == 1 ? 2 : 1;
		rows[i].about = i == 2 ? persons + 1 : persons;
		sections[i] = (struct skl_received_section){.row = &rows[i]};
	}
	rows[0].category = SCHAKEL__V1__CATEGORY__CATEGORY_IDENTITY;
	rows[1].category = SCHAKEL__V1__CATEGORY__CATEGORY_INCIDENT;
	rows[2].category = SCHAKEL__V1__CATEGORY__CATEGORY_BSN;
	sections[0].content = skl_view_str(identity);
	sections[1].content = skl_view_str(incident);
	sections[2].content = skl_view_str("{\"bsn\":\"123456782\"}");
	assert_int_equal(skl_vt_make_data_request(&received, &about, "u-triage", &mapped), SKL_OK);
	assert_int_equal(mapped.section_count, 2);
	assert_int_equal(mapped.sections[0].category, SKL_CATEGORY_IDENTITY);
	assert_int_equal(mapped.sections[1].category, SKL_CATEGORY_BSN);
	assert_int_equal(mapped.subject_count, 2);
	assert_int_equal(mapped.subjects[0].number, 1448162);
	skl_mapped_done(&mapped);
}

static void test_pause(void **state)
{
	struct skl_own_http_config config = {.retry_min_ms = 100, .retry_max_ms = 10000};
	uint32_t last_max = 0;

	(void)state;
	for (uint32_t attempts = 0; attempts < 12; attempts++) {
		uint32_t lowest = UINT32_MAX;
		uint32_t highest = 0;

		for (int i = 0; i < 200; i++) {
			uint32_t pause = skl_own_http_pause_ms(&config, attempts);

			lowest = pause < lowest ? pause : lowest;
			highest = pause > highest ? pause : highest;
		}
		assert_true(highest <= 10000);
		assert_true(lowest >= 50);
		assert_true(lowest < highest); /* jitter */
		assert_true(highest >= last_max || highest > 5000);
		last_max = highest;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feedback),       cmocka_unit_test(test_triage),
		cmocka_unit_test(test_wrong),          cmocka_unit_test(test_error_json),
		cmocka_unit_test(test_receipt_ground), cmocka_unit_test(test_auto_receipt),
		cmocka_unit_test(test_auto_request),   cmocka_unit_test(test_pause),
	};

	return cmocka_run_group_tests_name("adapter_vt", tests, setup, NULL);
}
