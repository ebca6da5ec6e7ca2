/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * schakel-policy - check, test, compare, print and explain rule files (schakel-policy(1)).
 */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_tool.h"

#ifndef SKL_VERSION
#define SKL_VERSION "unknown"
#endif

static const char usage_text[] =
	"usage: schakel-policy check [-q] [options] PATH ...\n"
	"       schakel-policy test [-q] [--mutate] [options] PATH ...\n"
	"       schakel-policy diff [--html] [options] PATH-BEFORE PATH-AFTER\n"
	"       schakel-policy fmt [-q] PATH ...\n"
	"       schakel-policy matrix [--csv | --html] [options] PATH ...\n"
	"       schakel-policy replay --rules PATH [options] FILE ...\n"
	"       schakel-policy explain --rules PATH [options] WORD ...\n"
	"       schakel-policy sign --key FILE [--next] [options] FOLDER\n"
	"       schakel-policy verify --signer SIDE:VKEY ... [options] FOLDER\n"
	"       schakel-policy --help | --version\n"
	"\n"
	"PATH is a rule file, or a folder of *.rules files.\n"
	"\n"
	"  check    read the rules, say what is wrong and where; print the digest\n"
	"  test     run the tests in the rules; name rules that no test reaches\n"
	"  diff     say what the second set newly discloses, and no longer discloses, to whom\n"
	"  fmt      print the rules in their canonical form\n"
	"  matrix   print which categories can go from whom to whom in which kind\n"
	"  replay   make old decisions again with these rules: what would go now, and went not,\n"
	"           or the other way about. FILE is an export of schakel-audit query --details\n"
	"           --json, or - for standard input\n"
	"  explain  decide one request and say why. WORD is key=value or a word of the\n"
	"           test language: from=police kind=police_report to=veilig_thuis\n"
	"           purpose=stop_violence ground=wpg:18-1/bpg:4-2-1-i has=identity,incident\n"
	"  sign     sign the statement about a folder of rules, rules.note in it\n"
	"  verify   are these the rules that two of the signers signed, one of either side?\n"
	"\n"
	"  -e, --environment=NAME  test (default) or production: EXAMPLE rules are refused\n"
	"  -n, --now=TIME          decide as at this time (2026-03-04T02:41:00Z); default: now\n"
	"  -q, --quiet             check: no notes; test: failures and totals only;\n"
	"                          fmt: only name the files that would change (exit 1)\n"
	"  -r, --rules=PATH        explain, replay: the rules; may be given more than once\n"
	"  -l, --language=LANG     diff, explain, replay, matrix: nl (default) or en\n"
	"      --mutate            test: take each thing out of each rule in turn; name what no\n"
	"                          test notices\n"
	"      --csv               matrix: as comma-separated values\n"
	"      --html              diff, matrix: as a page for a browser\n"
	"      --emergency         explain: decide with the emergency list alone\n"
	"      --key=FILE          sign: the secret key, of schakel-keys generate --registrar\n"
	"      --next              sign: begin the statement that follows the one in the folder\n"
	"      --signer=SIDE:VKEY  verify: who may sign; SIDE is care or justice\n"
	"      --input=HEX         explain: the decision_input of an entry of the trail\n"
	"      --recipient=NAME    explain: the recipient's name in the texts\n"
	"      --competent=NAME    explain: who is competent instead\n"
	"      --phone=NUMBER      explain: whom to call\n"
	"  -h, --help              show this\n"
	"  -V, --version           show the version\n"
	"\n"
	"Exit status: 0 done, 1 the answer is no, 2 usage, 3 could not read;\n"
	"of diff and replay: 0 nothing wider, 1 not compared, 2 usage, 3 wider.\n";

enum {
	OPT_RECIPIENT = 256,
	OPT_COMPETENT,
	OPT_PHONE,
	OPT_EMERGENCY,
	OPT_CSV,
	OPT_HTML,
	OPT_MUTATE,
	OPT_KEY,
	OPT_NEXT,
	OPT_SIGNER,
	OPT_INPUT,
};

static const struct option long_options[] = {
	{"environment", required_argument, NULL, 'e'},
	{"now", required_argument, NULL, 'n'},
	{"quiet", no_argument, NULL, 'q'},
	{"rules", required_argument, NULL, 'r'},
	{"language", required_argument, NULL, 'l'},
	{"csv", no_argument, NULL, OPT_CSV},
	{"html", no_argument, NULL, OPT_HTML},
	{"input", required_argument, NULL, OPT_INPUT},
	{"key", required_argument, NULL, OPT_KEY},
	{"next", no_argument, NULL, OPT_NEXT},
	{"signer", required_argument, NULL, OPT_SIGNER},
	{"mutate", no_argument, NULL, OPT_MUTATE},
	{"emergency", no_argument, NULL, OPT_EMERGENCY},
	{"recipient", required_argument, NULL, OPT_RECIPIENT},
	{"competent", required_argument, NULL, OPT_COMPETENT},
	{"phone", required_argument, NULL, OPT_PHONE},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int usage(const char *text, const char *value)
{
	skl_tool_say("%s%s%s. Try schakel-policy --help", text, value ? " " : "",
		     value ? value : "");
	return SKL_EXIT_USAGE;
}

static int set_environment(struct skl_tool_opts *opts, const char *value)
{
	opts->environment = (uint8_t)skl_code_number(SKL_LIST_ENVIRONMENT, skl_view_str(value));
	return opts->environment ? SKL_EXIT_OK
				 : usage("--environment is test or production, not", value);
}

static int set_language(struct skl_tool_opts *opts, const char *value)
{
	if (strcmp(value, "nl") != 0 && strcmp(value, "en") != 0)
		return usage("--language is nl or en, not", value);
	opts->language = value[0] == 'e' ? SKL_LANGUAGE_EN : SKL_LANGUAGE_NL;
	return SKL_EXIT_OK;
}

static int set_now(struct skl_tool_opts *opts, const char *value)
{
	if (skl_time_parse(skl_view_str(value), &opts->now_ms) != SKL_OK)
		return usage("--now is a time such as 2026-03-04T02:41:00Z, not", value);
	return SKL_EXIT_OK;
}

static int add_rules(struct skl_tool_opts *opts, const char *path)
{
	if (opts->rules_count == SKL_POLICY_FILES_MAX)
		return usage("too many paths; the first too many is", path);
	opts->rules[opts->rules_count++] = path;
	return SKL_EXIT_OK;
}

static int add_signer(struct skl_tool_opts *opts, const char *value)
{
	if (opts->signer_count == SKL_TOOL_SIGNERS_MAX)
		return usage("too many signers; the first too many is", value);
	opts->signers[opts->signer_count++] = value;
	return SKL_EXIT_OK;
}

static int set_option(struct skl_tool_opts *opts, int option, const char *value)
{
	switch (option) {
	case 'e':
		return set_environment(opts, value);
	case 'n':
		return set_now(opts, value);
	case 'l':
		return set_language(opts, value);
	case 'r':
		return add_rules(opts, value);
	case 'q':
		opts->is_quiet = true;
		return SKL_EXIT_OK;
	case OPT_EMERGENCY:
		opts->is_emergency = true;
		return SKL_EXIT_OK;
	case OPT_CSV:
		opts->is_csv = true;
		return SKL_EXIT_OK;
	case OPT_HTML:
		opts->is_html = true;
		return SKL_EXIT_OK;
	case OPT_INPUT:
		opts->input = value;
		return SKL_EXIT_OK;
	case OPT_KEY:
		opts->key = value;
		return SKL_EXIT_OK;
	case OPT_NEXT:
		opts->is_next = true;
		return SKL_EXIT_OK;
	case OPT_SIGNER:
		return add_signer(opts, value);
	case OPT_MUTATE:
		opts->is_mutating = true;
		return SKL_EXIT_OK;
	case OPT_RECIPIENT:
		opts->names.recipient = value;
		return SKL_EXIT_OK;
	case OPT_COMPETENT:
		opts->names.competent_partner = value;
		return SKL_EXIT_OK;
	case OPT_PHONE:
		opts->names.phone = value;
		return SKL_EXIT_OK;
	default:
		(void)fputs(usage_text, stderr);
		return SKL_EXIT_USAGE;
	}
}

static const struct {
	const char *name;
	int (*run)(const struct skl_tool_opts *opts);
	bool has_paths; /* the operands are paths; else words */
} commands[] = {
	{"check", skl_tool_check, true},    {"test", skl_tool_test, true},
	{"diff", skl_tool_diff, true},      {"fmt", skl_tool_fmt, true},
	{"matrix", skl_tool_matrix, true},  {"explain", skl_tool_explain, false},
	{"replay", skl_tool_replay, false}, {"sign", skl_tool_sign, true},
	{"verify", skl_tool_verify, true},
};

static int run_command(struct skl_tool_opts *opts, const char *name)
{
	for (size_t i = 0; i < SKL_COUNT(commands); i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		for (int w = 0; commands[i].has_paths && w < opts->word_count; w++) {
			int status = add_rules(opts, opts->words[w]);

			if (status != SKL_EXIT_OK)
				return status;
		}
		if (opts->rules_count == 0)
			return usage("name the rules: a file or a folder", NULL);
		return commands[i].run(opts);
	}
	return usage("there is no command", name);
}

/* A full disk or a closed pipe must not look like success. */
static int finish(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		skl_tool_say("the output could not be written");
		return SKL_EXIT_IO;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct skl_tool_opts opts = {.environment = SKL_ENVIRONMENT_TEST, .now_ms = skl_now_ms()};
	int option;

	/* One thread, and getopt_long() is the one reader of its state. */
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((option = getopt_long(argc, argv, "e:n:qr:l:hV", long_options, NULL)) != -1) {
		int status;

		if (option == 'h') {
			(void)fputs(usage_text, stdout);
			return finish(SKL_EXIT_OK);
		}
		if (option == 'V') {
			(void)printf("schakel-policy %s\n", SKL_VERSION);
			return finish(SKL_EXIT_OK);
		}
		status = set_option(&opts, option, optarg);
		if (status != SKL_EXIT_OK)
			return status;
	}
	if (optind >= argc) {
		(void)fputs(usage_text, stderr);
		return SKL_EXIT_USAGE;
	}
	opts.words = argv + optind + 1;
	opts.word_count = argc - optind - 1;
	return finish(run_command(&opts, argv[optind]));
}
