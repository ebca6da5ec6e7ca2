/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_seat.h"

#include <string.h>

#include "skl_map.h"
#include "skl_mem.h"
#include "skl_text.h"

struct skl_seats {
	struct skl_map *by_routing; /* struct skl_seat, owned */
	struct skl_map *by_partner; /* struct skl_peer, owned */
};

struct skl_seats *skl_seats_new(void)
{
	struct skl_seats *table = skl_calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->by_routing = skl_map_new(SKL_PEERS_MAX);
	table->by_partner = skl_map_new(SKL_PEERS_MAX);
	if (!table->by_routing || !table->by_partner) {
		skl_seats_free(table);
		return NULL;
	}
	return table;
}

static void free_values(struct skl_map *map)
{
	size_t cursor = 0;
	void *value;

	if (!map)
		return;
	while ((value = skl_map_next(map, &cursor)))
		skl_free(value);
	skl_map_free(map);
}

void skl_seats_free(struct skl_seats *table)
{
	if (!table)
		return;
	free_values(table->by_routing);
	free_values(table->by_partner);
	skl_free(table);
}

struct skl_peer *skl_seats_find_peer(const struct skl_seats *table, const char *partner)
{
	return skl_map_get(table->by_partner, skl_view_str(partner));
}

enum skl_err skl_seats_peer(struct skl_seats *table, const char *partner,
			    struct skl_peer **ret_peer)
{
	struct skl_peer *peer = skl_seats_find_peer(table, partner);
	enum skl_err err;

	if (!peer) {
		if (!skl_text_is_id(skl_view_str(partner)))
			return SKL_EINVAL;
		peer = skl_calloc(1, sizeof(*peer));
		if (!peer)
			return SKL_ENOMEM;
		memcpy(peer->id, partner, strlen(partner) + 1);
		peer->has_mail = true;
		err = skl_map_put(table->by_partner, skl_view_str(peer->id), peer);
		if (err != SKL_OK) {
			skl_free(peer);
			return err;
		}
	}
	*ret_peer = peer;
	return SKL_OK;
}

struct skl_seat *skl_seats_find(const struct skl_seats *table, const uint8_t *routing, size_t len)
{
	if (len != SKL_ROUTING_ID_BYTES)
		return NULL;
	return skl_map_get(table->by_routing, skl_view_of(routing, len));
}

enum skl_err skl_seat_open(struct skl_seats *table, struct skl_peer *peer, const uint8_t *routing,
			   size_t len, uint64_t generation, struct skl_seat **ret_seat,
			   bool *ret_replaced)
{
	struct skl_seat *old = skl_seats_find(table, routing, len);
	struct skl_seat *seat;
	enum skl_err err;

	if (len != SKL_ROUTING_ID_BYTES)
		return SKL_EROUTINGID;
	if ((peer->has_greeted && generation <= peer->generation) || (old && old->peer != peer))
		return SKL_ESTATE;
	seat = skl_calloc(1, sizeof(*seat));
	if (!seat)
		return SKL_ENOMEM;
	*ret_replaced = peer->seat != NULL;
	if (peer->seat)
		skl_seat_lose(peer->seat);
	skl_seat_end(table, peer->seat);
	memcpy(seat->routing, routing, SKL_ROUTING_ID_BYTES);
	seat->peer = peer;
	seat->state = SKL_SEAT_LIVE;
	err = skl_map_put(table->by_routing, skl_view_of(seat->routing, SKL_ROUTING_ID_BYTES),
			  seat);
	if (err != SKL_OK) {
		skl_free(seat);
		return err;
	}
	peer->seat = seat;
	peer->generation = generation;
	peer->has_greeted = true;
	peer->has_mail = true;
	*ret_seat = seat;
	return SKL_OK;
}

void skl_seat_lose(struct skl_seat *seat)
{
	struct skl_peer *peer = seat->peer;

	for (uint32_t i = 0; i < seat->open_count && peer->lost_count < SKL_OPEN_OFFERS_MAX; i++)
		peer->lost[peer->lost_count++] = seat->open[i].offer;
	memcpy(peer->lost_routing, seat->routing, sizeof(peer->lost_routing));
}

void skl_seat_said_bye(struct skl_peer *peer, const uint8_t routing[SKL_ROUTING_ID_BYTES])
{
	if (memcmp(peer->lost_routing, routing, sizeof(peer->lost_routing)) == 0)
		peer->lost_count = 0;
}

void skl_seat_end(struct skl_seats *table, struct skl_seat *seat)
{
	if (!seat)
		return;
	(void)skl_map_remove(table->by_routing, skl_view_of(seat->routing, SKL_ROUTING_ID_BYTES));
	if (seat->peer->seat == seat)
		seat->peer->seat = NULL;
	skl_free(seat);
}

bool skl_seat_credit_allows(uint32_t credit_messages, uint64_t credit_bytes, uint32_t open_count,
			    uint64_t open_bytes, uint64_t bytes)
{
	if (open_count >= SKL_OPEN_OFFERS_MAX || open_count >= credit_messages)
		return false;
	return open_count == 0 ||
	       (open_bytes <= credit_bytes && bytes <= credit_bytes - open_bytes);
}

bool skl_seat_has_credit(const struct skl_seat *seat, uint64_t bytes)
{
	return skl_seat_credit_allows(seat->credit_messages, seat->credit_bytes, seat->open_count,
				      seat->open_bytes, bytes);
}

void skl_seat_offered(struct skl_seat *seat, uint64_t offer, uint64_t bytes, bool is_alone)
{
	if (seat->open_count >= SKL_OPEN_OFFERS_MAX)
		return; /* the caller looked; the list has an end all the same */
	seat->open[seat->open_count++] = (struct skl_open_offer){offer, bytes};
	seat->open_bytes += bytes;
	if (is_alone)
		seat->alone = offer;
}

static int find_open(const struct skl_seat *seat, uint64_t offer)
{
	for (uint32_t i = 0; i < seat->open_count; i++)
		if (seat->open[i].offer == offer)
			return (int)i;
	return -1;
}

bool skl_seat_is_open(const struct skl_seat *seat, uint64_t offer)
{
	return find_open(seat, offer) >= 0;
}

bool skl_seat_open_bytes(const struct skl_seat *seat, uint64_t offer, uint64_t *ret_bytes)
{
	int i = find_open(seat, offer);

	if (i >= 0)
		*ret_bytes = seat->open[i].bytes;
	return i >= 0;
}

bool skl_seat_receipted(struct skl_seat *seat, uint64_t offer)
{
	int i = find_open(seat, offer);

	if (i < 0)
		return false;
	seat->open_bytes -= seat->open[i].bytes;
	if (seat->alone == offer)
		seat->alone = 0;
	seat->open[i] = seat->open[--seat->open_count];
	return true;
}

size_t skl_seats_count(const struct skl_seats *table)
{
	return skl_map_count(table->by_routing);
}

struct skl_seat *skl_seats_next(const struct skl_seats *table, size_t *cursor)
{
	return skl_map_next(table->by_routing, cursor);
}

struct skl_peer *skl_seats_next_peer(const struct skl_seats *table, size_t *cursor)
{
	return skl_map_next(table->by_partner, cursor);
}

bool skl_peer_fault(struct skl_peer *peer, enum skl_err reason, int64_t now_ms)
{
	int64_t minute = now_ms / 60000;
	struct skl_fault *free_row = NULL;

	for (size_t i = 0; i < SKL_FAULTS_MAX; i++) {
		struct skl_fault *row = &peer->faults[i];

		if (row->count && row->reason == reason && row->minute == minute) {
			row->count++;
			return false;
		}
		if (!row->count && !free_row)
			free_row = row;
	}
	/* More reasons in a minute than rows: they are counted under the last one. */
	if (!free_row) {
		peer->faults[SKL_FAULTS_MAX - 1].count++;
		return false;
	}
	*free_row = (struct skl_fault){.reason = reason, .count = 1, .minute = minute};
	return true;
}

/* One message is 60,000 units, so that a millisecond brings per_minute of them, without a rest. */
#define MESSAGE_UNITS 60000u

bool skl_bucket_take(struct skl_bucket *bucket, uint32_t per_minute, int64_t mono_ms)
{
	uint64_t size = (uint64_t)per_minute * MESSAGE_UNITS;
	int64_t passed_ms = mono_ms - bucket->at_mono_ms;
	uint64_t regained = passed_ms >= 60000 ? size : (uint64_t)passed_ms * per_minute;

	bucket->at_mono_ms = mono_ms;
	bucket->used -= regained < bucket->used ? regained : bucket->used;
	if (bucket->used + MESSAGE_UNITS > size)
		return false;
	bucket->used += MESSAGE_UNITS;
	return true;
}
