/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Any bytes as a leaf of the trail, as a stored detail part, and as the frames between hub and
 * notary. What parses is written again and must parse to the same.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_leaf.h"
#include "skl_notary_frame.h"
#include "skl_trail.h"

static void leaf(struct skl_view bytes)
{
	static struct skl_leaf first, second;
	struct skl_buf again = {.max = SKL_LEAF_MAX};

	if (skl_leaf_decode(bytes, &first) != SKL_OK)
		return;
	if (skl_leaf_encode(&first, &again) == SKL_OK &&
	    (skl_leaf_decode(skl_buf_view(&again), &second) != SKL_OK ||
	     strcmp(first.sender, second.sender) != 0 || first.decided_ms != second.decided_ms ||
	     first.kind != second.kind || first.has_detail != second.has_detail))
		abort();
	skl_buf_done(&again);
}

static void part(struct skl_view bytes)
{
	struct skl_buf plain = {.max = SKL_TRAIL_PART_MAX};
	struct skl_trail_part found;

	/* without a vault nothing opens; shape and checksum are looked at */
	if (skl_trail_part_open(NULL, 1, 0, bytes, &plain, &found) == SKL_OK && plain.len != 0)
		abort();
	skl_buf_done(&plain);
}

static void frames(const uint8_t *data, size_t size)
{
	static struct skl_notary_request request;
	static struct skl_notary_answer answer;
	static uint8_t bytes[SKL_NOTARY_REQUEST_BYTES], again[SKL_NOTARY_REQUEST_BYTES];

	memset(bytes, 0, sizeof bytes);
	memcpy(bytes, data, size < sizeof bytes ? size : sizeof bytes);
	if (skl_notary_request_get(bytes, &request) == SKL_OK) {
		skl_notary_request_put(&request, again);
		if (skl_notary_request_get(again, &request) != SKL_OK)
			abort();
	}
	if (skl_notary_answer_get(bytes, &answer) == SKL_OK) {
		skl_notary_answer_put(&answer, again);
		if (skl_notary_answer_get(again, &answer) != SKL_OK)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	leaf(skl_view_of(data, size));
	part(skl_view_of(data, size));
	frames(data, size);
	return 0;
}
