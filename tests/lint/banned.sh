#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Calls and comments that no code may have: the tables are banned.txt and
# banned-except.txt beside this file.

set -u
here=tests/lint
status=0
mapfile -t sources < <($here/files '*.c' '*.h')

if [ ${#sources[@]} -ne 0 ]; then
	perl $here/code.pl "${sources[@]}" | awk '
		BEGIN { FS = "\t" }
		function glob(text,   s) {
			s = text
			gsub(/[.+]/, "\\\\&", s)
			gsub(/\*/, ".*", s)
			return "^" s "$"
		}
		FILENAME == ARGV[1] {
			if (!/^#/ && NF >= 3) {
				n = split($1, names, " ")
				for (i = 1; i <= n; i++) {
					where[names[i]] = glob($2)
					why[names[i]] = $3
				}
			}
			next
		}
		FILENAME == ARGV[2] {
			if (!/^#/ && NF >= 3) {
				n = split($2, names, " ")
				for (i = 1; i <= n; i++)
					except[$1, names[i]] = 1
			}
			next
		}
		{
			colon = index($0, ":")
			file = substr($0, 1, colon - 1)
			rest = substr($0, colon + 1)
			colon = index(rest, ":")
			line = substr(rest, 1, colon - 1)
			text = substr(rest, colon + 1)
			while (match(text, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
				name = substr(text, RSTART, RLENGTH)
				sub(/[ \t]*\($/, "", name)
				before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
				if (RSTART > 2 && substr(text, RSTART - 2, 2) == "->")
					before = "."
				text = substr(text, RSTART + RLENGTH)
				if (!(name in why) || before == "." || file !~ where[name] ||
				    ((file, name) in except))
					continue
				printf "%s:%s: %s(): %s\n", file, line, name, why[name]
				found = 1
			}
		}
		END { exit found }' $here/banned.txt $here/banned-except.txt - || status=1

	slashes=$(perl $here/code.pl -c "${sources[@]}")
	if [ -n "$slashes" ]; then
		printf '%s\n' "$slashes" | sed 's,$,  (write comments as /* */),'
		status=1
	fi
fi

# Marks for work not done. An open question of design is written NEEDSWORK: with the question.
mapfile -t texts < <($here/files '*.c' '*.h' '*.sh' '*.pl' '*.py' '*.go' '*.js' '*.html' '*.css' \
	'*.proto' '*.md' '*.mk' 'Makefile' '*.[1-8]' | grep -v '^tests/lint/')
if [ ${#texts[@]} -ne 0 ] && grep -nE '\b(TODO|FIXME|XXX)\b' "${texts[@]}"; then
	echo 'lint: finish it, or write the question as NEEDSWORK:'
	status=1
fi

# Scripts of tests never pass the time.
mapfile -t scripts < <($here/files 'tests/*.sh' 'tests/*.py' 'tests/*.go')
if [ ${#scripts[@]} -ne 0 ] &&
	grep -nE '(^|[;&|({]|then|do|else)[[:space:]]*sleep[[:space:]]+[$"0-9.]|\btime\.[sS]leep\(' \
		"${scripts[@]}"; then
	echo 'lint: wait for an event with a deadline (poll, test_wait_for, wait_for_log)'
	status=1
fi

exit $status
