/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_alarm.h"
#include "skl_ban.h"
#include "skl_clock_store.h"
#include "skl_closure.h"
#include "skl_core.h"
#include "skl_handover.h"
#include "skl_majority.h"
#include "skl_merge.h"
#include "skl_rated.h"
#include "skl_ring.h"
#include "skl_role.h"
#include "skl_tasks.h"
#include "skl_terms.h"

/* Who may make a change, beside the case director and Veilig Thuis. */
enum power {
	POWER_DIRECTOR,     /* nobody else */
	POWER_ORDER,        /* who orders a house ban, about who helps from then on */
	POWER_POLICE_ACUTE, /* police too, if the value is acute */
	POWER_PARTICIPANT,  /* who takes part, about itself */
};

/* What an event row changes, in a kind that may. In any other kind it is a proposal. */
struct change {
	enum skl_event event;
	uint16_t needs; /* SKL_CHANGES_* of the kind */
	enum power power;
};

static const struct change changes[] = {
	{SKL_EVENT_UNSAFETY, SKL_CHANGES_UNSAFETY | SKL_CHANGES_OPENS_CASE, POWER_POLICE_ACUTE},
	{SKL_EVENT_PHASE, SKL_CHANGES_PHASE, POWER_DIRECTOR},
	{SKL_EVENT_PATTERN, SKL_CHANGES_PATTERN, POWER_DIRECTOR},
	{SKL_EVENT_SIGNAL_PHASE, SKL_CHANGES_UNSAFETY, POWER_DIRECTOR},
	{SKL_EVENT_FRAME, SKL_CHANGES_FRAME, POWER_DIRECTOR},
	{SKL_EVENT_DIRECTOR, SKL_CHANGES_DIRECTOR, POWER_ORDER},
	{SKL_EVENT_PARTICIPANT, SKL_CHANGES_PARTICIPANTS, POWER_ORDER},
	{SKL_EVENT_PARTICIPANT_ENDED, SKL_CHANGES_PARTICIPANTS, POWER_PARTICIPANT},
};

static const struct change *change_of(const Schakel__V1__EventRow *row)
{
	for (size_t i = 0; i < SKL_COUNT(changes); i++)
		if ((uint32_t)changes[i].event == (uint32_t)row->code)
			return &changes[i];
	return NULL;
}

static bool is_director(const struct skl_ask *ask)
{
	return ask->has_case && strcmp(ask->held.director, ask->sender->id) == 0;
}

static bool has_power(const struct skl_ask *ask, const struct change *change,
		      const Schakel__V1__EventRow *row)
{
	if (is_director(ask) || ask->sender->role == SKL_ROLE_VEILIG_THUIS)
		return true;
	if (change->power == POWER_POLICE_ACUTE)
		return ask->sender->role == SKL_ROLE_POLICE && row->value == SKL_UNSAFETY_ACUTE;
	if (change->power == POWER_PARTICIPANT)
		return strcmp(row->partner, ask->sender->id) == 0;
	return change->power == POWER_ORDER && ask->sender->role == SKL_ROLE_MUNICIPALITY;
}

/*
 * A case has one director, and another comes by handover alone (rule 14). Veilig Thuis can take the
 * case itself, when a director is lost.
 */
static bool is_second_director(const struct skl_ask *ask, const struct change *change,
			       const Schakel__V1__EventRow *row)
{
	bool is_taken = ask->sender->role == SKL_ROLE_VEILIG_THUIS &&
			strcmp(row->partner, ask->sender->id) == 0;

	return change->event == SKL_EVENT_DIRECTOR && ask->has_case && ask->held.director[0] &&
	       strcmp(row->partner, ask->held.director) != 0 && !is_taken;
}

/*
 * Who will direct is a director by offer and acceptance alone (rule 14): nobody makes another the
 * director of a case that has none. Who orders a house ban says who directs it.
 */
static bool is_named_by_another(const struct skl_ask *ask, const struct change *change,
				const Schakel__V1__EventRow *row)
{
	return change->event == SKL_EVENT_DIRECTOR && ask->sender->role != SKL_ROLE_MUNICIPALITY &&
	       !ask->held.director[0] && strcmp(row->partner, ask->sender->id) != 0;
}

/*
 * Triage proposes who will direct; until that partner accepts an offer Veilig Thuis does (rules 4
 * and 14). Who opens a case may say so of itself; only Veilig Thuis directs by that.
 */
static bool is_proposal(const struct skl_ask *ask, const struct skl_item *item,
			const Schakel__V1__EventRow *row)
{
	uint32_t kind = (uint32_t)item->env->common->kind;

	if (row->code != SCHAKEL__V1__EVENT_CODE__EVENT_DIRECTOR)
		return false;
	return kind == SKL_KIND_TRIAGE_OUTCOME
		       ? strcmp(row->partner, ask->sender->id) != 0
		       : kind == SKL_KIND_CASE_OPENED &&
				 ask->sender->role != SKL_ROLE_VEILIG_THUIS && !is_director(ask);
}

static bool opens_case(const struct skl_catalogue_kind *kind, const struct skl_ask *ask)
{
	return (kind->changes & SKL_CHANGES_OPENS_CASE) && !ask->has_case;
}

/* The phase is a judgement on safety: not without a rating (rule 16). */
static bool lacks_rating(const struct skl_turn *turn, const struct skl_ask *ask,
			 const struct skl_item *item, const struct change *change)
{
	return change->event == SKL_EVENT_PHASE && ask->has_case &&
	       !skl_rated_is_current(turn, ask, item);
}

/*
 * A measure has somebody who decided it and the evidence it rests on, or is asked for (rule 10;
 * 000:496-500, 003:588-602). A power is no measure: who may use one names itself.
 */
static bool lacks_decider(const struct change *change, const Schakel__V1__EventRow *row)
{
	return change->event == SKL_EVENT_FRAME && row->value == SKL_FRAME_POWERS_APPLY &&
	       (!row->partner[0] || !row->third);
}

/* Work on a case by who has no part in it any more (rule 21). Danger is never refused for form. */
static bool has_left(const struct skl_turn *turn, const struct skl_ask *ask,
		     const struct skl_item *item)
{
	const Schakel__V1__Common *common = item->env->common;

	return ask->has_case && skl_role_is_needed((uint32_t)common->kind) &&
	       !skl_envelope_find_fact(item->env, SKL_FACT_ACUTE_BY) &&
	       skl_role_has_ended(&ask->held, ask->sender->id, common->sender_desk, turn->now_ms);
}

enum skl_outcome skl_change_check(const struct skl_turn *turn, const struct skl_ask *ask,
				  const struct skl_item *item, enum skl_cut_reason *ret_reason)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);
	enum skl_outcome outcome = SKL_OUTCOME_UNSPECIFIED;
	const Schakel__V1__EventRow *row;

	if (!kind || item->env->common->case_ref.len != SKL_STORE_ID_BYTES)
		return outcome;
	*ret_reason = SKL_CUT_REASON_ROLE_ENDED;
	if (has_left(turn, ask, item))
		return SKL_OUTCOME_DENIED_FORBIDDEN;
	/* Each kind is of one of these at most. */
	outcome = skl_ban_check(turn, ask, item, ret_reason);
	if (outcome == SKL_OUTCOME_UNSPECIFIED)
		outcome = skl_handover_check(turn, ask, item, ret_reason);
	if (outcome == SKL_OUTCOME_UNSPECIFIED)
		outcome = skl_closure_check(turn, ask, item, ret_reason);
	if (outcome == SKL_OUTCOME_UNSPECIFIED)
		outcome = skl_merge_check(turn, ask, item, ret_reason);
	if (outcome == SKL_OUTCOME_DENIED_FORBIDDEN)
		return outcome;
	if (opens_case(kind, ask))
		outcome = SKL_OUTCOME_PERMITTED;
	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++) {
		const struct change *change = change_of(row);

		if (!change || !(kind->changes & change->needs) || is_proposal(ask, item, row))
			continue;
		/* A report tells what its sender sees; it sets only what it has the power to. */
		*ret_reason = SKL_CUT_REASON_NO_POWER;
		if (!has_power(ask, change, row) && !(change->needs & SKL_CHANGES_OPENS_CASE))
			return SKL_OUTCOME_DENIED_FORBIDDEN;
		if (is_named_by_another(ask, change, row))
			return SKL_OUTCOME_DENIED_FORBIDDEN;
		*ret_reason = SKL_CUT_REASON_STALE_CASE;
		if (is_second_director(ask, change, row))
			return SKL_OUTCOME_DENIED_FORBIDDEN;
		*ret_reason = SKL_CUT_REASON_DECIDER_MISSING;
		if (lacks_decider(change, row))
			return SKL_OUTCOME_DENIED_FORBIDDEN;
		*ret_reason = SKL_CUT_REASON_RATING_MISSING;
		if (lacks_rating(turn, ask, item, change))
			return SKL_OUTCOME_DENIED_FORBIDDEN;
		outcome = SKL_OUTCOME_PERMITTED;
	}
	return outcome;
}

uint16_t skl_change_positions(const struct skl_ask *ask, const struct skl_item *item,
			      const char *partner, const char *desk)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);
	const Schakel__V1__EventRow *row;
	unsigned bits = 0;

	for (size_t i = 0; kind && (row = skl_envelope_event(item->env, i)); i++) {
		const struct change *change = change_of(row);

		if (change && change->event == SKL_EVENT_PARTICIPANT &&
		    (kind->changes & change->needs) && has_power(ask, change, row) &&
		    strcmp(row->partner, partner) == 0 &&
		    (!row->desk[0] || !desk[0] || strcmp(row->desk, desk) == 0))
			bits |= 1u << row->value;
	}
	return (uint16_t)bits;
}

/* --- making the change ------------------------------------------------------------------- */

enum skl_err skl_change_name(char field[SKL_STORE_NAME_MAX + 1], const char *name)
{
	if (strlen(name) > SKL_STORE_NAME_MAX)
		return SKL_EFIELD;
	memcpy(field, name, strlen(name) + 1);
	return SKL_OK;
}

/*
 * A desk may have several positions, and then each of them narrows what it gets: a new position
 * is added, the same one again changes its times.
 */
static enum skl_err add_participant(struct skl_case *held, const char *partner, const char *desk,
				    enum skl_desk_position position, int64_t from_ms,
				    int64_t until_ms)
{
	struct skl_case_participant row = {
		.position = position, .from_ms = from_ms, .until_ms = until_ms};
	enum skl_err err = skl_change_name(row.partner, partner);

	if (err == SKL_OK)
		err = skl_change_name(row.desk, desk);
	if (err != SKL_OK)
		return err;
	for (size_t i = 0; i < held->participant_count; i++) {
		struct skl_case_participant *old = &held->participant[i];

		if (old->position == position && strcmp(old->partner, row.partner) == 0 &&
		    strcmp(old->desk, row.desk) == 0) {
			*old = row;
			return SKL_OK;
		}
	}
	if (held->participant_count == SKL_CASE_PARTICIPANTS_MAX)
		return SKL_ELIMIT;
	held->participant[held->participant_count++] = row;
	return SKL_OK;
}

enum skl_err skl_change_take_part(struct skl_case *held, const Schakel__V1__EventRow *row,
				  int64_t now_ms)
{
	return add_participant(held, row->partner, row->desk, (enum skl_desk_position)row->value,
			       row->at_ms ? row->at_ms : now_ms, row->until_ms);
}

void skl_change_leave(struct skl_case *held, const Schakel__V1__EventRow *row, int64_t now_ms)
{
	int64_t end_ms = row->at_ms > now_ms ? row->at_ms : now_ms;

	for (size_t i = 0; i < held->participant_count; i++)
		if (strcmp(held->participant[i].partner, row->partner) == 0 &&
		    (!row->desk[0] || strcmp(held->participant[i].desk, row->desk) == 0))
			held->participant[i].until_ms = end_ms;
}

static enum skl_err set_director(struct skl_case *held, const Schakel__V1__EventRow *row)
{
	enum skl_err err = skl_change_name(held->director, row->partner);

	return err == SKL_OK ? skl_change_name(held->director_desk, row->desk) : err;
}

/* Values were checked against their lists at decoding. */
static enum skl_err apply_row(struct skl_turn *turn, struct skl_case *held,
			      const struct change *change, const Schakel__V1__EventRow *row)
{
	switch ((unsigned)change->event) {
	case SKL_EVENT_UNSAFETY:
		held->unsafety = (enum skl_unsafety)row->value;
		return SKL_OK;
	case SKL_EVENT_PHASE:
		held->phase = (enum skl_phase)row->value;
		return SKL_OK;
	case SKL_EVENT_PATTERN:
		held->pattern = (enum skl_pattern)row->value;
		return SKL_OK;
	case SKL_EVENT_SIGNAL_PHASE:
		held->signal_phase = (enum skl_signal_phase)row->value;
		return SKL_OK;
	case SKL_EVENT_FRAME:
		held->frame = (enum skl_frame)row->value;
		held->frame_area = (enum skl_frame_area)row->detail;
		return SKL_OK;
	case SKL_EVENT_DIRECTOR:
		return set_director(held, row);
	case SKL_EVENT_PARTICIPANT:
		return skl_change_take_part(held, row, turn->now_ms);
	case SKL_EVENT_PARTICIPANT_ENDED:
		skl_change_leave(held, row, turn->now_ms);
		return SKL_OK;
	default:
		return SKL_OK;
	}
}

/* A report opens the case: its sender responds, who gets it takes part. */
static enum skl_err open_case(struct skl_turn *turn, struct skl_ask *ask,
			      const struct skl_item *item)
{
	struct skl_case *held = &ask->held;
	const Schakel__V1__Common *common = item->env->common;
	enum skl_err err;

	held->created_ms = turn->now_ms;
	held->retention = skl_record_retention((uint32_t)common->kind, ask->sender->role);
	err = add_participant(held, ask->sender->id, common->sender_desk,
			      SKL_DESK_POSITION_RESPONDER, turn->now_ms, 0);
	for (size_t i = 0; i < item->part_count && err == SKL_OK; i++)
		if (item->parts[i].is_released && item->parts[i].row)
			err = add_participant(held, item->parts[i].row->partner,
					      item->parts[i].row->desk, SKL_DESK_POSITION_NONE,
					      turn->now_ms, 0);
	return err;
}

/* What else a message makes of its case, one after the other: each sees what those before did. */
static enum skl_err (*const appliers[])(struct skl_turn *turn, struct skl_ask *ask,
					const struct skl_item *item, bool *is_changed) = {
	skl_rated_apply,   skl_ban_apply,   skl_handover_apply,
	skl_closure_apply, skl_merge_apply, skl_alarm_apply,
};

/* What this kind may change, where its sender has the power; the rest is a proposal. */
static enum skl_err apply_rows(struct skl_turn *turn, struct skl_ask *ask,
			       const struct skl_item *item, const struct skl_catalogue_kind *kind,
			       bool *is_changed)
{
	const Schakel__V1__EventRow *row;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)) && err == SKL_OK; i++) {
		const struct change *change = change_of(row);

		if (!change || !(kind->changes & change->needs) || is_proposal(ask, item, row) ||
		    !has_power(ask, change, row))
			continue;
		err = apply_row(turn, &ask->held, change, row);
		*is_changed = true;
	}
	return err;
}

enum skl_err skl_change_apply(struct skl_turn *turn, struct skl_ask *ask,
			      const struct skl_item *item)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);
	struct skl_terms_before before;
	bool is_changed = false;
	enum skl_err err = SKL_OK;

	skl_terms_note(&ask->held, &before);
	err = skl_ledger_apply(turn, ask, item, &is_changed);
	if (err != SKL_OK || !kind || item->env->common->case_ref.len != SKL_STORE_ID_BYTES)
		return err;
	if (opens_case(kind, ask)) {
		err = open_case(turn, ask, item);
		is_changed = true;
	} else if (!ask->has_case && is_changed) {
		/* Of a case that the hub does not know yet, only the consents. */
		ask->held.created_ms = turn->now_ms;
		ask->held.retention =
			skl_record_retention((uint32_t)item->env->common->kind, ask->sender->role);
	} else if (!ask->has_case) {
		return SKL_OK;
	}
	if (err == SKL_OK)
		err = apply_rows(turn, ask, item, kind, &is_changed);
	ask->has_case = true;
	for (size_t i = 0; i < SKL_COUNT(appliers) && err == SKL_OK; i++)
		err = appliers[i](turn, ask, item, &is_changed);
	if (err == SKL_OK)
		err = skl_terms_apply(turn, ask, item, &before);
	if (err == SKL_OK)
		err = skl_majority_apply(turn, ask, item);
	if (err != SKL_OK || !is_changed)
		return err;
	ask->held.changed_ms = turn->now_ms;
	err = skl_case_put(turn->txn, &ask->held);
	ask->has_case = err == SKL_OK;
	return err;
}

/* --- clocks --------------------------------------------------------------------------------- */

static const uint8_t no_case[SKL_STORE_ID_BYTES];

static const uint8_t *case_of(const struct skl_item *item)
{
	const ProtobufCBinaryData *ref = &item->env->common->case_ref;

	return ref->len == SKL_STORE_ID_BYTES ? ref->data : no_case;
}

/* Whose term it is, where the domain says so; else the recipient's. */
static enum skl_role clock_role(enum skl_clock clock)
{
	static const struct {
		enum skl_clock clock;
		enum skl_role role;
	} rows[] = {
		{SKL_CLOCK_TRIAGE_DATA, SKL_ROLE_POLICE},
		{SKL_CLOCK_TRIAGE, SKL_ROLE_VEILIG_THUIS},
		{SKL_CLOCK_INVESTIGATION_START, SKL_ROLE_VEILIG_THUIS},
		{SKL_CLOCK_INVESTIGATION, SKL_ROLE_VEILIG_THUIS},
		{SKL_CLOCK_FEEDBACK, SKL_ROLE_VEILIG_THUIS},
		{SKL_CLOCK_BAN_ADVICE, SKL_ROLE_VEILIG_THUIS},
		{SKL_CLOCK_BAN_TELL, SKL_ROLE_MUNICIPALITY},
		{SKL_CLOCK_BAN_LAWYER, SKL_ROLE_MUNICIPALITY},
	};

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (rows[i].clock == clock)
			return rows[i].role;
	return SKL_ROLE_UNSPECIFIED;
}

bool skl_change_is_senders(const struct skl_part *part, enum skl_clock clock)
{
	enum skl_role role = clock_role(clock);

	if (clock == SKL_CLOCK_BREAK_GLASS)
		return true; /* who breaks the glass has it checked */
	return role != SKL_ROLE_UNSPECIFIED && part->request.sender_role == role &&
	       part->request.recipient_role != role;
}

int64_t skl_change_occurred_ms(const struct skl_item *item, int64_t now_ms)
{
	const Schakel__V1__EventRow *row =
		skl_envelope_find_event(item->env, SKL_EVENT_OCCURRED_AT);

	return row && row->at_ms > now_ms - SKL_POLICY_BACKDATE_MS && row->at_ms < now_ms
		       ? row->at_ms
		       : now_ms;
}

/* As the decision counted: a ban from its order, the glass breaks now, the rest where it happened.
 */
static int64_t started_of(const struct skl_item *item, enum skl_clock clock, int64_t now_ms)
{
	int64_t ordered_ms = skl_ban_ordered_ms(item, now_ms);

	if (ordered_ms)
		return ordered_ms;
	return clock == SKL_CLOCK_BREAK_GLASS ? now_ms : skl_change_occurred_ms(item, now_ms);
}

/* Who must act, and who hears that it is late. */
static enum skl_err start_clock(struct skl_turn *turn, const struct skl_item *item,
				const struct skl_part *part, const struct skl_decision_clock *clock)
{
	struct skl_clock_row row = {
		.clock = (enum skl_clock)clock->clock,
		.stage = SKL_CLOCK_RUNNING,
		.entry_index = part->ref.index,
		.started_ms = started_of(item, (enum skl_clock)clock->clock, turn->now_ms),
		.due_ms = clock->due_ms,
	};
	bool is_senders = skl_change_is_senders(part, row.clock);
	const char *sender = item->peer->id, *recipient = part->row ? part->row->partner : NULL;
	const char *acts = is_senders ? sender : recipient;
	const char *told = is_senders ? recipient : sender;
	enum skl_err err;

	if (!acts)
		return SKL_OK; /* of what goes to the hub alone nobody else hears */
	err = skl_change_name(row.partner, acts);
	/* of break-glass supervisors hear */
	if (err == SKL_OK && row.clock != SKL_CLOCK_BREAK_GLASS && told)
		err = skl_change_name(row.told, told);
	if (err != SKL_OK)
		return err;
	memcpy(row.case_ref, case_of(item), SKL_STORE_ID_BYTES);
	memcpy(row.message_id, item->id, SKL_STORE_ID_BYTES);
	skl_ring_set(turn, &row);
	err = skl_clock_store_start(turn->txn, &row);
	if (err == SKL_OK)
		return skl_tasks_of_start(turn, &row);
	return err == SKL_EEXISTS ? SKL_OK : err;
}

/* Of a house ban there is one in a case, and who brings what was waited for is not who waited. */
static bool is_of_ban(enum skl_clock clock)
{
	return clock >= SKL_CLOCK_BAN && clock <= SKL_CLOCK_BAN_ADVICE;
}

/* Who acts now is who had to: the sender of this message. An after-check is of one use alone, an
 * answer of one question. */
static enum skl_err stop_clock(struct skl_turn *turn, const struct skl_ask *ask,
			       const struct skl_item *item, enum skl_clock clock)
{
	const struct skl_after_check *check = &ask->after_check;
	const uint8_t *message = NULL;
	enum skl_err err;

	if (clock == SKL_CLOCK_BREAK_GLASS) {
		if (!check->is_found)
			return SKL_OK;
		message = check->clock.message_id;
	}
	if (clock == SKL_CLOCK_INFORMATION)
		message = skl_ask_answered_id(item->env);
	err = skl_clock_store_stop(turn->txn, clock, case_of(item),
				   is_of_ban(clock) ? NULL : item->peer->id, message,
				   skl_tasks_see_stopped, turn, NULL);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_change_clocks(struct skl_turn *turn, const struct skl_ask *ask,
			       const struct skl_item *item, const struct skl_part *part)
{
	enum skl_err err = SKL_OK;

	for (unsigned i = 0; i < part->decision.clock_count && err == SKL_OK; i++) {
		const struct skl_decision_clock *clock = &part->decision.clocks[i];

		if (clock->is_stop) {
			err = stop_clock(turn, ask, item, (enum skl_clock)clock->clock);
		} else if (clock->clock == SKL_CLOCK_DIRECT_SAFETY) {
			continue; /* the case itself starts it, once: skl_terms */
		} else if (clock->due_ms) {
			err = start_clock(turn, item, part, clock);
		}
	}
	return err;
}
