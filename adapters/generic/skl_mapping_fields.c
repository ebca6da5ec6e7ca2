/* SPDX-License-Identifier: EUPL-1.2 */

/* Every field of skl_own_json by its path, and the closed lists by name. */

#include <ctype.h>
#include <string.h>

#include "skl_mapping.h"

#define OBJ(path)                                                                                  \
	{                                                                                          \
		path, SKL_MAPPING_OBJECT, -1                                                       \
	}
#define TXT(path)                                                                                  \
	{                                                                                          \
		path, SKL_MAPPING_TEXT, -1                                                         \
	}
#define NUM(path)                                                                                  \
	{                                                                                          \
		path, SKL_MAPPING_NUMBER, -1                                                       \
	}
#define BOOL(path)                                                                                 \
	{                                                                                          \
		path, SKL_MAPPING_BOOL, -1                                                         \
	}
#define CODE(path, name)                                                                           \
	{                                                                                          \
		path, SKL_MAPPING_CODE, SKL_LIST_##name                                            \
	}
#define VALUE(path)                                                                                \
	{                                                                                          \
		path, SKL_MAPPING_VALUE, -1                                                        \
	}
#define DATA(path)                                                                                 \
	{                                                                                          \
		path, SKL_MAPPING_DATA, -1                                                         \
	}

/* clang-format off: one row a field */
const struct skl_mapping_field skl_mapping_fields[SKL_MAPPING_FIELDS_N] = {
	/* what the own system says of a message, and what the hub says back */
	TXT("id"),
	TXT("yourId"),
	TXT("messageId"),
	TXT("about"),
	CODE("kind", KIND),
	TXT("userRef"),
	TXT("checkedBy"),
	TXT("checkedAt"),
	TXT("acuteBy"),
	TXT("inReplyTo"),
	CODE("inReplyToKind", KIND),
	TXT("refersTo"),
	TXT("case"),
	TXT("caseRef"),
	CODE("purpose", PURPOSE),
	CODE("ground", GROUND),
	TXT("municipality"),
	CODE("competence", COMPETENCE),
	TXT("from"),
	TXT("fromDesk"),
	TXT("fromName"),
	CODE("fromRole", ROLE),
	TXT("desk"),
	TXT("sentAt"),
	TXT("receivedAt"),
	TXT("answerBefore"),
	TXT("repairBefore"),
	CODE("outcome", OUTCOME),
	CODE("state", DELIVERY),
	CODE("reason", REASON),
	CODE("clock", CLOCK),
	CODE("task", TASK),
	TXT("at"),
	TXT("due"),
	TXT("partner"),
	TXT("code"),
	TXT("text"),
	TXT("textEn"),
	TXT("phone"),

	OBJ("to[]"),
	TXT("to[].partner"),
	TXT("to[].desk"),
	BOOL("to[].copy"),
	CODE("to[].purpose", PURPOSE),
	CODE("to[].ground", GROUND),

	OBJ("subjects[]"),
	NUM("subjects[].number"),
	CODE("subjects[].positions[]", POSITION),
	TXT("subjects[].bsn"),
	TXT("subjects[].familyName"),
	TXT("subjects[].givenNames"),
	TXT("subjects[].born"),
	TXT("subjects[].adultOn"),

	OBJ("sections[]"),
	CODE("sections[].category", CATEGORY),
	NUM("sections[].about[]"),
	OBJ("sections[].marks"),
	CODE("sections[].marks.status", STATUS),
	CODE("sections[].marks.source", SOURCE),
	CODE("sections[].marks.reliability", RELIABILITY),
	CODE("sections[].marks.sourceLaw", SOURCE_LAW),
	CODE("sections[].marks.scope", SCOPE),
	CODE("sections[].marks.personKind", PERSON_KIND),
	TXT("sections[].marks.asOf"),
	CODE("sections[].toldBy", TOLD_BY),
	NUM("sections[].toldBySubject"),
	TXT("sections[].cannotOpen"),
	DATA("sections[].data"),

	OBJ("events[]"),
	CODE("events[].code", EVENT),
	VALUE("events[].value"),
	VALUE("events[].detail"),
	VALUE("events[].third"),
	NUM("events[].subject"),
	NUM("events[].otherSubject"),
	TXT("events[].partner"),
	TXT("events[].desk"),
	TXT("events[].at"),
	TXT("events[].until"),
	TXT("events[].ref"),

	OBJ("consents[]"),
	TXT("consents[].id"),
	NUM("consents[].subject"),
	NUM("consents[].giver"),
	CODE("consents[].capacity", CONSENT_CAPACITY),
	TXT("consents[].holder"),
	TXT("consents[].partner"),
	TXT("consents[].desk"),
	CODE("consents[].purpose", PURPOSE),
	CODE("consents[].categories[]", CATEGORY),
	CODE("consents[].state", CONSENT_STATE),
	CODE("consents[].how", CONSENT_HOW),
	TXT("consents[].from"),
	TXT("consents[].until"),
	TXT("restsOn[]"),
	CODE("weighing[]", WEIGHING),

	OBJ("facts"),
	CODE("facts.purpose", PURPOSE),
	CODE("facts.ground", GROUND),
	CODE("facts.unsafety", UNSAFETY),
	CODE("facts.phase", PHASE),
	CODE("facts.signalPhase", SIGNAL_PHASE),
	CODE("facts.pattern", PATTERN),
	CODE("facts.urgency", URGENCY),
	CODE("facts.frame", FRAME),
	CODE("facts.frameArea", FRAME_AREA),
	CODE("facts.statementAlone", ANSWER),
	CODE("facts.protectedAddress", ANSWER),
	CODE("facts.seal", SEAL),

	OBJ("notShared[]"),
	CODE("notShared[].category", CATEGORY),
	CODE("notShared[].reason", CUT_REASON),
	TXT("notShared[].text"),
	OBJ("clocks[]"),
	CODE("clocks[].clock", CLOCK),
	TXT("clocks[].due"),

	OBJ("recipients[]"),
	TXT("recipients[].partner"),
	TXT("recipients[].desk"),
	CODE("recipients[].outcome", OUTCOME),
	CODE("recipients[].reason", CUT_REASON),
	TXT("recipients[].text"),
	TXT("recipients[].textEn"),
	TXT("recipients[].advisedPartner"),
	TXT("recipients[].repairBefore"),
	OBJ("recipients[].cuts[]"),
	CODE("recipients[].cuts[].category", CATEGORY),
	CODE("recipients[].cuts[].reason", CUT_REASON),
	TXT("recipients[].cuts[].text"),
	TXT("recipients[].cuts[].rule"),
	OBJ("recipients[].clocks[]"),
	CODE("recipients[].clocks[].clock", CLOCK),
	TXT("recipients[].clocks[].due"),
};
/* clang-format on */

int skl_mapping_field_find(const char *path)
{
	for (size_t i = 0; i < SKL_MAPPING_FIELDS_N; i++)
		if (strcmp(skl_mapping_fields[i].path, path) == 0)
			return (int)i;
	return -1;
}

static const char *const list_names[] = {
#define LIST_NAME(symbol, what) [SKL_LIST_##symbol] = #symbol,
	SKL_LIST_MAP(LIST_NAME)
#undef LIST_NAME
};

/* The symbols are the names in capitals. */
static bool is_list(const char *symbol, const char *name)
{
	for (; *symbol && *name; symbol++, name++)
		if (tolower((unsigned char)*symbol) != *name)
			return false;
	return *symbol == *name;
}

int skl_mapping_list_find(const char *name)
{
	for (size_t i = 0; i < SKL_COUNT(list_names); i++)
		if (is_list(list_names[i], name))
			return (int)i;
	return -1;
}
