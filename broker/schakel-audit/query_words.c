/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "query.h"
#include "skl_clock.h"
#include "skl_text.h"

struct words {
	const Schakel__V1__MessageDetail *detail;
	bool is_dutch;
	query_word_fn fn;
	void *arg;
};

const char *query_label(enum skl_list list, uint32_t number, bool is_dutch)
{
	const char *text =
		is_dutch ? skl_code_label_nl(list, number) : skl_code_label_en(list, number);

	return text ? text : "-";
}

static void say(const struct words *words, const char *dutch, const char *english,
		const char *value)
{
	if (value[0])
		words->fn(words->arg, words->is_dutch ? dutch : english, value);
}

static void say_code(const struct words *words, const char *dutch, const char *english,
		     enum skl_list list, uint32_t number)
{
	if (number != 0)
		say(words, dutch, english, query_label(list, number, words->is_dutch));
}

static void say_id(const struct words *words, const char *dutch, const char *english,
		   const ProtobufCBinaryData *id)
{
	char text[65];

	if (id->len == 0 || id->len > 32)
		return;
	skl_hex_encode(skl_view_of(id->data, id->len), text);
	say(words, dutch, english, text);
}

static void say_time(const struct words *words, const char *dutch, const char *english,
		     int64_t at_ms)
{
	char text[SKL_TIME_TEXT_BYTES];

	if (at_ms == 0)
		return;
	skl_time_format(at_ms, text);
	say(words, dutch, english, text);
}

/* What was asked, who did, and on which ground. */
static void say_message(const struct words *words)
{
	const Schakel__V1__MessageDetail *detail = words->detail;

	say_code(words, "Soort bericht", "Kind of message", SKL_LIST_KIND, detail->kind);
	say_code(words, "Doel", "Purpose", SKL_LIST_PURPOSE, detail->purpose);
	say_code(words, "Grondslag", "Ground", SKL_LIST_GROUND, detail->ground);
	if (detail->ground != 0)
		say(words, "Code van de grondslag", "Code of the ground",
		    skl_code_name(SKL_LIST_GROUND, detail->ground));
	say_id(words, "Bericht", "Message", &detail->id);
	say_id(words, "Casus", "Case", &detail->case_ref);
	say_id(words, "Antwoord op", "In reply to", &detail->in_reply_to);
	say(words, "Gebruiker", "User", detail->user_ref);
	say(words, "Gecontroleerd door", "Checked by", detail->checked_by);
	say(words, "Acuut verklaard door", "Called acute by", detail->acute_by);
}

/* Why it was decided so. */
static void say_decision(const struct words *words, bool is_decision)
{
	const Schakel__V1__MessageDetail *detail = words->detail;

	for (size_t i = 0; i < detail->n_rules; i++)
		say(words, "Regel van de afspraak", "Rule of the agreement", detail->rules[i]);
	say_code(words, "Reden van weigering", "Reason of refusal", SKL_LIST_CUT_REASON,
		 detail->reason);
	for (size_t i = 0; i < detail->n_weighing; i++)
		say_code(words, "Afweging", "Weighing", SKL_LIST_WEIGHING, detail->weighing[i]);
	if (is_decision && detail->n_weighing == 0)
		say(words, "Afweging", "Weighing", words->is_dutch ? "geen genoemd" : "none named");
	for (size_t i = 0; i < detail->n_consent_ref; i++)
		say_id(words, "Berust op toestemming", "Rests on consent", &detail->consent_ref[i]);
	if (is_decision && detail->n_consent_ref == 0)
		say(words, "Berust op toestemming", "Rests on consent",
		    words->is_dutch ? "geen genoemd" : "none named");
	for (size_t i = 0; i < detail->n_consents; i++)
		say_code(words, "Meldt toestemming", "Tells of consent", SKL_LIST_CONSENT_STATE,
			 detail->consents[i]->state);
	say_code(words, "Verzegeld", "Sealed", SKL_LIST_SEAL, detail->seal);
	say_time(words, "Vormfout herstellen voor", "Repair form before", detail->repair_due_ms);
}

/* What went, what was cut, and why. */
static void say_sections(const struct words *words)
{
	for (size_t i = 0; i < words->detail->n_sections; i++) {
		const Schakel__V1__SectionDetail *section = words->detail->sections[i];
		const char *rule = section->rule;
		char text[512];

		if (section->delivered)
			(void)snprintf(text, sizeof(text), "%s%s%.200s",
				       words->is_dutch ? "gedeeld" : "delivered",
				       rule[0] ? ", " : "", rule);
		else
			(void)snprintf(
				text, sizeof(text), "%s (%.200s)%s%.200s",
				words->is_dutch ? "niet gedeeld" : "not delivered",
				query_label(SKL_LIST_CUT_REASON, section->reason, words->is_dutch),
				rule[0] ? ", " : "", rule);
		words->fn(words->arg,
			  query_label(SKL_LIST_CATEGORY, section->category, words->is_dutch), text);
	}
}

/* Entries that are no message: deliveries, clocks, notices, looks of supervisors. */
static void say_other(const struct words *words)
{
	const Schakel__V1__MessageDetail *detail = words->detail;
	char found[16];

	say_code(words, "Aflevering", "Delivery", SKL_LIST_DELIVERY, detail->state);
	say_code(words, "Termijn", "Clock", SKL_LIST_CLOCK, detail->clock);
	say_time(words, "Uiterlijk", "Due", detail->due_ms);
	say_code(words, "Taak", "Task", SKL_LIST_TASK, detail->task);
	say(words, "Tekst", "Text", detail->text);
	say_code(words, "Mandaat", "Mandate", SKL_LIST_MANDATE, detail->mandate);
	say_code(words, "Reden van raadpleging", "Reason of the query", SKL_LIST_QUERY_REASON,
		 detail->query_reason);
	say(words, "Dossiernummer", "Case number", detail->case_number);
	if (detail->mandate == 0)
		return;
	(void)snprintf(found, sizeof(found), "%" PRIu32, detail->found);
	say(words, "Regels getoond", "Rows shown", found);
}

void query_words(const struct query_row *row, bool is_dutch, query_word_fn fn, void *arg)
{
	struct words words = {.detail = row->detail, .is_dutch = is_dutch, .fn = fn, .arg = arg};

	if (row->is_erased)
		say(&words, "Details", "Details",
		    is_dutch ? "gewist: de sleutel is vernietigd"
			     : "erased: the key was destroyed");
	if (!row->detail)
		return;
	say_message(&words);
	say_decision(&words, row->leaf.kind == SKL_ENTRY_DECISION);
	say_sections(&words);
	say_other(&words);
}
