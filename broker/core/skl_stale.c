/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * A permit rests on a policy, a directory and a case. If one of them has changed since, the message
 * is decided again before it is offered: what would now be narrower is withheld, and nothing ever
 * becomes wider, because header and sections stay those of the first decision.
 *
 * Not decided again: whether the recipient is competent. The municipality is a fact for the moment
 * of the decision and is not kept (P9).
 */

#include <string.h>

#include "skl_core.h"
#include "skl_frame.h"
#include "skl_hub_event.h"
#include "skl_leaf.h"
#include "skl_log.h"
#include "skl_role.h"
#include "skl_unpack.h"

#define BIT(n) (UINT64_C(1) << (unsigned)(n))

/* The message as it was permitted, and what would be decided now. */
struct again {
	const struct skl_outbox_item *item;
	Schakel__V1__OfferedMessage *offered;
	uint16_t positions; /* of the recipient's desk, then */
	bool has_left;      /* its part in the case is over (rule 21) */
	struct skl_policy_request request;
	struct skl_decision decision;
};

/* Did the recipient's part in the case end while the message waited (rule 21)? Time
 * changes no version. */
static bool has_left(const struct skl_case *held, const struct skl_outbox_item *item,
		     int64_t now_ms)
{
	for (size_t i = 0; i < held->participant_count; i++) {
		const struct skl_case_participant *row = &held->participant[i];

		if (strcmp(row->partner, item->partner) == 0 &&
		    (!row->desk[0] || !item->desk[0] || strcmp(row->desk, item->desk) == 0) &&
		    row->until_ms > item->accepted_ms && row->until_ms <= now_ms)
			return true;
	}
	return false;
}

bool skl_stale_is(struct skl_turn *turn, const struct skl_outbox_item *item)
{
	const struct skl_law *law = &turn->hub->law;
	static const uint8_t nowhere[SKL_STORE_ID_BYTES];
	struct skl_case held;

	if (item->type != SKL_OUTBOX_MESSAGE)
		return false;
	if (skl_held_any(turn->hub, item->sender))
		return true;
	if (memcmp(item->stamps.policy_digest, law->policy_digest, 32) != 0 ||
	    item->stamps.directory_number != skl_directory_number(law->directory))
		return true;
	/* A case that cannot be read is a changed one. */
	return item->has_case &&
	       (skl_case_get(turn->txn, item->case_ref, &held) != SKL_OK ||
		memcmp(held.moved_to, nowhere, sizeof(nowhere)) != 0 ||
		held.version != item->stamps.case_version || has_left(&held, item, turn->now_ms));
}

/* The input of the first decision, from its entry, with what the consents in it say now. */
static enum skl_err first_request(struct skl_turn *turn, const struct skl_outbox_item *item,
				  struct skl_policy_request *ret_request)
{
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_trail_part part = {0};
	struct skl_buf buf;
	enum skl_err err;

	skl_buf_init(&buf, SKL_TRAIL_PART_MAX);
	err = skl_trail_detail(turn->txn, item->entry_index, 0, &buf, &part);
	if (err == SKL_OK && part.is_erased)
		err = SKL_ENOTFOUND;
	if (err == SKL_OK)
		err = skl_unpack(&schakel__v1__message_detail__descriptor, skl_buf_view(&buf),
				 turn->arena, &detail);
	if (err == SKL_OK)
		err = skl_policy_request_decode(
			skl_view_of(detail->decision_input.data, detail->decision_input.len),
			ret_request);
	if (err == SKL_OK)
		err = skl_agreed_again(turn, item, detail, ret_request);
	skl_buf_done(&buf);
	return err;
}

static enum skl_err decide_again(struct skl_turn *turn, struct again *again)
{
	const struct skl_outbox_item *item = again->item;
	const struct skl_law *law = &turn->hub->law;
	Schakel__V1__Common *common = NULL;
	uint8_t case_ref[SKL_STORE_ID_BYTES];
	struct skl_ask ask = {0};
	enum skl_err err = first_request(turn, item, &again->request);

	if (err == SKL_OK)
		err = skl_offer_message(turn, item, &again->offered);
	if (err == SKL_OK)
		err = skl_unpack(
			&schakel__v1__common__descriptor,
			skl_view_of(again->offered->common.data, again->offered->common.len),
			turn->arena, &common);
	if (err != SKL_OK)
		return err;
	if (common->signing_key_id.len != SKL_KEY_ID_BYTES ||
	    skl_held_key(turn->hub, common->signing_key_id.data))
		return SKL_EKEYREVOKED;
	if (skl_held_is_out(turn->hub, item->sender))
		return SKL_EDENIED;
	ask.sender = skl_directory_partner(law->directory, skl_view_str(item->sender));
	if (item->has_case) {
		err = skl_case_resolve(turn->txn, item->case_ref, case_ref);
		if (err == SKL_OK)
			err = skl_case_get(turn->txn, case_ref, &ask.held);
		ask.has_case = err == SKL_OK;
		if (err != SKL_OK && err != SKL_ENOTFOUND)
			return err;
	}
	again->positions = again->request.positions;
	again->has_left = ask.has_case && skl_role_is_needed(again->request.kind) &&
			  skl_role_has_ended(&ask.held, item->partner, item->desk, turn->now_ms);
	skl_ask_again(turn, &ask, common->sender_desk, item->partner, item->desk, &again->request);
	skl_policy_decide(law->policy, law->emergency, &again->request, &again->decision);
	return SKL_OK;
}

static bool is_allowed(const struct skl_decision *decision, uint32_t number)
{
	for (uint32_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].number == number)
			return decision->sections[i].is_allowed;
	return false;
}

/* Does what the desk is in the case now close rows that were open to what it was? */
static bool is_moved(const struct again *again)
{
	unsigned lost = again->positions & ~(unsigned)again->request.positions;
	unsigned gained = again->request.positions & ~(unsigned)again->positions;

	return lost || (gained & (1u << SKL_DESK_POSITION_HELPER_OF_PERPETRATOR));
}

static bool is_code_closed(const struct again *again, enum skl_opens opens, uint64_t may_know,
			   unsigned code)
{
	switch (opens) {
	case SKL_OPENS_RULE:
		return !(may_know & BIT(code));
	case SKL_OPENS_PARTY:
	case SKL_OPENS_STATEMENT:
	case SKL_OPENS_SECTION:
		return !(may_know & BIT(code)) || is_moved(again);
	case SKL_OPENS_HUB:
	case SKL_OPENS_ALWAYS:
	case SKL_OPENS_REF:
	default:
		return false;
	}
}

/* A row in the header that would stay behind now. Unreadable: it would. */
static bool is_row_closed(struct skl_turn *turn, const struct again *again,
			  const Schakel__V1__SaltedRow *salted)
{
	const struct skl_row_fields *fields = NULL;
	Schakel__V1__Row *row = NULL;

	if (skl_unpack(&schakel__v1__row__descriptor,
		       skl_view_of(salted->row.data, salted->row.len), turn->arena, &row) != SKL_OK)
		return true;
	switch ((unsigned)row->row_case) {
	case SCHAKEL__V1__ROW__ROW_FACT:
		fields = skl_fact_fields((uint32_t)row->fact->code);
		return !fields || is_code_closed(again, fields->opens, again->decision.facts,
						 (unsigned)row->fact->code);
	case SCHAKEL__V1__ROW__ROW_EVENT:
		fields = skl_event_fields((uint32_t)row->event->code);
		return !fields || is_code_closed(again, fields->opens, again->decision.events,
						 (unsigned)row->event->code);
	case SCHAKEL__V1__ROW__ROW_CONSENT:
		return is_moved(again);
	default: /* of sections, and what always goes along */
		return false;
	}
}

static bool is_narrower(struct skl_turn *turn, const struct again *again)
{
	if (again->has_left || (again->decision.outcome != SKL_OUTCOME_PERMITTED &&
				again->decision.outcome != SKL_OUTCOME_CUT))
		return true;
	for (size_t i = 0; i < again->item->section_count; i++)
		if (!is_allowed(&again->decision, again->item->section[i]))
			return true;
	for (size_t i = 0; i < again->offered->n_rows; i++)
		if (is_row_closed(turn, again, again->offered->rows[i]))
			return true;
	return false;
}

static enum skl_err withhold(struct skl_turn *turn, const struct skl_outbox_item *item,
			     enum skl_outcome outcome, const char *text_nl, const char *text_en)
{
	const struct skl_undelivered why = {
		.kind = SKL_ENTRY_WITHHELD,
		.outcome = outcome,
		.state = SKL_DELIVERY_WITHHELD,
		.text_nl = text_nl,
		.text_en = text_en,
	};

	skl_log(SKL_LOG_NOTICE, skl_hub_event.offer_withheld, "partner=%s sender=%s", item->partner,
		item->sender);
	turn->counts[SKL_COUNT_WITHHELD]++;
	return skl_undelivered(turn, item, &why);
}

static enum skl_err withhold_narrower(struct skl_turn *turn, const struct again *again)
{
	return withhold(turn, again->item,
			again->decision.outcome == SKL_OUTCOME_DENIED_FORBIDDEN
				? SKL_OUTCOME_DENIED_FORBIDDEN
				: SKL_OUTCOME_DENIED_NO_RULE,
			"Bericht achtergehouden: na het versturen zijn de regels, de partners of "
			"de zaak veranderd; zo mag het niet meer. Bekijk het opnieuw; bij acuut "
			"gevaar: bel 112, wacht niet op dit systeem.",
			"Message withheld: rules, partners or case changed after it was sent; it "
			"may no longer go like this. Look again; in acute danger call 112, do "
			"not wait for this system.");
}

/* The operator revoked the key it was signed with: for ever, whoever has it. */
static enum skl_err withhold_revoked(struct skl_turn *turn, const struct skl_outbox_item *item)
{
	return withhold(
		turn, item, SKL_OUTCOME_DENIED_FORBIDDEN,
		"Bericht achtergehouden: de sleutel waarmee het is ondertekend is "
		"ingetrokken. Verstuur het opnieuw met de nieuwe sleutel; bij acuut gevaar: "
		"bel 112, wacht niet op dit systeem.",
		"Message withheld: the key it was signed with was revoked. Send it again "
		"with the new key; in acute danger call 112, do not wait for this system.");
}

/* What could not be decided waits for a person; it holds its own case alone. */
static enum skl_err park(struct skl_turn *turn, const struct skl_outbox_item *item,
			 enum skl_err why_not)
{
	const bool is_kept_out = why_not == SKL_EDENIED;
	const struct skl_parked why = {
		.park = is_kept_out ? SKL_OUTBOX_PARK_SUSPENDED : SKL_OUTBOX_PARK_STALE,
		.task = SKL_TASK_CALL_RECIPIENT,
		.is_for_person = true,
		.text = is_kept_out ? "its sender is suspended" : "it cannot be decided again",
		.text_nl = "Bericht wacht bij het knooppunt en is niet bezorgd. Bel de ontvanger; "
			   "bij acuut gevaar: bel 112, wacht niet op dit systeem. De beheerder van "
			   "het knooppunt weet waarom.",
		.text_en =
			"Message waits at the hub and is not delivered. Call the recipient; in "
			"acute danger call 112, do not wait for this system. The operator of the "
			"hub knows why.",
	};

	return skl_parked(turn, item, &why);
}

enum skl_err skl_stale_settle(struct skl_turn *turn, const struct skl_outbox_item *item,
			      bool *ret_may_go)
{
	struct again *again = skl_arena_alloc(turn->arena, sizeof(*again));
	enum skl_err err;

	*ret_may_go = false;
	if (!again)
		return SKL_ENOMEM;
	again->item = item;
	err = decide_again(turn, again);
	if (err == SKL_ENOMEM || err == SKL_EIO)
		return err;
	if (err == SKL_OK && again->decision.outcome != SKL_OUTCOME_ERROR) {
		*ret_may_go = !is_narrower(turn, again);
		if (*ret_may_go && !skl_rewrap_is_needed(turn, item, again->offered))
			return SKL_OK;
		turn->settled++;
		if (*ret_may_go) {
			*ret_may_go = false;
			return skl_rewrap_ask(turn, item);
		}
		return withhold_narrower(turn, again);
	}
	turn->settled++;
	return err == SKL_EKEYREVOKED ? withhold_revoked(turn, item) : park(turn, item, err);
}
