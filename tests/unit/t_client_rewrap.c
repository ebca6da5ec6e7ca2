/* SPDX-License-Identifier: EUPL-1.2 */
/* What waits for a desk whose key died is sealed again, by itself, for the key that came after. */
#include "fake_stage.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"

#define RECIPIENT_UNKNOWN 9 /* of no message of the stage */

/* A directory that names a newer key of vt-zw/triage; the hub has it, police does not yet. */
static struct skl_key *new_directory(struct stage *stage)
{
	struct skl_key *key = NULL;
	char b64[SKL_PUBLIC_TEXT_BYTES];
	char line[256];
	assert_int_equal(skl_key_new(SKL_KEY_USE_SEAL, "vt-zw", NULL, &key), SKL_OK);
	skl_key_public_text(key->public_key, b64);
	(void)snprintf(line, sizeof line,
		       "desk partner=vt-zw id=triage public=%s from=2026-02-01 until=2027-01-01\n",
		       b64);
	world_directory(&stage->world, line);
	return key;
}

static uint32_t recipient_of(struct stage *stage, const uint8_t id[16])
{
	struct skl_out_to to;
	assert_int_equal(skl_client_outgoing_to(stage->police.client, id, 0, &to), SKL_OK);
	return to.number;
}

static void ask(struct stage *stage, const uint8_t id[16], uint32_t recipient)
{
	Schakel__V1__Notice notice;
	uint8_t ref[16];
	schakel__v1__notice__init(&notice);
	memcpy(ref, id, sizeof ref);
	notice.ref = (ProtobufCBinaryData){.len = sizeof ref, .data = ref};
	notice.recipient = recipient;
	notice.state = (Schakel__V1__DeliveryState)SKL_DELIVERY_PARKED;
	notice.task = (Schakel__V1__TaskCode)SKL_TASK_REWRAP;
	notice.directory_number = stage->world.number - 1;
	notice.at_ms = skl_now_ms();
	hub_notice(&stage->hub, POLICE, &notice);
}

/* Police sent n messages, which the hub recorded and nobody received. */
static void send_some(struct stage *stage, size_t n, uint8_t ids[][16])
{
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
	for (size_t i = 0; i < n; i++)
		stage_submit(stage, 0, NULL, ids[i]);
	stage_until(stage, stage->police.result_count == n);
}

static void it_is_sealed_for_the_key_of_the_newest_directory(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	send_some(stage, 1, ids);
	struct skl_key *key = new_directory(stage);
	stage->hub.is_deaf[SKL_COMMAND_DIRECTORY] = true;
	ask(stage, ids[0], recipient_of(stage, ids[0]));
	stage_until(stage, stage->police.notice_count == 1);
	stage_rounds(stage, 50);
	/* Under the directory it has, the dead key is the one to use. */
	assert_int_equal(stage->hub.seen[SKL_COMMAND_REWRAP], 0);
	stage->hub.is_deaf[SKL_COMMAND_DIRECTORY] = false;
	hub_crash(&stage->hub); /* asked for again in the next session */
	stage_until(stage, stage->hub.rewrap_count == 1);
	assert_memory_equal(stage->hub.rewraps[0].id, ids[0], 16);
	assert_memory_equal(stage->hub.rewraps[0].key_id, key->id, 16);
	assert_int_equal(stage->hub.rewraps[0].sections, 2);
	/* Recorded is the end of it. */
	world_pass(6000);
	stage_rounds(stage, 50);
	assert_int_equal(stage->hub.seen[SKL_COMMAND_REWRAP], 1);
	skl_key_free(key);
}

static void it_survives_the_end_of_the_process(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	send_some(stage, 1, ids);
	stage->hub.is_deaf[SKL_COMMAND_REWRAP] = true;
	struct skl_key *key = new_directory(stage);
	ask(stage, ids[0], recipient_of(stage, ids[0]));
	stage_until(stage, stage->hub.seen[SKL_COMMAND_REWRAP] == 1);
	stage_stop(stage, POLICE);
	stage->hub.is_deaf[SKL_COMMAND_REWRAP] = false;
	stage_start(stage, POLICE);
	stage_until(stage, stage->hub.rewrap_count == 1);
	skl_key_free(key);
}

/* A refusal of the key: the hub's directory moved on. It waits for that, and holds nothing up. */
static void a_refused_key_is_tried_again_and_holds_nothing_up(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[2][16];
	send_some(stage, 2, ids);
	struct skl_key *key = new_directory(stage);
	stage->hub.rewrap_error = SKL_EKEYREVOKED;
	memcpy(stage->hub.rewrap_error_id, ids[0], 16);
	ask(stage, ids[0], recipient_of(stage, ids[0]));
	ask(stage, ids[1], recipient_of(stage, ids[1]));
	stage_until(stage, stage->hub.rewrap_count == 1);
	assert_memory_equal(stage->hub.rewraps[0].id, ids[1], 16);
	stage->hub.rewrap_error = 0;
	world_pass(6000);
	stage_until(stage, stage->hub.rewrap_count == 2);
	assert_memory_equal(stage->hub.rewraps[1].id, ids[0], 16);
	skl_key_free(key);
}

static void what_the_hub_does_not_wait_for_is_forgotten(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	static const uint8_t unknown[16] = {1};
	send_some(stage, 1, ids);
	struct skl_key *key = new_directory(stage);
	stage->hub.rewrap_error = SKL_ENOTFOUND;
	memcpy(stage->hub.rewrap_error_id, ids[0], 16);
	ask(stage, ids[0], recipient_of(stage, ids[0]));
	ask(stage, unknown, RECIPIENT_UNKNOWN);
	ask(stage, ids[0], RECIPIENT_UNKNOWN);
	stage_until(stage, stage->hub.seen[SKL_COMMAND_REWRAP] == 1);
	for (int i = 0; i < 5; i++) {
		world_pass(6000);
		stage_rounds(stage, 20);
	}
	assert_int_equal(stage->hub.seen[SKL_COMMAND_REWRAP], 1);
	/* What is not here to be sealed again: people hear so, once for each. */
	assert_int_equal(stage->police.alarms[SKL_ALARM_REWRAP], 2);
	skl_key_free(key);
}

/* It expired at the hub while it waited for a new key: nobody has to do anything any more. */
static void what_came_to_its_end_is_forgotten_without_a_word(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	Schakel__V1__Notice notice;
	send_some(stage, 1, ids);
	ask(stage, ids[0], recipient_of(stage, ids[0]));
	schakel__v1__notice__init(&notice);
	notice.ref = (ProtobufCBinaryData){.len = 16, .data = ids[0]};
	notice.recipient = recipient_of(stage, ids[0]);
	notice.state = (Schakel__V1__DeliveryState)SKL_DELIVERY_EXPIRED;
	notice.at_ms = skl_now_ms();
	hub_notice(&stage->hub, POLICE, &notice);
	stage_until(stage, stage->police.notice_count == 2);
	struct skl_key *key = new_directory(stage);
	hub_crash(&stage->hub); /* the next session has the new directory */
	stage_until(stage, stage->police.ups == 2);
	world_pass(6000);
	stage_rounds(stage, 50);
	assert_int_equal(stage->hub.seen[SKL_COMMAND_REWRAP], 0);
	assert_int_equal(stage->police.alarms[SKL_ALARM_REWRAP], 0);
	skl_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_sealed_for_the_key_of_the_newest_directory,
						stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(it_survives_the_end_of_the_process, stage_setup,
						stage_teardown),
		cmocka_unit_test_setup_teardown(a_refused_key_is_tried_again_and_holds_nothing_up,
						stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(what_came_to_its_end_is_forgotten_without_a_word,
						stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(what_the_hub_does_not_wait_for_is_forgotten,
						stage_setup, stage_teardown),
	};
	return cmocka_run_group_tests_name("t_client_rewrap", tests, NULL, NULL);
}
