/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_routed.h"

#include <string.h>

#include "skl_route.h"
#include "skl_tasks.h"

#define TEXT_MAX 600u

/* From the order to its end, a breach included. */
static bool is_active_ban(uint32_t state)
{
	return (state >= SKL_BAN_STATE_IMPOSED && state <= SKL_BAN_STATE_EXTENDED) ||
	       state == SKL_BAN_STATE_BREACHED;
}

static void add_measure(const Schakel__V1__EventRow *row, struct skl_route_facts *facts)
{
	if (row->detail != SKL_MEASURE_STATE_IN_FORCE && row->detail != SKL_MEASURE_STATE_BREACHED)
		return;
	facts->has_ban = facts->has_ban || row->value == SKL_MEASURE_HOUSE_BAN;
	facts->has_child_measure = facts->has_child_measure ||
				   row->value == SKL_MEASURE_SUPERVISION_ORDER ||
				   row->value == SKL_MEASURE_PLACEMENT;
}

/* What the outcome says, and where it is silent, what the case holds. */
static struct skl_route_facts facts_of(const struct skl_ask *ask, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row;
	struct skl_route_facts facts = {.unsafety = (uint8_t)ask->held.unsafety,
					.signal_phase = (uint8_t)ask->held.signal_phase,
					.pattern = (uint8_t)ask->held.pattern};

	for (size_t i = 0; (row = skl_envelope_event(item->env, i)); i++)
		switch ((unsigned)row->code) {
		case SKL_EVENT_UNSAFETY:
			facts.unsafety = (uint8_t)row->value;
			break;
		case SKL_EVENT_SIGNAL_PHASE:
			facts.signal_phase = (uint8_t)row->value;
			break;
		case SKL_EVENT_PATTERN:
			facts.pattern = (uint8_t)row->value;
			break;
		case SKL_EVENT_PROFILE:
			facts.profiles |= (uint8_t)(1u << row->value); /* in its list */
			break;
		case SKL_EVENT_BAN_STATE:
			facts.has_ban = facts.has_ban || is_active_ban(row->value);
			break;
		case SKL_EVENT_MEASURE:
			add_measure(row, &facts);
			break;
		default:
			break;
		}
	return facts;
}

/* The role that the outcome itself names as director; 0: none. */
static uint32_t named_role(const struct skl_turn *turn, const struct skl_item *item)
{
	const Schakel__V1__EventRow *row = skl_envelope_find_event(item->env, SKL_EVENT_DIRECTOR);
	const struct skl_dir_partner *partner =
		row ? skl_directory_partner(turn->hub->law.directory, skl_view_str(row->partner))
		    : NULL;

	return partner ? (uint32_t)partner->role : 0;
}

static bool is_closed(const struct skl_item *item)
{
	const Schakel__V1__EventRow *row =
		skl_envelope_find_event(item->env, SKL_EVENT_TRIAGE_OUTCOME);

	return row && row->value == SKL_TRIAGE_OUTCOME_END;
}

static const char *label(enum skl_language language, uint32_t role)
{
	const char *text = language == SKL_LANGUAGE_NL ? skl_code_label_nl(SKL_LIST_ROLE, role)
						       : skl_code_label_en(SKL_LIST_ROLE, role);

	return text ? text : "";
}

static void add_roles(struct skl_buf *text, enum skl_language language, const char *before,
		      uint64_t roles)
{
	const char *between = before;

	for (uint32_t role = 1; role < 64; role++)
		if (roles & SKL_BIT(role)) {
			skl_buf_addf(text, "%s%s", between, label(language, role));
			between = ", ";
		}
}

static const char *reason_of(enum skl_language language, enum skl_route_step step)
{
	static const char *const reasons[][2] = {
		[SKL_ROUTE_NONE] = {"", ""},
		[SKL_ROUTE_HOUSE_BAN] = {"er geldt een huisverbod", "a house ban is in force"},
		[SKL_ROUTE_CHILD_MEASURE] = {"er geldt een maatregel voor een kind",
					     "a measure for a child is in force"},
		[SKL_ROUTE_UNSAFE] = {"acute of structurele onveiligheid, tot de overdracht",
				      "acute or structural unsafety, until the handover"},
		[SKL_ROUTE_TABLE] = {"tabel van de regio", "table of the region"},
	};

	return reasons[step][language == SKL_LANGUAGE_EN];
}

/* At most 60 words, without who is in the case. */
static const char *text_of(struct skl_turn *turn, const struct skl_route *route,
			   enum skl_language language)
{
	bool is_nl = language == SKL_LANGUAGE_NL;
	char room[TEXT_MAX];
	struct skl_buf text;
	const char *copy = NULL;

	skl_buf_init_room(&text, TEXT_MAX, room, sizeof(room));
	if (route->step == SKL_ROUTE_NONE) {
		skl_buf_add_str(
			&text, is_nl ? "Geen voorstel voor de regie: fase van signalen, patroon of "
				       "profiel is niet bekend, of de regio koos hier niemand."
				     : "Nobody is proposed to direct: signal phase, pattern or "
				       "profile is not known, or the region chose nobody here.");
	} else {
		skl_buf_addf(&text,
			     is_nl ? "Voorstel voor de regie: %s (%s)."
				   : "Proposed to direct: %s (%s).",
			     label(language, route->director), reason_of(language, route->step));
		if (route->then)
			skl_buf_addf(&text, is_nl ? " Daarna: %s." : " After that: %s.",
				     label(language, route->then));
		add_roles(&text, language, is_nl ? " Betrek: " : " Bring in: ", route->with);
		if (route->with)
			skl_buf_add_str(&text, ".");
		add_roles(&text, language,
			  is_nl ? " Voor een ander profiel: " : " For another profile: ",
			  route->also);
		if (route->also)
			skl_buf_add_str(&text, ".");
	}
	skl_buf_add_str(&text, is_nl ? " U beslist; leg de keuze vast."
				     : " You decide; record the choice.");
	if (skl_buf_err(&text) == SKL_OK)
		copy = skl_arena_copy(turn->arena, skl_buf_str(&text), text.len + 1);
	skl_buf_done(&text);
	return copy;
}

enum skl_err skl_routed_propose(struct skl_turn *turn, const struct skl_ask *ask,
				const struct skl_item *item)
{
	const struct skl_region *region = skl_law_region(&turn->hub->law);
	struct skl_tasks_new task = {
		.partner = item->peer->id,
		.task = SKL_TASK_CONFIRM_DIRECTOR,
		.message_id = item->id,
		.case_ref = item->env->common->case_ref.len ? ask->held.case_ref : NULL,
		.names_index = item->parts[0].ref.index,
	};
	struct skl_route_facts facts;
	struct skl_route route;

	if (item->env->common->kind != SCHAKEL__V1__KIND__KIND_TRIAGE_OUTCOME || !region ||
	    is_closed(item))
		return SKL_OK;
	facts = facts_of(ask, item);
	route = skl_route_propose(region, &facts);
	if (route.director && named_role(turn, item) == route.director && !route.also)
		return SKL_OK; /* who checked the outcome chose the same */
	task.text_nl = text_of(turn, &route, SKL_LANGUAGE_NL);
	task.text_en = text_of(turn, &route, SKL_LANGUAGE_EN);
	return task.text_nl && task.text_en ? skl_tasks_give(turn, &task) : SKL_ENOMEM;
}
