/* SPDX-License-Identifier: EUPL-1.2 */
#include <getopt.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "query.h"
#include "skl_clock.h"
#include "skl_text.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit query --config FILE --mandate KIND --reason REASON --user REF\n"
	      "                           [filters] [--all] [--json] [--lang nl|en]\n"
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
	      "  --message HEX --case HEX --user-ref REF --without-consent\n"
	      "  --without-after-check (break-glass that nobody checked yet)\n"
	      "\n"
	      "  --details           the details too\n"
	      "  --first INDEX       from this entry on\n"
	      "  --limit N           rows a page (the hub's own limit)\n"
	      "  --all               every page; each is a query of its own\n"
	      "  --json              one row a line\n"
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
	bool is_json;
	bool is_dutch;
	bool is_help;
};

enum {
	OPT_CONFIG = 1,
	OPT_MANDATE,
	OPT_OF,
	OPT_REASON,
	OPT_USER,
	OPT_CASE_NUMBER,
	OPT_FROM,
	OPT_UNTIL,
	OPT_SENDER,
	OPT_RECIPIENT,
	OPT_ENTRY,
	OPT_KIND,
	OPT_OUTCOME,
	OPT_CATEGORY,
	OPT_GROUND,
	OPT_CUT_REASON,
	OPT_MESSAGE,
	OPT_CASE,
	OPT_USER_REF,
	OPT_WITHOUT_CONSENT,
	OPT_WITHOUT_AFTER_CHECK,
	OPT_DETAILS,
	OPT_FIRST,
	OPT_LIMIT,
	OPT_ALL,
	OPT_JSON,
	OPT_LANG,
	OPT_WAIT,
	OPT_HELP,
};

static const struct option names[] = {
	{"config", required_argument, NULL, OPT_CONFIG},
	{"mandate", required_argument, NULL, OPT_MANDATE},
	{"of", required_argument, NULL, OPT_OF},
	{"reason", required_argument, NULL, OPT_REASON},
	{"user", required_argument, NULL, OPT_USER},
	{"case-number", required_argument, NULL, OPT_CASE_NUMBER},
	{"from", required_argument, NULL, OPT_FROM},
	{"until", required_argument, NULL, OPT_UNTIL},
	{"sender", required_argument, NULL, OPT_SENDER},
	{"recipient", required_argument, NULL, OPT_RECIPIENT},
	{"entry", required_argument, NULL, OPT_ENTRY},
	{"kind", required_argument, NULL, OPT_KIND},
	{"outcome", required_argument, NULL, OPT_OUTCOME},
	{"category", required_argument, NULL, OPT_CATEGORY},
	{"ground", required_argument, NULL, OPT_GROUND},
	{"cut-reason", required_argument, NULL, OPT_CUT_REASON},
	{"message", required_argument, NULL, OPT_MESSAGE},
	{"case", required_argument, NULL, OPT_CASE},
	{"user-ref", required_argument, NULL, OPT_USER_REF},
	{"without-consent", no_argument, NULL, OPT_WITHOUT_CONSENT},
	{"without-after-check", no_argument, NULL, OPT_WITHOUT_AFTER_CHECK},
	{"details", no_argument, NULL, OPT_DETAILS},
	{"first", required_argument, NULL, OPT_FIRST},
	{"limit", required_argument, NULL, OPT_LIMIT},
	{"all", no_argument, NULL, OPT_ALL},
	{"json", no_argument, NULL, OPT_JSON},
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

static uint32_t code_of(enum skl_list list, const char *name)
{
	return skl_code_number(list, skl_view_str(name));
}

static bool add_code(struct query_list *to, enum skl_list list, const char *name)
{
	uint32_t number = code_of(list, name);

	if (number == 0)
		return complain("unknown name", name);
	if (to->count == QUERY_LIST_MAX)
		return complain("too many of one filter", name);
	to->value[to->count++] = number;
	return true;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return complain("not a number", text);
	*ret_number = strtoull(text, &end, 10);
	return (*end == '\0' && *ret_number <= max) || complain("not a number", text);
}

static bool parse_id(const char *text, bool *ret_has, uint8_t ret_id[16])
{
	*ret_has = skl_hex_decode(skl_view_str(text), ret_id, 16) == SKL_OK;
	return *ret_has || complain("not an id of 32 hexadecimal digits", text);
}

static bool parse_time(const char *text, int64_t *ret_ms)
{
	return skl_time_parse(skl_view_str(text), ret_ms) == SKL_OK ||
	       complain("not a time (2026-03-04 or 2026-03-04T02:41:00Z)", text);
}

/* Who asks, and why. */
static bool set_asker(struct options *options, int option, const char *value)
{
	struct query *query = &options->query;

	switch (option) {
	case OPT_MANDATE:
		query->mandate = code_of(SKL_LIST_MANDATE, value);
		return query->mandate != SKL_MANDATE_UNSPECIFIED ||
		       complain("unknown mandate", value);
	case OPT_REASON:
		query->reason = code_of(SKL_LIST_QUERY_REASON, value);
		return query->reason != SKL_QUERY_REASON_UNSPECIFIED ||
		       complain("unknown reason", value);
	case OPT_OF:
		query->of = value;
		return true;
	case OPT_USER:
		query->user = value;
		return skl_text_is_user_ref(skl_view_str(value)) ||
		       complain("not a user reference", value);
	case OPT_CASE_NUMBER:
		query->case_number = value;
		return true;
	default:
		return false;
	}
}

static bool set_list(struct query *query, int option, const char *value)
{
	switch (option) {
	case OPT_ENTRY:
		return add_code(&query->entries, SKL_LIST_ENTRY, value);
	case OPT_KIND:
		return add_code(&query->kinds, SKL_LIST_KIND, value);
	case OPT_OUTCOME:
		return add_code(&query->outcomes, SKL_LIST_OUTCOME, value);
	case OPT_CATEGORY:
		return add_code(&query->categories, SKL_LIST_CATEGORY, value);
	case OPT_GROUND:
		return add_code(&query->grounds, SKL_LIST_GROUND, value);
	case OPT_CUT_REASON:
		return add_code(&query->reasons, SKL_LIST_CUT_REASON, value);
	default:
		return false;
	}
}

static bool set_filter(struct query *query, int option, const char *value)
{
	uint64_t number = 0;

	switch (option) {
	case OPT_FROM:
		return parse_time(value, &query->from_ms);
	case OPT_UNTIL:
		return parse_time(value, &query->until_ms);
	case OPT_SENDER:
		query->sender = value;
		return true;
	case OPT_RECIPIENT:
		query->recipient = value;
		return true;
	case OPT_USER_REF:
		query->user_ref = value;
		return true;
	case OPT_MESSAGE:
		return parse_id(value, &query->has_message, query->message);
	case OPT_CASE:
		return parse_id(value, &query->has_case, query->case_ref);
	case OPT_WITHOUT_CONSENT:
		query->without_consent = true;
		return true;
	case OPT_WITHOUT_AFTER_CHECK:
		query->without_after_check = true;
		return true;
	case OPT_DETAILS:
		query->details = true;
		return true;
	case OPT_FIRST:
		return parse_number(value, UINT64_MAX, &query->first_index);
	case OPT_LIMIT:
		if (!parse_number(value, 1000, &number))
			return false;
		query->limit = (uint32_t)number;
		return true;
	default:
		return false;
	}
}

static bool set_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPT_CONFIG:
		options->config = value;
		return true;
	case OPT_ALL:
		options->is_all = true;
		return true;
	case OPT_JSON:
		options->is_json = true;
		return true;
	case OPT_LANG:
		return audit_language(value, &options->is_dutch);
	case OPT_WAIT:
		return parse_number(value, 3600, &options->wait_s);
	case OPT_HELP:
		options->is_help = true;
		return true;
	default:
		break;
	}
	if (option >= OPT_MANDATE && option <= OPT_CASE_NUMBER)
		return set_asker(options, option, value);
	if (option >= OPT_ENTRY && option <= OPT_CUT_REASON)
		return set_list(&options->query, option, value);
	return set_filter(&options->query, option, value);
}

static bool parse(int argc, char **argv, struct options *options)
{
	const struct query *query = &options->query;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		if (!set_option(options, option, optarg))
			return false;
	if (options->is_help)
		return true;
	if (optind != argc || !options->config || query->mandate == SKL_MANDATE_UNSPECIFIED ||
	    query->reason == SKL_QUERY_REASON_UNSPECIFIED || !query->user)
		return false;
	if ((query->mandate == SKL_MANDATE_FG_OF_PARTNER) != (query->of != NULL))
		return complain("--of goes with the mandate fg_of_partner",
				query->of ? query->of : "missing");
	return true;
}

static enum skl_err run(const struct options *options, struct query_view *view,
			struct skl_error *reterr)
{
	SKL_CLEANUP(query_link_closep) struct query_link *link = NULL;
	struct query_config config;
	uint8_t next[64];
	size_t next_len = 0;
	enum skl_err err = query_config_read(options->config, &config, reterr);

	if (err != SKL_OK)
		return err;
	config.wait_ms = (uint32_t)(options->wait_s ? options->wait_s : 20) * 1000;
	config.is_dutch = options->is_dutch;
	err = query_link_open(&config, &link, reterr);
	do {
		if (err != SKL_OK)
			break;
		view->directory = query_link_directory(link);
		err = query_ask(link, &options->query, skl_view_of(next, next_len), query_view_show,
				view, reterr);
		next_len = view->next.len <= sizeof(next) ? view->next.len : 0;
		if (next_len)
			memcpy(next, view->next.data, next_len);
	} while (options->is_all && next_len != 0);
	query_link_close(SKL_STEAL(link)); /* before the configuration it borrows */
	query_config_done(&config);
	return err;
}

static void print_end(const struct query_view *view, bool is_all)
{
	fprintf(stderr,
		view->is_dutch ? "%" PRIu64 " regels, %" PRIu64 " nog niet onder een ijkpunt%s\n"
			       : "%" PRIu64 " rows, %" PRIu64 " not yet under a checkpoint%s\n",
		view->rows, view->unproven,
		is_all || view->next.len == 0 ? ""
		: view->is_dutch              ? "; er zijn er meer (--all)"
					      : "; there are more (--all)");
}

int audit_query(int argc, char **argv)
{
	struct options options = {0};
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
	view.is_json = options.is_json;
	view.is_dutch = options.is_dutch;
	err = run(&options, &view, &why);
	if (err == SKL_OK)
		print_end(&view, options.is_all);
	else if (err != SKL_EDENIED)
		fprintf(stderr, "schakel-audit: %s\n", why.text);
	skl_buf_done(&view.next);
	if (fflush(stdout) != 0)
		return AUDIT_UNREADABLE;
	if (err == SKL_OK)
		return AUDIT_OK;
	return err == SKL_EDENIED || err == SKL_ESIGNATURE ? AUDIT_NO : AUDIT_UNREADABLE;
}
