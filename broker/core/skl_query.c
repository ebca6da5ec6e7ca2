/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_case_refs.h"
#include "skl_clock.h"
#include "skl_core.h"
#include "skl_frame.h"
#include "skl_index.h"
#include "skl_leaf.h"
#include "skl_mandate.h"
#include "skl_person.h"
#include "skl_recall.h"
#include "skl_summary.h"
#include "skl_unpack.h"
#include "skl_vault.h"

#define ROWS_DEFAULT 100
#define ROWS_MAX     1000
#define READ_MS      10             /* for all pages of a turn: messages wait meanwhile */
#define ANSWER_BYTES (900u * 1024u) /* of SKL_LIMIT_ANSWER; the rest is for what stands around */

/* One page in the making. */
struct page {
	struct skl_turn *turn;
	const struct skl_item *item;
	const Schakel__V1__QueryRow *query;
	const struct skl_dir_mandate *mandate;
	const struct skl_person *person; /* looked for: all that is linked; NULL: anybody */
	struct skl_case_refs *refs;      /* of the case looked for; NULL: any */
	uint64_t checkpoint_size;
	uint32_t limit;
	uint32_t scanned; /* entries looked at */
	uint64_t next;    /* where the next page begins */
	bool is_full;
	size_t bytes;
	Schakel__V1__Answer *answer;
	enum skl_err err;
};

/* --- who may ask ------------------------------------------------------------------------- */

static const Schakel__V1__FactRow *fact(const struct skl_item *item, enum skl_fact code)
{
	return skl_envelope_find_fact(item->env, code);
}

static const struct skl_dir_mandate *find_mandate(const struct skl_turn *turn,
						  const struct skl_item *item)
{
	const struct skl_directory *directory = turn->hub->law.directory;
	const struct skl_dir_partner *partner =
		skl_directory_partner(directory, skl_view_str(item->peer->id));
	const Schakel__V1__FactRow *claim = fact(item, SKL_FACT_MANDATE);

	for (size_t i = 0; claim && partner && i < skl_directory_mandate_count(directory); i++) {
		const struct skl_dir_mandate *mandate = skl_directory_mandate_at(directory, i);

		if (mandate->partner == partner->index && (uint32_t)mandate->kind == claim->value &&
		    (mandate->kind != SKL_MANDATE_FG_OF_PARTNER ||
		     strcmp(mandate->of, claim->text) == 0) &&
		    skl_mandate_is_in_force(mandate, turn->now_ms))
			return mandate;
	}
	return NULL;
}

/* A search on the name of a worker serves an inquiry, never a review of performance. */
static bool may_search_user(const struct skl_item *item)
{
	const Schakel__V1__FactRow *reason = fact(item, SKL_FACT_QUERY_REASON);

	return fact(item, SKL_FACT_CASE_NUMBER) && reason &&
	       (reason->value == SCHAKEL__V1__QUERY_REASON__QUERY_REASON_INTEGRITY ||
		reason->value == SCHAKEL__V1__QUERY_REASON__QUERY_REASON_CRIMINAL_PROCEEDINGS);
}

static enum skl_cut_reason refusal_of(const struct skl_item *item, const struct page *page)
{
	const Schakel__V1__FactRow *purpose = fact(item, SKL_FACT_PURPOSE);

	if (!page->mandate)
		return SKL_CUT_REASON_NO_POWER;
	if (!purpose || purpose->value != SKL_PURPOSE_SUPERVISE_DISCLOSURE ||
	    !fact(item, SKL_FACT_QUERY_REASON))
		return SKL_CUT_REASON_PURPOSE_MISMATCH;
	if (page->query->user_ref[0] && !may_search_user(item))
		return SKL_CUT_REASON_PURPOSE_MISMATCH;
	return SKL_CUT_REASON_UNSPECIFIED;
}

/* --- which entries ------------------------------------------------------------------------- */

/* An empty list means any. protobuf-c's enums are ints of the list's numbers. */
#define IN_LIST(list, count, value) in_list((const int *)(list), (count), (int)(value))
static bool in_list(const int *list, size_t count, int value)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == value)
			return true;
	return count == 0;
}

static bool leaf_matches(const struct page *page, const struct skl_leaf *leaf)
{
	const Schakel__V1__QueryRow *query = page->query;

	return skl_mandate_covers(page->turn->hub->law.directory, page->mandate, leaf) &&
	       leaf->decided_ms >= query->from_ms &&
	       (!query->until_ms || leaf->decided_ms < query->until_ms) &&
	       (!query->sender[0] || strcmp(leaf->sender, query->sender) == 0) &&
	       (!query->recipient[0] || skl_mandate_is_at(leaf->recipient, query->recipient)) &&
	       IN_LIST(query->entries, query->n_entries, leaf->kind) &&
	       IN_LIST(query->outcomes, query->n_outcomes, leaf->outcome);
}

static bool needs_detail(const struct page *page)
{
	const Schakel__V1__QueryRow *query = page->query;

	return query->n_kinds || query->n_categories || query->n_grounds || query->n_reasons ||
	       query->n_rules || query->user_ref[0] || query->message_id.len ||
	       query->case_ref.len || query->without_consent || query->without_after_check ||
	       query->without_confirmation || page->person;
}

static bool same_bytes(ProtobufCBinaryData wanted, ProtobufCBinaryData got)
{
	return !wanted.len ||
	       (wanted.len == got.len && memcmp(wanted.data, got.data, got.len) == 0);
}

static bool is_ref(const struct page *page, const uint8_t *ref)
{
	for (size_t i = 0; i < page->refs->count; i++)
		if (memcmp(page->refs->refs[i], ref, SKL_ID_BYTES) == 0)
			return true;
	return false;
}

/* Said in the case, under whichever ref, or of it: who linked it with another. */
static bool is_of_case(const struct page *page, const Schakel__V1__MessageDetail *detail)
{
	const uint8_t *other = skl_index_other_case(detail);

	return (detail->case_ref.len == SKL_ID_BYTES && is_ref(page, detail->case_ref.data)) ||
	       (other && is_ref(page, other));
}

static bool has_category(const Schakel__V1__QueryRow *query,
			 const Schakel__V1__MessageDetail *detail)
{
	for (size_t i = 0; i < detail->n_sections; i++)
		if (IN_LIST(query->categories, query->n_categories, detail->sections[i]->category))
			return true;
	return query->n_categories == 0;
}

static bool has_reason(const Schakel__V1__QueryRow *query, const Schakel__V1__MessageDetail *detail)
{
	if (IN_LIST(query->reasons, query->n_reasons, detail->reason))
		return true;
	for (size_t i = 0; i < detail->n_sections; i++)
		if (IN_LIST(query->reasons, query->n_reasons, detail->sections[i]->reason))
			return true;
	return false;
}

static bool has_rule(const Schakel__V1__QueryRow *query, const Schakel__V1__MessageDetail *detail)
{
	for (size_t i = 0; i < query->n_rules; i++)
		for (size_t j = 0; j < detail->n_rules; j++)
			if (strcmp(query->rules[i], detail->rules[j]) == 0)
				return true;
	return query->n_rules == 0;
}

static bool is_delivered(const Schakel__V1__MessageDetail *detail)
{
	for (size_t i = 0; i < detail->n_sections; i++)
		if (detail->sections[i]->delivered)
			return true;
	return false;
}

/* A disclosure by break-glass that nobody has checked yet. */
static bool is_unchecked(const struct page *page, const struct skl_leaf *leaf,
			 const Schakel__V1__MessageDetail *detail)
{
	const struct skl_catalogue_ground *ground = skl_catalogue_ground((uint32_t)detail->ground);

	return leaf->kind == SKL_ENTRY_DECISION &&
	       (leaf->outcome == SKL_OUTCOME_PERMITTED || leaf->outcome == SKL_OUTCOME_CUT) &&
	       ground && ground->is_break_glass && detail->id.len == SKL_ID_BYTES &&
	       skl_after_check_is_open(page->turn, leaf->sender,
				       detail->case_ref.len == SKL_ID_BYTES ? detail->case_ref.data
									    : NULL,
				       detail->id.data);
}

/* A repair that has not arrived at this recipient. */
static bool is_unconfirmed(const struct page *page, const struct skl_leaf *leaf,
			   const Schakel__V1__MessageDetail *detail)
{
	return leaf->kind == SKL_ENTRY_DECISION &&
	       (leaf->outcome == SKL_OUTCOME_PERMITTED || leaf->outcome == SKL_OUTCOME_CUT) &&
	       skl_recall_is_open(page->turn, leaf->recipient, detail);
}

static bool detail_matches(const struct page *page, const struct skl_leaf *leaf,
			   const Schakel__V1__MessageDetail *detail)
{
	const Schakel__V1__QueryRow *query = page->query;

	return IN_LIST(query->kinds, query->n_kinds, detail->kind) &&
	       IN_LIST(query->grounds, query->n_grounds, detail->ground) &&
	       has_category(query, detail) && has_reason(query, detail) &&
	       has_rule(query, detail) &&
	       (!query->user_ref[0] || strcmp(query->user_ref, detail->user_ref) == 0) &&
	       same_bytes(query->message_id, detail->id) &&
	       (!page->refs || is_of_case(page, detail)) &&
	       (!query->without_consent || (is_delivered(detail) && !detail->n_consent_ref)) &&
	       (!query->without_after_check || is_unchecked(page, leaf, detail)) &&
	       (!query->without_confirmation || is_unconfirmed(page, leaf, detail));
}

/* Is this part of a detail about the person looked for? */
static bool is_about(struct page *page, struct skl_view part)
{
	Schakel__V1__SubjectDetail *subject = NULL;

	if (!part.len ||
	    skl_unpack(&schakel__v1__subject_detail__descriptor, part, page->turn->arena,
		       &subject) != SKL_OK ||
	    subject->tag.len != SKL_PERSON_TAG_BYTES)
		return false;
	for (size_t i = 0; i < page->person->count; i++)
		if (memcmp(subject->tag.data, page->person->tags[i], SKL_PERSON_TAG_BYTES) == 0)
			return true;
	return false;
}

/* The parts about the person looked for, none where anybody will do. */
static enum skl_err find_asked(struct page *page, const struct skl_view *parts, size_t count,
			       uint32_t **ret_asked, size_t *ret_asked_count)
{
	uint32_t *asked;

	if (!page->person)
		return SKL_OK;
	asked = skl_arena_array(page->turn->arena, count + 1, sizeof(*asked));
	if (!asked)
		return SKL_ENOMEM;
	for (size_t i = 1; i < count; i++)
		if (is_about(page, parts[i]))
			asked[(*ret_asked_count)++] = (uint32_t)i;
	*ret_asked = asked;
	return SKL_OK;
}

/* --- one row
 * -------------------------------------------------------------------------------------- */

/* The parts of an entry's detail, with what proves them; plain is empty where it is erased. */
static enum skl_err read_details(struct page *page, uint64_t index, struct skl_view *plain,
				 Schakel__V1__DetailPart **rows, size_t *ret_count)
{
	struct skl_arena *arena = page->turn->arena;
	struct skl_buf buf;
	enum skl_err err = SKL_OK;
	size_t count = 0;

	skl_buf_init(&buf, SKL_TRAIL_PART_MAX);
	while (count < SKL_TRAIL_PARTS_MAX) {
		struct skl_trail_part *part = skl_arena_alloc(arena, sizeof(*part));
		Schakel__V1__DetailPart *row = skl_arena_alloc(arena, sizeof(*row));

		err = part && row ? SKL_OK : SKL_ENOMEM;
		if (err != SKL_OK)
			break;
		skl_buf_clear(&buf);
		err = skl_trail_detail(page->turn->txn, index, (uint32_t)count, &buf, part);
		if (err != SKL_OK)
			break;
		schakel__v1__detail_part__init(row);
		row->part = (uint32_t)count;
		row->erased = part->is_erased;
		if (part->is_erased) {
			row->commitment = skl_pb_bytes(part->commitment, SKL_STORE_HASH);
		} else {
			uint8_t *copy = skl_arena_copy(arena, buf.data, buf.len);

			if (!copy) {
				err = SKL_ENOMEM;
				break;
			}
			row->salt = skl_pb_bytes(part->salt, SKL_STORE_HASH);
			row->plain = skl_pb_bytes(copy, buf.len);
			plain[count] = skl_view_of(copy, buf.len);
		}
		rows[count++] = row;
	}
	skl_buf_done(&buf);
	*ret_count = count;
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

static enum skl_err add_path(struct page *page, uint64_t index, Schakel__V1__AnswerRow *row)
{
	struct skl_trail_path *path = skl_arena_alloc(page->turn->arena, sizeof(*path));
	enum skl_err err;

	if (index >= page->checkpoint_size)
		return SKL_OK; /* not yet under a checkpoint */
	err = path ? skl_trail_inclusion(page->turn->txn, index, page->checkpoint_size, path)
		   : SKL_ENOMEM;
	if (err == SKL_OK)
		row->path = skl_pb_bytes(path->hash, path->count * SKL_STORE_HASH);
	return err;
}

/* What goes with the leaf of a row. */
struct row_parts {
	Schakel__V1__DetailPart **details;
	size_t detail_count;
	uint32_t *asked; /* which of them are about the person looked for */
	size_t asked_count;
};

static enum skl_err add_row(struct page *page, uint64_t index, const struct row_parts *parts)
{
	Schakel__V1__AnswerRow *row = skl_arena_alloc(page->turn->arena, sizeof(*row));
	struct skl_view leaf;
	enum skl_err err;
	size_t bytes;

	if (!row)
		return SKL_ENOMEM;
	schakel__v1__answer_row__init(row);
	row->index = index;
	err = skl_trail_leaf(page->turn->txn, index, &leaf);
	if (err != SKL_OK)
		return err;
	row->leaf = skl_pb_bytes(skl_arena_copy(page->turn->arena, leaf.data, leaf.len), leaf.len);
	if (page->query->details) {
		row->details = parts->details;
		row->n_details = parts->detail_count;
		row->asked = parts->asked;
		row->n_asked = parts->asked_count;
	}
	err = row->leaf.data ? add_path(page, index, row) : SKL_ENOMEM;
	if (err != SKL_OK)
		return err;
	bytes = protobuf_c_message_get_packed_size(&row->base) + 8;
	if (page->bytes + bytes > ANSWER_BYTES && page->answer->n_rows) {
		page->is_full = true;
		page->next = index;
		return SKL_OK;
	}
	page->bytes += bytes;
	page->answer->rows[page->answer->n_rows++] = row;
	return SKL_OK;
}

static enum skl_err look_at(struct page *page, uint64_t index)
{
	struct skl_view plain[SKL_TRAIL_PARTS_MAX] = {{0}};
	struct row_parts parts = {0};
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_leaf leaf;
	enum skl_err err = skl_trail_entry(page->turn->txn, index, &leaf);

	if (err != SKL_OK || !leaf_matches(page, &leaf))
		return err;
	if (!needs_detail(page) && !page->query->details)
		return add_row(page, index, &parts);
	parts.details =
		skl_arena_array(page->turn->arena, SKL_TRAIL_PARTS_MAX, sizeof(*parts.details));
	err = parts.details ? read_details(page, index, plain, parts.details, &parts.detail_count)
			    : SKL_ENOMEM;
	if (err == SKL_OK)
		err = find_asked(page, plain, parts.detail_count, &parts.asked, &parts.asked_count);
	if (err != SKL_OK)
		return err;
	if (needs_detail(page)) {
		if (!plain[0].len ||
		    skl_unpack(&schakel__v1__message_detail__descriptor, plain[0],
			       page->turn->arena, &detail) != SKL_OK ||
		    !detail_matches(page, &leaf, detail) || (page->person && !parts.asked_count))
			return SKL_OK; /* another one, or erased: then there is nothing to match */
	}
	return add_row(page, index, &parts);
}

/* Has this turn read for long enough? Each page looks at a block, so that all come to an end. */
static bool is_over(struct page *page)
{
	int64_t now_mono_ms = skl_mono_ms();

	if (!page->turn->query_until_mono_ms)
		page->turn->query_until_mono_ms = now_mono_ms + READ_MS;
	return now_mono_ms > page->turn->query_until_mono_ms;
}

static bool is_late(struct page *page)
{
	return page->scanned >= SKL_SUMMARY_BLOCK && is_over(page);
}

/* False ends the walk. */
static bool step(void *arg, uint64_t index)
{
	struct page *page = arg;

	page->err = look_at(page, index);
	if (page->err != SKL_OK || page->is_full)
		return false;
	page->next = index + 1;
	page->scanned++;
	page->is_full = page->answer->n_rows >= page->limit || is_late(page);
	return !page->is_full;
}

/* What an entry must have in its own line. */
static bool want_of_entry(const Schakel__V1__QueryRow *query, struct skl_summary_filter *filter)
{
	const struct skl_view none = {0};
	bool ok = true;

	for (size_t i = 0; i < query->n_entries; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_ENTRY, query->entries[i], none);
	for (size_t i = 0; i < query->n_outcomes; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_OUTCOME, query->outcomes[i], none);
	if (query->sender[0])
		ok &= skl_summary_want(filter, SKL_SUMMARY_SENDER, 0, skl_view_str(query->sender));
	if (query->recipient[0])
		ok &= skl_summary_want(filter, SKL_SUMMARY_RECIPIENT, 0,
				       skl_view_str(query->recipient));
	return ok;
}

#define NUMBER(symbol, number, name, nl, en) (number),
static const uint32_t grounds[] = {SKL_GROUND_MAP(NUMBER)};
static const uint32_t kinds[] = {SKL_KIND_MAP(NUMBER)};
#undef NUMBER

/* What only a few grounds or kinds have is looked for where they are, unless some were named. */
static bool want_of_state(const Schakel__V1__QueryRow *query, struct skl_summary_filter *filter)
{
	const struct skl_view none = {0};
	bool ok = true;

	for (size_t i = 0;
	     query->without_after_check && !query->n_grounds && i < SKL_COUNT(grounds); i++) {
		const struct skl_catalogue_ground *ground = skl_catalogue_ground(grounds[i]);

		if (ground && ground->is_break_glass)
			ok &= skl_summary_want(filter, SKL_SUMMARY_GROUND, grounds[i], none);
	}
	for (size_t i = 0; query->without_confirmation && !query->n_kinds && i < SKL_COUNT(kinds);
	     i++)
		if (skl_catalogue_repairs(kinds[i]))
			ok &= skl_summary_want(filter, SKL_SUMMARY_KIND, kinds[i], none);
	return ok;
}

/* And in its detail. */
static bool want_of_detail(const struct page *page, struct skl_summary_filter *filter)
{
	const Schakel__V1__QueryRow *query = page->query;
	const struct skl_view none = {0};
	bool ok = want_of_state(query, filter);

	for (size_t i = 0; i < query->n_kinds; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_KIND, query->kinds[i], none);
	for (size_t i = 0; i < query->n_grounds; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_GROUND, query->grounds[i], none);
	for (size_t i = 0; i < query->n_categories; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_CATEGORY, query->categories[i], none);
	for (size_t i = 0; i < query->n_reasons; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_REASON, query->reasons[i], none);
	for (size_t i = 0; i < query->n_rules; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_RULE, 0, skl_view_str(query->rules[i]));
	if (query->user_ref[0])
		ok &= skl_summary_want(filter, SKL_SUMMARY_USER, 0, skl_view_str(query->user_ref));
	if (query->without_consent)
		ok &= skl_summary_want(filter, SKL_SUMMARY_NO_CONSENT, 0, none);
	for (size_t i = 0; page->person && i < page->person->count; i++)
		ok &= skl_summary_want(filter, SKL_SUMMARY_SUBJECT, 0,
				       skl_view_of(page->person->tags[i], SKL_PERSON_TAG_BYTES));
	return ok;
}

/*
 * On to the next entry that may match; or the page is full: its time is over. What is behind the
 * blocks of one look is not read for that, but looked at as they were.
 */
static enum skl_err pass_over(struct page *page, struct skl_summary_filter *filter, uint64_t *index)
{
	uint64_t looked;

	do {
		uint64_t from = *index / SKL_SUMMARY_BLOCK;
		enum skl_err err = skl_summary_next(page->turn->txn, filter, *index, index);

		if (err != SKL_OK)
			return err;
		page->next = *index;
		looked = *index / SKL_SUMMARY_BLOCK - from;
	} while (looked >= SKL_SUMMARY_LOOK_MAX && !is_over(page));
	page->is_full = looked >= SKL_SUMMARY_LOOK_MAX;
	return SKL_OK;
}

/* Every entry from first on, but for the blocks that cannot have one. */
static enum skl_err walk_all(struct page *page, uint64_t first)
{
	struct skl_summary_filter *filter = skl_arena_alloc(page->turn->arena, sizeof(*filter));
	uint64_t size = skl_trail_size(page->turn->txn), index = first;

	if (!filter)
		return SKL_ENOMEM;
	filter->from_ms = page->query->from_ms;
	filter->until_ms = page->query->until_ms;
	if (!want_of_entry(page->query, filter) || !want_of_detail(page, filter))
		filter->count = 0; /* too many terms: nothing is passed over for them */
	while (index < size && !page->is_full) {
		if (index == first || index % SKL_SUMMARY_BLOCK == 0) {
			enum skl_err err = pass_over(page, filter, &index);

			if (err != SKL_OK)
				return err;
			if (page->is_full || index == size)
				break;
		}
		if (!step(page, index++))
			break;
	}
	page->is_full &= page->next < size;
	return page->err;
}

static bool see_first(void *arg, uint64_t index)
{
	uint64_t *first = arg;

	if (index < *first)
		*first = index;
	return false;
}

/* What is listed under any ref of the case, in the order of the trail. */
static enum skl_err walk_case(struct page *page, uint64_t first)
{
	bool is_going = true;

	while (is_going) {
		uint64_t next = UINT64_MAX;

		for (size_t i = 0; i < page->refs->count; i++) {
			unsigned count = 0;
			enum skl_err err =
				skl_index_list(page->turn->txn, SKL_INDEX_CASE,
					       skl_view_of(page->refs->refs[i], SKL_ID_BYTES),
					       first, 1, see_first, &next, &count);

			if (err != SKL_OK && err != SKL_ENOTFOUND)
				return err;
		}
		is_going = next != UINT64_MAX && step(page, next);
		first = next + 1;
		if (is_going && page->scanned >= SKL_STORE_PAGE_MAX) {
			page->is_full = true;
			is_going = false;
		}
	}
	return page->err;
}

static enum skl_err walk(struct page *page, uint64_t first)
{
	const Schakel__V1__QueryRow *query = page->query;
	ProtobufCBinaryData value = query->message_id;
	unsigned count = 0;
	enum skl_err err;

	page->next = first;
	(void)is_over(page); /* the clock of this turn's pages runs from here */
	if (!value.len)
		return page->refs ? walk_case(page, first) : walk_all(page, first);
	err = skl_index_list(page->turn->txn, SKL_INDEX_MESSAGE, skl_view_of(value.data, value.len),
			     first, SKL_STORE_PAGE_MAX, step, page, &count);
	page->is_full |= count == SKL_STORE_PAGE_MAX;
	return err == SKL_OK || err == SKL_ENOTFOUND ? page->err : err;
}

/* --- the query as a message
 * ---------------------------------------------------------------------------- */

static enum skl_err find_person(struct page *page)
{
	const Schakel__V1__PseudonymRow *row;
	struct skl_person *person;
	uint8_t tag[SKL_PERSON_TAG_BYTES];
	enum skl_err err;

	if (!page->query->subject)
		return SKL_OK;
	row = skl_envelope_find_pseudonym(page->item->env, page->query->subject);
	person = skl_arena_alloc(page->turn->arena, sizeof(*person));
	if (!row || !person)
		return row ? SKL_ENOMEM : SKL_ENUMBER;
	err = skl_vault_mac(skl_store_vault(page->turn->hub->store), SKL_VAULT_TAG,
			    skl_view_of(row->pseudonym.data, row->pseudonym.len), tag);
	if (err == SKL_OK)
		err = skl_person_find(page->turn->txn, tag, person);
	page->person = person;
	return err;
}

/* The case that is asked for, with all that was merged into it or it into: one look-up. */
static enum skl_err find_case(struct page *page)
{
	if (!page->query->case_ref.len)
		return SKL_OK;
	page->refs = skl_arena_alloc(page->turn->arena, sizeof(*page->refs));
	return page->refs
		       ? skl_case_refs_find(page->turn->txn, page->query->case_ref.data, page->refs)
		       : SKL_ENOMEM;
}

static enum skl_err fill_page(struct page *page)
{
	const Schakel__V1__QueryRow *query = page->query;
	uint64_t first = query->first_index;
	uint8_t *next;
	enum skl_err err = find_person(page);

	if (err == SKL_OK)
		err = find_case(page);
	if (err != SKL_OK)
		return err;
	if (query->next.len == 8)
		first = skl_get_u64be(query->next.data);
	else if (query->next.len)
		return SKL_EFIELD;
	page->limit = query->limit && query->limit < ROWS_MAX ? query->limit : ROWS_DEFAULT;
	page->checkpoint_size = page->turn->hub->mark.size;
	page->answer->rows =
		skl_arena_array(page->turn->arena, page->limit, sizeof(*page->answer->rows));
	next = skl_arena_alloc(page->turn->arena, 8);
	if (!page->answer->rows || !next)
		return SKL_ENOMEM;
	page->answer->checkpoint = page->turn->hub->mark.note;
	err = walk(page, first);
	if (err == SKL_OK && page->is_full) {
		skl_put_u64be(next, page->next);
		page->answer->next = skl_pb_bytes(next, 8);
	}
	return err;
}

static enum skl_err record(struct page *page, struct skl_item *item)
{
	Schakel__V1__MessageDetail detail;
	const Schakel__V1__FactRow *row;
	struct skl_leaf leaf = {
		.kind = SKL_ENTRY_QUERY,
		.operation = SKL_OPERATION_CONSULT,
		.received_ms = item->received_ms,
		.outcome = (enum skl_outcome)page->answer->outcome,
		.retention = SKL_RETENTION_HUB,
	};
	enum skl_err err = SKL_LEAF_SET(leaf.sender, item->peer->id);

	if (err != SKL_OK)
		return err;
	schakel__v1__message_detail__init(&detail);
	detail.id = item->env->common->id;
	detail.kind = item->env->common->kind;
	detail.common_digest = skl_pb_bytes(item->env->common_digest, SKL_DIGEST_BYTES);
	detail.envelope_digest = skl_pb_bytes(item->env->digest, SKL_DIGEST_BYTES);
	detail.signature = skl_pb_bytes(item->env->signature.data, item->env->signature.len);
	detail.purpose = SCHAKEL__V1__PURPOSE__PURPOSE_SUPERVISE_DISCLOSURE;
	detail.reason = page->answer->reason;
	detail.query = (Schakel__V1__QueryRow *)(uintptr_t)page->query;
	detail.found = (uint32_t)page->answer->n_rows;
	row = fact(item, SKL_FACT_USER_REF);
	detail.user_ref = row ? row->text : skl_pb_text("");
	row = fact(item, SKL_FACT_CASE_NUMBER);
	detail.case_number = row ? row->text : skl_pb_text("");
	row = fact(item, SKL_FACT_MANDATE);
	detail.mandate = (Schakel__V1__Mandate)(row ? row->value : 0);
	row = fact(item, SKL_FACT_QUERY_REASON);
	detail.query_reason = (Schakel__V1__QueryReason)(row ? row->value : 0);
	return skl_record_message(page->turn, item->env, &leaf, &detail, &item->ref);
}

static void deny(Schakel__V1__Answer *answer, enum skl_cut_reason reason)
{
	answer->outcome = SCHAKEL__V1__OUTCOME__OUTCOME_DENIED_FORBIDDEN;
	answer->reason = (Schakel__V1__CutReason)reason;
	answer->text_nl = skl_pb_text(
		"Geen inzage: uw organisatie heeft voor deze vraag geen geldig mandaat, doel of "
		"reden. Vraag het bij de functionaris gegevensbescherming of de registerhouder "
		"aan.");
	answer->text_en = skl_pb_text(
		"No access: your organisation has no valid mandate, purpose or reason for this "
		"query. Ask the data protection officer or the registrar for one.");
}

/* The rows are read in the transaction that records the query; they leave after its commit. */
enum skl_err skl_query_record(struct skl_turn *turn, struct skl_item *item)
{
	struct page *page = skl_arena_alloc(turn->arena, sizeof(*page));
	Schakel__V1__Answer *answer = skl_arena_alloc(turn->arena, sizeof(*answer));
	const struct skl_rows *rows = &item->env->of[SCHAKEL__V1__ROW__ROW_QUERY];
	int64_t begun_us = skl_mono_us();
	enum skl_cut_reason refusal;
	enum skl_err err;

	if (!page || !answer)
		return SKL_ENOMEM;
	err = skl_envelope_check_time(item->env, turn->now_ms);
	if (err != SKL_OK || rows->count != 1) {
		item->err = err != SKL_OK ? err : SKL_EROW;
		item->is_fault = true;
		return SKL_OK;
	}
	schakel__v1__answer__init(answer);
	*page = (struct page){.turn = turn, .item = item, .answer = answer};
	page->query = rows->items[0]->msg->query;
	page->mandate = find_mandate(turn, item);
	answer->id = item->env->common->id;
	answer->outcome = SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED;
	refusal = refusal_of(item, page);
	if (refusal != SKL_CUT_REASON_UNSPECIFIED)
		deny(answer, refusal);
	else
		err = fill_page(page);
	if ((int)err / 1000 == 2) {
		item->err = err;
		item->is_fault = true;
		return SKL_OK;
	}
	if (err == SKL_OK)
		err = record(page, item);
	turn->counts[SKL_COUNT_QUERIES]++;
	turn->counts[SKL_COUNT_QUERY_US] += (uint64_t)(skl_mono_us() - begun_us);
	item->page = answer;
	return err;
}

enum skl_err skl_query_finish(struct skl_turn *turn, struct skl_item *item)
{
	Schakel__V1__Answer *answer = item->page;

	answer->entry = skl_record_entry_ref(turn, &item->ref);
	answer->promise = skl_record_promise(turn);
	if (!answer->entry || !answer->promise)
		return SKL_ENOMEM;
	item->answer.command = skl_command_name(SKL_COMMAND_ANSWER);
	item->answer.body = skl_record_pack(turn->arena, &answer->base, SKL_LIMIT_ANSWER);
	return item->answer.body.data ? SKL_OK : SKL_ENOMEM;
}
