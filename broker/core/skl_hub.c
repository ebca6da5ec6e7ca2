/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_hub.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_core.h"
#include "skl_frame.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_retention.h"
#include "skl_vault.h"

#define MONITOR_ENDPOINT "inproc://skl-monitor"
#define POLL_MAX         (6 + SKL_CONTROL_CLIENTS + 1)
#define LINGER_MS        1000 /* for the last answers, when the hub stops */
#define TURN_BYTES       (128u << 20)
#define ARENA_CALLS      (16u << 20)
#define KEPT_BYTES       (4u << 20) /* of each arena, for a batch of ordinary messages */

static void set_defaults(struct skl_hub_opts *opts)
{
	if (!opts->registrar_quorum)
		opts->registrar_quorum = 2;
	if (!opts->io_threads)
		opts->io_threads = 1;
	if (!opts->session_silence_ms)
		opts->session_silence_ms = 15000;
	if (!opts->checkpoint_ms)
		opts->checkpoint_ms = 1000;
	if (!opts->checkpoint_limit_ms)
		opts->checkpoint_limit_ms = 10000;
	if (!opts->witness_limit_ms)
		opts->witness_limit_ms = 30000;
	if (!opts->plans_per_minute)
		opts->plans_per_minute = 60;
	if (!opts->messages_per_minute)
		opts->messages_per_minute = 60000;
	if (!opts->stuck_after)
		opts->stuck_after = 8;
}

static enum skl_err check_opts(const struct skl_hub_opts *opts, struct skl_error *reterr)
{
	if (!opts->endpoint || !opts->transport_key || !opts->promise_key || !opts->store.path ||
	    !opts->store.vault_path || !opts->store.origin || !opts->notary_path ||
	    !opts->policy_path || !opts->directory_path || !opts->registrar_count)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "a required option is missing");
	if (opts->transport_key->use != SKL_KEY_USE_TRANSPORT ||
	    opts->promise_key->use != SKL_KEY_USE_SIGN)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "a key file is of another use than its option");
	return SKL_OK;
}

/* Count connections that fail before they have a name. */
static enum skl_err open_monitor(struct skl_hub *hub)
{
	const int events = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
			   ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

	if (zmq_socket_monitor(hub->router, MONITOR_ENDPOINT, events) < 0)
		return skl_zmq_err(errno);
	hub->monitor = zmq_socket(hub->ctx, ZMQ_PAIR);
	if (!hub->monitor || zmq_connect(hub->monitor, MONITOR_ENDPOINT) < 0)
		return skl_zmq_err(errno);
	return SKL_OK;
}

/* The ZAP handler is bound before anything else, and the endpoint after everything. */
static enum skl_err open_sockets(struct skl_hub *hub, struct skl_error *reterr)
{
	const struct skl_router_opts router = {.endpoint = hub->opts.endpoint,
					       .secret = hub->opts.transport_key->secret};
	enum skl_err err = skl_verify_open(hub->ctx, hub->opts.verify_threads, &hub->verify);

	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "verifier threads: %s", skl_err_text(err));
	err = skl_router_open(hub->ctx, &router, &hub->router, hub->endpoint, reterr);
	if (err != SKL_OK)
		return err;
	err = open_monitor(hub);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "monitor: %s", skl_err_text(err));
	return hub->opts.control_path
		       ? skl_control_open(hub, hub->opts.control_path, &hub->control, reterr)
		       : SKL_OK;
}

/* The same numbers after a restart: the key is made from one of the vault. */
static enum skl_err open_offer_key(struct skl_hub *hub)
{
	uint8_t secret[32];
	enum skl_err err = skl_vault_mac(skl_store_vault(hub->store), SKL_VAULT_INDEX,
					 skl_view_str("schakel/v1 offer number\n"), secret);

	if (err == SKL_OK)
		skl_offer_key_init(&hub->offer_key, secret);
	sodium_memzero(secret, sizeof(secret));
	return err;
}

static enum skl_err open_parts(struct skl_hub *hub, struct skl_error *reterr)
{
	enum skl_err err;

	hub->ctx = zmq_ctx_new();
	hub->seats = skl_seats_new();
	if (!hub->ctx || !hub->seats ||
	    zmq_ctx_set(hub->ctx, ZMQ_IO_THREADS, hub->opts.io_threads) < 0)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = skl_zap_open(hub->ctx, &hub->zap);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "ZAP thread: %s", skl_err_text(err));
	err = skl_epoch_store(hub, reterr);
	if (err != SKL_OK)
		return err;
	err = open_offer_key(hub);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "vault: %s", skl_err_text(err));
	err = skl_held_open(hub);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "suspended partners: %s",
				     skl_err_text(err));
	err = skl_retention_open(hub);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "keys to be destroyed: %s",
				     skl_err_text(err));
	err = skl_notary_new(hub->opts.notary_path, &hub->notary);
	if (err == SKL_OK)
		err = skl_mark_open(hub);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "checkpoints: %s", skl_err_text(err));
	err = skl_epoch_record(hub, reterr);
	if (err == SKL_OK)
		err = skl_law_open(hub, reterr);
	if (err != SKL_OK)
		return err;
	(void)skl_shadow_reload(hub, NULL); /* logged */
	err = skl_cosign_open(hub);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "witnesses: %s", skl_err_text(err));
	skl_held_release(hub);
	return open_sockets(hub, reterr);
}

enum skl_err skl_hub_open(const struct skl_hub_opts *opts, struct skl_hub **ret_hub,
			  struct skl_error *reterr)
{
	struct skl_hub *hub;
	enum skl_err err = check_opts(opts, reterr);

	if (err != SKL_OK)
		return err;
	if (skl_wire_init() != SKL_OK)
		return skl_error_set(reterr, SKL_EBUG, 0, 0, "libsodium does not start");
	hub = skl_calloc(1, sizeof(*hub));
	if (!hub)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	hub->opts = *opts;
	set_defaults(&hub->opts);
	skl_arena_init(&hub->batch.arena, SKL_BATCH_ARENA_BYTES, ARENA_CALLS);
	skl_arena_init(&hub->turn_arena, TURN_BYTES, ARENA_CALLS);
	skl_arena_keep(&hub->batch.arena, KEPT_BYTES);
	skl_arena_keep(&hub->turn_arena, KEPT_BYTES);
	hub->started_ms = skl_now_ms();
	hub->is_accepting = true;
	err = open_parts(hub, reterr);
	skl_arena_reset(&hub->turn_arena);
	if (err != SKL_OK) {
		skl_hub_close(hub);
		return err;
	}
	*ret_hub = hub;
	return SKL_OK;
}

enum skl_err skl_hub_check(const struct skl_hub_opts *opts, struct skl_error *reterr)
{
	struct skl_hub_opts full = *opts;
	enum skl_err err = check_opts(opts, reterr);

	set_defaults(&full);
	return err == SKL_OK ? skl_law_check(&full, reterr) : err;
}

/* --- the loop ----------------------------------------------------------------------------- */

static void read_signals(struct skl_hub *hub)
{
	struct signalfd_siginfo info;

	while (read(hub->opts.signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == 1) { /* SIGHUP: look at the files again */
			hub->wants_policy = true;
			hub->wants_directory = true;
		} else {
			hub->is_stopping = true;
		}
	}
}

static void read_monitor(struct skl_hub *hub)
{
	uint8_t frame[512];

	while (zmq_recv(hub->monitor, frame, sizeof(frame), ZMQ_DONTWAIT) >= 0) {
		int more = 0;
		size_t len = sizeof(more);

		if (zmq_getsockopt(hub->monitor, ZMQ_RCVMORE, &more, &len) == 0 && more)
			hub->counts[SKL_COUNT_HANDSHAKES_FAILED]++;
	}
}

struct polled {
	zmq_pollitem_t items[POLL_MAX];
	size_t count;
	size_t signals;
	size_t notary;
	size_t side;
	size_t monitor;
	size_t control;
	size_t control_count;
};

static size_t add_item(struct polled *polled, void *socket, int fd)
{
	polled->items[polled->count] = (zmq_pollitem_t){socket, fd, ZMQ_POLLIN, 0};
	return polled->count++;
}

/* Item 0 is the router, or the verifiers while a batch is theirs. */
static void fill_items(struct skl_hub *hub, struct polled *polled)
{
	*polled = (struct polled){0};
	(void)add_item(polled,
		       hub->batch.state == SKL_BATCH_VERIFYING ? skl_verify_socket(hub->verify)
							       : hub->router,
		       0); /* the first */
	polled->monitor = add_item(polled, hub->monitor, 0);
	if (hub->opts.signal_fd)
		polled->signals = add_item(polled, NULL, hub->opts.signal_fd);
	if (hub->batch.state != SKL_BATCH_IDLE)
		return; /* what may write waits until the batch has been decided */
	if (skl_notary_fd(hub->notary) >= 0)
		polled->notary = add_item(polled, NULL, skl_notary_fd(hub->notary));
	if (hub->opts.side_fd)
		polled->side = add_item(polled, NULL, hub->opts.side_fd);
	polled->control = polled->count;
	if (hub->control)
		polled->control_count =
			skl_control_poll_items(hub->control, polled->items + polled->count);
	polled->count += polled->control_count;
}

static bool is_ready(const struct polled *polled, size_t item)
{
	return item && polled->items[item].revents;
}

static void serve_idle(struct skl_hub *hub, const struct polled *polled)
{
	if (is_ready(polled, polled->notary))
		skl_mark_receive(hub);
	if (is_ready(polled, polled->side))
		hub->opts.serve_side(hub->opts.side_arg, hub);
	if (polled->control_count)
		skl_control_serve(hub->control, polled->items + polled->control,
				  polled->control_count);
	skl_tend(hub);
	if (polled->items[0].revents && !hub->is_stopping)
		skl_gate_read(hub);
}

static int timeout_ms(const struct skl_hub *hub)
{
	if (hub->batch.state == SKL_BATCH_IDLE)
		return skl_tend_timeout_ms(hub);
	return hub->batch.state == SKL_BATCH_GATHERING ? SKL_GATHER_MS : 1000;
}

static void turn_over(struct skl_hub *hub)
{
	struct polled polled;
	enum skl_batch_state state = hub->batch.state;

	fill_items(hub, &polled);
	if (zmq_poll(polled.items, (int)polled.count, timeout_ms(hub)) < 0) {
		if (errno != EINTR)
			hub->fatal = SKL_EBUG;
		return;
	}
	if (is_ready(&polled, polled.signals))
		read_signals(hub);
	if (is_ready(&polled, polled.monitor))
		read_monitor(hub);
	if (state == SKL_BATCH_IDLE)
		serve_idle(hub, &polled);
	else if (state == SKL_BATCH_GATHERING)
		skl_gate_read(hub);
	else if (polled.items[0].revents && skl_verify_take(hub->verify) == SKL_OK)
		skl_turn_batch(hub);
}

static void say_bye(struct skl_hub *hub)
{
	const int linger_ms = LINGER_MS;
	size_t cursor = 0;
	struct skl_seat *seat;

	while ((seat = skl_seats_next(hub->seats, &cursor)))
		if (skl_router_send(hub->router, seat->routing, SKL_ROUTING_ID_BYTES,
				    skl_command_name(SKL_COMMAND_BYE), NULL, 0) != SKL_OK)
			continue; /* only a courtesy */
	if (zmq_setsockopt(hub->router, ZMQ_LINGER, &linger_ms, sizeof(linger_ms)) < 0)
		skl_log(SKL_LOG_WARNING, skl_hub_event.hub_linger,
			"next=\"last answers may be lost\"");
}

enum skl_err skl_hub_run(struct skl_hub *hub)
{
	skl_log(SKL_LOG_NOTICE, skl_hub_event.hub_ready, "endpoint=%s trail=%llu accepting=%d",
		hub->endpoint, (unsigned long long)hub->trail_size, skl_turn_is_accepting(hub));
	if (hub->opts.ready)
		hub->opts.ready(hub->opts.ready_arg, hub->endpoint);
	while (!hub->is_stopping && hub->fatal == SKL_OK)
		turn_over(hub);
	/* What has been read is recorded and answered before the end. */
	while (hub->batch.state != SKL_BATCH_IDLE && hub->fatal == SKL_OK)
		turn_over(hub);
	say_bye(hub);
	skl_log(hub->fatal == SKL_OK ? SKL_LOG_NOTICE : SKL_LOG_ERR, skl_hub_event.hub_stopped,
		"error=%s", skl_err_name(hub->fatal));
	return hub->fatal;
}

static void close_socket(void *socket)
{
	if (socket)
		(void)zmq_close(socket); /* only fails for what is no socket */
}

void skl_hub_close(struct skl_hub *hub)
{
	if (!hub)
		return;
	skl_control_close(hub->control);
	if (hub->router)
		(void)zmq_socket_monitor(hub->router, NULL, 0); /* ends it */
	close_socket(hub->router);
	close_socket(hub->monitor);
	skl_verify_free(hub->verify);
	skl_zap_free(hub->zap);
	for (size_t i = 0; i < hub->batch.count; i++)
		skl_msg_done(&hub->batch.items[i].msg);
	skl_notary_free(hub->notary);
	skl_cosign_close(hub);
	skl_shadow_keep(hub);
	skl_shadow_free(hub->shadow);
	skl_law_close(&hub->law);
	skl_held_close(hub);
	skl_store_close(hub->store);
	skl_seats_free(hub->seats);
	skl_arena_done(&hub->batch.arena);
	skl_arena_done(&hub->turn_arena);
	/* Last of all: it closes libsodium's random source. */
	while (hub->ctx && zmq_ctx_term(hub->ctx) < 0 && errno == EINTR)
		;
	skl_free(hub);
}
