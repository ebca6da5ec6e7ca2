/* SPDX-License-Identifier: EUPL-1.2 */

/* Received messages as XML for the police system. */

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_police_out.h"
#include "skl_text.h"
#include "skl_xmlw.h"

struct writing {
	struct skl_xmlw w;
	const struct skl_received *received;
	const struct skl_context *about;
};

static const char *root_of(enum skl_kind kind)
{
	switch ((int)kind) {
	case SKL_KIND_REPORT_RECEIPT:
		return "ontvangstbevestiging";
	case SKL_KIND_POLICE_DATA_REQUEST:
		return "verzoek-om-politiegegevens";
	case SKL_KIND_FEEDBACK:
		return "terugkoppeling";
	default:
		return "bericht";
	}
}

void skl_police_out_name(const struct skl_received *received, char ret_name[SKL_POLICE_NAME_BYTES])
{
	char id[33];

	skl_hex_encode(skl_view_of(received->common->id.data, SKL_ID_BYTES), id);
	(void)snprintf(ret_name, SKL_POLICE_NAME_BYTES, "%s-%s.xml",
		       root_of((enum skl_kind)received->common->kind), id);
}

static void positions_of(const struct skl_envelope *env, uint32_t number, struct skl_buf *buf)
{
	const Schakel__V1__SubjectRow *row = skl_envelope_find_subject(env, number);

	for (size_t i = 0; row && i < row->n_positions; i++) {
		const char *label = skl_code_label_nl(SKL_LIST_POSITION, row->positions[i]);

		skl_buf_addf(buf, "%s%s", buf->len ? ", " : "", label ? label : "onbekend");
	}
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The persons of the message; identity and bsn, where they were sent, inside. */
static void person(struct writing *wr, uint32_t number)
{
	const struct skl_context_subject *known =
		wr->about ? skl_context_subject(wr->about, number) : NULL;
	struct skl_buf positions;

	skl_buf_init(&positions, 256);
	positions_of(wr->received->envelope, number, &positions);
	skl_xmlw_start(&wr->w, "persoon");
	skl_xmlw_attr_number(&wr->w, "nummer", number);
	skl_xmlw_attr(&wr->w, "ref", known ? known->ref : NULL);
	skl_xmlw_attr(&wr->w, "soort", skl_buf_str(&positions));
	skl_buf_done(&positions);
	for (size_t i = 0; i < wr->received->section_count; i++) {
		const struct skl_received_section *section = &wr->received->sections[i];
		json_t *content;

		if (section->err || section->row->n_about != 1 || section->row->about[0] != number)
			continue;
		content = json_loadb((const char *)section->content.data, section->content.len, 0,
				     NULL);
		if ((enum skl_category)section->row->category == SKL_CATEGORY_IDENTITY) {
			skl_xmlw_leaf(&wr->w, "voornamen", text_of(content, "given_names"));
			skl_xmlw_leaf(&wr->w, "voorvoegsel", text_of(content, "prefix"));
			skl_xmlw_leaf(&wr->w, "achternaam", text_of(content, "family_name"));
			skl_xmlw_leaf(&wr->w, "geboren", text_of(content, "born"));
		} else if ((enum skl_category)section->row->category == SKL_CATEGORY_BSN) {
			skl_xmlw_leaf(&wr->w, "bsn", text_of(content, "bsn"));
		}
		json_decref(content);
	}
	skl_xmlw_end(&wr->w);
}

static void each_text(struct skl_xmlw *w, const json_t *object, const char *key, const char *name,
		      int list)
{
	const json_t *texts = json_object_get(object, key);

	for (size_t i = 0; i < json_array_size(texts); i++) {
		const char *text = json_string_value(json_array_get(texts, i));

		if (text && list >= 0)
			text = skl_code_label_nl(
				(enum skl_list)list,
				skl_code_number((enum skl_list)list, skl_view_str(text)));
		skl_xmlw_leaf(w, name, text);
	}
}

static void feedback(struct skl_xmlw *w, const json_t *content)
{
	const json_t *contact = json_object_get(content, "contact_person");

	skl_xmlw_leaf(w, "opgepakt",
		      json_is_true(json_object_get(content, "taken_up")) ? "ja" : "nee");
	if (contact) {
		skl_xmlw_start(w, "contactpersoon");
		skl_xmlw_attr(w, "functie", text_of(contact, "function"));
		skl_xmlw_attr(w, "naam", text_of(contact, "name"));
		skl_xmlw_attr(w, "telefoon", text_of(contact, "phone"));
		skl_xmlw_end(w);
	}
	each_text(w, content, "steps", "stap", -1);
	skl_xmlw_leaf(w, "tekst", text_of(content, "text"));
}

static void door_card(struct skl_xmlw *w, const json_t *content)
{
	const char *pattern = text_of(content, "pattern");

	skl_xmlw_start(w, "deurkaart");
	skl_xmlw_attr(w, "gewogen-door", text_of(content, "weighed_by"));
	skl_xmlw_attr(w, "geldig-tot", text_of(content, "valid_until"));
	each_text(w, content, "instructions", "instructie", -1);
	each_text(w, content, "agreements", "afspraak", -1);
	each_text(w, content, "measures", "maatregel", (int)SKL_LIST_MEASURE);
	skl_xmlw_leaf(w, "gevaar-voor-agenten", text_of(content, "danger_to_officers"));
	if (pattern)
		skl_xmlw_leaf(w, "patroon",
			      skl_code_label_nl(
				      SKL_LIST_PATTERN,
				      skl_code_number(SKL_LIST_PATTERN, skl_view_str(pattern))));
	skl_xmlw_end(w);
}

/* Content of any other category: a field an element, so that nothing that came is lost. */
static void fields(struct skl_xmlw *w, const json_t *value, const char *name)
{
	char number[24];
	void *iter;

	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			fields(w, json_array_get(value, i), name);
		return;
	}
	/* Depth: no deeper than the content table. */
	skl_xmlw_start(w, "veld");
	skl_xmlw_attr(w, "naam", name);
	if (json_is_object(value)) {
		iter = json_object_iter((json_t *)(uintptr_t)value);
		for (; iter; iter = json_object_iter_next((json_t *)(uintptr_t)value, iter))
			fields(w, json_object_iter_value(iter), json_object_iter_key(iter));
	} else if (json_is_string(value)) {
		skl_xmlw_attr(w, "waarde", json_string_value(value));
	} else if (json_is_integer(value)) {
		(void)snprintf(number, sizeof(number), "%lld",
			       (long long)json_integer_value(value));
		skl_xmlw_attr(w, "waarde", number);
	} else {
		skl_xmlw_attr(w, "waarde", json_is_true(value) ? "ja" : "nee");
	}
	skl_xmlw_end(w);
}

static void other(struct writing *wr, const struct skl_received_section *section,
		  const json_t *content)
{
	void *iter = json_object_iter((json_t *)(uintptr_t)content);

	skl_xmlw_start(&wr->w, "onderdeel");
	skl_xmlw_attr(&wr->w, "soort",
		      skl_code_label_nl(SKL_LIST_CATEGORY, section->row->category));
	for (size_t i = 0; i < section->row->n_about; i++) {
		skl_xmlw_start(&wr->w, "over");
		skl_xmlw_attr_number(&wr->w, "nummer", section->row->about[i]);
		skl_xmlw_end(&wr->w);
	}
	for (; iter; iter = json_object_iter_next((json_t *)(uintptr_t)content, iter))
		fields(&wr->w, json_object_iter_value(iter), json_object_iter_key(iter));
	skl_xmlw_end(&wr->w);
}

static void section(struct writing *wr, const struct skl_received_section *one)
{
	json_t *content;

	switch ((int)one->row->category) {
	case SKL_CATEGORY_IDENTITY:
	case SKL_CATEGORY_BSN:
		return; /* with the person */
	default:
		break;
	}
	if (one->err) {
		skl_xmlw_start(&wr->w, "niet-te-openen");
		skl_xmlw_attr(&wr->w, "onderdeel",
			      skl_code_label_nl(SKL_LIST_CATEGORY, one->row->category));
		skl_xmlw_end(&wr->w);
		return;
	}
	content = json_loadb((const char *)one->content.data, one->content.len, 0, NULL);
	if ((enum skl_category)one->row->category == SKL_CATEGORY_FEEDBACK)
		feedback(&wr->w, content);
	else if ((enum skl_category)one->row->category == SKL_CATEGORY_DOOR_CARD)
		door_card(&wr->w, content);
	else
		other(wr, one, content);
	json_decref(content);
}

static void code_attr(struct skl_xmlw *w, const char *name, int list, uint32_t value)
{
	if (value && list >= 0)
		skl_xmlw_attr(w, name, skl_code_label_nl((enum skl_list)list, value));
	else if (value && list == SKL_PLAIN_NUMBER)
		skl_xmlw_attr_number(w, name, value);
}

/* What happened, in words: who directs, why there is no ban. The names are those of the OM. */
static void event(struct writing *wr, const struct skl_directory *directory,
		  const Schakel__V1__EventRow *row)
{
	const struct skl_row_fields *fields = skl_event_fields((uint32_t)row->code);
	const struct skl_dir_partner *partner =
		directory ? skl_directory_partner(directory, skl_view_str(row->partner)) : NULL;

	skl_xmlw_start(&wr->w, "gebeurtenis");
	skl_xmlw_attr(&wr->w, "soort", skl_code_label_nl(SKL_LIST_EVENT, (uint32_t)row->code));
	if (fields) {
		code_attr(&wr->w, "waarde", fields->value_list, row->value);
		code_attr(&wr->w, "stand", fields->detail_list, row->detail);
		code_attr(&wr->w, "graad", fields->third_list, row->third);
	}
	code_attr(&wr->w, "persoon", SKL_PLAIN_NUMBER, row->subject);
	code_attr(&wr->w, "andere-persoon", SKL_PLAIN_NUMBER, row->other_subject);
	skl_xmlw_attr(&wr->w, "partner", row->partner);
	skl_xmlw_attr(&wr->w, "naam", partner ? partner->name : NULL);
	skl_xmlw_attr(&wr->w, "bureau", row->desk);
	skl_xmlw_attr_time(&wr->w, "op", row->at_ms);
	skl_xmlw_attr_time(&wr->w, "tot", row->until_ms);
	if (row->ref.len == SKL_ID_BYTES)
		skl_xmlw_attr_id(&wr->w, "kenmerk", row->ref.data);
	skl_xmlw_end(&wr->w);
}

/* Where a text comes from is told with the text, and what is referred to at the top. */
static void events(struct writing *wr, const struct skl_directory *directory)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(wr->received->envelope, i)); i++)
		if (row->code != SCHAKEL__V1__EVENT_CODE__EVENT_TOLD_BY &&
		    row->code != SCHAKEL__V1__EVENT_CODE__EVENT_REFERS_TO)
			event(wr, directory, row);
}

static void about_attrs(struct writing *wr)
{
	const Schakel__V1__Common *common = wr->received->common;
	const Schakel__V1__EventRow *refers =
		skl_envelope_find_event(wr->received->envelope, SKL_EVENT_REFERS_TO);

	if (wr->about && *wr->about->native_id)
		skl_xmlw_attr(&wr->w, "melding", wr->about->native_id);
	if (common->in_reply_to.len == SKL_ID_BYTES)
		skl_xmlw_attr_id(&wr->w, "antwoord-op", common->in_reply_to.data);
	else if (refers && refers->ref.len == SKL_ID_BYTES)
		skl_xmlw_attr_id(&wr->w, "betreft", refers->ref.data);
}

static void request_tail(struct writing *wr)
{
	static const char *const wanted[] = {"geweld", "zeden", "vuurwapenbezit",
					     "vuurwapengebruik"};
	char id[33];
	char text[320];

	for (size_t i = 0; i < SKL_COUNT(wanted); i++)
		skl_xmlw_leaf(&wr->w, "gevraagd", wanted[i]);
	skl_hex_encode(skl_view_of(wr->received->common->id.data, SKL_ID_BYTES), id);
	(void)snprintf(
		text, sizeof(text),
		"Antwoord met een bestand <politiegegevens antwoord-op=\"%s\"> in de map in: "
		"voor elke persoon (over = nummer) alle vier geschiedenissen; is er niets, dan "
		"niets-bekend=\"ja\".",
		id);
	skl_xmlw_leaf(&wr->w, "hoe", text);
}

void skl_police_out_message(const struct skl_received *received, const struct skl_context *about,
			    const struct skl_directory *directory, struct skl_buf *buf)
{
	const Schakel__V1__Common *common = received->common;
	const struct skl_dir_partner *from =
		directory ? skl_directory_partner(directory, skl_view_str(common->sender)) : NULL;
	enum skl_kind kind = (enum skl_kind)common->kind;
	struct writing wr = {.received = received, .about = about};
	const Schakel__V1__SubjectRow *row;

	skl_xmlw_begin(&wr.w, buf, root_of(kind));
	skl_xmlw_attr_id(&wr.w, "kenmerk", common->id.data);
	about_attrs(&wr);
	if (strcmp(root_of(kind), "bericht") == 0)
		skl_xmlw_attr(&wr.w, "soort", skl_code_label_nl(SKL_LIST_KIND, common->kind));
	skl_xmlw_attr(&wr.w, "van", common->sender);
	skl_xmlw_attr(&wr.w, "naam", from ? from->name : NULL);
	skl_xmlw_attr_time(&wr.w, "verzonden", common->created_ms);
	skl_xmlw_attr_time(&wr.w, "ontvangen", received->stored_ms);
	for (size_t i = 0; i < received->answer_before_count; i++) {
		skl_xmlw_start(&wr.w, "termijn");
		skl_xmlw_attr(&wr.w, "wat",
			      skl_code_label_nl(SKL_LIST_CLOCK, received->answer_before[i]->clock));
		skl_xmlw_attr_time(&wr.w, "voor", received->answer_before[i]->due_ms);
		skl_xmlw_end(&wr.w);
	}
	for (size_t i = 0; (row = skl_envelope_subject(received->envelope, i)); i++)
		person(&wr, row->number);
	for (size_t i = 0; i < received->section_count; i++)
		section(&wr, &received->sections[i]);
	if (strcmp(root_of(kind), "bericht") == 0)
		events(&wr, directory);
	if (kind == SKL_KIND_POLICE_DATA_REQUEST)
		request_tail(&wr);
	for (size_t i = 0; i < received->not_shared_count; i++) {
		skl_xmlw_start(&wr.w, "niet-gedeeld");
		skl_xmlw_attr(
			&wr.w, "onderdeel",
			skl_code_label_nl(SKL_LIST_CATEGORY, received->not_shared[i]->category));
		skl_xmlw_attr(
			&wr.w, "reden",
			skl_code_label_nl(SKL_LIST_CUT_REASON, received->not_shared[i]->reason));
		skl_xmlw_end(&wr.w);
	}
	skl_xmlw_end(&wr.w);
}
