# SPDX-License-Identifier: EUPL-1.2
"""veilig_thuis.py HUB OUT: Veilig Thuis vt-zw in scenario A1, in place of the real adapter.

HUB is a folder of hub-lib.sh (keys, directory.note); received messages are written below OUT as JSON in
the form that tests/lib/sections.py compares. Each step is a line of output.
"""
import glob
import json
import os
import re
import sys
from datetime import datetime, timezone

from nacl import bindings as nacl
from schakel.v1 import session_pb2 as ses
import schakel_foreign as sf
from schakel_foreign import Refused, code_of, name_of
from schakel_rules import check_label
from schakel_session import Session, keep

ME, DESK, USER = "vt-zw", "triage", "u-31b0"
# 11.2: what a fault is called in the receipt.
REASONS = {"ESIGNATURE": "signature", "EROW": "signature", "EKEYUNKNOWN": "signature",
           "EIDENTITY": "signature", "EKEYEXPIRED": "signature", "EOPEN": "cannot_open",
           "EMISLABELLED": "mislabelled"}


def say(*words):
    print(*words, flush=True)


def iso(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def ground_id(number):
    """Ids of grounds are written otherwise in rule files: the same letters, other signs between."""
    name = name_of("GROUND", number)
    for path in glob.glob(os.path.join(os.environ["SRC"], "policy", "rules", "*.rules")):
        for word in re.findall(r"[a-z0-9:/-]+", open(path, encoding="utf-8").read()):
            if ":" in word and re.sub("[^a-z0-9]", "_", word) == name:
                return word
    return name


def marks(row):
    shown = {"personKind": ("PERSON_KIND", row.person_kind), "status": ("STATUS", row.status),
             "source": ("SOURCE", row.source), "reliability": ("RELIABILITY", row.reliability),
             "sourceLaw": ("SOURCE_LAW", row.source_law), "scope": ("SCOPE", row.scope)}
    out = {key: name_of(*value) for key, value in shown.items() if value[1]}
    if row.as_of_ms:
        out["asOf"] = iso(row.as_of_ms)
    if "sourceLaw" in out:
        out["sourceLaw"] = out["sourceLaw"].replace("_", "-")
    return out


def view(message, values, offered):
    adult = {p.subject: p.adult_on_ms for p in message.of("pseudonym") if p.adult_on_ms}
    facts = {}
    for fact in message.of("fact"):
        code = name_of("FACT", fact.code)
        facts[code] = ground_id(fact.value) if code == "ground" else name_of(code.upper(), fact.value)
    return {
        "messageId": message.common.id.hex(), "kind": name_of("KIND", message.common.kind),
        "from": message.common.sender, "caseRef": message.common.case_ref.hex(),
        "inReplyTo": message.common.in_reply_to.hex(), "facts": facts,
        "events": [{"code": name_of("EVENT", e.code), "at": iso(e.at_ms)} for e in message.of("event")],
        "subjects": [{"number": s.number, "positions": [name_of("POSITION", p) for p in s.positions],
                      **({"adultOn": iso(adult[s.number])} if s.number in adult else {})}
                     for s in message.of("subject")],
        "sections": [{"category": name_of("CATEGORY", s.category), "about": list(s.about), "marks": marks(s),
                      "data": values[s.number]} for s in message.of("section")],
        "notShared": [{"category": name_of("CATEGORY", n.category), "reason": name_of("CUT_REASON", n.reason)}
                      for n in offered.not_shared]}


class VeiligThuis:
    def __init__(self, hub, out):
        self.out = out
        keys, read = os.path.join(hub, "keys", ME), sf.read_secret
        registrars = [open(os.path.join(hub, "keys", side, "registrar.vkey"), encoding="ascii").read().strip()
                      for side in ("care", "justice")]
        self.note = open(os.path.join(hub, "directory.note"), "rb").read()
        self.directory = sf.Directory(self.note, registrars, quorum=2)
        self.refuse("directory with one registrar", lambda: sf.Directory(self.note, registrars[:1]))
        self.refuse("directory with a changed byte", lambda: sf.Directory(
            self.note.replace(b"number 1\n", b"number 2\n"), registrars))
        self.sign, self.pseudonym_key = read(keys + "/sign.key"), read(hub + "/keys/shared/pseudonym.secret")
        secret = read(f"{keys}/seal-{DESK}.key")
        self.seal = {sf.key_id(sf.SEAL, nacl.crypto_scalarmult_base(secret)): secret}
        self.sent, self.known, self.receipts, self.states = {}, {}, {}, {}
        self.report = self.feedback_plan = None
        self.session = Session(self.directory, ME, read(keys + "/transport.key"), out, self)
        say("session open")

    def refuse(self, what, attempt):
        try:
            attempt()
            say("ACCEPTED", what)
        except Refused as error:
            say("refused", what + ":", error.code)

    # --- receiving --------------------------------------------------------------------------------

    def on_offer(self, offer, frames):
        what = offer.WhichOneof("what")
        if what == "message":
            self.message(offer, frames)
        else:
            if what == "receipt":
                self.receipt_of_another(offer.receipt)
            else:
                say("notice", name_of("CLOCK", offer.notice.clock), name_of("TASK", offer.notice.task))
            self.receipt(ses.ReceiptItem(offer=offer.offer), "noted")

    def open(self, offered, frames):
        return sf.receive(offered, frames, self.directory, ME, self.seal)

    def message(self, offer, frames):
        offered = offer.message
        common = sf.decode(sf.env.Common, offered.common)
        item = ses.ReceiptItem(offer=offer.offer, message_id=common.id, sender=common.sender,
                               origin=offered.entry.origin, index=offered.entry.index)
        self.tamper(offered, frames)
        try:
            message = self.open(offered, frames)
            item.opened = b"".join(message.opened)
            state = self.known.setdefault((common.sender, common.id), [message.digest, None])
            if state[0] != message.digest:
                raise Refused("EDUPLICATE")
            if state[1]:
                return self.receipt(item, "handed_over")
            rows = {s.number: s for s in message.of("section")}
            keep(os.path.join(self.out, common.id.hex() + ".offer"), offer.SerializeToString())
            self.receipt(item, "stored")
            values = {n: check_label(rows[n], content) for n, content in message.contents.items()}
        except Refused as error:
            say("offer refused", error)
            return self.receipt(item, "refused", REASONS.get(error.code, "unreadable"))
        kind = name_of("KIND", common.kind)
        keep(os.path.join(self.out, kind + ".json"), json.dumps(view(message, values, offered)).encode())
        state[1] = True
        self.receipt(item, "handed_over")
        self.session.trail.promised(offered.entry, common.sender, ME, (code_of("OUTCOME", "permitted"),
                                                                       code_of("OUTCOME", "cut")))
        say("message", kind, common.id.hex())
        getattr(self, "after_" + kind)(message, values)

    def tamper(self, offered, frames):
        """Each of these must be refused: the offer with one byte changed somewhere."""
        def changed(edit):
            copy, sections = ses.OfferedMessage.FromString(offered.SerializeToString()), list(frames)
            edit(copy, sections)
            return lambda: self.open(copy, sections)

        def flip(data, at=-1):
            data = bytearray(data)
            data[at] ^= 1
            return bytes(data)

        def field(path, at=-1):
            def edit(copy, _):
                *way, last = path.split(".")
                for step in way:
                    copy = copy[int(step)] if step.isdigit() else getattr(copy, step)
                setattr(copy, last, flip(getattr(copy, last), at))
            return edit

        def section(_, sections):
            sections[0] = flip(sections[0])
        for path in ("common", "digests", "signature", "rows.0.salt", "rows.0.row", "promise.signature",
                     "promise.root", "entry.leaf_hash"):
            self.refuse("offer with flipped " + path, changed(field(path)))
        self.refuse("offer with flipped section", changed(section))
        self.refuse("offer without a section", changed(lambda _, sections: sections.pop()))
        self.refuse("offer without a promise", changed(lambda copy, _: copy.ClearField("promise")))

    def receipt(self, item, state, reason=None):
        item.state, item.at_ms = code_of("DELIVERY", state), sf.now_ms()
        if reason:
            item.reason = code_of("REASON", reason)
        public = nacl.crypto_sign_seed_keypair(self.sign)[0]
        body = ses.Receipt(version=1, partner=ME, signing_key_id=sf.key_id(sf.SIGN, public),
                           items=[item]).SerializeToString()
        self.receipts[sf.blake(body)] = state
        self.session.send("RECEIPT", ses.SignedReceipt(receipt=body,
                                                       signature=sf.sign_receipt(body, self.sign)))

    def on_receipt(self, recorded, _):
        say("recorded", self.receipts.pop(recorded.digest))

    def receipt_of_another(self, signed):
        receipt = sf.decode(ses.Receipt, signed.receipt)
        public = self.directory.signing_key(receipt.signing_key_id, receipt.partner, receipt.items[0].at_ms)
        sf.verify(public, b"schakel/v1 receipt\n" + signed.receipt, signed.signature)
        for item in receipt.items:
            kind, _, index = self.sent[item.message_id]
            sf.need(item.index == index, "ESIGNATURE", "index")
            self.states[kind] = name_of("DELIVERY", item.state)
            say("receipt", receipt.partner, kind, self.states[kind])

    # --- sending ----------------------------------------------------------------------------------

    def draft(self, kind, purpose, ground, in_reply_to, checked=False):
        common = self.report.common
        draft = sf.Draft(self.directory, ME, DESK, kind, in_reply_to=in_reply_to, case_ref=common.case_ref)
        draft.recipient(common.sender, common.sender_desk)
        draft.fact("purpose", name=purpose)
        draft.fact("ground", name=ground)
        draft.fact("user_ref", text=USER)
        if checked:
            draft.fact("checked_by", text=USER, at_ms=sf.now_ms())
        return draft

    def submit(self, draft):
        header, frames = draft.finish(self.sign)
        keep(os.path.join(self.out, draft.common.id.hex() + ".sent"), header + b"".join(frames))
        self.sent[draft.common.id] = [name_of("KIND", draft.common.kind), draft, None]
        self.session.send("SUBMIT", header, frames)

    def believe(self, result, draft):
        """10.2: only with a valid promise for each recipient sent to, each its own entry."""
        sf.need(sorted(r.recipient for r in result.recipients) == sorted(r.number for r in draft.recipients) and
                len({r.entry.index for r in result.recipients}) == len(result.recipients), "ESIGNATURE")
        for recipient in result.recipients:
            sf.check_promise(result.promise, recipient.entry, self.directory.hub)

    def on_result(self, result, _):
        kind, draft, index = self.sent[result.id]
        for field, what in (("root", "root"), ("signature", "signature"), ("origin", "origin"),
                            ("first_index", "index")):
            wrong = ses.Result.FromString(result.SerializeToString())
            value = getattr(wrong.promise, field)
            setattr(wrong.promise, field, value + 1 if isinstance(value, int) else value[::-1])
            self.refuse(f"result with wrong promise {what}", lambda: self.believe(wrong, draft))
        wrong = ses.Result.FromString(result.SerializeToString())
        del wrong.recipients[:]
        self.refuse("result without recipients", lambda: self.believe(wrong, draft))
        self.believe(result, draft)
        recipient = result.recipients[0]
        say("result", kind, name_of("OUTCOME", result.outcome), [name_of("CUT_REASON", c.reason)
                                                                 for c in recipient.cuts], recipient.text_en)
        if index is None:
            self.sent[result.id][2] = recipient.entry.index
            self.session.trail.promised(recipient.entry, ME, recipient.partner, (recipient.outcome,))

    def on_plan_result(self, result, _):
        recipient = result.recipients[0]
        say("plan", name_of("OUTCOME", result.outcome), [name_of("CATEGORY", c.category) for c in recipient.cuts])
        self.submit(self.feedback_plan)

    def on_error(self, error, _):
        raise Refused(str(error.code), error.text)

    # --- scenario A1 ------------------------------------------------------------------------------

    def after_police_report(self, message, values):
        self.report, ident = message, message.common.id
        receipt = self.draft("report_receipt", "stop_violence", "wmo_4_1_1_2_g", ident)
        receipt.event("report_received_at", at_ms=sf.now_ms())
        self.submit(receipt)
        # The persons keep their numbers, so that the police know whom the question is about.
        request = self.draft("police_data_request", "triage_data", "wmo_4_1_1_2_e", ident)
        content = {(s.category, s.about[0]): values[s.number] for s in message.of("section")
                   if len(s.about) == 1}
        pseudonyms = {p.subject: p for p in message.of("pseudonym")}
        for subject in message.of("subject"):
            person = content[code_of("CATEGORY", "identity"), subject.number]
            bsn = content.get((code_of("CATEGORY", "bsn"), subject.number))
            family = " ".join(filter(None, (person.get("prefix"), person["family_name"])))
            own = sf.pseudonym_bsn(self.pseudonym_key, bsn["bsn"]) if bsn else sf.pseudonym_name(
                self.pseudonym_key, family, person["given_names"], person["born"])
            row = pseudonyms[subject.number]
            same = row.pseudonym == own and row.adult_on_ms == sf.adult_on_ms(person["born"])
            say("pseudonym", "+".join(name_of("POSITION", p) for p in subject.positions),
                "as ours" if same else "DIFFERS")
            request.subject(subject.number, subject.positions)
            request.add(pseudonym=row)
            request.section("identity", json.dumps(person).encode(), [subject.number])
        self.submit(request)

    def after_police_data_response(self, message, _):
        victim = next(s for s in self.report.of("subject") if code_of("POSITION", "parent") in s.positions
                      and code_of("POSITION", "victim") in s.positions)
        feedback = self.feedback_plan = self.draft("feedback", "stop_violence", "wmo_4_1_1_2_e",
                                                   self.report.common.id, checked=True)
        feedback.event("taken_up", value=code_of("ANSWER", "yes"))
        feedback.subject(victim.number, victim.positions)
        feedback.section("feedback", json.dumps(
            {"taken_up": True, "steps": ["lokaal team gevraagd"],
             "contact_person": {"function": "triagist", "phone": "088-0000001"}}).encode())
        feedback.section("door_card", json.dumps(
            {"instructions": ["spreek haar apart"], "measures": ["alert_on_location"],
             "weighed_by": USER}).encode(), [victim.number])
        ident = feedback.common.id
        plan, _ = feedback.finish(self.sign, plan=True)
        feedback.common.id = ident
        self.session.send("PLAN", plan)

    def done(self):
        return ("handed_over" == self.states.get("feedback") == self.states.get("report_receipt") ==
                self.states.get("police_data_request") and not self.receipts and
                not self.session.trail.waiting)


def main(hub, out):
    os.makedirs(out, exist_ok=True)
    us = VeiligThuis(hub, out)
    us.session.run(us.done)
    say("done:", us.session.trail.found, "promises found in the trail")


main(*sys.argv[1:])
