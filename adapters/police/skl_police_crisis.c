/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * POST /v1/crisis: who stands at the door asks what was agreed. Answered from the crisis cards that
 * lie here, hub or no hub, once the look is durable in the spool; without a card the
 * competent Veilig Thuis is asked, whose adapter answers by itself.
 */

#include <stdio.h>
#include <string.h>

#include "skl_card_make.h"
#include "skl_clock.h"
#include "skl_json.h"
#include "skl_log.h"
#include "skl_own_json.h"
#include "skl_police.h"
#include "skl_text.h"

#define ANSWER_MS   10000
#define REPLY_BYTES ((size_t)4 * 1024 * 1024)

static const struct danger {
	const char *name;
	enum skl_weighing code;
} dangers[] = {{"life", SKL_WEIGHING_BREAK_GLASS_LIFE},
	       {"child", SKL_WEIGHING_BREAK_GLASS_CHILD},
	       {"weapon", SKL_WEIGHING_BREAK_GLASS_WEAPON}};

/* A request on its way. */
struct asking {
	struct skl_police *police;
	json_t *object;
	const char *user;
	enum skl_weighing danger;
	struct skl_card_look look;
	const char *veilig_thuis; /* competent, "" if unknown */
	struct skl_findings findings;
};

/* ---- reading ---- */

static void fault(struct asking *a, const char *field, const char *rule, const char *text)
{
	skl_findings_add(&a->findings, 0, field, rule, false, "%s", text);
}

/* Each member is a text of at most 200 characters and has one of the names. */
static void check_object(struct asking *a, const json_t *object, const char *field,
			 const char *const *names)
{
	const char *name;
	const json_t *value;
	char place[80];

	if (!json_is_object(object)) {
		fault(a, field, "field", "Geen object met velden.");
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		size_t i = 0;

		while (names[i] && strcmp(names[i], name) != 0)
			i++;
		(void)snprintf(place, sizeof(place), "%s.%.40s", field, name);
		if (!names[i])
			fault(a, place, "field", "Dit veld is niet bekend.");
		else if (!json_is_string(value) || json_string_length(value) > 200)
			fault(a, place, "field", "Geen tekst van hooguit 200 tekens.");
	}
}

static void check_fields(struct asking *a)
{
	static const char *const known[] = {"userRef", "danger",       "persons",
					    "address", "municipality", NULL};
	const char *name;
	const json_t *value;

	json_object_foreach(a->object, name, value)
	{
		size_t i = 0;

		while (known[i] && strcmp(known[i], name) != 0)
			i++;
		if (!known[i])
			fault(a, name, "field", "Dit veld is niet bekend.");
	}
}

static void read_user(struct asking *a)
{
	const char *danger = json_string_value(json_object_get(a->object, "danger"));

	a->user = json_string_value(json_object_get(a->object, "userRef"));
	if (!a->user || !skl_text_is_user_ref(skl_view_str(a->user)))
		fault(a, "userRef", "user", "Wie kijkt? Vul uw eigen kenmerk in.");
	for (size_t i = 0; danger && i < SKL_COUNT(dangers); i++)
		if (strcmp(dangers[i].name, danger) == 0)
			a->danger = dangers[i].code;
	if (!a->danger)
		fault(a, "danger", "code", "Welk gevaar: life, child of weapon.");
}

static void read_whom(struct asking *a)
{
	static const char *const of_person[] = {"bsn", "familyName", "givenNames", "born", NULL};
	static const char *const of_address[] = {"street", "number", "postcode", "place", NULL};
	const json_t *persons = json_object_get(a->object, "persons");
	const json_t *address = json_object_get(a->object, "address");
	const json_t *person;
	size_t i;

	if (persons && (!json_is_array(persons) || json_array_size(persons) > SKL_CARD_KEYS_N / 2))
		fault(a, "persons", "field", "Een lijst van hooguit acht personen.");
	json_array_foreach(persons, i, person) check_object(a, person, "persons[]", of_person);
	if (address)
		check_object(a, address, "address", of_address);
	if (a->findings.count)
		return;
	skl_card_look_for(a->police->adapter->pseudonym_key, a->object, &a->look);
	if (!a->look.count)
		fault(a, "persons", "subject",
		      "Om wie of waar gaat het? Naam en geboortedatum, BSN, of een adres met "
		      "huisnummer en plaats of postcode.");
}

static void read_municipality(struct asking *a)
{
	const struct skl_directory *directory = skl_client_directory(a->police->adapter->client);
	const json_t *given = json_object_get(a->object, "municipality");
	const char *code = json_string_value(given);
	const struct skl_dir_partner *competent;

	if (given && (!code || !skl_text_is_municipality(skl_view_str(code))))
		fault(a, "municipality", "code", "Vier cijfers.");
	if (!code)
		code = a->police->config->unit_municipality;
	competent = code ? skl_directory_competent(directory, skl_view_str(code)) : NULL;
	a->veilig_thuis = competent ? competent->id : "";
}

/* ---- the look as a message ---- */

static void add_persons(const struct asking *a, struct skl_mapped *mapped)
{
	const json_t *person;
	size_t i;

	json_array_foreach(json_object_get(a->object, "persons"), i, person)
	{
		struct skl_mapped_subject *subject = skl_mapped_add_subject(mapped);

		if (!subject)
			return;
		subject->position_count = 1;
		subject->positions[0] = SKL_POSITION_IMPORTANT_OTHER;
		(void)snprintf(subject->bsn, sizeof(subject->bsn), "%.9s",
			       skl_json_text(person, "bsn"));
		(void)snprintf(subject->family_name, sizeof(subject->family_name), "%s",
			       skl_json_text(person, "familyName"));
		(void)snprintf(subject->given_names, sizeof(subject->given_names), "%s",
			       skl_json_text(person, "givenNames"));
		(void)snprintf(subject->born, sizeof(subject->born), "%.10s",
			       skl_json_text(person, "born"));
	}
}

static void begin(const struct asking *a, struct skl_mapped *mapped, enum skl_ground ground)
{
	struct skl_mapped_event at = {.code = SKL_EVENT_OCCURRED_AT, .at_ms = skl_now_ms()};

	skl_mapped_init(mapped, SKL_KIND_CRISIS_LOOKUP);
	mapped->is_acute = true;
	skl_mapped_fact_value(mapped, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(mapped, SKL_FACT_GROUND, ground);
	skl_mapped_fact_value(mapped, SKL_FACT_URGENCY, SKL_URGENCY_ACUTE);
	skl_mapped_fact_text(mapped, SKL_FACT_USER_REF, a->user, 0);
	skl_mapped_fact_text(mapped, SKL_FACT_ACUTE_BY, a->user, at.at_ms);
	mapped->weighing[mapped->weighing_count++] = a->danger;
	skl_mapped_event(mapped, &at);
	add_persons(a, mapped);
}

static enum skl_err submit(const struct asking *a, struct skl_mapped *mapped,
			   const uint8_t *case_ref, uint8_t ret_id[SKL_ID_BYTES])
{
	struct skl_compose_opts opts = {.case_ref = case_ref};
	struct skl_error error = {0};
	char hex[SKL_ID_TEXT_BYTES];
	enum skl_err err = mapped->err;

	skl_adapter_id(ret_id);
	if (!err)
		err = skl_adapter_submit(a->police->adapter, mapped, ret_id, &opts, 0, &error);
	skl_mapped_done(mapped);
	skl_log(err ? SKL_LOG_ERR : SKL_LOG_NOTICE, "crisis.looked", "id=%s code=%s text=\"%s\"",
		skl_id_text(ret_id, hex), skl_err_name(err), error.text);
	return err;
}

/* To the hub alone: this card was shown (card NULL: there was none). */
static enum skl_err record_look(const struct asking *a, const json_t *card,
				uint8_t ret_id[SKL_ID_BYTES])
{
	struct skl_mapped_event refers = {.code = SKL_EVENT_REFERS_TO, .has_ref = true};
	struct skl_mapped_event answer = {.code = SKL_EVENT_ANSWER,
					  .value = card ? SKL_ANSWER_YES : SKL_ANSWER_NO,
					  .at_ms = skl_now_ms()};
	const char *case_hex = card ? skl_json_text(card, "caseRef") : "";
	uint8_t case_ref[SKL_ID_BYTES];
	bool has_case = skl_hex_decode(skl_view_str(case_hex), case_ref, SKL_ID_BYTES) == SKL_OK &&
			*case_hex;
	struct skl_mapped mapped;

	begin(a, &mapped, SKL_GROUND_AVG_6_1_D_9_2_C);
	mapped.is_for_hub = true;
	skl_mapped_event(&mapped, &answer);
	if (card && skl_hex_decode(skl_view_str(skl_json_text(card, "id")), refers.ref,
				   SKL_ID_BYTES) == SKL_OK)
		skl_mapped_event(&mapped, &refers);
	return submit(a, &mapped, has_case ? case_ref : NULL, ret_id);
}

/* ---- replies ---- */

static void reply_json(struct skl_httpd_reply *reply, unsigned status, json_t *root)
{
	reply->status = status;
	skl_json_dump(root, &reply->body);
	json_decref(root);
}

static json_t *without_card(const struct skl_police *police, const char *partner, const char *text,
			    const char *text_en)
{
	return json_pack("{s:b, s:[], s:s, s:s, s:s}", "found", 0, "cards", "text", text, "textEn",
			 text_en, "phone", skl_adapter_phone(police->adapter, partner));
}

static void reply_failed(const struct asking *a, struct skl_httpd_reply *reply)
{
	reply_json(reply, 503,
		   without_card(a->police, a->veilig_thuis,
				"De kaart kan nu niet getoond worden, omdat het kijken niet "
				"vastgelegd kan worden. BEL NU, WACHT NIET OP DIT SYSTEEM.",
				"The card cannot be shown now, because looking cannot be recorded. "
				"CALL NOW, DO NOT WAIT FOR THIS SYSTEM."));
}

/* Every card is recorded before any is shown. */
static void reply_cards(struct asking *a, const json_t *records, struct skl_httpd_reply *reply)
{
	json_t *root = json_pack("{s:b, s:[], s:[]}", "found", 1, "cards", "recorded");
	const json_t *record;
	uint8_t id[SKL_ID_BYTES];
	size_t i;

	json_array_foreach(records, i, record)
	{
		if (record_look(a, record, id)) {
			json_decref(root);
			reply_failed(a, reply);
			return;
		}
		(void)json_array_append_new(json_object_get(root, "recorded"),
					    skl_json_hex(id, sizeof(id)));
		(void)json_array_append(json_object_get(root, "cards"),
					json_object_get(record, "message"));
	}
	(void)json_object_set_new(
		root, "phone", json_string(skl_adapter_phone(a->police->adapter, a->veilig_thuis)));
	reply_json(reply, 200, root);
}

/* ---- no card: the director's adapter is asked ---- */

static void add_section(struct skl_mapped *mapped, enum skl_category category, size_t place,
			json_t *content)
{
	struct skl_mapped_section *section = skl_mapped_add_section(mapped, category);

	if (!section || !content) {
		json_decref(content);
		return;
	}
	json_decref(section->content);
	section->content = content;
	section->source_law = SKL_SOURCE_LAW_WPG_8;
	section->status = SKL_STATUS_FACT;
	section->source = SKL_SOURCE_OBSERVED;
	section->reliability = SKL_RELIABILITY_RELIABLE;
	section->as_of_ms = skl_now_ms();
	skl_mapped_about(section, place);
}

static json_t *copy_fields(const json_t *from, const char *const *pairs)
{
	json_t *copy = json_object();

	for (size_t i = 0; pairs[i]; i += 2)
		if (*skl_json_text(from, pairs[i]))
			(void)json_object_set(copy, pairs[i + 1], json_object_get(from, pairs[i]));
	return copy;
}

static void add_what_is_asked(const struct asking *a, struct skl_mapped *mapped)
{
	static const char *const identity[] = {
		"familyName", "family_name", "givenNames", "given_names", "born", "born", NULL};
	static const char *const place[] = {"street",   "street", "number", "number", "postcode",
					    "postcode", "place",  "place",  NULL};
	const json_t *address = json_object_get(a->object, "address");
	const json_t *person;
	size_t i;

	json_array_foreach(json_object_get(a->object, "persons"), i,
			   person) if (*skl_json_text(person, "familyName"))
		add_section(mapped, SKL_CATEGORY_IDENTITY, i + 1, copy_fields(person, identity));
	if (!address)
		return;
	if (!mapped->subject_count) {
		struct skl_mapped_subject *somebody = skl_mapped_add_subject(mapped);

		if (!somebody)
			return;
		somebody->position_count = 1;
		somebody->positions[0] = SKL_POSITION_IMPORTANT_OTHER;
	}
	add_section(mapped, SKL_CATEGORY_CONTACT, 1,
		    json_pack("{s:o}", "address", copy_fields(address, place)));
}

static struct skl_police_wait *free_wait(struct skl_police *police)
{
	for (size_t i = 0; i < SKL_POLICE_WAITS_N; i++)
		if (!police->waits[i].token)
			return &police->waits[i];
	return NULL;
}

static void ask_veilig_thuis(struct asking *a, const struct skl_httpd_request *request,
			     struct skl_httpd_reply *reply)
{
	struct skl_police *police = a->police;
	struct skl_police_wait *wait = free_wait(police);
	struct skl_mapped mapped;

	if (!wait) {
		reply_failed(a, reply);
		return;
	}
	begin(a, &mapped, SKL_GROUND_WPG_18_1_BPG_4_2_1_I);
	(void)snprintf(mapped.to_partner, sizeof(mapped.to_partner), "%s", a->veilig_thuis);
	add_what_is_asked(a, &mapped);
	if (!skl_compose_desks(skl_client_directory(police->adapter->client), &mapped,
			       skl_now_ms()))
		mapped.err = SKL_ENOTFOUND;
	if (submit(a, &mapped, NULL, wait->id)) {
		reply_failed(a, reply);
		return;
	}
	wait->token = ++police->next_token;
	wait->end_mono_ms = skl_mono_ms() + ANSWER_MS;
	(void)snprintf(wait->partner, sizeof(wait->partner), "%s", a->veilig_thuis);
	skl_httpd_later(police->httpd, request, wait->token);
}

static void reply_nobody(struct asking *a, struct skl_httpd_reply *reply)
{
	uint8_t id[SKL_ID_BYTES];

	if (record_look(a, NULL, id)) {
		reply_failed(a, reply);
		return;
	}
	reply_json(reply, 200,
		   without_card(a->police, a->veilig_thuis,
				"Geen kaart, en Veilig Thuis is nu niet langs deze weg te vragen. "
				"Bel, wacht niet op dit systeem.",
				"No card, and Veilig Thuis cannot be asked this way now. Call, do "
				"not wait for this system."));
}

/* ---- the end of a wait ---- */

static void answer_wait(struct skl_police *police, struct skl_police_wait *wait, json_t *root)
{
	struct skl_buf text;

	skl_buf_init(&text, REPLY_BYTES);
	skl_json_dump(root, &text);
	json_decref(root);
	skl_httpd_answer(police->httpd, wait->token, 200, skl_buf_view(&text));
	skl_buf_wipe(&text);
	*wait = (struct skl_police_wait){0};
}

static struct skl_police_wait *wait_for(struct skl_police *police, const uint8_t *id)
{
	for (size_t i = 0; i < SKL_POLICE_WAITS_N; i++)
		if (police->waits[i].token && memcmp(police->waits[i].id, id, SKL_ID_BYTES) == 0)
			return &police->waits[i];
	return NULL;
}

void skl_police_crisis_answer(struct skl_police *police, const struct skl_received *received)
{
	const struct skl_directory *directory = skl_client_directory(police->adapter->client);
	struct skl_police_wait *wait;
	struct skl_error error = {0};
	json_t *root;

	if (received->common->kind != SCHAKEL__V1__KIND__KIND_CRISIS_ANSWER ||
	    received->common->in_reply_to.len != SKL_ID_BYTES)
		return;
	wait = wait_for(police, received->common->in_reply_to.data);
	if (!wait || skl_compose_check(received, &error))
		return;
	if (received->section_count) {
		root = json_pack("{s:b, s:[o], s:s}", "found", 1, "cards",
				 skl_own_received(received, NULL, directory), "phone",
				 skl_adapter_phone(police->adapter, wait->partner));
	} else {
		root = without_card(
			police, wait->partner,
			"Geen kaart, en Veilig Thuis heeft geen afspraken over hen of "
			"dit adres.",
			"No card, and Veilig Thuis has no agreements about them or this "
			"address.");
	}
	answer_wait(police, wait, root);
}

void skl_police_crisis_refused(struct skl_police *police, const uint8_t id[SKL_ID_BYTES],
			       const Schakel__V1__Result *result)
{
	struct skl_police_wait *wait = wait_for(police, id);
	const char *nl = result->n_recipients ? result->recipients[0]->text_nl : "";
	const char *en = result->n_recipients ? result->recipients[0]->text_en : "";

	if (wait)
		answer_wait(police, wait, without_card(police, wait->partner, nl, en));
}

int64_t skl_police_crisis_timeout_ms(const struct skl_police *police)
{
	int64_t first_ms = skl_httpd_timeout_ms(police->httpd);

	for (size_t i = 0; i < SKL_POLICE_WAITS_N; i++) {
		int64_t left_ms = police->waits[i].end_mono_ms - skl_mono_ms();

		if (police->waits[i].token && (first_ms < 0 || left_ms < first_ms))
			first_ms = left_ms < 0 ? 0 : left_ms;
	}
	return first_ms;
}

void skl_police_crisis_step(struct skl_police *police)
{
	skl_httpd_step(police->httpd);
	for (size_t i = 0; i < SKL_POLICE_WAITS_N; i++) {
		struct skl_police_wait *wait = &police->waits[i];

		if (wait->token && wait->end_mono_ms <= skl_mono_ms())
			answer_wait(
				police, wait,
				without_card(police, wait->partner,
					     "Geen kaart, en nog geen antwoord van Veilig "
					     "Thuis. Bel, wacht niet op dit systeem; komt het "
					     "antwoord nog, dan staat het in de map out.",
					     "No card, and no answer of Veilig Thuis yet. Call, "
					     "do not wait for this system; an answer that still "
					     "comes is put into the folder out."));
	}
}

/* ---- the request ---- */

static void look(struct asking *a, const struct skl_httpd_request *request,
		 struct skl_httpd_reply *reply)
{
	json_t *records = NULL;
	enum skl_err err =
		skl_cards_find(a->police->adapter->cards, &a->look, skl_now_ms(), &records);

	if (err) {
		skl_log(SKL_LOG_ERR, "card.failed", "code=%s", skl_err_name(err));
		reply_failed(a, reply);
	} else if (json_array_size(records)) {
		reply_cards(a, records, reply);
	} else if (*a->veilig_thuis && skl_client_hub_reachable(a->police->adapter->client)) {
		ask_veilig_thuis(a, request, reply);
	} else {
		reply_nobody(a, reply);
	}
	json_decref(records);
}

static void post_crisis(struct skl_police *police, const struct skl_httpd_request *request,
			struct skl_httpd_reply *reply)
{
	struct asking a = {.police = police};

	a.object = skl_own_parse(request->body, &a.findings);
	if (a.object) {
		check_fields(&a);
		read_user(&a);
		read_municipality(&a);
		read_whom(&a);
	}
	if (a.findings.count) {
		reply->status = 400;
		skl_own_error(&a.findings, &reply->body);
	} else {
		look(&a, request, reply);
	}
	json_decref(a.object);
}

void skl_police_crisis_serve(void *arg, const struct skl_httpd_request *request,
			     struct skl_httpd_reply *reply)
{
	struct skl_police *police = arg;

	if (strcmp(request->method, "POST") == 0 && strcmp(request->path, "/v1/crisis") == 0)
		post_crisis(police, request, reply);
	else if (strcmp(request->method, "GET") == 0 && strcmp(request->path, "/health") == 0)
		reply_json(reply, 200,
			   json_pack("{s:s, s:b, s:i}", "state", "up", "hub",
				     (int)skl_client_hub_reachable(police->adapter->client),
				     "cards", (int)skl_cards_count(police->adapter->cards)));
	else
		reply_json(reply, 404,
			   json_pack("{s:{s:s, s:s}}", "error", "rule", "not-found", "text",
				     "Onbekend adres of onbekende methode."));
}
