# SPDX-License-Identifier: EUPL-1.2
"""The trail as a timeline: who sent what to whom, what each got and did not get, and what people were
asked to do. timeline.py LABELS LANGUAGE < rows; rows are JSON lines of `schakel-audit query --json --details`,
LABELS is proto/base/skl_code_lists.h, where the words for codes stand."""

import datetime
import json
import re
import sys

LIST = re.compile(r"^#define SKL_(\w+)_MAP\(X\)")
ITEM = re.compile(r'X\((\w+), \d+, "[^"]*", "([^"]*)", "([^"]*)"\)')


def read_labels(path, language):
    """{"KIND_BAN_ORDER": "besluit huisverbod"} in the language asked for."""
    labels, name = {}, ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            begin = LIST.match(line)
            name = begin.group(1) if begin else name
            for code, nl, en in ITEM.findall(line):
                labels[f"{name}_{code}"] = en if language == "en" else nl
    return labels


class Timeline:
    def __init__(self, labels, language):
        self.labels, self.en = labels, language == "en"
        self.first = self.day = self.message = None

    def say(self, nl, en):
        return en if self.en else nl

    def label(self, code):
        return self.labels.get(code, (code or "").lower())

    def when(self, at_ms):
        """A heading for each new day; the time of day."""
        moment = datetime.datetime.fromtimestamp(at_ms / 1000).astimezone()
        self.first = self.first or moment.date()
        if moment.date() != self.day:
            self.day = moment.date()
            number = (self.day - self.first).days
            print(f"\n{self.say('dag', 'day')} {number}  {self.day:%d-%m-%Y}")
        return f"{moment:%H:%M}"

    def sections(self, detail, delivered):
        names = [self.label(s["category"]) for s in detail.get("sections", []) if bool(s.get("delivered")) == delivered]
        return ", ".join(sorted(set(names)))

    def decision(self, entry, detail):
        time = self.when(entry["decided_ms"])
        if self.message != detail.get("id"):
            self.message = detail.get("id")
            print(f"  {time}  {entry['sender']}: {self.label(detail.get('kind'))}")
        went, cut = self.sections(detail, True), self.sections(detail, False)
        parts = [self.label(entry.get("outcome"))]
        if went:
            parts.append(went)
        if cut:
            parts.append(self.say("niet: ", "not: ") + cut)
        print(f"           -> {entry.get('recipient', self.say('het knooppunt', 'the hub')):28} {'; '.join(parts)}")

    def notice(self, entry, detail):
        task = detail.get("task") or f"TASK_{detail.get('text', '').upper()}"
        if task not in self.labels:
            return
        self.when(entry["decided_ms"])
        self.message = None
        due = detail.get("due_ms")
        until = f", {self.say('voor', 'before')} {datetime.datetime.fromtimestamp(due / 1000):%d-%m %H:%M}" if due else ""
        print(f"           !  {self.say('taak', 'task')} {entry.get('recipient', ''):22} {self.label(task)}{until}")


    def clock(self, entry, detail):
        """What time brought: a term that is nearly over, or over."""
        term = self.labels.get("CLOCK_" + detail.get("text", "").upper().replace("-", "_"))
        if not term:
            return
        time = self.when(entry["decided_ms"])
        self.message = None
        is_late = entry.get("reason") == "REASON_LATE"
        what = self.say("termijn om", "term over") if is_late else self.say("termijn bijna om", "term nearly over")
        print(f"  {time}  !  {what} {entry['sender']:17} {term}")


def main(argv):
    timeline = Timeline(read_labels(argv[1], argv[2]), argv[2])
    for line in sys.stdin:
        row = json.loads(line)
        entry = row["entry"]
        detail = next((part["detail"] for part in row.get("details", []) if "detail" in part), {})
        if entry["kind"] == "ENTRY_DECISION":
            timeline.decision(entry, detail)
        elif entry["kind"] == "ENTRY_NOTICE":
            timeline.notice(entry, detail)
        elif entry["kind"] == "ENTRY_CLOCK":
            timeline.clock(entry, detail)
    return 0


sys.exit(main(sys.argv))
