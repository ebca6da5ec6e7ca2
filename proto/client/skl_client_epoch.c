/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_unpack.h"

/*
 * A new epoch: the hub lost the end of its trail, the registrars said so in the directory, and a
 * new trail goes on from what is left. What was promised beyond never happened there: promises for
 * it are returned, and messages of ours that are not done are sent again, the same bytes. Their
 * recipients know their ids: nothing is handed over twice.
 */

#define RETURNED_A_BATCH 64

/* Is an entry of this answer one that the trail in force does not have? */
static enum skl_err is_lost(struct skl_client *client, struct skl_view body, bool *ret_is)
{
	struct skl_arena arena;
	Schakel__V1__Result *result = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err = skl_unpack(&schakel__v1__result__descriptor, body, &arena, &result);
	*ret_is = false;
	for (size_t i = 0; !err && i < result->n_recipients && !*ret_is; i++) {
		const Schakel__V1__EntryRef *entry = result->recipients[i]->entry;
		*ret_is = entry &&
			  skl_directory_has_lost(client->directory, entry->origin, entry->index);
	}
	skl_arena_done(&arena);
	return err && err != SKL_ENOMEM ? SKL_ECORRUPT : err; /* it was checked when it came */
}

/* As if the hub had never taken it: due now. */
static void send_again(struct skl_spool_txn *txn, struct skl_out *out)
{
	out->state = SKL_OUT_SPOOLED;
	out->outcome = 0;
	out->answered_ms = 0;
	out->promises = 0;
	out->next_try_ms = skl_now_ms();
	skl_spool_out_set(txn, out);
}

/*
 * Messages whose entry is lost and that still wait for a promise or a receipt. What they wait for
 * went with the entry, also where its promise was found before.
 */
static enum skl_err send_lost(struct skl_client *client, size_t *ret_count)
{
	struct skl_spool_txn *txn;
	struct skl_out out;
	const struct skl_out *cursor = NULL;
	struct skl_buf body;
	size_t count = 0;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	skl_buf_init(&body, SKL_LIMIT_ANSWER);
	while (!(err = skl_spool_out_next(txn, cursor, &out))) {
		bool is = false;
		cursor = &out;
		if (out.state != SKL_OUT_ANSWERED)
			continue;
		skl_buf_clear(&body);
		err = skl_spool_result_get(txn, out.id, &body);
		if (err == SKL_ENOTFOUND)
			err = SKL_ECORRUPT; /* an answer is kept with the state */
		if (!err)
			err = is_lost(client, skl_buf_view(&body), &is);
		if (err)
			break;
		if (is) {
			send_again(txn, &out);
			count++;
		}
	}
	skl_buf_done(&body);
	*ret_count = count;
	if ((err && err != SKL_ENOTFOUND) || !count) {
		skl_spool_abort(txn);
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	}
	return skl_spool_commit(txn);
}

/* Promises that the trail in force does not have. What was found to be a lie stays: evidence. */
static enum skl_err return_some(struct skl_client *client, size_t *ret_count)
{
	struct skl_spool_promise lost[RETURNED_A_BATCH];
	struct skl_spool_promise promise;
	const struct skl_spool_promise *cursor = NULL;
	struct skl_spool_txn *txn;
	size_t count = 0;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	while (count < RETURNED_A_BATCH && !(err = skl_spool_promise_next(txn, cursor, &promise))) {
		cursor = &promise;
		if (!promise.is_broken &&
		    skl_directory_has_lost(client->directory, promise.origin, promise.index))
			lost[count++] = promise;
	}
	*ret_count = count;
	if ((err && err != SKL_ENOTFOUND) || !count) {
		skl_spool_abort(txn);
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	}
	for (size_t i = 0; i < count; i++)
		skl_spool_promise_drop(txn, &lost[i]);
	return skl_spool_commit(txn);
}

/*
 * What became of each message that is done here, of entries that are still there: the hub may have
 * lost its entry of the receipt with the row that made it offer the message again. It knows the
 * receipts that it has, and forwards none of them twice. Once for each name of the trail.
 */
static enum skl_err receipt_again(struct skl_client *client)
{
	struct skl_view origin = skl_view_str(skl_directory_hub(client->directory)->origin);
	struct skl_spool_txn *txn;
	struct skl_in in;
	const struct skl_in *cursor = NULL;
	struct skl_buf done;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	skl_buf_init(&done, SKL_SPOOL_ORIGIN_BYTES);
	err = skl_spool_meta_get(txn, SKL_META_EPOCH, &done);
	bool is_done = !err && skl_view_equal(skl_buf_view(&done), origin);
	skl_buf_done(&done);
	if (is_done || (err && err != SKL_ENOTFOUND)) {
		skl_spool_abort(txn);
		return err;
	}
	while (!(err = skl_spool_in_each(txn, cursor, &in))) {
		cursor = &in;
		if (in.state != SKL_IN_HANDED_OVER && in.state != SKL_IN_REFUSED)
			continue;
		if (skl_directory_has_entry(client->directory, in.origin, in.index))
			skl_client_receipt_state(txn, &in);
	}
	if (err != SKL_ENOTFOUND) {
		skl_spool_abort(txn);
		return err;
	}
	skl_spool_meta_put(txn, SKL_META_EPOCH, origin);
	return skl_spool_commit(txn);
}

enum skl_err skl_client_epoch(struct skl_client *client)
{
	size_t again = 0, returned = 0;
	size_t count = RETURNED_A_BATCH;
	/* Without one the directory in force may be of another hub: nothing is returned to it. */
	if (!skl_directory_epoch(client->directory, skl_directory_hub(client->directory)->origin))
		return SKL_OK;
	enum skl_err err = send_lost(client, &again);
	while (!err && count == RETURNED_A_BATCH) {
		err = return_some(client, &count);
		returned += err ? 0 : count;
	}
	if (!err)
		err = receipt_again(client);
	if (again || returned)
		skl_client_alarm(client, SKL_ALARM_EPOCH, SKL_EROLLBACK, NULL, again, NULL);
	return err;
}
