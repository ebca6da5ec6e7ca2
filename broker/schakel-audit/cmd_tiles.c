/* SPDX-License-Identifier: EUPL-1.2 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "newest.h"
#include "skl_clock.h"
#include "tiles.h"

static void usage(FILE *to)
{
	fputs("usage: schakel-audit tiles --store DIR --log-key VKEY|--policy FILE|--registrar "
	      "SIDE:VKEY\n"
	      "           [--year YYYY] {--out DIR | --dry-run}\n"
	      "\n"
	      "Writes the trail as read-only files that prove themselves: a C2SP tlog-tiles "
	      "folder.\n"
	      "\n"
	      "  --store DIR        a store, a copy of one, or its data.mdb\n" AUDIT_TRUST_HELP
	      "  --year YYYY        entries decided in that year alone, which must be over\n"
	      "  --out DIR          the new folder\n"
	      "  --dry-run          say what would be written\n"
	      "\n"
	      "Exit status: 0 done, 1 the trail cannot be proven or has no such entries, 2 wrong\n"
	      "options, 3 it cannot be read or written.\n",
	      to);
}

struct exporting {
	const char *store;
	struct audit_trust trust;
	const char *out;
	const char *year; /* NULL: all */
	bool is_dry;
};

/* ESTATE, which was said: there is nothing to write. */
static enum skl_err nothing(const char *why)
{
	fprintf(stderr, "schakel-audit: %s\n", why);
	return SKL_ESTATE;
}

/* The entries decided in the year, the first to the last: a clock that ran back changes nothing. */
static enum skl_err find_year(const struct copy *copy, const char *year, uint64_t size,
			      struct tiles_range *ret_range)
{
	char from_text[32], now_text[SKL_TIME_TEXT_BYTES], to_text[32];
	int64_t from_ms, to_ms;
	uint64_t first = UINT64_MAX, end = 0;
	unsigned number = 0;

	for (unsigned i = 0; i < 4; i++)
		number = number * 10 + (unsigned)(year[i] - '0'); /* is_year() */
	skl_time_format(skl_now_ms(), now_text);
	if (strncmp(year, now_text, 4) >= 0)
		return nothing("that year is not over");
	(void)snprintf(from_text, sizeof(from_text), "%.4s-01-01T00:00:00Z", year); /* fits */
	(void)snprintf(to_text, sizeof(to_text), "%04u-01-01T00:00:00Z", number + 1);
	if (skl_time_parse(skl_view_str(from_text), &from_ms) != SKL_OK ||
	    skl_time_parse(skl_view_str(to_text), &to_ms) != SKL_OK)
		return nothing("that is no year");
	for (uint64_t i = 0; i < copy->size; i++) {
		if (!(copy->flags[i] & COPY_HAS_LEAF) || copy->decided_ms[i] < from_ms ||
		    copy->decided_ms[i] >= to_ms)
			continue;
		first = first == UINT64_MAX ? i : first;
		end = i + 1;
	}
	if (first == UINT64_MAX)
		return nothing("no entry was decided in that year");
	if (end > size)
		return nothing("entries of that year are under no checkpoint yet");
	*ret_range = (struct tiles_range){.from = first, .to = end};
	return SKL_OK;
}

static enum skl_err export(struct exporting *exporting, struct copy *copy,
			   const struct skl_tlog_policy *policy, struct skl_error *reterr) {
	SKL_CLEANUP(skl_buf_done) struct skl_buf note = {.max = SKL_LIMIT_NOTE};
	SKL_CLEANUP(skl_buf_done) struct skl_buf text = {.max = SKL_LIMIT_NOTE};
	struct skl_checkpoint checkpoint;
	struct tiles_range range;
	enum skl_err err;

	if (!newest_checkpoint(copy, policy, &checkpoint, &note)) return nothing(
		"there is no checkpoint with the signatures it needs");
	range = (struct tiles_range){.from = 0, .to = checkpoint.size};
	err = exporting->year ? find_year(copy, exporting->year, checkpoint.size, &range) : SKL_OK;
	if (err == SKL_OK && !exporting->is_dry)
		err = audit_trust_text(&exporting->trust, &text, reterr);
	if (err == SKL_OK && !exporting->is_dry)
		err = tiles_write(exporting->out, copy, &checkpoint, skl_buf_view(&note),
				  skl_buf_view(&text), range, reterr);
	if (err == SKL_ESTATE && reterr->text[0]) return nothing(reterr->text);
	if (err == SKL_OK) printf("%s: %" PRIu64 " entries, %" PRIu64 "..%" PRIu64 ", in %" PRIu64
				  " bundles, under the checkpoint at %" PRIu64 "%s\n",
				  checkpoint.origin, range.to - range.from, range.from,
				  range.to - 1, tiles_bundles(range), checkpoint.size,
				  exporting->is_dry ? "; nothing is written" : "");
	return err;
}

static enum skl_err export_from(struct exporting *exporting, const char *data_path,
				struct skl_error *reterr)
{
	SKL_CLEANUP(skl_tlog_policy_freep) struct skl_tlog_policy *policy = NULL;
	struct findings findings = {0};
	struct copy copy = {0};
	enum skl_err err = audit_trust_learn(&exporting->trust, data_path, reterr);

	if (err == SKL_OK)
		err = audit_trust_open(&exporting->trust, &policy, reterr);
	if (err == SKL_OK) {
		err = copy_open(data_path, skl_tlog_policy_log(policy, 0)->name,
				&exporting->trust.epochs, &findings, &copy, reterr);
		if (err == SKL_OK)
			err = export(exporting, &copy, policy, reterr);
		copy_close(&copy);
	}
	findings_done(&findings);
	return err;
}

static bool is_year(const char *text)
{
	return strlen(text) == 4 && strspn(text, "0123456789") == 4;
}

static int run(struct exporting *exporting)
{
	struct audit_copy where;
	struct skl_error why = {.text = ""};
	enum skl_err err = audit_copy_open(exporting->store, &where, &why);

	if (err == SKL_OK) {
		err = export_from(exporting, where.data_path, &why);
		audit_copy_close(&where);
	}
	audit_trust_done(&exporting->trust);
	if (err != SKL_OK && err != SKL_ESTATE) {
		fprintf(stderr, "schakel-audit: %s\n", why.text);
		return AUDIT_UNREADABLE;
	}
	if (fflush(stdout) != 0)
		return AUDIT_UNREADABLE;
	return err == SKL_OK ? AUDIT_OK : AUDIT_NO;
}

int audit_tiles(int argc, char **argv)
{
	static const struct option names[] = {
		{"store", required_argument, NULL, 's'},
		AUDIT_TRUST_OPTIONS,
		{"out", required_argument, NULL, 'o'},
		{"year", required_argument, NULL, 'Y'},
		{"dry-run", no_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct exporting exporting = {.store = NULL};
	bool is_wrong = false;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's':
			exporting.store = optarg;
			break;
		case 'o':
			exporting.out = optarg;
			break;
		case 'Y':
			exporting.year = optarg;
			is_wrong |= !is_year(optarg);
			break;
		case 'n':
			exporting.is_dry = true;
			break;
		case 'h':
			usage(stdout);
			return AUDIT_OK;
		default:
			is_wrong |= !audit_trust_take(&exporting.trust, option, optarg);
			break;
		}
	}
	if (is_wrong || !exporting.store || !audit_trust_is_given(&exporting.trust) ||
	    optind != argc || !exporting.out == !exporting.is_dry) {
		usage(stderr);
		return AUDIT_USAGE;
	}
	return run(&exporting);
}
