/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_seal.h"

#include <sodium.h>
#include <string.h>

#include "skl_hash.h"
#include "skl_mem.h"

#define NONCE  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG    crypto_aead_xchacha20poly1305_ietf_ABYTES
#define AD_MAX 160u

static const size_t class_bytes[SKL_SIZE_CLASSES_N] = {256,   1024,   4096,   16384,
						       65536, 262144, 1048576};

size_t skl_seal_class_bytes(uint32_t size_class)
{
	return size_class < SKL_SIZE_CLASSES_N ? class_bytes[size_class] : 0;
}

uint32_t skl_seal_class_for(size_t content_len)
{
	uint32_t size_class = 0;

	while (size_class < SKL_SIZE_CLASSES_N && class_bytes[size_class] - 4 < content_len)
		size_class++;
	return size_class;
}

/* The associated data of a section; 0 if the sender is no partner id. */
static size_t section_ad(const struct skl_seal_about *about, uint8_t ret_ad[AD_MAX])
{
	static const char domain[] = "schakel/v1 section\n";
	size_t sender_len = strlen(about->sender);
	uint8_t *at = ret_ad;

	if (sender_len == 0 || sender_len > SKL_LIMIT_PARTNER_ID)
		return 0;
	memcpy(at, domain, sizeof(domain) - 1);
	at += sizeof(domain) - 1;
	skl_put_u32be(at, (uint32_t)sender_len);
	memcpy(at + 4, about->sender, sender_len);
	at += 4 + sender_len;
	memcpy(at, about->id, 16);
	skl_put_u32be(at + 16, about->section);
	skl_put_u32be(at + 20, about->category);
	skl_put_u32be(at + 24, about->size_class);
	at += 28;
	return (size_t)(at - ret_ad);
}

enum skl_err skl_seal_section(const struct skl_seal_about *about, const uint8_t key[32],
			      struct skl_view content, const struct skl_random *random,
			      struct skl_buf *buf)
{
	size_t padded = skl_seal_class_bytes(about->size_class), ad_len;
	uint8_t ad[AD_MAX], *plain, *frame;

	ad_len = section_ad(about, ad);
	if (padded == 0 || ad_len == 0)
		return SKL_EINVAL;
	if (content.len > padded - 4)
		return SKL_ETOOLARGE;
	plain = skl_calloc(padded, 1);
	if (!plain)
		return SKL_ENOMEM;
	frame = skl_buf_extend(buf, NONCE + padded + TAG);
	if (frame) {
		skl_put_u32be(plain, (uint32_t)content.len);
		if (content.len)
			memcpy(plain + 4, content.data, content.len);
		skl_random_fill(random, frame, NONCE);
		(void)crypto_aead_xchacha20poly1305_ietf_encrypt(frame + NONCE, NULL, plain, padded,
								 ad, ad_len, NULL, frame, key);
	}
	sodium_memzero(plain, padded);
	skl_free(plain);
	return skl_buf_err(buf);
}

/* Take length and padding off in place; SIZE_MAX if they are wrong. */
static size_t unpad(uint8_t *plain, size_t padded)
{
	size_t len = skl_get_u32be(plain);

	if (len > padded - 4 || !sodium_is_zero(plain + 4 + len, padded - 4 - len))
		return SIZE_MAX;
	memmove(plain, plain + 4, len);
	memset(plain + len, 0, 4); /* a zero byte behind the text, and no copy of its end */
	return len;
}

enum skl_err skl_seal_open_section(const struct skl_seal_about *about, const uint8_t key[32],
				   struct skl_view frame, uint8_t **ret_content, size_t *ret_len)
{
	size_t padded = skl_seal_class_bytes(about->size_class), ad_len, len = SIZE_MAX;
	uint8_t ad[AD_MAX], *plain;

	ad_len = section_ad(about, ad);
	if (padded == 0 || ad_len == 0 || frame.len != NONCE + padded + TAG)
		return SKL_EOPEN;
	plain = skl_calloc(padded, 1);
	if (!plain)
		return SKL_ENOMEM;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, frame.data + NONCE,
						       padded + TAG, ad, ad_len, frame.data,
						       key) == 0)
		len = unpad(plain, padded);
	if (len == SIZE_MAX) {
		sodium_memzero(plain, padded);
		skl_free(plain);
		return SKL_EOPEN;
	}
	*ret_content = plain;
	*ret_len = len;
	return SKL_OK;
}

void skl_seal_wipe(uint8_t *content, size_t len)
{
	if (content)
		sodium_memzero(content, len);
	skl_free(content);
}

void skl_seal_commitment(const uint8_t key[32], const uint8_t id[16], uint32_t section,
			 uint8_t ret_commitment[32])
{
	struct skl_hasher hasher;

	skl_hasher_init(&hasher, "schakel/v1 kc\n");
	skl_hasher_add(&hasher, skl_view_of(key, 32));
	skl_hasher_add(&hasher, skl_view_of(id, 16));
	skl_hasher_add_u32be(&hasher, section);
	skl_hasher_end(&hasher, ret_commitment);
}

#define KEY_DOMAIN "schakel/v1 key\n"
#define KEY_AD     (sizeof(KEY_DOMAIN) - 1 + 16 + 8)

static void key_ad(const uint8_t id[16], uint32_t recipient, uint32_t section,
		   uint8_t ret_ad[KEY_AD])
{
	uint8_t *at = ret_ad + sizeof(KEY_DOMAIN) - 1;

	memcpy(ret_ad, KEY_DOMAIN, sizeof(KEY_DOMAIN) - 1);
	memcpy(at, id, 16);
	skl_put_u32be(at + 16, recipient);
	skl_put_u32be(at + 20, section);
}

enum skl_err skl_seal_wrap(const uint8_t recipient_key[32], const uint8_t id[16],
			   uint32_t recipient, uint32_t section, const uint8_t section_key[32],
			   const struct skl_random *random, uint8_t ret_wrapped[72])
{
	uint8_t ad[KEY_AD];

	if (recipient == 0 || section == 0)
		return SKL_EINVAL;
	key_ad(id, recipient, section, ad);
	skl_random_fill(random, ret_wrapped, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(ret_wrapped + NONCE, NULL, section_key, 32,
							 ad, sizeof(ad), NULL, ret_wrapped,
							 recipient_key);
	return SKL_OK;
}

enum skl_err skl_seal_unwrap(const uint8_t recipient_key[32], const uint8_t id[16],
			     uint32_t recipient, uint32_t section, struct skl_view wrapped,
			     uint8_t ret_section_key[32])
{
	uint8_t ad[KEY_AD];

	if (wrapped.len != SKL_WRAPPED_BYTES)
		return SKL_EOPEN;
	key_ad(id, recipient, section, ad);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    ret_section_key, NULL, NULL, wrapped.data + NONCE, 32 + TAG, ad, sizeof(ad),
		    wrapped.data, recipient_key) != 0)
		return SKL_EOPEN;
	return SKL_OK;
}

#define BOXED_BYTES (32u + 4u + 16u + 32u)

/*
 * The construction of crypto_box_seal, with the ephemeral key from `random` so that test vectors
 * can be made: ephemeral public || crypto_box(m, nonce = BLAKE2b-192(ephemeral || public)).
 */
static enum skl_err box_seal(const uint8_t plain[BOXED_BYTES], const uint8_t public_key[32],
			     const struct skl_random *random, uint8_t ret_sealed[132])
{
	uint8_t secret[32], nonce[crypto_box_NONCEBYTES];
	crypto_generichash_state state;
	int result;

	skl_random_fill(random, secret, sizeof(secret));
	result = crypto_scalarmult_base(ret_sealed, secret);
	(void)crypto_generichash_init(&state, NULL, 0, sizeof(nonce));
	(void)crypto_generichash_update(&state, ret_sealed, 32);
	(void)crypto_generichash_update(&state, public_key, 32);
	(void)crypto_generichash_final(&state, nonce, sizeof(nonce));
	if (result == 0)
		result = crypto_box_easy(ret_sealed + 32, plain, BOXED_BYTES, nonce, public_key,
					 secret);
	sodium_memzero(secret, sizeof(secret));
	return result == 0 ? SKL_OK : SKL_EINVAL; /* a public key of small order */
}

static void boxed(const uint8_t recipient_key[32], uint32_t recipient,
		  const uint8_t desk_public[32], const uint8_t common_digest[32],
		  uint8_t ret_plain[BOXED_BYTES])
{
	memcpy(ret_plain, recipient_key, 32);
	skl_put_u32be(ret_plain + 32, recipient);
	skl_key_id(SKL_KEY_USE_SEAL, desk_public, ret_plain + 36);
	memcpy(ret_plain + 52, common_digest, 32);
}

enum skl_err skl_seal_recipient_key(const uint8_t recipient_key[32], uint32_t recipient,
				    const uint8_t desk_public[32], const uint8_t common_digest[32],
				    const struct skl_random *random, uint8_t ret_sealed[132])
{
	uint8_t plain[BOXED_BYTES];
	enum skl_err err;

	boxed(recipient_key, recipient, desk_public, common_digest, plain);
	err = box_seal(plain, desk_public, random, ret_sealed);
	sodium_memzero(plain, sizeof(plain));
	return err;
}

enum skl_err skl_seal_open_recipient_key(const struct skl_key *desk_key, uint32_t recipient,
					 const uint8_t common_digest[32], struct skl_view sealed,
					 uint8_t ret_recipient_key[32])
{
	uint8_t plain[BOXED_BYTES], expected[BOXED_BYTES];
	bool is_ok;

	if (desk_key->use != SKL_KEY_USE_SEAL || sealed.len != SKL_SEALED_KEY_BYTES)
		return SKL_EOPEN;
	if (crypto_box_seal_open(plain, sealed.data, sealed.len, desk_key->public_key,
				 desk_key->secret) != 0)
		return SKL_EOPEN;
	boxed(plain, recipient, desk_key->public_key, common_digest, expected);
	is_ok = sodium_memcmp(plain, expected, sizeof(plain)) == 0;
	if (is_ok)
		memcpy(ret_recipient_key, plain, 32);
	sodium_memzero(plain, sizeof(plain));
	sodium_memzero(expected, sizeof(expected));
	return is_ok ? SKL_OK : SKL_EOPEN;
}
