/* SPDX-License-Identifier: EUPL-1.2 */
/* A hub, or somebody between, that lies: nothing false is delivered, nothing false is believed. */
#include "fake_stage.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_client_impl.h"
#include "skl_clock.h"
#include "skl_unpack.h"

static void start_both(struct stage *stage)
{
	stage_start(stage, POLICE);
	stage_start(stage, VT);
	stage_until(stage, stage->police.ups == 1 && stage->vt.ups == 1);
}

/* The hub tells two lies; the message stays unanswered until it is honest. */
static void check_distrusted(struct stage *stage, const bool *lie)
{
	uint8_t id[16];
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_FORGED] == 1);
	stage_rounds(stage, 20);
	assert_int_equal(stage->police.result_count, 0);
	struct skl_out out = stage_outgoing(stage, id);
	assert_int_equal(out.state, SKL_OUT_SUBMITTED);
	assert_int_not_equal(out.last_err, SKL_OK);
	struct skl_client_status status;
	assert_int_equal(skl_client_status(stage->police.client, &status), SKL_OK);
	assert_int_equal(status.spool.promises, 0);
	/* It is sent again; the hub repeats its lie. */
	world_pass(2000);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_FORGED] == 2);
	assert_memory_equal(stage->hub.submit_digests[1], stage->hub.submit_digests[0], 32);
	*(bool *)(uintptr_t)lie = false;
	hub_forget(&stage->hub);
	world_pass(5000);
	stage_until(stage, stage->police.result_count == 1);
}

static void a_forged_promise_is_no_answer(void **state)
{
	struct stage *stage = *state;
	stage->hub.forges_promise = true;
	check_distrusted(stage, &stage->hub.forges_promise);
	/* The recipient took no message with a forged promise either. */
	assert_true(stage->vt.alarms[SKL_ALARM_PROMISE_FORGED] >= 1);
	stage_until(stage, stage->vt.message_count == 1);
}

static void an_answer_without_each_verdict_is_no_answer(void **state)
{
	struct stage *stage = *state;
	stage->hub.drops_verdict = true;
	check_distrusted(stage, &stage->hub.drops_verdict);
}

/* ---- tampered offers ---- */

struct stored_state {
	uint64_t in_open;
	uint64_t receipts;
};

static struct stored_state look(struct skl_client *client)
{
	struct skl_client_status status;
	assert_int_equal(skl_client_status(client, &status), SKL_OK);
	return (struct stored_state){status.spool.in_open, status.spool.receipts};
}

/* The reason of the only receipt queued, 0 if it is `stored`. */
static uint32_t queued_reason(struct skl_client *client)
{
	struct skl_spool_txn *txn;
	struct skl_buf item;
	struct skl_arena arena;
	Schakel__V1__ReceiptItem *receipt = NULL;
	uint64_t number;
	skl_buf_init(&item, 65536);
	skl_arena_init(&arena, 0, 0);
	assert_int_equal(skl_client_batch(client, &txn), SKL_OK);
	assert_int_equal(skl_spool_next(txn, SKL_QUEUE_RECEIPT, 0, &number, &item), SKL_OK);
	assert_int_equal(skl_unpack(&schakel__v1__receipt_item__descriptor, skl_buf_view(&item),
				    &arena, &receipt),
			 SKL_OK);
	uint32_t reason = (uint32_t)receipt->reason;
	unsigned delivery = (unsigned)receipt->state;
	assert_true(delivery == (reason ? SKL_DELIVERY_REFUSED : SKL_DELIVERY_STORED));
	skl_arena_done(&arena);
	skl_buf_done(&item);
	return reason;
}

/* What a batch that took an offer would store: identity of the message, and its contents. */
static void stored_digest(struct skl_client *client, uint8_t ret_digest[32], size_t *ret_opened,
			  size_t *ret_content)
{
	struct skl_spool_txn *txn;
	struct skl_in in;
	struct skl_buf body;
	skl_buf_init(&body, SKL_CLIENT_BODY_MAX);
	assert_int_equal(skl_client_batch(client, &txn), SKL_OK);
	assert_int_equal(skl_spool_in_next(txn, 0, &in), SKL_OK);
	assert_int_equal(skl_spool_in_body(txn, in.key, &body), SKL_OK);
	memcpy(ret_digest, in.digest, 32);
	*ret_opened = in.opened_count;
	*ret_content = body.len;
	skl_buf_done(&body);
}

struct flips {
	unsigned stored;
	unsigned refused;
	unsigned ended; /* the session would end: not even an id to name */
	unsigned reasons[32];
};

/* One flipped bit, the offer taken without a network, then forgotten. */
static void flip_one(struct stage *stage, struct skl_view *frames, size_t count, size_t frame,
		     size_t at, uint8_t bit, struct flips *flips, const uint8_t true_digest[32],
		     size_t true_content)
{
	struct skl_client *client = stage->vt.client;
	uint8_t *byte = (uint8_t *)(uintptr_t)&frames[frame].data[at];
	*byte ^= bit;
	enum skl_err err = skl_client_offer(client, frames[0], frames + 1, count - 1);
	*byte ^= bit;
	if (err) {
		assert_int_not_equal(err, SKL_ENOMEM);
		assert_int_not_equal(err, SKL_EBUG);
		flips->ended++;
	} else {
		uint32_t reason = queued_reason(client);
		if (reason) {
			flips->refused++;
			flips->reasons[reason]++;
		} else {
			/* Only what the sender did not sign may differ: number, clocks, order. */
			uint8_t digest[32];
			size_t opened;
			size_t content;
			stored_digest(client, digest, &opened, &content);
			assert_memory_equal(digest, true_digest, 32);
			assert_int_equal(opened, 2);
			assert_true(content + 32 > true_content && content < true_content + 32);
			flips->stored++;
		}
	}
	skl_spool_abort(client->batch);
	client->batch = NULL;
	client->has_incoming = false;
}

static void no_flipped_bit_is_delivered(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage_start(stage, POLICE);
	stage_start(stage, VT);
	struct skl_client *vt = stage->vt.client;
	stage->vt.client = NULL; /* not stepped: its session never begins */
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->hub.offer_count == 1);
	stage->vt.client = vt;
	struct hub_offer *offer = &stage->hub.offers[0];
	struct skl_view frames[3] = {skl_view_of(offer->body.data, offer->body.len)};
	for (size_t i = 0; i < 2; i++)
		frames[1 + i] = skl_view_of(offer->sections[i].data, offer->sections[i].len);

	uint8_t digest[32];
	size_t opened;
	size_t content;
	assert_int_equal(skl_client_offer(vt, frames[0], frames + 1, 2), SKL_OK);
	assert_int_equal(queued_reason(vt), 0);
	stored_digest(vt, digest, &opened, &content);
	assert_int_equal(opened, 2);
	skl_spool_abort(vt->batch);
	vt->batch = NULL;

	struct flips flips = {0};
	for (size_t frame = 0; frame < 3; frame++)
		for (size_t at = 0; at < frames[frame].len; at++)
			flip_one(stage, frames, 3, frame, at, (uint8_t)(1u << (at % 8)), &flips,
				 digest, content);
	struct stored_state now = look(vt);
	assert_int_equal(now.in_open, 0);
	assert_int_equal(now.receipts, 0);
	/* Almost everything is signed, hashed or sealed. */
	assert_true(flips.refused > 1000);
	assert_true(flips.stored < 16);
	assert_true(flips.reasons[SKL_REASON_SIGNATURE] > 100);
	assert_true(flips.reasons[SKL_REASON_CANNOT_OPEN] > 500);
	assert_int_equal(stage->vt.message_count, 0);
	/* Frames left out, doubled or swapped. */
	assert_int_equal(skl_client_offer(vt, frames[0], frames + 1, 1), SKL_OK);
	assert_int_equal(queued_reason(vt), SKL_REASON_CANNOT_OPEN);
	skl_spool_abort(vt->batch);
	vt->batch = NULL;
	/* A cut off body never ends in anything but an error or a refusal. */
	for (size_t len = 0; len < frames[0].len; len += 7) {
		enum skl_err err =
			skl_client_offer(vt, skl_view_of(frames[0].data, len), frames + 1, 2);
		assert_true(err || queued_reason(vt));
		skl_spool_abort(vt->batch);
		vt->batch = NULL;
	}
}

static void flip_section(void *arg, struct hub_bytes *frames, size_t count)
{
	unsigned *left = arg;
	if (*left && count > 1) {
		(*left)--;
		frames[1].data[frames[1].len / 2] ^= 4;
	}
}

static void a_refused_offer_may_come_again_whole(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	unsigned left = 1;
	stage->hub.tamper = flip_section;
	stage->hub.tamper_arg = &left;
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_REFUSED);
	stage_until(stage, stage->police.receipt_count == 1);
	assert_int_equal(stage->police.receipts[0].reason, SKL_REASON_CANNOT_OPEN);
	assert_int_equal(stage->vt.alarms[SKL_ALARM_OFFER_REFUSED], 1);
	assert_int_equal(stage->vt.message_count, 0);
	stage->hub.offers[0].state = HUB_WAITING;
	stage_until(stage, stage->vt.message_count == 1);
	/* For the sender a refusal is final, whatever comes after. */
	stage_rounds(stage, 20);
	assert_int_equal(stage_delivery(stage, id), SKL_DELIVERY_REFUSED);
}

static void a_forged_receipt_changes_nothing(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage->hub.forges_receipt = true;
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.alarms[SKL_ALARM_RECEIPT_FORGED] >= 1);
	stage_rounds(stage, 20);
	assert_int_equal(stage->police.receipt_count, 0);
	assert_int_equal(stage_delivery(stage, id), SKL_DELIVERY_ACCEPTED);
}

/* ---- garbage ---- */

static void garbage_ends_the_session_and_nothing_else(void **state)
{
	struct stage *stage = *state;
	static uint8_t noise[3000];
	uint8_t id[16];
	randombytes_buf(noise, sizeof noise);
	start_both(stage);
	struct skl_view many[SKL_LIMIT_FRAMES_N + 3];
	for (size_t i = 0; i < SKL_COUNT(many); i++)
		many[i] = skl_view_of(noise, 10);
	many[0] = skl_view_str("OFFER");
	const struct {
		struct skl_view frames[3];
		size_t count;
	} rows[] = {
		{{skl_view_of(noise, sizeof noise)}, 1},
		{{skl_view_str("")}, 1},
		{{skl_view_str("OFFER")}, 1},
		{{skl_view_str("OFFER"), skl_view_of(noise, sizeof noise)}, 2},
		{{skl_view_str("RESULT"), skl_view_of(noise, sizeof noise)}, 2},
		{{skl_view_str("RESULT"), skl_view_str(""), skl_view_str("section")}, 3},
		{{skl_view_str("PROOF"), skl_view_of(noise, sizeof noise)}, 2},
		{{skl_view_str("WELCOME"), skl_view_str("")}, 2},
		{{skl_view_str("SUBMIT"), skl_view_str("")}, 2},
		{{skl_view_str("welcome"), skl_view_str("")}, 2},
	};
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		unsigned ups = stage->vt.ups;
		hub_send(&stage->hub, VT, rows[i].frames, rows[i].count);
		stage_until(stage, stage->vt.downs == i + 1);
		world_pass(30000); /* the longest pause between two tries */
		stage_until(stage, stage->vt.ups == ups + 1);
	}
	assert_true(stage->vt.alarms[SKL_ALARM_PROTOCOL] >= SKL_COUNT(rows));
	unsigned ups = stage->vt.ups;
	hub_send(&stage->hub, VT, many, SKL_COUNT(many));
	stage_until(stage, stage->vt.downs == SKL_COUNT(rows) + 1);
	world_pass(30000);
	stage_until(stage, stage->vt.ups == ups + 1);
	/* Odd things that are no breach: a PONG and a PROOF never asked for, PING. */
	static const uint8_t number[] = {0x08, 0x05};
	struct skl_view pong[2] = {skl_view_str("PONG"), skl_view_of(number, 2)};
	struct skl_view proof[2] = {skl_view_str("PROOF"), skl_view_str("")};
	struct skl_view ping[2] = {skl_view_str("PING"), skl_view_of(number, 2)};
	ups = stage->vt.ups;
	unsigned pongs = stage->hub.seen[SKL_COMMAND_PONG];
	hub_send(&stage->hub, VT, pong, 2);
	hub_send(&stage->hub, VT, proof, 2);
	hub_send(&stage->hub, VT, ping, 2);
	stage_until(stage, stage->hub.seen[SKL_COMMAND_PONG] == pongs + 1);
	assert_int_equal(stage->vt.ups, ups);
	/* And it still works. */
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_HANDED_OVER);
}

/* Police loses its memory and makes another message with an id that was used. */
static void a_second_message_under_one_id_is_refused(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_HANDED_OVER);
	stage_stop(stage, POLICE);
	char other[256];
	snprintf(other, sizeof other, "%s/other.spool", stage->world.folder);
	stage->opts[POLICE].spool_dir = other;
	hub_forget(&stage->hub); /* it lost its memory as well, or does not care */
	stage_start(stage, POLICE);

	struct skl_error why;
	struct skl_draft *draft = NULL;
	struct skl_draft_opts opts = {.kind = SKL_KIND_POLICE_REPORT,
				      .sender_desk = "meldingen",
				      .created_ms = skl_uuid7_time_ms(id),
				      .id = id};
	uint32_t to;
	uint8_t same[16];
	assert_int_equal(skl_client_draft(stage->police.client, &opts, &draft), SKL_OK);
	assert_int_equal(skl_client_recipient(stage->police.client, draft, "vt-zw", "triage",
					      SKL_RECIPIENT_TYPE_PRINCIPAL, &to),
			 SKL_OK);
	skl_draft_fact_value(draft, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_draft_fact_value(draft, SKL_FACT_GROUND, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	skl_draft_fact_text(draft, SKL_FACT_USER_REF, "u-7f3a", 0);
	assert_int_equal(skl_client_submit(stage->police.client, draft, 0, same, &why), SKL_OK);
	assert_memory_equal(same, id, 16);
	skl_draft_free(draft);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_REFUSED);
	assert_int_equal(stage->vt.message_count, 1);
	assert_int_equal(stage->vt.alarms[SKL_ALARM_OFFER_REFUSED], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_forged_promise_is_no_answer),
		TEST(an_answer_without_each_verdict_is_no_answer),
		TEST(no_flipped_bit_is_delivered),
		TEST(a_refused_offer_may_come_again_whole),
		TEST(a_forged_receipt_changes_nothing),
		TEST(garbage_ends_the_session_and_nothing_else),
		TEST(a_second_message_under_one_id_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
