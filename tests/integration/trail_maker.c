/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * trail_maker - make a store with a trail, for the tests of schakel-audit.
 *
 *     trail_maker FOLDER LOG_KEY PROMISE_KEY COUNT [FROM [WITNESS_KEY...]]
 *
 * FOLDER/store and FOLDER/vault are made, or continued at entry FROM, up to COUNT entries, in
 * commits of one to five. Each commit keeps its promise and writes FOLDER/result-<first>; every
 * third one gets a checkpoint, and so does the last; with TRAIL_EACH in the environment commits are
 * of one entry, and each gets one. FOLDER/guard is what the notary would have.
 * Entry n is decided n minutes after 2026-01-01T00:00:00Z, from one of four partners to another;
 * every seventh has no detail, the others one of some bytes, or TRAIL_TEXT_BYTES (8,000 at most)
 * more; three entries are about one message, ten of one case. Witnesses sign each checkpoint, ten
 * seconds after its last entry, and keep it as FOLDER/checkpoint-<size>.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "schakel/v1/session.pb-c.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_file.h"
#include "skl_key.h"
#include "skl_note.h"
#include "skl_promise.h"
#include "skl_store.h"
#include "skl_trail.h"
#include "skl_txn.h"
#include "skl_unpack.h"

static int64_t start_ms = INT64_C(1767225600000); /* 2026-01-01, unless TRAIL_START_MS */
static uint64_t text_bytes;                       /* of a detail, beside a few; TRAIL_TEXT_BYTES */
#define TRY(what)                                                                                  \
	do {                                                                                       \
		enum skl_err try_err_ = (what);                                                    \
		if (try_err_ != SKL_OK) {                                                          \
			fprintf(stderr, "%s: %s\n", #what, skl_err_name(try_err_));                \
			exit(3);                                                                   \
		}                                                                                  \
	} while (0)

static const char *const partners[] = {"politie-nh", "vt-zw", "om-nh", "reclassering-nh"};

static struct skl_key *read_key(const char *path)
{
	struct skl_buf text = {.max = 4096};
	struct skl_error why = {.text = ""};
	struct skl_key *key = NULL;

	TRY(skl_file_read(path, &text, &why));
	TRY(skl_key_parse(skl_buf_view(&text), &key, &why));
	skl_buf_done(&text);
	return key;
}

static struct skl_trail_ref append(struct skl_txn *txn, uint64_t n)
{
	struct skl_leaf leaf = {.kind = SKL_ENTRY_DECISION,
				.operation = SKL_OPERATION_DISCLOSE,
				.received_ms = start_ms + (int64_t)n * 60000 - 40,
				.decided_ms = start_ms + (int64_t)n * 60000,
				.outcome = n % 5 ? SKL_OUTCOME_PERMITTED : SKL_OUTCOME_CUT,
				.has_policy = true,
				.directory_number = 3,
				.retention = n % 2 ? SKL_RETENTION_WPG : SKL_RETENTION_VT_FILE};
	char text[8192], subject[100];
	uint8_t id[16] = {0}, case_ref[16] = {0};
	Schakel__V1__MessageDetail message;
	struct skl_buf packed = {.max = 16384};
	struct skl_view parts[2];
	struct skl_trail_new item = {.leaf = &leaf,
				     .parts = parts,
				     .part_count = n % 7 ? 2 : 0,
				     .case_ref = n % 7 ? case_ref : NULL,
				     .message_id = n % 7 ? id : NULL};
	struct skl_trail_ref ref;

	memset(leaf.policy_digest, 0x70, sizeof leaf.policy_digest);
	TRY(SKL_LEAF_SET(leaf.sender, partners[n % 4]));
	snprintf(leaf.recipient, sizeof leaf.recipient, "%s/desk-%" PRIu64, partners[(n + 1) % 4],
		 n % 3);
	snprintf(text, sizeof text, "detail of message %" PRIu64 ", %0*d", n,
		 (int)(text_bytes + n * 7 % 150), 7);
	snprintf(subject, sizeof subject, "subject of message %" PRIu64, n);
	skl_put_u64be(id, (uint64_t)(start_ms + (int64_t)(n / 3) * 180000) << 16);
	skl_put_u64be(id + 8, n / 3);
	skl_put_u64be(case_ref + 8, n / 10);
	schakel__v1__message_detail__init(&message);
	message.id = (ProtobufCBinaryData){sizeof id, id};
	message.case_ref = (ProtobufCBinaryData){sizeof case_ref, case_ref};
	message.text = text;
	TRY(skl_pack(&message.base, &packed));
	parts[0] = skl_buf_view(&packed);
	parts[1] = skl_view_str(subject);
	TRY(skl_trail_append(txn, &item, &ref));
	skl_buf_done(&packed);
	return ref;
}

/* What the senders of this commit keep. */
static void write_result(struct skl_txn *txn, const char *folder, const char *origin,
			 const struct skl_trail_batch *batch, const struct skl_trail_ref *refs,
			 uint8_t *signature)
{
	Schakel__V1__RecipientResult rows[5], *row_list[5];
	Schakel__V1__EntryRef entries[5];
	struct skl_trail_path paths[5];
	Schakel__V1__Promise promise;
	Schakel__V1__Result result;
	struct skl_buf packed = {.max = 1 << 20};
	uint8_t root[32], stored_signature[64];
	char path[4096], name[128];

	snprintf(name, sizeof name, "%s", origin);
	memcpy(root, batch->root, 32);
	schakel__v1__promise__init(&promise);
	promise.origin = name;
	promise.first_index = batch->first_index;
	promise.count = batch->count;
	promise.root = (ProtobufCBinaryData){32, root};
	promise.signature = (ProtobufCBinaryData){64, signature};
	schakel__v1__result__init(&result);
	result.promise = &promise;
	result.recipients = row_list;
	result.n_recipients = batch->count;
	for (uint32_t i = 0; i < batch->count; i++) {
		struct skl_trail_batch found;

		TRY(skl_trail_promise_find(txn, refs[i].index, &found, stored_signature,
					   &paths[i]));
		schakel__v1__entry_ref__init(&entries[i]);
		entries[i].origin = name;
		entries[i].index = refs[i].index;
		entries[i].leaf_hash =
			(ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)refs[i].leaf_hash};
		entries[i].path =
			(ProtobufCBinaryData){paths[i].count * 32, (uint8_t *)paths[i].hash};
		schakel__v1__recipient_result__init(&rows[i]);
		rows[i].entry = &entries[i];
		row_list[i] = &rows[i];
	}
	TRY(skl_pack(&result.base, &packed));
	snprintf(path, sizeof path, "%s/result-%" PRIu64, folder, batch->first_index);
	TRY(skl_file_write(path, skl_buf_view(&packed), 0600, NULL));
	skl_buf_done(&packed);
}

static void commit_batch(struct skl_store *store, const struct skl_key *promise_key,
			 const char *folder, uint64_t first, uint32_t count)
{
	struct skl_trail_ref refs[5];
	struct skl_trail_batch batch;
	uint8_t signature[64];
	struct skl_txn *txn;

	TRY(skl_txn_begin(store, NULL, &txn));
	for (uint32_t i = 0; i < count; i++)
		refs[i] = append(txn, first + i);
	TRY(skl_trail_seal(txn, &batch));
	TRY(skl_promise_make(skl_store_origin(store), batch.first_index, batch.count, batch.root,
			     promise_key, signature));
	TRY(skl_trail_promise_put(txn, &batch, signature));
	write_result(txn, folder, skl_store_origin(store), &batch, refs, signature);
	TRY(skl_txn_commit(txn));
}

static struct skl_key *witnesses[8];
static size_t witness_count;

static void checkpoint(struct skl_store *store, const struct skl_key *log_key, const char *folder)
{
	struct skl_buf text = {.max = 1024}, note = {.max = 8192};
	struct skl_checkpoint head = {.size = 0};
	struct skl_txn *txn;
	char path[4096];

	TRY(skl_txn_begin(store, NULL, &txn));
	head.size = skl_trail_size(txn);
	snprintf(head.origin, sizeof head.origin, "%s", skl_store_origin(store));
	TRY(skl_trail_root(txn, head.size, head.root));
	skl_checkpoint_format(&head, &text);
	TRY(skl_note_sign(skl_buf_view(&text), log_key, head.origin, &note));
	for (size_t i = 0; i < witness_count; i++)
		TRY(skl_note_cosign(skl_buf_view(&text), witnesses[i], NULL,
				    (uint64_t)start_ms / 1000 + (head.size - 1) * 60 + 10, &note));
	TRY(skl_trail_checkpoint_put(txn, head.size, skl_buf_view(&note)));
	TRY(skl_txn_commit(txn));
	if (witness_count) {
		snprintf(path, sizeof path, "%s/checkpoint-%" PRIu64, folder, head.size);
		TRY(skl_file_write(path, skl_buf_view(&note), 0600, NULL));
	}
	snprintf(path, sizeof path, "%s/guard", folder);
	TRY(skl_file_write(path, skl_buf_view(&text), 0600, NULL));
	skl_buf_done(&text);
	skl_buf_done(&note);
}

int main(int argc, char **argv)
{
	char store_path[4096], vault_path[4096], public_text[SKL_PUBLIC_TEXT_BYTES];
	struct skl_key *log_key, *promise_key;
	struct skl_store_opts opts = {.path = store_path,
				      .vault_path = vault_path,
				      .map_bytes = UINT64_C(8) << 30, /* a sparse file */
				      .disk_reserve_bytes = 1,
				      .allow_scratch_fs = true};
	struct skl_store *store = NULL;
	struct skl_error why = {.text = ""};
	uint64_t count, n;
	const char *start;
	bool is_each;

	if (argc < 5 || skl_wire_init() != SKL_OK)
		return 2;
	if (mkdir(argv[1], 0700) != 0 && errno != EEXIST)
		return 3;
	log_key = read_key(argv[2]);
	promise_key = read_key(argv[3]);
	count = strtoull(argv[4], NULL, 10);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	start = getenv("TRAIL_START_MS");
	start_ms = start ? strtoll(start, NULL, 10) : start_ms;
	n = argc > 5 ? strtoull(argv[5], NULL, 10) : 0;
	for (int i = 6; i < argc && witness_count < 8; i++)
		witnesses[witness_count++] = read_key(argv[i]);
	snprintf(store_path, sizeof store_path, "%s/store", argv[1]);
	snprintf(vault_path, sizeof vault_path, "%s/vault", argv[1]);
	opts.origin = log_key->name;
	if (skl_store_open(&opts, &store, &why) != SKL_OK) {
		fprintf(stderr, "%s\n", why.text);
		return 3;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	is_each = getenv("TRAIL_EACH") != NULL;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	start = getenv("TRAIL_TEXT_BYTES");
	text_bytes = start ? strtoull(start, NULL, 10) : 0;
	if (text_bytes > 8000)
		return 2;
	for (uint32_t step = 1; n < count; step++) {
		uint64_t left = count - n;
		uint32_t size = is_each ? 1 : step % 5 + 1 < left ? step % 5 + 1 : (uint32_t)left;

		commit_batch(store, promise_key, argv[1], n, size);
		n += size;
		if (is_each || step % 3 == 0 || n == count)
			checkpoint(store, log_key, argv[1]);
	}
	skl_store_close(store);
	skl_key_public_text(promise_key->public_key, public_text);
	printf("%s\n", public_text);
	for (size_t i = 0; i < witness_count; i++)
		skl_key_free(witnesses[i]);
	skl_key_free(log_key);
	skl_key_free(promise_key);
	return 0;
}
