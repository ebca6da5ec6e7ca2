/* SPDX-License-Identifier: EUPL-1.2 */
#include "consistency.h"

#include <inttypes.h>
#include <string.h>

#include "skl_merkle.h"
#include "skl_note.h"
#include "skl_text.h"

#define HEADER "schakel/v1 consistency\n"

bool consistency_is(struct skl_view text)
{
	return text.len >= sizeof(HEADER) - 1 && memcmp(text.data, HEADER, sizeof(HEADER) - 1) == 0;
}

void consistency_format(const struct consistency *proof, struct skl_buf *buf)
{
	char text[SKL_B64_TEXT_BYTES(32)];

	skl_buf_addf(buf, HEADER "old %" PRIu64 "\n", proof->old_size);
	for (size_t i = 0; i < proof->count; i++) {
		skl_b64_encode(skl_view_of(proof->path[i], 32), text);
		skl_buf_addf(buf, "%s\n", text);
	}
	skl_buf_add_u8(buf, '\n');
	skl_buf_add_view(buf, proof->new_note);
	skl_buf_add_u8(buf, '\n');
	skl_buf_add_view(buf, proof->old_note);
}

/* Up to and with the next empty line, which is left out of it; false if there is none. */
static bool take_block(struct skl_view *text, struct skl_view *ret_block)
{
	for (size_t at = 0; at + 1 < text->len; at++) {
		if (text->data[at] != '\n' || text->data[at + 1] != '\n')
			continue;
		*ret_block = skl_view_of(text->data, at + 1);
		*text = skl_view_of(text->data + at + 2, text->len - at - 2);
		return true;
	}
	return false;
}

/* A line of block, without its end; block ends in one. */
static bool take_line(struct skl_view *block, struct skl_view *ret_line)
{
	const uint8_t *end = block->len ? memchr(block->data, '\n', block->len) : NULL;
	size_t len = end ? (size_t)(end - block->data) : 0;

	if (!end)
		return false;
	*ret_line = skl_view_of(block->data, len);
	*block = skl_view_of(end + 1, block->len - len - 1);
	return true;
}

/* "old N", without leading zeros. */
static bool parse_old(struct skl_view line, uint64_t *ret_size)
{
	uint64_t size = 0;

	if (line.len < 5 || line.len > 4 + 18 || memcmp(line.data, "old ", 4) != 0 ||
	    line.data[4] == '0')
		return false;
	for (size_t i = 4; i < line.len; i++) {
		if (line.data[i] < '0' || line.data[i] > '9')
			return false;
		size = size * 10 + (uint64_t)(line.data[i] - '0');
	}
	*ret_size = size;
	return true;
}

enum skl_err consistency_parse(struct skl_view text, struct consistency *ret_proof)
{
	struct consistency proof = {0};
	struct skl_view head, said, line;
	const uint8_t *start;
	size_t len = 0;

	if (!consistency_is(text) || !take_block(&text, &head) || !take_line(&head, &line) ||
	    !take_line(&head, &line) || !parse_old(line, &proof.old_size))
		return SKL_ESYNTAX;
	while (take_line(&head, &line))
		if (proof.count == SKL_LIMIT_PATH_N ||
		    skl_b64_decode(line, proof.path[proof.count++], 32, &len) != SKL_OK ||
		    len != 32)
			return SKL_ESYNTAX;
	/* what is signed, an empty line, the signatures, an empty line */
	start = text.data;
	if (!take_block(&text, &said) || !take_block(&text, &line))
		return SKL_ESYNTAX;
	proof.new_note = skl_view_of(start, said.len + 1 + line.len);
	proof.old_note = text;
	*ret_proof = proof;
	return SKL_OK;
}

/* ESIGNATURE: a log or witness did not sign what stands there. */
static enum skl_err open_note(struct skl_view bytes, const struct skl_tlog_policy *policy,
			      struct skl_checkpoint *ret_checkpoint,
			      struct skl_tlog_verdict *ret_verdict)
{
	static struct skl_note note; /* large; there is one thread */
	enum skl_err err = skl_note_parse(bytes, &note);

	if (err == SKL_OK)
		err = skl_checkpoint_parse(note.text, ret_checkpoint);
	return err == SKL_OK ? skl_tlog_policy_check(policy, &note, ret_verdict) : err;
}

const char *consistency_check(const struct consistency *proof, const struct skl_tlog_policy *policy,
			      struct consistency_found *ret_found)
{
	struct consistency_found found = {.new_verdict = {0}};
	const char *origin = skl_tlog_policy_log(policy, 0)->name;
	enum skl_err new_err =
		open_note(proof->new_note, policy, &found.new_one, &found.new_verdict);
	enum skl_err old_err =
		open_note(proof->old_note, policy, &found.old_one, &found.old_verdict);

	if (new_err == SKL_ESIGNATURE || old_err == SKL_ESIGNATURE)
		return "a signature does not verify";
	if (new_err != SKL_OK || old_err != SKL_OK)
		return "a checkpoint cannot be read";
	if (!found.new_verdict.is_signed || !found.old_verdict.is_signed)
		return "the log did not sign both checkpoints";
	if (!found.new_verdict.is_witnessed)
		return "too few witnesses signed the newer checkpoint";
	if (strcmp(found.new_one.origin, origin) != 0 || strcmp(found.old_one.origin, origin) != 0)
		return "a checkpoint is of another trail";
	if (found.old_one.size != proof->old_size ||
	    skl_merkle_check_consistency(found.old_one.size, found.new_one.size, found.old_one.root,
					 found.new_one.root,
					 skl_view_of(proof->path, proof->count * 32)) != SKL_OK)
		return "the newer checkpoint does not only add to the older";
	*ret_found = found;
	return NULL;
}
