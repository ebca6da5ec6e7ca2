/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_core.h"

#define TEXT_MAX 2048

static char *text_of(struct skl_turn *turn, const struct skl_ask *ask, const struct skl_part *part,
		     enum skl_language language)
{
	const struct skl_dir_partner *advised =
		part->request.competent == SKL_COMPETENT_NO ? ask->competent : NULL;
	const struct skl_dir_partner *called = advised ? advised : part->partner;
	const struct skl_policy_names names = {
		.recipient = part->partner ? part->partner->name : "",
		.competent_partner = ask->competent ? ask->competent->name : "",
		.phone = called ? called->phone : "",
	};
	char room[TEXT_MAX];
	struct skl_buf buf;
	char *text = NULL;

	skl_buf_init_room(&buf, TEXT_MAX, room, sizeof(room));
	skl_policy_text(skl_law_policy_of(&turn->hub->law, &part->decision), &part->request,
			&part->decision, language, &names, &buf);
	if (skl_buf_err(&buf) == SKL_OK)
		text = skl_arena_copy(turn->arena, skl_buf_str(&buf), buf.len);
	skl_buf_done(&buf);
	return text ? text : skl_pb_text("");
}

/* Why the case cannot change as the message asks: what is so, and what to do. */
static const struct {
	enum skl_cut_reason reason;
	const char *nl;
	const char *en;
} refused_changes[] = {
	{SKL_CUT_REASON_NO_POWER,
	 "Niet verstuurd: uw organisatie mag deze wijziging in de casus niet zelf doen. Vraag het "
	 "de casusregisseur of Veilig Thuis, of verstuur het als voorstel. De regie gaat over met "
	 "een overdracht die de ander aanneemt. Bij acuut gevaar: bel 112.",
	 "Not sent: your organisation may not make this change in the case. Ask the case director "
	 "or Veilig Thuis, or send it as a proposal. Another director comes by a handover that it "
	 "accepts. In acute danger: call 112."},
	{SKL_CUT_REASON_RATING_MISSING,
	 "Niet verstuurd: een andere fase kan niet zonder actueel veiligheidscijfer. Bespreek de "
	 "veiligheid, leg het cijfer vast en stuur het opnieuw. Bij acuut gevaar: bel 112.",
	 "Not sent: the phase cannot change without a current safety rating. Discuss safety, "
	 "record "
	 "the rating and send it again. In acute danger: call 112."},
	{SKL_CUT_REASON_STALE_CASE,
	 "Niet verstuurd: de zaak staat anders dan dit bericht aanneemt. Er is al een regisseur, "
	 "een "
	 "huisverbod of een antwoord, of de termijn is om. Bel de casusregisseur en werk uw "
	 "gegevens bij. Bij acuut gevaar: bel 112.",
	 "Not sent: the case is not as this message assumes. There is a director, a house ban or "
	 "an "
	 "answer already, or the term is over. Call the case director and update your data. In "
	 "acute danger: call 112."},
	{SKL_CUT_REASON_LIMIT,
	 "Niet verstuurd: een grens is bereikt. Een huisverbod duurt eerst ten hoogste tien dagen, "
	 "en "
	 "met verlenging vier weken in totaal; een zaak heeft ten hoogste 64 deelnemers. Pas het "
	 "aan en stuur het opnieuw. Bij acuut gevaar: bel 112.",
	 "Not sent: a limit was reached. A house ban lasts ten days at most at first, and four "
	 "weeks "
	 "in all with an extension; a case has 64 participants at most. Change it and send it "
	 "again. In acute danger: call 112."},
	{SKL_CUT_REASON_PERSON_KIND,
	 "Niet verstuurd: een huisverbod kan alleen voor wie meerderjarig is. Overleg met Veilig "
	 "Thuis "
	 "en de Raad voor de Kinderbescherming. Bij acuut gevaar: bel 112.",
	 "Not sent: a house ban is for adults only. Consult Veilig Thuis and the child protection "
	 "board. In acute danger: call 112."},
	{SKL_CUT_REASON_FORBIDDEN,
	 "Niet verstuurd: dit past niet bij elkaar. Iemand draagt niet over aan zichzelf, een zaak "
	 "gaat niet in zichzelf op, en een bericht zegt geen andere stand dan zijn soort. Kies "
	 "opnieuw. Bij acuut gevaar: bel 112.",
	 "Not sent: this does not fit. Nobody hands over to itself, no case becomes part of "
	 "itself, "
	 "and a message says no other state than its kind. Choose again. In acute danger: call "
	 "112."},
	{SKL_CUT_REASON_UNKNOWN_REFERENCE,
	 "Niet verstuurd: waar dit over gaat is hier niet bekend, of geldt niet meer. Ga na om "
	 "welke "
	 "zaak of welk huisverbod het gaat. Bij acuut gevaar: bel 112.",
	 "Not sent: what this is about is not known here, or is not in force any more. Find out "
	 "which case or house ban it is. In acute danger: call 112."},
	{SKL_CUT_REASON_DECIDER_MISSING,
	 "Niet verstuurd: noem wie de maatregel besliste en op welk bewijs. Is er nog geen "
	 "beslissing: "
	 "kies \"verzoek in voorbereiding\". Bij acuut gevaar: bel 112.",
	 "Not sent: name who decided the measure, and on what evidence. Without a decision yet: "
	 "choose \"request in preparation\". In acute danger: call 112."},
	{SKL_CUT_REASON_ROLE_ENDED,
	 "Niet verstuurd: uw organisatie doet niet meer mee in deze zaak. Vraag de casusregisseur "
	 "of "
	 "u weer meedoet; een zorg meldt u aan Veilig Thuis. Bij acuut gevaar: bel 112.",
	 "Not sent: your organisation takes no part in this case any more. Ask the case director "
	 "to "
	 "take part again; report a concern to Veilig Thuis. In acute danger: call 112."},
	{SKL_CUT_REASON_NOT_PARTICIPANT,
	 "Niet verstuurd: deze ontvanger doet niet meer mee in de zaak. Vraag de casusregisseur "
	 "wie er "
	 "nu helpt. Bij acuut gevaar: bel 112.",
	 "Not sent: this recipient takes no part in the case any more. Ask the case director who "
	 "helps now. In acute danger: call 112."},
};

/* A recipient that is denied with the message, though its own part was fine. */
static char *denied_with_message(const struct skl_part *part, enum skl_language language)
{
	bool is_told =
		part->case_change == SKL_OUTCOME_DENIED_FORBIDDEN ||
		(part->reason == SKL_CUT_REASON_NOT_PARTICIPANT && part->decision.is_reason_told);

	for (size_t i = 0; is_told && i < SKL_COUNT(refused_changes); i++)
		if (refused_changes[i].reason == part->reason)
			return skl_pb_text(language == SKL_LANGUAGE_NL ? refused_changes[i].nl
								       : refused_changes[i].en);
	return skl_pb_text(
		language == SKL_LANGUAGE_NL
			? "Niet verstuurd: de hoofdontvanger van dit bericht kreeg het niet, dus "
			  "ook "
			  "deze ontvanger niet. Los eerst de weigering hierboven op. Bij acuut "
			  "gevaar: bel 112."
			: "Not sent: the principal recipient of this message was refused, so this "
			  "one got nothing either. Solve that refusal first. In acute danger: call "
			  "112.");
}

static void fill_texts(struct skl_turn *turn, const struct skl_ask *ask,
		       const struct skl_part *part, Schakel__V1__RecipientResult *result)
{
	bool was_fine = part->decision.outcome == SKL_OUTCOME_PERMITTED ||
			part->decision.outcome == SKL_OUTCOME_CUT;

	if (was_fine && !part->is_released && part->partner) {
		result->text_nl = denied_with_message(part, SKL_LANGUAGE_NL);
		result->text_en = denied_with_message(part, SKL_LANGUAGE_EN);
		return;
	}
	result->text_nl = text_of(turn, ask, part, SKL_LANGUAGE_NL);
	result->text_en = text_of(turn, ask, part, SKL_LANGUAGE_EN);
}

static Schakel__V1__Cut *cut_of(struct skl_turn *turn, const struct skl_item *item,
				const struct skl_part *part, size_t i)
{
	const Schakel__V1__SectionRow *row = skl_envelope_section(item->env, i);
	const struct skl_policy *policy = skl_law_policy_of(&turn->hub->law, &part->decision);
	Schakel__V1__Cut *cut = skl_arena_alloc(turn->arena, sizeof(*cut));

	if (!cut)
		return NULL;
	schakel__v1__cut__init(cut);
	cut->section = row->number;
	cut->category = row->category;
	cut->reason = SCHAKEL__V1__CUT_REASON__CUT_REASON_NOT_WRAPPED;
	if (part->is_unwrapped[i])
		return cut;
	cut->reason = (Schakel__V1__CutReason)part->reason;
	for (uint32_t d = 0; d < part->decision.section_count; d++) {
		const struct skl_decision_section *decided = &part->decision.sections[d];

		if (decided->number != row->number)
			continue;
		if (decided->reason)
			cut->reason = (Schakel__V1__CutReason)decided->reason;
		if (policy && decided->rule != SKL_POLICY_NO_RULE)
			cut->rule = skl_pb_text(skl_policy_rule_id(policy, decided->rule));
	}
	return cut;
}

static bool fill_cuts(struct skl_turn *turn, const struct skl_item *item,
		      const struct skl_part *part, Schakel__V1__RecipientResult *result)
{
	size_t sections = item->env->of[SCHAKEL__V1__ROW__ROW_SECTION].count;

	result->cuts = skl_arena_array(turn->arena, sections + 1, sizeof(*result->cuts));
	if (!result->cuts)
		return false;
	if (!part->row)
		return true;
	for (size_t i = 0; i < sections; i++) {
		if (part->opens[i])
			continue;
		result->cuts[result->n_cuts] = cut_of(turn, item, part, i);
		if (!result->cuts[result->n_cuts++])
			return false;
	}
	return true;
}

static bool fill_rules(struct skl_turn *turn, const struct skl_part *part,
		       Schakel__V1__RecipientResult *result)
{
	const struct skl_policy *policy = skl_law_policy_of(&turn->hub->law, &part->decision);

	if (!policy)
		return true;
	result->rules =
		skl_arena_array(turn->arena, SKL_POLICY_DECISION_RULES_MAX, sizeof(*result->rules));
	if (!result->rules)
		return false;
	for (unsigned i = 0; i < part->decision.rule_count; i++)
		result->rules[result->n_rules++] =
			skl_pb_text(skl_policy_rule_id(policy, part->decision.rules[i]));
	return true;
}

static bool fill_duties(struct skl_turn *turn, const struct skl_part *part,
			Schakel__V1__RecipientResult *result)
{
	const struct skl_decision *decision = &part->decision;

	result->obligations = skl_arena_array(turn->arena, SKL_POLICY_DECISION_LIST_MAX,
					      sizeof(*result->obligations));
	result->clocks =
		skl_arena_array(turn->arena, SKL_POLICY_DECISION_LIST_MAX, sizeof(*result->clocks));
	if (!result->obligations || !result->clocks)
		return false;
	for (unsigned i = 0; i < decision->duty_count; i++) {
		Schakel__V1__Obligation *duty = skl_arena_alloc(turn->arena, sizeof(*duty));

		if (!duty)
			return false;
		schakel__v1__obligation__init(duty);
		duty->duty = (Schakel__V1__Duty)decision->duties[i].duty;
		duty->due_ms = decision->duties[i].due_ms;
		result->obligations[result->n_obligations++] = duty;
	}
	for (unsigned i = 0; i < decision->clock_count; i++) {
		Schakel__V1__ClockStarted *clock = skl_arena_alloc(turn->arena, sizeof(*clock));

		if (!clock)
			return false;
		if (decision->clocks[i].is_stop)
			continue;
		schakel__v1__clock_started__init(clock);
		clock->clock = (Schakel__V1__ClockId)decision->clocks[i].clock;
		clock->due_ms = decision->clocks[i].due_ms;
		result->clocks[result->n_clocks++] = clock;
	}
	return true;
}

static Schakel__V1__RecipientResult *recipient_result(struct skl_turn *turn,
						      const struct skl_item *item,
						      const struct skl_ask *ask,
						      const struct skl_part *part)
{
	Schakel__V1__RecipientResult *result = skl_arena_alloc(turn->arena, sizeof(*result));

	if (!result)
		return NULL;
	schakel__v1__recipient_result__init(result);
	if (part->row) {
		result->recipient = part->row->number;
		result->partner = part->row->partner;
		result->desk = part->row->desk;
	}
	result->outcome = (Schakel__V1__Outcome)part->outcome;
	result->case_change = (Schakel__V1__Outcome)part->case_change;
	result->repair_due_ms = part->is_released ? part->decision.repair_due_ms : 0;
	fill_texts(turn, ask, part, result);
	if (part->request.competent == SKL_COMPETENT_NO && ask->competent && !part->is_released)
		result->advised_partner = skl_pb_text(ask->competent->id);
	/* What rests on case or consent state is not told to who may not know that state. */
	if (!part->decision.is_reason_told && !part->is_released)
		return result;
	result->reason = (Schakel__V1__CutReason)part->reason;
	if (part->is_released && part->decision.is_rating_missing)
		result->reason = SCHAKEL__V1__CUT_REASON__CUT_REASON_RATING_MISSING;
	if (!fill_cuts(turn, item, part, result) || !fill_rules(turn, part, result))
		return NULL;
	return !part->is_released || fill_duties(turn, part, result) ? result : NULL;
}

enum skl_err skl_reply_recorded(struct skl_turn *turn, struct skl_item *item,
				enum skl_command command)
{
	Schakel__V1__Recorded recorded;

	schakel__v1__recorded__init(&recorded);
	recorded.digest = skl_pb_bytes(item->digest, sizeof(item->digest));
	item->answer.command = skl_command_name(command);
	item->answer.body = skl_record_pack(turn->arena, &recorded.base, SKL_LIMIT_HEADER);
	return item->answer.body.data ? SKL_OK : SKL_ENOMEM;
}

/* "Call now, do not wait for this system": the line of who must act, or the emergency number. */
static const char *phone_of(const struct skl_item *item, const struct skl_ask *ask)
{
	if (ask->competent && ask->competent->phone[0])
		return ask->competent->phone;
	for (size_t i = 0; i < item->part_count; i++)
		if (item->parts[i].partner && item->parts[i].partner->phone[0])
			return item->parts[i].partner->phone;
	return "112";
}

Schakel__V1__Result *skl_reply_make(struct skl_turn *turn, const struct skl_item *item,
				    const struct skl_ask *ask)
{
	Schakel__V1__Result *result = skl_arena_alloc(turn->arena, sizeof(*result));

	if (!result)
		return NULL;
	schakel__v1__result__init(result);
	result->id = item->env->common->id;
	result->outcome = (Schakel__V1__Outcome)item->whole.outcome;
	result->phone = skl_pb_text(phone_of(item, ask));
	result->recipients =
		skl_arena_array(turn->arena, item->part_count, sizeof(*result->recipients));
	if (!result->recipients)
		return NULL;
	for (size_t i = 0; i < item->part_count; i++) {
		result->recipients[i] = recipient_result(turn, item, ask, &item->parts[i]);
		if (!result->recipients[i])
			return NULL;
		result->n_recipients++;
	}
	return result;
}
