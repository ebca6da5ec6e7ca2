# SPDX-License-Identifier: EUPL-1.2
"""Keep what the driver measured: notes.py FILE key=value ...; a dot in the key makes an object, a
value @PATH is the text of that file, or the object in it."""

import json
import os
import sys


def value_of(text):
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8", errors="replace") as file:
            text = file.read().strip()
        return json.loads(text) if text.startswith("{") else text
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def main(path, pairs):
    notes = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            notes = json.load(file)
    for pair in pairs:
        key, _, text = pair.partition("=")
        place = notes
        *groups, last = key.split(".")
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value_of(text)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(notes, file, indent=1)


main(sys.argv[1], sys.argv[2:])
