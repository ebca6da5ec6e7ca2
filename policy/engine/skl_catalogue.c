/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_catalogue.h"

#include <stddef.h>

#define ROLE(symbol)     SKL_BIT(SKL_ROLE_##symbol)
#define CATEGORY(symbol) SKL_BIT(SKL_CATEGORY_##symbol)
#define PURPOSE(symbol)  SKL_BIT(SKL_PURPOSE_##symbol)
#define LAW(symbol)      SKL_BIT(SKL_SOURCE_LAW_##symbol)

#define ANY_CATEGORY (~UINT64_C(0))
#define ANY_ROLE     (~UINT64_C(0))
#define HISTORY                                                                                    \
	(CATEGORY(HISTORY_VIOLENCE) | CATEGORY(HISTORY_SEXUAL) |                                   \
	 CATEGORY(HISTORY_FIREARM_POSSESSION) | CATEGORY(HISTORY_FIREARM_USE))

/* Roles that help people: whom Veilig Thuis may bring in (Wmo 4.1.1(2)(d)). */
#define HELP                                                                                       \
	(ROLE(LOCAL_TEAM) | ROLE(YOUTH_PROTECTION) | ROLE(SHELTER) | ROLE(SOCIAL_WORK) |           \
	 ROLE(FORENSIC_CARE) | ROLE(MENTAL_HEALTH) | ROLE(ADDICTION_CARE) | ROLE(MDA_PLUS) |       \
	 ROLE(GP_AND_POH) | ROLE(FORENSIC_PHYSICIAN) | ROLE(PSYCHIATRIC_CRISIS_SERVICE) |          \
	 ROLE(GGD) | ROLE(VICTIM_SUPPORT))

/* Parties of the Zorg- en Veiligheidshuis (WGS 2.27); the last three work for the college. */
#define ZVH_PARTIES                                                                                \
	(ROLE(ZVH) | ROLE(CHILD_PROTECTION_BOARD) | ROLE(PRISON_SERVICE) | ROLE(POLICE) |          \
	 ROLE(OM) | ROLE(MUNICIPALITY) | ROLE(GGD) | ROLE(PROBATION) | ROLE(VEILIG_THUIS) |        \
	 ROLE(YOUTH_PROTECTION) | ROLE(MENTAL_HEALTH) | ROLE(LOCAL_TEAM) | ROLE(SHELTER) |         \
	 ROLE(SOCIAL_WORK))

#define JUSTICE                                                                                    \
	(ROLE(POLICE) | ROLE(PROBATION) | ROLE(COURT) | ROLE(PRISON_SERVICE) |                     \
	 ROLE(CHILD_PROTECTION_BOARD))

#define K(symbol, kind_family) .kind = SKL_KIND_##symbol, .family = SKL_FAMILY_##kind_family
#define KIND(symbol)           SKL_KIND_##symbol

/* Indexed by kind. A row without optional categories is one that no source fixes yet. */
static const struct skl_catalogue_kind kinds[] = {
	[KIND(POLICE_REPORT)] = {K(POLICE_REPORT, REPORT), .senders = ROLE(POLICE),
				 .principals = ROLE(VEILIG_THUIS),
				 .required = CATEGORY(IDENTITY) | CATEGORY(INCIDENT),
				 .optional = CATEGORY(CONTACT) | CATEGORY(HOUSEHOLD) |
					     CATEGORY(RED_FLAGS) | CATEGORY(MEASURES) |
					     CATEGORY(CHILD) | CATEGORY(BSN) | HISTORY,
				 .changes = SKL_CHANGES_OPENS_CASE, .is_emergency = true},
	/* Veilig Thuis must know who reports (court of Noord-Holland, 21 March 2023). */
	[KIND(PROFESSIONAL_REPORT)] = {K(PROFESSIONAL_REPORT, REPORT),
				       .principals = ROLE(VEILIG_THUIS),
				       .required = CATEGORY(IDENTITY) | CATEGORY(INCIDENT) |
						   CATEGORY(REPORTER),
				       .optional = ANY_CATEGORY, .changes = SKL_CHANGES_OPENS_CASE,
				       .is_emergency = true},
	[KIND(SELF_REPORT)] = {K(SELF_REPORT, REPORT), .principals = ROLE(VEILIG_THUIS),
			       .required = CATEGORY(IDENTITY) | CATEGORY(INCIDENT),
			       .optional = ANY_CATEGORY, .changes = SKL_CHANGES_OPENS_CASE,
			       .is_emergency = true},
	[KIND(REPORT_RECEIPT)] = {K(REPORT_RECEIPT, REPORT), .senders = ROLE(VEILIG_THUIS),
				  .changes = SKL_CHANGES_CLOCKS, .needs_reply = true,
				  .answers = {KIND(POLICE_REPORT), KIND(PROFESSIONAL_REPORT),
					      KIND(SELF_REPORT)}},
	[KIND(REREPORT_LINKED)] = {K(REREPORT_LINKED, REPORT), .optional = ANY_CATEGORY,
				   .changes = SKL_CHANGES_OPENS_CASE | SKL_CHANGES_LINKS},
	[KIND(FEEDBACK)] = {K(FEEDBACK, REPORT), .senders = ROLE(VEILIG_THUIS),
			    .required = CATEGORY(FEEDBACK), .optional = CATEGORY(DOOR_CARD),
			    .changes = SKL_CHANGES_CLOCKS, .needs_reply = true,
			    .answers = {KIND(POLICE_REPORT), KIND(PROFESSIONAL_REPORT)}},
	[KIND(RETRACTION)] = {K(RETRACTION, REPORT), .optional = ANY_CATEGORY, .repairs = true},
	[KIND(FALSE_OR_UNFOUNDED)] = {K(FALSE_OR_UNFOUNDED, REPORT), .optional = ANY_CATEGORY,
				      .repairs = true},

	[KIND(POLICE_DATA_REQUEST)] = {K(POLICE_DATA_REQUEST, INQUIRY),
				       .senders = ROLE(VEILIG_THUIS), .principals = ROLE(POLICE),
				       .required = CATEGORY(IDENTITY), .optional = CATEGORY(BSN),
				       .is_emergency = true},
	[KIND(POLICE_DATA_RESPONSE)] = {K(POLICE_DATA_RESPONSE, INQUIRY), .senders = ROLE(POLICE),
					.principals = ROLE(VEILIG_THUIS), .required = HISTORY,
					.changes = SKL_CHANGES_CLOCKS,
					.answers = {KIND(POLICE_DATA_REQUEST)}, .needs_reply = true,
					.is_fixed_shape = true, .is_emergency = true},
	[KIND(KNOWN_QUERY)] = {K(KNOWN_QUERY, INQUIRY), .required = CATEGORY(IDENTITY),
			       .optional = CATEGORY(BSN)},
	[KIND(KNOWN_ANSWER)] = {K(KNOWN_ANSWER, INQUIRY), .answers = {KIND(KNOWN_QUERY)},
				.needs_reply = true, .is_fixed_shape = true},
	[KIND(INFORMATION_REQUEST)] = {K(INFORMATION_REQUEST, INQUIRY),
				       .required = CATEGORY(IDENTITY) | CATEGORY(REQUEST),
				       .optional = ANY_CATEGORY},
	[KIND(INFORMATION_RESPONSE)] = {K(INFORMATION_RESPONSE, INQUIRY), .optional = ANY_CATEGORY,
					.needs_reply = true,
					.answers = {KIND(INFORMATION_REQUEST)}},
	[KIND(REFUSAL)] = {K(REFUSAL, INQUIRY), .optional = CATEGORY(REFUSAL), .needs_reply = true,
			   .changes = SKL_CHANGES_CLOCKS,
			   .answers = {KIND(INFORMATION_REQUEST), KIND(POLICE_DATA_REQUEST),
				       KIND(KNOWN_QUERY), KIND(CONFERENCE_REQUEST)}},
	[KIND(ADVICE_REQUEST)] = {K(ADVICE_REQUEST, INQUIRY), .required = CATEGORY(REQUEST),
				  .is_anonymous = true},
	[KIND(ADVICE_ANSWER)] = {K(ADVICE_ANSWER, INQUIRY), .required = CATEGORY(ADVICE),
				 .is_anonymous = true, .answers = {KIND(ADVICE_REQUEST)},
				 .needs_reply = true},

	/* Who treats the perpetrator may hear who directs, and nothing of what was weighed. */
	[KIND(TRIAGE_OUTCOME)] = {K(TRIAGE_OUTCOME, TRIAGE), .senders = ROLE(VEILIG_THUIS),
				  .principals = ROLE(LOCAL_TEAM) | ROLE(YOUTH_PROTECTION) |
						ROLE(SHELTER) | ROLE(MDA_PLUS) | ROLE(POLICE),
				  .required = CATEGORY(TRIAGE),
				  .optional = CATEGORY(PROFILE) | CATEGORY(RED_FLAGS) |
					      CATEGORY(VULNERABILITY),
				  .changes = SKL_CHANGES_DIRECTOR | SKL_CHANGES_UNSAFETY |
					     SKL_CHANGES_PATTERN | SKL_CHANGES_CLOCKS,
				  .answers = {KIND(POLICE_REPORT), KIND(PROFESSIONAL_REPORT),
					      KIND(SELF_REPORT)}},
	[KIND(INVESTIGATION_REQUEST)] = {K(INVESTIGATION_REQUEST, TRIAGE),
					 .principals = ROLE(CHILD_PROTECTION_BOARD),
					 .optional = ANY_CATEGORY},
	[KIND(BOARD_REPORT)] = {K(BOARD_REPORT, TRIAGE), .principals = ROLE(CHILD_PROTECTION_BOARD),
				.optional = ANY_CATEGORY},
	[KIND(INVESTIGATION_RESULT)] = {K(INVESTIGATION_RESULT, TRIAGE), .optional = ANY_CATEGORY,
					.changes = SKL_CHANGES_CLOCKS},
	[KIND(MDA_REFERRAL)] = {K(MDA_REFERRAL, TRIAGE), .principals = ROLE(MDA_PLUS),
				.optional = ANY_CATEGORY},

	[KIND(CASE_OPENED)] = {K(CASE_OPENED, CASE),
			       .changes = SKL_CHANGES_OPENS_CASE | SKL_CHANGES_DIRECTOR},
	[KIND(CASE_LINK)] = {K(CASE_LINK, CASE), .senders = ROLE(VEILIG_THUIS),
			     .changes = SKL_CHANGES_LINKS},
	[KIND(CASE_MERGE)] = {K(CASE_MERGE, CASE), .senders = ROLE(VEILIG_THUIS),
			      .changes = SKL_CHANGES_LINKS},
	[KIND(CASE_SPLIT)] = {K(CASE_SPLIT, CASE), .senders = ROLE(VEILIG_THUIS),
			      .changes = SKL_CHANGES_LINKS},
	[KIND(DIRECTOR_CHANGE)] = {K(DIRECTOR_CHANGE, CASE), .changes = SKL_CHANGES_DIRECTOR},
	[KIND(PARTICIPANT_CHANGE)] = {K(PARTICIPANT_CHANGE, CASE),
				      .changes = SKL_CHANGES_PARTICIPANTS},
	[KIND(CONTACT_PERSON_CHANGE)] = {K(CONTACT_PERSON_CHANGE, CASE),
					 .optional = CATEGORY(INVOLVED),
					 .changes = SKL_CHANGES_PARTICIPANTS},
	[KIND(FRAME_CHANGE)] = {K(FRAME_CHANGE, CASE), .changes = SKL_CHANGES_FRAME},
	/* A handover without a plan is a file that is sent on (rule 14); not every case has a
	 * child, so that its perspective cannot be asked of all. */
	[KIND(HANDOVER_OFFER)] = {K(HANDOVER_OFFER, CASE),
				  .required = CATEGORY(IDENTITY) | CATEGORY(SAFETY_PLAN),
				  .optional = ANY_CATEGORY, .changes = SKL_CHANGES_CLOCKS},
	[KIND(HANDOVER_ANSWER)] = {K(HANDOVER_ANSWER, CASE), .answers = {KIND(HANDOVER_OFFER)},
				   .needs_reply = true,
				   .changes = SKL_CHANGES_DIRECTOR | SKL_CHANGES_CLOCKS},
	/* It needs a current rating of the case; who reads the figures is for the rules. */
	[KIND(CLOSURE_PROPOSAL)] = {K(CLOSURE_PROPOSAL, CASE), .optional = ANY_CATEGORY,
				    .changes = SKL_CHANGES_CLOSURE | SKL_CHANGES_RATING},
	[KIND(CLOSURE_ANSWER)] = {K(CLOSURE_ANSWER, CASE), .answers = {KIND(CLOSURE_PROPOSAL)},
				  .needs_reply = true, .changes = SKL_CHANGES_CLOSURE},
	[KIND(CLOSED)] = {K(CLOSED, CASE),
			  .changes = SKL_CHANGES_CLOSURE | SKL_CHANGES_PARTICIPANTS},
	[KIND(AFTERCARE_CALL)] = {K(AFTERCARE_CALL, CASE), .optional = ANY_CATEGORY},
	[KIND(ESCALATION)] = {K(ESCALATION, CASE), .optional = ANY_CATEGORY, .is_emergency = true},
	[KIND(CONCERN)] = {K(CONCERN, CASE), .optional = ANY_CATEGORY, .is_emergency = true},
	[KIND(COERCION_WARNING)] = {K(COERCION_WARNING, CASE), .optional = ANY_CATEGORY,
				    .is_emergency = true},
	[KIND(WHEREABOUTS_WARNING)] = {K(WHEREABOUTS_WARNING, CASE), .optional = ANY_CATEGORY,
				       .is_emergency = true},

	[KIND(CONFERENCE_REQUEST)] = {K(CONFERENCE_REQUEST, CONFERENCE), .principals = ROLE(ZVH),
				      .optional = ANY_CATEGORY},
	[KIND(CONFERENCE_INVITE)] = {K(CONFERENCE_INVITE, CONFERENCE), .optional = ANY_CATEGORY},
	[KIND(CONFERENCE_CONTRIBUTION)] = {K(CONFERENCE_CONTRIBUTION, CONFERENCE),
					   .optional = ANY_CATEGORY},
	[KIND(CONFERENCE_DECISION)] = {K(CONFERENCE_DECISION, CONFERENCE),
				       .optional = ANY_CATEGORY},
	/* Who falls ill has not always been invited through the hub. */
	[KIND(CONFERENCE_ABSENCE)] = {K(CONFERENCE_ABSENCE, CONFERENCE),
				      .answers = {KIND(CONFERENCE_INVITE)}},

	[KIND(SAFETY_RATING)] = {K(SAFETY_RATING, PLAN), .required = CATEGORY(SAFETY_RATING),
				 .changes = SKL_CHANGES_PHASE | SKL_CHANGES_RATING},
	[KIND(SAFETY_PLAN)] = {K(SAFETY_PLAN, PLAN), .required = CATEGORY(SAFETY_PLAN),
			       .optional = ANY_CATEGORY, .changes = SKL_CHANGES_RATING,
			       .is_emergency = true},
	[KIND(CONDITIONAL_AGREEMENT)] = {K(CONDITIONAL_AGREEMENT, PLAN),
					 .required = CATEGORY(AGREEMENT), .optional = ANY_CATEGORY,
					 .changes = SKL_CHANGES_AGREEMENTS | SKL_CHANGES_CLOCKS},
	[KIND(HELP_PLAN)] = {K(HELP_PLAN, PLAN), .required = CATEGORY(HELP_PLAN),
			     .optional = ANY_CATEGORY},
	[KIND(RECOVERY_PLAN)] = {K(RECOVERY_PLAN, PLAN), .required = CATEGORY(RECOVERY_PLAN),
				 .optional = ANY_CATEGORY},
	[KIND(PROGRESS)] = {K(PROGRESS, PLAN), .optional = ANY_CATEGORY,
			    .changes = SKL_CHANGES_RATING},

	/* What an officer at the door gets: agreements, measures, who is involved (rule 17). */
	[KIND(CRISIS_LOOKUP)] = {K(CRISIS_LOOKUP, CRISIS),
				 .optional = CATEGORY(IDENTITY) | CATEGORY(CONTACT),
				 .is_emergency = true},
	[KIND(CRISIS_ANSWER)] = {K(CRISIS_ANSWER, CRISIS),
				 .optional = CATEGORY(AGREEMENT) | CATEGORY(MEASURES) |
					     CATEGORY(INVOLVED),
				 .answers = {KIND(CRISIS_LOOKUP)}, .needs_reply = true,
				 .is_emergency = true},

	[KIND(BAN_ASSESSMENT)] = {K(BAN_ASSESSMENT, BAN), .principals = ROLE(MUNICIPALITY),
				  .required = CATEGORY(BAN_ASSESSMENT), .optional = ANY_CATEGORY,
				  .changes = SKL_CHANGES_BAN | SKL_CHANGES_OPENS_CASE},
	[KIND(BAN_ORDER)] = {K(BAN_ORDER, BAN), .senders = ROLE(MUNICIPALITY),
			     .required = CATEGORY(BAN), .optional = ANY_CATEGORY,
			     .changes = SKL_CHANGES_BAN | SKL_CHANGES_CLOCKS |
					SKL_CHANGES_OPENS_CASE | SKL_CHANGES_DIRECTOR |
					SKL_CHANGES_PARTICIPANTS,
			     .is_emergency = true},
	[KIND(BAN_NOT_IMPOSED)] = {K(BAN_NOT_IMPOSED, BAN), .optional = ANY_CATEGORY,
				   .changes = SKL_CHANGES_BAN},
	[KIND(BAN_CONTACT_ADDRESS)] = {K(BAN_CONTACT_ADDRESS, BAN),
				       .principals = ROLE(MUNICIPALITY),
				       .required = CATEGORY(CONTACT),
				       .changes = SKL_CHANGES_BAN | SKL_CHANGES_CLOCKS},
	[KIND(HELPER_ASSIGNED)] = {K(HELPER_ASSIGNED, BAN), .optional = CATEGORY(INVOLVED),
				   .changes = SKL_CHANGES_BAN | SKL_CHANGES_PARTICIPANTS},
	[KIND(SYSTEM_TALK)] = {K(SYSTEM_TALK, BAN), .optional = ANY_CATEGORY,
			       .changes = SKL_CHANGES_BAN},
	[KIND(BAN_HEARING)] = {K(BAN_HEARING, BAN),
			       .changes = SKL_CHANGES_BAN | SKL_CHANGES_CLOCKS},
	[KIND(BAN_RULING)] = {K(BAN_RULING, BAN), .optional = CATEGORY(BAN),
			      .changes = SKL_CHANGES_BAN | SKL_CHANGES_CLOCKS},
	[KIND(BAN_ADVICE)] = {K(BAN_ADVICE, BAN), .senders = ROLE(VEILIG_THUIS),
			      .principals = ROLE(MUNICIPALITY), .required = CATEGORY(ADVICE),
			      .changes = SKL_CHANGES_CLOCKS},
	[KIND(BAN_EXTENSION)] = {K(BAN_EXTENSION, BAN), .senders = ROLE(MUNICIPALITY),
				 .optional = CATEGORY(BAN),
				 .changes = SKL_CHANGES_BAN | SKL_CHANGES_CLOCKS},
	[KIND(BAN_REVOCATION)] = {K(BAN_REVOCATION, BAN), .senders = ROLE(MUNICIPALITY),
				  .optional = CATEGORY(BAN),
				  .changes = SKL_CHANGES_BAN | SKL_CHANGES_CLOCKS},
	/* What happened is for who prosecutes and who directs; the mayor hears that it did. */
	[KIND(BAN_BREACH)] = {K(BAN_BREACH, BAN), .principals = ROLE(OM) | ROLE(VEILIG_THUIS),
			      .required = CATEGORY(INCIDENT), .optional = ANY_CATEGORY,
			      .changes = SKL_CHANGES_BAN, .is_emergency = true},
	[KIND(BAN_END)] = {K(BAN_END, BAN), .changes = SKL_CHANGES_BAN | SKL_CHANGES_CLOCKS},

	/* What was decided is for the justice side; others get the measures that follow from it. */
	[KIND(PROSECUTION_DECISION)] = {K(PROSECUTION_DECISION, JUSTICE), .senders = ROLE(OM),
					.principals = ROLE(POLICE) | ROLE(PROBATION),
					.required = CATEGORY(CRIMINAL)},
	[KIND(HEARING_NOTICE)] = {K(HEARING_NOTICE, JUSTICE), .optional = CATEGORY(CRIMINAL)},
	[KIND(BEHAVIOURAL_ORDER)] = {K(BEHAVIOURAL_ORDER, JUSTICE), .senders = ROLE(OM),
				     .required = CATEGORY(MEASURES), .changes = SKL_CHANGES_FRAME},
	[KIND(FAMILY_COURT_ORDER)] = {K(FAMILY_COURT_ORDER, JUSTICE),
				      .required = CATEGORY(MEASURES), .optional = ANY_CATEGORY},
	[KIND(PROBATION_ADVICE)] = {K(PROBATION_ADVICE, JUSTICE), .senders = ROLE(PROBATION),
				    .principals = ROLE(OM), .required = CATEGORY(ADVICE),
				    .optional = ANY_CATEGORY},
	[KIND(PROBATION_PROGRESS)] = {K(PROBATION_PROGRESS, JUSTICE), .senders = ROLE(PROBATION),
				      .required = CATEGORY(SUPERVISION)},
	[KIND(SUPERVISION_VIOLATION)] = {K(SUPERVISION_VIOLATION, JUSTICE),
					 .senders = ROLE(PROBATION), .principals = ROLE(OM),
					 .required = CATEGORY(SUPERVISION), .is_emergency = true},
	[KIND(SENTENCE)] = {K(SENTENCE, JUSTICE), .principals = ROLE(POLICE) | ROLE(PROBATION),
			    .required = CATEGORY(CRIMINAL)},
	[KIND(DISCHARGE_FROM_CUSTODY)] = {K(DISCHARGE_FROM_CUSTODY, JUSTICE),
					  .principals = ROLE(POLICE) | ROLE(PROBATION),
					  .required = CATEGORY(CRIMINAL), .is_emergency = true},
	[KIND(MEASURE_CHANGE)] = {K(MEASURE_CHANGE, JUSTICE), .required = CATEGORY(MEASURES)},

	[KIND(CONSENT_CHANGE)] = {K(CONSENT_CHANGE, RIGHTS), .changes = SKL_CHANGES_CONSENT},
	[KIND(SUBJECT_NOTICE)] = {K(SUBJECT_NOTICE, RIGHTS), .changes = SKL_CHANGES_CLOCKS},
	[KIND(SUBJECT_REQUEST)] = {K(SUBJECT_REQUEST, RIGHTS), .required = CATEGORY(IDENTITY),
				   .optional = CATEGORY(REQUEST), .changes = SKL_CHANGES_CLOCKS},
	[KIND(SUBJECT_ANSWER)] = {K(SUBJECT_ANSWER, RIGHTS), .optional = ANY_CATEGORY,
				  .needs_reply = true, .changes = SKL_CHANGES_CLOCKS,
				  .answers = {KIND(SUBJECT_REQUEST)}},
	[KIND(OBJECTION)] = {K(OBJECTION, RIGHTS), .optional = ANY_CATEGORY},
	[KIND(CORRECTION)] = {K(CORRECTION, RIGHTS), .optional = ANY_CATEGORY, .repairs = true},
	[KIND(RECALL)] = {K(RECALL, RIGHTS), .repairs = true},
	[KIND(SUBJECT_LINK)] = {K(SUBJECT_LINK, RIGHTS), .senders = ROLE(VEILIG_THUIS),
				.changes = SKL_CHANGES_LINKS},

	[KIND(NOTICE)] = {K(NOTICE, HUB), .senders = ROLE(HUB)},
	[KIND(TASK)] = {K(TASK, HUB), .senders = ROLE(HUB)},
	[KIND(TASK_DONE)] = {K(TASK_DONE, HUB), .answers = {KIND(TASK)}, .needs_reply = true},
	[KIND(AUDIT_QUERY)] = {K(AUDIT_QUERY, RIGHTS), .senders = ROLE(SUPERVISOR)},
};

#define POLICE_TERMS .never_source_laws = LAW(WPG_9) | LAW(WPG_10), .has_term = true

/* Indexed by ground. The dates are of the law texts read; a lawyer checks each before use. */
static const struct skl_catalogue_ground grounds[] = {
	/* Triage data and the consultation on safety serve the assessment of safety. */
	[SKL_GROUND_WPG_18_1_BPG_4_2_1_I] = {.text_date = "2018-07-28",
					     .from = ROLE(POLICE),
					     .to = ROLE(VEILIG_THUIS) | ROLE(YOUTH_PROTECTION),
					     .purposes = PURPOSE(ASSESS_SAFETY) |
							 PURPOSE(STOP_VIOLENCE) |
							 PURPOSE(TRIAGE_DATA) |
							 PURPOSE(SAFETY_CONSULTATION),
					     POLICE_TERMS},
	[SKL_GROUND_WPG_18_1_BPG_4_2_1_J] = {.text_date = "2018-07-28",
					     .from = ROLE(POLICE),
					     .to = ROLE(CHILD_PROTECTION_BOARD),
					     POLICE_TERMS},
	[SKL_GROUND_WPG_18_1_BPG_4_2_1_G] = {.text_date = "2018-07-28",
					     .from = ROLE(POLICE),
					     .to = ROLE(PROBATION),
					     POLICE_TERMS},
	[SKL_GROUND_WPG_18_1_BPG_4_2_1_B] = {.text_date = "2018-07-28",
					     .from = ROLE(POLICE),
					     .to = ROLE(VICTIM_SUPPORT),
					     POLICE_TERMS},
	[SKL_GROUND_WPG_16_1_A] = {.text_date = "2025-07-01",
				   .from = ROLE(POLICE),
				   .to = ROLE(OM),
				   .purposes = PURPOSE(PROSECUTION) | PURPOSE(SAFETY_CONSULTATION)},
	[SKL_GROUND_WPG_16_1_B_WTH_2_1] = {.text_date = "2025-07-01",
					   .from = ROLE(POLICE),
					   .to = ROLE(MUNICIPALITY),
					   .purposes = PURPOSE(HOUSE_BAN)},
	[SKL_GROUND_WPG_19] = {.text_date = "2025-07-01",
			       .from = ROLE(POLICE),
			       .to = ANY_ROLE,
			       .has_term = true,
			       .needs_human = true},
	[SKL_GROUND_WPG_20_3] = {.text_date = "2025-07-01",
				 .from = ROLE(POLICE),
				 .to = ZVH_PARTIES,
				 .has_term = true},
	[SKL_GROUND_WGS_1_5] = {.text_date = "2025-03-01", .from = ZVH_PARTIES, .to = ZVH_PARTIES},
	[SKL_GROUND_WMO_5_2_6] = {.text_date = "2018-11-17",
				  .from = ANY_ROLE & ~ROLE(POLICE),
				  .to = ROLE(VEILIG_THUIS),
				  .purposes = PURPOSE(STOP_VIOLENCE) | PURPOSE(ASSESS_SAFETY)},
	[SKL_GROUND_WMO_4_1_1_2_D] = {.text_date = "2018-11-17",
				      .from = ROLE(VEILIG_THUIS),
				      .to = HELP | ROLE(HUB)}, /* subject_link */
	[SKL_GROUND_WMO_4_1_1_2_E] = {.text_date = "2018-11-17",
				      .from = ROLE(VEILIG_THUIS),
				      .to = ROLE(POLICE) | ROLE(CHILD_PROTECTION_BOARD)},
	[SKL_GROUND_WMO_4_1_1_2_F] = {.text_date = "2018-11-17",
				      .from = ROLE(VEILIG_THUIS),
				      .to = ROLE(MUNICIPALITY)},
	/* Whoever reported, the police included, hears which steps were taken and no more. */
	[SKL_GROUND_WMO_4_1_1_2_G] = {.text_date = "2018-11-17",
				      .from = ROLE(VEILIG_THUIS),
				      .to = ANY_ROLE,
				      .never_categories = ~(CATEGORY(FEEDBACK) | UINT64_C(1))},
	[SKL_GROUND_WTH_2_8] = {.text_date = "2010-11-01",
				.from = ROLE(MUNICIPALITY),
				.to = HELP | ROLE(PROBATION) | ROLE(VEILIG_THUIS) |
				      ROLE(POLICE), /* who has to keep it, and is told (8(2)) */
				.purposes = PURPOSE(HOUSE_BAN)},
	[SKL_GROUND_WTH_8] = {.text_date = "2010-11-01",
			      .from = ROLE(MUNICIPALITY) | ROLE(COURT),
			      .to = ANY_ROLE,
			      .purposes = PURPOSE(HOUSE_BAN)},
	[SKL_GROUND_WJSG_39E] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = JUSTICE},
	[SKL_GROUND_WJSG_39F_1_A] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = ANY_ROLE},
	[SKL_GROUND_WJSG_39F_1_B] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = ANY_ROLE},
	[SKL_GROUND_WJSG_39F_1_C] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = ANY_ROLE},
	[SKL_GROUND_WJSG_39F_1_D] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = ANY_ROLE},
	[SKL_GROUND_WJSG_39F_1_E] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = ANY_ROLE},
	[SKL_GROUND_WJSG_39F_1_F] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = ANY_ROLE},
	[SKL_GROUND_WJSG_39F_1_G] = {.text_date = "2020-01-01", .from = ROLE(OM), .to = ANY_ROLE},
	[SKL_GROUND_WGS_2_29] = {.text_date = "2025-03-01",
				 .from = HELP | ROLE(VEILIG_THUIS),
				 .to = ZVH_PARTIES},
	[SKL_GROUND_COVENANT] = {.text_date = "2025-03-01", .from = ZVH_PARTIES, .to = ZVH_PARTIES},
	[SKL_GROUND_CONSENT] = {.text_date = "2018-11-17", .from = ANY_ROLE, .to = ANY_ROLE},
	[SKL_GROUND_MELDCODE] = {.text_date = "2018-11-17",
				 .from = ANY_ROLE & ~ROLE(POLICE),
				 .to = ROLE(VEILIG_THUIS)},
	/* Break-glass. Never to who may tell the household; the reason is free text, and may tell
	 * where somebody is. */
	[SKL_GROUND_AVG_6_1_D_9_2_C] = {.text_date = "2018-05-25",
					.from = ANY_ROLE,
					.to = ANY_ROLE & ~(ROLE(REPORTER) | ROLE(LAWYER)),
					.never_other_side = CATEGORY(WHEREABOUTS) |
							    CATEGORY(VICTIM_PLAN) |
							    CATEGORY(REPORTER) | CATEGORY(WEIGHING),
					.needs_human = true,
					.is_break_glass = true},
	[SKL_GROUND_SUPERVISION] = {.text_date = "2025-07-01",
				    .from = ANY_ROLE, /* to the hub: of an after-check */
				    .to = ROLE(SUPERVISOR) | ROLE(HUB),
				    .purposes = PURPOSE(SUPERVISE_DISCLOSURE)},
	/* A request goes to who holds the data, and is answered; it carries no file. */
	[SKL_GROUND_AVG_6_1_C_12] = {.text_date = "2018-05-25",
				     .from = ANY_ROLE & ~JUSTICE,
				     .to = ANY_ROLE & ~JUSTICE,
				     .purposes = PURPOSE(INFORM_SUBJECT),
				     .never_categories = ~(CATEGORY(IDENTITY) | CATEGORY(CONTACT) |
							   CATEGORY(REQUEST) | CATEGORY(REFUSAL) |
							   UINT64_C(1))},
	/* Who is bound to secrecy may inform the board without consent, for its tasks. */
	[SKL_GROUND_BW_1_240] = {.text_date = "2015-01-01",
				 .from = HELP,
				 .to = ROLE(CHILD_PROTECTION_BOARD),
				 .purposes = PURPOSE(CHILD_PROTECTION)},
	/* Whoever suspects something is advised on what to do, on request and about nobody. */
	[SKL_GROUND_WMO_4_1_1_3] = {.text_date = "2018-11-17",
				    .from = ROLE(VEILIG_THUIS),
				    .to = ANY_ROLE,
				    .never_categories = ~(CATEGORY(ADVICE) | UINT64_C(1))},
};

/* Indexed by clock. Where no law gives a term, it is a default for the region to change. */
static const struct skl_term clock_terms[] = {
	[SKL_CLOCK_TRIAGE_DATA] = {24, SKL_TERM_HOURS},
	[SKL_CLOCK_ACUTE] = {24, SKL_TERM_HOURS},
	[SKL_CLOCK_TRIAGE] = {5, SKL_TERM_WORKING_DAYS},
	[SKL_CLOCK_INVESTIGATION_START] = {5, SKL_TERM_DAYS},
	[SKL_CLOCK_INVESTIGATION] = {10, SKL_TERM_WEEKS},
	[SKL_CLOCK_FEEDBACK] = {10, SKL_TERM_DAYS},
	[SKL_CLOCK_DIRECT_SAFETY] = {3, SKL_TERM_MONTHS},
	[SKL_CLOCK_STABLE_SAFETY] = {6, SKL_TERM_MONTHS},
	[SKL_CLOCK_BAN] = {10, SKL_TERM_DAYS},
	[SKL_CLOCK_BAN_TELL] = {0, SKL_TERM_HOURS},
	[SKL_CLOCK_BAN_CONTACT] = {24, SKL_TERM_HOURS},
	[SKL_CLOCK_BAN_LAWYER] = {24, SKL_TERM_HOURS},
	[SKL_CLOCK_BAN_HEARING] = {3, SKL_TERM_DAYS},
	[SKL_CLOCK_BAN_RULING] = {24, SKL_TERM_HOURS},
	[SKL_CLOCK_BAN_ADVICE] = {8, SKL_TERM_DAYS},
	[SKL_CLOCK_HANDOVER] = {5, SKL_TERM_WORKING_DAYS},
	[SKL_CLOCK_SUBJECT_NOTICE] = {4, SKL_TERM_WEEKS},
	[SKL_CLOCK_BREAK_GLASS] = {24, SKL_TERM_HOURS},
	[SKL_CLOCK_RECIPIENTS_ANSWER] = {4, SKL_TERM_WEEKS},
	[SKL_CLOCK_ACCESS_ANSWER] = {6, SKL_TERM_WEEKS},
	[SKL_CLOCK_AGREEMENT_ULTIMATUM] = {0, SKL_TERM_NONE},
	[SKL_CLOCK_PROVISIONAL_REMEDY] = {4, SKL_TERM_WEEKS},
	[SKL_CLOCK_MONITORING] = {0, SKL_TERM_NONE},
	[SKL_CLOCK_BREACH_NOTICE] = {72, SKL_TERM_HOURS},
	[SKL_CLOCK_RETURN] = {0, SKL_TERM_NONE},
	[SKL_CLOCK_REPAIR] = {24, SKL_TERM_HOURS},
	[SKL_CLOCK_INFORMATION] = {5, SKL_TERM_WORKING_DAYS},
};

const char *skl_family_name(enum skl_family family)
{
	static const char *const names[] = {
		[SKL_FAMILY_REPORT] = "report",
		[SKL_FAMILY_INQUIRY] = "inquiry",
		[SKL_FAMILY_TRIAGE] = "triage",
		[SKL_FAMILY_CASE] = "case",
		[SKL_FAMILY_CONFERENCE] = "conference",
		[SKL_FAMILY_PLAN] = "plan",
		[SKL_FAMILY_CRISIS] = "crisis",
		[SKL_FAMILY_BAN] = "ban",
		[SKL_FAMILY_JUSTICE] = "justice",
		[SKL_FAMILY_RIGHTS] = "rights",
		[SKL_FAMILY_HUB] = "hub",
	};

	return (size_t)family < SKL_COUNT(names) ? names[family] : NULL;
}

const struct skl_catalogue_kind *skl_catalogue_kind(uint32_t kind)
{
	if (kind == 0 || kind >= SKL_COUNT(kinds) || kinds[kind].kind != kind)
		return NULL;
	return &kinds[kind];
}

uint64_t skl_catalogue_required(uint32_t kind, uint32_t recipient_role)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	if (!row || recipient_role == 0 || recipient_role > skl_code_count(SKL_LIST_ROLE))
		return 0;
	if (row->principals != 0 && !(row->principals & SKL_BIT(recipient_role)))
		return 0;
	return row->required;
}

bool skl_catalogue_needs_reply(uint32_t kind)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	return row && row->needs_reply;
}

bool skl_catalogue_answers(uint32_t kind, uint32_t answered_kind)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	for (size_t i = 0; row && answered_kind && i < SKL_COUNT(row->answers); i++)
		if (row->answers[i] == answered_kind)
			return true;
	return false;
}

bool skl_catalogue_repairs(uint32_t kind)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	return row && row->repairs;
}

bool skl_catalogue_wants_rating(uint32_t kind)
{
	const struct skl_catalogue_kind *row = skl_catalogue_kind(kind);

	return row && kind != SKL_KIND_SAFETY_RATING &&
	       (row->family == SKL_FAMILY_CASE || row->family == SKL_FAMILY_CONFERENCE ||
		row->family == SKL_FAMILY_PLAN);
}

bool skl_catalogue_needs_rating(uint32_t kind)
{
	return kind == SKL_KIND_CLOSURE_PROPOSAL;
}

uint64_t skl_catalogue_special(void)
{
	return CATEGORY(WHEREABOUTS) | CATEGORY(VICTIM_PLAN) | CATEGORY(STATEMENT) |
	       CATEGORY(REPORTER) | CATEGORY(HEALTH) | CATEGORY(CRIMINAL) | CATEGORY(RISK_FACTORS) |
	       CATEGORY(BSN);
}

uint64_t skl_catalogue_joint(void)
{
	return CATEGORY(HOUSEHOLD) | CATEGORY(INCIDENT) | CATEGORY(SAFETY_RATING) |
	       CATEGORY(SAFETY_PLAN) | CATEGORY(HELP_PLAN) | CATEGORY(RECOVERY_PLAN) |
	       CATEGORY(TRIAGE) | CATEGORY(PROFILE) | CATEGORY(INVOLVED) | CATEGORY(AGREEMENT) |
	       CATEGORY(MEASURES) | CATEGORY(BAN) | CATEGORY(BAN_ASSESSMENT) | CATEGORY(WEIGHING) |
	       CATEGORY(FEEDBACK) | CATEGORY(DOOR_CARD) | CATEGORY(ADVICE) | CATEGORY(REQUEST) |
	       CATEGORY(REFUSAL) | CATEGORY(RED_FLAGS) |
	       HISTORY; /* an address or a family has a history too */
}

uint64_t skl_catalogue_marked(void)
{
	return CATEGORY(INCIDENT) | CATEGORY(STATEMENT) | HISTORY;
}

uint64_t skl_catalogue_silent(uint32_t pattern)
{
	uint64_t silent = CATEGORY(WHEREABOUTS) | CATEGORY(VICTIM_PLAN) | CATEGORY(REPORTER);

	/* Unclear is treated as the worse of the two. */
	if (pattern == SKL_PATTERN_COERCIVE_CONTROL || pattern == SKL_PATTERN_UNCLEAR)
		silent |= CATEGORY(STATEMENT);
	return silent;
}

const struct skl_catalogue_ground *skl_catalogue_ground(uint32_t ground)
{
	if (ground == 0 || ground >= SKL_COUNT(grounds) || !grounds[ground].text_date)
		return NULL;
	return &grounds[ground];
}

bool skl_catalogue_ground_fits(uint32_t ground, uint32_t from_role, uint32_t to_role)
{
	const struct skl_catalogue_ground *row = skl_catalogue_ground(ground);
	uint32_t roles = skl_code_count(SKL_LIST_ROLE);

	if (!row || from_role == 0 || to_role == 0 || from_role > roles || to_role > roles)
		return false;
	if (ground == SKL_GROUND_CONSENT &&
	    ((SKL_BIT(from_role) | SKL_BIT(to_role)) & skl_catalogue_no_consent_roles()))
		return false;
	return (row->from & SKL_BIT(from_role)) && (row->to & SKL_BIT(to_role));
}

uint64_t skl_catalogue_no_consent_roles(void)
{
	return ROLE(POLICE) | ROLE(OM) | ROLE(CHILD_PROTECTION_BOARD) | ROLE(MUNICIPALITY) |
	       ROLE(COURT) | ROLE(PROBATION);
}

struct skl_term skl_catalogue_clock_term(uint32_t clock)
{
	if (clock >= SKL_COUNT(clock_terms))
		return (struct skl_term){0};
	return clock_terms[clock];
}

bool skl_catalogue_clock_is_regional(uint32_t clock)
{
	return clock == SKL_CLOCK_FEEDBACK || clock == SKL_CLOCK_DIRECT_SAFETY ||
	       clock == SKL_CLOCK_BAN_ADVICE || clock == SKL_CLOCK_HANDOVER ||
	       clock == SKL_CLOCK_BREAK_GLASS || clock == SKL_CLOCK_MONITORING ||
	       clock == SKL_CLOCK_INFORMATION;
}
