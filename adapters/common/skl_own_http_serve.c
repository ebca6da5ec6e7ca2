/* SPDX-License-Identifier: EUPL-1.2 */

/* From the own system: POST /v1/messages, POST /v1/plan, GET /v1/messages/<id>, GET
 * /health */

#include <stdio.h>
#include <string.h>

#include "skl_arena.h"
#include "skl_card_make.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_json.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_own_http.h"
#include "skl_text.h"
#include "skl_unpack.h"

void skl_own_http_error(struct skl_httpd_reply *reply, unsigned status, const char *rule,
			const char *text)
{
	json_t *root = json_pack("{s:{s:s, s:s}}", "error", "rule", rule, "text", text);

	reply->status = status;
	skl_json_dump(root, &reply->body);
	json_decref(root);
}

static void answer_findings(struct skl_httpd_reply *reply, const struct skl_findings *findings)
{
	reply->status = 400;
	skl_own_error(findings, &reply->body);
	skl_log(SKL_LOG_NOTICE, "post.rejected", "rule=%s field=%s faults=%zu",
		findings->items[0].rule, findings->items[0].place,
		findings->count + findings->more);
}

/* ---- a message or a plan on its way in ---- */

struct posting {
	struct skl_own_http *own;
	json_t *object;
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_context *about; /* owned; NULL: none */
	uint8_t case_ref[16];
	bool is_forward; /* an agreement of somebody else: to who gets standing copies alone */
	bool has_case;
};

static void posting_done(struct posting *p)
{
	json_decref(p->object);
	skl_mapped_done(&p->mapped);
	skl_free(p->about);
}

static enum skl_err load_about(struct posting *p)
{
	uint8_t id[SKL_ID_BYTES];
	struct skl_findings ignored = {0}; /* the mapping tells it again */
	enum skl_err err;

	if (!skl_own_id(p->object, "inReplyTo", id, &ignored) &&
	    !skl_own_id(p->object, "refersTo", id, &ignored))
		return SKL_OK;
	p->about = skl_calloc(1, sizeof(*p->about));
	if (!p->about)
		return SKL_ENOMEM;
	err = skl_state_context_get(p->own->adapter->state, id, p->about);
	if (err) {
		skl_free(p->about);
		p->about = NULL;
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* Mapped it goes back to who made it, who so gets no copy; then to the others instead. */
static enum skl_err forward(struct posting *p)
{
	enum skl_err err = skl_card_standing(p->own->adapter, p->has_case ? p->case_ref : NULL,
					     skl_now_ms(), &p->mapped);

	if (!err && !skl_card_first_leads(&p->mapped))
		skl_findings_add(&p->findings, 0, "forward", "recipient", false,
				 "In uw regio's staat niemand die in een crisis komt.");
	return err;
}

static enum skl_err find_desks(struct posting *p)
{
	if (p->is_forward)
		return forward(p);
	if (skl_compose_desks(skl_client_directory(p->own->adapter->client), &p->mapped,
			      skl_now_ms()))
		return skl_card_standing(p->own->adapter, p->has_case ? p->case_ref : NULL,
					 skl_now_ms(), &p->mapped);
	skl_findings_add(&p->findings, 0, "to", "recipient", false,
			 "Een ontvanger staat niet in het register of heeft geen geldige "
			 "sleutel.");
	return SKL_OK;
}

static bool consent_ref(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES])
{
	const struct skl_own_http *own = arg;

	return skl_adapter_ref(own->adapter, "consent", name, ret_ref) == SKL_OK;
}

/* Parse, map, find case and desk. False: the reply is filled in. */
static bool read_posting(struct posting *p, struct skl_view body, bool is_plan,
			 struct skl_httpd_reply *reply)
{
	struct skl_own_opts opts = p->own->role->own_opts(skl_now_ms());
	const char *own_id;
	enum skl_err stored = SKL_OK;
	enum skl_err err;

	skl_mapped_init(&p->mapped, SKL_KIND_UNSPECIFIED);
	p->object = skl_own_parse(body, &p->findings);
	if (!p->object) {
		answer_findings(reply, &p->findings);
		return false;
	}
	err = skl_card_forward(p->own->adapter, p->object, &p->findings, &p->is_forward);
	if (!err && p->findings.is_fatal) {
		answer_findings(reply, &p->findings);
		return false;
	}
	if (!err)
		err = load_about(p);
	opts.is_plan = is_plan;
	opts.about = p->about;
	opts.consent_ref = consent_ref;
	opts.arg = p->own;
	skl_own_address(p->object, skl_client_directory(p->own->adapter->client),
			p->own->role->addresses, p->own->role->address_count);
	if (!err)
		err = skl_own_map(p->object, &opts, &p->mapped, &p->findings);
	if (!err || err == SKL_EFIELD)
		stored = skl_adapter_case(p->own->adapter, p->object, p->about, &p->findings,
					  &p->has_case, p->case_ref);
	if ((!err || err == SKL_EFIELD) && !stored && !p->findings.is_fatal)
		stored = find_desks(p);
	if ((err && err != SKL_EFIELD) || stored) {
		skl_own_http_error(reply, 503, "internal", "Even niet mogelijk, probeer opnieuw.");
		return false;
	}
	if (p->findings.is_fatal) {
		answer_findings(reply, &p->findings);
		return false;
	}
	own_id = json_string_value(json_object_get(p->object, "id"));
	if (own_id && skl_text_is_user_ref(skl_view_str(own_id)))
		(void)snprintf(p->mapped.native_id, sizeof(p->mapped.native_id), "%s", own_id);
	return true;
}

/* ---- POST /v1/messages ---- */

static bool is_key(const char *key)
{
	size_t len = strlen(key);

	if (len == 0 || len > 100)
		return false;
	for (; *key; key++) {
		if (*key <= ' ' || *key > '~' || *key == '"')
			return false;
	}
	return true;
}

static void answer_submitted(struct skl_httpd_reply *reply, const uint8_t id[SKL_ID_BYTES])
{
	json_t *root = json_object();

	(void)json_object_set_new(root, "messageId", skl_json_hex(id, SKL_ID_BYTES));
	reply->status = 202;
	skl_json_dump(root, &reply->body);
	json_decref(root);
}

/* Without a key the body itself is one: the same bytes twice are one message. */
static void native_key(const struct skl_httpd_request *request, char ret[160])
{
	uint8_t digest[32];
	char hex[65];

	if (*request->key) {
		(void)snprintf(ret, 160, "post/%s", request->key);
		return;
	}
	skl_hash(request->body, digest);
	skl_hex_encode(skl_view_of(digest, sizeof(digest)), hex);
	(void)snprintf(ret, 160, "body/%s", hex);
}

static enum skl_err submit(struct posting *p, const char *key, struct skl_native *native,
			   struct skl_error *error)
{
	struct skl_compose_opts opts = {.about = p->about,
					.case_ref = p->has_case ? p->case_ref : NULL};
	enum skl_err err =
		skl_adapter_submit(p->own->adapter, &p->mapped, native->id, &opts, 0, error);

	if (err)
		return err;
	native->is_spooled = true;
	return skl_state_native_put(p->own->adapter->state, key, native);
}

static void post_message(struct skl_own_http *own, const struct skl_httpd_request *request,
			 struct skl_httpd_reply *reply)
{
	struct posting p = {.own = own};
	struct skl_native native = {0};
	struct skl_error error = {0};
	char hex[SKL_ID_TEXT_BYTES];
	char key[160];
	enum skl_err err;

	if (*request->key && !is_key(request->key)) {
		skl_own_http_error(reply, 400, "idempotency-key",
				   "Idempotency-Key: 1 tot 100 zichtbare tekens.");
		return;
	}
	native_key(request, key);
	err = skl_adapter_native(own->adapter, key, request->body, &native);
	if (err == SKL_EDUPLICATE) {
		skl_own_http_error(reply, 422, "idempotency-key",
				   "Deze Idempotency-Key is gebruikt voor een ander bericht.");
		return;
	}
	if (!err && native.is_spooled) {
		answer_submitted(reply, native.id);
		return;
	}
	if (!err && read_posting(&p, request->body, false, reply)) {
		err = submit(&p, key, &native, &error);
		if (!err)
			answer_submitted(reply, native.id);
		skl_log(err ? SKL_LOG_ERR : SKL_LOG_INFO, err ? "post.refused" : "post.spooled",
			"id=%s kind=%s code=%s", skl_id_text(native.id, hex),
			skl_code_name(SKL_LIST_KIND, p.mapped.kind), skl_err_name(err));
	}
	if (err)
		skl_own_http_error(reply,
				   skl_err_may_retry(err) || err == SKL_EDIRECTORY ? 503 : 400,
				   skl_err_name(err), *error.text ? error.text : skl_err_text(err));
	posting_done(&p);
}

/* ---- GET /v1/messages/<id> ---- */

static void set_result(struct skl_own_http *own, const struct skl_context *context, json_t *root)
{
	struct skl_buf bytes;
	struct skl_buf text;
	struct skl_arena arena;
	Schakel__V1__Result *result = NULL;

	skl_buf_init(&bytes, SKL_LIMIT_ANSWER);
	skl_buf_init(&text, SKL_LIMIT_ANSWER);
	if (skl_client_result(own->adapter->client, context->id, &bytes) == SKL_OK) {
		skl_arena_init(&arena, 0, 0);
		if (skl_unpack(&schakel__v1__result__descriptor, skl_buf_view(&bytes), &arena,
			       &result) == SKL_OK) {
			skl_own_write_result(context, result, &text);
			(void)json_object_set_new(root, "result",
						  json_loads(skl_buf_str(&text), 0, NULL));
		}
		skl_arena_done(&arena);
	}
	skl_buf_done(&bytes);
	skl_buf_done(&text);
}

static json_t *deliveries_of(struct skl_own_http *own, const uint8_t id[SKL_ID_BYTES])
{
	struct skl_out_to to = {0};
	json_t *list = json_array();

	while (skl_client_outgoing_to(own->adapter->client, id, to.number, &to) == SKL_OK) {
		const char *state = skl_code_name(SKL_LIST_DELIVERY, to.delivery);
		const char *outcome = skl_code_name(SKL_LIST_OUTCOME, to.outcome);
		json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "partner", to.partner, "desk",
					to.desk, "outcome", outcome ? outcome : "", "delivery",
					state ? state : "");

		(void)json_array_append_new(list, one);
	}
	return list;
}

static void get_message(struct skl_own_http *own, const char *hex, struct skl_httpd_reply *reply)
{
	SKL_CLEANUP(skl_freep) struct skl_context *context = skl_calloc(1, sizeof(*context));
	struct skl_out out;
	uint8_t id[SKL_ID_BYTES];
	json_t *root;

	if (!context || skl_hex_decode(skl_view_str(hex), id, sizeof(id)) ||
	    skl_client_outgoing(own->adapter->client, id, &out)) {
		skl_own_http_error(reply, 404, "not-found", "Dit bericht is hier niet bekend.");
		return;
	}
	root = json_object();
	(void)json_object_set_new(root, "messageId", skl_json_hex(id, sizeof(id)));
	(void)json_object_set_new(root, "state", json_string(skl_out_state_name(out.state)));
	(void)json_object_set_new(root, "spooledAt", skl_json_time(out.spooled_ms));
	(void)json_object_set_new(root, "recipients", deliveries_of(own, id));
	if (skl_state_context_get(own->adapter->state, id, context) == SKL_OK)
		set_result(own, context, root);
	reply->status = 200;
	skl_json_dump(root, &reply->body);
	json_decref(root);
}

/* ---- POST /v1/plan ---- */

static struct skl_own_http_plan *free_plan(struct skl_own_http *own)
{
	for (size_t i = 0; i < SKL_OWN_HTTP_PLANS_N; i++) {
		if (!own->plans[i].token)
			return &own->plans[i];
	}
	return NULL;
}

static enum skl_err ask(struct posting *p, struct skl_own_http_plan *plan, struct skl_error *error)
{
	SKL_CLEANUP(skl_draft_freep) struct skl_draft *draft = NULL;
	SKL_CLEANUP(skl_freep) struct skl_context *context = skl_calloc(1, sizeof(*context));
	struct skl_adapter *adapter = p->own->adapter;
	struct skl_compose_opts opts = {.desk = adapter->desk,
					.about = p->about,
					.case_ref = p->has_case ? p->case_ref : NULL,
					.pseudonym_key = adapter->pseudonym_key};
	enum skl_err err;

	if (!context)
		return SKL_ENOMEM;
	if (!skl_mapped_find_fact(&p->mapped, SKL_FACT_USER_REF))
		skl_mapped_fact_text(&p->mapped, SKL_FACT_USER_REF, p->own->config->system_user, 0);
	err = skl_compose_numbered(adapter->client, &p->mapped, &opts, &draft, context,
				   plan->sections, error);
	if (err)
		return err;
	plan->section_count = p->mapped.section_count;
	for (size_t i = 0; i < plan->section_count; i++)
		plan->categories[i] = p->mapped.sections[i].category;
	return skl_client_plan(adapter->client, draft, plan->id, error);
}

static void post_plan(struct skl_own_http *own, const struct skl_httpd_request *request,
		      struct skl_httpd_reply *reply)
{
	struct posting p = {.own = own};
	struct skl_own_http_plan *plan = free_plan(own);
	struct skl_error error = {0};
	enum skl_err err;

	if (!plan) {
		skl_own_http_error(reply, 503, "busy", "Te veel vragen tegelijk, probeer opnieuw.");
		return;
	}
	if (read_posting(&p, request->body, true, reply)) {
		err = ask(&p, plan, &error);
		if (err == SKL_EAGAIN) {
			skl_own_http_error(reply, 503, "hub-unreachable",
					   "Het knooppunt is nu niet bereikbaar.");
		} else if (err) {
			skl_own_http_error(reply, skl_err_may_retry(err) ? 503 : 400,
					   skl_err_name(err),
					   *error.text ? error.text : skl_err_text(err));
		} else {
			plan->token = ++own->next_token;
			skl_httpd_later(own->httpd, request, plan->token);
		}
	}
	posting_done(&p);
}

static const Schakel__V1__Cut *cut_of(const Schakel__V1__RecipientResult *one, uint32_t section)
{
	for (size_t i = 0; i < one->n_cuts; i++) {
		if (one->cuts[i]->section == section)
			return one->cuts[i];
	}
	return NULL;
}

static json_t *plan_sections(const struct skl_own_http_plan *plan,
			     const Schakel__V1__RecipientResult *one)
{
	bool is_denied = (enum skl_outcome)one->outcome != SKL_OUTCOME_PERMITTED &&
			 (enum skl_outcome)one->outcome != SKL_OUTCOME_CUT;
	json_t *list = json_array();

	for (size_t i = 0; i < plan->section_count; i++) {
		const Schakel__V1__Cut *cut = cut_of(one, plan->sections[i]);
		uint32_t reason = cut ? (uint32_t)cut->reason : (uint32_t)one->reason;
		json_t *item = json_pack("{s:i, s:s, s:b}", "index", (int)i, "category",
					 skl_code_name(SKL_LIST_CATEGORY, plan->categories[i]),
					 "allowed", (int)(!cut && !is_denied));

		if (cut || is_denied) {
			const char *name = skl_code_name(SKL_LIST_CUT_REASON, reason);
			const char *text = skl_code_label_nl(SKL_LIST_CUT_REASON, reason);

			(void)json_object_set_new(item, "reason", json_string(name ? name : ""));
			(void)json_object_set_new(item, "text", json_string(text ? text : ""));
		}
		if (cut && cut->rule && *cut->rule)
			(void)json_object_set_new(item, "rule", json_string(cut->rule));
		(void)json_array_append_new(list, item);
	}
	return list;
}

static void write_plan(const struct skl_own_http_plan *plan, const Schakel__V1__Result *result,
		       struct skl_buf *buf)
{
	const char *outcome = skl_code_name(SKL_LIST_OUTCOME, result->outcome);
	json_t *root = json_object();
	json_t *list = json_array();

	(void)json_object_set_new(root, "outcome", json_string(outcome ? outcome : ""));
	for (size_t i = 0; i < result->n_recipients; i++) {
		const Schakel__V1__RecipientResult *one = result->recipients[i];
		const char *what = skl_code_name(SKL_LIST_OUTCOME, one->outcome);
		json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s}", "partner", one->partner,
					 "desk", one->desk, "outcome", what ? what : "", "text",
					 one->text_nl, "textEn", one->text_en);

		(void)json_object_set_new(item, "sections", plan_sections(plan, one));
		(void)json_array_append_new(list, item);
	}
	(void)json_object_set_new(root, "recipients", list);
	skl_json_dump(root, buf);
	json_decref(root);
}

void skl_own_http_plan_answer(struct skl_own_http *own, const uint8_t id[SKL_ID_BYTES],
			      enum skl_err err, const Schakel__V1__Result *result)
{
	static const char timeout[] = "{\"error\":{\"rule\":\"hub-unreachable\",\"text\":\"Het "
				      "knooppunt gaf geen antwoord.\"}}";
	static const char refused[] = "{\"error\":{\"rule\":\"refused\",\"text\":\"Het knooppunt "
				      "weigerde de vraag.\"}}";

	for (size_t i = 0; i < SKL_OWN_HTTP_PLANS_N; i++) {
		struct skl_own_http_plan *plan = &own->plans[i];
		struct skl_buf text;

		if (!plan->token || memcmp(plan->id, id, SKL_ID_BYTES) != 0)
			continue;
		skl_buf_init(&text, SKL_LIMIT_ANSWER);
		if (!err && result) {
			write_plan(plan, result, &text);
			skl_httpd_answer(own->httpd, plan->token, 200, skl_buf_view(&text));
		} else {
			skl_httpd_answer(own->httpd, plan->token, err == SKL_ETIMEOUT ? 504 : 502,
					 skl_view_str(err == SKL_ETIMEOUT ? timeout : refused));
		}
		skl_buf_done(&text);
		*plan = (struct skl_own_http_plan){0};
		return;
	}
}

/* ---- routes ---- */

static void get_health(struct skl_own_http *own, struct skl_httpd_reply *reply)
{
	json_t *root = json_pack("{s:s, s:b, s:i}", "state", "up", "hub",
				 (int)skl_client_hub_reachable(own->adapter->client), "refusals",
				 (int)(own->refusals > INT32_MAX ? INT32_MAX : own->refusals));

	reply->status = 200;
	skl_json_dump(root, &reply->body);
	json_decref(root);
}

void skl_own_http_serve(void *arg, const struct skl_httpd_request *request,
			struct skl_httpd_reply *reply)
{
	static const char messages[] = "/v1/messages/";
	struct skl_own_http *own = arg;
	bool is_get = strcmp(request->method, "GET") == 0;
	bool is_post = strcmp(request->method, "POST") == 0;

	if (is_get && strcmp(request->path, "/health") == 0)
		get_health(own, reply);
	else if (is_post && strcmp(request->path, "/v1/messages") == 0)
		post_message(own, request, reply);
	else if (is_post && strcmp(request->path, "/v1/plan") == 0)
		post_plan(own, request, reply);
	else if (is_get && strncmp(request->path, messages, strlen(messages)) == 0)
		get_message(own, request->path + strlen(messages), reply);
	else if (!own->role->serve || !own->role->serve(own, request, reply))
		skl_own_http_error(reply, 404, "not-found", "Onbekend adres of onbekende methode.");
}
