/* SPDX-License-Identifier: EUPL-1.2 */
/* link: -Wl,--wrap=zmq_poll */

/*
 * Who may connect: the allow-list, what stands on a payload frame, and what happens when the ZAP
 * thread is not there (nobody gets in) or ends (the process ends).
 */

#include "t_wire.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_zap.h"
#include "skl_zmq.h"

static atomic_int breaks_poll;

int __real_zmq_poll(zmq_pollitem_t *items, int count, long timeout);
int __wrap_zmq_poll(zmq_pollitem_t *items, int count, long timeout);

int __wrap_zmq_poll(zmq_pollitem_t *items, int count, long timeout)
{
	int got = __real_zmq_poll(items, count, timeout);

	if (atomic_load(&breaks_poll)) {
		errno = EFAULT;
		return -1;
	}
	return got;
}

struct pair {
	uint8_t public_key[32];
	uint8_t secret[32];
};

static struct pair make_pair(void)
{
	struct pair pair;

	(void)crypto_box_keypair(pair.public_key, pair.secret);
	return pair;
}

#define MONITOR "inproc://refused"
#define WAIT_MS 20000

struct stage {
	void *ctx;
	struct skl_zap *zap;
	void *router;
	void *monitor; /* of handshakes that fail */
	char endpoint[256];
	struct pair server;
};

static void open_monitor(struct stage *stage)
{
	const int events = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
			   ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

	assert_int_equal(zmq_socket_monitor(stage->router, MONITOR, events), 0);
	stage->monitor = zmq_socket(stage->ctx, ZMQ_PAIR);
	assert_int_equal(zmq_connect(stage->monitor, MONITOR), 0);
}

static void open_stage(struct stage *stage, bool with_zap)
{
	static unsigned number;
	const char *folder = getenv("TMPDIR");
	char endpoint[200];
	struct skl_router_opts opts = {.endpoint = endpoint, .handshake_ms = WAIT_MS};
	struct skl_error why = {0};

	(void)snprintf(endpoint, sizeof(endpoint), "ipc://%s/zap-%d-%u.sock",
		       folder ? folder : "/tmp", (int)getpid(), number++);
	*stage = (struct stage){.ctx = zmq_ctx_new(), .server = make_pair()};
	opts.secret = stage->server.secret;
	if (with_zap)
		assert_int_equal(skl_zap_open(stage->ctx, &stage->zap), SKL_OK);
	assert_int_equal(skl_router_open(stage->ctx, &opts, &stage->router, stage->endpoint, &why),
			 SKL_OK);
	open_monitor(stage);
}

static void close_stage(struct stage *stage)
{
	(void)zmq_socket_monitor(stage->router, NULL, 0);
	(void)zmq_close(stage->monitor);
	(void)zmq_close(stage->router);
	skl_zap_free(stage->zap);
	(void)zmq_ctx_term(stage->ctx);
}

static void allow(struct stage *stage, const struct pair *pair, int64_t from_ms, int64_t until_ms)
{
	struct skl_zap_key key = {
		.partner = "politie-nh", .from_ms = from_ms, .until_ms = until_ms};

	memcpy(key.public_key, pair->public_key, 32);
	memset(key.key_id, 0xab, 16);
	assert_int_equal(skl_zap_allow(stage->zap, &key, 1), SKL_OK);
}

/* The router has a message, or has refused one handshake. */
static bool has_message(struct stage *stage)
{
	zmq_pollitem_t items[] = {{stage->router, 0, ZMQ_POLLIN, 0},
				  {stage->monitor, 0, ZMQ_POLLIN, 0}};
	char event[256];

	assert_true(__real_zmq_poll(items, 2, WAIT_MS) > 0);
	if (items[1].revents) /* its number, and where */
		for (int i = 0; i < 2; i++)
			assert_true(zmq_recv(stage->monitor, event, sizeof(event), 0) >= 0);
	return !items[1].revents;
}

/* Connect once with a key, send, and see whether the message comes through. */
static bool comes_through(struct stage *stage, const struct pair *pair, struct skl_msg *ret_msg,
			  struct skl_arena *arena)
{
	static unsigned number;
	char routing[33];
	const int zero = 0, never = -1;
	void *dealer = zmq_socket(stage->ctx, ZMQ_DEALER);
	bool came;

	(void)zmq_setsockopt(dealer, ZMQ_LINGER, &zero, sizeof(zero));
	(void)zmq_setsockopt(dealer, ZMQ_RECONNECT_IVL, &never, sizeof(never));
	(void)snprintf(routing, sizeof(routing), "%032u", number++);
	(void)zmq_setsockopt(dealer, ZMQ_ROUTING_ID, routing, 32);
	(void)zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, stage->server.public_key, 32);
	(void)zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, pair->public_key, 32);
	(void)zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, pair->secret, 32);
	assert_int_equal(zmq_connect(dealer, stage->endpoint), 0);
	assert_int_equal(zmq_send(dealer, "HELLO", 5, ZMQ_SNDMORE), 5);
	assert_int_equal(zmq_send(dealer, "body", 4, 0), 4);
	came = has_message(stage) && skl_msg_recv(stage->router, arena, ret_msg) == SKL_OK;
	(void)zmq_close(dealer);
	return came;
}

static bool tries(struct stage *stage, const struct pair *pair)
{
	struct skl_arena arena;
	struct skl_msg msg = {0};
	bool came;

	skl_arena_init(&arena, 0, 0);
	came = comes_through(stage, pair, &msg, &arena);
	skl_msg_done(&msg);
	skl_arena_done(&arena);
	return came;
}

static void test_allowed(void **state)
{
	struct stage stage;
	struct pair pair = make_pair();
	struct skl_arena arena;
	struct skl_msg msg = {0};
	uint8_t key_id[16];

	(void)state;
	open_stage(&stage, true);
	skl_arena_init(&arena, 0, 0);
	allow(&stage, &pair, 0, INT64_MAX);
	assert_true(comes_through(&stage, &pair, &msg, &arena));
	assert_string_equal(msg.partner, "politie-nh");
	memset(key_id, 0xab, 16);
	assert_memory_equal(msg.key_id, key_id, 16);
	assert_int_equal(msg.count, 2);
	assert_int_equal(msg.routing_len, 32);
	assert_true(skl_view_is(skl_msg_frame(&msg, 1), "body"));
	assert_null(skl_msg_frame(&msg, 2).data);
	skl_msg_done(&msg);
	skl_arena_done(&arena);
	close_stage(&stage);
}

static void test_refused(void **state)
{
	struct stage stage;
	struct pair pair = make_pair(), stranger = make_pair();

	(void)state;
	open_stage(&stage, true);
	assert_false(tries(&stage, &pair)); /* the list is empty */
	allow(&stage, &pair, 0, INT64_MAX);
	assert_false(tries(&stage, &stranger));
	allow(&stage, &pair, skl_now_ms() + 60000, INT64_MAX);
	assert_false(tries(&stage, &pair)); /* not yet */
	allow(&stage, &pair, 0, skl_now_ms() - 1);
	assert_false(tries(&stage, &pair)); /* not any more */
	assert_int_equal(skl_zap_refused(stage.zap), 4);
	assert_int_equal(skl_zap_allow(stage.zap, NULL, SKL_ZAP_MAX_KEYS + 1), SKL_ELIMIT);
	close_stage(&stage);
}

/* One key has its share of connections, through a new list too; another key has its own. */
static void test_limited(void **state)
{
	struct stage stage;
	struct pair pair = make_pair(), other = make_pair();
	unsigned came = 0;

	(void)state;
	open_stage(&stage, true);
	allow(&stage, &pair, 0, INT64_MAX);
	while (came < SKL_ZAP_AT_ONCE / 2 && tries(&stage, &pair))
		came++;
	allow(&stage, &pair, 0, INT64_MAX);
	while (came < SKL_ZAP_AT_ONCE + 20 && tries(&stage, &pair))
		came++;
	/* What is refilled meanwhile, on a slow machine too, is far less than 20. */
	assert_in_range(came, SKL_ZAP_AT_ONCE, SKL_ZAP_AT_ONCE + 19);
	assert_true(skl_zap_refused(stage.zap) >= 1);
	allow(&stage, &other, 0, INT64_MAX);
	assert_true(tries(&stage, &other));
	close_stage(&stage);
}

/* libzmq would accept anybody then; option 93 makes it refuse. */
static void test_no_handler(void **state)
{
	struct stage stage;
	struct pair pair = make_pair();

	(void)state;
	open_stage(&stage, false);
	assert_false(tries(&stage, &pair));
	close_stage(&stage);
}

static void test_only_tcp_and_ipc(void **state)
{
	const uint8_t secret[32] = {1};
	const char *const endpoints[] = {"inproc://x", "pgm://eth0;1.2.3.4:5", "", "nonsense"};
	void *ctx = zmq_ctx_new();

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(endpoints); i++) {
		const struct skl_router_opts opts = {.endpoint = endpoints[i], .secret = secret};
		struct skl_error why = {0};
		char bound[256];
		void *router = NULL;

		assert_int_equal(skl_router_open(ctx, &opts, &router, bound, &why), SKL_EINVAL);
		assert_null(router);
	}
	(void)zmq_ctx_term(ctx);
}

/* A hub whose ZAP thread is gone must not live on. */
static void test_thread_ends(void **state)
{
	pid_t child = fork();
	int status = 0;

	(void)state;
	if (child == 0) {
		struct skl_zap *zap = NULL;
		void *ctx = zmq_ctx_new();

		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		(void)signal(SIGABRT, SIG_DFL);
		atomic_store(&breaks_poll, 1);
		(void)alarm(20); /* a hub that lives on dies of another signal */
		if (skl_zap_open(ctx, &zap) == SKL_OK && skl_zap_allow(zap, NULL, 0) == SKL_OK)
			(void)pause();
		(void)pause();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* The fork first: no other thread must live then. */
		cmocka_unit_test(test_thread_ends),      cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_refused),          cmocka_unit_test(test_no_handler),
		cmocka_unit_test(test_only_tcp_and_ipc), cmocka_unit_test(test_limited),
	};

	if (skl_wire_init() != SKL_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
