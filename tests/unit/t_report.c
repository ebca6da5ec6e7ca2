/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Reports about a person: what of a line may be told, what an officer may decide and under which
 * law, and a file that opens for its officer alone. Rows that prove themselves are i_report's.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A program's own part is in no library: its source is taken in here. */
#include "../../broker/schakel-audit/query_rows.c"
#include "../../broker/schakel-audit/query_set.c"
#include "../../broker/schakel-audit/query_words.c"
#include "../../broker/schakel-audit/report_decide.c"
#include "../../broker/schakel-audit/report_give.c"
#include "../../broker/schakel-audit/report_lines.c"
#include "../../broker/schakel-audit/report_part.c"
#include "../../broker/schakel-audit/serve_html.c"

#define LOG    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define KEY_A  "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define NOW_MS INT64_C(1777363200000) /* 2026-04-28T08:00Z */

static struct skl_directory *directory;
static struct skl_key *sign, *officer, *stranger;
static struct report_part part;

static void add_partner(struct skl_buf *text, const char *id, const char *role, const char *side)
{
	skl_buf_addf(text, "partner id=%s name=\"Naam %s\" role=%s side=%s status=active\n", id, id,
		     role, side);
}

static void add_key(struct skl_buf *text, const char *record, const char *partner,
		    const char *which, const struct skl_key *key)
{
	char public_key[SKL_PUBLIC_TEXT_BYTES];

	skl_key_public_text(key->public_key, public_key);
	skl_buf_addf(text, "%s partner=%s %s public=%s from=2020-01-01 until=2099-01-01\n", record,
		     partner, which, public_key);
}

static int setup(void **state)
{
	struct skl_buf text;
	struct skl_error why = {.text = ""};

	(void)state;
	skl_buf_init(&text, 65536);
	if (skl_wire_init() || skl_key_new(SKL_KEY_USE_SIGN, NULL, NULL, &sign) ||
	    skl_key_new(SKL_KEY_USE_SEAL, NULL, NULL, &officer) ||
	    skl_key_new(SKL_KEY_USE_SEAL, NULL, NULL, &stranger))
		return -1;
	skl_buf_add_str(&text, "schakel-directory/v1\nenvironment test\nnumber 3\nprevious none\n"
			       "fresh-until 2026-12-31T00:00:00Z\n"
			       "hub origin=schakel.test/2026 endpoint=tcp://127.0.0.1:7000 "
			       "transport=" KEY_A " promise=" KEY_A " log=" LOG "\n");
	add_partner(&text, "politie", "police", "justice");
	add_partner(&text, "om", "om", "justice");
	add_partner(&text, "vt", "veilig_thuis", "care");
	add_partner(&text, "school", "reporter", "care");
	add_partner(&text, "opvang", "shelter", "care");
	add_partner(&text, "ap", "supervisor", "supervision");
	add_partner(&text, "fg", "supervisor", "supervision");
	add_partner(&text, "fg2", "supervisor", "supervision");
	add_key(&text, "key", "ap", "use=sign", sign);
	add_key(&text, "desk", "fg", "id=fg", officer);
	add_key(&text, "desk", "fg2", "id=fg", stranger);
	skl_buf_add_str(&text, "mandate partner=ap kind=ap from=2020-01-01 until=2099-01-01\n"
			       "mandate partner=fg kind=fg_of_partner of=vt from=2020-01-01 "
			       "until=2099-01-01\n"
			       "mandate partner=fg2 kind=fg_of_partner of=om from=2020-01-01 "
			       "until=2099-01-01\n");
	if (skl_directory_parse(skl_buf_view(&text), &directory, &why)) {
		fprintf(stderr, "%s\n", why.text);
		return -1;
	}
	skl_buf_done(&text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	skl_directory_free(directory);
	skl_key_free(sign);
	skl_key_free(officer);
	skl_key_free(stranger);
	return 0;
}

/* --- what may be told --------------------------------------------------------------- */

static struct report_line lines[3];

static struct report report_of(const char *controller)
{
	struct report report = {.directory = directory,
				.part = &part,
				.law = report_law_of(directory, controller),
				.lines = lines,
				.line_count = 3};

	(void)snprintf(part.controller, sizeof(part.controller), "%s", controller);
	memset(lines, 0, sizeof(lines));
	for (size_t i = 0; i < 3; i++) {
		lines[i].decided_ms = NOW_MS;
		lines[i].kind = SKL_KIND_TRIAGE_OUTCOME;
		lines[i].purpose = SKL_PURPOSE_ASSESS_SAFETY;
		lines[i].ground = SKL_GROUND_WMO_4_1_1_2_D;
		lines[i].categories = UINT64_C(1) << SKL_CATEGORY_HEALTH;
		(void)snprintf(lines[i].recipient, sizeof(lines[i].recipient), "politie");
	}
	return report;
}

static void test_names(void **state)
{
	static const struct {
		const char *controller, *recipient, *hidden;
		const char *name, *to, *kind, *categories;
	} rows[] = {
		{"vt", "politie", "", "Naam vt", "Naam politie", "uitkomst triage", "gezondheid"},
		{"vt", "school", "", "Naam vt", "Naam school", "uitkomst triage", "gezondheid"},
		{"vt", "school", "school", "Naam vt", "een melder", "een bericht", ""},
		{"vt", "opvang", "", "Naam vt", "een hulporganisatie", "uitkomst triage",
		 "gezondheid"},
		{"vt", "weg", "", "Naam vt", "een organisatie", "uitkomst triage", "gezondheid"},
		{"school", "vt", "school", "een melder", "Naam vt", "een bericht", ""},
		{"opvang", "vt", "", "een hulporganisatie", "Naam vt", "uitkomst triage",
		 "gezondheid"},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct report report = report_of(rows[i].controller);
		struct report_given given;

		(void)snprintf(lines[0].recipient, sizeof(lines[0].recipient), "%s",
			       rows[i].recipient);
		report.hidden_count = rows[i].hidden[0] != 0;
		(void)snprintf(report.hidden[0], sizeof(report.hidden[0]), "%s", rows[i].hidden);
		report_given(&report, &lines[0], true, &given);
		assert_string_equal(report_name(&report, true), rows[i].name);
		assert_string_equal(given.to, rows[i].to);
		assert_string_equal(given.kind, rows[i].kind);
		assert_string_equal(given.categories, rows[i].categories);
		assert_int_equal(given.ground[0] == 0, rows[i].categories[0] == 0);
	}
}

static void test_days(void **state)
{
	static const struct {
		const char *at, *day;
	} rows[] = {
		{"2026-03-04T22:59:59Z", "2026-03-04"}, {"2026-03-04T23:00:00Z", "2026-03-05"},
		{"2026-03-28T23:00:00Z", "2026-03-29"}, /* winter, until 01:00Z on the 29th */
		{"2026-03-29T21:59:59Z", "2026-03-29"}, {"2026-03-29T22:00:00Z", "2026-03-30"},
		{"2026-10-24T22:00:00Z", "2026-10-25"}, /* summer, until 01:00Z on the 25th */
		{"2026-10-25T22:30:00Z", "2026-10-25"}, {"2026-10-31T22:59:00Z", "2026-10-31"},
		{"2026-07-31T22:00:00Z", "2026-08-01"}, {"2024-03-31T22:00:00Z", "2024-04-01"},
		{"2027-03-27T22:30:00Z", "2027-03-27"}, {"2026-12-31T23:00:00Z", "2027-01-01"},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		char day[11];
		int64_t at_ms;

		assert_int_equal(skl_time_parse(skl_view_str(rows[i].at), &at_ms), SKL_OK);
		set_day(at_ms, day);
		assert_string_equal(day, rows[i].day);
	}
}

static void test_hidden_reporter(void **state)
{
	static const struct {
		enum skl_kind kind;
		enum skl_seal seal;
		bool is_hidden;
	} rows[] = {
		{SKL_KIND_PROFESSIONAL_REPORT, SKL_SEAL_UNSPECIFIED, false},
		{SKL_KIND_PROFESSIONAL_REPORT, SKL_SEAL_REPORTER_PROTECTION, true},
		{SKL_KIND_PROFESSIONAL_REPORT, SKL_SEAL_VICTIM_SAFETY, false},
		{SKL_KIND_SELF_REPORT, SKL_SEAL_UNSPECIFIED, true},
		{SKL_KIND_POLICE_REPORT, SKL_SEAL_REPORTER_PROTECTION, false},
		{SKL_KIND_PROGRESS, SKL_SEAL_REPORTER_PROTECTION, false},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		Schakel__V1__MessageDetail detail;

		schakel__v1__message_detail__init(&detail);
		detail.kind = (Schakel__V1__Kind)rows[i].kind;
		detail.seal = (Schakel__V1__SealReason)rows[i].seal;
		assert_int_equal(report_is_hidden_reporter(&detail), rows[i].is_hidden);
	}
}

/* --- what may be decided -------------------------------------------------------------- */

static enum skl_err decided(struct report *report, const char *head, const char *text,
			    const char **ret_why)
{
	static struct skl_error why;
	struct skl_buf file;
	enum skl_err err;
	char hex[65];

	why = (struct skl_error){.text = ""};
	skl_hex_encode(skl_view_of(part.digest, 32), hex);
	skl_buf_init(&file, 65536);
	skl_buf_addf(&file, head ? "%s%s" : "schakel-besluiten/v1\ndeel %s\n# toelichting\n%s",
		     head ? head : hex, text);
	err = report_decide(report, skl_buf_view(&file), NOW_MS, &why);
	skl_buf_done(&file);
	*ret_why = why.text;
	return err;
}

static void test_decisions(void **state)
{
	static const struct {
		const char *controller, *text, *why; /* NULL: it is a decision */
	} rows[] = {
		{"vt", "regel 1 geven\nregel 3 geven\n", NULL},
		{"vt", "line 1 give\r\nline 3 \t give \r\n", NULL},
		{"vt", "regel 3 weigeren avg:15-4\nregel 1 uitstellen wmo:5-3-2 2026-07-01\n",
		 NULL},
		{"politie", "regel 1 weigeren wpg:27-1-d\nregel 3 geven\n", NULL},
		{"om", "regel 1 weigeren wjsg:39l\nregel 3 geven\n", NULL},
		{"vt", "regel 1 geven\n", "line 3 of the report is not decided"},
		{"vt", "regel 1 geven\nregel 3 \n", "line 5: not decided"},
		{"vt", "regel 1 geven\nregel 1 geven\nregel 3 geven\n", "line 5: decided twice"},
		{"vt", "regel 1 geven\nregel 1 weigeren avg:15-4\n", "line 5: decided twice"},
		{"vt", "regel 2 geven\n", "line 4: this line never goes into the answer"},
		{"vt", "regel 4 geven\n", "line 4: there is no such line"},
		{"vt", "regel 0 geven\n", "line 4: there is no such line"},
		{"vt", "regel -1 geven\n", "line 4: there is no such line"},
		{"vt", "alles geven\n", "line 4: there is no such line"},
		{"vt", "regel 1 geven avg:15-4\n", "line 4: what is given needs no article"},
		{"vt", "regel 1 weigeren\n", "line 4: no article"},
		{"vt", "regel 1 weigeren avg:23-1-\n",
		 "line 4: not an article of the law of this organisation"},
		{"vt", "regel 1 weigeren wpg:27-1-d\n",
		 "line 4: not an article of the law of this organisation"},
		{"politie", "regel 1 weigeren avg:15-4\n",
		 "line 4: not an article of the law of this organisation"},
		{"om", "regel 1 weigeren wpg:27-1-d\n",
		 "line 4: not an article of the law of this organisation"},
		{"vt", "regel 1 uitstellen avg:15-4\n",
		 "line 4: postponed, and no day to look again"},
		{"vt", "regel 1 uitstellen avg:15-4 morgen\n", "line 4: not a day"},
		{"vt", "regel 1 uitstellen avg:15-4 2026-04-28\n",
		 "line 4: the day to look again is past, or more than a year away"},
		{"vt", "regel 1 uitstellen avg:15-4 2027-07-01\n",
		 "line 4: the day to look again is past, or more than a year away"},
		{"vt", "regel 1 weigeren avg:15-4 2026-07-01\n",
		 "line 4: a refusal has an article and no more"},
		{"vt", "regel 1 a b c d e f g\n", "line 4: too many words, or too long"},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct report report = report_of(rows[i].controller);
		const char *why;
		enum skl_err err;

		lines[1].is_warning = true;
		err = decided(&report, NULL, rows[i].text, &why);
		assert_string_equal(why, rows[i].why ? rows[i].why : "");
		assert_int_equal(err, rows[i].why ? SKL_ESYNTAX : SKL_OK);
	}
}

static void test_other_files(void **state)
{
	struct report report = report_of("vt");
	const char *why;

	(void)state;
	assert_int_equal(decided(&report, "", "", &why), SKL_ESYNTAX);
	assert_int_equal(decided(&report, "regel 1 geven\n", "", &why), SKL_ESYNTAX);
	assert_int_equal(decided(&report, "schakel-besluiten/v1\n", "", &why), SKL_ESYNTAX);
	assert_int_equal(decided(&report, "schakel-besluiten/v1\ndeel 00\n", "", &why), SKL_EFIELD);
}

/* The form, filled in, is read again; and what was kept back is not in the page. */
static void test_page(void **state)
{
	struct report report = report_of("vt");
	struct skl_buf form, page;
	const char *why;

	(void)state;
	skl_buf_init(&form, 65536);
	skl_buf_init(&page, 65536);
	lines[1].is_warning = true;
	(void)snprintf(lines[2].recipient, sizeof(lines[2].recipient), "om");
	(void)snprintf(lines[0].user_ref, sizeof(lines[0].user_ref), "u-7f3a");
	report.warned_ms = NOW_MS;
	report_form(&report, true, &form);
	assert_non_null(strstr(skl_buf_str(&form), "gewaarschuwd voor dwang"));
	assert_non_null(strstr(skl_buf_str(&form), "\nregel 1 \n"));
	assert_null(strstr(skl_buf_str(&form), "\nregel 2 "));
	assert_int_equal(decided(&report, skl_buf_str(&form), "", &why), SKL_ESYNTAX);
	assert_non_null(strstr(why, "not decided"));
	assert_int_equal(decided(&report, NULL,
				 "regel 1 geven\nregel 3 uitstellen avg:23-1-i 2026-07-01\n", &why),
			 SKL_OK);
	report_page(&report, NOW_MS, &page);
	assert_int_equal(skl_buf_err(&page), SKL_OK);
	assert_non_null(strstr(skl_buf_str(&page), "<td>Naam politie</td>"));
	assert_non_null(strstr(skl_buf_str(&page),
			       "<li>1: uitgesteld, artikel avg:23-1-i; wij kijken opnieuw op "
			       "2026-07-01</li>"));
	assert_null(strstr(skl_buf_str(&page), "Naam om"));
	assert_null(strstr(skl_buf_str(&page), "dwang"));
	assert_null(strstr(skl_buf_str(&page), "u-7f3a"));
	assert_null(strchr(skl_buf_str(&page) + strlen("<!doctype"), '\t'));
	skl_buf_done(&form);
	skl_buf_done(&page);
}

/* --- the file ------------------------------------------------------------------------ */

static enum skl_err open_as(struct skl_view file, const char *who, struct skl_key *key)
{
	struct skl_client_keys keys = {.count = 1, .keys = {key}};
	struct report_part opened;
	enum skl_err err = report_open(file, directory, &keys, who, &opened, NULL);

	if (err == SKL_OK) {
		assert_string_equal(opened.controller, "vt");
		assert_string_equal(opened.by, "ap");
		assert_int_equal(opened.body.len, 65536);
		assert_memory_equal(opened.body.data, "a body", 6);
	}
	report_part_done(&opened);
	return err;
}

static void test_part(void **state)
{
	struct report_sealing sealing = {.directory = directory,
					 .sign = sign,
					 .by = "ap",
					 .controller = "vt",
					 .made_ms = NOW_MS,
					 .body = skl_view_str("a body")};
	struct skl_error why = {.text = ""};
	struct skl_buf file, none;
	struct skl_view whole;

	(void)state;
	skl_clock_set_virtual(NOW_MS);
	skl_buf_init(&file, REPORT_PART_MAX);
	skl_buf_init(&none, REPORT_PART_MAX);
	assert_int_equal(report_seal(&sealing, &file, &why), SKL_OK);
	whole = skl_buf_view(&file);
	assert_int_equal(open_as(whole, "fg", officer), SKL_OK);
	assert_int_equal(open_as(whole, "fg", stranger), SKL_EOPEN);
	assert_int_equal(open_as(whole, "fg2", officer), SKL_EOPEN);
	assert_int_equal(open_as(whole, "vt", officer), SKL_EOPEN);
	for (size_t len = 0; len < whole.len; len += len < 400 || len + 400 > whole.len ? 1 : 997)
		assert_int_equal(open_as(skl_view_of(whole.data, len), "fg", officer), SKL_ESYNTAX);
	for (size_t at = 0; at < whole.len; at += at < 400 || at + 100 > whole.len ? 1 : 997) {
		file.data[at] ^= 1;
		assert_int_not_equal(open_as(whole, "fg", officer), SKL_OK);
		file.data[at] ^= 1;
	}
	sealing.controller = "politie";
	assert_int_equal(report_seal(&sealing, &none, &why), SKL_ENOTFOUND);
	assert_non_null(strstr(why.text, "no officer"));
	skl_clock_set_virtual(0);
	skl_buf_done(&file);
	skl_buf_done(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_hidden_reporter),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_other_files),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_part),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
