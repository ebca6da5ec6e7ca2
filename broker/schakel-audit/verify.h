/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef VERIFY_H
#define VERIFY_H

/*
 * verify - read a copy of the trail again from its bytes, compute everything again, and say what
 * is wrong.
 *
 * Owner:    one thread.
 * Errors:   EIO, EFORMAT, ENOTFOUND, ENOMEM and others: the copy, a key or a file cannot be read.
 *           What is wrong with the trail is a finding, not an error.
 * Limits:   see copy.h and findings.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "findings.h"
#include "skl_attr.h"
#include "skl_err.h"
#include "skl_note.h"
#include "skl_tlog_policy.h"

struct copy_epochs;

struct verify_opts {
	const char *data_path; /* data.mdb of the copy */
	/* Logs, whose name is the origin, and what makes their checkpoints good. */
	const struct skl_tlog_policy *policy;
	const char *vault_path; /* NULL: details are not opened */
	/* What the guard file held before the copy was made: read later, the guard of a hub that
	 * serves would be ahead of it. NULL: no guard. */
	const struct skl_checkpoint *guard;
	const char *promise_key;          /* base64, NULL: signatures of promises are not checked */
	const char *const *promise_paths; /* saved RESULTs */
	size_t promise_count;
	const char *const *checkpoint_paths; /* checkpoints that others kept */
	size_t checkpoint_count;
	const struct copy_epochs *epochs; /* what the trail was before; or NULL */
};

struct verify_counts {
	char origin[SKL_LEAF_ORIGIN_MAX + 1];
	uint64_t entries;
	uint64_t checkpoints; /* validly signed */
	uint64_t signed_size; /* entries under the newest of them */
	uint64_t
		witnessed_size; /* under the newest with a quorum; = signed_size if none is asked */
	uint64_t details_opened;
	uint64_t details_erased;
	uint64_t details_unopened; /* no vault given */
	uint64_t promises;         /* of partners, checked */
};

/* Read a guard file. ESYNTAX if it is none. */
SKL_MUST_CHECK enum skl_err verify_read_guard(const char *path, struct skl_checkpoint *ret_head,
					      struct skl_error *reterr);

SKL_MUST_CHECK enum skl_err verify_run(const struct verify_opts *opts, struct findings *findings,
				       struct verify_counts *ret_counts, struct skl_error *reterr);

#endif
