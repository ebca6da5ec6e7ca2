/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_sign.h"

#include <sodium.h>
#include <string.h>

#define ROOM 4096 /* longer texts are put together on the heap */

/* domain || body in one piece: Ed25519 (not ph) hashes the message twice, so it needs it whole. */
static enum skl_err join(const char *domain, struct skl_view body, struct skl_buf *buf)
{
	skl_buf_add_str(buf, domain);
	skl_buf_add_view(buf, body);
	return skl_buf_err(buf);
}

enum skl_err skl_sign(const struct skl_key *key, const char *domain, struct skl_view body,
		      uint8_t ret_signature[64])
{
	uint8_t room[ROOM];
	struct skl_buf buf;
	enum skl_err err;

	if (key->use != SKL_KEY_USE_SIGN)
		return SKL_EINVAL;
	skl_buf_init_room(&buf, SIZE_MAX, room, sizeof(room));
	err = join(domain, body, &buf);
	if (err == SKL_OK)
		(void)crypto_sign_detached(ret_signature, NULL, buf.data, buf.len,
					   key->secret); /* cannot fail */
	skl_buf_done(&buf);
	return err;
}

enum skl_err skl_sign_verify(const uint8_t public_key[32], const char *domain, struct skl_view body,
			     struct skl_view signature)
{
	uint8_t room[ROOM];
	struct skl_buf buf;
	enum skl_err err;

	if (signature.len != crypto_sign_BYTES)
		return SKL_ESIGNATURE;
	skl_buf_init_room(&buf, SIZE_MAX, room, sizeof(room));
	err = join(domain, body, &buf);
	if (err == SKL_OK &&
	    crypto_sign_verify_detached(signature.data, buf.data, buf.len, public_key) != 0)
		err = SKL_ESIGNATURE;
	skl_buf_done(&buf);
	return err;
}
