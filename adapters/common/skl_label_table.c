/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_label.h"

/*
 * The table of section content. A field that is not here does not exist: what a rule lets through
 * under one label must not carry what it keeps back under another.
 */

#define REQ     SKL_CONTENT_REQUIRED
#define MANY    SKL_CONTENT_MANY
#define EXCUSED SKL_CONTENT_EXCUSED

#define TEXT(field, characters, flag)                                                              \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_TEXT, .flags = flag, .max = characters          \
	}
#define DATE(field, flag)                                                                          \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_DATE, .flags = flag                             \
	}
#define TIME(field, flag)                                                                          \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_TIME, .flags = flag                             \
	}
#define NUMBER(field, highest, flag)                                                               \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_NUMBER, .flags = flag, .max = highest           \
	}
#define BOOL(field, flag)                                                                          \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_BOOL, .flags = flag                             \
	}
#define SUBJECT(field, flag)                                                                       \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_SUBJECT, .flags = flag                          \
	}
#define CODE(field, code_list, flag)                                                               \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_CODE, .flags = flag,                            \
		.list = SKL_LIST_##code_list                                                       \
	}
#define WORD(field, list_of_words, flag)                                                           \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_WORD, .flags = flag, .words = list_of_words     \
	}
#define BSN(field, flag)                                                                           \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_BSN, .flags = flag                              \
	}
#define OBJECT(field, list_of_fields, flag)                                                        \
	{                                                                                          \
		.name = field, .type = SKL_CONTENT_OBJECT, .flags = flag, .fields = list_of_fields \
	}
#define END                                                                                        \
	{                                                                                          \
		.name = NULL                                                                       \
	}

static const char *const sexes[] = {"female", "male", "other", "unknown", NULL};

static const char *const relations[] = {"partner", "ex_partner", "child",       "parent", "sibling",
					"other",   "unknown",    "grandparent", NULL};

/* Parts of a fact that an acute report may leave for repair. */
static const char *const excusable[] = {"at", "actor", "target", "act", "impact", NULL};

/* Factsheet Intieme Terreur; the last two always count as red flags. */
static const char *const red_flag_words[] = {"violence_during_pregnancy",
					     "forced_sex",
					     "stalking",
					     "attempted_strangulation",
					     "escalating_violence",
					     "death_threats",
					     "suicide_threats",
					     "weapon",
					     "withholding_care",
					     "extreme_fear",
					     "fears_to_speak_near_partner",
					     NULL};

static const char *const risk_words[] = {"psychiatric",      "iq",    "addiction_severity",
					 "childhood_trauma", "debts", NULL};

static const char *const history_roles[] = {"suspect", "victim",  "convicted",
					    "witness", "address", NULL};

static const char *const criminal_stages[] = {"suspicion", "arrest",    "prosecution", "hearing",
					      "sentence",  "dismissed", "released",    NULL};

static const char *const ban_outcomes[] = {"impose", "do_not_impose", "not_decided", NULL};

/* ref: what the sender's texts call this person ("p1"). */
static const struct skl_content_field identity[] = {
	TEXT("ref", 32, 0),      TEXT("given_names", 200, 0),
	TEXT("prefix", 40, 0),   TEXT("family_name", 200, REQ),
	DATE("born", 0),         WORD("sex", sexes, 0),
	TEXT("remark", 1000, 0), END};

static const struct skl_content_field bsn[] = {BSN("bsn", REQ), END};

static const struct skl_content_field address[] = {TEXT("street", 200, 0),  TEXT("number", 20, 0),
						   TEXT("postcode", 16, 0), TEXT("place", 100, 0),
						   TEXT("country", 100, 0), END};

static const struct skl_content_field phone[] = {TEXT("number", 32, REQ), BOOL("safe", 0),
						 TEXT("remark", 200, 0), END};

static const struct skl_content_field contact[] = {
	OBJECT("address", address, 0), OBJECT("phones", phone, MANY), TEXT("email", 200, 0),
	TEXT("remark", 1000, 0), END};

static const struct skl_content_field whereabouts[] = {OBJECT("address", address, 0),
						       TEXT("description", 2000, 0),
						       TIME("since", 0), TIME("until", 0), END};

static const struct skl_content_field member[] = {SUBJECT("subject", REQ),
						  WORD("relation", relations, REQ),
						  SUBJECT("to", REQ), BOOL("lives_there", 0), END};

static const struct skl_content_field household[] = {OBJECT("members", member, REQ | MANY),
						     TEXT("remark", 2000, 0), END};

static const struct skl_content_field incident_fact[] = {TEXT("ref", 32, REQ),
							 TIME("at", EXCUSED),
							 TIME("until", 0),
							 TEXT("place", 300, 0),
							 SUBJECT("actor", EXCUSED),
							 SUBJECT("target", EXCUSED),
							 CODE("types", VIOLENCE, MANY),
							 TEXT("act", 8000, EXCUSED),
							 TEXT("impact", 8000, EXCUSED),
							 WORD("incomplete", excusable, MANY),
							 END};

static const struct skl_content_field incident[] = {OBJECT("facts", incident_fact, REQ | MANY),
						    TEXT("remark", 4000, 0), END};

static const struct skl_content_field statement[] = {TEXT("text", 20000, REQ), TIME("taken_at", 0),
						     BOOL("alone", 0), TEXT("taken_by", 100, 0),
						     END};

static const struct skl_content_field history_item[] = {TIME("at", 0),
							TEXT("period", 100, 0),
							WORD("role", history_roles, REQ),
							CODE("scope", SCOPE, 0),
							TEXT("text", 4000, REQ),
							CODE("source_law", SOURCE_LAW, 0),
							END};

static const struct skl_content_field history[] = {BOOL("known", REQ),
						   OBJECT("items", history_item, MANY), END};

static const struct skl_content_field red_flag[] = {WORD("flag", red_flag_words, REQ),
						    TEXT("remark", 2000, 0), END};

static const struct skl_content_field red_flags[] = {OBJECT("flags", red_flag, REQ | MANY), END};

static const struct skl_content_field vulnerability[] = {
	BOOL("substance_abuse", REQ), BOOL("serious_mental_disorder", REQ),
	BOOL("intellectual_disability", REQ), BOOL("serious_physical_problem", REQ), END};

static const struct skl_content_field risk_factor[] = {WORD("factor", risk_words, REQ),
						       TEXT("remark", 4000, 0), END};

static const struct skl_content_field risk_factors[] = {OBJECT("factors", risk_factor, REQ | MANY),
							END};

static const struct skl_content_field health[] = {TEXT("injuries", 8000, 0),
						  TEXT("findings", 8000, 0),
						  TEXT("treated_at", 200, 0), TIME("at", 0), END};

static const struct skl_content_field school[] = {TEXT("name", 200, REQ), TEXT("contact", 200, 0),
						  TEXT("phone", 32, 0), END};

static const struct skl_content_field child[] = {
	TEXT("perspective", 8000, 0), BOOL("present", 0),      BOOL("spoken_alone", 0),
	OBJECT("school", school, 0),  TEXT("remark", 4000, 0), END};

static const struct skl_content_field rating[] = {
	SUBJECT("by", 0), TEXT("by_function", 100, 0), NUMBER("score", 10, REQ),
	TIME("at", REQ),  TEXT("remark", 2000, 0),     END};

static const struct skl_content_field safety_rating[] = {OBJECT("ratings", rating, REQ | MANY),
							 TEXT("remark", 4000, 0), END};

static const struct skl_content_field step[] = {TEXT("who", 200, REQ), TEXT("what", 2000, REQ),
						TEXT("when", 200, 0), END};

static const struct skl_content_field plan[] = {TEXT("goals", 2000, MANY),
						OBJECT("steps", step, MANY), TEXT("text", 20000, 0),
						DATE("valid_until", 0), END};

static const struct skl_content_field victim_plan[] = {TEXT("text", 20000, REQ),
						       DATE("valid_until", 0), END};

static const struct skl_content_field triage[] = {
	CODE("unsafety", UNSAFETY, REQ), CODE("outcome", TRIAGE_OUTCOME, REQ),
	CODE("pattern", PATTERN, 0),     TEXT("summary", 20000, REQ),
	TEXT("next_steps", 2000, MANY),  END};

static const struct skl_content_field profile[] = {
	CODE("pattern", PATTERN, 0), CODE("profiles", PROFILE, MANY),
	CODE("signal_phase", SIGNAL_PHASE, 0), TEXT("summary", 8000, 0), END};

static const struct skl_content_field professional[] = {
	TEXT("organisation", 200, REQ), TEXT("function", 100, REQ), TEXT("phone", 32, 0),
	SUBJECT("with", MANY), END};

/* known_answer says here whether a person is known: to who asked, and not to the hub. */
static const struct skl_content_field involved[] = {
	BOOL("known", 0), OBJECT("professionals", professional, MANY), END};

static const struct skl_content_field agreement_item[] = {
	TEXT("trigger", 2000, REQ), TEXT("measure", 2000, REQ), OBJECT("address", address, 0),
	TIME("valid_until", 0), END};

static const struct skl_content_field agreement[] = {
	OBJECT("agreements", agreement_item, REQ | MANY), END};

static const struct skl_content_field measure[] = {CODE("measure", MEASURE, REQ),
						   SUBJECT("subject", 0),
						   TIME("from", 0),
						   TIME("until", 0),
						   TEXT("conditions", 4000, 0),
						   END};

static const struct skl_content_field measures[] = {OBJECT("measures", measure, REQ | MANY), END};

static const struct skl_content_field ban[] = {CODE("state", BAN_STATE, REQ),
					       TEXT("order_number", 100, 0),
					       TIME("from", 0),
					       TIME("until", 0),
					       OBJECT("address", address, 0),
					       TEXT("grounds", 8000, 0),
					       TEXT("conditions", 2000, MANY),
					       END};

static const struct skl_content_field ban_assessment[] = {
	WORD("outcome", ban_outcomes, REQ), TEXT("signals", 2000, MANY),
	TEXT("summary", 20000, REQ), TIME("at", 0), END};

static const struct skl_content_field criminal[] = {WORD("stage", criminal_stages, REQ),
						    TEXT("suspicion", 4000, 0),
						    TEXT("decision", 4000, 0),
						    TEXT("conditions", 2000, MANY),
						    TIME("at", 0),
						    TIME("until", 0),
						    END};

static const struct skl_content_field violation[] = {TIME("at", REQ), TEXT("what", 4000, REQ), END};

static const struct skl_content_field supervision[] = {TEXT("progress", 8000, 0),
						       OBJECT("violations", violation, MANY), END};

static const struct skl_content_field reporter[] = {TEXT("name", 200, 0),
						    TEXT("organisation", 200, 0),
						    TEXT("function", 100, 0),
						    TEXT("phone", 32, 0),
						    BOOL("wants_to_be_hidden", REQ),
						    TEXT("reason", 2000, 0),
						    END};

static const struct skl_content_field weighing[] = {TEXT("rights", 4000, 0),
						    TEXT("interests", 4000, 0),
						    TEXT("wishes", 4000, 0),
						    TEXT("harm_of_acting", 4000, 0),
						    TEXT("harm_of_not_acting", 4000, 0),
						    TEXT("lighter_alternative", 4000, 0),
						    TEXT("text", 8000, 0),
						    END};

static const struct skl_content_field contact_person[] = {
	TEXT("function", 100, REQ), TEXT("name", 200, 0), TEXT("phone", 32, REQ), END};

/* Two halves (rule 3): this one is basic, door_card is weighed by a named worker. */
static const struct skl_content_field feedback[] = {
	BOOL("taken_up", REQ), OBJECT("contact_person", contact_person, 0),
	TEXT("steps", 2000, MANY), TEXT("text", 4000, 0), END};

static const struct skl_content_field door_card[] = {TEXT("instructions", 1000, REQ | MANY),
						     TEXT("agreements", 2000, MANY),
						     CODE("measures", MEASURE, MANY),
						     TEXT("danger_to_officers", 2000, 0),
						     CODE("pattern", PATTERN, 0),
						     TEXT("weighed_by", 64, REQ),
						     DATE("valid_until", 0),
						     END};

static const struct skl_content_field advice[] = {TEXT("text", 20000, REQ), END};

static const struct skl_content_field request[] = {
	TEXT("text", 8000, 0), CODE("categories", CATEGORY, MANY), TIME("before", 0), END};

static const struct skl_content_field refusal[] = {
	CODE("reason", REASON, REQ), TEXT("text", 4000, 0), TEXT("way_out", 2000, MANY), END};

const struct skl_content_field *skl_label_fields(enum skl_category category)
{
	static const struct skl_content_field *const table[] = {
		[SKL_CATEGORY_IDENTITY] = identity,
		[SKL_CATEGORY_BSN] = bsn,
		[SKL_CATEGORY_CONTACT] = contact,
		[SKL_CATEGORY_WHEREABOUTS] = whereabouts,
		[SKL_CATEGORY_HOUSEHOLD] = household,
		[SKL_CATEGORY_INCIDENT] = incident,
		[SKL_CATEGORY_STATEMENT] = statement,
		[SKL_CATEGORY_HISTORY_VIOLENCE] = history,
		[SKL_CATEGORY_HISTORY_SEXUAL] = history,
		[SKL_CATEGORY_HISTORY_FIREARM_POSSESSION] = history,
		[SKL_CATEGORY_HISTORY_FIREARM_USE] = history,
		[SKL_CATEGORY_RED_FLAGS] = red_flags,
		[SKL_CATEGORY_VULNERABILITY] = vulnerability,
		[SKL_CATEGORY_RISK_FACTORS] = risk_factors,
		[SKL_CATEGORY_HEALTH] = health,
		[SKL_CATEGORY_CHILD] = child,
		[SKL_CATEGORY_SAFETY_RATING] = safety_rating,
		[SKL_CATEGORY_SAFETY_PLAN] = plan,
		[SKL_CATEGORY_VICTIM_PLAN] = victim_plan,
		[SKL_CATEGORY_HELP_PLAN] = plan,
		[SKL_CATEGORY_RECOVERY_PLAN] = plan,
		[SKL_CATEGORY_TRIAGE] = triage,
		[SKL_CATEGORY_PROFILE] = profile,
		[SKL_CATEGORY_INVOLVED] = involved,
		[SKL_CATEGORY_AGREEMENT] = agreement,
		[SKL_CATEGORY_MEASURES] = measures,
		[SKL_CATEGORY_BAN] = ban,
		[SKL_CATEGORY_BAN_ASSESSMENT] = ban_assessment,
		[SKL_CATEGORY_CRIMINAL] = criminal,
		[SKL_CATEGORY_SUPERVISION] = supervision,
		[SKL_CATEGORY_REPORTER] = reporter,
		[SKL_CATEGORY_WEIGHING] = weighing,
		[SKL_CATEGORY_FEEDBACK] = feedback,
		[SKL_CATEGORY_DOOR_CARD] = door_card,
		[SKL_CATEGORY_ADVICE] = advice,
		[SKL_CATEGORY_REQUEST] = request,
		[SKL_CATEGORY_REFUSAL] = refusal,
	};

	return (size_t)category < SKL_COUNT(table) ? table[category] : NULL;
}
