/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Mail that is sealed for a key that died while it waited (proto/README 9.4). A key that was
 * revoked may be in other hands, and what is sealed for it must not go out; one that only ended is
 * still with its desk, which opens what was sealed for it in time. The hub cannot seal again: the
 * sender can.
 */

#include <string.h>

#include "skl_core.h"
#include "skl_frame.h"
#include "skl_leaf.h"
#include "skl_log.h"
#include "skl_unpack.h"

/* The recipient row it can be opened by now: of the last rewrap, else of the message. */
static const Schakel__V1__RecipientRow *
recipient_row(struct skl_arena *arena, const Schakel__V1__OfferedMessage *offered, uint32_t number)
{
	Schakel__V1__Row *row = NULL;

	if (offered->rewrap && offered->rewrap->n_rows) {
		const ProtobufCBinaryData first = offered->rewrap->rows[0];

		if (skl_unpack(&schakel__v1__row__descriptor, skl_view_of(first.data, first.len),
			       arena, &row) != SKL_OK)
			return NULL;
		return row->row_case == SCHAKEL__V1__ROW__ROW_RECIPIENT ? row->recipient : NULL;
	}
	for (size_t i = 0; i < offered->n_rows; i++) {
		const ProtobufCBinaryData bytes = offered->rows[i]->row;

		if (skl_unpack(&schakel__v1__row__descriptor, skl_view_of(bytes.data, bytes.len),
			       arena, &row) == SKL_OK &&
		    row->row_case == SCHAKEL__V1__ROW__ROW_RECIPIENT &&
		    row->recipient->number == number)
			return row->recipient;
	}
	return NULL;
}

bool skl_rewrap_is_needed(const struct skl_turn *turn, const struct skl_outbox_item *item,
			  const Schakel__V1__OfferedMessage *offered)
{
	const struct skl_directory *directory = turn->hub->law.directory;
	const struct skl_dir_key *key = NULL;
	const Schakel__V1__RecipientRow *row =
		recipient_row(turn->arena, offered, skl_offer_recipient(item));
	enum skl_err err;

	if (!row || row->key_id.len != SKL_KEY_ID_BYTES)
		return false; /* its recipient refuses it, with a reason */
	err = skl_directory_key(directory, SKL_KEY_USE_SEAL, row->key_id.data, turn->now_ms, &key);
	return err == SKL_EKEYREVOKED || err == SKL_EKEYUNKNOWN ||
	       skl_held_key(turn->hub, row->key_id.data);
}

enum skl_err skl_rewrap_ask(struct skl_turn *turn, const struct skl_outbox_item *item)
{
	const struct skl_parked why = {
		.park = SKL_OUTBOX_PARK_NEEDS_REWRAP,
		.task = SKL_TASK_REWRAP,
		.text = "sealed for a key that is revoked: asked to seal it again",
		.text_nl = "Bericht wacht: de sleutel van de ontvanger is ingetrokken. Het wordt "
			   "vanzelf opnieuw verzegeld zodra er een nieuwe sleutel is; bij acuut "
			   "gevaar: bel 112, wacht niet op dit systeem.",
		.text_en = "Message waits: the recipient's key was revoked. It is sealed again by "
			   "itself once there is a new key; in acute danger call 112, do not wait "
			   "for this system.",
	};

	return skl_parked(turn, item, &why);
}

/* --- the answer ------------------------------------------------------------------------------- */

struct search {
	const uint8_t *message_id;
	const char *sender;
	uint32_t recipient;
	uint64_t last;  /* looked at up to here */
	uint64_t found; /* 0: not yet */
};

static bool look(void *arg, const struct skl_outbox_item *item)
{
	struct search *search = arg;

	search->last = item->number;
	if (item->type != SKL_OUTBOX_MESSAGE || item->park != SKL_OUTBOX_PARK_NEEDS_REWRAP ||
	    strcmp(item->sender, search->sender) != 0 ||
	    memcmp(item->message_id, search->message_id, SKL_ID_BYTES) != 0 ||
	    skl_offer_recipient(item) != search->recipient)
		return true;
	search->found = item->number;
	return false;
}

/* The mail of this sender that waits for it. ENOTFOUND. */
static enum skl_err find(struct skl_turn *turn, const struct skl_item *item,
			 const Schakel__V1__RecipientRow *row, struct skl_outbox_item *ret_mail)
{
	struct search search = {
		.message_id = item->id, .sender = item->peer->id, .recipient = row->number};
	unsigned count = SKL_STORE_PAGE_MAX;
	enum skl_err err = SKL_OK;

	while (err == SKL_OK && !search.found && count == SKL_STORE_PAGE_MAX)
		err = skl_outbox_list(turn->txn, row->partner, search.last, SKL_STORE_PAGE_MAX,
				      look, &search, &count);
	if (err == SKL_OK && !search.found)
		err = SKL_ENOTFOUND;
	return err == SKL_OK ? skl_outbox_get(turn->txn, search.found, ret_mail) : err;
}

/* The desk is the same, and the key is one of its own that is valid now. */
static enum skl_err check_recipient(const struct skl_turn *turn, const struct skl_outbox_item *mail,
				    const Schakel__V1__RecipientRow *row)
{
	const struct skl_directory *directory = turn->hub->law.directory;
	const struct skl_dir_key *key = NULL;
	const struct skl_dir_partner *partner;
	enum skl_err err = skl_directory_key(directory, SKL_KEY_USE_SEAL, row->key_id.data,
					     turn->now_ms, &key);

	if (err != SKL_OK)
		return err;
	if (skl_held_key(turn->hub, key->id))
		return SKL_EKEYREVOKED;
	partner = skl_directory_partner_at(directory, key->partner);
	return partner && strcmp(partner->id, mail->partner) == 0 &&
			       strcmp(row->partner, mail->partner) == 0 &&
			       strcmp(row->desk, mail->desk) == 0 && key->desk &&
			       strcmp(key->desk, mail->desk) == 0
		       ? SKL_OK
		       : SKL_EIDENTITY;
}

/* A key for a section that was not permitted would make the permit wider. */
static enum skl_err check_sections(const struct skl_outbox_item *mail, const struct skl_item *item)
{
	for (size_t i = 1; i < item->rewrap->n_rows; i++) {
		bool is_permitted = false;

		for (size_t k = 0; k < mail->section_count; k++)
			is_permitted |= mail->section[k] == item->rewrap_rows[i]->key->section;
		if (!is_permitted)
			return SKL_EROW;
	}
	return SKL_OK;
}

enum skl_err skl_rewrap_take(struct skl_turn *turn, struct skl_item *item)
{
	const Schakel__V1__RecipientRow *row = item->rewrap_rows[0]->recipient;
	struct skl_outbox_item *mail = skl_arena_alloc(turn->arena, sizeof(*mail));
	Schakel__V1__OfferedMessage *offered = NULL;
	struct skl_trail_ref ref;
	enum skl_err err = mail ? find(turn, item, row, mail) : SKL_ENOMEM;

	if (err == SKL_OK)
		err = check_recipient(turn, mail, row);
	if (err == SKL_OK)
		err = check_sections(mail, item);
	if (err == SKL_ENOTFOUND || (int)err / 1000 == 2 || (int)err / 1000 == 3) {
		item->err = err; /* nothing was changed */
		return SKL_OK;
	}
	if (err == SKL_OK)
		err = skl_offer_message(turn, mail, &offered);
	if (err != SKL_OK)
		return err;
	offered->rewrap = item->rewrap;
	err = skl_offer_set_header(turn, mail, offered);
	if (err == SKL_OK)
		err = skl_outbox_release(turn->txn, mail->number);
	if (err == SKL_OK)
		err = skl_record_mail(turn, mail, SKL_ENTRY_REWRAP, "sealed again for a new key",
				      &ref);
	if (err != SKL_OK)
		return err;
	skl_offer_hint(turn, mail->partner);
	return skl_reply_recorded(turn, item, SKL_COMMAND_REWRAP);
}
