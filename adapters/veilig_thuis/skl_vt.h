/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_VT_H
#define SKL_VT_H

/*
 * skl_vt - the role `veilig_thuis`: skl_own_http, and what goes by itself once Veilig Thuis' system
 * has a report.
 *
 * Owner:    the adapter's thread.
 * Errors:   as skl_adapter.h.
 * Limits:   those of skl_own_http.
 */

#include "skl_own_http.h"

extern const struct skl_adapter_role skl_vt_role;

struct skl_vt_config {
	struct skl_own_http_config http;
	bool auto_data_request;
};

/* ---- skl_vt_auto.c: how Veilig Thuis' JSON is read, and what goes by itself ---- */

/* Its kinds with their purpose and ground (LAW 1.0), and the law it collects under. */
struct skl_own_opts skl_vt_own_opts(int64_t now_ms);

/* Of skl_own_http_role: the two below, for a report. */
enum skl_err skl_vt_prepare(const struct skl_own_http *own, const struct skl_received *received,
			    struct skl_own_http_delivery *delivery);

/* Messages the adapter sends by itself once the system has taken a report from the police. */
SKL_MUST_CHECK enum skl_err skl_vt_make_receipt(const struct skl_context *report,
						const char *user_ref, struct skl_mapped *ret);
SKL_MUST_CHECK enum skl_err skl_vt_make_data_request(const struct skl_received *received,
						     const struct skl_context *report,
						     const char *user_ref, struct skl_mapped *ret);

#endif
