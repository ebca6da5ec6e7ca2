#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The police's own system, as far as the adapter sees it: a folder.

    police_system.py FOLDER drop FILE [NAME]      write FILE into in/, as a system does: whole, then renamed
    police_system.py FOLDER wait ROOT ABOUT SECONDS  print the path of the file in out/ with this root
                                               element about this report (or id), read it, leave it
    police_system.py FOLDER heard ABOUT SECONDS   seconds between dropping a report and its feedback
    police_system.py FOLDER answer REQUEST OUT    make <politiegegevens> for a request: every history
                                               "niets bekend" but one
    police_system.py FOLDER list                  root element and report of every file in out/

It stands for the police system only and knows nothing of the hub. Status 1: it did not come in time.
"""
import os
import select
import sys
import time
import xml.etree.ElementTree as ET
from ctypes import CDLL, get_errno

IN_CLOSE_WRITE, IN_MOVED_TO = 0x8, 0x80


class Watch:
    """Waits for something to happen in a folder, without asking again and again."""

    def __init__(self, folder):
        self.libc = CDLL("libc.so.6", use_errno=True)
        self.fd = self.libc.inotify_init1(0o4000)
        if self.libc.inotify_add_watch(self.fd, os.fsencode(folder), IN_CLOSE_WRITE | IN_MOVED_TO) < 0:
            raise OSError(get_errno(), folder)

    def wait(self, seconds):
        if select.select([self.fd], [], [], max(0.0, seconds))[0]:
            os.read(self.fd, 65536)


def drop(folder, source, name=None):
    name = name or os.path.basename(source)
    part = os.path.join(folder, "in", "." + name)
    with open(source, "rb") as file:
        data = file.read()
    with open(part, "wb") as file:
        file.write(data)
    os.rename(part, os.path.join(folder, "in", name))
    with open(os.path.join(folder, ".dropped"), "a", encoding="utf-8") as file:
        try:
            report = ET.fromstring(data).get("id", "")
        except ET.ParseError:
            report = ""
        file.write(f"{time.time():.6f} {report} {name}\n")


def outs(folder):
    for name in sorted(os.listdir(os.path.join(folder, "out"))):
        path = os.path.join(folder, "out", name)
        if name.startswith(".") or not os.path.isfile(path):
            continue
        yield path, ET.parse(path).getroot()


def find(folder, root_name, about):
    for path, root in outs(folder):
        if root.tag == root_name and about in ("*", root.get("melding"), root.get("kenmerk"),
                                               root.get("antwoord-op"), root.get("betreft")):
            return path
    return None


def wait(folder, root_name, about, seconds):
    watch = Watch(os.path.join(folder, "out"))
    deadline = time.monotonic() + seconds
    while True:
        path = find(folder, root_name, about)
        if path:
            return path
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        watch.wait(left)


def heard(folder, about, seconds):
    path = wait(folder, "terugkoppeling", about, seconds)
    if not path:
        return None
    with open(os.path.join(folder, ".dropped"), encoding="utf-8") as file:
        for line in file:
            at, report, _ = line.rstrip("\n").split(" ", 2)
            if report == about:
                return os.stat(path).st_mtime - float(at)
    return None


def answer(request, out):
    root = ET.parse(request).getroot()
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    reply = ET.Element("politiegegevens", {
        "id": "G-" + root.get("kenmerk")[-12:], "antwoord-op": root.get("kenmerk"),
        "opgemaakt": now, "vrijgegeven-door": "u-3e41", "vrijgegeven-op": now})
    first = True
    for person in root.findall("persoon"):
        for kind in ("geweld", "zeden", "vuurwapenbezit", "vuurwapengebruik"):
            history = ET.SubElement(reply, "geschiedenis", {
                "soort": kind, "over": person.get("nummer"), "bron": "gezien", "status": "feit",
                "betrouwbaarheid": "betrouwbaar", "peildatum": now, "wpg": "8"})
            if first:
                item = ET.SubElement(history, "voorval", {"rol": "verdachte", "periode": "2024"})
                item.text = "Eerdere mishandeling, sepot."
                first = False
            else:
                history.set("niets-bekend", "ja")
    ET.ElementTree(reply).write(out, encoding="utf-8", xml_declaration=True)


def main(argv):
    if len(argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder, what, rest = argv[1], argv[2], argv[3:]
    if what == "drop":
        drop(folder, *rest)
        return 0
    if what == "wait":
        path = wait(folder, rest[0], rest[1], float(rest[2]))
        if path:
            print(path)
        return 0 if path else 1
    if what == "heard":
        seconds = heard(folder, rest[0], float(rest[1]))
        if seconds is not None:
            print(f"{seconds:.3f}")
        return 0 if seconds is not None else 1
    if what == "answer":
        answer(rest[0], rest[1])
        return 0
    if what == "list":
        for path, root in outs(folder):
            print(root.tag, root.get("melding", "-"), os.path.basename(path))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
