/* SPDX-License-Identifier: EUPL-1.2 */
/* Consents, and which tags are one person's. */
#include "skl_consent.h"
#include "skl_db.h"
#include "skl_person.h"
#include "store_place.h"

static struct skl_consent consent_of(uint32_t ref, uint8_t subject, uint8_t giver)
{
	struct skl_consent item = {
		.subject = {subject},
		.giver = {giver},
		.capacity = SKL_CONSENT_CAPACITY_HOLDER_OF_AUTHORITY,
		.recorder = "team",
		.holder = "",
		.recipient = "ggz",
		.desk = "behandeling",
		.purpose = SKL_PURPOSE_RECOVERY,
		.categories = UINT64_C(1) << SKL_CATEGORY_CHILD,
		.state = SKL_CONSENT_STATE_GIVEN,
		.how = SKL_CONSENT_HOW_ALONE,
		.from_ms = NOW,
		.until_ms = NOW + 1000,
	};

	memcpy(item.ref, id_of(ref), sizeof(item.ref));
	memcpy(item.case_ref, id_of(99), sizeof(item.case_ref));
	return item;
}

struct seen {
	unsigned count;
	unsigned stop_at;
	enum skl_consent_state states[8];
};

static bool see(void *arg, const struct skl_consent *item)
{
	struct seen *seen = arg;

	seen->states[seen->count++] = item->state;
	return seen->count != seen->stop_at;
}

static void the_last_state_counts(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_consent item = consent_of(1, 7, 8), found;

	assert_int_equal(skl_consent_get(txn, item.ref, &found), SKL_ENOTFOUND);
	assert_int_equal(skl_consent_put(txn, &item), SKL_OK);
	item.state = SKL_CONSENT_STATE_WITHDRAWN;
	item.how = SKL_CONSENT_HOW_PARTNER_PRESENT;
	assert_int_equal(skl_consent_put(txn, &item), SKL_OK);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_write(place);
	assert_int_equal(skl_consent_get(txn, item.ref, &found), SKL_OK);
	assert_memory_equal(&found, &item, sizeof(item));
	commit(txn);
}

static void each_is_found_by_whom_it_is_about(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_consent rows[] = {consent_of(1, 7, 8), consent_of(2, 7, 9), consent_of(3, 5, 8)};
	const uint8_t other[32] = {6};
	struct seen seen = {0};

	rows[1].state = SKL_CONSENT_STATE_REFUSED;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(skl_consent_put(txn, &rows[i]), SKL_OK);
	assert_int_equal(skl_consent_each(txn, rows[0].subject, see, &seen), SKL_OK);
	assert_int_equal(seen.count, 2);
	seen = (struct seen){0};
	assert_int_equal(skl_consent_each_like(txn, rows[0].subject, 16, see, &seen), SKL_OK);
	assert_int_equal(seen.count, 2);
	seen = (struct seen){.stop_at = 1};
	assert_int_equal(skl_consent_each(txn, rows[0].subject, see, &seen), SKL_OK);
	assert_int_equal(seen.count, 1);
	seen = (struct seen){0};
	assert_int_equal(skl_consent_each(txn, other, see, &seen), SKL_OK);
	assert_int_equal(seen.count, 0);
	commit(txn);
}

/* What cannot be read is never taken for "nobody refused". */
static void damage_is_an_error(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_consent item = consent_of(1, 7, 8), found;
	struct seen seen = {0};
	struct skl_view value;
	uint8_t copy[512];

	assert_int_equal(skl_consent_put(txn, &item), SKL_OK);
	assert_int_equal(skl_db_get(txn, SKL_DB_CONSENT, skl_view_of(item.ref, 16), &value),
			 SKL_OK);
	assert_true(value.len < sizeof(copy));
	memcpy(copy, value.data, value.len);
	assert_int_equal(skl_txn_put(txn, SKL_DB_CONSENT, skl_view_of(item.ref, 16),
				     skl_view_of(copy, value.len - 1)),
			 SKL_OK);
	assert_int_equal(skl_consent_get(txn, item.ref, &found), SKL_ECORRUPT);
	assert_int_equal(skl_consent_each(txn, item.subject, see, &seen), SKL_ECORRUPT);
	assert_int_equal(skl_txn_delete(txn, SKL_DB_CONSENT, skl_view_of(item.ref, 16)), SKL_OK);
	assert_int_equal(skl_consent_each(txn, item.subject, see, &seen), SKL_ECORRUPT);
	assert_int_equal(seen.count, 0);
	commit(txn);
}

static void links_join_in_steps_and_come_apart(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	const uint8_t a[32] = {1}, b[32] = {2}, c[32] = {3};
	struct skl_person person;

	assert_int_equal(skl_person_find(txn, a, &person), SKL_OK);
	assert_int_equal(person.count, 1);
	assert_int_equal(skl_person_link(txn, a, a), SKL_EINVAL);
	assert_int_equal(skl_person_link(txn, a, b), SKL_OK);
	assert_int_equal(skl_person_link(txn, b, a), SKL_OK);
	assert_int_equal(skl_person_link(txn, c, b), SKL_OK);
	assert_int_equal(skl_person_find(txn, a, &person), SKL_OK);
	assert_int_equal(person.count, 3);
	assert_int_equal(skl_person_unlink(txn, b, a), SKL_OK);
	assert_int_equal(skl_person_unlink(txn, b, a), SKL_OK);
	assert_int_equal(skl_person_find(txn, a, &person), SKL_OK);
	assert_int_equal(person.count, 1);
	assert_int_equal(skl_person_find(txn, c, &person), SKL_OK);
	assert_int_equal(person.count, 2);
	commit(txn);
}

static void a_person_has_a_limit(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint8_t first[32] = {1}, next[32] = {2};
	struct skl_person person;

	for (size_t i = 1; i < SKL_PERSON_TAGS_MAX; i++) {
		next[1] = (uint8_t)i;
		assert_int_equal(skl_person_link(txn, first, next), SKL_OK);
	}
	assert_int_equal(skl_person_find(txn, next, &person), SKL_OK);
	assert_int_equal(person.count, SKL_PERSON_TAGS_MAX);
	next[2] = 1;
	assert_int_equal(skl_person_link(txn, first, next), SKL_OK);
	assert_int_equal(skl_person_find(txn, next, &person), SKL_ELIMIT);
	commit(txn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(the_last_state_counts), TEST(each_is_found_by_whom_it_is_about),
		TEST(damage_is_an_error),    TEST(links_join_in_steps_and_come_apart),
		TEST(a_person_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
