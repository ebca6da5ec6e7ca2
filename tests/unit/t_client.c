/* SPDX-License-Identifier: EUPL-1.2 */
/* A message's way from one adapter to another, with an honest hub: once, durable, in order. */
#include "fake_stage.h"

#include <string.h>

#include "skl_clock.h"

static void start_both(struct stage *stage)
{
	stage_start(stage, POLICE);
	stage_start(stage, VT);
	stage_until(stage, stage->police.ups == 1 && stage->vt.ups == 1);
}

static void a_message_arrives_and_is_receipted(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	assert_int_equal(stage_outgoing(stage, id).state, SKL_OUT_SPOOLED);
	stage_until(stage, stage->police.receipt_count == 2);
	assert_int_equal(stage->police.result_count, 1);
	assert_memory_equal(stage->police.results[0].id, id, 16);
	assert_int_equal(stage->police.results[0].state, SKL_OUTCOME_PERMITTED);
	assert_int_equal(stage->vt.message_count, 1);
	assert_memory_equal(stage->vt.messages[0].id, id, 16);
	assert_string_equal(stage->vt.contents[0][0], "{\"naam\":\"Janssen\"}");
	assert_string_equal(stage->vt.contents[0][1], "{\"feit\":\"bedreiging\"}");
	assert_int_equal(stage->police.receipts[0].state, SKL_DELIVERY_STORED);
	assert_false(stage->police.receipts[0].flag);
	assert_int_equal(stage->police.receipts[1].state, SKL_DELIVERY_HANDED_OVER);
	assert_true(stage->police.receipts[1].flag);
	for (int kind = 1; kind <= SKL_ALARM_COUNT; kind++) {
		assert_int_equal(stage->police.alarms[kind], 0);
		assert_int_equal(stage->vt.alarms[kind], 0);
	}

	/* The body stays until the promise is found in a checkpoint, then it goes. */
	assert_int_equal(stage_outgoing(stage, id).state, SKL_OUT_ANSWERED);
	hub_sign(&stage->hub);
	stage_until(stage, stage_outgoing(stage, id).state == SKL_OUT_DONE);
	struct skl_client_status status;
	stage_until(stage, !skl_client_status(stage->vt.client, &status) && !status.spool.promises);
	assert_int_equal(skl_client_status(stage->police.client, &status), SKL_OK);
	assert_int_equal(status.spool.out_bytes, 0);
	assert_int_equal(status.spool.promises, 0);
	assert_int_equal(status.checkpoint_size, 1);
	assert_int_equal(stage->hub.submit_count, 1);
}

static void submit_is_durable_without_a_hub(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage_start(stage, POLICE);
	stage_submit(stage, 0, NULL, id);
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	assert_int_equal(stage_outgoing(stage, id).state, SKL_OUT_SPOOLED);
	stage_until(stage, stage->police.result_count == 1);
	assert_memory_equal(stage->police.results[0].id, id, 16);
}

static void retries_send_the_same_bytes(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	start_both(stage);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = true;
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->hub.submit_count == 1);
	world_pass(10001); /* no answer in time */
	stage_until(stage, stage->hub.submit_count == 2);
	hub_crash(&stage->hub);
	stage_until(stage, stage->hub.submit_count == 3);
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	world_pass(10001);
	stage_until(stage, stage->hub.submit_count >= 4);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = false;
	world_pass(10001);
	stage_until(stage, stage->police.result_count == 1);
	for (size_t i = 0; i < stage->hub.submit_count; i++) {
		assert_memory_equal(stage->hub.submit_digests[i], stage->hub.submit_digests[0], 32);
		assert_memory_equal(stage->hub.submit_ids[i], id, 16);
	}
	assert_int_equal(stage->hub.message_count, 1);
	assert_true(stage_outgoing(stage, id).attempts >= 3);
}

static void one_id_is_one_message(void **state)
{
	struct stage *stage = *state;
	uint32_t sections[2];
	struct skl_error why;
	struct skl_sealed sealed = {0};
	stage_start(stage, POLICE);
	struct skl_draft *draft = stage_draft(stage, NULL, sections);
	skl_draft_wrap_all(draft);
	assert_int_equal(skl_draft_finish(draft, &sealed, &why), SKL_OK);
	assert_int_equal(skl_client_submit_sealed(stage->police.client, &sealed, 0, &why), SKL_OK);
	assert_int_equal(skl_client_submit_sealed(stage->police.client, &sealed, 0, &why),
			 SKL_EEXISTS);
	sealed.frames[0].bytes[30] ^= 1;
	assert_int_equal(skl_client_submit_sealed(stage->police.client, &sealed, 0, &why),
			 SKL_EDUPLICATE);
	stage_until(stage, stage->police.result_count == 1);
	assert_int_equal(stage->hub.submit_count, 1);
	skl_sealed_done(&sealed);
	skl_draft_free(draft);
}

static void a_result_is_told_until_it_is_taken(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	start_both(stage);
	stage->police.event_err = SKL_EPARTNER;
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.result_count == 1);
	size_t before = stage->police.result_count;
	world_pass(600000);
	stage_until(stage, stage->police.result_count > before);
	/* While it is not taken, what came later for the same message waits. */
	assert_int_equal(stage->police.receipt_count, 0);
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	stage->police.event_err = SKL_OK;
	before = stage->police.result_count;
	stage_until(stage, stage->police.receipt_count == 2);
	assert_int_equal(stage->police.result_count, before + 1);
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	stage_rounds(stage, 20);
	assert_int_equal(stage->police.result_count, before + 1);
	assert_int_equal(stage->police.receipt_count, 2);
	assert_int_equal(stage->hub.submit_count, 1);
}

static void a_message_is_given_until_it_is_taken(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage->vt.hands_over = false;
	stage->vt.message_err = SKL_EPARTNER;
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->vt.message_count == 1);
	/* It was stored, so the receipt says so, though the partner's system is down. */
	stage_until(stage, stage->police.receipt_count == 1);
	assert_int_equal(stage->police.receipts[0].state, SKL_DELIVERY_STORED);
	stage_rounds(stage, 20);
	assert_int_equal(stage->vt.message_count, 1); /* a pause */
	world_pass(1000);
	stage_until(stage, stage->vt.message_count == 2);
	stage_stop(stage, VT);
	stage->vt.message_err = SKL_OK;
	stage->vt.hands_over = true;
	stage_start(stage, VT);
	world_pass(2000);
	stage_until(stage, stage->vt.message_count == 3);
	assert_false(stage->vt.messages[2].flag);
	assert_string_equal(stage->vt.contents[2][1], "{\"feit\":\"bedreiging\"}");
	stage_until(stage, stage->police.receipt_count == 2);
	assert_int_equal(stage_delivery(stage, id), SKL_DELIVERY_HANDED_OVER);
}

static void what_was_being_handed_over_comes_back_in_doubt(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage->vt.hands_over = false;
	stage->vt.begins_handing = true;
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->vt.message_count == 1);
	assert_false(stage->vt.messages[0].flag);
	stage_rounds(stage, 20);
	assert_int_equal(stage->vt.message_count, 1); /* it is with the adapter */
	stage_stop(stage, VT);
	stage->vt.begins_handing = false;
	stage->vt.hands_over = true;
	stage_start(stage, VT);
	stage_until(stage, stage->vt.message_count == 2);
	assert_true(stage->vt.messages[1].flag);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_HANDED_OVER);
}

static void a_message_handed_over_is_never_given_again(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->hub.offer_count && stage->hub.offers[0].state == HUB_FINAL);
	/* The hub lost the receipt, twice: once while we live, once over a restart of both. */
	for (unsigned i = 0; i < 2; i++) {
		size_t recorded = stage->hub.recorded_items;
		stage->hub.offers[0].state = HUB_WAITING;
		if (i == 1) {
			stage_stop(stage, VT);
			hub_crash(&stage->hub);
			stage_start(stage, VT);
		}
		stage_until(stage, stage->hub.offers[0].state == HUB_FINAL);
		assert_int_equal(stage->hub.offers[0].delivery, SKL_DELIVERY_HANDED_OVER);
		assert_true(stage->hub.recorded_items > recorded);
	}
	stage_rounds(stage, 20);
	assert_int_equal(stage->hub.offers[0].times, 3);
	assert_int_equal(stage->vt.message_count, 1);
	/* To hand over twice is no error, to refuse what was handed over is. */
	const uint8_t *key = stage->vt.messages[0].key;
	assert_int_equal(skl_client_handed_over(stage->vt.client, key), SKL_OK);
	assert_int_equal(skl_client_refuse(stage->vt.client, key, SKL_REASON_OTHER), SKL_ESTATE);
	assert_int_equal(skl_client_handing(stage->vt.client, key), SKL_ESTATE);
	assert_int_equal(skl_client_retry(stage->vt.client, key, 0), SKL_ESTATE);
	uint8_t unknown[32] = {0};
	assert_int_equal(skl_client_handed_over(stage->vt.client, unknown), SKL_ENOTFOUND);
}

static void receipts_are_repeated_until_recorded(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	start_both(stage);
	stage->hub.is_deaf[SKL_COMMAND_RECEIPT] = true;
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->vt.message_count == 1 && stage->hub.seen[SKL_COMMAND_RECEIPT]);
	struct skl_client_status status;
	assert_int_equal(skl_client_status(stage->vt.client, &status), SKL_OK);
	assert_int_equal(status.spool.receipts, 2);
	stage_stop(stage, VT);
	stage->hub.is_deaf[SKL_COMMAND_RECEIPT] = false;
	stage_start(stage, VT);
	stage_until(stage, !skl_client_status(stage->vt.client, &status) && !status.spool.receipts);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_HANDED_OVER);
	assert_int_equal(stage->vt.message_count, 1);
}

/* The sender died before it heard that its message is recorded; the recipient was faster. */
static void receipts_may_come_before_the_result(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	assert_int_equal(skl_client_step(stage->police.client, 1), SKL_OK);
	stage_stop(stage, POLICE);
	stage_until(stage, stage->hub.recorded_items == 2);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = true;
	stage_start(stage, POLICE);
	stage_until(stage, stage->hub.recorded_items == 4);
	assert_int_equal(stage->police.result_count, 0);
	assert_int_equal(stage->police.receipt_count, 0);
	assert_int_equal(stage_delivery(stage, id), 0);
	/* They wait for the Result, over a restart too. */
	stage_stop(stage, POLICE);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = false;
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.result_count && stage->police.receipt_count);
	assert_int_equal(stage->police.receipts[0].state, SKL_DELIVERY_HANDED_OVER);
	assert_true(stage->police.receipts[0].flag);
	assert_int_equal(stage_delivery(stage, id), SKL_DELIVERY_HANDED_OVER);
	hub_sign(&stage->hub);
	stage_until(stage, stage_outgoing(stage, id).state == SKL_OUT_DONE);
	assert_int_equal(stage->police.receipt_count, 1);
	assert_int_equal(stage->vt.message_count, 1);
}

/* What a process sent and died over is not left to its pause: later ones would overtake it. */
static void a_new_process_sends_again_at_once(void **state)
{
	struct stage *stage = *state;
	uint8_t first[16];
	uint8_t second[16];
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = true;
	start_both(stage);
	stage_submit(stage, 0, NULL, first);
	stage_until(stage, stage->hub.seen[SKL_COMMAND_SUBMIT] == 1);
	stage_stop(stage, POLICE);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = false;
	stage_start(stage, POLICE);
	stage_submit(stage, 0, NULL, second);
	int64_t began_ms = world_mono_ms;
	stage_until(stage, stage->police.result_count == 2);
	assert_true(world_mono_ms - began_ms < 2000);
	assert_memory_equal(stage->police.results[0].id, first, 16);
	assert_memory_equal(stage->police.results[1].id, second, 16);
}

static void a_refusal_reaches_the_sender(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage->vt.refuses = SKL_REASON_MISLABELLED;
	start_both(stage);
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage_delivery(stage, id) == SKL_DELIVERY_REFUSED);
	stage_until(stage, stage->police.receipt_count == 2);
	assert_int_equal(stage->police.receipts[1].reason, SKL_REASON_MISLABELLED);
	assert_true(stage->police.receipts[1].flag);
	assert_int_equal(skl_client_handed_over(stage->vt.client, stage->vt.messages[0].key),
			 SKL_ESTATE);
}

static void messages_of_a_case_come_one_by_one(void **state)
{
	struct stage *stage = *state;
	static const uint8_t one[16] = {1};
	static const uint8_t two[16] = {2};
	uint8_t ids[5][16];
	stage->vt.hands_over = false;
	start_both(stage);
	stage_submit(stage, 0, one, ids[0]);
	stage_submit(stage, 0, one, ids[1]);
	stage_submit(stage, 0, two, ids[2]);
	stage_submit(stage, 0, NULL, ids[3]);
	stage_submit(stage, 0, NULL, ids[4]);
	stage_until(stage, stage->vt.message_count == 4);
	stage_rounds(stage, 20);
	assert_int_equal(stage->vt.message_count, 4);
	assert_memory_equal(stage->vt.messages[0].id, ids[0], 16);
	assert_memory_equal(stage->vt.messages[1].id, ids[2], 16);
	assert_memory_equal(stage->vt.messages[2].id, ids[3], 16);
	assert_memory_equal(stage->vt.messages[3].id, ids[4], 16);
	/* In doubt, then refused: only then the next of that case. */
	assert_int_equal(skl_client_handing(stage->vt.client, stage->vt.messages[0].key), SKL_OK);
	stage_rounds(stage, 20);
	assert_int_equal(stage->vt.message_count, 4);
	assert_int_equal(
		skl_client_refuse(stage->vt.client, stage->vt.messages[0].key, SKL_REASON_OTHER),
		SKL_OK);
	stage_until(stage, stage->vt.message_count == 5);
	assert_memory_equal(stage->vt.messages[4].id, ids[1], 16);
}

static void acute_goes_first_and_cries(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[3][16];
	stage_start(stage, POLICE);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = true;
	stage_submit(stage, 0, NULL, ids[0]);
	stage_submit(stage, SKL_SUBMIT_ACUTE, NULL, ids[1]);
	stage_submit(stage, 0, NULL, ids[2]);
	stage_until(stage, stage->hub.submit_count == 3);
	assert_memory_equal(stage->hub.submit_ids[0], ids[1], 16);
	assert_memory_equal(stage->hub.submit_ids[1], ids[0], 16);
	assert_int_equal(stage->police.alarms[SKL_ALARM_NOT_ANSWERED], 0);
	world_pass(2000);
	stage_rounds(stage, 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_NOT_ANSWERED], 1);
	assert_true(skl_client_timeout_ms(stage->police.client) <= 1000);
	/* After a restart the same message still cries. */
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	stage_rounds(stage, 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_NOT_ANSWERED], 2);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = false;
	world_pass(10001);
	stage_until(stage, stage->police.result_count == 3);
	assert_int_equal(stage->police.lowered[SKL_ALARM_NOT_ANSWERED], 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_NOT_ANSWERED], 2);
}

static void a_clock_set_back_delays_nothing(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[2][16];
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = true;
	stage_submit(stage, SKL_SUBMIT_ACUTE, NULL, ids[0]);
	stage_submit(stage, 0, NULL, ids[1]);
	stage_until(stage, stage->hub.submit_count == 2);
	world_set_wall(WORLD_NOW - 3600000);
	stage_rounds(stage, 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_NOT_ANSWERED], 1);
	stage->hub.is_deaf[SKL_COMMAND_SUBMIT] = false;
	world_pass(10001); /* nobody answered those */
	stage_until(stage, stage->police.result_count == 2);
	assert_int_equal(stage->police.lowered[SKL_ALARM_NOT_ANSWERED], 1);
}

static void errors_are_retried_or_told(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[2][16];
	start_both(stage);
	stage->hub.error_code = SKL_ENOTRECORDED;
	stage->hub.error_retry_ms = 700;
	stage_submit(stage, 0, NULL, ids[0]);
	stage_until(stage, stage->hub.submit_count == 1 &&
				   stage_outgoing(stage, ids[0]).last_err == SKL_ENOTRECORDED);
	struct skl_out out = stage_outgoing(stage, ids[0]);
	assert_int_equal(out.state, SKL_OUT_SPOOLED);
	assert_true(out.next_try_ms >= skl_now_ms() + 600);
	stage_rounds(stage, 50);
	assert_int_equal(stage->hub.submit_count, 1); /* not before its time */
	world_pass(1000);
	stage_until(stage, stage->hub.submit_count == 2);
	stage->hub.error_code = SKL_OK;
	world_pass(5000);
	stage_until(stage, stage->police.result_count == 1);

	stage->hub.error_code = SKL_EKEYREVOKED;
	stage->hub.error_retry_ms = 0;
	stage_submit(stage, SKL_SUBMIT_ACUTE, NULL, ids[1]);
	stage_until(stage, stage->police.failed_count == 1);
	assert_memory_equal(stage->police.failed[0].id, ids[1], 16);
	assert_int_equal(stage->police.failed[0].state, SKL_EKEYREVOKED);
	assert_int_equal(stage_outgoing(stage, ids[1]).state, SKL_OUT_FAILED);
	world_pass(600000);
	stage_rounds(stage, 20);
	assert_int_equal(stage->hub.submit_count, 4);
	assert_int_equal(stage->police.failed_count, 1);
}

static void send_error(struct stage *stage, enum skl_err code)
{
	Schakel__V1__Error error;
	struct skl_view frames[2] = {skl_view_str("ERROR")};
	uint8_t packed[64];

	schakel__v1__error__init(&error);
	error.code = (uint32_t)code;
	frames[1] = skl_view_of(packed, schakel__v1__error__pack(&error, packed));
	hub_send(&stage->hub, POLICE, frames, 2);
	stage_rounds(stage, 50);
}

/* As when the hub had no memory for a batch of receipts. */
static void an_error_of_the_moment_alarms_nobody(void **state)
{
	struct stage *stage = *state;

	start_both(stage);
	send_error(stage, SKL_ENOTRECORDED);
	send_error(stage, SKL_EDISKFULL);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROTOCOL], 0);
	send_error(stage, SKL_EMALFORMED);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROTOCOL], 1);
}

static void what_expires_is_told(void **state)
{
	struct stage *stage = *state;
	uint8_t id[16];
	stage_start(stage, POLICE);
	stage->hub.is_silent = true;
	stage_submit(stage, 0, NULL, id);
	stage_rounds(stage, 10);
	world_pass(86400001);
	stage_until(stage, stage->police.failed_count == 1);
	assert_memory_equal(stage->police.failed[0].id, id, 16);
	assert_int_equal(stage->police.failed[0].state, SKL_EEXPIRED);
	assert_int_equal(stage_outgoing(stage, id).state, SKL_OUT_EXPIRED);
	struct skl_client_status status;
	assert_int_equal(skl_client_status(stage->police.client, &status), SKL_OK);
	assert_int_equal(status.spool.out_open, 0);
	assert_int_equal(status.spool.out_bytes, 0);
	/* Two days later even the id is forgotten, so that nothing is kept for ever. */
	world_pass(SKL_LIMIT_SEEN_MS + 60000);
	struct skl_out out;
	stage_until(stage, skl_client_outgoing(stage->police.client, id, &out) == SKL_ENOTFOUND);
}

static void many_messages_pass_a_small_window(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[60][16];
	stage->opts[VT].credit_messages = 3;
	stage_start(stage, POLICE);
	for (size_t i = 0; i < 60; i++)
		stage_submit(stage, 0, NULL, ids[i]);
	stage_start(stage, VT);
	stage_until(stage, stage->vt.message_count == 60);
	for (size_t i = 0; i < 60; i++)
		assert_memory_equal(stage->vt.messages[i].id, ids[i], 16);
	assert_int_equal(stage->hub.submit_count, 60);
	stage_until(stage, stage_delivery(stage, ids[59]) == SKL_DELIVERY_HANDED_OVER);
	/* Receipts were batched: two items a message, in fewer receipts. */
	assert_int_equal(stage->hub.recorded_items >= 120, 1);
	assert_true(stage->hub.seen[SKL_COMMAND_RECEIPT] < 120);
}

/* More promises than one round of proofs: the rounds follow each other without a pause. */
static void many_promises_are_found_without_a_pause(void **state)
{
	struct stage *stage = *state;
	struct skl_client_status status;
	uint8_t id[16];
	start_both(stage);
	for (unsigned i = 0; i < 100; i++)
		stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.result_count == 100);
	int64_t began_ms = world_mono_ms;
	hub_sign(&stage->hub);
	stage_until(stage,
		    !skl_client_status(stage->police.client, &status) && !status.spool.promises);
	assert_true(world_mono_ms - began_ms < 2000);
	stage_until(stage, !skl_client_status(stage->vt.client, &status) && !status.spool.promises);
	assert_true(world_mono_ms - began_ms < 2000);
}

static void pass_seconds(struct stage *stage, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		world_pass(1000);
		stage_rounds(stage, 10);
	}
}

/* The hub found no room for some of the proofs, then for none of them. */
static void a_proof_that_does_not_come_is_asked_again(void **state)
{
	struct stage *stage = *state;
	struct skl_client_status status;
	uint8_t id[16];
	start_both(stage);
	for (unsigned i = 0; i < 40; i++)
		stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.result_count == 40);
	stage->hub.loses_proof = 3;
	hub_sign(&stage->hub);
	pass_seconds(stage, 30);
	stage_until(stage,
		    !skl_client_status(stage->police.client, &status) && !status.spool.promises);
	stage->hub.loses_proof = 0;
	stage->hub.is_deaf[SKL_COMMAND_PROOF] = true;
	stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.result_count == 41);
	hub_sign(&stage->hub);
	stage_rounds(stage, 50);
	assert_true(stage->hub.seen[SKL_COMMAND_PROOF] >= 41);
	assert_int_equal(stage_outgoing(stage, id).promises, 1);
	stage->hub.is_deaf[SKL_COMMAND_PROOF] = false;
	pass_seconds(stage, 20);
	stage_until(stage, stage_outgoing(stage, id).state == SKL_OUT_DONE);
	assert_int_equal(stage->police.ups, 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROTOCOL], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_message_arrives_and_is_receipted),
		TEST(submit_is_durable_without_a_hub),
		TEST(retries_send_the_same_bytes),
		TEST(one_id_is_one_message),
		TEST(a_result_is_told_until_it_is_taken),
		TEST(a_message_is_given_until_it_is_taken),
		TEST(what_was_being_handed_over_comes_back_in_doubt),
		TEST(a_message_handed_over_is_never_given_again),
		TEST(receipts_are_repeated_until_recorded),
		TEST(receipts_may_come_before_the_result),
		TEST(a_new_process_sends_again_at_once),
		TEST(a_refusal_reaches_the_sender),
		TEST(messages_of_a_case_come_one_by_one),
		TEST(acute_goes_first_and_cries),
		TEST(a_clock_set_back_delays_nothing),
		TEST(errors_are_retried_or_told),
		TEST(an_error_of_the_moment_alarms_nobody),
		TEST(what_expires_is_told),
		TEST(many_messages_pass_a_small_window),
		TEST(many_promises_are_found_without_a_pause),
		TEST(a_proof_that_does_not_come_is_asked_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
