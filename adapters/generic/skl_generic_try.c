/* SPDX-License-Identifier: EUPL-1.2 */

/* A native file tried on a mapping, for who makes one: nothing is sent, nothing is remembered. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_generic.h"
#include "skl_json.h"
#include "skl_mem.h"

/* Any own number will do: which sixteen bytes it gets is found out when it is sent. */
static bool consent_ref(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES])
{
	(void)arg;
	(void)name;
	memset(ret_ref, 1, SKL_ID_BYTES);
	return true;
}

static bool try_parsed(const struct skl_mapping *mapping, const char *name, const json_t *native,
		       struct skl_findings *findings, struct skl_buf *text)
{
	SKL_CLEANUP(skl_freep) struct skl_context *about = skl_calloc(1, sizeof(*about));
	struct skl_own_opts opts = {
		.now_ms = skl_now_ms(), .about = about, .consent_ref = consent_ref};
	json_t *message = skl_mapping_in(mapping, native, findings);
	struct skl_mapped mapped;
	enum skl_err err;

	skl_mapped_init(&mapped, SKL_KIND_UNSPECIFIED);
	if (!about || !message) {
		json_decref(message);
		return false;
	}
	/* An answer goes to who asked: known when it is sent. */
	(void)snprintf(about->partner, sizeof(about->partner), "wie-vroeg");
	if (!json_object_get(message, "inReplyTo") && !json_object_get(message, "refersTo"))
		opts.about = NULL;
	opts.kinds = skl_mapping_kinds(mapping, &opts.kind_count);
	err = skl_own_map(message, &opts, &mapped, findings);
	if (!err && !findings->is_fatal)
		skl_json_lines(message, text);
	else
		skl_generic_reason(mapping, name, &mapped, findings, "112", text);
	skl_mapped_done(&mapped);
	json_decref(message);
	return !err && !findings->is_fatal;
}

bool skl_generic_try(const void *arg, const char *name, struct skl_view native,
		     struct skl_buf *text)
{
	SKL_CLEANUP(skl_mapping_freep) struct skl_mapping *mapping = NULL;
	const struct skl_generic_config *config = arg;
	struct skl_findings findings = {0};
	struct skl_mapped none;
	struct skl_error error = {0};
	json_t *object;
	bool is_good;

	if (skl_mapping_open(config->mapping, &mapping, &error)) {
		skl_buf_addf(text, "%s\n", error.text);
		return false;
	}
	object = skl_own_parse(native, &findings);
	if (object) {
		is_good = try_parsed(mapping, name, object, &findings, text);
		json_decref(object);
		return is_good;
	}
	skl_mapped_init(&none, SKL_KIND_UNSPECIFIED);
	skl_generic_reason(mapping, name, &none, &findings, "112", text);
	return false;
}
