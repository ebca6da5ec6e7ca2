/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_ban.h"

#include <string.h>

#include "skl_ban_state.h"
#include "skl_clock_store.h"
#include "skl_region.h"
#include "skl_ring.h"
#include "skl_tasks.h"

#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    (24 * HOUR_MS)
#define RETURN_MS (48 * HOUR_MS) /* before the end: safety at return (002:2847-2849) */

/* What a message says of a ban. */
struct told {
	enum skl_ban_state event; /* UNSPECIFIED: nothing */
	const Schakel__V1__EventRow *row;
	const Schakel__V1__EventRow *period;
	int64_t at_ms; /* when it happened */
};

static struct told read_told(const struct skl_item *item, int64_t now_ms)
{
	const struct skl_envelope *env = item->env;
	const Schakel__V1__EventRow *occurred = skl_envelope_find_event(env, SKL_EVENT_OCCURRED_AT);
	struct told told = {
		.event = skl_ban_event((uint32_t)env->common->kind),
		.row = skl_envelope_find_event(env, SKL_EVENT_BAN_STATE),
		.period = skl_envelope_find_event(env, SKL_EVENT_BAN_PERIOD),
		.at_ms = env->common->created_ms,
	};

	if (occurred)
		told.at_ms = occurred->at_ms;
	else if (told.period && told.event == SKL_BAN_STATE_IMPOSED)
		told.at_ms = told.period->at_ms;
	if (told.at_ms > now_ms)
		told.at_ms = now_ms;
	if (!told.row)
		told.event = SKL_BAN_STATE_UNSPECIFIED; /* it only tells */
	return told;
}

/* Does the row say what its kind says? What follows an end may be named in it. */
static bool is_consistent(const struct told *told)
{
	return told->row->value == (uint32_t)told->event ||
	       (told->event == SKL_BAN_STATE_EXPIRED &&
		told->row->value == SKL_BAN_STATE_AFTER_CARE);
}

/* Is it about the ban that the case holds? An order is about itself. */
static bool is_this_ban(const struct skl_case_ban *ban, const struct told *told)
{
	return !told->row->ref.len || (told->row->ref.len == SKL_STORE_ID_BYTES &&
				       memcmp(told->row->ref.data, ban->id, sizeof(ban->id)) == 0);
}

static struct skl_ban_step step_of(const struct skl_case_ban *ban, const struct told *told)
{
	enum skl_ban_state state = skl_ban_state_at(ban, told->at_ms);

	if (!is_this_ban(ban, told) && told->event != SKL_BAN_STATE_IMPOSED)
		state = SKL_BAN_STATE_UNSPECIFIED; /* of a ban that is not known here */
	return skl_ban_step(state, (enum skl_ban_state)told->row->value);
}

/* Adults only (Wth 2(1)); an age that nobody told is for who imposes. */
static bool is_minor(const struct skl_item *item, const struct told *told, int64_t at_ms)
{
	const Schakel__V1__PseudonymRow *row =
		skl_envelope_find_pseudonym(item->env, told->row->subject);

	return row && row->adult_on_ms > at_ms;
}

static int64_t start_of(const struct told *told)
{
	return told->period ? told->period->at_ms : told->at_ms;
}

static int64_t end_of(const struct told *told)
{
	return told->period ? told->period->until_ms : told->at_ms + 10 * DAY_MS;
}

int64_t skl_ban_ordered_ms(const struct skl_item *item, int64_t now_ms)
{
	struct told told = read_told(item, now_ms);

	return told.event == SKL_BAN_STATE_IMPOSED ? start_of(&told) : 0;
}

static enum skl_cut_reason refusal_of(const struct skl_case_ban *ban, const struct skl_item *item,
				      const struct told *told)
{
	struct skl_ban_step step;

	if (!is_consistent(told))
		return SKL_CUT_REASON_FORBIDDEN;
	step = step_of(ban, told);
	switch ((unsigned)step.action) {
	case SKL_BAN_NONE:
		return SKL_CUT_REASON_UNKNOWN_REFERENCE;
	case SKL_BAN_TWICE:
		return SKL_CUT_REASON_STALE_CASE;
	case SKL_BAN_BEGIN:
		if (is_minor(item, told, start_of(told)))
			return SKL_CUT_REASON_PERSON_KIND;
		return skl_ban_is_lawful(start_of(told), end_of(told), false)
			       ? SKL_CUT_REASON_UNSPECIFIED
			       : SKL_CUT_REASON_LIMIT;
	case SKL_BAN_EXTEND:
		return told->period && told->period->until_ms > ban->end_ms &&
				       skl_ban_is_lawful(ban->start_ms, told->period->until_ms,
							 true)
			       ? SKL_CUT_REASON_UNSPECIFIED
			       : SKL_CUT_REASON_LIMIT;
	default:
		return SKL_CUT_REASON_UNSPECIFIED;
	}
}

enum skl_outcome skl_ban_check(const struct skl_turn *turn, const struct skl_ask *ask,
			       const struct skl_item *item, enum skl_cut_reason *ret_reason)
{
	struct told told = read_told(item, turn->now_ms);
	enum skl_cut_reason why;

	if (told.event == SKL_BAN_STATE_UNSPECIFIED)
		return SKL_OUTCOME_UNSPECIFIED;
	why = refusal_of(&ask->held.ban, item, &told);
	if (why == SKL_CUT_REASON_UNSPECIFIED)
		return SKL_OUTCOME_PERMITTED;
	*ret_reason = why;
	return SKL_OUTCOME_DENIED_FORBIDDEN;
}

/* --- clocks ----------------------------------------------------------------------------- */

static const Schakel__V1__EventRow *deadline_of(const struct skl_item *item, enum skl_clock clock)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_DEADLINE &&
		    row->value == (uint32_t)clock)
			return row;
	return NULL;
}

static int64_t term_of(const struct skl_turn *turn, int64_t from_ms, enum skl_clock clock)
{
	const struct skl_region *region = skl_law_region(&turn->hub->law);

	return skl_term_add(from_ms,
			    region ? region->clocks[clock] : skl_catalogue_clock_term(clock));
}

/* A lawyer within a day of the wish (Wth 5(1)): as the message says, if that is no later. */
static int64_t lawyer_due(const struct skl_turn *turn, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row = deadline_of(item, SKL_CLOCK_BAN_LAWYER);
	int64_t latest_ms = turn->now_ms + DAY_MS;

	return row && row->at_ms < latest_ms ? row->at_ms : latest_ms;
}

/* 0: the rule's own, which is rule_ms. */
static int64_t due_of(const struct skl_turn *turn, const struct skl_item *item,
		      const struct told *told, enum skl_clock clock, int64_t rule_ms)
{
	const Schakel__V1__EventRow *row;

	if (told->event == SKL_BAN_STATE_IMPOSED)
		switch ((unsigned)clock) {
		case SKL_CLOCK_BAN:
			return end_of(told);
		case SKL_CLOCK_RETURN:
			return end_of(told) - RETURN_MS;
		case SKL_CLOCK_BAN_TELL:
		case SKL_CLOCK_BAN_CONTACT:
		case SKL_CLOCK_BAN_ADVICE:
			/* the rule's term, from the order on */
			return rule_ms - skl_change_occurred_ms(item, turn->now_ms) +
			       start_of(told);
		case SKL_CLOCK_BAN_LAWYER:
			return lawyer_due(turn, item);
		default:
			return 0;
		}
	row = skl_envelope_find_event(item->env, SKL_EVENT_HEARING_AT);
	if (clock == SKL_CLOCK_BAN_RULING && row)
		return term_of(turn, row->at_ms, clock);
	row = deadline_of(item, clock);
	return row && row->at_ms > turn->now_ms &&
			       (clock == SKL_CLOCK_HANDOVER || clock == SKL_CLOCK_CLOSURE)
		       ? row->at_ms
		       : 0;
}

/* Who was sent from home wants a lawyer, or said nothing of it. */
static bool is_unasked(const struct skl_item *item, const struct skl_decision_clock *clock)
{
	return clock->clock == SKL_CLOCK_BAN_LAWYER && !clock->is_stop &&
	       !deadline_of(item, SKL_CLOCK_BAN_LAWYER);
}

void skl_ban_terms(const struct skl_turn *turn, const struct skl_item *item,
		   struct skl_decision *decision)
{
	struct told told = read_told(item, turn->now_ms);
	unsigned kept = 0;

	for (unsigned i = 0; i < decision->clock_count; i++) {
		struct skl_decision_clock clock = decision->clocks[i];
		int64_t due_ms = clock.is_stop ? 0
					       : due_of(turn, item, &told,
							(enum skl_clock)clock.clock, clock.due_ms);

		if (is_unasked(item, &clock))
			continue;
		if (due_ms)
			clock.due_ms = due_ms;
		decision->clocks[kept++] = clock;
	}
	decision->clock_count = (uint8_t)kept;
}

struct moved {
	struct skl_clock_row rows[8];
	size_t count;
};

static bool see_stopped(void *arg, const struct skl_clock_row *row)
{
	struct moved *moved = arg;

	if (moved->count < SKL_COUNT(moved->rows))
		moved->rows[moved->count++] = *row;
	return true;
}

/* The clocks of this ban run to another time, for the same who must act. */
static enum skl_err move_clock(struct skl_turn *turn, const struct skl_case *held,
			       enum skl_clock clock, int64_t due_ms)
{
	struct moved moved = {.count = 0};
	enum skl_err err = skl_clock_store_stop(turn->txn, clock, held->case_ref, NULL,
						held->ban.id, see_stopped, &moved, NULL);

	if (err == SKL_ENOTFOUND)
		return SKL_OK;
	for (size_t i = 0; i < moved.count && !due_ms; i++)
		(void)skl_tasks_see_stopped(turn, &moved.rows[i]);
	for (size_t i = 0; i < moved.count && err == SKL_OK && due_ms; i++) {
		moved.rows[i].stage = SKL_CLOCK_RUNNING;
		moved.rows[i].due_ms = due_ms;
		skl_ring_set(turn, &moved.rows[i]);
		err = skl_clock_store_start(turn->txn, &moved.rows[i]);
	}
	return err;
}

/* What an end stops, and an extension moves. */
static enum skl_err move_clocks(struct skl_turn *turn, const struct skl_case *held, bool is_over)
{
	static const enum skl_clock others[] = {SKL_CLOCK_BAN_TELL, SKL_CLOCK_BAN_CONTACT,
						SKL_CLOCK_BAN_LAWYER, SKL_CLOCK_BAN_ADVICE};
	int64_t end_ms = is_over ? 0 : held->ban.end_ms;
	enum skl_err err = move_clock(turn, held, SKL_CLOCK_BAN, end_ms);

	if (err == SKL_OK)
		err = move_clock(turn, held, SKL_CLOCK_RETURN, is_over ? 0 : end_ms - RETURN_MS);
	for (size_t i = 0; i < SKL_COUNT(others) && is_over && err == SKL_OK; i++)
		err = move_clock(turn, held, others[i], 0);
	return err;
}

/* --- tasks ---------------------------------------------------------------------------------- */

/* A criminal measure beside the ban, in force in the message or the case (002:2349-2353). */
static bool has_criminal_measure(const struct skl_ask *ask, const struct skl_item *item)
{
	static const uint32_t measures =
		1u << SKL_MEASURE_BEHAVIOURAL_ORDER | 1u << SKL_MEASURE_CONTACT_BAN |
		1u << SKL_MEASURE_PROBATION_CONDITIONS | 1u << SKL_MEASURE_CUSTODY;
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_MEASURE &&
		    row->detail == SKL_MEASURE_STATE_IN_FORCE && (measures >> row->value & 1))
			return true;
	return (ask->held.measures & measures) != 0;
}

static enum skl_err begin(struct skl_turn *turn, struct skl_ask *ask, const struct skl_item *item,
			  const struct told *told)
{
	struct skl_case_ban *ban = &ask->held.ban;

	*ban = (struct skl_case_ban){
		.state = SKL_BAN_STATE_IMPOSED, .start_ms = start_of(told), .end_ms = end_of(told)};
	memcpy(ban->id, item->id, sizeof(ban->id));
	if (ask->held.pattern != SKL_PATTERN_COERCIVE_CONTROL || has_criminal_measure(ask, item))
		return SKL_OK;
	return skl_tasks_ask_lead(
		turn, ask, item, SKL_TASK_BAN_AT_COERCIVE_CONTROL, 0,
		"Huisverbod bij dwingende controle, zonder strafrechtelijke maatregel ernaast. "
		"Vertrouwt u erop dat het contactverbod wordt nageleefd? Zo niet: vraag om een "
		"maatregel en maak vandaag een plan met haar, alleen.",
		"House ban at coercive control without a criminal measure beside it. Do you "
		"trust that the contact ban will be kept? If not: ask for a measure, and make a "
		"plan with her today, alone.");
}

enum skl_err skl_ban_apply(struct skl_turn *turn, struct skl_ask *ask, const struct skl_item *item,
			   bool *is_changed)
{
	struct told told = read_told(item, turn->now_ms);
	struct skl_case_ban *ban = &ask->held.ban;
	struct skl_ban_step step;

	if (told.event == SKL_BAN_STATE_UNSPECIFIED)
		return SKL_OK;
	step = step_of(ban, &told);
	*is_changed = *is_changed || (step.action != SKL_BAN_KEEP && step.action != SKL_BAN_STRAY);
	switch ((unsigned)step.action) {
	case SKL_BAN_BEGIN:
		return begin(turn, ask, item, &told);
	case SKL_BAN_SET:
		ban->state = step.next;
		return SKL_OK;
	case SKL_BAN_EXTEND:
		ban->state = step.next;
		ban->end_ms = told.period->until_ms;
		return move_clocks(turn, &ask->held, false);
	case SKL_BAN_END:
		ban->state = step.next;
		return move_clocks(turn, &ask->held, true);
	case SKL_BAN_NOTE:
	case SKL_BAN_BREACH:
		ban->done |= 1u << told.row->value;
		return SKL_OK;
	case SKL_BAN_STRAY:
		return skl_tasks_ask_lead(
			turn, ask, item, SKL_TASK_REVIEW_PLAN, 0,
			"Er is een overtreding gemeld van een huisverbod dat hier niet geldt. "
			"Ga na wat er geldt, en of er acuut gevaar is.",
			"A breach was reported of a house ban that is not in force here. Find out "
			"what is, and whether there is acute danger.");
	default:
		return SKL_OK;
	}
}
