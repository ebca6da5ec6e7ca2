/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * schakel-audit - for supervisors: verify a copy of the trail, prove an entry.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "skl_key.h"
#include "skl_sandbox.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"verify", audit_verify, "read a copy of the trail again and say what is wrong with it"},
	{"query", audit_query, "ask the trail of a hub, with a mandate"},
	{"report", audit_report, "who got what about a person, for the officers who answer"},
	{"reconcile", audit_reconcile, "hold the log of an adapter against a copy of the trail"},
	{"serve", audit_serve,
	 "a console in a browser, for persons with a certificate and a mandate"},
	{"proof", audit_proof, "an entry with its proof that it is in the trail"},
	{"check", audit_check, "check such a proof, off-line"},
	{"tiles", audit_tiles,
	 "the trail, or a year of it, as read-only files that prove themselves"},
};

static void usage(FILE *to)
{
	fputs("usage: schakel-audit COMMAND [options]\n\n", to);
	for (size_t i = 0; i < SKL_COUNT(commands); i++)
		fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].help);
	fputs("\nschakel-audit COMMAND --help tells the options.\n", to);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("schakel-audit %s%s\n", SKL_VERSION, skl_sandbox_remark);
		return 0;
	}
	if (skl_wire_init() != SKL_OK) {
		fputs("schakel-audit: libsodium does not start\n", stderr);
		return AUDIT_UNREADABLE;
	}
	for (size_t i = 0; argc > 1 && i < SKL_COUNT(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	usage(stderr);
	return AUDIT_USAGE;
}
