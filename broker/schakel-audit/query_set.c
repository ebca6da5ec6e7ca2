/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "query.h"
#include "skl_clock.h"
#include "skl_text.h"

enum shape {
	SHAPE_CODE, /* one code of the list */
	SHAPE_LIST, /* the code added */
	SHAPE_PARTNER,
	SHAPE_PLACE, /* partner, or partner/desk */
	SHAPE_REF,   /* a user, a case number */
	SHAPE_TIME,
	SHAPE_ID,
	SHAPE_PERSON,
	SHAPE_RULE,
	SHAPE_FLAG,
	SHAPE_COUNT,
};

static const struct term {
	const char *name;
	enum shape shape;
	enum skl_list list;
	size_t at;  /* in struct query */
	size_t has; /* of an id: where it is said that there is one */
	const char *complaint;
} terms[] = {
#define TERM(name, shape, list, field, complaint)                                                  \
	{                                                                                          \
		name, shape, list, offsetof(struct query, field), 0, complaint                     \
	}
	TERM("mandate", SHAPE_CODE, SKL_LIST_MANDATE, mandate, "unknown mandate"),
	TERM("reason", SHAPE_CODE, SKL_LIST_QUERY_REASON, reason, "unknown reason"),
	TERM("of", SHAPE_PARTNER, 0, of, "not a partner"),
	TERM("user", SHAPE_REF, 0, user, "not a user reference"),
	TERM("case-number", SHAPE_REF, 0, case_number, "not [A-Za-z0-9._-]{1,64}"),
	TERM("from", SHAPE_TIME, 0, from_ms, "not a time (2026-03-04 or 2026-03-04T02:41:00Z)"),
	TERM("until", SHAPE_TIME, 0, until_ms, "not a time (2026-03-04 or 2026-03-04T02:41:00Z)"),
	TERM("sender", SHAPE_PARTNER, 0, sender, "not a partner"),
	TERM("recipient", SHAPE_PLACE, 0, recipient, "not a partner"),
	TERM("user-ref", SHAPE_REF, 0, user_ref, "not a user reference"),
	TERM("entry", SHAPE_LIST, SKL_LIST_ENTRY, entries, "unknown name"),
	TERM("kind", SHAPE_LIST, SKL_LIST_KIND, kinds, "unknown name"),
	TERM("outcome", SHAPE_LIST, SKL_LIST_OUTCOME, outcomes, "unknown name"),
	TERM("category", SHAPE_LIST, SKL_LIST_CATEGORY, categories, "unknown name"),
	TERM("ground", SHAPE_LIST, SKL_LIST_GROUND, grounds, "unknown name"),
	TERM("cut-reason", SHAPE_LIST, SKL_LIST_CUT_REASON, reasons, "unknown name"),
	{"message", SHAPE_ID, 0, offsetof(struct query, message),
	 offsetof(struct query, has_message), "not an id of 32 hexadecimal digits"},
	{"case", SHAPE_ID, 0, offsetof(struct query, case_ref), offsetof(struct query, has_case),
	 "not an id of 32 hexadecimal digits"},
	{"subject", SHAPE_PERSON, 0, offsetof(struct query, subject),
	 offsetof(struct query, has_subject), "not a pseudonym of 64 hexadecimal digits"},
	TERM("rule", SHAPE_RULE, 0, rules, "not the id of a rule, or too many"),
	TERM("without-consent", SHAPE_FLAG, 0, without_consent, "yes, or left out"),
	TERM("without-after-check", SHAPE_FLAG, 0, without_after_check, "yes, or left out"),
	TERM("without-confirmation", SHAPE_FLAG, 0, without_confirmation, "yes, or left out"),
	TERM("details", SHAPE_FLAG, 0, details, "yes, or left out"),
	TERM("first", SHAPE_COUNT, 0, first_index, "not a number"),
#undef TERM
};

bool query_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (text[0] == '\0')
		return false;
	for (; *text; text++) {
		unsigned digit = (unsigned char)*text - (unsigned)'0';

		if (digit > 9 || number > (UINT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (number > max)
		return false;
	*ret_number = number;
	return true;
}

static bool is_place(const char *text)
{
	const char *slash = strchr(text, '/');

	if (!slash)
		return skl_text_is_id(skl_view_str(text));
	return skl_text_is_id(skl_view_of(text, (size_t)(slash - text))) &&
	       skl_text_is_id(skl_view_str(slash + 1));
}

static bool is_text(enum shape shape, const char *value)
{
	switch ((int)shape) {
	case SHAPE_PARTNER:
		return skl_text_is_id(skl_view_str(value));
	case SHAPE_PLACE:
		return is_place(value);
	default:
		return skl_text_is_user_ref(skl_view_str(value));
	}
}

static bool add_code(struct query_list *to, uint32_t number)
{
	if (number == 0 || to->count == QUERY_LIST_MAX)
		return false;
	to->value[to->count++] = number;
	return true;
}

static bool set(struct query *query, const struct term *term, const char *value)
{
	uint8_t *base = (uint8_t *)query;
	void *at = base + term->at;
	uint32_t code = 0;

	switch (term->shape) {
	case SHAPE_CODE:
		code = skl_code_number(term->list, skl_view_str(value));
		memcpy(at, &code, sizeof(code));
		return code != 0;
	case SHAPE_LIST:
		return add_code(at, skl_code_number(term->list, skl_view_str(value)));
	case SHAPE_TIME:
		return skl_time_parse(skl_view_str(value), at) == SKL_OK;
	case SHAPE_ID:
		*(bool *)(void *)(base + term->has) = true;
		return skl_hex_decode(skl_view_str(value), at, 16) == SKL_OK;
	case SHAPE_PERSON:
		*(bool *)(void *)(base + term->has) = true;
		return skl_hex_decode(skl_view_str(value), at, 32) == SKL_OK;
	case SHAPE_RULE:
		if (query->rule_count == QUERY_LIST_MAX)
			return false;
		query->rules[query->rule_count++] = value;
		return skl_text_is_user_ref(skl_view_str(value));
	case SHAPE_FLAG:
		*(bool *)at = true;
		return strcmp(value, "yes") == 0;
	case SHAPE_COUNT:
		return query_number(value, UINT64_MAX, at);
	case SHAPE_PARTNER:
	case SHAPE_PLACE:
	case SHAPE_REF:
		*(const char **)at = value;
		return is_text(term->shape, value);
	}
	return false;
}

enum skl_err query_set(struct query *query, const char *name, const char *value,
		       struct skl_error *reterr)
{
	uint64_t limit = 0;

	if (strcmp(name, "limit") == 0) {
		if (!query_number(value, QUERY_PAGE_MAX, &limit))
			return skl_error_set(reterr, SKL_EINVAL, 0, 0, "not a number up to %d",
					     QUERY_PAGE_MAX);
		query->limit = (uint32_t)limit;
		return SKL_OK;
	}
	for (size_t i = 0; i < SKL_COUNT(terms); i++) {
		if (strcmp(terms[i].name, name) != 0)
			continue;
		if (set(query, &terms[i], value))
			return SKL_OK;
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "%s", terms[i].complaint);
	}
	return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0, "there is no such term");
}
