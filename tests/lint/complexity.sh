#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# A function has at most 20 ways through it (McCabe, a switch counted as one),
# a file at most 800 lines. complexity.txt lists what may have more, and why.

set -u
mapfile -t sources < <(tests/lint/files '*.c')
[ ${#sources[@]} -ne 0 ] || exit 0

{
	pmccabe "${sources[@]}" 2>/dev/null |
		awk -F '\t' '{ file = $6; sub(/\(.*/, "", file); name = $6; sub(/.*: /, "", name)
			print file "\t" name "\t" $1 "\t20\tcomplexity" }'
	wc -l "${sources[@]}" | awk '$2 != "total" { print $2 "\t-\t" $1 "\t800\tlines" }'
} | awk -F '\t' '
	FILENAME == ARGV[1] { if (!/^#/ && NF >= 4) may[$1, $2] = $3; next }
	{
		limit = (($1, $2) in may) ? may[$1, $2] : $4
		if ($3 > limit) {
			printf "%s: %s has %s %d, at most %d\n", $1, $2 == "-" ? "the file" : $2, $5, $3, limit
			found = 1
		}
	}
	END { exit found }' tests/lint/complexity.txt -
