/* SPDX-License-Identifier: EUPL-1.2 */

/* The fields of the forms, with what was filled in before. */

#include <stdio.h>
#include <string.h>

#include "skl_clock.h"
#include "skl_team_answer.h"

static void put_label(struct skl_team_page *page, const char *name, const char *label,
		      const char *hint)
{
	skl_buf_addf(page->html, "<label for=\"%s\">", name);
	skl_team_put(page, label);
	if (hint) {
		skl_team_put(page, "<span class=\"hint\">");
		skl_team_put(page, hint);
		skl_team_put(page, "</span>");
	}
	skl_team_put(page, "</label>");
}

static void put_area(struct skl_team_page *page, const struct skl_form *form, const char *name,
		     const char *label, const char *hint, unsigned max)
{
	put_label(page, name, label, hint);
	skl_buf_addf(page->html, "<textarea id=\"%s\" name=\"%s\" maxlength=\"%u\">\n", name, name,
		     max);
	skl_team_text(page, skl_form_get(form, name));
	skl_team_put(page, "</textarea>\n");
}

static void put_input(struct skl_team_page *page, const struct skl_form *form, const char *name,
		      const char *label, const char *hint, const char *more)
{
	put_label(page, name, label, hint);
	skl_buf_addf(page->html, "<input id=\"%s\" name=\"%s\" %s value=\"", name, name, more);
	skl_team_text(page, skl_form_get(form, name));
	skl_team_put(page, "\">\n");
}

static void put_option(struct skl_team_page *page, const struct skl_form *form, const char *name,
		       const char *value, const char *text)
{
	skl_team_put(page, "<option value=\"");
	skl_team_text(page, value);
	skl_team_put(page, strcmp(skl_form_get(form, name), value) == 0 ? "\" selected>" : "\">");
	skl_team_capital(page, text);
	skl_team_put(page, "</option>");
}

static void begin_select(struct skl_team_page *page, const char *name, const char *label,
			 const char *hint, const char *first)
{
	put_label(page, name, label, hint);
	skl_buf_addf(page->html, "<select id=\"%s\" name=\"%s\">", name, name);
	if (first)
		skl_buf_addf(page->html, "<option value=\"\">%s</option>", first);
}

/* A choice of some codes of a list; 0 ends them. */
static void put_codes(struct skl_team_page *page, const struct skl_form *form, const char *name,
		      const char *label, const char *first, enum skl_list list,
		      const uint32_t *codes)
{
	begin_select(page, name, label, NULL, first);
	for (; *codes; codes++)
		put_option(page, form, name, skl_code_name(list, *codes),
			   skl_code_label_nl(list, *codes));
	skl_team_put(page, "</select>\n");
}

static void put_persons(struct skl_team_page *page, const json_t *message,
			const struct skl_form *form, const char *name, const char *label,
			const char *first)
{
	const json_t *subjects = json_object_get(message, "subjects");

	begin_select(page, name, label, NULL, first);
	for (size_t i = 0; i < json_array_size(subjects); i++) {
		json_int_t number =
			json_integer_value(json_object_get(json_array_get(subjects, i), "number"));
		char person[SKL_MAIL_PERSON_BYTES];
		char value[32];

		skl_mail_person(message, number, person);
		(void)snprintf(value, sizeof(value), "%" JSON_INTEGER_FORMAT, number);
		put_option(page, form, name, value, person);
	}
	skl_team_put(page, "</select>\n");
}

/* ---- the forms ---- */

void skl_team_put_none(struct skl_team_page *page, const json_t *message,
		       const struct skl_form *form)
{
	(void)page;
	(void)message;
	(void)form; /* one button says it all */
}

void skl_team_put_reason(struct skl_team_page *page, const json_t *message,
			 const struct skl_form *form)
{
	static const uint32_t codes[] = {SKL_REASON_CAPACITY,
					 SKL_REASON_NOT_COMPETENT,
					 SKL_REASON_NOT_IN_INTEREST,
					 SKL_REASON_NO_COOPERATION,
					 SKL_REASON_SAFETY,
					 SKL_REASON_OTHER,
					 0};

	(void)message;
	put_codes(page, form, "reden", "Waarom niet?", "Kies een reden", SKL_LIST_REASON, codes);
}

void skl_team_put_refusal(struct skl_team_page *page, const json_t *message,
			  const struct skl_form *form)
{
	static const uint32_t codes[] = {SKL_REASON_SECRECY,         SKL_REASON_NO_CONSENT,
					 SKL_REASON_NOT_KNOWN,       SKL_REASON_NOT_COMPETENT,
					 SKL_REASON_NOT_IN_INTEREST, SKL_REASON_SAFETY,
					 SKL_REASON_OTHER,           0};

	(void)message;
	put_codes(page, form, "reden", "Waarom niet?", "Kies een reden", SKL_LIST_REASON, codes);
	put_area(page, form, "tekst", "Toelichting", "Mag leeg. Noem geen gegevens van personen.",
		 4000);
}

void skl_team_put_information(struct skl_team_page *page, const json_t *message,
			      const struct skl_form *form)
{
	static const uint32_t sources[] = {SKL_SOURCE_OBSERVED, SKL_SOURCE_HEARD, 0};
	static const uint32_t statuses[] = {SKL_STATUS_FACT, SKL_STATUS_INTERPRETATION,
					    SKL_STATUS_OPINION, 0};

	put_persons(page, message, form, "over", "Over wie gaat uw antwoord?", NULL);
	skl_team_put(page, "<p class=\"soft\">Vul in wat nodig is. Wat leeg blijft, gaat niet "
			   "mee.</p>");
	put_area(page, form, "hulp", "Welke hulp is er?", NULL, 8000);
	put_area(page, form, "kind", "Hoe gaat het met het kind?",
		 "In de woorden van het kind, als u die heeft.", 8000);
	put_area(page, form, "veiligheid", "Welke afspraken over veiligheid zijn er?", NULL, 8000);
	put_input(page, form, "organisatie", "Wie is er nog betrokken?", "Organisatie",
		  "maxlength=\"200\"");
	put_input(page, form, "functie", "Functie", NULL, "maxlength=\"100\"");
	put_input(page, form, "telefoon", "Telefoon", NULL, "type=\"tel\" maxlength=\"32\"");
	put_codes(page, form, "bron", "Heeft u het zelf gezien, of gehoord?", "Kies",
		  SKL_LIST_SOURCE, sources);
	put_codes(page, form, "status", "Is het een feit?", "Kies", SKL_LIST_STATUS, statuses);
}

void skl_team_put_rating(struct skl_team_page *page, const json_t *message,
			 const struct skl_form *form)
{
	put_persons(page, message, form, "over", "Over wiens veiligheid?", NULL);
	skl_team_put(page,
		     "<fieldset><legend>Cijfer <span class=\"hint\">0 is heel onveilig, 10 is "
		     "heel veilig. Onder de 6 komt het plan weer op tafel.</span></legend>"
		     "<div class=\"choices\">");
	for (int i = 0; i <= 10; i++) {
		char value[12];

		(void)snprintf(value, sizeof(value), "%d", i);
		skl_buf_addf(page->html,
			     "<label class=\"check\"><input type=\"radio\" name=\"cijfer\" "
			     "value=\"%d\"%s required>%d</label>",
			     i, strcmp(skl_form_get(form, "cijfer"), value) == 0 ? " checked" : "",
			     i);
	}
	skl_team_put(page, "</div></fieldset>\n");
	put_area(page, form, "tekst", "Waarom dit cijfer?", "Mag leeg.", 2000);
}

void skl_team_put_agreement(struct skl_team_page *page, const json_t *message,
			    const struct skl_form *form)
{
	static const uint32_t triggers[] = {SKL_TRIGGER_NEXT_INCIDENT,
					    SKL_TRIGGER_CONTACT_SOUGHT,
					    SKL_TRIGGER_CHILD_NOT_BROUGHT,
					    SKL_TRIGGER_INTOXICATED,
					    SKL_TRIGGER_HELP_REFUSED,
					    SKL_TRIGGER_NO_SAFE_HOME,
					    SKL_TRIGGER_OTHER,
					    0};
	static const uint32_t measures[] = {SKL_MEASURE_HOUSE_BAN, SKL_MEASURE_CONTACT_BAN,
					    SKL_MEASURE_STOP_TALK, SKL_MEASURE_ALERT_ON_LOCATION,
					    0};

	put_persons(page, message, form, "over", "Voor wie geldt de afspraak?", NULL);
	put_codes(page, form, "aanleiding", "Als dit gebeurt", NULL, SKL_LIST_TRIGGER, triggers);
	put_area(page, form, "als", "In woorden", "Zo dat wie het leest weet wanneer het zover is.",
		 2000);
	put_codes(page, form, "maatregel", "Dan volgt", NULL, SKL_LIST_MEASURE, measures);
	put_area(page, form, "dan", "In woorden", "Wie doet dan wat?", 2000);
	put_input(page, form, "tot", "Geldt tot en met", NULL, "type=\"date\"");
}

/* With whom it may be shared: who helps in our regions (rule TO-01), and not we. */
static void put_helpers(struct skl_team_page *page, const struct skl_form *form)
{
	static const enum skl_role roles[] = {SKL_ROLE_LOCAL_TEAM,    SKL_ROLE_YOUTH_PROTECTION,
					      SKL_ROLE_MENTAL_HEALTH, SKL_ROLE_SOCIAL_WORK,
					      SKL_ROLE_GGD,           SKL_ROLE_VEILIG_THUIS};
	const struct skl_adapter *adapter = page->team->adapter;
	const struct skl_directory *directory = skl_client_directory(adapter->client);
	const struct skl_dir_partner *own =
		directory ? skl_directory_partner(directory, skl_view_str(adapter->partner)) : NULL;

	begin_select(page, "naar", "Met wie delen?", NULL, "Kies een organisatie");
	for (size_t i = 0; own && i < skl_directory_partner_count(directory); i++) {
		const struct skl_dir_partner *one = skl_directory_partner_at(directory, i);

		for (size_t k = 0; k < SKL_COUNT(roles); k++)
			if (one->role == roles[k] && one != own && !one->is_suspended &&
			    skl_dir_partner_shares_region(one, own))
				put_option(page, form, "naar", one->id, one->name);
	}
	skl_team_put(page, "</select>\n");
}

void skl_team_put_consent(struct skl_team_page *page, const json_t *message,
			  const struct skl_form *form)
{
	static const uint32_t capacities[] = {
		SKL_CONSENT_CAPACITY_SELF, SKL_CONSENT_CAPACITY_HOLDER_OF_AUTHORITY,
		SKL_CONSENT_CAPACITY_GUARDIAN, SKL_CONSENT_CAPACITY_REPRESENTATIVE, 0};
	static const uint32_t purposes[] = {SKL_PURPOSE_RECOVERY, SKL_PURPOSE_SUSTAIN_SAFETY, 0};
	static const uint32_t states[] = {SKL_CONSENT_STATE_GIVEN, SKL_CONSENT_STATE_REFUSED,
					  SKL_CONSENT_STATE_WITHDRAWN, 0};
	static const uint32_t hows[] = {SKL_CONSENT_HOW_ALONE, SKL_CONSENT_HOW_PARTNER_PRESENT,
					SKL_CONSENT_HOW_BY_LETTER, SKL_CONSENT_HOW_VIA_THIRD_PARTY,
					0};

	/* nothing is chosen beforehand: it is about who said what */
	put_persons(page, message, form, "over", "Over wiens gegevens gaat het?",
		    "Kies een persoon");
	put_persons(page, message, form, "door", "Wie beslist daarover?", "Kies een persoon");
	put_codes(page, form, "als", "Als wat?", "Kies", SKL_LIST_CONSENT_CAPACITY, capacities);
	put_helpers(page, form);
	put_codes(page, form, "doel", "Waarvoor?", "Kies", SKL_LIST_PURPOSE, purposes);
	skl_team_put(page, "<fieldset><legend>Wat? <span class=\"hint\">Wie het is, hoort er "
			   "altijd bij.</span></legend>");
	for (size_t i = 0; i < SKL_TEAM_CONSENT_N; i++) {
		const char *name = skl_code_name(SKL_LIST_CATEGORY, skl_team_consent_categories[i]);

		skl_buf_addf(page->html,
			     "<label class=\"check\"><input type=\"checkbox\" name=\"%s\" "
			     "value=\"ja\"%s>",
			     name, *skl_form_get(form, name) ? " checked" : "");
		skl_team_capital(
			page, skl_code_label_nl(SKL_LIST_CATEGORY, skl_team_consent_categories[i]));
		skl_team_put(page, "</label>\n");
	}
	skl_team_put(page, "</fieldset>\n");
	put_codes(page, form, "stand", "Toestemming is", "Kies", SKL_LIST_CONSENT_STATE, states);
	put_codes(page, form, "hoe", "Hoe is het gezegd?", "Kies", SKL_LIST_CONSENT_HOW, hows);
	put_input(page, form, "tot", "Geldt tot en met", "Mag leeg: tot iemand haar intrekt.",
		  "type=\"date\"");
}
