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

static enum skl_err start(struct skl_turn *turn, const struct skl_ask *ask,
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
	memcpy(row.case_ref, ask->held.case_ref, SKL_STORE_ID_BYTES);
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
		return start(turn, ask, item, SKL_CLOCK_ACUTE, skl_tasks_lead(turn, &ask->held),
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
	return start(turn, ask, item, SKL_CLOCK_AGREEMENT_ULTIMATUM,
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
	return start(
		turn, ask, item, SKL_CLOCK_PROVISIONAL_REMEDY, skl_tasks_lead(turn, &ask->held),
		deadline ? deadline->at_ms : term_of(turn, item, SKL_CLOCK_PROVISIONAL_REMEDY));
}

/* Who monitors, and how often: as agreed at the handover, else as the region chose. */
static enum skl_err look_at_monitoring(struct skl_turn *turn, const struct skl_ask *ask,
				       const struct skl_item *item,
				       const struct skl_terms_before *before)
{
	const struct skl_case *held = &ask->held;
	bool is_closed = held->round.state == SKL_CASE_STATE_CLOSED;
	bool is_other = strcmp(held->monitor, before->monitor) != 0 ||
			held->monitor_days != before->monitor_days;
	enum skl_err err = SKL_OK;

	if (is_other || is_closed)
		err = stop(turn, held, SKL_CLOCK_MONITORING, NULL);
	if (err != SKL_OK || !is_other || is_closed || !held->monitor[0])
		return err;
	return start(turn, ask, item, SKL_CLOCK_MONITORING, held->monitor,
		     held->monitor_days ? skl_change_occurred_ms(item, turn->now_ms) +
						  held->monitor_days * SKL_DAY_MS
					: term_of(turn, item, SKL_CLOCK_MONITORING));
}

void skl_terms_note(const struct skl_case *held, struct skl_terms_before *ret_before)
{
	ret_before->unsafety = held->unsafety;
	ret_before->monitor_days = held->monitor_days;
	memcpy(ret_before->monitor, held->monitor, sizeof(ret_before->monitor));
}

enum skl_err skl_terms_apply(struct skl_turn *turn, const struct skl_ask *ask,
			     const struct skl_item *item, const struct skl_terms_before *before)
{
	enum skl_err err = look_at_acute(turn, ask, item, before);

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
