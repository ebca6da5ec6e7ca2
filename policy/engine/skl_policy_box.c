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
static void add_rest(struct skl_boxes *list, struct skl_box a, const struct skl_box *b)
{
	struct skl_box meet = a;

	if (!skl_box_cut(&meet, b)) {
		skl_boxes_add(list, &a);
		return;
	}
	for (size_t dim = SKL_MISS_FROM; dim < SKL_BOX_DIMS; dim++) {
		struct skl_box piece = a;

		piece.dims[dim] = without(&a.dims[dim], &b->dims[dim]);
		if (!is_empty(&piece.dims[dim]))
			skl_boxes_add(list, &piece);
		a.dims[dim] = meet.dims[dim];
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

	for (size_t i = 0; i < list->count; i++)
		add_rest(&rest, list->rows[i], box);
	replace(list, &rest);
}

void skl_boxes_cut_message(struct skl_boxes *list, const struct skl_boxes *other)
{
	struct skl_boxes kept = {.err = other->err};

	for (size_t i = 0; i < list->count; i++)
		for (size_t o = 0; o < other->count; o++) {
			struct skl_box box = list->rows[i];
			struct skl_box wide = other->rows[o];

			for (size_t dim = SKL_BOX_MARKS; dim < SKL_BOX_DIMS; dim++)
				wide.dims[dim] = box.dims[dim];
			if (skl_box_cut(&box, &wide))
				skl_boxes_add(&kept, &box);
		}
	replace(list, &kept);
}
