/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TASKS_H
#define SKL_TASKS_H

/*
 * skl_tasks - what the hub asks of a person at a partner: an entry, a notice with an id that
 * task_done names, and a row for as long as it is open. The hub reminds; it decides nothing in a
 * person's place.
 *
 * Owner:    the reactor thread, in a turn that is not sealed.
 * Errors:   those of skl_record_note() and skl_offer_push_notice().
 * Limits:   texts of at most 60 words, without names of persons.
 */

#include "skl_core.h"
#include "skl_task_store.h"

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

/* A task for who leads the case of this message, to do by due_ms (0: no term); nobody leads it yet:
 * to nobody. */
SKL_MUST_CHECK enum skl_err skl_tasks_ask_lead(struct skl_turn *turn, const struct skl_ask *ask,
					       const struct skl_item *item, enum skl_task task,
					       int64_t due_ms, const char *text_nl,
					       const char *text_en);

/* The task of a notice is open from now on; without an id it is for a program, not for a person. */
SKL_MUST_CHECK enum skl_err skl_tasks_keep(struct skl_turn *turn,
					   const struct skl_offer_notice *notice);

/* The open task that a task_done of this partner names. ENOTFOUND: none, or another kind of
 * message. */
SKL_MUST_CHECK enum skl_err skl_tasks_find(struct skl_turn *turn, const struct skl_item *item,
					   struct skl_task_row *ret_row);

/* What a released message does of what its sender was asked to: it is not open any more. Where a
 * person's act is what a clock waits for, the clock ends with the task. */
SKL_MUST_CHECK enum skl_err skl_tasks_settle(struct skl_turn *turn, const struct skl_item *item);

/* A clock was started: what it asks of who must act from then on. */
SKL_MUST_CHECK enum skl_err skl_tasks_of_start(struct skl_turn *turn,
					       const struct skl_clock_row *row);

/* A clock was stopped: what it asked of people is not open any more. Errors stick to the
 * transaction. For skl_clock_store_stop(), with the turn. */
bool skl_tasks_see_stopped(void *turn, const struct skl_clock_row *row);

/* Who leads the case: its director, else a Veilig Thuis that takes part. NULL: nobody yet. */
const char *skl_tasks_lead(const struct skl_turn *turn, const struct skl_case *held);

#endif
