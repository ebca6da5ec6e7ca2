/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_unpack.h"

/* The hub's answer to a message: checked against what was sent, then kept. */

static bool is_permitted(uint32_t outcome)
{
	return outcome == SKL_OUTCOME_PERMITTED || outcome == SKL_OUTCOME_CUT;
}

bool skl_client_is_settled(uint32_t delivery)
{
	return delivery == SKL_DELIVERY_HANDED_OVER || delivery == SKL_DELIVERY_REFUSED ||
	       delivery == SKL_DELIVERY_EXPIRED || delivery == SKL_DELIVERY_WITHHELD ||
	       delivery == SKL_DELIVERY_RECALLED;
}

void skl_client_out_settle(struct skl_spool_txn *txn, struct skl_out *out, bool *ret_is_complete)
{
	struct skl_out_to to;
	uint32_t number = 0;
	bool is_complete = true;
	while (!skl_spool_to_next(txn, out->id, number, &to)) {
		number = to.number;
		is_complete = is_complete &&
			      (!is_permitted(to.outcome) || skl_client_is_settled(to.delivery));
	}
	*ret_is_complete = is_complete;
	if (is_complete && !out->promises && out->state == SKL_OUT_ANSWERED) {
		out->state = SKL_OUT_DONE;
		skl_spool_out_drop_body(txn, out);
	}
}

/* ---- checking ---- */

static size_t rows_named(const Schakel__V1__Result *result, uint32_t number)
{
	size_t count = 0;
	for (size_t i = 0; i < result->n_recipients; i++)
		count += result->recipients[i]->recipient == number;
	return count;
}

/* One verdict for each recipient row we wrote, and no other; without recipients: the hub's own. */
static bool covers(const Schakel__V1__Result *result, const struct skl_envelope *env)
{
	size_t rows = env->of[SCHAKEL__V1__ROW__ROW_RECIPIENT].count;
	for (size_t i = 0; i < rows; i++)
		if (rows_named(result, skl_envelope_recipient(env, i)->number) != 1)
			return false;
	size_t others = result->n_recipients - rows;
	return others == (rows ? 0 : rows_named(result, 0)) && (rows || others);
}

/* Every verdict needs its entry, and each entry the promise. */
static enum skl_err check_promises(struct skl_client *client, const Schakel__V1__Result *result)
{
	if (!result->promise)
		return SKL_ESIGNATURE;
	for (size_t i = 0; i < result->n_recipients; i++) {
		const Schakel__V1__RecipientResult *one = result->recipients[i];
		if (!one->entry || !skl_code_name(SKL_LIST_OUTCOME, (uint32_t)one->outcome))
			return SKL_ESIGNATURE;
		enum skl_err err = skl_client_trail_check(client, result->promise, one->entry);
		if (err)
			return err;
		/* Two verdicts cannot be one entry. */
		for (size_t k = 0; k < i; k++)
			if (result->recipients[k]->entry->index == one->entry->index)
				return SKL_ESIGNATURE;
	}
	return skl_code_name(SKL_LIST_OUTCOME, (uint32_t)result->outcome) ? SKL_OK : SKL_ESIGNATURE;
}

/* ---- keeping ---- */

static bool copy_id(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);
	if (len >= size)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

/* What is kept of one recipient. Names come from our own row, not from the hub. */
static void keep_recipient(struct skl_client *client, struct skl_spool_txn *txn,
			   const struct skl_out *out, const struct skl_envelope *env,
			   const Schakel__V1__Result *result, size_t i)
{
	const Schakel__V1__RecipientResult *one = result->recipients[i];
	const Schakel__V1__RecipientRow *row = skl_envelope_find_recipient(env, one->recipient);
	struct skl_spool_promise about = {.outcome = (uint32_t)one->outcome};
	memcpy(about.message_id, out->id, sizeof about.message_id);
	(void)copy_id(about.sender, sizeof about.sender, client->opts.partner);
	if (row) {
		struct skl_out_to to = {.number = row->number,
					.index = one->entry->index,
					.outcome = (uint32_t)one->outcome,
					.at_ms = skl_now_ms()};
		(void)copy_id(to.partner, sizeof to.partner, row->partner);
		(void)copy_id(to.desk, sizeof to.desk, row->desk);
		memcpy(about.partner, to.partner, sizeof about.partner);
		memcpy(about.desk, to.desk, sizeof about.desk);
		to.delivery = is_permitted(to.outcome) ? SKL_DELIVERY_ACCEPTED : 0;
		skl_spool_to_put(txn, out->id, &to);
	}
	skl_client_trail_keep(txn, result->promise, one->entry, &about);
}

static enum skl_err keep_result(struct skl_client *client, struct skl_spool_txn *txn,
				struct skl_out *out, const struct skl_envelope *env,
				const Schakel__V1__Result *result, struct skl_view body)
{
	for (size_t i = 0; i < result->n_recipients; i++)
		keep_recipient(client, txn, out, env, result, i);
	skl_spool_result_put(txn, out->id, body);
	out->state = SKL_OUT_ANSWERED;
	out->outcome = (uint32_t)result->outcome;
	out->answered_ms = skl_now_ms();
	out->promises = (uint32_t)result->n_recipients;
	out->last_err = SKL_OK;
	bool ignored;
	skl_client_out_settle(txn, out, &ignored);
	skl_spool_out_set(txn, out);
	skl_client_after_recorded(txn, out->id);
	skl_client_event_result(txn, out->id);
	skl_client_receipt_early(txn, out->id);
	client->has_events = true;
	client->proofs_at_mono_ms = 0;
	return skl_spool_txn_err(txn);
}

/* An answer without a valid promise is no answer: the message waits, and goes out again. */
static void distrust(struct skl_client *client, struct skl_spool_txn *txn, struct skl_out *out,
		     enum skl_err err, const char *text)
{
	int64_t next_ms = skl_now_ms() + skl_client_pause_ms(client, out->attempts);
	out->last_err = (uint32_t)err;
	out->next_try_ms = next_ms < out->expires_ms ? next_ms : out->expires_ms;
	skl_spool_out_set(txn, out);
	skl_client_alarm(client, SKL_ALARM_PROMISE_FORGED, err, out->id, 0, text);
}

static enum skl_err take_result(struct skl_client *client, struct skl_view body,
				const Schakel__V1__Result *result, struct skl_arena *arena)
{
	struct skl_spool_txn *txn;
	struct skl_out out;
	enum skl_err err = skl_client_batch(client, &txn);
	if (!err)
		err = skl_spool_out_get(txn, result->id.data, &out);
	if (err == SKL_ENOTFOUND)
		return SKL_OK; /* pruned meanwhile: an answer to a repeated message */
	if (err || (out.state != SKL_OUT_SPOOLED && out.state != SKL_OUT_SUBMITTED))
		return err;
	struct skl_spool_frames frames = {0};
	struct skl_envelope env;
	err = skl_spool_out_frames(txn, out.id, &frames);
	if (!err)
		err = skl_envelope_decode(frames.frame[0], SKL_FORM_SUBMIT, arena, &env, NULL);
	skl_spool_frames_done(&frames);
	if (err == SKL_ENOMEM)
		return err;
	if (err)
		return SKL_ECORRUPT; /* our own bytes, which were checked when they came */
	if (!covers(result, &env))
		distrust(client, txn, &out, SKL_EFIELD,
			 "the verdicts are not those of the recipients");
	else if ((err = check_promises(client, result)) == SKL_ENOMEM)
		return err;
	else if (err)
		distrust(client, txn, &out, err, NULL);
	else
		return keep_result(client, txn, &out, &env, result, body);
	return skl_spool_txn_err(txn);
}

enum skl_err skl_client_out_result(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Result *result = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err = skl_unpack(&schakel__v1__result__descriptor, body, &arena, &result);
	if (!err && result->id.len != 16)
		err = SKL_EMALFORMED;
	if (!err)
		err = take_result(client, body, result, &arena);
	/* Its flight ends either way; a distrusted one is sent again at its time. */
	if (!err) {
		uint8_t id[16];
		memcpy(id, result->id.data, sizeof id);
		struct skl_out out;
		struct skl_spool_txn *txn;
		err = skl_client_batch(client, &txn);
		if (!err && !skl_spool_out_get(txn, id, &out) && out.answered_ms)
			skl_client_unwatch(client, id);
		else if (!err)
			skl_client_land(client, id);
	}
	skl_arena_done(&arena);
	return err;
}
