/* SPDX-License-Identifier: EUPL-1.2 */
#include "load.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "skl_mem.h"

#define LOOK_MS 20 /* how often the recipients see that it is over */

void load_die(const char *what)
{
	(void)fprintf(stderr, "load: %s\n", what);
	exit(2);
}

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) != 0)
		load_die("clock");
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- sockets -------------------------------------------------------------------------------- */

void load_connect(struct load *load, struct load_end *end)
{
	static void *ctx;
	uint8_t routing[32];
	const int zero = 0;

	if (!ctx)
		ctx = zmq_ctx_new();
	randombytes_buf(routing, sizeof(routing));
	end->socket = zmq_socket(ctx, ZMQ_DEALER);
	if (!end->socket ||
	    zmq_setsockopt(end->socket, ZMQ_ROUTING_ID, routing, sizeof(routing)) < 0 ||
	    zmq_setsockopt(end->socket, ZMQ_LINGER, &zero, sizeof(zero)) < 0 ||
	    zmq_setsockopt(end->socket, ZMQ_CURVE_SERVERKEY, load->server_public, 32) < 0 ||
	    zmq_setsockopt(end->socket, ZMQ_CURVE_PUBLICKEY, end->transport_public, 32) < 0 ||
	    zmq_setsockopt(end->socket, ZMQ_CURVE_SECRETKEY, end->transport_secret, 32) < 0 ||
	    zmq_connect(end->socket, load->endpoint) < 0)
		load_die("connect");
}

void load_send(struct load_end *end, const struct skl_view *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (zmq_send(end->socket, frames[i].data, frames[i].len,
			     i + 1 < count ? ZMQ_SNDMORE : 0) < 0)
			load_die("send");
}

/* A message as its frames; false if there is none. */
static bool receive(void *socket, zmq_msg_t *held, size_t *ret_count, int flags)
{
	bool more = true;

	*ret_count = 0;
	while (more) {
		zmq_msg_t *frame = &held[*ret_count];

		if (*ret_count == LOAD_FRAMES_MAX)
			load_die("too many frames");
		(void)zmq_msg_init(frame); /* cannot fail */
		if (zmq_msg_recv(frame, socket, flags) < 0) {
			if (errno == EAGAIN && *ret_count == 0)
				return false;
			load_die("receive");
		}
		(*ret_count)++;
		more = zmq_msg_more(frame);
	}
	return true;
}

static void release(zmq_msg_t *held, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)zmq_msg_close(&held[i]); /* each was received */
}

size_t load_receive(struct load_end *end, struct skl_buf *bytes, struct skl_view *frames)
{
	zmq_msg_t held[LOAD_FRAMES_MAX];
	zmq_pollitem_t item = {end->socket, 0, ZMQ_POLLIN, 0};
	size_t count;

	if (zmq_poll(&item, 1, LOAD_PATIENCE_S * 1000L) != 1 ||
	    !receive(end->socket, held, &count, ZMQ_DONTWAIT))
		load_die("the broker does not answer");
	for (size_t i = 0; i < count; i++)
		skl_buf_add(bytes, zmq_msg_data(&held[i]), zmq_msg_size(&held[i]));
	if (skl_buf_err(bytes))
		load_die("out of memory");
	for (size_t i = 0, at = 0; i < count; at += frames[i++].len)
		frames[i] = skl_view_of(bytes->data + at, zmq_msg_size(&held[i]));
	release(held, count);
	return count;
}

/* --- the run --------------------------------------------------------------------------------- */

struct side {
	struct load *load;
	struct load_end *ends;
	bool is_sender;
	uint64_t finished;
};

/* Take what has come for one pair, a batch at most, then let it answer. */
static bool take(struct side *side, size_t pair)
{
	const struct load_calls *calls = side->load->calls;
	void (*flush)(void *, size_t) =
		side->is_sender ? calls->sender_flush : calls->recipient_flush;
	size_t taken = 0;

	for (; taken < LOAD_BATCH; taken++) {
		zmq_msg_t held[LOAD_FRAMES_MAX];
		struct skl_view frames[LOAD_FRAMES_MAX];
		size_t count;

		if (!receive(side->ends[pair].socket, held, &count, ZMQ_DONTWAIT))
			break;
		for (size_t i = 0; i < count; i++)
			frames[i] = skl_view_of(zmq_msg_data(&held[i]), zmq_msg_size(&held[i]));
		if (side->is_sender)
			side->finished += calls->sender_take(side->load->arg, pair, frames, count);
		else
			calls->recipient_take(side->load->arg, pair, frames, count);
		release(held, count);
	}
	if (taken && flush)
		flush(side->load->arg, pair);
	return taken > 0;
}

/* Wait for any pair and take what came; false if nothing did. */
static bool serve(struct side *side, long wait_ms)
{
	zmq_pollitem_t items[LOAD_PAIRS_MAX];
	bool any = false;

	for (size_t i = 0; i < side->load->pairs; i++)
		items[i] = (zmq_pollitem_t){side->ends[i].socket, 0, ZMQ_POLLIN, 0};
	if (zmq_poll(items, (int)side->load->pairs, wait_ms) < 0 && errno != EINTR)
		load_die("poll");
	for (size_t i = 0; i < side->load->pairs; i++)
		any |= items[i].revents && take(side, i);
	return any;
}

static atomic_bool is_over;

static void *receive_all(void *arg)
{
	struct side *side = arg;

	while (!atomic_load(&is_over))
		(void)serve(side, LOOK_MS); /* nothing came: look whether it is over */
	return NULL;
}

void load_arrived(struct load *load, uint64_t number)
{
	if (number >= load->count || load->arrived_ns[number])
		load_die("a message came that was not sent, or twice");
	load->arrived_ns[number] = now_ns(CLOCK_MONOTONIC);
}

static int64_t broker_cpu_ns(const struct load *load)
{
	clockid_t clock;

	if (clock_getcpuclockid(load->broker_pid, &clock) != 0)
		load_die("the broker's clock");
	return now_ns(clock);
}

static void send_all(struct load *load)
{
	struct side side = {.load = load, .ends = load->senders, .is_sender = true};
	int64_t began_ns = 0, cpu_ns = 0;
	uint64_t sent = 0;
	bool is_warm = false;

	while (side.finished < load->count) {
		if (!is_warm && side.finished >= load->warm) {
			is_warm = true;
			began_ns = now_ns(CLOCK_MONOTONIC);
			cpu_ns = broker_cpu_ns(load);
			load->warm = side.finished;
		}
		if (sent < load->count && sent - side.finished < load->window) {
			load->began_ns[sent] = now_ns(CLOCK_MONOTONIC);
			load->calls->submit(load->arg, sent / LOAD_TURN % load->pairs, sent);
			sent++;
			(void)serve(&side, 0); /* the window has room: no waiting */
		} else if (!serve(&side, LOAD_PATIENCE_S * 1000L)) {
			load_die("the broker is silent");
		}
	}
	load->seconds = (double)(now_ns(CLOCK_MONOTONIC) - began_ns) / 1e9;
	load->broker_cpu_us =
		(double)(broker_cpu_ns(load) - cpu_ns) / 1e3 / (double)(load->count - load->warm);
	while (load->calls->is_settled && !load->calls->is_settled(load->arg))
		if (!serve(&side, LOAD_PATIENCE_S * 1000L))
			load_die("the broker is silent at the end");
}

static int compare_ns(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void find_percentiles(struct load *load)
{
	size_t count = load->count - load->warm;
	int64_t *took = skl_calloc(count, sizeof(*took));

	if (!took)
		load_die("out of memory");
	for (size_t i = 0; i < count; i++) {
		size_t number = load->warm + i;

		if (!load->arrived_ns[number])
			load_die("a message never came");
		took[i] = load->arrived_ns[number] - load->began_ns[number];
	}
	qsort(took, count, sizeof(*took), compare_ns);
	load->p50_us = (double)took[count / 2] / 1e3;
	load->p99_us = (double)took[count * 99 / 100] / 1e3;
	load->most_us = (double)took[count - 1] / 1e3;
	skl_free(took);
}

void load_run(struct load *load)
{
	struct side recipients = {.load = load, .ends = load->recipients};
	pthread_t thread = {0};

	if (load->warm >= load->count || !load->window || load->pairs > LOAD_PAIRS_MAX)
		load_die("count, warm, window or pairs");
	load->began_ns = skl_calloc(load->count, sizeof(*load->began_ns));
	load->arrived_ns = skl_calloc(load->count, sizeof(*load->arrived_ns));
	if (!load->began_ns || !load->arrived_ns)
		load_die("out of memory");
	if (!load->is_one_way && pthread_create(&thread, NULL, receive_all, &recipients) != 0)
		load_die("thread");
	send_all(load);
	atomic_store(&is_over, true);
	if (!load->is_one_way) {
		(void)pthread_join(thread, NULL); /* it ends by the flag */
		find_percentiles(load);
	}
	skl_free(load->began_ns);
	skl_free(load->arrived_ns);
}

/* --- words ------------------------------------------------------------------------------------ */

const char *load_text(int argc, char **argv, const char *name, const char *preset)
{
	size_t len = strlen(name);

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=')
			return argv[i] + len + 1;
	return preset;
}

uint64_t load_number(int argc, char **argv, const char *name, uint64_t preset)
{
	const char *text = load_text(argc, argv, name, NULL);
	char *end;
	uint64_t number = text ? strtoull(text, &end, 10) : preset;

	if (text && (end == text || *end))
		load_die(name);
	return number;
}

void load_print(const struct load *load, const char *prefix)
{
	double count = (double)(load->count - load->warm);

	(void)printf("%s_messages %.0f messages\n", prefix, count);
	(void)printf("%s_rate %.0f messages/s\n", prefix, count / load->seconds);
	(void)printf("%s_broker_cpu %.1f us\n", prefix, load->broker_cpu_us);
	if (load->is_one_way)
		return;
	(void)printf("%s_p50 %.0f us\n", prefix, load->p50_us);
	(void)printf("%s_p99 %.0f us\n", prefix, load->p99_us);
	(void)printf("%s_most %.0f us\n", prefix, load->most_us);
}
