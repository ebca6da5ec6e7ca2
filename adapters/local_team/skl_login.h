/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LOGIN_H
#define SKL_LOGIN_H

/*
 * skl_login - who is at the other end of a browser: accounts, sessions, and how often one may try.
 *
 * Owner:    one thread. A try costs an argon2id hash: about a tenth of a second of it.
 * Lifetime: open .. close; a session is borrowed until the next call.
 * Errors:   those of skl_accounts_read and skl_state.
 * Limits:   SKL_LOGIN_SESSIONS sessions.
 *
 * No account is ever locked. What is held back is who tries: an address (of IPv6 its /64) has five
 * tries, and one more each three minutes; all browsers together that were never here, one each two
 * seconds. A browser that was let in before carries a cookie that says so; it has tries of its own
 * and is not held back by what others do. That cookie is worth nothing without password and code,
 * and nothing at all once the password is another one.
 *
 * A session ends after idle_s, after ten hours, when the account changes in any way, and with the
 * process.
 */

#include <stdbool.h>
#include <stdint.h>

#include "skl_account.h"
#include "skl_attr.h"
#include "skl_err.h"
#include "skl_state.h"

#define SKL_LOGIN_SESSIONS     128u
#define SKL_LOGIN_COOKIE_BYTES 65 /* of a session, as text, with its end */
#define SKL_LOGIN_DEVICE_BYTES 200

struct skl_login;

struct skl_login_session {
	char cookie[SKL_LOGIN_COOKIE_BYTES];
	char token[33]; /* stands in every form of the session */
	char name[SKL_LIMIT_USER_REF + 1];
	uint8_t mark[32]; /* of the account as it was */
	int64_t begun_ms; /* monotonic; 0: free */
	int64_t used_ms;
};

SKL_MUST_CHECK enum skl_err skl_login_open(const char *accounts, struct skl_state *state,
					   uint32_t idle_s, struct skl_login **ret_login,
					   struct skl_error *reterr);
void skl_login_close(struct skl_login *login);
SKL_DEFINE_CLEANUP(struct skl_login, skl_login_close)

/* Read the accounts again if their file changed. After an error nobody is known. */
SKL_MUST_CHECK enum skl_err skl_login_refresh(struct skl_login *login, struct skl_error *reterr);
struct skl_account *skl_login_account(struct skl_login *login, const char *name);

/*
 * The session of a cookie and its account; NULL if there is none (any more). certificate is the
 * digest of the one that came, NULL if none: an account with a certificate needs it each time.
 */
struct skl_login_session *skl_login_session(struct skl_login *login, const char *cookie,
					    const uint8_t *certificate, int64_t mono_ms,
					    const struct skl_account **ret_account);

struct skl_login_try {
	const char *name;
	const char *password;
	const char *code;
	const uint8_t *certificate; /* NULL: none */
	const char *address;
	const char *device; /* the cookie of a browser that was here before, "" if none */
	int64_t now_ms;
	int64_t mono_ms;
};
/*
 * SKL_OK and a session, with the text of a cookie for this browser; EPERM: name, password or code
 * is not right; EAGAIN: too many tries, later. Others: the state cannot be written.
 */
SKL_MUST_CHECK enum skl_err skl_login_try(struct skl_login *login, const struct skl_login_try *one,
					  struct skl_login_session **ret_session,
					  char ret_device[SKL_LOGIN_DEVICE_BYTES]);

void skl_login_end(struct skl_login_session *session);

#endif
