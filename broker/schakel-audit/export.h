/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXPORT_H
#define EXPORT_H

/*
 * export - rows of the trail in the formats that others read.
 *
 * Owner:    one thread.
 * Lifetime: export_new .. export_free; the directory is borrowed for as long.
 * Errors:   ENOMEM; ETOOLARGE of the buffer; EMALFORMED for a row that was not checked before.
 * Limits:   EXPORT_ACTIVITIES_MAX different activities in a register: ELIMIT.
 *
 * What is written was proven: rows come out of query_rows, and those that no checkpoint covers
 * yet are the caller's to leave out. export_table.c says what goes where in each format.
 */

#include <stdbool.h>
#include <stddef.h>

#include "skl_attr.h"
#include "skl_buf.h"
#include "skl_directory.h"
#include "skl_err.h"

#define EXPORT_ACTIVITIES_MAX 4096
#define EXPORT_ROW_MAX        (64u << 20) /* bytes of the lines of one row */

enum export_format {
	EXPORT_CSV,      /* RFC 4180; a row of the trail a line */
	EXPORT_JSON,     /* JSON lines: the row as it is, for schakel-policy replay */
	EXPORT_LDV,      /* Logboek Dataverwerkingen: a line a person, no users */
	EXPORT_FHIR,     /* FHIR R4 AuditEvent by IHE BALP, a line a person */
	EXPORT_REGISTER, /* Wpg 31d, AVG 30(2): a line a processing activity */
	EXPORT_FORMATS,
};

struct export_about {
	const char *name;   /* "csv" */
	const char *type;   /* media type */
	const char *suffix; /* of a file, without the dot */
};
const struct export_about *export_about(enum export_format format);
/* EXPORT_FORMATS for an unknown name. */
enum export_format export_format_of(const char *name);

struct export;
struct query_row;
SKL_MUST_CHECK enum skl_err export_new(enum export_format format,
				       const struct skl_directory *directory,
				       struct export **ret_export);
void export_free(struct export *export);
SKL_DEFINE_CLEANUP(struct export, export_free)

/* Add what the format has of this row, which may be nothing. */
SKL_MUST_CHECK enum skl_err export_row(struct export *export, const struct query_row *row,
				       struct skl_buf *to);
/* Add what is left to say after the last row: the head of an empty CSV, the register. */
SKL_MUST_CHECK enum skl_err export_end(struct export *export, struct skl_buf *to);

#endif
