/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SKL_CODE_LISTS_H
#define SKL_CODE_LISTS_H

/*
 * skl_code_lists - the closed lists of the domain: X(symbol, number, code name, Dutch, English).
 *
 * Owner:    constant data, any thread. Read through skl_code.h.
 * Limits:   numbers are on the wire and in the trail: never renumbered, never reused, only added
 *           at the end. proto/schakel/v1/codes.proto says the same and a test compares them.
 */

/* clang-format off: one row a line, whatever its length */

/* X(list symbol, what it is): every list below */
#define SKL_LIST_MAP(X) \
	X(ROLE, "roles of partners") \
	X(SIDE, "sides of partners") \
	X(POSITION, "positions of a person") \
	X(DESK_POSITION, "positions of a recipient desk in a case") \
	X(KIND, "message kinds") \
	X(CATEGORY, "data categories (sections)") \
	X(PURPOSE, "purposes") \
	X(GROUND, "legal grounds; code names are the ids used in rule files") \
	X(UNSAFETY, "unsafety") \
	X(PHASE, "phases of a case") \
	X(FRAME, "frames (kader)") \
	X(FRAME_AREA, "areas of a frame") \
	X(SIGNAL_PHASE, "signal phases") \
	X(PATTERN, "patterns of violence") \
	X(URGENCY, "urgency") \
	X(STATUS, "status of a statement (Wpg 4)") \
	X(SOURCE, "source of a statement") \
	X(RELIABILITY, "reliability of a statement") \
	X(PERSON_KIND, "person kinds in police data (Wpg 6b)") \
	X(SOURCE_LAW, "the law under which a datum was collected") \
	X(SCOPE, "scope of a history section") \
	X(TOLD_BY, "who told what a section holds") \
	X(COMPETENCE, "basis of territorial competence") \
	X(RECIPIENT_TYPE, "recipient types") \
	X(FACT, "facts: one row each") \
	X(EVENT, "events: one row each") \
	X(ANSWER, "answers") \
	X(RATING, "safety rating classes") \
	X(CONSENT_STATE, "states of a consent") \
	X(CONSENT_HOW, "how consent was given") \
	X(CONSENT_CAPACITY, "capacity of who gives consent") \
	X(TRIAGE_OUTCOME, "triage outcomes") \
	X(BAN_STATE, "states of a house ban") \
	X(MEASURE, "measures") \
	X(ESCALATION, "escalations") \
	X(REASON, "reason codes of refusals and answers") \
	X(WEIGHING, "weighing codes (rights, harm, alternative)") \
	X(OUTCOME, "outcomes of a decision") \
	X(CUT_REASON, "why a section is cut or a message denied") \
	X(DELIVERY, "delivery states") \
	X(OPERATION, "operations (Wpg 32a verbs)") \
	X(ENTRY, "kinds of entry") \
	X(RETENTION, "retention classes") \
	X(SEAL, "seal reasons (letters of Wpg 27(1))") \
	X(MANDATE, "mandates of supervisors") \
	X(DUTY, "obligations a rule lays on the parties") \
	X(CLOCK, "clocks") \
	X(ENVIRONMENT, "environments") \
	X(KEY_USE, "uses of a key") \
	X(RATER, "who gave a safety rating") \
	X(EVIDENCE, "evidence grades") \
	X(CASE_STATE, "states of a case") \
	X(MEASURE_STATE, "states of a measure") \
	X(AGREEMENT_STATE, "states of a conditional agreement") \
	X(TRIGGER, "triggers of a conditional agreement") \
	X(REQUEST, "requests of a person") \
	X(QUERY_REASON, "reasons of a supervisor's query") \
	X(TASK, "tasks for a person") \
	X(PROFILE, "problem profiles") \
	X(VIOLENCE, "types of violence")

/* roles of partners */
#define SKL_ROLE_MAP(X) \
	X(POLICE, 1, "police", "politie", "police") \
	X(VEILIG_THUIS, 2, "veilig_thuis", "Veilig Thuis", "Veilig Thuis") \
	X(LOCAL_TEAM, 3, "local_team", "lokaal team", "local team") \
	X(OM, 4, "om", "Openbaar Ministerie", "public prosecution service") \
	X(PROBATION, 5, "probation", "reclassering", "probation") \
	X(MUNICIPALITY, 6, "municipality", "gemeente", "municipality") \
	X(YOUTH_PROTECTION, 7, "youth_protection", "jeugdbescherming", "youth protection") \
	X(CHILD_PROTECTION_BOARD, 8, "child_protection_board", "Raad voor de Kinderbescherming", "child protection board") \
	X(SHELTER, 9, "shelter", "vrouwenopvang", "women's shelter") \
	X(SOCIAL_WORK, 10, "social_work", "maatschappelijk werk", "social work") \
	X(ZVH, 11, "zvh", "Zorg- en Veiligheidshuis", "care and safety house") \
	X(FORENSIC_CARE, 12, "forensic_care", "forensische zorg", "forensic care") \
	X(MENTAL_HEALTH, 13, "mental_health", "geestelijke gezondheidszorg", "mental health care") \
	X(ADDICTION_CARE, 14, "addiction_care", "verslavingszorg", "addiction care") \
	X(REPORTER, 15, "reporter", "melder", "reporter") \
	X(COURT, 16, "court", "rechtbank", "court") \
	X(MDA_PLUS, 17, "mda_plus", "MDA++", "MDA++") \
	X(GP_AND_POH, 18, "gp_and_poh", "huisarts en praktijkondersteuner", "general practitioner") \
	X(FORENSIC_PHYSICIAN, 19, "forensic_physician", "forensisch arts", "forensic physician") \
	X(PSYCHIATRIC_CRISIS_SERVICE, 20, "psychiatric_crisis_service", "crisisdienst", "psychiatric crisis service") \
	X(GGD, 21, "ggd", "GGD", "public health service") \
	X(VICTIM_SUPPORT, 22, "victim_support", "Slachtofferhulp", "victim support") \
	X(PRISON_SERVICE, 23, "prison_service", "DJI", "prison service") \
	X(LAWYER, 24, "lawyer", "advocaat", "lawyer") \
	X(SUPERVISOR, 25, "supervisor", "toezichthouder", "supervisor") \
	X(REGISTRAR, 26, "registrar", "registerhouder", "registrar") \
	X(HUB, 27, "hub", "knooppunt", "hub")

/* sides of partners */
#define SKL_SIDE_MAP(X) \
	X(CARE, 1, "care", "zorg", "care") \
	X(JUSTICE, 2, "justice", "justitie", "justice") \
	X(ADMINISTRATION, 3, "administration", "bestuur", "administration") \
	X(SUPERVISION, 4, "supervision", "toezicht", "supervision")

/* positions of a person */
#define SKL_POSITION_MAP(X) \
	X(VICTIM, 1, "victim", "slachtoffer", "victim") \
	X(PERPETRATOR, 2, "perpetrator", "pleger", "perpetrator") \
	X(CHILD, 3, "child", "kind", "child") \
	X(UNBORN, 4, "unborn", "ongeboren kind", "unborn child") \
	X(PARENT, 5, "parent", "ouder", "parent") \
	X(HOLDER_OF_AUTHORITY, 6, "holder_of_authority", "gezaghebbende", "holder of parental authority") \
	X(IMPORTANT_OTHER, 7, "important_other", "belangrijke ander", "important other") \
	X(TRUSTED_PERSON_OF_CHILD, 8, "trusted_person_of_child", "vertrouwenspersoon van het kind", "trusted person of the child") \
	X(THIRD_PERSON, 9, "third_person", "derde", "third person") \
	X(REPORTER, 10, "reporter", "melder", "reporter")

/* positions of a recipient desk in a case */
#define SKL_DESK_POSITION_MAP(X) \
	X(HELPER_OF_VICTIM, 1, "helper_of_victim", "hulpverlener van het slachtoffer", "helper of the victim") \
	X(HELPER_OF_PERPETRATOR, 2, "helper_of_perpetrator", "hulpverlener van de pleger", "helper of the perpetrator") \
	X(HELPER_OF_CHILD, 3, "helper_of_child", "hulpverlener van het kind", "helper of the child") \
	X(DIRECTOR, 4, "director", "casusregisseur", "case director") \
	X(RESPONDER, 5, "responder", "hulpdienst", "responder") \
	X(NONE, 6, "none", "geen", "none")

/* message kinds */
#define SKL_KIND_MAP(X) \
	X(POLICE_REPORT, 1, "police_report", "politiemelding", "police report") \
	X(PROFESSIONAL_REPORT, 2, "professional_report", "melding van een professional", "professional report") \
	X(SELF_REPORT, 3, "self_report", "eigen melding", "self report") \
	X(REPORT_RECEIPT, 4, "report_receipt", "ontvangstbevestiging van een melding", "report receipt") \
	X(REREPORT_LINKED, 5, "rereport_linked", "gekoppelde hermelding", "rereport linked") \
	X(FEEDBACK, 6, "feedback", "terugkoppeling", "feedback") \
	X(RETRACTION, 7, "retraction", "intrekking van een verklaring", "retraction") \
	X(FALSE_OR_UNFOUNDED, 8, "false_or_unfounded", "onterechte melding", "false or unfounded") \
	X(POLICE_DATA_REQUEST, 9, "police_data_request", "verzoek om politiegegevens voor triage", "police data request") \
	X(POLICE_DATA_RESPONSE, 10, "police_data_response", "politiegegevens voor triage", "police data response") \
	X(KNOWN_QUERY, 11, "known_query", "vraag of iemand bekend is", "known query") \
	X(KNOWN_ANSWER, 12, "known_answer", "antwoord of iemand bekend is", "known answer") \
	X(INFORMATION_REQUEST, 13, "information_request", "informatieverzoek", "information request") \
	X(INFORMATION_RESPONSE, 14, "information_response", "informatieantwoord", "information response") \
	X(REFUSAL, 15, "refusal", "weigering", "refusal") \
	X(ADVICE_REQUEST, 16, "advice_request", "adviesvraag", "advice request") \
	X(ADVICE_ANSWER, 17, "advice_answer", "advies", "advice answer") \
	X(TRIAGE_OUTCOME, 18, "triage_outcome", "uitkomst triage", "triage outcome") \
	X(INVESTIGATION_REQUEST, 19, "investigation_request", "verzoek tot onderzoek", "investigation request") \
	X(BOARD_REPORT, 20, "board_report", "melding aan de Raad", "board report") \
	X(INVESTIGATION_RESULT, 21, "investigation_result", "uitkomst onderzoek", "investigation result") \
	X(MDA_REFERRAL, 22, "mda_referral", "verwijzing MDA++", "mda referral") \
	X(CASE_OPENED, 23, "case_opened", "casus geopend", "case opened") \
	X(CASE_LINK, 24, "case_link", "casussen gekoppeld", "case link") \
	X(CASE_MERGE, 25, "case_merge", "casussen samengevoegd", "case merge") \
	X(CASE_SPLIT, 26, "case_split", "casus gesplitst", "case split") \
	X(DIRECTOR_CHANGE, 27, "director_change", "andere casusregisseur", "director change") \
	X(PARTICIPANT_CHANGE, 28, "participant_change", "andere deelnemer", "participant change") \
	X(CONTACT_PERSON_CHANGE, 29, "contact_person_change", "andere contactpersoon", "contact person change") \
	X(FRAME_CHANGE, 30, "frame_change", "ander kader", "frame change") \
	X(HANDOVER_OFFER, 31, "handover_offer", "aanbod tot overdracht", "handover offer") \
	X(HANDOVER_ANSWER, 32, "handover_answer", "antwoord op overdracht", "handover answer") \
	X(CLOSURE_PROPOSAL, 33, "closure_proposal", "voorstel tot afsluiting", "closure proposal") \
	X(CLOSURE_ANSWER, 34, "closure_answer", "antwoord op afsluiting", "closure answer") \
	X(CLOSED, 35, "closed", "afgesloten", "closed") \
	X(AFTERCARE_CALL, 36, "aftercare_call", "nazorggesprek", "aftercare call") \
	X(ESCALATION, 37, "escalation", "opschaling", "escalation") \
	X(CONCERN, 38, "concern", "zorg", "concern") \
	X(COERCION_WARNING, 39, "coercion_warning", "waarschuwing voor dwang", "coercion warning") \
	X(WHEREABOUTS_WARNING, 40, "whereabouts_warning", "waarschuwing verblijfplaats", "whereabouts warning") \
	X(CONFERENCE_REQUEST, 41, "conference_request", "aanvraag casusoverleg", "conference request") \
	X(CONFERENCE_INVITE, 42, "conference_invite", "uitnodiging casusoverleg", "conference invite") \
	X(CONFERENCE_CONTRIBUTION, 43, "conference_contribution", "inbreng casusoverleg", "conference contribution") \
	X(CONFERENCE_DECISION, 44, "conference_decision", "besluit casusoverleg", "conference decision") \
	X(CONFERENCE_ABSENCE, 45, "conference_absence", "afwezigheid casusoverleg", "conference absence") \
	X(SAFETY_RATING, 46, "safety_rating", "veiligheidscijfer", "safety rating") \
	X(SAFETY_PLAN, 47, "safety_plan", "veiligheidsplan", "safety plan") \
	X(CONDITIONAL_AGREEMENT, 48, "conditional_agreement", "voorwaardelijke afspraak", "conditional agreement") \
	X(HELP_PLAN, 49, "help_plan", "hulpverleningsplan", "help plan") \
	X(RECOVERY_PLAN, 50, "recovery_plan", "herstelplan", "recovery plan") \
	X(PROGRESS, 51, "progress", "voortgang", "progress") \
	X(CRISIS_LOOKUP, 52, "crisis_lookup", "raadpleging crisiskaart", "crisis lookup") \
	X(CRISIS_ANSWER, 53, "crisis_answer", "antwoord crisiskaart", "crisis answer") \
	X(BAN_ASSESSMENT, 54, "ban_assessment", "RIHG-beoordeling", "ban assessment") \
	X(BAN_ORDER, 55, "ban_order", "huisverbod opgelegd", "ban order") \
	X(BAN_NOT_IMPOSED, 56, "ban_not_imposed", "huisverbod niet opgelegd", "ban not imposed") \
	X(BAN_CONTACT_ADDRESS, 57, "ban_contact_address", "contactadres uithuisgeplaatste", "ban contact address") \
	X(HELPER_ASSIGNED, 58, "helper_assigned", "hulpverlener toegewezen", "helper assigned") \
	X(SYSTEM_TALK, 59, "system_talk", "systeemgesprek", "system talk") \
	X(BAN_HEARING, 60, "ban_hearing", "zitting huisverbod", "ban hearing") \
	X(BAN_RULING, 61, "ban_ruling", "uitspraak huisverbod", "ban ruling") \
	X(BAN_ADVICE, 62, "ban_advice", "advies over verlenging", "ban advice") \
	X(BAN_EXTENSION, 63, "ban_extension", "verlenging huisverbod", "ban extension") \
	X(BAN_REVOCATION, 64, "ban_revocation", "intrekking huisverbod", "ban revocation") \
	X(BAN_BREACH, 65, "ban_breach", "overtreding huisverbod", "ban breach") \
	X(BAN_END, 66, "ban_end", "einde huisverbod", "ban end") \
	X(PROSECUTION_DECISION, 67, "prosecution_decision", "vervolgingsbeslissing", "prosecution decision") \
	X(HEARING_NOTICE, 68, "hearing_notice", "zittingsbericht", "hearing notice") \
	X(BEHAVIOURAL_ORDER, 69, "behavioural_order", "gedragsaanwijzing", "behavioural order") \
	X(FAMILY_COURT_ORDER, 70, "family_court_order", "beschikking familierechter", "family court order") \
	X(PROBATION_ADVICE, 71, "probation_advice", "reclasseringsadvies", "probation advice") \
	X(PROBATION_PROGRESS, 72, "probation_progress", "voortgang toezicht", "probation progress") \
	X(SUPERVISION_VIOLATION, 73, "supervision_violation", "overtreding voorwaarden", "supervision violation") \
	X(SENTENCE, 74, "sentence", "vonnis", "sentence") \
	X(DISCHARGE_FROM_CUSTODY, 75, "discharge_from_custody", "einde detentie", "discharge from custody") \
	X(MEASURE_CHANGE, 76, "measure_change", "wijziging maatregel", "measure change") \
	X(CONSENT_CHANGE, 77, "consent_change", "wijziging toestemming", "consent change") \
	X(SUBJECT_NOTICE, 78, "subject_notice", "bericht aan betrokkene", "subject notice") \
	X(SUBJECT_REQUEST, 79, "subject_request", "verzoek van betrokkene", "subject request") \
	X(SUBJECT_ANSWER, 80, "subject_answer", "antwoord aan betrokkene", "subject answer") \
	X(OBJECTION, 81, "objection", "bezwaar", "objection") \
	X(CORRECTION, 82, "correction", "correctie", "correction") \
	X(RECALL, 83, "recall", "terugroepen", "recall") \
	X(SUBJECT_LINK, 84, "subject_link", "koppeling van pseudoniemen", "subject link") \
	X(NOTICE, 85, "notice", "bericht van het knooppunt", "notice") \
	X(TASK, 86, "task", "taak", "task") \
	X(TASK_DONE, 87, "task_done", "taak gereed", "task done") \
	X(AUDIT_QUERY, 88, "audit_query", "vraag aan het logboek", "audit query")

/* data categories (sections) */
#define SKL_CATEGORY_MAP(X) \
	X(IDENTITY, 1, "identity", "identiteit", "identity") \
	X(BSN, 2, "bsn", "burgerservicenummer", "citizen service number (BSN)") \
	X(CONTACT, 3, "contact", "contactgegevens", "contact") \
	X(WHEREABOUTS, 4, "whereabouts", "verblijfplaats", "whereabouts") \
	X(HOUSEHOLD, 5, "household", "huishouden", "household") \
	X(INCIDENT, 6, "incident", "incident", "incident") \
	X(STATEMENT, 7, "statement", "verklaring", "statement") \
	X(HISTORY_VIOLENCE, 8, "history_violence", "eerder geweld", "history violence") \
	X(HISTORY_SEXUAL, 9, "history_sexual", "eerdere zedendelicten", "history sexual") \
	X(HISTORY_FIREARM_POSSESSION, 10, "history_firearm_possession", "vuurwapenbezit", "history firearm possession") \
	X(HISTORY_FIREARM_USE, 11, "history_firearm_use", "vuurwapengebruik", "history firearm use") \
	X(RED_FLAGS, 12, "red_flags", "rode vlaggen", "red flags") \
	X(VULNERABILITY, 13, "vulnerability", "kwetsbaarheid", "vulnerability") \
	X(RISK_FACTORS, 14, "risk_factors", "risicofactoren", "risk factors") \
	X(HEALTH, 15, "health", "gezondheid", "health") \
	X(CHILD, 16, "child", "het kind", "the child") \
	X(SAFETY_RATING, 17, "safety_rating", "veiligheidscijfer", "safety rating") \
	X(SAFETY_PLAN, 18, "safety_plan", "veiligheidsplan", "safety plan") \
	X(VICTIM_PLAN, 19, "victim_plan", "plan van het slachtoffer", "the victim's plan") \
	X(HELP_PLAN, 20, "help_plan", "hulpverleningsplan", "help plan") \
	X(RECOVERY_PLAN, 21, "recovery_plan", "herstelplan", "recovery plan") \
	X(TRIAGE, 22, "triage", "triage", "triage") \
	X(PROFILE, 23, "profile", "profiel", "profile") \
	X(INVOLVED, 24, "involved", "betrokken professionals", "professionals involved") \
	X(AGREEMENT, 25, "agreement", "afspraken", "agreements") \
	X(MEASURES, 26, "measures", "maatregelen", "measures") \
	X(BAN, 27, "ban", "huisverbod", "house ban") \
	X(BAN_ASSESSMENT, 28, "ban_assessment", "RIHG-beoordeling", "house ban assessment") \
	X(CRIMINAL, 29, "criminal", "strafrechtelijke gegevens", "criminal data") \
	X(SUPERVISION, 30, "supervision", "toezicht", "supervision") \
	X(REPORTER, 31, "reporter", "melder", "reporter") \
	X(WEIGHING, 32, "weighing", "weging", "weighing") \
	X(FEEDBACK, 33, "feedback", "terugkoppeling", "feedback") \
	X(DOOR_CARD, 34, "door_card", "deurkaart", "door card") \
	X(ADVICE, 35, "advice", "advies", "advice") \
	X(REQUEST, 36, "request", "verzoek", "request") \
	X(REFUSAL, 37, "refusal", "weigering", "refusal")

/* purposes */
#define SKL_PURPOSE_MAP(X) \
	X(STOP_VIOLENCE, 1, "stop_violence", "geweld stoppen", "stop violence") \
	X(ASSESS_SAFETY, 2, "assess_safety", "veiligheid beoordelen", "assess safety") \
	X(TRIAGE_DATA, 3, "triage_data", "gegevens voor triage", "triage data") \
	X(SAFETY_CONSULTATION, 4, "safety_consultation", "veiligheidsoverleg", "safety consultation") \
	X(ORGANISE_DIRECT_SAFETY, 5, "organise_direct_safety", "directe veiligheid organiseren", "organise direct safety") \
	X(SUSTAIN_SAFETY, 6, "sustain_safety", "veiligheid behouden", "sustain safety") \
	X(RECOVERY, 7, "recovery", "herstel", "recovery") \
	X(HOUSE_BAN, 8, "house_ban", "huisverbod", "house ban") \
	X(PROSECUTION, 9, "prosecution", "vervolging", "prosecution") \
	X(SUPERVISION_OF_MEASURE, 10, "supervision_of_measure", "toezicht op een maatregel", "supervision of measure") \
	X(CHILD_PROTECTION, 11, "child_protection", "kinderbescherming", "child protection") \
	X(SUPERVISE_DISCLOSURE, 12, "supervise_disclosure", "toezicht op verstrekking", "supervise disclosure") \
	X(INFORM_SUBJECT, 13, "inform_subject", "betrokkene informeren", "inform subject")

/* legal grounds; code names are the ids used in rule files */
#define SKL_GROUND_MAP(X) \
	X(WPG_18_1_BPG_4_2_1_I, 1, "wpg:18-1/bpg:4-2-1-i", "Wet politiegegevens art. 18 lid 1, Besluit politiegegevens art. 4:2 lid 1 onder i", "Police Data Act 18(1), Decree 4:2(1)(i)") \
	X(WPG_18_1_BPG_4_2_1_J, 2, "wpg:18-1/bpg:4-2-1-j", "Wet politiegegevens art. 18 lid 1, Besluit politiegegevens art. 4:2 lid 1 onder j", "Police Data Act 18(1), Decree 4:2(1)(j)") \
	X(WPG_18_1_BPG_4_2_1_G, 3, "wpg:18-1/bpg:4-2-1-g", "Wet politiegegevens art. 18 lid 1, Besluit politiegegevens art. 4:2 lid 1 onder g", "Police Data Act 18(1), Decree 4:2(1)(g)") \
	X(WPG_18_1_BPG_4_2_1_B, 4, "wpg:18-1/bpg:4-2-1-b", "Wet politiegegevens art. 18 lid 1, Besluit politiegegevens art. 4:2 lid 1 onder b", "Police Data Act 18(1), Decree 4:2(1)(b)") \
	X(WPG_16_1_A, 5, "wpg:16-1-a", "Wet politiegegevens art. 16 lid 1 onder a", "Police Data Act 16(1)(a)") \
	X(WPG_16_1_B_WTH_2_1, 6, "wpg:16-1-b/wth:2-1", "Wet politiegegevens art. 16 lid 1 onder b, Wet tijdelijk huisverbod art. 2 lid 1", "Police Data Act 16(1)(b), House Ban Act 2(1)") \
	X(WPG_19, 7, "wpg:19", "Wet politiegegevens art. 19", "Police Data Act 19") \
	X(WPG_20_3, 8, "wpg:20-3", "Wet politiegegevens art. 20 lid 3", "Police Data Act 20(3)") \
	X(WGS_1_5, 9, "wgs:1-5", "Wet gegevensverwerking door samenwerkingsverbanden art. 1.5", "Data Processing by Partnerships Act 1.5") \
	X(WMO_5_2_6, 10, "wmo:5-2-6", "Wmo 2015 art. 5.2.6", "Social Support Act 5.2.6") \
	X(WMO_4_1_1_2_D, 11, "wmo:4-1-1-2-d", "Wmo 2015 art. 4.1.1 lid 2 onder d", "Social Support Act 4.1.1(2)(d)") \
	X(WMO_4_1_1_2_E, 12, "wmo:4-1-1-2-e", "Wmo 2015 art. 4.1.1 lid 2 onder e", "Social Support Act 4.1.1(2)(e)") \
	X(WMO_4_1_1_2_F, 13, "wmo:4-1-1-2-f", "Wmo 2015 art. 4.1.1 lid 2 onder f", "Social Support Act 4.1.1(2)(f)") \
	X(WMO_4_1_1_2_G, 14, "wmo:4-1-1-2-g", "Wmo 2015 art. 4.1.1 lid 2 onder g", "Social Support Act 4.1.1(2)(g)") \
	X(WTH_2_8, 15, "wth:2-8", "Wet tijdelijk huisverbod art. 2 lid 8", "House Ban Act 2(8)") \
	X(WTH_8, 16, "wth:8", "Wet tijdelijk huisverbod art. 8", "House Ban Act 8") \
	X(WJSG_39E, 17, "wjsg:39e", "Wet justitiele en strafvorderlijke gegevens art. 39e", "Judicial Data Act 39e") \
	X(WJSG_39F_1_A, 18, "wjsg:39f-1-a", "Wjsg art. 39f lid 1 onder a", "Judicial Data Act 39f(1)(a)") \
	X(WJSG_39F_1_B, 19, "wjsg:39f-1-b", "Wjsg art. 39f lid 1 onder b", "Judicial Data Act 39f(1)(b)") \
	X(WJSG_39F_1_C, 20, "wjsg:39f-1-c", "Wjsg art. 39f lid 1 onder c", "Judicial Data Act 39f(1)(c)") \
	X(WJSG_39F_1_D, 21, "wjsg:39f-1-d", "Wjsg art. 39f lid 1 onder d", "Judicial Data Act 39f(1)(d)") \
	X(WJSG_39F_1_E, 22, "wjsg:39f-1-e", "Wjsg art. 39f lid 1 onder e", "Judicial Data Act 39f(1)(e)") \
	X(WJSG_39F_1_F, 23, "wjsg:39f-1-f", "Wjsg art. 39f lid 1 onder f", "Judicial Data Act 39f(1)(f)") \
	X(WJSG_39F_1_G, 24, "wjsg:39f-1-g", "Wjsg art. 39f lid 1 onder g", "Judicial Data Act 39f(1)(g)") \
	X(WGS_2_29, 25, "wgs:2-29", "Wet gegevensverwerking door samenwerkingsverbanden art. 2.29", "Data Processing by Partnerships Act 2.29") \
	X(COVENANT, 26, "covenant", "convenant", "covenant") \
	X(CONSENT, 27, "consent", "toestemming", "consent") \
	X(MELDCODE, 28, "meldcode", "meldcode", "reporting code") \
	X(AVG_6_1_D_9_2_C, 29, "avg:6-1-d/9-2-c", "AVG art. 6 lid 1 onder d en art. 9 lid 2 onder c (vitaal belang)", "GDPR 6(1)(d) and 9(2)(c), vital interest") \
	X(SUPERVISION, 30, "supervision", "wettelijk toezicht", "statutory supervision") \
	X(AVG_6_1_C_12, 31, "avg:6-1-c/12", "AVG art. 6 lid 1 onder c en art. 12 (verzoek van een betrokkene)", "GDPR 6(1)(c) and 12, request of a data subject") \
	X(BW_1_240, 32, "bw:1-240", "BW art. 1:240 (inlichtingen aan de Raad voor de Kinderbescherming)", "Civil Code 1:240, information to the child protection board") \
	X(WMO_4_1_1_3, 33, "wmo:4-1-1-3", "Wmo 2015 art. 4.1.1 lid 3 (advies)", "Social Support Act 4.1.1(3), advice")

/* unsafety */
#define SKL_UNSAFETY_MAP(X) \
	X(NONE, 1, "none", "geen", "none") \
	X(INCIDENTAL, 2, "incidental", "incidenteel", "incidental") \
	X(STRUCTURAL, 3, "structural", "structureel", "structural") \
	X(ACUTE, 4, "acute", "acuut", "acute") \
	X(UNKNOWN, 5, "unknown", "onbekend", "unknown")

/* phases of a case */
#define SKL_PHASE_MAP(X) \
	X(DIRECT_SAFETY, 1, "direct_safety", "directe veiligheid", "direct safety") \
	X(STABLE_SAFETY, 2, "stable_safety", "stabiele veiligheid", "stable safety") \
	X(PERSONAL_GROWTH, 3, "personal_growth", "persoonlijke groei", "personal growth")

/* frames (kader) */
#define SKL_FRAME_MAP(X) \
	X(VOLUNTARY, 1, "voluntary", "vrijwillig", "voluntary") \
	X(POWERS_APPLY, 2, "powers_apply", "bevoegdheden van toepassing", "powers apply") \
	X(REQUEST_IN_PREPARATION, 3, "request_in_preparation", "verzoek in voorbereiding", "request in preparation")

/* areas of a frame */
#define SKL_FRAME_AREA_MAP(X) \
	X(CIVIL, 1, "civil", "civiel", "civil") \
	X(CRIMINAL, 2, "criminal", "strafrechtelijk", "criminal") \
	X(ADMINISTRATIVE, 3, "administrative", "bestuurlijk", "administrative")

/* signal phases */
#define SKL_SIGNAL_PHASE_MAP(X) \
	X(FIRST_SIGNAL, 1, "first_signal", "eerste signaal", "first signal") \
	X(REPEATED_OR_SERIOUS, 2, "repeated_or_serious", "herhaald of ernstig", "repeated or serious") \
	X(ACUTE_OR_STRUCTURAL, 3, "acute_or_structural", "acuut of structureel", "acute or structural")

/* patterns of violence */
#define SKL_PATTERN_MAP(X) \
	X(STRESS_VIOLENCE, 1, "stress_violence", "geweld door stress", "stress violence") \
	X(COERCIVE_CONTROL, 2, "coercive_control", "intieme terreur", "coercive control") \
	X(NONE, 3, "none", "geen", "none") \
	X(UNCLEAR, 4, "unclear", "onduidelijk", "unclear")

/* urgency */
#define SKL_URGENCY_MAP(X) \
	X(ROUTINE, 1, "routine", "gewoon", "routine") \
	X(PRIORITY, 2, "priority", "voorrang", "priority") \
	X(ACUTE, 3, "acute", "acuut", "acute")

/* status of a statement (Wpg 4) */
#define SKL_STATUS_MAP(X) \
	X(FACT, 1, "fact", "feit", "fact") \
	X(INTERPRETATION, 2, "interpretation", "interpretatie", "interpretation") \
	X(OPINION, 3, "opinion", "mening", "opinion")

/* source of a statement */
#define SKL_SOURCE_MAP(X) \
	X(OBSERVED, 1, "observed", "gezien", "observed") \
	X(HEARD, 2, "heard", "gehoord", "heard")

/* reliability of a statement */
#define SKL_RELIABILITY_MAP(X) \
	X(RELIABLE, 1, "reliable", "betrouwbaar", "reliable") \
	X(MOSTLY_RELIABLE, 2, "mostly_reliable", "meestal betrouwbaar", "mostly reliable") \
	X(UNRELIABLE, 3, "unreliable", "onbetrouwbaar", "unreliable") \
	X(NOT_ASSESSED, 4, "not_assessed", "niet te beoordelen", "not assessed")

/* person kinds in police data (Wpg 6b) */
#define SKL_PERSON_KIND_MAP(X) \
	X(SUSPECT, 1, "suspect", "verdachte", "suspect") \
	X(VICTIM, 2, "victim", "slachtoffer", "victim") \
	X(THIRD_PERSON, 3, "third_person", "derde", "third person") \
	X(CONVICTED, 4, "convicted", "veroordeelde", "convicted")

/* the law under which a datum was collected */
#define SKL_SOURCE_LAW_MAP(X) \
	X(WPG_8, 1, "wpg-8", "wpg-8", "wpg-8") \
	X(WPG_9, 2, "wpg-9", "wpg-9", "wpg-9") \
	X(WPG_10, 3, "wpg-10", "wpg-10", "wpg-10") \
	X(WPG_13, 4, "wpg-13", "wpg-13", "wpg-13") \
	X(WJSG, 5, "wjsg", "wjsg", "wjsg") \
	X(WMO, 6, "wmo", "wmo", "wmo") \
	X(WGBO, 7, "wgbo", "wgbo", "wgbo") \
	X(JEUGDWET, 8, "jeugdwet", "jeugdwet", "jeugdwet") \
	X(WTH, 9, "wth", "wth", "wth") \
	X(OTHER, 10, "other", "overig", "other")

/* scope of a history section */
#define SKL_SCOPE_MAP(X) \
	X(PERSONS_INVOLVED, 1, "persons_involved", "betrokkenen", "persons involved") \
	X(FAMILY_MEMBERS, 2, "family_members", "gezinsleden", "family members") \
	X(THAT_ADDRESS, 3, "that_address", "dat adres", "that address")

/* who told what a section holds */
#define SKL_TOLD_BY_MAP(X) \
	X(SENDER, 1, "sender", "de afzender zelf", "sender") \
	X(SUBJECT, 2, "subject", "een betrokkene", "subject") \
	X(REPORTER, 3, "reporter", "een melder", "reporter") \
	X(THIRD_PERSON, 4, "third_person", "een derde", "third person") \
	X(PARTNER, 5, "partner", "een andere partner", "partner")

/* basis of territorial competence */
#define SKL_COMPETENCE_MAP(X) \
	X(REGISTERED_HOME, 1, "registered_home", "woonadres volgens de basisregistratie", "registered home") \
	X(PLACE_OF_INCIDENT, 2, "place_of_incident", "plaats van het voorval", "place of incident") \
	X(REPORTING_UNIT, 3, "reporting_unit", "eenheid die meldt", "reporting unit")

/* recipient types */
#define SKL_RECIPIENT_TYPE_MAP(X) \
	X(PRINCIPAL, 1, "principal", "geadresseerde", "principal") \
	X(COPY, 2, "copy", "kopie", "copy")

/* facts: one row each */
#define SKL_FACT_MAP(X) \
	X(PURPOSE, 1, "purpose", "doel", "purpose") \
	X(GROUND, 2, "ground", "grondslag", "ground") \
	X(CONSENT, 3, "consent", "toestemming", "consent") \
	X(FRAME, 4, "frame", "kader", "frame") \
	X(FRAME_AREA, 5, "frame_area", "gebied van het kader", "frame area") \
	X(PHASE, 6, "phase", "fase", "phase") \
	X(UNSAFETY, 7, "unsafety", "onveiligheid", "unsafety") \
	X(SIGNAL_PHASE, 8, "signal_phase", "signaalfase", "signal phase") \
	X(PATTERN, 9, "pattern", "patroon", "pattern") \
	X(URGENCY, 10, "urgency", "urgentie", "urgency") \
	X(USER_REF, 11, "user_ref", "kenmerk van de medewerker", "user ref") \
	X(CHECKED_BY, 12, "checked_by", "gecontroleerd door", "checked by") \
	X(ACUTE_BY, 13, "acute_by", "acuut verklaard door", "acute by") \
	X(REGION, 14, "region", "regio", "region") \
	X(SEAL, 15, "seal", "verzegeling", "seal") \
	X(MANDATE, 16, "mandate", "mandaat", "mandate") \
	X(STATEMENT_ALONE, 17, "statement_alone", "alleen gesproken", "statement alone") \
	X(PROTECTED_ADDRESS, 18, "protected_address", "afgeschermd adres", "protected address") \
	X(QUERY_REASON, 19, "query_reason", "reden van de vraag", "query reason") \
	X(CASE_NUMBER, 20, "case_number", "eigen zaaknummer", "case number")

/* events: one row each */
#define SKL_EVENT_MAP(X) \
	X(OCCURRED_AT, 1, "occurred_at", "wanneer het gebeurde", "occurred at") \
	X(ANSWER, 2, "answer", "antwoord", "answer") \
	X(REASON, 3, "reason", "reden", "reason") \
	X(DIRECTOR, 4, "director", "casusregisseur", "director") \
	X(PARTICIPANT, 5, "participant", "deelnemer", "participant") \
	X(PARTICIPANT_ENDED, 6, "participant_ended", "deelname beeindigd", "participant ended") \
	X(POSITION, 7, "position", "positie van een persoon", "position") \
	X(CONTACT_PERSON, 8, "contact_person", "contactpersoon", "contact person") \
	X(UNSAFETY, 9, "unsafety", "onveiligheid", "unsafety") \
	X(PHASE, 10, "phase", "fase", "phase") \
	X(PATTERN, 11, "pattern", "patroon", "pattern") \
	X(SIGNAL_PHASE, 12, "signal_phase", "signaalfase", "signal phase") \
	X(FRAME, 13, "frame", "kader", "frame") \
	X(TRIAGE_OUTCOME, 14, "triage_outcome", "uitkomst triage", "triage outcome") \
	X(RATING, 15, "rating", "veiligheidscijfer", "rating") \
	X(BAN_STATE, 16, "ban_state", "stand van het huisverbod", "ban state") \
	X(BAN_PERIOD, 17, "ban_period", "duur van het huisverbod", "ban period") \
	X(HEARING_AT, 18, "hearing_at", "zitting", "hearing at") \
	X(AGREEMENT, 19, "agreement", "afspraak", "agreement") \
	X(MEASURE, 20, "measure", "maatregel", "measure") \
	X(CONSENT, 21, "consent", "toestemming", "consent") \
	X(CASE_OTHER, 22, "case_other", "andere casus", "case other") \
	X(REFERS_TO, 23, "refers_to", "betreft bericht", "refers to") \
	X(SECTION_WITHDRAWN, 24, "section_withdrawn", "onderdeel ingetrokken", "section withdrawn") \
	X(MONITORING, 25, "monitoring", "monitoring", "monitoring") \
	X(DEADLINE, 26, "deadline", "uiterste datum", "deadline") \
	X(SAME_PERSON, 27, "same_person", "zelfde persoon", "same person") \
	X(REPORT_RECEIVED_AT, 28, "report_received_at", "melding ontvangen", "report received at") \
	X(KNOWN, 29, "known", "bekend", "known") \
	X(TAKEN_UP, 30, "taken_up", "opgepakt", "taken up") \
	X(TOLD_BY, 31, "told_by", "verteld door", "told by") \
	X(DISCUSSED, 32, "discussed", "besproken met", "discussed") \
	X(ESCALATION, 33, "escalation", "opschaling", "escalation") \
	X(CASE_STATE, 34, "case_state", "stand van de casus", "case state") \
	X(OPEN_RISK, 35, "open_risk", "open risico", "open risk") \
	X(REQUEST, 36, "request", "verzoek", "request") \
	X(NOTIFIED, 37, "notified", "betrokkene bericht", "notified") \
	X(PROFILE, 38, "profile", "probleemprofiel", "profile") \
	X(VIOLENCE, 39, "violence", "soort geweld", "violence") \
	X(SECTION_FROM, 40, "section_from", "herkomst van een onderdeel", "section from") \
	X(CONFERENCE_AT, 41, "conference_at", "casusoverleg op", "conference at") \
	X(TASK, 42, "task", "taak", "task") \
	X(VALID_UNTIL, 43, "valid_until", "geldig tot", "valid until") \
	X(SECTION_DISPUTED, 44, "section_disputed", "onderdeel betwist", "section disputed")

/* answers */
#define SKL_ANSWER_MAP(X) \
	X(ACCEPTED, 1, "accepted", "aanvaard", "accepted") \
	X(DECLINED, 2, "declined", "afgewezen", "declined") \
	X(KNOWN, 3, "known", "bekend", "known") \
	X(NOT_KNOWN, 4, "not_known", "niet bekend", "not known") \
	X(AGREED, 5, "agreed", "akkoord", "agreed") \
	X(NOT_AGREED, 6, "not_agreed", "niet akkoord", "not agreed") \
	X(GRANTED, 7, "granted", "toegewezen", "granted") \
	X(REFUSED, 8, "refused", "geweigerd", "refused") \
	X(NO_ANSWER, 9, "no_answer", "geen antwoord", "no answer") \
	X(YES, 10, "yes", "ja", "yes") \
	X(NO, 11, "no", "nee", "no") \
	X(POSTPONED, 12, "postponed", "uitgesteld", "postponed") \
	X(PARTLY, 13, "partly", "deels", "partly")

/* safety rating classes */
#define SKL_RATING_MAP(X) \
	X(BELOW_6, 1, "below_6", "lager dan 6", "below 6") \
	X(6, 2, "6", "6", "6") \
	X(7_PLUS, 3, "7_plus", "7 of hoger", "7 plus")

/* states of a consent */
#define SKL_CONSENT_STATE_MAP(X) \
	X(GIVEN, 1, "given", "gegeven", "given") \
	X(REFUSED, 2, "refused", "geweigerd", "refused") \
	X(NOT_ASKED, 3, "not_asked", "niet gevraagd", "not asked") \
	X(WITHDRAWN, 4, "withdrawn", "ingetrokken", "withdrawn")

/* how consent was given */
#define SKL_CONSENT_HOW_MAP(X) \
	X(ALONE, 1, "alone", "alleen", "alone") \
	X(PARTNER_PRESENT, 2, "partner_present", "in bijzijn van de partner", "partner present") \
	X(BY_LETTER, 3, "by_letter", "per brief", "by letter") \
	X(VIA_THIRD_PARTY, 4, "via_third_party", "via een derde", "via third party")

/* capacity of who gives consent */
#define SKL_CONSENT_CAPACITY_MAP(X) \
	X(SELF, 1, "self", "zelf", "self") \
	X(HOLDER_OF_AUTHORITY, 2, "holder_of_authority", "gezaghebbende", "holder of authority") \
	X(GUARDIAN, 3, "guardian", "voogd", "guardian") \
	X(COURT, 4, "court", "rechter", "court") \
	X(REPRESENTATIVE, 5, "representative", "wettelijk vertegenwoordiger", "legal representative")

/* triage outcomes */
#define SKL_TRIAGE_OUTCOME_MAP(X) \
	X(LOCAL_TEAM, 1, "local_team", "lokaal team", "local team") \
	X(RUNNING_HELP, 2, "running_help", "lopende hulp", "running help") \
	X(CONDITIONS_AND_FOLLOW_UP, 3, "conditions_and_follow_up", "Voorwaarden & Vervolg", "conditions and follow up") \
	X(INVESTIGATION, 4, "investigation", "onderzoek", "investigation") \
	X(CHILD_PROTECTION_BOARD, 5, "child_protection_board", "Raad voor de Kinderbescherming", "child protection board") \
	X(END, 6, "end", "einde", "end")

/* states of a house ban */
#define SKL_BAN_STATE_MAP(X) \
	X(ASSESSED, 1, "assessed", "beoordeeld", "assessed") \
	X(NOT_IMPOSED, 2, "not_imposed", "niet opgelegd", "not imposed") \
	X(IMPOSED, 3, "imposed", "opgelegd", "imposed") \
	X(CONTACT_KNOWN, 4, "contact_known", "contactadres bekend", "contact known") \
	X(HELPERS_ASSIGNED, 5, "helpers_assigned", "hulpverleners toegewezen", "helpers assigned") \
	X(PLAN_MADE, 6, "plan_made", "plan gemaakt", "plan made") \
	X(HEARD, 7, "heard", "gehoord", "heard") \
	X(RULED, 8, "ruled", "uitspraak gedaan", "ruled") \
	X(EXTENDED, 9, "extended", "verlengd", "extended") \
	X(REVOKED, 10, "revoked", "ingetrokken", "revoked") \
	X(EXPIRED, 11, "expired", "verlopen", "expired") \
	X(AFTER_CARE, 12, "after_care", "nazorg", "after care") \
	X(BREACHED, 13, "breached", "overtreden", "breached")

/* measures */
#define SKL_MEASURE_MAP(X) \
	X(HOUSE_BAN, 1, "house_ban", "huisverbod", "house ban") \
	X(BEHAVIOURAL_ORDER, 2, "behavioural_order", "gedragsaanwijzing", "behavioural order") \
	X(CONTACT_BAN, 3, "contact_ban", "contactverbod", "contact ban") \
	X(ALERT_ON_LOCATION, 4, "alert_on_location", "afspraak op locatie (AOL)", "alert on location") \
	X(AWARE, 5, "aware", "AWARE", "aware") \
	X(STOP_TALK, 6, "stop_talk", "stopgesprek", "stop talk") \
	X(SUPERVISION_ORDER, 7, "supervision_order", "ondertoezichtstelling", "supervision order") \
	X(PLACEMENT, 8, "placement", "uithuisplaatsing", "placement") \
	X(PROVISIONAL_REMEDY, 9, "provisional_remedy", "voorlopige voorziening", "provisional remedy") \
	X(PROBATION_CONDITIONS, 10, "probation_conditions", "bijzondere voorwaarden", "probation conditions") \
	X(REPORT_TO_VEILIG_THUIS, 11, "report_to_veilig_thuis", "melding bij Veilig Thuis", "report to Veilig Thuis") \
	X(BOARD_REQUEST, 12, "board_request", "verzoek aan de Raad", "request to the board") \
	X(CONTACT_ARRANGEMENT, 13, "contact_arrangement", "omgangsregeling", "contact arrangement") \
	X(CUSTODY, 14, "custody", "detentie", "custody")

/* escalations */
#define SKL_ESCALATION_MAP(X) \
	X(ASK_VEILIG_THUIS, 1, "ask_veilig_thuis", "Veilig Thuis inschakelen", "ask veilig thuis") \
	X(CHILD_PROTECTION_BOARD_OR_CRIMINAL_URGENT, 2, "child_protection_board_or_criminal_urgent", "spoed bij de Raad of strafrecht", "child protection board or criminal urgent") \
	X(ADD_EXPERTISE, 3, "add_expertise", "expertise toevoegen", "add expertise") \
	X(ADD_COERCIVE_FRAME, 4, "add_coercive_frame", "dwangkader toevoegen", "add coercive frame")

/* reason codes of refusals and answers */
#define SKL_REASON_MAP(X) \
	X(SECRECY, 1, "secrecy", "beroepsgeheim", "secrecy") \
	X(NO_CONSENT, 2, "no_consent", "geen toestemming", "no consent") \
	X(NOT_COMPETENT, 3, "not_competent", "niet bevoegd", "not competent") \
	X(NOT_KNOWN, 4, "not_known", "niet bekend", "not known") \
	X(CAPACITY, 5, "capacity", "geen capaciteit", "capacity") \
	X(NOT_IN_INTEREST, 6, "not_in_interest", "niet in het belang van betrokkene", "not in interest") \
	X(INQUIRY, 7, "inquiry", "opsporingsbelang", "inquiry") \
	X(MISLABELLED, 8, "mislabelled", "inhoud past niet bij het label", "mislabelled") \
	X(CANNOT_OPEN, 9, "cannot_open", "niet te openen", "cannot open") \
	X(DUPLICATE, 10, "duplicate", "dubbel", "duplicate") \
	X(TOO_LARGE, 11, "too_large", "te groot", "too large") \
	X(LATE, 12, "late", "te laat", "late") \
	X(OTHER, 13, "other", "anders", "other") \
	X(NO_COOPERATION, 14, "no_cooperation", "geen medewerking", "no cooperation") \
	X(COERCIVE_CONTROL, 15, "coercive_control", "intieme terreur", "coercive control") \
	X(SIGNATURE, 16, "signature", "handtekening klopt niet", "signature") \
	X(UNREADABLE, 17, "unreadable", "niet te lezen", "unreadable") \
	X(CRITERIA_NOT_MET, 18, "criteria_not_met", "niet aan de criteria voldaan", "criteria not met") \
	X(WRONG_PERSON, 19, "wrong_person", "verkeerde persoon", "wrong person") \
	X(INCORRECT, 20, "incorrect", "onjuist", "incorrect") \
	X(UNLAWFUL, 21, "unlawful", "onrechtmatig verstrekt", "unlawful disclosure") \
	X(UNFOUNDED, 22, "unfounded", "ongegrond", "unfounded") \
	X(RETRACTED, 23, "retracted", "verklaring ingetrokken", "statement retracted") \
	X(GOALS_MET, 24, "goals_met", "doelen bereikt", "goals met") \
	X(HANDED_OVER, 25, "handed_over", "overgedragen", "handed over") \
	X(SAFETY, 26, "safety", "veiligheid van een betrokkene", "safety of a person") \
	X(CONSENT_WITHDRAWN, 27, "consent_withdrawn", "toestemming ingetrokken", "consent withdrawn") \
	X(NOT_PARTICIPANT, 28, "not_participant", "geen deelnemer meer", "no longer a participant")

/* weighing codes (rights, harm, alternative) */
#define SKL_WEIGHING_MAP(X) \
	X(RIGHTS_WEIGHED, 1, "rights_weighed", "rechten gewogen", "rights weighed") \
	X(INTERESTS_WEIGHED, 2, "interests_weighed", "belangen gewogen", "interests weighed") \
	X(WISHES_WEIGHED, 3, "wishes_weighed", "wensen gewogen", "wishes weighed") \
	X(CONSENT_IMPOSSIBLE_DANGER, 4, "consent_impossible_danger", "toestemming vragen is gevaarlijk", "consent impossible danger") \
	X(CONSENT_IMPOSSIBLE_UNREACHABLE, 5, "consent_impossible_unreachable", "betrokkene onbereikbaar", "consent impossible unreachable") \
	X(CONSENT_IMPOSSIBLE_INCAPABLE, 6, "consent_impossible_incapable", "betrokkene niet in staat", "consent impossible incapable") \
	X(HARM_OF_ACTING_LOW, 7, "harm_of_acting_low", "schade van handelen klein", "harm of acting low") \
	X(HARM_OF_ACTING_HIGH, 8, "harm_of_acting_high", "schade van handelen groot", "harm of acting high") \
	X(HARM_OF_NOT_ACTING_LOW, 9, "harm_of_not_acting_low", "schade van niet handelen klein", "harm of not acting low") \
	X(HARM_OF_NOT_ACTING_HIGH, 10, "harm_of_not_acting_high", "schade van niet handelen groot", "harm of not acting high") \
	X(NO_LIGHTER_ALTERNATIVE, 11, "no_lighter_alternative", "geen lichter middel", "no lighter alternative") \
	X(LIGHTER_ALTERNATIVE_FAILED, 12, "lighter_alternative_failed", "lichter middel faalde", "lighter alternative failed") \
	X(BREAK_GLASS_LIFE, 13, "break_glass_life", "doorbreking: levensgevaar", "break glass life") \
	X(BREAK_GLASS_CHILD, 14, "break_glass_child", "doorbreking: kind in gevaar", "break glass child") \
	X(BREAK_GLASS_WEAPON, 15, "break_glass_weapon", "doorbreking: wapen", "break glass weapon")

/* outcomes of a decision */
#define SKL_OUTCOME_MAP(X) \
	X(PERMITTED, 1, "permitted", "toegestaan", "permitted") \
	X(CUT, 2, "cut", "deels toegestaan", "cut") \
	X(DENIED_NO_RULE, 3, "denied_no_rule", "geweigerd: geen regel", "denied: no rule") \
	X(DENIED_FORBIDDEN, 4, "denied_forbidden", "geweigerd: verboden", "denied: forbidden") \
	X(ERROR, 5, "error", "fout", "error")

/* why a section is cut or a message denied */
#define SKL_CUT_REASON_MAP(X) \
	X(NO_RULE, 1, "no_rule", "geen regel staat dit toe", "no rule allows this") \
	X(FORBIDDEN, 2, "forbidden", "een regel verbiedt dit", "a rule forbids this") \
	X(CATEGORY_NOT_ALLOWED, 3, "category_not_allowed", "dit onderdeel valt buiten de regel", "this category is outside the rule") \
	X(SOURCE_LAW, 4, "source_law", "verzameld onder een wet die delen uitsluit", "collected under a law that excludes sharing") \
	X(PAST_TERM, 5, "past_term", "de termijn voor delen is voorbij", "past the term for sharing") \
	X(PERSON_KIND, 6, "person_kind", "niet over deze persoon", "not about this person") \
	X(REQUIRED_SECTION_MISSING, 7, "required_section_missing", "een verplicht onderdeel ontbreekt", "a required section is missing") \
	X(NOT_COMPETENT, 8, "not_competent", "ontvanger niet bevoegd voor deze gemeente", "recipient not competent for this municipality") \
	X(GROUND_INVALID, 9, "ground_invalid", "grondslag past niet", "ground does not fit") \
	X(PURPOSE_MISMATCH, 10, "purpose_mismatch", "doel past niet", "purpose does not fit") \
	X(NO_CONSENT, 11, "no_consent", "toestemming ontbreekt", "consent is missing") \
	X(MARKS_MISSING, 12, "marks_missing", "feit, bron of betrouwbaarheid ontbreekt", "marks are missing") \
	X(CHECK_MISSING, 13, "check_missing", "menselijke controle ontbreekt", "human check is missing") \
	X(NOT_PARTICIPANT, 14, "not_participant", "ontvanger neemt geen deel aan de casus", "recipient is not in the case") \
	X(STALE_CASE, 15, "stale_case", "de casus is inmiddels veranderd", "the case has moved on") \
	X(POLICY_UNREADABLE, 16, "policy_unreadable", "beleid niet leesbaar", "policy cannot be read") \
	X(LIMIT, 17, "limit", "een grens is bereikt", "a limit was reached") \
	X(NOT_WRAPPED, 18, "not_wrapped", "afzender sloot dit onderdeel niet in", "sender did not wrap this section") \
	X(OTHER_SIDE, 19, "other_side", "niet naar de hulpverlener van de andere partij", "not to the helper of the other party") \
	X(RECIPIENT_UNKNOWN, 20, "recipient_unknown", "ontvanger staat niet in het register", "recipient is not in the directory") \
	X(UNKNOWN_REFERENCE, 21, "unknown_reference", "verwijst naar een onbekend bericht", "refers to an unknown message") \
	X(RATING_MISSING, 22, "rating_missing", "een actueel veiligheidscijfer ontbreekt", "a current safety rating is missing") \
	X(NO_POWER, 23, "no_power", "afzender mag dit niet vaststellen", "the sender may not set this") \
	X(OUTSIDE_MANDATE, 24, "outside_mandate", "valt buiten het mandaat", "outside the mandate") \
	X(CASE_NUMBER_MISSING, 25, "case_number_missing", "eigen zaaknummer ontbreekt", "own case number is missing") \
	X(DECIDER_MISSING, 26, "decider_missing", "wie besliste, of op welk bewijs, ontbreekt", "who decided, or on what evidence, is missing") \
	X(ROLE_ENDED, 27, "role_ended", "afzender neemt geen deel meer aan de casus", "the sender takes no part in the case any more")

/* delivery states */
#define SKL_DELIVERY_MAP(X) \
	X(ACCEPTED, 1, "accepted", "aangenomen", "accepted") \
	X(OFFERED, 2, "offered", "aangeboden", "offered") \
	X(STORED, 3, "stored", "opgeslagen", "stored") \
	X(HANDED_OVER, 4, "handed_over", "overgedragen", "handed over") \
	X(REFUSED, 5, "refused", "geweigerd", "refused") \
	X(EXPIRED, 6, "expired", "verlopen", "expired") \
	X(WITHHELD, 7, "withheld", "achtergehouden", "withheld") \
	X(RECALLED, 8, "recalled", "teruggeroepen", "recalled") \
	X(PARKED, 9, "parked", "geparkeerd", "parked") \
	X(NOTED, 10, "noted", "gezien", "noted")

/* operations (Wpg 32a verbs) */
#define SKL_OPERATION_MAP(X) \
	X(COLLECT, 1, "collect", "verzamelen", "collect") \
	X(ALTER, 2, "alter", "wijzigen", "alter") \
	X(CONSULT, 3, "consult", "raadplegen", "consult") \
	X(DISCLOSE, 4, "disclose", "verstrekken", "disclose") \
	X(COMBINE, 5, "combine", "combineren", "combine") \
	X(DESTROY, 6, "destroy", "vernietigen", "destroy")

/* kinds of entry */
#define SKL_ENTRY_MAP(X) \
	X(DECISION, 1, "decision", "beslissing", "decision") \
	X(RECEIPT, 2, "receipt", "ontvangstbewijs", "receipt") \
	X(MALFORMED, 3, "malformed", "misvormd bericht", "malformed") \
	X(PLAN, 4, "plan", "vooraf gevraagd", "plan") \
	X(QUERY, 5, "query", "raadpleging van het logboek", "query") \
	X(DIRECTORY_LOAD, 6, "directory_load", "register geladen", "directory load") \
	X(DIRECTORY_REFUSED, 7, "directory_refused", "register geweigerd", "directory refused") \
	X(POLICY_LOAD, 8, "policy_load", "beleid geladen", "policy load") \
	X(POLICY_REFUSED, 9, "policy_refused", "beleid geweigerd", "policy refused") \
	X(KEY_REVOKED, 10, "key_revoked", "sleutel ingetrokken", "key revoked") \
	X(OUT, 11, "out", "aangeboden aan ontvanger", "out") \
	X(WITHHELD, 12, "withheld", "achtergehouden", "withheld") \
	X(EXPIRED, 13, "expired", "verlopen", "expired") \
	X(ERASED, 14, "erased", "sleutel vernietigd", "erased") \
	X(SEAL_CHANGE, 15, "seal_change", "andere verzegeling", "seal change") \
	X(CASE_CHANGE, 16, "case_change", "casus gewijzigd", "case change") \
	X(CLOCK, 17, "clock", "termijn", "clock") \
	X(EPOCH, 18, "epoch", "nieuw logboek", "epoch") \
	X(NOTICE, 19, "notice", "bericht van het knooppunt", "notice") \
	X(AFTER_RECORD, 20, "after_record", "achteraf vastgelegd", "after record") \
	X(REWRAP, 21, "rewrap", "opnieuw verzegeld", "rewrap") \
	X(RECALLED, 22, "recalled", "teruggeroepen", "recalled")

/* retention classes */
#define SKL_RETENTION_MAP(X) \
	X(WPG, 1, "wpg", "politiegegevens", "wpg") \
	X(VT_FILE, 2, "vt_file", "dossier Veilig Thuis", "vt file") \
	X(HOUSE_BAN, 3, "house_ban", "huisverbod", "house ban") \
	X(WJSG, 4, "wjsg", "justitiele gegevens", "wjsg") \
	X(WGS, 5, "wgs", "casusoverleg", "wgs") \
	X(CARE, 6, "care", "zorg", "care") \
	X(HUB, 7, "hub", "knooppunt", "hub")

/* seal reasons (letters of Wpg 27(1)) */
#define SKL_SEAL_MAP(X) \
	X(WPG_27_1_A, 1, "wpg-27-1-a", "wpg-27-1-a", "wpg-27-1-a") \
	X(WPG_27_1_B, 2, "wpg-27-1-b", "wpg-27-1-b", "wpg-27-1-b") \
	X(WPG_27_1_C, 3, "wpg-27-1-c", "wpg-27-1-c", "wpg-27-1-c") \
	X(WPG_27_1_D, 4, "wpg-27-1-d", "wpg-27-1-d", "wpg-27-1-d") \
	X(WPG_27_1_E, 5, "wpg-27-1-e", "wpg-27-1-e", "wpg-27-1-e") \
	X(WPG_27_1_F, 6, "wpg-27-1-f", "wpg-27-1-f", "wpg-27-1-f") \
	X(VICTIM_SAFETY, 7, "victim_safety", "veiligheid van het slachtoffer", "victim safety") \
	X(REPORTER_PROTECTION, 8, "reporter_protection", "bescherming van de melder", "reporter protection")

/* mandates of supervisors */
#define SKL_MANDATE_MAP(X) \
	X(FG_OF_PARTNER, 1, "fg_of_partner", "functionaris gegevensbescherming", "data protection officer") \
	X(AP, 2, "ap", "Autoriteit Persoonsgegevens", "Dutch Data Protection Authority (AP)") \
	X(IGJ, 3, "igj", "Inspectie Gezondheidszorg en Jeugd", "Health and Youth Care Inspectorate (IGJ)") \
	X(INSPECTIE_JENV, 4, "inspectie_jenv", "Inspectie Justitie en Veiligheid", "Inspectorate of Justice and Security") \
	X(WPG_AUDITOR, 5, "wpg_auditor", "Wpg-auditor", "Police Data Act auditor") \
	X(COURT_ORDER, 6, "court_order", "rechterlijk bevel", "court order")

/* obligations a rule lays on the parties */
#define SKL_DUTY_MAP(X) \
	X(ACCOUNT_FOR_DISCLOSURE, 1, "account_for_disclosure", "verstrekking verantwoorden", "account for disclosure") \
	X(INFORM_SUBJECT, 2, "inform_subject", "betrokkene informeren", "inform subject") \
	X(REPAIR_FORM, 3, "repair_form", "vormfout herstellen", "repair form") \
	X(AFTER_CHECK, 4, "after_check", "nacontrole", "after check") \
	X(FEEDBACK, 5, "feedback", "terugkoppelen", "feedback") \
	X(RATE_SAFETY, 6, "rate_safety", "veiligheidscijfer geven", "rate safety") \
	X(RECALL_ONWARD, 7, "recall_onward", "doorgestuurde onderdelen terugroepen", "recall what was passed on") \
	X(ANSWER, 8, "answer", "antwoorden", "answer") \
	X(CHECK_COERCION, 9, "check_coercion", "op dwang controleren", "check for coercion")

/* clocks */
#define SKL_CLOCK_MAP(X) \
	X(TRIAGE_DATA, 1, "triage-data", "gegevens voor triage", "triage-data") \
	X(ACUTE, 2, "acute", "acute onveiligheid", "acute") \
	X(TRIAGE, 3, "triage", "triage", "triage") \
	X(INVESTIGATION_START, 4, "investigation-start", "start onderzoek", "investigation-start") \
	X(INVESTIGATION, 5, "investigation", "onderzoek", "investigation") \
	X(FEEDBACK, 6, "feedback", "terugkoppeling", "feedback") \
	X(DIRECT_SAFETY, 7, "direct-safety", "directe veiligheid", "direct-safety") \
	X(STABLE_SAFETY, 8, "stable-safety", "stabiele veiligheid", "stable-safety") \
	X(BAN, 9, "ban", "huisverbod", "ban") \
	X(BAN_TELL, 10, "ban-tell", "huisverbod melden", "ban-tell") \
	X(BAN_CONTACT, 11, "ban-contact", "contactadres", "ban-contact") \
	X(BAN_LAWYER, 12, "ban-lawyer", "advocaat", "ban-lawyer") \
	X(BAN_HEARING, 13, "ban-hearing", "zitting", "ban-hearing") \
	X(BAN_RULING, 14, "ban-ruling", "uitspraak", "ban-ruling") \
	X(BAN_ADVICE, 15, "ban-advice", "advies verlenging", "ban-advice") \
	X(HANDOVER, 16, "handover", "overdracht", "handover") \
	X(SUBJECT_NOTICE, 17, "subject-notice", "bericht aan betrokkene", "subject-notice") \
	X(BREAK_GLASS, 18, "break-glass", "nacontrole doorbreking", "break-glass") \
	X(RECIPIENTS_ANSWER, 19, "recipients-answer", "antwoord ontvangers", "recipients-answer") \
	X(ACCESS_ANSWER, 20, "access-answer", "antwoord inzage", "access-answer") \
	X(AGREEMENT_ULTIMATUM, 21, "agreement-ultimatum", "afgesproken termijn", "agreement-ultimatum") \
	X(PROVISIONAL_REMEDY, 22, "provisional-remedy", "voorlopige voorziening", "provisional-remedy") \
	X(MONITORING, 23, "monitoring", "monitoring", "monitoring") \
	X(BREACH_NOTICE, 24, "breach-notice", "datalek melden", "breach-notice") \
	X(RETURN, 25, "return", "terugkeer", "return") \
	X(REPAIR, 26, "repair", "herstel van de vorm", "repair") \
	X(INFORMATION, 27, "information", "antwoord op informatieverzoek", "information") \
	X(CLOSURE, 28, "closure", "antwoord op voorstel tot afsluiting", "closure") \
	X(RECALL, 29, "recall", "terugroepen afgehandeld", "recall") \
	X(MAJORITY, 30, "majority", "kind wordt meerderjarig", "majority of a child")

/* environments */
#define SKL_ENVIRONMENT_MAP(X) \
	X(TEST, 1, "test", "test", "test") \
	X(PRODUCTION, 2, "production", "productie", "production")

/* uses of a key */
#define SKL_KEY_USE_MAP(X) \
	X(TRANSPORT, 1, "transport", "vervoer", "transport") \
	X(SIGN, 2, "sign", "ondertekenen", "sign") \
	X(SEAL, 3, "seal", "verzegelen", "seal")

/* who gave a safety rating */
#define SKL_RATER_MAP(X) \
	X(PROFESSIONAL, 1, "professional", "professional", "professional") \
	X(FAMILY_MEMBER, 2, "family_member", "gezinslid", "family member") \
	X(NETWORK, 3, "network", "netwerk", "network") \
	X(CONSENSUS, 4, "consensus", "consensus", "consensus")

/* evidence grades */
#define SKL_EVIDENCE_MAP(X) \
	X(HIGHLY_PLAUSIBLE, 1, "highly_plausible", "grote mate van aannemelijkheid", "highly plausible") \
	X(BEYOND_REASONABLE_DOUBT, 2, "beyond_reasonable_doubt", "buiten redelijke twijfel", "beyond reasonable doubt") \
	X(NONE_STATED, 3, "none_stated", "niet vermeld", "none stated")

/* states of a case */
#define SKL_CASE_STATE_MAP(X) \
	X(OPEN, 1, "open", "open", "open") \
	X(CLOSURE_PROPOSED, 2, "closure_proposed", "afsluiting voorgesteld", "closure proposed") \
	X(CLOSED, 3, "closed", "afgesloten", "closed") \
	X(AFTER_CARE, 4, "after_care", "nazorg", "after care")

/* states of a measure */
#define SKL_MEASURE_STATE_MAP(X) \
	X(PROPOSED, 1, "proposed", "voorgesteld", "proposed") \
	X(REQUEST_PENDING, 2, "request_pending", "verzoek in behandeling", "request pending") \
	X(IN_FORCE, 3, "in_force", "van kracht", "in force") \
	X(REFUSED, 4, "refused", "afgewezen", "refused") \
	X(ENDED, 5, "ended", "beeindigd", "ended") \
	X(BREACHED, 6, "breached", "overtreden", "breached")

/* states of a conditional agreement */
#define SKL_AGREEMENT_STATE_MAP(X) \
	X(ACTIVE, 1, "active", "geldig", "active") \
	X(TRIGGERED, 2, "triggered", "voorwaarde vervuld", "triggered") \
	X(CARRIED_OUT, 3, "carried_out", "uitgevoerd", "carried out") \
	X(NOT_CARRIED_OUT, 4, "not_carried_out", "niet uitgevoerd", "not carried out") \
	X(ENDED, 5, "ended", "beeindigd", "ended")

/* triggers of a conditional agreement */
#define SKL_TRIGGER_MAP(X) \
	X(NEXT_INCIDENT, 1, "next_incident", "volgend voorval", "next incident") \
	X(CHILD_NOT_BROUGHT, 2, "child_not_brought", "kind niet gebracht", "child not brought") \
	X(NO_SAFE_HOME, 3, "no_safe_home", "geen veilige woonplek", "no safe home") \
	X(CONTACT_SOUGHT, 4, "contact_sought", "contact gezocht", "contact sought") \
	X(HELP_REFUSED, 5, "help_refused", "hulp geweigerd", "help refused") \
	X(INTOXICATED, 6, "intoxicated", "onder invloed", "intoxicated") \
	X(DEMANDS_NOT_MET, 7, "demands_not_met", "bodemeisen niet gehaald", "minimum demands not met") \
	X(TERM_PASSED, 8, "term_passed", "termijn voorbij", "term passed") \
	X(OTHER, 9, "other", "anders", "other")

/* requests of a person */
#define SKL_REQUEST_MAP(X) \
	X(ACCESS, 1, "access", "inzage", "access") \
	X(RECIPIENTS, 2, "recipients", "wie ontving wat", "who got what") \
	X(RECTIFICATION, 3, "rectification", "rectificatie", "rectification") \
	X(ERASURE, 4, "erasure", "wissen", "erasure") \
	X(RESTRICTION, 5, "restriction", "beperking", "restriction") \
	X(OBJECTION, 6, "objection", "bezwaar", "objection") \
	X(COMPLAINT, 7, "complaint", "klacht", "complaint")

/* reasons of a supervisor's query */
#define SKL_QUERY_REASON_MAP(X) \
	X(PERIODIC_AUDIT, 1, "periodic_audit", "periodieke controle", "periodic audit") \
	X(COMPLAINT, 2, "complaint", "klacht", "complaint") \
	X(SUBJECT_REQUEST, 3, "subject_request", "verzoek van betrokkene", "subject request") \
	X(INCIDENT, 4, "incident", "incident", "incident") \
	X(DATA_BREACH, 5, "data_breach", "datalek", "data breach") \
	X(INTEGRITY, 6, "integrity", "integriteitsonderzoek", "integrity inquiry") \
	X(CRIMINAL_PROCEEDINGS, 7, "criminal_proceedings", "strafzaak", "criminal proceedings") \
	X(COURT_ORDER, 8, "court_order", "rechterlijk bevel", "court order")

/* tasks for a person */
#define SKL_TASK_MAP(X) \
	X(REPAIR_FORM, 1, "repair_form", "vormfout herstellen", "repair form") \
	X(CONFIRM_DIRECTOR, 2, "confirm_director", "casusregisseur bevestigen", "confirm director") \
	X(RATE_SAFETY, 3, "rate_safety", "veiligheidscijfer geven", "rate safety") \
	X(ANSWER, 4, "answer", "bericht beantwoorden", "answer") \
	X(INFORM_SUBJECT, 5, "inform_subject", "betrokkene informeren", "inform subject") \
	X(REVIEW_POSTPONEMENT, 6, "review_postponement", "uitstel herzien", "review postponement") \
	X(ESCALATE, 7, "escalate", "opschalen of motiveren", "escalate or give reasons") \
	X(AFTER_CHECK, 8, "after_check", "doorbreking nakijken", "after check") \
	X(CHECK_COERCION, 9, "check_coercion", "op dwang controleren", "check coercion") \
	X(LINK_CASES, 10, "link_cases", "koppeling beoordelen", "link cases") \
	X(SAFETY_AT_RETURN, 11, "safety_at_return", "veiligheid bij terugkeer", "safety at return") \
	X(RELEASE_DATA_REQUEST, 12, "release_data_request", "gegevensvraag vrijgeven", "release data request") \
	X(REWRAP, 13, "rewrap", "opnieuw verzegelen", "rewrap") \
	X(MISLABELLED, 14, "mislabelled", "label herstellen", "mislabelled") \
	X(REVIEW_PLAN, 15, "review_plan", "veiligheidsplan herzien", "review plan") \
	X(OPEN_RISK, 16, "open_risk", "laatste partner vertrekt met open risico", "last partner leaves an open risk") \
	X(BAN_AT_COERCIVE_CONTROL, 17, "ban_at_coercive_control", "huisverbod bij intieme terreur", "ban at coercive control") \
	X(CONFLICTING_ORDERS, 18, "conflicting_orders", "tegenstrijdige besluiten", "conflicting orders") \
	X(AGREEMENT_NOT_CARRIED_OUT, 19, "agreement_not_carried_out", "afspraak niet uitgevoerd", "agreement not carried out") \
	X(RECALL_ONWARD, 20, "recall_onward", "doorgestuurde onderdelen terugroepen", "recall what was passed on") \
	X(STUCK, 21, "stuck", "vastgelopen bericht", "stuck") \
	X(CALL_RECIPIENT, 22, "call_recipient", "ontvanger bellen", "call recipient") \
	X(REVIEW_PROPOSAL, 23, "review_proposal", "voorstel beoordelen", "review proposal") \
	X(MONITOR, 24, "monitor", "vast moment van monitoring", "monitor") \
	X(TELL_RESIDENTS, 25, "tell_residents", "bewoners en helpers het huisverbod meedelen", "tell residents and helpers of the house ban") \
	X(ARRANGE_LAWYER, 26, "arrange_lawyer", "advocaat regelen", "arrange a lawyer") \
	X(REVIEW_CONSENT, 27, "review_consent", "toestemming en posities herzien", "review consent and positions")

/* problem profiles */
#define SKL_PROFILE_MAP(X) \
	X(CHILD_BEHAVIOUR_AND_PARENTING, 1, "child_behaviour_and_parenting", "gedrag van het kind en opvoeding", "child behaviour and parenting") \
	X(LONG_TERM_CARE, 2, "long_term_care", "langdurige zorg", "long term care") \
	X(COMPLEX_DIVORCE, 3, "complex_divorce", "complexe scheiding", "complex divorce")

/* types of violence */
#define SKL_VIOLENCE_MAP(X) \
	X(PHYSICAL, 1, "physical", "lichamelijk", "physical") \
	X(PSYCHOLOGICAL, 2, "psychological", "psychisch", "psychological") \
	X(SEXUAL, 3, "sexual", "seksueel", "sexual") \
	X(NEGLECT, 4, "neglect", "verwaarlozing", "neglect") \
	X(OTHER, 5, "other", "anders", "other") \
	X(COERCION_AND_CONTROL, 6, "coercion_and_control", "dwang en controle", "coercion and control") \
	X(HONOUR_RELATED, 7, "honour_related", "eergerelateerd", "honour-related")

/* clang-format on */

#endif
