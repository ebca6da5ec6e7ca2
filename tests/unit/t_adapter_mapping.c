/* SPDX-License-Identifier: EUPL-1.2 */

/* Mapping files: what they say, what is wrong with them by line, and messages turned both ways. */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"
#include "skl_generic.h"
#include "skl_mem.h"

#define NOW_MS INT64_C(1795438800000)

static struct skl_mapping *mapping;

static int load_sample(void **state)
{
	struct skl_buf text;
	struct skl_error error = {0};

	(void)state;
	skl_buf_init(&text, 1 << 20);
	native_read("adapters/generic/samples/jeugdteam.map", &text);
	if (skl_mapping_load(skl_buf_view(&text), &mapping, &error))
		fail_msg("jeugdteam.map:%u: %s", error.line, error.text);
	skl_buf_done(&text);
	return 0;
}

static int free_sample(void **state)
{
	(void)state;
	skl_mapping_free(mapping);
	mapping = NULL;
	return 0;
}

/* A consent is known by its own number: the first byte of the reference is its last character. */
static bool consent_ref(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES])
{
	(void)arg;
	memset(ret_ref, 0, SKL_ID_BYTES);
	ret_ref[0] = (uint8_t)name[strlen(name) - 1];
	return true;
}

static enum skl_err map(const char *text, struct skl_mapped *mapped, struct skl_findings *findings)
{
	struct skl_own_opts opts = {.now_ms = NOW_MS, .consent_ref = consent_ref};
	json_t *native;
	json_t *message;
	enum skl_err err;

	*findings = (struct skl_findings){0};
	skl_mapped_init(mapped, SKL_KIND_UNSPECIFIED);
	native = skl_own_parse(skl_view_str(text), findings);
	if (!native)
		return SKL_EFIELD;
	message = skl_mapping_in(mapping, native, findings);
	opts.kinds = skl_mapping_kinds(mapping, &opts.kind_count);
	err = skl_own_map(message, &opts, mapped, findings);
	json_decref(message);
	json_decref(native);
	return err;
}

/* ---- the sample ---- */

static void test_sample(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	const struct skl_mapped_consent *consent;
	struct skl_error error = {0};
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 1 << 20);
	native_read("adapters/generic/samples/toestemming.json", &text);
	if (map(skl_buf_str(&text), &mapped, &findings))
		fail_msg("%s: %s", findings.items[0].place, findings.items[0].text);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	assert_int_equal(mapped.kind, SKL_KIND_CONSENT_CHANGE);
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_GROUND)->value, SKL_GROUND_CONSENT);
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_PURPOSE)->value,
			 SKL_PURPOSE_RECOVERY);
	assert_string_equal(mapped.to_partner, "ggz-jeugd-zaan");
	assert_string_equal(mapped.to_desk, "behandeling");
	assert_int_equal(mapped.subject_count, 2);
	assert_int_equal(mapped.subjects[0].positions[2], SKL_POSITION_HOLDER_OF_AUTHORITY);
	assert_string_equal(mapped.subjects[1].family_name, "Rijn");
	assert_int_equal(mapped.section_count, 2);
	assert_int_equal(mapped.sections[0].source_law, SKL_SOURCE_LAW_JEUGDWET);
	assert_string_equal(json_string_value(json_object_get(mapped.sections[1].content, "sex")),
			    "female");
	assert_int_equal(mapped.consent_count, 1);
	consent = &mapped.consents[0];
	assert_int_equal(consent->ref[0], '1');
	assert_int_equal(consent->place, 2);
	assert_int_equal(consent->giver_place, 1);
	assert_int_equal(consent->capacity, SKL_CONSENT_CAPACITY_HOLDER_OF_AUTHORITY);
	assert_string_equal(consent->partner, "ggz-jeugd-zaan");
	assert_int_equal(consent->categories, UINT64_C(1) << SKL_CATEGORY_IDENTITY |
						      UINT64_C(1) << SKL_CATEGORY_CHILD |
						      UINT64_C(1) << SKL_CATEGORY_HELP_PLAN);
	assert_int_equal(consent->state, SKL_CONSENT_STATE_GIVEN);
	assert_int_equal(consent->how, SKL_CONSENT_HOW_ALONE);
	assert_int_equal(consent->from_ms, NOW_MS);
	skl_mapped_done(&mapped);
	skl_buf_done(&text);
}

static void test_try(void **state)
{
	static const char *const samples[][2] = {
		{"gemeente.map", NULL},
		{"jeugdteam.map", "adapters/generic/samples/toestemming.json"},
		{"school.map", "adapters/generic/samples/zorgmelding.json"},
		{"ggz.map", NULL},
		{"huisarts.map", NULL},
		{"jeugdbescherming.map", NULL},
		{"maatschappelijk-werk.map", NULL},
		{"raad.map", NULL}};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(samples); i++) {
		char path[512];
		struct skl_generic_config config = {.mapping = path};
		struct skl_buf native;
		struct skl_buf text;

		(void)snprintf(path, sizeof(path), "%s/adapters/generic/samples/%s",
			       getenv("SRC") ? getenv("SRC") : ".", samples[i][0]);
		skl_buf_init(&native, 1 << 20);
		skl_buf_init(&text, 1 << 20);
		if (samples[i][1])
			native_read(samples[i][1], &native);
		if (skl_generic_try(&config, "a.json", skl_buf_view(&native), &text) !=
		    (samples[i][1] != NULL))
			fail_msg("%s: %s", samples[i][0], skl_buf_str(&text));
		/* nothing to read: no JSON, said with the rule; a mapping that is wrong is said too
		 */
		assert_non_null(
			strstr(skl_buf_str(&text), samples[i][1] ? "\"kind\"" : "toets: json"));
		skl_buf_done(&native);
		skl_buf_done(&text);
	}
}

/* What is written out for the own system is read back as it was. */
static void test_round(void **state)
{
	static const char text[] =
		"{\"kind\":\"help_plan\",\"messageId\":\"00\",\"subjects\":[{\"number\":7,"
		"\"positions\":[\"child\"]}],\"sections\":[{\"category\":\"identity\",\"about\":[7]"
		","
		"\"marks\":{\"status\":\"fact\"},\"data\":{\"given_names\":\"Lois\",\"sex\":"
		"\"female\"}}],\"events\":[{\"code\":\"answer\",\"value\":\"refused\"}],"
		"\"notShared\":[{\"category\":\"incident\",\"reason\":\"no_consent\"}]}";
	json_t *message = json_loads(text, 0, NULL);
	json_t *native = skl_mapping_out(mapping, message);
	struct skl_findings findings = {0};
	json_t *again;
	json_t *one;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(native, "soort")), "hulpplan");
	one = json_array_get(json_object_get(native, "onderdelen"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "soort")), "identiteit");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(one, "gegevens"), "geslacht")),
		"vrouw");
	one = json_array_get(json_object_get(native, "gebeurtenissen"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "wat")), "antwoord");
	assert_string_equal(json_string_value(json_object_get(one, "waarde")), "geweigerd");
	one = json_array_get(json_object_get(native, "nietGedeeld"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "onderdeel")), "incident");
	/* what only comes back is not taken as a message of ours */
	again = skl_mapping_in(mapping, native, &findings);
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.items[0].rule, "field");
	(void)json_object_del(message, "messageId");
	(void)json_object_del(message, "notShared");
	one = json_array_get(json_object_get(again, "sections"), 0);
	(void)json_object_del(json_object_get(one, "marks"), "sourceLaw"); /* always */
	if (!json_equal(again, message))
		fail_msg("%s", json_dumps(again, JSON_COMPACT));
	json_decref(again);
	json_decref(native);
	json_decref(message);
}

/* ---- wrong mapping files ---- */

struct bad_file {
	const char *text;
	unsigned line;
	const char *says;
};

static const struct bad_file bad_files[] = {
	{"\n\nfeild a = id\n", 3, "nearest: field"},
	{"field a = kinds\n", 1, "nearest: kind"},
	{"field a id\n", 1, "write: field"},
	{"field a. = id\n", 1, "is no path"},
	{"field a = id\nfield b = id\n", 2, "in line 1"},
	{"field a = id\nfield a = case\n", 1, "two fields"},
	{"field a[] = id\n", 1, "one thing"},
	{"field b[].x = to[].partner\n", 1, "does not begin with to[]"},
	{"kind x = help_plann\n", 1, "nearest: help_plan"},
	{"kind x = help_plan purpose recover\n", 1, "nearest: recovery"},
	{"kind x = help_plan because y\n", 1, "purpose or ground"},
	{"word places a = child\n", 1, "is no list"},
	{"word position a = kid\n", 1, "nearest: child"},
	{"word identity.sex vrouw = femal\n", 1, "nearest: female"},
	{"data identity naam = name\n", 1, "has no field"},
	{"data gossip a = b\n", 1, "none of the data categories"},
	{"always subjects[].number = 1\n", 1, "takes no text"},
	{"always kind = gossip\n", 1, "none of the message kinds"},
	{"language de\n", 1, "language nl"},
	{"ignore\n", 1, "write: ignore"},
	{"field \"a = id\n", 1, "quotation mark"},
	{"a b c d e f g h i j k\n", 1, "too many words"},
	{"field \xff = id\n", 0, "not UTF-8"},
};

static void test_bad_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(bad_files); i++) {
		struct skl_mapping *made = NULL;
		struct skl_error error = {0};
		enum skl_err err = skl_mapping_load(skl_view_str(bad_files[i].text), &made, &error);

		if (!err || made || error.line != bad_files[i].line ||
		    !strstr(error.text, bad_files[i].says))
			fail_msg("%s: line %u: %s", bad_files[i].text, error.line, error.text);
	}
}

/* An empty file: everything by our own names. */
static void test_empty(void **state)
{
	struct skl_mapping *made = NULL;
	struct skl_error error = {0};
	struct skl_findings findings = {0};
	json_t *native =
		json_loads("{\"kind\":\"progress\",\"id\":17,\"to\":{\"partner\":\"x\"}}", 0, NULL);
	json_t *message;

	(void)state;
	assert_int_equal(skl_mapping_load(skl_view_str(""), &made, &error), SKL_OK);
	message = skl_mapping_in(made, native, &findings);
	assert_int_equal(findings.count, 0);
	assert_string_equal(json_string_value(json_object_get(message, "id")), "17");
	/* one where many may be is a list of one */
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(message, "to"), 0), "partner")),
			    "x");
	json_decref(message);
	json_decref(native);
	skl_mapping_free(made);
}

/* What we have in an object beside others may stand anywhere in the same list. */
static void test_elsewhere(void **state)
{
	static const char text[] = "field d[] = sections[]\nfield d[].op = sections[].marks.asOf\n";
	struct skl_mapping *made = NULL;
	struct skl_error error = {0};
	struct skl_findings findings = {0};
	json_t *native = json_loads("{\"d\":[{\"op\":\"2026-11-21\"}]}", 0, NULL);
	json_t *message;
	json_t *out;
	const json_t *one;

	(void)state;
	assert_int_equal(skl_mapping_load(skl_view_str(text), &made, &error), SKL_OK);
	message = skl_mapping_in(made, native, &findings);
	assert_int_equal(findings.count, 0);
	one = json_array_get(json_object_get(message, "sections"), 0);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(one, "marks"), "asOf")),
		"2026-11-21");
	out = skl_mapping_out(made, message);
	assert_true(json_equal(out, native));
	json_decref(out);
	json_decref(message);
	json_decref(native);
	skl_mapping_free(made);
}

/* ---- wrong messages: the own system's name of the field ---- */

struct wrong {
	const char *text;
	const char *rule;
	const char *field;
};

#define HEAD "\"soort\":\"hulpplan\",\"medewerker\":\"u-1\",\"aan\":[{\"organisatie\":\"x\"}]"

static const struct wrong wrongs[] = {
	{"{", "json", ""},
	{"{" HEAD ",\"bijlage\":1}", "field", "bijlage"},
	{"{" HEAD ",\"personen\":[{\"nr\":1,\"rol\":[\"kind\"],\"telefoon\":\"06\"}]}", "field",
	 "personen.telefoon"},
	{"{" HEAD ",\"tekst\":\"belangrijk\"}", "field", "tekst"}, /* comes back, never goes */
	{"{" HEAD ",\"onderdelen\":[\"belangrijk\"]}", "json", "onderdelen"},
	{"{" HEAD ",\"onderdelen\":\"belangrijk\"}", "json", "onderdelen"},
	{"{" HEAD ",\"nummer\":{\"jaar\":2026}}", "json", "nummer"},
	{"{\"soort\":\"roddel\",\"medewerker\":\"u-1\"}", "code", "soort"},
	{"{" HEAD ",\"personen\":[{\"nr\":1,\"rol\":[\"kind\"]},{\"nr\":2,\"rol\":[\"buur\"]}]}",
	 "subject", "personen[1]"},
	{"{" HEAD ",\"onderdelen\":[{\"soort\":\"hulpplan\",\"over\":[5],\"gegevens\":{}}]}",
	 "subject", "onderdelen[0]"},
	{"{" HEAD ",\"personen\":[{\"nr\":1,\"rol\":[\"kind\"]}],\"onderdelen\":[{\"soort\":"
	 "\"identiteit\",\"over\":[1],\"gegevens\":{\"geslacht\":\"v\",\"achternaam\":\"R\"}}]}",
	 "content", "onderdelen[0].gegevens"},
	{"{\"soort\":\"hulpplan\",\"aan\":[{\"organisatie\":\"x\"}]}", "user", "medewerker"},
	{"{\"soort\":\"hulpplan\",\"medewerker\":\"u-1\"}", "recipient", "aan"},
	{"{" HEAD ",\"antwoordOp\":\"JT-12\"}", "reply", "antwoordOp"},
	{"{" HEAD ",\"personen\":[{\"nr\":1,\"rol\":[\"kind\"]}],\"toestemmingen\":[{\"nummer\":"
	 "\"T-1\",\"over\":1}]}",
	 "consent", "toestemmingen[0]"},
	{"{" HEAD ",\"gebeurtenissen\":[{\"wat\":\"antwoord\",\"waarde\":\"misschien\"}]}", "code",
	 "gebeurtenissen[0].waarde"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrongs); i++) {
		struct skl_mapped mapped;
		struct skl_findings findings;
		char field[160] = "";
		enum skl_err err = map(wrongs[i].text, &mapped, &findings);

		if (findings.count)
			skl_mapping_place(mapping, findings.items[0].place, field);
		if (!err || strcmp(findings.items[0].rule, wrongs[i].rule) != 0 ||
		    strcmp(field, wrongs[i].field) != 0)
			fail_msg("%s: %s at %s (%s): %s", wrongs[i].text, findings.items[0].rule,
				 field, findings.items[0].place, findings.items[0].text);
		skl_mapped_done(&mapped);
	}
}

/* Declared acute, a fact that is not complete goes, and says what is missing. */
static void test_acute(void **state)
{
	static const char text[] =
		"{\"soort\":\"zorgen\",\"medewerker\":\"u-1\",\"acuutVerklaardDoor\":\"u-2\","
		"\"gemeente\":\"0479\",\"personen\":[{\"nr\":1,\"rol\":[\"slachtoffer\"]}],"
		"\"onderdelen\":[{\"soort\":\"incident\",\"over\":[1],\"gegevens\":{\"facts\":[{"
		"\"ref\":\"f1\",\"target\":1,\"act\":\"slaat\"}]}}]}";
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	const json_t *fact;

	(void)state;
	assert_int_equal(map(text, &mapped, &findings), SKL_OK);
	assert_true(mapped.is_acute);
	assert_string_equal(mapped.municipality, "0479");
	assert_int_equal(skl_mapped_find_fact(&mapped, SKL_FACT_URGENCY)->value, SKL_URGENCY_ACUTE);
	assert_int_equal(findings.count, 3); /* when, who, which impact */
	assert_false(findings.is_fatal);
	assert_int_equal(skl_mapped_check(&mapped, &error), SKL_OK);
	fact = json_array_get(json_object_get(mapped.sections[0].content, "facts"), 0);
	assert_int_equal(json_array_size(json_object_get(fact, "incomplete")), 3);
	skl_mapped_done(&mapped);
}

static void test_reason(void **state)
{
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_buf text;

	(void)state;
	assert_int_equal(map("{\"soort\":\"roddel\"}", &mapped, &findings), SKL_EFIELD);
	skl_buf_init(&text, 1 << 20);
	skl_own_dir_reason(&skl_generic_codec, mapping, "a.json", &mapped, &findings, "0800 2000",
			   &text);
	assert_non_null(strstr(skl_buf_str(&text), "veld: soort\n"));
	assert_non_null(strstr(skl_buf_str(&text), "reden: "));
	assert_non_null(strstr(skl_buf_str(&text), "reason: "));
	assert_non_null(strstr(skl_buf_str(&text), "wat nu: herstel het bestand"));
	assert_non_null(strstr(skl_buf_str(&text), "what now: mend the file"));
	assert_non_null(strstr(skl_buf_str(&text), "bij acuut gevaar: 0800 2000"));
	skl_buf_done(&text);
	skl_mapped_done(&mapped);
}

/* Every field has one container, and a name that a path can be. */
static void test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_MAPPING_FIELDS_N; i++) {
		assert_non_null(skl_mapping_fields[i].path);
		assert_int_equal(skl_mapping_field_find(skl_mapping_fields[i].path), (int)i);
		if (skl_mapping_fields[i].type == SKL_MAPPING_CODE)
			assert_non_null(
				skl_code_name((enum skl_list)skl_mapping_fields[i].list, 1));
	}
	assert_int_equal(skl_mapping_list_find("consent_how"), SKL_LIST_CONSENT_HOW);
	assert_int_equal(skl_mapping_list_find("consent"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample), cmocka_unit_test(test_try),
		cmocka_unit_test(test_round),  cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_empty),  cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_wrong),  cmocka_unit_test(test_acute),
		cmocka_unit_test(test_reason), cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("adapter_mapping", tests, load_sample, free_sample);
}
