/* SPDX-License-Identifier: EUPL-1.2 */

/* Fixed moments: the next one that is still to come, as far apart as the first two. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "skl_attr.h"
#include "skl_terms.h"

#define DAY INT64_C(86400000)

static void the_next_moment(void **state)
{
	static const struct {
		int64_t started, due, now, next;
	} rows[] = {
		{0, 42, 43, 84},    {0, 42, 42, 84},   {0, 42, 41, 42},
		{0, 42, 84, 126},   {0, 42, 130, 168}, {84, 126, 130, 168},
		{0, 1, 1000, 1001}, {42, 42, 42, 43},  {42, 41, 43, 44},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (skl_terms_moment(rows[i].started * DAY, rows[i].due * DAY, rows[i].now * DAY) !=
		    rows[i].next * DAY)
			fail_msg("row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
