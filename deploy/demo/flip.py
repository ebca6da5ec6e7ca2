# SPDX-License-Identifier: EUPL-1.2
"""Change one byte in a copy of the trail: flip.py FILE SENDER RECIPIENT N changes a bit in the N-th
place where an entry from SENDER to RECIPIENT stands (LMDB leaves old copies in free pages, which are
no longer the trail: the driver goes on to the next place then). Status 1: there is no N-th place."""

import sys


def field(number, text):
    """A string field as protobuf writes it: Entry.sender is 5, Entry.recipient 6."""
    return bytes([number << 3 | 2, len(text)]) + text.encode()


def main(path, sender, recipient, number):
    with open(path, "r+b") as file:
        data = file.read()
        at = -1
        for _ in range(int(number)):
            at = data.find(field(5, sender) + field(6, recipient), at + 1)
            if at < 0:
                raise SystemExit(1)
        file.seek(at + 3)
        file.write(bytes([data[at + 3] ^ 1]))


main(*sys.argv[1:])
