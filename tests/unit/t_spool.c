/* SPDX-License-Identifier: EUPL-1.2 */
/* The spool: what is durable, what is refused, what is forgotten. */
#include <fcntl.h>
#include <sys/stat.h>

#include "spool_place.h"

static void survives_reopening(void **state)
{
	struct place *place = *state;
	struct skl_out out = make_out(1, false);
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, "header", "section"), SKL_OK);
	commit(txn);
	reopen(place, 0);

	txn = begin(place, false);
	struct skl_out found;
	assert_int_equal(skl_spool_out_get(txn, out.id, &found), SKL_OK);
	assert_memory_equal(&found, &out, sizeof out);
	assert_int_equal(found.state, SKL_OUT_SPOOLED);
	assert_int_equal(found.size, strlen("headersection"));
	struct skl_spool_frames frames;
	assert_int_equal(skl_spool_out_frames(txn, out.id, &frames), SKL_OK);
	assert_int_equal(frames.count, 2);
	assert_true(skl_view_is(frames.frame[0], "header"));
	assert_true(skl_view_is(frames.frame[1], "section"));
	skl_spool_frames_done(&frames);
	commit(txn);
}

static void an_abort_leaves_nothing(void **state)
{
	struct place *place = *state;
	struct skl_out out = make_out(1, false);
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, "header", "section"), SKL_OK);
	skl_spool_abort(txn);
	txn = begin(place, false);
	struct skl_out found;
	assert_int_equal(skl_spool_out_get(txn, out.id, &found), SKL_ENOTFOUND);
	struct skl_spool_stats stats;
	assert_int_equal(skl_spool_stats(txn, &stats), SKL_OK);
	assert_int_equal(stats.out_bytes, 0);
	assert_int_equal(stats.out_open, 0);
	commit(txn);
}

static void the_keys_of_recipients_go_with_the_body(void **state)
{
	struct place *place = *state;
	struct skl_out out = make_out(1, false);
	const struct skl_sealed_key keys[] = {{.recipient = 1, .key = {11}},
					      {.recipient = 7, .key = {77}}};
	uint8_t key[32];
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, "header", "section"), SKL_OK);
	assert_int_equal(skl_spool_out_key_get(txn, out.id, 1, key), SKL_ENOTFOUND);
	skl_spool_out_keys_put(txn, out.id, keys, SKL_COUNT(keys));
	commit(txn);
	txn = begin(place, true);
	assert_int_equal(skl_spool_out_key_get(txn, out.id, 7, key), SKL_OK);
	assert_memory_equal(key, keys[1].key, sizeof key);
	assert_int_equal(skl_spool_out_key_get(txn, out.id, 2, key), SKL_ENOTFOUND);
	skl_spool_out_drop_body(txn, &out);
	assert_int_equal(skl_spool_out_key_get(txn, out.id, 7, key), SKL_ENOTFOUND);
	commit(txn);
}

static void the_same_id_with_other_bytes_is_refused(void **state)
{
	struct place *place = *state;
	struct skl_out out = make_out(1, false);
	struct skl_out again = out;
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, "header", "section"), SKL_OK);
	assert_int_equal(add(txn, &again, "header", "section"), SKL_EEXISTS);
	assert_int_equal(add(txn, &again, "header", "Section"), SKL_EDUPLICATE);
	/* The same bytes, grouped otherwise, are other bytes. */
	assert_int_equal(add(txn, &again, "headers", "ection"), SKL_EDUPLICATE);
	commit(txn);
	/* And they still are after the message was done and its body is gone. */
	txn = begin(place, true);
	out.state = SKL_OUT_DONE;
	skl_spool_out_set(txn, &out);
	skl_spool_out_drop_body(txn, &out);
	assert_int_equal(add(txn, &again, "header", "Section"), SKL_EDUPLICATE);
	assert_int_equal(add(txn, &again, "header", "section"), SKL_EEXISTS);
	commit(txn);
}

static void collect_due(struct place *place, int64_t now_ms, char *ret_order, int64_t *ret_next_ms)
{
	struct skl_spool_txn *txn = begin(place, false);
	struct skl_out out;
	const struct skl_out *cursor = NULL;
	size_t count = 0;
	while (!skl_spool_out_due(txn, now_ms, cursor, &out)) {
		ret_order[count++] = (char)out.kind;
		cursor = &out;
	}
	ret_order[count] = 0;
	*ret_next_ms = skl_spool_out_next_ms(txn, now_ms);
	commit(txn);
}

static void due_is_acute_first_then_by_time(void **state)
{
	struct place *place = *state;
	static const struct {
		char name;
		bool acute;
		int64_t next_try_ms; /* after NOW; 0: as added */
	} rows[] = {
		{'a', false, 0},   {'b', false, 5000}, {'c', true, 0},
		{'d', true, 3000}, {'e', false, 100},  {'f', false, INT64_C(86400000) * 300},
	};
	struct skl_spool_txn *txn = begin(place, true);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_out out = make_out((uint8_t)(i + 1), rows[i].acute);
		out.kind = (uint32_t)rows[i].name;
		assert_int_equal(add(txn, &out, "h", "s"), SKL_OK);
		if (rows[i].next_try_ms) {
			out.next_try_ms = NOW + rows[i].next_try_ms;
			skl_spool_out_set(txn, &out);
		}
	}
	commit(txn);

	char order[16];
	int64_t next_ms = 0;
	/* f's time can only come from a clock that was wrong: it is due. */
	collect_due(place, NOW + 200, order, &next_ms);
	assert_string_equal(order, "caef");
	assert_int_equal(next_ms, NOW + 3000);
	collect_due(place, NOW + 3000, order, &next_ms);
	assert_string_equal(order, "cdaef");
	assert_int_equal(next_ms, NOW + 5000);
	collect_due(place, NOW + 6000, order, &next_ms);
	assert_string_equal(order, "cdaebf");
	assert_int_equal(next_ms, NOW + INT64_C(86400000) * 300);
}

static void answered_messages_are_not_due(void **state)
{
	struct place *place = *state;
	struct skl_out out = make_out(1, false);
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, "h", "s"), SKL_OK);
	out.state = SKL_OUT_SUBMITTED;
	out.next_try_ms = NOW + 9;
	skl_spool_out_set(txn, &out);
	commit(txn);
	char order[16];
	int64_t next_ms = 0;
	collect_due(place, NOW + 10, order, &next_ms);
	assert_int_equal(strlen(order), 1);

	txn = begin(place, true);
	out.state = SKL_OUT_ANSWERED;
	skl_spool_out_set(txn, &out);
	skl_spool_result_put(txn, out.id, skl_view_str("result"));
	struct skl_out_to to = {.number = 7, .partner = "vt-zw", .desk = "meldingen", .index = 3};
	skl_spool_to_put(txn, out.id, &to);
	to.number = 9;
	skl_spool_to_put(txn, out.id, &to);
	commit(txn);
	collect_due(place, NOW + 10, order, &next_ms);
	assert_string_equal(order, "");
	assert_int_equal(next_ms, INT64_MAX);

	txn = begin(place, false);
	struct skl_out_to found;
	assert_int_equal(skl_spool_to_next(txn, out.id, 0, &found), SKL_OK);
	assert_int_equal(found.number, 7);
	assert_string_equal(found.desk, "meldingen");
	assert_int_equal(skl_spool_to_next(txn, out.id, 7, &found), SKL_OK);
	assert_int_equal(found.number, 9);
	assert_int_equal(skl_spool_to_next(txn, out.id, 9, &found), SKL_ENOTFOUND);
	commit(txn);
}

static void a_full_spool_refuses_and_recovers(void **state)
{
	struct place *place = *state;
	reopen(place, 2000); /* a thousand for each direction */
	char text[301];
	memset(text, 'x', 300);
	text[300] = 0;
	struct skl_out outs[4] = {make_out(1, false), make_out(2, false), make_out(3, false),
				  make_out(4, true)};
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &outs[0], text, ""), SKL_OK);
	assert_int_equal(add(txn, &outs[1], text, ""), SKL_OK);
	assert_int_equal(add(txn, &outs[2], text, "more than 900"), SKL_EMAPFULL);
	/* The last tenth is for acute messages. */
	assert_int_equal(add(txn, &outs[3], text, "more than 900"), SKL_OK);
	commit(txn);

	/* A full way out does not stop what comes in: receipts are what empties it. */
	txn = begin(place, true);
	struct skl_in in = {.state = SKL_IN_STORED, .expires_ms = NOW};
	assert_int_equal(skl_spool_in_add(txn, &in, skl_view_str("body")), SKL_OK);
	struct skl_in large = {.state = SKL_IN_STORED, .expires_ms = NOW, .key = {1}};
	uint8_t bytes[997] = {0};
	assert_int_equal(skl_spool_in_add(txn, &large, skl_view_of(bytes, sizeof bytes)),
			 SKL_EMAPFULL);
	/* A refusal needs no room for contents. */
	large.state = SKL_IN_REFUSED;
	assert_int_equal(skl_spool_in_add(txn, &large, skl_view_str("")), SKL_OK);
	commit(txn);

	txn = begin(place, true);
	outs[0].state = SKL_OUT_DONE;
	skl_spool_out_set(txn, &outs[0]);
	skl_spool_out_drop_body(txn, &outs[0]);
	skl_spool_out_drop_body(txn, &outs[0]); /* twice counts once */
	outs[2] = make_out(3, false);
	assert_int_equal(add(txn, &outs[2], text, ""), SKL_EMAPFULL);
	outs[3].state = SKL_OUT_DONE;
	skl_spool_out_drop_body(txn, &outs[3]);
	assert_int_equal(add(txn, &outs[2], text, ""), SKL_OK);
	commit(txn);
	struct skl_spool_stats stats;
	txn = begin(place, false);
	assert_int_equal(skl_spool_stats(txn, &stats), SKL_OK);
	assert_int_equal(stats.out_bytes, 600);
	assert_int_equal(stats.in_bytes, 4);
	assert_int_equal(stats.max_bytes, 2000);
	commit(txn);
}

static void incoming_comes_in_order_and_once(void **state)
{
	struct place *place = *state;
	struct skl_in ins[3] = {make_in(9), make_in(5), make_in(7)};
	struct skl_spool_txn *txn = begin(place, true);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(skl_spool_in_add(txn, &ins[i], skl_view_str("body")), SKL_OK);
	struct skl_in again = make_in(5);
	assert_int_equal(skl_spool_in_add(txn, &again, skl_view_str("other")), SKL_EEXISTS);
	commit(txn);
	reopen(place, 0);

	txn = begin(place, true);
	struct skl_in found;
	uint64_t seq = 0;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(skl_spool_in_next(txn, seq, &found), SKL_OK);
		assert_memory_equal(&found, &ins[i], sizeof found);
		seq = found.seq;
	}
	assert_int_equal(skl_spool_in_next(txn, seq, &found), SKL_ENOTFOUND);
	ins[0].state = SKL_IN_HANDED_OVER;
	skl_spool_in_set(txn, &ins[0]);
	commit(txn);

	txn = begin(place, false);
	assert_int_equal(skl_spool_in_next(txn, 0, &found), SKL_OK);
	assert_int_equal(found.id[0], 5);
	struct skl_buf body;
	skl_buf_init(&body, 100);
	assert_int_equal(skl_spool_in_body(txn, ins[0].key, &body), SKL_ENOTFOUND);
	assert_int_equal(skl_spool_in_body(txn, ins[1].key, &body), SKL_OK);
	assert_string_equal(skl_buf_str(&body), "body");
	skl_buf_done(&body);
	/* It is still known, so that it is not handed over twice. */
	assert_int_equal(skl_spool_in_get(txn, ins[0].key, &found), SKL_OK);
	assert_int_equal(found.state, SKL_IN_HANDED_OVER);
	commit(txn);
}

static void the_key_of_a_delivery_tells_desks_apart(void **state)
{
	(void)state;
	uint8_t id[16] = {1};
	uint8_t a[32];
	uint8_t b[32];
	skl_spool_in_key("politie", id, "meldingen", a);
	skl_spool_in_key("politie", id, "crisis", b);
	assert_memory_not_equal(a, b, 32);
	/* No sliding of the border between sender and the rest. */
	id[0] = 'x';
	skl_spool_in_key("a", id, "d", a);
	skl_spool_in_key("ax", id, "d", b);
	assert_memory_not_equal(a, b, 32);
}

static void queues_keep_order_and_numbers(void **state)
{
	struct place *place = *state;
	struct skl_spool_txn *txn = begin(place, true);
	uint64_t first = skl_spool_push(txn, SKL_QUEUE_RECEIPT, skl_view_str("one"));
	uint64_t other = skl_spool_push(txn, SKL_QUEUE_EVENT, skl_view_str("event"));
	uint64_t second = skl_spool_push(txn, SKL_QUEUE_RECEIPT, skl_view_str("two"));
	assert_true(first > 0 && first < other && other < second);
	commit(txn);
	reopen(place, 0);
	txn = begin(place, true);
	struct skl_buf item;
	skl_buf_init(&item, 100);
	uint64_t number;
	assert_int_equal(skl_spool_next(txn, SKL_QUEUE_RECEIPT, 0, &number, &item), SKL_OK);
	assert_int_equal(number, first);
	assert_string_equal(skl_buf_str(&item), "one");
	skl_spool_drop(txn, SKL_QUEUE_RECEIPT, first);
	skl_buf_clear(&item);
	assert_int_equal(skl_spool_next(txn, SKL_QUEUE_RECEIPT, 0, &number, &item), SKL_OK);
	assert_int_equal(number, second);
	assert_int_equal(skl_spool_next(txn, SKL_QUEUE_RECEIPT, second, &number, &item),
			 SKL_ENOTFOUND);
	/* A number is never given twice, not even after all is gone. */
	skl_spool_drop(txn, SKL_QUEUE_RECEIPT, second);
	skl_spool_drop(txn, SKL_QUEUE_EVENT, other);
	commit(txn);
	reopen(place, 0);
	txn = begin(place, true);
	assert_true(skl_spool_push(txn, SKL_QUEUE_RECEIPT, skl_view_str("three")) > second);
	commit(txn);
	skl_buf_done(&item);
}

static void promises_keep_contradictions(void **state)
{
	struct place *place = *state;
	struct skl_spool_promise promise = {.origin = "hub.example/trail",
					    .index = 300,
					    .sender = "politie-nh",
					    .partner = "vt-zw",
					    .desk = "meldingen",
					    .outcome = 1,
					    .at_ms = NOW,
					    .first_index = 299,
					    .count = 4};
	memset(promise.leaf_hash, 7, 32);
	memset(promise.signature, 8, 64);
	struct skl_spool_txn *txn = begin(place, true);
	skl_spool_promise_put(txn, &promise);
	struct skl_spool_promise other = promise;
	other.leaf_hash[31] = 9;
	skl_spool_promise_put(txn, &other);
	struct skl_spool_promise earlier = promise;
	earlier.index = 2;
	skl_spool_promise_put(txn, &earlier);
	commit(txn);
	txn = begin(place, true);
	struct skl_spool_promise found;
	assert_int_equal(skl_spool_promise_next(txn, NULL, &found), SKL_OK);
	assert_memory_equal(&found, &earlier, sizeof found);
	assert_int_equal(skl_spool_promise_next(txn, &found, &found), SKL_OK);
	assert_memory_equal(&found, &promise, sizeof found);
	assert_int_equal(skl_spool_promise_next(txn, &found, &found), SKL_OK);
	assert_memory_equal(&found, &other, sizeof found);
	assert_int_equal(skl_spool_promise_next(txn, &found, &found), SKL_ENOTFOUND);
	skl_spool_promise_drop(txn, &promise);
	assert_int_equal(skl_spool_promise_next(txn, &earlier, &found), SKL_OK);
	assert_memory_equal(&found, &other, sizeof found);
	commit(txn);
}

static void generations_only_rise(void **state)
{
	struct place *place = *state;
	struct skl_spool_txn *txn = begin(place, true);
	uint64_t first = skl_spool_generation_raise(txn, NOW);
	assert_int_equal(first, NOW);
	assert_int_equal(skl_spool_generation_raise(txn, NOW - 1000), first + 1);
	commit(txn);
	reopen(place, 0);
	txn = begin(place, true);
	assert_int_equal(skl_spool_generation_raise(txn, 5), first + 2);
	assert_int_equal(skl_spool_generation_raise(txn, NOW + 50), NOW + 50);
	commit(txn);
}

static void pruning_waits_and_keeps_what_is_open(void **state)
{
	struct place *place = *state;
	struct skl_out done = make_out(1, false);
	struct skl_out open = make_out(2, false);
	struct skl_in handed = make_in(3);
	struct skl_in stored = make_in(4);
	struct skl_out_to to = {.number = 7, .partner = "vt-zw"};
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &done, "h", "s"), SKL_OK);
	assert_int_equal(add(txn, &open, "h", "s"), SKL_OK);
	assert_int_equal(skl_spool_in_add(txn, &handed, skl_view_str("body")), SKL_OK);
	assert_int_equal(skl_spool_in_add(txn, &stored, skl_view_str("body")), SKL_OK);
	done.state = SKL_OUT_ANSWERED;
	skl_spool_out_set(txn, &done);
	skl_spool_to_put(txn, done.id, &to);
	skl_spool_result_put(txn, done.id, skl_view_str("result"));
	handed.state = SKL_IN_HANDED_OVER;
	skl_spool_in_set(txn, &handed);
	commit(txn);

	txn = begin(place, true);
	int64_t at_ms = done.expires_ms + SKL_LIMIT_SEEN_MS;
	assert_int_equal(skl_spool_prune(txn, at_ms - 80000000, 100),
			 1); /* handed: expired early */
	assert_int_equal(skl_spool_prune(txn, at_ms - 1, 100), 0);
	assert_int_equal(skl_spool_prune(txn, at_ms, 100), 1);
	assert_int_equal(skl_spool_prune(txn, at_ms * 2, 100), 0);
	struct skl_out out;
	struct skl_in in;
	struct skl_buf buf;
	skl_buf_init(&buf, 100);
	assert_int_equal(skl_spool_out_get(txn, done.id, &out), SKL_ENOTFOUND);
	assert_int_equal(skl_spool_result_get(txn, done.id, &buf), SKL_ENOTFOUND);
	assert_int_equal(skl_spool_to_next(txn, done.id, 0, &to), SKL_ENOTFOUND);
	assert_int_equal(skl_spool_in_get(txn, handed.key, &in), SKL_ENOTFOUND);
	assert_int_equal(skl_spool_out_get(txn, open.id, &out), SKL_OK);
	assert_int_equal(skl_spool_in_get(txn, stored.key, &in), SKL_OK);
	struct skl_spool_stats stats;
	assert_int_equal(skl_spool_stats(txn, &stats), SKL_OK);
	assert_int_equal(stats.out_open, 1);
	assert_int_equal(stats.out_oldest_ms, skl_uuid7_time_ms(open.id));
	assert_int_equal(stats.in_open, 1);
	assert_int_equal(stats.in_oldest_ms, NOW);
	assert_int_equal(stats.out_bytes, strlen("hs"));
	assert_int_equal(stats.in_bytes, strlen("body"));
	skl_buf_done(&buf);
	commit(txn);
}

static void only_its_owner_opens_it(void **state)
{
	struct place *place = *state;
	static const uint8_t other[32] = {9};
	struct skl_spool *second = NULL;
	assert_int_equal(open_at(place->folder, secret, "politie-nh", 0, &second), SKL_EAGAIN);
	skl_spool_close(place->spool);
	place->spool = NULL;
	assert_int_equal(open_at(place->folder, other, "politie-nh", 0, &second), SKL_EKEYUNKNOWN);
	assert_int_equal(open_at(place->folder, secret, "vt-zw", 0, &second), SKL_EIDENTITY);
	assert_null(second);
	assert_int_equal(open_at("/nonexistent", secret, "vt-zw", 0, &second), SKL_ENOTFOUND);
	reopen(place, 0);
}

static void nothing_of_the_contents_is_readable_at_rest(void **state)
{
	struct place *place = *state;
	static const char marker[] = "MARKER-aan-de-Dorpsstraat-12";
	struct skl_out out = make_out(1, false);
	struct skl_in in = make_in(2);
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, marker, marker), SKL_OK);
	assert_int_equal(skl_spool_in_add(txn, &in, skl_view_str(marker)), SKL_OK);
	skl_spool_result_put(txn, out.id, skl_view_str(marker));
	assert_true(skl_spool_push(txn, SKL_QUEUE_AFTER, skl_view_str(marker)) > 0);
	skl_spool_meta_put(txn, SKL_META_DIRECTORY, skl_view_str(marker));
	commit(txn);

	char path[256];
	snprintf(path, sizeof path, "%s/data.mdb", place->folder);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t matched = 0;
	bool found = false;
	bool found_format = false;
	static const char format[] = "schakel-spool/1";
	size_t format_matched = 0;
	for (int c = fgetc(file); c != EOF; c = fgetc(file)) {
		matched = c == marker[matched] ? matched + 1 : (c == marker[0] ? 1 : 0);
		found = found || matched == 12;
		matched %= 12;
		format_matched =
			c == format[format_matched] ? format_matched + 1 : (c == format[0] ? 1 : 0);
		found_format = found_format || format_matched == strlen(format);
		format_matched %= strlen(format);
	}
	fclose(file);
	assert_true(found_format); /* so the search does find what is there */
	assert_false(found);
}

static void a_value_moved_elsewhere_does_not_open(void **state)
{
	struct place *place = *state;
	/* One byte of the file changed in each record: never a wrong value, at worst an error. */
	struct skl_out out = make_out(1, false);
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, "header", "section"), SKL_OK);
	commit(txn);
	skl_spool_close(place->spool);
	place->spool = NULL;

	char path[256];
	snprintf(path, sizeof path, "%s/data.mdb", place->folder);
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	/* Find the record by its key, the id in clear, and change the byte 40 bytes behind it. */
	struct stat stat;
	assert_int_equal(fstat(fd, &stat), 0);
	uint8_t *bytes = test_malloc((size_t)stat.st_size);
	assert_int_equal(read(fd, bytes, (size_t)stat.st_size), stat.st_size);
	size_t changed = 0;
	for (size_t i = 0; i + 60 < (size_t)stat.st_size; i++)
		if (!memcmp(bytes + i, out.id, sizeof out.id)) {
			uint8_t flipped = bytes[i + 56] ^ 1;
			assert_int_equal(pwrite(fd, &flipped, 1, (off_t)i + 56), 1);
			changed++;
		}
	close(fd);
	test_free(bytes);
	assert_true(changed >= 2);
	reopen(place, 0);
	txn = begin(place, false);
	struct skl_out found;
	enum skl_err err = skl_spool_out_get(txn, out.id, &found);
	assert_int_equal(err, SKL_ECORRUPT);
	assert_int_equal(skl_spool_txn_err(txn), SKL_ECORRUPT);
	skl_spool_abort(txn);
}

static void a_failed_transaction_commits_nothing(void **state)
{
	struct place *place = *state;
	struct skl_out out = make_out(1, false);
	struct skl_out unknown = make_out(2, false);
	struct skl_spool_txn *txn = begin(place, true);
	assert_int_equal(add(txn, &out, "h", "s"), SKL_OK);
	skl_spool_out_set(txn, &unknown); /* no such record: a bug of the caller */
	assert_int_equal(skl_spool_push(txn, SKL_QUEUE_EVENT, skl_view_str("x")), 0);
	assert_int_equal(skl_spool_commit(txn), SKL_EBUG);
	txn = begin(place, true);
	assert_int_equal(skl_spool_out_get(txn, out.id, &unknown), SKL_ENOTFOUND);
	commit(txn);
	/* A read transaction refuses to write. */
	txn = begin(place, false);
	struct skl_spool_txn *second;
	assert_int_equal(skl_spool_begin(place->spool, true, &second), SKL_EBUG);
	assert_int_equal(add(txn, &out, "h", "s"), SKL_EBUG);
	assert_int_equal(skl_spool_commit(txn), SKL_EBUG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(survives_reopening, setup, teardown),
		cmocka_unit_test_setup_teardown(an_abort_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(the_keys_of_recipients_go_with_the_body, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_same_id_with_other_bytes_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(due_is_acute_first_then_by_time, setup, teardown),
		cmocka_unit_test_setup_teardown(answered_messages_are_not_due, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_spool_refuses_and_recovers, setup, teardown),
		cmocka_unit_test_setup_teardown(incoming_comes_in_order_and_once, setup, teardown),
		cmocka_unit_test(the_key_of_a_delivery_tells_desks_apart),
		cmocka_unit_test_setup_teardown(queues_keep_order_and_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(promises_keep_contradictions, setup, teardown),
		cmocka_unit_test_setup_teardown(generations_only_rise, setup, teardown),
		cmocka_unit_test_setup_teardown(pruning_waits_and_keeps_what_is_open, setup,
						teardown),
		cmocka_unit_test_setup_teardown(only_its_owner_opens_it, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_of_the_contents_is_readable_at_rest, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_value_moved_elsewhere_does_not_open, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_failed_transaction_commits_nothing, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
