/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CORE_H
#define SKL_CORE_H

/*
 * skl_core - what the files of the reactor share; nobody outside broker/core includes this.
 *
 * Owner:    the reactor thread, except the jobs of a batch while verifiers run.
 * Lifetime: everything of a batch lies in its arena and dies when the batch has been answered.
 * Errors:   codes of skl_err.h. A turn that fails has changed nothing, in memory neither.
 * Limits:   256 messages and 16 MiB a batch; SKL_TURN_LEAVES leaves a transaction.
 *
 * The way of a message: skl_gate (read, decode) - skl_verify - skl_turn (one transaction:
 * skl_decide, skl_receive, skl_query, then skl_offer) - commit - answers and offers go out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schakel/v1/session.pb-c.h"
#include "schakel/v1/trail.pb-c.h"
#include "skl_after_check.h"
#include "skl_arena.h"
#include "skl_buf.h"
#include "skl_case.h"
#include "skl_catalogue.h"
#include "skl_cosign.h"
#include "skl_directory.h"
#include "skl_envelope.h"
#include "skl_err.h"
#include "skl_frame.h"
#include "skl_hold.h"
#include "skl_hub.h"
#include "skl_notary.h"
#include "skl_offer_number.h"
#include "skl_outbox.h"
#include "skl_policy.h"
#include "skl_region.h"
#include "skl_ruleset.h"
#include "skl_seat.h"
#include "skl_shadow.h"
#include "skl_trail.h"
#include "skl_txn.h"
#include "skl_verify.h"
#include "skl_zap.h"
#include "skl_zmq.h"

#define SKL_BATCH_MESSAGES    256
#define SKL_BATCH_BYTES       (16u << 20)
#define SKL_BATCH_ARENA_BYTES (96u << 20)
#define SKL_GATHER_MS         5     /* how long notes wait for a commit to share */
#define SKL_TURN_LEAVES       3500u /* of SKL_TRAIL_BATCH_MAX; the rest is for what rides along */
#define SKL_TURN_OFFERS       256
#define SKL_TURN_OFFER_BYTES  (16u << 20)
#define SKL_RETRY_MS          1000
/* How far a HELLO's generation may be ahead of the hub's clock. */
#define SKL_GENERATION_AHEAD_MS UINT64_C(86400000)
#define SKL_LIFE_DEFAULT_MS     (INT64_C(45) * 86400000)

/* X(symbol, name): technical counters, never per person */
#define SKL_COUNTER_MAP(X)                                                                         \
	X(RECEIVED, "messages_received")                                                           \
	X(PERMITTED, "messages_permitted")                                                         \
	X(CUT, "messages_cut")                                                                     \
	X(DENIED, "messages_denied")                                                               \
	X(ERRORS, "messages_error")                                                                \
	X(REPEATED, "messages_repeated")                                                           \
	X(PLANS, "plans")                                                                          \
	X(QUERIES, "queries")                                                                      \
	X(QUERY_US, "query_microseconds")                                                          \
	X(RECEIPTS, "receipts")                                                                    \
	X(OFFERS, "offers")                                                                        \
	X(OFFERS_RETURNED, "offers_returned")                                                      \
	X(WITHHELD, "messages_withheld")                                                           \
	X(EXPIRED, "messages_expired")                                                             \
	X(FAULTS, "faults")                                                                        \
	X(UNIDENTIFIED, "frames_without_identity")                                                 \
	X(HANDSHAKES_FAILED, "handshakes_failed")                                                  \
	X(NOT_RECORDED, "not_recorded")                                                            \
	X(COMMITS, "commits")                                                                      \
	X(COMMITS_FAILED, "commits_failed")                                                        \
	X(CHECKPOINTS, "checkpoints")                                                              \
	X(EMERGENCIES, "emergencies")                                                              \
	X(BREAK_GLASS, "break_glass")                                                              \
	X(SHADOW_DECISIONS, "shadow_decisions")                                                    \
	X(SHADOW_WIDER, "shadow_wider")                                                            \
	X(SHADOW_NARROWER, "shadow_narrower")                                                      \
	X(NOTICES, "notices")                                                                      \
	X(SESSIONS_OPENED, "sessions_opened")

enum skl_counter {
#define SKL_ROW(symbol, name) SKL_COUNT_##symbol,
	SKL_COUNTER_MAP(SKL_ROW)
#undef SKL_ROW
		SKL_COUNTERS
};

/* Directory and policy in force. Replaced as a whole, between batches. */
struct skl_law {
	struct skl_directory *directory; /* owned */
	char *directory_note;            /* owned; the signed text */
	size_t directory_note_len;
	struct skl_policy *policy;    /* owned; NULL: none can be read */
	struct skl_policy *emergency; /* owned; of the last valid policy */
	uint8_t policy_digest[32];
	uint64_t policy_number; /* of the signed set; 0: not signed */
	bool has_policy;
	bool is_policy_refused; /* the files on disk are not what is in force */
	uint32_t policy_tries; /* for what is over in a moment (memory, disk); 0: no more of them */
	int64_t directory_mtime_ns;
	int64_t directory_size;
};

/* What a message of the batch is answered with. */
struct skl_response {
	const char *command; /* NULL: nothing */
	struct skl_view body;
};

/* A recipient of a message, decided. */
struct skl_part {
	const Schakel__V1__RecipientRow *row;  /* NULL: the hub itself */
	const struct skl_dir_partner *partner; /* NULL: not in the directory, or suspended */
	uint32_t repaired_kind;                /* of the message it repairs at this recipient; 0 */
	struct skl_policy_request request;
	struct skl_decision decision;
	struct skl_view output; /* the decision as the policy gave it; of the turn's arena */
	enum skl_outcome outcome;
	enum skl_cut_reason reason;
	enum skl_outcome case_change;
	bool is_released;
	bool *opens;            /* per section row: goes to this recipient */
	bool *is_unwrapped;     /* per section row: permitted, but the sender did not wrap it */
	int64_t rests_until_ms; /* the first end of the consents it rests on; 0: none */
	struct skl_trail_ref ref;
};

/* One message of a batch. */
struct skl_item {
	struct skl_msg msg;
	struct skl_peer *peer; /* of the connection */
	enum skl_seat_event what;
	enum skl_err err; /* why it is refused, SKL_OK so far */
	char text[128];   /* the same in a sentence, "" for the fixed one */
	bool has_id;
	uint8_t id[16];
	int64_t received_ms;
	struct skl_envelope *env;
	Schakel__V1__SignedReceipt *signed_receipt;
	Schakel__V1__Receipt *receipt;
	Schakel__V1__Rewrap *rewrap;
	Schakel__V1__Row **rewrap_rows; /* rewrap->n_rows, unpacked */
	uint8_t digest[32];             /* of receipt or rewrap as sent */
	struct skl_verify_job job;
	bool is_emergency;
	/* as it was signed; common->case_ref of env is the case that goes on. NULL: not looked up
	 */
	const uint8_t *told_case;
	/* what the turn makes of it; reset when a turn is tried again */
	bool is_fault; /* count it, and write it down */
	bool is_repeated;
	const struct skl_item *same_as; /* an earlier one of this turn */
	struct skl_policy_whole whole;
	struct skl_part *parts;
	size_t part_count;
	Schakel__V1__Result *result; /* waits for the promise */
	Schakel__V1__Answer *page;   /* the same, of a query */
	struct skl_trail_ref ref;    /* of a query */
	struct skl_response answer;
};

/* GATHERING: what it has can wait for others to share a commit with, and nothing may write yet. */
enum skl_batch_state { SKL_BATCH_IDLE, SKL_BATCH_GATHERING, SKL_BATCH_VERIFYING };

struct skl_batch {
	enum skl_batch_state state;
	bool is_awaited;     /* somebody waits for what a message of it leads to */
	int64_t due_mono_ms; /* when it goes even if nobody does */
	struct skl_arena arena;
	size_t count;
	size_t bytes;
	struct skl_item items[SKL_BATCH_MESSAGES];
	struct skl_verify_job *jobs[SKL_BATCH_MESSAGES];
};

/* An offer ready to be sent once the commit has returned. */
struct skl_offer {
	uint8_t routing[SKL_ROUTING_ID_BYTES];
	uint64_t number;
	uint64_t bytes;
	struct skl_view body;    /* in the arena */
	struct skl_view *frames; /* in the arena, the bytes too */
	size_t frame_count;
	bool is_alone; /* it failed before: nothing else goes out until its receipt */
	bool is_unsent;
	int64_t wait_ms; /* before it is offered again */
};

/* One write transaction and what follows from it. */
struct skl_turn {
	struct skl_hub *hub;
	struct skl_txn *txn; /* owned until commit */
	struct skl_arena *arena;
	int64_t now_ms;
	bool uses_reserve;
	bool has_new_mail;
	uint8_t (*hashes)[32]; /* of this commit's leaves, in the arena */
	size_t hash_count;
	size_t hash_room;
	struct skl_trail_batch sealed;
	uint8_t signature[64];
	const struct skl_tree *tree;
	const struct skl_item *items; /* of the batch; NULL: a turn without messages */
	size_t item_count;
	bool is_delivery_broken;  /* it failed where it took offers from the outbox */
	struct skl_offer *offers; /* SKL_TURN_OFFERS, in the arena */
	size_t offer_count;
	uint64_t offer_bytes;
	bool has_parked;               /* an item was set apart */
	bool is_sealed;                /* no more entries in it */
	unsigned settled;              /* stale permits that were withheld or parked */
	bool has_faults;               /* faults were written down in it */
	bool is_cut_short;             /* more could be offered than one turn takes */
	int64_t query_until_mono_ms;   /* its queries may read until then; 0: none has begun */
	uint64_t counts[SKL_COUNTERS]; /* added to the hub's after the commit */
};

/* Signed checkpoints. */
struct skl_mark {
	uint64_t size;       /* of the newest checkpoint */
	uint64_t guard_size; /* of the newest tree that the notary signed */
	bool has_note;
	char note[SKL_TRAIL_NOTE_MAX + 1]; /* its signed note */
	uint64_t asked_size;               /* under way; 0: none */
	uint64_t checked_size;             /* leaves re-hashed so far */
	int64_t asked_mono_ms;
	int64_t next_mono_ms;
	int64_t behind_mono_ms; /* since when leaves wait for a checkpoint; 0: none do */
	bool is_behind_guard;   /* the notary has signed a larger tree */
	enum skl_err last_err;
};

/* protobuf-c's structs are not const; it does not write through them when packing. */
static inline char *skl_pb_text(const char *text)
{
	return (char *)(uintptr_t)text;
}

static inline ProtobufCBinaryData skl_pb_bytes(const void *data, size_t len)
{
	return (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)data};
}

struct skl_control;
struct skl_held;

struct skl_hub {
	struct skl_hub_opts opts;
	void *ctx;
	struct skl_zap *zap;
	void *router;
	void *monitor;
	char endpoint[256];
	struct skl_seats *seats;
	struct skl_offer_key offer_key;
	struct skl_verify *verify;
	struct skl_store *store;
	struct skl_notary *notary;
	struct skl_control *control;
	struct skl_held *held;     /* owned */
	struct skl_shadow *shadow; /* owned; NULL: no next version of the rules is looked at */
	struct skl_law law;
	struct skl_mark mark;
	struct skl_cosign cosign;
	struct skl_batch batch;
	struct skl_arena turn_arena; /* what one transaction, or one answer at once, makes */
	uint64_t counts[SKL_COUNTERS];
	uint64_t trail_size; /* committed */
	int64_t started_ms;
	int64_t next_tend_mono_ms;
	int64_t next_look_mono_ms;
	int64_t next_slow_mono_ms;
	int64_t deliver_mono_ms; /* no offers before this: taking them failed */
	uint64_t expiry_cursor;
	bool tells_directory; /* sessions are still to hear of a new directory */
	bool has_faults;      /* one is not written down yet */
	bool has_due_clocks;  /* more than one turn rings */
	bool wants_delivery;
	bool wants_policy;    /* reload asked for */
	bool wants_directory; /* the same */
	bool is_draining;     /* the operator lets the outbox run empty: nothing new is accepted */
	bool is_drained;      /* and it was said that it is */
	bool is_stopping;
	bool is_accepting; /* for the log line when it changes */
	enum skl_err fatal;
};

/* --- skl_law: directory and policy ------------------------------------------ */

/* At start: what is in force, from files and store. */
SKL_MUST_CHECK enum skl_err skl_law_open(struct skl_hub *hub, struct skl_error *reterr);
void skl_law_close(struct skl_law *law);
/*
 * Between batches: load again; refusals become entries and leave what is in force. Rules that could
 * not be loaded for want of memory or disk are due again; that is written down once.
 */
void skl_law_reload_policy(struct skl_hub *hub);
void skl_law_reload_directory(struct skl_hub *hub);
/* Has the directory's file changed since it was read? */
bool skl_law_directory_changed(struct skl_hub *hub);
/* Tell the ZAP actor which keys may connect. */
SKL_MUST_CHECK enum skl_err skl_law_allow(struct skl_hub *hub);
/* Files only, for skl_hub_check. */
SKL_MUST_CHECK enum skl_err skl_law_check(const struct skl_hub_opts *opts,
					  struct skl_error *reterr);
/* The directory of the file, checked as at start. */
SKL_MUST_CHECK enum skl_err skl_law_directory(const struct skl_hub_opts *opts,
					      struct skl_directory **ret_directory,
					      struct skl_error *reterr);
/* Policy that speaks in a decision: for ids and texts of rules. */
/*
 * Are these rules signed as the hub asks? *ret_set.number is 0 where a test environment asks for
 * no signatures. EDENIED, EDIRECTORY, ESYNTAX with what to do.
 */
SKL_MUST_CHECK enum skl_err skl_approval_check(const struct skl_hub_opts *opts, const char *folder,
					       const struct skl_directory *directory,
					       const uint8_t digest[32],
					       struct skl_ruleset *ret_set,
					       struct skl_error *reterr);
/* What the region chose, of the rules in force or of their emergency list; NULL: there are none. */
const struct skl_region *skl_law_region(const struct skl_law *law);
const struct skl_policy *skl_law_policy_of(const struct skl_law *law,
					   const struct skl_decision *decision);

/* --- skl_epoch: the store goes on under another name of the trail --------------------- */

/* Open the store; where it has the trail that the directory says ended, rename it before. */
SKL_MUST_CHECK enum skl_err skl_epoch_store(struct skl_hub *hub, struct skl_error *reterr);
/*
 * The first entry of the new one: it names the last checkpoint of the old one. Errors: without a
 * directory nobody knows whether it is due; *reterr says why.
 */
SKL_MUST_CHECK enum skl_err skl_epoch_record(struct skl_hub *hub, struct skl_error *reterr);

/* --- skl_held: whom the operator keeps out --------------------------------------- */

#define SKL_HELD_MAX 1000

SKL_MUST_CHECK enum skl_err skl_held_open(struct skl_hub *hub);
void skl_held_close(struct skl_hub *hub);
bool skl_held_partner(const struct skl_hub *hub, const char *partner);
bool skl_held_key(const struct skl_hub *hub, const uint8_t key_id[16]);
/* Is it unknown, or suspended by the directory or by the operator? */
bool skl_held_is_out(const struct skl_hub *hub, const char *partner);
/* Somebody may be let in again: mail that waits for its sender goes, decided again before. */
void skl_held_release(struct skl_hub *hub);
/* Does the operator hold the partner or any key of it? */
bool skl_held_any(const struct skl_hub *hub, const char *partner);
/*
 * Between batches: an entry, then sessions end and keys are refused. It survives a restart.
 * Suspended is until resumed; resume is ENOTFOUND for who is not. Revoke is for ever, for every key
 * the directory has for the partner now: it comes back with new keys in a new directory. ENOTFOUND
 * if no key is left to revoke; ELIMIT. reason is the operator's, for the entry alone; "" if none.
 */
#define SKL_HELD_REASON_BYTES 121
SKL_MUST_CHECK enum skl_err skl_held_suspend(struct skl_hub *hub, const char *partner,
					     const char *reason);
SKL_MUST_CHECK enum skl_err skl_held_resume(struct skl_hub *hub, const char *partner,
					    const char *reason);
SKL_MUST_CHECK enum skl_err skl_held_revoke(struct skl_hub *hub, const char *partner,
					    const char *reason, unsigned *ret_count);

/* --- skl_gate: what comes in --------------------------------------------------- */

/* Read what is there, up to a batch; act at once on what needs no record. */
void skl_gate_read(struct skl_hub *hub);
/* End sessions whose key is no longer valid, or that were silent. */
void skl_gate_check_seats(struct skl_hub *hub);
/* Send; a peer that cannot be reached loses its session. False: not sent. */
bool skl_gate_send(struct skl_hub *hub, const uint8_t *routing, size_t routing_len,
		   const char *command, const struct skl_view *frames, size_t count);
void skl_gate_send_error(struct skl_hub *hub, const struct skl_msg *msg, enum skl_err err,
			 const char *text, const uint8_t *id);
/* The body of an ERROR, in the arena. */
struct skl_response skl_gate_error(struct skl_arena *arena, enum skl_err err, const char *text,
				   const uint8_t *id);
/* Count a fault, answer ERROR, and end the session where the fault is that grave. */
void skl_gate_fault(struct skl_hub *hub, const struct skl_msg *msg, struct skl_peer *peer,
		    enum skl_err err, const char *text, const uint8_t *id);
/* End a seat for a reason; its offers go back to the outbox. */
void skl_gate_end(struct skl_hub *hub, struct skl_seat *seat, enum skl_seat_event why);
/* Send every session a new checkpoint; who does not take it now asks for it. */
void skl_gate_tell_all(struct skl_hub *hub, const char *command, struct skl_view body);

/* --- skl_turn: one transaction -------------------------------------------------- */

/* Decide, record and answer the verified batch. */
void skl_turn_batch(struct skl_hub *hub);
/* A transaction without messages: deliver what waits. */
void skl_turn_deliver(struct skl_hub *hub);

/*
 * Work for a transaction of its own: the law, the clocks. A work that returns ENOTFOUND had nothing
 * to write: the transaction is given up, and that code returned.
 */
typedef enum skl_err (*skl_turn_fn)(struct skl_turn *turn, void *arg);
SKL_MUST_CHECK enum skl_err skl_turn_run(struct skl_hub *hub, skl_turn_fn work, void *arg);

/* May messages be accepted? Emergencies always may. */
bool skl_turn_is_accepting(const struct skl_hub *hub);

/* --- skl_record: entries --------------------------------------------------------- */

/* Append an entry and remember its hash for the promise. */
SKL_MUST_CHECK enum skl_err skl_record_append(struct skl_turn *turn,
					      const struct skl_trail_new *item,
					      struct skl_trail_ref *ret_ref);
/* An entry about a message: leaf's stamps are filled in, detail becomes part 0, subjects follow. */
SKL_MUST_CHECK enum skl_err
skl_record_message(struct skl_turn *turn, const struct skl_envelope *env, struct skl_leaf *leaf,
		   const Schakel__V1__MessageDetail *detail, struct skl_trail_ref *ret_ref);
/* The entry of one recipient's decision or plan. */
SKL_MUST_CHECK enum skl_err skl_record_decision(struct skl_turn *turn, const struct skl_item *item,
						struct skl_part *part, enum skl_entry kind);
/* An entry of the hub about itself or a partner, with a short text as its only detail. */
struct skl_record_note {
	enum skl_entry kind;
	enum skl_operation operation; /* 0: alter */
	const char *sender;
	const char *recipient;
	enum skl_outcome outcome;
	enum skl_reason reason;
	uint32_t error_code;
	uint32_t count;
	const char *text; /* NULL: no detail */
	bool names;
	uint64_t names_index;
	const uint8_t *message_id; /* 16 bytes or NULL */
	const uint8_t *case_ref;   /* the same */
	int64_t received_ms;       /* 0: now */
	uint32_t clock;            /* enum skl_clock of a notice; 0: none */
	uint32_t task;             /* enum skl_task of a notice; 0: none */
	int64_t due_ms;            /* of both */
	const uint8_t *notice;     /* 16 bytes: its id; or NULL */
};
SKL_MUST_CHECK enum skl_err skl_record_note(struct skl_turn *turn,
					    const struct skl_record_note *note,
					    struct skl_trail_ref *ret_ref);
/* The same about a message that waits: it names the decision that let it go. */
SKL_MUST_CHECK enum skl_err skl_record_mail(struct skl_turn *turn,
					    const struct skl_outbox_item *mail, enum skl_entry kind,
					    const char *text, struct skl_trail_ref *ret_ref);
/* Seal the turn's leaves, sign the promise, keep it. Nothing to do without leaves. */
SKL_MUST_CHECK enum skl_err skl_record_seal(struct skl_turn *turn);
/* Entry reference with its path in this commit; promise of this commit. In the arena. */
SKL_MUST_CHECK Schakel__V1__EntryRef *skl_record_entry_ref(struct skl_turn *turn,
							   const struct skl_trail_ref *ref);
SKL_MUST_CHECK Schakel__V1__Promise *skl_record_promise(struct skl_turn *turn);
/* The retention class of a message. */
enum skl_retention skl_record_retention(uint32_t kind, enum skl_role sender_role);
/* A serialized message as a view in the arena; empty on shortage. */
struct skl_view skl_record_pack(struct skl_arena *arena, const ProtobufCMessage *message,
				size_t max_bytes);

/* --- skl_decide: SUBMIT and PLAN ---------------------------------------------------- */

/* The partner of a recipient row: it and its key not kept out, and the desk its own; else NULL. */
const struct skl_dir_partner *skl_decide_recipient(const struct skl_turn *turn, const char *id,
						   const char *desk);
SKL_MUST_CHECK enum skl_err skl_decide_submit(struct skl_turn *turn, struct skl_item *item);
SKL_MUST_CHECK enum skl_err skl_decide_plan(struct skl_turn *turn, struct skl_item *item);
/* After the seal: the answers that carry a promise. */
SKL_MUST_CHECK enum skl_err skl_decide_finish(struct skl_turn *turn, struct skl_item *item);

/* --- skl_ask: the question to the policy ---------------------------------------------- */

/* What of store and directory a message's requests rest on. */
struct skl_ask {
	const struct skl_dir_partner *sender;
	const struct skl_dir_partner *competent; /* NULL: no row, or not in the table */
	bool has_competence;
	bool has_case;
	struct skl_case held;   /* valid if has_case */
	uint32_t answered_kind; /* of the message answered; 0: none the sender got */
	struct skl_after_check after_check;
};
SKL_MUST_CHECK enum skl_err skl_ask_open(struct skl_turn *turn, const struct skl_item *item,
					 struct skl_ask *ret_ask);
/* The id of the message that this one answers, or is about; NULL: none. */
const uint8_t *skl_ask_answered_id(const struct skl_envelope *env);
/* Which message of its own the sender repairs at this recipient, who got it; see the catalogue. */
SKL_MUST_CHECK enum skl_err skl_ask_repaired(struct skl_turn *turn, const struct skl_item *item,
					     struct skl_part *part);
void skl_ask_fill(const struct skl_turn *turn, const struct skl_ask *ask,
		  const struct skl_item *item, struct skl_part *part);

/*
 * Bring a request of an earlier decision up to date: what directory and case say of sender and
 * recipient now. What the case holds counts only where there was a case then: a message that opened
 * it does not compare with itself.
 */
void skl_ask_again(const struct skl_turn *turn, const struct skl_ask *ask, const char *sender_desk,
		   const char *partner, const char *desk, struct skl_policy_request *request);

/* --- skl_reply: RESULT, and what answers a receipt or rewrap ------------------------------- */

/* Recorded, with the digest of item. */
SKL_MUST_CHECK enum skl_err skl_reply_recorded(struct skl_turn *turn, struct skl_item *item,
					       enum skl_command command);

SKL_MUST_CHECK Schakel__V1__Result *
skl_reply_make(struct skl_turn *turn, const struct skl_item *item, const struct skl_ask *ask);

/* --- skl_change: what a message changes in a case --------------------------------------- */

/* May the sender make the changes the message asks for? Unspecified: it asks none. *ret_reason is
 * set of a denial. */
enum skl_outcome skl_change_check(const struct skl_turn *turn, const struct skl_ask *ask,
				  const struct skl_item *item, enum skl_cut_reason *ret_reason);
/* The positions that the message itself gives a desk, if its sender may: bits 1 << position. They
 * count for it already: who becomes a helper of the perpetrator reads as one from the first message
 * on. */
uint16_t skl_change_positions(const struct skl_ask *ask, const struct skl_item *item,
			      const char *partner, const char *desk);
/* Make them, for a message that was released. */
SKL_MUST_CHECK enum skl_err skl_change_apply(struct skl_turn *turn, struct skl_ask *ask,
					     const struct skl_item *item);
/* Start and stop clocks as the decision says. */
SKL_MUST_CHECK enum skl_err skl_change_clocks(struct skl_turn *turn, const struct skl_ask *ask,
					      const struct skl_item *item,
					      const struct skl_part *part);

/* When it happened, as the clocks of a decision start: not in the future, nor long ago. */
int64_t skl_change_occurred_ms(const struct skl_item *item, int64_t now_ms);

/* What a row participant or participant_ended makes of a case. ELIMIT: it is full. */
SKL_MUST_CHECK enum skl_err skl_change_take_part(struct skl_case *held,
						 const Schakel__V1__EventRow *row, int64_t now_ms);
void skl_change_leave(struct skl_case *held, const Schakel__V1__EventRow *row, int64_t now_ms);

/* A name into a field of the store. EFIELD: too long. */
SKL_MUST_CHECK enum skl_err skl_change_name(char field[SKL_STORE_NAME_MAX + 1], const char *name);

/* Is this term the sender's to keep? Then the recipient has nothing to answer by it. */
bool skl_change_is_senders(const struct skl_part *part, enum skl_clock clock);

/* --- skl_ledger: what a message tells of consents, and of who is one person ----------------------
 */

/* The tag of a subject's pseudonym, 32 bytes; ENOTFOUND without one. */
SKL_MUST_CHECK enum skl_err skl_ledger_tag(const struct skl_turn *turn,
					   const struct skl_envelope *env, uint32_t subject,
					   uint8_t ret_tag[32]);
/* EFIELD, and item->text, for what could not be kept. */
SKL_MUST_CHECK enum skl_err skl_ledger_check(struct skl_item *item);
/* As skl_change_check(), which has set *outcome. */
SKL_MUST_CHECK enum skl_err skl_ledger_change(const struct skl_turn *turn,
					      const struct skl_ask *ask,
					      const struct skl_item *item,
					      enum skl_outcome *outcome);
/* Keep it, for a message that was released. *is_changed: the case is another one now. */
SKL_MUST_CHECK enum skl_err skl_ledger_apply(struct skl_turn *turn, const struct skl_ask *ask,
					     const struct skl_item *item, bool *is_changed);

/* --- skl_agreed: a disclosure on the ground of consent -------------------------------------------
 */

/* Fill in what the ledger says. An error: it cannot be read, and nothing may go. */
SKL_MUST_CHECK enum skl_err skl_agreed_fill(const struct skl_turn *turn, const struct skl_ask *ask,
					    const struct skl_item *item, struct skl_part *part);
/* For mail that waits: narrower if any consent that it rests on does not run any more. */
SKL_MUST_CHECK enum skl_err skl_agreed_again(const struct skl_turn *turn,
					     const struct skl_outbox_item *item,
					     const Schakel__V1__MessageDetail *detail,
					     struct skl_policy_request *request);

/* --- skl_opens: what a recipient is in the case, for the rows it gets ------------------------ */

/* knows() of *ret_opens works as long as the turn. */
SKL_MUST_CHECK enum skl_err skl_opens_fill(struct skl_turn *turn, const struct skl_item *item,
					   const struct skl_part *part,
					   struct skl_envelope_opens *ret_opens);

/* A part of an entry's detail, in the arena; false where it is erased, missing or damaged. */
bool skl_opens_read_part(const struct skl_turn *turn, uint64_t index, uint32_t number,
			 const ProtobufCMessageDescriptor *type, void *ret_message);

/* --- skl_offer: what goes out -------------------------------------------------------------- */

/* There is something for partner, which is looked at once this turn is done. */
void skl_offer_hint(struct skl_turn *turn, const char *partner);
/* Put a released message in the outbox of a recipient. */
SKL_MUST_CHECK enum skl_err skl_offer_push(struct skl_turn *turn, const struct skl_item *item,
					   const struct skl_part *part, uint64_t case_version);
/* A receipt or a notice: header is the serialized SignedReceipt or Notice; ref may be NULL. */
SKL_MUST_CHECK enum skl_err skl_offer_push_other(struct skl_turn *turn, enum skl_outbox_type type,
						 const char *partner, struct skl_view header,
						 const uint8_t *ref, uint64_t entry_index);
/* A notice for a partner, kept until it is noted. */
struct skl_offer_notice {
	const char *partner;
	uint32_t clock;
	const uint8_t *ref;      /* 16 bytes or NULL */
	uint32_t recipient;      /* of the message in ref, with state; 0: none */
	enum skl_delivery state; /* what has become of it there */
	uint32_t task;           /* enum skl_task; 0: none */
	const uint8_t *id;       /* 16 bytes: of a task for a person; or NULL */
	const char *desk;        /* whose task; NULL: the partner's */
	const uint8_t *case_ref; /* 16 bytes or NULL */
	int64_t due_ms;          /* of clock or task; 0: none */
	enum skl_answer answer;  /* no_answer; 0: none */
	const char *text_nl;
	const char *text_en;
	uint64_t entry_index;
};
SKL_MUST_CHECK enum skl_err skl_offer_push_notice(struct skl_turn *turn,
						  const struct skl_offer_notice *notice);
/* The number of its recipient's row, of an item of type MESSAGE; before the first write. 0:
 * damaged. */
uint32_t skl_offer_recipient(const struct skl_outbox_item *item);
/* The header of an item of type MESSAGE, in the arena. */
SKL_MUST_CHECK enum skl_err skl_offer_message(struct skl_turn *turn,
					      const struct skl_outbox_item *item,
					      Schakel__V1__OfferedMessage **ret_message);
/* Take what may be offered now into the turn; to be sent after the commit. */
SKL_MUST_CHECK enum skl_err skl_offer_collect(struct skl_turn *turn);
void skl_offer_send(struct skl_turn *turn);
/* For whom the last turn found nothing more, nothing is looked for until there is news. */
void skl_offer_drained(struct skl_hub *hub);
/* Take an item out of the outbox, and its payload with the last recipient. */
/* Another header in the place of the one that is kept; item says which, and how large it is now. */
SKL_MUST_CHECK enum skl_err skl_offer_set_header(struct skl_turn *turn,
						 const struct skl_outbox_item *item,
						 const Schakel__V1__OfferedMessage *message);
SKL_MUST_CHECK enum skl_err skl_offer_drop(struct skl_turn *turn,
					   const struct skl_outbox_item *item);

/* --- skl_undelivered: what will not be delivered any more ------------------------------------ */

struct skl_undelivered {
	enum skl_entry kind;
	enum skl_outcome outcome;
	enum skl_reason reason;  /* 0: none */
	const char *text;        /* of the entry; NULL: none */
	enum skl_delivery state; /* what the sender's spool closes it with */
	const char *text_nl;     /* for the sender */
	const char *text_en;
};

/* An item of type MESSAGE, as skl_outbox_get() or skl_outbox_next() gave it in this transaction. */
SKL_MUST_CHECK enum skl_err skl_undelivered(struct skl_turn *turn,
					    const struct skl_outbox_item *item,
					    const struct skl_undelivered *why);

/* --- skl_parked: what waits for somebody ------------------------------------------------------ */

struct skl_parked {
	enum skl_outbox_park park;
	uint32_t task;      /* enum skl_task, of the notice to the sender */
	bool is_for_person; /* at the sender: an adapter shows it */
	const char *text;   /* of the entry */
	const char *text_nl;
	const char *text_en;
};

/* Park an item in a turn that is not sealed; of a message, an entry and a notice to its sender. */
SKL_MUST_CHECK enum skl_err skl_parked(struct skl_turn *turn, const struct skl_outbox_item *item,
				       const struct skl_parked *why);
/* STUCK: the operator releases or returns it. text says why. */
SKL_MUST_CHECK enum skl_err skl_parked_stuck(struct skl_turn *turn,
					     const struct skl_outbox_item *item, const char *text);
/*
 * At HELLO: what earlier sessions of the peer had in hand waits again. What it lost (peer->lost) is
 * counted, and stuck after opts.stuck_after times. ENOTFOUND: nothing had to be written.
 */
SKL_MUST_CHECK enum skl_err skl_parked_return(struct skl_turn *turn, const struct skl_peer *peer);

/* --- skl_rewrap: mail that is sealed for a dead key ---------------------------------------- */

/* Is the message sealed for a key that is revoked or gone? */
bool skl_rewrap_is_needed(const struct skl_turn *turn, const struct skl_outbox_item *item,
			  const Schakel__V1__OfferedMessage *offered);
/* Park it, and ask its sender. In a turn that is not sealed. */
SKL_MUST_CHECK enum skl_err skl_rewrap_ask(struct skl_turn *turn,
					   const struct skl_outbox_item *item);
/* The sender's answer; item->err where it is refused: ENOTFOUND if none is asked for. */
SKL_MUST_CHECK enum skl_err skl_rewrap_take(struct skl_turn *turn, struct skl_item *item);

/* --- skl_stale: a permit that rests on what has changed since ------------------------------ */

bool skl_stale_is(struct skl_turn *turn, const struct skl_outbox_item *item);
/*
 * Decide it again, in a turn that is not sealed yet. *ret_may_go: as it was permitted. Otherwise it
 * has been withheld (narrower now: entry, notice to the sender, content gone), or parked: SUSPENDED
 * with its sender, STALE where nothing can be decided.
 */
SKL_MUST_CHECK enum skl_err skl_stale_settle(struct skl_turn *turn,
					     const struct skl_outbox_item *item, bool *ret_may_go);

/* --- skl_receive: receipts ------------------------------------------------------------------ */

SKL_MUST_CHECK enum skl_err skl_receive_receipt(struct skl_turn *turn, struct skl_item *item);
/* After the commit: credit comes back. */
void skl_receive_done(struct skl_hub *hub, const struct skl_item *item);

/* --- skl_query: looking at the trail --------------------------------------------------------- */

SKL_MUST_CHECK enum skl_err skl_query_record(struct skl_turn *turn, struct skl_item *item);
/* After the seal: the ANSWER. */
SKL_MUST_CHECK enum skl_err skl_query_finish(struct skl_turn *turn, struct skl_item *item);
/* PROOF, at once. An error is the message's. */
SKL_MUST_CHECK enum skl_err skl_query_proof(struct skl_hub *hub, const struct skl_msg *msg,
					    const struct skl_peer *peer);

/* --- skl_tend: what time brings --------------------------------------------------------------- */

/* How long the reactor may sleep. */
int skl_tend_timeout_ms(const struct skl_hub *hub);
void skl_tend(struct skl_hub *hub);
/* Write faults down: the first of a reason at once, more of them when the minute is over. */
SKL_MUST_CHECK enum skl_err skl_tend_faults(struct skl_turn *turn);
/* After the commit. */
void skl_tend_faults_written(struct skl_hub *hub, int64_t now_ms);

/* --- skl_mark: checkpoints -----------------------------------------------------------------------
 */

SKL_MUST_CHECK enum skl_err skl_mark_open(struct skl_hub *hub);
/* Ask for a checkpoint when one is due; give up on one that does not come. */
void skl_mark_tend(struct skl_hub *hub);
/* The notary's descriptor is readable. */
void skl_mark_receive(struct skl_hub *hub);

/* --- skl_command: what the operator may ask --------------------------------------------------- */

/* line: "1 command argument"; the answer is one JSON object and a line feed. */
void skl_command_run(struct skl_hub *hub, const char *line, struct skl_buf *out);

/* --- skl_control: schakelctl
 * ------------------------------------------------------------------------ */

#define SKL_CONTROL_CLIENTS 8
SKL_MUST_CHECK enum skl_err skl_control_open(struct skl_hub *hub, const char *path,
					     struct skl_control **ret_control,
					     struct skl_error *reterr);
void skl_control_close(struct skl_control *control);
/* Fill at most 1 + SKL_CONTROL_CLIENTS poll items; returns how many. */
size_t skl_control_poll_items(const struct skl_control *control, zmq_pollitem_t *items);
void skl_control_serve(struct skl_control *control, const zmq_pollitem_t *items, size_t count);

#endif
