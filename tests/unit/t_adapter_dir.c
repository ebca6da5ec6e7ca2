/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The folder connector and the adapter's own state: names, moves, and a death between any two steps
 * of telling the partner's system something.
 */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_config.h"
#include "skl_dir.h"
#include "skl_mem.h"
#include "skl_state.h"
#include "skl_tell.h"

struct place {
	char root[512];
	char state[600];
	struct skl_dir *dir;
	struct skl_state *store;
};

static struct place at;

static void remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char child[1024];
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		if (lstat(child, &st) == 0 && S_ISDIR(st.st_mode))
			remove_tree(child);
		else
			(void)unlink(child);
	}
	if (dir)
		(void)closedir(dir);
	(void)rmdir(path);
}

static void open_place(void)
{
	struct skl_dir_opts opts = {.root = at.root, .settle_ms = 600000};
	struct skl_error error = {0};

	assert_int_equal(skl_dir_open(&opts, &at.dir, &error), SKL_OK);
	assert_int_equal(skl_state_open(at.state, &at.store, &error), SKL_OK);
}

static void close_place(void)
{
	skl_dir_close(at.dir);
	skl_state_close(at.store);
	at.dir = NULL;
	at.store = NULL;
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(at.root, sizeof(at.root), "%s/dir.XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(at.root));
	(void)snprintf(at.state, sizeof(at.state), "%s/state", at.root);
	assert_int_equal(mkdir(at.state, 0700), 0);
	open_place();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close_place();
	remove_tree(at.root);
	return 0;
}

static void put(const char *name, const char *text)
{
	char path[1024];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", at.root, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
}

static bool is_there(const char *name)
{
	char path[1024];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", at.root, name);
	return lstat(path, &st) == 0;
}

/* What the connector handed out. */
struct seen {
	size_t count;
	char names[16][SKL_DIR_NAME_BYTES];
	enum skl_dir_place places[16];
	enum skl_err answer;
};

static enum skl_err see(void *arg, enum skl_dir_place place, const char *name)
{
	struct seen *seen = arg;

	assert_true(seen->count < SKL_COUNT(seen->names));
	seen->places[seen->count] = place;
	(void)snprintf(seen->names[seen->count++], SKL_DIR_NAME_BYTES, "%s", name);
	return seen->answer;
}

static void test_look(void **state)
{
	struct seen seen = {0};
	struct pollfd poller = {.fd = skl_dir_fd(at.dir), .events = POLLIN};

	(void)state;
	skl_dir_look(at.dir, see, &seen);
	assert_int_equal(seen.count, 0);
	put("in/b.xml", "b");
	put("in/a.xml", "a");
	put("in/.hidden.xml", "h");
	put("in/note.txt", "n");
	put("parked/p.xml", "p");
	put("parked/p.xml.zend", "door=u");
	assert_int_equal(poll(&poller, 1, 5000), 1);
	skl_dir_look(at.dir, see, &seen);
	assert_int_equal(seen.count, 3);
	assert_string_equal(seen.names[0], "a.xml");
	assert_string_equal(seen.names[1], "b.xml");
	assert_string_equal(seen.names[2], "p.xml.zend");
	assert_int_equal(seen.places[2], SKL_DIR_PARKED);
}

/* A file that was there at start and was not seen closed may still be written. */
static void test_unsettled(void **state)
{
	struct seen seen = {0};

	(void)state;
	close_place();
	put("in/young.xml", "y");
	open_place();
	skl_dir_look(at.dir, see, &seen);
	assert_int_equal(seen.count, 0);
	assert_true(skl_dir_timeout_ms(at.dir) > 0);
	put("in/young.xml", "whole now");
	skl_dir_look(at.dir, see, &seen);
	assert_int_equal(seen.count, 1);
}

/* What could not be handled comes again, though nothing happens to the file. */
static void test_again(void **state)
{
	struct seen seen = {.answer = SKL_EDISKFULL};

	(void)state;
	put("in/a.xml", "a");
	skl_dir_look(at.dir, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_true(skl_dir_timeout_ms(at.dir) >= 0);
	assert_true(skl_dir_timeout_ms(at.dir) <= 1000);
	put("in/z.xml", "z"); /* something happens, so that the test need not wait */
	seen.answer = SKL_OK;
	skl_dir_look(at.dir, see, &seen);
	assert_int_equal(seen.count, 3);
	assert_string_equal(seen.names[1], "a.xml");
}

static void test_move(void **state)
{
	(void)state;
	put("in/a.xml", "one");
	assert_int_equal(skl_dir_move(at.dir, SKL_DIR_IN, "a.xml", SKL_DIR_DONE), SKL_OK);
	put("in/a.xml", "two");
	assert_int_equal(skl_dir_move(at.dir, SKL_DIR_IN, "a.xml", SKL_DIR_DONE), SKL_OK);
	assert_true(is_there("done/a.xml"));
	assert_true(is_there("done/a.2.xml"));
	assert_false(is_there("in/a.xml"));
	assert_int_equal(skl_dir_move(at.dir, SKL_DIR_IN, "a.xml", SKL_DIR_DONE), SKL_ENOTFOUND);
	assert_int_equal(skl_dir_move(at.dir, SKL_DIR_IN, "../a.xml", SKL_DIR_DONE), SKL_EINVAL);
	assert_int_equal(skl_dir_count(at.dir, SKL_DIR_DONE), 2);
	assert_int_equal(skl_dir_purge_done(at.dir, skl_now_ms() + 60000), 2);
	assert_int_equal(skl_dir_count(at.dir, SKL_DIR_DONE), 0);
}

static void test_read(void **state)
{
	struct skl_buf buf;
	char path[1024];

	(void)state;
	skl_buf_init(&buf, 1000);
	put("in/a.xml", "0123456789");
	assert_int_equal(skl_dir_read(at.dir, SKL_DIR_IN, "a.xml", 10, &buf), SKL_OK);
	assert_string_equal(skl_buf_str(&buf), "0123456789");
	skl_buf_clear(&buf);
	assert_int_equal(skl_dir_read(at.dir, SKL_DIR_IN, "a.xml", 9, &buf), SKL_ETOOLARGE);
	assert_int_equal(skl_dir_read(at.dir, SKL_DIR_IN, "b.xml", 9, &buf), SKL_ENOTFOUND);
	assert_int_equal(skl_dir_read(at.dir, SKL_DIR_IN, "../in/a.xml", 10, &buf), SKL_EINVAL);
	(void)snprintf(path, sizeof(path), "%s/in/link.xml", at.root);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_not_equal(skl_dir_read(at.dir, SKL_DIR_IN, "link.xml", 1000, &buf), SKL_OK);
	(void)snprintf(path, sizeof(path), "%s/in/fifo.xml", at.root);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(skl_dir_read(at.dir, SKL_DIR_IN, "fifo.xml", 1000, &buf), SKL_EINVAL);
	assert_int_equal(buf.len, 0);
	skl_buf_done(&buf);
}

/* ---- telling once, whatever dies between the steps ---- */

/* The steps of skl_tell, one by one: where the process died. */
enum death { BEFORE_ANYTHING, AFTER_PART, AFTER_HANDING, AFTER_SHOW, AFTER_DONE };

static void die_after(enum death death, const char *key, const char *name)
{
	struct skl_view text = skl_view_str("told");

	if (death >= AFTER_PART)
		assert_int_equal(skl_dir_part(at.dir, name, text), SKL_OK);
	if (death >= AFTER_HANDING)
		assert_int_equal(skl_state_told_put(at.store, key, SKL_TOLD_HANDING, 1), SKL_OK);
	if (death >= AFTER_SHOW)
		assert_int_equal(skl_dir_show(at.dir, name), SKL_OK);
	if (death >= AFTER_DONE)
		assert_int_equal(skl_state_told_put(at.store, key, SKL_TOLD_DONE, 1), SKL_OK);
	close_place(); /* what is durable stays */
	open_place();
}

/* How often the officer's system, which takes files away as it sees them, gets the file. */
static unsigned taken_by_system(const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "out/%s", name);
	if (!is_there(path))
		return 0;
	assert_int_equal(skl_dir_remove(at.dir, SKL_DIR_OUT, name), SKL_OK);
	return 1;
}

static void test_told_once(void **state)
{
	(void)state;
	for (int death = BEFORE_ANYTHING; death <= AFTER_DONE; death++) {
		struct skl_adapter adapter = {0};
		char key[32];
		char name[32];
		unsigned times;

		(void)snprintf(key, sizeof(key), "uitslag/%d", death);
		(void)snprintf(name, sizeof(name), "weigering-%d.xml", death);
		die_after((enum death)death, key, name);
		times = taken_by_system(name);
		for (int life = 0; life < 3; life++) {
			adapter.state = at.store;
			assert_int_equal(
				skl_tell(&adapter, at.dir, key, name, skl_view_str("told")),
				SKL_OK);
			times += taken_by_system(name);
			close_place();
			open_place();
		}
		if (times != 1)
			fail_msg("died at step %d: told %u times", death, times);
		assert_false(skl_dir_has_part(at.dir, name));
	}
}

/* ---- state ---- */

static void test_state(void **state)
{
	/* compared whole: static, so that what pads them is zero */
	static const struct skl_native native = {
		.id = {1, 2, 3}, .digest = {9}, .is_spooled = true, .at_ms = 77};
	static struct skl_native got;
	struct skl_context *context = skl_calloc(2, sizeof(*context));

	(void)state;
	assert_non_null(context);
	assert_int_equal(skl_state_native_get(at.store, "melding/x", &got), SKL_ENOTFOUND);
	assert_int_equal(skl_state_native_put(at.store, "melding/x", &native), SKL_OK);
	context[0].id[15] = 5;
	context[0].is_ours = true;
	context[0].kind = SKL_KIND_POLICE_REPORT;
	context[0].has_case = true;
	context[0].case_ref[0] = 0xca;
	context[0].at_ms = 1000;
	context[0].also_count = 2;
	(void)snprintf(context[0].also[0].partner, sizeof(context[0].also[0].partner), "om-nh");
	(void)snprintf(context[0].also[0].desk, sizeof(context[0].also[0].desk), "parket");
	(void)snprintf(context[0].also[1].partner, sizeof(context[0].also[1].partner), "mayor");
	context[0].tells_director = true;
	(void)snprintf(context[0].director.partner, sizeof(context[0].director.partner), "lt-zaan");
	(void)snprintf(context[0].director.desk, sizeof(context[0].director.desk), "wijkteam");
	context[0].subject_count = 2;
	context[0].subjects[1].number = 77120355;
	context[0].subjects[0].number = 4;
	context[0].subjects[1].positions[0] = SKL_POSITION_CHILD;
	context[0].subjects[1].position_count = 1;
	context[0].subjects[1].scheme = 1;
	context[0].subjects[1].pseudonym[31] = 0xee;
	context[0].subjects[1].adult_on_ms = -5;
	(void)snprintf(context[0].native_id, sizeof(context[0].native_id), "PL1");
	(void)snprintf(context[0].subjects[1].ref, sizeof(context[0].subjects[1].ref), "p3");
	assert_int_equal(skl_state_context_put(at.store, context), SKL_OK);
	close_place();
	open_place();
	assert_int_equal(skl_state_native_get(at.store, "melding/x", &got), SKL_OK);
	assert_memory_equal(&got, &native, sizeof(got));
	assert_int_equal(skl_state_context_get(at.store, context[0].id, &context[1]), SKL_OK);
	assert_memory_equal(&context[0], &context[1], sizeof(context[0]));
	assert_string_equal(skl_context_subject(&context[1], 77120355)->ref, "p3");
	assert_null(skl_context_subject(&context[1], 5));
	assert_int_equal(skl_state_prune(at.store, 1000), SKL_OK);
	assert_int_equal(skl_state_context_get(at.store, context[0].id, &context[1]), SKL_OK);
	assert_int_equal(skl_state_prune(at.store, 1001), SKL_OK);
	assert_int_equal(skl_state_context_get(at.store, context[0].id, &context[1]),
			 SKL_ENOTFOUND);
	assert_int_equal(skl_state_native_get(at.store, "melding/x", &got), SKL_OK);
	skl_free(context);
}

static void test_state_locked(void **state)
{
	struct skl_state *second = NULL;
	struct skl_error error = {0};

	(void)state;
	assert_int_equal(skl_state_open(at.state, &second, &error), SKL_EAGAIN);
	assert_non_null(strstr(error.text, "another process"));
}

static void test_context_garbage(void **state)
{
	static const char *const texts[] = {"",
					    "{}",
					    "[1]",
					    "{\"v\":2,\"id\":\"00000000000000000000000000000001\"}",
					    "{\"v\":1,\"id\":\"xx\"}",
					    "{\"v\":1,\"id\":\"00000000000000000000000000000001\","
					    "\"subjects\":[{\"number\":0}]}",
					    "{\"v\":1,\"id\":\"00000000000000000000000000000001\","
					    "\"subjects\":[{\"number\":1,\"positions\":[99]}]}"};
	struct skl_context *context = skl_calloc(1, sizeof(*context));

	(void)state;
	assert_non_null(context);
	for (size_t i = 0; i < SKL_COUNT(texts); i++)
		assert_int_equal(skl_context_decode(skl_view_str(texts[i]), context), SKL_EFORMAT);
	skl_free(context);
}

static void test_jobs(void **state)
{
	struct skl_job job = {0};
	struct skl_buf body;
	size_t count = 0;
	int64_t oldest_ms = 0;

	(void)state;
	skl_buf_init(&body, 1000);
	assert_int_equal(skl_state_job_add(at.store, "result-1", skl_view_str("one"), 10), SKL_OK);
	assert_int_equal(skl_state_job_add(at.store, "result-2", skl_view_str("two"), 20), SKL_OK);
	assert_int_equal(skl_state_job_add(at.store, "result-1", skl_view_str("one"), 30),
			 SKL_EEXISTS);
	assert_int_equal(skl_state_job_next(at.store, 0, &job, &body), SKL_OK);
	assert_string_equal(job.key, "result-1");
	assert_string_equal(skl_buf_str(&body), "one");
	job.tries = 3;
	job.not_before_ms = 500;
	assert_int_equal(skl_state_job_put(at.store, &job), SKL_OK);
	close_place();
	open_place();
	skl_buf_clear(&body);
	assert_int_equal(skl_state_job_next(at.store, 0, &job, &body), SKL_OK);
	assert_int_equal(job.tries, 3);
	assert_int_equal(job.not_before_ms, 500);
	assert_string_equal(skl_buf_str(&body), "one");
	assert_int_equal(skl_state_job_stats(at.store, &count, &oldest_ms), SKL_OK);
	assert_int_equal(count, 2);
	assert_int_equal(oldest_ms, 10);
	assert_int_equal(skl_state_job_done(at.store, &job, 40), SKL_OK);
	/* done is done: the same event again adds nothing */
	assert_int_equal(skl_state_job_add(at.store, "result-1", skl_view_str("one"), 50),
			 SKL_EEXISTS);
	skl_buf_clear(&body);
	assert_int_equal(skl_state_job_next(at.store, 0, &job, &body), SKL_OK);
	assert_string_equal(job.key, "result-2");
	assert_int_equal(skl_state_job_done(at.store, &job, 60), SKL_OK);
	assert_int_equal(skl_state_job_next(at.store, 0, &job, &body), SKL_ENOTFOUND);
	skl_buf_done(&body);
}

/* ---- configuration ---- */

struct sample_config {
	char *name;
	long number;
	bool flag;
	struct skl_config_list list;
};

#define ROW(option, kind, value, low, high, bits)                                                  \
	{                                                                                          \
		.name = #option, .type = kind, .by_default = value, .min = low, .max = high,       \
		.flags = bits, .offset = offsetof(struct sample_config, option), .help = "help"    \
	}

static const struct skl_config_row sample_rows[] = {
	ROW(name, SKL_CONFIG_TEXT, NULL, 0, 0, SKL_CONFIG_REQUIRED),
	ROW(number, SKL_CONFIG_NUMBER, "7", 1, 9, 0),
	ROW(flag, SKL_CONFIG_FLAG, "true", 0, 0, 0),
	ROW(list, SKL_CONFIG_LIST, NULL, 0, 0, 0),
	{.name = NULL}};

static void test_config(void **state)
{
	static const struct {
		const char *text;
		enum skl_err err;
		const char *says;
		unsigned line;
	} rows[] = {
		{"name = \"a\"\n", SKL_OK, NULL, 0},
		{"name = \"a\"\nlist = {\"x\", \"y\"}\nnumber = 9\nflag = false\n", SKL_OK, NULL,
		 0},
		{"number = 3\n", SKL_EINVAL, "name: must be given", 0},
		{"name = \"a\"\nnumber = 10\n", SKL_EINVAL, "number: out of range", 0},
		{"name = \"a\"\nnumber = many\n", SKL_ESYNTAX, "number", 2},
		{"name = \"a\"\nflag = perhaps\n", SKL_ESYNTAX, "flag", 2},
		{"name = \"a\"\nnamme = \"b\"\n", SKL_ESYNTAX, "namme", 2},
		{"name = \"a\"\nname = \"b\"\n", SKL_ESYNTAX, "twice", 2},
		{"name = \"a\n", SKL_ESYNTAX, "", 0},
		{"name = \"\"\n", SKL_EINVAL, "name: empty", 0},
		{"part { name = \"a\" }\n", SKL_ESYNTAX, "part", 1},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct sample_config config = {0};
		struct skl_config_part part = {.rows = sample_rows, .target = &config};
		struct skl_error error = {0};
		char path[600];
		enum skl_err err;

		put("config", rows[i].text);
		(void)snprintf(path, sizeof(path), "%s/config", at.root);
		err = skl_config_read(path, &part, 1, &error);
		if (err != rows[i].err || (rows[i].says && !strstr(error.text, rows[i].says)) ||
		    (rows[i].line && error.line != rows[i].line))
			fail_msg("row %zu: %s line %u: %s", i, skl_err_name(err), error.line,
				 error.text);
		if (i == 0) {
			assert_int_equal(config.number, 7);
			assert_true(config.flag);
		}
		if (i == 1) {
			assert_int_equal(config.number, 9);
			assert_false(config.flag);
			assert_int_equal(config.list.count, 2);
			assert_string_equal(config.list.items[1], "y");
		}
		skl_config_done(&part, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_look, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unsettled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_move, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_locked, setup, teardown),
		cmocka_unit_test(test_context_garbage),
		cmocka_unit_test_setup_teardown(test_jobs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_config, setup, teardown),
	};

	return cmocka_run_group_tests_name("adapter_dir", tests, NULL, NULL);
}
