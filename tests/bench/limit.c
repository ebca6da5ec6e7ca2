/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * limit - what a message costs when only that is done which nobody can leave out: the cryptography
 * of proto/wire at sender, broker and recipient, CURVE on every hop, and the life of the message in
 * LMDB (entry, sealed detail, stored hashes, sealed payload, outbox, answer; then the receipt and
 * the end of payload and outbox) in one synced transaction for all that has arrived. No protobuf,
 * no policy, no cases, clocks, sessions, credit, indexes, quotas, ordering or spool. Frames are as
 * many and as long as the hub's for the same work (tests/bench/README.md).
 *
 *     limit DIR [name=value ...]
 *
 * DIR is an empty folder for the broker's store. count, warm, window, prefix as in load_hub.
 */
#include <lmdb.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "load.h"
#include "skl_hash.h"
#include "skl_key.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_promise.h"
#include "skl_seal.h"
#include "skl_sign.h"

#define ORIGIN       "limit.example/bench"
#define SENDER       "police-0"
#define COMMON_BYTES 240
#define DIGESTS      32
#define ROWS         21
#define FRAME_BYTES  (24 + 256 + 16)
#define LEAF_BYTES   230
#define DETAIL_BYTES 1200
#define RESULT_TEXT  230
#define ITEM_BYTES   232
#define BATCH_MAX    256

/* Rows as the hub's: sections, keys, the recipient, and ten small ones. */
#define ROW_BYTES 136

/* --- what goes over the wire ----------------------------------------------------------------- */

struct row {
	uint8_t salt[16];
	uint8_t bytes[ROW_BYTES]; /* the first row_len() of them are hashed */
};

struct header {
	uint8_t id[16];
	uint8_t number[8]; /* bytes alone: it lies in a frame at any address */
	uint8_t common[COMMON_BYTES - 24];
	uint8_t digests[DIGESTS][32];
	uint8_t signature[64];
};

struct promise {
	uint64_t first_index;
	uint32_t count;
	uint32_t path_count;
	uint64_t index;
	uint8_t root[32];
	uint8_t signature[64];
	uint8_t leaf_hash[32];
	uint8_t path[12][32];
};

struct result {
	uint8_t id[16];
	uint8_t text[RESULT_TEXT];
};

/* Packed, as the receipt: they lie in a frame at any address. */
struct __attribute__((packed)) item {
	uint8_t id[16];
	uint64_t index;
	uint8_t opened[LOAD_SECTIONS][32];
	uint8_t rest[ITEM_BYTES - 24 - LOAD_SECTIONS * 32];
};

struct __attribute__((packed)) receipt {
	uint8_t signature[64];
	uint64_t count;
	struct item items[LOAD_BATCH];
};

/* Sections 0..4: digest, commitment, label; keys 5..9: wrapped; 10: sealed recipient key. */
static size_t row_len(size_t i)
{
	return i < 5 ? 100 : i < 10 ? 80 : i == 10 ? ROW_BYTES : 30;
}

#define ROWS_BYTES ((size_t)ROWS * 16 + 5 * 100 + 5 * 80 + ROW_BYTES + 10 * 30)

struct keys {
	struct skl_key *sign; /* sender's and recipient's */
	struct skl_key *seal;
	struct skl_key *promise;
	uint8_t curve_public[32];
	uint8_t curve_secret[32];
	uint8_t vault[32];
};

static struct keys keys;

static void check(int is_good, const char *what)
{
	if (!is_good)
		load_die(what);
}

static void put_row(struct header *header, uint8_t *at[1], size_t i, const uint8_t *body)
{
	uint8_t *row = *at;

	randombytes_buf(row, 16);
	memcpy(row + 16, body, row_len(i));
	skl_hash_row(row, skl_view_of(row + 16, row_len(i)), header->digests[i]);
	*at += 16 + row_len(i);
}

/* Sign, and verify, what the hub's envelope signs. */
static struct skl_view signed_part(const struct header *header)
{
	return skl_view_of(header, offsetof(struct header, signature));
}

static int compare_digest(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* --- broker: the store -------------------------------------------------------------------------
 */

enum { DB_ENTRY, DB_DETAIL, DB_HASH, DB_PROMISE, DB_PAYLOAD, DB_OUTBOX, DB_SEEN, DB_COUNT };

struct in {
	zmq_msg_t frames[2 + LOAD_SECTIONS];
	size_t count;
	struct promise promise;
};

struct broker {
	void *router;
	MDB_env *env;
	MDB_dbi dbi[DB_COUNT];
	MDB_txn *txn;
	struct skl_frontier frontier;
	uint8_t sender[32];
	uint8_t recipient[32];
	struct in in[BATCH_MAX];
	size_t in_count;
	uint8_t leaves[BATCH_MAX * LOAD_BATCH][32];
	size_t leaf_count;
	uint8_t scratch[1 << 16];
	struct promise promise;
	struct skl_commit_tree *tree;
};

static void open_store(struct broker *broker, const char *path)
{
	static const char *const names[] = {"entry",   "detail", "hash", "promise",
					    "payload", "outbox", "seen"};
	MDB_txn *txn;

	check(mdb_env_create(&broker->env) == 0 &&
		      mdb_env_set_mapsize(broker->env, (size_t)1 << 30) == 0 &&
		      mdb_env_set_maxdbs(broker->env, DB_COUNT) == 0 &&
		      mdb_env_open(broker->env, path, MDB_NOTLS, 0600) == 0 &&
		      mdb_txn_begin(broker->env, NULL, 0, &txn) == 0,
	      "store");
	for (size_t i = 0; i < DB_COUNT; i++)
		check(mdb_dbi_open(txn, names[i], MDB_CREATE, &broker->dbi[i]) == 0, names[i]);
	check(mdb_txn_commit(txn) == 0, "store");
}

static void put(struct broker *broker, int db, struct skl_view key, struct skl_view value)
{
	MDB_val mkey = {key.len, (void *)(uintptr_t)key.data};
	MDB_val mvalue = {value.len, (void *)(uintptr_t)value.data};

	check(mdb_put(broker->txn, broker->dbi[db], &mkey, &mvalue, 0) == 0, "put");
}

static void del(struct broker *broker, int db, struct skl_view key)
{
	MDB_val mkey = {key.len, (void *)(uintptr_t)key.data};

	check(mdb_del(broker->txn, broker->dbi[db], &mkey, NULL) == 0, "delete");
}

static struct skl_view key_of(uint64_t number, uint8_t bytes[8])
{
	skl_put_u64be(bytes, number);
	return skl_view_of(bytes, 8);
}

/* nonce || ciphertext || tag under the key of the day, over what lies in scratch behind the nonce
 */
static struct skl_view sealed(struct broker *broker, size_t len)
{
	uint8_t *at = broker->scratch;

	randombytes_buf(at, 24);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(at + 24, NULL, at + 24, len, NULL, 0, NULL,
							 at, keys.vault); /* cannot fail */
	return skl_view_of(at, 24 + len + 16);
}

static enum skl_err read_frontier(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	const struct skl_frontier *frontier = arg;
	unsigned at = 0;

	(void)number; /* the only one at this level */
	for (uint64_t larger = frontier->size >> level >> 1; larger; larger &= larger - 1)
		at++;
	memcpy(ret_hash, frontier->hashes[at], 32);
	return SKL_OK;
}

/* One entry: leaf, its detail sealed, the hashes of the tree. Returns its index. */
static uint64_t append(struct broker *broker, const void *about, size_t about_len,
		       size_t detail_len)
{
	uint8_t leaf[LEAF_BYTES] = {0}, hashes[64][32], key[8];
	uint64_t index = broker->frontier.size;
	uint8_t *hash = broker->leaves[broker->leaf_count++];
	size_t count;

	memset(broker->scratch + 24, 0, detail_len);
	memcpy(broker->scratch + 24, about, about_len);
	skl_hash_part(keys.vault, skl_view_of(broker->scratch + 24, detail_len), leaf);
	put(broker, DB_DETAIL, key_of(index, key), sealed(broker, detail_len));
	put(broker, DB_ENTRY, key_of(index, key), skl_view_of(leaf, sizeof(leaf)));
	skl_merkle_leaf(skl_view_of(leaf, sizeof(leaf)), hash);
	check(skl_merkle_append(index, hash, read_frontier, &broker->frontier, hashes, &count) ==
		      SKL_OK,
	      "tree");
	for (size_t i = 0; i < count; i++)
		put(broker, DB_HASH, key_of(skl_merkle_stored_index(0, index) + i, key),
		    skl_view_of(hashes[i], 32));
	skl_frontier_add(&broker->frontier, hash);
	return index;
}

/* --- broker: messages ----------------------------------------------------------------------------
 */

static struct skl_view frame_of(struct in *in, size_t i)
{
	return skl_view_of(zmq_msg_data(&in->frames[i]), zmq_msg_size(&in->frames[i]));
}

/* Signature, rows on the signed list, ciphertexts as the rows say. */
static void verify_message(struct in *in)
{
	struct skl_view frame = frame_of(in, 1);
	const struct header *header = (const struct header *)(const void *)frame.data;
	const uint8_t *row = frame.data + sizeof(*header);
	uint8_t digest[32];

	check(skl_sign_verify(keys.sign->public_key, SKL_DOMAIN_ENVELOPE, signed_part(header),
			      skl_view_of(header->signature, 64)) == SKL_OK,
	      "signature");
	for (size_t i = 0; i < ROWS; i++) {
		skl_hash_row(row, skl_view_of(row + 16, row_len(i)), digest);
		check(bsearch(digest, header->digests, DIGESTS, 32, compare_digest) != NULL, "row");
		if (i < LOAD_SECTIONS) {
			skl_hash(frame_of(in, 2 + i), digest);
			check(memcmp(digest, row + 16, 32) == 0, "ciphertext");
		}
		row += 16 + row_len(i);
	}
}

static void accept_message(struct broker *broker, struct in *in)
{
	struct skl_view frame = frame_of(in, 1);
	const struct header *header = (const struct header *)(const void *)frame.data;
	uint8_t row[100] = {0}, key[8];
	size_t len = 0;

	verify_message(in);
	in->promise.index = append(broker, header, COMMON_BYTES, DETAIL_BYTES);
	memcpy(in->promise.leaf_hash, broker->leaves[broker->leaf_count - 1], 32);
	for (size_t i = 1; i < in->count; i++) {
		frame = frame_of(in, i);
		memcpy(broker->scratch + 24 + len, frame.data, frame.len);
		len += frame.len;
	}
	put(broker, DB_PAYLOAD, skl_view_of(header->id, 16), sealed(broker, len));
	memcpy(row, header->id, 16);
	put(broker, DB_OUTBOX, key_of(in->promise.index, key), skl_view_of(row, sizeof(row)));
}

static void accept_receipt(struct broker *broker, struct in *in)
{
	struct skl_view frame = frame_of(in, 1);
	const struct receipt *receipt = (const struct receipt *)(const void *)frame.data;
	uint8_t key[8];

	check(skl_sign_verify(keys.sign->public_key, SKL_DOMAIN_RECEIPT,
			      skl_view_of(frame.data + 64, frame.len - 64),
			      skl_view_of(receipt->signature, 64)) == SKL_OK,
	      "receipt");
	for (size_t i = 0; i < receipt->count; i++) {
		const struct item *item = &receipt->items[i];

		(void)append(broker, item, sizeof(*item), sizeof(*item));
		del(broker, DB_PAYLOAD, skl_view_of(item->id, 16));
		del(broker, DB_OUTBOX, key_of(item->index, key));
	}
	put(broker, DB_SEEN, skl_view_of(receipt->signature, 32), frame);
}

/* One signature for all of the commit; each message gets its path. */
static void seal_batch(struct broker *broker, uint64_t first)
{
	struct promise *promise = &broker->promise;
	uint8_t key[8];

	check(skl_commit_tree_new((const uint8_t(*)[32])broker->leaves, broker->leaf_count,
				  &broker->tree) == SKL_OK,
	      "tree");
	*promise = (struct promise){.first_index = first, .count = (uint32_t)broker->leaf_count};
	skl_commit_tree_root(broker->tree, promise->root);
	check(skl_promise_make(ORIGIN, first, promise->count, promise->root, keys.promise,
			       promise->signature) == SKL_OK,
	      "promise");
	put(broker, DB_PROMISE, key_of(first, key), skl_view_of(promise, 120));
	for (size_t i = 0; i < broker->in_count; i++) {
		struct in *in = &broker->in[i];
		struct promise own = *promise;
		size_t count = 0;

		if (in->count == 2)
			continue;
		own.index = in->promise.index;
		memcpy(own.leaf_hash, in->promise.leaf_hash, 32);
		check(skl_commit_tree_path(broker->tree, (size_t)(own.index - first), own.path,
					   &count) == SKL_OK,
		      "path");
		own.path_count = (uint32_t)count;
		in->promise = own;
		put(broker, DB_SEEN, skl_view_of(frame_of(in, 1).data, 16),
		    skl_view_of(&own, sizeof(own)));
	}
	skl_commit_tree_free(broker->tree);
}

/* --- broker: sending
 * ------------------------------------------------------------------------------ */

static void send_part(struct broker *broker, const void *bytes, size_t len, bool more)
{
	check(zmq_send(broker->router, bytes, len, more ? ZMQ_SNDMORE : 0) >= 0, "send");
}

static size_t promise_bytes(const struct promise *promise)
{
	return offsetof(struct promise, path) + (size_t)promise->path_count * 32;
}

static void answer_message(struct broker *broker, struct in *in)
{
	uint8_t bytes[sizeof(struct result) + sizeof(struct promise)];
	struct result *result = (struct result *)(void *)bytes;
	struct skl_view header = frame_of(in, 1);
	size_t len = promise_bytes(&in->promise);

	memcpy(result->id, header.data, 16);
	memset(result->text, 't', sizeof(result->text));
	memcpy(bytes + sizeof(*result), &in->promise, len);
	send_part(broker, broker->sender, 32, true);
	send_part(broker, "R", 1, true);
	send_part(broker, bytes, sizeof(*result) + len, false);
	memcpy(broker->scratch, &in->promise, sizeof(in->promise));
	memcpy(broker->scratch + sizeof(in->promise), header.data, header.len);
	send_part(broker, broker->recipient, 32, true);
	send_part(broker, "O", 1, true);
	send_part(broker, broker->scratch, sizeof(in->promise) + header.len, true);
	for (size_t i = 2; i < in->count; i++)
		send_part(broker, zmq_msg_data(&in->frames[i]), zmq_msg_size(&in->frames[i]),
			  i + 1 < in->count);
}

static void answer_receipt(struct broker *broker, struct in *in)
{
	struct skl_view frame = frame_of(in, 1);

	send_part(broker, broker->recipient, 32, true);
	send_part(broker, "D", 1, true);
	send_part(broker, frame.data, 32, false);
	send_part(broker, broker->sender, 32, true);
	send_part(broker, "F", 1, true);
	send_part(broker, frame.data, frame.len, false);
}

/* --- broker: the loop
 * ----------------------------------------------------------------------------- */

static bool read_one(struct broker *broker)
{
	struct in *in = &broker->in[broker->in_count];
	uint8_t routing[32];
	bool more = true;

	if (zmq_recv(broker->router, routing, sizeof(routing), ZMQ_DONTWAIT) != 32)
		return false;
	for (in->count = 0; more && in->count < 2 + LOAD_SECTIONS; in->count++) {
		(void)zmq_msg_init(&in->frames[in->count]); /* cannot fail */
		check(zmq_msg_recv(&in->frames[in->count], broker->router, 0) >= 0, "receive");
		more = zmq_msg_more(&in->frames[in->count]);
	}
	if (in->count > 1) {
		broker->in_count++;
		return true;
	}
	/* a greeting: "s" or "r" */
	memcpy(*(const char *)zmq_msg_data(&in->frames[0]) == 's' ? broker->sender
								  : broker->recipient,
	       routing, 32);
	send_part(broker, routing, 32, true);
	send_part(broker, "w", 1, false);
	(void)zmq_msg_close(&in->frames[0]); /* it was received */
	return true;
}

static void turn(struct broker *broker)
{
	uint64_t first = broker->frontier.size;

	broker->in_count = 0;
	broker->leaf_count = 0;
	while (broker->in_count < BATCH_MAX && read_one(broker))
		;
	if (!broker->in_count)
		return;
	check(mdb_txn_begin(broker->env, NULL, 0, &broker->txn) == 0, "transaction");
	for (size_t i = 0; i < broker->in_count; i++)
		if (broker->in[i].count == 2)
			accept_receipt(broker, &broker->in[i]);
		else
			accept_message(broker, &broker->in[i]);
	seal_batch(broker, first);
	check(mdb_txn_commit(broker->txn) == 0, "commit");
	for (size_t i = 0; i < broker->in_count; i++) {
		struct in *in = &broker->in[i];

		if (in->count == 2)
			answer_receipt(broker, in);
		else
			answer_message(broker, in);
		for (size_t f = 0; f < in->count; f++)
			(void)zmq_msg_close(&in->frames[f]); /* each was received */
	}
}

static SKL_NORETURN void run_broker(const char *path, int ready_fd)
{
	static struct broker broker;
	const int one = 1;
	char endpoint[256];
	size_t len = sizeof(endpoint);

	open_store(&broker, path);
	skl_frontier_init(&broker.frontier);
	broker.router = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
	check(broker.router &&
		      zmq_setsockopt(broker.router, ZMQ_CURVE_SERVER, &one, sizeof(one)) == 0 &&
		      zmq_setsockopt(broker.router, ZMQ_CURVE_SECRETKEY, keys.curve_secret, 32) ==
			      0 &&
		      zmq_setsockopt(broker.router, ZMQ_ROUTER_MANDATORY, &one, sizeof(one)) == 0 &&
		      zmq_bind(broker.router, "tcp://127.0.0.1:*") == 0 &&
		      zmq_getsockopt(broker.router, ZMQ_LAST_ENDPOINT, endpoint, &len) == 0 &&
		      write(ready_fd, endpoint, len) == (ssize_t)len,
	      "bind");
	for (;;) { /* until its parent ends it */
		zmq_pollitem_t item = {broker.router, 0, ZMQ_POLLIN, 0};

		check(zmq_poll(&item, 1, -1) >= 0, "poll");
		turn(&broker);
	}
}

/* --- sender
 * ----------------------------------------------------------------------------------------- */

struct client {
	struct load load;
	struct promise seen[2]; /* the last one verified, of sender and recipient */
	struct receipt waiting;
};

static void submit(void *arg, size_t pair, uint64_t number)
{
	struct client *client = arg;
	uint8_t bytes[sizeof(struct header) + ROWS_BYTES], content[LOAD_CONTENT_BYTES];
	uint8_t body[ROW_BYTES] = {0}, recipient_key[32], section_keys[LOAD_SECTIONS][32];
	uint8_t common_digest[32];
	struct header *header = (struct header *)(void *)bytes;
	uint8_t *at = bytes + sizeof(*header);
	struct skl_buf sealed_frames[LOAD_SECTIONS];
	struct skl_view frames[2 + LOAD_SECTIONS] = {skl_view_str("S")};

	memset(header, 0, sizeof(*header));
	randombytes_buf(header->id, sizeof(header->id));
	skl_put_u64be(header->number, number);
	skl_hash_common(skl_view_of(header, COMMON_BYTES), common_digest);
	randombytes_buf(recipient_key, sizeof(recipient_key));
	memset(content, 'x', sizeof(content));
	for (uint32_t i = 0; i < LOAD_SECTIONS; i++) {
		const struct skl_seal_about about = {SENDER, header->id, i + 1, 1, 0};

		randombytes_buf(section_keys[i], 32);
		skl_buf_init(&sealed_frames[i], 4096);
		check(skl_seal_section(&about, section_keys[i],
				       skl_view_of(content, sizeof(content)), NULL,
				       &sealed_frames[i]) == SKL_OK,
		      "seal");
		frames[2 + i] = skl_buf_view(&sealed_frames[i]);
		skl_hash(frames[2 + i], body);
		skl_seal_commitment(section_keys[i], header->id, i + 1, body + 32);
		put_row(header, &at, i, body);
	}
	for (uint32_t i = 0; i < LOAD_SECTIONS; i++) {
		check(skl_seal_wrap(recipient_key, header->id, 1, i + 1, section_keys[i], NULL,
				    body) == SKL_OK,
		      "wrap");
		put_row(header, &at, 5 + i, body);
	}
	check(skl_seal_recipient_key(recipient_key, 1, keys.seal->public_key, common_digest, NULL,
				     body) == SKL_OK,
	      "recipient key");
	for (size_t i = 10; i < ROWS; i++)
		put_row(header, &at, i, body);
	randombytes_buf(header->digests[ROWS], sizeof(header->digests[0]) * (DIGESTS - ROWS));
	qsort(header->digests, DIGESTS, 32, compare_digest);
	check(skl_sign(keys.sign, SKL_DOMAIN_ENVELOPE, signed_part(header), header->signature) ==
		      SKL_OK,
	      "sign");
	frames[1] = skl_view_of(bytes, sizeof(bytes));
	load_send(&client->load.senders[pair], frames, 2 + LOAD_SECTIONS);
	for (size_t i = 0; i < LOAD_SECTIONS; i++)
		skl_buf_done(&sealed_frames[i]);
}

/* The path of each entry, the signature once for each commit. */
static void verify_promise(const struct promise *promise, struct promise *seen)
{
	if (memcmp(promise->signature, seen->signature, 64) != 0 ||
	    memcmp(promise->root, seen->root, 32) != 0 ||
	    promise->first_index != seen->first_index || promise->count != seen->count) {
		Schakel__V1__Promise signed_one;

		schakel__v1__promise__init(&signed_one);
		signed_one.origin = (char *)(uintptr_t)ORIGIN;
		signed_one.first_index = promise->first_index;
		signed_one.count = promise->count;
		signed_one.root = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)promise->root};
		signed_one.signature =
			(ProtobufCBinaryData){64, (uint8_t *)(uintptr_t)promise->signature};
		check(skl_promise_verify(&signed_one, keys.promise->public_key) == SKL_OK,
		      "promise");
		*seen = *promise;
	}
	check(skl_merkle_check_inclusion(
		      promise->index - promise->first_index, promise->count, promise->leaf_hash,
		      skl_view_of(promise->path, (size_t)promise->path_count * 32),
		      promise->root) == SKL_OK,
	      "path");
}

static uint64_t sender_take(void *arg, size_t pair, const struct skl_view *frames, size_t count)
{
	struct client *client = arg;
	const struct receipt *receipt = (const struct receipt *)(const void *)frames[1].data;
	struct promise promise = {0};

	(void)pair; /* there is one */
	if (count == 2 && skl_view_is(frames[0], "R")) {
		memcpy(&promise, frames[1].data + sizeof(struct result),
		       frames[1].len - sizeof(struct result));
		verify_promise(&promise, &client->seen[0]);
		return 0;
	}
	check(count == 2 && skl_view_is(frames[0], "F"), "answer");
	check(skl_sign_verify(keys.sign->public_key, SKL_DOMAIN_RECEIPT,
			      skl_view_of(frames[1].data + 64, frames[1].len - 64),
			      skl_view_of(receipt->signature, 64)) == SKL_OK,
	      "receipt");
	return receipt->count;
}

/* --- recipient
 * --------------------------------------------------------------------------------------- */

/* Signature, rows, sections: all that the sender sealed, with every binding checked. */
static void open_rows(const struct header *header, const uint8_t *row,
		      const struct skl_view *frames, struct item *item)
{
	const uint8_t *rows[ROWS];
	uint8_t digest[32], common_digest[32], recipient_key[32];

	check(skl_sign_verify(keys.sign->public_key, SKL_DOMAIN_ENVELOPE, signed_part(header),
			      skl_view_of(header->signature, 64)) == SKL_OK,
	      "signature");
	for (size_t i = 0; i < ROWS; i++) {
		skl_hash_row(row, skl_view_of(row + 16, row_len(i)), digest);
		check(bsearch(digest, header->digests, DIGESTS, 32, compare_digest) != NULL, "row");
		rows[i] = row + 16;
		row += 16 + row_len(i);
	}
	skl_hash_common(skl_view_of(header, COMMON_BYTES), common_digest);
	check(skl_seal_open_recipient_key(keys.seal, 1, common_digest, skl_view_of(rows[10], 132),
					  recipient_key) == SKL_OK,
	      "recipient key");
	for (uint32_t i = 0; i < LOAD_SECTIONS; i++) {
		const struct skl_seal_about about = {SENDER, header->id, i + 1, 1, 0};
		uint8_t key[32], *content = NULL;
		size_t len = 0;

		skl_hash(frames[i], item->opened[i]);
		check(memcmp(item->opened[i], rows[i], 32) == 0 &&
			      skl_seal_unwrap(recipient_key, header->id, 1, i + 1,
					      skl_view_of(rows[5 + i], 72), key) == SKL_OK,
		      "unwrap");
		skl_seal_commitment(key, header->id, i + 1, digest);
		check(sodium_memcmp(digest, rows[i] + 32, 32) == 0 &&
			      skl_seal_open_section(&about, key, frames[i], &content, &len) ==
				      SKL_OK &&
			      len == LOAD_CONTENT_BYTES,
		      "section");
		skl_seal_wipe(content, len);
	}
}

static void recipient_take(void *arg, size_t pair, const struct skl_view *frames, size_t count)
{
	struct client *client = arg;
	struct promise promise;
	const struct header *header;
	struct item *item = &client->waiting.items[client->waiting.count];

	(void)pair; /* there is one */
	if (skl_view_is(frames[0], "D"))
		return;
	check(skl_view_is(frames[0], "O") && count == 2 + LOAD_SECTIONS, "offer");
	memcpy(&promise, frames[1].data, sizeof(promise));
	header = (const struct header *)(const void *)(frames[1].data + sizeof(promise));
	memset(item, 0, sizeof(*item));
	memcpy(item->id, header->id, 16);
	item->index = promise.index;
	open_rows(header, frames[1].data + sizeof(promise) + sizeof(*header), frames + 2, item);
	verify_promise(&promise, &client->seen[1]);
	load_arrived(&client->load, skl_get_u64be(header->number));
	client->waiting.count++;
}

static void recipient_flush(void *arg, size_t pair)
{
	struct client *client = arg;
	struct receipt *receipt = &client->waiting;
	size_t len = offsetof(struct receipt, items) + receipt->count * sizeof(struct item);
	const struct skl_view frames[2] = {skl_view_str("C"), skl_view_of(receipt, len)};

	if (!receipt->count)
		return;
	check(skl_sign(keys.sign, SKL_DOMAIN_RECEIPT,
		       skl_view_of((const uint8_t *)receipt + 64, len - 64),
		       receipt->signature) == SKL_OK,
	      "sign");
	load_send(&client->load.recipients[pair], frames, 2);
	receipt->count = 0;
}

static void greet(struct load *load, struct load_end *end, const char *role)
{
	struct skl_view frames[LOAD_FRAMES_MAX] = {skl_view_str(role)};
	struct skl_buf answer;

	check(crypto_box_keypair(end->transport_public, end->transport_secret) == 0, "key");
	load_connect(load, end);
	load_send(end, frames, 1);
	skl_buf_init(&answer, 1024);
	(void)load_receive(end, &answer, frames);
	skl_buf_done(&answer);
}

static void make_keys(void)
{
	check(skl_key_new(SKL_KEY_USE_SIGN, SENDER, NULL, &keys.sign) == SKL_OK &&
		      skl_key_new(SKL_KEY_USE_SEAL, SENDER, NULL, &keys.seal) == SKL_OK &&
		      skl_key_new(SKL_KEY_USE_SIGN, SENDER, NULL, &keys.promise) == SKL_OK &&
		      crypto_box_keypair(keys.curve_public, keys.curve_secret) == 0,
	      "keys");
	randombytes_buf(keys.vault, sizeof(keys.vault));
}

int main(int argc, char **argv)
{
	static const struct load_calls calls = {.submit = submit,
						.sender_take = sender_take,
						.recipient_take = recipient_take,
						.recipient_flush = recipient_flush};
	static struct client client;
	static char endpoint[256];
	struct load *load = &client.load;
	int fds[2];

	if (argc < 2 || skl_wire_init() != SKL_OK) {
		(void)fprintf(stderr, "usage: limit DIR [name=value ...]\n");
		return 2;
	}
	make_keys();
	check(pipe(fds) == 0, "pipe");
	load->broker_pid = fork();
	if (load->broker_pid == 0)
		run_broker(argv[1], fds[1]);
	check(load->broker_pid > 0 && read(fds[0], endpoint, sizeof(endpoint)) > 0, "broker");
	load->calls = &calls;
	load->arg = &client;
	load->pairs = 1;
	load->endpoint = endpoint;
	memcpy(load->server_public, keys.curve_public, 32);
	load->count = load_number(argc, argv, "count", 2000);
	load->warm = load_number(argc, argv, "warm", load->count / 10);
	load->window = load_number(argc, argv, "window", 256);
	greet(load, &load->senders[0], "s");
	greet(load, &load->recipients[0], "r");
	load_run(load);
	load_print(load, load_text(argc, argv, "prefix", "limit"));
	check(kill(load->broker_pid, SIGKILL) == 0 && waitpid(load->broker_pid, NULL, 0) > 0,
	      "broker");
	return 0;
}
