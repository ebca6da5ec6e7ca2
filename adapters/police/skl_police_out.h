/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_POLICE_OUT_H
#define SKL_POLICE_OUT_H

/*
 * skl_police_out - what the police system finds in out/: received messages, outcomes, receipts,
 * notices and emergency instructions as XML in Dutch.
 *
 * Owner:    any thread; pure functions.
 * Errors:   the buffer's sticky error.
 * Limits:   the buffer's.
 *
 * Roots: ontvangstbevestiging, verzoek-om-politiegegevens, terugkoppeling, bericht (any other
 * kind), aangenomen, weigering, mislukt, bezorgd, niet-bezorgd, kennisgeving, noodinstructie.
 */

#include <stdint.h>

#include "skl_buf.h"
#include "skl_client.h"
#include "skl_context.h"
#include "skl_mapped.h"

/* The name of the file for a received message: "terugkoppeling-<id>.xml". */
#define SKL_POLICE_NAME_BYTES 96
void skl_police_out_name(const struct skl_received *received, char ret_name[SKL_POLICE_NAME_BYTES]);

/*
 * A received message. about is the context of the message it answers or refers to (NULL: unknown);
 * directory gives names of partners.
 */
void skl_police_out_message(const struct skl_received *received, const struct skl_context *about,
			    const struct skl_directory *directory, struct skl_buf *buf);

/* The outcome of a message we sent: aangenomen, or weigering with the way out. */
void skl_police_out_result(const struct skl_context *context, const Schakel__V1__Result *result,
			   const struct skl_directory *directory, struct skl_buf *buf);
/* herstel: sent because declared acute; what to mend, and by when. */
void skl_police_out_repair(const char *native_id, const uint8_t id[16],
			   const struct skl_findings *findings, int64_t due_ms,
			   struct skl_buf *buf);

/* The hub refused the bytes, or the message expired unanswered. */
void skl_police_out_failed(const struct skl_context *context, enum skl_err err, const char *text,
			   const char *phone, struct skl_buf *buf);
/* bezorgd; or niet-bezorgd: what happened, what to do now, and whom to call. */
void skl_police_out_receipt(const struct skl_context *context,
			    const struct skl_client_receipt *receipt,
			    const struct skl_directory *directory, const char *phone,
			    struct skl_buf *buf);
/* phone: NULL: nobody has to be called. */
void skl_police_out_notice(const struct skl_context *context, const Schakel__V1__Notice *notice,
			   const char *phone, struct skl_buf *buf);

/* "Bel nu, wacht niet op dit systeem": the hub did not record an acute report in time. */
void skl_police_out_emergency(const char *native_id, const uint8_t id[16], const char *partner_name,
			      const char *phone, int64_t now_ms, struct skl_buf *buf);

/*
 * The reason file beside a rejected or parked native file: key: value lines in Dutch, for people
 * and programs alike. what_now is one or more lines.
 */
void skl_police_out_reason(const char *file, const struct skl_mapped *mapped,
			   const struct skl_findings *findings, const char *what_now,
			   const char *phone, struct skl_buf *buf);

#endif
