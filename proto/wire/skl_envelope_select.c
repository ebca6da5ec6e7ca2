/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What one recipient gets to see of an envelope. Everything is closed unless a line here opens it.
 */

#include <string.h>

#include "skl_envelope.h"
#include "skl_limits.h"

struct select {
	const struct skl_envelope *env;
	const struct skl_envelope_opens *opens;
	const Schakel__V1__RecipientRow *me;
	bool *open; /* one a row of env->rows */
};

static size_t row_index(const struct select *select, unsigned kind, size_t i)
{
	return (size_t)(select->env->of[kind].items[i] - select->env->rows);
}

static bool is_position(const struct select *select, enum skl_desk_position position)
{
	return (select->opens->positions >> (unsigned)position) & 1;
}

static bool names_me(const struct select *select, const char *partner, const char *desk)
{
	return strcmp(partner, select->me->partner) == 0 &&
	       (desk[0] == 0 || strcmp(desk, select->me->desk) == 0);
}

/* Is the section open? number 0 names none. */
static bool section_is_open(const struct select *select, uint32_t number)
{
	const Schakel__V1__SectionRow *section;

	for (size_t i = 0; (section = skl_envelope_section(select->env, i)); i++)
		if (section->number == number)
			return select->open[row_index(select, SCHAKEL__V1__ROW__ROW_SECTION, i)];
	return false;
}

/* Who helps the perpetrator gets no statement, unless it comes from the person it helps. */
static bool may_hear(const struct select *select, uint32_t speaker)
{
	if (!is_position(select, SKL_DESK_POSITION_HELPER_OF_PERPETRATOR))
		return true;
	for (size_t i = 0; speaker && i < select->opens->helped_count; i++)
		if (select->opens->helped[i] == speaker)
			return true;
	return false;
}

/*
 * Who said what the row tells. A rating is said by who rated, not by who is rated; that of a
 * professional, of the network or of all in consensus is nobody's statement.
 */
static bool may_hear_event(const struct select *select, const Schakel__V1__EventRow *event)
{
	if ((unsigned)event->code != SKL_EVENT_RATING)
		return may_hear(select, event->subject);
	return event->detail != SKL_RATER_FAMILY_MEMBER || may_hear(select, event->other_subject);
}

static bool is_protected_side(uint32_t position)
{
	return position == SKL_DESK_POSITION_HELPER_OF_VICTIM ||
	       position == SKL_DESK_POSITION_HELPER_OF_CHILD;
}

/* Helpers of one side know of each other; who helps a victim stays unknown to the other side. */
static bool same_side(const struct select *select, uint32_t position)
{
	bool helps_perpetrator = is_position(select, SKL_DESK_POSITION_HELPER_OF_PERPETRATOR);

	if (is_protected_side(position))
		return !helps_perpetrator &&
		       (is_position(select, SKL_DESK_POSITION_HELPER_OF_VICTIM) ||
			is_position(select, SKL_DESK_POSITION_HELPER_OF_CHILD));
	return position == SKL_DESK_POSITION_HELPER_OF_PERPETRATOR && helps_perpetrator;
}

static bool consent_is_mine(const struct select *select, const Schakel__V1__ConsentRow *consent)
{
	return is_position(select, SKL_DESK_POSITION_DIRECTOR) ||
	       (consent->holder[0] && strcmp(consent->holder, select->me->partner) == 0) ||
	       (consent->recipient[0] &&
		names_me(select, consent->recipient, consent->recipient_desk));
}

/* An event row `consent` goes where the consent row of the same ref goes. */
static bool consent_event_is_mine(const struct select *select, const Schakel__V1__EventRow *event)
{
	const Schakel__V1__ConsentRow *consent;

	for (size_t i = 0; (consent = skl_envelope_consent(select->env, i)); i++)
		if (memcmp(consent->ref.data, event->ref.data, SKL_ID_BYTES) == 0)
			return consent_is_mine(select, consent);
	return is_position(select, SKL_DESK_POSITION_DIRECTOR) ||
	       (select->opens->knows &&
		select->opens->knows(select->opens->arg, event->ref.data, 0));
}

static bool party_may_see(const struct select *select, const Schakel__V1__EventRow *event)
{
	if ((unsigned)event->code == SKL_EVENT_CONSENT)
		return consent_event_is_mine(select, event);
	if (names_me(select, event->partner, event->desk) ||
	    is_position(select, SKL_DESK_POSITION_DIRECTOR))
		return true;
	return (unsigned)event->code == SKL_EVENT_PARTICIPANT && same_side(select, event->value);
}

static bool event_is_open(const struct select *select, const Schakel__V1__EventRow *event)
{
	const struct skl_row_fields *fields = skl_event_fields((uint32_t)event->code);
	bool by_rule = (select->opens->events >> (unsigned)event->code) & 1;

	/* But for `ref` rows the section is one of this message: a closed one is not named. */
	if (event->section && fields->opens != SKL_OPENS_REF &&
	    !section_is_open(select, event->section))
		return false;
	switch (fields->opens) {
	case SKL_OPENS_ALWAYS:
		return true;
	case SKL_OPENS_RULE:
		return by_rule && (!event->section || section_is_open(select, event->section));
	case SKL_OPENS_PARTY:
		return by_rule && party_may_see(select, event);
	case SKL_OPENS_STATEMENT:
		return by_rule && may_hear_event(select, event);
	case SKL_OPENS_SECTION:
		return by_rule && event->section && may_hear(select, event->subject);
	case SKL_OPENS_REF:
		return select->opens->knows &&
		       select->opens->knows(select->opens->arg, event->ref.data, event->section);
	case SKL_OPENS_HUB:
	default:
		return false;
	}
}

static bool fact_is_open(const struct select *select, const Schakel__V1__FactRow *fact)
{
	const struct skl_row_fields *fields = skl_fact_fields((uint32_t)fact->code);
	bool by_rule = (select->opens->facts >> (unsigned)fact->code) & 1;

	if (fact->recipient && fact->recipient != select->me->number)
		return false;
	if (fields->opens == SKL_OPENS_ALWAYS)
		return true;
	if (fields->opens == SKL_OPENS_STATEMENT)
		return by_rule && may_hear(select, 0);
	return fields->opens == SKL_OPENS_RULE && by_rule;
}

/* Open the row of a subject that an opened row names. */
static void open_subject(struct select *select, uint32_t number)
{
	const Schakel__V1__SubjectRow *subject;

	for (size_t i = 0; number && (subject = skl_envelope_subject(select->env, i)); i++)
		if (subject->number == number)
			select->open[row_index(select, SCHAKEL__V1__ROW__ROW_SUBJECT, i)] = true;
}

static void open_sections(struct select *select)
{
	const struct skl_envelope *env = select->env;
	const Schakel__V1__SectionRow *section;
	const Schakel__V1__KeyRow *key;

	for (size_t i = 0; (section = skl_envelope_section(env, i)); i++) {
		if (!select->opens->sections || !select->opens->sections[i])
			continue;
		select->open[row_index(select, SCHAKEL__V1__ROW__ROW_SECTION, i)] = true;
		for (size_t a = 0; a < section->n_about; a++)
			open_subject(select, section->about[a]);
	}
	for (size_t i = 0; (key = skl_envelope_key(env, i)); i++)
		if (key->recipient == select->me->number && section_is_open(select, key->section))
			select->open[row_index(select, SCHAKEL__V1__ROW__ROW_KEY, i)] = true;
}

static void open_lines(struct select *select)
{
	const struct skl_envelope *env = select->env;
	const Schakel__V1__FactRow *fact;
	const Schakel__V1__EventRow *event;
	const Schakel__V1__ConsentRow *consent;

	for (size_t i = 0; (fact = skl_envelope_fact(env, i)); i++)
		if (fact_is_open(select, fact))
			select->open[row_index(select, SCHAKEL__V1__ROW__ROW_FACT, i)] = true;
	for (size_t i = 0; (event = skl_envelope_event(env, i)); i++) {
		if (!event_is_open(select, event))
			continue;
		select->open[row_index(select, SCHAKEL__V1__ROW__ROW_EVENT, i)] = true;
		open_subject(select, event->subject);
		open_subject(select, event->other_subject);
	}
	for (size_t i = 0; (consent = skl_envelope_consent(env, i)); i++) {
		if (!consent_is_mine(select, consent))
			continue;
		select->open[row_index(select, SCHAKEL__V1__ROW__ROW_CONSENT, i)] = true;
		open_subject(select, consent->subject);
		open_subject(select, consent->giver);
		open_subject(select, consent->recipient_subject);
	}
}

/* Who a subject is in other messages, only where its identity is told anyway. */
static void open_pseudonyms(struct select *select)
{
	const struct skl_envelope *env = select->env;
	const Schakel__V1__PseudonymRow *pseudonym;
	const Schakel__V1__SectionRow *section;

	for (size_t s = 0; (section = skl_envelope_section(env, s)); s++) {
		if ((unsigned)section->category != SKL_CATEGORY_IDENTITY ||
		    !select->open[row_index(select, SCHAKEL__V1__ROW__ROW_SECTION, s)])
			continue;
		for (size_t i = 0; (pseudonym = skl_envelope_pseudonym(env, i)); i++)
			for (size_t a = 0; a < section->n_about; a++)
				if (section->about[a] == pseudonym->subject)
					select->open[row_index(
						select, SCHAKEL__V1__ROW__ROW_PSEUDONYM, i)] = true;
	}
}

/* Rows in the order of their digests, so that their order tells nothing of the closed ones. */
static void sort_rows(const struct skl_row **rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct skl_row *row = rows[i];
		size_t at = i;

		for (; at > 0 && memcmp(rows[at - 1]->digest, row->digest, 32) > 0; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

static enum skl_err fill(const struct select *select, struct skl_arena *arena,
			 Schakel__V1__OfferedMessage *offered)
{
	const struct skl_envelope *env = select->env;
	const struct skl_row **rows = skl_arena_array(arena, env->row_count, sizeof(*rows));
	Schakel__V1__SaltedRow **salted = skl_arena_array(arena, env->row_count, sizeof(*salted));
	size_t count = 0;

	if (!rows || !salted)
		return SKL_ENOMEM;
	for (size_t i = 0; i < env->row_count; i++)
		if (select->open[i])
			rows[count++] = &env->rows[i];
	sort_rows(rows, count);
	for (size_t i = 0; i < count; i++)
		salted[i] = rows[i]->salted;
	offered->common =
		(ProtobufCBinaryData){.len = env->common_bytes.len, .data = env->wire->common.data};
	offered->digests = env->wire->digests;
	offered->signature = env->wire->signature;
	offered->rows = salted;
	offered->n_rows = count;
	return SKL_OK;
}

enum skl_err skl_envelope_select(const struct skl_envelope *env,
				 const struct skl_envelope_opens *opens, struct skl_arena *arena,
				 Schakel__V1__OfferedMessage *offered)
{
	struct select select = {.env = env, .opens = opens};
	size_t count = env->of[SCHAKEL__V1__ROW__ROW_RECIPIENT].count;

	if (env->form != SKL_FORM_SUBMIT)
		return SKL_EINVAL;
	select.me = skl_envelope_find_recipient(env, opens->recipient);
	if (!select.me)
		return SKL_ENUMBER;
	select.open = skl_arena_array(arena, env->row_count, sizeof(*select.open));
	if (!select.open)
		return SKL_ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (skl_envelope_recipient(env, i) == select.me)
			select.open[row_index(&select, SCHAKEL__V1__ROW__ROW_RECIPIENT, i)] = true;
	open_sections(&select);
	open_lines(&select);
	open_pseudonyms(&select);
	return fill(&select, arena, offered);
}
