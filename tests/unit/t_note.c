/* SPDX-License-Identifier: EUPL-1.2 */

/* C2SP signed notes, verifier keys, checkpoints and cosignatures. */

#include "t_wire.h"

#include "skl_note.h"

/* The example of Go's golang.org/x/mod/sumdb/note: made by another implementation. */
#define GO_VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define GO_NOTE                                                                                    \
	"If you think cryptography is the answer to your problem,\n"                               \
	"then you don't know what your problem is.\n"                                              \
	"\n"                                                                                       \
	"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS"  \
	"NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

static void test_go_note(void **state)
{
	struct skl_note_verifier verifier;
	struct skl_note *note = test_malloc(sizeof(*note));
	struct skl_buf text;

	(void)state;
	assert_ok(skl_note_verifier_parse(skl_view_str(GO_VKEY), &verifier));
	assert_string_equal(verifier.name, "PeterNeumann");
	assert_ok(skl_note_parse(skl_view_str(GO_NOTE), note));
	assert_int_equal(note->sig_count, 1);
	assert_ok(skl_note_verify(note, &verifier, NULL));
	skl_buf_init(&text, 1024);
	skl_note_verifier_format(&verifier, &text);
	assert_string_equal(skl_buf_str(&text), GO_VKEY);
	skl_buf_done(&text);
	test_free(note);
}

static void test_vkeys(void **state)
{
	static const struct {
		const char *text;
		enum skl_err wanted;
	} rows[] = {
		{GO_VKEY, SKL_OK},
		{"", SKL_ESYNTAX},
		{"PeterNeumann", SKL_ESYNTAX},
		{"PeterNeumann+c74f20a3", SKL_ESYNTAX},
		/* hash of another name or key */
		{"PaulNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", SKL_ESYNTAX},
		{"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", SKL_ESYNTAX},
		{"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX", SKL_ESYNTAX},
		{"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", SKL_ESYNTAX},
		/* an algorithm we do not know */
		{"PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", SKL_ESYNTAX},
		{"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		 SKL_ESYNTAX},
		{"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", SKL_ESYNTAX},
		{GO_VKEY " ", SKL_ESYNTAX},
		{"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW==",
		 SKL_ESYNTAX},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_note_verifier verifier;

		assert_err(skl_note_verifier_parse(skl_view_str(rows[i].text), &verifier),
			   rows[i].wanted);
	}
}

#define SIG                                                                                        \
	"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS"  \
	"NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

static void test_parse(void **state)
{
	static const struct {
		const char *name, *text;
		size_t len; /* 0: strlen */
		enum skl_err wanted;
	} rows[] = {
		{"good", "text\n\n" SIG, 0, SKL_OK},
		{"two lines", "text\n\n" SIG SIG, 0, SKL_OK},
		{"empty line in the text", "a\n\nb\n\n" SIG, 0, SKL_OK},
		{"a type with a long signature",
		 "text\n\n\xe2\x80\x94 other "
		 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		 0, SKL_OK},
		{"empty", "", 0, SKL_ESYNTAX},
		{"no signature", "text\n", 0, SKL_ESYNTAX},
		{"no signature line", "text\n\n", 0, SKL_ESYNTAX},
		{"no text", "\n\n" SIG, 0, SKL_OK},
		{"no empty line", "text\n" SIG, 0, SKL_ESYNTAX},
		{"no last newline", "text\n\n" SIG "x", 0, SKL_ESYNTAX},
		{"a line that is none", "text\n\nPeterNeumann x08go/ZJ\n", 0, SKL_ESYNTAX},
		{"hyphen for a dash", "text\n\n- PeterNeumann x08go/ZJ\n", 0, SKL_ESYNTAX},
		{"no name", "text\n\n\xe2\x80\x94 x08go/ZJ\n", 0, SKL_ESYNTAX},
		{"no base64", "text\n\n\xe2\x80\x94 Peter x08go/Z!\n", 0, SKL_ESYNTAX},
		{"too short", "text\n\n\xe2\x80\x94 Peter x08g\n", 0, SKL_ESYNTAX},
		{"control character", "te\rxt\n\n" SIG, 0, SKL_ESYNTAX},
		{"tab", "te\txt\n\n" SIG, 0, SKL_ESYNTAX},
		{"no UTF-8", "te\xfft\n\n" SIG, 0, SKL_ESYNTAX},
		{"NUL", "te\0t\n\n" SIG, sizeof("te\0t\n\n" SIG) - 1, SKL_ESYNTAX},
	};
	struct skl_note *note = test_malloc(sizeof(*note));

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		size_t len = rows[i].len ? rows[i].len : strlen(rows[i].text);
		enum skl_err err = skl_note_parse(skl_view_of(rows[i].text, len), note);

		if (err != rows[i].wanted)
			print_error("%s: %s\n", rows[i].name, skl_err_name(err));
		assert_err(err, rows[i].wanted);
	}
	test_free(note);
}

static void test_limits(void **state)
{
	struct skl_note *note = test_malloc(sizeof(*note));
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 2 * SKL_LIMIT_NOTE);
	skl_buf_add_str(&text, "text\n\n");
	for (unsigned i = 0; i < SKL_LIMIT_NOTE_SIGS_N; i++)
		skl_buf_add_str(&text, SIG);
	assert_ok(skl_note_parse(skl_buf_view(&text), note));
	assert_int_equal(note->sig_count, SKL_LIMIT_NOTE_SIGS_N);
	skl_buf_add_str(&text, SIG);
	assert_err(skl_note_parse(skl_buf_view(&text), note), SKL_ETOOLARGE);
	while (text.len <= SKL_LIMIT_NOTE)
		skl_buf_add_str(&text, SIG);
	assert_err(skl_note_parse(skl_buf_view(&text), note), SKL_ETOOLARGE);
	skl_buf_done(&text);
	test_free(note);
}

/* Made here: signed by two, each verifies, and nothing else does. */
static void test_sign(void **state)
{
	struct skl_key *one = t_key(SKL_KEY_USE_SIGN, "one.test");
	struct skl_key *two = t_key(SKL_KEY_USE_SIGN, "two.test");
	struct skl_key *seal = t_key(SKL_KEY_USE_SEAL, "seal.test");
	struct skl_note *note = test_malloc(sizeof(*note));
	struct skl_note_verifier verifier, third;
	struct skl_view text = skl_view_str("a line\nanother\n");
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 4096);
	assert_ok(skl_note_sign(text, one, NULL, &buf));
	assert_ok(skl_note_add(text, two, NULL, &buf));
	assert_ok(skl_note_parse(skl_buf_view(&buf), note));
	assert_int_equal(note->sig_count, 2);
	assert_true(skl_view_equal(note->text, text));
	assert_ok(skl_note_verifier_of(one, NULL, SKL_NOTE_ED25519, &verifier));
	assert_ok(skl_note_verify(note, &verifier, NULL));
	assert_ok(skl_note_verifier_of(two, NULL, SKL_NOTE_ED25519, &verifier));
	assert_ok(skl_note_verify(note, &verifier, NULL));
	/* Another name, or the key of another use of the name, is another signer. */
	assert_ok(skl_note_verifier_of(two, "three.test", SKL_NOTE_ED25519, &third));
	assert_err(skl_note_verify(note, &third, NULL), SKL_ENOTFOUND);
	/* A line that bears a known signer's name and hash and is wrong spoils the note. */
	note->sigs[1].bytes[5] ^= 1;
	assert_err(skl_note_verify(note, &verifier, NULL), SKL_ESIGNATURE);
	note->sigs[1].bytes[5] ^= 1;
	note->text = skl_view_str("a line\nanothes\n");
	assert_err(skl_note_verify(note, &verifier, NULL), SKL_ESIGNATURE);
	skl_buf_clear(&buf);
	assert_err(skl_note_sign(skl_view_str("no newline"), one, NULL, &buf), SKL_EINVAL);
	assert_err(skl_note_add(text, one, "a name", &buf), SKL_EINVAL);
	assert_err(skl_note_add(text, seal, NULL, &buf), SKL_EINVAL);
	skl_buf_done(&buf);
	test_free(note);
	skl_key_free(one);
	skl_key_free(two);
	skl_key_free(seal);
}

static void test_cosign(void **state)
{
	struct skl_key *log = t_key(SKL_KEY_USE_SIGN, "log.test");
	struct skl_key *witness = t_key(SKL_KEY_USE_SIGN, "witness.test");
	struct skl_note *note = test_malloc(sizeof(*note));
	struct skl_note_verifier verifier, plain;
	struct skl_view text = skl_view_str("log.test\n8\nAAAA\n");
	struct skl_buf buf;
	uint64_t at_s = 0;

	(void)state;
	skl_buf_init(&buf, 4096);
	assert_ok(skl_note_sign(text, log, NULL, &buf));
	assert_ok(skl_note_cosign(text, witness, NULL, 1772588460, &buf));
	assert_ok(skl_note_parse(skl_buf_view(&buf), note));
	assert_ok(skl_note_verifier_of(witness, NULL, SKL_NOTE_COSIGNATURE, &verifier));
	assert_ok(skl_note_verify(note, &verifier, &at_s));
	assert_int_equal(at_s, 1772588460);
	/* A witness's line is no signature of the note, and the reverse. */
	assert_ok(skl_note_verifier_of(witness, NULL, SKL_NOTE_ED25519, &plain));
	assert_err(skl_note_verify(note, &plain, NULL), SKL_ENOTFOUND);
	note->sigs[1].hash = plain.hash;
	assert_err(skl_note_verify(note, &plain, NULL), SKL_ESIGNATURE);
	note->sigs[1].hash = verifier.hash;
	note->sigs[1].bytes[7] ^= 1; /* the time is signed */
	assert_err(skl_note_verify(note, &verifier, NULL), SKL_ESIGNATURE);
	skl_buf_done(&buf);
	test_free(note);
	skl_key_free(log);
	skl_key_free(witness);
}

#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static void test_checkpoints(void **state)
{
	static const struct {
		const char *text;
		enum skl_err wanted;
	} rows[] = {
		{"schakel.test/2026\n8\n" ROOT "\n", SKL_OK},
		{"schakel.test/2026\n0\n" ROOT "\n", SKL_OK},
		{"schakel.test/2026\n999999999999999999\n" ROOT "\n", SKL_OK},
		{"schakel.test/2026\n9999999999999999999\n" ROOT "\n", SKL_ESYNTAX},
		{"schakel.test/2026\n08\n" ROOT "\n", SKL_ESYNTAX},
		{"schakel.test/2026\n-8\n" ROOT "\n", SKL_ESYNTAX},
		{"schakel.test/2026\n8 \n" ROOT "\n", SKL_ESYNTAX},
		{"schakel.test/2026\n\n" ROOT "\n", SKL_ESYNTAX},
		{"schakel.test/2026\n8\nAAAA\n", SKL_ESYNTAX},
		{"schakel.test/2026\n8\n" ROOT, SKL_ESYNTAX},
		{"schakel.test/2026\n8\n" ROOT "\nextension\n", SKL_ESYNTAX},
		{"\n8\n" ROOT "\n", SKL_ESYNTAX},
		{"a b\n8\n" ROOT "\n", SKL_ESYNTAX},
		{"", SKL_ESYNTAX},
	};
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 1024);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_checkpoint checkpoint;
		enum skl_err err = skl_checkpoint_parse(skl_view_str(rows[i].text), &checkpoint);

		assert_err(err, rows[i].wanted);
		if (err)
			continue;
		skl_buf_clear(&buf);
		skl_checkpoint_format(&checkpoint, &buf);
		assert_string_equal(skl_buf_str(&buf), rows[i].text);
	}
	skl_buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_go_note),     cmocka_unit_test(test_vkeys),
		cmocka_unit_test(test_parse),       cmocka_unit_test(test_limits),
		cmocka_unit_test(test_sign),        cmocka_unit_test(test_cosign),
		cmocka_unit_test(test_checkpoints),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
