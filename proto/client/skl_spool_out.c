/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_random.h"
#include "skl_spool_impl.h"

#define OUT_VERSION  1u
#define TO_VERSION   1u
#define KEYS_VERSION 1u

#define KEY_BYTES (4u + 32u)

#define DUE_KEY_BYTES (1u + 8u + 8u + SKL_SPOOL_ID_BYTES)
#define DUE_ID        17u /* where the id stands in it */
#define TO_KEY_BYTES  (SKL_SPOOL_ID_BYTES + 4u)

const char *skl_out_state_name(enum skl_out_state state)
{
	switch (state) {
#define OUT_NAME(symbol, number, text)                                                             \
	case SKL_OUT_##symbol:                                                                     \
		return text;
		SKL_OUT_MAP(OUT_NAME)
#undef OUT_NAME
	}
	return "unknown";
}

static struct skl_view id_view(const uint8_t id[SKL_SPOOL_ID_BYTES])
{
	return skl_view_of(id, SKL_SPOOL_ID_BYTES);
}

/*
 * Acute first, then by time, then in the order of spooling: what is due stands in the order in
 * which it is to be sent.
 */
static void due_key(const struct skl_out *out, uint8_t ret_key[DUE_KEY_BYTES])
{
	ret_key[0] = out->acute ? 0 : 1;
	skl_put_u64be(ret_key + 1, out->next_try_ms > 0 ? (uint64_t)out->next_try_ms : 0);
	skl_put_u64be(ret_key + 9, out->seq);
	memcpy(ret_key + DUE_ID, out->id, SKL_SPOOL_ID_BYTES);
}

static bool is_waiting(enum skl_out_state state)
{
	return state == SKL_OUT_SPOOLED || state == SKL_OUT_SUBMITTED;
}

static void write_out(struct skl_spool_txn *txn, const struct skl_out *out)
{
	struct skl_buf buf;
	skl_buf_init(&buf, 256);
	skl_buf_add_u8(&buf, OUT_VERSION);
	skl_buf_add_u64be(&buf, out->seq);
	skl_buf_add_u8(&buf, (uint8_t)out->state);
	skl_buf_add_u8(&buf, out->acute ? 1 : 0);
	skl_buf_add_u32be(&buf, out->kind);
	skl_buf_add_u32be(&buf, out->outcome);
	skl_buf_add_u32be(&buf, out->attempts);
	skl_buf_add_u32be(&buf, out->last_err);
	skl_buf_add_u32be(&buf, out->promises);
	skl_spool_write_i64(&buf, out->spooled_ms);
	skl_spool_write_i64(&buf, out->expires_ms);
	skl_spool_write_i64(&buf, out->next_try_ms);
	skl_spool_write_i64(&buf, out->answered_ms);
	skl_buf_add_u64be(&buf, out->size);
	skl_buf_add(&buf, out->digest, sizeof out->digest);
	skl_spool_fail(txn, skl_buf_err(&buf));
	skl_spool_db_put(txn, SKL_DB_OUT, id_view(out->id), skl_buf_view(&buf));
	if (is_waiting(out->state)) {
		uint8_t key[DUE_KEY_BYTES];
		due_key(out, key);
		skl_spool_db_put(txn, SKL_DB_OUT_DUE, skl_view_of(key, sizeof key),
				 skl_view_of(NULL, 0));
	}
	skl_buf_done(&buf);
}

enum skl_err skl_spool_out_get(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
			       struct skl_out *ret_out)
{
	struct skl_buf buf;
	skl_buf_init(&buf, 256);
	enum skl_err err = skl_spool_db_get(txn, SKL_DB_OUT, id_view(id), &buf);
	if (!err) {
		struct skl_out out = {0};
		struct skl_spool_reader reader = skl_spool_read(skl_buf_view(&buf), OUT_VERSION);
		memcpy(out.id, id, sizeof out.id);
		out.seq = skl_spool_read_u64(&reader);
		out.state = skl_spool_read_code(&reader, SKL_OUT_SPOOLED, SKL_OUT_EXPIRED);
		out.acute = skl_spool_read_code(&reader, 0, 1) != 0;
		out.kind = skl_spool_read_u32(&reader);
		out.outcome = skl_spool_read_u32(&reader);
		out.attempts = skl_spool_read_u32(&reader);
		out.last_err = skl_spool_read_u32(&reader);
		out.promises = skl_spool_read_u32(&reader);
		out.spooled_ms = skl_spool_read_i64(&reader);
		out.expires_ms = skl_spool_read_i64(&reader);
		out.next_try_ms = skl_spool_read_i64(&reader);
		out.answered_ms = skl_spool_read_i64(&reader);
		out.size = skl_spool_read_u64(&reader);
		skl_spool_read_bytes(&reader, out.digest, sizeof out.digest);
		err = skl_spool_read_end(&reader);
		skl_spool_fail(txn, err);
		if (!err)
			*ret_out = out;
	}
	skl_buf_done(&buf);
	return err;
}

enum skl_err skl_spool_out_next(struct skl_spool_txn *txn, const struct skl_out *cursor,
				struct skl_out *ret_out)
{
	/* One byte more, zero: the smallest key after that of the cursor. */
	uint8_t key[SKL_SPOOL_ID_BYTES + 1] = {0};
	size_t len = SKL_SPOOL_ID_BYTES;
	if (cursor)
		memcpy(key, cursor->id, SKL_SPOOL_ID_BYTES);
	struct skl_view from = skl_view_of(key, cursor ? sizeof key : 1);
	enum skl_err err = skl_spool_db_seek(txn, SKL_DB_OUT, from, key, &len);
	if (!err && len != SKL_SPOOL_ID_BYTES) {
		skl_spool_fail(txn, SKL_ECORRUPT);
		err = SKL_ECORRUPT;
	}
	return err ? err : skl_spool_out_get(txn, key, ret_out);
}

/* Frames in one value: count, then length and bytes of each. */
static enum skl_err put_frames(struct skl_spool_txn *txn, const struct skl_out *out,
			       const struct skl_view *frames, size_t frame_count)
{
	struct skl_buf buf;
	skl_buf_init(&buf, out->size + 4 + 4 * frame_count);
	skl_buf_add_u32be(&buf, (uint32_t)frame_count);
	for (size_t i = 0; i < frame_count; i++) {
		skl_buf_add_u32be(&buf, (uint32_t)frames[i].len);
		skl_buf_add_view(&buf, frames[i]);
	}
	enum skl_err err = skl_buf_err(&buf);
	skl_spool_fail(txn, err);
	skl_spool_db_put(txn, SKL_DB_OUT_BODY, id_view(out->id), skl_buf_view(&buf));
	skl_buf_done(&buf);
	return txn->err;
}

/* Size and digest of the frames; lengths are hashed too, so that frames cannot be regrouped. */
static enum skl_err measure(const struct skl_view *frames, size_t frame_count, struct skl_out *out)
{
	if (frame_count == 0 || frame_count > SKL_SPOOL_MAX_FRAMES)
		return SKL_EINVAL;
	struct skl_hasher hasher;
	skl_hasher_init(&hasher, NULL);
	out->size = 0;
	for (size_t i = 0; i < frame_count; i++) {
		if (frames[i].len > SKL_LIMIT_FRAME)
			return SKL_ETOOLARGE;
		out->size += frames[i].len;
		skl_hasher_add_u32be(&hasher, (uint32_t)frames[i].len);
		skl_hasher_add(&hasher, frames[i]);
	}
	skl_hasher_end(&hasher, out->digest);
	return out->size > SKL_LIMIT_MESSAGE ? SKL_ETOOLARGE : SKL_OK;
}

enum skl_err skl_spool_out_add(struct skl_spool_txn *txn, struct skl_out *out,
			       const struct skl_view *frames, size_t frame_count)
{
	struct skl_out fresh = {
		.state = SKL_OUT_SPOOLED,
		.acute = out->acute,
		.kind = out->kind,
		.spooled_ms = out->spooled_ms,
		.expires_ms = out->expires_ms,
		/* Acute ones never tried come before acute ones that failed once. */
		.next_try_ms = out->acute ? 0 : out->spooled_ms,
	};
	memcpy(fresh.id, out->id, sizeof fresh.id);
	enum skl_err err = measure(frames, frame_count, &fresh);
	if (err)
		return err;
	struct skl_out known;
	err = skl_spool_out_get(txn, out->id, &known);
	if (!err)
		return memcmp(known.digest, fresh.digest, sizeof known.digest) ? SKL_EDUPLICATE
									       : SKL_EEXISTS;
	if (err != SKL_ENOTFOUND)
		return err;
	if (skl_spool_is_full(txn, SKL_DB_OUT_BODY, fresh.size, fresh.acute))
		return txn->err ? txn->err : SKL_EMAPFULL;
	fresh.seq = skl_spool_next_seq(txn);
	err = put_frames(txn, &fresh, frames, frame_count);
	if (err)
		return err;
	skl_spool_count_bytes(txn, SKL_DB_OUT_BODY, fresh.size, 0);
	write_out(txn, &fresh);
	skl_spool_prune_at(txn, SKL_DB_OUT, id_view(fresh.id), fresh.expires_ms);
	*out = fresh;
	return txn->err;
}

/* Take the record's place in the list of what is due away. */
static void forget_due(struct skl_spool_txn *txn, const struct skl_out *known)
{
	uint8_t key[DUE_KEY_BYTES];
	if (!is_waiting(known->state))
		return;
	due_key(known, key);
	skl_spool_db_del(txn, SKL_DB_OUT_DUE, skl_view_of(key, sizeof key));
}

void skl_spool_out_set(struct skl_spool_txn *txn, const struct skl_out *out)
{
	struct skl_out known;
	enum skl_err err = skl_spool_out_get(txn, out->id, &known);
	if (err) {
		skl_spool_fail(txn, err == SKL_ENOTFOUND ? SKL_EBUG : err);
		return;
	}
	forget_due(txn, &known);
	write_out(txn, out);
}

enum skl_err skl_spool_out_frames(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
				  struct skl_spool_frames *ret_frames)
{
	struct skl_buf buf;
	skl_buf_init(&buf, SKL_LIMIT_MESSAGE + 4 * (SKL_SPOOL_MAX_FRAMES + 1));
	enum skl_err err = skl_spool_db_get(txn, SKL_DB_OUT_BODY, id_view(id), &buf);
	if (err) {
		skl_buf_done(&buf);
		return err;
	}
	struct skl_spool_frames frames = {0};
	size_t len;
	frames.block = skl_buf_take(&buf, &len);
	struct skl_spool_reader reader = {.rest = skl_view_of(frames.block, len)};
	uint32_t count = skl_spool_read_u32(&reader);
	if (count > SKL_SPOOL_MAX_FRAMES)
		reader.err = SKL_ECORRUPT;
	for (uint32_t i = 0; i < count && !reader.err; i++) {
		uint32_t frame_len = skl_spool_read_u32(&reader);
		if (reader.rest.len < frame_len) {
			reader.err = SKL_ECORRUPT;
			break;
		}
		frames.frame[i] = skl_view_of(reader.rest.data, frame_len);
		reader.rest.data += frame_len;
		reader.rest.len -= frame_len;
	}
	err = skl_spool_read_end(&reader);
	if (err) {
		skl_spool_fail(txn, err);
		skl_free(frames.block);
		return err;
	}
	frames.count = count;
	*ret_frames = frames;
	return SKL_OK;
}

void skl_spool_frames_done(struct skl_spool_frames *frames)
{
	skl_free(frames->block);
	*frames = (struct skl_spool_frames){0};
}

void skl_spool_out_keys_put(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
			    const struct skl_sealed_key *keys, size_t count)
{
	struct skl_buf buf;
	if (!count)
		return;
	skl_buf_init(&buf, 1 + count * KEY_BYTES);
	skl_buf_add_u8(&buf, KEYS_VERSION);
	for (size_t i = 0; i < count; i++) {
		skl_buf_add_u32be(&buf, keys[i].recipient);
		skl_buf_add(&buf, keys[i].key, sizeof keys[i].key);
	}
	skl_spool_fail(txn, skl_buf_err(&buf));
	skl_spool_db_put(txn, SKL_DB_OUT_KEYS, id_view(id), skl_buf_view(&buf));
	skl_buf_wipe(&buf);
}

enum skl_err skl_spool_out_key_get(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
				   uint32_t recipient, uint8_t ret_key[32])
{
	struct skl_buf buf;
	skl_buf_init(&buf, 1 + SKL_LIMIT_ROWS_N * KEY_BYTES);
	enum skl_err err = skl_spool_db_get(txn, SKL_DB_OUT_KEYS, id_view(id), &buf);
	if (!err) {
		struct skl_spool_reader reader = skl_spool_read(skl_buf_view(&buf), KEYS_VERSION);
		bool is_found = false;
		while (!reader.err && reader.rest.len && !is_found) {
			is_found = skl_spool_read_u32(&reader) == recipient;
			skl_spool_read_bytes(&reader, ret_key, 32);
		}
		err = reader.err ? reader.err : is_found ? SKL_OK : SKL_ENOTFOUND;
		skl_spool_fail(txn, reader.err);
	}
	skl_buf_wipe(&buf);
	return err;
}

void skl_spool_out_drop_body(struct skl_spool_txn *txn, const struct skl_out *out)
{
	if (!skl_spool_db_size(txn, SKL_DB_OUT_BODY, id_view(out->id)))
		return;
	skl_spool_db_del(txn, SKL_DB_OUT_BODY, id_view(out->id));
	skl_spool_db_del(txn, SKL_DB_OUT_KEYS, id_view(out->id));
	skl_spool_count_bytes(txn, SKL_DB_OUT_BODY, 0, out->size);
}

/* The record a key of OUT_DUE names, which is due as the key says: who goes on from it moves on. */
static enum skl_err due_record(struct skl_spool_txn *txn, const uint8_t key[DUE_KEY_BYTES],
			       struct skl_out *ret_out)
{
	uint8_t own_key[DUE_KEY_BYTES];
	enum skl_err err = skl_spool_out_get(txn, key + DUE_ID, ret_out);
	if (!err)
		due_key(ret_out, own_key);
	if (err == SKL_ENOTFOUND || (!err && memcmp(own_key, key, sizeof own_key) != 0)) {
		skl_spool_fail(txn, SKL_ECORRUPT);
		err = SKL_ECORRUPT;
	}
	return err;
}

/* The first key of a class after *key whose time has come. ENOTFOUND. */
static enum skl_err seek_due(struct skl_spool_txn *txn, uint8_t class_byte, int64_t now_ms,
			     uint8_t key[DUE_KEY_BYTES + 1])
{
	size_t len = DUE_KEY_BYTES;
	enum skl_err err = skl_spool_db_seek(txn, SKL_DB_OUT_DUE,
					     skl_view_of(key, DUE_KEY_BYTES + 1), key, &len);
	if (err)
		return err;
	if (len != DUE_KEY_BYTES || key[0] != class_byte)
		return SKL_ENOTFOUND;
	int64_t at_ms = (int64_t)skl_get_u64be(key + 1);
	int64_t latest_ms = now_ms + txn->spool->max_pause_ms;
	if (at_ms <= now_ms || at_ms > latest_ms)
		return SKL_OK;
	/* Behind all that is not yet due may stand what an earlier, wrong clock put there. */
	skl_put_u64be(key + 1, (uint64_t)latest_ms + 1);
	memset(key + 9, 0, DUE_KEY_BYTES - 9);
	len = DUE_KEY_BYTES;
	err = skl_spool_db_seek(txn, SKL_DB_OUT_DUE, skl_view_of(key, len), key, &len);
	if (!err && (len != DUE_KEY_BYTES || key[0] != class_byte))
		err = SKL_ENOTFOUND;
	return err;
}

enum skl_err skl_spool_out_due(struct skl_spool_txn *txn, int64_t now_ms,
			       const struct skl_out *cursor, struct skl_out *ret_out)
{
	uint8_t first = cursor && !cursor->acute ? 1 : 0;
	for (uint8_t class_byte = first; class_byte <= 1; class_byte++) {
		/* One byte more, zero: the smallest key after that of the cursor. */
		uint8_t key[DUE_KEY_BYTES + 1] = {class_byte};
		if (cursor && class_byte == first)
			due_key(cursor, key);
		enum skl_err err = seek_due(txn, class_byte, now_ms, key);
		if (!err)
			err = due_record(txn, key, ret_out);
		if (err != SKL_ENOTFOUND)
			return err;
	}
	return SKL_ENOTFOUND;
}

int64_t skl_spool_out_next_ms(struct skl_spool_txn *txn, int64_t after_ms)
{
	int64_t next_ms = INT64_MAX;
	for (uint8_t class_byte = 0; class_byte <= 1; class_byte++) {
		uint8_t key[DUE_KEY_BYTES + 1] = {class_byte};
		size_t len = DUE_KEY_BYTES;
		skl_put_u64be(key + 1, after_ms > 0 ? (uint64_t)after_ms + 1 : 0);
		if (skl_spool_db_seek(txn, SKL_DB_OUT_DUE, skl_view_of(key, len), key, &len) ||
		    len != DUE_KEY_BYTES || key[0] != class_byte)
			continue;
		int64_t at_ms = (int64_t)skl_get_u64be(key + 1);
		if (at_ms < next_ms)
			next_ms = at_ms;
	}
	return next_ms;
}

enum skl_err skl_spool_result_get(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
				  struct skl_buf *ret_result)
{
	return skl_spool_db_get(txn, SKL_DB_RESULT, id_view(id), ret_result);
}

void skl_spool_result_put(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
			  struct skl_view result)
{
	skl_spool_db_put(txn, SKL_DB_RESULT, id_view(id), result);
}

static void to_key(const uint8_t id[SKL_SPOOL_ID_BYTES], uint32_t number,
		   uint8_t ret_key[TO_KEY_BYTES])
{
	memcpy(ret_key, id, SKL_SPOOL_ID_BYTES);
	skl_put_u32be(ret_key + SKL_SPOOL_ID_BYTES, number);
}

void skl_spool_to_put(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
		      const struct skl_out_to *to)
{
	struct skl_buf buf;
	uint8_t key[TO_KEY_BYTES];
	to_key(id, to->number, key);
	skl_buf_init(&buf, 256);
	skl_buf_add_u8(&buf, TO_VERSION);
	skl_spool_write_text(&buf, to->partner);
	skl_spool_write_text(&buf, to->desk);
	skl_buf_add_u64be(&buf, to->index);
	skl_buf_add_u32be(&buf, to->outcome);
	skl_buf_add_u32be(&buf, to->delivery);
	skl_buf_add_u32be(&buf, to->reason);
	skl_spool_write_i64(&buf, to->at_ms);
	skl_spool_fail(txn, skl_buf_err(&buf));
	skl_spool_db_put(txn, SKL_DB_TO, skl_view_of(key, sizeof key), skl_buf_view(&buf));
	skl_buf_done(&buf);
}

void skl_spool_to_drop(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
		       uint32_t number)
{
	uint8_t key[TO_KEY_BYTES];
	to_key(id, number, key);
	skl_spool_db_del(txn, SKL_DB_TO, skl_view_of(key, sizeof key));
}

enum skl_err skl_spool_to_next(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
			       uint32_t number, struct skl_out_to *ret_to)
{
	if (number == UINT32_MAX)
		return SKL_ENOTFOUND;
	uint8_t key[TO_KEY_BYTES];
	size_t len = sizeof key;
	to_key(id, number + 1, key);
	enum skl_err err =
		skl_spool_db_seek(txn, SKL_DB_TO, skl_view_of(key, sizeof key), key, &len);
	if (err)
		return err;
	if (len != sizeof key || memcmp(key, id, SKL_SPOOL_ID_BYTES))
		return SKL_ENOTFOUND;
	struct skl_buf buf;
	skl_buf_init(&buf, 256);
	err = skl_spool_db_get(txn, SKL_DB_TO, skl_view_of(key, sizeof key), &buf);
	if (!err) {
		struct skl_out_to to = {.number = skl_get_u32be(key + SKL_SPOOL_ID_BYTES)};
		struct skl_spool_reader reader = skl_spool_read(skl_buf_view(&buf), TO_VERSION);
		skl_spool_read_text(&reader, to.partner, sizeof to.partner);
		skl_spool_read_text(&reader, to.desk, sizeof to.desk);
		to.index = skl_spool_read_u64(&reader);
		to.outcome = skl_spool_read_u32(&reader);
		to.delivery = skl_spool_read_u32(&reader);
		to.reason = skl_spool_read_u32(&reader);
		to.at_ms = skl_spool_read_i64(&reader);
		err = skl_spool_read_end(&reader);
		skl_spool_fail(txn, err);
		if (!err)
			*ret_to = to;
	}
	skl_buf_done(&buf);
	return err;
}

bool skl_spool_out_prune(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES])
{
	struct skl_out out;
	enum skl_err err = skl_spool_out_get(txn, id, &out);
	if (err == SKL_ENOTFOUND)
		return true;
	/* What was never answered is told as expired first; that is the client's to do. */
	if (err || is_waiting(out.state))
		return false;
	skl_spool_out_drop_body(txn, &out);
	skl_spool_db_del(txn, SKL_DB_OUT, id_view(id));
	skl_spool_db_del(txn, SKL_DB_RESULT, id_view(id));
	uint32_t number = 0;
	struct skl_out_to to;
	while (!skl_spool_to_next(txn, id, number, &to)) {
		skl_spool_to_drop(txn, id, to.number);
		number = to.number;
	}
	return true;
}
