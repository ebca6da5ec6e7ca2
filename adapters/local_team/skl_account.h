/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ACCOUNT_H
#define SKL_ACCOUNT_H

/*
 * skl_account - who may use the inbox: a file of accounts that only its owner may read, made by
 * `schakel-keys account` and read by the adapter again as soon as it changes.
 *
 * Owner:    one thread.
 * Lifetime: the list is one block of locked memory (skl_accounts_new, skl_accounts_free).
 * Errors:   EPERM (others can read the file), EFORMAT with the place, ENOTFOUND, EIO, ELIMIT.
 * Limits:   SKL_ACCOUNTS_MAX accounts, SKL_ACCOUNT_DESKS_MAX desks each.
 *
 * The file is JSON: {"accounts": [{"name": "u-17", "shown": "Joke de Vries", "desks": ["jeugd"],
 * "password": "$argon2id$...", "totp": "BASE32" or "certificate": "sha-256 as hexadecimal"}]}.
 * Every account has a password and a second thing: an app, or a certificate.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_err.h"
#include "skl_limits.h"
#include "skl_totp.h"

#define SKL_ACCOUNTS_MAX         64u
#define SKL_ACCOUNT_DESKS_MAX    16u
#define SKL_ACCOUNT_SHOWN_BYTES  161u
#define SKL_ACCOUNT_PASSWORD     128u /* crypto_pwhash_STRBYTES */
#define SKL_ACCOUNT_PASSWORD_MIN 12u  /* characters of a new one */
#define SKL_ACCOUNT_PASSWORD_MAX 256u

struct skl_account {
	char name[SKL_LIMIT_USER_REF + 1]; /* the user_ref of what is sent */
	char shown[SKL_ACCOUNT_SHOWN_BYTES];
	size_t desk_count;
	char desks[SKL_ACCOUNT_DESKS_MAX][SKL_LIMIT_PARTNER_ID + 1];
	char password[SKL_ACCOUNT_PASSWORD];
	size_t totp_len; /* 0: a certificate */
	uint8_t totp[SKL_TOTP_SECRET_MAX];
	uint8_t certificate[32];
};

struct skl_accounts {
	size_t count;
	struct skl_account items[SKL_ACCOUNTS_MAX];
};

/* NULL: no locked memory. */
struct skl_accounts *skl_accounts_new(void);
void skl_accounts_free(struct skl_accounts *accounts);
SKL_DEFINE_CLEANUP(struct skl_accounts, skl_accounts_free)

/* Replace what is in *ret by the file's; after an error *ret is empty. */
SKL_MUST_CHECK enum skl_err skl_accounts_read(const char *path, struct skl_accounts *ret,
					      struct skl_error *reterr);
/* Replace the file, mode 0600. */
SKL_MUST_CHECK enum skl_err
skl_accounts_write(const char *path, const struct skl_accounts *accounts, struct skl_error *reterr);

/* NULL if there is none. */
struct skl_account *skl_accounts_find(struct skl_accounts *accounts, const char *name);

bool skl_account_has_desk(const struct skl_account *account, const char *desk);

/* Hash a new password (argon2id); ENOMEM, EINVAL if it is too short or too long. */
SKL_MUST_CHECK enum skl_err skl_account_set_password(struct skl_account *account,
						     const char *password);
/* Takes as long for an account that is not there (NULL). */
SKL_MUST_CHECK bool skl_account_check_password(const struct skl_account *account,
					       const char *password);

#endif
