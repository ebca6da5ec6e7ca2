/* SPDX-License-Identifier: EUPL-1.2 */
#include "newest.h"

#include <string.h>

#include "mdbfile.h"
#include "skl_note.h"

enum skl_err newest_read_hash(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	const uint8_t *hash = copy_hash(arg, level, number);

	if (!hash)
		return SKL_ECORRUPT;
	memcpy(ret_hash, hash, 32);
	return SKL_OK;
}

/* size: the only one that counts; 0: the newest with its quorum. */
static bool find(const struct copy *copy, const struct skl_tlog_policy *policy, uint64_t size,
		 struct skl_checkpoint *ret_checkpoint, struct skl_buf *text)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	static struct skl_note note; /* large; there is one thread */
	struct skl_view key, value;
	bool is_found = false;

	if (mdbfile_cursor_new(copy->file, "checkpoint", &cursor) != SKL_OK)
		return false;
	while (mdbfile_cursor_next(cursor, &key, &value)) {
		struct skl_checkpoint checkpoint;
		struct skl_tlog_verdict verdict;

		if (value.len < 2 ||
		    skl_note_parse(skl_view_of(value.data + 1, value.len - 1), &note) != SKL_OK ||
		    skl_tlog_policy_check(policy, &note, &verdict) != SKL_OK ||
		    !verdict.is_signed || (!size && !verdict.is_witnessed) ||
		    skl_checkpoint_parse(note.text, &checkpoint) != SKL_OK ||
		    (size && checkpoint.size != size) ||
		    strcmp(checkpoint.origin, copy->origin) != 0)
			continue;
		*ret_checkpoint = checkpoint;
		skl_buf_clear(text);
		skl_buf_add(text, value.data + 1, value.len - 1);
		is_found = true;
	}
	return is_found && skl_buf_err(text) == SKL_OK;
}

bool newest_checkpoint(const struct copy *copy, const struct skl_tlog_policy *policy,
		       struct skl_checkpoint *ret_checkpoint, struct skl_buf *text)
{
	return find(copy, policy, 0, ret_checkpoint, text);
}

bool newest_checkpoint_at(const struct copy *copy, const struct skl_tlog_policy *policy,
			  uint64_t size, struct skl_checkpoint *ret_checkpoint,
			  struct skl_buf *text)
{
	return find(copy, policy, size, ret_checkpoint, text);
}
