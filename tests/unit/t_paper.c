/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * The stories on paper, sent for real: each recipient reads the rows that its line on paper says,
 * and no trace of another recipient. tests/data/paper/README.md tells the stories.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "paper_book.h"
#include "skl_code.h"
#include "skl_limits.h"
#include "skl_mem.h"
#include "skl_opened.h"

#define ROW_RECIPIENT SCHAKEL__V1__ROW__ROW_RECIPIENT
#define ROW_SUBJECT   SCHAKEL__V1__ROW__ROW_SUBJECT
#define ROW_SECTION   SCHAKEL__V1__ROW__ROW_SECTION
#define ROW_KEY       SCHAKEL__V1__ROW__ROW_KEY
#define ROW_FACT      SCHAKEL__V1__ROW__ROW_FACT
#define ROW_EVENT     SCHAKEL__V1__ROW__ROW_EVENT
#define ROW_CONSENT   SCHAKEL__V1__ROW__ROW_CONSENT
#define ROW_PSEUDONYM SCHAKEL__V1__ROW__ROW_PSEUDONYM

#define LINES_MAX 256

static Schakel__Paper__Book *book;
static int findings;

/* All findings of a test are told before it fails. */
#define FINDING(...)                                                                               \
	do {                                                                                       \
		print_message("# " __VA_ARGS__);                                                   \
		print_message("\n");                                                               \
		findings++;                                                                        \
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

/* --- one recipient of one step -----------------------------------------------------------------
 */

/* A message on its way to one recipient. */
struct reading {
	const paper_step *step;
	struct paper_sent *sent;
	const Schakel__V1__RecipientRow *me; /* on paper */
	size_t place;                        /* among the recipients */
	Schakel__V1__OfferedMessage offered;
	struct skl_arena arena;
};

static bool desk_knows(void *arg, const uint8_t ref[16], uint32_t section)
{
	const struct reading *reading = arg;

	return paper_knows(book, reading->me, ref, section);
}

static const Schakel__Paper__Offered *offered_of(const paper_step *step, uint32_t recipient)
{
	size_t i = 0;

	while (i < step->n_offered && step->offered[i]->recipient != recipient)
		i++;
	assert_true(i < step->n_offered);
	return step->offered[i];
}

/* The sections that paper opens, in the order in which the hub has them. */
static void open_sections(const struct reading *reading, bool *sections)
{
	const struct skl_envelope *env = &reading->sent->env;

	for (size_t i = 0; i < env->of[ROW_SECTION].count; i++) {
		uint32_t number =
			paper_of(&reading->sent->sections, skl_envelope_section(env, i)->number);

		sections[i] = false;
		for (size_t l = 0; l < reading->step->n_lines; l++) {
			const Schakel__Paper__Line *line = reading->step->lines[l];

			if (line->row->row_case == ROW_SECTION &&
			    line->row->section->number == number)
				sections[i] = paper_sees(line, reading->me->number);
		}
	}
}

/* The rule's may-know: every code of which paper shows the recipient a row. */
static void open_codes(const struct reading *reading, struct skl_envelope_opens *opens)
{
	for (size_t l = 0; l < reading->step->n_lines; l++) {
		const Schakel__Paper__Line *line = reading->step->lines[l];

		if (!paper_sees(line, reading->me->number))
			continue;
		if (line->row->row_case == ROW_FACT)
			opens->facts |= UINT64_C(1) << (unsigned)line->row->fact->code;
		else if (line->row->row_case == ROW_EVENT)
			opens->events |= UINT64_C(1) << (unsigned)line->row->event->code;
	}
}

/* Select as the hub does, by the verdict on paper. */
static void offer(struct reading *reading)
{
	const Schakel__Paper__Offered *paper = offered_of(reading->step, reading->me->number);
	struct skl_envelope_opens opens = {
		.recipient = paper_real(&reading->sent->recipients, reading->me->number),
		.knows = desk_knows,
		.arg = reading,
	};
	uint32_t helped[PAPER_MAX];
	bool sections[PAPER_MAX];

	assert_true(paper->n_helped <= PAPER_MAX);
	for (size_t i = 0; i < paper->n_positions; i++)
		opens.positions |= 1u << (unsigned)paper->positions[i];
	for (size_t i = 0; i < paper->n_helped; i++)
		helped[i] = paper_real(&reading->sent->subjects, paper->helped[i]);
	opens.helped = helped;
	opens.helped_count = paper->n_helped;
	open_sections(reading, sections);
	opens.sections = sections;
	open_codes(reading, &opens);
	schakel__v1__offered_message__init(&reading->offered);
	skl_arena_init(&reading->arena, SKL_LIMIT_ARENA, SKL_LIMIT_ARENA_CALLS);
	assert_int_equal(skl_envelope_select(&reading->sent->env, &opens, &reading->arena,
					     &reading->offered),
			 SKL_OK);
}

typedef void (*reading_fn)(struct reading *reading);

/* Send every step and let every recipient that paper does not deny read it. */
static void for_all_readers(reading_fn check)
{
	const Schakel__Paper__Line *line;
	struct paper_sent sent;

	for (size_t s = 0; s < book->n_steps; s++) {
		paper_send(book->steps[s], &sent);
		for (size_t i = 0; (line = paper_recipient(book->steps[s], i)); i++) {
			struct reading reading = {.step = book->steps[s],
						  .sent = &sent,
						  .me = line->row->recipient,
						  .place = i};

			if (!line->n_seen_by)
				continue;
			offer(&reading);
			check(&reading);
			skl_arena_done(&reading.arena);
		}
		paper_sent_done(&sent);
	}
}

/* --- exactly its rows --------------------------------------------------------------------------
 */

struct row_bytes {
	uint8_t *bytes;
	size_t len;
	bool used;
};

static struct row_bytes on_paper(const Schakel__V1__Row *row, const struct paper_sent *sent)
{
	struct row_bytes found = {0};
	struct skl_buf buf;

	skl_buf_init(&buf, 1u << 20);
	paper_row(row, sent, &buf);
	found.bytes = skl_buf_take(&buf, &found.len);
	assert_non_null(found.bytes);
	return found;
}

static bool take(struct row_bytes *rows, size_t count, const struct row_bytes *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (!rows[i].used && rows[i].len == wanted->len &&
		    memcmp(rows[i].bytes, wanted->bytes, wanted->len) == 0)
			return rows[i].used = true;
	return false;
}

/* A key row belongs to me and to a section that I may see; returns how many there are. */
static size_t check_keys(const struct reading *reading, const struct skl_envelope *env)
{
	const Schakel__V1__KeyRow *key;
	size_t count = 0;

	for (; (key = skl_envelope_key(env, count)); count++) {
		if (paper_of(&reading->sent->recipients, key->recipient) != reading->me->number)
			FINDING("%s: %s got a key of another", reading->step->name,
				reading->me->partner);
		if (!skl_envelope_find_section(env, key->section))
			FINDING("%s: %s got a key of a section it does not see",
				reading->step->name, reading->me->partner);
	}
	return count;
}

static void name_row(const struct reading *reading, const char *what, size_t line,
		     const Schakel__V1__Row *row)
{
	unsigned code = row->row_case == ROW_EVENT  ? (unsigned)row->event->code
			: row->row_case == ROW_FACT ? (unsigned)row->fact->code
						    : 0;

	FINDING("%s: %s/%s %s row %zu (kind %d, code %u)", reading->step->name,
		reading->me->partner, reading->me->desk, what, line, (int)row->row_case, code);
}

static void reads_its_rows(struct reading *reading)
{
	struct row_bytes got[LINES_MAX], wanted;
	struct skl_envelope env;
	struct skl_error error = {0};
	size_t count = 0, sections = 0;

	if (skl_envelope_decode_offered(&reading->offered, &reading->arena, &env, &error))
		fail_msg("%s: %s refuses the offer: %s", reading->step->name, reading->me->partner,
			 error.text);
	assert_true(env.row_count <= LINES_MAX);
	for (size_t i = 0; i < env.row_count; i++) {
		if (env.rows[i].msg->row_case != ROW_KEY)
			got[count++] = on_paper(env.rows[i].msg, reading->sent);
		sections += env.rows[i].msg->row_case == ROW_SECTION;
	}
	assert_int_equal(check_keys(reading, &env), sections);
	for (size_t l = 0; l < reading->step->n_lines; l++) {
		const Schakel__Paper__Line *line = reading->step->lines[l];

		wanted = on_paper(line->row, NULL);
		if (paper_sees(line, reading->me->number) != take(got, count, &wanted))
			name_row(reading,
				 paper_sees(line, reading->me->number) ? "lacks" : "sees too much:",
				 l, line->row);
		skl_free(wanted.bytes);
	}
	for (size_t i = 0; i < count; i++) {
		if (!got[i].used)
			FINDING("%s: %s got a row that is not on paper", reading->step->name,
				reading->me->partner);
		skl_free(got[i].bytes);
	}
}

static void recipients_read_exactly_their_rows(void **state)
{
	(void)state;
	for_all_readers(reads_its_rows);
	assert_int_equal(findings, 0);
}

/* --- and opens exactly its sections ------------------------------------------------------------
 */

static const Schakel__Paper__Line *section_line(const paper_step *step, uint32_t number)
{
	size_t l = 0;

	while (l < step->n_lines && !(step->lines[l]->row->row_case == ROW_SECTION &&
				      step->lines[l]->row->section->number == number))
		l++;
	assert_true(l < step->n_lines);
	return step->lines[l];
}

static void opens_its_sections(struct reading *reading)
{
	const struct paper_sent *sent = reading->sent;
	const struct skl_key *desk_key = sent->seal_keys[reading->place];
	const struct skl_opened_keys keys = {.partner = reading->me->partner,
					     .sender_public = sent->sign_key->public_key,
					     .desk_keys = &desk_key,
					     .desk_key_count = 1};
	struct skl_view frames[PAPER_MAX];
	struct skl_opened opened;
	struct skl_error error = {0};
	size_t count = 0;

	for (size_t i = 0; i < sent->sealed.frame_count; i++) {
		const struct skl_sealed_frame *frame = &sent->sealed.frames[i];
		uint32_t number = paper_of(&sent->sections, frame->section);

		if (paper_sees(section_line(reading->step, number), reading->me->number))
			frames[count++] = skl_view_of(frame->bytes, frame->len);
	}
	if (skl_opened_open(&reading->offered, frames, count, &keys, &opened, &error))
		fail_msg("%s: %s cannot open: %s", reading->step->name, reading->me->partner,
			 error.text);
	assert_int_equal(opened.section_count, count);
	for (size_t i = 0; i < opened.section_count; i++) {
		uint32_t number = paper_of(&sent->sections, opened.sections[i].row->number);
		const char *content = section_line(reading->step, number)->content;

		assert_int_equal(opened.sections[i].err, SKL_OK);
		assert_int_equal(opened.sections[i].len, strlen(content));
		assert_memory_equal(opened.sections[i].content, content, strlen(content));
	}
	skl_opened_done(&opened);
}

static void recipients_open_exactly_their_sections(void **state)
{
	(void)state;
	for_all_readers(opens_its_sections);
}

/* --- P3: no trace of others --------------------------------------------------------------------
 */

/* The offer as it goes over the wire. */
struct haystack {
	uint8_t *bytes;
	size_t len;
	const struct reading *reading;
	struct skl_envelope env; /* the rows in it */
};

static bool holds(const struct haystack *hay, const void *needle, size_t len)
{
	const uint8_t *at = hay->bytes;

	for (size_t left = hay->len; len > 0 && left >= len; at++, left--)
		if (*at == *(const uint8_t *)needle && memcmp(at, needle, len) == 0)
			return true;
	return false;
}

static void must_not_hold(const struct haystack *hay, const char *what, const void *needle,
			  size_t len)
{
	if (holds(hay, needle, len))
		FINDING("%s: the header for %s/%s holds %s", hay->reading->step->name,
			hay->reading->me->partner, hay->reading->me->desk, what);
}

/* May the recipient know this name: its own, the sender's, or one in a row that paper opens? */
static bool may_know_name(const struct reading *reading, const char *name)
{
	const Schakel__V1__Common *common = reading->step->common;

	if (strcmp(name, reading->me->partner) == 0 || strcmp(name, reading->me->desk) == 0 ||
	    strcmp(name, common->sender) == 0 || strcmp(name, common->sender_desk) == 0)
		return true;
	for (size_t l = 0; l < reading->step->n_lines; l++) {
		const Schakel__Paper__Line *line = reading->step->lines[l];
		const Schakel__V1__Row *row = line->row;

		if (!paper_sees(line, reading->me->number))
			continue;
		if (row->row_case == ROW_EVENT &&
		    (strcmp(row->event->partner, name) == 0 || strcmp(row->event->desk, name) == 0))
			return true;
		if (row->row_case == ROW_CONSENT &&
		    (strcmp(row->consent->holder, name) == 0 ||
		     strcmp(row->consent->recipient, name) == 0 ||
		     strcmp(row->consent->recipient_desk, name) == 0))
			return true;
	}
	return false;
}

static void no_other_recipient(const struct haystack *hay)
{
	const struct reading *reading = hay->reading;
	const struct skl_envelope *hub = &reading->sent->env;
	const Schakel__V1__RecipientRow *other;

	for (size_t i = 0; (other = skl_envelope_recipient(hub, i)); i++) {
		if (paper_of(&reading->sent->recipients, other->number) == reading->me->number)
			continue;
		must_not_hold(hay, "another's key id", other->key_id.data, other->key_id.len);
		must_not_hold(hay, "another's sealed key", other->sealed_key.data,
			      other->sealed_key.len);
		if (!may_know_name(reading, other->partner))
			must_not_hold(hay, other->partner, other->partner, strlen(other->partner));
		if (!may_know_name(reading, other->desk))
			must_not_hold(hay, other->desk, other->desk, strlen(other->desk));
	}
}

static void no_other_key(const struct haystack *hay)
{
	const struct reading *reading = hay->reading;
	const Schakel__V1__KeyRow *key;

	for (size_t i = 0; (key = skl_envelope_key(&reading->sent->env, i)); i++) {
		uint32_t section = paper_of(&reading->sent->sections, key->section);

		if (paper_of(&reading->sent->recipients, key->recipient) == reading->me->number &&
		    paper_sees(section_line(reading->step, section), reading->me->number))
			continue;
		must_not_hold(hay, "a key that is not its own", key->wrapped.data,
			      key->wrapped.len);
	}
}

static void no_other_section(const struct haystack *hay)
{
	const struct reading *reading = hay->reading;
	const Schakel__V1__SectionRow *section;

	for (size_t i = 0; (section = skl_envelope_section(&reading->sent->env, i)); i++) {
		uint32_t number = paper_of(&reading->sent->sections, section->number);

		if (paper_sees(section_line(reading->step, number), reading->me->number))
			continue;
		must_not_hold(hay, "the digest of a closed section",
			      section->ciphertext_digest.data, section->ciphertext_digest.len);
		must_not_hold(hay, "the commitment of a closed section",
			      section->key_commitment.data, section->key_commitment.len);
	}
}

/* Salts and bytes of closed rows; and what in them is no number: pseudonyms, refs, texts. */
static void no_closed_row(const struct haystack *hay)
{
	const struct reading *reading = hay->reading;
	const struct skl_envelope *hub = &reading->sent->env;

	for (size_t i = 0; i < hub->row_count; i++) {
		const Schakel__V1__SaltedRow *salted = hub->rows[i].salted;
		bool is_mine = false;

		for (size_t j = 0; j < hay->env.row_count; j++)
			is_mine = is_mine ||
				  memcmp(hay->env.rows[j].digest, hub->rows[i].digest, 32) == 0;
		if (is_mine)
			continue;
		must_not_hold(hay, "the salt of a closed row", salted->salt.data, salted->salt.len);
		must_not_hold(hay, "a closed row", salted->row.data, salted->row.len);
	}
	for (size_t l = 0; l < reading->step->n_lines; l++) {
		const Schakel__Paper__Line *line = reading->step->lines[l];
		const Schakel__V1__Row *row = line->row;

		if (paper_sees(line, reading->me->number))
			continue;
		if (row->row_case == ROW_PSEUDONYM)
			must_not_hold(hay, "a pseudonym", row->pseudonym->pseudonym.data,
				      row->pseudonym->pseudonym.len);
		else if (row->row_case == ROW_FACT)
			must_not_hold(hay, "the text of a closed fact", row->fact->text,
				      strlen(row->fact->text));
	}
}

/* Numbers are random: one that stands in a row the recipient got is known to it. */
static void no_other_number(const struct haystack *hay)
{
	const struct reading *reading = hay->reading;
	const Schakel__V1__KeyRow *key;
	const Schakel__V1__FactRow *fact;

	for (size_t i = 0; (key = skl_envelope_key(&hay->env, i)); i++)
		assert_int_equal(paper_of(&reading->sent->recipients, key->recipient),
				 reading->me->number);
	for (size_t i = 0; (fact = skl_envelope_fact(&hay->env, i)); i++)
		assert_true(fact->recipient == 0 ||
			    paper_of(&reading->sent->recipients, fact->recipient) ==
				    reading->me->number);
	for (size_t l = 0; l < reading->step->n_lines; l++) {
		const Schakel__Paper__Line *line = reading->step->lines[l];
		uint32_t number;

		if (line->row->row_case != ROW_SUBJECT || paper_sees(line, reading->me->number))
			continue;
		number = paper_real(&reading->sent->subjects, line->row->subject->number);
		for (size_t r = 0; r < hay->env.row_count; r++) {
			struct row_bytes row = on_paper(hay->env.rows[r].msg, NULL);
			uint8_t varint[5];
			size_t len = 0;

			for (uint32_t left = number; left; left >>= 7)
				varint[len++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
			/* Rows without what is random are short: five bytes are no accident. */
			for (size_t at = 0; len == 5 && at + len <= row.len; at++)
				if (memcmp(row.bytes + at, varint, len) == 0)
					FINDING("%s: %s reads the number of a closed subject",
						reading->step->name, reading->me->partner);
			skl_free(row.bytes);
		}
	}
}

static void holds_no_trace(struct reading *reading)
{
	struct haystack hay = {.reading = reading};
	struct skl_error error = {0};

	hay.len = schakel__v1__offered_message__get_packed_size(&reading->offered);
	hay.bytes = skl_calloc(1, hay.len);
	assert_non_null(hay.bytes);
	(void)schakel__v1__offered_message__pack(&reading->offered, hay.bytes);
	assert_int_equal(
		skl_envelope_decode_offered(&reading->offered, &reading->arena, &hay.env, &error),
		SKL_OK);
	/* The search itself works: what is its own is found. */
	assert_true(holds(&hay, reading->me->partner, strlen(reading->me->partner)));
	no_other_recipient(&hay);
	no_other_key(&hay);
	no_other_section(&hay);
	no_closed_row(&hay);
	no_other_number(&hay);
	skl_free(hay.bytes);
}

static void p3_no_trace_of_others(void **state)
{
	(void)state;
	for_all_readers(holds_no_trace);
	assert_int_equal(findings, 0);
}

/* Nor does the digest list tell how much was closed: it has one of four lengths. */
static void p3_digest_list_is_padded(void **state)
{
	struct paper_sent sent;

	(void)state;
	for (size_t s = 0; s < book->n_steps; s++) {
		paper_send(book->steps[s], &sent);
		size_t count = sent.env.digests.len / 32;

		assert_true(count == 32 || count == 64 || count == 128 || count == 256);
		assert_true(count >= sent.env.row_count);
		paper_sent_done(&sent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(recipients_read_exactly_their_rows, reset),
		cmocka_unit_test_setup(recipients_open_exactly_their_sections, reset),
		cmocka_unit_test_setup(p3_no_trace_of_others, reset),
		cmocka_unit_test_setup(p3_digest_list_is_padded, reset),
	};

	return cmocka_run_group_tests_name("paper", tests, load, unload);
}
