/* SPDX-License-Identifier: EUPL-1.2 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "consistency.h"
#include "skl_file.h"
#include "skl_leaf.h"
#include "skl_tlog_proof.h"
#include "tiles.h"

#define PROOF_MAX 65536

static void usage(FILE *to)
{
	fputs("usage: schakel-audit check [--policy FILE | --log-key VKEY] FOLDER|FILE\n"
	      "\n"
	      "Checks a proof off-line: a folder that `proof --out` or `tiles --out` wrote, what\n"
	      "`proof --consistency` printed, or a file that an adapter kept.\n"
	      "\n"
	      "  --policy FILE   logs, witnesses and quorum that you trust: a C2SP tlog-policy\n"
	      "  --log-key VKEY  the log alone (repeat for older keys)\n"
	      "\n"
	      "With neither, the keys in the folder are taken, and it is said so. A file has "
	      "none.\n"
	      "Exit status: 0 proven, 1 not proven, 2 wrong options, 3 it cannot be read.\n",
	      to);
}

static enum skl_err read_part(const char *folder, const char *name, struct skl_buf *buf,
			      struct skl_error *reterr)
{
	char path[4096];
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (len < 0 || (size_t)len >= sizeof(path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	return skl_file_read(path, buf, reterr);
}

/* Whom to believe: what the caller gave, or what the folder (NULL: none) brings along. */
static enum skl_err open_trust(const struct audit_trust *given, const char *folder,
			       struct skl_tlog_policy **ret_policy, struct skl_error *reterr)
{
	char path[4096];
	struct audit_trust own = {.policy_path = path};
	int len = snprintf(path, sizeof(path), "%s/policy", folder ? folder : "");

	if (given->policy_path || given->log_key_count || !folder)
		return audit_trust_open(given, ret_policy, reterr);
	if (len < 0 || (size_t)len >= sizeof(path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	fputs("schakel-audit: these keys are the folder's own: compare them with the directory\n",
	      stderr);
	return audit_trust_open(&own, ret_policy, reterr);
}

/* leaf: NULL if it is in the proof itself. */
static const char *judge(const struct skl_tlog_policy *policy, struct skl_view text,
			 const struct skl_view *leaf)
{
	struct skl_tlog_verdict verdict = {0};
	struct skl_checkpoint checkpoint = {.size = 0};
	struct skl_tlog_proof proof;
	struct skl_view bytes;
	struct skl_leaf entry;

	if (skl_tlog_proof_parse(text, &proof) != SKL_OK)
		return "it is no tlog-proof";
	bytes = leaf ? *leaf : skl_view_of(proof.extra, proof.extra_len);
	if (skl_tlog_proof_check(&proof, bytes, policy, &checkpoint, &verdict) != SKL_OK)
		return "the path does not lead to the root, or a signature does not verify";
	if (!verdict.is_signed)
		return "the log did not sign";
	if (!verdict.is_witnessed)
		return "too few witnesses signed";
	if (strcmp(checkpoint.origin, skl_tlog_policy_log(policy, 0)->name) != 0)
		return "the checkpoint is of another trail";
	if (skl_leaf_decode(bytes, &entry) != SKL_OK)
		return "the entry cannot be read";
	printf("proven: entry %" PRIu64 " of %s, under the checkpoint at %" PRIu64
	       ", signed by %u witnesses\n",
	       proof.index, checkpoint.origin, checkpoint.size, verdict.cosigned);
	return NULL;
}

static bool has_file(const char *folder, const char *name)
{
	char path[4096];
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
	struct stat info;

	return len > 0 && (size_t)len < sizeof(path) && stat(path, &info) == 0;
}

static enum skl_err read_parts(const char *path, bool is_file, struct skl_buf *leaf,
			       struct skl_buf *proof, struct skl_error *reterr)
{
	enum skl_err err;

	if (is_file)
		return skl_file_read(path, proof, reterr);
	if (has_file(path, "consistency"))
		return read_part(path, "consistency", proof, reterr);
	err = read_part(path, "entry", leaf, reterr);
	return err == SKL_OK ? read_part(path, "entry.tlog-proof", proof, reterr) : err;
}

/* One checkpoint against another, from a file of its own or in a folder. */
static const char *judge_consistency(const struct skl_tlog_policy *policy, struct skl_view text)
{
	struct consistency_found found;
	struct consistency proof;
	const char *wrong;

	if (consistency_parse(text, &proof) != SKL_OK)
		return "it is no proof of consistency";
	wrong = consistency_check(&proof, policy, &found);
	if (!wrong)
		printf("proven: the checkpoint at %" PRIu64
		       " of %s only adds to the one at %" PRIu64
		       ", signed by %u and %u witnesses\n",
		       found.new_one.size, found.new_one.origin, found.old_one.size,
		       found.new_verdict.cosigned, found.old_verdict.cosigned);
	return wrong;
}

/* A whole trail, or a year of it. */
static int run_tiles(const struct audit_trust *trust, const char *folder)
{
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	struct skl_error why = {.text = ""};
	struct tiles_found found;
	enum skl_err err = open_trust(trust, folder, &policy, &why);

	if (err == SKL_OK)
		err = tiles_check(folder, policy, &found, &why);
	if (err != SKL_OK && err != SKL_ESIGNATURE) {
		fprintf(stderr, "schakel-audit: %s\n", why.text);
		return AUDIT_UNREADABLE;
	}
	if (err == SKL_ESIGNATURE)
		printf("not proven: %s\n", why.text);
	else
		printf("proven: %" PRIu64 " entries, %" PRIu64 "..%" PRIu64
		       " of %s, under the checkpoint at %" PRIu64 ", signed by %u witnesses\n",
		       found.entries, found.first, found.last, found.checkpoint.origin,
		       found.checkpoint.size, found.verdict.cosigned);
	return fflush(stdout) == 0 ? (err == SKL_OK ? AUDIT_OK : AUDIT_NO) : AUDIT_UNREADABLE;
}

static int run(const struct audit_trust *trust, const char *path)
{
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf leaf = {.max = SKL_LEAF_MAX};
	SKL_CLEANUP(skl_buf_done) struct skl_buf proof = {.max = PROOF_MAX};
	struct skl_error why = {.text = ""};
	struct skl_view bytes;
	struct stat info;
	bool is_file = stat(path, &info) == 0 && S_ISREG(info.st_mode);
	const char *wrong;
	enum skl_err err = read_parts(path, is_file, &leaf, &proof, &why);

	if (err == SKL_OK)
		err = open_trust(trust, is_file ? NULL : path, &policy, &why);
	if (err != SKL_OK) {
		fprintf(stderr, "schakel-audit: %s\n", why.text);
		return AUDIT_UNREADABLE;
	}
	bytes = skl_buf_view(&leaf);
	wrong = consistency_is(skl_buf_view(&proof))
			? judge_consistency(policy, skl_buf_view(&proof))
			: judge(policy, skl_buf_view(&proof), is_file ? NULL : &bytes);
	if (wrong)
		printf("not proven: %s\n", wrong);
	if (fflush(stdout) != 0)
		return AUDIT_UNREADABLE;
	return wrong ? AUDIT_NO : AUDIT_OK;
}

int audit_check(int argc, char **argv)
{
	static const struct option names[] = {
		{"policy", required_argument, NULL, 'y'},
		{"log-key", required_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct audit_trust trust = {.policy_path = NULL};
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 'y':
		case 'k':
			if (audit_trust_take(&trust, option, optarg))
				break;
			usage(stderr);
			return AUDIT_USAGE;
		case 'h':
			usage(stdout);
			return AUDIT_OK;
		default:
			usage(stderr);
			return AUDIT_USAGE;
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	return has_file(argv[optind], "checkpoint") ? run_tiles(&trust, argv[optind])
						    : run(&trust, argv[optind]);
}
