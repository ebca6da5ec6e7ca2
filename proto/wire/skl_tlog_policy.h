/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TLOG_POLICY_H
#define SKL_TLOG_POLICY_H

/*
 * skl_tlog_policy - which logs and how many witnesses make a checkpoint good: c2sp.org/tlog-policy.
 *
 * Owner:    immutable after parsing: any thread may read, one frees.
 * Lifetime: parse or of_directory .. free; borrowed pointers live as long.
 * Errors:   ESYNTAX with line and reason; ESIGNATURE, see check; ENOMEM.
 * Limits:   SKL_TLOG_POLICY_MAX logs, and as many names of witnesses and groups.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_directory.h"
#include "skl_err.h"
#include "skl_note.h"

#define SKL_TLOG_POLICY_MAX 128

struct skl_tlog_policy;

/* Names keep their bytes; URLs are passed over. */
SKL_MUST_CHECK enum skl_err skl_tlog_policy_parse(struct skl_view text,
						  struct skl_tlog_policy **ret_policy,
						  struct skl_error *reterr);
void skl_tlog_policy_free(struct skl_tlog_policy *policy);
SKL_DEFINE_CLEANUP(struct skl_tlog_policy, skl_tlog_policy_free)

/*
 * The policy of a directory, as text: the log keys of the trail in force; its witnesses, less those
 * of suspended partners; and the quorum: one of side care and one of side justice, or none where
 * the directory does not have both.
 */
void skl_tlog_policy_text(const struct skl_directory *directory, struct skl_buf *buf);
/* The same, parsed. */
SKL_MUST_CHECK enum skl_err skl_tlog_policy_of(const struct skl_directory *directory,
					       struct skl_tlog_policy **ret_policy);

/* Are cosignatures asked for at all? */
bool skl_tlog_policy_has_quorum(const struct skl_tlog_policy *policy);

size_t skl_tlog_policy_log_count(const struct skl_tlog_policy *policy);
const struct skl_note_verifier *skl_tlog_policy_log(const struct skl_tlog_policy *policy,
						    size_t index);

/* What the signatures of a checkpoint amount to. */
struct skl_tlog_verdict {
	bool is_signed;      /* by one of the logs */
	unsigned cosigned;   /* witnesses that did */
	bool is_witnessed;   /* the quorum is met; always where there is none */
	uint64_t first_at_s; /* of these cosignatures, since 1970; 0: none */
	uint64_t last_at_s;
};

/*
 * Judge the signatures of a note, whatever its text. ESIGNATURE: one of them is of a log or witness
 * of the policy and does not verify, which makes the whole note bad.
 */
SKL_MUST_CHECK enum skl_err skl_tlog_policy_check(const struct skl_tlog_policy *policy,
						  const struct skl_note *note,
						  struct skl_tlog_verdict *ret_verdict);

#endif
