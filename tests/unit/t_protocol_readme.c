/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * proto/README.md says what the code does: each of its tables is made here from the code, and
 * compared. README_OUT=folder writes the tables instead, to be pasted.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schakel/v1/codes.pb-c.h"
#include "skl_catalogue.h"
#include "skl_code.h"
#include "skl_envelope.h"
#include "skl_file.h"
#include "skl_frame.h"
#include "skl_key.h"
#include "skl_limits.h"
#include "skl_pseudonym.h"
#include "skl_seal.h"
#include "skl_seat_state.h"

#define README_MAX (1024u * 1024u)

static struct skl_buf readme;
static const char *out_folder; /* NULL: compare */

/* --- the document -------------------------------------------------------------------------- */

static int load(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	const char *source = getenv("SRC");
	struct skl_error error = {0};
	char path[512];

	(void)state;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
	out_folder = getenv("README_OUT");
	(void)snprintf(path, sizeof(path), "%s/proto/README.md", source ? source : ".");
	skl_buf_init(&readme, README_MAX);
	return skl_wire_init() || skl_file_read(path, &readme, &error) ? -1 : 0;
}

static int unload(void **state)
{
	(void)state;
	skl_buf_done(&readme);
	return 0;
}

/* The rows of a table: what stands under "<!-- table: name -->", its two lines of heading less. */
static const char *table(const char *name)
{
	char mark[64];
	const char *at;

	(void)snprintf(mark, sizeof(mark), "<!-- table: %s -->\n", name);
	at = strstr(skl_buf_str(&readme), mark);
	if (!at)
		fail_msg("proto/README.md has no %s", mark);
	for (int line = 0; at && line < 4; line++) /* the mark, an empty line, two of heading */
		at += strcspn(at, "\n") + 1;
	return at;
}

static size_t line_len(const char *at)
{
	return strcspn(at, "\n");
}

/*
 * The table holds the wanted lines and no others. is_prefix: after each wanted line stands one
 * cell more, the meaning, which only people can check.
 */
static void compare(const char *name, const struct skl_buf *wanted, bool is_prefix)
{
	const char *got, *want = skl_buf_str(wanted);

	assert_int_equal(skl_buf_err(wanted), SKL_OK);
	if (out_folder) {
		struct skl_error error = {0};
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/%s.md", out_folder, name);
		assert_int_equal(skl_file_write(path, skl_buf_view(wanted), 0644, &error), SKL_OK);
		return;
	}
	for (got = table(name); *want; got += line_len(got) + 1, want += line_len(want) + 1) {
		size_t want_len = line_len(want), got_len = line_len(got);

		if (got_len < want_len || memcmp(got, want, want_len) != 0 ||
		    (!is_prefix && got_len != want_len))
			fail_msg("table %s:\nthe code says %.*s\nthe text says %.*s", name,
				 (int)want_len, want, (int)got_len, got);
		if (is_prefix && got_len < want_len + 4)
			fail_msg("table %s: no meaning in %.*s", name, (int)got_len, got);
	}
	if (*got == '|')
		fail_msg("table %s has a row the code has not: %.*s", name, (int)line_len(got),
			 got);
}

/* --- tables ---------------------------------------------------------------------------------- */

static void errors_are_those_of_the_code(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
#define ROW(symbol, number, retry, text)                                                           \
	skl_buf_addf(&buf, "| %d | %s | %s | %s |\n", (number), #symbol, (retry) ? "yes" : "no",   \
		     (text));
	SKL_ERR_MAP(ROW)
#undef ROW
	compare("errors", &buf, false);
	skl_buf_done(&buf);
}

static const char *type_name(enum skl_command command, bool from_hub)
{
	const ProtobufCMessageDescriptor *type = skl_command_body(command, from_hub);

	return type ? type->short_name : "-";
}

static void commands_are_those_of_the_code(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (unsigned i = 1; i <= SKL_COMMAND_COUNT; i++) {
		enum skl_command command = (enum skl_command)i;

		skl_buf_addf(&buf, "| %s | %s | %s | %s |", skl_command_name(command),
			     type_name(command, false), type_name(command, true),
			     skl_command_has_sections(command) ? "yes" : "no");
		skl_buf_add_str(&buf, "\n");
		assert_int_equal(skl_command_from(skl_view_str(skl_command_name(command))),
				 command);
	}
	compare("commands", &buf, true);
	skl_buf_done(&buf);
	assert_int_equal(skl_command_from(skl_view_str("SUBMIT ")), SKL_COMMAND_UNSPECIFIED);
	assert_int_equal(skl_command_from(skl_view_of("HELLO\0", 6)), SKL_COMMAND_UNSPECIFIED);
	assert_int_equal(skl_command_from(skl_view_of(NULL, 0)), SKL_COMMAND_UNSPECIFIED);
	assert_null(skl_command_body((enum skl_command)99, true));
}

static void add_number(struct skl_buf *buf, uint64_t number)
{
	if (number >= 1000) {
		add_number(buf, number / 1000);
		skl_buf_addf(buf, ",%03llu", (unsigned long long)(number % 1000));
	} else {
		skl_buf_addf(buf, "%llu", (unsigned long long)number);
	}
}

static void limits_are_those_of_the_code(void **state)
{
	static const struct {
		const char *what;
		uint64_t number;
	} limits[] = {
		{"bytes of a frame", SKL_LIMIT_FRAME},
		{"bytes of all frames of a message", SKL_LIMIT_MESSAGE},
		{"frames of a message", SKL_LIMIT_FRAMES_N},
		{"bytes of frame 1", SKL_LIMIT_COMMAND},
		{"bytes of frame 2, unless named below", SKL_LIMIT_HEADER},
		{"bytes of an Offer or OfferedMessage", SKL_LIMIT_OFFER},
		{"bytes of a Result, Answer or DirectoryReply", SKL_LIMIT_ANSWER},
		{"levels of nested messages, the outermost included", SKL_LIMIT_DEPTH_N},
		{"times a repeated field may come in one message", SKL_LIMIT_REPEATS_N},
		{"fields of a message, at all levels", SKL_LIMIT_FIELDS_N},
		{"bytes of a string that is no note", SKL_LIMIT_STRING},
		{"rows of an envelope", SKL_LIMIT_ROWS_N},
		{"recipients", SKL_LIMIT_RECIPIENTS_N},
		{"subjects", SKL_LIMIT_SUBJECTS_N},
		{"sections", SKL_LIMIT_SECTIONS_N},
		{"subjects one section is about", SKL_LIMIT_ABOUT_N},
		{"bytes of a section's content", SKL_LIMIT_CONTENT},
		{"highest number of a recipient, subject or section", SKL_LIMIT_NUMBER},
		{"milliseconds from created to expires", SKL_LIMIT_LIFE_MS},
		{"milliseconds the time in an id may differ from created", SKL_LIMIT_SKEW_MS},
		{"milliseconds an id is remembered after expires", SKL_LIMIT_SEEN_MS},
		{"items of a receipt", SKL_LIMIT_RECEIPT_ITEMS_N},
		{"bytes of a signed note", SKL_LIMIT_NOTE},
		{"signature lines of a note", SKL_LIMIT_NOTE_SIGS_N},
		{"lines of a directory", SKL_LIMIT_DIRECTORY_N},
		{"hashes of a proof", SKL_LIMIT_PATH_N},
	};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (size_t i = 0; i < SKL_COUNT(limits); i++) {
		skl_buf_addf(&buf, "| %s | ", limits[i].what);
		add_number(&buf, limits[i].number);
		skl_buf_add_str(&buf, " |\n");
	}
	compare("limits", &buf, false);
	skl_buf_done(&buf);
}

static void size_classes_are_those_of_the_code(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (uint32_t i = 0; i < SKL_SIZE_CLASSES_N; i++) {
		skl_buf_addf(&buf, "| %u | ", (unsigned)i);
		add_number(&buf, skl_seal_class_bytes(i) - 4);
		skl_buf_add_str(&buf, " | ");
		add_number(&buf, skl_seal_class_bytes(i));
		skl_buf_add_str(&buf, " | ");
		add_number(&buf, skl_seal_class_bytes(i) + SKL_FRAME_OVERHEAD);
		skl_buf_add_str(&buf, " |\n");
	}
	compare("size classes", &buf, false);
	skl_buf_done(&buf);
}

static void sessions_are_those_of_the_hub(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (int event = 0; event < SKL_SEAT_EVENTS; event++) {
		skl_buf_addf(&buf, "| %s |", skl_seat_event_name((enum skl_seat_event)event));
		for (int from = 0; from < SKL_SEAT_STATES; from++) {
			struct skl_seat_step step = skl_seat_step((enum skl_seat_state)from,
								  (enum skl_seat_event)event);

			skl_buf_addf(&buf, " %s", skl_seat_action_name(step.action));
			if ((int)step.next != from)
				skl_buf_addf(&buf, " → %s", skl_seat_state_name(step.next));
			skl_buf_add_str(&buf, " |");
		}
		skl_buf_add_str(&buf, "\n");
	}
	compare("session", &buf, false);
	skl_buf_done(&buf);
}

/* --- rows ------------------------------------------------------------------------------------ */

static void add_fields(struct skl_buf *buf, uint32_t bits)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} fields[] = {
		{"subject", SKL_FIELD_SUBJECT},
		{"other_subject", SKL_FIELD_OTHER},
		{"partner", SKL_FIELD_PARTNER},
		{"desk", SKL_FIELD_DESK},
		{"value", SKL_FIELD_VALUE},
		{"detail", SKL_FIELD_DETAIL},
		{"third", SKL_FIELD_THIRD},
		{"text", SKL_FIELD_TEXT},
		{"at", SKL_FIELD_AT},
		{"until", SKL_FIELD_UNTIL},
		{"ref", SKL_FIELD_REF},
		{"section", SKL_FIELD_SECTION},
		{"recipient", SKL_FIELD_RECIPIENT},
	};

	for (size_t i = 0; i < SKL_COUNT(fields); i++)
		if (bits & fields[i].bit)
			skl_buf_addf(buf, " %s", fields[i].name);
	skl_buf_add_str(buf, bits ? " |" : " - |");
}

static void add_list(struct skl_buf *buf, int list)
{
	skl_buf_addf(buf, " %s |",
		     list == SKL_PLAIN_NUMBER ? "n"
		     : list < 0               ? "-"
					      : skl_list_name((enum skl_list)list));
}

static void add_opens(struct skl_buf *buf, const struct skl_row_fields *fields)
{
	static const char *const words[] = {
		[SKL_OPENS_HUB] = "hub",         [SKL_OPENS_ALWAYS] = "always",
		[SKL_OPENS_RULE] = "rule",       [SKL_OPENS_PARTY] = "party",
		[SKL_OPENS_SECTION] = "section", [SKL_OPENS_STATEMENT] = "statement",
		[SKL_OPENS_REF] = "ref",
	};

	skl_buf_addf(buf, " %s | %s |\n", fields->may_repeat ? "yes" : "no", words[fields->opens]);
}

static void facts_are_those_of_the_code(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (uint32_t code = 1; code <= skl_code_count(SKL_LIST_FACT); code++) {
		const struct skl_row_fields *fields = skl_fact_fields(code);

		skl_buf_addf(&buf, "| %u | %s |", (unsigned)code,
			     skl_code_name(SKL_LIST_FACT, code));
		add_fields(&buf, fields->required);
		add_fields(&buf, fields->optional);
		add_list(&buf, fields->value_list);
		add_opens(&buf, fields);
	}
	compare("facts", &buf, true);
	skl_buf_done(&buf);
}

static void events_are_those_of_the_code(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (uint32_t code = 1; code <= skl_code_count(SKL_LIST_EVENT); code++) {
		const struct skl_row_fields *fields = skl_event_fields(code);

		skl_buf_addf(&buf, "| %u | %s |", (unsigned)code,
			     skl_code_name(SKL_LIST_EVENT, code));
		add_fields(&buf, fields->required);
		add_fields(&buf, fields->optional);
		if (fields->required | fields->optional) {
			add_list(&buf, fields->value_list);
			add_list(&buf, fields->detail_list);
			add_list(&buf, fields->third_list);
		} else {
			skl_buf_add_str(&buf, " - | - | - |");
		}
		add_opens(&buf, fields);
	}
	compare("events", &buf, true);
	skl_buf_done(&buf);
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

static void rows_make_sense(void **state)
{
	uint32_t code;

	(void)state;
	for (code = 1; skl_fact_fields(code); code++)
		check_sense(skl_fact_fields(code));
	assert_int_equal(code, skl_code_count(SKL_LIST_FACT) + 1);
	assert_null(skl_fact_fields(0));
	for (code = 1; skl_event_fields(code); code++)
		check_sense(skl_event_fields(code));
	assert_int_equal(code, skl_code_count(SKL_LIST_EVENT) + 1);
	assert_null(skl_event_fields(0));
}

static void joint_categories_are_those_of_the_code(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (uint32_t code = 1; code <= skl_code_count(SKL_LIST_CATEGORY); code++)
		skl_buf_addf(&buf, "| %u | %s | %s |\n", (unsigned)code,
			     skl_code_name(SKL_LIST_CATEGORY, code),
			     code == SKL_CATEGORY_ADVICE   ? "none"
			     : skl_category_is_joint(code) ? "any number"
			     : code >= SKL_CATEGORY_HISTORY_VIOLENCE &&
					     code <= SKL_CATEGORY_HISTORY_FIREARM_USE
				     ? "one; any number with scope that_address"
				     : "one");
	compare("categories", &buf, false);
	skl_buf_done(&buf);
}

static void kinds_are_those_of_the_catalogue(void **state)
{
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, README_MAX);
	for (uint32_t code = 1; code <= skl_code_count(SKL_LIST_KIND); code++) {
		const struct skl_catalogue_kind *kind = skl_catalogue_kind(code);

		assert_non_null(kind);
		skl_buf_addf(&buf, "| %u | %s |", (unsigned)code,
			     skl_code_name(SKL_LIST_KIND, code));
		for (size_t i = 0; i < SKL_COUNT(kind->answers) && kind->answers[i]; i++)
			skl_buf_addf(&buf, " %s", skl_code_name(SKL_LIST_KIND, kind->answers[i]));
		skl_buf_addf(&buf, "%s |",
			     kind->answers[0] ? kind->needs_reply ? " (always)" : "" : " -");
		for (uint32_t c = 1; c <= skl_code_count(SKL_LIST_CATEGORY); c++)
			if (kind->required & SKL_BIT(c))
				skl_buf_addf(&buf, " %s", skl_code_name(SKL_LIST_CATEGORY, c));
		skl_buf_addf(&buf, "%s | %s%s%s%s |\n", kind->required ? "" : " -",
			     kind->is_fixed_shape ? "fixed shape" : "",
			     kind->is_fixed_shape && kind->is_emergency ? ", " : "",
			     kind->is_emergency ? "acute" : "",
			     !kind->is_fixed_shape && !kind->is_emergency ? "-" : "");
	}
	compare("kinds", &buf, false);
	skl_buf_done(&buf);
}

/* --- names of pseudonyms --------------------------------------------------------------------- */

static void same_pseudonym(struct skl_view one, struct skl_view other, unsigned code)
{
	static const uint8_t key[32] = {1};
	struct skl_view born = skl_view_str("1984-02-29"), none = skl_view_str("");
	uint8_t a[32], b[32];

	assert_int_equal(skl_pseudonym_name(key, one, none, born, a), SKL_OK);
	assert_int_equal(skl_pseudonym_name(key, other, none, born, b), SKL_OK);
	if (memcmp(a, b, sizeof(a)) != 0)
		fail_msg("U+%04X is not read as the table says", code);
}

/* The block after "<!-- table: letters -->": 12 lines of 16 words, "." for nothing. */
static void letters_are_read_as_the_table_says(void **state)
{
	const char *at = table("letters");
	unsigned code = 0xc0;

	(void)state;
	for (int row = 0; row < 12; row++) {
		char line[256];
		char *word, *next;

		assert_true(line_len(at) < sizeof(line));
		memcpy(line, at, line_len(at));
		line[line_len(at)] = 0;
		at += line_len(at) + 1;
		/* "| U+00C0 | a | ..." */
		word = strchr(line + 1, '|');
		for (int i = 0; i < 16; i++, code++) {
			char name[16], plain[16];

			assert_non_null(word);
			next = strchr(word + 1, '|');
			assert_non_null(next);
			(void)snprintf(name, sizeof(name), "x%c%c", (int)(0xc0 | code >> 6),
				       (int)(0x80 | (code & 0x3f)));
			(void)snprintf(plain, sizeof(plain), "x%.*s", (int)(next - word - 3),
				       word + 2);
			if (plain[1] == '.')
				plain[1] = 0;
			same_pseudonym(skl_view_str(name), skl_view_str(plain), code);
			word = next;
		}
	}
	assert_int_equal(code, 0x180);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_those_of_the_code),
		cmocka_unit_test(commands_are_those_of_the_code),
		cmocka_unit_test(limits_are_those_of_the_code),
		cmocka_unit_test(size_classes_are_those_of_the_code),
		cmocka_unit_test(sessions_are_those_of_the_hub),
		cmocka_unit_test(facts_are_those_of_the_code),
		cmocka_unit_test(events_are_those_of_the_code),
		cmocka_unit_test(rows_make_sense),
		cmocka_unit_test(joint_categories_are_those_of_the_code),
		cmocka_unit_test(kinds_are_those_of_the_catalogue),
		cmocka_unit_test(letters_are_read_as_the_table_says),
	};

	return cmocka_run_group_tests_name("protocol_readme", tests, load, unload);
}
