/* SPDX-License-Identifier: EUPL-1.2 */

/* The tables of proto/README.md are those of the code: errors, commands, facts and events. */

#include "t_wire.h"

#include <stdlib.h>

#include "skl_file.h"
#include "skl_frame.h"
#include "skl_text.h"

static struct skl_buf readme;

static int load(void **state)
{
	const char *source = getenv("SRC");
	char path[4096];

	(void)state;
	skl_buf_init(&readme, 1u << 20);
	(void)snprintf(path, sizeof(path), "%s/proto/README.md", source ? source : ".");
	return skl_file_read(path, &readme, NULL) ? -1 : 0;
}

static int unload(void **state)
{
	(void)state;
	skl_buf_done(&readme);
	return 0;
}

/* The line that begins so, once in the text; NULL if it is not there. */
static const char *find_line(const char *start)
{
	const char *at = skl_buf_str(&readme);

	for (; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] != 0))
		if (strncmp(at, start, strlen(start)) == 0)
			return at;
	return NULL;
}

/* How many table lines stand below the line `head` and its rule. */
static size_t count_rows(const char *head)
{
	const char *at = find_line(head);
	size_t lines = 0;

	assert_non_null(at);
	while (at && *at == '|') {
		lines++;
		at += strcspn(at, "\n") + 1;
	}
	return lines - 2;
}

static void assert_line(const char *line)
{
	const char *found = find_line(line);

	if (!found || found[strlen(line)] != '\n')
		fail_msg("not in proto/README.md: %s", line);
}

static void test_errors(void **state)
{
	size_t count = 0;
	char line[512];

	(void)state;
#define ROW(symbol, number, retry, words)                                                          \
	(void)snprintf(line, sizeof(line), "| %d | %s | %s | %s |", number, #symbol,               \
		       (retry) ? "yes" : "no", words);                                             \
	assert_line(line);                                                                         \
	count++;
	SKL_ERR_MAP(ROW)
#undef ROW
	assert_int_equal(count_rows("| number | name | retry |"), count);
}

/* "RecipientRow" of "schakel.v1.RecipientRow" */
static const char *type_name(const ProtobufCMessageDescriptor *type, const char *none)
{
	return type ? type->short_name : none;
}

static void test_commands(void **state)
{
	char line[512];

	(void)state;
	for (unsigned i = 1; i <= SKL_COMMAND_COUNT; i++) {
		enum skl_command command = (enum skl_command)i;
		const char *none = command == SKL_COMMAND_BYE ? "no body" : "\xe2\x80\x93";

		(void)snprintf(line, sizeof(line), "| %s | %s | %s | %s |",
			       skl_command_name(command),
			       type_name(skl_command_body(command, false), none),
			       type_name(skl_command_body(command, true), none),
			       skl_command_has_sections(command) ? "yes" : "");
		assert_line(line);
		assert_int_equal(skl_command_from(skl_view_str(skl_command_name(command))),
				 command);
	}
	assert_int_equal(count_rows("| command | from adapter |"), SKL_COMMAND_COUNT);
	assert_int_equal(skl_command_from(skl_view_str("SUBMIT ")), SKL_COMMAND_UNSPECIFIED);
	assert_int_equal(skl_command_from(skl_view_of("HELLO\0", 6)), SKL_COMMAND_UNSPECIFIED);
	assert_int_equal(skl_command_from(skl_view_of(NULL, 0)), SKL_COMMAND_UNSPECIFIED);
	assert_null(skl_command_body((enum skl_command)99, true));
}

/* --- the field tables ------------------------------------------------------------------------ */

static const struct {
	uint32_t bit;
	const char *word;
} words[] = {
	{SKL_FIELD_VALUE, "value"},
	{SKL_FIELD_DETAIL, "detail"},
	{SKL_FIELD_THIRD, "third"},
	{SKL_FIELD_TEXT, "text"},
	{SKL_FIELD_REF, "ref"},
	{SKL_FIELD_AT, "at"},
	{SKL_FIELD_UNTIL, "until"},
	{SKL_FIELD_SUBJECT, "subject"},
	{SKL_FIELD_OTHER, "other_subject"},
	{SKL_FIELD_PARTNER, "partner"},
	{SKL_FIELD_DESK, "desk"},
	{SKL_FIELD_SECTION, "section"},
	{SKL_FIELD_RECIPIENT, "recipient"},
};

/* The next cell of a table line, without spaces around it. */
static struct skl_view next_cell(const char **at)
{
	const char *start = *at + 1;
	size_t len = strcspn(start, "|\n");

	*at = start + len;
	while (len > 0 && start[len - 1] == ' ')
		len--;
	while (len > 0 && *start == ' ') {
		start++;
		len--;
	}
	return skl_view_of(start, len);
}

/* "partner desk value" as bits; "-" is none. */
static uint32_t bits_of(struct skl_view cell)
{
	uint32_t bits = 0;

	if (skl_view_is(cell, "-"))
		return 0;
	for (size_t at = 0; at < cell.len;) {
		const uint8_t *space = memchr(cell.data + at, ' ', cell.len - at);
		size_t len = space ? (size_t)(space - (cell.data + at)) : cell.len - at;
		uint32_t bit = 0;

		for (size_t i = 0; i < SKL_COUNT(words); i++)
			if (skl_view_is(skl_view_of(cell.data + at, len), words[i].word))
				bit = words[i].bit;
		assert_int_not_equal(bit, 0);
		bits |= bit;
		at += len + 1;
	}
	return bits;
}

static int list_of(struct skl_view cell)
{
	if (skl_view_is(cell, "-"))
		return SKL_NO_NUMBER;
	if (skl_view_is(cell, "n"))
		return SKL_PLAIN_NUMBER;
	for (int list = 0; skl_list_name((enum skl_list)list); list++)
		if (skl_view_is(cell, skl_list_name((enum skl_list)list)))
			return list;
	fail_msg("%.*s is no list", (int)cell.len, (const char *)cell.data);
	return 0;
}

static enum skl_opens opens_of(struct skl_view cell)
{
	static const char *const names[] = {
		[SKL_OPENS_HUB] = "hub",
		[SKL_OPENS_ALWAYS] = "always",
		[SKL_OPENS_RULE] = "rule",
		[SKL_OPENS_PARTY] = "party",
		[SKL_OPENS_STATEMENT] = "statement",
		[SKL_OPENS_SECTION] = "section",
		[SKL_OPENS_REF] = "ref",
	};

	for (size_t i = 0; i < SKL_COUNT(names); i++)
		if (skl_view_is(cell, names[i]))
			return (enum skl_opens)i;
	fail_msg("%.*s opens nothing", (int)cell.len, (const char *)cell.data);
	return SKL_OPENS_HUB;
}

static void check_row(const char *line, const struct skl_row_fields *fields, bool is_event)
{
	struct skl_view cell;

	(void)next_cell(&line); /* the name */
	assert_int_equal(bits_of(next_cell(&line)), fields->required);
	assert_int_equal(bits_of(next_cell(&line)), fields->optional);
	assert_int_equal(list_of(next_cell(&line)), fields->value_list);
	if (is_event) {
		assert_int_equal(list_of(next_cell(&line)), fields->detail_list);
		assert_int_equal(list_of(next_cell(&line)), fields->third_list);
	}
	cell = next_cell(&line);
	assert_true(skl_view_is(cell, fields->may_repeat ? "yes" : "no"));
	assert_int_equal(opens_of(next_cell(&line)), fields->opens);
}

static void check_table(enum skl_list list, const char *head, bool is_event,
			const struct skl_row_fields *(*fields_of)(uint32_t code))
{
	const char *table = find_line(head);
	char start[80];

	assert_non_null(table);
	assert_int_equal(count_rows(head), skl_code_count(list));
	for (uint32_t code = 1; code <= skl_code_count(list); code++) {
		const char *line;

		(void)snprintf(start, sizeof(start), "\n| %s |", skl_code_name(list, code));
		line = strstr(table, start);
		if (!line || !fields_of(code))
			print_error("no row of %s\n", skl_code_name(list, code));
		assert_non_null(line);
		assert_non_null(fields_of(code));
		check_row(line + 1, fields_of(code), is_event);
	}
	assert_null(fields_of(0));
	assert_null(fields_of(skl_code_count(list) + 1));
}

static void test_facts(void **state)
{
	(void)state;
	check_table(SKL_LIST_FACT, "| fact | required |", false, skl_fact_fields);
}

static void test_events(void **state)
{
	(void)state;
	check_table(SKL_LIST_EVENT, "| event | required |", true, skl_event_fields);
}

/* What a row needs and may have never overlap; a number that may be there has a list. */
static void check_sense(const struct skl_row_fields *fields)
{
	uint32_t all = fields->required | fields->optional;

	assert_int_equal(fields->required & fields->optional, 0);
	assert_int_equal((all & SKL_FIELD_VALUE) != 0, fields->value_list != SKL_NO_NUMBER);
	assert_int_equal((all & SKL_FIELD_DETAIL) != 0, fields->detail_list != SKL_NO_NUMBER);
	assert_int_equal((all & SKL_FIELD_THIRD) != 0, fields->third_list != SKL_NO_NUMBER);
	/* A desk without its partner names nobody. */
	assert_true(!(fields->required & SKL_FIELD_DESK) || (fields->required & SKL_FIELD_PARTNER));
}

static void test_sense(void **state)
{
	(void)state;
	for (uint32_t code = 1; skl_fact_fields(code); code++)
		check_sense(skl_fact_fields(code));
	for (uint32_t code = 1; skl_event_fields(code); code++)
		check_sense(skl_event_fields(code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors), cmocka_unit_test(test_commands),
		cmocka_unit_test(test_facts),  cmocka_unit_test(test_events),
		cmocka_unit_test(test_sense),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
