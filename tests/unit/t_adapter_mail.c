/* SPDX-License-Identifier: EUPL-1.2 */

/* From a record of the inbox to its row: what the log says happened to a task, in order. */

#include "t_wire.h"

#include <stdio.h>

#include "skl_mail.h"

#define ID   "00112233445566778899aabbccddeeff"
#define TASK "\"task\": \"answer\", \"taskId\": \"" ID "\", "
#define SENT "{\"at\": \"2026-12-01T10:00:00Z\", \"what\": \"sent\", \"answers\": \"" ID "\"}"
#define REFUSED                                                                                    \
	"{\"at\": \"2026-12-01T10:00:05Z\", \"what\": \"result\", \"trouble\": true, "             \
	"\"undone\": true, \"unanswered\": true}"
#define DONE "{\"at\": \"2026-12-01T11:00:00Z\", \"what\": \"done\", \"by\": \"u-jo\"}"

static struct skl_mail_item item_of(const char *notice, const char *log)
{
	struct skl_mail_item item;
	char text[1024];
	json_t *record;

	assert_true(snprintf(text, sizeof(text),
			     "{\"id\": \"" ID "\", \"desk\": \"wijkteam\", \"notice\": {%s"
			     "\"due\": \"2026-12-14T09:00:00Z\"}, \"log\": [%s]}",
			     notice, log) < (int)sizeof(text));
	record = json_loads(text, 0, NULL);
	assert_non_null(record);
	assert_int_equal(skl_mail_item_of(record, &item), SKL_OK);
	json_decref(record);
	return item;
}

static void a_task_that_was_said_done_is_done(void **state)
{
	const struct skl_mail_item open = item_of(TASK, "");
	const struct skl_mail_item done = item_of(TASK, SENT);

	(void)state;
	assert_false(open.is_done);
	assert_int_equal(open.task, SKL_TASK_ANSWER);
	assert_int_not_equal(open.due_ms, 0);
	assert_true(done.is_done);
	assert_true(done.is_answered);
	assert_int_equal(done.due_ms, 0);
	assert_int_equal(done.done_ms, INT64_C(1796119200000));
}

static void unless_the_hub_refused_that(void **state)
{
	const struct skl_mail_item back = item_of(TASK, SENT ", " REFUSED);
	const struct skl_mail_item again = item_of(TASK, SENT ", " REFUSED ", " SENT);
	const struct skl_mail_item away = item_of(TASK, SENT ", " REFUSED ", " DONE);

	(void)state;
	assert_false(back.is_done);
	assert_false(back.is_answered);
	assert_true(back.is_trouble);
	assert_int_not_equal(back.due_ms, 0);
	assert_true(again.is_done);
	/* put away here: nothing is left to look at */
	assert_true(away.is_done);
	assert_false(away.is_trouble);
}

static void news_has_no_task(void **state)
{
	const struct skl_mail_item warned =
		item_of("\"clock\": \"handover\", \"item\": \"" ID "\", ", "");
	const struct skl_mail_item over = item_of("\"clock\": \"ban\", ", "");

	(void)state;
	assert_int_equal(warned.task, SKL_TASK_UNSPECIFIED);
	assert_int_equal(warned.clock, SKL_CLOCK_HANDOVER);
	assert_true(warned.has_ref);
	assert_int_not_equal(warned.due_ms, 0);
	/* a ban that is over is no term that somebody missed */
	assert_false(over.has_ref);
	assert_int_equal(over.due_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_task_that_was_said_done_is_done),
					   cmocka_unit_test(unless_the_hub_refused_that),
					   cmocka_unit_test(news_has_no_task)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
