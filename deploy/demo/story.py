# SPDX-License-Identifier: EUPL-1.2
"""What the story's files say: the officer's XML, Veilig Thuis' JSON, the police folder's answers."""

import glob
import json
import os
import xml.etree.ElementTree as tree
from dataclasses import dataclass


@dataclass
class Item:
    """One thing somebody wrote: its category, about whom (a name, "" for nobody), and the text."""

    category: str
    about: str
    text: str
    key: str = ""  # what finds the same fact on the other side


def full_name(person):
    parts = [person.findtext("naam/voornamen"), person.findtext("naam/voorvoegsel"), person.findtext("naam/achternaam")]
    return " ".join(part for part in parts if part)


def address_text(street, number, postcode, place):
    return " ".join(part for part in (street, number, postcode, place) if part)


def written(path):
    """The officer's report as items, in the order of the report."""
    report = tree.parse(path).getroot()
    names = {person.get("ref"): full_name(person) for person in report.iter("persoon")}
    first = {ref: name.split()[0] for ref, name in names.items()}
    items = []
    for person in report.iter("persoon"):
        name = names[person.get("ref")]
        born = person.get("geboren")
        kinds = person.get("soort").replace(" ", ", ")
        items.append(Item("identity", name, f"{name}, {kinds}" + (f", geboren {born}" if born else "")))
        if person.get("bsn"):
            items.append(Item("bsn", name, person.get("bsn")))
        address = person.find("adres")
        if address is not None:
            parts = [address.findtext(tag) for tag in ("straat", "huisnummer", "postcode", "plaats")]
            phone = person.findtext("telefoon") or ""
            items.append(Item("contact", name, address_text(*parts) + (f", {phone}" if phone else "")))
    if report.find("huishouden") is not None:
        members = [f"{first[m.get('ref')]}: {m.get('relatie')} van {first[m.get('van')]}" for m in report.iter("lid")]
        items.append(Item("household", "", "; ".join(members)))
    for fact in report.iter("feit"):
        text = f"{first[fact.get('wie')]} > {first[fact.get('tegen')]} ({fact.get('bron')}, {fact.get('status')}): "
        text += f"{fact.findtext('daad')} {fact.findtext('gevolg')}"
        items.append(Item("incident", first[fact.get("tegen")], text, fact.findtext("daad")))
    for flag in report.iter("rode-vlag"):
        items.append(Item("red_flags", names[flag.get("over")], f"{flag.get('soort')}: {flag.text}", flag.text))
    for measure in report.iter("maatregel"):
        items.append(Item("measures", names[measure.get("over")], f"{measure.get('soort')}: {measure.text}", measure.text))
    for child in report.iter("kind"):
        school = child.find("school")
        text = (child.findtext("perspectief") or "") + (f" School: {school.get('naam')}." if school is not None else "")
        items.append(Item("child", names[child.get("over")], text))
    return items


def subject_names(message):
    """Subject number -> name, from the identity sections a recipient may see."""
    names = {}
    for section in message["sections"]:
        if section["category"] == "identity":
            data = section["data"]
            parts = [data.get("given_names"), data.get("prefix"), data.get("family_name")]
            names[section["about"][0]] = " ".join(part for part in parts if part)
    return names


def arrived(message, item):
    """The sections of a received message that hold this item."""
    names = subject_names(message)
    found = []
    for section in message["sections"]:
        if section["category"] != item.category:
            continue
        about = [names.get(number, "") for number in section["about"]]
        text = json.dumps(section["data"], ensure_ascii=False)
        if (item.key in text) if item.key else (not item.about or item.about in about):
            found.append(section)
    return found


def outcome_files(folder, root, native_id):
    """Parsed answers in the police system's folder: elements named root about one report."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, root + "-*.xml"))):
        element = tree.parse(path).getroot()
        if element.get("melding") == native_id:
            found.append(element)
    return found


def vt_messages(folder, kind=None):
    """Messages that Veilig Thuis' own system took, oldest first."""
    messages = []
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path, encoding="utf-8") as file:
            message = json.load(file)
        if isinstance(message, dict) and "sections" in message and kind in (None, message.get("kind")):
            messages.append(message)
    return sorted(messages, key=lambda message: message.get("receivedAt", ""))
