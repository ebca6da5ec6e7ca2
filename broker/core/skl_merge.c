/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_merge.h"

#include <string.h>

#include "skl_ban_state.h"
#include "skl_case_refs.h"
#include "skl_clock_store.h"
#include "skl_tasks.h"
#include "skl_terms.h"

#define CLOCKS_A_STEP 64u

static bool is_kind(const struct skl_item *item, enum skl_kind kind)
{
	return (uint32_t)item->env->common->kind == (uint32_t)kind;
}

/* The other case that the message names, once; NULL: none, or several. */
static const uint8_t *other_of(const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;
	const uint8_t *ref = NULL;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++) {
		if ((unsigned)row->code != SKL_EVENT_CASE_OTHER)
			continue;
		if (ref || row->ref.len != SKL_STORE_ID_BYTES)
			return NULL;
		ref = row->ref.data;
	}
	return ref;
}

static bool takes_part(const struct skl_case *held, const struct skl_ask *ask, int64_t now_ms)
{
	return strcmp(held->director, ask->sender->id) == 0 ||
	       skl_case_participant_find(held, ask->sender->id, NULL, now_ms) != NULL;
}

/* --- what is folded into what ------------------------------------------------------------------
 */

/* Of the values of a list the first in the order counts; what is not in it is kept. */
static unsigned first_of(const uint8_t *order, size_t count, unsigned a, unsigned b)
{
	for (size_t i = 0; i < count; i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a ? a : b;
}

static bool is_running(const struct skl_case_participant *row, int64_t now_ms)
{
	return !row->until_ms || now_ms < row->until_ms;
}

/* Also whose part is over: it stays over in the case that goes on. */
static enum skl_err fold_participants(struct skl_case *held, const struct skl_case *other,
				      int64_t now_ms)
{
	for (size_t i = 0; i < other->participant_count; i++) {
		const struct skl_case_participant *row = &other->participant[i];
		struct skl_case_participant *own = NULL;

		for (size_t j = 0; j < held->participant_count && !own; j++)
			if (held->participant[j].position == row->position &&
			    strcmp(held->participant[j].partner, row->partner) == 0 &&
			    strcmp(held->participant[j].desk, row->desk) == 0)
				own = &held->participant[j];
		if (!own && held->participant_count == SKL_CASE_PARTICIPANTS_MAX)
			return SKL_ELIMIT;
		if (!own)
			own = &held->participant[held->participant_count++];
		else if (is_running(own, now_ms) || !is_running(row, now_ms))
			continue;
		*own = *row;
		own->closing = SKL_ANSWER_UNSPECIFIED; /* of a round that is over */
	}
	return SKL_OK;
}

static void fold_names(struct skl_case *held, const struct skl_case *other)
{
	if (!held->director[0]) {
		memcpy(held->director, other->director, sizeof(held->director));
		memcpy(held->director_desk, other->director_desk, sizeof(held->director_desk));
	}
	if (!held->monitor[0]) {
		memcpy(held->monitor, other->monitor, sizeof(held->monitor));
		memcpy(held->monitor_desk, other->monitor_desk, sizeof(held->monitor_desk));
		held->monitor_days = other->monitor_days;
	}
}

/* Stable safety is counted anew: what was agreed on was said of another family. */
static void fold_ratings(struct skl_case *held, const struct skl_case *other)
{
	if (other->rating && (!held->rating || other->rating < held->rating))
		held->rating = other->rating;
	held->stable_times = 0;
	held->stable_ms = 0;
}

enum skl_err skl_merge_fold(struct skl_case *held, const struct skl_case *other, int64_t now_ms)
{
	static const uint8_t unsafety[] = {SKL_UNSAFETY_ACUTE, SKL_UNSAFETY_STRUCTURAL,
					   SKL_UNSAFETY_INCIDENTAL, SKL_UNSAFETY_UNKNOWN,
					   SKL_UNSAFETY_NONE};
	static const uint8_t pattern[] = {SKL_PATTERN_COERCIVE_CONTROL, SKL_PATTERN_UNCLEAR,
					  SKL_PATTERN_STRESS_VIOLENCE, SKL_PATTERN_NONE};
	static const uint8_t frame[] = {SKL_FRAME_POWERS_APPLY, SKL_FRAME_REQUEST_IN_PREPARATION,
					SKL_FRAME_VOLUNTARY};
	enum skl_err err = fold_participants(held, other, now_ms);

	if (err != SKL_OK)
		return err;
	fold_names(held, other);
	fold_ratings(held, other);
	held->unsafety = (enum skl_unsafety)first_of(unsafety, SKL_COUNT(unsafety), held->unsafety,
						     other->unsafety);
	held->pattern = (enum skl_pattern)first_of(pattern, SKL_COUNT(pattern), held->pattern,
						   other->pattern);
	if (first_of(frame, SKL_COUNT(frame), held->frame, other->frame) != (unsigned)held->frame) {
		held->frame = other->frame;
		held->frame_area = other->frame_area;
	}
	if (other->signal_phase > held->signal_phase)
		held->signal_phase = other->signal_phase;
	/* the earlier phase: safety comes before recovery */
	if (other->phase && (!held->phase || other->phase < held->phase))
		held->phase = other->phase;
	held->measures |= other->measures;
	if (!skl_ban_is_active(&held->ban, now_ms) &&
	    (skl_ban_is_active(&other->ban, now_ms) || !held->ban.state))
		held->ban = other->ban;
	if (other->merges >= held->merges)
		held->merges = other->merges + 1;
	return SKL_OK;
}

/* --- may it --------------------------------------------------------------------------------------
 */

/* Who asks by one of its refs finds the whole, so that they stay few. */
static bool fits(const struct skl_turn *turn, const uint8_t *a, const uint8_t *b)
{
	struct skl_case_refs *refs = skl_arena_array(turn->arena, 2, sizeof(*refs));

	return refs && skl_case_refs_find(turn->txn, a, &refs[0]) == SKL_OK &&
	       skl_case_refs_find(turn->txn, b, &refs[1]) == SKL_OK &&
	       refs[0].count + refs[1].count <= SKL_CASE_REFS_MAX;
}

static enum skl_cut_reason refusal_of_merge(const struct skl_turn *turn, const struct skl_ask *ask,
					    const uint8_t *ref, struct skl_case *other,
					    struct skl_case *folded)
{
	uint8_t resolved[SKL_STORE_ID_BYTES];

	if (memcmp(ref, ask->held.case_ref, SKL_STORE_ID_BYTES) == 0)
		return SKL_CUT_REASON_FORBIDDEN;
	if (skl_case_resolve(turn->txn, ref, resolved) != SKL_OK ||
	    skl_case_get(turn->txn, resolved, other) != SKL_OK)
		return SKL_CUT_REASON_UNKNOWN_REFERENCE;
	if (memcmp(resolved, ref, sizeof(resolved)) != 0)
		return SKL_CUT_REASON_STALE_CASE; /* it is part of another by now, or of this one */
	if (!takes_part(&ask->held, ask, turn->now_ms) || !takes_part(other, ask, turn->now_ms))
		return SKL_CUT_REASON_NO_POWER;
	if (skl_ban_is_active(&ask->held.ban, turn->now_ms) &&
	    skl_ban_is_active(&other->ban, turn->now_ms))
		return SKL_CUT_REASON_STALE_CASE; /* two who leave one home are two cases */
	if (!fits(turn, ask->held.case_ref, ref))
		return SKL_CUT_REASON_LIMIT;
	*folded = ask->held;
	return skl_merge_fold(folded, other, turn->now_ms) == SKL_OK &&
			       folded->merges <= SKL_CASE_MERGES_MAX
		       ? SKL_CUT_REASON_UNSPECIFIED
		       : SKL_CUT_REASON_LIMIT;
}

/* Who directs what is split off: the sender, or who directed before; another has not accepted it
 * (rule 14). */
static bool names_another_director(const struct skl_ask *ask, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row = skl_envelope_find_event(item->env, SKL_EVENT_DIRECTOR);

	return row && strcmp(row->partner, ask->sender->id) != 0 &&
	       strcmp(row->partner, ask->held.director) != 0;
}

/* A new one, or one that was merged into this one before. */
static enum skl_cut_reason refusal_of_split(const struct skl_turn *turn, const struct skl_ask *ask,
					    const struct skl_item *item, const uint8_t *ref,
					    struct skl_case *other)
{
	enum skl_err err;

	if (memcmp(ref, ask->held.case_ref, SKL_STORE_ID_BYTES) == 0)
		return SKL_CUT_REASON_FORBIDDEN;
	if (!takes_part(&ask->held, ask, turn->now_ms) || names_another_director(ask, item))
		return SKL_CUT_REASON_NO_POWER;
	err = skl_case_get(turn->txn, ref, other);
	if (err == SKL_ENOTFOUND)
		return SKL_CUT_REASON_UNSPECIFIED;
	return err == SKL_OK && memcmp(other->moved_to, ask->held.case_ref, SKL_STORE_ID_BYTES) == 0
		       ? SKL_CUT_REASON_UNSPECIFIED
		       : SKL_CUT_REASON_STALE_CASE;
}

enum skl_outcome skl_merge_check(const struct skl_turn *turn, const struct skl_ask *ask,
				 const struct skl_item *item, enum skl_cut_reason *ret_reason)
{
	const uint8_t *ref = other_of(item);
	enum skl_cut_reason why = SKL_CUT_REASON_FORBIDDEN;
	struct skl_case *cases;

	if (!is_kind(item, SKL_KIND_CASE_MERGE) && !is_kind(item, SKL_KIND_CASE_SPLIT) &&
	    !is_kind(item, SKL_KIND_CASE_LINK))
		return SKL_OUTCOME_UNSPECIFIED;
	if (is_kind(item, SKL_KIND_CASE_LINK)) {
		bool is_other = ref && memcmp(ref, ask->held.case_ref, SKL_STORE_ID_BYTES) != 0;

		*ret_reason = SKL_CUT_REASON_FORBIDDEN;
		return is_other ? SKL_OUTCOME_UNSPECIFIED : SKL_OUTCOME_DENIED_FORBIDDEN;
	}
	cases = skl_arena_array(turn->arena, 2, sizeof(*cases));
	if (!cases)
		why = SKL_CUT_REASON_LIMIT;
	else if (!ask->has_case)
		why = SKL_CUT_REASON_UNKNOWN_REFERENCE;
	else if (ref)
		why = is_kind(item, SKL_KIND_CASE_MERGE)
			      ? refusal_of_merge(turn, ask, ref, &cases[0], &cases[1])
			      : refusal_of_split(turn, ask, item, ref, &cases[0]);
	if (why == SKL_CUT_REASON_UNSPECIFIED)
		return SKL_OUTCOME_PERMITTED;
	*ret_reason = why;
	return SKL_OUTCOME_DENIED_FORBIDDEN;
}

/* --- what goes along ------------------------------------------------------------------------ */

struct moving {
	const uint8_t *message_id; /* those of this message alone; NULL: all */
	size_t count;
	struct skl_clock_row rows[CLOCKS_A_STEP];
};

static bool see_clock(void *arg, const struct skl_clock_row *row)
{
	struct moving *moving = arg;

	if (!moving->message_id ||
	    memcmp(moving->message_id, row->message_id, SKL_STORE_ID_BYTES) == 0)
		moving->rows[moving->count++] = *row;
	return moving->count < CLOCKS_A_STEP;
}

/* An offer or a round that nobody answered lapses with the case it was made in. */
static bool lapses(enum skl_clock clock)
{
	return clock == SKL_CLOCK_HANDOVER || clock == SKL_CLOCK_CLOSURE;
}

static enum skl_err move_clock(struct skl_turn *turn, const struct skl_clock_row *row,
			       const uint8_t *to)
{
	struct skl_clock_row moved = *row;
	enum skl_err err = skl_clock_store_stop(turn->txn, row->clock, row->case_ref, row->partner,
						row->message_id, NULL, NULL, NULL);

	/* what it asked of who takes no part: a municipality, who broke the glass */
	if (err == SKL_OK)
		err = skl_task_store_move(turn->txn, row->partner, row->case_ref, to,
					  row->message_id);
	if (err == SKL_OK && row->told[0])
		err = skl_task_store_move(turn->txn, row->told, row->case_ref, to, row->message_id);
	memcpy(moved.case_ref, to, SKL_STORE_ID_BYTES);
	if (err == SKL_OK && lapses(row->clock))
		return skl_tasks_see_stopped(turn, &moved) ? SKL_OK : SKL_EIO;
	if (err == SKL_OK)
		err = skl_clock_store_start(turn->txn, &moved);
	if (err == SKL_OK && row->stage != SKL_CLOCK_RUNNING)
		err = skl_clock_store_move(turn->txn, &moved, row->stage, row->wake_ms);
	return err == SKL_EEXISTS ? SKL_OK : err;
}

/* Clocks of a case, or of one message in it, go on in another, at the stage they have. */
static enum skl_err move_clocks(struct skl_turn *turn, const uint8_t *from, const uint8_t *to,
				const uint8_t *message_id)
{
	struct moving *moving = skl_arena_alloc(turn->arena, sizeof(*moving));
	enum skl_err err = moving ? SKL_OK : SKL_ENOMEM;

	do {
		unsigned seen = 0;

		if (err != SKL_OK)
			return err;
		moving->message_id = message_id;
		moving->count = 0;
		err = skl_clock_store_of_case(turn->txn, from, see_clock, moving, &seen);
		if (err == SKL_ENOTFOUND)
			err = SKL_OK;
		for (size_t i = 0; i < moving->count && err == SKL_OK; i++)
			err = move_clock(turn, &moving->rows[i], to);
	} while (moving->count == CLOCKS_A_STEP);
	return err;
}

static enum skl_err move_tasks(struct skl_turn *turn, const struct skl_case *from,
			       const uint8_t *to)
{
	enum skl_err err = SKL_OK;

	if (from->director[0])
		err = skl_task_store_move(turn->txn, from->director, from->case_ref, to, NULL);
	for (size_t i = 0; i < from->participant_count && err == SKL_OK; i++)
		err = skl_task_store_move(turn->txn, from->participant[i].partner, from->case_ref,
					  to, NULL);
	return err;
}

/* Who directed the other case hears where it goes on; who directs a case that was linked, that it
 * was, and not with which. */
static enum skl_err tell_director(struct skl_turn *turn, const struct skl_item *item,
				  const struct skl_case *other, const uint8_t *case_ref)
{
	bool is_link = is_kind(item, SKL_KIND_CASE_LINK);
	const struct skl_tasks_new task = {
		.partner = skl_tasks_lead(turn, other),
		.task = SKL_TASK_LINK_CASES,
		.message_id = item->id,
		.case_ref = case_ref,
		.names_index = item->parts[0].ref.index,
		.text_nl = is_link ? "Veilig Thuis heeft deze zaak met een andere verbonden. Ga na "
				     "of plan en regie nog kloppen."
				   : "Veilig Thuis heeft een zaak die u leidde samengevoegd of "
				     "gesplitst. Ga na wie nu de regie voert en of het plan nog "
				     "klopt.",
		.text_en = is_link ? "Veilig Thuis has linked this case with another. See whether "
				     "plan and direction still fit."
				   : "Veilig Thuis has merged or split a case that you led. See "
				     "who directs now, and whether the plan still fits.",
	};

	return task.partner ? skl_tasks_give(turn, &task) : SKL_OK;
}

/* Both cases stay what they are; one that the hub does not know has nobody to tell. */
static enum skl_err link_to(struct skl_turn *turn, const struct skl_item *item, const uint8_t *ref,
			    struct skl_case *other)
{
	uint8_t resolved[SKL_STORE_ID_BYTES];
	enum skl_err err = skl_case_resolve(turn->txn, ref, resolved);

	if (err == SKL_OK)
		err = skl_case_get(turn->txn, resolved, other);
	if (err == SKL_OK)
		return tell_director(turn, item, other, other->case_ref);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err merge(struct skl_turn *turn, struct skl_ask *ask, const struct skl_item *item,
			  const uint8_t *ref, struct skl_case *other)
{
	struct skl_case *held = &ask->held;
	enum skl_err err = skl_case_get(turn->txn, ref, other);

	if (err == SKL_OK)
		err = skl_merge_fold(held, other, turn->now_ms);
	if (err == SKL_OK)
		err = move_tasks(turn, other, held->case_ref);
	if (err == SKL_OK)
		err = move_clocks(turn, other->case_ref, held->case_ref, NULL);
	if (err == SKL_OK)
		err = skl_case_refs_join(turn->txn, held->case_ref, other->case_ref);
	if (err != SKL_OK)
		return err;
	other->offer = (struct skl_case_offer){0};
	if (other->round.state == SKL_CASE_STATE_CLOSURE_PROPOSED)
		other->round.state = SKL_CASE_STATE_OPEN;
	memcpy(other->moved_to, held->case_ref, SKL_STORE_ID_BYTES);
	other->changed_ms = turn->now_ms;
	err = skl_case_put(turn->txn, other);
	return err == SKL_OK ? tell_director(turn, item, other, held->case_ref) : err;
}

/* --- one becomes two
 * -------------------------------------------------------------------------------- */

/* Who the message names takes part in the other case; who it says leaves, leaves this one. */
static enum skl_err share_out(struct skl_turn *turn, struct skl_case *held, struct skl_case *other,
			      const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; err == SKL_OK && (row = skl_envelope_event(item->env, i)); i++)
		switch ((unsigned)row->code) {
		case SKL_EVENT_DIRECTOR:
			err = skl_change_name(other->director, row->partner);
			if (err == SKL_OK)
				err = skl_change_name(other->director_desk, row->desk);
			break;
		case SKL_EVENT_PARTICIPANT:
			err = skl_change_take_part(other, row, turn->now_ms);
			break;
		case SKL_EVENT_PARTICIPANT_ENDED:
			skl_change_leave(held, row, turn->now_ms);
			break;
		default:
			break;
		}
	return err;
}

/* The ban goes along if the message names it. */
static bool takes_ban(const struct skl_case *held, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row = skl_envelope_find_event(item->env, SKL_EVENT_BAN_STATE);

	return row && held->ban.state && row->ref.len == SKL_STORE_ID_BYTES &&
	       memcmp(row->ref.data, held->ban.id, SKL_STORE_ID_BYTES) == 0;
}

/* What was known of the one family is known of both, until somebody says otherwise. */
static void begin_other(const struct skl_turn *turn, const struct skl_ask *ask, const uint8_t *ref,
			struct skl_case *other)
{
	const struct skl_case *held = &ask->held;

	*other = (struct skl_case){
		.created_ms = turn->now_ms,
		.unsafety = held->unsafety,
		.phase = held->phase,
		.frame = held->frame,
		.frame_area = held->frame_area,
		.pattern = held->pattern,
		.signal_phase = held->signal_phase,
		.retention = held->retention,
		.measures = held->measures,
		.participant_count = 1,
	};
	memcpy(other->case_ref, ref, SKL_STORE_ID_BYTES);
	memcpy(other->director, held->director, sizeof(other->director));
	memcpy(other->director_desk, held->director_desk, sizeof(other->director_desk));
	other->participant[0].position = SKL_DESK_POSITION_NONE;
	other->participant[0].from_ms = turn->now_ms;
}

static enum skl_err split(struct skl_turn *turn, struct skl_ask *ask, const struct skl_item *item,
			  const uint8_t *ref, struct skl_case *other)
{
	struct skl_case *held = &ask->held;
	enum skl_err err = skl_case_get(turn->txn, ref, other);

	if (err == SKL_ENOTFOUND) {
		begin_other(turn, ask, ref, other);
		err = skl_change_name(other->participant[0].partner, ask->sender->id);
	}
	if (err == SKL_OK)
		err = share_out(turn, held, other, item);
	if (err == SKL_OK && takes_ban(held, item)) {
		err = move_clocks(turn, held->case_ref, other->case_ref, held->ban.id);
		other->ban = held->ban;
		held->ban = (struct skl_case_ban){0};
	}
	if (err != SKL_OK)
		return err;
	err = skl_case_refs_leave(turn->txn, held->case_ref, ref);
	if (err != SKL_OK)
		return err;
	memset(other->moved_to, 0, sizeof(other->moved_to));
	other->changed_ms = turn->now_ms;
	err = skl_case_put(turn->txn, other);
	if (err == SKL_OK)
		err = skl_terms_begin_direct(turn, other, item);
	return err == SKL_OK ? tell_director(turn, item, other, other->case_ref) : err;
}

enum skl_err skl_merge_apply(struct skl_turn *turn, struct skl_ask *ask,
			     const struct skl_item *item, bool *is_changed)
{
	struct skl_case *other;
	bool is_merge = is_kind(item, SKL_KIND_CASE_MERGE);
	const uint8_t *ref = other_of(item);

	bool is_link = is_kind(item, SKL_KIND_CASE_LINK);

	if (!ref || (!is_merge && !is_link && !is_kind(item, SKL_KIND_CASE_SPLIT)))
		return SKL_OK; /* without another case it was refused */
	other = skl_arena_alloc(turn->arena, sizeof(*other));
	if (!other)
		return SKL_ENOMEM;
	if (is_link)
		return link_to(turn, item, ref, other);
	*is_changed = true;
	return is_merge ? merge(turn, ask, item, ref, other) : split(turn, ask, item, ref, other);
}
