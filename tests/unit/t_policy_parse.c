/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading rules: what is wrong is said with line, column, word and what to do. */
#include "t_policy.h"

#define RULE_TO(id, to)                                                                            \
	"rule " id " \"r\"\n"                                                                      \
	"  from police\n  kind police_report\n  to " to "\n"                                       \
	"  purpose stop_violence\n  ground wpg:18-1/bpg:4-2-1-i\n"                                 \
	"  allow identity, incident\n  because \"b\"\n"                                            \
	"  test \"t\" permitted\nend\n"
#define RULE(id) RULE_TO(id, "veilig_thuis")

/* A rule with one line more, or with one line changed. */
#define WITH(line)                                                                                 \
	T_HEAD "rule A-1 \"r\"\n  from police\n  kind police_report\n  to veilig_thuis\n"          \
	       "  purpose stop_violence\n  ground wpg:18-1/bpg:4-2-1-i\n"                          \
	       "  allow identity, incident\n" line                                                 \
	       "\n  because \"b\"\n  test \"t\" permitted\nend\n"

struct row {
	const char *name;
	const char *text;
	enum skl_err err;
	unsigned line;
	unsigned column;
	const char *says[3];
};

/* Break-glass from help to police, with what stands in the middle changed. */
#define GLASS(ground, middle)                                                                      \
	T_HEAD "rule A-1 \"r\"\n  from shelter\n  kind concern\n  to police\n"                     \
	       "  purpose stop_violence\n  ground " ground "\n  allow incident\n" middle           \
	       "\n  because \"b\"\n  test \"t\" permitted\nend\n"
#define VITAL       "avg:6-1-d/9-2-c"
#define GLASS_WHEN  "  when claimed break-glass\n"
#define GLASS_NEEDS "  needs user-ref, human-check, reason\n"
#define GLASS_CLOCK "  clock break-glass within 24 hours\n"
#define GLASS_DUTY  "  duty after-check within 24 hours"

static const struct row bad[] = {
	{"break-glass by nobody",
	 GLASS(VITAL, GLASS_WHEN "  needs human-check, reason\n" GLASS_CLOCK GLASS_DUTY),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "user-ref, human-check"}},
	{"break-glass that nobody checks",
	 GLASS(VITAL, GLASS_WHEN "  needs user-ref, reason\n" GLASS_CLOCK GLASS_DUTY),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "user-ref, human-check"}},
	{"break-glass without a reason",
	 GLASS(VITAL, GLASS_WHEN "  needs user-ref, human-check\n" GLASS_CLOCK GLASS_DUTY),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "Add: needs reason"}},
	{"break-glass without a clock",
	 GLASS(VITAL, GLASS_WHEN GLASS_NEEDS "  clock stop break-glass\n" GLASS_DUTY),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "Add: clock break-glass"}},
	{"break-glass without an after-check",
	 GLASS(VITAL, GLASS_WHEN GLASS_NEEDS GLASS_CLOCK "  duty answer"),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "Add: duty after-check"}},
	{"break-glass on another ground",
	 GLASS("wmo:4-1-1-2-d, " VITAL, GLASS_WHEN GLASS_NEEDS GLASS_CLOCK GLASS_DUTY),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1"}},
	{"vital interest without break-glass",
	 GLASS(VITAL, "  needs user-ref, human-check"),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "when claimed break-glass"}},
	{"break-glass to a lawyer",
	 T_HEAD "rule A-1 \"r\"\n  from shelter\n  kind concern\n  to lawyer\n"
		"  purpose stop_violence\n  ground " VITAL
		"\n" GLASS_WHEN GLASS_NEEDS GLASS_CLOCK GLASS_DUTY
		"\n  because \"b\"\n  test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"cannot stand from shelter to lawyer"}},
	{"empty", "", SKL_ESYNTAX, 1, 1, {"t.rules: ", "empty", "agreement"}},
	{"only a comment", "# nothing\n", SKL_ESYNTAX, 2, 1, {"empty"}},
	{"no agreement", RULE("A-1"), SKL_ESYNTAX, 1, 1, {"'rule'", "'agreement'"}},
	{"invalid UTF-8", "agreement \"T\"\n\xff\xfe\n", SKL_EUTF8, 2, 0, {"not valid UTF-8"}},
	{"byte order mark", "\xef\xbb\xbf" T_HEAD, SKL_ESYNTAX, 1, 1, {"byte order mark"}},
	{"text not closed", "agreement \"T\nowner", SKL_ESYNTAX, 1, 13, {"not closed"}},
	{"empty title", "agreement \"\" version 1", SKL_ESYNTAX, 1, 11, {"empty"}},
	{"version no number",
	 "agreement \"T\" version one status EXAMPLE",
	 SKL_ESYNTAX,
	 1,
	 23,
	 {"'one'", "number"}},
	{"version zero", "agreement \"T\" version 0 status EXAMPLE", SKL_ESYNTAX, 1, 23, {"'0'"}},
	{"status",
	 "agreement \"T\" version 1 status CONCEPT",
	 SKL_ESYNTAX,
	 1,
	 32,
	 {"'CONCEPT'", "EXAMPLE or APPROVED"}},
	{"no such day",
	 "agreement \"T\" version 1 status EXAMPLE\nowner \"o\" approved-by \"a\"\n"
	 "valid 2026-02-30 .. 2026-12-31\n",
	 SKL_ESYNTAX,
	 3,
	 7,
	 {"'2026-02-30'", "2026-01-31"}},
	{"contradictory validity",
	 "agreement \"T\" version 1 status EXAMPLE\nowner \"o\" approved-by \"a\"\n"
	 "valid 2026-12-31 .. 2026-01-01\n",
	 SKL_ESYNTAX,
	 3,
	 21,
	 {"before the first day"}},
	{"expired",
	 "agreement \"T\" version 1 status EXAMPLE\nowner \"o\" approved-by \"a\"\n"
	 "valid 2025-01-01 .. 2025-12-31\n" RULE("A-1"),
	 SKL_EEXPIRED,
	 1,
	 1,
	 {"no longer valid", "Renew"}},
	{"unknown role",
	 T_HEAD "rule A-1 \"r\"\n  from polise\nend\n",
	 SKL_ESYNTAX,
	 5,
	 8,
	 {"'polise'", "roles of partners", "did you mean 'police'?"}},
	{"unknown kind", WITH("  told x"), SKL_ESYNTAX, 11, 8, {"'x'", "data categories"}},
	{"unknown clause",
	 WITH("  needx marks"),
	 SKL_ESYNTAX,
	 11,
	 3,
	 {"'needx'", "did you mean 'needs'?"}},
	{"unknown ground",
	 T_HEAD "rule A-1 \"r\"\n  ground wpg:18-1/bpg:4-2-1-k\nend\n",
	 SKL_ESYNTAX,
	 5,
	 10,
	 {"'wpg:18-1/bpg:4-2-1-k'", "did you mean 'wpg:18-1/bpg:4-2-1-"}},
	{"unknown category far from all",
	 WITH("  never abracadabra"),
	 SKL_ESYNTAX,
	 11,
	 9,
	 {"'abracadabra'", "see schakel-policy(5)"}},
	{"any in an allow", WITH("  allow any"), SKL_ESYNTAX, 11, 9, {"every category"}},
	{"rule id", T_HEAD "rule lower \"r\"\nend\n", SKL_ESYNTAX, 4, 6, {"'lower'", "PV-01"}},
	{"duplicate id",
	 T_HEAD RULE("A-1") RULE("A-1"),
	 SKL_ESYNTAX,
	 14,
	 6,
	 {"'A-1'", "line 4", "twice"}},
	{"rule not closed",
	 T_HEAD "rule A-1 \"r\"\n  from police\n",
	 SKL_ESYNTAX,
	 6,
	 1,
	 {"A-1", "'end'"}},
	{"next rule in a rule",
	 T_HEAD "rule A-1 \"r\"\n  from police\nrule A-2 \"s\"\n",
	 SKL_ESYNTAX,
	 6,
	 1,
	 {"A-1", "'end'"}},
	{"a second from", WITH("  from om"), SKL_ESYNTAX, 11, 3, {"second 'from'", "commas"}},
	{"comma missing", WITH("  never bsn health"), SKL_ESYNTAX, 11, 13, {"'health'", "comma"}},
	{"strange sign", WITH("  never bsn; health"), SKL_ESYNTAX, 11, 12, {"sign", "quotes"}},
	{"control character", WITH("  weigh \"a\001b\""), SKL_ESYNTAX, 11, 11, {"control"}},
	{"column counts characters",
	 WITH("  weigh \"\xc3\xa9\xc3\xa9\" x"),
	 SKL_ESYNTAX,
	 11,
	 14,
	 {"'x'"}},
	{"stray word after rules",
	 T_HEAD RULE("A-1") "hello\n",
	 SKL_ESYNTAX,
	 14,
	 1,
	 {"'hello'", "'rule' or 'forbid'"}},
	{"no from",
	 T_HEAD "rule A-1 \"r\"\n kind police_report\n to veilig_thuis\n purpose stop_violence\n"
		" ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "from ROLE"}},
	{"no kind",
	 T_HEAD "rule A-1 \"r\"\n from police\n to veilig_thuis\n purpose stop_violence\n"
		" ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "kind KIND"}},
	{"no to",
	 T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n purpose stop_violence\n"
		" ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "to ROLE"}},
	{"no purpose",
	 T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"
		" ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "no purpose"}},
	{"no ground",
	 T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"
		" purpose stop_violence\n because \"b\"\n test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "no legal ground"}},
	{"no reason",
	 T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"
		" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n"
		" test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "because"}},
	{"no test",
	 T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"
		" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "no test"}},
	{"ground of another pair",
	 T_HEAD RULE_TO("A-1", "om"),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "cannot stand from police to om"}},
	{"purpose the ground does not carry",
	 T_HEAD "rule A-1 \"r\"\n from police\n kind police_report\n to veilig_thuis\n"
		" purpose prosecution\n ground wpg:18-1/bpg:4-2-1-i\n because \"b\"\n"
		" test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "prosecution"}},
	{"category the ground does not carry",
	 T_HEAD "rule A-1 \"r\"\n from veilig_thuis\n kind subject_request\n to local_team\n"
		" purpose inform_subject\n ground avg:6-1-c/12\n allow identity, incident\n"
		" because \"b\"\n test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "allows incident", "avg:6-1-c/12"}},
	{"consent towards the police",
	 T_HEAD "rule A-1 \"r\"\n from local_team\n kind progress\n to police\n"
		" purpose stop_violence\n ground consent\n consent required\n because \"b\"\n"
		" test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "consent", "Name the law"}},
	{"consent of the municipality",
	 T_HEAD "rule A-1 \"r\"\n from municipality\n kind progress\n to local_team\n"
		" purpose stop_violence\n ground consent\n consent required\n because \"b\"\n"
		" test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "consent"}},
	{"consent not asked for",
	 T_HEAD "rule A-1 \"r\"\n from local_team\n kind progress\n to shelter\n"
		" purpose stop_violence\n ground consent\n because \"b\"\n"
		" test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "consent required"}},
	{"overlap",
	 T_HEAD RULE("A-1") RULE("A-2"),
	 SKL_EINVAL,
	 14,
	 1,
	 {"A-2", "police_report", "together-with A-1"}},
	{"together with nobody",
	 WITH("  together-with A-2"),
	 SKL_EINVAL,
	 4,
	 1,
	 {"'A-2'", "no rule", "did you mean A-1"}},
	{"claim without names",
	 WITH("  when claimed unsafety acute"),
	 SKL_EINVAL,
	 4,
	 1,
	 {"A-1", "user-ref, human-check"}},
	{"claim not marked",
	 WITH("  when urgency acute"),
	 SKL_ESYNTAX,
	 11,
	 8,
	 {"'claimed urgency'"}},
	{"break-glass not marked as a claim",
	 WITH("  when break-glass"),
	 SKL_ESYNTAX,
	 11,
	 8,
	 {"'claimed break-glass'", "user-ref, human-check"}},
	{"a prohibition that break-glass ends",
	 T_HEAD RULE("A-1") "forbid F-1 \"f\"\n  when no-break-glass\nend\n",
	 SKL_ESYNTAX,
	 15,
	 8,
	 {"'no-break-glass'", "a condition"}},
	{"conditions that exclude each other",
	 WITH("  when unsafety acute and unsafety none"),
	 SKL_ESYNTAX,
	 11,
	 0,
	 {"exclude each other"}},
	{"acute for a kind that is never",
	 T_HEAD "rule A-1 \"r\"\n from veilig_thuis\n kind feedback\n to police\n"
		" purpose stop_violence\n ground wmo:4-1-1-2-e\n"
		" needs human-check (acute: repair within 24 hours)\n because \"b\"\n"
		" test \"t\" permitted\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"feedback", "emergency list"}},
	{"term without unit",
	 WITH("  clock feedback within 10 moons"),
	 SKL_ESYNTAX,
	 11,
	 28,
	 {"'moons'", "weeks"}},
	{"test of an unknown outcome",
	 WITH("  test \"x\" allowed"),
	 SKL_ESYNTAX,
	 11,
	 12,
	 {"'allowed'", "outcomes"}},
	{"test of an unknown word",
	 WITH("  test \"x\" cut hasx bsn"),
	 SKL_ESYNTAX,
	 11,
	 16,
	 {"'hasx'", "did you mean 'has'?"}},
	{"test of an unknown category",
	 WITH("  test \"x\" cut has bns"),
	 SKL_ESYNTAX,
	 11,
	 20,
	 {"'bns'", "did you mean 'bsn'?"}},
	{"test like nothing", WITH("  test \"x\" cut like A-9"), SKL_ESYNTAX, 11, 21, {"'A-9'"}},
	{"qualifier without section",
	 WITH("  test \"x\" cut source-law wpg-9"),
	 SKL_ESYNTAX,
	 11,
	 16,
	 {"has CATEGORY"}},
	{"consent of another sort",
	 WITH("  consent maybe"),
	 SKL_ESYNTAX,
	 11,
	 11,
	 {"'maybe'", "required"}},
	{"competence of another sort",
	 WITH("  when recipient able"),
	 SKL_ESYNTAX,
	 11,
	 18,
	 {"'able'", "not-competent"}},
	{"no condition", WITH("  when maybe"), SKL_ESYNTAX, 11, 8, {"'maybe'", "a condition"}},
	{"claim of what no sender knows",
	 WITH("  when claimed after police_report"),
	 SKL_ESYNTAX,
	 11,
	 16,
	 {"'after'", "claimed"}},
	{"need of another sort", WITH("  needs luck"), SKL_ESYNTAX, 11, 9, {"'luck'", "marks"}},
	{"bracket not closed",
	 WITH("  needs marks (acute: repair within 2 hours"),
	 SKL_ESYNTAX,
	 11,
	 0,
	 {"end of the line", "')'"}},
	{"friend that is a text",
	 WITH("  together-with \"A-2\""),
	 SKL_ESYNTAX,
	 11,
	 17,
	 {"the id of another rule"}},
	{"test with a text",
	 WITH("  test \"x\" cut \"y\""),
	 SKL_ESYNTAX,
	 11,
	 16,
	 {"a word of the test language"}},
	{"term out of range",
	 WITH("  clock feedback within 1001 days"),
	 SKL_ESYNTAX,
	 11,
	 25,
	 {"'1001'", "1000"}},
	{"wpg-15",
	 WITH("  never any older-than wpg-15"),
	 SKL_ESYNTAX,
	 11,
	 24,
	 {"'wpg-15'", "wpg-14"}},
	{"four questions",
	 WITH("  weigh \"1\"\n  weigh \"2\"\n  weigh \"3\"\n  weigh \"4\""),
	 SKL_ELIMIT,
	 14,
	 9,
	 {"questions to weigh"}},
	{"nine clocks",
	 WITH("  clock ban, ban, ban, ban, ban, ban, ban, ban, ban"),
	 SKL_ELIMIT,
	 11,
	 0,
	 {"clocks"}},
	{"nine duties",
	 WITH("  duty feedback, feedback, feedback, feedback, feedback, feedback, feedback, "
	      "feedback, "
	      "feedback"),
	 SKL_ELIMIT,
	 11,
	 0,
	 {"duties"}},
	{"nine friends",
	 WITH("  together-with B, B, B, B, B, B, B, B, B"),
	 SKL_ELIMIT,
	 11,
	 0,
	 {"together-with"}},
	{"forbid that allows",
	 T_HEAD "forbid A-1 \"r\"\n  allow identity\nend\n",
	 SKL_ESYNTAX,
	 5,
	 3,
	 {"'allow'"}},
	{"forbid of everything",
	 T_HEAD "forbid A-1 \"r\"\n because \"b\"\n test \"t\" cut\nend\n",
	 SKL_EINVAL,
	 4,
	 1,
	 {"forbids every message"}},
	{"forbid with a test of its own",
	 T_HEAD "forbid A-1 \"r\"\n never bsn\n because \"b\"\n test \"t\" cut has bsn\nend\n",
	 SKL_EINVAL,
	 7,
	 0,
	 {"like RULE-ID"}},
};

static void bad_input_says_where_and_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(bad); i++) {
		struct skl_policy *policy = NULL;
		struct skl_error error;
		enum skl_err err = t_load_view(skl_view_str(bad[i].text), &policy, &error);

		if (err != bad[i].err || error.code != bad[i].err)
			fail_msg("%s: %s, not %s: %s", bad[i].name, skl_err_name(err),
				 skl_err_name(bad[i].err), error.text);
		assert_null(policy);
		if (error.line != bad[i].line || (bad[i].column && error.column != bad[i].column))
			fail_msg("%s: at %u:%u, not %u:%u: %s", bad[i].name, error.line,
				 error.column, bad[i].line, bad[i].column, error.text);
		for (size_t s = 0; s < SKL_COUNT(bad[i].says) && bad[i].says[s]; s++)
			if (!strstr(error.text, bad[i].says[s]))
				fail_msg("%s: \"%s\" is not in: %s", bad[i].name, bad[i].says[s],
					 error.text);
	}
}

/* A file, a word, a text, a number of rules that is too much. */
static void caps_hold(void **state)
{
	struct skl_policy_file files[SKL_POLICY_FILES_MAX + 1];
	struct skl_policy *policy = NULL;
	struct skl_error error = {0};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 4u << 20);
	while (buf.len <= SKL_POLICY_FILE_BYTES_MAX)
		skl_buf_add_str(&buf, "# a comment of some length\n");
	assert_int_equal(t_load_view(skl_buf_view(&buf), &policy, &error), SKL_ETOOLARGE);
	assert_non_null(strstr(error.text, "1 MiB"));

	skl_buf_clear(&buf);
	skl_buf_add_str(&buf, T_HEAD);
	for (unsigned i = 0; i <= SKL_POLICY_RULES_MAX; i++)
		skl_buf_addf(&buf,
			     "forbid F-%u \"r\"\n never bsn\n because \"b\"\n"
			     " test \"t\" cut like F-0\nend\n",
			     i);
	assert_int_equal(t_load_view(skl_buf_view(&buf), &policy, &error), SKL_ELIMIT);
	assert_non_null(strstr(error.text, "1024 rules"));

	skl_buf_clear(&buf);
	skl_buf_add_str(&buf, "agreement \"");
	for (unsigned i = 0; i <= 500; i++)
		skl_buf_add_u8(&buf, 'x');
	skl_buf_add_str(&buf, "\"");
	assert_int_equal(t_load_view(skl_buf_view(&buf), &policy, &error), SKL_ESYNTAX);
	assert_non_null(strstr(error.text, "500 bytes"));

	skl_buf_clear(&buf);
	for (unsigned i = 0; i < 200; i++)
		skl_buf_add_u8(&buf, 'x');
	assert_int_equal(t_load_view(skl_buf_view(&buf), &policy, &error), SKL_ESYNTAX);
	assert_non_null(strstr(error.text, "127 bytes"));

	skl_buf_clear(&buf);
	skl_buf_add_str(&buf, T_HEAD "rule A-1 \"r\"\n allow bsn");
	for (unsigned i = 0; i < 60; i++)
		skl_buf_add_str(&buf, ", bsn");
	skl_buf_add_str(&buf, "\nend\n");
	assert_int_equal(t_load_view(skl_buf_view(&buf), &policy, &error), SKL_ELIMIT);
	assert_non_null(strstr(error.text, "Split the rule"));
	skl_buf_done(&buf);

	for (size_t i = 0; i < SKL_COUNT(files); i++)
		files[i] = (struct skl_policy_file){"t.rules", {NULL, 0}};
	assert_int_equal(skl_policy_load(files, SKL_COUNT(files), &t_opts, &policy, &error),
			 SKL_ELIMIT);
	assert_int_equal(skl_policy_load(files, 2, &t_opts, &policy, &error), SKL_EEXISTS);
	assert_int_equal(skl_policy_load(files, 0, &t_opts, &policy, &error), SKL_EINVAL);
	files[0].name = "a b.rules";
	assert_int_equal(skl_policy_load(files, 1, &t_opts, &policy, &error), SKL_EINVAL);
	assert_null(policy);
}

/* EXAMPLE rules are for a test environment; ids are unique over all files. */
static void examples_and_ids_across_files(void **state)
{
	const struct skl_policy_opts production = {SKL_ENVIRONMENT_PRODUCTION, T_NOW_MS};
	const struct skl_policy_opts nowhere = {0, T_NOW_MS};
	const struct skl_policy_file one = {"one.rules", skl_view_str(T_HEAD RULE("A-1"))};
	const struct skl_policy_file two[] = {one, {"two.rules", one.text}};
	struct skl_policy *policy = NULL;
	struct skl_error error = {0};

	(void)state;
	assert_int_equal(skl_policy_load(&one, 1, &production, &policy, &error), SKL_EDENIED);
	assert_non_null(strstr(error.text, "EXAMPLE"));
	assert_int_equal(skl_policy_load(&one, 1, &nowhere, &policy, &error), SKL_EDENIED);
	assert_int_equal(skl_policy_load(two, 2, &t_opts, &policy, &error), SKL_ESYNTAX);
	assert_non_null(strstr(error.text, "two.rules: rule 'A-1'"));
	assert_non_null(strstr(error.text, "one.rules"));
	assert_null(policy);
}

/* Cut short anywhere, or with one byte that cannot be: loaded or refused, with a place; never more.
 */
static void any_cut_and_any_odd_byte(void **state)
{
	struct skl_buf text;
	size_t loaded = 0;

	(void)state;
	t_read("tests/fuzz/policy.in/rules-all", &text);
	for (size_t at = 1; at < text.len; at++) {
		uint8_t kept = text.data[at];
		struct skl_policy *policy;
		struct skl_error error;
		enum skl_err err = t_load_view(skl_view_of(text.data + 1, at - 1), &policy, &error);

		assert_true((err == SKL_OK) == (policy != NULL));
		assert_true(err == SKL_OK || (error.code == err && error.line > 0));
		loaded += err == SKL_OK;
		skl_policy_free(policy);

		text.data[at] = 0x01;
		err = t_load_view(skl_view_of(text.data + 1, text.len - 1), &policy, &error);
		text.data[at] = kept;
		assert_true((err == SKL_OK) == (policy != NULL));
		assert_true(err == SKL_OK || (error.code == err && error.line > 0));
		skl_policy_free(policy);
	}
	/* whole after the head of the agreement, and after its last rule */
	assert_true(loaded > 0 && loaded < 100);
	skl_buf_done(&text);
}

/* Two agreements may open the same only one after the other. */
static void old_and_new_version_do_not_overlap(void **state)
{
	static const char old_text[] = "agreement \"T\" version 1 status EXAMPLE\n"
				       "owner \"o\" approved-by \"a\"\n"
				       "valid 2026-01-01 .. 2026-06-30\n" RULE("A-1");
	static const char new_text[] = "agreement \"T\" version 2 status EXAMPLE\n"
				       "owner \"o\" approved-by \"a\"\n"
				       "valid 2026-07-01 .. 2026-12-31\n" RULE("A-2");
	static const char early_text[] = "agreement \"T\" version 2 status EXAMPLE\n"
					 "owner \"o\" approved-by \"a\"\n"
					 "valid 2026-06-30 .. 2026-12-31\n" RULE("A-2");
	struct skl_policy_file files[] = {{"old.rules", skl_view_str(old_text)},
					  {"new.rules", skl_view_str(new_text)}};
	struct skl_policy *policy = NULL;
	struct skl_error error = {0};

	(void)state;
	assert_int_equal(skl_policy_load(files, 2, &t_opts, &policy, &error), SKL_OK);
	skl_policy_free(policy);
	policy = NULL;
	files[1].text = skl_view_str(early_text);
	assert_int_equal(skl_policy_load(files, 2, &t_opts, &policy, &error), SKL_EINVAL);
	assert_null(policy);
}

/* The example of the design, word for word in its clauses. */
static void the_design_sample_loads_and_passes(void **state)
{
	static const char text[] =
		"agreement \"Samenwerkingsafspraken politie, Veilig Thuis, OM\"  version 3   "
		"status "
		"EXAMPLE\n"
		"owner     \"jurist regio\"   approved-by \"functionaris gegevensbescherming\"\n"
		"valid     2026-01-01 .. 2026-12-31\n"
		"\n"
		"rule PV-01 \"Police report goes to Veilig Thuis\"\n"
		"  from      police\n"
		"  kind      police_report\n"
		"  to        veilig_thuis\n"
		"  purpose   stop_violence\n"
		"  ground    wpg:18-1/bpg:4-2-1-i\n"
		"  consent   not-needed because \"statutory task of Veilig Thuis\"\n"
		"  when      recipient competent\n"
		"  allow     identity, contact, household, incident, red_flags, measures, child\n"
		"  never     bsn about third_person, any source-law wpg-9 wpg-10, any older-than "
		"wpg-14\n"
		"  may-know  unsafety, phase\n"
		"  needs     marks, human-check   (acute: repair within 24 hours)\n"
		"  clock     feedback\n"
		"  duty      account-for-disclosure, inform-subject within 4 weeks unless sealed\n"
		"  because   \"Veilig Thuis must weigh safety on facts as seen and heard\"\n"
		"  test \"ordinary report\"     permitted  unsafety structural  has identity "
		"incident\n"
		"  test \"investigation data\"  cut        has incident source-law wpg-9   "
		"expect-cut incident\n"
		"  test \"other region\"        denied_no_rule   recipient not-competent\n"
		"end\n";
	struct skl_policy *policy = t_load(text);
	uint32_t reached[1];

	(void)state;
	assert_int_equal(skl_policy_rule_count(policy), 1);
	assert_string_equal(skl_policy_rule_id(policy, 0), "PV-01");
	assert_string_equal(skl_policy_rule_agreement(policy, 0),
			    "Samenwerkingsafspraken politie, Veilig Thuis, OM");
	assert_true(skl_policy_is_example(policy));
	assert_int_equal(skl_policy_test(policy, NULL, NULL, reached), 0);
	assert_int_equal(reached[0], 2); /* the two that deliver; the third finds no rule */
	skl_policy_free(policy);
}

static void line_ends_comments_and_commas(void **state)
{
	static const char text[] =
		"# comment\r\n\r\n"
		"agreement \"T\" version 1 status APPROVED # no example\r\n"
		"owner \"o\" approved-by \"a\"\r\nvalid 2026-01-01..2026-12-31\r\n\r\n"
		"rule A-1 \"r\"\r\n  from police, # who\r\n     om\r\n  kind "
		"prosecution_decision\r\n"
		"  to zvh\r\n  purpose prosecution\r\n  ground wgs:1-5\r\n"
		"  allow criminal,\r\n\r\n    # more\r\n    measures\r\n  because \"b\"\r\n"
		"  test \"t\" permitted\r\nend";
	struct skl_policy *policy = t_load(text);

	(void)state;
	assert_false(skl_policy_is_example(policy));
	assert_int_equal(skl_policy_test(policy, NULL, NULL, NULL), 0);
	skl_policy_free(policy);
}

struct findings {
	unsigned count;
	unsigned kinds;
	bool has_end;
	bool has_begin;
};

static void count_finding(void *arg, const char *file, unsigned line, const char *text)
{
	struct findings *findings = arg;

	(void)file;
	(void)line;
	findings->count++;
	for (const char *at = strstr(text, "no rule permits"); at; at = strchr(at + 1, ','))
		findings->kinds++;
	findings->has_end |= strstr(text, "ends in 10 days") != NULL;
	findings->has_begin |= strstr(text, "not valid yet") != NULL;
}

static void findings_name_kinds_and_terms(void **state)
{
	struct skl_policy *policy = t_load(T_HEAD RULE("A-1"));
	struct findings findings = {0};
	int64_t end_ms = 0;

	(void)state;
	skl_policy_findings(policy, T_NOW_MS, count_finding, &findings);
	assert_int_equal(findings.kinds, skl_code_count(SKL_LIST_KIND) - 1);
	assert_int_equal(findings.count, 2); /* and that there is no region */
	assert_int_equal(skl_date_parse(skl_view_str("2026-12-22"), &end_ms), SKL_OK);
	skl_policy_findings(policy, end_ms, count_finding, &findings);
	assert_true(findings.has_end);
	skl_policy_findings(policy, 0, count_finding, &findings);
	assert_true(findings.has_begin);
	skl_policy_free(policy);
}

static void accessors_are_total(void **state)
{
	struct skl_policy *policy =
		t_load(WITH("  weigh \"one?\"\n  weigh \"two?\"\n  weigh \"three?\""));

	(void)state;
	assert_string_equal(skl_policy_rule_title(policy, 0), "r");
	assert_string_equal(skl_policy_rule_because(policy, 0), "b");
	assert_string_equal(skl_policy_rule_weigh(policy, 0, 2), "three?");
	assert_null(skl_policy_rule_weigh(policy, 0, 3));
	assert_null(skl_policy_rule_weigh(policy, 1, 0));
	assert_string_equal(skl_policy_rule_id(policy, 1), "");
	assert_string_equal(skl_policy_rule_id(policy, SKL_POLICY_NO_RULE), "");
	assert_string_equal(skl_policy_rule_title(NULL, 0), "");
	assert_int_equal(skl_policy_rule_count(NULL), 0);
	skl_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_input_says_where_and_what),
		cmocka_unit_test(caps_hold),
		cmocka_unit_test(examples_and_ids_across_files),
		cmocka_unit_test(any_cut_and_any_odd_byte),
		cmocka_unit_test(old_and_new_version_do_not_overlap),
		cmocka_unit_test(the_design_sample_loads_and_passes),
		cmocka_unit_test(line_ends_comments_and_commas),
		cmocka_unit_test(findings_name_kinds_and_terms),
		cmocka_unit_test(accessors_are_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
