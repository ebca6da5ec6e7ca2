/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_majority.h"

#include <string.h>

#include "skl_consent.h"
#include "skl_tasks.h"

#define CONSENTS_MAX 64u /* of one look */

static bool is_child(const Schakel__V1__SubjectRow *subject)
{
	for (size_t i = 0; subject && i < subject->n_positions; i++)
		if ((unsigned)subject->positions[i] == SKL_POSITION_CHILD)
			return true;
	return false;
}

static enum skl_err start(struct skl_turn *turn, const struct skl_ask *ask,
			  const struct skl_item *item, const Schakel__V1__PseudonymRow *told)
{
	struct skl_clock_row row = {.clock = SKL_CLOCK_MAJORITY,
				    .entry_index = item->parts[0].ref.index,
				    .started_ms = turn->now_ms,
				    .due_ms = told->adult_on_ms,
				    .wake_ms = told->adult_on_ms};
	struct skl_clock_row kept;
	uint8_t tag[SKL_CONSENT_TAG_BYTES];
	enum skl_err err = skl_ledger_tag(turn, item->env, told->subject, tag);

	if (err != SKL_OK)
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	memcpy(row.case_ref, ask->held.case_ref, SKL_STORE_ID_BYTES);
	memcpy(row.message_id, tag, SKL_STORE_ID_BYTES);
	kept = row;
	err = skl_clock_store_get(turn->txn, &kept);
	if (err == SKL_OK && kept.due_ms != row.due_ms)
		err = skl_clock_store_stop(turn->txn, row.clock, row.case_ref, row.partner,
					   row.message_id, NULL, NULL, NULL);
	else if (err == SKL_OK)
		return SKL_OK;
	return err == SKL_OK || err == SKL_ENOTFOUND ? skl_clock_store_start(turn->txn, &row) : err;
}

enum skl_err skl_majority_apply(struct skl_turn *turn, const struct skl_ask *ask,
				const struct skl_item *item)
{
	const Schakel__V1__SubjectRow *subject;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; err == SKL_OK && (subject = skl_envelope_subject(item->env, i)); i++) {
		const Schakel__V1__PseudonymRow *told =
			is_child(subject) ? skl_envelope_find_pseudonym(item->env, subject->number)
					  : NULL;

		if (told && told->adult_on_ms > turn->now_ms)
			err = start(turn, ask, item, told);
	}
	return err;
}

/* --- the day is there ------------------------------------------------------------------------ */

struct ending {
	struct skl_turn *turn;
	const struct skl_clock_row *row;
	size_t count;
	struct skl_consent consents[CONSENTS_MAX];
};

/* Given by somebody else, in this case or one that became part of it, and not ended yet. */
static bool see_consent(void *arg, const struct skl_consent *item)
{
	struct ending *ending = arg;
	uint8_t resolved[SKL_STORE_ID_BYTES];

	if (item->capacity == SKL_CONSENT_CAPACITY_SELF || item->state != SKL_CONSENT_STATE_GIVEN ||
	    (item->until_ms && item->until_ms <= ending->row->due_ms))
		return true;
	if (skl_case_resolve(ending->turn->txn, item->case_ref, resolved) == SKL_OK &&
	    memcmp(resolved, ending->row->case_ref, sizeof(resolved)) == 0)
		ending->consents[ending->count++] = *item;
	return ending->count < CONSENTS_MAX;
}

static enum skl_err end_consents(struct skl_turn *turn, const struct skl_clock_row *row)
{
	struct ending *ending = skl_arena_alloc(turn->arena, sizeof(*ending));
	enum skl_err err = SKL_OK;

	if (!ending)
		return SKL_ENOMEM;
	ending->turn = turn;
	ending->row = row;
	do {
		ending->count = 0;
		err = skl_consent_each_like(turn->txn, row->message_id, SKL_STORE_ID_BYTES,
					    see_consent, ending);
		for (size_t i = 0; i < ending->count && err == SKL_OK; i++) {
			ending->consents[i].until_ms = row->due_ms; /* seen no more */
			err = skl_consent_put(turn->txn, &ending->consents[i]);
		}
	} while (err == SKL_OK && ending->count == CONSENTS_MAX);
	return err;
}

static enum skl_err ask_lead(struct skl_turn *turn, const struct skl_clock_row *row,
			     const char *lead, uint64_t index)
{
	const struct skl_tasks_new task = {
		.partner = lead,
		.task = SKL_TASK_REVIEW_CONSENT,
		.case_ref = row->case_ref,
		.names_index = index,
		.text_nl = "Een kind in deze zaak is vanaf vandaag meerderjarig en beslist zelf. "
			   "Toestemming die anderen gaven is geeindigd. Vraag het kind zelf, "
			   "alleen, en "
			   "ga de posities na.",
		.text_en =
			"A child of this case is of age from today on and decides itself. Consent "
			"that others gave has ended. Ask the child itself, alone, and look at the "
			"positions.",
	};

	return skl_tasks_give(turn, &task);
}

enum skl_err skl_majority_ring(struct skl_turn *turn, const struct skl_clock_row *row,
			       uint64_t index)
{
	struct skl_case *held = skl_arena_alloc(turn->arena, sizeof(*held));
	const char *lead;
	enum skl_err err = held ? end_consents(turn, row) : SKL_ENOMEM;

	if (err == SKL_OK)
		err = skl_clock_store_stop(turn->txn, row->clock, row->case_ref, row->partner,
					   row->message_id, NULL, NULL, NULL);
	if (err != SKL_OK)
		return err;
	err = skl_case_get(turn->txn, row->case_ref, held);
	if (err != SKL_OK)
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	held->changed_ms = turn->now_ms;
	err = skl_case_put(turn->txn, held);
	lead = skl_tasks_lead(turn, held);
	return err == SKL_OK && lead ? ask_lead(turn, row, lead, index) : err;
}
