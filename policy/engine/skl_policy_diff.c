/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What one set discloses and another does not: box algebra over the closed dimensions, one cell
 * (sender, kind, recipient, purpose, ground) at a time. In a cell the boxes that are released are
 * those of the allows, less prohibitions, `never`s and what the ground never carries, where every
 * required category is released too.
 */

#include <stdio.h>
#include <string.h>

#include "skl_policy_box.h"

#define DATES_MAX (4u * SKL_POLICY_FILES_MAX)

/* The first moments at which an agreement begins or has ended, in order. */
struct dates {
	int64_t at_ms[DATES_MAX];
	size_t count;
};

/* The rules of a set that speak in the cell. */
struct near {
	const struct skl_policy *policy;
	uint16_t rules[SKL_POLICY_RULES_MAX];
	size_t count;
};

struct diff {
	const struct skl_policy *has;   /* whose disclosures are asked */
	const struct skl_policy *lacks; /* that may not have them */
	struct dates dates;
	struct near near_has, near_lacks;
	struct skl_box cell; /* every valid value, one in each of five dimensions */
	struct skl_disclosure found;
	int64_t now_ms;
	bool is_one_rule; /* only the cells of one rule are asked, until something is found */
	uint8_t category; /* of one rule: only this one may differ, and what needs it; 0: all */
	/* The one rule by which what differs goes: a rule that takes nothing from others changes
	 * nothing of theirs, unless what it must bring with them; then it is a message more, or
	 * less, of its own. SKL_POLICY_NO_RULE: any. */
	uint16_t by;
	bool is_found;
	skl_policy_diff_fn report;
	void *arg;
};

static struct skl_set codes(uint32_t first, uint32_t last)
{
	struct skl_set set = {{0, 0}};

	for (uint32_t code = first; code <= last; code++)
		skl_set_add(&set, code);
	return set;
}

/* The rules that speak in the cell at all: in a large set few do. */
static void find_near(const struct diff *diff, const struct skl_policy *policy, struct near *near)
{
	near->policy = policy;
	near->count = 0;
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct skl_set *dims = policy->rules[i].dims;

		if (skl_set_has(&dims[SKL_MISS_FROM], diff->found.from) &&
		    skl_set_has(&dims[SKL_MISS_KIND], diff->found.kind) &&
		    skl_set_has(&dims[SKL_MISS_TO], diff->found.to) &&
		    skl_set_has(&dims[SKL_MISS_PURPOSE], diff->found.purpose) &&
		    skl_set_has(&dims[SKL_MISS_GROUND], diff->found.ground))
			near->rules[near->count++] = (uint16_t)i;
	}
}

static void fill_universe(struct skl_box *box, size_t date_count)
{
	for (size_t dim = 0; dim < SKL_BOX_DIMS; dim++) {
		enum skl_list list;

		box->dims[dim] = codes(0, 1); /* flags */
		if (skl_box_list(dim, &list))
			box->dims[dim] = codes(dim == SKL_MISS_POSITION, skl_code_count(list));
	}
	box->dims[SKL_MISS_COMPETENT] = codes(0, SKL_COMPETENT_NO);
	box->dims[SKL_BOX_TIME] = codes(0, (uint32_t)date_count);
	box->rule = SKL_POLICY_NO_RULE;
}

static bool narrow_to(struct skl_box *box, size_t dim, const struct skl_set *set)
{
	box->dims[dim].words[0] &= set->words[0];
	box->dims[dim].words[1] &= set->words[1];
	return box->dims[dim].words[0] || box->dims[dim].words[1];
}

/* The rule's own dimensions within the cell; false if it says nothing there. */
static bool rule_box(const struct diff *diff, const struct skl_rule *rule, size_t index,
		     struct skl_box *box)
{
	*box = diff->cell;
	box->rule = (uint16_t)index;
	for (size_t dim = SKL_MISS_FROM; dim < SKL_DIMS; dim++)
		if (!narrow_to(box, dim, &rule->dims[dim]))
			return false;
	return true;
}

/* What an allow asks beside its dimensions: held facts, a term in force, form. */
static bool narrow_allow(const struct diff *diff, const struct skl_policy *policy,
			 const struct skl_rule *rule, struct skl_box *box)
{
	const struct skl_agreement *agreement = &policy->agreements[rule->agreement];
	const struct skl_set no = codes(0, 0), yes = codes(1, 1);
	struct skl_set dates = {{0, 0}};

	for (size_t dim = SKL_MISS_PHASE; dim <= SKL_MISS_FRAME_AREA; dim++)
		if (!skl_set_is_full(&rule->dims[dim]) && !(rule->claimed >> dim & 1) &&
		    !narrow_to(box, SKL_BOX_CLAIMED(dim), &no))
			return false;
	for (size_t i = 0; i < diff->dates.count; i++)
		if (diff->dates.at_ms[i] >= agreement->from_ms &&
		    diff->dates.at_ms[i] < agreement->until_ms)
			skl_set_add(&dates, (uint32_t)i + 1);
	return narrow_to(box, SKL_BOX_TIME, &dates) &&
	       (!(rule->needs & SKL_NEED_CHECK) || narrow_to(box, SKL_BOX_CHECK, &yes)) &&
	       (!(rule->needs & SKL_NEED_USER) || narrow_to(box, SKL_BOX_USER, &yes)) &&
	       (!(rule->needs & SKL_NEED_RATING) || narrow_to(box, SKL_BOX_RATING, &yes)) &&
	       (!(rule->needs & SKL_NEED_REASON) || narrow_to(box, SKL_BOX_REASON, &yes));
}

static bool narrow_set(struct skl_box *box, size_t dim, uint64_t asked)
{
	if (asked)
		box->dims[dim].words[0] &= asked;
	return !asked || box->dims[dim].words[0] != 0;
}

static bool narrow_item(struct skl_box *box, const struct skl_item *item)
{
	return narrow_set(box, SKL_BOX_ABOUT, item->about) &&
	       narrow_set(box, SKL_BOX_PERSON, item->person_kinds) &&
	       narrow_set(box, SKL_BOX_LAW, item->source_laws) &&
	       narrow_set(box, SKL_BOX_TOLD, item->told_by) &&
	       narrow_set(box, SKL_BOX_SCOPE, item->scopes) &&
	       narrow_set(box, SKL_BOX_PAST, item->is_past_term ? 2 : 0);
}

static bool is_item_of(const struct skl_item *item, uint8_t category)
{
	return (item->categories & SKL_BIT(category)) != 0;
}

static void add_allows(const struct diff *diff, const struct skl_rule *rule, struct skl_box box,
		       const struct skl_disclosure *what, struct skl_boxes *list)
{
	bool is_marked =
		(rule->needs & SKL_NEED_MARKS) && (skl_catalogue_marked() & SKL_BIT(what->code));

	if (what->type == SKL_DISCLOSES_MESSAGE ||
	    (what->type == SKL_DISCLOSES_FACT && (rule->facts & SKL_BIT(what->code))) ||
	    (what->type == SKL_DISCLOSES_EVENT && (rule->events & SKL_BIT(what->code))))
		skl_boxes_add(list, &box);
	if (what->type != SKL_DISCLOSES_CATEGORY)
		return;
	if (is_marked)
		box.dims[SKL_BOX_MARKS] = codes(1, 1);
	if (is_marked && diff->found.from == SKL_ROLE_POLICE)
		box.dims[SKL_BOX_LAW].words[0] &= ~UINT64_C(1);
	for (size_t i = 0; i < rule->allow_count; i++) {
		struct skl_box of_item = box;

		if (is_item_of(&rule->allow[i], what->code) &&
		    narrow_item(&of_item, &rule->allow[i]))
			skl_boxes_add(list, &of_item);
	}
}

/* What the ground never carries, and what no helper of the perpetrator hears. */
static void subtract_fixed(const struct diff *diff, const struct skl_disclosure *what,
			   struct skl_boxes *list)
{
	const struct skl_catalogue_ground *ground = skl_catalogue_ground(diff->found.ground);
	struct skl_box box = diff->cell;

	if (what->type != SKL_DISCLOSES_CATEGORY) {
		if ((what->type == SKL_DISCLOSES_FACT && what->code == SKL_FACT_PATTERN) ||
		    (what->type == SKL_DISCLOSES_EVENT && what->code == SKL_EVENT_PATTERN)) {
			box.dims[SKL_MISS_POSITION] =
				codes(SKL_DESK_POSITION_HELPER_OF_PERPETRATOR,
				      SKL_DESK_POSITION_HELPER_OF_PERPETRATOR);
			skl_boxes_subtract(list, &box);
		}
		return;
	}
	if (!ground)
		return;
	if (ground->never_categories & SKL_BIT(what->code))
		skl_boxes_subtract(list, &box);
	if (ground->never_other_side & SKL_BIT(what->code)) {
		box.dims[SKL_MISS_POSITION] = codes(SKL_DESK_POSITION_HELPER_OF_PERPETRATOR,
						    SKL_DESK_POSITION_HELPER_OF_PERPETRATOR);
		skl_boxes_subtract(list, &box);
		box = diff->cell;
	}
	if (ground->has_term) {
		box.dims[SKL_BOX_PAST] = codes(1, 1);
		skl_boxes_subtract(list, &box);
	}
	box = diff->cell;
	box.dims[SKL_BOX_LAW].words[0] &= ground->never_source_laws;
	if (box.dims[SKL_BOX_LAW].words[0])
		skl_boxes_subtract(list, &box);
}

/* What prohibitions and each never of matching rules take away. */
static void subtract_rules(const struct diff *diff, const struct near *near,
			   const struct skl_disclosure *what, struct skl_boxes *list)
{
	const struct skl_policy *policy = near->policy;
	struct skl_box box;

	for (size_t i = 0; list->count && i < near->count; i++) {
		const struct skl_rule *rule = &policy->rules[near->rules[i]];

		if ((!rule->is_forbid && rule->never_count == 0) ||
		    !rule_box(diff, rule, near->rules[i], &box) ||
		    (!rule->is_forbid && !narrow_allow(diff, policy, rule, &box)))
			continue;
		if (rule->is_forbid && rule->never_count == 0)
			skl_boxes_subtract(list, &box);
		for (size_t n = 0; what->type == SKL_DISCLOSES_CATEGORY && n < rule->never_count;
		     n++) {
			struct skl_box of_item = box;

			if (is_item_of(&rule->never[n], what->code) &&
			    narrow_item(&of_item, &rule->never[n]))
				skl_boxes_subtract(list, &of_item);
		}
	}
}

/* Where the policy releases this by one rule or (SKL_POLICY_NO_RULE) by any, as long as the
 * required categories arrive. */
static void release(const struct diff *diff, const struct near *near, uint16_t by,
		    const struct skl_disclosure *what, struct skl_boxes *list)
{
	const struct skl_policy *policy = near->policy;
	struct skl_box box;

	for (size_t i = 0; i < near->count; i++) {
		const struct skl_rule *rule = &policy->rules[near->rules[i]];

		if (by != SKL_POLICY_NO_RULE && near->rules[i] != by)
			continue;
		if (!rule->is_forbid && rule_box(diff, rule, near->rules[i], &box) &&
		    narrow_allow(diff, policy, rule, &box))
			add_allows(diff, rule, box, what, list);
	}
	subtract_rules(diff, near, what, list);
	if (list->count)
		subtract_fixed(diff, what, list);
}

static uint64_t required_beside(const struct skl_disclosure *what)
{
	uint64_t required = skl_catalogue_required(what->kind, what->to);

	return what->type == SKL_DISCLOSES_CATEGORY ? required & ~SKL_BIT(what->code) : required;
}

/* Where the policy really releases this: every required category arrives too. Only what meets
 * other matters, if other is not NULL. */
static void release_whole(const struct diff *diff, const struct near *near, uint16_t by,
			  const struct skl_disclosure *what, const struct skl_boxes *other,
			  struct skl_boxes *list)
{
	uint64_t required = required_beside(what);

	release(diff, near, by, what, list);
	if (other)
		skl_boxes_keep_near(list, other);
	for (uint8_t category = 1; list->count && category < 64; category++) {
		struct skl_disclosure beside = *what;
		struct skl_boxes arrives = {0};

		if (!(required & SKL_BIT(category)))
			continue;
		beside.type = SKL_DISCLOSES_CATEGORY;
		beside.code = category;
		release(diff, near, SKL_POLICY_NO_RULE, &beside, &arrives);
		skl_boxes_cut_message(list, &arrives);
		skl_boxes_done(&arrives);
	}
}

/* One value of a dimension: the plainest that the box holds. */
static uint8_t pick(const struct diff *diff, const struct skl_box *box, size_t dim)
{
	uint32_t plain = 0;

	if (dim == SKL_MISS_POSITION)
		plain = SKL_DESK_POSITION_NONE;
	else if (dim == SKL_MISS_COMPETENT ||
		 (dim >= SKL_BOX_CHECK && dim <= SKL_BOX_MARKS && dim != SKL_BOX_REASON))
		plain = 1;
	else if (dim == SKL_BOX_TIME)
		while (plain < diff->dates.count && diff->dates.at_ms[plain] <= diff->now_ms)
			plain++;
	if (!skl_set_has(&box->dims[dim], plain))
		plain = skl_set_next(&box->dims[dim], 0);
	return (uint8_t)plain;
}

/* The set of this code alone; 0 is no code. */
static uint16_t bit_of(uint8_t code)
{
	return (uint16_t)(code ? 1u << code : 0u);
}

static void set_fact(struct skl_policy_request *request, size_t dim, uint8_t value, bool is_claimed)
{
	struct skl_policy_facts *facts = is_claimed ? &request->claimed : &request->held;

	if (dim == SKL_MISS_PHASE)
		facts->phases = (uint8_t)bit_of(value);
	else if (dim == SKL_MISS_UNSAFETY)
		facts->unsafety = value;
	else if (dim == SKL_MISS_SIGNAL_PHASE)
		facts->signal_phase = value;
	else if (dim == SKL_MISS_PATTERN)
		facts->pattern = value;
	else if (dim == SKL_MISS_FRAME)
		facts->frame = value;
	else
		facts->frame_area = value;
}

static void add_witness_section(struct skl_policy_request *request, uint8_t category,
				const uint8_t values[SKL_BOX_DIMS])
{
	struct skl_policy_section *section = &request->sections[request->section_count];

	*section = (struct skl_policy_section){
		.number = ++request->section_count,
		.category = category,
		.about = bit_of(values[SKL_BOX_ABOUT]),
		.about_count = values[SKL_BOX_ABOUT] ? 1 : 0,
		.person_kind = values[SKL_BOX_PERSON],
		.source_law = values[SKL_BOX_LAW],
		.told_by = (uint8_t)bit_of(values[SKL_BOX_TOLD]),
		.scope = values[SKL_BOX_SCOPE],
		.is_past_term = values[SKL_BOX_PAST] != 0,
	};
	if (values[SKL_BOX_MARKS]) {
		section->status = 1;
		section->source = 1;
		section->reliability = 1;
		section->as_of_ms = request->now_ms;
	}
}

static void fill_witness(const struct diff *diff, const uint8_t values[SKL_BOX_DIMS],
			 struct skl_policy_request *request)
{
	uint8_t time = values[SKL_BOX_TIME];

	*request = (struct skl_policy_request){
		.format = SKL_POLICY_REQUEST_FORMAT,
		.environment = SKL_ENVIRONMENT_TEST,
		.recipient_type = SKL_RECIPIENT_TYPE_PRINCIPAL,
		.has_reply = true,
		.sender_role = values[SKL_MISS_FROM],
		.kind = values[SKL_MISS_KIND],
		.recipient_role = values[SKL_MISS_TO],
		.purpose = values[SKL_MISS_PURPOSE],
		.ground = values[SKL_MISS_GROUND],
		.after_kind = values[SKL_MISS_AFTER],
		.competent = values[SKL_MISS_COMPETENT],
		.positions = (uint16_t)(1u << values[SKL_MISS_POSITION]),
		.consent = values[SKL_MISS_CONSENT],
		.urgency = values[SKL_MISS_URGENCY],
		.has_case = values[SKL_MISS_CASE] != 0,
		.is_held = values[SKL_MISS_HELD] != 0,
		.has_break_glass = values[SKL_MISS_BREAK_GLASS] != 0,
		.has_checked_by = values[SKL_BOX_CHECK] != 0,
		.has_user_ref = values[SKL_BOX_USER] != 0,
		.has_rating = values[SKL_BOX_RATING] != 0,
		.now_ms = time ? diff->dates.at_ms[time - 1] : 0,
	};
	if (diff->now_ms > request->now_ms &&
	    (time == diff->dates.count || diff->now_ms < diff->dates.at_ms[time]))
		request->now_ms = diff->now_ms;
	for (size_t dim = SKL_MISS_PHASE; dim <= SKL_MISS_FRAME_AREA; dim++)
		set_fact(request, dim, values[dim], values[SKL_BOX_CLAIMED(dim)] != 0);
}

/* The section of a required category, as it arrives beside the witness. */
static void add_required(const struct diff *diff, uint8_t category,
			 const uint8_t values[SKL_BOX_DIMS], struct skl_policy_request *request)
{
	struct skl_disclosure beside = diff->found;
	struct skl_boxes point = {0};
	struct skl_boxes arrives = {0};
	struct skl_box box = diff->cell;
	uint8_t of_section[SKL_BOX_DIMS];

	for (size_t dim = SKL_MISS_FROM; dim < SKL_BOX_MARKS; dim++)
		box.dims[dim] = codes(values[dim], values[dim]);
	beside.type = SKL_DISCLOSES_CATEGORY;
	beside.code = category;
	release(diff, &diff->near_has, SKL_POLICY_NO_RULE, &beside, &arrives);
	for (size_t i = 0; i < arrives.count && point.count == 0; i++) {
		struct skl_box here = arrives.rows[i];

		if (skl_box_cut(&here, &box))
			skl_boxes_add(&point, &here);
	}
	if (point.count) {
		for (size_t dim = SKL_MISS_FROM; dim < SKL_BOX_DIMS; dim++)
			of_section[dim] = pick(diff, &point.rows[0], dim);
		add_witness_section(request, category, of_section);
	}
	skl_boxes_done(&point);
	skl_boxes_done(&arrives);
}

static void report_box(struct diff *diff, const struct skl_box *box)
{
	struct skl_disclosure *found = &diff->found;
	uint64_t required = required_beside(found);
	uint8_t values[SKL_BOX_DIMS] = {0};

	found->rule = box->rule;
	for (size_t dim = SKL_MISS_FROM; dim < SKL_BOX_DIMS; dim++)
		values[dim] = pick(diff, box, dim);
	fill_witness(diff, values, &found->witness);
	if (found->type == SKL_DISCLOSES_CATEGORY)
		add_witness_section(&found->witness, found->code, values);
	for (uint8_t category = 1; category < 64; category++)
		if (required & SKL_BIT(category))
			add_required(diff, category, values, &found->witness);
	if (values[SKL_BOX_REASON] && found->code != SKL_CATEGORY_WEIGHING)
		add_witness_section(&found->witness, SKL_CATEGORY_WEIGHING, values);
	diff->report(diff->arg, found);
}

static enum skl_err diff_one(struct diff *diff, uint8_t type, uint8_t code)
{
	struct skl_boxes has = {0};
	struct skl_boxes lacks = {0};
	enum skl_err err;

	diff->found.type = type;
	diff->found.code = code;
	/* A message with this section gives a reason. */
	diff->cell.dims[SKL_BOX_REASON] =
		codes(type == SKL_DISCLOSES_CATEGORY && code == SKL_CATEGORY_WEIGHING, 1);
	release_whole(diff, &diff->near_has, diff->by, &diff->found, NULL, &has);
	if (has.count)
		release_whole(diff, &diff->near_lacks, SKL_POLICY_NO_RULE, &diff->found, &has,
			      &lacks);
	for (size_t i = 0; has.count && i < lacks.count; i++)
		skl_boxes_subtract(&has, &lacks.rows[i]);
	err = has.err ? has.err : lacks.err;
	if (err == SKL_OK && has.count) {
		diff->is_found = true;
		report_box(diff, &has.rows[0]);
	}
	skl_boxes_done(&has);
	skl_boxes_done(&lacks);
	return err;
}

/* Is it enough to know that there is a difference? */
static bool is_enough(const struct diff *diff)
{
	return diff->is_one_rule && diff->is_found;
}

static enum skl_err diff_cell(struct diff *diff)
{
	static const struct {
		uint8_t type;
		enum skl_list list;
	} types[] = {
		{SKL_DISCLOSES_CATEGORY, SKL_LIST_CATEGORY},
		{SKL_DISCLOSES_FACT, SKL_LIST_FACT},
		{SKL_DISCLOSES_EVENT, SKL_LIST_EVENT},
	};
	enum skl_err err;

	/* Where the kind does not require it, a category goes or stays alone. */
	if (diff->category &&
	    !(skl_catalogue_required(diff->found.kind, diff->found.to) & SKL_BIT(diff->category)))
		return diff_one(diff, SKL_DISCLOSES_CATEGORY, diff->category);
	err = diff_one(diff, SKL_DISCLOSES_MESSAGE, 0);
	for (size_t t = 0; t < SKL_COUNT(types); t++)
		for (uint32_t code = 1;
		     err == SKL_OK && !is_enough(diff) && code <= skl_code_count(types[t].list);
		     code++)
			/* Purpose and ground go with every message. */
			if (types[t].type != SKL_DISCLOSES_FACT ||
			    (code != SKL_FACT_PURPOSE && code != SKL_FACT_GROUND))
				err = diff_one(diff, types[t].type, (uint8_t)code);
	return err;
}

static const size_t cell_dims[] = {SKL_MISS_FROM, SKL_MISS_KIND, SKL_MISS_TO, SKL_MISS_PURPOSE,
				   SKL_MISS_GROUND};

/* Was this cell one of an earlier rule? */
static bool is_done(const struct diff *diff, size_t rule)
{
	for (size_t i = 0; i < rule; i++) {
		struct skl_box box;

		if (!diff->has->rules[i].is_forbid && rule_box(diff, &diff->has->rules[i], i, &box))
			return true;
	}
	return false;
}

/* Every cell of a rule: one code in each of the five dimensions, the last running fastest. */
static enum skl_err diff_rule(struct diff *diff, size_t rule, const struct skl_box *universe)
{
	struct skl_set dims[SKL_MISS_GROUND + 1];
	uint32_t at[SKL_COUNT(cell_dims)];
	enum skl_err err = SKL_OK;
	size_t i;

	/* Where one rule was changed, also what it takes from others where it no longer speaks. */
	memcpy(dims, diff->has->rules[rule].dims, sizeof(dims));
	for (i = 0; diff->is_one_rule && i < SKL_COUNT(cell_dims); i++) {
		const struct skl_set *other = &diff->lacks->rules[rule].dims[cell_dims[i]];

		dims[cell_dims[i]].words[0] |= other->words[0];
		dims[cell_dims[i]].words[1] |= other->words[1];
	}
	for (i = 0; i < SKL_COUNT(cell_dims); i++)
		at[i] = skl_set_next(&dims[cell_dims[i]], 1);
	while (err == SKL_OK && !is_enough(diff)) {
		diff->cell = *universe;
		for (i = 0; i < SKL_COUNT(cell_dims); i++)
			diff->cell.dims[cell_dims[i]] = codes(at[i], at[i]);
		diff->found.from = (uint8_t)at[0];
		diff->found.kind = (uint8_t)at[1];
		diff->found.to = (uint8_t)at[2];
		diff->found.purpose = (uint8_t)at[3];
		diff->found.ground = (uint8_t)at[4];
		if (diff->is_one_rule || !is_done(diff, rule)) {
			find_near(diff, diff->has, &diff->near_has);
			find_near(diff, diff->lacks, &diff->near_lacks);
			err = diff_cell(diff);
		}
		for (i = SKL_COUNT(cell_dims); i > 0; i--) {
			at[i - 1] = skl_set_next(&dims[cell_dims[i - 1]], at[i - 1] + 1);
			if (at[i - 1] < 128)
				break;
			at[i - 1] = skl_set_next(&dims[cell_dims[i - 1]], 1);
		}
		if (i == 0)
			break;
	}
	return err;
}

static void add_date(struct dates *dates, int64_t at_ms)
{
	size_t at = 0;

	while (at < dates->count && dates->at_ms[at] < at_ms)
		at++;
	if (at < dates->count && dates->at_ms[at] == at_ms)
		return;
	memmove(&dates->at_ms[at + 1], &dates->at_ms[at],
		(dates->count - at) * sizeof(dates->at_ms[0]));
	dates->at_ms[at] = at_ms;
	dates->count++;
}

static void add_dates(struct dates *dates, const struct skl_policy *policy)
{
	for (size_t i = 0; i < policy->agreement_count; i++) {
		add_date(dates, policy->agreements[i].from_ms);
		add_date(dates, policy->agreements[i].until_ms);
	}
}

static enum skl_err diff_sets(struct diff *diff, bool is_one_rule, uint16_t rule)
{
	struct dates *dates = &diff->dates;
	struct skl_box universe;
	enum skl_err err = SKL_OK;

	dates->count = 0;
	add_dates(dates, diff->lacks);
	add_dates(dates, diff->has);
	if (dates->count > 126)
		return SKL_ELIMIT;
	fill_universe(&universe, dates->count);
	diff->is_one_rule = is_one_rule;
	for (size_t i = is_one_rule ? rule : 0; err == SKL_OK && i < diff->has->rule_count; i++) {
		if (!diff->has->rules[i].is_forbid)
			err = diff_rule(diff, i, &universe);
		if (is_one_rule)
			break;
	}
	return err;
}

/* Both ways, over every rule or the cells of one. */
static enum skl_err diff_both(const struct skl_policy *before, const struct skl_policy *after,
			      struct diff *diff, bool is_one_rule, uint16_t rule)
{
	enum skl_err err;

	diff->has = after;
	diff->lacks = before;
	diff->found.is_new = true;
	err = diff_sets(diff, is_one_rule, rule);
	if (err || is_enough(diff))
		return err;
	diff->has = before;
	diff->lacks = after;
	diff->found.is_new = false;
	return diff_sets(diff, is_one_rule, rule);
}

enum skl_err skl_policy_diff(const struct skl_policy *before, const struct skl_policy *after,
			     int64_t now_ms, skl_policy_diff_fn report, void *arg)
{
	struct diff diff = {
		.now_ms = now_ms, .by = SKL_POLICY_NO_RULE, .report = report, .arg = arg};

	return diff_both(before, after, &diff, false, 0);
}

enum skl_err skl_policy_diff_rule(const struct skl_policy *before, const struct skl_policy *after,
				  uint16_t rule, uint8_t category, skl_policy_diff_fn report,
				  void *arg)
{
	struct diff diff = {
		.category = category, .by = SKL_POLICY_NO_RULE, .report = report, .arg = arg};

	if (before->rules[rule].never_count == 0 && after->rules[rule].never_count == 0)
		diff.by = rule;

	return diff_both(before, after, &diff, true, rule);
}
