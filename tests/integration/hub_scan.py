#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""hub_scan.py PID WORD... : how often each word stands in the memory of a process.

Words are looked for as UTF-8, UTF-16 and base64 (three alignments). One line a word: "WORD COUNT".
"""
import base64
import re
import sys


def forms(word):
    plain = word.encode()
    found = {plain, word.encode("utf-16-le")}
    for pad in range(3):
        text = base64.b64encode(b"\0" * pad + plain).rstrip(b"=")
        found.add(text[(pad * 8 + 5) // 6 + 1:-2])
    return [f for f in found if len(f) >= 6]


def main():
    pid = sys.argv[1]
    words = {word: 0 for word in sys.argv[2:]}
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if not match or "[vvar" in line or "[vsyscall" in line:
                continue
            start, end = (int(part, 16) for part in match.groups())
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            for word in words:
                words[word] += sum(data.count(form) for form in forms(word))
    for word, count in words.items():
        print(word, count)


main()
