/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_MAIL_H
#define SKL_MAIL_H

/*
 * skl_mail - what an inbox keeps: a sealed file for each received message or notice, with what
 * people of the team did with it; and an index of them in memory.
 *
 * Owner:    one thread.
 * Lifetime: open .. close; items are borrowed until the next put or remove.
 * Errors:   EPERM, EIO, EDISKFULL, ENOMEM; ECORRUPT and EFORMAT for a file that is not as it was
 *           written; ELIMIT.
 * Limits:   SKL_MAIL_MAX items.
 *
 * The files are those of skl_sealed_folder. A record:
 *
 *     {"id", "desk", "message": {...} or "notice": {...}, "log": [{"at", "what", "by", ...}]}
 *
 * message and notice are those of skl_own_json. The log says in order what happened; the index is
 * made of it by a pure function. What:
 *
 *     read, taken (somebody holds it), done, reopened, seen (trouble was looked at)
 *     sent       id, kind: a message of ours about this one; "said": what it says, in words
 *     result, receipt, failed   of the message with this id; "trouble": a person must look;
 *                "undone": nothing of it went; "unanswered": and it was the answer
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"
#include "skl_limits.h"

#define SKL_MAIL_MAX 20000u

struct skl_mail;

struct skl_mail_item {
	uint8_t id[SKL_ID_BYTES];
	char desk[SKL_LIMIT_PARTNER_ID + 1];
	bool is_notice;
	enum skl_kind kind; /* of a message */
	enum skl_task task; /* of a notice that waits for a person; unspecified: it is news */
	enum skl_clock clock;
	uint8_t ref[SKL_ID_BYTES]; /* of a notice: the message here that it is about */
	bool has_ref;
	char from[SKL_LIMIT_PARTNER_ID + 1];
	char from_name[161];
	char about[161]; /* who it is about, in words; "" if nobody */
	int64_t at_ms;   /* received */
	int64_t due_ms;  /* answer before, 0: none, or answered */
	bool is_acute;
	bool is_read;
	bool is_answered; /* a message of ours in reply to it went */
	bool is_done;
	bool is_trouble; /* something that was sent about it did not arrive */
	int64_t done_ms;
	char holder[SKL_LIMIT_USER_REF + 1]; /* who took it, "" if nobody */
};

/*
 * folder is made, 0700, if it is not there; secret is the path of 32 bytes in base64 (0600), made
 * if it is not there and the folder is empty. *ret_damaged counts files that could not be read:
 * they stay where they are.
 */
SKL_MUST_CHECK enum skl_err skl_mail_open(const char *folder, const char *secret,
					  struct skl_mail **ret_mail, size_t *ret_damaged,
					  struct skl_error *reterr);
void skl_mail_close(struct skl_mail *mail);
SKL_DEFINE_CLEANUP(struct skl_mail, skl_mail_close)

/* By place, the oldest first; NULL after the last. */
const struct skl_mail_item *skl_mail_at(const struct skl_mail *mail, size_t place);
const struct skl_mail_item *skl_mail_find(const struct skl_mail *mail,
					  const uint8_t id[SKL_ID_BYTES]);

/* The record; the caller releases it. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_mail_read(const struct skl_mail *mail,
					  const uint8_t id[SKL_ID_BYTES], json_t **ret_record);
/* Durable when it returns SKL_OK; a record with this id is replaced. EFORMAT: not a record. */
SKL_MUST_CHECK enum skl_err skl_mail_put(struct skl_mail *mail, const json_t *record);
SKL_MUST_CHECK enum skl_err skl_mail_remove(struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES]);

/*
 * Append to the log of the record and put it. by is "" for what nobody did; takes extra, an object
 * with more members, or NULL. ENOTFOUND.
 */
SKL_MUST_CHECK enum skl_err skl_mail_note(struct skl_mail *mail, const uint8_t id[SKL_ID_BYTES],
					  const char *what, const char *by, int64_t at_ms,
					  json_t *extra);

/* The index row of a record. EFORMAT. */
SKL_MUST_CHECK enum skl_err skl_mail_item_of(const json_t *record, struct skl_mail_item *ret);

/* The data of the section that says who this person of the message is; NULL: none. */
const json_t *skl_mail_identity(const json_t *message, json_int_t number);

/*
 * How a person of a message is called: "Anna Bakker (slachtoffer)", "kind", "persoon 3". number is
 * that of the message; room for 161 bytes.
 */
#define SKL_MAIL_PERSON_BYTES 161
void skl_mail_person(const json_t *message, json_int_t number, char ret[SKL_MAIL_PERSON_BYTES]);

#endif
