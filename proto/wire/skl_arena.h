/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ARENA_H
#define SKL_ARENA_H

/*
 * skl_arena - memory for one message or one batch: bump allocation, zeroed, with a budget of bytes
 * and of calls; released all at once.
 *
 * Owner:    the struct's holder, one thread.
 * Lifetime: skl_arena_init .. skl_arena_done; everything in it dies at reset or done.
 * Errors:   NULL over budget or out of memory; skl_arena_is_spent() tells that it happened.
 * Limits:   those given at init.
 *
 * protobuf-c 1.4.1 may leave `unknown_fields` uninitialised with a plain malloc, and has no limit
 * of its own: peers' bytes are unpacked only through skl_arena_protobuf().
 */

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"

struct skl_arena_block;

struct skl_arena {
	struct skl_arena_block *blocks; /* owned, newest first */
	struct skl_arena_block *spare;  /* owned; zeroed, kept by reset */
	struct skl_arena_block *room;   /* borrowed, in one of the lists; NULL: none */
	size_t keep_bytes;
	size_t used_bytes;
	size_t max_bytes;
	uint32_t calls;
	uint32_t max_calls;
	bool is_spent;
	ProtobufCAllocator protobuf;
};

/* 0 means SKL_LIMIT_ARENA and SKL_LIMIT_ARENA_CALLS. The struct must not be moved after this. */
void skl_arena_init(struct skl_arena *arena, size_t max_bytes, uint32_t max_calls);
/*
 * Begin in memory of the caller, aligned for any type, that outlives the arena; what outgrows it
 * goes to the heap. Call it at once after init.
 */
void skl_arena_room(struct skl_arena *arena, void *room, size_t room_bytes);
void skl_arena_done(struct skl_arena *arena);
/*
 * Forget everything. One block is kept, and zeroed, for what comes next; or blocks of up to this
 * many bytes, so that work that repeats itself asks the heap for nothing.
 */
void skl_arena_reset(struct skl_arena *arena);
void skl_arena_keep(struct skl_arena *arena, size_t bytes);

/* Zeroed bytes, aligned for any type; NULL over budget. Zero bytes give a valid pointer. */
SKL_MUST_CHECK void *skl_arena_alloc(struct skl_arena *arena, size_t size);
/* count * size, checked for overflow. */
SKL_MUST_CHECK void *skl_arena_array(struct skl_arena *arena, size_t count, size_t size);
/* A copy with a zero byte behind it. */
SKL_MUST_CHECK void *skl_arena_copy(struct skl_arena *arena, const void *data, size_t len);

/* True once an allocation was refused; stays until reset. */
bool skl_arena_is_spent(const struct skl_arena *arena);

/* For protobuf-c's unpack; its free does nothing. */
ProtobufCAllocator *skl_arena_protobuf(struct skl_arena *arena);

#endif
