/* SPDX-License-Identifier: EUPL-1.2 */

/* The hub's tables: states of a session, seats and credit, faults, buckets, the map, the tree,
 * offer numbers. */

#include "t_wire.h"

#include <string.h>

#include "skl_map.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_offer_number.h"
#include "skl_seat.h"
#include "skl_seat_state.h"
#include "skl_tree.h"

/* --- states ------------------------------------------------------------------------------ */

static void test_every_step(void **state)
{
	(void)state;
	for (unsigned s = 0; s < SKL_SEAT_STATES; s++)
		for (unsigned e = 0; e < SKL_SEAT_EVENTS; e++) {
			struct skl_seat_step step =
				skl_seat_step((enum skl_seat_state)s, (enum skl_seat_event)e);

			assert_true(step.action < SKL_SEAT_ACTIONS);
			assert_true(step.next < SKL_SEAT_STATES);
			assert_string_not_equal(skl_seat_action_name(step.action), "unknown");
		}
}

/* Without a greeting nothing is recorded, sent or changed. */
static void test_nothing_before_hello(void **state)
{
	(void)state;
	for (unsigned e = 0; e < SKL_SEAT_EVENTS; e++) {
		struct skl_seat_step step = skl_seat_step(SKL_SEAT_NONE, (enum skl_seat_event)e);

		if (e == SKL_SEAT_ON_HELLO) {
			assert_int_equal(step.action, SKL_SEAT_DO_WELCOME);
			assert_int_equal(step.next, SKL_SEAT_LIVE);
			continue;
		}
		assert_int_equal(step.next, SKL_SEAT_NONE);
		assert_true(step.action == SKL_SEAT_DO_REFUSE ||
			    step.action == SKL_SEAT_DO_IGNORE || step.action == SKL_SEAT_DO_DROP);
	}
}

static void test_ends(void **state)
{
	static const enum skl_seat_event ends[] = {
		SKL_SEAT_ON_BYE,     SKL_SEAT_ON_UNKNOWN,  SKL_SEAT_ON_BROKEN, SKL_SEAT_ON_SILENT,
		SKL_SEAT_ON_REVOKED, SKL_SEAT_ON_REPLACED, SKL_SEAT_ON_GONE,
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(ends); i++)
		assert_int_equal(skl_seat_step(SKL_SEAT_LIVE, ends[i]).next, SKL_SEAT_NONE);
}

static void test_commands(void **state)
{
	static const struct {
		const char *text;
		enum skl_seat_event event;
	} rows[] = {
		{"HELLO", SKL_SEAT_ON_HELLO},
		{"SUBMIT", SKL_SEAT_ON_SUBMIT},
		{"BYE", SKL_SEAT_ON_BYE},
		{"hello", SKL_SEAT_ON_UNKNOWN},
		{"", SKL_SEAT_ON_UNKNOWN},
		{"WELCOME", SKL_SEAT_ON_UNKNOWN},
		{"OFFER", SKL_SEAT_ON_UNKNOWN},
		{"HELLO ", SKL_SEAT_ON_UNKNOWN},
		{"silence", SKL_SEAT_ON_UNKNOWN},
		{"key no longer valid", SKL_SEAT_ON_UNKNOWN},
		{"unknown command", SKL_SEAT_ON_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_int_equal(skl_seat_event_of(skl_view_str(rows[i].text)), rows[i].event);
	assert_int_equal(skl_seat_event_of((struct skl_view){0}), SKL_SEAT_ON_UNKNOWN);
}

/* --- seats --------------------------------------------------------------------------------- */

static void test_generations(void **state)
{
	struct skl_seats *table = skl_seats_new();
	uint8_t one[32] = {1}, two[32] = {2};
	struct skl_peer *a = NULL, *b = NULL;
	struct skl_seat *seat = NULL, *other = NULL;
	bool replaced = true;

	(void)state;
	assert_non_null(table);
	assert_int_equal(skl_seats_peer(table, "a", &a), SKL_OK);
	assert_int_equal(skl_seats_peer(table, "b", &b), SKL_OK);
	assert_int_equal(skl_seats_peer(table, "not an id", &b), SKL_EINVAL);
	assert_int_equal(skl_seat_open(table, a, one, 31, 5, &seat, &replaced), SKL_EROUTINGID);
	assert_int_equal(skl_seat_open(table, a, one, 32, 5, &seat, &replaced), SKL_OK);
	assert_false(replaced);
	/* Not the same generation again, not a lower one, not on another's routing id. */
	assert_int_equal(skl_seat_open(table, a, two, 32, 5, &other, &replaced), SKL_ESTATE);
	assert_int_equal(skl_seat_open(table, a, two, 32, 4, &other, &replaced), SKL_ESTATE);
	assert_int_equal(skl_seat_open(table, b, one, 32, 9, &other, &replaced), SKL_ESTATE);
	assert_ptr_equal(skl_seats_find(table, one, 32), seat);
	assert_int_equal(skl_seat_open(table, a, two, 32, 6, &other, &replaced), SKL_OK);
	assert_true(replaced);
	assert_null(skl_seats_find(table, one, 32));
	assert_ptr_equal(a->seat, other);
	assert_int_equal(skl_seats_count(table), 1);
	skl_seat_end(table, other);
	assert_null(a->seat);
	/* The generation outlives the session. */
	assert_int_equal(skl_seat_open(table, a, one, 32, 6, &seat, &replaced), SKL_ESTATE);
	skl_seats_free(table);
}

static void test_bye_after_all(void **state)
{
	struct skl_peer peer = {.id = "vt-zw"};
	struct skl_seat seat = {
		.peer = &peer, .routing = {1}, .credit_messages = 2, .credit_bytes = 100};
	const uint8_t other[SKL_ROUTING_ID_BYTES] = {2};

	(void)state;
	skl_seat_offered(&seat, 7, 10, false);
	skl_seat_lose(&seat);
	assert_int_equal(peer.lost_count, 1);
	assert_int_equal(peer.lost[0], 7);
	skl_seat_said_bye(&peer, other);
	assert_int_equal(peer.lost_count, 1);
	skl_seat_said_bye(&peer, seat.routing);
	assert_int_equal(peer.lost_count, 0);
}

static void test_credit(void **state)
{
	struct skl_seat seat = {.credit_messages = 2, .credit_bytes = 100};

	(void)state;
	assert_true(skl_seat_has_credit(&seat, 1000)); /* one always may */
	skl_seat_offered(&seat, 1, 1000, false);
	assert_false(skl_seat_has_credit(&seat, 1));
	assert_true(skl_seat_receipted(&seat, 1));
	assert_false(skl_seat_receipted(&seat, 1));
	skl_seat_offered(&seat, 2, 60, false);
	assert_true(skl_seat_has_credit(&seat, 40));
	assert_false(skl_seat_has_credit(&seat, 41));
	skl_seat_offered(&seat, 3, 40, false);
	assert_false(skl_seat_has_credit(&seat, 0));
	assert_true(skl_seat_is_open(&seat, 3));
	assert_true(skl_seat_receipted(&seat, 2));
	assert_int_equal(seat.open_bytes, 40);
	seat.credit_messages = 0;
	assert_false(skl_seat_has_credit(&seat, 0));
	/* Whatever credit a peer claims, the list of open offers has an end. */
	seat = (struct skl_seat){.credit_messages = UINT32_MAX, .credit_bytes = UINT64_MAX};
	for (uint64_t i = 0; i < SKL_OPEN_OFFERS_MAX; i++) {
		assert_true(skl_seat_has_credit(&seat, 1));
		skl_seat_offered(&seat, i, 1, false);
	}
	assert_false(skl_seat_has_credit(&seat, 1));
	skl_seat_offered(&seat, 1000, 1, false);
	assert_int_equal(seat.open_count, SKL_OPEN_OFFERS_MAX);
	assert_false(skl_seat_is_open(&seat, 1000));
}

static void test_faults(void **state)
{
	struct skl_peer peer = {.id = "a"};
	int64_t minute = 60000;

	(void)state;
	assert_true(skl_peer_fault(&peer, SKL_ESIGNATURE, 5 * minute));
	assert_false(skl_peer_fault(&peer, SKL_ESIGNATURE, 5 * minute + 59999));
	assert_true(skl_peer_fault(&peer, SKL_EFIELD, 5 * minute));
	assert_true(skl_peer_fault(&peer, SKL_ESIGNATURE, 6 * minute));
	assert_int_equal(peer.faults[0].count, 2);
	/* More reasons than rows are still counted. */
	for (int i = 0; i < 20; i++)
		(void)skl_peer_fault(&peer, (enum skl_err)(2001 + i), 7 * minute);
	assert_true(peer.faults[SKL_FAULTS_MAX - 1].count > 1);
}

static void test_bucket(void **state)
{
	struct skl_bucket bucket = {0};
	int64_t now = 1000000;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(skl_bucket_take(&bucket, 3, now));
	assert_false(skl_bucket_take(&bucket, 3, now));
	assert_false(skl_bucket_take(&bucket, 3, now + 19999));
	assert_true(skl_bucket_take(&bucket, 3, now + 20000));
	assert_false(skl_bucket_take(&bucket, 3, now + 20001));
	/* Asking often must not keep it empty. */
	for (int i = 0; i < 19999; i++)
		assert_false(skl_bucket_take(&bucket, 3, now + 20001 + i));
	assert_true(skl_bucket_take(&bucket, 3, now + 40002));
	assert_true(skl_bucket_take(&bucket, 3, now + 10000000));
}

/* --- map ----------------------------------------------------------------------------------------
 */

static void test_map(void **state)
{
	enum { N = 3000 };
	static uint64_t keys[N];
	struct skl_map *map = skl_map_new(N);
	size_t cursor = 0, seen = 0;

	(void)state;
	assert_non_null(map);
	for (uint64_t i = 0; i < N; i++) {
		keys[i] = i * 7919;
		assert_int_equal(skl_map_put(map, skl_view_of(&keys[i], 8), &keys[i]), SKL_OK);
	}
	assert_int_equal(skl_map_put(map, skl_view_of(&keys[5], 8), &keys[5]), SKL_EEXISTS);
	assert_int_equal(skl_map_put(map, skl_view_str("one more"), &keys[0]), SKL_ELIMIT);
	for (uint64_t i = 0; i < N; i += 3)
		assert_ptr_equal(skl_map_remove(map, skl_view_of(&keys[i], 8)), &keys[i]);
	assert_null(skl_map_remove(map, skl_view_of(&keys[0], 8)));
	for (uint64_t i = 0; i < N; i++)
		assert_ptr_equal(skl_map_get(map, skl_view_of(&keys[i], 8)),
				 i % 3 ? &keys[i] : NULL);
	while (skl_map_next(map, &cursor))
		seen++;
	assert_int_equal(seen, skl_map_count(map));
	assert_int_equal(seen, N - (N + 2) / 3);
	skl_map_free(map);
}

/* --- tree
 * ------------------------------------------------------------------------------------------ */

static void test_tree(void **state)
{
	enum { N = 70 };
	uint8_t leaves[N][32], root[32], path[32][32], wanted[64][32];
	struct skl_arena arena;

	(void)state;
	skl_arena_init(&arena, 0, 0);
	for (int i = 0; i < N; i++)
		randombytes_buf(leaves[i], 32);
	for (size_t count = 1; count <= N; count++) {
		const struct skl_tree *tree =
			skl_tree_new(&arena, (const uint8_t(*)[32])leaves, count);

		assert_non_null(tree);
		skl_merkle_root((const uint8_t(*)[32])leaves, count, root);
		assert_memory_equal(skl_tree_root(tree), root, 32);
		for (size_t i = 0; i < count; i++) {
			size_t length = skl_tree_path(tree, i, path), wanted_length = 0;

			assert_int_equal(skl_merkle_path((const uint8_t(*)[32])leaves, count, i,
							 wanted, &wanted_length),
					 SKL_OK);
			assert_int_equal(length, wanted_length);
			assert_memory_equal(path, wanted, length * 32);
			assert_int_equal(skl_merkle_check_inclusion(i, count, leaves[i],
								    skl_view_of(path, length * 32),
								    root),
					 SKL_OK);
		}
		skl_arena_reset(&arena);
	}
	skl_arena_done(&arena);
}

/* --- offer numbers
 * ------------------------------------------------------------------------------------ */

static void test_offer_numbers(void **state)
{
	const uint8_t secret[32] = {7}, other_secret[32] = {8};
	struct skl_offer_key key, other;
	unsigned near = 0;

	(void)state;
	skl_offer_key_init(&key, secret);
	skl_offer_key_init(&other, other_secret);
	for (uint64_t n = 0; n < 1000; n++) {
		uint64_t hidden = skl_offer_number_hide(&key, n);
		uint64_t next = skl_offer_number_hide(&key, n + 1);

		assert_int_equal(skl_offer_number_show(&key, hidden), n);
		assert_true(hidden != skl_offer_number_hide(&other, n));
		/* Neighbours must not be neighbours outside: that would count. */
		near += (hidden > next ? hidden - next : next - hidden) < (UINT64_C(1) << 48);
	}
	assert_true(near < 10);
	assert_int_equal(skl_offer_number_show(&key, skl_offer_number_hide(&key, UINT64_MAX)),
			 UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_step),    cmocka_unit_test(test_nothing_before_hello),
		cmocka_unit_test(test_ends),          cmocka_unit_test(test_commands),
		cmocka_unit_test(test_generations),   cmocka_unit_test(test_credit),
		cmocka_unit_test(test_bye_after_all), cmocka_unit_test(test_faults),
		cmocka_unit_test(test_bucket),        cmocka_unit_test(test_map),
		cmocka_unit_test(test_tree),          cmocka_unit_test(test_offer_numbers),
	};

	if (skl_wire_init() != SKL_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
