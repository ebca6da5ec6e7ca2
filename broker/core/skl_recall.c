/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_recall.h"

#include <stdio.h>
#include <string.h>

#include "skl_core.h"
#include "skl_index.h"
#include "skl_leaf.h"
#include "skl_mandate.h"
#include "skl_tasks.h"

struct recall {
	struct skl_turn *turn;
	const struct skl_item *item;
	const uint8_t *id;    /* of the message that is recalled */
	uint64_t entry_index; /* of its first decision */
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

/* Wpg 4(4), 28(5): whoever got it is told. Who is not addressed now is left to a person. */
static enum skl_err say_who_else(struct recall *recall, const char *partner)
{
	char *nl = skl_arena_alloc(recall->turn->arena, 256);
	char *en = skl_arena_alloc(recall->turn->arena, 256);
	const Schakel__V1__Common *common = recall->item->env->common;
	const struct skl_tasks_new task = {
		.partner = recall->item->peer->id,
		.task = SKL_TASK_RECALL_ONWARD,
		.message_id = recall->id,
		.case_ref = common->case_ref.len == SKL_ID_BYTES ? common->case_ref.data : NULL,
		.names_index = recall->entry_index,
		.text_nl = nl,
		.text_en = en,
	};

	if (!nl || !en)
		return SKL_ENOMEM;
	(void)snprintf(nl, 256,
		       "Dit bericht ging ook naar %s. Roep het daar ook terug, als dat "
		       "nog niet is gebeurd.",
		       partner); /* names fit */
	(void)snprintf(en, 256,
		       "This message also went to %s. Recall it there too, if that was "
		       "not done yet.",
		       partner);
	return skl_tasks_give(recall->turn, &task);
}

static enum skl_err recall_one(struct recall *recall)
{
	unsigned count = 0;
	enum skl_err err;

	recall->partner_count = 0;
	err = skl_index_list(recall->turn->txn, SKL_INDEX_MESSAGE,
			     skl_view_of(recall->id, SKL_ID_BYTES), 0, 2 * SKL_LIMIT_RECIPIENTS_N,
			     see_recipient, recall, &count);
	if (err == SKL_ENOTFOUND)
		return SKL_OK;
	for (size_t i = 0; i < recall->partner_count && err == SKL_OK; i++) {
		err = take_back_from(recall, recall->partners[i]);
		if (err == SKL_OK && !recall->waiting_count &&
		    !is_addressed(recall->item, recall->partners[i]))
			err = say_who_else(recall, recall->partners[i]);
	}
	return err;
}

enum skl_err skl_recall_apply(struct skl_turn *turn, const struct skl_item *item)
{
	struct recall *recall;

	if ((unsigned)item->env->common->kind != SKL_KIND_RECALL)
		return SKL_OK;
	recall = skl_arena_alloc(turn->arena, sizeof(*recall));
	if (!recall)
		return SKL_ENOMEM;
	*recall = (struct recall){.turn = turn, .item = item, .id = skl_ask_answered_id(item->env)};
	return recall->id ? recall_one(recall) : SKL_OK;
}
