/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_ruleset.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_note.h"
#include "skl_text.h"

void skl_ruleset_format(const struct skl_ruleset *set, struct skl_buf *buf)
{
	char digest[65];
	char previous[65] = "none";

	skl_hex_encode(skl_view_of(set->digest, sizeof(set->digest)), digest);
	if (set->has_previous)
		skl_hex_encode(skl_view_of(set->previous, sizeof(set->previous)), previous);
	skl_buf_addf(buf, "schakel/v1 rules\nnumber %" PRIu64 "\ndigest %s\nprevious %s\n",
		     set->number, digest, previous);
}

/* What follows "WORD " on the line at *at; *at is at the next line then. */
static bool take_line(struct skl_view text, size_t *at, const char *word, struct skl_view *ret_rest)
{
	size_t len = strlen(word);
	const uint8_t *start = text.data + *at;
	const uint8_t *end = *at < text.len ? memchr(start, '\n', text.len - *at) : NULL;

	if (!end || (size_t)(end - start) < len || memcmp(start, word, len) != 0)
		return false;
	*ret_rest = skl_view_of(start + len, (size_t)(end - start) - len);
	*at += (size_t)(end - start) + 1;
	return true;
}

static bool read_number(struct skl_view text, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (text.len == 0 || text.len > 18)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(text.data[i] - '0');
	}
	*ret_number = number;
	return true;
}

static bool is_digest(struct skl_view text, uint8_t ret_digest[32])
{
	return text.len == 64 && skl_hex_decode(text, ret_digest, 32) == SKL_OK;
}

/* Written again it must be the same bytes: one text for one statement. */
static bool is_canonical(const struct skl_ruleset *set, struct skl_view text)
{
	struct skl_buf again;
	bool is_same;

	skl_buf_init(&again, 512);
	skl_ruleset_format(set, &again);
	is_same = skl_buf_err(&again) == SKL_OK && again.len == text.len &&
		  memcmp(again.data, text.data, text.len) == 0;
	skl_buf_done(&again);
	return is_same;
}

enum skl_err skl_ruleset_parse(struct skl_view text, struct skl_ruleset *ret_set,
			       struct skl_error *reterr)
{
	struct skl_ruleset set = {0};
	struct skl_view rest;
	size_t at = 0;
	bool is_read = take_line(text, &at, "schakel/v1 rules", &rest) &&
		       take_line(text, &at, "number ", &rest) && read_number(rest, &set.number) &&
		       set.number > 0 && take_line(text, &at, "digest ", &rest) &&
		       is_digest(rest, set.digest) && take_line(text, &at, "previous ", &rest);

	set.has_previous = is_read && is_digest(rest, set.previous);
	if (!is_read || !is_canonical(&set, text))
		return skl_error_set(reterr, SKL_ESYNTAX, 0, 0,
				     "not a statement about rules. Make it with: schakel-policy "
				     "sign");
	*ret_set = set;
	return SKL_OK;
}

enum skl_err skl_ruleset_open(struct skl_view bytes, const struct skl_registrar *signers,
			      size_t count, unsigned quorum, struct skl_ruleset *ret_set,
			      struct skl_error *reterr)
{
	struct skl_note *note = skl_calloc(1, sizeof(*note));
	enum skl_err err;

	if (!note)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	err = skl_note_parse(bytes, note);
	if (err)
		err = skl_error_set(reterr, err, 0, 0,
				    "not a signed note. Make it with: schakel-policy sign");
	if (!err)
		err = skl_registrars_check(note, signers, count, quorum, "signers", reterr);
	if (!err)
		err = skl_ruleset_parse(note->text, ret_set, reterr);
	skl_free(note);
	return err;
}

enum skl_err skl_ruleset_may_follow(const struct skl_ruleset *next, uint64_t newest_number,
				    const uint8_t newest_digest[32], struct skl_error *reterr)
{
	char digest[65];

	if (next->number <= newest_number)
		return skl_error_set(reterr, SKL_EDENIED, 0, 0,
				     "rules number %" PRIu64 " are not newer than number %" PRIu64
				     ", which was in force. Sign them with a higher number",
				     next->number, newest_number);
	if (next->has_previous && memcmp(next->previous, newest_digest, 32) == 0)
		return SKL_OK;
	skl_hex_encode(skl_view_of(newest_digest, 32), digest);
	return skl_error_set(reterr, SKL_EDENIED, 0, 0,
			     "rules number %" PRIu64 " do not follow %.16s..., number %" PRIu64
			     ". Load what lies between, or sign them as its successor",
			     next->number, digest, newest_number);
}
