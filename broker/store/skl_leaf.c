/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_leaf.h"

#include <stdalign.h>
#include <string.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_arena.h"
#include "skl_unpack.h"

enum skl_err skl_leaf_text(char *field, size_t field_bytes, const char *text)
{
	size_t len = strlen(text);

	field[0] = '\0';
	if (len >= field_bytes)
		return SKL_EFIELD;
	memcpy(field, text, len + 1);
	return SKL_OK;
}

enum skl_err skl_leaf_encode(const struct skl_leaf *leaf, struct skl_buf *out)
{
	Schakel__V1__Entry entry;
	enum skl_err err;

	schakel__v1__entry__init(&entry);
	/* protobuf-c has no const in its structs; it does not write through them */
	entry.format = SKL_LEAF_FORMAT;
	entry.origin = (char *)(uintptr_t)leaf->origin;
	entry.kind = (Schakel__V1__EntryKind)leaf->kind;
	entry.operation = (Schakel__V1__Operation)leaf->operation;
	entry.sender = (char *)(uintptr_t)leaf->sender;
	entry.recipient = (char *)(uintptr_t)leaf->recipient;
	entry.received_ms = leaf->received_ms;
	entry.decided_ms = leaf->decided_ms;
	entry.outcome = (Schakel__V1__Outcome)leaf->outcome;
	if (leaf->has_policy) {
		entry.policy_digest.data = (uint8_t *)(uintptr_t)leaf->policy_digest;
		entry.policy_digest.len = sizeof(leaf->policy_digest);
	}
	entry.directory_number = leaf->directory_number;
	entry.retention = (Schakel__V1__Retention)leaf->retention;
	if (leaf->has_detail) {
		entry.detail_commitment.data = (uint8_t *)(uintptr_t)leaf->detail_commitment;
		entry.detail_commitment.len = sizeof(leaf->detail_commitment);
	}
	entry.names = leaf->names;
	entry.names_index = leaf->names ? leaf->names_index : 0;
	entry.count = leaf->count;
	entry.reason = (Schakel__V1__ReasonCode)leaf->reason;
	entry.error_code = leaf->error_code;
	err = skl_pack(&entry.base, out);
	if (err == SKL_OK && out->len > SKL_LEAF_MAX)
		err = SKL_EINVAL;
	return err;
}

/* A digest of 32 bytes or none. */
static enum skl_err get_digest(const ProtobufCBinaryData *from, uint8_t digest[32], bool *ret_has)
{
	if (from->len != 0 && from->len != 32)
		return SKL_EFIELD;
	*ret_has = from->len == 32;
	if (*ret_has)
		memcpy(digest, from->data, 32);
	return SKL_OK;
}

static enum skl_err from_message(const Schakel__V1__Entry *entry, struct skl_leaf *leaf)
{
	enum skl_err err;

	if (entry->format != SKL_LEAF_FORMAT)
		return SKL_EFORMAT;
	leaf->kind = (enum skl_entry)entry->kind;
	leaf->operation = (enum skl_operation)entry->operation;
	leaf->received_ms = entry->received_ms;
	leaf->decided_ms = entry->decided_ms;
	leaf->outcome = (enum skl_outcome)entry->outcome;
	leaf->directory_number = entry->directory_number;
	leaf->retention = (enum skl_retention)entry->retention;
	leaf->names = entry->names;
	leaf->names_index = entry->names_index;
	leaf->count = entry->count;
	leaf->reason = (enum skl_reason)entry->reason;
	leaf->error_code = entry->error_code;
	err = SKL_LEAF_SET(leaf->origin, entry->origin);
	if (err == SKL_OK)
		err = SKL_LEAF_SET(leaf->sender, entry->sender);
	if (err == SKL_OK)
		err = SKL_LEAF_SET(leaf->recipient, entry->recipient);
	if (err == SKL_OK)
		err = get_digest(&entry->policy_digest, leaf->policy_digest, &leaf->has_policy);
	if (err == SKL_OK)
		err = get_digest(&entry->detail_commitment, leaf->detail_commitment,
				 &leaf->has_detail);
	return err;
}

enum skl_err skl_leaf_decode(struct skl_view bytes, struct skl_leaf *ret_leaf)
{
	Schakel__V1__Entry *entry = NULL;
	alignas(max_align_t) uint8_t room[1024];
	struct skl_leaf leaf = {0};
	struct skl_arena arena;
	enum skl_err err;

	if (bytes.len > SKL_LEAF_MAX)
		return SKL_ETOOLARGE;
	skl_arena_init(&arena, 0, 0);
	skl_arena_room(&arena, room, sizeof(room));
	err = skl_unpack(&schakel__v1__entry__descriptor, bytes, &arena, &entry);
	if (err == SKL_OK)
		err = from_message(entry, &leaf);
	skl_arena_done(&arena);
	if (err == SKL_OK)
		*ret_leaf = leaf;
	return err;
}
