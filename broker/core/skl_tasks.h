/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TASKS_H
#define SKL_TASKS_H

/*
 * skl_tasks - what the hub asks of a person at a partner: an entry, and a notice with an id that
 * task_done names. The hub reminds; it decides nothing in a person's place.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of skl_record_note() and skl_offer_push_notice().
 * Limits:   texts of at most 60 words, without names of persons.
 */

#include "skl_core.h"

struct skl_tasks_new {
	const char *partner;
	enum skl_task task;
	const uint8_t *message_id; /* what it is about, 16 bytes */
	const uint8_t *case_ref;   /* 16 bytes */
	uint64_t names_index;      /* of the entry that led to it */
	int64_t due_ms;            /* 0: no term */
	const char *text_nl;
	const char *text_en;
};

SKL_MUST_CHECK enum skl_err skl_tasks_give(struct skl_turn *turn, const struct skl_tasks_new *task);

/* Who leads the case: its director, else a Veilig Thuis that takes part. NULL: nobody yet. */
const char *skl_tasks_lead(const struct skl_turn *turn, const struct skl_case *held);

#endif
