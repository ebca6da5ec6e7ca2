/* SPDX-License-Identifier: EUPL-1.2 */

/* A section's data as a page: by the table of skl_label, so that no field is left out. */

#include <string.h>

#include "skl_clock.h"
#include "skl_label.h"
#include "skl_local_team.h"

static void put_fields(struct skl_team_page *page, const json_t *message,
		       const struct skl_content_field *fields, const json_t *data);

static void put_number(struct skl_team_page *page, json_int_t number)
{
	skl_buf_addf(page->html, "%" JSON_INTEGER_FORMAT, number);
}

static void put_subject(struct skl_team_page *page, const json_t *message, const json_t *value)
{
	char person[SKL_MAIL_PERSON_BYTES];

	skl_mail_person(message, json_integer_value(value), person);
	skl_team_text(page, person);
}

static void put_time(struct skl_team_page *page, const char *text)
{
	int64_t at_ms = 0;

	if (skl_time_parse(skl_view_str(text), &at_ms))
		skl_team_text(page, text);
	else
		skl_team_time(page, at_ms);
}

/* One value that is no object. */
static void put_value(struct skl_team_page *page, const json_t *message,
		      const struct skl_content_field *field, const json_t *value)
{
	const char *text = json_string_value(value) ? json_string_value(value) : "";
	const char *label;

	switch (field->type) {
	case SKL_CONTENT_SUBJECT:
		put_subject(page, message, value);
		return;
	case SKL_CONTENT_NUMBER:
		put_number(page, json_integer_value(value));
		return;
	case SKL_CONTENT_BOOL:
		skl_team_put(page, json_is_true(value) ? "ja" : "nee");
		return;
	case SKL_CONTENT_CODE:
		label = skl_code_label_nl(field->list,
					  skl_code_number(field->list, skl_view_str(text)));
		skl_team_text(page, label ? label : text);
		return;
	case SKL_CONTENT_WORD:
		skl_team_text(page, skl_team_word(text));
		return;
	case SKL_CONTENT_TIME:
		put_time(page, text);
		return;
	case SKL_CONTENT_TEXT:
	case SKL_CONTENT_DATE:
	case SKL_CONTENT_BSN:
	case SKL_CONTENT_OBJECT:
	default:
		skl_team_text(page, text);
		return;
	}
}

static void put_list(struct skl_team_page *page, const json_t *message,
		     const struct skl_content_field *field, const json_t *list)
{
	bool is_object = field->type == SKL_CONTENT_OBJECT;

	skl_team_put(page, is_object ? "<ul class=\"blocks\">" : "<ul>");
	for (size_t i = 0; i < json_array_size(list); i++) {
		skl_team_put(page, "<li>");
		if (is_object)
			put_fields(page, message, field->fields, json_array_get(list, i));
		else
			put_value(page, message, field, json_array_get(list, i));
		skl_team_put(page, "</li>");
	}
	skl_team_put(page, "</ul>");
}

static void put_field(struct skl_team_page *page, const json_t *message,
		      const struct skl_content_field *field, const json_t *value)
{
	skl_team_put(page, "<dt>");
	skl_team_capital(page, skl_team_word(field->name));
	skl_team_put(page, "</dt><dd>");
	if (json_is_array(value))
		put_list(page, message, field, value);
	else if (field->type == SKL_CONTENT_OBJECT)
		put_fields(page, message, field->fields, value);
	else
		put_value(page, message, field, value);
	skl_team_put(page, "</dd>");
}

static void put_fields(struct skl_team_page *page, const json_t *message,
		       const struct skl_content_field *fields, const json_t *data)
{
	skl_team_put(page, "<dl>");
	for (; fields->name; fields++) {
		const json_t *value = json_object_get(data, fields->name);

		/* the sender's own word for a person or fact tells a reader nothing */
		if (value && strcmp(fields->name, "ref") != 0)
			put_field(page, message, fields, value);
	}
	skl_team_put(page, "</dl>");
}

void skl_team_content(struct skl_team_page *page, const json_t *message, const json_t *section)
{
	const char *name = json_string_value(json_object_get(section, "category"));
	uint32_t category = name ? skl_code_number(SKL_LIST_CATEGORY, skl_view_str(name)) : 0;
	const struct skl_content_field *fields = skl_label_fields((enum skl_category)category);
	const json_t *data = json_object_get(section, "data");

	if (fields && data)
		put_fields(page, message, fields, data);
	else
		skl_team_put(page, "<p class=\"alert\">Dit onderdeel kan hier niet geopend worden. "
				   "Vraag de afzender het opnieuw te sturen.</p>");
}
