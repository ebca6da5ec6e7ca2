/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "skl_attr.h"

static const struct {
	enum skl_err code;
	bool may_retry;
	const char *name;
	const char *text;
} rows[] = {
#define ROW(symbol, number, retry, sentence) {SKL_##symbol, (retry) != 0, #symbol, sentence},
	SKL_ERR_MAP(ROW)
#undef ROW
};

static int row_of(uint32_t number)
{
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if ((uint32_t)rows[i].code == number)
			return (int)i;
	return -1;
}

const char *skl_err_text(enum skl_err err)
{
	int row = row_of((uint32_t)err);

	return row < 0 ? "unknown error" : rows[row].text;
}

const char *skl_err_name(enum skl_err err)
{
	int row = row_of((uint32_t)err);

	return row < 0 ? "unknown" : rows[row].name;
}

bool skl_err_may_retry(enum skl_err err)
{
	int row = row_of((uint32_t)err);

	return row >= 0 && rows[row].may_retry;
}

bool skl_err_known(uint32_t number)
{
	return row_of(number) >= 0;
}

enum skl_err skl_err_errno(int system_errno)
{
	switch (system_errno) {
	case 0:
		return SKL_OK;
	case ENOMEM:
		return SKL_ENOMEM;
	case ENOSPC:
	case EDQUOT:
		return SKL_EDISKFULL;
	case ENOENT:
		return SKL_ENOTFOUND;
	case EEXIST:
		return SKL_EEXISTS;
	case EACCES:
	case EPERM:
		return SKL_EPERM;
	case EAGAIN:
	case EINTR:
		return SKL_EAGAIN;
	case ETIMEDOUT:
		return SKL_ETIMEOUT;
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case ENETUNREACH:
		return SKL_EUNREACHABLE;
	case EINVAL:
		return SKL_EINVAL;
	case EMFILE:
	case ENFILE:
		return SKL_ELIMIT;
	default:
		return SKL_EIO;
	}
}

enum skl_err skl_error_set(struct skl_error *reterr, enum skl_err code, unsigned line,
			   unsigned column, const char *format, ...)
{
	if (reterr) {
		va_list args;

		reterr->code = code;
		reterr->line = line;
		reterr->column = column;
		va_start(args, format);
		(void)vsnprintf(reterr->text, sizeof(reterr->text), format,
				args); /* cut is meant */
		va_end(args);
	}
	return code;
}

enum skl_err skl_error_errno(struct skl_error *reterr, int system_errno, const char *what)
{
	enum skl_err code = skl_err_errno(system_errno ? system_errno : EIO);
	char reason[128];

	if (strerror_r(system_errno, reason, sizeof(reason)) != 0)
		(void)snprintf(reason, sizeof(reason), "error %d", system_errno); /* fits */
	(void)skl_error_set(reterr, code, 0, 0, "%s: %s", what, reason); /* gives code back */
	return code;
}
