/* SPDX-License-Identifier: EUPL-1.2 */

/* Native XML of the prosecution to the JSON of an own system. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_mem.h"
#include "skl_om.h"
#include "skl_pseudonym.h"
#include "skl_text.h"
#include "skl_xml_dom.h"

#define NOT_A_ROOT "geen document dat hier aangeboden kan worden"

/* A document: which kind of message, and the stage its criminal case is in. */
struct document {
	const char *root;
	enum skl_kind kind;
	const char *stage;
};

static const struct document documents[] = {
	{"vervolgingsbeslissing", SKL_KIND_PROSECUTION_DECISION, "prosecution"},
	{"vonnis", SKL_KIND_SENTENCE, "sentence"},
	{"invrijheidstelling", SKL_KIND_DISCHARGE_FROM_CUSTODY, "released"},
	{"zittingsbericht", SKL_KIND_HEARING_NOTICE, "hearing"},
	{"gedragsaanwijzing", SKL_KIND_BEHAVIOURAL_ORDER, "suspicion"},
	{"wijziging-maatregel", SKL_KIND_MEASURE_CHANGE, "suspicion"},
	{"inbreng-overleg", SKL_KIND_CONFERENCE_CONTRIBUTION, "suspicion"},
	{"toezegging-overleg", SKL_KIND_CONFERENCE_DECISION, "suspicion"},
	{"afwezig", SKL_KIND_CONFERENCE_ABSENCE, NULL},
	{"taak-gedaan", SKL_KIND_TASK_DONE, NULL},
};

struct reading {
	const struct skl_om *om;
	const struct document *document;
	struct skl_findings *findings;
	json_t *message;
	json_t *sections; /* of message */
	json_t *events;
	bool is_answer;  /* persons may be those of a message received */
	bool is_lenient; /* declared acute: faults of form are noted and passed */
	bool is_short;   /* no memory: nothing of it may be used */
};

/* ---- building ---- */

SKL_PRINTF(4, 5)
static void fault(struct reading *r, const xmlNode *node, const char *rule, const char *format, ...)
{
	char text[240];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	skl_findings_add(r->findings, skl_xml_line(node), "", rule, r->is_lenient, "%s", text);
}

static void set(struct reading *r, json_t *object, const char *key, json_t *value)
{
	if (!object || json_object_set_new(object, key, value))
		r->is_short = true;
}

static void set_text(struct reading *r, json_t *object, const char *key, const char *text)
{
	if (text && *text)
		set(r, object, key, json_string(text));
}

/* A new object in a list, that knows where it stands; borrowed. */
static json_t *append(struct reading *r, json_t *list, const xmlNode *node)
{
	json_t *object = json_object();

	if (!list || json_array_append_new(list, object)) {
		r->is_short = true;
		return NULL;
	}
	set(r, object, "line", json_integer((json_int_t)skl_xml_line(node)));
	return object;
}

static json_t *add_list(struct reading *r, json_t *object, const char *key)
{
	json_t *list = json_array();

	set(r, object, key, list);
	return r->is_short ? NULL : list;
}

/* ---- from the tree ---- */

/* The text of an element or attribute, at most max characters; skl_free. NULL: none. */
static char *clean(struct reading *r, const xmlNode *node, xmlChar *value, size_t max)
{
	bool is_cut;
	char *text;

	if (skl_xml_clean(value, max, &text, &is_cut))
		r->is_short = true;
	/* Only where the schema let it pass because it is declared acute. */
	if (is_cut)
		fault(r, node, "schema", "<%s> is te lang; het eerste deel gaat mee.", node->name);
	return text;
}

static void copy_text(struct reading *r, const xmlNode *parent, const char *name, size_t max,
		      json_t *object, const char *key)
{
	const xmlNode *node = skl_xml_child(parent, name);
	char *text = node ? clean(r, node, xmlNodeGetContent(node), max) : NULL;

	set_text(r, object, key, text);
	skl_free(text);
}

static void copy_attr(struct reading *r, const xmlNode *node, const char *name, json_t *object,
		      const char *key)
{
	char text[256];

	if (skl_xml_attr(node, name, text, sizeof(text)))
		set_text(r, object, key, text);
}

/* A moment that is none was told by the schema. */
static void copy_time(struct reading *r, const xmlNode *node, const char *name, json_t *object,
		      const char *key)
{
	int64_t at_ms = skl_xml_time(node, name);

	if (at_ms)
		set(r, object, key, skl_json_time(at_ms));
}

/* A word of ours for one of theirs; what is none was told by the schema. */
static void copy_code(struct reading *r, const xmlNode *node, const char *name, enum skl_list list,
		      json_t *object, const char *key)
{
	char text[128];
	const char *ours;

	if (!skl_xml_attr(node, name, text, sizeof(text)))
		return;
	ours = skl_mapping_to_ours(r->om->mapping, (int)list, "", text);
	if (skl_code_number(list, skl_view_str(ours)))
		set_text(r, object, key, ours);
}

static uint32_t number_of(const xmlNode *node, const char *name)
{
	char text[32];
	unsigned long long number;
	char *end;

	if (!skl_xml_attr(node, name, text, sizeof(text)) || text[0] == '-')
		return 0;
	number = strtoull(text, &end, 10);
	return *end == '\0' && number <= SKL_LIMIT_NUMBER ? (uint32_t)number : 0;
}

/* The number of the person that an attribute names; 0 and a finding if nobody. */
static uint32_t person_of(struct reading *r, const xmlNode *node, const char *name)
{
	uint32_t number = number_of(node, name);
	const xmlNode *person = skl_xml_child(node->parent, "persoon");

	for (; number && person; person = skl_xml_next(person, "persoon")) {
		if (number_of(person, "nr") == number)
			return number;
	}
	if (number && r->is_answer)
		return number; /* of the message answered: skl_own_map looks */
	if (number || !r->is_lenient)
		fault(r, node, "verwijzing", "<%s> noemt een persoon die er niet is (%s).",
		      node->name, name);
	return 0;
}

static void set_number(struct reading *r, json_t *object, const char *key, uint32_t number)
{
	if (number)
		set(r, object, key, json_integer((json_int_t)number));
}

/* ---- recipients and persons ---- */

static void read_recipients(struct reading *r, const xmlNode *root)
{
	const xmlNode *node = skl_xml_child(root, "ontvanger");
	json_t *list = node ? add_list(r, r->message, "to") : NULL;

	for (; node; node = skl_xml_next(node, "ontvanger")) {
		json_t *to = append(r, list, node);

		copy_attr(r, node, "partner", to, "partner");
		copy_attr(r, node, "bureau", to, "desk");
		if (skl_xml_attr_is(node, "afschrift", "ja"))
			set(r, to, "copy", json_true());
	}
}

static json_t *add_section(struct reading *r, const xmlNode *node, enum skl_category category,
			   uint32_t number, json_t **ret_data)
{
	json_t *section = append(r, r->sections, node);
	json_t *about = add_list(r, section, "about");

	set_text(r, section, "category", skl_code_name(SKL_LIST_CATEGORY, category));
	if (about && json_array_append_new(about, json_integer((json_int_t)number)))
		r->is_short = true;
	*ret_data = json_object();
	set(r, section, "data", *ret_data);
	if (r->is_short)
		*ret_data = NULL;
	return section;
}

/* Who is named has an identity; who is not is known by the message answered. */
static void read_identity(struct reading *r, const xmlNode *node, uint32_t number)
{
	static const char *const words[][2] = {
		{"vrouw", "female"}, {"man", "male"}, {"anders", "other"}, {"onbekend", "unknown"}};
	json_t *data;

	if (!number || !skl_xml_child(node, "achternaam"))
		return;
	(void)add_section(r, node, SKL_CATEGORY_IDENTITY, number, &data);
	copy_text(r, node, "voornamen", 200, data, "given_names");
	copy_text(r, node, "voorvoegsel", 40, data, "prefix");
	copy_text(r, node, "achternaam", 200, data, "family_name");
	copy_attr(r, node, "geboren", data, "born");
	for (size_t i = 0; i < SKL_COUNT(words); i++) {
		if (skl_xml_attr_is(node, "geslacht", words[i][0]))
			set_text(r, data, "sex", words[i][1]);
	}
}

static void read_bsn(struct reading *r, const xmlNode *node, json_t *person)
{
	char bsn[16];

	if (!skl_xml_attr(node, "bsn", bsn, sizeof(bsn)))
		return;
	if (skl_bsn_is_valid(skl_view_str(bsn)))
		set_text(r, person, "bsn", bsn);
	else
		fault(r, node, "bsn-elfproef", "Het BSN van persoon %u klopt niet.",
		      (unsigned)number_of(node, "nr"));
}

static void read_positions(struct reading *r, const xmlNode *node, json_t *person)
{
	json_t *list = add_list(r, person, "positions");
	char text[128];
	char word[32];
	const char *rest = text;

	(void)skl_xml_attr(node, "rol", text, sizeof(text));
	while (list && skl_xml_next_word(&rest, word, sizeof(word))) {
		const char *ours =
			skl_mapping_to_ours(r->om->mapping, (int)SKL_LIST_POSITION, "", word);

		if (skl_code_number(SKL_LIST_POSITION, skl_view_str(ours)) &&
		    json_array_append_new(list, json_string(ours)))
			r->is_short = true;
	}
}

static void read_persons(struct reading *r, const xmlNode *root)
{
	const xmlNode *node = skl_xml_child(root, "persoon");
	json_t *list = node ? add_list(r, r->message, "subjects") : NULL;

	for (; node; node = skl_xml_next(node, "persoon")) {
		uint32_t number = number_of(node, "nr");
		json_t *person = append(r, list, node);

		set_number(r, person, "number", number);
		read_positions(r, node, person);
		read_bsn(r, node, person);
		copy_text(r, node, "voornamen", 200, person, "givenNames");
		copy_text(r, node, "achternaam", 200, person, "familyName");
		copy_attr(r, node, "geboren", person, "born");
		read_identity(r, node, number);
	}
}

/* ---- what was decided ---- */

static void add_event(struct reading *r, const xmlNode *node, enum skl_event code,
		      json_t **ret_event)
{
	*ret_event = append(r, r->events, node);
	set_text(r, *ret_event, "code", skl_code_name(SKL_LIST_EVENT, code));
}

static void read_hearing(struct reading *r, const xmlNode *node)
{
	json_t *event;

	add_event(r, node, SKL_EVENT_HEARING_AT, &event);
	copy_time(r, node, "op", event, "at");
	set_number(r, event, "subject", person_of(r, node, "persoon"));
	copy_attr(r, node, "gerecht", event, "partner");
	copy_code(r, node, "kader", SKL_LIST_FRAME_AREA, event, "value");
	if (!json_object_get(event, "value")) /* as the schema's default */
		set_text(r, event, "value",
			 skl_code_name(SKL_LIST_FRAME_AREA, SKL_FRAME_AREA_CRIMINAL));
}

static const char *stage_of(const struct reading *r, const xmlNode *node)
{
	static const char *const words[][2] = {
		{"verdenking", "suspicion"},   {"aanhouding", "arrest"},
		{"vervolging", "prosecution"}, {"zitting", "hearing"},
		{"vonnis", "sentence"},        {"sepot", "dismissed"},
		{"vrij", "released"}};

	for (size_t i = 0; i < SKL_COUNT(words); i++) {
		if (skl_xml_attr_is(node, "stadium", words[i][0]))
			return words[i][1];
	}
	return r->document->stage;
}

static void read_criminal(struct reading *r, const xmlNode *node)
{
	const xmlNode *condition = skl_xml_child(node, "voorwaarde");
	uint32_t number = person_of(r, node, "persoon");
	json_t *data;
	json_t *list;

	if (!number)
		return;
	(void)add_section(r, node, SKL_CATEGORY_CRIMINAL, number, &data);
	set_text(r, data, "stage", stage_of(r, node));
	copy_text(r, node, "verdenking", 4000, data, "suspicion");
	copy_text(r, node, "beslissing", 4000, data, "decision");
	copy_time(r, node, "op", data, "at");
	copy_time(r, node, "tot", data, "until");
	list = condition ? add_list(r, data, "conditions") : NULL;
	for (; condition; condition = skl_xml_next(condition, "voorwaarde")) {
		char *text = clean(r, condition, xmlNodeGetContent(condition), 500);

		if (text && (!list || json_array_append_new(list, json_string(text))))
			r->is_short = true;
		skl_free(text);
	}
}

/* A power is no measure: what is in force names who decided, and how sure it is (rule 10). */
static void check_measure(struct reading *r, const xmlNode *node)
{
	char text[128];

	if (!skl_xml_attr_is(node, "stand", "van kracht") ||
	    (skl_xml_attr(node, "opgelegd-door", text, sizeof(text)) &&
	     skl_xml_attr(node, "graad", text, sizeof(text))))
		return;
	fault(r, node, "maatregel",
	      "Een maatregel die van kracht is noemt wie hem oplegde (opgelegd-door) en hoe zeker "
	      "de grond is (graad).");
}

/* One section for the measures about a person; an event for each. */
static json_t *measures_about(struct reading *r, const xmlNode *node, uint32_t number)
{
	size_t index;
	json_t *section;
	json_t *data;

	json_array_foreach(r->sections, index, section)
	{
		const char *category = json_string_value(json_object_get(section, "category"));
		const json_t *about = json_array_get(json_object_get(section, "about"), 0);

		if (category && strcmp(category, "measures") == 0 &&
		    json_integer_value(about) == (json_int_t)number)
			return json_object_get(json_object_get(section, "data"), "measures");
	}
	(void)add_section(r, node, SKL_CATEGORY_MEASURES, number, &data);
	return add_list(r, data, "measures");
}

/* The conditions of a measure, a line each; released by the caller. */
static void add_conditions(struct reading *r, const xmlNode *node, json_t *measure)
{
	const xmlNode *condition = skl_xml_child(node, "voorwaarde");
	struct skl_buf lines;

	skl_buf_init(&lines, 20 * 4 * 500);
	for (; condition; condition = skl_xml_next(condition, "voorwaarde")) {
		char *text = clean(r, condition, xmlNodeGetContent(condition), 500);

		if (text)
			skl_buf_addf(&lines, "%s%s", lines.len ? "\n" : "", text);
		skl_free(text);
	}
	if (skl_buf_err(&lines) == SKL_OK)
		set_text(r, measure, "conditions", skl_buf_str(&lines));
	else if (skl_buf_err(&lines) == SKL_ENOMEM)
		r->is_short = true;
	else
		fault(r, node, "schema", "<%s> heeft te veel voorwaarden.", node->name);
	skl_buf_wipe(&lines);
}

static void read_measure(struct reading *r, const xmlNode *node)
{
	uint32_t number = person_of(r, node, "persoon");
	uint32_t other = number_of(node, "beschermt") ? person_of(r, node, "beschermt") : 0;
	json_t *measure;
	json_t *event;

	if (!number)
		return;
	check_measure(r, node);
	measure = append(r, measures_about(r, node, number), node);
	/* the content knows no member "line": the section has it */
	(void)json_object_del(measure, "line");
	copy_code(r, node, "soort", SKL_LIST_MEASURE, measure, "measure");
	set_number(r, measure, "subject", number);
	copy_time(r, node, "van", measure, "from");
	copy_time(r, node, "tot", measure, "until");
	add_conditions(r, node, measure);

	add_event(r, node, SKL_EVENT_MEASURE, &event);
	copy_code(r, node, "soort", SKL_LIST_MEASURE, event, "value");
	copy_code(r, node, "stand", SKL_LIST_MEASURE_STATE, event, "detail");
	copy_code(r, node, "graad", SKL_LIST_EVIDENCE, event, "third");
	set_number(r, event, "subject", number);
	set_number(r, event, "otherSubject", other);
	copy_attr(r, node, "opgelegd-door", event, "partner");
	copy_time(r, node, "van", event, "at");
	copy_time(r, node, "tot", event, "until");
}

static void read_absence(struct reading *r, const xmlNode *root)
{
	const xmlNode *other = skl_xml_child(root, "vervanger");
	json_t *event;

	add_event(r, root, SKL_EVENT_REASON, &event);
	copy_code(r, root, "reden", SKL_LIST_REASON, event, "value");
	if (!json_object_get(event, "value")) /* as the schema's default */
		set_text(r, event, "value", skl_code_name(SKL_LIST_REASON, SKL_REASON_OTHER));
	if (!other)
		return;
	add_event(r, other, SKL_EVENT_CONTACT_PERSON, &event);
	copy_attr(r, other, "partner", event, "partner");
	copy_attr(r, other, "bureau", event, "desk");
}

/* Of a notice: it goes to the hub alone. */
static void read_task(struct reading *r, const xmlNode *root)
{
	json_t *list = add_list(r, r->message, "to");
	json_t *event;

	set_text(r, append(r, list, root), "partner", "hub");
	add_event(r, root, SKL_EVENT_TASK, &event);
	copy_code(r, root, "taak", SKL_LIST_TASK, event, "value");
	copy_attr(r, root, "taak-id", event, "ref");
	if (!json_object_get(event, "value"))
		fault(r, root, "code", "\"taak\" is niet de taak die in de kennisgeving staat.");
}

static void read_moment(struct reading *r, const xmlNode *root, const char *name,
			enum skl_event code)
{
	json_t *event;

	if (!skl_xml_time(root, name))
		return;
	add_event(r, root, code, &event);
	copy_time(r, root, name, event, "at");
}

/* ---- the whole ---- */

static void read_head(struct reading *r, const xmlNode *root)
{
	static const char *const names[][2] = {
		{"id", "id"},
		{"gecontroleerd-door", "checkedBy"},
		{"acuut-verklaard-door", "acuteBy"},
		{"casus", "caseRef"},
		{"zaak", "case"},
		{"antwoord-op", "inReplyTo"},
		{"betreft", "refersTo"},
	};

	set(r, r->message, "line", json_integer((json_int_t)skl_xml_line(root)));
	set_text(r, r->message, "kind", skl_code_name(SKL_LIST_KIND, r->document->kind));
	for (size_t i = 0; i < SKL_COUNT(names); i++)
		copy_attr(r, root, names[i][0], r->message, names[i][1]);
	copy_attr(r, root, "medewerker", r->message, "userRef");
	if (!json_object_get(r->message, "userRef") && r->is_lenient)
		copy_attr(r, root, "acuut-verklaard-door", r->message, "userRef");
	copy_time(r, root, "gecontroleerd-op", r->message, "checkedAt");
	r->is_answer =
		json_object_get(r->message, "inReplyTo") || json_object_get(r->message, "refersTo");
}

static void read_root(struct reading *r, const xmlNode *root)
{
	static const struct {
		const char *name;
		void (*fn)(struct reading *r, const xmlNode *node);
	} parts[] = {{"zitting", read_hearing},
		     {"strafzaak", read_criminal},
		     {"maatregel", read_measure}};

	r->message = json_object();
	read_head(r, root);
	r->sections = add_list(r, r->message, "sections");
	r->events = add_list(r, r->message, "events");
	read_recipients(r, root);
	read_persons(r, root);
	read_moment(r, root, "op", SKL_EVENT_OCCURRED_AT);
	read_moment(r, root, "overleg-op", SKL_EVENT_CONFERENCE_AT);
	for (size_t i = 0; i < SKL_COUNT(parts); i++) {
		const xmlNode *node = skl_xml_child(root, parts[i].name);

		for (; node; node = skl_xml_next(node, parts[i].name))
			parts[i].fn(r, node);
	}
	if (r->document->kind == SKL_KIND_CONFERENCE_ABSENCE)
		read_absence(r, root);
	if (r->document->kind == SKL_KIND_TASK_DONE)
		read_task(r, root);
}

/* Declared acute by a person with a reference of their own: only then form can wait. */
static bool is_declared_acute(const xmlNode *root)
{
	char by[SKL_LIMIT_USER_REF + 1];

	return skl_xml_attr(root, "acuut-verklaard-door", by, sizeof(by)) &&
	       skl_text_is_user_ref(skl_view_str(by));
}

static const struct document *document_of(const xmlNode *root)
{
	for (size_t i = 0; i < SKL_COUNT(documents); i++) {
		if (skl_xml_is(root, documents[i].root))
			return &documents[i];
	}
	return NULL;
}

json_t *skl_om_read(void *arg, struct skl_view native, struct skl_findings *findings)
{
	struct reading r = {.om = arg, .findings = findings};
	xmlDoc *doc = skl_xml_parse(native, SKL_OWN_DIR_MAX_BYTES, findings);
	const xmlNode *root;
	enum skl_err err;

	if (!doc)
		return NULL;
	root = xmlDocGetRootElement(doc);
	r.document = document_of(root);
	r.is_lenient = is_declared_acute(root);
	err = skl_xml_validate(r.om->schema, doc, r.is_lenient, NOT_A_ROOT, findings);
	/* What follows presumes a tree that is as the schema says, or takes what is there. */
	if (!err && r.document && !findings->is_fatal)
		read_root(&r, root);
	xmlFreeDoc(doc);
	if (!r.is_short)
		return r.message;
	json_decref(r.message);
	*findings = (struct skl_findings){0};
	return NULL;
}
