/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICY_BOX_H
#define SKL_POLICY_BOX_H

/*
 * skl_policy_box - rules as boxes, and lists of boxes that can be cut and subtracted exactly.
 *
 * A box has the nineteen dimensions of a rule and, beside them, whether a fact is only claimed,
 * the time, the form of the message, and what a section may be qualified by. One point of a box is
 * one request with one section.
 *
 * Owner:    a list owns its boxes; release with skl_boxes_done().
 * Errors:   they stick to the list: ENOMEM; ELIMIT above SKL_BOXES_MAX boxes.
 * Limits:   127 codes a dimension.
 */

#include "skl_policy_rule.h"

#define SKL_BOXES_MAX 20000u

/* After those of a rule: whether each fact from phase to frame area is only claimed. */
#define SKL_BOX_CLAIMED(dim) (SKL_DIMS + (dim)-SKL_MISS_PHASE)

enum {
	SKL_BOX_TIME = SKL_BOX_CLAIMED(SKL_MISS_FRAME_AREA) + 1, /* between which two dates */
	SKL_BOX_CHECK,                                           /* 0 or 1, as the next four */
	SKL_BOX_USER,
	SKL_BOX_RATING,
	SKL_BOX_REASON,
	SKL_BOX_MARKS, /* from here on: of the section */
	SKL_BOX_ABOUT,
	SKL_BOX_PERSON,
	SKL_BOX_LAW,
	SKL_BOX_TOLD,
	SKL_BOX_SCOPE,
	SKL_BOX_PAST, /* 0 or 1 */
	SKL_BOX_DIMS,
};

struct skl_box {
	struct skl_set dims[SKL_BOX_DIMS];
	uint16_t rule; /* where it comes from */
};

struct skl_boxes {
	struct skl_box *rows;
	size_t count;
	size_t room;
	enum skl_err err;
};

void skl_boxes_done(struct skl_boxes *list);
void skl_boxes_add(struct skl_boxes *list, const struct skl_box *box);

/* Take every point of box out of the list. */
void skl_boxes_subtract(struct skl_boxes *list, const struct skl_box *box);

/* Drop the boxes that meet none of other. */
void skl_boxes_keep_near(struct skl_boxes *list, const struct skl_boxes *other);

/* Keep what lies in some box of other, which stays as it is; the section is not looked at. */
void skl_boxes_cut_message(struct skl_boxes *list, const struct skl_boxes *other);

/* a becomes what both hold; false if that is nothing. */
bool skl_box_cut(struct skl_box *a, const struct skl_box *b);

/*
 * As skl_policy_diff() over two sets that differ in one rule: asks the cells of that rule alone and
 * reports the first difference. category: the only one whose allow differs, 0 if more may.
 */
SKL_MUST_CHECK enum skl_err skl_policy_diff_rule(const struct skl_policy *before,
						 const struct skl_policy *after, uint16_t rule,
						 uint8_t category, skl_policy_diff_fn report,
						 void *arg);

/* Rules, categories allowed and conditions that change nothing (skl_policy_dead.c). */
void skl_policy_find_dead(const struct skl_policy *policy, skl_policy_finding_fn report, void *arg);

/* The list that the codes of a dimension are of; false where it has flags or two words only. */
bool skl_box_list(size_t dim, enum skl_list *ret_list);

#endif
