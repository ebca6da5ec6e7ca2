/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_draft.h"

#include <sodium.h>
#include <string.h>

#include "skl_draft_parts.h"
#include "skl_mem.h"
#include "skl_seal.h"
#include "skl_text.h"
#include "skl_unpack.h"

#define DEFAULT_LIFE_MS (INT64_C(30) * 86400000)

/* --- making -------------------------------------------------------------------------------- */

static void fail(struct skl_draft *draft, enum skl_err code, const char *text)
{
	if (!draft->error.code)
		(void)skl_error_set(&draft->error, code, 0, 0, "%s", text);
}

static bool copy_id(char ret[SKL_LIMIT_PARTNER_ID + 1], const char *id)
{
	struct skl_view view = skl_view_str(id);

	if (!skl_text_is_id(view))
		return false;
	memcpy(ret, view.data, view.len);
	ret[view.len] = 0;
	return true;
}

static ProtobufCBinaryData set_bytes(uint8_t *ret, const uint8_t *bytes, size_t len)
{
	if (!bytes)
		return (ProtobufCBinaryData){0};
	memcpy(ret, bytes, len);
	return (ProtobufCBinaryData){.len = len, .data = ret};
}

static void fill_common(struct skl_draft *draft, const struct skl_draft_opts *opts)
{
	Schakel__V1__Common *common = &draft->common;

	schakel__v1__common__init(common);
	common->version = SKL_PROTOCOL_VERSION;
	common->kind = (Schakel__V1__Kind)opts->kind;
	common->sender = draft->sender;
	common->sender_desk = draft->sender_desk;
	common->created_ms = opts->created_ms;
	common->expires_ms =
		opts->expires_ms ? opts->expires_ms : opts->created_ms + DEFAULT_LIFE_MS;
	common->directory_number = opts->directory_number;
	common->case_ref = set_bytes(draft->case_ref, opts->case_ref, SKL_ID_BYTES);
	common->in_reply_to = set_bytes(draft->in_reply_to, opts->in_reply_to, SKL_ID_BYTES);
	common->signing_key_id =
		set_bytes(draft->signing_key_id, opts->sign_key->id, SKL_KEY_ID_BYTES);
	if (opts->id)
		memcpy(draft->id, opts->id, SKL_ID_BYTES);
	else
		skl_uuid7_new(opts->created_ms, opts->random, draft->id);
	common->id = (ProtobufCBinaryData){.len = SKL_ID_BYTES, .data = draft->id};
}

enum skl_err skl_draft_new(const struct skl_draft_opts *opts, struct skl_draft **ret_draft)
{
	SKL_CLEANUP(skl_draft_freep) struct skl_draft *draft = NULL;

	if (!opts->sign_key || opts->sign_key->use != SKL_KEY_USE_SIGN || opts->created_ms <= 0)
		return SKL_EINVAL;
	draft = skl_calloc(1, sizeof(*draft));
	if (!draft)
		return SKL_ENOMEM;
	if (!copy_id(draft->sender, opts->sender) ||
	    !copy_id(draft->sender_desk, opts->sender_desk))
		return SKL_EINVAL;
	draft->sign_key = opts->sign_key;
	draft->random = opts->random;
	fill_common(draft, opts);
	*ret_draft = SKL_STEAL(draft);
	return SKL_OK;
}

void skl_draft_free(struct skl_draft *draft)
{
	if (!draft)
		return;
	for (size_t i = 0; i < draft->section_count; i++) {
		skl_seal_wipe(draft->sections[i].content, draft->sections[i].content_len);
		skl_free(draft->sections[i].row.about);
	}
	for (size_t i = 0; i < draft->line_count; i++)
		skl_free(draft->lines[i].bytes);
	sodium_memzero(draft, sizeof(*draft));
	skl_free(draft);
}

const uint8_t *skl_draft_id(const struct skl_draft *draft)
{
	return draft->id;
}

/* Pack a row into the lines. */
static void add_line(struct skl_draft *draft, const Schakel__V1__Row *row)
{
	struct skl_draft_line *line = &draft->lines[draft->line_count];
	struct skl_buf buf;

	if (draft->error.code)
		return;
	if (draft->line_count == SKL_LIMIT_ROWS_N) {
		fail(draft, SKL_EREPEAT, "more than 256 rows");
		return;
	}
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	if (!skl_pack(&row->base, &buf))
		line->bytes = skl_buf_take(&buf, &line->len);
	if (line->bytes)
		draft->line_count++;
	else
		fail(draft, SKL_ENOMEM, "out of memory for a row");
	skl_buf_done(&buf);
}

/* Is the number of a subject, section or recipient taken? */
static bool number_taken(const struct skl_draft *draft, uint32_t number)
{
	for (size_t i = 0; i < draft->subject_count; i++)
		if (draft->subjects[i] == number)
			return true;
	for (size_t i = 0; i < draft->section_count; i++)
		if (draft->sections[i].row.number == number)
			return true;
	for (size_t i = 0; i < draft->recipient_count; i++)
		if (draft->recipients[i].number == number)
			return true;
	return false;
}

static uint32_t fresh_number(const struct skl_draft *draft)
{
	uint32_t number;

	do
		number = skl_random_number(draft->random);
	while (number_taken(draft, number));
	return number;
}

/* --- rows ---------------------------------------------------------------------------------- */

static uint32_t add_subject(struct skl_draft *draft, uint32_t number,
			    const enum skl_position *positions, size_t count)
{
	Schakel__V1__SubjectRow subject;
	Schakel__V1__Row row;
	Schakel__V1__Position copy[16];

	schakel__v1__subject_row__init(&subject);
	schakel__v1__row__init(&row);
	if (draft->error.code)
		return 0;
	if (draft->subject_count == SKL_LIMIT_SUBJECTS_N || count > SKL_COUNT(copy)) {
		fail(draft, SKL_EREPEAT, "too many subjects or positions");
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		copy[i] = (Schakel__V1__Position)positions[i];
	subject.number = number;
	subject.n_positions = count;
	subject.positions = copy;
	row.row_case = SCHAKEL__V1__ROW__ROW_SUBJECT;
	row.subject = &subject;
	add_line(draft, &row);
	if (draft->error.code)
		return 0;
	draft->subjects[draft->subject_count++] = subject.number;
	return subject.number;
}

uint32_t skl_draft_subject(struct skl_draft *draft, const enum skl_position *positions,
			   size_t count)
{
	return draft->error.code ? 0 : add_subject(draft, fresh_number(draft), positions, count);
}

uint32_t skl_draft_subject_keep(struct skl_draft *draft, uint32_t number,
				const enum skl_position *positions, size_t count)
{
	if (draft->error.code)
		return 0;
	if (number == 0 || number > SKL_LIMIT_NUMBER || number_taken(draft, number)) {
		fail(draft, SKL_ENUMBER, "a number to keep is taken or out of range");
		return 0;
	}
	return add_subject(draft, number, positions, count);
}

void skl_draft_pseudonym(struct skl_draft *draft, uint32_t subject, uint32_t scheme,
			 const uint8_t pseudonym[32], int64_t adult_on_ms)
{
	Schakel__V1__PseudonymRow body;
	Schakel__V1__Row row;
	uint8_t copy[32];

	schakel__v1__pseudonym_row__init(&body);
	schakel__v1__row__init(&row);
	body.subject = subject;
	body.scheme = scheme;
	body.pseudonym = set_bytes(copy, pseudonym, sizeof(copy));
	body.adult_on_ms = adult_on_ms;
	row.row_case = SCHAKEL__V1__ROW__ROW_PSEUDONYM;
	row.pseudonym = &body;
	add_line(draft, &row);
}

static void fill_section(Schakel__V1__SectionRow *row, const struct skl_draft_section *section)
{
	schakel__v1__section_row__init(row);
	row->category = (Schakel__V1__Category)section->category;
	row->scope = (Schakel__V1__Scope)section->scope;
	row->person_kind = (Schakel__V1__PersonKind)section->person_kind;
	row->source_law = (Schakel__V1__SourceLaw)section->source_law;
	row->status = (Schakel__V1__StatementStatus)section->status;
	row->source = (Schakel__V1__StatementSource)section->source;
	row->reliability = (Schakel__V1__Reliability)section->reliability;
	row->as_of_ms = section->as_of_ms;
	row->size_class = skl_seal_class_for(section->content.len);
	if (row->size_class < section->min_size_class)
		row->size_class = section->min_size_class;
}

uint32_t skl_draft_section(struct skl_draft *draft, const struct skl_draft_section *section)
{
	struct skl_draft_sealed_section *made = &draft->sections[draft->section_count];

	if (draft->error.code)
		return 0;
	if (draft->section_count == SKL_LIMIT_SECTIONS_N ||
	    section->about_count > SKL_LIMIT_ABOUT_N) {
		fail(draft, SKL_EREPEAT, "too many sections, or subjects of one");
		return 0;
	}
	if (section->content.len > SKL_LIMIT_CONTENT ||
	    section->min_size_class >= SKL_SIZE_CLASSES_N) {
		fail(draft, SKL_ETOOLARGE, "a section is larger than 1 MiB");
		return 0;
	}
	if (!skl_utf8_valid(section->content)) {
		fail(draft, SKL_EUTF8, "the content of a section is not valid UTF-8");
		return 0;
	}
	fill_section(&made->row, section);
	made->content = skl_memdup(section->content.data, section->content.len);
	made->row.about =
		skl_memdup(section->about, section->about_count * sizeof(*section->about));
	if (!made->content || !made->row.about) {
		skl_free(made->content);
		skl_free(made->row.about);
		*made = (struct skl_draft_sealed_section){0};
		fail(draft, SKL_ENOMEM, "out of memory for a section");
		return 0;
	}
	made->content_len = section->content.len;
	made->row.n_about = section->about_count;
	skl_random_fill(draft->random, made->key, sizeof(made->key));
	made->row.number = fresh_number(draft);
	draft->section_count++;
	return made->row.number;
}

uint32_t skl_draft_recipient(struct skl_draft *draft, const char *partner, const char *desk,
			     enum skl_recipient_type type, const uint8_t seal_public[32])
{
	struct skl_draft_desk *made = &draft->recipients[draft->recipient_count];

	if (draft->error.code)
		return 0;
	if (draft->recipient_count == SKL_LIMIT_RECIPIENTS_N) {
		fail(draft, SKL_EREPEAT, "more than 32 recipients");
		return 0;
	}
	if (!copy_id(made->partner, partner) || !copy_id(made->desk, desk)) {
		fail(draft, SKL_EINVAL, "a recipient's partner or desk is no id");
		return 0;
	}
	made->type = type;
	memcpy(made->seal_public, seal_public, sizeof(made->seal_public));
	skl_random_fill(draft->random, made->key, sizeof(made->key));
	made->number = fresh_number(draft);
	draft->recipient_count++;
	return made->number;
}

void skl_draft_wrap(struct skl_draft *draft, uint32_t recipient, uint32_t section)
{
	for (size_t r = 0; r < draft->recipient_count; r++) {
		if (draft->recipients[r].number != recipient)
			continue;
		for (size_t s = 0; s < draft->section_count; s++) {
			if (draft->sections[s].row.number == section) {
				draft->wraps[r][s] = true;
				return;
			}
		}
	}
	fail(draft, SKL_ENUMBER, "wrap: the recipient or section is not in this message");
}

void skl_draft_wrap_all(struct skl_draft *draft)
{
	for (size_t r = 0; r < draft->recipient_count; r++)
		for (size_t s = 0; s < draft->section_count; s++)
			draft->wraps[r][s] = true;
}

/* The generated Row points to rows that are not const; a copy spares a cast. */
#define ADD(draft, Type, KIND, member, body)                                                       \
	do {                                                                                       \
		Schakel__V1__##Type copy_ = *(body);                                               \
		Schakel__V1__Row row_;                                                             \
                                                                                                   \
		schakel__v1__row__init(&row_);                                                     \
		row_.row_case = SCHAKEL__V1__ROW__ROW_##KIND;                                      \
		row_.member = &copy_;                                                              \
		add_line((draft), &row_);                                                          \
	} while (0)

void skl_draft_fact(struct skl_draft *draft, const Schakel__V1__FactRow *fact)
{
	ADD(draft, FactRow, FACT, fact, fact);
}

void skl_draft_fact_value(struct skl_draft *draft, enum skl_fact code, uint32_t value)
{
	Schakel__V1__FactRow fact;

	schakel__v1__fact_row__init(&fact);
	fact.code = (Schakel__V1__FactCode)code;
	fact.value = value;
	ADD(draft, FactRow, FACT, fact, &fact);
}

void skl_draft_fact_text(struct skl_draft *draft, enum skl_fact code, const char *text,
			 int64_t at_ms)
{
	Schakel__V1__FactRow fact;
	char copy[SKL_LIMIT_USER_REF + 1] = "";

	schakel__v1__fact_row__init(&fact);
	if (strlen(text) > SKL_LIMIT_USER_REF) {
		fail(draft, SKL_EINVAL, "the text of a fact is too long");
		return;
	}
	memcpy(copy, text, strlen(text));
	fact.code = (Schakel__V1__FactCode)code;
	fact.text = copy;
	fact.at_ms = at_ms;
	ADD(draft, FactRow, FACT, fact, &fact);
}

void skl_draft_event(struct skl_draft *draft, const Schakel__V1__EventRow *event)
{
	ADD(draft, EventRow, EVENT, event, event);
}

void skl_draft_event_at(struct skl_draft *draft, enum skl_event code, int64_t at_ms)
{
	Schakel__V1__EventRow event;

	schakel__v1__event_row__init(&event);
	event.code = (Schakel__V1__EventCode)code;
	event.at_ms = at_ms;
	ADD(draft, EventRow, EVENT, event, &event);
}

void skl_draft_event_value(struct skl_draft *draft, enum skl_event code, uint32_t value,
			   uint32_t subject)
{
	Schakel__V1__EventRow event;

	schakel__v1__event_row__init(&event);
	event.code = (Schakel__V1__EventCode)code;
	event.value = value;
	event.subject = subject;
	ADD(draft, EventRow, EVENT, event, &event);
}

void skl_draft_told_by(struct skl_draft *draft, uint32_t section, enum skl_told_by told_by,
		       uint32_t subject)
{
	Schakel__V1__EventRow event;

	schakel__v1__event_row__init(&event);
	event.code = (Schakel__V1__EventCode)SKL_EVENT_TOLD_BY;
	event.section = section;
	event.value = (uint32_t)told_by;
	event.subject = subject;
	ADD(draft, EventRow, EVENT, event, &event);
}

void skl_draft_consent(struct skl_draft *draft, const Schakel__V1__ConsentRow *consent)
{
	ADD(draft, ConsentRow, CONSENT, consent, consent);
}

void skl_draft_query(struct skl_draft *draft, const Schakel__V1__QueryRow *query)
{
	ADD(draft, QueryRow, QUERY, query, query);
}

void skl_draft_competence(struct skl_draft *draft, const char *municipality,
			  enum skl_competence basis)
{
	Schakel__V1__CompetenceRow competence;
	char copy[5] = "";

	schakel__v1__competence_row__init(&competence);
	if (!skl_text_is_municipality(skl_view_str(municipality))) {
		fail(draft, SKL_EINVAL, "a municipality code has four digits");
		return;
	}
	memcpy(copy, municipality, 4);
	competence.municipality = copy;
	competence.basis = (Schakel__V1__CompetenceBasis)basis;
	ADD(draft, CompetenceRow, COMPETENCE, competence, &competence);
}

void skl_draft_weighing(struct skl_draft *draft, const enum skl_weighing *codes, size_t count)
{
	Schakel__V1__WeighingRow weighing;
	Schakel__V1__WeighingCode copy[32];

	schakel__v1__weighing_row__init(&weighing);
	if (count > SKL_COUNT(copy)) {
		fail(draft, SKL_EREPEAT, "too many weighing codes");
		return;
	}
	for (size_t i = 0; i < count; i++)
		copy[i] = (Schakel__V1__WeighingCode)codes[i];
	weighing.n_codes = count;
	weighing.codes = copy;
	ADD(draft, WeighingRow, WEIGHING, weighing, &weighing);
}
