#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""serve_crowd.py PORT WORK [ARGUMENT...]: too many browsers, or too slow ones, at the supervisor's console.

crowd COUNT METHOD PATH [BODY]  that many connections of u-77 at once, a request each; none is given up
    before all are answered. Prints "STATUS COUNT" for each status; those that got no whole answer: cut.
hold COUNT HOST KIND            that many connections which never come to an end: of a stranger that says
    nothing after TLS (silent), says nothing at all (mute), sends its headers a letter a second (headers);
    of u-77 whose form never ends (body), or who reads a letter a second of what PATH and BODY in the file
    "large" ask for, and stops (reader). Prints "held", then "cut LEAST MOST", in seconds, when all are gone.
"""
import asyncio
import collections
import select
import socket
import ssl
import sys
import time

port, work, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[3:]


def context(with_certificate):
    made = ssl.create_default_context(cafile="ca.pem")
    if with_certificate:
        made.load_cert_chain("u-77.pem", "u-77.key")
    return made


def request(method, path, body):
    return (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body).encode()


async def one(tls, data, statuses, all_done):
    writer = None
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname="localhost",
                                                       ssl_handshake_timeout=300)
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        page = await reader.readexactly(length)
        if b"<h1" not in page:
            raise EOFError("no page")
        statuses[head.split()[1].decode()] += 1
    except (OSError, EOFError) as why:
        statuses["cut"] += 1
        print(repr(why), file=sys.stderr)
    all_done.arrived += 1
    if all_done.arrived == all_done.expected:
        all_done.set()
    await all_done.wait()
    if writer:
        writer.transport.abort()


async def crowd(count, method, path, body=""):
    statuses, all_done = collections.Counter(), asyncio.Event()
    all_done.arrived, all_done.expected = 0, int(count)
    tls, data = context(True), request(method, path, body)
    await asyncio.gather(*(one(tls, data, statuses, all_done) for _ in range(int(count))))
    for status in sorted(statuses):
        print(status, statuses[status])


def connect(host, kind):
    raw = socket.socket()
    if kind == "reader":
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.bind((host, 0))
    raw.settimeout(60)
    raw.connect(("127.0.0.1", port))
    if kind == "mute":
        return raw
    made = context(kind in ("body", "reader")).wrap_socket(raw, server_hostname="localhost")
    if kind == "body":
        made.sendall(request("POST", "/zoek", "reason=complaint" * 8)[:-1])
    elif kind == "reader":
        path, body = open("large").read().split()
        made.sendall(request("POST", path, body))
    return made


def go_on(connection, kind, turn):
    """A little more of what has no end."""
    try:
        if kind == "headers":
            connection.sendall(b"GET / HTTP/1.1\r\nX-Long: "[turn:turn + 1] or b"a")
        elif kind == "reader" and turn < 3:
            connection.recv(1)
    except OSError:
        pass  # the poll says that it was cut


def hold(count, host, kind):
    """A turn a second, or sooner where one is cut."""
    poll, held, lasted, turn = select.poll(), {}, [], 0
    for _ in range(int(count)):
        since, connection = time.monotonic(), connect(host, kind)
        held[connection.fileno()] = since, connection
        poll.register(connection, select.POLLRDHUP)
    print("held", flush=True)
    while held:
        for number, _ in poll.poll(1000):
            since, connection = held.pop(number)
            lasted.append(time.monotonic() - since)
            poll.unregister(number)
            connection.close()
        for _, connection in held.values():
            go_on(connection, kind, turn)
        turn += 1
    print("cut %d %d" % (min(lasted), max(lasted)))


if work == "crowd":
    asyncio.run(crowd(*arguments))
else:
    hold(*arguments)
