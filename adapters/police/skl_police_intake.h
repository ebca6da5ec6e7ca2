/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICE_INTAKE_H
#define SKL_POLICE_INTAKE_H

/*
 * skl_police_intake - one file of the police system on its way to the spool: what skl_police_in
 * reads and skl_police_address finds the recipients of. Not for users of skl_police.
 *
 * Owner:    the adapter's thread, during one skl_police_take.
 * Errors:   those of skl_state; what is wrong with the file is in findings.
 * Limits:   skl_mapped.h.
 */

#include "skl_police.h"

struct skl_police_intake {
	struct skl_police *police;
	enum skl_dir_place place; /* where it lies */
	const char *name;
	struct skl_buf xml;
	struct skl_mapped mapped;
	struct skl_findings findings;
	struct skl_context *about; /* the message it answers, repairs or belongs to; owned */
	char why[200];             /* why a person must choose, where it is to be parked */
	bool wants_partner;        /* that person names a partner; else a municipality */
};

enum skl_police_next { SKL_POLICE_SEND, SKL_POLICE_PARK, SKL_POLICE_REJECT };

/* The Veilig Thuis of a municipality code (NULL or "": none); NULL if the directory has none. */
const struct skl_dir_partner *skl_police_competent(const struct skl_police *police,
						   const char *municipality);

/*
 * "melding/NUMBER": what a file of this kind is known by. Police use one number for what belongs to
 * one incident, so the kind is part of it.
 */
#define SKL_POLICE_NATIVE_BYTES 128
void skl_police_native_key(enum skl_kind kind, const char *number,
			   char ret[SKL_POLICE_NATIVE_BYTES]);

/* Find in->about; none is no error. */
SKL_MUST_CHECK enum skl_err skl_police_find_about(struct skl_police_intake *in);

/*
 * Fill in the recipients, their desks, and what a row must refer to. SKL_POLICE_PARK: in->why;
 * SKL_POLICE_REJECT: the findings say why.
 */
SKL_MUST_CHECK enum skl_err skl_police_address(struct skl_police_intake *in,
					       enum skl_police_next *ret_next);

#endif
