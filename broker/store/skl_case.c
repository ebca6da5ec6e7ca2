/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_case.h"

#include <string.h>

#include "skl_db.h"
#include "skl_txn.h"

/* Format 1 ends with the participants; 2 has the safety rating behind them; 3 the ban, what is
 * offered, the closure round, measures and who monitors; 4 what it became part of. */
#define FORMAT        4
#define FORMAT_STATES 3
#define FORMAT_RATING 2
#define FORMAT_FIRST  1

static void get_participant(struct skl_rec *rec, struct skl_case_participant *row)
{
	skl_rec_text(rec, row->partner, sizeof(row->partner));
	skl_rec_text(rec, row->desk, sizeof(row->desk));
	row->position = skl_rec_code(rec, skl_code_count(SKL_LIST_DESK_POSITION));
	row->from_ms = skl_rec_i64(rec);
	row->until_ms = skl_rec_i64(rec);
}

/* Begin to read a record of any format; tells which it is. */
static uint8_t open_record(struct skl_rec *rec, struct skl_view value)
{
	uint8_t format = value.len ? value.data[0] : 0;

	if (format < FORMAT_FIRST || format > FORMAT)
		format = FORMAT; /* which refuses it */

	skl_rec_open(rec, value, format);
	return format;
}

static void get_rating(struct skl_rec *rec, struct skl_case *item)
{
	item->rated_ms = skl_rec_i64(rec);
	item->rating = skl_rec_code(rec, skl_code_count(SKL_LIST_RATING));
	item->stable_times = skl_rec_u32(rec);
	item->stable_ms = skl_rec_i64(rec);
	item->rating_asked_ms = skl_rec_i64(rec);
}

static void get_states(struct skl_rec *rec, struct skl_case *item)
{
	skl_rec_bytes(rec, item->ban.id, sizeof(item->ban.id));
	item->ban.state = skl_rec_code(rec, skl_code_count(SKL_LIST_BAN_STATE));
	item->ban.done = skl_rec_u32(rec);
	item->ban.start_ms = skl_rec_i64(rec);
	item->ban.end_ms = skl_rec_i64(rec);
	skl_rec_bytes(rec, item->offer.id, sizeof(item->offer.id));
	skl_rec_text(rec, item->offer.partner, sizeof(item->offer.partner));
	skl_rec_text(rec, item->offer.desk, sizeof(item->offer.desk));
	skl_rec_text(rec, item->offer.monitor, sizeof(item->offer.monitor));
	skl_rec_text(rec, item->offer.monitor_desk, sizeof(item->offer.monitor_desk));
	item->offer.monitor_days = skl_rec_u32(rec);
	item->offer.until_ms = skl_rec_i64(rec);
	item->round.state = skl_rec_code(rec, skl_code_count(SKL_LIST_CASE_STATE));
	skl_rec_bytes(rec, item->round.id, sizeof(item->round.id));
	item->round.until_ms = skl_rec_i64(rec);
	item->measures = skl_rec_u32(rec);
	skl_rec_text(rec, item->monitor, sizeof(item->monitor));
	skl_rec_text(rec, item->monitor_desk, sizeof(item->monitor_desk));
	item->monitor_days = skl_rec_u32(rec);
	for (size_t i = 0; i < item->participant_count; i++)
		item->participant[i].closing = skl_rec_code(rec, skl_code_count(SKL_LIST_ANSWER));
}

enum skl_err skl_case_get(struct skl_txn *txn, const uint8_t case_ref[SKL_STORE_ID_BYTES],
			  struct skl_case *ret_case)
{
	struct skl_view value;
	struct skl_rec rec;
	uint8_t format;
	enum skl_err err =
		skl_db_get(txn, SKL_DB_CASE, skl_view_of(case_ref, SKL_STORE_ID_BYTES), &value);

	if (err != SKL_OK)
		return err;
	memset(ret_case, 0, sizeof(*ret_case));
	memcpy(ret_case->case_ref, case_ref, SKL_STORE_ID_BYTES);
	format = open_record(&rec, value);
	ret_case->version = skl_rec_u64(&rec);
	ret_case->created_ms = skl_rec_i64(&rec);
	ret_case->changed_ms = skl_rec_i64(&rec);
	ret_case->unsafety = skl_rec_code(&rec, skl_code_count(SKL_LIST_UNSAFETY));
	ret_case->phase = skl_rec_code(&rec, skl_code_count(SKL_LIST_PHASE));
	ret_case->frame = skl_rec_code(&rec, skl_code_count(SKL_LIST_FRAME));
	ret_case->frame_area = skl_rec_code(&rec, skl_code_count(SKL_LIST_FRAME_AREA));
	ret_case->pattern = skl_rec_code(&rec, skl_code_count(SKL_LIST_PATTERN));
	ret_case->signal_phase = skl_rec_code(&rec, skl_code_count(SKL_LIST_SIGNAL_PHASE));
	ret_case->retention = skl_rec_code(&rec, skl_code_count(SKL_LIST_RETENTION));
	skl_rec_text(&rec, ret_case->director, sizeof(ret_case->director));
	skl_rec_text(&rec, ret_case->director_desk, sizeof(ret_case->director_desk));
	ret_case->participant_count = skl_rec_code(&rec, SKL_CASE_PARTICIPANTS_MAX);
	for (size_t i = 0; i < ret_case->participant_count; i++)
		get_participant(&rec, &ret_case->participant[i]);
	if (format >= FORMAT_RATING)
		get_rating(&rec, ret_case);
	if (format >= FORMAT_STATES)
		get_states(&rec, ret_case);
	if (format >= FORMAT) {
		skl_rec_bytes(&rec, ret_case->moved_to, sizeof(ret_case->moved_to));
		ret_case->merges = skl_rec_u32(&rec);
	}
	return skl_rec_end(&rec);
}

enum skl_err skl_case_resolve(struct skl_txn *txn, const uint8_t case_ref[SKL_STORE_ID_BYTES],
			      uint8_t ret_ref[SKL_STORE_ID_BYTES])
{
	static const uint8_t nowhere[SKL_STORE_ID_BYTES];
	struct skl_case item;

	memmove(ret_ref, case_ref, SKL_STORE_ID_BYTES);
	for (unsigned i = 0; i <= SKL_CASE_MERGES_MAX; i++) {
		enum skl_err err = skl_case_get(txn, ret_ref, &item);

		if (err == SKL_ENOTFOUND)
			return SKL_OK;
		if (err != SKL_OK || memcmp(item.moved_to, nowhere, sizeof(nowhere)) == 0)
			return err;
		memcpy(ret_ref, item.moved_to, sizeof(item.moved_to));
	}
	return SKL_ECORRUPT;
}

static void put_states(const struct skl_case *item, struct skl_buf *buf)
{
	skl_buf_add(buf, item->ban.id, sizeof(item->ban.id));
	skl_buf_add_u32be(buf, item->ban.state);
	skl_buf_add_u32be(buf, item->ban.done);
	skl_rec_put_i64(buf, item->ban.start_ms);
	skl_rec_put_i64(buf, item->ban.end_ms);
	skl_buf_add(buf, item->offer.id, sizeof(item->offer.id));
	skl_rec_put_text(buf, item->offer.partner);
	skl_rec_put_text(buf, item->offer.desk);
	skl_rec_put_text(buf, item->offer.monitor);
	skl_rec_put_text(buf, item->offer.monitor_desk);
	skl_buf_add_u32be(buf, item->offer.monitor_days);
	skl_rec_put_i64(buf, item->offer.until_ms);
	skl_buf_add_u32be(buf, item->round.state);
	skl_buf_add(buf, item->round.id, sizeof(item->round.id));
	skl_rec_put_i64(buf, item->round.until_ms);
	skl_buf_add_u32be(buf, item->measures);
	skl_rec_put_text(buf, item->monitor);
	skl_rec_put_text(buf, item->monitor_desk);
	skl_buf_add_u32be(buf, item->monitor_days);
	for (size_t i = 0; i < item->participant_count; i++)
		skl_buf_add_u32be(buf, item->participant[i].closing);
}

static void encode(const struct skl_case *item, struct skl_buf *buf)
{
	skl_buf_add_u8(buf, FORMAT);
	skl_buf_add_u64be(buf, item->version);
	skl_rec_put_i64(buf, item->created_ms);
	skl_rec_put_i64(buf, item->changed_ms);
	skl_buf_add_u32be(buf, item->unsafety);
	skl_buf_add_u32be(buf, item->phase);
	skl_buf_add_u32be(buf, item->frame);
	skl_buf_add_u32be(buf, item->frame_area);
	skl_buf_add_u32be(buf, item->pattern);
	skl_buf_add_u32be(buf, item->signal_phase);
	skl_buf_add_u32be(buf, item->retention);
	skl_rec_put_text(buf, item->director);
	skl_rec_put_text(buf, item->director_desk);
	skl_buf_add_u32be(buf, (uint32_t)item->participant_count);
	for (size_t i = 0; i < item->participant_count; i++) {
		const struct skl_case_participant *row = &item->participant[i];

		skl_rec_put_text(buf, row->partner);
		skl_rec_put_text(buf, row->desk);
		skl_buf_add_u32be(buf, row->position);
		skl_rec_put_i64(buf, row->from_ms);
		skl_rec_put_i64(buf, row->until_ms);
	}
	skl_rec_put_i64(buf, item->rated_ms);
	skl_buf_add_u32be(buf, item->rating);
	skl_buf_add_u32be(buf, item->stable_times);
	skl_rec_put_i64(buf, item->stable_ms);
	skl_rec_put_i64(buf, item->rating_asked_ms);
	put_states(item, buf);
	skl_buf_add(buf, item->moved_to, sizeof(item->moved_to));
	skl_buf_add_u32be(buf, item->merges);
}

/* The version stored now, 0 if none. */
static enum skl_err stored_version(struct skl_txn *txn, const uint8_t *case_ref,
				   uint64_t *ret_version)
{
	struct skl_view value;
	struct skl_rec rec;
	enum skl_err err =
		skl_db_get(txn, SKL_DB_CASE, skl_view_of(case_ref, SKL_STORE_ID_BYTES), &value);

	*ret_version = 0;
	if (err == SKL_ENOTFOUND)
		return SKL_OK;
	if (err != SKL_OK)
		return err;
	(void)open_record(&rec, value); /* the version stands at one place in all */
	*ret_version = skl_rec_u64(&rec);
	return rec.err;
}

enum skl_err skl_case_put(struct skl_txn *txn, struct skl_case *item)
{
	struct skl_buf *value;
	uint64_t version;
	enum skl_err err;

	if (item->participant_count > SKL_CASE_PARTICIPANTS_MAX)
		return SKL_EINVAL;
	err = stored_version(txn, item->case_ref, &version);
	if (err != SKL_OK)
		return err;
	if (version != item->version)
		return SKL_ESTALE;
	value = skl_txn_scratch(txn);
	item->version++;
	encode(item, value);
	err = skl_buf_err(value);
	if (err == SKL_OK)
		err = skl_txn_put(txn, SKL_DB_CASE, skl_view_of(item->case_ref, SKL_STORE_ID_BYTES),
				  skl_buf_view(value));
	if (err != SKL_OK) {
		item->version--;
		skl_txn_fail(txn, err);
	}
	return err;
}

const struct skl_case_participant *skl_case_participant_find(const struct skl_case *item,
							     const char *partner, const char *desk,
							     int64_t at_ms)
{
	for (size_t i = 0; i < item->participant_count; i++) {
		const struct skl_case_participant *row = &item->participant[i];

		if (strcmp(row->partner, partner) == 0 && (!desk || strcmp(row->desk, desk) == 0) &&
		    row->from_ms <= at_ms && (row->until_ms == 0 || at_ms < row->until_ms))
			return row;
	}
	return NULL;
}

enum skl_err skl_case_participant_set(struct skl_case *item, const struct skl_case_participant *row)
{
	for (size_t i = 0; i < item->participant_count; i++) {
		if (strcmp(item->participant[i].partner, row->partner) == 0 &&
		    strcmp(item->participant[i].desk, row->desk) == 0) {
			item->participant[i] = *row;
			return SKL_OK;
		}
	}
	if (item->participant_count >= SKL_CASE_PARTICIPANTS_MAX)
		return SKL_ELIMIT;
	item->participant[item->participant_count++] = *row;
	return SKL_OK;
}
