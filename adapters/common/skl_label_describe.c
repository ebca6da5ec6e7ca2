/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_label.h"

static void describe_type(struct skl_buf *buf, const struct skl_content_field *field)
{
	switch (field->type) {
	case SKL_CONTENT_TEXT:
		skl_buf_addf(buf, "text, %u characters", (unsigned)field->max);
		break;
	case SKL_CONTENT_DATE:
		skl_buf_add_str(buf, "date");
		break;
	case SKL_CONTENT_TIME:
		skl_buf_add_str(buf, "time");
		break;
	case SKL_CONTENT_NUMBER:
		skl_buf_addf(buf, "number 0 to %u", (unsigned)field->max);
		break;
	case SKL_CONTENT_BOOL:
		skl_buf_add_str(buf, "true or false");
		break;
	case SKL_CONTENT_SUBJECT:
		skl_buf_add_str(buf, "subject");
		break;
	case SKL_CONTENT_CODE:
		skl_buf_addf(buf, "code: %s", skl_list_what(field->list));
		break;
	case SKL_CONTENT_WORD:
		for (const char *const *word = field->words; *word; word++)
			skl_buf_addf(buf, "%s`%s`", word == field->words ? "" : " ", *word);
		break;
	case SKL_CONTENT_BSN:
		skl_buf_add_str(buf, "BSN");
		break;
	case SKL_CONTENT_OBJECT:
	default:
		skl_buf_add_str(buf, "object");
		break;
	}
}

/* One line a field; a field of a list of objects reads `facts[].act`. Depth is the table's. */
static void describe_fields(struct skl_buf *buf, const struct skl_content_field *fields,
			    const char *before)
{
	for (; fields->name; fields++) {
		struct skl_buf path;

		skl_buf_init(&path, 128);
		skl_buf_addf(&path, "%s%s%s", before, fields->name,
			     (fields->flags & SKL_CONTENT_MANY) ? "[]" : "");
		skl_buf_addf(buf, "| `%s` | ", skl_buf_str(&path));
		describe_type(buf, fields);
		skl_buf_addf(buf, " | %s |\n",
			     (fields->flags & SKL_CONTENT_REQUIRED)  ? "yes"
			     : (fields->flags & SKL_CONTENT_EXCUSED) ? "or in `incomplete`"
								     : "");
		if (fields->type == SKL_CONTENT_OBJECT) {
			skl_buf_add_str(&path, ".");
			describe_fields(buf, fields->fields, skl_buf_str(&path));
		}
		skl_buf_done(&path);
	}
}

void skl_label_describe(struct skl_buf *buf)
{
	for (uint32_t i = 1; i <= skl_code_count(SKL_LIST_CATEGORY); i++) {
		const struct skl_content_field *fields = skl_label_fields((enum skl_category)i);

		skl_buf_addf(buf, "### `%s`\n\n| field | type | required |\n|---|---|---|\n",
			     skl_code_name(SKL_LIST_CATEGORY, i));
		if (fields)
			describe_fields(buf, fields, "");
		skl_buf_add_str(buf, "\n");
	}
}
