#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Rows of an audit query (JSON lines) as lines to compare: each decision and notice, in order.

    kind sender -> recipient outcome [reason] +category ... -category(why) ...
    notice -> recipient: text
"""
import json
import sys


def plain(code, prefix):
    return code[len(prefix):].lower() if code and code.startswith(prefix) else (code or "").lower()


def line(row):
    entry = row["entry"]
    details = [part["detail"] for part in row.get("details", []) if "detail" in part]
    detail = details[0] if details else {}
    if entry["kind"] == "ENTRY_NOTICE":
        return f"notice -> {entry.get('recipient', '')}: {detail.get('text', '')}"
    if entry["kind"] != "ENTRY_DECISION":
        return None
    words = [plain(detail.get("kind"), "KIND_"), entry["sender"], "->", entry.get("recipient", "hub"),
             plain(entry.get("outcome"), "OUTCOME_")]
    delivered, cut = [], []
    for section in detail.get("sections", []):
        name = plain(section["category"], "CATEGORY_")
        if section.get("delivered"):
            delivered.append("+" + name)
        else:
            cut.append(f"-{name}({plain(section.get('reason', ''), 'CUT_REASON_')})")
    return " ".join(words + sorted(delivered) + sorted(cut))


def main():
    for text in sys.stdin:
        shown = line(json.loads(text))
        if shown:
            print(shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
