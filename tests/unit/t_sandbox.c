/* SPDX-License-Identifier: EUPL-1.2 */
/* What i_process.sh cannot time: threads that are still beginning when the filter comes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "skl_os.h"
#include "skl_sandbox.h"

#define ROUNDS  100
#define THREADS 4

static void skip_without_filter(void)
{
	if (skl_sandbox_remark[0])
		skip();
}

/* The status of a child that runs work. */
static int status_of(int (*work)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(work());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void *begin(void *arg)
{
	return arg;
}

static int enter_while_threads_begin(void)
{
	pthread_t threads[THREADS];
	const struct skl_sandbox sandbox = {.calls = NULL};
	struct skl_error why;

	if (skl_os_harden() != SKL_OK)
		return 2;
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, begin, NULL) != 0)
			return 3;
	if (skl_sandbox_enter(&sandbox, &why) != SKL_OK)
		return 4;
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_join(threads[i], NULL) != 0)
			return 5;
	return pthread_create(&threads[0], NULL, begin, NULL) == 0 ? 6 : 0;
}

static void test_threads_that_begin(void **state)
{
	(void)state;
	skip_without_filter();
	for (int i = 0; i < ROUNDS; i++)
		assert_int_equal(status_of(enter_while_threads_begin), 0);
}

static int enter_with_a_wrong_name(void)
{
	static const char *const calls[] = {"read", "no_such_call", NULL};
	const struct skl_sandbox sandbox = {.calls = calls};
	struct skl_error why = {.text = ""};

	if (skl_os_harden() != SKL_OK)
		return 2;
	if (skl_sandbox_enter(&sandbox, &why) != SKL_EBUG)
		return 3;
	return strstr(why.text, "no_such_call") ? 0 : 4;
}

static void test_a_wrong_name(void **state)
{
	(void)state;
	skip_without_filter();
	assert_int_equal(status_of(enter_with_a_wrong_name), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads_that_begin),
		cmocka_unit_test(test_a_wrong_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
