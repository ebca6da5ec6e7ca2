/* SPDX-License-Identifier: EUPL-1.2 */

/* A native file tried, for who connects a system: nothing is sent, nothing is remembered. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_json.h"
#include "skl_mem.h"
#include "skl_own_dir.h"

/* Any own number will do: which sixteen bytes it gets is found out when it is sent. */
static bool consent_ref(void *arg, const char *name, uint8_t ret_ref[SKL_ID_BYTES])
{
	(void)arg;
	(void)name;
	memset(ret_ref, 1, SKL_ID_BYTES);
	return true;
}

/* SKL_OK, EFIELD or ENOMEM; the findings say why. */
static enum skl_err map(const struct skl_own_dir_codec *codec, void *arg, const json_t *message,
			struct skl_mapped *mapped, struct skl_findings *findings)
{
	SKL_CLEANUP(skl_freep) struct skl_context *about = skl_calloc(1, sizeof(*about));
	struct skl_own_opts opts = {
		.now_ms = skl_now_ms(), .about = about, .consent_ref = consent_ref};

	if (!about)
		return SKL_ENOMEM;
	/* An answer goes to who asked: known when it is sent. */
	(void)snprintf(about->partner, sizeof(about->partner), "wie-vroeg");
	if (!json_object_get(message, "inReplyTo") && !json_object_get(message, "refersTo"))
		opts.about = NULL;
	codec->own_opts(arg, &opts);
	return skl_own_map(message, &opts, mapped, findings);
}

bool skl_own_dir_try(const struct skl_own_dir_codec *codec, void *arg, const char *name,
		     struct skl_view native, struct skl_buf *text)
{
	struct skl_findings findings = {0};
	struct skl_mapped mapped;
	json_t *message = codec->read(arg, native, &findings);
	enum skl_err err = SKL_OK;

	skl_mapped_init(&mapped, SKL_KIND_UNSPECIFIED);
	if (message && codec->address)
		codec->address(arg, message, NULL);
	if (message)
		err = map(codec, arg, message, &mapped, &findings);
	else if (!findings.count)
		err = SKL_ENOMEM;
	if (message && !err && !findings.is_fatal)
		skl_json_lines(message, text);
	else if (err && err != SKL_EFIELD)
		skl_buf_addf(text, "%s\n", skl_err_text(err));
	skl_own_dir_lines(message, &findings);
	if (findings.is_fatal)
		skl_own_dir_reason(codec, arg, name, &mapped, &findings, "112", text);
	skl_mapped_done(&mapped);
	json_decref(message);
	return !err && !findings.is_fatal;
}
