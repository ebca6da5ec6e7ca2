# SPDX-License-Identifier: EUPL-1.2
"""What a worker at Veilig Thuis types, as JSON for the adapter: ask.py feedback MESSAGE, or
ask.py plan MESSAGE PARTNER DESK: the sections of a received report, offered to a local team."""

import json
import sys


def victim_of(message):
    return next(person["number"] for person in message["subjects"] if "victim" in person["positions"])


def feedback(message):
    return {
        "id": "VT-2026-00417-T1",
        "kind": "feedback",
        "inReplyTo": message["messageId"],
        "userRef": "u-31b0",
        "checkedBy": "u-31b0",
        "sections": [
            {"category": "feedback", "data": {
                "taken_up": True, "steps": ["Vandaag belt Veilig Thuis het slachtoffer, alleen.", "Lokaal team wordt gevraagd."],
                "contact_person": {"function": "triagist", "phone": "088-0000001"}}},
            {"category": "door_card", "about": [victim_of(message)], "data": {
                "instructions": ["Spreek haar apart van hem.", "Bel de triagist bij een nieuw voorval."],
                "measures": ["alert_on_location"], "weighed_by": "u-31b0"}},
        ],
    }


def plan(message, partner, desk):
    return {
        "kind": "handover_offer",
        "refersTo": message["messageId"],
        "to": {"partner": partner, "desk": desk},
        "userRef": "u-31b0",
        "checkedBy": "u-31b0",
        "sections": [{key: section[key] for key in ("category", "about", "marks", "data")} for section in message["sections"]]
        + [{"category": "safety_plan", "about": [victim_of(message)], "data": {"text": "Vannacht slaapt hij bij zijn broer."}}],
    }


def main(what, path, *rest):
    with open(path, encoding="utf-8") as file:
        message = json.load(file)
    json.dump(feedback(message) if what == "feedback" else plan(message, *rest), sys.stdout, ensure_ascii=False)


main(*sys.argv[1:])
