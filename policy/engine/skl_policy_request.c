/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy_request.h"

#include <string.h>

/* Bits of the flags byte pair; their order is part of format 1. */
enum {
	FLAG_USER_REF = 0x0001,
	FLAG_CHECKED_BY = 0x0002,
	FLAG_ACUTE_BY = 0x0004,
	FLAG_RATING = 0x0008,
	FLAG_CASE = 0x0010,
	FLAG_REPLY = 0x0020,
	FLAG_SEALED = 0x0040,
	FLAG_HELD = 0x0080,
	FLAG_BREAK_GLASS = 0x0100, /* exactly in formats 3 and 4 */
	FLAG_ALL = 0x01ff,
};

/* The year 9000: room to add terms to any time without overflow. */
#define NOW_MAX_MS INT64_C(221845392000000)

/* What a format has beside format 1: its number less one, as bits. */
#define WITH_CONSENTS    1u
#define WITH_BREAK_GLASS 2u

#define SECTION_BYTES 25u
#define FACTS_BYTES   6u
/* Format, codes, flags, facts, sender, recipient, environment, times, counts; without the name. */
#define FIXED_BYTES (4u + 5u + 2u + 2u * FACTS_BYTES + 3u + 7u + 1u + 16u + 2u)

_Static_assert(FIXED_BYTES + SKL_POLICY_PARTNER_BYTES + SKL_POLICY_SECTIONS_MAX * SECTION_BYTES <=
		       SKL_POLICY_REQUEST_BYTES_MAX,
	       "the largest request fits its maximum");

static bool is_code(enum skl_list list, uint32_t number)
{
	return number <= skl_code_count(list);
}

/* Are all members of a set (bit n is code n) in the list? Bit 0 is nobody. */
static bool is_set(enum skl_list list, uint32_t set)
{
	return (set & 1u) == 0 && (uint64_t)set >> (skl_code_count(list) + 1) == 0;
}

static bool are_facts(const struct skl_policy_facts *facts)
{
	return is_set(SKL_LIST_PHASE, facts->phases) &&
	       is_code(SKL_LIST_UNSAFETY, facts->unsafety) &&
	       is_code(SKL_LIST_SIGNAL_PHASE, facts->signal_phase) &&
	       is_code(SKL_LIST_PATTERN, facts->pattern) && is_code(SKL_LIST_FRAME, facts->frame) &&
	       is_code(SKL_LIST_FRAME_AREA, facts->frame_area);
}

static bool is_section(const struct skl_policy_section *section)
{
	return section->category != 0 && is_code(SKL_LIST_CATEGORY, section->category) &&
	       is_set(SKL_LIST_TOLD_BY, section->told_by) &&
	       is_code(SKL_LIST_SCOPE, section->scope) &&
	       is_code(SKL_LIST_PERSON_KIND, section->person_kind) &&
	       is_code(SKL_LIST_SOURCE_LAW, section->source_law) &&
	       is_code(SKL_LIST_STATUS, section->status) &&
	       is_code(SKL_LIST_SOURCE, section->source) &&
	       is_code(SKL_LIST_RELIABILITY, section->reliability) &&
	       is_code(SKL_LIST_CONSENT_STATE, section->consent) &&
	       is_set(SKL_LIST_POSITION, section->about);
}

static bool are_message_codes(const struct skl_policy_request *request)
{
	return is_code(SKL_LIST_KIND, request->kind) &&
	       is_code(SKL_LIST_KIND, request->after_kind) &&
	       is_code(SKL_LIST_PURPOSE, request->purpose) &&
	       is_code(SKL_LIST_GROUND, request->ground) &&
	       is_code(SKL_LIST_URGENCY, request->urgency) && are_facts(&request->claimed) &&
	       are_facts(&request->held);
}

static bool are_party_codes(const struct skl_policy_request *request)
{
	return is_code(SKL_LIST_ROLE, request->sender_role) &&
	       is_code(SKL_LIST_SIDE, request->sender_side) &&
	       is_code(SKL_LIST_DESK_POSITION, request->sender_position) &&
	       is_code(SKL_LIST_ROLE, request->recipient_role) &&
	       is_code(SKL_LIST_SIDE, request->recipient_side) &&
	       is_code(SKL_LIST_RECIPIENT_TYPE, request->recipient_type) &&
	       is_set(SKL_LIST_DESK_POSITION, request->positions) &&
	       request->competent <= SKL_COMPETENT_NO &&
	       is_code(SKL_LIST_CONSENT_STATE, request->consent) &&
	       is_code(SKL_LIST_ENVIRONMENT, request->environment);
}

enum skl_err skl_policy_request_check(const struct skl_policy_request *request)
{
	if (request->format != SKL_POLICY_REQUEST_FORMAT)
		return SKL_EFORMAT;
	if (!are_message_codes(request) || !are_party_codes(request))
		return SKL_EFIELD;
	if (request->now_ms < 0 || request->now_ms > NOW_MAX_MS)
		return SKL_EFIELD;
	if (!memchr(request->competent_partner, 0, sizeof(request->competent_partner)))
		return SKL_EFIELD;
	if (request->section_count > SKL_POLICY_SECTIONS_MAX)
		return SKL_EFIELD;
	for (uint32_t i = 0; i < request->section_count; i++)
		if (!is_section(&request->sections[i]))
			return SKL_EFIELD;
	return SKL_OK;
}

static void add_u16be(struct skl_buf *buf, uint16_t value)
{
	skl_buf_add_u8(buf, (uint8_t)(value >> 8));
	skl_buf_add_u8(buf, (uint8_t)(value & 0xff));
}

static uint16_t flags_of(const struct skl_policy_request *request)
{
	return (uint16_t)((request->has_user_ref ? FLAG_USER_REF : 0) |
			  (request->has_checked_by ? FLAG_CHECKED_BY : 0) |
			  (request->has_acute_by ? FLAG_ACUTE_BY : 0) |
			  (request->has_rating ? FLAG_RATING : 0) |
			  (request->has_case ? FLAG_CASE : 0) |
			  (request->has_reply ? FLAG_REPLY : 0) |
			  (request->is_sealed ? FLAG_SEALED : 0) |
			  (request->is_held ? FLAG_HELD : 0) |
			  (request->has_break_glass ? FLAG_BREAK_GLASS : 0));
}

static void add_facts(struct skl_buf *buf, const struct skl_policy_facts *facts)
{
	skl_buf_add_u8(buf, facts->phases);
	skl_buf_add_u8(buf, facts->unsafety);
	skl_buf_add_u8(buf, facts->signal_phase);
	skl_buf_add_u8(buf, facts->pattern);
	skl_buf_add_u8(buf, facts->frame);
	skl_buf_add_u8(buf, facts->frame_area);
}

static bool has_consents(const struct skl_policy_request *request)
{
	for (uint32_t i = 0; i < request->section_count && i < SKL_POLICY_SECTIONS_MAX; i++)
		if (request->sections[i].consent)
			return true;
	return false;
}

/* What a request needs beside format 1. */
static uint32_t with_of(const struct skl_policy_request *request)
{
	return (has_consents(request) ? WITH_CONSENTS : 0) |
	       (request->has_break_glass ? WITH_BREAK_GLASS : 0);
}

static void add_section(struct skl_buf *buf, uint32_t with,
			const struct skl_policy_section *section)
{
	skl_buf_add_u32be(buf, section->number);
	skl_buf_add_u8(buf, section->category);
	skl_buf_add_u8(buf, section->told_by);
	skl_buf_add_u8(buf, section->scope);
	skl_buf_add_u8(buf, section->person_kind);
	skl_buf_add_u8(buf, section->source_law);
	skl_buf_add_u8(buf, section->status);
	skl_buf_add_u8(buf, section->source);
	skl_buf_add_u8(buf, section->reliability);
	add_u16be(buf, section->about);
	skl_buf_add_u8(buf, section->about_count);
	skl_buf_add_u8(buf, section->is_past_term ? 1 : 0);
	skl_buf_add_u64be(buf, (uint64_t)section->as_of_ms);
	if (with & WITH_CONSENTS)
		skl_buf_add_u8(buf, section->consent);
}

void skl_policy_request_encode(const struct skl_policy_request *request, struct skl_buf *buf)
{
	uint32_t with = with_of(request);
	size_t name_len;

	skl_buf_add_u32be(buf, with ? SKL_POLICY_REQUEST_FORMAT + with : request->format);
	if (skl_policy_request_check(request) != SKL_OK)
		return;
	skl_buf_add_u8(buf, request->kind);
	skl_buf_add_u8(buf, request->after_kind);
	skl_buf_add_u8(buf, request->purpose);
	skl_buf_add_u8(buf, request->ground);
	skl_buf_add_u8(buf, request->urgency);
	add_u16be(buf, flags_of(request));
	add_facts(buf, &request->claimed);
	add_facts(buf, &request->held);
	skl_buf_add_u8(buf, request->sender_role);
	skl_buf_add_u8(buf, request->sender_side);
	skl_buf_add_u8(buf, request->sender_position);
	skl_buf_add_u8(buf, request->recipient_role);
	skl_buf_add_u8(buf, request->recipient_side);
	skl_buf_add_u8(buf, request->recipient_type);
	add_u16be(buf, request->positions);
	skl_buf_add_u8(buf, request->competent);
	skl_buf_add_u8(buf, request->consent);
	skl_buf_add_u8(buf, request->environment);
	skl_buf_add_u64be(buf, (uint64_t)request->now_ms);
	skl_buf_add_u64be(buf, (uint64_t)request->occurred_at_ms);
	name_len = strlen(request->competent_partner);
	skl_buf_add_u8(buf, (uint8_t)name_len);
	skl_buf_add(buf, request->competent_partner, name_len);
	skl_buf_add_u8(buf, (uint8_t)request->section_count);
	for (uint32_t i = 0; i < request->section_count; i++)
		add_section(buf, with, &request->sections[i]);
}

/* Reads forward; once the bytes run out it answers zeros and remembers. */
struct reader {
	struct skl_view left;
	bool is_short;
};

static const uint8_t *take(struct reader *reader, size_t len)
{
	const uint8_t *start = reader->left.data;

	if (reader->is_short || reader->left.len < len) {
		reader->is_short = true;
		return NULL;
	}
	reader->left.data += len;
	reader->left.len -= len;
	return start;
}

static uint8_t take_u8(struct reader *reader)
{
	const uint8_t *data = take(reader, 1);

	return data ? data[0] : 0;
}

static uint16_t take_u16(struct reader *reader)
{
	const uint8_t *data = take(reader, 2);

	return data ? (uint16_t)((unsigned)data[0] << 8 | data[1]) : 0;
}

static uint32_t take_u32(struct reader *reader)
{
	const uint8_t *data = take(reader, 4);

	return data ? skl_get_u32be(data) : 0;
}

static int64_t take_i64(struct reader *reader)
{
	const uint8_t *data = take(reader, 8);

	return data ? (int64_t)skl_get_u64be(data) : 0;
}

static void take_facts(struct reader *reader, struct skl_policy_facts *facts)
{
	facts->phases = take_u8(reader);
	facts->unsafety = take_u8(reader);
	facts->signal_phase = take_u8(reader);
	facts->pattern = take_u8(reader);
	facts->frame = take_u8(reader);
	facts->frame_area = take_u8(reader);
}

static void take_flags(struct reader *reader, struct skl_policy_request *request)
{
	uint16_t flags = take_u16(reader);

	if (flags & ~(unsigned)FLAG_ALL)
		reader->is_short = true;
	request->has_user_ref = (flags & FLAG_USER_REF) != 0;
	request->has_checked_by = (flags & FLAG_CHECKED_BY) != 0;
	request->has_acute_by = (flags & FLAG_ACUTE_BY) != 0;
	request->has_rating = (flags & FLAG_RATING) != 0;
	request->has_case = (flags & FLAG_CASE) != 0;
	request->has_reply = (flags & FLAG_REPLY) != 0;
	request->is_sealed = (flags & FLAG_SEALED) != 0;
	request->is_held = (flags & FLAG_HELD) != 0;
	request->has_break_glass = (flags & FLAG_BREAK_GLASS) != 0;
}

static void take_section(struct reader *reader, uint32_t with, struct skl_policy_section *section)
{
	uint8_t is_past_term;

	section->number = take_u32(reader);
	section->category = take_u8(reader);
	section->told_by = take_u8(reader);
	section->scope = take_u8(reader);
	section->person_kind = take_u8(reader);
	section->source_law = take_u8(reader);
	section->status = take_u8(reader);
	section->source = take_u8(reader);
	section->reliability = take_u8(reader);
	section->about = take_u16(reader);
	section->about_count = take_u8(reader);
	is_past_term = take_u8(reader);
	if (is_past_term > 1)
		reader->is_short = true;
	section->is_past_term = is_past_term == 1;
	section->as_of_ms = take_i64(reader);
	if (with & WITH_CONSENTS)
		section->consent = take_u8(reader);
}

static void take_request(struct reader *reader, uint32_t with, struct skl_policy_request *request)
{
	const uint8_t *name;
	size_t name_len;

	request->kind = take_u8(reader);
	request->after_kind = take_u8(reader);
	request->purpose = take_u8(reader);
	request->ground = take_u8(reader);
	request->urgency = take_u8(reader);
	take_flags(reader, request);
	take_facts(reader, &request->claimed);
	take_facts(reader, &request->held);
	request->sender_role = take_u8(reader);
	request->sender_side = take_u8(reader);
	request->sender_position = take_u8(reader);
	request->recipient_role = take_u8(reader);
	request->recipient_side = take_u8(reader);
	request->recipient_type = take_u8(reader);
	request->positions = take_u16(reader);
	request->competent = take_u8(reader);
	request->consent = take_u8(reader);
	request->environment = take_u8(reader);
	request->now_ms = take_i64(reader);
	request->occurred_at_ms = take_i64(reader);
	name_len = take_u8(reader);
	name = take(reader, name_len);
	if (!name || name_len >= sizeof(request->competent_partner) || memchr(name, 0, name_len))
		reader->is_short = true;
	else
		memcpy(request->competent_partner, name, name_len);
	request->section_count = take_u8(reader);
	if (request->section_count > SKL_POLICY_SECTIONS_MAX)
		reader->is_short = true;
	for (uint32_t i = 0; !reader->is_short && i < request->section_count; i++)
		take_section(reader, with, &request->sections[i]);
}

enum skl_err skl_policy_request_decode(struct skl_view bytes,
				       struct skl_policy_request *ret_request)
{
	struct skl_policy_request request = {0};
	struct reader reader = {.left = bytes};
	uint32_t with = take_u32(&reader) - SKL_POLICY_REQUEST_FORMAT;

	if (reader.is_short)
		return SKL_EMALFORMED;
	if (with > (WITH_CONSENTS | WITH_BREAK_GLASS))
		return SKL_EFORMAT;
	request.format = SKL_POLICY_REQUEST_FORMAT;
	take_request(&reader, with, &request);
	if (with != with_of(&request))
		return SKL_EMALFORMED; /* one request has one encoding */
	if (reader.is_short || reader.left.len != 0 || skl_policy_request_check(&request) != SKL_OK)
		return SKL_EMALFORMED;
	*ret_request = request;
	return SKL_OK;
}
