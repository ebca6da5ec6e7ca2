/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONSISTENCY_H
#define CONSISTENCY_H

/*
 * consistency - a file that shows that one checkpoint only adds entries to another: RFC 9162 2.1.4.
 *
 *     schakel/v1 consistency
 *     old SIZE                of the older checkpoint
 *     HASH                    the proof, a hash a line, in base64
 *     ..
 *                             an empty line
 *     the newer checkpoint    a signed note, with an empty line behind it
 *     the older checkpoint    another
 *
 * Without the first line and the older checkpoint it is what c2sp.org/tlog-witness sends a witness.
 *
 * Owner:    one thread.
 * Lifetime: the notes are borrowed from what was parsed.
 * Errors:   ESYNTAX; what does not prove itself is said in words.
 * Limits:   SKL_LIMIT_PATH_N hashes; notes as in skl_note.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_limits.h"
#include "skl_tlog_policy.h"

struct consistency {
	uint64_t old_size;
	size_t count;
	uint8_t path[SKL_LIMIT_PATH_N][32];
	struct skl_view new_note, old_note;
};

/* Is this text meant to be one? */
bool consistency_is(struct skl_view text);

void consistency_format(const struct consistency *proof, struct skl_buf *buf);
SKL_MUST_CHECK enum skl_err consistency_parse(struct skl_view text, struct consistency *ret_proof);

struct consistency_found {
	struct skl_checkpoint old_one, new_one;
	struct skl_tlog_verdict old_verdict, new_verdict;
};

/*
 * NULL: proven. The log must have signed both, and the quorum the newer one: the older may be what
 * somebody kept before there was one.
 */
const char *consistency_check(const struct consistency *proof, const struct skl_tlog_policy *policy,
			      struct consistency_found *ret_found);

#endif
