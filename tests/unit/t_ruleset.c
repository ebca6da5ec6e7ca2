/* SPDX-License-Identifier: EUPL-1.2 */
/* The signed statement about rules: one text for one statement, two signers, one chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "skl_note.h"
#include "skl_ruleset.h"

#define A "1111111111111111111111111111111111111111111111111111111111111111"
#define B "2222222222222222222222222222222222222222222222222222222222222222"

static void texts(void **state)
{
	static const struct {
		const char *text;
		bool is_good;
	} rows[] = {
		{"schakel/v1 rules\nnumber 1\ndigest " A "\nprevious none\n", true},
		{"schakel/v1 rules\nnumber 12\ndigest " A "\nprevious " B "\n", true},
		{"", false},
		{"schakel/v1 rules\nnumber 1\ndigest " A "\nprevious none", false},
		{"schakel/v1 rules\nnumber 1\ndigest " A "\nprevious none\n\n", false},
		{"schakel/v1 rules\nnumber 1\ndigest " A "\nprevious none\nmore\n", false},
		{"schakel/v2 rules\nnumber 1\ndigest " A "\nprevious none\n", false},
		{"schakel/v1 rules \nnumber 1\ndigest " A "\nprevious none\n", false},
		{"schakel/v1 rules\nnumber 0\ndigest " A "\nprevious none\n", false},
		{"schakel/v1 rules\nnumber 01\ndigest " A "\nprevious none\n", false},
		{"schakel/v1 rules\nnumber +1\ndigest " A "\nprevious none\n", false},
		{"schakel/v1 rules\nnumber 9999999999999999999\ndigest " A "\nprevious none\n",
		 false},
		{"schakel/v1 rules\ndigest " A "\nnumber 1\nprevious none\n", false},
		{"schakel/v1 rules\nnumber 1\ndigest " A "A\nprevious none\n", false},
		{"schakel/v1 rules\nnumber 1\ndigest " A "\nprevious nothing\n", false},
		{"schakel/v1 rules\nnumber 1\ndigest " A "\nprevious \n", false},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_ruleset set = {0};
		struct skl_error error = {0};
		enum skl_err err = skl_ruleset_parse(skl_view_str(rows[i].text), &set, &error);

		if ((err == SKL_OK) != rows[i].is_good)
			fail_msg("row %zu: %s", i, skl_err_name(err));
		if (err != SKL_OK &&
		    (set.number != 0 || !strstr(error.text, "schakel-policy sign")))
			fail_msg("row %zu: %s", i, error.text);
	}
}

/* A digest in capitals is another text for the same statement. */
static void capitals(void **state)
{
	struct skl_ruleset set = {.number = 1};
	struct skl_error error = {0};
	struct skl_buf text;

	(void)state;
	memset(set.digest, 0xab, sizeof(set.digest));
	skl_buf_init(&text, 512);
	skl_ruleset_format(&set, &text);
	assert_int_equal(skl_ruleset_parse(skl_buf_view(&text), &set, &error), SKL_OK);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == 'a' && text.data[i + 1] == 'b')
			text.data[i] = 'A';
	assert_int_equal(skl_ruleset_parse(skl_buf_view(&text), &set, &error), SKL_ESYNTAX);
	skl_buf_done(&text);
}

struct people {
	struct skl_key *keys[3]; /* care, care, justice */
	struct skl_registrar signers[3];
};

static void meet(struct people *people)
{
	static const char *const names[] = {"one.test", "two.test", "three.test"};

	for (unsigned i = 0; i < 3; i++) {
		const uint8_t seed[32] = {(uint8_t)(i + 1)};

		assert_int_equal(
			skl_key_from_seed(SKL_KEY_USE_SIGN, names[i], seed, &people->keys[i]),
			SKL_OK);
		assert_int_equal(skl_note_verifier_of(people->keys[i], NULL, SKL_NOTE_ED25519,
						      &people->signers[i].verifier),
				 SKL_OK);
		people->signers[i].side = i < 2 ? SKL_SIDE_CARE : SKL_SIDE_JUSTICE;
	}
}

/* Sign with these (a bit each), and open. */
static enum skl_err open_signed(const struct people *people, unsigned who, char spoil,
				struct skl_error *error)
{
	struct skl_ruleset set = {.number = 3, .has_previous = true};
	struct skl_buf text, note;
	enum skl_err err;

	memset(set.digest, 1, sizeof(set.digest));
	skl_buf_init(&text, 512);
	skl_buf_init(&note, 4096);
	skl_ruleset_format(&set, &text);
	for (unsigned i = 0; i < 3; i++) {
		if (!(who >> i & 1))
			continue;
		err = note.len ? skl_note_add(skl_buf_view(&text), people->keys[i], NULL, &note)
			       : skl_note_sign(skl_buf_view(&text), people->keys[i], NULL, &note);
		assert_int_equal(err, SKL_OK);
	}
	if (spoil)
		for (size_t i = 0; i < note.len; i++)
			if (note.data[i] == '3') {
				note.data[i] = (uint8_t)spoil;
				break;
			}
	memset(&set, 0, sizeof(set));
	memset(error, 0, sizeof(*error));
	err = skl_ruleset_open(skl_buf_view(&note), people->signers, 3, 2, &set, error);
	if (err == SKL_OK)
		assert_int_equal(set.number, 3);
	skl_buf_done(&text);
	skl_buf_done(&note);
	return err;
}

static void signatures(void **state)
{
	struct people people;
	struct skl_error error;

	(void)state;
	meet(&people);
	assert_int_equal(open_signed(&people, 5, 0, &error), SKL_OK);
	assert_int_equal(open_signed(&people, 7, 0, &error), SKL_OK);
	assert_int_equal(open_signed(&people, 1, 0, &error), SKL_EDIRECTORY);
	assert_non_null(strstr(error.text, "signed by 1 of the known signers, 2 are needed"));
	assert_int_equal(open_signed(&people, 3, 0, &error), SKL_EDIRECTORY);
	assert_non_null(strstr(error.text, "side justice"));
	assert_int_equal(open_signed(&people, 5, '4', &error), SKL_EDIRECTORY);
	assert_non_null(strstr(error.text, "does not verify"));
	assert_int_not_equal(open_signed(&people, 0, 0, &error), SKL_OK);
	for (unsigned i = 0; i < 3; i++)
		skl_key_free(people.keys[i]);
}

static void chain(void **state)
{
	struct skl_ruleset next = {.number = 4, .has_previous = true};
	uint8_t newest[32];
	struct skl_error error = {0};

	(void)state;
	memset(newest, 7, sizeof(newest));
	memset(next.previous, 7, sizeof(next.previous));
	assert_int_equal(skl_ruleset_may_follow(&next, 3, newest, &error), SKL_OK);
	assert_int_equal(skl_ruleset_may_follow(&next, 1, newest, &error), SKL_OK);
	assert_int_equal(skl_ruleset_may_follow(&next, 4, newest, &error), SKL_EDENIED);
	assert_non_null(strstr(error.text, "not newer than number 4"));
	next.previous[31] = 8;
	assert_int_equal(skl_ruleset_may_follow(&next, 3, newest, &error), SKL_EDENIED);
	assert_non_null(strstr(error.text, "do not follow 0707"));
	next.previous[31] = 7;
	next.has_previous = false;
	assert_int_equal(skl_ruleset_may_follow(&next, 3, newest, &error), SKL_EDENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(capitals),
					   cmocka_unit_test(signatures), cmocka_unit_test(chain)};

	if (skl_wire_init() != SKL_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
