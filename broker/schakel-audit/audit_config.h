/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef AUDIT_CONFIG_H
#define AUDIT_CONFIG_H

/*
 * audit_config - what the configurations of query and serve are read with.
 *
 * Owner:    one thread: libconfuse reports errors through a callback without an argument.
 * Errors:   one sentence, with file and line where there is one.
 * Limits:   none.
 */

#include <confuse.h>
#include <stdbool.h>

#include "skl_attr.h"
#include "skl_err.h"

/* cfg of cfg_init(), the caller's to free. ENOTFOUND: no such file; ESYNTAX: not one of these. */
SKL_MUST_CHECK enum skl_err audit_config_parse(cfg_t *cfg, const char *path,
					       struct skl_error *reterr);

/* An owned copy of a setting, "" if it is not set. False: out of memory. */
bool audit_config_text(cfg_t *cfg, const char *name, char **ret_text);

#endif
