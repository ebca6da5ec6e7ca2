/* SPDX-License-Identifier: EUPL-1.2 */
#include "bundle.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "skl_clock.h"
#include "skl_code.h"
#include "skl_file.h"
#include "skl_leaf.h"
#include "skl_note.h"
#include "skl_text.h"

/* SubjectPublicKeyInfo of an Ed25519 key, RFC 8410: this, then the 32 bytes. */
static const uint8_t key_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
				   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

/* Where the files of a bundle go; a name that ends with a slash is a folder. */
struct sink {
	enum skl_err (*put)(const struct sink *sink, const char *name, struct skl_view bytes,
			    struct skl_error *reterr);
	const char *folder;
	struct skl_buf *tar;
	int64_t at_s;
};

/* keys/N.pem for the key that line N of the policy has. */
static enum skl_err write_key(const struct sink *sink, unsigned number,
			      const struct skl_note_verifier *key, struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf pem = {.max = 1024};
	uint8_t bytes[sizeof(key_head) + 32];
	char text[SKL_B64_TEXT_BYTES(sizeof(bytes))], name[32];

	memcpy(bytes, key_head, sizeof(key_head));
	memcpy(bytes + sizeof(key_head), key->public_key, 32);
	skl_b64_encode(skl_view_of(bytes, sizeof(bytes)), text);
	skl_buf_addf(&pem, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", text);
	(void)snprintf(name, sizeof(name), "keys/%u.pem", number); /* it fits */
	return sink->put(sink, name, skl_buf_view(&pem), reterr);
}

/* The words of a policy that are keys; it was parsed before. */
static enum skl_err write_keys(const struct sink *sink, struct skl_view policy,
			       struct skl_error *reterr)
{
	enum skl_err err = SKL_OK;
	unsigned number = 1;

	for (size_t at = 0, from = 0; at < policy.len && err == SKL_OK; at++) {
		struct skl_note_verifier key;
		uint8_t byte = policy.data[at];

		if (byte != ' ' && byte != '\t' && byte != '\n')
			continue;
		if (skl_note_verifier_parse(skl_view_of(policy.data + from, at - from), &key) ==
		    SKL_OK)
			err = write_key(sink, number, &key, reterr);
		from = at + 1;
		number += byte == '\n';
	}
	return err;
}

/* How it can be checked: the same for both. */
static void describe_check(struct skl_buf *out)
{
	skl_buf_add_str(
		out,
		"Controleren:\n\n"
		"    schakel-audit check --policy EIGEN-BESTAND DEZE-MAP\n\n"
		"of zonder onze programma's, met openssl en sha256sum alleen:\n\n"
		"    sh controle.sh\n\n"
		"controle.sh is leesbaar: elke stap staat erin. De sleutels staan in policy, een\n"
		"regel elk, en voor openssl in keys/. Een bewijs is niet meer waard dan die "
		"sleutels:\n"
		"vergelijk ze met het ondertekende register (schakel-keys directory policy).\n"
		"\nTo check it:\n\n"
		"    schakel-audit check --policy OWN-FILE THIS-FOLDER\n\n"
		"or without our programs, with openssl and sha256sum alone:\n\n"
		"    sh controle.sh\n\n"
		"controle.sh can be read: each step is in it. The keys are in policy, a line each, "
		"and\n"
		"for openssl in keys/. A proof is worth no more than these keys: compare them with "
		"the\n"
		"signed directory (schakel-keys directory policy).\n");
}

/* What two checkpoints say of one another. */
static void describe_consistency(const struct consistency_found *found, struct skl_buf *out)
{
	skl_buf_addf(
		out,
		"Het spoor / the trail %s\n\n"
		"Dit bewijst dat het spoor van %" PRIu64 " regels dezelfde eerste %" PRIu64
		" regels heeft als het\n"
		"spoor dat eerder ondertekend werd: er is alleen bijgekomen, niets veranderd of "
		"weggehaald.\n\n"
		"This proves that the trail of %" PRIu64 " entries has the same first %" PRIu64
		" entries as the\n"
		"trail that was signed before: it was added to, nothing was changed or "
		"removed.\n\n",
		found->new_one.origin, found->new_one.size, found->old_one.size,
		found->new_one.size, found->old_one.size);
	describe_check(out);
}

/* What the entry says, and how it can be checked. */
static void describe(struct skl_view bytes, uint64_t index, struct skl_buf *out)
{
	char decided[SKL_TIME_TEXT_BYTES];
	struct skl_leaf leaf;

	skl_buf_addf(out, "Regel / entry %" PRIu64 "\n", index);
	if (skl_leaf_decode(bytes, &leaf) == SKL_OK) {
		skl_time_format(leaf.decided_ms, decided);
		skl_buf_addf(out,
			     "\nspoor / trail        %s\nsoort / kind         %s\n"
			     "van / from           %s\naan / to             %s\n"
			     "beslist / decided    %s\nuitkomst / outcome   %s\n"
			     "register / directory %" PRIu64 "\n",
			     leaf.origin, skl_code_name(SKL_LIST_ENTRY, (uint32_t)leaf.kind),
			     leaf.sender[0] ? leaf.sender : "-",
			     leaf.recipient[0] ? leaf.recipient : "-", decided,
			     skl_code_name(SKL_LIST_OUTCOME, (uint32_t)leaf.outcome),
			     leaf.directory_number);
	}
	skl_buf_add_str(
		out,
		"\nDit bewijst dat deze regel in het spoor staat, op deze plaats, en dat het "
		"spoor\n"
		"ondertekend is: door de hub, en door de partners die getuige zijn.\n"
		"\nThis proves that the entry is in the trail, at this place, and that the trail "
		"is\n"
		"signed: by the hub, and by the partners that are its witnesses.\n\n");
	describe_check(out);
}

/* What a bundle has beside the keys: names and bytes, the last name NULL. */
struct part {
	const char *name;
	struct skl_view bytes;
};

static enum skl_err write_parts(const struct sink *sink, const struct part *parts,
				struct skl_view policy_text, struct skl_error *reterr)
{
	const struct skl_view none = {0};
	enum skl_err err = sink->put(sink, "/", none, reterr);

	if (err == SKL_OK)
		err = sink->put(sink, "keys/", none, reterr);
	if (err == SKL_OK)
		err = write_keys(sink, policy_text, reterr);
	if (err == SKL_OK)
		err = sink->put(sink, "policy", policy_text, reterr);
	for (; err == SKL_OK && parts->name; parts++)
		err = sink->put(sink, parts->name, parts->bytes, reterr);
	return err;
}

/* own: the steps that are those of this kind of proof. */
static void make_script(const char *own, struct skl_buf *script)
{
	skl_buf_add_str(script, bundle_script_head);
	skl_buf_add_str(script, bundle_script_signatures);
	skl_buf_add_str(script, own);
}

static enum skl_err write_all(const struct sink *sink, struct skl_view leaf,
			      const struct skl_tlog_proof *proof, struct skl_view policy_text,
			      struct skl_error *reterr)
{
	SKL_CLEANUP(skl_buf_done) struct skl_buf proof_text = {.max = 65536};
	SKL_CLEANUP(skl_buf_done) struct skl_buf words = {.max = 65536};
	SKL_CLEANUP(skl_buf_done) struct skl_buf script = {.max = 65536};

	skl_tlog_proof_format(proof, &proof_text);
	describe(leaf, proof->index, &words);
	make_script(bundle_script_entry, &script);
	if (skl_buf_err(&proof_text) != SKL_OK || skl_buf_err(&words) != SKL_OK ||
	    skl_buf_err(&script) != SKL_OK)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	const struct part parts[] = {{"entry", leaf},
				     {"entry.tlog-proof", skl_buf_view(&proof_text)},
				     {"LEESMIJ.txt", skl_buf_view(&words)},
				     {"controle.sh", skl_buf_view(&script)},
				     {NULL, {0}}};

	return write_parts(sink, parts, policy_text, reterr);
}

/* --- a folder --------------------------------------------------------------------- */

static enum skl_err to_folder(const struct sink *sink, const char *name, struct skl_view bytes,
			      struct skl_error *reterr)
{
	char path[4096];
	int len = snprintf(path, sizeof(path), "%s/%s", sink->folder, name);

	if (len < 0 || (size_t)len >= sizeof(path))
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	if (path[len - 1] != '/')
		return skl_file_create(path, bytes, 0644, reterr);
	return mkdir(path, 0755) == 0 ? SKL_OK : skl_error_errno(reterr, errno, path);
}

enum skl_err bundle_write(const char *folder, struct skl_view leaf,
			  const struct skl_tlog_proof *proof, struct skl_view policy_text,
			  struct skl_error *reterr)
{
	const struct sink sink = {.put = to_folder, .folder = folder};

	return write_all(&sink, leaf, proof, policy_text, reterr);
}

enum skl_err bundle_write_consistency(const char *folder, const struct consistency_found *found,
				      struct skl_view text, struct skl_view policy_text,
				      struct skl_error *reterr)
{
	const struct sink sink = {.put = to_folder, .folder = folder};
	SKL_CLEANUP(skl_buf_done) struct skl_buf words = {.max = 65536};
	SKL_CLEANUP(skl_buf_done) struct skl_buf script = {.max = 65536};

	describe_consistency(found, &words);
	make_script(bundle_script_consistency, &script);
	if (skl_buf_err(&words) != SKL_OK || skl_buf_err(&script) != SKL_OK)
		return skl_error_set(reterr, SKL_ENOMEM, 0, 0, "out of memory");
	const struct part parts[] = {{"consistency", text},
				     {"LEESMIJ.txt", skl_buf_view(&words)},
				     {"controle.sh", skl_buf_view(&script)},
				     {NULL, {0}}};

	return write_parts(&sink, parts, policy_text, reterr);
}

/* --- a tar file: POSIX.1-2017, pax, "ustar Interchange Format" ----------------------- */

#define TAR_BLOCK 512

/* A number in octal digits, as many as fit before the zero byte. */
static void octal(uint8_t *field, size_t size, uint64_t number)
{
	field[--size] = '\0';
	while (size--) {
		field[size] = (uint8_t)('0' + number % 8);
		number /= 8;
	}
}

static enum skl_err to_tar(const struct sink *sink, const char *name, struct skl_view bytes,
			   struct skl_error *reterr)
{
	static const uint8_t zeros[TAR_BLOCK];
	uint8_t head[TAR_BLOCK] = {0};
	unsigned sum = 0;
	int len = snprintf((char *)head, 100, "%s/%s", sink->folder, strcmp(name, "/") ? name : "");
	bool is_folder;

	if (len < 0 || len >= 100)
		return skl_error_set(reterr, SKL_EINVAL, 0, 0, "the path is too long");
	is_folder = head[len - 1] == '/';
	octal(head + 100, 8, is_folder ? 0755 : 0644);
	octal(head + 108, 8, 0);
	octal(head + 116, 8, 0);
	octal(head + 124, 12, bytes.len);
	octal(head + 136, 12, (uint64_t)sink->at_s);
	memset(head + 148, ' ', 8); /* its own sum is counted as spaces */
	head[156] = is_folder ? '5' : '0';
	memcpy(head + 257, "ustar", 6);
	memcpy(head + 263, "00", 2);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += head[i];
	octal(head + 148, 7, sum);
	skl_buf_add(sink->tar, head, TAR_BLOCK);
	skl_buf_add_view(sink->tar, bytes);
	skl_buf_add(sink->tar, zeros, (TAR_BLOCK - bytes.len % TAR_BLOCK) % TAR_BLOCK);
	return skl_buf_err(sink->tar);
}

enum skl_err bundle_tar(const char *folder, struct skl_view leaf,
			const struct skl_tlog_proof *proof, struct skl_view policy_text,
			int64_t at_s, struct skl_buf *tar)
{
	static const uint8_t end[2 * TAR_BLOCK];
	const struct sink sink = {.put = to_tar, .folder = folder, .tar = tar, .at_s = at_s};
	struct skl_error why;
	enum skl_err err = write_all(&sink, leaf, proof, policy_text, &why);

	skl_buf_add(tar, end, sizeof(end));
	return err == SKL_OK ? skl_buf_err(tar) : err;
}
