#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Veilig Thuis' own system, as far as the adapter sees it: JSON over HTTP.

    vt_system.py serve FOLDER [PORT]     take messages and events into FOLDER/messages, FOLDER/events;
                                      prints the port; reads its mood from FOLDER/mood
    vt_system.py post URL FILE [KEY]     post a message (FILE, "-": standard input) to the adapter; prints
                                      the answer; status 1 if it is not 202
    vt_system.py plan URL FILE           ask what would be allowed; prints the answer
    vt_system.py get URL PATH            print the answer to GET

FOLDER/mood is one word: up (or no file), 500 (answers 500), slow (takes it, answers after 3 s or
when the mood changes), lost (takes it, breaks the connection without an answer), refuse (422),
409 (says it has it, once it has). Each request is a line of FOLDER/requests. It stands for the
partner's system only and knows nothing of the hub.
"""
import http.server
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder, port):
        self.folder = folder
        self.lock = threading.Lock()
        for name in ("messages", "events"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        super().__init__(("127.0.0.1", port), Handler)

    def mood(self):
        try:
            with open(os.path.join(self.folder, "mood"), encoding="ascii") as file:
                return file.read().strip() or "up"
        except FileNotFoundError:
            return "up"

    def note(self, line):
        with self.lock, open(os.path.join(self.folder, "requests"), "a", encoding="ascii") as file:
            file.write(line + "\n")

    def path_of(self, kind, key):
        return os.path.join(self.folder, kind, key.replace("/", "_") + ".json")

    def take(self, kind, key, body):
        """True if it is new. Whole or not at all, and once a key."""
        path = self.path_of(kind, key)
        part = f"{path}.{threading.get_ident()}.part"
        with open(part, "wb") as file:
            file.write(body)
        try:
            os.link(part, path)
            return True
        except FileExistsError:
            return False
        finally:
            os.unlink(part)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        mood = self.server.mood()
        self.server.note(f"GET {self.path} {mood}")
        if mood == "500":
            self.answer(500, {"error": "mood"})
        elif self.path.startswith("/messages/"):
            there = os.path.exists(self.server.path_of("messages", self.path.split("/", 2)[2]))
            self.answer(200 if there else 404, {"there": there})
        else:
            self.answer(404, {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        mood = self.server.mood()
        key = self.headers.get("Idempotency-Key", "")
        kind = self.path.strip("/")
        self.server.note(f"POST {self.path} {key} {mood}")
        if kind not in ("messages", "events") or not key:
            return self.answer(400, {"error": "path or key"})
        if mood == "500":
            return self.answer(500, {"error": "mood"})
        if mood == "refuse":
            return self.answer(422, {"error": "mood"})
        is_new = self.server.take(kind, key, body)
        if mood == "slow":
            deadline, pause = time.monotonic() + 3, threading.Event()
            while time.monotonic() < deadline and self.server.mood() == "slow":
                pause.wait(0.05)
        if mood == "lost":
            self.close_connection = True
            self.connection.close()
            return None
        return self.answer(200 if is_new else 409, {"ok": True})


def request(method, url, body=None, key=None):
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    ask = urllib.request.Request(url, data=body, method=method, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(ask, timeout=30) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def read(name):
    if name == "-":
        return sys.stdin.buffer.read()
    with open(name, "rb") as file:
        return file.read()


def main(argv):
    if len(argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    what = argv[1]
    if what == "serve":
        server = Server(argv[2], int(argv[3]) if len(argv) > 3 else 0)
        print(f"port={server.server_address[1]}", flush=True)
        server.serve_forever()
        return 0
    if what in ("post", "plan"):
        path = "/v1/messages" if what == "post" else "/v1/plan"
        status, text = request("POST", argv[2] + path, read(argv[3]), argv[4] if len(argv) > 4 else None)
        print(text)
        return 0 if status == (202 if what == "post" else 200) else 1
    if what == "get":
        status, text = request("GET", argv[2] + argv[3])
        print(text)
        return 0 if status == 200 else 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
