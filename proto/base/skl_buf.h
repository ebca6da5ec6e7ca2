/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_BUF_H
#define SKL_BUF_H

/*
 * skl_buf - borrowed views and capped, growing byte buffers with a sticky error.
 *
 * Owner:    the struct's holder, one thread.
 * Lifetime: skl_buf_init .. skl_buf_done; a view is valid as long as what it looks at.
 * Errors:   the first failure (ENOMEM, ETOOLARGE) sticks; later calls do nothing;
 *           skl_buf_err() tells. Data is always followed by a zero byte that does not count.
 * Limits:   the maximum given at init.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"

/* Bytes of somebody else. {NULL, 0} is the empty view. */
struct skl_view {
	const uint8_t *data;
	size_t len;
};

struct skl_view skl_view_str(const char *text);
struct skl_view skl_view_of(const void *data, size_t len);
bool skl_view_equal(struct skl_view a, struct skl_view b);
bool skl_view_is(struct skl_view view, const char *text);

/* Is the text valid UTF-8 without NUL, surrogates or overlong forms (RFC 3629)? */
bool skl_utf8_valid(struct skl_view text);

struct skl_buf {
	uint8_t *data; /* owned, unless it is room */
	uint8_t *room; /* borrowed; NULL: none */
	size_t len;
	size_t cap;
	size_t max;
	enum skl_err err;
};

void skl_buf_init(struct skl_buf *buf, size_t max_bytes);
/*
 * The same, beginning in memory of the caller (on its stack, most often) that outlives the buffer;
 * what outgrows it goes to the heap.
 */
void skl_buf_init_room(struct skl_buf *buf, size_t max_bytes, void *room, size_t room_bytes);
void skl_buf_done(struct skl_buf *buf);
/* Forget content and error, keep memory and maximum. */
void skl_buf_clear(struct skl_buf *buf);

void skl_buf_add(struct skl_buf *buf, const void *data, size_t len);
void skl_buf_add_view(struct skl_buf *buf, struct skl_view view);
void skl_buf_add_str(struct skl_buf *buf, const char *text);
void skl_buf_addf(struct skl_buf *buf, const char *format, ...) SKL_PRINTF(2, 3);
void skl_buf_add_u8(struct skl_buf *buf, uint8_t value);
void skl_buf_add_u32be(struct skl_buf *buf, uint32_t value);
void skl_buf_add_u64be(struct skl_buf *buf, uint64_t value);
/* Append len uninitialised bytes and return where they start; NULL once an error sticks. */
uint8_t *skl_buf_extend(struct skl_buf *buf, size_t len);

struct skl_view skl_buf_view(const struct skl_buf *buf);
/* The content as text; "" when empty. Borrowed until the next change. */
const char *skl_buf_str(const struct skl_buf *buf);
SKL_MUST_CHECK enum skl_err skl_buf_err(const struct skl_buf *buf);
/* The bytes, now the caller's (skl_free); NULL when an error sticks. The buffer is empty after. */
SKL_MUST_CHECK uint8_t *skl_buf_take(struct skl_buf *buf, size_t *ret_len);

/* Big-endian reads and writes of fixed fields. */
uint32_t skl_get_u32be(const uint8_t *data);
uint64_t skl_get_u64be(const uint8_t *data);
void skl_put_u32be(uint8_t *data, uint32_t value);
void skl_put_u64be(uint8_t *data, uint64_t value);

#endif
