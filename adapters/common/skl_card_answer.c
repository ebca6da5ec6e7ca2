/* SPDX-License-Identifier: EUPL-1.2 */

/* The answer to a crisis_lookup: from the cards, without a person. */

#include <stdio.h>
#include <string.h>

#include "skl_card_make.h"
#include "skl_clock.h"
#include "skl_json.h"
#include "skl_label.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_text.h"

/* An answer in the making, and the card that is being put into it. */
struct answer {
	struct skl_mapped *mapped;
	const struct skl_context *asked;
	const json_t *record;
	size_t at; /* place of the card in the list */
};

/* ---- persons ---- */

static const struct skl_context_subject *asked_about(const struct answer *answer,
						     const char *number)
{
	const char *hex = json_string_value(
		json_object_get(json_object_get(answer->record, "persons"), number));
	uint8_t pseudonym[32];

	if (!hex || skl_hex_decode(skl_view_str(hex), pseudonym, sizeof(pseudonym)))
		return NULL;
	for (size_t i = 0; i < answer->asked->subject_count; i++)
		if (answer->asked->subjects[i].scheme &&
		    memcmp(answer->asked->subjects[i].pseudonym, pseudonym, 32) == 0)
			return &answer->asked->subjects[i];
	return NULL;
}

static void copy_positions(const struct answer *answer, int64_t number,
			   struct skl_mapped_subject *subject)
{
	const json_t *subjects =
		json_object_get(json_object_get(answer->record, "message"), "subjects");
	const json_t *one;
	const json_t *position;
	size_t i, k;

	json_array_foreach(subjects, i, one)
	{
		if (json_integer_value(json_object_get(one, "number")) != number)
			continue;
		json_array_foreach(json_object_get(one, "positions"), k, position)
		{
			uint32_t code = skl_code_number(SKL_LIST_POSITION,
							skl_view_str(json_string_value(position)));

			if (code && subject->position_count < SKL_MAPPED_POSITIONS_N)
				subject->positions[subject->position_count++] =
					(enum skl_position)code;
		}
	}
}

/* skl_label_number_fn: who was asked about keeps that number; others of the card come beside. */
static uint32_t place_for(void *arg, int64_t number)
{
	struct answer *answer = arg;
	const struct skl_context_subject *known;
	struct skl_mapped_subject *subject;
	char name[24];
	char ref[48];
	size_t place;

	(void)snprintf(name, sizeof(name), "%lld", (long long)number);
	(void)snprintf(ref, sizeof(ref), "%zu-%s", answer->at, name);
	known = asked_about(answer, name);
	place = known ? skl_mapped_place_of_number(answer->mapped, known->number)
		      : skl_mapped_place(answer->mapped, ref);
	if (place)
		return (uint32_t)place;
	subject = skl_mapped_add_subject(answer->mapped);
	if (!subject)
		return 0;
	if (known)
		subject->number = known->number; /* its positions come from the question */
	else
		(void)snprintf(subject->ref, sizeof(subject->ref), "%s", ref);
	copy_positions(answer, number, subject);
	return (uint32_t)answer->mapped->subject_count;
}

/* ---- sections ---- */

/* A ban is told as the measure that it is. */
static json_t *measure_of_ban(const json_t *ban)
{
	json_t *measure = json_pack("{s:s}", "measure", "house_ban");

	if (json_object_get(ban, "from"))
		(void)json_object_set(measure, "from", json_object_get(ban, "from"));
	if (json_object_get(ban, "until"))
		(void)json_object_set(measure, "until", json_object_get(ban, "until"));
	return json_pack("{s:[o]}", "measures", measure);
}

static enum skl_category category_of(const json_t *section)
{
	const char *name = json_string_value(json_object_get(section, "category"));

	return name ? (enum skl_category)skl_code_number(SKL_LIST_CATEGORY, skl_view_str(name))
		    : SKL_CATEGORY_UNSPECIFIED;
}

static void add_section(struct answer *answer, const json_t *from)
{
	enum skl_category category = category_of(from);
	const json_t *data = json_object_get(from, "data");
	struct skl_mapped_section *section;
	const json_t *number;
	json_t *content;
	size_t i;

	if (category == SKL_CATEGORY_BAN) {
		category = SKL_CATEGORY_MEASURES;
		content = measure_of_ban(data);
	} else if (category == SKL_CATEGORY_AGREEMENT || category == SKL_CATEGORY_MEASURES ||
		   category == SKL_CATEGORY_INVOLVED) {
		content = json_deep_copy(data);
	} else {
		return;
	}
	section = skl_mapped_add_section(answer->mapped, category);
	if (!section || !content || skl_label_renumber(category, content, place_for, answer)) {
		answer->mapped->err = answer->mapped->err ? answer->mapped->err : SKL_ENOMEM;
		json_decref(content);
		return;
	}
	json_decref(section->content);
	section->content = content;
	section->source_law = SKL_SOURCE_LAW_WMO;
	json_array_foreach(json_object_get(from, "about"), i, number)
		skl_mapped_about(section, place_for(answer, json_integer_value(number)));
}

/* ---- the message ---- */

static void begin(struct skl_mapped *mapped, const struct skl_context *asked, bool is_known)
{
	struct skl_mapped_event known = {.code = SKL_EVENT_ANSWER,
					 .value = is_known ? SKL_ANSWER_KNOWN
							   : SKL_ANSWER_NOT_KNOWN};

	skl_mapped_init(mapped, SKL_KIND_CRISIS_ANSWER);
	mapped->has_in_reply_to = true;
	memcpy(mapped->in_reply_to, asked->id, SKL_ID_BYTES);
	memcpy(mapped->to_partner, asked->partner, sizeof(mapped->to_partner));
	memcpy(mapped->to_desk, asked->desk, sizeof(mapped->to_desk));
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, SKL_GROUND_WMO_4_1_1_2_E);
	skl_mapped_fact_value(mapped, SKL_FACT_URGENCY, SKL_URGENCY_ACUTE);
	skl_mapped_event(mapped, &known);
}

static void add_cards(struct skl_mapped *mapped, const struct skl_context *asked,
		      const json_t *records)
{
	struct answer answer = {.mapped = mapped, .asked = asked};
	const json_t *section;
	size_t i;

	for (size_t k = 0; k < json_array_size(records) && k < SKL_CARD_ANSWER_N; k++) {
		answer.record = json_array_get(records, k);
		answer.at = k;
		json_array_foreach(
			json_object_get(json_object_get(answer.record, "message"), "sections"), i,
			section) add_section(&answer, section);
	}
}

/* By the pseudonyms that came, and the addresses in contact. */
static void look_of(const struct skl_adapter *adapter, const struct skl_received *received,
		    const struct skl_context *asked, struct skl_card_look *look)
{
	for (size_t i = 0; i < asked->subject_count && look->count < SKL_CARD_KEYS_N; i++)
		if (asked->subjects[i].scheme)
			memcpy(look->keys[look->count++], asked->subjects[i].pseudonym, 32);
	for (size_t i = 0; i < received->section_count; i++) {
		const struct skl_received_section *section = &received->sections[i];
		json_t *contact;

		if (section->err ||
		    section->row->category != SCHAKEL__V1__CATEGORY__CATEGORY_CONTACT)
			continue;
		contact = json_loadb((const char *)section->content.data, section->content.len, 0,
				     NULL);
		skl_card_look_for(adapter->pseudonym_key, contact, look);
		json_decref(contact);
	}
}

static enum skl_err send(struct skl_adapter *adapter, const struct skl_context *asked,
			 const json_t *records)
{
	struct skl_native native = {0};
	struct skl_mapped mapped;
	struct skl_compose_opts opts = {.about = asked,
					.case_ref = asked->has_case ? asked->case_ref : NULL};
	struct skl_error error = {0};
	char hex[SKL_ID_TEXT_BYTES];
	char key[64];
	enum skl_err err;

	(void)snprintf(key, sizeof(key), "crisis/%s", skl_id_text(asked->id, hex));
	err = skl_adapter_native(adapter, key, skl_view_of(asked->id, SKL_ID_BYTES), &native);
	if (err)
		return err;
	begin(&mapped, asked, json_array_size(records) > 0);
	add_cards(&mapped, asked, records);
	err = mapped.err;
	if (!err)
		err = skl_adapter_submit(adapter, &mapped, native.id, &opts, 0, &error);
	skl_mapped_done(&mapped);
	skl_log(err ? SKL_LOG_ERR : SKL_LOG_NOTICE, "crisis.answered",
		"about=%s cards=%zu code=%s text=\"%s\"", hex, json_array_size(records),
		skl_err_name(err), error.text);
	return err;
}

enum skl_err skl_card_answer(struct skl_adapter *adapter, const struct skl_received *received)
{
	SKL_CLEANUP(skl_freep) struct skl_context *asked = NULL;
	struct skl_card_look look = {0};
	struct skl_error error = {0};
	json_t *records = NULL;
	enum skl_err err;

	if (!adapter->cards || received->common->kind != SCHAKEL__V1__KIND__KIND_CRISIS_LOOKUP ||
	    skl_compose_check(received, &error))
		return SKL_OK;
	asked = skl_calloc(1, sizeof(*asked));
	if (!asked)
		return SKL_ENOMEM;
	skl_compose_remember(received, asked);
	look_of(adapter, received, asked, &look);
	err = skl_cards_find(adapter->cards, &look, skl_now_ms(), &records);
	if (!err)
		err = send(adapter, asked, records);
	json_decref(records);
	return err;
}
