/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_core.h"
#include "skl_frame.h"
#include "skl_leaf.h"
#include "skl_mandate.h"
#include "skl_unpack.h"

static enum skl_err prove(struct skl_hub *hub, const Schakel__V1__ProofRequest *request,
			  const struct skl_peer *peer, Schakel__V1__ProofReply *reply)
{
	const struct skl_txn_opts look = {.read_only = true};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	struct skl_trail_path *path = skl_arena_alloc(&hub->turn_arena, sizeof(*path));
	struct skl_view note, leaf;
	struct skl_leaf entry;
	uint64_t size = 0;
	enum skl_err err = path ? skl_txn_begin(hub->store, &look, &txn) : SKL_ENOMEM;

	if (err == SKL_OK && !request->tree_size)
		err = skl_trail_checkpoint_latest(txn, &size, &note);
	else if (err == SKL_OK)
		err = skl_trail_checkpoint_find(txn, request->tree_size, &size, &note);
	if (err != SKL_OK)
		return err;
	if (request->tree_size && size != request->tree_size)
		return SKL_ENOTFOUND; /* no checkpoint of that size was signed */
	err = request->old_size ? skl_trail_consistency(txn, request->old_size, size, path)
				: skl_trail_inclusion(txn, request->index, size, path);
	if (err == SKL_OK && !request->old_size)
		err = skl_trail_entry(txn, request->index, &entry);
	if (err != SKL_OK)
		return err;
	if (!request->old_size &&
	    (strcmp(entry.sender, peer->id) == 0 || skl_mandate_is_at(entry.recipient, peer->id)) &&
	    skl_trail_leaf(txn, request->index, &leaf) == SKL_OK)
		reply->leaf = skl_pb_bytes(skl_arena_copy(&hub->turn_arena, leaf.data, leaf.len),
					   leaf.len);
	reply->path = skl_pb_bytes(path->hash, path->count * SKL_STORE_HASH);
	reply->checkpoint = skl_arena_copy(&hub->turn_arena, note.data, note.len);
	reply->tree_size = size;
	return reply->checkpoint ? SKL_OK : SKL_ENOMEM;
}

enum skl_err skl_query_proof(struct skl_hub *hub, const struct skl_msg *msg,
			     const struct skl_peer *peer)
{
	Schakel__V1__ProofRequest *request = NULL;
	Schakel__V1__ProofReply reply;
	struct skl_view body;
	enum skl_err err;

	if (msg->count != 2)
		return SKL_EMALFORMED;
	err = skl_unpack(skl_command_body(SKL_COMMAND_PROOF, false), skl_msg_frame(msg, 1),
			 &hub->turn_arena, &request);
	if (err != SKL_OK)
		return err;
	schakel__v1__proof_reply__init(&reply);
	if (prove(hub, request, peer, &reply) != SKL_OK)
		schakel__v1__proof_reply__init(&reply); /* cannot be proved, yet or at all */
	reply.index = request->index;
	reply.old_size = request->old_size;
	body = skl_record_pack(&hub->turn_arena, &reply.base, SKL_LIMIT_ANSWER);
	if (!body.data)
		return SKL_ENOMEM;
	(void)skl_gate_send(hub, msg->routing, msg->routing_len,
			    skl_command_name(SKL_COMMAND_PROOF), &body, 1); /* it is asked again */
	return SKL_OK;
}
