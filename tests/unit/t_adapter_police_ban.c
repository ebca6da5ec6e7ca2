/* SPDX-License-Identifier: EUPL-1.2 */

/* The house ban and an absence as the police's own system writes them: what is mapped, and
 * for each wrong input the line, the rule and the verdict. */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"
#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_police_xml.h"

#define ASSESSMENT "huisverbod-beoordeling"
#define CONTACT    "huisverbod-contactadres"
#define BREACH     "huisverbod-overtreding"
#define ABSENCE    "afwezigheid"
#define CLOSURE    "afsluiting-antwoord"
#define REPAIR     "herstel-beoordeling"

static struct skl_xml_schema *schema;
static int64_t now_ms;

static int setup(void **state)
{
	struct skl_error error = {0};
	const char *src = getenv("SRC");
	char path[512];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/adapters/police/schema/melding.xsd",
		       src ? src : ".");
	assert_int_equal(skl_xml_schema_open(path, &schema, &error), SKL_OK);
	return skl_time_parse(skl_view_str("2026-03-06T20:00:00Z"), &now_ms);
}

static int teardown(void **state)
{
	(void)state;
	skl_xml_schema_free(schema);
	return 0;
}

/* A sample as text, owned by the caller. */
static void sample_of(const char *name, struct skl_buf *buf)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "adapters/police/samples/%s.xml", name);
	skl_buf_init(buf, 1u << 20);
	native_read(path, buf);
}

static enum skl_err read_xml(const struct skl_buf *xml, struct skl_mapped *mapped,
			     struct skl_findings *findings)
{
	struct skl_police_opts opts = {.now_ms = now_ms};

	return skl_police_read(schema, skl_buf_view(xml), &opts, mapped, findings);
}

/* The sample, which has no fault and makes sections that a recipient takes. */
static void read_sample(const char *name, struct skl_mapped *mapped)
{
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf xml;

	sample_of(name, &xml);
	assert_int_equal(read_xml(&xml, mapped, &findings), SKL_OK);
	assert_int_equal(findings.count, 0);
	assert_int_equal(skl_mapped_check(mapped, &error), SKL_OK);
	skl_buf_done(&xml);
}

/* ---- what is mapped ---- */

static void test_assessment(void **state)
{
	const struct skl_mapped_section *section;
	struct skl_mapped mapped;

	(void)state;
	read_sample(ASSESSMENT, &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_BAN_ASSESSMENT);
	assert_string_equal(mapped.native_id, "PL1100-2026-000123-R1");
	assert_string_equal(mapped.belongs_to, "PL1100-2026-000123");
	assert_string_equal(mapped.to_partner, "");
	assert_int_equal(native_fact(&mapped, SKL_FACT_PURPOSE), SKL_PURPOSE_HOUSE_BAN);
	assert_int_equal(native_fact(&mapped, SKL_FACT_GROUND), SKL_GROUND_WPG_16_1_B_WTH_2_1);
	assert_int_equal(native_fact(&mapped, SKL_FACT_URGENCY), SKL_URGENCY_PRIORITY);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_IDENTITY), 3);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_CONTACT), 1);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_HOUSEHOLD), 1);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_INCIDENT), 1);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_CHILD), 1);
	/* it makes the pseudonym, and does not go itself */
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_BSN), 0);
	assert_string_equal(mapped.subjects[1].bsn, "123456782");
	section = native_section(&mapped, SKL_CATEGORY_BAN_ASSESSMENT, 0);
	assert_int_equal(section->about[0], 2);
	assert_int_equal(section->person_kind, SKL_PERSON_KIND_SUSPECT);
	assert_int_equal(section->status, SKL_STATUS_INTERPRETATION);
	assert_string_equal(json_string_value(json_object_get(section->content, "outcome")),
			    "impose");
	assert_int_equal(json_array_size(json_object_get(section->content, "signals")), 2);
	assert_string_equal(json_string_value(json_object_get(section->content, "at")),
			    "2026-03-04T02:00:00Z");
	assert_int_equal(native_event(&mapped, SKL_EVENT_BAN_STATE)->value, SKL_BAN_STATE_ASSESSED);
	assert_int_equal(native_event(&mapped, SKL_EVENT_BAN_STATE)->place, 2);
	assert_int_equal(native_event(&mapped, SKL_EVENT_OCCURRED_AT)->at_ms,
			 INT64_C(1772586300000));
	skl_mapped_done(&mapped);
}

static void test_assessment_alone(void **state)
{
	struct skl_findings findings;
	struct skl_mapped mapped;
	struct skl_buf xml;

	(void)state;
	sample_of(ASSESSMENT, &xml);
	native_edit(&xml, " op=\"PL1100-2026-000123\"", "");
	native_edit(&xml, "<persoon ref=\"p1\"",
		    "<bestemming partner=\"gemeente-a\" loket=\"nacht\"/><persoon ref=\"p1\"");
	/* not imposed on somebody of seventeen is an outcome too */
	native_edit(&xml, "1988-11-02", "2009-11-02");
	native_edit(&xml, "uitkomst=\"opleggen\"", "uitkomst=\"niet-opleggen\"");
	assert_int_equal(read_xml(&xml, &mapped, &findings), SKL_OK);
	assert_string_equal(mapped.belongs_to, "");
	assert_string_equal(mapped.to_partner, "gemeente-a");
	assert_string_equal(mapped.to_desk, "nacht");
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

/* Where he can be reached, and that he wants a lawyer: within a day of when he said so. */
static void test_contact(void **state)
{
	struct skl_mapped mapped;
	int64_t told_ms;

	(void)state;
	read_sample(CONTACT, &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_BAN_CONTACT_ADDRESS);
	assert_int_equal(native_fact(&mapped, SKL_FACT_PURPOSE), SKL_PURPOSE_HOUSE_BAN);
	assert_int_equal(native_fact(&mapped, SKL_FACT_GROUND), SKL_GROUND_WPG_16_1_B_WTH_2_1);
	assert_string_equal(mapped.belongs_to, "PL1100-2026-000123-R1");
	assert_int_equal(mapped.section_count, 2); /* his name, his address */
	assert_int_equal(native_section(&mapped, SKL_CATEGORY_CONTACT, 0)->about[0], 1);
	assert_int_equal(native_event(&mapped, SKL_EVENT_BAN_STATE)->value,
			 SKL_BAN_STATE_CONTACT_KNOWN);
	assert_int_equal(native_event(&mapped, SKL_EVENT_BAN_STATE)->place, 1);
	assert_int_equal(skl_time_parse(skl_view_str("2026-03-05T05:10:00+01:00"), &told_ms),
			 SKL_OK);
	assert_int_equal(native_event(&mapped, SKL_EVENT_DEADLINE)->value, SKL_CLOCK_BAN_LAWYER);
	assert_int_equal(native_event(&mapped, SKL_EVENT_DEADLINE)->at_ms, told_ms);
	skl_mapped_done(&mapped);
}

static void test_breach(void **state)
{
	struct skl_mapped mapped;

	(void)state;
	read_sample(BREACH, &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_BAN_BREACH);
	assert_string_equal(mapped.belongs_to, "PL1100-2026-000123-R1");
	assert_string_equal(mapped.municipality, "0479");
	assert_int_equal(mapped.also_count, 0);
	assert_false(mapped.is_acute);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_IDENTITY), 2);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_CONTACT), 1);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_INCIDENT), 1);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_BSN), 0);
	assert_int_equal(native_event(&mapped, SKL_EVENT_BAN_STATE)->value, SKL_BAN_STATE_BREACHED);
	assert_int_equal(native_event(&mapped, SKL_EVENT_BAN_STATE)->place, 2);
	/* which order, the adapter finds */
	assert_false(native_event(&mapped, SKL_EVENT_BAN_STATE)->has_ref);
	assert_int_equal(native_event(&mapped, SKL_EVENT_MEASURE)->value, SKL_MEASURE_HOUSE_BAN);
	assert_int_equal(native_event(&mapped, SKL_EVENT_MEASURE)->detail,
			 SKL_MEASURE_STATE_BREACHED);
	assert_int_equal(native_event(&mapped, SKL_EVENT_MEASURE)->at_ms,
			 native_event(&mapped, SKL_EVENT_OCCURRED_AT)->at_ms);
	skl_mapped_done(&mapped);
}

static void test_breach_destinations(void **state)
{
	struct skl_findings findings;
	struct skl_mapped mapped;
	struct skl_buf xml;

	(void)state;
	sample_of(BREACH, &xml);
	native_edit(&xml, "<persoon ref=\"p1\"",
		    "<bestemming partner=\"om-a\"/><bestemming partner=\"vt-a\" loket=\"nacht\"/>"
		    "<persoon ref=\"p1\"");
	assert_int_equal(read_xml(&xml, &mapped, &findings), SKL_OK);
	assert_int_equal(mapped.also_count, 2);
	assert_string_equal(mapped.also[0].partner, "om-a");
	assert_string_equal(mapped.also[1].partner, "vt-a");
	assert_string_equal(mapped.also[1].desk, "nacht");
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

static void test_absence(void **state)
{
	struct skl_mapped mapped;

	(void)state;
	read_sample(ABSENCE, &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_CONFERENCE_ABSENCE);
	assert_string_equal(mapped.belongs_to, "0190b2c4d6e87f3a8b1c2d3e4f506172");
	assert_int_equal(native_fact(&mapped, SKL_FACT_PURPOSE), SKL_PURPOSE_STOP_VIOLENCE);
	assert_int_equal(native_fact(&mapped, SKL_FACT_GROUND), SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_USER_REF)->text, "u-wa12");
	assert_int_equal(mapped.subject_count, 0);
	assert_int_equal(mapped.section_count, 0);
	assert_int_equal(native_event(&mapped, SKL_EVENT_REASON)->value, SKL_REASON_CAPACITY);
	assert_string_equal(native_event(&mapped, SKL_EVENT_CONTACT_PERSON)->partner, "politie-nh");
	assert_string_equal(native_event(&mapped, SKL_EVENT_CONTACT_PERSON)->desk, "meldingen");
	skl_mapped_done(&mapped);
}

/* A no with its reason, to who asked, and nothing about a person. */
static void test_closure(void **state)
{
	struct skl_mapped mapped;

	(void)state;
	read_sample(CLOSURE, &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_CLOSURE_ANSWER);
	assert_true(mapped.has_in_reply_to);
	assert_int_equal(mapped.in_reply_to[0], 0x01);
	assert_int_equal(mapped.in_reply_to[15], 0x72);
	assert_int_equal(native_fact(&mapped, SKL_FACT_PURPOSE), SKL_PURPOSE_SUSTAIN_SAFETY);
	assert_int_equal(native_fact(&mapped, SKL_FACT_GROUND), SKL_GROUND_COVENANT);
	assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_USER_REF)->text, "u-wa12");
	assert_int_equal(native_event(&mapped, SKL_EVENT_ANSWER)->value, SKL_ANSWER_NOT_AGREED);
	assert_int_equal(native_event(&mapped, SKL_EVENT_REASON)->value, SKL_REASON_SAFETY);
	assert_int_equal(mapped.subject_count, 0);
	skl_mapped_done(&mapped);
}

/* What the mayor read is put right: which of the messages with that number, and what is so. */
static void test_repair(void **state)
{
	struct skl_mapped mapped;

	(void)state;
	read_sample(REPAIR, &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_CORRECTION);
	assert_string_equal(mapped.repairs, "PL1100-2026-000123-R1");
	assert_int_equal(mapped.repairs_kind, SKL_KIND_BAN_ASSESSMENT);
	assert_int_equal(mapped.section_count, 4); /* two names, the child, the outcome; no bsn */
	assert_string_equal(mapped.subjects[0].bsn, "123456782");
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_CHILD), 1);
	assert_int_equal(native_section(&mapped, SKL_CATEGORY_BAN_ASSESSMENT, 0)->about[0], 1);
	assert_int_equal(native_event(&mapped, SKL_EVENT_REASON)->value, SKL_REASON_INCORRECT);
	for (size_t i = 0; i < mapped.event_count; i++)
		assert_int_not_equal(mapped.events[i].code, SKL_EVENT_BAN_STATE);
	skl_mapped_done(&mapped);
}

/* ---- what is wrong ---- */

struct wrong {
	const char *name;
	const char *sample;
	const char *from;
	const char *to;
	const char *mark; /* text whose line the reason must name */
	const char *rule;
	const char *says; /* part of the sentence */
};

static const struct wrong wrongs[] = {
	{"cut off", ASSESSMENT, "</huisverbod-beoordeling>", "", "</beoordeling>", "welgevormd",
	 "welgevormde"},
	{"no outcome", ASSESSMENT, " uitkomst=\"opleggen\"", "", "<beoordeling", "schema",
	 "<beoordeling> mist het verplichte kenmerk \"uitkomst\""},
	{"an outcome that is none", ASSESSMENT, "=\"opleggen\"", "=\"misschien\"", "<beoordeling",
	 "schema", "\"uitkomst\" bij <beoordeling>"},
	{"about somebody else", ASSESSMENT, "over=\"p2\" uitkomst", "over=\"p9\" uitkomst",
	 "<beoordeling", "verwijzing", "geen persoon"},
	{"about who stays", ASSESSMENT, "over=\"p2\" uitkomst", "over=\"p1\" uitkomst",
	 "<beoordeling", "verwijzing", "p1 is geen verdachte of veroordeelde"},
	{"a minor", ASSESSMENT, "1988-11-02", "2008-03-07", "<beoordeling", "minderjarig",
	 "meerderjarige (Wth artikel 2 lid 1)"},
	{"no marks", ASSESSMENT, " wpg=\"8\">\n    <signaal>", ">\n    <signaal>", "<beoordeling",
	 "schema", "\"wpg\""},
	{"a tick for a fact", ASSESSMENT, "Rode plek op de linkerwang; p1 huilde en trilde.", "ja",
	 "ref=\"f1\"", "wie-wat-wie-gevolg", "niet: gevolg."},
	{"an older suspicion", ASSESSMENT, "<beoordeling",
	 "<geschiedenis soort=\"geweld\" over=\"p2\"/><beoordeling", "<geschiedenis", "schema",
	 "<geschiedenis> staat op een verkeerde plaats"},
	{"no form waits for an assessment", ASSESSMENT, "urgentie=\"voorrang\"",
	 "acuut-verklaard-door=\"u-1\"", "<huisverbod-beoordeling", "schema",
	 "\"acuut-verklaard-door\" dat niet bestaat"},
	{"nobody released it", ASSESSMENT, "vrijgegeven-door=\"u-19c2\" ", "",
	 "<huisverbod-beoordeling", "schema", "\"vrijgegeven-door\""},
	{"nowhere", CONTACT, "<adres>", "<adres geheim=\"ja\">", "<huisverbod-contactadres",
	 "adres", "geen adres of telefoonnummer"},
	{"where who stays is", CONTACT, "soort=\"verdachte\"", "soort=\"slachtoffer\"",
	 "<huisverbod-contactadres", "verwijzing", "p2 is geen verdachte"},
	{"two persons", CONTACT, "</huisverbod-contactadres>",
	 "<persoon ref=\"p1\" "
	 "soort=\"slachtoffer\"><naam><achternaam>V</achternaam></naam></persoon>"
	 "</huisverbod-contactadres>",
	 "<persoon ref=\"p1\"", "schema", "<persoon> staat op een verkeerde plaats"},
	{"what was never sent", REPAIR, "wat=\"huisverbod-beoordeling\"", "wat=\"praatje\"",
	 "<herstel", "schema", "\"wat\" bij <herstel>"},
	{"put right about who is no suspect", REPAIR, "soort=\"verdachte ouder\"",
	 "soort=\"ouder\"", "<beoordeling", "verwijzing", "p2 is geen verdachte"},
	{"of no ban", BREACH, " op=\"PL1100-2026-000123-R1\"", "", "<huisverbod-overtreding",
	 "schema", "mist het verplichte kenmerk \"op\""},
	{"broken by nobody", BREACH, "overtreder=\"p2\"", "overtreder=\"p7\"",
	 "<huisverbod-overtreding", "verwijzing", "\"overtreder\" geen persoon"},
	{"broken by who stays", BREACH, "overtreder=\"p2\"", "overtreder=\"p1\"",
	 "<huisverbod-overtreding", "verwijzing", "p1 is geen verdachte"},
	{"tomorrow", BREACH, "wanneer=\"2026-03-06", "wanneer=\"2026-03-07", "ref=\"f1\"", "tijd",
	 "toekomst"},
	{"a BSN of another", BREACH, "123456782", "123456783", "ref=\"p2\"", "bsn-elfproef",
	 "BSN van persoon p2"},
	{"absent without a reason", ABSENCE, " reden=\"geen-capaciteit\"", "", "<afwezigheid",
	 "schema", "\"reden\""},
	{"a reason that is none", ABSENCE, "geen-capaciteit", "geen-zin", "<afwezigheid", "schema",
	 "\"reden\" bij <afwezigheid>"},
	{"somebody's data", ABSENCE, "<vervanger", "<persoon ref=\"p1\"/><vervanger", "<persoon",
	 "schema", "<persoon> staat op een verkeerde plaats"},
	{"a no without a reason", CLOSURE, "reden=\"veiligheid\" ", "", "<afsluiting-antwoord",
	 "antwoord", "Een nee heeft een reden"},
	{"neither yes nor no", CLOSURE, "\"niet-akkoord\"", "\"misschien\"", "<afsluiting-antwoord",
	 "schema", "\"antwoord\" bij <afsluiting-antwoord>"},
	{"written in the future", ABSENCE, "2026-03-04", "2026-05-04", "<afwezigheid", "tijd",
	 "opgemaakt in de toekomst"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrongs); i++) {
		const struct wrong *row = &wrongs[i];
		struct skl_findings findings;
		struct skl_mapped mapped;
		struct skl_buf xml;
		enum skl_err err;

		sample_of(row->sample, &xml);
		native_edit(&xml, row->from, row->to);
		err = read_xml(&xml, &mapped, &findings);
		if ((err != SKL_EFIELD && err != SKL_EMALFORMED) || findings.count == 0 ||
		    strcmp(findings.items[0].rule, row->rule) != 0 ||
		    !strstr(findings.items[0].text, row->says))
			fail_msg("%s: error %d, %zu findings, first %s: %s", row->name, (int)err,
				 findings.count, findings.items[0].rule, findings.items[0].text);
		assert_true(findings.is_fatal);
		/* libxml2 counts an element at the line where its start tag ends */
		if (*row->mark && (findings.items[0].line < native_line_of(&xml, row->mark) ||
				   findings.items[0].line > native_line_of(&xml, row->mark) + 3))
			fail_msg("%s: line %u", row->name, findings.items[0].line);
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
	}
}

/* A breach that a named person declared acute goes with its faults of form, and tells them. */
static void test_acute(void **state)
{
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrongs); i++) {
		const struct wrong *row = &wrongs[i];
		struct skl_findings findings;
		struct skl_error error = {0};
		struct skl_mapped mapped;
		struct skl_buf xml;

		if (strcmp(row->sample, BREACH) != 0)
			continue;
		sample_of(row->sample, &xml);
		native_edit(&xml, "urgentie=\"voorrang\"",
			    "urgentie=\"acuut\" acuut-verklaard-door=\"u-55aa\"");
		native_edit(&xml, row->from, row->to);
		if (read_xml(&xml, &mapped, &findings) != SKL_OK || findings.count == 0 ||
		    findings.is_fatal || skl_mapped_check(&mapped, &error))
			fail_msg("%s: %zu findings, first %s: %s; %s", row->name, findings.count,
				 findings.items[0].rule, findings.items[0].text, error.text);
		assert_true(mapped.is_acute);
		assert_int_equal(native_fact(&mapped, SKL_FACT_UNSAFETY), SKL_UNSAFETY_ACUTE);
		assert_int_equal(native_event(&mapped, SKL_EVENT_BAN_STATE)->value,
				 SKL_BAN_STATE_BREACHED);
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
		tried++;
	}
	assert_int_equal(tried, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assessment),
		cmocka_unit_test(test_assessment_alone),
		cmocka_unit_test(test_contact),
		cmocka_unit_test(test_breach),
		cmocka_unit_test(test_breach_destinations),
		cmocka_unit_test(test_absence),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_closure),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_acute),
	};

	return cmocka_run_group_tests_name("adapter_police_ban", tests, setup, teardown);
}
