/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_LOG_H
#define SKL_LOG_H

/*
 * skl_log - one line per event for the operator: `level component event key=value ...` on
 * standard error, with the journal's "<n>" prefix when standard error is the journal.
 *
 * Owner:    any thread (the only mutex of the project is stdio's). Only programs, broker/core and
 *           the adapters log; proto/, policy/ and broker/store return errors instead.
 * Errors:   none; a line that cannot be written is lost, the trail is what must not be.
 * Limits:   a line is cut at 1,000 bytes. Ids, codes and counts only: never names, content, keys
 *           or routing ids.
 */

#include <stdint.h>

#include "skl_attr.h"

enum skl_log_level { SKL_LOG_ERR, SKL_LOG_WARNING, SKL_LOG_NOTICE, SKL_LOG_INFO, SKL_LOG_DEBUG };

/* Component is a short literal kept by pointer ("hub", "adapter"); lines above level are dropped.
 */
void skl_log_open(const char *component, enum skl_log_level level);

/* event is a fixed word such as "message.accepted"; format gives the key=value pairs. */
void skl_log(enum skl_log_level level, const char *event, const char *format, ...) SKL_PRINTF(3, 4);

/* An id of 16 bytes as 32 hex digits, for the lines above. */
#define SKL_ID_TEXT_BYTES 33
const char *skl_id_text(const uint8_t id[16], char ret_text[SKL_ID_TEXT_BYTES]);

#endif
