/* SPDX-License-Identifier: EUPL-1.2 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "audit.h"
#include "query.h"
#include "reconcile.h"
#include "skl_clock.h"
#include "skl_file.h"
#include "skl_text.h"

#define LOG_MAX_BYTES ((size_t)1 << 30)

static void usage(FILE *to)
{
	fputs("usage: schakel-audit reconcile --store DIR --log-key VKEY [options] LOG\n"
	      "\n"
	      "Holds what an adapter knows of its messages (schakel-adapter --export-log) against "
	      "a "
	      "copy of\n"
	      "the trail, and says where they differ. Run verify on the copy first.\n"
	      "\n"
	      "  --store DIR        the store, or a copy\n" AUDIT_TRUST_HELP
	      "  --vault DIR        compare the ids of messages too\n"
	      "  --from TIME        entries from then on must be known to the adapter (48 hours\n"
	      "                     before the log was made, or its oldest message)\n"
	      "  --json             one finding a line\n"
	      "  --lang nl|en       language of the findings\n"
	      "\n"
	      "Exit status: 0 they agree, 1 they differ, 2 wrong options, 3 something cannot be "
	      "read.\n",
	      to);
}

struct options {
	const char *store;
	struct audit_trust trust;
	const char *vault;
	const char *log;
	int64_t from_ms;
	bool is_json;
	bool is_dutch;
};

static const struct about {
	const char *name;
	bool is_finding;
	const char *dutch;
	const char *english;
} abouts[] = {
#define ABOUT(symbol, name, is_finding, nl, en) [RECONCILE_##symbol] = {name, is_finding, nl, en},
	RECONCILE_MAP(ABOUT)
#undef ABOUT
};

struct telling {
	const struct options *options;
	uint64_t findings;
	uint64_t remarks;
};

static void print(void *arg, enum reconcile_kind kind, uint64_t index, const uint8_t *id,
		  const char *partner)
{
	struct telling *telling = arg;
	const struct about *about = &abouts[kind];
	char hex[33] = "", entry[24] = "-";

	if (id)
		skl_hex_encode(skl_view_of(id, 16), hex);
	telling->findings += about->is_finding;
	telling->remarks += !about->is_finding;
	if (index != UINT64_MAX)
		(void)snprintf(entry, sizeof(entry), "%" PRIu64, index);
	if (!telling->options->is_json) {
		printf("%s%s: %s %s%s%s%s%s\n",
		       about->is_finding            ? ""
		       : telling->options->is_dutch ? "opmerking: "
						    : "remark: ",
		       telling->options->is_dutch ? about->dutch : about->english,
		       telling->options->is_dutch ? "ingang" : "entry", entry,
		       partner[0] ? ", " : "", partner, hex[0] ? ", " : "", hex);
		return;
	}
	printf("{\"what\":\"%s\",\"finding\":%s", about->name,
	       about->is_finding ? "true" : "false");
	if (index != UINT64_MAX)
		printf(",\"entry\":%s", entry);
	if (partner[0])
		printf(",\"partner\":\"%s\"", partner);
	if (hex[0])
		printf(",\"id\":\"%s\"", hex);
	puts("}");
}

static enum skl_err compare_copy(struct options *options, struct reconcile *reconcile,
				 struct telling *telling, const char *data_path,
				 struct skl_error *reterr)
{
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	SKL_CLEANUP(skl_vault_closep) struct skl_vault *vault = NULL;
	struct findings findings = {0};
	struct copy copy = {0};
	enum skl_err err = audit_trust_learn(&options->trust, data_path, reterr);

	if (err == SKL_OK)
		err = audit_trust_open(&options->trust, &policy, reterr);
	if (err == SKL_OK && options->vault)
		err = skl_vault_open(options->vault, false, &vault, reterr);
	if (err != SKL_OK)
		return err;
	err = copy_open(data_path, skl_tlog_policy_log(policy, 0)->name, &options->trust.epochs,
			&findings, &copy, reterr);
	if (err == SKL_OK) {
		err = reconcile_trail(reconcile, &copy, vault, print, telling);
		if (err != SKL_OK)
			(void)skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	}
	copy_close(&copy);
	findings_done(&findings);
	return err;
}

static enum skl_err compare(struct options *options, struct reconcile *reconcile,
			    struct telling *telling, struct skl_error *reterr)
{
	struct audit_copy where;
	enum skl_err err = audit_copy_open(options->store, &where, reterr);

	if (err != SKL_OK)
		return err;
	err = compare_copy(options, reconcile, telling, where.data_path, reterr);
	audit_copy_close(&where);
	return err;
}

static int run(struct options *options)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf log = {.max = LOG_MAX_BYTES};
	struct telling telling = {.options = options};
	struct reconcile reconcile = {0};
	struct skl_error why = {.text = ""};
	char from[SKL_TIME_TEXT_BYTES];
	enum skl_err err = skl_file_read(options->log, &log, &why);

	if (err == SKL_OK)
		err = reconcile_log(skl_buf_view(&log), options->from_ms, &reconcile, &why);
	if (err == SKL_OK)
		err = compare(options, &reconcile, &telling, &why);
	if (err == SKL_OK) {
		skl_time_format(reconcile.from_ms, from);
		fprintf(stderr,
			options->is_dutch ? "%s: %zu regels van de adapter, %" PRIu64
					    " ingangen sinds %s: %" PRIu64 " verschillen, %" PRIu64
					    " opmerkingen\n"
					  : "%s: %zu lines of the adapter, %" PRIu64
					    " entries since %s: %" PRIu64 " differences, %" PRIu64
					    " remarks\n",
			reconcile.partner, reconcile.known_count, reconcile.entries, from,
			telling.findings, telling.remarks);
	} else {
		fprintf(stderr, "schakel-audit: %s\n", why.text);
	}
	reconcile_done(&reconcile);
	audit_trust_done(&options->trust);
	if (err != SKL_OK || fflush(stdout) != 0)
		return AUDIT_UNREADABLE;
	return telling.findings ? AUDIT_NO : AUDIT_OK;
}

static bool set_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case 's':
		options->store = value;
		return true;
	case 'v':
		options->vault = value;
		return true;
	case 'f':
		return skl_time_parse(skl_view_str(value), &options->from_ms) == SKL_OK;
	case 'j':
		options->is_json = true;
		return true;
	case 'l':
		return audit_language(value, &options->is_dutch);
	default:
		return audit_trust_take(&options->trust, option, value);
	}
}

int audit_reconcile(int argc, char **argv)
{
	static const struct option names[] = {
		{"store", required_argument, NULL, 's'}, AUDIT_TRUST_OPTIONS,
		{"vault", required_argument, NULL, 'v'}, {"from", required_argument, NULL, 'f'},
		{"json", no_argument, NULL, 'j'},        {"lang", required_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
	};
	struct options options = {.store = NULL};
	bool is_wrong = false;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			return AUDIT_OK;
		}
		is_wrong |= !set_option(&options, option, optarg);
	}
	if (is_wrong || !options.store || optind + 1 != argc ||
	    !audit_trust_is_given(&options.trust)) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	options.log = argv[optind];
	return run(&options);
}
