/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef QUERY_H
#define QUERY_H

/*
 * query - ask the hub's trail as a supervisor with a mandate, and show what it answers.
 *
 * Owner:    one thread.
 * Errors:   as named; EDENIED is an answer as well: the hub recorded the query and said no.
 * Limits:   a page of QUERY_PAGE_MAX rows; 16 values a filter.
 *
 * The query is a signed message and an entry of its own before its answer leaves. Nothing of an
 * answer is shown that does not prove itself: the query's entry by the hub's promise, each row by
 * its path to the signed checkpoint, each detail by the commitment in its row.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "export.h"
#include "schakel/v1/session.pb-c.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_client.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_leaf.h"
#include "skl_note.h"
#include "tally.h"

#define QUERY_LIST_MAX       16
#define QUERY_PAGE_MAX       1000
#define QUERY_REGISTRARS_MAX 16

/* From the configuration file; freed by query_config_done. */
struct query_config {
	char *partner;
	char *desk;
	char *keys;
	char *state;
	char *spool_secret; /* "": in keys */
	char *directory;
	char *endpoint; /* "" : that of the directory */
	char *registrar[QUERY_REGISTRARS_MAX];
	size_t registrar_count;
	unsigned quorum;
	bool is_dutch;    /* the hub's notices */
	uint32_t wait_ms; /* for the hub, and for an answer; 20 s */
};
SKL_MUST_CHECK enum skl_err query_config_read(const char *path, struct query_config *ret_config,
					      struct skl_error *reterr);
void query_config_done(struct query_config *config);

/* Numbers of one closed list. */
struct query_list {
	uint32_t value[QUERY_LIST_MAX];
	size_t count;
};

/* What is asked. Strings are borrowed; "" means any. */
struct query {
	enum skl_mandate mandate;
	const char *of; /* the partner an fg_of_partner looks after */
	enum skl_query_reason reason;
	const char *user;        /* who asks */
	const char *case_number; /* the supervisor's own */
	int64_t from_ms;
	int64_t until_ms;
	const char *sender;
	const char *recipient;
	const char *user_ref;
	struct query_list entries;
	struct query_list kinds;
	struct query_list outcomes;
	struct query_list categories;
	struct query_list grounds;
	struct query_list reasons;
	bool has_message;
	uint8_t message[16];
	bool has_case;
	uint8_t case_ref[16];
	const char *rules[QUERY_LIST_MAX];
	size_t rule_count;
	bool has_subject;
	uint8_t subject[32]; /* pseudonym, scheme 1 */
	bool without_consent;
	bool without_after_check;
	bool without_confirmation;
	bool details;
	uint64_t first_index;
	uint32_t limit;
};

/* A connection for queries. */
struct query_link;
SKL_MUST_CHECK enum skl_err query_link_open(const struct query_config *config,
					    struct query_link **ret_link, struct skl_error *reterr);
void query_link_close(struct query_link *link);
SKL_DEFINE_CLEANUP(struct query_link, query_link_close)
const struct skl_directory *query_link_directory(const struct query_link *link);
/* Do what is due between queries, so that the session stays. Not needed without waiting. */
SKL_MUST_CHECK enum skl_err query_link_step(struct query_link *link);
/* Descriptors to poll for reading, and after how long to step anyway. */
size_t query_link_fds(struct query_link *link, int ret_fds[2], int64_t *ret_timeout_ms);

/*
 * Ask one page; next is what the page before gave, or empty. show is called with the answer, which
 * is borrowed; what it returns is returned. EUNREACHABLE, ETIMEOUT, ESIGNATURE (no valid promise),
 * EDENIED (after show).
 */
typedef enum skl_err (*query_show_fn)(void *arg, const Schakel__V1__Answer *answer);
SKL_MUST_CHECK enum skl_err query_ask(struct query_link *link, const struct query *query,
				      struct skl_view next, query_show_fn show, void *arg,
				      struct skl_error *reterr);

/*
 * Set one term of a query by its name on the command line and in a form: "from", "sender", "kind"
 * ...; lists may be set more than once. The value is borrowed. EINVAL with a reason; ENOTFOUND
 * where there is no such term.
 */
SKL_MUST_CHECK enum skl_err query_set(struct query *query, const char *name, const char *value,
				      struct skl_error *reterr);

/* A query that many ask, by name; the terms it sets may be narrowed by others. */
struct query_saved {
	const char *name;
	const char *text_nl;
	const char *text_en;
	enum tally_kind tally; /* TALLY_NONE: rows; else they are counted */
};
/* The nth, NULL after the last. */
const struct query_saved *query_saved_at(size_t n);
/* By its name, or NULL. */
const struct query_saved *query_saved_find(const char *name);
/* Set its terms. NULL and ENOTFOUND if there is none of that name. */
const struct query_saved *query_saved_set(struct query *query, const char *name,
					  struct skl_error *reterr);

/* A decimal number of at most max. */
bool query_number(const char *text, uint64_t max, uint64_t *ret_number);

/* A row of an answer that proved itself; borrowed. */
struct query_row {
	uint64_t index;
	struct skl_leaf leaf;
	bool is_proven; /* under the answer's checkpoint; else newer than it */
	bool is_erased; /* the key of its detail was destroyed */
	const Schakel__V1__MessageDetail *detail; /* NULL: not asked for, not ours to see, none */
	const Schakel__V1__AnswerRow *answered;
};
/*
 * Check an answer and give its rows one by one; what fn returns other than SKL_OK is returned.
 * ESIGNATURE at the first that does not prove itself. A checkpoint of size 0: the answer has none.
 */
typedef enum skl_err (*query_row_fn)(void *arg, const struct query_row *row);
SKL_MUST_CHECK enum skl_err query_rows(const struct skl_directory *directory,
				       const Schakel__V1__Answer *answer,
				       struct skl_checkpoint *ret_checkpoint, query_row_fn fn,
				       void *arg);

/* The label of a code, "-" for none. */
const char *query_label(enum skl_list list, uint32_t number, bool is_dutch);
/* What the detail of a row says, in words: a name and a value each. */
typedef void (*query_word_fn)(void *arg, const char *name, const char *value);
void query_words(const struct query_row *row, bool is_dutch, query_word_fn fn, void *arg);

/* How answers are shown. */
struct query_view {
	const struct skl_directory *directory; /* borrowed */
	struct export *export;                 /* borrowed; NULL: for people */
	struct tally *tally;                   /* borrowed; NULL: rows are shown */
	bool only_proven;                      /* leave the others out, and count them */
	bool is_dutch;
	bool is_past;        /* a row was beyond end: there is no next page */
	uint64_t end;        /* behind the entry of the first page's query; 0: no page yet */
	uint64_t rows;       /* shown so far */
	uint64_t unproven;   /* of them, not yet under a checkpoint */
	struct skl_buf next; /* for the next page; empty at the end */
	struct skl_error why;
};
/* A query_show_fn: check everything, then print. ESIGNATURE for what does not prove itself. */
SKL_MUST_CHECK enum skl_err query_view_show(void *view, const Schakel__V1__Answer *answer);

/* Any message as JSON, fields and codes by their names; bytes in hexadecimal. NULL: no memory. */
SKL_MUST_CHECK json_t *query_json(const ProtobufCMessage *message);

#endif
