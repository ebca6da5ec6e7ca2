/* SPDX-License-Identifier: EUPL-1.2 */
/* The spool after kill -9 at any moment: all that was committed is there, and whole. */
#include <signal.h>
#include <sys/wait.h>

#include "spool_place.h"

/*
 * The life of many messages, one commit a step; after each commit one byte to the parent: the
 * number of the step. Messages are told apart by the first byte of their id.
 */
#define STEPS 6

static void live(struct place *place, int fd)
{
	for (uint8_t round = 0; round < 40; round++) {
		struct skl_out out = make_out(round, false);
		struct skl_in in = make_in(round);
		memset(out.id, 0, sizeof out.id);
		out.id[0] = (uint8_t)(round + 1);
		for (uint8_t step = 0; step < STEPS; step++) {
			struct skl_spool_txn *txn = begin(place, true);
			switch (step) {
			case 0:
				assert_int_equal(add(txn, &out, "header", "section"), SKL_OK);
				break;
			case 1:
				out.state = SKL_OUT_SUBMITTED;
				skl_spool_out_set(txn, &out);
				break;
			case 2:
				out.state = SKL_OUT_ANSWERED;
				skl_spool_out_set(txn, &out);
				skl_spool_result_put(txn, out.id, skl_view_str("result"));
				(void)skl_spool_push(txn, SKL_QUEUE_EVENT, skl_view_of(out.id, 16));
				break;
			case 3:
				assert_int_equal(skl_spool_in_add(txn, &in, skl_view_str("body")),
						 SKL_OK);
				(void)skl_spool_push(txn, SKL_QUEUE_RECEIPT,
						     skl_view_of(in.key, 32));
				break;
			case 4:
				in.state = SKL_IN_HANDING;
				skl_spool_in_set(txn, &in);
				break;
			default:
				in.state = SKL_IN_HANDED_OVER;
				skl_spool_in_set(txn, &in);
				out.state = SKL_OUT_DONE;
				skl_spool_out_set(txn, &out);
				skl_spool_out_drop_body(txn, &out);
				break;
			}
			commit(txn);
			uint8_t ack = (uint8_t)(round * STEPS + step);
			if (write(fd, &ack, 1) != 1)
				_exit(3);
		}
	}
	_exit(0);
}

/* After a kill: message `round` has done at least `steps` steps, at most one more. */
static void check_life(struct place *place, uint8_t round, unsigned steps)
{
	struct skl_spool_txn *txn = begin(place, false);
	uint8_t id[16] = {(uint8_t)(round + 1)};
	struct skl_in want = make_in(round);
	struct skl_out out = {0};
	struct skl_in in = {0};
	struct skl_spool_frames frames = {0};
	struct skl_buf buf;
	skl_buf_init(&buf, 1000);
	enum skl_err err = skl_spool_out_get(txn, id, &out);
	unsigned done = err ? 0 : (unsigned)out.state;
	assert_true(!err || (err == SKL_ENOTFOUND && steps == 0));
	err = skl_spool_in_get(txn, want.key, &in);
	if (!err)
		done = 3 + (unsigned)in.state;
	assert_in_range(done, steps, steps + 1);
	/* All that one commit wrote is there, or none of it. */
	bool has_body = done >= 1 && done < 6;
	assert_int_equal(skl_spool_out_frames(txn, id, &frames), has_body ? SKL_OK : SKL_ENOTFOUND);
	if (has_body)
		assert_true(skl_view_is(frames.frame[1], "section"));
	assert_int_equal(skl_spool_result_get(txn, id, &buf), done >= 3 ? SKL_OK : SKL_ENOTFOUND);
	skl_buf_clear(&buf);
	bool has_in = done == 4 || done == 5;
	assert_int_equal(skl_spool_in_body(txn, want.key, &buf), has_in ? SKL_OK : SKL_ENOTFOUND);
	if (done == 6)
		assert_int_equal(out.state, SKL_OUT_DONE);
	skl_spool_frames_done(&frames);
	skl_buf_done(&buf);
	commit(txn);
}

/* Queues and counts agree with what the messages say. */
static void check_whole(struct place *place, unsigned acked)
{
	struct skl_spool_txn *txn = begin(place, false);
	struct skl_spool_stats stats;
	assert_int_equal(skl_spool_stats(txn, &stats), SKL_OK);
	uint64_t events = 0;
	uint64_t receipts = 0;
	uint64_t bytes = 0;
	for (uint8_t round = 0; round < 40; round++) {
		uint8_t id[16] = {(uint8_t)(round + 1)};
		struct skl_in want = make_in(round);
		struct skl_out out;
		struct skl_in in;
		if (skl_spool_out_get(txn, id, &out))
			continue;
		events += out.state >= SKL_OUT_ANSWERED;
		bytes += out.state < SKL_OUT_DONE ? strlen("headersection") : 0;
		if (skl_spool_in_get(txn, want.key, &in))
			continue;
		receipts++;
		bytes += in.state < SKL_IN_HANDED_OVER ? strlen("body") : 0;
	}
	assert_int_equal(stats.events, events);
	assert_int_equal(stats.receipts, receipts);
	assert_int_equal(stats.out_bytes + stats.in_bytes, bytes);
	assert_true(events >= acked / STEPS);
	commit(txn);
}

static void kill_loses_nothing_that_was_committed(void **state)
{
	struct place *place = *state;
	for (unsigned kill_after = 0; kill_after < 40 * STEPS; kill_after += 13) {
		teardown(state);
		assert_int_equal(setup(state), 0);
		skl_spool_close(place->spool);
		place->spool = NULL;
		int fds[2];
		assert_int_equal(pipe(fds), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			close(fds[0]);
			if (open_at(place->folder, secret, "politie-nh", 0, &place->spool))
				_exit(2);
			live(place, fds[1]);
		}
		close(fds[1]);
		uint8_t ack;
		unsigned acked = 0;
		while (acked < kill_after && read(fds[0], &ack, 1) == 1)
			acked++;
		assert_int_equal(kill(child, SIGKILL), 0);
		/* What was acknowledged before the kill arrived counts too. */
		while (read(fds[0], &ack, 1) == 1)
			acked++;
		close(fds[0]);
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && !WEXITSTATUS(status)));
		reopen(place, 0);
		for (uint8_t round = 0; round < acked / STEPS; round++)
			check_life(place, round, STEPS);
		if (acked < 40 * STEPS)
			check_life(place, (uint8_t)(acked / STEPS), acked % STEPS);
		check_whole(place, acked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kill_loses_nothing_that_was_committed, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
