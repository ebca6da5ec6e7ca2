/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Native XML of the prosecution: whatever the bytes, a verdict with its reason; what may be sent is
 * what a recipient takes; and what is written can be read.
 */

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "skl_om.h"

static struct skl_om *om;

static void open_once(void)
{
	const char *src = getenv("SRC");
	struct skl_error error = {0};
	char path[512];

	if (om)
		return;
	(void)snprintf(path, sizeof(path), "%s/adapters/om/schema/om.xsd", src ? src : ".");
	if (skl_om_open(path, &om, &error))
		abort();
}

/* As it would come back: our names turned into theirs. */
static void write_back(const json_t *message)
{
	struct skl_findings findings = {0};
	struct skl_buf text;
	xmlDoc *doc;

	skl_buf_init(&text, (size_t)8 << 20);
	skl_om_codec.write(om, "bericht", message, &text);
	if (skl_buf_err(&text))
		abort();
	doc = skl_xml_parse(skl_buf_view(&text), (size_t)8 << 20, &findings);
	if (!doc)
		abort();
	xmlFreeDoc(doc);
	skl_buf_done(&text);
}

static void map(json_t *message, struct skl_findings *findings)
{
	struct skl_own_opts opts = {.now_ms = INT64_C(1780401600000)};
	struct skl_mapped mapped;
	struct skl_error error = {0};
	enum skl_err err;

	skl_om_codec.address(om, message, NULL);
	skl_om_codec.own_opts(om, &opts);
	err = skl_own_map(message, &opts, &mapped, findings);
	if (err == SKL_EFIELD && !findings->is_fatal)
		abort();
	if (!err && (findings->is_fatal || (skl_mapped_check(&mapped, &error) != SKL_OK)))
		abort();
	skl_mapped_done(&mapped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skl_findings findings = {0};
	struct skl_mapped none;
	struct skl_buf text;
	json_t *message;

	open_once();
	message = skl_om_codec.read(om, skl_view_of(data, size), &findings);
	if (!message && !findings.count)
		abort();
	if (message) {
		map(message, &findings);
		skl_own_dir_lines(message, &findings);
		write_back(message);
	}
	skl_mapped_init(&none, SKL_KIND_UNSPECIFIED);
	skl_buf_init(&text, 1 << 20);
	skl_own_dir_reason(&skl_om_codec, om, "f.xml", &none, &findings, "112", &text);
	if (skl_buf_err(&text))
		abort();
	skl_buf_done(&text);
	skl_mapped_done(&none);
	json_decref(message);
	return 0;
}
