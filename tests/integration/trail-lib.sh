# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash
#
# Trails made by trail_maker. Sourced after test-lib.sh.
#
#	make_key FILE NAME     a new signing key

# shellcheck disable=SC2034 # for the scripts
origin=schakel.example/test
# shellcheck disable=SC2034
audit=$BIN/schakel-audit

make_key() {
	printf 'schakel-secret-key/v1\nuse sign\nname %s\nsecret %s\n' "$2" \
		"$(head -c 32 /dev/urandom | base64)" >"$1"
	chmod 600 "$1"
}
