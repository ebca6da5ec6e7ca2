/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MAP_H
#define SKL_MAP_H

/*
 * skl_map - a bounded hash table from short byte keys to pointers, with a secret hash key, so
 * that a peer who chooses keys (routing ids) cannot make them collide.
 *
 * Owner:    its maker, one thread. Keys and values stay the caller's: a key must not move or
 *           change while it is in the map (best: a field of the value).
 * Errors:   put: ENOMEM, ELIMIT, EEXISTS.
 * Limits:   the maximum given at the start.
 */

#include <stddef.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

struct skl_map;

void skl_map_free(struct skl_map *map);
SKL_DEFINE_CLEANUP(struct skl_map, skl_map_free)

SKL_MUST_CHECK struct skl_map *skl_map_new(size_t max_count);

/* NULL if the key is not there. */
SKL_MUST_CHECK void *skl_map_get(const struct skl_map *map, struct skl_view key);

SKL_MUST_CHECK enum skl_err skl_map_put(struct skl_map *map, struct skl_view key, void *value);

/* Take the value out; NULL if the key was not there. */
void *skl_map_remove(struct skl_map *map, struct skl_view key);

size_t skl_map_count(const struct skl_map *map);

/*
 * The values in no order: *cursor starts at 0; NULL ends. Putting or removing during a walk is
 * not allowed.
 */
SKL_MUST_CHECK void *skl_map_next(const struct skl_map *map, size_t *cursor);

#endif
