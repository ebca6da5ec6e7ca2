/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * load_hub - partners who keep schakeld busy, made of proto/wire and bare sockets: senders of
 * police reports and Veilig Thuis offices that open them and sign receipts. What they do with a
 * message is what libschakel does with it, less the spool.
 *
 *     load_hub HUB pid=PID [name=value ...]
 *
 * HUB is the folder that bench-lib.sh makes, PID the process of schakeld. count=N messages in all,
 * warm=N of them not measured, window=N in flight, pairs=N of sender and recipient who take turns,
 * prefix=NAME of what is printed. absent=1: no recipients, so that mail stays in the hub.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "skl_clock.h"
#include "skl_directory.h"
#include "skl_draft.h"
#include "skl_file.h"
#include "skl_frame.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_opened.h"
#include "skl_promise.h"
#include "skl_receipt.h"
#include "skl_unpack.h"

#define FILE_MAX   (8u << 20)
#define ORIGIN_MAX 256

/* A receipt item that waits for its signature. */
struct waiting {
	Schakel__V1__ReceiptItem item;
	uint8_t id[16];
	char sender[64];
	char origin[ORIGIN_MAX];
	uint8_t opened[LOAD_SECTIONS * 32];
};

struct partner {
	char id[32];
	struct skl_key *sign;
	struct skl_key *seal;
	const uint8_t *sign_public; /* of the directory */
	const uint8_t *seal_public;
	char municipality[8];
	struct skl_promise_known promises;
	size_t waiting_count;
	struct waiting waiting[LOAD_BATCH];
	struct skl_arena arena;
};

struct world {
	const char *hub;
	struct load load;
	struct skl_directory *directory;
	const uint8_t *promise_public;
	struct partner *senders;
	struct partner *recipients;
	size_t unrecorded; /* receipts of senders that the hub has not answered */
};

static void check(enum skl_err err, const char *what)
{
	if (err == SKL_OK)
		return;
	(void)fprintf(stderr, "load_hub: %s: %s\n", what, skl_err_name(err));
	exit(2);
}

/* --- who there is ----------------------------------------------------------------------------- */

static void read_file(const struct world *world, const char *folder, const char *name,
		      struct skl_buf *buf)
{
	char path[1024];
	struct skl_error why = {0};

	(void)snprintf(path, sizeof(path), "%s/%s%s", world->hub, folder, name);
	skl_buf_init(buf, FILE_MAX);
	check(skl_file_read(path, buf, &why), path);
}

static struct skl_key *read_key(const struct world *world, const char *id, const char *name)
{
	char folder[128];
	struct skl_key *key = NULL;
	struct skl_buf text;

	(void)snprintf(folder, sizeof(folder), "keys/%s/", id);
	read_file(world, folder, name, &text);
	check(skl_key_parse(skl_buf_view(&text), &key, NULL), name);
	skl_buf_wipe(&text);
	return key;
}

static void read_directory(struct world *world)
{
	struct skl_note *note = skl_calloc(1, sizeof(*note));
	struct skl_error why = {0};
	struct skl_buf text;

	if (!note)
		load_die("out of memory");
	read_file(world, "", "directory.note", &text);
	check(skl_note_parse(skl_buf_view(&text), note), "note");
	check(skl_directory_parse(note->text, &world->directory, &why), why.text);
	skl_free(note);
	skl_buf_done(&text);
	world->promise_public = skl_directory_hub(world->directory)->promise;
	world->load.endpoint = skl_directory_hub(world->directory)->endpoint;
	memcpy(world->load.server_public, skl_directory_hub(world->directory)->transport, 32);
}

static void read_partner(struct world *world, struct partner *partner, struct load_end *end,
			 const char *role, size_t number)
{
	const struct skl_dir_key *key = NULL;
	struct skl_key *transport;

	(void)snprintf(partner->id, sizeof(partner->id), "%s-%zu", role, number);
	(void)snprintf(partner->municipality, sizeof(partner->municipality), "%zu", 1000 + number);
	partner->sign = read_key(world, partner->id, "sign.key");
	partner->seal = read_key(world, partner->id, "seal-desk.key");
	transport = read_key(world, partner->id, "transport.key");
	memcpy(end->transport_public, transport->public_key, 32);
	memcpy(end->transport_secret, transport->secret, 32);
	skl_key_free(transport);
	check(skl_directory_sign_key(world->directory, partner->sign->id, skl_now_ms(), &key),
	      partner->id);
	partner->sign_public = key->public_key;
	check(skl_directory_desk_key(world->directory, skl_view_str(partner->id),
				     skl_view_str("desk"), skl_now_ms(), &key),
	      partner->id);
	partner->seal_public = key->public_key;
	skl_arena_init(&partner->arena, 0, 0);
}

static void send_message(struct load_end *end, enum skl_command command,
			 const ProtobufCMessage *message)
{
	struct skl_buf body;
	struct skl_view frames[2] = {skl_view_str(skl_command_name(command))};

	skl_buf_init(&body, FILE_MAX);
	check(skl_pack(message, &body), "pack");
	frames[1] = skl_buf_view(&body);
	load_send(end, frames, 2);
	skl_buf_done(&body);
}

static void greet(struct world *world, struct partner *partner, struct load_end *end)
{
	Schakel__V1__Hello hello;
	Schakel__V1__Credit credit;
	struct skl_view frames[LOAD_FRAMES_MAX];
	struct skl_buf answer;

	load_connect(&world->load, end);
	schakel__v1__hello__init(&hello);
	schakel__v1__credit__init(&credit);
	hello.version = SKL_PROTOCOL_VERSION;
	hello.partner = partner->id;
	hello.generation = (uint64_t)skl_now_ms();
	credit.messages = 256;
	credit.bytes = 16u << 20;
	hello.credit = &credit;
	send_message(end, SKL_COMMAND_HELLO, &hello.base);
	skl_buf_init(&answer, FILE_MAX);
	(void)load_receive(end, &answer, frames);
	if (!skl_view_is(frames[0], skl_command_name(SKL_COMMAND_WELCOME)))
		load_die("no welcome");
	skl_buf_done(&answer);
}

/* --- sender ------------------------------------------------------------------------------------
 */

static void add_section(struct skl_draft *draft, enum skl_category category, uint32_t subject,
			enum skl_person_kind person)
{
	char content[LOAD_CONTENT_BYTES + 1];
	int len = snprintf(content, sizeof(content), "{\"tekst\":\"");
	struct skl_draft_section section = {
		.category = category,
		.about = &subject,
		.about_count = 1,
		.person_kind = person,
		.source_law = SKL_SOURCE_LAW_WPG_8,
		.status = SKL_STATUS_FACT,
		.source = SKL_SOURCE_OBSERVED,
		.reliability = SKL_RELIABILITY_RELIABLE,
		.as_of_ms = skl_now_ms() - 3600000,
	};

	memset(content + len, 'x', LOAD_CONTENT_BYTES - (size_t)len - 2);
	memcpy(content + LOAD_CONTENT_BYTES - 2, "\"}", 2);
	section.content = skl_view_of(content, LOAD_CONTENT_BYTES);
	(void)skl_draft_section(draft, &section); /* its error is the draft's */
}

static void add_persons(struct skl_draft *draft, uint64_t number)
{
	const enum skl_position victim = SKL_POSITION_VICTIM;
	const enum skl_position perpetrator = SKL_POSITION_PERPETRATOR;
	uint32_t who[2];
	uint8_t pseudonym[32];

	who[0] = skl_draft_subject(draft, &victim, 1);
	who[1] = skl_draft_subject(draft, &perpetrator, 1);
	for (uint64_t i = 0; i < 2; i++) {
		uint64_t about = number * 2 + i;

		skl_hash(skl_view_of(&about, sizeof(about)), pseudonym);
		skl_draft_pseudonym(draft, who[i], 1, pseudonym, 0);
	}
	add_section(draft, SKL_CATEGORY_IDENTITY, who[0], SKL_PERSON_KIND_VICTIM);
	add_section(draft, SKL_CATEGORY_IDENTITY, who[1], SKL_PERSON_KIND_SUSPECT);
	add_section(draft, SKL_CATEGORY_INCIDENT, who[0], SKL_PERSON_KIND_VICTIM);
	add_section(draft, SKL_CATEGORY_RED_FLAGS, who[1], SKL_PERSON_KIND_SUSPECT);
	add_section(draft, SKL_CATEGORY_HOUSEHOLD, who[0], SKL_PERSON_KIND_VICTIM);
}

static void add_facts(struct skl_draft *draft, const struct partner *recipient)
{
	skl_draft_fact_value(draft, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_draft_fact_value(
		draft, SKL_FACT_GROUND,
		skl_code_number(SKL_LIST_GROUND, skl_view_str("wpg:18-1/bpg:4-2-1-i")));
	skl_draft_fact_text(draft, SKL_FACT_USER_REF, "u-7f3a", 0);
	skl_draft_fact_text(draft, SKL_FACT_CHECKED_BY, "u-2222", skl_now_ms());
	skl_draft_event_at(draft, SKL_EVENT_OCCURRED_AT, skl_now_ms() - 60000);
	skl_draft_competence(draft, recipient->municipality, SKL_COMPETENCE_REGISTERED_HOME);
}

/* A case of its own for each message; the reference begins with the message's number. */
static void submit(void *arg, size_t pair, uint64_t number)
{
	struct world *world = arg;
	const struct partner *recipient = &world->recipients[pair];
	uint8_t case_ref[16];
	const struct skl_draft_opts opts = {
		.kind = SKL_KIND_POLICE_REPORT,
		.sender = world->senders[pair].id,
		.sender_desk = "desk",
		.created_ms = skl_now_ms(),
		.case_ref = case_ref,
		.directory_number = skl_directory_number(world->directory),
		.sign_key = world->senders[pair].sign,
	};
	struct skl_draft *draft = NULL;
	struct skl_sealed sealed = {0};
	struct skl_view frames[LOAD_FRAMES_MAX];
	struct skl_error why = {0};

	randombytes_buf(case_ref, sizeof(case_ref));
	skl_put_u64be(case_ref, number);
	check(skl_draft_new(&opts, &draft), "draft");
	add_facts(draft, recipient);
	add_persons(draft, number);
	if (!skl_draft_recipient(draft, recipient->id, "desk", SKL_RECIPIENT_TYPE_PRINCIPAL,
				 recipient->seal_public))
		load_die("recipient");
	skl_draft_wrap_all(draft);
	check(skl_draft_finish(draft, &sealed, &why), why.text);
	frames[0] = skl_view_str(skl_command_name(SKL_COMMAND_SUBMIT));
	frames[1] = skl_view_of(sealed.header, sealed.header_len);
	for (size_t i = 0; i < sealed.frame_count; i++)
		frames[i + 2] = skl_view_of(sealed.frames[i].bytes, sealed.frames[i].len);
	load_send(&world->load.senders[pair], frames, sealed.frame_count + 2);
	skl_sealed_done(&sealed);
	skl_draft_free(draft);
}

/* The answer is what the sender has in hand: the promise is verified. */
static void take_result(const struct world *world, struct partner *partner, struct skl_view body)
{
	Schakel__V1__Result *result = NULL;

	check(skl_unpack(&schakel__v1__result__descriptor, body, &partner->arena, &result),
	      "result");
	if ((unsigned)result->outcome != SKL_OUTCOME_PERMITTED || result->n_recipients != 1)
		load_die(result->n_recipients ? result->recipients[0]->text_en : "not permitted");
	check(skl_promise_verify_known(&partner->promises, result->promise,
				       result->recipients[0]->entry, world->promise_public),
	      "promise");
}

/* The next place for an item; what waits is sent before it is full. */
static struct waiting *place(struct partner *partner)
{
	struct waiting *waiting = &partner->waiting[partner->waiting_count++];

	schakel__v1__receipt_item__init(&waiting->item);
	waiting->item.at_ms = skl_now_ms();
	return waiting;
}

static uint64_t take_receipt(struct partner *partner, const struct partner *from,
			     struct skl_view body)
{
	Schakel__V1__Offer *offer = NULL;
	Schakel__V1__Receipt *receipt = NULL;
	struct waiting *waiting;

	check(skl_unpack(&schakel__v1__offer__descriptor, body, &partner->arena, &offer), "offer");
	if (offer->what_case != SCHAKEL__V1__OFFER__WHAT_RECEIPT)
		load_die("an offer that is no receipt");
	check(skl_receipt_decode(offer->receipt, &partner->arena, &receipt), "receipt");
	check(skl_receipt_verify(offer->receipt, from->sign_public), "receipt");
	waiting = place(partner);
	waiting->item.offer = offer->offer;
	waiting->item.state = SCHAKEL__V1__DELIVERY_STATE__DELIVERY_NOTED;
	return receipt->n_items;
}

static uint64_t sender_take(void *arg, size_t pair, const struct skl_view *frames, size_t count)
{
	struct world *world = arg;
	struct partner *partner = &world->senders[pair];
	uint64_t ended = 0;

	if (skl_view_is(frames[0], "RESULT") && count == 2) {
		take_result(world, partner, frames[1]);
		ended = world->load.is_one_way;
	} else if (skl_view_is(frames[0], "OFFER") && count == 2) {
		ended = take_receipt(partner, &world->recipients[pair], frames[1]);
	} else if (skl_view_is(frames[0], "RECEIPT")) {
		world->unrecorded--;
	} else if (skl_view_is(frames[0], "ERROR")) {
		Schakel__V1__Error *error = NULL;

		check(skl_unpack(&schakel__v1__error__descriptor, frames[1], &partner->arena,
				 &error),
		      "error");
		load_die(error->text);
	}
	skl_arena_reset(&partner->arena);
	return ended;
}

/* --- receipts of both ----------------------------------------------------------------------------
 */

static void sign_receipt(struct partner *partner, struct load_end *end)
{
	Schakel__V1__ReceiptItem *items[LOAD_BATCH];
	Schakel__V1__Receipt receipt;
	struct skl_view frames[2] = {skl_view_str(skl_command_name(SKL_COMMAND_RECEIPT))};
	struct skl_buf body;

	if (!partner->waiting_count)
		return;
	schakel__v1__receipt__init(&receipt);
	receipt.partner = partner->id;
	receipt.items = items;
	for (size_t i = 0; i < partner->waiting_count; i++)
		items[receipt.n_items++] = &partner->waiting[i].item;
	partner->waiting_count = 0;
	skl_buf_init(&body, FILE_MAX);
	check(skl_receipt_make(&receipt, partner->sign, &body), "receipt");
	frames[1] = skl_buf_view(&body);
	load_send(end, frames, 2);
	skl_buf_done(&body);
}

static void sender_flush(void *arg, size_t pair)
{
	struct world *world = arg;

	world->unrecorded += world->senders[pair].waiting_count > 0;
	sign_receipt(&world->senders[pair], &world->load.senders[pair]);
}

static bool is_settled(void *arg)
{
	const struct world *world = arg;

	return world->unrecorded == 0;
}

static void recipient_flush(void *arg, size_t pair)
{
	struct world *world = arg;

	sign_receipt(&world->recipients[pair], &world->load.recipients[pair]);
}

/* --- recipient -----------------------------------------------------------------------------------
 */

static void answer_for(struct partner *partner, const Schakel__V1__Offer *offer,
		       const struct skl_opened *opened)
{
	struct waiting *waiting = place(partner);
	const struct skl_envelope *env = &opened->env;

	memcpy(waiting->id, env->common->id.data, 16);
	(void)snprintf(waiting->sender, sizeof(waiting->sender), "%s", env->common->sender);
	(void)snprintf(waiting->origin, sizeof(waiting->origin), "%s",
		       offer->message->entry->origin);
	for (size_t i = 0; i < opened->section_count; i++)
		memcpy(waiting->opened + i * 32, opened->sections[i].row->ciphertext_digest.data,
		       32);
	waiting->item.offer = offer->offer;
	waiting->item.message_id = (ProtobufCBinaryData){16, waiting->id};
	waiting->item.sender = waiting->sender;
	waiting->item.origin = waiting->origin;
	waiting->item.index = offer->message->entry->index;
	waiting->item.opened = (ProtobufCBinaryData){opened->section_count * 32, waiting->opened};
	waiting->item.state = SCHAKEL__V1__DELIVERY_STATE__DELIVERY_STORED;
}

static void open_message(struct world *world, size_t pair, const Schakel__V1__Offer *offer,
			 const struct skl_view *frames, size_t count)
{
	struct partner *partner = &world->recipients[pair];
	const struct skl_key *desk_keys[] = {partner->seal};
	const struct skl_opened_keys keys = {
		.partner = partner->id,
		.sender_public = world->senders[pair].sign_public,
		.desk_keys = desk_keys,
		.desk_key_count = 1,
	};
	struct skl_error why = {0};
	struct skl_opened opened;

	check(skl_opened_open(offer->message, frames, count, &keys, &opened, &why), why.text);
	check(skl_promise_verify_known(&partner->promises, offer->message->promise,
				       offer->message->entry, world->promise_public),
	      "promise");
	if (opened.section_count != LOAD_SECTIONS)
		load_die("sections are missing");
	for (size_t i = 0; i < opened.section_count; i++)
		if (opened.sections[i].err || opened.sections[i].len != LOAD_CONTENT_BYTES)
			load_die("a section does not open");
	load_arrived(&world->load, skl_get_u64be(opened.env.common->case_ref.data));
	answer_for(partner, offer, &opened);
	skl_opened_done(&opened);
}

static void recipient_take(void *arg, size_t pair, const struct skl_view *frames, size_t count)
{
	struct world *world = arg;
	struct partner *partner = &world->recipients[pair];
	Schakel__V1__Offer *offer = NULL;

	if (skl_view_is(frames[0], "ERROR"))
		load_die("the hub refuses a receipt");
	if (!skl_view_is(frames[0], "OFFER"))
		return; /* RECEIPT: recorded; CHECKPOINT */
	check(skl_unpack(&schakel__v1__offer__descriptor, frames[1], &partner->arena, &offer),
	      "offer");
	if (offer->what_case != SCHAKEL__V1__OFFER__WHAT_MESSAGE)
		load_die("an offer that is no message");
	open_message(world, pair, offer, frames + 2, count - 2);
	skl_arena_reset(&partner->arena);
}

int main(int argc, char **argv)
{
	static const struct load_calls calls = {.submit = submit,
						.sender_take = sender_take,
						.sender_flush = sender_flush,
						.is_settled = is_settled,
						.recipient_take = recipient_take,
						.recipient_flush = recipient_flush};
	static struct world world;
	struct load *load = &world.load;

	if (argc < 2 || skl_wire_init() != SKL_OK) {
		(void)fprintf(stderr, "usage: load_hub HUB pid=PID [name=value ...]\n");
		return 2;
	}
	world.hub = argv[1];
	load->calls = &calls;
	load->arg = &world;
	load->count = load_number(argc, argv, "count", 2000);
	load->warm = load_number(argc, argv, "warm", load->count / 10);
	load->window = load_number(argc, argv, "window", 256);
	load->pairs = load_number(argc, argv, "pairs", 1);
	load->is_one_way = load_number(argc, argv, "absent", 0) != 0;
	load->broker_pid = (pid_t)load_number(argc, argv, "pid", 0);
	if (!load->pairs || load->pairs > LOAD_PAIRS_MAX)
		load_die("pairs");
	read_directory(&world);
	world.senders = skl_calloc(load->pairs, sizeof(*world.senders));
	world.recipients = skl_calloc(load->pairs, sizeof(*world.recipients));
	if (!world.senders || !world.recipients)
		load_die("out of memory");
	for (size_t i = 0; i < load->pairs; i++) {
		read_partner(&world, &world.senders[i], &load->senders[i], "police", i);
		read_partner(&world, &world.recipients[i], &load->recipients[i], "vt", i);
		greet(&world, &world.senders[i], &load->senders[i]);
		if (!load->is_one_way)
			greet(&world, &world.recipients[i], &load->recipients[i]);
	}
	load_run(load);
	load_print(load, load_text(argc, argv, "prefix", "hub"));
	return 0;
}
