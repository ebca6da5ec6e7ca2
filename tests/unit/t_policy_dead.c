/* SPDX-License-Identifier: EUPL-1.2 */
/* What a rule says to no effect is named, and nothing else is. */
#include "t_policy.h"

struct notes {
	struct skl_buf text;
};

static void keep(void *arg, const char *file, unsigned line, const char *text)
{
	struct notes *notes = arg;

	if (file[0])
		skl_buf_addf(&notes->text, "%u: %s\n", line, text);
}

#define RULE(id, more)                                                                             \
	"rule " id " \"r\"\n from police\n kind police_report\n to veilig_thuis\n"                 \
	" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n" more              \
	" test \"t\" permitted\nend\n"
#define FORBID(more)                                                                               \
	"forbid F-1 \"f\"\n because \"b\"\n" more " test \"t\" permitted like A-1\nend\n"
#define PLAIN " allow identity, incident\n"

static void small_sets(void **state)
{
	static const struct {
		const char *text;
		const char *says; /* "" for nothing */
	} rows[] = {
		{T_HEAD RULE("A-1", PLAIN), ""},
		{T_HEAD RULE("A-1", " when unsafety acute\n" PLAIN), ""},
		/* by its own never, by a prohibition, by the ground */
		{T_HEAD RULE("A-1", " allow identity, incident, child\n never child\n"),
		 "rule A-1 allows child to no effect"},
		{T_HEAD RULE("A-1", " allow identity, incident, child\n") FORBID(" never child\n"),
		 "rule A-1 allows child to no effect"},
		{T_HEAD RULE("A-1", " allow identity, incident, child source-law wpg-9\n"),
		 "A-1 allows child"},
		/* by another rule */
		{T_HEAD RULE("A-1", PLAIN)
			 RULE("A-2", PLAIN " needs human-check\n together-with A-1\n"),
		 "rule A-2 lets nothing through"},
		/* a required section that never arrives */
		{T_HEAD RULE("A-1", " allow identity\n"), "rule A-1 lets nothing through"},
		{T_HEAD RULE("A-1", PLAIN) FORBID(" from police\n"), "rule A-1 lets nothing"},
		/* a condition that a prohibition makes already */
		{T_HEAD RULE("A-1", " when position not helper_of_perpetrator\n" PLAIN)
			 FORBID(" when position helper_of_perpetrator\n"),
		 "rule A-1 has a condition that decides nothing: position"},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_policy *policy = t_load(rows[i].text);
		struct notes notes;

		skl_buf_init(&notes.text, 4096);
		skl_policy_findings(policy, T_NOW_MS, keep, &notes);
		if (rows[i].says[0] ? !strstr(skl_buf_str(&notes.text), rows[i].says)
				    : notes.text.len != 0)
			fail_msg("row %zu: \"%s\" expected, got: %s", i, rows[i].says,
				 skl_buf_str(&notes.text));
		skl_buf_done(&notes.text);
		skl_policy_free(policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(small_sets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
