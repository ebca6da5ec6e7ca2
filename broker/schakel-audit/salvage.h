/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SALVAGE_H
#define SALVAGE_H

/*
 * salvage - find out what a damaged or lost leaf said, from the hash that is known of it.
 *
 * Owner:    one thread.
 * Lifetime: done releases the leaves found.
 * Errors:   what cannot be found stays unfound.
 * Limits:   4,096 leaves in one search; 64 repairs.
 *
 * A leaf whose hash is known can be proven right however it was found: a changed byte is tried
 * away, a row that no page leads to is looked for in the raw bytes of the file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copy.h"

#define SALVAGE_MAX 4096

struct salvage_leaf {
	uint64_t index;
	uint8_t hash[32]; /* wanted */
	bool is_found;
	size_t len;
	uint8_t bytes[SKL_LEAF_MAX];
};

struct salvage {
	struct salvage_leaf *list; /* owned; by index */
	size_t count;
	size_t cap;
};

/* Ask for the leaf of index with this hash. False if there is no room. */
bool salvage_want(struct salvage *salvage, uint64_t index, const uint8_t hash[32]);

/* Look among the orphans, then for one changed byte, then in the whole file. */
void salvage_search(struct salvage *salvage, struct copy *copy);

/* What was found for index, or NULL. */
const struct salvage_leaf *salvage_find(const struct salvage *salvage, uint64_t index);

void salvage_done(struct salvage *salvage);

#endif
