/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Any bytes as an envelope of each form. Random bytes never have the digests of their rows, so a
 * second form of input is a list of rows, which the target salts, lists and packs: those get past
 * the list to the checks of rows, and what is accepted is selected for each recipient and must be
 * acceptable to him.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_envelope.h"
#include "skl_hash.h"
#include "skl_key.h"
#include "skl_limits.h"
#include "skl_unpack.h"

#define ROWS 64

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static bool knows(void *arg, const uint8_t ref[16], uint32_t section)
{
	(void)arg;
	return (ref[0] ^ section) & 1;
}

/* What one desk would get must decode; positions are taken from the input's first byte. */
static void select_for(const struct skl_envelope *env, uint32_t recipient, uint8_t how,
		       struct skl_arena *arena)
{
	bool sections[SKL_LIMIT_SECTIONS_N];
	struct skl_envelope_opens opens = {
		.recipient = recipient,
		.sections = sections,
		.facts = how & 1 ? UINT64_MAX : 0,
		.events = how & 2 ? UINT64_MAX : 0,
		.positions = how >> 1,
		.knows = how & 4 ? knows : NULL,
	};
	Schakel__V1__OfferedMessage offered;
	struct skl_envelope seen;

	for (size_t i = 0; i < SKL_LIMIT_SECTIONS_N; i++)
		sections[i] = (how >> i % 8) & 1;
	schakel__v1__offered_message__init(&offered);
	if (skl_envelope_select(env, &opens, arena, &offered) == SKL_OK &&
	    skl_envelope_decode_offered(&offered, arena, &seen, NULL) != SKL_OK &&
	    !skl_arena_is_spent(arena))
		abort();
}

static void decode(struct skl_view header, uint8_t how)
{
	static const enum skl_envelope_form forms[] = {SKL_FORM_SUBMIT, SKL_FORM_PLAN,
						       SKL_FORM_QUERY};
	const Schakel__V1__RecipientRow *recipient;
	struct skl_envelope env;
	struct skl_arena arena;

	skl_arena_init(&arena, 8u << 20, 1u << 20);
	for (size_t f = 0; f < SKL_COUNT(forms); f++) {
		skl_arena_reset(&arena);
		if (skl_envelope_decode(header, forms[f], &arena, &env, NULL) != SKL_OK ||
		    forms[f] != SKL_FORM_SUBMIT)
			continue;
		for (size_t i = 0; (recipient = skl_envelope_recipient(&env, i)); i++)
			select_for(&env, recipient->number, how, &arena);
	}
	skl_arena_done(&arena);
}

/* A common that passes, of the kind the byte says. */
static void put_common(uint8_t kind, struct skl_buf *buf)
{
	static uint8_t id[16] = {0x01, 0x9c, 0xb6, 0x5e, 0x0a, 0xa0, 0x70, 0, 0x80}, key_id[16];
	static char sender[] = "police", desk[] = "desk";
	Schakel__V1__Common common;

	schakel__v1__common__init(&common);
	common.version = 1;
	common.id = (ProtobufCBinaryData){.len = 16, .data = id};
	common.kind = (Schakel__V1__Kind)(1 + kind % 88);
	common.sender = sender;
	common.sender_desk = desk;
	common.signing_key_id = (ProtobufCBinaryData){.len = 16, .data = key_id};
	common.created_ms = skl_uuid7_time_ms(id);
	common.expires_ms = common.created_ms + 1;
	common.directory_number = 1;
	(void)!skl_pack(&common.base, buf);
}

/* u16be length and row, again and again: an envelope with these rows, rightly listed. */
static void decode_rows(struct skl_view rows, uint8_t kind, uint8_t how)
{
	static uint8_t salt[16], signature[64], digests[ROWS][32];
	static Schakel__V1__SaltedRow salted[ROWS], *pointers[ROWS];
	Schakel__V1__Envelope envelope;
	struct skl_buf common, header;
	size_t count = 0;

	while (rows.len >= 2 && count < ROWS) {
		size_t len = (size_t)rows.data[0] << 8 | rows.data[1];

		len = len < rows.len - 2 ? len : rows.len - 2;
		schakel__v1__salted_row__init(&salted[count]);
		salted[count].salt = (ProtobufCBinaryData){.len = 16, .data = salt};
		salted[count].row = (ProtobufCBinaryData){
			.len = len, .data = (uint8_t *)(uintptr_t)(rows.data + 2)};
		pointers[count] = &salted[count];
		skl_hash_row(salt, skl_view_of(rows.data + 2, len), digests[count]);
		rows = skl_view_of(rows.data + 2 + len, rows.len - 2 - len);
		count++;
	}
	for (size_t i = count; i < ROWS; i++)
		memset(digests[i], (int)i, 32);
	qsort(digests, ROWS, 32, compare);
	skl_buf_init(&common, 1024);
	skl_buf_init(&header, SKL_LIMIT_HEADER);
	put_common(kind, &common);
	schakel__v1__envelope__init(&envelope);
	envelope.common = (ProtobufCBinaryData){.len = common.len, .data = common.data};
	envelope.digests = (ProtobufCBinaryData){.len = sizeof(digests), .data = digests[0]};
	envelope.signature = (ProtobufCBinaryData){.len = 64, .data = signature};
	envelope.rows = pointers;
	envelope.n_rows = count;
	if (skl_pack(&envelope.base, &header) == SKL_OK)
		decode(skl_buf_view(&header), how);
	skl_buf_done(&common);
	skl_buf_done(&header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3 || skl_wire_init() != SKL_OK)
		return 0;
	if (data[0] & 1)
		decode_rows(skl_view_of(data + 3, size - 3), data[1], data[2]);
	else
		decode(skl_view_of(data + 1, size - 1), data[1]);
	return 0;
}
