#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
#
# golden.py GENERATED PAPER: the bytes of every message on paper, in hex, a line each, made by
# another implementation of protobuf than ours. GENERATED holds paper_pb2.py, PAPER the stories.

import pathlib
import sys

sys.path.insert(0, sys.argv[1])

from google.protobuf import text_format  # noqa: E402
import paper_pb2  # noqa: E402


def show(name, what, number, message):
    # Fields in the order of their numbers: protobuf promises no order, ours and this one keep it.
    print(name, what, number, message.SerializeToString(deterministic=True).hex())


def show_step(step):
    show(step.name, "common", 0, step.common)
    for number, line in enumerate(step.lines):
        show(step.name, "row", number, line.row)
    show(step.name, "result", 0, step.result)
    for number, recorded in enumerate(step.recorded):
        show(step.name, "entry", number, recorded.entry)
        if recorded.HasField("detail"):
            show(step.name, "detail", number, recorded.detail)
        for part, subject in enumerate(recorded.subjects):
            show(step.name, "subject", part, subject)
    for number, receipt in enumerate(step.receipts):
        show(step.name, "receipt", number, receipt)
    for number, told in enumerate(step.told):
        show(step.name, "notice", number, told.notice)
    if step.HasField("answer"):
        show(step.name, "answer", 0, step.answer)


def main():
    root = pathlib.Path(sys.argv[2])
    # The order of glob(3) in the C locale: by the bytes of the whole path.
    for path in sorted(root.glob("*/*.txtpb"), key=lambda path: str(path).encode()):
        step = text_format.Parse(path.read_text(encoding="utf-8"), paper_pb2.Step())
        wanted = str(path.relative_to(root)).removesuffix(".txtpb")
        if step.name != wanted:
            sys.exit(f"{path}: its name is {step.name}, not {wanted}")
        show_step(step)


main()
