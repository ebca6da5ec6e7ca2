/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_account.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "skl_file.h"
#include "skl_json.h"
#include "skl_key.h"
#include "skl_text.h"

#define FILE_BYTES ((size_t)256 * 1024)

_Static_assert(SKL_ACCOUNT_PASSWORD == crypto_pwhash_STRBYTES, "room for a hash");

struct skl_accounts *skl_accounts_new(void)
{
	struct skl_accounts *accounts = skl_wire_init() ? NULL : sodium_malloc(sizeof(*accounts));

	if (accounts)
		sodium_memzero(accounts, sizeof(*accounts));
	return accounts;
}

void skl_accounts_free(struct skl_accounts *accounts)
{
	sodium_free(accounts);
}

/* ---- reading ---- */

static bool copy_text(const json_t *object, const char *key, char *ret, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text || !*text || strlen(text) >= size)
		return false;
	(void)snprintf(ret, size, "%s", text);
	return true;
}

static bool read_desks(const json_t *list, struct skl_account *account)
{
	size_t count = json_array_size(list);

	if (count == 0 || count > SKL_ACCOUNT_DESKS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *desk = json_string_value(json_array_get(list, i));

		if (!desk || !skl_text_is_id(skl_view_str(desk)))
			return false;
		(void)snprintf(account->desks[i], sizeof(account->desks[i]), "%s", desk);
	}
	account->desk_count = count;
	return true;
}

/* Which member is wrong; NULL: none. */
static const char *read_account(const json_t *object, struct skl_account *account)
{
	const char *totp = json_string_value(json_object_get(object, "totp"));
	const char *certificate = json_string_value(json_object_get(object, "certificate"));

	if (!copy_text(object, "name", account->name, sizeof(account->name)) ||
	    !skl_text_is_user_ref(skl_view_str(account->name)))
		return "name";
	if (!copy_text(object, "shown", account->shown, sizeof(account->shown)))
		return "shown";
	if (!read_desks(json_object_get(object, "desks"), account))
		return "desks";
	if (!copy_text(object, "password", account->password, sizeof(account->password)) ||
	    strncmp(account->password, crypto_pwhash_STRPREFIX, strlen(crypto_pwhash_STRPREFIX)))
		return "password";
	if (totp && !skl_totp_decode(totp, account->totp, &account->totp_len))
		return "totp";
	if (certificate && skl_hex_decode(skl_view_str(certificate), account->certificate,
					  sizeof(account->certificate)))
		return "certificate";
	return !totp == !certificate ? "totp or certificate" : NULL;
}

static enum skl_err read_all(const char *path, const json_t *list, struct skl_accounts *ret,
			     struct skl_error *reterr)
{
	size_t count = json_array_size(list);

	if (!json_is_array(list))
		return skl_error_set(reterr, SKL_EFORMAT, 0, 0, "%.120s: no list of accounts",
				     path);
	if (count > SKL_ACCOUNTS_MAX)
		return skl_error_set(reterr, SKL_ELIMIT, 0, 0, "%.120s: more than %u accounts",
				     path, SKL_ACCOUNTS_MAX);
	for (size_t i = 0; i < count; i++) {
		const char *wrong = read_account(json_array_get(list, i), &ret->items[i]);

		if (!wrong && skl_accounts_find(ret, ret->items[i].name))
			wrong = "name (there is one already)";
		if (wrong)
			return skl_error_set(reterr, SKL_EFORMAT, 0, 0, "%.120s: accounts[%zu].%s",
					     path, i, wrong);
		ret->count++;
	}
	return SKL_OK;
}

enum skl_err skl_accounts_read(const char *path, struct skl_accounts *ret, struct skl_error *reterr)
{
	uint8_t *text = sodium_malloc(FILE_BYTES);
	json_t *root = NULL;
	size_t len = 0;
	enum skl_err err;

	sodium_memzero(ret, sizeof(*ret));
	if (!text)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0,
				     "no locked memory for the accounts (see LimitMEMLOCK)");
	err = skl_file_read_secret(path, text, FILE_BYTES, &len, reterr);
	if (!err) {
		root = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES, NULL);
		err = read_all(path, json_object_get(root, "accounts"), ret, reterr);
	}
	json_decref(root);
	sodium_free(text);
	if (err)
		sodium_memzero(ret, sizeof(*ret));
	return err;
}

/* ---- writing ---- */

static json_t *write_account(const struct skl_account *account)
{
	json_t *object = json_object();
	json_t *desks = json_array();
	char text[SKL_TOTP_BASE32_BYTES];

	for (size_t i = 0; i < account->desk_count; i++)
		(void)json_array_append_new(desks, json_string(account->desks[i]));
	(void)json_object_set_new(object, "name", json_string(account->name));
	(void)json_object_set_new(object, "shown", json_string(account->shown));
	(void)json_object_set_new(object, "desks", desks);
	(void)json_object_set_new(object, "password", json_string(account->password));
	if (account->totp_len) {
		skl_totp_encode(skl_view_of(account->totp, account->totp_len), text);
		(void)json_object_set_new(object, "totp", json_string(text));
		sodium_memzero(text, sizeof(text));
	} else {
		(void)json_object_set_new(object, "certificate",
					  skl_json_hex(account->certificate, 32));
	}
	return object;
}

enum skl_err skl_accounts_write(const char *path, const struct skl_accounts *accounts,
				struct skl_error *reterr)
{
	json_t *root = json_object();
	json_t *list = json_array();
	struct skl_buf text;
	enum skl_err err;

	for (size_t i = 0; i < accounts->count; i++)
		(void)json_array_append_new(list, write_account(&accounts->items[i]));
	(void)json_object_set_new(root, "accounts", list);
	skl_buf_init(&text, FILE_BYTES);
	skl_json_lines(root, &text);
	json_decref(root);
	err = skl_buf_err(&text);
	if (err)
		(void)skl_error_set(reterr, err, 0, 0, "%s", skl_err_text(err));
	else
		err = skl_file_write(path, skl_buf_view(&text), 0600, reterr);
	skl_buf_wipe(&text);
	return err;
}

/* ---- one account ---- */

struct skl_account *skl_accounts_find(struct skl_accounts *accounts, const char *name)
{
	for (size_t i = 0; i < accounts->count; i++)
		if (strcmp(accounts->items[i].name, name) == 0)
			return &accounts->items[i];
	return NULL;
}

bool skl_account_has_desk(const struct skl_account *account, const char *desk)
{
	for (size_t i = 0; i < account->desk_count; i++)
		if (strcmp(account->desks[i], desk) == 0)
			return true;
	return false;
}

/* libsodium's limits for what is interactive: 64 MiB, two passes. */
enum skl_err skl_account_set_password(struct skl_account *account, const char *password)
{
	size_t len = strlen(password);

	if (len < SKL_ACCOUNT_PASSWORD_MIN || len > SKL_ACCOUNT_PASSWORD_MAX)
		return SKL_EINVAL;
	return crypto_pwhash_str(account->password, password, len,
				 crypto_pwhash_OPSLIMIT_INTERACTIVE,
				 crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0
		       ? SKL_OK
		       : SKL_ENOMEM;
}

bool skl_account_check_password(const struct skl_account *account, const char *password)
{
	size_t len = strlen(password);
	char other[crypto_pwhash_STRBYTES];

	if (len > SKL_ACCOUNT_PASSWORD_MAX)
		return false;
	/* who is not there takes as long as who is */
	if (!account && crypto_pwhash_str(other, password, len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
					  crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0)
		sodium_memzero(other, sizeof(other));
	return account && crypto_pwhash_str_verify(account->password, password, len) == 0;
}
