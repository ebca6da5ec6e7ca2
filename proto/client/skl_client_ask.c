/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "skl_client_impl.h"
#include "skl_unpack.h"

/* Plans and queries: asked once, answered or not, never spooled. */

static struct skl_client_ask *find_ask(struct skl_client *client, ProtobufCBinaryData id,
				       bool is_query)
{
	for (size_t i = 0; i < SKL_CLIENT_ASKED; i++)
		if (client->asks[i].until_mono_ms && client->asks[i].is_query == is_query &&
		    id.len == 16 && !memcmp(client->asks[i].id, id.data, 16))
			return &client->asks[i];
	return NULL;
}

static void tell(struct skl_client *client, const struct skl_client_ask *ask, enum skl_err err)
{
	if (ask->is_query && client->opts.calls.on_answer)
		client->opts.calls.on_answer(client->opts.arg, ask->id, err, NULL);
	else if (!ask->is_query && client->opts.calls.on_plan)
		client->opts.calls.on_plan(client->opts.arg, ask->id, err, NULL);
}

void skl_client_ask_step(struct skl_client *client)
{
	int64_t now_ms = skl_client_mono_ms(client);
	for (size_t i = 0; i < SKL_CLIENT_ASKED; i++) {
		struct skl_client_ask ask = client->asks[i];
		if (!ask.until_mono_ms || now_ms < ask.until_mono_ms)
			continue;
		client->asks[i].until_mono_ms = 0;
		tell(client, &ask, SKL_ETIMEOUT);
	}
}

void skl_client_ask_down(struct skl_client *client)
{
	for (size_t i = 0; i < SKL_CLIENT_ASKED; i++)
		if (client->asks[i].until_mono_ms)
			client->asks[i].until_mono_ms = INT64_MIN; /* told at the next step */
}

bool skl_client_ask_error(struct skl_client *client, ProtobufCBinaryData id, enum skl_err code)
{
	struct skl_client_ask *found = find_ask(client, id, false);
	if (!found)
		found = find_ask(client, id, true);
	if (!found)
		return false;
	struct skl_client_ask ask = *found;
	found->until_mono_ms = 0;
	tell(client, &ask, code);
	return true;
}

enum skl_err skl_client_ask(struct skl_client *client, enum skl_command command,
			    const struct skl_sealed *sealed)
{
	for (size_t i = 0; i < SKL_CLIENT_ASKED; i++) {
		struct skl_client_ask *ask = &client->asks[i];
		if (ask->until_mono_ms)
			continue;
		enum skl_err err =
			skl_session_send(client->session, command,
					 skl_view_of(sealed->header, sealed->header_len), NULL, 0);
		if (err)
			return err == SKL_ESTATE ? SKL_EAGAIN : err;
		memcpy(ask->id, sealed->id, sizeof ask->id);
		ask->is_query = command == SKL_COMMAND_QUERY;
		ask->until_mono_ms = skl_client_mono_ms(client) + client->opts.plan_ms;
		return SKL_OK;
	}
	return SKL_ELIMIT;
}

enum skl_err skl_client_plan_result(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Result *result = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err = skl_unpack(&schakel__v1__result__descriptor, body, &arena, &result);
	struct skl_client_ask *ask = err ? NULL : find_ask(client, result->id, false);
	if (ask) {
		ask->until_mono_ms = 0;
		if (client->opts.calls.on_plan)
			client->opts.calls.on_plan(client->opts.arg, ask->id, SKL_OK, result);
	}
	skl_arena_done(&arena);
	return err;
}

enum skl_err skl_client_answer(struct skl_client *client, struct skl_view body)
{
	struct skl_arena arena;
	Schakel__V1__Answer *answer = NULL;
	skl_arena_init(&arena, SKL_CLIENT_ARENA, SKL_CLIENT_ARENA_CALLS);
	enum skl_err err = skl_unpack(&schakel__v1__answer__descriptor, body, &arena, &answer);
	struct skl_client_ask *ask = err ? NULL : find_ask(client, answer->id, true);
	if (ask) {
		ask->until_mono_ms = 0;
		/* Looking is logged too: an answer without its entry is not shown. */
		if (!answer->entry || !answer->promise ||
		    skl_client_trail_check(client, answer->promise, answer->entry)) {
			skl_client_alarm(client, SKL_ALARM_PROMISE_FORGED, SKL_ESIGNATURE, ask->id,
					 0, NULL);
			answer = NULL;
		}
		if (client->opts.calls.on_answer)
			client->opts.calls.on_answer(client->opts.arg, ask->id,
						     answer ? SKL_OK : SKL_ESIGNATURE, answer);
	}
	skl_arena_done(&arena);
	return err;
}
