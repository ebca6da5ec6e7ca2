/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_uint_fast64_t allocations;

void skl_free(void *memory)
{
	free(memory);
}

void *skl_calloc(size_t count, size_t size)
{
	size_t bytes;

	/* calloc checks too, but under ASan it ends the process. */
	if (!skl_mul_size(count, size, &bytes))
		return NULL;
	atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
	return calloc(bytes ? bytes : 1, 1);
}

void *skl_realloc_array(void *memory, size_t count, size_t size)
{
	size_t bytes;

	if (!skl_mul_size(count, size, &bytes))
		return NULL;
	atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
	return realloc(memory, bytes ? bytes : 1);
}

char *skl_strdup(const char *text)
{
	return skl_memdup(text, strlen(text));
}

void *skl_memdup(const void *bytes, size_t length)
{
	size_t total;
	char *copy;

	if (!skl_add_size(length, 1, &total))
		return NULL;
	copy = skl_calloc(total, 1);
	if (copy && length)
		memcpy(copy, bytes, length);
	return copy;
}

uint64_t skl_mem_count(void)
{
	return atomic_load_explicit(&allocations, memory_order_relaxed);
}

bool skl_add_size(size_t a, size_t b, size_t *ret)
{
	size_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*ret = sum;
	return true;
}

bool skl_mul_size(size_t a, size_t b, size_t *ret)
{
	size_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*ret = product;
	return true;
}
