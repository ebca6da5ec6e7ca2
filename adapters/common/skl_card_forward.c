/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * An agreement that somebody else made, and that lies here as a card, passed on as it is: a person
 * of Veilig Thuis releases it, nobody types it again.
 */

#include "skl_card_make.h"

#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_own_json.h"
#include "skl_text.h"

static void fault(struct skl_findings *findings, const char *text)
{
	skl_findings_add(findings, 0, "forward", "forward", false, "%s", text);
}

/* What says who releases it, and who the persons are; the rest is as it came. */
static bool is_alone(const json_t *object)
{
	static const char *const fields[] = {"subjects",  "forward",   "id", "userRef",
					     "checkedBy", "checkedAt", NULL};
	const char *name;
	const json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		size_t i = 0;

		while (fields[i] && strcmp(fields[i], name) != 0)
			i++;
		if (!fields[i])
			return false;
	}
	return true;
}

static json_t *some_of(const json_t *from, const char *const *fields)
{
	json_t *to = json_object();

	for (size_t i = 0; fields[i]; i++)
		if (json_object_get(from, fields[i]))
			(void)json_object_set(to, fields[i], json_object_get(from, fields[i]));
	return to;
}

static json_t *all_of(const json_t *list, const char *const *fields)
{
	json_t *to = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		(void)json_array_append_new(to, some_of(one, fields));
	}
	return to;
}

/* The name as a section, of a person for whom none came: without it nobody finds the card. */
static void add_identity(json_t *sections, const json_t *person)
{
	static const char *const fields[][2] = {
		{"given_names", "givenNames"}, {"family_name", "familyName"}, {"born", "born"}};
	json_t *section = json_object();
	json_t *about = json_array();
	json_t *data = json_object();

	for (size_t i = 0; i < SKL_COUNT(fields); i++)
		if (json_object_get(person, fields[i][1]))
			(void)json_object_set(data, fields[i][0],
					      json_object_get(person, fields[i][1]));
	(void)json_array_append(about, json_object_get(person, "number"));
	(void)json_object_set_new(section, "category", json_string("identity"));
	(void)json_object_set_new(section, "about", about);
	(void)json_object_set_new(section, "data", data);
	(void)json_array_append_new(sections, section);
}

static bool is_named(const json_t *sections)
{
	const json_t *section;
	size_t i;

	json_array_foreach(sections, i, section)
	{
		if (strcmp(skl_json_text(section, "category"), "identity") == 0)
			return true;
	}
	return false;
}

/* The one of this number; NULL: none. */
static json_t *subject_of(json_t *subjects, const json_t *number)
{
	json_t *subject;
	size_t i;

	json_array_foreach(subjects, i, subject)
	{
		if (json_equal(json_object_get(subject, "number"), number))
			return subject;
	}
	return NULL;
}

/* Persons as they came; who releases it may say who they are. */
static void name_persons(json_t *subjects, json_t *named, json_t *sections)
{
	json_t *person;
	size_t i;

	json_array_foreach(named, i, person)
	{
		json_t *subject = subject_of(subjects, json_object_get(person, "number"));

		if (!subject)
			continue;
		(void)json_object_update_missing(subject, person);
		add_identity(sections, person);
	}
}

/* False: nobody would find it. */
static bool fill(json_t *object, const json_t *record)
{
	static const char *const of_subject[] = {"number", "positions", NULL};
	static const char *const of_section[] = {"category", "about", "marks", "data", NULL};
	const json_t *message = json_object_get(record, "message");
	json_t *subjects = all_of(json_object_get(message, "subjects"), of_subject);
	json_t *sections = all_of(json_object_get(message, "sections"), of_section);
	json_t *events = json_copy(json_object_get(record, "events"));
	json_t *until = json_object();

	if (!is_named(sections))
		name_persons(subjects, json_object_get(object, "subjects"), sections);
	if (!events)
		events = json_array();
	(void)json_object_set_new(until, "code", json_string("valid_until"));
	(void)json_object_set(until, "until", json_object_get(message, "validUntil"));
	(void)json_array_append_new(events, until);
	(void)json_object_set_new(object, "kind", json_string("conditional_agreement"));
	(void)json_object_set(object, "refersTo", json_object_get(message, "messageId"));
	(void)json_object_set_new(object, "subjects", subjects);
	(void)json_object_set_new(object, "sections", sections);
	(void)json_object_set_new(object, "events", events);
	(void)json_object_del(object, "forward");
	return is_named(sections);
}

enum skl_err skl_card_forward(const struct skl_adapter *adapter, json_t *object,
			      struct skl_findings *findings, bool *ret_is_forward)
{
	uint8_t id[SKL_ID_BYTES];
	json_t *record = NULL;
	const json_t *message;
	enum skl_err err;

	*ret_is_forward = json_object_get(object, "forward") != NULL;
	if (!*ret_is_forward || !skl_own_id(object, "forward", id, findings))
		return SKL_OK;
	if (!is_alone(object)) {
		fault(findings, "Een afspraak gaat door zoals zij kwam: alleen id, userRef, "
				"checkedBy, checkedAt en wie het is (subjects) staan erbij.");
		return SKL_OK;
	}
	err = adapter->cards ? skl_cards_get(adapter->cards, id, skl_now_ms(), &record)
			     : SKL_ENOTFOUND;
	if (err && err != SKL_ENOTFOUND)
		return err;
	message = json_object_get(record, "message");
	if (err || strcmp(skl_json_text(message, "kind"), "conditional_agreement") != 0 ||
	    strcmp(skl_json_text(message, "from"), adapter->partner) == 0) {
		fault(findings, "Geen afspraak van een ander die hier nog geldt.");
	} else if (!fill(object, record)) {
		skl_findings_add(findings, 0, "subjects", "forward", false,
				 "Zonder naam vindt niemand deze afspraak: zeg bij subjects wie "
				 "het is (number, familyName, givenNames, born).");
	}
	json_decref(record);
	return SKL_OK;
}
