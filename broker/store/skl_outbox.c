/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_outbox.h"

#include <string.h>

#include "skl_case_seq.h"
#include "skl_db.h"
#include "skl_txn.h"

#define FORMAT      1
#define ID          SKL_STORE_ID_BYTES
#define ROW_BYTES   (ID + 8)
#define CASE_BYTES  (ID + ID + 8)
#define READY_BYTES (ID + 1 + 8 + 8)

/* --- keys -------------------------------------------------------------------- */

static struct skl_view row_key(const uint8_t partner[ID], uint64_t number, uint8_t bytes[ROW_BYTES])
{
	memcpy(bytes, partner, ID);
	skl_put_u64be(bytes + ID, number);
	return skl_view_of(bytes, ROW_BYTES);
}

static struct skl_view case_key(const uint8_t partner[ID], const struct skl_outbox_item *item,
				uint8_t bytes[CASE_BYTES])
{
	memcpy(bytes, partner, ID);
	memcpy(bytes + ID, item->case_ref, ID);
	skl_put_u64be(bytes + 2 * ID, item->number);
	return skl_view_of(bytes, CASE_BYTES);
}

static struct skl_view ready_key(const uint8_t partner[ID], const struct skl_outbox_item *item,
				 uint8_t bytes[READY_BYTES])
{
	memcpy(bytes, partner, ID);
	bytes[ID] = (uint8_t)item->priority;
	skl_put_u64be(bytes + ID + 1, item->not_before_ms > 0 ? (uint64_t)item->not_before_ms : 0);
	skl_put_u64be(bytes + ID + 9, item->number);
	return skl_view_of(bytes, READY_BYTES);
}

static struct skl_view number_key(uint64_t number, uint8_t bytes[8])
{
	skl_put_u64be(bytes, number);
	return skl_view_of(bytes, 8);
}

/* --- values ------------------------------------------------------------------ */

static void encode(const struct skl_outbox_item *item, const uint32_t *sections,
		   struct skl_buf *buf)
{
	skl_buf_add_u8(buf, FORMAT);
	skl_buf_add_u8(buf, (uint8_t)item->type);
	skl_buf_add_u8(buf, (uint8_t)item->state);
	skl_buf_add_u8(buf, (uint8_t)item->park);
	skl_buf_add_u8(buf, (uint8_t)item->priority);
	skl_buf_add_u8(buf, item->has_case);
	skl_buf_add_u32be(buf, item->attempts);
	skl_buf_add_u32be(buf, item->refusals);
	skl_rec_put_text(buf, item->partner);
	skl_rec_put_text(buf, item->desk);
	skl_rec_put_text(buf, item->sender);
	skl_buf_add(buf, item->case_ref, ID);
	skl_buf_add(buf, item->message_id, ID);
	skl_buf_add_u64be(buf, item->entry_index);
	skl_buf_add_u64be(buf, item->case_seq);
	skl_rec_put_i64(buf, item->accepted_ms);
	skl_rec_put_i64(buf, item->not_before_ms);
	skl_rec_put_i64(buf, item->expires_ms);
	skl_rec_put_i64(buf, item->offered_ms);
	skl_buf_add_u64be(buf, item->size_bytes);
	skl_buf_add(buf, item->stamps.policy_digest, sizeof(item->stamps.policy_digest));
	skl_buf_add_u64be(buf, item->stamps.directory_number);
	skl_buf_add_u64be(buf, item->stamps.case_version);
	skl_buf_add_u64be(buf, item->stamps.consent_version);
	skl_buf_add_u32be(buf, (uint32_t)item->section_count);
	for (size_t i = 0; i < item->section_count; i++)
		skl_buf_add_u32be(buf, sections[i]);
	skl_rec_put_view(buf, item->header);
}

/* A number of 1..max, or of 0..max where zero_too. */
static unsigned code(struct skl_rec *rec, unsigned min, unsigned max)
{
	unsigned value = skl_rec_u8(rec);

	if ((value < min || value > max) && rec->err == SKL_OK)
		rec->err = SKL_ECORRUPT;
	return value;
}

/* A row that stands under another partner's key is damage: nobody gets another's mail. */
static enum skl_err decode(struct skl_view key, struct skl_view value, struct skl_outbox_item *item)
{
	uint8_t partner[ID];
	struct skl_rec rec;
	enum skl_err err;

	memset(item, 0, sizeof(*item));
	if (key.len != ROW_BYTES)
		return SKL_ECORRUPT;
	skl_rec_open(&rec, value, FORMAT);
	item->number = skl_get_u64be(key.data + ID);
	item->type = code(&rec, SKL_OUTBOX_MESSAGE, SKL_OUTBOX_NOTICE);
	item->state = code(&rec, SKL_OUTBOX_WAITING, SKL_OUTBOX_PARKED);
	item->park = code(&rec, SKL_OUTBOX_PARK_NONE, SKL_OUTBOX_PARK_STALE);
	item->priority = code(&rec, SKL_OUTBOX_ACUTE, SKL_OUTBOX_ROUTINE);
	item->has_case = code(&rec, 0, 1) != 0;
	item->attempts = skl_rec_u32(&rec);
	item->refusals = skl_rec_u32(&rec);
	skl_rec_text(&rec, item->partner, sizeof(item->partner));
	skl_rec_text(&rec, item->desk, sizeof(item->desk));
	skl_rec_text(&rec, item->sender, sizeof(item->sender));
	skl_rec_bytes(&rec, item->case_ref, ID);
	skl_rec_bytes(&rec, item->message_id, ID);
	item->entry_index = skl_rec_u64(&rec);
	item->case_seq = skl_rec_u64(&rec);
	item->accepted_ms = skl_rec_i64(&rec);
	item->not_before_ms = skl_rec_i64(&rec);
	item->expires_ms = skl_rec_i64(&rec);
	item->offered_ms = skl_rec_i64(&rec);
	item->size_bytes = skl_rec_u64(&rec);
	skl_rec_bytes(&rec, item->stamps.policy_digest, sizeof(item->stamps.policy_digest));
	item->stamps.directory_number = skl_rec_u64(&rec);
	item->stamps.case_version = skl_rec_u64(&rec);
	item->stamps.consent_version = skl_rec_u64(&rec);
	item->section_count = skl_rec_code(&rec, SKL_OUTBOX_SECTIONS_MAX);
	for (size_t i = 0; i < item->section_count; i++)
		item->section[i] = skl_rec_u32(&rec);
	item->sections = item->section;
	item->header = skl_rec_view(&rec);
	err = skl_rec_end(&rec);
	skl_store_name_key(item->partner, partner);
	return err == SKL_OK && memcmp(partner, key.data, ID) != 0 ? SKL_ECORRUPT : err;
}

/* --- rows -------------------------------------------------------------------- */

enum skl_err skl_outbox_get(struct skl_txn *txn, uint64_t number, struct skl_outbox_item *ret_item)
{
	uint8_t bytes[8], key[ROW_BYTES], partner[ID];
	struct skl_view value;
	enum skl_err err;

	err = skl_db_get(txn, SKL_DB_OUT_NUMBER, number_key(number, bytes), &value);
	if (err != SKL_OK)
		return err;
	if (value.len != ID)
		return SKL_ECORRUPT;
	memcpy(partner, value.data, ID);
	err = skl_db_get(txn, SKL_DB_OUTBOX, row_key(partner, number, key), &value);
	if (err == SKL_OK)
		err = decode(skl_view_of(key, sizeof(key)), value, ret_item);
	return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err;
}

/*
 * Write the row. The header is a view into the old row of LMDB as a rule: encode copies it into
 * the scratch buffer before the put moves anything; after it, item->header is dead.
 */
static enum skl_err put_row(struct skl_txn *txn, const uint8_t partner[ID],
			    struct skl_outbox_item *item, const uint32_t *sections)
{
	struct skl_buf *value = skl_txn_scratch(txn);
	uint8_t key[ROW_BYTES];
	enum skl_err err;

	encode(item, sections, value);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_OUTBOX, row_key(partner, item->number, key),
				  skl_buf_view(value));
	else
		skl_txn_fail(txn, err);
	item->header = skl_view_of(NULL, 0);
	return err;
}

static bool is_waiting(const struct skl_outbox_item *item)
{
	return item->state == SKL_OUTBOX_WAITING || item->state == SKL_OUTBOX_IN_DOUBT;
}

/* Is item the first of its case? Items without one stand alone. */
static enum skl_err is_head(struct skl_txn *txn, const uint8_t partner[ID],
			    const struct skl_outbox_item *item, bool *ret_is)
{
	struct skl_view key, value;
	struct skl_scan scan;
	uint8_t bytes[CASE_BYTES];
	enum skl_err err;

	*ret_is = true;
	if (!item->has_case)
		return SKL_OK;
	(void)case_key(partner, item, bytes); /* its first 32 bytes are the prefix */
	skl_scan_init(&scan, skl_view_of(bytes, 2 * ID));
	err = skl_scan_next(txn, SKL_DB_OUT_CASE, &scan, &key, &value);
	if (err != SKL_OK)
		return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err;
	*ret_is = key.len == CASE_BYTES && skl_get_u64be(key.data + 2 * ID) == item->number;
	return SKL_OK;
}

static enum skl_err set_ready(struct skl_txn *txn, const uint8_t partner[ID],
			      const struct skl_outbox_item *item)
{
	uint8_t bytes[READY_BYTES];

	return skl_txn_put(txn, SKL_DB_OUT_READY, ready_key(partner, item, bytes),
			   skl_view_of(NULL, 0));
}

static enum skl_err clear_ready(struct skl_txn *txn, const uint8_t partner[ID],
				const struct skl_outbox_item *item)
{
	uint8_t bytes[READY_BYTES];
	enum skl_err err = skl_txn_delete(txn, SKL_DB_OUT_READY, ready_key(partner, item, bytes));

	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/*
 * Move an item from its old shape to its new one: its row, and the row in out_ready, which it has
 * exactly while it waits and is the head of its case.
 */
static enum skl_err change(struct skl_txn *txn, const struct skl_outbox_item *old,
			   struct skl_outbox_item *new)
{
	uint8_t partner[ID];
	bool head = false;
	enum skl_err err;

	skl_store_name_key(old->partner, partner);
	err = is_head(txn, partner, new, &head);
	if (err == SKL_OK)
		err = put_row(txn, partner, new, new->sections);
	if (err == SKL_OK && is_waiting(old))
		err = clear_ready(txn, partner, old);
	if (err == SKL_OK && head && is_waiting(new))
		err = set_ready(txn, partner, new);
	if (err != SKL_OK)
		skl_txn_fail(txn, err);
	return err;
}

/* --- in and out -------------------------------------------------------------- */

static bool is_valid(const struct skl_outbox_item *item)
{
	return item->type >= SKL_OUTBOX_MESSAGE && item->type <= SKL_OUTBOX_NOTICE &&
	       item->priority <= SKL_OUTBOX_ROUTINE && item->partner[0] != '\0' &&
	       item->section_count <= SKL_OUTBOX_SECTIONS_MAX &&
	       item->header.len <= SKL_OUTBOX_HEADER_MAX;
}

enum skl_err skl_outbox_push(struct skl_txn *txn, const struct skl_outbox_item *item,
			     uint64_t *ret_number)
{
	struct skl_outbox_item copy = *item;
	uint8_t partner[ID], key[CASE_BYTES], bytes[8];
	bool head = false;
	enum skl_err err;

	if (!is_valid(item))
		return SKL_EINVAL;
	copy.state = SKL_OUTBOX_WAITING;
	copy.park = SKL_OUTBOX_PARK_NONE;
	copy.attempts = 0;
	copy.refusals = 0;
	copy.case_seq = 0;
	copy.offered_ms = 0;
	skl_store_name_key(item->partner, partner);
	err = skl_db_counter(txn, "outbox", &copy.number);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_OUT_NUMBER, number_key(copy.number, bytes),
				  skl_view_of(partner, ID));
	if (err == SKL_OK && item->has_case)
		err = skl_txn_put(txn, SKL_DB_OUT_CASE, case_key(partner, &copy, key),
				  skl_view_of(NULL, 0));
	if (err == SKL_OK)
		err = put_row(txn, partner, &copy, item->sections);
	if (err == SKL_OK)
		err = is_head(txn, partner, &copy, &head);
	if (err == SKL_OK && head)
		err = set_ready(txn, partner, &copy);
	if (err == SKL_OK)
		*ret_number = copy.number;
	else
		skl_txn_fail(txn, err);
	return err;
}

/* The next of the case becomes its head, and ready unless it is parked. */
static enum skl_err move_up(struct skl_txn *txn, const uint8_t partner[ID],
			    const uint8_t case_ref[ID])
{
	struct skl_outbox_item item;
	struct skl_view key, value;
	struct skl_scan scan;
	uint8_t prefix[2 * ID];
	enum skl_err err;

	memcpy(prefix, partner, ID);
	memcpy(prefix + ID, case_ref, ID);
	skl_scan_init(&scan, skl_view_of(prefix, sizeof(prefix)));
	err = skl_scan_next(txn, SKL_DB_OUT_CASE, &scan, &key, &value);
	if (err != SKL_OK)
		return err == SKL_ENOTFOUND ? SKL_OK : err;
	if (key.len != CASE_BYTES)
		return SKL_ECORRUPT;
	err = skl_outbox_get(txn, skl_get_u64be(key.data + sizeof(prefix)), &item);
	if (err == SKL_OK && is_waiting(&item))
		err = set_ready(txn, partner, &item);
	return err;
}

enum skl_err skl_outbox_done(struct skl_txn *txn, uint64_t number)
{
	uint8_t partner[ID], key[CASE_BYTES], bytes[8];
	struct skl_outbox_item item;
	enum skl_err err = skl_outbox_get(txn, number, &item);

	if (err != SKL_OK)
		return err;
	skl_store_name_key(item.partner, partner);
	err = clear_ready(txn, partner, &item);
	if (err == SKL_OK)
		err = skl_txn_delete(txn, SKL_DB_OUTBOX, row_key(partner, number, key));
	if (err == SKL_OK)
		err = skl_txn_delete(txn, SKL_DB_OUT_NUMBER, number_key(number, bytes));
	if (err == SKL_OK && item.has_case)
		err = skl_txn_delete(txn, SKL_DB_OUT_CASE, case_key(partner, &item, key));
	if (err == SKL_OK && item.has_case)
		err = move_up(txn, partner, item.case_ref);
	if (err != SKL_OK) {
		err = err == SKL_ENOTFOUND ? SKL_ECORRUPT : err; /* a row of the four is missing */
		skl_txn_fail(txn, err);
	}
	return err;
}

/* --- offering ---------------------------------------------------------------- */

enum skl_err skl_outbox_next(struct skl_txn *txn, const char *partner, int64_t now_ms,
			     struct skl_outbox_item *ret_item, int64_t *ret_later_ms)
{
	uint8_t prefix[ID + 1];
	int64_t later = 0;

	skl_store_name_key(partner, prefix);
	for (unsigned priority = SKL_OUTBOX_ACUTE; priority <= SKL_OUTBOX_ROUTINE; priority++) {
		struct skl_view key, value;
		struct skl_scan scan;
		int64_t not_before;
		enum skl_err err;

		prefix[ID] = (uint8_t)priority;
		skl_scan_init(&scan, skl_view_of(prefix, sizeof(prefix)));
		err = skl_scan_next(txn, SKL_DB_OUT_READY, &scan, &key, &value);
		if (err == SKL_ENOTFOUND)
			continue;
		if (err == SKL_OK && key.len != READY_BYTES)
			err = SKL_ECORRUPT;
		if (err != SKL_OK)
			return err;
		/* the first of a priority is the one that may go earliest */
		not_before = (int64_t)skl_get_u64be(key.data + ID + 1);
		if (not_before <= now_ms || not_before > now_ms + SKL_OUTBOX_WAIT_MAX_MS) {
			err = skl_outbox_get(txn, skl_get_u64be(key.data + ID + 9), ret_item);
			return err == SKL_OK && strcmp(ret_item->partner, partner) != 0
				       ? SKL_ECORRUPT
				       : err;
		}
		if (later == 0 || not_before < later)
			later = not_before;
	}
	if (ret_later_ms)
		*ret_later_ms = later;
	return SKL_ENOTFOUND;
}

enum skl_err skl_outbox_offered(struct skl_txn *txn, uint64_t number, int64_t now_ms,
				uint64_t *ret_case_seq)
{
	struct skl_outbox_item old, new;
	bool head;
	uint8_t partner[ID];
	enum skl_err err = skl_outbox_get(txn, number, &old);

	if (err != SKL_OK)
		return err;
	skl_store_name_key(old.partner, partner);
	err = is_head(txn, partner, &old, &head);
	if (err != SKL_OK)
		return err;
	if (!head || !is_waiting(&old))
		return SKL_ESTATE;
	new = old;
	new.sections = new.section;
	new.state = SKL_OUTBOX_OFFERED;
	new.offered_ms = now_ms;
	new.attempts++;
	if (new.type == SKL_OUTBOX_MESSAGE &&new.has_case &&new.case_seq == 0) {
		err = skl_case_seq_next(txn, new.partner, new.case_ref, &new.case_seq);
		if (err != SKL_OK)
			return err;
		/* the counter's put may have moved the row the header is borrowed from */
		err = skl_outbox_get(txn, number, &old);
		if (err != SKL_OK)
			return err;
		new.header = old.header;
	}
	err = change(txn, &old, &new);
	if (err == SKL_OK && ret_case_seq)
		*ret_case_seq = new.case_seq;
	return err;
}

/* Read, let step change the copy, write. */
static enum skl_err step(struct skl_txn *txn, uint64_t number, bool was_offered,
			 enum skl_outbox_state state, int64_t not_before_ms, bool refused,
			 uint32_t *ret_refusals)
{
	struct skl_outbox_item old, new;
	enum skl_err err = skl_outbox_get(txn, number, &old);

	if (err != SKL_OK)
		return err;
	if (was_offered && old.state != SKL_OUTBOX_OFFERED && old.state != SKL_OUTBOX_IN_DOUBT)
		return SKL_ESTATE;
	new = old;
	new.sections = new.section;
	new.state = state;
	new.not_before_ms = not_before_ms;
	if (refused)
		new.refusals++;
	err = change(txn, &old, &new);
	if (err == SKL_OK && ret_refusals)
		*ret_refusals = new.refusals;
	return err;
}

enum skl_err skl_outbox_returned(struct skl_txn *txn, uint64_t number, int64_t not_before_ms)
{
	return step(txn, number, true, SKL_OUTBOX_IN_DOUBT, not_before_ms, false, NULL);
}

enum skl_err skl_outbox_refused(struct skl_txn *txn, uint64_t number, int64_t not_before_ms,
				uint32_t *ret_refusals)
{
	return step(txn, number, true, SKL_OUTBOX_WAITING, not_before_ms, true, ret_refusals);
}

enum skl_err skl_outbox_park(struct skl_txn *txn, uint64_t number, enum skl_outbox_park why)
{
	struct skl_outbox_item old, new;
	enum skl_err err = skl_outbox_get(txn, number, &old);

	if (err != SKL_OK)
		return err;
	if (why <= SKL_OUTBOX_PARK_NONE || why > SKL_OUTBOX_PARK_STALE)
		return SKL_EINVAL;
	new = old;
	new.sections = new.section;
	new.state = SKL_OUTBOX_PARKED;
	new.park = why;
	return change(txn, &old, &new);
}

enum skl_err skl_outbox_release(struct skl_txn *txn, uint64_t number)
{
	struct skl_outbox_item old, new;
	enum skl_err err = skl_outbox_get(txn, number, &old);

	if (err != SKL_OK)
		return err;
	if (old.state != SKL_OUTBOX_PARKED)
		return SKL_ESTATE;
	new = old;
	new.sections = new.section;
	/* it may have been sent before it was parked: then it stays in doubt */
	new.state = new.attempts ? SKL_OUTBOX_IN_DOUBT : SKL_OUTBOX_WAITING;
	new.park = SKL_OUTBOX_PARK_NONE;
	new.refusals = 0;
	new.not_before_ms = 0;
	return change(txn, &old, &new);
}

enum skl_err skl_outbox_replace(struct skl_txn *txn, uint64_t number,
				const struct skl_outbox_item *item)
{
	struct skl_outbox_item old, new;
	enum skl_err err = skl_outbox_get(txn, number, &old);

	if (err != SKL_OK)
		return err;
	if (item->section_count > SKL_OUTBOX_SECTIONS_MAX ||
	    item->header.len > SKL_OUTBOX_HEADER_MAX)
		return SKL_EINVAL;
	new = old;
	new.stamps = item->stamps;
	new.header = item->header;
	new.size_bytes = item->size_bytes;
	new.sections = item->sections;
	new.section_count = item->section_count;
	return change(txn, &old, &new);
}

/* --- lists ------------------------------------------------------------------- */

enum skl_err skl_outbox_return_all(struct skl_txn *txn, const char *partner, unsigned *ret_count)
{
	struct skl_outbox_item item;
	struct skl_view key, value;
	struct skl_scan scan;
	uint8_t prefix[ID];
	unsigned count = 0;
	enum skl_err err = SKL_OK;

	skl_store_name_key(partner, prefix);
	skl_scan_init(&scan, skl_view_of(prefix, ID));
	while (count < SKL_STORE_PAGE_MAX) {
		err = skl_scan_next(txn, SKL_DB_OUTBOX, &scan, &key, &value);
		if (err != SKL_OK)
			break;
		err = decode(key, value, &item);
		if (err == SKL_OK && item.state == SKL_OUTBOX_OFFERED) {
			err = skl_outbox_returned(txn, item.number, 0);
			count++;
		}
		if (err != SKL_OK)
			return err;
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	*ret_count = count;
	return SKL_OK;
}

/* Items of all partners come in the order of out_number, of one partner in that of outbox. */
static enum skl_err next_row(struct skl_txn *txn, bool is_one, struct skl_scan *scan,
			     struct skl_outbox_item *item)
{
	struct skl_view key, value;
	enum skl_err err =
		skl_scan_next(txn, is_one ? SKL_DB_OUTBOX : SKL_DB_OUT_NUMBER, scan, &key, &value);

	if (err != SKL_OK)
		return err;
	if (is_one)
		return decode(key, value, item);
	if (key.len != 8)
		return SKL_ECORRUPT;
	err = skl_outbox_get(txn, skl_get_u64be(key.data), item);
	return err == SKL_ENOTFOUND ? SKL_ECORRUPT : err;
}

enum skl_err skl_outbox_list(struct skl_txn *txn, const char *partner, uint64_t after, unsigned max,
			     skl_outbox_fn fn, void *arg, unsigned *ret_count)
{
	struct skl_outbox_item item;
	struct skl_scan scan;
	uint8_t id[ID], key[ROW_BYTES], bytes[8];
	unsigned count = 0;
	enum skl_err err = SKL_OK;

	if (max > SKL_STORE_PAGE_MAX || after == UINT64_MAX)
		return SKL_EINVAL;
	if (partner) {
		skl_store_name_key(partner, id);
		skl_scan_from(&scan, skl_view_of(id, ID), row_key(id, after + 1, key));
	} else {
		skl_scan_from(&scan, skl_view_of(NULL, 0), number_key(after + 1, bytes));
	}
	while (count < max) {
		err = next_row(txn, partner != NULL, &scan, &item);
		if (err != SKL_OK)
			break;
		count++;
		if (!fn(arg, &item))
			break;
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	*ret_count = count;
	return SKL_OK;
}

enum skl_err skl_outbox_oldest(struct skl_txn *txn, const char *partner, int64_t *ret_accepted_ms)
{
	struct skl_outbox_item item;
	struct skl_scan scan;
	uint8_t id[ID];
	enum skl_err err;

	if (partner)
		skl_store_name_key(partner, id);
	skl_scan_init(&scan, skl_view_of(id, partner ? ID : 0));
	err = next_row(txn, partner != NULL, &scan, &item);
	if (err == SKL_OK)
		*ret_accepted_ms = item.accepted_ms;
	return err;
}

enum skl_err skl_outbox_count(struct skl_txn *txn, uint64_t *ret_count)
{
	return skl_db_count(txn, SKL_DB_OUT_NUMBER, ret_count);
}
