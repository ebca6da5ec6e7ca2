/* SPDX-License-Identifier: EUPL-1.2 */
#include "audit_config.h"

#include <stdarg.h>
#include <stdio.h>

#include "skl_mem.h"

/* What libconfuse says about a file; it has no other way to give it. */
static struct skl_error complaint;

SKL_PRINTF(2, 0) static void on_error(cfg_t *cfg, const char *format, va_list args)
{
	char text[150];

	(void)vsnprintf(text, sizeof(text), format, args);
	(void)skl_error_set(&complaint, SKL_ESYNTAX, cfg ? (unsigned)cfg->line : 0, 0,
			    "%.60s:%d: %.120s", cfg && cfg->filename ? cfg->filename : "?",
			    cfg ? cfg->line : 0, text);
}

enum skl_err audit_config_parse(cfg_t *cfg, const char *path, struct skl_error *reterr)
{
	int result;

	complaint = (struct skl_error){.text = "not a configuration"};
	(void)cfg_set_error_function(cfg, on_error);
	result = cfg_parse(cfg, path);
	if (result == CFG_FILE_ERROR)
		return skl_error_set(reterr, SKL_ENOTFOUND, 0, 0, "%s cannot be read", path);
	if (result != CFG_SUCCESS)
		return skl_error_set(reterr, SKL_ESYNTAX, complaint.line, 0, "%s", complaint.text);
	return SKL_OK;
}

bool audit_config_text(cfg_t *cfg, const char *name, char **ret_text)
{
	const char *text = cfg_getstr(cfg, name);

	*ret_text = skl_strdup(text ? text : "");
	return *ret_text != NULL;
}
