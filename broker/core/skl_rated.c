/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Safety rating first (rule 16): what a message's rating rows make of the case, and who
 * hears of it. The figures are sealed; the hub reads the class alone, and whether all agreed on it.
 */

#include "skl_rated.h"

#include <stdio.h>
#include <string.h>

#include "skl_clock_store.h"
#include "skl_region.h"
#include "skl_ring.h"
#include "skl_tasks.h"

/* What the rating rows of a message say together. */
struct rated {
	bool is_any;               /* one counts */
	bool is_below;             /* one is below 6 */
	enum skl_rating consensus; /* the lowest on which all agreed; 0: none */
};

static bool is_rating_kind(const struct skl_item *item)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);

	return kind && (kind->changes & SKL_CHANGES_RATING);
}

static bool leads(const struct skl_ask *ask)
{
	return ask->sender->role == SKL_ROLE_VEILIG_THUIS ||
	       (ask->has_case && strcmp(ask->held.director, ask->sender->id) == 0);
}

/*
 * Below 6 counts from whoever the rules let say it: it costs a look at the plan, and missing it
 * could cost more. The rest counts from who takes part, a consensus from who leads the case.
 */
static struct rated read_rows(const struct skl_ask *ask, const struct skl_item *item,
			      int64_t now_ms)
{
	const Schakel__V1__EventRow *row;
	struct rated rated = {0};
	bool is_leading = leads(ask);
	bool takes_part = is_leading ||
			  (ask->has_case &&
			   skl_case_participant_find(&ask->held, ask->sender->id, NULL, now_ms));

	for (size_t i = 0; is_rating_kind(item) && (row = skl_envelope_event(item->env, i)); i++) {
		enum skl_rating value = (enum skl_rating)row->value;

		if (row->code != SCHAKEL__V1__EVENT_CODE__EVENT_RATING)
			continue;
		rated.is_below = rated.is_below || value == SKL_RATING_BELOW_6;
		rated.is_any = rated.is_any || takes_part || value == SKL_RATING_BELOW_6;
		if (row->detail == SKL_RATER_CONSENSUS && is_leading &&
		    (!rated.consensus || value < rated.consensus))
			rated.consensus = value;
	}
	return rated;
}

bool skl_rated_is_current(const struct skl_turn *turn, const struct skl_ask *ask,
			  const struct skl_item *item)
{
	const struct skl_region *region = skl_law_region(&turn->hub->law);

	if (read_rows(ask, item, turn->now_ms).is_any)
		return true;
	return region && ask->has_case && ask->held.rated_ms &&
	       turn->now_ms < skl_term_add(ask->held.rated_ms, region->rating_current);
}

/* --- what follows from it ------------------------------------------------------------------- */

static enum skl_err stop_clock(struct skl_turn *turn, const struct skl_case *held,
			       enum skl_clock clock)
{
	enum skl_err err = skl_clock_store_stop(turn->txn, clock, held->case_ref, NULL, NULL,
						skl_tasks_see_stopped, turn, NULL);

	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* From direct safety on there is a term for stable safety (002:641-645). */
static enum skl_err start_stable(struct skl_turn *turn, const struct skl_ask *ask,
				 const struct skl_item *item, const struct skl_region *region,
				 int64_t at_ms)
{
	const char *lead = skl_tasks_lead(turn, &ask->held);
	struct skl_clock_row row = {
		.clock = SKL_CLOCK_STABLE_SAFETY,
		.stage = SKL_CLOCK_RUNNING,
		.entry_index = item->parts[0].ref.index,
		.started_ms = at_ms,
		.due_ms = skl_term_add(at_ms, region->clocks[SKL_CLOCK_STABLE_SAFETY]),
	};
	enum skl_err err = lead ? skl_change_name(row.partner, lead) : SKL_ENOTFOUND;

	if (err != SKL_OK)
		return lead ? err : SKL_OK;
	skl_ring_set(turn, &row);
	memcpy(row.case_ref, ask->held.case_ref, SKL_STORE_ID_BYTES);
	memcpy(row.message_id, item->id, SKL_STORE_ID_BYTES);
	err = skl_clock_store_start(turn->txn, &row);
	return err == SKL_EEXISTS ? SKL_OK : err;
}

/* "below 6": the plan is looked at again, and what was counted towards stable safety is gone. */
static enum skl_err fall_below(struct skl_turn *turn, struct skl_ask *ask,
			       const struct skl_item *item)
{
	enum skl_err err = stop_clock(turn, &ask->held, SKL_CLOCK_STABLE_SAFETY);

	ask->held.rating = SKL_RATING_BELOW_6;
	ask->held.stable_times = 0;
	ask->held.stable_ms = 0;
	return err != SKL_OK
		       ? err
		       : skl_tasks_ask_lead(
				 turn, ask, item, SKL_TASK_REVIEW_PLAN, 0,
				 "Iemand geeft een veiligheidscijfer lager dan 6. Het "
				 "veiligheidsplan "
				 "komt terug op tafel. Bij acuut gevaar: bel 112.",
				 "Somebody rates safety below 6. The safety plan comes back on the "
				 "table. In acute danger: call 112.");
}

/* A 7 that counts is at least so long after the one before. */
static bool counts_as_stable(const struct skl_case *held, const struct skl_region *region,
			     int64_t at_ms)
{
	return !held->stable_times || at_ms >= skl_term_add(held->stable_ms, region->stable_apart);
}

static enum skl_err propose_stable(struct skl_turn *turn, const struct skl_ask *ask,
				   const struct skl_item *item)
{
	char text_nl[240], text_en[240];
	enum skl_err err = stop_clock(turn, &ask->held, SKL_CLOCK_STABLE_SAFETY);

	(void)snprintf(text_nl, sizeof(text_nl),
		       "Voorstel: fase stabiele veiligheid. Er is %u keer een 7 of hoger gegeven, "
		       "met tussenpozen. U beslist en legt de fase vast.",
		       (unsigned)ask->held.stable_times); /* fits */
	(void)snprintf(text_en, sizeof(text_en),
		       "Proposal: phase of stable safety. There were %u ratings of 7 or more, at "
		       "intervals. You decide, and set the phase.",
		       (unsigned)ask->held.stable_times); /* fits */
	return err == SKL_OK ? skl_tasks_ask_lead(turn, ask, item, SKL_TASK_REVIEW_PROPOSAL, 0,
						  text_nl, text_en)
			     : err;
}

/* 6 or more, agreed by all: direct safety; 7 or more, often enough: stable safety. */
static enum skl_err agree(struct skl_turn *turn, struct skl_ask *ask, const struct skl_item *item,
			  const struct skl_region *region, enum skl_rating consensus, int64_t at_ms)
{
	struct skl_case *held = &ask->held;
	bool was_safe = held->rating > SKL_RATING_BELOW_6;
	enum skl_err err = stop_clock(turn, held, SKL_CLOCK_DIRECT_SAFETY);

	held->rating = consensus;
	if (err == SKL_OK && !was_safe)
		err = start_stable(turn, ask, item, region, at_ms);
	if (err != SKL_OK)
		return err;
	if (consensus != SKL_RATING_7_PLUS) {
		held->stable_times = 0;
		held->stable_ms = 0;
		return SKL_OK;
	}
	if (!counts_as_stable(held, region, at_ms))
		return SKL_OK;
	held->stable_times++;
	held->stable_ms = at_ms;
	return held->stable_times == region->stable_times ? propose_stable(turn, ask, item)
							  : SKL_OK;
}

/* Once for as long as a rating counts; who leads has other things to read. */
static bool is_asked(const struct skl_case *held, const struct skl_region *region, int64_t now_ms)
{
	return held->rating_asked_ms &&
	       now_ms < skl_term_add(held->rating_asked_ms, region->rating_current);
}

enum skl_err skl_rated_apply(struct skl_turn *turn, struct skl_ask *ask,
			     const struct skl_item *item, bool *is_changed)
{
	const struct skl_region *region = skl_law_region(&turn->hub->law);
	struct rated rated = read_rows(ask, item, turn->now_ms);
	int64_t at_ms = skl_change_occurred_ms(item, turn->now_ms);
	struct skl_case *held = &ask->held;

	if (!ask->has_case || !region)
		return SKL_OK;
	if (rated.is_any) {
		held->rated_ms = at_ms > held->rated_ms ? at_ms : held->rated_ms;
		held->rating_asked_ms = 0;
		*is_changed = true;
	}
	if (rated.is_below)
		return fall_below(turn, ask, item);
	if (rated.consensus)
		return agree(turn, ask, item, region, rated.consensus, at_ms);
	if (skl_rated_is_current(turn, ask, item) || is_asked(held, region, turn->now_ms) ||
	    !skl_catalogue_wants_rating((uint32_t)item->env->common->kind))
		return SKL_OK;
	held->rating_asked_ms = turn->now_ms;
	*is_changed = true;
	return skl_tasks_ask_lead(
		turn, ask, item, SKL_TASK_RATE_SAFETY, 0,
		"Deze casus heeft geen actueel veiligheidscijfer. Bespreek de veiligheid en leg "
		"het cijfer vast.",
		"This case has no current safety rating. Discuss safety and record the rating.");
}
