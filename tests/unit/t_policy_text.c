/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts: a refusal is no dead end (P8); what an administrator reads. */
#include "t_policy.h"

#define WORDS_MAX 60u

static unsigned count_words(const char *text)
{
	unsigned words = 0;

	for (const char *at = text; *at; at++)
		words += *at != ' ' && (at == text || at[-1] == ' ');
	return words;
}

static const struct skl_policy_names plain_names = {"Veilig Thuis Noord-Holland",
						    "Veilig Thuis Zaanstreek", "0800-2000"};
static const struct skl_policy_names long_names = {
	"Een Stichting Met Een Naam Van Heel Veel Woorden Die Maar Doorgaat En Doorgaat En Verder",
	"De Andere Stichting Met Ook Een Naam Van Heel Veel Woorden Die Maar Doorgaat En Doorgaat",
	"0800-2000"};
static const struct skl_policy_names no_names = {NULL, NULL, NULL};
static const struct skl_policy_names odd_names = {"\xff\xfe", "a\nb\tc", "06\n112233445566778899"};

static const struct skl_policy_names *const all_names[] = {&plain_names, &long_names, &no_names,
							   &odd_names};

/* What every answer that is not permitted must hold. */
static void check_refusal(const char *text, enum skl_language language,
			  const struct skl_policy_names *names, const char *what)
{
	bool is_english = language == SKL_LANGUAGE_EN;
	const char *first_end = strchr(text, '.');

	if (count_words(text) > WORDS_MAX)
		fail_msg("%s: %u words: %s", what, count_words(text), text);
	assert_true(strlen(text) < SKL_POLICY_TEXT_BYTES_MAX);
	if (!skl_utf8_valid(skl_view_str(text)) || strpbrk(text, "\n\t\r%[]|"))
		fail_msg("%s: not clean: %s", what, text);
	if (strncmp(text, is_english ? "Not " : "Niet ", is_english ? 4 : 5) != 0)
		fail_msg("%s: begins otherwise: %s", what, text);
	if (!strstr(text, is_english ? "You can: 1) " : "U kunt: 1) "))
		fail_msg("%s: no route: %s", what, text);
	if (!strstr(text, is_english ? "call 112, do not wait for this system"
				     : "bel 112, wacht niet op dit systeem"))
		fail_msg("%s: no phone line: %s", what, text);
	if (!strstr(text, is_english ? "Sent: " : "Wel verstuurd: "))
		fail_msg("%s: does not say what was sent: %s", what, text);
	if (names->phone && strlen(names->phone) == 9 && !strstr(text, names->phone))
		fail_msg("%s: no number: %s", what, text);
	assert_non_null(first_end);
	for (const char *at = strstr(text, "artikel"); at; at = NULL)
		if (at < first_end)
			fail_msg("%s: an article in the first sentence: %s", what, text);
}

static void write_text(const struct skl_policy *policy, const struct skl_policy_request *request,
		       const struct skl_decision *decision, enum skl_language language,
		       const struct skl_policy_names *names, struct skl_buf *buf)
{
	skl_buf_clear(buf);
	skl_policy_text(policy, request, decision, language, names, buf);
	assert_int_equal(skl_buf_err(buf), SKL_OK);
}

static void check_everywhere(const struct skl_policy *policy,
			     const struct skl_policy_request *request,
			     const struct skl_decision *decision, const char *what,
			     struct skl_buf *buf)
{
	for (size_t n = 0; n < SKL_COUNT(all_names); n++)
		for (unsigned language = 0; language < 2; language++) {
			write_text(policy, request, decision, (enum skl_language)language,
				   all_names[n], buf);
			check_refusal(skl_buf_str(buf), (enum skl_language)language, all_names[n],
				      what);
		}
}

/* P8: every kind, refused for want of a rule; every reason there is; every cut. */
static void p8_refusal_has_a_way_out(void **state)
{
	const struct skl_policy *policy = *state;
	struct skl_policy_request request = t_request(T_REPORT "has household health statement");
	struct skl_decision decision;
	struct skl_buf buf;
	unsigned checked = 0;

	skl_buf_init(&buf, 4096);
	for (uint32_t kind = 0; kind <= skl_code_count(SKL_LIST_KIND); kind++) {
		request.kind = (uint8_t)kind;
		skl_policy_decide(policy, NULL, &request, &decision);
		if (decision.outcome == SKL_OUTCOME_PERMITTED)
			continue;
		check_everywhere(policy, &request, &decision,
				 kind ? skl_code_name(SKL_LIST_KIND, kind) : "no kind", &buf);
		checked++;
		skl_policy_decide(NULL, NULL, &request, &decision);
		check_everywhere(NULL, &request, &decision, "unreadable", &buf);
	}
	assert_true(checked >= skl_code_count(SKL_LIST_KIND));

	request.kind = SKL_KIND_POLICE_REPORT;
	for (uint32_t reason = 0; reason <= skl_code_count(SKL_LIST_CUT_REASON) + 1; reason++)
		for (uint32_t outcome = SKL_OUTCOME_CUT; outcome <= SKL_OUTCOME_ERROR; outcome++)
			for (uint32_t lacking = 0; lacking < 2; lacking++) {
				const char *name = skl_code_name(SKL_LIST_CUT_REASON, reason);

				skl_policy_decide(policy, NULL, &request, &decision);
				assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
				decision.outcome = (uint8_t)outcome;
				decision.reason = (uint8_t)reason;
				decision.rule = 0;
				decision.lacking =
					lacking ? SKL_CATEGORY_HISTORY_FIREARM_POSSESSION : 0;
				for (uint32_t s = 2; s < decision.section_count; s++) {
					decision.sections[s].is_allowed = false;
					decision.sections[s].reason = (uint8_t)reason;
					decision.sections[s].is_reason_told = true;
				}
				check_everywhere(policy, &request, &decision,
						 name ? name : "no reason", &buf);
			}
	skl_buf_done(&buf);
}

/* A cut of many sections for many reasons, repair due as well: still 60 words. */
static void many_sections_still_fit(void **state)
{
	struct skl_policy_request request = t_request(T_REPORT "urgency=acute acute-by no-check");
	struct skl_decision decision;
	struct skl_buf buf;

	for (uint8_t category = 1; category <= skl_code_count(SKL_LIST_CATEGORY); category++) {
		struct skl_policy_section section = request.sections[0];

		section.number = 100u + category;
		section.category = category;
		request.sections[request.section_count++] = section;
	}
	request.sections[1].status = 0;
	skl_buf_init(&buf, 4096);
	skl_policy_decide(*state, NULL, &request, &decision);
	assert_int_equal(decision.outcome, SKL_OUTCOME_CUT);
	assert_int_not_equal(decision.repair, 0);
	for (unsigned repair = 0; repair < 32; repair++) {
		decision.repair = (uint8_t)repair;
		decision.is_break_glass = repair & 1;
		decision.clocks[0] = (struct skl_decision_clock){SKL_CLOCK_BREAK_GLASS, false,
								 request.now_ms + 86400000};
		check_everywhere(*state, &request, &decision, "many", &buf);
		write_text(*state, &request, &decision, SKL_LANGUAGE_NL, &plain_names, &buf);
		assert_non_null(strstr(skl_buf_str(&buf), "binnen 24 uur"));
		decision.outcome = SKL_OUTCOME_PERMITTED;
		write_text(*state, &request, &decision, SKL_LANGUAGE_NL, &long_names, &buf);
		assert_true(count_words(skl_buf_str(&buf)) <= WORDS_MAX);
		decision.outcome = SKL_OUTCOME_CUT;
	}
	skl_buf_done(&buf);
}

struct row {
	const char *words;
	enum skl_language language;
	const char *text;
};

static const struct row rows[] = {
	{T_REPORT "recipient not-competent", SKL_LANGUAGE_NL,
	 "Niet verstuurd naar Veilig Thuis Noord-Holland: deze organisatie gaat niet over deze "
	 "gemeente. Wel verstuurd: niets. U kunt: 1) naar Veilig Thuis Zaanstreek versturen; 2) de "
	 "ontvanger bellen; 3) bij acuut gevaar: bel 112, wacht niet op dit systeem, daarna "
	 "0800-2000."},
	{T_REPORT "recipient not-competent", SKL_LANGUAGE_EN,
	 "Not sent to Veilig Thuis Noord-Holland: this organisation does not serve this "
	 "municipality. Sent: nothing. You can: 1) send to Veilig Thuis Zaanstreek; 2) call the "
	 "recipient; 3) in acute danger: call 112, do not wait for this system, then 0800-2000."},
	{T_REPORT "has household source-law wpg-9", SKL_LANGUAGE_NL,
	 "Niet alles verstuurd naar Veilig Thuis Noord-Holland: het onderdeel huishouden mag om de "
	 "bron niet mee (regel AG-03). Wel verstuurd: identiteit en incident. U kunt: 1) "
	 "beschrijven wat u zelf zag en opnieuw versturen; 2) het bevoegd gezag om een besluit "
	 "vragen; 3) bij acuut gevaar: bel 112, wacht niet op dit systeem, daarna 0800-2000."},
	{T_REPORT "has incident source-law wpg-9", SKL_LANGUAGE_EN,
	 "Not everything was sent to Veilig Thuis Noord-Holland: section incident (in part) may "
	 "not "
	 "be shared because of the source (rule AG-03). Sent: identity and incident. You can: 1) "
	 "describe what you saw yourself and send again; 2) ask the competent authority to decide; "
	 "3) in acute danger: call 112, do not wait for this system, then 0800-2000."},
	{T_REPORT "without incident", SKL_LANGUAGE_NL,
	 "Niet verstuurd naar Veilig Thuis Noord-Holland: het onderdeel incident ontbreekt; zo "
	 "zegt "
	 "het bericht te weinig. Wel verstuurd: niets. U kunt: 1) dit aanvullen en opnieuw "
	 "versturen; 2) de ontvanger bellen; 3) bij acuut gevaar: bel 112, wacht niet op dit "
	 "systeem, daarna 0800-2000."},
	{T_REPORT, SKL_LANGUAGE_NL,
	 "Verstuurd naar Veilig Thuis Noord-Holland: identiteit en incident."},
	{T_REPORT "urgency=acute acute-by no-check", SKL_LANGUAGE_NL,
	 "Verstuurd naar Veilig Thuis Noord-Holland: identiteit en incident. Doorgelaten omdat "
	 "acuut gevaar is verklaard. Vul binnen 24 uur aan: controle door een collega."},
	{T_REPORT "urgency=acute acute-by without-marks", SKL_LANGUAGE_EN,
	 "Sent to Veilig Thuis Noord-Holland: identity and incident. Let through because acute "
	 "danger was declared. Add within 24 hours: fact, source, reliability and date."},
	{T_GLASS, SKL_LANGUAGE_NL,
	 "Verstuurd naar Veilig Thuis Noord-Holland: incident en weging. U doorbrak de afspraken; "
	 "de toezichthouder hoort dat. Nacontrole binnen 24 uur."},
	{T_GLASS "acute-by urgency=acute no-check without weighing", SKL_LANGUAGE_EN,
	 "Sent to Veilig Thuis Noord-Holland: incident. You broke the glass; the supervisor is "
	 "told. After-check within 24 hours. Let through because acute danger was declared. Add "
	 "within 24 hours: a colleague's check; the reason, in a sentence."},
	{T_GLASS "no-break-glass", SKL_LANGUAGE_NL,
	 "Niet verstuurd naar Veilig Thuis Noord-Holland: bij een doorbreking hoort het gevaar: "
	 "leven, kind of wapen. Wel verstuurd: niets. U kunt: 1) het gevaar aangeven en opnieuw "
	 "versturen; 2) de ontvanger bellen; 3) bij acuut gevaar: bel 112, wacht niet op dit "
	 "systeem, daarna 0800-2000."},
	/* what fails for another reason, and went for others */
	{"from=veilig_thuis kind=handover_offer to=local_team purpose=organise_direct_safety "
	 "ground=wmo:4-1-1-2-d has identity safety_plan has bsn has identity about third_person",
	 SKL_LANGUAGE_NL,
	 "Niet alles verstuurd naar Veilig Thuis Noord-Holland: het onderdeel burgerservicenummer "
	 "mag niet naar deze ontvanger (regel VL-02); ook niet: identiteit (deels). Wel verstuurd: "
	 "identiteit en veiligheidsplan. U kunt: 1) het delen motiveren (weging, 3 vragen); 2) met "
	 "Veilig Thuis "
	 "overleggen; 3) bij acuut gevaar: bel 112, wacht niet op dit systeem, daarna 0800-2000."},
	/* not told: neither whose helper, nor which rule */
	{"from=veilig_thuis kind=handover_offer to=local_team purpose=organise_direct_safety "
	 "ground=wmo:4-1-1-2-d has identity safety_plan position helper_of_perpetrator has "
	 "whereabouts",
	 SKL_LANGUAGE_NL,
	 "Niet alles verstuurd naar Veilig Thuis Noord-Holland: dit mag niet op deze grondslag. "
	 "Wel "
	 "verstuurd: identiteit en veiligheidsplan. U kunt: 1) de regisseur of Veilig Thuis "
	 "bellen; 2) het delen "
	 "motiveren (weging, 3 vragen); 3) bij acuut gevaar: bel 112, wacht niet op dit systeem, "
	 "daarna 0800-2000."},
	{"from=veilig_thuis kind=handover_offer to=local_team purpose=organise_direct_safety "
	 "ground=wmo:4-1-1-2-d has identity safety_plan position helper_of_perpetrator has "
	 "whereabouts "
	 "statement sender-position director",
	 SKL_LANGUAGE_NL,
	 "Niet alles verstuurd naar Veilig Thuis Noord-Holland: de onderdelen verblijfplaats en "
	 "verklaring mogen niet naar de hulpverlener van de andere partij (regel AG-01). Wel "
	 "verstuurd: identiteit en veiligheidsplan. U kunt: 1) de betrokkene alleen om toestemming "
	 "vragen; 2) het "
	 "delen motiveren (weging, 3 vragen); 3) bij acuut gevaar: bel 112, wacht niet op dit "
	 "systeem, daarna 0800-2000."},
};

static void texts_word_for_word(void **state)
{
	struct skl_buf buf;

	skl_buf_init(&buf, 4096);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_policy_request request = t_request(rows[i].words);
		struct skl_decision decision;

		skl_policy_decide(*state, NULL, &request, &decision);
		write_text(*state, &request, &decision, rows[i].language, &plain_names, &buf);
		assert_string_equal(skl_buf_str(&buf), rows[i].text);
	}
	skl_buf_done(&buf);
}

/* The text goes behind what is in the buffer; a buffer that is too small says so. */
static void texts_append_and_know_their_room(void **state)
{
	struct skl_policy_request request = t_request(T_REPORT "recipient competence-unknown");
	struct skl_decision decision;
	struct skl_buf buf;

	skl_policy_decide(*state, NULL, &request, &decision);
	skl_buf_init(&buf, 4096);
	skl_buf_add_str(&buf, "before|");
	skl_policy_text(*state, &request, &decision, SKL_LANGUAGE_NL, NULL, &buf);
	assert_memory_equal(skl_buf_str(&buf),
			    "before|Niet verstuurd naar deze ontvanger: niet zeker",
			    strlen("before|Niet verstuurd naar deze ontvanger: niet zeker"));
	skl_buf_done(&buf);
	skl_buf_init(&buf, 20);
	skl_policy_text(*state, &request, &decision, SKL_LANGUAGE_NL, NULL, &buf);
	assert_int_equal(skl_buf_err(&buf), SKL_ETOOLARGE);
	skl_buf_done(&buf);
}

static void check_explained(const struct skl_policy *policy, const char *words,
			    enum skl_language language, const char *const *says,
			    struct skl_buf *buf)
{
	struct skl_policy_request request = t_request(words);
	struct skl_decision decision;

	skl_policy_decide(policy, NULL, &request, &decision);
	skl_buf_clear(buf);
	skl_policy_explain(policy, &request, &decision, language, buf);
	assert_int_equal(skl_buf_err(buf), SKL_OK);
	for (; *says; says++)
		if (!strstr(skl_buf_str(buf), *says))
			fail_msg("\"%s\" is not in:\n%s", *says, skl_buf_str(buf));
}

static void explained_for_the_administrator(void **state)
{
	static const char *const denied[] = {"uitkomst: denied_no_rule",
					     "not_competent",
					     "dichtstbijzijnde regel: PV-01",
					     "faalt op: bevoegdheid (recipient competent)",
					     "falen: 1)",
					     "1 identity (identiteit): eruit",
					     NULL};
	static const char *const cut[] = {
		"outcome: cut",
		"rule PV-01 ",
		"rule AG-03 ",
		"household (household): cut, source_law (collected under a law that excludes "
		"sharing), rule AG-03",
		"identity (identity): allowed, rule PV-01",
		"whereabouts (whereabouts): cut, category_not_allowed",
		"recipient is not told",
		"recipient may know (facts): purpose, ground",
		"duty: inform_subject (inform subject), in 672 hours",
		"clock starts: feedback (feedback), in 240 hours",
		NULL};
	static const char *const lacking[] = {"verplicht en niet aangekomen: incident",
					      "dichtstbijzijnde regel: PV-01 \"", NULL};
	static const char *const stopped[] = {"clock stops: feedback", NULL};
	static const char *const untold[] = {"sender is not told why", "rule AG-01", NULL};
	static const char *const glass[] = {"doorbreking: nacontrole", "klok start: break-glass",
					    NULL};
	static const char *const unsaid[] = {"nearest rule: DB-01", "fails on: break-glass", NULL};
	static const char *const repair[] = {"herstel van de vorm, over 24 uur",
					     "plicht: repair_form", "klok start: repair", NULL};
	struct skl_buf buf;

	skl_buf_init(&buf, 65536);
	check_explained(*state, T_REPORT "recipient not-competent", SKL_LANGUAGE_NL, denied, &buf);
	check_explained(*state, T_REPORT "has household source-law wpg-9 whereabouts",
			SKL_LANGUAGE_EN, cut, &buf);
	check_explained(*state, T_REPORT "without incident", SKL_LANGUAGE_NL, lacking, &buf);
	check_explained(*state,
			"from=veilig_thuis kind=feedback to=police purpose=stop_violence "
			"ground=wmo:4-1-1-2-e after=police_report has feedback",
			SKL_LANGUAGE_EN, stopped, &buf);
	check_explained(
		*state,
		"from=veilig_thuis kind=handover_offer to=local_team "
		"purpose=organise_direct_safety ground=wmo:4-1-1-2-d has identity safety_plan "
		"position helper_of_perpetrator has whereabouts",
		SKL_LANGUAGE_EN, untold, &buf);
	check_explained(*state, T_REPORT "urgency=acute acute-by no-check", SKL_LANGUAGE_NL, repair,
			&buf);
	check_explained(*state, T_GLASS, SKL_LANGUAGE_NL, glass, &buf);
	check_explained(*state, T_GLASS "no-break-glass", SKL_LANGUAGE_EN, unsaid, &buf);
	skl_buf_done(&buf);
}

/* A prohibition of a whole message; a denial whose reason the sender may not hear. */
static void explained_prohibition(void **state)
{
	static const char rules[] =
		T_HEAD "rule A-1 \"r\"\n from veilig_thuis\n kind progress\n to shelter\n"
		       " purpose recovery\n ground wmo:4-1-1-2-d\n allow help_plan\n"
		       " because \"b\"\n test \"t\" permitted\nend\n"
		       "forbid F-1 \"whole\"\n kind progress\n when pattern coercive_control\n"
		       " because \"danger\"\n test \"t\" denied_forbidden like A-1 pattern "
		       "coercive_control\nend\n";
	static const char *const says[] = {"reden: forbidden", "afzender hoort dit niet",
					   "regel F-1 \"whole\": danger", NULL};
	struct skl_policy *policy = t_load(rules);
	struct skl_buf buf;

	(void)state;
	skl_buf_init(&buf, 65536);
	check_explained(policy,
			"from=veilig_thuis kind=progress to=shelter purpose=recovery "
			"ground=wmo:4-1-1-2-d pattern=coercive_control",
			SKL_LANGUAGE_NL, says, &buf);
	skl_buf_done(&buf);
	skl_policy_free(policy);
}

/* Everything that can fail has a name in both languages. */
static void misses_have_names(void **state)
{
	(void)state;
	assert_string_equal(skl_miss_name(SKL_MISS_NONE, SKL_LANGUAGE_NL), "");
	for (unsigned miss = 1; miss < SKL_MISS_COUNT; miss++) {
		assert_true(strlen(skl_miss_name((enum skl_miss)miss, SKL_LANGUAGE_NL)) > 0);
		assert_true(strlen(skl_miss_name((enum skl_miss)miss, SKL_LANGUAGE_EN)) > 0);
	}
	assert_string_equal(skl_miss_name(SKL_MISS_COUNT, SKL_LANGUAGE_NL), "");
}

static int set_up(void **state)
{
	*state = t_shipped();
	return 0;
}

static int tear_down(void **state)
{
	skl_policy_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p8_refusal_has_a_way_out),
		cmocka_unit_test(many_sections_still_fit),
		cmocka_unit_test(texts_word_for_word),
		cmocka_unit_test(texts_append_and_know_their_room),
		cmocka_unit_test(explained_for_the_administrator),
		cmocka_unit_test(explained_prohibition),
		cmocka_unit_test(misses_have_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
