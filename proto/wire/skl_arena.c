/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_arena.h"

#include <stdalign.h>
#include <string.h>

#include "skl_limits.h"
#include "skl_mem.h"

#define BLOCK_MIN 16384u
#define ALIGN     alignof(max_align_t)

struct skl_arena_block {
	struct skl_arena_block *next; /* owned */
	size_t size;
	size_t used;
	alignas(max_align_t) uint8_t bytes[];
};

static void *protobuf_alloc(void *arg, size_t size)
{
	return skl_arena_alloc(arg, size);
}

static void protobuf_free(void *arg, void *memory)
{
	(void)arg; /* all at once, at reset */
	(void)memory;
}

void skl_arena_init(struct skl_arena *arena, size_t max_bytes, uint32_t max_calls)
{
	*arena = (struct skl_arena){
		.max_bytes = max_bytes ? max_bytes : SKL_LIMIT_ARENA,
		.max_calls = max_calls ? max_calls : SKL_LIMIT_ARENA_CALLS,
		.protobuf = {.alloc = protobuf_alloc, .free = protobuf_free},
	};
	arena->protobuf.allocator_data = arena;
}

static void forget(struct skl_arena *arena)
{
	arena->used_bytes = 0;
	arena->calls = 0;
	arena->is_spent = false;
}

static void release(const struct skl_arena *arena, struct skl_arena_block *block)
{
	if (block != arena->room)
		skl_free(block);
}

static void drop(const struct skl_arena *arena, struct skl_arena_block **list)
{
	while (*list) {
		struct skl_arena_block *next = (*list)->next;

		release(arena, *list);
		*list = next;
	}
}

void skl_arena_room(struct skl_arena *arena, void *room, size_t room_bytes)
{
	if (room_bytes <= sizeof(*arena->room))
		return;
	memset(room, 0, room_bytes);
	arena->room = room;
	arena->room->size = room_bytes - sizeof(*arena->room);
	arena->blocks = arena->room;
}

void skl_arena_keep(struct skl_arena *arena, size_t bytes)
{
	arena->keep_bytes = bytes;
}

void skl_arena_done(struct skl_arena *arena)
{
	drop(arena, &arena->blocks);
	drop(arena, &arena->spare);
	arena->room = NULL;
	forget(arena);
}

void skl_arena_reset(struct skl_arena *arena)
{
	struct skl_arena_block *block;
	size_t kept = 0;

	for (block = arena->spare; block; block = block->next)
		kept += block->size;
	while ((block = arena->blocks)) {
		arena->blocks = block->next;
		if (kept && kept + block->size > arena->keep_bytes) {
			release(arena, block);
			continue;
		}
		memset(block->bytes, 0, block->used);
		block->used = 0;
		kept += block->size;
		block->next = arena->spare;
		arena->spare = block;
	}
	forget(arena);
}

static struct skl_arena_block *new_block(struct skl_arena *arena, size_t size)
{
	size_t wanted = size > BLOCK_MIN ? size : BLOCK_MIN, total;
	struct skl_arena_block *block = arena->spare;

	if (block && block->size >= size) {
		arena->spare = block->next;
	} else {
		if (!skl_add_size(sizeof(*block), wanted, &total))
			return NULL;
		block = skl_calloc(total, 1);
		if (!block)
			return NULL;
		block->size = wanted;
	}
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *skl_arena_alloc(struct skl_arena *arena, size_t size)
{
	struct skl_arena_block *block = arena->blocks;
	size_t rounded, used;
	void *memory;

	if (size == 0)
		size = 1;
	if (!skl_add_size(size, ALIGN - 1, &rounded))
		rounded = SIZE_MAX;
	rounded -= rounded % ALIGN;
	if (arena->is_spent || !skl_add_size(arena->used_bytes, rounded, &used) ||
	    used > arena->max_bytes || arena->calls >= arena->max_calls) {
		arena->is_spent = true;
		return NULL;
	}
	if (!block || block->size - block->used < rounded)
		block = new_block(arena, rounded);
	if (!block) {
		arena->is_spent = true;
		return NULL;
	}
	memory = block->bytes + block->used;
	block->used += rounded;
	arena->used_bytes = used;
	arena->calls++;
	return memory;
}

void *skl_arena_array(struct skl_arena *arena, size_t count, size_t size)
{
	size_t total;

	if (!skl_mul_size(count, size, &total)) {
		arena->is_spent = true;
		return NULL;
	}
	return skl_arena_alloc(arena, total);
}

void *skl_arena_copy(struct skl_arena *arena, const void *data, size_t len)
{
	size_t total;
	void *copy;

	if (!skl_add_size(len, 1, &total)) {
		arena->is_spent = true;
		return NULL;
	}
	copy = skl_arena_alloc(arena, total);
	if (copy && len)
		memcpy(copy, data, len);
	return copy;
}

bool skl_arena_is_spent(const struct skl_arena *arena)
{
	return arena->is_spent;
}

ProtobufCAllocator *skl_arena_protobuf(struct skl_arena *arena)
{
	return &arena->protobuf;
}
