/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_opened.h"
#include "skl_text.h"
#include "skl_unpack.h"

/*
 * OFFER: nothing of it is believed before the sender's signature, our keys and the hub's promise
 * were checked. What fails is refused with a reason and not remembered, so that the true message
 * can still come; what passes is in the spool before its receipt leaves.
 */

struct offered {
	uint64_t offer;
	const Schakel__V1__OfferedMessage *message;
	const Schakel__V1__Common *common;
	const struct skl_view *frames;
	size_t frame_count;
	struct skl_opened *opened;
};

/* The reason a sender reads for an error of opening; unspecified: not the message's fault. */
static enum skl_reason reason_of(enum skl_err err)
{
	switch ((unsigned)err) {
	case SKL_OK:
	case SKL_ENOMEM:
		return SKL_REASON_UNSPECIFIED;
	case SKL_ESIGNATURE:
	case SKL_EROW:
		return SKL_REASON_SIGNATURE;
	case SKL_EKEYUNKNOWN:
	case SKL_EOPEN:
	case SKL_EIDENTITY:
		return SKL_REASON_CANNOT_OPEN;
	case SKL_EUTF8:
		return SKL_REASON_MISLABELLED;
	default:
		return SKL_REASON_UNREADABLE;
	}
}

/* The public signing key of the sender, valid when the message was made. */
static enum skl_err sender_key(const struct skl_client *client, const char *sender,
			       ProtobufCBinaryData key_id, int64_t at_ms,
			       const uint8_t **ret_public)
{
	const struct skl_dir_key *key = NULL;
	if (key_id.len != SKL_KEY_ID_BYTES)
		return SKL_EFIELD;
	enum skl_err err = skl_directory_sign_key(client->directory, key_id.data, at_ms, &key);
	if (err)
		return err;
	const struct skl_dir_partner *partner =
		skl_directory_partner_at(client->directory, key->partner);
	if (!partner || strcmp(partner->id, sender) != 0)
		return SKL_EIDENTITY;
	*ret_public = key->public_key;
	return SKL_OK;
}

/* Verify and open. *ret_reason says what the receipt will; EAGAIN: a newer directory is needed. */
static enum skl_err open_message(const struct skl_client *client, const struct offered *offered,
				 enum skl_reason *ret_reason, struct skl_error *why)
{
	const Schakel__V1__Rewrap *rewrap = offered->message->rewrap;
	const struct skl_key *desk_keys[SKL_CLIENT_KEYS];
	struct skl_opened_keys keys = {.partner = client->opts.partner, .desk_keys = desk_keys};
	for (size_t i = 0; i < client->keys.count; i++)
		if (client->keys.keys[i]->use == SKL_KEY_USE_SEAL)
			desk_keys[keys.desk_key_count++] = client->keys.keys[i];
	enum skl_err err =
		sender_key(client, offered->common->sender, offered->common->signing_key_id,
			   offered->common->created_ms, &keys.sender_public);
	/* A rewrap is made later than the message: its key must be valid now. */
	if (!err && rewrap)
		err = sender_key(client, offered->common->sender, rewrap->signing_key_id,
				 skl_now_ms(), &keys.rewrap_public);
	if (err) {
		*ret_reason = SKL_REASON_SIGNATURE;
		(void)skl_error_set(why, err, 0, 0, "the sender's key: %s", skl_err_text(err));
		return err == SKL_EKEYUNKNOWN && skl_client_directory_is_behind(client) ? SKL_EAGAIN
											: SKL_OK;
	}
	err = skl_opened_open(offered->message, offered->frames, offered->frame_count, &keys,
			      offered->opened, why);
	*ret_reason = reason_of(err);
	if (err == SKL_ENOMEM)
		return err;
	for (size_t i = 0; !err && i < offered->opened->section_count; i++) {
		enum skl_err section_err = offered->opened->sections[i].err;
		/* A section the sender gave us no key to is one we do not have; the rest stands. */
		if (!section_err || section_err == SKL_EKEYUNKNOWN)
			continue;
		*ret_reason =
			section_err == SKL_EUTF8 ? SKL_REASON_MISLABELLED : SKL_REASON_CANNOT_OPEN;
		err = skl_error_set(why, section_err, 0, 0, "a section does not open: %s",
				    skl_err_text(section_err));
	}
	return SKL_OK;
}

static bool copy_text(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);
	if (len >= size)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

/* What is known of an offer before it is opened: enough to refuse it. */
static enum skl_err name_it(const struct skl_client *client, const struct offered *offered,
			    struct skl_in *in)
{
	const Schakel__V1__Common *common = offered->common;
	const Schakel__V1__EntryRef *entry = offered->message->entry;
	const struct skl_dir_hub *hub = skl_directory_hub(client->directory);
	if (common->id.len != 16 || !skl_text_is_id(skl_view_str(common->sender)) ||
	    !copy_text(in->sender, sizeof in->sender, common->sender))
		return SKL_EMALFORMED;
	memcpy(in->id, common->id.data, sizeof in->id);
	in->offer = offered->offer;
	in->kind = (uint32_t)common->kind;
	in->expires_ms = common->expires_ms;
	in->stored_ms = skl_now_ms();
	in->index = entry ? entry->index : 0;
	bool has_origin = entry && entry->origin[0];
	return copy_text(in->origin, sizeof in->origin, has_origin ? entry->origin : hub->origin)
		       ? SKL_OK
		       : SKL_EMALFORMED;
}

/* What is known after it was opened and verified. */
static enum skl_err describe(const struct offered *offered, struct skl_in *in)
{
	const struct skl_opened *opened = offered->opened;
	if (!copy_text(in->desk, sizeof in->desk, opened->recipient->desk))
		return SKL_EMALFORMED;
	memcpy(in->digest, opened->env.digest, sizeof in->digest);
	if (offered->common->case_ref.len == sizeof in->case_ref)
		memcpy(in->case_ref, offered->common->case_ref.data, sizeof in->case_ref);
	for (size_t i = 0; i < opened->section_count; i++)
		if (!opened->sections[i].err && in->opened_count < SKL_COUNT(in->opened))
			memcpy(in->opened[in->opened_count++],
			       opened->sections[i].row->ciphertext_digest.data, 32);
	skl_spool_in_key(in->sender, in->id, in->desk, in->key);
	in->state = SKL_IN_STORED;
	return SKL_OK;
}

/* The body of the spool: the message as offered, then what its sections hold. */
static enum skl_err write_body(const struct offered *offered, struct skl_buf *body)
{
	struct skl_buf packed;
	skl_buf_init(&packed, SKL_LIMIT_OFFER);
	enum skl_err err = skl_pack(&offered->message->base, &packed);
	skl_buf_add_u8(body, SKL_CLIENT_BODY_VERSION);
	skl_buf_add_u32be(body, (uint32_t)packed.len);
	skl_buf_add_view(body, skl_buf_view(&packed));
	skl_buf_done(&packed);
	skl_buf_add_u32be(body, (uint32_t)offered->opened->section_count);
	for (size_t i = 0; i < offered->opened->section_count; i++) {
		const struct skl_opened_section *section = &offered->opened->sections[i];
		skl_buf_add_u32be(body, (uint32_t)section->err);
		skl_buf_add_u32be(body, (uint32_t)section->len);
		skl_buf_add(body, section->content, section->len);
	}
	return err ? err : skl_buf_err(body);
}

static void refuse(struct skl_client *client, struct skl_spool_txn *txn, const struct skl_in *in,
		   enum skl_reason reason, const struct skl_error *why)
{
	skl_client_receipt_push(txn, in, SKL_DELIVERY_REFUSED, reason);
	skl_client_alarm(client, SKL_ALARM_OFFER_REFUSED, why->code, in->id, in->index, why->text);
}

static void keep_promise(struct skl_client *client, struct skl_spool_txn *txn,
			 const struct offered *offered, const struct skl_in *in)
{
	struct skl_spool_promise about = {0};
	memcpy(about.message_id, in->id, sizeof about.message_id);
	memcpy(about.sender, in->sender, sizeof about.sender);
	(void)copy_text(about.partner, sizeof about.partner, client->opts.partner);
	memcpy(about.desk, in->desk, sizeof about.desk);
	skl_client_trail_keep(txn, offered->message->promise, offered->message->entry, &about);
	client->proofs_at_mono_ms = 0;
}

/* It is known: say again how far it is. Another message under its name is refused. */
static enum skl_err repeat(struct skl_client *client, struct skl_spool_txn *txn,
			   const struct offered *offered, const struct skl_in *in)
{
	struct skl_in known;
	enum skl_err err = skl_spool_in_get(txn, in->key, &known);
	if (err)
		return err;
	if (memcmp(known.digest, in->digest, sizeof known.digest) != 0) {
		struct skl_error why;
		(void)skl_error_set(&why, SKL_EDUPLICATE, 0, 0,
				    "another message with an id that was used");
		refuse(client, txn, in, SKL_REASON_DUPLICATE, &why);
		return SKL_OK;
	}
	known.offer = in->offer;
	if (known.index != in->index || strcmp(known.origin, in->origin) != 0) {
		/* Sent again after the hub lost it: it has another entry now. */
		known.index = in->index;
		memcpy(known.origin, in->origin, sizeof known.origin);
		keep_promise(client, txn, offered, in);
	}
	skl_spool_in_set(txn, &known);
	skl_client_receipt_state(txn, &known);
	return SKL_OK;
}

static enum skl_err store(struct skl_client *client, struct skl_spool_txn *txn,
			  const struct offered *offered, struct skl_in *in)
{
	struct skl_buf body;
	skl_buf_init(&body, SKL_CLIENT_BODY_MAX);
	enum skl_err err = write_body(offered, &body);
	if (!err)
		err = skl_spool_in_add(txn, in, skl_buf_view(&body));
	skl_buf_wipe(&body);
	if (err == SKL_EEXISTS)
		return repeat(client, txn, offered, in);
	if (err)
		return err;
	keep_promise(client, txn, offered, in);
	skl_client_receipt_push(txn, in, SKL_DELIVERY_STORED, SKL_REASON_UNSPECIFIED);
	client->has_incoming = true;
	return SKL_OK;
}

static enum skl_err take_message(struct skl_client *client, const struct offered *offered)
{
	const Schakel__V1__OfferedMessage *message = offered->message;
	struct skl_spool_txn *txn;
	struct skl_in in = {0};
	struct skl_error why = {0};
	enum skl_reason reason = SKL_REASON_UNSPECIFIED;
	enum skl_err err = name_it(client, offered, &in);
	if (!err)
		err = open_message(client, offered, &reason, &why);
	/* No record, no release: without its entry the hub should not have let it go. */
	enum skl_err promise_err = SKL_ESIGNATURE;
	if (!err && !reason && message->promise && message->entry)
		promise_err = skl_client_trail_check(client, message->promise, message->entry);
	if (promise_err == SKL_ENOMEM)
		return promise_err;
	if (!err && !reason && promise_err) {
		reason = SKL_REASON_SIGNATURE;
		(void)skl_error_set(&why, SKL_ESIGNATURE, 0, 0, "the offer has no valid promise");
		skl_client_alarm(client, SKL_ALARM_PROMISE_FORGED, SKL_ESIGNATURE, in.id, in.index,
				 why.text);
	}
	if (!err)
		err = skl_client_batch(client, &txn);
	if (err)
		return err;
	if (reason) {
		refuse(client, txn, &in, reason, &why);
		return SKL_OK;
	}
	err = describe(offered, &in);
	return err ? err : store(client, txn, offered, &in);
}

static enum skl_err open_and_take(struct skl_client *client, uint64_t offer,
				  const Schakel__V1__OfferedMessage *message,
				  const struct skl_view *frames, size_t count,
				  struct skl_arena *arena)
{
	Schakel__V1__Common *common = NULL;
	/* Without a readable common there is nothing a receipt could name. */
	enum skl_err err =
		skl_unpack(&schakel__v1__common__descriptor,
			   skl_view_of(message->common.data, message->common.len), arena, &common);
	if (err)
		return err;
	struct skl_opened opened = {0};
	struct offered offered = {.offer = offer,
				  .message = message,
				  .common = common,
				  .frames = frames,
				  .frame_count = count,
				  .opened = &opened};
	err = take_message(client, &offered);
	skl_opened_done(&opened);
	return err;
}

enum skl_err skl_client_offer(struct skl_client *client, struct skl_view body,
			      const struct skl_view *sections, size_t count)
{
	struct skl_arena arena;
	Schakel__V1__Offer *offer = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err = skl_unpack(&schakel__v1__offer__descriptor, body, &arena, &offer);
	if (!err && !offer->offer)
		err = SKL_EMALFORMED;
	if (!err) {
		switch ((unsigned)offer->what_case) {
		case SCHAKEL__V1__OFFER__WHAT_MESSAGE:
			err = open_and_take(client, offer->offer, offer->message, sections, count,
					    &arena);
			break;
		case SCHAKEL__V1__OFFER__WHAT_RECEIPT:
			err = skl_client_receipt_take(client, offer->offer, offer->receipt);
			break;
		case SCHAKEL__V1__OFFER__WHAT_NOTICE:
			err = skl_client_notice_take(client, offer->offer, offer->notice);
			break;
		default:
			err = SKL_EMALFORMED;
		}
	}
	skl_arena_done(&arena);
	return err;
}
