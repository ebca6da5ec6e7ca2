/* SPDX-License-Identifier: EUPL-1.2 */
/* What the hub promised is looked for in its trail, and a changed trail is noticed. */
#include "fake_stage.h"

#include <string.h>

#include "skl_clock.h"
#include "skl_tlog_proof.h"

static void start_police(struct stage *stage)
{
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.ups == 1);
}

/* Submit n messages and wait for their results. */
static void submit_some(struct stage *stage, size_t n, uint8_t ids[][16])
{
	size_t before = stage->police.result_count;
	for (size_t i = 0; i < n; i++)
		stage_submit(stage, 0, NULL, ids[i]);
	stage_until(stage, stage->police.result_count == before + n);
}

static uint64_t promises_left(struct stage *stage)
{
	struct skl_client_status status;
	assert_int_equal(skl_client_status(stage->police.client, &status), SKL_OK);
	return status.spool.promises;
}

static uint64_t pinned_size(struct stage *stage)
{
	struct skl_client_status status;
	assert_int_equal(skl_client_status(stage->police.client, &status), SKL_OK);
	return status.checkpoint_size;
}

static void promises_are_found_checkpoint_after_checkpoint(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[40][16];
	start_police(stage);
	submit_some(stage, 3, ids);
	assert_int_equal(promises_left(stage), 3);
	hub_sign(&stage->hub);
	stage_until(stage, !promises_left(stage));
	submit_some(stage, 37, ids);
	hub_sign(&stage->hub);
	stage_until(stage, !promises_left(stage));
	assert_int_equal(pinned_size(stage), 40);
	/* A promise the checkpoint does not reach yet waits. */
	submit_some(stage, 1, ids);
	stage_rounds(stage, 20);
	assert_int_equal(promises_left(stage), 1);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROMISE_LATE], 0);
	hub_sign(&stage->hub);
	stage_until(stage, !promises_left(stage));
	for (int kind = 1; kind <= SKL_ALARM_COUNT; kind++)
		assert_int_equal(stage->police.alarms[kind], 0);
}

/* With the keys of the directory, and nothing else; the entry is the hub's leaf 0. */
static void check_proof(struct stage *stage, const char *text)
{
	struct skl_tlog_policy *policy = NULL;
	struct skl_tlog_verdict verdict = {0};
	struct skl_checkpoint checkpoint;
	static struct skl_tlog_proof proof;
	struct skl_note_verifier log;
	struct skl_buf lines;
	struct skl_view leaf = skl_view_of(stage->hub.leaves[0].data, stage->hub.leaves[0].len);
	skl_buf_init(&lines, 4096);
	assert_int_equal(skl_note_verifier_of(stage->world.hub_log, NULL, SKL_NOTE_ED25519, &log),
			 SKL_OK);
	skl_buf_add_str(&lines, "log ");
	skl_note_verifier_format(&log, &lines);
	skl_buf_add_str(&lines, "\nquorum none\n");
	assert_int_equal(skl_tlog_policy_parse(skl_buf_view(&lines), &policy, NULL), SKL_OK);
	assert_int_equal(skl_tlog_proof_parse(skl_view_str(text), &proof), SKL_OK);
	assert_int_equal(proof.index, 0);
	assert_int_equal(proof.extra_len, leaf.len);
	assert_memory_equal(proof.extra, leaf.data, leaf.len);
	assert_int_equal(skl_tlog_proof_check(&proof, leaf, policy, &checkpoint, &verdict), SKL_OK);
	assert_true(verdict.is_signed);
	proof.extra[leaf.len / 2] ^= 1;
	assert_int_equal(skl_tlog_proof_check(&proof, skl_view_of(proof.extra, leaf.len), policy,
					      &checkpoint, &verdict),
			 SKL_ESIGNATURE);
	skl_tlog_policy_free(policy);
	skl_buf_done(&lines);
}

/* Until somebody has taken its proof a promise is kept; then the proof stands by itself. */
static void a_promise_that_is_found_leaves_its_proof(void **state)
{
	struct stage *stage = *state;
	struct skl_buf pinned;
	uint8_t ids[1][16];
	stage->police.proven_err = SKL_EIO;
	start_police(stage);
	submit_some(stage, 1, ids);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.proven_count == 1);
	world_pass(5000);
	stage_until(stage, stage->police.proven_count == 2); /* comes again */
	assert_int_equal(promises_left(stage), 1);
	stage->police.proven_err = SKL_OK;
	world_pass(5000);
	stage_until(stage, !promises_left(stage));
	size_t count = stage->police.proven_count;
	check_proof(stage, stage->police.proven);
	stage_rounds(stage, 20);
	assert_int_equal(stage->police.proven_count, count);
	skl_buf_init(&pinned, 65536);
	assert_int_equal(skl_client_pinned(stage->police.client, &pinned), SKL_OK);
	assert_true(skl_view_equal(skl_buf_view(&pinned), skl_buf_view(&stage->hub.checkpoint)));
	skl_buf_done(&pinned);
}

static void a_promise_not_kept_in_time_cries(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	start_police(stage);
	submit_some(stage, 1, ids);
	world_pass(59000);
	stage_until(stage, stage->police.ups >= 1);
	stage_rounds(stage, 5);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROMISE_LATE], 0);
	world_pass(2000);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_LATE] == 1);
	/* It asked the hub for a checkpoint by itself before that. */
	stage_until(stage, stage->hub.seen[SKL_COMMAND_CHECKPOINT] >= 1);
	world_pass(3000);
	stage_rounds(stage, 5);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROMISE_LATE], 1); /* said once */
	world_pass(30000);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.lowered[SKL_ALARM_PROMISE_LATE] == 1);
	assert_int_equal(promises_left(stage), 0);
}

static void a_clock_that_jumps_makes_no_promise_late(void **state)
{
	struct stage *stage = *state;
	static const int64_t jumps_ms[] = {3600000, -7200000};
	uint8_t ids[1][16];
	start_police(stage);
	submit_some(stage, 1, ids);
	for (size_t i = 0; i < SKL_COUNT(jumps_ms); i++) {
		world_set_wall(skl_now_ms() + jumps_ms[i]);
		world_pass(2000);
		stage_rounds(stage, 5);
		world_pass(50000);
		stage_rounds(stage, 5);
		assert_int_equal(stage->police.alarms[SKL_ALARM_PROMISE_LATE], 0);
	}
	world_pass(11000);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_LATE] == 1);
}

static void the_pin_outlives_the_process(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[4][16];
	start_police(stage);
	submit_some(stage, 4, ids);
	hub_sign(&stage->hub);
	stage_until(stage, pinned_size(stage) == 4);
	stage_stop(stage, POLICE);
	/* The hub comes back with an older trail: a restored backup, or worse. */
	hub_cut(&stage->hub, 2);
	hub_sign(&stage->hub);
	stage_start(stage, POLICE);
	assert_int_equal(pinned_size(stage), 4);
	stage_until(stage, stage->police.alarms[SKL_ALARM_CHECKPOINT_BROKEN] == 1);
	assert_int_equal(pinned_size(stage), 4);
}

static void swap_leaf(struct fake_hub *hub, size_t at)
{
	hub->leaves[at].data[hub->leaves[at].len - 1] ^= 1;
}

static void another_trail_of_the_same_size_cries(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[4][16];
	start_police(stage);
	submit_some(stage, 4, ids);
	hub_sign(&stage->hub);
	stage_until(stage, pinned_size(stage) == 4);
	swap_leaf(&stage->hub, 1);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_CHECKPOINT_BROKEN] == 1);
}

static void a_changed_past_cries(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[4][16];
	start_police(stage);
	submit_some(stage, 3, ids);
	hub_sign(&stage->hub);
	stage_until(stage, pinned_size(stage) == 3 && !promises_left(stage));
	submit_some(stage, 3, ids);
	swap_leaf(&stage->hub, 1);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_CHECKPOINT_BROKEN] == 1);
	assert_int_equal(pinned_size(stage), 3);
	assert_int_equal(promises_left(stage), 3); /* nothing is believed under it */
}

static void a_leaf_that_is_not_the_promised_one_cries(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[4][16];
	start_police(stage);
	submit_some(stage, 4, ids);
	swap_leaf(&stage->hub, 2);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_BROKEN] == 1);
	stage_until(stage, promises_left(stage) == 1); /* kept as evidence */
	world_pass(20000);
	stage_rounds(stage, 20);
	assert_int_equal(stage->police.alarms[SKL_ALARM_PROMISE_BROKEN], 1);
	/* Its message keeps its body: it may have to be sent again. */
	assert_int_equal(stage_outgoing(stage, ids[2]).promises, 1);
}

static void an_entry_that_says_something_else_cries(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	start_police(stage);
	stage->hub.lies_in_leaf = true; /* told permitted, recorded denied */
	submit_some(stage, 1, ids);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_BROKEN] == 1);
}

static void forged_proofs_are_not_believed(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[5][16];
	start_police(stage);
	submit_some(stage, 5, ids);
	stage->hub.forges_proof = true;
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_BROKEN] == 5);
	assert_int_equal(promises_left(stage), 5);
	submit_some(stage, 1, ids);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_CHECKPOINT_BROKEN] == 1);
	assert_int_equal(pinned_size(stage), 5);
}

static void a_checkpoint_by_another_key_cries(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	start_police(stage);
	submit_some(stage, 1, ids);
	struct skl_key *log = stage->world.hub_log;
	stage->world.hub_log = NULL;
	assert_int_equal(skl_key_new(SKL_KEY_USE_SIGN, WORLD_ORIGIN, NULL, &stage->world.hub_log),
			 SKL_OK);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_CHECKPOINT_FORGED] == 1);
	assert_int_equal(pinned_size(stage), 0);
	skl_key_free(stage->world.hub_log);
	stage->world.hub_log = log;
	hub_sign(&stage->hub);
	stage_until(stage, !promises_left(stage));
}

/* During a rotation the directory has two hub records; either key makes a promise. */
static void a_new_promise_key_counts_when_the_directory_has_it(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[2][16];
	struct skl_key *old = stage->world.hub_promise;
	struct skl_key *fresh = NULL;
	struct skl_buf line;
	char transport[SKL_PUBLIC_TEXT_BYTES];
	char promise[SKL_PUBLIC_TEXT_BYTES];
	struct skl_note_verifier log;
	start_police(stage);
	assert_int_equal(skl_key_new(SKL_KEY_USE_SIGN, "hub", NULL, &fresh), SKL_OK);
	stage->world.hub_promise = fresh;
	stage_submit(stage, 0, NULL, ids[0]);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_FORGED] == 1);
	assert_int_equal(stage->police.result_count, 0);

	skl_key_public_text(stage->world.hub_transport->public_key, transport);
	skl_key_public_text(fresh->public_key, promise);
	assert_int_equal(skl_note_verifier_of(stage->world.hub_log, NULL, SKL_NOTE_ED25519, &log),
			 SKL_OK);
	skl_buf_init(&line, 4096);
	skl_buf_addf(&line, "hub origin=%s endpoint=%s transport=%s promise=%s log=", WORLD_ORIGIN,
		     stage->world.endpoint, transport, promise);
	skl_note_verifier_format(&log, &line);
	skl_buf_add_str(&line, "\n");
	stage->world.hub_promise = old;
	world_directory(&stage->world, skl_buf_str(&line));
	stage->world.hub_promise = fresh;
	hub_announce(&stage->hub, 2);
	world_pass(5000);
	stage_until(stage, stage->police.result_count == 1);
	stage->world.hub_promise = old;
	submit_some(stage, 1, ids);
	hub_sign(&stage->hub);
	stage_until(stage, !promises_left(stage));
	skl_buf_done(&line);
	skl_key_free(fresh);
}

static void the_recipient_looks_too(void **state)
{
	struct stage *stage = *state;
	uint8_t ids[1][16];
	start_police(stage);
	stage_start(stage, VT);
	submit_some(stage, 1, ids);
	stage_until(stage, stage->vt.message_count == 1);
	struct skl_client_status status;
	assert_int_equal(skl_client_status(stage->vt.client, &status), SKL_OK);
	assert_int_equal(status.spool.promises, 1);
	swap_leaf(&stage->hub, 0);
	hub_sign(&stage->hub);
	stage_until(stage, stage->vt.alarms[SKL_ALARM_PROMISE_BROKEN] == 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(promises_are_found_checkpoint_after_checkpoint),
		TEST(a_promise_that_is_found_leaves_its_proof),
		TEST(a_promise_not_kept_in_time_cries),
		TEST(a_clock_that_jumps_makes_no_promise_late),
		TEST(the_pin_outlives_the_process),
		TEST(another_trail_of_the_same_size_cries),
		TEST(a_changed_past_cries),
		TEST(a_leaf_that_is_not_the_promised_one_cries),
		TEST(an_entry_that_says_something_else_cries),
		TEST(forged_proofs_are_not_believed),
		TEST(a_checkpoint_by_another_key_cries),
		TEST(a_new_promise_key_counts_when_the_directory_has_it),
		TEST(the_recipient_looks_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
