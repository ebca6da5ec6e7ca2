/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "bundle.h"
#include "copy.h"
#include "newest.h"
#include "skl_merkle.h"
#include "skl_note.h"
#include "skl_text.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit proof --store DIR --log-key VKEY|--policy FILE|--registrar "
	      "SIDE:VKEY\n"
	      "           [options] INDEX\n"
	      "\n"
	      "Proves an entry: by the newest checkpoint that covers it and has its quorum of\n"
	      "witnesses, and the path from the one to the other, after checking all of it.\n"
	      "\n" AUDIT_TRUST_HELP "  --out DIR          write it there, with what is needed to "
	      "check it off-line; else\n"
	      "                     print it: the leaf in hexadecimal, hashes, checkpoint\n"
	      "\n"
	      "Exit status: 0 proven, 1 not proven, 2 wrong options, 3 it cannot be read.\n",
	      to);
}

static void print_hash(const char *what, const uint8_t hash[32])
{
	char text[SKL_B64_TEXT_BYTES(32)];

	skl_b64_encode(skl_view_of(hash, 32), text);
	printf("%s %s\n", what, text);
}

static void print_proof(const struct skl_tlog_proof *proof, struct skl_view leaf)
{
	char hex[2 * SKL_LEAF_MAX + 1];
	uint8_t hash[32];

	skl_merkle_leaf(leaf, hash);
	skl_hex_encode(leaf, hex);
	printf("index %" PRIu64 "\nleaf %s\n", proof->index, hex);
	print_hash("hash", hash);
	for (size_t i = 0; i < proof->count; i++)
		print_hash("path", proof->path[i]);
	printf("checkpoint\n%.*s", (int)proof->checkpoint.len,
	       (const char *)proof->checkpoint.data);
}

/* What is to be proven, and how. */
struct proving {
	const char *store;
	struct audit_trust trust;
	const char *out; /* NULL: print */
	uint64_t index;
};

static enum skl_err hand_over(const struct proving *proving, const struct skl_tlog_proof *proof,
			      struct skl_view leaf, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	enum skl_err err;

	if (!proving->out) {
		print_proof(proof, leaf);
		return SKL_OK;
	}
	err = audit_trust_text(&proving->trust, &text, reterr);
	return err == SKL_OK ? bundle_write(proving->out, leaf, proof, skl_buf_view(&text), reterr)
			     : err;
}

/* ESTATE: it cannot be proven, which was said. */
static enum skl_err prove(struct copy *copy, const struct skl_tlog_policy *policy,
			  const struct proving *proving, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf note = {.max = 65536};
	SKL_CLEANUP(skl_buf_done) struct skl_buf leaf = {.max = SKL_LEAF_MAX};
	struct skl_tlog_proof proof = {.index = proving->index};
	struct skl_tlog_verdict verdict;
	struct skl_checkpoint checkpoint;

	if (!newest_checkpoint(copy, policy, &checkpoint, &note)) {
		fputs("schakel-audit: there is no checkpoint with the signatures it needs\n",
		      stderr);
		return SKL_ESTATE;
	}
	if (proof.index >= checkpoint.size || !copy_leaf(copy, proof.index, &leaf)) {
		fprintf(stderr,
			"schakel-audit: no entry %" PRIu64 " under the checkpoint at %" PRIu64 "\n",
			proof.index, checkpoint.size);
		return SKL_ESTATE;
	}
	proof.checkpoint = skl_buf_view(&note);
	if (skl_merkle_inclusion(proof.index, checkpoint.size, newest_read_hash, copy, proof.path,
				 &proof.count) != SKL_OK ||
	    skl_tlog_proof_check(&proof, skl_buf_view(&leaf), policy, &checkpoint, &verdict) !=
		    SKL_OK) {
		fputs("schakel-audit: the proof does not lead to the signed root: run verify\n",
		      stderr);
		return SKL_ESTATE;
	}
	return hand_over(proving, &proof, skl_buf_view(&leaf), reterr);
}

static bool parse_index(const char *text, uint64_t *ret_index)
{
	char *end;

	errno = 0;
	*ret_index = strtoull(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

static enum skl_err prove_from(struct proving *proving, const char *data_path,
			       struct skl_error *reterr)
{
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	struct findings findings = {0};
	struct copy copy = {0};
	enum skl_err err = audit_trust_learn(&proving->trust, data_path, reterr);

	if (err == SKL_OK)
		err = audit_trust_open(&proving->trust, &policy, reterr);
	if (err == SKL_OK) {
		err = copy_open(data_path, skl_tlog_policy_log(policy, 0)->name,
				&proving->trust.epochs, &findings, &copy, reterr);
		if (err == SKL_OK)
			err = prove(&copy, policy, proving, reterr);
		copy_close(&copy);
	}
	findings_done(&findings);
	return err;
}

static int run(struct proving *proving)
{
	struct audit_copy where;
	struct skl_error why = {.text = ""};
	enum skl_err err = audit_copy_open(proving->store, &where, &why);

	if (err == SKL_OK) {
		err = prove_from(proving, where.data_path, &why);
		audit_copy_close(&where);
	}
	audit_trust_done(&proving->trust);
	if (err != SKL_OK && err != SKL_ESTATE) {
		fprintf(stderr, "schakel-audit: %s\n", why.text);
		return AUDIT_UNREADABLE;
	}
	return err == SKL_OK ? AUDIT_OK : AUDIT_NO;
}

int audit_proof(int argc, char **argv)
{
	static const struct option names[] = {
		{"store", required_argument, NULL, 's'},
		AUDIT_TRUST_OPTIONS,
		{"out", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct proving proving = {.store = NULL};
	bool is_wrong = false;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's':
			proving.store = optarg;
			break;
		case 'o':
			proving.out = optarg;
			break;
		case 'h':
			usage(stdout);
			return AUDIT_OK;
		default:
			is_wrong |= !audit_trust_take(&proving.trust, option, optarg);
			break;
		}
	}
	if (is_wrong || !proving.store || !audit_trust_is_given(&proving.trust) ||
	    optind + 1 != argc || !parse_index(argv[optind], &proving.index)) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	return run(&proving);
}
