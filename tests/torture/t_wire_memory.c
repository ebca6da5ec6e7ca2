/* link: -Wl,--wrap=skl_calloc,--wrap=skl_realloc_array,--wrap=skl_memdup */
/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Memory that runs out at the n-th request, for every n: what fails says ENOMEM (or the error it
 * sticks as), gives nothing half-made out and leaks nothing; the run after it, with memory, works.
 */

#include "../unit/t_wire.h"

#include "skl_directory.h"
#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_note.h"
#include "skl_opened.h"
#include "skl_receipt.h"
#include "skl_unpack.h"

void *__real_skl_calloc(size_t count, size_t size);
void *__real_skl_realloc_array(void *memory, size_t count, size_t size);
void *__real_skl_memdup(const void *bytes, size_t length);
void *__wrap_skl_calloc(size_t count, size_t size);
void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size);
void *__wrap_skl_memdup(const void *bytes, size_t length);

static unsigned until_failure; /* 0: never */
static bool has_failed;

static bool fails(void)
{
	if (until_failure == 0 || --until_failure > 0)
		return false;
	has_failed = true;
	return true;
}

void *__wrap_skl_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_skl_calloc(count, size);
}

void *__wrap_skl_realloc_array(void *memory, size_t count, size_t size)
{
	return fails() ? NULL : __real_skl_realloc_array(memory, count, size);
}

void *__wrap_skl_memdup(const void *bytes, size_t length)
{
	return fails() ? NULL : __real_skl_memdup(bytes, length);
}

/* --- what is tried --------------------------------------------------------------------------- */

static struct skl_key *sign_key, *other_key, *seal_key;
static struct skl_sealed sealed;  /* a message made with memory, for those that read it */
static struct skl_buf note, list; /* a signed directory, a receipt */
static struct skl_registrar registrars[2];

static enum skl_err make_message(struct skl_sealed *ret)
{
	static const enum skl_position victim[] = {SKL_POSITION_VICTIM};
	struct skl_draft_opts opts = {.kind = SKL_KIND_POLICE_REPORT,
				      .sender = "politie-nh",
				      .sender_desk = "desk",
				      .created_ms = T_NOW_MS,
				      .directory_number = 7,
				      .sign_key = sign_key};
	SKL_CLEANUP(skl_draft_freep) struct skl_draft *draft = NULL;
	struct skl_draft_section section = {
		.category = SKL_CATEGORY_IDENTITY, .content = skl_view_str("{}"), .about_count = 1};
	uint32_t subject;
	enum skl_err err = skl_draft_new(&opts, &draft);

	if (err)
		return err;
	subject = skl_draft_subject(draft, victim, 1);
	section.about = &subject;
	(void)skl_draft_section(draft, &section);
	(void)skl_draft_recipient(draft, "vt-zw", "triage", SKL_RECIPIENT_TYPE_PRINCIPAL,
				  seal_key->public_key);
	skl_draft_fact_value(draft, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_draft_event_at(draft, SKL_EVENT_OCCURRED_AT, T_NOW_MS);
	skl_draft_wrap_all(draft);
	return skl_draft_finish(draft, ret, NULL);
}

static enum skl_err try_draft(void)
{
	struct skl_sealed made = {0};
	enum skl_err err = make_message(&made);

	assert_true((made.header != NULL) == (err == SKL_OK));
	skl_sealed_done(&made);
	return err;
}

static enum skl_err try_read(void)
{
	const struct skl_key *const keys[] = {seal_key};
	struct skl_opened_keys with = {.partner = "vt-zw",
				       .sender_public = sign_key->public_key,
				       .desk_keys = keys,
				       .desk_key_count = 1};
	static const bool sections[] = {true};
	struct skl_envelope_opens opens = {.sections = sections};
	struct skl_view frame = skl_view_of(sealed.frames[0].bytes, sealed.frames[0].len);
	Schakel__V1__OfferedMessage offered;
	struct skl_opened opened = {0};
	struct skl_envelope env;
	struct skl_arena arena;
	enum skl_err err;

	skl_arena_init(&arena, 0, 0);
	schakel__v1__offered_message__init(&offered);
	err = skl_envelope_decode(skl_view_of(sealed.header, sealed.header_len), SKL_FORM_SUBMIT,
				  &arena, &env, NULL);
	if (!err)
		err = skl_envelope_verify(&env, sign_key->public_key);
	if (!err) {
		opens.recipient = skl_envelope_recipient(&env, 0)->number;
		err = skl_envelope_select(&env, &opens, &arena, &offered);
	}
	if (!err) {
		err = skl_opened_open(&offered, &frame, 1, &with, &opened, NULL);
		if (!err)
			assert_ok(opened.sections[0].err);
		skl_opened_done(&opened);
	}
	skl_arena_done(&arena);
	return err;
}

static enum skl_err try_directory(void)
{
	SKL_CLEANUP(skl_directory_freep) struct skl_directory *directory = NULL;
	enum skl_err err =
		skl_directory_open(skl_buf_view(&note), registrars, 2, 2, &directory, NULL);

	assert_true((directory != NULL) == (err == SKL_OK));
	return err;
}

static enum skl_err try_notes(void)
{
	struct skl_view text = skl_view_str("a\n1\nb\n");
	struct skl_buf buf;
	enum skl_err err;

	skl_buf_init(&buf, 4096);
	err = skl_note_sign(text, sign_key, NULL, &buf);
	if (!err)
		err = skl_note_cosign(text, sign_key, NULL, 5, &buf);
	if (!err) {
		static struct skl_note back;
		struct skl_note_verifier witness;
		uint64_t at_s = 0;

		assert_ok(skl_note_parse(skl_buf_view(&buf), &back));
		assert_ok(skl_note_verifier_of(sign_key, NULL, SKL_NOTE_COSIGNATURE, &witness));
		err = skl_note_verify(&back, &witness, &at_s);
		assert_true(err || at_s == 5);
	}
	skl_buf_done(&buf);
	return err;
}

static enum skl_err try_receipt(void)
{
	Schakel__V1__SignedReceipt *back = NULL;
	Schakel__V1__Receipt *receipt = NULL;
	struct skl_arena arena;
	struct skl_buf buf;
	enum skl_err err;

	skl_arena_init(&arena, 0, 0);
	skl_buf_init(&buf, 4096);
	err = skl_unpack(&schakel__v1__signed_receipt__descriptor, skl_buf_view(&list), &arena,
			 &back);
	if (!err)
		err = skl_receipt_decode(back, &arena, &receipt);
	if (!err)
		err = skl_receipt_verify(back, sign_key->public_key);
	if (!err)
		err = skl_receipt_make(receipt, sign_key, &buf);
	skl_buf_done(&buf);
	skl_arena_done(&arena);
	return err;
}

static enum skl_err try_tree(void)
{
	static const uint8_t leaves[5][32] = {{1}, {2}, {3}};
	SKL_CLEANUP(skl_commit_tree_freep) struct skl_commit_tree *tree = NULL;
	uint8_t path[SKL_LIMIT_PATH_N][32];
	size_t count = 0;
	enum skl_err err = skl_commit_tree_new(leaves, 5, &tree);

	return err ? err : skl_merkle_path(leaves, 5, 3, path, &count);
}

static enum skl_err try_keys(void)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *made = NULL;
	SKL_CLEANUP(skl_key_freep) struct skl_key *read = NULL;
	struct skl_buf text;
	enum skl_err err = skl_key_new(SKL_KEY_USE_SIGN, "a", NULL, &made);

	skl_buf_init(&text, 1024);
	if (!err) {
		skl_key_format_secret(made, &text);
		err = skl_buf_err(&text);
	}
	if (!err)
		err = skl_key_parse(skl_buf_view(&text), &read, NULL);
	skl_buf_wipe(&text);
	return err;
}

/* --- each of them, failing at each request -------------------------------------------------------
 */

static const struct attempt {
	const char *name;
	enum skl_err (*run)(void);
	unsigned least; /* requests it makes at least: the test would see none otherwise */
} attempts[] = {
	{"draft", try_draft, 20}, {"read", try_read, 3},       {"directory", try_directory, 10},
	{"notes", try_notes, 2},  {"receipt", try_receipt, 2}, {"tree", try_tree, 4},
	{"keys", try_keys, 3},
};

static void test_attempt(void **state)
{
	const struct attempt *attempt = *state;
	unsigned n = 0;

	for (;;) {
		enum skl_err err;

		until_failure = ++n;
		has_failed = false;
		err = attempt->run();
		until_failure = 0;
		if (!has_failed) {
			assert_ok(err);
			break;
		}
		if (err != SKL_ENOMEM)
			fail_msg("%s, request %u: %s", attempt->name, n, skl_err_name(err));
		assert_in_range(n, 1, 1000);
	}
	assert_in_range(n - 1, attempt->least, 1000);
}

static void sign_directory(void)
{
	static const char text[] =
		"schakel-directory/v1\nenvironment test\nnumber 7\nprevious none\n"
		"fresh-until 2026-12-31\n"
		"hub origin=o endpoint=tcp://x "
		"transport=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= "
		"promise=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= "
		"log=PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n"
		"partner id=a name=b role=police side=justice status=active\n";

	for (size_t i = 0; i < 2; i++) {
		const struct skl_key *key = i ? other_key : sign_key;

		registrars[i].side = i ? SKL_SIDE_JUSTICE : SKL_SIDE_CARE;
		assert_ok(
			skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &registrars[i].verifier));
		if (i == 0)
			assert_ok(skl_note_sign(skl_view_str(text), key, NULL, &note));
		else
			assert_ok(skl_note_add(skl_view_str(text), key, NULL, &note));
	}
}

static void make_receipt(void)
{
	Schakel__V1__ReceiptItem item, *items[] = {&item};
	Schakel__V1__Receipt receipt;
	char partner[] = "vt-zw";

	schakel__v1__receipt_item__init(&item);
	item.offer = 1;
	item.state = SCHAKEL__V1__DELIVERY_STATE__DELIVERY_NOTED;
	item.at_ms = T_NOW_MS;
	schakel__v1__receipt__init(&receipt);
	receipt.partner = partner;
	receipt.items = items;
	receipt.n_items = 1;
	assert_ok(skl_receipt_make(&receipt, sign_key, &list));
}

static int set_up(void **state)
{
	(void)state;
	sign_key = t_key(SKL_KEY_USE_SIGN, "sign");
	other_key = t_key(SKL_KEY_USE_SIGN, "other");
	seal_key = t_key(SKL_KEY_USE_SEAL, "seal");
	skl_buf_init(&note, 65536);
	skl_buf_init(&list, 65536);
	assert_ok(make_message(&sealed));
	make_receipt();
	sign_directory();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	skl_key_free(sign_key);
	skl_key_free(other_key);
	skl_key_free(seal_key);
	skl_sealed_done(&sealed);
	skl_buf_done(&note);
	skl_buf_done(&list);
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[SKL_COUNT(attempts)];

	for (size_t i = 0; i < SKL_COUNT(attempts); i++)
		tests[i] = (struct CMUnitTest){
			.name = attempts[i].name,
			.test_func = test_attempt,
			.initial_state = (struct attempt *)(uintptr_t)&attempts[i],
		};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
