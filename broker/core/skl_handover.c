/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_handover.h"

#include <string.h>

#include "skl_clock_store.h"
#include "skl_region.h"
#include "skl_tasks.h"

static const Schakel__V1__EventRow *event_of(const struct skl_item *item, enum skl_event code)
{
	return skl_envelope_find_event(item->env, code);
}

static bool is_kind(const struct skl_item *item, enum skl_kind kind)
{
	return (uint32_t)item->env->common->kind == (uint32_t)kind;
}

static bool is_open(const struct skl_case_offer *offer)
{
	static const uint8_t none[SKL_STORE_ID_BYTES];

	return memcmp(offer->id, none, sizeof(none)) != 0;
}

/* Until when the offer stands: as it says, else the region's term, five working days. */
static int64_t until_of(const struct skl_turn *turn, const struct skl_item *item)
{
	const struct skl_region *region = skl_law_region(&turn->hub->law);
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_DEADLINE &&
		    row->value == SKL_CLOCK_HANDOVER && row->at_ms > turn->now_ms)
			return row->at_ms;
	return skl_term_add(turn->now_ms, region ? region->clocks[SKL_CLOCK_HANDOVER]
						 : skl_catalogue_clock_term(SKL_CLOCK_HANDOVER));
}

/* --- who may ---------------------------------------------------------------------------------- */

static enum skl_cut_reason refusal_of_offer(const struct skl_ask *ask, const struct skl_item *item)
{
	const Schakel__V1__EventRow *direct = event_of(item, SKL_EVENT_DIRECTOR);
	const char *director = ask->held.director;
	bool is_mine = director[0] ? strcmp(director, ask->sender->id) == 0
				   : ask->sender->role == SKL_ROLE_VEILIG_THUIS;

	if (!direct && !event_of(item, SKL_EVENT_MONITORING))
		return SKL_CUT_REASON_UNSPECIFIED; /* it offers nothing that the case holds */
	if (!is_mine)
		return SKL_CUT_REASON_NO_POWER;
	if (direct && strcmp(direct->partner, ask->sender->id) == 0 &&
	    (!director[0] || strcmp(direct->desk, ask->held.director_desk) == 0 ||
	     strcmp(director, direct->partner) == 0))
		return SKL_CUT_REASON_FORBIDDEN; /* to oneself */
	return SKL_CUT_REASON_UNSPECIFIED;
}

/* What an answer row is about: the whole offer, or direction, or monitoring. */
static bool is_about(const Schakel__V1__EventRow *row, enum skl_event what)
{
	return !row->detail || row->detail == (uint32_t)what;
}

static bool is_to(const char *partner, const struct skl_ask *ask)
{
	return partner[0] && strcmp(partner, ask->sender->id) == 0;
}

static enum skl_cut_reason refusal_of_answer(const struct skl_turn *turn, const struct skl_ask *ask,
					     const struct skl_item *item)
{
	const struct skl_case_offer *offer = &ask->held.offer;
	const uint8_t *id = skl_ask_answered_id(item->env);

	if (!is_open(offer) || !id || memcmp(offer->id, id, sizeof(offer->id)) != 0)
		return SKL_CUT_REASON_STALE_CASE; /* answered, or replaced by another */
	if (!is_to(offer->partner, ask) && !is_to(offer->monitor, ask))
		return SKL_CUT_REASON_NO_POWER;
	return turn->now_ms < offer->until_ms
		       ? SKL_CUT_REASON_UNSPECIFIED
		       : SKL_CUT_REASON_STALE_CASE; /* offered too long ago */
}

enum skl_outcome skl_handover_check(const struct skl_turn *turn, const struct skl_ask *ask,
				    const struct skl_item *item, enum skl_cut_reason *ret_reason)
{
	enum skl_cut_reason why = SKL_CUT_REASON_UNSPECIFIED;
	bool is_offer = is_kind(item, SKL_KIND_HANDOVER_OFFER);

	if (!ask->has_case || (!is_offer && !is_kind(item, SKL_KIND_HANDOVER_ANSWER)))
		return SKL_OUTCOME_UNSPECIFIED;
	why = is_offer ? refusal_of_offer(ask, item) : refusal_of_answer(turn, ask, item);
	if (why == SKL_CUT_REASON_UNSPECIFIED)
		return SKL_OUTCOME_PERMITTED;
	*ret_reason = why;
	return SKL_OUTCOME_DENIED_FORBIDDEN;
}

/* --- what changes -------------------------------------------------------------------------------
 */

static enum skl_err keep_offer(struct skl_turn *turn, struct skl_case *held,
			       const struct skl_item *item)
{
	const Schakel__V1__EventRow *direct = event_of(item, SKL_EVENT_DIRECTOR);
	const Schakel__V1__EventRow *monitor = event_of(item, SKL_EVENT_MONITORING);
	struct skl_case_offer *offer = &held->offer;
	enum skl_err err = skl_clock_store_stop(turn->txn, SKL_CLOCK_HANDOVER, held->case_ref, NULL,
						offer->id, skl_tasks_see_stopped, turn, NULL);

	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	err = SKL_OK;
	*offer = (struct skl_case_offer){.until_ms = until_of(turn, item)};
	memcpy(offer->id, item->id, sizeof(offer->id));
	if (direct) {
		err = skl_change_name(offer->partner, direct->partner);
		if (err == SKL_OK)
			err = skl_change_name(offer->desk, direct->desk);
	}
	if (err == SKL_OK && monitor) {
		offer->monitor_days = monitor->value;
		err = skl_change_name(offer->monitor, monitor->partner);
		if (err == SKL_OK)
			err = skl_change_name(offer->monitor_desk, monitor->desk);
	}
	return err;
}

static void take_direction(struct skl_case *held)
{
	memcpy(held->director, held->offer.partner, sizeof(held->director));
	memcpy(held->director_desk, held->offer.desk, sizeof(held->director_desk));
	memset(held->offer.partner, 0, sizeof(held->offer.partner));
}

static void take_monitoring(struct skl_case *held)
{
	memcpy(held->monitor, held->offer.monitor, sizeof(held->monitor));
	memcpy(held->monitor_desk, held->offer.monitor_desk, sizeof(held->monitor_desk));
	held->monitor_days = held->offer.monitor_days;
	memset(held->offer.monitor, 0, sizeof(held->offer.monitor));
}

/* Who gives direction away and goes on monitoring has answered that itself. */
static void accept_direction(struct skl_case *held)
{
	bool is_kept = held->offer.monitor[0] && strcmp(held->offer.monitor, held->director) == 0;

	take_direction(held);
	if (is_kept)
		take_monitoring(held);
}

/* Who declines a part leaves it where it was. */
static void answer_part(struct skl_ask *ask, const Schakel__V1__EventRow *row)
{
	struct skl_case *held = &ask->held;
	bool is_yes = row->value == SKL_ANSWER_ACCEPTED;

	if (is_about(row, SKL_EVENT_DIRECTOR) && is_to(held->offer.partner, ask)) {
		if (is_yes)
			accept_direction(held);
		else
			memset(held->offer.partner, 0, sizeof(held->offer.partner));
	}
	if (is_about(row, SKL_EVENT_MONITORING) && is_to(held->offer.monitor, ask)) {
		if (is_yes)
			take_monitoring(held);
		else
			memset(held->offer.monitor, 0, sizeof(held->offer.monitor));
	}
	if (!held->offer.partner[0] && !held->offer.monitor[0])
		held->offer = (struct skl_case_offer){0}; /* all of it is answered */
}

enum skl_err skl_handover_apply(struct skl_turn *turn, struct skl_ask *ask,
				const struct skl_item *item, bool *is_changed)
{
	const Schakel__V1__EventRow *row;

	if (is_kind(item, SKL_KIND_HANDOVER_OFFER)) {
		if (!event_of(item, SKL_EVENT_DIRECTOR) && !event_of(item, SKL_EVENT_MONITORING))
			return SKL_OK;
		*is_changed = true;
		return keep_offer(turn, &ask->held, item);
	}
	if (!is_kind(item, SKL_KIND_HANDOVER_ANSWER))
		return SKL_OK;
	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_ANSWER)
			answer_part(ask, row);
	*is_changed = true;
	return SKL_OK;
}
