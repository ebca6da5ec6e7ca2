/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "bundle.h"
#include "consistency.h"
#include "copy.h"
#include "newest.h"
#include "skl_file.h"
#include "skl_merkle.h"
#include "skl_note.h"
#include "skl_text.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit proof --store DIR --log-key VKEY|--policy FILE|--registrar "
	      "SIDE:VKEY\n"
	      "           [options] INDEX | --consistency OLD [NEW]\n"
	      "\n"
	      "Proves an entry: by the newest checkpoint that covers it and has its quorum of\n"
	      "witnesses, and the path from the one to the other, after checking all of it.\n"
	      "\n"
	      "  --consistency      prove instead that checkpoint NEW (the newest with its "
	      "quorum)\n"
	      "                     only adds entries to checkpoint OLD: each by its size, or a "
	      "file\n"
	      "                     with one that somebody kept\n" AUDIT_TRUST_HELP
	      "  --out DIR          write it there, with what is needed to "
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
	bool is_consistency;
	const char *old_one, *new_one; /* as given; new_one NULL: the newest */
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

static enum skl_err no_checkpoint(void)
{
	fputs("schakel-audit: there is no checkpoint with the signatures it needs\n", stderr);
	return SKL_ESTATE;
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

	if (!newest_checkpoint(copy, policy, &checkpoint, &note))
		return no_checkpoint();
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

/* A checkpoint of the copy by its size, or one in a file. ESTATE: it does not count, which was
 * said. */
static enum skl_err find_checkpoint(const struct copy *copy, const struct skl_tlog_policy *policy,
				    const char *given, struct skl_checkpoint *ret_checkpoint,
				    struct skl_buf *note, struct skl_error *reterr)
{
	static struct skl_note parsed; /* large; there is one thread */
	uint64_t size;
	enum skl_err err;

	if (!given)
		return newest_checkpoint(copy, policy, ret_checkpoint, note) ? SKL_OK
									     : no_checkpoint();
	if (parse_index(given, &size)) {
		if (size && newest_checkpoint_at(copy, policy, size, ret_checkpoint, note))
			return SKL_OK;
		fprintf(stderr, "schakel-audit: no signed checkpoint at %s\n", given);
		return SKL_ESTATE;
	}
	err = skl_file_read(given, note, reterr);
	if (err != SKL_OK)
		return err;
	if (skl_note_parse(skl_buf_view(note), &parsed) == SKL_OK &&
	    skl_checkpoint_parse(parsed.text, ret_checkpoint) == SKL_OK)
		return SKL_OK;
	fprintf(stderr, "schakel-audit: %s: no checkpoint\n", given);
	return SKL_ESTATE;
}

/* The same for two checkpoints. */
static enum skl_err prove_consistency(struct copy *copy, const struct skl_tlog_policy *policy,
				      const struct proving *proving, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf old_note = {.max = 65536};
	SKL_CLEANUP(skl_buf_done) struct skl_buf new_note = {.max = 65536};
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	SKL_CLEANUP(skl_buf_done) struct skl_buf trusted = {.max = SKL_LIMIT_NOTE};
	struct consistency proof = {.count = 0};
	struct skl_checkpoint old_one, new_one;
	struct consistency_found found;
	const char *wrong;
	enum skl_err err =
		find_checkpoint(copy, policy, proving->old_one, &old_one, &old_note, reterr);

	if (err == SKL_OK)
		err = find_checkpoint(copy, policy, proving->new_one, &new_one, &new_note, reterr);
	if (err != SKL_OK)
		return err;
	proof.old_size = old_one.size;
	proof.old_note = skl_buf_view(&old_note);
	proof.new_note = skl_buf_view(&new_note);
	wrong = "the trail does not have these sizes, the older first";
	if (skl_merkle_consistency(old_one.size, new_one.size, newest_read_hash, copy, proof.path,
				   &proof.count) == SKL_OK)
		wrong = consistency_check(&proof, policy, &found);
	if (wrong) {
		fprintf(stderr, "schakel-audit: %s: run verify\n", wrong);
		return SKL_ESTATE;
	}
	consistency_format(&proof, &text);
	err = skl_buf_err(&text);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "out of memory");
	if (!proving->out) {
		printf("%.*s", (int)text.len, (const char *)text.data);
		return SKL_OK;
	}
	err = audit_trust_text(&proving->trust, &trusted, reterr);
	return err == SKL_OK ? bundle_write_consistency(proving->out, &found, skl_buf_view(&text),
							skl_buf_view(&trusted), reterr)
			     : err;
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
			err = proving->is_consistency
				      ? prove_consistency(&copy, policy, proving, reterr)
				      : prove(&copy, policy, proving, reterr);
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

/* INDEX, or OLD [NEW]. */
static bool take_arguments(struct proving *proving, int count, char **words)
{
	if (!proving->is_consistency)
		return count == 1 && parse_index(words[0], &proving->index);
	proving->old_one = count > 0 ? words[0] : NULL;
	proving->new_one = count == 2 ? words[1] : NULL;
	return count == 1 || count == 2;
}

int audit_proof(int argc, char **argv)
{
	static const struct option names[] = {
		{"store", required_argument, NULL, 's'}, AUDIT_TRUST_OPTIONS,
		{"out", required_argument, NULL, 'o'},   {"consistency", no_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
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
		case 'c':
			proving.is_consistency = true;
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
	    !take_arguments(&proving, argc - optind, argv + optind)) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	return run(&proving);
}
