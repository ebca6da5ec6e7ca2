/* SPDX-License-Identifier: EUPL-1.2 */

/* Error codes: the numbers of released versions never change; texts and classes hold together. */

#include "t_wire.h"

#include <errno.h>

#define ROW(symbol, number, retry, text) {number, #symbol, retry},
static const struct {
	uint32_t number;
	const char *name;
	bool may_retry;
} now[] = {SKL_ERR_MAP(ROW)};
#undef ROW

/* The rows as they were released. Add below; never change or take out. */
static const struct {
	uint32_t number;
	const char *name;
	bool may_retry;
} golden[] = {
	{0, "OK", false},
	{1001, "ENOMEM", true},
	{1002, "ELIMIT", true},
	{1003, "EMAPFULL", true},
	{1004, "EDISKFULL", true},
	{1005, "EQUOTA", true},
	{2001, "EMALFORMED", false},
	{2002, "ETOOLARGE", false},
	{2003, "EVERSION", false},
	{2004, "ECOMMAND", false},
	{2005, "EDEPTH", false},
	{2006, "EREPEAT", false},
	{2007, "EFIELD", false},
	{2008, "EROW", false},
	{2009, "ENUMBER", false},
	{2010, "ETIME", false},
	{2011, "EUTF8", false},
	{2012, "ESYNTAX", false},
	{2013, "EINVAL", false},
	{3001, "ESIGNATURE", false},
	{3002, "EKEYUNKNOWN", false},
	{3003, "EKEYREVOKED", false},
	{3004, "EKEYEXPIRED", false},
	{3005, "EIDENTITY", false},
	{3006, "EDENIED", false},
	{3007, "EOPEN", false},
	{3008, "EMISLABELLED", false},
	{3009, "EDIRECTORY", false},
	{3010, "EROUTINGID", false},
	{4001, "EDUPLICATE", false},
	{4002, "EEXPIRED", false},
	{4003, "ENOTFOUND", false},
	{4004, "ESTATE", false},
	{4005, "ESTALE", false},
	{4006, "EEXISTS", false},
	{5001, "EAGAIN", true},
	{5002, "EUNREACHABLE", true},
	{5003, "EPARTNER", true},
	{5004, "ETIMEOUT", true},
	{6001, "EIO", true},
	{6002, "ECORRUPT", false},
	{6003, "ENOTRECORDED", true},
	{6004, "EROLLBACK", false},
	{6005, "EFORMAT", false},
	{6006, "EPERM", false},
	{9001, "EBUG", false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(golden); i++) {
		enum skl_err err = (enum skl_err)golden[i].number;

		assert_true(skl_err_known(golden[i].number));
		assert_string_equal(skl_err_name(err), golden[i].name);
		assert_int_equal(skl_err_may_retry(err), golden[i].may_retry);
	}
	assert_true(SKL_COUNT(now) >= SKL_COUNT(golden));
}

static void test_rows(void **state)
{
	static const uint32_t classes[] = {0, 1, 2, 3, 4, 5, 6, 9};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(now); i++) {
		bool is_class = false;

		for (size_t c = 0; c < SKL_COUNT(classes); c++)
			is_class = is_class || now[i].number / 1000 == classes[c];
		assert_true(is_class);
		/* What is malformed or refused is never worth sending again. */
		if (now[i].number / 1000 == 2 || now[i].number / 1000 == 3)
			assert_false(now[i].may_retry);
		assert_true(strlen(skl_err_text((enum skl_err)now[i].number)) > 3);
		if (i > 0)
			assert_true(now[i].number > now[i - 1].number);
	}
}

static void test_unknown(void **state)
{
	(void)state;
	assert_false(skl_err_known(1));
	assert_false(skl_err_known(UINT32_MAX));
	assert_string_equal(skl_err_text((enum skl_err)12345), "unknown error");
	assert_false(skl_err_may_retry((enum skl_err)12345));
	assert_non_null(skl_err_name((enum skl_err)12345));
}

static void test_errno(void **state)
{
	static const struct {
		int system;
		enum skl_err wanted;
	} rows[] = {
		{ENOMEM, SKL_ENOMEM},
		{ENOSPC, SKL_EDISKFULL},
		{ENOENT, SKL_ENOTFOUND},
		{EEXIST, SKL_EEXISTS},
		{EACCES, SKL_EPERM},
		{EAGAIN, SKL_EAGAIN},
		{ETIMEDOUT, SKL_ETIMEOUT},
		{ECONNREFUSED, SKL_EUNREACHABLE},
		{EINVAL, SKL_EINVAL},
		{EMFILE, SKL_ELIMIT},
		{EIO, SKL_EIO},
		{12345, SKL_EIO},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_err(skl_err_errno(rows[i].system), rows[i].wanted);
}

static void test_error_set(void **state)
{
	struct skl_error error = {0};
	char text[400];

	(void)state;
	assert_err(skl_error_set(NULL, SKL_EIO, 1, 2, "nobody reads this"), SKL_EIO);
	assert_err(skl_error_set(&error, SKL_EIO, 3, 7, "%s %d", "row", 5), SKL_EIO);
	assert_int_equal(error.code, SKL_EIO);
	assert_int_equal(error.line, 3);
	assert_int_equal(error.column, 7);
	assert_string_equal(error.text, "row 5");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	(void)skl_error_set(&error, SKL_EIO, 0, 0, "%s", text);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),    cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unknown),   cmocka_unit_test(test_errno),
		cmocka_unit_test(test_error_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
