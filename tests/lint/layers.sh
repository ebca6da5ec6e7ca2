#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# layers.sh [OBJECTS] - check the includes of every C file against layers.txt
# and, given the folder of built objects, the functions they ask for.

set -u
here=tests/lint
table=$here/layers.txt
status=0

$here/files '*.c' '*.h' | awk -v table=$table '
	function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
	function folder_of(path) { sub(/\/[^\/]*$/, "", path); return path }
	# The row for a folder: its own, or that of a parent.
	function row_of(folder) {
		while (folder != "") {
			if (folder in ours)
				return folder
			if (!sub(/\/[^\/]*$/, "", folder))
				return ""
		}
		return ""
	}
	function is_under(folder, list,   n, parts, i) {
		n = split(list, parts, " ")
		for (i = 1; i <= n; i++)
			if (folder == parts[i] || index(folder "/", parts[i] "/") == 1)
				return 1
		return 0
	}
	function complain(text) {
		printf "%s:%d: %s\n", path, line, text
		found = 1
	}
	function has(list, word) { return index(" " list " ", " " word " ") > 0 }
	BEGIN {
		known = "gen protobuf-c sodium zmq lmdb confuse microhttpd curl libxml jansson seccomp gnutls"
		while ((getline text < table) > 0) {
			if (text ~ /^#/ || text ~ /^[ \t]*$/)
				continue
			n = split(text, words, " ")
			if (words[1] == "never") {
				for (i = 3; i <= n; i++)
					never[words[2]] = never[words[2]] " " words[i]
				continue
			}
			if (words[1] == "symbols")
				continue
			split(text, column, "|")
			ours[trim(column[1])] = trim(column[2])
			libraries[trim(column[1])] = trim(column[3])
		}
	}
	{
		files[++count] = $0
		name = $0
		sub(/.*\//, "", name)
		if (name ~ /\.h$/) {
			if (name in home && folder_of($0) !~ /^tests/)
				double[name] = home[name] " and " folder_of($0)
			home[name] = folder_of($0)
			at[$0] = 1
		}
	}
	END {
		for (name in double) {
			printf "%s stands in %s: names of headers are unique\n", name, double[name]
			found = 1
		}
		for (f = 1; f <= count; f++) {
			path = files[f]
			folder = folder_of(path)
			row = row_of(folder)
			if (folder ~ /^tests(\/|$)/)
				continue
			line = 0
			while ((getline text < path) > 0) {
				line++
				if (text !~ /^[ \t]*#[ \t]*include[ \t]*[<"]/)
					continue
				is_quoted = text ~ /include[ \t]*"/
				sub(/^[^<"]*[<"]/, "", text)
				sub(/[>"].*/, "", text)
				header = text
				if (("adapters/" header) in at) # -Iadapters
					header = "adapters/" header
				if (row == "") {
					complain("this folder has no row in tests/lint/layers.txt")
					break
				}
				for (r in never)
					if (is_under(folder, r) && has(never[r], header))
						complain("<" header "> is not for " row)
				if (header ~ /^(schakel\/v1|pages)\//) {
					library = "gen"
				} else if ((folder "/" header) in at || (is_quoted && header in home &&
				           home[header] == folder)) {
					continue
				} else if (header in home || header in at) {
					from = header in at ? folder_of(header) : home[header]
					if (from != folder && !is_under(from, ours[row]))
						complain("\"" header "\" is of " from ", which " row " may not use")
					continue
				} else if (is_quoted) {
					complain("\"" header "\" is not in the tree; use <> for libraries")
					continue
				} else {
					library = header
					sub(/\/.*/, "", library)
					sub(/\.h$/, "", library)
				}
				if (has(known, library) && !has(libraries[row], library))
					complain("<" header "> is not for " row)
			}
			close(path)
		}
		exit found
	}' || status=1

objects=${1:-}
if [ -n "$objects" ]; then
	while read -r _ folder names; do
		[ -d "$objects/$folder" ] || continue
		pattern=$(printf '%s' "$names" | tr -s ' ' '|')
		if find "$objects/$folder" -name '*.o' -exec nm -u -A {} + |
			sed 's/@.*//' | grep -E " U (_*($pattern)(64|_chk)?)\$"; then
			echo "lint: $folder must not ask for these (tests/lint/layers.txt)"
			status=1
		fi
	done < <(grep '^symbols ' $table)
fi
exit $status
