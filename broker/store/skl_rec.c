/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_db.h"

/* Where len more bytes of the record start; NULL, and the record is bad, if they are not there. */
static const uint8_t *take(struct skl_rec *rec, size_t len)
{
	const uint8_t *at;

	if (rec->err != SKL_OK)
		return NULL;
	if (len > rec->in.len - rec->at) {
		rec->err = SKL_ECORRUPT;
		return NULL;
	}
	at = rec->in.data + rec->at;
	rec->at += len;
	return at;
}

void skl_rec_open(struct skl_rec *rec, struct skl_view value, uint8_t format)
{
	*rec = (struct skl_rec){.in = value};
	if (value.len == 0)
		rec->err = SKL_ECORRUPT;
	else if (skl_rec_u8(rec) != format)
		rec->err = SKL_EFORMAT;
}

uint8_t skl_rec_u8(struct skl_rec *rec)
{
	const uint8_t *at = take(rec, 1);

	return at ? *at : 0;
}

uint32_t skl_rec_u32(struct skl_rec *rec)
{
	const uint8_t *at = take(rec, 4);

	return at ? skl_get_u32be(at) : 0;
}

uint64_t skl_rec_u64(struct skl_rec *rec)
{
	const uint8_t *at = take(rec, 8);

	return at ? skl_get_u64be(at) : 0;
}

int64_t skl_rec_i64(struct skl_rec *rec)
{
	return (int64_t)skl_rec_u64(rec);
}

void skl_rec_bytes(struct skl_rec *rec, uint8_t *ret_bytes, size_t len)
{
	const uint8_t *at = take(rec, len);

	if (at)
		memcpy(ret_bytes, at, len);
	else
		memset(ret_bytes, 0, len);
}

void skl_rec_text(struct skl_rec *rec, char *field, size_t field_bytes)
{
	size_t len = skl_rec_u8(rec);
	const uint8_t *at;

	memset(field, 0, field_bytes); /* all of it: structs are compared and copied whole */
	if (len >= field_bytes) {
		rec->err = SKL_ECORRUPT;
		return;
	}
	at = take(rec, len);
	if (!at)
		return;
	if (memchr(at, 0, len)) /* it would be written shorter than it was read */
		rec->err = SKL_ECORRUPT;
	memcpy(field, at, len);
}

struct skl_view skl_rec_view(struct skl_rec *rec)
{
	size_t len = skl_rec_u32(rec);
	const uint8_t *at = take(rec, len);

	return at ? skl_view_of(at, len) : skl_view_of(NULL, 0);
}

unsigned skl_rec_code(struct skl_rec *rec, unsigned max)
{
	uint32_t value = skl_rec_u32(rec);

	if (value <= max)
		return value;
	rec->err = SKL_ECORRUPT;
	return 0;
}

enum skl_err skl_rec_end(const struct skl_rec *rec)
{
	if (rec->err != SKL_OK)
		return rec->err;
	return rec->at == rec->in.len ? SKL_OK : SKL_ECORRUPT;
}

void skl_rec_put_i64(struct skl_buf *buf, int64_t value)
{
	skl_buf_add_u64be(buf, (uint64_t)value);
}

void skl_rec_put_text(struct skl_buf *buf, const char *text)
{
	size_t len = strlen(text);

	if (len > UINT8_MAX) {
		/* every field of ours is shorter; a longer one must not be written cut */
		buf->err = SKL_ETOOLARGE;
		return;
	}
	skl_buf_add_u8(buf, (uint8_t)len);
	skl_buf_add(buf, text, len);
}

void skl_rec_put_view(struct skl_buf *buf, struct skl_view view)
{
	if (view.len > UINT32_MAX) {
		buf->err = SKL_ETOOLARGE;
		return;
	}
	skl_buf_add_u32be(buf, (uint32_t)view.len);
	skl_buf_add_view(buf, view);
}
