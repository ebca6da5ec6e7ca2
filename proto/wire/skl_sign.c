/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_sign.h"

#include <sodium.h>
#include <string.h>

#include "skl_mem.h"

/* domain || body in one piece: Ed25519 (not ph) hashes the message twice, so it needs it whole. */
static uint8_t *joined(const char *domain, struct skl_view body, size_t *ret_len)
{
	size_t domain_len = strlen(domain), len;
	uint8_t *bytes;

	if (!skl_add_size(domain_len, body.len, &len))
		return NULL;
	bytes = skl_calloc(len, 1);
	if (!bytes)
		return NULL;
	memcpy(bytes, domain, domain_len);
	if (body.len)
		memcpy(bytes + domain_len, body.data, body.len);
	*ret_len = len;
	return bytes;
}

enum skl_err skl_sign(const struct skl_key *key, const char *domain, struct skl_view body,
		      uint8_t ret_signature[64])
{
	uint8_t *bytes;
	size_t len = 0;

	if (key->use != SKL_KEY_USE_SIGN)
		return SKL_EINVAL;
	bytes = joined(domain, body, &len);
	if (!bytes)
		return SKL_ENOMEM;
	(void)crypto_sign_detached(ret_signature, NULL, bytes, len, key->secret);
	skl_free(bytes);
	return SKL_OK;
}

enum skl_err skl_sign_verify(const uint8_t public_key[32], const char *domain, struct skl_view body,
			     struct skl_view signature)
{
	uint8_t *bytes;
	size_t len = 0;
	int verdict;

	if (signature.len != crypto_sign_BYTES)
		return SKL_ESIGNATURE;
	bytes = joined(domain, body, &len);
	if (!bytes)
		return SKL_ENOMEM;
	verdict = crypto_sign_verify_detached(signature.data, bytes, len, public_key);
	skl_free(bytes);
	return verdict == 0 ? SKL_OK : SKL_ESIGNATURE;
}
