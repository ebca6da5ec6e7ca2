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
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "schakel/v1/session.pb-c.h"
#include "skl_clock.h"
#include "skl_directory.h"
#include "skl_draft.h"
#include "skl_envelope.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_opened.h"
#include "skl_promise.h"
#include "skl_receipt.h"
#include "skl_text.h"
#include "skl_unpack.h"

#define FRAMES_MAX 80
#define LONG_MS    20000 /* for what has to come */

struct offer {
	uint64_t number;
	uint8_t id[16];
	char sender[64];
	char origin[256];
	uint64_t index;
	bool is_message;
	size_t opened_count;
	uint8_t opened[64][32];
};

struct peer {
	const char *env;
	const char *partner;
	void *ctx;
	void *socket;
	struct skl_directory *directory;
	struct skl_key *transport;
	struct skl_key *sign;
	struct skl_key *seals[8];
	size_t seal_count;
	struct skl_arena arena;
	/* settings */
	char to[512];
	char muni[16];
	char marker[128];
	char kind[64];
	char state[32];
	char reply[64];
	char id[64];
	char case_ref[64];
	char file[512];
	char sign_as[64];
	char mandate[128];
	char skip[128];
	char purpose[32];
	char ground[64];
	char events[1024];
	long credit;
	long credit_bytes;
	long timeout_ms;
	long count;
	long size;
	long generation;
	long want;
	long created_shift_ms;
	long life_ms;
	bool acute;
	bool no_check;
	bool no_signature;
	/* last seen */
	struct offer offers[1024];
	size_t offer_count;
	uint8_t last_id[16];
	struct skl_sealed last;
	struct {
		zmq_msg_t frames[FRAMES_MAX];
		size_t count;
	} in;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "hub_peer: %s\n", what);
	exit(2);
}

static void check(enum skl_err err, const char *what)
{
	if (err != SKL_OK) {
		(void)fprintf(stderr, "hub_peer: %s: %s\n", what, skl_err_name(err));
		exit(2);
	}
}

static struct skl_buf read_file(const char *folder, const char *name)
{
	char path[1024];
	struct skl_buf buf;
	uint8_t chunk[65536];
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), "%s%s%s", folder, name[0] ? "/" : "", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	skl_buf_init(&buf, 8u << 20);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		skl_buf_add(&buf, chunk, (size_t)got);
	(void)close(fd);
	return buf;
}

static struct skl_key *read_key(const char *folder, const char *name)
{
	struct skl_buf text = read_file(folder, name);
	struct skl_key *key = NULL;

	check(skl_key_parse(skl_buf_view(&text), &key, NULL), name);
	skl_buf_wipe(&text);
	return key;
}

static void load(struct peer *peer)
{
	char folder[600];
	struct skl_buf note = read_file(peer->env, "directory.note");
	struct skl_note *parsed = skl_calloc(1, sizeof(*parsed));
	struct skl_error why = {0};

	check(skl_note_parse(skl_buf_view(&note), parsed), "note");
	check(skl_directory_parse(parsed->text, &peer->directory, &why), why.text);
	skl_free(parsed);
	skl_buf_done(&note);
	(void)snprintf(folder, sizeof(folder), "%s/%s", peer->env, peer->partner);
	peer->transport = read_key(folder, "transport.key");
	peer->sign = read_key(folder, "sign.key");
	peer->seals[peer->seal_count++] = read_key(folder, "seal-desk.key");
}

/* --- the wire ------------------------------------------------------------------------------ */

static void connect_peer(struct peer *peer)
{
	const struct skl_dir_hub *hub = skl_directory_hub(peer->directory);
	uint8_t routing[32];
	const int zero = 0;

	randombytes_buf(routing, sizeof(routing));
	peer->ctx = zmq_ctx_new();
	peer->socket = zmq_socket(peer->ctx, ZMQ_DEALER);
	if (zmq_setsockopt(peer->socket, ZMQ_ROUTING_ID, routing, sizeof(routing)) < 0 ||
	    zmq_setsockopt(peer->socket, ZMQ_LINGER, &zero, sizeof(zero)) < 0 ||
	    zmq_setsockopt(peer->socket, ZMQ_CURVE_SERVERKEY, hub->transport, 32) < 0 ||
	    zmq_setsockopt(peer->socket, ZMQ_CURVE_PUBLICKEY, peer->transport->public_key, 32) <
		    0 ||
	    zmq_setsockopt(peer->socket, ZMQ_CURVE_SECRETKEY, peer->transport->secret, 32) < 0 ||
	    zmq_connect(peer->socket, hub->endpoint) < 0)
		die("connect");
}

static void drop_in(struct peer *peer)
{
	for (size_t i = 0; i < peer->in.count; i++)
		(void)zmq_msg_close(&peer->in.frames[i]);
	peer->in.count = 0;
}

/* The next message; false at the deadline. */
static bool receive(struct peer *peer, int64_t until_mono_ms)
{
	int64_t left = until_mono_ms - skl_mono_ms();
	int wait = left > 0 ? (int)left : 0;
	bool more = true;

	drop_in(peer);
	if (zmq_setsockopt(peer->socket, ZMQ_RCVTIMEO, &wait, sizeof(wait)) < 0)
		die("timeout");
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

static void send_frames(struct peer *peer, const char *command, const struct skl_view *frames,
			size_t count)
{
	int flags = count ? ZMQ_SNDMORE : 0;

	if (zmq_send(peer->socket, command, strlen(command), flags) < 0)
		die("send");
	for (size_t i = 0; i < count; i++)
		if (zmq_send(peer->socket, frames[i].data, frames[i].len,
			     i + 1 < count ? ZMQ_SNDMORE : 0) < 0)
			die("send");
}

static void send_message(struct peer *peer, const char *command, const ProtobufCMessage *message)
{
	struct skl_buf buf;
	struct skl_view body;

	skl_buf_init(&buf, SKL_LIMIT_ANSWER);
	check(skl_pack(message, &buf), command);
	body = skl_buf_view(&buf);
	send_frames(peer, command, &body, 1);
	skl_buf_done(&buf);
}

/* --- what comes from the hub ------------------------------------------------------------------ */

static const char *hex(const uint8_t *bytes, size_t len)
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

	check(skl_unpack(&schakel__v1__result__descriptor, in_frame(peer, 1), &peer->arena,
			 &result),
	      "result");
	(void)printf("%s id=%s outcome=%s phone=\"%s\" digest=%s\n", word,
		     hex(result->id.data, result->id.len),
		     skl_code_name(SKL_LIST_OUTCOME, result->outcome), result->phone, ({
			     uint8_t digest[32];
			     skl_hash(in_frame(peer, 1), digest);
			     hex(digest, 8);
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
	check(skl_unpack(&schakel__v1__common__descriptor,
			 skl_view_of(message->common.data, message->common.len), &peer->arena,
			 &common),
	      "common");
	check(skl_directory_sign_key(peer->directory, common->signing_key_id.data, skl_now_ms(),
				     &key),
	      "sender's key");
	keys.sender_public = key->public_key;
	err = skl_opened_open(message, frames, peer->in.count - 2, &keys, opened, &why);
	row->is_message = true;
	memcpy(row->id, common->id.data, 16);
	(void)snprintf(row->sender, sizeof(row->sender), "%s", common->sender);
	(void)snprintf(row->origin, sizeof(row->origin), "%s", message->entry->origin);
	row->index = message->entry->index;
	(void)printf("offer number=%llu id=%s kind=%s from=%s seq=%llu sections=%zu opened=%s "
		     "promise=%s not-shared=%zu answer-before=%zu repair=%d",
		     (unsigned long long)offer->offer, hex(row->id, 16),
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

	check(skl_receipt_decode(offer->receipt, &peer->arena, &receipt), "receipt");
	err = skl_directory_sign_key(peer->directory, receipt->signing_key_id.data, skl_now_ms(),
				     &key);
	if (err == SKL_OK)
		err = skl_receipt_verify(offer->receipt, key->public_key);
	for (size_t i = 0; i < receipt->n_items; i++)
		(void)printf("forwarded number=%llu id=%s from=%s state=%s signature=%s\n",
			     (unsigned long long)offer->offer,
			     hex(receipt->items[i]->message_id.data, 16), receipt->partner,
			     skl_code_name(SKL_LIST_DELIVERY, receipt->items[i]->state),
			     skl_err_name(err));
}

static void take_offer(struct peer *peer)
{
	Schakel__V1__Offer *offer = NULL;

	if (peer->offer_count == SKL_COUNT(peer->offers))
		die("too many offers");
	check(skl_unpack(&schakel__v1__offer__descriptor, in_frame(peer, 1), &peer->arena, &offer),
	      "offer");
	peer->offers[peer->offer_count] = (struct offer){.number = offer->offer};
	if (offer->what_case == SCHAKEL__V1__OFFER__WHAT_MESSAGE)
		note_message(peer, offer);
	else if (offer->what_case == SCHAKEL__V1__OFFER__WHAT_RECEIPT)
		print_receipt(peer, offer);
	else
		(void)printf(
			"notice number=%llu clock=%s text=%s\n", (unsigned long long)offer->offer,
			offer->notice->clock ? skl_code_name(SKL_LIST_CLOCK, offer->notice->clock)
					     : "-",
			offer->notice->text_nl);
	peer->offer_count++;
}

static void print_error(struct peer *peer)
{
	Schakel__V1__Error *error = NULL;

	check(skl_unpack(&schakel__v1__error__descriptor, in_frame(peer, 1), &peer->arena, &error),
	      "error");
	(void)printf("error code=%s id=%s retry=%u text=\"%s\"\n",
		     skl_err_name((enum skl_err)error->code),
		     error->id.len ? hex(error->id.data, error->id.len) : "-",
		     error->retry_after_ms, error->text);
}

static void print_answer(struct peer *peer)
{
	Schakel__V1__Answer *answer = NULL;

	check(skl_unpack(&schakel__v1__answer__descriptor, in_frame(peer, 1), &peer->arena,
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
static void handle(struct peer *peer, char ret_command[32])
{
	struct skl_view command = in_frame(peer, 0);
	size_t len = command.len < 31 ? command.len : 31;

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
static bool wait_command(struct peer *peer, const char *wanted)
{
	int64_t until = skl_mono_ms() + peer->timeout_ms;
	char command[32];

	while (receive(peer, until)) {
		handle(peer, command);
		if (strcmp(command, wanted) == 0 || strcmp(command, "ERROR") == 0)
			return true;
	}
	(void)printf("nothing wanted=%s\n", wanted);
	(void)fflush(stdout);
	return false;
}

/* --- actions --------------------------------------------------------------------------------- */

static bool do_hello(struct peer *peer)
{
	Schakel__V1__Hello hello;
	Schakel__V1__Credit credit;

	schakel__v1__hello__init(&hello);
	schakel__v1__credit__init(&credit);
	hello.version = 1;
	hello.partner = (char *)(uintptr_t)peer->partner;
	hello.generation = peer->generation ? (uint64_t)peer->generation : (uint64_t)skl_now_ms();
	credit.messages = (uint32_t)peer->credit;
	credit.bytes = (uint64_t)peer->credit_bytes;
	hello.credit = &credit;
	send_message(peer, "HELLO", &hello.base);
	return wait_command(peer, "WELCOME");
}

static bool do_connect(struct peer *peer)
{
	if (peer->socket)
		(void)zmq_close(peer->socket);
	connect_peer(peer);
	return true;
}

static void add_section(struct peer *peer, struct skl_draft *draft, enum skl_category category,
			uint32_t subject)
{
	char *text = skl_calloc(1, (size_t)peer->size + sizeof(peer->marker) + 64);
	int len = snprintf(text, sizeof(peer->marker) + 64, "{\"text\":\"%s", peer->marker);
	struct skl_draft_section section = {
		.category = category,
		.about = &subject,
		.about_count = 1,
		.person_kind = SKL_PERSON_KIND_VICTIM,
		.source_law = SKL_SOURCE_LAW_WPG_8,
		.status = SKL_STATUS_FACT,
		.source = SKL_SOURCE_OBSERVED,
		.reliability = SKL_RELIABILITY_RELIABLE,
		.as_of_ms = skl_now_ms() - 3600000,
	};

	memset(text + len, 'x', (size_t)peer->size);
	memcpy(text + len + peer->size, "\"}", 3);
	section.content = skl_view_str(text);
	if (!strstr(peer->skip, skl_code_name(SKL_LIST_CATEGORY, category)))
		(void)skl_draft_section(draft, &section);
	skl_free(text);
}

static bool unhex(const char *text, uint8_t ret_id[16])
{
	return text[0] && skl_hex_decode(skl_view_str(text), ret_id, 16) == SKL_OK;
}

static void add_recipients(struct peer *peer, struct skl_draft *draft)
{
	char names[512];
	char *rest = names;

	(void)snprintf(names, sizeof(names), "%s", peer->to);
	while (rest && *rest) {
		char *name = rest;
		const struct skl_dir_key *key = NULL;
		bool is_copy = name[0] == '+';
		uint8_t none[32] = {9};

		name += is_copy;
		rest = strchr(name, ',');
		if (rest)
			*rest++ = 0;
		if (skl_directory_desk_key(peer->directory, skl_view_str(name),
					   skl_view_str("desk"), skl_now_ms(), &key) != SKL_OK)
			key = NULL;
		(void)skl_draft_recipient(draft, name, "desk",
					  is_copy ? SKL_RECIPIENT_TYPE_COPY
						  : SKL_RECIPIENT_TYPE_PRINCIPAL,
					  key ? key->public_key : none);
	}
}

/* "code,name=value,...;code,..." with subject=1 (victim) or 2 (perpetrator). */
static void set_event_field(Schakel__V1__EventRow *event, char *field, const uint32_t *subjects,
			    uint8_t ref[16])
{
	char *value = strchr(field, '=');

	if (!value)
		die(field);
	*value++ = 0;
	if (strcmp(field, "partner") == 0)
		event->partner = value;
	else if (strcmp(field, "desk") == 0)
		event->desk = value;
	else if (strcmp(field, "subject") == 0)
		event->subject = subjects[value[0] == '2'];
	else if (strcmp(field, "value") == 0)
		event->value = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(field, "position") == 0)
		event->value = skl_code_number(SKL_LIST_DESK_POSITION, skl_view_str(value));
	else if (strcmp(field, "ref") == 0 && unhex(value, ref))
		event->ref = (ProtobufCBinaryData){16, ref};
	else
		die(field);
}

/* Cut at the first of `at`; *rest is what follows, NULL at the end. */
static char *next_word(char **rest, char at)
{
	char *word = *rest;

	*rest = word ? strchr(word, at) : NULL;
	if (*rest)
		*(*rest)++ = 0;
	return word;
}

static void add_events(struct peer *peer, struct skl_draft *draft, const uint32_t *subjects)
{
	char text[sizeof(peer->events)];
	char *events = text, *fields, *field;

	(void)snprintf(text, sizeof(text), "%s", peer->events);
	while ((fields = next_word(&events, ';')) && fields[0]) {
		Schakel__V1__EventRow event;
		uint8_t ref[16];

		schakel__v1__event_row__init(&event);
		field = next_word(&fields, ',');
		event.code = (Schakel__V1__EventCode)skl_code_number(SKL_LIST_EVENT,
								     skl_view_str(field));
		while ((field = next_word(&fields, ',')))
			set_event_field(&event, field, subjects, ref);
		skl_draft_event(draft, &event);
	}
}

static void add_case_contents(struct peer *peer, struct skl_draft *draft)
{
	const enum skl_position victim[] = {SKL_POSITION_VICTIM};
	const enum skl_position perpetrator[] = {SKL_POSITION_PERPETRATOR};
	const uint8_t pseudonyms[2][32] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
	uint32_t subjects[2];

	subjects[0] = skl_draft_subject(draft, victim, 1);
	subjects[1] = skl_draft_subject(draft, perpetrator, 1);
	for (int i = 0; i < 2; i++)
		skl_draft_pseudonym(draft, subjects[i], 1, pseudonyms[i], 0);
	add_events(peer, draft, subjects);
}

static void add_contents(struct peer *peer, struct skl_draft *draft, uint32_t kind)
{
	const enum skl_position positions[] = {SKL_POSITION_VICTIM};
	const uint8_t pseudonym[32] = {1, 2, 3, 4};
	uint32_t subject = 0;

	if (kind == SKL_KIND_POLICE_REPORT) {
		subject = skl_draft_subject(draft, positions, 1);
		skl_draft_pseudonym(draft, subject, 1, pseudonym, 0);
		add_section(peer, draft, SKL_CATEGORY_IDENTITY, subject);
		add_section(peer, draft, SKL_CATEGORY_INCIDENT, subject);
		add_section(peer, draft, SKL_CATEGORY_WHEREABOUTS, subject);
		skl_draft_event_at(draft, SKL_EVENT_OCCURRED_AT, skl_now_ms() - 60000);
	} else if (kind == SKL_KIND_FEEDBACK) {
		subject = skl_draft_subject(draft, positions, 1);
		add_section(peer, draft, SKL_CATEGORY_FEEDBACK, subject);
	} else if (kind == SKL_KIND_PARTICIPANT_CHANGE || kind == SKL_KIND_PROGRESS) {
		add_case_contents(peer, draft);
	} else if (kind == SKL_KIND_REPORT_RECEIPT) {
		skl_draft_event_at(draft, SKL_EVENT_REPORT_RECEIVED_AT, skl_now_ms());
	}
}

static void add_query(struct peer *peer, struct skl_draft *draft)
{
	Schakel__V1__QueryRow query;
	Schakel__V1__FactRow fact;
	char kind[64] = "", of[64] = "";

	schakel__v1__query_row__init(&query);
	schakel__v1__fact_row__init(&fact);
	query.details = peer->count > 1;
	query.limit = (uint32_t)peer->count;
	skl_draft_query(draft, &query);
	(void)sscanf(peer->mandate, "%63[^:]:%63s", kind, of);
	fact.code = SCHAKEL__V1__FACT_CODE__FACT_MANDATE;
	fact.value = skl_code_number(SKL_LIST_MANDATE, skl_view_str(kind));
	fact.text = of;
	skl_draft_fact(draft, &fact);
	skl_draft_fact_value(draft, SKL_FACT_QUERY_REASON,
			     SCHAKEL__V1__QUERY_REASON__QUERY_REASON_PERIODIC_AUDIT);
}

static void add_facts(struct peer *peer, struct skl_draft *draft)
{
	if (peer->purpose[0])
		skl_draft_fact_value(
			draft, SKL_FACT_PURPOSE,
			skl_code_number(SKL_LIST_PURPOSE, skl_view_str(peer->purpose)));
	if (peer->ground[0])
		skl_draft_fact_value(draft, SKL_FACT_GROUND,
				     skl_code_number(SKL_LIST_GROUND, skl_view_str(peer->ground)));
	skl_draft_fact_text(draft, SKL_FACT_USER_REF, "u-7f3a", 0);
	if (!peer->no_check)
		skl_draft_fact_text(draft, SKL_FACT_CHECKED_BY, "u-2222", skl_now_ms());
	if (peer->acute) {
		skl_draft_fact_text(draft, SKL_FACT_ACUTE_BY, "u-7f3a", skl_now_ms());
		skl_draft_fact_value(draft, SKL_FACT_URGENCY, SKL_URGENCY_ACUTE);
	}
	if (peer->muni[0])
		skl_draft_competence(draft, peer->muni, SKL_COMPETENCE_REGISTERED_HOME);
}

static struct skl_draft *make_draft(struct peer *peer, struct skl_key *sign)
{
	uint8_t id[16], case_ref[16], reply[16];
	uint32_t kind = skl_code_number(SKL_LIST_KIND, skl_view_str(peer->kind));
	int64_t created = skl_now_ms() + peer->created_shift_ms;
	struct skl_draft_opts opts = {
		.kind = (enum skl_kind)kind,
		.sender = peer->sign_as[0] ? peer->sign_as : peer->partner,
		.sender_desk = "desk",
		.created_ms = created,
		.expires_ms = peer->life_ms ? created + peer->life_ms : 0,
		.directory_number = skl_directory_number(peer->directory),
		.sign_key = sign,
	};
	struct skl_draft *draft = NULL;

	if (unhex(peer->id, id))
		opts.id = id;
	if (unhex(peer->case_ref, case_ref))
		opts.case_ref = case_ref;
	if (unhex(peer->reply, reply))
		opts.in_reply_to = reply;
	check(skl_draft_new(&opts, &draft), "draft");
	add_facts(peer, draft);
	if (kind == SKL_KIND_AUDIT_QUERY) {
		add_query(peer, draft);
	} else {
		add_contents(peer, draft, kind);
		add_recipients(peer, draft);
	}
	return draft;
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

		check(skl_unpack(&schakel__v1__envelope__descriptor, frames[0], &peer->arena,
				 &envelope),
		      "envelope");
		envelope->signature.data[0] ^= 1;
		check(skl_pack(&envelope->base, &forged), "envelope");
		frames[0] = skl_buf_view(&forged);
	}
	send_frames(peer, command, frames, 1 + sealed->frame_count);
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
		other = read_key(folder, "sign.key");
	}
	draft = make_draft(peer, other ? other : peer->sign);
	if (strcmp(command, "SUBMIT") == 0)
		skl_draft_wrap_all(draft);
	skl_sealed_done(&peer->last);
	err = strcmp(command, "PLAN") == 0 ? skl_draft_plan(draft, &peer->last, &why)
					   : skl_draft_finish(draft, &peer->last, &why);
	skl_draft_free(draft);
	skl_key_free(other);
	check(err, why.text);
	memcpy(peer->last_id, peer->last.id, 16);
	(void)printf("sent id=%s\n", hex(peer->last_id, 16));
	(void)fflush(stdout);
	send_sealed(peer, command, &peer->last);
	return true;
}

static bool do_submit(struct peer *peer)
{
	for (long i = 0; i < peer->count; i++) {
		(void)do_send(peer, "SUBMIT");
		if (!wait_command(peer, "RESULT"))
			return false;
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
	return wait_command(peer, "RESULT");
}

static bool do_plan(struct peer *peer)
{
	return do_send(peer, "PLAN") && wait_command(peer, "PLAN_RESULT");
}

static bool do_query(struct peer *peer)
{
	(void)snprintf(peer->kind, sizeof(peer->kind), "audit_query");
	(void)snprintf(peer->purpose, sizeof(peer->purpose), "supervise_disclosure");
	(void)snprintf(peer->ground, sizeof(peer->ground), "supervision");
	return do_send(peer, "QUERY") && wait_command(peer, "ANSWER");
}

static bool do_offer(struct peer *peer)
{
	return wait_command(peer, "OFFER");
}

static void save(const char *path, struct skl_view bytes)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(bytes.data, 1, bytes.len, file) != bytes.len || fclose(file) != 0)
		die(path);
}

/* Write the sealed message to a file, and send what a file holds: to send the same bytes later. */
static bool do_save(struct peer *peer)
{
	struct skl_buf buf;

	skl_buf_init(&buf, 8u << 20);
	skl_buf_add_u32be(&buf, (uint32_t)peer->last.header_len);
	skl_buf_add(&buf, peer->last.header, peer->last.header_len);
	for (size_t i = 0; i < peer->last.frame_count; i++) {
		skl_buf_add_u32be(&buf, (uint32_t)peer->last.frames[i].len);
		skl_buf_add(&buf, peer->last.frames[i].bytes, peer->last.frames[i].len);
	}
	save(peer->file, skl_buf_view(&buf));
	skl_buf_done(&buf);
	return true;
}

static bool do_resend(struct peer *peer)
{
	struct skl_buf buf = read_file(peer->file, "");
	struct skl_view frames[FRAMES_MAX];
	size_t count = 0;

	for (size_t at = 0; at + 4 <= buf.len;) {
		frames[count].len = skl_get_u32be(buf.data + at);
		frames[count].data = buf.data + at + 4;
		at += 4 + frames[count++].len;
	}
	send_frames(peer, "SUBMIT", frames, count);
	skl_buf_done(&buf);
	return wait_command(peer, "RESULT");
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
	receipt.partner = (char *)(uintptr_t)peer->partner;
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
	check(skl_receipt_make(&receipt, peer->sign, &buf), "receipt");
	body = skl_buf_view(&buf);
	send_frames(peer, "RECEIPT", &body, 1);
	skl_buf_done(&buf);
	return wait_command(peer, "RECEIPT");
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
		if (!receive(peer, skl_mono_ms() + (got < peer->want ? LONG_MS : quiet_ms)))
			break;
		handle(peer, command);
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

	while (receive(peer, skl_mono_ms() + peer->timeout_ms)) {
		handle(peer, command);
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
	send_message(peer, "PING", &ping.base);
	return wait_command(peer, "PONG");
}

static bool do_garbage(struct peer *peer)
{
	uint8_t bytes[200];
	struct skl_view frame = {bytes, sizeof(bytes)};

	randombytes_buf(bytes, sizeof(bytes));
	send_frames(peer, "SUBMIT", &frame, 1);
	return wait_command(peer, "ERROR");
}

static bool do_unknown(struct peer *peer)
{
	send_frames(peer, "MAKETEA", NULL, 0);
	return wait_command(peer, "ERROR");
}

static bool do_wide(struct peer *peer)
{
	uint8_t byte = 1;

	if (zmq_send(peer->socket, "SUBMIT", 6, ZMQ_SNDMORE) < 0)
		die("send");
	for (int i = 0; i < 1000; i++)
		if (zmq_send(peer->socket, &byte, 1, i < 999 ? ZMQ_SNDMORE : 0) < 0)
			die("send");
	return wait_command(peer, "ERROR");
}

/* A frame over MAXMSGSIZE: libzmq of the hub cuts the connection. */
static bool do_huge(struct peer *peer)
{
	size_t len = (1u << 20) + 100;
	uint8_t *bytes = skl_calloc(1, len);
	struct skl_view frame = {bytes, len};

	send_frames(peer, "SUBMIT", &frame, 1);
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
	send_frames(peer, "SUBMIT", frames, SKL_COUNT(frames));
	skl_free(bytes);
	return wait_command(peer, "ERROR");
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
	send_frames(peer, "BYE", NULL, 0);
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
	{"connect", do_connect}, {"hello", do_hello},     {"submit", do_submit},
	{"post", do_post},       {"again", do_again},     {"plan", do_plan},
	{"query", do_query},     {"offer", do_offer},     {"receipt", do_receipt},
	{"drain", do_drain},     {"quiet", do_quiet},     {"ping", do_ping},
	{"garbage", do_garbage}, {"unknown", do_unknown}, {"wide", do_wide},
	{"huge", do_huge},       {"big", do_big},         {"wait", do_wait},
	{"bye", do_bye},         {"save", do_save},       {"resend", do_resend},
	{"forget", do_forget},
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
		{"sign-as", peer->sign_as, sizeof(peer->sign_as)},
		{"mandate", peer->mandate, sizeof(peer->mandate)},
		{"skip", peer->skip, sizeof(peer->skip)},
		{"purpose", peer->purpose, sizeof(peer->purpose)},
		{"ground", peer->ground, sizeof(peer->ground)},
		{"events", peer->events, sizeof(peer->events)},
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
			die(word);
		return true;
	}
	for (size_t i = 0; i < SKL_COUNT(actions); i++)
		if (strcmp(actions[i].name, word) == 0)
			return actions[i].run(peer);
	die(word);
	return false;
}

int main(int argc, char **argv)
{
	struct peer *peer;
	bool ok = true;

	if (argc < 3 || skl_wire_init() != SKL_OK)
		die("usage: hub_peer ENV PARTNER WORD...");
	peer = skl_calloc(1, sizeof(*peer));
	if (!peer)
		die("memory");
	peer->env = argv[1];
	peer->partner = argv[2];
	peer->credit = 64;
	peer->credit_bytes = 16l << 20;
	peer->timeout_ms = LONG_MS;
	peer->count = 1;
	(void)snprintf(peer->kind, sizeof(peer->kind), "police_report");
	(void)snprintf(peer->purpose, sizeof(peer->purpose), "stop_violence");
	(void)snprintf(peer->ground, sizeof(peer->ground), "wpg:18-1/bpg:4-2-1-i");
	(void)snprintf(peer->state, sizeof(peer->state), "stored");
	skl_arena_init(&peer->arena, 64u << 20, 1u << 20);
	load(peer);
	connect_peer(peer);
	for (int i = 3; i < argc && ok; i++)
		ok = run_word(peer, argv[i]);
	drop_in(peer);
	skl_sealed_done(&peer->last);
	(void)zmq_close(peer->socket);
	(void)zmq_ctx_term(peer->ctx);
	skl_key_free(peer->transport);
	skl_key_free(peer->sign);
	for (size_t i = 0; i < peer->seal_count; i++)
		skl_key_free(peer->seals[i]);
	skl_directory_free(peer->directory);
	skl_arena_done(&peer->arena);
	skl_free(peer);
	return ok ? 0 : 1;
}
