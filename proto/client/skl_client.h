/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CLIENT_H
#define SKL_CLIENT_H

/*
 * skl_client - what an adapter uses: submit a message, receive messages, answer for them.
 *
 * Owner:    one thread, the adapter's poll loop. Callbacks come from skl_client_step() alone and
 *           may call every function here but step and close.
 * Lifetime: skl_client_open .. skl_client_close, opened after any fork. What a callback gets is
 *           borrowed until it returns.
 * Errors:   as named at each function; never logs, never ends the process. EIO, EMAPFULL,
 *           EDISKFULL, ECORRUPT come from the spool: nothing changed.
 * Limits:   skl_limits.h; the spool's maximum; 64 messages and 16 MiB taken from the hub at a time.
 *
 * Promises kept here: what submit accepted is durable before it returns and is sent, the same
 * bytes each time, until the hub answers with a valid promise or it expires, and then the adapter
 * is told; what the hub offered is checked and durable before the receipt `stored` leaves; a
 * message handed over is never given again; what the hub promised is looked for in its trail.
 *
 *     skl_client_open
 *     loop: poll the adapter's descriptors and skl_client_fds, at most skl_client_timeout_ms
 *           skl_client_step
 *     skl_client_close
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schakel/v1/session.pb-c.h"
#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_directory.h"
#include "skl_draft.h"
#include "skl_envelope.h"
#include "skl_err.h"
#include "skl_session.h"
#include "skl_spool.h"

struct skl_client;

/* ---- what a recipient gets ---- */

struct skl_received_section {
	const Schakel__V1__SectionRow *row; /* the label: category, about, marks */
	struct skl_view content;            /* UTF-8 JSON object; empty where err is not SKL_OK */
	enum skl_err err;                   /* SKL_OK; EKEYUNKNOWN: the sender gave us no key */
};

struct skl_received {
	const uint8_t *key; /* 32 bytes: names this delivery in the calls below */
	bool in_doubt;      /* skl_client_handing() was called, then no answer:
			       ask the partner's system before giving it again */
	uint32_t attempts;  /* how often it was given before */
	int64_t stored_ms;
	const char *desk;                    /* ours */
	const Schakel__V1__Common *common;   /* id, kind, sender, case_ref, in_reply_to ... */
	const struct skl_envelope *envelope; /* rows opened to us: skl_envelope_fact, _event, ... */
	size_t section_count;
	const struct skl_received_section *sections;
	size_t not_shared_count;
	Schakel__V1__NotShared *const *not_shared;
	size_t answer_before_count;
	Schakel__V1__ClockStarted *const *answer_before;
	int64_t repair_due_ms; /* 0: nothing to repair */
	uint64_t case_seq;
	const Schakel__V1__EntryRef *entry;
};

/* A receipt of one recipient of a message we sent. */
struct skl_client_receipt {
	const uint8_t *id; /* 16 bytes */
	const char *partner;
	const char *desk;
	enum skl_delivery state;
	enum skl_reason reason;
	int64_t at_ms;
	bool is_complete; /* no recipient of the message is open any more */
	/* What the hub says for people of a message that it will not deliver; "" if nothing. */
	const char *text_nl;
	const char *text_en;
};

/* ---- alarms ---- */

/* X(symbol, number, name, text). A person should see each of them. */
#define SKL_ALARM_MAP(X)                                                                           \
	X(UNREACHABLE, 1, "unreachable", "the hub cannot be reached")                              \
	X(REFUSED, 2, "refused", "the hub refuses this partner's session")                         \
	X(NOT_ANSWERED, 3, "not_answered", "an acute message is not recorded yet: phone")          \
	X(PROMISE_FORGED, 4, "promise_forged", "the hub's answer has no valid promise")            \
	X(PROMISE_LATE, 5, "promise_late", "promised entries are not in a checkpoint in time")     \
	X(PROMISE_BROKEN, 6, "promise_broken", "the trail does not hold what was promised")        \
	X(CHECKPOINT_FORGED, 7, "checkpoint_forged", "a checkpoint is not validly signed")         \
	X(CHECKPOINT_BROKEN, 8, "checkpoint_broken", "the trail was changed or rolled back")       \
	X(DIRECTORY_BAD, 9, "directory_bad", "the hub gave a directory that is not valid")         \
	X(DIRECTORY_STALE, 10, "directory_stale", "the directory is past its fresh-until")         \
	X(OFFER_REFUSED, 11, "offer_refused", "an offered message was refused")                    \
	X(RECEIPT_FORGED, 12, "receipt_forged", "a forwarded receipt is not validly signed")       \
	X(RECEIPT_REFUSED, 13, "receipt_refused", "the hub refuses a receipt of ours")             \
	X(SPOOL_FULL, 14, "spool_full", "the spool is nearly full: incoming messages wait")        \
	X(SPOOL_FAILED, 15, "spool_failed", "the spool cannot be written")                         \
	X(PROTOCOL, 16, "protocol", "the hub does not keep to the protocol")                       \
	X(KEYS, 17, "keys", "no key of ours is valid in the directory")                            \
	X(CLOCK, 18, "clock", "our clock and the hub's differ by more than five minutes")          \
	X(REWRAP, 19, "rewrap", "mail waits for a key we cannot seal it for: send it again")       \
	X(EPOCH, 20, "epoch", "the hub's trail lost what it promised: it is sent again")

enum skl_alarm_kind {
#define SKL_ALARM_ENUM(symbol, number, name, text) SKL_ALARM_##symbol = (number),
	SKL_ALARM_MAP(SKL_ALARM_ENUM)
#undef SKL_ALARM_ENUM
};
#define SKL_ALARM_COUNT 20

const char *skl_alarm_name(enum skl_alarm_kind kind);

struct skl_alarm {
	enum skl_alarm_kind kind;
	bool is_over; /* what was raised before has ended */
	enum skl_err err;
	int64_t at_ms;
	int64_t since_ms;  /* since when it is so; 0: a single event */
	const uint8_t *id; /* 16 bytes: the message concerned, or NULL */
	uint64_t index;    /* entry concerned, where there is one */
	const char *text;  /* English, no content and no names of persons */
};

/* An entry that was promised and is found, under a checkpoint that has its quorum of witnesses. */
struct skl_proven {
	const uint8_t *id;  /* 16 bytes: the message */
	const char *origin; /* of the entry */
	uint64_t index;
	int64_t at_ms;        /* when it was promised */
	struct skl_view text; /* a c2sp.org/tlog-proof with the entry in its `extra` line */
};

/* ---- opening ---- */

/*
 * Every member may be NULL. Those that return enum skl_err are called again later, with growing
 * pauses, until they return SKL_OK: each event is kept in the spool until then, and may come
 * twice if the process is killed in between.
 */
struct skl_client_calls {
	/* The hub recorded a message and decided. result has a valid promise. */
	enum skl_err (*on_result)(void *arg, const uint8_t id[16],
				  const Schakel__V1__Result *result);
	/* Nothing was recorded and nothing will be: refused bytes (err, text), or EEXPIRED. */
	enum skl_err (*on_failed)(void *arg, const uint8_t id[16], enum skl_err err,
				  const char *text);
	/*
	 * A message for the partner's system. SKL_OK: taken in hand; call skl_client_handed_over,
	 * _refuse or _retry, now or later. Messages of one case come one by one, in order.
	 */
	enum skl_err (*on_message)(void *arg, const struct skl_received *received);
	enum skl_err (*on_receipt)(void *arg, const struct skl_client_receipt *receipt);
	enum skl_err (*on_notice)(void *arg, const Schakel__V1__Notice *notice);
	/* Answer to skl_client_plan; result is NULL unless err is SKL_OK. Comes once or, when the
	 * process ends, never. */
	void (*on_plan)(void *arg, const uint8_t id[16], enum skl_err err,
			const Schakel__V1__Result *result);
	/* Answer to skl_client_query, as on_plan. */
	void (*on_answer)(void *arg, const uint8_t id[16], enum skl_err err,
			  const Schakel__V1__Answer *answer);
	/*
	 * A promise is kept; the proof is for good. Not SKL_OK: the promise stays, and its proof
	 * comes again. May not call the client.
	 */
	enum skl_err (*on_proven)(void *arg, const struct skl_proven *proven);
	void (*on_alarm)(void *arg, const struct skl_alarm *alarm);
	/* Session up or down; down is NULL when it is up. */
	void (*on_state)(void *arg, enum skl_session_state state,
			 const struct skl_session_down *down);
};

struct skl_client_opts {
	const char *partner;
	/*
	 * Secret key files (skl_key.h), all named *.key, mode 0600 or 0400: transport, sign, and a
	 * seal key for each desk; old ones may stay, the directory says which is in use.
	 */
	const char *keys_dir;
	/*
	 * 32 bytes in base64 and a newline, for the spool at rest. NULL: "spool.secret" in
	 * keys_dir. Made, 0600, if it and the spool are not there yet.
	 */
	const char *spool_secret;
	const char *spool_dir;         /* made, 0700, if it is not there */
	const char *directory_file;    /* signed note; NULL: the spool has one */
	const char *const *registrars; /* pinned: "care:<vkey>" or "justice:<vkey>" */
	size_t registrar_count;
	unsigned quorum;
	const char *endpoint;     /* NULL: that of the directory */
	const char *software;     /* NULL: libschakel and its version */
	uint64_t spool_max_bytes; /* 512 MiB */
	uint32_t credit_messages; /* 64 */
	uint64_t credit_bytes;    /* 16 MiB */
	uint32_t acute_answer_ms; /* 1,500: then alarm NOT_ANSWERED */
	uint32_t answer_ms;       /* 10,000: then a message is sent again */
	uint32_t promise_ms;      /* 60,000: then alarm PROMISE_LATE */
	uint32_t unreachable_ms;  /* 10,000: then alarm UNREACHABLE */
	uint32_t plan_ms;         /* 5,000: then on_plan (or on_answer) with ETIMEOUT */
	uint32_t retry_max_ms;    /* 300,000: longest pause before a message is tried again */
	bool is_witness;          /* cosign checkpoints that are consistent */
	struct skl_client_calls calls;
	void *arg;
	int64_t (*mono_ms)(void);        /* skl_mono_ms; tests give their own */
	struct skl_session_opts session; /* only its times are read */
};

/*
 * Open spool, keys and directory; the session begins with the first step. The newest of the
 * directory file and the spool's is taken; one that is older than any seen, or not signed by the
 * registrars, is EDIRECTORY. EPERM for key files that others can read.
 */
SKL_MUST_CHECK enum skl_err skl_client_open(const struct skl_client_opts *opts,
					    struct skl_client **ret_client,
					    struct skl_error *reterr);
/* Say BYE, close all; what was not sent stays in the spool. */
void skl_client_close(struct skl_client *client);
SKL_DEFINE_CLEANUP(struct skl_client, skl_client_close)

/* ---- the loop ---- */

/*
 * Wait at most timeout_ms (0: not at all) for the hub, then do everything that is due: read, send,
 * retry, call back. Fails only when the spool does: nothing was lost, try again; but after EIO the
 * disk is in doubt, and the spool refuses everything until the client has been opened again.
 */
SKL_MUST_CHECK enum skl_err skl_client_step(struct skl_client *client, int64_t timeout_ms);
/* Descriptors to poll for reading, at most 2, asked before each poll (edges: see skl_session). */
size_t skl_client_fds(struct skl_client *client, int ret_fds[2]);
/* After how long to step even if no descriptor says so; 0: at once. */
int64_t skl_client_timeout_ms(struct skl_client *client);

/* ---- sending ---- */

/* The directory in force; borrowed until the next step. */
const struct skl_directory *skl_client_directory(const struct skl_client *client);
/* EDIRECTORY when it is past its fresh-until. */
SKL_MUST_CHECK enum skl_err skl_client_directory_check(const struct skl_client *client);

/*
 * A new draft with our name, signing key and directory number filled in; sender_desk is where
 * answers come back to. opts gives kind, sender_desk, expires_ms, case_ref, in_reply_to; the
 * rest of it may be zero. EKEYEXPIRED if no signing key of ours is valid.
 */
SKL_MUST_CHECK enum skl_err skl_client_draft(struct skl_client *client,
					     const struct skl_draft_opts *opts,
					     struct skl_draft **ret_draft);
/*
 * Add a desk as recipient, sealed to the key the directory gives it. Errors of
 * skl_directory_desk_key().
 */
SKL_MUST_CHECK enum skl_err skl_client_recipient(struct skl_client *client, struct skl_draft *draft,
						 const char *partner, const char *desk,
						 enum skl_recipient_type type,
						 uint32_t *ret_number);

/*
 * Ask what would be permitted. Nothing is spooled; the answer comes as on_plan with *ret_id (the
 * plan's own id). EAGAIN without a session: ask again, or send without a plan.
 */
SKL_MUST_CHECK enum skl_err skl_client_plan(struct skl_client *client, struct skl_draft *draft,
					    uint8_t ret_id[16], struct skl_error *reterr);
/* After a plan: wrap each of these sections for each recipient it is permitted to. */
void skl_client_wrap_permitted(struct skl_draft *draft, const Schakel__V1__Result *plan,
			       const uint32_t *sections, size_t section_count);

/*
 * Send a finished query (kind audit_query); the answer comes as on_answer with its id. Nothing is
 * spooled. EAGAIN without a session.
 */
SKL_MUST_CHECK enum skl_err skl_client_query(struct skl_client *client,
					     const struct skl_sealed *query);

#define SKL_SUBMIT_ACUTE 1u /* before all others, alarm after 2 s, stale directory or not */

/*
 * Finish the draft and put it in the spool: durable when SKL_OK returns, then sent by step. The
 * draft can only be freed after it. Errors of skl_draft_finish; EDUPLICATE (id used with other
 * bytes); EMAPFULL (spool full: say so to the person, and phone); EDIRECTORY (stale, not acute).
 */
SKL_MUST_CHECK enum skl_err skl_client_submit(struct skl_client *client, struct skl_draft *draft,
					      unsigned flags, uint8_t ret_id[16],
					      struct skl_error *reterr);
/* The same for a message finished elsewhere. EEXISTS if these very bytes are in the spool. */
SKL_MUST_CHECK enum skl_err skl_client_submit_sealed(struct skl_client *client,
						     const struct skl_sealed *sealed,
						     unsigned flags, struct skl_error *reterr);

/* What is known of a message we sent. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_client_outgoing(struct skl_client *client, const uint8_t id[16],
						struct skl_out *ret_out);
/* Append the Result, as the hub sent it. ENOTFOUND before it came. */
SKL_MUST_CHECK enum skl_err skl_client_result(struct skl_client *client, const uint8_t id[16],
					      struct skl_buf *ret_result);
/* The recipient after number (0: the first) and what became of it; ENOTFOUND after the last. */
SKL_MUST_CHECK enum skl_err skl_client_outgoing_to(struct skl_client *client, const uint8_t id[16],
						   uint32_t number, struct skl_out_to *ret_to);

/* ---- receiving: key is that of skl_received ---- */

/*
 * The connector is about to make the message visible in the partner's system: durable before it
 * returns. If the process dies between this and handed_over, the message comes again in doubt.
 */
SKL_MUST_CHECK enum skl_err skl_client_handing(struct skl_client *client, const uint8_t key[32]);
/*
 * The partner's system has it: durable, the content leaves the spool, the receipt goes out. ESTATE
 * if it was refused before; SKL_OK if it was handed over before. ENOTFOUND.
 */
SKL_MUST_CHECK enum skl_err skl_client_handed_over(struct skl_client *client,
						   const uint8_t key[32]);
/* It will not be given to the partner's system (mislabelled, ...); the sender gets the reason. */
SKL_MUST_CHECK enum skl_err skl_client_refuse(struct skl_client *client, const uint8_t key[32],
					      enum skl_reason reason);
/* Not now: on_message again after a growing pause (after_ms 0), or after after_ms. */
SKL_MUST_CHECK enum skl_err skl_client_retry(struct skl_client *client, const uint8_t key[32],
					     uint32_t after_ms);

/* ---- emergencies and status ---- */

/* Is a session open, and was the hub heard within the last seconds? If not: "bel nu". */
bool skl_client_hub_reachable(const struct skl_client *client);
/* Milliseconds since the hub was last heard in this process; -1: never. */
int64_t skl_client_hub_silence_ms(const struct skl_client *client);

/*
 * Somebody acted outside the system because it could not record: who phoned whom about what. Kept
 * in the spool, durable before it returns, until the message it names is recorded or
 * skl_client_after_close() is called by a person.
 */
struct skl_after_record {
	int64_t at_ms;          /* when it was done */
	uint8_t message_id[16]; /* the message in the spool it stands for; zeros: none yet */
	uint32_t kind;          /* skl_kind of that message */
	char user_ref[65];      /* who did it */
	char partner[65];       /* who was phoned */
	char text[501];         /* one sentence, UTF-8, no names of persons */
};
SKL_MUST_CHECK enum skl_err skl_client_after_record(struct skl_client *client,
						    const struct skl_after_record *record,
						    uint64_t *ret_number);
/* The record after number (0: the first); ENOTFOUND after the last. */
SKL_MUST_CHECK enum skl_err skl_client_after_next(struct skl_client *client, uint64_t number,
						  uint64_t *ret_number,
						  struct skl_after_record *ret_record);
SKL_MUST_CHECK enum skl_err skl_client_after_close(struct skl_client *client, uint64_t number);

struct skl_client_status {
	enum skl_session_state session;
	int64_t silence_ms; /* -1: never heard */
	uint64_t directory_number;
	int64_t directory_fresh_until_ms;
	uint64_t checkpoint_size; /* newest found consistent; 0: none */
	uint64_t witnessed_size;  /* newest of them that a quorum of witnesses signed */
	struct skl_spool_stats spool;
};
SKL_MUST_CHECK enum skl_err skl_client_status(struct skl_client *client,
					      struct skl_client_status *ret_status);
/* The signed note of the newest checkpoint found consistent, appended. ENOTFOUND: none yet. */
SKL_MUST_CHECK enum skl_err skl_client_pinned(struct skl_client *client, struct skl_buf *ret_note);

#endif
