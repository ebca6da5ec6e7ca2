/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "skl_arena.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_trail.h"
#include "skl_unpack.h"

#define CONTROLLERS_MAX 128

/* A disclosure: whose, and by what it is asked what became of it. */
struct line {
	uint64_t index;
	size_t controller;
	bool has_case;
	uint8_t ref[16]; /* case, else message */
};

struct controller {
	char id[REPORT_ID_BYTES];
	bool is_whole; /* the mandate shows all of its lines */
	struct skl_buf body;
};

struct report_making {
	struct report_making_opts opts;
	struct skl_buf next;
	struct line *lines; /* owned; of all controllers, in the order of the trail */
	size_t line_count;
	struct controller controllers[CONTROLLERS_MAX];
	size_t controller_count;
	struct hidden {
		char reporter[REPORT_ID_BYTES], to[REPORT_ID_BYTES];
	} hidden[REPORT_NAMES_MAX];
	size_t hidden_count;
	int64_t warned_ms;
	struct report_count count;
	struct skl_buf whole; /* the body asked for last */
	/* of the answer under way: whose each row is, CONTROLLERS_MAX: nobody's */
	size_t owner[QUERY_PAGE_MAX];
	size_t row_count;
};

enum skl_err report_making_new(const struct report_making_opts *opts,
			       struct report_making **ret_making)
{
	SKL_CLEANUP(report_making_freep)
	struct report_making *making = skl_calloc(1, sizeof(*making));

	if (!making)
		return SKL_ENOMEM;
	making->opts = *opts;
	skl_buf_init(&making->next, 64);
	skl_buf_init(&making->whole, REPORT_PART_MAX / 2);
	making->lines = skl_calloc(REPORT_LINES_MAX, sizeof(*making->lines));
	if (!making->lines)
		return SKL_ENOMEM;
	*ret_making = SKL_STEAL(making);
	return SKL_OK;
}

void report_making_free(struct report_making *making)
{
	if (!making)
		return;
	for (size_t i = 0; i < making->controller_count; i++)
		skl_buf_wipe(&making->controllers[i].body);
	skl_buf_wipe(&making->whole);
	skl_buf_done(&making->next);
	skl_free(making->lines);
	skl_free(making);
}

struct skl_view report_making_next(const struct report_making *making)
{
	return skl_buf_view(&making->next);
}

struct report_count report_making_count(const struct report_making *making)
{
	return making->count;
}

/* --- whose a row is ------------------------------------------------------------- */

/* Does the mandate show every disclosure of this controller? Half a part would look like a whole.
 */
static bool is_whole(const struct report_making_opts *opts, const char *controller)
{
	const struct skl_dir_partner *partner =
		skl_directory_partner(opts->directory, skl_view_str(controller));

	switch (opts->mandate) {
	case SKL_MANDATE_FG_OF_PARTNER:
		return opts->of && strcmp(opts->of, controller) == 0;
	case SKL_MANDATE_AP:
	case SKL_MANDATE_COURT_ORDER:
		return true;
	case SKL_MANDATE_IGJ:
		return partner && partner->side == SKL_SIDE_CARE;
	case SKL_MANDATE_INSPECTIE_JENV:
		return partner && partner->side == SKL_SIDE_JUSTICE;
	case SKL_MANDATE_WPG_AUDITOR:
	case SKL_MANDATE_UNSPECIFIED:
		break;
	}
	return false;
}

/* CONTROLLERS_MAX where there is no room. */
static size_t controller_of(struct report_making *making, const char *id)
{
	struct controller *one;

	for (size_t i = 0; i < making->controller_count; i++)
		if (strcmp(making->controllers[i].id, id) == 0)
			return i;
	if (making->controller_count == CONTROLLERS_MAX)
		return CONTROLLERS_MAX;
	one = &making->controllers[making->controller_count];
	(void)snprintf(one->id, sizeof(one->id), "%s", id);
	one->is_whole = is_whole(&making->opts, id);
	skl_buf_init(&one->body, REPORT_PART_MAX / 2);
	return making->controller_count++;
}

/* Who it reported to knows the reporter, and nobody else (rule 7). */
static enum skl_err hide(struct report_making *making, const struct skl_leaf *leaf)
{
	struct hidden one;

	(void)snprintf(one.reporter, sizeof(one.reporter), "%s", leaf->sender);
	(void)snprintf(one.to, sizeof(one.to), "%.*s", (int)strcspn(leaf->recipient, "/"),
		       leaf->recipient);
	for (size_t i = 0; i < making->hidden_count; i++)
		if (strcmp(making->hidden[i].reporter, one.reporter) == 0 &&
		    strcmp(making->hidden[i].to, one.to) == 0)
			return SKL_OK;
	if (making->hidden_count == REPORT_NAMES_MAX)
		return SKL_ELIMIT;
	making->hidden[making->hidden_count++] = one;
	return SKL_OK;
}

static void warn(struct report_making *making, int64_t at_ms)
{
	if (making->warned_ms < at_ms)
		making->warned_ms = at_ms;
}

/* --- rows taken over ------------------------------------------------------------ */

static enum skl_err keep_line(void *arg, const struct query_row *row)
{
	struct report_making *making = arg;
	struct line *line = &making->lines[making->line_count];
	size_t at = making->row_count++;
	size_t owner;

	making->owner[at] = CONTROLLERS_MAX;
	if (!row->detail || row->leaf.kind != SKL_ENTRY_DECISION || !row->answered->n_asked)
		return SKL_OK;
	if (row->detail->kind == SCHAKEL__V1__KIND__KIND_COERCION_WARNING)
		warn(making, row->leaf.decided_ms);
	if (report_is_hidden_reporter(row->detail) && hide(making, &row->leaf) != SKL_OK)
		return SKL_ELIMIT;
	if (!row->is_proven) {
		making->count.unproven++;
		return SKL_OK;
	}
	owner = controller_of(making, row->leaf.sender);
	if (owner == CONTROLLERS_MAX || making->line_count == REPORT_LINES_MAX)
		return SKL_ELIMIT;
	if (!making->controllers[owner].is_whole) {
		making->count.outside++;
		return SKL_OK;
	}
	*line = (struct line){.index = row->index, .controller = owner};
	line->has_case = row->detail->case_ref.len == sizeof(line->ref);
	if (line->has_case)
		memcpy(line->ref, row->detail->case_ref.data, sizeof(line->ref));
	else if (row->detail->id.len == sizeof(line->ref))
		memcpy(line->ref, row->detail->id.data, sizeof(line->ref));
	making->line_count++;
	making->count.lines++;
	making->owner[at] = owner;
	return SKL_OK;
}

/* What became of a line, and warnings of the hub. */
static enum skl_err keep_after(void *arg, const struct query_row *row)
{
	struct report_making *making = arg;
	size_t at = making->row_count++;

	making->owner[at] = CONTROLLERS_MAX;
	if (row->leaf.kind == SKL_ENTRY_NOTICE) {
		if (row->detail &&
		    strcmp(row->detail->text,
			   skl_code_name(SKL_LIST_TASK, SKL_TASK_CHECK_COERCION)) == 0)
			warn(making, row->leaf.decided_ms);
		return SKL_OK;
	}
	for (size_t i = 0; row->is_proven && row->leaf.names && i < making->line_count; i++)
		if (making->lines[i].index == row->leaf.names_index)
			making->owner[at] = making->lines[i].controller;
	return SKL_OK;
}

/* --- answers of one controller --------------------------------------------------- */

static bool is_asked(const Schakel__V1__AnswerRow *row, uint32_t part)
{
	for (size_t i = 0; i < row->n_asked; i++)
		if (row->asked[i] == part)
			return true;
	return part == 0;
}

/* The row with the parts of others as commitments: it proves itself, and tells nothing of them. */
static Schakel__V1__AnswerRow *reduced(const Schakel__V1__AnswerRow *row, struct skl_arena *arena)
{
	Schakel__V1__AnswerRow *copy = skl_arena_copy(arena, row, sizeof(*row));
	Schakel__V1__DetailPart **parts =
		skl_arena_array(arena, row->n_details + 1, sizeof(*parts));

	if (!copy || !parts)
		return NULL;
	for (size_t i = 0; i < row->n_details; i++) {
		const Schakel__V1__DetailPart *part = row->details[i];
		uint8_t *commitment;

		parts[i] = row->details[i];
		if (is_asked(row, part->part) || part->salt.len != 32)
			continue;
		parts[i] = skl_arena_alloc(arena, sizeof(*parts[i]));
		commitment = skl_arena_alloc(arena, 32);
		if (!parts[i] || !commitment)
			return NULL;
		skl_hash_part(part->salt.data, skl_view_of(part->plain.data, part->plain.len),
			      commitment);
		schakel__v1__detail_part__init(parts[i]);
		parts[i]->part = part->part;
		parts[i]->commitment = (ProtobufCBinaryData){32, commitment};
	}
	copy->details = parts;
	return copy;
}

static enum skl_err add_rows(struct report_making *making, size_t owner,
			     const Schakel__V1__Answer *answer)
{
	struct skl_arena arena;
	struct skl_buf packed;
	Schakel__V1__Answer copy = *answer;
	enum skl_err err = SKL_OK;

	skl_arena_init(&arena, 0, 0);
	skl_buf_init(&packed, SKL_LIMIT_ANSWER);
	copy.next = (ProtobufCBinaryData){0};
	copy.n_rows = 0;
	copy.rows = skl_arena_array(&arena, answer->n_rows + 1, sizeof(*copy.rows));
	for (size_t i = 0; copy.rows && err == SKL_OK && i < answer->n_rows; i++) {
		if (making->owner[i] != owner)
			continue;
		copy.rows[copy.n_rows] = reduced(answer->rows[i], &arena);
		err = copy.rows[copy.n_rows++] ? SKL_OK : SKL_ENOMEM;
	}
	if (!copy.rows)
		err = SKL_ENOMEM;
	if (err == SKL_OK && copy.n_rows) {
		err = skl_pack(&copy.base, &packed);
		report_block_add(&making->controllers[owner].body, skl_buf_view(&packed));
	}
	skl_buf_wipe(&packed);
	skl_arena_done(&arena);
	return err == SKL_OK ? skl_buf_err(&making->controllers[owner].body) : err;
}

static enum skl_err take(struct report_making *making, const Schakel__V1__Answer *answer,
			 query_row_fn keep)
{
	struct skl_checkpoint checkpoint;
	enum skl_err err;

	skl_buf_clear(&making->next);
	if (answer->outcome != SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED)
		return SKL_OK; /* query_ask says EDENIED */
	if (answer->n_rows > QUERY_PAGE_MAX)
		return SKL_ELIMIT;
	making->row_count = 0;
	err = query_rows(making->opts.directory, answer, &checkpoint, keep, making);
	for (size_t i = 0; err == SKL_OK && i < making->controller_count; i++)
		err = add_rows(making, i, answer);
	skl_buf_add(&making->next, answer->next.data, answer->next.len);
	return err == SKL_OK ? skl_buf_err(&making->next) : err;
}

enum skl_err report_making_lines(void *making, const Schakel__V1__Answer *answer)
{
	return take(making, answer, keep_line);
}

enum skl_err report_making_after(void *making, const Schakel__V1__Answer *answer)
{
	return take(making, answer, keep_after);
}

/* --- what became of them ----------------------------------------------------------- */

static bool is_first(const struct report_making *making, size_t at)
{
	const struct line *line = &making->lines[at];

	for (size_t i = 0; i < at; i++)
		if (making->lines[i].has_case == line->has_case &&
		    memcmp(making->lines[i].ref, line->ref, sizeof(line->ref)) == 0)
			return false;
	return true;
}

bool report_making_ask(const struct report_making *making, size_t n, struct query *query)
{
	for (size_t i = 0; i < making->line_count; i++) {
		const struct line *line = &making->lines[i];

		if (!is_first(making, i) || n-- > 0)
			continue;
		query->has_case = line->has_case;
		query->has_message = !line->has_case;
		memcpy(line->has_case ? query->case_ref : query->message, line->ref,
		       sizeof(line->ref));
		return true;
	}
	return false;
}

/* --- bodies ---------------------------------------------------------------------- */

/* What rows do not say: whom of those it knows to hide, and when somebody was warned. */
static void add_notes(const struct report_making *making, const char *controller,
		      struct skl_buf *body)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf notes = {.max = 65536};
	char at[SKL_TIME_TEXT_BYTES];

	skl_buf_addf(&notes, "mandate %s\n", skl_code_name(SKL_LIST_MANDATE, making->opts.mandate));
	for (size_t i = 0; i < making->hidden_count; i++)
		if (strcmp(making->hidden[i].to, controller) == 0 ||
		    strcmp(making->hidden[i].reporter, controller) == 0)
			skl_buf_addf(&notes, "hidden %s\n", making->hidden[i].reporter);
	if (making->warned_ms) {
		skl_time_format(making->warned_ms, at);
		skl_buf_addf(&notes, "warned %s\n", at);
	}
	if (skl_buf_err(&notes) != SKL_OK)
		body->err = skl_buf_err(&notes);
	report_block_add(body, skl_buf_view(&notes));
}

bool report_making_body(struct report_making *making, size_t n, const char **ret_controller,
			struct skl_view *ret_body, enum skl_err *ret_err)
{
	*ret_err = SKL_OK;
	for (size_t i = 0; i < making->controller_count; i++) {
		struct controller *one = &making->controllers[i];

		if (!one->body.len || n-- > 0)
			continue;
		skl_buf_wipe(&making->whole);
		skl_buf_init(&making->whole, REPORT_PART_MAX / 2);
		add_notes(making, one->id, &making->whole);
		skl_buf_add_view(&making->whole, skl_buf_view(&one->body));
		*ret_controller = one->id;
		*ret_body = skl_buf_view(&making->whole);
		*ret_err = skl_buf_err(&making->whole);
		return true;
	}
	return false;
}
