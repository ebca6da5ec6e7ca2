/* SPDX-License-Identifier: EUPL-1.2 */
#include "reconcile.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_arena.h"
#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_text.h"
#include "skl_trail.h"
#include "skl_unpack.h"

#define LINE_MAX_BYTES 4096
#define KEPT_MS        (INT64_C(48) * 3600 * 1000) /* a spool forgets nothing sooner: skl_spool_prune */

/* --- the adapter's log ------------------------------------------------------------ */

static const char *text_of(json_t *line, const char *name)
{
	const char *text = json_string_value(json_object_get(line, name));

	return text ? text : "";
}

static bool set_name(char to[64], const char *name)
{
	if (!skl_text_is_id(skl_view_str(name)))
		return false;
	(void)snprintf(to, 64, "%s", name);
	return true;
}

/* The state of a receipt: of one that came (sent), or one that left (received). */
static bool set_state(struct reconcile_known *known, json_t *line)
{
	const char *state = text_of(line, known->is_sent ? "delivery" : "state");

	if (!known->is_sent && strcmp(state, "handing") == 0)
		state = "stored";
	known->state = state[0] ? skl_code_number(SKL_LIST_DELIVERY, skl_view_str(state)) : 0;
	return !state[0] || known->state;
}

static bool read_message(struct reconcile *reconcile, json_t *line, bool is_sent)
{
	struct reconcile_known *known = &reconcile->known[reconcile->known_count];
	json_t *entry = json_object_get(line, "entry");
	int64_t at_ms;

	*known = (struct reconcile_known){.is_sent = is_sent, .is_answered = entry != NULL};
	if (skl_hex_decode(skl_view_str(text_of(line, "id")), known->id, 16) != SKL_OK ||
	    skl_time_parse(skl_view_str(text_of(line, "at")), &at_ms) != SKL_OK ||
	    !set_state(known, line))
		return false;
	if (at_ms < reconcile->from_ms)
		reconcile->from_ms = at_ms;
	reconcile->known_count++;
	if (!entry) {
		known->index = UINT64_MAX;
		return is_sent;
	}
	known->index = (uint64_t)json_integer_value(entry);
	if (is_sent) {
		known->outcome =
			skl_code_number(SKL_LIST_OUTCOME, skl_view_str(text_of(line, "outcome")));
		if (!known->outcome)
			return false;
	}
	return json_is_integer(entry) && json_integer_value(entry) >= 0 &&
	       set_name(known->partner, text_of(line, "partner")) &&
	       (set_name(known->desk, text_of(line, "desk")) || !text_of(line, "desk")[0]);
}

static int by_index(const void *a, const void *b)
{
	const struct reconcile_known *one = a, *other = b;

	return (one->index > other->index) - (one->index < other->index);
}

/* The first that is known with this entry; NULL: none. */
static struct reconcile_known *find_known(const struct reconcile *reconcile, uint64_t index)
{
	size_t low = 0, high = reconcile->known_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reconcile->known[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < reconcile->known_count && reconcile->known[low].index == index
		       ? &reconcile->known[low]
		       : NULL;
}

/* A promise belongs to what has its entry; one that was kept already has none. */
static bool read_promise(struct reconcile *reconcile, json_t *line)
{
	json_t *entry = json_object_get(line, "entry");
	uint8_t leaf[32];
	struct reconcile_known *known;

	if (!json_is_integer(entry) ||
	    skl_hex_decode(skl_view_str(text_of(line, "leaf")), leaf, 32) != SKL_OK)
		return false;
	known = find_known(reconcile, (uint64_t)json_integer_value(entry));
	if (known) {
		known->has_leaf = true;
		memcpy(known->leaf, leaf, 32);
	}
	return true;
}

static bool read_head(struct reconcile *reconcile, json_t *line)
{
	int64_t made_ms;

	if (strcmp(text_of(line, "log"), "schakel-log/1") != 0 ||
	    !set_name(reconcile->partner, text_of(line, "partner")) ||
	    skl_time_parse(skl_view_str(text_of(line, "made")), &made_ms) != SKL_OK)
		return false;
	reconcile->from_ms = made_ms - KEPT_MS;
	return true;
}

/* Messages in the first round, promises in the second, when they can be looked up. */
static bool read_line(struct reconcile *reconcile, json_t *line, bool is_first, bool is_second)
{
	const char *way = text_of(line, "way");

	if (is_first)
		return is_second || read_head(reconcile, line);
	if (strcmp(way, "promised") == 0)
		return !is_second || read_promise(reconcile, line);
	if (strcmp(way, "sent") != 0 && strcmp(way, "received") != 0)
		return false;
	return is_second || read_message(reconcile, line, way[0] == 's');
}

static enum skl_err read_round(struct reconcile *reconcile, struct skl_view log, bool is_second,
			       struct skl_error *reterr)
{
	unsigned number = 0;

	while (log.len) {
		const uint8_t *end = memchr(log.data, '\n', log.len);
		size_t len = end ? (size_t)(end - log.data) : log.len;
		json_t *line = end && len < LINE_MAX_BYTES
				       ? json_loadb((const char *)log.data, len,
						    JSON_REJECT_DUPLICATES, NULL)
				       : NULL;
		bool is_good = line && read_line(reconcile, line, number == 0, is_second);

		number++;
		json_decref(line);
		if (!is_good)
			return skl_error_set(reterr, SKL_ESYNTAX, number, 0,
					     "line %u: not of a log of schakel-adapter", number);
		log = skl_view_of(end + 1, log.len - len - 1);
	}
	return number ? SKL_OK : skl_error_set(reterr, SKL_ESYNTAX, 0, 0, "the log is empty");
}

enum skl_err reconcile_log(struct skl_view log, int64_t from_ms, struct reconcile *ret_reconcile,
			   struct skl_error *reterr)
{
	size_t lines = 1;
	enum skl_err err;

	*ret_reconcile = (struct reconcile){0};
	for (size_t i = 0; i < log.len; i++)
		lines += log.data[i] == '\n';
	if (lines > RECONCILE_LINES_MAX)
		return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "more than %u lines",
				     RECONCILE_LINES_MAX);
	ret_reconcile->known = skl_calloc(lines, sizeof(*ret_reconcile->known));
	if (!ret_reconcile->known)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = read_round(ret_reconcile, log, false, reterr);
	qsort(ret_reconcile->known, ret_reconcile->known_count, sizeof(*ret_reconcile->known),
	      by_index);
	if (err == SKL_OK)
		err = read_round(ret_reconcile, log, true, reterr);
	if (from_ms)
		ret_reconcile->from_ms = from_ms;
	return err;
}

void reconcile_done(struct reconcile *reconcile)
{
	skl_free(reconcile->known);
	skl_free(reconcile->unknown);
	*reconcile = (struct reconcile){0};
}

/* --- the trail -------------------------------------------------------------------- */

struct walking {
	struct reconcile *reconcile;
	struct copy *copy;
	reconcile_fn fn;
	void *arg;
};

static void tell(const struct walking *walking, enum reconcile_kind kind, uint64_t index,
		 const uint8_t *id, const char *partner)
{
	walking->fn(walking->arg, kind, index, id, partner);
}

static bool is_at(const char *place, const char *partner, const char *desk)
{
	size_t len = strlen(partner);

	if (strncmp(place, partner, len) != 0)
		return false;
	return place[len] == 0 ||
	       (place[len] == '/' && (!desk || !desk[0] || strcmp(place + len + 1, desk) == 0));
}

static bool fits(const struct reconcile *reconcile, const struct reconcile_known *known,
		 const struct skl_leaf *leaf)
{
	return known->is_sent ? strcmp(leaf->sender, reconcile->partner) == 0 &&
					is_at(leaf->recipient, known->partner, known->desk)
			      : strcmp(leaf->sender, known->partner) == 0 &&
					is_at(leaf->recipient, reconcile->partner, known->desk);
}

static void compare(const struct walking *walking, struct reconcile_known *known,
		    const struct skl_leaf *leaf)
{
	bool is_released =
		leaf->outcome == SKL_OUTCOME_PERMITTED || leaf->outcome == SKL_OUTCOME_CUT;

	known->is_found = true;
	if (!fits(walking->reconcile, known, leaf))
		tell(walking, RECONCILE_PARTIES, known->index, known->id, known->partner);
	else if (known->is_sent ? known->outcome != leaf->outcome : !is_released)
		tell(walking, RECONCILE_OUTCOME, known->index, known->id, known->partner);
	if (known->has_leaf && memcmp(known->leaf, walking->copy->leaf[known->index], 32) != 0)
		tell(walking, RECONCILE_LEAF, known->index, known->id, known->partner);
}

static enum skl_err add_unknown(struct reconcile *reconcile, uint64_t index,
				const struct skl_leaf *leaf, bool is_sent)
{
	struct reconcile_unknown *one;

	if (reconcile->unknown_count == reconcile->unknown_cap) {
		size_t cap = reconcile->unknown_cap ? 2 * reconcile->unknown_cap : 256;
		void *grown = cap > RECONCILE_LINES_MAX
				      ? NULL
				      : skl_realloc_array(reconcile->unknown, cap,
							  sizeof(*reconcile->unknown));

		if (!grown)
			return SKL_ENOMEM;
		reconcile->unknown = grown;
		reconcile->unknown_cap = cap;
	}
	one = &reconcile->unknown[reconcile->unknown_count++];
	*one = (struct reconcile_unknown){.index = index, .is_sent = is_sent};
	(void)snprintf(one->partner, sizeof(one->partner), "%.*s",
		       (int)strcspn(is_sent ? leaf->recipient : leaf->sender, "/"),
		       is_sent ? leaf->recipient : leaf->sender);
	return SKL_OK;
}

static enum skl_err take_decision(const struct walking *walking, uint64_t index,
				  const struct skl_leaf *leaf)
{
	struct reconcile *reconcile = walking->reconcile;
	struct reconcile_known *known = find_known(reconcile, index);
	const struct reconcile_known *end = reconcile->known + reconcile->known_count;
	bool is_sent = strcmp(leaf->sender, reconcile->partner) == 0;
	bool is_received =
		is_at(leaf->recipient, reconcile->partner, NULL) &&
		(leaf->outcome == SKL_OUTCOME_PERMITTED || leaf->outcome == SKL_OUTCOME_CUT);
	bool knows[2] = {false, false};

	for (; known && known < end && known->index == index; known++) {
		if (knows[known->is_sent])
			tell(walking, RECONCILE_TWICE, index, known->id, known->partner);
		knows[known->is_sent] = true;
		compare(walking, known, leaf);
	}
	if (leaf->decided_ms < reconcile->from_ms || (!is_sent && !is_received))
		return SKL_OK;
	reconcile->entries++;
	if (is_sent && !knows[true])
		return add_unknown(reconcile, index, leaf, true);
	return is_received && !knows[false] ? add_unknown(reconcile, index, leaf, false) : SKL_OK;
}

static int unknown_by_index(const void *a, const void *b)
{
	const struct reconcile_unknown *one = a, *other = b;

	return (one->index > other->index) - (one->index < other->index);
}

static uint32_t after_of(const struct skl_leaf *leaf)
{
	switch ((int)leaf->kind) {
	case SKL_ENTRY_RECEIPT:
		return 1u << (leaf->reason ? SKL_DELIVERY_REFUSED : SKL_DELIVERY_STORED);
	case SKL_ENTRY_EXPIRED:
		return 1u << SKL_DELIVERY_EXPIRED;
	case SKL_ENTRY_WITHHELD:
		return 1u << SKL_DELIVERY_WITHHELD;
	case SKL_ENTRY_RECALLED:
		return 1u << SKL_DELIVERY_RECALLED;
	default:
		return 0;
	}
}

/* What became of a message, as a later entry says it. */
static void take_after(const struct walking *walking, const struct skl_leaf *leaf)
{
	const struct reconcile *reconcile = walking->reconcile;
	const struct reconcile_known *end = reconcile->known + reconcile->known_count;
	struct reconcile_known *known;
	const struct reconcile_unknown wanted = {.index = leaf->names_index};
	struct reconcile_unknown *unknown;

	if (!leaf->names || !after_of(leaf))
		return;
	known = find_known(reconcile, leaf->names_index);
	for (; known && known < end && known->index == leaf->names_index; known++)
		known->after |= after_of(leaf);
	unknown = reconcile->unknown_count
			  ? bsearch(&wanted, reconcile->unknown, reconcile->unknown_count,
				    sizeof(wanted), unknown_by_index)
			  : NULL;
	if (unknown)
		unknown->has_receipt = true;
}

static enum skl_err walk(const struct walking *walking, bool is_second)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct skl_view key, value;
	struct skl_leaf leaf;
	enum skl_err err = copy_cursor(walking->copy, "entry", &cursor);

	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value)) {
		uint64_t index;

		if (key.len != 8 || skl_leaf_decode(value, &leaf) != SKL_OK)
			continue; /* verify tells of it; here it is an entry that is not there */
		index = skl_get_u64be(key.data);
		if (index >= walking->copy->size)
			continue;
		if (is_second)
			take_after(walking, &leaf);
		else if (leaf.kind == SKL_ENTRY_DECISION)
			err = take_decision(walking, index, &leaf);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* The ids of messages, where the details open. */
static enum skl_err compare_ids(const struct walking *walking, struct skl_vault *vault)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	const struct reconcile *reconcile = walking->reconcile;
	const struct reconcile_known *end = reconcile->known + reconcile->known_count;
	struct skl_view key, value;
	enum skl_err err = copy_cursor(walking->copy, "detail", &cursor);

	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value)) {
		Schakel__V1__MessageDetail *detail = NULL;
		struct reconcile_known *known;
		struct skl_trail_part part;
		struct skl_arena arena;

		if (key.len != 12 || skl_get_u32be(key.data + 8) != 0)
			continue;
		known = find_known(reconcile, skl_get_u64be(key.data));
		skl_buf_clear(&plain);
		if (!known ||
		    skl_trail_part_open(vault, known->index, 0, value, &plain, &part) != SKL_OK ||
		    part.is_erased)
			continue; /* another's, damaged, or erased: nothing to compare */
		skl_arena_init(&arena, 0, 0);
		if (skl_unpack(&schakel__v1__message_detail__descriptor, skl_buf_view(&plain),
			       &arena, &detail) == SKL_OK)
			for (; known < end && known->index == skl_get_u64be(key.data); known++)
				if (detail->id.len != 16 ||
				    memcmp(detail->id.data, known->id, 16) != 0)
					tell(walking, RECONCILE_MESSAGE, known->index, known->id,
					     known->partner);
		skl_arena_done(&arena);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* What an entry must say for a receipt that the adapter knows. */
static uint32_t after_wanted(uint32_t state)
{
	switch (state) {
	case SKL_DELIVERY_STORED:
	case SKL_DELIVERY_HANDED_OVER:
		return 1u << SKL_DELIVERY_STORED;
	case SKL_DELIVERY_REFUSED:
	case SKL_DELIVERY_EXPIRED:
	case SKL_DELIVERY_WITHHELD:
	case SKL_DELIVERY_RECALLED:
		return 1u << state;
	default:
		return 0;
	}
}

static void tell_known(const struct walking *walking)
{
	const struct reconcile *reconcile = walking->reconcile;

	for (size_t i = 0; i < reconcile->known_count; i++) {
		const struct reconcile_known *known = &reconcile->known[i];
		uint32_t want = after_wanted(known->state);

		if (!known->is_answered)
			tell(walking, RECONCILE_UNANSWERED, UINT64_MAX, known->id, "");
		else if (!known->is_found)
			tell(walking, RECONCILE_LACKING, known->index, known->id, known->partner);
		else if (want && !(known->after & want))
			tell(walking, RECONCILE_RECEIPT, known->index, known->id, known->partner);
		else if (known->is_sent && !want && known->after)
			tell(walking, RECONCILE_ON_ITS_WAY, known->index, known->id,
			     known->partner);
	}
	for (size_t i = 0; i < reconcile->unknown_count; i++) {
		const struct reconcile_unknown *one = &reconcile->unknown[i];

		tell(walking,
		     one->is_sent || one->has_receipt ? RECONCILE_UNKNOWN : RECONCILE_WAITING,
		     one->index, NULL, one->partner);
	}
}

enum skl_err reconcile_trail(struct reconcile *reconcile, struct copy *copy,
			     struct skl_vault *vault, reconcile_fn fn, void *arg)
{
	const struct walking walking = {.reconcile = reconcile, .copy = copy, .fn = fn, .arg = arg};
	enum skl_err err = walk(&walking, false);

	if (reconcile->unknown_count)
		qsort(reconcile->unknown, reconcile->unknown_count, sizeof(*reconcile->unknown),
		      unknown_by_index);
	if (err == SKL_OK)
		err = walk(&walking, true);
	if (err == SKL_OK && vault)
		err = compare_ids(&walking, vault);
	if (err == SKL_OK)
		tell_known(&walking);
	return err;
}
