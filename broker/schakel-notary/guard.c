/* SPDX-License-Identifier: EUPL-1.2 */
#include "guard.h"

#include <string.h>

#include "skl_file.h"
#include "skl_merkle.h"

#define FILE_MAX 1024

static enum skl_err checkpoint_of(const char *origin, uint64_t size, const uint8_t root[32],
				  struct skl_checkpoint *ret_checkpoint)
{
	size_t len = strlen(origin);

	if (len == 0 || len > SKL_NOTARY_ORIGIN_MAX || len >= sizeof(ret_checkpoint->origin))
		return SKL_EFIELD;
	memset(ret_checkpoint, 0, sizeof(*ret_checkpoint));
	memcpy(ret_checkpoint->origin, origin, len);
	ret_checkpoint->size = size;
	memcpy(ret_checkpoint->root, root, 32);
	return SKL_OK;
}

enum skl_err guard_create(const char *path, const char *origin, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = FILE_MAX};
	struct skl_checkpoint empty;
	uint8_t root[32];
	enum skl_err err;

	skl_merkle_empty(root);
	err = checkpoint_of(origin, 0, root, &empty);
	if (err == SKL_OK) {
		skl_checkpoint_format(&empty, &text);
		err = skl_buf_err(&text);
	}
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "the key's name is no origin");
	return skl_file_create(path, skl_buf_view(&text), 0600, reterr);
}

enum skl_err guard_load(struct guard *guard, const char *path, const char *origin,
			struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = FILE_MAX};
	enum skl_err err = skl_file_read(path, &text, reterr);

	if (err != SKL_OK)
		return err;
	err = skl_checkpoint_parse(skl_buf_view(&text), &guard->head);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "%s is not a guard file", path);
	if (strcmp(guard->head.origin, origin) != 0)
		return skl_error_set(reterr, SKL_EFIELD, 0, 0,
				     "%s guards %.60s, the key is of %.60s", path,
				     guard->head.origin, origin);
	guard->path = path;
	return SKL_OK;
}

enum skl_err guard_check(const struct guard *guard, const struct skl_notary_request *request)
{
	const struct skl_checkpoint *head = &guard->head;
	struct skl_view proof = skl_view_of(request->proof, (size_t)32 * request->proof_count);

	if (strcmp(request->origin, head->origin) != 0)
		return SKL_EFIELD;
	if (request->size == 0)
		return SKL_EINVAL;
	if (request->size < head->size)
		return SKL_EROLLBACK;
	if (request->size == head->size)
		return memcmp(request->root, head->root, 32) == 0 ? SKL_OK : SKL_ECORRUPT;
	if (head->size == 0)
		return SKL_OK; /* everything grows out of the empty tree */
	if (request->old_size != head->size)
		return SKL_ESTALE;
	if (skl_merkle_check_consistency(head->size, request->size, head->root, request->root,
					 proof) != SKL_OK)
		return SKL_ECORRUPT;
	return SKL_OK;
}

enum skl_err guard_advance(struct guard *guard, const struct skl_notary_request *request,
			   struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = FILE_MAX};
	struct skl_checkpoint next;
	enum skl_err err;

	if (request->size == guard->head.size)
		return SKL_OK;
	err = checkpoint_of(guard->head.origin, request->size, request->root, &next);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "the origin is too long");
	skl_checkpoint_format(&next, &text);
	err = skl_buf_err(&text);
	if (err != SKL_OK)
		return skl_error_set(reterr, err, 0, 0, "out of memory");
	err = skl_file_write(guard->path, skl_buf_view(&text), 0600, reterr);
	if (err == SKL_OK)
		guard->head = next;
	return err;
}
