/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * crash_peer - one partner's adapter for the tests that kill: police reports go out, or come in and
 * are handed to a system that is a folder.
 *
 *     crash_peer police HUB HISTORY [name=value ...]
 *     crash_peer vt-zw  HUB HISTORY [name=value ...]
 *
 * HUB is the folder that hub-lib.sh makes; spool and folder of the system are made in it. HISTORY
 * is the oracle's evidence: a line for each thing seen, written with one append, so that a kill
 * leaves every line but the last one whole; a whole line ends in " .". What a callback learns is
 * written before it returns, so a line may come twice, but never not at all.
 *
 * police: rate=N messages a second, max=N in all, open=N unanswered at a time, cases=N, size=BYTES
 * of filling, life=SECONDS until they expire (30 days), kind=mixed | plain | acute: mixed has every
 * tenth message of another region (refused), one with a section that is cut, one acute with a fault
 * in its form vt-zw:  careless=1 does not ask the folder when in doubt; hold=1 takes nothing in
 * hand both:   die=POINT dies by SIGKILL at that point; nth=N at its Nth time (1); drain=1 ends by
 * itself, status 0, once everything is sent, answered, handed over and found in a checkpoint
 *
 * SIGTERM ends it with status 0; the spool keeps what is open.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_client.h"
#include "skl_clock.h"
#include "skl_dir.h"
#include "skl_hash.h"
#include "skl_mem.h"
#include "skl_text.h"

#define LINE_MAX_BYTES 4000 /* a line is one write within a page or two */
#define STEP_MS        50
#define SECTIONS_MAX   8

struct peer {
	const char *role;
	const char *hub;
	int history;
	bool is_police;
	struct skl_client *client;
	struct skl_dir *dir; /* of Veilig Thuis */
	/* settings */
	long rate;
	long max;
	long open_max;
	long cases;
	long size;
	long life;
	long nth;
	bool careless;
	bool hold;
	bool drain;
	char kind[16];
	char die[32];
	/* state */
	long number; /* of the last message made, in all lives */
	int64_t next_mono_ms;
};

static volatile sig_atomic_t is_stopping;

static void on_term(int number)
{
	(void)number;
	is_stopping = 1;
}

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "crash_peer: %s: %s\n", what, why);
	exit(3);
}

static void check(enum skl_err err, const char *what)
{
	if (err != SKL_OK)
		die(what, skl_err_name(err));
}

/* --- evidence -------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void tell(struct peer *peer, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line) - 4, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(line) - 4)
		die("history", "line too long");
	memcpy(line + len, " .\n", 3);
	if (write(peer->history, line, (size_t)len + 3) != len + 3)
		die("history", strerror(errno));
}

static void die_at(struct peer *peer, const char *point)
{
	if (strcmp(peer->die, point) != 0 || --peer->nth > 0)
		return;
	tell(peer, "died at=%s", point);
	(void)raise(SIGKILL);
}

static const char *hex(const uint8_t *bytes, size_t len)
{
	static char text[4][129];
	static unsigned turn;
	char *out = text[turn++ % 4];

	skl_hex_encode(skl_view_of(bytes, len < 64 ? len : 64), out);
	return out;
}

/* The number of the last message made, from what earlier lives told. */
static long last_number(const char *path)
{
	char line[LINE_MAX_BYTES];
	FILE *file = fopen(path, "r");
	long last = 0, number;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "intent nr=", 10) == 0) {
			number = strtol(line + 10, NULL, 10);
			last = number > last ? number : last;
		}
	if (file)
		(void)fclose(file);
	return last;
}

/* A life that was killed may have left half a line: what follows it must stand alone. */
static void open_history(struct peer *peer, const char *path)
{
	peer->number = last_number(path);
	peer->history = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (peer->history < 0 || write(peer->history, "\n", 1) != 1)
		die(path, strerror(errno));
	tell(peer, "begin role=%s", peer->role);
}

static void on_alarm(void *arg, const struct skl_alarm *alarm)
{
	tell(arg, "alarm kind=%s over=%d err=%s id=%s index=%" PRIu64 " text=\"%s\"",
	     skl_alarm_name(alarm->kind), alarm->is_over, skl_err_name(alarm->err),
	     alarm->id ? hex(alarm->id, 16) : "-", alarm->index, alarm->text);
}

static void on_state(void *arg, enum skl_session_state state, const struct skl_session_down *down)
{
	tell(arg, "session state=%s err=%s text=\"%s\"", skl_session_state_name(state),
	     down ? skl_err_name(down->err) : "-", down ? down->text : "");
}

/* --- police: what goes out ---------------------------------------------------------------------
 */

struct report {
	long number;
	bool is_elsewhere; /* of a region that is not the recipient's: refused */
	bool has_secret;   /* with a whereabouts section: cut */
	bool is_acute;     /* and not checked: goes out with repair due */
	uint32_t subject;
	size_t count;
	enum skl_category categories[SECTIONS_MAX];
	struct skl_buf contents[SECTIONS_MAX];
	uint8_t case_ref[16];
};

static void add_content(struct report *report, enum skl_category category, long size)
{
	struct skl_buf *buf = &report->contents[report->count];
	long filling = size ? size : 40 + report->number * 7919 % 3000;

	report->categories[report->count++] = category;
	skl_buf_init(buf, 1u << 20);
	skl_buf_addf(buf, "{\"nr\":\"%ld\",\"over\":\"%s\",\"tekst\":\"", report->number,
		     skl_code_name(SKL_LIST_CATEGORY, category));
	for (long i = 0; i < filling; i++)
		skl_buf_add_u8(buf, (uint8_t)('a' + (report->number + i) % 26));
	skl_buf_add_str(buf, "\"}");
}

/* Fictitious, and a function of the number alone. Categories in the order of their numbers. */
static void plan_report(const struct peer *peer, struct report *report)
{
	long number = report->number;
	bool is_mixed = strcmp(peer->kind, "mixed") == 0;
	uint8_t digest[32];
	char name[64];
	int len = snprintf(name, sizeof(name), "%s zaak %ld", peer->hub, number % peer->cases);

	report->is_elsewhere = is_mixed && number % 10 == 3;
	report->has_secret = is_mixed && number % 10 == 6;
	report->is_acute = strcmp(peer->kind, "acute") == 0 || (is_mixed && number % 10 == 8);
	skl_hash(skl_view_of(name, (size_t)len), digest);
	memcpy(report->case_ref, digest, sizeof(report->case_ref));
	add_content(report, SKL_CATEGORY_IDENTITY, 0);
	if (report->has_secret)
		add_content(report, SKL_CATEGORY_WHEREABOUTS, 0);
	if (number % 4 == 0)
		add_content(report, SKL_CATEGORY_HOUSEHOLD, 0);
	add_content(report, SKL_CATEGORY_INCIDENT, peer->size);
	add_content(report, SKL_CATEGORY_RED_FLAGS, 0);
	if (number % 3 == 0)
		add_content(report, SKL_CATEGORY_MEASURES, 0);
}

static void add_line(struct skl_buf *text, enum skl_category category, struct skl_view content)
{
	skl_buf_addf(text, "%u ", (unsigned)category);
	skl_buf_add_view(text, content);
	skl_buf_add_u8(text, '\n');
}

/* What must arrive in the folder, as the recipient writes it. */
static void expected_digest(const struct report *report, uint8_t ret_digest[32])
{
	struct skl_buf text;

	skl_buf_init(&text, 4u << 20);
	for (size_t i = 0; i < report->count; i++)
		if (report->categories[i] != SKL_CATEGORY_WHEREABOUTS)
			add_line(&text, report->categories[i], skl_buf_view(&report->contents[i]));
	check(skl_buf_err(&text), "digest");
	skl_hash(skl_buf_view(&text), ret_digest);
	skl_buf_done(&text);
}

static void add_sections(struct skl_draft *draft, const struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		struct skl_draft_section section = {
			.category = report->categories[i],
			.about = &report->subject,
			.about_count = 1,
			.person_kind = SKL_PERSON_KIND_VICTIM,
			.source_law = SKL_SOURCE_LAW_WPG_8,
			.status = SKL_STATUS_FACT,
			.source = SKL_SOURCE_OBSERVED,
			.reliability = SKL_RELIABILITY_RELIABLE,
			.as_of_ms = skl_now_ms() - 3600000,
			.content = skl_buf_view(&report->contents[i]),
		};

		(void)skl_draft_section(draft, &section); /* its error is the draft's */
	}
}

static void add_rows(struct skl_draft *draft, struct report *report)
{
	const enum skl_position victim = SKL_POSITION_VICTIM;
	uint8_t pseudonym[32];

	skl_hash(skl_view_of((const uint8_t *)&report->number, sizeof(report->number)), pseudonym);
	report->subject = skl_draft_subject(draft, &victim, 1);
	skl_draft_pseudonym(draft, report->subject, 1, pseudonym, 0);
	skl_draft_fact_value(draft, SKL_FACT_PURPOSE, SKL_PURPOSE_STOP_VIOLENCE);
	skl_draft_fact_value(
		draft, SKL_FACT_GROUND,
		skl_code_number(SKL_LIST_GROUND, skl_view_str("wpg:18-1/bpg:4-2-1-i")));
	skl_draft_fact_text(draft, SKL_FACT_USER_REF, "u-7f3a", 0);
	if (report->is_acute) {
		skl_draft_fact_text(draft, SKL_FACT_ACUTE_BY, "u-7f3a", skl_now_ms());
		skl_draft_fact_value(draft, SKL_FACT_URGENCY, SKL_URGENCY_ACUTE);
	} else {
		skl_draft_fact_text(draft, SKL_FACT_CHECKED_BY, "u-2222", skl_now_ms());
	}
	skl_draft_event_at(draft, SKL_EVENT_OCCURRED_AT, skl_now_ms() - 60000);
	skl_draft_competence(draft, report->is_elsewhere ? "0014" : "0479",
			     SKL_COMPETENCE_REGISTERED_HOME);
}

static struct skl_draft *make_draft(struct peer *peer, struct report *report)
{
	const struct skl_draft_opts opts = {
		.kind = SKL_KIND_POLICE_REPORT,
		.sender_desk = "meldingen",
		.case_ref = report->case_ref,
		.expires_ms = peer->life ? skl_now_ms() + peer->life * 1000 : 0,
	};
	struct skl_draft *draft = NULL;
	uint32_t recipient = 0;

	check(skl_client_draft(peer->client, &opts, &draft), "draft");
	add_rows(draft, report);
	add_sections(draft, report);
	check(skl_client_recipient(peer->client, draft, "vt-zw", "triage",
				   SKL_RECIPIENT_TYPE_PRINCIPAL, &recipient),
	      "recipient");
	skl_draft_wrap_all(draft);
	return draft;
}

/* One report: told before it is submitted, and again once the spool has it. */
static void submit_one(struct peer *peer)
{
	struct report report = {.number = ++peer->number};
	struct skl_error why = {0};
	struct skl_draft *draft;
	uint8_t digest[32], id[16];
	enum skl_err err;

	plan_report(peer, &report);
	expected_digest(&report, digest);
	draft = make_draft(peer, &report);
	memcpy(id, skl_draft_id(draft), sizeof(id));
	tell(peer, "intent nr=%ld id=%s case=%s wants=%s hash=%s", report.number, hex(id, 16),
	     hex(report.case_ref, 16),
	     report.is_elsewhere ? "denied"
	     : report.has_secret ? "cut"
				 : "permitted",
	     hex(digest, 32));
	die_at(peer, "intent");
	err = skl_client_submit(peer->client, draft, report.is_acute ? SKL_SUBMIT_ACUTE : 0, id,
				&why);
	die_at(peer, "submit");
	if (err == SKL_OK)
		tell(peer, "submitted id=%s", hex(id, 16));
	else
		tell(peer, "not-spooled id=%s err=%s", hex(id, 16), skl_err_name(err));
	skl_draft_free(draft);
	for (size_t i = 0; i < report.count; i++)
		skl_buf_done(&report.contents[i]);
	if (err != SKL_OK && err != SKL_EMAPFULL)
		die("submit", why.text);
}

static void submit_due(struct peer *peer)
{
	int64_t now_ms = skl_mono_ms();
	struct skl_client_status status;

	if (!peer->is_police || !peer->rate || is_stopping)
		return;
	if (peer->next_mono_ms < now_ms - 1000)
		peer->next_mono_ms = now_ms;
	while (peer->number < peer->max && peer->next_mono_ms <= now_ms) {
		check(skl_client_status(peer->client, &status), "status");
		if (status.spool.out_open >= (uint64_t)peer->open_max)
			return;
		submit_one(peer);
		peer->next_mono_ms += 1000 / peer->rate;
	}
}

/* For the verifier. A kill in between leaves half a file; but then the result is told again. */
static void keep_result(const struct peer *peer, const uint8_t id[16], struct skl_view raw)
{
	char path[1024];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/results", peer->hub);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		die(path, strerror(errno));
	(void)snprintf(path, sizeof(path), "%s/results/%s", peer->hub, hex(id, 16));
	file = fopen(path, "w");
	if (!file || fwrite(raw.data, 1, raw.len, file) != raw.len || fclose(file) != 0)
		die(path, strerror(errno));
}

static enum skl_err on_result(void *arg, const uint8_t id[16], const Schakel__V1__Result *result)
{
	struct peer *peer = arg;
	const Schakel__V1__RecipientResult *one = result->recipients[0];
	struct skl_buf raw;
	uint8_t digest[32];

	skl_buf_init(&raw, 4u << 20);
	check(skl_client_result(peer->client, id, &raw), "result");
	skl_hash(skl_buf_view(&raw), digest);
	keep_result(peer, id, skl_buf_view(&raw));
	skl_buf_done(&raw);
	tell(peer,
	     "result id=%s outcome=%s index=%" PRIu64 " leaf=%s first=%" PRIu64
	     " count=%u root=%s answer=%s",
	     hex(id, 16), skl_code_name(SKL_LIST_OUTCOME, (uint32_t)result->outcome),
	     one->entry->index, hex(one->entry->leaf_hash.data, 32), result->promise->first_index,
	     result->promise->count, hex(result->promise->root.data, 32), hex(digest, 32));
	die_at(peer, "result");
	return SKL_OK;
}

static enum skl_err on_failed(void *arg, const uint8_t id[16], enum skl_err err, const char *text)
{
	tell(arg, "failed id=%s err=%s text=\"%s\"", hex(id, 16), skl_err_name(err), text);
	return SKL_OK;
}

static enum skl_err on_receipt(void *arg, const struct skl_client_receipt *receipt)
{
	tell(arg, "receipt id=%s state=%s complete=%d", hex(receipt->id, 16),
	     skl_code_name(SKL_LIST_DELIVERY, receipt->state), receipt->is_complete);
	die_at(arg, "receipt");
	return SKL_OK;
}

/* --- Veilig Thuis: what comes in ---------------------------------------------------------------
 */

static bool is_there(const struct peer *peer, const char *name)
{
	struct skl_buf path;
	struct stat ignored;
	bool is;

	skl_buf_init(&path, 4096);
	skl_buf_addf(&path, "%s/system/out/%s", peer->hub, name);
	is = stat(skl_buf_str(&path), &ignored) == 0;
	skl_buf_done(&path);
	return is;
}

static void write_body(const struct skl_received *received, struct skl_buf *text)
{
	for (unsigned category = 0; category < 128; category++)
		for (size_t i = 0; i < received->section_count; i++)
			if ((unsigned)received->sections[i].row->category == category)
				add_line(text, (enum skl_category)category,
					 received->sections[i].content);
	check(skl_buf_err(text), "body");
}

/* New to the folder: part, record, show. */
static void put(struct peer *peer, const struct skl_received *received, const char *name)
{
	struct skl_buf text;

	skl_buf_init(&text, 4u << 20);
	write_body(received, &text);
	check(skl_dir_part(peer->dir, name, skl_buf_view(&text)), "part");
	skl_buf_done(&text);
	die_at(peer, "part");
	check(skl_client_handing(peer->client, received->key), "handing");
	die_at(peer, "handing");
}

static enum skl_err on_message(void *arg, const struct skl_received *received)
{
	struct peer *peer = arg;
	const uint8_t *case_ref = received->common->case_ref.data;
	char name[64];
	const char *id = hex(received->common->id.data, 16);

	if (peer->hold)
		return SKL_EAGAIN;
	(void)snprintf(name, sizeof(name), "%s.txt", id);
	tell(peer, "got id=%s doubt=%d case=%s seq=%" PRIu64 " index=%" PRIu64 " leaf=%s", id,
	     received->in_doubt, hex(case_ref, 16), received->case_seq, received->entry->index,
	     hex(received->entry->leaf_hash.data, 32));
	die_at(peer, "got");
	if (!received->in_doubt || peer->careless) {
		/* A folder that replaces would hide what was given twice. */
		if (is_there(peer, name))
			(void)snprintf(name, sizeof(name), "%s.again-%ld.txt", id, (long)getpid());
		put(peer, received, name);
	}
	tell(peer, "show id=%s case=%s seq=%" PRIu64 " index=%" PRIu64, id, hex(case_ref, 16),
	     received->case_seq, received->entry->index);
	if (skl_dir_has_part(peer->dir, name))
		check(skl_dir_show(peer->dir, name), "show");
	die_at(peer, "show");
	check(skl_client_handed_over(peer->client, received->key), "handed over");
	die_at(peer, "handed");
	tell(peer, "handed id=%s", id);
	return SKL_OK;
}

/* --- life ----------------------------------------------------------------------------------------
 */

static void read_registrar(const struct peer *peer, const char *who, char ret_text[512])
{
	char path[1024];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/keys/%s/registrar.vkey", peer->hub, who);
	file = fopen(path, "r");
	if (!file || !fgets(ret_text, 512, file))
		die(path, "cannot be read");
	ret_text[strcspn(ret_text, "\n")] = 0;
	(void)fclose(file);
}

static void open_client(struct peer *peer)
{
	char care[512], justice[512], keys[1024], spool[1024], note[1024];
	const char *const registrars[] = {care, justice};
	const struct skl_client_opts opts = {
		.partner = peer->is_police ? "politie-nh" : "vt-zw",
		.keys_dir = keys,
		.spool_dir = spool,
		.directory_file = note,
		.registrars = registrars,
		.registrar_count = 2,
		.quorum = 2,
		.answer_ms = 2000,
		.retry_max_ms = 500,
		.is_witness = true, /* where the directory has it as one */
		.calls = {.on_result = on_result,
			  .on_failed = on_failed,
			  .on_receipt = on_receipt,
			  .on_message = on_message,
			  .on_alarm = on_alarm,
			  .on_state = on_state},
		.arg = peer,
		.session = {.backoff_min_ms = 20, .backoff_max_ms = 200},
	};
	struct skl_error why = {0};

	read_registrar(peer, "care", care);
	read_registrar(peer, "justice", justice);
	(void)snprintf(keys, sizeof(keys), "%s/keys/%s", peer->hub, peer->role);
	(void)snprintf(spool, sizeof(spool), "%s/spool-%s", peer->hub, peer->role);
	(void)snprintf(note, sizeof(note), "%s/directory.note", peer->hub);
	if (skl_client_open(&opts, &peer->client, &why) != SKL_OK)
		die("client", why.text);
}

static void open_system(struct peer *peer)
{
	char root[1024];
	const struct skl_dir_opts opts = {.root = root};
	struct skl_error why = {0};

	(void)snprintf(root, sizeof(root), "%s/system", peer->hub);
	if (mkdir(root, 0700) != 0 && errno != EEXIST)
		die(root, strerror(errno));
	if (skl_dir_open(&opts, &peer->dir, &why) != SKL_OK)
		die("system", why.text);
}

static bool is_drained(struct peer *peer)
{
	struct skl_client_status status;
	const struct skl_spool_stats *spool = &status.spool;

	if (peer->is_police && peer->rate && peer->number < peer->max)
		return false;
	check(skl_client_status(peer->client, &status), "status");
	if (skl_mono_ms() >= peer->next_mono_ms) { /* for the log, once a second */
		peer->next_mono_ms = skl_mono_ms() + 1000;
		(void)fprintf(stderr,
			      "waits out=%" PRIu64 " answered=%" PRIu64 " in=%" PRIu64
			      " receipts=%" PRIu64 " events=%" PRIu64 " promises=%" PRIu64 "\n",
			      spool->out_open, spool->out_answered, spool->in_open, spool->receipts,
			      spool->events, spool->promises);
	}
	return !spool->out_open && !spool->out_answered && !spool->in_open && !spool->receipts &&
	       !spool->events && !spool->promises;
}

static void run(struct peer *peer)
{
	while (!is_stopping) {
		submit_due(peer);
		enum skl_err err = skl_client_step(peer->client, STEP_MS);

		if (err == SKL_EIO)
			die("spool", "the disk is in doubt");
		if (err != SKL_OK)
			tell(peer, "step failed");
		if (peer->drain && is_drained(peer)) {
			tell(peer, "drained");
			return;
		}
	}
}

static void set(struct peer *peer, const char *word)
{
	const struct {
		const char *name;
		long *field;
	} numbers[] = {{"rate", &peer->rate},   {"max", &peer->max},   {"open", &peer->open_max},
		       {"cases", &peer->cases}, {"size", &peer->size}, {"life", &peer->life},
		       {"nth", &peer->nth}};
	const struct {
		const char *name;
		bool *field;
	} switches[] = {
		{"careless", &peer->careless}, {"hold", &peer->hold}, {"drain", &peer->drain}};
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : 0;

	if (!equals)
		die(word, "not name=value");
	if (len == 3 && strncmp(word, "die", len) == 0) {
		(void)snprintf(peer->die, sizeof(peer->die), "%s", equals + 1);
		return;
	}
	if (len == 4 && strncmp(word, "kind", len) == 0) {
		(void)snprintf(peer->kind, sizeof(peer->kind), "%s", equals + 1);
		return;
	}
	for (size_t i = 0; i < SKL_COUNT(numbers); i++)
		if (strlen(numbers[i].name) == len && strncmp(numbers[i].name, word, len) == 0) {
			*numbers[i].field = strtol(equals + 1, NULL, 10);
			return;
		}
	for (size_t i = 0; i < SKL_COUNT(switches); i++)
		if (strlen(switches[i].name) == len && strncmp(switches[i].name, word, len) == 0) {
			*switches[i].field = equals[1] == '1';
			return;
		}
	die(word, "not a setting");
}

int main(int argc, char **argv)
{
	struct peer peer = {
		.rate = 50, .max = 1000000, .open_max = 64, .cases = 7, .nth = 1, .kind = "mixed"};
	const struct sigaction action = {.sa_handler = on_term};

	if (argc < 4 || sigaction(SIGTERM, &action, NULL) != 0) {
		(void)fprintf(stderr,
			      "usage: crash_peer police|vt-zw HUB HISTORY [name=value ...]\n");
		return 2;
	}
	peer.role = argv[1];
	peer.hub = argv[2];
	peer.is_police = strcmp(peer.role, "police") == 0;
	for (int i = 4; i < argc; i++)
		set(&peer, argv[i]);
	open_history(&peer, argv[3]);
	open_client(&peer);
	if (!peer.is_police)
		open_system(&peer);
	run(&peer);
	skl_client_close(peer.client);
	skl_dir_close(peer.dir);
	(void)close(peer.history);
	return 0;
}
