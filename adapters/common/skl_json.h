/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_JSON_H
#define SKL_JSON_H

/*
 * skl_json - small helpers over jansson.
 *
 * Owner:    any thread.
 * Errors:   sticky in the buffer.
 * Limits:   the buffer's.
 */

#include <jansson.h>

#include "skl_buf.h"

/* Append the compact text. NULL (a json_t that could not be made) is ENOMEM. */
void skl_json_dump(const json_t *json, struct skl_buf *buf);

/* The same for people: a line for each member. */
void skl_json_lines(const json_t *json, struct skl_buf *buf);

/* The text under this key; "" if there is none. Borrowed from the object. */
const char *skl_json_text(const json_t *object, const char *key);

/* A hexadecimal string, a time as RFC 3339; nothing at 0. For json_object_set_new: NULL is told. */
json_t *skl_json_hex(const void *bytes, size_t len);
json_t *skl_json_time(int64_t at_ms);

/* A text that is NULL or empty is left out. */
void skl_json_set_text(json_t *object, const char *key, const char *text);

#endif
