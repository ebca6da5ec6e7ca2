/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_ring.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_after_check.h"
#include "skl_majority.h"
#include "skl_openness.h"
#include "skl_region.h"
#include "skl_terms.h"

#define NEVER_MS INT64_MAX

/* What is said to one side of a clock; without texts the plain ones. */
struct saying {
	enum skl_task task; /* 0: none */
	enum skl_answer answer;
	const char *text_nl;
	const char *text_en;
};

/* Rule 11: the hub reminds and records, and forces nobody; silence is no refusal. */
static const struct saying reminder = {
	.task = SKL_TASK_ANSWER,
	.text_nl = "Herinnering: Veilig Thuis wacht op uw antwoord. Antwoord, of weiger met reden; "
		   "geen antwoord telt niet als weigering.",
	.text_en =
		"Reminder: Veilig Thuis waits for your answer. Answer, or refuse with a reason; no "
		"answer does not count as a refusal.",
};
static const struct saying no_answer = {
	.task = SKL_TASK_CALL_RECIPIENT,
	.answer = SKL_ANSWER_NO_ANSWER,
	.text_nl = "Geen antwoord van een van de gevraagde organisaties. U kunt bellen of opnieuw "
		   "vragen; dit telt niet als weigering.",
	.text_en =
		"No answer from one of those asked. You can call or ask again; this does not count "
		"as a refusal.",
};
/* Rule 20: who got what was wrong has to get what is right. */
static const struct saying repair = {
	.text_nl = "Herinnering: er ligt een correctie of terugroeping voor u klaar. Verwerk die "
		   "in uw "
		   "dossier.",
	.text_en = "Reminder: a correction or recall is waiting for you. Work it into your file.",
};
static const struct saying unrepaired = {
	.task = SKL_TASK_CALL_RECIPIENT,
	.text_nl = "Het herstel is nog niet aangekomen bij een ontvanger. Bel de ontvanger, zodat "
		   "niemand op de oude gegevens handelt.",
	.text_en = "The repair has not arrived at a recipient yet. Call the recipient, so that "
		   "nobody acts on the old data.",
};
/* Rule 19: a task for a person, never a letter. */
static const struct saying inform = {
	.task = SKL_TASK_INFORM_SUBJECT,
	.text_nl =
		"Vertel de betrokkenen wat er over hen is gedeeld: zelf, apart, langs een veilige "
		"weg. Stuur niets per post of bericht. Kan het niet veilig: leg uitstel vast met "
		"reden en datum.",
	.text_en =
		"Tell the persons concerned what was shared about them: yourself, apart, by a safe "
		"way. Send no letter or message. If it is not safe: record a postponement with "
		"reason and date.",
};
static const struct saying review = {
	.task = SKL_TASK_REVIEW_POSTPONEMENT,
	.text_nl =
		"Betrokkenen zijn nog niet geinformeerd. Kan het nu veilig? De pleger pas als het "
		"plan van het slachtoffer is nagelopen. Zo niet: leg nieuw uitstel vast, ten "
		"hoogste "
		"twee weken.",
	.text_en =
		"Persons concerned were not told yet. Is it safe now? The perpetrator only after "
		"the "
		"victim's plan was checked. If not: record a new postponement, two weeks at most.",
};

/* Who must act, and who waits for it. */
static const struct {
	enum skl_clock clock;
	bool is_told;
	struct saying saying;
} others[] = {
	{SKL_CLOCK_RETURN,
	 false,
	 {SKL_TASK_SAFETY_AT_RETURN, SKL_ANSWER_UNSPECIFIED,
	  "Huisverbod eindigt over 48 uur: maak de terugkeer veilig en laat een mens het "
	  "slachtoffer "
	  "vertellen, langs een veilige weg.",
	  "The house ban ends in 48 hours: make the return safe, and have a person tell the victim "
	  "on "
	  "a safe channel."}},
	{SKL_CLOCK_BAN,
	 false,
	 {SKL_TASK_UNSPECIFIED, SKL_ANSWER_UNSPECIFIED,
	  "De termijn van het huisverbod is om: het geldt niet meer. Hulp en afspraken gaan door.",
	  "The term of the house ban has passed: it is not in force any more. Help and agreements "
	  "go "
	  "on."}},
	{SKL_CLOCK_DIRECT_SAFETY,
	 false,
	 {SKL_TASK_ESCALATE, SKL_ANSWER_UNSPECIFIED,
	  "Drie maanden zonder een 6 waar iedereen het over eens is. Schaal op, of leg vast waarom "
	  "niet.",
	  "Three months without a 6 that all agree on. Escalate, or record why not."}},
	{SKL_CLOCK_CLOSURE,
	 false,
	 {SKL_TASK_ANSWER, SKL_ANSWER_UNSPECIFIED,
	  "Er wacht een voorstel tot afsluiten op uw antwoord. Bent u het eens, of blijft de zaak "
	  "open?",
	  "A proposal to close waits for your answer. Do you agree, or does the case stay open?"}},
	{SKL_CLOCK_BAN_TELL,
	 true,
	 {SKL_TASK_CALL_RECIPIENT, SKL_ANSWER_UNSPECIFIED,
	  "Nog niet gemeld: dat de bewoners en de hulpverleners van het huisverbod weten. Bel de "
	  "gemeente.",
	  "Not said yet: that residents and helpers know of the house ban. Call the "
	  "municipality."}},
	{SKL_CLOCK_ACUTE,
	 false,
	 {SKL_TASK_ESCALATE, SKL_ANSWER_UNSPECIFIED,
	  "Acute onveiligheid, en na een dag is geen maatregel bekend. Regel vandaag wat het meest "
	  "nodig is; bij direct gevaar: bel 112.",
	  "Acute unsafety, and after a day no measure is known. Arrange today what is needed most; "
	  "in immediate danger call 112."}},
	{SKL_CLOCK_AGREEMENT_ULTIMATUM,
	 false,
	 {SKL_TASK_ESCALATE, SKL_ANSWER_UNSPECIFIED,
	  "De afgesproken termijn is om. Is niet gebeurd wat is afgesproken: doe wat dan zou "
	  "volgen, of leg vast waarom niet.",
	  "The agreed term has passed. If what was agreed did not happen: do what was to follow, "
	  "or record why not."}},
	{SKL_CLOCK_PROVISIONAL_REMEDY,
	 false,
	 {SKL_TASK_REVIEW_PLAN, SKL_ANSWER_UNSPECIFIED,
	  "Een voorlopige voorziening vervalt zonder verzoek tot echtscheiding op tijd. Ga na of "
	  "dat is gedaan, en pas het veiligheidsplan aan.",
	  "A provisional remedy lapses without a request for divorce in time. Find out whether it "
	  "was made, and adjust the safety plan."}},
	{SKL_CLOCK_MONITORING,
	 false,
	 {SKL_TASK_MONITOR, SKL_ANSWER_UNSPECIFIED,
	  "Vast moment: ga na of de veiligheidsafspraken worden nagekomen. Spreek ieder apart.",
	  "Fixed moment: see whether the safety agreements are kept. Speak with each person "
	  "alone."}},
	{SKL_CLOCK_HANDOVER,
	 false,
	 {SKL_TASK_ANSWER, SKL_ANSWER_UNSPECIFIED,
	  "Een overdracht wacht op uw antwoord. Neem aan, of zeg waarom niet.",
	  "A handover waits for your answer. Accept it, or say why not."}},
	{SKL_CLOCK_HANDOVER,
	 true,
	 {SKL_TASK_CALL_RECIPIENT, SKL_ANSWER_NO_ANSWER,
	  "Overdracht niet beantwoord. U blijft casusregisseur. Bel wie u de overdracht aanbood.",
	  "Handover not answered. You remain case director. Call whom you offered it to."}},
};

static const struct saying *saying_of(const struct skl_clock_row *row, bool is_told)
{
	for (size_t i = 0; i < SKL_COUNT(others); i++)
		if (others[i].clock == row->clock && others[i].is_told == is_told)
			return &others[i].saying;
	if (row->clock == SKL_CLOCK_INFORMATION)
		return is_told ? &no_answer : &reminder;
	if (row->clock == SKL_CLOCK_RECALL)
		return is_told ? &unrepaired : &repair;
	if (row->clock == SKL_CLOCK_SUBJECT_NOTICE && !is_told)
		return skl_openness_is_postponed(row) ? &review : &inform;
	return NULL;
}

static bool has_case(const struct skl_clock_row *row)
{
	static const uint8_t no_case[SKL_STORE_ID_BYTES];

	return memcmp(row->case_ref, no_case, sizeof(no_case)) != 0;
}

static enum skl_err notify(struct skl_turn *turn, const struct skl_clock_row *row, bool is_told,
			   uint64_t index)
{
	const struct saying *saying = saying_of(row, is_told);
	uint8_t id[SKL_ID_BYTES];
	char text_nl[200], text_en[200];
	struct skl_offer_notice notice = {
		.partner = is_told ? row->told : row->partner,
		.clock = row->clock,
		.ref = row->message_id,
		.text_nl = text_nl,
		.text_en = text_en,
		.entry_index = index,
	};

	if (saying) {
		randombytes_buf(id, sizeof(id));
		notice.id = id;
		notice.task = saying->task;
		notice.answer = saying->answer;
		notice.due_ms = row->due_ms;
		notice.case_ref = has_case(row) ? row->case_ref : NULL;
		notice.text_nl = saying->text_nl;
		notice.text_en = saying->text_en;
		return skl_offer_push_notice(turn, &notice);
	}
	/* With an id, so that adapters show it to people: the clock itself is what is open. */
	randombytes_buf(id, sizeof(id));
	notice.id = id;
	notice.due_ms = row->due_ms;
	notice.case_ref = has_case(row) ? row->case_ref : NULL;
	(void)snprintf(text_nl, sizeof(text_nl), "Termijn verstreken: %s (%s).",
		       skl_code_label_nl(SKL_LIST_CLOCK, row->clock), row->partner); /* fits */
	(void)snprintf(text_en, sizeof(text_en), "Term has passed: %s (%s).",
		       skl_code_label_en(SKL_LIST_CLOCK, row->clock), row->partner); /* fits */
	return skl_offer_push_notice(turn, &notice);
}

static bool warns(enum skl_clock clock)
{
	return clock != SKL_CLOCK_BAN && clock != SKL_CLOCK_RETURN && clock != SKL_CLOCK_BAN_TELL &&
	       clock != SKL_CLOCK_MONITORING && clock != SKL_CLOCK_REPAIR &&
	       clock != SKL_CLOCK_MAJORITY;
}

int64_t skl_ring_first_ms(enum skl_clock clock, int64_t started_ms, int64_t due_ms,
			  unsigned percent)
{
	int64_t term_ms = due_ms > started_ms ? due_ms - started_ms : 0;

	/* Divided first: a term of centuries does not overflow. */
	return warns(clock) && percent < 100 ? due_ms - term_ms / 100 * (100 - (int64_t)percent)
					     : due_ms;
}

void skl_ring_set(const struct skl_turn *turn, struct skl_clock_row *row)
{
	const struct skl_region *region = skl_law_region(&turn->hub->law);

	row->wake_ms = skl_ring_first_ms(row->clock, row->started_ms, row->due_ms,
					 region ? region->warn_percent
						: skl_region_default().warn_percent);
}

/* Only who must act: who waits has nothing to do yet. */
static enum skl_err warn(struct skl_turn *turn, const struct skl_clock_row *row, uint64_t index)
{
	char text_nl[200], text_en[200];
	uint8_t id[SKL_ID_BYTES];
	const struct skl_offer_notice notice = {
		.partner = row->partner,
		.id = id,
		.clock = row->clock,
		.ref = row->message_id,
		.case_ref = has_case(row) ? row->case_ref : NULL,
		.due_ms = row->due_ms,
		.text_nl = text_nl,
		.text_en = text_en,
		.entry_index = index,
	};

	randombytes_buf(id, sizeof(id));
	(void)snprintf(text_nl, sizeof(text_nl),
		       "Termijn loopt bijna af: %s. Rond het af, of leg vast waarom dat niet lukt.",
		       skl_code_label_nl(SKL_LIST_CLOCK, row->clock)); /* fits */
	(void)snprintf(text_en, sizeof(text_en),
		       "Term is almost over: %s. Finish it, or record why that fails.",
		       skl_code_label_en(SKL_LIST_CLOCK, row->clock)); /* fits */
	return skl_offer_push_notice(turn, &notice);
}

/* No reason in the entry: nothing is late yet. */
static enum skl_err record(struct skl_turn *turn, const struct skl_clock_row *row, bool is_late,
			   struct skl_trail_ref *ret_ref)
{
	bool is_silence = is_late && row->clock == SKL_CLOCK_INFORMATION;
	const struct skl_record_note note = {
		.kind = SKL_ENTRY_CLOCK,
		.sender = row->partner,
		.recipient = is_late ? row->told : "",
		.outcome = SKL_OUTCOME_PERMITTED,
		.reason = is_late ? SKL_REASON_LATE : (enum skl_reason)0,
		.names = true,
		.names_index = row->entry_index,
		/* of a child it is no message */
		.message_id = row->clock == SKL_CLOCK_MAJORITY ? NULL : row->message_id,
		.case_ref = has_case(row) ? row->case_ref : NULL,
		.text = is_silence ? skl_code_name(SKL_LIST_ANSWER, SKL_ANSWER_NO_ANSWER)
				   : skl_code_name(SKL_LIST_CLOCK, row->clock),
	};

	return skl_record_note(turn, &note, ret_ref);
}

enum skl_err skl_ring(struct skl_turn *turn, const struct skl_clock_row *row)
{
	bool is_moment = row->clock == SKL_CLOCK_MONITORING || row->clock == SKL_CLOCK_MAJORITY;
	bool is_late = turn->now_ms >= row->due_ms && !is_moment;
	struct skl_trail_ref ref;
	enum skl_err err = record(turn, row, is_late, &ref);

	if (err == SKL_OK && row->clock == SKL_CLOCK_MAJORITY)
		return skl_majority_ring(turn, row, ref.index);
	if (err == SKL_OK && is_moment) {
		err = notify(turn, row, false, ref.index);
		return err == SKL_OK ? skl_terms_next(turn, row) : err;
	}

	if (err == SKL_OK && !is_late) {
		err = warn(turn, row, ref.index);
		return err == SKL_OK
			       ? skl_clock_store_move(turn->txn, row, SKL_CLOCK_WARNED, row->due_ms)
			       : err;
	}
	if (err == SKL_OK)
		err = notify(turn, row, false, ref.index);
	if (err == SKL_OK && row->told[0])
		err = notify(turn, row, true, ref.index);
	if (err == SKL_OK && row->clock == SKL_CLOCK_BREAK_GLASS)
		err = skl_after_check_late(turn, row, ref.index);
	if (err == SKL_OK)
		err = skl_clock_store_move(turn->txn, row, SKL_CLOCK_LATE, NEVER_MS);
	return err;
}
