# SPDX-License-Identifier: EUPL-1.2
"""A session with the hub (sections 4, 5) and the trail as an adapter watches it (12.3)."""
import os
import secrets
import time

import zmq
from nacl import bindings as nacl
from schakel.v1 import session_pb2 as ses
from schakel.v1 import trail_pb2 as trail
import schakel_foreign as sf
from schakel_foreign import Refused, need

FROM_HUB = {"WELCOME": ses.Welcome, "RESULT": ses.Result, "PLAN_RESULT": ses.Result, "OFFER": ses.Offer,
            "RECEIPT": ses.Recorded, "DIRECTORY": ses.DirectoryReply, "PROOF": ses.ProofReply,
            "CHECKPOINT": ses.Checkpoint, "NOTICE": ses.Notice, "PING": ses.Ping, "PONG": ses.Ping,
            "ERROR": ses.Error}


def keep(path, data):
    """Durable before it returns: receipts and HELLO rest on it."""
    with open(path + ".new", "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".new", path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class Trail:
    """Promises wait here until they are found under a checkpoint that is consistent with all before it."""

    def __init__(self, hub, send):
        self.hub, self.send = hub, send
        self.size, self.root, self.newer, self.found = 0, None, {}, 0
        self.waiting, self.asked = {}, set()

    def promised(self, entry, sender, recipient, outcome):
        self.waiting[entry.index] = (entry.leaf_hash, sender, recipient, outcome)
        self.ask()

    def read(self, note):
        text, lines = sf.split_note(note.encode())
        need(sf.note_signed(text, lines, self.hub["log"]), "ESIGNATURE", "checkpoint")
        origin, size, root = text.decode().split("\n")[:-1]
        need(origin == self.hub["origin"], "ESIGNATURE", "origin")
        return int(size), sf.unbase64(root)

    def checkpoint(self, note):
        size, root = self.read(note)
        need(size >= self.size and (size != self.size or self.root in (None, root)),
             "EROLLBACK", "the trail was changed")
        if not self.size:
            self.pin(size, root)
        elif size > self.size and size not in self.newer:
            self.newer[size] = root
            self.send("PROOF", ses.ProofRequest(old_size=self.size, tree_size=size))

    def pin(self, size, root):
        self.size, self.root = size, root
        self.ask()

    def ask(self):
        for index in self.waiting:
            if index < self.size and index not in self.asked:
                self.asked.add(index)
                self.send("PROOF", ses.ProofRequest(index=index, tree_size=self.size))

    def proof(self, reply):
        size, root = self.read(reply.checkpoint) if reply.tree_size else (0, None)
        need(size == reply.tree_size, "ESIGNATURE", "size")
        if reply.old_size:
            # Another checkpoint may have been pinned since this was asked.
            known = self.newer.pop(size, None)
            if known and reply.old_size == self.size:
                sf.check_consistency(self.size, self.root, size, known, sf.hashes(reply.path))
                self.pin(size, known)
            return
        self.asked.discard(reply.index)
        if not size or size != self.size or reply.index not in self.waiting:
            return self.ask() if size else None
        leaf_hash, sender, recipient, outcome = self.waiting[reply.index]
        entry = sf.decode(trail.Entry, reply.leaf)
        need(root == self.root and sf.leaf_hash(reply.leaf) == leaf_hash, "ESIGNATURE", "leaf")
        sf.check_inclusion(leaf_hash, reply.index, size, sf.hashes(reply.path), self.root)
        need((entry.origin, entry.sender) == (self.hub["origin"], sender) and
             entry.recipient.split("/")[0] == recipient and entry.outcome in outcome, "ESIGNATURE", "entry")
        del self.waiting[reply.index]
        self.found += 1


class Session:
    """One connection. `handler` has a method on_<command> for each command it wants."""

    def __init__(self, directory, partner, transport_secret, state, handler):
        self.directory, self.handler, self.hub = directory, handler, directory.hub
        self.trail = Trail(self.hub, self.send)
        socket = self.socket = zmq.Context.instance().socket(zmq.DEALER)
        options = {"ROUTING_ID": bytes([secrets.randbelow(255) + 1]) + secrets.token_bytes(31),
                   "RECONNECT_IVL": -1, "IMMEDIATE": 1, "LINGER": 200, "MAXMSGSIZE": 1048704,
                   "SNDHWM": 64, "RCVHWM": 64, "CONNECT_TIMEOUT": 5000, "HANDSHAKE_IVL": 5000,
                   "HEARTBEAT_IVL": 5000, "HEARTBEAT_TIMEOUT": 15000, "HEARTBEAT_TTL": 15000,
                   "TCP_KEEPALIVE": 1, "TCP_KEEPALIVE_IDLE": 30, "TCP_KEEPALIVE_INTVL": 10,
                   "TCP_KEEPALIVE_CNT": 3, "IPV6": 1, "CURVE_SERVERKEY": self.hub["transport"],
                   "CURVE_SECRETKEY": transport_secret,
                   "CURVE_PUBLICKEY": nacl.crypto_scalarmult_base(transport_secret)}
        for name, value in options.items():
            socket.setsockopt(getattr(zmq, name), value)
        socket.connect(self.hub["endpoint"])
        need(socket.poll(5000, zmq.POLLOUT), "EUNREACHABLE")
        self.sent = self.heard = time.monotonic()
        path = os.path.join(state, "generation")
        last = int(open(path, encoding="ascii").read()) if os.path.exists(path) else 0
        generation = max(last + 1, sf.now_ms())
        keep(path, b"%d" % generation)
        self.send("HELLO", ses.Hello(version=1, partner=partner, generation=generation,
                                     software="foreign 1", directory_number=directory.number,
                                     credit=ses.Credit()))
        command, welcome, _ = self.receive(5000)
        need(command == "WELCOME" and welcome.version == 1, "ESTATE", f"{command} {welcome}")
        need(welcome.accepted_generation == generation and welcome.origin == self.hub["origin"], "ESTATE")
        need((welcome.directory_number, welcome.directory_digest) == (directory.number, directory.digest),
             "EDIRECTORY", "not the hub's")
        need(abs(welcome.hub_time_ms - sf.now_ms()) < 300_000, "ETIME", "clocks")
        if welcome.checkpoint:
            self.trail.checkpoint(welcome.checkpoint)
        self.send("CREDIT", ses.Credit(messages=64, bytes=16 << 20))

    def send(self, command, body=None, frames=()):
        """`body` is a message, or the bytes of one that is signed."""
        parts = [] if body is None else [body if isinstance(body, bytes) else body.SerializeToString()]
        self.socket.send_multipart([command.encode(), *parts, *frames])
        self.sent = time.monotonic()

    def receive(self, timeout_ms):
        if not self.socket.poll(timeout_ms):
            return None, None, None
        frames = self.socket.recv_multipart()
        self.heard = time.monotonic()
        command = frames[0].decode("ascii")
        if command == "BYE":
            raise Refused("ESTATE", "the hub said BYE")
        need(command in FROM_HUB and len(frames) >= 2 and (command == "OFFER" or len(frames) == 2),
             "ECOMMAND", command)
        return command, sf.decode(FROM_HUB[command], frames[1]), frames[2:]

    def run(self, done):
        """Serve until done() says so."""
        while not done():
            now = time.monotonic()
            need(now - self.heard < 15, "EUNREACHABLE", "15 s silence")
            if now - self.sent >= 5:
                self.send("PING", ses.Ping(number=1))
            wake = min(self.sent + 5, self.heard + 15) - time.monotonic()
            command, body, frames = self.receive(max(1, int(wake * 1000)))
            if command == "PING":
                self.send("PONG", body)
            elif command == "CHECKPOINT":
                self.trail.checkpoint(body.note)
            elif command == "PROOF":
                self.trail.proof(body)
            elif command and command not in ("PONG", "NOTICE"):
                getattr(self.handler, "on_" + command.lower())(body, frames)
        self.send("BYE")
        self.socket.close()
