#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Logging: only where it is allowed, and never of what a message says. The
# event is a literal; fields are ids, codes and counts.

set -u
mapfile -t sources < <(tests/lint/files 'proto/*.[ch]' 'policy/*.[ch]' 'broker/*.[ch]' 'adapters/*.[ch]')
[ ${#sources[@]} -ne 0 ] || exit 0

exec perl -e '
	use strict; use warnings;
	my $found = 0;
	my $silent = qr{^(?:proto/(?!base/skl_log\.)|policy/engine/|broker/store/)};
	my $forbidden = qr/\b(?:payload|body|content|name|birth\w*|address|street|phone|bsn|secret|
		password|private|plaintext|routing\w*|person|subject|victim|suspect|key)=/xi;
	for my $file (@ARGV) {
		open(my $fh, "<", $file) or die "$file: $!\n";
		my $text = do { local $/; <$fh> };
		$text =~ s{/\*.*?\*/}{ $& =~ s/[^\n]/ /gr }gse;
		while ($text =~ /\bskl_log(?:_open)?\s*(\((?:[^()]++|(?1))*\))/g) {
			my ($call, $at) = ($1, $-[0]);
			my $line = 1 + (substr($text, 0, $at) =~ tr/\n//);
			next if $file =~ m{^proto/base/skl_log\.};
			my @say;
			push @say, "this folder returns errors and does not log" if $file =~ $silent;
			push @say, "a log line has no field $&" if $call =~ $forbidden;
			push @say, "%.*s may print what a partner wrote" if $call =~ /%\.\*s/;
			print "$file:$line: $_\n" for @say;
			$found = 1 if @say;
		}
		# Nothing else may write to standard error from these folders either.
		if ($file =~ $silent) {
			while ($text =~ /\b(?:fprintf\s*\(\s*std(?:err|out)|printf\s*\(|perror\s*\(|puts\s*\()/g) {
				my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
				print "$file:$line: this folder returns errors and does not print\n";
				$found = 1;
			}
		}
	}
	exit $found;
' "${sources[@]}"
