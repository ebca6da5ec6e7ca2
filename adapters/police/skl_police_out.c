/* SPDX-License-Identifier: EUPL-1.2 */

/* Outcomes, receipts, notices, instructions and reason files. Received messages: skl_police_msg.c
 */

#include "skl_police_out.h"

#include <stdio.h>
#include <string.h>

#include "skl_adapter.h"
#include "skl_clock.h"
#include "skl_text.h"
#include "skl_xmlw.h"

static const char *partner_name(const struct skl_directory *directory, const char *id)
{
	const struct skl_dir_partner *partner =
		directory ? skl_directory_partner(directory, skl_view_str(id)) : NULL;

	return partner ? partner->name : id;
}

static void head(struct skl_xmlw *w, const struct skl_context *context, int64_t at_ms)
{
	skl_xmlw_attr(w, "melding", context->native_id);
	skl_xmlw_attr_id(w, "kenmerk", context->id);
	skl_xmlw_attr_time(w, "op", at_ms);
}

static void recipient(struct skl_xmlw *w, const Schakel__V1__RecipientResult *one,
		      const struct skl_directory *directory)
{
	skl_xmlw_start(w, "ontvanger");
	skl_xmlw_attr(w, "partner", one->partner);
	skl_xmlw_attr(w, "naam", partner_name(directory, one->partner));
	skl_xmlw_attr(w, "uitkomst", skl_code_label_nl(SKL_LIST_OUTCOME, one->outcome));
	if (!skl_adapter_is_permit(one->outcome))
		skl_xmlw_attr(w, "reden", skl_code_label_nl(SKL_LIST_CUT_REASON, one->reason));
	skl_xmlw_leaf(w, "tekst", one->text_nl);
	if (one->advised_partner && *one->advised_partner) {
		skl_xmlw_start(w, "bevoegd");
		skl_xmlw_attr(w, "partner", one->advised_partner);
		skl_xmlw_attr(w, "naam", partner_name(directory, one->advised_partner));
		skl_xmlw_end(w);
	}
	for (size_t i = 0; i < one->n_cuts; i++) {
		skl_xmlw_start(w, "niet-verstuurd");
		skl_xmlw_attr(w, "onderdeel",
			      skl_code_label_nl(SKL_LIST_CATEGORY, one->cuts[i]->category));
		skl_xmlw_attr(w, "reden",
			      skl_code_label_nl(SKL_LIST_CUT_REASON, one->cuts[i]->reason));
		skl_xmlw_attr(w, "regel", one->cuts[i]->rule);
		skl_xmlw_end(w);
	}
	for (size_t i = 0; i < one->n_clocks; i++) {
		skl_xmlw_start(w, "termijn");
		skl_xmlw_attr(w, "wat", skl_code_label_nl(SKL_LIST_CLOCK, one->clocks[i]->clock));
		skl_xmlw_attr_time(w, "voor", one->clocks[i]->due_ms);
		skl_xmlw_end(w);
	}
	skl_xmlw_end(w);
}

static int64_t repair_due(const struct skl_context *context, const Schakel__V1__Result *result)
{
	int64_t due_ms = context->repair_due_ms;

	for (size_t i = 0; i < result->n_recipients; i++) {
		int64_t one = result->recipients[i]->repair_due_ms;

		if (one && (!due_ms || one < due_ms))
			due_ms = one;
	}
	return due_ms;
}

void skl_police_out_repair(const char *native_id, const uint8_t id[16],
			   const struct skl_findings *findings, int64_t due_ms, struct skl_buf *buf)
{
	struct skl_xmlw w;

	skl_xmlw_begin(&w, buf, "herstel");
	skl_xmlw_attr(&w, "melding", native_id);
	skl_xmlw_attr_id(&w, "kenmerk", id);
	skl_xmlw_attr_time(&w, "voor", due_ms);
	skl_xmlw_leaf(
		&w, "tekst",
		"Verstuurd omdat de melding acuut is verklaard. Vul binnen 24 uur aan wat "
		"hieronder staat en bied de aangevulde melding opnieuw aan met een eigen nummer.");
	for (size_t i = 0; i < findings->count; i++) {
		skl_xmlw_start(&w, "punt");
		skl_xmlw_attr_number(&w, "regel", findings->items[i].line);
		skl_xmlw_attr(&w, "toets", findings->items[i].rule);
		skl_xmlw_leaf(&w, "tekst", findings->items[i].text);
		skl_xmlw_end(&w);
	}
	skl_xmlw_end(&w);
}

void skl_police_out_result(const struct skl_context *context, const Schakel__V1__Result *result,
			   const struct skl_directory *directory, struct skl_buf *buf)
{
	struct skl_xmlw w;
	bool is_refusal = skl_adapter_is_refusal(result);
	int64_t repair_ms;

	skl_xmlw_begin(&w, buf, is_refusal ? "weigering" : "aangenomen");
	head(&w, context, skl_now_ms());
	skl_xmlw_attr(&w, "uitkomst", skl_code_label_nl(SKL_LIST_OUTCOME, result->outcome));
	for (size_t i = 0; i < result->n_recipients; i++)
		recipient(&w, result->recipients[i], directory);
	repair_ms = repair_due(context, result);
	if (repair_ms) {
		skl_xmlw_start(&w, "herstel");
		skl_xmlw_attr_time(&w, "voor", repair_ms);
		skl_xmlw_end(&w);
	}
	if (is_refusal)
		skl_xmlw_leaf(&w, "bij-acuut-gevaar", result->phone);
	skl_xmlw_end(&w);
}

void skl_police_out_failed(const struct skl_context *context, enum skl_err err, const char *text,
			   const char *phone, struct skl_buf *buf)
{
	struct skl_xmlw w;

	skl_xmlw_begin(&w, buf, "mislukt");
	head(&w, context, skl_now_ms());
	skl_xmlw_attr(&w, "code", skl_err_name(err));
	skl_xmlw_leaf(&w, "tekst",
		      err == SKL_EEXPIRED
			      ? "Niet verstuurd: het knooppunt gaf geen antwoord voordat het "
				"bericht verliep. Er is niets vastgelegd."
			      : "Niet verstuurd: het knooppunt weigerde dit bericht. Er is niets "
				"vastgelegd. Meld dit bij de beheerder.");
	skl_xmlw_leaf(&w, "toelichting", text);
	skl_xmlw_leaf(&w, "bij-acuut-gevaar", phone);
	skl_xmlw_end(&w);
}

static void add_undelivered(struct skl_xmlw *w, const struct skl_context *context,
			    const struct skl_client_receipt *receipt, const char *phone)
{
	char text[640];

	(void)snprintf(text, sizeof(text), "%s%s",
		       context->is_acute ? "BEL NU, WACHT NIET OP DIT SYSTEEM. " : "",
		       skl_adapter_undelivered(receipt, false)); /* fits: at most 500 bytes */
	skl_xmlw_leaf(w, "tekst", text);
	skl_xmlw_leaf(w, "bij-acuut-gevaar", phone);
}

void skl_police_out_receipt(const struct skl_context *context,
			    const struct skl_client_receipt *receipt,
			    const struct skl_directory *directory, const char *phone,
			    struct skl_buf *buf)
{
	struct skl_xmlw w;
	bool is_there = receipt->state == SKL_DELIVERY_HANDED_OVER;

	skl_xmlw_begin(&w, buf, is_there ? "bezorgd" : "niet-bezorgd");
	head(&w, context, receipt->at_ms);
	skl_xmlw_attr(&w, "bij", receipt->partner);
	skl_xmlw_attr(&w, "naam", partner_name(directory, receipt->partner));
	skl_xmlw_attr(&w, "stand", skl_code_label_nl(SKL_LIST_DELIVERY, receipt->state));
	skl_xmlw_attr(&w, "reden", skl_code_label_nl(SKL_LIST_REASON, receipt->reason));
	if (!is_there)
		add_undelivered(&w, context, receipt, phone);
	skl_xmlw_end(&w);
}

void skl_police_out_notice(const struct skl_context *context, const Schakel__V1__Notice *notice,
			   const char *phone, struct skl_buf *buf)
{
	struct skl_xmlw w;

	skl_xmlw_begin(&w, buf, "kennisgeving");
	if (context)
		head(&w, context, notice->at_ms);
	else
		skl_xmlw_attr_time(&w, "op", notice->at_ms);
	skl_xmlw_attr(&w, "termijn", skl_code_label_nl(SKL_LIST_CLOCK, notice->clock));
	skl_xmlw_attr(&w, "taak", skl_code_label_nl(SKL_LIST_TASK, notice->task));
	if (notice->task && notice->id.len == SKL_ID_BYTES)
		skl_xmlw_attr_id(&w, "taak-id", notice->id.data);
	if (notice->task && notice->case_ref.len == SKL_ID_BYTES)
		skl_xmlw_attr_id(&w, "casus", notice->case_ref.data);
	skl_xmlw_attr(&w, "stand", skl_code_label_nl(SKL_LIST_DELIVERY, notice->state));
	skl_xmlw_attr(&w, "reden", skl_code_label_nl(SKL_LIST_REASON, notice->reason));
	skl_xmlw_attr_time(&w, "voor", notice->due_ms);
	skl_xmlw_leaf(&w, "tekst", notice->text_nl);
	skl_xmlw_leaf(&w, "bij-acuut-gevaar", phone);
	skl_xmlw_end(&w);
}

void skl_police_out_emergency(const char *native_id, const uint8_t id[16], const char *name,
			      const char *phone, int64_t now_ms, struct skl_buf *buf)
{
	struct skl_xmlw w;
	char text[SKL_ADAPTER_EMERGENCY_BYTES];

	skl_adapter_emergency_text(name, phone, false, text);
	skl_xmlw_begin(&w, buf, "noodinstructie");
	skl_xmlw_attr(&w, "melding", native_id);
	if (id)
		skl_xmlw_attr_id(&w, "kenmerk", id);
	skl_xmlw_attr_time(&w, "op", now_ms);
	skl_xmlw_leaf(&w, "tekst", text);
	skl_xmlw_leaf(&w, "bel", phone);
	skl_xmlw_end(&w);
}

void skl_police_out_reason(const char *file, const struct skl_mapped *mapped,
			   const struct skl_findings *findings, const char *what_now,
			   const char *phone, struct skl_buf *buf)
{
	skl_buf_addf(buf, "bestand: %s\n", file);
	if (mapped && *mapped->native_id)
		skl_buf_addf(buf, "melding: %s\n", mapped->native_id);
	skl_buf_add_str(buf, "verstuurd: nee\n\n");
	for (size_t i = 0; findings && i < findings->count; i++) {
		const struct skl_finding *one = &findings->items[i];

		if (one->line)
			skl_buf_addf(buf, "regel: %u\n", one->line);
		skl_buf_addf(buf, "toets: %s\nreden: %s\n\n", one->rule, one->text);
	}
	if (findings && findings->more)
		skl_buf_addf(buf, "en nog: %zu andere fouten\n\n", findings->more);
	skl_buf_addf(buf, "wat nu: %s\n", what_now);
	skl_buf_addf(buf, "bij acuut gevaar: %s\n", phone);
}
