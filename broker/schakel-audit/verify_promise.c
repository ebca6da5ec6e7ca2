/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "schakel/v1/session.pb-c.h"
#include "skl_arena.h"
#include "skl_file.h"
#include "skl_merkle.h"
#include "skl_promise.h"
#include "skl_trail.h"
#include "skl_unpack.h"
#include "verify_int.h"

#define PROMISE_FORMAT 1 /* of the value, see skl_trail.c */
#define PROMISE_BYTES  (1u + 4u + 32u + 64u)

/* Is the signature over this batch the hub's? */
static bool is_signed(const struct verifier *verifier, uint64_t first, uint32_t count,
		      const uint8_t *root, const uint8_t *signature)
{
	Schakel__V1__Promise promise;

	schakel__v1__promise__init(&promise);
	/* protobuf-c has no const in its structs; it does not write through them */
	promise.origin = (char *)(uintptr_t)copy_origin(&verifier->copy, first);
	promise.first_index = first;
	promise.count = count;
	promise.root = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)root};
	promise.signature = (ProtobufCBinaryData){64, (uint8_t *)(uintptr_t)signature};
	return skl_promise_verify(&promise, verifier->promise_key) == SKL_OK;
}

/*
 * A promise that does not hold inside a range of which the next checkpoint only says that it was
 * rewritten: it narrows the range down to one commit.
 */
static void narrow(struct verifier *verifier, uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < verifier->findings->count; i++) {
		struct finding *finding = &verifier->findings->list[i];

		if ((finding->text != FINDING_CHECKPOINT_ROOT &&
		     finding->text != FINDING_GUARD_ROOT && finding->text != FINDING_KEPT_ROOT) ||
		    finding->is_narrowed || first < finding->index || last > finding->last)
			continue;
		finding->is_narrowed = true;
		finding->index = first;
		finding->last = last;
	}
}

static void check_stored(struct verifier *verifier, uint64_t first, const uint8_t *value)
{
	const struct copy *copy = &verifier->copy;
	uint32_t count = skl_get_u32be(value + 1);
	const uint8_t *root = value + 5, *signature = value + 37;
	uint8_t computed[32];
	bool is_valid =
		!verifier->has_promise_key || is_signed(verifier, first, count, root, signature);
	uint64_t last;

	if (count == 0 || count > SKL_TRAIL_BATCH_MAX || first >= UINT64_MAX - count) {
		verify_finding(verifier, FINDING_DAMAGED, FINDING_PROMISE_CHANGED, first, 0);
		return;
	}
	last = first + count - 1;
	if (last >= copy->size) {
		(void)findings_add_entry(verifier->findings,
					 is_valid ? FINDING_INCOMPLETE : FINDING_DAMAGED,
					 FINDING_PROMISE_CHANGED, first, last, 0);
		return;
	}
	if (last >= verifier->hole)
		return; /* one of its leaves is a finding already */
	skl_merkle_root((const uint8_t(*)[32])copy->leaf + first, count, computed);
	if (is_valid && memcmp(computed, root, 32) == 0)
		return;
	narrow(verifier, first, last);
	if (is_valid && verifier->has_promise_key) {
		(void)findings_add_entry(verifier->findings, FINDING_FORGED,
					 FINDING_PROMISE_CHANGED, first, last, 0);
		return;
	}
	(void)findings_add_entry(verifier->findings, FINDING_DAMAGED, FINDING_PROMISE_CHANGED,
				 first, last, 0);
}

enum skl_err verify_stored_promises(struct verifier *verifier)
{
	SKL_CLEANUP(mdbfile_cursor_freep) struct mdbfile_cursor *cursor = NULL;
	struct skl_view key, value;
	enum skl_err err = copy_cursor(&verifier->copy, "promise", &cursor);

	while (err == SKL_OK && mdbfile_cursor_next(cursor, &key, &value)) {
		if (key.len == 8 && value.len == PROMISE_BYTES && value.data[0] == PROMISE_FORMAT)
			check_stored(verifier, skl_get_u64be(key.data), value.data);
		else
			(void)findings_add(verifier->findings, FINDING_DAMAGED,
					   FINDING_PROMISE_CHANGED, 0, NULL);
	}
	return err == SKL_ENOTFOUND ? SKL_OK : err;
}

/* --- what partners kept -------------------------------------------------------- */

static void check_entry(struct verifier *verifier, const Schakel__V1__EntryRef *entry)
{
	const struct copy *copy = &verifier->copy;

	verifier->counts->promises++;
	if (entry->index >= copy->size)
		(void)findings_add_entry(verifier->findings, FINDING_ROLLED_BACK,
					 FINDING_PROMISE_BEYOND, entry->index, entry->index, 0);
	else if (entry->index < verifier->hole &&
		 memcmp(entry->leaf_hash.data, copy->leaf[entry->index], 32) != 0)
		verify_finding(verifier, FINDING_FORGED, FINDING_PROMISE_BROKEN, entry->index, 0);
}

static enum skl_err check_file(struct verifier *verifier, const char *path,
			       struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf bytes = {.max = SKL_LIMIT_ANSWER};
	Schakel__V1__Result *result = NULL;
	struct skl_arena arena;
	enum skl_err err = skl_file_read(path, &bytes, reterr);

	if (err != SKL_OK)
		return err;
	skl_arena_init(&arena, 0, 0);
	err = skl_unpack(&schakel__v1__result__descriptor, skl_buf_view(&bytes), &arena, &result);
	if (err == SKL_OK && !result->promise)
		err = SKL_EFIELD;
	for (size_t i = 0; err == SKL_OK && i < result->n_recipients; i++) {
		const Schakel__V1__EntryRef *entry = result->recipients[i]->entry;

		if (!entry)
			continue;
		/* only what the hub signed can accuse it */
		err = skl_promise_verify_entry(result->promise, entry, verifier->promise_key);
		if (err == SKL_OK &&
		    strcmp(entry->origin, copy_origin(&verifier->copy, entry->index)) != 0)
			err = SKL_EFIELD;
		if (err == SKL_OK)
			check_entry(verifier, entry);
	}
	skl_arena_done(&arena);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s is no promise of this trail: %s", path,
				     skl_err_text(err));
	return SKL_OK;
}

enum skl_err verify_partner_promises(struct verifier *verifier, struct skl_error *reterr)
{
	const struct verify_opts *opts = verifier->opts;
	enum skl_err err = SKL_OK;

	if (opts->promise_count && !verifier->has_promise_key)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0,
				     "promises are checked with the hub's promise key");
	for (size_t i = 0; err == SKL_OK && i < opts->promise_count; i++)
		err = check_file(verifier, opts->promise_paths[i], reterr);
	return err;
}
