/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "query.h"
#include "skl_clock.h"
#include "skl_draft.h"
#include "skl_mem.h"
#include "skl_pseudonym.h"
#include "skl_text.h"

struct query_link {
	struct skl_client *client;         /* owned */
	const struct query_config *config; /* borrowed */
	/* of the query under way */
	uint8_t id[16];
	bool is_answered;
	enum skl_err err;
	query_show_fn show;
	void *arg;
	char down[160]; /* why there is no session */
};

static void on_answer(void *arg, const uint8_t id[16], enum skl_err err,
		      const Schakel__V1__Answer *answer)
{
	struct query_link *link = arg;

	if (memcmp(id, link->id, 16) != 0)
		return; /* of a query that was given up */
	link->is_answered = true;
	link->err = err;
	if (err != SKL_OK)
		return;
	link->err = link->show(link->arg, answer);
	if (link->err == SKL_OK && answer->outcome != SCHAKEL__V1__OUTCOME__OUTCOME_PERMITTED)
		link->err = SKL_EDENIED;
}

/* What the hub tells a supervisor of its own accord. It comes once: beside the answer, not in it.
 */
static enum skl_err on_notice(void *arg, const Schakel__V1__Notice *notice)
{
	const struct query_link *link = arg;
	const char *text = link->config->is_dutch ? notice->text_nl : notice->text_en;
	char at[SKL_TIME_TEXT_BYTES], id[65];

	skl_time_format(notice->at_ms, at);
	skl_hex_encode(skl_view_of(notice->ref.data, notice->ref.len <= 32 ? notice->ref.len : 0),
		       id);
	fprintf(stderr, "schakel-audit: %s: ", at);
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' ? ' ' : *text, stderr);
	fprintf(stderr, "%s%s\n", id[0] ? " --message " : "", id);
	return SKL_OK;
}

static void on_state(void *arg, enum skl_session_state state, const struct skl_session_down *down)
{
	struct query_link *link = arg;
	const char *text = down && down->text ? down->text : "";

	(void)state;
	(void)snprintf(link->down, sizeof(link->down), "%.150s", text);
}

enum skl_err query_link_open(const struct query_config *config, struct query_link **ret_link,
			     struct skl_error *reterr)
{
	SKL_CLEANUP(query_link_closep) struct query_link *link = skl_calloc(1, sizeof(*link));
	const char *registrars[QUERY_REGISTRARS_MAX];
	struct skl_client_opts opts = {
		.partner = config->partner,
		.keys_dir = config->keys,
		.spool_dir = config->state,
		.spool_secret = config->spool_secret[0] ? config->spool_secret : NULL,
		.directory_file = config->directory,
		.registrars = registrars,
		.registrar_count = config->registrar_count,
		.quorum = config->quorum,
		.endpoint = config->endpoint[0] ? config->endpoint : NULL,
		.software = "schakel-audit/" SKL_VERSION,
		.plan_ms = config->wait_ms,
		.calls = {.on_answer = on_answer, .on_notice = on_notice, .on_state = on_state},
		.arg = link,
	};
	enum skl_err err;

	if (!link)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	link->config = config;
	for (size_t i = 0; i < config->registrar_count; i++)
		registrars[i] = config->registrar[i];
	err = skl_client_open(&opts, &link->client, reterr);
	if (err == SKL_OK)
		*ret_link = SKL_STEAL(link);
	return err;
}

void query_link_close(struct query_link *link)
{
	if (!link)
		return;
	skl_client_close(link->client);
	skl_free(link);
}

const struct skl_directory *query_link_directory(const struct query_link *link)
{
	return skl_client_directory(link->client);
}

enum skl_err query_link_step(struct query_link *link)
{
	return skl_client_step(link->client, 0);
}

size_t query_link_fds(struct query_link *link, int ret_fds[2], int64_t *ret_timeout_ms)
{
	*ret_timeout_ms = skl_client_timeout_ms(link->client);
	return skl_client_fds(link->client, ret_fds);
}

/* --- the message --------------------------------------------------------------- */

static ProtobufCBinaryData bytes_of(struct skl_view view)
{
	/* protobuf-c has no const in its structs; it does not write through them */
	return (ProtobufCBinaryData){view.len, (uint8_t *)(uintptr_t)view.data};
}

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)(text ? text : "");
}

/* The generated enums are numbers of our lists, each as wide as an int. */
#define SET_LIST(row, name, list)                                                                  \
	do {                                                                                       \
		(row)->n_##name = (list)->count;                                                   \
		(row)->name = (void *)(uintptr_t)(list)->value;                                    \
	} while (0)

static void fill_row(Schakel__V1__QueryRow *row, const struct query *query, struct skl_view next)
{
	schakel__v1__query_row__init(row);
	row->from_ms = query->from_ms;
	row->until_ms = query->until_ms;
	row->sender = text_of(query->sender);
	row->recipient = text_of(query->recipient);
	row->user_ref = text_of(query->user_ref);
	SET_LIST(row, entries, &query->entries);
	SET_LIST(row, kinds, &query->kinds);
	SET_LIST(row, outcomes, &query->outcomes);
	SET_LIST(row, categories, &query->categories);
	SET_LIST(row, grounds, &query->grounds);
	SET_LIST(row, reasons, &query->reasons);
	row->n_rules = query->rule_count;
	row->rules = (char **)(uintptr_t)query->rules;
	if (query->has_message)
		row->message_id = bytes_of(skl_view_of(query->message, 16));
	if (query->has_case)
		row->case_ref = bytes_of(skl_view_of(query->case_ref, 16));
	row->without_consent = query->without_consent;
	row->without_after_check = query->without_after_check;
	row->without_confirmation = query->without_confirmation;
	row->details = query->details;
	row->first_index = query->first_index;
	row->limit = query->limit;
	row->next = bytes_of(next);
}

static void add_facts(struct skl_draft *draft, const struct query *query)
{
	Schakel__V1__FactRow mandate;

	skl_draft_fact_value(draft, SKL_FACT_PURPOSE, SKL_PURPOSE_SUPERVISE_DISCLOSURE);
	skl_draft_fact_value(draft, SKL_FACT_GROUND, SKL_GROUND_SUPERVISION);
	schakel__v1__fact_row__init(&mandate);
	mandate.code = SCHAKEL__V1__FACT_CODE__FACT_MANDATE;
	mandate.value = query->mandate;
	mandate.text = text_of(query->of);
	skl_draft_fact(draft, &mandate);
	skl_draft_fact_value(draft, SKL_FACT_QUERY_REASON, query->reason);
	skl_draft_fact_text(draft, SKL_FACT_USER_REF, query->user, 0);
	if (query->case_number && query->case_number[0])
		skl_draft_fact_text(draft, SKL_FACT_CASE_NUMBER, query->case_number, 0);
}

static enum skl_err make(struct query_link *link, const struct query *query, struct skl_view next,
			 struct skl_sealed *ret_sealed, struct skl_error *reterr)
{
	struct skl_draft_opts opts = {.kind = SKL_KIND_AUDIT_QUERY,
				      .sender_desk = link->config->desk};
	SKL_CLEANUP(skl_draft_freep) struct skl_draft *draft = NULL;
	Schakel__V1__QueryRow row;
	enum skl_err err = skl_client_draft(link->client, &opts, &draft);

	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "no key of ours can sign: %s",
				     skl_err_text(err));
	fill_row(&row, query, next);
	add_facts(draft, query);
	if (query->has_subject) {
		/* a person has a position; in a query nobody looks at it */
		const enum skl_position position = SKL_POSITION_THIRD_PERSON;

		row.subject = skl_draft_subject(draft, &position, 1);
		skl_draft_pseudonym(draft, row.subject, SKL_PSEUDONYM_SCHEME_KEYED, query->subject,
				    0);
	}
	skl_draft_query(draft, &row);
	return skl_draft_finish(draft, ret_sealed, reterr);
}

/* --- asking -------------------------------------------------------------------- */

/* Step until done says so; false when the time is up. */
static bool step_until(struct query_link *link, bool (*done)(const struct query_link *),
		       int64_t max_ms, enum skl_err *ret_err)
{
	int64_t end_ms = skl_mono_ms() + max_ms;

	while (!done(link)) {
		int64_t left_ms = end_ms - skl_mono_ms();

		if (left_ms <= 0)
			return false;
		*ret_err = skl_client_step(link->client, left_ms);
		if (*ret_err != SKL_OK)
			return false;
	}
	return true;
}

static bool is_up(const struct query_link *link)
{
	return skl_client_hub_reachable(link->client);
}

static bool is_answered(const struct query_link *link)
{
	return link->is_answered;
}

enum skl_err query_ask(struct query_link *link, const struct query *query, struct skl_view next,
		       query_show_fn show, void *arg, struct skl_error *reterr)
{
	struct skl_sealed sealed = {0};
	enum skl_err err = SKL_OK;

	if (!step_until(link, is_up, link->config->wait_ms, &err))
		return skl_error_set(reterr, err != SKL_OK ? err : SKL_EUNREACHABLE, 0, 0,
				     "the hub cannot be reached%s%s", link->down[0] ? ": " : "",
				     link->down);
	err = make(link, query, next, &sealed, reterr);
	if (err != SKL_OK)
		return err;
	memcpy(link->id, sealed.id, 16);
	link->is_answered = false;
	link->show = show;
	link->arg = arg;
	err = skl_client_query(link->client, &sealed);
	skl_sealed_done(&sealed);
	if (err == SKL_OK && !step_until(link, is_answered, link->config->wait_ms, &err) &&
	    err == SKL_OK)
		err = SKL_ETIMEOUT;
	if (err == SKL_OK)
		err = link->err;
	if (err == SKL_ESIGNATURE)
		return skl_error_set(reterr, err, 0, 0,
				     "the answer does not prove itself and is not shown");
	if (err != SKL_OK && err != SKL_EDENIED)
		return skl_error_set(reterr, err, 0, 0, "no answer: %s", skl_err_text(err));
	return err;
}
