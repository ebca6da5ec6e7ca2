/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CLIENT_IMPL_H
#define SKL_CLIENT_IMPL_H

/*
 * skl_client_impl - what the source files of the client share.
 *
 * Owner:    proto/client/skl_client*.c alone.
 * Lifetime: as skl_client.h.
 * Errors:   an error of the spool ends the step that met it.
 * Limits:   the arrays below; what finds no room in them waits in the spool.
 *
 * While the session reads, all that comes from the hub goes into one write transaction, the batch;
 * it is committed before anything is sent or told. Functions that an adapter calls commit the batch
 * first and then have a transaction of their own.
 */

#include "skl_client.h"
#include "skl_client_keys.h"
#include "skl_promise.h"
#include "skl_tlog_policy.h"

#define SKL_CLIENT_REGISTRARS 32
#define SKL_CLIENT_FLIGHTS    64 /* messages sent and not answered */
#define SKL_CLIENT_ASKED      16 /* plans and queries sent and not answered */
#define SKL_CLIENT_RECEIPTS   8  /* receipts sent and not recorded */
#define SKL_CLIENT_GIVEN      256
#define SKL_CLIENT_PROOFS     32
#define SKL_CLIENT_ACUTE      64

/* A message in the spool: as offered, then its opened sections with error and length. */
#define SKL_CLIENT_BODY_VERSION 1u
#define SKL_CLIENT_BODY_MAX     (SKL_LIMIT_OFFER + SKL_LIMIT_MESSAGE + 65536u)

/* Messages of the hub are unpacked with this much memory at most. */
#define SKL_CLIENT_ARENA       (24u * 1024u * 1024u)
#define SKL_CLIENT_ARENA_CALLS 400000u

struct skl_client_flight {
	uint8_t id[16];
	uint64_t size;
	int64_t until_mono_ms;
};

struct skl_client_ask {
	uint8_t id[16];
	bool is_query;
	int64_t until_mono_ms; /* 0: the place is free */
};

struct skl_client_sent {
	uint8_t digest[32];
	size_t count; /* 0: the place is free */
	uint64_t numbers[SKL_LIMIT_RECEIPT_ITEMS_N];
	int64_t until_mono_ms;
};

struct skl_client_given {
	uint64_t seq; /* 0: the place is free */
	uint8_t key[32];
};

struct skl_client_acute {
	uint8_t id[16];
	int64_t since_ms; /* 0: the place is free */
	bool is_raised;
	bool is_answered; /* or failed: to be told, then forgotten */
};

/* The one rewrap under way. */
struct skl_client_rewrap {
	uint64_t number; /* in the queue; 0: none */
	uint8_t id[16];
	uint8_t digest[32];
	int64_t until_mono_ms;
};

/* A PROOF asked for; answers come in order. */
struct skl_client_proof {
	uint64_t old_size; /* not 0: consistency */
	uint64_t tree_size;
	struct skl_spool_promise promise;
};

/* What the signatures of a checkpoint amount to. */
struct skl_client_judged {
	bool is_witnessed; /* it has its quorum, or none is asked for */
	bool is_cosigned;  /* our own is there, or we are no witness */
};

struct skl_client {
	struct skl_client_opts opts; /* its strings are those below */
	char *strings[8];            /* owned */
	size_t string_count;
	char partner[64]; /* for generated structs, which want it without const */
	struct skl_spool *spool;
	struct skl_spool_txn *batch; /* NULL: none open */
	struct skl_session *session;
	struct skl_client_keys keys;
	enum skl_err failed; /* of the spool, met in a callback of the session */

	/* directory */
	size_t registrar_count;
	struct skl_registrar registrars[SKL_CLIENT_REGISTRARS];
	struct skl_directory *directory;
	uint64_t announced;      /* number the hub says there is */
	uint64_t refused_number; /* announced, fetched and not valid: not waited for again */
	int64_t directory_until_mono_ms;   /* asked for; 0: not */
	struct skl_promise_known promises; /* verified before */
	bool has_credit;
	bool is_full; /* an offer of this session found no room */

	/* out */
	size_t flight_count;
	struct skl_client_flight flights[SKL_CLIENT_FLIGHTS];
	size_t lost_count; /* under way when the last session ended */
	uint8_t lost[SKL_CLIENT_FLIGHTS][16];
	struct skl_client_ask asks[SKL_CLIENT_ASKED];
	struct skl_client_acute acute[SKL_CLIENT_ACUTE];
	struct skl_client_rewrap rewrap;
	uint64_t rewrap_cursor;     /* the queue is gone through from here */
	int64_t rewraps_at_mono_ms; /* not looked at before; INT64_MAX: none waits */
	int64_t next_expiry_mono_ms;

	/* in */
	struct skl_client_given given[SKL_CLIENT_GIVEN];
	struct skl_client_sent receipts[SKL_CLIENT_RECEIPTS];
	size_t receipt_items_max;  /* in one receipt; 1 after a refusal, until one is recorded */
	bool has_incoming;         /* something may be due for on_message */
	int64_t next_in_ms;        /* wall clock: when the next retry is due; INT64_MAX: none */
	bool has_events;           /* something may be in the queue of events */
	int64_t events_at_mono_ms; /* not before this */
	uint32_t event_tries;

	/* trail */
	struct skl_checkpoint pinned;    /* size 0: none */
	struct skl_checkpoint candidate; /* newer, signed, not yet found consistent */
	struct skl_client_judged candidate_judged;
	struct skl_buf candidate_note;
	struct skl_checkpoint witnessed; /* newest pinned one with its quorum: promises end here */
	struct skl_tlog_policy *policy;  /* owned; of the directory in force */
	bool wants_cosign;               /* the pinned one is still to be signed by us */
	bool is_asking_consistency;
	bool wants_checkpoint; /* ask for the newest */
	size_t proof_first;
	size_t proof_count;
	struct skl_client_proof proofs[SKL_CLIENT_PROOFS]; /* ring */
	int64_t proofs_at_mono_ms;
	int64_t proofs_until_mono_ms; /* then what was asked is given up */
	int64_t late_at_mono_ms;
	int64_t late_from_mono_ms; /* after a jump of the clock ages tell nothing until then */
	int64_t wall_ahead_ms;     /* of the monotonic clock, when last looked */

	/* alarms and housekeeping */
	int64_t raised_since_ms[SKL_ALARM_COUNT + 1]; /* 0: not raised */
	bool is_generation_refused;                   /* that of the last HELLO */
	int64_t down_since_ms;
	int64_t down_mono_ms;
	int64_t tend_mono_ms;
};

/* ---- skl_client.c ---- */

/* The open batch, begun if there is none. */
SKL_MUST_CHECK enum skl_err skl_client_batch(struct skl_client *client,
					     struct skl_spool_txn **ret_txn);
/* Commit the batch, if there is one. */
SKL_MUST_CHECK enum skl_err skl_client_flush(struct skl_client *client);
/* Flush, then a transaction of one's own. */
SKL_MUST_CHECK enum skl_err skl_client_begin(struct skl_client *client, bool may_write,
					     struct skl_spool_txn **ret_txn);
int64_t skl_client_mono_ms(const struct skl_client *client);
/* Exponential pause with jitter before try number tries + 1, at most retry_max_ms. */
int64_t skl_client_pause_ms(const struct skl_client *client, uint32_t tries);

/* Tell a single event. text may be NULL: that of the kind. */
void skl_client_alarm(struct skl_client *client, enum skl_alarm_kind kind, enum skl_err err,
		      const uint8_t *id, uint64_t index, const char *text);
/* Raise a lasting alarm if it is not raised yet; lower it if it is. */
void skl_client_raise(struct skl_client *client, enum skl_alarm_kind kind, enum skl_err err,
		      int64_t since_ms, const uint8_t *id, const char *text);
void skl_client_lower(struct skl_client *client, enum skl_alarm_kind kind);

/* ---- skl_client_keys.c ---- */

/*
 * Our key of this use that the directory says is valid now, the newest; NULL if none. Of transport
 * keys any one is better than none: the first.
 */
const struct skl_key *skl_client_key(const struct skl_client *client, enum skl_key_use use);
/* A whole file of at most max bytes, for its owner alone if is_secret. */
SKL_MUST_CHECK enum skl_err skl_client_file_read(const char *path, size_t max, bool is_secret,
						 struct skl_buf *ret_text,
						 struct skl_error *reterr);

/* ---- skl_client_dir.c ---- */

/* registrars: as in the options, which keep no copy of them. */
SKL_MUST_CHECK enum skl_err skl_client_directory_open(struct skl_client *client,
						      const char *const *registrars,
						      struct skl_error *reterr);
/* The hub says there is directory number. */
void skl_client_directory_announced(struct skl_client *client, uint64_t number);
SKL_MUST_CHECK enum skl_err skl_client_directory_reply(struct skl_client *client,
						       struct skl_view body);
/* The hub could not give it, or did not in time: go on with the one we have. */
void skl_client_directory_missed(struct skl_client *client);
/* Is a newer one announced than we have, and may it still come? */
bool skl_client_directory_is_behind(const struct skl_client *client);
void skl_client_directory_step(struct skl_client *client);
/* An offer found no room in the spool. */
void skl_client_full(struct skl_client *client);
/* The hub's keys and endpoint of the directory in force go to the session. */
SKL_MUST_CHECK enum skl_err skl_client_directory_apply(struct skl_client *client);

/* ---- skl_client_out.c ---- */

SKL_MUST_CHECK enum skl_err skl_client_out_step(struct skl_client *client);
/* ERROR for a message, a plan or a query of ours. ENOTFOUND: id is none of them. */
SKL_MUST_CHECK enum skl_err skl_client_out_error(struct skl_client *client,
						 const Schakel__V1__Error *error);
/* The session ended; a new one began: what was sent and not answered is due again. */
void skl_client_out_down(struct skl_client *client);
SKL_MUST_CHECK enum skl_err skl_client_out_up(struct skl_client *client);
SKL_MUST_CHECK enum skl_err skl_client_acute_load(struct skl_client *client);
/* At open: what an earlier process sent is due, in its old place, for nobody waits for its answer.
 */
SKL_MUST_CHECK enum skl_err skl_client_out_load(struct skl_client *client);
/* An acute message begins to wait for its answer; a message waits no longer. */
void skl_client_watch(struct skl_client *client, const struct skl_out *out);
void skl_client_unwatch(struct skl_client *client, const uint8_t *id);
/* A message is no longer under way in this session. */
void skl_client_land(struct skl_client *client, const uint8_t *id);
/* When something is due, on the wall clock. */
SKL_MUST_CHECK enum skl_err skl_client_out_next_ms(struct skl_client *client, int64_t *ret_at_ms);

/* ---- skl_client_result.c ---- */

SKL_MUST_CHECK enum skl_err skl_client_out_result(struct skl_client *client, struct skl_view body);
/* Is this state of a delivery its last? */
bool skl_client_is_settled(uint32_t delivery);
/*
 * Has every recipient answered (*ret_is_complete)? Then, and with every promise found, out becomes
 * DONE and its body goes; the caller writes out.
 */
void skl_client_out_settle(struct skl_spool_txn *txn, struct skl_out *out, bool *ret_is_complete);

/* ---- skl_client_submit.c ---- */

/* Did the hub cut this section for the recipient? */
bool skl_client_is_cut(const Schakel__V1__RecipientResult *recipient, uint32_t section);

/* ---- skl_client_ask.c ---- */

/* PLAN or QUERY. EAGAIN without a session; ELIMIT when too many are open. */
SKL_MUST_CHECK enum skl_err skl_client_ask(struct skl_client *client, enum skl_command command,
					   const struct skl_sealed *sealed);
SKL_MUST_CHECK enum skl_err skl_client_plan_result(struct skl_client *client, struct skl_view body);
SKL_MUST_CHECK enum skl_err skl_client_answer(struct skl_client *client, struct skl_view body);
/* Was the error for one of them? */
bool skl_client_ask_error(struct skl_client *client, ProtobufCBinaryData id, enum skl_err code);
void skl_client_ask_step(struct skl_client *client);
void skl_client_ask_down(struct skl_client *client);

/* ---- skl_client_after.c ---- */

/* The message with this id is recorded: records that stood for it are not needed any more. */
void skl_client_after_recorded(struct skl_spool_txn *txn, const uint8_t id[16]);

/* ---- skl_client_in.c, skl_client_offer.c ---- */

SKL_MUST_CHECK enum skl_err skl_client_offer(struct skl_client *client, struct skl_view body,
					     const struct skl_view *sections, size_t count);
SKL_MUST_CHECK enum skl_err skl_client_in_step(struct skl_client *client);

/* ---- skl_client_receipt.c ---- */

/* Queue a receipt item for what in says; for a message refused unseen give in without key. */
void skl_client_receipt_push(struct skl_spool_txn *txn, const struct skl_in *in,
			     enum skl_delivery state, enum skl_reason reason);
/* The same for one that is in the spool: how far it is. */
void skl_client_receipt_state(struct skl_spool_txn *txn, const struct skl_in *in);
void skl_client_receipt_noted(struct skl_spool_txn *txn, uint64_t offer);
SKL_MUST_CHECK enum skl_err skl_client_receipt_step(struct skl_client *client);
SKL_MUST_CHECK enum skl_err skl_client_receipt_recorded(struct skl_client *client,
							struct skl_view body);
/* ENOTFOUND: id is of no receipt of ours. */
SKL_MUST_CHECK enum skl_err skl_client_receipt_error(struct skl_client *client,
						     const Schakel__V1__Error *error);
/* A receipt forwarded to us as sender. */
SKL_MUST_CHECK enum skl_err skl_client_receipt_take(struct skl_client *client, uint64_t offer,
						    const Schakel__V1__SignedReceipt *receipt);
/* A notice of the hub that must arrive. */
SKL_MUST_CHECK enum skl_err skl_client_notice_take(struct skl_client *client, uint64_t offer,
						   const Schakel__V1__Notice *notice);
/* The Result of this message is kept: what receipts said before it came counts now. */
void skl_client_receipt_early(struct skl_spool_txn *txn, const uint8_t *id);
void skl_client_receipt_down(struct skl_client *client);

/* ---- skl_client_rewrap.c ---- */

/* A notice of task rewrap: the message is to be sealed again for the new key of this recipient. */
void skl_client_rewrap_push(struct skl_client *client, struct skl_spool_txn *txn,
			    const uint8_t id[16], uint32_t recipient);
SKL_MUST_CHECK enum skl_err skl_client_rewrap_step(struct skl_client *client);
SKL_MUST_CHECK enum skl_err skl_client_rewrap_recorded(struct skl_client *client,
						       struct skl_view body);
/* ENOTFOUND: id is of no rewrap of ours. */
SKL_MUST_CHECK enum skl_err skl_client_rewrap_error(struct skl_client *client,
						    const Schakel__V1__Error *error);
void skl_client_rewrap_down(struct skl_client *client);

/* ---- skl_client_event.c ---- */

void skl_client_event_result(struct skl_spool_txn *txn, const uint8_t id[16]);
void skl_client_event_failed(struct skl_spool_txn *txn, const uint8_t id[16], enum skl_err err,
			     const char *text);
/* notice: of the hub, that it will not deliver it; NULL: the recipient's own receipt. */
void skl_client_event_receipt(struct skl_spool_txn *txn, const uint8_t id[16],
			      const struct skl_out_to *to, bool is_complete,
			      const Schakel__V1__Notice *notice);
void skl_client_event_notice(struct skl_spool_txn *txn, const Schakel__V1__Notice *notice);
SKL_MUST_CHECK enum skl_err skl_client_event_step(struct skl_client *client);

/* ---- skl_client_proven.c ---- */

/* Tell that the entry of a promise is found under the witnessed checkpoint; leaf and path prove it.
 */
SKL_MUST_CHECK enum skl_err skl_client_proven(struct skl_client *client, struct skl_spool_txn *txn,
					      const struct skl_spool_promise *promise,
					      struct skl_view leaf, struct skl_view path);

/* ---- skl_client_trail.c ---- */

/* From the spool, at open. */
SKL_MUST_CHECK enum skl_err skl_client_trail_load(struct skl_client *client);
/* A checkpoint of the hub; "" is none. Never ends the session: a bad one is an alarm. */
SKL_MUST_CHECK enum skl_err skl_client_trail_checkpoint(struct skl_client *client,
							const char *note);
SKL_MUST_CHECK enum skl_err skl_client_trail_proof(struct skl_client *client, struct skl_view body);
SKL_MUST_CHECK enum skl_err skl_client_trail_step(struct skl_client *client);
void skl_client_trail_down(struct skl_client *client);
/* Keep the promise of one entry until a checkpoint includes it. */
void skl_client_trail_keep(struct skl_spool_txn *txn, const Schakel__V1__Promise *promise,
			   const Schakel__V1__EntryRef *entry,
			   const struct skl_spool_promise *about);
/* Is this promise the hub's, and the entry one of its leaves? */
SKL_MUST_CHECK enum skl_err skl_client_trail_check(struct skl_client *client,
						   const Schakel__V1__Promise *promise,
						   const Schakel__V1__EntryRef *entry);

/* ---- skl_client_epoch.c ---- */

/* The directory changed: return what the trail in force lost, and send it again. */
SKL_MUST_CHECK enum skl_err skl_client_epoch(struct skl_client *client);

/* ---- skl_client_witness.c ---- */

/* The directory changed: who its witnesses are. */
SKL_MUST_CHECK enum skl_err skl_client_witness_directory(struct skl_client *client);
/* ESIGNATURE: a witness's signature does not verify. */
SKL_MUST_CHECK enum skl_err skl_client_witness_judge(const struct skl_client *client,
						     const struct skl_note *note,
						     struct skl_client_judged *ret_judged);
/* The pinned checkpoint, with these signatures: promises end under it, or it is to be signed. */
SKL_MUST_CHECK enum skl_err skl_client_witness_pinned(struct skl_client *client,
						      const struct skl_client_judged *judged,
						      struct skl_view note);
/* With a session open and the batch committed. */
SKL_MUST_CHECK enum skl_err skl_client_witness_step(struct skl_client *client);
/* A checkpoint kept in the spool. ENOTFOUND. */
SKL_MUST_CHECK enum skl_err skl_client_pin_read(struct skl_spool_txn *txn, enum skl_spool_meta what,
						struct skl_checkpoint *ret_checkpoint);

#endif
