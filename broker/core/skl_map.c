/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_map.h"

#include <sodium.h>
#include <string.h>

#include "skl_mem.h"

#define FIRST_SLOTS 64

struct slot {
	struct skl_view key; /* borrowed; data NULL: free */
	void *value;
	uint64_t hash;
};

struct skl_map {
	struct slot *slots; /* owned; a power of two, at most three quarters used */
	size_t slot_count;
	size_t count;
	size_t max;
	uint8_t secret[crypto_shorthash_KEYBYTES];
};

struct skl_map *skl_map_new(size_t max_count)
{
	struct skl_map *map = skl_calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->slots = skl_calloc(FIRST_SLOTS, sizeof(*map->slots));
	if (!map->slots) {
		skl_free(map);
		return NULL;
	}
	map->slot_count = FIRST_SLOTS;
	map->max = max_count;
	crypto_shorthash_keygen(map->secret);
	return map;
}

void skl_map_free(struct skl_map *map)
{
	if (!map)
		return;
	skl_free(map->slots);
	skl_free(map);
}

static uint64_t hash_of(const struct skl_map *map, struct skl_view key)
{
	uint8_t out[crypto_shorthash_BYTES];

	crypto_shorthash(out, key.data, key.len, map->secret);
	return skl_get_u64be(out);
}

/* The slot of the key, or the free slot where it belongs. */
static size_t find(const struct skl_map *map, struct skl_view key, uint64_t hash)
{
	size_t i = (size_t)hash & (map->slot_count - 1);

	while (map->slots[i].key.data &&
	       (map->slots[i].hash != hash || !skl_view_equal(map->slots[i].key, key)))
		i = (i + 1) & (map->slot_count - 1);
	return i;
}

void *skl_map_get(const struct skl_map *map, struct skl_view key)
{
	return map->slots[find(map, key, hash_of(map, key))].value;
}

static enum skl_err grow(struct skl_map *map)
{
	struct slot *old = map->slots;
	size_t old_count = map->slot_count;
	struct slot *slots;

	if ((map->count + 1) * 4 <= old_count * 3)
		return SKL_OK;
	slots = skl_calloc(old_count * 2, sizeof(*slots)); /* bounded by max */
	if (!slots)
		return SKL_ENOMEM;
	map->slots = slots;
	map->slot_count = old_count * 2;
	for (size_t i = 0; i < old_count; i++)
		if (old[i].key.data)
			map->slots[find(map, old[i].key, old[i].hash)] = old[i];
	skl_free(old);
	return SKL_OK;
}

enum skl_err skl_map_put(struct skl_map *map, struct skl_view key, void *value)
{
	uint64_t hash = hash_of(map, key);
	enum skl_err err;

	if (skl_map_get(map, key))
		return SKL_EEXISTS;
	if (map->count >= map->max)
		return SKL_ELIMIT;
	err = grow(map);
	if (err != SKL_OK)
		return err;
	map->slots[find(map, key, hash)] = (struct slot){key, value, hash};
	map->count++;
	return SKL_OK;
}

void *skl_map_remove(struct skl_map *map, struct skl_view key)
{
	size_t mask = map->slot_count - 1;
	size_t hole = find(map, key, hash_of(map, key));
	void *value = map->slots[hole].value;

	if (!map->slots[hole].key.data)
		return NULL;
	map->count--;
	/* Close the hole: move back whoever was pushed past it. */
	for (size_t i = (hole + 1) & mask; map->slots[i].key.data; i = (i + 1) & mask) {
		size_t home = (size_t)map->slots[i].hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole] = (struct slot){0};
	return value;
}

size_t skl_map_count(const struct skl_map *map)
{
	return map->count;
}

void *skl_map_next(const struct skl_map *map, size_t *cursor)
{
	while (*cursor < map->slot_count) {
		const struct slot *slot = &map->slots[(*cursor)++];

		if (slot->key.data)
			return slot->value;
	}
	return NULL;
}
