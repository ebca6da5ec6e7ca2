/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "skl_mem.h"

struct skl_view skl_view_str(const char *text)
{
	return skl_view_of(text, text ? strlen(text) : 0);
}

struct skl_view skl_view_of(const void *data, size_t len)
{
	return (struct skl_view){.data = data, .len = len};
}

bool skl_view_equal(struct skl_view a, struct skl_view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool skl_view_is(struct skl_view view, const char *text)
{
	return skl_view_equal(view, skl_view_str(text));
}

/* Length of the UTF-8 sequence that starts at data, 0 if it is not one (RFC 3629, section 4). */
static size_t utf8_sequence(const uint8_t *data, size_t left)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t more;

	if (data[0] < 0x80)
		return data[0] != 0;
	if (data[0] >= 0xc2 && data[0] <= 0xdf) {
		more = 1;
	} else if ((data[0] & 0xf0) == 0xe0) {
		more = 2;
		low = data[0] == 0xe0 ? 0xa0 : 0x80;
		high = data[0] == 0xed ? 0x9f : 0xbf;
	} else if (data[0] >= 0xf0 && data[0] <= 0xf4) {
		more = 3;
		low = data[0] == 0xf0 ? 0x90 : 0x80;
		high = data[0] == 0xf4 ? 0x8f : 0xbf;
	} else {
		return 0;
	}
	if (left <= more || data[1] < low || data[1] > high)
		return 0;
	for (size_t i = 2; i <= more; i++)
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	return more + 1;
}

bool skl_utf8_valid(struct skl_view text)
{
	for (size_t at = 0; at < text.len;) {
		size_t length = utf8_sequence(text.data + at, text.len - at);

		if (length == 0)
			return false;
		at += length;
	}
	return true;
}

void skl_buf_init(struct skl_buf *buf, size_t max_bytes)
{
	*buf = (struct skl_buf){.max = max_bytes};
}

void skl_buf_init_room(struct skl_buf *buf, size_t max_bytes, void *room, size_t room_bytes)
{
	*buf = (struct skl_buf){.max = max_bytes};
	if (room_bytes == 0)
		return;
	buf->data = room;
	buf->room = room;
	buf->cap = room_bytes;
	buf->data[0] = 0;
}

void skl_buf_done(struct skl_buf *buf)
{
	if (buf->data != buf->room)
		skl_free(buf->data);
	*buf = (struct skl_buf){.max = buf->max};
}

void skl_buf_clear(struct skl_buf *buf)
{
	buf->len = 0;
	buf->err = SKL_OK;
	if (buf->data)
		buf->data[0] = 0;
}

/* Make room for len more bytes and the zero behind them. */
static bool reserve(struct skl_buf *buf, size_t len)
{
	size_t need, cap;
	uint8_t *grown;

	if (buf->err)
		return false;
	if (!skl_add_size(buf->len, len, &need) || need > buf->max || need == SIZE_MAX) {
		buf->err = SKL_ETOOLARGE;
		return false;
	}
	if (need < buf->cap)
		return true;
	cap = buf->cap ? buf->cap : 64;
	while (cap <= need)
		cap = cap > SIZE_MAX / 2 ? need + 1 : cap * 2;
	grown = skl_realloc_array(buf->data == buf->room ? NULL : buf->data, cap, 1);
	if (!grown) {
		buf->err = SKL_ENOMEM;
		return false;
	}
	if (buf->data == buf->room && buf->len)
		memcpy(grown, buf->room, buf->len);
	buf->data = grown;
	buf->cap = cap;
	return true;
}

uint8_t *skl_buf_extend(struct skl_buf *buf, size_t len)
{
	uint8_t *start;

	if (!reserve(buf, len))
		return NULL;
	start = buf->data + buf->len;
	buf->len += len;
	buf->data[buf->len] = 0;
	return start;
}

void skl_buf_add(struct skl_buf *buf, const void *data, size_t len)
{
	uint8_t *start = skl_buf_extend(buf, len);

	if (start && len)
		memcpy(start, data, len);
}

void skl_buf_add_view(struct skl_buf *buf, struct skl_view view)
{
	skl_buf_add(buf, view.data, view.len);
}

void skl_buf_add_str(struct skl_buf *buf, const char *text)
{
	skl_buf_add(buf, text, strlen(text));
}

void skl_buf_addf(struct skl_buf *buf, const char *format, ...)
{
	va_list args, again;
	uint8_t *start;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0 && !buf->err)
		buf->err = SKL_EINVAL;
	start = length < 0 ? NULL : skl_buf_extend(buf, (size_t)length);
	if (start)
		(void)vsnprintf((char *)start, (size_t)length + 1, format, again); /* fits */
	va_end(again);
}

void skl_buf_add_u8(struct skl_buf *buf, uint8_t value)
{
	skl_buf_add(buf, &value, 1);
}

void skl_buf_add_u32be(struct skl_buf *buf, uint32_t value)
{
	uint8_t bytes[4];

	skl_put_u32be(bytes, value);
	skl_buf_add(buf, bytes, sizeof(bytes));
}

void skl_buf_add_u64be(struct skl_buf *buf, uint64_t value)
{
	uint8_t bytes[8];

	skl_put_u64be(bytes, value);
	skl_buf_add(buf, bytes, sizeof(bytes));
}

struct skl_view skl_buf_view(const struct skl_buf *buf)
{
	return skl_view_of(buf->data, buf->len);
}

const char *skl_buf_str(const struct skl_buf *buf)
{
	return buf->data ? (const char *)buf->data : "";
}

enum skl_err skl_buf_err(const struct skl_buf *buf)
{
	return buf->err;
}

uint8_t *skl_buf_take(struct skl_buf *buf, size_t *ret_len)
{
	uint8_t *data;

	if (!skl_buf_extend(buf, 0))
		return NULL;
	data = buf->data == buf->room ? skl_memdup(buf->data, buf->len) : buf->data;
	if (!data) {
		buf->err = SKL_ENOMEM;
		return NULL;
	}
	*ret_len = buf->len;
	*buf = (struct skl_buf){.max = buf->max};
	return data;
}

uint32_t skl_get_u32be(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

uint64_t skl_get_u64be(const uint8_t *data)
{
	return (uint64_t)skl_get_u32be(data) << 32 | skl_get_u32be(data + 4);
}

void skl_put_u32be(uint8_t *data, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		data[i] = (uint8_t)(value >> (24 - 8 * i));
}

void skl_put_u64be(uint8_t *data, uint64_t value)
{
	skl_put_u32be(data, (uint32_t)(value >> 32));
	skl_put_u32be(data + 4, (uint32_t)value);
}
