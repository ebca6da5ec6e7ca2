/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_hash.h"
#include "skl_spool_impl.h"

#define IN_VERSION 1u
/* An OfferedMessage and its opened sections, with their lengths. */
#define BODY_MAX (SKL_LIMIT_OFFER + SKL_LIMIT_MESSAGE + 64u * 1024u)

const char *skl_in_state_name(enum skl_in_state state)
{
	switch (state) {
#define IN_NAME(symbol, number, text)                                                              \
	case SKL_IN_##symbol:                                                                      \
		return text;
		SKL_IN_MAP(IN_NAME)
#undef IN_NAME
	}
	return "unknown";
}

void skl_spool_in_key(const char *sender, const uint8_t id[SKL_SPOOL_ID_BYTES], const char *desk,
		      uint8_t ret_key[SKL_SPOOL_IN_KEY_BYTES])
{
	struct skl_hasher hasher;
	skl_hasher_init(&hasher, "schakel/v1 delivery\n");
	skl_hasher_add_u32be(&hasher, (uint32_t)strlen(sender));
	skl_hasher_add(&hasher, skl_view_str(sender));
	skl_hasher_add(&hasher, skl_view_of(id, SKL_SPOOL_ID_BYTES));
	skl_hasher_add(&hasher, skl_view_str(desk));
	skl_hasher_end(&hasher, ret_key);
}

static struct skl_view key_view(const uint8_t key[SKL_SPOOL_IN_KEY_BYTES])
{
	return skl_view_of(key, SKL_SPOOL_IN_KEY_BYTES);
}

static bool is_final(enum skl_in_state state)
{
	return state == SKL_IN_HANDED_OVER || state == SKL_IN_REFUSED;
}

static void write_in(struct skl_spool_txn *txn, const struct skl_in *in)
{
	struct skl_buf buf;
	skl_buf_init(&buf, 4096);
	skl_buf_add_u8(&buf, IN_VERSION);
	skl_buf_add_u64be(&buf, in->seq);
	skl_buf_add_u8(&buf, (uint8_t)in->state);
	skl_buf_add(&buf, in->id, sizeof in->id);
	skl_spool_write_text(&buf, in->sender);
	skl_spool_write_text(&buf, in->desk);
	skl_buf_add(&buf, in->case_ref, sizeof in->case_ref);
	skl_buf_add_u32be(&buf, in->kind);
	skl_buf_add_u64be(&buf, in->offer);
	skl_spool_write_text(&buf, in->origin);
	skl_buf_add_u64be(&buf, in->index);
	skl_buf_add(&buf, in->digest, sizeof in->digest);
	skl_buf_add_u32be(&buf, in->reason);
	skl_buf_add_u32be(&buf, in->attempts);
	skl_spool_write_i64(&buf, in->stored_ms);
	skl_spool_write_i64(&buf, in->expires_ms);
	skl_spool_write_i64(&buf, in->next_try_ms);
	skl_spool_write_i64(&buf, in->final_ms);
	skl_buf_add_u8(&buf, (uint8_t)in->opened_count);
	skl_buf_add(&buf, in->opened, (size_t)in->opened_count * sizeof in->opened[0]);
	skl_spool_fail(txn, skl_buf_err(&buf));
	skl_spool_db_put(txn, SKL_DB_IN, key_view(in->key), skl_buf_view(&buf));
	skl_buf_done(&buf);
}

static enum skl_err read_in(struct skl_view record, struct skl_in *in)
{
	struct skl_spool_reader reader = skl_spool_read(record, IN_VERSION);
	in->seq = skl_spool_read_u64(&reader);
	in->state = skl_spool_read_code(&reader, SKL_IN_STORED, SKL_IN_REFUSED);
	skl_spool_read_bytes(&reader, in->id, sizeof in->id);
	skl_spool_read_text(&reader, in->sender, sizeof in->sender);
	skl_spool_read_text(&reader, in->desk, sizeof in->desk);
	skl_spool_read_bytes(&reader, in->case_ref, sizeof in->case_ref);
	in->kind = skl_spool_read_u32(&reader);
	in->offer = skl_spool_read_u64(&reader);
	skl_spool_read_text(&reader, in->origin, sizeof in->origin);
	in->index = skl_spool_read_u64(&reader);
	skl_spool_read_bytes(&reader, in->digest, sizeof in->digest);
	in->reason = skl_spool_read_u32(&reader);
	in->attempts = skl_spool_read_u32(&reader);
	in->stored_ms = skl_spool_read_i64(&reader);
	in->expires_ms = skl_spool_read_i64(&reader);
	in->next_try_ms = skl_spool_read_i64(&reader);
	in->final_ms = skl_spool_read_i64(&reader);
	in->opened_count = skl_spool_read_code(&reader, 0, SKL_COUNT(in->opened));
	skl_spool_read_bytes(&reader, in->opened[0],
			     (size_t)in->opened_count * sizeof in->opened[0]);
	return skl_spool_read_end(&reader);
}

enum skl_err skl_spool_in_get(struct skl_spool_txn *txn, const uint8_t key[SKL_SPOOL_IN_KEY_BYTES],
			      struct skl_in *ret_in)
{
	struct skl_buf buf;
	skl_buf_init(&buf, 4096);
	enum skl_err err = skl_spool_db_get(txn, SKL_DB_IN, key_view(key), &buf);
	if (!err) {
		*ret_in = (struct skl_in){0};
		memcpy(ret_in->key, key, sizeof ret_in->key);
		err = read_in(skl_buf_view(&buf), ret_in);
		skl_spool_fail(txn, err);
	}
	skl_buf_done(&buf);
	return err;
}

enum skl_err skl_spool_in_each(struct skl_spool_txn *txn, const struct skl_in *cursor,
			       struct skl_in *ret_in)
{
	/* One byte more, zero: the smallest key after that of the cursor. */
	uint8_t key[SKL_SPOOL_IN_KEY_BYTES + 1] = {0};
	size_t len = SKL_SPOOL_IN_KEY_BYTES;
	if (cursor)
		memcpy(key, cursor->key, SKL_SPOOL_IN_KEY_BYTES);
	struct skl_view from = skl_view_of(key, cursor ? sizeof key : 1);
	enum skl_err err = skl_spool_db_seek(txn, SKL_DB_IN, from, key, &len);
	if (!err && len != SKL_SPOOL_IN_KEY_BYTES) {
		skl_spool_fail(txn, SKL_ECORRUPT);
		err = SKL_ECORRUPT;
	}
	return err ? err : skl_spool_in_get(txn, key, ret_in);
}

static void seq_key(uint64_t seq, uint8_t ret_key[8])
{
	skl_put_u64be(ret_key, seq);
}

enum skl_err skl_spool_in_add(struct skl_spool_txn *txn, struct skl_in *in, struct skl_view body)
{
	if (txn->err)
		return txn->err;
	if (skl_spool_db_size(txn, SKL_DB_IN, key_view(in->key)))
		return SKL_EEXISTS;
	if (txn->err)
		return txn->err;
	bool has_body = !is_final(in->state);
	if (has_body && skl_spool_is_full(txn, SKL_DB_IN_BODY, body.len, false))
		return txn->err ? txn->err : SKL_EMAPFULL;
	in->seq = skl_spool_next_seq(txn);
	write_in(txn, in);
	if (has_body) {
		uint8_t seq[8];
		seq_key(in->seq, seq);
		skl_spool_db_put(txn, SKL_DB_IN_BODY, key_view(in->key), body);
		skl_spool_db_put(txn, SKL_DB_IN_OPEN, skl_view_of(seq, sizeof seq),
				 key_view(in->key));
		skl_spool_count_bytes(txn, SKL_DB_IN_BODY, body.len, 0);
	}
	skl_spool_prune_at(txn, SKL_DB_IN, key_view(in->key), in->expires_ms);
	return txn->err;
}

void skl_spool_in_set(struct skl_spool_txn *txn, const struct skl_in *in)
{
	if (!skl_spool_may_write(txn))
		return;
	write_in(txn, in);
	if (!is_final(in->state))
		return;
	uint64_t size = skl_spool_db_size(txn, SKL_DB_IN_BODY, key_view(in->key));
	uint8_t seq[8];
	seq_key(in->seq, seq);
	skl_spool_db_del(txn, SKL_DB_IN_BODY, key_view(in->key));
	skl_spool_db_del(txn, SKL_DB_IN_OPEN, skl_view_of(seq, sizeof seq));
	skl_spool_count_bytes(txn, SKL_DB_IN_BODY, 0, size);
}

enum skl_err skl_spool_in_body(struct skl_spool_txn *txn, const uint8_t key[SKL_SPOOL_IN_KEY_BYTES],
			       struct skl_buf *ret_body)
{
	return skl_spool_db_get(txn, SKL_DB_IN_BODY, key_view(key), ret_body);
}

enum skl_err skl_spool_in_next(struct skl_spool_txn *txn, uint64_t seq, struct skl_in *ret_in)
{
	uint8_t key[8];
	size_t len = sizeof key;
	if (seq == UINT64_MAX)
		return SKL_ENOTFOUND;
	seq_key(seq + 1, key);
	enum skl_err err =
		skl_spool_db_seek(txn, SKL_DB_IN_OPEN, skl_view_of(key, sizeof key), key, &len);
	if (err)
		return err;
	struct skl_buf buf;
	skl_buf_init(&buf, SKL_SPOOL_IN_KEY_BYTES);
	err = skl_spool_db_get(txn, SKL_DB_IN_OPEN, skl_view_of(key, len), &buf);
	if (!err && buf.len != SKL_SPOOL_IN_KEY_BYTES)
		err = SKL_ECORRUPT;
	if (!err)
		err = skl_spool_in_get(txn, buf.data, ret_in);
	/* A number without its record is damage, not the end of the list; one that leads to another
	 * number would never end. */
	if (err == SKL_ENOTFOUND || (!err && ret_in->seq != skl_get_u64be(key)))
		err = SKL_ECORRUPT;
	skl_spool_fail(txn, err);
	skl_buf_done(&buf);
	return err;
}

bool skl_spool_in_prune(struct skl_spool_txn *txn, const uint8_t key[SKL_SPOOL_IN_KEY_BYTES])
{
	struct skl_in in;
	enum skl_err err = skl_spool_in_get(txn, key, &in);
	if (err == SKL_ENOTFOUND)
		return true;
	/* What the partner's system never took stays, however old: a person must see it. */
	if (err || !is_final(in.state))
		return false;
	skl_spool_db_del(txn, SKL_DB_IN, key_view(key));
	return true;
}
