/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MEM_H
#define SKL_MEM_H

/*
 * skl_mem - the only door to the general heap.
 *
 * Owner:    any thread. Secrets do not belong here but in sodium_malloc().
 * Lifetime: what is returned is the caller's, released with skl_free().
 * Errors:   NULL when memory is short or a size overflows; never ends the process.
 * Limits:   none of its own; callers pass counts they have checked.
 *
 * Every allocation passes through skl_calloc, skl_realloc_array or skl_strdup, so that tests can
 * wrap these three names and fail the n-th call, and so that allocations can be counted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"

/* Release; NULL is ignored. */
void skl_free(void *memory);

/* Zeroed memory for count items of size bytes; NULL on overflow or shortage. Zero bytes give one.
 */
SKL_ALLOC(skl_free) void *skl_calloc(size_t count, size_t size);

/* Grow or shrink; the old block stays valid when NULL is returned. New bytes are not zeroed. */
SKL_MUST_CHECK void *skl_realloc_array(void *memory, size_t count, size_t size);

/* A copy of a string, and of length bytes with a zero byte added. */
SKL_ALLOC(skl_free) char *skl_strdup(const char *text);
SKL_ALLOC(skl_free) void *skl_memdup(const void *bytes, size_t length);

/* How many allocations this process made so far, for counting them in tests and benches. */
uint64_t skl_mem_count(void);

/* Arithmetic on lengths from outside: false, and *ret untouched, on overflow. */
SKL_MUST_CHECK bool skl_add_size(size_t a, size_t b, size_t *ret);
SKL_MUST_CHECK bool skl_mul_size(size_t a, size_t b, size_t *ret);

/* For SKL_CLEANUP(skl_freep) on a pointer of any type. */
SKL_UNUSED static inline void skl_freep(void *pointer)
{
	skl_free(*(void **)pointer);
}

#endif
