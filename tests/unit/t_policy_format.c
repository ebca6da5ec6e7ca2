/* SPDX-License-Identifier: EUPL-1.2 */
/* The canonical print: it changes blanks alone, however the file was laid out. */
#include "t_policy.h"

#define ROUNDS_CI 40u

static void format_ok(struct skl_view text, struct skl_buf *out)
{
	const struct skl_policy_file file = {"f.rules", text};
	struct skl_error error = {0};

	if (skl_policy_format(&file, out, &error) != SKL_OK)
		fail_msg("%s", error.text);
}

static void assert_same(struct skl_buf *a, struct skl_buf *b)
{
	assert_string_equal(skl_buf_str(a), skl_buf_str(b));
}

static void layout(void **state)
{
	static const char before[] =
		"\n\n# one\nagreement   \"T\"  version 1 status EXAMPLE # two \t\n"
		"owner \"o  o\" approved-by \"a\"\r\n"
		"valid 2026-01-01..2026-12-31\n\n\n\n"
		"rule A-1 \"r\"\n from police\nkind police_report ,\n\n# three\nself_report\n"
		"needs marks (acute:repair within 24 hours )\n\n#four\n"
		"together-with   A-2\n\ttest \"t\"   permitted  has incident\n end\n\n";
	static const char after[] =
		"# one\nagreement \"T\" version 1 status EXAMPLE  # two\n"
		"owner     \"o  o\" approved-by \"a\"\n"
		"valid     2026-01-01 .. 2026-12-31\n\n"
		"rule A-1 \"r\"\n  from      police\n  kind      police_report,\n\n"
		"            # three\n            self_report\n"
		"  needs     marks (acute:repair within 24 hours)\n\n  #four\n"
		"  together-with A-2\n  test \"t\" permitted has incident\nend\n";
	struct skl_buf out;

	(void)state;
	skl_buf_init(&out, 4096);
	format_ok(skl_view_str(before), &out);
	assert_string_equal(skl_buf_str(&out), after);
	skl_buf_done(&out);
}

/* Blanks outside texts and comments, doubled, turned to tabs or put round signs by chance. */
static void mangle(const struct skl_buf *text, uint32_t *seed, struct skl_buf *out)
{
	bool is_string = false;
	bool is_comment = false;

	skl_buf_clear(out);
	for (size_t i = 0; i < text->len; i++) {
		uint8_t byte = text->data[i];

		is_string = is_string != (byte == '"' && !is_comment);
		is_comment = byte != '\n' && (is_comment || (byte == '#' && !is_string));
		if (byte == ',' && !is_string && !is_comment && t_random(seed, 2))
			skl_buf_add_str(out, "\t ");
		skl_buf_add_u8(out, byte);
		if (byte == ' ' && !is_string && !is_comment && t_random(seed, 2))
			skl_buf_add_str(out, t_random(seed, 2) ? " " : "\t");
		if (byte == '\n' && t_random(seed, 3) == 0)
			skl_buf_add_str(out, " \t");
	}
	assert_int_equal(skl_buf_err(out), SKL_OK);
}

/* Whatever the blanks: one print, that prints as itself. */
static void assert_canonical(const struct skl_buf *text, uint32_t *seed)
{
	struct skl_buf once, twice, mangled;

	skl_buf_init(&once, 1u << 20);
	skl_buf_init(&twice, 1u << 20);
	skl_buf_init(&mangled, 1u << 20);
	format_ok(skl_buf_view(text), &once);
	format_ok(skl_buf_view(&once), &twice);
	assert_same(&once, &twice);
	for (unsigned i = 0; i < 4; i++) {
		mangle(text, seed, &mangled);
		format_ok(skl_buf_view(&mangled), &twice);
		assert_same(&once, &twice);
	}
	skl_buf_done(&once);
	skl_buf_done(&twice);
	skl_buf_done(&mangled);
}

/* The shipped rules, printed, are the shipped rules: as many, and every test says the same. */
static void shipped_keeps_its_meaning(void **state)
{
	struct skl_policy *policy = t_shipped();
	struct skl_policy *printed = NULL;
	struct skl_buf texts[T_SHIPPED], prints[T_SHIPPED];
	struct skl_policy_file files[T_SHIPPED];
	struct skl_error error = {0};
	uint32_t seed = t_seed();

	(void)state;
	for (size_t i = 0; i < T_SHIPPED; i++) {
		char path[256];

		(void)snprintf(path, sizeof(path), "policy/rules/%s", t_shipped_names[i]);
		t_read(path, &texts[i]);
		skl_buf_init(&prints[i], 1u << 20);
		format_ok(skl_buf_view(&texts[i]), &prints[i]);
		assert_canonical(&texts[i], &seed);
		files[i] = (struct skl_policy_file){t_shipped_names[i], skl_buf_view(&prints[i])};
	}
	if (skl_policy_load(files, T_SHIPPED, &t_opts, &printed, &error) != SKL_OK)
		fail_msg("%s", error.text);
	assert_int_equal(skl_policy_rule_count(printed), skl_policy_rule_count(policy));
	assert_int_equal(skl_policy_test(printed, NULL, NULL, NULL), 0);
	for (size_t i = 0; i < T_SHIPPED; i++) {
		skl_buf_done(&texts[i]);
		skl_buf_done(&prints[i]);
	}
	skl_policy_free(policy);
	skl_policy_free(printed);
}

static void small_sets(void **state)
{
	uint32_t seed = t_seed();
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 1u << 20);
	for (unsigned round = 0; round < ROUNDS_CI; round++) {
		t_random_rules(&seed, &text);
		assert_canonical(&text, &seed);
	}
	skl_buf_done(&text);
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		enum skl_err err;
		const char *says;
	} rows[] = {
		{"rule \"open\n", SKL_ESYNTAX, "Put a \""},
		{"rule A-1 ;\n", SKL_ESYNTAX, "a sign the language does not know"},
		{"# \xff\n", SKL_EUTF8, "Save the file as UTF-8"},
	};
	struct skl_buf out;

	(void)state;
	skl_buf_init(&out, 4096);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		const struct skl_policy_file file = {"f.rules", skl_view_str(rows[i].text)};
		struct skl_error error = {0};

		assert_int_equal(skl_policy_format(&file, &out, &error), rows[i].err);
		assert_non_null(strstr(error.text, rows[i].says));
	}
	skl_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),
		cmocka_unit_test(shipped_keeps_its_meaning),
		cmocka_unit_test(small_sets),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
