/* SPDX-License-Identifier: EUPL-1.2 */
/* Summaries of blocks: nothing that is there is passed over, and most of what is not there is. */
#include <sodium.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_db.h"
#include "skl_index.h"
#include "skl_summary.h"
#include "skl_unpack.h"
#include "skl_vault.h"
#include "store_place.h"

#define ENTRIES 2000
#define YEAR_MS INT64_C(31536000000)

/* Entry n: what is true of a few entries alone is so of those that a prime divides. */
struct made {
	Schakel__V1__MessageDetail message;
	Schakel__V1__SectionDetail section;
	Schakel__V1__SectionDetail *sections[1];
	char user[24];
	char *rules[1];
	uint8_t tags[2][32];
	struct skl_summary_detail summary;
};

static void tag_of(uint32_t person, uint8_t ret_tag[32])
{
	(void)crypto_generichash(ret_tag, 32, (const uint8_t *)&person, sizeof(person), NULL, 0);
}

static bool is_rare(uint32_t n)
{
	return n % 499 == 0;
}

static struct skl_leaf make(uint32_t n, struct made *made)
{
	struct skl_leaf leaf = leaf_of(n);

	*made = (struct made){0};
	schakel__v1__message_detail__init(&made->message);
	schakel__v1__section_detail__init(&made->section);
	made->message.kind =
		(Schakel__V1__Kind)(is_rare(n) ? SKL_KIND_RECALL : SKL_KIND_POLICE_REPORT);
	made->message.ground = (Schakel__V1__Ground)(1 + n % 3);
	made->section.category =
		(Schakel__V1__Category)(is_rare(n) ? SKL_CATEGORY_REPORTER : SKL_CATEGORY_INCIDENT);
	made->section.delivered = n % 501 == 0;
	made->sections[0] = &made->section;
	made->message.sections = made->sections;
	made->message.n_sections = 1;
	made->rules[0] = (char *)(uintptr_t)(is_rare(n) ? "HE-02" : "PV-01");
	made->message.rules = made->rules;
	made->message.n_rules = 1;
	snprintf(made->user, sizeof made->user, "u-%u", n);
	made->message.user_ref = made->user;
	tag_of(n / 4, made->tags[0]);
	tag_of(n / 4 + 1000000, made->tags[1]);
	made->summary =
		(struct skl_summary_detail){&made->message, (const uint8_t(*)[32])made->tags, 2};
	if (is_rare(n)) {
		leaf.kind = SKL_ENTRY_WITHHELD;
		leaf.outcome = SKL_OUTCOME_ERROR;
		assert_int_equal(SKL_LEAF_SET(leaf.sender, "om-zelden"), SKL_OK);
	}
	return leaf;
}

static void append(struct skl_txn *txn, uint32_t n, int64_t later_ms, bool is_told)
{
	struct skl_buf packed[3] = {{.max = 4096}, {.max = 4096}, {.max = 4096}};
	struct skl_view parts[3];
	struct made made;
	struct skl_leaf leaf = make(n, &made);
	struct skl_trail_new item = {.leaf = &leaf,
				     .parts = parts,
				     .part_count = 3,
				     .summary = is_told ? &made.summary : NULL};
	struct skl_trail_ref ref;

	leaf.decided_ms += later_ms;
	assert_int_equal(skl_pack(&made.message.base, &packed[0]), SKL_OK);
	for (size_t i = 0; i < 2; i++) {
		Schakel__V1__SubjectDetail subject;

		schakel__v1__subject_detail__init(&subject);
		subject.tag = (ProtobufCBinaryData){32, made.tags[i]};
		assert_int_equal(skl_pack(&subject.base, &packed[i + 1]), SKL_OK);
	}
	for (size_t i = 0; i < 3; i++)
		parts[i] = skl_buf_view(&packed[i]);
	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	for (size_t i = 0; i < 3; i++)
		skl_buf_done(&packed[i]);
}

/* Commits of 1, 2, .. 40 entries. */
static void append_all(struct store_place *place, uint32_t from, uint32_t to, int64_t later_ms,
		       bool is_told)
{
	for (uint32_t n = from, step = 1; n < to; step = step % 40 + 1) {
		struct skl_txn *txn = begin_write(place);

		for (uint32_t end = n + step; n < end && n < to; n++)
			append(txn, n, later_ms, is_told);
		commit(txn);
	}
}

/* How many blocks are looked at for the filter; wanted must be in one of them. */
static unsigned blocks_for(struct skl_txn *txn, const struct skl_summary_filter *like,
			   uint64_t wanted)
{
	static struct skl_summary_filter copy;
	uint64_t size = skl_trail_size(txn), index = 0;
	bool is_found = false;
	unsigned count = 0;

	copy = *like;
	while (index < size) {
		assert_int_equal(skl_summary_next(txn, &copy, index, &index), SKL_OK);
		if (index >= size)
			break;
		count++;
		is_found |= wanted / SKL_SUMMARY_BLOCK == index / SKL_SUMMARY_BLOCK;
		index = (index / SKL_SUMMARY_BLOCK + 1) * SKL_SUMMARY_BLOCK;
	}
	assert_true(is_found || wanted == UINT64_MAX);
	return count;
}

static unsigned blocks_with(struct skl_txn *txn, enum skl_summary_of of, uint32_t code,
			    struct skl_view value, uint64_t wanted)
{
	static struct skl_summary_filter filter;

	filter = (struct skl_summary_filter){0};
	assert_true(skl_summary_want(&filter, of, code, value));
	return blocks_for(txn, &filter, wanted);
}

#define NONE    skl_view_of(NULL, 0)
#define NOWHERE UINT64_MAX

static void what_an_entry_says_is_found(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn;
	uint8_t tag[32];

	append_all(place, 0, ENTRIES, 0, true);
	txn = begin_read(place);
	for (uint32_t n = 0; n < ENTRIES; n += 37) {
		char user[24];
		int len = snprintf(user, sizeof user, "u-%u", n);

		assert_in_range(
			blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_of(user, (size_t)len), n), 1,
			2);
		tag_of(n / 4, tag);
		assert_in_range(blocks_with(txn, SKL_SUMMARY_SUBJECT, 0, skl_view_of(tag, 32), n),
				1, 2);
	}
	/* entries 0, 499, .. 1996 are in blocks 0, 1, 3, 5, 7 */
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_ENTRY, SKL_ENTRY_WITHHELD, NONE, 499), 5);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_OUTCOME, SKL_OUTCOME_ERROR, NONE, 998), 5);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_SENDER, 0, skl_view_str("om-zelden"), 1497),
			 5);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_KIND, SKL_KIND_RECALL, NONE, 1996), 5);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_CATEGORY, SKL_CATEGORY_REPORTER, NONE, 0), 5);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_RULE, 0, skl_view_str("HE-02"), 0), 5);
	/* 0, 501, 1002, 1503: blocks 0, 1, 3, 5 */
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_NO_CONSENT, 0, NONE, 1002), 4);
	/* the recipient's desk does not matter, and everybody is in every block */
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_RECIPIENT, 0, skl_view_str("vt-zw"), 1), 8);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_GROUND, 2, NONE, 1), 8);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_RECIPIENT, 0, skl_view_str("raad"), NOWHERE),
			 0);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_KIND, SKL_KIND_BAN_ORDER, NONE, NOWHERE), 0);
	commit(txn);
}

static void of_several_terms_each_must_be_there(void **state)
{
	static struct skl_summary_filter filter;
	struct store_place *place = *state;
	struct skl_txn *txn;

	append_all(place, 0, ENTRIES, 0, true);
	txn = begin_read(place);
	/* one of two kinds, and one person */
	assert_true(skl_summary_want(&filter, SKL_SUMMARY_KIND, SKL_KIND_BAN_ORDER, NONE));
	assert_true(skl_summary_want(&filter, SKL_SUMMARY_KIND, SKL_KIND_RECALL, NONE));
	assert_true(skl_summary_want(&filter, SKL_SUMMARY_USER, 0, skl_view_str("u-998")));
	assert_in_range(blocks_for(txn, &filter, 998), 1, 2);
	/* a person of a block that has neither kind: 256 to 498 are in block 1 with 499 */
	filter = (struct skl_summary_filter){0};
	assert_true(skl_summary_want(&filter, SKL_SUMMARY_KIND, SKL_KIND_RECALL, NONE));
	assert_true(skl_summary_want(&filter, SKL_SUMMARY_USER, 0, skl_view_str("u-600")));
	assert_int_equal(blocks_for(txn, &filter, NOWHERE), 0);
	commit(txn);
}

static void times_pass_over_blocks(void **state)
{
	static struct skl_summary_filter filter;
	struct store_place *place = *state;
	struct skl_txn *txn;

	append_all(place, 0, ENTRIES, 0, true);
	txn = begin_read(place);
	filter.from_ms = leaf_of(600).decided_ms;
	filter.until_ms = leaf_of(610).decided_ms;
	assert_int_equal(blocks_for(txn, &filter, 605), 1);
	filter.until_ms = 0;
	assert_int_equal(blocks_for(txn, &filter, 1999), 6);
	filter.from_ms = 0;
	filter.until_ms = leaf_of(0).decided_ms;
	assert_int_equal(blocks_for(txn, &filter, NOWHERE), 0);
	commit(txn);
}

static void a_transaction_finds_what_it_wrote(void **state)
{
	struct store_place *place = *state;
	struct skl_txn *txn;

	append_all(place, 0, 250, 0, true);
	txn = begin_write(place);
	for (uint32_t n = 250; n < 260; n++)
		append(txn, n, 0, true);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-251"), 251), 1);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-259"), 259), 1);
	/* and an aborted one leaves nothing */
	skl_txn_abort(txn);
	txn = begin_write(place);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-251"), NOWHERE), 0);
	append(txn, 250, 0, true);
	commit(txn);
	txn = begin_read(place);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-249"), 249), 1);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-251"), NOWHERE), 0);
	commit(txn);
}

static void a_destroyed_key_takes_the_terms_of_its_details(void **state)
{
	struct store_place *place = *state;
	struct skl_vault_id id =
		skl_vault_detail_id(SKL_RETENTION_WPG, leaf_of(0).decided_ms + YEAR_MS);
	struct skl_txn *txn;
	uint8_t tag[32];

	append_all(place, 0, 300, 0, true);
	append_all(place, 300, 600, YEAR_MS, true);
	assert_int_equal(skl_vault_erase(skl_store_vault(place->store), id), SKL_OK);
	txn = begin_read(place);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-599"), NOWHERE), 0);
	tag_of(599 / 4, tag);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_SUBJECT, 0, skl_view_of(tag, 32), NOWHERE),
			 0);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-299"), 299), 1);
	/* what stands in clear is still found */
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_ENTRY, SKL_ENTRY_WITHHELD, NONE, 499), 2);
	commit(txn);
}

static void what_nobody_described_is_never_passed_over(void **state)
{
	struct store_place *place = *state;
	struct skl_view key, value;
	struct skl_txn *txn;

	append_all(place, 0, 256, 0, false);
	append_all(place, 256, 600, 0, true);
	txn = begin_write(place);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-x"), 1), 1);
	/* a store of a version that had no summaries, and one that was damaged */
	assert_int_equal(skl_db_seek(txn, SKL_DB_IX_SUMMARY, NONE, &key, &value), SKL_OK);
	assert_int_equal(skl_txn_put(txn, SKL_DB_IX_SUMMARY, skl_view_of("\0\0\0\0\0\0\0\1", 8),
				     skl_view_str("damage")),
			 SKL_OK);
	assert_int_equal(skl_txn_delete(txn, SKL_DB_IX_SUMMARY, skl_view_of("\0\0\0\0\0\0\0\2", 8)),
			 SKL_OK);
	commit(txn);
	append_all(place, 600, 770, 0, true);
	txn = begin_read(place);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-300"), 300), 3);
	assert_int_equal(blocks_with(txn, SKL_SUMMARY_USER, 0, skl_view_str("u-513"), 513), 3);
	commit(txn);
}

static void summaries_can_be_made_again(void **state)
{
	struct store_place *place = *state;
	uint8_t before[8][SKL_SUMMARY_BYTES];
	struct skl_view row;
	struct skl_txn *txn;

	append_all(place, 0, ENTRIES, 0, true);
	txn = begin_read(place);
	for (uint64_t block = 0; block < 8; block++) {
		assert_int_equal(skl_db_get_u64(txn, SKL_DB_IX_SUMMARY, block, &row), SKL_OK);
		assert_int_equal(row.len, SKL_SUMMARY_BYTES);
		memcpy(before[block], row.data, row.len);
	}
	commit(txn);
	assert_int_equal(skl_index_rebuild(place->store), SKL_OK);
	txn = begin_read(place);
	for (uint64_t block = 0; block < 8; block++) {
		assert_int_equal(skl_db_get_u64(txn, SKL_DB_IX_SUMMARY, block, &row), SKL_OK);
		assert_memory_equal(before[block], row.data, row.len);
	}
	commit(txn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		TEST(what_an_entry_says_is_found),
		TEST(of_several_terms_each_must_be_there),
		TEST(times_pass_over_blocks),
		TEST(a_transaction_finds_what_it_wrote),
		TEST(a_destroyed_key_takes_the_terms_of_its_details),
		TEST(what_nobody_described_is_never_passed_over),
		TEST(summaries_can_be_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
