/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FINDINGS_H
#define FINDINGS_H

/*
 * findings - what a verification found wrong: collected, put in order, printed for a person.
 *
 * Owner:    one thread.
 * Lifetime: done releases all.
 * Errors:   running out of memory is remembered and makes the verdict `unreadable`.
 * Limits:   1,000 findings are kept, the others counted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "skl_leaf.h"

/* The worst is the verdict. */
enum finding_class {
	FINDING_NONE,
	FINDING_REMARK,      /* worth a question; the verdict stays as it is */
	FINDING_DAMAGED,     /* stored bytes contradict each other or cannot be read */
	FINDING_INCOMPLETE,  /* something that was there is missing */
	FINDING_ROLLED_BACK, /* whole, but older than what was witnessed or promised */
	FINDING_FORGED,      /* contradicts something that was signed */
};

enum finding_text {
	FINDING_PAGE,
	FINDING_ENTRY_CHANGED,
	FINDING_ENTRY_MISSING,
	FINDING_ENTRY_FOREIGN,
	FINDING_ENTRY_EXTRA,
	FINDING_HASH_CHANGED,
	FINDING_HASH_MISSING,
	FINDING_NODE_CHANGED,
	FINDING_DETAIL_CHANGED,
	FINDING_DETAIL_MISSING,
	FINDING_DETAIL_KEY_LOST,
	FINDING_DETAIL_EXTRA,
	FINDING_CHECKPOINT_UNREADABLE,
	FINDING_CHECKPOINT_BEYOND,
	FINDING_CHECKPOINT_ROOT,
	FINDING_NO_CHECKPOINT,
	FINDING_PROMISE_CHANGED,
	FINDING_PROMISE_BROKEN,
	FINDING_PROMISE_BEYOND,
	FINDING_GUARD_BEYOND,
	FINDING_GUARD_ROOT,
	FINDING_STORE_RECORD,
	FINDING_COSIGNATURE,
	FINDING_NOT_WITNESSED,
	FINDING_KEPT_BEYOND,
	FINDING_KEPT_ROOT,
	FINDING_CLOCK_AHEAD,
	FINDING_CLOCK_BACK,
	FINDING_INDEX_HIDES,
	FINDING_INDEX_INVENTS,
	FINDING_TEXTS,
};

struct finding {
	enum finding_class class;
	enum finding_text text;
	bool has_index;
	uint64_t index;   /* first entry concerned */
	uint64_t last;    /* last one; = index for one */
	bool is_narrowed; /* first and last are those of one commit */
	bool has_leaf;    /* what is known of entry `index` */
	bool is_leaf_sure;
	struct skl_leaf leaf;
	uint64_t number;   /* a page, a size, a part: as the text says */
	const char *words; /* fixed English words of mdbfile, or a database; or NULL */
};

struct findings {
	struct finding *list; /* owned */
	size_t count;
	size_t cap;
	uint64_t dropped;
	bool is_out_of_memory;
};

/* Add a finding; one that is there already is not added again. The returned one may be changed
 * until the next call; NULL if it was dropped. */
struct finding *findings_add(struct findings *findings, enum finding_class class,
			     enum finding_text text, uint64_t number, const char *words);
struct finding *findings_add_entry(struct findings *findings, enum finding_class class,
				   enum finding_text text, uint64_t first, uint64_t last,
				   uint64_t number);
void findings_done(struct findings *findings);

/* By first entry; those without one come last. */
void findings_sort(struct findings *findings);

/* The worst class; FINDING_NONE if there is nothing, or only remarks. */
enum finding_class findings_verdict(const struct findings *findings);
/* The first entry concerned, remarks aside; false if none is named. */
bool findings_first(const struct findings *findings, uint64_t *ret_index);

/* A class in words: "damaged", "beschadigd". */
const char *finding_class_text(enum finding_class class, bool is_dutch);

void findings_print(const struct findings *findings, bool is_dutch, FILE *to);
void findings_print_json(const struct findings *findings, FILE *to);

#endif
