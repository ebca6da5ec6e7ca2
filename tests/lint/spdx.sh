#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Every source says its licence in its first lines.

set -u
status=0
while IFS= read -r file; do
	case $file in
	*.c | *.h | *.sh | *.proto | *.py | *.go | *.pl | *.mk | *.js | *.css | Makefile) ;;
	*) IFS= read -r first <"$file"
		[[ $first == '#!'* ]] || continue ;;
	esac
	if ! head -n 5 "$file" | grep -q 'SPDX-License-Identifier: EUPL-1.2'; then
		echo "$file: no 'SPDX-License-Identifier: EUPL-1.2' in the first five lines"
		status=1
	fi
done < <(tests/lint/files '*' | grep -vE '\.(in|bad)/|^tests/data/|\.(md|txt|json|xml|hex|bin|png|svg)$') 2>/dev/null
exit $status
