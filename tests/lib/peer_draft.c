/* SPDX-License-Identifier: EUPL-1.2 */
/* The messages of a test partner, by its settings. */
#include "peer.h"

#include <stdio.h>
#include <string.h>

#include "skl_catalogue.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_text.h"

void peer_add_section(struct peer *peer, struct skl_draft *draft, enum skl_category category,
		      uint32_t subject)
{
	char *text = skl_calloc(1, (size_t)peer->size + sizeof(peer->marker) + 64);
	int len = snprintf(text, sizeof(peer->marker) + 64, "{\"text\":\"%s", peer->marker);
	struct skl_draft_section section = {
		.category = category,
		.about = &subject,
		.about_count = 1,
		.person_kind = SKL_PERSON_KIND_VICTIM,
		.source_law = SKL_SOURCE_LAW_WPG_8,
		.status = SKL_STATUS_FACT,
		.source = SKL_SOURCE_OBSERVED,
		.reliability = SKL_RELIABILITY_RELIABLE,
		.as_of_ms = skl_now_ms() - 3600000,
	};

	memset(text + len, 'x', (size_t)peer->size);
	memcpy(text + len + peer->size, "\"}", 3);
	section.content = skl_view_str(text);
	if (!strstr(peer->skip, skl_code_name(SKL_LIST_CATEGORY, category)))
		(void)printf("added category=%s number=%u\n",
			     skl_code_name(SKL_LIST_CATEGORY, category),
			     (unsigned)skl_draft_section(draft, &section));
	skl_free(text);
}

bool peer_unhex(const char *text, uint8_t ret_id[16])
{
	return text[0] && skl_hex_decode(skl_view_str(text), ret_id, 16) == SKL_OK;
}

static void add_recipients(struct peer *peer, struct skl_draft *draft)
{
	char names[512];
	char *rest = names;

	(void)snprintf(names, sizeof(names), "%s", peer->to);
	while (rest && *rest) {
		char *name = rest;
		const struct skl_dir_key *key = NULL;
		bool is_copy = name[0] == '+';
		uint8_t none[32] = {9};

		name += is_copy;
		rest = strchr(name, ',');
		if (rest)
			*rest++ = 0;
		if (skl_directory_desk_key(peer->directory, skl_view_str(name),
					   skl_view_str("desk"), skl_now_ms(), &key) != SKL_OK)
			key = NULL;
		peer_family_rests(peer, draft,
				  skl_draft_recipient(draft, name, "desk",
						      is_copy ? SKL_RECIPIENT_TYPE_COPY
							      : SKL_RECIPIENT_TYPE_PRINCIPAL,
						      key ? key->public_key : none));
	}
}

#define DAY_MS INT64_C(86400000)

/* "code,name=value,...;code,..." with subject=1 (victim) or 2 (perpetrator). */
static void set_event_field(Schakel__V1__EventRow *event, char *field, const uint32_t *subjects,
			    uint8_t ref[16])
{
	char *value = strchr(field, '=');

	if (!value)
		peer_die(field);
	*value++ = 0;
	if (strcmp(field, "partner") == 0)
		event->partner = value;
	else if (strcmp(field, "desk") == 0)
		event->desk = value;
	else if (strcmp(field, "subject") == 0 && subjects)
		event->subject = subjects[value[0] == '2'];
	else if (strcmp(field, "value") == 0)
		event->value = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(field, "detail") == 0)
		event->detail = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(field, "section") == 0)
		event->section = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(field, "third") == 0)
		event->third = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(field, "at") == 0) /* days from now */
		event->at_ms = skl_now_ms() + strtol(value, NULL, 10) * DAY_MS - 1000;
	else if (strcmp(field, "until") == 0)
		event->until_ms = skl_now_ms() + strtol(value, NULL, 10) * DAY_MS;
	else if (strcmp(field, "position") == 0)
		event->value = skl_code_number(SKL_LIST_DESK_POSITION, skl_view_str(value));
	else if (strcmp(field, "person") == 0)
		event->subject = peer_family_subject(value[0]);
	else if (strcmp(field, "other") == 0)
		event->other_subject = peer_family_subject(value[0]);
	else if (strcmp(field, "ref") == 0 && peer_unhex(value, ref))
		event->ref = (ProtobufCBinaryData){16, ref};
	else
		peer_die(field);
}

char *peer_next_word(char **rest, char at)
{
	char *word = *rest;

	*rest = word ? strchr(word, at) : NULL;
	if (*rest)
		*(*rest)++ = 0;
	return word;
}

void peer_add_events(struct peer *peer, struct skl_draft *draft, const uint32_t *subjects)
{
	char text[sizeof(peer->events)];
	char *events = text, *fields, *field;

	(void)snprintf(text, sizeof(text), "%s", peer->events);
	while ((fields = peer_next_word(&events, ';')) && fields[0]) {
		Schakel__V1__EventRow event;
		uint8_t ref[16];

		schakel__v1__event_row__init(&event);
		field = peer_next_word(&fields, ',');
		event.code = (Schakel__V1__EventCode)skl_code_number(SKL_LIST_EVENT,
								     skl_view_str(field));
		while ((field = peer_next_word(&fields, ',')))
			set_event_field(&event, field, subjects, ref);
		skl_draft_event(draft, &event);
	}
}

static void add_case_contents(struct peer *peer, struct skl_draft *draft)
{
	const enum skl_position victim[] = {SKL_POSITION_VICTIM};
	const enum skl_position perpetrator[] = {SKL_POSITION_PERPETRATOR};
	const uint8_t pseudonyms[2][32] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
	uint32_t subjects[2];

	subjects[0] = skl_draft_subject(draft, victim, 1);
	subjects[1] = skl_draft_subject(draft, perpetrator, 1);
	for (int i = 0; i < 2; i++)
		skl_draft_pseudonym(draft, subjects[i], 1, pseudonyms[i], 0);
	peer_add_events(peer, draft, subjects);
}

static void add_contents(struct peer *peer, struct skl_draft *draft, uint32_t kind)
{
	const enum skl_position positions[] = {SKL_POSITION_VICTIM};
	const uint8_t pseudonym[32] = {1, 2, 3, 4};
	uint32_t subject = 0;

	if (peer->family[0]) {
		peer_family_contents(peer, draft);
	} else if (kind == SKL_KIND_POLICE_REPORT) {
		subject = skl_draft_subject(draft, positions, 1);
		skl_draft_pseudonym(draft, subject, 1, pseudonym, 0);
		peer_add_section(peer, draft, SKL_CATEGORY_IDENTITY, subject);
		peer_add_section(peer, draft, SKL_CATEGORY_INCIDENT, subject);
		peer_add_section(peer, draft, SKL_CATEGORY_WHEREABOUTS, subject);
		skl_draft_event_at(draft, SKL_EVENT_OCCURRED_AT, skl_now_ms() - 60000);
	} else if (kind == SKL_KIND_FEEDBACK) {
		subject = skl_draft_subject(draft, positions, 1);
		peer_add_section(peer, draft, SKL_CATEGORY_FEEDBACK, subject);
	} else if (kind == SKL_KIND_PARTICIPANT_CHANGE || kind == SKL_KIND_PROGRESS) {
		add_case_contents(peer, draft);
	} else if (kind == SKL_KIND_TASK_DONE || skl_catalogue_repairs(kind)) {
		peer_add_events(peer, draft, NULL);
	} else if (kind == SKL_KIND_REPORT_RECEIPT) {
		skl_draft_event_at(draft, SKL_EVENT_REPORT_RECEIVED_AT, skl_now_ms());
	}
}

static void add_query(struct peer *peer, struct skl_draft *draft)
{
	Schakel__V1__QueryRow query;
	Schakel__V1__FactRow fact;
	char kind[64] = "", of[64] = "";

	schakel__v1__query_row__init(&query);
	schakel__v1__fact_row__init(&fact);
	query.details = peer->count > 1;
	query.limit = (uint32_t)peer->count;
	skl_draft_query(draft, &query);
	(void)sscanf(peer->mandate, "%63[^:]:%63s", kind, of);
	fact.code = SCHAKEL__V1__FACT_CODE__FACT_MANDATE;
	fact.value = skl_code_number(SKL_LIST_MANDATE, skl_view_str(kind));
	fact.text = of;
	skl_draft_fact(draft, &fact);
	skl_draft_fact_value(draft, SKL_FACT_QUERY_REASON,
			     SCHAKEL__V1__QUERY_REASON__QUERY_REASON_PERIODIC_AUDIT);
}

static void add_facts(struct peer *peer, struct skl_draft *draft)
{
	if (peer->purpose[0])
		skl_draft_fact_value(
			draft, SKL_FACT_PURPOSE,
			skl_code_number(SKL_LIST_PURPOSE, skl_view_str(peer->purpose)));
	if (peer->ground[0])
		skl_draft_fact_value(draft, SKL_FACT_GROUND,
				     skl_code_number(SKL_LIST_GROUND, skl_view_str(peer->ground)));
	skl_draft_fact_text(draft, SKL_FACT_USER_REF, "u-7f3a", 0);
	if (!peer->no_check)
		skl_draft_fact_text(draft, SKL_FACT_CHECKED_BY,
				    peer->checked_by[0] ? peer->checked_by : "u-2222",
				    skl_now_ms());
	if (peer->acute) {
		skl_draft_fact_text(draft, SKL_FACT_ACUTE_BY, "u-7f3a", skl_now_ms());
		skl_draft_fact_value(draft, SKL_FACT_URGENCY, SKL_URGENCY_ACUTE);
	}
	if (peer->urgency[0])
		skl_draft_fact_value(
			draft, SKL_FACT_URGENCY,
			skl_code_number(SKL_LIST_URGENCY, skl_view_str(peer->urgency)));
	if (peer->seal[0])
		skl_draft_fact_value(draft, SKL_FACT_SEAL,
				     skl_code_number(SKL_LIST_SEAL, skl_view_str(peer->seal)));
	if (peer->weighing[0]) {
		const enum skl_weighing code = (enum skl_weighing)skl_code_number(
			SKL_LIST_WEIGHING, skl_view_str(peer->weighing));

		skl_draft_weighing(draft, &code, 1);
	}
	if (peer->muni[0])
		skl_draft_competence(draft, peer->muni, SKL_COMPETENCE_REGISTERED_HOME);
}

struct skl_draft *peer_make_draft(struct peer *peer, struct skl_key *sign)
{
	uint8_t id[16], case_ref[16], reply[16];
	uint32_t kind = skl_code_number(SKL_LIST_KIND, skl_view_str(peer->kind));
	int64_t created = skl_now_ms() + peer->created_shift_ms;
	struct skl_draft_opts opts = {
		.kind = (enum skl_kind)kind,
		.sender = peer->sign_as[0] ? peer->sign_as : peer->partner,
		.sender_desk = "desk",
		.created_ms = created,
		.expires_ms = peer->life_ms ? created + peer->life_ms : 0,
		.directory_number = skl_directory_number(peer->directory),
		.sign_key = sign,
	};
	struct skl_draft *draft = NULL;

	if (peer_unhex(peer->id, id))
		opts.id = id;
	if (peer_unhex(peer->case_ref, case_ref))
		opts.case_ref = case_ref;
	if (peer_unhex(peer->reply, reply))
		opts.in_reply_to = reply;
	peer_check(skl_draft_new(&opts, &draft), "draft");
	add_facts(peer, draft);
	if (kind == SKL_KIND_AUDIT_QUERY) {
		add_query(peer, draft);
	} else {
		add_contents(peer, draft, kind);
		add_recipients(peer, draft);
	}
	return draft;
}
