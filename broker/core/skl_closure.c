/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_closure.h"

#include <string.h>

#include "skl_tasks.h"

#define TWO_WEEKS_MS (14 * SKL_DAY_MS)

static bool is_kind(const struct skl_item *item, enum skl_kind kind)
{
	return (uint32_t)item->env->common->kind == (uint32_t)kind;
}

/* The state of the case that the message names; UNSPECIFIED: none. */
static enum skl_case_state named_state(const struct skl_item *item)
{
	const Schakel__V1__EventRow *row = skl_envelope_find_event(item->env, SKL_EVENT_CASE_STATE);

	return row ? (enum skl_case_state)row->value : SKL_CASE_STATE_UNSPECIFIED;
}

static bool is_proposal(const struct skl_item *item)
{
	return is_kind(item, SKL_KIND_CLOSURE_PROPOSAL) &&
	       named_state(item) == SKL_CASE_STATE_CLOSURE_PROPOSED;
}

/* "closed" of a partner that stops says nothing of the case. */
static bool is_closing(const struct skl_item *item)
{
	return is_kind(item, SKL_KIND_CLOSED) && named_state(item) == SKL_CASE_STATE_CLOSED;
}

static bool directs(const struct skl_ask *ask)
{
	return ask->held.director[0] ? strcmp(ask->held.director, ask->sender->id) == 0
				     : ask->sender->role == SKL_ROLE_VEILIG_THUIS;
}

static bool is_this_round(const struct skl_ask *ask, const struct skl_item *item)
{
	const uint8_t *id = skl_ask_answered_id(item->env);

	return ask->held.round.state == SKL_CASE_STATE_CLOSURE_PROPOSED && id &&
	       memcmp(ask->held.round.id, id, sizeof(ask->held.round.id)) == 0;
}

/* Who was asked and has not answered; who takes part no more is not waited for. */
static size_t awaited(const struct skl_case *held, int64_t now_ms)
{
	size_t count = 0;

	for (size_t i = 0; i < held->participant_count; i++) {
		const struct skl_case_participant *row = &held->participant[i];

		count += row->closing == SKL_ANSWER_NO_ANSWER &&
			 (!row->until_ms || now_ms < row->until_ms);
	}
	return count;
}

static enum skl_cut_reason refusal_of(const struct skl_turn *turn, const struct skl_ask *ask,
				      const struct skl_item *item)
{
	const struct skl_case_round *round = &ask->held.round;

	if (is_kind(item, SKL_KIND_CLOSURE_ANSWER))
		return is_this_round(ask, item) ? SKL_CUT_REASON_UNSPECIFIED
						: SKL_CUT_REASON_STALE_CASE;
	if (!directs(ask))
		return SKL_CUT_REASON_NO_POWER;
	if (is_proposal(item))
		return round->state == SKL_CASE_STATE_CLOSED ? SKL_CUT_REASON_STALE_CASE
							     : SKL_CUT_REASON_UNSPECIFIED;
	/* Silence is no agreement; after its term it does not hold the case for ever. */
	if (round->state != SKL_CASE_STATE_CLOSURE_PROPOSED ||
	    (awaited(&ask->held, turn->now_ms) && turn->now_ms < round->until_ms))
		return SKL_CUT_REASON_STALE_CASE;
	return SKL_CUT_REASON_UNSPECIFIED;
}

enum skl_outcome skl_closure_check(const struct skl_turn *turn, const struct skl_ask *ask,
				   const struct skl_item *item, enum skl_cut_reason *ret_reason)
{
	enum skl_cut_reason why;

	if (!ask->has_case ||
	    (!is_proposal(item) && !is_closing(item) && !is_kind(item, SKL_KIND_CLOSURE_ANSWER)))
		return SKL_OUTCOME_UNSPECIFIED;
	why = refusal_of(turn, ask, item);
	if (why == SKL_CUT_REASON_UNSPECIFIED)
		return SKL_OUTCOME_PERMITTED;
	*ret_reason = why;
	return SKL_OUTCOME_DENIED_FORBIDDEN;
}

/* --- what changes -------------------------------------------------------------------------------
 */

static bool is_asked(const struct skl_item *item, const struct skl_case_participant *row)
{
	for (size_t i = 0; i < item->part_count; i++) {
		const Schakel__V1__RecipientRow *to = item->parts[i].row;

		if (to && item->parts[i].is_released && strcmp(to->partner, row->partner) == 0 &&
		    (!row->desk[0] || !to->desk[0] || strcmp(to->desk, row->desk) == 0))
			return true;
	}
	return false;
}

static void begin_round(const struct skl_turn *turn, struct skl_case *held,
			const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;

	held->round = (struct skl_case_round){.state = SKL_CASE_STATE_CLOSURE_PROPOSED,
					      .until_ms = turn->now_ms + TWO_WEEKS_MS};
	memcpy(held->round.id, item->id, sizeof(held->round.id));
	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_DEADLINE &&
		    row->value == SKL_CLOCK_CLOSURE && row->at_ms > turn->now_ms)
			held->round.until_ms = row->at_ms;
	for (size_t i = 0; i < held->participant_count; i++)
		held->participant[i].closing = is_asked(item, &held->participant[i])
						       ? SKL_ANSWER_NO_ANSWER
						       : SKL_ANSWER_UNSPECIFIED;
}

static enum skl_err take_answer(struct skl_turn *turn, struct skl_ask *ask,
				const struct skl_item *item)
{
	const Schakel__V1__EventRow *row = skl_envelope_find_event(item->env, SKL_EVENT_ANSWER);
	struct skl_case *held = &ask->held;

	if (!row || (row->value != SKL_ANSWER_AGREED && row->value != SKL_ANSWER_NOT_AGREED))
		return SKL_OK;
	for (size_t i = 0; i < held->participant_count; i++)
		if (held->participant[i].closing &&
		    strcmp(held->participant[i].partner, ask->sender->id) == 0)
			held->participant[i].closing = (enum skl_answer)row->value;
	if (row->value == SKL_ANSWER_NOT_AGREED) {
		held->round.state = SKL_CASE_STATE_OPEN;
		return skl_tasks_ask_lead(
			turn, ask, item, SKL_TASK_REVIEW_PROPOSAL, 0,
			"Niet iedereen is het eens met afsluiten: de zaak blijft open. "
			"Bespreek waarom, en pas het plan aan.",
			"Not everybody agrees to closing: the case stays open. Discuss why, "
			"and adjust the plan.");
	}
	if (awaited(held, turn->now_ms))
		return SKL_OK;
	return skl_tasks_ask_lead(
		turn, ask, item, SKL_TASK_REVIEW_PROPOSAL, 0,
		"Ieder die gevraagd is, is het eens met afsluiten. Neem het met het gezin "
		"door; u beslist.",
		"All who were asked agree to closing. Walk it through with the family; you "
		"decide.");
}

/* A signal on a closed case is not for a drawer. */
static bool reopens(const struct skl_ask *ask, const struct skl_item *item)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);

	return ask->held.round.state == SKL_CASE_STATE_CLOSED && kind &&
	       (kind->changes & SKL_CHANGES_OPENS_CASE);
}

enum skl_err skl_closure_apply(struct skl_turn *turn, struct skl_ask *ask,
			       const struct skl_item *item, bool *is_changed)
{
	if (is_proposal(item)) {
		begin_round(turn, &ask->held, item);
	} else if (is_kind(item, SKL_KIND_CLOSURE_ANSWER)) {
		*is_changed = true;
		return take_answer(turn, ask, item);
	} else if (is_closing(item)) {
		ask->held.round.state = SKL_CASE_STATE_CLOSED;
	} else if (reopens(ask, item)) {
		ask->held.round.state = SKL_CASE_STATE_OPEN;
	} else {
		return SKL_OK;
	}
	*is_changed = true;
	return SKL_OK;
}
