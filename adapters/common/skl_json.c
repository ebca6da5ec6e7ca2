/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_json.h"

#include "skl_clock.h"
#include "skl_text.h"

static int add_bytes(const char *bytes, size_t len, void *arg)
{
	skl_buf_add(arg, bytes, len);
	return 0;
}

void skl_json_dump(const json_t *json, struct skl_buf *buf)
{
	if ((!json || json_dump_callback(json, add_bytes, buf, JSON_COMPACT)) && !buf->err)
		buf->err = SKL_ENOMEM;
}

void skl_json_lines(const json_t *json, struct skl_buf *buf)
{
	if ((!json || json_dump_callback(json, add_bytes, buf, JSON_INDENT(1))) && !buf->err)
		buf->err = SKL_ENOMEM;
	skl_buf_add_str(buf, "\n");
}

const char *skl_json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

json_t *skl_json_hex(const void *bytes, size_t len)
{
	char text[2 * 32 + 1];

	if (len > 32)
		return NULL;
	skl_hex_encode(skl_view_of(bytes, len), text);
	return json_string(text);
}

json_t *skl_json_time(int64_t at_ms)
{
	char text[SKL_TIME_TEXT_BYTES];

	skl_time_format(at_ms, text);
	return json_string(text);
}

void skl_json_set_text(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		(void)json_object_set_new(object, key, json_string(text));
}
