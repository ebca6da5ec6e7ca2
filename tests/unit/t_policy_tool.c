/* SPDX-License-Identifier: EUPL-1.2 */
/* schakel-policy as a person runs it: output and exit status. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skl_hash.h"
#include "skl_text.h"
#include "t_policy.h"

#define ARGS_MAX 40

/* Run the tool with words split at blanks ("@" stands for the shipped rules, "~" for a blank in a
 * word, "%" for the scratch folder); its output, both streams, in *out. Returns its status. */
static int run(const char *line, struct skl_buf *out)
{
	const char *bin = getenv("BIN");    /* NOLINT(concurrency-mt-unsafe): one thread */
	const char *src = getenv("SRC");    /* NOLINT(concurrency-mt-unsafe): one thread */
	const char *tmp = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char program[2048], rules[2048], words[ARGS_MAX][2048];
	char *args[ARGS_MAX + 2] = {program};
	char bytes[4096];
	int ends[2], status = 0, count = 0;
	ssize_t got;
	pid_t child;

	(void)snprintf(program, sizeof(program), "%s/schakel-policy",
		       bin ? bin : "build/release/bin");
	(void)snprintf(rules, sizeof(rules), "%s/policy/rules", src ? src : ".");
	while (*line && count < ARGS_MAX) {
		size_t len = strcspn(line, " ");
		size_t at = 0;

		for (size_t i = 0; i < len && at < 1000; i++) {
			const char *put = line[i] == '@' ? rules : line[i] == '%' ? tmp : NULL;

			if (put)
				at += (size_t)snprintf(words[count] + at, 1000, "%s", put);
			else
				words[count][at++] = line[i] == '~' ? ' ' : line[i];
		}
		words[count][at] = 0;
		args[count + 1] = words[count];
		count++;
		line += len + (line[len] == ' ');
	}
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)dup2(ends[1], STDERR_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		(void)execv(program, args);
		_exit(127);
	}
	(void)close(ends[1]);
	skl_buf_clear(out);
	while ((got = read(ends[0], bytes, sizeof(bytes))) > 0)
		skl_buf_add(out, bytes, (size_t)got);
	(void)close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void write_rules(const char *name, const char *text)
{
	const char *tmp = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char path[2048];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", tmp, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	if (!file)
		return;
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#define RULE(title, more) "rule A-1" REST(title, more)
#define REST(title, more)                                                                          \
	" \"" title "\"\n from police\n kind police_report\n to veilig_thuis\n"                    \
	" purpose stop_violence\n ground wpg:18-1/bpg:4-2-1-i\n"                                   \
	" allow identity, incident" more "\n because \"b\"\n"
#define GOOD  RULE("r", "")
#define WIDER RULE("r", ", household")

/* An entry of a report with household, as schakel-audit exports it: decided by one.rules. */
static void add_entry(struct skl_buf *out, unsigned index, const char *words, const char *outcome,
		      bool has_household)
{
	struct skl_policy *policy = NULL;
	struct skl_policy_request request = t_request(words);
	struct skl_decision decision;
	struct skl_view bundle;
	struct skl_buf input;
	uint8_t digest[32];
	char hex[2 * SKL_POLICY_REQUEST_BYTES_MAX + 1];
	struct skl_policy_file file = {"one.rules",
				       skl_view_str(T_HEAD GOOD " test \"t\" permitted\nend\n")};
	struct skl_error error = {0};

	assert_int_equal(skl_policy_load(&file, 1, &t_opts, &policy, &error), SKL_OK);
	bundle = skl_policy_bundle(policy);
	skl_hash_prefixed("schakel/v1 policy\n", bundle, digest);
	skl_hex_encode(skl_view_of(digest, 32), hex);
	skl_buf_addf(out,
		     "{\"index\":%u,\"proven\":true,\"entry\":{\"sender\":\"politie\","
		     "\"recipient\":\"vt/desk\",\"outcome\":\"%s\",\"policy_digest\":\"%s\"},"
		     "\"details\":[{\"part\":0,\"detail\":{\"id\":\"%032x\",\"rules\":[\"A-1\"],"
		     "\"sections\":[",
		     index, outcome, hex, index);
	if (has_household) {
		skl_policy_free(policy);
		file.text = skl_view_str(T_HEAD WIDER " test \"t\" permitted\nend\n");
		assert_int_equal(skl_policy_load(&file, 1, &t_opts, &policy, &error), SKL_OK);
	}
	skl_policy_decide(policy, NULL, &request, &decision);
	assert_int_equal(decision.section_count, 3);
	for (uint32_t i = 0; i < request.section_count; i++)
		skl_buf_addf(out, "%s{\"number\":%u%s}", i ? "," : "",
			     (unsigned)request.sections[i].number,
			     i < 2 || has_household
				     ? ",\"delivered\":true,\"rule\":\"A-1\""
				     : ",\"reason\":\"CUT_REASON_CATEGORY_NOT_ALLOWED\"");
	skl_buf_init(&input, SKL_POLICY_REQUEST_BYTES_MAX);
	skl_policy_request_encode(&request, &input);
	skl_hex_encode(skl_buf_view(&input), hex);
	skl_buf_addf(out, "],\"decision_input\":\"%s\"", hex);
	skl_buf_clear(&input);
	skl_policy_output_encode(&decision, &input);
	skl_hex_encode(skl_buf_view(&input), hex);
	skl_buf_addf(out, ",\"decision_output\":\"%s\"}}]}\n", hex);
	skl_buf_done(&input);
	skl_policy_free(policy);
}

/* The same with one thing changed in it. */
static void write_changed(const char *name, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	struct skl_buf out;

	assert_non_null(at);
	if (!at)
		return;
	skl_buf_init(&out, 65536);
	skl_buf_add(&out, text, (size_t)(at - text));
	skl_buf_add_str(&out, to);
	skl_buf_add_str(&out, at + strlen(from));
	write_rules(name, skl_buf_str(&out));
	skl_buf_done(&out);
}

static void write_exports(void)
{
	struct skl_buf out;

	skl_buf_init(&out, 65536);
	skl_buf_add_str(&out, "{\"index\":1,\"entry\":{\"kind\":\"ENTRY_POLICY_LOAD\"}}\n");
	add_entry(&out, 7, T_REPORT "household", "OUTCOME_CUT", false);
	write_rules("past.json", skl_buf_str(&out));
	write_changed("reason.json", skl_buf_str(&out), "CATEGORY_NOT_ALLOWED", "PURPOSE_MISMATCH");
	write_changed("rule.json", skl_buf_str(&out), "\"rules\":[\"A-1\"]", "\"rules\":[]");
	write_changed("silent.json", skl_buf_str(&out), "_ALLOWED\"", "_ALLOWED\",\"silent\":true");
	/* a section may be told less of: nothing but the engine's own bytes has that */
	write_changed("output.json", skl_buf_str(&out), "4\"}}]}", "0\"}}]}");
	write_changed("short.json", skl_buf_str(&out), "04\"}}]}", "\"}}]}");
	write_changed("old.json", skl_buf_str(&out), "decision_output", "decision_older");
	skl_buf_clear(&out);
	add_entry(&out, 8, T_REPORT "household", "OUTCOME_PERMITTED", true);
	write_rules("other.json", skl_buf_str(&out));
	skl_buf_add_str(&out, "{\"index\":9,\n");
	write_rules("cut.json", skl_buf_str(&out));
	write_rules("empty.json", "\n");
	skl_buf_done(&out);
}

#define REGION(feedback, times, ban, cell)                                                         \
	"region \"R\" version 1 status EXAMPLE\nowner \"o\" approved-by \"a\"\n"                   \
	"valid 2026-01-01 .. 2099-12-31\nterms \"t\"\n  clock " feedback "\n"                      \
	"  stable-safety " times " times, 4 weeks apart\n  warn after 8" times " percent\n"        \
	"  because \"b\"\nend\n"                                                                   \
	"triage \"t\"\n  at house_ban director " ban "\n"                                          \
	"  at first_signal long_term_care director " cell "\n  because \"b\"\nend\n"

struct row {
	const char *line;
	int status;
	const char *says[4];
};

#define ASK                                                                                        \
	"from=police kind=police_report to=veilig_thuis purpose=stop_violence "                    \
	"ground=wpg:18-1/bpg:4-2-1-i has=identity,incident"

static const struct row rows[] = {
	{"check -q -n 2026-06-15 @", 0, {"VOORBEELD", "ok: 18 files, 146 rules, digest "}},
	{"check -n 2026-06-15 @", 0, {"note: no rule permits", "audit_query"}},
	{"check -n 2030-01-01 @", 1, {"algemene-grenzen.rules:", "no longer valid"}},
	{"check -e production -n 2026-06-15 @", 1, {"EXAMPLE", "Have a lawyer check"}},
	{"test -q @", 0, {"0 failed; 146 of 146 rules reached"}},
	{"test @", 0, {"ok      PV-01 andere regio"}},
	{"check %/bad.rules", 1, {"/bad.rules:2:1: ", "'oner'"}},
	{"test -q --mutate -n 2026-06-15 @", 0, {"0 failed", "without effect, 0 not noticed\n"}},
	{"test --mutate -n 2026-06-15 @", 0, {"note: PV-21 without allow feedback: exactly"}},
	{"test --mutate -n 2026-06-15 %/two.rules",
	 1,
	 {"not ok  A-1 without allow household: no test notices\n        two.rules:4: less would "
	  "go\n"
	  "    explain -n 2026-",
	  "4 changes: 3 noticed by a test, 0 without effect, 1 not noticed\n"}},
	{"test -q -n 2026-06-15 %/failing.rules",
	 1,
	 {"not ok  A-1 t", "expected denied_no_rule, got permitted", "1 failed"}},
	{"test -q -n 2026-06-15 %/unreached.rules", 1, {"A-1 is reached by no test"}},
	{"check", 2, {"name the rules"}},
	{"check %/nothing.rules", 3, {"nothing.rules: No such file"}},
	{"check %/empty", 3, {"no *.rules"}},
	{"fmt %/failing.rules", 0, {"\nrule A-1 \"r\"\n  from      police\n"}},
	{"fmt -q %/failing.rules", 1, {"/failing.rules\n"}},
	{"fmt %/open.rules", 1, {"/open.rules:1:13: ", "Put a \""}},
	{"diff @ @", 0, {"0 nieuw, 0 niet meer verstrekt; 0 termijnen of regie anders"}},
	{"diff %/region-a.rules %/region-b.rules",
	 0,
	 {"anders: klok feedback: was 10 dagen, wordt 14 dagen\n"}},
	{"diff -l en %/region-a.rules %/region-b.rules",
	 0,
	 {"changed: clock feedback: was 10 days, becomes 14 days\n",
	  "changed: stable safety: was 3 times, 4 weeks, becomes 4 times, 4 weeks\n"
	  "changed: warning after: was 83 %, becomes 84 %\n",
	  "changed: direction at first_signal, long_term_care: was local_team, becomes "
	  "veilig_thuis with ggd\n",
	  "0 newly disclosed, 0 no longer disclosed; 5 terms or direction changed\n"}},
	{"diff --html %/region-a.rules %/region-b.rules",
	 0,
	 {"<h2>Andere termijnen en regie</h2>\n",
	  "<li>regie bij een huisverbod: was veilig_thuis, wordt mda_plus</li>\n"}},
	{"fmt -q %/region-a.rules", 1, {"region-a.rules"}},
	{"check %/region-a.rules",
	 0,
	 {"note: region-a.rules:1: the triage table has no director in 14 of 15 cells: "
	  "first_signal "
	  "coercive_control, "}},
	{"check %/region-bad.rules", 1, {"region-bad.rules:5:9: 'feedbak' is not in the list"}},
	{"diff %/one.rules %/two.rules",
	 3,
	 {"nieuw: household gaat van police naar veilig_thuis in police_report, doel "
	  "stop_violence, "
	  "grond wpg:18-1/bpg:4-2-1-i (regel A-1)\n    explain -n ",
	  "1 nieuw, 0 niet meer verstrekt"}},
	{"diff -l en %/two.rules %/one.rules", 0, {"no longer: household goes", "0 newly"}},
	{"diff --html %/one.rules %/two.rules",
	 3,
	 {"<html lang=\"nl\">",
	  "<strong>1</strong> nieuw verstrekt, <strong>0</strong> niet meer verstrekt",
	  "<th scope=\"row\">huishouden <code>household</code></th>", "<p>Niets.</p>"}},
	{"diff --html -l en %/two.rules %/one.rules",
	 0,
	 {"<html lang=\"en\">", "<h2>Newly disclosed</h2>\n<p>Nothing.</p>", "<td>A-1 r<details>",
	  "</html>\n"}},
	{"diff --html %/one.rules %/odd.rules", 3, {"A-1 &lt;b&gt; &amp; c<details>"}},
	{"diff --html @ %/bad.rules", 1, {"bad.rules:2:1:"}},
	{"diff @", 2, {"Name the one in force, then the next"}},
	{"diff @ @ @", 2, {"compares two sets"}},
	{"diff @ %/bad.rules", 1, {"bad.rules:2:1:"}},
	{"diff @ %/nothing.rules", 1, {"No such file"}},
	{"replay --rules %/one.rules %/past.json",
	 0,
	 {"1 beslissingen: 1 gelijk, 0 ruimer, 0 nauwer, 0 anders, 0 onleesbaar\n"}},
	{"replay --rules %/one.rules %/old.json", 0, {"1 beslissingen: 1 gelijk"}},
	{"replay --rules %/one.rules %/short.json", 1, {"0 anders, 1 onleesbaar"}},
	{"replay --rules %/one.rules %/reason.json",
	 1,
	 {"7: politie -> vt/desk, police_report: anders: household reason was purpose_mismatch, "
	  "wordt category_not_allowed\n",
	  "dit besliste dezelfde regelset", "0 nauwer, 1 anders"}},
	{"replay --rules %/one.rules %/rule.json", 1, {"anders: regels was -, wordt A-1\n"}},
	{"replay -l en --rules %/one.rules %/silent.json",
	 1,
	 {"otherwise: household cut was silent, becomes told\n"}},
	{"replay --rules %/one.rules %/output.json", 1, {"anders: de beslissing zelf\n"}},
	{"replay -l en --rules %/named.rules %/past.json",
	 0,
	 {"otherwise: rules was A-1, becomes A-2; identity rule was A-1, becomes A-2; incident "
	  "rule was A-1, becomes A-2\n",
	  "1 decisions: 0 the same, 0 wider, 0 narrower, 1 otherwise"}},
	{"replay -l en --rules %/never.rules %/past.json",
	 0,
	 {"otherwise: ", "household reason was category_not_allowed, becomes "}},
	{"replay -l en --rules %/duty.rules %/past.json", 0, {"otherwise: duties\n"}},
	{"replay --rules %/clock.rules %/past.json", 0, {"anders: klokken\n"}},
	{"replay -l en --rules %/knows.rules %/past.json",
	 3,
	 {"wider (was cut, becomes cut) fact unsafety event director\n"}},
	{"replay --rules %/two.rules %/past.json",
	 3,
	 {"7: politie -> vt/desk, police_report: ruimer (was cut, wordt permitted) household\n"}},
	{"replay -l en --rules %/one.rules %/other.json",
	 1,
	 {"8: politie -> vt/desk, police_report: narrower (was permitted, becomes cut) household\n",
	  "the same set decided this", "1 decisions: 0 the same, 0 wider, 1 narrower"}},
	{"replay --rules %/two.rules %/past.json %/other.json", 3, {"2 beslissingen: 1 gelijk"}},
	{"replay --rules %/two.rules %/cut.json", 1, {"cut.json: after entry 8: "}},
	{"replay --rules %/two.rules %/empty.json", 1, {"0 beslissingen"}},
	{"replay --rules %/two.rules %/nothing.json", 1, {"No such file"}},
	{"replay --rules %/two.rules", 2, {"name the file"}},
	{"replay --rules %/bad.rules %/past.json", 1, {"bad.rules:2:1:"}},
	{"explain --rules @ --input=abc", 2, {"in hexadecimal"}},
	{"matrix %/two.rules",
	 0,
	 {"police: police_report to veilig_thuis: identity, household, incident\n"}},
	{"matrix @",
	 0,
	 {"veilig_thuis: report_receipt to police: no section\n", "klok feedback: 10 dagen\n",
	  "regie bij repeated_or_serious, coercive_control: zvh met ",
	  "regie bij acute_or_structural, complex_divorce: niemand\n"}},
	{"matrix --csv %/one.rules",
	 0,
	 {"sender,kind,recipient,categories\n"
	  "police,police_report,veilig_thuis,identity incident\n"}},
	{"matrix --html %/one.rules",
	 0,
	 {"VOORBEELD - niet juridisch getoetst", "<h2>Van politie <code>police</code></h2>",
	  "<li>incident <code>incident</code></li>", "</html>\n"}},
	{"matrix --html @", 0, {"<td>geen onderdelen; het bericht zelf</td>"}},
	{"matrix --csv --html @", 2, {"not both"}},
	{"matrix %/bad.rules", 1, {"bad.rules:2:1:"}},
	{"frobnicate @", 2, {"no command frobnicate"}},
	{"", 2, {"usage:"}},
	{"--help", 0, {"usage: schakel-policy check"}},
	{"--version", 0, {"schakel-policy "}},
	{"check --nonsense @", 2, {"usage:"}},
	{"check -n yesterday @", 2, {"yesterday"}},
	{"check -e staging @", 2, {"staging"}},
	{"explain -l fr --rules @", 2, {"nl or en"}},
	{"explain -n 2026-06-15 --rules @ " ASK,
	 0,
	 {"uitkomst: permitted", "regel PV-01", "Verstuurd naar Veilig Thuis", "Sent to Veilig"}},
	{"explain -n 2026-06-15 --rules @ " ASK " has household source-law=wpg-9",
	 0,
	 {"uitkomst: cut", "household (huishouden): eruit, source_law", "regel AG-03"}},
	{"explain -n 2026-06-15 -l en --recipient=VT~Noord --competent=VT~Zuid --phone=0800-2000 "
	 "--rules @ " ASK " recipient not-competent",
	 1,
	 {"outcome: denied_no_rule", "nearest rule: PV-01", "Niet verstuurd naar VT Noord",
	  "send to VT Zuid"}},
	{"explain -n 2026-06-15 --emergency --rules @ " ASK " urgency=acute acute-by no-check",
	 0,
	 {"beslist met de noodlijst", "uitkomst: permitted"}},
	{"explain -n 2026-06-15 --emergency --rules @ " ASK, 1, {"policy_unreadable"}},
	{"explain -e production -n 2026-06-15 --rules @ " ASK, 1, {"EXAMPLE"}},
	{"explain --rules @ from=polise", 2, {"did you mean 'police'?"}},
};

static void commands(void **state)
{
	struct skl_buf out;

	(void)state;
	skl_buf_init(&out, 1u << 20);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		int status = run(rows[i].line, &out);

		if (status != rows[i].status)
			fail_msg("%s: status %d: %s", rows[i].line, status, skl_buf_str(&out));
		for (size_t s = 0; s < SKL_COUNT(rows[i].says) && rows[i].says[s]; s++)
			if (!strstr(skl_buf_str(&out), rows[i].says[s]))
				fail_msg("%s: \"%s\" is not in: %s", rows[i].line, rows[i].says[s],
					 skl_buf_str(&out));
	}
	skl_buf_done(&out);
}

static int set_up(void **state)
{
	static char scratch[] = "/tmp/t_policy_tool.XXXXXX";
	const char *tmp = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char path[2048];

	(void)state;
	if (!tmp) {
		if (!mkdtemp(scratch))
			return -1;
		if (setenv("TMPDIR", scratch, 1) != 0) /* NOLINT(concurrency-mt-unsafe) */
			return -1;
		tmp = scratch;
	}
	(void)snprintf(path, sizeof(path), "%s/empty", tmp);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	write_rules("bad.rules", "agreement \"T\" version 1 status EXAMPLE\noner \"o\"\n");
	write_rules("one.rules", T_HEAD GOOD " test \"t\" permitted\nend\n");
	write_rules("two.rules", T_HEAD WIDER " test \"t\" permitted\nend\n");
	write_rules("named.rules", T_HEAD "rule A-2" REST("r", "") " test \"t\" permitted\nend\n");
	write_rules("never.rules", T_HEAD GOOD " never household\n test \"t\" permitted\nend\n");
	write_rules("duty.rules", T_HEAD GOOD " duty inform-subject within 4 weeks\n"
					      " test \"t\" permitted\nend\n");
	write_rules("clock.rules",
		    T_HEAD GOOD " clock feedback within 5 days\n test \"t\" permitted\nend\n");
	write_rules("knows.rules", T_HEAD GOOD " may-know unsafety, event director\n"
					       " test \"t\" permitted\nend\n");
	write_rules("odd.rules",
		    T_HEAD RULE("<b> & c", ", household") " test \"t\" permitted\nend\n");
	write_rules("region-a.rules",
		    REGION("feedback within 10 days", "3", "veilig_thuis", "local_team"));
	write_rules("region-b.rules",
		    REGION("feedback within 14 days", "4", "mda_plus", "veilig_thuis with ggd"));
	write_rules("region-bad.rules",
		    REGION("feedbak within 14 days", "4", "mda_plus", "veilig_thuis"));
	write_exports();
	write_rules("open.rules", "agreement \"T\n");
	write_rules("failing.rules", T_HEAD GOOD " test \"t\" denied_no_rule\nend\n");
	write_rules("unreached.rules", T_HEAD GOOD " test \"t\" denied_no_rule to om\nend\n");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(commands)};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
