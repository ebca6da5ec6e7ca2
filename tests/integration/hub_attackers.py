#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""hub_attackers.py ENV ENDPOINT WAY [NUMBER]: what a partner, or anybody, may try on the hub.

same-id      vt-other connects with the routing id that the police has at that moment
same-key     two connections with the key of the police, each with its own id
automatic    vt-other claims the automatic routing id that libzmq gives next, then another client comes
flood N      N silent TCP connections, made anew when cut, and the police connects 100 times
Prints "NAME value" lines.
"""
import re
import select
import socket
import sys
import threading
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


def client(partner, routing=None):
    dealer = CONTEXT.socket(zmq.DEALER)
    dealer.linger = 0
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


def hold_open(count, address, is_up, ends):
    """Keep count connections that say nothing."""
    poller, held = select.epoll(), {}
    while not ends.is_set():
        while len(held) < count:
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(address)
            held[sock.fileno()] = sock
            poller.register(sock, select.EPOLLRDHUP | select.EPOLLHUP)
        is_up.set()
        for number, _ in poller.poll(0.1):
            held.pop(number).close()


def flood(count):
    host, port = ENDPOINT.removeprefix("tcp://").rsplit(":", 1)
    is_up, ends = threading.Event(), threading.Event()
    thread = threading.Thread(target=hold_open, args=(count, (host, int(port)), is_up, ends))
    thread.start()
    is_up.wait()
    took, answered = [], 0
    for number in range(100):
        start = time.monotonic()
        dealer = client("politie-nh", number.to_bytes(32, "big"))
        answered += ping(dealer)
        took.append(time.monotonic() - start)
        dealer.close()
    ends.set()
    thread.join()
    took.sort()
    say("answered", answered)
    say("p50_ms", round(took[49] * 1000))
    say("p99_ms", round(took[98] * 1000))


WAYS = {"same-id": same_id, "same-key": same_key, "automatic": automatic,
        "flood": lambda: flood(int(sys.argv[4]))}
if __name__ == "__main__":
    WAYS[sys.argv[3]]()
    CONTEXT.destroy(linger=0)
