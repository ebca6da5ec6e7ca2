/* SPDX-License-Identifier: EUPL-1.2 */

/* A consent: of one person, by one person, towards one partner and for one purpose. */

#include <sodium.h>
#include <string.h>

#include "skl_json.h"
#include "skl_team_answer.h"
#include "skl_text.h"

const enum skl_category skl_team_consent_categories[SKL_TEAM_CONSENT_N] = {
	SKL_CATEGORY_CONTACT, SKL_CATEGORY_CHILD, SKL_CATEGORY_HELP_PLAN,
	SKL_CATEGORY_RECOVERY_PLAN, SKL_CATEGORY_INVOLVED};

static json_t *chosen_categories(const struct skl_form *form)
{
	json_t *list = json_pack("[s]", "identity"); /* whom it is about goes with all of it */

	for (size_t i = 0; i < SKL_TEAM_CONSENT_N; i++) {
		const char *name = skl_code_name(SKL_LIST_CATEGORY, skl_team_consent_categories[i]);

		if (*skl_form_get(form, name))
			(void)json_array_append_new(list, json_string(name));
	}
	return list;
}

/* Who it is, as the message has it: the name and the day of birth, and no more. */
static bool add_identity(const struct skl_team_making *m, json_int_t person)
{
	static const char *const fields[] = {"given_names", "prefix", "family_name", "born"};
	const json_t *known = skl_mail_identity(m->message, person);
	json_t *data = json_object();

	for (size_t i = 0; i < SKL_COUNT(fields); i++)
		if (json_object_get(known, fields[i]))
			(void)json_object_set(data, fields[i], json_object_get(known, fields[i]));
	skl_team_add_section(m, "identity", person, data);
	return json_object_size(known) > 0;
}

/* In words, for who reads back what was recorded. */
static void say(const struct skl_team_making *m, json_int_t person, json_int_t giver)
{
	const char *state =
		skl_code_label_nl(SKL_LIST_CONSENT_STATE,
				  skl_code_number(SKL_LIST_CONSENT_STATE,
						  skl_view_str(skl_form_get(m->form, "stand"))));
	char name[SKL_MAIL_PERSON_BYTES];
	char by[SKL_MAIL_PERSON_BYTES] = "";

	skl_mail_person(m->message, person, name);
	if (giver != person)
		skl_mail_person(m->message, giver, by);
	(void)json_object_set_new(
		m->root, "said",
		json_sprintf("%s: %s%s%s", name, state ? state : "", *by ? " door " : "", by));
}

static const char *complaint_of(const struct skl_team_making *m, json_int_t person,
				json_int_t giver)
{
	int64_t until_ms = skl_team_last_day(m);

	if (!person || !giver)
		return "Kies over wie het gaat, en wie er beslist.";
	if ((person == giver) != (strcmp(skl_form_get(m->form, "als"), "self") == 0))
		return "Beslist iemand over de eigen gegevens: kies twee keer dezelfde persoon, en "
		       "\"zelf\". Anders: kies als wat hij of zij beslist.";
	if (!*skl_form_get(m->form, "naar") || !*skl_form_get(m->form, "doel") ||
	    !*skl_form_get(m->form, "stand") || !*skl_form_get(m->form, "hoe"))
		return "Kies met wie, waarvoor, wat er is besloten, en hoe u het hoorde.";
	return until_ms && until_ms < m->now_ms ? "De laatste dag is voorbij." : NULL;
}

static json_t *consent_of(const struct skl_team_making *m, json_int_t person, json_int_t giver,
			  json_t *categories)
{
	static const struct {
		const char *key;
		const char *field;
	} rows[] = {{"partner", "naar"},
		    {"capacity", "als"},
		    {"purpose", "doel"},
		    {"state", "stand"},
		    {"how", "hoe"}};
	json_t *consent = json_pack("{s:s, s:I, s:I, s:o}", "id", "toestemming", "subject", person,
				    "giver", giver, "categories", categories);

	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		skl_json_set_text(consent, rows[i].key, skl_form_get(m->form, rows[i].field));
	if (skl_team_last_day(m))
		(void)json_object_set_new(consent, "until", skl_json_time(skl_team_last_day(m)));
	return consent;
}

/*
 * Who may be told, or may be told no more, hears it; a refusal is nobody's business but of who
 * directs: it goes back to who sent the message.
 */
const char *skl_team_make_consent(const struct skl_team_making *m)
{
	json_int_t person = skl_team_person(m, "over");
	json_int_t giver = skl_team_person(m, "door");
	const char *complaint = complaint_of(m, person, giver);
	json_t *categories = chosen_categories(m->form);
	bool is_any = json_array_size(categories) > 1;
	bool is_known = true;

	skl_team_append(m->root, "consents", consent_of(m, person, giver, categories));
	skl_json_set_text(m->root, "purpose", skl_form_get(m->form, "doel"));
	say(m, person, giver);
	if (strcmp(skl_form_get(m->form, "stand"), "refused") != 0) {
		(void)json_object_set_new(
			m->root, "to",
			json_pack("{s:s}", "partner", skl_form_get(m->form, "naar")));
		is_known = add_identity(m, person);
		if (giver != person)
			is_known = add_identity(m, giver) && is_known;
	}
	if (complaint)
		return complaint;
	if (!is_any)
		return "Kies wat er gedeeld mag worden.";
	return is_known ? NULL
			: "In dit bericht staat niet wie deze persoon is. Leg het vast bij een "
			  "bericht waar de naam in staat.";
}

static const json_t *first_consent(const json_t *object)
{
	return json_array_get(json_object_get(object, "consents"), 0);
}

/* Numbers of persons differ a message; the pseudonyms do not. */
static void add_person(const struct skl_context *about, const json_t *consent, const char *key,
		       crypto_generichash_state *hash)
{
	const struct skl_context_subject *person = skl_context_subject(
		about, (uint32_t)json_integer_value(json_object_get(consent, key)));

	if (person)
		(void)crypto_generichash_update(hash, person->pseudonym, sizeof(person->pseudonym));
}

enum skl_err skl_team_consent_ref(struct skl_adapter *adapter, const struct skl_context *about,
				  const json_t *object, uint8_t ret_ref[SKL_ID_BYTES])
{
	static const char *const words[] = {"partner", "purpose", "capacity"};
	const json_t *consent = first_consent(object);
	crypto_generichash_state hash;
	uint8_t digest[16];
	char key[2 * sizeof(digest) + 1];

	(void)crypto_generichash_init(&hash, NULL, 0, sizeof(digest));
	(void)crypto_generichash_update(&hash, about->case_ref, SKL_ID_BYTES);
	add_person(about, consent, "subject", &hash);
	add_person(about, consent, "giver", &hash);
	for (size_t i = 0; i < SKL_COUNT(words); i++) {
		const char *word = skl_json_text(consent, words[i]);

		/* with its end, so that two words are not another one */
		(void)crypto_generichash_update(&hash, (const uint8_t *)word, strlen(word) + 1);
	}
	(void)crypto_generichash_final(&hash, digest, sizeof(digest));
	skl_hex_encode(skl_view_of(digest, sizeof(digest)), key);
	return skl_adapter_ref(adapter, "consent", key, ret_ref);
}

void skl_team_consent_name(const struct skl_adapter *adapter, json_t *object)
{
	const struct skl_dir_partner *partner = skl_directory_partner(
		skl_client_directory(adapter->client),
		skl_view_str(skl_json_text(first_consent(object), "partner")));

	if (partner)
		(void)json_object_set_new(object, "said",
					  json_sprintf("%s, delen met %s",
						       skl_json_text(object, "said"),
						       partner->name));
}
