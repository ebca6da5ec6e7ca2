/* SPDX-License-Identifier: EUPL-1.2 */
/* The hub lost the end of its trail: what is returned, what is sent again, nothing twice. */
#include "fake_stage.h"

#include <stdio.h>
#include <string.h>

#define NEXT_ORIGIN "schakel.test/2026-2"

enum { FIRST, SECOND, FOUND, PROMISED, MESSAGES };

struct lost {
	struct stage *stage;
	uint8_t ids[MESSAGES][16];
	struct skl_key *old_log;
	char hub_line[1024]; /* of the trail that ended */
	uint8_t root[32];    /* at size 3, its last checkpoint */
};

static struct skl_client_status status_of(const struct recorder *recorder)
{
	struct skl_client_status status;
	assert_int_equal(skl_client_status(recorder->client, &status), SKL_OK);
	return status;
}

static size_t times_sent(const struct stage *stage, const uint8_t id[16], uint8_t ret_digest[32])
{
	size_t count = 0;
	for (size_t i = 0; i < stage->hub.submit_count; i++) {
		if (memcmp(stage->hub.submit_ids[i], id, 16) != 0)
			continue;
		/* the same bytes each time */
		if (count++)
			assert_memory_equal(ret_digest, stage->hub.submit_digests[i], 32);
		memcpy(ret_digest, stage->hub.submit_digests[i], 32);
	}
	return count;
}

static void send(struct lost *lost, int which)
{
	struct stage *stage = lost->stage;
	size_t before = stage->police.result_count;
	stage_submit(stage, 0, NULL, lost->ids[which]);
	stage_until(stage, stage->police.result_count == before + 1);
}

static bool is_in(const struct lost *lost, int which, enum skl_out_state state)
{
	return stage_outgoing(lost->stage, lost->ids[which]).state == state;
}

/*
 * Two messages that are in the backup and done; then one whose promise was found and whose receipt
 * is open, and one that is only promised. Vt has all.
 */
static void live(struct lost *lost, struct stage *stage)
{
	*lost = (struct lost){.stage = stage};
	stage->vt.hands_over = true;
	stage_start(stage, POLICE);
	stage_start(stage, VT);
	stage_until(stage, stage->police.ups == 1 && stage->vt.ups == 1);
	send(lost, FIRST);
	send(lost, SECOND);
	stage_until(stage,
		    stage->vt.message_count == 2 &&
			    stage_delivery(stage, lost->ids[SECOND]) == SKL_DELIVERY_HANDED_OVER);
	stage->hub.is_deaf[SKL_COMMAND_RECEIPT] = true;
	send(lost, FOUND);
	hub_sign(&stage->hub);
	hub_subtree(&stage->hub, 0, 3, lost->root);
	stage_until(stage, !status_of(&stage->police).spool.promises);
	send(lost, PROMISED);
	stage_until(stage, stage->vt.message_count == MESSAGES);
	assert_true(is_in(lost, FOUND, SKL_OUT_ANSWERED));
}

/* The disk is lost, and the hub has a new name and log key; two entries are left. */
static void lose(struct lost *lost)
{
	struct world *world = &lost->stage->world;
	char transport[SKL_PUBLIC_TEXT_BYTES], promise[SKL_PUBLIC_TEXT_BYTES];
	struct skl_note_verifier log;
	struct skl_buf line;
	skl_key_public_text(world->hub_transport->public_key, transport);
	skl_key_public_text(world->hub_promise->public_key, promise);
	assert_int_equal(skl_note_verifier_of(world->hub_log, NULL, SKL_NOTE_ED25519, &log),
			 SKL_OK);
	skl_buf_init(&line, sizeof lost->hub_line);
	skl_buf_addf(&line, "hub origin=%s endpoint=%s transport=%s promise=%s log=", world->origin,
		     world->endpoint, transport, promise);
	skl_note_verifier_format(&log, &line);
	snprintf(lost->hub_line, sizeof lost->hub_line, "%s", skl_buf_str(&line));
	skl_buf_done(&line);
	snprintf(world->origin, sizeof world->origin, "%s", NEXT_ORIGIN);
	lost->old_log = world->hub_log;
	assert_int_equal(skl_key_new(SKL_KEY_USE_SIGN, NEXT_ORIGIN, NULL, &world->hub_log), SKL_OK);
	lost->stage->hub.is_deaf[SKL_COMMAND_RECEIPT] = false;
	hub_lose(&lost->stage->hub, 2);
}

/* What the registrars say, or what they would if `from` were another. */
static void state(struct lost *lost, unsigned from, const char *previous)
{
	char root[SKL_PUBLIC_TEXT_BYTES];
	char lines[2048];
	skl_key_public_text(lost->root, root); /* base64 of 32 bytes */
	snprintf(lines, sizeof lines, "%s\nepoch origin=%s previous=%s size=3 root=%s from=%u\n",
		 lost->hub_line, NEXT_ORIGIN, previous, root, from);
	world_directory(&lost->stage->world, lines);
}

static void end(struct lost *lost)
{
	skl_key_free(lost->old_log);
}

static void what_was_lost_is_sent_again_and_handed_over_once(void **arg)
{
	struct stage *stage = *arg;
	struct lost lost;
	uint8_t digest[32];
	live(&lost, stage);
	lose(&lost);
	state(&lost, 2, WORLD_ORIGIN);
	stage_until(stage, stage->police.alarms[SKL_ALARM_EPOCH] == 1 &&
				   stage->vt.alarms[SKL_ALARM_EPOCH] == 1);
	stage_until(stage, stage->police.result_count == MESSAGES + 2);
	hub_sign(&stage->hub);
	for (int i = 0; i < MESSAGES; i++)
		stage_until(stage, is_in(&lost, i, SKL_OUT_DONE));
	stage_until(stage, !status_of(&stage->vt).spool.promises);
	assert_int_equal(times_sent(stage, lost.ids[FIRST], digest), 1);
	assert_int_equal(times_sent(stage, lost.ids[SECOND], digest), 1);
	assert_int_equal(times_sent(stage, lost.ids[FOUND], digest), 2);
	assert_int_equal(times_sent(stage, lost.ids[PROMISED], digest), 2);
	assert_int_equal(stage->vt.message_count, MESSAGES);
	assert_int_equal(stage->police.alarms[SKL_ALARM_CHECKPOINT_BROKEN], 0);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROMISE_BROKEN], 0);
	/* Another directory that says the same changes nothing. */
	state(&lost, 2, WORLD_ORIGIN);
	hub_announce(&stage->hub, stage->world.number - 1);
	stage_until(stage, status_of(&stage->police).directory_number == stage->world.number - 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_EPOCH], 1);
	end(&lost);
}

static size_t times_told(const struct stage *stage, const uint8_t id[16], uint32_t state)
{
	size_t count = 0;
	for (size_t i = 0; i < stage->police.receipt_count; i++)
		count += stage->police.receipts[i].state == state &&
			 !memcmp(stage->police.receipts[i].id, id, 16);
	return count;
}

/*
 * The hub lost its entry of a receipt, and had not told the sender yet. The message is in the
 * backup, where its recipient has it: it is not offered again, and told all the same, once.
 */
static void a_receipt_that_was_lost_is_made_again(void **arg)
{
	struct stage *stage = *arg;
	struct lost lost;
	live(&lost, stage);
	stage->hub.is_deaf[SKL_COMMAND_RECEIPT] = false;
	stage_stop(stage, POLICE);
	stage_stop(stage, VT);
	stage_start(stage, VT); /* says again what was not heard */
	stage_until(stage, !status_of(&stage->vt).spool.receipts);
	size_t before = stage->hub.recorded_items;
	lose(&lost);
	state(&lost, 3, WORLD_ORIGIN);
	stage_start(stage, POLICE);
	stage_until(stage, stage_delivery(stage, lost.ids[FOUND]) == SKL_DELIVERY_HANDED_OVER);
	/* three that are in the backup; the fourth was lost and is made for its new entry */
	stage_until(stage, stage_delivery(stage, lost.ids[PROMISED]) == SKL_DELIVERY_HANDED_OVER);
	stage_until(stage, !status_of(&stage->police).spool.receipts &&
				   !status_of(&stage->vt).spool.receipts);
	size_t made = stage->hub.recorded_items - before;
	for (int i = 0; i < MESSAGES; i++)
		assert_int_equal(times_told(stage, lost.ids[i], SKL_DELIVERY_HANDED_OVER), 1);
	assert_int_equal(stage->vt.message_count, MESSAGES);
	/* Not at each directory, nor at each start. */
	stage_stop(stage, VT);
	stage_start(stage, VT);
	state(&lost, 3, WORLD_ORIGIN);
	hub_announce(&stage->hub, stage->world.number - 1);
	stage_until(stage, status_of(&stage->vt).directory_number == stage->world.number - 1);
	stage_rounds(stage, 20);
	assert_int_equal(stage->hub.recorded_items - before, made);
	end(&lost);
}

/* Without a statement, or with one of another trail, promises stay: they are the evidence. */
static void nothing_is_returned_without_the_statement(void **arg)
{
	struct stage *stage = *arg;
	struct lost lost;
	uint8_t digest[32];
	live(&lost, stage);
	lose(&lost);
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			world_directory(&stage->world, "");
		else
			state(&lost, 2, "schakel.test/other");
		hub_announce(&stage->hub, stage->world.number - 1);
		stage_until(stage,
			    status_of(&stage->police).directory_number == stage->world.number - 1);
		stage_rounds(stage, 20);
		assert_int_equal(status_of(&stage->police).spool.promises, 1);
		assert_int_equal(stage->police.alarms[SKL_ALARM_EPOCH], 0);
		for (int k = 0; k < MESSAGES; k++)
			assert_int_equal(times_sent(stage, lost.ids[k], digest), 1);
	}
	end(&lost);
}

/* Nor where the trail that goes on has all that was promised. */
static void nothing_is_returned_that_was_not_lost(void **arg)
{
	struct stage *stage = *arg;
	struct lost lost;
	uint8_t digest[32];
	live(&lost, stage);
	lose(&lost);
	state(&lost, 3, WORLD_ORIGIN);
	/* entry 3 is promised only: that message alone */
	stage_until(stage, stage->police.result_count == MESSAGES + 1);
	for (int k = 0; k < MESSAGES; k++)
		assert_int_equal(times_sent(stage, lost.ids[k], digest), k == PROMISED ? 2 : 1);
	end(&lost);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_was_lost_is_sent_again_and_handed_over_once),
		TEST(a_receipt_that_was_lost_is_made_again),
		TEST(nothing_is_returned_without_the_statement),
		TEST(nothing_is_returned_that_was_not_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
