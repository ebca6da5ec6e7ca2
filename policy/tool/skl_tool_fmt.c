/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "skl_tool.h"

static bool is_same(struct skl_view a, struct skl_view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* With -q the files that are not in their canonical print, by name; else the print itself. */
int skl_tool_fmt(const struct skl_tool_opts *opts)
{
	struct skl_rules rules;
	int status = skl_rules_read(&rules, opts);
	bool is_any_other = false;

	for (unsigned i = 0; status == SKL_EXIT_OK && i < rules.count; i++) {
		struct skl_error error = {0};
		struct skl_buf text;
		enum skl_err err;

		/* A word takes a byte of the file at least, and an indent at most twelve more. */
		skl_buf_init(&text, 16 * (size_t)SKL_POLICY_FILE_BYTES_MAX);
		err = skl_policy_format(&rules.files[i], &text, &error);
		if (err != SKL_OK) {
			skl_rules_say(&rules, err, &error);
			status = SKL_EXIT_NO;
		} else if (!opts->is_quiet) {
			(void)fwrite(text.data, 1, text.len, stdout);
		} else if (!is_same(rules.files[i].text, skl_buf_view(&text))) {
			(void)printf("%s\n", rules.paths[i]);
			is_any_other = true;
		}
		skl_buf_done(&text);
	}
	skl_rules_done(&rules);
	return status == SKL_EXIT_OK && is_any_other ? SKL_EXIT_NO : status;
}
