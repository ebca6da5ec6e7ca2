/* SPDX-License-Identifier: EUPL-1.2 */
/* Which signatures make a checkpoint good: c2sp.org/tlog-policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "skl_mem.h"
#include "skl_tlog_policy.h"
#include "t_wire.h"

#define KEYS 7

static struct skl_key *keys[KEYS]; /* 0 is the log */
static char vkeys[KEYS][128];
static char cokeys[KEYS][128];

static int make_keys(void **state)
{
	(void)state;
	if (skl_wire_init() != SKL_OK)
		return 1;
	for (size_t i = 0; i < KEYS; i++) {
		struct skl_note_verifier verifier;
		struct skl_buf text = {.max = 1024};
		char name[32];

		snprintf(name, sizeof name, "key%zu.test", i);
		assert_ok(skl_key_new(SKL_KEY_USE_SIGN, name, NULL, &keys[i]));
		assert_ok(skl_note_verifier_of(keys[i], NULL, SKL_NOTE_ED25519, &verifier));
		skl_note_verifier_format(&verifier, &text);
		snprintf(vkeys[i], sizeof vkeys[i], "%s", skl_buf_str(&text));
		skl_buf_clear(&text);
		assert_ok(skl_note_verifier_of(keys[i], NULL, SKL_NOTE_COSIGNATURE, &verifier));
		skl_note_verifier_format(&verifier, &text);
		snprintf(cokeys[i], sizeof cokeys[i], "%s", skl_buf_str(&text));
		skl_buf_done(&text);
	}
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		skl_key_free(keys[i]);
	return 0;
}

/* Text in which @N is the log key, and $N the witness key, number N. */
static void expand(const char *text, struct skl_buf *buf)
{
	for (; *text; text++) {
		bool is_key =
			(*text == '@' || *text == '$') && text[1] >= '0' && text[1] < '0' + KEYS;

		if (!is_key) {
			skl_buf_add_u8(buf, (uint8_t)*text);
			continue;
		}
		skl_buf_add_str(buf, *text == '@' ? vkeys[text[1] - '0'] : cokeys[text[1] - '0']);
		text++;
	}
}

static enum skl_err parse(const char *text, struct skl_tlog_policy **ret_policy,
			  struct skl_error *reterr)
{
	struct skl_buf buf = {.max = 65536};
	enum skl_err err;

	expand(text, &buf);
	err = skl_tlog_policy_parse(skl_buf_view(&buf), ret_policy, reterr);
	skl_buf_done(&buf);
	return err;
}

#define THREE "witness a $1\nwitness b $2\nwitness c $3\n"

static void texts(void **state)
{
	static const struct {
		const char *text;
		unsigned line; /* 0: good */
	} rows[] = {
		{"quorum none\n", 0},
		{"log @0\nquorum none\n", 0},
		{"# a comment\n\n \t\n  log\t@0   https://log.example \nquorum none\n", 0},
		{"\t# a comment behind a tab\nquorum none\n", 0},
		{"witness w $1\nquorum w\n", 0},
		{"witness w $1 https://w.example\nquorum w\n", 0},
		{THREE "group g 2 a b c\nquorum g\n", 0},
		{THREE "group g all a b\ngroup h any g c\nquorum h\n", 0},
		{THREE "group g 3 a b c\nquorum a\n", 0},
		{"quorum none\nwitness w $1\n", 0},
		{"witness \xe2\x84\xaa $1\nquorum \xe2\x84\xaa\n", 0},
		{"", 1},
		{"log @0\n", 2},
		{"quorum none", 1},
		{"quorum none\nquorum none\n", 2},
		{"quorum\n", 1},
		{"quorum w\nwitness w $1\n", 1},
		{"log $0\nquorum none\n", 1},
		{"log\nquorum none\n", 1},
		{"log @0 u v\nquorum none\n", 1},
		{"log @0\nlog @0\nquorum none\n", 2},
		{"witness w @1\nquorum w\n", 1},
		{"witness w\nquorum w\n", 1},
		{"witness w $1\nwitness w $2\nquorum w\n", 2},
		{"witness w $1\nwitness v $1\nquorum w\n", 2},
		{"witness none $1\nquorum none\n", 1},
		{THREE "group a any b c\nquorum a\n", 4},
		{THREE "group g 0 a b c\nquorum g\n", 4},
		{THREE "group g 4 a b c\nquorum g\n", 4},
		{THREE "group g 02 a b c\nquorum g\n", 4},
		{THREE "group g some a b c\nquorum g\n", 4},
		{THREE "group g any\nquorum g\n", 4},
		{THREE "group g any a a\nquorum g\n", 4},
		{THREE "group g any g\nquorum g\n", 4},
		{THREE "group g any a none\nquorum g\n", 4},
		{THREE "group g any a\ngroup h any a b\nquorum g\n", 5},
		{"witness w $1\rquorum w\n", 1},
		{"witnesses w $1\nquorum none\n", 1},
		{"log @0\n\x01\nquorum none\n", 2},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_tlog_policy *policy = NULL;
		struct skl_error error = {0};
		enum skl_err err = parse(rows[i].text, &policy, &error);

		if (err != (rows[i].line ? SKL_ESYNTAX : SKL_OK) || error.line != rows[i].line)
			fail_msg("row %zu: %s, line %u: %s", i, skl_err_name(err), error.line,
				 error.text);
		skl_tlog_policy_free(policy);
	}
}

/* A checkpoint signed by the keys of `signers`: "0" the log, others witnesses, "x" a bad line. */
static enum skl_err judge(const struct skl_tlog_policy *policy, const char *signers,
			  struct skl_tlog_verdict *ret_verdict)
{
	static const char text[] = "key0.test\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
	struct skl_buf bytes = {.max = 65536};
	struct skl_note *note = skl_calloc(1, sizeof *note);
	enum skl_err err = SKL_OK;

	skl_buf_add_str(&bytes, text);
	skl_buf_add_str(&bytes, "\n");
	for (const char *at = signers; *at && err == SKL_OK; at++) {
		size_t number = (size_t)(*at - '0');

		if (*at == '0')
			err = skl_note_add(skl_view_str(text), keys[0], NULL, &bytes);
		else if (*at == 'x') /* over another text */
			err = skl_note_cosign(skl_view_str("other\n"), keys[1], NULL, 5, &bytes);
		else
			err = skl_note_cosign(skl_view_str(text), keys[number], NULL, 1000 + number,
					      &bytes);
	}
	assert_ok(err);
	assert_ok(skl_note_parse(skl_buf_view(&bytes), note));
	*ret_verdict = (struct skl_tlog_verdict){0};
	err = skl_tlog_policy_check(policy, note, ret_verdict);
	skl_free(note);
	skl_buf_done(&bytes);
	return err;
}

static void verdicts(void **state)
{
	static const struct {
		const char *policy;
		const char *signers;
		bool is_signed, is_witnessed, is_bad;
		unsigned cosigned;
	} rows[] = {
		{"log @0\nquorum none\n", "0", true, true, false, 0},
		{"log @0\nquorum none\n", "1", false, true, false, 0},
		{"log @0\nwitness w $1\nquorum w\n", "0", true, false, false, 0},
		{"log @0\nwitness w $1\nquorum w\n", "01", true, true, false, 1},
		{"log @0\nwitness w $1\nquorum w\n", "02", true, false, false, 0},
		{"log @0\nwitness w $1\nquorum w\n", "0x", false, false, true, 0},
		{"log @0\nwitness w $1\nquorum none\n", "0x", false, false, true, 0},
		{"log @0\nwitness w $2\nquorum w\n", "0x2", true, true, false, 1},
		{"log @4\nlog @0\nquorum none\n", "0", true, true, false, 0},
		{THREE "group g 2 a b c\nquorum g\n", "02", false, false, false, 1},
		{THREE "group g 2 a b c\nquorum g\n", "023", false, true, false, 2},
		{THREE "group g 2 a b c\nquorum g\n", "022", false, false, false, 1},
		{THREE "group g all a b\ngroup h all g c\nquorum h\n", "0123", false, true, false,
		 3},
		{THREE "group g all a b\ngroup h all g c\nquorum h\n", "012", false, false, false,
		 2},
		{THREE "group g all a b\ngroup h any g c\nquorum h\n", "03", false, true, false, 1},
		{THREE "group g all a b\ngroup h any g c\nquorum h\n", "01", false, false, false,
		 1},
		{THREE "group g any a b\nquorum c\n", "012", false, false, false, 2},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_tlog_policy *policy = NULL;
		struct skl_tlog_verdict verdict;
		enum skl_err err;

		assert_ok(parse(rows[i].policy, &policy, NULL));
		err = judge(policy, rows[i].signers, &verdict);
		if (err != (rows[i].is_bad ? SKL_ESIGNATURE : SKL_OK) ||
		    verdict.is_signed != rows[i].is_signed ||
		    verdict.is_witnessed != rows[i].is_witnessed ||
		    verdict.cosigned != rows[i].cosigned)
			fail_msg("row %zu: %s, signed %d, witnessed %d, cosigned %u", i,
				 skl_err_name(err), verdict.is_signed, verdict.is_witnessed,
				 verdict.cosigned);
		skl_tlog_policy_free(policy);
	}
}

/* The example of c2sp.org/tlog-policy, with keys: each set of its six witnesses. */
static void example(void **state)
{
	static const char text[] = "log @0\n\n"
				   "witness X1 $1\nwitness X2 $2\nwitness X3 $3\n"
				   "group X-witnesses 2 X1 X2 X3\n\n"
				   "witness Y1 $4\nwitness Y2 $5\nwitness Y3 $6\n"
				   "group Y-witnesses any Y1 Y2 Y3\n\n"
				   "group X-and-Y all X-witnesses Y-witnesses\n"
				   "quorum X-and-Y\n";
	struct skl_tlog_policy *policy = NULL;

	(void)state;
	assert_ok(parse(text, &policy, NULL));
	for (unsigned set = 0; set < 64; set++) {
		struct skl_tlog_verdict verdict;
		char signers[8] = "0";
		unsigned count[2] = {0};

		for (unsigned i = 0; i < 6; i++)
			if (set >> i & 1) {
				signers[strlen(signers)] = (char)('1' + i);
				count[i / 3]++;
			}
		assert_ok(judge(policy, signers, &verdict));
		assert_true(verdict.is_signed);
		assert_int_equal(verdict.cosigned, count[0] + count[1]);
		assert_int_equal(verdict.is_witnessed, count[0] >= 2 && count[1] >= 1);
	}
	skl_tlog_policy_free(policy);
}

static void times(void **state)
{
	struct skl_tlog_policy *policy = NULL;
	struct skl_tlog_verdict verdict;

	(void)state;
	assert_ok(parse("log @0\n" THREE "group g any a b c\nquorum g\n", &policy, NULL));
	assert_ok(judge(policy, "0213", &verdict));
	assert_int_equal(verdict.first_at_s, 1001);
	assert_int_equal(verdict.last_at_s, 1003);
	assert_ok(judge(policy, "0", &verdict));
	assert_int_equal(verdict.first_at_s, 0);
	skl_tlog_policy_free(policy);
}

/* What C2SP asks of implementations: 32 logs, 32 witnesses, 32 groups; and a bound. */
static void sizes(void **state)
{
	struct skl_buf text = {.max = 1 << 20};
	struct skl_tlog_policy *policy = NULL;
	struct skl_error error = {0};
	bool is_full = false;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct skl_note_verifier verifier;
		struct skl_key *key = NULL;
		enum skl_err err;

		assert_ok(skl_key_new(SKL_KEY_USE_SIGN, "many.test", NULL, &key));
		assert_ok(skl_note_verifier_of(key, NULL, SKL_NOTE_COSIGNATURE, &verifier));
		skl_buf_addf(&text, "witness w%u ", i);
		skl_note_verifier_format(&verifier, &text);
		skl_buf_addf(&text, "\ngroup g%u all w%u\n", i, i);
		skl_key_free(key);
		skl_buf_addf(&text, "quorum g%u\n", i);
		err = skl_tlog_policy_parse(skl_buf_view(&text), &policy, &error);
		skl_tlog_policy_free(policy);
		policy = NULL;
		text.len -= strlen("quorum g\n") + (i < 10 ? 1 : i < 100 ? 2 : 3);
		if (err == SKL_OK)
			continue;
		assert_true(i >= 32);
		assert_int_equal(err, SKL_ESYNTAX);
		is_full = true;
		break;
	}
	assert_true(is_full);
	skl_buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts), cmocka_unit_test(verdicts), cmocka_unit_test(example),
		cmocka_unit_test(times), cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
