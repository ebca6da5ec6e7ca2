/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Any bytes as a signed note, as its checkpoint, as a verifier key and as a secret key file. A note
 * that parses is put together again from its parts and must parse to the same.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "skl_key.h"
#include "skl_note.h"
#include "skl_ruleset.h"
#include "skl_tlog_policy.h"
#include "skl_tlog_proof.h"

static void again(const struct skl_note *note)
{
	static struct skl_note other;
	struct skl_buf buf;

	skl_buf_init(&buf, SKL_LIMIT_NOTE);
	skl_buf_add_view(&buf, note->text);
	skl_buf_add_u8(&buf, '\n');
	for (size_t i = 0; i < note->sig_count; i++) {
		skl_buf_add_view(&buf, note->sigs[i].line);
		skl_buf_add_u8(&buf, '\n');
	}
	if (skl_note_parse(skl_buf_view(&buf), &other) != SKL_OK ||
	    !skl_view_equal(other.text, note->text) || other.sig_count != note->sig_count)
		abort();
	skl_buf_done(&buf);
}

static void checkpoint(struct skl_view text)
{
	struct skl_checkpoint parsed;
	struct skl_buf buf;

	if (skl_checkpoint_parse(text, &parsed) != SKL_OK)
		return;
	skl_buf_init(&buf, SKL_LIMIT_NOTE);
	skl_checkpoint_format(&parsed, &buf);
	if (!skl_view_equal(skl_buf_view(&buf), text))
		abort(); /* a checkpoint has one text */
	skl_buf_done(&buf);
}

static void verifier_key(struct skl_view text)
{
	struct skl_note_verifier parsed;
	struct skl_buf buf;

	if (skl_note_verifier_parse(text, &parsed) != SKL_OK)
		return;
	skl_buf_init(&buf, 1024);
	skl_note_verifier_format(&parsed, &buf);
	if (!skl_view_equal(skl_buf_view(&buf), text))
		abort();
	skl_buf_done(&buf);
}

/* A tlog-policy is judged by any note; a tlog-proof that parses has one text, its extra line apart.
 */
static void policy(struct skl_view text)
{
	static struct skl_note note;
	struct skl_tlog_policy *parsed = NULL;
	struct skl_tlog_verdict verdict;

	if (skl_tlog_policy_parse(text, &parsed, NULL) != SKL_OK)
		return;
	if (skl_note_parse(skl_view_str("a\n\n\xe2\x80\x94 a AAAAAAA=\n"), &note) == SKL_OK &&
	    skl_tlog_policy_check(parsed, &note, &verdict) == SKL_OK && verdict.cosigned)
		abort();
	skl_tlog_policy_free(parsed);
}

static void proof(struct skl_view text)
{
	struct skl_tlog_proof parsed;
	struct skl_buf buf;

	if (skl_tlog_proof_parse(text, &parsed) != SKL_OK)
		return;
	skl_buf_init(&buf, SKL_LIMIT_NOTE);
	skl_tlog_proof_format(&parsed, &buf);
	if (buf.len > text.len || (buf.len == text.len && memcmp(buf.data, text.data, text.len)))
		abort();
	skl_buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct skl_note note;
	struct skl_view bytes = skl_view_of(data, size);
	struct skl_note_verifier verifier;
	struct skl_ruleset set;
	struct skl_key *key = NULL;

	if (skl_wire_init() != SKL_OK)
		return 0;
	checkpoint(bytes);
	verifier_key(bytes);
	policy(bytes);
	proof(bytes);
	if (skl_key_parse(bytes, &key, NULL) == SKL_OK)
		skl_key_free(key);
	if (skl_note_parse(bytes, &note) != SKL_OK)
		return 0;
	again(&note);
	if (skl_ruleset_parse(note.text, &set, NULL) == SKL_OK && set.number == 0)
		abort();
	checkpoint(note.text);
	if (skl_note_verifier_parse(
		    skl_view_str("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
				 "LDE4izWy10TW"),
		    &verifier) == SKL_OK)
		(void)!skl_note_verify(&note, &verifier, NULL);
	return 0;
}
