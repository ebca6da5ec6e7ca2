/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tasks.h"

#include <sodium.h>

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
