/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_HUB_H
#define SKL_HUB_H

/*
 * skl_hub - the reactor: one thread that owns the sockets, the decisions and the store's writer.
 *
 * Owner:    the thread that opened it.
 * Lifetime: open .. run .. close. What opts points to stays the caller's, until close.
 * Errors:   open says in *reterr what is wrong; run returns SKL_OK after a stop that was asked
 *           for, EIO when the store went out of use (the process must end and be started again).
 * Limits:   one hub per process, because the ZAP handler is one per libzmq context.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_directory.h"
#include "skl_err.h"
#include "skl_key.h"
#include "skl_store.h"

struct skl_hub;

/* Zero fields mean the default named beside them. */
struct skl_hub_opts {
	const char *endpoint;                /* required */
	const struct skl_key *transport_key; /* CURVE; required */
	const struct skl_key *promise_key;   /* Ed25519; required */
	struct skl_store_opts store;         /* path, vault_path, origin required */
	const char *notary_path;             /* unix socket of schakel-notary; required */
	const char *policy_path;             /* folder of rule files; required */
	const char *policy_next;             /* the same, of a next version; NULL, "": none */
	const struct skl_registrar *policy_signers; /* pinned; in production required */
	size_t policy_signer_count;
	const char *directory_path;             /* file with the signed note; required */
	const struct skl_registrar *registrars; /* pinned; required */
	size_t registrar_count;
	unsigned registrar_quorum;    /* 2 */
	const char *control_path;     /* unix socket; NULL: none */
	unsigned verify_threads;      /* processors less one, at least one */
	int io_threads;               /* 1: libzmq's, for CURVE */
	uint32_t session_silence_ms;  /* 15,000 */
	uint32_t checkpoint_ms;       /* 1,000 */
	uint32_t checkpoint_limit_ms; /* 10,000: then nothing is accepted any more */
	uint32_t witness_limit_ms;    /* 30,000: then it is said that witnesses are late */
	uint32_t plans_per_minute;    /* 60, per user_ref */
	uint32_t messages_per_minute; /* 60,000, per partner */
	uint32_t stuck_after;         /* 8 failed hand-overs of a message */
	uint8_t keep_years[8];        /* by retention class; 0: as skl_retention.h */
	/* What the caller serves beside the hub, in its thread and without blocking: when side_fd
	 * is readable, and each second. 0: nothing. */
	int side_fd;
	void (*serve_side)(void *arg, struct skl_hub *hub);
	void *side_arg;
	int signal_fd;                                  /* a signalfd of the caller; 0: none */
	void (*ready)(void *arg, const char *endpoint); /* bound and serving */
	void *ready_arg;
	void (*alive)(void); /* each second in which messages could be decided */
};

SKL_MUST_CHECK enum skl_err skl_hub_open(const struct skl_hub_opts *opts, struct skl_hub **ret_hub,
					 struct skl_error *reterr);

/* Serve until SIGTERM or SIGINT comes from signal_fd, or until `stop` on the control socket. */
SKL_MUST_CHECK enum skl_err skl_hub_run(struct skl_hub *hub);

/* Technical counters as Prometheus text, never per person or partner. */
void skl_hub_metrics(struct skl_hub *hub, struct skl_buf *out);

/* Can the hub do its work? Says "ready", or a line for each reason why not. */
SKL_MUST_CHECK bool skl_hub_is_ready(struct skl_hub *hub, struct skl_buf *out);

void skl_hub_close(struct skl_hub *hub);
SKL_DEFINE_CLEANUP(struct skl_hub, skl_hub_close)

/*
 * Check what open would need from outside (directory, rules) and change nothing: schakeld -n.
 */
SKL_MUST_CHECK enum skl_err skl_hub_check(const struct skl_hub_opts *opts,
					  struct skl_error *reterr);

#endif
