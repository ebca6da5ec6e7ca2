/* SPDX-License-Identifier: EUPL-1.2 */

/* The directory: every word that may be wrong, who may sign, who may follow, and what is found. */

#include "t_wire.h"

#include "skl_clock.h"
#include "skl_directory.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_text.h"

#define HEAD                                                                                       \
	"schakel-directory/v1\nenvironment test\nnumber 7\nprevious none\n"                        \
	"fresh-until 2026-12-31T00:00:00Z\n"
#define A   "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define B   "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define C   "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
#define D   "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ="
#define LOG "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define HUB                                                                                        \
	"hub origin=schakel.test/2026 endpoint=tcp://127.0.0.1:7000 transport=" A " promise=" B    \
	" log=" LOG "\n"
#define POLICE                                                                                     \
	"partner id=politie-nh name=\"Politie Noord-Holland\" oin=00000001234567890000 "           \
	"role=police side=justice regions=10,11 phone=\"0900 8844\" status=active\n"
#define VT     "partner id=vt-zw name=\"Veilig Thuis\" role=veilig_thuis side=care status=active\n"
#define WINDOW " from=2026-01-01 until=2027-01-01"
#define KEYS                                                                                       \
	"key partner=politie-nh use=transport public=" A WINDOW "\n"                               \
	"key partner=politie-nh use=sign public=" A WINDOW "\n"
#define DESKS                                                                                      \
	"desk partner=vt-zw id=triage public=" A " from=2025-01-01 until=2026-06-01\n"             \
	"desk partner=vt-zw id=triage public=" B " from=2026-02-01 until=2027-01-01\n"             \
	"desk partner=vt-zw id=triage public=" C                                                   \
	" from=2026-03-01 until=2027-01-01 revoked=2026-03-02\n"                                   \
	"desk partner=vt-zw id=crisis public=" D " from=2027-01-01 until=2028-01-01\n"
#define REST                                                                                       \
	"region municipality=0479 partner=vt-zw name=\"Zaanstad\"\n"                               \
	"region municipality=0370 partner=vt-zw\n"                                                 \
	"mandate partner=politie-nh kind=fg_of_partner of=politie-nh" WINDOW "\n"                  \
	"mandate partner=vt-zw kind=igj" WINDOW "\n"
#define ALL HEAD HUB POLICE VT KEYS DESKS REST

static struct skl_directory *parse_ok(const char *text)
{
	struct skl_directory *directory = NULL;
	struct skl_error error = {0};

	if (skl_directory_parse(skl_view_str(text), &directory, &error))
		fail_msg("line %u: %s", error.line, error.text);
	return directory;
}

/* --- faults ------------------------------------------------------------------------------------
 */

static void test_faults(void **state)
{
	static const struct {
		const char *text;
		enum skl_err wanted;
		unsigned line, column;
	} rows[] = {
		{HEAD HUB, SKL_OK, 0, 0},
		{ALL, SKL_OK, 0, 0},
		{"", SKL_ESYNTAX, 0, 0},
		{"schakel-directory/v2\n", SKL_EVERSION, 1, 1},
		{HEAD, SKL_EFIELD, 0, 0}, /* no hub */
		{"schakel-directory/v1\nenvironment demo\n", SKL_EFIELD, 2, 13},
		{"schakel-directory/v1\nnumber 7\n", SKL_ESYNTAX, 2, 1},
		{"schakel-directory/v1\nenvironment test\nnumber 0\n", SKL_EFIELD, 3, 8},
		{"schakel-directory/v1\nenvironment test\nnumber 07\n", SKL_EFIELD, 3, 8},
		{"schakel-directory/v1\nenvironment test\nnumber 99999999999999999999\n",
		 SKL_EFIELD, 3, 8},
		{"schakel-directory/v1\nenvironment test\nnumber 7\nprevious abc\n", SKL_ESYNTAX, 4,
		 10},
		{"schakel-directory/v1\nenvironment test\nnumber 7\nprevious none\n"
		 "fresh-until soon\n",
		 SKL_EFIELD, 5, 13},
		{HEAD HUB "\n", SKL_ESYNTAX, 7, 1},
		{HEAD HUB "# remark\n", SKL_ESYNTAX, 7, 3},
		{HEAD HUB "shop id=a\n", SKL_ESYNTAX, 7, 1},
		{HEAD HUB "partner\n", SKL_ESYNTAX, 7, 1},
		{HEAD HUB "partner id\n", SKL_ESYNTAX, 7, 9},
		{HEAD HUB "partner id=\n", SKL_ESYNTAX, 7, 12},
		{HEAD HUB "partner id=a  name=b\n", SKL_ESYNTAX, 7, 14},
		{HEAD HUB "partner id=a \n", SKL_ESYNTAX, 7, 13},
		{HEAD HUB "partner id=a name=\"b\n", SKL_ESYNTAX, 7, 20},
		{HEAD HUB "partner id=a name=\"\"\n", SKL_ESYNTAX, 7, 20},
		{HEAD HUB "partner id=a name=\"b\"c\n", SKL_ESYNTAX, 7, 22},
		{HEAD HUB "partner id=a name=b\"c\n", SKL_ESYNTAX, 7, 19},
		{HEAD HUB "partner id=a id=b\n", SKL_ESYNTAX, 7, 14},
		{HEAD HUB "partner id=A name=b role=police side=justice status=active\n",
		 SKL_EFIELD, 7, 9},
		{HEAD HUB "partner id=a name=b role=polise side=justice status=active\n",
		 SKL_EFIELD, 7, 21},
		{HEAD HUB "partner id=a name=b role=police side=left status=active\n", SKL_EFIELD,
		 7, 33},
		{HEAD HUB "partner id=a name=b role=police side=justice status=asleep\n",
		 SKL_EFIELD, 7, 46},
		{HEAD HUB "partner id=a name=b role=police side=justice\n", SKL_EFIELD, 7, 1},
		{HEAD HUB "partner id=a name=b role=police side=justice status=active color=red\n",
		 SKL_ESYNTAX, 7, 60},
		{HEAD HUB
		 "partner id=a name=b role=police side=justice status=active regions=1,,2\n",
		 SKL_EFIELD, 7, 60},
		{HEAD HUB
		 "partner id=a name=b role=police side=justice status=active regions=1000\n",
		 SKL_EFIELD, 7, 60},
		{HEAD HUB POLICE POLICE, SKL_EREPEAT, 0, 0},
		{HEAD HUB KEYS, SKL_EFIELD, 7, 5}, /* keys of a partner who is not there */
		{HEAD HUB POLICE "key partner=politie-nh use=seal public=" A WINDOW "\n",
		 SKL_EFIELD, 8, 24},
		{HEAD HUB POLICE "key partner=politie-nh use=sign public=AAAA" WINDOW "\n",
		 SKL_EFIELD, 8, 33},
		{HEAD HUB POLICE "key partner=politie-nh use=sign public=" A " from=2026-01-01\n",
		 SKL_EFIELD, 8, 1},
		{HEAD HUB POLICE "key partner=politie-nh use=sign public=" A
				 " from=2026-01-01 until=2026-01-01\n",
		 SKL_ETIME, 8, 1},
		/* one key for two */
		{HEAD HUB POLICE VT KEYS "key partner=vt-zw use=sign public=" A WINDOW "\n",
		 SKL_EREPEAT, 0, 0},
		{HEAD HUB POLICE "region municipality=0479 partner=politie-nh\n", SKL_EFIELD, 8,
		 26},
		{HEAD HUB VT "region municipality=479 partner=vt-zw\n", SKL_EFIELD, 8, 8},
		{HEAD HUB VT "region municipality=0479 partner=vt-zw\n"
			     "region municipality=0479 partner=vt-zw\n",
		 SKL_EREPEAT, 0, 0},
		{HEAD HUB VT "mandate partner=vt-zw kind=fg_of_partner" WINDOW "\n", SKL_EFIELD, 8,
		 1},
		{HEAD HUB VT "mandate partner=vt-zw kind=king" WINDOW "\n", SKL_EFIELD, 8, 23},
		{HEAD HUB VT "mandate partner=vt-zw kind=igj of=vt-zw" WINDOW "\n", SKL_ESYNTAX, 8,
		 32},
		{HEAD HUB VT "witness partner=vt-zw key=" LOG "\n", SKL_EFIELD, 8, 23},
		{HEAD "hub origin=o endpoint=udp://x transport=" A " promise=" B " log=" LOG "\n",
		 SKL_EFIELD, 6, 14},
		{HEAD "hub origin=o endpoint=tcp://x transport=" A " promise=" B " log=nothing\n",
		 SKL_EFIELD, 6, 139},
		{HEAD HUB "partner id=a name=b\tc\n", SKL_ESYNTAX, 7, 0},
		{HEAD HUB "partner id=a name=\xff\n", SKL_EUTF8, 0, 0},
		{HEAD "hub origin=o", SKL_ESYNTAX, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_directory *directory = NULL;
		struct skl_error error = {0};
		enum skl_err err =
			skl_directory_parse(skl_view_str(rows[i].text), &directory, &error);

		if (err != rows[i].wanted || error.line != rows[i].line ||
		    error.column != rows[i].column)
			fail_msg("row %zu: %s at %u:%u: %s", i, skl_err_name(err), error.line,
				 error.column, error.text);
		assert_true((directory != NULL) == (err == SKL_OK));
		skl_directory_free(directory);
	}
}

static void test_limits(void **state)
{
	struct skl_directory *directory = NULL;
	struct skl_buf text;

	(void)state;
	skl_buf_init(&text, 2 * SKL_LIMIT_NOTE);
	skl_buf_add_str(&text, HEAD HUB VT);
	for (unsigned i = 0; i < SKL_LIMIT_DIRECTORY_N - 7; i++)
		skl_buf_addf(&text, "region municipality=%04u partner=vt-zw\n", i);
	assert_ok(skl_directory_parse(skl_buf_view(&text), &directory, NULL));
	assert_int_equal(skl_directory_region_count(directory), SKL_LIMIT_DIRECTORY_N - 7);
	assert_non_null(skl_directory_competent(directory, skl_view_str("9992")));
	skl_directory_free(directory);
	directory = NULL;
	skl_buf_add_str(&text, "region municipality=9999 partner=vt-zw\n");
	assert_err(skl_directory_parse(skl_buf_view(&text), &directory, NULL), SKL_ETOOLARGE);
	skl_buf_clear(&text);
	while (text.len <= SKL_LIMIT_NOTE)
		skl_buf_add_str(&text, HEAD);
	assert_err(skl_directory_parse(skl_buf_view(&text), &directory, NULL), SKL_ETOOLARGE);
	skl_buf_done(&text);
	skl_directory_free(NULL);
}

/* --- looking up --------------------------------------------------------------------------------
 */

static int64_t at(const char *text)
{
	int64_t at_ms = 0;

	assert_ok(skl_time_parse(skl_view_str(text), &at_ms));
	return at_ms;
}

static void test_partners(void **state)
{
	struct skl_directory *directory = parse_ok(ALL);
	const struct skl_dir_partner *police =
		skl_directory_partner(directory, skl_view_str("politie-nh"));

	(void)state;
	assert_int_equal(skl_directory_number(directory), 7);
	assert_int_equal(skl_directory_environment(directory), SKL_ENVIRONMENT_TEST);
	assert_true(skl_directory_fresh_until_ms(directory) == at("2026-12-31"));
	assert_null(skl_directory_previous(directory));
	assert_string_equal(police->name, "Politie Noord-Holland");
	assert_string_equal(police->oin, "00000001234567890000");
	assert_string_equal(police->phone, "0900 8844");
	assert_int_equal(police->role, SKL_ROLE_POLICE);
	assert_int_equal(police->side, SKL_SIDE_JUSTICE);
	assert_int_equal(police->region_count, 2);
	assert_int_equal(police->regions[1], 11);
	assert_false(police->is_suspended);
	assert_null(skl_directory_partner(directory, skl_view_str("politie-n")));
	assert_null(skl_directory_partner(directory, skl_view_str("")));
	assert_int_equal(skl_directory_partner_count(directory), 2);
	assert_string_equal(skl_directory_partner_at(directory, 1)->id, "vt-zw");
	assert_null(skl_directory_partner_at(directory, 2));
	assert_string_equal(skl_directory_hub(directory)->origin, "schakel.test/2026");
	assert_string_equal(skl_directory_hub(directory)->log.name, "PeterNeumann");
	assert_int_equal(skl_directory_hub_count(directory), 1);
	assert_null(skl_directory_hub_at(directory, 1));
	assert_null(skl_directory_witness_at(directory, 0));
	assert_string_equal(skl_directory_competent(directory, skl_view_str("0479"))->id, "vt-zw");
	assert_string_equal(skl_directory_region(directory, skl_view_str("0479"))->name,
			    "Zaanstad");
	assert_null(skl_directory_competent(directory, skl_view_str("0480")));
	assert_null(skl_directory_competent(directory, skl_view_str("047")));
	assert_true(skl_dir_partner_shares_region(
		&(struct skl_dir_partner){.region_count = 1, .regions = &(uint32_t){11}}, police));
	assert_false(skl_dir_partner_shares_region(
		police, &(struct skl_dir_partner){.region_count = 1, .regions = &(uint32_t){1}}));
	skl_directory_free(directory);
}

/* The trail goes on from n at 5, and n from m at 7: it has less of m than n had. */
static void test_epochs(void **state)
{
	static const char text[] =
		HEAD HUB "epoch origin=schakel.test/2026 previous=n size=9 root=" A " from=5\n"
			 "epoch origin=n previous=m size=7 root=" B " from=7\n";
	static const char *const bad[] = {
		HEAD HUB "epoch origin=o previous=n size=4 root=" A " from=5\n",
		HEAD HUB "epoch origin=o previous=o size=9 root=" A " from=5\n",
		HEAD HUB "epoch origin=o previous=n size=9 root=short from=5\n",
		HEAD HUB "epoch origin=o previous=n size=9 root=" A "\n",
		HEAD HUB "epoch origin=o previous=n size=9 root=" A " from=5\n"
			 "epoch origin=o previous=m size=9 root=" A " from=5\n",
	};
	struct skl_directory *directory = NULL;

	(void)state;
	assert_int_equal(skl_directory_parse(skl_view_str(text), &directory, NULL), SKL_OK);
	assert_int_equal(skl_directory_epoch_count(directory), 2);
	assert_true(skl_directory_has_entry(directory, "schakel.test/2026", 1000));
	assert_true(skl_directory_has_entry(directory, "n", 4));
	assert_false(skl_directory_has_entry(directory, "n", 5));
	assert_true(skl_directory_has_lost(directory, "n", 5));
	assert_true(skl_directory_has_entry(directory, "m", 4));
	assert_true(skl_directory_has_lost(directory, "m", 5)); /* n had it */
	assert_false(skl_directory_has_lost(directory, "schakel.test/2026", 5));
	assert_false(skl_directory_has_entry(directory, "other", 0));
	assert_false(skl_directory_has_lost(directory, "other", 9));
	skl_directory_free(directory);
	for (size_t i = 0; i < SKL_COUNT(bad); i++) {
		directory = NULL;
		assert_int_not_equal(skl_directory_parse(skl_view_str(bad[i]), &directory, NULL),
				     SKL_OK);
		assert_null(directory);
	}
}

static void test_desk_keys(void **state)
{
	static const struct {
		const char *partner, *desk, *at;
		const char *public_key; /* NULL: an error */
		enum skl_err wanted;
	} rows[] = {
		{"vt-zw", "triage", "2024-12-31", NULL, SKL_EKEYEXPIRED},
		{"vt-zw", "triage", "2025-01-01", A, SKL_OK},
		{"vt-zw", "triage", "2026-02-01", B, SKL_OK}, /* the newest of two */
		{"vt-zw", "triage", "2026-03-01", C, SKL_OK},
		{"vt-zw", "triage", "2026-03-02", B, SKL_OK}, /* the newest is revoked */
		{"vt-zw", "triage", "2026-12-31", B, SKL_OK},
		{"vt-zw", "triage", "2027-01-01", NULL, SKL_EKEYEXPIRED},
		{"vt-zw", "crisis", "2026-03-04", NULL, SKL_EKEYEXPIRED},
		{"vt-zw", "crisis", "2027-03-04", D, SKL_OK},
		{"vt-zw", "nobody", "2026-03-04", NULL, SKL_ENOTFOUND},
		{"nobody", "triage", "2026-03-04", NULL, SKL_ENOTFOUND},
		{"politie-nh", "triage", "2026-03-04", NULL, SKL_ENOTFOUND},
	};
	struct skl_directory *directory = parse_ok(ALL);

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		const struct skl_dir_key *key = NULL;
		uint8_t wanted[32];

		assert_err(skl_directory_desk_key(directory, skl_view_str(rows[i].partner),
						  skl_view_str(rows[i].desk), at(rows[i].at), &key),
			   rows[i].wanted);
		assert_true((key != NULL) == (rows[i].public_key != NULL));
		if (!key)
			continue;
		assert_ok(skl_key_public_parse(skl_view_str(rows[i].public_key), wanted));
		assert_memory_equal(key->public_key, wanted, 32);
		assert_string_equal(key->desk, rows[i].desk);
	}
	skl_directory_free(directory);
}

static void test_keys(void **state)
{
	struct skl_directory *directory =
		parse_ok(HEAD HUB POLICE VT KEYS "key partner=vt-zw use=sign public=" B WINDOW
						 " revoked=2026-02-01\n");
	struct skl_directory *suspended =
		parse_ok(HEAD HUB "partner id=politie-nh name=P role=police side=justice "
				  "status=suspended\n" KEYS
				  "desk partner=politie-nh id=a public=" B WINDOW "\n");
	const struct skl_dir_key *key = NULL;
	uint8_t a[32], b[32], id[16];

	(void)state;
	memset(a, 1, 32);
	memset(b, 2, 32);
	assert_ok(skl_directory_transport(directory, a, at("2026-03-04"), &key));
	assert_string_equal(skl_directory_partner_at(directory, key->partner)->id, "politie-nh");
	assert_err(skl_directory_transport(directory, b, at("2026-03-04"), &key), SKL_EKEYUNKNOWN);
	key = NULL;
	assert_err(skl_directory_transport(directory, a, at("2025-12-31"), &key), SKL_EKEYEXPIRED);
	assert_non_null(key); /* whose it was is told with the refusal */
	assert_err(skl_directory_transport(directory, a, at("2027-01-01"), NULL), SKL_EKEYEXPIRED);
	skl_key_id(SKL_KEY_USE_SIGN, a, id);
	assert_ok(skl_directory_sign_key(directory, id, at("2026-01-01"), &key));
	assert_int_equal(key->use, SKL_KEY_USE_SIGN);
	/* A transport key is no signing key, though the bytes are the same. */
	skl_key_id(SKL_KEY_USE_TRANSPORT, a, id);
	assert_err(skl_directory_sign_key(directory, id, at("2026-03-04"), &key), SKL_EKEYUNKNOWN);
	skl_key_id(SKL_KEY_USE_SIGN, b, id);
	assert_ok(skl_directory_sign_key(directory, id, at("2026-01-31"), &key));
	assert_err(skl_directory_sign_key(directory, id, at("2026-02-01"), &key), SKL_EKEYREVOKED);
	assert_err(skl_directory_sign_key(directory, id, at("2028-02-01"), &key), SKL_EKEYREVOKED);
	assert_int_equal(skl_directory_key_count(directory), 3);
	assert_null(skl_directory_key_at(directory, 3));
	/* A suspended partner has no key. */
	assert_err(skl_directory_transport(suspended, a, at("2026-03-04"), &key), SKL_EKEYREVOKED);
	skl_key_id(SKL_KEY_USE_SIGN, a, id);
	assert_err(skl_directory_sign_key(suspended, id, at("2026-03-04"), &key), SKL_EKEYREVOKED);
	assert_err(skl_directory_desk_key(suspended, skl_view_str("politie-nh"), skl_view_str("a"),
					  at("2026-03-04"), &key),
		   SKL_EKEYREVOKED);
	skl_directory_free(directory);
	skl_directory_free(suspended);
	directory = parse_ok(HEAD HUB);
	assert_err(skl_directory_transport(directory, a, 0, &key), SKL_EKEYUNKNOWN);
	skl_directory_free(directory);
}

static void test_mandates(void **state)
{
	static const struct {
		const char *partner;
		enum skl_mandate kind;
		const char *of, *at;
		bool wanted;
	} rows[] = {
		{"politie-nh", SKL_MANDATE_FG_OF_PARTNER, "politie-nh", "2026-03-04", true},
		{"politie-nh", SKL_MANDATE_FG_OF_PARTNER, "vt-zw", "2026-03-04", false},
		{"politie-nh", SKL_MANDATE_FG_OF_PARTNER, "", "2026-03-04", false},
		{"politie-nh", SKL_MANDATE_FG_OF_PARTNER, "politie-nh", "2027-03-04", false},
		{"politie-nh", SKL_MANDATE_IGJ, "", "2026-03-04", false},
		{"vt-zw", SKL_MANDATE_IGJ, "", "2026-03-04", true},
		{"vt-zw", SKL_MANDATE_IGJ, "", "2025-03-04", false},
		{"nobody", SKL_MANDATE_IGJ, "", "2026-03-04", false},
	};
	struct skl_directory *directory = parse_ok(ALL);

	(void)state;
	for (size_t i = 0; i < SKL_COUNT(rows); i++)
		assert_int_equal(skl_directory_has_mandate(directory, skl_view_str(rows[i].partner),
							   rows[i].kind, skl_view_str(rows[i].of),
							   at(rows[i].at)),
				 rows[i].wanted);
	assert_int_equal(skl_directory_mandate_count(directory), 2);
	skl_directory_free(directory);
}

/* --- signatures ----------------------------------------------------------------------------------
 */

enum { CARE, CARE_2, JUSTICE, SUPERVISION, SIGNERS };

struct signers {
	struct skl_key *keys[SIGNERS];
	struct skl_registrar registrars[SIGNERS];
};

static void signers_make(struct signers *s)
{
	static const char *const names[SIGNERS] = {"care.test", "care2.test", "justice.test",
						   "ap.test"};
	static const enum skl_side sides[SIGNERS] = {SKL_SIDE_CARE, SKL_SIDE_CARE, SKL_SIDE_JUSTICE,
						     SKL_SIDE_SUPERVISION};

	for (size_t i = 0; i < SIGNERS; i++) {
		s->keys[i] = t_key(SKL_KEY_USE_SIGN, names[i]);
		s->registrars[i].side = sides[i];
		assert_ok(skl_note_verifier_of(s->keys[i], NULL, SKL_NOTE_ED25519,
					       &s->registrars[i].verifier));
	}
}

static void signers_done(struct signers *s)
{
	for (size_t i = 0; i < SIGNERS; i++)
		skl_key_free(s->keys[i]);
}

/* The text, signed by those whose bit is set. */
static void sign(const struct signers *s, const char *text, unsigned by, struct skl_buf *note)
{
	skl_buf_clear(note);
	skl_buf_add_str(note, text);
	skl_buf_add_str(note, "\n");
	for (unsigned i = 0; i < SIGNERS; i++)
		if (by >> i & 1)
			assert_ok(skl_note_add(skl_view_str(text), s->keys[i], NULL, note));
}

static void test_quorum(void **state)
{
	static const struct {
		unsigned by, quorum;
		enum skl_err wanted;
	} rows[] = {
		{1u << CARE | 1u << JUSTICE, 2, SKL_OK},
		{1u << CARE | 1u << JUSTICE, 3, SKL_EDIRECTORY},
		{1u << CARE | 1u << JUSTICE | 1u << SUPERVISION, 3, SKL_OK},
		{1u << CARE | 1u << CARE_2, 2, SKL_EDIRECTORY},
		{1u << JUSTICE | 1u << SUPERVISION, 2, SKL_EDIRECTORY},
		{1u << CARE, 1, SKL_EDIRECTORY},
		{1u << JUSTICE, 1, SKL_EDIRECTORY},
		{0, 0, SKL_EDIRECTORY},
		{15, 4, SKL_OK},
		{15, 5, SKL_EDIRECTORY},
		{1u << CARE | 1u << JUSTICE, 0, SKL_OK}, /* both sides are needed whatever k is */
	};
	struct signers s;
	struct skl_buf note;

	(void)state;
	signers_make(&s);
	skl_buf_init(&note, 65536);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_directory *directory = NULL;
		struct skl_error error = {0};
		enum skl_err err;

		sign(&s, ALL, rows[i].by, &note);
		err = skl_directory_open(skl_buf_view(&note), s.registrars, SIGNERS, rows[i].quorum,
					 &directory, &error);
		if (err != rows[i].wanted)
			print_error("row %zu: %s\n", i, error.text);
		assert_err(err, rows[i].wanted);
		if (directory) {
			uint8_t digest[32];

			skl_hash(skl_buf_view(&note), digest);
			assert_memory_equal(skl_directory_digest(directory), digest, 32);
		}
		skl_directory_free(directory);
	}
	skl_buf_done(&note);
	signers_done(&s);
}

/* One wrong line of a known registrar spoils it; a stranger's line is passed over. */
static void test_tampered(void **state)
{
	struct skl_directory *directory = NULL;
	struct signers s;
	struct skl_buf note;

	(void)state;
	signers_make(&s);
	skl_buf_init(&note, 65536);
	sign(&s, ALL, 7, &note);
	assert_err(skl_directory_open(skl_buf_view(&note), s.registrars, 2, 1, &directory, NULL),
		   SKL_EDIRECTORY); /* justice is not known here */
	assert_ok(
		skl_directory_open(skl_buf_view(&note), s.registrars + 1, 2, 2, &directory, NULL));
	skl_directory_free(directory);
	directory = NULL;
	for (size_t i = 0; i < note.len; i += 7) {
		note.data[i] ^= 1;
		assert_true(skl_directory_open(skl_buf_view(&note), s.registrars, 3, 3, &directory,
					       NULL) != SKL_OK);
		assert_null(directory);
		note.data[i] ^= 1;
	}
	/* The same registrar twice in the settings counts once. */
	s.registrars[1] = s.registrars[0];
	assert_err(skl_directory_open(skl_buf_view(&note), s.registrars, 3, 3, &directory, NULL),
		   SKL_EDIRECTORY);
	skl_buf_done(&note);
	signers_done(&s);
}

static void test_registrar_text(void **state)
{
	struct skl_registrar registrar;

	(void)state;
	assert_ok(skl_registrar_parse(skl_view_str("care:" LOG), &registrar));
	assert_int_equal(registrar.side, SKL_SIDE_CARE);
	assert_string_equal(registrar.verifier.name, "PeterNeumann");
	assert_err(skl_registrar_parse(skl_view_str(LOG), &registrar), SKL_ESYNTAX);
	assert_err(skl_registrar_parse(skl_view_str("left:" LOG), &registrar), SKL_ESYNTAX);
	assert_err(skl_registrar_parse(skl_view_str("care:"), &registrar), SKL_ESYNTAX);
	assert_err(skl_registrar_parse(skl_view_str(""), &registrar), SKL_ESYNTAX);
}

/* --- succession ----------------------------------------------------------------------------------
 */

static struct skl_directory *successor(const char *environment, unsigned number,
				       const char *previous)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
		       "schakel-directory/v1\nenvironment %s\nnumber %u\nprevious %s\n"
		       "fresh-until 2026-12-31T00:00:00Z\n%s",
		       environment, number, previous, HUB);
	return parse_ok(text);
}

static void test_follow(void **state)
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct skl_directory *current = parse_ok(HEAD HUB);
	char digest[65];
	struct row {
		const char *environment;
		unsigned number;
		const char *previous, *now;
		enum skl_err wanted;
	} rows[] = {
		{"test", 8, digest, "2026-03-04", SKL_OK},
		{"test", 8, zeros, "2026-03-04", SKL_EDIRECTORY},
		{"test", 8, "none", "2026-03-04", SKL_EDIRECTORY},
		{"test", 9, zeros, "2026-03-04", SKL_OK}, /* the one between was not seen */
		{"test", 9, "none", "2026-03-04", SKL_EDIRECTORY},
		{"test", 7, digest, "2026-03-04", SKL_EDIRECTORY},
		{"test", 6, digest, "2026-03-04", SKL_EDIRECTORY},
		{"production", 8, digest, "2026-03-04", SKL_EDIRECTORY},
		{"test", 8, digest, "2026-12-31", SKL_EDIRECTORY},
	};

	(void)state;
	skl_hex_encode(skl_view_of(skl_directory_digest(current), 32), digest);
	for (size_t i = 0; i < SKL_COUNT(rows); i++) {
		struct skl_directory *next =
			successor(rows[i].environment, rows[i].number, rows[i].previous);
		struct skl_error error = {0};

		assert_err(skl_directory_may_follow(next, current, at(rows[i].now), &error),
			   rows[i].wanted);
		assert_int_equal(error.code, rows[i].wanted);
		skl_directory_free(next);
	}
	assert_ok(skl_directory_may_follow(current, NULL, at("2026-03-04"), NULL));
	assert_err(skl_directory_may_follow(current, NULL, at("2027-03-04"), NULL), SKL_EDIRECTORY);
	skl_directory_free(current);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),   cmocka_unit_test(test_limits),
		cmocka_unit_test(test_partners), cmocka_unit_test(test_desk_keys),
		cmocka_unit_test(test_epochs),   cmocka_unit_test(test_keys),
		cmocka_unit_test(test_mandates), cmocka_unit_test(test_quorum),
		cmocka_unit_test(test_tampered), cmocka_unit_test(test_registrar_text),
		cmocka_unit_test(test_follow),
	};

	return skl_wire_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
