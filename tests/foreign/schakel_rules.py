# SPDX-License-Identifier: EUPL-1.2
"""What proto/README.md and CONTENT.md say in tables, read from them, so that the tables are tested too."""
import json
import os
import re
from datetime import date

from schakel.v1 import envelope_pb2 as env
from schakel_foreign import (LISTS, MAX_NUMBER, Refused, code_of, name_of, need, parse_time)

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proto")


def read(name):
    with open(os.path.join(PROTO, name), encoding="utf-8") as file:
        return file.read()


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(name):
    lines = read("README.md").split(f"<!-- table: {name} -->\n\n")[1].split("\n\n")[0].split("\n")
    head = [cell or "_" for cell in cells(lines[0])]
    return [dict(zip(head, cells(line))) for line in lines[2:]]


FACTS = {int(row["code"]): row for row in table("facts")}
EVENTS = {int(row["code"]): row for row in table("events")}
ABOUT = {int(row["number"]): row["subjects in about"] for row in table("categories")}
FIELDS = {"at": "at_ms", "until": "until_ms"}  # the tables' short names


def check_coded(row, rules, what):
    """A fact or event row: required and optional fields there, all others 0 or empty, values in their lists."""
    rule = rules.get(row.code)
    need(rule, "EFIELD", what)
    required = {FIELDS.get(f, f) for f in rule["required"].split()} - {"-"}
    allowed = required | {FIELDS.get(f, f) for f in rule["optional"].split()} | {"code"}
    there = {field.name for field, _ in row.ListFields()}
    need(required <= there <= allowed, "EFIELD", f"{what} {row.code}: {there ^ required}")
    for field in ("value", "detail", "third"):
        number, of = getattr(row, field, 0), rule.get(field, "-")
        if number and of != "-":
            need(number <= MAX_NUMBER if of == "n" else number in LISTS[of].values_by_number,
                 "EFIELD", f"{what} {row.code} {field}")
    need(len(row.ref) in (0, 16), "EFIELD", "ref")


def unique(keys, code, what):
    keys = list(keys)
    need(len(set(keys)) == len(keys), code, what)


def check_section(row, subjects):
    rule, scope = ABOUT.get(row.category, ""), name_of("SCOPE", row.scope)
    need(rule, "EFIELD", "category")
    unique(row.about, "ENUMBER", "about")
    need(set(row.about) <= subjects, "ENUMBER", "about")
    joint = rule == "any number" or "scope that_address" in rule and scope == "that_address"
    need(joint or len(row.about) == (0 if rule == "none" else 1), "EROW", "about")
    need(not row.scope or "scope" in rule, "EROW", "scope")
    need(row.size_class <= 6 and not row.parts and row.as_of_ms >= 0, "EFIELD", "section")
    need(len(row.ciphertext_digest) == len(row.key_commitment) == 32, "EFIELD", "digest")


def check_rows(common, rows):
    """Section 8.4 for the form as offered."""
    by = {f.name: [getattr(r, f.name) for r in rows if r.WhichOneof("row") == f.name]
          for f in env.Row.DESCRIPTOR.fields}
    need(all(r.WhichOneof("row") for r in rows) and common.version == 1 and len(common.id) == 16, "EFIELD")
    need(not (by["competence"] or by["weighing"] or by["query"]), "EROW", "not for recipients")
    need(len(by["recipient"]) == 1, "EROW", "one recipient")
    me = by["recipient"][0]
    need(len(me.sealed_key) == 132 and len(me.key_id) == 16, "EFIELD", "recipient")
    for kind in ("recipient", "subject", "section"):
        unique((r.number for r in by[kind]), "ENUMBER", kind)
        need(all(0 < r.number <= MAX_NUMBER for r in by[kind]), "ENUMBER", kind)
    subjects, sections = {s.number for s in by["subject"]}, {s.number for s in by["section"]}
    for row in by["subject"]:
        unique(row.positions, "EFIELD", "positions")
        need(row.positions and (len(row.positions) == 1 or code_of("POSITION", "reporter") not in row.positions),
             "EROW", "positions")
    for row in by["section"]:
        check_section(row, subjects)
    unique((s.ciphertext_digest for s in by["section"]), "EROW", "digest")
    for row in by["pseudonym"]:
        need(row.subject in subjects and row.scheme in (1, 2) and len(row.pseudonym) == 32, "EFIELD")
    unique(((p.subject, p.scheme) for p in by["pseudonym"]), "EROW", "pseudonym")
    for row in by["key"]:
        need(row.recipient == me.number and row.section in sections, "ENUMBER", "key")
        need(len(row.wrapped) == 72, "EFIELD", "key")
    unique((k.section for k in by["key"]), "EROW", "key")
    for kind, rules in (("fact", FACTS), ("event", EVENTS)):
        for row in by[kind]:
            check_coded(row, rules, kind)
        unique((r.code for r in by[kind] if rules[r.code]["repeat"] == "no"), "EREPEAT", kind)
    need(all(f.recipient in (0, me.number) for f in by["fact"]), "ENUMBER", "fact")
    for row in by["event"]:
        need({row.subject, row.other_subject} - {0} <= subjects, "ENUMBER", "event")
        need(not row.until_ms or row.until_ms >= row.at_ms, "ETIME", "event")


# --- the label check of CONTENT.md ----------------------------------------------------------------


def content_tree():
    """category: {field: [type, required, children, is a list]}."""
    trees = {}
    for part in read("CONTENT.md").split("### ")[1:]:
        tree = trees[part.split("`")[1]] = {}
        for line in part.split("\n"):
            if not line.startswith("| `"):
                continue
            path, kind, required = cells(line)
            at, steps = tree, path.strip("`").split(".")
            for step in steps[:-1]:
                at = at[step.removesuffix("[]")][2]
            at[steps[-1].removesuffix("[]")] = [kind, required, {}, steps[-1].endswith("[]")]
    return trees


CONTENT = content_tree()
TITLES = {title: LISTS[prefix.removesuffix("_UNSPECIFIED")] for title, prefix in
          re.findall(r"// ([^\n]*)\nenum \w+ \{\n  (\w+) = 0", read("schakel/v1/codes.proto"))}


def check_value(kind, value, children, about):
    if kind == "object":
        check_object(children, value, about)
    elif kind == "true or false":
        need(isinstance(value, bool), "EMISLABELLED")
    elif kind == "subject":
        need(not isinstance(value, bool) and value in about, "EMISLABELLED", "subject")
    elif kind.startswith("number"):
        low, high = map(int, re.findall(r"\d+", kind))
        need(isinstance(value, int) and low <= value <= high, "EMISLABELLED", "number")
    else:
        need(isinstance(value, str) and value, "EMISLABELLED", "string")
        size = re.match(r"text, (\d+) characters", kind)
        if size:
            need(len(value) <= int(size[1]) and
                 not re.search("[\0-\x08\x0b-\x1f\x7f]", value), "EMISLABELLED", "text")
        elif kind == "time":
            parse_time(value)
        elif kind == "date":
            date.fromisoformat(value)
        elif kind == "BSN":
            need(re.fullmatch("[0-9]{9}", value), "EMISLABELLED", "bsn")
        elif kind.startswith("code: "):
            of = TITLES[kind[6:]]
            prefix = of.values[0].name.removesuffix("UNSPECIFIED")
            need(value != "unspecified" and prefix + value.upper() in of.values_by_name, "EMISLABELLED", value)
        else:
            need(value in re.findall("`(.*?)`", kind), "EMISLABELLED", value)


def check_object(tree, value, about):
    need(isinstance(value, dict) and set(value) <= set(tree), "EMISLABELLED", "fields")
    for name, (kind, required, children, many) in tree.items():
        if name not in value:
            later = required.startswith("or in") and name in value.get("incomplete", ())
            need(not required or later, "EMISLABELLED", name)
            continue
        if many:
            need(isinstance(value[name], list) and len(value[name]) <= 64 and
                 (value[name] or not required), "EMISLABELLED", name)
        for item in value[name] if many else [value[name]]:
            check_value(kind, item, children, about)


def no_double(pairs):
    unique((name for name, _ in pairs), "EMISLABELLED", "name twice")
    return dict(pairs)


def check_label(row, content):
    """The section's content as Python values."""
    try:
        value = json.loads(content.decode(), object_pairs_hook=no_double)
        category = name_of("CATEGORY", row.category)
        check_object(CONTENT[category], value, set(row.about))
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("EMISLABELLED", str(error)) from None
    if category.startswith("history_"):
        need(value["known"] == bool(value.get("items")), "EMISLABELLED", "known")
    return value
