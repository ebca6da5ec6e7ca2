/* SPDX-License-Identifier: EUPL-1.2 */

/* Native police XML: whatever the bytes, a verdict; and what may be sent is what a recipient takes.
 */

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_police_out.h"
#include "skl_police_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct skl_xml_schema *schema;
	struct skl_police_opts opts = {.now_ms = INT64_C(1772590200000), .max_bytes = 65536};
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_error error = {0};
	struct skl_buf text;
	enum skl_err err;

	if (!schema) {
		const char *src = getenv("SRC");
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/adapters/police/schema/melding.xsd",
			       src ? src : ".");
		if (skl_xml_schema_open(path, &schema, &error))
			abort();
	}
	err = skl_police_read(schema, skl_view_of(data, size), &opts, &mapped, &findings);
	/* Refused says why; sent ordinary has no fault; sent acute is still what its labels say. */
	if (err && err != SKL_ENOMEM && err != SKL_ETOOLARGE && findings.count == 0)
		abort();
	if (!err && findings.is_fatal)
		abort();
	if (!err && skl_mapped_check(&mapped, &error))
		abort();
	skl_buf_init(&text, 1 << 20);
	skl_police_out_reason("f.xml", &mapped, &findings, "-", "112", &text);
	if (skl_buf_err(&text))
		abort();
	skl_buf_done(&text);
	skl_mapped_done(&mapped);
	return 0;
}
