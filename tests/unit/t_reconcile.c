/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An adapter's log held against a copy of the trail: each kind of difference, by itself, and no
 * other. i_reconcile has the same with an adapter and a hub.
 */
#include "schakel/v1/trail.pb-c.h"
#include "skl_text.h"
#include "skl_unpack.h"
#include "store_place.h"

/* A program's own part is in no library: its source is taken in here. Some of it has equal names.
 */
/* clang-format off */
#include "../../broker/schakel-audit/copy.c"
#include "../../broker/schakel-audit/mdbfile.c"
#define compare compare_findings
#include "../../broker/schakel-audit/findings.c"
#undef compare
#define tell tell_reconciled
#define walk walk_reconciled
#include "../../broker/schakel-audit/reconcile.c"
#undef tell
#undef walk
/* clang-format on */

#define HEAD                                                                                       \
	"{\"log\":\"schakel-log/"                                                                  \
	"1\",\"partner\":\"politie-nh\",\"made\":\"2026-05-28T21:00:00.000Z\"}\n"
#define ID(c) c c c c c c c c c c c c c c c c
#define AT    ",\"at\":\"2026-05-28T20:30:00.000Z\""
#define SENT_0                                                                                     \
	"{\"way\":\"sent\",\"id\":\"" ID("0a") "\"" AT                                             \
					       ",\"entry\":0,\"partner\":\"vt-zw\",\"desk\":"      \
					       "\"triage\",\"outcome\":\"permitted\""
#define SENT_1                                                                                     \
	"{\"way\":\"sent\",\"id\":\"" ID(                                                          \
		"1a") "\"" AT                                                                      \
		      ",\"entry\":1,\"partner\":\"vt-zw\",\"desk\":\"triage\",\"outcome\":\"cut\""
#define GOT_2                                                                                      \
	"{\"way\":\"received\",\"id\":\"" ID("2a") "\"" AT                                         \
						   ",\"entry\":2,\"partner\":\"vt-zw\",\"desk\":"  \
						   "\"meldingen\",\"state\":\"handed_over\"}\n"
#define SENT_3                                                                                     \
	"{\"way\":\"sent\",\"id\":\"" ID("3a") "\"" AT                                             \
					       ",\"entry\":3,\"partner\":\"om-nh\",\"desk\":"      \
					       "\"zsm\",\"outcome\":\"denied_no_rule\"}\n"
#define LINE_0 SENT_0 ",\"delivery\":\"stored\"}\n"
#define LINE_1 SENT_1 ",\"delivery\":\"withheld\"}\n"
#define ALL    LINE_0 LINE_1 GOT_2 SENT_3

/* What follows the head, and what is told of it: kinds with their entries. */
static const struct row {
	const char *lines, *told;
} rows[] = {
	{ALL, ""},
	{LINE_1 GOT_2 SENT_3, "unknown@0 "},
	{LINE_0 LINE_1 SENT_3, "unknown@2 "},
	{LINE_0 LINE_1 GOT_2, "unknown@3 "},
	{ALL LINE_0, "twice@0 "},
	{SENT_0 "}\n" LINE_1 GOT_2 SENT_3, "on_its_way@0 "},
	{SENT_0 ",\"delivery\":\"refused\"}\n" LINE_1 GOT_2 SENT_3, "receipt@0 "},
	{LINE_0 SENT_1 ",\"delivery\":\"stored\"}\n" GOT_2 SENT_3, "receipt@1 "},
	{ALL "{\"way\":\"sent\",\"id\":\"" ID("4a") "\"" AT "}\n", "unanswered "},
	{ALL "{\"way\":\"sent\",\"id\":\"" ID(
		 "9a") "\"" AT ",\"entry\":99,\"partner\":\"vt-zw\",\"outcome\":\"cut\"}\n",
	 "lacking@99 "},
	{ALL "{\"way\":\"received\",\"id\":\"" ID(
		 "5a") "\"" AT ",\"entry\":5,\"partner\":\"om-nh\",\"state\":\"stored\"}\n",
	 "parties@5 receipt@5 "},
	{"{\"way\":\"sent\",\"id\":\"" ID("0a") "\"" AT
						",\"entry\":0,\"partner\":\"vt-zw\",\"desk\":"
						"\"crisis\",\"outcome\":\"permitted\","
						"\"delivery\":\"stored\"}\n" LINE_1 GOT_2 SENT_3,
	 "parties@0 "},
	{"{\"way\":\"sent\",\"id\":\"" ID(
		 "0a") "\"" AT
		       ",\"entry\":0,\"partner\":\"vt-zw\",\"desk\":\"triage\",\"outcome\":\"cut\","
		       "\"delivery\":\"stored\"}\n" LINE_1 GOT_2 SENT_3,
	 "outcome@0 "},
	{"{\"way\":\"sent\",\"id\":\"" ID("0b") "\"" AT
						",\"entry\":0,\"partner\":\"vt-zw\",\"desk\":"
						"\"triage\",\"outcome\":\"permitted\","
						"\"delivery\":\"stored\"}\n" LINE_1 GOT_2 SENT_3,
	 "message@0 "},
	{ALL "{\"way\":\"promised\",\"entry\":0,\"leaf\":\"" ID("00") ID("00") "\"}\n", "leaf@0 "},
	{ALL "{\"way\":\"promised\",\"entry\":98,\"leaf\":\"" ID("00") ID("00") "\"}\n", ""},
};

/* Lines that are not of such a log, and where that is said. */
static const struct {
	const char *text;
	unsigned line;
} broken[] = {
	{"", 0},
	{"\n", 1},
	{"{}\n", 1},
	{LINE_0, 1},
	{"{\"log\":\"schakel-log/"
	 "2\",\"partner\":\"politie-nh\",\"made\":\"2026-05-28T21:00:00.000Z\"}\n",
	 1},
	{HEAD HEAD, 2},
	{HEAD "[]\n", 2},
	{HEAD SENT_0 "\n", 2},
	{HEAD LINE_0 SENT_1 ",\"delivery\":\"nowhere\"}\n", 3},
	{HEAD "{\"way\":\"received\",\"id\":\"" ID("2a") "\"" AT "}\n", 2},
	{HEAD "{\"way\":\"sent\",\"id\":\"2a\"" AT "}\n", 2},
	{HEAD "{\"way\":\"sent\",\"id\":\"" ID("2a") "\",\"at\":\"yesterday\"}\n", 2},
	{HEAD "{\"way\":\"sent\",\"id\":\"" ID(
		 "2a") "\"" AT ",\"entry\":-1,\"partner\":\"vt-zw\",\"outcome\":\"cut\"}\n",
	 2},
	{HEAD "{\"way\":\"sent\",\"id\":\"" ID(
		 "2a") "\"" AT ",\"entry\":1,\"partner\":\"vt zw\",\"outcome\":\"cut\"}\n",
	 2},
	{HEAD "{\"way\":\"promised\",\"entry\":0,\"leaf\":\"00\"}\n", 2},
	{HEAD "{\"way\":\"sent\"", 2},
};

static void append(struct skl_txn *txn, enum skl_entry kind, const char *sender,
		   const char *recipient, enum skl_outcome outcome, const uint64_t *names,
		   uint8_t id)
{
	uint8_t bytes[16];
	Schakel__V1__MessageDetail detail;
	struct skl_buf packed = {.max = 1000};
	struct skl_view part;
	struct skl_leaf leaf = {.kind = kind,
				.operation = SKL_OPERATION_DISCLOSE,
				.received_ms = NOW,
				.decided_ms = NOW,
				.outcome = outcome,
				.retention = SKL_RETENTION_WPG,
				.names = names != NULL,
				.names_index = names ? *names : 0};
	struct skl_trail_new item = {.leaf = &leaf, .parts = &part, .part_count = 1};
	struct skl_trail_ref ref;

	memset(bytes, id, sizeof(bytes));
	schakel__v1__message_detail__init(&detail);
	detail.id = (ProtobufCBinaryData){sizeof(bytes), bytes};
	assert_int_equal(skl_pack(&detail.base, &packed), SKL_OK);
	part = skl_buf_view(&packed);
	assert_int_equal(SKL_LEAF_SET(leaf.sender, sender), SKL_OK);
	assert_int_equal(SKL_LEAF_SET(leaf.recipient, recipient), SKL_OK);
	assert_int_equal(skl_trail_append(txn, &item, &ref), SKL_OK);
	skl_buf_done(&packed);
}

static int setup(void **state)
{
	static const uint64_t names[] = {0, 1, 2};
	struct skl_txn *txn;

	if (place_setup(state) != 0)
		return -1;
	txn = begin_write(*state);
	append(txn, SKL_ENTRY_DECISION, "politie-nh", "vt-zw/triage", SKL_OUTCOME_PERMITTED, NULL,
	       0x0a);
	append(txn, SKL_ENTRY_DECISION, "politie-nh", "vt-zw/triage", SKL_OUTCOME_CUT, NULL, 0x1a);
	append(txn, SKL_ENTRY_DECISION, "vt-zw", "politie-nh/meldingen", SKL_OUTCOME_PERMITTED,
	       NULL, 0x2a);
	append(txn, SKL_ENTRY_DECISION, "politie-nh", "om-nh/zsm", SKL_OUTCOME_DENIED_NO_RULE, NULL,
	       0x3a);
	append(txn, SKL_ENTRY_RECEIPT, "vt-zw", "politie-nh", SKL_OUTCOME_UNSPECIFIED, &names[0],
	       0x0a);
	append(txn, SKL_ENTRY_DECISION, "om-nh", "vt-zw/triage", SKL_OUTCOME_PERMITTED, NULL, 0x5a);
	append(txn, SKL_ENTRY_WITHHELD, "politie-nh", "vt-zw/triage", SKL_OUTCOME_PERMITTED,
	       &names[1], 0x1a);
	append(txn, SKL_ENTRY_RECEIPT, "politie-nh", "vt-zw", SKL_OUTCOME_UNSPECIFIED, &names[2],
	       0x2a);
	commit(txn);
	return 0;
}

static void note(void *arg, enum reconcile_kind kind, uint64_t index, const uint8_t *id,
		 const char *partner)
{
	static const char *const names[] = {
#define NAME(symbol, name, is_finding, nl, en) name,
		RECONCILE_MAP(NAME)
#undef NAME
	};
	struct skl_buf *told = arg;

	(void)id;
	(void)partner;
	if (index == UINT64_MAX)
		skl_buf_addf(told, "%s ", names[kind]);
	else
		skl_buf_addf(told, "%s@%llu ", names[kind], (unsigned long long)index);
}

/* Hold this log against the trail; what is told, in out. */
static void hold(struct store_place *place, const char *lines, int64_t from_ms, struct skl_buf *out)
{
	struct skl_error why = {.text = ""};
	struct findings findings = {0};
	struct reconcile reconcile;
	struct copy copy = {0};
	struct skl_buf log = {.max = 65536};
	char path[300];

	snprintf(path, sizeof(path), "%s/data.mdb", place->store_path);
	skl_buf_clear(out);
	skl_buf_add_str(&log, HEAD);
	skl_buf_add_str(&log, lines);
	assert_int_equal(copy_open(path, ORIGIN, NULL, &findings, &copy, &why), SKL_OK);
	if (reconcile_log(skl_buf_view(&log), from_ms, &reconcile, &why) != SKL_OK)
		fail_msg("%s in %s", why.text, lines);
	assert_int_equal(
		reconcile_trail(&reconcile, &copy, skl_store_vault(place->store), note, out),
		SKL_OK);
	assert_int_equal(findings.count, 0);
	reconcile_done(&reconcile);
	copy_close(&copy);
	findings_done(&findings);
	skl_buf_done(&log);
}

static void each_difference_by_itself(void **state)
{
	struct skl_buf told = {.max = 4096};

	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		hold(*state, rows[i].lines, 0, &told);
		if (strcmp(skl_buf_str(&told), rows[i].told) != 0)
			fail_msg("row %zu: told %s, not %s", i, skl_buf_str(&told), rows[i].told);
	}
	skl_buf_done(&told);
}

/* What is older than it has to know is not asked of the adapter; what it knows is held all the
 * same. */
static void no_more_than_it_must_know(void **state)
{
	struct skl_buf told = {.max = 4096};

	hold(*state, LINE_1 GOT_2, NOW + 1, &told);
	assert_string_equal(skl_buf_str(&told), "");
	hold(*state, LINE_1 GOT_2 LINE_1, NOW + 1, &told);
	assert_string_equal(skl_buf_str(&told), "twice@1 ");
	hold(*state, "", 0, &told);
	assert_string_equal(skl_buf_str(&told), "unknown@0 unknown@1 unknown@2 unknown@3 ");
	skl_buf_done(&told);
}

static void what_is_no_log(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKL_COUNT(broken); i++) {
		struct skl_error why = {.text = ""};
		struct reconcile reconcile;

		if (reconcile_log(skl_view_str(broken[i].text), 0, &reconcile, &why) !=
			    SKL_ESYNTAX ||
		    why.line != broken[i].line)
			fail_msg("row %zu: line %u: %s", i, why.line, why.text);
		reconcile_done(&reconcile);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_difference_by_itself, setup, place_teardown),
		cmocka_unit_test_setup_teardown(no_more_than_it_must_know, setup, place_teardown),
		cmocka_unit_test(what_is_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
