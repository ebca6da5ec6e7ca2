/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "skl_arena.h"
#include "skl_clock.h"
#include "skl_mem.h"
#include "skl_text.h"
#include "skl_unpack.h"

#define ARENA_BYTES (24u << 20)
#define ARENA_CALLS 400000u
#define DAY_MS      INT64_C(86400000)
#define HOUR_MS     INT64_C(3600000)
#define NUMBERS_MAX 16 /* of one person in one message: pseudonyms that were linked */

/* --- the law of the controller ---------------------------------------------------- */

enum report_law report_law_of(const struct skl_directory *directory, const char *controller)
{
	const struct skl_dir_partner *partner =
		skl_directory_partner(directory, skl_view_str(controller));

	if (partner && partner->role == SKL_ROLE_POLICE)
		return REPORT_WPG;
	return partner && partner->role == SKL_ROLE_OM ? REPORT_WJSG : REPORT_AVG;
}

const struct report_law_text *report_law_text(enum report_law law)
{
	static const struct report_law_text texts[] = {
		[REPORT_AVG] = {"artikel 15 AVG", "article 15 GDPR",
				"avg:15-4 avg:23-1- uavg:41-1- wmo:5-3-2"},
		[REPORT_WPG] = {"artikel 25 Wpg", "article 25 of the Police Data Act (Wpg)",
				"wpg:27-1-"},
		[REPORT_WJSG] = {"artikel 39i Wjsg",
				 "article 39i of the Judicial Data and Prosecution Data Act (Wjsg)",
				 "wjsg:39"},
	};

	return &texts[law];
}

/* --- who reported, and hides ------------------------------------------------------ */

bool report_is_hidden_reporter(const Schakel__V1__MessageDetail *detail)
{
	switch ((int)detail->kind) {
	case SKL_KIND_SELF_REPORT:
		return true; /* no professional: hidden unless there was consent */
	case SKL_KIND_PROFESSIONAL_REPORT:
	case SKL_KIND_REREPORT_LINKED:
		return detail->seal == SCHAKEL__V1__SEAL_REASON__SEAL_REPORTER_PROTECTION;
	default:
		return false;
	}
}

/* --- reading ---------------------------------------------------------------------- */

static bool read_note(struct report *report, const char *line)
{
	if (strncmp(line, "hidden ", 7) == 0) {
		if (report->hidden_count == REPORT_NAMES_MAX ||
		    !skl_text_is_id(skl_view_str(line + 7)))
			return false;
		(void)snprintf(report->hidden[report->hidden_count++], REPORT_ID_BYTES, "%.63s",
			       line + 7);
		return true;
	}
	if (strncmp(line, "warned ", 7) == 0)
		return skl_time_parse(skl_view_str(line + 7), &report->warned_ms) == SKL_OK;
	return strncmp(line, "mandate ", 8) == 0;
}

static enum skl_err read_notes(struct report *report, struct skl_view block)
{
	while (block.len) {
		const uint8_t *end = memchr(block.data, '\n', block.len);
		size_t len = end ? (size_t)(end - block.data) : 0;
		char line[256];

		if (!end || len >= sizeof(line))
			return SKL_ESYNTAX;
		(void)snprintf(line, sizeof(line), "%.*s", (int)len, (const char *)block.data);
		if (!read_note(report, line))
			return SKL_ESYNTAX;
		block = skl_view_of(end + 1, block.len - len - 1);
	}
	return SKL_OK;
}

/* The person's numbers in this message. */
struct numbers {
	size_t count;
	uint32_t number[NUMBERS_MAX];
};

static enum skl_err read_numbers(const Schakel__V1__AnswerRow *row, struct numbers *ret_numbers)
{
	struct skl_arena arena;
	enum skl_err err = row->n_asked ? SKL_OK : SKL_ESYNTAX;

	*ret_numbers = (struct numbers){0};
	skl_arena_init(&arena, 0, 0);
	for (size_t i = 0; err == SKL_OK && i < row->n_asked; i++) {
		Schakel__V1__SubjectDetail *subject = NULL;
		const Schakel__V1__DetailPart *part =
			row->asked[i] < row->n_details ? row->details[row->asked[i]] : NULL;

		err = part && part->salt.len && ret_numbers->count < NUMBERS_MAX
			      ? skl_unpack(&schakel__v1__subject_detail__descriptor,
					   skl_view_of(part->plain.data, part->plain.len), &arena,
					   &subject)
			      : SKL_ESYNTAX;
		if (err == SKL_OK)
			ret_numbers->number[ret_numbers->count++] = subject->number;
	}
	skl_arena_done(&arena);
	return err;
}

static bool is_about(const Schakel__V1__SectionDetail *section, const struct numbers *numbers)
{
	for (size_t i = 0; i < section->n_about; i++)
		for (size_t j = 0; j < numbers->count; j++)
			if (section->about[i] == numbers->number[j])
				return true;
	return false;
}

static void set_hex(char *to, ProtobufCBinaryData id)
{
	if (id.len == 16)
		skl_hex_encode(skl_view_of(id.data, id.len), to);
}

static enum skl_err add_line(struct report *report, const struct query_row *row)
{
	const Schakel__V1__MessageDetail *detail = row->detail;
	struct report_line *line = &report->lines[report->line_count];
	struct numbers numbers;
	enum skl_err err = read_numbers(row->answered, &numbers);

	if (err != SKL_OK || strcmp(row->leaf.sender, report->part->controller) != 0)
		return SKL_ESYNTAX;
	if (report->line_count == REPORT_LINES_MAX)
		return SKL_ELIMIT;
	*line = (struct report_line){
		.index = row->index,
		.decided_ms = row->leaf.decided_ms,
		.kind = detail->kind,
		.purpose = detail->purpose,
		.ground = detail->ground,
		.seal = detail->seal,
		.is_reporter = report_is_hidden_reporter(detail),
		.is_warning = detail->kind == SCHAKEL__V1__KIND__KIND_COERCION_WARNING ||
			      detail->kind == SCHAKEL__V1__KIND__KIND_WHEREABOUTS_WARNING,
	};
	(void)snprintf(line->recipient, sizeof(line->recipient), "%.*s",
		       (int)strcspn(row->leaf.recipient, "/"), row->leaf.recipient);
	set_hex(line->message, detail->id);
	set_hex(line->case_ref, detail->case_ref);
	(void)snprintf(line->user_ref, sizeof(line->user_ref), "%s", detail->user_ref);
	for (size_t i = 0; i < detail->n_sections; i++)
		if (detail->sections[i]->delivered && detail->sections[i]->category < 64 &&
		    is_about(detail->sections[i], &numbers))
			line->categories |= UINT64_C(1) << detail->sections[i]->category;
	report->is_reporter |= line->is_reporter;
	report->line_count++;
	return SKL_OK;
}

static enum skl_err read_row(void *arg, const struct query_row *row)
{
	struct report *report = arg;

	if (!row->is_proven)
		return SKL_ESIGNATURE;
	if (row->leaf.kind == SKL_ENTRY_DECISION)
		return row->detail ? add_line(report, row) : SKL_ESYNTAX;
	for (size_t i = 0; row->leaf.names && i < report->line_count; i++)
		if (report->lines[i].index == row->leaf.names_index)
			report->lines[i].after = row->leaf.kind;
	return SKL_OK;
}

static enum skl_err read_answer(struct report *report, struct skl_view block)
{
	Schakel__V1__Answer *answer = NULL;
	struct skl_checkpoint checkpoint;
	struct skl_arena arena;
	enum skl_err err;

	skl_arena_init(&arena, ARENA_BYTES, ARENA_CALLS);
	err = skl_unpack(&schakel__v1__answer__descriptor, block, &arena, &answer);
	if (err == SKL_OK)
		err = query_rows(report->directory, answer, &checkpoint, read_row, report);
	skl_arena_done(&arena);
	return err;
}

static enum skl_err read_body(struct report *report)
{
	struct skl_view body = skl_buf_view(&report->part->body), block;
	enum skl_err err = SKL_OK;

	if (!report_block_next(&body, &block, &err))
		return SKL_ESYNTAX;
	err = read_notes(report, block);
	while (err == SKL_OK && report_block_next(&body, &block, &err))
		err = read_answer(report, block);
	if (err == SKL_OK && !report->line_count)
		err = SKL_ENOTFOUND;
	return err;
}

enum skl_err report_read(const struct skl_directory *directory, const struct report_part *part,
			 struct report *ret_report, struct skl_error *reterr)
{
	const struct skl_dir_partner *partner =
		skl_directory_partner(directory, skl_view_str(part->controller));
	enum skl_err err;

	*ret_report = (struct report){
		.directory = directory,
		.part = part,
		.law = report_law_of(directory, part->controller),
		.is_shelter = partner && partner->role == SKL_ROLE_SHELTER,
		.lines = skl_calloc(REPORT_LINES_MAX + 1, sizeof(*ret_report->lines)),
	};
	err = ret_report->lines ? read_body(ret_report) : SKL_ENOMEM;
	if (err == SKL_OK)
		return SKL_OK;
	report_done(ret_report);
	return skl_error_set(reterr, err, 0, 0,
			     err == SKL_ENOTFOUND    ? "the part has no lines%s"
			     : err == SKL_ESIGNATURE ? "a line of the part does not prove itself%s"
						     : "the part cannot be read: %s",
			     err == SKL_ENOTFOUND || err == SKL_ESIGNATURE ? ""
									   : skl_err_text(err));
}

void report_done(struct report *report)
{
	skl_free(report->lines);
	report->lines = NULL;
	report->line_count = 0;
}

/* --- what the person may be given -------------------------------------------------- */

/*
 * Summer time begins and ends at 01:00 UTC on the last Sunday of a month of 31 days (2000/84/EC).
 * at_ms is in that month: the Sunday is in its last seven days.
 */
static bool is_past_last_sunday(int64_t at_ms, int day)
{
	int64_t days = at_ms / DAY_MS, last = days + 31 - day;

	last -= (last + 4) % 7; /* 1970-01-01 was a Thursday */
	return at_ms >= last * DAY_MS + HOUR_MS;
}

static bool is_summer(int64_t at_ms, int month, int day)
{
	if (month == 3 || month == 10)
		return is_past_last_sunday(at_ms, day) == (month == 3);
	return month > 3 && month < 10;
}

static void set_day(int64_t at_ms, char ret_day[11])
{
	char text[SKL_TIME_TEXT_BYTES];
	int month, day;

	skl_time_format(at_ms, text); /* 2026-03-29T... */
	month = (text[5] - '0') * 10 + text[6] - '0';
	day = (text[8] - '0') * 10 + text[9] - '0';
	skl_time_format(at_ms + (is_summer(at_ms, month, day) ? 2 : 1) * HOUR_MS, text);
	(void)snprintf(ret_day, 11, "%.10s", text);
}

static bool is_hidden(const struct report *report, const char *partner)
{
	for (size_t i = 0; i < report->hidden_count; i++)
		if (strcmp(report->hidden[i], partner) == 0)
			return true;
	return false;
}

static const char *name_of(const struct report *report, const char *id, bool is_reporter,
			   bool is_dutch)
{
	const struct skl_dir_partner *partner =
		skl_directory_partner(report->directory, skl_view_str(id));

	if (is_reporter)
		return is_dutch ? "een melder" : "a reporter";
	if (!partner)
		return is_dutch ? "een organisatie" : "an organisation";
	if (partner->role == SKL_ROLE_SHELTER)
		return is_dutch ? "een hulporganisatie" : "a support organisation";
	return partner->name;
}

const char *report_name(const struct report *report, bool is_dutch)
{
	return name_of(report, report->part->controller,
		       report->is_reporter || is_hidden(report, report->part->controller),
		       is_dutch);
}

static bool is_report(uint32_t kind)
{
	return kind == SKL_KIND_PROFESSIONAL_REPORT || kind == SKL_KIND_SELF_REPORT ||
	       kind == SKL_KIND_REREPORT_LINKED;
}

static void set_categories(const struct report_line *line, bool is_dutch,
			   struct report_given *given)
{
	size_t len = 0;

	for (uint32_t i = 1; i < 64; i++) {
		if (!(line->categories & UINT64_C(1) << i) || len >= sizeof(given->categories))
			continue;
		len += (size_t)snprintf(given->categories + len, sizeof(given->categories) - len,
					"%s%s", len ? ", " : "",
					query_label(SKL_LIST_CATEGORY, i, is_dutch));
	}
	if (!len)
		(void)snprintf(given->categories, sizeof(given->categories), "%s",
			       is_dutch ? "alleen dat het over u gaat"
					: "only that it is about you");
}

static const char *after_of(const struct report_line *line, bool is_dutch)
{
	switch (line->after) {
	case SKL_ENTRY_WITHHELD:
	case SKL_ENTRY_EXPIRED:
		return is_dutch ? "niet afgeleverd" : "not delivered";
	case SKL_ENTRY_RECALLED:
		return is_dutch ? "verstrekt, later teruggeroepen" : "disclosed, recalled later";
	default:
		return is_dutch ? "verstrekt" : "disclosed";
	}
}

void report_given(const struct report *report, const struct report_line *line, bool is_dutch,
		  struct report_given *ret_given)
{
	bool to_reporter = is_hidden(report, line->recipient);
	bool is_masked =
		to_reporter || report->is_reporter || is_hidden(report, report->part->controller);

	*ret_given = (struct report_given){
		.to = name_of(report, line->recipient, to_reporter, is_dutch),
		.purpose = query_label(SKL_LIST_PURPOSE, line->purpose, is_dutch),
		.after = after_of(line, is_dutch),
		.ground = "",
	};
	set_day(line->decided_ms, ret_given->day);
	if (is_masked) { /* a kind, a ground or a part can tell who it must have been */
		ret_given->kind = is_report(line->kind) ? (is_dutch ? "een melding" : "a report")
							: (is_dutch ? "een bericht" : "a message");
		return;
	}
	ret_given->kind = query_label(SKL_LIST_KIND, line->kind, is_dutch);
	ret_given->ground = query_label(SKL_LIST_GROUND, line->ground, is_dutch);
	set_categories(line, is_dutch, ret_given);
}
