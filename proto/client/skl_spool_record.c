/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_spool_impl.h"

/* Fields of records, written by this program and read back after decryption: checked anyway. */

void skl_spool_write_i64(struct skl_buf *buf, int64_t value)
{
	skl_buf_add_u64be(buf, (uint64_t)value);
}

void skl_spool_write_text(struct skl_buf *buf, const char *text)
{
	size_t len = strlen(text);
	skl_buf_add_u8(buf, (uint8_t)(len >> 8));
	skl_buf_add_u8(buf, (uint8_t)len);
	skl_buf_add(buf, text, len & 0xffff);
}

struct skl_spool_reader skl_spool_read(struct skl_view record, uint8_t version)
{
	struct skl_spool_reader reader = {.rest = record};
	if (skl_spool_read_u8(&reader) != version)
		reader.err = SKL_EFORMAT;
	return reader;
}

/* The next len bytes, NULL and an error if they are not there. */
static const uint8_t *take(struct skl_spool_reader *reader, size_t len)
{
	if (reader->err)
		return NULL;
	if (reader->rest.len < len) {
		reader->err = SKL_ECORRUPT;
		return NULL;
	}
	const uint8_t *at = reader->rest.data;
	reader->rest.data += len;
	reader->rest.len -= len;
	return at;
}

uint64_t skl_spool_read_u64(struct skl_spool_reader *reader)
{
	const uint8_t *at = take(reader, 8);
	return at ? skl_get_u64be(at) : 0;
}

int64_t skl_spool_read_i64(struct skl_spool_reader *reader)
{
	return (int64_t)skl_spool_read_u64(reader);
}

uint32_t skl_spool_read_u32(struct skl_spool_reader *reader)
{
	const uint8_t *at = take(reader, 4);
	return at ? skl_get_u32be(at) : 0;
}

uint8_t skl_spool_read_u8(struct skl_spool_reader *reader)
{
	const uint8_t *at = take(reader, 1);
	return at ? *at : 0;
}

uint8_t skl_spool_read_code(struct skl_spool_reader *reader, uint8_t min, uint8_t max)
{
	uint8_t value = skl_spool_read_u8(reader);
	if (value >= min && value <= max)
		return value;
	if (!reader->err)
		reader->err = SKL_ECORRUPT;
	return min;
}

void skl_spool_read_bytes(struct skl_spool_reader *reader, uint8_t *ret_bytes, size_t len)
{
	const uint8_t *at = take(reader, len);
	if (at)
		memcpy(ret_bytes, at, len);
	else
		memset(ret_bytes, 0, len);
}

void skl_spool_read_text(struct skl_spool_reader *reader, char *ret_text, size_t size)
{
	ret_text[0] = 0;
	const uint8_t *at = take(reader, 2);
	if (!at)
		return;
	size_t len = (size_t)at[0] << 8 | at[1];
	at = take(reader, len);
	if (!at)
		return;
	if (len >= size || memchr(at, 0, len)) {
		reader->err = SKL_ECORRUPT;
		return;
	}
	memcpy(ret_text, at, len);
	ret_text[len] = 0;
}

enum skl_err skl_spool_read_end(const struct skl_spool_reader *reader)
{
	if (reader->err)
		return reader->err;
	return reader->rest.len ? SKL_ECORRUPT : SKL_OK;
}
