/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What one recipient is in a case, for the choice of the rows it gets. What cannot be found out
 * stays closed: a storage error, an erased detail, a helper of whom nobody recorded whom it helps.
 */

#include <string.h>

#include "skl_core.h"
#include "skl_index.h"
#include "skl_leaf.h"
#include "skl_store.h"
#include "skl_unpack.h"

#define ENTRIES_MAX 256 /* entries of a case looked at for whom a desk helps */

struct place {
	struct skl_turn *turn;
	const struct skl_part *part;
};

static bool is_permit(enum skl_outcome outcome)
{
	return outcome == SKL_OUTCOME_PERMITTED || outcome == SKL_OUTCOME_CUT;
}

/* Is the place of an entry this very desk's? */
static bool is_place(const char *place, const Schakel__V1__RecipientRow *row)
{
	size_t len = strlen(row->partner);

	return strncmp(place, row->partner, len) == 0 &&
	       (place[len] == 0 || (place[len] == '/' && strcmp(place + len + 1, row->desk) == 0));
}

bool skl_opens_read_part(const struct skl_turn *turn, uint64_t index, uint32_t number,
			 const ProtobufCMessageDescriptor *type, void *ret_message)
{
	struct skl_trail_part part;
	struct skl_buf buf;
	bool is_read;

	skl_buf_init(&buf, SKL_TRAIL_PART_MAX);
	is_read = skl_trail_detail(turn->txn, index, number, &buf, &part) == SKL_OK &&
		  !part.is_erased &&
		  skl_unpack(type, skl_buf_view(&buf), turn->arena, ret_message) == SKL_OK;
	skl_buf_done(&buf);
	return is_read;
}

static bool read_detail(struct skl_turn *turn, uint64_t index,
			Schakel__V1__MessageDetail **ret_detail)
{
	return skl_opens_read_part(turn, index, 0, &schakel__v1__message_detail__descriptor,
				   ret_detail);
}

/* --- which messages the desk knows ------------------------------------------------------ */

struct known {
	struct place *opens;
	const uint8_t *id;
	uint32_t section;
	bool is_known;
};

static bool got_section(const Schakel__V1__MessageDetail *detail, uint32_t section)
{
	for (size_t i = 0; i < detail->n_sections; i++)
		if (detail->sections[i]->number == section && detail->sections[i]->delivered)
			return true;
	return section == 0;
}

/* An index is never trusted: the entry's own detail says which message it is about. */
static bool see_known(void *arg, uint64_t index)
{
	struct known *known = arg;
	struct skl_turn *turn = known->opens->turn;
	const Schakel__V1__RecipientRow *me = known->opens->part->row;
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_leaf leaf;
	bool is_sender;

	if (skl_trail_entry(turn->txn, index, &leaf) != SKL_OK || leaf.kind != SKL_ENTRY_DECISION)
		return true;
	is_sender = strcmp(leaf.sender, me->partner) == 0;
	if (!is_sender && (!is_permit(leaf.outcome) || !is_place(leaf.recipient, me)))
		return true;
	if (read_detail(turn, index, &detail) && detail->id.len == SKL_ID_BYTES &&
	    memcmp(detail->id.data, known->id, SKL_ID_BYTES) == 0)
		known->is_known = is_sender || got_section(detail, known->section);
	return !known->is_known;
}

static bool knows(void *arg, const uint8_t ref[16], uint32_t section)
{
	struct known known = {arg, ref, section, false};
	unsigned count = 0;
	enum skl_err err = skl_index_list(known.opens->turn->txn, SKL_INDEX_MESSAGE,
					  skl_view_of(ref, SKL_ID_BYTES), 0, SKL_STORE_PAGE_MAX,
					  see_known, &known, &count);

	return err == SKL_OK && known.is_known;
}

/* --- whom the desk helps ------------------------------------------------------------------ */

/* Subjects are numbered per message: the same person is found by its tag. */
struct helped {
	struct skl_turn *turn;
	const struct skl_item *item;
	const struct skl_part *part;
	uint32_t *numbers; /* room for every subject of the message */
	size_t count;
};

static void add_helped(struct helped *helped, uint32_t number)
{
	for (size_t i = 0; i < helped->count; i++)
		if (helped->numbers[i] == number)
			return;
	helped->numbers[helped->count++] = number;
}

static bool makes_helper(const struct skl_part *part, const Schakel__V1__EventRow *row)
{
	return row->code == SCHAKEL__V1__EVENT_CODE__EVENT_PARTICIPANT && row->subject &&
	       row->value == SKL_DESK_POSITION_HELPER_OF_PERPETRATOR &&
	       strcmp(row->partner, part->row->partner) == 0 &&
	       strcmp(row->desk, part->row->desk) == 0;
}

/* The subject of this message with the tag, 0 if there is none. */
static uint32_t subject_of_tag(const struct helped *helped, ProtobufCBinaryData tag)
{
	const Schakel__V1__PseudonymRow *row;
	uint8_t mine[32];

	for (size_t i = 0; tag.len == 32 && (row = skl_envelope_pseudonym(helped->item->env, i));
	     i++)
		if (skl_ledger_tag(helped->turn, helped->item->env, row->subject, mine) == SKL_OK &&
		    memcmp(mine, tag.data, 32) == 0)
			return row->subject;
	return 0;
}

/* The person that an older entry calls by this number, as a subject of this message. */
static uint32_t translate(const struct helped *helped, uint64_t index, uint32_t number)
{
	for (uint32_t part = 1; part <= SKL_LIMIT_SUBJECTS_N; part++) {
		Schakel__V1__SubjectDetail *subject = NULL;

		if (!skl_opens_read_part(helped->turn, index, part,
					 &schakel__v1__subject_detail__descriptor, &subject))
			break;
		if (subject->number == number)
			return subject_of_tag(helped, subject->tag);
	}
	return 0;
}

/* Only a change that was made counts: what a sender merely claims would widen. */
static bool see_helped(void *arg, uint64_t index)
{
	struct helped *helped = arg;
	Schakel__V1__MessageDetail *detail = NULL;
	const struct skl_catalogue_kind *kind;
	struct skl_leaf leaf;

	if (skl_trail_entry(helped->turn->txn, index, &leaf) != SKL_OK ||
	    leaf.kind != SKL_ENTRY_DECISION || !is_permit(leaf.outcome) ||
	    !read_detail(helped->turn, index, &detail) ||
	    detail->case_change != SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED ||
	    detail->case_ref.len != SKL_STORE_ID_BYTES ||
	    memcmp(detail->case_ref.data, helped->item->env->common->case_ref.data,
		   SKL_STORE_ID_BYTES) != 0)
		return true;
	kind = skl_catalogue_kind((uint32_t)detail->kind);
	if (!kind || !(kind->changes & SKL_CHANGES_PARTICIPANTS))
		return true;
	for (size_t i = 0; i < detail->n_events; i++) {
		uint32_t number;

		if (!makes_helper(helped->part, detail->events[i]))
			continue;
		number = translate(helped, index, detail->events[i]->subject);
		if (number)
			add_helped(helped, number);
	}
	return true;
}

/* It matters only for a helper of the perpetrator: others hear every statement the rule opens. */
static enum skl_err find_helped(struct helped *helped)
{
	const ProtobufCBinaryData *case_ref = &helped->item->env->common->case_ref;
	size_t subjects = helped->item->env->of[SCHAKEL__V1__ROW__ROW_SUBJECT].count;
	unsigned count = 0;
	enum skl_err err;

	helped->numbers = skl_arena_array(helped->turn->arena, subjects + 1, sizeof(uint32_t));
	if (!helped->numbers)
		return SKL_ENOMEM;
	if (case_ref->len != SKL_STORE_ID_BYTES)
		return SKL_OK;
	err = skl_index_list(helped->turn->txn, SKL_INDEX_CASE,
			     skl_view_of(case_ref->data, case_ref->len), 0, ENTRIES_MAX, see_helped,
			     helped, &count);
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

/*
 * What the case says; and what this message itself makes the desk, where that narrows: who becomes
 * a helper of the perpetrator by it gets no statements in it.
 */
static uint32_t positions_of(const struct skl_item *item, const struct skl_part *part)
{
	uint32_t positions = part->request.positions;
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_PARTICIPANT &&
		    row->value == SKL_DESK_POSITION_HELPER_OF_PERPETRATOR &&
		    strcmp(row->partner, part->row->partner) == 0 &&
		    (!row->desk[0] || strcmp(row->desk, part->row->desk) == 0))
			positions |= 1u << SKL_DESK_POSITION_HELPER_OF_PERPETRATOR;
	return positions;
}

enum skl_err skl_opens_fill(struct skl_turn *turn, const struct skl_item *item,
			    const struct skl_part *part, struct skl_envelope_opens *ret_opens)
{
	struct place *opens = skl_arena_alloc(turn->arena, sizeof(*opens));
	struct helped helped = {.turn = turn, .item = item, .part = part};
	enum skl_err err = SKL_OK;

	if (!opens)
		return SKL_ENOMEM;
	*opens = (struct place){turn, part};
	*ret_opens = (struct skl_envelope_opens){
		.recipient = part->row->number,
		.sections = part->opens,
		.facts = part->decision.facts,
		.events = part->decision.events,
		.positions = positions_of(item, part),
		.knows = knows,
		.arg = opens,
	};
	if (ret_opens->positions & (1u << SKL_DESK_POSITION_HELPER_OF_PERPETRATOR))
		err = find_helped(&helped);
	ret_opens->helped = helped.numbers;
	ret_opens->helped_count = helped.count;
	return err;
}
