/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * A mapping file and a native message, apart by a line "%%": a verdict for all bytes; what the one
 * makes of the other is taken by the label check or has findings; what is written out can be read.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_generic.h"

static bool consent_ref(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES])
{
	(void)arg;
	memset(ret_ref, *name, SKL_ID_BYTES);
	return true;
}

static void map(struct skl_mapping *mapping, const json_t *message, struct skl_findings *findings)
{
	struct skl_own_opts opts = {.now_ms = INT64_C(1772720400000), .consent_ref = consent_ref};
	struct skl_mapped mapped;
	struct skl_error error = {0};
	struct skl_buf reason;
	enum skl_err err;

	opts.kinds = skl_mapping_kinds(mapping, &opts.kind_count);
	err = skl_own_map(message, &opts, &mapped, findings);
	if (err == SKL_EFIELD && findings->count == 0)
		abort();
	if (!err && !findings->is_fatal && skl_mapped_check(&mapped, &error))
		abort();
	skl_buf_init(&reason, 1 << 20);
	skl_own_dir_reason(&skl_generic_codec, mapping, "a.json", &mapped, findings, "112",
			   &reason);
	if (skl_buf_err(&reason))
		abort();
	skl_buf_done(&reason);
	skl_mapped_done(&mapped);
}

static void turn(struct skl_mapping *mapping, struct skl_view text)
{
	struct skl_findings findings = {0};
	json_t *native = skl_own_parse(text, &findings);
	json_t *message;
	json_t *out;

	if (!native) {
		if (findings.count == 0)
			abort();
		return;
	}
	message = skl_mapping_in(mapping, native, &findings);
	out = skl_mapping_out(mapping, message);
	if (!json_is_object(message) || !json_is_object(out))
		abort();
	map(mapping, message, &findings);
	json_decref(out);
	/* as if it had come from the hub */
	out = skl_mapping_out(mapping, native);
	json_decref(out);
	json_decref(message);
	json_decref(native);
}

static const uint8_t *find_between(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 4 <= size; i++)
		if (memcmp(data + i, "\n%%\n", 4) == 0)
			return data + i;
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = find_between(data, size);
	size_t len = cut ? (size_t)(cut - data) + 1 : size;
	struct skl_mapping *mapping = NULL;
	struct skl_error error = {0};

	if (skl_mapping_load(skl_view_of(data, len), &mapping, &error)) {
		if (mapping || !*error.text)
			abort();
		return 0;
	}
	if (cut)
		turn(mapping, skl_view_of(cut + 4, size - len - 3));
	skl_mapping_free(mapping);
	return 0;
}
