/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_OWN_ADDRESS_H
#define SKL_OWN_ADDRESS_H

/*
 * skl_own_address - purpose and ground of each recipient of an own system's message, by the role
 * the directory gives it: one decision of the prosecution goes to police, care and probation, to
 * each on a ground of its own, and who writes it names only the organisations.
 *
 * Owner:    any thread; a pure function.
 * Errors:   none: what is not known stays open, and skl_own_map asks for it.
 * Limits:   those of skl_own_json.
 */

#include <jansson.h>
#include <stddef.h>

#include "skl_code.h"
#include "skl_directory.h"

/* The first row that fits counts. */
struct skl_own_address_row {
	enum skl_kind kind; /* unspecified: any */
	enum skl_role role; /* unspecified: any, also one the directory does not know */
	enum skl_purpose purpose;
	enum skl_ground ground;
};

/*
 * Fill in what message (skl_own_json) does not say: of its first recipient in the message itself,
 * of the others at each. directory NULL: nobody's role is known.
 */
void skl_own_address(json_t *message, const struct skl_directory *directory,
		     const struct skl_own_address_row *rows, size_t count);

#endif
