/* SPDX-License-Identifier: EUPL-1.2 */

/* JSON of an own system -> mapped message: persons, sections, and the whole. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_label.h"
#include "skl_mem.h"
#include "skl_own_json.h"
#include "skl_text.h"

static void fault(struct skl_findings *findings, const char *place, const char *rule,
		  const char *text)
{
	skl_findings_add(findings, 0, place, rule, false, "%s", text);
}

void skl_own_fault(struct skl_own_mapping *m, const char *place, const char *rule, const char *text)
{
	fault(m->findings, place, rule, text);
}

json_t *skl_own_parse(struct skl_view body, struct skl_findings *findings)
{
	json_error_t error;
	json_t *object;

	if (body.len > SKL_LABEL_MAX_BYTES) {
		fault(findings, "", "json", "Groter dan 1 MiB.");
		return NULL;
	}
	object = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, &error);
	if (!object) {
		/* jansson's text may repeat what it found; line and column are enough */
		skl_findings_add(findings, error.line > 0 ? (unsigned)error.line : 0, "", "json",
				 false, "Geen geldige JSON: regel %d, teken %d.", error.line,
				 error.column);
		return NULL;
	}
	if (!json_is_object(object)) {
		fault(findings, "", "json", "Geen JSON-object.");
		json_decref(object);
		return NULL;
	}
	return object;
}

bool skl_own_id(const json_t *object, const char *field, uint8_t ret_id[SKL_ID_BYTES],
		struct skl_findings *findings)
{
	const json_t *value = json_object_get(object, field);
	const char *text = json_string_value(value);

	if (!value)
		return false;
	if (text && skl_hex_decode(skl_view_str(text), ret_id, SKL_ID_BYTES) == SKL_OK)
		return true;
	fault(findings, field, "reply", "Geen kenmerk van een bericht (32 tekens 0-9 en a-f).");
	return false;
}

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

uint32_t skl_own_code(struct skl_own_mapping *m, const json_t *object, const char *key,
		      enum skl_list list, const char *place)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);
	uint32_t code = text ? skl_code_number(list, skl_view_str(text)) : 0;
	char where[80];

	if (!value || code)
		return code;
	(void)snprintf(where, sizeof(where), "%s%s%s", place, *place ? "." : "", key);
	skl_findings_add(m->findings, 0, where, "code", false,
			 "Staat niet in de gesloten lijst: %s.", skl_list_what(list));
	return 0;
}

int64_t skl_own_time(struct skl_own_mapping *m, const json_t *object, const char *key,
		     const char *place)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);
	int64_t at_ms = 0;
	char where[80];

	if (!value || (text && skl_time_parse(skl_view_str(text), &at_ms) == SKL_OK))
		return at_ms;
	(void)snprintf(where, sizeof(where), "%s%s%s", place, *place ? "." : "", key);
	fault(m->findings, where, "time", "Geen datum met tijd (RFC 3339).");
	return 0;
}

/* ---- subjects ---- */

static void copy_text(struct skl_own_mapping *m, const json_t *object, const char *key, char *ret,
		      size_t size, const char *place)
{
	const char *text = text_at(object, key);
	char where[80];

	ret[0] = '\0';
	if (!text)
		return;
	if (strlen(text) >= size) {
		(void)snprintf(where, sizeof(where), "%s.%s", place, key);
		fault(m->findings, where, "subject", "Te lang.");
		return;
	}
	(void)snprintf(ret, size, "%s", text);
}

static void map_positions(struct skl_own_mapping *m, const json_t *list, const char *place,
			  struct skl_mapped_subject *subject)
{
	size_t count = json_array_size(list);

	if (count > SKL_MAPPED_POSITIONS_N)
		fault(m->findings, place, "subject", "Meer dan vier posities.");
	for (size_t i = 0; i < count && i < SKL_MAPPED_POSITIONS_N; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		uint32_t code = text ? skl_code_number(SKL_LIST_POSITION, skl_view_str(text)) : 0;

		if (!code)
			fault(m->findings, place, "subject", "Onbekende positie.");
		else
			subject->positions[subject->position_count++] = (enum skl_position)code;
	}
}

static void map_subject(struct skl_own_mapping *m, const json_t *object, size_t index)
{
	json_int_t number = json_integer_value(json_object_get(object, "number"));
	struct skl_mapped_subject *subject;
	char place[32];

	(void)snprintf(place, sizeof(place), "subjects[%zu]", index);
	if (number < 1 || number > (json_int_t)SKL_LIMIT_NUMBER ||
	    skl_mapped_place_of_number(m->mapped, (uint32_t)number)) {
		fault(m->findings, place, "subject",
		      "Elke persoon heeft een eigen number (1 tot 2147483647).");
		return;
	}
	subject = skl_mapped_add_subject(m->mapped);
	if (!subject)
		return;
	subject->number = (uint32_t)number;
	map_positions(m, json_object_get(object, "positions"), place, subject);
	copy_text(m, object, "bsn", subject->bsn, sizeof(subject->bsn), place);
	copy_text(m, object, "familyName", subject->family_name, sizeof(subject->family_name),
		  place);
	copy_text(m, object, "givenNames", subject->given_names, sizeof(subject->given_names),
		  place);
	copy_text(m, object, "born", subject->born, sizeof(subject->born), place);
	if (!subject->position_count &&
	    !(m->opts->about && skl_context_subject(m->opts->about, subject->number)))
		fault(m->findings, place, "subject",
		      "Een nieuwe persoon heeft ten minste een positie (positions).");
}

size_t skl_own_place(struct skl_own_mapping *m, int64_t number)
{
	size_t place;
	struct skl_mapped_subject *subject;

	if (number < 1 || number > (int64_t)SKL_LIMIT_NUMBER)
		return 0;
	place = skl_mapped_place_of_number(m->mapped, (uint32_t)number);
	if (place || !m->opts->about || !skl_context_subject(m->opts->about, (uint32_t)number))
		return place;
	subject = skl_mapped_add_subject(m->mapped);
	if (!subject)
		return 0;
	subject->number = (uint32_t)number;
	return m->mapped->subject_count;
}

/* ---- sections ---- */

static uint32_t content_place(void *arg, int64_t number)
{
	return (uint32_t)skl_own_place(arg, number);
}

static void map_about(struct skl_own_mapping *m, const json_t *list, const char *place,
		      struct skl_mapped_section *section)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		size_t who = skl_own_place(m, json_integer_value(json_array_get(list, i)));

		if (!who)
			fault(m->findings, place, "subject",
			      "about noemt een persoon die niet in dit bericht of in het "
			      "beantwoorde bericht staat.");
		skl_mapped_about(section, who);
	}
}

static void map_marks(struct skl_own_mapping *m, const json_t *marks, const char *place,
		      struct skl_mapped_section *section)
{
	section->status = (enum skl_status)skl_own_code(m, marks, "status", SKL_LIST_STATUS, place);
	section->source = (enum skl_source)skl_own_code(m, marks, "source", SKL_LIST_SOURCE, place);
	section->reliability = (enum skl_reliability)skl_own_code(m, marks, "reliability",
								  SKL_LIST_RELIABILITY, place);
	section->source_law = (enum skl_source_law)skl_own_code(m, marks, "sourceLaw",
								SKL_LIST_SOURCE_LAW, place);
	section->as_of_ms = skl_own_time(m, marks, "asOf", place);
	section->scope = (enum skl_scope)skl_own_code(m, marks, "scope", SKL_LIST_SCOPE, place);
	section->person_kind = (enum skl_person_kind)skl_own_code(m, marks, "personKind",
								  SKL_LIST_PERSON_KIND, place);
	if (!section->source_law)
		section->source_law = m->opts->source_law;
}

static void map_section(struct skl_own_mapping *m, const json_t *object, size_t index)
{
	const json_t *data = json_object_get(object, "data");
	struct skl_mapped_section *section;
	struct skl_mapped_section made = {0};
	char place[32];

	(void)snprintf(place, sizeof(place), "sections[%zu]", index);
	made.category =
		(enum skl_category)skl_own_code(m, object, "category", SKL_LIST_CATEGORY, place);
	if (!made.category || !json_is_object(data)) {
		fault(m->findings, place, "section",
		      "Een onderdeel heeft een category en een object data.");
		return;
	}
	map_about(m, json_object_get(object, "about"), place, &made);
	map_marks(m, json_object_get(object, "marks"), place, &made);
	made.told_by = (enum skl_told_by)skl_own_code(m, object, "toldBy", SKL_LIST_TOLD_BY, place);
	if (made.told_by == SKL_TOLD_BY_SUBJECT)
		made.told_by_place = skl_own_place(
			m, json_integer_value(json_object_get(object, "toldBySubject")));
	section = skl_mapped_add_section(m->mapped, made.category);
	if (!section)
		return;
	made.content = json_deep_copy(data);
	if (!made.content) {
		m->mapped->err = SKL_ENOMEM;
		return;
	}
	json_decref(section->content);
	*section = made;
	if (skl_label_renumber(section->category, section->content, content_place, m))
		fault(m->findings, place, "subject",
		      "data noemt een persoon die niet in dit bericht staat.");
}

/* Declared acute, a fact goes without what is not known yet: the content names what is missing. */
static void excuse(struct skl_own_mapping *m, const json_t *fact, const char *place)
{
	static const char *const names[] = {"at", "actor", "target", "act", "impact"};

	for (size_t i = 0; json_is_object(fact) && i < SKL_COUNT(names); i++) {
		if (json_object_get(fact, names[i]))
			continue;
		skl_mapped_append(m->mapped, (json_t *)(uintptr_t)fact, "incomplete",
				  json_string(names[i]));
		skl_findings_add(m->findings, 0, place, "content", true,
				 "Vul aan wie wat deed, tegen wie, wanneer en met welk gevolg: %s.",
				 names[i]);
	}
}

static void check_contents(struct skl_own_mapping *m)
{
	for (size_t i = 0; i < m->mapped->section_count; i++) {
		const struct skl_mapped_section *section = &m->mapped->sections[i];
		const json_t *facts = json_object_get(section->content, "facts");
		uint32_t about[SKL_LIMIT_ABOUT_N];
		struct skl_label_rows rows = {.category = section->category,
					      .about = about,
					      .about_count = section->about_count};
		struct skl_error error = {0};
		char place[48];

		for (size_t k = 0; k < section->about_count; k++)
			about[k] = (uint32_t)section->about[k];
		(void)snprintf(place, sizeof(place), "sections[%zu].data", i);
		for (size_t k = 0; m->mapped->is_acute && k < json_array_size(facts); k++)
			excuse(m, json_array_get(facts, k), place);
		if (skl_label_check_json(&rows, section->content, &error))
			skl_findings_add(m->findings, 0, place, "content", false, "%s", error.text);
	}
}

/* ---- what the content implies ---- */

static void event_value(struct skl_own_mapping *m, enum skl_event code, uint32_t value)
{
	struct skl_mapped_event event = {.code = code, .value = value};

	if (value)
		skl_mapped_event(m->mapped, &event);
}

static uint32_t content_code(const struct skl_mapped_section *section, const char *key,
			     enum skl_list list)
{
	const char *text = text_at(section->content, key);

	return text ? skl_code_number(list, skl_view_str(text)) : 0;
}

/* Rows are derived from content, so that they cannot contradict it. */
static void derive_events(struct skl_own_mapping *m)
{
	for (size_t i = 0; i < m->mapped->section_count; i++) {
		const struct skl_mapped_section *section = &m->mapped->sections[i];

		if (section->category == SKL_CATEGORY_FEEDBACK) {
			event_value(m, SKL_EVENT_TAKEN_UP,
				    json_is_true(json_object_get(section->content, "taken_up"))
					    ? SKL_ANSWER_YES
					    : SKL_ANSWER_NO);
		} else if (section->category == SKL_CATEGORY_TRIAGE) {
			event_value(m, SKL_EVENT_TRIAGE_OUTCOME,
				    content_code(section, "outcome", SKL_LIST_TRIAGE_OUTCOME));
			event_value(m, SKL_EVENT_UNSAFETY,
				    content_code(section, "unsafety", SKL_LIST_UNSAFETY));
			event_value(m, SKL_EVENT_PATTERN,
				    content_code(section, "pattern", SKL_LIST_PATTERN));
		} else if (section->category == SKL_CATEGORY_DOOR_CARD) {
			/* Sealed for the persons concerned by default (rule 3; Wpg 27(1)(d)). */
			skl_mapped_fact_value(m->mapped, SKL_FACT_SEAL, SKL_SEAL_WPG_27_1_D);
			if (!skl_mapped_find_fact(m->mapped, SKL_FACT_CHECKED_BY))
				fault(m->findings, "checkedBy", "weighed",
				      "Een deurkaart is gewogen door een medewerker met naam: vul "
				      "checkedBy in.");
		}
	}
}

/* ---- message ---- */

static void map_kind(struct skl_own_mapping *m, const json_t *object)
{
	const struct skl_own_kind *row = NULL;
	uint32_t purpose = skl_own_code(m, object, "purpose", SKL_LIST_PURPOSE, "");
	uint32_t ground = skl_own_code(m, object, "ground", SKL_LIST_GROUND, "");

	m->mapped->kind = (enum skl_kind)skl_own_code(m, object, "kind", SKL_LIST_KIND, "");
	if (!m->mapped->kind) {
		fault(m->findings, "kind", "kind", "Welke soort bericht is het?");
		return;
	}
	for (size_t i = 0; i < m->opts->kind_count; i++) {
		if (m->opts->kinds[i].kind == m->mapped->kind)
			row = &m->opts->kinds[i];
	}
	if (!purpose && row)
		purpose = row->purpose;
	if (!ground && row)
		ground = row->ground;
	if (!purpose || !ground)
		fault(m->findings, !purpose ? "purpose" : "ground", "purpose",
		      "Deze soort heeft een eigen purpose en ground nodig.");
	skl_mapped_fact_value(m->mapped, SKL_FACT_PURPOSE, purpose);
	skl_mapped_fact_value(m->mapped, SKL_FACT_GROUND, ground);
	if (row && row->is_answer && !json_object_get(object, "inReplyTo") && !m->opts->is_plan)
		fault(m->findings, "inReplyTo", "reply", "Dit antwoord zegt niet waarop.");
}

static void map_user(struct skl_own_mapping *m, const json_t *object)
{
	const char *user = text_at(object, "userRef");
	const char *checked = text_at(object, "checkedBy");
	int64_t checked_ms = skl_own_time(m, object, "checkedAt", "");

	if (user && skl_text_is_user_ref(skl_view_str(user)))
		skl_mapped_fact_text(m->mapped, SKL_FACT_USER_REF, user, 0);
	else if (user || !m->opts->is_plan)
		fault(m->findings, "userRef", "user",
		      "userRef is het kenmerk van de medewerker (letters, cijfers, . _ -).");
	if (checked && skl_text_is_user_ref(skl_view_str(checked)))
		skl_mapped_fact_text(m->mapped, SKL_FACT_CHECKED_BY, checked,
				     checked_ms ? checked_ms : m->opts->now_ms);
	else if (checked)
		fault(m->findings, "checkedBy", "user", "checkedBy is geen kenmerk.");
}

static void map_reply(struct skl_own_mapping *m, const json_t *object)
{
	struct skl_mapped_event refers = {.code = SKL_EVENT_REFERS_TO, .has_ref = true};

	m->mapped->has_in_reply_to =
		skl_own_id(object, "inReplyTo", m->mapped->in_reply_to, m->findings);
	if (skl_own_id(object, "refersTo", refers.ref, m->findings))
		skl_mapped_event(m->mapped, &refers);
	if (!m->opts->about && (m->mapped->has_in_reply_to || json_object_get(object, "refersTo")))
		fault(m->findings, m->mapped->has_in_reply_to ? "inReplyTo" : "refersTo", "reply",
		      "Dit bericht is hier niet bekend.");
}

/* Where the person lives: the hub, and the adapter, find the competent Veilig Thuis by it. */
static void map_competence(struct skl_own_mapping *m, const json_t *object)
{
	const char *code = text_at(object, "municipality");

	if (!code)
		return;
	if (!skl_text_is_municipality(skl_view_str(code))) {
		fault(m->findings, "municipality", "recipient",
		      "Een gemeentecode heeft vier cijfers.");
		return;
	}
	memcpy(m->mapped->municipality, code, sizeof(m->mapped->municipality));
	m->mapped->competence =
		(enum skl_competence)skl_own_code(m, object, "competence", SKL_LIST_COMPETENCE, "");
	if (!m->mapped->competence)
		m->mapped->competence = SKL_COMPETENCE_REGISTERED_HOME;
}

void skl_own_each(struct skl_own_mapping *m, const json_t *object, const char *key, size_t max,
		  void (*fn)(struct skl_own_mapping *, const json_t *, size_t))
{
	const json_t *list = json_object_get(object, key);
	size_t count = json_array_size(list);

	if (list && !json_is_array(list))
		fault(m->findings, key, "json", "Moet een lijst zijn.");
	if (count > max) {
		fault(m->findings, key, "json", "De lijst is te lang.");
		return;
	}
	for (size_t i = 0; i < count; i++)
		fn(m, json_array_get(list, i), i);
}

enum skl_err skl_own_map(const json_t *object, const struct skl_own_opts *opts,
			 struct skl_mapped *ret, struct skl_findings *findings)
{
	struct skl_own_mapping m = {.mapped = ret, .findings = findings, .opts = opts};

	skl_mapped_init(ret, SKL_KIND_UNSPECIFIED);
	map_kind(&m, object);
	map_user(&m, object);
	map_reply(&m, object);
	map_competence(&m, object);
	skl_own_map_recipients(&m, object);
	skl_own_each(&m, object, "subjects", SKL_LIMIT_SUBJECTS_N, map_subject);
	skl_own_each(&m, object, "sections", SKL_LIMIT_SECTIONS_N, map_section);
	skl_own_map_rows(&m, object);
	check_contents(&m);
	derive_events(&m);
	if (ret->err)
		return ret->err;
	return findings->is_fatal ? SKL_EFIELD : SKL_OK;
}

void skl_own_error(const struct skl_findings *findings, struct skl_buf *buf)
{
	json_t *root = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++) {
		const struct skl_finding *one = &findings->items[i];
		json_t *item = json_pack("{s:s, s:s, s:s}", "field", one->place, "rule", one->rule,
					 "text", one->text);

		if (item)
			json_array_append_new(list, item);
	}
	json_object_set(root, "error", json_array_get(list, 0));
	(void)json_array_remove(list, 0);
	if (json_array_size(list))
		json_object_set(root, "more", list);
	json_decref(list);
	skl_json_dump(root, buf);
	json_decref(root);
}
