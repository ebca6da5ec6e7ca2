#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The stories on paper parse, survive encoding and decoding, and have the bytes of golden.hex in an
# implementation of protobuf that is not ours. After a wanted change of a story:
#
#	tests/paper/paper.sh --freeze
#
# writes golden.hex anew. After the first release only additions are wanted changes.

. "${SRC:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/test-lib.sh"

paper=$SRC/tests/data/paper
proto=("--proto_path=$SRC/proto" "--proto_path=$paper")

# Decoding prints what was understood: the same bytes both ways mean that nothing was lost.
round_trip() {
	protoc "${proto[@]}" --encode=schakel.paper.Step paper.proto <"$1" >step.bin &&
		protoc "${proto[@]}" --decode=schakel.paper.Step paper.proto <step.bin >step.txtpb &&
		protoc "${proto[@]}" --encode=schakel.paper.Step paper.proto <step.txtpb >again.bin &&
		cmp step.bin again.bin && [ -s step.bin ]
}

mkdir generated
(cd "$SRC/proto" && protoc --proto_path=. --proto_path="$paper" --python_out="$TMPDIR/generated" \
	schakel/v1/codes.proto schakel/v1/envelope.proto schakel/v1/session.proto \
	schakel/v1/trail.proto "$paper/paper.proto")
test_ok $? 'the formats compile'

"$PYTHON" "$SRC/tests/paper/golden.py" generated "$paper" >golden.hex
test_ok $? 'all stories parse'
if [ "${1:-}" = --freeze ]; then
	{
		echo '# Every message on paper: step, what, number, bytes. Made by tests/paper/paper.sh --freeze'
		cat golden.hex
	} >"$paper/golden.hex"
fi
sed '/^#/d' "$paper/golden.hex" | cmp - golden.hex
test_ok $? 'their bytes are as frozen'

for file in "$paper"/*/*.txtpb; do
	round_trip "$file"
	test_ok $? "${file#"$paper/"}"
done
done_testing
