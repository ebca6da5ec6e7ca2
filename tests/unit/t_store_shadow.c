/* SPDX-License-Identifier: EUPL-1.2 */
/* What a next set would have decided: full, empty, and damaged rows. */
#include <stdio.h>

#include "skl_db.h"
#include "skl_shadow_store.h"
#include "store_place.h"

/* As much as there can be; the newest entry stands where the oldest was. */
static struct skl_shadow_tally *full_tally(void)
{
	static struct skl_shadow_tally tally;

	tally = (struct skl_shadow_tally){.digest = {7},
					  .since_ms = NOW,
					  .decisions = 1000,
					  .wider = 3,
					  .narrower = UINT64_MAX,
					  .rule_count = SKL_SHADOW_RULES,
					  .entry_count = SKL_SHADOW_ENTRIES + 5};
	for (unsigned i = 0; i < SKL_SHADOW_RULES; i++) {
		(void)snprintf(tally.rules[i].id, SKL_SHADOW_RULE_BYTES, "RULE-%u", i);
		tally.rules[i].wider = i;
		tally.rules[i].narrower = 1u + i;
	}
	for (unsigned i = 0; i < SKL_SHADOW_ENTRIES; i++) {
		tally.entries[i] = (struct skl_shadow_entry){
			.index = 10u + i, .is_wider = i & 1, .category = (uint8_t)(i % 40)};
		(void)snprintf(tally.entries[i].rule, SKL_SHADOW_RULE_BYTES, "RULE-%u", i);
	}
	return &tally;
}

static void a_tally_comes_back(void **state)
{
	struct store_place *place = *state;
	const struct skl_shadow_tally *tally = full_tally();
	const struct skl_shadow_tally empty = {.digest = {8}, .since_ms = NOW};
	static struct skl_shadow_tally back;
	struct skl_txn *txn = begin_write(place);

	assert_int_equal(skl_shadow_store_get(txn, tally->digest, &back), SKL_ENOTFOUND);
	assert_int_equal(skl_shadow_store_put(txn, tally), SKL_OK);
	assert_int_equal(skl_shadow_store_put(txn, &empty), SKL_OK);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_read(place);
	assert_int_equal(skl_shadow_store_get(txn, tally->digest, &back), SKL_OK);
	assert_memory_equal(&back, tally, sizeof(back));
	assert_int_equal(skl_shadow_store_get(txn, empty.digest, &back), SKL_OK);
	assert_memory_equal(&back, &empty, sizeof(back));
	skl_txn_abort(txn);
}

/* Cut anywhere, or with more rules than there can be: damage, and never more than fits. */
static void damage_is_found(void **state)
{
	struct store_place *place = *state;
	const struct skl_shadow_tally *tally = full_tally();
	const struct skl_view key = skl_view_of(tally->digest, 32);
	static struct skl_shadow_tally back;
	static uint8_t bytes[16384];
	struct skl_txn *txn = begin_write(place);
	struct skl_view value;
	size_t len;

	assert_int_equal(skl_shadow_store_put(txn, tally), SKL_OK);
	assert_int_equal(skl_db_get(txn, SKL_DB_SHADOW, key, &value), SKL_OK);
	len = value.len;
	assert_true(len <= sizeof(bytes));
	memcpy(bytes, value.data, len);
	for (size_t cut = 0; cut < len; cut += 1 + cut / 50) {
		assert_int_equal(skl_txn_put(txn, SKL_DB_SHADOW, key, skl_view_of(bytes, cut)),
				 SKL_OK);
		assert_int_not_equal(skl_shadow_store_get(txn, tally->digest, &back), SKL_OK);
	}
	bytes[36] = 0xff; /* of the number of rules */
	assert_int_equal(skl_txn_put(txn, SKL_DB_SHADOW, key, skl_view_of(bytes, len)), SKL_OK);
	assert_int_equal(skl_shadow_store_get(txn, tally->digest, &back), SKL_ECORRUPT);
	skl_txn_abort(txn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_tally_comes_back, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(damage_is_found, place_setup, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
