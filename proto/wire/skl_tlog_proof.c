/* SPDX-License-Identifier: EUPL-1.2 */
#include "skl_tlog_proof.h"

#include <inttypes.h>
#include <string.h>

#include "skl_mem.h"
#include "skl_merkle.h"
#include "skl_text.h"

#define HEADER "c2sp.org/tlog-proof@v1"

void skl_tlog_proof_format(const struct skl_tlog_proof *proof, struct skl_buf *buf)
{
	char text[SKL_B64_TEXT_BYTES(32)];

	skl_buf_add_str(buf, HEADER "\n");
	if (proof->extra_len) {
		char extra[SKL_B64_TEXT_BYTES(SKL_TLOG_PROOF_EXTRA)];

		skl_b64_encode(skl_view_of(proof->extra, proof->extra_len), extra);
		skl_buf_addf(buf, "extra %s\n", extra);
	}
	skl_buf_addf(buf, "index %" PRIu64 "\n", proof->index);
	for (size_t i = 0; i < proof->count; i++) {
		skl_b64_encode(skl_view_of(proof->path[i], 32), text);
		skl_buf_addf(buf, "%s\n", text);
	}
	skl_buf_add_u8(buf, '\n');
	skl_buf_add_view(buf, proof->checkpoint);
}

/* The next line, without its end; false if there is none. */
static bool take_line(struct skl_view *text, struct skl_view *ret_line)
{
	const uint8_t *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
	size_t len = end ? (size_t)(end - text->data) : 0;

	if (!end)
		return false;
	*ret_line = skl_view_of(text->data, len);
	*text = skl_view_of(end + 1, text->len - len - 1);
	return true;
}

static bool begins_with(struct skl_view line, const char *word)
{
	size_t len = strlen(word);

	return line.len >= len && memcmp(line.data, word, len) == 0;
}

/* "index N", without leading zeros. */
static bool parse_index(struct skl_view line, uint64_t *ret_index)
{
	uint64_t value = 0;

	if (!begins_with(line, "index ") || line.len < 7 || line.len > 6 + 18 ||
	    (line.data[6] == '0' && line.len > 7))
		return false;
	for (size_t i = 6; i < line.len; i++) {
		if (line.data[i] < '0' || line.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(line.data[i] - '0');
	}
	*ret_index = value;
	return true;
}

enum skl_err skl_tlog_proof_parse(struct skl_view text, struct skl_tlog_proof *ret_proof)
{
	struct skl_tlog_proof proof = {0};
	struct skl_view line;
	size_t len = 0;

	if (!take_line(&text, &line) || !skl_view_is(line, HEADER) || !take_line(&text, &line))
		return SKL_ESYNTAX;
	if (begins_with(line, "extra ")) {
		if (skl_b64_decode(skl_view_of(line.data + 6, line.len - 6), proof.extra,
				   sizeof(proof.extra), &proof.extra_len) != SKL_OK)
			proof.extra_len = 0;
		if (!take_line(&text, &line))
			return SKL_ESYNTAX;
	}
	if (!parse_index(line, &proof.index))
		return SKL_ESYNTAX;
	for (;;) {
		if (!take_line(&text, &line))
			return SKL_ESYNTAX;
		if (line.len == 0)
			break;
		if (proof.count == SKL_LIMIT_PATH_N ||
		    skl_b64_decode(line, proof.path[proof.count++], 32, &len) != SKL_OK ||
		    len != 32)
			return SKL_ESYNTAX;
	}
	proof.checkpoint = text;
	*ret_proof = proof;
	return SKL_OK;
}

enum skl_err skl_tlog_proof_check(const struct skl_tlog_proof *proof, struct skl_view leaf,
				  const struct skl_tlog_policy *policy,
				  struct skl_checkpoint *ret_checkpoint,
				  struct skl_tlog_verdict *ret_verdict)
{
	struct skl_note *note = skl_calloc(1, sizeof(*note));
	uint8_t hash[32];
	enum skl_err err = note ? skl_note_parse(proof->checkpoint, note) : SKL_ENOMEM;

	if (err == SKL_OK)
		err = skl_checkpoint_parse(note->text, ret_checkpoint);
	if (err == SKL_OK)
		err = skl_tlog_policy_check(policy, note, ret_verdict);
	skl_free(note);
	if (err != SKL_OK)
		return err;
	skl_merkle_leaf(leaf, hash);
	err = skl_merkle_check_inclusion(proof->index, ret_checkpoint->size, hash,
					 skl_view_of(proof->path, proof->count * 32),
					 ret_checkpoint->root);
	return err == SKL_EINVAL ? SKL_ESIGNATURE : err;
}
