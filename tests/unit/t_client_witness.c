/* SPDX-License-Identifier: EUPL-1.2 */
/* link: -Wl,--wrap=mdb_txn_commit */
/* A partner as a witness: what it signs, when, and what the signatures of others are worth to it.
 */
#include "fake_stage.h"

#include <errno.h>
#include <lmdb.h>
#include <string.h>

#include "skl_clock.h"

/* The disk is full for as long as this is set. */
static bool is_full;

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!is_full)
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return ENOSPC;
}

static void start(struct stage *stage, int partner)
{
	stage->opts[partner].is_witness = true;
	stage_start(stage, partner);
	if (partner == POLICE)
		stage_until(stage, stage->police.ups == 1);
	else
		stage_until(stage, stage->vt.ups == 1);
}

static void submit_some(struct stage *stage, size_t n)
{
	size_t before = stage->police.result_count;
	uint8_t id[16];
	for (size_t i = 0; i < n; i++)
		stage_submit(stage, 0, NULL, id);
	stage_until(stage, stage->police.result_count == before + n);
}

static struct skl_client_status status_of(struct skl_client *client)
{
	struct skl_client_status status;
	assert_int_equal(skl_client_status(client, &status), SKL_OK);
	return status;
}

static void swap_leaf(struct fake_hub *hub, size_t at)
{
	hub->leaves[at].data[hub->leaves[at].len - 1] ^= 1;
}

static void what_is_consistent_is_signed(void **state)
{
	struct stage *stage = *state;
	world_witnesses(&stage->world, true, false);
	start(stage, POLICE);
	submit_some(stage, 2);
	hub_sign(&stage->hub);
	stage_until(stage, stage->hub.cosigned == 1);
	submit_some(stage, 1);
	hub_sign(&stage->hub);
	stage_until(stage, stage->hub.cosigned == 2);
	assert_int_equal(stage->hub.cosigned_size, 3);
	swap_leaf(&stage->hub, 0);
	submit_some(stage, 1);
	hub_sign(&stage->hub);
	stage_until(stage, stage->police.alarms[SKL_ALARM_CHECKPOINT_BROKEN] == 1);
	stage_rounds(stage, 20);
	assert_int_equal(stage->hub.cosigned, 2);
}

/* Not in the directory, or told not to: it signs nothing. */
static void who_is_no_witness_signs_nothing(void **state)
{
	struct stage *stage = *state;
	world_witnesses(&stage->world, false, true);
	start(stage, POLICE);
	stage_start(stage, VT);
	stage_until(stage, stage->vt.ups == 1);
	submit_some(stage, 1);
	hub_sign(&stage->hub);
	stage_until(stage, status_of(stage->police.client).checkpoint_size == 1 &&
				   status_of(stage->vt.client).checkpoint_size == 1);
	stage_rounds(stage, 20);
	assert_int_equal(stage->hub.cosigned, 0);
}

/* No signature leaves before what it says is on the disk: after a crash we might sign another. */
static void the_guard_is_on_the_disk_first(void **state)
{
	struct stage *stage = *state;
	unsigned failed = 0;
	world_witnesses(&stage->world, true, false);
	start(stage, POLICE);
	submit_some(stage, 2);
	is_full = true;
	hub_sign(&stage->hub);
	for (unsigned i = 0; i < 200; i++) {
		hub_step(&stage->hub);
		failed += skl_client_step(stage->police.client, 1) != SKL_OK;
		world_pass(1);
	}
	is_full = false;
	assert_true(failed > 0);
	assert_true(stage->police.alarms[SKL_ALARM_SPOOL_FAILED] > 0);
	assert_int_equal(stage->hub.cosigned, 0);
	world_pass(60000);
	stage_until(stage, stage->hub.cosigned == 1);
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	assert_int_equal(status_of(stage->police.client).checkpoint_size, 2);
}

/* It was lost, or the hub could not keep it: the hub shows the checkpoint again without it. */
static void what_got_lost_is_signed_again(void **state)
{
	struct stage *stage = *state;
	world_witnesses(&stage->world, true, false);
	start(stage, POLICE);
	submit_some(stage, 1);
	hub_sign(&stage->hub);
	stage_until(stage, stage->hub.cosigned == 1);
	hub_tell(&stage->hub);
	stage_until(stage, stage->hub.cosigned == 2);
	stage->hub.keeps_cosignatures = true;
	hub_tell(&stage->hub);
	stage_until(stage, stage->hub.cosigned == 3);
	hub_tell(&stage->hub);
	stage_rounds(stage, 50);
	assert_int_equal(stage->hub.cosigned, 3);
}

/* One of care and one of justice; until then the promise stays, and is late in the end. */
static void promises_end_under_what_both_sides_signed(void **state)
{
	struct stage *stage = *state;
	world_witnesses(&stage->world, true, true);
	stage->hub.keeps_cosignatures = true;
	start(stage, POLICE);
	submit_some(stage, 3);
	hub_sign(&stage->hub);
	stage_until(stage, stage->hub.cosigned == 1);
	world_pass(20000);
	stage_rounds(stage, 20);
	assert_int_equal(status_of(stage->police.client).checkpoint_size, 3);
	assert_int_equal(status_of(stage->police.client).witnessed_size, 0);
	assert_int_equal(status_of(stage->police.client).spool.promises, 3);
	world_pass(42000);
	stage_until(stage, stage->police.alarms[SKL_ALARM_PROMISE_LATE] == 1);
	start(stage, VT);
	stage_until(stage, !status_of(stage->police.client).spool.promises);
	assert_int_equal(status_of(stage->police.client).witnessed_size, 3);
	stage_until(stage, stage->police.lowered[SKL_ALARM_PROMISE_LATE] == 1);
	/* It is remembered. */
	stage_stop(stage, POLICE);
	stage_start(stage, POLICE);
	assert_int_equal(status_of(stage->police.client).witnessed_size, 3);
}

/* Two of one side are not both sides, and no quorum can be asked for: as without witnesses. */
static void a_directory_without_both_sides_asks_for_none(void **state)
{
	struct stage *stage = *state;
	world_witnesses(&stage->world, true, false);
	start(stage, POLICE);
	submit_some(stage, 1);
	hub_sign(&stage->hub);
	stage_until(stage, !status_of(stage->police.client).spool.promises);
}

/*
 * The hub shows two witnesses two trees. Each signs what it saw; no checkpoint gets both
 * signatures, so no promise ends; one that is said to have both is forged; and whoever is shown the
 * other tree cries.
 */
static void a_fork_shown_to_two_witnesses_is_found(void **state)
{
	struct stage *stage = *state;
	struct skl_buf line;
	world_witnesses(&stage->world, true, true);
	start(stage, POLICE);
	submit_some(stage, 2);
	stage->hub.keeps_cosignatures = true;
	hub_sign(&stage->hub);
	stage_until(stage, stage->hub.cosigned == 1);
	skl_buf_init(&line, 4096);
	skl_buf_add_str(&line, strstr(skl_buf_str(&stage->hub.checkpoint), "\xe2\x80\x94 politie"));
	assert_true(line.len > 0);
	stage_stop(stage, POLICE);

	swap_leaf(&stage->hub, 1);
	hub_sign(&stage->hub);
	start(stage, VT);
	stage_until(stage, stage->hub.cosigned == 2);
	stage_rounds(stage, 50);
	assert_int_equal(status_of(stage->vt.client).witnessed_size, 0);
	skl_buf_add_view(&stage->hub.checkpoint, skl_buf_view(&line));
	hub_tell(&stage->hub);
	stage_until(stage, stage->vt.alarms[SKL_ALARM_CHECKPOINT_FORGED] == 1);
	assert_int_equal(status_of(stage->vt.client).witnessed_size, 0);

	hub_sign(&stage->hub);
	stage_start(stage, POLICE);
	stage_until(stage, stage->police.alarms[SKL_ALARM_CHECKPOINT_BROKEN] >= 1);
	assert_int_equal(status_of(stage->police.client).witnessed_size, 0);
	skl_buf_done(&line);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_consistent_is_signed),
		TEST(who_is_no_witness_signs_nothing),
		TEST(the_guard_is_on_the_disk_first),
		TEST(what_got_lost_is_signed_again),
		TEST(promises_end_under_what_both_sides_signed),
		TEST(a_directory_without_both_sides_asks_for_none),
		TEST(a_fork_shown_to_two_witnesses_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
