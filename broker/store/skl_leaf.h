/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LEAF_H
#define SKL_LEAF_H

/*
 * skl_leaf - one leaf of the trail: the stub in clear, to bytes and back.
 *
 * Owner:    the holder; plain values, no allocation stays behind.
 * Errors:   decoding treats the bytes as hostile: EMALFORMED, EFIELD, EFORMAT.
 * Limits:   a leaf is at most SKL_LEAF_MAX bytes, so that it stays in one page.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_store.h"

#define SKL_LEAF_FORMAT     1
#define SKL_LEAF_ORIGIN_MAX 128
#define SKL_LEAF_MAX        1024

struct skl_leaf {
	char origin[SKL_LEAF_ORIGIN_MAX + 1]; /* filled by skl_trail_append */
	enum skl_entry kind;
	enum skl_operation operation;
	char sender[SKL_STORE_NAME_MAX + 1];
	char recipient[SKL_STORE_PLACE_MAX + 1]; /* partner, or partner/desk */
	int64_t received_ms;
	int64_t decided_ms;
	enum skl_outcome outcome;
	bool has_policy;
	uint8_t policy_digest[32];
	uint64_t directory_number;
	enum skl_retention retention;
	bool has_detail; /* with detail_commitment filled by skl_trail_append */
	uint8_t detail_commitment[32];
	bool names; /* names_index is set: the older entry this one is about */
	uint64_t names_index;
	uint32_t count;
	enum skl_reason reason;
	uint32_t error_code;
};

/* Copy text into a fixed field; EFIELD if it does not fit (the field is then empty). */
SKL_MUST_CHECK enum skl_err skl_leaf_text(char *field, size_t field_bytes, const char *text);
#define SKL_LEAF_SET(field, text) skl_leaf_text((field), sizeof(field), (text))

/* Serialize (trail.proto, Entry) into out, which must be empty. */
SKL_MUST_CHECK enum skl_err skl_leaf_encode(const struct skl_leaf *leaf, struct skl_buf *out);

/* Parse a leaf; EFORMAT for a format other than 1. */
SKL_MUST_CHECK enum skl_err skl_leaf_decode(struct skl_view bytes, struct skl_leaf *ret_leaf);

#endif
