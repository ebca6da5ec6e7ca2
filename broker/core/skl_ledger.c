/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The consent ledger: what a message tells of consents (proto/README 14.5), of who is one person,
 * and of requests of a person, which may be made under pressure. A consent counts in the case it
 * was told in, so that a change of it is a change of the case: mail that waits is decided again.
 */

#include <string.h>

#include "skl_consent.h"
#include "skl_core.h"
#include "skl_person.h"
#include "skl_tasks.h"
#include "skl_vault.h"

static bool tells_consent(const struct skl_item *item)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);

	return kind && (kind->changes & SKL_CHANGES_CONSENT) && skl_envelope_consent(item->env, 0);
}

/* Only what Veilig Thuis tells of persons counts. */
static const Schakel__V1__EventRow *link_row(const struct skl_item *item, size_t *at)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);
	const Schakel__V1__EventRow *row;

	if (!kind || !(kind->changes & SKL_CHANGES_LINKS))
		return NULL;
	while ((row = skl_envelope_event(item->env, (*at)++)))
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_SAME_PERSON)
			return row;
	return NULL;
}

enum skl_err skl_ledger_tag(const struct skl_turn *turn, const struct skl_envelope *env,
			    uint32_t subject, uint8_t ret_tag[SKL_CONSENT_TAG_BYTES])
{
	const Schakel__V1__PseudonymRow *row = skl_envelope_find_pseudonym(env, subject);

	return row ? skl_vault_mac(skl_store_vault(turn->hub->store), SKL_VAULT_TAG,
				   skl_view_of(row->pseudonym.data, row->pseudonym.len), ret_tag)
		   : SKL_ENOTFOUND;
}

static enum skl_err lacks(struct skl_item *item, const char *what)
{
	size_t len = strlen(what);

	memcpy(item->text, what, len < sizeof(item->text) ? len + 1 : 0);
	return SKL_EFIELD;
}

static bool is_right(const struct skl_item *item)
{
	uint32_t kind = (uint32_t)item->env->common->kind;

	return kind == SKL_KIND_SUBJECT_REQUEST || kind == SKL_KIND_SUBJECT_ANSWER;
}

/*
 * A request and its answer are of one person, never of a couple (rule 19): nobody reads
 * in an answer to a partner what was asked by, or is kept of, the other.
 */
static enum skl_err check_right(struct skl_item *item)
{
	const struct skl_envelope *env = item->env;
	const Schakel__V1__SectionRow *section;
	const Schakel__V1__EventRow *row;
	uint32_t person = 0;

	for (size_t i = 0; (row = skl_envelope_event(env, i)); i++) {
		if (!row->subject)
			continue;
		if (person && row->subject != person)
			return lacks(item, "a request or its answer is about one person");
		person = row->subject;
	}
	if (!person)
		return lacks(item, "a request or its answer says whose it is (event of a person)");
	for (size_t i = 0; (section = skl_envelope_section(env, i)); i++)
		for (size_t k = 0; k < section->n_about; k++)
			if (section->about[k] != person)
				return lacks(item, "a request or its answer is about one person");
	return SKL_OK;
}

enum skl_err skl_ledger_check(struct skl_item *item)
{
	const struct skl_envelope *env = item->env;
	const Schakel__V1__ConsentRow *consent;
	const Schakel__V1__EventRow *link;
	size_t at = 0;

	if (is_right(item) && check_right(item) != SKL_OK)
		return SKL_EFIELD;
	if (tells_consent(item) && env->common->case_ref.len != SKL_STORE_ID_BYTES)
		return lacks(item, "a consent needs the case in which it counts (case_ref)");
	for (size_t i = 0; tells_consent(item) && (consent = skl_envelope_consent(env, i)); i++)
		if (!skl_envelope_find_pseudonym(env, consent->subject) ||
		    !skl_envelope_find_pseudonym(env, consent->giver))
			return lacks(item, "a consent needs the pseudonyms of subject and giver");
	while ((link = link_row(item, &at)))
		if (!skl_envelope_find_pseudonym(env, link->subject) ||
		    !skl_envelope_find_pseudonym(env, link->other_subject))
			return lacks(item, "same_person needs the pseudonyms of both");
	return SKL_OK;
}

/* --- a consent ------------------------------------------------------------------------------ */

/* What the row says, told by the sender. Codes were checked against their lists at decoding. */
static enum skl_err consent_of(const struct skl_turn *turn, const struct skl_item *item,
			       const Schakel__V1__ConsentRow *row, struct skl_consent *ret_consent)
{
	const struct skl_envelope *env = item->env;
	enum skl_err err;

	*ret_consent = (struct skl_consent){
		.capacity = (enum skl_consent_capacity)row->capacity,
		.purpose = (enum skl_purpose)row->purpose,
		.state = (enum skl_consent_state)row->state,
		.how = (enum skl_consent_how)row->how,
		.from_ms = row->from_ms,
		.until_ms = row->until_ms,
	};
	memcpy(ret_consent->ref, row->ref.data, SKL_STORE_ID_BYTES);
	memcpy(ret_consent->case_ref, env->common->case_ref.data, SKL_STORE_ID_BYTES);
	for (size_t i = 0; i < row->n_categories; i++)
		ret_consent->categories |= UINT64_C(1) << (unsigned)row->categories[i];
	err = skl_ledger_tag(turn, env, row->subject, ret_consent->subject);
	if (err == SKL_OK)
		err = skl_ledger_tag(turn, env, row->giver, ret_consent->giver);
	if (err == SKL_OK)
		err = skl_change_name(ret_consent->recorder, item->peer->id);
	if (err == SKL_OK)
		err = skl_change_name(ret_consent->holder, row->holder);
	if (err == SKL_OK)
		err = skl_change_name(ret_consent->recipient, row->recipient);
	return err == SKL_OK ? skl_change_name(ret_consent->desk, row->recipient_desk) : err;
}

static bool is_same(const struct skl_consent *a, const struct skl_consent *b)
{
	return memcmp(a->case_ref, b->case_ref, sizeof(a->case_ref)) == 0 &&
	       memcmp(a->subject, b->subject, sizeof(a->subject)) == 0 &&
	       memcmp(a->giver, b->giver, sizeof(a->giver)) == 0 && a->capacity == b->capacity &&
	       a->purpose == b->purpose && strcmp(a->holder, b->holder) == 0 &&
	       strcmp(a->recipient, b->recipient) == 0 && strcmp(a->desk, b->desk) == 0;
}

static bool takes_part(const struct skl_turn *turn, const struct skl_ask *ask)
{
	return ask->has_case &&
	       (strcmp(ask->held.director, ask->sender->id) == 0 ||
		skl_case_participant_find(&ask->held, ask->sender->id, NULL, turn->now_ms));
}

/*
 * A new one: nobody lifts the secrecy of another. A later state: who told it first, or whose
 * secrecy it is; that somebody does not agree any more, each participant may pass on.
 */
static bool may_tell(const struct skl_turn *turn, const struct skl_ask *ask,
		     const struct skl_consent *told, const struct skl_consent *kept)
{
	const char *sender = ask->sender->id;

	if (!kept)
		return !told->holder[0] || strcmp(told->holder, sender) == 0;
	if (!is_same(told, kept))
		return false;
	if (strcmp(kept->recorder, sender) == 0 || strcmp(kept->holder, sender) == 0)
		return true;
	return told->state != SKL_CONSENT_STATE_GIVEN &&
	       (ask->sender->role == SKL_ROLE_VEILIG_THUIS ||
		strcmp(kept->recipient, sender) == 0 || takes_part(turn, ask));
}

/* The row as it will be kept; EDENIED: the sender may not tell it. */
static enum skl_err judge(const struct skl_turn *turn, const struct skl_ask *ask,
			  const struct skl_item *item, const Schakel__V1__ConsentRow *row,
			  struct skl_consent *ret_told)
{
	struct skl_consent kept;
	enum skl_err err = consent_of(turn, item, row, ret_told);
	bool is_new;

	if (err != SKL_OK)
		return err;
	err = skl_consent_get(turn->txn, ret_told->ref, &kept);
	is_new = err == SKL_ENOTFOUND;
	if (err == SKL_OK) /* told in a case that became part of this one */
		err = skl_case_resolve(turn->txn, kept.case_ref, kept.case_ref);
	if (err != SKL_OK && !is_new)
		return err;
	if (!may_tell(turn, ask, ret_told, is_new ? NULL : &kept))
		return SKL_EDENIED;
	if (!is_new)
		memcpy(ret_told->recorder, kept.recorder, sizeof(kept.recorder));
	return SKL_OK;
}

enum skl_err skl_ledger_change(const struct skl_turn *turn, const struct skl_ask *ask,
			       const struct skl_item *item, enum skl_outcome *outcome)
{
	const Schakel__V1__ConsentRow *row;
	struct skl_consent told;
	enum skl_err err = SKL_OK;
	size_t at = 0;

	for (size_t i = 0; tells_consent(item) && (row = skl_envelope_consent(item->env, i)); i++) {
		err = judge(turn, ask, item, row, &told);
		if (err != SKL_OK)
			break;
		if (*outcome == SKL_OUTCOME_UNSPECIFIED)
			*outcome = SKL_OUTCOME_PERMITTED;
	}
	if (err == SKL_EDENIED)
		*outcome = SKL_OUTCOME_DENIED_FORBIDDEN;
	if (link_row(item, &at))
		*outcome = ask->sender->role == SKL_ROLE_VEILIG_THUIS
				   ? SKL_OUTCOME_PERMITTED
				   : SKL_OUTCOME_DENIED_FORBIDDEN;
	return err == SKL_EDENIED ? SKL_OK : err;
}

/* --- keeping it ------------------------------------------------------------------------------- */

/* Rule 8: to the director, never to the household. */
static bool is_suspect(const struct skl_ask *ask, uint32_t how)
{
	return how == SKL_CONSENT_HOW_PARTNER_PRESENT || how == SKL_CONSENT_HOW_VIA_THIRD_PARTY ||
	       ask->held.pattern == SKL_PATTERN_COERCIVE_CONTROL ||
	       ask->held.pattern == SKL_PATTERN_UNCLEAR;
}

struct warning {
	const char *nl;
	const char *en;
};

static const struct warning of_consent = {
	"Een toestemming is gegeven of ingetrokken terwijl de persoon niet alleen was, of bij "
	"mogelijke dwang. Ga na of er dwang is; zeg niets tegen het huishouden.",
	"A consent was given or withdrawn while the person was not alone, or where there may be "
	"coercion. Check for coercion; say nothing to the household."};

static const struct warning of_request = {
	"Om inzage of wissen is gevraagd door een ander, in iemands bijzijn, of bij mogelijke "
	"dwang. Spreek de persoon alleen, langs een veilige weg; zeg niets tegen het huishouden. "
	"Er is niets gewist.",
	"Access or erasure was asked for by another, with somebody present, or where there may be "
	"coercion. Speak with the person alone, on a safe channel; say nothing to the household. "
	"Nothing was erased."};

static enum skl_err warn_director(struct skl_turn *turn, const struct skl_ask *ask,
				  const struct skl_item *item, const struct warning *warning)
{
	const struct skl_tasks_new task = {
		.partner = ask->held.director,
		.task = SKL_TASK_CHECK_COERCION,
		.message_id = item->id,
		.case_ref = ask->held.case_ref,
		.names_index = item->parts[0].ref.index,
		.text_nl = warning->nl,
		.text_en = warning->en,
	};

	return skl_tasks_give(turn, &task);
}

static enum skl_err keep_consents(struct skl_turn *turn, const struct skl_ask *ask,
				  const struct skl_item *item)
{
	const Schakel__V1__ConsentRow *row;
	struct skl_consent told;
	bool is_warning = false;
	enum skl_err err = SKL_OK;

	for (size_t i = 0; (row = skl_envelope_consent(item->env, i)) && err == SKL_OK; i++) {
		err = judge(turn, ask, item, row, &told);
		if (err == SKL_OK)
			err = skl_consent_put(turn->txn, &told);
		is_warning |= err == SKL_OK && is_suspect(ask, told.how);
	}
	return err == SKL_OK && is_warning && ask->held.director[0]
		       ? warn_director(turn, ask, item, &of_consent)
		       : err;
}

/* May what the person asks for have been asked under pressure? */
static bool is_pressed(const struct skl_ask *ask, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;

	if ((unsigned)item->env->common->kind != SKL_KIND_SUBJECT_REQUEST)
		return false;
	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_REQUEST &&
		    is_suspect(ask, row->detail))
			return true;
	return false;
}

static enum skl_err keep_links(struct skl_turn *turn, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;
	uint8_t a[SKL_PERSON_TAG_BYTES], b[SKL_PERSON_TAG_BYTES];
	enum skl_err err = SKL_OK;
	size_t at = 0;

	while (err == SKL_OK && (row = link_row(item, &at))) {
		err = skl_ledger_tag(turn, item->env, row->subject, a);
		if (err == SKL_OK)
			err = skl_ledger_tag(turn, item->env, row->other_subject, b);
		if (err != SKL_OK || memcmp(a, b, sizeof(a)) == 0)
			continue; /* one pseudonym is one person already */
		err = row->value == SKL_ANSWER_YES ? skl_person_link(turn->txn, a, b)
						   : skl_person_unlink(turn->txn, a, b);
	}
	return err;
}

enum skl_err skl_ledger_apply(struct skl_turn *turn, const struct skl_ask *ask,
			      const struct skl_item *item, bool *is_changed)
{
	enum skl_err err = keep_links(turn, item);

	if (err == SKL_OK && ask->held.director[0] && is_pressed(ask, item))
		err = warn_director(turn, ask, item, &of_request);
	if (err != SKL_OK || !tells_consent(item))
		return err;
	*is_changed = true;
	return keep_consents(turn, ask, item);
}
