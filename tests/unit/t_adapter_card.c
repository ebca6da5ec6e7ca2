/* SPDX-License-Identifier: EUPL-1.2 */

/* Crisis cards: found by whom or where, as long as they hold; sealed; ended with what made them. */

#include "t_wire.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "skl_card_make.h"
#include "skl_json.h"

static char folder[256];
static char secret[256];
static struct skl_cards *cards;

static void reopen(size_t wanted_damaged)
{
	size_t damaged = 0;
	struct skl_error error = {0};

	skl_cards_close(cards);
	cards = NULL;
	assert_ok(skl_cards_open(folder, secret, &cards, &damaged, &error));
	assert_int_equal(damaged, wanted_damaged);
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char base[200];

	(void)state;
	(void)snprintf(base, sizeof(base), "%s/card.XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(base));
	(void)snprintf(folder, sizeof(folder), "%s/cards", base);
	(void)snprintf(secret, sizeof(secret), "%s/secret", base);
	reopen(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	skl_cards_close(cards);
	cards = NULL;
	return 0;
}

/* A card of message `id` of case `of`, for the key that is all `key`. */
static void put(uint8_t id, uint8_t of, bool is_ban, int64_t at_ms, int64_t until_ms, uint8_t key)
{
	uint8_t id_bytes[SKL_ID_BYTES], case_bytes[SKL_ID_BYTES], key_bytes[32];
	json_t *record = json_pack("{s:b, s:I, s:I, s:[], s:{s:s}}", "isBan", (int)is_ban,
				   "sequence", (json_int_t)at_ms, "validUntil",
				   (json_int_t)until_ms, "keys", "message", "what", "afspraak");

	memset(id_bytes, id, sizeof(id_bytes));
	memset(case_bytes, of, sizeof(case_bytes));
	memset(key_bytes, key, sizeof(key_bytes));
	(void)json_object_set_new(record, "id", skl_json_hex(id_bytes, sizeof(id_bytes)));
	(void)json_object_set_new(record, "caseRef", skl_json_hex(case_bytes, sizeof(case_bytes)));
	(void)json_array_append_new(json_object_get(record, "keys"),
				    skl_json_hex(key_bytes, sizeof(key_bytes)));
	assert_ok(skl_cards_put(cards, record));
	json_decref(record);
}

/* First bytes of the ids that are found by this key, in order: "0201". */
static const char *found(uint8_t key, int64_t now_ms)
{
	static char text[64];
	size_t len = 0;
	struct skl_card_look look = {.count = 1};
	json_t *records = NULL;
	const json_t *record;
	size_t i;

	memset(look.keys[0], key, sizeof(look.keys[0]));
	assert_ok(skl_cards_find(cards, &look, now_ms, &records));
	*text = '\0';
	json_array_foreach(records, i, record)
	{
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.2s",
					json_string_value(json_object_get(record, "id")));
	}
	json_decref(records);
	return text;
}

static void newest_first_while_it_holds(void **state)
{
	uint8_t id[SKL_ID_BYTES];
	json_t *record = NULL;

	(void)state;
	put(1, 9, false, 100, 1000, 7);
	put(2, 9, false, 200, 500, 7);
	put(3, 9, false, 300, 1000, 8);
	assert_string_equal(found(7, 400), "0201");
	assert_string_equal(found(7, 500), "01"); /* its last moment is not in it */
	assert_string_equal(found(6, 400), "");
	memset(id, 2, sizeof(id));
	assert_ok(skl_cards_get(cards, id, 499, &record));
	assert_int_equal(json_integer_value(json_object_get(record, "sequence")), 200);
	json_decref(record);
	assert_err(skl_cards_get(cards, id, 500, &record), SKL_ENOTFOUND);
	memset(id, 4, sizeof(id));
	assert_err(skl_cards_get(cards, id, 400, &record), SKL_ENOTFOUND);
	put(1, 9, false, 250, 1000, 8); /* another text of the same message */
	assert_string_equal(found(7, 400), "02");
	assert_string_equal(found(8, 400), "0301");
	assert_ok(skl_cards_purge(cards, 500));
	assert_int_equal(skl_cards_count(cards), 2);
	reopen(0);
	assert_string_equal(found(8, 400), "0301");
}

static void ends_with_what_made_it(void **state)
{
	uint8_t id[SKL_ID_BYTES], of[SKL_ID_BYTES];

	(void)state;
	memset(id, 1, sizeof(id));
	memset(of, 9, sizeof(of));
	put(1, 9, false, 100, 1000, 7);
	put(2, 9, true, 100, 1000, 7);
	put(3, 9, true, 300, 1000, 7);
	put(4, 5, true, 50, 1000, 7);
	/* an extension made at 300: the order before it goes, it stays, other cases stay */
	assert_ok(skl_cards_end_bans(cards, of, 300));
	assert_string_equal(found(7, 400), "030104");
	assert_ok(skl_cards_remove(cards, id));
	assert_ok(skl_cards_remove(cards, id)); /* again: nothing */
	assert_string_equal(found(7, 400), "0304");
	reopen(0);
	assert_string_equal(found(7, 400), "0304");
}

static void path_of_a_card(char ret[600])
{
	DIR *names = opendir(folder);
	const struct dirent *one;

	assert_non_null(names);
	*ret = '\0';
	while ((one = readdir(names)) != NULL) /* NOLINT(concurrency-mt-unsafe) */
		if (one->d_name[0] != '.')
			(void)snprintf(ret, 600, "%s/%s", folder, one->d_name);
	(void)closedir(names);
	assert_true(*ret);
}

/* What lies on the disk tells nothing; what was changed there is no card, and is not shown. */
static void sealed(void **state)
{
	struct skl_card_look look = {.count = 1};
	json_t *records = NULL;
	uint8_t bytes[4096];
	char path[600];
	ssize_t len;
	int fd;

	(void)state;
	put(1, 9, false, 100, 1000, 7);
	path_of_a_card(path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	len = read(fd, bytes, sizeof(bytes));
	assert_true(len > 40);
	for (ssize_t i = 0; i + 8 <= len; i++)
		assert_memory_not_equal(bytes + i, "afspraak", 8);
	bytes[40] ^= 1;
	assert_int_equal(pwrite(fd, bytes, (size_t)len, 0), len);
	(void)close(fd);
	memset(look.keys[0], 7, sizeof(look.keys[0]));
	assert_err(skl_cards_find(cards, &look, 400, &records), SKL_ECORRUPT);
	assert_null(records);
	reopen(1);
	assert_string_equal(found(7, 400), "");
}

static void no_card(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"id\":\"01\",\"sequence\":1,\"validUntil\":2,\"message\":{}}",
		"{\"id\":\"01010101010101010101010101010101\",\"sequence\":0,\"validUntil\":2,"
		"\"message\":{}}",
		"{\"id\":\"01010101010101010101010101010101\",\"sequence\":1,\"validUntil\":2}",
		"{\"id\":\"01010101010101010101010101010101\",\"sequence\":1,\"validUntil\":2,"
		"\"message\":{},\"keys\":[\"x\"]}",
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(wrong); i++) {
		json_t *record = json_loads(wrong[i], 0, NULL);

		assert_non_null(record);
		assert_err(skl_cards_put(cards, record), SKL_EFORMAT);
		json_decref(record);
	}
	assert_int_equal(skl_cards_count(cards), 0);
}

/* By whom and where: how somebody is spelt does not matter, who it is does. */
static void looked_for(void **state)
{
	static const struct {
		const char *asked;
		size_t keys;
	} rows[] = {
		{"{}", 0},
		{"{\"persons\":[{\"familyName\":\"Leeuw\"}]}", 0},
		{"{\"persons\":[{\"familyName\":\"Leeuw\",\"givenNames\":\"Tom\",\"born\":\"1977-"
		 "02-"
		 "02\"}]}",
		 1},
		{"{\"persons\":[{\"bsn\":\"999990019\",\"familyName\":\"Leeuw\",\"born\":\"1977-02-"
		 "02\"}]}",
		 2},
		{"{\"persons\":[{\"bsn\":\"999990010\"}]}", 0}, /* fails the 11-test */
		{"{\"address\":{\"street\":\"Proefstraat\",\"number\":\"12\"}}", 0},
		{"{\"address\":{\"street\":\"Proefstraat\",\"number\":\"12\",\"place\":\"Zaandam\","
		 "\"postcode\":\"1500 AB\"}}",
		 2},
		{"{\"address\":{\"postcode\":\"1500 AB\"}}", 0},
	};
	static const uint8_t key[32] = {1};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_card_look look = {0};
		json_t *asked = json_loads(rows[i].asked, 0, NULL);

		assert_non_null(asked);
		skl_card_look_for(key, asked, &look);
		if (look.count != rows[i].keys)
			fail_msg("row %zu: %zu", i, look.count);
		json_decref(asked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(newest_first_while_it_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_with_what_made_it, setup, teardown),
		cmocka_unit_test_setup_teardown(sealed, setup, teardown),
		cmocka_unit_test_setup_teardown(no_card, setup, teardown),
		cmocka_unit_test(looked_for),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
