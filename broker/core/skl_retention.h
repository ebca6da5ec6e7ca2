/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_RETENTION_H
#define SKL_RETENTION_H

/*
 * skl_retention - how long the details of entries are kept, by class, and destroying the key of a
 * year whose term is over. Leaves, hashes and proofs stay: that something went, when, and between
 * whom stays provable; what, about whom and why is gone, from backups of the store as well.
 *
 * Owner:    the reactor.
 * Errors:   as named.
 * Limits:   terms in whole years, counted from the end of the year of the decision (UTC).
 */

#include "skl_buf.h"
#include "skl_code.h"
#include "skl_err.h"

struct skl_hub;

/*
 * X(CLASS, name, years, least, most, help): the term, and what the law lets a region choose.
 * Sources: Wpg 14 and 32(4); Wmo 5.3.4; Wth 10(1); Wjsg 39j; WGS 1.8(7); NEN 7513.
 */
#define SKL_RETENTION_TERM_MAP(X)                                                                  \
	X(WPG, keep_wpg, 10, 5, 30, "years that details of police data are kept")                  \
	X(VT_FILE, keep_vt_file, 20, 15, 30, "years for Veilig Thuis")                             \
	X(HOUSE_BAN, keep_house_ban, 5, 5, 5, "years for house bans, by law")                      \
	X(WJSG, keep_wjsg, 5, 4, 30, "years for OM, probation and courts")                         \
	X(WGS, keep_wgs, 5, 1, 5, "years for conferences, at most five by law")                    \
	X(CARE, keep_care, 20, 5, 30, "years for help and care")                                   \
	X(HUB, keep_hub, 10, 5, 30, "years for queries, loads and other entries of the hub")

/*
 * Append JSON: {"items":[{class, year, state, keep_years, erase_from, details, parts, bytes}, ..]},
 * at in the place of the terms where state is erased, held_since where it is held.
 */
SKL_MUST_CHECK enum skl_err skl_retention_say(struct skl_hub *hub, struct skl_buf *out);

/*
 * What skl_retention_erase would take now, and what would stay, as JSON: {details, parts, bytes,
 * stays: {entries, details}}; the same errors.
 */
SKL_MUST_CHECK enum skl_err skl_retention_preview(struct skl_hub *hub, const char *what,
						  struct skl_buf *out, struct skl_error *reterr);

/*
 * Destroy the key of "CLASS/YEAR" and append what went; reason: one line, not empty. EINVAL: no
 * such class or year; ENOTFOUND: no key; EEXISTS: destroyed before; ESTATE: its term is not over,
 * or it is held. reterr says more.
 */
SKL_MUST_CHECK enum skl_err skl_retention_erase(struct skl_hub *hub, const char *what,
						const char *reason, struct skl_buf *out,
						struct skl_error *reterr);

/*
 * Keep it beyond its term, as for a complaint or a claim that is pending (AVG 17(3)(e)), and end
 * that; both are entries with their reason. EEXISTS, ENOTFOUND: it is so already.
 */
SKL_MUST_CHECK enum skl_err skl_retention_hold(struct skl_hub *hub, const char *what,
					       const char *reason, struct skl_error *reterr);
SKL_MUST_CHECK enum skl_err skl_retention_release(struct skl_hub *hub, const char *what,
						  const char *reason, struct skl_error *reterr);

/* At the start: what was to be destroyed is. */
SKL_MUST_CHECK enum skl_err skl_retention_open(struct skl_hub *hub);

#endif
