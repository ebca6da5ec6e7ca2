#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""How often words stand in a process's memory or in files, however they are written.

    find_words.py memory PID -- WORD...
    find_words.py files PATH... -- WORD...     folders with all that is below them

Words are looked for as UTF-8, UTF-16, hexadecimal and base64 (three alignments), so that a hit cannot
hide in another writing. One line a word: "WORD COUNT". Status 1: there was nothing to look in.
"""
import base64
import os
import re
import sys

PIECE = 1 << 24
# A sanitizer's shadow: terabytes of address space that hold nothing of the program.
SHADOW = 1 << 36
# Of anonymous memory larger than this only the pages that are there are read; the rest is nothing.
SPARSE = 1 << 30
PAGE = os.sysconf("SC_PAGE_SIZE")


def forms(word):
    plain = word.encode()
    found = {plain, word.encode("utf-16-le"), plain.hex().encode()}
    for pad in range(3):
        text = base64.b64encode(b"\0" * pad + plain).rstrip(b"=")
        found.add(text[(pad * 8 + 5) // 6 + 1:-2])
    return [form for form in found if len(form) >= 6]


class Counter:
    def __init__(self, words):
        self.forms = {word: forms(word) for word in words}
        self.counts = {word: 0 for word in words}
        self.overlap = max(len(form) for each in self.forms.values() for form in each) - 1
        self.read = 0

    def stream(self, file, left):
        """Count in the next `left` bytes; pieces overlap, and what lay in both counts once."""
        tail = b""
        while left > 0:
            piece = file.read(min(left, PIECE))
            if not piece:
                return
            left -= len(piece)
            self.read += len(piece)
            for word, each in self.forms.items():
                self.counts[word] += sum((tail + piece).count(form) - tail.count(form) for form in each)
            tail = (tail + piece)[-self.overlap:]


def present(pid, start, end):
    """The runs of pages from start to end that are in memory or in swap (proc(5), pagemap)."""
    with open(f"/proc/{pid}/pagemap", "rb", 0) as pagemap:
        pagemap.seek(start // PAGE * 8)
        begin = None
        for at in range(start, end, PIECE):
            entries = pagemap.read(min(PIECE, end - at) // PAGE * 8)
            flags = entries[7::8] if any(entries) else bytes(len(entries) // 8)
            for page, flag in enumerate(flags):
                if (flag & 0xC0 != 0) == (begin is None):
                    if begin is not None:
                        yield begin, at + page * PAGE
                    begin = at + page * PAGE if begin is None else None
        if begin is not None:
            yield begin, end


def search_memory(counter, pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ (\d+)", line)
            if not match or "[vvar" in line or "[vsyscall" in line:
                continue
            start, end = (int(part, 16) for part in match.groups()[:2])
            if end - start > SHADOW:
                continue
            is_sparse = end - start > SPARSE and match[3] == "0"
            for first, last in present(pid, start, end) if is_sparse else [(start, end)]:
                try:
                    memory.seek(first)
                    counter.stream(memory, last - first)
                except (OSError, ValueError, OverflowError):
                    continue  # guard pages of locked memory cannot be read by anybody


def search_files(counter, tops):
    for top in tops:
        walk = os.walk(top) if os.path.isdir(top) else [("", [], [top])]
        for folder, _, names in walk:
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        counter.stream(file, os.path.getsize(path))


def main(arguments):
    if "--" not in arguments or arguments[0] not in ("memory", "files"):
        print(__doc__, file=sys.stderr)
        return 2
    split = arguments.index("--")
    counter = Counter(arguments[split + 1:])
    if arguments[0] == "memory":
        search_memory(counter, arguments[1])
    else:
        search_files(counter, arguments[1:split])
    for word, count in counter.counts.items():
        print(word, count)
    return 0 if counter.read else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
