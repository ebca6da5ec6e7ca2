/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * hub_peer - a partner for tests of the hub, made of proto/wire and a bare socket, so that it can
 * also do what the client library never would.
 *
 *     hub_peer ENV PARTNER WORD...
 *
 * ENV is the folder that peer-lib.sh makes. Each WORD is an action, done in order; each prints one
 * line or more. Words take settings as name=value before them. Exit: 0 all actions done, 1 an
 * answer that had to come did not come in time, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"
#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_receipt.h"

/* --- actions --------------------------------------------------------------------------------- */

static bool do_hello(struct peer *peer)
{
	Schakel__V1__Hello hello;
	Schakel__V1__Credit credit;

	schakel__v1__hello__init(&hello);
	schakel__v1__credit__init(&credit);
	hello.version = 1;
	hello.partner = (char *)(uintptr_t)peer_name(peer);
	hello.generation = peer->generation ? (uint64_t)peer->generation : (uint64_t)skl_now_ms();
	credit.messages = (uint32_t)peer->credit;
	credit.bytes = (uint64_t)peer->credit_bytes;
	hello.credit = &credit;
	peer_send_message(peer, "HELLO", &hello.base);
	return peer_wait_command(peer, "WELCOME");
}

static bool do_connect(struct peer *peer)
{
	if (peer->socket)
		(void)zmq_close(peer->socket);
	peer_connect(peer);
	return true;
}

static void send_sealed(struct peer *peer, const char *command, const struct skl_sealed *sealed)
{
	struct skl_view frames[FRAMES_MAX] = {{sealed->header, sealed->header_len}};
	struct skl_buf forged;

	for (size_t i = 0; i < sealed->frame_count; i++)
		frames[i + 1] = skl_view_of(sealed->frames[i].bytes, sealed->frames[i].len);
	skl_buf_init(&forged, SKL_LIMIT_HEADER);
	if (peer->no_signature) {
		Schakel__V1__Envelope *envelope = NULL;

		peer_check(skl_unpack(&schakel__v1__envelope__descriptor, frames[0], &peer->arena,
				      &envelope),
			   "envelope");
		envelope->signature.data[0] ^= 1;
		peer_check(skl_pack(&envelope->base, &forged), "envelope");
		frames[0] = skl_buf_view(&forged);
	}
	peer_send_frames(peer, command, frames, 1 + sealed->frame_count);
	skl_buf_done(&forged);
}

static bool do_send(struct peer *peer, const char *command)
{
	struct skl_error why = {0};
	struct skl_key *other = NULL;
	char folder[600];
	struct skl_draft *draft;
	enum skl_err err;

	if (peer->sign_as[0]) {
		(void)snprintf(folder, sizeof(folder), "%s/%s", peer->env, peer->sign_as);
		other = peer_read_key(folder, "sign.key");
	}
	draft = peer_make_draft(peer, other ? other : peer->sign);
	if (strcmp(command, "SUBMIT") == 0)
		skl_draft_wrap_all(draft);
	skl_sealed_done(&peer->last);
	err = strcmp(command, "PLAN") == 0 ? skl_draft_plan(draft, &peer->last, &why)
					   : skl_draft_finish(draft, &peer->last, &why);
	skl_draft_free(draft);
	skl_key_free(other);
	peer_check(err, why.text);
	memcpy(peer->last_id, peer->last.id, 16);
	(void)printf("sent id=%s\n", peer_hex(peer->last_id, 16));
	(void)fflush(stdout);
	send_sealed(peer, command, &peer->last);
	return true;
}

static bool do_submit(struct peer *peer)
{
	for (long i = 0; i < peer->count; i++) {
		int64_t start_ms = skl_mono_ms();

		(void)do_send(peer, "SUBMIT");
		if (!peer_wait_command(peer, "RESULT"))
			return false;
		(void)printf("submit took=%lld\n", (long long)(skl_mono_ms() - start_ms));
	}
	return true;
}

static bool do_post(struct peer *peer)
{
	for (long i = 0; i < peer->count; i++)
		(void)do_send(peer, "SUBMIT");
	return true;
}

static bool do_again(struct peer *peer)
{
	send_sealed(peer, "SUBMIT", &peer->last);
	return peer_wait_command(peer, "RESULT");
}

/*
 * REWRAP of the last message for its first recipient. What is sealed in it is noise: the hub cannot
 * tell, and must judge it by what it can see. sections=N: keys for its first N sections.
 */
static bool do_rewrap(struct peer *peer)
{
	uint8_t noise[SKL_SEALED_KEY_BYTES] = {1};
	ProtobufCBinaryData rows[8];
	struct skl_buf packed[8];
	struct skl_buf body;
	struct skl_envelope env;
	struct skl_key *key, *sign;
	Schakel__V1__Row row;
	Schakel__V1__Rewrap rewrap;
	char folder[600];

	peer_check(skl_envelope_decode(skl_view_of(peer->last.header, peer->last.header_len),
				       SKL_FORM_SUBMIT, &peer->arena, &env, NULL),
		   "envelope");
	(void)snprintf(folder, sizeof(folder), "%s/%s", peer->env, peer->seal_as);
	key = peer_read_key(folder, "seal-desk.key");
	(void)snprintf(folder, sizeof(folder), "%s/%s", peer->env,
		       peer->sign_as[0] ? peer->sign_as : peer->partner);
	sign = peer_read_key(folder, "sign.key");
	schakel__v1__rewrap__init(&rewrap);
	for (size_t i = 0; i <= (size_t)peer->sections && i < SKL_COUNT(rows); i++) {
		Schakel__V1__RecipientRow recipient = *skl_envelope_recipient(&env, 0);
		Schakel__V1__KeyRow wrapped;

		schakel__v1__row__init(&row);
		schakel__v1__key_row__init(&wrapped);
		recipient.key_id = (ProtobufCBinaryData){sizeof(key->id), key->id};
		recipient.sealed_key = (ProtobufCBinaryData){SKL_SEALED_KEY_BYTES, noise};
		row.row_case = SCHAKEL__V1__ROW__ROW_RECIPIENT;
		row.recipient = &recipient;
		if (i) {
			wrapped.recipient = recipient.number;
			wrapped.section = skl_envelope_section(&env, i - 1)->number;
			wrapped.wrapped = (ProtobufCBinaryData){SKL_WRAPPED_BYTES, noise};
			row.row_case = SCHAKEL__V1__ROW__ROW_KEY;
			row.key = &wrapped;
		}
		skl_buf_init(&packed[i], SKL_LIMIT_HEADER);
		peer_check(skl_pack(&row.base, &packed[i]), "row");
		rows[rewrap.n_rows++] = (ProtobufCBinaryData){packed[i].len, packed[i].data};
	}
	rewrap.id = env.common->id;
	rewrap.directory_number = 1;
	rewrap.rows = rows;
	skl_buf_init(&body, SKL_LIMIT_HEADER);
	peer_check(skl_rewrap_make(&rewrap, sign, &body), "rewrap");
	peer_send_frames(peer, "REWRAP", (struct skl_view[]){skl_buf_view(&body)}, 1);
	for (size_t i = 0; i < rewrap.n_rows; i++)
		skl_buf_done(&packed[i]);
	skl_buf_done(&body);
	skl_key_free(sign);
	skl_key_free(key);
	return peer_wait_command(peer, "REWRAP");
}

static bool do_plan(struct peer *peer)
{
	return do_send(peer, "PLAN") && peer_wait_command(peer, "PLAN_RESULT");
}

static bool do_query(struct peer *peer)
{
	(void)snprintf(peer->kind, sizeof(peer->kind), "audit_query");
	(void)snprintf(peer->purpose, sizeof(peer->purpose), "supervise_disclosure");
	(void)snprintf(peer->ground, sizeof(peer->ground), "supervision");
	return do_send(peer, "QUERY") && peer_wait_command(peer, "ANSWER");
}

static bool do_offer(struct peer *peer)
{
	return peer_wait_command(peer, "OFFER");
}

static void save(const char *path, struct skl_view bytes)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(bytes.data, 1, bytes.len, file) != bytes.len || fclose(file) != 0)
		peer_die(path);
}

/* Write what was sent last to a file, to send the same bytes later. */
static bool do_save(struct peer *peer)
{
	save(peer->file, skl_buf_view(&peer->sent));
	return true;
}

/* The frames of a command that do_save() wrote; the command is the first. */
static size_t saved_frames(const struct skl_buf *buf, struct skl_view frames[FRAMES_MAX])
{
	size_t count = 0;

	for (size_t at = 0; at + 4 <= buf->len && count < FRAMES_MAX; at += 4 + frames[count++].len)
		frames[count] = skl_view_of(buf->data + at + 4, skl_get_u32be(buf->data + at));
	return count;
}

/* Take the header of a message that another saved for one's own last. */
static bool do_take(struct peer *peer)
{
	struct skl_buf buf = peer_read_file(peer->file, "");
	struct skl_view frames[FRAMES_MAX];

	skl_sealed_done(&peer->last);
	if (saved_frames(&buf, frames) > 1) {
		peer->last.header_len = frames[1].len;
		peer->last.header = skl_memdup(frames[1].data, frames[1].len);
	}
	skl_buf_done(&buf);
	return peer->last.header != NULL;
}

/* Send the bytes of a file, whoever saved them, and wait for the answer to such a command. */
static bool do_resend(struct peer *peer)
{
	static const char *const answers[][2] = {{"SUBMIT", "RESULT"},
						 {"PLAN", "PLAN_RESULT"},
						 {"QUERY", "ANSWER"},
						 {"HELLO", "WELCOME"}};
	struct skl_buf buf = peer_read_file(peer->file, "");
	struct skl_view frames[FRAMES_MAX];
	size_t count = saved_frames(&buf, frames);
	char command[32] = "";
	const char *wanted = command;

	if (!count || frames[0].len >= sizeof(command))
		peer_die(peer->file);
	memcpy(command, frames[0].data, frames[0].len);
	for (size_t i = 0; i < SKL_COUNT(answers); i++)
		if (strcmp(command, answers[i][0]) == 0)
			wanted = answers[i][1];
	peer_send_frames(peer, command, frames + 1, count - 1);
	skl_buf_done(&buf);
	return peer_wait_command(peer, wanted);
}

/* Receipt for every message offered so far, or noted for the others. */
static bool send_receipt(struct peer *peer, struct offer *offer, const char *state)
{
	Schakel__V1__Receipt receipt;
	Schakel__V1__ReceiptItem item;
	Schakel__V1__ReceiptItem *items[] = {&item};
	struct skl_buf buf;
	struct skl_view body;

	schakel__v1__receipt__init(&receipt);
	schakel__v1__receipt_item__init(&item);
	receipt.partner = (char *)(uintptr_t)peer_name(peer);
	receipt.items = items;
	receipt.n_items = 1;
	item.offer = offer->number;
	item.at_ms = skl_now_ms();
	item.state = SCHAKEL__V1__DELIVERY_STATE__DELIVERY_NOTED;
	if (offer->is_message) {
		item.message_id = (ProtobufCBinaryData){16, offer->id};
		item.sender = offer->sender;
		item.origin = offer->origin;
		item.index = offer->index;
		item.state = (Schakel__V1__DeliveryState)skl_code_number(SKL_LIST_DELIVERY,
									 skl_view_str(state));
		if (strcmp(state, "refused") == 0)
			item.reason = SCHAKEL__V1__REASON_CODE__REASON_CANNOT_OPEN;
		item.opened = (ProtobufCBinaryData){offer->opened_count * 32, offer->opened[0]};
	}
	skl_buf_init(&buf, SKL_LIMIT_HEADER);
	peer_check(skl_receipt_make(&receipt, peer->sign, &buf), "receipt");
	body = skl_buf_view(&buf);
	peer_send_frames(peer, "RECEIPT", &body, 1);
	skl_buf_done(&buf);
	return peer_wait_command(peer, "RECEIPT");
}

static bool do_receipt(struct peer *peer)
{
	size_t count = peer->offer_count;
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++)
		ok = send_receipt(peer, &peer->offers[i], peer->state);
	return ok;
}

/*
 * Take offers and receipt each at once: `want` of them with the long deadline of an answer that has
 * to come, and then until none comes for the timeout.
 */
static bool do_drain(struct peer *peer)
{
	const long quiet_ms = peer->timeout_ms;
	char command[32];
	long got = 0;

	for (;;) {
		if (!peer_receive(peer, skl_mono_ms() + (got < peer->want ? LONG_MS : quiet_ms)))
			break;
		peer_handle(peer, command);
		while (peer->offer_count) {
			struct offer offer = peer->offers[--peer->offer_count];
			bool ok;

			got++;
			peer->timeout_ms = LONG_MS;
			ok = send_receipt(peer, &offer, peer->state);
			peer->timeout_ms = quiet_ms;
			if (!ok)
				return false;
		}
	}
	return got >= peer->want;
}

static bool do_quiet(struct peer *peer)
{
	char command[32];
	bool got = false;

	while (peer_receive(peer, skl_mono_ms() + peer->timeout_ms)) {
		peer_handle(peer, command);
		got |= strcmp(command, "CHECKPOINT") != 0;
	}
	(void)printf("quiet %s\n", got ? "no" : "yes");
	return true;
}

static bool do_ping(struct peer *peer)
{
	Schakel__V1__Ping ping;

	schakel__v1__ping__init(&ping);
	ping.number = 7;
	peer_send_message(peer, "PING", &ping.base);
	return peer_wait_command(peer, "PONG");
}

static bool do_directory(struct peer *peer)
{
	Schakel__V1__DirectoryRequest request;
	bool ok = true;

	schakel__v1__directory_request__init(&request);
	for (long i = 0; i < peer->count && ok; i++) {
		peer_send_message(peer, "DIRECTORY", &request.base);
		ok = peer_wait_command(peer, "DIRECTORY");
	}
	return ok;
}

static bool do_garbage(struct peer *peer)
{
	uint8_t bytes[200];
	struct skl_view frame = {bytes, sizeof(bytes)};

	randombytes_buf(bytes, sizeof(bytes));
	peer_send_frames(peer, "SUBMIT", &frame, 1);
	return peer_wait_command(peer, "ERROR");
}

static bool do_unknown(struct peer *peer)
{
	peer_send_frames(peer, "MAKETEA", NULL, 0);
	return peer_wait_command(peer, "ERROR");
}

static bool do_wide(struct peer *peer)
{
	uint8_t byte = 1;

	if (zmq_send(peer->socket, "SUBMIT", 6, ZMQ_SNDMORE) < 0)
		peer_die("send");
	for (int i = 0; i < 1000; i++)
		if (zmq_send(peer->socket, &byte, 1, i < 999 ? ZMQ_SNDMORE : 0) < 0)
			peer_die("send");
	return peer_wait_command(peer, "ERROR");
}

/* A frame over MAXMSGSIZE: libzmq of the hub cuts the connection. */
static bool do_huge(struct peer *peer)
{
	size_t len = (1u << 20) + 100;
	uint8_t *bytes = skl_calloc(1, len);
	struct skl_view frame = {bytes, len};

	peer_send_frames(peer, "SUBMIT", &frame, 1);
	skl_free(bytes);
	return true;
}

static bool do_big(struct peer *peer)
{
	size_t len = 1u << 20;
	uint8_t *bytes = skl_calloc(1, len);
	struct skl_view frames[6];

	for (size_t i = 0; i < SKL_COUNT(frames); i++)
		frames[i] = skl_view_of(bytes, len);
	peer_send_frames(peer, "SUBMIT", frames, SKL_COUNT(frames));
	skl_free(bytes);
	return peer_wait_command(peer, "ERROR");
}

/* Wait until the shell has made the file. */
static bool do_wait(struct peer *peer)
{
	int64_t until = skl_mono_ms() + peer->timeout_ms;
	zmq_pollitem_t item = {peer->socket, 0, 0, 0};

	(void)printf("waiting %s\n", peer->file);
	(void)fflush(stdout);
	while (access(peer->file, F_OK) != 0 && skl_mono_ms() < until)
		(void)zmq_poll(&item, 1, 10);
	return access(peer->file, F_OK) == 0;
}

static bool do_bye(struct peer *peer)
{
	const int linger_ms = LONG_MS;

	/* The last thing it says has to arrive, though the process ends. */
	if (zmq_setsockopt(peer->socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms)) < 0)
		peer_die("linger");
	peer_send_frames(peer, "BYE", NULL, 0);
	return true;
}

static bool do_forget(struct peer *peer)
{
	peer->offer_count = 0;
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct peer *peer);
} actions[] = {
	{"connect", do_connect},
	{"hello", do_hello},
	{"submit", do_submit},
	{"post", do_post},
	{"again", do_again},
	{"plan", do_plan},
	{"query", do_query},
	{"offer", do_offer},
	{"receipt", do_receipt},
	{"drain", do_drain},
	{"quiet", do_quiet},
	{"ping", do_ping},
	{"garbage", do_garbage},
	{"unknown", do_unknown},
	{"wide", do_wide},
	{"huge", do_huge},
	{"big", do_big},
	{"wait", do_wait},
	{"bye", do_bye},
	{"save", do_save},
	{"resend", do_resend},
	{"forget", do_forget},
	{"rewrap", do_rewrap},
	{"take", do_take},
	{"directory", do_directory},
};

/* --- settings ------------------------------------------------------------------------------------
 */

static bool set_text(struct peer *peer, const char *name, const char *value)
{
	const struct {
		const char *name;
		char *field;
		size_t size;
	} rows[] = {
		{"to", peer->to, sizeof(peer->to)},
		{"muni", peer->muni, sizeof(peer->muni)},
		{"marker", peer->marker, sizeof(peer->marker)},
		{"kind", peer->kind, sizeof(peer->kind)},
		{"state", peer->state, sizeof(peer->state)},
		{"reply", peer->reply, sizeof(peer->reply)},
		{"id", peer->id, sizeof(peer->id)},
		{"case", peer->case_ref, sizeof(peer->case_ref)},
		{"file", peer->file, sizeof(peer->file)},
		{"as", peer->as, sizeof(peer->as)},
		{"sign-as", peer->sign_as, sizeof(peer->sign_as)},
		{"seal-as", peer->seal_as, sizeof(peer->seal_as)},
		{"mandate", peer->mandate, sizeof(peer->mandate)},
		{"skip", peer->skip, sizeof(peer->skip)},
		{"purpose", peer->purpose, sizeof(peer->purpose)},
		{"ground", peer->ground, sizeof(peer->ground)},
		{"events", peer->events, sizeof(peer->events)},
		{"urgency", peer->urgency, sizeof(peer->urgency)},
		{"family", peer->family, sizeof(peer->family)},
		{"about", peer->about, sizeof(peer->about)},
		{"consents", peer->consents, sizeof(peer->consents)},
		{"weighing", peer->weighing, sizeof(peer->weighing)},
		{"seal", peer->seal, sizeof(peer->seal)},
		{"checked-by", peer->checked_by, sizeof(peer->checked_by)},
		{"rests", peer->rests, sizeof(peer->rests)},
	};

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return snprintf(rows[i].field, rows[i].size, "%s", value) <
			       (int)rows[i].size;
	return false;
}

static bool set_number(struct peer *peer, const char *name, const char *value)
{
	const struct {
		const char *name;
		long *field;
	} rows[] = {
		{"want", &peer->want},
		{"credit", &peer->credit},
		{"credit-bytes", &peer->credit_bytes},
		{"timeout", &peer->timeout_ms},
		{"count", &peer->count},
		{"size", &peer->size},
		{"sections", &peer->sections},
		{"age", &peer->age},
		{"adult", &peer->adult_days},
		{"generation", &peer->generation},
		{"shift", &peer->created_shift_ms},
		{"life", &peer->life_ms},
	};
	const struct {
		const char *name;
		bool *field;
	} switches[] = {
		{"acute", &peer->acute},
		{"no-check", &peer->no_check},
		{"no-signature", &peer->no_signature},
		{"no-routing", &peer->no_routing},
	};

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		if (strcmp(rows[i].name, name) == 0) {
			*rows[i].field = strtol(value, NULL, 10);
			return true;
		}
	for (size_t i = 0; i < SKL_COUNT(switches); i++)
		if (strcmp(switches[i].name, name) == 0) {
			*switches[i].field = value[0] == '1';
			return true;
		}
	return false;
}

static bool run_word(struct peer *peer, char *word)
{
	char *equals = strchr(word, '=');

	if (equals) {
		*equals = 0;
		if (!set_text(peer, word, equals + 1) && !set_number(peer, word, equals + 1))
			peer_die(word);
		return true;
	}
	for (size_t i = 0; i < SKL_COUNT(actions); i++)
		if (strcmp(actions[i].name, word) == 0)
			return actions[i].run(peer);
	peer_die(word);
	return false;
}

int main(int argc, char **argv)
{
	struct peer *peer;
	bool ok = true;

	if (argc < 3 || skl_wire_init() != SKL_OK)
		peer_die("usage: hub_peer ENV PARTNER WORD...");
	peer = peer_open(argv[1], argv[2]);
	peer->credit = 64;
	peer->credit_bytes = 16l << 20;
	peer->count = 1;
	(void)snprintf(peer->kind, sizeof(peer->kind), "police_report");
	(void)snprintf(peer->purpose, sizeof(peer->purpose), "stop_violence");
	(void)snprintf(peer->ground, sizeof(peer->ground), "wpg:18-1/bpg:4-2-1-i");
	(void)snprintf(peer->state, sizeof(peer->state), "stored");
	for (int i = 3; i < argc && ok; i++)
		ok = run_word(peer, argv[i]);
	peer_close(peer);
	return ok ? 0 : 1;
}
