#!/usr/bin/perl
# SPDX-License-Identifier: EUPL-1.2
#
# tests/lint/code.pl [-c] FILE... - each line of C as "file:line:text" without
# what stands in comments and literals, so that a search finds code only. With
# -c it prints the "//" comments instead, and only those.

use strict;
use warnings;

my $comments = @ARGV && $ARGV[0] eq '-c' ? shift @ARGV : 0;

for my $file (@ARGV) {
	open(my $fh, '<', $file) or die "$file: $!\n";
	my $text = do { local $/; <$fh> };
	my @slashes;
	my $blank = sub { my $s = shift; $s =~ s/[^\n]/ /g; $s };
	$text =~ s{
		( /\* .*? \*/ ) | ( // [^\n]* ) | ( " (?: \\. | [^"\\\n] )* " ) | ( ' (?: \\. | [^'\\\n] )* ' )
	}{
		my $match = $&;
		push @slashes, [1 + (substr($text, 0, $-[0]) =~ tr/\n//), $match] if defined $2;
		defined $3 ? '"' . $blank->(substr($match, 1, -1)) . '"' : $blank->($match);
	}gsex;
	if ($comments) {
		print "$file:$_->[0]:$_->[1]\n" for @slashes;
		next;
	}
	my $number = 0;
	print "$file:", ++$number, ":$_\n" for split /\n/, $text;
}
