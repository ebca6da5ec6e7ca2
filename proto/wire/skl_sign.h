/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SIGN_H
#define SKL_SIGN_H

/*
 * skl_sign - Ed25519 (RFC 8032) over a domain line and a body.
 *
 * Owner:    any thread.
 * Errors:   ESIGNATURE; EINVAL for a key of another use; ENOMEM.
 * Limits:   none.
 */

#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_key.h"

#define SKL_DOMAIN_ENVELOPE "schakel/v1 envelope\n"
#define SKL_DOMAIN_RECEIPT  "schakel/v1 receipt\n"
#define SKL_DOMAIN_PROMISE  "schakel/v1 promise\n"
#define SKL_DOMAIN_REWRAP   "schakel/v1 rewrap\n"
#define SKL_DOMAIN_REPORT   "schakel/v1 report\n"

/* Sign domain || body. */
SKL_MUST_CHECK enum skl_err skl_sign(const struct skl_key *key, const char *domain,
				     struct skl_view body, uint8_t ret_signature[64]);
SKL_MUST_CHECK enum skl_err skl_sign_verify(const uint8_t public_key[32], const char *domain,
					    struct skl_view body, struct skl_view signature);

#endif
