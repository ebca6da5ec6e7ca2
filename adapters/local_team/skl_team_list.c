/* SPDX-License-Identifier: EUPL-1.2 */

/* The list: what needs somebody now first, then what is new, then the rest. */

#include <stdlib.h>
#include <string.h>

#include "skl_local_team.h"
#include "skl_mem.h"
#include "skl_text.h"

#define HOUR_MS INT64_C(3600000)
#define SHOWN_N 200u
#define SOON_MS (24 * HOUR_MS)

enum group { GROUP_NOW, GROUP_NEW, GROUP_OPEN, GROUP_DONE, GROUP_COUNT };

static bool is_late(const struct skl_team_page *page, const struct skl_mail_item *item)
{
	if (item->due_ms)
		return item->due_ms < page->now_ms;
	return !item->is_notice && !item->is_read &&
	       page->now_ms - item->at_ms > page->team->config->unread_hours * HOUR_MS;
}

static enum group group_of(const struct skl_team_page *page, const struct skl_mail_item *item)
{
	if (item->is_done)
		return GROUP_DONE;
	if ((item->is_acute && !item->is_read) || item->is_trouble || is_late(page, item) ||
	    (item->due_ms && item->due_ms - page->now_ms < SOON_MS))
		return GROUP_NOW;
	return item->is_read ? GROUP_OPEN : GROUP_NEW;
}

static void put_tags(struct skl_team_page *page, const struct skl_mail_item *item)
{
	if (item->is_acute)
		skl_team_put(page, "<b class=\"tag red\">Acuut</b>");
	if (item->is_trouble)
		skl_team_put(page, item->is_notice ? "<b class=\"tag red\">Niet gelukt</b>"
						   : "<b class=\"tag red\">Niet aangekomen</b>");
	if (!item->is_done && is_late(page, item))
		skl_team_put(page, "<b class=\"tag amber\">Te laat</b>");
	if (!item->is_read && !item->is_notice)
		skl_team_put(page, "<b class=\"tag\">Nieuw</b>");
	if (item->is_answered)
		skl_team_put(page, "<b class=\"tag green\">Beantwoord</b>");
	if (item->is_notice)
		skl_team_put(page, item->task ? "<b class=\"tag\">Taak</b>"
					      : "<b class=\"tag\">Mededeling</b>");
}

static void put_holder(struct skl_team_page *page, const struct skl_mail_item *item)
{
	const struct skl_account *holder =
		*item->holder ? skl_login_account(page->team->login, item->holder) : NULL;

	if (!holder)
		return;
	skl_team_put(page, "<span class=\"soft\">Opgepakt door ");
	skl_team_text(page, holder->shown);
	skl_team_put(page, "</span>");
}

static void put_card(struct skl_team_page *page, const struct skl_mail_item *item)
{
	/* who a notice is about stands in the message that it is about */
	const struct skl_mail_item *about =
		item->has_ref ? skl_mail_find(page->team->mail, item->ref) : item;
	char path[SKL_TEAM_PATH_BYTES];
	const char *look = "";
	struct skl_buf title;

	if (!item->is_done && (item->is_acute || item->is_trouble))
		look = " acute";
	else if (!item->is_done && is_late(page, item))
		look = " late";
	else if (!item->is_read && !item->is_notice)
		look = " new";
	skl_team_path(item->id, path);
	skl_buf_addf(page->html, "<li><a class=\"card%s\" href=\"%s\"><strong>", look, path);
	skl_buf_init(&title, SKL_TEAM_TITLE_BYTES);
	skl_team_title(page, item, &title);
	skl_team_capital(page, skl_buf_str(&title));
	skl_buf_done(&title);
	skl_team_put(page, "</strong> ");
	put_tags(page, item);
	if (about && *about->about) {
		skl_team_put(page, "<span>");
		skl_team_text(page, about->about);
		skl_team_put(page, "</span>");
	}
	skl_team_put(page, "<span class=\"soft\">");
	skl_team_text(page, item->is_notice ? "Knooppunt" : item->from_name);
	skl_team_put(page, ", ");
	skl_team_age(page, item->at_ms);
	skl_team_put(page, "</span>");
	if (item->due_ms && !item->is_done && !skl_team_is_term(item)) { /* its title says it */
		skl_team_put(page,
			     item->is_notice ? "<span>Uiterlijk: " : "<span>Antwoord nodig: ");
		skl_team_time(page, item->due_ms);
		skl_team_put(page, " (");
		skl_team_age(page, item->due_ms);
		skl_team_put(page, ")</span>");
	}
	put_holder(page, item);
	skl_team_put(page, "</a></li>\n");
}

/* ---- order ---- */

struct entry {
	enum group group;
	const struct skl_mail_item *item;
};

/* Acute before others; in "now" what is due first; else the newest first. */
static int compare(const void *a, const void *b)
{
	const struct entry *one = a;
	const struct entry *two = b;
	int64_t one_ms = -one->item->at_ms;
	int64_t two_ms = -two->item->at_ms;

	if (one->group != two->group)
		return one->group < two->group ? -1 : 1;
	if (one->item->is_acute != two->item->is_acute)
		return one->item->is_acute ? -1 : 1;
	if (one->group == GROUP_NOW && one->item->due_ms && two->item->due_ms) {
		one_ms = one->item->due_ms;
		two_ms = two->item->due_ms;
	}
	return one_ms < two_ms ? -1 : one_ms > two_ms;
}

static size_t collect(struct skl_team_page *page, const char *desk, bool is_archive,
		      struct entry *entries)
{
	const struct skl_mail_item *item;
	size_t count = 0;

	for (size_t i = 0; (item = skl_mail_at(page->team->mail, i)) != NULL; i++) {
		if (item->is_done != is_archive || strcmp(item->desk, desk) != 0)
			continue;
		entries[count].group = group_of(page, item);
		entries[count++].item = item;
	}
	qsort(entries, count, sizeof(*entries), compare);
	return count;
}

static void put_entries(struct skl_team_page *page, const struct entry *entries, size_t count,
			bool has_desks)
{
	static const char *const titles[GROUP_COUNT] = {"Nu nodig", "Nieuw", "In behandeling",
							"Klaar"};
	size_t shown = count < SHOWN_N ? count : SHOWN_N;

	for (size_t i = 0; i < shown; i++) {
		if (i == 0 || entries[i].group != entries[i - 1].group)
			skl_buf_addf(page->html, "%s<h%c>%s</h%c>\n<ul class=\"cards\">",
				     i ? "</ul>\n" : "", has_desks ? '3' : '2',
				     titles[entries[i].group], has_desks ? '3' : '2');
		put_card(page, entries[i].item);
	}
	if (shown)
		skl_team_put(page, "</ul>\n");
	else
		skl_team_put(page, "<p class=\"part\">Er ligt hier niets.</p>\n");
	if (shown < count)
		skl_buf_addf(page->html,
			     "<p class=\"note\">En nog %zu. Zet op Klaar wat klaar is.</p>\n",
			     count - shown);
}

void skl_team_list(struct skl_team_page *page, bool is_archive)
{
	struct entry *entries = skl_calloc(SKL_MAIL_MAX, sizeof(*entries));
	bool has_desks = page->account->desk_count > 1;

	if (!entries) {
		skl_team_sentence(page, 503, "Even niet", "Probeer het zo opnieuw.");
		return;
	}
	skl_team_begin(page, 200, is_archive ? "Klaar" : "Postvak");
	if (page->team->damaged)
		skl_team_put(page, "<p class=\"alert\" role=\"alert\">Er zijn berichten die niet "
				   "gelezen kunnen worden. Waarschuw de beheerder.</p>\n");
	if (!page->team->adapter->is_up)
		skl_team_put(page,
			     "<p class=\"note\" role=\"status\">Er is nu geen verbinding met het "
			     "knooppunt. Wat u verstuurt, gaat zodra het kan. Heeft het haast: "
			     "bel.</p>\n");
	for (size_t i = 0; i < page->account->desk_count; i++) {
		size_t count;

		if (has_desks) {
			skl_team_put(page, "<h2>Bureau ");
			skl_team_text(page, page->account->desks[i]);
			skl_team_put(page, "</h2>\n");
		}
		count = collect(page, page->account->desks[i], is_archive, entries);
		put_entries(page, entries, count, has_desks);
	}
	if (!is_archive)
		skl_team_put(page, "<p><a href=\"/\">Vernieuwen</a></p>\n");
	skl_team_end(page);
	skl_free(entries);
}
