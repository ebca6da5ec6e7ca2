/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * What the case worker reads: what failed, what was sent, which routes remain, the phone. At most
 * 60 words, so a text is built in up to four forms, the fullest that fits.
 *
 * Templates: %c the categories, [one|more] by their number, %p the competent partner.
 */

#include <inttypes.h>
#include <string.h>

#include "skl_policy_rule.h"

#define WORDS_MAX 60u
#define FORMS     4u

struct phrase {
	const char *text[2]; /* by enum skl_language */
};

struct reason_text {
	uint8_t reason;
	struct phrase failed;
	struct phrase first;
	struct phrase second; /* may be left out */
};

/* clang-format off */
#define CALL_RECIPIENT {{"de ontvanger bellen", "call the recipient"}}
#define ASK_CONSENT {{"de betrokkene alleen om toestemming vragen", "ask the person, alone, for consent"}}
#define WEIGH {{"het delen motiveren (weging, 3 vragen)", "give your reasons to share (weighing, 3 questions)"}}
#define ASK_OFFICER {{"met uw privacyfunctionaris overleggen", "ask your data protection officer"}}
#define SECTIONS_NL "[het onderdeel|de onderdelen] %c "
#define SECTIONS_EN "[section|sections] %c "

static const struct reason_text reason_texts[] = {
	{SKL_CUT_REASON_NO_RULE,
	 {{"geen afspraak staat dit bericht toe", "no agreement allows this message"}},
	 {{"Veilig Thuis of uw regisseur vragen welke weg kan",
	   "ask Veilig Thuis or your case director which route is open"}},
	 CALL_RECIPIENT},
	{SKL_CUT_REASON_FORBIDDEN,
	 {{SECTIONS_NL "[mag|mogen] niet naar deze ontvanger",
	   SECTIONS_EN "may not go to this recipient"}},
	 WEIGH, {{"met Veilig Thuis overleggen", "consult Veilig Thuis"}}},
	{SKL_CUT_REASON_CATEGORY_NOT_ALLOWED,
	 {{SECTIONS_NL "[valt|vallen] buiten de afspraak",
	   SECTIONS_EN "[is|are] outside the agreement"}},
	 WEIGH, CALL_RECIPIENT},
	{SKL_CUT_REASON_SOURCE_LAW,
	 {{SECTIONS_NL "[mag|mogen] om de bron niet mee",
	   SECTIONS_EN "may not be shared because of the source"}},
	 {{"beschrijven wat u zelf zag en opnieuw versturen",
	   "describe what you saw yourself and send again"}},
	 {{"het bevoegd gezag om een besluit vragen", "ask the competent authority to decide"}}},
	{SKL_CUT_REASON_PAST_TERM,
	 {{"de termijn om %c te delen is voorbij", "the term for sharing %c is over"}},
	 {{"recente gegevens versturen", "send recent data"}}, ASK_OFFICER},
	{SKL_CUT_REASON_PERSON_KIND,
	 {{SECTIONS_NL "[gaat|gaan] over iemand die hier buiten staat",
	   SECTIONS_EN "[is|are] about someone outside this agreement"}},
	 {{"zonder gegevens over derden versturen", "send without data about others"}}, ASK_OFFICER},
	{SKL_CUT_REASON_REQUIRED_SECTION_MISSING,
	 {{SECTIONS_NL "[ontbreekt|ontbreken]; zo zegt het bericht te weinig",
	   SECTIONS_EN "[is|are] missing; the message says too little"}},
	 {{"dit aanvullen en opnieuw versturen", "add it and send again"}}, CALL_RECIPIENT},
	{SKL_CUT_REASON_NOT_COMPETENT,
	 {{"deze organisatie gaat niet over deze gemeente",
	   "this organisation does not serve this municipality"}},
	 {{"naar %p versturen", "send to %p"}}, CALL_RECIPIENT},
	{SKL_CUT_REASON_GROUND_INVALID,
	 {{"de grondslag past hier niet", "the legal ground does not fit here"}},
	 {{"de juiste grondslag kiezen en opnieuw versturen", "choose the right ground and send again"}},
	 ASK_OFFICER},
	{SKL_CUT_REASON_PURPOSE_MISMATCH,
	 {{"het doel past niet bij dit bericht", "the purpose does not fit this message"}},
	 {{"het juiste doel kiezen en opnieuw versturen", "choose the right purpose and send again"}},
	 CALL_RECIPIENT},
	{SKL_CUT_REASON_NO_CONSENT,
	 {{"toestemming ontbreekt", "consent is missing"}}, ASK_CONSENT, WEIGH},
	{SKL_CUT_REASON_MARKS_MISSING,
	 {{"bij %c ontbreekt feit of mening, bron, betrouwbaarheid of datum",
	   "%c: fact or opinion, source, reliability or date is missing"}},
	 {{"dit aanvullen en opnieuw versturen", "add it and send again"}}, CALL_RECIPIENT},
	{SKL_CUT_REASON_CHECK_MISSING,
	 {{"een collega moet dit eerst controleren", "a colleague must check this first"}},
	 {{"een collega laten controleren en opnieuw versturen", "have it checked and send again"}},
	 CALL_RECIPIENT},
	{SKL_CUT_REASON_NOT_PARTICIPANT,
	 {{"de ontvanger doet niet mee in deze casus", "the recipient takes no part in this case"}},
	 {{"de regisseur vragen de ontvanger toe te voegen",
	   "ask the case director to add the recipient"}},
	 CALL_RECIPIENT},
	{SKL_CUT_REASON_STALE_CASE,
	 {{"de casus is intussen veranderd", "the case has changed meanwhile"}},
	 {{"uw gegevens bijwerken en opnieuw versturen", "update your data and send again"}},
	 {{"de regisseur bellen", "call the case director"}}},
	{SKL_CUT_REASON_POLICY_UNREADABLE,
	 {{"het knooppunt kan de afspraken nu niet lezen",
	   "the hub cannot read the agreements at this moment"}},
	 {{"over enkele minuten opnieuw versturen", "send again in a few minutes"}}, CALL_RECIPIENT},
	{SKL_CUT_REASON_LIMIT,
	 {{"het bericht is te groot of onjuist opgebouwd",
	   "the message is too large or wrongly built"}},
	 {{"het bericht splitsen en opnieuw versturen", "split the message and send again"}},
	 {{"uw beheerder bellen", "call your administrator"}}},
	{SKL_CUT_REASON_NOT_WRAPPED,
	 {{SECTIONS_NL "[was|waren] niet ingesloten", SECTIONS_EN "[was|were] not enclosed"}},
	 {{"dit insluiten en opnieuw versturen", "enclose it and send again"}}, CALL_RECIPIENT},
	{SKL_CUT_REASON_OTHER_SIDE,
	 {{SECTIONS_NL "[mag|mogen] niet naar de hulpverlener van de andere partij",
	   SECTIONS_EN "may not go to the helper of the other party"}},
	 ASK_CONSENT, WEIGH},
	{SKL_CUT_REASON_RECIPIENT_UNKNOWN,
	 {{"deze ontvanger staat niet in het register", "this recipient is not in the directory"}},
	 {{"een ontvanger uit het register kiezen", "choose a recipient from the directory"}},
	 {{"uw beheerder bellen", "call your administrator"}}},
	{SKL_CUT_REASON_UNKNOWN_REFERENCE,
	 {{"het bericht waarop dit volgt is hier niet bekend",
	   "the message that this follows is not known here"}},
	 {{"op de ontvangen vraag zelf antwoorden", "answer the question itself"}}, CALL_RECIPIENT},
	{SKL_CUT_REASON_RATING_MISSING,
	 {{"een actueel veiligheidscijfer ontbreekt", "a current safety rating is missing"}},
	 {{"eerst een cijfer geven en opnieuw versturen", "give a rating first and send again"}},
	 {{"de regisseur bellen", "call the case director"}}},
	{SKL_CUT_REASON_NO_POWER,
	 {{"uw organisatie mag dit niet vaststellen", "your organisation may not decide this"}},
	 {{"het voorstellen aan de regisseur of Veilig Thuis",
	   "propose it to the case director or Veilig Thuis"}},
	 CALL_RECIPIENT},
};

/* The reason rests on what this sender may not know. */
static const struct reason_text untold_text = {
	SKL_CUT_REASON_NO_RULE,
	{{"dit mag niet op deze grondslag", "this is not permitted on this ground"}},
	{{"de regisseur of Veilig Thuis bellen", "call the case director or Veilig Thuis"}},
	{{"het delen motiveren (weging, 3 vragen)",
	  "give your reasons to share (weighing, 3 questions)"}},
};

/* The ground of break-glass, and not why. */
static const struct reason_text unsaid_text = {
	SKL_CUT_REASON_GROUND_INVALID,
	{{"bij een doorbreking hoort het gevaar: leven, kind of wapen",
	  "break-glass must name the danger: life, child or weapon"}},
	{{"het gevaar aangeven en opnieuw versturen", "say which danger and send again"}},
	CALL_RECIPIENT,
};

/* Where the message as a whole, and no section, is forbidden. */
static const struct phrase forbidden_whole = {
	{"een afspraak verbiedt dit bericht aan deze ontvanger",
	 "an agreement forbids this message to this recipient"}};

static const struct phrase competence_unknown = {
	{"niet zeker is welke organisatie over deze gemeente gaat",
	 "it is not certain which organisation serves this municipality"}};

static const struct phrase find_competent = {
	{"de bevoegde Veilig Thuis opzoeken bij de woongemeente",
	 "find the Veilig Thuis of the home municipality"}};
/* clang-format on */

struct writing {
	const struct skl_policy *policy;
	const struct skl_policy_request *request;
	const struct skl_decision *decision;
	const struct skl_policy_names *names;
	enum skl_language language;
	unsigned form;       /* 0 the fullest */
	uint64_t categories; /* the failing ones */
	uint64_t sent;       /* those that go, in part or whole */
	struct skl_buf *buf;
};

static const char *pick(const struct writing *w, const char *dutch, const char *english)
{
	return w->language == SKL_LANGUAGE_EN ? english : dutch;
}

static const char *label(const struct writing *w, uint32_t category)
{
	const char *text = w->language == SKL_LANGUAGE_EN
				   ? skl_code_label_en(SKL_LIST_CATEGORY, category)
				   : skl_code_label_nl(SKL_LIST_CATEGORY, category);

	return text ? text : "?";
}

/* "a, b and c", or with more than fit "a, b and 3 others". What failed and went too is "in part".
 */
static void add_categories(const struct writing *w, uint64_t categories, bool is_sent)
{
	static const unsigned most[FORMS] = {5, 3, 2, 1};
	unsigned count = (unsigned)__builtin_popcountll(categories);
	unsigned shown = count <= most[w->form] ? count : most[w->form];
	unsigned done = 0;

	for (uint32_t category = 1; category < 64 && done < shown; category++) {
		if (!(categories & SKL_BIT(category)))
			continue;
		if (done > 0)
			skl_buf_add_str(w->buf,
					done + 1 == count ? pick(w, " en ", " and ") : ", ");
		skl_buf_add_str(w->buf, label(w, category));
		if (!is_sent && (w->sent & SKL_BIT(category)))
			skl_buf_add_str(w->buf, pick(w, " (deels)", " (in part)"));
		done++;
	}
	if (shown < count)
		skl_buf_addf(w->buf, "%s%u%s", pick(w, " en ", " and "), count - shown,
			     pick(w, " andere", " more"));
}

/* A name of an organisation, without what would break the line or the word count. */
static void add_name(const struct writing *w, const char *name, const char *otherwise)
{
	static const unsigned most_words[FORMS] = {7, 6, 5, 3};
	unsigned words = 0;
	size_t bytes = 0;

	if (!name || !name[0] || !skl_utf8_valid(skl_view_str(name))) {
		skl_buf_add_str(w->buf, otherwise);
		return;
	}
	for (const char *at = name; *at && bytes < 120; at++) {
		uint8_t byte = (uint8_t)*at;

		if (byte <= ' ' || byte == 0x7f) {
			if (at[1] && (uint8_t)at[1] > ' ' && ++words == most_words[w->form])
				break;
			byte = ' ';
		}
		/* The cut at 120 bytes must not fall inside a character. */
		if (bytes > 110 && (byte & 0xc0) == 0xc0)
			break;
		skl_buf_add_u8(w->buf, byte);
		bytes++;
	}
}

static void add_template(const struct writing *w, const char *text)
{
	bool is_more = __builtin_popcountll(w->categories) > 1;

	for (const char *at = text; *at; at++) {
		if (at[0] == '%' && at[1] == 'c') {
			add_categories(w, w->categories, false);
			at++;
		} else if (at[0] == '%' && at[1] == 'p') {
			add_name(w, w->names->competent_partner,
				 pick(w, "de bevoegde organisatie", "the competent organisation"));
			at++;
		} else if (at[0] == '[') {
			const char *bar = strchr(at, '|');
			const char *end = strchr(at, ']');

			if (!bar || !end || end < bar)
				return;
			if (is_more)
				skl_buf_add(w->buf, bar + 1, (size_t)(end - bar - 1));
			else
				skl_buf_add(w->buf, at + 1, (size_t)(bar - at - 1));
			at = end;
		} else {
			skl_buf_add_u8(w->buf, (uint8_t)*at);
		}
	}
}

static const struct reason_text *text_of(uint8_t reason)
{
	for (size_t i = 0; i < SKL_COUNT(reason_texts); i++)
		if (reason_texts[i].reason == reason)
			return &reason_texts[i];
	return &reason_texts[0];
}

static uint64_t allowed_categories(const struct skl_decision *decision)
{
	uint64_t categories = 0;

	for (size_t i = 0; i < decision->section_count; i++)
		if (decision->sections[i].is_allowed)
			categories |= SKL_BIT(decision->sections[i].category);
	return categories;
}

/* What the text is about: of a denial its reason, of a cut the first reason that may be told. */
struct subject {
	const struct reason_text *text;
	uint8_t reason;
	uint16_t rule;   /* SKL_POLICY_NO_RULE: not said */
	uint64_t others; /* categories cut for another reason */
};

static struct subject subject_of_cut(struct writing *w)
{
	const struct skl_decision *decision = w->decision;
	struct subject subject = {.text = &untold_text, .rule = SKL_POLICY_NO_RULE};

	for (size_t i = 0; i < decision->section_count; i++) {
		const struct skl_decision_section *section = &decision->sections[i];

		if (section->is_allowed)
			continue;
		if (subject.reason == 0 && section->is_reason_told) {
			subject.reason = section->reason;
			subject.rule = section->rule;
			subject.text = text_of(section->reason);
		}
	}
	for (size_t i = 0; i < decision->section_count; i++) {
		const struct skl_decision_section *section = &decision->sections[i];

		if (section->is_allowed)
			continue;
		if (subject.reason != 0 &&
		    (!section->is_reason_told || section->reason != subject.reason))
			subject.others |= SKL_BIT(section->category);
		else
			w->categories |= SKL_BIT(section->category);
	}
	subject.others &= ~w->categories;
	return subject;
}

static struct subject subject_of_denial(struct writing *w)
{
	const struct skl_decision *decision = w->decision;

	if (!decision->is_reason_told)
		return (struct subject){.text = &untold_text, .rule = SKL_POLICY_NO_RULE};
	if (decision->miss == SKL_MISS_BREAK_GLASS)
		return (struct subject){.text = &unsaid_text, .rule = SKL_POLICY_NO_RULE};
	if (decision->lacking)
		w->categories = SKL_BIT(decision->lacking);
	return (struct subject){.text = text_of(decision->reason),
				.reason = decision->reason,
				.rule = decision->rule};
}

static void add_failed(const struct writing *w, const struct subject *subject)
{
	const struct phrase *failed = &subject->text->failed;

	if (subject->reason == SKL_CUT_REASON_FORBIDDEN && w->categories == 0)
		failed = &forbidden_whole;
	if (subject->reason == SKL_CUT_REASON_NOT_COMPETENT &&
	    w->request->competent == SKL_COMPETENT_UNKNOWN)
		failed = &competence_unknown;
	add_template(w, failed->text[w->language]);
	if (subject->rule != SKL_POLICY_NO_RULE && w->form < 3)
		skl_buf_addf(w->buf, "%s%s)", pick(w, " (regel ", " (rule "),
			     skl_policy_rule_id(w->policy, subject->rule));
	if (subject->others && w->form < 2) {
		skl_buf_add_str(w->buf, pick(w, "; ook niet: ", "; also not: "));
		add_categories(w, subject->others, false);
	}
	skl_buf_add_str(w->buf, ". ");
}

static void add_routes(const struct writing *w, const struct subject *subject)
{
	const struct phrase *first = &subject->text->first;
	const char *phone = w->names->phone;
	unsigned number = 1;

	if (subject->reason == SKL_CUT_REASON_NOT_COMPETENT &&
	    (!w->names->competent_partner || !w->names->competent_partner[0]))
		first = &find_competent;
	skl_buf_addf(w->buf, "%s%u) ", pick(w, "U kunt: ", "You can: "), number++);
	add_template(w, first->text[w->language]);
	if (w->form < 2 && subject->text->second.text[0]) {
		skl_buf_addf(w->buf, "; %u) ", number++);
		add_template(w, subject->text->second.text[w->language]);
	}
	skl_buf_addf(w->buf, "; %u) %s", number,
		     pick(w, "bij acuut gevaar: bel 112, wacht niet op dit systeem, daarna ",
			  "in acute danger: call 112, do not wait for this system, then "));
	if (phone && phone[0] && skl_utf8_valid(skl_view_str(phone)) && strlen(phone) <= 32 &&
	    strcspn(phone, "\r\n\t") == strlen(phone))
		skl_buf_addf(w->buf, "%s.", phone);
	else
		skl_buf_add_str(w->buf, pick(w, "de noodroute.", "the emergency route."));
}

static void add_refusal(struct writing *w)
{
	bool is_cut = w->decision->outcome == SKL_OUTCOME_CUT;
	struct subject subject;

	w->categories = 0;
	w->sent = is_cut ? allowed_categories(w->decision) : 0;
	subject = is_cut ? subject_of_cut(w) : subject_of_denial(w);
	skl_buf_add_str(w->buf, is_cut ? pick(w, "Niet alles verstuurd naar ",
					      "Not everything was sent to ")
				       : pick(w, "Niet verstuurd naar ", "Not sent to "));
	add_name(w, w->names->recipient, pick(w, "deze ontvanger", "this recipient"));
	skl_buf_add_str(w->buf, ": ");
	add_failed(w, &subject);
	skl_buf_add_str(w->buf, pick(w, "Wel verstuurd: ", "Sent: "));
	if (!is_cut)
		skl_buf_add_str(w->buf, pick(w, "niets", "nothing"));
	else if (w->sent == 0)
		skl_buf_add_str(w->buf, pick(w, "de kop van het bericht", "the message's header"));
	else
		add_categories(w, w->sent, true);
	skl_buf_add_str(w->buf, ". ");
	add_routes(w, &subject);
}

/* Hours from now, begun ones included. */
static int64_t hours_until(const struct writing *w, int64_t due_ms)
{
	return (due_ms - w->request->now_ms + 3599999) / 3600000;
}

/* "Vul binnen 24 uur aan: ..." */
static void add_repair(const struct writing *w)
{
	static const struct {
		uint8_t bit;
		struct phrase what;
	} lacks[] = {
		{SKL_REPAIR_MARKS,
		 {{"feit, bron, betrouwbaarheid en datum", "fact, source, reliability and date"}}},
		{SKL_REPAIR_CHECK, {{"controle door een collega", "a colleague's check"}}},
		{SKL_REPAIR_CONSENT, {{"toestemming", "consent"}}},
		{SKL_REPAIR_RATING, {{"veiligheidscijfer", "safety rating"}}},
		{SKL_REPAIR_REASON, {{"de reden, in een zin", "the reason, in a sentence"}}},
	};
	int64_t hours = hours_until(w, w->decision->repair_due_ms);
	bool is_first = true;

	if (w->form < 2)
		skl_buf_add_str(w->buf, pick(w, " Doorgelaten omdat acuut gevaar is verklaard.",
					     " Let through because acute danger was declared."));
	skl_buf_addf(w->buf, "%s%" PRId64 "%s", pick(w, " Vul binnen ", " Add within "), hours,
		     pick(w, " uur aan: ", " hours: "));
	for (size_t i = 0; w->form < 2 && i < SKL_COUNT(lacks); i++) {
		if (!(w->decision->repair & lacks[i].bit))
			continue;
		skl_buf_addf(w->buf, "%s%s", is_first ? "" : "; ", lacks[i].what.text[w->language]);
		is_first = false;
	}
	if (w->form >= 2)
		skl_buf_add_str(w->buf, pick(w, "wat ontbreekt", "what is missing"));
	else if (is_first)
		skl_buf_add_str(w->buf, pick(w, "een nacontrole", "an after-check"));
	skl_buf_add_str(w->buf, ".");
}

/* Who broke the glass hears that it was seen, and that nobody waits for it. */
static void add_break_glass(const struct writing *w)
{
	const struct skl_decision *decision = w->decision;
	int64_t due_ms = 0;

	for (size_t i = 0; i < decision->clock_count; i++)
		if (decision->clocks[i].clock == SKL_CLOCK_BREAK_GLASS &&
		    !decision->clocks[i].is_stop)
			due_ms = decision->clocks[i].due_ms;
	if (w->form < 2)
		skl_buf_add_str(w->buf,
				pick(w, " U doorbrak de afspraken; de toezichthouder hoort dat.",
				     " You broke the glass; the supervisor is told."));
	if (due_ms)
		skl_buf_addf(w->buf, "%s%" PRId64 "%s",
			     pick(w, " Nacontrole binnen ", " After-check within "),
			     hours_until(w, due_ms), pick(w, " uur.", " hours."));
}

static void add_permit(const struct writing *w)
{
	uint64_t sent = allowed_categories(w->decision);

	skl_buf_add_str(w->buf, pick(w, "Verstuurd naar ", "Sent to "));
	add_name(w, w->names->recipient, pick(w, "deze ontvanger", "this recipient"));
	if (sent) {
		skl_buf_add_str(w->buf, ": ");
		add_categories(w, sent, true);
	}
	skl_buf_add_str(w->buf, ".");
}

static unsigned count_words(const uint8_t *text, size_t len)
{
	unsigned words = 0;
	bool is_inside = false;

	for (size_t i = 0; i < len; i++) {
		bool is_blank = text[i] <= ' ';

		words += !is_blank && !is_inside;
		is_inside = !is_blank;
	}
	return words;
}

static void add_text(struct writing *w)
{
	bool is_permitted = w->decision->outcome == SKL_OUTCOME_PERMITTED;

	if (is_permitted)
		add_permit(w);
	else
		add_refusal(w);
	if (w->decision->is_break_glass)
		add_break_glass(w);
	if (w->decision->repair_due_ms != 0)
		add_repair(w);
}

void skl_policy_text(const struct skl_policy *policy, const struct skl_policy_request *request,
		     const struct skl_decision *decision, enum skl_language language,
		     const struct skl_policy_names *names, struct skl_buf *buf)
{
	static const struct skl_policy_names no_names = {0};
	size_t start = buf->len;
	struct writing w = {
		.policy = policy,
		.request = request,
		.decision = decision,
		.names = names ? names : &no_names,
		.language = language == SKL_LANGUAGE_EN ? SKL_LANGUAGE_EN : SKL_LANGUAGE_NL,
		.buf = buf,
	};

	for (w.form = 0; w.form < FORMS && skl_buf_err(buf) == SKL_OK; w.form++) {
		buf->len = start;
		add_text(&w);
		if (skl_buf_err(buf) == SKL_OK &&
		    count_words(buf->data + start, buf->len - start) <= WORDS_MAX)
			return;
	}
}
