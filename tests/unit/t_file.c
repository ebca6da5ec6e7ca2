/* SPDX-License-Identifier: EUPL-1.2 */

/* Small files, read whole, written whole or not at all. */

#include "t_wire.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_file.h"

static char folder[1024];

static const char *path(const char *name)
{
	static char whole[1200];

	(void)snprintf(whole, sizeof(whole), "%s/%s", folder, name);
	return whole;
}

static int make_folder(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/t_file.XXXXXX", base ? base : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	static const char *const names[] = {"a", "secret", "new", "empty"};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(names); i++)
		(void)unlink(path(names[i]));
	return rmdir(folder); /* fails if something was left behind */
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	assert_ok(skl_file_write(path(name), skl_view_str(text), mode, NULL));
}

static void test_read(void **state)
{
	struct skl_error error = {0};
	struct skl_buf buf;

	(void)state;
	write_file("a", "hello", 0644);
	skl_buf_init(&buf, 5);
	assert_ok(skl_file_read(path("a"), &buf, &error));
	assert_string_equal(skl_buf_str(&buf), "hello");
	skl_buf_done(&buf);
	skl_buf_init(&buf, 4);
	assert_err(skl_file_read(path("a"), &buf, &error), SKL_ETOOLARGE);
	assert_int_equal(error.code, SKL_ETOOLARGE);
	assert_non_null(strstr(error.text, "/a"));
	skl_buf_done(&buf);
	write_file("empty", "", 0644);
	skl_buf_init(&buf, 0);
	assert_ok(skl_file_read(path("empty"), &buf, &error));
	assert_int_equal(buf.len, 0);
	skl_buf_done(&buf);
}

static void test_read_refusals(void **state)
{
	struct skl_error error = {0};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 100);
	assert_err(skl_file_read(path("nothing"), &buf, &error), SKL_ENOTFOUND);
	assert_err(skl_file_read(folder, &buf, &error), SKL_EIO);
	assert_err(skl_file_read("/dev/zero", &buf, &error), SKL_EIO);
	assert_int_equal(buf.len, 0);
	skl_buf_done(&buf);
}

static void test_secret(void **state)
{
	static const struct {
		mode_t mode;
		enum skl_err wanted;
	} rows[] = {
		{0600, SKL_OK},    {0400, SKL_OK},    {0640, SKL_EPERM},
		{0604, SKL_EPERM}, {0620, SKL_EPERM}, {0601, SKL_EPERM},
	};
	struct skl_error error = {0};
	uint8_t memory[8];
	size_t len = 99;

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		write_file("secret", "12345678", rows[i].mode);
		assert_err(skl_file_read_secret(path("secret"), memory, 8, &len, &error),
			   rows[i].wanted);
	}
	write_file("secret", "12345678", 0600);
	len = 99;
	assert_err(skl_file_read_secret(path("secret"), memory, 7, &len, &error), SKL_ETOOLARGE);
	assert_int_equal(len, 99);
	assert_ok(skl_file_read_secret(path("secret"), memory, 8, &len, &error));
	assert_int_equal(len, 8);
	assert_memory_equal(memory, "12345678", 8);
}

static void test_write(void **state)
{
	struct stat about;
	struct skl_buf buf;

	(void)state;
	(void)umask(077);
	write_file("a", "one", 0644);
	assert_int_equal(stat(path("a"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0644); /* whatever the umask */
	write_file("a", "two!", 0600);
	assert_int_equal(stat(path("a"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	skl_buf_init(&buf, 100);
	assert_ok(skl_file_read(path("a"), &buf, NULL));
	assert_string_equal(skl_buf_str(&buf), "two!");
	skl_buf_done(&buf);
}

static void test_create(void **state)
{
	struct skl_error error = {0};
	struct skl_buf buf;

	(void)state;
	assert_ok(skl_file_create(path("new"), skl_view_str("first"), 0600, &error));
	assert_err(skl_file_create(path("new"), skl_view_str("second"), 0600, &error), SKL_EEXISTS);
	skl_buf_init(&buf, 100);
	assert_ok(skl_file_read(path("new"), &buf, NULL));
	assert_string_equal(skl_buf_str(&buf), "first");
	skl_buf_done(&buf);
	assert_err(skl_file_create(path("no/such/folder"), skl_view_str("x"), 0600, &error),
		   SKL_ENOTFOUND);
	assert_err(skl_file_write(path("no/such/folder"), skl_view_str("x"), 0600, &error),
		   SKL_ENOTFOUND);
}

static void test_unmade(void **state)
{
	(void)state;
	assert_true(skl_file_is_unmade(folder, "new2"));
	skl_file_unmake(folder, "new2");
	write_file("new", "", 0600);
	assert_true(skl_file_is_unmade(folder, "new"));
	write_file("new", "x", 0600);
	assert_false(skl_file_is_unmade(folder, "new"));
	assert_false(skl_file_is_unmade(path("new"), "under a file"));
	skl_file_unmake(folder, "new");
	assert_true(skl_file_is_unmade(folder, "new"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),   cmocka_unit_test(test_read_refusals),
		cmocka_unit_test(test_secret), cmocka_unit_test(test_write),
		cmocka_unit_test(test_create), cmocka_unit_test(test_unmade),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
