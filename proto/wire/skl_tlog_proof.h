/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TLOG_PROOF_H
#define SKL_TLOG_PROOF_H

/*
 * skl_tlog_proof - an entry's proof that can be checked off-line: c2sp.org/tlog-proof.
 *
 * Owner:    any thread; plain values.
 * Lifetime: the checkpoint is borrowed from what was parsed.
 * Errors:   ESYNTAX; ESIGNATURE.
 * Limits:   SKL_LIMIT_PATH_N hashes; a note as in skl_note.h.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_limits.h"
#include "skl_tlog_policy.h"

/* Bytes of an `extra` line that are kept; a longer one is passed over. */
#define SKL_TLOG_PROOF_EXTRA 1024

struct skl_tlog_proof {
	size_t extra_len; /* 0: no such line */
	uint8_t extra[SKL_TLOG_PROOF_EXTRA];
	uint64_t index;
	size_t count;
	uint8_t path[SKL_LIMIT_PATH_N][32];
	struct skl_view checkpoint; /* the signed note */
};

void skl_tlog_proof_format(const struct skl_tlog_proof *proof, struct skl_buf *buf);
/* Nothing vouches for an `extra` line. The adapters' proofs have the entry in it (proto 12.7). */
SKL_MUST_CHECK enum skl_err skl_tlog_proof_parse(struct skl_view text,
						 struct skl_tlog_proof *ret_proof);

/*
 * Does the path lead from the leaf to the checkpoint, and what are its signatures worth?
 * ESIGNATURE: it does not, or a log or witness of the policy did not sign what stands there;
 * ESYNTAX: no checkpoint. That a log signed it and the quorum is met, the verdict says.
 */
SKL_MUST_CHECK enum skl_err skl_tlog_proof_check(const struct skl_tlog_proof *proof,
						 struct skl_view leaf,
						 const struct skl_tlog_policy *policy,
						 struct skl_checkpoint *ret_checkpoint,
						 struct skl_tlog_verdict *ret_verdict);

#endif
