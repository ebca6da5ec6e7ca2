/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Mail that waits for somebody: its row says for whom, an entry says since when, and its sender
 * hears of it.
 *
 * What counts as a failed hand-over: the recipient was sent an offer, and its session ended without
 * a receipt for it, by silence, a lost connection, a broken message or a newer session. A recipient
 * that an offer brings down would otherwise be brought down by it for ever. What does not count: an
 * orderly end (BYE), a session that the hub ended, a restart of the hub, an offer that could not be
 * sent (EAGAIN). A receipt `refused` is an answer: it is final, and ends the delivery.
 */

#include <stdio.h>

#include "skl_core.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_random.h"

enum skl_err skl_parked(struct skl_turn *turn, const struct skl_outbox_item *item,
			const struct skl_parked *why)
{
	struct skl_trail_ref ref;
	uint8_t id[SKL_ID_BYTES];
	struct skl_offer_notice notice = {
		.partner = item->sender,
		.ref = item->message_id,
		.recipient = skl_offer_recipient(item),
		.state = SKL_DELIVERY_PARKED,
		.task = why->task,
		.id = why->is_for_person ? id : NULL,
		.text_nl = why->text_nl,
		.text_en = why->text_en,
	};
	enum skl_err err = skl_outbox_park(turn->txn, item->number, why->park);

	turn->has_parked = true;
	skl_log(SKL_LOG_WARNING, skl_hub_event.offer_parked, "partner=%s offer=%llu why=\"%s\"",
		item->partner, (unsigned long long)item->number, why->text);
	if (err != SKL_OK || item->type != SKL_OUTBOX_MESSAGE)
		return err;
	skl_uuid7_new(turn->now_ms, NULL, id);
	err = skl_record_mail(turn, item, SKL_ENTRY_NOTICE, why->text, &ref);
	if (err != SKL_OK)
		return err;
	notice.entry_index = ref.index;
	return skl_offer_push_notice(turn, &notice);
}

enum skl_err skl_parked_stuck(struct skl_turn *turn, const struct skl_outbox_item *item,
			      const char *text)
{
	const struct skl_parked why = {
		.park = SKL_OUTBOX_PARK_STUCK,
		.task = SKL_TASK_CALL_RECIPIENT,
		.is_for_person = true,
		.text = text,
		.text_nl =
			"Bericht wacht: het lukt niet om het bij de ontvanger te bezorgen. Bel de "
			"ontvanger; bij acuut gevaar: bel 112, wacht niet op dit systeem. De "
			"beheerder van het knooppunt kijkt ernaar.",
		.text_en =
			"Message waits: it cannot be delivered to the recipient. Call them; in "
			"acute danger call 112, do not wait for this system. The operator of the "
			"hub looks at it.",
	};

	return skl_parked(turn, item, &why);
}

/*
 * When it may go again: after the first failure, which hits all that was on its way with it, at
 * once and in its old place; then after 1, 2, 4 s.
 */
static int64_t not_before_ms(int64_t now_ms, uint32_t refusals)
{
	int64_t delay_ms = 1000;

	if (refusals < 2)
		return 0;
	for (uint32_t i = 2; i < refusals && delay_ms < SKL_OUTBOX_WAIT_MAX_MS; i++)
		delay_ms *= 2;
	return now_ms + (delay_ms < SKL_OUTBOX_WAIT_MAX_MS ? delay_ms : SKL_OUTBOX_WAIT_MAX_MS);
}

static enum skl_err count_failure(struct skl_turn *turn, uint64_t number)
{
	struct skl_outbox_item *item = skl_arena_alloc(turn->arena, sizeof(*item));
	uint32_t refusals = 0;
	char text[64];
	enum skl_err err = item ? skl_outbox_get(turn->txn, number, item) : SKL_ENOMEM;

	if (err != SKL_OK || item->state != SKL_OUTBOX_OFFERED)
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	err = skl_outbox_refused(turn->txn, number, not_before_ms(turn->now_ms, item->refusals + 1),
				 &refusals);
	if (err != SKL_OK || refusals < turn->hub->opts.stuck_after)
		return err;
	err = skl_outbox_get(turn->txn, number, item);
	if (err != SKL_OK)
		return err;
	(void)snprintf(text, sizeof(text), "stuck: %u times offered without a receipt",
		       (unsigned)refusals); /* fits */
	return skl_parked_stuck(turn, item, text);
}

enum skl_err skl_parked_return(struct skl_turn *turn, const struct skl_peer *peer)
{
	unsigned count = SKL_STORE_PAGE_MAX, total = peer->lost_count;
	enum skl_err err = SKL_OK;

	for (uint32_t i = 0; i < peer->lost_count && err == SKL_OK; i++)
		err = count_failure(turn, peer->lost[i]);
	while (err == SKL_OK && count == SKL_STORE_PAGE_MAX) {
		err = skl_outbox_return_all(turn->txn, peer->id, &count);
		total += count;
	}
	return err == SKL_OK && !total ? SKL_ENOTFOUND : err;
}
