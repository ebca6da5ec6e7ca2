/* SPDX-License-Identifier: EUPL-1.2 */

/* The second half of skl_draft: seal the sections, salt and list the rows, sign, pack. */

#include "skl_draft.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "skl_draft_parts.h"
#include "skl_envelope.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_seal.h"
#include "skl_sign.h"
#include "skl_unpack.h"

void skl_sealed_done(struct skl_sealed *sealed)
{
	skl_free(sealed->header);
	for (size_t i = 0; i < sealed->frame_count; i++)
		skl_free(sealed->frames[i].bytes);
	skl_free(sealed->frames);
	if (sealed->keys)
		sodium_memzero(sealed->keys, sealed->key_count * sizeof(*sealed->keys));
	skl_free(sealed->keys);
	*sealed = (struct skl_sealed){0};
}

/* The rows of one envelope while it is made. */
struct build {
	struct skl_draft *draft;
	bool is_plan;
	Schakel__V1__Common common; /* of a plan: with its own id */
	uint8_t plan_id[SKL_ID_BYTES];
	struct skl_buf common_bytes;
	uint8_t common_digest[32];
	size_t count;
	struct skl_buf rows[SKL_LIMIT_ROWS_N];
	uint8_t salts[SKL_LIMIT_ROWS_N][SKL_SALT_BYTES];
	uint8_t digests[256][32];
	size_t digest_count;
	uint8_t signature[SKL_SIGNATURE_BYTES];
};

/* A row's bytes into the build, with a salt and its digest. */
static enum skl_err put_row(struct build *build, const Schakel__V1__Row *row,
			    const struct skl_draft_line *line)
{
	struct skl_buf *bytes = &build->rows[build->count];
	enum skl_err err;

	if (build->count == SKL_LIMIT_ROWS_N)
		return SKL_EREPEAT;
	skl_buf_init(bytes, SKL_LIMIT_HEADER);
	if (row) {
		err = skl_pack(&row->base, bytes);
	} else {
		skl_buf_add(bytes, line->bytes, line->len);
		err = skl_buf_err(bytes);
	}
	skl_random_fill(build->draft->random, build->salts[build->count], SKL_SALT_BYTES);
	skl_hash_row(build->salts[build->count], skl_buf_view(bytes), build->digests[build->count]);
	build->count++;
	return err;
}

/* frame is NULL in a plan: nothing is sealed. */
static enum skl_err put_section(struct build *build, struct skl_draft_sealed_section *section,
				struct skl_sealed_frame *frame)
{
	Schakel__V1__Row row;
	Schakel__V1__SectionRow body = section->row;
	uint8_t digest[32], commitment[32];
	struct skl_seal_about about = {
		.sender = build->draft->sender,
		.id = build->draft->id,
		.section = body.number,
		.category = (uint32_t)body.category,
		.size_class = body.size_class,
	};
	enum skl_err err = SKL_OK;

	schakel__v1__row__init(&row);
	if (frame) {
		struct skl_buf bytes;

		skl_buf_init(&bytes, SKL_LIMIT_FRAME);
		err = skl_seal_section(&about, section->key,
				       skl_view_of(section->content, section->content_len),
				       build->draft->random, &bytes);
		if (!err) {
			skl_hash(skl_buf_view(&bytes), digest);
			frame->section = body.number;
			frame->bytes = skl_buf_take(&bytes, &frame->len);
			err = frame->bytes ? SKL_OK : SKL_ENOMEM;
		}
		skl_buf_done(&bytes);
		skl_seal_commitment(section->key, build->draft->id, body.number, commitment);
		body.ciphertext_digest = (ProtobufCBinaryData){.len = 32, .data = digest};
		body.key_commitment = (ProtobufCBinaryData){.len = 32, .data = commitment};
	}
	row.row_case = SCHAKEL__V1__ROW__ROW_SECTION;
	row.section = &body;
	return err ? err : put_row(build, &row, NULL);
}

static enum skl_err put_recipient(struct build *build, struct skl_draft_desk *recipient)
{
	Schakel__V1__Row row;
	Schakel__V1__RecipientRow body;
	uint8_t key_id[SKL_KEY_ID_BYTES], sealed[SKL_SEALED_KEY_BYTES];
	enum skl_err err = SKL_OK;

	schakel__v1__row__init(&row);
	schakel__v1__recipient_row__init(&body);
	skl_key_id(SKL_KEY_USE_SEAL, recipient->seal_public, key_id);
	body.number = recipient->number;
	body.partner = recipient->partner;
	body.desk = recipient->desk;
	body.type = (Schakel__V1__RecipientType)recipient->type;
	body.key_id = (ProtobufCBinaryData){.len = sizeof(key_id), .data = key_id};
	if (!build->is_plan) {
		err = skl_seal_recipient_key(recipient->key, recipient->number,
					     recipient->seal_public, build->common_digest,
					     build->draft->random, sealed);
		body.sealed_key = (ProtobufCBinaryData){.len = sizeof(sealed), .data = sealed};
	}
	row.row_case = SCHAKEL__V1__ROW__ROW_RECIPIENT;
	row.recipient = &body;
	return err ? err : put_row(build, &row, NULL);
}

static enum skl_err put_key(struct build *build, const struct skl_draft_desk *recipient,
			    const struct skl_draft_sealed_section *section)
{
	Schakel__V1__Row row;
	Schakel__V1__KeyRow body;
	uint8_t wrapped[SKL_WRAPPED_BYTES];
	enum skl_err err;

	schakel__v1__row__init(&row);
	schakel__v1__key_row__init(&body);
	err = skl_seal_wrap(recipient->key, build->draft->id, recipient->number,
			    section->row.number, section->key, build->draft->random, wrapped);
	body.recipient = recipient->number;
	body.section = section->row.number;
	body.wrapped = (ProtobufCBinaryData){.len = sizeof(wrapped), .data = wrapped};
	row.row_case = SCHAKEL__V1__ROW__ROW_KEY;
	row.key = &body;
	return err ? err : put_row(build, &row, NULL);
}

static enum skl_err keep_keys(const struct skl_draft *draft, struct skl_sealed *sealed)
{
	if (!draft->recipient_count)
		return SKL_OK;
	sealed->keys = skl_calloc(draft->recipient_count, sizeof(*sealed->keys));
	if (!sealed->keys)
		return SKL_ENOMEM;
	sealed->key_count = draft->recipient_count;
	for (size_t i = 0; i < draft->recipient_count; i++) {
		sealed->keys[i].recipient = draft->recipients[i].number;
		memcpy(sealed->keys[i].key, draft->recipients[i].key, sizeof(sealed->keys[i].key));
	}
	return SKL_OK;
}

static enum skl_err put_rows(struct build *build, struct skl_sealed *sealed)
{
	struct skl_draft *draft = build->draft;
	enum skl_err err = SKL_OK;

	if (!build->is_plan && draft->section_count) {
		sealed->frames = skl_calloc(draft->section_count, sizeof(*sealed->frames));
		if (!sealed->frames)
			return SKL_ENOMEM;
		sealed->frame_count = draft->section_count;
	}
	for (size_t i = 0; i < draft->line_count && !err; i++)
		err = put_row(build, NULL, &draft->lines[i]);
	for (size_t i = 0; i < draft->section_count && !err; i++)
		err = put_section(build, &draft->sections[i],
				  sealed->frames ? &sealed->frames[i] : NULL);
	for (size_t r = 0; r < draft->recipient_count && !err; r++) {
		err = put_recipient(build, &draft->recipients[r]);
		for (size_t s = 0; s < draft->section_count && !err && !build->is_plan; s++)
			if (draft->wraps[r][s])
				err = put_key(build, &draft->recipients[r], &draft->sections[s]);
	}
	return err || build->is_plan ? err : keep_keys(draft, sealed);
}

static int compare_digest(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Pad the list with random digests to the next of 32, 64, 128, 256, sort it, sign. */
static enum skl_err sign_list(struct build *build)
{
	struct skl_buf body;
	size_t count = 32;
	enum skl_err err;

	while (count < build->count)
		count *= 2;
	for (size_t i = build->count; i < count; i++)
		skl_random_fill(build->draft->random, build->digests[i], 32);
	qsort(build->digests, count, 32, compare_digest);
	build->digest_count = count;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	skl_buf_add_u32be(&body, (uint32_t)build->common_bytes.len);
	skl_buf_add_view(&body, skl_buf_view(&build->common_bytes));
	skl_buf_add_u32be(&body, (uint32_t)count);
	skl_buf_add(&body, build->digests, count * 32);
	err = skl_buf_err(&body);
	if (!err)
		err = skl_sign(build->draft->sign_key, SKL_DOMAIN_ENVELOPE, skl_buf_view(&body),
			       build->signature);
	skl_buf_done(&body);
	return err;
}

static enum skl_err pack_envelope(struct build *build, struct skl_sealed *sealed)
{
	Schakel__V1__Envelope envelope;
	Schakel__V1__SaltedRow *salted = skl_calloc(build->count, sizeof(*salted));
	Schakel__V1__SaltedRow **rows = skl_calloc(build->count, sizeof(*rows));
	struct skl_buf header;
	enum skl_err err = salted && rows ? SKL_OK : SKL_ENOMEM;

	schakel__v1__envelope__init(&envelope);
	skl_buf_init(&header, SKL_LIMIT_HEADER);
	for (size_t i = 0; i < build->count && !err; i++) {
		schakel__v1__salted_row__init(&salted[i]);
		salted[i].salt =
			(ProtobufCBinaryData){.len = SKL_SALT_BYTES, .data = build->salts[i]};
		salted[i].row = (ProtobufCBinaryData){.len = build->rows[i].len,
						      .data = build->rows[i].data};
		rows[i] = &salted[i];
	}
	if (!err) {
		envelope.common = (ProtobufCBinaryData){.len = build->common_bytes.len,
							.data = build->common_bytes.data};
		envelope.digests = (ProtobufCBinaryData){.len = build->digest_count * 32,
							 .data = build->digests[0]};
		envelope.signature =
			(ProtobufCBinaryData){.len = SKL_SIGNATURE_BYTES, .data = build->signature};
		envelope.rows = rows;
		envelope.n_rows = build->count;
		err = skl_pack(&envelope.base, &header);
	}
	if (!err) {
		sealed->header = skl_buf_take(&header, &sealed->header_len);
		err = sealed->header ? SKL_OK : SKL_ENOMEM;
	}
	skl_buf_done(&header);
	skl_free(rows);
	skl_free(salted);
	return err;
}

/* What is sent must be what the hub accepts: the same checks, with the same words. */
static enum skl_err check_own(const struct build *build, const struct skl_sealed *sealed,
			      struct skl_error *reterr)
{
	enum skl_envelope_form form = SKL_FORM_SUBMIT;
	size_t total = sealed->header_len;
	struct skl_envelope env;
	struct skl_arena arena;
	enum skl_err err;

	for (size_t i = 0; i < sealed->frame_count; i++)
		total += sealed->frames[i].len;
	if (total > SKL_LIMIT_MESSAGE)
		return skl_error_set(reterr, SKL_ETOOLARGE, 0, 0, "the message is over 4 MiB");
	if (build->is_plan)
		form = SKL_FORM_PLAN;
	else if ((unsigned)build->common.kind == SKL_KIND_AUDIT_QUERY)
		form = SKL_FORM_QUERY;
	skl_arena_init(&arena, 0, 0);
	err = skl_envelope_decode(skl_view_of(sealed->header, sealed->header_len), form, &arena,
				  &env, reterr);
	skl_arena_done(&arena);
	return err;
}

static enum skl_err make(struct build *build, struct skl_sealed *sealed, struct skl_error *reterr)
{
	enum skl_err err;

	skl_buf_init(&build->common_bytes, SKL_LIMIT_HEADER);
	err = skl_pack(&build->common.base, &build->common_bytes);
	skl_hash_common(skl_buf_view(&build->common_bytes), build->common_digest);
	memcpy(sealed->id, build->common.id.data, SKL_ID_BYTES);
	if (!err)
		err = put_rows(build, sealed);
	if (!err)
		err = sign_list(build);
	if (!err)
		err = pack_envelope(build, sealed);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "the message cannot be made: %s",
				     skl_err_text(err));
	return check_own(build, sealed, reterr);
}

static enum skl_err build_form(struct skl_draft *draft, bool is_plan, struct skl_sealed *ret_sealed,
			       struct skl_error *reterr)
{
	struct skl_sealed sealed = {0};
	struct build *build;
	enum skl_err err;

	if (draft->error.code) {
		if (reterr)
			*reterr = draft->error;
		return draft->error.code;
	}
	if (draft->is_finished)
		return skl_error_set(reterr, SKL_ESTATE, 0, 0, "the draft was finished before");
	build = skl_calloc(1, sizeof(*build));
	if (!build)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	build->draft = draft;
	build->is_plan = is_plan;
	build->common = draft->common;
	if (is_plan) {
		skl_uuid7_new(draft->common.created_ms, draft->random, build->plan_id);
		build->common.id =
			(ProtobufCBinaryData){.len = SKL_ID_BYTES, .data = build->plan_id};
	}
	err = make(build, &sealed, reterr);
	for (size_t i = 0; i < build->count; i++)
		skl_buf_done(&build->rows[i]);
	skl_buf_done(&build->common_bytes);
	skl_free(build);
	if (err) {
		skl_sealed_done(&sealed);
		return err;
	}
	*ret_sealed = sealed;
	return SKL_OK;
}

enum skl_err skl_draft_plan(struct skl_draft *draft, struct skl_sealed *ret_sealed,
			    struct skl_error *reterr)
{
	return build_form(draft, true, ret_sealed, reterr);
}

enum skl_err skl_draft_finish(struct skl_draft *draft, struct skl_sealed *ret_sealed,
			      struct skl_error *reterr)
{
	enum skl_err err = build_form(draft, false, ret_sealed, reterr);

	if (!err)
		draft->is_finished = true;
	return err;
}
