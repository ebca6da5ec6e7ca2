/* SPDX-License-Identifier: EUPL-1.2 */

/* Rows of a message beside persons and sections: to whom, events, consents, facts, weighing. */

#include <stdio.h>
#include <string.h>

#include "skl_own_json.h"
#include "skl_text.h"

const struct skl_own_fact skl_own_facts[SKL_OWN_FACTS_N] = {
	{SKL_FACT_PURPOSE, "purpose", SKL_LIST_PURPOSE},
	{SKL_FACT_GROUND, "ground", SKL_LIST_GROUND},
	{SKL_FACT_UNSAFETY, "unsafety", SKL_LIST_UNSAFETY},
	{SKL_FACT_PHASE, "phase", SKL_LIST_PHASE},
	{SKL_FACT_SIGNAL_PHASE, "signalPhase", SKL_LIST_SIGNAL_PHASE},
	{SKL_FACT_PATTERN, "pattern", SKL_LIST_PATTERN},
	{SKL_FACT_URGENCY, "urgency", SKL_LIST_URGENCY},
	{SKL_FACT_FRAME, "frame", SKL_LIST_FRAME},
	{SKL_FACT_FRAME_AREA, "frameArea", SKL_LIST_FRAME_AREA},
	{SKL_FACT_STATEMENT_ALONE, "statementAlone", SKL_LIST_ANSWER},
	{SKL_FACT_PROTECTED_ADDRESS, "protectedAddress", SKL_LIST_ANSWER},
	{SKL_FACT_SEAL, "seal", SKL_LIST_SEAL},
};

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* A partner or desk id; "" if it is not there, a finding if it is none. */
static void copy_id(struct skl_own_mapping *m, const json_t *object, const char *key,
		    const char *place, char ret[SKL_LIMIT_PARTNER_ID + 1])
{
	const char *text = text_at(object, key);
	char where[80];

	ret[0] = '\0';
	if (!text || !*text)
		return;
	if (skl_text_is_id(skl_view_str(text))) {
		(void)snprintf(ret, SKL_LIMIT_PARTNER_ID + 1, "%s", text);
		return;
	}
	(void)snprintf(where, sizeof(where), "%s.%s", place, key);
	skl_own_fault(m, where, "recipient",
		      "Geen kenmerk van een organisatie of bureau (a-z, 0-9, -).");
}

/* ---- recipients ---- */

static void nobody(struct skl_own_mapping *m)
{
	skl_own_fault(m, "to", "recipient",
		      "Naar wie? Geef to.partner, of inReplyTo van een ontvangen bericht.");
}

/* The first is the principal one of the mapped message; the others come beside it. */
static void map_recipient(struct skl_own_mapping *m, const json_t *object, size_t index)
{
	struct skl_mapped *mapped = m->mapped;
	struct skl_mapped_recipient to = {0};
	char place[32];

	(void)snprintf(place, sizeof(place), "to[%zu]", index);
	copy_id(m, object, "partner", place, to.partner);
	copy_id(m, object, "desk", place, to.desk);
	to.purpose = (enum skl_purpose)skl_own_code(m, object, "purpose", SKL_LIST_PURPOSE, place);
	to.ground = (enum skl_ground)skl_own_code(m, object, "ground", SKL_LIST_GROUND, place);
	to.is_copy = json_is_true(json_object_get(object, "copy"));
	if (!*to.partner) {
		nobody(m);
		return;
	}
	if (*mapped->to_partner) {
		if (mapped->also_count < SKL_MAPPED_ALSO_N)
			mapped->also[mapped->also_count++] = to;
		return;
	}
	memcpy(mapped->to_partner, to.partner, sizeof(mapped->to_partner));
	memcpy(mapped->to_desk, to.desk, sizeof(mapped->to_desk));
	if (to.is_copy || to.purpose || to.ground)
		skl_own_fault(m, place, "recipient",
			      "copy, purpose en ground staan alleen bij een volgende ontvanger; de "
			      "eerste heeft die van het bericht.");
}

void skl_own_map_recipients(struct skl_own_mapping *m, const json_t *object)
{
	const json_t *to = json_object_get(object, "to");
	const struct skl_context *about = m->opts->about;
	struct skl_mapped *mapped = m->mapped;

	if (json_is_array(to)) {
		skl_own_each(m, object, "to", SKL_MAPPED_ALSO_N + 1, map_recipient);
		if (json_array_size(to) == 0)
			nobody(m);
	} else if (text_at(to, "partner")) {
		char partner[SKL_LIMIT_PARTNER_ID + 1];
		char desk[SKL_LIMIT_PARTNER_ID + 1];

		copy_id(m, to, "partner", "to", partner);
		copy_id(m, to, "desk", "to", desk);
		memcpy(mapped->to_partner, partner, sizeof(mapped->to_partner));
		memcpy(mapped->to_desk, desk, sizeof(mapped->to_desk));
	} else if (about) {
		memcpy(mapped->to_partner, about->partner, sizeof(mapped->to_partner));
		memcpy(mapped->to_desk, about->desk, sizeof(mapped->to_desk));
	} else if (!*mapped->municipality) {
		nobody(m); /* with a municipality the adapter finds Veilig Thuis */
	}
	if (strcmp(mapped->to_partner, "hub") == 0 && !mapped->also_count) {
		mapped->is_for_hub = true; /* no partner has this name */
		mapped->to_partner[0] = '\0';
	}
	if (mapped->also_count && mapped->has_in_reply_to)
		skl_own_fault(m, "inReplyTo", "recipient",
			      "Een antwoord gaat naar een ontvanger; aan meer: gebruik refersTo.");
}

/* ---- events ---- */

static uint32_t number_of(struct skl_own_mapping *m, const json_t *object, const char *key,
			  int list, const char *place)
{
	const json_t *value = json_object_get(object, key);
	char where[80];

	if (!value)
		return 0;
	if (list >= 0)
		return skl_own_code(m, object, key, (enum skl_list)list, place);
	if (list == SKL_PLAIN_NUMBER && json_integer_value(value) > 0 &&
	    json_integer_value(value) <= (json_int_t)SKL_LIMIT_NUMBER)
		return (uint32_t)json_integer_value(value);
	(void)snprintf(where, sizeof(where), "%s.%s", place, key);
	skl_own_fault(m, where, "event", "Deze code heeft hier geen waarde.");
	return 0;
}

static void map_event(struct skl_own_mapping *m, const json_t *object, size_t index)
{
	struct skl_mapped_event event = {0};
	const struct skl_row_fields *fields;
	const json_t *ref = json_object_get(object, "ref");
	char place[32];

	(void)snprintf(place, sizeof(place), "events[%zu]", index);
	event.code = (enum skl_event)skl_own_code(m, object, "code", SKL_LIST_EVENT, place);
	fields = skl_event_fields((uint32_t)event.code);
	if (!fields)
		return;
	event.value = number_of(m, object, "value", fields->value_list, place);
	event.detail = number_of(m, object, "detail", fields->detail_list, place);
	event.third = number_of(m, object, "third", fields->third_list, place);
	event.place = skl_own_place(m, json_integer_value(json_object_get(object, "subject")));
	event.other_place =
		skl_own_place(m, json_integer_value(json_object_get(object, "otherSubject")));
	copy_id(m, object, "partner", place, event.partner);
	copy_id(m, object, "desk", place, event.desk);
	event.at_ms = skl_own_time(m, object, "at", place);
	event.until_ms = skl_own_time(m, object, "until", place);
	if (ref) {
		event.has_ref =
			json_is_string(ref) && skl_hex_decode(skl_view_str(json_string_value(ref)),
							      event.ref, SKL_ID_BYTES) == SKL_OK;
		if (!event.has_ref)
			skl_own_fault(m, place, "event",
				      "ref is geen kenmerk (32 tekens 0-9 en a-f).");
	}
	skl_mapped_event(m->mapped, &event);
}

/* ---- consents ---- */

static bool ref_of(struct skl_own_mapping *m, const char *name, const char *place,
		   uint8_t ret[SKL_ID_BYTES])
{
	const struct skl_own_opts *opts = m->opts;

	if (name && skl_hex_decode(skl_view_str(name), ret, SKL_ID_BYTES) == SKL_OK)
		return true;
	if (name && opts->consent_ref && skl_text_is_user_ref(skl_view_str(name)) &&
	    opts->consent_ref(opts->arg, name, ret))
		return true;
	skl_own_fault(m, place, "consent",
		      "Welke toestemming? Geef haar een eigen kenmerk (letters, cijfers, . _ -).");
	return false;
}

static uint64_t categories_of(struct skl_own_mapping *m, const json_t *list, const char *place)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		uint32_t code = name ? skl_code_number(SKL_LIST_CATEGORY, skl_view_str(name)) : 0;

		if (code)
			bits |= UINT64_C(1) << code;
		else
			skl_own_fault(m, place, "code", "Een onderdeel dat niet bestaat.");
	}
	return bits;
}

static void map_consent(struct skl_own_mapping *m, const json_t *object, size_t index)
{
	struct skl_mapped_consent consent = {0};
	char place[32];

	(void)snprintf(place, sizeof(place), "consents[%zu]", index);
	if (!ref_of(m, text_at(object, "id"), place, consent.ref))
		return;
	consent.place = skl_own_place(m, json_integer_value(json_object_get(object, "subject")));
	consent.giver_place =
		skl_own_place(m, json_integer_value(json_object_get(object, "giver")));
	consent.capacity = (enum skl_consent_capacity)skl_own_code(
		m, object, "capacity", SKL_LIST_CONSENT_CAPACITY, place);
	consent.purpose =
		(enum skl_purpose)skl_own_code(m, object, "purpose", SKL_LIST_PURPOSE, place);
	consent.state = (enum skl_consent_state)skl_own_code(m, object, "state",
							     SKL_LIST_CONSENT_STATE, place);
	consent.how =
		(enum skl_consent_how)skl_own_code(m, object, "how", SKL_LIST_CONSENT_HOW, place);
	consent.categories = categories_of(m, json_object_get(object, "categories"), place);
	copy_id(m, object, "holder", place, consent.holder);
	copy_id(m, object, "partner", place, consent.partner);
	copy_id(m, object, "desk", place, consent.desk);
	consent.from_ms = skl_own_time(m, object, "from", place);
	consent.until_ms = skl_own_time(m, object, "until", place);
	if (!consent.from_ms)
		consent.from_ms = m->opts->now_ms;
	if (!consent.place || !consent.giver_place || !consent.capacity || !consent.purpose ||
	    !consent.state || !consent.how || !consent.categories || !*consent.partner) {
		skl_own_fault(
			m, place, "consent",
			"Een toestemming zegt: over wie (subject), door wie (giver), als wat "
			"(capacity), naar wie (partner), waarvoor (purpose), wat (categories), "
			"state en how. Nooit voor een heel gezin.");
		return;
	}
	if (m->mapped->consent_count < SKL_MAPPED_CONSENTS_N)
		m->mapped->consents[m->mapped->consent_count++] = consent;
}

static void map_rests(struct skl_own_mapping *m, const json_t *list)
{
	struct skl_mapped *mapped = m->mapped;

	if (json_array_size(list) > SKL_MAPPED_CONSENTS_N)
		skl_own_fault(m, "restsOn", "json", "De lijst is te lang.");
	for (size_t i = 0; i < json_array_size(list) && i < SKL_MAPPED_CONSENTS_N; i++)
		if (ref_of(m, json_string_value(json_array_get(list, i)), "restsOn",
			   mapped->rests[mapped->rests_count]))
			mapped->rests_count++;
}

/* ---- facts and weighing ---- */

static void map_facts(struct skl_own_mapping *m, const json_t *object)
{
	const json_t *facts = json_object_get(object, "facts");

	for (size_t i = 2; i < SKL_OWN_FACTS_N; i++) {
		const struct skl_own_fact *row = &skl_own_facts[i];
		uint32_t value = skl_own_code(m, facts, row->key, row->list, "facts");

		if (value)
			skl_mapped_fact_value(m->mapped, row->code, value);
	}
}

/* Declared by a named person: it passes with faults of form, and nobody waits for an answer. */
static void map_acute(struct skl_own_mapping *m, const json_t *object)
{
	const char *by = text_at(object, "acuteBy");
	struct skl_mapped *mapped = m->mapped;

	if (!by)
		return;
	if (!skl_text_is_user_ref(skl_view_str(by))) {
		skl_own_fault(m, "acuteBy", "user", "acuteBy is geen kenmerk.");
		return;
	}
	mapped->is_acute = true;
	skl_mapped_fact_text(mapped, SKL_FACT_ACUTE_BY, by, m->opts->now_ms);
	if (!skl_mapped_find_fact(mapped, SKL_FACT_URGENCY))
		skl_mapped_fact_value(mapped, SKL_FACT_URGENCY, SKL_URGENCY_ACUTE);
	if (!skl_mapped_find_fact(mapped, SKL_FACT_UNSAFETY))
		skl_mapped_fact_value(mapped, SKL_FACT_UNSAFETY, SKL_UNSAFETY_ACUTE);
}

static void map_weighing(struct skl_own_mapping *m, const json_t *list)
{
	struct skl_mapped *mapped = m->mapped;

	for (size_t i = 0; i < json_array_size(list) && i < SKL_MAPPED_WEIGHING_N; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		uint32_t code = name ? skl_code_number(SKL_LIST_WEIGHING, skl_view_str(name)) : 0;

		if (code)
			mapped->weighing[mapped->weighing_count++] = (enum skl_weighing)code;
		else
			skl_own_fault(m, "weighing", "code", "Staat niet in de gesloten lijst.");
	}
}

void skl_own_map_rows(struct skl_own_mapping *m, const json_t *object)
{
	skl_own_each(m, object, "events", SKL_MAPPED_ROWS_N, map_event);
	skl_own_each(m, object, "consents", SKL_MAPPED_CONSENTS_N, map_consent);
	map_rests(m, json_object_get(object, "restsOn"));
	map_facts(m, object);
	map_acute(m, object);
	map_weighing(m, json_object_get(object, "weighing"));
}
