/* SPDX-License-Identifier: EUPL-1.2 */
/* The outbox: order within and across cases, states, and what survives a restart. */
#include "skl_outbox.h"
#include "store_place.h"

#define VT "vt-zw"

static struct skl_outbox_item item_of(const char *partner, uint32_t case_number,
				      enum skl_outbox_priority priority)
{
	struct skl_outbox_item item = {.type = SKL_OUTBOX_MESSAGE,
				       .priority = priority,
				       .has_case = case_number != 0,
				       .accepted_ms = NOW,
				       .expires_ms = NOW + DAY};

	snprintf(item.partner, sizeof item.partner, "%s", partner);
	snprintf(item.sender, sizeof item.sender, "politie-nh");
	if (case_number)
		memcpy(item.case_ref, id_of(case_number), 16);
	return item;
}

static uint64_t push(struct skl_txn *txn, const char *partner, uint32_t case_number,
		     enum skl_outbox_priority priority)
{
	struct skl_outbox_item item = item_of(partner, case_number, priority);
	uint64_t number = 0;

	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_OK);
	return number;
}

/* The number of the next item to offer, 0 if none. */
static uint64_t next(struct skl_txn *txn, const char *partner, int64_t now_ms)
{
	struct skl_outbox_item item;
	enum skl_err err = skl_outbox_next(txn, partner, now_ms, &item, NULL);

	if (err == SKL_ENOTFOUND)
		return 0;
	assert_int_equal(err, SKL_OK);
	return item.number;
}

static uint64_t offer_next(struct skl_txn *txn, const char *partner, uint64_t *ret_case_seq)
{
	uint64_t number = next(txn, partner, NOW);

	assert_int_not_equal(number, 0);
	assert_int_equal(skl_outbox_offered(txn, number, NOW, ret_case_seq), SKL_OK);
	return number;
}

static void an_item_comes_back_as_it_was(void **state)
{
	static const uint32_t sections[] = {7, 2147483647, 3};
	struct store_place *place = *state;
	struct skl_outbox_item item = item_of(VT, 3, SKL_OUTBOX_PRIORITY), found;
	struct skl_txn *txn = begin_write(place);
	uint64_t number;

	snprintf(item.desk, sizeof item.desk, "meldingen");
	memcpy(item.message_id, id_of(9), 16);
	item.entry_index = 12345678901;
	item.not_before_ms = 5;
	item.size_bytes = 4096;
	memset(item.stamps.policy_digest, 7, 32);
	item.stamps.directory_number = 11;
	item.stamps.case_version = 12;
	item.stamps.consent_version = 13;
	item.header = skl_view_str("header");
	item.sections = sections;
	item.section_count = 3;
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_OK);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_read(place);
	assert_int_equal(skl_outbox_get(txn, number, &found), SKL_OK);
	assert_int_equal(found.number, number);
	assert_int_equal(found.type, SKL_OUTBOX_MESSAGE);
	assert_int_equal(found.state, SKL_OUTBOX_WAITING);
	assert_int_equal(found.priority, SKL_OUTBOX_PRIORITY);
	assert_string_equal(found.partner, VT);
	assert_string_equal(found.desk, "meldingen");
	assert_string_equal(found.sender, "politie-nh");
	assert_true(found.has_case);
	assert_memory_equal(found.case_ref, item.case_ref, 16);
	assert_memory_equal(found.message_id, item.message_id, 16);
	assert_int_equal(found.entry_index, item.entry_index);
	assert_int_equal(found.accepted_ms, NOW);
	assert_int_equal(found.not_before_ms, 5);
	assert_int_equal(found.expires_ms, NOW + DAY);
	assert_int_equal(found.size_bytes, 4096);
	assert_memory_equal(&found.stamps, &item.stamps, sizeof item.stamps);
	assert_true(skl_view_is(found.header, "header"));
	assert_int_equal(found.section_count, 3);
	assert_memory_equal(found.section, sections, sizeof sections);
	assert_int_equal(skl_outbox_get(txn, number + 1, &found), SKL_ENOTFOUND);
	commit(txn);
}

static void within_a_case_order_is_kept(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint64_t first = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t second = push(txn, VT, 1, SKL_OUTBOX_ACUTE);
	uint64_t third = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t seq = 0;

	assert_int_equal(offer_next(txn, VT, &seq), first);
	assert_int_equal(seq, 1);
	assert_int_equal(next(txn, VT, NOW), 0); /* the case is held while one is out */
	assert_int_equal(skl_outbox_offered(txn, second, NOW, NULL), SKL_ESTATE);
	assert_int_equal(skl_outbox_done(txn, first), SKL_OK);
	assert_int_equal(offer_next(txn, VT, &seq), second);
	assert_int_equal(seq, 2);
	assert_int_equal(skl_outbox_done(txn, second), SKL_OK);
	assert_int_equal(offer_next(txn, VT, &seq), third);
	assert_int_equal(seq, 3);
	assert_int_equal(skl_outbox_done(txn, third), SKL_OK);
	assert_int_equal(next(txn, VT, NOW), 0);
	assert_int_equal(skl_outbox_done(txn, third), SKL_ENOTFOUND);
	commit(txn);
}

static void across_cases_priority_then_age(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint64_t a = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t b = push(txn, VT, 2, SKL_OUTBOX_ROUTINE);
	uint64_t c = push(txn, VT, 3, SKL_OUTBOX_ACUTE);
	uint64_t d = push(txn, VT, 4, SKL_OUTBOX_PRIORITY);
	uint64_t other = push(txn, "om-nh", 1, SKL_OUTBOX_ACUTE);

	assert_int_equal(offer_next(txn, VT, NULL), c);
	assert_int_equal(offer_next(txn, VT, NULL), d);
	assert_int_equal(offer_next(txn, VT, NULL), a);
	assert_int_equal(offer_next(txn, VT, NULL), b);
	assert_int_equal(next(txn, VT, NOW), 0);
	assert_int_equal(next(txn, "om-nh", NOW), other);
	commit(txn);
}

static void items_without_a_case_do_not_hold_each_other(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_outbox_item receipt = item_of(VT, 0, SKL_OUTBOX_ROUTINE);
	uint64_t a = push(txn, VT, 0, SKL_OUTBOX_ROUTINE), b, seq = 7;

	receipt.type = SKL_OUTBOX_RECEIPT;
	assert_int_equal(skl_outbox_push(txn, &receipt, &b), SKL_OK);
	assert_int_equal(offer_next(txn, VT, &seq), a);
	assert_int_equal(seq, 0);
	assert_int_equal(offer_next(txn, VT, NULL), b);
	commit(txn);
}

static void what_is_due_later_waits_and_holds_its_case(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_outbox_item late = item_of(VT, 1, SKL_OUTBOX_ROUTINE), found;
	int64_t later = -1;
	uint64_t a, b, c;

	late.not_before_ms = NOW + 500;
	assert_int_equal(skl_outbox_push(txn, &late, &a), SKL_OK);
	b = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	c = push(txn, VT, 2, SKL_OUTBOX_ROUTINE);
	assert_int_equal(offer_next(txn, VT, NULL), c);
	assert_int_equal(skl_outbox_next(txn, VT, NOW, &found, &later), SKL_ENOTFOUND);
	assert_int_equal(later, NOW + 500);
	assert_int_equal(next(txn, VT, NOW + 500), a);
	assert_int_equal(skl_outbox_offered(txn, a, NOW + 500, NULL), SKL_OK);
	assert_int_equal(skl_outbox_done(txn, a), SKL_OK);
	assert_int_equal(next(txn, VT, NOW), b);
	assert_int_equal(skl_outbox_next(txn, "om-nh", NOW, &found, &later), SKL_ENOTFOUND);
	assert_int_equal(later, 0);
	commit(txn);
}

static void a_clock_set_back_holds_nothing_up(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_outbox_item late = item_of(VT, 1, SKL_OUTBOX_ROUTINE), found;
	uint64_t number;

	late.not_before_ms = NOW + 1000;
	assert_int_equal(skl_outbox_push(txn, &late, &number), SKL_OK);
	assert_int_equal(skl_outbox_next(txn, VT, NOW, &found, NULL), SKL_ENOTFOUND);
	assert_int_equal(next(txn, VT, NOW - 3600000), number);
	commit(txn);
}

static void an_ended_session_puts_its_offers_in_doubt(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint64_t a = push(txn, VT, 1, SKL_OUTBOX_ROUTINE), seq;
	uint64_t b = push(txn, VT, 2, SKL_OUTBOX_ROUTINE);
	uint64_t behind = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	struct skl_outbox_item item;
	unsigned count;

	offer_next(txn, VT, &seq);
	offer_next(txn, VT, NULL);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_write(place);
	assert_int_equal(next(txn, VT, NOW), 0);
	assert_int_equal(skl_outbox_return_all(txn, VT, &count), SKL_OK);
	assert_int_equal(count, 2);
	assert_int_equal(skl_outbox_get(txn, a, &item), SKL_OK);
	assert_int_equal(item.state, SKL_OUTBOX_IN_DOUBT);
	assert_int_equal(item.attempts, 1);
	/* again, with the number and the place it had */
	assert_int_equal(next(txn, VT, NOW), a);
	assert_int_equal(skl_outbox_offered(txn, a, NOW, &seq), SKL_OK);
	assert_int_equal(seq, 1);
	assert_int_equal(next(txn, VT, NOW), b);
	assert_int_equal(skl_outbox_done(txn, a), SKL_OK);
	/* a receipt for b counts even though it is in doubt */
	assert_int_equal(skl_outbox_done(txn, b), SKL_OK);
	assert_int_equal(offer_next(txn, VT, &seq), behind);
	assert_int_equal(seq, 2);
	commit(txn);
}

static void refusals_are_counted_until_a_person_releases(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint64_t a = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t b = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	struct skl_outbox_item item;
	uint32_t refusals = 0;

	assert_int_equal(skl_outbox_refused(txn, a, NOW, &refusals), SKL_ESTATE);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(next(txn, VT, NOW + i), a);
		assert_int_equal(skl_outbox_offered(txn, a, NOW + i, NULL), SKL_OK);
		assert_int_equal(skl_outbox_refused(txn, a, NOW + i + 1, &refusals), SKL_OK);
		assert_int_equal(refusals, i);
	}
	assert_int_equal(skl_outbox_park(txn, a, SKL_OUTBOX_PARK_NONE), SKL_EINVAL);
	assert_int_equal(skl_outbox_park(txn, a, SKL_OUTBOX_PARK_STUCK), SKL_OK);
	assert_int_equal(next(txn, VT, NOW + DAY), 0); /* and b is held behind it */
	assert_int_equal(skl_outbox_get(txn, a, &item), SKL_OK);
	assert_int_equal(item.park, SKL_OUTBOX_PARK_STUCK);
	assert_int_equal(skl_outbox_release(txn, a), SKL_OK);
	assert_int_equal(skl_outbox_release(txn, a), SKL_ESTATE);
	assert_int_equal(skl_outbox_get(txn, a, &item), SKL_OK);
	assert_int_equal(item.refusals, 0);
	assert_int_equal(item.state, SKL_OUTBOX_IN_DOUBT);
	assert_int_equal(next(txn, VT, NOW), a);
	/* parked as the second of its case: it holds when its turn comes */
	assert_int_equal(skl_outbox_park(txn, b, SKL_OUTBOX_PARK_NEEDS_REWRAP), SKL_OK);
	assert_int_equal(skl_outbox_done(txn, a), SKL_OK);
	assert_int_equal(next(txn, VT, NOW), 0);
	assert_int_equal(skl_outbox_release(txn, b), SKL_OK);
	assert_int_equal(next(txn, VT, NOW), b);
	commit(txn);
}

static void what_is_withheld_leaves_no_gap(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint64_t a = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t b = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t c = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t seq;

	assert_int_equal(offer_next(txn, VT, &seq), a);
	/* the one in the middle goes while the first is out */
	assert_int_equal(skl_outbox_done(txn, b), SKL_OK);
	assert_int_equal(next(txn, VT, NOW), 0);
	assert_int_equal(skl_outbox_done(txn, a), SKL_OK);
	assert_int_equal(offer_next(txn, VT, &seq), c);
	assert_int_equal(seq, 2);
	commit(txn);
}

static void a_new_decision_replaces_what_is_sent(void **state)
{
	static const uint32_t sections[] = {1, 2, 3};
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_outbox_item item = item_of(VT, 1, SKL_OUTBOX_ROUTINE), found;
	uint64_t number;

	item.header = skl_view_str("a longer header");
	item.sections = sections;
	item.section_count = 3;
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_OK);
	item.header = skl_view_str("short");
	item.section_count = 1;
	item.stamps.case_version = 99;
	assert_int_equal(skl_outbox_replace(txn, number, &item), SKL_OK);
	assert_int_equal(skl_outbox_get(txn, number, &found), SKL_OK);
	assert_true(skl_view_is(found.header, "short"));
	assert_int_equal(found.section_count, 1);
	assert_int_equal(found.section[0], 1);
	assert_int_equal(found.stamps.case_version, 99);
	assert_int_equal(next(txn, VT, NOW), number);
	/* the header outlives the steps */
	assert_int_equal(skl_outbox_offered(txn, number, NOW, NULL), SKL_OK);
	assert_int_equal(skl_outbox_get(txn, number, &found), SKL_OK);
	assert_true(skl_view_is(found.header, "short"));
	assert_int_equal(found.attempts, 1);
	commit(txn);
}

static void numbers_are_never_used_again(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint64_t a = push(txn, VT, 1, SKL_OUTBOX_ROUTINE), b;

	assert_int_equal(skl_outbox_done(txn, a), SKL_OK);
	commit(txn);
	place_reopen(place, 0);
	txn = begin_write(place);
	b = push(txn, VT, 1, SKL_OUTBOX_ROUTINE);
	assert_true(b > a);
	commit(txn);
}

struct list {
	uint64_t numbers[300];
	unsigned count;
	unsigned stop_at;
};

static bool collect(void *arg, const struct skl_outbox_item *item)
{
	struct list *list = arg;

	list->numbers[list->count++] = item->number;
	return list->count != list->stop_at;
}

static void lists_are_paged(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct list list = {0};
	uint64_t all;
	int64_t oldest;
	unsigned count = 0;

	assert_int_equal(skl_outbox_oldest(txn, NULL, &oldest), SKL_ENOTFOUND);
	for (uint32_t n = 0; n < 250; n++) {
		struct skl_outbox_item item =
			item_of(n % 5 ? VT : "om-nh", n % 7, SKL_OUTBOX_ROUTINE);
		uint64_t number;

		item.accepted_ms = NOW + n;
		assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_OK);
		assert_int_equal(number, n + 1);
	}
	assert_int_equal(skl_outbox_count(txn, &all), SKL_OK);
	assert_int_equal(all, 250);
	assert_int_equal(skl_outbox_oldest(txn, NULL, &oldest), SKL_OK);
	assert_int_equal(oldest, NOW);
	assert_int_equal(skl_outbox_oldest(txn, VT, &oldest), SKL_OK);
	assert_int_equal(oldest, NOW + 1);
	assert_int_equal(skl_outbox_list(txn, VT, 0, 1001, collect, &list, &count), SKL_EINVAL);
	do {
		uint64_t after = list.count ? list.numbers[list.count - 1] : 0;

		assert_int_equal(skl_outbox_list(txn, VT, after, 64, collect, &list, &count),
				 SKL_OK);
	} while (count == 64);
	assert_int_equal(list.count, 200);
	for (unsigned i = 1; i < list.count; i++)
		assert_true(list.numbers[i] > list.numbers[i - 1]);
	list.count = 0;
	list.stop_at = 3;
	assert_int_equal(skl_outbox_list(txn, NULL, 10, 64, collect, &list, &count), SKL_OK);
	assert_int_equal(count, 3);
	assert_int_equal(list.numbers[0], 11);
	assert_int_equal(list.numbers[2], 13);
	commit(txn);
}

static void odd_items_are_refused(void **state)
{
	static const uint8_t large[SKL_OUTBOX_HEADER_MAX + 1];
	static const uint32_t many[SKL_OUTBOX_SECTIONS_MAX + 1];
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	struct skl_outbox_item item = item_of(VT, 1, SKL_OUTBOX_ROUTINE);
	uint64_t number = 5;

	item.header = skl_view_of(large, sizeof large);
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_EINVAL);
	item.header.len--;
	item.sections = many;
	item.section_count = SKL_COUNT(many);
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_EINVAL);
	item.section_count--;
	item.type = 9;
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_EINVAL);
	item.type = SKL_OUTBOX_MESSAGE;
	item.partner[0] = '\0';
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_EINVAL);
	assert_int_equal(number, 5);
	item.partner[0] = 'a';
	assert_int_equal(skl_outbox_push(txn, &item, &number), SKL_OK);
	commit(txn);
}

/* Random steps against a plain model of the promises: order per case, one out, nothing lost. */
static void a_random_walk_keeps_the_order(void **state)
{
	enum { CASES = 4, STEPS = 4000 };
	struct store_place *place = *state;
	struct skl_txn *txn = begin_write(place);
	uint64_t queue[CASES][STEPS];
	unsigned head[CASES] = {0}, tail[CASES] = {0};
	bool out[CASES] = {false};
	uint32_t seed = 12345;
	uint64_t done = 0, pushed = 0, left;

	for (unsigned step = 0; step < STEPS; step++) {
		unsigned at, action;

		seed = seed * 1664525u + 1013904223u;
		at = (seed >> 16) % CASES;
		action = (seed >> 24) % 4;
		if (action == 0) {
			queue[at][tail[at]++] =
				push(txn, VT, at + 1, (enum skl_outbox_priority)((seed >> 8) % 3));
			pushed++;
		} else if (action == 1) {
			uint64_t number = next(txn, VT, NOW);
			bool is_head = false;

			for (unsigned i = 0; i < CASES; i++)
				if (head[i] < tail[i] && queue[i][head[i]] == number && !out[i]) {
					is_head = true;
					out[i] = true;
				}
			if (number == 0)
				continue;
			assert_true(is_head);
			assert_int_equal(skl_outbox_offered(txn, number, NOW, NULL), SKL_OK);
		} else if (action == 2 && out[at]) {
			assert_int_equal(skl_outbox_done(txn, queue[at][head[at]++]), SKL_OK);
			out[at] = false;
			done++;
		} else if (action == 3 && out[at]) {
			assert_int_equal(skl_outbox_returned(txn, queue[at][head[at]], NOW),
					 SKL_OK);
			out[at] = false;
		}
		if (step % 500 == 0) {
			commit(txn);
			txn = begin_write(place);
		}
	}
	assert_int_equal(skl_outbox_count(txn, &left), SKL_OK);
	assert_int_equal(left, pushed - done);
	assert_true(done > 300);
	commit(txn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(an_item_comes_back_as_it_was),
		TEST(within_a_case_order_is_kept),
		TEST(across_cases_priority_then_age),
		TEST(items_without_a_case_do_not_hold_each_other),
		TEST(what_is_due_later_waits_and_holds_its_case),
		TEST(a_clock_set_back_holds_nothing_up),
		TEST(an_ended_session_puts_its_offers_in_doubt),
		TEST(refusals_are_counted_until_a_person_releases),
		TEST(what_is_withheld_leaves_no_gap),
		TEST(a_new_decision_replaces_what_is_sent),
		TEST(numbers_are_never_used_again),
		TEST(lists_are_paged),
		TEST(odd_items_are_refused),
		TEST(a_random_walk_keeps_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
