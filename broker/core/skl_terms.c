/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_terms.h"

#include <string.h>

#include "skl_region.h"
#include "skl_ring.h"
#include "skl_tasks.h"

static const Schakel__V1__EventRow *deadline_of(const struct skl_item *item, enum skl_clock clock)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if ((unsigned)row->code == SKL_EVENT_DEADLINE && row->value == (uint32_t)clock)
			return row;
	return NULL;
}

/* Says the message that this measure (0: any) is in this state? */
static bool tells_measure(const struct skl_item *item, enum skl_measure measure,
			  enum skl_measure_state state)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if ((unsigned)row->code == SKL_EVENT_MEASURE && row->detail == (uint32_t)state &&
		    (!measure || row->value == (uint32_t)measure))
			return true;
	return false;
}

static bool is_kind(const struct skl_item *item, enum skl_kind kind)
{
	return (uint32_t)item->env->common->kind == (uint32_t)kind;
}

static bool is_closed(const struct skl_case *held)
{
	return held->round.state == SKL_CASE_STATE_CLOSED;
}

static enum skl_err start(struct skl_turn *turn, const struct skl_case *held,
			  const struct skl_item *item, enum skl_clock clock, const char *partner,
			  int64_t due_ms)
{
	struct skl_clock_row row = {
		.clock = clock,
		.entry_index = item->parts[0].ref.index,
		.started_ms = skl_change_occurred_ms(item, turn->now_ms),
		.due_ms = due_ms,
	};
	enum skl_err err;

	if (!partner || !due_ms)
		return SKL_OK;
	err = skl_change_name(row.partner, partner);
	if (err != SKL_OK)
		return err;
	memcpy(row.case_ref, held->case_ref, SKL_STORE_ID_BYTES);
	memcpy(row.message_id, item->id, SKL_STORE_ID_BYTES);
	skl_ring_set(turn, &row);
	err = skl_clock_store_start(turn->txn, &row);
	return err == SKL_EEXISTS ? SKL_OK : err;
}

/* Of one message, or of all of the case. */
static enum skl_err stop(struct skl_turn *turn, const struct skl_case *held, enum skl_clock clock,
			 const uint8_t *message_id)
{
	enum skl_err err = skl_clock_store_stop(turn->txn, clock, held->case_ref, NULL, message_id,
						skl_tasks_see_stopped, turn, NULL);

	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static int64_t term_of(const struct skl_turn *turn, const struct skl_item *item,
		       enum skl_clock clock)
{
	const struct skl_region *region = skl_law_region(&turn->hub->law);

	return skl_term_add(skl_change_occurred_ms(item, turn->now_ms),
			    region ? region->clocks[clock] : skl_catalogue_clock_term(clock));
}

/* Acute is an interrupt: within a day there is a measure for the first day (001:265; 000:892). */
static enum skl_err look_at_acute(struct skl_turn *turn, const struct skl_ask *ask,
				  const struct skl_item *item,
				  const struct skl_terms_before *before)
{
	bool is_acute = ask->held.unsafety == SKL_UNSAFETY_ACUTE;
	bool is_met = is_kind(item, SKL_KIND_SAFETY_PLAN) || is_kind(item, SKL_KIND_BAN_ORDER) ||
		      tells_measure(item, SKL_MEASURE_UNSPECIFIED, SKL_MEASURE_STATE_IN_FORCE);

	if (is_acute && before->unsafety != SKL_UNSAFETY_ACUTE && !is_met)
		return start(turn, &ask->held, item, SKL_CLOCK_ACUTE,
			     skl_tasks_lead(turn, &ask->held),
			     term_of(turn, item, SKL_CLOCK_ACUTE));
	return is_met || (!is_acute && before->unsafety == SKL_UNSAFETY_ACUTE)
		       ? stop(turn, &ask->held, SKL_CLOCK_ACUTE, NULL)
		       : SKL_OK;
}

/* "If it is not so by then": the term that the agreement names (002:1281-1287). */
static enum skl_err look_at_agreement(struct skl_turn *turn, const struct skl_ask *ask,
				      const struct skl_item *item)
{
	const Schakel__V1__EventRow *deadline = deadline_of(item, SKL_CLOCK_AGREEMENT_ULTIMATUM);
	const Schakel__V1__EventRow *row;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; err == SKL_OK && (row = skl_envelope_event(item->env, i)); i++)
		if ((unsigned)row->code == SKL_EVENT_AGREEMENT &&
		    row->ref.len == SKL_STORE_ID_BYTES &&
		    (row->third == SKL_AGREEMENT_STATE_CARRIED_OUT ||
		     row->third == SKL_AGREEMENT_STATE_ENDED))
			err = stop(turn, &ask->held, SKL_CLOCK_AGREEMENT_ULTIMATUM, row->ref.data);
	if (err != SKL_OK || !deadline || !is_kind(item, SKL_KIND_CONDITIONAL_AGREEMENT))
		return err;
	return start(turn, &ask->held, item, SKL_CLOCK_AGREEMENT_ULTIMATUM,
		     skl_tasks_lead(turn, &ask->held), deadline->at_ms);
}

/* Filed for: it lapses without a request for divorce in its term (002:2701-2704). */
static enum skl_err look_at_remedy(struct skl_turn *turn, const struct skl_ask *ask,
				   const struct skl_item *item)
{
	const Schakel__V1__EventRow *deadline = deadline_of(item, SKL_CLOCK_PROVISIONAL_REMEDY);

	if (tells_measure(item, SKL_MEASURE_PROVISIONAL_REMEDY, SKL_MEASURE_STATE_REFUSED) ||
	    tells_measure(item, SKL_MEASURE_PROVISIONAL_REMEDY, SKL_MEASURE_STATE_ENDED))
		return stop(turn, &ask->held, SKL_CLOCK_PROVISIONAL_REMEDY, NULL);
	if (!tells_measure(item, SKL_MEASURE_PROVISIONAL_REMEDY, SKL_MEASURE_STATE_REQUEST_PENDING))
		return SKL_OK;
	return start(turn, &ask->held, item, SKL_CLOCK_PROVISIONAL_REMEDY,
		     skl_tasks_lead(turn, &ask->held),
		     deadline ? deadline->at_ms
			      : term_of(turn, item, SKL_CLOCK_PROVISIONAL_REMEDY));
}

/* Who monitors, and how often: as agreed at the handover, else as the region chose. */
static enum skl_err look_at_monitoring(struct skl_turn *turn, const struct skl_ask *ask,
				       const struct skl_item *item,
				       const struct skl_terms_before *before)
{
	const struct skl_case *held = &ask->held;
	bool is_other = strcmp(held->monitor, before->monitor) != 0 ||
			held->monitor_days != before->monitor_days;
	enum skl_err err = SKL_OK;

	if (is_other || is_closed(held))
		err = stop(turn, held, SKL_CLOCK_MONITORING, NULL);
	if (err != SKL_OK || !is_other || is_closed(held) || !held->monitor[0])
		return err;
	return start(turn, held, item, SKL_CLOCK_MONITORING, held->monitor,
		     held->monitor_days ? skl_change_occurred_ms(item, turn->now_ms) +
						  held->monitor_days * SKL_DAY_MS
					: term_of(turn, item, SKL_CLOCK_MONITORING));
}

/* --- direct safety, and who must act ------------------------------------------------------------
 */

enum skl_err skl_terms_begin_direct(struct skl_turn *turn, const struct skl_case *held,
				    const struct skl_item *item)
{
	if (!held->director[0] || is_closed(held) || held->phase >= SKL_PHASE_STABLE_SAFETY ||
	    held->rating > SKL_RATING_BELOW_6)
		return SKL_OK; /* nobody directs it, or it is reached already */
	return start(turn, held, item, SKL_CLOCK_DIRECT_SAFETY, held->director,
		     term_of(turn, item, SKL_CLOCK_DIRECT_SAFETY));
}

/*
 * From when a case first has a director, or is opened again, until all agree on a 6 (skl_rated), it
 * is in a later phase, or closed (002:641-645). A case that comes to it by a merge brings its own
 * term.
 */
static enum skl_err look_at_direct(struct skl_turn *turn, const struct skl_ask *ask,
				   const struct skl_item *item,
				   const struct skl_terms_before *before)
{
	const struct skl_case *held = &ask->held;
	bool is_closing = is_closed(held) && !before->is_closed;
	bool is_later =
		held->phase >= SKL_PHASE_STABLE_SAFETY && before->phase < SKL_PHASE_STABLE_SAFETY;
	enum skl_err err = SKL_OK;

	if (is_closing || is_later)
		err = stop(turn, held, SKL_CLOCK_DIRECT_SAFETY, NULL);
	if (err == SKL_OK && is_closing)
		err = stop(turn, held, SKL_CLOCK_STABLE_SAFETY, NULL);
	if (err != SKL_OK || (before->director[0] && !before->is_closed) ||
	    is_kind(item, SKL_KIND_CASE_MERGE))
		return err;
	return skl_terms_begin_direct(turn, held, item);
}

#define TERMS_A_STEP 32u

/* Terms of who leads that are somebody else's. */
struct others {
	const char *lead;
	size_t count;
	struct skl_clock_row rows[TERMS_A_STEP];
};

static bool see_term(void *arg, const struct skl_clock_row *row)
{
	struct others *others = arg;

	switch ((unsigned)row->clock) {
	case SKL_CLOCK_ACUTE:
	case SKL_CLOCK_DIRECT_SAFETY:
	case SKL_CLOCK_STABLE_SAFETY:
	case SKL_CLOCK_AGREEMENT_ULTIMATUM:
	case SKL_CLOCK_PROVISIONAL_REMEDY:
		if (strcmp(row->partner, others->lead) != 0)
			others->rows[others->count++] = *row;
		return others->count < TERMS_A_STEP;
	default:
		return true;
	}
}

/* The term stays as it is; one that is late already is late for who leads now, and asked of it. */
static enum skl_err give_term(struct skl_turn *turn, const struct skl_clock_row *row,
			      const char *lead)
{
	struct skl_clock_row given = *row;
	enum skl_err err = skl_clock_store_stop(turn->txn, row->clock, row->case_ref, row->partner,
						row->message_id, skl_tasks_see_stopped, turn, NULL);

	if (err == SKL_OK)
		err = skl_change_name(given.partner, lead);
	if (row->stage == SKL_CLOCK_LATE)
		given.wake_ms = row->due_ms;
	if (err == SKL_OK)
		err = skl_clock_store_start(turn->txn, &given); /* it rings next where it was to */
	return err == SKL_EEXISTS ? SKL_OK : err;
}

/* Another director, or the terms of a case that became part of this one. */
static enum skl_err give_terms(struct skl_turn *turn, const struct skl_ask *ask,
			       const struct skl_item *item, const struct skl_terms_before *before)
{
	const struct skl_case *held = &ask->held;
	enum skl_err err = SKL_OK;
	struct others *others;

	if (!held->director[0] ||
	    (strcmp(held->director, before->director) == 0 && !is_kind(item, SKL_KIND_CASE_MERGE)))
		return SKL_OK;
	others = skl_arena_alloc(turn->arena, sizeof(*others));
	if (!others)
		return SKL_ENOMEM;
	others->lead = held->director;
	do {
		unsigned seen = 0;

		others->count = 0;
		err = skl_clock_store_of_case(turn->txn, held->case_ref, see_term, others, &seen);
		if (err == SKL_ENOTFOUND)
			err = SKL_OK;
		for (size_t i = 0; i < others->count && err == SKL_OK; i++)
			err = give_term(turn, &others->rows[i], held->director);
	} while (err == SKL_OK && others->count == TERMS_A_STEP);
	return err;
}

void skl_terms_note(const struct skl_case *held, struct skl_terms_before *ret_before)
{
	ret_before->is_closed = is_closed(held);
	ret_before->phase = held->phase;
	memcpy(ret_before->director, held->director, sizeof(ret_before->director));
	ret_before->unsafety = held->unsafety;
	ret_before->monitor_days = held->monitor_days;
	memcpy(ret_before->monitor, held->monitor, sizeof(ret_before->monitor));
}

enum skl_err skl_terms_apply(struct skl_turn *turn, const struct skl_ask *ask,
			     const struct skl_item *item, const struct skl_terms_before *before)
{
	enum skl_err err = give_terms(turn, ask, item, before);

	if (err == SKL_OK)
		err = look_at_direct(turn, ask, item, before);
	if (err == SKL_OK)
		err = look_at_acute(turn, ask, item, before);
	if (err == SKL_OK)
		err = look_at_agreement(turn, ask, item);
	if (err == SKL_OK)
		err = look_at_remedy(turn, ask, item);
	return err == SKL_OK ? look_at_monitoring(turn, ask, item, before) : err;
}

int64_t skl_terms_moment(int64_t started_ms, int64_t due_ms, int64_t now_ms)
{
	int64_t between_ms = due_ms > started_ms ? due_ms - started_ms : SKL_DAY_MS;

	if (due_ms > now_ms)
		return due_ms;
	return due_ms + ((now_ms - due_ms) / between_ms + 1) * between_ms;
}

enum skl_err skl_terms_next(struct skl_turn *turn, const struct skl_clock_row *row)
{
	struct skl_clock_row next = *row;
	enum skl_err err = skl_clock_store_stop(turn->txn, row->clock, row->case_ref, row->partner,
						row->message_id, NULL, NULL, NULL);

	next.due_ms = skl_terms_moment(row->started_ms, row->due_ms, turn->now_ms);
	next.started_ms = next.due_ms - (row->due_ms - row->started_ms);
	next.wake_ms = next.due_ms;
	return err == SKL_OK ? skl_clock_store_start(turn->txn, &next) : err;
}
