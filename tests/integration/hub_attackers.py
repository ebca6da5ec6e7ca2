#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""hub_attackers.py ENV ENDPOINT WAY [NUMBER]: what a partner, or anybody, may try on the hub.

same-id      vt-other connects with the routing id that the police has at that moment
same-key     two connections with the key of the police, each with its own id
automatic    vt-other claims the automatic routing id that libzmq gives next, then another client comes
hold HOW N   N connections, made anew when cut, until it is killed; "up" when all are there
             silent  say nothing
             half    begin a handshake and leave it there
             reader  vt-other with its key, which asks and does not read; N is at most what one key may
newcomers N  the police connects N times, while a session of Veilig Thuis goes on
Prints "NAME value" lines.
"""
import re
import resource
import select
import socket
import sys
import time
from base64 import b64decode

import zmq
import zmq.utils.z85

ENV, ENDPOINT = sys.argv[1:3]
FIRST_AUTOMATIC = 0x80000001  # with rand() as in preload/fixed_rand.c
CONTEXT = zmq.Context()
CONTEXT.max_sockets = 8192


def field(path, pattern):
    with open(f"{ENV}/{path}", encoding="utf-8") as file:
        return zmq.utils.z85.encode(b64decode(re.search(pattern, file.read(), re.M).group(1)))


def client(partner, routing=None, is_narrow=False):
    dealer = CONTEXT.socket(zmq.DEALER)
    dealer.linger = 0
    if is_narrow:
        dealer.rcvhwm, dealer.rcvbuf = 1, 4096
    if routing:
        dealer.setsockopt(zmq.ROUTING_ID, routing)
    dealer.curve_serverkey = field("hub/hub.public", r"transport=(\S+)")
    dealer.curve_secretkey = field(f"{partner}/transport.key", r"^secret (\S+)")
    dealer.curve_publickey = field(f"{partner}/{partner}.public",
                                   r"use=transport public=(\S+)")
    dealer.connect(ENDPOINT)
    return dealer


def ping(dealer, wait_ms=10000):
    """True if the hub answers: without HELLO that is ERROR, which is an answer too."""
    dealer.send_multipart([b"PING", b"\x08\x01"])
    if not dealer.poll(wait_ms):
        return False
    dealer.recv_multipart()
    return True


def say(name, value):
    print(name, value, flush=True)


def same_id():
    routing = b"p" * 32
    police = client("politie-nh", routing)
    say("police-before", ping(police))
    thief = client("vt-other", routing)
    say("thief", ping(thief, 1500))
    say("police-after", ping(police))
    say("leaked", bool(thief.poll(0)))


def same_key():
    first, second = client("politie-nh", b"1" * 32), client("politie-nh", b"2" * 32)
    say("first", ping(first))
    say("second", ping(second))
    say("first-again", ping(first))


def automatic():
    claims = client("vt-other", b"\0" + FIRST_AUTOMATIC.to_bytes(4, "big"))
    say("claim", ping(claims, 1500))
    say("next", ping(client("vt-other"), 1500))


# ZMTP 3.0, CURVE, not the server; then the beginning of the command HELLO.
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE".ljust(20, b"\0") + bytes(32)
HALF = GREETING + b"\x04\xc8\x05HELLO\x01\x00" + bytes(40)


def hold_raw(count, first_words):
    """On this machine from many addresses, so that it does not run out of ports."""
    host, port = ENDPOINT.removeprefix("tcp://").rsplit(":", 1)
    poller, held, number = select.epoll(), {}, 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    while True:
        while len(held) < count:
            number += 1
            sock = socket.socket()
            sock.setblocking(False)
            if host == "127.0.0.1":
                sock.bind((f"127.1.{number // 250 % 250}.{number % 250 + 1}", 0))
            sock.connect_ex((host, int(port)))
            held[sock.fileno()] = sock
            poller.register(sock, select.EPOLLRDHUP | select.EPOLLHUP |
                            (select.EPOLLOUT if first_words else 0))
            if number == count:
                say("up", count)
        for fileno, event in poller.poll():
            if event & (select.EPOLLRDHUP | select.EPOLLHUP):
                held.pop(fileno).close()
            else:
                held[fileno].send(first_words)
                poller.modify(fileno, select.EPOLLRDHUP | select.EPOLLHUP)


def hold_readers(count):
    """The first has a session and asks for the directory, the others are told that they have none."""
    readers = [client("vt-other", bytes([1]) + number.to_bytes(31, "big"), True)
               for number in range(count)]
    readers[0].send_multipart([b"HELLO", b"\x08\x01\x12\x08vt-other\x18" + b"\x01"])
    say("up", count)
    poller = zmq.Poller()
    while True:
        for number, reader in enumerate(readers):
            try:
                reader.send_multipart([b"PING", b"\x08\x01"] if number else [b"DIRECTORY", b""],
                                      zmq.NOBLOCK)
            except zmq.Again:
                pass
        poller.poll(20)  # some thousands of questions a second


def hold(how, count):
    if how == "reader":
        hold_readers(count)
    hold_raw(count, HALF if how == "half" else b"")


def newcomers(count):
    resident = client("vt-zw", b"r" * 32)
    ping(resident)
    took, waited, answered = [], [], 0
    for number in range(count):
        start = time.monotonic()
        dealer = client("politie-nh", time.time_ns().to_bytes(32, "big"))
        answered += ping(dealer)
        took.append(time.monotonic() - start)
        dealer.close()
        start = time.monotonic()
        answered += ping(resident)
        waited.append(time.monotonic() - start)
    say("answered", answered)
    for name, times in (("newcomer", took), ("resident", waited)):
        times.sort()
        say(f"{name}_p99_ms", round(times[(count * 99 + 99) // 100 - 1] * 1000))


WAYS = {"same-id": same_id, "same-key": same_key, "automatic": automatic,
        "hold": lambda: hold(sys.argv[4], int(sys.argv[5])),
        "newcomers": lambda: newcomers(int(sys.argv[4]))}
if __name__ == "__main__":
    WAYS[sys.argv[3]]()
    CONTEXT.destroy(linger=0)
