/* SPDX-License-Identifier: EUPL-1.2 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "copy.h"
#include "verify.h"

#define PROMISES_MAX 256

static void usage(FILE *to)
{
	fputs("usage: schakel-audit verify --store DIR --log-key VKEY|--policy FILE|--registrar "
	      "SIDE:VKEY\n"
	      "           [options]\n"
	      "\n"
	      "Reads a copy of the trail again from its bytes and computes everything again.\n"
	      "\n"
	      "  --store DIR        a store, a copy of one, or its data.mdb\n" AUDIT_TRUST_HELP
	      "  --vault DIR        open the details as well\n"
	      "  --guard FILE       the notary's guard file\n"
	      "  --promise-key B64  the hub's promise key: check the promises\n"
	      "  --promise FILE     a RESULT that a partner kept (repeat for more)\n"
	      "  --checkpoint FILE  a checkpoint that somebody kept (repeat for more)\n"
	      "  --lang nl|en       language of the findings (en)\n"
	      "  --json             findings as JSON, one a line\n"
	      "\n"
	      "Exit status: 0 intact, 1 a finding, 2 wrong options, 3 it cannot be read.\n",
	      to);
}

struct options {
	struct verify_opts verify;
	const char *store;
	struct audit_trust trust;
	const char *guard_path;
	struct skl_checkpoint guard;
	const char *checkpoints[PROMISES_MAX];
	const char *promises[PROMISES_MAX];
	bool is_dutch;
	bool is_json;
	bool is_help;
};

static bool parse(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{"store", required_argument, NULL, 's'},
		AUDIT_TRUST_OPTIONS,
		{"vault", required_argument, NULL, 'v'},
		{"guard", required_argument, NULL, 'g'},
		{"promise-key", required_argument, NULL, 'p'},
		{"promise", required_argument, NULL, 'P'},
		{"checkpoint", required_argument, NULL, 'c'},
		{"lang", required_argument, NULL, 'l'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's':
			options->store = optarg;
			break;
		case 'c':
			if (options->verify.checkpoint_count == PROMISES_MAX)
				return false;
			options->checkpoints[options->verify.checkpoint_count++] = optarg;
			break;
		case 'v':
			options->verify.vault_path = optarg;
			break;
		case 'g':
			options->guard_path = optarg;
			break;
		case 'p':
			options->verify.promise_key = optarg;
			break;
		case 'P':
			if (options->verify.promise_count == PROMISES_MAX)
				return false;
			options->promises[options->verify.promise_count++] = optarg;
			break;
		case 'l':
			if (!audit_language(optarg, &options->is_dutch))
				return false;
			break;
		case 'j':
			options->is_json = true;
			break;
		case 'h':
			options->is_help = true;
			return true;
		default:
			if (!audit_trust_take(&options->trust, option, optarg))
				return false;
		}
	}
	options->verify.promise_paths = options->promises;
	options->verify.checkpoint_paths = options->checkpoints;
	options->verify.epochs = &options->trust.epochs;
	return optind == argc && options->store && audit_trust_is_given(&options->trust);
}

static void print_verdict(const struct findings *findings, const struct verify_counts *counts,
			  bool has_quorum, bool is_dutch)
{
	uint64_t first;

	printf(is_dutch ? "%s: %" PRIu64 " regels, %" PRIu64 " onder een ondertekend ijkpunt\n"
			: "%s: %" PRIu64 " entries, %" PRIu64 " under a signed checkpoint\n",
	       counts->origin, counts->entries, counts->signed_size);
	if (has_quorum)
		printf(is_dutch ? "getuigen: %" PRIu64 " regels onder een ijkpunt met genoeg "
				  "handtekeningen\n"
				: "witnesses: %" PRIu64 " entries under a checkpoint with their "
				  "quorum\n",
		       counts->witnessed_size);
	printf(is_dutch ? "bijzonderheden: %" PRIu64 " geopend, %" PRIu64 " gewist, %" PRIu64
			  " niet geopend; beloften van partners: %" PRIu64 "\n"
			: "details: %" PRIu64 " opened, %" PRIu64 " erased, %" PRIu64
			  " not opened; promises of partners: %" PRIu64 "\n",
	       counts->details_opened, counts->details_erased, counts->details_unopened,
	       counts->promises);
	printf("%s: %s", is_dutch ? "oordeel" : "verdict",
	       finding_class_text(findings_verdict(findings), is_dutch));
	if (findings_first(findings, &first))
		printf(is_dutch ? ", eerste regel %" PRIu64 : ", first entry %" PRIu64, first);
	putchar('\n');
}

static enum skl_err read_copy(struct options *options, struct skl_tlog_policy **ret_policy,
			      struct findings *findings, struct verify_counts *ret_counts,
			      struct skl_error *reterr)
{
	enum skl_err err = audit_trust_learn(&options->trust, options->verify.data_path, reterr);

	if (err == SKL_OK)
		err = audit_trust_open(&options->trust, ret_policy, reterr);
	if (err == SKL_OK && options->guard_path) {
		err = verify_read_guard(options->guard_path, &options->guard, reterr);
		options->verify.guard = &options->guard;
	}
	options->verify.policy = *ret_policy;
	return err == SKL_OK ? verify_run(&options->verify, findings, ret_counts, reterr) : err;
}

int audit_verify(int argc, char **argv)
{
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	struct options options = {0};
	struct findings findings = {0};
	struct verify_counts counts;
	struct audit_copy copy;
	struct skl_error why = {.text = ""};
	enum skl_err err;
	int status;

	if (!parse(argc, argv, &options)) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	if (options.is_help) {
		usage(stdout);
		return AUDIT_OK;
	}
	err = audit_copy_open(options.store, &copy, &why);
	if (err == SKL_OK) {
		options.verify.data_path = copy.data_path;
		err = read_copy(&options, &policy, &findings, &counts, &why);
		audit_copy_close(&copy);
	}
	audit_trust_done(&options.trust);
	if (err != SKL_OK) {
		fprintf(stderr, "schakel-audit: %s\n", why.text);
		findings_done(&findings);
		return AUDIT_UNREADABLE;
	}
	if (options.is_json)
		findings_print_json(&findings, stdout);
	else
		findings_print(&findings, options.is_dutch, stdout);
	if (!options.is_json)
		print_verdict(&findings, &counts, skl_tlog_policy_has_quorum(policy),
			      options.is_dutch);
	status = findings_verdict(&findings) == FINDING_NONE ? AUDIT_OK : AUDIT_NO;
	findings_done(&findings);
	return fflush(stdout) == 0 ? status : AUDIT_UNREADABLE;
}
