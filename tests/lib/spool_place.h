/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SPOOL_PLACE_H
#define SPOOL_PLACE_H

/* A spool in a fresh folder, and records to put in it, for the tests of proto/client. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "skl_random.h"
#include "skl_spool.h"

#define SPOOL_TEST SKL_UNUSED static

#define NOW INT64_C(1780000000000)

SPOOL_TEST const uint8_t secret[32] = {1, 2, 3};

struct place {
	char folder[200];
	struct skl_spool *spool;
};

SPOOL_TEST enum skl_err open_at(const char *folder, const uint8_t *key, const char *partner,
				uint64_t max_bytes, struct skl_spool **ret)
{
	struct skl_spool_opts opts = {.key = key, .partner = partner, .max_bytes = max_bytes};
	struct skl_error why;
	return skl_spool_open(folder, &opts, ret, &why);
}

SPOOL_TEST void reopen(struct place *place, uint64_t max_bytes)
{
	skl_spool_close(place->spool);
	place->spool = NULL;
	assert_int_equal(open_at(place->folder, secret, "politie-nh", max_bytes, &place->spool),
			 SKL_OK);
}

SPOOL_TEST int setup(void **state)
{
	static struct place place;
	const char *base = getenv("TMPDIR");
	snprintf(place.folder, sizeof place.folder, "%s/spool.XXXXXX", base ? base : "/tmp");
	if (sodium_init() < 0 || !mkdtemp(place.folder))
		return -1;
	place.spool = NULL;
	if (open_at(place.folder, secret, "politie-nh", 0, &place.spool))
		return -1;
	*state = &place;
	return 0;
}

SPOOL_TEST int teardown(void **state)
{
	struct place *place = *state;
	char path[256];
	static const char *const names[] = {"data.mdb", "lock.mdb", "owner.lock"};
	skl_spool_close(place->spool);
	for (size_t i = 0; i < SKL_COUNT(names); i++) {
		snprintf(path, sizeof path, "%s/%s", place->folder, names[i]);
		(void)unlink(path);
	}
	return rmdir(place->folder);
}

SPOOL_TEST struct skl_spool_txn *begin(struct place *place, bool may_write)
{
	struct skl_spool_txn *txn = NULL;
	assert_int_equal(skl_spool_begin(place->spool, may_write, &txn), SKL_OK);
	return txn;
}

SPOOL_TEST void commit(struct skl_spool_txn *txn)
{
	assert_int_equal(skl_spool_commit(txn), SKL_OK);
}

SPOOL_TEST struct skl_out make_out(uint8_t number, bool acute)
{
	struct skl_out out = {.acute = acute,
			      .kind = SKL_KIND_POLICE_REPORT,
			      .spooled_ms = NOW + number,
			      .expires_ms = NOW + 86400000};
	skl_uuid7_new(NOW + number, NULL, out.id);
	return out;
}

SPOOL_TEST enum skl_err add(struct skl_spool_txn *txn, struct skl_out *out, const char *header,
			    const char *section)
{
	struct skl_view frames[2] = {skl_view_str(header), skl_view_str(section)};
	return skl_spool_out_add(txn, out, frames, 2);
}

SPOOL_TEST struct skl_in make_in(uint8_t number)
{
	struct skl_in in = {.state = SKL_IN_STORED,
			    .sender = "politie-nh",
			    .desk = "meldingen",
			    .offer = number,
			    .origin = "hub.example/trail",
			    .index = number,
			    .stored_ms = NOW,
			    .expires_ms = NOW + 1000,
			    .opened_count = SKL_LIMIT_SECTIONS_N};
	memset(in.id, number, sizeof in.id);
	memset(in.opened, number, sizeof in.opened);
	skl_spool_in_key(in.sender, in.id, in.desk, in.key);
	return in;
}

#endif
