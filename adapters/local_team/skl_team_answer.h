/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_TEAM_ANSWER_H
#define SKL_TEAM_ANSWER_H

/*
 * skl_team_answer - what a team can send about a message: which answers it has, the form of each,
 * and from a form to the JSON of an own system (skl_own_json), by which everything goes that any
 * role sends.
 *
 * Owner:    the adapter's thread; the making of JSON is a pure function of record, form and time.
 * Errors:   a sentence in Dutch for who filled the form in.
 * Limits:   those of skl_form and skl_mapped.
 */

#include "skl_local_team.h"
#include "skl_own_json.h"

struct skl_team_answer {
	const char *path; /* last part of the address */
	/* the kind it answers; task: a task of the hub; unspecified: any message of a case */
	enum skl_kind on;
	enum skl_kind kind; /* of what is sent */
	enum skl_purpose purpose;
	enum skl_ground ground;
	const char *button; /* on the page of the message */
	const char *title;
	const char *send; /* on the button that sends */
	const char *hint; /* what it means, above the form */
	bool is_main;     /* the first thing to do */
	void (*put)(struct skl_team_page *page, const json_t *message, const struct skl_form *form);
	/* Members of root; what is wrong, or NULL. */
	const char *(*make)(const json_t *message, const struct skl_form *form, int64_t now_ms,
			    json_t *root);
};

/* By place; NULL after the last. */
const struct skl_team_answer *skl_team_answer_at(size_t place);
/* Is it one for the message, or the notice, of this record? */
bool skl_team_answer_fits(const struct skl_team_answer *answer, const json_t *record);
/* Does a message of this kind answer, or is it only about the other? */
bool skl_team_is_reply(enum skl_kind kind);

/*
 * The JSON of a filled form about a message or a task; the caller releases it. NULL: *ret_complaint
 * says what is missing. An acceptance has user as who sends and who checked.
 */
SKL_MUST_CHECK json_t *skl_team_answer_make(const struct skl_team_answer *answer,
					    const json_t *message, const struct skl_form *form,
					    const char *user, int64_t now_ms,
					    const char **ret_complaint);

/* The purpose and ground of what is sent, for skl_own_opts. */
const struct skl_own_kind *skl_team_kinds(size_t *ret_count);

/* What the one consent of a message is called for skl_own_opts.consent_ref. */
#define SKL_TEAM_CONSENT_NAME "toestemming"
/* What help may need of somebody, beside who it is (rule TO-02); each is a field of the form. */
#define SKL_TEAM_CONSENT_N 5u
extern const enum skl_category skl_team_consent_categories[SKL_TEAM_CONSENT_N];

/* skl_team_form.c: the fields of each form */
void skl_team_put_none(struct skl_team_page *page, const json_t *message,
		       const struct skl_form *form);
void skl_team_put_reason(struct skl_team_page *page, const json_t *message,
			 const struct skl_form *form);
void skl_team_put_refusal(struct skl_team_page *page, const json_t *message,
			  const struct skl_form *form);
void skl_team_put_information(struct skl_team_page *page, const json_t *message,
			      const struct skl_form *form);
void skl_team_put_rating(struct skl_team_page *page, const json_t *message,
			 const struct skl_form *form);
void skl_team_put_agreement(struct skl_team_page *page, const json_t *message,
			    const struct skl_form *form);
void skl_team_put_consent(struct skl_team_page *page, const json_t *message,
			  const struct skl_form *form);

#endif
