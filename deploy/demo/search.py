# SPDX-License-Identifier: EUPL-1.2
"""How often a name occurs: search.py NAME files PATH..., or search.py NAME memory PID.

Looks for the name as UTF-8, as UTF-16 and as hexadecimal and base64 text, so that a hit cannot hide
in another writing. Memory is every readable mapping of the process.
"""

import base64
import os
import sys


def writings(name):
    raw = name.encode()
    # Base64 depends on where the name starts in its group of three: the middle letters do not.
    texts = {base64.b64encode(b" " * pad + raw)[4:-4] for pad in range(3)}
    return [raw, name.encode("utf-16-le"), raw.hex().encode(), *(text for text in texts if len(text) >= 6)]


def count(data, names):
    return sum(data.count(text) for text in names)


def in_files(names, paths):
    total = 0
    for top in paths:
        walk = os.walk(top) if os.path.isdir(top) else [("", [], [top])]
        for folder, _, files in walk:
            for name in files:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        total += count(file.read(), names)
    return total


def in_memory(names, pid):
    total = read = 0
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            span, mode = line.split()[:2]
            if mode[0] != "r" or line.rstrip().endswith(("[vvar]", "[vsyscall]")):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                while start < end:
                    # A name across two pieces is found because the pieces overlap.
                    piece = memory.read(min(end - start, 1 << 24))
                    if not piece:
                        break
                    read += len(piece)
                    total += count(piece, names)
                    start += len(piece)
            except OSError:
                continue  # guard pages of locked memory cannot be read by anybody
    if read < 1 << 20:
        raise SystemExit("the memory could not be read")
    return total


def main(name, where, places):
    names = writings(name)
    print(in_memory(names, places[0]) if where == "memory" else in_files(names, places))


main(sys.argv[1], sys.argv[2], sys.argv[3:])
