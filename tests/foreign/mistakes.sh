#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What the hub tells an adapter that errs, so that it can mend its message and not send it for ever.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"

"$PYTHON" -c 'import zmq, nacl.bindings, google.protobuf' 2>/dev/null ||
	skip_all 'python3-zmq, python3-nacl or python3-protobuf is missing'
command -v protoc >/dev/null || skip_all 'protoc is not installed'

mkdir pb
protoc -I"$SRC/proto" --python_out=pb "$SRC"/proto/schakel/v1/*.proto || exit 1
hub_make "$TMPDIR/hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/hub/keys.log")"
hub_start
test_is "$(PYTHONPATH="$TMPDIR/pb" PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$SRC/tests/foreign/mistakes.py" \
	"$HUB" "$TMPDIR/state")" 'error 2010 ours' 'a message that would live too long is refused by its id'
done_testing
