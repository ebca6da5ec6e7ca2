/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_envelope.h"

#include <stdlib.h>
#include <string.h>

#include "skl_envelope_rows.h"
#include "skl_hash.h"
#include "skl_limits.h"
#include "skl_seal.h"
#include "skl_sign.h"
#include "skl_unpack.h"

/* --- access -------------------------------------------------------------------------------- */

static const Schakel__V1__Row *row_at(const struct skl_envelope *env, unsigned kind, size_t i)
{
	return i < env->of[kind].count ? env->of[kind].items[i]->msg : NULL;
}

#define ACCESS(name, Type, KIND)                                                                   \
	const Schakel__V1__##Type *skl_envelope_##name(const struct skl_envelope *env, size_t i)   \
	{                                                                                          \
		const Schakel__V1__Row *row = row_at(env, SCHAKEL__V1__ROW__ROW_##KIND, i);        \
                                                                                                   \
		return row ? row->name : NULL;                                                     \
	}
ACCESS(recipient, RecipientRow, RECIPIENT)
ACCESS(subject, SubjectRow, SUBJECT)
ACCESS(pseudonym, PseudonymRow, PSEUDONYM)
ACCESS(section, SectionRow, SECTION)
ACCESS(key, KeyRow, KEY)
ACCESS(fact, FactRow, FACT)
ACCESS(competence, CompetenceRow, COMPETENCE)
ACCESS(event, EventRow, EVENT)
ACCESS(weighing, WeighingRow, WEIGHING)
ACCESS(consent, ConsentRow, CONSENT)
ACCESS(query, QueryRow, QUERY)
#undef ACCESS

#define FIND(function, name, Type, number, match)                                                  \
	const Schakel__V1__##Type *function(const struct skl_envelope *env, number)                \
	{                                                                                          \
		const Schakel__V1__##Type *row;                                                    \
                                                                                                   \
		for (size_t i = 0; (row = skl_envelope_##name(env, i)); i++)                       \
			if (match)                                                                 \
				return row;                                                        \
		return NULL;                                                                       \
	}
FIND(skl_envelope_find_recipient, recipient, RecipientRow, uint32_t number, row->number == number)
FIND(skl_envelope_find_subject, subject, SubjectRow, uint32_t number, row->number == number)
FIND(skl_envelope_find_pseudonym, pseudonym, PseudonymRow, uint32_t subject,
     row->subject == subject)
FIND(skl_envelope_find_section, section, SectionRow, uint32_t number, row->number == number)
FIND(skl_envelope_find_fact, fact, FactRow, enum skl_fact code, (unsigned)row->code == code)
FIND(skl_envelope_find_event, event, EventRow, enum skl_event code, (unsigned)row->code == code)
#undef FIND

const Schakel__V1__KeyRow *skl_envelope_find_key(const struct skl_envelope *env, uint32_t recipient,
						 uint32_t section)
{
	const Schakel__V1__KeyRow *row;

	for (size_t i = 0; (row = skl_envelope_key(env, i)); i++)
		if (row->recipient == recipient && row->section == section)
			return row;
	return NULL;
}

const Schakel__V1__FactRow *skl_envelope_fact_for(const struct skl_envelope *env,
						  enum skl_fact code, uint32_t recipient)
{
	const Schakel__V1__FactRow *row, *for_all = NULL;

	for (size_t i = 0; (row = skl_envelope_fact(env, i)); i++) {
		if ((unsigned)row->code != code)
			continue;
		if (row->recipient == recipient && recipient)
			return row;
		if (row->recipient == 0 && !for_all)
			for_all = row;
	}
	return for_all;
}

/* --- decode -------------------------------------------------------------------------------- */

static struct skl_view bytes_of(ProtobufCBinaryData data)
{
	return skl_view_of(data.data, data.len);
}

/* 32, 64, 128 or 256 digests, strictly ascending: order and number tell nothing. */
static enum skl_err check_digests(struct skl_view digests, struct skl_error *reterr)
{
	size_t count = digests.len / 32;

	if (digests.len % 32 || (count != 32 && count != 64 && count != 128 && count != 256))
		return skl_error_set(reterr, SKL_EROW, 0, 0,
				     "the digest list must have 32, 64, 128 or 256 entries");
	for (size_t i = 1; i < count; i++)
		if (memcmp(digests.data + (i - 1) * 32, digests.data + i * 32, 32) >= 0)
			return skl_error_set(reterr, SKL_EROW, 0, 0,
					     "the digest list is not in ascending order");
	return SKL_OK;
}

static int compare_digest(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Where the digest stands in the list; SIZE_MAX if it does not. */
static size_t digest_index(struct skl_view digests, const uint8_t digest[32])
{
	const uint8_t *found = bsearch(digest, digests.data, digests.len / 32, 32, compare_digest);

	return found ? (size_t)(found - digests.data) / 32 : SIZE_MAX;
}

static enum skl_err decode_row(struct skl_envelope *env, Schakel__V1__SaltedRow *salted,
			       struct skl_arena *arena, bool *seen, struct skl_row *row,
			       struct skl_error *reterr)
{
	Schakel__V1__Row *msg = NULL;
	size_t index;
	enum skl_err err;

	if (salted->salt.len != SKL_SALT_BYTES)
		return skl_error_set(reterr, SKL_EROW, 0, 0, "a row's salt must have 16 bytes");
	skl_hash_row(salted->salt.data, bytes_of(salted->row), row->digest);
	index = digest_index(env->digests, row->digest);
	if (index == SIZE_MAX)
		return skl_error_set(reterr, SKL_EROW, 0, 0, "a row is not on the signed list");
	if (seen[index])
		return skl_error_set(reterr, SKL_EROW, 0, 0, "a row comes twice");
	seen[index] = true;
	err = skl_unpack(&schakel__v1__row__descriptor, bytes_of(salted->row), arena, &msg);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "a row cannot be read: %s",
				     skl_err_text(err));
	if (msg->row_case == SCHAKEL__V1__ROW__ROW__NOT_SET)
		return skl_error_set(reterr, SKL_EROW, 0, 0, "a row is empty");
	row->msg = msg;
	row->salted = salted;
	return SKL_OK;
}

/* Sort the rows into one list a kind. */
static enum skl_err index_rows(struct skl_envelope *env, struct skl_arena *arena)
{
	const struct skl_row **items = skl_arena_array(arena, env->row_count, sizeof(*items));

	if (!items)
		return SKL_ENOMEM;
	for (unsigned kind = 0; kind < SKL_ROW_KIND_COUNT; kind++) {
		env->of[kind].items = items;
		for (size_t i = 0; i < env->row_count; i++)
			if ((unsigned)env->rows[i].msg->row_case == kind)
				*items++ = &env->rows[i];
		env->of[kind].count = (size_t)(items - env->of[kind].items);
	}
	return SKL_OK;
}

static enum skl_err decode_rows(struct skl_envelope *env, Schakel__V1__SaltedRow **rows,
				size_t count, struct skl_arena *arena, struct skl_error *reterr)
{
	bool seen[256] = {false};

	env->rows = skl_arena_array(arena, count, sizeof(*env->rows));
	if (!env->rows)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "too much for one message");
	env->row_count = count;
	for (size_t i = 0; i < count; i++) {
		enum skl_err err = decode_row(env, rows[i], arena, seen, &env->rows[i], reterr);

		if (err)
			return err;
	}
	if (index_rows(env, arena))
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "too much for one message");
	return skl_envelope_check_rows(env, reterr);
}

/* The signed bytes: u32be length || common || u32be count || digests. */
static void hash_signed(struct skl_envelope *env)
{
	struct skl_hasher hasher;

	skl_hash_common(env->common_bytes, env->common_digest);
	skl_hasher_init(&hasher, SKL_DOMAIN_ENVELOPE);
	skl_hasher_add_u32be(&hasher, (uint32_t)env->common_bytes.len);
	skl_hasher_add(&hasher, env->common_bytes);
	skl_hasher_add_u32be(&hasher, (uint32_t)(env->digests.len / 32));
	skl_hasher_add(&hasher, env->digests);
	skl_hasher_end(&hasher, env->digest);
}

static enum skl_err decode_parts(struct skl_envelope *env, Schakel__V1__SaltedRow **rows,
				 size_t count, struct skl_arena *arena, struct skl_error *reterr)
{
	Schakel__V1__Common *common = NULL;
	enum skl_err err;

	if (env->signature.len != SKL_SIGNATURE_BYTES)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0, "the signature must have 64 bytes");
	err = check_digests(env->digests, reterr);
	if (err)
		return err;
	err = skl_unpack(&schakel__v1__common__descriptor, env->common_bytes, arena, &common);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "common cannot be read: %s",
				     skl_err_text(err));
	env->common = common;
	err = skl_envelope_check_common(common, env->form, reterr);
	if (err)
		return err;
	hash_signed(env);
	return decode_rows(env, rows, count, arena, reterr);
}

enum skl_err skl_envelope_decode(struct skl_view header, enum skl_envelope_form form,
				 struct skl_arena *arena, struct skl_envelope *ret_env,
				 struct skl_error *reterr)
{
	struct skl_envelope env = {.form = form};
	Schakel__V1__Envelope *wire = NULL;
	enum skl_err err;

	if (form == SKL_FORM_OFFERED)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "an offered message is no envelope");
	err = skl_unpack(&schakel__v1__envelope__descriptor, header, arena, &wire);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "the envelope cannot be read: %s",
				     skl_err_text(err));
	env.wire = wire;
	env.common_bytes = bytes_of(wire->common);
	env.digests = bytes_of(wire->digests);
	env.signature = bytes_of(wire->signature);
	err = decode_parts(&env, wire->rows, wire->n_rows, arena, reterr);
	if (err)
		return err;
	*ret_env = env;
	return SKL_OK;
}

enum skl_err skl_envelope_decode_offered(const Schakel__V1__OfferedMessage *offered,
					 struct skl_arena *arena, struct skl_envelope *ret_env,
					 struct skl_error *reterr)
{
	struct skl_envelope env = {
		.form = SKL_FORM_OFFERED,
		.common_bytes = bytes_of(offered->common),
		.digests = bytes_of(offered->digests),
		.signature = bytes_of(offered->signature),
	};
	enum skl_err err = decode_parts(&env, offered->rows, offered->n_rows, arena, reterr);

	if (err)
		return err;
	*ret_env = env;
	return SKL_OK;
}

/* --- checks with a clock, a key, the frames -------------------------------------------------- */

enum skl_err skl_envelope_check_time(const struct skl_envelope *env, int64_t now_ms)
{
	if (env->common->expires_ms <= now_ms)
		return SKL_EEXPIRED;
	if (env->common->created_ms > now_ms + SKL_LIMIT_SKEW_MS)
		return SKL_ETIME;
	return SKL_OK;
}

enum skl_err skl_envelope_verify(const struct skl_envelope *env, const uint8_t sign_public[32])
{
	uint8_t room[4096];
	struct skl_buf body;
	enum skl_err err;

	skl_buf_init_room(&body, SKL_LIMIT_OFFER, room, sizeof(room));
	skl_buf_add_u32be(&body, (uint32_t)env->common_bytes.len);
	skl_buf_add_view(&body, env->common_bytes);
	skl_buf_add_u32be(&body, (uint32_t)(env->digests.len / 32));
	skl_buf_add_view(&body, env->digests);
	err = skl_buf_err(&body);
	if (!err)
		err = skl_sign_verify(sign_public, SKL_DOMAIN_ENVELOPE, skl_buf_view(&body),
				      env->signature);
	skl_buf_done(&body);
	return err;
}

enum skl_err skl_envelope_check_frames(const struct skl_envelope *env,
				       const struct skl_view *frames, size_t count,
				       size_t *ret_frame_of)
{
	const Schakel__V1__SectionRow *section;
	size_t sections = env->of[SCHAKEL__V1__ROW__ROW_SECTION].count, total = 0;

	if (count != sections)
		return SKL_EROW;
	for (size_t i = 0; i < sections; i++)
		ret_frame_of[i] = SIZE_MAX;
	for (size_t f = 0; f < count; f++) {
		uint8_t digest[32];
		size_t i = 0;

		total += frames[f].len < SKL_LIMIT_MESSAGE ? frames[f].len : SKL_LIMIT_MESSAGE;
		if (frames[f].len > SKL_LIMIT_FRAME || total > SKL_LIMIT_MESSAGE)
			return SKL_ETOOLARGE;
		skl_hash(frames[f], digest);
		while ((section = skl_envelope_section(env, i)) &&
		       memcmp(section->ciphertext_digest.data, digest, 32) != 0)
			i++;
		if (!section || ret_frame_of[i] != SIZE_MAX ||
		    frames[f].len != skl_seal_class_bytes(section->size_class) + SKL_FRAME_OVERHEAD)
			return SKL_EROW;
		ret_frame_of[i] = f;
	}
	return SKL_OK;
}
