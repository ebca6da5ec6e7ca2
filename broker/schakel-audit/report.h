/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REPORT_H
#define REPORT_H

/*
 * report - who got what about one person: a part for each controller, sealed for its officer, who
 * decides line by line what is given.
 *
 * Owner:    one thread.
 * Errors:   as named, with a sentence in *reterr.
 * Limits:   a part of REPORT_PART_MAX bytes, REPORT_LINES_MAX lines.
 *
 * What a person may be given is made in one place (report_lines.c), of a date without an hour, the
 * recipient, and codes of closed lists: nothing of others, of a shelter, of a reporter who is
 * hidden. A warning of coercion is told to the officer alone. proto/README.md 12.6 has the format.
 */

#include <stdbool.h>
#include <stdint.h>

#include "query.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_client_keys.h"
#include "skl_directory.h"
#include "skl_err.h"
#include "skl_key.h"

#define REPORT_PART_MAX  (48u << 20)
#define REPORT_LINES_MAX 4096
#define REPORT_NAMES_MAX 256
#define REPORT_ID_BYTES  64 /* a partner's id with its end */

/* ---- report_part.c: the file ---- */

struct report_sealing {
	const struct skl_directory *directory;
	const struct skl_key *sign; /* of who makes it */
	const char *by;
	const char *controller;
	int64_t made_ms;
	struct skl_view body;
};
/* Append the file. ENOTFOUND: the directory has no officer with a key for this controller. */
SKL_MUST_CHECK enum skl_err report_seal(const struct report_sealing *sealing, struct skl_buf *file,
					struct skl_error *reterr);

struct report_part {
	char controller[REPORT_ID_BYTES];
	char by[REPORT_ID_BYTES];
	int64_t made_ms;
	uint8_t digest[32]; /* of the file */
	struct skl_buf body;
};
/*
 * Check and open a file for this officer. ESYNTAX: no whole part; ESIGNATURE: not signed by who
 * says so, or by somebody without a mandate; EOPEN: it is another's.
 */
SKL_MUST_CHECK enum skl_err report_open(struct skl_view file, const struct skl_directory *directory,
					const struct skl_client_keys *keys, const char *officer,
					struct report_part *ret_part, struct skl_error *reterr);
void report_part_done(struct report_part *part);

/* Blocks of a body. */
void report_block_add(struct skl_buf *body, struct skl_view block);
/* The next block, taken off body; false at the end. ESYNTAX in *ret_err where it is cut short. */
bool report_block_next(struct skl_view *body, struct skl_view *ret_block, enum skl_err *ret_err);

/* ---- report_make.c: from the trail ---- */

struct report_making; /* rows of answers, by controller */
struct report_making_opts {
	const struct skl_directory *directory;
	enum skl_mandate mandate;
	const char *of; /* NULL but for an fg_of_partner */
};
SKL_MUST_CHECK enum skl_err report_making_new(const struct report_making_opts *opts,
					      struct report_making **ret_making);
void report_making_free(struct report_making *making);
SKL_DEFINE_CLEANUP(struct report_making, report_making_free)
/* A query_show_fn: an answer to the query for the person's disclosures. */
SKL_MUST_CHECK enum skl_err report_making_lines(void *making, const Schakel__V1__Answer *answer);
/* The same: an answer about a case (or a message) of them. */
SKL_MUST_CHECK enum skl_err report_making_after(void *making, const Schakel__V1__Answer *answer);
/* For the next page; empty at the end. */
struct skl_view report_making_next(const struct report_making *making);
/* The nth case or message to ask what became of it; false after the last. Sets its terms. */
bool report_making_ask(const struct report_making *making, size_t n, struct query *query);
struct report_count {
	uint64_t lines;
	uint64_t unproven; /* left out: no checkpoint covers them yet */
	uint64_t outside;  /* left out: the mandate shows only some of that controller's */
};
struct report_count report_making_count(const struct report_making *making);
/* The nth controller and its body; false after the last. ENOMEM, ETOOLARGE in *ret_err. */
bool report_making_body(struct report_making *making, size_t n, const char **ret_controller,
			struct skl_view *ret_body, enum skl_err *ret_err);

/* ---- report_lines.c: what it says ---- */

/* Is who sent this a reporter that nobody may know? */
bool report_is_hidden_reporter(const Schakel__V1__MessageDetail *detail);

enum report_law {
	REPORT_AVG,
	REPORT_WPG,  /* police */
	REPORT_WJSG, /* public prosecution service */
};
struct report_law_text {
	const char *access_nl; /* the article that gives the right */
	const char *access_en;
	const char *articles; /* beginnings of articles that may postpone or refuse, by spaces */
};
enum report_law report_law_of(const struct skl_directory *directory, const char *controller);
const struct report_law_text *report_law_text(enum report_law law);

enum report_choice { REPORT_UNDECIDED, REPORT_GIVE, REPORT_POSTPONE, REPORT_REFUSE };

struct report_line {
	/* of the entry; not for the person */
	uint64_t index;
	int64_t decided_ms;
	char recipient[REPORT_ID_BYTES];
	uint32_t kind;
	uint32_t purpose;
	uint32_t ground;
	uint32_t seal;
	uint64_t categories; /* delivered and about the person: bits by number */
	char message[33];
	char case_ref[33];
	char user_ref[65];
	bool is_reporter; /* the sender is a hidden reporter by this line */
	bool is_warning;  /* for the officer alone */
	uint32_t after;   /* an skl_entry: what became of it, 0: delivered */
	/* by the officer */
	enum report_choice choice;
	char article[33];
	int64_t review_ms;
};

struct report {
	const struct skl_directory *directory;
	const struct report_part *part;
	enum report_law law;
	bool is_reporter; /* the controller is a hidden reporter: named nowhere */
	bool is_shelter;  /* it is a shelter: the same */
	char hidden[REPORT_NAMES_MAX][REPORT_ID_BYTES]; /* partners that reported, hidden */
	size_t hidden_count;
	struct report_line *lines; /* owned */
	size_t line_count;
	int64_t warned_ms; /* last warning of coercion; 0: none */
};
/* Read and prove every row. ESIGNATURE, ESYNTAX, ENOTFOUND (no line at all), ELIMIT. */
SKL_MUST_CHECK enum skl_err report_read(const struct skl_directory *directory,
					const struct report_part *part, struct report *ret_report,
					struct skl_error *reterr);
void report_done(struct report *report);

/* What a line may say to the person; strings are borrowed of report and directory. */
struct report_given {
	char day[11]; /* without an hour; in the Netherlands */
	const char *to;
	const char *kind;
	const char *purpose;
	const char *ground; /* "" where it would tell who reported, as with the parts */
	const char *after;  /* delivered, or not */
	char categories[2048];
};
/* Who answers: the controller's name, or what it may be called. */
const char *report_name(const struct report *report, bool is_dutch);
void report_given(const struct report *report, const struct report_line *line, bool is_dutch,
		  struct report_given *ret_given);

/* ---- report_decide.c: the officer's file ---- */

/* A file to fill in: each line in words, and a place to decide. */
void report_form(const struct report *report, bool is_dutch, struct skl_buf *to);
/*
 * Take the decisions over. ESYNTAX with the number of the line: one that is not there or for the
 * officer alone, decided twice or not at all; no article, or one of another law; postponed without
 * a day to look again, or one that is past. EFIELD: of another part.
 */
SKL_MUST_CHECK enum skl_err report_decide(struct report *report, struct skl_view text,
					  int64_t now_ms, struct skl_error *reterr);

/* ---- report_give.c ---- */

/* A page to print: what is given in Dutch, then in English; the rest as article and day. */
void report_page(const struct report *report, int64_t now_ms, struct skl_buf *html);

#endif
