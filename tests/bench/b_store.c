/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the store costs a message: entry with two detail parts, payload, outbox, seen; offered,
 * receipted and done in the next batch. In a fresh folder of TMPDIR, on its disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "skl_outbox.h"
#include "skl_payload.h"
#include "skl_seen.h"
#include "skl_store.h"
#include "skl_trail.h"
#include "skl_txn.h"

#define NOW     INT64_C(1780000000000)
#define BATCHES 200
#define TRY(what)                                                                                  \
	do {                                                                                       \
		enum skl_err try_err_ = (what);                                                    \
		if (try_err_ != SKL_OK) {                                                          \
			fprintf(stderr, "%s: %s\n", #what, skl_err_name(try_err_));                \
			exit(3);                                                                   \
		}                                                                                  \
	} while (0)

static uint8_t frame[1064], header[900], part[700];

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void set_id(uint64_t n, uint8_t id[16])
{
	memset(id, 0x5a, 16);
	skl_put_u64be(id, n);
}

static uint64_t accept_one(struct skl_txn *txn, const uint8_t id[16])
{
	static const uint32_t section = 1;
	struct skl_leaf leaf = {.kind = SKL_ENTRY_DECISION,
				.sender = "politie-nh",
				.recipient = "vt-zw/meldingen",
				.decided_ms = NOW,
				.retention = SKL_RETENTION_WPG};
	struct skl_view parts[2] = {{part, sizeof part}, {part, 60}};
	struct skl_trail_new entry = {
		.leaf = &leaf, .parts = parts, .part_count = 2, .case_ref = id, .message_id = id};
	struct skl_outbox_item item = {.type = SKL_OUTBOX_MESSAGE,
				       .partner = "vt-zw",
				       .sender = "politie-nh",
				       .has_case = true,
				       .header = {header, sizeof header},
				       .sections = &section,
				       .section_count = 1};
	struct skl_payload_key key = {.sender = "politie-nh", .message_id = id, .section = section};
	struct skl_trail_ref ref;
	uint64_t number;

	TRY(skl_trail_append(txn, &entry, &ref));
	TRY(skl_payload_put(txn, key, skl_view_of(frame, sizeof frame), 1, NOW, NOW + 1000));
	item.entry_index = ref.index;
	memcpy(item.case_ref, id, 16);
	memcpy(item.message_id, id, 16);
	TRY(skl_outbox_push(txn, &item, &number));
	TRY(skl_outbox_offered(txn, number, NOW, NULL));
	return number;
}

static void finish_one(struct skl_txn *txn, uint64_t number, const uint8_t id[16])
{
	struct skl_payload_key key = {.sender = "politie-nh", .message_id = id, .section = 1};

	TRY(skl_payload_drop(txn, key));
	TRY(skl_outbox_done(txn, number));
}

static void run(struct skl_store *store, unsigned size)
{
	static uint64_t numbers[256];
	double began = seconds(), took;
	uint64_t first = 0;

	for (unsigned batch = 0; batch < BATCHES; batch++) {
		struct skl_trail_batch sealed;
		uint8_t id[16], digest[32] = {1}, signature[64] = {0};
		struct skl_txn *txn;

		TRY(skl_txn_begin(store, NULL, &txn));
		for (unsigned i = 0; batch > 0 && i < size; i++) {
			set_id((uint64_t)size << 40 | (first - size + i), id);
			finish_one(txn, numbers[i], id);
		}
		for (unsigned i = 0; i < size; i++) {
			set_id((uint64_t)size << 40 | (first + i), id);
			numbers[i] = accept_one(txn, id);
		}
		TRY(skl_trail_seal(txn, &sealed));
		TRY(skl_trail_promise_put(txn, &sealed, signature));
		for (unsigned i = 0; i < size; i++) {
			set_id((uint64_t)size << 40 | (first + i), id);
			TRY(skl_seen_put(txn, "politie-nh", id, digest, NOW,
					 skl_view_of(header, 500)));
		}
		TRY(skl_txn_commit(txn));
		first += size;
	}
	took = seconds() - began;
	printf("store_message_batch_%u %.1f us\n", size, took * 1e6 / BATCHES / size);
}

int main(void)
{
	char folder[200], store_path[220], vault_path[220];
	const char *base = getenv("TMPDIR");
	struct skl_store_opts opts = {.path = store_path,
				      .vault_path = vault_path,
				      .origin = "schakel.example/bench",
				      .disk_reserve_bytes = 1,
				      .allow_scratch_fs = true};
	struct skl_store *store = NULL;
	struct skl_error why = {.text = ""};

	snprintf(folder, sizeof folder, "%s/b_store.XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(folder))
		return 3;
	snprintf(store_path, sizeof store_path, "%s/store", folder);
	snprintf(vault_path, sizeof vault_path, "%s/vault", folder);
	if (skl_store_open(&opts, &store, &why) != SKL_OK) {
		fprintf(stderr, "%s\n", why.text);
		return 3;
	}
	run(store, 1);
	run(store, 16);
	run(store, 256);
	skl_store_close(store);
	return 0;
}
