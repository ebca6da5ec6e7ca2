#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Probation's own system, as far as the adapter sees it: clients, tasks, and JSON over HTTP.

    probation_system.py serve FOLDER [PORT]        take messages and events, as vt_system.py does
    probation_system.py post URL FILE [KEY]        post a message; prints the answer; status 1 if it is not 202
    probation_system.py get URL PATH               print the answer to GET
    probation_system.py tasks URL                  a line a task: task, kind of message, late or open
    probation_system.py reach FILE ID PARTNER...   print the message that tells where the client of a ban order
                                                   (FILE, as received) can be reached
    probation_system.py report FILE ID progress|violation TEXT PARTNER...
                                                   print progress, or a violation, of the client of FILE

It stands for the partner's system only and knows nothing of the hub.
"""
import json
import sys

from vt_system import Server, read, request

WORKER = "u-rc31"


def client_of(message):
    """Number of the person who is helped here: the one that left the house, or is suspected."""
    return next(s["number"] for s in message["subjects"] if "perpetrator" in s["positions"])


def name_of(message, client):
    """What the message says of who that is: an identity of ours is that identity."""
    return next(s["data"] for s in message["sections"]
                if s["category"] == "identity" and s["about"] == [client])


def base(message, number, kind, partners):
    client = client_of(message)
    return {"id": number, "kind": kind, "refersTo": message["messageId"], "userRef": WORKER, "checkedBy": WORKER,
            "to": [{"partner": partner} for partner in partners],
            "sections": [{"category": "identity", "about": [client], "data": name_of(message, client)}]}


def reach(message, number, partners):
    answer = base(message, number, "ban_contact_address", partners)
    client = client_of(message)
    answer["sections"].append({"category": "contact", "about": [client], "data": {
        "address": {"street": "Verzonnen Kade", "number": "8", "place": "Purmerend"},
        "phones": [{"number": "06 0000 0002", "safe": True}]}})
    answer["events"] = [{"code": "ban_state", "value": "contact_known", "subject": client, "ref": message["messageId"]}]
    return answer


def report(message, number, what, text, partners):
    client = client_of(message)
    is_progress = what == "progress"
    answer = base(message, number, "probation_progress" if is_progress else "supervision_violation", partners)
    data = {"progress": text} if is_progress else {"violations": [{"at": "2026-11-20T18:30:00+01:00", "what": text}]}
    answer["sections"].append({"category": "supervision", "about": [client], "data": data})
    return answer


def main(argv):
    what = argv[1] if len(argv) > 2 else ""
    if what == "serve":
        server = Server(argv[2], int(argv[3]) if len(argv) > 3 else 0)
        print(f"port={server.server_address[1]}", flush=True)
        server.serve_forever()
        return 0
    if what == "post":
        status, text = request("POST", argv[2] + "/v1/messages", read(argv[3]), argv[4] if len(argv) > 4 else None)
        print(text)
        return 0 if status == 202 else 1
    if what == "get":
        status, text = request("GET", argv[2] + argv[3])
        print(text)
        return 0 if status == 200 else 1
    if what == "tasks":
        status, text = request("GET", argv[2] + "/v1/tasks")
        for task in json.loads(text).get("tasks", []):
            print(task["task"], task["kind"], "late" if task["late"] else "open")
        return 0 if status == 200 else 1
    if what in ("reach", "report"):
        message = json.loads(read(argv[2]))
        answer = reach(message, argv[3], argv[4:]) if what == "reach" else report(message, *argv[3:6], argv[6:])
        print(json.dumps(answer, ensure_ascii=False, indent=1))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
