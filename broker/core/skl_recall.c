/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_recall.h"

#include <stdio.h>
#include <string.h>

#include "skl_catalogue.h"
#include "skl_clock_store.h"
#include "skl_index.h"
#include "skl_leaf.h"
#include "skl_mandate.h"
#include "skl_tasks.h"

struct recall {
	struct skl_turn *turn;
	const struct skl_item *item;
	const uint8_t *id;    /* of the message that is recalled */
	uint64_t entry_index; /* of its first decision that permitted it */
	size_t partner_count; /* who was permitted it */
	char partners[SKL_LIMIT_RECIPIENTS_N][SKL_STORE_NAME_MAX + 1];
	uint64_t last; /* of the outbox, looked at up to here */
	size_t waiting_count;
	uint64_t waiting[SKL_STORE_PAGE_MAX];
};

static bool is_known(const struct recall *recall, const char *place)
{
	for (size_t i = 0; i < recall->partner_count; i++)
		if (skl_mandate_is_at(place, recall->partners[i]))
			return true;
	return false;
}

static bool see_recipient(void *arg, uint64_t index)
{
	struct recall *recall = arg;
	struct skl_leaf leaf;

	if (skl_trail_entry(recall->turn->txn, index, &leaf) != SKL_OK ||
	    leaf.kind != SKL_ENTRY_DECISION ||
	    (leaf.outcome != SKL_OUTCOME_PERMITTED && leaf.outcome != SKL_OUTCOME_CUT) ||
	    strcmp(leaf.sender, recall->item->peer->id) != 0 || is_known(recall, leaf.recipient))
		return true;
	if (!recall->partner_count)
		recall->entry_index = index;
	(void)snprintf(recall->partners[recall->partner_count++], sizeof(recall->partners[0]),
		       "%.*s", (int)strcspn(leaf.recipient, "/"), leaf.recipient); /* names fit */
	return recall->partner_count < SKL_LIMIT_RECIPIENTS_N;
}

/* What is on its way may be there already: the recall follows it. */
static bool see_waiting(void *arg, const struct skl_outbox_item *mail)
{
	struct recall *recall = arg;

	recall->last = mail->number;
	if (mail->type == SKL_OUTBOX_MESSAGE &&
	    (mail->state == SKL_OUTBOX_WAITING || mail->state == SKL_OUTBOX_PARKED) &&
	    strcmp(mail->sender, recall->item->peer->id) == 0 &&
	    memcmp(mail->message_id, recall->id, SKL_ID_BYTES) == 0)
		recall->waiting[recall->waiting_count++] = mail->number;
	return true;
}

static enum skl_err take_back(struct skl_turn *turn, uint64_t number)
{
	static const struct skl_undelivered why = {
		.kind = SKL_ENTRY_RECALLED,
		.outcome = SKL_OUTCOME_PERMITTED,
		.text = "recalled by its sender before it was delivered",
		.state = SKL_DELIVERY_RECALLED,
		.text_nl = "Teruggeroepen voordat de ontvanger het bericht kreeg: het is niet "
			   "bezorgd.",
		.text_en = "Recalled before the recipient got the message: it was not delivered.",
	};
	struct skl_outbox_item *mail = skl_arena_alloc(turn->arena, sizeof(*mail));
	enum skl_err err = mail ? skl_outbox_get(turn->txn, number, mail) : SKL_ENOMEM;

	return err == SKL_OK ? skl_undelivered(turn, mail, &why) : err;
}

static enum skl_err take_back_from(struct recall *recall, const char *partner)
{
	unsigned count = SKL_STORE_PAGE_MAX;
	enum skl_err err = SKL_OK;

	recall->last = 0;
	recall->waiting_count = 0;
	for (unsigned i = 0; i < SKL_RECALL_PAGES && count == SKL_STORE_PAGE_MAX && err == SKL_OK &&
			     !recall->waiting_count;
	     i++)
		err = skl_outbox_list(recall->turn->txn, partner, recall->last, SKL_STORE_PAGE_MAX,
				      see_waiting, recall, &count);
	for (size_t i = 0; i < recall->waiting_count && err == SKL_OK; i++)
		err = take_back(recall->turn, recall->waiting[i]);
	return err;
}

static bool is_addressed(const struct skl_item *item, const char *partner)
{
	for (size_t i = 0; i < item->part_count; i++)
		if (item->parts[i].row && item->parts[i].is_released &&
		    strcmp(item->parts[i].row->partner, partner) == 0)
			return true;
	return false;
}

static const uint8_t *case_of(const struct skl_item *item)
{
	const ProtobufCBinaryData *ref = &item->env->common->case_ref;

	return ref->len == SKL_ID_BYTES ? ref->data : NULL;
}

/* --- who else got it ---------------------------------------------------------------------- */

#define NAMES_BYTES 160

/* Whoever got it is told. Who is not addressed now is left to a person. */
static enum skl_err say_who_else(struct recall *recall, const char *names)
{
	char *nl = skl_arena_alloc(recall->turn->arena, 2 * NAMES_BYTES);
	char *en = skl_arena_alloc(recall->turn->arena, 2 * NAMES_BYTES);
	const struct skl_tasks_new task = {
		.partner = recall->item->peer->id,
		.task = SKL_TASK_RECALL_ONWARD,
		.message_id = recall->id,
		.case_ref = case_of(recall->item),
		.names_index = recall->entry_index,
		.text_nl = nl,
		.text_en = en,
	};

	if (!nl || !en)
		return SKL_ENOMEM;
	(void)snprintf(nl, 2 * NAMES_BYTES,
		       "Dit bericht ging ook naar %s. Herstel het daar ook, als dat nog niet is "
		       "gebeurd.",
		       names); /* fits */
	(void)snprintf(en, 2 * NAMES_BYTES,
		       "This message also went to %s. Repair it there too, if that was not done "
		       "yet.",
		       names); /* fits */
	return skl_tasks_give(recall->turn, &task);
}

/* As many as fit; the sender knows whom it sent it to. */
static void add_name(char names[NAMES_BYTES], const char *partner)
{
	size_t len = strlen(names);

	if (len + strlen(partner) + sizeof(", ...") < NAMES_BYTES)
		(void)snprintf(names + len, NAMES_BYTES - len, "%s%s", len ? ", " : "", partner);
	else if (len > 3 && strcmp(names + len - 3, "...") != 0)
		(void)snprintf(names + len, NAMES_BYTES - len, ", ...");
}

/* --- who passed it on ------------------------------------------------------------------------ */

struct passed {
	struct recall *recall;
	const char *partner; /* who passed it on */
	uint64_t last;       /* of the entries of the case, looked at up to here */
	bool is_elsewhere;   /* somebody but the sender of the repair got the message */
	size_t count;
	uint8_t ids[SKL_RECALL_PASSED][SKL_ID_BYTES]; /* of its own messages */
	uint64_t index[SKL_RECALL_PASSED];
};

/* Does the message say that it is made from, or about, what is repaired? */
static bool is_made_of(const Schakel__V1__MessageDetail *detail, const uint8_t *id)
{
	for (size_t i = 0; i < detail->n_events; i++) {
		const Schakel__V1__EventRow *row = detail->events[i];

		if (((unsigned)row->code == SKL_EVENT_REFERS_TO ||
		     (unsigned)row->code == SKL_EVENT_SECTION_FROM) &&
		    row->ref.len == SKL_ID_BYTES && memcmp(row->ref.data, id, SKL_ID_BYTES) == 0)
			return true;
	}
	return false;
}

static bool is_seen(const struct passed *passed, const uint8_t *id)
{
	for (size_t i = 0; i < passed->count; i++)
		if (memcmp(passed->ids[i], id, SKL_ID_BYTES) == 0)
			return true;
	return false;
}

/* Each recipient has an entry, and any may tell the events. */
static bool see_passed(void *arg, uint64_t index)
{
	struct passed *passed = arg;
	struct recall *recall = passed->recall;
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_leaf leaf;

	passed->last = index;
	if (skl_trail_entry(recall->turn->txn, index, &leaf) != SKL_OK ||
	    leaf.kind != SKL_ENTRY_DECISION || strcmp(leaf.sender, passed->partner) != 0 ||
	    !skl_opens_read_part(recall->turn, index, 0, &schakel__v1__message_detail__descriptor,
				 &detail) ||
	    detail->id.len != SKL_ID_BYTES || skl_catalogue_repairs((uint32_t)detail->kind) ||
	    !is_made_of(detail, recall->id) || is_seen(passed, detail->id.data))
		return true;
	memcpy(passed->ids[passed->count], detail->id.data, SKL_ID_BYTES);
	passed->index[passed->count++] = index;
	return passed->count < SKL_RECALL_PASSED;
}

/* Somebody but the sender of the repair got it: what is said back to that one needs none. */
static bool see_other(void *arg, uint64_t index)
{
	struct passed *passed = arg;
	struct skl_leaf leaf;

	if (skl_trail_entry(passed->recall->turn->txn, index, &leaf) != SKL_OK ||
	    leaf.kind != SKL_ENTRY_DECISION ||
	    (leaf.outcome != SKL_OUTCOME_PERMITTED && leaf.outcome != SKL_OUTCOME_CUT) ||
	    strcmp(leaf.sender, passed->partner) != 0 ||
	    skl_mandate_is_at(leaf.recipient, passed->recall->item->peer->id))
		return true;
	passed->is_elsewhere = true;
	return false;
}

static enum skl_err ask_onward(struct passed *passed, size_t i, int64_t due_ms)
{
	struct skl_turn *turn = passed->recall->turn;
	const struct skl_tasks_new task = {
		.partner = passed->partner,
		.task = SKL_TASK_RECALL_ONWARD,
		.message_id = passed->ids[i],
		.case_ref = case_of(passed->recall->item),
		.names_index = passed->index[i],
		.due_ms = due_ms,
		.text_nl = "Wat u ontving is teruggeroepen of hersteld, en u stuurde er iets van "
			   "door. Roep het ook terug bij wie het van u kreeg, en meld dat het "
			   "gedaan is.",
		.text_en = "What you received was recalled or repaired, and you passed some of it "
			   "on. Recall it from those who got it from you as well, and say that it "
			   "is done.",
	};
	unsigned count = 0;
	enum skl_err err;

	passed->is_elsewhere = false;
	err = skl_index_list(turn->txn, SKL_INDEX_MESSAGE,
			     skl_view_of(passed->ids[i], SKL_ID_BYTES), 0,
			     2 * SKL_LIMIT_RECIPIENTS_N, see_other, passed, &count);
	if (err == SKL_ENOTFOUND || (err == SKL_OK && !passed->is_elsewhere))
		return SKL_OK;
	return err == SKL_OK ? skl_tasks_give(turn, &task) : err;
}

static int64_t due_of(const struct skl_part *part)
{
	for (unsigned i = 0; i < part->decision.duty_count; i++)
		if (part->decision.duties[i].duty == SKL_DUTY_RECALL_ONWARD)
			return part->decision.duties[i].due_ms;
	return 0;
}

static enum skl_err follow(struct recall *recall, const struct skl_part *part)
{
	struct passed *passed = skl_arena_alloc(recall->turn->arena, sizeof(*passed));
	const uint8_t *case_ref = case_of(recall->item);
	unsigned count = SKL_STORE_PAGE_MAX;
	enum skl_err err = SKL_OK;

	if (!passed)
		return SKL_ENOMEM;
	*passed = (struct passed){
		.recall = recall, .partner = part->row->partner, .last = recall->entry_index};
	for (unsigned i = 0; case_ref && i < SKL_RECALL_PAGES && count == SKL_STORE_PAGE_MAX &&
			     passed->count < SKL_RECALL_PASSED && err == SKL_OK;
	     i++)
		err = skl_index_list(recall->turn->txn, SKL_INDEX_CASE,
				     skl_view_of(case_ref, SKL_ID_BYTES), passed->last + 1,
				     SKL_STORE_PAGE_MAX, see_passed, passed, &count);
	if (err == SKL_ENOTFOUND)
		err = SKL_OK;
	for (size_t i = 0; i < passed->count && err == SKL_OK; i++)
		err = ask_onward(passed, i, due_of(part));
	return err;
}

/* --- all of it ---------------------------------------------------------------------------------
 */

static enum skl_err repair(struct recall *recall)
{
	const struct skl_item *item = recall->item;
	bool is_recall = (unsigned)item->env->common->kind == SKL_KIND_RECALL;
	char names[NAMES_BYTES] = "";
	unsigned count = 0;
	enum skl_err err;

	err = skl_index_list(recall->turn->txn, SKL_INDEX_MESSAGE,
			     skl_view_of(recall->id, SKL_ID_BYTES), 0, 2 * SKL_LIMIT_RECIPIENTS_N,
			     see_recipient, recall, &count);
	if (err == SKL_ENOTFOUND)
		return SKL_OK;
	for (size_t i = 0; i < recall->partner_count && err == SKL_OK; i++) {
		recall->waiting_count = 0;
		if (is_recall)
			err = take_back_from(recall, recall->partners[i]);
		if (!recall->waiting_count && !is_addressed(item, recall->partners[i]))
			add_name(names, recall->partners[i]);
	}
	for (size_t i = 0; i < item->part_count && err == SKL_OK; i++)
		if (item->parts[i].row && item->parts[i].is_released)
			err = follow(recall, &item->parts[i]);
	if (err == SKL_OK) /* asked for before, and done now as far as it goes */
		err = skl_task_store_end(recall->turn->txn, item->peer->id, case_of(item),
					 SKL_TASK_RECALL_ONWARD, recall->id);
	return err == SKL_OK && names[0] ? say_who_else(recall, names) : err;
}

enum skl_err skl_recall_apply(struct skl_turn *turn, const struct skl_item *item)
{
	struct recall *recall;

	if (!skl_catalogue_repairs((uint32_t)item->env->common->kind))
		return SKL_OK;
	recall = skl_arena_alloc(turn->arena, sizeof(*recall));
	if (!recall)
		return SKL_ENOMEM;
	*recall = (struct recall){.turn = turn, .item = item, .id = skl_ask_answered_id(item->env)};
	return recall->id ? repair(recall) : SKL_OK;
}

/* --- until it is there
 * ---------------------------------------------------------------------------- */

static const uint8_t *detail_case(const Schakel__V1__MessageDetail *detail)
{
	static const uint8_t no_case[SKL_STORE_ID_BYTES];

	return detail->case_ref.len == SKL_STORE_ID_BYTES ? detail->case_ref.data : no_case;
}

enum skl_err skl_recall_confirmed(struct skl_turn *turn, const char *partner,
				  const Schakel__V1__MessageDetail *detail)
{
	enum skl_err err;

	if (!detail || !skl_catalogue_repairs((uint32_t)detail->kind))
		return SKL_OK;
	err = skl_clock_store_stop(turn->txn, SKL_CLOCK_RECALL, detail_case(detail), partner,
				   detail->id.data, skl_tasks_see_stopped, turn, NULL);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

struct look {
	const char *recipient;
	const Schakel__V1__MessageDetail *detail;
	bool is_open;
};

static bool see_clock(void *arg, const struct skl_clock_row *row)
{
	struct look *look = arg;

	look->is_open = row->clock == SKL_CLOCK_RECALL &&
			skl_mandate_is_at(look->recipient, row->partner) &&
			memcmp(row->message_id, look->detail->id.data, SKL_ID_BYTES) == 0;
	return !look->is_open;
}

bool skl_recall_is_open(struct skl_turn *turn, const char *recipient,
			const Schakel__V1__MessageDetail *detail)
{
	struct look look = {.recipient = recipient, .detail = detail};
	unsigned count = 0;
	enum skl_err err;

	if (!skl_catalogue_repairs((uint32_t)detail->kind) || detail->id.len != SKL_ID_BYTES)
		return false;
	err = skl_clock_store_of_case(turn->txn, detail_case(detail), see_clock, &look, &count);
	return err == SKL_OK && look.is_open;
}
