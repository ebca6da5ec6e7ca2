/* SPDX-License-Identifier: EUPL-1.2 */
#include "fake_hub.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_promise.h"
#include "skl_receipt.h"
#include "skl_unpack.h"

#define PARTS (2 + HUB_FRAMES)

static struct hub_bytes copy_of(struct skl_view view)
{
	struct hub_bytes bytes = {
		.data = skl_memdup(view.data ? view.data : (const uint8_t *)"", view.len),
		.len = view.len};
	assert_non_null(bytes.data);
	return bytes;
}

static struct skl_view view_of(struct hub_bytes bytes)
{
	return skl_view_of(bytes.data, bytes.len);
}

/* ---- sending ---- */

static void send_frames(struct fake_hub *hub, const uint8_t routing[32],
			const struct skl_view *frames, size_t count)
{
	if (zmq_send(hub->socket, routing, 32, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
		return; /* the peer is gone */
	for (size_t i = 0; i < count; i++)
		(void)zmq_send(hub->socket, frames[i].data ? (const void *)frames[i].data : "",
			       frames[i].len, ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0));
}

static void answer(struct fake_hub *hub, const uint8_t routing[32], const char *command,
		   const ProtobufCMessage *message)
{
	struct skl_buf body;
	skl_buf_init(&body, SKL_LIMIT_ANSWER);
	assert_int_equal(skl_pack(message, &body), SKL_OK);
	struct skl_view frames[2] = {skl_view_str(command), skl_buf_view(&body)};
	send_frames(hub, routing, frames, 2);
	skl_buf_done(&body);
}

static void answer_error(struct fake_hub *hub, const uint8_t routing[32], uint32_t code,
			 const uint8_t *id, uint32_t retry_ms)
{
	Schakel__V1__Error error;
	uint8_t copy[16];
	schakel__v1__error__init(&error);
	error.code = code;
	error.retry_after_ms = retry_ms;
	if (id) {
		memcpy(copy, id, sizeof copy);
		error.id = (ProtobufCBinaryData){.len = sizeof copy, .data = copy};
	}
	answer(hub, routing, "ERROR", &error.base);
}

/* ---- sessions ---- */

static struct hub_session *find_session(struct fake_hub *hub, const uint8_t routing[32])
{
	for (size_t i = 0; i < HUB_SESSIONS; i++)
		if (hub->sessions[i].partner != -2 &&
		    !memcmp(hub->sessions[i].routing, routing, 32))
			return &hub->sessions[i];
	return NULL;
}

static struct hub_session *session_of(struct fake_hub *hub, int partner)
{
	for (size_t i = 0; i < HUB_SESSIONS; i++)
		if (hub->sessions[i].partner == partner)
			return &hub->sessions[i];
	return NULL;
}

size_t hub_session_count(const struct fake_hub *hub, int partner)
{
	size_t count = 0;
	for (size_t i = 0; i < HUB_SESSIONS; i++)
		count += hub->sessions[i].partner == partner;
	return count;
}

static void end_session(struct fake_hub *hub, struct hub_session *session)
{
	for (size_t i = 0; i < hub->offer_count; i++)
		if (hub->offers[i].partner == session->partner &&
		    hub->offers[i].state == HUB_OFFERED)
			hub->offers[i].state = HUB_WAITING;
	session->partner = -2;
}

static int partner_named(const struct fake_hub *hub, const char *id)
{
	for (int i = 0; i < WORLD_PARTNERS; i++)
		if (!strcmp(hub->world->partners[i].id, id))
			return i;
	return -1;
}

static void on_hello(struct fake_hub *hub, const uint8_t routing[32], struct skl_view body,
		     struct skl_arena *arena)
{
	Schakel__V1__Hello *hello = NULL;
	assert_int_equal(skl_unpack(&schakel__v1__hello__descriptor, body, arena, &hello), SKL_OK);
	int partner = partner_named(hub, hello->partner);
	assert_true(partner >= 0);
	if (hub->refuses_hello) {
		answer_error(hub, routing, SKL_EKEYREVOKED, NULL, 0);
		return;
	}
	if (hello->generation <= hub->generation[partner]) {
		answer_error(hub, routing, SKL_ESTATE, NULL, 0);
		return;
	}
	hub->generation[partner] = hello->generation;
	struct hub_session *old = session_of(hub, partner);
	if (old)
		end_session(hub, old);
	struct hub_session *session = session_of(hub, -2);
	if (!session) {
		fail_msg("no room for one more session");
		return;
	}
	*session = (struct hub_session){.partner = partner,
					.generation = hello->generation,
					.credit = hello->credit ? hello->credit->messages : 0};
	memcpy(session->routing, routing, 32);
	Schakel__V1__Welcome welcome;
	schakel__v1__welcome__init(&welcome);
	welcome.version = 1;
	welcome.origin = hub->world->origin;
	welcome.directory_number = hub->world->number - 1;
	welcome.hub_time_ms = skl_now_ms() + hub->ahead_ms;
	welcome.accepted_generation = hello->generation;
	if (hub->checkpoint.len)
		welcome.checkpoint = (char *)hub->checkpoint.data;
	answer(hub, routing, "WELCOME", &welcome.base);
}

/* ---- SUBMIT ---- */

static void add_leaf(struct fake_hub *hub, const char *sender, const char *recipient,
		     bool is_permitted)
{
	Schakel__V1__Entry entry;
	struct skl_buf leaf;
	char names[2][160];
	schakel__v1__entry__init(&entry);
	snprintf(names[0], sizeof names[0], "%s", sender);
	snprintf(names[1], sizeof names[1], "%s", recipient);
	entry.format = 1;
	entry.origin = hub->world->origin;
	entry.kind = SCHAKEL__V1__ENTRY_KIND__ENTRY_DECISION;
	entry.sender = names[0];
	entry.recipient = names[1];
	entry.decided_ms = skl_now_ms();
	entry.outcome = is_permitted ? SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED
				     : SCHAKEL__V1__OUTCOME__OUTCOME_DENIED_NO_RULE;
	skl_buf_init(&leaf, 65536);
	assert_int_equal(skl_pack(&entry.base, &leaf), SKL_OK);
	assert_true(hub->leaf_count < HUB_LEAVES);
	hub->leaves[hub->leaf_count++] = copy_of(skl_buf_view(&leaf));
	skl_buf_done(&leaf);
}

/* Entry and promise of leaf number of a commit of count leaves that begins at first. */
struct proof {
	Schakel__V1__EntryRef entry;
	Schakel__V1__Promise promise;
	char origin[64];
	uint8_t leaf_hash[32];
	uint8_t path[SKL_LIMIT_PATH_N][32];
	uint8_t root[32];
	uint8_t signature[64];
};

static void make_proof(struct fake_hub *hub, size_t first, size_t count, size_t number,
		       struct proof *proof)
{
	uint8_t hashes[SKL_LIMIT_RECIPIENTS_N][32];
	size_t path_count = 0;
	for (size_t i = 0; i < count; i++)
		skl_merkle_leaf(view_of(hub->leaves[first + i]), hashes[i]);
	skl_merkle_root((const uint8_t(*)[32])hashes, count, proof->root);
	assert_int_equal(skl_merkle_path((const uint8_t(*)[32])hashes, count, number, proof->path,
					 &path_count),
			 SKL_OK);
	snprintf(proof->origin, sizeof proof->origin, "%s", hub->world->origin);
	memcpy(proof->leaf_hash, hashes[number], 32);
	schakel__v1__entry_ref__init(&proof->entry);
	schakel__v1__promise__init(&proof->promise);
	const struct skl_key *key =
		hub->forges_promise ? hub->world->partners[VT].sign : hub->world->hub_promise;
	assert_int_equal(skl_promise_make(proof->origin, first, (uint32_t)count, proof->root, key,
					  proof->signature),
			 SKL_OK);
	proof->entry.origin = proof->origin;
	proof->entry.index = first + number;
	proof->entry.leaf_hash = (ProtobufCBinaryData){.len = 32, .data = proof->leaf_hash};
	proof->entry.path = (ProtobufCBinaryData){.len = path_count * 32, .data = proof->path[0]};
	proof->promise.origin = proof->origin;
	proof->promise.first_index = first;
	proof->promise.count = (uint32_t)count;
	proof->promise.root = (ProtobufCBinaryData){.len = 32, .data = proof->root};
	proof->promise.signature = (ProtobufCBinaryData){.len = 64, .data = proof->signature};
}

static struct hub_offer *new_offer(struct fake_hub *hub, int partner)
{
	assert_true(hub->offer_count < HUB_OFFERS);
	struct hub_offer *offer = &hub->offers[hub->offer_count++];
	*offer = (struct hub_offer){.partner = partner};
	return offer;
}

static void pack_offer(struct fake_hub *hub, struct hub_offer *offer, Schakel__V1__Offer *body)
{
	struct skl_buf buf;
	body->offer = (uint64_t)(offer - hub->offers) + 1;
	skl_buf_init(&buf, SKL_LIMIT_OFFER);
	assert_int_equal(skl_pack(&body->base, &buf), SKL_OK);
	offer->body = copy_of(skl_buf_view(&buf));
	skl_buf_done(&buf);
}

static void make_offer(struct fake_hub *hub, const struct skl_envelope *env, size_t i,
		       const struct skl_view *sections, size_t section_count,
		       const struct proof *proof, struct skl_arena *arena)
{
	const Schakel__V1__RecipientRow *row = skl_envelope_recipient(env, i);
	bool all[SKL_LIMIT_SECTIONS_N];
	memset(all, 1, sizeof all);
	struct skl_envelope_opens opens = {.recipient = row->number,
					   .sections = all,
					   .facts = UINT64_MAX,
					   .events = UINT64_MAX};
	Schakel__V1__OfferedMessage message;
	Schakel__V1__Offer body;
	Schakel__V1__EntryRef entry = proof->entry;
	Schakel__V1__Promise promise = proof->promise;
	schakel__v1__offered_message__init(&message);
	schakel__v1__offer__init(&body);
	assert_int_equal(skl_envelope_select(env, &opens, arena, &message), SKL_OK);
	message.entry = &entry;
	message.promise = &promise;
	message.case_seq =
		++hub->case_seq * 7; /* with gaps, as after what was offered and given up */
	body.what_case = SCHAKEL__V1__OFFER__WHAT_MESSAGE;
	body.message = &message;
	struct hub_offer *offer = new_offer(hub, partner_named(hub, row->partner));
	pack_offer(hub, offer, &body);
	for (size_t k = 0; k < section_count; k++)
		offer->sections[k] = copy_of(sections[k]);
	offer->section_count = section_count;
}

static void decide(struct fake_hub *hub, struct hub_message *kept, const struct skl_envelope *env,
		   const struct skl_view *sections, size_t section_count, struct skl_arena *arena)
{
	size_t count = env->of[SCHAKEL__V1__ROW__ROW_RECIPIENT].count;
	size_t first = hub->leaf_count;
	for (size_t i = 0; i < count; i++) {
		const Schakel__V1__RecipientRow *row = skl_envelope_recipient(env, i);
		char recipient[160];
		snprintf(recipient, sizeof recipient, "%s/%s", row->partner, row->desk);
		add_leaf(hub, env->common->sender, recipient, !hub->lies_in_leaf);
	}
	Schakel__V1__Result result;
	Schakel__V1__RecipientResult ones[SKL_LIMIT_RECIPIENTS_N];
	Schakel__V1__RecipientResult *list[SKL_LIMIT_RECIPIENTS_N];
	struct proof *proofs = skl_calloc(count, sizeof *proofs);
	assert_non_null(proofs);
	schakel__v1__result__init(&result);
	for (size_t i = 0; i < count; i++) {
		const Schakel__V1__RecipientRow *row = skl_envelope_recipient(env, i);
		make_proof(hub, first, count, i, &proofs[i]);
		schakel__v1__recipient_result__init(&ones[i]);
		ones[i].recipient = row->number;
		ones[i].partner = row->partner;
		ones[i].desk = row->desk;
		ones[i].outcome = SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED;
		ones[i].entry = &proofs[i].entry;
		list[i] = &ones[i];
		make_offer(hub, env, i, sections, section_count, &proofs[i], arena);
	}
	result.id = (ProtobufCBinaryData){.len = 16, .data = kept->id};
	result.outcome = SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED;
	result.recipients = list;
	result.n_recipients = count - (hub->drops_verdict ? 1 : 0);
	result.promise = &proofs[0].promise;
	struct skl_buf buf;
	skl_buf_init(&buf, SKL_LIMIT_ANSWER);
	assert_int_equal(skl_pack(&result.base, &buf), SKL_OK);
	kept->result = copy_of(skl_buf_view(&buf));
	skl_buf_done(&buf);
	skl_free(proofs);
}

static void note_submit(struct fake_hub *hub, const struct skl_view *parts, size_t count,
			const uint8_t id[16])
{
	struct skl_hasher hasher;
	assert_true(hub->submit_count < SKL_COUNT(hub->submit_digests));
	skl_hasher_init(&hasher, NULL);
	for (size_t i = 1; i < count; i++) {
		skl_hasher_add_u32be(&hasher, (uint32_t)parts[i].len);
		skl_hasher_add(&hasher, parts[i]);
	}
	skl_hasher_end(&hasher, hub->submit_digests[hub->submit_count]);
	memcpy(hub->submit_ids[hub->submit_count++], id, 16);
}

static void on_submit(struct fake_hub *hub, const struct hub_session *session,
		      const struct skl_view *parts, size_t count, struct skl_arena *arena)
{
	struct skl_envelope env;
	assert_int_equal(skl_envelope_decode(parts[1], SKL_FORM_SUBMIT, arena, &env, NULL), SKL_OK);
	const struct world_partner *sender = &hub->world->partners[session->partner];
	assert_int_equal(skl_envelope_verify(&env, sender->sign->public_key), SKL_OK);
	note_submit(hub, parts, count, env.common->id.data);
	if (hub->is_deaf[SKL_COMMAND_SUBMIT])
		return;
	if (hub->error_code) {
		answer_error(hub, session->routing, hub->error_code, env.common->id.data,
			     hub->error_retry_ms);
		return;
	}
	struct hub_message *kept = NULL;
	for (size_t i = 0; i < hub->message_count; i++)
		if (!memcmp(hub->messages[i].id, env.common->id.data, 16))
			kept = &hub->messages[i];
	if (!kept) {
		assert_true(hub->message_count < HUB_MESSAGES);
		kept = &hub->messages[hub->message_count++];
		memcpy(kept->id, env.common->id.data, 16);
		kept->sender = session->partner;
		decide(hub, kept, &env, parts + 2, count - 2, arena);
	}
	struct skl_view frames[2] = {skl_view_str("RESULT"), view_of(kept->result)};
	send_frames(hub, session->routing, frames, 2);
}

static void on_plan(struct fake_hub *hub, const struct hub_session *session, struct skl_view body,
		    struct skl_arena *arena)
{
	struct skl_envelope env;
	assert_int_equal(skl_envelope_decode(body, SKL_FORM_PLAN, arena, &env, NULL), SKL_OK);
	Schakel__V1__Result result;
	Schakel__V1__RecipientResult one;
	Schakel__V1__RecipientResult *list[1] = {&one};
	Schakel__V1__Cut cut;
	Schakel__V1__Cut *cuts[1] = {&cut};
	schakel__v1__result__init(&result);
	schakel__v1__recipient_result__init(&one);
	schakel__v1__cut__init(&cut);
	cut.section = skl_envelope_section(&env, 0)->number;
	one.recipient = skl_envelope_recipient(&env, 0)->number;
	one.outcome = SCHAKEL__V1__OUTCOME__OUTCOME_CUT;
	one.cuts = cuts;
	one.n_cuts = 1;
	result.id = env.common->id;
	result.outcome = SCHAKEL__V1__OUTCOME__OUTCOME_CUT;
	result.recipients = list;
	result.n_recipients = 1;
	answer(hub, session->routing, "PLAN_RESULT", &result.base);
}

/* ---- offers and receipts ---- */

static void send_offers(struct fake_hub *hub)
{
	for (size_t i = 0; i < hub->offer_count; i++) {
		struct hub_offer *offer = &hub->offers[i];
		struct hub_session *session = session_of(hub, offer->partner);
		if (offer->state != HUB_WAITING || !session || session->open >= session->credit)
			continue;
		struct hub_bytes copies[1 + HUB_FRAMES] = {0};
		struct skl_view frames[2 + HUB_FRAMES] = {skl_view_str("OFFER")};
		copies[0] = copy_of(view_of(offer->body));
		for (size_t k = 0; k < offer->section_count; k++)
			copies[1 + k] = copy_of(view_of(offer->sections[k]));
		if (hub->tamper)
			hub->tamper(hub->tamper_arg, copies, 1 + offer->section_count);
		for (size_t k = 0; k < 1 + offer->section_count; k++)
			frames[1 + k] = view_of(copies[k]);
		send_frames(hub, session->routing, frames, 2 + offer->section_count);
		for (size_t k = 0; k < 1 + offer->section_count; k++)
			skl_free(copies[k].data);
		offer->state = HUB_OFFERED;
		offer->times++;
		session->open++;
	}
}

static void forward(struct fake_hub *hub, const char *sender, Schakel__V1__SignedReceipt *receipt)
{
	Schakel__V1__Offer body;
	Schakel__V1__SignedReceipt copy = *receipt;
	struct hub_bytes bytes = copy_of(skl_view_of(receipt->receipt.data, receipt->receipt.len));
	if (hub->forges_receipt)
		bytes.data[bytes.len - 1] ^= 1;
	copy.receipt.data = bytes.data;
	schakel__v1__offer__init(&body);
	body.what_case = SCHAKEL__V1__OFFER__WHAT_RECEIPT;
	body.receipt = &copy;
	pack_offer(hub, new_offer(hub, partner_named(hub, sender)), &body);
	skl_free(bytes.data);
}

static void on_receipt(struct fake_hub *hub, struct hub_session *session, struct skl_view body,
		       struct skl_arena *arena)
{
	Schakel__V1__SignedReceipt *signed_receipt = NULL;
	Schakel__V1__Receipt *receipt = NULL;
	assert_int_equal(
		skl_unpack(&schakel__v1__signed_receipt__descriptor, body, arena, &signed_receipt),
		SKL_OK);
	assert_int_equal(skl_receipt_decode(signed_receipt, arena, &receipt), SKL_OK);
	assert_int_equal(
		skl_receipt_verify(signed_receipt,
				   hub->world->partners[session->partner].sign->public_key),
		SKL_OK);
	for (size_t i = 0; i < receipt->n_items; i++) {
		const Schakel__V1__ReceiptItem *item = receipt->items[i];
		assert_in_range(item->offer, 1, hub->offer_count);
		struct hub_offer *offer = &hub->offers[item->offer - 1];
		assert_int_equal(offer->partner, session->partner);
		if (offer->state == HUB_OFFERED && session->open)
			session->open--;
		bool is_stored = (unsigned)item->state == SKL_DELIVERY_STORED;
		if (offer->state != HUB_FINAL) {
			offer->state = is_stored ? HUB_STORED : HUB_FINAL;
			offer->delivery = (uint32_t)item->state;
			offer->reason = (uint32_t)item->reason;
		}
		hub->recorded_items++;
	}
	if (receipt->items[0]->sender[0])
		forward(hub, receipt->items[0]->sender, signed_receipt);
	Schakel__V1__Recorded recorded = SCHAKEL__V1__RECORDED__INIT;
	uint8_t digest[32];
	skl_hash(skl_view_of(signed_receipt->receipt.data, signed_receipt->receipt.len), digest);
	recorded.digest = (ProtobufCBinaryData){.len = sizeof digest, .data = digest};
	answer(hub, session->routing, "RECEIPT", &recorded.base);
}

static void on_rewrap(struct fake_hub *hub, const struct hub_session *session, struct skl_view body,
		      struct skl_arena *arena)
{
	Schakel__V1__Rewrap *rewrap = NULL;
	Schakel__V1__Row *rows[SKL_LIMIT_ROWS_N];
	Schakel__V1__Recorded recorded = SCHAKEL__V1__RECORDED__INIT;
	uint8_t digest[32];
	assert_int_equal(skl_unpack(&schakel__v1__rewrap__descriptor, body, arena, &rewrap),
			 SKL_OK);
	assert_int_equal(skl_rewrap_decode(rewrap, arena, rows), SKL_OK);
	assert_int_equal(
		skl_rewrap_verify(rewrap, hub->world->partners[session->partner].sign->public_key),
		SKL_OK);
	if (hub->rewrap_error && !memcmp(hub->rewrap_error_id, rewrap->id.data, 16)) {
		answer_error(hub, session->routing, hub->rewrap_error, rewrap->id.data, 0);
		return;
	}
	assert_true(hub->rewrap_count < HUB_MESSAGES);
	memcpy(hub->rewraps[hub->rewrap_count].id, rewrap->id.data, 16);
	memcpy(hub->rewraps[hub->rewrap_count].key_id, rows[0]->recipient->key_id.data, 16);
	hub->rewraps[hub->rewrap_count++].sections = rewrap->n_rows - 1;
	skl_hash(body, digest);
	recorded.digest = (ProtobufCBinaryData){.len = sizeof digest, .data = digest};
	answer(hub, session->routing, "REWRAP", &recorded.base);
}

/* ---- directory, checkpoints, proofs ---- */

static void on_directory(struct fake_hub *hub, const struct hub_session *session)
{
	Schakel__V1__DirectoryReply reply;
	schakel__v1__directory_reply__init(&reply);
	reply.number = hub->world->number - 1;
	reply.note = (char *)hub->world->directory.data;
	answer(hub, session->routing, "DIRECTORY", &reply.base);
}

static void on_proof(struct fake_hub *hub, const struct hub_session *session, struct skl_view body,
		     struct skl_arena *arena)
{
	Schakel__V1__ProofRequest *request = NULL;
	assert_int_equal(skl_unpack(&schakel__v1__proof_request__descriptor, body, arena, &request),
			 SKL_OK);
	Schakel__V1__ProofReply reply;
	uint8_t path[SKL_LIMIT_PATH_N][32];
	size_t count = 0;
	schakel__v1__proof_reply__init(&reply);
	reply.index = request->index;
	reply.old_size = request->old_size;
	uint64_t size = request->tree_size ? request->tree_size : hub->checkpoint_size;
	if (size && size <= hub->leaf_count && request->index < size) {
		enum skl_err err =
			request->old_size
				? skl_merkle_consistency(request->old_size, size, hub_read_subtree,
							 hub, path, &count)
				: skl_merkle_inclusion(request->index, size, hub_read_subtree, hub,
						       path, &count);
		assert_int_equal(err, SKL_OK);
		reply.tree_size = size;
		if (hub->forges_proof && count)
			path[0][0] ^= 1;
		reply.path = (ProtobufCBinaryData){.len = count * 32, .data = path[0]};
		reply.checkpoint = (char *)hub->checkpoint.data;
		if (!request->old_size)
			reply.leaf =
				(ProtobufCBinaryData){.len = hub->leaves[request->index].len,
						      .data = hub->leaves[request->index].data};
	}
	if (!hub->loses_proof || hub->seen[SKL_COMMAND_PROOF] % hub->loses_proof)
		answer(hub, session->routing, "PROOF", &reply.base);
}

static void send_checkpoint(struct fake_hub *hub, const uint8_t routing[32])
{
	Schakel__V1__Checkpoint checkpoint;
	schakel__v1__checkpoint__init(&checkpoint);
	if (hub->checkpoint.len)
		checkpoint.note = (char *)hub->checkpoint.data;
	answer(hub, routing, "CHECKPOINT", &checkpoint.base);
}

void hub_tell(struct fake_hub *hub)
{
	for (size_t i = 0; i < HUB_SESSIONS; i++)
		if (hub->sessions[i].partner >= 0)
			send_checkpoint(hub, hub->sessions[i].routing);
}

void hub_sign(struct fake_hub *hub)
{
	struct skl_checkpoint checkpoint = {.size = hub->leaf_count};
	struct skl_buf text;
	snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", hub->world->origin);
	skl_buf_init(&text, 4096);
	assert_true(hub->leaf_count > 0);
	hub_subtree(hub, 0, hub->leaf_count, checkpoint.root);
	skl_checkpoint_format(&checkpoint, &text);
	skl_buf_clear(&hub->checkpoint);
	assert_int_equal(
		skl_note_sign(skl_buf_view(&text), hub->world->hub_log, NULL, &hub->checkpoint),
		SKL_OK);
	skl_buf_done(&text);
	hub->checkpoint_size = hub->leaf_count;
	hub_tell(hub);
}

void hub_announce(struct fake_hub *hub, uint64_t number)
{
	Schakel__V1__Notice notice;
	schakel__v1__notice__init(&notice);
	notice.directory_number = number;
	for (size_t i = 0; i < HUB_SESSIONS; i++)
		if (hub->sessions[i].partner >= 0)
			answer(hub, hub->sessions[i].routing, "NOTICE", &notice.base);
}

void hub_notice(struct fake_hub *hub, int partner, const Schakel__V1__Notice *notice)
{
	Schakel__V1__Offer body;
	Schakel__V1__Notice copy = *notice;
	schakel__v1__offer__init(&body);
	body.what_case = SCHAKEL__V1__OFFER__WHAT_NOTICE;
	body.notice = &copy;
	pack_offer(hub, new_offer(hub, partner), &body);
}

void hub_send(struct fake_hub *hub, int partner, const struct skl_view *frames, size_t count)
{
	struct hub_session *session = session_of(hub, partner);
	assert_non_null(session);
	send_frames(hub, session->routing, frames, count);
}

/* ---- the loop ---- */

static void on_ping(struct fake_hub *hub, const uint8_t routing[32], struct skl_view body,
		    struct skl_arena *arena)
{
	Schakel__V1__Ping *ping = NULL;
	assert_int_equal(skl_unpack(&schakel__v1__ping__descriptor, body, arena, &ping), SKL_OK);
	answer(hub, routing, "PONG", &ping->base);
}

static void on_cosign(struct fake_hub *hub, struct skl_view body, struct skl_arena *arena)
{
	Schakel__V1__Cosignature *cosignature = NULL;
	assert_int_equal(
		skl_unpack(&schakel__v1__cosignature__descriptor, body, arena, &cosignature),
		SKL_OK);
	hub->cosigned++;
	hub->cosigned_size = cosignature->tree_size;
	if (!hub->keeps_cosignatures || cosignature->tree_size != hub->checkpoint_size)
		return;
	skl_buf_addf(&hub->checkpoint, "%s\n", cosignature->line);
	hub_tell(hub);
}

static void dispatch(struct fake_hub *hub, const uint8_t routing[32], struct skl_view *parts,
		     size_t count, struct skl_arena *arena)
{
	enum skl_command command = skl_command_from(parts[0]);
	struct hub_session *session = find_session(hub, routing);
	assert_int_not_equal(command, SKL_COMMAND_UNSPECIFIED);
	hub->seen[command]++;
	if (hub->is_silent || (hub->is_deaf[command] && command != SKL_COMMAND_SUBMIT))
		return;
	if (command == SKL_COMMAND_HELLO) {
		on_hello(hub, routing, parts[1], arena);
		return;
	}
	if (!session) {
		answer_error(hub, routing, SKL_ESTATE, NULL, 0);
		return;
	}
	switch ((unsigned)command) {
	case SKL_COMMAND_SUBMIT:
		on_submit(hub, session, parts, count, arena);
		break;
	case SKL_COMMAND_PLAN:
		on_plan(hub, session, parts[1], arena);
		break;
	case SKL_COMMAND_RECEIPT:
		on_receipt(hub, session, parts[1], arena);
		break;
	case SKL_COMMAND_REWRAP:
		on_rewrap(hub, session, parts[1], arena);
		break;
	case SKL_COMMAND_CREDIT: {
		Schakel__V1__Credit *credit = NULL;
		assert_int_equal(
			skl_unpack(&schakel__v1__credit__descriptor, parts[1], arena, &credit),
			SKL_OK);
		session->credit = credit->messages;
		break;
	}
	case SKL_COMMAND_DIRECTORY:
		on_directory(hub, session);
		break;
	case SKL_COMMAND_PROOF:
		on_proof(hub, session, parts[1], arena);
		break;
	case SKL_COMMAND_CHECKPOINT:
		send_checkpoint(hub, routing);
		break;
	case SKL_COMMAND_COSIGN:
		on_cosign(hub, parts[1], arena);
		break;
	case SKL_COMMAND_PING:
		on_ping(hub, routing, parts[1], arena);
		break;
	case SKL_COMMAND_BYE:
		end_session(hub, session);
		break;
	default:
		break;
	}
}

static bool read_one(struct fake_hub *hub)
{
	zmq_msg_t msgs[PARTS];
	struct skl_view parts[PARTS];
	size_t count = 0;
	int more = 1;
	while (more) {
		assert_true(count < PARTS);
		assert_int_equal(zmq_msg_init(&msgs[count]), 0);
		if (zmq_msg_recv(&msgs[count], hub->socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&msgs[count]);
			assert_int_equal(count, 0);
			return false;
		}
		parts[count] = skl_view_of(zmq_msg_data(&msgs[count]), zmq_msg_size(&msgs[count]));
		more = zmq_msg_more(&msgs[count]);
		count++;
	}
	struct skl_arena arena;
	skl_arena_init(&arena, 32u << 20, 1u << 20);
	assert_true(count >= 2);
	assert_int_equal(parts[0].len, 32);
	dispatch(hub, parts[0].data, parts + 1, count - 1, &arena);
	skl_arena_done(&arena);
	for (size_t i = 0; i < count; i++)
		zmq_msg_close(&msgs[i]);
	return true;
}

void hub_wait(struct fake_hub *hub, long max_ms)
{
	zmq_pollitem_t item = {.socket = hub->socket, .events = ZMQ_POLLIN};
	(void)zmq_poll(&item, 1, max_ms);
}

void hub_step(struct fake_hub *hub)
{
	if (!hub->socket)
		return;
	while (read_one(hub))
		continue;
	if (!hub->is_silent)
		send_offers(hub);
}

static void bind_socket(struct fake_hub *hub)
{
	int one = 1;
	int zero = 0;
	hub->context = zmq_ctx_new();
	hub->socket = zmq_socket(hub->context, ZMQ_ROUTER);
	assert_non_null(hub->socket);
	assert_int_equal(zmq_setsockopt(hub->socket, ZMQ_CURVE_SERVER, &one, sizeof one), 0);
	assert_int_equal(zmq_setsockopt(hub->socket, ZMQ_CURVE_SECRETKEY,
					hub->world->hub_transport->secret, 32),
			 0);
	assert_int_equal(zmq_setsockopt(hub->socket, ZMQ_ROUTER_MANDATORY, &one, sizeof one), 0);
	assert_int_equal(zmq_setsockopt(hub->socket, ZMQ_LINGER, &zero, sizeof zero), 0);
	assert_int_equal(zmq_bind(hub->socket, hub->world->endpoint), 0);
	for (size_t i = 0; i < HUB_SESSIONS; i++)
		hub->sessions[i] = (struct hub_session){.partner = -2};
}

void hub_open(struct fake_hub *hub, struct world *world)
{
	*hub = (struct fake_hub){.world = world};
	skl_buf_init(&hub->checkpoint, 65536);
	bind_socket(hub);
}

static void unbind_socket(struct fake_hub *hub)
{
	if (!hub->socket)
		return;
	zmq_close(hub->socket);
	zmq_ctx_term(hub->context);
	hub->socket = NULL;
}

void hub_crash(struct fake_hub *hub)
{
	for (size_t i = 0; i < HUB_SESSIONS; i++)
		if (hub->sessions[i].partner >= 0)
			end_session(hub, &hub->sessions[i]);
	unbind_socket(hub);
	bind_socket(hub);
}

void hub_forget(struct fake_hub *hub)
{
	for (size_t i = 0; i < hub->message_count; i++)
		skl_free(hub->messages[i].result.data);
	hub->message_count = 0;
}

void hub_lose(struct fake_hub *hub, size_t size)
{
	hub_crash(hub);
	hub_cut(hub, size);
	hub_forget(hub);
	for (size_t i = 0; i < hub->offer_count; i++)
		hub->offers[i].state = HUB_FINAL;
	hub->checkpoint.len = 0;
	add_leaf(hub, "", "", true); /* a new epoch begins with an entry of its own */
}

void hub_cut(struct fake_hub *hub, size_t size)
{
	for (size_t i = size; i < hub->leaf_count; i++)
		skl_free(hub->leaves[i].data);
	hub->leaf_count = size;
}

void hub_close(struct fake_hub *hub)
{
	unbind_socket(hub);
	hub_cut(hub, 0);
	hub_forget(hub);
	for (size_t i = 0; i < hub->offer_count; i++) {
		skl_free(hub->offers[i].body.data);
		for (size_t k = 0; k < hub->offers[i].section_count; k++)
			skl_free(hub->offers[i].sections[k].data);
	}
	skl_buf_done(&hub->checkpoint);
}
