/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_compose.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_label.h"
#include "skl_mem.h"
#include "skl_pseudonym.h"

struct composing {
	const struct skl_mapped *mapped;
	const struct skl_compose_opts *opts;
	struct skl_draft *draft;
	struct skl_context *context;
	uint32_t numbers[SKL_LIMIT_SUBJECTS_N]; /* by place - 1 */
	uint32_t *sections;                     /* NULL: nobody asks */
};

const char *skl_compose_desk(const struct skl_directory *directory, const char *partner,
			     const char *wanted, int64_t now_ms)
{
	const struct skl_dir_key *key = NULL;
	const struct skl_dir_partner *one = skl_directory_partner(directory, skl_view_str(partner));

	if (!one)
		return NULL;
	if (wanted && *wanted &&
	    skl_directory_desk_key(directory, skl_view_str(partner), skl_view_str(wanted), now_ms,
				   &key) == SKL_OK)
		return wanted;
	for (size_t i = 0; i < skl_directory_key_count(directory); i++) {
		const struct skl_dir_key *at = skl_directory_key_at(directory, i);

		if (at->partner == one->index && at->use == SKL_KEY_USE_SEAL && at->desk &&
		    skl_directory_desk_key(directory, skl_view_str(partner), skl_view_str(at->desk),
					   now_ms, &key) == SKL_OK)
			return at->desk;
	}
	return NULL;
}

/* ---- persons ---- */

static bool own_pseudonym(const struct skl_mapped_subject *subject, const uint8_t *key,
			  uint8_t ret[32])
{
	if (!key)
		return false;
	if (*subject->bsn)
		return skl_pseudonym_bsn(key, skl_view_str(subject->bsn), ret) == SKL_OK;
	return *subject->family_name && *subject->born &&
	       skl_pseudonym_name(key, skl_view_str(subject->family_name),
				  skl_view_str(subject->given_names), skl_view_str(subject->born),
				  ret) == SKL_OK;
}

static void give_pseudonym(struct composing *c, const struct skl_mapped_subject *subject,
			   struct skl_context_subject *remembered)
{
	const struct skl_context_subject *known =
		c->opts->about ? skl_context_subject(c->opts->about, subject->number) : NULL;

	if (own_pseudonym(subject, c->opts->pseudonym_key, remembered->pseudonym)) {
		remembered->scheme = SKL_PSEUDONYM_SCHEME_KEYED;
		if (skl_adult_on_ms(skl_view_str(subject->born), &remembered->adult_on_ms))
			remembered->adult_on_ms = 0; /* unknown */
	} else if (known && known->scheme) {
		remembered->scheme = known->scheme;
		memcpy(remembered->pseudonym, known->pseudonym, sizeof(known->pseudonym));
		remembered->adult_on_ms = known->adult_on_ms;
	} else {
		return;
	}
	skl_draft_pseudonym(c->draft, remembered->number, remembered->scheme, remembered->pseudonym,
			    remembered->adult_on_ms);
}

/* Numbers are kept only towards whom they come from: to others they would say who knew whom. */
static bool goes_back(const struct composing *c)
{
	return c->opts->about && !c->mapped->also_count &&
	       strcmp(c->opts->about->partner, c->mapped->to_partner) == 0;
}

static void add_subjects(struct composing *c)
{
	for (size_t i = 0; i < c->mapped->subject_count; i++) {
		const struct skl_mapped_subject *subject = &c->mapped->subjects[i];
		struct skl_context_subject *remembered = &c->context->subjects[i];
		const struct skl_context_subject *known =
			c->opts->about ? skl_context_subject(c->opts->about, subject->number)
				       : NULL;
		const enum skl_position *positions = subject->positions;
		size_t count = subject->position_count;

		if (!count && known) {
			positions = known->positions;
			count = known->position_count;
		}
		if (subject->number && known && goes_back(c))
			c->numbers[i] =
				skl_draft_subject_keep(c->draft, subject->number, positions, count);
		else
			c->numbers[i] = skl_draft_subject(c->draft, positions, count);
		remembered->number = c->numbers[i];
		memcpy(remembered->positions, positions, count * sizeof(positions[0]));
		remembered->position_count = count;
		(void)snprintf(remembered->ref, sizeof(remembered->ref), "%s",
			       *subject->ref ? subject->ref : (known ? known->ref : ""));
		give_pseudonym(c, subject, remembered);
	}
	c->context->subject_count = c->mapped->subject_count;
}

/* ---- sections, facts, events ---- */

static uint32_t number_of(void *arg, int64_t place)
{
	const struct composing *c = arg;

	return place >= 1 && (size_t)place <= c->mapped->subject_count ? c->numbers[place - 1] : 0;
}

static enum skl_err add_section(struct composing *c, size_t index)
{
	const struct skl_mapped_section *from = &c->mapped->sections[index];
	json_t *content = json_deep_copy(from->content);
	uint32_t about[SKL_LIMIT_ABOUT_N];
	struct skl_draft_section section = {.category = from->category,
					    .about = about,
					    .about_count = from->about_count,
					    .scope = from->scope,
					    .person_kind = from->person_kind,
					    .source_law = from->source_law,
					    .status = from->status,
					    .source = from->source,
					    .reliability = from->reliability,
					    .as_of_ms = from->as_of_ms,
					    .min_size_class = from->min_size_class};
	enum skl_err err;
	uint32_t number;
	struct skl_buf text;

	for (size_t i = 0; i < from->about_count; i++)
		about[i] = number_of(c, (int64_t)from->about[i]);
	err = content ? skl_label_renumber(from->category, content, number_of, c) : SKL_ENOMEM;
	skl_buf_init(&text, SKL_LABEL_MAX_BYTES);
	if (!err)
		skl_json_dump(content, &text);
	json_decref(content);
	if (!err)
		err = skl_buf_err(&text);
	section.content = skl_buf_view(&text);
	if (err) {
		skl_buf_wipe(&text);
		return err;
	}
	number = skl_draft_section(c->draft, &section);
	if (from->told_by)
		skl_draft_told_by(c->draft, number, from->told_by,
				  number_of(c, (int64_t)from->told_by_place));
	if (c->sections)
		c->sections[index] = number;
	skl_buf_wipe(&text);
	return SKL_OK;
}

/* Purposes and grounds that differ are told to each recipient by itself. */
static bool differs(const struct skl_mapped *mapped)
{
	for (size_t i = 0; i < mapped->also_count; i++)
		if (mapped->also[i].purpose || mapped->also[i].ground)
			return true;
	return false;
}

static void add_facts(struct composing *c)
{
	for (size_t i = 0; i < c->mapped->fact_count; i++) {
		const struct skl_mapped_fact *fact = &c->mapped->facts[i];

		if ((fact->code == SKL_FACT_PURPOSE || fact->code == SKL_FACT_GROUND) &&
		    differs(c->mapped))
			continue; /* told to each recipient by itself */
		if (*fact->text)
			skl_draft_fact_text(c->draft, fact->code, fact->text, fact->at_ms);
		else
			skl_draft_fact_value(c->draft, fact->code, fact->value);
	}
	if (*c->mapped->municipality)
		skl_draft_competence(c->draft, c->mapped->municipality, c->mapped->competence);
}

static void add_events(struct composing *c)
{
	for (size_t i = 0; i < c->mapped->event_count; i++) {
		const struct skl_mapped_event *from = &c->mapped->events[i];
		Schakel__V1__EventRow row;

		schakel__v1__event_row__init(&row);
		row.code = (Schakel__V1__EventCode)from->code;
		row.subject = number_of(c, (int64_t)from->place);
		row.other_subject = number_of(c, (int64_t)from->other_place);
		row.value = from->value;
		row.detail = from->detail;
		row.third = from->third;
		row.partner = (char *)(uintptr_t)from->partner;
		row.desk = (char *)(uintptr_t)from->desk;
		row.at_ms = from->at_ms;
		row.until_ms = from->until_ms;
		if (from->has_ref) {
			row.ref.len = SKL_ID_BYTES;
			row.ref.data = (uint8_t *)(uintptr_t)from->ref;
		}
		skl_draft_event(c->draft, &row);
	}
}

static void add_consents(struct composing *c)
{
	for (size_t i = 0; i < c->mapped->consent_count; i++) {
		const struct skl_mapped_consent *from = &c->mapped->consents[i];
		Schakel__V1__Category categories[64];
		Schakel__V1__ConsentRow row;

		schakel__v1__consent_row__init(&row);
		row.ref.len = SKL_ID_BYTES;
		row.ref.data = (uint8_t *)(uintptr_t)from->ref;
		row.subject = number_of(c, (int64_t)from->place);
		row.giver = number_of(c, (int64_t)from->giver_place);
		row.capacity = (Schakel__V1__ConsentCapacity)from->capacity;
		row.holder = (char *)(uintptr_t)from->holder;
		row.recipient = (char *)(uintptr_t)from->partner;
		row.recipient_desk = (char *)(uintptr_t)from->desk;
		row.purpose = (Schakel__V1__Purpose)from->purpose;
		row.categories = categories;
		for (unsigned bit = 1; bit < 64; bit++)
			if (from->categories >> bit & 1)
				categories[row.n_categories++] = (Schakel__V1__Category)bit;
		row.state = (Schakel__V1__ConsentState)from->state;
		row.how = (Schakel__V1__ConsentHow)from->how;
		row.from_ms = from->from_ms;
		row.until_ms = from->until_ms;
		skl_draft_consent(c->draft, &row);
	}
	if (c->mapped->weighing_count)
		skl_draft_weighing(c->draft, c->mapped->weighing, c->mapped->weighing_count);
}

/* ---- recipients ---- */

/* A fact that holds for one recipient alone. */
static void add_fact_for(struct composing *c, uint32_t recipient, enum skl_fact code,
			 uint32_t value, const uint8_t *ref)
{
	Schakel__V1__FactRow row;

	schakel__v1__fact_row__init(&row);
	row.code = (Schakel__V1__FactCode)code;
	row.value = value;
	row.recipient = recipient;
	if (ref) {
		row.ref.len = SKL_ID_BYTES;
		row.ref.data = (uint8_t *)(uintptr_t)ref;
	}
	skl_draft_fact(c->draft, &row);
}

static uint32_t own_value(const struct composing *c, enum skl_fact code)
{
	const struct skl_mapped_fact *fact = skl_mapped_find_fact(c->mapped, code);

	return fact ? fact->value : 0;
}

static enum skl_err add_recipient(struct composing *c, struct skl_client *client,
				  const struct skl_mapped_recipient *to)
{
	uint32_t purpose = to->purpose ? to->purpose : own_value(c, SKL_FACT_PURPOSE);
	uint32_t ground = to->ground ? to->ground : own_value(c, SKL_FACT_GROUND);
	uint32_t number = 0;
	enum skl_err err = skl_client_recipient(
		client, c->draft, to->partner, to->desk,
		to->is_copy ? SKL_RECIPIENT_TYPE_COPY : SKL_RECIPIENT_TYPE_PRINCIPAL, &number);

	if (err)
		return err;
	if (differs(c->mapped)) {
		add_fact_for(c, number, SKL_FACT_PURPOSE, purpose, NULL);
		add_fact_for(c, number, SKL_FACT_GROUND, ground, NULL);
	}
	for (size_t i = 0; ground == SKL_GROUND_CONSENT && i < c->mapped->rests_count; i++)
		add_fact_for(c, number, SKL_FACT_CONSENT, 0, c->mapped->rests[i]);
	return SKL_OK;
}

static enum skl_err add_recipients(struct composing *c, struct skl_client *client,
				   struct skl_error *reterr)
{
	struct skl_mapped_recipient first = {0};
	const struct skl_mapped_recipient *to = &first;
	enum skl_err err;

	if (c->mapped->is_for_hub)
		return SKL_OK;
	memcpy(first.partner, c->mapped->to_partner, sizeof(first.partner));
	memcpy(first.desk, c->mapped->to_desk, sizeof(first.desk));
	err = add_recipient(c, client, to);
	for (size_t i = 0; !err && i < c->mapped->also_count; i++) {
		to = &c->mapped->also[i];
		err = add_recipient(c, client, to);
	}
	return err ? skl_error_set(reterr, err, 0, 0, "recipient %.60s/%.60s: %s", to->partner,
				   to->desk, skl_err_text(err))
		   : SKL_OK;
}

static bool find_desk(const struct skl_directory *directory, int64_t now_ms, const char *partner,
		      char desk[SKL_LIMIT_PARTNER_ID + 1])
{
	const char *found = skl_compose_desk(directory, partner, desk, now_ms);

	if (found && found != desk)
		(void)snprintf(desk, SKL_LIMIT_PARTNER_ID + 1, "%.63s", found);
	return found != NULL;
}

bool skl_compose_desks(const struct skl_directory *directory, struct skl_mapped *mapped,
		       int64_t now_ms)
{
	if (mapped->is_for_hub)
		return true;
	if (!find_desk(directory, now_ms, mapped->to_partner, mapped->to_desk))
		return false;
	for (size_t i = 0; i < mapped->also_count; i++)
		if (!find_desk(directory, now_ms, mapped->also[i].partner, mapped->also[i].desk))
			return false;
	return true;
}

static enum skl_err begin_draft(struct skl_client *client, const struct skl_mapped *mapped,
				const struct skl_compose_opts *opts, struct skl_draft **ret_draft)
{
	struct skl_draft_opts draft_opts = {.kind = mapped->kind,
					    .sender_desk = opts->desk,
					    .id = opts->id,
					    .case_ref = opts->case_ref};

	if (mapped->has_in_reply_to)
		draft_opts.in_reply_to = mapped->in_reply_to;
	return skl_client_draft(client, &draft_opts, ret_draft);
}

/* A triage outcome or an offer only proposes who will direct. */
static bool names_director(enum skl_kind kind)
{
	return kind == SKL_KIND_CASE_OPENED || kind == SKL_KIND_DIRECTOR_CHANGE ||
	       kind == SKL_KIND_BAN_ORDER;
}

/* Who takes a case over directs it from then on. */
static bool takes_direction(enum skl_kind kind, enum skl_event code, uint32_t answer,
			    uint32_t about)
{
	return kind == SKL_KIND_HANDOVER_ANSWER && code == SKL_EVENT_ANSWER &&
	       answer == SKL_ANSWER_ACCEPTED && (!about || about == SKL_EVENT_DIRECTOR);
}

static void remember_director(struct skl_context *context, const char *partner, const char *desk)
{
	context->tells_director = true;
	(void)snprintf(context->director.partner, sizeof(context->director.partner), "%s", partner);
	(void)snprintf(context->director.desk, sizeof(context->director.desk), "%s", desk);
}

static void remember_sent(const struct skl_mapped *mapped, struct skl_context *context)
{
	for (size_t i = 0; i < mapped->event_count; i++) {
		const struct skl_mapped_event *event = &mapped->events[i];

		if (event->code == SKL_EVENT_DIRECTOR && names_director(mapped->kind))
			remember_director(context, event->partner, event->desk);
		if (takes_direction(mapped->kind, event->code, event->value, event->detail))
			remember_director(context, "", "");
	}
}

static void remember(const struct skl_mapped *mapped, const struct skl_compose_opts *opts,
		     const struct skl_draft *draft, struct skl_context *context)
{
	*context = (struct skl_context){
		.is_ours = true, .is_acute = mapped->is_acute, .kind = mapped->kind};
	memcpy(context->id, skl_draft_id(draft), SKL_ID_BYTES);
	memcpy(context->native_id, mapped->native_id, sizeof(context->native_id));
	memcpy(context->partner, mapped->to_partner, sizeof(context->partner));
	memcpy(context->desk, mapped->to_desk, sizeof(context->desk));
	context->also_count = mapped->also_count;
	for (size_t i = 0; i < mapped->also_count; i++) {
		struct skl_context_desk *to = &context->also[i];

		memcpy(to->partner, mapped->also[i].partner, sizeof(to->partner));
		memcpy(to->desk, mapped->also[i].desk, sizeof(to->desk));
	}
	if (opts->case_ref) {
		context->has_case = true;
		memcpy(context->case_ref, opts->case_ref, sizeof(context->case_ref));
	}
	if (opts->about) {
		context->has_about = true;
		memcpy(context->about, opts->about->id, SKL_ID_BYTES);
	}
	context->at_ms = skl_now_ms();
	remember_sent(mapped, context);
}

enum skl_err skl_compose_numbered(struct skl_client *client, const struct skl_mapped *mapped,
				  const struct skl_compose_opts *opts, struct skl_draft **ret_draft,
				  struct skl_context *ret_context,
				  uint32_t ret_sections[SKL_COMPOSE_SECTIONS_N],
				  struct skl_error *reterr)
{
	SKL_CLEANUP(skl_draft_freep) struct skl_draft *draft = NULL;
	struct composing c = {
		.mapped = mapped, .opts = opts, .context = ret_context, .sections = ret_sections};
	enum skl_err err = skl_mapped_check(mapped, reterr);

	if (err)
		return err;
	err = begin_draft(client, mapped, opts, &draft);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "cannot begin a message: %s",
				     skl_err_text(err));
	c.draft = draft;
	remember(mapped, opts, draft, ret_context);
	add_subjects(&c);
	for (size_t i = 0; !err && i < mapped->section_count; i++)
		err = add_section(&c, i);
	if (err)
		return skl_error_set(reterr, err, 0, 0, "cannot make a section: %s",
				     skl_err_text(err));
	add_facts(&c);
	add_events(&c);
	add_consents(&c);
	err = add_recipients(&c, client, reterr);
	if (err)
		return err;
	*ret_draft = SKL_STEAL(draft);
	return SKL_OK;
}

enum skl_err skl_compose(struct skl_client *client, const struct skl_mapped *mapped,
			 const struct skl_compose_opts *opts, struct skl_draft **ret_draft,
			 struct skl_context *ret_context, struct skl_error *reterr)
{
	enum skl_err err =
		skl_compose_numbered(client, mapped, opts, ret_draft, ret_context, NULL, reterr);

	if (!err)
		skl_draft_wrap_all(*ret_draft);
	return err;
}

/* ---- received ---- */

static void remember_told(const struct skl_envelope *env, struct skl_context *context)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++) {
		enum skl_event code = (enum skl_event)row->code;

		if (code == SKL_EVENT_DIRECTOR && names_director(context->kind))
			remember_director(context, row->partner, row->desk);
		if (takes_direction(context->kind, code, row->value, row->detail))
			remember_director(context, context->partner, context->desk);
	}
}

void skl_compose_remember(const struct skl_received *received, struct skl_context *ret_context)
{
	const Schakel__V1__Common *common = received->common;
	const Schakel__V1__SubjectRow *row;

	*ret_context = (struct skl_context){.kind = (enum skl_kind)common->kind,
					    .at_ms = received->stored_ms};
	memcpy(ret_context->id, common->id.data, SKL_ID_BYTES);
	(void)snprintf(ret_context->partner, sizeof(ret_context->partner), "%s", common->sender);
	(void)snprintf(ret_context->desk, sizeof(ret_context->desk), "%s", common->sender_desk);
	if (common->case_ref.len == sizeof(ret_context->case_ref)) {
		ret_context->has_case = true;
		memcpy(ret_context->case_ref, common->case_ref.data, common->case_ref.len);
	}
	if (common->in_reply_to.len == SKL_ID_BYTES) {
		ret_context->has_about = true;
		memcpy(ret_context->about, common->in_reply_to.data, SKL_ID_BYTES);
	}
	remember_told(received->envelope, ret_context);
	for (size_t i = 0; i < received->answer_before_count; i++) {
		int64_t due_ms = received->answer_before[i]->due_ms;

		if (due_ms && (!ret_context->due_ms || due_ms < ret_context->due_ms))
			ret_context->due_ms = due_ms;
	}
	for (size_t i = 0;
	     (row = skl_envelope_subject(received->envelope, i)) && i < SKL_LIMIT_SUBJECTS_N; i++) {
		struct skl_context_subject *subject = &ret_context->subjects[i];
		const Schakel__V1__PseudonymRow *pseudonym =
			skl_envelope_find_pseudonym(received->envelope, row->number);

		subject->number = row->number;
		for (size_t k = 0; k < row->n_positions && k < SKL_MAPPED_POSITIONS_N; k++)
			subject->positions[subject->position_count++] =
				(enum skl_position)row->positions[k];
		if (pseudonym && pseudonym->pseudonym.len == sizeof(subject->pseudonym)) {
			subject->scheme = pseudonym->scheme;
			memcpy(subject->pseudonym, pseudonym->pseudonym.data, 32);
			subject->adult_on_ms = pseudonym->adult_on_ms;
		}
		ret_context->subject_count++;
	}
}

/* 0 if there is none, or several that differ (one a person): then one field cannot contradict. */
static uint32_t event_value(const struct skl_envelope *env, enum skl_event code)
{
	const Schakel__V1__EventRow *row;
	uint32_t value = 0;

	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++) {
		if ((enum skl_event)row->code != code)
			continue;
		if (value && value != row->value)
			return 0;
		value = row->value;
	}
	return value;
}

static uint32_t fact_value(const struct skl_envelope *env, enum skl_fact code)
{
	const Schakel__V1__FactRow *row = skl_envelope_find_fact(env, code);

	return row ? row->value : 0;
}

/* The lowest rating of all event rows: classes are numbered from low to high. */
static enum skl_rating lowest_rating(const struct skl_envelope *env)
{
	const Schakel__V1__EventRow *row;
	uint32_t lowest = 0;

	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++) {
		if ((enum skl_event)row->code == SKL_EVENT_RATING &&
		    (!lowest || row->value < lowest))
			lowest = row->value;
	}
	return (enum skl_rating)lowest;
}

enum skl_err skl_compose_check(const struct skl_received *received, struct skl_error *reterr)
{
	const struct skl_envelope *env = received->envelope;
	uint32_t unsafety = event_value(env, SKL_EVENT_UNSAFETY);
	uint32_t pattern = event_value(env, SKL_EVENT_PATTERN);
	uint32_t taken_up = event_value(env, SKL_EVENT_TAKEN_UP);

	if (!unsafety)
		unsafety = fact_value(env, SKL_FACT_UNSAFETY);
	if (!pattern)
		pattern = fact_value(env, SKL_FACT_PATTERN);
	for (size_t i = 0; i < received->section_count; i++) {
		const struct skl_received_section *section = &received->sections[i];
		struct skl_label_rows rows = {
			.category = (enum skl_category)section->row->category,
			.about = section->row->about,
			.about_count = section->row->n_about,
			.unsafety = (enum skl_unsafety)unsafety,
			.pattern = (enum skl_pattern)pattern,
			.triage_outcome =
				(enum skl_triage_outcome)event_value(env, SKL_EVENT_TRIAGE_OUTCOME),
			.rating = lowest_rating(env),
			.taken_up = taken_up == SKL_ANSWER_YES  ? 1
				    : taken_up == SKL_ANSWER_NO ? -1
								: 0};
		enum skl_err err =
			section->err ? SKL_OK : skl_label_check(&rows, section->content, reterr);

		if (err)
			return err;
	}
	return SKL_OK;
}
