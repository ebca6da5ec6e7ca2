/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The prosecution's XML: what is read of each document, for each wrong one the line and the rule,
 * and what is written, which the published schema knows.
 */

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
#include "skl_om.h"
#include "skl_xml_dom.h"

#define NOW_MS INT64_C(1780401600000) /* 2026-06-02T12:00:00Z */

static struct skl_om *om;
static struct skl_xml_schema *out_schema;

static void path_of(const char *name, char ret[512])
{
	const char *src = getenv("SRC");

	(void)snprintf(ret, 512, "%s/adapters/om/%s", src ? src : ".", name);
}

static int setup(void **state)
{
	struct skl_error error = {0};
	char path[512];

	(void)state;
	path_of("schema/om.xsd", path);
	if (skl_om_open(path, &om, &error))
		fail_msg("%s", error.text);
	path_of("schema/om-uit.xsd", path);
	if (skl_xml_schema_open(path, &out_schema, &error))
		fail_msg("%s", error.text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	skl_om_free(om);
	skl_xml_schema_free(out_schema);
	return 0;
}

/* ---- reading ---- */

/* As the adapter does: read, address, map, lines. The message is gone afterwards. */
static enum skl_err map(struct skl_view native, struct skl_mapped *mapped,
			struct skl_findings *findings)
{
	struct skl_context about = {.kind = SKL_KIND_PROBATION_PROGRESS, .subject_count = 1};
	struct skl_own_opts opts = {.now_ms = NOW_MS};
	json_t *message;
	enum skl_err err;

	*findings = (struct skl_findings){0};
	skl_mapped_init(mapped, SKL_KIND_UNSPECIFIED);
	message = skl_om_codec.read(om, native, findings);
	if (!message)
		return SKL_EMALFORMED;
	about.subjects[0].number = 4711;
	(void)snprintf(about.partner, sizeof(about.partner), "reclassering-nh");
	if (json_object_get(message, "inReplyTo") || json_object_get(message, "refersTo"))
		opts.about = &about;
	skl_om_codec.address(om, message, NULL);
	skl_om_codec.own_opts(om, &opts);
	err = skl_own_map(message, &opts, mapped, findings);
	skl_own_dir_lines(message, findings);
	json_decref(message);
	return err;
}

static void map_sample(const char *name, struct skl_mapped *mapped)
{
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf xml;
	char path[128];

	skl_buf_init(&xml, 1 << 20);
	(void)snprintf(path, sizeof(path), "adapters/om/samples/%s", name);
	native_read(path, &xml);
	if (map(skl_buf_view(&xml), mapped, &findings))
		fail_msg("%s: line %u: %s: %s", name, findings.items[0].line,
			 findings.items[0].rule, findings.items[0].text);
	assert_int_equal(findings.count, 0);
	if (skl_mapped_check(mapped, &error))
		fail_msg("%s: %s", name, error.text);
	skl_buf_done(&xml);
}

static const char *text_of(const struct skl_mapped_section *section, const char *key)
{
	const char *text = json_string_value(json_object_get(section->content, key));

	return text ? text : "";
}

static void test_behavioural_order(void **state)
{
	const struct skl_mapped_event *measure;
	const json_t *content;
	struct skl_mapped mapped;

	(void)state;
	map_sample("gedragsaanwijzing.xml", &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_BEHAVIOURAL_ORDER);
	assert_string_equal(mapped.to_partner, "reclassering-nh");
	assert_int_equal(mapped.also_count, 2);
	assert_string_equal(mapped.also[0].partner, "vt-zw");
	assert_int_equal(mapped.subject_count, 2);
	assert_int_equal(mapped.subjects[0].positions[0], SKL_POSITION_PERPETRATOR);
	assert_int_equal(mapped.subjects[0].positions[1], SKL_POSITION_PARENT);
	assert_string_equal(mapped.subjects[0].bsn, "999990019");
	assert_string_equal(mapped.subjects[0].born, "1996-09-13");
	/* who is protected is in it without a name */
	assert_int_equal(mapped.section_count, 3);
	assert_string_equal(text_of(native_section(&mapped, SKL_CATEGORY_IDENTITY, 0), "sex"),
			    "male");
	assert_string_equal(text_of(native_section(&mapped, SKL_CATEGORY_CRIMINAL, 0), "stage"),
			    "suspicion");
	measure = native_event(&mapped, SKL_EVENT_MEASURE);
	assert_int_equal(measure->value, SKL_MEASURE_BEHAVIOURAL_ORDER);
	assert_int_equal(measure->detail, SKL_MEASURE_STATE_IN_FORCE);
	assert_int_equal(measure->third, SKL_EVIDENCE_HIGHLY_PLAUSIBLE);
	assert_int_equal(measure->place, 1);
	assert_int_equal(measure->other_place, 2);
	assert_string_equal(measure->partner, "om-nh");
	assert_int_equal(measure->until_ms - measure->at_ms, INT64_C(90) * 86400000);
	assert_int_equal(native_event(&mapped, SKL_EVENT_OCCURRED_AT)->at_ms,
			 INT64_C(1780394400000));
	content = json_object_get(native_section(&mapped, SKL_CATEGORY_MEASURES, 0)->content,
				  "measures");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(content, 0), "conditions")),
		"Geen contact met persoon 2, op geen enkele wijze.\nElke week melden bij de "
		"reclassering.");
	/* held under the act on judicial data */
	assert_int_equal(mapped.sections[0].source_law, SKL_SOURCE_LAW_WJSG);
	assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_CHECKED_BY)->text, "u-om11");
	skl_mapped_done(&mapped);
}

static void test_other_documents(void **state)
{
	struct skl_mapped mapped;

	(void)state;
	map_sample("zittingsbericht.xml", &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_HEARING_NOTICE);
	assert_int_equal(native_event(&mapped, SKL_EVENT_HEARING_AT)->value,
			 SKL_FRAME_AREA_CRIMINAL);
	assert_int_equal(native_event(&mapped, SKL_EVENT_HEARING_AT)->at_ms,
			 INT64_C(1782718200000));
	assert_string_equal(text_of(native_section(&mapped, SKL_CATEGORY_CRIMINAL, 0), "stage"),
			    "hearing");
	skl_mapped_done(&mapped);

	map_sample("vervolgingsbeslissing.xml", &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_PROSECUTION_DECISION);
	assert_string_equal(text_of(native_section(&mapped, SKL_CATEGORY_CRIMINAL, 0), "stage"),
			    "dismissed");
	assert_string_equal(text_of(native_section(&mapped, SKL_CATEGORY_IDENTITY, 0), "prefix"),
			    "van der");
	skl_mapped_done(&mapped);

	map_sample("toezegging-overleg.xml", &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_CONFERENCE_DECISION);
	assert_int_equal(native_event(&mapped, SKL_EVENT_MEASURE)->detail,
			 SKL_MEASURE_STATE_PROPOSED);
	assert_int_equal(native_event(&mapped, SKL_EVENT_CONFERENCE_AT)->at_ms,
			 INT64_C(1773241200000));
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_PURPOSE)->value,
			 SKL_PURPOSE_SAFETY_CONSULTATION);
	skl_mapped_done(&mapped);

	map_sample("afwezig.xml", &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_CONFERENCE_ABSENCE);
	assert_int_equal(native_event(&mapped, SKL_EVENT_REASON)->value, SKL_REASON_CAPACITY);
	assert_string_equal(native_event(&mapped, SKL_EVENT_CONTACT_PERSON)->desk, "parket");
	skl_mapped_done(&mapped);

	map_sample("taak-gedaan.xml", &mapped);
	assert_int_equal(mapped.kind, SKL_KIND_TASK_DONE);
	assert_true(mapped.is_for_hub);
	assert_int_equal(native_event(&mapped, SKL_EVENT_TASK)->value, SKL_TASK_REVIEW_PLAN);
	assert_int_equal(native_event(&mapped, SKL_EVENT_TASK)->ref[15], 0x77);
	skl_mapped_done(&mapped);
}

/* ---- wrong ---- */

/* The sample with the first `from` replaced. */
static void change(const char *sample, const char *from, const char *to, struct skl_buf *ret)
{
	native_read(sample, ret);
	native_edit(ret, from, to);
}

struct wrong {
	const char *from;
	const char *to;
	const char *rule;
	unsigned line; /* 0: where that is does not matter */
	const char *says;
};

/* Each a change of the sample: refused, with the rule and the line. */
static const struct wrong wrongs[] = {
	{"</gedragsaanwijzing>", "", "welgevormd", 0, "geen welgevormde XML"},
	{"<gedragsaanwijzing",
	 "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>\n<gedragsaanwijzing", "doctype", 4,
	 "DOCTYPE"},
	{"encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"", "utf-8", 1, "UTF-8"},
	{" medewerker=\"u-om11\"", "", "schema", 5, "mist het verplichte kenmerk \"medewerker\""},
	{"<strafzaak", "<verdachte/><strafzaak", "schema", 14, "verkeerde plaats"},
	{"<ontvanger partner=\"vt-zw\"", "<ontvanger partner=\"VT ZW\"", "schema", 7, "partner"},
	{"van=\"2026-06-02T12:00:00+02:00\"", "van=\"morgen\"", "schema", 0, "van"},
	{"soort=\"gedragsaanwijzing\"", "soort=\"enkelband\"", "schema", 0, "soort"},
	{"stand=\"van kracht\"", "stand=\"misschien\"", "schema", 0, "stand"},
	{"bsn=\"999990019\"", "bsn=\"999990018\"", "bsn-elfproef", 9, "persoon 1"},
	{"strafzaak persoon=\"1\"", "strafzaak persoon=\"9\"", "verwijzing", 14, "<strafzaak>"},
	{"beschermt=\"2\"", "beschermt=\"8\"", "verwijzing", 0, "beschermt"},
	{" opgelegd-door=\"om-nh\"", "", "maatregel", 0, "wie hem oplegde"},
	{"graad=\"grote mate van aannemelijkheid\"", "", "maatregel", 0, "hoe zeker"},
	{"<persoon nr=\"2\"", "<persoon nr=\"1\"", "subject", 13, "eigen number"},
	{"<persoon nr=\"2\" rol=\"slachtoffer ouder\"", "<persoon nr=\"2\"", "subject", 13,
	 "positie"},
	{"zaak=\"15.081234-26\"", "antwoord-op=\"0198e0000000700080000000000000aa\"", "recipient",
	 5, "refersTo"},
};

static bool has(const struct skl_findings *findings, const struct wrong *wrong)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct skl_finding *one = &findings->items[i];

		if (strcmp(one->rule, wrong->rule) == 0 && strstr(one->text, wrong->says) &&
		    (!wrong->line || wrong->line == one->line))
			return true;
	}
	return false;
}

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrongs); i++) {
		struct skl_findings findings;
		struct skl_mapped mapped;
		struct skl_buf xml;
		enum skl_err err;

		skl_buf_init(&xml, 1 << 20);
		change("adapters/om/samples/gedragsaanwijzing.xml", wrongs[i].from, wrongs[i].to,
		       &xml);
		err = map(skl_buf_view(&xml), &mapped, &findings);
		if (!err || !findings.is_fatal || !has(&findings, &wrongs[i]))
			fail_msg("%s: %d: line %u: %s: %s", wrongs[i].to, (int)err,
				 findings.items[0].line, findings.items[0].rule,
				 findings.items[0].text);
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
	}
}

static void test_too_large(void **state)
{
	struct skl_findings findings = {0};
	struct skl_buf xml;

	(void)state;
	skl_buf_init(&xml, 4 * SKL_OWN_DIR_MAX_BYTES);
	skl_buf_add_str(&xml, "<vonnis>");
	while (xml.len <= SKL_OWN_DIR_MAX_BYTES)
		skl_buf_add_str(&xml, "                                                        ");
	skl_buf_add_str(&xml, "</vonnis>");
	assert_null(skl_om_codec.read(om, skl_buf_view(&xml), &findings));
	assert_string_equal(findings.items[0].rule, "te-groot");
	skl_buf_done(&xml);
}

static void test_not_a_document(void **state)
{
	struct skl_findings findings = {0};

	(void)state;
	assert_null(skl_om_codec.read(om, skl_view_str("<melding/>"), &findings));
	assert_string_equal(findings.items[0].text,
			    "<melding> is geen document dat hier aangeboden kan worden.");
	/* nor does "acute" make it one */
	findings = (struct skl_findings){0};
	assert_null(skl_om_codec.read(om, skl_view_str("<melding acuut-verklaard-door='u-1'/>"),
				      &findings));
	assert_true(findings.is_fatal);
}

static void declare_acute(const struct skl_buf *whole, struct skl_buf *ret)
{
	const char *at = strstr(skl_buf_str(whole), " zaak=");

	assert_non_null(at);
	skl_buf_add(ret, skl_buf_str(whole), (size_t)(at - skl_buf_str(whole)));
	skl_buf_add_str(ret, " acuut-verklaard-door=\"u-om11\"");
	skl_buf_add_str(ret, at);
}

/* Declared acute by a named person, what is only form does not hold it up. */
static void test_acute(void **state)
{
	static const char *const changes[][2] = {
		{" medewerker=\"u-om11\"", ""},
		{"van=\"2026-06-02T12:00:00+02:00\"", "van=\"morgen\""},
		{"bsn=\"999990019\"", "bsn=\"999990018\""},
		{" opgelegd-door=\"om-nh\"", ""},
		{"geslacht=\"man\"", "geslacht=\"m\""},
		{"beschermt=\"2\"", "beschermt=\"8\""},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(changes); i++) {
		struct skl_findings findings;
		struct skl_error error = {0};
		struct skl_mapped mapped;
		struct skl_buf xml;
		struct skl_buf whole;
		enum skl_err err;

		skl_buf_init(&whole, 1 << 20);
		skl_buf_init(&xml, 1 << 20);
		change("adapters/om/samples/gedragsaanwijzing.xml", changes[i][0], changes[i][1],
		       &whole);
		declare_acute(&whole, &xml);
		err = map(skl_buf_view(&xml), &mapped, &findings);
		if (err || !findings.count || findings.is_fatal)
			fail_msg("%s: %d: %zu: %s: %s", changes[i][0], (int)err, findings.count,
				 findings.items[0].rule, findings.items[0].text);
		assert_true(mapped.is_acute);
		assert_string_equal(skl_mapped_find_fact(&mapped, SKL_FACT_USER_REF)->text,
				    "u-om11");
		if (skl_mapped_check(&mapped, &error))
			fail_msg("%s: %s", changes[i][0], error.text);
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
		skl_buf_done(&whole);
	}
}

/* ---- words ---- */

/* Each word that the schema allows is one of ours. */
static void test_words(void **state)
{
	static const struct {
		const char *type;
		enum skl_list list;
	} types[] = {{"rol", SKL_LIST_POSITION},
		     {"soort-maatregel", SKL_LIST_MEASURE},
		     {"stand", SKL_LIST_MEASURE_STATE},
		     {"graad", SKL_LIST_EVIDENCE}};
	struct skl_findings findings = {0};
	struct skl_buf xsd;
	xmlDoc *doc;
	size_t words = 0;

	(void)state;
	skl_buf_init(&xsd, 1 << 20);
	native_read("adapters/om/schema/om.xsd", &xsd);
	doc = skl_xml_parse(skl_buf_view(&xsd), 1 << 20, &findings);
	assert_non_null(doc);
	for (size_t i = 0; i < SKL_COUNT(types); i++) {
		const xmlNode *type = skl_xml_child(xmlDocGetRootElement(doc), "simpleType");
		const xmlNode *word;
		char text[64];

		while (type && !skl_xml_attr_is(type, "name", types[i].type))
			type = skl_xml_next(type, "simpleType");
		assert_non_null(type);
		word = skl_xml_child(skl_xml_child(type, "restriction"), "enumeration");
		for (; word; word = skl_xml_next(word, "enumeration")) {
			const char *ours;

			assert_true(skl_xml_attr(word, "value", text, sizeof(text)));
			ours = skl_mapping_to_ours(om->mapping, (int)types[i].list, "", text);
			if (!skl_code_number(types[i].list, skl_view_str(ours)))
				fail_msg("%s: %s", types[i].type, text);
			words++;
		}
	}
	assert_int_equal(words, 6 + 10 + 6 + 3);
	xmlFreeDoc(doc);
	skl_buf_done(&xsd);
}

/* ---- writing ---- */

/* Written, it is as the published schema says; the text is in ret. */
static void write_checked(const char *root, const char *json, struct skl_buf *ret)
{
	struct skl_findings findings = {0};
	json_t *message = json_loads(json, 0, NULL);
	xmlDoc *doc;

	assert_non_null(message);
	skl_om_codec.write(om, root, message, ret);
	json_decref(message);
	assert_int_equal(skl_buf_err(ret), SKL_OK);
	doc = skl_xml_parse(skl_buf_view(ret), 1 << 20, &findings);
	if (!doc)
		fail_msg("%s: %s", findings.items[0].text, skl_buf_str(ret));
	assert_int_equal(skl_xml_validate(out_schema, doc, false, "geen bericht", &findings),
			 SKL_OK);
	if (findings.count)
		fail_msg("%s: %s", findings.items[0].text, skl_buf_str(ret));
	xmlFreeDoc(doc);
}

static void expect(const char *root, const char *json, const char *const *lines, size_t count)
{
	struct skl_buf text;

	skl_buf_init(&text, 1 << 20);
	write_checked(root, json, &text);
	for (size_t i = 0; i < count; i++) {
		if (!strstr(skl_buf_str(&text), lines[i]))
			fail_msg("no %s in %s", lines[i], skl_buf_str(&text));
	}
	skl_buf_done(&text);
}

static void test_message(void **state)
{
	static const char *const lines[] = {
		"<bericht kenmerk=\"0198e000000070008000000000000001\" soort=\"overtreding "
		"voorwaarden\"",
		" van=\"reclassering-nh\" van-bureau=\"toezicht\" naam=\"Reclassering &amp; co\"",
		" van-rol=\"reclassering\"",
		"<persoon nr=\"4711\" rol=\"verdachte, ouder\"/>",
		"<onderdeel soort=\"identiteit\" over=\"4711\">",
		"<veld naam=\"voornamen\">Bram</veld>",
		"<veld naam=\"geslacht\">man</veld>",
		"<veld naam=\"wat\">Belde haar &lt;twee&gt; keer\nop &quot;een&quot; "
		"avond.</veld>",
		"<veld naam=\"maatregel\">contactverbod</veld>",
		"<veld naam=\"persoon\">4711</veld>",
		"<gebeurtenis soort=\"maatregel\" waarde=\"gedragsaanwijzing\" "
		"stand=\"overtreden\"",
		"<niet-gedeeld onderdeel=\"gezondheid\"",
		"<termijn wat=\"terugkoppeling\" voor=\"2026-06-05T12:00:00Z\"/>",
		"<feiten onveiligheid=\"acuut\"",
	};

	(void)state;
	expect("bericht",
	       "{\"about\":\"message\",\"messageId\":\"0198e000000070008000000000000001\","
	       "\"kind\":\"supervision_violation\",\"from\":\"reclassering-nh\","
	       "\"fromDesk\":\"toezicht\",\"fromName\":\"Reclassering & co\","
	       "\"fromRole\":\"probation\",\"desk\":\"parket\",\"sentAt\":\"2026-06-02T12:00:00Z\","
	       "\"facts\":{\"unsafety\":\"acute\"},"
	       "\"events\":[{\"code\":\"measure\",\"value\":\"behavioural_order\","
	       "\"detail\":\"breached\",\"subject\":4711}],"
	       "\"subjects\":[{\"number\":4711,\"positions\":[\"perpetrator\",\"parent\"]}],"
	       "\"sections\":[{\"category\":\"identity\",\"about\":[4711],\"marks\":{},"
	       "\"data\":{\"given_names\":\"Bram\",\"family_name\":\"Kuit\",\"sex\":\"male\"}},"
	       "{\"category\":\"supervision\",\"about\":[4711],\"marks\":{\"status\":\"fact\"},"
	       "\"data\":{\"violations\":[{\"at\":\"2026-06-01T20:00:00+02:00\","
	       "\"what\":\"Belde haar <twee> keer\\nop \\\"een\\\" avond.\"}]}},"
	       "{\"category\":\"measures\",\"about\":[4711],\"marks\":{},"
	       "\"data\":{\"measures\":[{\"measure\":\"contact_ban\",\"subject\":4711}]}}],"
	       "\"notShared\":[{\"category\":\"health\",\"reason\":\"category_not_allowed\","
	       "\"text\":\"dit onderdeel valt buiten de regel\"}],"
	       "\"clocks\":[{\"clock\":\"feedback\",\"due\":\"2026-06-05T12:00:00Z\"}]}",
	       lines, SKL_COUNT(lines));
}

static void test_told(void **state)
{
	static const char *const refused[] = {
		"<weigering uw-nummer=\"OM-1\"",
		" uitkomst=\"geweigerd: geen regel\"",
		"<ontvanger partner=\"school-de-brug\" bureau=\"zorg\"",
		"<tekst>Niet verstuurd.</tekst>",
		"<niet-verstuurd onderdeel=\"strafrecht",
		"<bij-acuut-gevaar>Bel nu: 112.</bij-acuut-gevaar>"};
	static const char *const task[] = {"<kennisgeving", " taak=\"veiligheidsplan herzien\"",
					   " taak-id=\"0198e000000070008000000000000077\"",
					   "<tekst>Zitting op 29 juni.</tekst>"};
	static const char *const undelivered[] = {"<niet-bezorgd uw-nummer=\"OM-1\"",
						  "stand=\"verlopen\""};
	static const char *const call[] = {"<noodinstructie uw-nummer=\"OM-1\"", "<tekst>BEL NU"};

	(void)state;
	expect("weigering",
	       "{\"about\":\"result\",\"messageId\":\"0198e000000070008000000000000001\","
	       "\"yourId\":\"OM-1\",\"outcome\":\"denied_no_rule\",\"recipients\":[{"
	       "\"partner\":\"school-de-brug\",\"desk\":\"zorg\",\"outcome\":\"denied_no_rule\","
	       "\"text\":\"Niet verstuurd.\",\"textEn\":\"Not sent.\",\"cuts\":[{"
	       "\"category\":\"criminal\",\"reason\":\"category_not_allowed\",\"rule\":\"JU-02\"}],"
	       "\"clocks\":[]}],\"phone\":\"Bel nu: 112.\"}",
	       refused, SKL_COUNT(refused));
	expect("kennisgeving",
	       "{\"about\":\"notice\",\"task\":\"review_plan\","
	       "\"taskId\":\"0198e000000070008000000000000077\",\"at\":\"2026-06-02T12:00:00Z\","
	       "\"text\":\"Zitting op 29 juni.\",\"textEn\":\"Hearing on 29 June.\"}",
	       task, SKL_COUNT(task));
	expect("niet-bezorgd",
	       "{\"about\":\"receipt\",\"yourId\":\"OM-1\",\"partner\":\"vt-zw\","
	       "\"state\":\"expired\",\"at\":\"2026-06-02T12:00:00Z\",\"text\":\"Verlopen.\","
	       "\"phone\":\"0800 2000\"}",
	       undelivered, SKL_COUNT(undelivered));
	expect("noodinstructie",
	       "{\"about\":\"emergency\",\"yourId\":\"OM-1\",\"text\":\"BEL NU\","
	       "\"textEn\":\"CALL NOW\",\"phone\":\"112\",\"at\":\"2026-06-02T12:00:00Z\"}",
	       call, SKL_COUNT(call));
}

/* Each task of a notice can be answered by the word it is told with. */
static void test_tasks(void **state)
{
	(void)state;
	for (uint32_t task = 1; task <= skl_code_count(SKL_LIST_TASK); task++) {
		struct skl_findings findings;
		struct skl_mapped mapped;
		struct skl_buf xml;

		skl_buf_init(&xml, 4096);
		skl_buf_addf(&xml,
			     "<taak-gedaan id='a' medewerker='u-1' gecontroleerd-door='u-2' "
			     "casus='0198e000000070008000000000000099' taak='%s' "
			     "taak-id='0198e000000070008000000000000077'/>",
			     skl_code_label_nl(SKL_LIST_TASK, task));
		if (map(skl_buf_view(&xml), &mapped, &findings))
			fail_msg("%s: %s", skl_buf_str(&xml), findings.items[0].text);
		assert_int_equal(native_event(&mapped, SKL_EVENT_TASK)->value, task);
		skl_mapped_done(&mapped);
		skl_buf_done(&xml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_behavioural_order),
		cmocka_unit_test(test_other_documents),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_not_a_document),
		cmocka_unit_test(test_acute),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_tasks),
	};

	return cmocka_run_group_tests_name("adapter_om", tests, setup, teardown);
}
