/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_alarm.h"

#include <string.h>

#include "skl_ban_state.h"
#include "skl_tasks.h"

struct alarm {
	enum skl_task task;
	const char *text_nl;
	const char *text_en;
};

static const struct alarm conflict = {
	SKL_TASK_CONFLICTING_ORDERS,
	"Een omgangsregeling botst met een verbod dat geldt. Beslis vandaag met wie ze oplegden "
	"wat er "
	"nu geldt, en zeg het alle betrokkenen apart.",
	"A contact arrangement collides with a ban that is in force. Decide today, with who "
	"ordered "
	"them, which holds, and tell all concerned apart.",
};
static const struct alarm hearing = {
	SKL_TASK_REVIEW_PLAN,
	"Er is een zitting gepland. Stem het veiligheidsplan op die datum af.",
	"A hearing is planned. Adjust the safety plan to its date.",
};
static const struct alarm not_carried_out = {
	SKL_TASK_AGREEMENT_NOT_CARRIED_OUT,
	"Een afspraak is niet uitgevoerd. Beslis wat er nu gebeurt.",
	"An agreement was not carried out. Decide what happens now.",
};
static const struct alarm open_risk = {
	SKL_TASK_OPEN_RISK,
	"De laatste hulpverlener stopt terwijl er een risico open staat. Beslis wie dit overneemt.",
	"The last helper leaves while a risk is open. Decide who takes this over.",
};

/* A retraction closes nothing, and may be made under pressure (rules 8 and 15). */
static const struct alarm retracted = {
	SKL_TASK_CHECK_COERCION,
	"Iemand trekt een verklaring in. Dat kan onder druk zijn: spreek de persoon alleen, langs "
	"een "
	"veilige weg; zeg niets tegen het huishouden. De zaak en het plan blijven zoals zij zijn.",
	"Somebody takes back a statement. That may be under pressure: speak with the person alone, "
	"on a "
	"safe channel; say nothing to the household. Case and plan stay as they are.",
};

/* Who takes part in one case does not learn of the other by the link; who directs looks. */
static const struct alarm linked = {
	SKL_TASK_LINK_CASES,
	"Veilig Thuis heeft deze zaak met een andere verbonden of ervan gescheiden. Ga na of plan "
	"en "
	"regie nog kloppen.",
	"Veilig Thuis has linked this case with another, or split it. See whether plan and "
	"direction "
	"still fit.",
};

static enum skl_err give(struct skl_turn *turn, const struct skl_ask *ask,
			 const struct skl_item *item, const struct alarm *alarm, int64_t due_ms)
{
	return skl_tasks_ask_lead(turn, ask, item, alarm->task, due_ms, alarm->text_nl,
				  alarm->text_en);
}

/* --- measures --------------------------------------------------------------------------- */

static bool tells_measures(const struct skl_item *item)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);

	return kind && (kind->family == SKL_FAMILY_BAN || kind->family == SKL_FAMILY_JUSTICE ||
			kind->kind == SKL_KIND_CONFERENCE_DECISION);
}

/* Is contact ordered, and forbidden? */
static bool collides(const struct skl_case *held, int64_t now_ms)
{
	bool is_forbidden = skl_ban_is_active(&held->ban, now_ms) ||
			    (held->measures >> SKL_MEASURE_CONTACT_BAN & 1);

	return is_forbidden && (held->measures >> SKL_MEASURE_CONTACT_ARRANGEMENT & 1);
}

static void keep_measures(struct skl_case *held, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++) {
		if (row->code != SCHAKEL__V1__EVENT_CODE__EVENT_MEASURE || row->value >= 32)
			continue;
		if (row->detail == SKL_MEASURE_STATE_IN_FORCE)
			held->measures |= 1u << row->value;
		else if (row->detail == SKL_MEASURE_STATE_ENDED ||
			 row->detail == SKL_MEASURE_STATE_REFUSED)
			held->measures &= ~(1u << row->value);
	}
}

static enum skl_err look_at_measures(struct skl_turn *turn, struct skl_ask *ask,
				     const struct skl_item *item, bool *is_changed)
{
	uint32_t before = ask->held.measures;
	bool tells = tells_measures(item);

	if (!tells)
		return SKL_OK;
	keep_measures(&ask->held, item);
	*is_changed = *is_changed || ask->held.measures != before;
	return collides(&ask->held, turn->now_ms) ? give(turn, ask, item, &conflict, 0) : SKL_OK;
}

/* --- what else is told -------------------------------------------------------------------- */

static bool is_helping(const struct skl_case_participant *row, int64_t now_ms)
{
	return row->position >= SKL_DESK_POSITION_HELPER_OF_VICTIM &&
	       row->position <= SKL_DESK_POSITION_HELPER_OF_CHILD &&
	       (!row->until_ms || now_ms < row->until_ms);
}

/* Does nobody help any more whom the leaver helped? Of who helped nobody: nobody at all. */
static bool is_last(const struct skl_case *held, const char *leaver, int64_t now_ms)
{
	unsigned left = 0, kept = 0;

	for (size_t i = 0; i < held->participant_count; i++) {
		const struct skl_case_participant *row = &held->participant[i];

		if (strcmp(row->partner, leaver) == 0)
			left |= 1u << row->position;
		else if (is_helping(row, now_ms))
			kept |= 1u << row->position;
	}
	left &= 1u << SKL_DESK_POSITION_HELPER_OF_VICTIM |
		1u << SKL_DESK_POSITION_HELPER_OF_PERPETRATOR |
		1u << SKL_DESK_POSITION_HELPER_OF_CHILD;
	return left ? (left & ~kept) != 0 : kept == 0;
}

static bool leaves_open_risk(const struct skl_ask *ask, const struct skl_item *item, int64_t now_ms)
{
	const Schakel__V1__EventRow *ended =
		skl_envelope_find_event(item->env, SKL_EVENT_PARTICIPANT_ENDED);
	const Schakel__V1__EventRow *row;
	bool is_open = false;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		is_open = is_open || (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_OPEN_RISK &&
				      row->value == SKL_ANSWER_YES);
	return ended && is_open && is_last(&ask->held, ended->partner, now_ms);
}

static bool is_linked(const struct skl_item *item)
{
	const struct skl_catalogue_kind *kind =
		skl_catalogue_kind((uint32_t)item->env->common->kind);

	return kind && kind->family == SKL_FAMILY_CASE && (kind->changes & SKL_CHANGES_LINKS);
}

static bool is_not_carried_out(const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		if (row->code == SCHAKEL__V1__EVENT_CODE__EVENT_AGREEMENT &&
		    row->third == SKL_AGREEMENT_STATE_NOT_CARRIED_OUT)
			return true;
	return false;
}

enum skl_err skl_alarm_apply(struct skl_turn *turn, struct skl_ask *ask,
			     const struct skl_item *item, bool *is_changed)
{
	const Schakel__V1__EventRow *at = skl_envelope_find_event(item->env, SKL_EVENT_HEARING_AT);
	enum skl_err err;

	if (!ask->has_case)
		return SKL_OK;
	err = look_at_measures(turn, ask, item, is_changed);
	if (err == SKL_OK && at && at->at_ms > turn->now_ms)
		err = give(turn, ask, item, &hearing, at->at_ms);
	if (err == SKL_OK && (unsigned)item->env->common->kind == SKL_KIND_RETRACTION)
		err = give(turn, ask, item, &retracted, 0);
	if (err == SKL_OK && is_linked(item))
		err = give(turn, ask, item, &linked, 0);
	if (err == SKL_OK && is_not_carried_out(item))
		err = give(turn, ask, item, &not_carried_out, turn->now_ms + SKL_DAY_MS);
	if (err == SKL_OK && leaves_open_risk(ask, item, turn->now_ms))
		err = give(turn, ask, item, &open_risk, turn->now_ms + 2 * SKL_DAY_MS);
	return err;
}
