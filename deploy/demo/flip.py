# SPDX-License-Identifier: EUPL-1.2
"""Change one byte in a copy of the trail: flip.py FILE WORD flips a bit of the first WORD in it."""

import sys


def main(path, word):
    with open(path, "r+b") as file:
        data = file.read()
        at = data.find(word.encode())
        if at < 0:
            raise SystemExit(f"{word} is not in {path}")
        file.seek(at)
        file.write(bytes([data[at] ^ 1]))


main(*sys.argv[1:])
