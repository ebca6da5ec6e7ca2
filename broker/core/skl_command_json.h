/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_COMMAND_JSON_H
#define SKL_COMMAND_JSON_H

/*
 * skl_command_json - how an answer to schakelctl is written: members with a comma behind each, and
 * the last comma goes when the list or object is closed.
 *
 * Owner:    the reactor; for skl_command and skl_status.
 * Errors:   stick in the buffer.
 */

#include "skl_buf.h"
#include "skl_clock.h"

/* Ids and fixed words only; anything else is escaped all the same. */
static inline void skl_command_text(struct skl_buf *out, const char *text)
{
	skl_buf_add_u8(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			skl_buf_addf(out, "\\%c", c);
		else if (c < 32 || c > 126)
			skl_buf_addf(out, "\\u%04x", c);
		else
			skl_buf_add_u8(out, c);
	}
	skl_buf_add_u8(out, '"');
}

static inline void skl_command_number(struct skl_buf *out, const char *name, uint64_t value)
{
	skl_buf_addf(out, "\"%s\":%llu,", name, (unsigned long long)value);
}

static inline void skl_command_field(struct skl_buf *out, const char *name, const char *text)
{
	skl_buf_addf(out, "\"%s\":", name);
	skl_command_text(out, text);
	skl_buf_add_u8(out, ',');
}

/* The last comma of a list or object goes. */
static inline void skl_command_close(struct skl_buf *out, char end)
{
	if (out->len && out->data[out->len - 1] == ',')
		out->len--;
	skl_buf_add_u8(out, (uint8_t)end);
}

static inline uint64_t skl_command_age_ms(int64_t at_ms)
{
	int64_t age = skl_now_ms() - at_ms;

	return age > 0 ? (uint64_t)age : 0;
}

#endif
