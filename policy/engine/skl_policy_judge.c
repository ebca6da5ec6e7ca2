/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * One section before the rules that match: what the ground never carries, what a rule or a
 * prohibition takes away, what every position of the recipient is allowed.
 */

#include "skl_policy_match.h"

/* Wpg 8(6): removed after five years, from then on not to be disclosed (14). 1,826 days are never
 * more than five years. */
#define WPG_TERM_MS (1826 * SKL_DAY_MS)

bool skl_section_is_past_term(const struct skl_policy_section *section, int64_t now_ms)
{
	if (section->is_past_term)
		return true;
	if (section->source_law != SKL_SOURCE_LAW_WPG_8 &&
	    section->source_law != SKL_SOURCE_LAW_WPG_13)
		return false;
	/* Both times come from outside: compare without overflow. */
	return section->as_of_ms > 0 && now_ms > WPG_TERM_MS &&
	       section->as_of_ms < now_ms - WPG_TERM_MS;
}

bool skl_item_fits(const struct skl_item *item, const struct skl_policy_section *section,
		   int64_t now_ms, bool is_allow)
{
	if (!(item->categories & SKL_BIT(section->category)))
		return false;
	if (item->about) {
		bool is_part = (section->about & item->about) != 0;

		/* One person may have several positions; of several persons each must fit. */
		if (!is_part ||
		    (is_allow && section->about_count != 1 && (section->about & ~item->about) != 0))
			return false;
	}
	if (item->source_laws && !(item->source_laws >> section->source_law & 1))
		return false;
	if (item->person_kinds && !(item->person_kinds >> section->person_kind & 1))
		return false;
	if (item->told_by && (!(section->told_by & item->told_by) ||
			      (is_allow && (section->told_by & ~item->told_by))))
		return false;
	if (item->scopes && !(item->scopes >> section->scope & 1))
		return false;
	return !item->is_past_term || skl_section_is_past_term(section, now_ms);
}

/* The reason a `never` or a prohibition gives for a section. */
static uint8_t reason_of_item(const struct skl_rule *rule, const struct skl_item *item)
{
	if (item->source_laws)
		return SKL_CUT_REASON_SOURCE_LAW;
	if (item->is_past_term)
		return SKL_CUT_REASON_PAST_TERM;
	if (rule->is_forbid && !skl_set_is_full(&rule->dims[SKL_MISS_POSITION]))
		return SKL_CUT_REASON_OTHER_SIDE; /* also of a person in a position */
	if (item->about || item->person_kinds)
		return SKL_CUT_REASON_PERSON_KIND;
	return SKL_CUT_REASON_FORBIDDEN;
}

/* Marks that Wpg 4 asks of a statement about a person; a register has no eye-witness. */
static bool has_marks(const struct skl_match *match, const struct skl_policy_section *section)
{
	bool is_told = section->category == SKL_CATEGORY_INCIDENT ||
		       section->category == SKL_CATEGORY_STATEMENT;

	if (!(skl_catalogue_marked() & SKL_BIT(section->category)))
		return true;
	if (section->status == 0 || section->reliability == 0 || section->as_of_ms <= 0)
		return false;
	/* A date that is yet to come marks nothing; a day's grace for clocks. */
	if (section->as_of_ms > match->request->now_ms + SKL_DAY_MS)
		return false;
	if (is_told && section->source == 0)
		return false;
	return match->request->sender_role != SKL_ROLE_POLICE || section->source_law != 0;
}

static const struct skl_item *find_item(const struct skl_item *items, size_t count,
					const struct skl_policy_section *section, int64_t now_ms,
					bool is_allow)
{
	for (size_t i = 0; i < count; i++)
		if (skl_item_fits(&items[i], section, now_ms, is_allow))
			return &items[i];
	return NULL;
}

static void cut(struct skl_decision_section *verdict, uint8_t reason, size_t rule)
{
	verdict->is_allowed = false;
	verdict->reason = reason;
	verdict->rule = (uint16_t)rule;
}

/*
 * On consent goes only what everybody agreed to whom it is about. Danger does not wait for somebody
 * to be asked; who said no has been.
 */
static bool lacks_consent(struct skl_match *match, const struct skl_policy_section *section)
{
	const struct skl_policy_request *request = match->request;
	uint8_t consent = section->consent ? section->consent : request->consent;

	if (request->ground != SKL_GROUND_CONSENT || consent == SKL_CONSENT_STATE_GIVEN)
		return false;
	if (!match->is_waiving || (consent && consent != SKL_CONSENT_STATE_NOT_ASKED))
		return true;
	match->lacking |= SKL_REPAIR_CONSENT;
	return false;
}

/* What the legal ground itself never carries, whatever a rule says. */
static bool cut_by_ground(struct skl_match *match, const struct skl_policy_section *section,
			  struct skl_decision_section *verdict)
{
	const struct skl_catalogue_ground *ground = skl_catalogue_ground(match->request->ground);

	if (!ground)
		return false;
	if (ground->never_source_laws >> section->source_law & 1)
		cut(verdict, SKL_CUT_REASON_SOURCE_LAW, SKL_POLICY_NO_RULE);
	else if (ground->has_term && skl_section_is_past_term(section, match->request->now_ms))
		cut(verdict, SKL_CUT_REASON_PAST_TERM, SKL_POLICY_NO_RULE);
	else if (ground->never_categories & SKL_BIT(section->category))
		cut(verdict, SKL_CUT_REASON_GROUND_INVALID, SKL_POLICY_NO_RULE);
	else if ((ground->never_other_side & SKL_BIT(section->category)) &&
		 (match->request->positions >> SKL_DESK_POSITION_HELPER_OF_PERPETRATOR & 1))
		cut(verdict, SKL_CUT_REASON_OTHER_SIDE, SKL_POLICY_NO_RULE);
	else if (lacks_consent(match, section))
		cut(verdict, SKL_CUT_REASON_NO_CONSENT, SKL_POLICY_NO_RULE);
	else
		return false;
	return true;
}

/* Prohibitions, and the `never` of every rule that matches. */
static bool cut_by_rule(const struct skl_match *match, const struct skl_policy_section *section,
			struct skl_decision_section *verdict)
{
	for (size_t i = 0; skl_bits_next(&match->speaking, &i); i++) {
		const struct skl_rule *rule = &match->policy->rules[i];
		const struct skl_item *item;

		item = find_item(rule->never, rule->never_count, section, match->request->now_ms,
				 false);
		if (!item)
			continue;
		cut(verdict, reason_of_item(rule, item), i);
		return true;
	}
	return false;
}

/* The rule that allows the section to this position, SKL_POLICY_NO_RULE if none does. */
static uint16_t allowing_rule(const struct skl_match *match, size_t position,
			      const struct skl_policy_section *section, bool *is_unmarked)
{
	const struct skl_rule_bits *matched = &match->matched[position];

	for (size_t i = 0; skl_bits_next(matched, &i); i++) {
		const struct skl_rule *rule = &match->policy->rules[i];

		if (!find_item(rule->allow, rule->allow_count, section, match->request->now_ms,
			       true))
			continue;
		if ((rule->needs & SKL_NEED_MARKS) && !has_marks(match, section)) {
			*is_unmarked = true;
			if (!match->is_waiving)
				continue;
		} else {
			*is_unmarked = false;
		}
		return (uint16_t)i;
	}
	return SKL_POLICY_NO_RULE;
}

/* Who is told what of a cut: the recipient (silent), the sender (reason). */
static void tell(const struct skl_match *match, struct skl_decision_section *verdict)
{
	const struct skl_policy_request *request = match->request;
	uint64_t bit = SKL_BIT(verdict->category);
	uint64_t silent = skl_catalogue_silent(request->held.pattern) |
			  skl_catalogue_silent(request->claimed.pattern);

	for (size_t i = 0; skl_bits_next(&match->any, &i); i++)
		silent &= ~match->policy->rules[i].told;
	for (size_t i = 0; skl_bits_next(&match->speaking, &i); i++)
		silent |= match->policy->rules[i].silent;
	verdict->is_silent = (silent & bit) != 0;
	verdict->is_reason_told = skl_request_is_participant(request) ||
				  (verdict->reason != SKL_CUT_REASON_OTHER_SIDE &&
				   verdict->reason != SKL_CUT_REASON_NO_CONSENT &&
				   !skl_rule_rests_on_case(match->policy, verdict->rule));
}

static void judge(struct skl_match *match, const struct skl_policy_section *section,
		  struct skl_decision_section *verdict)
{
	bool is_unmarked = false;

	*verdict = (struct skl_decision_section){.number = section->number,
						 .category = section->category,
						 .rule = SKL_POLICY_NO_RULE,
						 .is_reason_told = true};
	if (cut_by_rule(match, section, verdict) || cut_by_ground(match, section, verdict))
		return;
	for (size_t p = 0; p < match->position_count; p++) {
		uint16_t rule = allowing_rule(match, p, section, &is_unmarked);

		if (rule == SKL_POLICY_NO_RULE) {
			cut(verdict,
			    is_unmarked ? SKL_CUT_REASON_MARKS_MISSING
					: SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
			    SKL_POLICY_NO_RULE);
			return;
		}
		verdict->rule = rule;
	}
	verdict->is_allowed = true;
	if (is_unmarked)
		match->lacking |= SKL_REPAIR_MARKS;
}

void skl_judge_section(struct skl_match *match, const struct skl_policy_section *section,
		       struct skl_decision_section *verdict)
{
	judge(match, section, verdict);
	if (!verdict->is_allowed)
		tell(match, verdict);
}
