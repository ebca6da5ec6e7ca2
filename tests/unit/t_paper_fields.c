/* SPDX-License-Identifier: EUPL-1.2 */

/* tests/data/paper/FIELDS.md says what the tables of skl_fields.c say: nothing more, nothing less.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "paper_book.h"
#include "skl_code.h"
#include "skl_envelope.h"

#define CELLS_MAX 10

static char *cells[CELLS_MAX];
static size_t cell_count;

/* Cut "| a | b |" into its cells, in place. */
static void split(char *line)
{
	cell_count = 0;
	for (char *at = strchr(line, '|'); at && cell_count < CELLS_MAX;) {
		char *end = strchr(at + 1, '|');

		if (!end)
			break;
		*end = 0;
		at += 1 + strspn(at + 1, " ");
		for (char *last = end; last > at && (last[-1] == ' ' || last[-1] == 0);)
			*--last = 0;
		cells[cell_count++] = at;
		at = end;
	}
}

static uint32_t field_bits(const char *names)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} fields[] = {
		{"value", SKL_FIELD_VALUE},
		{"detail", SKL_FIELD_DETAIL},
		{"third", SKL_FIELD_THIRD},
		{"text", SKL_FIELD_TEXT},
		{"ref", SKL_FIELD_REF},
		{"at", SKL_FIELD_AT},
		{"until", SKL_FIELD_UNTIL},
		{"subject", SKL_FIELD_SUBJECT},
		{"partner", SKL_FIELD_PARTNER},
		{"other_subject", SKL_FIELD_OTHER},
		{"desk", SKL_FIELD_DESK},
		{"section", SKL_FIELD_SECTION},
		{"-", 0},
		{"recipient", SKL_FIELD_RECIPIENT},
	};
	uint32_t bits = 0;

	for (size_t len; *names; names += len) {
		size_t i = 0;

		names += strspn(names, " ");
		len = strcspn(names, " ");
		while (i < SKL_COUNT(fields) &&
		       (strlen(fields[i].name) != len || memcmp(fields[i].name, names, len) != 0))
			i++;
		assert_true(i < SKL_COUNT(fields));
		bits |= fields[i].bit;
	}
	return bits;
}

static int list_of(const char *name)
{
	if (strcmp(name, "-") == 0)
		return SKL_NO_NUMBER;
	if (strcmp(name, "n") == 0)
		return SKL_PLAIN_NUMBER;
	for (int list = 0; skl_list_name((enum skl_list)list); list++)
		if (strcmp(name, skl_list_name((enum skl_list)list)) == 0)
			return list;
	fail_msg("no list is named %s", name);
	return 0;
}

static enum skl_opens opens_of(const char *word)
{
	static const char *const words[] = {
		[SKL_OPENS_HUB] = "hub",         [SKL_OPENS_ALWAYS] = "always",
		[SKL_OPENS_RULE] = "rule",       [SKL_OPENS_PARTY] = "party",
		[SKL_OPENS_SECTION] = "section", [SKL_OPENS_STATEMENT] = "statement",
		[SKL_OPENS_REF] = "ref",
	};
	size_t i = 0;

	while (i < SKL_COUNT(words) && strcmp(words[i], word) != 0)
		i++;
	assert_true(i < SKL_COUNT(words));
	return (enum skl_opens)i;
}

static void check_row(const struct skl_row_fields *fields, bool is_event)
{
	size_t repeat = is_event ? 6 : 4;

	if (!fields) {
		fail_msg("%s: no row in C", cells[0]);
		return;
	}
	if (fields->required != field_bits(cells[1]) || fields->optional != field_bits(cells[2]) ||
	    fields->value_list != list_of(cells[3]) ||
	    fields->may_repeat != (strcmp(cells[repeat], "yes") == 0) ||
	    fields->opens != opens_of(cells[repeat + 1]))
		fail_msg("%s: the table in C says otherwise", cells[0]);
	if (is_event &&
	    (fields->detail_list != list_of(cells[4]) || fields->third_list != list_of(cells[5])))
		fail_msg("%s: the table in C names other lists", cells[0]);
}

/* A code that is not used has an empty row in C and only "-" here. */
static bool is_unused(const struct skl_row_fields *fields)
{
	return fields && !fields->required && !fields->optional;
}

static void the_tables_are_the_same(void **state)
{
	size_t facts = 0, events = 0;
	char path[512], line[2048];
	FILE *file;
	char part = 0;

	(void)state;
	(void)snprintf(path, sizeof path, "%s/tests/data/paper/FIELDS.md", paper_root());
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		assert_non_null(strchr(line, '\n'));
		if (line[0] == '#')
			part = line[3];
		split(line);
		if (cell_count < 6 || cells[0][0] == '-' || strcmp(cells[1], "required") == 0)
			continue;
		if (part == 'F') {
			uint32_t code = skl_code_number(SKL_LIST_FACT, skl_view_str(cells[0]));

			check_row(skl_fact_fields(code), false);
			facts++;
		} else {
			uint32_t code = skl_code_number(SKL_LIST_EVENT, skl_view_str(cells[0]));

			events++;
			if (is_unused(skl_event_fields(code)))
				assert_string_equal(cells[1], "-");
			else
				check_row(skl_event_fields(code), true);
		}
	}
	assert_int_equal(fclose(file), 0);
	assert_int_equal(facts, skl_code_count(SKL_LIST_FACT));
	assert_int_equal(events, skl_code_count(SKL_LIST_EVENT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_are_the_same),
	};

	return cmocka_run_group_tests_name("paper_fields", tests, NULL, NULL);
}
