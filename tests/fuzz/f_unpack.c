/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Any bytes as the body of any command: judged without a crash, and what is accepted serialises
 * to something that is accepted again. The first byte says which command and direction.
 */

#include "fuzz.h"

#include <stdlib.h>

#include "skl_frame.h"
#include "skl_unpack.h"

static void again(const ProtobufCMessageDescriptor *type, const ProtobufCMessage *message)
{
	struct skl_buf buf;

	/* Unpacked numbers may be written packed, longer varints shorter: never longer. */
	skl_buf_init(&buf, skl_unpack_max(type));
	if (skl_pack(message, &buf) != SKL_OK ||
	    skl_unpack_check(type, skl_buf_view(&buf)) != SKL_OK)
		abort();
	skl_buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const ProtobufCMessageDescriptor *type;
	ProtobufCMessage *message = NULL;
	struct skl_arena arena;
	struct skl_view bytes;

	if (size == 0)
		return 0;
	type = skl_command_body((enum skl_command)(data[0] & 0x1f), data[0] & 0x80);
	if (!type)
		return 0;
	bytes = skl_view_of(data + 1, size - 1);
	skl_arena_init(&arena, 0, 0);
	if (skl_unpack(type, bytes, &arena, &message) == SKL_OK) {
		again(type, message);
	} else if (skl_unpack_check(type, bytes) == SKL_OK && !skl_arena_is_spent(&arena)) {
		abort(); /* the pre-check must know all that protobuf-c refuses */
	}
	skl_arena_done(&arena);
	return 0;
}
