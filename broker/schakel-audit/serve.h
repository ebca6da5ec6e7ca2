/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SERVE_H
#define SERVE_H

/*
 * serve - the supervisor's console: pages over TLS, for persons with a certificate and a mandate.
 *
 * Owner:    one thread: the server is a part of its poll loop, and waits while the hub answers.
 * Errors:   as named. What a browser sends is hostile: it is answered with a page, never with an
 *           end of the program.
 * Limits:   SERVE_PERSONS_MAX persons, SERVE_SEATS connections; a form of SERVE_BODY_MAX bytes and
 *           SKL_FORM_FIELDS_MAX fields; answers under way of SERVE_ANSWERS_MAX bytes and a page.
 *
 * Nothing is asked of the hub by GET. What asks is a POST with a token that is bound to the
 * certificate and grows old; who asks and with which mandate comes from the configuration alone.
 */

#include <stdbool.h>
#include <stdint.h>

#include "query.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_err.h"
#include "skl_form.h"

#define SERVE_PERSONS_MAX 64
#define SERVE_BODY_MAX    16384
#define SERVE_PAGE_MAX    ((size_t)4 * 1024 * 1024)
#define SERVE_SEATS       64
#define SERVE_ANSWERS_MAX ((size_t)16 * 1024 * 1024)
#define SERVE_HURRY       10 /* where all of it is in use, the oldest end so many times sooner */
#define SERVE_NEXT_BYTES  64
#define SERVE_PAGES_MAX   100 /* of QUERY_PAGE_MAX rows, for a count */
#define SERVE_NOTE_BYTES  65536
#define SERVE_TOKEN_BYTES 81 /* as text, with its end */

/* Somebody with a certificate. */
struct serve_person {
	char *name; /* a user reference that the own organisation can resolve */
	uint8_t certificate[32];
	enum skl_mandate mandate;
	char *of; /* "" where the mandate names no partner */
	bool is_dutch;
	int64_t minute; /* of the requests counted */
	uint32_t requests;
};

/* From the configuration file; freed by serve_config_done. */
struct serve_config {
	char *query; /* the file that schakel-audit query has */
	char *address;
	uint16_t port; /* 0: any, for tests */
	char *certificate;
	char *key;
	char *client_ca;
	uint32_t session_s;
	uint32_t requests_per_minute;
	uint32_t hub_s;        /* to wait for the hub; other persons wait as long */
	uint32_t connection_s; /* for a request and its answer */
	struct serve_person person[SERVE_PERSONS_MAX];
	size_t person_count;
};
SKL_MUST_CHECK enum skl_err serve_config_read(const char *path, struct serve_config *ret_config,
					      struct skl_error *reterr);
void serve_config_done(struct serve_config *config);

/* ---- who may, and how often ---- */

/* Random for each start: no token outlives the program. */
struct serve_guard {
	uint8_t key[32];
	uint32_t session_s;
	uint32_t requests_per_minute;
};
void serve_guard_init(struct serve_guard *guard, const struct serve_config *config);
/* The person with this certificate (SHA-256 of its DER), or NULL. */
struct serve_person *serve_guard_who(struct serve_config *config, const uint8_t certificate[32]);
/* False when this minute's requests are used up. */
bool serve_guard_count(const struct serve_guard *guard, struct serve_person *person,
		       int64_t mono_ms);
void serve_guard_token(const struct serve_guard *guard, const struct serve_person *person,
		       int64_t mono_ms, char ret_token[SERVE_TOKEN_BYTES]);
/* Is it ours, for this person, and not too old? */
bool serve_guard_check(const struct serve_guard *guard, const struct serve_person *person,
		       int64_t mono_ms, const char *token);

/* ---- who has a connection, and for how long ---- */

struct serve_seat {
	bool is_taken;
	int fd;           /* borrowed: MHD closes it */
	int64_t since_ms; /* when it began, or its last request was answered */
	size_t bytes;     /* of an answer under way */
};

/*
 * A connection that does not bring a request to its end in time is cut, whoever it is of: one that
 * sends or reads a letter a second is never idle. Times are those in which the server had time for
 * it.
 */
struct serve_seats {
	struct serve_seat seat[SERVE_SEATS];
	size_t taken;
	size_t bytes;
	int64_t limit_ms;
};
void serve_seats_init(struct serve_seats *seats, const struct serve_config *config);
/* NULL if there is none. */
struct serve_seat *serve_seats_take(struct serve_seats *seats, int fd, int64_t now_ms);
void serve_seats_leave(struct serve_seats *seats, struct serve_seat *seat);
/* An answer of so many bytes begins; a request has come to its end. */
void serve_seats_answer(struct serve_seats *seats, struct serve_seat *seat, size_t bytes);
void serve_seats_done(struct serve_seats *seats, struct serve_seat *seat, int64_t now_ms);
/* Is it time that nobody keeps a seat for a next request? */
bool serve_seats_is_crowded(const struct serve_seats *seats);
/* False while answers that nobody reads hold all the memory there is for them. */
bool serve_seats_may_answer(const struct serve_seats *seats);
/* End those whose time is over; until the next one's is, in ms, or -1. */
int64_t serve_seats_cut(struct serve_seats *seats, int64_t now_ms);

/* ---- a page ---- */

struct serve_page {
	struct skl_buf html;
	unsigned status;
	const char *type;   /* of its content; NULL: HTML */
	const char *name;   /* of a file to keep; NULL: none */
	const char *suffix; /* of that name, without the dot */
	bool is_dutch;
	const struct serve_person *person; /* NULL: a stranger */
	char token[SERVE_TOKEN_BYTES];
};
/* Text of ours, written as it is: literals alone. */
void serve_put(struct serve_page *page, const char *markup);
/* The same in the language of the page. */
void serve_say(struct serve_page *page, const char *dutch, const char *english);
/* Everything else: the only way of text from outside into a page, as content or in quotes. */
void serve_text(struct serve_page *page, const char *text);
void serve_number(struct serve_page *page, uint64_t number);
/* To the second, in UTC. */
void serve_time(struct serve_page *page, int64_t at_ms);

void serve_begin(struct serve_page *page, unsigned status, const char *dutch, const char *english);
void serve_end(struct serve_page *page);
/* The start of a form that asks; ends with </form>. */
void serve_form_begin(struct serve_page *page, const char *path);
void serve_hidden(struct serve_page *page, const char *name, const char *value);
/* A whole page with a sentence, for what went wrong. */
void serve_sentence(struct serve_page *page, unsigned status, const char *dutch,
		    const char *english);
extern const char serve_css[];
extern const char serve_script[];

/* ---- the pages ---- */

/* What a search may have: fields of the form, by the names of query_set. */
struct serve_field {
	const char *name;
	const char *dutch;
	const char *english;
	enum { SERVE_TEXT, SERVE_DATE, SERVE_CHOICE, SERVE_CHECK, SERVE_HIDDEN, SERVE_SAVED } shape;
	enum skl_list list; /* of a choice */
};
extern const struct serve_field serve_fields[];
extern const size_t serve_field_count;
/* By its name; one with an empty name where the form has no such field. */
const struct serve_field *serve_find_field(const char *name);

/* Everything the pages need. */
struct serve {
	struct serve_config config;
	struct query_config query_config;
	struct query_link *link;
	struct serve_guard guard;
};

struct serve_request {
	const char *method;
	const char *path;
	const char *lang; /* "" */
	char *body;       /* ends with a zero byte; changed */
	struct serve_person *person;
};
/* Answer a request of a known person. */
void serve_answer(struct serve *serve, const struct serve_request *request,
		  struct serve_page *page);
/* The search form with what was filled in; complaint is the field that is not right, or NULL. */
void serve_search(struct serve_page *page, const struct skl_form *form,
		  const struct serve_field *complaint);
/* One field with its label; its id begins with prefix. */
void serve_field_put(struct serve_page *page, const struct serve_field *field, const char *prefix);

/* Saved queries: a form of their own, with a time in words. */
void serve_saved_form(struct serve_page *page);
#define SERVE_DAY_BYTES 11
struct serve_days {
	char from[SERVE_DAY_BYTES];
	char until[SERVE_DAY_BYTES]; /* not itself; "" is open */
};
/* The days of a period ("last-month"), in UTC; false if there is none of that name. */
bool serve_period(const char *name, int64_t now_ms, struct serve_days *ret_days);
/* A period becomes the days of the search form, which live as long as days does. */
bool serve_saved_fields(struct skl_form *form, struct serve_days *days);
/* Fields to a query of this person; NULL, or the first that is not right. */
const struct serve_field *serve_query(const struct skl_form *form,
				      const struct serve_person *person, struct query *ret_query);

/* An answer on its way to a page: its rows are written beside it, and count when all are proven. */
struct serve_shown {
	const struct serve *serve;
	const struct skl_form *form; /* of the question; NULL: one entry */
	query_row_fn row;            /* what becomes of a row; its arg is this struct */
	void *arg;                   /* of who gave row */
	struct serve_page part;      /* of the rows */
	uint64_t rows;
	uint64_t unproven;
	struct skl_checkpoint checkpoint;
	char note[SERVE_NOTE_BYTES]; /* the same with its signatures */
	uint64_t index;              /* of the entry that the question is */
	uint8_t next[SERVE_NEXT_BYTES];
	size_t next_len;
	char denied[512]; /* the hub's sentence */
};
/* Ask and check; false: the page says why there is no answer, and shown holds nothing. */
bool serve_ask(struct serve *serve, const struct query *query, struct skl_view next,
	       struct serve_page *page, struct serve_shown *shown);
/*
 * The same, page after page to the end, and every page is a query of its own. Too many of them are
 * answered with a sentence: half a count is none.
 */
bool serve_ask_all(struct serve *serve, const struct query *query, struct serve_page *page,
		   struct serve_shown *shown);
/* The sentence for it. */
void serve_too_many(struct serve_page *page);
/* A row of serve_table, with a button to look at it. */
enum skl_err serve_table_row(void *arg, const struct query_row *row);
void serve_table(struct serve_page *page, const struct serve_shown *shown);
/* What was asked, in words. */
void serve_asked(struct serve_page *page, const struct skl_form *form);
/* A query_word_fn: a term and what it says, in a <dl>. */
void serve_word(void *arg, const char *name, const char *value);

void serve_rows(struct serve *serve, const struct skl_form *form, const struct query *query,
		struct serve_page *page);
/* A saved query: its rows, or what of them is counted. */
void serve_count(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page);
/* Charts of decisions and clocks. */
void serve_charts(struct serve *serve, const struct skl_form *form, const struct query *query,
		  struct serve_page *page);
/* What was asked and what stands in no count, above a count. */
void serve_counted(struct serve_page *page, const struct skl_form *form,
		   const struct serve_shown *shown);
void serve_entry(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page);
/* What of an entry's page checks it in the browser, where it is under a checkpoint. */
void serve_proof_part(struct serve_page *page, const struct serve_shown *shown,
		      const struct query_row *row);
/* An entry's proof as a file, for another machine. */
void serve_proof(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page);
/* A case, drawn from top to bottom, and the same as a table. */
void serve_case(struct serve *serve, const struct skl_form *form, const struct query *query,
		struct serve_page *page);
/* All rows of a question as a file, and the form for it. */
void serve_export(struct serve *serve, const struct skl_form *form, const struct query *query,
		  struct serve_page *page);
void serve_export_form(struct serve_page *page, const struct skl_form *form);
/* The page that a form asks for; false if it is none. */
bool serve_next_of(const struct skl_form *form, uint8_t ret_next[SERVE_NEXT_BYTES],
		   size_t *ret_len);
void serve_no_page(struct serve_page *page);
/* A form for the page after this one, if there is one. */
void serve_next(struct serve_page *page, const struct serve_shown *shown, const char *path);
/* The fields of a question as they were, for a form that asks it again. */
void serve_fields_again(struct serve_page *page, const struct skl_form *form);
/* Who looked: the queries of the trail. */
void serve_looks(struct serve *serve, const struct skl_form *form, const struct query *query,
		 struct serve_page *page);
/* The tree's newest checkpoint, and who signed it. */
void serve_tree(struct serve *serve, const struct skl_form *form, const struct query *query,
		struct serve_page *page);

/* ---- the server ---- */

struct serve_http;
SKL_MUST_CHECK enum skl_err serve_http_open(struct serve *serve, struct serve_http **ret_http,
					    struct skl_error *reterr);
void serve_http_close(struct serve_http *http);
SKL_DEFINE_CLEANUP(struct serve_http, serve_http_close)
uint16_t serve_http_port(const struct serve_http *http);
/* A descriptor to poll for reading, and after how long to step anyway (-1: never). */
int serve_http_fd(struct serve_http *http, int64_t *ret_timeout_ms);
void serve_http_step(struct serve_http *http);

#endif
