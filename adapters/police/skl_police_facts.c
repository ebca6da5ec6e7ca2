/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * <feit>: who did what to whom, with which impact (002:3636-3639). A form of tick boxes is no fact
 * and is refused; declared acute, it goes as far as it is filled in, and says what is missing.
 */

#include "skl_police_parts.h"

#include <string.h>

#include "skl_mem.h"

#define MINUTE_MS INT64_C(60000)

/* Two types travel as rows too, because notices to the household wait for them (FIELDS: violence).
 */
static void violence(struct skl_mapped *mapped, uint32_t value, size_t whom)
{
	struct skl_mapped_event event = {.code = SKL_EVENT_VIOLENCE, .value = value, .place = whom};

	if (value != SKL_VIOLENCE_COERCION_AND_CONTROL && value != SKL_VIOLENCE_HONOUR_RELATED)
		return;
	for (size_t i = 0; i < mapped->event_count; i++) {
		if (mapped->events[i].code == SKL_EVENT_VIOLENCE &&
		    mapped->events[i].value == value && mapped->events[i].place == whom)
			return;
	}
	skl_mapped_event(mapped, &event);
}

static void map_types(struct skl_police_reading *reading, const xmlNode *node, json_t *fact,
		      size_t whom)
{
	static const struct skl_xml_word types[] = {
		{"lichamelijk", SKL_VIOLENCE_PHYSICAL, "physical"},
		{"psychisch", SKL_VIOLENCE_PSYCHOLOGICAL, "psychological"},
		{"seksueel", SKL_VIOLENCE_SEXUAL, "sexual"},
		{"verwaarlozing", SKL_VIOLENCE_NEGLECT, "neglect"},
		{"dwang-en-controle", SKL_VIOLENCE_COERCION_AND_CONTROL, "coercion_and_control"},
		{"eergerelateerd", SKL_VIOLENCE_HONOUR_RELATED, "honour_related"},
		{"anders", SKL_VIOLENCE_OTHER, "other"},
		{NULL, 0, NULL}};
	char list[160];
	const char *rest = list;
	char word[32];

	if (!skl_xml_attr(node, "aard", list, sizeof(list)))
		return;
	while (skl_xml_next_word(&rest, word, sizeof(word))) {
		const struct skl_xml_word *type = skl_xml_word(types, word);

		if (!type)
			continue;
		skl_mapped_append(reading->mapped, fact, "types", json_string(type->name));
		violence(reading->mapped, type->code, whom);
	}
}

/* A text of letters, not a tick: "x", "ja" and "-" say nothing of what happened. */
static bool is_told(const char *text)
{
	size_t letters = 0;

	for (; text && *text; text++)
		letters += (unsigned char)*text > ' ' ? 1 : 0;
	return letters >= 5;
}

/* Names the missing part in the content and in the list of what the person reads. */
static void missing(struct skl_police_reading *reading, json_t *fact, const char *part,
		    const char *nl, struct skl_buf *list)
{
	skl_mapped_append(reading->mapped, fact, "incomplete", json_string(part));
	skl_buf_addf(list, "%s%s", list->len ? ", " : "", nl);
}

/* The person of wie or tegen; a name that is nobody's is told, one that is not there counts as
 * missing. */
static size_t person_of(struct skl_police_reading *reading, const xmlNode *node, const char *name)
{
	char ref[SKL_LIMIT_PARTNER_ID + 1];

	return skl_xml_attr(node, name, ref, sizeof(ref)) ? skl_police_person(reading, node, name)
							  : 0;
}

static void map_who_what_whom(struct skl_police_reading *reading, const xmlNode *node, json_t *fact,
			      size_t who, size_t whom)
{
	SKL_CLEANUP(skl_freep)
	char *act = skl_police_text(reading, skl_xml_child(node, "daad"), 8000);
	SKL_CLEANUP(skl_freep)
	char *impact = skl_police_text(reading, skl_xml_child(node, "gevolg"), 8000);
	struct skl_buf list;

	skl_buf_init(&list, 120);

	if (who)
		skl_mapped_set(reading->mapped, fact, "actor", json_integer((json_int_t)who));
	else
		missing(reading, fact, "actor", "wie", &list);
	if (is_told(act))
		skl_mapped_set_text(reading->mapped, fact, "act", act);
	else
		missing(reading, fact, "act", "wat", &list);
	if (whom)
		skl_mapped_set(reading->mapped, fact, "target", json_integer((json_int_t)whom));
	else
		missing(reading, fact, "target", "tegen wie", &list);
	if (is_told(impact))
		skl_mapped_set_text(reading->mapped, fact, "impact", impact);
	else
		missing(reading, fact, "impact", "gevolg", &list);
	if (list.len)
		skl_police_fault(reading, node, "wie-wat-wie-gevolg",
				 "Dit feit zegt niet: %s. Schrijf in een zin wie wat deed, tegen "
				 "wie, en wat het gevolg was; een aangekruist vakje is geen feit.",
				 skl_buf_str(&list));
	skl_buf_done(&list);
}

/* One row for the message: when the latest of its facts happened. */
static void occurred(struct skl_mapped *mapped, int64_t at_ms)
{
	struct skl_mapped_event event = {.code = SKL_EVENT_OCCURRED_AT, .at_ms = at_ms};

	for (size_t i = 0; i < mapped->event_count; i++) {
		if (mapped->events[i].code == SKL_EVENT_OCCURRED_AT) {
			if (at_ms > mapped->events[i].at_ms)
				mapped->events[i].at_ms = at_ms;
			return;
		}
	}
	skl_mapped_event(mapped, &event);
}

static void map_when(struct skl_police_reading *reading, const xmlNode *node, json_t *fact)
{
	int64_t at_ms = skl_xml_time(node, "wanneer");

	/* The hub refuses an event in the future; five minutes are for clocks that differ. */
	if (at_ms > reading->now_ms + 5 * MINUTE_MS) {
		skl_police_fault(reading, node, "tijd",
				 "Het feit ligt in de toekomst; kijk \"wanneer\" na.");
		at_ms = 0;
	}
	if (!at_ms) {
		skl_mapped_append(reading->mapped, fact, "incomplete", json_string("at"));
		skl_police_fault(reading, node, "tijd", "Dit feit zegt niet wanneer het gebeurde.");
		return;
	}
	skl_police_set_time(reading, fact, "at", at_ms);
	skl_police_set_time(reading, fact, "until", skl_xml_time(node, "tot"));
	occurred(reading->mapped, at_ms > reading->now_ms ? reading->now_ms : at_ms);
}

static void map_fact(struct skl_police_reading *reading, const xmlNode *node, size_t number)
{
	struct skl_mapped *mapped = reading->mapped;
	size_t about[2];
	size_t count = 0;
	size_t who = person_of(reading, node, "wie");
	size_t whom = person_of(reading, node, "tegen");
	struct skl_mapped_section *section;
	SKL_CLEANUP(skl_freep) char *place = NULL;
	char text[33];
	json_t *fact;

	/* Target first: the section is about what was done to somebody. */
	if (whom)
		about[count++] = whom;
	if (who && who != whom)
		about[count++] = who;
	if (count == 0) {
		/* About nobody it cannot be sealed for anybody: the first person of the report. */
		if (mapped->subject_count == 0)
			return;
		about[count++] = 1;
	}
	section = skl_police_group(reading, node, SKL_CATEGORY_INCIDENT, about, count);
	if (!section)
		return;
	fact = json_object();
	if (!skl_xml_attr(node, "ref", text, 33)) {
		text[0] = 'f';
		text[1] = (char)('0' + number / 10 % 10);
		text[2] = (char)('0' + number % 10);
		text[3] = '\0';
	}
	skl_mapped_set_text(mapped, fact, "ref", text);
	map_when(reading, node, fact);
	place = skl_police_attr_text(reading, node, "waar", 300);
	skl_mapped_set_text(mapped, fact, "place", place);
	map_types(reading, node, fact, whom);
	map_who_what_whom(reading, node, fact, who, whom);
	skl_mapped_append(mapped, section->content, "facts", fact);
}

void skl_police_map_facts(struct skl_police_reading *reading, const xmlNode *root)
{
	size_t number = 0;

	for (const xmlNode *node = skl_xml_child(root, "feit"); node;
	     node = skl_xml_next(node, "feit"))
		map_fact(reading, node, ++number);
	if (number == 0)
		skl_police_fault(reading, root, "wie-wat-wie-gevolg",
				 "De melding heeft geen enkel feit. Schrijf ten minste een feit: "
				 "wie deed wat, tegen wie, met welk gevolg.");
}
