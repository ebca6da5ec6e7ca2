/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_notary_frame.h"

#include <stdbool.h>
#include <string.h>

#include "skl_buf.h"

#define VERSION 1

static const uint8_t magic[4] = {'S', 'K', 'L', 'N'};

static void put_head(uint8_t *bytes, enum skl_notary_what what, uint16_t count)
{
	memcpy(bytes, magic, sizeof(magic));
	bytes[4] = VERSION;
	bytes[5] = (uint8_t)what;
	bytes[6] = (uint8_t)(count >> 8);
	bytes[7] = (uint8_t)count;
}

static bool get_head(const uint8_t *bytes, unsigned max, enum skl_notary_what *ret_what,
		     uint16_t *ret_count)
{
	unsigned count = (unsigned)bytes[6] << 8 | bytes[7];

	if (memcmp(bytes, magic, sizeof(magic)) != 0 || bytes[4] != VERSION || count > max ||
	    bytes[5] < SKL_NOTARY_SIGN || bytes[5] > SKL_NOTARY_HEAD)
		return false;
	*ret_what = bytes[5];
	*ret_count = (uint16_t)count;
	return true;
}

void skl_notary_request_put(const struct skl_notary_request *request,
			    uint8_t ret_bytes[SKL_NOTARY_REQUEST_BYTES])
{
	uint8_t *at = ret_bytes;

	memset(ret_bytes, 0, SKL_NOTARY_REQUEST_BYTES);
	put_head(at, request->what, request->proof_count);
	at += 8;
	skl_put_u64be(at, request->size);
	skl_put_u64be(at + 8, request->old_size);
	at += 16;
	memcpy(at, request->root, 32);
	at += 32;
	memcpy(at, request->origin, strnlen(request->origin, SKL_NOTARY_ORIGIN_MAX));
	at += SKL_NOTARY_ORIGIN_MAX;
	memcpy(at, request->proof, (size_t)32 * request->proof_count);
}

enum skl_err skl_notary_request_get(const uint8_t bytes[SKL_NOTARY_REQUEST_BYTES],
				    struct skl_notary_request *ret_request)
{
	const uint8_t *at = bytes + 8;

	memset(ret_request, 0, sizeof(*ret_request));
	if (!get_head(bytes, SKL_LIMIT_PATH_N, &ret_request->what, &ret_request->proof_count))
		return SKL_EMALFORMED;
	ret_request->size = skl_get_u64be(at);
	ret_request->old_size = skl_get_u64be(at + 8);
	at += 16;
	memcpy(ret_request->root, at, 32);
	at += 32;
	memcpy(ret_request->origin, at, SKL_NOTARY_ORIGIN_MAX);
	at += SKL_NOTARY_ORIGIN_MAX;
	memcpy(ret_request->proof, at, (size_t)32 * ret_request->proof_count);
	return SKL_OK;
}

void skl_notary_answer_put(const struct skl_notary_answer *answer,
			   uint8_t ret_bytes[SKL_NOTARY_ANSWER_BYTES])
{
	uint8_t *at = ret_bytes;

	memset(ret_bytes, 0, SKL_NOTARY_ANSWER_BYTES);
	put_head(at, answer->what, answer->note_len);
	at += 8;
	skl_put_u32be(at, (uint32_t)answer->err);
	at += 4;
	skl_put_u64be(at, answer->guard_size);
	at += 8;
	memcpy(at, answer->guard_root, 32);
	at += 32;
	memcpy(at, answer->note, answer->note_len);
}

enum skl_err skl_notary_answer_get(const uint8_t bytes[SKL_NOTARY_ANSWER_BYTES],
				   struct skl_notary_answer *ret_answer)
{
	const uint8_t *at = bytes + 8;
	uint32_t code;

	memset(ret_answer, 0, sizeof(*ret_answer));
	if (!get_head(bytes, SKL_NOTARY_NOTE_MAX, &ret_answer->what, &ret_answer->note_len))
		return SKL_EMALFORMED;
	code = skl_get_u32be(at);
	if (!skl_err_known(code))
		return SKL_EMALFORMED;
	ret_answer->err = code;
	at += 4;
	ret_answer->guard_size = skl_get_u64be(at);
	at += 8;
	memcpy(ret_answer->guard_root, at, 32);
	at += 32;
	memcpy(ret_answer->note, at, ret_answer->note_len);
	return SKL_OK;
}
