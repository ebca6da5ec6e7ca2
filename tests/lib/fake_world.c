/* SPDX-License-Identifier: EUPL-1.2 */
#include "fake_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skl_clock.h"
#include "skl_hash.h"
#include "skl_note.h"
#include "skl_text.h"

int64_t world_mono_ms;
static int64_t wall_ms;

int64_t world_mono(void)
{
	return world_mono_ms;
}

void world_pass(int64_t ms)
{
	world_mono_ms += ms;
	wall_ms += ms;
	skl_clock_set_virtual(wall_ms);
}

/* prefix folder / name suffix */
static void join(char ret_path[256], const char *prefix, const char *folder, const char *name,
		 const char *suffix)
{
	struct skl_buf buf;
	skl_buf_init(&buf, 255);
	skl_buf_addf(&buf, "%s%s/%s%s", prefix, folder, name, suffix);
	assert_int_equal(skl_buf_err(&buf), SKL_OK);
	memcpy(ret_path, skl_buf_str(&buf), buf.len + 1);
	skl_buf_done(&buf);
}

void world_set_wall(int64_t at_ms)
{
	wall_ms = at_ms;
	skl_clock_set_virtual(wall_ms);
}

static struct skl_key *new_key(enum skl_key_use use, const char *name)
{
	struct skl_key *key = NULL;
	assert_int_equal(skl_key_new(use, name, NULL, &key), SKL_OK);
	return key;
}

static void write_file(const char *folder, const char *name, const struct skl_buf *text)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text->data, text->len), text->len);
	assert_int_equal(close(fd), 0);
}

static void write_key(const char *folder, const char *name, const struct skl_key *key)
{
	struct skl_buf text;
	skl_buf_init(&text, 4096);
	skl_key_format_secret(key, &text);
	assert_int_equal(skl_buf_err(&text), SKL_OK);
	write_file(folder, name, &text);
	skl_buf_wipe(&text);
}

static void add_partner(struct world *world, int index, const char *id, const char *desk)
{
	struct world_partner *partner = &world->partners[index];
	partner->id = id;
	partner->desk = desk;
	partner->transport = new_key(SKL_KEY_USE_TRANSPORT, id);
	partner->sign = new_key(SKL_KEY_USE_SIGN, id);
	partner->seal = new_key(SKL_KEY_USE_SEAL, id);
	join(partner->keys_dir, "", world->folder, id, ".keys");
	join(partner->spool_dir, "", world->folder, id, ".spool");
	assert_int_equal(mkdir(partner->keys_dir, 0700), 0);
	write_key(partner->keys_dir, "transport.key", partner->transport);
	write_key(partner->keys_dir, "sign.key", partner->sign);
	write_key(partner->keys_dir, "seal-desk.key", partner->seal);
}

static void registrar_text(const struct skl_key *key, const char *side, char text[512])
{
	struct skl_note_verifier verifier;
	struct skl_buf buf;
	skl_buf_init(&buf, 512);
	assert_int_equal(skl_note_verifier_of(key, NULL, SKL_NOTE_ED25519, &verifier), SKL_OK);
	skl_note_verifier_format(&verifier, &buf);
	snprintf(text, 512, "%s:%s", side, skl_buf_str(&buf));
	skl_buf_done(&buf);
}

static void add_public(struct skl_buf *text, const char *word, const struct skl_key *key)
{
	char b64[SKL_PUBLIC_TEXT_BYTES];
	skl_key_public_text(key->public_key, b64);
	skl_buf_addf(text, " %s=%s", word, b64);
}

static void add_partner_lines(const struct world *world, struct skl_buf *text)
{
	static const char *const window = "from=2026-01-01 until=2027-01-01";
	skl_buf_add_str(text, "partner id=politie-nh name=\"Politie Noord-Holland\" role=police "
			      "side=justice regions=10,11 status=active\n");
	skl_buf_add_str(text, "partner id=vt-zw name=\"Veilig Thuis Zaanstreek-Waterland\" "
			      "role=veilig_thuis side=care regions=11 status=active\n");
	for (int i = 0; i < WORLD_PARTNERS; i++) {
		const struct world_partner *partner = &world->partners[i];
		skl_buf_addf(text, "key partner=%s use=transport", partner->id);
		add_public(text, "public", partner->transport);
		skl_buf_addf(text, " %s\nkey partner=%s use=sign", window, partner->id);
		add_public(text, "public", partner->sign);
		skl_buf_addf(text, " %s\ndesk partner=%s id=%s", window, partner->id,
			     partner->desk);
		add_public(text, "public", partner->seal);
		skl_buf_addf(text, " %s\n", window);
	}
}

void world_directory(struct world *world, const char *extra)
{
	struct skl_buf text;
	struct skl_note_verifier log;
	char hex[65];
	char fresh[SKL_TIME_TEXT_BYTES];
	skl_buf_init(&text, 65536);
	if (world->directory.len)
		skl_hash(skl_buf_view(&world->directory), world->previous);
	skl_hex_encode(skl_view_of(world->previous, 32), hex);
	skl_time_format(world->fresh_until_ms, fresh);
	skl_buf_addf(&text,
		     "schakel-directory/v1\nenvironment test\n"
		     "number %llu\nprevious %s\n"
		     "fresh-until %s\nhub origin=%s endpoint=%s",
		     (unsigned long long)world->number, world->directory.len ? hex : "none", fresh,
		     world->origin, world->endpoint);
	add_public(&text, "transport", world->hub_transport);
	add_public(&text, "promise", world->hub_promise);
	assert_int_equal(skl_note_verifier_of(world->hub_log, NULL, SKL_NOTE_ED25519, &log),
			 SKL_OK);
	skl_buf_add_str(&text, " log=");
	skl_note_verifier_format(&log, &text);
	skl_buf_add_str(&text, "\n");
	add_partner_lines(world, &text);
	skl_buf_add_str(&text, extra);
	skl_buf_clear(&world->directory);
	assert_int_equal(skl_note_sign(skl_buf_view(&text), world->care, NULL, &world->directory),
			 SKL_OK);
	assert_int_equal(skl_note_add(skl_buf_view(&text), world->justice, NULL, &world->directory),
			 SKL_OK);
	world->number++;
	skl_buf_done(&text);
}

void world_publish(struct world *world)
{
	write_file(world->folder, "directory", &world->directory);
}

void world_witnesses(struct world *world, bool has_police, bool has_vt)
{
	const bool has[WORLD_PARTNERS] = {[POLICE] = has_police, [VT] = has_vt};
	struct skl_buf text;
	skl_buf_init(&text, 4096);
	for (int i = 0; i < WORLD_PARTNERS; i++) {
		const struct world_partner *partner = &world->partners[i];
		struct skl_note_verifier verifier;
		if (!has[i])
			continue;
		assert_int_equal(skl_note_verifier_of(partner->sign, partner->id,
						      SKL_NOTE_COSIGNATURE, &verifier),
				 SKL_OK);
		skl_buf_addf(&text, "witness partner=%s key=", partner->id);
		skl_note_verifier_format(&verifier, &text);
		skl_buf_add_str(&text, "\n");
	}
	world_directory(world, skl_buf_str(&text));
	world_publish(world);
	skl_buf_done(&text);
}

void world_init(struct world *world)
{
	const char *base = getenv("TMPDIR");
	*world = (struct world){.number = 1, .fresh_until_ms = WORLD_NOW + INT64_C(86400000) * 90};
	snprintf(world->origin, sizeof world->origin, "%s", WORLD_ORIGIN);
	assert_int_equal(skl_wire_init(), SKL_OK);
	world_mono_ms = 1000000;
	wall_ms = WORLD_NOW;
	skl_clock_set_virtual(wall_ms);
	snprintf(world->folder, sizeof world->folder, "%s/w.XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(world->folder));
	join(world->endpoint, "ipc://", world->folder, "hub", "");
	join(world->directory_file, "", world->folder, "directory", "");
	world->care = new_key(SKL_KEY_USE_SIGN, "care.test");
	world->justice = new_key(SKL_KEY_USE_SIGN, "justice.test");
	world->hub_transport = new_key(SKL_KEY_USE_TRANSPORT, "hub");
	world->hub_promise = new_key(SKL_KEY_USE_SIGN, "hub");
	world->hub_log = new_key(SKL_KEY_USE_SIGN, WORLD_ORIGIN);
	add_partner(world, POLICE, "politie-nh", "meldingen");
	add_partner(world, VT, "vt-zw", "triage");
	registrar_text(world->care, "care", world->registrar_texts[0]);
	registrar_text(world->justice, "justice", world->registrar_texts[1]);
	world->registrars[0] = world->registrar_texts[0];
	world->registrars[1] = world->registrar_texts[1];
	skl_buf_init(&world->directory, 65536);
	world_directory(world, "");
	world_publish(world);
}

/* Everything in a folder, and folders in it, one level deep. */
static void remove_folder(const char *folder, bool may_descend)
{
	DIR *dir = opendir(folder);
	const struct dirent *item;
	while (dir && (item = readdir(dir)) != NULL) {
		char path[600];
		if (item->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, item->d_name);
		if (unlink(path) && may_descend)
			remove_folder(path, false);
	}
	if (dir)
		(void)closedir(dir);
	(void)rmdir(folder);
}

void world_done(struct world *world)
{
	struct skl_key *keys[] = {world->care, world->justice, world->hub_transport,
				  world->hub_promise, world->hub_log};
	for (size_t i = 0; i < SKL_COUNT(keys); i++)
		skl_key_free(keys[i]);
	for (int i = 0; i < WORLD_PARTNERS; i++) {
		skl_key_free(world->partners[i].transport);
		skl_key_free(world->partners[i].sign);
		skl_key_free(world->partners[i].seal);
	}
	skl_buf_done(&world->directory);
	remove_folder(world->folder, true);
	skl_clock_set_virtual(0);
}

struct skl_client_opts world_client_opts(const struct world *world, int partner)
{
	return (struct skl_client_opts){
		.partner = world->partners[partner].id,
		.keys_dir = world->partners[partner].keys_dir,
		.spool_dir = world->partners[partner].spool_dir,
		.directory_file = world->directory_file,
		.registrars = world->registrars,
		.registrar_count = 2,
		.quorum = 2,
		.mono_ms = world_mono,
	};
}
