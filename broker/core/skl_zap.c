/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_zap.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_hub_event.h"
#include "skl_log.h"
#include "skl_mem.h"
#include "skl_seat.h"

#define ZAP_ENDPOINT  "inproc://zeromq.zap.01"
#define PIPE_ENDPOINT "inproc://skl-zap"
#define STACK_BYTES   (256 * 1024)
#define WAKE_MS       1000  /* the thread turns over at least this often */
#define WAIT_MS       10000 /* for its answer; the hub does not live on without one */
#define SILENT_LOOKS  10    /* looks, a second apart, that may find that it did not turn over */

/* Owned by the thread while it runs, except pipe, the counters and what is the reactor's. */
struct skl_zap {
	pthread_t thread;
	void *ctx;
	void *pipe; /* the reactor's end */
	atomic_uint_fast64_t refused;
	atomic_uint turns;   /* of the thread's loop */
	atomic_uint handed;  /* orders the list's bytes between the threads */
	unsigned seen_turns; /* the reactor's, as the next one */
	unsigned silent_looks;
};

/* A key that may connect, and how often it did of late. */
struct guest {
	struct skl_zap_key key; /* the first, for compare_keys() */
	struct skl_bucket connections;
	bool is_limited;
};

/* What goes through the pipe; an answer is one byte. */
struct order {
	enum { ORDER_ALLOW, ORDER_STOP } what;
	struct guest *guests; /* owned by whoever holds the order; sorted */
	size_t count;
};

struct request {
	char version[8];
	char id[256];
	size_t id_len;
	char domain[64];
	char mechanism[16];
	uint8_t key[SKL_CURVE_KEY_BYTES];
	size_t key_len;
	unsigned frames;
};

static int compare_keys(const void *a, const void *b)
{
	return memcmp(((const struct skl_zap_key *)a)->public_key,
		      ((const struct skl_zap_key *)b)->public_key, SKL_CURVE_KEY_BYTES);
}

/* Read one frame as text into a field; too long a frame leaves it empty. */
static size_t read_frame(void *socket, void *field, size_t size, bool *ret_more)
{
	int more = 0;
	size_t more_len = sizeof(more);
	int len = zmq_recv(socket, field, size, 0);

	if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_len) < 0)
		more = 0;
	*ret_more = more != 0;
	return len < 0 || (size_t)len > size ? 0 : (size_t)len;
}

/* version, request id, domain, address, identity, mechanism, credentials */
static void read_request(void *socket, struct request *request)
{
	char skipped[256];
	bool more = true;

	*request = (struct request){0};
	while (more) {
		switch (request->frames++) {
		case 0:
			(void)read_frame(socket, request->version, sizeof(request->version) - 1,
					 &more); /* length not needed: zeroed text */
			break;
		case 1:
			request->id_len =
				read_frame(socket, request->id, sizeof(request->id), &more);
			break;
		case 2:
			(void)read_frame(socket, request->domain, sizeof(request->domain) - 1,
					 &more); /* as above */
			break;
		case 5:
			(void)read_frame(socket, request->mechanism, sizeof(request->mechanism) - 1,
					 &more); /* as above */
			break;
		case 6:
			request->key_len =
				read_frame(socket, request->key, sizeof(request->key), &more);
			break;
		default:
			(void)read_frame(socket, skipped, sizeof(skipped), &more); /* not used */
			break;
		}
	}
}

static struct guest *find_key(const struct order *list, const uint8_t key[SKL_CURVE_KEY_BYTES])
{
	struct skl_zap_key wanted = {0};

	memcpy(wanted.public_key, key, SKL_CURVE_KEY_BYTES);
	return list->count ? bsearch(&wanted, list->guests, list->count, sizeof(*list->guests),
				     compare_keys)
			   : NULL;
}

/*
 * libzmq does not tell when a connection ends, so that they cannot be counted; how fast one key
 * makes them can. One partner alone must not use up what all need.
 */
static bool may_connect(struct guest *guest)
{
	bool may = skl_bucket_take(&guest->connections, SKL_ZAP_AT_ONCE,
				   skl_mono_ms() / (SKL_ZAP_AT_ONCE / SKL_ZAP_PER_MINUTE));

	if (!may && !guest->is_limited)
		skl_log(SKL_LOG_WARNING, skl_hub_event.connections_limited,
			"partner=%s next=\"%d a minute\"", guest->key.partner, SKL_ZAP_PER_MINUTE);
	guest->is_limited = !may;
	return may;
}

static const struct skl_zap_key *find(const struct order *list, const struct request *request)
{
	struct guest *guest;
	int64_t now_ms = skl_now_ms();

	if (request->frames != 7 || strcmp(request->version, "1.0") != 0 ||
	    strcmp(request->domain, "schakel") != 0 || strcmp(request->mechanism, "CURVE") != 0 ||
	    request->key_len != SKL_CURVE_KEY_BYTES)
		return NULL;
	guest = find_key(list, request->key);
	if (!guest || now_ms < guest->key.from_ms || now_ms >= guest->key.until_ms)
		return NULL;
	return may_connect(guest) ? &guest->key : NULL;
}

/* One property of the ZMTP metadata dictionary: name length, name, value length (4), value. */
static size_t put_key_property(uint8_t *out, const uint8_t key_id[16])
{
	char text[SKL_ID_TEXT_BYTES];

	out[0] = 5;
	memcpy(out + 1, "X-Key", 5);
	skl_put_u32be(out + 6, 32);
	memcpy(out + 10, skl_id_text(key_id, text), 32);
	return 42;
}

static bool answer(void *socket, const struct request *request, const struct skl_zap_key *key)
{
	uint8_t metadata[64];
	size_t metadata_len = key ? put_key_property(metadata, key->key_id) : 0;
	const struct skl_view frames[] = {
		skl_view_str("1.0"),
		skl_view_of(request->id, request->id_len),
		skl_view_str(key ? "200" : "400"),
		skl_view_str(key ? "OK" : "no"),
		skl_view_str(key ? key->partner : ""),
		skl_view_of(metadata, metadata_len),
	};

	for (size_t i = 0; i < SKL_COUNT(frames); i++)
		if (zmq_send(socket, frames[i].data, frames[i].len,
			     i + 1 < SKL_COUNT(frames) ? ZMQ_SNDMORE : 0) < 0)
			return false;
	return true;
}

enum turn { TURN_ON, TURN_STOP, TURN_BROKEN };

static enum turn take_order(struct skl_zap *zap, void *pipe, struct order *list)
{
	struct order order;

	if (zmq_recv(pipe, &order, sizeof(order), 0) != (int)sizeof(order))
		return TURN_BROKEN;
	(void)atomic_load_explicit(&zap->handed, memory_order_acquire); /* the list's bytes */
	if (order.what == ORDER_STOP)
		return TURN_STOP;
	for (size_t i = 0; i < order.count; i++) {
		const struct guest *old = find_key(list, order.guests[i].key.public_key);

		if (old)
			order.guests[i].connections = old->connections;
	}
	skl_free(list->guests);
	*list = order;
	return zmq_send(pipe, "y", 1, 0) == 1 ? TURN_ON : TURN_BROKEN;
}

static enum turn take_request(struct skl_zap *zap, void *rep, const struct order *list)
{
	struct request request;
	const struct skl_zap_key *key;

	read_request(rep, &request);
	key = find(list, &request);
	if (!key)
		atomic_fetch_add(&zap->refused, 1);
	return answer(rep, &request, key) ? TURN_ON : TURN_BROKEN;
}

/* Until told to stop: TURN_STOP; anything else is a broken socket. */
static enum turn serve(struct skl_zap *zap, void *rep, void *pipe)
{
	struct order list = {0};
	zmq_pollitem_t items[] = {{rep, 0, ZMQ_POLLIN, 0}, {pipe, 0, ZMQ_POLLIN, 0}};
	enum turn turn = TURN_ON;

	while (turn == TURN_ON) {
		atomic_fetch_add(&zap->turns, 1);
		if (zmq_poll(items, 2, WAKE_MS) < 0) {
			turn = errno == EINTR ? TURN_ON : TURN_BROKEN;
			continue;
		}
		if (items[1].revents)
			turn = take_order(zap, pipe, &list);
		if (turn == TURN_ON && items[0].revents)
			turn = take_request(zap, rep, &list);
	}
	skl_free(list.guests);
	return turn;
}

static void close_socket(void *socket)
{
	if (socket)
		(void)zmq_close(socket); /* only fails for what is no socket */
}

static bool no_linger(void *socket)
{
	const int linger = 0;

	return zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger)) == 0;
}

/* libzmq lets strangers in, or nobody, when no thread answers here: then the hub must not live. */
SKL_NORETURN static void give_up(const char *what)
{
	skl_log(SKL_LOG_ERR, skl_hub_event.zap_ended, "what=%s", what);
	abort();
}

static void *zap_main(void *argument)
{
	struct skl_zap *zap = argument;
	void *rep = zmq_socket(zap->ctx, ZMQ_REP);
	void *pipe = zmq_socket(zap->ctx, ZMQ_PAIR);
	bool ready = rep && pipe && no_linger(rep) && zmq_connect(pipe, PIPE_ENDPOINT) == 0 &&
		     zmq_bind(rep, ZAP_ENDPOINT) == 0;

	if (!pipe || zmq_send(pipe, ready ? "y" : "n", 1, 0) != 1)
		give_up("start");
	if (ready && serve(zap, rep, pipe) != TURN_STOP)
		give_up("socket");
	close_socket(rep);
	close_socket(pipe);
	return NULL;
}

static enum skl_err start_thread(struct skl_zap *zap)
{
	pthread_attr_t attr;
	int failed;

	if (pthread_attr_init(&attr) != 0)
		return SKL_ENOMEM;
	failed = pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (!failed)
		failed = pthread_create(&zap->thread, &attr, zap_main, zap);
	(void)pthread_attr_destroy(&attr); /* cannot fail */
	return failed ? skl_err_errno(failed) : SKL_OK;
}

static enum skl_err wait_ready(struct skl_zap *zap)
{
	char answer_byte = 0;

	while (zmq_recv(zap->pipe, &answer_byte, 1, 0) < 0) {
		if (errno == EAGAIN)
			give_up("silence");
		if (errno != EINTR)
			return SKL_EIO;
	}
	return answer_byte == 'y' ? SKL_OK : SKL_EIO;
}

enum skl_err skl_zap_open(void *ctx, struct skl_zap **ret_zap)
{
	const int wait_ms = WAIT_MS;
	struct skl_zap *zap = skl_calloc(1, sizeof(*zap));
	enum skl_err err = SKL_EIO;

	if (!zap)
		return SKL_ENOMEM;
	zap->ctx = ctx;
	atomic_init(&zap->refused, 0);
	atomic_init(&zap->turns, 0);
	atomic_init(&zap->handed, 0);
	zap->pipe = zmq_socket(ctx, ZMQ_PAIR);
	if (!zap->pipe || !no_linger(zap->pipe) ||
	    zmq_setsockopt(zap->pipe, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms)) < 0 ||
	    zmq_bind(zap->pipe, PIPE_ENDPOINT) < 0)
		goto fail;
	err = start_thread(zap);
	if (err != SKL_OK)
		goto fail;
	err = wait_ready(zap);
	if (err != SKL_OK) {
		(void)pthread_join(zap->thread, NULL); /* it ends after saying no */
		goto fail;
	}
	*ret_zap = zap;
	return SKL_OK;
fail:
	close_socket(zap->pipe);
	skl_free(zap);
	return err;
}

static bool send_order(struct skl_zap *zap, const struct order *order)
{
	atomic_fetch_add_explicit(&zap->handed, 1, memory_order_release); /* the list's bytes */
	return zmq_send(zap->pipe, order, sizeof(*order), 0) == (int)sizeof(*order);
}

enum skl_err skl_zap_allow(struct skl_zap *zap, const struct skl_zap_key *keys, size_t count)
{
	struct order order = {.what = ORDER_ALLOW, .count = count};

	if (count > SKL_ZAP_MAX_KEYS)
		return SKL_ELIMIT;
	order.guests = skl_calloc(count ? count : 1, sizeof(*order.guests));
	if (!order.guests)
		return SKL_ENOMEM;
	for (size_t i = 0; i < count; i++)
		order.guests[i].key = keys[i];
	if (count)
		qsort(order.guests, count, sizeof(*order.guests), compare_keys);
	if (!send_order(zap, &order)) {
		skl_free(order.guests);
		return SKL_EIO;
	}
	return wait_ready(zap);
}

void skl_zap_watch(struct skl_zap *zap)
{
	unsigned turns = atomic_load(&zap->turns);

	zap->silent_looks = turns == zap->seen_turns ? zap->silent_looks + 1 : 0;
	zap->seen_turns = turns;
	if (zap->silent_looks > SILENT_LOOKS)
		give_up("silence");
}

uint64_t skl_zap_refused(const struct skl_zap *zap)
{
	return atomic_load(&zap->refused);
}

void skl_zap_free(struct skl_zap *zap)
{
	const struct order order = {.what = ORDER_STOP};

	if (!zap)
		return;
	if (send_order(zap, &order))
		(void)pthread_join(zap->thread, NULL); /* it ends after this order */
	close_socket(zap->pipe);
	skl_free(zap);
}
