/* SPDX-License-Identifier: EUPL-1.2 */
/* The tree of the fake hub, computed from its leaves each time. */
#include "fake_hub.h"
#include "skl_merkle.h"

void hub_subtree(const struct fake_hub *hub, uint64_t from, uint64_t to, uint8_t ret[32])
{
	if (to - from == 1) {
		skl_merkle_leaf(skl_view_of(hub->leaves[from].data, hub->leaves[from].len), ret);
		return;
	}
	uint64_t half = 1;
	while (half * 2 < to - from)
		half *= 2;
	uint8_t left[32];
	uint8_t right[32];
	hub_subtree(hub, from, from + half, left);
	hub_subtree(hub, from + half, to, right);
	skl_merkle_node(left, right, ret);
}

enum skl_err hub_read_subtree(void *arg, unsigned level, uint64_t number, uint8_t ret_hash[32])
{
	const struct fake_hub *hub = arg;
	hub_subtree(hub, number << level, (number + 1) << level, ret_hash);
	return SKL_OK;
}
