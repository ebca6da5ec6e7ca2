/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_opened.h"

#include <sodium.h>
#include <string.h>

#include "skl_hash.h"
#include "skl_limits.h"
#include "skl_mem.h"
#include "skl_receipt.h"
#include "skl_seal.h"

/* What opening one section needs. */
struct opening {
	const struct skl_opened *opened;
	uint8_t recipient_key[32];
};

/* The wrapped key of a section: of the rewrap where there is one, else of the message. */
static const Schakel__V1__KeyRow *key_row(const struct skl_opened *opened, uint32_t section)
{
	if (!opened->rewrap_rows)
		return skl_envelope_find_key(&opened->env, opened->recipient->number, section);
	for (size_t i = 1; i < opened->rewrap_count; i++)
		if (opened->rewrap_rows[i]->key->section == section)
			return opened->rewrap_rows[i]->key;
	return NULL;
}

static enum skl_err open_section(const struct opening *opening, struct skl_view frame,
				 struct skl_opened_section *section)
{
	const struct skl_envelope *env = &opening->opened->env;
	const Schakel__V1__SectionRow *row = section->row;
	uint32_t recipient = opening->opened->recipient->number;
	const Schakel__V1__KeyRow *wrapped = key_row(opening->opened, row->number);
	struct skl_seal_about about = {
		.sender = env->common->sender,
		.id = env->common->id.data,
		.section = row->number,
		.category = (uint32_t)row->category,
		.size_class = row->size_class,
	};
	uint8_t key[32], commitment[32];
	enum skl_err err;

	if (!wrapped)
		return SKL_EKEYUNKNOWN;
	err = skl_seal_unwrap(opening->recipient_key, about.id, recipient, row->number,
			      skl_view_of(wrapped->wrapped.data, wrapped->wrapped.len), key);
	if (err)
		return err;
	/* Without the commitment a frame could open to different contents under different keys. */
	skl_seal_commitment(key, about.id, row->number, commitment);
	if (sodium_memcmp(commitment, row->key_commitment.data, 32) != 0)
		err = SKL_EOPEN;
	if (!err)
		err = skl_seal_open_section(&about, key, frame, &section->content, &section->len);
	if (!err && !skl_utf8_valid(skl_view_of(section->content, section->len))) {
		skl_seal_wipe(section->content, section->len);
		section->content = NULL;
		section->len = 0;
		err = SKL_EUTF8;
	}
	sodium_memzero(key, sizeof(key));
	return err;
}

/* The frame with the row's digest, or an empty view: one missing frame spoils one section only. */
static struct skl_view frame_of(const Schakel__V1__SectionRow *row, const uint8_t (*digests)[32],
				const struct skl_view *frames, size_t count)
{
	for (size_t f = 0; f < count; f++)
		if (memcmp(digests[f], row->ciphertext_digest.data, 32) == 0)
			return frames[f];
	return skl_view_of(NULL, 0);
}

static enum skl_err open_sections(struct opening *opening, struct skl_opened *opened,
				  const struct skl_view *frames, size_t frame_count)
{
	size_t count = opened->env.of[SCHAKEL__V1__ROW__ROW_SECTION].count;
	uint8_t(*digests)[32] = skl_arena_array(&opened->arena, frame_count, 32);

	opened->sections = skl_arena_array(&opened->arena, count, sizeof(*opened->sections));
	if (!opened->sections || !digests)
		return SKL_ENOMEM;
	for (size_t f = 0; f < frame_count; f++)
		skl_hash(frames[f], digests[f]);
	opened->section_count = count;
	for (size_t i = 0; i < count; i++) {
		struct skl_opened_section *section = &opened->sections[i];
		struct skl_view frame;

		section->row = skl_envelope_section(&opened->env, i);
		frame = frame_of(section->row, (const uint8_t(*)[32])digests, frames, frame_count);
		section->err = frame.data ? open_section(opening, frame, section) : SKL_EROW;
		if (section->err == SKL_ENOMEM)
			return SKL_ENOMEM;
	}
	return SKL_OK;
}

static enum skl_err open_recipient_key(struct opening *opening, const struct skl_opened *opened,
				       const struct skl_opened_keys *keys, struct skl_error *reterr)
{
	const Schakel__V1__RecipientRow *row = opened->recipient;

	for (size_t i = 0; i < keys->desk_key_count; i++) {
		if (memcmp(keys->desk_keys[i]->id, row->key_id.data, SKL_KEY_ID_BYTES) != 0)
			continue;
		if (skl_seal_open_recipient_key(
			    keys->desk_keys[i], row->number, opened->env.common_digest,
			    skl_view_of(row->sealed_key.data, row->sealed_key.len),
			    opening->recipient_key))
			return skl_error_set(reterr, SKL_EOPEN, 0, 0,
					     "the recipient key does not open for desk %s",
					     row->desk);
		return SKL_OK;
	}
	return skl_error_set(reterr, SKL_EKEYUNKNOWN, 0, 0, "sealed to a key desk %s has not",
			     row->desk);
}

/* Take the rows of a rewrap: same message, same recipient, signed by the sender. */
static enum skl_err take_rewrap(struct skl_opened *opened, const Schakel__V1__Rewrap *rewrap,
				const struct skl_opened_keys *keys, struct skl_error *reterr)
{
	const Schakel__V1__RecipientRow *old = opened->recipient, *fresh;
	enum skl_err err;

	if (rewrap->id.len != SKL_ID_BYTES ||
	    memcmp(rewrap->id.data, opened->env.common->id.data, SKL_ID_BYTES) != 0)
		return skl_error_set(reterr, SKL_EROW, 0, 0, "the rewrap is of another message");
	err = keys->rewrap_public ? skl_rewrap_verify(rewrap, keys->rewrap_public)
				  : SKL_EKEYUNKNOWN;
	if (err)
		return skl_error_set(reterr, err, 0, 0, "the rewrap's signature does not verify");
	opened->rewrap_rows =
		skl_arena_array(&opened->arena, rewrap->n_rows, sizeof(*opened->rewrap_rows));
	err = opened->rewrap_rows ? skl_rewrap_decode(rewrap, &opened->arena, opened->rewrap_rows)
				  : SKL_ENOMEM;
	if (err)
		return skl_error_set(reterr, err, 0, 0, "the rewrap cannot be read: %s",
				     skl_err_text(err));
	opened->rewrap_count = rewrap->n_rows;
	fresh = opened->rewrap_rows[0]->recipient;
	if (fresh->number != old->number || strcmp(fresh->partner, old->partner) != 0 ||
	    strcmp(fresh->desk, old->desk) != 0)
		return skl_error_set(reterr, SKL_EROW, 0, 0, "the rewrap is for another recipient");
	opened->recipient = fresh;
	return SKL_OK;
}

enum skl_err skl_opened_open(const Schakel__V1__OfferedMessage *offered,
			     const struct skl_view *frames, size_t frame_count,
			     const struct skl_opened_keys *keys, struct skl_opened *ret,
			     struct skl_error *reterr)
{
	struct opening opening = {.opened = ret};
	enum skl_err err;

	*ret = (struct skl_opened){0};
	skl_arena_init(&ret->arena, 0, 0);
	if (frame_count > SKL_LIMIT_SECTIONS_N)
		return skl_error_set(reterr, SKL_EREPEAT, 0, 0, "more frames than sections");
	err = skl_envelope_decode_offered(offered, &ret->arena, &ret->env, reterr);
	if (err)
		return err;
	err = skl_envelope_verify(&ret->env, keys->sender_public);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "the signature of %s does not verify",
				     ret->env.common->sender);
	ret->recipient = skl_envelope_recipient(&ret->env, 0);
	if (strcmp(ret->recipient->partner, keys->partner) != 0)
		return skl_error_set(reterr, SKL_EIDENTITY, 0, 0, "this message is for %s",
				     ret->recipient->partner);
	if (offered->rewrap)
		err = take_rewrap(ret, offered->rewrap, keys, reterr);
	if (!err)
		err = open_recipient_key(&opening, ret, keys, reterr);
	if (!err) {
		err = open_sections(&opening, ret, frames, frame_count);
		if (err)
			(void)skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	}
	sodium_memzero(&opening, sizeof(opening));
	return err;
}

void skl_opened_done(struct skl_opened *opened)
{
	for (size_t i = 0; i < opened->section_count; i++)
		skl_seal_wipe(opened->sections[i].content, opened->sections[i].len);
	skl_arena_done(&opened->arena);
	*opened = (struct skl_opened){0};
}
