/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_receipt.h"
#include "skl_spool_impl.h"
#include "skl_unpack.h"

/* Below the limit of a header, with room for the receipt's own fields. */
#define RECEIPT_MAX (SKL_LIMIT_HEADER - 4096u)
#define ITEM_MAX    4096u
#define LOOK_AHEAD  1024 /* items of the queue looked at for one receipt */
#define RECORDED_MS 10000
#define EARLY_MAX   (2u * SKL_LIMIT_RECIPIENTS_N) /* receipts kept before the Result */

/* ---- queueing ---- */

static void push(struct skl_spool_txn *txn, const Schakel__V1__ReceiptItem *item)
{
	struct skl_buf buf;
	skl_buf_init(&buf, ITEM_MAX);
	skl_spool_fail(txn, skl_pack(&item->base, &buf));
	(void)skl_spool_push(txn, SKL_QUEUE_RECEIPT,
			     skl_buf_view(&buf)); /* its error is the txn's */
	skl_buf_done(&buf);
}

void skl_client_receipt_push(struct skl_spool_txn *txn, const struct skl_in *in,
			     enum skl_delivery state, enum skl_reason reason)
{
	Schakel__V1__ReceiptItem item;
	struct skl_in copy = *in; /* the generated struct wants pointers that may be written */
	schakel__v1__receipt_item__init(&item);
	item.offer = in->offer;
	item.message_id = (ProtobufCBinaryData){.len = sizeof copy.id, .data = copy.id};
	item.sender = copy.sender;
	item.origin = copy.origin;
	item.index = in->index;
	item.opened = (ProtobufCBinaryData){.len = (size_t)in->opened_count * sizeof in->opened[0],
					    .data = copy.opened[0]};
	item.state = (Schakel__V1__DeliveryState)state;
	item.reason = (Schakel__V1__ReasonCode)reason;
	item.at_ms = skl_now_ms();
	push(txn, &item);
}

void skl_client_receipt_state(struct skl_spool_txn *txn, const struct skl_in *in)
{
	enum skl_delivery state = in->state == SKL_IN_HANDED_OVER ? SKL_DELIVERY_HANDED_OVER
				  : in->state == SKL_IN_REFUSED   ? SKL_DELIVERY_REFUSED
								  : SKL_DELIVERY_STORED;
	skl_client_receipt_push(txn, in, state, (enum skl_reason)in->reason);
}

void skl_client_receipt_noted(struct skl_spool_txn *txn, uint64_t offer)
{
	Schakel__V1__ReceiptItem item;
	schakel__v1__receipt_item__init(&item);
	item.offer = offer;
	item.state = (Schakel__V1__DeliveryState)SKL_DELIVERY_NOTED;
	item.at_ms = skl_now_ms();
	push(txn, &item);
}

/* ---- sending ---- */

static bool is_sent(const struct skl_client *client, uint64_t number)
{
	for (size_t i = 0; i < SKL_CLIENT_RECEIPTS; i++)
		for (size_t k = 0; k < client->receipts[i].count; k++)
			if (client->receipts[i].numbers[k] == number)
				return true;
	return false;
}

struct gathering {
	struct skl_arena arena;
	Schakel__V1__Receipt receipt;
	Schakel__V1__ReceiptItem *items[SKL_LIMIT_RECEIPT_ITEMS_N];
	uint64_t numbers[SKL_LIMIT_RECEIPT_ITEMS_N];
	size_t bytes;
};

/* Take an item into the receipt if it is of the same sender and there is room. */
static enum skl_err gather_one(struct gathering *gathering, uint64_t number, struct skl_view packed)
{
	Schakel__V1__ReceiptItem *item = NULL;
	enum skl_err err = skl_unpack(&schakel__v1__receipt_item__descriptor, packed,
				      &gathering->arena, &item);
	if (err)
		return err == SKL_ENOMEM ? err : SKL_ECORRUPT;
	size_t count = gathering->receipt.n_items;
	if (count && strcmp(item->sender, gathering->items[0]->sender) != 0)
		return SKL_OK;
	if (gathering->bytes + packed.len + 8 > RECEIPT_MAX)
		return SKL_OK;
	gathering->bytes += packed.len + 8;
	gathering->items[count] = item;
	gathering->numbers[count] = number;
	gathering->receipt.n_items = count + 1;
	return SKL_OK;
}

/* The items for one receipt: of one sender, the first one not sent and those after it. */
static enum skl_err gather(struct skl_client *client, struct gathering *gathering)
{
	struct skl_spool_txn *txn;
	struct skl_buf packed;
	uint64_t number = 0;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	skl_buf_init(&packed, ITEM_MAX);
	for (size_t i = 0; i < LOOK_AHEAD && !err; i++) {
		skl_buf_clear(&packed);
		err = skl_spool_next(txn, SKL_QUEUE_RECEIPT, number, &number, &packed);
		if (!err && !is_sent(client, number))
			err = gather_one(gathering, number, skl_buf_view(&packed));
		if (gathering->receipt.n_items >= client->receipt_items_max)
			break;
	}
	skl_spool_abort(txn);
	skl_buf_done(&packed);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err send_gathered(struct skl_client *client, struct gathering *gathering,
				  struct skl_client_sent *sent)
{
	const struct skl_key *key = skl_client_key(client, SKL_KEY_USE_SIGN);
	if (!key)
		return SKL_EAGAIN; /* alarm KEYS is raised */
	gathering->receipt.partner = client->partner;
	gathering->receipt.items = gathering->items;
	struct skl_buf body;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	enum skl_err err = skl_receipt_make(&gathering->receipt, key, &body);
	Schakel__V1__SignedReceipt *made = NULL;
	if (!err)
		err = skl_unpack(&schakel__v1__signed_receipt__descriptor, skl_buf_view(&body),
				 &gathering->arena, &made);
	if (!err)
		err = skl_session_send(client->session, SKL_COMMAND_RECEIPT, skl_buf_view(&body),
				       NULL, 0);
	if (!err) {
		skl_hash(skl_view_of(made->receipt.data, made->receipt.len), sent->digest);
		sent->count = gathering->receipt.n_items;
		memcpy(sent->numbers, gathering->numbers, sent->count * sizeof sent->numbers[0]);
		sent->until_mono_ms = skl_client_mono_ms(client) + RECORDED_MS;
	}
	skl_buf_done(&body);
	return err;
}

static struct skl_client_sent *free_place(struct skl_client *client)
{
	int64_t now_ms = skl_client_mono_ms(client);
	struct skl_client_sent *place = NULL;
	for (size_t i = 0; i < SKL_CLIENT_RECEIPTS; i++) {
		struct skl_client_sent *sent = &client->receipts[i];
		if (sent->count && now_ms >= sent->until_mono_ms)
			sent->count = 0; /* not recorded in time: its items are sent again */
		if (!sent->count)
			place = sent;
	}
	return place;
}

enum skl_err skl_client_receipt_step(struct skl_client *client)
{
	enum skl_err err = SKL_OK;
	while (!err && skl_session_state(client->session) == SKL_SESSION_OPEN) {
		struct skl_client_sent *place = free_place(client);
		if (!place)
			return SKL_OK;
		struct gathering gathering = {0};
		skl_arena_init(&gathering.arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
		schakel__v1__receipt__init(&gathering.receipt);
		err = gather(client, &gathering);
		bool is_empty = gathering.receipt.n_items == 0;
		if (!err && !is_empty)
			err = send_gathered(client, &gathering, place);
		skl_arena_done(&gathering.arena);
		if (is_empty)
			break;
	}
	return err == SKL_EAGAIN || err == SKL_ESTATE ? SKL_OK : err;
}

void skl_client_receipt_down(struct skl_client *client)
{
	for (size_t i = 0; i < SKL_CLIENT_RECEIPTS; i++)
		client->receipts[i].count = 0;
}

/* ---- what the hub answers ---- */

static enum skl_err drop_sent(struct skl_client *client, struct skl_client_sent *sent)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_batch(client, &txn);
	if (err)
		return err;
	for (size_t k = 0; k < sent->count; k++)
		skl_spool_drop(txn, SKL_QUEUE_RECEIPT, sent->numbers[k]);
	sent->count = 0;
	return SKL_OK;
}

static struct skl_client_sent *find_sent(struct skl_client *client, ProtobufCBinaryData digest,
					 size_t len)
{
	for (size_t i = 0; i < SKL_CLIENT_RECEIPTS; i++)
		if (client->receipts[i].count && digest.len == len &&
		    !memcmp(client->receipts[i].digest, digest.data, len))
			return &client->receipts[i];
	return NULL;
}

enum skl_err skl_client_receipt_recorded(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Recorded *recorded = NULL;
	skl_arena_init(&arena, 0, 0);
	enum skl_err err = skl_unpack(&schakel__v1__recorded__descriptor, body, &arena, &recorded);
	if (!err) {
		struct skl_client_sent *sent = find_sent(client, recorded->digest, 32);
		if (sent)
			err = drop_sent(client, sent);
		client->receipt_items_max = SKL_LIMIT_RECEIPT_ITEMS_N;
	}
	skl_arena_done(&arena);
	return err;
}

enum skl_err skl_client_receipt_error(struct skl_client *client, const Schakel__V1__Error *error)
{
	struct skl_client_sent *sent = find_sent(client, error->id, 16);
	if (!sent)
		return SKL_ENOTFOUND;
	bool may_retry = error->retry_after_ms > 0 || !skl_err_known(error->code) ||
			 skl_err_may_retry((enum skl_err)error->code);
	if (may_retry) {
		/* Its place is taken until then; the items go out again with a new signature. */
		sent->until_mono_ms = skl_client_mono_ms(client) +
				      (error->retry_after_ms ? error->retry_after_ms : 1000);
		memset(sent->digest, 0, sizeof sent->digest);
		return SKL_OK;
	}
	if (sent->count > 1) {
		/* One item spoils the others: from now on one by one, until it is known which. */
		client->receipt_items_max = 1;
		sent->count = 0;
		return SKL_OK;
	}
	skl_client_alarm(client, SKL_ALARM_RECEIPT_REFUSED, (enum skl_err)error->code, NULL, 0,
			 error->text);
	return drop_sent(client, sent);
}

/* ---- receipts of others, forwarded to us as the sender ---- */

/* Find the recipient by number, or by partner and entry; note its new state and queue the event. */
struct change {
	uint32_t number; /* 0: by partner and index */
	const char *partner;
	uint64_t index;
	uint32_t state;
	uint32_t reason;
	int64_t at_ms;
	const Schakel__V1__Notice *notice; /* NULL: of a receipt */
};

/*
 * A receipt may overtake the Result: the hub recorded the message, and this process died before it
 * heard so. What it says waits, in a row above every number of a recipient, with the recipient's
 * number, if it is known, in the place of the outcome.
 */
static void keep_early(struct skl_spool_txn *txn, const uint8_t *id, const struct change *change)
{
	struct skl_out_to to;
	uint32_t number = SKL_LIMIT_NUMBER;
	size_t len = change->partner ? strlen(change->partner) : 0;
	bool is_known = false;
	while (!is_known && !skl_spool_to_next(txn, id, number, &to)) {
		number = to.number;
		is_known = to.outcome == change->number && to.index == change->index &&
			   !strncmp(to.partner, change->partner ? change->partner : "",
				    sizeof to.partner);
	}
	if (!is_known)
		to = (struct skl_out_to){.number = number + 1};
	if (to.number - SKL_LIMIT_NUMBER > EARLY_MAX || skl_client_is_settled(to.delivery) ||
	    len >= sizeof to.partner)
		return;
	if (len)
		memcpy(to.partner, change->partner, len + 1);
	to.outcome = change->number;
	to.index = change->index;
	to.delivery = change->state;
	to.reason = change->reason;
	to.at_ms = change->at_ms;
	skl_spool_to_put(txn, id, &to);
}

static void apply_change(struct skl_spool_txn *txn, const uint8_t *id, const struct change *change)
{
	struct skl_out out;
	struct skl_out_to to;
	uint32_t number = 0;
	if (skl_spool_out_get(txn, id, &out))
		return; /* pruned, or never ours: nothing to note */
	if (out.state == SKL_OUT_SPOOLED || out.state == SKL_OUT_SUBMITTED) {
		keep_early(txn, id, change);
		return;
	}
	bool found = false;
	while (!found && !skl_spool_to_next(txn, id, number, &to)) {
		number = to.number;
		found = change->number
				? to.number == change->number
				: to.index == change->index && !strcmp(to.partner, change->partner);
	}
	/* Final is final; `stored` twice is told once. */
	if (!found || skl_client_is_settled(to.delivery) || to.delivery == change->state)
		return;
	to.delivery = change->state;
	to.reason = change->reason;
	to.at_ms = change->at_ms;
	skl_spool_to_put(txn, id, &to);
	bool is_complete = false;
	skl_client_out_settle(txn, &out, &is_complete);
	skl_spool_out_set(txn, &out);
	skl_client_event_receipt(txn, id, &to, is_complete, change->notice);
}

void skl_client_receipt_early(struct skl_spool_txn *txn, const uint8_t *id)
{
	struct skl_out_to early;
	while (!skl_spool_to_next(txn, id, SKL_LIMIT_NUMBER, &early)) {
		struct change change = {.number = early.outcome,
					.partner = early.partner,
					.index = early.index,
					.state = early.delivery,
					.reason = early.reason,
					.at_ms = early.at_ms};
		skl_spool_to_drop(txn, id, early.number);
		apply_change(txn, id, &change);
	}
}

/* Is the receipt by the partner it names, with a key valid when it was made? */
static enum skl_err check_signer(const struct skl_client *client,
				 const Schakel__V1__SignedReceipt *signed_receipt,
				 const Schakel__V1__Receipt *receipt)
{
	const struct skl_dir_key *key = NULL;
	enum skl_err err = skl_directory_sign_key(client->directory, receipt->signing_key_id.data,
						  receipt->items[0]->at_ms, &key);
	if (err)
		return err;
	const struct skl_dir_partner *partner =
		skl_directory_partner_at(client->directory, key->partner);
	if (!partner || strcmp(partner->id, receipt->partner) != 0)
		return SKL_EIDENTITY;
	return skl_receipt_verify(signed_receipt, key->public_key);
}

enum skl_err skl_client_receipt_take(struct skl_client *client, uint64_t offer,
				     const Schakel__V1__SignedReceipt *signed_receipt)
{
	struct skl_arena arena;
	Schakel__V1__Receipt *receipt = NULL;
	struct skl_spool_txn *txn;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err bad = skl_receipt_decode(signed_receipt, &arena, &receipt);
	if (!bad)
		bad = check_signer(client, signed_receipt, receipt);
	enum skl_err err = SKL_OK;
	if (bad == SKL_ENOMEM)
		err = bad; /* not read: it comes again in a new session */
	else if (bad == SKL_EKEYUNKNOWN && skl_client_directory_is_behind(client))
		err = SKL_EAGAIN; /* a new session, and the directory first */
	else
		err = skl_client_batch(client, &txn);
	if (!err && bad)
		skl_client_alarm(client, SKL_ALARM_RECEIPT_FORGED, bad, NULL, 0, NULL);
	for (size_t i = 0; !err && !bad && i < receipt->n_items; i++) {
		const Schakel__V1__ReceiptItem *item = receipt->items[i];
		struct change change = {.partner = receipt->partner,
					.index = item->index,
					.state = (uint32_t)item->state,
					.reason = (uint32_t)item->reason,
					.at_ms = item->at_ms};
		bool is_receipt = change.state == SKL_DELIVERY_STORED ||
				  change.state == SKL_DELIVERY_HANDED_OVER ||
				  change.state == SKL_DELIVERY_REFUSED;
		if (is_receipt && !strcmp(item->sender, client->opts.partner))
			apply_change(txn, item->message_id.data, &change);
	}
	if (!err) {
		skl_client_receipt_noted(txn, offer);
		client->has_events = true;
	}
	skl_arena_done(&arena);
	return err;
}

enum skl_err skl_client_notice_take(struct skl_client *client, uint64_t offer,
				    const Schakel__V1__Notice *notice)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_batch(client, &txn);
	if (err)
		return err;
	struct change change = {.number = notice->recipient,
				.state = (uint32_t)notice->state,
				.reason = (uint32_t)notice->reason,
				.at_ms = notice->at_ms,
				.notice = notice};
	if (notice->ref.len == 16 && change.number && change.state)
		apply_change(txn, notice->ref.data, &change);
	if (notice->ref.len == 16 && change.number && (unsigned)notice->task == SKL_TASK_REWRAP)
		skl_client_rewrap_push(client, txn, notice->ref.data, change.number);
	skl_client_event_notice(txn, notice);
	skl_client_receipt_noted(txn, offer);
	client->has_events = true;
	if (notice->directory_number)
		skl_client_directory_announced(client, notice->directory_number);
	return SKL_OK;
}
