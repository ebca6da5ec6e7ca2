# SPDX-License-Identifier: EUPL-1.2
"""An adapter that errs: what the hub says of a message that breaks a rule by itself. mistakes.py HUB STATE"""

import os
import sys

import schakel_foreign as sf
from schakel_session import Session

ME, DESK = "vt-zw", "triage"


def main(hub, state):
    os.makedirs(state, exist_ok=True)
    keys = os.path.join(hub, "keys", ME)
    registrars = [open(os.path.join(hub, "keys", side, "registrar.vkey"), encoding="ascii").read().strip()
                  for side in ("care", "justice")]
    directory = sf.Directory(open(os.path.join(hub, "directory.note"), "rb").read(), registrars, quorum=2)
    session = Session(directory, ME, sf.read_secret(keys + "/transport.key"), state, None)
    draft = sf.Draft(directory, ME, DESK, "report_receipt")
    draft.recipient("politie-nh", "meldingen")
    draft.fact("purpose", name="stop_violence")
    draft.common.expires_ms = draft.common.created_ms + 60 * 86400_000  # section 8: at most 45 days
    header, frames = draft.finish(sf.read_secret(keys + "/sign.key"))
    session.send("SUBMIT", header, frames)
    while True:
        command, body, _ = session.receive(10_000)
        sf.need(command, "EUNREACHABLE", "no answer")
        if command == "ERROR":
            print("error", body.code, "ours" if body.id == draft.common.id else f"id {body.id.hex() or 'empty'}")
            return


main(*sys.argv[1:])
