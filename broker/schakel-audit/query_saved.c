/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "query.h"

#define TERMS_MAX 6

static const struct query_saved saved[] = {
	{"without-consent", "gedeeld zonder toestemming", "disclosed without consent", TALLY_NONE},
	{"unchecked", "break-glass zonder toets achteraf", "break-glass without after-check",
	 TALLY_NONE},
	{"unconfirmed", "herstel dat nog niet is aangekomen",
	 "corrections and recalls that have not arrived", TALLY_NONE},
	{"late", "termijnen die verliepen", "terms that passed", TALLY_NONE},
	{"refusals", "weigeringen en uitgebleven antwoorden per organisatie",
	 "refusals and missing answers by organisation", TALLY_REFUSALS},
	{"volume", "ongewone aantallen per organisatie en week",
	 "unusual volume by organisation and week", TALLY_VOLUME},
};

/* The terms of each, as on the command line. */
static const char *const saved_terms[][TERMS_MAX][2] = {
	{{"entry", "decision"}, {"without-consent", "yes"}, {"details", "yes"}},
	{{"without-after-check", "yes"}, {"details", "yes"}},
	{{"kind", "correction"},
	 {"kind", "recall"},
	 {"kind", "retraction"},
	 {"kind", "false_or_unfounded"},
	 {"without-confirmation", "yes"},
	 {"details", "yes"}},
	{{"entry", "clock"}, {"details", "yes"}},
	{{"entry", "decision"}, {"entry", "clock"}, {"details", "yes"}},
	{{"entry", "decision"}, {"outcome", "permitted"}, {"outcome", "cut"}},
};
_Static_assert(SKL_COUNT(saved) == SKL_COUNT(saved_terms), "terms of each saved query");

const struct query_saved *query_saved_at(size_t n)
{
	return n < SKL_COUNT(saved) ? &saved[n] : NULL;
}

const struct query_saved *query_saved_find(const char *name)
{
	for (size_t i = 0; i < SKL_COUNT(saved); i++)
		if (strcmp(saved[i].name, name) == 0)
			return &saved[i];
	return NULL;
}

const struct query_saved *query_saved_set(struct query *query, const char *name,
					  struct skl_error *reterr)
{
	const struct query_saved *found = query_saved_find(name);
	const char *const(*term)[2];

	if (!found) {
		(void)skl_error_set(reterr, SKL_ENOTFOUND, 0, 0, "there is no such saved query");
		return NULL;
	}
	term = saved_terms[found - saved];
	for (size_t i = 0; i < TERMS_MAX && term[i][0]; i++)
		if (query_set(query, term[i][0], term[i][1], reterr) != SKL_OK)
			return NULL;
	return found;
}
