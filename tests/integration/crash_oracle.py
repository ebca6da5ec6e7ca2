# SPDX-License-Identifier: EUPL-1.2
"""What became of every message, told from outside: nothing lost, nothing doubled, all recorded.

    crash_oracle.py FOLDER [disk-fails=police | disk-fails=vt] [rules=unreadable] [clocks=differ] [build=slow]

FOLDER holds police.history and vt.history (crash_peer), trail.txt (crash_trail) and out/, the folder
that stands for the recipient's system. All must be at rest: every message answered and handed over.
With disk-fails that partner may say that its spool cannot be written: that is counted.
With rules=unreadable the answer may be that nothing could be decided.
With clocks=differ a message may be refused for its time: then it is nowhere.
With build=slow, a sanitizer's, a promise may be late.
Prints one line of figures, and a line for each thing that is wrong. Exit: 0 nothing is wrong, 1.
"""

import collections
import hashlib
import os
import re
import sys

# An adapter that is killed, or whose hub is, may say these; the others would be a fault of ours.
HARMLESS = {"unreachable", "not_answered"}
WORD = re.compile(r'([a-z]+)=("[^"]*"|[^ ]*)')
WANTED = {"permitted": "permitted", "cut": "cut", "denied": "denied_no_rule"}


def lines(path):
    """Whole lines only: a kill may tear the last one of a life."""
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            if line.endswith(" .\n"):
                yield line.split(" ", 1)[0], dict(WORD.findall(line))


class Oracle:
    def __init__(self, folder, knows):
        self.folder = folder
        self.disk_fails = knows.get("disk-fails")
        self.is_ruled = knows.get("rules") != "unreadable"
        self.clocks_differ = knows.get("clocks") == "differ"
        self.is_slow = knows.get("build") == "slow"
        self.problems = []
        self.intents = {}  # id: what police meant to send
        self.submitted = set()  # ids that the spool took
        self.results = {}  # id: the answer
        self.refused = set()  # ids that the hub did not take for their time
        self.receipts = collections.defaultdict(list)  # id: states told to police
        self.got = {}  # id: as offered to Veilig Thuis
        self.shown = []  # in the order they came to the folder
        self.trail = {}  # index: entry
        self.decisions = collections.defaultdict(list)  # id: entries
        self.figures = collections.Counter()
        self.checkpoint = 0

    def wrong(self, text):
        self.problems.append(text)

    # --- reading -------------------------------------------------------------------------------

    def read_police(self):
        for event, row in lines(os.path.join(self.folder, "police.history")):
            if event == "begin":
                self.figures["police_lives"] += 1
            elif event == "intent":
                if row["id"] in self.intents:
                    self.wrong(f"id {row['id']} was made twice")
                self.intents[row["id"]] = row
            elif event == "submitted":
                self.submitted.add(row["id"])
            elif event == "result":
                self.result(row)
            elif event == "receipt":
                self.receipts[row["id"]].append((row["state"], row["complete"]))
            elif event == "failed" and self.clocks_differ and row["err"] == "ETIME":
                self.refused.add(row["id"])
            elif event == "failed":
                self.wrong(f"id {row['id']} failed: {row['err']} {row['text']}")
            else:
                self.other("police", event, row)

    def result(self, row):
        first = self.results.setdefault(row["id"], row)
        if first != row:
            self.wrong(f"id {row['id']} got two different results")
        if row["id"] not in self.intents:
            self.wrong(f"id {row['id']} got a result and was never made")

    def read_vt(self):
        seen = set()
        for event, row in lines(os.path.join(self.folder, "vt.history")):
            if event == "begin":
                self.figures["vt_lives"] += 1
            elif event == "got":
                self.figures["in_doubt"] += row.pop("doubt") == "1"
                if self.got.setdefault(row["id"], row) != row:
                    self.wrong(f"id {row['id']} was offered in two ways")
            elif event == "show":
                if row["id"] not in seen:
                    self.shown.append(row)
                seen.add(row["id"])
            elif event != "handed":
                self.other("vt", event, row)

    def other(self, who, event, row):
        if self.disk_fails == who and (
            event in ("step", "not-spooled") or row.get("kind") == "spool_failed"
        ):
            self.figures["disk_errors"] += 1
        elif event == "alarm" and row["kind"] == "clock" and self.clocks_differ:
            self.figures["clock_alarms"] += 1
        elif event == "alarm" and row["kind"] == "promise_late" and self.is_slow:
            self.figures["late_alarms"] += 1
        elif event == "alarm" and row["kind"] not in HARMLESS:
            self.wrong(f"{who} raised {row['kind']}: {row['err']} id {row['id']} {row['text']}")
        elif event in ("step", "not-spooled"):
            self.wrong(f"{who}: {event} {row}")
        elif event == "died":
            self.figures["died_at_points"] += 1

    def read_trail(self):
        with open(os.path.join(self.folder, "trail.txt"), encoding="ascii") as file:
            for line in file:
                row = dict(word.split("=", 1) for word in line.split())
                if "entry" in row:
                    self.trail[int(row["entry"])] = row
                    if row["kind"] == "decision":
                        self.decisions[row["id"]].append(row)
                elif "checkpoint" in row:
                    self.checkpoint = int(row["checkpoint"])

    # --- judging -------------------------------------------------------------------------------

    def accepted(self):
        return {id for id, row in self.results.items() if row["outcome"] in ("permitted", "cut")}

    def check_results(self):
        for id in sorted(self.refused & self.results.keys()):
            self.wrong(f"id {id} was refused for its time, and got a result")
        for id in sorted(self.submitted - self.results.keys() - self.refused):
            self.wrong(f"id {id} was spooled and got no result")
        for id, row in self.results.items():
            wants = self.intents.get(id, {}).get("wants", "")
            if row["outcome"] != WANTED.get(wants) and (self.is_ruled or row["outcome"] != "error"):
                self.wrong(f"id {id} wanted {wants}, got {row['outcome']}")
        for id in sorted(self.accepted()):
            if ("handed_over", "1") not in self.receipts[id]:
                self.wrong(f"id {id}: its sender was not told that it was handed over")

    def check_folder(self):
        out = os.path.join(self.folder, "out")
        files = set()
        for name in os.listdir(out):
            if name == ".part":
                self.figures["parts_left"] += len(os.listdir(os.path.join(out, name)))
                continue
            match = re.fullmatch(r"([0-9a-f]{32})\.txt", name)
            if not match:
                self.wrong(f"{name} is in the folder: handed over twice")
                continue
            files.add(match[1])
            with open(os.path.join(out, name), "rb") as file:
                content = file.read()
            digest = hashlib.blake2b(content, digest_size=32).hexdigest()
            if match[1] not in self.intents:
                self.wrong(f"{name} is in the folder and was never made")
            elif digest != self.intents[match[1]]["hash"]:
                self.wrong(f"{name} does not hold what was sent")
        for id in sorted(self.accepted() - files):
            self.wrong(f"id {id} was accepted and is not in the folder: lost")
        for id in sorted(files - self.accepted()):
            self.wrong(f"id {id} is in the folder and was not accepted")
        if self.figures["parts_left"]:
            self.wrong(f"{self.figures['parts_left']} parts are left over")
        self.figures["files"] = len(files)

    def check_order(self):
        """Per case the numbers 1, 2, 3 .., in the order of the entries."""
        last = {}
        for row in self.shown:
            seq, index = last.get(row["case"], (0, -1))
            if int(row["seq"]) != seq + 1 or int(row["index"]) <= index:
                self.wrong(
                    f"case {row['case'][:8]}: {row['id']} came as {row['seq']}, entry "
                    f"{row['index']}, after {seq}, entry {index}"
                )
            last[row["case"]] = (int(row["seq"]), int(row["index"]))
        self.figures["cases"] = len(last)

    def check_promise(self, who, id, row):
        entry = self.trail.get(int(row["index"]))
        if not entry or entry["leaf"] != row["leaf"]:
            self.wrong(f"{who}: entry {row['index']} promised for {id} is not in the trail")
        elif int(row["index"]) >= self.checkpoint:
            self.wrong(f"{who}: entry {row['index']} is under no checkpoint")
        elif entry["id"] != id or entry["kind"] != "decision":
            self.wrong(f"{who}: entry {row['index']} is not the decision about {id}")
        return entry

    def check_trail(self):
        if sorted(self.trail) != list(range(len(self.trail))):
            self.wrong("the trail has gaps")
        for id, row in self.results.items():
            entry = self.check_promise("police", id, row)
            if entry and entry["outcome"] != row["outcome"]:
                self.wrong(f"id {id}: told {row['outcome']}, recorded {entry['outcome']}")
            if not int(row["first"]) <= int(row["index"]) < int(row["first"]) + int(row["count"]):
                self.wrong(f"id {id}: its entry is outside the commit that was promised")
        for id, row in self.got.items():
            self.check_promise("vt", id, row)
        for id, entries in self.decisions.items():
            if len(entries) != 1:
                self.wrong(f"id {id} was decided {len(entries)} times")
            if id not in self.results:
                self.wrong(f"id {id} was decided, and its sender never heard")

    def check_receipts(self):
        told = collections.Counter(
            (row["names"], row["state"]) for row in self.trail.values() if row["kind"] == "receipt"
        )
        for id in self.accepted():
            index = self.results[id]["index"]
            if told[index, "handed_over"] != 1:
                self.wrong(f"id {id}: {told[index, 'handed_over']} entries say handed over")
            if told[index, "stored"] > 1:
                self.wrong(f"id {id}: {told[index, 'stored']} entries say stored")
            if told[index, "refused"]:
                self.wrong(f"id {id} was refused by its recipient")

    def judge(self):
        self.read_police()
        self.read_vt()
        self.read_trail()
        self.check_results()
        self.check_folder()
        self.check_order()
        self.check_trail()
        self.check_receipts()
        self.figures["made"] = len(self.intents)
        self.figures["spooled"] = len(self.submitted)
        self.figures["answered"] = len(self.results)
        self.figures["accepted"] = len(self.accepted())
        self.figures["refused_for_time"] = len(self.refused)
        self.figures["entries"] = len(self.trail)
        # A fault may take the only one of a few that would have been refused.
        few = len(self.results) < 20
        if self.is_ruled and (not self.accepted() or not few and len(self.accepted()) == len(self.results)):
            self.wrong("nothing was accepted, or nothing refused: the test tests nothing")


def main():
    oracle = Oracle(sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:]))
    oracle.judge()
    print(" ".join(f"{name}={count}" for name, count in sorted(oracle.figures.items())))
    for problem in oracle.problems[:25]:
        print(f"WRONG {problem}")
    if len(oracle.problems) > 25:
        print(f"WRONG and {len(oracle.problems) - 25} more")
    return 1 if oracle.problems else 0


if __name__ == "__main__":
    sys.exit(main())
