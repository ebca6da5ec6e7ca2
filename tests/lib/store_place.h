/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

/* A store in a fresh folder, for the tests of broker/store. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "skl_leaf.h"
#include "skl_store.h"
#include "skl_trail.h"
#include "skl_txn.h"

#define STORE_TEST SKL_UNUSED static

#define ORIGIN "schakel.example/test"
#define NOW    INT64_C(1780000000000)
#define DAY    INT64_C(86400000)

struct store_place {
	char folder[200];
	char store_path[220];
	char vault_path[220];
	struct skl_store *store;
};

STORE_TEST enum skl_err place_open(const struct store_place *place, uint64_t map_bytes,
				   struct skl_store **ret_store, struct skl_error *reterr)
{
	struct skl_store_opts opts = {.path = place->store_path,
				      .vault_path = place->vault_path,
				      .origin = ORIGIN,
				      .map_bytes = map_bytes,
				      .disk_reserve_bytes = 1,
				      .allow_scratch_fs = true};

	return skl_store_open(&opts, ret_store, reterr);
}

STORE_TEST void place_reopen(struct store_place *place, uint64_t map_bytes)
{
	struct skl_error why = {.text = "no reason"};

	skl_store_close(place->store);
	place->store = NULL;
	if (place_open(place, map_bytes, &place->store, &why) != SKL_OK)
		fail_msg("%s", why.text);
}

STORE_TEST int place_setup(void **state)
{
	static struct store_place place;
	const char *base = getenv("TMPDIR");

	snprintf(place.folder, sizeof place.folder, "%s/store.XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(place.folder))
		return -1;
	snprintf(place.store_path, sizeof place.store_path, "%s/store", place.folder);
	snprintf(place.vault_path, sizeof place.vault_path, "%s/vault", place.folder);
	place.store = NULL;
	place_reopen(&place, 0);
	*state = &place;
	return 0;
}

STORE_TEST int place_teardown(void **state)
{
	struct store_place *place = *state;

	skl_store_close(place->store);
	place->store = NULL;
	return 0;
}

STORE_TEST struct skl_txn *begin_write(struct store_place *place)
{
	struct skl_txn *txn = NULL;

	assert_int_equal(skl_txn_begin(place->store, NULL, &txn), SKL_OK);
	return txn;
}

STORE_TEST struct skl_txn *begin_read(struct store_place *place)
{
	struct skl_txn_opts opts = {.read_only = true};
	struct skl_txn *txn = NULL;

	assert_int_equal(skl_txn_begin(place->store, &opts, &txn), SKL_OK);
	return txn;
}

STORE_TEST void commit(struct skl_txn *txn)
{
	assert_int_equal(skl_txn_commit(txn), SKL_OK);
}

/* An id that is n. */
STORE_TEST const uint8_t *id_of(uint32_t n)
{
	static uint8_t ids[8][16];
	static unsigned next;
	uint8_t *id = ids[next++ % 8];

	memset(id, 0xa5, 16);
	skl_put_u32be(id, n);
	return id;
}

/* A leaf whose fields depend on n. */
STORE_TEST struct skl_leaf leaf_of(uint32_t n)
{
	struct skl_leaf leaf = {.kind = SKL_ENTRY_DECISION,
				.operation = SKL_OPERATION_DISCLOSE,
				.received_ms = NOW + n,
				.decided_ms = NOW + n + 5,
				.outcome = SKL_OUTCOME_PERMITTED,
				.has_policy = true,
				.directory_number = 7,
				.retention = SKL_RETENTION_WPG};

	memset(leaf.policy_digest, (int)(n & 0xff), sizeof leaf.policy_digest);
	assert_int_equal(SKL_LEAF_SET(leaf.sender, n % 3 ? "politie-nh" : "om-nh"), SKL_OK);
	assert_int_equal(SKL_LEAF_SET(leaf.recipient, n % 2 ? "vt-zw/meldingen" : "vt-nhn"),
			 SKL_OK);
	return leaf;
}

/* Append entry n with two detail parts. */
STORE_TEST enum skl_err append_entry(struct skl_txn *txn, uint32_t n, struct skl_trail_ref *ret_ref)
{
	struct skl_leaf leaf = leaf_of(n);
	char first[64], second[64];
	struct skl_view parts[2];
	struct skl_trail_new item = {.leaf = &leaf,
				     .parts = parts,
				     .part_count = 2,
				     .case_ref = id_of(n / 10),
				     .message_id = id_of(n)};

	snprintf(first, sizeof first, "message detail %u", n);
	snprintf(second, sizeof second, "subject detail %u", n);
	parts[0] = skl_view_str(first);
	parts[1] = skl_view_str(second);
	return skl_trail_append(txn, &item, ret_ref);
}

#endif
