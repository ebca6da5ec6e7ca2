#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A received message (JSON of Veilig Thuis' own system) as lines that can be compared.

    sections.py FILE             facts, events, subjects and every section, numbers replaced by positions
    sections.py FILE get PATH    one value: messageId, caseRef, subjects.victim+parent (its number) ...

A person is named by its positions ("victim+parent"), because numbers are new in every message.
"""
import json
import sys


def names(message):
    return {s["number"]: "+".join(s["positions"]) or "?" for s in message["subjects"]}


def replace(value, person):
    """Subject fields are the only integers that can be a number of this message."""
    if isinstance(value, dict):
        return {k: replace(v, person) for k, v in value.items()}
    if isinstance(value, list):
        return [replace(v, person) for v in value]
    if isinstance(value, int) and not isinstance(value, bool) and value in person:
        return person[value]
    return value


def main(argv):
    with open(argv[1], encoding="utf-8") as file:
        message = json.load(file)
    person = names(message)
    if len(argv) > 3:
        if argv[3].startswith("subjects."):
            wanted = argv[3].split(".", 1)[1]
            print(next(n for n, p in person.items() if wanted == p))
        else:
            print(message.get(argv[3], ""))
        return 0
    lines = []
    for key, value in message["facts"].items():
        lines.append(f"fact {key} {value}")
    for event in message["events"]:
        shown = replace({k: v for k, v in event.items() if k != "code"}, person)
        lines.append(f"event {event['code']} {json.dumps(shown, sort_keys=True)}")
    for subject in message["subjects"]:
        lines.append(f"subject {person[subject['number']]}"
                     f"{' adult on ' + subject['adultOn'] if 'adultOn' in subject else ''}")
    for section in message["sections"]:
        about = ",".join(sorted(person[n] for n in section["about"]))
        marks = json.dumps(section["marks"], sort_keys=True)
        data = json.dumps(replace(section.get("data"), person), sort_keys=True, ensure_ascii=False)
        lines.append(f"section {section['category']} about {about} marks {marks} data {data}")
    for cut in message["notShared"]:
        lines.append(f"not shared {cut['category']} {cut['reason']}")
    print("\n".join(sorted(lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
