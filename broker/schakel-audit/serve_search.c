/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "serve.h"

#define ROWS_A_PAGE 50

/* In the order of the form; the first of them says why is asked. */
const struct serve_field serve_fields[] = {
	{"reason", "Reden", "Reason", SERVE_CHOICE, SKL_LIST_QUERY_REASON},
	{"case-number", "Uw dossiernummer", "Your case number", SERVE_TEXT, 0},
	{"case", "Casus", "Case", SERVE_TEXT, 0},
	{"message", "Bericht", "Message", SERVE_TEXT, 0},
	{"from", "Beslist vanaf", "Decided from", SERVE_DATE, 0},
	{"until", "Beslist voor", "Decided before", SERVE_DATE, 0},
	{"sender", "Afzender", "Sender", SERVE_TEXT, 0},
	{"recipient", "Ontvanger", "Recipient", SERVE_TEXT, 0},
	{"kind", "Soort bericht", "Kind of message", SERVE_CHOICE, SKL_LIST_KIND},
	{"ground", "Grondslag", "Ground", SERVE_CHOICE, SKL_LIST_GROUND},
	{"outcome", "Uitkomst", "Outcome", SERVE_CHOICE, SKL_LIST_OUTCOME},
	{"entry", "Soort regel", "Kind of entry", SERVE_CHOICE, SKL_LIST_ENTRY},
	{"user-ref", "Medewerker", "Worker", SERVE_TEXT, 0},
	{"without-consent", "Gedeeld zonder toestemming", "Delivered without consent", SERVE_CHECK,
	 0},
	{"without-after-check", "Doorbreking zonder nacontrole", "Break-glass without after-check",
	 SERVE_CHECK, 0},
	{"without-confirmation", "Herstel dat nog niet is aangekomen",
	 "Corrections that have not arrived", SERVE_CHECK, 0},
	{"first", "Regel", "Entry", SERVE_HIDDEN, 0},
	{"saved", "Vaste vraag", "Saved query", SERVE_SAVED, 0},
};
const size_t serve_field_count = SKL_COUNT(serve_fields);

static void put_options(struct serve_page *page, enum skl_list list, const char *chosen)
{
	serve_put(page, "<option value=\"\">");
	if (list == SKL_LIST_QUERY_REASON)
		serve_say(page, "kies een reden", "choose a reason");
	else
		serve_say(page, "maakt niet uit", "any");
	serve_put(page, "</option>");
	for (uint32_t i = 1; i <= skl_code_count(list); i++) {
		const char *name = skl_code_name(list, i);

		if (!name)
			continue;
		serve_put(page, "<option value=\"");
		serve_text(page, name);
		serve_put(page, strcmp(name, chosen) == 0 ? "\" selected>" : "\">");
		serve_text(page, query_label(list, i, page->is_dutch));
		serve_put(page, "</option>");
	}
}

static void put_attributes(struct serve_page *page, const struct serve_field *field,
			   const char *prefix, bool is_wrong)
{
	serve_put(page, " id=\"");
	serve_put(page, prefix);
	serve_put(page, field->name);
	serve_put(page, "\" name=\"");
	serve_put(page, field->name);
	serve_put(page, "\"");
	if (is_wrong)
		serve_put(page, " aria-invalid=\"true\" aria-describedby=\"complaint\"");
}

static void put_label(struct serve_page *page, const struct serve_field *field, const char *prefix)
{
	serve_put(page, "<label for=\"");
	serve_put(page, prefix);
	serve_put(page, field->name);
	serve_put(page, "\">");
	serve_say(page, field->dutch, field->english);
	if (field == &serve_fields[0])
		serve_say(page, " (verplicht)", " (required)");
	serve_put(page, "</label>");
}

static void put_field(struct serve_page *page, const struct serve_field *field, const char *prefix,
		      const char *value, bool is_wrong)
{
	bool is_choice = field->shape == SERVE_CHOICE, is_check = field->shape == SERVE_CHECK;

	if (field->shape == SERVE_HIDDEN || field->shape == SERVE_SAVED)
		return;
	serve_put(page, is_check ? "<div class=\"check\">" : "<div>");
	if (!is_check)
		put_label(page, field, prefix);
	serve_put(page, is_choice ? "<select" : "<input");
	put_attributes(page, field, prefix, is_wrong);
	if (field == &serve_fields[0])
		serve_put(page, " required");
	if (is_choice) {
		serve_put(page, ">");
		put_options(page, field->list, value);
		serve_put(page, "</select>");
	} else if (is_check) {
		serve_put(page, " type=\"checkbox\" value=\"yes\"");
		serve_put(page, value[0] ? " checked>" : ">");
		put_label(page, field, prefix);
	} else {
		serve_put(page, field->shape == SERVE_DATE ? " type=\"date\"" : " type=\"text\"");
		serve_put(page, " maxlength=\"127\" value=\"");
		serve_text(page, value);
		serve_put(page, "\">");
	}
	serve_put(page, "</div>\n");
}

void serve_field_put(struct serve_page *page, const struct serve_field *field, const char *prefix)
{
	put_field(page, field, prefix, "", false);
}

static void put_complaint(struct serve_page *page, const struct serve_field *field)
{
	serve_put(page, "<p class=\"alert\" role=\"alert\" id=\"complaint\">");
	serve_say(page, "Er is niets gevraagd. Niet goed ingevuld: ",
		  "Nothing was asked. Not filled in right: ");
	serve_put(page, "<a href=\"#");
	serve_put(page, field->name);
	serve_put(page, "\">");
	serve_say(page, field->dutch, field->english);
	serve_put(page, "</a></p>\n");
}

static void put_what(struct serve_page *page)
{
	serve_say(
		page,
		"</div></fieldset>\n<fieldset><legend>Wat u zoekt</legend><p class=\"hint\">Leeg: "
		"alles. Casus en bericht: 32 hexadecimale tekens. De dag van \"beslist voor\" telt "
		"niet mee. Zoeken op een medewerker vraagt een dossiernummer.</p><div "
		"class=\"fields\">\n",
		"</div></fieldset>\n<fieldset><legend>What you look for</legend><p "
		"class=\"hint\">Empty: all. Case and message: 32 hexadecimal digits. The day of "
		"\"decided before\" does not count. A search on a worker needs a case number.</p>"
		"<div class=\"fields\">\n");
}

void serve_search(struct serve_page *page, const struct skl_form *form,
		  const struct serve_field *complaint)
{
	serve_begin(page, complaint ? 400 : 200, "Zoeken in het logboek", "Search the trail");
	if (complaint)
		put_complaint(page, complaint);
	else
		serve_saved_form(page);
	serve_form_begin(page, "/zoek");
	serve_say(page,
		  "<fieldset><legend>Waarom u vraagt</legend><p class=\"hint\">Een dossiernummer "
		  "heeft letters, cijfers, punten en streepjes.</p><div class=\"fields\">\n",
		  "<fieldset><legend>Why you ask</legend><p class=\"hint\">A case number has "
		  "letters, digits, dots and dashes.</p><div class=\"fields\">\n");
	for (size_t i = 0; i < serve_field_count; i++) {
		const struct serve_field *field = &serve_fields[i];

		if (strcmp(field->name, "case") == 0)
			put_what(page);
		put_field(page, field, "", skl_form_get(form, field->name), field == complaint);
	}
	serve_say(
		page,
		"</div></fieldset>\n<div class=\"buttons\"><button>Zoeken</button>"
		"<button formaction=\"/zaak?lang=nl\">Tijdlijn van de casus</button>"
		"<button formaction=\"/inzage?lang=nl\">Wie keek er?</button>"
		"<button formaction=\"/boom?lang=nl\">Boom en getuigen</button></div></form>\n",
		"</div></fieldset>\n<div class=\"buttons\"><button>Search</button>"
		"<button formaction=\"/zaak?lang=en\">Timeline of the case</button>"
		"<button formaction=\"/inzage?lang=en\">Who looked?</button>"
		"<button formaction=\"/boom?lang=en\">Tree and witnesses</button></div></form>\n");
	serve_end(page);
}

/* Not in the form: what a browser may send beside the fields. */
static const struct serve_field strange = {"", "een onbekend veld", "an unknown field", SERVE_TEXT,
					   0};

const struct serve_field *serve_find_field(const char *name)
{
	for (size_t i = 0; i < serve_field_count; i++)
		if (strcmp(serve_fields[i].name, name) == 0)
			return &serve_fields[i];
	return &strange;
}

const struct serve_field *serve_query(const struct skl_form *form,
				      const struct serve_person *person, struct query *ret_query)
{
	*ret_query = (struct query){.mandate = person->mandate,
				    .of = person->of[0] ? person->of : NULL,
				    .user = person->name,
				    .limit = ROWS_A_PAGE};
	for (size_t i = 0; i < form->count; i++) {
		const char *name = form->field[i].name;
		const struct serve_field *field = serve_find_field(name);

		if (!form->field[i].value[0] || strcmp(name, "token") == 0 ||
		    strcmp(name, "next") == 0 || strcmp(name, "format") == 0)
			continue;
		if (field->shape == SERVE_SAVED) {
			if (!query_saved_set(ret_query, form->field[i].value, NULL))
				return field;
			continue;
		}
		if (field == &strange ||
		    query_set(ret_query, name, form->field[i].value, NULL) != SKL_OK)
			return field;
	}
	return ret_query->reason == SKL_QUERY_REASON_UNSPECIFIED ? &serve_fields[0] : NULL;
}
