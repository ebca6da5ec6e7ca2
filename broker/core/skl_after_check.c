/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_after_check.h"

#include <stdio.h>
#include <string.h>

#include "skl_core.h"
#include "skl_hash.h"
#include "skl_hub_event.h"
#include "skl_leaf.h"
#include "skl_log.h"
#include "skl_mandate.h"
#include "skl_random.h"
#include "skl_tasks.h"

/* --- which use ---------------------------------------------------------------------------- */

/* The id of the task: it says which use, and needs no row of its own. */
static void task_id(const char *partner, const uint8_t *message_id, uint8_t ret_id[SKL_ID_BYTES])
{
	uint8_t named[SKL_ID_BYTES + SKL_STORE_NAME_MAX];
	uint8_t digest[32];
	size_t len = strnlen(partner, SKL_STORE_NAME_MAX);

	memcpy(named, message_id, SKL_ID_BYTES);
	memcpy(named + SKL_ID_BYTES, partner, len);
	skl_hash_prefixed("schakel/v1 after-check\n", skl_view_of(named, SKL_ID_BYTES + len),
			  digest);
	memcpy(ret_id, digest, SKL_ID_BYTES);
}

/* A look at the clocks of a case for one of a partner: by its task, or by its message. */
struct look {
	const char *partner;
	const uint8_t *task;       /* or NULL */
	const uint8_t *message_id; /* or NULL */
	bool is_found;
	struct skl_clock_row row;
};

static bool see_clock(void *arg, const struct skl_clock_row *row)
{
	struct look *look = arg;
	uint8_t id[SKL_ID_BYTES];

	if (row->clock != SKL_CLOCK_BREAK_GLASS || strcmp(row->partner, look->partner) != 0)
		return true;
	task_id(row->partner, row->message_id, id);
	if ((look->task && memcmp(id, look->task, sizeof(id)) != 0) ||
	    (look->message_id && memcmp(row->message_id, look->message_id, sizeof(id)) != 0))
		return true;
	look->is_found = true;
	look->row = *row;
	return false;
}

static const uint8_t no_case[SKL_STORE_ID_BYTES];

static enum skl_err look_for(struct skl_turn *turn, const uint8_t *case_ref, struct look *look)
{
	unsigned count = 0;
	enum skl_err err = skl_clock_store_of_case(turn->txn, case_ref ? case_ref : no_case,
						   see_clock, look, &count);

	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

bool skl_after_check_is_open(struct skl_turn *turn, const char *partner, const uint8_t *case_ref,
			     const uint8_t *message_id)
{
	struct look look = {.partner = partner, .message_id = message_id};

	return look_for(turn, case_ref, &look) == SKL_OK && look.is_found;
}

/* --- the check ------------------------------------------------------------------------------- */

/* Two pairs of eyes: who broke the glass does not check it. Unreadable: not checked. */
static bool is_own(struct skl_turn *turn, const struct skl_item *item, uint64_t index)
{
	const Schakel__V1__FactRow *checked_by =
		skl_envelope_find_fact(item->env, SKL_FACT_CHECKED_BY);
	Schakel__V1__MessageDetail *detail = NULL;

	return !checked_by ||
	       !skl_opens_read_part(turn, index, 0, &schakel__v1__message_detail__descriptor,
				    &detail) ||
	       strcmp(checked_by->text, detail->user_ref) == 0;
}

enum skl_err skl_after_check_find(struct skl_turn *turn, const struct skl_item *item,
				  struct skl_after_check *ret_check)
{
	const Schakel__V1__Common *common = item->env->common;
	const Schakel__V1__EventRow *task = skl_envelope_find_event(item->env, SKL_EVENT_TASK);
	struct look look = {.partner = item->peer->id};
	enum skl_err err;

	*ret_check = (struct skl_after_check){0};
	if ((uint32_t)common->kind != SKL_KIND_TASK_DONE || !task ||
	    task->value != SKL_TASK_AFTER_CHECK || task->ref.len != SKL_ID_BYTES)
		return SKL_OK;
	look.task = task->ref.data;
	err = look_for(turn, common->case_ref.len ? common->case_ref.data : NULL, &look);
	if (err != SKL_OK || !look.is_found)
		return err;
	ret_check->is_found = true;
	ret_check->clock = look.row;
	ret_check->is_own = is_own(turn, item, look.row.entry_index);
	return SKL_OK;
}

/* --- who hears of it ----------------------------------------------------------------------------
 */

struct told {
	const struct skl_dir_partner *rows[SKL_AFTER_CHECK_SUPERVISORS];
	size_t count;
};

static bool is_told(const struct told *told, const struct skl_dir_partner *partner)
{
	for (size_t i = 0; i < told->count; i++)
		if (told->rows[i] == partner)
			return true;
	return false;
}

/* Whose mandate covers the disclosure; a court's is for its own proceedings. */
static void find_told(struct skl_turn *turn, uint64_t index, struct told *told)
{
	const struct skl_directory *directory = turn->hub->law.directory;
	struct skl_leaf leaf;

	told->count = 0;
	if (skl_trail_entry(turn->txn, index, &leaf) != SKL_OK)
		return;
	for (size_t i = 0; i < skl_directory_mandate_count(directory); i++) {
		const struct skl_dir_mandate *mandate = skl_directory_mandate_at(directory, i);
		const struct skl_dir_partner *partner =
			skl_directory_partner_at(directory, mandate->partner);

		if (mandate->kind == SKL_MANDATE_COURT_ORDER || is_told(told, partner) ||
		    skl_held_is_out(turn->hub, partner->id) ||
		    !skl_mandate_is_in_force(mandate, turn->now_ms) ||
		    !skl_mandate_covers(directory, mandate, &leaf))
			continue;
		if (told->count == SKL_AFTER_CHECK_SUPERVISORS)
			return;
		told->rows[told->count++] = partner;
	}
}

enum skl_err skl_after_check_late(struct skl_turn *turn, const struct skl_clock_row *row,
				  uint64_t late_index)
{
	char text_nl[160], text_en[160];
	struct skl_offer_notice notice = {
		.clock = row->clock,
		.ref = row->message_id,
		.text_nl = text_nl,
		.text_en = text_en,
		.entry_index = late_index,
	};
	struct told told;
	enum skl_err err = SKL_OK;

	(void)snprintf(text_nl, sizeof(text_nl), "Nacontrole van een doorbreking te laat: %s.",
		       row->partner); /* fits */
	(void)snprintf(text_en, sizeof(text_en), "After-check of break-glass is late: %s.",
		       row->partner); /* fits */
	find_told(turn, row->entry_index, &told);
	for (size_t i = 0; i < told.count && err == SKL_OK; i++) {
		notice.partner = told.rows[i]->id;
		err = skl_offer_push_notice(turn, &notice);
	}
	return err;
}

/* An entry and a notice. */
static enum skl_err tell(struct skl_turn *turn, const struct skl_item *item, uint64_t index,
			 struct skl_offer_notice *notice)
{
	const struct skl_record_note note = {
		.kind = SKL_ENTRY_NOTICE,
		.recipient = notice->partner,
		.names = true,
		.names_index = index,
		.message_id = item->id,
		.case_ref = notice->case_ref,
		.clock = SKL_CLOCK_BREAK_GLASS,
		.due_ms = notice->due_ms,
		.task = notice->task,
		.notice = notice->id,
	};
	struct skl_trail_ref ref;
	enum skl_err err = skl_record_note(turn, &note, &ref);

	if (err != SKL_OK)
		return err;
	notice->clock = SKL_CLOCK_BREAK_GLASS;
	notice->ref = item->id;
	notice->entry_index = ref.index;
	return skl_offer_push_notice(turn, notice);
}

/* Only recorded: the card was with who looked. */
static bool looks_at_card(const struct skl_item *item)
{
	return (uint32_t)item->env->common->kind == SKL_KIND_CRISIS_LOOKUP;
}

static enum skl_err tell_supervisor(struct skl_turn *turn, const struct skl_item *item,
				    uint64_t index, const char *supervisor)
{
	char text_nl[200], text_en[200];
	struct skl_offer_notice notice = {
		.partner = supervisor, .text_nl = text_nl, .text_en = text_en};

	if (looks_at_card(item)) {
		(void)snprintf(text_nl, sizeof(text_nl),
			       "Crisiskaart ingezien door %s. Een ander dan wie keek kijkt dat na.",
			       item->peer->id); /* fits */
		(void)snprintf(text_en, sizeof(text_en),
			       "Crisis card looked at by %s. Somebody else than who looked checks "
			       "that.",
			       item->peer->id); /* fits */
		return tell(turn, item, index, &notice);
	}
	(void)snprintf(text_nl, sizeof(text_nl),
		       "Doorbreking door %s: gegevens gingen op grond van vitaal belang. Een ander "
		       "dan wie doorbrak kijkt dat na.",
		       item->peer->id); /* fits */
	(void)snprintf(
		text_en, sizeof(text_en),
		"Break-glass by %s: data went on the ground of vital interest. Somebody else "
		"than who broke it checks that.",
		item->peer->id); /* fits */
	return tell(turn, item, index, &notice);
}

/* Who made the agreements hears that they were needed; nothing is asked. */
static enum skl_err tell_lead(struct skl_turn *turn, const struct skl_ask *ask,
			      const struct skl_item *item, uint64_t index)
{
	const Schakel__V1__Common *common = item->env->common;
	uint8_t *id = skl_arena_alloc(turn->arena, SKL_ID_BYTES);
	struct skl_offer_notice notice = {
		.partner = ask->has_case ? skl_tasks_lead(turn, &ask->held) : NULL,
		.case_ref = common->case_ref.len == SKL_ID_BYTES ? common->case_ref.data : NULL,
		.id = id,
		.text_nl = "De politie heeft de crisiskaart van deze zaak ingezien. Bel zo nodig "
			   "wie erop afging, en kijk of de afspraken nog kloppen.",
		.text_en = "The police looked at the crisis card of this case. Call who went "
			   "there if needed, and see whether the agreements still hold.",
	};

	if (!id)
		return SKL_ENOMEM;
	skl_random_fill(NULL, id, SKL_ID_BYTES);
	return notice.partner ? tell(turn, item, index, &notice) : SKL_OK;
}

static enum skl_err lay_task(struct skl_turn *turn, const struct skl_item *item, uint64_t index,
			     int64_t due_ms)
{
	const Schakel__V1__Common *common = item->env->common;
	uint8_t *id = skl_arena_alloc(turn->arena, SKL_ID_BYTES);
	struct skl_offer_notice notice = {
		.partner = item->peer->id,
		.desk = common->sender_desk,
		.case_ref = common->case_ref.len == SKL_ID_BYTES ? common->case_ref.data : NULL,
		.task = SKL_TASK_AFTER_CHECK,
		.id = id,
		.due_ms = due_ms,
		.text_nl = "Er is een doorbreking gebruikt. Laat een collega nakijken of dat "
			   "terecht was, en meld dat de nacontrole gedaan is. De toezichthouder "
			   "weet van de doorbreking.",
		.text_en = "The glass was broken. Have a colleague check whether that was right, "
			   "and say that the after-check was made. The supervisor knows.",
	};

	if (looks_at_card(item)) {
		notice.text_nl = "Een crisiskaart is ingezien. Laat een collega nakijken of dat "
				 "terecht was, en meld dat de nacontrole gedaan is.";
		notice.text_en = "A crisis card was looked at. Have a colleague check whether that "
				 "was right, and say that the after-check was made.";
	}

	if (!id)
		return SKL_ENOMEM;
	task_id(item->peer->id, item->id, id);
	return tell(turn, item, index, &notice);
}

static const struct skl_part *breaking_part(const struct skl_item *item)
{
	for (size_t i = 0; i < item->part_count; i++)
		if (item->parts[i].is_released && item->parts[i].decision.is_break_glass)
			return &item->parts[i];
	return NULL;
}

static int64_t due_of(const struct skl_decision *decision)
{
	for (size_t i = 0; i < decision->clock_count; i++)
		if (decision->clocks[i].clock == SKL_CLOCK_BREAK_GLASS &&
		    !decision->clocks[i].is_stop)
			return decision->clocks[i].due_ms;
	return 0;
}

enum skl_err skl_after_check_ask(struct skl_turn *turn, const struct skl_ask *ask,
				 const struct skl_item *item)
{
	const struct skl_part *part = breaking_part(item);
	struct told told;
	enum skl_err err;

	if (!part)
		return SKL_OK;
	find_told(turn, part->ref.index, &told);
	err = lay_task(turn, item, part->ref.index, due_of(&part->decision));
	for (size_t i = 0; i < told.count && err == SKL_OK; i++)
		err = tell_supervisor(turn, item, part->ref.index, told.rows[i]->id);
	if (err == SKL_OK && looks_at_card(item))
		err = tell_lead(turn, ask, item, part->ref.index);
	if (err != SKL_OK)
		return err;
	turn->counts[SKL_COUNT_BREAK_GLASS]++;
	skl_log(SKL_LOG_NOTICE, skl_hub_event.break_glass, "partner=%s supervisors=%zu",
		item->peer->id, told.count);
	return SKL_OK;
}
