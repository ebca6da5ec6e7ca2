/* SPDX-License-Identifier: EUPL-1.2 */

/* Accounts of the inbox, and the codes of an authenticator app. */

#include "t_wire.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_account.h"

/* RFC 6238, appendix B, the rows of SHA-1: the secret is "12345678901234567890". */
static void the_vectors_of_the_rfc(void **state)
{
	static const struct {
		int64_t at_s;
		uint32_t code;
	} rows[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
		    {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
	const struct skl_view secret = skl_view_str("12345678901234567890");
	uint32_t code;

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		assert_true(skl_totp_code(secret, (uint64_t)rows[i].at_s / 30, 8, &code));
		assert_int_equal(code, rows[i].code);
	}
}

static void a_code_is_taken_once_and_near_its_time(void **state)
{
	const struct skl_view secret = skl_view_str("12345678901234567890");
	uint64_t step = 0;

	(void)state;
	/* of 59 s: step 1 */
	assert_true(skl_totp_check(secret, "287082", 59000, 0, &step));
	assert_int_equal(step, 1);
	assert_false(skl_totp_check(secret, "287082", 59000, step, &step));
	assert_true(skl_totp_check(secret, "287082", 89000, 0, &step)); /* a step late */
	assert_true(skl_totp_check(secret, "287082", 1000, 0, &step));  /* and early */
	assert_false(skl_totp_check(secret, "287082", 95000, 0, &step));
	assert_false(skl_totp_check(secret, "28708", 59000, 0, &step));
	assert_false(skl_totp_check(secret, "2870820", 59000, 0, &step));
	assert_false(skl_totp_check(secret, "", 59000, 0, &step));
	assert_false(skl_totp_check(secret, "28708x", 59000, 0, &step));
}

static void base32_there_and_back(void **state)
{
	static const char text[] =
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; /* RFC 4648 of the secret above */
	uint8_t secret[SKL_TOTP_SECRET_MAX];
	char again[SKL_TOTP_BASE32_BYTES];
	size_t len = 0;

	(void)state;
	assert_true(skl_totp_decode(text, secret, &len));
	assert_int_equal(len, 20);
	assert_memory_equal(secret, "12345678901234567890", 20);
	skl_totp_encode(skl_view_of(secret, len), again);
	assert_string_equal(again, text);
	memset(secret, 0xa5, sizeof(secret));
	skl_totp_encode(skl_view_of(secret, sizeof(secret)), again);
	assert_true(skl_totp_decode(again, secret, &len));
	assert_int_equal(len, sizeof(secret));
	assert_false(skl_totp_decode("GEZDGNBV", secret, &len)); /* short */
	assert_false(skl_totp_decode("gezdgnbvgy3tqojqgezdgnbvgy3tqojq", secret, &len));
	assert_false(skl_totp_decode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", secret, &len));
}

static char path[1100];

static int make_path(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/t_account.%d", base ? base : "/tmp", (int)getpid());
	return 0;
}

static int drop_path(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static void write_text(const char *text, mode_t mode)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void an_account_there_and_back(void **state)
{
	SKL_CLEANUP(skl_accounts_freep) struct skl_accounts *accounts = skl_accounts_new();
	struct skl_account *one;
	struct stat stat_now;

	(void)state;
	assert_non_null(accounts);
	one = &accounts->items[accounts->count++];
	(void)snprintf(one->name, sizeof(one->name), "u-17");
	(void)snprintf(one->shown, sizeof(one->shown), "Joke \"de\" Vri\xc3\xabs");
	(void)snprintf(one->desks[0], sizeof(one->desks[0]), "jeugd");
	one->desk_count = 1;
	one->totp_len = 20;
	memcpy(one->totp, "12345678901234567890", 20);
	assert_int_equal(skl_account_set_password(one, "te kort"), SKL_EINVAL);
	assert_int_equal(skl_account_set_password(one, "lang genoeg is het wel"), SKL_OK);
	assert_int_equal(skl_accounts_write(path, accounts, NULL), SKL_OK);
	assert_int_equal(stat(path, &stat_now), 0);
	assert_int_equal(stat_now.st_mode & 0777, 0600);
	memset(accounts, 0, sizeof(*accounts));
	assert_int_equal(skl_accounts_read(path, accounts, NULL), SKL_OK);
	assert_int_equal(accounts->count, 1);
	one = skl_accounts_find(accounts, "u-17");
	assert_non_null(one);
	assert_null(skl_accounts_find(accounts, "u-1"));
	assert_string_equal(one->shown, "Joke \"de\" Vri\xc3\xabs");
	assert_true(skl_account_has_desk(one, "jeugd"));
	assert_false(skl_account_has_desk(one, "jeug"));
	assert_int_equal(one->totp_len, 20);
	assert_true(skl_account_check_password(one, "lang genoeg is het wel"));
	assert_false(skl_account_check_password(one, "lang genoeg is het niet"));
	assert_false(skl_account_check_password(one, ""));
	assert_false(skl_account_check_password(NULL, "lang genoeg is het wel"));
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(skl_accounts_read(path, accounts, NULL), SKL_EPERM);
	assert_int_equal(accounts->count, 0);
}

#define GOOD                                                                                       \
	"\"name\": \"u-1\", \"shown\": \"A\", \"desks\": [\"d\"], \"password\": "                  \
	"\"$argon2id$v=19$x\""
#define CODE ", \"totp\": \"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\""

static void a_wrong_file_lets_nobody_in(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"{\"accounts\": 1}",
		"{\"accounts\": [{" GOOD "}]}", /* no second thing */
		"{\"accounts\": [{" GOOD CODE ", \"certificate\": \"00\"}]}",
		"{\"accounts\": [{" GOOD ", \"totp\": \"GEZDGNBV\"}]}",
		"{\"accounts\": [{" GOOD CODE "}, {" GOOD CODE "}]}", /* twice */
		"{\"accounts\": [{\"name\": \"u 1\"}]}",
		"{\"accounts\": [{\"name\": \"u-1\", \"shown\": \"A\", \"desks\": []}]}",
		"{\"accounts\": [{\"name\": \"u-1\", \"shown\": \"A\", \"desks\": [\"d\"], "
		"\"password\": \"secret\"" CODE "}]}", /* no hash */
	};
	SKL_CLEANUP(skl_accounts_freep) struct skl_accounts *accounts = skl_accounts_new();

	(void)state;
	assert_non_null(accounts);
	for (size_t i = 0; i < SKL_COUNT(bad); i++) {
		struct skl_error error = {0};

		write_text(bad[i], 0600);
		if (skl_accounts_read(path, accounts, &error) != SKL_EFORMAT || accounts->count)
			fail_msg("%s is taken", bad[i]);
		assert_true(*error.text);
	}
	write_text("{\"accounts\": [{" GOOD CODE "}]}", 0600);
	assert_int_equal(skl_accounts_read(path, accounts, NULL), SKL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc),
		cmocka_unit_test(a_code_is_taken_once_and_near_its_time),
		cmocka_unit_test(base32_there_and_back),
		cmocka_unit_test_setup_teardown(an_account_there_and_back, make_path, drop_path),
		cmocka_unit_test_setup_teardown(a_wrong_file_lets_nobody_in, make_path, drop_path)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
