/* SPDX-License-Identifier: EUPL-1.2 */

/* Messages to cards, and who gets a standing copy. The answer to a look: skl_card_answer.c. */

#include "skl_card_make.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_label.h"
#include "skl_mem.h"
#include "skl_own_json.h"
#include "skl_pseudonym.h"
#include "skl_text.h"

#define DAY_MS  INT64_C(86400000)
#define TERM_MS (SKL_CARD_DAYS * DAY_MS)

/* What a kind of message does to cards. */
enum effect {
	NOTHING,
	KEEPS_AGREEMENT,
	KEEPS_BAN,
	ENDS_BAN,
	TAKES_BACK, /* what it refers to */
	CORRECTS    /* what it refers to, if it says how it should be */
};

static enum effect effect_of(enum skl_kind kind)
{
	static const struct {
		enum skl_kind kind;
		enum effect effect;
	} effects[] = {
		{SKL_KIND_CONDITIONAL_AGREEMENT, KEEPS_AGREEMENT},
		{SKL_KIND_BAN_ORDER, KEEPS_BAN},
		{SKL_KIND_BAN_EXTENSION, KEEPS_BAN},
		{SKL_KIND_BAN_REVOCATION, ENDS_BAN},
		{SKL_KIND_BAN_END, ENDS_BAN},
		{SKL_KIND_RECALL, TAKES_BACK},
		{SKL_KIND_RETRACTION, TAKES_BACK},
		{SKL_KIND_FALSE_OR_UNFOUNDED, TAKES_BACK},
		{SKL_KIND_CORRECTION, CORRECTS},
	};

	for (size_t i = 0; i < SKL_COUNT(effects); i++)
		if (effects[i].kind == kind)
			return effects[i].effect;
	return NOTHING;
}

/* A message as cards see it, received or sent. */
struct telling {
	enum effect effect;
	const uint8_t *id;
	const uint8_t *case_ref;  /* NULL: none */
	const uint8_t *refers_to; /* NULL: none */
	const uint8_t *over;      /* the agreement that is over; NULL: none */
	int64_t at_ms;
	int64_t until_ms; /* 0: not said */
	json_t *message;  /* owned */
	json_t *keys;     /* owned: hex */
	json_t *persons;  /* owned: pseudonym by number */
};

/* ---- keys ---- */

static void add_key(json_t *keys, const uint8_t key[32])
{
	(void)json_array_append_new(keys, skl_json_hex(key, 32));
}

static struct skl_view text_in(const json_t *object, const char *name)
{
	return skl_view_str(skl_json_text(object, name));
}

/* By postcode and number, and by street, number and place: whichever the other one knows. */
static size_t address_keys(const uint8_t key[32], const json_t *address, uint8_t ret[2][32])
{
	struct skl_view number = text_in(address, "number");
	struct skl_view none = skl_view_str("");
	size_t count = 0;

	if (text_in(address, "postcode").len &&
	    skl_pseudonym_address(key, text_in(address, "postcode"), number, none, ret[count]) ==
		    SKL_OK)
		count++;
	if (text_in(address, "place").len &&
	    skl_pseudonym_address(key, text_in(address, "street"), number,
				  text_in(address, "place"), ret[count]) == SKL_OK)
		count++;
	return count;
}

static void add_address(const uint8_t key[32], const json_t *address, json_t *keys)
{
	uint8_t found[2][32];
	size_t count = address_keys(key, address, found);

	for (size_t i = 0; i < count; i++)
		add_key(keys, found[i]);
}

/* The addresses that a card shows. */
static void add_addresses(const uint8_t key[32], const json_t *message, json_t *keys)
{
	const json_t *section;
	const json_t *one;
	size_t i, k;

	json_array_foreach(json_object_get(message, "sections"), i, section)
	{
		const json_t *data = json_object_get(section, "data");

		add_address(key, json_object_get(data, "address"), keys);
		json_array_foreach(json_object_get(data, "agreements"), k, one)
			add_address(key, json_object_get(one, "address"), keys);
	}
}

static void look_for_key(struct skl_card_look *look, const uint8_t key[32])
{
	if (look->count < SKL_COUNT(look->keys))
		memcpy(look->keys[look->count++], key, 32);
}

void skl_card_look_for(const uint8_t key[32], const json_t *asked, struct skl_card_look *ret_look)
{
	uint8_t found[2][32];
	const json_t *person;
	size_t i, count;

	json_array_foreach(json_object_get(asked, "persons"), i, person)
	{
		if (skl_pseudonym_bsn(key, text_in(person, "bsn"), found[0]) == SKL_OK)
			look_for_key(ret_look, found[0]);
		if (skl_pseudonym_name(key, text_in(person, "familyName"),
				       text_in(person, "givenNames"), text_in(person, "born"),
				       found[0]) == SKL_OK)
			look_for_key(ret_look, found[0]);
	}
	count = address_keys(key, json_object_get(asked, "address"), found);
	for (i = 0; i < count; i++)
		look_for_key(ret_look, found[i]);
}

/* ---- what a card may show ---- */

static bool may_show(const json_t *section)
{
	static const char *const categories[] = {"identity", "agreement", "measures", "involved",
						 "ban"};
	const char *category = json_string_value(json_object_get(section, "category"));

	for (size_t i = 0; category && i < SKL_COUNT(categories); i++)
		if (strcmp(category, categories[i]) == 0)
			return true;
	return false;
}

static void keep_what_may_show(json_t *message)
{
	static const char *const fields[] = {"facts", "events",    "consents", "notShared",
					     "desk",  "inReplyTo", "clocks",   "answerBefore"};
	json_t *sections = json_object_get(message, "sections");

	for (size_t i = 0; i < SKL_COUNT(fields); i++)
		(void)json_object_del(message, fields[i]);
	for (size_t i = json_array_size(sections); i > 0; i--)
		if (!may_show(json_array_get(sections, i - 1)))
			(void)json_array_remove(sections, i - 1);
}

static bool has_category(const json_t *message, const char *wanted)
{
	const json_t *section;
	size_t i;

	json_array_foreach(json_object_get(message, "sections"), i, section)
	{
		const char *category = json_string_value(json_object_get(section, "category"));

		if (category && strcmp(category, wanted) == 0)
			return true;
	}
	return false;
}

/* ---- what follows ---- */

/* What an agreement that is passed on says beside its sections. */
static json_t *events_kept(const json_t *message)
{
	static const char *const codes[] = {"agreement", "deadline"};
	json_t *kept = json_array();
	json_t *event;
	size_t i;

	json_array_foreach(json_object_get(message, "events"), i, event)
	{
		for (size_t k = 0; k < SKL_COUNT(codes); k++)
			if (strcmp(skl_json_text(event, "code"), codes[k]) == 0)
				(void)json_array_append(kept, event);
	}
	return kept;
}

static enum skl_err keep(struct skl_cards *cards, const uint8_t key[32], struct telling *telling)
{
	int64_t until_ms = telling->until_ms ? telling->until_ms : telling->at_ms + TERM_MS;
	json_t *record = json_object();
	enum skl_err err;

	(void)json_object_set_new(record, "events", events_kept(telling->message));
	keep_what_may_show(telling->message);
	(void)json_object_set_new(telling->message, "validUntil", skl_json_time(until_ms));
	add_addresses(key, telling->message, telling->keys);
	(void)json_object_set_new(record, "id", skl_json_hex(telling->id, SKL_ID_BYTES));
	if (telling->case_ref)
		(void)json_object_set_new(record, "caseRef",
					  skl_json_hex(telling->case_ref, SKL_ID_BYTES));
	(void)json_object_set_new(record, "isBan", json_boolean(telling->effect == KEEPS_BAN));
	(void)json_object_set_new(record, "sequence", json_integer((json_int_t)telling->at_ms));
	(void)json_object_set_new(record, "validUntil", json_integer((json_int_t)until_ms));
	(void)json_object_set(record, "keys", telling->keys);
	(void)json_object_set(record, "persons", telling->persons);
	if (json_object_set(record, "message", telling->message))
		err = SKL_ENOMEM;
	else
		err = skl_cards_put(cards, record);
	json_decref(record);
	return err;
}

static enum skl_err end_bans(struct skl_cards *cards, const struct telling *telling)
{
	return telling->case_ref ? skl_cards_end_bans(cards, telling->case_ref, telling->at_ms)
				 : SKL_OK;
}

static enum skl_err drop(struct skl_cards *cards, const uint8_t *id)
{
	return id ? skl_cards_remove(cards, id) : SKL_OK;
}

static enum skl_err apply(struct skl_cards *cards, const uint8_t key[32], struct telling *telling)
{
	enum skl_err err = drop(cards, telling->over);

	if (err || !telling->message)
		return err ? err : SKL_ENOMEM;
	switch (telling->effect) {
	case KEEPS_AGREEMENT:
		/* One that is over, and none in its place: no card of its own. */
		if (telling->over && telling->until_ms == 0)
			return SKL_OK;
		err = keep(cards, key, telling);
		return err ? err : drop(cards, telling->refers_to);
	case KEEPS_BAN:
		err = keep(cards, key, telling);
		return err ? err : end_bans(cards, telling);
	case ENDS_BAN:
		return end_bans(cards, telling);
	case TAKES_BACK:
		return drop(cards, telling->refers_to);
	case CORRECTS:
		if (!has_category(telling->message, "agreement") &&
		    !has_category(telling->message, "ban"))
			return SKL_OK;
		err = keep(cards, key, telling);
		return err ? err : drop(cards, telling->refers_to);
	case NOTHING:
		break;
	}
	return SKL_OK;
}

static void note_event(struct telling *telling, enum skl_event code, uint32_t third,
		       const uint8_t *ref, int64_t until_ms)
{
	if (code == SKL_EVENT_REFERS_TO && !telling->refers_to)
		telling->refers_to = ref;
	if ((code == SKL_EVENT_VALID_UNTIL || code == SKL_EVENT_BAN_PERIOD) &&
	    until_ms > telling->until_ms)
		telling->until_ms = until_ms;
	if (code == SKL_EVENT_AGREEMENT && third >= SKL_AGREEMENT_STATE_CARRIED_OUT)
		telling->over = ref;
}

static void telling_done(struct telling *telling)
{
	json_decref(telling->message);
	json_decref(telling->keys);
	json_decref(telling->persons);
}

static void add_person(struct telling *telling, uint32_t number, const uint8_t pseudonym[32])
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%u", number);
	(void)json_object_set_new(telling->persons, name, skl_json_hex(pseudonym, 32));
	add_key(telling->keys, pseudonym);
}

/* ---- received ---- */

/* Any kind may say that an agreement was carried out, or not. */
static bool is_of_cards(const struct telling *telling)
{
	return telling->effect != NOTHING || telling->over;
}

/* By the row that came; else, for a number of ours that came back, as we knew that person. */
static enum skl_err add_persons(struct skl_adapter *adapter, const struct skl_received *received,
				struct telling *telling)
{
	SKL_CLEANUP(skl_freep) struct skl_context *about = skl_calloc(1, sizeof(*about));
	const Schakel__V1__SubjectRow *subject;
	bool has_about = false;
	enum skl_err err =
		about ? skl_adapter_about(adapter, received, about, &has_about) : SKL_ENOMEM;

	for (size_t i = 0; !err && (subject = skl_envelope_subject(received->envelope, i)); i++) {
		const Schakel__V1__PseudonymRow *told =
			skl_envelope_find_pseudonym(received->envelope, subject->number);
		const struct skl_context_subject *known =
			has_about ? skl_context_subject(about, subject->number) : NULL;

		if (told && told->pseudonym.len == 32)
			add_person(telling, subject->number, told->pseudonym.data);
		else if (known && known->scheme)
			add_person(telling, subject->number, known->pseudonym);
	}
	return err;
}

enum skl_err skl_card_received(struct skl_adapter *adapter, const struct skl_received *received)
{
	const Schakel__V1__Common *common = received->common;
	const struct skl_envelope *env = received->envelope;
	struct telling telling = {.effect = effect_of((enum skl_kind)common->kind),
				  .id = common->id.data,
				  .at_ms = common->created_ms};
	const Schakel__V1__EventRow *row;
	struct skl_error error = {0};
	enum skl_err err;

	if (!adapter->cards)
		return SKL_OK;
	if (common->case_ref.len == SKL_ID_BYTES)
		telling.case_ref = common->case_ref.data;
	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++)
		note_event(&telling, (enum skl_event)row->code, row->third,
			   row->ref.len == SKL_ID_BYTES ? row->ref.data : NULL, row->until_ms);
	/* What is not as its labels say is refused to its sender, and changes nothing here. */
	if (!is_of_cards(&telling) || skl_compose_check(received, &error))
		return SKL_OK;
	telling.keys = json_array();
	telling.persons = json_object();
	err = add_persons(adapter, received, &telling);
	telling.message = skl_own_received(received, NULL, skl_client_directory(adapter->client));
	if (!err)
		err = apply(adapter->cards, adapter->pseudonym_key, &telling);
	telling_done(&telling);
	return err;
}

/* ---- sent ---- */

static uint32_t number_of(void *arg, int64_t place)
{
	const struct skl_context *context = arg;

	return place > 0 && (size_t)place <= context->subject_count
		       ? context->subjects[place - 1].number
		       : 0;
}

static json_t *section_sent(const struct skl_mapped_section *from, struct skl_context *context)
{
	json_t *section = json_object();
	json_t *about = json_array();
	json_t *data = json_deep_copy(from->content);

	for (size_t i = 0; i < from->about_count; i++)
		(void)json_array_append_new(
			about, json_integer(number_of(context, (int64_t)from->about[i])));
	(void)json_object_set_new(section, "category",
				  json_string(skl_code_name(SKL_LIST_CATEGORY, from->category)));
	(void)json_object_set_new(section, "about", about);
	if (!data || skl_label_renumber(from->category, data, number_of, context)) {
		json_decref(data);
		data = json_object();
	}
	(void)json_object_set_new(section, "data", data);
	return section;
}

static json_t *subject_sent(const struct skl_context_subject *from)
{
	json_t *subject = json_object();
	json_t *positions = json_array();

	for (size_t i = 0; i < from->position_count; i++)
		(void)json_array_append_new(
			positions,
			json_string(skl_code_name(SKL_LIST_POSITION, from->positions[i])));
	(void)json_object_set_new(subject, "number", json_integer(from->number));
	(void)json_object_set_new(subject, "positions", positions);
	return subject;
}

/* As its recipient would have it. */
static json_t *message_sent(const struct skl_adapter *adapter, const struct skl_mapped *mapped,
			    struct skl_context *context)
{
	const struct skl_dir_partner *self = skl_directory_partner(
		skl_client_directory(adapter->client), skl_view_str(adapter->partner));
	json_t *root = json_object();
	json_t *subjects = json_array();
	json_t *sections = json_array();

	for (size_t i = 0; i < context->subject_count; i++)
		(void)json_array_append_new(subjects, subject_sent(&context->subjects[i]));
	for (size_t i = 0; i < mapped->section_count; i++)
		(void)json_array_append_new(sections, section_sent(&mapped->sections[i], context));
	(void)json_object_set_new(root, "messageId", skl_json_hex(context->id, SKL_ID_BYTES));
	(void)json_object_set_new(root, "kind",
				  json_string(skl_code_name(SKL_LIST_KIND, mapped->kind)));
	(void)json_object_set_new(root, "from", json_string(adapter->partner));
	if (self)
		(void)json_object_set_new(root, "fromName", json_string(self->name));
	(void)json_object_set_new(root, "sentAt", skl_json_time(context->at_ms));
	(void)json_object_set_new(root, "subjects", subjects);
	(void)json_object_set_new(root, "sections", sections);
	return root;
}

enum skl_err skl_card_sent(struct skl_adapter *adapter, const struct skl_mapped *mapped,
			   const struct skl_context *context)
{
	struct telling telling = {.effect = effect_of(mapped->kind),
				  .id = context->id,
				  .case_ref = context->has_case ? context->case_ref : NULL,
				  .at_ms = context->at_ms};
	struct skl_context *known = (struct skl_context *)(uintptr_t)context; /* read only */
	enum skl_err err;

	if (!adapter->cards)
		return SKL_OK;
	for (size_t i = 0; i < mapped->event_count; i++)
		note_event(&telling, mapped->events[i].code, mapped->events[i].third,
			   mapped->events[i].has_ref ? mapped->events[i].ref : NULL,
			   mapped->events[i].until_ms);
	if (!is_of_cards(&telling))
		return SKL_OK;
	telling.keys = json_array();
	telling.persons = json_object();
	for (size_t i = 0; i < context->subject_count; i++)
		if (context->subjects[i].scheme)
			add_person(&telling, context->subjects[i].number,
				   context->subjects[i].pseudonym);
	telling.message = message_sent(adapter, mapped, known);
	err = apply(adapter->cards, adapter->pseudonym_key, &telling);
	telling_done(&telling);
	return err;
}

/* ---- standing copies ---- */

static bool is_named(const struct skl_mapped *mapped, const char *partner, const char *desk)
{
	if (strcmp(mapped->to_partner, partner) == 0 &&
	    (!*mapped->to_desk || strcmp(mapped->to_desk, desk) == 0))
		return true;
	for (size_t i = 0; i < mapped->also_count; i++)
		if (strcmp(mapped->also[i].partner, partner) == 0 &&
		    (!*mapped->also[i].desk || strcmp(mapped->also[i].desk, desk) == 0))
			return true;
	return false;
}

static void add_copy(struct skl_mapped *mapped, const char *partner, const char *desk,
		     enum skl_purpose purpose, enum skl_ground ground)
{
	struct skl_mapped_recipient *to;

	if (!desk || mapped->also_count == SKL_MAPPED_ALSO_N || is_named(mapped, partner, desk))
		return;
	to = &mapped->also[mapped->also_count++];
	*to = (struct skl_mapped_recipient){.is_copy = true, .purpose = purpose, .ground = ground};
	(void)snprintf(to->partner, sizeof(to->partner), "%s", partner);
	(void)snprintf(to->desk, sizeof(to->desk), "%s", desk);
}

/* Who acts in a crisis, and on which ground it may know (rules PL-04 and PL-14). */
static const struct crisis_row {
	enum skl_role role;
	enum skl_ground ground;
	bool is_at_any_desk; /* where it has no desk `crisis` */
} crisis_rows[] = {
	{SKL_ROLE_POLICE, SKL_GROUND_WMO_4_1_1_2_E, true},
	{SKL_ROLE_PSYCHIATRIC_CRISIS_SERVICE, SKL_GROUND_WMO_4_1_1_2_D, false},
};

static const struct crisis_row *crisis_row_of(const struct skl_dir_partner *partner)
{
	for (size_t i = 0; i < SKL_COUNT(crisis_rows); i++)
		if (crisis_rows[i].role == partner->role)
			return &crisis_rows[i];
	return NULL;
}

static void add_crisis_desks(const struct skl_directory *directory,
			     const struct skl_dir_partner *self, int64_t now_ms,
			     struct skl_mapped *mapped)
{
	for (size_t i = 0; i < skl_directory_partner_count(directory); i++) {
		const struct skl_dir_partner *one = skl_directory_partner_at(directory, i);
		const struct crisis_row *row = crisis_row_of(one);
		const char *desk;

		if (!row || one->is_suspended || !skl_dir_partner_shares_region(self, one))
			continue;
		desk = skl_compose_desk(directory, one->id, "crisis", now_ms);
		if (desk && (row->is_at_any_desk || strcmp(desk, "crisis") == 0))
			add_copy(mapped, one->id, desk, SKL_PURPOSE_STOP_VIOLENCE, row->ground);
	}
}

/* The last that was heard of who directs a case. */
struct director_search {
	const uint8_t *case_ref;
	bool is_found;
	int64_t at_ms;
	struct skl_context_desk director;
};

static void see_director(void *arg, const struct skl_context *context)
{
	struct director_search *search = arg;

	if (!context->tells_director || !context->has_case ||
	    memcmp(context->case_ref, search->case_ref, SKL_ID_BYTES) != 0 ||
	    (search->is_found && context->at_ms < search->at_ms))
		return;
	search->is_found = true;
	search->at_ms = context->at_ms;
	search->director = context->director;
}

/* If it is no director any more, the hub says so, and only this copy does not go (rule PL-01). */
static enum skl_err add_director(const struct skl_adapter *adapter, const uint8_t *case_ref,
				 int64_t now_ms, struct skl_mapped *mapped)
{
	const struct skl_directory *directory = skl_client_directory(adapter->client);
	struct director_search search = {.case_ref = case_ref};
	const char *id = search.director.partner;
	enum skl_err err;

	if (!case_ref)
		return SKL_OK;
	err = skl_state_context_each(adapter->state, see_director, &search);
	if (err || !*id || strcmp(id, adapter->partner) == 0)
		return err;
	add_copy(mapped, id, skl_compose_desk(directory, id, search.director.desk, now_ms),
		 SKL_PURPOSE_ORGANISE_DIRECT_SAFETY, SKL_GROUND_WMO_4_1_1_2_D);
	return SKL_OK;
}

static bool says_until(const struct skl_mapped *mapped)
{
	for (size_t i = 0; i < mapped->event_count; i++)
		if (mapped->events[i].code == SKL_EVENT_VALID_UNTIL)
			return true;
	return false;
}

/* The end of the agreement itself, where a row names one. */
static int64_t agreed_until(const struct skl_mapped *mapped, int64_t now_ms)
{
	int64_t until_ms = 0;

	for (size_t i = 0; i < mapped->event_count; i++)
		if (mapped->events[i].code == SKL_EVENT_AGREEMENT &&
		    mapped->events[i].until_ms > until_ms)
			until_ms = mapped->events[i].until_ms;
	return until_ms ? until_ms : now_ms + TERM_MS;
}

enum skl_err skl_card_standing(const struct skl_adapter *adapter, const uint8_t *case_ref,
			       int64_t now_ms, struct skl_mapped *mapped)
{
	const struct skl_directory *directory = skl_client_directory(adapter->client);
	const struct skl_dir_partner *self =
		skl_directory_partner(directory, skl_view_str(adapter->partner));

	if (mapped->kind != SKL_KIND_CONDITIONAL_AGREEMENT || !self ||
	    self->role != SKL_ROLE_VEILIG_THUIS)
		return SKL_OK;
	add_crisis_desks(directory, self, now_ms, mapped);
	if (!says_until(mapped)) {
		struct skl_mapped_event until = {.code = SKL_EVENT_VALID_UNTIL,
						 .until_ms = agreed_until(mapped, now_ms)};

		skl_mapped_event(mapped, &until);
	}
	return add_director(adapter, case_ref, now_ms, mapped);
}

bool skl_card_first_leads(struct skl_mapped *mapped)
{
	const struct skl_mapped_recipient *first = &mapped->also[0];

	if (!mapped->also_count)
		return false;
	memcpy(mapped->to_partner, first->partner, sizeof(mapped->to_partner));
	memcpy(mapped->to_desk, first->desk, sizeof(mapped->to_desk));
	skl_mapped_set_value(mapped, SKL_FACT_PURPOSE, first->purpose);
	skl_mapped_set_value(mapped, SKL_FACT_GROUND, first->ground);
	mapped->also_count--;
	memmove(&mapped->also[0], &mapped->also[1], mapped->also_count * sizeof(mapped->also[0]));
	return true;
}
