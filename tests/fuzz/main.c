/* SPDX-License-Identifier: EUPL-1.2 */

/*
 * Replay of a fuzz target without libFuzzer: each file in the folders named as
 * arguments is one input and one TAP point. A folder that is not there has no
 * files. The empty input always comes first.
 */

#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_INPUT_BYTES (16u * 1024u * 1024u)

static unsigned points;
static unsigned failures;

static void point(int is_ok, const char *name)
{
	printf("%s %u - %s\n", is_ok ? "ok" : "not ok", ++points, name);
	(void)fflush(stdout);
	failures += is_ok ? 0 : 1;
}

/* The input is copied to memory of exactly its size, so that ASan sees a read past its end. */
static int replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	int is_ok;

	if (!file)
		return 0;
	data = malloc(size ? size : 1); /* fuzz inputs stay outside the accounts of skl_mem */
	is_ok = data && fread(data, 1, size, file) == size;
	(void)fclose(file);
	if (is_ok)
		is_ok = LLVMFuzzerTestOneInput(data, size) == 0;
	free(data);
	return is_ok;
}

static void replay_entry(const char *folder, const char *name)
{
	char path[4096];
	struct stat st;
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (len < 0 || (size_t)len >= sizeof(path)) {
		point(0, name);
		return;
	}
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	/* Printed first: it is the last line of a replay that dies. */
	printf("# %s\n", path);
	(void)fflush(stdout);
	point(st.st_size <= (off_t)MAX_INPUT_BYTES && replay_file(path, (size_t)st.st_size), path);
}

static void replay_folder(const char *folder)
{
	struct dirent **names = NULL;
	int count = scandir(folder, &names, NULL, alphasort);

	if (count < 0) {
		if (errno != ENOENT)
			point(0, folder);
		return;
	}
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.')
			replay_entry(folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

int main(int argc, char **argv)
{
	static const uint8_t nothing[1];

	point(LLVMFuzzerTestOneInput(nothing, 0) == 0, "empty input");
	for (int i = 1; i < argc; i++)
		replay_folder(argv[i]);
	printf("1..%u\n", points);
	return failures ? 1 : 0;
}
