/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_core.h"
#include "skl_index.h"
#include "skl_leaf.h"
#include "skl_mandate.h"
#include "skl_rated.h"
#include "skl_tasks.h"
#include "skl_unpack.h"

/* --- what a message answers ------------------------------------------------------- */

struct answered {
	struct skl_turn *turn;
	const char *sender;                /* of the message; NULL: any */
	const char *answerer;              /* partner who got it */
	const uint8_t *id;                 /* of the message answered */
	const struct skl_envelope *repair; /* which sections it withdraws; NULL: it answers */
	uint32_t kind;
};

static bool was_delivered(const Schakel__V1__MessageDetail *detail, uint32_t number)
{
	for (size_t i = 0; i < detail->n_sections; i++)
		if (detail->sections[i]->number == number && detail->sections[i]->delivered)
			return true;
	return false;
}

/* A repair of sections concerns who got one of them; of the whole message (0), who got that. */
static bool is_concerned(const struct skl_envelope *repair, const uint8_t *id,
			 const Schakel__V1__MessageDetail *detail)
{
	const Schakel__V1__EventRow *row;
	bool is_whole = true;

	for (size_t i = 0; repair && (row = skl_envelope_event(repair, i)); i++) {
		if ((unsigned)row->code != SKL_EVENT_SECTION_WITHDRAWN ||
		    row->ref.len != SKL_ID_BYTES || memcmp(row->ref.data, id, SKL_ID_BYTES) != 0)
			continue;
		if (!row->section || was_delivered(detail, row->section))
			return true;
		is_whole = false;
	}
	return is_whole;
}

/* The kind in a detail, if it is of this message. */
static uint32_t kind_of_entry(const struct answered *answered, uint64_t index)
{
	struct skl_turn *turn = answered->turn;
	const uint8_t *id = answered->id;
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_buf buf;
	uint32_t kind = 0;
	struct skl_trail_part part = {0};

	skl_buf_init(&buf, SKL_TRAIL_PART_MAX);
	/* Our own bytes, but read through the checked door all the same. */
	if (skl_trail_detail(turn->txn, index, 0, &buf, &part) == SKL_OK && !part.is_erased &&
	    skl_unpack(&schakel__v1__message_detail__descriptor, skl_buf_view(&buf), turn->arena,
		       &detail) == SKL_OK &&
	    detail->id.len == SKL_ID_BYTES && memcmp(detail->id.data, id, SKL_ID_BYTES) == 0 &&
	    is_concerned(answered->repair, id, detail))
		kind = (uint32_t)detail->kind;
	skl_buf_done(&buf);
	return kind;
}

/* Was this the delivery of the message to the one who answers now, or got what is repaired? */
static bool see_answered(void *arg, uint64_t index)
{
	struct answered *answered = arg;
	struct skl_leaf leaf;

	if (skl_trail_entry(answered->turn->txn, index, &leaf) != SKL_OK ||
	    leaf.kind != SKL_ENTRY_DECISION ||
	    (leaf.outcome != SKL_OUTCOME_PERMITTED && leaf.outcome != SKL_OUTCOME_CUT) ||
	    (answered->sender && strcmp(leaf.sender, answered->sender) != 0) ||
	    !skl_mandate_is_at(leaf.recipient, answered->answerer))
		return true;
	answered->kind = kind_of_entry(answered, index);
	return answered->kind == 0;
}

const uint8_t *skl_ask_answered_id(const struct skl_envelope *env)
{
	const Schakel__V1__EventRow *row;

	if (env->common->in_reply_to.len == SKL_ID_BYTES)
		return env->common->in_reply_to.data;
	row = skl_envelope_find_event(env, SKL_EVENT_REFERS_TO);
	if (!row && skl_catalogue_repairs((uint32_t)env->common->kind))
		row = skl_envelope_find_event(env, SKL_EVENT_SECTION_WITHDRAWN);
	return row && row->ref.len == SKL_ID_BYTES ? row->ref.data : NULL;
}

static enum skl_err find_answered(struct skl_turn *turn, struct answered *answered)
{
	unsigned count = 0;
	enum skl_err err;

	if (!answered->id)
		return SKL_OK;
	err = skl_index_list(turn->txn, SKL_INDEX_MESSAGE, skl_view_of(answered->id, SKL_ID_BYTES),
			     0, 2 * SKL_LIMIT_RECIPIENTS_N, see_answered, answered, &count);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

enum skl_err skl_ask_repaired(struct skl_turn *turn, const struct skl_item *item,
			      struct skl_part *part)
{
	struct answered repaired = {.turn = turn,
				    .sender = item->peer->id,
				    .answerer = part->row ? part->row->partner : "",
				    .id = skl_ask_answered_id(item->env),
				    .repair = item->env};
	enum skl_err err = SKL_OK;

	if (skl_catalogue_repairs((uint32_t)item->env->common->kind) && part->row)
		err = find_answered(turn, &repaired);
	part->repaired_kind = repaired.kind;
	return err;
}

/* --- what holds for the whole message ------------------------------------------------ */

enum skl_err skl_ask_open(struct skl_turn *turn, const struct skl_item *item,
			  struct skl_ask *ret_ask)
{
	const struct skl_directory *directory = turn->hub->law.directory;
	const Schakel__V1__CompetenceRow *competence = skl_envelope_competence(item->env, 0);
	const Schakel__V1__Common *common = item->env->common;
	struct answered answered = {
		.turn = turn, .answerer = item->peer->id, .id = skl_ask_answered_id(item->env)};
	struct skl_task_row task;
	enum skl_err err;

	*ret_ask = (struct skl_ask){0};
	ret_ask->sender = skl_directory_partner(directory, skl_view_str(item->peer->id));
	if (!ret_ask->sender)
		return SKL_EKEYUNKNOWN; /* between decoding and deciding the directory changed */
	if (competence) {
		ret_ask->has_competence = true;
		ret_ask->competent =
			skl_directory_competent(directory, skl_view_str(competence->municipality));
	}
	if (!skl_catalogue_repairs((uint32_t)common->kind))
		err = find_answered(turn, &answered);
	else
		err = SKL_OK; /* each recipient for itself, see skl_ask_repaired() */
	ret_ask->answered_kind = answered.kind;
	if (err == SKL_OK)
		err = skl_after_check_find(turn, item, &ret_ask->after_check);
	if (err == SKL_OK)
		err = skl_tasks_find(turn, item, &task);
	if (err == SKL_OK || ret_ask->after_check.is_found)
		ret_ask->answered_kind = SKL_KIND_TASK;
	if (err == SKL_ENOTFOUND)
		err = SKL_OK;
	if (err != SKL_OK || common->case_ref.len != SKL_STORE_ID_BYTES)
		return err;
	err = skl_case_get(turn->txn, common->case_ref.data, &ret_ask->held);
	ret_ask->has_case = err == SKL_OK;
	if (err == SKL_ENOTFOUND) {
		memcpy(ret_ask->held.case_ref, common->case_ref.data, SKL_STORE_ID_BYTES);
		return SKL_OK;
	}
	return err;
}

/* --- one recipient -------------------------------------------------------------------- */

/* The positions of a desk in the case: bits 1 << enum skl_desk_position. */
static uint16_t positions_of(const struct skl_ask *ask, const char *partner, const char *desk,
			     int64_t now_ms)
{
	const struct skl_case *held = &ask->held;
	unsigned bits = 0;

	if (!ask->has_case)
		return 0;
	if (strcmp(held->director, partner) == 0 &&
	    (!held->director_desk[0] || !desk[0] || strcmp(held->director_desk, desk) == 0))
		bits |= 1u << SKL_DESK_POSITION_DIRECTOR;
	for (size_t i = 0; i < held->participant_count; i++) {
		const struct skl_case_participant *row = &held->participant[i];

		/* A desk that is not named counts for the whole partner: the narrower reading. */
		if (strcmp(row->partner, partner) == 0 &&
		    (!row->desk[0] || !desk[0] || strcmp(row->desk, desk) == 0) &&
		    row->from_ms <= now_ms && (!row->until_ms || now_ms < row->until_ms))
			bits |= 1u << row->position;
	}
	/* Who only got the report has none; who got it and helps or directs has what it is. */
	if (bits & ~(1u << SKL_DESK_POSITION_NONE))
		bits &= ~(1u << SKL_DESK_POSITION_NONE);
	return (uint16_t)bits;
}

/* The strongest of the positions, for the sender. */
static uint8_t one_position(uint16_t bits)
{
	static const uint8_t order[] = {
		SKL_DESK_POSITION_DIRECTOR,        SKL_DESK_POSITION_HELPER_OF_VICTIM,
		SKL_DESK_POSITION_HELPER_OF_CHILD, SKL_DESK_POSITION_HELPER_OF_PERPETRATOR,
		SKL_DESK_POSITION_RESPONDER,
	};

	for (size_t i = 0; i < SKL_COUNT(order); i++)
		if (bits & (1u << order[i]))
			return order[i];
	return 0;
}

static bool shares_region(const struct skl_dir_partner *a, const struct skl_dir_partner *b)
{
	for (size_t i = 0; i < a->region_count; i++)
		for (size_t j = 0; j < b->region_count; j++)
			if (a->regions[i] == b->regions[j])
				return true;
	return false;
}

/*
 * Veilig Thuis: the one that the region table names. Others: who works in a region of that one;
 * without regions in the directory it is not known.
 */
static enum skl_competent competence_of(const struct skl_ask *ask,
					const struct skl_dir_partner *recipient)
{
	if (!ask->competent || !recipient)
		return SKL_COMPETENT_UNKNOWN;
	if (recipient->index == ask->competent->index)
		return SKL_COMPETENT_YES;
	if (recipient->role == SKL_ROLE_VEILIG_THUIS)
		return SKL_COMPETENT_NO;
	if (!recipient->region_count || !ask->competent->region_count)
		return SKL_COMPETENT_UNKNOWN;
	return shares_region(recipient, ask->competent) ? SKL_COMPETENT_YES : SKL_COMPETENT_NO;
}

static uint8_t fact_value(const struct skl_envelope *env, enum skl_fact code, uint32_t recipient)
{
	const Schakel__V1__FactRow *row;
	uint8_t value = 0;

	for (size_t i = 0; (row = skl_envelope_fact(env, i)); i++)
		if ((uint32_t)row->code == (uint32_t)code && row->value <= UINT8_MAX &&
		    (row->recipient == recipient || (!row->recipient && !value)))
			value = (uint8_t)row->value;
	return value;
}

static bool has_fact(const struct skl_envelope *env, enum skl_fact code)
{
	return skl_envelope_find_fact(env, code) != NULL;
}

static bool breaks_glass(const struct skl_envelope *env)
{
	const Schakel__V1__WeighingRow *row = skl_envelope_weighing(env, 0);

	for (size_t i = 0; row && i < row->n_codes; i++)
		if (row->codes[i] == SCHAKEL__V1__WEIGHING_CODE__WEIGHING_BREAK_GLASS_LIFE ||
		    row->codes[i] == SCHAKEL__V1__WEIGHING_CODE__WEIGHING_BREAK_GLASS_CHILD ||
		    row->codes[i] == SCHAKEL__V1__WEIGHING_CODE__WEIGHING_BREAK_GLASS_WEAPON)
			return true;
	return false;
}

static uint8_t told_by(const struct skl_envelope *env, uint32_t section)
{
	const Schakel__V1__EventRow *row;
	unsigned tellers = 0;

	/* A set: bit n is code n, which decoding has checked against its list. */
	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_TOLD_BY && row->section == section)
			tellers |= 1u << row->value;
	return (uint8_t)tellers;
}

static void fill_section(const struct skl_envelope *env, const Schakel__V1__SectionRow *row,
			 struct skl_policy_section *section)
{
	*section = (struct skl_policy_section){
		.number = row->number,
		.category = (uint8_t)row->category,
		.told_by = told_by(env, row->number),
		.scope = (uint8_t)row->scope,
		.person_kind = (uint8_t)row->person_kind,
		.source_law = (uint8_t)row->source_law,
		.status = (uint8_t)row->status,
		.source = (uint8_t)row->source,
		.reliability = (uint8_t)row->reliability,
		.about_count = (uint8_t)row->n_about,
		.as_of_ms = row->as_of_ms,
	};
	for (size_t i = 0; i < row->n_about; i++) {
		const Schakel__V1__SubjectRow *subject =
			skl_envelope_find_subject(env, row->about[i]);

		for (size_t p = 0; subject && p < subject->n_positions; p++)
			section->about = (uint16_t)(section->about | 1u << subject->positions[p]);
	}
}

static uint8_t claimed_phases(const struct skl_envelope *env)
{
	const Schakel__V1__FactRow *row;
	unsigned bits = 0;

	for (size_t i = 0; (row = skl_envelope_fact(env, i)); i++)
		if (row->code == SCHAKEL__V1__FACT_CODE__FACT_PHASE && row->value < 8)
			bits |= 1u << row->value;
	return (uint8_t)bits;
}

static struct skl_policy_facts held_facts(const struct skl_ask *ask)
{
	return (struct skl_policy_facts){
		.phases = (uint8_t)(ask->held.phase ? 1u << ask->held.phase : 0),
		.unsafety = (uint8_t)ask->held.unsafety,
		.signal_phase = (uint8_t)ask->held.signal_phase,
		.pattern = (uint8_t)ask->held.pattern,
		.frame = (uint8_t)ask->held.frame,
		.frame_area = (uint8_t)ask->held.frame_area,
	};
}

static void fill_facts(const struct skl_ask *ask, const struct skl_envelope *env,
		       struct skl_policy_request *request)
{
	request->claimed = (struct skl_policy_facts){
		.phases = claimed_phases(env),
		.unsafety = fact_value(env, SKL_FACT_UNSAFETY, 0),
		.signal_phase = fact_value(env, SKL_FACT_SIGNAL_PHASE, 0),
		.pattern = fact_value(env, SKL_FACT_PATTERN, 0),
		.frame = fact_value(env, SKL_FACT_FRAME, 0),
		.frame_area = fact_value(env, SKL_FACT_FRAME_AREA, 0),
	};
	if (ask->has_case)
		request->held = held_facts(ask);
}

static void fill_sender(const struct skl_turn *turn, const struct skl_ask *ask, const char *desk,
			struct skl_policy_request *request)
{
	request->environment = (uint8_t)skl_directory_environment(turn->hub->law.directory);
	request->now_ms = turn->now_ms;
	request->sender_role = (uint8_t)ask->sender->role;
	request->sender_side = (uint8_t)ask->sender->side;
	request->sender_position =
		one_position(positions_of(ask, ask->sender->id, desk, turn->now_ms));
}

/* Nobody of the directory, or suspended: without a role, which no rule matches. */
static void fill_desk(const struct skl_turn *turn, const struct skl_ask *ask,
		      const struct skl_dir_partner *partner, const char *desk,
		      struct skl_policy_request *request)
{
	request->recipient_role = partner ? (uint8_t)partner->role : 0;
	request->recipient_side = partner ? (uint8_t)partner->side : 0;
	request->positions = partner ? positions_of(ask, partner->id, desk, turn->now_ms) : 0;
}

static void fill_message(const struct skl_turn *turn, const struct skl_ask *ask,
			 const struct skl_item *item, uint32_t recipient,
			 struct skl_policy_request *request)
{
	const struct skl_envelope *env = item->env;
	const Schakel__V1__EventRow *occurred = skl_envelope_find_event(env, SKL_EVENT_OCCURRED_AT);

	request->format = SKL_POLICY_REQUEST_FORMAT;
	request->kind = (uint8_t)env->common->kind;
	request->after_kind = (uint8_t)ask->answered_kind;
	request->purpose = fact_value(env, SKL_FACT_PURPOSE, recipient);
	request->ground = fact_value(env, SKL_FACT_GROUND, recipient);
	request->urgency = fact_value(env, SKL_FACT_URGENCY, 0);
	request->has_user_ref = has_fact(env, SKL_FACT_USER_REF);
	request->has_checked_by = has_fact(env, SKL_FACT_CHECKED_BY) && !ask->after_check.is_own;
	request->has_acute_by = has_fact(env, SKL_FACT_ACUTE_BY);
	request->has_break_glass = breaks_glass(env);
	request->has_case = ask->has_case;
	request->has_rating = skl_rated_is_current(turn, ask, item);
	request->has_reply = skl_ask_answered_id(env) != NULL;
	request->is_sealed = has_fact(env, SKL_FACT_SEAL);
	request->occurred_at_ms = occurred ? occurred->at_ms : 0;
	fill_sender(turn, ask, env->common->sender_desk, request);
	fill_facts(ask, env, request);
}

static void fill_recipient(const struct skl_turn *turn, const struct skl_ask *ask,
			   const struct skl_item *item, const struct skl_part *part,
			   struct skl_policy_request *request)
{
	uint16_t added;

	if (!part->row) {
		request->recipient_role = SKL_ROLE_HUB;
		request->recipient_side = SKL_SIDE_ADMINISTRATION;
		request->recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL;
		return;
	}
	request->recipient_type = (uint8_t)part->row->type;
	fill_desk(turn, ask, part->partner, part->row->desk, request);
	added = skl_change_positions(ask, item, part->row->partner, part->row->desk);
	if (added)
		request->positions =
			(uint16_t)((request->positions | added) & ~(1u << SKL_DESK_POSITION_NONE));
	request->competent = (uint8_t)competence_of(ask, part->partner);
	if (ask->competent && strlen(ask->competent->id) < sizeof(request->competent_partner))
		memcpy(request->competent_partner, ask->competent->id,
		       strlen(ask->competent->id) + 1);
}

void skl_ask_fill(const struct skl_turn *turn, const struct skl_ask *ask,
		  const struct skl_item *item, struct skl_part *part)
{
	const struct skl_envelope *env = item->env;
	struct skl_policy_request *request = &part->request;
	size_t sections = env->of[SCHAKEL__V1__ROW__ROW_SECTION].count;

	*request = (struct skl_policy_request){0};
	fill_message(turn, ask, item, part->row ? part->row->number : 0, request);
	if (part->repaired_kind)
		request->after_kind = (uint8_t)part->repaired_kind;
	fill_recipient(turn, ask, item, part, request);
	for (size_t i = 0; i < sections && request->section_count < SKL_POLICY_SECTIONS_MAX; i++)
		if (!part->is_unwrapped[i])
			fill_section(env, skl_envelope_section(env, i),
				     &request->sections[request->section_count++]);
}

void skl_ask_again(const struct skl_turn *turn, const struct skl_ask *ask, const char *sender_desk,
		   const char *partner, const char *desk, struct skl_policy_request *request)
{
	fill_sender(turn, ask, sender_desk, request);
	fill_desk(turn, ask, skl_decide_recipient(turn, partner, desk), desk, request);
	if (request->has_case && ask->has_case)
		request->held = held_facts(ask);
}
