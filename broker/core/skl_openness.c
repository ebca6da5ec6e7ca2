/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_openness.h"

#include <string.h>

#include "skl_ring.h"
#include "skl_tasks.h"

/* A postponement is looked at again within two weeks (Wmo 2015 5.3.1: "each time two weeks"). */
#define REVIEW ((struct skl_term){2, SKL_TERM_WEEKS})

bool skl_openness_is_postponed(const struct skl_clock_row *row)
{
	return row->due_ms <= skl_term_add(row->started_ms, REVIEW);
}

/* At coercive control, where it is unclear, and in honour-related cases a notice can kill. */
static bool is_dangerous(const struct skl_ask *ask, const struct skl_item *item)
{
	const Schakel__V1__FactRow *claim = skl_envelope_find_fact(item->env, SKL_FACT_PATTERN);
	uint32_t pattern = ask->held.pattern ? (uint32_t)ask->held.pattern
			   : claim           ? claim->value
					     : 0;
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_VIOLENCE &&
		    row->value == SKL_VIOLENCE_HONOUR_RELATED)
			return true;
	return pattern == SKL_PATTERN_COERCIVE_CONTROL || pattern == SKL_PATTERN_UNCLEAR;
}

/* When somebody has to be told, or the postponement looked at; 0: the rule asks nothing. */
static int64_t due_of(const struct skl_turn *turn, const struct skl_ask *ask,
		      const struct skl_item *item, const struct skl_part *part)
{
	const Schakel__V1__FactRow *seal = skl_envelope_find_fact(item->env, SKL_FACT_SEAL);
	int64_t review_ms = skl_term_add(turn->now_ms, REVIEW);
	int64_t due_ms = 0;

	for (unsigned i = 0; i < part->decision.duty_count; i++)
		if (part->decision.duties[i].duty == SKL_DUTY_INFORM_SUBJECT)
			due_ms = part->decision.duties[i].due_ms;
	if (due_ms)
		return is_dangerous(ask, item) && review_ms < due_ms ? review_ms : due_ms;
	/* The seal is the reason, recorded with the message; it may name an earlier review. */
	if (!seal || !(part->decision.is_notice_sealed))
		return 0;
	return seal->at_ms > turn->now_ms && seal->at_ms < review_ms ? seal->at_ms : review_ms;
}

enum skl_err skl_openness_start(struct skl_turn *turn, const struct skl_ask *ask,
				const struct skl_item *item, const struct skl_part *part)
{
	struct skl_clock_row row = {
		.clock = SKL_CLOCK_SUBJECT_NOTICE,
		.stage = SKL_CLOCK_RUNNING,
		.entry_index = part->ref.index,
		.started_ms = turn->now_ms,
		.due_ms = part->row ? due_of(turn, ask, item, part) : 0,
	};
	/* Veilig Thuis decides whether and how; where it takes no part, who disclosed. */
	bool is_recipients = part->request.recipient_role == SKL_ROLE_VEILIG_THUIS;
	enum skl_err err;

	if (!row.due_ms)
		return SKL_OK;
	/* An early look, where to tell is put off: that is no term. */
	if (skl_openness_is_postponed(&row))
		row.wake_ms = row.due_ms;
	else
		skl_ring_set(turn, &row);
	err = skl_change_name(row.partner, is_recipients ? part->row->partner : item->peer->id);
	if (err != SKL_OK)
		return err;
	if (item->env->common->case_ref.len == SKL_STORE_ID_BYTES)
		memcpy(row.case_ref, item->env->common->case_ref.data, SKL_STORE_ID_BYTES);
	memcpy(row.message_id, item->id, SKL_STORE_ID_BYTES);
	err = skl_clock_store_start(turn->txn, &row);
	return err == SKL_EEXISTS ? SKL_OK : err; /* one for a message, whoever else got it */
}

/* --- what was told ---------------------------------------------------------------------------- */

static bool keep_row(void *arg, const struct skl_clock_row *row)
{
	*(struct skl_clock_row *)arg = *row;
	return true;
}

/* The earliest review that the message names for this disclosure; 0: nobody waits. */
static int64_t review_of(const struct skl_turn *turn, const struct skl_item *item,
			 const uint8_t *ref)
{
	int64_t latest_ms = skl_term_add(turn->now_ms, REVIEW);
	int64_t review_ms = 0;
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++) {
		int64_t at_ms = row->until_ms > turn->now_ms && row->until_ms < latest_ms
					? row->until_ms
					: latest_ms;

		if (row->code != SCHAKEL__V1__EVENT_CODE__EVENT_NOTIFIED ||
		    row->ref.len != SKL_STORE_ID_BYTES ||
		    memcmp(row->ref.data, ref, SKL_STORE_ID_BYTES) != 0 ||
		    row->value == SKL_ANSWER_YES)
			continue;
		if (!review_ms || at_ms < review_ms)
			review_ms = at_ms;
	}
	return review_ms;
}

enum skl_err skl_openness_apply(struct skl_turn *turn, const struct skl_ask *ask,
				const struct skl_item *item)
{
	const Schakel__V1__EventRow *event;
	enum skl_err err = SKL_OK;

	if (item->env->common->kind != SCHAKEL__V1__KIND__KIND_SUBJECT_NOTICE)
		return SKL_OK;
	for (size_t i = 0; err == SKL_OK && (event = skl_envelope_event(item->env, i)); i++) {
		struct skl_clock_row row = {0};

		if (event->code != SCHAKEL__V1__EVENT_CODE__EVENT_NOTIFIED ||
		    event->ref.len != SKL_STORE_ID_BYTES)
			continue;
		err = skl_clock_store_stop(turn->txn, SKL_CLOCK_SUBJECT_NOTICE, ask->held.case_ref,
					   item->peer->id, event->ref.data, keep_row, &row, NULL);
		if (err == SKL_ENOTFOUND) { /* told before, or none of its own: nothing to stop */
			err = SKL_OK;
			continue;
		}
		(void)skl_tasks_see_stopped(turn, &row);
		row.due_ms = review_of(turn, item, event->ref.data);
		if (err != SKL_OK || !row.due_ms)
			continue;
		row.stage = SKL_CLOCK_RUNNING;
		row.started_ms = turn->now_ms;
		row.wake_ms = row.due_ms;
		err = skl_clock_store_start(turn->txn, &row);
	}
	return err;
}
