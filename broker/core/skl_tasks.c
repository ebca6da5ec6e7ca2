/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tasks.h"

#include <sodium.h>
#include <string.h>

const char *skl_tasks_lead(const struct skl_turn *turn, const struct skl_case *held)
{
	if (held->director[0])
		return held->director;
	for (size_t i = 0; i < held->participant_count; i++) {
		const struct skl_case_participant *row = &held->participant[i];
		const struct skl_dir_partner *partner =
			skl_directory_partner(turn->hub->law.directory, skl_view_str(row->partner));

		if (partner && partner->role == SKL_ROLE_VEILIG_THUIS &&
		    (!row->until_ms || turn->now_ms < row->until_ms))
			return row->partner;
	}
	return NULL;
}

enum skl_err skl_tasks_find(struct skl_turn *turn, const struct skl_item *item,
			    struct skl_task_row *ret_row)
{
	const Schakel__V1__Common *common = item->env->common;
	const Schakel__V1__EventRow *task = skl_envelope_find_event(item->env, SKL_EVENT_TASK);
	enum skl_err err;

	if ((unsigned)common->kind != SKL_KIND_TASK_DONE || !task || task->ref.len != SKL_ID_BYTES)
		return SKL_ENOTFOUND;
	err = skl_task_store_get(turn->txn, item->peer->id,
				 common->case_ref.len == SKL_ID_BYTES ? common->case_ref.data
								      : NULL,
				 task->ref.data, ret_row);
	return err == SKL_OK && (uint32_t)ret_row->task != task->value ? SKL_ENOTFOUND : err;
}

/* What is done by doing it, and not only by saying so. */
static const struct {
	enum skl_kind kind;   /* or of each kind, */
	enum skl_event event; /* with this row */
	enum skl_task task;
} done_by[] = {
	{.event = SKL_EVENT_DIRECTOR, .task = SKL_TASK_CONFIRM_DIRECTOR},
	{.event = SKL_EVENT_PHASE, .task = SKL_TASK_REVIEW_PROPOSAL},
	{.event = SKL_EVENT_RATING, .task = SKL_TASK_RATE_SAFETY},
	{.kind = SKL_KIND_SAFETY_PLAN, .task = SKL_TASK_REVIEW_PLAN},
};

enum skl_err skl_tasks_settle(struct skl_turn *turn, const struct skl_item *item)
{
	const Schakel__V1__Common *common = item->env->common;
	struct skl_task_row row;
	enum skl_err err = skl_tasks_find(turn, item, &row);

	if (err == SKL_OK)
		return skl_task_store_end(turn->txn, row.partner, row.case_ref, row.task,
					  row.about);
	if (err != SKL_ENOTFOUND)
		return err;
	err = SKL_OK;
	for (size_t i = 0;
	     i < SKL_COUNT(done_by) && common->case_ref.len == SKL_ID_BYTES && err == SKL_OK; i++) {
		if (done_by[i].kind ? (unsigned)common->kind == (unsigned)done_by[i].kind
				    : skl_envelope_find_event(item->env, done_by[i].event) != NULL)
			err = skl_task_store_end_all(turn->txn, item->peer->id,
						     common->case_ref.data, done_by[i].task);
	}
	return err;
}

/* What a clock asks for when it is late, or while it runs. */
static const struct {
	enum skl_clock clock;
	enum skl_task task;
	bool is_told; /* of who is told as well, not of who must act */
} asked_by[] = {
	{SKL_CLOCK_INFORMATION, SKL_TASK_ANSWER, false},
	{SKL_CLOCK_INFORMATION, SKL_TASK_CALL_RECIPIENT, true},
	{SKL_CLOCK_RECALL, SKL_TASK_CALL_RECIPIENT, true},
	{SKL_CLOCK_SUBJECT_NOTICE, SKL_TASK_INFORM_SUBJECT, false},
	{SKL_CLOCK_SUBJECT_NOTICE, SKL_TASK_REVIEW_POSTPONEMENT, false},
	{SKL_CLOCK_BREAK_GLASS, SKL_TASK_AFTER_CHECK, false},
	{SKL_CLOCK_RETURN, SKL_TASK_SAFETY_AT_RETURN, false},
	{SKL_CLOCK_HANDOVER, SKL_TASK_ANSWER, false},
	{SKL_CLOCK_HANDOVER, SKL_TASK_CALL_RECIPIENT, true},
	{SKL_CLOCK_CLOSURE, SKL_TASK_ANSWER, false},
};

bool skl_tasks_see_stopped(void *arg, const struct skl_clock_row *row)
{
	struct skl_turn *turn = arg;

	for (size_t i = 0; i < SKL_COUNT(asked_by); i++)
		if (asked_by[i].clock == row->clock &&
		    skl_task_store_end(turn->txn, asked_by[i].is_told ? row->told : row->partner,
				       row->case_ref, asked_by[i].task, row->message_id) != SKL_OK)
			return false;
	return true;
}

enum skl_err skl_tasks_give(struct skl_turn *turn, const struct skl_tasks_new *task)
{
	const struct skl_record_note note = {
		.kind = SKL_ENTRY_NOTICE,
		.recipient = task->partner,
		.names = true,
		.names_index = task->names_index,
		.message_id = task->message_id,
		.case_ref = task->case_ref,
		.text = skl_code_name(SKL_LIST_TASK, task->task),
	};
	uint8_t *id = skl_arena_alloc(turn->arena, SKL_ID_BYTES);
	struct skl_offer_notice notice = {
		.partner = task->partner,
		.ref = task->message_id,
		.task = task->task,
		.id = id,
		.case_ref = task->case_ref,
		.due_ms = task->due_ms,
		.text_nl = task->text_nl,
		.text_en = task->text_en,
	};
	struct skl_trail_ref ref;
	enum skl_err err;

	if (!id)
		return SKL_ENOMEM;
	randombytes_buf(id, SKL_ID_BYTES);
	err = skl_record_note(turn, &note, &ref);
	if (err != SKL_OK)
		return err;
	notice.entry_index = ref.index;
	return skl_offer_push_notice(turn, &notice);
}

enum skl_err skl_tasks_ask_lead(struct skl_turn *turn, const struct skl_ask *ask,
				const struct skl_item *item, enum skl_task task, int64_t due_ms,
				const char *text_nl, const char *text_en)
{
	const struct skl_tasks_new new = {
		.partner = skl_tasks_lead(turn, &ask->held),
		.task = task,
		.message_id = item->id,
		.case_ref = ask->held.case_ref,
		.names_index = item->parts[0].ref.index,
		.due_ms = due_ms,
		.text_nl = text_nl,
		.text_en = text_en,
	};

	return new.partner ? skl_tasks_give(turn, &new) : SKL_OK;
}

enum skl_err skl_tasks_keep(struct skl_turn *turn, const struct skl_offer_notice *notice)
{
	struct skl_task_row row = {
		.task = (enum skl_task)notice->task,
		.entry_index = notice->entry_index,
		.given_ms = turn->now_ms,
		.due_ms = notice->due_ms,
	};
	enum skl_err err;

	if (!notice->task || !notice->id)
		return SKL_OK;
	err = skl_change_name(row.partner, notice->partner);
	if (err != SKL_OK)
		return err;
	memcpy(row.id, notice->id, SKL_STORE_ID_BYTES);
	if (notice->case_ref)
		memcpy(row.case_ref, notice->case_ref, SKL_STORE_ID_BYTES);
	if (notice->ref)
		memcpy(row.about, notice->ref, SKL_STORE_ID_BYTES);
	return skl_task_store_put(turn->txn, &row);
}
