/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_envelope_rows.h"

#include <string.h>

#include "skl_limits.h"
#include "skl_random.h"
#include "skl_text.h"

#define BAD(code, ...) skl_error_set(reterr, (code), 0, 0, __VA_ARGS__)

/* What the checks of one envelope share. */
struct rows {
	const struct skl_envelope *env;
	struct skl_error *reterr;
};

static bool in_list(enum skl_list list, uint32_t number)
{
	return skl_code_name(list, number) != NULL;
}

/* 0 (unspecified) or in the list. */
static bool in_list_or_none(enum skl_list list, uint32_t number)
{
	return number == 0 || in_list(list, number);
}

static bool is_number(uint32_t number)
{
	return number > 0 && number <= SKL_LIMIT_NUMBER;
}

static bool is_id_text(const char *text)
{
	return skl_text_is_id(skl_view_str(text));
}

static bool is_user_ref(const char *text)
{
	return skl_text_is_user_ref(skl_view_str(text));
}

static bool empty_or(ProtobufCBinaryData bytes, size_t len)
{
	return bytes.len == 0 || bytes.len == len;
}

/* --- common -------------------------------------------------------------------------------- */

static enum skl_err check_times(const Schakel__V1__Common *common, struct skl_error *reterr)
{
	int64_t made_ms = skl_uuid7_time_ms(common->id.data);

	if (common->created_ms <= 0 || common->created_ms > INT64_MAX / 2)
		return BAD(SKL_ETIME, "created_ms is not a time");
	if (made_ms < common->created_ms - SKL_LIMIT_SKEW_MS ||
	    made_ms > common->created_ms + SKL_LIMIT_SKEW_MS)
		return BAD(SKL_ETIME, "the time in id is not created_ms, give or take 5 minutes");
	if (common->expires_ms <= common->created_ms ||
	    common->expires_ms > common->created_ms + SKL_LIMIT_LIFE_MS)
		return BAD(SKL_ETIME, "expires_ms must be after created_ms, by at most 45 days");
	return SKL_OK;
}

enum skl_err skl_envelope_check_common(const Schakel__V1__Common *common,
				       enum skl_envelope_form form, struct skl_error *reterr)
{
	bool is_query = (unsigned)common->kind == SKL_KIND_AUDIT_QUERY;

	if (common->version != SKL_PROTOCOL_VERSION)
		return BAD(SKL_EVERSION, "version %u of the envelope is not spoken here",
			   common->version);
	if (common->id.len != SKL_ID_BYTES || skl_uuid7_time_ms(common->id.data) < 0)
		return BAD(SKL_EFIELD, "id is not a UUIDv7 of 16 bytes");
	if (!in_list(SKL_LIST_KIND, (uint32_t)common->kind))
		return BAD(SKL_EFIELD, "kind %u is not in the list", (unsigned)common->kind);
	if (is_query != (form == SKL_FORM_QUERY))
		return BAD(SKL_EFIELD, "kind audit_query goes with QUERY and with nothing else");
	if (!is_id_text(common->sender) || !is_id_text(common->sender_desk))
		return BAD(SKL_EFIELD, "sender and sender_desk must be [a-z0-9-]{1,63}");
	if (common->signing_key_id.len != SKL_KEY_ID_BYTES)
		return BAD(SKL_EFIELD, "signing_key_id must have 16 bytes");
	if (!empty_or(common->case_ref, SKL_ID_BYTES) ||
	    !empty_or(common->in_reply_to, SKL_ID_BYTES))
		return BAD(SKL_EFIELD, "case_ref and in_reply_to have 16 bytes or none");
	if (common->directory_number == 0)
		return BAD(SKL_EFIELD, "directory_number is missing");
	return check_times(common, reterr);
}

/* --- each kind of row ------------------------------------------------------------------------ */

static bool has_subject(const struct rows *rows, uint32_t number)
{
	return number && skl_envelope_find_subject(rows->env, number);
}

static bool subject_or_none(const struct rows *rows, uint32_t number)
{
	return number == 0 || has_subject(rows, number);
}

static enum skl_err check_recipient(const struct rows *rows, size_t i)
{
	const Schakel__V1__RecipientRow *row = skl_envelope_recipient(rows->env, i), *other;
	struct skl_error *reterr = rows->reterr;
	bool is_plan = rows->env->form == SKL_FORM_PLAN;

	if (!is_number(row->number) || !in_list(SKL_LIST_RECIPIENT_TYPE, (uint32_t)row->type))
		return BAD(SKL_EFIELD, "recipient row: number or type is out of range");
	if (!is_id_text(row->partner) || !is_id_text(row->desk))
		return BAD(SKL_EFIELD, "recipient row: partner and desk must be [a-z0-9-]{1,63}");
	if (row->key_id.len != SKL_KEY_ID_BYTES && !(is_plan && row->key_id.len == 0))
		return BAD(SKL_EFIELD, "recipient row: key_id must have 16 bytes");
	if (row->sealed_key.len != (is_plan ? 0 : SKL_SEALED_KEY_BYTES))
		return BAD(SKL_EFIELD,
			   "recipient row: sealed_key must have 132 bytes, none in a plan");
	for (size_t j = 0; j < i && (other = skl_envelope_recipient(rows->env, j)); j++) {
		if (other->number == row->number)
			return BAD(SKL_ENUMBER, "recipient number %u comes twice", row->number);
		if (strcmp(other->partner, row->partner) == 0 &&
		    strcmp(other->desk, row->desk) == 0)
			return BAD(SKL_EROW, "recipient %s/%s comes twice", row->partner,
				   row->desk);
	}
	return SKL_OK;
}

static enum skl_err check_subject(const struct rows *rows, size_t i)
{
	const Schakel__V1__SubjectRow *row = skl_envelope_subject(rows->env, i), *other;
	struct skl_error *reterr = rows->reterr;
	uint64_t seen = 0;

	if (!is_number(row->number))
		return BAD(SKL_EFIELD, "subject row: number is out of range");
	if (row->n_positions == 0)
		return BAD(SKL_EFIELD, "subject %u has no position", row->number);
	for (size_t p = 0; p < row->n_positions; p++) {
		uint32_t position = (uint32_t)row->positions[p];

		if (!in_list(SKL_LIST_POSITION, position) || (seen >> position) & 1)
			return BAD(SKL_EFIELD, "subject %u: a position is unknown or comes twice",
				   row->number);
		seen |= UINT64_C(1) << position;
	}
	if ((seen >> SKL_POSITION_REPORTER) & 1 && row->n_positions > 1)
		return BAD(SKL_EROW, "subject %u: reporter stands alone; say it in an event row",
			   row->number);
	for (size_t j = 0; j < i && (other = skl_envelope_subject(rows->env, j)); j++)
		if (other->number == row->number)
			return BAD(SKL_ENUMBER, "subject number %u comes twice", row->number);
	return SKL_OK;
}

static enum skl_err check_pseudonym(const struct rows *rows, size_t i)
{
	const Schakel__V1__PseudonymRow *row = skl_envelope_pseudonym(rows->env, i), *other;
	struct skl_error *reterr = rows->reterr;

	if (!has_subject(rows, row->subject))
		return BAD(SKL_ENUMBER, "pseudonym row: subject %u is not there", row->subject);
	if (row->scheme < 1 || row->scheme > 2 || row->pseudonym.len != 32)
		return BAD(SKL_EFIELD, "pseudonym row: scheme 1 or 2 and 32 bytes are needed");
	for (size_t j = 0; j < i && (other = skl_envelope_pseudonym(rows->env, j)); j++)
		if (other->subject == row->subject && other->scheme == row->scheme)
			return BAD(SKL_EROW, "subject %u has two pseudonyms of one scheme",
				   row->subject);
	return SKL_OK;
}

static bool is_history(uint32_t category)
{
	return category >= SKL_CATEGORY_HISTORY_VIOLENCE &&
	       category <= SKL_CATEGORY_HISTORY_FIREARM_USE;
}

/* How many subjects a section may be about: exactly one, unless it is joint; advice about none. */
static enum skl_err check_about(const struct rows *rows, const Schakel__V1__SectionRow *row)
{
	struct skl_error *reterr = rows->reterr;
	uint32_t category = (uint32_t)row->category;
	bool joint = skl_category_is_joint(category) ||
		     (is_history(category) && (unsigned)row->scope == SKL_SCOPE_THAT_ADDRESS);

	if (row->n_about > SKL_LIMIT_ABOUT_N || (!joint && row->n_about != 1) ||
	    (category == SKL_CATEGORY_ADVICE && row->n_about != 0))
		return BAD(SKL_EROW, "section %u (%s) is about %zu subjects", row->number,
			   skl_code_name(SKL_LIST_CATEGORY, category), row->n_about);
	for (size_t a = 0; a < row->n_about; a++) {
		if (!has_subject(rows, row->about[a]))
			return BAD(SKL_ENUMBER, "section %u: subject %u is not there", row->number,
				   row->about[a]);
		for (size_t b = 0; b < a; b++)
			if (row->about[a] == row->about[b])
				return BAD(SKL_ENUMBER, "section %u names subject %u twice",
					   row->number, row->about[a]);
	}
	return SKL_OK;
}

static enum skl_err check_marks(const struct rows *rows, const Schakel__V1__SectionRow *row)
{
	struct skl_error *reterr = rows->reterr;

	if (!in_list_or_none(SKL_LIST_SCOPE, (uint32_t)row->scope) ||
	    (row->scope && !is_history((uint32_t)row->category)))
		return BAD(SKL_EFIELD, "section %u: scope is for history sections", row->number);
	if (!in_list_or_none(SKL_LIST_PERSON_KIND, (uint32_t)row->person_kind) ||
	    !in_list_or_none(SKL_LIST_SOURCE_LAW, (uint32_t)row->source_law) ||
	    !in_list_or_none(SKL_LIST_STATUS, (uint32_t)row->status) ||
	    !in_list_or_none(SKL_LIST_SOURCE, (uint32_t)row->source) ||
	    !in_list_or_none(SKL_LIST_RELIABILITY, (uint32_t)row->reliability))
		return BAD(SKL_EFIELD, "section %u: a mark is not in its list", row->number);
	if (row->as_of_ms < 0)
		return BAD(SKL_ETIME, "section %u: as_of_ms is before 1970", row->number);
	if (row->parts != 0)
		return BAD(SKL_EFIELD, "section %u: parts is reserved", row->number);
	return SKL_OK;
}

static enum skl_err check_section(const struct rows *rows, size_t i)
{
	const Schakel__V1__SectionRow *row = skl_envelope_section(rows->env, i), *other;
	struct skl_error *reterr = rows->reterr;
	size_t wanted = rows->env->form == SKL_FORM_PLAN ? 0 : 32;
	enum skl_err err;

	if (!is_number(row->number) || !in_list(SKL_LIST_CATEGORY, (uint32_t)row->category))
		return BAD(SKL_EFIELD, "section row: number or category is out of range");
	if (row->ciphertext_digest.len != wanted || row->key_commitment.len != wanted)
		return BAD(SKL_EFIELD,
			   "section %u: digest and commitment have 32 bytes, none in a plan",
			   row->number);
	if (row->size_class >= SKL_SIZE_CLASSES_N)
		return BAD(SKL_EFIELD, "section %u: size class is out of range", row->number);
	err = check_marks(rows, row);
	if (!err)
		err = check_about(rows, row);
	if (err)
		return err;
	for (size_t j = 0; j < i && (other = skl_envelope_section(rows->env, j)); j++) {
		if (other->number == row->number)
			return BAD(SKL_ENUMBER, "section number %u comes twice", row->number);
		if (wanted &&
		    memcmp(other->ciphertext_digest.data, row->ciphertext_digest.data, wanted) == 0)
			return BAD(SKL_EROW, "sections %u and %u share a frame", other->number,
				   row->number);
	}
	return SKL_OK;
}

static enum skl_err check_key(const struct rows *rows, size_t i)
{
	const Schakel__V1__KeyRow *row = skl_envelope_key(rows->env, i), *other;
	struct skl_error *reterr = rows->reterr;

	if (rows->env->form == SKL_FORM_PLAN || rows->env->form == SKL_FORM_QUERY)
		return BAD(SKL_EROW, "a plan or query has no key rows");
	if (!skl_envelope_find_recipient(rows->env, row->recipient) ||
	    !skl_envelope_find_section(rows->env, row->section))
		return BAD(SKL_ENUMBER, "key row: recipient %u or section %u is not there",
			   row->recipient, row->section);
	if (row->wrapped.len != SKL_WRAPPED_BYTES)
		return BAD(SKL_EFIELD, "key row: wrapped must have 72 bytes");
	for (size_t j = 0; j < i && (other = skl_envelope_key(rows->env, j)); j++)
		if (other->recipient == row->recipient && other->section == row->section)
			return BAD(SKL_EROW, "recipient %u has two keys of section %u",
				   row->recipient, row->section);
	return SKL_OK;
}

/* A number of the list the code names, any number above 0, or none at all. */
static bool value_ok(int list, uint32_t value)
{
	if (list >= 0)
		return in_list_or_none((enum skl_list)list, value);
	return list == SKL_PLAIN_NUMBER ? value <= SKL_LIMIT_NUMBER : value == 0;
}

/* Every field a row uses is one the code knows, and what the code needs is there. */
static enum skl_err check_fields(const struct skl_row_fields *fields, uint32_t used,
				 const char *what, const char *name, struct skl_error *reterr)
{
	if (!fields || (fields->required | fields->optional) == 0)
		return BAD(SKL_EFIELD, "%s row: its code is not in use", what);
	if (fields->required & ~used)
		return BAD(SKL_EFIELD, "%s row %s: a field it needs is missing", what, name);
	if (used & ~(fields->required | fields->optional))
		return BAD(SKL_EFIELD, "%s row %s: it has a field that it does not use", what,
			   name);
	return SKL_OK;
}

static uint32_t fact_used(const Schakel__V1__FactRow *row)
{
	return (row->value ? SKL_FIELD_VALUE : 0) | (row->text[0] ? SKL_FIELD_TEXT : 0) |
	       (row->ref.len ? SKL_FIELD_REF : 0) | (row->at_ms ? SKL_FIELD_AT : 0) |
	       (row->recipient ? SKL_FIELD_RECIPIENT : 0);
}

/* Purpose and ground hold for all recipients or for one each: the two forms do not mix. */
static enum skl_err check_fact_repeats(const struct rows *rows, size_t i)
{
	const Schakel__V1__FactRow *row = skl_envelope_fact(rows->env, i), *other;
	const struct skl_row_fields *fields = skl_fact_fields((uint32_t)row->code);
	bool is_one_each =
		(unsigned)row->code == SKL_FACT_PURPOSE || (unsigned)row->code == SKL_FACT_GROUND;
	struct skl_error *reterr = rows->reterr;

	for (size_t j = 0; j < i && (other = skl_envelope_fact(rows->env, j)); j++) {
		if (other->code != row->code)
			continue;
		if (!fields->may_repeat || (is_one_each && (other->recipient == row->recipient ||
							    !other->recipient || !row->recipient)))
			return BAD(SKL_EREPEAT, "fact row %s comes twice",
				   skl_code_name(SKL_LIST_FACT, (uint32_t)row->code));
	}
	return SKL_OK;
}

static enum skl_err check_fact(const struct rows *rows, size_t i)
{
	const Schakel__V1__FactRow *row = skl_envelope_fact(rows->env, i);
	const struct skl_row_fields *fields = skl_fact_fields((uint32_t)row->code);
	const char *name = skl_code_name(SKL_LIST_FACT, (uint32_t)row->code);
	struct skl_error *reterr = rows->reterr;
	enum skl_err err = check_fields(fields, fact_used(row), "fact", name ? name : "", reterr);

	if (err)
		return err;
	if (!value_ok(fields->value_list, row->value))
		return BAD(SKL_EFIELD, "fact row %s: value %u is not in its list", name,
			   row->value);
	if ((row->text[0] && !is_user_ref(row->text)) || !empty_or(row->ref, SKL_ID_BYTES))
		return BAD(SKL_EFIELD,
			   "fact row %s: text must be [A-Za-z0-9._-]{1,64}, ref 16 bytes", name);
	if (row->at_ms < 0)
		return BAD(SKL_ETIME, "fact row %s: the time is before 1970", name);
	if (row->recipient && !skl_envelope_find_recipient(rows->env, row->recipient))
		return BAD(SKL_ENUMBER, "fact row %s: recipient %u is not there", name,
			   row->recipient);
	return check_fact_repeats(rows, i);
}

static uint32_t event_used(const Schakel__V1__EventRow *row)
{
	return (row->value ? SKL_FIELD_VALUE : 0) | (row->detail ? SKL_FIELD_DETAIL : 0) |
	       (row->third ? SKL_FIELD_THIRD : 0) | (row->ref.len ? SKL_FIELD_REF : 0) |
	       (row->at_ms ? SKL_FIELD_AT : 0) | (row->until_ms ? SKL_FIELD_UNTIL : 0) |
	       (row->subject ? SKL_FIELD_SUBJECT : 0) | (row->other_subject ? SKL_FIELD_OTHER : 0) |
	       (row->partner[0] ? SKL_FIELD_PARTNER : 0) | (row->desk[0] ? SKL_FIELD_DESK : 0) |
	       (row->section ? SKL_FIELD_SECTION : 0);
}

static enum skl_err check_event_values(const struct rows *rows, const Schakel__V1__EventRow *row,
				       const struct skl_row_fields *fields, const char *name)
{
	struct skl_error *reterr = rows->reterr;

	if (!value_ok(fields->value_list, row->value) ||
	    !value_ok(fields->detail_list, row->detail) ||
	    !value_ok(fields->third_list, row->third))
		return BAD(SKL_EFIELD, "event row %s: a number is not in its list", name);
	if ((row->partner[0] && !is_id_text(row->partner)) ||
	    (row->desk[0] && !is_id_text(row->desk)))
		return BAD(SKL_EFIELD, "event row %s: partner and desk must be [a-z0-9-]{1,63}",
			   name);
	if (!empty_or(row->ref, SKL_ID_BYTES))
		return BAD(SKL_EFIELD, "event row %s: ref must have 16 bytes", name);
	if (row->at_ms < 0 || row->until_ms < 0 || (row->until_ms && row->until_ms < row->at_ms))
		return BAD(SKL_ETIME, "event row %s: a time is before 1970 or until is before at",
			   name);
	return SKL_OK;
}

/* Subjects are of this message; sections too, where the code says so and the row can be whole. */
static enum skl_err check_event_names(const struct rows *rows, const Schakel__V1__EventRow *row,
				      const char *name)
{
	bool is_whole = rows->env->form != SKL_FORM_OFFERED;
	struct skl_error *reterr = rows->reterr;
	uint32_t section = 0;

	if (!subject_or_none(rows, row->subject) || !subject_or_none(rows, row->other_subject))
		return BAD(SKL_ENUMBER, "event row %s: a subject is not there", name);
	if (row->subject && row->subject == row->other_subject &&
	    (unsigned)row->code != SKL_EVENT_RATING) /* who rates may rate himself */
		return BAD(SKL_EROW, "event row %s: both subjects are the same", name);
	if ((unsigned)row->code == SKL_EVENT_TOLD_BY ||
	    (unsigned)row->code == SKL_EVENT_VALID_UNTIL)
		section = row->section;
	else if ((unsigned)row->code == SKL_EVENT_SECTION_WITHDRAWN ||
		 (unsigned)row->code == SKL_EVENT_SECTION_FROM)
		section = is_whole ? row->value : 0;
	if (section && !skl_envelope_find_section(rows->env, section))
		return BAD(SKL_ENUMBER, "event row %s: section %u is not there", name, section);
	return SKL_OK;
}

static enum skl_err check_event(const struct rows *rows, size_t i)
{
	const Schakel__V1__EventRow *row = skl_envelope_event(rows->env, i), *other;
	const struct skl_row_fields *fields = skl_event_fields((uint32_t)row->code);
	const char *name = skl_code_name(SKL_LIST_EVENT, (uint32_t)row->code);
	struct skl_error *reterr = rows->reterr;
	enum skl_err err;

	err = check_fields(fields, event_used(row), "event", name ? name : "", reterr);
	if (!err)
		err = check_event_values(rows, row, fields, name);
	if (!err)
		err = check_event_names(rows, row, name);
	if (err)
		return err;
	for (size_t j = 0; j < i && (other = skl_envelope_event(rows->env, j)); j++)
		if (other->code == row->code && !fields->may_repeat)
			return BAD(SKL_EREPEAT, "event row %s comes twice", name);
	return SKL_OK;
}

static enum skl_err check_competence(const struct rows *rows, size_t i)
{
	const Schakel__V1__CompetenceRow *row = skl_envelope_competence(rows->env, i), *other;
	struct skl_error *reterr = rows->reterr;

	if (!skl_text_is_municipality(skl_view_str(row->municipality)) ||
	    !in_list(SKL_LIST_COMPETENCE, (uint32_t)row->basis))
		return BAD(SKL_EFIELD, "competence row: four digits and a basis are needed");
	for (size_t j = 0; j < i && (other = skl_envelope_competence(rows->env, j)); j++)
		if (other->basis == row->basis &&
		    strcmp(other->municipality, row->municipality) == 0)
			return BAD(SKL_EREPEAT, "a competence row comes twice");
	return SKL_OK;
}

static enum skl_err check_weighing(const struct rows *rows, size_t i)
{
	const Schakel__V1__WeighingRow *row = skl_envelope_weighing(rows->env, i);
	struct skl_error *reterr = rows->reterr;
	uint64_t seen = 0;

	if (i > 0)
		return BAD(SKL_EREPEAT, "there are two weighing rows");
	if (row->n_codes == 0)
		return BAD(SKL_EFIELD, "the weighing row is empty");
	for (size_t c = 0; c < row->n_codes; c++) {
		uint32_t code = (uint32_t)row->codes[c];

		if (!in_list(SKL_LIST_WEIGHING, code) || (seen >> code) & 1)
			return BAD(SKL_EFIELD, "weighing row: a code is unknown or comes twice");
		seen |= UINT64_C(1) << code;
	}
	return SKL_OK;
}

/* Towards one partner (or a desk of it), or towards one person of the case. */
static bool consent_towards_ok(const struct rows *rows, const Schakel__V1__ConsentRow *row)
{
	if (row->recipient_subject)
		return has_subject(rows, row->recipient_subject) && !row->recipient[0] &&
		       !row->recipient_desk[0];
	return is_id_text(row->recipient) &&
	       (!row->recipient_desk[0] || is_id_text(row->recipient_desk));
}

static bool categories_ok(const Schakel__V1__Category *categories, size_t count)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t code = (uint32_t)categories[i];

		if (!in_list(SKL_LIST_CATEGORY, code) || (seen >> code) & 1)
			return false;
		seen |= UINT64_C(1) << code;
	}
	return true;
}

static enum skl_err check_consent(const struct rows *rows, size_t i)
{
	const Schakel__V1__ConsentRow *row = skl_envelope_consent(rows->env, i);
	struct skl_error *reterr = rows->reterr;
	bool is_self = (unsigned)row->capacity == SKL_CONSENT_CAPACITY_SELF;
	bool is_offered = rows->env->form == SKL_FORM_OFFERED;

	if (row->ref.len != SKL_ID_BYTES)
		return BAD(SKL_EFIELD, "consent row: ref must have 16 bytes");
	if (!has_subject(rows, row->subject) || !has_subject(rows, row->giver))
		return BAD(SKL_ENUMBER, "consent row: subject or giver is not there");
	if (!in_list(SKL_LIST_CONSENT_CAPACITY, (uint32_t)row->capacity) ||
	    is_self != (row->subject == row->giver))
		return BAD(SKL_EROW, "consent row: who gives it for himself has capacity self");
	if ((row->holder[0] && !is_id_text(row->holder)) || !consent_towards_ok(rows, row))
		return BAD(SKL_EFIELD, "consent row: holder or recipient is wrong");
	if (!in_list(SKL_LIST_PURPOSE, (uint32_t)row->purpose) ||
	    !in_list(SKL_LIST_CONSENT_STATE, (uint32_t)row->state) ||
	    !in_list_or_none(SKL_LIST_CONSENT_HOW, (uint32_t)row->how) ||
	    !categories_ok(row->categories, row->n_categories))
		return BAD(SKL_EFIELD, "consent row: a number is not in its list");
	if (!skl_envelope_find_fact(rows->env, SKL_FACT_USER_REF) && !is_offered)
		return BAD(SKL_EROW, "consent row: who recorded it (user_ref) is missing");
	if (row->from_ms <= 0 || (row->until_ms && row->until_ms <= row->from_ms))
		return BAD(SKL_ETIME, "consent row: from is missing or until is not after it");
	return SKL_OK;
}

static bool numbers_ok(enum skl_list list, const void *numbers, size_t count)
{
	const uint32_t *codes = numbers; /* protobuf-c makes an int-sized enum of each list */

	for (size_t i = 0; i < count; i++)
		if (!in_list(list, codes[i]))
			return false;
	return true;
}

static bool query_lists_ok(const Schakel__V1__QueryRow *row)
{
	return numbers_ok(SKL_LIST_ENTRY, row->entries, row->n_entries) &&
	       numbers_ok(SKL_LIST_KIND, row->kinds, row->n_kinds) &&
	       numbers_ok(SKL_LIST_OUTCOME, row->outcomes, row->n_outcomes) &&
	       numbers_ok(SKL_LIST_GROUND, row->grounds, row->n_grounds) &&
	       numbers_ok(SKL_LIST_CUT_REASON, row->reasons, row->n_reasons) &&
	       numbers_ok(SKL_LIST_CATEGORY, row->categories, row->n_categories);
}

static bool query_names_ok(const Schakel__V1__QueryRow *row)
{
	for (size_t i = 0; i < row->n_rules; i++)
		if (!is_user_ref(row->rules[i]))
			return false;
	return (!row->sender[0] || is_id_text(row->sender)) &&
	       (!row->recipient[0] || is_id_text(row->recipient)) &&
	       (!row->user_ref[0] || is_user_ref(row->user_ref));
}

static enum skl_err check_query(const struct rows *rows, size_t i)
{
	const Schakel__V1__QueryRow *row = skl_envelope_query(rows->env, i);
	struct skl_error *reterr = rows->reterr;

	if (rows->env->form != SKL_FORM_QUERY || i > 0)
		return BAD(SKL_EROW, "one query row, in a query only");
	if (row->from_ms < 0 || row->until_ms < 0 ||
	    (row->until_ms && row->until_ms <= row->from_ms))
		return BAD(SKL_ETIME, "query row: until is not after from");
	if (!query_names_ok(row))
		return BAD(SKL_EFIELD, "query row: sender, recipient, user_ref or a rule is no id");
	if (!query_lists_ok(row))
		return BAD(SKL_EFIELD, "query row: a number is not in its list");
	if (!empty_or(row->message_id, SKL_ID_BYTES) || !empty_or(row->case_ref, SKL_ID_BYTES))
		return BAD(SKL_EFIELD, "query row: message_id and case_ref have 16 bytes or none");
	if (!subject_or_none(rows, row->subject))
		return BAD(SKL_ENUMBER, "query row: subject %u is not there", row->subject);
	return SKL_OK;
}

/* --- all together -------------------------------------------------------------------------- */

static enum skl_err check_counts(const struct rows *rows)
{
	const struct skl_envelope *env = rows->env;
	struct skl_error *reterr = rows->reterr;
	size_t recipients = env->of[SCHAKEL__V1__ROW__ROW_RECIPIENT].count;
	size_t sections = env->of[SCHAKEL__V1__ROW__ROW_SECTION].count;

	if (recipients > SKL_LIMIT_RECIPIENTS_N || sections > SKL_LIMIT_SECTIONS_N ||
	    env->of[SCHAKEL__V1__ROW__ROW_SUBJECT].count > SKL_LIMIT_SUBJECTS_N)
		return BAD(SKL_EREPEAT, "too many recipients, sections or subjects");
	if (env->form == SKL_FORM_QUERY &&
	    (recipients || sections || env->of[SCHAKEL__V1__ROW__ROW_QUERY].count != 1))
		return BAD(SKL_EROW, "a query has one query row, no recipients and no sections");
	if (env->form != SKL_FORM_OFFERED)
		return SKL_OK;
	if (recipients != 1)
		return BAD(SKL_EROW, "an offered message has exactly one recipient row");
	if (env->of[SCHAKEL__V1__ROW__ROW_COMPETENCE].count ||
	    env->of[SCHAKEL__V1__ROW__ROW_WEIGHING].count)
		return BAD(SKL_EROW, "an offered message has a row that is for the hub only");
	return SKL_OK;
}

enum skl_err skl_envelope_check_rows(const struct skl_envelope *env, struct skl_error *reterr)
{
	static enum skl_err (*const checks[SKL_ROW_KIND_COUNT])(const struct rows *, size_t) = {
		[SCHAKEL__V1__ROW__ROW_RECIPIENT] = check_recipient,
		[SCHAKEL__V1__ROW__ROW_SUBJECT] = check_subject,
		[SCHAKEL__V1__ROW__ROW_PSEUDONYM] = check_pseudonym,
		[SCHAKEL__V1__ROW__ROW_SECTION] = check_section,
		[SCHAKEL__V1__ROW__ROW_KEY] = check_key,
		[SCHAKEL__V1__ROW__ROW_FACT] = check_fact,
		[SCHAKEL__V1__ROW__ROW_COMPETENCE] = check_competence,
		[SCHAKEL__V1__ROW__ROW_EVENT] = check_event,
		[SCHAKEL__V1__ROW__ROW_WEIGHING] = check_weighing,
		[SCHAKEL__V1__ROW__ROW_CONSENT] = check_consent,
		[SCHAKEL__V1__ROW__ROW_QUERY] = check_query,
	};
	const struct rows rows = {env, reterr};
	enum skl_err err = check_counts(&rows);

	for (unsigned kind = 1; kind < SKL_ROW_KIND_COUNT && !err; kind++)
		for (size_t i = 0; i < env->of[kind].count && !err; i++)
			err = checks[kind](&rows, i);
	return err;
}
