/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * How Veilig Thuis' JSON is read; and what goes by itself once Veilig Thuis' system has taken a
 * report: the receipt, and, when the report came from the police, the request for earlier police
 * data (rule 2).
 */

#include <string.h>

#include "skl_mem.h"
#include "skl_vt.h"

static const struct skl_own_kind kinds[] = {
	{SKL_KIND_REPORT_RECEIPT, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WMO_4_1_1_2_E, true},
	{SKL_KIND_FEEDBACK, SKL_PURPOSE_STOP_VIOLENCE, SKL_GROUND_WMO_4_1_1_2_E, true},
	{SKL_KIND_POLICE_DATA_REQUEST, SKL_PURPOSE_TRIAGE_DATA, SKL_GROUND_WMO_4_1_1_2_E, false},
	{SKL_KIND_TRIAGE_OUTCOME, SKL_PURPOSE_ORGANISE_DIRECT_SAFETY, SKL_GROUND_WMO_4_1_1_2_D,
	 false},
	{SKL_KIND_HANDOVER_OFFER, SKL_PURPOSE_ORGANISE_DIRECT_SAFETY, SKL_GROUND_WMO_4_1_1_2_D,
	 false},
	{SKL_KIND_INFORMATION_REQUEST, SKL_PURPOSE_ASSESS_SAFETY, SKL_GROUND_WMO_4_1_1_2_D, false},
	{SKL_KIND_CONDITIONAL_AGREEMENT, SKL_PURPOSE_ORGANISE_DIRECT_SAFETY,
	 SKL_GROUND_WMO_4_1_1_2_D, false},
	{SKL_KIND_SUBJECT_ANSWER, SKL_PURPOSE_INFORM_SUBJECT, SKL_GROUND_AVG_6_1_C_12, true},
};

/* It collects under the Wmo (4.1.1, 5.1.6) unless it says otherwise. */
struct skl_own_opts skl_vt_own_opts(int64_t now_ms)
{
	return (struct skl_own_opts){.now_ms = now_ms,
				     .kinds = kinds,
				     .kind_count = SKL_COUNT(kinds),
				     .source_law = SKL_SOURCE_LAW_WMO};
}

/* Who reports hears that it arrived (MV-02); the police by the ground of their own (PV-02). */
static enum skl_ground receipt_ground(const struct skl_context *report)
{
	return report->kind == SKL_KIND_POLICE_REPORT ? SKL_GROUND_WMO_4_1_1_2_E
						      : SKL_GROUND_WMO_4_1_1_2_G;
}

enum skl_err skl_vt_make_receipt(const struct skl_context *report, const char *user_ref,
				 struct skl_mapped *ret)
{
	struct skl_mapped_event received = {.code = SKL_EVENT_REPORT_RECEIVED_AT,
					    .at_ms = report->at_ms};

	skl_mapped_init(ret, SKL_KIND_REPORT_RECEIPT);
	ret->has_in_reply_to = true;
	memcpy(ret->in_reply_to, report->id, SKL_ID_BYTES);
	memcpy(ret->to_partner, report->partner, sizeof(ret->to_partner));
	memcpy(ret->to_desk, report->desk, sizeof(ret->to_desk));
	skl_mapped_fact_value(ret, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_mapped_fact_value(ret, SKL_FACT_GROUND, receipt_ground(report));
	skl_mapped_fact_text(ret, SKL_FACT_USER_REF, user_ref, 0);
	skl_mapped_event(ret, &received);
	return ret->err;
}

static size_t place_of(struct skl_mapped *mapped, const struct skl_context *report, uint32_t number)
{
	size_t place = skl_mapped_place_of_number(mapped, number);
	struct skl_mapped_subject *subject;

	if (place || !skl_context_subject(report, number))
		return place;
	subject = skl_mapped_add_subject(mapped);
	if (!subject)
		return 0;
	subject->number = number;
	return mapped->subject_count;
}

/* identity and bsn alone: the request names the persons and nothing of the report. */
static void copy_section(struct skl_mapped *mapped, const struct skl_context *report,
			 const struct skl_received_section *from)
{
	size_t place = place_of(mapped, report, from->row->about[0]);
	struct skl_mapped_section *section;
	json_t *content;

	if (!place)
		return;
	content = json_loadb((const char *)from->content.data, from->content.len, 0, NULL);
	if (!content) {
		mapped->err = mapped->err ? mapped->err : SKL_ENOMEM;
		return;
	}
	section = skl_mapped_add_section(mapped, (enum skl_category)from->row->category);
	if (!section) {
		json_decref(content);
		return;
	}
	skl_mapped_about(section, place);
	json_decref(section->content);
	section->content = content;
	/* What Veilig Thuis holds it holds under the Wmo, wherever it came from. */
	section->source_law = SKL_SOURCE_LAW_WMO;
	section->status = (enum skl_status)from->row->status;
	section->source = (enum skl_source)from->row->source;
	section->reliability = (enum skl_reliability)from->row->reliability;
	section->as_of_ms = from->row->as_of_ms;
	section->told_by = SKL_TOLD_BY_PARTNER;
}

enum skl_err skl_vt_make_data_request(const struct skl_received *received,
				      const struct skl_context *report, const char *user_ref,
				      struct skl_mapped *ret)
{
	skl_mapped_init(ret, SKL_KIND_POLICE_DATA_REQUEST);
	/* The police sent the report: to them it may be named. */
	ret->has_in_reply_to = true;
	memcpy(ret->in_reply_to, report->id, SKL_ID_BYTES);
	memcpy(ret->to_partner, report->partner, sizeof(ret->to_partner));
	memcpy(ret->to_desk, report->desk, sizeof(ret->to_desk));
	skl_mapped_fact_value(ret, SKL_FACT_PURPOSE, SKL_PURPOSE_TRIAGE_DATA);
	skl_mapped_fact_value(ret, SKL_FACT_GROUND, SKL_GROUND_WMO_4_1_1_2_E);
	skl_mapped_fact_text(ret, SKL_FACT_USER_REF, user_ref, 0);
	for (size_t i = 0; i < received->section_count; i++) {
		const struct skl_received_section *from = &received->sections[i];
		enum skl_category category = (enum skl_category)from->row->category;

		if (!from->err && from->row->n_about == 1 &&
		    (category == SKL_CATEGORY_IDENTITY || category == SKL_CATEGORY_BSN))
			copy_section(ret, report, from);
	}
	return ret->err;
}

static bool is_report(enum skl_kind kind)
{
	return kind == SKL_KIND_POLICE_REPORT || kind == SKL_KIND_PROFESSIONAL_REPORT ||
	       kind == SKL_KIND_SELF_REPORT;
}

static bool is_from_police(const struct skl_own_http *own, const char *sender)
{
	const struct skl_directory *directory = skl_client_directory(own->adapter->client);
	const struct skl_dir_partner *partner =
		directory ? skl_directory_partner(directory, skl_view_str(sender)) : NULL;

	return partner && partner->role == SKL_ROLE_POLICE;
}

static struct skl_mapped *add(struct skl_own_http_delivery *delivery, const char *what)
{
	struct skl_own_http_follow_up *one = &delivery->follow_ups[delivery->follow_up_count++];

	one->what = what;
	return &one->mapped;
}

/* Rule 2: by itself when the report came from the police; else a worker releases it. */
enum skl_err skl_vt_prepare(const struct skl_own_http *own, const struct skl_received *received,
			    struct skl_own_http_delivery *delivery)
{
	/* its first member */
	const struct skl_vt_config *config = (const struct skl_vt_config *)own->config;
	const struct skl_context *report = &delivery->context;
	enum skl_err err;

	if (!is_report(report->kind))
		return SKL_OK;
	err = skl_vt_make_receipt(report, own->config->system_user, add(delivery, "receipt"));
	if (err || report->kind != SKL_KIND_POLICE_REPORT || !config->auto_data_request ||
	    !is_from_police(own, report->partner))
		return err;
	return skl_vt_make_data_request(received, report, own->config->system_user,
					add(delivery, "data-request"));
}
