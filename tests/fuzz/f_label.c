/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Content of a section, as another partner sealed it. The first byte says the category, the second
 * what the signed rows say. A refusal says where and never repeats the content; what is accepted is
 * accepted again when it is written, and under other numbers.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_label.h"

#define OTHER 100

static const uint32_t about[] = {1, 2, 7, 9}, about_other[] = {101, 102, 107, 109};

static uint32_t other_number(void *arg, int64_t old)
{
	(void)arg;
	return old > 0 && old < OTHER ? (uint32_t)old + OTHER : 0;
}

/* Written without spaces, it is never longer than it came. */
static enum skl_err check(struct skl_label_rows *rows, const json_t *content)
{
	static char text[SKL_LABEL_MAX_BYTES];
	struct skl_error error = {0};
	size_t len = json_dumpb(content, text, sizeof(text), JSON_COMPACT);

	if (len == 0 || len > sizeof(text))
		abort();
	return skl_label_check(rows, skl_view_of(text, len), &error);
}

static void again(struct skl_label_rows *rows, struct skl_view content)
{
	json_t *json = json_loadb((const char *)content.data, content.len, 0, NULL);

	if (!json || check(rows, json) != SKL_OK ||
	    skl_label_renumber(rows->category, json, other_number, NULL) != SKL_OK)
		abort();
	rows->about = about_other;
	if (check(rows, json) != SKL_OK)
		abort();
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skl_label_rows rows = {.about = about, .about_count = SKL_COUNT(about)};
	struct skl_error error = {0};
	struct skl_view content;
	enum skl_err err;

	if (size < 2 || size > 65536)
		return 0;
	rows.category = (enum skl_category)data[0];
	if (data[1] & 1) {
		rows.unsafety = SKL_UNSAFETY_ACUTE;
		rows.pattern = SKL_PATTERN_COERCIVE_CONTROL;
		rows.triage_outcome = SKL_TRIAGE_OUTCOME_LOCAL_TEAM;
		rows.rating = SKL_RATING_BELOW_6;
		rows.taken_up = data[1] & 2 ? 1 : -1;
	}
	content = skl_view_of(data + 2, size - 2);
	err = skl_label_check(&rows, content, &error);
	if (err == SKL_OK)
		again(&rows, content);
	else if (err != SKL_EMISLABELLED || error.code != err || error.text[0] == '\0')
		abort();
	return 0;
}
