/* SPDX-License-Identifier: EUPL-1.2 */

/* schakel-keys account: who may use the inbox of an adapter. */

#include <gnutls/x509.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "keys.h"
#include "skl_account.h"
#include "skl_text.h"

struct wanted {
	const char *file;
	const char *name;
	const char *shown;
	const char *certificate;
	const char *desks[SKL_ACCOUNT_DESKS_MAX];
	size_t desk_count;
	bool is_password;
	bool is_remove;
};

static int parse(int argc, char **argv, struct wanted *ret)
{
	for (int i = 1; i < argc; i++) {
		const struct {
			const char *word;
			const char **text;
		} texts[] = {{"--file", &ret->file},
			     {"--name", &ret->name},
			     {"--shown", &ret->shown},
			     {"--certificate", &ret->certificate}};
		size_t k = 0;

		while (k < SKL_COUNT(texts) && strcmp(texts[k].word, argv[i]) != 0)
			k++;
		if (k < SKL_COUNT(texts) && i + 1 < argc) {
			*texts[k].text = argv[++i];
		} else if (strcmp(argv[i], "--desk") == 0 && i + 1 < argc) {
			if (ret->desk_count == SKL_ACCOUNT_DESKS_MAX)
				return keys_usage("too many desks");
			if (!skl_text_is_id(skl_view_str(argv[++i])))
				return keys_usage("--desk: [a-z0-9-]{1,63}");
			ret->desks[ret->desk_count++] = argv[i];
		} else if (strcmp(argv[i], "--password") == 0) {
			ret->is_password = true;
		} else if (strcmp(argv[i], "--remove") == 0) {
			ret->is_remove = true;
		} else {
			return keys_usage("account: unknown word %s", argv[i]);
		}
	}
	if (!ret->file)
		return keys_usage("account needs --file");
	if (ret->name && !skl_text_is_user_ref(skl_view_str(ret->name)))
		return keys_usage("--name: letters, digits, dots, dashes, at most 64");
	if (!ret->name && (ret->is_password || ret->is_remove || ret->desk_count))
		return keys_usage("account needs --name");
	return KEYS_DONE;
}

/* One line of standard input; at a terminal it is asked for and not shown. */
static bool read_password(char *memory, size_t size)
{
	struct termios before;
	bool is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	bool is_read;

	if (is_terminal) {
		struct termios quiet = before;

		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)fputs("Password (at least 12 characters): ", stderr);
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	(void)setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it stays behind */
	is_read = fgets(memory, (int)size, stdin) != NULL;
	if (is_terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		(void)fputc('\n', stderr);
	}
	if (is_read)
		memory[strcspn(memory, "\r\n")] = '\0';
	return is_read;
}

static int set_password(struct skl_account *account)
{
	enum { ROOM = SKL_ACCOUNT_PASSWORD_MAX + 3 };
	char *memory = sodium_malloc(ROOM);
	enum skl_err err = SKL_EINVAL;

	if (!memory)
		return keys_say(KEYS_TROUBLE, "no locked memory for a secret");
	if (read_password(memory, ROOM))
		err = skl_account_set_password(account, memory);
	sodium_free(memory);
	if (err == SKL_EINVAL)
		return keys_say(KEYS_TROUBLE, "a password has %u to %u characters",
				SKL_ACCOUNT_PASSWORD_MIN, SKL_ACCOUNT_PASSWORD_MAX);
	return err ? keys_say(KEYS_TROUBLE, "no memory to hash a password") : KEYS_DONE;
}

static int set_certificate(struct skl_account *account, const char *path)
{
	gnutls_x509_crt_t certificate = NULL;
	size_t len = sizeof(account->certificate);
	struct skl_buf pem;
	int status = keys_read_text(path, &pem);

	if (!status) {
		gnutls_datum_t text = {.data = pem.data, .size = (unsigned)pem.len};

		if (gnutls_x509_crt_init(&certificate) ||
		    gnutls_x509_crt_import(certificate, &text, GNUTLS_X509_FMT_PEM) ||
		    gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256,
						    account->certificate, &len))
			status = keys_say(KEYS_TROUBLE, "%s: no certificate in PEM", path);
		if (certificate)
			gnutls_x509_crt_deinit(certificate);
	}
	skl_buf_done(&pem);
	return status;
}

/* The secret is said once, as an app reads it; it stands nowhere else but in the file. */
static void set_totp(struct skl_account *account)
{
	char text[SKL_TOTP_BASE32_BYTES];

	account->totp_len = SKL_TOTP_SECRET_BYTES;
	randombytes_buf(account->totp, account->totp_len);
	skl_totp_encode(skl_view_of(account->totp, account->totp_len), text);
	(void)printf("otpauth://totp/Schakel:%s?secret=%s&issuer=Schakel\n", account->name, text);
	sodium_memzero(text, sizeof(text));
}

static int add(struct skl_accounts *accounts, const struct wanted *wanted)
{
	struct skl_account *account = &accounts->items[accounts->count];
	int status;

	if (skl_accounts_find(accounts, wanted->name))
		return keys_say(KEYS_TROUBLE, "%s is there already", wanted->name);
	if (accounts->count == SKL_ACCOUNTS_MAX)
		return keys_say(KEYS_TROUBLE, "there are %u accounts, which is the most",
				SKL_ACCOUNTS_MAX);
	if (!wanted->desk_count || !wanted->shown || !*wanted->shown ||
	    strlen(wanted->shown) >= sizeof(account->shown))
		return keys_usage("a new account needs --shown (at most 160 bytes) and --desk");
	(void)snprintf(account->name, sizeof(account->name), "%s", wanted->name);
	(void)snprintf(account->shown, sizeof(account->shown), "%s", wanted->shown);
	account->desk_count = wanted->desk_count;
	for (size_t i = 0; i < wanted->desk_count; i++)
		(void)snprintf(account->desks[i], sizeof(account->desks[i]), "%s",
			       wanted->desks[i]);
	status = set_password(account);
	if (!status && wanted->certificate)
		status = set_certificate(account, wanted->certificate);
	else if (!status)
		set_totp(account);
	accounts->count++;
	return status;
}

static int change(struct skl_accounts *accounts, const struct wanted *wanted)
{
	struct skl_account *account = skl_accounts_find(accounts, wanted->name);

	if (!wanted->is_password && !wanted->is_remove)
		return add(accounts, wanted);
	if (!account)
		return keys_say(KEYS_NO, "%s: no such account", wanted->name);
	if (wanted->is_password)
		return set_password(account);
	*account = accounts->items[--accounts->count];
	sodium_memzero(&accounts->items[accounts->count], sizeof(*account));
	return KEYS_DONE;
}

static void list(const struct skl_accounts *accounts)
{
	for (size_t i = 0; i < accounts->count; i++) {
		const struct skl_account *account = &accounts->items[i];

		(void)printf("%s %s", account->name, account->totp_len ? "totp" : "certificate");
		for (size_t k = 0; k < account->desk_count; k++)
			(void)printf(" %s", account->desks[k]);
		(void)putchar('\n');
	}
}

int keys_account(int argc, char **argv)
{
	SKL_CLEANUP(skl_accounts_freep) struct skl_accounts *accounts = skl_accounts_new();
	struct skl_error error = {0};
	struct wanted wanted = {0};
	int status = parse(argc, argv, &wanted);
	enum skl_err err;

	if (status)
		return status;
	if (!accounts)
		return keys_say(KEYS_TROUBLE, "no locked memory for the accounts");
	err = skl_accounts_read(wanted.file, accounts, &error);
	if (err && err != SKL_ENOTFOUND)
		return keys_say_error(NULL, &error);
	if (!wanted.name) {
		list(accounts);
		return err ? keys_say_error(NULL, &error) : KEYS_DONE;
	}
	status = change(accounts, &wanted);
	if (!status && skl_accounts_write(wanted.file, accounts, &error))
		status = keys_say_error(NULL, &error);
	return status;
}
