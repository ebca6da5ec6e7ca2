/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_UNPACK_H
#define SKL_UNPACK_H

/*
 * skl_unpack - the only way from a peer's bytes to a protobuf message and back.
 *
 * Owner:    any thread; state is in the arena.
 * Lifetime: the message lives in the arena; nothing points into the input.
 * Errors:   of class 2, see skl_unpack(); ENOMEM when the arena's budget is used up.
 * Limits:   skl_limits.h. Bytes, repeats and fields are counted before anything is allocated, so
 *           time is linear in the input; memory is bounded by the arena's budget.
 *
 * protobuf-c itself has no limit on depth (stack overflow at 8,000 levels), merges a repeated
 * singular message in quadratic time and accepts unknown fields; see proto/wire/README.md.
 */

#include <protobuf-c/protobuf-c.h>

#include "skl_arena.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"

/*
 * Check the bytes against the descriptor without allocating anything: depth, each singular field
 * at most once, at most one member of a oneof, repeats, known fields only, wire types, lengths,
 * UTF-8 without NUL, sizes of strings, bytes and the whole.
 *
 * ETOOLARGE, EDEPTH, EREPEAT, EUTF8, EFIELD (unknown field), EMALFORMED (anything else).
 */
SKL_MUST_CHECK enum skl_err skl_unpack_check(const ProtobufCMessageDescriptor *type,
					     struct skl_view bytes);

/*
 * Check, then unpack into the arena. ret_message is the address of a pointer to the generated
 * struct (Schakel__V1__Envelope **); it is set only on SKL_OK. Errors of skl_unpack_check; ENOMEM.
 */
SKL_MUST_CHECK enum skl_err skl_unpack(const ProtobufCMessageDescriptor *type,
				       struct skl_view bytes, struct skl_arena *arena,
				       void *ret_message);

/* The most bytes a message of this type may have. */
size_t skl_unpack_max(const ProtobufCMessageDescriptor *type);

/*
 * Append the serialized message (&msg->base). Fields come in the order of their numbers, defaults
 * are left out, so equal structs give equal bytes. ENOMEM, ETOOLARGE of the buffer.
 */
SKL_MUST_CHECK enum skl_err skl_pack(const ProtobufCMessage *message, struct skl_buf *buf);

#endif
