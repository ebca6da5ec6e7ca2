#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# format.sh check|write - compare the C files with what clang-format makes of
# them, or rewrite them. format-except.txt names what it leaves alone.

set -u
mapfile -t sources < <(tests/lint/files '*.c' '*.h' |
	grep -vxF -f <(sed -n '/^#/d; s/\t.*//p' tests/lint/format-except.txt))
[ ${#sources[@]} -ne 0 ] || exit 0

if [ "$1" = write ]; then
	exec clang-format -i "${sources[@]}"
fi

printf '%s\0' "${sources[@]}" | xargs -0 -n 8 -P 2 bash -c '
	status=0
	for file in "$@"; do
		first=$(clang-format "$file" | diff "$file" - | sed -n "1s/[acd,].*//p")
		if [ -n "$first" ]; then
			echo "$file:$first: not in the format of .clang-format (make format)"
			status=1
		fi
	done
	exit $status' _
