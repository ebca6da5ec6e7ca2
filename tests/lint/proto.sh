#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# No message may hold itself, directly or through others: unpacking would
# recurse as deep as a peer likes.

set -u
mapfile -t sources < <(tests/lint/files '*.proto')
[ ${#sources[@]} -ne 0 ] || exit 0

exec perl -e '
	use strict; use warnings;
	my %uses;
	for my $file (@ARGV) {
		open(my $fh, "<", $file) or die "$file: $!\n";
		my $text = do { local $/; <$fh> };
		$text =~ s{/\*.*?\*/|//[^\n]*|"[^"\n]*"}{ }gs;
		my (@stack, $pending);
		while ($text =~ /(message|enum|oneof|service)\s+(\w+)\s*\{|(\{)|(\})|
				 (?:repeated\s+|optional\s+)?(?:map\s*<\s*\w+\s*,\s*)?([\w.]+)\s*>?\s+\w+\s*=\s*\d+/gx) {
			if ($1) { push @stack, $1 eq "message" ? $2 : undef; $uses{$2} ||= {} if $1 eq "message" }
			elsif ($3) { push @stack, undef }
			elsif ($4) { pop @stack }
			else {
				my ($in) = grep { defined } reverse @stack;
				my $type = $5 =~ s/.*\.//r;
				$uses{$in}{$type} = 1 if defined $in;
			}
		}
	}
	my $found = 0;
	for my $start (sort keys %uses) {
		my %seen; my @todo = keys %{$uses{$start}};
		while (defined(my $next = pop @todo)) {
			if ($next eq $start) {
				print "message $start can hold itself: limit the depth by separate messages\n";
				$found = 1; last;
			}
			push @todo, keys %{$uses{$next}} if $uses{$next} && !$seen{$next}++;
		}
	}
	exit $found;
' "${sources[@]}"
