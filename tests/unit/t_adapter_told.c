/* SPDX-License-Identifier: EUPL-1.2 */

/* What the partners' own systems read of a message that did not arrive: as much as of a refusal. */

#include <setjmp.h> /* cmocka.h needs these four first */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "skl_own_json.h"
#include "skl_police_out.h"

#define LINE "0800 2000"

static const struct row {
	const char *name;
	enum skl_delivery state;
	bool is_acute;
	const char *hub_says;
	const char *nl; /* NULL: nobody has to do anything */
	const char *en;
} rows[] = {
	{"the hub says why", SKL_DELIVERY_WITHHELD, false, "Achtergehouden: bel",
	 "Achtergehouden: bel", "Achtergehouden: bel"},
	{"acute", SKL_DELIVERY_EXPIRED, true, "Verlopen",
	 "BEL NU, WACHT NIET OP DIT SYSTEEM. Verlopen", "Verlopen"},
	{"refused by their system", SKL_DELIVERY_REFUSED, false, "",
	 "Niet bezorgd: het systeem van de ontvanger weigerde dit bericht. Bel de ontvanger en "
	 "verstuur het zo nodig opnieuw; bij acuut gevaar: bel 112, wacht niet op dit systeem.",
	 "the recipient's system refused this message. Call the recipient"},
	{"before the outcome", SKL_DELIVERY_EXPIRED, false, "", "Niet bezorgd. Bel de ontvanger",
	 "in acute danger call 112, do not wait for this system."},
	{"arrived", SKL_DELIVERY_HANDED_OVER, true, "", NULL, NULL},
};

/* The text says what and has the line, or has neither if there is nothing to do. */
static bool is_told(const char *text, const char *what, const char *line)
{
	return what ? strstr(text, what) && strstr(text, line)
		    : !strstr(text, "112") && !strstr(text, LINE) && !strstr(text, "BEL");
}

static void a_way_out(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct skl_context context = {.is_ours = true,
					      .is_acute = row->is_acute,
					      .kind = SKL_KIND_POLICE_REPORT,
					      .native_id = "PL-1"};
		const struct skl_client_receipt receipt = {.id = context.id,
							   .partner = "vt-zw",
							   .desk = "triage",
							   .state = row->state,
							   .text_nl = row->hub_says,
							   .text_en = row->hub_says};
		struct skl_buf xml, json;

		skl_buf_init(&xml, 65536);
		skl_buf_init(&json, 65536);
		skl_police_out_receipt(&context, &receipt, NULL, LINE, &xml);
		skl_own_write_receipt(&context, &receipt, LINE, &json);
		assert_int_equal(skl_buf_err(&xml), SKL_OK);
		assert_int_equal(skl_buf_err(&json), SKL_OK);
		if (!is_told(skl_buf_str(&xml), row->nl,
			     "<bij-acuut-gevaar>" LINE "</bij-acuut-gevaar>") ||
		    !is_told(skl_buf_str(&json), row->en, "\"phone\":\"" LINE "\"")) {
			print_error("%s:\n%s\n%s\n", row->name, skl_buf_str(&xml),
				    skl_buf_str(&json));
			wrong++;
		}
		skl_buf_done(&xml);
		skl_buf_done(&json);
	}
	assert_int_equal(wrong, 0);
}

/* What taak-gedaan copies: the task by name and number, and its case where it has one. */
static void a_task_says_its_number(void **state)
{
	static uint8_t id[SKL_ID_BYTES] = {0x01, 0x90}, case_ref[SKL_ID_BYTES] = {0x5d};
	Schakel__V1__Notice notice;
	struct skl_buf xml;

	(void)state;
	schakel__v1__notice__init(&notice);
	notice.id.len = SKL_ID_BYTES;
	notice.id.data = id;
	skl_buf_init(&xml, 65536);
	skl_police_out_notice(NULL, &notice, NULL, &xml);
	assert_null(strstr(skl_buf_str(&xml), "taak")); /* it tells, and asks nothing */
	skl_buf_done(&xml);
	notice.task = (Schakel__V1__TaskCode)SKL_TASK_AFTER_CHECK;
	for (int has_case = 0; has_case < 2; has_case++) {
		notice.case_ref.len = has_case ? SKL_ID_BYTES : 0;
		notice.case_ref.data = has_case ? case_ref : NULL;
		skl_buf_init(&xml, 65536);
		skl_police_out_notice(NULL, &notice, NULL, &xml);
		assert_non_null(strstr(skl_buf_str(&xml), " taak=\"doorbreking nakijken\" "
							  "taak-id=\"01900000000000000000000000"
							  "000000\""));
		assert_int_equal(strstr(skl_buf_str(&xml),
					" casus=\"5d000000000000000000000000000000\"") != NULL,
				 has_case);
		skl_buf_done(&xml);
	}
}

/* Mail that waits at the hub is a task for a person: the phone stands beside it. */
static void a_task_has_the_line(void **state)
{
	struct skl_context context = {.is_ours = true, .native_id = "PL-1"};
	char text[] = "Bericht wacht";
	Schakel__V1__Notice notice;
	struct skl_buf xml;

	(void)state;
	schakel__v1__notice__init(&notice);
	notice.state = (Schakel__V1__DeliveryState)SKL_DELIVERY_PARKED;
	notice.text_nl = text;
	for (int has_line = 0; has_line < 2; has_line++) {
		skl_buf_init(&xml, 65536);
		skl_police_out_notice(&context, &notice, has_line ? LINE : NULL, &xml);
		assert_non_null(strstr(skl_buf_str(&xml), "<tekst>Bericht wacht</tekst>"));
		assert_int_equal(strstr(skl_buf_str(&xml), "<bij-acuut-gevaar>" LINE) != NULL,
				 has_line);
		skl_buf_done(&xml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_way_out),
		cmocka_unit_test(a_task_says_its_number),
		cmocka_unit_test(a_task_has_the_line),
	};

	return cmocka_run_group_tests_name("adapter_told", tests, NULL, NULL);
}
