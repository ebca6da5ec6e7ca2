/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * crash_trail - the trail of a hub that is down, as lines for the oracle of the tests that kill.
 *
 *     crash_trail STORE VAULT
 *
 *     size=N root=HEX
 *     checkpoint=SIZE root=HEX           the newest; of the same tree, or it says so and fails
 *     entry=INDEX leaf=HEX kind=K from=P to=P outcome=O names=N id=HEX state=S
 *
 * Every leaf and node is hashed again. id and state are those of the detail, "-" where it has none.
 * Exit: 0, 1 the trail does not fit together, 3 it cannot be read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "schakel/v1/trail.pb-c.h"
#include "skl_arena.h"
#include "skl_mem.h"
#include "skl_note.h"
#include "skl_sign.h"
#include "skl_store.h"
#include "skl_text.h"
#include "skl_trail.h"
#include "skl_txn.h"
#include "skl_unpack.h"

static int bad(const char *what, enum skl_err err)
{
	(void)fprintf(stderr, "crash_trail: %s: %s\n", what, skl_err_name(err));
	return err == SKL_ECORRUPT ? 1 : 3;
}

static const char *hex(const uint8_t *bytes, size_t len)
{
	static char text[2][129];
	static unsigned turn;
	char *out = text[turn++ % 2];

	skl_hex_encode(skl_view_of(bytes, len < 64 ? len : 64), out);
	return out;
}

/* Id and state of the first part of the detail. */
static enum skl_err print_detail(struct skl_txn *txn, uint64_t index)
{
	Schakel__V1__MessageDetail *detail = NULL;
	struct skl_trail_part part = {0};
	struct skl_arena arena;
	struct skl_buf buf;
	enum skl_err err;

	skl_arena_init(&arena, 1u << 20, 100000);
	skl_buf_init(&buf, SKL_TRAIL_PART_MAX);
	err = skl_trail_detail(txn, index, 0, &buf, &part);
	if (err == SKL_OK && !part.is_erased)
		err = skl_unpack(&schakel__v1__message_detail__descriptor, skl_buf_view(&buf),
				 &arena, &detail);
	(void)printf(" id=%s state=%s\n",
		     detail && detail->id.len ? hex(detail->id.data, detail->id.len) : "-",
		     detail && detail->state
			     ? skl_code_name(SKL_LIST_DELIVERY, (uint32_t)detail->state)
			     : "-");
	skl_buf_done(&buf);
	skl_arena_done(&arena);
	return err;
}

static enum skl_err print_entry(struct skl_txn *txn, uint64_t index)
{
	struct skl_leaf leaf;
	uint8_t hash[32];
	enum skl_err err = skl_trail_entry(txn, index, &leaf);

	if (err == SKL_OK)
		err = skl_trail_leaf_hash(txn, index, hash);
	if (err != SKL_OK)
		return err;
	(void)printf("entry=%" PRIu64 " leaf=%s kind=%s from=%s to=%s outcome=%s names=%lld", index,
		     hex(hash, 32), skl_code_name(SKL_LIST_ENTRY, leaf.kind),
		     leaf.sender[0] ? leaf.sender : "-", leaf.recipient[0] ? leaf.recipient : "-",
		     leaf.outcome ? skl_code_name(SKL_LIST_OUTCOME, leaf.outcome) : "-",
		     leaf.names ? (long long)leaf.names_index : -1);
	if (leaf.has_detail)
		return print_detail(txn, index);
	(void)printf(" id=- state=-\n");
	return SKL_OK;
}

/* Does the newest checkpoint say what the stored tree says? */
static enum skl_err print_checkpoint(struct skl_txn *txn)
{
	struct skl_note *note = skl_calloc(1, sizeof(*note));
	struct skl_checkpoint checkpoint = {0};
	struct skl_view text;
	uint64_t size = 0;
	uint8_t root[32];
	enum skl_err err = note ? skl_trail_checkpoint_latest(txn, &size, &text) : SKL_ENOMEM;

	if (err == SKL_OK)
		err = skl_note_parse(text, note);
	if (err == SKL_OK)
		err = skl_checkpoint_parse(note->text, &checkpoint);
	if (err == SKL_OK)
		err = skl_trail_root(txn, size, root);
	if (err == SKL_OK && (checkpoint.size != size || memcmp(checkpoint.root, root, 32) != 0))
		err = SKL_ECORRUPT;
	if (err == SKL_OK)
		(void)printf("checkpoint=%" PRIu64 " root=%s\n", size, hex(root, 32));
	skl_free(note);
	return err;
}

static enum skl_err print_trail(struct skl_txn *txn)
{
	uint64_t size = skl_trail_size(txn), wrong = 0;
	uint8_t root[32];
	enum skl_err err = skl_trail_root(txn, size, root);

	for (uint64_t from = 0; from < size && err == SKL_OK; from += SKL_STORE_PAGE_MAX)
		err = skl_trail_check(txn, from,
				      size - from > SKL_STORE_PAGE_MAX ? from + SKL_STORE_PAGE_MAX
								       : size,
				      &wrong);
	if (err == SKL_OK)
		(void)printf("size=%" PRIu64 " root=%s\n", size, hex(root, 32));
	if (err == SKL_OK)
		err = print_checkpoint(txn);
	for (uint64_t index = 0; index < size && err == SKL_OK; index++)
		err = print_entry(txn, index);
	return err;
}

int main(int argc, char **argv)
{
	const struct skl_txn_opts look = {.read_only = true};
	struct skl_store_opts opts = {.read_only = true, .allow_scratch_fs = true};
	struct skl_store *store = NULL;
	struct skl_txn *txn = NULL;
	struct skl_error why = {0};
	enum skl_err err;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: crash_trail STORE VAULT\n");
		return 2;
	}
	if (skl_wire_init() != SKL_OK)
		return 3;
	opts.path = argv[1];
	opts.vault_path = argv[2];
	err = skl_store_open(&opts, &store, &why);
	if (err != SKL_OK)
		return bad(why.text, err);
	err = skl_txn_begin(store, &look, &txn);
	if (err == SKL_OK)
		err = print_trail(txn);
	skl_txn_abort(txn);
	skl_store_close(store);
	return err == SKL_OK ? 0 : bad("trail", err);
}
