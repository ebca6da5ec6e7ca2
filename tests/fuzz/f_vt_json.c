/* SPDX-License-Identifier: EUPL-1.2 */

/* JSON of a partner's own system: a verdict for all bytes; what is taken is what a recipient takes.
 */

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skl_vt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct skl_context about;
	struct skl_own_opts opts = skl_vt_own_opts(INT64_C(1772720400000));
	struct skl_findings findings = {0};
	struct skl_mapped mapped;
	struct skl_error error = {0};
	struct skl_buf text;
	enum skl_err err;
	json_t *object;

	opts.about = &about;
	about.subject_count = 2;
	about.subjects[0].number = 1448162;
	about.subjects[1].number = 77120355;
	(void)snprintf(about.partner, sizeof(about.partner), "politie-nh");
	object = skl_own_parse(skl_view_of(data, size), &findings);
	skl_buf_init(&text, 1 << 20);
	if (!object) {
		if (findings.count == 0)
			abort();
	} else {
		err = skl_own_map(object, &opts, &mapped, &findings);
		if (err == SKL_EFIELD && findings.count == 0)
			abort();
		if (!err && (findings.is_fatal || skl_mapped_check(&mapped, &error)))
			abort();
		skl_mapped_done(&mapped);
		json_decref(object);
	}
	if (findings.count) {
		json_t *said;

		skl_own_error(&findings, &text);
		said = json_loadb(skl_buf_str(&text), text.len, 0, NULL);
		if (!json_object_get(said, "error"))
			abort();
		json_decref(said);
	}
	skl_buf_done(&text);
	return 0;
}
