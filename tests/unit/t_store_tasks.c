/* SPDX-License-Identifier: EUPL-1.2 */
/* What waits for a person: kept once, ended by what it is about, and damage is found. */
#include "skl_db.h"
#include "skl_task_store.h"
#include "store_place.h"

#define CASE id_of(9)

static struct skl_task_row task_of(enum skl_task task, unsigned id, unsigned about)
{
	struct skl_task_row row = {.task = task,
				   .partner = "vt-zw",
				   .entry_index = id,
				   .given_ms = NOW + id,
				   .due_ms = NOW};

	memcpy(row.case_ref, CASE, sizeof(row.case_ref));
	memcpy(row.id, id_of(id), sizeof(row.id));
	memcpy(row.about, id_of(about), sizeof(row.about));
	return row;
}

struct seen {
	unsigned count, stop_at;
	struct skl_task_row last;
};

static bool see(void *arg, const struct skl_task_row *row)
{
	struct seen *seen = arg;

	seen->last = *row;
	return ++seen->count != seen->stop_at;
}

static uint64_t count_of(struct skl_txn *txn)
{
	uint64_t count = 99;

	assert_int_equal(skl_task_store_count(txn, &count), SKL_OK);
	return count;
}

static void a_task_is_open_until_it_ends(void **state)
{
	struct store_place *place = *state;
	const struct skl_task_row first = task_of(SKL_TASK_RECALL_ONWARD, 1, 20);
	const struct skl_task_row again = task_of(SKL_TASK_RECALL_ONWARD, 2, 20);
	const struct skl_task_row other = task_of(SKL_TASK_RECALL_ONWARD, 3, 21);
	struct skl_txn *txn = begin_write(place);
	struct skl_task_row back;

	assert_int_equal(skl_task_store_put(txn, &first), SKL_OK);
	assert_int_equal(skl_task_store_put(txn, &again), SKL_OK); /* in its place */
	assert_int_equal(skl_task_store_put(txn, &other), SKL_OK);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_write(place);
	assert_int_equal(count_of(txn), 2);
	assert_int_equal(skl_task_store_get(txn, "vt-zw", CASE, id_of(2), &back), SKL_OK);
	assert_memory_equal(&back, &again, sizeof(back));
	assert_int_equal(skl_task_store_get(txn, "vt-zw", CASE, id_of(1), &back), SKL_ENOTFOUND);
	assert_int_equal(skl_task_store_get(txn, "politie-nh", CASE, id_of(2), &back),
			 SKL_ENOTFOUND);
	assert_int_equal(skl_task_store_get(txn, "vt-zw", NULL, id_of(2), &back), SKL_ENOTFOUND);
	assert_int_equal(skl_task_store_end(txn, "vt-zw", CASE, SKL_TASK_ANSWER, id_of(20)),
			 SKL_OK);
	assert_int_equal(count_of(txn), 2); /* of that kind there was none */
	assert_int_equal(skl_task_store_end(txn, "vt-zw", CASE, SKL_TASK_RECALL_ONWARD, id_of(20)),
			 SKL_OK);
	assert_int_equal(skl_task_store_get(txn, "vt-zw", CASE, id_of(2), &back), SKL_ENOTFOUND);
	assert_int_equal(count_of(txn), 1);
	skl_txn_abort(txn);
}

static void those_of_a_case_end_together(void **state)
{
	struct store_place *place = *state;
	const struct skl_task_row rows[] = {task_of(SKL_TASK_RATE_SAFETY, 1, 20),
					    task_of(SKL_TASK_RATE_SAFETY, 2, 21),
					    task_of(SKL_TASK_REVIEW_PLAN, 3, 20)};
	struct skl_task_row elsewhere = task_of(SKL_TASK_RATE_SAFETY, 4, 20);
	struct seen seen = {0};
	struct skl_txn *txn = begin_write(place);
	unsigned count = 0;

	memset(elsewhere.case_ref, 0, sizeof(elsewhere.case_ref)); /* of no case */
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_int_equal(skl_task_store_put(txn, &rows[i]), SKL_OK);
	assert_int_equal(skl_task_store_put(txn, &elsewhere), SKL_OK);
	seen.stop_at = 2;
	assert_int_equal(skl_task_store_list(txn, "vt-zw", see, &seen, &count), SKL_OK);
	assert_int_equal(count, 2);
	assert_int_equal(skl_task_store_end_all(txn, "vt-zw", CASE, SKL_TASK_RATE_SAFETY), SKL_OK);
	assert_int_equal(count_of(txn), 2);
	assert_int_equal(skl_task_store_end_all(txn, "vt-zw", CASE, SKL_TASK_UNSPECIFIED), SKL_OK);
	seen = (struct seen){0};
	assert_int_equal(skl_task_store_list(txn, "vt-zw", see, &seen, &count), SKL_OK);
	assert_int_equal(count, 1);
	assert_memory_equal(&seen.last, &elsewhere, sizeof(elsewhere));
	assert_int_equal(skl_task_store_list(txn, "politie-nh", see, &seen, &count), SKL_OK);
	assert_int_equal(count, 0);
	skl_txn_abort(txn);
}

static void what_is_no_task_is_refused(void **state)
{
	struct store_place *place = *state;
	const struct skl_task_row none = task_of(SKL_TASK_UNSPECIFIED, 1, 20);
	const struct skl_task_row more =
		task_of((enum skl_task)(skl_code_count(SKL_LIST_TASK) + 1), 1, 20);
	char name[SKL_STORE_NAME_MAX + 2];
	struct skl_txn *txn = begin_write(place);

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(skl_task_store_put(txn, &none), SKL_EINVAL);
	assert_int_equal(skl_task_store_put(txn, &more), SKL_EINVAL);
	assert_int_equal(skl_task_store_end(txn, name, NULL, SKL_TASK_ANSWER, NULL), SKL_EINVAL);
	assert_int_equal(skl_task_store_end_all(txn, name, NULL, SKL_TASK_ANSWER), SKL_EINVAL);
	skl_txn_abort(txn);
}

/* Two cases became one: tasks of the partner in the one are of the other, and keep their ids. */
static void tasks_move_with_their_case(void **state)
{
	struct skl_task_row row = task_of(SKL_TASK_ANSWER, 1, 20), found;
	struct skl_txn *txn = begin_write(*state);
	uint8_t to[16] = {0x70};

	assert_int_equal(skl_task_store_put(txn, &row), SKL_OK);
	assert_int_equal(skl_task_store_move(txn, row.partner, row.case_ref, to, to), SKL_OK);
	assert_int_equal(skl_task_store_get(txn, row.partner, row.case_ref, row.id, &found),
			 SKL_OK);
	assert_int_equal(skl_task_store_move(txn, row.partner, row.case_ref, to, row.about),
			 SKL_OK);
	assert_int_equal(skl_task_store_get(txn, row.partner, row.case_ref, row.id, &found),
			 SKL_ENOTFOUND);
	assert_int_equal(skl_task_store_get(txn, row.partner, to, row.id, &found), SKL_OK);
	assert_memory_equal(found.about, row.about, sizeof(row.about));
	assert_int_equal(skl_task_store_move(txn, "nobody", to, row.case_ref, NULL), SKL_OK);
	skl_txn_abort(txn);
}

/* Cut anywhere, or under another key than its own. */
static void damage_is_found(void **state)
{
	struct store_place *place = *state;
	const struct skl_task_row row = task_of(SKL_TASK_ANSWER, 1, 20);
	struct seen seen = {0};
	struct skl_txn *txn = begin_write(place);
	struct skl_view key, value;
	uint8_t own_key[SKL_DB_KEY_MAX], bytes[512];
	size_t key_len, len;
	unsigned count;

	assert_int_equal(skl_task_store_put(txn, &row), SKL_OK);
	assert_int_equal(skl_db_last(txn, SKL_DB_TASK, &key, &value), SKL_OK);
	key_len = key.len;
	len = value.len;
	assert_true(len <= sizeof(bytes));
	memcpy(own_key, key.data, key_len);
	memcpy(bytes, value.data, len);
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(skl_txn_put(txn, SKL_DB_TASK, skl_view_of(own_key, key_len),
					     skl_view_of(bytes, cut)),
				 SKL_OK);
		assert_int_not_equal(skl_task_store_list(txn, "vt-zw", see, &seen, &count), SKL_OK);
	}
	assert_int_equal(skl_txn_delete(txn, SKL_DB_TASK, skl_view_of(own_key, key_len)), SKL_OK);
	own_key[key_len - 1] ^= 1;
	assert_int_equal(skl_txn_put(txn, SKL_DB_TASK, skl_view_of(own_key, key_len),
				     skl_view_of(bytes, len)),
			 SKL_OK);
	assert_int_equal(skl_task_store_list(txn, "vt-zw", see, &seen, &count), SKL_ECORRUPT);
	assert_int_equal(seen.count, 0);
	skl_txn_abort(txn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(a_task_is_open_until_it_ends),
		TEST(those_of_a_case_end_together),
		TEST(what_is_no_task_is_refused),
		TEST(tasks_move_with_their_case),
		TEST(damage_is_found),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
