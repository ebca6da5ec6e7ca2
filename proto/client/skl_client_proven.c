/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_mem.h"
#include "skl_tlog_proof.h"

/* What is kept of the trail for good: proofs of what was promised, the newest checkpoint. */

#define PROOF_MAX (SKL_LIMIT_NOTE + 16384u)

/* The signed note of the witnessed checkpoint. ENOTFOUND: the spool has another by now. */
static enum skl_err witnessed_note(const struct skl_client *client, struct skl_spool_txn *txn,
				   struct skl_buf *note)
{
	static const enum skl_spool_meta places[] = {SKL_META_WITNESSED, SKL_META_CHECKPOINT};
	enum skl_err err = SKL_ENOTFOUND;
	for (size_t i = 0; i < SKL_COUNT(places) && err == SKL_ENOTFOUND; i++) {
		struct skl_checkpoint stored = {0};
		err = skl_client_pin_read(txn, places[i], &stored);
		if (!err && (stored.size != client->witnessed.size ||
			     memcmp(stored.root, client->witnessed.root, sizeof stored.root) != 0))
			err = SKL_ENOTFOUND;
		if (!err)
			err = skl_spool_meta_get(txn, places[i], note);
	}
	return err;
}

static enum skl_err format(const struct skl_spool_promise *promise, struct skl_view leaf,
			   struct skl_view path, struct skl_view note, struct skl_buf *text)
{
	struct skl_tlog_proof *proof = skl_calloc(1, sizeof *proof);
	if (!proof)
		return SKL_ENOMEM;
	proof->index = promise->index;
	proof->checkpoint = note;
	proof->count = path.len / 32; /* it was checked: whole hashes, as many as a path may have */
	if (path.len)                 /* the path of a tree of one is empty, and has no data */
		memcpy(proof->path, path.data, path.len);
	if (leaf.len <= sizeof proof->extra) {
		proof->extra_len = leaf.len;
		memcpy(proof->extra, leaf.data, leaf.len);
	}
	skl_tlog_proof_format(proof, text);
	skl_free(proof);
	return skl_buf_err(text);
}

enum skl_err skl_client_proven(struct skl_client *client, struct skl_spool_txn *txn,
			       const struct skl_spool_promise *promise, struct skl_view leaf,
			       struct skl_view path)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf note = {.max = SKL_LIMIT_NOTE};
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = PROOF_MAX};
	if (!client->opts.calls.on_proven)
		return SKL_OK;
	enum skl_err err = witnessed_note(client, txn, &note);
	if (!err)
		err = format(promise, leaf, path, skl_buf_view(&note), &text);
	struct skl_proven proven = {.id = promise->message_id,
				    .origin = promise->origin,
				    .index = promise->index,
				    .at_ms = promise->at_ms,
				    .text = skl_buf_view(&text)};
	return err ? err : client->opts.calls.on_proven(client->opts.arg, &proven);
}

enum skl_err skl_client_pinned(struct skl_client *client, struct skl_buf *ret_note)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = skl_spool_meta_get(txn, SKL_META_CHECKPOINT, ret_note);
	skl_spool_abort(txn);
	return err;
}
