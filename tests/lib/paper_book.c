/* SPDX-License-Identifier: EUPL-1.2 */
#include "paper_book.h"

#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "skl_code.h"
#include "skl_limits.h"

extern char **environ;

const char *paper_root(void)
{
	const char *root = getenv("SRC");

	return root ? root : ".";
}

/* --- reading ------------------------------------------------------------------------------- */

static void add_file(const char *path, FILE *out)
{
	char bytes[4096];
	size_t len;
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	assert_true(fputs("steps {\n", out) >= 0);
	while ((len = fread(bytes, 1, sizeof bytes, in)) > 0)
		assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_true(fputs("}\n", out) >= 0);
	assert_int_equal(fclose(in), 0);
}

static void write_text(const char *path)
{
	char pattern[512];
	glob_t found;
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	(void)snprintf(pattern, sizeof pattern, "%s/tests/data/paper/*/*.txtpb", paper_root());
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		add_file(found.gl_pathv[i], out);
	globfree(&found);
	assert_int_equal(fclose(out), 0);
}

static void encode(const char *text, const char *binary)
{
	char program[] = "protoc", message[] = "--encode=schakel.paper.Book",
	     file[] = "paper.proto";
	char proto[512], paper[512];
	char *argv[] = {program, proto, paper, message, file, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;

	(void)snprintf(proto, sizeof proto, "--proto_path=%s/proto", paper_root());
	(void)snprintf(paper, sizeof paper, "--proto_path=%s/tests/data/paper", paper_root());
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 0, text, O_RDONLY, 0), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, binary,
							  O_WRONLY | O_CREAT | O_TRUNC, 0600),
			 0);
	assert_int_equal(posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ), 0);
	assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void read_all(const char *path, struct skl_buf *buf)
{
	char bytes[4096];
	size_t len;
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	while ((len = fread(bytes, 1, sizeof bytes, in)) > 0)
		skl_buf_add(buf, bytes, len);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(skl_buf_err(buf), SKL_OK);
}

Schakel__Paper__Book *paper_book_load(void)
{
	const char *dir = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	char text[512], binary[512];
	Schakel__Paper__Book *book;
	struct skl_buf buf;

	(void)snprintf(text, sizeof text, "%s/paper-%ld.txtpb", dir, (long)getpid());
	(void)snprintf(binary, sizeof binary, "%s/paper-%ld.bin", dir, (long)getpid());
	write_text(text);
	encode(text, binary);
	skl_buf_init(&buf, 64u << 20);
	read_all(binary, &buf);
	(void)unlink(text);
	(void)unlink(binary);
	book = schakel__paper__book__unpack(NULL, skl_buf_view(&buf).len, skl_buf_view(&buf).data);
	skl_buf_done(&buf);
	assert_non_null(book);
	return book;
}

void paper_book_free(Schakel__Paper__Book *book)
{
	schakel__paper__book__free_unpacked(book, NULL);
}

/* --- looking things up ----------------------------------------------------------------------- */

bool paper_sees(const Schakel__Paper__Line *line, uint32_t recipient)
{
	for (size_t i = 0; i < line->n_seen_by; i++)
		if (line->seen_by[i] == recipient)
			return true;
	return false;
}

const Schakel__Paper__Line *paper_recipient(const paper_step *step, size_t i)
{
	for (size_t l = 0; l < step->n_lines; l++)
		if (step->lines[l]->row->row_case == SCHAKEL__V1__ROW__ROW_RECIPIENT && i-- == 0)
			return step->lines[l];
	return NULL;
}

static bool is_desk(const Schakel__V1__RecipientRow *desk, const char *partner, const char *name)
{
	return strcmp(desk->partner, partner) == 0 && strcmp(desk->desk, name) == 0;
}

static bool got_section(const paper_step *step, uint32_t recipient, uint32_t section)
{
	for (size_t l = 0; l < step->n_lines; l++) {
		const Schakel__V1__Row *row = step->lines[l]->row;

		if (row->row_case == SCHAKEL__V1__ROW__ROW_SECTION &&
		    row->section->number == section)
			return paper_sees(step->lines[l], recipient);
	}
	return false;
}

bool paper_knows(const Schakel__Paper__Book *book, const Schakel__V1__RecipientRow *desk,
		 const uint8_t *ref, uint32_t section)
{
	const Schakel__Paper__Line *line;

	for (size_t s = 0; s < book->n_steps; s++) {
		const paper_step *step = book->steps[s];

		if (memcmp(step->common->id.data, ref, SKL_ID_BYTES) != 0)
			continue;
		if (is_desk(desk, step->common->sender, step->common->sender_desk))
			return true;
		for (size_t i = 0; (line = paper_recipient(step, i)); i++) {
			const Schakel__V1__RecipientRow *to = line->row->recipient;

			if (line->n_seen_by && is_desk(desk, to->partner, to->desk))
				return section == 0 || got_section(step, to->number, section);
		}
	}
	return false;
}

static void remember(struct paper_numbers *numbers, uint32_t paper, uint32_t real)
{
	assert_true(numbers->count < PAPER_MAX);
	numbers->paper[numbers->count] = paper;
	numbers->real[numbers->count++] = real;
}

uint32_t paper_of(const struct paper_numbers *numbers, uint32_t real)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->real[i] == real)
			return numbers->paper[i];
	return 0;
}

uint32_t paper_real(const struct paper_numbers *numbers, uint32_t paper)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->paper[i] == paper)
			return numbers->real[i];
	return 0;
}

/* --- sending --------------------------------------------------------------------------------- */

static void add_subject(struct skl_draft *draft, struct paper_sent *sent,
			const Schakel__V1__SubjectRow *row)
{
	enum skl_position positions[16];

	assert_true(row->n_positions <= SKL_COUNT(positions));
	for (size_t i = 0; i < row->n_positions; i++)
		positions[i] = (enum skl_position)row->positions[i];
	remember(&sent->subjects, row->number,
		 skl_draft_subject(draft, positions, row->n_positions));
}

static void add_section(struct skl_draft *draft, struct paper_sent *sent,
			const Schakel__Paper__Line *line)
{
	const Schakel__V1__SectionRow *row = line->row->section;
	uint32_t about[PAPER_MAX];
	const struct skl_draft_section section = {
		.category = (enum skl_category)row->category,
		.about = about,
		.about_count = row->n_about,
		.scope = (enum skl_scope)row->scope,
		.person_kind = (enum skl_person_kind)row->person_kind,
		.source_law = (enum skl_source_law)row->source_law,
		.status = (enum skl_status)row->status,
		.source = (enum skl_source)row->source,
		.reliability = (enum skl_reliability)row->reliability,
		.as_of_ms = row->as_of_ms,
		.content = skl_view_str(line->content),
		.min_size_class = row->size_class,
	};

	for (size_t i = 0; i < row->n_about; i++)
		about[i] = paper_real(&sent->subjects, row->about[i]);
	remember(&sent->sections, row->number, skl_draft_section(draft, &section));
}

static void add_recipient(struct skl_draft *draft, struct paper_sent *sent,
			  const Schakel__V1__RecipientRow *row)
{
	struct skl_key **key = &sent->seal_keys[sent->recipients.count];

	assert_int_equal(skl_key_new(SKL_KEY_USE_SEAL, row->partner, NULL, key), SKL_OK);
	remember(&sent->recipients, row->number,
		 skl_draft_recipient(draft, row->partner, row->desk,
				     (enum skl_recipient_type)row->type, (*key)->public_key));
}

/* Events that name a section of their own message in `section`, and those that do in `value`. */
static bool names_in_section(const Schakel__V1__EventRow *row)
{
	return (unsigned)row->code == SKL_EVENT_TOLD_BY ||
	       (unsigned)row->code == SKL_EVENT_VALID_UNTIL;
}

static bool names_in_value(const Schakel__V1__EventRow *row)
{
	return (unsigned)row->code == SKL_EVENT_SECTION_WITHDRAWN ||
	       (unsigned)row->code == SKL_EVENT_SECTION_FROM;
}

typedef uint32_t (*number_fn)(const struct paper_numbers *numbers, uint32_t number);

/* The numbers of a row, from paper to real or back. */
static void renumber(Schakel__V1__Row *row, const struct paper_sent *sent, number_fn change)
{
	const struct paper_numbers *subjects = &sent->subjects, *sections = &sent->sections;
	const struct paper_numbers *recipients = &sent->recipients;

	switch ((int)row->row_case) {
	case SCHAKEL__V1__ROW__ROW_RECIPIENT:
		row->recipient->number = change(recipients, row->recipient->number);
		break;
	case SCHAKEL__V1__ROW__ROW_SUBJECT:
		row->subject->number = change(subjects, row->subject->number);
		break;
	case SCHAKEL__V1__ROW__ROW_PSEUDONYM:
		row->pseudonym->subject = change(subjects, row->pseudonym->subject);
		break;
	case SCHAKEL__V1__ROW__ROW_SECTION:
		row->section->number = change(sections, row->section->number);
		for (size_t i = 0; i < row->section->n_about; i++)
			row->section->about[i] = change(subjects, row->section->about[i]);
		break;
	case SCHAKEL__V1__ROW__ROW_KEY:
		row->key->recipient = change(recipients, row->key->recipient);
		row->key->section = change(sections, row->key->section);
		break;
	case SCHAKEL__V1__ROW__ROW_FACT:
		row->fact->recipient = change(recipients, row->fact->recipient);
		break;
	case SCHAKEL__V1__ROW__ROW_EVENT:
		row->event->subject = change(subjects, row->event->subject);
		row->event->other_subject = change(subjects, row->event->other_subject);
		if (names_in_section(row->event))
			row->event->section = change(sections, row->event->section);
		if (names_in_value(row->event))
			row->event->value = change(sections, row->event->value);
		break;
	case SCHAKEL__V1__ROW__ROW_CONSENT:
		row->consent->subject = change(subjects, row->consent->subject);
		row->consent->giver = change(subjects, row->consent->giver);
		row->consent->recipient_subject = change(subjects, row->consent->recipient_subject);
		break;
	case SCHAKEL__V1__ROW__ROW_QUERY:
		row->query->subject = change(subjects, row->query->subject);
		break;
	default:
		break;
	}
}

static Schakel__V1__Row *copy_row(const Schakel__V1__Row *row)
{
	Schakel__V1__Row *copy;
	struct skl_buf buf;
	uint8_t *bytes;

	skl_buf_init(&buf, 1u << 20);
	bytes = skl_buf_extend(&buf, schakel__v1__row__get_packed_size(row));
	assert_non_null(bytes);
	(void)schakel__v1__row__pack(row, bytes);
	copy = schakel__v1__row__unpack(NULL, skl_buf_view(&buf).len, bytes);
	skl_buf_done(&buf);
	assert_non_null(copy);
	return copy;
}

static void add_weighing(struct skl_draft *draft, const Schakel__V1__WeighingRow *row)
{
	enum skl_weighing codes[32];

	assert_true(row->n_codes <= SKL_COUNT(codes));
	for (size_t i = 0; i < row->n_codes; i++)
		codes[i] = (enum skl_weighing)row->codes[i];
	skl_draft_weighing(draft, codes, row->n_codes);
}

/* What names subjects, sections and recipients; these have numbers by now. */
static void add_other(struct skl_draft *draft, const struct paper_sent *sent,
		      const Schakel__V1__Row *paper)
{
	Schakel__V1__Row *row = copy_row(paper);

	renumber(row, sent, paper_real);
	switch ((int)row->row_case) {
	case SCHAKEL__V1__ROW__ROW_PSEUDONYM:
		skl_draft_pseudonym(draft, row->pseudonym->subject, row->pseudonym->scheme,
				    row->pseudonym->pseudonym.data, row->pseudonym->adult_on_ms);
		break;
	case SCHAKEL__V1__ROW__ROW_FACT:
		skl_draft_fact(draft, row->fact);
		break;
	case SCHAKEL__V1__ROW__ROW_EVENT:
		skl_draft_event(draft, row->event);
		break;
	case SCHAKEL__V1__ROW__ROW_CONSENT:
		skl_draft_consent(draft, row->consent);
		break;
	case SCHAKEL__V1__ROW__ROW_QUERY:
		skl_draft_query(draft, row->query);
		break;
	case SCHAKEL__V1__ROW__ROW_COMPETENCE:
		skl_draft_competence(draft, row->competence->municipality,
				     (enum skl_competence)row->competence->basis);
		break;
	case SCHAKEL__V1__ROW__ROW_WEIGHING:
		add_weighing(draft, row->weighing);
		break;
	default:
		break;
	}
	schakel__v1__row__free_unpacked(row, NULL);
}

static const uint8_t *bytes_or_null(ProtobufCBinaryData bytes)
{
	return bytes.len ? bytes.data : NULL;
}

static void add_rows(struct skl_draft *draft, struct paper_sent *sent)
{
	const paper_step *step = sent->step;

	for (size_t l = 0; l < step->n_lines; l++)
		if (step->lines[l]->row->row_case == SCHAKEL__V1__ROW__ROW_SUBJECT)
			add_subject(draft, sent, step->lines[l]->row->subject);
	for (size_t l = 0; l < step->n_lines; l++) {
		if (step->lines[l]->row->row_case == SCHAKEL__V1__ROW__ROW_SECTION)
			add_section(draft, sent, step->lines[l]);
		else if (step->lines[l]->row->row_case == SCHAKEL__V1__ROW__ROW_RECIPIENT)
			add_recipient(draft, sent, step->lines[l]->row->recipient);
	}
	for (size_t l = 0; l < step->n_lines; l++)
		add_other(draft, sent, step->lines[l]->row);
	skl_draft_wrap_all(draft);
}

static void read_as_hub(struct paper_sent *sent)
{
	bool is_query = (unsigned)sent->step->common->kind == SKL_KIND_AUDIT_QUERY;
	struct skl_view header = skl_view_of(sent->sealed.header, sent->sealed.header_len);
	struct skl_error error = {0};
	enum skl_err err = skl_envelope_decode(header, is_query ? SKL_FORM_QUERY : SKL_FORM_SUBMIT,
					       &sent->arena, &sent->env, &error);

	if (err)
		fail_msg("%s: the hub refuses it: %s", sent->step->name, error.text);
	assert_int_equal(skl_envelope_verify(&sent->env, sent->sign_key->public_key), SKL_OK);
}

void paper_send(const paper_step *step, struct paper_sent *sent)
{
	const Schakel__V1__Common *common = step->common;
	struct skl_draft_opts opts = {
		.kind = (enum skl_kind)common->kind,
		.sender = common->sender,
		.sender_desk = common->sender_desk,
		.created_ms = common->created_ms,
		.expires_ms = common->expires_ms,
		.directory_number = common->directory_number,
		.case_ref = bytes_or_null(common->case_ref),
		.in_reply_to = bytes_or_null(common->in_reply_to),
	};
	struct skl_error error = {0};
	struct skl_draft *draft;

	*sent = (struct paper_sent){.step = step};
	skl_arena_init(&sent->arena, SKL_LIMIT_ARENA, SKL_LIMIT_ARENA_CALLS);
	assert_int_equal(skl_key_new(SKL_KEY_USE_SIGN, common->sender, NULL, &sent->sign_key),
			 SKL_OK);
	opts.sign_key = sent->sign_key;
	assert_int_equal(skl_draft_new(&opts, &draft), SKL_OK);
	add_rows(draft, sent);
	if (skl_draft_finish(draft, &sent->sealed, &error))
		fail_msg("%s: cannot be sent: %s", step->name, error.text);
	skl_draft_free(draft);
	read_as_hub(sent);
}

void paper_sent_done(struct paper_sent *sent)
{
	skl_sealed_done(&sent->sealed);
	skl_arena_done(&sent->arena);
	skl_key_free(sent->sign_key);
	for (size_t i = 0; i < PAPER_MAX; i++)
		skl_key_free(sent->seal_keys[i]);
}

/* --- back to paper --------------------------------------------------------------------------- */

static void forget(ProtobufCBinaryData *bytes)
{
	bytes->len = 0;
}

void paper_row(const Schakel__V1__Row *row, const struct paper_sent *sent, struct skl_buf *ret_buf)
{
	Schakel__V1__Row *copy = copy_row(row);
	uint8_t *bytes;

	if (sent)
		renumber(copy, sent, paper_of);
	if (copy->row_case == SCHAKEL__V1__ROW__ROW_RECIPIENT) {
		forget(&copy->recipient->key_id);
		forget(&copy->recipient->sealed_key);
	} else if (copy->row_case == SCHAKEL__V1__ROW__ROW_SECTION) {
		forget(&copy->section->ciphertext_digest);
		forget(&copy->section->key_commitment);
	} else if (copy->row_case == SCHAKEL__V1__ROW__ROW_KEY) {
		forget(&copy->key->wrapped);
	}
	bytes = skl_buf_extend(ret_buf, schakel__v1__row__get_packed_size(copy));
	assert_non_null(bytes);
	(void)schakel__v1__row__pack(copy, bytes);
	schakel__v1__row__free_unpacked(copy, NULL);
}
