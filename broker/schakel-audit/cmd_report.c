/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "report.h"
#include "skl_clock.h"
#include "skl_file.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit report make --config FILE --mandate KIND [--of PARTNER] --user "
	      "REF\n"
	      "                                 --subject PSEUDONYM [--case-number TEXT] --out "
	      "DIR\n"
	      "       schakel-audit report open --config FILE [--out FILE] PART\n"
	      "       schakel-audit report give --config FILE --decisions FILE [--out FILE] PART\n"
	      "\n"
	      "Who got what about one person. make asks the hub, which records it first, and "
	      "writes "
	      "a part\n"
	      "for each organisation that disclosed, sealed for its data protection officer. The "
	      "officer\n"
	      "opens it as a file to decide in, line by line, and gives the person what was "
	      "decided "
	      "as a\n"
	      "page to print.\n"
	      "\n"
	      "  --config FILE       as for query: who makes it, or the officer\n"
	      "  --mandate KIND      fg_of_partner (with --of: its own part), ap, igj, "
	      "inspectie_jenv,\n"
	      "                      court_order\n"
	      "  --user REF          who makes it\n"
	      "  --subject HEX       one person, by the pseudonym of 64 hexadecimal digits\n"
	      "  --decisions FILE    what open wrote, with the decisions filled in\n"
	      "  --out               a new folder (make), a new file (else the output)\n"
	      "  --lang nl|en        of the file to decide in (nl)\n"
	      "  --wait SECONDS      for the hub, and for each answer (20)\n"
	      "\n"
	      "Exit status: 0 done, 1 refused, not proven, not decided or no lines, 2 wrong "
	      "options,\n"
	      "3 something cannot be read or reached.\n",
	      to);
}

struct options {
	const char *config;
	const char *out;
	const char *decisions;
	const char *part;
	struct query query;
	uint64_t wait_s;
	bool is_dutch;
	bool is_couple;
};

enum {
	OPT_TERM = 1,
	OPT_SUBJECT,
	OPT_CONFIG,
	OPT_OUT,
	OPT_DECISIONS,
	OPT_LANG,
	OPT_WAIT,
};

static const struct option names[] = {
	{"config", required_argument, NULL, OPT_CONFIG},
	{"mandate", required_argument, NULL, OPT_TERM},
	{"of", required_argument, NULL, OPT_TERM},
	{"user", required_argument, NULL, OPT_TERM},
	{"case-number", required_argument, NULL, OPT_TERM},
	{"subject", required_argument, NULL, OPT_SUBJECT},
	{"out", required_argument, NULL, OPT_OUT},
	{"decisions", required_argument, NULL, OPT_DECISIONS},
	{"lang", required_argument, NULL, OPT_LANG},
	{"wait", required_argument, NULL, OPT_WAIT},
	{NULL, 0, NULL, 0},
};

static bool set_term(struct options *options, const char *name, const char *value)
{
	struct skl_error why = {.text = ""};

	if (query_set(&options->query, name, value, &why) == SKL_OK)
		return true;
	fprintf(stderr, "schakel-audit: %s: %s\n", why.text, value);
	return false;
}

static bool set_option(struct options *options, int option, const char *name, const char *value)
{
	switch (option) {
	case OPT_SUBJECT:
		options->is_couple |= options->query.has_subject;
		return set_term(options, name, value);
	case OPT_TERM:
		return set_term(options, name, value);
	case OPT_CONFIG:
		options->config = value;
		return true;
	case OPT_OUT:
		options->out = value;
		return true;
	case OPT_DECISIONS:
		options->decisions = value;
		return true;
	case OPT_LANG:
		return audit_language(value, &options->is_dutch);
	case OPT_WAIT:
		return query_number(value, 3600, &options->wait_s);
	default:
		return false;
	}
}

static bool parse(int argc, char **argv, struct options *options)
{
	int option, at = 0;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, &at)) != -1)
		if (!set_option(options, option, names[at].name, optarg))
			return false;
	if (options->is_couple) {
		fputs("schakel-audit: a report is about one person; ask for each alone\n", stderr);
		return false;
	}
	options->part = optind + 1 == argc ? argv[optind] : NULL;
	return options->config && (options->part || optind == argc);
}

/* --- make ------------------------------------------------------------------------- */

static enum skl_err ask_all(struct query_link *link, const struct query *query,
			    struct report_making *making, query_show_fn take,
			    struct skl_error *reterr)
{
	uint8_t next[64];
	size_t len = 0;
	enum skl_err err;

	do {
		err = query_ask(link, query, skl_view_of(next, len), take, making, reterr);
		len = report_making_next(making).len;
		if (len)
			memcpy(next, report_making_next(making).data, len);
	} while (err == SKL_OK && len);
	return err;
}

/* The person's disclosures, and what became of each: all of them queries of their own. */
static enum skl_err collect(struct query_link *link, const struct options *options,
			    struct report_making *making, struct skl_error *reterr)
{
	struct query query = options->query;
	struct query after = {
		.mandate = query.mandate,
		.of = query.of,
		.reason = query.reason,
		.user = query.user,
		.case_number = query.case_number,
		.entries = {{SKL_ENTRY_NOTICE, SKL_ENTRY_WITHHELD, SKL_ENTRY_EXPIRED,
			     SKL_ENTRY_RECALLED},
			    4},
		.details = true,
	};
	enum skl_err err;

	query.details = true;
	query.limit = QUERY_PAGE_MAX - 1;
	query.entries = (struct query_list){{SKL_ENTRY_DECISION}, 1};
	query.outcomes = (struct query_list){{SKL_OUTCOME_PERMITTED, SKL_OUTCOME_CUT}, 2};
	err = ask_all(link, &query, making, report_making_lines, reterr);
	for (size_t i = 0; err == SKL_OK && report_making_ask(making, i, &after); i++)
		err = ask_all(link, &after, making, report_making_after, reterr);
	return err;
}

static enum skl_err write_part(const struct options *options, const struct report_sealing *sealing,
			       struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf file = {.max = REPORT_PART_MAX};
	char path[4096];
	enum skl_err err = report_seal(sealing, &file, reterr);

	if (err != SKL_OK)
		return err;
	if (snprintf(path, sizeof(path), "%s/%s.deel", options->out, sealing->controller) >=
	    (int)sizeof(path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	err = skl_file_create(path, skl_buf_view(&file), 0600, reterr);
	if (err == SKL_OK)
		printf("%s\n", path);
	return err;
}

/* A part for each; one that cannot be made is said, and the others are. */
static enum skl_err write_all(const struct options *options, const struct query_config *config,
			      const struct skl_client_keys *keys,
			      const struct skl_directory *directory, struct report_making *making,
			      struct skl_error *reterr)
{
	struct report_sealing sealing = {
		.directory = directory, .by = config->partner, .made_ms = skl_now_ms()};
	const struct skl_dir_key *known = NULL;
	bool is_short = false;
	enum skl_err err;

	for (size_t i = 0; i < keys->count && !sealing.sign; i++)
		if (keys->keys[i]->use == SKL_KEY_USE_SIGN &&
		    skl_directory_sign_key(directory, keys->keys[i]->id, sealing.made_ms, &known) ==
			    SKL_OK)
			sealing.sign = keys->keys[i];
	if (!sealing.sign)
		return skl_error_set(reterr, SKL_EKEYUNKNOWN, 0, 0, "no key of ours can sign");
	if (mkdir(options->out, 0700) != 0)
		return skl_error_errno(reterr, errno, options->out);
	for (size_t i = 0; report_making_body(making, i, &sealing.controller, &sealing.body, &err);
	     i++) {
		if (err == SKL_OK)
			err = write_part(options, &sealing, reterr);
		if (err == SKL_ENOTFOUND)
			fprintf(stderr, "schakel-audit: %s\n", reterr->text);
		else if (err != SKL_OK)
			return err;
		is_short |= err != SKL_OK;
	}
	return is_short ? skl_error_set(reterr, SKL_ESTATE, 0, 0, "a part was not made") : SKL_OK;
}

static enum skl_err make(const struct options *options, struct skl_error *reterr)
{
	SKL_CLEANUP(report_making_freep) struct report_making *making = NULL;
	SKL_CLEANUP(query_link_closep) struct query_link *link = NULL;
	struct skl_client_keys keys = {0};
	struct report_making_opts opts = {.mandate = options->query.mandate,
					  .of = options->query.of};
	struct query_config config;
	struct report_count count;
	enum skl_err err = query_config_read(options->config, &config, reterr);

	if (err != SKL_OK)
		return err;
	config.wait_ms = (uint32_t)(options->wait_s ? options->wait_s : 20) * 1000;
	config.is_dutch = options->is_dutch;
	err = query_link_open(&config, &link, reterr);
	if (err == SKL_OK) {
		opts.directory = query_link_directory(link);
		err = report_making_new(&opts, &making);
	}
	if (err == SKL_OK)
		err = collect(link, options, making, reterr);
	if (err == SKL_OK) {
		count = report_making_count(making);
		fprintf(stderr,
			"schakel-audit: %" PRIu64 " lines, %" PRIu64
			" not yet under a checkpoint and left out, %" PRIu64
			" of organisations that this mandate does not see whole\n",
			count.lines, count.unproven, count.outside);
		if (!count.lines)
			err = skl_error_set(reterr, SKL_ESTATE, 0, 0,
					    "nothing was disclosed about this person that this "
					    "mandate shows");
	}
	if (err == SKL_OK)
		err = skl_client_keys_load(config.keys, &keys, reterr);
	if (err == SKL_OK)
		err = write_all(options, &config, &keys, query_link_directory(link), making,
				reterr);
	skl_client_keys_free(&keys);
	query_link_close(SKL_STEAL(link)); /* before the configuration it borrows */
	query_config_done(&config);
	return err;
}

/* --- open, give ------------------------------------------------------------------- */

static enum skl_err read_directory(const struct query_config *config,
				   struct skl_directory **ret_directory, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf note = {.max = SKL_LIMIT_NOTE};
	struct skl_registrar registrars[QUERY_REGISTRARS_MAX];
	enum skl_err err = skl_file_read(config->directory, &note, reterr);

	for (size_t i = 0; err == SKL_OK && i < config->registrar_count; i++)
		if (skl_registrar_parse(skl_view_str(config->registrar[i]), &registrars[i]) !=
		    SKL_OK)
			err = skl_error_set(reterr, SKL_EINVAL, 0, 0, "registrars: %.60s",
					    config->registrar[i]);
	return err == SKL_OK ? skl_directory_open(skl_buf_view(&note), registrars,
						  config->registrar_count, config->quorum,
						  ret_directory, reterr)
			     : err;
}

static enum skl_err put_out(const struct options *options, const struct skl_buf *text,
			    struct skl_error *reterr)
{
	enum skl_err err = skl_buf_err(text);

	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	if (options->out)
		return skl_file_create(options->out, skl_buf_view(text), 0600, reterr);
	return fwrite(text->data, 1, text->len, stdout) == text->len
		       ? SKL_OK
		       : skl_error_errno(reterr, errno, "output");
}

static enum skl_err answer(const struct options *options, struct report *report,
			   struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = REPORT_PART_MAX};
	SKL_CLEANUP(skl_buf_done) struct skl_buf decisions = {.max = 4u << 20};
	enum skl_err err;

	if (!options->decisions) {
		report_form(report, options->is_dutch, &text);
		return put_out(options, &text, reterr);
	}
	err = skl_file_read(options->decisions, &decisions, reterr);
	if (err == SKL_OK)
		err = report_decide(report, skl_buf_view(&decisions), skl_now_ms(), reterr);
	if (err != SKL_OK)
		return err;
	report_page(report, skl_now_ms(), &text);
	return put_out(options, &text, reterr);
}

static enum skl_err open_part(const struct options *options, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf file = {.max = REPORT_PART_MAX};
	struct skl_client_keys keys = {0};
	struct report_part part = {0};
	struct report report = {0};
	struct query_config config;
	enum skl_err err = query_config_read(options->config, &config, reterr);

	if (err != SKL_OK)
		return err;
	err = read_directory(&config, &directory, reterr);
	if (err == SKL_OK)
		err = skl_client_keys_load(config.keys, &keys, reterr);
	if (err == SKL_OK)
		err = skl_file_read(options->part, &file, reterr);
	if (err == SKL_OK)
		err = report_open(skl_buf_view(&file), directory, &keys, config.partner, &part,
				  reterr);
	if (err == SKL_OK)
		err = report_read(directory, &part, &report, reterr);
	if (err == SKL_OK)
		err = answer(options, &report, reterr);
	report_done(&report);
	report_part_done(&part);
	skl_client_keys_free(&keys);
	query_config_done(&config);
	return err;
}

/* --- which ------------------------------------------------------------------------ */

static int status_of(enum skl_err err, const struct skl_error *why)
{
	if (err == SKL_OK)
		return AUDIT_OK;
	fprintf(stderr, "schakel-audit: %s\n",
		why->text[0] ? why->text
		: err == SKL_EDENIED
			? "the hub refuses the query: no mandate, purpose or reason for it"
			: skl_err_text(err));
	switch ((int)err) {
	case SKL_EDENIED:
	case SKL_ESIGNATURE:
	case SKL_EOPEN:
	case SKL_ESYNTAX:
	case SKL_EFIELD:
	case SKL_ESTATE:
		return AUDIT_NO;
	default:
		return AUDIT_UNREADABLE;
	}
}

static bool is_complete(const char *command, const struct options *options)
{
	const struct query *query = &options->query;

	if (strcmp(command, "make") == 0)
		return query->has_subject && query->user && options->out && !options->part &&
		       query->mandate != SKL_MANDATE_UNSPECIFIED &&
		       query->mandate != SKL_MANDATE_WPG_AUDITOR &&
		       (query->mandate == SKL_MANDATE_FG_OF_PARTNER) == (query->of != NULL);
	return options->part && (strcmp(command, "give") == 0) == (options->decisions != NULL);
}

int audit_report(int argc, char **argv)
{
	struct options options = {.is_dutch = true,
				  .query = {.reason = SKL_QUERY_REASON_SUBJECT_REQUEST}};
	struct skl_error why = {.text = ""};
	const char *command = argc > 1 ? argv[1] : "";

	if (strcmp(command, "--help") == 0) {
		usage(stdout);
		return AUDIT_OK;
	}
	if ((strcmp(command, "make") != 0 && strcmp(command, "open") != 0 &&
	     strcmp(command, "give") != 0) ||
	    !parse(argc - 1, argv + 1, &options) || !is_complete(command, &options)) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	return status_of(strcmp(command, "make") == 0 ? make(&options, &why)
						      : open_part(&options, &why),
			 &why);
}
