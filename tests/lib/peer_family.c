/* SPDX-License-Identifier: EUPL-1.2 */
/* A family and what its members agree to, for messages of a test partner. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "skl_clock.h"
#include "skl_mem.h"

#define PERSONS 4
#define DAY_MS  INT64_C(86400000)
#define YEAR_MS (INT64_C(36525) * DAY_MS / 100)

static uint32_t numbers[PERSONS + 1]; /* of the message that is being made; one thread */

uint32_t peer_family_subject(char digit)
{
	return digit >= '1' && digit <= '0' + PERSONS ? numbers[digit - '0'] : 0;
}

static void add_person(struct peer *peer, struct skl_draft *draft, int person)
{
	const enum skl_position mother[] = {SKL_POSITION_VICTIM, SKL_POSITION_PARENT,
					    SKL_POSITION_HOLDER_OF_AUTHORITY};
	const enum skl_position father[] = {SKL_POSITION_PERPETRATOR, SKL_POSITION_PARENT,
					    SKL_POSITION_HOLDER_OF_AUTHORITY};
	const enum skl_position child[] = {SKL_POSITION_CHILD};
	const enum skl_position again[] = {SKL_POSITION_VICTIM};
	const enum skl_position *positions[] = {NULL, mother, father, child, again};
	const size_t counts[] = {0, 3, 3, 1, 1};
	uint8_t pseudonym[32] = {(uint8_t)person, 0x77};
	int64_t adult_on_ms =
		person == 3 && peer->age ? skl_now_ms() + (18 - peer->age) * YEAR_MS : 0;

	if (person == 3 && peer->adult_days)
		adult_on_ms = skl_now_ms() + peer->adult_days * DAY_MS;
	numbers[person] = skl_draft_subject(draft, positions[person], counts[person]);
	skl_draft_pseudonym(draft, numbers[person], 1, pseudonym, adult_on_ms);
}

static uint32_t code_of(enum skl_list list, const char *value)
{
	uint32_t code = skl_code_number(list, skl_view_str(value));

	if (!code)
		peer_die(value);
	return code;
}

static void set_consent_field(Schakel__V1__ConsentRow *row, char *field, uint8_t ref[16],
			      Schakel__V1__Category categories[64])
{
	char *value = strchr(field, '=');
	char *category;

	if (!value)
		peer_die(field);
	*value++ = 0;
	if (strcmp(field, "ref") == 0 && peer_unhex(value, ref))
		row->ref = (ProtobufCBinaryData){16, ref};
	else if (strcmp(field, "subject") == 0)
		row->subject = peer_family_subject(value[0]);
	else if (strcmp(field, "giver") == 0)
		row->giver = peer_family_subject(value[0]);
	else if (strcmp(field, "capacity") == 0)
		row->capacity =
			(Schakel__V1__ConsentCapacity)code_of(SKL_LIST_CONSENT_CAPACITY, value);
	else if (strcmp(field, "to") == 0)
		row->recipient = value;
	else if (strcmp(field, "holder") == 0)
		row->holder = value;
	else if (strcmp(field, "purpose") == 0)
		row->purpose = (Schakel__V1__Purpose)code_of(SKL_LIST_PURPOSE, value);
	else if (strcmp(field, "state") == 0)
		row->state = (Schakel__V1__ConsentState)code_of(SKL_LIST_CONSENT_STATE, value);
	else if (strcmp(field, "how") == 0)
		row->how = (Schakel__V1__ConsentHow)code_of(SKL_LIST_CONSENT_HOW, value);
	else if (strcmp(field, "days") == 0)
		row->from_ms = skl_now_ms() + strtol(value, NULL, 10) * DAY_MS;
	else if (strcmp(field, "until") == 0)
		row->until_ms = skl_now_ms() + strtol(value, NULL, 10) * DAY_MS;
	else if (strcmp(field, "categories") == 0)
		for (row->n_categories = 0; (category = peer_next_word(&value, '+'));)
			categories[row->n_categories++] =
				(Schakel__V1__Category)code_of(SKL_LIST_CATEGORY, category);
	else
		peer_die(field);
}

static void add_consents(struct peer *peer, struct skl_draft *draft)
{
	char text[sizeof(peer->consents)];
	char *rows = text, *fields, *field;

	(void)snprintf(text, sizeof(text), "%s", peer->consents);
	while ((fields = peer_next_word(&rows, ';')) && fields[0]) {
		Schakel__V1__ConsentRow row;
		Schakel__V1__Category categories[64];
		uint8_t ref[16];

		schakel__v1__consent_row__init(&row);
		row.categories = categories;
		row.from_ms = skl_now_ms() - DAY_MS;
		while ((field = peer_next_word(&fields, ',')))
			set_consent_field(&row, field, ref, categories);
		skl_draft_consent(draft, &row);
	}
}

void peer_family_contents(struct peer *peer, struct skl_draft *draft)
{
	char text[sizeof(peer->about)];
	char *rest = text, *word;

	memset(numbers, 0, sizeof(numbers));
	for (int i = 1; i <= PERSONS; i++)
		if (strchr(peer->family, '0' + i))
			add_person(peer, draft, i);
	(void)snprintf(text, sizeof(text), "%s", peer->about);
	while ((word = peer_next_word(&rest, ',')) && word[0]) {
		char *person = strchr(word, ':');

		if (!person)
			peer_die(word);
		*person++ = 0;
		peer_add_section(peer, draft, (enum skl_category)code_of(SKL_LIST_CATEGORY, word),
				 peer_family_subject(person[0]));
	}
	add_consents(peer, draft);
	peer_add_events(peer, draft, numbers + 1);
}

void peer_family_rests(struct peer *peer, struct skl_draft *draft, uint32_t recipient)
{
	char text[sizeof(peer->rests)];
	char *rest = text, *word;

	(void)snprintf(text, sizeof(text), "%s", peer->rests);
	while ((word = peer_next_word(&rest, ',')) && word[0]) {
		Schakel__V1__FactRow fact;
		uint8_t ref[16];

		if (!peer_unhex(word, ref))
			peer_die(word);
		schakel__v1__fact_row__init(&fact);
		fact.code = SCHAKEL__V1__FACT_CODE__FACT_CONSENT;
		fact.ref = (ProtobufCBinaryData){16, ref};
		fact.recipient = recipient;
		skl_draft_fact(draft, &fact);
	}
}
