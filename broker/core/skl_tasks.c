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
	{.kind = SKL_KIND_AFTERCARE_CALL, .task = SKL_TASK_MONITOR},
};

/* What a clock asks for when it is late, or while it runs. */
static const struct {
	enum skl_clock clock;
	enum skl_task task;
	bool is_told; /* of who is told as well, not of who must act */
	bool is_act;  /* what the clock waits for is what the task asks */
} asked_by[] = {
	{SKL_CLOCK_INFORMATION, SKL_TASK_ANSWER, false, false},
	{SKL_CLOCK_INFORMATION, SKL_TASK_CALL_RECIPIENT, true, false},
	{SKL_CLOCK_RECALL, SKL_TASK_CALL_RECIPIENT, true, false},
	{SKL_CLOCK_SUBJECT_NOTICE, SKL_TASK_INFORM_SUBJECT, false, false},
	{SKL_CLOCK_SUBJECT_NOTICE, SKL_TASK_REVIEW_POSTPONEMENT, false, false},
	{SKL_CLOCK_BREAK_GLASS, SKL_TASK_AFTER_CHECK, false, false},
	{SKL_CLOCK_RETURN, SKL_TASK_SAFETY_AT_RETURN, false, false},
	{SKL_CLOCK_HANDOVER, SKL_TASK_ANSWER, false, false},
	{SKL_CLOCK_HANDOVER, SKL_TASK_CALL_RECIPIENT, true, false},
	{SKL_CLOCK_CLOSURE, SKL_TASK_ANSWER, false, false},
	{SKL_CLOCK_BAN_TELL, SKL_TASK_TELL_RESIDENTS, false, true},
	{SKL_CLOCK_BAN_TELL, SKL_TASK_CALL_RECIPIENT, true, false},
	{SKL_CLOCK_BAN_LAWYER, SKL_TASK_ARRANGE_LAWYER, false, true},
	{SKL_CLOCK_ACUTE, SKL_TASK_ESCALATE, false, true},
	{SKL_CLOCK_DIRECT_SAFETY, SKL_TASK_ESCALATE, false, true},
	{SKL_CLOCK_AGREEMENT_ULTIMATUM, SKL_TASK_ESCALATE, false, true},
	{SKL_CLOCK_PROVISIONAL_REMEDY, SKL_TASK_REVIEW_PLAN, false, true},
	{SKL_CLOCK_MONITORING, SKL_TASK_MONITOR, false, false},
};

/* Done is done: the clock of this task, if it waits for nothing else. */
static enum skl_err end_clock(struct skl_turn *turn, const struct skl_task_row *task)
{
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < SKL_COUNT(asked_by) && err == SKL_OK; i++) {
		if (!asked_by[i].is_act || asked_by[i].task != task->task)
			continue;
		err = skl_clock_store_stop(turn->txn, asked_by[i].clock, task->case_ref,
					   task->partner, task->about, skl_tasks_see_stopped, turn,
					   NULL);
		if (err == SKL_ENOTFOUND)
			err = SKL_OK;
	}
	return err;
}

enum skl_err skl_tasks_settle(struct skl_turn *turn, const struct skl_item *item)
{
	const Schakel__V1__Common *common = item->env->common;
	struct skl_task_row row;
	enum skl_err err = skl_tasks_find(turn, item, &row);

	if (err == SKL_OK) {
		err = skl_task_store_end(turn->txn, row.partner, row.case_ref, row.task, row.about);
		return err == SKL_OK ? end_clock(turn, &row) : err;
	}
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

enum skl_err skl_tasks_of_start(struct skl_turn *turn, const struct skl_clock_row *row)
{
	struct skl_tasks_new task = {
		.partner = row->partner,
		.message_id = row->message_id,
		.case_ref = row->case_ref,
		.names_index = row->entry_index,
		.due_ms = row->due_ms,
	};

	if (row->clock == SKL_CLOCK_BAN_TELL) {
		task.task = SKL_TASK_TELL_RESIDENTS;
		task.text_nl =
			"Deel het huisverbod meteen mee: aan wie in de woning blijft, aan wie "
			"hulp geeft en, bij kinderen, aan Veilig Thuis. Meld het als het "
			"gedaan is.";
		task.text_en =
			"Tell of the house ban at once: who stays in the home, who helps and, "
			"where there are children, Veilig Thuis. Say so when it is done.";
	} else if (row->clock == SKL_CLOCK_BAN_LAWYER) {
		task.task = SKL_TASK_ARRANGE_LAWYER;
		task.text_nl =
			"De uithuisgeplaatste wil een advocaat. Zorg dat die er binnen 24 uur "
			"is. Meld het als het gedaan is.";
		task.text_en =
			"Who was sent from home wants a lawyer. See that there is one within "
			"24 hours. Say so when it is done.";
	} else {
		return SKL_OK;
	}
	return skl_tasks_give(turn, &task);
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
