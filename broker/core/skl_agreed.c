/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Does a disclosure on the ground of consent rest on the consent of all who had to give it? Per
 * person and category, in the case of the message, towards its desk and for its purpose; the most
 * restrictive state wins, and a consent that the message does not name carries nothing.
 */

#include <string.h>

#include "skl_consent.h"
#include "skl_core.h"
#include "skl_person.h"
#include "skl_term.h"
#include "skl_unpack.h"

#define REFS_MAX   64 /* consents that a message names for one recipient */
#define GIVERS_MAX 16 /* who agreed, or had to, about one person */

/* WGBO (BW 7:447 and 7:450) and Jeugdwet 7.3.4: months before somebody is of age. */
#define TWELVE  ((struct skl_term){72, SKL_TERM_MONTHS})
#define SIXTEEN ((struct skl_term){24, SKL_TERM_MONTHS})

/* A person of the message. */
struct person {
	uint32_t number;
	bool has_tag; /* without a pseudonym nobody can have agreed */
	uint8_t tag[SKL_CONSENT_TAG_BYTES];
	int64_t adult_on_ms; /* 0: not known */
	bool is_child;
	bool is_holder; /* has authority over a child */
};

/* Towards whom and for what, about whom, and on which consents. */
struct basis {
	const struct skl_turn *turn;
	const uint8_t *case_ref;
	const char *sender;
	const char *partner;
	const char *desk;
	enum skl_purpose purpose;
	struct person persons[SKL_LIMIT_SUBJECTS_N];
	size_t person_count;
	const uint8_t
		*refs[REFS_MAX]; /* those that the message names; more than fit carry nothing */
	size_t ref_count;
	int64_t until_ms; /* the first end of what it rests on; 0: none */
};

struct giver {
	uint8_t tag[SKL_CONSENT_TAG_BYTES];
	enum skl_consent_capacity capacity;
	enum skl_consent_state state; /* GIVEN: now, and named by the message */
};

/* One person and category, while the ledger is read. */
struct asked {
	struct basis *basis;
	unsigned category;
	struct giver givers[GIVERS_MAX];
	size_t giver_count;
	bool is_full;
};

/* WITHDRAWN before REFUSED before NOT_ASKED before GIVEN. */
static enum skl_consent_state stricter(enum skl_consent_state a, enum skl_consent_state b)
{
	static const uint8_t rank[] = {
		[SKL_CONSENT_STATE_UNSPECIFIED] = 0, [SKL_CONSENT_STATE_GIVEN] = 1,
		[SKL_CONSENT_STATE_NOT_ASKED] = 2,   [SKL_CONSENT_STATE_REFUSED] = 3,
		[SKL_CONSENT_STATE_WITHDRAWN] = 4,
	};

	return rank[b] > rank[a] ? b : a;
}

static bool is_against(enum skl_consent_state state)
{
	return state == SKL_CONSENT_STATE_REFUSED || state == SKL_CONSENT_STATE_WITHDRAWN;
}

/* In this case, or in one that became part of it. Of a case that cannot be read: not; what is
 * against it then counts nowhere else either. */
static bool is_of_case(const struct basis *basis, const struct skl_consent *item)
{
	uint8_t resolved[SKL_STORE_ID_BYTES], own[SKL_STORE_ID_BYTES];

	if (memcmp(item->case_ref, basis->case_ref, sizeof(item->case_ref)) == 0)
		return true;
	return skl_case_resolve(basis->turn->txn, item->case_ref, resolved) == SKL_OK &&
	       skl_case_resolve(basis->turn->txn, basis->case_ref, own) == SKL_OK &&
	       memcmp(resolved, own, sizeof(own)) == 0;
}

/* Is it about this disclosure? */
static bool counts(const struct basis *basis, const struct skl_consent *item)
{
	return is_of_case(basis, item) && item->purpose == basis->purpose &&
	       strcmp(item->recipient, basis->partner) == 0 &&
	       (!item->desk[0] || strcmp(item->desk, basis->desk) == 0) &&
	       (!item->holder[0] || strcmp(item->holder, basis->sender) == 0);
}

static bool is_named(const struct basis *basis, const uint8_t *ref)
{
	for (size_t i = 0; i < basis->ref_count; i++)
		if (memcmp(basis->refs[i], ref, SKL_STORE_ID_BYTES) == 0)
			return true;
	return false;
}

static bool runs(const struct skl_consent *item, int64_t now_ms)
{
	return item->state == SKL_CONSENT_STATE_GIVEN && item->from_ms <= now_ms &&
	       (!item->until_ms || now_ms < item->until_ms);
}

static void add_giver(struct asked *asked, const struct skl_consent *item,
		      enum skl_consent_state state)
{
	struct giver *giver;

	for (size_t i = 0; i < asked->giver_count; i++) {
		giver = &asked->givers[i];
		if (memcmp(giver->tag, item->giver, sizeof(giver->tag)) == 0 &&
		    giver->capacity == item->capacity) {
			giver->state = stricter(giver->state, state);
			return;
		}
	}
	asked->is_full = asked->giver_count == GIVERS_MAX;
	if (asked->is_full)
		return;
	giver = &asked->givers[asked->giver_count++];
	*giver = (struct giver){.capacity = item->capacity, .state = state};
	memcpy(giver->tag, item->giver, sizeof(giver->tag));
}

static bool see_consent(void *arg, const struct skl_consent *item)
{
	struct asked *asked = arg;
	struct basis *basis = asked->basis;

	if (!counts(basis, item) || !(item->categories >> asked->category & 1))
		return true;
	if (is_against(item->state)) {
		add_giver(asked, item, item->state);
	} else if (runs(item, basis->turn->now_ms) && is_named(basis, item->ref)) {
		if (item->until_ms && (!basis->until_ms || item->until_ms < basis->until_ms))
			basis->until_ms = item->until_ms;
		add_giver(asked, item, SKL_CONSENT_STATE_GIVEN);
	} else {
		add_giver(asked, item, SKL_CONSENT_STATE_NOT_ASKED);
	}
	return !asked->is_full;
}

/* Of all who speak in this capacity; unspecified: nobody does. */
static enum skl_consent_state state_as(const struct asked *asked,
				       enum skl_consent_capacity capacity)
{
	enum skl_consent_state state = SKL_CONSENT_STATE_UNSPECIFIED;

	for (size_t i = 0; i < asked->giver_count; i++)
		if (asked->givers[i].capacity == capacity)
			state = stricter(state, asked->givers[i].state);
	return state;
}

static enum skl_consent_state or_not_asked(enum skl_consent_state state)
{
	return state ? state : (enum skl_consent_state)SKL_CONSENT_STATE_NOT_ASKED;
}

static bool speaks(const struct asked *asked, const uint8_t *tag)
{
	for (size_t i = 0; i < asked->giver_count; i++)
		if (asked->givers[i].capacity == SKL_CONSENT_CAPACITY_HOLDER_OF_AUTHORITY &&
		    memcmp(asked->givers[i].tag, tag, SKL_CONSENT_TAG_BYTES) == 0)
			return true;
	return false;
}

/* Each holder of authority that the ledger or the message knows of; at least one. */
static enum skl_consent_state state_of_holders(const struct asked *asked)
{
	const struct basis *basis = asked->basis;
	enum skl_consent_state state =
		or_not_asked(state_as(asked, SKL_CONSENT_CAPACITY_HOLDER_OF_AUTHORITY));

	for (size_t i = 0; i < basis->person_count; i++)
		if (basis->persons[i].is_holder &&
		    (!basis->persons[i].has_tag || !speaks(asked, basis->persons[i].tag)))
			state = stricter(state, SKL_CONSENT_STATE_NOT_ASKED);
	return state;
}

/* Instead of the person, or of who has authority. */
static enum skl_consent_state state_instead(const struct asked *asked)
{
	return stricter(stricter(state_as(asked, SKL_CONSENT_CAPACITY_GUARDIAN),
				 state_as(asked, SKL_CONSENT_CAPACITY_COURT)),
			state_as(asked, SKL_CONSENT_CAPACITY_REPRESENTATIVE));
}

/* Under 12 who has authority decides, from 12 with the child, from 16 the child alone. */
static enum skl_consent_state state_of(const struct asked *asked, const struct person *person)
{
	enum skl_consent_state self = or_not_asked(state_as(asked, SKL_CONSENT_CAPACITY_SELF));
	enum skl_consent_state instead = state_instead(asked);
	int64_t now_ms = asked->basis->turn->now_ms;

	if (asked->is_full)
		return SKL_CONSENT_STATE_NOT_ASKED;
	if (instead)
		return instead;
	if (!person->adult_on_ms && person->is_child)
		return stricter(state_of_holders(asked), self); /* of an age unknown */
	if (skl_term_add(now_ms, SIXTEEN) >= person->adult_on_ms)
		return self;
	return skl_term_add(now_ms, TWELVE) < person->adult_on_ms
		       ? state_of_holders(asked)
		       : stricter(state_of_holders(asked), self);
}

static const struct person *find_person(const struct basis *basis, uint32_t number)
{
	for (size_t i = 0; i < basis->person_count; i++)
		if (basis->persons[i].number == number)
			return &basis->persons[i];
	return NULL;
}

/* One person of a section. */
static enum skl_err ask_person(struct basis *basis, uint32_t number, unsigned category,
			       enum skl_consent_state *ret_state)
{
	struct asked asked = {.basis = basis, .category = category};
	const struct person *person = find_person(basis, number);
	struct skl_person tags;
	enum skl_err err;

	*ret_state = SKL_CONSENT_STATE_NOT_ASKED;
	if (!person || !person->has_tag)
		return SKL_OK;
	err = skl_person_find(basis->turn->txn, person->tag, &tags);
	for (size_t i = 0; err == SKL_OK && i < tags.count; i++)
		err = skl_consent_each(basis->turn->txn, tags.tags[i], see_consent, &asked);
	if (err == SKL_OK)
		*ret_state = state_of(&asked, person);
	return err;
}

/* All persons of a section; it is about none: nobody has to agree. */
static enum skl_err ask_section(struct basis *basis, const uint32_t *about, size_t count,
				struct skl_policy_section *section)
{
	enum skl_consent_state all = SKL_CONSENT_STATE_GIVEN, one;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; i < count && err == SKL_OK; i++) {
		err = ask_person(basis, about[i], section->category, &one);
		all = stricter(all, one);
	}
	section->consent = (uint8_t)all;
	return err;
}

/* The message as a whole has consent if any section of it has. */
static void set_whole(struct skl_policy_request *request)
{
	enum skl_consent_state loosest = SKL_CONSENT_STATE_UNSPECIFIED;

	for (uint32_t i = 0; i < request->section_count; i++) {
		enum skl_consent_state state = (enum skl_consent_state)request->sections[i].consent;

		if (!loosest || stricter(state, loosest) == loosest)
			loosest = state;
	}
	request->consent = (uint8_t)or_not_asked(loosest);
}

static struct person *add_person(struct basis *basis, uint32_t number,
				 const Schakel__V1__Position *positions, size_t count)
{
	struct person *person;

	if (basis->person_count == SKL_LIMIT_SUBJECTS_N)
		return NULL;
	person = &basis->persons[basis->person_count++];
	*person = (struct person){.number = number};
	for (size_t i = 0; i < count; i++) {
		person->is_child |= positions[i] == SCHAKEL__V1__POSITION__POSITION_CHILD;
		person->is_holder |=
			positions[i] == SCHAKEL__V1__POSITION__POSITION_HOLDER_OF_AUTHORITY;
	}
	return person;
}

/* A message about consents rests on none: it tells who agreed to what, and its rule how far. */
static bool is_about_consent(uint32_t kind)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	return row && (row->changes & SKL_CHANGES_CONSENT);
}

/* --- of a message that comes in ------------------------------------------------------------- */

static enum skl_err read_persons(struct basis *basis, const struct skl_envelope *env)
{
	const Schakel__V1__SubjectRow *row;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; err == SKL_OK && (row = skl_envelope_subject(env, i)); i++) {
		const Schakel__V1__PseudonymRow *pseudonym =
			skl_envelope_find_pseudonym(env, row->number);
		struct person *person =
			add_person(basis, row->number, row->positions, row->n_positions);

		if (!person)
			return SKL_ELIMIT;
		if (!pseudonym)
			continue;
		person->has_tag = true;
		person->adult_on_ms = pseudonym->adult_on_ms;
		err = skl_ledger_tag(basis->turn, env, row->number, person->tag);
	}
	return err;
}

static void read_refs(struct basis *basis, const struct skl_envelope *env, uint32_t recipient)
{
	const Schakel__V1__FactRow *row;

	for (size_t i = 0; (row = skl_envelope_fact(env, i)) && basis->ref_count < REFS_MAX; i++)
		if (row->code == SCHAKEL__V1__FACT_CODE__FACT_CONSENT &&
		    row->recipient == recipient && row->ref.len == SKL_STORE_ID_BYTES)
			basis->refs[basis->ref_count++] = row->ref.data;
}

enum skl_err skl_agreed_fill(const struct skl_turn *turn, const struct skl_ask *ask,
			     const struct skl_item *item, struct skl_part *part)
{
	struct skl_policy_request *request = &part->request;
	struct basis *basis;
	enum skl_err err;

	if (request->ground != SKL_GROUND_CONSENT || !part->row)
		return SKL_OK;
	if (is_about_consent((uint32_t)item->env->common->kind)) {
		request->consent = SKL_CONSENT_STATE_GIVEN;
		return SKL_OK;
	}
	basis = skl_arena_alloc(turn->arena, sizeof(*basis));
	if (!basis)
		return SKL_ENOMEM;
	*basis = (struct basis){.turn = turn,
				.case_ref = ask->held.case_ref,
				.sender = item->peer->id,
				.partner = part->row->partner,
				.desk = part->row->desk,
				.purpose = (enum skl_purpose)request->purpose};
	read_refs(basis, item->env, part->row->number);
	err = read_persons(basis, item->env);
	for (uint32_t i = 0; i < request->section_count && err == SKL_OK; i++) {
		const Schakel__V1__SectionRow *row =
			skl_envelope_find_section(item->env, request->sections[i].number);

		err = row ? ask_section(basis, row->about, row->n_about, &request->sections[i])
			  : SKL_EBUG;
	}
	set_whole(request);
	part->rests_until_ms = basis->until_ms;
	return err;
}

/* --- of mail that waits: the same, from its entry -------------------------------------------- */

static enum skl_err read_persons_again(struct basis *basis, uint64_t entry_index)
{
	Schakel__V1__SubjectDetail *row = NULL;

	for (uint32_t part = 1; skl_opens_read_part(basis->turn, entry_index, part,
						    &schakel__v1__subject_detail__descriptor, &row);
	     part++) {
		struct person *person =
			add_person(basis, row->number, row->positions, row->n_positions);

		if (!person)
			return SKL_ELIMIT;
		person->has_tag = row->tag.len == sizeof(person->tag);
		person->adult_on_ms = row->adult_on_ms;
		if (person->has_tag)
			memcpy(person->tag, row->tag.data, sizeof(person->tag));
	}
	return SKL_OK;
}

static const Schakel__V1__SectionDetail *find_section(const Schakel__V1__MessageDetail *detail,
						      uint32_t number)
{
	for (size_t i = 0; i < detail->n_sections; i++)
		if (detail->sections[i]->number == number)
			return detail->sections[i];
	return NULL;
}

enum skl_err skl_agreed_again(const struct skl_turn *turn, const struct skl_outbox_item *item,
			      const Schakel__V1__MessageDetail *detail,
			      struct skl_policy_request *request)
{
	struct basis *basis;
	enum skl_err err;

	if (request->ground != SKL_GROUND_CONSENT || is_about_consent((uint32_t)detail->kind))
		return SKL_OK;
	basis = skl_arena_alloc(turn->arena, sizeof(*basis));
	if (!basis)
		return SKL_ENOMEM;
	*basis = (struct basis){.turn = turn,
				.case_ref = item->case_ref,
				.sender = item->sender,
				.partner = item->partner,
				.desk = item->desk,
				.purpose = (enum skl_purpose)request->purpose};
	for (size_t i = 0; i < detail->n_consent_ref && basis->ref_count < REFS_MAX; i++)
		if (detail->consent_ref[i].len == SKL_STORE_ID_BYTES)
			basis->refs[basis->ref_count++] = detail->consent_ref[i].data;
	err = read_persons_again(basis, item->entry_index);
	for (uint32_t i = 0; i < request->section_count && err == SKL_OK; i++) {
		const Schakel__V1__SectionDetail *row =
			find_section(detail, request->sections[i].number);

		err = row ? ask_section(basis, row->about, row->n_about, &request->sections[i])
			  : SKL_EMALFORMED;
	}
	set_whole(request);
	return err;
}
