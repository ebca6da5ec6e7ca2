#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# An implementation in another language, written from the specification alone, gets the same bytes.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1

"$PYTHON" -c 'import nacl.bindings, google.protobuf' 2>/dev/null || skip_all 'python3-nacl or python3-protobuf is missing'
command -v protoc >/dev/null || skip_all 'protoc is not installed'

mkdir pb
protoc -I"$SRC/proto" --python_out=pb "$SRC"/proto/schakel/v1/*.proto || exit 1
export PYTHONPATH=$TMPDIR/pb PYTHONDONTWRITEBYTECODE=1

for file in "$SRC"/tests/data/vectors/*.txt; do
	test_expect "every byte of ${file##*/}" "$PYTHON" "$SRC/tests/foreign/vectors.py" "$file"
done

done_testing
