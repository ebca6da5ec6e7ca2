/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_ENVELOPE_ROWS_H
#define SKL_ENVELOPE_ROWS_H

/*
 * skl_envelope_rows - the checks of an envelope's rows, each by itself and against each other.
 * Used by skl_envelope_decode only.
 *
 * Owner:    as skl_envelope.
 * Errors:   EFIELD, EROW, ENUMBER, ETIME, EREPEAT, with the row's kind and code in *reterr.
 * Limits:   skl_limits.h.
 */

#include "skl_envelope.h"

SKL_MUST_CHECK enum skl_err skl_envelope_check_common(const Schakel__V1__Common *common,
						      enum skl_envelope_form form,
						      struct skl_error *reterr);

/* env->rows, env->of and env->form are set; everything about rows is checked here. */
SKL_MUST_CHECK enum skl_err skl_envelope_check_rows(const struct skl_envelope *env,
						    struct skl_error *reterr);

#endif
