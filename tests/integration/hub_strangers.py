#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""hub_strangers.py ENDPOINT SERVERKEY_BASE64 : knock in every way that must not open.

Each way sends a message and waits for anything to come back. One line a way: "NAME answer|silence".
"""
import base64
import sys

import zmq


def knock(name, endpoint, setup):
    context = zmq.Context()
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.setsockopt(zmq.ROUTING_ID, b"r" * 32)
    setup(socket)
    socket.connect(endpoint)
    socket.send_multipart([b"HELLO", b"\x08\x01"])
    socket.send_multipart([b"PING", b"\x08\x01"])
    print(name, "answer" if socket.poll(1500) else "silence", flush=True)
    socket.close()
    context.term()


def main():
    endpoint, server = sys.argv[1], base64.b64decode(sys.argv[2])

    def null(socket):
        del socket

    def plain(socket):
        socket.plain_username = b"politie-nh"
        socket.plain_password = b"secret"

    def stranger(socket):
        public, secret = zmq.curve_keypair()
        socket.curve_serverkey = zmq.utils.z85.encode(server)
        socket.curve_publickey = public
        socket.curve_secretkey = secret

    def wrong_server(socket):
        public, secret = zmq.curve_keypair()
        other, _ = zmq.curve_keypair()
        socket.curve_serverkey = other
        socket.curve_publickey = public
        socket.curve_secretkey = secret

    for name, setup in (("null", null), ("plain", plain), ("unknown-key", stranger),
                        ("wrong-server-key", wrong_server)):
        knock(name, endpoint, setup)


import zmq.utils.z85  # noqa: E402  (after the docstring of what it is for)

main()
