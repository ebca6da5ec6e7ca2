/* SPDX-License-Identifier: EUPL-1.2 */

/* From a record to its row in the index: pure functions. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_mail.h"
#include "skl_text.h"

static int64_t time_at(const json_t *object, const char *key)
{
	int64_t at_ms = 0;

	return skl_time_parse(skl_view_str(skl_json_text(object, key)), &at_ms) ? 0 : at_ms;
}

static uint32_t code_at(const json_t *object, const char *key, enum skl_list list)
{
	return skl_code_number(list, skl_view_str(skl_json_text(object, key)));
}

static void copy(char *ret, size_t size, const char *text)
{
	size_t len = strlen(text);

	/* whole characters: what is cut off in the middle of one is no UTF-8 */
	if (len >= size)
		len = size - 1;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	memcpy(ret, text, len);
	ret[len] = '\0';
}

/* ---- persons ---- */

const json_t *skl_mail_identity(const json_t *message, json_int_t number)
{
	const json_t *sections = json_object_get(message, "sections");

	for (size_t i = 0; i < json_array_size(sections); i++) {
		const json_t *section = json_array_get(sections, i);
		const json_t *about = json_object_get(section, "about");

		if (strcmp(skl_json_text(section, "category"), "identity") == 0 &&
		    json_array_size(about) == 1 &&
		    json_integer_value(json_array_get(about, 0)) == number)
			return json_object_get(section, "data");
	}
	return NULL;
}

static const char *position_of(const json_t *message, json_int_t number, size_t *ret_place)
{
	const json_t *subjects = json_object_get(message, "subjects");

	for (size_t i = 0; i < json_array_size(subjects); i++) {
		const json_t *one = json_array_get(subjects, i);
		const char *name =
			json_string_value(json_array_get(json_object_get(one, "positions"), 0));

		if (json_integer_value(json_object_get(one, "number")) != number)
			continue;
		*ret_place = i + 1;
		return name ? skl_code_label_nl(
				      SKL_LIST_POSITION,
				      skl_code_number(SKL_LIST_POSITION, skl_view_str(name)))
			    : NULL;
	}
	return NULL;
}

void skl_mail_person(const json_t *message, json_int_t number, char ret[SKL_MAIL_PERSON_BYTES])
{
	const json_t *identity = skl_mail_identity(message, number);
	const char *given = skl_json_text(identity, "given_names");
	const char *prefix = skl_json_text(identity, "prefix");
	size_t place = 0;
	const char *position = position_of(message, number, &place);
	char text[2048];

	if (*skl_json_text(identity, "family_name"))
		(void)snprintf(text, sizeof(text), "%s%s%s%s%s%s%s%s", given, *given ? " " : "",
			       prefix, *prefix ? " " : "", skl_json_text(identity, "family_name"),
			       position ? " (" : "", position ? position : "", position ? ")" : "");
	else if (position)
		(void)snprintf(text, sizeof(text), "%s (persoon %zu)", position, place);
	else
		(void)snprintf(text, sizeof(text), "persoon %zu", place);
	copy(ret, SKL_MAIL_PERSON_BYTES, text);
}

/* Who it is about, the first three. */
static void about_of(const json_t *message, char *ret, size_t size)
{
	const json_t *subjects = json_object_get(message, "subjects");
	char text[4 * SKL_MAIL_PERSON_BYTES] = "";
	size_t len = 0;

	for (size_t i = 0; i < json_array_size(subjects) && i < 3; i++) {
		char person[SKL_MAIL_PERSON_BYTES];

		skl_mail_person(
			message,
			json_integer_value(json_object_get(json_array_get(subjects, i), "number")),
			person);
		(void)snprintf(text + len, sizeof(text) - len, "%s%s", i ? ", " : "", person);
		len = strlen(text);
	}
	if (json_array_size(subjects) > 3 && len + 20 < sizeof(text))
		(void)snprintf(text + len, sizeof(text) - len, " en %zu anderen",
			       json_array_size(subjects) - 3);
	copy(ret, size, text);
}

/* ---- the log ---- */

static void apply(const json_t *one, const char *id, struct skl_mail_item *ret)
{
	const char *what = skl_json_text(one, "what");

	if (strcmp(what, "read") == 0) {
		ret->is_read = true;
	} else if (strcmp(what, "taken") == 0) {
		copy(ret->holder, sizeof(ret->holder), skl_json_text(one, "by"));
	} else if (strcmp(what, "done") == 0) {
		ret->is_done = true;
		ret->done_ms = time_at(one, "at");
		/* of a task that the hub refused to end nothing is left to look at */
		ret->is_trouble = ret->is_trouble && !ret->is_notice;
	} else if (strcmp(what, "reopened") == 0) {
		ret->is_done = false;
	} else if (strcmp(what, "seen") == 0) {
		ret->is_trouble = false;
	}
	if (strcmp(skl_json_text(one, "answers"), id) == 0) {
		ret->is_answered = true;
		ret->is_done = ret->is_done || ret->is_notice; /* a task of which that was said */
		ret->done_ms = ret->is_notice ? time_at(one, "at") : ret->done_ms;
	}
	if (json_is_true(json_object_get(one, "trouble")))
		ret->is_trouble = true;
	if (json_is_true(json_object_get(one, "unanswered"))) {
		ret->is_answered = false; /* nobody has that answer: it is still due */
		ret->is_done = ret->is_done && !ret->is_notice;
	}
}

enum skl_err skl_mail_item_of(const json_t *record, struct skl_mail_item *ret)
{
	const json_t *message = json_object_get(record, "message");
	const json_t *notice = json_object_get(record, "notice");
	const json_t *facts = json_object_get(message, "facts");
	const json_t *log = json_object_get(record, "log");
	const char *id = skl_json_text(record, "id");

	*ret = (struct skl_mail_item){.is_notice = notice != NULL};
	if (skl_hex_decode(skl_view_str(id), ret->id, SKL_ID_BYTES) ||
	    !skl_text_is_id(skl_view_str(skl_json_text(record, "desk"))) || !json_is_array(log) ||
	    json_is_object(message) == json_is_object(notice))
		return SKL_EFORMAT;
	copy(ret->desk, sizeof(ret->desk), skl_json_text(record, "desk"));
	if (message) {
		ret->kind = (enum skl_kind)code_at(message, "kind", SKL_LIST_KIND);
		copy(ret->from, sizeof(ret->from), skl_json_text(message, "from"));
		copy(ret->from_name, sizeof(ret->from_name),
		     *skl_json_text(message, "fromName") ? skl_json_text(message, "fromName")
							 : ret->from);
		about_of(message, ret->about, sizeof(ret->about));
		ret->at_ms = time_at(message, "receivedAt");
		ret->due_ms = time_at(message, "answerBefore");
		ret->is_acute = strcmp(skl_json_text(facts, "urgency"), "acute") == 0 ||
				strcmp(skl_json_text(facts, "unsafety"), "acute") == 0;
	} else {
		ret->task = (enum skl_task)code_at(notice, "task", SKL_LIST_TASK);
		ret->clock = (enum skl_clock)code_at(notice, "clock", SKL_LIST_CLOCK);
		ret->has_ref = skl_hex_decode(skl_view_str(skl_json_text(notice, "item")), ret->ref,
					      SKL_ID_BYTES) == SKL_OK;
		ret->at_ms = time_at(notice, "at");
		/* nobody is late when a ban is over or a child of age */
		if (ret->task || (ret->clock != SKL_CLOCK_BAN && ret->clock != SKL_CLOCK_MAJORITY))
			ret->due_ms = time_at(notice, "due");
	}
	for (size_t i = 0; i < json_array_size(log); i++)
		apply(json_array_get(log, i), id, ret);
	if (ret->is_answered)
		ret->due_ms = 0;
	return SKL_OK;
}
