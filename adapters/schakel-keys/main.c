/* SPDX-License-Identifier: EUPL-1.2 */

/* schakel-keys - make the keys of partners, hub, logs and registrars, and the signed directory. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <sodium.h>

#include "keys.h"
#include "skl_file.h"
#include "skl_limits.h"
#include "skl_note.h"
#include "skl_text.h"

#ifndef SKL_VERSION
#define SKL_VERSION "unknown"
#endif

static const char help[] =
	"usage: schakel-keys generate --partner ID [--desk ID]... [--name TEXT --role ROLE\n"
	"           --side SIDE [--oin OIN] [--regions N,N] [--phone TEXT]]\n"
	"           [--from TIME] [--until TIME] [--only USE]... [--witness]\n"
	"           --out FOLDER\n"
	"       schakel-keys generate --hub --origin NAME --endpoint ADDRESS\n"
	"           {--log NAME | --log-vkey VKEY} --out FOLDER\n"
	"       schakel-keys generate --log NAME --out FOLDER\n"
	"       schakel-keys generate --registrar NAME --side {care | justice} --out FOLDER\n"
	"       schakel-keys generate --secret NAME --out FOLDER\n"
	"       schakel-keys show FILE.key\n"
	"       schakel-keys directory build --environment {test | production}\n"
	"           [--number N] [--previous FILE] --fresh-until TIME [--out FILE] PART...\n"
	"       schakel-keys directory sign --key FILE.key [--out FILE] FILE\n"
	"       schakel-keys directory policy FILE\n"
	"       schakel-keys directory show FILE\n"
	"       schakel-keys directory verify --registrar SIDE:VKEY... [--quorum N]\n"
	"           [--previous FILE] FILE\n"
	"       schakel-keys epoch --origin NAME --from SIZE CHECKPOINT\n"
	"       schakel-keys account --file FILE [--name REF {--shown TEXT --desk ID...\n"
	"           [--certificate FILE.pem] | --password | --remove}]\n"
	"       schakel-keys pseudonym --key FILE\n"
	"       schakel-keys --help | --version\n"
	"\n"
	"  generate   make secret keys (FILE.key, only for you) and the lines for a registrar\n"
	"             (FILE.public); nothing that is there already is overwritten\n"
	"  show       the public half of a secret key file\n"
	"  directory  build the text, sign it, show it, check who signed it\n"
	"  epoch      the record with which a trail that lost its end goes on under another name\n"
	"  account    who may use an adapter's inbox: list, add, new password, remove; a password\n"
	"             is a line of standard input\n"
	"  pseudonym  under what partners know a person, for an officer's search; who it is comes\n"
	"             on standard input: a BSN, or 'family name;given names;YYYY-MM-DD'\n"
	"\n"
	"Status: 0 done, 1 does not verify, 2 wrong command line, 3 could not read or write.\n"
	"See schakel-keys(1).\n";

static void say(const char *format, va_list args)
{
	(void)fputs("schakel-keys: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
}

int keys_say(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return status;
}

int keys_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	(void)fputs("Try: schakel-keys --help\n", stderr);
	return KEYS_USAGE;
}

int keys_say_error(const char *path, const struct skl_error *error)
{
	if (path && error->line)
		return keys_say(KEYS_TROUBLE, "%s:%u:%u: %s", path, error->line, error->column,
				error->text);
	return keys_say(KEYS_TROUBLE, "%s%s%s", path ? path : "", path ? ": " : "", error->text);
}

int keys_read_key(const char *path, struct skl_key **ret_key)
{
	enum { ROOM = 4096 };
	struct skl_error error = {0};
	uint8_t *memory = sodium_malloc(ROOM);
	size_t len = 0;
	enum skl_err err;

	if (!memory)
		return keys_say(KEYS_TROUBLE, "no locked memory for a secret");
	err = skl_file_read_secret(path, memory, ROOM, &len, &error);
	if (err) {
		sodium_free(memory);
		return keys_say(KEYS_TROUBLE, "%s", error.text);
	}
	err = skl_key_parse(skl_view_of(memory, len), ret_key, &error);
	sodium_free(memory);
	return err ? keys_say_error(path, &error) : KEYS_DONE;
}

int keys_read_text(const char *path, struct skl_buf *buf)
{
	struct skl_error error = {0};

	skl_buf_init(buf, SKL_LIMIT_NOTE);
	if (skl_file_read(path, buf, &error))
		return keys_say(KEYS_TROUBLE, "%s", error.text);
	return KEYS_DONE;
}

int keys_show(int argc, char **argv)
{
	SKL_CLEANUP(skl_key_freep) struct skl_key *key = NULL;
	char text[SKL_PUBLIC_TEXT_BYTES], id[2 * SKL_KEY_ID_BYTES + 1];
	int status;

	if (argc != 2)
		return keys_usage("show needs one key file");
	status = keys_read_key(argv[1], &key);
	if (status || !key)
		return status;
	skl_key_public_text(key->public_key, text);
	skl_hex_encode(skl_view_of(key->id, sizeof(key->id)), id);
	(void)printf("use %s\nname %s\npublic %s\nid %s\n",
		     skl_code_name(SKL_LIST_KEY_USE, (uint32_t)key->use), key->name, text, id);
	if (key->use == SKL_KEY_USE_SIGN) {
		struct skl_note_verifier verifier;
		struct skl_buf vkey;

		skl_buf_init(&vkey, 1024);
		if (!skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &verifier)) {
			skl_note_verifier_format(&verifier, &vkey);
			(void)printf("vkey %s\n", skl_buf_str(&vkey));
		}
		skl_buf_clear(&vkey);
		if (!skl_note_verifier_of(key, NULL, SKL_NOTE_COSIGNATURE, &verifier)) {
			skl_note_verifier_format(&verifier, &vkey);
			(void)printf("witness %s\n", skl_buf_str(&vkey));
		}
		skl_buf_done(&vkey);
	}
	return KEYS_DONE;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {{"generate", keys_generate},   {"show", keys_show},
			{"directory", keys_directory}, {"epoch", keys_epoch},
			{"account", keys_account},     {"pseudonym", keys_pseudonym}};
	const struct rlimit no_core = {0, 0}; /* a core file would hold secrets */

	if (setrlimit(RLIMIT_CORE, &no_core) != 0)
		return keys_say(KEYS_TROUBLE, "cannot switch core files off");
	if (skl_wire_init())
		return keys_say(KEYS_TROUBLE, "libsodium does not start");
	if (argc < 2)
		return keys_usage("a command is missing");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		(void)fputs(help, stdout);
		return KEYS_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("schakel-keys " SKL_VERSION);
		return KEYS_DONE;
	}
	for (size_t i = 0; i < SKL_COUNT(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return keys_usage("unknown command %s", argv[1]);
}
