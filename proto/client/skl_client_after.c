/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_spool_impl.h"

/* After-records: who acted outside the system because it could not record. */

#define AFTER_VERSION 1u
#define AFTER_MAX     1024u

static bool is_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);
	return len < size && skl_utf8_valid(skl_view_of(text, len));
}

static enum skl_err read_after(struct skl_view item, struct skl_after_record *record)
{
	struct skl_spool_reader reader = skl_spool_read(item, AFTER_VERSION);
	record->at_ms = skl_spool_read_i64(&reader);
	skl_spool_read_bytes(&reader, record->message_id, sizeof record->message_id);
	record->kind = skl_spool_read_u32(&reader);
	skl_spool_read_text(&reader, record->user_ref, sizeof record->user_ref);
	skl_spool_read_text(&reader, record->partner, sizeof record->partner);
	skl_spool_read_text(&reader, record->text, sizeof record->text);
	return skl_spool_read_end(&reader);
}

enum skl_err skl_client_after_record(struct skl_client *client,
				     const struct skl_after_record *record, uint64_t *ret_number)
{
	struct skl_spool_txn *txn;
	struct skl_buf buf;
	if (!record->user_ref[0] || !is_text(record->user_ref, sizeof record->user_ref) ||
	    !is_text(record->partner, sizeof record->partner) ||
	    !is_text(record->text, sizeof record->text))
		return SKL_EINVAL;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	skl_buf_init(&buf, AFTER_MAX);
	skl_buf_add_u8(&buf, AFTER_VERSION);
	skl_spool_write_i64(&buf, record->at_ms);
	skl_buf_add(&buf, record->message_id, sizeof record->message_id);
	skl_buf_add_u32be(&buf, record->kind);
	skl_spool_write_text(&buf, record->user_ref);
	skl_spool_write_text(&buf, record->partner);
	skl_spool_write_text(&buf, record->text);
	skl_spool_fail(txn, skl_buf_err(&buf));
	uint64_t number = skl_spool_push(txn, SKL_QUEUE_AFTER, skl_buf_view(&buf));
	skl_buf_done(&buf);
	err = skl_spool_commit(txn);
	if (!err)
		*ret_number = number;
	return err;
}

static enum skl_err next_after(struct skl_spool_txn *txn, uint64_t number, uint64_t *ret_number,
			       struct skl_after_record *ret_record)
{
	struct skl_buf item;
	skl_buf_init(&item, AFTER_MAX);
	enum skl_err err = skl_spool_next(txn, SKL_QUEUE_AFTER, number, ret_number, &item);
	if (!err)
		err = read_after(skl_buf_view(&item), ret_record);
	skl_buf_done(&item);
	return err;
}

enum skl_err skl_client_after_next(struct skl_client *client, uint64_t number, uint64_t *ret_number,
				   struct skl_after_record *ret_record)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, false, &txn);
	if (err)
		return err;
	err = next_after(txn, number, ret_number, ret_record);
	skl_spool_abort(txn);
	return err;
}

enum skl_err skl_client_after_close(struct skl_client *client, uint64_t number)
{
	struct skl_spool_txn *txn;
	enum skl_err err = skl_client_begin(client, true, &txn);
	if (err)
		return err;
	skl_spool_drop(txn, SKL_QUEUE_AFTER, number);
	return skl_spool_commit(txn);
}

void skl_client_after_recorded(struct skl_spool_txn *txn, const uint8_t id[16])
{
	struct skl_after_record record;
	uint64_t number = 0;
	while (!next_after(txn, number, &number, &record))
		if (!memcmp(record.message_id, id, 16))
			skl_spool_drop(txn, SKL_QUEUE_AFTER, number);
}
