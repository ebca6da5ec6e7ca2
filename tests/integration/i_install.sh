#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What is installed works from where it is installed: programs, manuals, and
# the client library with its headers and its .pc file; uninstall takes it away.

. "$SRC/tests/lib/test-lib.sh"

build=${BIN%/*/bin}
root=$TMPDIR/root
schakel_make() {
	make --no-print-directory -C "$SRC" BUILD="$(realpath --relative-to="$SRC" "$build")" VARIANT="$VARIANT" DESTDIR="$root" \
		PREFIX=/usr SYSCONFDIR=/etc "$@"
}

test_expect 'make install' schakel_make install || { done_testing; }
test_ok "$([ -f "$root/usr/share/doc/schakel/LICENSE" ]; echo $?)" 'the licence is installed'
test_ok "$([ -d "$root/etc/schakel" ]; echo $?)" 'there is a folder for configuration'

for unit in "$SRC"/deploy/systemd/*.service; do
	cmp -s "$unit" "$root/usr/lib/systemd/system/${unit##*/}"
	test_ok $? "${unit##*/} is installed"
	program=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")
	test_ok "$([ -x "$root/usr/sbin/$program" ] || [ -x "$root/usr/bin/$program" ]; echo $?)" "and $program where it is looked for"
done

for program in schakeld schakel-notary schakelctl schakel-audit schakel-policy schakel-adapter \
	schakel-keys; do
	[ -x "$BIN/$program" ] || continue
	installed=$(find "$root/usr/bin" "$root/usr/sbin" -name "$program" 2>/dev/null)
	cmp -s "$BIN/$program" "$installed"
	test_ok $? "$program is installed"
done

if [ -f "$root/usr/lib/libschakel.a" ] && [ "$VARIANT" = release ]; then
	# As if it had been installed for good in this root.
	mkdir pc
	sed "s,^prefix=.*,prefix=$root/usr," "$root/usr/lib/pkgconfig/libschakel.pc" >pc/libschakel.pc
	export PKG_CONFIG_PATH=$TMPDIR/pc
	read -ra compiler <<<"${CC:-cc}" # it may be two words, as "ccache gcc"
	read -ra cflags < <(pkg-config --cflags libschakel)
	read -ra libs < <(pkg-config --libs libschakel)
	# Each header by itself: it needs nothing that is not installed, and no header before it.
	for header in "$root"/usr/include/schakel/*.h; do
		printf '#include "%s"\nint main(void){return 0;}\n' "${header##*/}" >one.c
		if ! "${compiler[@]}" -std=c17 -D_POSIX_C_SOURCE=200809L "${cflags[@]}" -c -o one.o one.c 2>err; then
			fail "${header##*/} stands by itself"
			diag "$(head -n 5 err)"
		fi
	done
	pass 'headers were compiled one by one'

	printf '%s\n' '#include <stdio.h>' '#include "skl_err.h"' \
		'int main(void) { return puts(skl_err_name(SKL_OK)) < 0; }' >client.c
	test_expect 'a program links with libschakel' "${compiler[@]}" -std=c17 "${cflags[@]}" \
		-o client client.c "${libs[@]}"
	test_expect 'and runs' ./client
else
	skip 'client library' 'not built, or a sanitizer variant'
fi

test_expect 'make uninstall' schakel_make uninstall
test_is "$(find "$root" -type f -not -path '*/etc/*')" '' 'nothing is left behind'
done_testing
