/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_arena.h"
#include "skl_hash.h"
#include "skl_index.h"
#include "skl_trail.h"
#include "skl_unpack.h"
#include "verify_int.h"

/* The parts of one entry, as they come in the order of their keys. */
struct group {
	uint64_t index;
	uint32_t count;
	bool is_changed; /* a part of it is a finding already */
	bool is_erased;
	bool is_open; /* there is a group at all */
	uint8_t commitment[SKL_TRAIL_PARTS_MAX][32];
	/* as the message's part says */
	bool has_message, has_case, has_other;
	uint8_t message_id[16], case_ref[16], other_case[16];
};

static void count_opened(struct verifier *verifier, const struct group *group)
{
	verifier->counts->details_opened++;
	verify_index_detail(verifier, group->index, group->has_message ? group->message_id : NULL,
			    group->has_case ? group->case_ref : NULL,
			    group->has_other ? group->other_case : NULL);
}

/* What the first part of a detail says of message and case. */
static void read_message(struct group *group, struct skl_view plain)
{
	struct skl_arena arena;
	Schakel__V1__MessageDetail *message = NULL;

	skl_arena_init(&arena, 0, 0);
	if (skl_unpack(&schakel__v1__message_detail__descriptor, plain, &arena, &message) ==
	    SKL_OK) {
		group->has_message = message->id.len == sizeof(group->message_id);
		group->has_case = message->case_ref.len == sizeof(group->case_ref);
		group->has_other = skl_index_other_case(message) != NULL;
		if (group->has_other)
			memcpy(group->other_case, skl_index_other_case(message),
			       sizeof(group->other_case));
		if (group->has_message)
			memcpy(group->message_id, message->id.data, sizeof(group->message_id));
		if (group->has_case)
			memcpy(group->case_ref, message->case_ref.data, sizeof(group->case_ref));
	}
	skl_arena_done(&arena);
}

static void check_group(struct verifier *verifier, struct group *group)
{
	struct copy *copy = &verifier->copy;
	uint8_t whole[32], *flags;

	if (!group->is_open)
		return;
	group->is_open = false;
	if (group->index >= copy->size) {
		(void)findings_add_entry(verifier->findings, FINDING_DAMAGED, FINDING_DETAIL_EXTRA,
					 group->index, group->index, 0);
		return;
	}
	flags = &copy->flags[group->index];
	*flags |= COPY_SEEN_DETAIL;
	if (*flags & VERIFY_IS_LOST)
		return;
	if (!(*flags & COPY_HAS_DETAIL)) {
		verify_finding(verifier, FINDING_DAMAGED, FINDING_DETAIL_EXTRA, group->index, 0);
		return;
	}
	skl_hash_detail((const uint8_t(*)[32])group->commitment, group->count, whole);
	if (memcmp(whole, copy->detail[group->index], 32) != 0 && !group->is_changed)
		verify_finding(verifier, FINDING_INCOMPLETE, FINDING_DETAIL_MISSING, group->index,
			       group->count);
	else if (group->is_erased)
		verifier->counts->details_erased++;
	else if (!verifier->vault)
		verifier->counts->details_unopened++;
	else
		count_opened(verifier, group);
}

static void add_part(struct verifier *verifier, struct group *group, uint32_t part,
		     struct skl_view value, struct skl_buf *plain)
{
	struct skl_trail_part found;
	enum skl_err err;

	skl_buf_clear(plain);
	err = skl_trail_part_open(verifier->vault, group->index, part, value, plain, &found);
	if (err == SKL_ENOTFOUND)
		verify_finding(verifier, FINDING_INCOMPLETE, FINDING_DETAIL_KEY_LOST, group->index,
			       part);
	else if (err != SKL_OK)
		verify_finding(verifier, FINDING_DAMAGED, FINDING_DETAIL_CHANGED, group->index,
			       part);
	else if (part == 0 && plain->len && verifier->by_message.is_there)
		read_message(group, skl_buf_view(plain));
	group->is_changed = group->is_changed || err != SKL_OK;
	group->is_erased = group->is_erased || found.is_erased;
	if (part != group->count || part >= SKL_TRAIL_PARTS_MAX)
		return; /* a gap: the whole will not fit */
	memcpy(group->commitment[group->count++], found.commitment, 32);
}

static void check_unseen(struct verifier *verifier)
{
	const struct copy *copy = &verifier->copy;

	for (uint64_t i = 0; i < copy->size; i++)
		if ((copy->flags[i] & COPY_HAS_DETAIL) && !(copy->flags[i] & COPY_SEEN_DETAIL))
			verify_finding(verifier, FINDING_INCOMPLETE, FINDING_DETAIL_MISSING, i, 0);
}

enum skl_err verify_details(struct verifier *verifier)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	SKL_CLEANUP(skl_buf_done) struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	struct group group = {0};
	struct skl_view key, value;
	enum skl_err err = copy_cursor(&verifier->copy, "detail", &cursor);

	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value)) {
		uint64_t index;

		if (key.len != 12) {
			(void)findings_add(verifier->findings, FINDING_DAMAGED,
					   FINDING_DETAIL_EXTRA, 0, NULL);
			continue;
		}
		index = skl_get_u64be(key.data);
		if (group.is_open && index != group.index)
			check_group(verifier, &group);
		if (!group.is_open)
			group = (struct group){.index = index, .is_open = true};
		add_part(verifier, &group, skl_get_u32be(key.data + 8), value, &plain);
	}
	if (err != SKL_OK && err != SKL_ENOTFOUND)
		return err;
	check_group(verifier, &group);
	check_unseen(verifier);
	return SKL_OK;
}
