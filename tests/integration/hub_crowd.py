#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""hub_crowd.py ENV ENDPOINT FOLDER PARTNER...: a session for each partner, all of them kept alive.

The first two say PING again as soon as they are answered, the others every three seconds.
Prints "open" when all have their WELCOME. FOLDER/vanish: every other session but those two is gone
without BYE, and "vanished" is printed. FOLDER/end: what came of each is printed, and it ends:
"PARTNER refused=MS code=N pong=MS notices=N slow=MS", times by the wall clock (0: never); slow is the
longest that an answer took.
"""
import os
import sys
import time

import zmq

from hub_attackers import client

PING_S = 3
AT_ONCE = 50  # that connect at the same time


def now_ms():
    return int(time.time() * 1000)


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def hello(partner):
    return (b"\x08\x01\x12" + varint(len(partner)) + partner.encode() +
            b"\x18" + varint(now_ms()))


def error_code(body):
    """ERROR begins with its code: field 1, a varint."""
    code = shift = 0
    for byte in body[1:]:
        code |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return code
    return code


class Session:
    def __init__(self, partner, is_eager):
        self.partner, self.is_eager = partner, is_eager
        self.socket = client(partner, os.urandom(32))
        self.is_open, self.sent_s, self.waits = False, time.monotonic(), True
        self.refused = self.code = self.pong = self.notices = self.slow = 0
        self.socket.send_multipart([b"HELLO", hello(partner)])

    def turn(self):
        """Read what came, and say PING when it is time."""
        try:
            while self.socket:
                self.take(*self.socket.recv_multipart(zmq.NOBLOCK))
        except zmq.Again:
            pass
        if not self.socket or not self.is_open:
            return
        if not self.waits and (self.is_eager or time.monotonic() - self.sent_s > PING_S):
            self.sent_s, self.waits = time.monotonic(), True
            self.socket.send_multipart([b"PING", b"\x08\x01"])

    def take(self, command, body=b""):
        if command == b"WELCOME":
            self.is_open, self.waits = True, False
        elif command == b"NOTICE":
            self.notices += 1
        elif command == b"PONG":
            self.waits, self.pong = False, now_ms()
            self.slow = max(self.slow, round((time.monotonic() - self.sent_s) * 1000))
        elif command == b"ERROR":
            self.waits = False
            self.refused = self.refused or now_ms()
            self.code = self.code or error_code(body)

    def vanish(self):
        self.socket.close()
        self.socket = None


def main():
    folder, partners = sys.argv[3], sys.argv[4:]
    sessions, poller = [], zmq.Poller()
    said_open = vanished = False
    while not os.path.exists(f"{folder}/end"):
        poller.poll(5)
        for session in sessions:
            session.turn()
        coming = sum(not session.is_open for session in sessions)
        for partner in partners[len(sessions):len(sessions) + AT_ONCE - coming]:
            sessions.append(Session(partner, len(sessions) < 2))
            if sessions[-1].is_eager:
                poller.register(sessions[-1].socket, zmq.POLLIN)
        if not said_open and sum(session.is_open for session in sessions) == len(partners):
            said_open = True
            print("open", flush=True)
        if not vanished and os.path.exists(f"{folder}/vanish"):
            vanished = True
            for session in sessions[2::2]:
                session.vanish()
            print("vanished", flush=True)
    for s in sessions:
        print(f"{s.partner} refused={s.refused} code={s.code} pong={s.pong} "
              f"notices={s.notices} slow={s.slow}", flush=True)


main()
