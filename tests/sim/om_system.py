#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The prosecution's own system, as far as the adapter sees it: a shared folder with XML.

    om_system.py FOLDER drop FILE [ID [NAME=VALUE...]]   write FILE into in/ as ID.xml: under that number, attributes
                                                 of its root set ("NAME=": removed); written aside, renamed
    om_system.py FOLDER find ROOT [NAME=VALUE...]        paths of files of out/ and taken/ with this root and these
                                                 attributes; status 1 if there is none
    om_system.py FOLDER get FILE NAME            an attribute of the root, the text of an element, or of a veld
    om_system.py FOLDER take                     move what is in out/ to taken/, as a system that reads it does

It stands for the partner's system only and knows nothing of the hub.
"""
import os
import sys
import xml.etree.ElementTree as ET


def drop(folder, source, number=None, changes=()):
    with open(source, "rb") as file:
        body = file.read()
    if number is not None:
        root = ET.fromstring(body)
        root.set("id", number)
        for change in changes:
            name, value = change.split("=", 1)
            if value:
                root.set(name, value)
            else:
                root.attrib.pop(name, None)
        body = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    os.makedirs(os.path.join(folder, "in"), exist_ok=True)
    name = f"{number}.xml" if number else os.path.basename(source)
    part = os.path.join(folder, "in", "." + name)
    with open(part, "wb") as file:
        file.write(body)
        os.fsync(file.fileno())
    os.rename(part, os.path.join(folder, "in", name))


def files(folder):
    for place in ("out", "taken"):
        root = os.path.join(folder, place)
        for name in sorted(os.listdir(root)) if os.path.isdir(root) else []:
            if name.endswith(".xml"):
                yield os.path.join(root, name)


def find(folder, tag, wanted):
    pairs = [word.split("=", 1) for word in wanted]
    for path in files(folder):
        root = ET.parse(path).getroot()
        if root.tag == tag and all(root.get(name) == value for name, value in pairs):
            yield path


def get(path, name):
    root = ET.parse(path).getroot()
    if name in root.attrib:
        return root.get(name)
    for node in root.iter():
        if node.tag == name or node.get("naam") == name:
            return (node.text or "").strip()
    return None


def main(argv):
    if len(argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder, what, rest = argv[1], argv[2], argv[3:]
    if what == "drop":
        drop(folder, rest[0], rest[1] if len(rest) > 1 else None, rest[2:])
        return 0
    if what == "find":
        found = list(find(folder, rest[0], rest[1:]))
        print("\n".join(found))
        return 0 if found else 1
    if what == "get":
        text = get(rest[0], rest[1])
        print(text or "")
        return 0 if text is not None else 1
    if what == "take":
        os.makedirs(os.path.join(folder, "taken"), exist_ok=True)
        for path in list(files(folder)):
            if os.path.basename(os.path.dirname(path)) == "out":
                os.rename(path, os.path.join(folder, "taken", os.path.basename(path)))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
