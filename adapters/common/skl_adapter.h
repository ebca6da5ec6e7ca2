/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ADAPTER_H
#define SKL_ADAPTER_H

/*
 * skl_adapter - what an adapter is made of: the runtime every role shares (client, state, keys),
 * and the descriptor that a role fills in.
 *
 * Owner:    one thread, the adapter's loop.
 * Lifetime: the runtime outlives the role: start .. stop.
 * Errors:   as skl_client_calls: an event that is not taken comes again.
 * Limits:   one role a process, eight descriptors.
 *
 * A new role: a folder of its own under adapters/, a descriptor, a row in main.c's table, samples,
 * a unit test with wrong samples, a simulator of the partner's system. adapters/README.md has the
 * list.
 */

#include <jansson.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_card.h"
#include "skl_client.h"
#include "skl_compose.h"
#include "skl_config.h"
#include "skl_context.h"
#include "skl_err.h"
#include "skl_state.h"

struct skl_adapter {
	struct skl_client *client; /* owned */
	struct skl_state *state;   /* owned */
	struct skl_cards *cards;   /* owned; NULL: none are kept here */
	const char *partner;       /* from here on borrowed from the configuration */
	const char *desk;
	const char *phone;      /* the line for "bel nu", "" if none */
	uint8_t *pseudonym_key; /* owned, sodium_malloc: 32 bytes; NULL: none */
	bool is_up;             /* a session with the hub is open */
};

#define SKL_ADAPTER_ABI 1u
#define SKL_ADAPTER_FDS 8u

struct skl_adapter_role {
	unsigned abi; /* SKL_ADAPTER_ABI */
	const char *name;
	const char *section; /* of the configuration file */
	const struct skl_config_row *rows;
	size_t config_size; /* bytes of the struct the rows fill */
	/* Open the connector. -n: only check what can be checked without opening anything. */
	enum skl_err (*check)(const void *config, struct skl_error *reterr);
	/*
	 * What would be made of a native file, for who connects a system: nothing is opened or
	 * sent. The text says it, or what is wrong (false). NULL: the role has no such way.
	 */
	bool (*try_native)(const void *config, const char *name, struct skl_view native,
			   struct skl_buf *text);
	enum skl_err (*start)(struct skl_adapter *adapter, const void *config, void **ret_self,
			      struct skl_error *reterr);
	void (*stop)(void *self);
	/* The loop: descriptors for reading, longest wait (-1: any), what is due. */
	size_t (*fds)(void *self, int ret_fds[SKL_ADAPTER_FDS]);
	int64_t (*timeout_ms)(void *self);
	void (*step)(void *self);
	/* Events of the client; NULL: taken without a word. */
	enum skl_err (*on_message)(void *self, const struct skl_received *received);
	enum skl_err (*on_result)(void *self, const struct skl_context *context,
				  const Schakel__V1__Result *result);
	enum skl_err (*on_failed)(void *self, const struct skl_context *context, enum skl_err err,
				  const char *text);
	enum skl_err (*on_receipt)(void *self, const struct skl_context *context,
				   const struct skl_client_receipt *receipt);
	enum skl_err (*on_notice)(void *self, const struct skl_context *context,
				  const Schakel__V1__Notice *notice);
	void (*on_plan)(void *self, const uint8_t id[16], enum skl_err err,
			const Schakel__V1__Result *result);
	void (*on_alarm)(void *self, const struct skl_alarm *alarm);
	/* Add what the status file should say: counts and ages. */
	void (*health)(void *self, json_t *status);
};

/*
 * Submit a mapped message under id, once: if the client has the id already, SKL_OK and nothing is
 * done. The context is remembered first, so that an outcome always finds it. mapped's recipient
 * must be set. Errors of skl_compose and skl_client_submit.
 */
SKL_MUST_CHECK enum skl_err skl_adapter_submit(struct skl_adapter *adapter,
					       const struct skl_mapped *mapped,
					       const uint8_t id[SKL_ID_BYTES],
					       const struct skl_compose_opts *opts,
					       int64_t repair_due_ms, struct skl_error *reterr);

/* Is the message with this id in the spool already? */
bool skl_adapter_has(struct skl_adapter *adapter, const uint8_t id[SKL_ID_BYTES]);

/* A new message id for now. */
void skl_adapter_id(uint8_t ret_id[SKL_ID_BYTES]);

/*
 * The id for a native message: the one given before, or a new one, remembered. *ret is the record;
 * EDUPLICATE if the key was sent with other bytes before.
 */
SKL_MUST_CHECK enum skl_err skl_adapter_native(struct skl_adapter *adapter, const char *key,
					       struct skl_view bytes, struct skl_native *ret);

/* Later is better than never for what is not the sender's fault. */
bool skl_adapter_is_passing(enum skl_err err);

/* The context of the message that a received one answers or refers to, if we know it. */
SKL_MUST_CHECK enum skl_err skl_adapter_about(struct skl_adapter *adapter,
					      const struct skl_received *received,
					      struct skl_context *ret, bool *ret_found);

/* Somebody was told to call: for the trail, once the hub is there. */
void skl_adapter_after_record(struct skl_adapter *adapter, enum skl_kind kind,
			      const uint8_t id[SKL_ID_BYTES], const char *partner);

/*
 * Sixteen random bytes for what the own system calls NAME (a case, a consent), the same ever
 * after: it names them by its own numbers, and no number of its own leaves it.
 */
SKL_MUST_CHECK enum skl_err skl_adapter_ref(struct skl_adapter *adapter, const char *what,
					    const char *name, uint8_t ret_ref[SKL_ID_BYTES]);
/* From now on NAME is these bytes: those of a message that came in. */
SKL_MUST_CHECK enum skl_err skl_adapter_ref_put(struct skl_adapter *adapter, const char *what,
						const char *name, const uint8_t ref[SKL_ID_BYTES]);

/*
 * The case that a message (JSON of an own system) names: by its reference, by what it answers, or
 * by a number of the own system, which is that case from then on. None, or a finding: *ret_has is
 * false. Errors of skl_adapter_ref.
 */
SKL_MUST_CHECK enum skl_err skl_adapter_case(struct skl_adapter *adapter, const json_t *message,
					     const struct skl_context *about,
					     struct skl_findings *findings, bool *ret_has,
					     uint8_t ret_case[SKL_ID_BYTES]);

/* The phone line of a partner, or the configured one, or "112". */
const char *skl_adapter_phone(const struct skl_adapter *adapter, const char *partner);

/* Does something go to the recipient? */
bool skl_adapter_is_permit(Schakel__V1__Outcome outcome);
/* Is any recipient denied or in error? */
bool skl_adapter_is_refusal(const Schakel__V1__Result *result);

/* "Call now, do not wait for this system": whom, by which line (NULL: not known). */
#define SKL_ADAPTER_EMERGENCY_BYTES 480
void skl_adapter_emergency_text(const char *name, const char *phone, bool in_english,
				char ret[SKL_ADAPTER_EMERGENCY_BYTES]);

/*
 * What a person reads of a message that was not delivered, at most 500 bytes: what happened, what
 * to do now, 112. In the hub's words where it has any: it knows why.
 */
const char *skl_adapter_undelivered(const struct skl_client_receipt *receipt, bool in_english);

#endif
