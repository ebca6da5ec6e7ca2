/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_policy_box.h"

#include <string.h>

#include "skl_mem.h"

static struct skl_set both(const struct skl_set *a, const struct skl_set *b)
{
	return (struct skl_set){{a->words[0] & b->words[0], a->words[1] & b->words[1]}};
}

static struct skl_set without(const struct skl_set *a, const struct skl_set *b)
{
	return (struct skl_set){{a->words[0] & ~b->words[0], a->words[1] & ~b->words[1]}};
}

static bool is_empty(const struct skl_set *set)
{
	return set->words[0] == 0 && set->words[1] == 0;
}

void skl_boxes_done(struct skl_boxes *list)
{
	skl_free(list->rows);
	*list = (struct skl_boxes){0};
}

void skl_boxes_add(struct skl_boxes *list, const struct skl_box *box)
{
	if (list->err)
		return;
	if (list->count == SKL_BOXES_MAX) {
		list->err = SKL_ELIMIT;
		return;
	}
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		struct skl_box *grown = skl_realloc_array(list->rows, room, sizeof(*grown));

		if (!grown) {
			list->err = SKL_ENOMEM;
			return;
		}
		list->rows = grown;
		list->room = room;
	}
	list->rows[list->count++] = *box;
}

/* Do they meet in the dimensions below end? Most boxes part soon, and nothing is copied for it. */
static bool is_meeting(const struct skl_box *a, const struct skl_box *b, size_t end)
{
	for (size_t dim = SKL_MISS_AFTER; dim < end; dim++)
		if (!skl_set_meets(&a->dims[dim], &b->dims[dim]))
			return false;
	for (size_t dim = SKL_MISS_FROM; dim < SKL_MISS_AFTER; dim++)
		if (!skl_set_meets(&a->dims[dim], &b->dims[dim]))
			return false;
	return true;
}

bool skl_box_cut(struct skl_box *a, const struct skl_box *b)
{
	for (size_t dim = SKL_MISS_FROM; dim < SKL_BOX_DIMS; dim++) {
		a->dims[dim] = both(&a->dims[dim], &b->dims[dim]);
		if (is_empty(&a->dims[dim]))
			return false;
	}
	return true;
}

/* What of a lies outside b, as boxes that do not meet: one for each dimension a sticks out in. */
static void add_rest(struct skl_boxes *list, const struct skl_box *a, const struct skl_box *b)
{
	struct skl_box meet = *a;
	struct skl_box rest = *a;

	(void)skl_box_cut(&meet, b); /* they do meet */
	for (size_t dim = SKL_MISS_FROM; dim < SKL_BOX_DIMS; dim++) {
		struct skl_set outside = without(&rest.dims[dim], &b->dims[dim]);

		if (!is_empty(&outside)) {
			rest.dims[dim] = outside;
			skl_boxes_add(list, &rest);
		}
		rest.dims[dim] = meet.dims[dim];
	}
}

static void replace(struct skl_boxes *list, struct skl_boxes *by)
{
	if (by->err == SKL_OK)
		by->err = list->err;
	skl_free(list->rows);
	*list = *by;
}

void skl_boxes_subtract(struct skl_boxes *list, const struct skl_box *box)
{
	struct skl_boxes rest = {0};
	size_t at = 0;

	while (at < list->count && !is_meeting(&list->rows[at], box, SKL_BOX_DIMS))
		at++;
	if (at == list->count)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (i >= at && is_meeting(&list->rows[i], box, SKL_BOX_DIMS))
			add_rest(&rest, &list->rows[i], box);
		else
			skl_boxes_add(&rest, &list->rows[i]);
	replace(list, &rest);
}

void skl_boxes_keep_near(struct skl_boxes *list, const struct skl_boxes *other)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		size_t o = 0;

		while (o < other->count &&
		       !is_meeting(&list->rows[i], &other->rows[o], SKL_BOX_DIMS))
			o++;
		if (o < other->count)
			list->rows[kept++] = list->rows[i];
	}
	list->count = kept;
}

void skl_boxes_cut_message(struct skl_boxes *list, const struct skl_boxes *other)
{
	struct skl_boxes kept = {.err = other->err};

	for (size_t i = 0; i < list->count; i++)
		for (size_t o = 0; o < other->count; o++) {
			struct skl_box box, wide;

			if (!is_meeting(&list->rows[i], &other->rows[o], SKL_BOX_MARKS))
				continue;
			box = list->rows[i];
			wide = other->rows[o];
			for (size_t dim = SKL_BOX_MARKS; dim < SKL_BOX_DIMS; dim++)
				wide.dims[dim] = box.dims[dim];
			if (skl_box_cut(&box, &wide))
				skl_boxes_add(&kept, &box);
		}
	replace(list, &kept);
}

bool skl_box_list(size_t dim, enum skl_list *ret_list)
{
	static const struct {
		size_t dim;
		enum skl_list list;
	} lists[] = {
		{SKL_MISS_FROM, SKL_LIST_ROLE},
		{SKL_MISS_KIND, SKL_LIST_KIND},
		{SKL_MISS_TO, SKL_LIST_ROLE},
		{SKL_MISS_PURPOSE, SKL_LIST_PURPOSE},
		{SKL_MISS_GROUND, SKL_LIST_GROUND},
		{SKL_MISS_AFTER, SKL_LIST_KIND},
		{SKL_MISS_POSITION, SKL_LIST_DESK_POSITION},
		{SKL_MISS_CONSENT, SKL_LIST_CONSENT_STATE},
		{SKL_MISS_PHASE, SKL_LIST_PHASE},
		{SKL_MISS_UNSAFETY, SKL_LIST_UNSAFETY},
		{SKL_MISS_SIGNAL_PHASE, SKL_LIST_SIGNAL_PHASE},
		{SKL_MISS_PATTERN, SKL_LIST_PATTERN},
		{SKL_MISS_FRAME, SKL_LIST_FRAME},
		{SKL_MISS_FRAME_AREA, SKL_LIST_FRAME_AREA},
		{SKL_MISS_URGENCY, SKL_LIST_URGENCY},
		{SKL_BOX_ABOUT, SKL_LIST_POSITION},
		{SKL_BOX_PERSON, SKL_LIST_PERSON_KIND},
		{SKL_BOX_LAW, SKL_LIST_SOURCE_LAW},
		{SKL_BOX_TOLD, SKL_LIST_TOLD_BY},
		{SKL_BOX_SCOPE, SKL_LIST_SCOPE},
	};

	for (size_t i = 0; i < SKL_COUNT(lists); i++)
		if (lists[i].dim == dim) {
			*ret_list = lists[i].list;
			return true;
		}
	return false;
}
