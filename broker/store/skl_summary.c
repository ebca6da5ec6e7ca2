/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_summary.h"

#include <sodium.h>
#include <string.h>

#include "skl_store_int.h"
#include "skl_trail.h"

#define FORMAT          1
#define PROBES          6
#define AT_CLASSES      1
#define AT_YEARS        5
#define AT_TIMES        13
#define AT_BITS         29
#define FIRST_OF_DETAIL SKL_SUMMARY_KIND

static const char context[] = "schakel/v1 summary\n";

/* --- terms ------------------------------------------------------------------- */

/* SipHash-2-4 of what, its kind in front; an entry's own terms under a key of zeros. */
static uint64_t hash_of(enum skl_summary_of of, uint32_t code, struct skl_view value,
			const uint8_t key[16])
{
	static const uint8_t in_clear[16];
	uint8_t bytes[5 + 256], hash[crypto_shorthash_BYTES];
	size_t len = value.len < sizeof(bytes) - 5 ? value.len : sizeof(bytes) - 5;

	bytes[0] = (uint8_t)of;
	skl_put_u32be(bytes + 1, code);
	if (len)
		memcpy(bytes + 5, value.data, len);
	(void)crypto_shorthash(hash, bytes, 5 + len, of < FIRST_OF_DETAIL ? in_clear : key);
	return skl_get_u64be(hash);
}

/* Kirsch and Mitzenmacher: two halves of one hash give all probes. */
static uint32_t bit_of(uint64_t hash, uint32_t probe)
{
	return ((uint32_t)(hash >> 32) + probe * ((uint32_t)hash | 1)) % SKL_SUMMARY_BITS;
}

static void set(uint8_t *row, uint64_t hash)
{
	for (uint32_t i = 0; i < PROBES; i++) {
		uint32_t bit = bit_of(hash, i);

		row[AT_BITS + bit / 8] |= (uint8_t)(1u << bit % 8);
	}
}

static bool has(const uint8_t *row, uint64_t hash)
{
	for (uint32_t i = 0; i < PROBES; i++) {
		uint32_t bit = bit_of(hash, i);

		if (!(row[AT_BITS + bit / 8] & 1u << bit % 8))
			return false;
	}
	return true;
}

/* ESTATE: the detail's key was destroyed. */
static enum skl_err key_of(struct skl_vault *vault, struct skl_vault_id id, uint8_t ret_key[16])
{
	const uint8_t *key;
	enum skl_err err = skl_vault_key(vault, id, false, &key);

	if (err == SKL_OK)
		(void)crypto_generichash(ret_key, 16, (const uint8_t *)context, sizeof(context) - 1,
					 key, SKL_VAULT_KEY_BYTES); /* sizes are in range */
	return err;
}

/* --- writing ----------------------------------------------------------------- */

/* A new row. Where entries came before it, of an older version of the store, all may be in it. */
static void begin_row(uint8_t *row, bool is_first)
{
	memset(row, 0, SKL_SUMMARY_BYTES);
	memset(row + AT_BITS, is_first ? 0 : 0xff, SKL_SUMMARY_BITS / 8);
	row[0] = FORMAT;
	skl_put_u64be(row + AT_TIMES, is_first ? (uint64_t)INT64_MAX : 0);
	skl_put_u64be(row + AT_TIMES + 8, is_first ? 0 : (uint64_t)INT64_MAX);
}

static enum skl_err load(struct skl_txn *txn, uint64_t index)
{
	uint64_t block = index / SKL_SUMMARY_BLOCK;
	struct skl_summary *summary = &txn->store->summary;
	struct skl_view row;
	enum skl_err err;

	if (summary->is_loaded && summary->block == block)
		return SKL_OK;
	err = skl_summary_flush(txn);
	if (err != SKL_OK)
		return err;
	err = skl_db_get_u64(txn, SKL_DB_IX_SUMMARY, block, &row);
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	if (err == SKL_OK && row.len == SKL_SUMMARY_BYTES && row.data[0] == FORMAT)
		memcpy(summary->bytes, row.data, row.len);
	else
		begin_row(summary->bytes, index % SKL_SUMMARY_BLOCK == 0);
	summary->block = block;
	summary->is_loaded = true;
	return SKL_OK;
}

enum skl_err skl_summary_flush(struct skl_txn *txn)
{
	struct skl_summary *summary = &txn->store->summary;
	uint8_t key[8];

	if (!summary->is_loaded)
		return SKL_OK;
	summary->is_loaded = false;
	skl_put_u64be(key, summary->block);
	return skl_txn_put(txn, SKL_DB_IX_SUMMARY, skl_view_of(key, 8),
			   skl_view_of(summary->bytes, sizeof(summary->bytes)));
}

static const uint8_t *cached_key(struct skl_txn *txn, struct skl_vault_id id)
{
	struct skl_summary *summary = &txn->store->summary;
	size_t slot = id.class % SKL_COUNT(summary->keys);

	if (summary->keys[slot].is_made && summary->keys[slot].id.class == id.class &&
	    summary->keys[slot].id.period == id.period)
		return summary->keys[slot].key;
	if (key_of(txn->store->vault, id, summary->keys[slot].key) != SKL_OK)
		return NULL;
	summary->keys[slot].id = id;
	summary->keys[slot].is_made = true;
	return summary->keys[slot].key;
}

/* Which classes and years of details there are, and when the first and last was decided. */
static void widen(uint8_t *row, const struct skl_leaf *leaf, struct skl_vault_id id)
{
	unsigned classes = skl_get_u32be(row + AT_CLASSES) | 1u << (id.class & 15u);
	uint32_t first = skl_get_u32be(row + AT_YEARS), last = skl_get_u32be(row + AT_YEARS + 4);
	int64_t from_ms = (int64_t)skl_get_u64be(row + AT_TIMES);
	int64_t until_ms = (int64_t)skl_get_u64be(row + AT_TIMES + 8);

	skl_put_u32be(row + AT_CLASSES, classes);
	if (!first || id.period < first)
		skl_put_u32be(row + AT_YEARS, id.period);
	if (id.period > last)
		skl_put_u32be(row + AT_YEARS + 4, id.period);
	if (leaf->decided_ms < from_ms)
		skl_put_u64be(row + AT_TIMES, (uint64_t)leaf->decided_ms);
	if (leaf->decided_ms > until_ms)
		skl_put_u64be(row + AT_TIMES + 8, (uint64_t)leaf->decided_ms);
}

static void set_code(uint8_t *row, enum skl_summary_of of, uint32_t code, const uint8_t *key)
{
	set(row, hash_of(of, code, skl_view_of(NULL, 0), key));
}

static void set_text(uint8_t *row, enum skl_summary_of of, struct skl_view text, const uint8_t *key)
{
	if (text.len)
		set(row, hash_of(of, 0, text, key));
}

static void set_message(uint8_t *row, const Schakel__V1__MessageDetail *message, const uint8_t *key)
{
	bool is_delivered = false;

	set_code(row, SKL_SUMMARY_KIND, (uint32_t)message->kind, key);
	set_code(row, SKL_SUMMARY_GROUND, (uint32_t)message->ground, key);
	set_code(row, SKL_SUMMARY_REASON, (uint32_t)message->reason, key);
	set_text(row, SKL_SUMMARY_USER, skl_view_str(message->user_ref), key);
	for (size_t i = 0; i < message->n_rules; i++)
		set_text(row, SKL_SUMMARY_RULE, skl_view_str(message->rules[i]), key);
	for (size_t i = 0; i < message->n_sections; i++) {
		const Schakel__V1__SectionDetail *section = message->sections[i];

		set_code(row, SKL_SUMMARY_CATEGORY, (uint32_t)section->category, key);
		set_code(row, SKL_SUMMARY_REASON, (uint32_t)section->reason, key);
		is_delivered |= section->delivered;
	}
	if (is_delivered && !message->n_consent_ref)
		set_code(row, SKL_SUMMARY_NO_CONSENT, 0, key);
}

enum skl_err skl_summary_add(struct skl_txn *txn, uint64_t index, const struct skl_leaf *leaf,
			     const struct skl_summary_detail *detail)
{
	struct skl_vault_id id = skl_vault_detail_id((uint8_t)leaf->retention, leaf->decided_ms);
	uint8_t *row = txn->store->summary.bytes;
	const uint8_t *key;
	enum skl_err err = load(txn, index);

	if (err != SKL_OK)
		return err;
	widen(row, leaf, id);
	set_code(row, SKL_SUMMARY_ENTRY, (uint32_t)leaf->kind, NULL);
	set_code(row, SKL_SUMMARY_OUTCOME, (uint32_t)leaf->outcome, NULL);
	set_text(row, SKL_SUMMARY_SENDER, skl_view_str(leaf->sender), NULL);
	set_text(row, SKL_SUMMARY_RECIPIENT,
		 skl_view_of(leaf->recipient, strcspn(leaf->recipient, "/")), NULL);
	if (!leaf->has_detail)
		return SKL_OK;
	if (detail && !detail->message)
		return SKL_OK;
	key = detail ? cached_key(txn, id) : NULL;
	if (!key) {
		memset(row + AT_BITS, 0xff, SKL_SUMMARY_BITS / 8); /* anything may be in it */
		return SKL_OK;
	}
	set_message(row, detail->message, key);
	for (size_t i = 0; i < detail->tag_count; i++)
		set_text(row, SKL_SUMMARY_SUBJECT, skl_view_of(detail->tags[i], 32), key);
	return SKL_OK;
}

bool skl_summary_shows(struct skl_view row, const struct skl_leaf *leaf)
{
	struct skl_vault_id id = skl_vault_detail_id((uint8_t)leaf->retention, leaf->decided_ms);
	struct skl_view none = skl_view_of(NULL, 0), sender = skl_view_str(leaf->sender);
	struct skl_view recipient = skl_view_of(leaf->recipient, strcspn(leaf->recipient, "/"));
	const uint8_t *at = row.data;

	if (row.len != SKL_SUMMARY_BYTES || at[0] != FORMAT)
		return true;
	return (skl_get_u32be(at + AT_CLASSES) & 1u << (id.class & 15u)) &&
	       skl_get_u32be(at + AT_YEARS) <= id.period &&
	       skl_get_u32be(at + AT_YEARS + 4) >= id.period &&
	       (int64_t)skl_get_u64be(at + AT_TIMES) <= leaf->decided_ms &&
	       (int64_t)skl_get_u64be(at + AT_TIMES + 8) >= leaf->decided_ms &&
	       has(at, hash_of(SKL_SUMMARY_ENTRY, (uint32_t)leaf->kind, none, NULL)) &&
	       has(at, hash_of(SKL_SUMMARY_OUTCOME, (uint32_t)leaf->outcome, none, NULL)) &&
	       (!sender.len || has(at, hash_of(SKL_SUMMARY_SENDER, 0, sender, NULL))) &&
	       (!recipient.len || has(at, hash_of(SKL_SUMMARY_RECIPIENT, 0, recipient, NULL)));
}

/* --- looking ----------------------------------------------------------------- */

bool skl_summary_want(struct skl_summary_filter *filter, enum skl_summary_of of, uint32_t code,
		      struct skl_view value)
{
	if (filter->count == SKL_SUMMARY_TERMS_MAX)
		return false;
	filter->terms[filter->count++] = (struct skl_summary_term){of, code, value};
	return true;
}

/* The hashes of all terms under the key of these details; NULL if no more can be kept. */
static const struct skl_summary_key *
hashes_under(struct skl_vault *vault, struct skl_summary_filter *filter, struct skl_vault_id id)
{
	struct skl_summary_key *row;
	uint8_t key[16] = {0};

	for (size_t i = 0; i < filter->key_count; i++)
		if (filter->keys[i].id.class == id.class && filter->keys[i].id.period == id.period)
			return &filter->keys[i];
	if (filter->key_count == SKL_SUMMARY_KEYS_MAX)
		return NULL;
	row = &filter->keys[filter->key_count++];
	row->id = id;
	row->is_gone = key_of(vault, id, key) != SKL_OK;
	for (size_t i = 0; i < filter->count; i++)
		row->hash[i] = hash_of(filter->terms[i].of, filter->terms[i].code,
				       filter->terms[i].value, key);
	return row;
}

/* Of each kind of term one at least. */
static bool may_match(const uint8_t *row, const struct skl_summary_filter *filter,
		      const struct skl_summary_key *key)
{
	for (size_t i = 0; i < filter->count;) {
		enum skl_summary_of of = filter->terms[i].of;
		bool is_there = false;

		for (; i < filter->count && filter->terms[i].of == of; i++)
			is_there |=
				(of < FIRST_OF_DETAIL || !key->is_gone) && has(row, key->hash[i]);
		if (!is_there)
			return false;
	}
	return true;
}

static bool row_may_match(struct skl_txn *txn, const uint8_t *row,
			  struct skl_summary_filter *filter)
{
	unsigned classes = skl_get_u32be(row + AT_CLASSES);
	uint32_t first = skl_get_u32be(row + AT_YEARS), last = skl_get_u32be(row + AT_YEARS + 4);

	if ((int64_t)skl_get_u64be(row + AT_TIMES + 8) < filter->from_ms ||
	    (filter->until_ms && (int64_t)skl_get_u64be(row + AT_TIMES) >= filter->until_ms))
		return false;
	if (last - first > SKL_SUMMARY_KEYS_MAX)
		return true;
	for (uint32_t year = first; year <= last; year++)
		for (uint8_t class = 0; class < 16; class ++) {
			struct skl_vault_id id = {SKL_VAULT_DETAIL, class, year};
			const struct skl_summary_key *key;

			if (!(classes & 1u << class))
				continue;
			key = hashes_under(txn->store->vault, filter, id);
			if (!key || may_match(row, filter, key))
				return true;
		}
	return false;
}

/* The row as this transaction sees it; ENOTFOUND for one that is missing or not ours. */
static enum skl_err find_row(struct skl_txn *txn, uint64_t block, const uint8_t **ret_row)
{
	const struct skl_summary *summary = &txn->store->summary;
	struct skl_view row;
	enum skl_err err;

	if (!txn->read_only && summary->is_loaded && summary->block == block) {
		*ret_row = summary->bytes;
		return SKL_OK;
	}
	err = skl_db_get_u64(txn, SKL_DB_IX_SUMMARY, block, &row);
	if (err == SKL_OK && (row.len != SKL_SUMMARY_BYTES || row.data[0] != FORMAT))
		err = SKL_ENOTFOUND;
	if (err == SKL_OK)
		*ret_row = row.data;
	return err;
}

enum skl_err skl_summary_next(struct skl_txn *txn, struct skl_summary_filter *filter,
			      uint64_t index, uint64_t *ret_index)
{
	uint64_t size = skl_trail_size(txn);

	for (unsigned i = 0; i < SKL_SUMMARY_LOOK_MAX && index < size; i++) {
		uint64_t block = index / SKL_SUMMARY_BLOCK;
		const uint8_t *row;
		enum skl_err err = find_row(txn, block, &row);

		if (err == SKL_ENOTFOUND || (err == SKL_OK && row_may_match(txn, row, filter)))
			break;
		if (err != SKL_OK)
			return err;
		index = (block + 1) * SKL_SUMMARY_BLOCK;
	}
	*ret_index = index < size ? index : size;
	return SKL_OK;
}
