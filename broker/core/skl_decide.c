/* SPDX-License-Identifier: EUPL-1.2 */
#include <sodium.h>
#include <string.h>

#include "skl_ban.h"
#include "skl_clock.h"
#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_openness.h"
#include "skl_payload.h"
#include "skl_recall.h"
#include "skl_role.h"
#include "skl_routed.h"
#include "skl_seen.h"
#include "skl_tasks.h"

/* --- parts ------------------------------------------------------------------------- */

/* Was the section's key wrapped for this recipient? A PLAN wraps nothing yet. */
static bool is_wrapped(const struct skl_item *item, const struct skl_part *part, size_t section)
{
	const Schakel__V1__SectionRow *row = skl_envelope_section(item->env, section);

	return item->env->form != SKL_FORM_SUBMIT || !part->row ||
	       skl_envelope_find_key(item->env, part->row->number, row->number) != NULL;
}

const struct skl_dir_partner *skl_decide_recipient(const struct skl_turn *turn, const char *id,
						   const char *desk)
{
	const struct skl_directory *directory = turn->hub->law.directory;
	const struct skl_dir_partner *partner = skl_directory_partner(directory, skl_view_str(id));
	const struct skl_dir_key *key = NULL;
	enum skl_err err;

	if (!partner || partner->is_suspended || skl_held_partner(turn->hub, partner->id))
		return NULL;
	err = skl_directory_desk_key(directory, skl_view_str(id), skl_view_str(desk), turn->now_ms,
				     &key);
	return err == SKL_ENOTFOUND || (key && skl_held_key(turn->hub, key->id)) ? NULL : partner;
}

static enum skl_err make_parts(struct skl_turn *turn, struct skl_item *item)
{
	size_t recipients = item->env->of[SCHAKEL__V1__ROW__ROW_RECIPIENT].count;
	size_t sections = item->env->of[SCHAKEL__V1__ROW__ROW_SECTION].count;

	item->part_count = recipients ? recipients : 1; /* none: the hub itself */
	item->parts = skl_arena_array(turn->arena, item->part_count, sizeof(*item->parts));
	if (!item->parts)
		return SKL_ENOMEM;
	for (size_t i = 0; i < item->part_count; i++) {
		struct skl_part *part = &item->parts[i];

		part->row = skl_envelope_recipient(item->env, i);
		part->partner =
			part->row ? skl_decide_recipient(turn, part->row->partner, part->row->desk)
				  : NULL;
		part->opens = skl_arena_array(turn->arena, sections + 1, sizeof(bool));
		part->is_unwrapped = skl_arena_array(turn->arena, sections + 1, sizeof(bool));
		if (!part->opens || !part->is_unwrapped)
			return SKL_ENOMEM;
	}
	return SKL_OK;
}

/* Permitted sections, as flags on the section rows. Returns how many. */
static size_t mark_opens(const struct skl_item *item, struct skl_part *part)
{
	size_t opened = 0;

	for (uint32_t d = 0; d < part->decision.section_count; d++) {
		const struct skl_decision_section *decided = &part->decision.sections[d];

		for (size_t i = 0; i < item->env->of[SCHAKEL__V1__ROW__ROW_SECTION].count; i++)
			if (skl_envelope_section(item->env, i)->number == decided->number) {
				part->opens[i] = decided->is_allowed;
				opened += decided->is_allowed;
			}
	}
	return opened;
}

static bool is_allowed(const struct skl_decision *decision, uint32_t number)
{
	for (uint32_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].number == number)
			return decision->sections[i].is_allowed;
	return false;
}

/*
 * A section that the rules allow and the sender did not wrap cannot arrive: the policy is asked
 * again without it, so that a required one that is missing denies the message.
 */
static bool mark_unwrapped(const struct skl_item *item, struct skl_part *part)
{
	bool any = false;

	for (size_t i = 0; i < item->env->of[SCHAKEL__V1__ROW__ROW_SECTION].count; i++) {
		const Schakel__V1__SectionRow *row = skl_envelope_section(item->env, i);

		if (is_allowed(&part->decision, row->number) && !is_wrapped(item, part, i)) {
			part->is_unwrapped[i] = true;
			any = true;
		}
	}
	return any;
}

static bool is_permit(unsigned outcome)
{
	return outcome == SKL_OUTCOME_PERMITTED || outcome == SKL_OUTCOME_CUT;
}

/* What it said, before the hub sets terms of its own: a replay gives the same. NULL data: ENOMEM.
 */
static struct skl_view output_of(const struct skl_turn *turn, const struct skl_decision *decision)
{
	uint8_t room[SKL_POLICY_OUTPUT_BYTES_MAX];
	struct skl_buf output;
	struct skl_view copy;

	skl_buf_init_room(&output, sizeof(room), room, sizeof(room));
	skl_policy_output_encode(decision, &output);
	copy = skl_view_of(skl_arena_copy(turn->arena, output.data, output.len), output.len);
	skl_buf_done(&output);
	return copy;
}

/* Ask the policy. What cannot be read of the consents makes it an error, never a permit. */
static void decide_request(const struct skl_turn *turn, const struct skl_ask *ask,
			   const struct skl_item *item, struct skl_part *part)
{
	const struct skl_law *law = &turn->hub->law;
	enum skl_err err;

	skl_ask_fill(turn, ask, item, part);
	err = skl_agreed_fill(turn, ask, item, part);
	if (err != SKL_OK) {
		skl_log(SKL_LOG_ERR, skl_hub_event.consent_unreadable, "error=%s",
			skl_err_name(err));
		part->request = (struct skl_policy_request){0};
	}
	skl_policy_decide(law->policy, law->emergency, &part->request, &part->decision);
	part->output = output_of(turn, &part->decision);
	skl_ban_terms(turn, item, &part->decision);
}

/* The recipient's part in the case is over, and the message does not bring it back (rule 21). */
static bool has_left(const struct skl_turn *turn, const struct skl_ask *ask,
		     const struct skl_item *item, const struct skl_part *part)
{
	return ask->has_case && skl_role_is_needed((uint32_t)item->env->common->kind) &&
	       skl_role_has_ended(&ask->held, part->row->partner, part->row->desk, turn->now_ms) &&
	       !skl_change_positions(ask, item, part->row->partner, part->row->desk);
}

static void decide_part(const struct skl_turn *turn, const struct skl_ask *ask,
			const struct skl_item *item, struct skl_part *part)
{
	decide_request(turn, ask, item, part);
	if (is_permit(part->decision.outcome) && mark_unwrapped(item, part))
		decide_request(turn, ask, item, part);
	part->outcome = (enum skl_outcome)part->decision.outcome;
	part->reason = (enum skl_cut_reason)part->decision.reason;
	if (part->row && is_permit(part->outcome) && has_left(turn, ask, item, part)) {
		part->outcome = SKL_OUTCOME_DENIED_NO_RULE;
		part->reason = SKL_CUT_REASON_NOT_PARTICIPANT;
		/* of the case: for who takes part in it */
		part->decision.is_reason_told = part->request.sender_position != 0;
	}
	if (part->row && !part->partner && part->outcome != SKL_OUTCOME_ERROR) {
		part->outcome = SKL_OUTCOME_DENIED_NO_RULE;
		part->reason = SKL_CUT_REASON_RECIPIENT_UNKNOWN;
	}
}

/* A message that may not make the change it asks for is not offered to anybody. */
static void deny_change(struct skl_item *item, enum skl_cut_reason reason)
{
	item->whole.outcome = SKL_OUTCOME_DENIED_FORBIDDEN;
	item->whole.reason = (uint8_t)reason;
	item->whole.is_released = false;
}

static enum skl_err combine(const struct skl_turn *turn, const struct skl_ask *ask,
			    struct skl_item *item)
{
	struct skl_policy_part *parts =
		skl_arena_array(turn->arena, item->part_count, sizeof(*parts));
	enum skl_cut_reason why = SKL_CUT_REASON_NO_POWER;
	enum skl_outcome change = skl_change_check(turn, ask, item, &why);
	enum skl_err err = parts ? skl_ledger_change(turn, ask, item, &change) : SKL_ENOMEM;

	if (err != SKL_OK)
		return err;
	for (size_t i = 0; i < item->part_count; i++)
		parts[i] = (struct skl_policy_part){
			.outcome = (uint8_t)item->parts[i].outcome,
			.reason = (uint8_t)item->parts[i].reason,
			.recipient_type = item->parts[i].request.recipient_type,
			.recipient_role = item->parts[i].request.recipient_role,
		};
	item->whole =
		skl_policy_combine((uint32_t)item->env->common->kind, parts, item->part_count);
	if (change == SKL_OUTCOME_DENIED_FORBIDDEN && item->whole.is_released)
		deny_change(item, why);
	for (size_t i = 0; i < item->part_count; i++) {
		struct skl_part *part = &item->parts[i];

		part->case_change = change;
		part->is_released = item->whole.is_released && is_permit(part->outcome);
		if (is_permit(part->outcome) && !part->is_released) {
			/* Denied with the message: nothing goes to this one either. */
			part->outcome = (enum skl_outcome)item->whole.outcome;
			part->reason = (enum skl_cut_reason)item->whole.reason;
		}
		if (part->is_released)
			(void)mark_opens(item, part); /* the flags are what counts */
	}
	return SKL_OK;
}

/*
 * A message in a case that became part of another is one in that. Looked up each time the turn is
 * tried, from what was signed: the merge may be in the same batch, and fail. What outlives a try
 * lies in the arena of the batch, as the message does.
 */
static enum skl_err find_case(struct skl_turn *turn, struct skl_item *item)
{
	const Schakel__V1__Common *common = item->env->common;
	struct skl_arena *arena = &turn->hub->batch.arena;
	Schakel__V1__Common *resolved;
	uint8_t case_ref[SKL_STORE_ID_BYTES];
	enum skl_err err;

	if (common->case_ref.len != SKL_STORE_ID_BYTES)
		return SKL_OK;
	if (!item->told_case)
		item->told_case = common->case_ref.data;
	err = skl_case_resolve(turn->txn, item->told_case, case_ref);
	if (err != SKL_OK || memcmp(case_ref, common->case_ref.data, sizeof(case_ref)) == 0)
		return err;
	resolved = skl_arena_copy(arena, common, sizeof(*common));
	if (!resolved)
		return SKL_ENOMEM;
	resolved->case_ref.data = skl_arena_copy(arena, case_ref, sizeof(case_ref));
	if (!resolved->case_ref.data)
		return SKL_ENOMEM;
	item->env->common = resolved; /* what was signed are other bytes */
	return SKL_OK;
}

static enum skl_err decide(struct skl_turn *turn, struct skl_item *item, struct skl_ask *ask)
{
	enum skl_err err = find_case(turn, item);

	if (err == SKL_OK)
		err = skl_ask_open(turn, item, ask);
	if (err == SKL_OK)
		err = make_parts(turn, item);
	for (size_t i = 0; i < item->part_count && err == SKL_OK; i++)
		err = skl_ask_repaired(turn, item, &item->parts[i]);
	if (err != SKL_OK)
		return err;
	for (size_t i = 0; i < item->part_count; i++)
		decide_part(turn, ask, item, &item->parts[i]);
	return combine(turn, ask, item);
}

/* --- what a permit brings ----------------------------------------------------------- */

/* Store a sealed frame once, for as many recipients as get it. */
static enum skl_err put_payloads(struct skl_turn *turn, const struct skl_item *item)
{
	const Schakel__V1__Common *common = item->env->common;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < item->env->of[SCHAKEL__V1__ROW__ROW_SECTION].count; i++) {
		const struct skl_payload_key key = {item->peer->id, common->id.data,
						    skl_envelope_section(item->env, i)->number};
		uint32_t recipients = 0;

		for (size_t p = 0; p < item->part_count; p++)
			recipients += item->parts[p].row && item->parts[p].is_released &&
				      item->parts[p].opens[i];
		if (!recipients)
			continue;
		err = skl_payload_put(turn->txn, key, item->job.frames[item->job.frame_of[i]],
				      recipients, turn->now_ms, common->expires_ms);
		if (err != SKL_OK)
			break;
	}
	return err;
}

static enum skl_err release(struct skl_turn *turn, struct skl_item *item, struct skl_ask *ask)
{
	enum skl_err err = skl_tasks_settle(turn, item); /* before it gives new ones */

	if (err == SKL_OK)
		err = skl_change_apply(turn, ask, item);
	if (err == SKL_OK)
		err = skl_routed_propose(turn, ask, item);
	if (err == SKL_OK)
		err = skl_openness_apply(turn, ask, item);
	if (err == SKL_OK)
		err = skl_recall_apply(turn, item);
	if (err == SKL_OK)
		err = put_payloads(turn, item);
	for (size_t i = 0; i < item->part_count && err == SKL_OK; i++) {
		struct skl_part *part = &item->parts[i];

		if (!part->is_released)
			continue;
		err = skl_change_clocks(turn, ask, item, part);
		if (err == SKL_OK)
			err = skl_openness_start(turn, ask, item, part);
		if (err == SKL_OK && part->row)
			err = skl_offer_push(turn, item, part, ask->held.version);
	}
	return err == SKL_OK ? skl_after_check_ask(turn, ask, item) : err;
}

static void count_outcome(struct skl_turn *turn, const struct skl_item *item)
{
	static const enum skl_counter counters[] = {
		[SKL_OUTCOME_PERMITTED] = SKL_COUNT_PERMITTED,
		[SKL_OUTCOME_CUT] = SKL_COUNT_CUT,
		[SKL_OUTCOME_DENIED_NO_RULE] = SKL_COUNT_DENIED,
		[SKL_OUTCOME_DENIED_FORBIDDEN] = SKL_COUNT_DENIED,
		[SKL_OUTCOME_ERROR] = SKL_COUNT_ERRORS,
	};

	if (item->whole.outcome < SKL_COUNT(counters))
		turn->counts[counters[item->whole.outcome]]++;
	for (size_t i = 0; i < item->part_count; i++)
		if (item->parts[i].decision.is_emergency || item->parts[i].decision.repair) {
			turn->counts[SKL_COUNT_EMERGENCIES]++;
			break;
		}
}

/* --- SUBMIT ----------------------------------------------------------------------------- */

/*
 * ENOTFOUND: new. SKL_OK: seen with the same bytes, the answer is the first one. EDUPLICATE: other
 * bytes.
 */
static enum skl_err look_seen(struct skl_turn *turn, struct skl_item *item)
{
	struct skl_view answer = {0};
	enum skl_err err =
		skl_seen_find(turn->txn, item->peer->id, item->id, item->env->digest, &answer);

	if (err != SKL_OK)
		return err;
	item->is_repeated = true;
	turn->counts[SKL_COUNT_REPEATED]++;
	if (!answer.len)
		return SKL_OK; /* earlier in this turn: skl_decide_finish() finds it */
	item->answer.command = "RESULT";
	item->answer.body.data = skl_arena_copy(turn->arena, answer.data, answer.len);
	item->answer.body.len = answer.len;
	return item->answer.body.data ? SKL_OK : SKL_ENOMEM;
}

/* What refuses a message for itself, and leaves the rest of the batch alone. */
static enum skl_err refuse(struct skl_item *item, enum skl_err err)
{
	item->err = err;
	item->is_fault = !skl_err_may_retry(err);
	return SKL_OK;
}

enum skl_err skl_decide_submit(struct skl_turn *turn, struct skl_item *item)
{
	const Schakel__V1__Common *common = item->env->common;
	struct skl_ask ask;
	enum skl_err err = look_seen(turn, item);

	if (err == SKL_EDUPLICATE)
		return refuse(item, err);
	if (err != SKL_ENOTFOUND)
		return err;
	err = skl_envelope_check_time(item->env, turn->now_ms);
	if (err == SKL_OK)
		err = skl_ledger_check(item);
	if (err != SKL_OK)
		return refuse(item, err);
	if (!item->is_emergency && !skl_turn_is_accepting(turn->hub))
		return refuse(item, SKL_ENOTRECORDED);
	err = decide(turn, item, &ask);
	for (size_t i = 0; i < item->part_count && err == SKL_OK; i++)
		err = skl_record_decision(turn, item, &item->parts[i], SKL_ENTRY_DECISION);
	if (err == SKL_OK && item->whole.is_released)
		err = release(turn, item, &ask);
	if (err == SKL_OK)
		err = skl_seen_put(turn->txn, item->peer->id, item->id, item->env->digest,
				   common->expires_ms, (struct skl_view){0});
	if (err != SKL_OK)
		return err;
	count_outcome(turn, item);
	item->result = skl_reply_make(turn, item, &ask);
	return item->result ? SKL_OK : SKL_ENOMEM;
}

/* The promise is known only after the seal. */
static enum skl_err finish_result(struct skl_turn *turn, struct skl_item *item)
{
	Schakel__V1__Result *result = item->result;

	result->promise = skl_record_promise(turn);
	for (size_t i = 0; i < item->part_count; i++) {
		result->recipients[i]->entry = skl_record_entry_ref(turn, &item->parts[i].ref);
		if (!result->recipients[i]->entry)
			return SKL_ENOMEM;
	}
	if (!result->promise)
		return SKL_ENOMEM;
	item->answer.command = "RESULT";
	item->answer.body = skl_record_pack(turn->arena, &result->base, SKL_SEEN_ANSWER_MAX);
	if (!item->answer.body.data)
		return SKL_ENOMEM;
	return skl_seen_put(turn->txn, item->peer->id, item->id, item->env->digest,
			    item->env->common->expires_ms, item->answer.body);
}

enum skl_err skl_decide_finish(struct skl_turn *turn, struct skl_item *item)
{
	if (item->what == SKL_SEAT_ON_SUBMIT && item->result)
		return finish_result(turn, item);
	if (item->is_repeated && !item->answer.command) {
		struct skl_view answer;
		enum skl_err err = skl_seen_find(turn->txn, item->peer->id, item->id,
						 item->env->digest, &answer);

		if (err != SKL_OK || !answer.len)
			return err == SKL_OK ? SKL_EBUG : err;
		item->answer.command = "RESULT";
		item->answer.body.data = skl_arena_copy(turn->arena, answer.data, answer.len);
		item->answer.body.len = answer.len;
		return item->answer.body.data ? SKL_OK : SKL_ENOMEM;
	}
	return SKL_OK;
}

/* --- PLAN ----------------------------------------------------------------------------------- */

/* Who plans at the partner: the bucket is found by a hash, so that two may share one. */
static struct skl_bucket *plan_bucket(const struct skl_item *item)
{
	const Schakel__V1__FactRow *row = skl_envelope_find_fact(item->env, SKL_FACT_USER_REF);
	const char *user = row ? row->text : "";
	uint8_t hash[16];

	skl_store_name_key(user, hash);
	return &item->peer->plans[hash[0] % SKL_PLAN_SLOTS];
}

enum skl_err skl_decide_plan(struct skl_turn *turn, struct skl_item *item)
{
	struct skl_ask *ask = skl_arena_alloc(turn->arena, sizeof(*ask));
	enum skl_err err;

	if (!ask)
		return SKL_ENOMEM;
	err = skl_envelope_check_time(item->env, turn->now_ms);
	if (err == SKL_OK)
		err = skl_ledger_check(item);
	if (err != SKL_OK)
		return refuse(item, err);
	if (!skl_bucket_take(plan_bucket(item), turn->hub->opts.plans_per_minute, skl_mono_ms()))
		return refuse(item, SKL_EQUOTA);
	if (!skl_turn_is_accepting(turn->hub))
		return refuse(item, SKL_ENOTRECORDED);
	err = decide(turn, item, ask);
	for (size_t i = 0; i < item->part_count && err == SKL_OK; i++)
		err = skl_record_decision(turn, item, &item->parts[i], SKL_ENTRY_PLAN);
	if (err != SKL_OK)
		return err;
	turn->counts[SKL_COUNT_PLANS]++;
	item->result = skl_reply_make(turn, item, ask);
	if (!item->result)
		return SKL_ENOMEM;
	item->answer.command = "PLAN_RESULT";
	item->answer.body = skl_record_pack(turn->arena, &item->result->base, SKL_SEEN_ANSWER_MAX);
	return item->answer.body.data ? SKL_OK : SKL_ENOMEM;
}
