/* SPDX-License-Identifier: EUPL-1.2 */
/* The wire of a test partner, and what it tells of what comes from the hub. */
#include "peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_opened.h"
#include "skl_promise.h"
#include "skl_receipt.h"
#include "skl_text.h"

void peer_die(const char *what)
{
	(void)fprintf(stderr, "hub_peer: %s\n", what);
	exit(2);
}

void peer_check(enum skl_err err, const char *what)
{
	if (err != SKL_OK) {
		(void)fprintf(stderr, "hub_peer: %s: %s\n", what, skl_err_name(err));
		exit(2);
	}
}

struct skl_buf peer_read_file(const char *folder, const char *name)
{
	char path[1024];
	struct skl_buf buf;
	uint8_t chunk[65536];
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), "%s%s%s", folder, name[0] ? "/" : "", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		peer_die(path);
	skl_buf_init(&buf, 8u << 20);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		skl_buf_add(&buf, chunk, (size_t)got);
	(void)close(fd);
	return buf;
}

struct skl_key *peer_read_key(const char *folder, const char *name)
{
	struct skl_buf text = peer_read_file(folder, name);
	struct skl_key *key = NULL;

	peer_check(skl_key_parse(skl_buf_view(&text), &key, NULL), name);
	skl_buf_wipe(&text);
	return key;
}

static void load(struct peer *peer)
{
	char folder[600];
	struct skl_buf note = peer_read_file(peer->env, "directory.note");
	struct skl_note *parsed = skl_calloc(1, sizeof(*parsed));
	struct skl_error why = {0};

	peer_check(skl_note_parse(skl_buf_view(&note), parsed), "note");
	peer_check(skl_directory_parse(parsed->text, &peer->directory, &why), why.text);
	skl_free(parsed);
	skl_buf_done(&note);
	(void)snprintf(folder, sizeof(folder), "%s/%s", peer->env, peer->partner);
	peer->transport = peer_read_key(folder, "transport.key");
	peer->sign = peer_read_key(folder, "sign.key");
	peer->seals[peer->seal_count++] = peer_read_key(folder, "seal-desk.key");
}

struct peer *peer_open(const char *env, const char *partner)
{
	struct peer *peer = skl_calloc(1, sizeof(*peer));

	if (!peer)
		peer_die("memory");
	peer->env = env;
	peer->partner = partner;
	peer->timeout_ms = LONG_MS;
	skl_arena_init(&peer->arena, 64u << 20, 1u << 20);
	skl_buf_init(&peer->sent, 64u << 20);
	load(peer);
	peer_connect(peer);
	return peer;
}

void peer_close(struct peer *peer)
{
	peer_drop_in(peer);
	skl_sealed_done(&peer->last);
	skl_buf_done(&peer->sent);
	(void)zmq_close(peer->socket);
	(void)zmq_ctx_term(peer->ctx);
	skl_key_free(peer->transport);
	skl_key_free(peer->sign);
	for (size_t i = 0; i < peer->seal_count; i++)
		skl_key_free(peer->seals[i]);
	skl_directory_free(peer->directory);
	skl_arena_done(&peer->arena);
	skl_free(peer);
}

/* --- the wire ------------------------------------------------------------------------------ */

void peer_connect(struct peer *peer)
{
	const struct skl_dir_hub *hub = skl_directory_hub(peer->directory);
	uint8_t routing[32];
	const int zero = 0;

	randombytes_buf(routing, sizeof(routing));
	peer->ctx = zmq_ctx_new();
	peer->socket = zmq_socket(peer->ctx, ZMQ_DEALER);
	if ((!peer->no_routing &&
	     zmq_setsockopt(peer->socket, ZMQ_ROUTING_ID, routing, sizeof(routing)) < 0) ||
	    zmq_setsockopt(peer->socket, ZMQ_LINGER, &zero, sizeof(zero)) < 0 ||
	    zmq_setsockopt(peer->socket, ZMQ_CURVE_SERVERKEY, hub->transport, 32) < 0 ||
	    zmq_setsockopt(peer->socket, ZMQ_CURVE_PUBLICKEY, peer->transport->public_key, 32) <
		    0 ||
	    zmq_setsockopt(peer->socket, ZMQ_CURVE_SECRETKEY, peer->transport->secret, 32) < 0 ||
	    zmq_connect(peer->socket, hub->endpoint) < 0)
		peer_die("connect");
}

void peer_drop_in(struct peer *peer)
{
	for (size_t i = 0; i < peer->in.count; i++)
		(void)zmq_msg_close(&peer->in.frames[i]);
	peer->in.count = 0;
}

/* The next message; false at the deadline. */
bool peer_receive(struct peer *peer, int64_t until_mono_ms)
{
	int64_t left = until_mono_ms - skl_mono_ms();
	int wait = left > 0 ? (int)left : 0;
	bool more = true;

	peer_drop_in(peer);
	if (zmq_setsockopt(peer->socket, ZMQ_RCVTIMEO, &wait, sizeof(wait)) < 0)
		peer_die("timeout");
	while (more && peer->in.count < FRAMES_MAX) {
		zmq_msg_t *frame = &peer->in.frames[peer->in.count];

		(void)zmq_msg_init(frame);
		if (zmq_msg_recv(frame, peer->socket, 0) < 0)
			return false;
		peer->in.count++;
		more = zmq_msg_more(frame);
	}
	return true;
}

static struct skl_view in_frame(struct peer *peer, size_t i)
{
	if (i >= peer->in.count)
		return (struct skl_view){0};
	return skl_view_of(zmq_msg_data(&peer->in.frames[i]), zmq_msg_size(&peer->in.frames[i]));
}

static void note_frame(struct peer *peer, struct skl_view frame)
{
	skl_buf_add_u32be(&peer->sent, (uint32_t)frame.len);
	skl_buf_add_view(&peer->sent, frame);
}

void peer_send_frames(struct peer *peer, const char *command, const struct skl_view *frames,
		      size_t count)
{
	int flags = count ? ZMQ_SNDMORE : 0;

	skl_buf_clear(&peer->sent);
	note_frame(peer, skl_view_str(command));
	for (size_t i = 0; i < count; i++)
		note_frame(peer, frames[i]);
	if (zmq_send(peer->socket, command, strlen(command), flags) < 0)
		peer_die("send");
	for (size_t i = 0; i < count; i++)
		if (zmq_send(peer->socket, frames[i].data, frames[i].len,
			     i + 1 < count ? ZMQ_SNDMORE : 0) < 0)
			peer_die("send");
}

void peer_send_message(struct peer *peer, const char *command, const ProtobufCMessage *message)
{
	struct skl_buf buf;
	struct skl_view body;

	skl_buf_init(&buf, SKL_LIMIT_ANSWER);
	peer_check(skl_pack(message, &buf), command);
	body = skl_buf_view(&buf);
	peer_send_frames(peer, command, &body, 1);
	skl_buf_done(&buf);
}

const char *peer_name(const struct peer *peer)
{
	return peer->as[0] ? peer->as : peer->partner;
}

/* --- what comes from the hub ------------------------------------------------------------------ */

const char *peer_hex(const uint8_t *bytes, size_t len)
{
	static char text[4][129];
	static unsigned turn;
	char *out = text[turn++ % 4];

	skl_hex_encode(skl_view_of(bytes, len < 64 ? len : 64), out);
	return out;
}

static const uint8_t *promise_key(struct peer *peer)
{
	return skl_directory_hub(peer->directory)->promise;
}

static void print_recipient(struct peer *peer, const Schakel__V1__Result *result, size_t i)
{
	const Schakel__V1__RecipientResult *row = result->recipients[i];
	enum skl_err err = SKL_OK;

	if (result->promise && row->entry)
		err = skl_promise_verify_entry(result->promise, row->entry, promise_key(peer));
	(void)printf("recipient partner=%s outcome=%s reason=%s rules=%zu cuts=%zu clocks=%zu "
		     "repair=%d advised=%s change=%s entry=%lld promise=%s\n",
		     row->partner, skl_code_name(SKL_LIST_OUTCOME, row->outcome),
		     row->reason ? skl_code_name(SKL_LIST_CUT_REASON, row->reason) : "-",
		     row->n_rules, row->n_cuts, row->n_clocks, row->repair_due_ms != 0,
		     row->advised_partner[0] ? row->advised_partner : "-",
		     row->case_change ? skl_code_name(SKL_LIST_OUTCOME, row->case_change) : "-",
		     row->entry ? (long long)row->entry->index : -1,
		     !result->promise ? "none" : skl_err_name(err));
	for (size_t c = 0; c < row->n_cuts; c++)
		(void)printf("cut category=%s reason=%s rule=%s\n",
			     skl_code_name(SKL_LIST_CATEGORY, row->cuts[c]->category),
			     skl_code_name(SKL_LIST_CUT_REASON, row->cuts[c]->reason),
			     row->cuts[c]->rule);
	(void)printf("text-nl %s\ntext-en %s\n", row->text_nl, row->text_en);
}

static void print_result(struct peer *peer, const char *word)
{
	Schakel__V1__Result *result = NULL;

	peer_check(skl_unpack(&schakel__v1__result__descriptor, in_frame(peer, 1), &peer->arena,
			      &result),
		   "result");
	(void)printf("%s id=%s outcome=%s phone=\"%s\" digest=%s\n", word,
		     peer_hex(result->id.data, result->id.len),
		     skl_code_name(SKL_LIST_OUTCOME, result->outcome), result->phone, ({
			     uint8_t digest[32];
			     skl_hash(in_frame(peer, 1), digest);
			     peer_hex(digest, 8);
		     }));
	for (size_t i = 0; i < result->n_recipients; i++)
		print_recipient(peer, result, i);
}

/* What was opened, beside sections: counts of rows, and each event. */
static void print_rows(const struct skl_envelope *env)
{
	const Schakel__V1__EventRow *event;

	(void)printf("rows recipients=%zu subjects=%zu pseudonyms=%zu facts=%zu events=",
		     env->of[SCHAKEL__V1__ROW__ROW_RECIPIENT].count,
		     env->of[SCHAKEL__V1__ROW__ROW_SUBJECT].count,
		     env->of[SCHAKEL__V1__ROW__ROW_PSEUDONYM].count,
		     env->of[SCHAKEL__V1__ROW__ROW_FACT].count);
	for (size_t i = 0; (event = skl_envelope_event(env, i)); i++)
		(void)printf("%s%s%s%s", i ? "," : "",
			     skl_code_name(SKL_LIST_EVENT, (uint32_t)event->code),
			     event->partner[0] ? ":" : "", event->partner);
	(void)printf("\n");
}

static void note_message(struct peer *peer, const Schakel__V1__Offer *offer)
{
	struct skl_view frames[FRAMES_MAX];
	struct skl_opened *opened = skl_calloc(1, sizeof(*opened));
	struct offer *row = &peer->offers[peer->offer_count];
	const Schakel__V1__OfferedMessage *message = offer->message;
	Schakel__V1__Common *common = NULL;
	const struct skl_dir_key *key = NULL;
	struct skl_error why = {0};
	struct skl_opened_keys keys = {
		.partner = peer->partner,
		.desk_keys = (const struct skl_key *const *)peer->seals,
		.desk_key_count = peer->seal_count,
	};
	enum skl_err err;

	for (size_t i = 2; i < peer->in.count; i++)
		frames[i - 2] = in_frame(peer, i);
	peer_check(skl_unpack(&schakel__v1__common__descriptor,
			      skl_view_of(message->common.data, message->common.len), &peer->arena,
			      &common),
		   "common");
	peer_check(skl_directory_sign_key(peer->directory, common->signing_key_id.data,
					  skl_now_ms(), &key),
		   "sender's key");
	keys.sender_public = key->public_key;
	err = skl_opened_open(message, frames, peer->in.count - 2, &keys, opened, &why);
	row->is_message = true;
	memcpy(row->id, common->id.data, 16);
	(void)snprintf(row->sender, sizeof(row->sender), "%s", common->sender);
	(void)snprintf(row->origin, sizeof(row->origin), "%s", message->entry->origin);
	row->index = message->entry->index;
	(void)printf("offer number=%llu id=%s age=%lld kind=%s from=%s seq=%llu sections=%zu "
		     "opened=%s promise=%s not-shared=%zu answer-before=%zu repair=%d",
		     (unsigned long long)offer->offer, peer_hex(row->id, 16),
		     (long long)(skl_now_ms() - common->created_ms),
		     skl_code_name(SKL_LIST_KIND, (uint32_t)common->kind), row->sender,
		     (unsigned long long)message->case_seq, opened->section_count,
		     err == SKL_OK ? "OK" : why.text,
		     skl_err_name(skl_promise_verify_entry(message->promise, message->entry,
							   promise_key(peer))),
		     message->n_not_shared, message->n_answer_before, message->repair_due_ms != 0);
	for (size_t i = 0; err == SKL_OK && i < opened->section_count; i++) {
		const struct skl_opened_section *section = &opened->sections[i];

		(void)printf(" %s=%s",
			     skl_code_name(SKL_LIST_CATEGORY, (uint32_t)section->row->category),
			     section->err == SKL_OK ? (const char *)section->content
						    : skl_err_name(section->err));
		if (section->err == SKL_OK)
			memcpy(row->opened[row->opened_count++],
			       section->row->ciphertext_digest.data, 32);
	}
	(void)printf("\n");
	if (err == SKL_OK)
		print_rows(&opened->env);
	skl_opened_done(opened);
	skl_free(opened);
}

static void print_receipt(struct peer *peer, const Schakel__V1__Offer *offer)
{
	Schakel__V1__Receipt *receipt = NULL;
	const struct skl_dir_key *key = NULL;
	enum skl_err err;

	peer_check(skl_receipt_decode(offer->receipt, &peer->arena, &receipt), "receipt");
	err = skl_directory_sign_key(peer->directory, receipt->signing_key_id.data, skl_now_ms(),
				     &key);
	if (err == SKL_OK)
		err = skl_receipt_verify(offer->receipt, key->public_key);
	for (size_t i = 0; i < receipt->n_items; i++)
		(void)printf("forwarded number=%llu id=%s from=%s state=%s signature=%s\n",
			     (unsigned long long)offer->offer,
			     peer_hex(receipt->items[i]->message_id.data, 16), receipt->partner,
			     skl_code_name(SKL_LIST_DELIVERY, receipt->items[i]->state),
			     skl_err_name(err));
}

static const char *name_or_none(enum skl_list list, unsigned code)
{
	return code ? skl_code_name(list, code) : "-";
}

static void take_offer(struct peer *peer)
{
	Schakel__V1__Offer *offer = NULL;

	if (peer->offer_count == SKL_COUNT(peer->offers))
		peer_die("too many offers");
	peer_check(skl_unpack(&schakel__v1__offer__descriptor, in_frame(peer, 1), &peer->arena,
			      &offer),
		   "offer");
	peer->offers[peer->offer_count] = (struct offer){.number = offer->offer};
	if (offer->what_case == SCHAKEL__V1__OFFER__WHAT_MESSAGE)
		note_message(peer, offer);
	else if (offer->what_case == SCHAKEL__V1__OFFER__WHAT_RECEIPT)
		print_receipt(peer, offer);
	else
		(void)printf("notice number=%llu clock=%s task=%s due=%lld id=%s ref=%s state=%s "
			     "recipient=%u text=%s\n",
			     (unsigned long long)offer->offer,
			     name_or_none(SKL_LIST_CLOCK, offer->notice->clock),
			     name_or_none(SKL_LIST_TASK, offer->notice->task),
			     offer->notice->due_ms
				     ? (long long)((offer->notice->due_ms - offer->notice->at_ms) /
						   86400000)
				     : 0,
			     offer->notice->id.len
				     ? peer_hex(offer->notice->id.data, offer->notice->id.len)
				     : "-",
			     offer->notice->ref.len
				     ? peer_hex(offer->notice->ref.data, offer->notice->ref.len)
				     : "-",
			     name_or_none(SKL_LIST_DELIVERY, offer->notice->state),
			     offer->notice->recipient != 0, offer->notice->text_nl);
	peer->offer_count++;
}

static void print_error(struct peer *peer)
{
	Schakel__V1__Error *error = NULL;

	peer_check(skl_unpack(&schakel__v1__error__descriptor, in_frame(peer, 1), &peer->arena,
			      &error),
		   "error");
	(void)printf("error code=%s id=%s retry=%u text=\"%s\"\n",
		     skl_err_name((enum skl_err)error->code),
		     error->id.len ? peer_hex(error->id.data, error->id.len) : "-",
		     error->retry_after_ms, error->text);
}

static void print_answer(struct peer *peer)
{
	Schakel__V1__Answer *answer = NULL;

	peer_check(skl_unpack(&schakel__v1__answer__descriptor, in_frame(peer, 1), &peer->arena,
			      &answer),
		   "answer");
	(void)printf("answer outcome=%s reason=%s rows=%zu next=%d entry=%llu promise=%s\n",
		     skl_code_name(SKL_LIST_OUTCOME, answer->outcome),
		     answer->reason ? skl_code_name(SKL_LIST_CUT_REASON, answer->reason) : "-",
		     answer->n_rows, answer->next.len != 0,
		     (unsigned long long)answer->entry->index,
		     skl_err_name(skl_promise_verify_entry(answer->promise, answer->entry,
							   promise_key(peer))));
	for (size_t i = 0; i < answer->n_rows; i++)
		(void)printf("row index=%llu details=%zu path=%zu\n",
			     (unsigned long long)answer->rows[i]->index, answer->rows[i]->n_details,
			     answer->rows[i]->path.len / 32);
}

/* Print one message and say which command it was. */
void peer_handle(struct peer *peer, char ret_command[32])
{
	struct skl_view command = in_frame(peer, 0);
	size_t len = command.len < 31 ? command.len : 31;

	if (len)
		memcpy(ret_command, command.data, len);
	ret_command[len] = 0;
	if (skl_view_is(command, "RESULT"))
		print_result(peer, "result");
	else if (skl_view_is(command, "PLAN_RESULT"))
		print_result(peer, "plan");
	else if (skl_view_is(command, "OFFER"))
		take_offer(peer);
	else if (skl_view_is(command, "ERROR"))
		print_error(peer);
	else if (skl_view_is(command, "ANSWER"))
		print_answer(peer);
	else if (!skl_view_is(command, "CHECKPOINT"))
		(void)printf("%s\n", ret_command);
	(void)fflush(stdout);
	skl_arena_reset(&peer->arena);
}

/* Until this command (or ERROR) comes; false, and a line, if it does not. */
bool peer_wait_command(struct peer *peer, const char *wanted)
{
	int64_t until = skl_mono_ms() + peer->timeout_ms;
	char command[32];

	while (peer_receive(peer, until)) {
		peer_handle(peer, command);
		if (strcmp(command, wanted) == 0 || strcmp(command, "ERROR") == 0)
			return true;
	}
	(void)printf("nothing wanted=%s\n", wanted);
	(void)fflush(stdout);
	return false;
}
