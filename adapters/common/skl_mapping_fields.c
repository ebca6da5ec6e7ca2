/* SPDX-License-Identifier: EUPL-1.2 */

/* Every field of skl_own_json by its path, and the closed lists by name. */

#include <ctype.h>
#include <string.h>

#include "skl_mapping.h"

/* clang-format off: one row a field */
#define OBJ(path)                                                                                  \
	{                                                                                          \
		path, SKL_MAPPING_OBJECT, -1, false                                                \
	}
#define TXT(path)                                                                                  \
	{                                                                                          \
		path, SKL_MAPPING_TEXT, -1, false                                                  \
	}
#define NUM(path)                                                                                  \
	{                                                                                          \
		path, SKL_MAPPING_NUMBER, -1, false                                                \
	}
#define BOOL(path)                                                                                 \
	{                                                                                          \
		path, SKL_MAPPING_BOOL, -1, false                                                  \
	}
#define CODE(path, name)                                                                           \
	{                                                                                          \
		path, SKL_MAPPING_CODE, SKL_LIST_##name, false                                     \
	}
#define VALUE(path)                                                                                \
	{                                                                                          \
		path, SKL_MAPPING_VALUE, -1, false                                                 \
	}
#define DATA(path)                                                                                 \
	{                                                                                          \
		path, SKL_MAPPING_DATA, -1, false                                                  \
	}
/* What only comes back. */
#define OBJ_BACK(path)                                                                             \
	{                                                                                          \
		path, SKL_MAPPING_OBJECT, -1, true                                                 \
	}
#define TXT_BACK(path)                                                                             \
	{                                                                                          \
		path, SKL_MAPPING_TEXT, -1, true                                                   \
	}
#define CODE_BACK(path, name)                                                                      \
	{                                                                                          \
		path, SKL_MAPPING_CODE, SKL_LIST_##name, true                                      \
	}

const struct skl_mapping_field skl_mapping_fields[SKL_MAPPING_FIELDS_N] = {
	/* what the own system says of a message, and what the hub says back */
	TXT("id"),
	TXT_BACK("yourId"),
	TXT_BACK("messageId"),
	TXT_BACK("about"),
	CODE("kind", KIND),
	TXT("userRef"),
	TXT("checkedBy"),
	TXT("checkedAt"),
	TXT("acuteBy"),
	TXT("inReplyTo"),
	CODE_BACK("inReplyToKind", KIND),
	TXT("refersTo"),
	TXT("case"),
	TXT("caseRef"),
	CODE("purpose", PURPOSE),
	CODE("ground", GROUND),
	TXT("municipality"),
	CODE("competence", COMPETENCE),
	TXT_BACK("from"),
	TXT_BACK("fromDesk"),
	TXT_BACK("fromName"),
	CODE_BACK("fromRole", ROLE),
	TXT_BACK("desk"),
	TXT_BACK("sentAt"),
	TXT_BACK("receivedAt"),
	TXT_BACK("answerBefore"),
	TXT_BACK("repairBefore"),
	CODE_BACK("outcome", OUTCOME),
	CODE_BACK("state", DELIVERY),
	CODE_BACK("reason", REASON),
	CODE_BACK("clock", CLOCK),
	CODE_BACK("task", TASK),
	TXT_BACK("taskId"),
	TXT_BACK("at"),
	TXT_BACK("due"),
	TXT_BACK("partner"),
	TXT_BACK("code"),
	TXT_BACK("text"),
	TXT_BACK("textEn"),
	TXT_BACK("phone"),

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
	TXT_BACK("subjects[].adultOn"),

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
	TXT_BACK("sections[].cannotOpen"),
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
	CODE_BACK("facts.purpose", PURPOSE),
	CODE_BACK("facts.ground", GROUND),
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

	OBJ_BACK("notShared[]"),
	CODE_BACK("notShared[].category", CATEGORY),
	CODE_BACK("notShared[].reason", CUT_REASON),
	TXT_BACK("notShared[].text"),
	OBJ_BACK("clocks[]"),
	CODE_BACK("clocks[].clock", CLOCK),
	TXT_BACK("clocks[].due"),

	OBJ_BACK("recipients[]"),
	TXT_BACK("recipients[].partner"),
	TXT_BACK("recipients[].desk"),
	CODE_BACK("recipients[].outcome", OUTCOME),
	CODE_BACK("recipients[].reason", CUT_REASON),
	TXT_BACK("recipients[].text"),
	TXT_BACK("recipients[].textEn"),
	TXT_BACK("recipients[].advisedPartner"),
	TXT_BACK("recipients[].repairBefore"),
	OBJ_BACK("recipients[].cuts[]"),
	CODE_BACK("recipients[].cuts[].category", CATEGORY),
	CODE_BACK("recipients[].cuts[].reason", CUT_REASON),
	TXT_BACK("recipients[].cuts[].text"),
	TXT_BACK("recipients[].cuts[].rule"),
	OBJ_BACK("recipients[].clocks[]"),
	CODE_BACK("recipients[].clocks[].clock", CLOCK),
	TXT_BACK("recipients[].clocks[].due"),
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
