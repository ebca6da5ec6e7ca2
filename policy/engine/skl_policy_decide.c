/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The decision: pure, total, bounded (rules x sections), no allocation.
 */

#include <string.h>

#include "skl_policy_match.h"

/* Without a term in the rule, what form lacked is repaired within a day. */
#define REPAIR_TERM ((struct skl_term){24, SKL_TERM_HOURS})

/* A prohibition that speaks of the message and not of sections. */
static uint16_t forbidding_rule(const struct skl_match *match)
{
	for (size_t i = 0; skl_bits_next(&match->forbidding, &i); i++)
		if (match->policy->rules[i].never_count == 0)
			return (uint16_t)i;
	return SKL_POLICY_NO_RULE;
}

static uint8_t reason_of_miss(const struct skl_policy_request *request, enum skl_miss miss)
{
	if (request->recipient_role == 0)
		return SKL_CUT_REASON_RECIPIENT_UNKNOWN;
	switch (miss) {
	case SKL_MISS_PURPOSE:
		return SKL_CUT_REASON_PURPOSE_MISMATCH;
	case SKL_MISS_GROUND:
	case SKL_MISS_BREAK_GLASS:
		return SKL_CUT_REASON_GROUND_INVALID;
	case SKL_MISS_AFTER:
		return SKL_CUT_REASON_UNKNOWN_REFERENCE;
	case SKL_MISS_COMPETENT:
		return SKL_CUT_REASON_NOT_COMPETENT;
	case SKL_MISS_POSITION:
		return request->positions >> SKL_DESK_POSITION_HELPER_OF_PERPETRATOR & 1
			       ? SKL_CUT_REASON_OTHER_SIDE
			       : SKL_CUT_REASON_NOT_PARTICIPANT;
	case SKL_MISS_CONSENT:
		return SKL_CUT_REASON_NO_CONSENT;
	case SKL_MISS_HELD:
	case SKL_MISS_CHECK:
	case SKL_MISS_USER:
		return SKL_CUT_REASON_CHECK_MISSING;
	case SKL_MISS_STALE:
		return SKL_CUT_REASON_STALE_CASE;
	case SKL_MISS_RATING:
		return SKL_CUT_REASON_RATING_MISSING;
	case SKL_MISS_REASON:
		return SKL_CUT_REASON_REQUIRED_SECTION_MISSING;
	case SKL_MISS_NONE:
	case SKL_MISS_FROM:
	case SKL_MISS_KIND:
	case SKL_MISS_TO:
	case SKL_MISS_PHASE:
	case SKL_MISS_UNSAFETY:
	case SKL_MISS_SIGNAL_PHASE:
	case SKL_MISS_PATTERN:
	case SKL_MISS_FRAME:
	case SKL_MISS_FRAME_AREA:
	case SKL_MISS_URGENCY:
	case SKL_MISS_CASE:
	case SKL_MISS_VALIDITY:
	case SKL_MISS_COUNT:
	default:
		return SKL_CUT_REASON_NO_RULE;
	}
}

/* May the sender hear why? Not what the case or the ledger says, unless it takes part. */
static bool is_denial_told(const struct skl_policy_request *request, uint8_t reason,
			   enum skl_miss miss)
{
	if (skl_request_is_participant(request))
		return true;
	if (reason == SKL_CUT_REASON_NO_CONSENT || reason == SKL_CUT_REASON_NOT_PARTICIPANT ||
	    reason == SKL_CUT_REASON_OTHER_SIDE || reason == SKL_CUT_REASON_STALE_CASE)
		return false;
	return miss < SKL_MISS_POSITION || miss == SKL_MISS_URGENCY || miss == SKL_MISS_HELD ||
	       miss == SKL_MISS_BREAK_GLASS || miss > SKL_MISS_STALE;
}

/* Nothing goes: every section that was not cut for a reason of its own gets the message's. */
static void deny(struct skl_decision *decision, const struct skl_policy_request *request,
		 enum skl_outcome outcome, uint8_t reason, uint16_t rule)
{
	decision->outcome = (uint8_t)outcome;
	decision->reason = reason;
	decision->rule = rule;
	decision->facts = 0;
	decision->events = 0;
	decision->is_rating_missing = false;
	decision->is_notice_sealed = false;
	decision->duty_count = 0;
	decision->clock_count = 0;
	decision->repair = 0;
	decision->repair_due_ms = 0;
	decision->section_count =
		request->section_count <= SKL_POLICY_SECTIONS_MAX ? request->section_count : 0;
	for (size_t i = 0; i < decision->section_count; i++) {
		struct skl_decision_section *verdict = &decision->sections[i];

		if (verdict->number == request->sections[i].number && verdict->reason != 0)
			continue;
		*verdict = (struct skl_decision_section){
			.number = request->sections[i].number,
			.category = request->sections[i].category,
			.reason = reason,
			.rule = rule,
			.is_silent = true,
			.is_reason_told = decision->is_reason_told,
		};
	}
}

static void list_rules(const struct skl_match *match, struct skl_decision *decision, bool *is_full)
{
	struct skl_rule_bits speaking = match->any;

	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].rule != SKL_POLICY_NO_RULE)
			skl_bits_add(&speaking, decision->sections[i].rule);
	for (unsigned is_forbid = 0; is_forbid < 2; is_forbid++)
		for (size_t i = 0; skl_bits_next(&speaking, &i); i++) {
			if (match->policy->rules[i].is_forbid != is_forbid)
				continue;
			if (decision->rule_count == SKL_POLICY_DECISION_RULES_MAX) {
				*is_full = true;
				return;
			}
			decision->rules[decision->rule_count++] = (uint16_t)i;
		}
}

/* Where it happened, or now: the glass breaks now, whatever it is about. */
static int64_t clock_start(const struct skl_policy_request *request, uint8_t clock)
{
	int64_t at_ms = request->occurred_at_ms;

	if (clock == SKL_CLOCK_BREAK_GLASS || at_ms <= 0 || at_ms > request->now_ms ||
	    request->now_ms - at_ms > SKL_POLICY_BACKDATE_MS)
		return request->now_ms;
	return at_ms;
}

/* A clock once: the earlier due time of two starts counts; a stop beside a start stays. */
static void add_clock(struct skl_decision *decision, struct skl_decision_clock clock, bool *is_full)
{
	for (size_t i = 0; i < decision->clock_count; i++) {
		struct skl_decision_clock *old = &decision->clocks[i];

		if (old->clock != clock.clock || old->is_stop != clock.is_stop)
			continue;
		if (clock.due_ms != 0 && (old->due_ms == 0 || clock.due_ms < old->due_ms))
			old->due_ms = clock.due_ms;
		return;
	}
	if (decision->clock_count == SKL_POLICY_DECISION_LIST_MAX)
		*is_full = true;
	else
		decision->clocks[decision->clock_count++] = clock;
}

static void add_duty(struct skl_decision *decision, struct skl_decision_duty duty, bool *is_full)
{
	for (size_t i = 0; i < decision->duty_count; i++) {
		struct skl_decision_duty *old = &decision->duties[i];

		if (old->duty != duty.duty)
			continue;
		if (duty.due_ms != 0 && (old->due_ms == 0 || duty.due_ms < old->due_ms))
			old->due_ms = duty.due_ms;
		return;
	}
	if (decision->duty_count == SKL_POLICY_DECISION_LIST_MAX)
		*is_full = true;
	else
		decision->duties[decision->duty_count++] = duty;
}

/* Duties and clocks of one matched rule. */
static void add_follow_ups(const struct skl_match *match, const struct skl_rule *rule,
			   struct skl_decision *decision, bool *is_full)
{
	const struct skl_policy_request *request = match->request;

	for (size_t i = 0; i < rule->duty_count; i++)
		if (rule->duties[i].duty == SKL_DUTY_INFORM_SUBJECT && request->is_sealed &&
		    rule->duties[i].is_unless_sealed)
			decision->is_notice_sealed = true;
		else if (!rule->duties[i].is_unless_sealed || !request->is_sealed)
			add_duty(decision,
				 (struct skl_decision_duty){
					 rule->duties[i].duty,
					 skl_term_add(request->now_ms, rule->duties[i].term)},
				 is_full);
	for (size_t i = 0; i < rule->clock_count; i++) {
		const struct skl_rule_clock *clock = &rule->clocks[i];
		int64_t due_ms = clock->is_stop ? 0
						: skl_term_add(clock_start(request, clock->clock),
							       clock->term);

		add_clock(decision,
			  (struct skl_decision_clock){clock->clock, clock->is_stop, due_ms},
			  is_full);
	}
}

/* What the recipient may know: what every position of it may, of each the union. */
static void add_knowledge(const struct skl_match *match, struct skl_decision *decision)
{
	decision->facts = ~UINT64_C(0);
	decision->events = ~UINT64_C(0);
	for (size_t p = 0; p < match->position_count; p++) {
		uint64_t facts = 0;
		uint64_t events = 0;

		for (size_t i = 0; skl_bits_next(&match->matched[p], &i); i++) {
			facts |= match->policy->rules[i].facts;
			events |= match->policy->rules[i].events;
		}
		decision->facts &= facts;
		decision->events &= events;
	}
	/* Who helps the perpetrator does not hear how the violence is named. */
	if (match->request->positions >> SKL_DESK_POSITION_HELPER_OF_PERPETRATOR & 1) {
		decision->facts &= ~SKL_BIT(SKL_FACT_PATTERN);
		decision->events &= ~SKL_BIT(SKL_EVENT_PATTERN);
	}
	decision->facts |= SKL_BIT(SKL_FACT_PURPOSE) | SKL_BIT(SKL_FACT_GROUND);
}

/* Form that was waived: which of it really lacked, and until when it may. */
static void add_repair(const struct skl_match *match, struct skl_decision *decision, bool *is_full)
{
	const struct skl_policy_request *request = match->request;
	int64_t due_ms = skl_term_add(request->now_ms, REPAIR_TERM);

	decision->repair = match->lacking;
	for (size_t i = 0; skl_bits_next(&match->any, &i); i++) {
		const struct skl_rule *rule = &match->policy->rules[i];

		if ((rule->needs & SKL_NEED_CHECK) && !request->has_checked_by)
			decision->repair |= SKL_REPAIR_CHECK;
		if ((rule->needs & SKL_NEED_RATING) && !request->has_rating)
			decision->repair |= SKL_REPAIR_RATING;
		if ((rule->needs & SKL_NEED_REASON) && !match->has_reason)
			decision->repair |= SKL_REPAIR_REASON;
		if (!skl_set_has(&rule->dims[SKL_MISS_CONSENT], request->consent))
			decision->repair |= SKL_REPAIR_CONSENT;
		if (rule->has_acute && skl_term_add(request->now_ms, rule->repair) < due_ms)
			due_ms = skl_term_add(request->now_ms, rule->repair);
	}
	if (decision->repair == 0 && !match->is_list)
		return;
	decision->repair_due_ms = due_ms;
	if (decision->repair != 0)
		add_duty(decision, (struct skl_decision_duty){SKL_DUTY_REPAIR_FORM, due_ms},
			 is_full);
	if (match->is_list)
		add_duty(decision, (struct skl_decision_duty){SKL_DUTY_AFTER_CHECK, due_ms},
			 is_full);
	add_clock(decision, (struct skl_decision_clock){SKL_CLOCK_REPAIR, false, due_ms}, is_full);
}

/* Safety rating first: without one the message goes, and is marked. */
static void mark_rating(const struct skl_policy_request *request, struct skl_decision *decision,
			bool *is_full)
{
	if (!request->has_case || request->has_rating || !skl_catalogue_wants_rating(request->kind))
		return;
	decision->is_rating_missing = true;
	add_duty(decision, (struct skl_decision_duty){SKL_DUTY_RATE_SAFETY, 0}, is_full);
}

/* The required category that does not reach the recipient, 0 if all do; *cut_by is the verdict
 * that took it, NULL if it was never there. */
static uint8_t lacking_category(const struct skl_match *match, const struct skl_decision *decision,
				const struct skl_decision_section **cut_by)
{
	uint64_t required =
		skl_catalogue_required(match->request->kind, match->request->recipient_role);

	for (uint8_t category = 1; category < 64; category++) {
		bool has = false;

		if (!(required & SKL_BIT(category)))
			continue;
		*cut_by = NULL;
		for (size_t i = 0; i < decision->section_count && !has; i++) {
			if (decision->sections[i].category != category)
				continue;
			has = decision->sections[i].is_allowed;
			if (!*cut_by)
				*cut_by = &decision->sections[i];
		}
		if (!has)
			return category;
	}
	return 0;
}

/* A required section does not arrive: the message would be meaningless. */
static void deny_lacking(const struct skl_match *match, struct skl_decision *decision,
			 const struct skl_decision_section *cut_by)
{
	size_t matched = 0;
	uint8_t reason = cut_by ? cut_by->reason : SKL_CUT_REASON_REQUIRED_SECTION_MISSING;
	uint16_t rule = cut_by ? cut_by->rule : SKL_POLICY_NO_RULE;
	bool is_rule_missing = reason == SKL_CUT_REASON_REQUIRED_SECTION_MISSING ||
			       reason == SKL_CUT_REASON_CATEGORY_NOT_ALLOWED ||
			       reason == SKL_CUT_REASON_MARKS_MISSING;

	(void)skl_bits_next(&match->any, &matched); /* one does: the match is complete */
	decision->nearest = (uint16_t)matched;
	decision->is_reason_told = !cut_by || cut_by->is_reason_told;
	deny(decision, match->request,
	     is_rule_missing ? SKL_OUTCOME_DENIED_NO_RULE : SKL_OUTCOME_DENIED_FORBIDDEN, reason,
	     rule);
}

static void deny_no_rule(const struct skl_match *match, struct skl_decision *decision)
{
	struct skl_nearest nearest = skl_match_nearest(match);
	uint8_t reason = reason_of_miss(match->request, nearest.miss);

	decision->nearest = nearest.rule;
	decision->miss = (uint8_t)nearest.miss;
	decision->miss_count = (uint8_t)nearest.miss_count; /* a few dozen at most */
	if (nearest.miss == SKL_MISS_REASON)
		decision->lacking = SKL_CATEGORY_WEIGHING;
	decision->is_reason_told = is_denial_told(match->request, reason, nearest.miss);
	deny(decision, match->request, SKL_OUTCOME_DENIED_NO_RULE, reason, SKL_POLICY_NO_RULE);
}

/* Sections judged, none of the required ones lost: permitted or cut. */
static void permit(struct skl_match *match, struct skl_decision *decision)
{
	bool is_full = false;
	bool is_cut = false;

	for (size_t i = 0; i < decision->section_count; i++)
		is_cut = is_cut || !decision->sections[i].is_allowed;
	decision->outcome = is_cut ? SKL_OUTCOME_CUT : SKL_OUTCOME_PERMITTED;
	decision->is_emergency = match->is_list;
	add_knowledge(match, decision);
	for (size_t i = 0; skl_bits_next(&match->any, &i); i++) {
		const struct skl_rule *rule = &match->policy->rules[i];

		decision->is_break_glass |= !skl_set_is_full(&rule->dims[SKL_MISS_BREAK_GLASS]);
		add_follow_ups(match, rule, decision, &is_full);
	}
	add_repair(match, decision, &is_full);
	mark_rating(match->request, decision, &is_full);
	list_rules(match, decision, &is_full);
	decision->rule = decision->rule_count ? decision->rules[0] : SKL_POLICY_NO_RULE;
	if (is_full) {
		memset(decision->sections, 0, sizeof(decision->sections));
		deny(decision, match->request, SKL_OUTCOME_ERROR, SKL_CUT_REASON_LIMIT,
		     SKL_POLICY_NO_RULE);
	}
}

static void start(struct skl_decision *decision)
{
	memset(decision, 0, sizeof(*decision));
	decision->outcome = SKL_OUTCOME_ERROR;
	decision->rule = SKL_POLICY_NO_RULE;
	decision->nearest = SKL_POLICY_NO_RULE;
	decision->is_reason_told = true;
}

/* Decide with one policy; form may lack where is_waiving. */
static void evaluate(const struct skl_policy *policy, const struct skl_policy_request *request,
		     bool is_waiving, bool is_list, struct skl_decision *decision)
{
	const struct skl_decision_section *cut_by = NULL;
	struct skl_match match;
	uint16_t forbidding;

	start(decision);
	skl_match_init(&match, policy, request, is_waiving, is_list);
	forbidding = forbidding_rule(&match);
	if (forbidding != SKL_POLICY_NO_RULE) {
		decision->is_reason_told = skl_request_is_participant(request) ||
					   !skl_rule_rests_on_case(policy, forbidding);
		deny(decision, request, SKL_OUTCOME_DENIED_FORBIDDEN, SKL_CUT_REASON_FORBIDDEN,
		     forbidding);
		return;
	}
	if (!skl_match_is_complete(&match)) {
		deny_no_rule(&match, decision);
		return;
	}
	decision->section_count = request->section_count;
	for (size_t i = 0; i < request->section_count; i++)
		skl_judge_section(&match, &request->sections[i], &decision->sections[i]);
	decision->lacking = lacking_category(&match, decision, &cut_by);
	if (decision->lacking)
		deny_lacking(&match, decision, cut_by);
	else
		permit(&match, decision);
}

static bool is_released(const struct skl_decision *decision)
{
	return decision->outcome == SKL_OUTCOME_PERMITTED || decision->outcome == SKL_OUTCOME_CUT;
}

static size_t allowed_count(const struct skl_decision *decision)
{
	size_t count = 0;

	for (size_t i = 0; i < decision->section_count; i++)
		count += decision->sections[i].is_allowed;
	return count;
}

/*
 * Acute danger is never refused for form: once more, and form may lack. The second answer counts
 * only if more goes through by it; otherwise there is nothing to repair.
 */
static void evaluate_acute(const struct skl_policy *policy,
			   const struct skl_policy_request *request, bool is_list,
			   struct skl_decision *decision)
{
	struct skl_decision waived;

	evaluate(policy, request, true, is_list, &waived);
	if (is_released(&waived) &&
	    (!is_released(decision) || allowed_count(&waived) > allowed_count(decision)))
		*decision = waived;
}

static void fail(const struct skl_policy_request *request, uint8_t reason,
		 struct skl_decision *decision)
{
	start(decision);
	deny(decision, request, SKL_OUTCOME_ERROR, reason, SKL_POLICY_NO_RULE);
}

void skl_policy_decide(const struct skl_policy *policy, const struct skl_policy *emergency,
		       const struct skl_policy_request *request, struct skl_decision *decision)
{
	const struct skl_policy *used = policy ? policy : emergency;

	if (skl_policy_request_check(request) != SKL_OK) {
		fail(request, SKL_CUT_REASON_LIMIT, decision);
		return;
	}
	if (!used || (!policy && !skl_request_is_acute(request))) {
		fail(request, SKL_CUT_REASON_POLICY_UNREADABLE, decision);
		return;
	}
	evaluate(used, request, false, !policy, decision);
	if (decision->outcome != SKL_OUTCOME_PERMITTED && skl_request_is_acute(request))
		evaluate_acute(used, request, !policy, decision);
	if (!policy && !is_released(decision))
		fail(request, SKL_CUT_REASON_POLICY_UNREADABLE, decision);
}
