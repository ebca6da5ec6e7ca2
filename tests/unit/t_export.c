/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Exports of schakel-audit against files that were read and found good (tests/data/export);
 * EXPORT_OUT=folder writes them instead. What each must hold besides is asked here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A program's own part is in no library: its source is taken in here. */
#include "../../broker/schakel-audit/export.c"
#include "../../broker/schakel-audit/export_field.c"
#include "../../broker/schakel-audit/export_table.c"
#include "../../broker/schakel-audit/query_json.c"

#include "skl_file.h"
#include "skl_key.h"

#define KEY_A "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define LOG   "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define ROWS  5

static struct skl_directory *directory;
static uint8_t leaves[ROWS][SKL_LEAF_MAX], plains[ROWS][3][1024];
static Schakel__V1__DetailPart parts[ROWS][3];
static Schakel__V1__DetailPart *part_of[ROWS][3];
static Schakel__V1__AnswerRow rows[ROWS];

/* --- a trail of five entries ---------------------------------------------------------- */

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static ProtobufCBinaryData bytes(uint8_t value, size_t len)
{
	static uint8_t pool[256][32];

	memset(pool[value], value, 32);
	return (ProtobufCBinaryData){len, pool[value]};
}

static Schakel__V1__Entry *entry_of(size_t row, enum skl_entry kind, enum skl_outcome outcome)
{
	static Schakel__V1__Entry entry;

	schakel__v1__entry__init(&entry);
	entry.format = 1;
	entry.origin = text_of("schakel.test/2026");
	entry.kind = (Schakel__V1__EntryKind)kind;
	entry.outcome = (Schakel__V1__Outcome)outcome;
	entry.operation = SCHAKEL__V1__OPERATION__OPERATION_DISCLOSE;
	entry.sender = text_of("politie-nh");
	entry.recipient = text_of("vt-zw/desk");
	entry.received_ms = INT64_C(1772592060000) + (int64_t)row * 1000;
	entry.decided_ms = entry.received_ms + 7;
	entry.policy_digest = bytes(0xab, 32);
	entry.directory_number = 3;
	entry.retention = SCHAKEL__V1__RETENTION__RETENTION_WPG;
	return &entry;
}

static void set_entry(size_t row, const Schakel__V1__Entry *entry)
{
	schakel__v1__answer_row__init(&rows[row]);
	rows[row].index = 40 + row;
	rows[row].leaf =
		(ProtobufCBinaryData){schakel__v1__entry__pack(entry, leaves[row]), leaves[row]};
	rows[row].details = part_of[row];
}

static void add_part(size_t row, const ProtobufCMessage *message)
{
	size_t n = rows[row].n_details++;
	Schakel__V1__DetailPart *part = part_of[row][n] = &parts[row][n];

	schakel__v1__detail_part__init(part);
	part->part = (uint32_t)n;
	if (!message) {
		part->commitment = bytes(0xcc, 32);
		part->erased = true;
		return;
	}
	part->salt = bytes(0x5a, 32);
	part->plain = (ProtobufCBinaryData){protobuf_c_message_pack(message, plains[row][n]),
					    plains[row][n]};
}

static void add_subject(size_t row, uint8_t tag, enum skl_position position)
{
	Schakel__V1__Position positions[] = {(Schakel__V1__Position)position};
	Schakel__V1__SubjectDetail subject;

	schakel__v1__subject_detail__init(&subject);
	subject.number = tag;
	subject.tag = bytes(tag, 32);
	subject.positions = positions;
	subject.n_positions = 1;
	add_part(row, &subject.base);
}

static void add_report(size_t row, bool is_denied)
{
	Schakel__V1__SectionDetail section[2], *sections[] = {&section[0], &section[1]};
	Schakel__V1__MessageDetail detail;
	char *rules[] = {text_of("PV-01")};

	schakel__v1__message_detail__init(&detail);
	detail.id = bytes((uint8_t)(0x10 + row), 16);
	detail.case_ref = bytes(0x77, 16);
	detail.kind = SCHAKEL__V1__KIND__KIND_POLICE_REPORT;
	detail.purpose = SCHAKEL__V1__PURPOSE__PURPOSE_STOP_VIOLENCE;
	detail.ground = SCHAKEL__V1__GROUND__GROUND_WPG_18_1_BPG_4_2_1_I;
	detail.user_ref = text_of("-u.7");
	for (size_t i = 0; i < 2; i++) {
		schakel__v1__section_detail__init(&section[i]);
		section[i].category = i ? SCHAKEL__V1__CATEGORY__CATEGORY_HEALTH
					: SCHAKEL__V1__CATEGORY__CATEGORY_IDENTITY;
		section[i].delivered = !is_denied && i == 0;
		section[i].reason = is_denied || i
					    ? SCHAKEL__V1__CUT_REASON__CUT_REASON_NO_CONSENT
					    : SCHAKEL__V1__CUT_REASON__CUT_REASON_UNSPECIFIED;
	}
	detail.sections = sections;
	detail.n_sections = 2;
	if (is_denied) {
		detail.reason = SCHAKEL__V1__CUT_REASON__CUT_REASON_NO_CONSENT;
	} else {
		detail.rules = rules;
		detail.n_rules = 1;
	}
	add_part(row, &detail.base);
}

static void add_query(size_t row)
{
	Schakel__V1__MessageDetail detail;

	schakel__v1__message_detail__init(&detail);
	detail.kind = SCHAKEL__V1__KIND__KIND_AUDIT_QUERY;
	detail.mandate = SCHAKEL__V1__MANDATE__MANDATE_AP;
	detail.query_reason = SCHAKEL__V1__QUERY_REASON__QUERY_REASON_COMPLAINT;
	detail.case_number = text_of("=HYPERLINK(\"http://x.example\",\"klik\")\r\n2026,7");
	detail.user_ref = text_of("u-1");
	detail.found = 2;
	add_part(row, &detail.base);
}

/* A report of two persons, one denied, a query, a report of another with nobody, one erased. */
static int setup(void **state)
{
	static const char text[] =
		"schakel-directory/v1\nenvironment test\nnumber 3\nprevious none\n"
		"fresh-until 2026-12-31T00:00:00Z\n"
		"hub origin=schakel.test/2026 endpoint=tcp://127.0.0.1:7000 transport=" KEY_A
		" promise=" KEY_B " log=" LOG "\n"
		"partner id=politie-nh name=\"Politie Noord-Holland\" oin=00000001234567890000 "
		"role=police side=justice status=active\n"
		"partner id=vt-zw name=\"Veilig Thuis\" role=veilig_thuis side=care "
		"status=active\n";
	Schakel__V1__Entry *entry;

	(void)state;
	if (skl_wire_init() || skl_directory_parse(skl_view_str(text), &directory, NULL))
		return -1;
	set_entry(0, entry_of(0, SKL_ENTRY_DECISION, SKL_OUTCOME_CUT));
	add_report(0, false);
	add_subject(0, 0x21, SKL_POSITION_VICTIM);
	add_subject(0, 0x22, SKL_POSITION_CHILD);
	set_entry(1, entry_of(1, SKL_ENTRY_DECISION, SKL_OUTCOME_DENIED_FORBIDDEN));
	add_report(1, true);
	add_subject(1, 0x21, SKL_POSITION_VICTIM);
	entry = entry_of(2, SKL_ENTRY_QUERY, SKL_OUTCOME_PERMITTED);
	entry->operation = SCHAKEL__V1__OPERATION__OPERATION_CONSULT;
	entry->sender = text_of("toezicht");
	entry->recipient = text_of("");
	set_entry(2, entry);
	add_query(2);
	entry = entry_of(3, SKL_ENTRY_DECISION, SKL_OUTCOME_PERMITTED);
	entry->names = true;
	entry->names_index = 40;
	set_entry(3, entry);
	add_report(3, false);
	entry = entry_of(4, SKL_ENTRY_DIRECTORY_LOAD, SKL_OUTCOME_UNSPECIFIED);
	entry->operation = SCHAKEL__V1__OPERATION__OPERATION_UNSPECIFIED;
	set_entry(4, entry);
	add_part(4, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	skl_directory_free(directory);
	return 0;
}

/* --- tests --------------------------------------------------------------------------- */

static void run(enum export_format format, size_t count, struct skl_buf *text)
{
	SKL_CLEANUP(export_freep) struct export *export = NULL;

	skl_buf_init(text, 1u << 20);
	assert_int_equal(export_new(format, directory, &export), SKL_OK);
	if (!export)
		return; /* the analyzers do not know that the line before ends the test */
	for (size_t i = 0; i < count; i++) {
		struct query_row row = {.answered = &rows[i], .is_proven = true};

		assert_int_equal(export_row(export, &row, text), SKL_OK);
	}
	assert_int_equal(export_end(export, text), SKL_OK);
}

static void test_golden(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	const char *src = getenv("SRC"), *out = getenv("EXPORT_OUT");

	(void)state;
	for (enum export_format format = 0; format < EXPORT_FORMATS; format++) {
		struct skl_buf text, golden;
		struct skl_error error = {0};
		char path[512];

		run(format, ROWS, &text);
		skl_buf_init(&golden, 1u << 20);
		if (out) {
			(void)snprintf(path, sizeof(path), "%s/rows.%s", out,
				       export_about(format)->suffix);
			FILE *file = fopen(path, "wbe");

			assert_non_null(file);
			assert_int_equal(fwrite(text.data, 1, text.len, file), text.len);
			assert_int_equal(fclose(file), 0);
		} else {
			(void)snprintf(path, sizeof(path), "%s/tests/data/export/rows.%s",
				       src ? src : ".", export_about(format)->suffix);
			assert_int_equal(skl_file_read(path, &golden, &error), SKL_OK);
			assert_string_equal(skl_buf_str(&text), skl_buf_str(&golden));
		}
		skl_buf_done(&golden);
		skl_buf_done(&text);
	}
}

static size_t lines(const struct skl_buf *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->len; i++)
		count += text->data[i] == '\n';
	return count;
}

/* A person a line, and of users nothing. */
static void test_ldv_has_no_users(void **state)
{
	struct skl_buf text;

	(void)state;
	run(EXPORT_LDV, ROWS, &text);
	assert_int_equal(lines(&text), 2 + 1 + 1 + 1);
	assert_null(strstr(skl_buf_str(&text), "u.7"));
	assert_null(strstr(skl_buf_str(&text), "u-1"));
	assert_null(strstr(skl_buf_str(&text), "\"Error\""));
	skl_buf_done(&text);
}

static void test_fhir_denial_is_a_failure(void **state)
{
	struct skl_buf text;
	const char *denial;

	(void)state;
	run(EXPORT_FHIR, ROWS, &text);
	assert_int_equal(lines(&text), 2 + 1 + 1);
	denial = strstr(skl_buf_str(&text), "\"id\":\"schakel-41-1\"");
	assert_non_null(denial);
	assert_non_null(strstr(denial, "\"outcome\":\"8\""));
	assert_true(strstr(denial, "\"outcome\":\"8\"") < strchr(denial, '\n'));
	skl_buf_done(&text);
}

static void test_nothing(void **state)
{
	struct skl_buf text;

	(void)state;
	run(EXPORT_CSV, 0, &text);
	assert_int_equal(lines(&text), 1);
	skl_buf_done(&text);
	run(EXPORT_REGISTER, 0, &text);
	assert_int_equal(text.len, 0);
	skl_buf_done(&text);
}

static void test_names(void **state)
{
	(void)state;
	for (enum export_format format = 0; format < EXPORT_FORMATS; format++)
		assert_int_equal(export_format_of(export_about(format)->name), format);
	assert_int_equal(export_format_of("xml"), EXPORT_FORMATS);
}

/* An export that does not fit says so. */
static void test_too_large(void **state)
{
	SKL_CLEANUP(export_freep) struct export *export = NULL;

	(void)state;
	for (enum export_format format = 0; format < EXPORT_REGISTER; format++) {
		struct query_row row = {.answered = &rows[0], .is_proven = true};
		struct skl_buf text;

		export_free(export);
		export = NULL;
		skl_buf_init(&text, 64);
		assert_int_equal(export_new(format, directory, &export), SKL_OK);
		if (!export)
			return; /* the analyzers do not know that the line before ends the test */
		assert_int_equal(export_row(export, &row, &text), SKL_ETOOLARGE);
		skl_buf_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),    cmocka_unit_test(test_ldv_has_no_users),
		cmocka_unit_test(test_nothing),   cmocka_unit_test(test_fhir_denial_is_a_failure),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
