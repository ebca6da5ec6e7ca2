/* SPDX-License-Identifier: EUPL-1.2 */
/* What others made in C2SP's formats: checkpoints of logs that are not ours, and the examples. */
#include "skl_file.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_text.h"
#include "skl_tlog_policy.h"
#include "skl_tlog_proof.h"
#include "t_wire.h"

#define SUMDB "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

static void read_data(const char *name, struct skl_buf *ret_text)
{
	const char *src = getenv("SRC"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/tests/data/c2sp/%s", src ? src : ".", name);
	*ret_text = (struct skl_buf){.max = 65536};
	assert_ok(skl_file_read(path, ret_text, NULL));
}

/* The verdict of a policy on a note; ESYNTAX where it is none. */
static enum skl_err judge(const struct skl_tlog_policy *policy, struct skl_view text,
			  struct skl_tlog_verdict *ret_verdict)
{
	struct skl_note *note = test_malloc(sizeof(*note));
	enum skl_err err = skl_note_parse(text, note);

	*ret_verdict = (struct skl_tlog_verdict){0};
	if (err == SKL_OK)
		err = skl_tlog_policy_check(policy, note, ret_verdict);
	test_free(note);
	return err;
}

/* Log, policy and cosignature of others: what they signed counts, and not one bit more. */
static void a_log_and_its_witness(void **state)
{
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	struct skl_buf text, trusted;
	struct skl_tlog_verdict verdict;
	struct skl_checkpoint checkpoint;
	const char *cosignature;
	size_t body, from;

	(void)state;
	read_data("log.note", &text);
	read_data("log.policy", &trusted);
	assert_ok(skl_tlog_policy_parse(skl_buf_view(&trusted), &policy, NULL));
	assert_ok(judge(policy, skl_buf_view(&text), &verdict));
	assert_true(verdict.is_signed && verdict.is_witnessed);
	assert_int_equal(verdict.cosigned, 1);
	assert_int_equal(verdict.first_at_s, 0x6a122120);
	assert_int_equal(verdict.last_at_s, 0x6a122120);
	body = (size_t)(strstr(skl_buf_str(&text), "\n\n") + 1 - skl_buf_str(&text));
	assert_ok(skl_checkpoint_parse(skl_view_of(text.data, body), &checkpoint));
	assert_string_equal(checkpoint.origin, "arche2025h1.staging.ct.transparency.dev");
	assert_int_equal(checkpoint.size, 1432088532);

	for (size_t at = 0; at < body; at++) { /* what was signed */
		text.data[at] ^= 1;
		(void)judge(policy, skl_buf_view(&text), &verdict);
		assert_false(verdict.is_signed && verdict.is_witnessed);
		text.data[at] ^= 1;
	}
	cosignature = strstr(skl_buf_str(&text), "remora.n621.de ");
	assert_non_null(cosignature);
	from = (size_t)(cosignature - skl_buf_str(&text)) + 15;
	for (size_t at = from; text.data[at] != '='; at++) { /* time and signature */
		uint8_t byte = text.data[at];

		text.data[at] = byte == 'A' ? 'B' : 'A';
		(void)judge(policy, skl_buf_view(&text), &verdict);
		assert_false(verdict.is_witnessed);
		text.data[at] = byte;
	}
	skl_buf_done(&text);
	skl_buf_done(&trusted);
}

static void a_tree_head_of_go(void **state)
{
	struct skl_note *note = test_malloc(sizeof(*note));
	struct skl_note_verifier verifier;
	struct skl_buf text;

	(void)state;
	read_data("sumdb.note", &text);
	assert_ok(skl_note_verifier_parse(skl_view_str(SUMDB), &verifier));
	assert_ok(skl_note_parse(skl_buf_view(&text), note));
	assert_ok(skl_note_verify(note, &verifier, NULL));
	text.data[22] ^= 1; /* the size */
	assert_ok(skl_note_parse(skl_buf_view(&text), note));
	assert_err(skl_note_verify(note, &verifier, NULL), SKL_ESIGNATURE);
	skl_buf_done(&text);
	test_free(note);
}

static void the_example_of_a_cosignature(void **state)
{
	struct skl_note *note = test_malloc(sizeof(*note));
	struct skl_checkpoint checkpoint;
	struct skl_buf text, again = {.max = 1024};

	(void)state;
	read_data("tlog-cosignature.example", &text);
	assert_ok(skl_note_parse(skl_buf_view(&text), note));
	assert_int_equal(note->sig_count, 2);
	assert_ok(skl_checkpoint_parse(note->text, &checkpoint));
	assert_string_equal(checkpoint.origin, "example.com/behind-the-sofa");
	assert_int_equal(checkpoint.size, 20852163);
	skl_checkpoint_format(&checkpoint, &again);
	assert_true(skl_view_equal(skl_buf_view(&again), note->text));
	assert_int_equal(note->sigs[0].len, 64);
	assert_int_equal(note->sigs[1].len, 8 + 64);
	assert_int_equal(skl_get_u64be(note->sigs[1].bytes), 1679315147);
	skl_buf_done(&text);
	skl_buf_done(&again);
	test_free(note);
}

static void the_example_of_a_proof(void **state)
{
	struct skl_tlog_proof proof;
	struct skl_buf text, again = {.max = 4096};
	char first[SKL_B64_TEXT_BYTES(32)];

	(void)state;
	read_data("tlog-proof.example", &text);
	assert_ok(skl_tlog_proof_parse(skl_buf_view(&text), &proof));
	assert_int_equal(proof.index, 73894);
	assert_int_equal(proof.count, 5);
	skl_b64_encode(skl_view_of(proof.path[0], 32), first);
	assert_string_equal(first, "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=");
	assert_int_equal(memcmp(proof.checkpoint.data, "example.com/fancylog\n109482\n", 28), 0);
	assert_int_equal(proof.extra_len, 39);
	assert_int_equal(memcmp(proof.extra, "age-v1.2.1-darwin-arm64.tar.gz", 30), 0);
	skl_tlog_proof_format(&proof, &again);
	assert_string_equal(skl_buf_str(&again), skl_buf_str(&text));
	skl_buf_done(&text);
	skl_buf_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_and_its_witness),
		cmocka_unit_test(a_tree_head_of_go),
		cmocka_unit_test(the_example_of_a_cosignature),
		cmocka_unit_test(the_example_of_a_proof),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
