/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_mapped.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "skl_label.h"
#include "skl_mem.h"

void skl_findings_add(struct skl_findings *findings, unsigned line, const char *place,
		      const char *rule, bool is_form, const char *format, ...)
{
	struct skl_finding *finding;
	va_list args;

	if (!is_form)
		findings->is_fatal = true;
	if (findings->count == SKL_FINDINGS_N) {
		findings->more++;
		return;
	}
	finding = &findings->items[findings->count++];
	finding->line = line;
	finding->is_form = is_form;
	(void)snprintf(finding->place, sizeof(finding->place), "%s", place ? place : "");
	(void)snprintf(finding->rule, sizeof(finding->rule), "%s", rule);
	va_start(args, format);
	(void)vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

void skl_mapped_init(struct skl_mapped *mapped, enum skl_kind kind)
{
	*mapped = (struct skl_mapped){.kind = kind};
}

void skl_mapped_done(struct skl_mapped *mapped)
{
	for (size_t i = 0; i < mapped->section_count; i++)
		json_decref(mapped->sections[i].content);
	if (mapped->subjects)
		sodium_memzero(mapped->subjects,
			       mapped->subject_count * sizeof(mapped->subjects[0]));
	skl_free(mapped->subjects);
	skl_free(mapped->sections);
	*mapped = (struct skl_mapped){0};
}

struct skl_mapped_subject *skl_mapped_add_subject(struct skl_mapped *mapped)
{
	struct skl_mapped_subject *grown;

	if (mapped->err)
		return NULL;
	if (mapped->subject_count == SKL_LIMIT_SUBJECTS_N) {
		mapped->err = SKL_ETOOLARGE;
		return NULL;
	}
	grown = skl_realloc_array(mapped->subjects, mapped->subject_count + 1, sizeof(*grown));
	if (!grown) {
		mapped->err = SKL_ENOMEM;
		return NULL;
	}
	mapped->subjects = grown;
	grown += mapped->subject_count++;
	*grown = (struct skl_mapped_subject){0};
	return grown;
}

size_t skl_mapped_place(const struct skl_mapped *mapped, const char *ref)
{
	if (!ref || !*ref)
		return 0;
	for (size_t i = 0; i < mapped->subject_count; i++) {
		if (strcmp(mapped->subjects[i].ref, ref) == 0)
			return i + 1;
	}
	return 0;
}

size_t skl_mapped_place_of_number(const struct skl_mapped *mapped, uint32_t number)
{
	for (size_t i = 0; number && i < mapped->subject_count; i++) {
		if (mapped->subjects[i].number == number)
			return i + 1;
	}
	return 0;
}

struct skl_mapped_section *skl_mapped_add_section(struct skl_mapped *mapped,
						  enum skl_category category)
{
	struct skl_mapped_section *grown;
	json_t *content;

	if (mapped->err)
		return NULL;
	if (mapped->section_count == SKL_LIMIT_SECTIONS_N) {
		mapped->err = SKL_ETOOLARGE;
		return NULL;
	}
	content = json_object();
	grown = skl_realloc_array(mapped->sections, mapped->section_count + 1, sizeof(*grown));
	if (grown)
		mapped->sections = grown;
	if (!grown || !content) {
		json_decref(content);
		mapped->err = SKL_ENOMEM;
		return NULL;
	}
	grown += mapped->section_count++;
	*grown = (struct skl_mapped_section){.category = category, .content = content};
	return grown;
}

void skl_mapped_about(struct skl_mapped_section *section, size_t place)
{
	if (!section || !place)
		return;
	for (size_t i = 0; i < section->about_count; i++) {
		if (section->about[i] == place)
			return;
	}
	if (section->about_count < SKL_LIMIT_ABOUT_N)
		section->about[section->about_count++] = place;
}

static void add_fact(struct skl_mapped *mapped, const struct skl_mapped_fact *fact)
{
	if (mapped->err)
		return;
	if (mapped->fact_count == SKL_MAPPED_ROWS_N) {
		mapped->err = SKL_ETOOLARGE;
		return;
	}
	mapped->facts[mapped->fact_count++] = *fact;
}

void skl_mapped_fact_value(struct skl_mapped *mapped, enum skl_fact code, uint32_t value)
{
	struct skl_mapped_fact fact = {.code = code, .value = value};

	add_fact(mapped, &fact);
}

void skl_mapped_fact_text(struct skl_mapped *mapped, enum skl_fact code, const char *text,
			  int64_t at_ms)
{
	struct skl_mapped_fact fact = {.code = code, .at_ms = at_ms};

	if (strlen(text) >= sizeof(fact.text)) {
		mapped->err = mapped->err ? mapped->err : SKL_ETOOLARGE;
		return;
	}
	(void)snprintf(fact.text, sizeof(fact.text), "%s", text);
	add_fact(mapped, &fact);
}

void skl_mapped_set_value(struct skl_mapped *mapped, enum skl_fact code, uint32_t value)
{
	for (size_t i = 0; i < mapped->fact_count; i++)
		if (mapped->facts[i].code == code)
			mapped->facts[i].value = value;
}

const struct skl_mapped_fact *skl_mapped_find_fact(const struct skl_mapped *mapped,
						   enum skl_fact code)
{
	for (size_t i = 0; i < mapped->fact_count; i++) {
		if (mapped->facts[i].code == code)
			return &mapped->facts[i];
	}
	return NULL;
}

void skl_mapped_event(struct skl_mapped *mapped, const struct skl_mapped_event *event)
{
	if (mapped->err)
		return;
	if (mapped->event_count == SKL_MAPPED_ROWS_N) {
		mapped->err = SKL_ETOOLARGE;
		return;
	}
	mapped->events[mapped->event_count++] = *event;
}

enum skl_err skl_mapped_check(const struct skl_mapped *mapped, struct skl_error *reterr)
{
	if (mapped->err)
		return skl_error_set(reterr, mapped->err, 0, 0, "%s", skl_err_text(mapped->err));
	for (size_t i = 0; i < mapped->section_count; i++) {
		const struct skl_mapped_section *section = &mapped->sections[i];
		uint32_t about[SKL_LIMIT_ABOUT_N];
		struct skl_label_rows rows = {.category = section->category,
					      .about = about,
					      .about_count = section->about_count};
		struct skl_error inner = {0};

		for (size_t k = 0; k < section->about_count; k++)
			about[k] = (uint32_t)section->about[k];
		if (skl_label_check_json(&rows, section->content, &inner))
			return skl_error_set(reterr, SKL_EMISLABELLED, 0, 0, "%s: %s",
					     skl_code_name(SKL_LIST_CATEGORY, section->category),
					     inner.text);
	}
	return SKL_OK;
}

void skl_mapped_set(struct skl_mapped *mapped, json_t *object, const char *key, json_t *value)
{
	/* json_object_set_new releases the value in every case, NULL included. */
	if (json_object_set_new(object, key, value) && !mapped->err)
		mapped->err = SKL_ENOMEM;
}

void skl_mapped_set_text(struct skl_mapped *mapped, json_t *object, const char *key,
			 const char *text)
{
	json_t *value;

	if (!text || !*text)
		return;
	/* NULL for text that is not UTF-8; the readers have refused that before. */
	value = json_string(text);
	skl_mapped_set(mapped, object, key, value);
}

void skl_mapped_append(struct skl_mapped *mapped, json_t *object, const char *key, json_t *value)
{
	json_t *list = json_object_get(object, key);

	if (!list) {
		list = json_array();
		skl_mapped_set(mapped, object, key, list);
		list = json_object_get(object, key);
	}
	if (json_array_size(list) >= SKL_CONTENT_MANY_MAX) {
		mapped->dropped++;
		json_decref(value);
		return;
	}
	if (json_array_append_new(list, value) && !mapped->err)
		mapped->err = SKL_ENOMEM;
}
