/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_lib_memory.h"

#include <jansson.h>
#include <libxml/xmlmemory.h>

#include "skl_mem.h"

static void (*is_out)(void);

static void *checked(void *memory)
{
	if (!memory)
		is_out();
	return memory;
}

static void *take(size_t size)
{
	return checked(skl_calloc(1, size));
}

static void *retake(void *memory, size_t size)
{
	return checked(skl_realloc_array(memory, 1, size));
}

static char *take_text(const char *text)
{
	return checked(skl_strdup(text));
}

void skl_lib_memory_init(void (*out)(void))
{
	is_out = out;
	json_set_alloc_funcs(take, skl_free);
	(void)xmlMemSetup(skl_free, take, retake, take_text); /* fails for a NULL alone */
}
