/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_SPOOL_H
#define SKL_SPOOL_H

/*
 * skl_spool - what an adapter must not lose: messages on their way out and in, results, receipts,
 * promises of the hub, events not yet told, after-records; in one LMDB environment.
 *
 * Owner:    one thread, one process; the folder is locked while the spool is open. Adapters use
 *           it through skl_client.h; this header is for skl_client and for status commands.
 * Lifetime: open .. close, opened after any fork. Nothing returned points into the store.
 * Errors:   EIO, EDISKFULL, EMAPFULL, ECORRUPT (a record that does not decrypt or decode), EFORMAT
 *           (made by a newer program), EPERM. A transaction remembers its first error; later
 *           calls on it do nothing and commit returns it, so that nothing is half written.
 * Limits:   max_bytes of contents, half of it for outgoing and half for incoming messages, so that
 *           neither keeps the other out: outgoing ones leave only when receipts come in. What finds
 *           no room is refused with EMAPFULL; the last tenth for outgoing ones is for acute ones.
 *           Records that say what became of a message have room of their own beyond it. Not on a
 *           network file system.
 *
 * A commit that returned SKL_OK survives kill -9 and power loss (default sync flags of LMDB).
 * Every value but the format mark is sealed with XChaCha20-Poly1305 under the spool key, bound
 * to its database and key. Deleting from LMDB does not erase: who holds the spool key can read
 * remains in the file until they are overwritten.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_code.h"
#include "skl_draft.h"
#include "skl_err.h"
#include "skl_limits.h"

#define SKL_SPOOL_ID_BYTES     16
#define SKL_SPOOL_IN_KEY_BYTES 32
#define SKL_SPOOL_NAME_BYTES   65 /* partner and desk ids, with the zero byte */
#define SKL_SPOOL_ORIGIN_BYTES 256
#define SKL_SPOOL_MAX_FRAMES   (1 + SKL_LIMIT_SECTIONS_N) /* of one message, without the command */

struct skl_spool;
struct skl_spool_txn;

struct skl_spool_opts {
	uint64_t max_bytes;   /* 512 MiB of contents */
	const uint8_t *key;   /* 32 bytes, copied into guarded memory */
	const char *partner;  /* whose spool it is; another name on reopening is EIDENTITY */
	int64_t max_pause_ms; /* 2 hours; a next try later than this is of a wrong clock: due */
};

/*
 * Open the spool in an existing folder (0700), making the files if they are not there. The key
 * must be the one it was made with: EKEYUNKNOWN. EAGAIN if another process has it open.
 */
SKL_MUST_CHECK enum skl_err skl_spool_open(const char *folder, const struct skl_spool_opts *opts,
					   struct skl_spool **ret_spool, struct skl_error *reterr);
void skl_spool_close(struct skl_spool *spool);
SKL_DEFINE_CLEANUP(struct skl_spool, skl_spool_close)

/* Once a minute: free the slots of dead readers. */
void skl_spool_tend(struct skl_spool *spool);

/* One transaction at a time. A read transaction refuses to write (EBUG) and commits to nothing. */
SKL_MUST_CHECK enum skl_err skl_spool_begin(struct skl_spool *spool, bool may_write,
					    struct skl_spool_txn **ret_txn);
/* Release txn in any case. What it wrote is durable if and only if SKL_OK is returned. */
SKL_MUST_CHECK enum skl_err skl_spool_commit(struct skl_spool_txn *txn);
void skl_spool_abort(struct skl_spool_txn *txn);
SKL_DEFINE_CLEANUP(struct skl_spool_txn, skl_spool_abort)
/* The first error of txn so far. */
SKL_MUST_CHECK enum skl_err skl_spool_txn_err(const struct skl_spool_txn *txn);

/* ---- single values ---- */

enum skl_spool_meta {
	SKL_META_GENERATION = 1, /* u64be: of the last HELLO */
	SKL_META_DIRECTORY,      /* signed note of the highest directory seen */
	SKL_META_CHECKPOINT,     /* signed note of the newest checkpoint found consistent */
	SKL_META_OUT_BYTES,      /* u64be: outgoing contents kept, for the limit */
	SKL_META_IN_BYTES,       /* u64be: incoming */
	SKL_META_SEQ,            /* u64be: last number given out */
	SKL_META_WITNESSED,      /* signed note of the newest of them with a quorum of witnesses */
	SKL_META_EPOCH           /* origin for which final receipts were queued again */
};

/* ENOTFOUND. Appends to *ret_value. */
SKL_MUST_CHECK enum skl_err skl_spool_meta_get(struct skl_spool_txn *txn, enum skl_spool_meta what,
					       struct skl_buf *ret_value);
void skl_spool_meta_put(struct skl_spool_txn *txn, enum skl_spool_meta what, struct skl_view value);

/*
 * The hub refused the last generation: if it is more than a day ahead of at_ms, a clock was wrong,
 * and what is remembered is forgotten.
 */
void skl_spool_generation_refused(struct skl_spool_txn *txn, int64_t at_ms);
/* The greater of last + 1 and at_ms, remembered: the generation of the next HELLO. */
uint64_t skl_spool_generation_raise(struct skl_spool_txn *txn, int64_t at_ms);

/* ---- outgoing ---- */

/* X(symbol, number, text): states of an outgoing message. */
#define SKL_OUT_MAP(X)                                                                             \
	X(SPOOLED, 1, "spooled")     /* durable here, not sent in this try */                      \
	X(SUBMITTED, 2, "submitted") /* sent at least once, no answer yet */                       \
	X(ANSWERED, 3, "answered")   /* recorded by the hub; recipients or promises still open */  \
	X(DONE, 4, "done")           /* every recipient final and every promise kept; body gone */ \
	X(FAILED, 5, "failed")       /* the hub refused the bytes: nothing recorded, final */      \
	X(EXPIRED, 6, "expired")     /* never answered before it expired: nothing recorded */

enum skl_out_state {
#define SKL_OUT_ENUM(symbol, number, text) SKL_OUT_##symbol = (number),
	SKL_OUT_MAP(SKL_OUT_ENUM)
#undef SKL_OUT_ENUM
};

const char *skl_out_state_name(enum skl_out_state state);

struct skl_out {
	uint8_t id[SKL_SPOOL_ID_BYTES];
	uint64_t seq; /* order of spooling, set when added */
	enum skl_out_state state;
	bool acute; /* goes before others */
	uint32_t kind;
	uint32_t outcome;  /* skl_outcome once answered, else 0 */
	uint32_t attempts; /* times sent */
	uint32_t last_err; /* skl_err of the last refusal */
	uint32_t promises; /* entries of it not yet found in a checkpoint */
	int64_t spooled_ms;
	int64_t expires_ms;
	int64_t next_try_ms;
	int64_t answered_ms; /* 0: not yet */
	uint64_t size;       /* bytes of all frames */
	uint8_t digest[32];  /* BLAKE2b-256 over the frames */
};

/* What became of one recipient of an answered message. */
struct skl_out_to {
	uint32_t number; /* of the RecipientRow */
	char partner[SKL_SPOOL_NAME_BYTES];
	char desk[SKL_SPOOL_NAME_BYTES];
	uint64_t index; /* its entry */
	uint32_t outcome;
	uint32_t delivery; /* skl_delivery; 0 until the first receipt */
	uint32_t reason;
	int64_t at_ms;
};

/*
 * A new message and its frames, as they will go over the wire each time. out gives id, acute,
 * kind, spooled_ms and expires_ms; the rest is set here. EDUPLICATE if the id is known with
 * other bytes, EEXISTS with the same bytes (nothing is changed and txn stays usable), EMAPFULL.
 */
SKL_MUST_CHECK enum skl_err skl_spool_out_add(struct skl_spool_txn *txn, struct skl_out *out,
					      const struct skl_view *frames, size_t frame_count);
SKL_MUST_CHECK enum skl_err skl_spool_out_get(struct skl_spool_txn *txn,
					      const uint8_t id[SKL_SPOOL_ID_BYTES],
					      struct skl_out *ret_out);
/* The record after *cursor (NULL: the first), by id; ENOTFOUND after the last. May be the same. */
SKL_MUST_CHECK enum skl_err skl_spool_out_next(struct skl_spool_txn *txn,
					       const struct skl_out *cursor,
					       struct skl_out *ret_out);
/* Write state, attempts, times; keeps the list of what is due. */
void skl_spool_out_set(struct skl_spool_txn *txn, const struct skl_out *out);

/* The frames of a message; ENOTFOUND when its body is gone. One block, released by _done. */
struct skl_spool_frames {
	uint8_t *block; /* owned */
	size_t count;
	struct skl_view frame[SKL_SPOOL_MAX_FRAMES];
};
SKL_MUST_CHECK enum skl_err skl_spool_out_frames(struct skl_spool_txn *txn,
						 const uint8_t id[SKL_SPOOL_ID_BYTES],
						 struct skl_spool_frames *ret_frames);
void skl_spool_frames_done(struct skl_spool_frames *frames);
/*
 * The keys of its recipients, for a rewrap: they go with the body. ENOTFOUND: the message has gone,
 * or was spooled by a program that kept none. They are secret: wipe them.
 */
void skl_spool_out_keys_put(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
			    const struct skl_sealed_key *keys, size_t count);
SKL_MUST_CHECK enum skl_err skl_spool_out_key_get(struct skl_spool_txn *txn,
						  const uint8_t id[SKL_SPOOL_ID_BYTES],
						  uint32_t recipient, uint8_t ret_key[32]);
/* Forget the body; the record stays until it is pruned, so that the id is still known. */
void skl_spool_out_drop_body(struct skl_spool_txn *txn, const struct skl_out *out);

/*
 * The next message to send at or before now_ms that comes after *cursor (NULL: the first): acute
 * ones first, then by time. ENOTFOUND if none. cursor and ret_out may be the same.
 */
SKL_MUST_CHECK enum skl_err skl_spool_out_due(struct skl_spool_txn *txn, int64_t now_ms,
					      const struct skl_out *cursor,
					      struct skl_out *ret_out);
/* When the first message after after_ms becomes due; INT64_MAX: none. */
int64_t skl_spool_out_next_ms(struct skl_spool_txn *txn, int64_t after_ms);

/* The Result as it came; ENOTFOUND before. Appends. */
SKL_MUST_CHECK enum skl_err skl_spool_result_get(struct skl_spool_txn *txn,
						 const uint8_t id[SKL_SPOOL_ID_BYTES],
						 struct skl_buf *ret_result);
void skl_spool_result_put(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
			  struct skl_view result);

void skl_spool_to_put(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
		      const struct skl_out_to *to);
void skl_spool_to_drop(struct skl_spool_txn *txn, const uint8_t id[SKL_SPOOL_ID_BYTES],
		       uint32_t number);
/* The recipient after number (0: the first); ENOTFOUND after the last. */
SKL_MUST_CHECK enum skl_err skl_spool_to_next(struct skl_spool_txn *txn,
					      const uint8_t id[SKL_SPOOL_ID_BYTES], uint32_t number,
					      struct skl_out_to *ret_to);

/* ---- incoming ---- */

#define SKL_IN_MAP(X)                                                                              \
	X(STORED, 1, "stored")           /* durable here, not yet with the partner's system */     \
	X(HANDING, 2, "handing")         /* the connector began; in doubt after a crash */         \
	X(HANDED_OVER, 3, "handed_over") /* the partner's system has it; body gone */              \
	X(REFUSED, 4, "refused")         /* never given to the partner's system; body gone */

enum skl_in_state {
#define SKL_IN_ENUM(symbol, number, text) SKL_IN_##symbol = (number),
	SKL_IN_MAP(SKL_IN_ENUM)
#undef SKL_IN_ENUM
};

const char *skl_in_state_name(enum skl_in_state state);

struct skl_in {
	uint8_t key[SKL_SPOOL_IN_KEY_BYTES]; /* skl_spool_in_key() */
	uint64_t seq;                        /* order of arrival, set when added */
	enum skl_in_state state;
	uint8_t id[SKL_SPOOL_ID_BYTES];
	char sender[SKL_SPOOL_NAME_BYTES];
	char desk[SKL_SPOOL_NAME_BYTES]; /* ours, the recipient */
	uint8_t case_ref[16];            /* zeros: no case */
	uint32_t kind;
	uint64_t offer; /* the newest number it was offered under */
	char origin[SKL_SPOOL_ORIGIN_BYTES];
	uint64_t index;     /* its entry */
	uint8_t digest[32]; /* of common and signature: same message? */
	uint32_t reason;    /* skl_reason of a refusal */
	uint32_t attempts;  /* times given to the adapter */
	int64_t stored_ms;
	int64_t expires_ms;
	int64_t next_try_ms;
	int64_t final_ms; /* when handed over or refused; 0: not yet */
	uint16_t opened_count;
	uint8_t opened[SKL_LIMIT_SECTIONS_N][32]; /* ciphertext digests of the sections opened */
};

/* Sender, message id and own desk make one delivery: the key of its record. */
void skl_spool_in_key(const char *sender, const uint8_t id[SKL_SPOOL_ID_BYTES], const char *desk,
		      uint8_t ret_key[SKL_SPOOL_IN_KEY_BYTES]);

/* EEXISTS if the key is there (nothing changed, txn stays usable), EMAPFULL. Sets in->seq. */
SKL_MUST_CHECK enum skl_err skl_spool_in_add(struct skl_spool_txn *txn, struct skl_in *in,
					     struct skl_view body);
SKL_MUST_CHECK enum skl_err skl_spool_in_get(struct skl_spool_txn *txn,
					     const uint8_t key[SKL_SPOOL_IN_KEY_BYTES],
					     struct skl_in *ret_in);
/* The record after *cursor (NULL: the first), by key; ENOTFOUND after the last. May be the same. */
SKL_MUST_CHECK enum skl_err skl_spool_in_each(struct skl_spool_txn *txn,
					      const struct skl_in *cursor, struct skl_in *ret_in);
/* A final state drops the body. */
void skl_spool_in_set(struct skl_spool_txn *txn, const struct skl_in *in);
/* ENOTFOUND when the body is gone. Appends. */
SKL_MUST_CHECK enum skl_err skl_spool_in_body(struct skl_spool_txn *txn,
					      const uint8_t key[SKL_SPOOL_IN_KEY_BYTES],
					      struct skl_buf *ret_body);
/* The message not yet final that arrived first after seq; ENOTFOUND after the last. */
SKL_MUST_CHECK enum skl_err skl_spool_in_next(struct skl_spool_txn *txn, uint64_t seq,
					      struct skl_in *ret_in);

/* ---- queues of bytes, in order ---- */

enum skl_spool_queue {
	SKL_QUEUE_RECEIPT = 1, /* receipt items the hub has not recorded */
	SKL_QUEUE_EVENT,       /* events the adapter has not taken */
	SKL_QUEUE_AFTER,       /* after-records not yet joined to a recorded message */
	SKL_QUEUE_REWRAP       /* what is to be sealed again for a new key */
};

/* Returns the number of the item, 0 if txn has failed. */
uint64_t skl_spool_push(struct skl_spool_txn *txn, enum skl_spool_queue queue,
			struct skl_view item);
/* The item after number (0: the first); ENOTFOUND after the last. Appends. */
SKL_MUST_CHECK enum skl_err skl_spool_next(struct skl_spool_txn *txn, enum skl_spool_queue queue,
					   uint64_t number, uint64_t *ret_number,
					   struct skl_buf *ret_item);
void skl_spool_drop(struct skl_spool_txn *txn, enum skl_spool_queue queue, uint64_t number);

/* ---- promises ---- */

struct skl_spool_promise {
	char origin[SKL_SPOOL_ORIGIN_BYTES];
	uint64_t index;
	uint8_t leaf_hash[32];
	uint8_t message_id[SKL_SPOOL_ID_BYTES];
	char sender[SKL_SPOOL_NAME_BYTES]; /* what the entry must say: sender, recipient, outcome */
	char partner[SKL_SPOOL_NAME_BYTES];
	char desk[SKL_SPOOL_NAME_BYTES];
	uint32_t outcome; /* 0: not known to us (of a message we received) */
	bool is_broken;   /* its proof failed: kept as evidence, not asked for again */
	int64_t at_ms;
	uint64_t first_index; /* the promise itself, as evidence */
	uint32_t count;
	uint8_t root[32];
	uint8_t signature[64];
};

/* Two promises with one index and different leaves are both kept: that is evidence. */
void skl_spool_promise_put(struct skl_spool_txn *txn, const struct skl_spool_promise *promise);
/* The promise after *cursor (NULL: the first), by index; ENOTFOUND after the last. */
SKL_MUST_CHECK enum skl_err skl_spool_promise_next(struct skl_spool_txn *txn,
						   const struct skl_spool_promise *cursor,
						   struct skl_spool_promise *ret_promise);
void skl_spool_promise_drop(struct skl_spool_txn *txn, const struct skl_spool_promise *promise);

/* ---- housekeeping ---- */

struct skl_spool_stats {
	uint64_t out_open;     /* not yet answered */
	uint64_t out_answered; /* answered, not done */
	int64_t out_oldest_ms; /* time in the id of the oldest not yet answered; 0: none */
	uint64_t in_open;      /* stored or handing */
	int64_t in_oldest_ms;
	uint64_t receipts;
	uint64_t events;
	uint64_t promises;
	int64_t promise_oldest_ms; /* of the lowest index */
	uint64_t after_records;
	uint64_t out_bytes; /* contents; each may be half of max_bytes */
	uint64_t in_bytes;
	uint64_t max_bytes;
};
SKL_MUST_CHECK enum skl_err skl_spool_stats(struct skl_spool_txn *txn,
					    struct skl_spool_stats *ret_stats);

/*
 * Forget final records whose ids need no longer be known: expiry + 48 hours has passed. At most
 * max of them; returns how many.
 */
size_t skl_spool_prune(struct skl_spool_txn *txn, int64_t now_ms, size_t max);

#endif
