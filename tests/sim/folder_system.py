#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A partner's own system with a shared folder and JSON, as far as the adapter sees it.

    folder_system.py FOLDER drop FILE          write FILE ("-": standard input) into in/: written aside, renamed
    folder_system.py FOLDER take               move what is in out/ to taken/, as a system that reads it does
    folder_system.py FOLDER find WORD...       paths of files of out/ and taken/ that have each of WORDs as a
                                               value, or KEY=WORD as a member; status 1 if there is none
    folder_system.py FOLDER get FILE PATH      one value: sections.0.data.goals

It stands for the partner's system only and knows nothing of the hub.
"""
import json
import os
import sys


def write(folder, name, body):
    os.makedirs(os.path.join(folder, "in"), exist_ok=True)
    part = os.path.join(folder, "in", "." + name)
    with open(part, "wb") as file:
        file.write(body)
        os.fsync(file.fileno())
    os.rename(part, os.path.join(folder, "in", name))


def files(folder):
    for place in ("out", "taken"):
        root = os.path.join(folder, place)
        for name in sorted(os.listdir(root)) if os.path.isdir(root) else []:
            if name.endswith(".json"):
                yield os.path.join(root, name)


def members(value, key=""):
    """Every (key, scalar) at any depth."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from members(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from members(one, key)
    else:
        yield key, str(value)


def has(message, words):
    there = set(members(message))
    values = {value for _key, value in there}
    return all(tuple(word.split("=", 1)) in there if "=" in word else word in values for word in words)


def get(message, path):
    for step in path.split("."):
        message = message[int(step)] if isinstance(message, list) else message[step]
    return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False, sort_keys=True)


def main(argv):
    if len(argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder, what, rest = argv[1], argv[2], argv[3:]
    if what == "drop":
        with (sys.stdin.buffer if rest[0] == "-" else open(rest[0], "rb")) as file:
            body = file.read()
        write(folder, rest[1] if len(rest) > 1 else os.path.basename(rest[0]), body)
        return 0
    if what == "take":
        os.makedirs(os.path.join(folder, "taken"), exist_ok=True)
        for name in os.listdir(os.path.join(folder, "out")):
            if name.endswith(".json"):
                os.rename(os.path.join(folder, "out", name), os.path.join(folder, "taken", name))
        return 0
    if what == "find":
        found = []
        for path in files(folder):
            with open(path, encoding="utf-8") as file:
                if has(json.load(file), rest):
                    found.append(path)
        print("\n".join(found))
        return 0 if found else 1
    if what == "get":
        with open(rest[0], encoding="utf-8") as file:
            print(get(json.load(file), rest[1]))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
