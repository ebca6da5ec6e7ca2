/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef NEWEST_H
#define NEWEST_H

/* newest - the checkpoint of a copy that counts most. Owner: one thread. */

#include "copy.h"
#include "skl_tlog_policy.h"

/* The newest with the signatures that the policy asks for; its note is left in text. */
bool newest_checkpoint(const struct copy *copy, const struct skl_tlog_policy *policy,
		       struct skl_checkpoint *ret_checkpoint, struct skl_buf *text);

/* The one at this size that the log signed; the quorum is not asked for. */
bool newest_checkpoint_at(const struct copy *copy, const struct skl_tlog_policy *policy,
			  uint64_t size, struct skl_checkpoint *ret_checkpoint,
			  struct skl_buf *text);

/* skl_merkle_read_fn over the stored hashes of the copy, which is arg. */
enum skl_err newest_read_hash(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32]);

#endif
