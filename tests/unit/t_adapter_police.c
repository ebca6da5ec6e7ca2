/* SPDX-License-Identifier: EUPL-1.2 */

/* Native police XML: what is mapped, and for each wrong input the line, the rule and the verdict.
 */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "native.h"
#include "skl_clock.h"
#include "skl_label.h"
#include "skl_mem.h"
#include "skl_police_xml.h"

static struct skl_xml_schema *schema;
static struct skl_buf sample;
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
	skl_buf_init(&sample, 1 << 20);
	native_read("adapters/police/samples/melding.xml", &sample);
	return skl_time_parse(skl_view_str("2026-03-04T02:10:00Z"), &now_ms);
}

static int teardown(void **state)
{
	(void)state;
	skl_xml_schema_free(schema);
	skl_buf_done(&sample);
	return 0;
}

static enum skl_err read_xml(struct skl_view xml, struct skl_mapped *mapped,
			     struct skl_findings *findings)
{
	struct skl_police_opts opts = {.now_ms = now_ms};

	return skl_police_read(schema, xml, &opts, mapped, findings);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static void test_sample(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	const struct skl_mapped_section *section;

	(void)state;
	assert_int_equal(read_xml(skl_buf_view(&sample), &mapped, &findings), SKL_OK);
	assert_int_equal(findings.count, 0);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	assert_int_equal(mapped.kind, SKL_KIND_POLICE_REPORT);
	assert_string_equal(mapped.native_id, "PL1100-2026-000123");
	assert_string_equal(mapped.municipality, "0479");
	assert_int_equal(mapped.competence, SKL_COMPETENCE_REGISTERED_HOME);
	assert_null(mapped.parked);
	assert_false(mapped.is_acute);
	assert_int_equal(mapped.subject_count, 3);
	assert_int_equal(mapped.subjects[0].positions[0], SKL_POSITION_VICTIM);
	assert_int_equal(mapped.subjects[0].positions[1], SKL_POSITION_PARENT);
	assert_string_equal(mapped.subjects[2].born, "2019-08-30");
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_IDENTITY), 3);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_BSN), 2);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_CONTACT), 2);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_HOUSEHOLD), 1);
	/* seen and heard are two sections about p1, p3 has one of its own */
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_INCIDENT), 3);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_RED_FLAGS), 1);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_MEASURES), 1);
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_CHILD), 1);
	/* one for the latest fact, and that there is coercion against p1 */
	assert_int_equal(mapped.event_count, 2);
	assert_int_equal(mapped.events[0].code, SKL_EVENT_OCCURRED_AT);
	assert_int_equal(mapped.events[0].at_ms, INT64_C(1772586300000));
	assert_int_equal(mapped.events[1].code, SKL_EVENT_VIOLENCE);
	assert_int_equal(mapped.events[1].value, SKL_VIOLENCE_COERCION_AND_CONTROL);
	assert_int_equal(mapped.events[1].place, 1);

	section = native_section(&mapped, SKL_CATEGORY_IDENTITY, 1);
	assert_string_equal(text_of(section->content, "family_name"), "Voorbeeld");
	assert_string_equal(text_of(section->content, "prefix"), "van");
	assert_string_equal(text_of(section->content, "sex"), "female");
	assert_int_equal(section->person_kind, SKL_PERSON_KIND_VICTIM);
	section = native_section(&mapped, SKL_CATEGORY_IDENTITY, 2);
	assert_int_equal(section->person_kind, SKL_PERSON_KIND_SUSPECT);
	section = native_section(&mapped, SKL_CATEGORY_INCIDENT, 1);
	assert_int_equal(section->source, SKL_SOURCE_OBSERVED);
	assert_int_equal(section->status, SKL_STATUS_FACT);
	assert_int_equal(section->reliability, SKL_RELIABILITY_RELIABLE);
	assert_int_equal(section->source_law, SKL_SOURCE_LAW_WPG_8);
	assert_int_equal(section->about_count, 2);
	assert_string_equal(
		text_of(json_array_get(json_object_get(section->content, "facts"), 0), "at"),
		"2026-03-04T01:05:00Z");
	assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_USER_REF)->text, "u-7f3a");
	assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_CHECKED_BY)->text, "u-19c2");
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_PURPOSE)->value,
			 SKL_PURPOSE_STOP_VIOLENCE);
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_GROUND)->value,
			 SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	assert_null(skl_mapped_find_fact(&mapped, SKL_FACT_UNSAFETY));
	skl_mapped_done(&mapped);
}

static uint32_t place_number(void *arg, int64_t place)
{
	const uint32_t *numbers = arg;

	return place >= 1 && place <= 3 ? numbers[place - 1] : 0;
}

static void test_renumber(void **state)
{
	uint32_t numbers[] = {1001, 2002, 3003};
	struct skl_mapped mapped;
	struct skl_findings findings;

	(void)state;
	assert_int_equal(read_xml(skl_buf_view(&sample), &mapped, &findings), SKL_OK);
	for (size_t i = 0; i < mapped.section_count; i++) {
		struct skl_mapped_section *section = &mapped.sections[i];
		uint32_t about[4] = {0};
		struct skl_label_rows rows = {.category = section->category, .about = about};
		struct skl_error error = {0};

		assert_int_equal(skl_label_renumber(section->category, section->content,
						    place_number, numbers),
				 SKL_OK);
		for (size_t k = 0; k < section->about_count; k++)
			about[rows.about_count++] = numbers[section->about[k] - 1];
		assert_int_equal(skl_label_check_json(&rows, section->content, &error), SKL_OK);
	}
	skl_mapped_done(&mapped);
}

struct wrong {
	const char *name;
	const char *from;
	const char *to;
	const char *mark; /* text whose line the reason must name; NULL: line 0 */
	const char *rule;
	const char *says; /* part of the sentence */
	enum skl_err err;
};

static const struct wrong wrongs[] = {
	{"not well formed", "</gevolg>", "</gevolge>", "</gevolge>", "welgevormd", "welgevormde",
	 SKL_EMALFORMED},
	{"cut off", "</melding>", "", "</kind>\n", "welgevormd", "welgevormde", SKL_EMALFORMED},
	{"doctype", "<melding ", "<!DOCTYPE melding SYSTEM \"file:///etc/passwd\">\n<melding ",
	 "<!DOCTYPE", "doctype", "DOCTYPE", SKL_EMALFORMED},
	{"entity bomb", "<melding ",
	 "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<melding ",
	 "<!DOCTYPE", "doctype", "DOCTYPE", SKL_EMALFORMED},
	{"other encoding", "encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"", "<?xml", "utf-8",
	 "UTF-8", SKL_EMALFORMED},
	{"required attribute", " tegen=\"p1\" wanneer=\"2026-03-04", " wanneer=\"2026-03-04",
	 "ref=\"f1\"", "schema", "<feit> mist het verplichte kenmerk \"tegen\"", SKL_EFIELD},
	{"unknown attribute", "<gemeente ", "<gemeente kleur=\"rood\" ", "<gemeente", "schema",
	 "<gemeente> heeft een kenmerk \"kleur\" dat niet bestaat", SKL_EFIELD},
	{"unknown element", "<huishouden>", "<extra/><huishouden>", "<extra/>", "schema",
	 "<extra> staat op een verkeerde plaats", SKL_EFIELD},
	{"other root", "<melding id", "<rapport id", "<rapport", "welgevormd", "", SKL_EMALFORMED},
	{"word of a list", "bron=\"gezien\"", "bron=\"vermoed\"", "ref=\"f1\"", "schema",
	 "\"bron\" bij <feit>", SKL_EFIELD},
	{"time without offset", "opgemaakt=\"2026-03-04T02:41:00+01:00\"",
	 "opgemaakt=\"2026-03-04T02:41:00\"", "opgemaakt=", "schema", "\"opgemaakt\"", SKL_EFIELD},
	{"bsn of eight digits", "bsn=\"111222333\"", "bsn=\"11122233\"", "ref=\"p1\"", "schema",
	 "\"bsn\" bij <persoon>", SKL_EFIELD},
	{"bsn fails the 11-test", "bsn=\"111222333\"", "bsn=\"111222334\"", "ref=\"p1\"",
	 "bsn-elfproef", "BSN van persoon p1", SKL_EFIELD},
	{"bsn of zeroes", "bsn=\"111222333\"", "bsn=\"000000000\"", "ref=\"p1\"", "bsn-elfproef",
	 "BSN van persoon p1", SKL_EFIELD},
	{"tick box for an act",
	 "p1 vertelt dat p2 haar telefoon afpakte en haar twee dagen niet "
	 "alleen naar buiten liet gaan.",
	 "x", "ref=\"f2\"", "wie-wat-wie-gevolg", "niet: wat.", SKL_EFIELD},
	{"no impact", "p1 durfde haar moeder niet te bellen en meldde zich ziek op haar werk.", "-",
	 "ref=\"f2\"", "wie-wat-wie-gevolg", "niet: gevolg.", SKL_EFIELD},
	{"actor unknown", "wie=\"p2\" tegen=\"p3\"", "wie=\"p9\" tegen=\"p3\"", "ref=\"f3\"",
	 "verwijzing", "\"wie\" geen persoon", SKL_EFIELD},
	{"person twice", "ref=\"p3\" soort", "ref=\"p2\" soort", "soort=\"kind", "verwijzing",
	 "die al bestaat", SKL_EFIELD},
	{"event in the future", "wanneer=\"2026-03-01T22:30:00+01:00\"",
	 "wanneer=\"2026-03-09T22:30:00+01:00\"", "ref=\"f2\"", "tijd", "toekomst", SKL_EFIELD},
	{"released in the future", "vrijgegeven-op=\"2026-03-04", "vrijgegeven-op=\"2026-05-04",
	 "<melding", "tijd", "toekomst", SKL_EFIELD},
	{"nobody released it", "vrijgegeven-door=\"u-19c2\" ", "", "<melding", "schema",
	 "<melding> mist het verplichte kenmerk \"vrijgegeven-door\"", SKL_EFIELD},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrongs); i++) {
		const struct wrong *row = &wrongs[i];
		struct skl_mapped mapped;
		struct skl_findings findings;
		struct skl_buf xml;
		enum skl_err err;

		skl_buf_init(&xml, 4u << 20);
		skl_buf_add_view(&xml, skl_buf_view(&sample));
		native_edit(&xml, row->from, row->to);
		err = read_xml(skl_buf_view(&xml), &mapped, &findings);
		if (err != row->err || findings.count == 0 ||
		    strcmp(findings.items[0].rule, row->rule) != 0 ||
		    !strstr(findings.items[0].text, row->says))
			fail_msg("%s: error %d, %zu findings, first %s: %s", row->name, (int)err,
				 findings.count, findings.items[0].rule, findings.items[0].text);
		/* libxml2 counts an element at the line where its start tag ends */
		if (strcmp(row->name, "other root") != 0) {
			unsigned want = native_line_of(&xml, row->mark);
			unsigned got = findings.items[0].line;

			if (got < want || got > want + 2)
				fail_msg("%s: line %u, wanted %u", row->name, got, want);
		}
		assert_true(findings.is_fatal);
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
	}
}

/* Faults of form, each in a report that a named person declared acute: sent, and told. */
static void test_acute(void **state)
{
	static const char acute[] = "urgentie=\"acuut\" acuut-verklaard-door=\"u-55aa\"";

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrongs); i++) {
		const struct wrong *row = &wrongs[i];
		struct skl_mapped mapped;
		struct skl_findings findings;
		struct skl_error error = {0};
		struct skl_buf xml;
		enum skl_err err;

		skl_buf_init(&xml, 4u << 20);
		skl_buf_add_view(&xml, skl_buf_view(&sample));
		native_edit(&xml, "urgentie=\"voorrang\"", acute);
		native_edit(&xml, row->from, row->to);
		err = read_xml(skl_buf_view(&xml), &mapped, &findings);
		if (row->err == SKL_EMALFORMED) {
			if (err != SKL_EMALFORMED)
				fail_msg("%s: passed though it is not well formed", row->name);
		} else if (err != SKL_OK || findings.count == 0 || findings.is_fatal ||
			   skl_mapped_check(&mapped, &error)) {
			fail_msg("%s: error %d, %zu findings, first %s: %s; %s", row->name,
				 (int)err, findings.count, findings.items[0].rule,
				 findings.items[0].text, error.text);
		} else {
			assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_UNSAFETY)->value,
					 SKL_UNSAFETY_ACUTE);
			assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_ACUTE_BY)->text,
					    "u-55aa");
		}
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
	}
}

/* "acuut" without a name behind it is no declaration, and no reason to refuse either. */
static void test_acute_undeclared(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_buf xml;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	skl_buf_add_view(&xml, skl_buf_view(&sample));
	native_edit(&xml, "urgentie=\"voorrang\"", "urgentie=\"acuut\"");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_string_equal(findings.items[0].rule, "acuut-verklaard");
	assert_null(skl_mapped_find_fact(&mapped, SKL_FACT_UNSAFETY));
	skl_mapped_done(&mapped);
	native_edit(&xml, "bsn=\"111222333\"", "bsn=\"111222334\"");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_EFIELD);
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

static void test_addressing(void **state)
{
	static const struct {
		const char *code;
		const char *municipality;
		const char *parked;
	} rows[] = {{"0479", "0479", NULL},
		    {"onbekend", "", "onbekend"},
		    {"buitenland", "", "buitenland"},
		    {"afgeschermd", "", "afgeschermd"}};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_mapped mapped;
		struct skl_findings findings;
		struct skl_buf xml;
		char code[32];

		(void)snprintf(code, sizeof(code), "code=\"%s\"", rows[i].code);
		skl_buf_init(&xml, 1 << 20);
		skl_buf_add_view(&xml, skl_buf_view(&sample));
		native_edit(&xml, "code=\"0479\"", code);
		assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
		assert_string_equal(mapped.municipality, rows[i].municipality);
		if (rows[i].parked) {
			assert_non_null(mapped.parked);
			assert_non_null(strstr(mapped.parked, rows[i].parked));
		} else {
			assert_null(mapped.parked);
		}
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
	}
}

static void test_secret_address(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_buf xml;
	const struct skl_mapped_section *contact;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	skl_buf_add_view(&xml, skl_buf_view(&sample));
	native_edit(&xml, "<adres>", "<adres geheim=\"ja\">");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	contact = native_section(&mapped, SKL_CATEGORY_CONTACT, 1);
	assert_null(json_object_get(contact->content, "address"));
	assert_non_null(json_object_get(contact->content, "phones"));
	assert_int_equal(native_count(&mapped, SKL_CATEGORY_WHEREABOUTS), 0);
	assert_non_null(skl_mapped_find_fact(&mapped, SKL_FACT_PROTECTED_ADDRESS));
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

static void test_explicit_addressee(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_buf xml;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	skl_buf_add_view(&xml, skl_buf_view(&sample));
	native_edit(&xml, "basis=\"woonadres\"/>", "/><bestemming partner=\"vt-zhz\"/>");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_string_equal(mapped.to_partner, "vt-zhz");
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

static void test_source_law(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_buf xml;
	size_t with_9 = 0;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	skl_buf_add_view(&xml, skl_buf_view(&sample));
	/* the fact that was seen: the same marks, another law, another section */
	native_edit(&xml, "wpg=\"8\">\n    <daad>p1 vertelt", "wpg=\"9\">\n    <daad>p1 vertelt");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	for (size_t i = 0; i < mapped.section_count; i++)
		with_9 += mapped.sections[i].source_law == SKL_SOURCE_LAW_WPG_9 ? 1 : 0;
	assert_int_equal(with_9, 1);
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

static void test_too_large(void **state)
{
	struct skl_police_opts opts = {.now_ms = now_ms, .max_bytes = 1000};
	struct skl_mapped mapped;
	struct skl_findings findings;

	(void)state;
	assert_int_equal(skl_police_read(schema, skl_buf_view(&sample), &opts, &mapped, &findings),
			 SKL_EMALFORMED);
	assert_string_equal(findings.items[0].rule, "te-groot");
	skl_mapped_done(&mapped);
}

/* The schema counts characters, so does the content: 200 letters with accents are no fault. */
static void test_characters(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf xml;
	struct skl_buf name;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	skl_buf_init(&name, 4096);
	skl_buf_add_view(&xml, skl_buf_view(&sample));
	skl_buf_add_str(&name, "<achternaam>");
	for (int i = 0; i < 200; i++)
		skl_buf_add_str(&name, "é");
	native_edit(&xml, "<achternaam>Voorbeeld", skl_buf_str(&name));
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	skl_mapped_done(&mapped);
	/* One more is; declared acute, the first 200 go. */
	native_edit(&xml, "<achternaam>é", "<achternaam>éé");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_EFIELD);
	assert_string_equal(findings.items[0].rule, "schema");
	skl_mapped_done(&mapped);
	native_edit(&xml, "urgentie=\"voorrang\"", "acuut-verklaard-door=\"u-55aa\"");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	assert_int_equal(strlen(mapped.subjects[0].family_name), 400);
	skl_mapped_done(&mapped);
	skl_buf_done(&name);
	skl_buf_done(&xml);
}

/* A root that is neither of ours. */
/* libxml2 writes bytes that it cannot convert to standard error, which is the journal. */
static void test_says_nothing(void **state)
{
	struct skl_findings findings;
	struct skl_mapped mapped;
	struct skl_buf xml;
	FILE *said = tmpfile();
	int saved = dup(STDERR_FILENO);
	enum skl_err err;

	(void)state;
	assert_true(said && saved >= 0);
	skl_buf_init(&xml, 1 << 20);
	skl_buf_add_view(&xml, skl_buf_view(&sample));
	native_edit(&xml, "UTF-8", "UTF-7");
	assert_true(dup2(fileno(said), STDERR_FILENO) >= 0);
	err = read_xml(skl_buf_view(&xml), &mapped, &findings);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	assert_int_equal(lseek(fileno(said), 0, SEEK_END), 0);
	assert_int_not_equal(err, SKL_OK);
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
	(void)close(saved);
	(void)fclose(said);
}

static void test_other_root(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;

	(void)state;
	assert_int_equal(read_xml(skl_view_str("<rapport id=\"x\"/>"), &mapped, &findings),
			 SKL_EFIELD);
	assert_string_equal(findings.items[0].rule, "schema");
	assert_non_null(strstr(findings.items[0].text, "<rapport> is geen melding"));
	skl_mapped_done(&mapped);
}

static void test_data(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf xml;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	native_read("adapters/police/samples/politiegegevens.xml", &xml);
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_int_equal(mapped.kind, SKL_KIND_POLICE_DATA_RESPONSE);
	assert_true(mapped.has_in_reply_to);
	assert_int_equal(mapped.in_reply_to[0], 0x01);
	assert_int_equal(mapped.subject_count, 2);
	assert_int_equal(mapped.subjects[0].number, 1448162);
	assert_int_equal(mapped.section_count, 8);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	for (size_t i = 0; i < mapped.section_count; i++)
		assert_int_equal(mapped.sections[i].min_size_class, 2);
	skl_mapped_done(&mapped);

	/* one history left out is a refusal, not "nothing known" */
	native_edit(&xml, "soort=\"zeden\" over=\"1448162\"", "soort=\"geweld\" over=\"1448162\"");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_EFIELD);
	assert_string_equal(findings.items[0].rule, "vier-geschiedenissen");
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

/* A long history lifts the size of all, so that no class sticks out. */
static void test_data_one_size(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_buf xml;
	struct skl_buf item;
	char text[3001];

	(void)state;
	memset(text, 'a', 3000);
	text[3000] = '\0';
	skl_buf_init(&xml, 1 << 20);
	skl_buf_init(&item, 1 << 20);
	native_read("adapters/police/samples/politiegegevens.xml", &xml);
	for (int i = 0; i < 3; i++)
		skl_buf_addf(&item, "<voorval rol=\"verdachte\">%s</voorval>", text);
	skl_buf_add_str(&item, "</geschiedenis>");
	native_edit(&xml, "</geschiedenis>", skl_buf_str(&item));
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	for (size_t i = 0; i < mapped.section_count; i++)
		assert_int_equal(mapped.sections[i].min_size_class, 3);
	skl_mapped_done(&mapped);
	skl_buf_done(&item);
	skl_buf_done(&xml);
}

/* Which message it repairs, why, and what is right instead. */
static void test_repair(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf xml;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	native_read("adapters/police/samples/herstel.xml", &xml);
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_int_equal(mapped.kind, SKL_KIND_CORRECTION);
	assert_string_equal(mapped.repairs, "PL1100-2026-000123");
	assert_string_equal(mapped.native_id, "PL1100-2026-000123-H1");
	assert_int_equal(mapped.events[0].code, SKL_EVENT_REASON);
	assert_int_equal(mapped.events[0].value, SKL_REASON_WRONG_PERSON);
	assert_int_equal(mapped.repairs_kind, SKL_KIND_POLICE_REPORT);
	assert_int_equal(mapped.section_count,
			 3); /* two names, a fact; no rule lets a bsn through */
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	skl_mapped_done(&mapped);

	native_edit(&xml, "op=\"PL1100-2026-000123\"", "");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_EFIELD);
	assert_string_equal(findings.items[0].rule, "schema");
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);

	/* a correction says what is right */
	skl_buf_init(&xml, 1 << 20);
	skl_buf_add_str(&xml, "<herstel id=\"H2\" op=\"M1\" soort=\"correctie\" reden=\"onjuist\" "
			      "opgemaakt=\"2026-03-04T02:00:00Z\" vrijgegeven-door=\"u-1\" "
			      "vrijgegeven-op=\"2026-03-04T02:00:00Z\"/>");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_EFIELD);
	assert_string_equal(findings.items[0].rule, "correctie");
	skl_mapped_done(&mapped);
	native_edit(&xml, "correctie", "terugroeping");
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_int_equal(mapped.kind, SKL_KIND_RECALL);
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
}

/* A notice's task, by the word it was told with; to the hub alone. */
static void test_task(void **state)
{
	struct skl_findings findings;
	struct skl_mapped mapped;
	struct skl_buf xml;

	(void)state;
	skl_buf_init(&xml, 1 << 20);
	native_read("adapters/police/samples/taak-gedaan.xml", &xml);
	assert_int_equal(read_xml(skl_buf_view(&xml), &mapped, &findings), SKL_OK);
	assert_int_equal(findings.count, 0);
	assert_int_equal(mapped.kind, SKL_KIND_TASK_DONE);
	assert_true(mapped.is_for_hub);
	assert_false(mapped.has_case);
	assert_int_equal(mapped.events[0].value, SKL_TASK_AFTER_CHECK);
	assert_int_equal(mapped.events[0].ref[15], 0x77);
	assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_CHECKED_BY)->text, "u-55aa");
	skl_mapped_done(&mapped);
	skl_buf_done(&xml);
	assert_int_equal(
		read_xml(
			skl_view_str(
				"<taak-gedaan id='t' taak='iets anders' gedaan-door='u-1' "
				"gecontroleerd-door='u-2' casus='0198e000000070008000000000000099' "
				"taak-id='0198e000000070008000000000000077'/>"),
			&mapped, &findings),
		SKL_EFIELD);
	assert_string_equal(findings.items[0].rule, "taak");
	assert_true(mapped.has_case);
	skl_mapped_done(&mapped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_task),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_renumber),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_acute),
		cmocka_unit_test(test_acute_undeclared),
		cmocka_unit_test(test_addressing),
		cmocka_unit_test(test_secret_address),
		cmocka_unit_test(test_explicit_addressee),
		cmocka_unit_test(test_source_law),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_says_nothing),
		cmocka_unit_test(test_other_root),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_data_one_size),
		cmocka_unit_test(test_repair),
	};

	return cmocka_run_group_tests_name("adapter_police", tests, setup, teardown);
}
