/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_login.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_text.h"

#define LONGEST_MS  (INT64_C(10) * 3600000)
#define BUCKETS_N   512u
#define NONCE_BYTES 16u

/* Tries that are left, of who has this key; a full one is as good as none. */
struct bucket {
	uint8_t key[16];
	int64_t full_ms; /* monotonic: when it is full again; in the past: full */
};

struct limit {
	int64_t count;
	int64_t each_ms; /* one more after so long */
};

static const struct limit of_address = {.count = 5, .each_ms = 180000};
static const struct limit of_device = {.count = 5, .each_ms = 60000};
static const struct limit of_strangers = {.count = 30, .each_ms = 2000};

struct skl_login {
	char *path;
	struct skl_state *state; /* borrowed */
	int64_t idle_ms;
	struct stat seen;              /* the file of accounts when it was read */
	struct skl_accounts *accounts; /* owned */
	struct skl_login_session sessions[SKL_LOGIN_SESSIONS];
	struct bucket buckets[BUCKETS_N];
	struct bucket strangers;
};

enum skl_err skl_login_open(const char *accounts, struct skl_state *state, uint32_t idle_s,
			    struct skl_login **ret_login, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_login_closep) struct skl_login *login = skl_calloc(1, sizeof(*login));
	enum skl_err err;

	if (login) {
		login->path = skl_strdup(accounts);
		login->accounts = skl_accounts_new();
	}
	if (!login || !login->path || !login->accounts)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "%s", skl_err_text(SKL_ENOMEM));
	login->state = state;
	login->idle_ms = (int64_t)idle_s * 1000;
	err = skl_login_refresh(login, reterr);
	if (err)
		return err;
	*ret_login = SKL_STEAL(login);
	return SKL_OK;
}

void skl_login_close(struct skl_login *login)
{
	if (!login)
		return;
	skl_accounts_free(login->accounts);
	skl_free(login->path);
	sodium_memzero(login->sessions, sizeof(login->sessions));
	skl_free(login);
}

enum skl_err skl_login_refresh(struct skl_login *login, struct skl_error *reterr)
{
	struct stat now = {0};

	/* a file that cannot be looked at cannot be read either: that says why */
	(void)stat(login->path, &now);
	if (now.st_ino && now.st_ino == login->seen.st_ino && now.st_size == login->seen.st_size &&
	    now.st_mtim.tv_sec == login->seen.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == login->seen.st_mtim.tv_nsec &&
	    now.st_ctim.tv_sec == login->seen.st_ctim.tv_sec &&
	    now.st_ctim.tv_nsec == login->seen.st_ctim.tv_nsec)
		return SKL_OK;
	login->seen = now;
	return skl_accounts_read(login->path, login->accounts, reterr);
}

struct skl_account *skl_login_account(struct skl_login *login, const char *name)
{
	return skl_accounts_find(login->accounts, name);
}

/* ---- sessions ---- */

static void mark_of(const struct skl_account *account, uint8_t ret[32])
{
	skl_hash(skl_view_of(account, sizeof(*account)), ret);
}

static bool is_certificate(const struct skl_account *account, const uint8_t *certificate)
{
	return account->totp_len ||
	       (certificate && sodium_memcmp(account->certificate, certificate, 32) == 0);
}

static bool is_over(const struct skl_login *login, const struct skl_login_session *session,
		    int64_t mono_ms)
{
	return !session->begun_ms || mono_ms - session->used_ms > login->idle_ms ||
	       mono_ms - session->begun_ms > LONGEST_MS;
}

struct skl_login_session *skl_login_session(struct skl_login *login, const char *cookie,
					    const uint8_t *certificate, int64_t mono_ms,
					    const struct skl_account **ret_account)
{
	struct skl_login_session *found = NULL;
	const struct skl_account *account;
	uint8_t mark[32];

	if (strlen(cookie) != SKL_LOGIN_COOKIE_BYTES - 1)
		return NULL;
	for (size_t i = 0; i < SKL_LOGIN_SESSIONS; i++)
		if (login->sessions[i].begun_ms &&
		    sodium_memcmp(login->sessions[i].cookie, cookie, SKL_LOGIN_COOKIE_BYTES) == 0)
			found = &login->sessions[i];
	if (!found)
		return NULL;
	account = skl_accounts_find(login->accounts, found->name);
	if (account)
		mark_of(account, mark);
	if (!account || memcmp(mark, found->mark, sizeof(mark)) != 0 ||
	    is_over(login, found, mono_ms)) {
		skl_login_end(found);
		return NULL;
	}
	if (!is_certificate(account, certificate))
		return NULL;
	found->used_ms = mono_ms;
	*ret_account = account;
	return found;
}

void skl_login_end(struct skl_login_session *session)
{
	sodium_memzero(session, sizeof(*session));
}

/* A free one, or the one that was used least lately. */
static struct skl_login_session *begin(struct skl_login *login, const struct skl_account *account,
				       int64_t mono_ms)
{
	struct skl_login_session *session = &login->sessions[0];
	uint8_t random[32 + 16];

	for (size_t i = 0; i < SKL_LOGIN_SESSIONS; i++) {
		if (is_over(login, &login->sessions[i], mono_ms))
			skl_login_end(&login->sessions[i]);
		if (login->sessions[i].used_ms < session->used_ms)
			session = &login->sessions[i];
	}
	randombytes_buf(random, sizeof(random));
	skl_hex_encode(skl_view_of(random, 32), session->cookie);
	skl_hex_encode(skl_view_of(random + 32, 16), session->token);
	sodium_memzero(random, sizeof(random));
	(void)snprintf(session->name, sizeof(session->name), "%s", account->name);
	mark_of(account, session->mark);
	session->begun_ms = mono_ms ? mono_ms : 1;
	session->used_ms = session->begun_ms;
	return session;
}

/* ---- how often ---- */

static bool take(struct bucket *bucket, const struct limit *limit, int64_t mono_ms)
{
	if (bucket->full_ms < mono_ms)
		bucket->full_ms = mono_ms;
	if (bucket->full_ms + limit->each_ms > mono_ms + limit->count * limit->each_ms)
		return false;
	bucket->full_ms += limit->each_ms;
	return true;
}

/* Its own, or that of who has most tries left: who is nearly full loses little by it. */
static struct bucket *bucket_of(struct skl_login *login, const char *what, const char *who)
{
	struct bucket *best = &login->buckets[0];
	uint8_t digest[32];

	skl_hash_prefixed(what, skl_view_str(who), digest);
	for (size_t i = 0; i < BUCKETS_N; i++) {
		if (memcmp(login->buckets[i].key, digest, sizeof(best->key)) == 0)
			return &login->buckets[i];
		if (login->buckets[i].full_ms < best->full_ms)
			best = &login->buckets[i];
	}
	memcpy(best->key, digest, sizeof(best->key));
	best->full_ms = 0;
	return best;
}

/* NAME.NONCE.MAC, keyed by the hash of the password. */
static void write_device(const struct skl_account *account, const char *nonce,
			 char ret[SKL_LOGIN_DEVICE_BYTES])
{
	struct skl_hasher hasher;
	uint8_t digest[32];
	char hex[65];

	skl_hasher_init(&hasher, "schakel inbox device 1\n");
	skl_hasher_add(&hasher, skl_view_of(account->password, sizeof(account->password)));
	skl_hasher_add(&hasher, skl_view_str(account->name));
	skl_hasher_add(&hasher, skl_view_str(nonce));
	skl_hasher_end(&hasher, digest);
	skl_hex_encode(skl_view_of(digest, sizeof(digest)), hex);
	(void)snprintf(ret, SKL_LOGIN_DEVICE_BYTES, "%s.%s.%s", account->name, nonce, hex);
}

static bool is_device(const struct skl_account *account, const char *device)
{
	size_t name_len = strlen(account->name);
	char wanted[SKL_LOGIN_DEVICE_BYTES];
	char nonce[2 * NONCE_BYTES + 1];

	if (strlen(device) != name_len + 1 + 2 * NONCE_BYTES + 1 + 64)
		return false;
	memcpy(nonce, device + name_len + 1, 2 * NONCE_BYTES);
	nonce[2 * NONCE_BYTES] = '\0';
	write_device(account, nonce, wanted);
	return sodium_memcmp(wanted, device, strlen(device)) == 0;
}

/* ---- a try ---- */

/* Is it the code, and was it not taken before? Then it is taken now, durably. */
static enum skl_err take_code(struct skl_login *login, const struct skl_account *account,
			      const struct skl_login_try *one)
{
	struct skl_native last = {.at_ms = 0};
	uint64_t step = 0;
	char key[SKL_LIMIT_USER_REF + 8];
	enum skl_err err;

	if (!account->totp_len)
		return SKL_OK;
	(void)snprintf(key, sizeof(key), "totp/%s", account->name);
	err = skl_state_native_get(login->state, key, &last);
	if (err && err != SKL_ENOTFOUND)
		return err;
	if (!skl_totp_check(skl_view_of(account->totp, account->totp_len), one->code, one->now_ms,
			    (uint64_t)last.at_ms, &step))
		return SKL_EPERM;
	last = (struct skl_native){.is_spooled = true, .at_ms = (int64_t)step};
	return skl_state_native_put(login->state, key, &last);
}

enum skl_err skl_login_try(struct skl_login *login, const struct skl_login_try *one,
			   struct skl_login_session **ret_session,
			   char ret_device[SKL_LOGIN_DEVICE_BYTES])
{
	const struct skl_account *account = skl_accounts_find(login->accounts, one->name);
	bool is_known = account && is_device(account, one->device);
	struct bucket *bucket = is_known ? bucket_of(login, "device\n", one->device)
					 : bucket_of(login, "address\n", one->address);
	const struct limit *limit = is_known ? &of_device : &of_address;
	uint8_t random[NONCE_BYTES];
	char nonce[2 * NONCE_BYTES + 1];
	enum skl_err err;

	if ((!is_known && !take(&login->strangers, &of_strangers, one->mono_ms)) ||
	    !take(bucket, limit, one->mono_ms))
		return SKL_EAGAIN;
	if (!skl_account_check_password(account, one->password) || !account ||
	    !is_certificate(account, one->certificate))
		return SKL_EPERM;
	err = take_code(login, account, one);
	if (err)
		return err;
	bucket->full_ms -= limit->each_ms; /* only what fails counts */
	*ret_session = begin(login, account, one->mono_ms);
	randombytes_buf(random, sizeof(random));
	skl_hex_encode(skl_view_of(random, sizeof(random)), nonce);
	write_device(account, nonce, ret_device);
	return SKL_OK;
}
