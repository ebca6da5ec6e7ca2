/* SPDX-License-Identifier: EUPL-1.2 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "query.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit query --config FILE --mandate KIND --reason REASON --user REF\n"
	      "                           [filters] [--all] [--json | --export FORMAT] [--lang "
	      "nl|en]\n"
	      "\n"
	      "Asks the hub what its trail holds. The query is recorded before it is answered.\n"
	      "\n"
	      "  --config FILE       partner, desk, keys, state, directory, registrars, quorum, "
	      "endpoint\n"
	      "  --mandate KIND      fg_of_partner, ap, igj, inspectie_jenv, wpg_auditor, "
	      "court_order\n"
	      "  --of PARTNER        whose lines, for fg_of_partner\n"
	      "  --reason REASON     periodic_audit, complaint, subject_request, incident,\n"
	      "                      data_breach, integrity, criminal_proceedings, court_order\n"
	      "  --user REF          who asks: a reference that your organisation can resolve\n"
	      "  --case-number TEXT  your own number of the inquiry\n"
	      "\n"
	      "Filters; those that take a name may be repeated, what is left out means any:\n"
	      "  --from TIME --until TIME --sender PARTNER --recipient PARTNER --entry NAME\n"
	      "  --kind NAME --outcome NAME --category NAME --ground NAME --cut-reason NAME\n"
	      "  --rule ID --subject PSEUDONYM\n"
	      "  --message HEX --case HEX --user-ref REF --without-consent\n"
	      "  --without-after-check (break-glass that nobody checked yet)\n"
	      "  --without-confirmation (corrections and recalls that have not arrived)\n"
	      "\n"
	      "  --saved NAME        without-consent, unchecked (break-glass without "
	      "after-check),\n"
	      "                      unconfirmed (corrections and recalls that have not "
	      "arrived),\n"
	      "                      late (terms that passed); counted by organisation: refusals,\n"
	      "                      volume. Other filters narrow it\n"
	      "  --details           the details too\n"
	      "  --first INDEX       from this entry on\n"
	      "  --limit N           rows a page (the hub's own limit)\n"
	      "  --all               every page; each is a query of its own\n"
	      "  --json              one row a line\n"
	      "  --export FORMAT     csv, json, ldv, fhir or register: --all --details of what is\n"
	      "                      under a checkpoint\n"
	      "  --wait SECONDS      for the hub, and for each answer (20)\n"
	      "\n"
	      "Exit status: 0 answered, 1 refused or not proven, 2 wrong options, 3 no answer.\n",
	      to);
}

struct options {
	const char *config;
	struct query query;
	uint64_t wait_s; /* 20 */
	bool is_all;
	const struct query_saved *saved; /* NULL: none */
	enum export_format format;       /* EXPORT_FORMATS: for people */
	bool only_proven;
	bool is_dutch;
	bool is_help;
};

/* Those of the program; every other option is a term of the query, set by its name. */
enum {
	OPT_TERM = 1,
	OPT_FLAG,
	OPT_CONFIG,
	OPT_ALL,
	OPT_JSON,
	OPT_EXPORT,
	OPT_SAVED,
	OPT_LANG,
	OPT_WAIT,
	OPT_HELP,
};

static const struct option names[] = {
	{"config", required_argument, NULL, OPT_CONFIG},
	{"mandate", required_argument, NULL, OPT_TERM},
	{"of", required_argument, NULL, OPT_TERM},
	{"reason", required_argument, NULL, OPT_TERM},
	{"user", required_argument, NULL, OPT_TERM},
	{"case-number", required_argument, NULL, OPT_TERM},
	{"from", required_argument, NULL, OPT_TERM},
	{"until", required_argument, NULL, OPT_TERM},
	{"sender", required_argument, NULL, OPT_TERM},
	{"recipient", required_argument, NULL, OPT_TERM},
	{"entry", required_argument, NULL, OPT_TERM},
	{"kind", required_argument, NULL, OPT_TERM},
	{"outcome", required_argument, NULL, OPT_TERM},
	{"category", required_argument, NULL, OPT_TERM},
	{"ground", required_argument, NULL, OPT_TERM},
	{"cut-reason", required_argument, NULL, OPT_TERM},
	{"rule", required_argument, NULL, OPT_TERM},
	{"subject", required_argument, NULL, OPT_TERM},
	{"message", required_argument, NULL, OPT_TERM},
	{"case", required_argument, NULL, OPT_TERM},
	{"user-ref", required_argument, NULL, OPT_TERM},
	{"without-consent", no_argument, NULL, OPT_FLAG},
	{"without-after-check", no_argument, NULL, OPT_FLAG},
	{"without-confirmation", no_argument, NULL, OPT_FLAG},
	{"details", no_argument, NULL, OPT_FLAG},
	{"first", required_argument, NULL, OPT_TERM},
	{"limit", required_argument, NULL, OPT_TERM},
	{"all", no_argument, NULL, OPT_ALL},
	{"json", no_argument, NULL, OPT_JSON},
	{"export", required_argument, NULL, OPT_EXPORT},
	{"saved", required_argument, NULL, OPT_SAVED},
	{"lang", required_argument, NULL, OPT_LANG},
	{"wait", required_argument, NULL, OPT_WAIT},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static bool complain(const char *what, const char *value)
{
	fprintf(stderr, "schakel-audit: %s: %s\n", what, value);
	return false;
}

static bool set_term(struct query *query, const char *name, const char *value)
{
	struct skl_error why = {.text = ""};

	return query_set(query, name, value, &why) == SKL_OK || complain(why.text, value);
}

/* For the books of others: everything, with details, and proven. */
static bool set_export(struct options *options, const char *name)
{
	options->format = export_format_of(name);
	options->only_proven = options->is_all = options->query.details = true;
	return options->format != EXPORT_FORMATS || complain("unknown format", name);
}

/* All of it, where it is counted: half a count is none. */
static bool set_saved(struct options *options, const char *name)
{
	struct skl_error why = {.text = ""};

	options->saved = query_saved_set(&options->query, name, &why);
	if (!options->saved)
		return complain(why.text, name);
	options->is_all |= options->saved->tally != TALLY_NONE;
	options->only_proven |= options->saved->tally != TALLY_NONE;
	return true;
}

static bool set_option(struct options *options, int option, const char *name, const char *value)
{
	switch (option) {
	case OPT_TERM:
		return set_term(&options->query, name, value);
	case OPT_FLAG:
		return set_term(&options->query, name, "yes");
	case OPT_CONFIG:
		options->config = value;
		return true;
	case OPT_ALL:
		options->is_all = true;
		return true;
	case OPT_JSON:
		options->format = EXPORT_JSON;
		return true;
	case OPT_EXPORT:
		return set_export(options, value);
	case OPT_SAVED:
		return set_saved(options, value);
	case OPT_LANG:
		return audit_language(value, &options->is_dutch);
	case OPT_WAIT:
		return query_number(value, 3600, &options->wait_s) ||
		       complain("not a number", value);
	case OPT_HELP:
		options->is_help = true;
		return true;
	default:
		return false;
	}
}

static bool parse(int argc, char **argv, struct options *options)
{
	const struct query *query = &options->query;
	int option, at = 0;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, &at)) != -1)
		if (!set_option(options, option, names[at].name, optarg))
			return false;
	if (options->is_help)
		return true;
	if (optind != argc || !options->config || query->mandate == SKL_MANDATE_UNSPECIFIED ||
	    query->reason == SKL_QUERY_REASON_UNSPECIFIED || !query->user)
		return false;
	if (options->saved && options->saved->tally != TALLY_NONE &&
	    options->format != EXPORT_FORMATS)
		return complain("counted, and not exported", options->saved->name);
	if ((query->mandate == SKL_MANDATE_FG_OF_PARTNER) != (query->of != NULL))
		return complain("--of goes with the mandate fg_of_partner",
				query->of ? query->of : "missing");
	return true;
}

static enum skl_err print_rest(struct export *export, const struct tally *tally)
{
	struct skl_buf text;
	enum skl_err err;

	skl_buf_init(&text, EXPORT_ROW_MAX);
	if (tally)
		tally_text(tally, &text);
	err = export ? export_end(export, &text) : skl_buf_err(&text);
	if (err == SKL_OK && text.len && fwrite(text.data, 1, text.len, stdout) != text.len)
		err = SKL_EIO;
	skl_buf_done(&text);
	return err;
}

static enum skl_err run(const struct options *options, struct query_view *view,
			struct skl_error *reterr)
{
	SKL_CLEANUP(query_link_closep) struct query_link *link = NULL;
	SKL_CLEANUP(export_freep) struct export *export = NULL;
	SKL_CLEANUP(tally_freep) struct tally *tally = NULL;
	struct query_config config;
	uint8_t next[64];
	size_t next_len = 0;
	enum skl_err err = query_config_read(options->config, &config, reterr);

	if (err != SKL_OK)
		return err;
	config.wait_ms = (uint32_t)(options->wait_s ? options->wait_s : 20) * 1000;
	config.is_dutch = options->is_dutch;
	err = query_link_open(&config, &link, reterr);
	if (err == SKL_OK)
		view->directory = query_link_directory(link);
	if (err == SKL_OK && options->format != EXPORT_FORMATS)
		err = export_new(options->format, view->directory, &export);
	view->export = export;
	if (err == SKL_OK && options->saved && options->saved->tally != TALLY_NONE)
		err = tally_new(options->saved->tally, &tally);
	view->tally = tally;
	do {
		if (err != SKL_OK)
			break;
		err = query_ask(link, &options->query, skl_view_of(next, next_len), query_view_show,
				view, reterr);
		next_len = view->next.len <= sizeof(next) ? view->next.len : 0;
		if (next_len)
			memcpy(next, view->next.data, next_len);
	} while (options->is_all && next_len != 0);
	if (err == SKL_OK && (export || tally))
		err = print_rest(export, tally);
	view->export = NULL;
	view->tally = NULL;
	query_link_close(SKL_STEAL(link)); /* before the configuration it borrows */
	query_config_done(&config);
	return err;
}

static void print_end(const struct query_view *view, bool is_all, bool is_counted)
{
	const char *left_out = "";

	/* of counts no total: with it a number that is not told could be computed */
	if (is_counted) {
		fprintf(stderr,
			view->is_dutch
				? "%" PRIu64 " regels nog niet onder een ijkpunt, niet meegeteld\n"
				: "%" PRIu64 " rows not yet under a checkpoint, not counted\n",
			view->unproven);
		return;
	}

	if (view->only_proven && view->unproven)
		left_out = view->is_dutch ? " en weggelaten" : ", left out";
	fprintf(stderr,
		view->is_dutch ? "%" PRIu64 " regels, %" PRIu64 " nog niet onder een ijkpunt%s%s\n"
			       : "%" PRIu64 " rows, %" PRIu64 " not yet under a checkpoint%s%s\n",
		view->rows, view->unproven, left_out,
		is_all || view->next.len == 0 ? ""
		: view->is_dutch              ? "; er zijn er meer (--all)"
					      : "; there are more (--all)");
}

int audit_query(int argc, char **argv)
{
	struct options options = {.format = EXPORT_FORMATS};
	struct query_view view = {.next = {.max = 64}};
	struct skl_error why = {.text = ""};
	enum skl_err err;

	if (!parse(argc, argv, &options)) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	if (options.is_help) {
		usage(stdout);
		return AUDIT_OK;
	}
	view.only_proven = options.only_proven;
	view.is_dutch = options.is_dutch;
	err = run(&options, &view, &why);
	if (err == SKL_OK)
		print_end(&view, options.is_all,
			  options.saved && options.saved->tally != TALLY_NONE);
	else if (err != SKL_EDENIED)
		fprintf(stderr, "schakel-audit: %s\n", why.text);
	skl_buf_done(&view.next);
	if (fflush(stdout) != 0)
		return AUDIT_UNREADABLE;
	if (err == SKL_OK)
		return AUDIT_OK;
	return err == SKL_EDENIED || err == SKL_ESIGNATURE ? AUDIT_NO : AUDIT_UNREADABLE;
}
