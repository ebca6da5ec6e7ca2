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

struct skl_team_answer;

/* A filled form, while its JSON is made. */
struct skl_team_making {
	const struct skl_team_answer *answer;
	const json_t *message; /* or the notice */
	const struct skl_form *form;
	int64_t now_ms;
	json_t *root; /* the JSON; "said" in it is for the log of the inbox alone */
};

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
	const char *(*make)(const struct skl_team_making *m);
	const char *code; /* of the row "answer" by which it says yes or no; else NULL */
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
SKL_MUST_CHECK json_t *skl_team_answer_make(struct skl_team_making *m, const char *user,
					    const char **ret_complaint);

/* Pieces of it. */
void skl_team_append(json_t *root, const char *list, json_t *value);
/* data is taken; nothing in it: no section. about 0: of nobody. */
void skl_team_add_section(const struct skl_team_making *m, const char *category, json_int_t about,
			  json_t *data);
/* The person chosen in this field, who must be one of the message; 0: none. */
json_int_t skl_team_person(const struct skl_team_making *m, const char *name);
/* The end of the last day that was chosen, UTC; 0: none. */
int64_t skl_team_last_day(const struct skl_team_making *m);

/* The purpose and ground of what is sent, for skl_own_opts. */
const struct skl_own_kind *skl_team_kinds(size_t *ret_count);

/* skl_team_consent.c */
/* What help may need of somebody, beside who it is (rule TO-02); each is a field of the form. */
#define SKL_TEAM_CONSENT_N 5u
extern const enum skl_category skl_team_consent_categories[SKL_TEAM_CONSENT_N];
const char *skl_team_make_consent(const struct skl_team_making *m);
/*
 * The consent of the same person, by the same giver, towards the same partner and for the same
 * purpose is one consent in its case, from whichever message it is recorded: withdrawn is what was
 * given. Errors of skl_adapter_ref.
 */
SKL_MUST_CHECK enum skl_err skl_team_consent_ref(struct skl_adapter *adapter,
						 const struct skl_context *about,
						 const json_t *object,
						 uint8_t ret_ref[SKL_ID_BYTES]);
/* To what is said of a consent in object: the name of who may be told. */
void skl_team_consent_name(const struct skl_adapter *adapter, json_t *object);

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
