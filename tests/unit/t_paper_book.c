/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The stories on paper agree with themselves: verdicts with what is seen, the trail with the
 * verdicts, answers with questions, contents with labels; nothing sealed reaches the hub; and every
 * message still has the bytes it had when the format was frozen (tests/data/paper/golden.hex).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "paper_book.h"
#include "skl_code.h"
#include "skl_label.h"
#include "skl_limits.h"
#include "skl_mem.h"

#define ROW_SECTION SCHAKEL__V1__ROW__ROW_SECTION

static Schakel__Paper__Book *book;
static int findings;

/* All findings of a test are told before it fails. */
#define FINDING(...)                                                                               \
	do {                                                                                       \
		print_message("# " __VA_ARGS__);                                                   \
		print_message("\n");                                                               \
		findings++;                                                                        \
	} while (0)

/* A rule that a step on paper must keep. */
#define MUST(condition, ...)                                                                       \
	do {                                                                                       \
		if (!(condition))                                                                  \
			FINDING(__VA_ARGS__);                                                      \
	} while (0)

static int load(void **state)
{
	(void)state;
	if (skl_wire_init())
		return -1;
	book = paper_book_load();
	return 0;
}

static int unload(void **state)
{
	(void)state;
	paper_book_free(book);
	return 0;
}

static int reset(void **state)
{
	(void)state;
	findings = 0;
	return 0;
}

static void all_scenarios_are_there(void **state)
{
	static const char *const folders[] = {"A1/", "A/", "B/", "C/", "D/", "E/", "F/",
					      "G/",  "H/", "I/", "J/", "K/", "L/"};

	(void)state;
	for (size_t f = 0; f < SKL_COUNT(folders); f++) {
		size_t count = 0;

		for (size_t s = 0; s < book->n_steps; s++)
			count += strncmp(book->steps[s]->name, folders[f], strlen(folders[f])) == 0;
		MUST(count >= 4, "%s has %zu steps", folders[f], count);
	}
	assert_int_equal(findings, 0);
}

/* --- verdicts ----------------------------------------------------------------------------------
 */

static bool is_denied(const Schakel__V1__RecipientResult *result)
{
	return (unsigned)result->outcome != SKL_OUTCOME_PERMITTED &&
	       (unsigned)result->outcome != SKL_OUTCOME_CUT;
}

static const Schakel__V1__Cut *find_cut(const Schakel__V1__RecipientResult *result,
					uint32_t section)
{
	for (size_t i = 0; i < result->n_cuts; i++)
		if (result->cuts[i]->section == section)
			return result->cuts[i];
	return NULL;
}

/* Cuts of these are not told to the recipient where it helps the other side. */
static bool is_silent_category(unsigned category)
{
	return category == SKL_CATEGORY_WHEREABOUTS || category == SKL_CATEGORY_VICTIM_PLAN;
}

static size_t check_sections(const paper_step *step, const Schakel__V1__RecipientResult *result)
{
	size_t cuts = 0;

	for (size_t l = 0; l < step->n_lines; l++) {
		const Schakel__Paper__Line *line = step->lines[l];
		const Schakel__V1__SectionRow *section = line->row->section;
		const Schakel__V1__Cut *cut;

		if (line->row->row_case != ROW_SECTION)
			continue;
		cut = find_cut(result, section->number);
		if (paper_sees(line, result->recipient)) {
			MUST(!cut, "%s: section %u is seen and cut", step->name, section->number);
			continue;
		}
		cuts++;
		MUST(cut && cut->reason && cut->category == section->category,
		     "%s: section %u is closed to %s without a reason", step->name, section->number,
		     result->partner);
		MUST(!cut || !is_silent_category(section->category) || cut->silent,
		     "%s: the cut of section %u must be silent", step->name, section->number);
	}
	return cuts;
}

static size_t count_words(const char *text)
{
	size_t count = 0;

	for (; *text; text += strcspn(text, " ")) {
		text += strspn(text, " ");
		count += *text != 0;
	}
	return count;
}

static void check_text(const paper_step *step, const Schakel__V1__RecipientResult *result)
{
	if ((unsigned)result->outcome == SKL_OUTCOME_PERMITTED && !result->repair_due_ms)
		return;
	MUST(result->text_nl[0] && result->text_en[0], "%s: no way out is told", step->name);
	MUST(count_words(result->text_nl) <= 60 && count_words(result->text_en) <= 60,
	     "%s: the text has more than 60 words", step->name);
	MUST(step->result->outcome == SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED ||
		     step->result->phone[0],
	     "%s: no phone line", step->name);
}

static void check_verdict(const paper_step *step, const Schakel__V1__RecipientResult *result,
			  const Schakel__Paper__Line *own)
{
	size_t cuts, seen = 0;

	MUST(strcmp(result->partner, own->row->recipient->partner) == 0 &&
		     strcmp(result->desk, own->row->recipient->desk) == 0,
	     "%s: a verdict for another", step->name);
	for (size_t l = 0; l < step->n_lines; l++)
		seen += paper_sees(step->lines[l], result->recipient);
	check_text(step, result);
	if (is_denied(result)) {
		MUST(seen == 0 && result->reason, "%s: %s is denied and sees rows", step->name,
		     result->partner);
		return;
	}
	MUST(own->n_seen_by == 1 && own->seen_by[0] == result->recipient,
	     "%s: a recipient row is seen by another", step->name);
	cuts = check_sections(step, result);
	MUST(cuts == result->n_cuts, "%s: a cut of no section", step->name);
	MUST((cuts > 0) == ((unsigned)result->outcome == SKL_OUTCOME_CUT),
	     "%s: the outcome for %s is not what its sections say", step->name, result->partner);
}

/* What the recipient is told: the cuts that are not silent. */
static void check_not_shared(const paper_step *step, const Schakel__V1__RecipientResult *result)
{
	size_t told = 0, offered = 0;

	for (size_t i = 0; i < result->n_cuts; i++)
		told += !result->cuts[i]->silent;
	for (size_t i = 0; i < step->n_offered; i++)
		if (step->offered[i]->recipient == result->recipient)
			offered = step->offered[i]->n_not_shared;
	MUST(told == offered, "%s: %s is told %zu of %zu cuts", step->name, result->partner,
	     offered, told);
}

static void verdicts_agree_with_what_is_seen(void **state)
{
	(void)state;
	for (size_t s = 0; s < book->n_steps; s++) {
		const paper_step *step = book->steps[s];
		const Schakel__Paper__Line *own;
		bool principal_denied = false, any_permitted = false;
		size_t i = 0;

		for (; (own = paper_recipient(step, i)); i++) {
			const Schakel__V1__RecipientResult *result = step->result->recipients[i];

			check_verdict(step, result, own);
			check_not_shared(step, result);
			any_permitted = any_permitted || !is_denied(result);
			principal_denied =
				principal_denied ||
				(is_denied(result) && (unsigned)own->row->recipient->type ==
							      SKL_RECIPIENT_TYPE_PRINCIPAL);
		}
		MUST(i == step->result->n_recipients ||
			     (i == 0 && step->result->n_recipients == 1 &&
			      step->result->recipients[0]->recipient == 0),
		     "%s: a verdict for nobody", step->name);
		MUST(!(principal_denied && any_permitted),
		     "%s: a principal is denied and others get it", step->name);
	}
	assert_int_equal(findings, 0);
}

/* --- the trail ---------------------------------------------------------------------------------
 */

static const Schakel__Paper__Recorded *recorded_at(const paper_step *step, uint64_t index)
{
	for (size_t i = 0; i < step->n_recorded; i++)
		if (step->recorded[i]->index == index)
			return step->recorded[i];
	return NULL;
}

static void check_entry(const paper_step *step, const Schakel__V1__RecipientResult *result)
{
	const Schakel__Paper__Recorded *recorded = recorded_at(step, result->entry->index);
	char desk[140] = "";

	if (result->recipient)
		(void)snprintf(desk, sizeof desk, "%s/%s", result->partner, result->desk);
	MUST(recorded, "%s: no entry for %s", step->name, desk);
	if (!recorded)
		return;
	MUST(recorded->entry->outcome == result->outcome &&
		     strcmp(recorded->entry->recipient, desk) == 0 &&
		     strcmp(recorded->entry->sender, step->common->sender) == 0,
	     "%s: the entry for %s says otherwise", step->name, desk);
	MUST(recorded->detail->reason == result->reason &&
		     recorded->detail->case_change == result->case_change,
	     "%s: the detail for %s says otherwise", step->name, desk);
	for (size_t i = 0; i < recorded->detail->n_sections; i++) {
		const Schakel__V1__SectionDetail *section = recorded->detail->sections[i];
		const Schakel__V1__Cut *cut = find_cut(result, section->number);

		MUST(section->delivered == (!is_denied(result) && !cut),
		     "%s: the entry for %s is wrong about section %u", step->name, desk,
		     section->number);
		MUST(!cut || (section->reason == cut->reason && section->silent == cut->silent),
		     "%s: the entry for %s has another reason", step->name, desk);
	}
}

static void check_receipt(const paper_step *step, const Schakel__V1__Receipt *receipt)
{
	for (size_t i = 0; i < receipt->n_items; i++) {
		const Schakel__V1__ReceiptItem *item = receipt->items[i];
		const Schakel__Paper__Recorded *decision = recorded_at(step, item->index);
		size_t len = strlen(receipt->partner);

		MUST(strcmp(item->sender, step->common->sender) == 0,
		     "%s: a receipt of another sender's message", step->name);
		MUST(decision && strncmp(decision->entry->recipient, receipt->partner, len) == 0 &&
			     decision->entry->recipient[len] == '/',
		     "%s: a receipt for an entry of another", step->name);
	}
}

static void the_trail_agrees_with_the_verdicts(void **state)
{
	(void)state;
	for (size_t s = 0; s < book->n_steps; s++) {
		const paper_step *step = book->steps[s];

		MUST(step->n_recorded > 0, "%s: nothing is recorded", step->name);
		for (size_t i = 1; i < step->n_recorded; i++)
			MUST(step->recorded[i]->index == step->recorded[i - 1]->index + 1,
			     "%s: indexes have a gap", step->name);
		for (size_t i = 0; i < step->result->n_recipients; i++)
			check_entry(step, step->result->recipients[i]);
		for (size_t i = 0; i < step->n_receipts; i++)
			check_receipt(step, step->receipts[i]);
		for (size_t i = 0; i < step->n_told; i++)
			MUST(recorded_at(step, step->told[i]->notice->entry->index),
			     "%s: a notice without an entry", step->name);
	}
	assert_int_equal(findings, 0);
}

/* --- answers -----------------------------------------------------------------------------------
 */

/* in_reply_to goes to every recipient: each, and the sender, must know that message. */
static void answers_name_only_what_all_know(void **state)
{
	(void)state;
	for (size_t s = 0; s < book->n_steps; s++) {
		const paper_step *step = book->steps[s];
		Schakel__V1__RecipientRow sender = {.partner = step->common->sender,
						    .desk = step->common->sender_desk};
		const Schakel__Paper__Line *line;

		if (step->common->in_reply_to.len == 0)
			continue;
		MUST(paper_knows(book, &sender, step->common->in_reply_to.data, 0),
		     "%s: answers what it did not get", step->name);
		for (size_t i = 0; (line = paper_recipient(step, i)); i++)
			MUST(paper_knows(book, line->row->recipient, step->common->in_reply_to.data,
					 0),
			     "%s: %s reads of a message that it does not know", step->name,
			     line->row->recipient->partner);
	}
	assert_int_equal(findings, 0);
}

static void ids_are_unique(void **state)
{
	(void)state;
	for (size_t s = 0; s < book->n_steps; s++) {
		assert_int_equal(book->steps[s]->common->id.len, SKL_ID_BYTES);
		for (size_t other = 0; other < s; other++)
			assert_memory_not_equal(book->steps[s]->common->id.data,
						book->steps[other]->common->id.data, SKL_ID_BYTES);
	}
}

/* --- labels ------------------------------------------------------------------------------------
 */

static void contents_fit_their_labels(void **state)
{
	(void)state;
	for (size_t s = 0; s < book->n_steps; s++) {
		for (size_t l = 0; l < book->steps[s]->n_lines; l++) {
			const Schakel__Paper__Line *line = book->steps[s]->lines[l];
			struct skl_error error = {0};
			struct skl_label_rows rows = {0};

			if (line->row->row_case != ROW_SECTION)
				continue;
			rows.category = (enum skl_category)line->row->section->category;
			rows.about = line->row->section->about;
			rows.about_count = line->row->section->n_about;
			if (skl_label_check(&rows, skl_view_str(line->content), &error))
				FINDING("%s: section %u: %s", book->steps[s]->name,
					line->row->section->number, error.text);
		}
	}
	assert_int_equal(findings, 0);
}

/* --- P4: the hub holds no content --------------------------------------------------------------
 */

static bool found_in(struct skl_view hay, const char *needle, size_t len)
{
	for (size_t at = 0; at + len <= hay.len; at++)
		if (memcmp(hay.data + at, needle, len) == 0)
			return true;
	return false;
}

/*
 * What tells: names and places (words with a capital) and whole sentences. A short word in small
 * letters may be the name of a desk as well. Returns how many were looked for.
 */
static size_t no_word_in(const paper_step *step, const char *content, struct skl_view hay)
{
	size_t count = 0;

	for (const char *at = content; *at;) {
		size_t word = strcspn(at, "\"\\:,{}[] "), value = strcspn(at, "\"");
		bool is_name = word >= 4 && *at >= 'A' && *at <= 'Z';
		bool is_text = value >= 12 && at > content && at[-1] == '"' && word < value;

		if (is_name || is_text)
			count++;
		if (is_name && found_in(hay, at, word))
			FINDING("%s: '%.*s' is in what the hub gets", step->name, (int)word, at);
		if (is_text && found_in(hay, at, value))
			FINDING("%s: '%.*s' is in what the hub gets", step->name, (int)value, at);
		at += word ? word : 1;
	}
	return count;
}

static void p4_no_content_at_the_hub(void **state)
{
	struct paper_sent sent;
	size_t count = 0;

	(void)state;
	for (size_t s = 0; s < book->n_steps; s++) {
		const paper_step *step = book->steps[s];

		paper_send(step, &sent);
		for (size_t l = 0; l < step->n_lines; l++) {
			struct skl_view header =
				skl_view_of(sent.sealed.header, sent.sealed.header_len);

			if (step->lines[l]->row->row_case != ROW_SECTION)
				continue;
			count += no_word_in(step, step->lines[l]->content, header);
			for (size_t f = 0; f < sent.sealed.frame_count; f++)
				(void)no_word_in(step, step->lines[l]->content,
						 skl_view_of(sent.sealed.frames[f].bytes,
							     sent.sealed.frames[f].len));
		}
		paper_sent_done(&sent);
	}
	assert_true(count > 300);
	assert_int_equal(findings, 0);
}

/* --- golden bytes ------------------------------------------------------------------------------
 */

/* The frozen lines "STEP WHAT NUMBER HEX", read in order. */
struct golden {
	FILE *file;
	char *line; /* owned */
	size_t len, max;
};

static const char *next_line(struct golden *golden)
{
	int byte;

	golden->len = 0;
	while ((byte = getc(golden->file)) != EOF && byte != '\n') {
		if (golden->len + 2 > golden->max) {
			golden->max = golden->max ? golden->max * 2 : 4096;
			golden->line = skl_realloc_array(golden->line, golden->max, 1);
			assert_non_null(golden->line);
		}
		golden->line[golden->len++] = (char)byte;
	}
	if (!golden->len)
		return "";
	golden->line[golden->len] = 0;
	return golden->line[0] == '#' ? next_line(golden) : golden->line;
}

/* One message: its bytes are the frozen ones, and the frozen ones read back give the same. */
static void check_golden(struct golden *golden, const paper_step *step, const char *what,
			 size_t number, const ProtobufCMessage *message)
{
	ProtobufCMessage *again;
	struct skl_buf line;
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = skl_calloc(1, len + 1), *packed = skl_calloc(1, len + 1);

	assert_non_null(bytes);
	assert_non_null(packed);
	assert_int_equal(protobuf_c_message_pack(message, bytes), len);
	skl_buf_init(&line, 1u << 20);
	skl_buf_addf(&line, "%s %s %zu ", step->name, what, number);
	for (size_t i = 0; i < len; i++)
		skl_buf_addf(&line, "%02x", bytes[i]);
	if (strcmp(next_line(golden), skl_buf_str(&line)) != 0)
		FINDING("%s: %s %zu has other bytes than golden.hex", step->name, what, number);
	skl_buf_done(&line);
	again = protobuf_c_message_unpack(message->descriptor, NULL, len, bytes);
	assert_non_null(again);
	assert_int_equal(protobuf_c_message_get_packed_size(again), len);
	assert_int_equal(protobuf_c_message_pack(again, packed), len);
	assert_memory_equal(packed, bytes, len);
	protobuf_c_message_free_unpacked(again, NULL);
	skl_free(bytes);
	skl_free(packed);
}

static void check_step(struct golden *golden, const paper_step *step)
{
	check_golden(golden, step, "common", 0, &step->common->base);
	for (size_t i = 0; i < step->n_lines; i++)
		check_golden(golden, step, "row", i, &step->lines[i]->row->base);
	check_golden(golden, step, "result", 0, &step->result->base);
	for (size_t i = 0; i < step->n_recorded; i++) {
		const Schakel__Paper__Recorded *recorded = step->recorded[i];

		check_golden(golden, step, "entry", i, &recorded->entry->base);
		if (recorded->detail)
			check_golden(golden, step, "detail", i, &recorded->detail->base);
		for (size_t n = 0; n < recorded->n_subjects; n++)
			check_golden(golden, step, "subject", n, &recorded->subjects[n]->base);
	}
	for (size_t i = 0; i < step->n_receipts; i++)
		check_golden(golden, step, "receipt", i, &step->receipts[i]->base);
	for (size_t i = 0; i < step->n_told; i++)
		check_golden(golden, step, "notice", i, &step->told[i]->notice->base);
	if (step->answer)
		check_golden(golden, step, "answer", 0, &step->answer->base);
}

static void bytes_are_as_frozen(void **state)
{
	struct golden golden = {0};
	char path[512];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/tests/data/paper/golden.hex", paper_root());
	golden.file = fopen(path, "r");
	assert_non_null(golden.file);
	for (size_t s = 0; s < book->n_steps && findings < 20; s++)
		check_step(&golden, book->steps[s]);
	assert_int_equal(findings, 0);
	assert_string_equal(next_line(&golden), "");
	assert_int_equal(fclose(golden.file), 0);
	skl_free(golden.line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_scenarios_are_there, reset),
		cmocka_unit_test_setup(verdicts_agree_with_what_is_seen, reset),
		cmocka_unit_test_setup(the_trail_agrees_with_the_verdicts, reset),
		cmocka_unit_test_setup(answers_name_only_what_all_know, reset),
		cmocka_unit_test_setup(ids_are_unique, reset),
		cmocka_unit_test_setup(contents_fit_their_labels, reset),
		cmocka_unit_test_setup(p4_no_content_at_the_hub, reset),
		cmocka_unit_test_setup(bytes_are_as_frozen, reset),
	};

	return cmocka_run_group_tests_name("paper_book", tests, load, unload);
}
