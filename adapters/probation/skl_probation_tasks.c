/* SPDX-License-Identifier: EUPL-1.2 */

/* What messages ask of probation, what answers it, and what is late. */

#include <stdlib.h>
#include <string.h>

#include "skl_json.h"
#include "skl_mem.h"
#include "skl_probation.h"

#define HOUR_MS INT64_C(3600000)

struct skl_probation_ask {
	enum skl_kind kind;
	enum skl_kind answers[2]; /* of ours: the first names the task */
	enum skl_kind ends[2];    /* of others: nothing is asked any more */
	const char *text_nl;
	const char *text_en;
};

#define REACH_NL "Zoek contact met wie het huis uit moet en meld waar hij te bereiken is."
#define REACH_EN "Contact the person who has to leave the house and report where he can be reached."
#define WATCH_NL "Begin het toezicht en meld de voortgang, of een overtreding."
#define WATCH_EN "Start the supervision and report progress, or a violation."

static const struct skl_probation_ask asks[] = {
	{SKL_KIND_BAN_ORDER,
	 {SKL_KIND_BAN_CONTACT_ADDRESS},
	 {SKL_KIND_BAN_REVOCATION, SKL_KIND_BAN_END},
	 REACH_NL,
	 REACH_EN},
	{SKL_KIND_HELPER_ASSIGNED,
	 {SKL_KIND_BAN_CONTACT_ADDRESS},
	 {SKL_KIND_BAN_REVOCATION, SKL_KIND_BAN_END},
	 REACH_NL,
	 REACH_EN},
	{SKL_KIND_BEHAVIOURAL_ORDER,
	 {SKL_KIND_PROBATION_PROGRESS, SKL_KIND_SUPERVISION_VIOLATION},
	 {SKL_KIND_CLOSED},
	 WATCH_NL,
	 WATCH_EN},
	{SKL_KIND_PROSECUTION_DECISION,
	 {SKL_KIND_PROBATION_PROGRESS, SKL_KIND_SUPERVISION_VIOLATION},
	 {SKL_KIND_CLOSED},
	 WATCH_NL,
	 WATCH_EN},
	{SKL_KIND_SENTENCE,
	 {SKL_KIND_PROBATION_PROGRESS, SKL_KIND_SUPERVISION_VIOLATION},
	 {SKL_KIND_CLOSED},
	 WATCH_NL,
	 WATCH_EN},
	{SKL_KIND_MEASURE_CHANGE,
	 {SKL_KIND_PROBATION_PROGRESS, SKL_KIND_SUPERVISION_VIOLATION},
	 {SKL_KIND_CLOSED},
	 WATCH_NL,
	 WATCH_EN},
	{SKL_KIND_KNOWN_QUERY,
	 {SKL_KIND_KNOWN_ANSWER},
	 {0},
	 "Zeg of deze persoon bekend is, ja of nee.",
	 "Say whether this person is known, yes or no."},
	{SKL_KIND_CLOSURE_PROPOSAL,
	 {SKL_KIND_CLOSURE_ANSWER},
	 {SKL_KIND_CLOSED},
	 "Antwoord op het voorstel om af te sluiten.",
	 "Answer the proposal to close the case."},
	{SKL_KIND_CONFERENCE_INVITE,
	 {SKL_KIND_CONFERENCE_CONTRIBUTION, SKL_KIND_CONFERENCE_ABSENCE},
	 {SKL_KIND_CONFERENCE_DECISION},
	 "Lever uw inbreng voor het overleg, of meld dat u niet komt.",
	 "Contribute to the conference, or say that you will not come."},
};

static const struct skl_probation_ask *ask_of(enum skl_kind kind)
{
	for (size_t i = 0; i < SKL_COUNT(asks); i++) {
		if (asks[i].kind == kind)
			return &asks[i];
	}
	return NULL;
}

enum skl_err skl_probation_prepare(const struct skl_own_http *own,
				   const struct skl_received *received,
				   struct skl_own_http_delivery *delivery)
{
	struct skl_context *context = &delivery->context;
	const struct skl_probation_ask *ask = ask_of(context->kind);
	const Schakel__V1__EventRow *row;

	(void)own;
	if (!ask)
		return SKL_OK;
	if (ask->answers[0] == SKL_KIND_BAN_CONTACT_ADDRESS) {
		/* Wth 2(6): 24 hours, which run from the order however late it is read here. */
		row = skl_envelope_find_event(received->envelope, SKL_EVENT_OCCURRED_AT);
		context->due_ms = (row && row->at_ms ? row->at_ms : context->at_ms) + 24 * HOUR_MS;
	}
	/* A decision without a measure (a dismissal, say) leaves nothing to supervise. */
	context->is_for_knowledge = ask->answers[0] == SKL_KIND_PROBATION_PROGRESS &&
				    !skl_envelope_find_event(received->envelope, SKL_EVENT_MEASURE);
	return SKL_OK;
}

void skl_probation_ask(struct skl_probation_tasks *tasks, const struct skl_context *context)
{
	const struct skl_probation_ask *ask = ask_of(context->kind);
	struct skl_probation_task *task;

	if (!ask || context->is_for_knowledge)
		return;
	if (tasks->count == SKL_PROBATION_TASKS_N) {
		tasks->more++;
		return;
	}
	task = &tasks->items[tasks->count++];
	task->ask = ask;
	memcpy(task->id, context->id, SKL_ID_BYTES);
	task->kind = context->kind;
	task->has_case = context->has_case;
	memcpy(task->case_ref, context->case_ref, sizeof(task->case_ref));
	memcpy(task->partner, context->partner, sizeof(task->partner));
	task->at_ms = context->at_ms;
	task->due_ms = context->due_ms;
}

static bool is_of(enum skl_kind kind, const enum skl_kind kinds[2])
{
	return kind == kinds[0] || kind == kinds[1];
}

void skl_probation_end(struct skl_probation_tasks *tasks, const struct skl_context *context)
{
	for (size_t i = 0; i < tasks->count; i++) {
		struct skl_probation_task *task = &tasks->items[i];
		bool is_about =
			context->has_about && memcmp(context->about, task->id, SKL_ID_BYTES) == 0;
		bool is_later = task->has_case && context->has_case &&
				memcmp(context->case_ref, task->case_ref, 16) == 0 &&
				context->at_ms >= task->at_ms;

		if ((is_about || is_later) &&
		    is_of(context->kind, context->is_ours ? task->ask->answers : task->ask->ends))
			task->is_done = true;
	}
}

/* Two messages that ask the same of one case are one task. */
static bool is_same(const struct skl_probation_task *a, const struct skl_probation_task *b)
{
	return a->has_case && b->has_case && memcmp(a->case_ref, b->case_ref, 16) == 0 &&
	       a->ask->answers[0] == b->ask->answers[0];
}

/* Due first, then what has no term, the oldest first. */
static int by_due(const void *a, const void *b)
{
	const struct skl_probation_task *one = a;
	const struct skl_probation_task *other = b;
	int64_t x = one->due_ms ? one->due_ms : INT64_MAX;
	int64_t y = other->due_ms ? other->due_ms : INT64_MAX;

	if (x != y)
		return x < y ? -1 : 1;
	return (one->at_ms > other->at_ms) - (one->at_ms < other->at_ms);
}

void skl_probation_settle(struct skl_probation_tasks *tasks, int64_t now_ms, size_t *ret_open,
			  size_t *ret_late)
{
	*ret_open = 0;
	*ret_late = 0;
	qsort(tasks->items, tasks->count, sizeof(tasks->items[0]), by_due);
	for (size_t i = 0; i < tasks->count; i++) {
		struct skl_probation_task *task = &tasks->items[i];

		for (size_t k = 0; k < i && !task->is_done; k++)
			task->is_done = !tasks->items[k].is_done && is_same(&tasks->items[k], task);
		*ret_open += !task->is_done;
		*ret_late += !task->is_done && task->due_ms && task->due_ms < now_ms;
	}
}

static json_t *write_task(const struct skl_probation_task *task, int64_t now_ms)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "task",
				   skl_code_name(SKL_LIST_KIND, task->ask->answers[0]), "text",
				   task->ask->text_nl, "textEn", task->ask->text_en, "kind",
				   skl_code_name(SKL_LIST_KIND, task->kind), "from", task->partner,
				   "late", (int)(task->due_ms && task->due_ms < now_ms));

	(void)json_object_set_new(object, "messageId", skl_json_hex(task->id, SKL_ID_BYTES));
	if (task->has_case)
		(void)json_object_set_new(object, "caseRef", skl_json_hex(task->case_ref, 16));
	(void)json_object_set_new(object, "since", skl_json_time(task->at_ms));
	if (task->due_ms)
		(void)json_object_set_new(object, "due", skl_json_time(task->due_ms));
	return object;
}

json_t *skl_probation_list(struct skl_probation_tasks *tasks, int64_t now_ms)
{
	json_t *root = json_object();
	json_t *list = json_array();
	size_t open;
	size_t late;

	skl_probation_settle(tasks, now_ms, &open, &late);
	for (size_t i = 0; i < tasks->count; i++) {
		if (!tasks->items[i].is_done)
			(void)json_array_append_new(list, write_task(&tasks->items[i], now_ms));
	}
	(void)json_object_set_new(root, "tasks", list);
	(void)json_object_set_new(root, "late", json_integer((json_int_t)late));
	if (tasks->more)
		(void)json_object_set_new(root, "more", json_integer((json_int_t)tasks->more));
	return root;
}
