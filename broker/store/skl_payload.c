/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_payload.h"

#include <string.h>

#include "skl_db.h"
#include "skl_mem.h"
#include "skl_txn.h"
#include "skl_vault.h"

#define FORMAT      1
#define REF_BYTES   (2 * SKL_STORE_ID_BYTES + 4)
#define CHUNK_BYTES (REF_BYTES + 2)
#define DUE_BYTES   (8 + REF_BYTES)
#define HEAD_BYTES  (1 + SKL_VAULT_ID_BYTES)
#define PLAIN_CHUNK (SKL_PAYLOAD_CHUNK - HEAD_BYTES - SKL_VAULT_SEAL_OVER)
#define DAYS_AHEAD  366
#define AD_PREFIX   "schakel/v1 payload\n"

/* What is known of a section: one row beside its chunks. */
struct ref {
	uint32_t recipients; /* who still need it */
	uint32_t size_bytes;
	uint32_t chunks;
	int64_t expires_ms;
	struct skl_vault_id vault_id;
};

static void ref_key_of(struct skl_payload_key key, uint8_t bytes[REF_BYTES])
{
	skl_store_name_key(key.sender, bytes);
	memcpy(bytes + SKL_STORE_ID_BYTES, key.message_id, SKL_STORE_ID_BYTES);
	skl_put_u32be(bytes + 2 * SKL_STORE_ID_BYTES, key.section);
}

static struct skl_view chunk_key_of(const uint8_t ref_key[REF_BYTES], uint32_t chunk,
				    uint8_t bytes[CHUNK_BYTES])
{
	memcpy(bytes, ref_key, REF_BYTES);
	bytes[REF_BYTES] = (uint8_t)(chunk >> 8);
	bytes[REF_BYTES + 1] = (uint8_t)chunk;
	return skl_view_of(bytes, CHUNK_BYTES);
}

static void due_key_of(const uint8_t ref_key[REF_BYTES], int64_t expires_ms,
		       uint8_t bytes[DUE_BYTES])
{
	skl_put_u64be(bytes, expires_ms > 0 ? (uint64_t)expires_ms : 0);
	memcpy(bytes + 8, ref_key, REF_BYTES);
}

static enum skl_err get_ref(struct skl_txn *txn, const uint8_t ref_key[REF_BYTES],
			    struct ref *ret_ref)
{
	uint8_t vault_id[SKL_VAULT_ID_BYTES];
	struct skl_view value;
	struct skl_rec rec;
	enum skl_err err =
		skl_db_get(txn, SKL_DB_PAYLOAD_REF, skl_view_of(ref_key, REF_BYTES), &value);

	if (err != SKL_OK)
		return err;
	skl_rec_open(&rec, value, FORMAT);
	ret_ref->recipients = skl_rec_u32(&rec);
	ret_ref->size_bytes = skl_rec_u32(&rec);
	ret_ref->chunks = skl_rec_u32(&rec);
	ret_ref->expires_ms = skl_rec_i64(&rec);
	skl_rec_bytes(&rec, vault_id, sizeof(vault_id));
	err = skl_rec_end(&rec);
	if (err == SKL_OK)
		err = skl_vault_id_get(vault_id, &ret_ref->vault_id);
	if (err == SKL_OK && (ret_ref->size_bytes > SKL_PAYLOAD_MAX ||
			      ret_ref->chunks > SKL_PAYLOAD_MAX / PLAIN_CHUNK + 1))
		err = SKL_ECORRUPT;
	return err;
}

static enum skl_err put_ref(struct skl_txn *txn, const uint8_t ref_key[REF_BYTES],
			    const struct ref *ref)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t vault_id[SKL_VAULT_ID_BYTES];

	skl_vault_id_put(ref->vault_id, vault_id);
	skl_buf_add_u8(value, FORMAT);
	skl_buf_add_u32be(value, ref->recipients);
	skl_buf_add_u32be(value, ref->size_bytes);
	skl_buf_add_u32be(value, ref->chunks);
	skl_rec_put_i64(value, ref->expires_ms);
	skl_buf_add(value, vault_id, sizeof(vault_id));
	if (skl_buf_err(value) != SKL_OK) {
		skl_txn_fail(txn, skl_buf_err(value));
		return skl_buf_err(value);
	}
	return skl_txn_put(txn, SKL_DB_PAYLOAD_REF, skl_view_of(ref_key, REF_BYTES),
			   skl_buf_view(value));
}

/* How many sections of a day there are: at none its key can go. */
static void count_day(struct skl_txn *txn, uint32_t day, int change)
{
	skl_db_tally(txn, SKL_DB_PAYLOAD_DAY, day, change);
}

/* "schakel/v1 payload\n" || chunk key: a chunk stands for its place alone. */
static struct skl_view ad_of(struct skl_view chunk_key, uint8_t bytes[64])
{
	const size_t prefix = sizeof(AD_PREFIX) - 1;

	memcpy(bytes, AD_PREFIX, prefix);
	memcpy(bytes + prefix, chunk_key.data, CHUNK_BYTES);
	return skl_view_of(bytes, prefix + CHUNK_BYTES);
}

static enum skl_err put_chunk(struct skl_txn *txn, const uint8_t ref_key[REF_BYTES],
			      struct skl_vault_id vault_id, uint32_t chunk, struct skl_view plain)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key_bytes[CHUNK_BYTES], ad[64], id_bytes[SKL_VAULT_ID_BYTES];
	struct skl_view key = chunk_key_of(ref_key, chunk, key_bytes);
	enum skl_err err;

	skl_vault_id_put(vault_id, id_bytes);
	skl_buf_add_u8(value, FORMAT);
	skl_buf_add(value, id_bytes, sizeof(id_bytes));
	err = skl_vault_seal(skl_store_vault(skl_txn_store(txn)), vault_id, ad_of(key, ad), plain,
			     value);
	if (err != SKL_OK) {
		skl_txn_fail(txn, err);
		return err;
	}
	return skl_txn_put(txn, SKL_DB_PAYLOAD, key, skl_buf_view(value));
}

/* The day whose key is used: a later one if that key was destroyed already (a clock set back). */
static enum skl_err find_day(struct skl_txn *txn, struct skl_vault_id *id)
{
	struct skl_vault *vault = skl_store_vault(skl_txn_store(txn));
	const uint8_t *key;
	enum skl_err err = vault ? skl_vault_key(vault, *id, true, &key) : SKL_EBUG;

	for (unsigned tries = 0; err == SKL_ESTATE && tries < DAYS_AHEAD; tries++) {
		id->period++;
		err = skl_vault_key(vault, *id, true, &key);
	}
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

enum skl_err skl_payload_put(struct skl_txn *txn, struct skl_payload_key key, struct skl_view frame,
			     uint32_t recipients, int64_t now_ms, int64_t expires_ms)
{
	struct ref ref = {.recipients = recipients,
			  .size_bytes = (uint32_t)frame.len,
			  .expires_ms = expires_ms,
			  .vault_id = skl_vault_payload_id(now_ms)};
	uint8_t ref_key[REF_BYTES], due[DUE_BYTES];
	struct skl_view value;
	enum skl_err err;

	if (frame.len == 0 || frame.len > SKL_PAYLOAD_MAX || recipients == 0)
		return SKL_EINVAL;
	ref_key_of(key, ref_key);
	err = skl_db_get(txn, SKL_DB_PAYLOAD_REF, skl_view_of(ref_key, REF_BYTES), &value);
	if (err != SKL_ENOTFOUND)
		return err == SKL_OK ? SKL_EEXISTS : err;
	err = find_day(txn, &ref.vault_id);
	for (size_t at = 0; err == SKL_OK && at < frame.len; at += PLAIN_CHUNK) {
		size_t len = frame.len - at < PLAIN_CHUNK ? frame.len - at : PLAIN_CHUNK;

		err = put_chunk(txn, ref_key, ref.vault_id, ref.chunks++,
				skl_view_of(frame.data + at, len));
	}
	if (err == SKL_OK)
		err = put_ref(txn, ref_key, &ref);
	due_key_of(ref_key, expires_ms, due);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_PAYLOAD_DUE, skl_view_of(due, sizeof(due)),
				  skl_view_of(NULL, 0));
	if (err == SKL_OK)
		count_day(txn, ref.vault_id.period, 1);
	return err;
}

static enum skl_err get_chunk(struct skl_txn *txn, const uint8_t ref_key[REF_BYTES],
			      const struct ref *ref, uint32_t chunk, struct skl_buf *out)
{
	uint8_t key_bytes[CHUNK_BYTES], ad[64], id_bytes[SKL_VAULT_ID_BYTES];
	struct skl_view key = chunk_key_of(ref_key, chunk, key_bytes), value;
	struct skl_vault *vault = skl_store_vault(skl_txn_store(txn));
	enum skl_err err = skl_db_get(txn, SKL_DB_PAYLOAD, key, &value);

	if (!vault)
		return SKL_EPERM;
	if (err != SKL_OK)
		return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err;
	skl_vault_id_put(ref->vault_id, id_bytes);
	if (value.len < HEAD_BYTES || value.data[0] != FORMAT ||
	    memcmp(value.data + 1, id_bytes, sizeof(id_bytes)) != 0)
		return SKL_ECORRUPT;
	return skl_vault_unseal(skl_store_vault(skl_txn_store(txn)), ref->vault_id, ad_of(key, ad),
				skl_view_of(value.data + HEAD_BYTES, value.len - HEAD_BYTES), out);
}

enum skl_err skl_payload_get(struct skl_txn *txn, struct skl_payload_key key, struct skl_buf *out)
{
	uint8_t ref_key[REF_BYTES];
	size_t before = out->len;
	struct ref ref;
	enum skl_err err;

	ref_key_of(key, ref_key);
	err = get_ref(txn, ref_key, &ref);
	for (uint32_t chunk = 0; err == SKL_OK && chunk < ref.chunks; chunk++)
		err = get_chunk(txn, ref_key, &ref, chunk, out);
	if (err == SKL_OK && out->len - before != ref.size_bytes)
		err = SKL_ECORRUPT;
	if (err != SKL_OK && out->len > before)
		out->len = before;
	return err;
}

/* All rows of one section. */
static enum skl_err delete_all(struct skl_txn *txn, const uint8_t ref_key[REF_BYTES],
			       const struct ref *ref)
{
	uint8_t key[CHUNK_BYTES], due[DUE_BYTES];
	enum skl_err err = SKL_OK;

	for (uint32_t chunk = 0; err == SKL_OK && chunk < ref->chunks; chunk++) {
		err = skl_txn_delete(txn, SKL_DB_PAYLOAD, chunk_key_of(ref_key, chunk, key));
		if (err == SKL_ENOTFOUND)
			err = SKL_OK; /* what is gone needs no deleting */
	}
	if (err == SKL_OK)
		err = skl_txn_delete(txn, SKL_DB_PAYLOAD_REF, skl_view_of(ref_key, REF_BYTES));
	due_key_of(ref_key, ref->expires_ms, due);
	if (err == SKL_OK)
		err = skl_txn_delete(txn, SKL_DB_PAYLOAD_DUE, skl_view_of(due, sizeof(due)));
	if (err == SKL_ENOTFOUND)
		err = SKL_OK;
	if (err == SKL_OK)
		count_day(txn, ref->vault_id.period, -1);
	return err;
}

enum skl_err skl_payload_drop(struct skl_txn *txn, struct skl_payload_key key)
{
	uint8_t ref_key[REF_BYTES];
	struct ref ref;
	enum skl_err err;

	ref_key_of(key, ref_key);
	err = get_ref(txn, ref_key, &ref);
	if (err != SKL_OK)
		return err;
	if (ref.recipients <= 1)
		return delete_all(txn, ref_key, &ref);
	ref.recipients--;
	return put_ref(txn, ref_key, &ref);
}

enum skl_err skl_payload_purge(struct skl_txn *txn, int64_t now_ms, unsigned max,
			       unsigned *ret_count)
{
	unsigned count = 0;

	while (count < max) {
		struct skl_view key, value;
		uint8_t due[DUE_BYTES];
		struct ref ref;
		enum skl_err err =
			skl_db_seek(txn, SKL_DB_PAYLOAD_DUE, skl_view_of(NULL, 0), &key, &value);

		if (err == SKL_ENOTFOUND)
			break;
		if (err == SKL_OK && key.len != DUE_BYTES)
			err = SKL_ECORRUPT;
		if (err != SKL_OK)
			return err;
		if ((int64_t)skl_get_u64be(key.data) >= now_ms)
			break;
		memcpy(due, key.data, DUE_BYTES);
		err = get_ref(txn, due + 8, &ref);
		if (err == SKL_OK)
			err = delete_all(txn, due + 8, &ref);
		else if (err == SKL_ENOTFOUND)
			err = skl_txn_delete(txn, SKL_DB_PAYLOAD_DUE, skl_view_of(due, DUE_BYTES));
		if (err != SKL_OK)
			return err;
		count++;
	}
	*ret_count = count;
	return SKL_OK;
}

/* --- keys of past days ------------------------------------------------------- */

struct erasing {
	struct skl_store *store;
	struct skl_txn *txn;
	uint32_t today;
	unsigned count;
	enum skl_err err;
};

static bool erase_unused(void *arg, struct skl_vault_id id)
{
	struct erasing *erasing = arg;
	struct skl_view value;
	uint8_t key[4];

	if (id.period >= erasing->today)
		return false;
	skl_put_u32be(key, id.period);
	erasing->err =
		skl_db_get(erasing->txn, SKL_DB_PAYLOAD_DAY, skl_view_of(key, sizeof(key)), &value);
	if (erasing->err == SKL_ENOTFOUND) {
		erasing->err = skl_vault_erase(skl_store_vault(erasing->store), id);
		if (erasing->err == SKL_OK)
			erasing->count++;
	}
	return erasing->err == SKL_OK;
}

enum skl_err skl_payload_erase_keys(struct skl_store *store, int64_t now_ms, unsigned *ret_count)
{
	struct skl_txn_opts opts = {.read_only = true};
	struct erasing erasing = {.store = store, .today = skl_vault_payload_id(now_ms).period};
	SKL_CLEANUP(skl_txn_abortp) struct skl_txn *txn = NULL;
	enum skl_err err;

	if (skl_store_is_writing(store))
		return SKL_ESTATE; /* it may be about to use one of these keys */
	err = skl_txn_begin(store, &opts, &txn);
	if (err != SKL_OK)
		return err;
	erasing.txn = txn;
	err = skl_vault_list(skl_store_vault(store), SKL_VAULT_PAYLOAD, erase_unused, &erasing);
	if (err == SKL_OK)
		err = erasing.err;
	if (err == SKL_OK)
		*ret_count = erasing.count;
	return err;
}
